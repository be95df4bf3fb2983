"""An adviser's minute in Explore: from the front page to a sentence, its link and its file, in a few clicks."""

from __future__ import annotations

import csv
import io
import re

import pytest
from app_server import Server
from browser_page import NARROW, download_button, menu, sentence, settled
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.e2e

HOUSING = "/explore?country=IT&country=DE&target-group=refugees&sector=housing-and-settlement"
SAID = re.compile(r"^(\d+) practices for refugees on housing and settlement: \1 in Italy, none in Germany\.$")


class Clicks:
    """Counts the clicks of a journey; typing and the Tab key are none."""

    def __init__(self) -> None:
        self.count = 0

    def on(self, what: Locator) -> None:
        what.click()
        self.count += 1


def _type_into(page: Page, label: str, *options: str) -> None:
    """Choose values of a list by keyboard alone: it has the focus already or gets it by Tab."""
    box = page.get_by_role("combobox", name=label)
    for option in options:
        box.focus()
        page.keyboard.type(option)
        expect(page.get_by_role("option", name=re.compile(f"^{re.escape(option)} "))).to_be_visible()
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        settled(page)
    page.keyboard.press("Tab")  # a list with the focus is higher, and gives that back
    settled(page)


def _by_explore(page: Page, clicks: Clicks) -> None:
    clicks.on(menu(page).get_by_role("link", name="Explore"))
    expect(sentence(page)).to_be_visible()
    settled(page)
    clicks.on(page.get_by_role("combobox", name="Country"))
    _type_into(page, "Country", "Italy", "Germany")
    _type_into(page, "Target group", "Refugees")
    _type_into(page, "Sector", "Housing and settlement")


def _by_its_own_question(page: Page, clicks: Clicks) -> None:
    """With the mouse alone, each option chosen a click: all three are there with the fifth."""
    box = page.get_by_role("combobox", name="I want better")
    clicks.on(box)
    clicks.on(page.get_by_role("option", name="Housing"))
    settled(page)
    clicks.on(page.get_by_role("combobox", name="in", exact=True))
    for country in ("Italy", "Germany"):
        page.keyboard.type(country)  # the list is long; whoever scrolls needs no click for it
        clicks.on(page.get_by_role("option", name=re.compile(f"^{country} ")))
        settled(page)
    page.keyboard.press("Escape")
    settled(page)
    assert clicks.count == 5
    for there in (page.get_by_role("button", name="Copy text"), download_button(page)):
        expect(there).to_be_in_viewport()


def _by_its_own_question_typed(page: Page, clicks: Clicks) -> None:
    clicks.on(page.get_by_role("combobox", name="I want better"))
    page.keyboard.type("Housing")
    page.keyboard.press("Enter")
    settled(page)
    _type_into(page, "in", "Italy", "Germany")


def _by_what_works(page: Page, clicks: Clicks) -> None:
    _by_its_own_question_typed(page, clicks)
    clicks.on(page.get_by_role("button", name="Show what is known"))
    expect(page).to_have_url(re.compile("/what-works[?]outcome=housing"))
    settled(page)


WAYS = {"its own question": _by_its_own_question_typed, "what works": _by_what_works, "explore": _by_explore}


def test_the_front_page_answers_its_own_question_with_the_fifth_click_of_the_mouse(server: Server, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(server.url)
    settled(page)
    _by_its_own_question(page, Clicks())
    expect(sentence(page)).to_have_text(SAID)


@pytest.mark.parametrize("way", WAYS)
def test_from_the_front_page_to_sentence_link_and_file_in_five_clicks(
    way: str, server: Server, page: Page, somebody_else: Page
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    clicks = Clicks()
    page.goto(server.url)
    settled(page)
    WAYS[way](page, clicks)
    expect(sentence(page)).to_have_text(SAID)
    clicks.on(page.get_by_role("button", name="Copy text"))
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    text, link = page.evaluate("navigator.clipboard.readText()").split("\n")
    (said,) = filter(
        None, (SAID.match(f"{one}.") for one in text.split(". "))
    )  # What works says first what studies say
    assert "Best evidence on outcomes for people (" in text
    clicks.on(download_button(page))
    with page.expect_download() as caught:
        clicks.on(page.get_by_role("button", name="Download as CSV"))
    assert clicks.count <= 5
    assert re.fullmatch(
        r"practices_housing_refugees_IT-DE_\d{4}-\d\d-\d\d_[0-9a-f]{16}_spreadsheet\.csv",
        caught.value.suggested_filename,
    )
    expect(page.get_by_role("button", name="Codebook: what each column means")).to_be_visible()
    content = io.StringIO(caught.value.path().read_bytes().decode("utf-8-sig"), newline="")
    rows = list(csv.DictReader(content, delimiter=";", strict=True))
    assert len(rows) == int(said[1])
    assert rows[0]["view_address"].startswith(f"{server.url}/explore?")
    somebody_else.goto(link)
    expect(sentence(somebody_else)).to_have_text(SAID)
    somebody_else.goto(rows[0]["practice_address"])
    expect(somebody_else.get_by_role("heading", level=1)).to_have_text(rows[0]["name"])


def test_the_best_evidence_on_employment_in_two_clicks(server: Server, page: Page) -> None:
    clicks = Clicks()
    page.goto(server.url)
    settled(page)
    clicks.on(menu(page).get_by_role("link", name="Explore"))
    expect(sentence(page)).to_be_visible()
    settled(page)
    clicks.on(page.get_by_role("combobox", name="Sector"))
    _type_into(page, "Sector", "Employment")
    assert clicks.count == 2
    expect(sentence(page)).to_have_text(re.compile("practices on employment"))
    expect(
        page.get_by_role("main").get_by_text(re.compile(r"Best evidence on .* \(randomised trial, 5 of 5"))
    ).to_be_visible()


def test_the_download_opens_inside_the_window_of_any_size(server: Server, page: Page) -> None:
    page.goto(server.url + HOUSING)
    expect(sentence(page)).to_have_text(SAID)
    outside = []
    for width, height in ((1280, 800), (1024, 600), (NARROW["width"], NARROW["height"])):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
        settled(page)
        download_button(page).click()
        page.get_by_text("CSV", exact=True).click()
        settled(page)
        for begins in (r"Download \d+ practices", "Codebook:", "Codebook for programs"):
            button = page.get_by_role("button", name=re.compile(f"^{begins}"))
            expect(button).to_be_visible()
            expect(button).to_be_in_viewport(ratio=1)
            box = button.bounding_box()
            assert box is not None
            if not (box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= height):
                outside.append((width, begins, box))
        page.keyboard.press("Escape")
        expect(button).to_be_hidden()
    assert not outside


def test_a_need_is_filled_in_from_a_filter_and_long_names_wrap(server: Server, page: Page) -> None:
    page.set_viewport_size(NARROW)
    page.goto(f"{server.url}{HOUSING.replace('&country=DE', '')}")
    settled(page)
    link = page.get_by_role("link", name="What do you need?")
    address = link.get_attribute("href") or ""
    for part in ("needs?", "country=IT", "sector=housing-and-settlement", "target-group=refugees"):
        assert part in address
    unwrapped = "e => e.filter(one => getComputedStyle(one).whiteSpace === 'nowrap').length"
    cut = page.locator(".stPageLink a").locator("span, p").evaluate_all(unwrapped)
    assert cut == 0, "a long name goes on in the next line"
