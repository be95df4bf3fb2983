"""Three practices compared and downloaded; the matrix on desk and telephone; nothing jumps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from app_server import Server
from browser_page import NARROW, heading, idle, menu, settled
from conftest import NewContext
from playwright.sync_api import Locator, Page, expect

from practices_db.database.store import Store
from practices_db.files.xlsx_reader import read_workbook
from practices_db.queries.comparison import comparison

pytestmark = pytest.mark.e2e

THREE = {
    "humanitarian-corridors": "Humanitarian Corridors",
    "duo-for-a-job": "DUO for a JOB",
    "koto-sib-integration-social-impact-bond": "Koto-SIB integration social impact bond",
}
COMPARED = "/compare?" + "&".join(f"practice={id_}" for id_ in THREE)
MOST_CLICKS = 6
_SHIFT = """
window.shifted = 0
new PerformanceObserver(list => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifted += one.value
}).observe({ type: "layout-shift", buffered: true })
"""


class Clicks:
    """A visitor who counts what is clicked and chosen."""

    def __init__(self) -> None:
        self.count = 0

    def on(self, what: Locator) -> None:
        what.click()
        self.count += 1


def matrix(page: Page) -> Locator:
    return page.get_by_role("table", name="Results, facts and answers of each practice")


def column_heads(page: Page) -> Locator:
    return matrix(page).get_by_role("columnheader")


def test_three_practices_are_compared_and_the_comparison_downloaded_in_six_clicks(
    server: Server, page: Page, store: Store, tmp_path: Path
) -> None:
    page.goto(server.url)
    settled(page)
    clicks = Clicks()
    entry = menu(page).get_by_role("link", name="Compare", exact=True)
    if not entry.is_visible():
        clicks.on(menu(page).get_by_text(re.compile("more$", re.IGNORECASE)))
        entry = (
            page.get_by_role("menuitem", name="Compare").or_(page.get_by_role("link", name="Compare", exact=True)).first
        )
    clicks.on(entry)
    expect(heading(page)).to_have_text("Compare practices")
    settled(page)
    box = page.get_by_role("combobox", name=re.compile("^Practices to compare"))
    clicks.on(box)
    for name in THREE.values():
        box.press_sequentially(name)
        expect(page.get_by_role("option", name=name, exact=True)).to_be_visible()
        box.press("Enter")
        idle(page)
    box.press("Escape")
    expect(page).to_have_url(re.compile(re.escape(COMPARED) + "$"))
    settled(page)
    expect(column_heads(page)).to_have_text(list(THREE.values()))
    with page.expect_download() as waiting:
        clicks.on(page.get_by_role("button", name="Download comparison"))
    assert clicks.count <= MOST_CLICKS
    path = tmp_path / "taken.xlsx"
    waiting.value.save_as(path)
    with store.cursor() as cursor:
        expected = comparison(cursor, list(THREE)).table()
    assert read_workbook(path.read_bytes())["comparison"] == [list(line) for line in expected]


def test_on_a_desk_the_head_stays_in_sight_and_on_a_telephone_one_practice_stands_against_one(
    server: Server, page: Page, store: Store
) -> None:
    page.goto(server.url + COMPARED)
    settled(page)
    with store.cursor() as cursor:
        made = comparison(cursor, list(THREE))
    expect(matrix(page).get_by_role("row")).to_have_count(1 + len(made.rows) + len(list(made.parts())))
    row = matrix(page).get_by_role("row").filter(has=page.get_by_role("rowheader", name="Comparison"))
    expect(row.get_by_role("cell")).to_have_text(
        [
            re.compile("Not met.*●●●○○ independent evaluation"),
            re.compile("Met.*●●●●○ comparison group"),
            re.compile("Met.*●●●●● randomised"),
        ]
    )
    expect(column_heads(page).first.get_by_role("link")).to_have_attribute("href", re.compile("practice=humanitarian"))
    last = matrix(page).get_by_role("row").last
    last.scroll_into_view_if_needed()
    for head in column_heads(page).all():
        expect(head).to_be_in_viewport()

    page.set_viewport_size(NARROW)
    settled(page)
    one, other = matrix(page).get_by_label("One practice"), matrix(page).get_by_label("Another practice")
    names = list(THREE.values())
    for box, name in ((one, names[0]), (other, names[1])):
        expect(box.locator("option:checked")).to_have_text(name)
    other.select_option(label=names[2])
    expect(matrix(page).get_by_text("EUR 4,500")).to_be_visible()
    expect(other).to_be_focused()
    one.select_option(label=names[2])  # the same on both sides: they change places
    for box, name in ((one, names[2]), (other, names[0])):
        expect(box.locator("option:checked")).to_have_text(name)
    width = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
    assert width <= 1
    matrix(page).get_by_role("row").last.scroll_into_view_if_needed()
    expect(one).to_be_in_viewport()


@pytest.mark.slow  # how far a page jumps depends on how busy the machine is
@pytest.mark.parametrize("place", [COMPARED, "/weighting"])
@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, NARROW], ids=["desk", "telephone"])
def test_nothing_jumps_while_a_page_is_made(
    server: Server, new_context: NewContext, place: str, size: dict[str, int]
) -> None:
    page = new_context(viewport=size).new_page()
    page.add_init_script(_SHIFT)
    page.goto(server.url + place)
    settled(page)
    shifted = page.evaluate("window.shifted")
    print(f"{place}, {size['width']} px: cumulative layout shift {shifted:.3f}")
    assert shifted <= 0.1
