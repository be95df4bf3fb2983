"""Her answers stay in her hands: kept in the browser through every mishap, and nowhere else before she submits."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from app_server import Server
from browser_page import NARROW, WIDE, faults, settled, walk
from conftest import NewContext
from cuttable_proxy import Proxy
from playwright.sync_api import Locator, Page, expect

from criteria.framework import current_framework
from practices_db.files.briefs import as_html, own_brief
from practices_db.files.self_assessment.form import OwnAnswer, new_form
from practices_db.files.self_assessment.open_file import open_file

pytestmark = pytest.mark.e2e

FRAMEWORK = current_framework()
LABELS = {one.id: one.label for one in FRAMEWORK.indicators}
SHORT = [(one.id, one.label) for criterion in FRAMEWORK.headlines for one in criterion.indicators]
STEPS = [
    "start",
    "profile",
    *LABELS,
    *("result", "next-steps", "learn-from", "colleagues", "last-year", "take-away", "submit"),
]
SECONDS_OF_A_SESSION = 3  # how long the server of these tests remembers a session whose connection is gone
PLANTED_NAME, PLANTED_NOTE, PLANTED_LINK = "Quokkaname Lighthouse", "quokkanote of ours", "https://quokkalink.example"


def at(page: Page, url: str, step: str) -> Page:
    page.goto(f"{url}/self_assessment?step={step}")
    settled(page)
    expect(page.get_by_role("combobox", name="Step, in any order")).to_be_enabled()
    return page


def group(page: Page, label: str) -> Locator:
    return page.get_by_role("radiogroup", name=f"Which is true of your practice? ({label})")


def chosen(page: Page, label: str, words: str) -> Locator:
    """Return the answer if it is chosen, to be counted: for a moment an old form can stand beside the new one."""
    return group(page, label).get_by_role("radio", name=re.compile(f"^{words}"), checked=True)


def answer(page: Page, label: str, words: str) -> None:
    group(page, label).get_by_text(words, exact=True).click()
    expect(page.get_by_role("button", name="Take this answer back").first).to_be_visible()
    settled(page)


def answered(page: Page, count: int) -> None:
    expect(page.get_by_text(re.compile(rf"^{count} of {len(SHORT)} answered \(short form\)"))).to_be_visible()


def kept(page: Page) -> Locator:
    return page.get_by_text(re.compile(r"^Kept in this browser at \d\d:\d\d:\d\d\.$"))


def go_on(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Next: ")).click()
    settled(page)


def answer_three(page: Page, url: str) -> None:
    """Name the practice and answer the first three indicators, one with a note and a link."""
    at(page, url, "profile")
    page.get_by_role("textbox", name="Name of the practice").fill(PLANTED_NAME)
    page.get_by_role("textbox", name="Name of the practice").blur()
    settled(page)
    for count, (_, label) in enumerate(SHORT[:3], start=1):
        go_on(page)
        answer(page, label, "Partly met" if count % 2 else "Met")
        answered(page, count)
        if count == 1:
            page.get_by_role("textbox", name=f"Note ({label})").fill(PLANTED_NOTE)
            link = page.get_by_role("textbox", name=f"Link to where one can read it ({label})")
            link.fill(PLANTED_LINK)
            link.blur()
            settled(page)


def everything_is_there(page: Page, url: str) -> None:
    at(page, url, SHORT[0][0])
    answered(page, 3)
    label = SHORT[0][1]
    expect(chosen(page, label, "Partly met")).to_have_count(1)
    expect(page.get_by_role("textbox", name=f"Note ({label})")).to_have_value(PLANTED_NOTE)
    expect(page.get_by_role("textbox", name=f"Link to where one can read it ({label})")).to_have_value(PLANTED_LINK)
    expect(kept(page)).to_be_visible()


@pytest.fixture
def own_server(catalogue_db: Path, tmp_path: Path) -> Iterator[Server]:
    """Return a server that soon forgets lost sessions; all it could write to lies under tmp_path."""
    (tmp_path / "tmp").mkdir()
    shutil.copy(catalogue_db, tmp_path / "practices.duckdb")
    running = started(tmp_path)
    yield running
    running.stop()


def started(folder: Path) -> Server:
    return Server(
        folder / "practices.duckdb",
        f"--server.disconnectedSessionTTL={SECONDS_OF_A_SESSION}",
        "--logger.level=debug",
        environment={"TMPDIR": str(folder / "tmp")},
    ).wait_until_healthy()


def port(server: Server) -> int:
    return int(server.url.rsplit(":", 1)[1])


def through_every_mishap(server: Server, new_context: NewContext, folder: Path, seconds_cut: float) -> None:
    context = new_context()
    page = context.new_page()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    proxy = Proxy(port(server))
    other = None
    try:
        answer_three(page, proxy.url)

        proxy.cut()
        time.sleep(seconds_cut)  # the mishap itself: a connection that is gone this long
        proxy.mend()
        everything_is_there_without_a_reload(page)

        proxy.cut()
        server.stop()
        other = started(folder)
        proxy.target = port(other)
        proxy.mend()
        everything_is_there_without_a_reload(page)
        everything_is_there(page, proxy.url)

        page.close()
        page = context.new_page()
        at(page, proxy.url, "start")
        expect(page.get_by_text(f"Here already: {PLANTED_NAME}, 3 answers.")).to_be_visible()
        everything_is_there(page, proxy.url)

        stranger = new_context().new_page()
        at(stranger, proxy.url, "start")
        answered(stranger, 0)
        expect(stranger.get_by_role("button", name="Start new")).to_be_visible()
        assert stranger.evaluate("Object.keys(localStorage).filter(k => k.startsWith('integration-practices'))") == []

        at(page, proxy.url, "take-away")
        for label in ("Save your file (JSON)", "Report (PDF)", "Workbook (XLSX)"):
            with page.expect_download() as download:
                page.get_by_role("button", name=label).click()
            assert download.value.path().stat().st_size > 1_000
        other.stop()
        console = server.console + other.console
    finally:
        proxy.close()
        if other:
            other.stop()
    nowhere_else(folder, console, [*asked, page.url])


def everything_is_there_without_a_reload(page: Page) -> None:
    """The page comes back by itself when the connection does."""
    answered(page, 3)
    expect(kept(page)).to_be_visible(timeout=60_000)
    settled(page)
    expect(page.get_by_role("radiogroup").first).to_be_visible()
    go_back = page.get_by_role("button", name=re.compile("^Back: "))
    go_back.click()
    settled(page)
    answered(page, 3)


def nowhere_else(folder: Path, console: str, addresses: list[str]) -> None:
    """None of the planted strings stands in a file the server could write, in its log, or in an address."""
    planted = [PLANTED_NAME, PLANTED_NOTE, PLANTED_LINK]
    planted += [text.replace(" ", "%20") for text in planted] + [text.replace(" ", "+") for text in planted]
    assert len(console) > 1_000  # the log speaks at its most talkative level
    assert len(addresses) > 50
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "practices.duckdb" for path in files)
    for text in (*planted, "quokka"):
        for path in files:
            assert text.lower().encode() not in path.read_bytes().lower(), (text, path.name)
        assert text.lower() not in console.lower(), text
        assert not [one for one in addresses if text.lower() in one.lower()], text


def test_answers_survive_a_cut_a_restart_a_reload_and_a_closed_tab_and_are_nowhere_else(
    own_server: Server, new_context: NewContext, tmp_path: Path
) -> None:
    through_every_mishap(own_server, new_context, tmp_path, 2 * SECONDS_OF_A_SESSION)


@pytest.mark.slow
def test_answers_survive_a_cut_of_five_minutes(own_server: Server, new_context: NewContext, tmp_path: Path) -> None:
    through_every_mishap(own_server, new_context, tmp_path, 300)


def stored(page: Page) -> str:
    return str(page.evaluate("localStorage.getItem('integration-practices:self-assessment')"))


def test_everything_here_is_forgotten_on_a_shared_computer(server: Server, page: Page) -> None:
    step, label = SHORT[0]
    answer(at(page, server.url, step), label, "Met")
    expect(kept(page)).to_be_visible()
    at(page, server.url, "start")
    page.get_by_role("button", name="Forget on this computer").click()
    page.get_by_role("button", name="Yes, forget everything").click()
    answered(page, 0)
    expect(page.get_by_text("Forgotten: this browser keeps nothing of it.")).to_be_visible()
    assert stored(page) == "None"
    page.reload()
    settled(page)
    answered(page, 0)


def test_what_a_browser_keeps_and_nobody_can_read_is_said_and_not_lost(server: Server, page: Page) -> None:
    at(page, server.url, "start")
    page.evaluate("localStorage.setItem('integration-practices:self-assessment', '{broken')")
    page.reload()
    settled(page)
    expect(page.get_by_text("What this browser kept is not a self-assessment")).to_be_visible()
    assert stored(page) == "{broken"
    with page.expect_download() as download:
        page.get_by_role("button", name="Download what is there").click()
    assert download.value.path().read_text(encoding="utf-8") == "{broken"


# --- by keyboard alone ---------------------------------------------------------------------------------------------


def tab_to(page: Page, name: str, field: bool = False) -> None:
    """Press Tab until the focus is on something that is called like this; a field has its help before it."""
    for _ in range(80):
        page.keyboard.press("Tab")
        told = page.evaluate(
            "(() => { const e = document.activeElement;"
            " return [e.getAttribute('aria-label'), e.matches('button, a, summary') ? e.innerText : '',"
            " ...[...(e.labels ?? [])].map(l => l.innerText), e.closest('[role=radiogroup]')?.ariaLabel].join('|') })()"
        )
        if name in told and (not field or page.evaluate("document.activeElement.matches('input, textarea')")):
            return
    raise AssertionError(f"no Tab leads to {name!r}")


def press(page: Page, name: str, key: str = "Enter") -> None:
    tab_to(page, name)
    page.keyboard.press(key)
    settled(page)


def test_an_assessment_from_its_first_page_to_the_file_by_keyboard_alone(server: Server, page: Page) -> None:
    """With two of its questions: the others are answered as these are."""
    page.goto(f"{server.url}/self_assessment")
    settled(page)
    press(page, "Start new")
    tab_to(page, "Name of the practice")
    page.keyboard.type("By keyboard")
    press(page, "Next: ")
    for count, (id_, label) in enumerate(SHORT[:2], start=1):
        expect(page).to_have_url(re.compile(rf"step={id_}$"))
        expect(page.get_by_role("heading", level=2, name=label)).to_be_focused()
        press(page, f"({label})", "Space")
        answered(page, count)
        tab_to(page, f"What shows it? ({label})", field=True)
        page.keyboard.press("Space")
        settled(page)
        tab_to(page, f"Note ({label})", field=True)
        page.keyboard.type(f"Made up for {id_}.")
        settled(page)
        press(page, "Next: ")
    for name, title in (("Your result", "Where your practice stands"), ("Download", "Download")):
        tab_to(page, "Step, in any order")
        page.keyboard.type(name)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=2, name=title)).to_be_focused()
        settled(page)
    tab_to(page, "Save your file (JSON)")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    form = open_file(download.value.path().read_bytes()).form
    assert form.profile.name == "By keyboard"
    assert [(one.indicator, one.evidence_level, one.note) for one in form.answers] == [
        (id_, 0, f"Made up for {id_}.") for id_, _ in SHORT[:2]
    ]


def test_no_word_of_the_report_is_broken_on_a_telephone(page: Page) -> None:
    form = new_form(date(2026, 1, 1))
    for id_, _ in SHORT:
        form = form.with_answer(OwnAnswer(indicator=id_, answer="partly"))
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.set_content(as_html(own_brief(form, form.saved_on)))
    broken = page.locator("th, td:first-child").evaluate_all(
        """cells => cells.filter(cell => {
            const range = document.createRange(), text = cell.firstChild
            range.setStart(text, 0)
            range.setEnd(text, (text.data + " ").indexOf(" "))
            return range.getClientRects().length > 1
        }).map(cell => cell.innerText)"""
    )
    assert page.get_by_role("columnheader").count() > 5
    assert broken == []


# --- for everybody -------------------------------------------------------------------------------------------------


def nameless(page: Page, where: str) -> list[str]:
    """Return the controls of a step without an accessible name, and the names that several fields have."""
    fields = page.get_by_test_id("stMain").locator("input:not([type=file]), textarea, button, a, [role=radiogroup]")
    told = fields.evaluate_all(
        """all => all.filter(e => e.checkVisibility()).map(e => [e.matches("input, textarea"), (
            e.getAttribute("aria-label") || [...(e.labels ?? [])].map(l => l.innerText).join(" ") || e.innerText
            || e.title || e.querySelector("img")?.alt || "").trim(), e.outerHTML.slice(0, 150)])"""
    )
    names = [name for is_field, name, _ in told if is_field and name]
    found = [f"{where}: no name: {html}" for _, name, html in told if not name]
    return found + [f"{where}: several fields are called {name!r}" for name in set(names) if names.count(name) > 1]


# The indicators' steps differ in their words alone: two, of which one has the most.
IN_THE_LIGHT = ("start", "evi-independent-evaluation", "result", "learn-from", "last-year", "submit")
IN_THE_DARK = ("profile", "eff-result", "next-steps", "colleagues", "take-away")


def steps_are_faultless(page: Page, url: str, seen: dict[str, Sequence[str]]) -> None:
    """Look at steps with the answers of a real practice: in the light on a desk, in the dark on a telephone."""
    page.goto(f"{url}/self_assessment?practice=humanitarian-corridors")
    settled(page)
    page.get_by_text("Take its published answers too").click()
    settled(page)
    page.get_by_role("button", name="Start from its facts").click()
    expect(page.get_by_role("heading", name="About your practice")).to_be_visible()
    page.get_by_role("button", name="Back: Start").click()
    expect(page.get_by_role("radio", name=re.compile("^Whole form"))).to_be_checked()
    found: list[str] = []
    for theme, steps in seen.items():
        page.emulate_media(color_scheme="light" if theme == "light" else "dark")
        page.set_viewport_size(WIDE if theme == "light" else NARROW)  # type: ignore[arg-type]
        for step in steps:
            settled(page)
            walk(page, f"{url}/self_assessment?step={step}")
            settled(page)
            if step in LABELS:
                expect(page.get_by_role("heading", level=2, name=LABELS[step])).to_be_visible()
            found += faults(page, f"{step}, {theme}") + nameless(page, step)
            if step in LABELS and theme == "dark":
                height = page.get_by_test_id("stMain").evaluate("e => e.scrollHeight")
                found += [f"{step}: {height} px on a telephone"] if height > 3 * NARROW["height"] else []
    assert not found, "\n".join(found)


def test_axe_finds_nothing_serious_on_the_steps(server: Server, new_context: NewContext) -> None:
    seen = {"light": IN_THE_LIGHT, "dark": IN_THE_DARK}
    steps_are_faultless(new_context(bypass_csp=True).new_page(), server.url, seen)


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_any_step_in_either_theme(
    server: Server, new_context: NewContext, theme: str
) -> None:
    steps_are_faultless(new_context(bypass_csp=True).new_page(), server.url, {theme: STEPS})
