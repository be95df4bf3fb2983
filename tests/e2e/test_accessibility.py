"""Every page and view can be used by everybody: axe finds nothing serious, nothing runs off a telephone's screen."""

from __future__ import annotations

import re

import pytest
from app_server import Server
from browser_page import FEW, HOUSING_IN_ITALY, LOOKS, Looks, download_button, faults_everywhere, settled
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

PLACES = {
    "overview": "/",
    "what works": "/what-works?outcome=employment&target-group=refugees&country=IT",
    "a type of measure": "/what-works?type=work-placement",
    "a type without a study": "/what-works?type=institutional-capacity",
    "studies by type and outcome": "/gaps?map=types",
    "about": "/about",
    "explore": "/explore?country=IT",
    "explore, ranges": HOUSING_IN_ITALY + "&view=ranges",
    "explore, two scores": HOUSING_IN_ITALY + "&view=scores",
    "explore, table": HOUSING_IN_ITALY + "&view=table",
    "explore, nothing found": "/explore?country=MT&sector=digital&target-group=elderly",
    "explore, link not understood": "/explore?country=ZZ",
    "assessed practice": "/practice?practice=humanitarian-corridors",
    "practice without assessment": "/practice?practice=a-walk-to-museums",
    "unknown practice": "/practice?practice=no-such-practice",
    "open a file": "/reopen",
    "explore, take it away": HOUSING_IN_ITALY,
    "method": "/method",
    "self-assessment": "/self_assessment",
    "evidence": "/evidence",
    "evidence, by sector": "/evidence?view=sectors&theme=health&theme=digital",
    "a need": "/needs?sector=housing-and-settlement&target-group=youth&country=IT&q=young+refugees",
    "a need that nothing meets": "/needs?sector=digital&target-group=elderly",
    "communities": "/communities?joining=joins",
    "communities, map": "/communities?view=map",
    "transfer": "/transfer?practice=humanitarian-corridors",
    "explore, in German": "/explore?country=IT&lang=de",
    "assessed practice, in German": "/practice?practice=duo-for-a-job&lang=de",
}
UNFOLDED = {
    "method": "Effectiveness",
    "assessed practice": "The same as a table",
    "explore, ranges": "The same as a table",
    "a type of measure": "The same as a table",
    "studies by type and outcome": "The same as a table",
}


def _go(page: Page, server: Server, place: str) -> None:
    page.goto(server.url + PLACES[place])
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    settled(page)
    if place == "explore, take it away":
        download_button(page).click()
        expect(page.get_by_role("button", name=re.compile(f"^Download {FEW} practices"))).to_be_visible()
    if place in UNFOLDED:
        fold = page.get_by_role("main").locator("summary").filter(has_text=re.compile(UNFOLDED[place])).first
        fold.click()
        expect(page.get_by_role("main").get_by_role("table").first).to_be_visible()


@LOOKS
@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing_serious_and_nothing_runs_off(server: Server, reader: Page, place: str, looks: Looks) -> None:
    _go(reader, server, place)
    found = faults_everywhere(reader, looks=looks)
    assert not found, "\n".join(found)
