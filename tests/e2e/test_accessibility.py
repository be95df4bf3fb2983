"""Every page and view can be used by everybody: axe finds nothing serious, nothing runs off a telephone's screen."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import NewContext
from looking import HOUSING_IN_ITALY, settled
from playwright.sync_api import Page, expect
from serving import Server

pytestmark = pytest.mark.e2e

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
CONFIG = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def _background(theme: str) -> str:
    """Return the background of a theme as the browser says it."""
    colour = CONFIG["theme"][theme]["backgroundColor"].lstrip("#")
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (0, 2, 4))})"


PLACES = {
    "overview": "/",
    "explore": "/explore?country=IT",
    "explore, ranges": HOUSING_IN_ITALY + "&view=ranges",
    "explore, two scores": HOUSING_IN_ITALY + "&view=scores",
    "explore, table": HOUSING_IN_ITALY + "&view=table",
    "explore, nothing found": "/explore?country=MT&sector=digital&target-group=elderly",
    "explore, link not understood": "/explore?country=ZZ",
    "assessed practice": "/practice?practice=humanitarian-corridors",
    "practice without assessment": "/practice?practice=a-walk-to-museums",
    "unknown practice": "/practice?practice=no-such-practice",
    "gap map": "/gaps",
    "compare": "/compare?practice=humanitarian-corridors&practice=duo-for-a-job",
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
}
UNFOLDED = {
    "method": "Effectiveness",
    "assessed practice": "Effectiveness",
    "explore, ranges": "The same as a table",
}


def _go(page: Page, server: Server, place: str) -> None:
    page.goto(server.url + PLACES[place])
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    settled(page)
    if place == "explore, take it away":
        page.get_by_role("button", name="Take it away").click()
        expect(page.get_by_role("button", name=re.compile("^Download 8 practices"))).to_be_visible()
    if place in UNFOLDED:
        fold = page.get_by_role("main").locator("summary").filter(has_text=re.compile(UNFOLDED[place])).first
        fold.click()
        expect(page.get_by_role("main").get_by_role("table").first).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing_serious(server: Server, new_context: NewContext, place: str, theme: str) -> None:
    page = new_context(bypass_csp=True, color_scheme=theme, viewport=WIDE).new_page()
    _go(page, server, place)
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", _background(theme))
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        settled(page)
        found = Axe().run(page).response["violations"]
        serious = [
            f"{one['id']} ({one['impact']}): {one['help']}: {[node['html'][:200] for node in one['nodes'][:3]]}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert not serious, f"{size['width']} px: " + "\n".join(serious)


@pytest.mark.parametrize("place", PLACES)
def test_nothing_runs_off_the_screen_of_a_telephone(server: Server, new_context: NewContext, place: str) -> None:
    page = new_context(viewport=NARROW).new_page()
    _go(page, server, place)
    for part in ("html", "[data-testid='stMain']"):
        width, room = page.locator(part).first.evaluate("e => [e.scrollWidth, e.clientWidth]")
        assert width <= room + 1, part
