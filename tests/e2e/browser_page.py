"""Where things are on a page, as a person would name them."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Sequence
from re import Pattern
from typing import Any
from urllib.parse import urlsplit

from app_server import ROOT
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page, expect

HOUSING_IN_ITALY = "/explore?country=IT&sector=housing-and-settlement"


def catalogue(table: str) -> list[dict[str, str]]:
    """Return the rows of a table of the catalogue's files."""
    with (ROOT / "data" / "catalogue" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


PRACTICES = catalogue("practices")
ALL = len(PRACTICES)
FEW = sum(
    "IT" in one["countries"].split(";") and "housing-and-settlement" in one["sectors"].split(";") for one in PRACTICES
)
FOUND = f"{FEW} practices in Italy on housing and settlement."


def heading(page: Page, name: str | Pattern[str] | None = None) -> Locator:
    return page.get_by_role("heading", level=1, name=name) if name else page.get_by_role("heading", level=1)


def sentence(page: Page) -> Locator:
    """Return the sentence above the result."""
    words = re.compile(r"^All [\d,]+ practices\.$|^([\d,]+|No) (of [\d,]+ )?practices? (?!have |has |from ).*\.$")
    return page.get_by_role("main").get_by_role("paragraph").filter(has_text=words)


def download_button(page: Page) -> Locator:
    """Return the button that opens what can be downloaded of what is shown; charts have one of their own."""
    return page.get_by_test_id("stPopoverButton").filter(has_text=re.compile("Download(?! chart)"))


def settled(page: Page) -> None:
    """Wait until the script has run and everything it drew is there: the footer comes last."""
    expect(page.get_by_role("main").get_by_text(re.compile("^(Data v|Datenv)ersion"))).to_be_visible()
    idle(page)


_BUSY = ", ".join(
    (
        '[data-testid="stApp"][data-test-script-state="running"]',
        '[data-testid="stApp"][data-test-script-state="rerunRequested"]',
        '[data-stale="true"]',
        '[data-testid="stSkeleton"]',
    )
)
_A_WHILE = 100  # ms; what a press sets off begins on the server, so a page is not busy at once


def idle(page: Page) -> None:
    """Wait until no script runs and nothing that is drawn is left over from the run before, now and a while later."""
    for _ in range(20):
        expect(page.locator(_BUSY)).to_have_count(0)
        page.wait_for_timeout(_A_WHILE)
        if page.locator(_BUSY).count() == 0:
            return
    raise AssertionError("the page does not come to rest")


_WALK = """address => new Promise(there => {
    const app = document.querySelector('[data-testid="stApp"]');
    setTimeout(there, 5000, false);
    new MutationObserver((_, watch) => { watch.disconnect(); there(true) })
        .observe(app, { attributeFilter: ["data-test-script-state"] });
    const link = document.body.appendChild(Object.assign(document.createElement("a"), { href: address }));
    link.addEventListener("click", event => event.preventDefault());
    link.click();  // somebody goes on, also right after Back
    link.remove();
    history.pushState({}, "", address);
    dispatchEvent(new PopStateEvent("popstate", { state: {} }));
})"""


def walk(page: Page, address: str) -> None:
    """Go to an address as Back and Forward do: the app is not loaded anew, which is most of what a page costs."""
    there = urlsplit(page.url)[:2] == urlsplit(address)[:2] and page.get_by_test_id("stApp").count() > 0
    if page.url == address or not there or not page.evaluate(_WALK, address):
        page.goto(address)


def menu(page: Page) -> Locator:
    return page.get_by_role("navigation", name="App pages")


def chart(page: Page, name: str | Pattern[str]) -> Locator:
    """Return a chart by its text for those who do not see it."""
    return page.locator('[role="graphics-document"]').and_(page.get_by_label(name, exact=True))


def choose(page: Page, label: str, option: str) -> None:
    """Choose a value in a list by keyboard: type its beginning, press Enter, leave the list."""
    box = page.get_by_role("combobox", name=label)
    box.click()
    box.press_sequentially(option)
    expect(page.get_by_role("option", name=re.compile(f"^{re.escape(option)}( ·.*)? \\("))).to_be_visible()
    box.press("Enter")
    box.press("Escape")


def pick(page: Page, label: str, option: str) -> None:
    """Choose the one value of a list that begins so, by keyboard; Escape would take it away again."""
    idle(page)
    box = page.get_by_role("combobox", name=label, exact=True)
    box.press_sequentially(option)
    expect(page.get_by_role("option", name=re.compile(f"^{re.escape(option)}"))).to_be_visible()
    box.press("Enter")
    idle(page)


_POINT_ON = """mark => {
    const {left, top, width, height} = mark.getBoundingClientRect();
    for (let step = 1; step < 40; step++)
        for (let other = 1; other < 40; other++) {
            const [x, y] = [left + width * step / 40, top + height * other / 40];
            if (document.elementFromPoint(x, y) === mark) return [x, y];
        }
    return null;
}"""


def click_mark(page: Page, mark: Locator) -> None:
    """Click where a mark of a chart really is: the middle of a country may lie in the sea."""
    expect(mark).to_be_visible()
    mark.scroll_into_view_if_needed()
    point = mark.evaluate(_POINT_ON)
    assert point, "the mark is covered everywhere"
    page.mouse.click(*point)


# --- for everybody: no fault that axe finds, nothing that runs off the screen --------------------------------

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
_CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def _background(theme: str) -> str:
    """Return the background of a theme as the browser says it."""
    colour = _CONFIG["theme"][theme]["backgroundColor"].lstrip("#")
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (0, 2, 4))})"


# Faults of Streamlit's own parts that no page of ours can mend: the rule of axe and the part.
STREAMLITS = {("presentation-role-conflict", "stFileUploaderDropzone")}


def _part(node: dict[str, Any]) -> str:
    found = re.search(r'data-testid="(\w+)"', node["html"])
    return found[1] if found else ""


# The rules of axe whose answer hangs on colours or on how wide a page is; those about names, roles and order do not.
OF_A_LOOK = ("color-contrast", "link-in-text-block", "scrollable-region-focusable")
_AXE = "options => axe.run(options).then(({violations}) => violations)"


def faults(page: Page, where: str, rules: Sequence[str] = ()) -> list[str]:
    """Return what axe finds on a page as it stands, by every rule or some, and what runs off its screen."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = [
        f"{where}: {one['id']} ({one['impact']}): {one['help']}: {[node['html'][:200] for node in nodes[:3]]}"
        for one in page.evaluate(_AXE, options)
        if (nodes := [node for node in one["nodes"] if (one["id"], _part(node)) not in STREAMLITS])
    ]
    for part in ("html", "[data-testid='stMain']"):
        width, room = page.locator(part).first.evaluate("e => [e.scrollWidth, e.clientWidth]")
        found += [f"{where}: {part} is {width} px wide in {room}"] if width > room + 1 else []
    return found


Look = tuple[Any, Any]
Looks = Sequence[Look]
# Each run has both sizes and both themes of a page, and of its further views one; the slow form has all four of each.
TWO_LOOKS: Looks = ((NARROW, "dark"), (WIDE, "light"))
FOUR_LOOKS: Looks = ((NARROW, "light"), *TWO_LOOKS, (WIDE, "dark"))


def shared_out(views: Sequence[str]) -> list[tuple[str, Looks]]:
    """Return each view with the one look it is seen in, a look after the other: each change costs a run of the page."""
    return [(view, (look,)) for at, look in enumerate(TWO_LOOKS) for view in views[at::2]]


def faults_everywhere(page: Page, where: str = "", looks: Looks = TWO_LOOKS) -> list[str]:
    """Return the faults of a page in some looks: by every rule in the first, which is how it stands if that is one."""
    found = []
    for at, (size, theme) in enumerate(sorted(looks, key=lambda look: look[0] != page.viewport_size)):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme)
        settled(page)
        expect(page.get_by_test_id("stApp")).to_have_css("background-color", _background(theme))
        found += faults(page, f"{where} {size['width']} px, {theme}".strip(), OF_A_LOOK if at % 2 else ())
    return found
