"""Every page and view can be used by everybody: axe finds nothing, nothing runs off a telephone's screen, and the title
says what is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from app_server import Server
from browser_page import (
    FEW,
    FOUR_LOOKS,
    HOUSING_IN_ITALY,
    TWO_LOOKS,
    Looks,
    download_button,
    faults_everywhere,
    settled,
    shared_out,
    walk,
)
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

APP = "Integration Practices"
IN_ITALY = "Housing and settlement in Italy"
TABLE = "The same as a table"
EVERY_FOLD = ""


class Place(NamedTuple):
    """An address, what its title says before the app's name, and the fold to open, or every one."""

    address: str
    title: str = ""
    fold: str | None = None


PLACES = {
    "overview": Place("/"),
    "what works": Place(
        "/what-works?outcome=employment&target-group=refugees&country=IT", "Employment for refugees · What works"
    ),
    "a type of measure": Place(
        "/what-works?type=work-placement", "Work placements and wage subsidies · What works", TABLE
    ),
    "a type without a study": Place(
        "/what-works?type=institutional-capacity", "Staff training, coordination and local strategy · What works"
    ),
    "gap map": Place("/gaps", "Gap map", EVERY_FOLD),
    "studies by type and outcome": Place(
        "/gaps?map=types", "Studies by type of measure and outcome · Gap map", TABLE
    ),
    "gap map, countries": Place("/gaps?down=country&shown=strongest", "Gap map", EVERY_FOLD),
    "about": Place("/about", "About the catalogue"),
    "explore": Place("/explore?country=IT", "In Italy · Explore"),
    "explore, ranges": Place(HOUSING_IN_ITALY + "&view=ranges", f"{IN_ITALY} · Explore", TABLE),
    "explore, two scores": Place(HOUSING_IN_ITALY + "&view=scores", f"{IN_ITALY} · Explore"),
    "explore, table": Place(HOUSING_IN_ITALY + "&view=table", f"{IN_ITALY} · Explore"),
    "groups": Place("/explore?view=groups", "Explore", EVERY_FOLD),
    "groups by country": Place("/explore?view=groups&group=country", "Explore", EVERY_FOLD),
    "explore, nothing found": Place(
        "/explore?country=MT&sector=digital&target-group=elderly", "Digital for older people in Malta · Explore"
    ),
    "explore, link not understood": Place("/explore?country=ZZ", "Explore"),
    "explore, take it away": Place(HOUSING_IN_ITALY, f"{IN_ITALY} · Explore"),
    "assessed practice": Place(
        "/practice?practice=humanitarian-corridors", "Humanitarian Corridors · Practice", TABLE
    ),
    "practice without assessment": Place("/practice?practice=a-walk-to-museums", "A Walk to Museums · Practice"),
    "unknown practice": Place("/practice?practice=no-such-practice", "Practice"),
    "weighting, own weights": Place(
        "/weighting?country=IT&w=effectiveness:40&w=sustainability:60", "In Italy · Your weighting", EVERY_FOLD
    ),
    "weighting": Place("/weighting", "Your weighting", EVERY_FOLD),
    "weighting, few left": Place("/weighting?w=effectiveness:50&w=inclusion:50", "Your weighting"),
    "compare three": Place(
        "/compare?practice=humanitarian-corridors&practice=duo-for-a-job&practice=a-walk-to-museums",
        "Humanitarian Corridors, DUO for a JOB, A Walk to Museums · Compare", EVERY_FOLD,
    ),
    "compare": Place("/compare", "Compare", EVERY_FOLD),
    "open a file": Place("/reopen", "Open a file"),
    "method": Place("/method", "Method", "Effectiveness"),
    "self-assessment": Place("/self_assessment", "Assess your own"),
    "evidence": Place("/evidence?theme=language&q=mentor", "Language, “mentor” · Evidence"),
    "evidence, by sector": Place("/evidence?view=sectors&theme=health&theme=digital", "Health or Digital · Evidence"),
    "a need": Place(
        "/needs?sector=housing-and-settlement&target-group=youth&country=IT&q=young+refugees",
        "Housing and settlement for young people in Italy, “young refugees” · What do you need?",
    ),
    "a need that nothing meets": Place(
        "/needs?sector=digital&target-group=elderly", "Digital for older people · What do you need?"
    ),
    "communities": Place(
        "/communities?joining=joins", "Community of practice, how to join is known · Communities"
    ),
    "communities, map": Place("/communities?view=map&country=IT", "In Italy · Communities"),
    "transfer": Place(
        "/transfer?practice=humanitarian-corridors", "Humanitarian Corridors · Would it work here?"
    ),
    "explore, in German": Place("/explore?country=IT&lang=de", "In: Italien · Erkunden"),
    "assessed practice, in German": Place("/practice?practice=duo-for-a-job&lang=de", "DUO for a JOB · Praxisbeispiel"),
}  # fmt: skip


def seen() -> Iterator[Any]:
    """Yield the names of the places with their looks: the first place of each page in two, its others in one."""
    pages = {place.address.partition("?")[0]: name for name, place in reversed(PLACES.items())}
    firsts, others = pages.values(), [name for name in PLACES if name not in pages.values()]
    for name, looks in [*((name, TWO_LOOKS) for name in reversed(firsts)), *shared_out(others)]:
        yield pytest.param(name, looks, id=name)
    for name in PLACES:
        yield pytest.param(name, FOUR_LOOKS, id=f"{name}, every look", marks=pytest.mark.slow)


@pytest.mark.parametrize(("name", "looks"), [*seen()])
def test_axe_finds_nothing_nothing_runs_off_and_the_title_says_what_is_shown(
    server: Server, reader: Page, name: str, looks: Looks
) -> None:
    place, page = PLACES[name], reader
    walk(page, server.url + place.address)
    settled(page)
    expect(page).to_have_title(" · ".join(filter(None, (place.title, APP))))
    if name == "explore, take it away":
        download_button(page).click()
        expect(page.get_by_role("button", name=re.compile(f"^Download {FEW} practices"))).to_be_visible()
    folds = page.get_by_role("main").locator("summary").filter(has_text=place.fold or "")
    if place.fold == EVERY_FOLD:
        for one in folds.all():
            one.click()
    elif place.fold:
        folds.first.click()
        expect(page.get_by_role("main").get_by_role("table").first).to_be_visible()
    found = faults_everywhere(page, looks=looks)
    assert not found, "\n".join(found)
