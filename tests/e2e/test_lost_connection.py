"""Nothing typed is lost on a phone whose connection is cut at the socket, whose server restarts, or that has two tabs.

What is typed here is made up.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from app_server import Server
from browser_page import NARROW, pick, settled
from conftest import Profiles
from cuttable_proxy import Proxy
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from criteria.framework import current_framework
from practices_db.files.self_assessment.form import Draft, OwnAnswer, new_form
from practices_db.files.self_assessment.open_file import open_draft

pytestmark = pytest.mark.e2e

FRAMEWORK = current_framework()
FIRST = FRAMEWORK.indicators[0]
STEP = FIRST.id
ACTIONS = pytest.mark.parametrize(
    "action", ["type", *(pytest.param(one, marks=pytest.mark.slow) for one in ("choose", "go on"))]
)
SECONDS_OF_A_SESSION = 3  # how long the server of these tests remembers a session whose connection is gone
UNTIL_IT_IS_LOST = 2 * SECONDS_OF_A_SESSION
BEFORE = "Written before the cut. "
SAID = "Eighty-nine people came to the made-up café, and thirty-one of them came back in the spring."
DAY = date(2026, 1, 1)
SHEET = "humanitarian-corridors"
NO_CONNECTION = "No connection: kept in this browser, not yet counted."
# Where the caret is when Streamlit lays its dialog over the page; whatever has it has a name.
WATCH_DIALOG = """new MutationObserver(all => all.forEach(one => one.addedNodes.forEach(node => {
    if (node.dataset?.testid === "stDialog") window.laid = document.activeElement.tagName
}))).observe(document.body, { childList: true })"""
KEPT = re.compile(r"^Kept in this browser at \d\d:\d\d:\d\d\.$")


@dataclass
class Line:
    """A phone, the connection it has, and the server at its other end."""

    folder: Path
    server: Server
    proxy: Proxy
    context: BrowserContext
    seconds: int

    def restart(self) -> None:
        self.server.stop()
        self.server = started(self.folder, self.seconds)
        self.proxy.target = port(self.server)

    def open(self, path: str, page: Page | None = None) -> Page:
        """Return an address opened in a new tab, or in this one."""
        page = page or self.context.new_page()
        page.goto(self.proxy.url + path)
        settled(page)
        return page


def port(server: Server) -> int:
    return int(server.url.rsplit(":", 1)[1])


def started(folder: Path, seconds: int) -> Server:
    option = f"--server.disconnectedSessionTTL={seconds}"
    return Server(folder / "practices.duckdb", option).wait_until_healthy()


@contextmanager
def lines(catalogue_db: Path, folder: Path, browser: Browser, seconds: int) -> Iterator[Line]:
    shutil.copy(catalogue_db, folder / "practices.duckdb")
    server = started(folder, seconds)
    proxy = Proxy(port(server))
    profiles = Profiles(browser)
    line = Line(folder, server, proxy, profiles.open(viewport=NARROW), seconds)
    yield line
    profiles.close()
    proxy.close()
    line.server.stop()
    profiles.check()


@pytest.fixture(scope="module")
def shared_line(catalogue_db: Path, tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Line]:
    with lines(catalogue_db, tmp_path_factory.mktemp("line"), browser, SECONDS_OF_A_SESSION) as line:
        yield line


@pytest.fixture
def line(shared_line: Line) -> Line:
    """Return a phone's line to a server that soon forgets lost sessions; the phone has kept nothing."""
    shared_line.proxy.mend()
    context = shared_line.context
    emptying = context.new_page()
    for page in context.pages[:-1]:
        page.close()
    emptying.goto(f"{shared_line.proxy.url}/healthz")
    emptying.evaluate("localStorage.clear(), sessionStorage.clear()")
    emptying.close()
    return shared_line


@pytest.fixture
def patient_line(catalogue_db: Path, tmp_path: Path, browser: Browser) -> Iterator[Line]:
    """Return a phone's line to a server that remembers lost sessions as long as it does everywhere."""
    with lines(catalogue_db, tmp_path, browser, 120) as line:
        yield line


def radios(page: Page, label: str) -> Locator:
    return page.get_by_role("radiogroup", name=re.compile(rf"\({re.escape(label)}\)$"))


def option(page: Page, label: str, words: str) -> Locator:
    return radios(page, label).get_by_text(words, exact=True)


def chosen(page: Page, label: str, words: str) -> Locator:
    return radios(page, label).get_by_role("radio", name=re.compile(f"^{words}"), checked=True)


def note(page: Page, label: str) -> Locator:
    """Return the field of the note; the address below it has such a name too, and may be drawn before it."""
    return page.get_by_role("textbox", name=re.compile(rf"\({re.escape(label)}\)$")).and_(page.locator("textarea"))


def type_on(page: Page, words: str) -> None:
    """Go on writing at the end of the first note."""
    note(page, FIRST.label).focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(words, delay=10)


def stored(page: Page, slot: str = "self-assessment") -> Draft:
    """Return the draft that the browser keeps, without what was typed and is not yet counted."""
    kept = page.evaluate(f"localStorage.getItem('integration-practices:{slot}')")
    return open_draft(json.loads(kept)["text"])[0] if kept else Draft(mine=new_form(DAY))


def in_storage(page: Page, words: str) -> bool:
    return words in page.evaluate("JSON.stringify(Object.values(localStorage))")


def until(said: Callable[[], object], seconds: float = 20) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < end, "it did not come to be so"
        time.sleep(0.1)


def connected(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-connection-state", "CONNECTED", timeout=120_000)


def begun(line: Line, page: Page | None = None) -> Page:
    """Answer the first question, with the beginning of a note."""
    page = line.open(f"/self_assessment?step={STEP}", page)
    option(page, FIRST.label, "Met").click()
    settled(page)
    note(page, FIRST.label).press_sequentially(BEFORE)
    until(lambda: stored(page).mine.answer(FIRST.id) and stored(page).mine.answers[0].note == BEFORE)
    expect(page.get_by_text(KEPT)).to_be_in_viewport()
    return page


def counted(page: Page, **parts: str) -> None:
    """Wait until parts of the first answer are in the draft, in the field, and the line says so."""
    until(lambda: (given := stored(page).mine.answer(FIRST.id)) and given.model_dump().items() >= parts.items())
    settled(page)
    if "note" in parts:
        expect(note(page, FIRST.label)).to_have_value(parts["note"])
    expect(page.get_by_text(KEPT)).to_be_in_viewport()


def typed_in_a_cut(line: Line, page: Page, seconds: float) -> None:
    """Go on typing while there is no connection; it is kept at once and counted after the return."""
    type_on(page, "Now ")
    began = time.monotonic()
    line.proxy.cut()
    page.keyboard.type(SAID, delay=15)
    until(lambda: in_storage(page, BEFORE + "Now " + SAID), 1)
    expect(page.get_by_text(NO_CONNECTION)).to_be_in_viewport()
    option(page, FIRST.label, "Partly met").click()
    time.sleep(max(0.0, seconds - (time.monotonic() - began)))
    expect(page.get_by_text(NO_CONNECTION)).to_be_in_viewport()
    expect(note(page, FIRST.label)).to_have_value(BEFORE + "Now " + SAID)
    line.proxy.mend()
    connected(page)
    counted(page, note=BEFORE + "Now " + SAID, answer="partly")
    expect(chosen(page, FIRST.label, "Partly met")).to_have_count(1)


def first_action_after(page: Page, action: str) -> None:
    """Do one thing as soon as the connection is back: it holds."""
    connected(page)
    if action == "type":
        type_on(page, SAID)
        counted(page, note=BEFORE + SAID)
    elif action == "choose":
        option(page, FIRST.label, "Not met").click()
        counted(page, answer="not-met", note=BEFORE)
        expect(chosen(page, FIRST.label, "Not met")).to_have_count(1)
    else:
        answer = "met"
        if action == "choose and go on":
            answer = "not-met"
            option(page, FIRST.label, "Not met").click()
        page.get_by_role("button", name=re.compile("^Next: ")).click()
        expect(page).not_to_have_url(re.compile(f"step={STEP}$"))
        settled(page)
        page.get_by_role("button", name=re.compile("^Back: ")).click()
        counted(page, answer=answer, note=BEFORE)


def test_what_is_typed_and_chosen_in_a_cut_is_kept_at_once_and_counted_after_it(line: Line) -> None:
    page = begun(line)
    typed_in_a_cut(line, page, UNTIL_IT_IS_LOST)


@ACTIONS
def test_the_first_action_after_a_lost_session_holds(line: Line, action: str) -> None:
    page = begun(line)
    line.proxy.cut()
    time.sleep(UNTIL_IT_IS_LOST)  # the mishap itself
    line.proxy.mend()
    first_action_after(page, action)


@ACTIONS
def test_the_first_action_after_a_restart_of_the_server_holds(line: Line, action: str) -> None:
    page = begun(line)
    line.restart()
    first_action_after(page, action)


@pytest.mark.parametrize("reloaded", [False, True])
def test_a_choice_with_next_right_after_a_return_holds_over_one_made_in_the_cut(line: Line, reloaded: bool) -> None:
    page = begun(line)
    line.proxy.cut()
    expect(page.get_by_text(NO_CONNECTION)).to_be_in_viewport()
    option(page, FIRST.label, "Partly met").click()
    if not reloaded:  # a page that is loaded anew has another session
        time.sleep(UNTIL_IT_IS_LOST)
    line.proxy.mend()
    if reloaded:
        page.reload()
    first_action_after(page, "choose and go on")


def test_a_connection_that_is_silent_is_noticed_and_nothing_is_lost_in_it(line: Line) -> None:
    page = begun(line)
    line.proxy.silence()
    type_on(page, SAID)
    until(lambda: in_storage(page, BEFORE + SAID), 1)
    expect(page.get_by_text(NO_CONNECTION)).to_be_in_viewport()
    line.proxy.cut()
    line.proxy.mend()
    connected(page)
    counted(page, note=BEFORE + SAID)


def test_the_dialog_that_streamlit_lays_over_the_page_takes_no_key_from_somebody_who_types(line: Line) -> None:
    page = begun(line)
    note(page, FIRST.label).focus()
    page.keyboard.press("Control+End")
    page.evaluate(WATCH_DIALOG)
    line.proxy.cut()
    end, typed = time.monotonic() + 60, ""
    while len(typed) < 30 or not page.evaluate("window.laid"):
        assert time.monotonic() < end, "Streamlit has laid no dialog over the page"
        page.keyboard.type(SAID[:30], delay=10)
        typed += SAID[:30]
    assert page.evaluate("window.laid") == "TEXTAREA"  # the caret does not leave the field for a moment
    page.keyboard.type(SAID, delay=10)
    expect(note(page, FIRST.label)).to_be_focused()
    expect(note(page, FIRST.label)).to_have_value(BEFORE + typed + SAID)
    expect(page.get_by_test_id("stDialog")).to_have_count(0)


def test_what_is_typed_in_a_cut_is_there_in_another_tab_when_this_one_is_closed(line: Line) -> None:
    page = begun(line)
    line.proxy.cut()
    page.keyboard.type(SAID)
    until(lambda: in_storage(page, BEFORE + SAID), 1)
    page.close()
    line.proxy.mend()
    page = line.open(f"/self_assessment?step={STEP}")
    counted(page, note=BEFORE + SAID)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [3, 30, 160])
def test_a_cut_of_any_length(patient_line: Line, seconds: int) -> None:
    page = begun(patient_line)
    typed_in_a_cut(patient_line, page, seconds)


@pytest.mark.slow
@ACTIONS
def test_the_first_action_after_a_cut_of_160_seconds(patient_line: Line, action: str) -> None:
    page = begun(patient_line)
    patient_line.proxy.cut()
    time.sleep(160)
    patient_line.proxy.mend()
    first_action_after(page, action)


# --- two tabs ------------------------------------------------------------------------------------------------------


def two_tabs(line: Line) -> tuple[Page, Page]:
    """Open two tabs on one draft; the second changes the note, then the first goes on typing there."""
    first = begun(line)
    second = line.open(f"/self_assessment?step={STEP}")
    counted(second, note=BEFORE)
    note(second, FIRST.label).fill("Of the second tab.")
    counted(second, note="Of the second tab.")
    type_on(first, SAID)
    told = first.get_by_text(re.compile("^Another tab has changed these answers"))
    expect(told).to_be_in_viewport()  # where she types, however far down
    first.get_by_role("button", name="See what differs").click()
    expect(first.get_by_text(re.compile("They differ in 1 place"))).to_be_in_viewport()
    expect(first.get_by_text(f"here: {BEFORE}{SAID}; in the other tab: Of the second tab.")).to_be_visible()
    until(lambda: in_storage(first, BEFORE + SAID) and in_storage(first, "Of the second tab."))
    return first, second


def test_two_tabs_lose_nothing_even_when_both_are_closed(line: Line) -> None:
    for page in two_tabs(line):
        page.close()
    page = line.open("/self_assessment?step=start")
    assert in_storage(page, BEFORE + SAID)
    assert in_storage(page, "Of the second tab.")
    expect(page.get_by_text("You have 2 drafts in this browser")).to_be_visible()


def test_what_is_forgotten_in_one_tab_never_comes_back_from_others(line: Line) -> None:
    """One of them is told of nothing until there are new answers, as a tab that a phone has put aside."""
    asleep = line.context.new_page()
    asleep.add_init_script("addEventListener('storage', one => window.asleep && one.stopImmediatePropagation())")
    begun(line, asleep)
    asleep.evaluate("() => { window.asleep = true }")
    awake, other = (line.open(f"/self_assessment?step={STEP}") for _ in range(2))
    for page in (awake, other):
        counted(page, note=BEFORE)
    other.get_by_role("button", name="Forget on this computer").click()
    other.get_by_role("button", name="Yes, forget everything").click()
    expect(other.get_by_text("Forgotten: this browser keeps nothing of it.")).to_be_visible()
    settled(other)
    assert not in_storage(other, BEFORE)
    other.goto(f"{line.proxy.url}/self_assessment?step={STEP}")
    settled(other)
    option(other, FIRST.label, "Met").click()
    settled(other)
    asleep.evaluate("() => { window.asleep = false }")
    note(other, FIRST.label).press_sequentially(SAID)
    counted(other, note=SAID)
    for page in (asleep, awake):
        expect(
            page.get_by_text(re.compile("^Another tab has changed these answers. *See what differs$"))
        ).to_be_visible()
    time.sleep(4)  # longer than any tab waits before it writes again
    assert not in_storage(other, BEFORE)
    expect(other.get_by_text(KEPT)).to_be_visible()


def test_what_another_tab_has_written_over_unseen_is_kept_beside_it(line: Line) -> None:
    """Two tabs that write at the same moment do not see each other's text; here the other's write is made by hand."""
    page, other = begun(line), line.context.new_page()
    other.goto(line.proxy.url + "/healthz")
    other.evaluate(
        """before => {
            const key = "integration-practices:self-assessment", entry = JSON.parse(localStorage.getItem(key))
            const text = entry.text.replace(before, "Of the other tab.")
            localStorage.setItem(key, JSON.stringify({ ...entry, text, stamp: "other" }))
        }""",
        BEFORE,
    )
    expect(page.get_by_text(re.compile("^Another tab has changed these answers. Yours are kept too."))).to_be_visible()
    assert in_storage(page, BEFORE)
    assert in_storage(page, "Of the other tab.")


@pytest.mark.parametrize(
    ("button", "notes"),
    [
        pytest.param("Use the other tab's answers", ["Of the second tab."], marks=pytest.mark.slow),
        pytest.param("Use the answers of this page", [BEFORE + SAID], marks=pytest.mark.slow),
        ("Keep both, side by side", [BEFORE + SAID, "Of the second tab."]),
    ],
)
def test_what_two_tabs_differ_in_is_decided_by_their_reader(line: Line, button: str, notes: list[str]) -> None:
    first, _ = two_tabs(line)
    first.get_by_role("button", name=button).click()
    settled(first)
    counted_here = notes[0]
    expect(note(first, FIRST.label)).to_have_value(counted_here)
    expect(first.get_by_text(KEPT)).to_be_in_viewport()
    slots = first.evaluate("Object.keys(localStorage).filter(k => k.startsWith('integration-practices:self'))")
    found = [stored(first, slot.partition(":")[2]).mine.answers[0].note for slot in slots]
    assert sorted(found) == sorted(notes)


# --- several drafts, the sheet, what was kept before ---------------------------------------------------------------


def test_drafts_stand_side_by_side(line: Line) -> None:
    page = line.open("/self_assessment?step=profile")
    for at, name in enumerate(("Café of the synthetic mill", "Synthetic choir")):
        if at:
            page.goto(f"{line.proxy.url}/self_assessment?step=start")
            settled(page)
            page.get_by_role("button", name="New draft").click()
            settled(page)
            page.get_by_role("button", name="Start new").click()
            settled(page)
        page.get_by_role("textbox", name="Name of the practice").fill(name)
        until(lambda name=name: in_storage(page, name))
        expect(page.get_by_text(KEPT)).to_be_visible()
        settled(page)
    page.goto(f"{line.proxy.url}/self_assessment?step=start")
    settled(page)
    expect(page.get_by_text("Here already: Synthetic choir, 0 answers.")).to_be_visible()
    pick(page, "You have 2 drafts in this browser. Open:", "Café of the synthetic mill")
    expect(page.get_by_text("Here already: Café of the synthetic mill, 0 answers.")).to_be_visible()
    settled(page)
    page.reload()
    settled(page)
    expect(page.get_by_text("Here already: Café of the synthetic mill, 0 answers.")).to_be_visible()
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Name of the practice").fill("Renamed mill")
    expect(page.get_by_text("Here already: Renamed mill, 0 answers.")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Yes, delete this draft").click()
    expect(page.get_by_text("Here already: Synthetic choir, 0 answers.")).to_be_visible()
    settled(page)
    assert not in_storage(page, "mill")
    page.get_by_role("button", name="Forget on this computer").click()
    page.get_by_role("button", name="Yes, forget everything").click()
    expect(page.get_by_text("Forgotten: this browser keeps nothing of it.")).to_be_visible()
    assert not in_storage(page, "choir")


def test_the_transfer_sheet_is_kept_through_a_cut_and_a_reload(line: Line) -> None:
    page = line.open(f"/transfer?practice={SHEET}")
    place = page.get_by_role("textbox", name="Your place or organisation")
    place.fill("Syntheticville")
    until(lambda: in_storage(page, "Syntheticville"), 1)
    same = page.get_by_role("radiogroup").first
    same.get_by_text("Same", exact=True).click()
    expect(page.get_by_text("14 questions: 1 the same, 0 different, 13 not known yet")).to_be_visible()
    settled(page)
    plan = page.get_by_role("textbox", name="Core: what must not change")
    plan.focus()
    line.proxy.cut()
    page.keyboard.type(SAID)
    until(lambda: in_storage(page, SAID), 1)
    expect(page.get_by_text(NO_CONNECTION)).to_be_in_viewport()
    line.proxy.mend()
    connected(page)
    expect(page.get_by_text(KEPT)).to_be_in_viewport()
    until(lambda: "integration-practices-typed" not in page.evaluate("Object.keys(localStorage).join()"))
    expect(plan).to_have_value(SAID)
    page.reload()
    settled(page)
    expect(page.get_by_text("14 questions: 1 the same, 0 different, 13 not known yet")).to_be_visible()
    expect(place).to_have_value("Syntheticville")
    expect(plan).to_have_value(SAID)
    page.get_by_role("button", name="Forget on this computer").click()
    page.get_by_role("button", name="Yes, forget this sheet").click()
    expect(place).to_have_value("")
    assert not in_storage(page, "Syntheticville")


def test_a_draft_that_was_kept_before_there_were_several_is_still_there(line: Line) -> None:
    answer = OwnAnswer(indicator=FIRST.id, answer="met", note=BEFORE)
    old = Draft(mine=new_form(DAY).with_profile(name="Of last year").with_answer(answer))
    entry = {"revision": 7, "stamp": "0123", "kept": "2026-01-01T10:00:00.000Z", "text": old.model_dump_json()}
    page = line.open("/self_assessment?step=start")
    page.evaluate("entry => localStorage.setItem('integration-practices:self-assessment', entry)", json.dumps(entry))
    page.reload()
    settled(page)
    expect(page.get_by_text("Here already: Of last year, 1 answer.")).to_be_visible()
    page.goto(f"{line.proxy.url}/self_assessment?step={STEP}")
    settled(page)
    expect(note(page, FIRST.label)).to_have_value(BEFORE)
    type_on(page, SAID)
    counted(page, note=BEFORE + SAID)


def test_what_is_opened_in_a_cut_is_there_after_it_and_what_was_typed_outlives_a_cut_and_a_closing(line: Line) -> None:
    page = line.open("/explore?country=IT")
    line.proxy.cut()
    page.wait_for_timeout(800)
    page.get_by_role("button", name="Download", exact=True).click()
    line.proxy.mend()
    expect(page.get_by_role("button", name="Download as CSV")).to_be_in_viewport(ratio=1, timeout=20_000)
    page.goto(f"{line.proxy.url}/communities?country=IT")
    settled(page)
    ask = page.get_by_role("button", name="Ask for a correction").first
    ask.click()
    wrong = page.get_by_label("What is wrong, and what would be right?")
    wrong.fill(BEFORE)
    wrong.blur()
    settled(page)
    line.proxy.cut()
    expect(wrong).to_be_disabled()
    line.proxy.mend()
    expect(wrong).to_be_enabled(timeout=20_000)
    page.keyboard.press("Escape")
    expect(wrong).to_be_hidden()
    ask.click()
    expect(wrong).to_have_value(BEFORE)
    cut = page.get_by_text("No connection. This page stays as it is")
    expect(cut).to_be_hidden()
    page.evaluate(WATCH_DIALOG)
    line.proxy.cut()
    expect(cut).to_be_in_viewport(ratio=1)
    until(lambda: page.evaluate("window.laid"), 60)
    expect(page.get_by_test_id("stDialog")).to_have_count(0)
    line.proxy.mend()
    connected(page)
    expect(cut).to_be_hidden()


def test_a_need_outlives_a_lost_session(line: Line) -> None:
    page = line.open("/needs?q=housing+for+women")
    need = page.get_by_role("textbox", name="Describe it in your own words")
    need.fill("football for refugees")
    line.proxy.cut()
    expect(need).to_be_disabled(timeout=20_000)
    page.wait_for_timeout(1000 * UNTIL_IT_IS_LOST)
    line.proxy.mend()
    connected(page)
    expect(need).to_be_enabled()
    settled(page)
    expect(need).to_have_value("football for refugees")
    page.get_by_role("button", name="Find practices").click()
    expect(page.get_by_text("Football (“football”)")).to_be_visible()
    expect(page).to_have_url(re.compile("football"))
