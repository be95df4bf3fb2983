"""Ways to a practice and back, and from the catalogue as a whole into Explore."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
from app_server import ROOT, Server
from browser_page import FOUND, HOUSING_IN_ITALY, PRACTICES, chart, click_mark, heading, sentence, settled, walk
from playwright.sync_api import Page, expect

from practices_db.catalogue.practice_filter import DEFAULT_SORT, PracticeFilter
from practices_db.database.store import Store
from practices_db.queries import practices

pytestmark = pytest.mark.e2e

RANGES = re.compile("^Effectiveness has a score for ")

TWO_SCORES = re.compile("ha(s|ve) both scores")
MAP = "Map of Europe by number of practices in the catalogue"


@pytest.fixture
def housing_in_italy(store: Store) -> list[tuple[str, str]]:
    """Return (id, name) of the practices in the order they are shown in."""
    chosen = PracticeFilter(country=("IT",), sector=("housing-and-settlement",))
    with store.cursor() as cursor:
        found = practices.find_practices(cursor, chosen, DEFAULT_SORT)
    return list(zip(found["id"], found["name"], strict=True))


def _opened_and_back(page: Page, id_: str, name: str) -> None:
    """The practice is open under its own address, and one step back leads to the filter and stays there."""
    expect(heading(page)).to_have_text(name)
    expect(page).to_have_url(re.compile(rf"/practice\?practice={id_}$"))
    settled(page)
    page.go_back()
    expect(sentence(page)).to_have_text(FOUND)
    settled(page)
    expect(heading(page)).to_have_text("Explore practices")
    expect(page).to_have_url(re.compile(r"/explore\?country=IT&sector=housing-and-settlement(&view=\w+)?(#result)?$"))


def test_a_practice_opens_from_its_card_and_from_its_row_and_can_be_reloaded_and_left_again(
    server: Server, page: Page, housing_in_italy: list[tuple[str, str]]
) -> None:
    (id_, name), *_ = housing_in_italy
    page.goto(server.url + HOUSING_IN_ITALY)
    settled(page)
    page.get_by_role("main").get_by_role("link", name=name[:20]).click()
    expect(heading(page)).to_have_text(name)
    page.reload()
    _opened_and_back(page, id_, name)

    walk(page, server.url + HOUSING_IN_ITALY + "&view=table")
    settled(page)
    page.keyboard.press("Tab")  # a way within the page is none to another one: what is pressed after it leads on
    page.get_by_role("link", name="Skip to the result").press("Enter")
    expect(page).to_have_url(re.compile("#result$"))
    cells = page.get_by_test_id("stDataFrame").get_by_test_id("data-grid-canvas")
    expect(cells).to_be_visible()
    box = cells.bounding_box()
    assert box is not None
    line = box["height"] / (len(housing_in_italy) + 1)  # the head and the rows
    page.mouse.click(box["x"] + 60, box["y"] + line * 1.5)
    _opened_and_back(page, id_, name)


def test_one_practice_after_another_opens_from_its_marks_in_a_chart(
    server: Server, page: Page, housing_in_italy: list[tuple[str, str]]
) -> None:
    page.goto(server.url + HOUSING_IN_ITALY + "&view=ranges")
    settled(page)
    # a practice has two bars
    for marks, mark, at in (("rect", 0, 0), ("rect", 2, 1), ("symbol", 0, 0)):
        click_mark(page, chart(page, RANGES).locator(f"g.mark-{marks}.role-mark > path").nth(mark))
        _opened_and_back(page, *housing_in_italy[at])

    walk(page, server.url + HOUSING_IN_ITALY + "&view=scores")
    settled(page)
    # the nearest mark is meant, so that its surroundings lie over it
    box = chart(page, TWO_SCORES).locator("g.mark-symbol.role-mark > path").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile(r"/practice\?practice=[a-z0-9-]+$"))
    expect(page.get_by_role("heading", name="Scores")).to_be_visible()


def test_a_country_on_the_map_and_a_bar_of_the_sectors_lead_to_their_practices(server: Server, page: Page) -> None:
    counts = Counter(code for row in PRACTICES for code in row["countries"].split(";") if code)
    shapes = json.loads((ROOT / "data" / "europe.topo.json").read_text(encoding="utf-8"))
    drawn = [one["id"] for one in shapes["objects"]["countries"]["geometries"] if one["id"] in counts]
    page.goto(f"{server.url}/about")
    settled(page)
    paths = chart(page, MAP).locator("g.mark-shape.role-mark").last.locator("> path")
    expect(paths).to_have_count(len(drawn))
    click_mark(page, paths.nth(drawn.index("ES")))
    expect(sentence(page)).to_have_text(f"{counts['ES']} practices in Spain.")
    expect(page).to_have_url(re.compile(r"/explore\?country=ES$"))
    page.go_back()
    expect(heading(page)).to_have_text("About the catalogue")
    settled(page)
    expect(heading(page)).to_have_text("About the catalogue")

    counts = Counter(id_ for row in PRACTICES for id_ in row["sectors"].split(";") if id_)
    ((most, count),) = counts.most_common(1)
    bars = chart(page, "Number of practices in each sector").locator("g.mark-rect.role-mark > path")
    expect(bars).to_have_count(len(counts))
    click_mark(page, bars.first)
    expect(sentence(page)).to_have_text(re.compile(f"^{count} practices on "))
    expect(page).to_have_url(re.compile(rf"/explore\?sector={most}$"))
