"""Journeys through Explore: shared links, filters, the back button, the file, the keyboard."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from app_server import Server
from browser_page import ALL, FEW, FOUND, HOUSING_IN_ITALY, choose, download_button, heading, menu, sentence, settled
from conftest import NewContext, NewServer
from playwright.sync_api import Download, Page, expect

from practices_db.catalogue.practice_filter import DEFAULT_SORT, PracticeFilter
from practices_db.database.store import Store
from practices_db.queries import practices

pytestmark = pytest.mark.e2e

BOTH_IDS = re.compile(r"/explore\?country=IT&sector=housing-and-settlement$")


def test_a_shared_link_works_as_the_first_page_a_fresh_server_ever_shows(
    new_server: NewServer, page: Page, tmp_path: Path
) -> None:
    server = new_server(tmp_path / "fresh.duckdb").wait_until_healthy()
    page.goto(server.url + HOUSING_IN_ITALY)
    for name in ("What works", "Explore", "Compare", "Evidence", "Assess your own"):
        expect(menu(page).get_by_role("link", name=name, exact=True)).to_be_visible()
    expect(menu(page).get_by_role("link", name="practice")).to_have_count(0)
    expect(sentence(page)).to_have_text(FOUND)
    settled(page)
    menu(page).get_by_role("button", name="More", exact=True).click()
    expect(page.get_by_role("menuitem", name="What do you need?")).to_be_visible()
    expect(page.get_by_role("menuitem", name="practice")).to_have_count(0)
    page.keyboard.press("Escape")
    settled(page)


def test_a_filter_set_by_hand_can_be_reloaded_and_sent_to_somebody_else(
    server: Server, page: Page, new_context: NewContext
) -> None:
    page.goto(server.url + "/explore")
    expect(sentence(page)).to_have_text(f"All {ALL} practices.")
    settled(page)
    choose(page, "Country", "Italy")
    expect(page).to_have_url(re.compile(r"\?country=IT$"))
    choose(page, "Sector", "Housing and settlement")
    expect(page).to_have_url(BOTH_IDS)
    expect(sentence(page)).to_have_text(FOUND)
    page.reload()
    expect(sentence(page)).to_have_text(FOUND)
    expect(page).to_have_url(BOTH_IDS)
    somebody_else = new_context().new_page()
    somebody_else.goto(page.url)
    expect(sentence(somebody_else)).to_have_text(FOUND)
    expect(somebody_else.get_by_role("button", name=re.compile("^Remove Italy"))).to_be_visible()


def test_the_back_button_takes_the_last_change_of_a_filter_back(server: Server, page: Page) -> None:
    page.goto(server.url + "/explore")
    settled(page)
    choose(page, "Country", "Italy")
    expect(page).to_have_url(re.compile(r"\?country=IT$"))
    expect(sentence(page)).to_have_text(re.compile("in Italy.$"))
    choose(page, "Sector", "Housing and settlement")
    expect(sentence(page)).to_have_text(FOUND)
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?country=IT$"))
    expect(sentence(page)).to_have_text(re.compile("practices in Italy.$"))
    page.go_forward()
    expect(sentence(page)).to_have_text(FOUND)


def test_a_filter_is_still_there_after_a_look_at_the_overview(server: Server, page: Page) -> None:
    page.goto(server.url + HOUSING_IN_ITALY)
    expect(sentence(page)).to_have_text(FOUND)
    settled(page)
    page.get_by_role("button", name="Navigate to home page").click()
    expect(heading(page)).to_have_text(re.compile("^What works"))
    settled(page)
    menu(page).get_by_role("link", name="Explore").click()
    expect(sentence(page)).to_have_text(FOUND)
    expect(page).to_have_url(BOTH_IDS)


def test_clear_all_changes_link_and_sentence(server: Server, page: Page) -> None:
    page.goto(server.url + HOUSING_IN_ITALY)
    settled(page)
    # Each list has a "Clear all" of its own; this one is the tertiary button in the line of filters.
    page.get_by_test_id("stBaseButton-tertiary").filter(has_text="Clear all").click()
    expect(sentence(page)).to_have_text(f"All {ALL} practices.")
    expect(page).to_have_url(re.compile(r"/explore$"))


def test_where_nothing_is_found_one_click_finds_something(server: Server, page: Page) -> None:
    page.goto(server.url + "/explore?country=MT&sector=digital&target-group=elderly")
    expect(sentence(page)).to_have_text(re.compile("^No practice in Malta"))
    way_out = page.get_by_role("button", name=re.compile(r"^Without .*: [1-9]\d* practices?$")).first
    words = way_out.inner_text()
    way_out.click()
    count = words.rsplit(":", 1)[1].split()[0]
    expect(sentence(page)).to_have_text(re.compile(f"^{count} practices?"))


def test_text_of_a_link_becomes_no_link_no_image_and_no_markup(server: Server, page: Page) -> None:
    """Also bare addresses, which Markdown may turn into links although every sign is escaped."""
    text = "https://evil.example www.evil.example a@evil.example [x](https://evil.example) "
    text += "![y](https://evil.example/y.png) <img src=https://evil.example/z.png>"
    for path in ("/explore?q=", "/explore?country=", "/practice?practice="):
        page.goto(server.url + path + text.replace(" ", "%20").replace("&", "%26"))
        expect(page.get_by_role("main").get_by_text("evil.example").first).to_be_visible()
        settled(page)
        # in the query of a link to one of our own pages the text stands rightly
        led = page.locator("a[href]").evaluate_all("all => all.map(one => one.href.split('?')[0])")
        assert led
        assert not [address for address in led if "evil" in address], path
        assert page.locator("img[src*='evil']").count() == 0, path


# --- the file ----------------------------------------------------------------------------------------------


def _download(page: Page) -> Download:
    download_button(page).click()
    page.get_by_text("CSV", exact=True).click()
    with page.expect_download() as caught:
        page.get_by_role("button", name=re.compile(rf"^Download {FEW} practices \(CSV\)")).click()
    return caught.value


def test_the_file_has_the_practices_on_screen_and_a_name_of_its_own(
    server: Server, page: Page, store: Store, tmp_path: Path
) -> None:
    page.goto(server.url + HOUSING_IN_ITALY)
    expect(sentence(page)).to_have_text(FOUND)
    settled(page)
    first = _download(page)
    pattern = r"practices_housing_IT_\d{4}-\d\d-\d\d_[0-9a-f]{16}\.csv"
    assert re.fullmatch(pattern, first.suggested_filename)
    first.save_as(tmp_path / "practices.csv")
    content = (tmp_path / "practices.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    chosen = PracticeFilter(country=("IT",), sector=("housing-and-settlement",))
    with store.cursor() as cursor:
        expected = practices.find_practices(cursor, chosen, DEFAULT_SORT)
    assert [row["practice_id"] for row in rows] == list(expected["id"])
    assert len(rows) == FEW
    page.reload()
    settled(page)
    second = _download(page)
    assert re.fullmatch(pattern, second.suggested_filename)
    assert second.suggested_filename != first.suggested_filename


# --- the keyboard ------------------------------------------------------------------------------------------


def _tab_until(page: Page, condition: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(f"() => {{ const e = document.activeElement; return {condition}; }}"):
            return
    raise AssertionError(f"80 presses of Tab do not lead to: {condition}")


def test_a_filter_can_be_set_and_a_practice_opened_by_keyboard_alone(server: Server, page: Page) -> None:
    page.goto(server.url + "/explore?sector=housing-and-settlement")
    settled(page)
    # the language and the search come before, in the bar and beside the title
    _tab_until(page, "e.getAttribute('role') === 'combobox' && e.getAttribute('aria-label') !== 'Language'")
    expect(page.get_by_role("combobox", name="Country")).to_be_focused()
    page.keyboard.type("Ital")
    expect(page.get_by_role("option", name=re.compile("^Italy"))).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(sentence(page)).to_have_text(FOUND)
    settled(page)
    _tab_until(page, "(e.getAttribute('href') || '').includes('practice=')")
    label = page.evaluate("() => document.activeElement.innerText").strip()
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text(label)
