"""Finding the way: menu, titles, keyboard, drawer; and pages that do not jump while they come."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from app_server import Server
from browser_page import HOUSING_IN_ITALY, NARROW, heading, settled, walk
from conftest import NewContext
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.e2e

APP = "Integration Practices"


def test_the_title_follows_a_filter_and_the_menu(server: Server, page: Page) -> None:
    page.goto(server.url + HOUSING_IN_ITALY)
    expect(page).to_have_title(f"Housing and settlement in Italy · Explore · {APP}")
    settled(page)
    page.get_by_role("button", name=re.compile("^Remove Italy")).click()
    expect(page).to_have_title(f"Housing and settlement · Explore · {APP}")
    settled(page)
    page.get_by_role("banner").get_by_role("link", name="Evidence").click()
    expect(page).to_have_title(f"Evidence · {APP}")


# --- the menu ----------------------------------------------------------------------------------------------

IN_THE_BAR = ["What works", "Explore", "Compare", "Evidence", "Assess your own"]
IN_MORE = [
    "What do you need?", "Communities", "Gap map", "Your weighting", "Method", "About the catalogue", "Open a file",
    "Start page",
]  # fmt: skip


def _more(page: Page) -> Locator:
    return page.get_by_role("banner").get_by_role("button", name="More", exact=True)


def test_six_entries_stand_in_the_menu_and_nothing_is_behind_a_number(server: Server, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(server.url + "/method")
    settled(page)
    bar = page.get_by_role("banner")
    links = [words.split("\n")[-1] for words in bar.get_by_test_id("stTopNavLink").all_inner_texts()]
    assert links == IN_THE_BAR
    expect(bar.get_by_test_id("stTopNavSection").locator("visible=true")).to_have_count(1)
    expect(bar.get_by_text(re.compile(r"\d+ more"))).to_have_count(0)
    _more(page).click()
    entries = page.get_by_role("menu").get_by_role("menuitem")
    expect(entries).to_have_count(len(IN_MORE))
    for entry, name in zip(entries.all(), IN_MORE, strict=True):
        expect(entry).to_contain_text(name)
    entries.filter(has_text="What do you need?").click()
    expect(heading(page)).to_have_text("What do you need?")


# Streamlit goes by what the browser calls itself.
TELEPHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"
)


def test_on_a_telephone_the_drawer_closes_once_a_page_is_chosen_and_stays_closed(
    server: Server, new_context: NewContext
) -> None:
    page = new_context(viewport=NARROW, has_touch=True, is_mobile=True, user_agent=TELEPHONE).new_page()
    page.goto(server.url)
    settled(page)
    drawer = page.get_by_test_id("stSidebar")
    expect(drawer).not_to_be_in_viewport()
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(drawer).to_be_in_viewport()
    drawer.get_by_role("link", name="Evidence").click()
    expect(heading(page)).to_have_text("Evidence library")
    expect(drawer).not_to_be_in_viewport()
    page.reload()
    settled(page)
    expect(heading(page)).to_have_text("Evidence library")
    expect(drawer).not_to_be_in_viewport()


@pytest.mark.parametrize("width", [390, 320])
def test_on_a_telephone_the_menu_has_its_word_beside_logo_and_language(width: int, server: Server, page: Page) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for language, word in (("en", "Menu"), ("de", "Menü")):
        page.goto(f"{server.url}/method?lang={language}")
        button = page.get_by_role("button", name=word, exact=True)
        expect(button).to_be_visible()
        expect(page.locator(".st-key-reader_language input")).to_be_visible()
        assert button.evaluate("e => getComputedStyle(e, '::after').content") == f'"{word}"'
        around = [
            one.bounding_box()
            for one in (page.get_by_test_id("stHeaderLogo"), button, page.locator(".st-key-reader_language"))
        ]
        edges = [edge for box in around if box for edge in (box["x"], box["x"] + box["width"])]
        assert len(edges) == 6
        assert [0, *edges, width] == sorted([0, *edges, width]), "one over the other, or over the edge"


# --- the keyboard ------------------------------------------------------------------------------------------

MOST_TABS = 12
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def _focused(page: Page) -> str:
    return str(page.evaluate("() => document.activeElement.outerHTML.slice(0, 300)"))


def test_a_link_leads_past_the_menu_and_the_filters_to_the_first_practice(server: Server, page: Page) -> None:
    page.goto(server.url + HOUSING_IN_ITALY)
    settled(page)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the result")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    for _ in range(2, MOST_TABS + 1):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.matches('a[href*=\"practice=\"]:not([href*=compare])')"):
            break
    else:
        pytest.fail(f"after {MOST_TABS} Tabs the focus is at {_focused(page)}")
    assert page.url.endswith("#result")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/practice\?practice="))


# The ring of what has the focus and the ground around it, as they are painted. A ring may be that of the label or the
# field that holds the focused input, as Streamlit draws radios and fields.
_RING = """() => {
  const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const seen = text => { const [r, g, b, a = 1] = rgb(text); return a > 0.99 ? [r, g, b] : null; };
  const ground = e => { for (let x = e.parentElement; x; x = x.parentElement) {
      const c = seen(getComputedStyle(x).backgroundColor); if (c) return c; } return [255, 255, 255]; };
  const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ratio = (...two) => { const [x, y] = two.map(light).sort((m, n) => n - m); return (x + 0.05) / (y + 0.05); };
  const focused = document.activeElement;
  let best = 0;
  for (let e = focused, up = 0; e && up < 5; e = e.parentElement, up++) {
    const s = getComputedStyle(e);
    if (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 && seen(s.outlineColor))
      best = Math.max(best, ratio(seen(s.outlineColor), ground(e)));
  }
  const name = focused.getAttribute('aria-label') || focused.innerText || focused.id || '';
  return [focused.tagName + ' ' + name.slice(0, 40), best];
}"""


def _rings(page: Page, most: int) -> dict[str, float]:
    """Go through a page with Tab; return what had the focus and the contrast of its ring with the ground."""
    found: dict[str, float] = {}
    for _ in range(most):
        page.keyboard.press("Tab")
        name, ratio = page.evaluate(_RING)
        if name.startswith("BODY"):
            break
        found[name] = min(ratio, found.get(name, 99))
    return found


@pytest.mark.parametrize(
    "link",
    [
        "/gaps",
        *(pytest.param(one, marks=pytest.mark.slow) for one in ("/", "/practice?practice=duo-for-a-job", "/evidence")),
    ],
)
def test_whatever_has_the_focus_wears_a_ring_of_three_to_one(server: Server, page: Page, link: str) -> None:
    faint = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.goto(server.url + link)  # anew, so that Tab begins at its beginning
        settled(page)
        rings = _rings(page, 40)
        assert len(rings) > 12, rings
        assert any("Explore" in name for name in rings), "menu links are gone through"
        faint += [(theme, name, round(ratio, 2)) for name, ratio in rings.items() if ratio < 3]
    assert not faint


# --- what is asked for begins in the first screen -----------------------------------------------------------


def test_the_answer_begins_in_the_first_screen(server: Server, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    for address, what, most in (
        ("/explore?country=IT&sector=housing-and-settlement", ".stPageLink:has-text('Refugees Welcome Italia')", 400),
        ("/explore", ".stPageLink:has(strong)", 400),
        ("/gaps", "[class*='st-key-chart-'], .stVegaLiteChart", 360),
        ("/needs?sector=language&target-group=refugees", "h2:has-text('Practices that fit')", 700),
    ):
        walk(page, server.url + address)
        settled(page)
        box = page.locator(what).first.bounding_box()
        assert box, address
        assert box["y"] < most, address


# --- nothing jumps -----------------------------------------------------------------------------------------

MOST_SHIFT = 0.1
_SHIFT = """() => { window.shift = 0; new PerformanceObserver(list => { for (const one of list.getEntries())
  if (!one.hadRecentInput) window.shift += one.value; }).observe({type: 'layout-shift', buffered: true}); }"""


@pytest.mark.slow  # how far a page jumps depends on how busy the machine is
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    "link",
    [
        *("/", "/what-works", "/gaps", "/evidence", "/method", "/practice?practice=duo-for-a-job"),
        *("/practice?practice=duo-for-a-job&lang=de", "/needs?sector=language&target-group=refugees"),
    ],
)
def test_a_page_does_not_jump_while_it_comes(server: Server, new_context: NewContext, link: str, width: int) -> None:
    page = new_context(viewport={"width": width, "height": 800}).new_page()
    page.add_init_script(f"({_SHIFT})()")
    page.goto(server.url + link)
    settled(page)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("() => window.shift") <= MOST_SHIFT
