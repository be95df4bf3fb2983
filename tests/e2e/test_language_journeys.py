"""In the reader's language: an assessment that goes on in another one, a brief in French, a need in Polish."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from app_server import Server
from browser_page import NARROW, PRACTICES, heading, idle, walk
from conftest import NewContext
from playwright.sync_api import Locator, Page, expect

from criteria.framework import current_framework
from practices_db.palette import ACCENT
from practices_db.translation import LANGUAGES, _, ngettext, speak
from tests import pseudo_locale

pytestmark = pytest.mark.e2e

HEADLINES = [one for criterion in current_framework().headlines for one in criterion.indicators]


def said(text: str, language: str) -> str:
    """Return a text of the app in a language."""
    with speak(language):
        return _(text)


def settled(page: Page, language: str) -> None:
    """Wait until the page is there as a whole in a language: its footer comes last."""
    start = said("Data version {version}. Catalogue: {licence}. Answers are turned into numbers by this project, "
                 "not by SPRING (Horizon 2020, 101004635).", language).partition("{")[0]  # fmt: skip
    expect(page.get_by_role("main").get_by_text(re.compile(f"^{re.escape(start)}"))).to_be_visible()
    idle(page)


def choose_language(page: Page, code: str) -> None:
    """Choose a language in the bar, and wait until the page is in it."""
    page.locator(".st-key-reader_language").get_by_role("combobox").click()
    page.get_by_role("option", name=LANGUAGES[code]).click()
    settled(page, code)


def answers(page: Page, at: int, language: str) -> Locator:
    """Return the choice of an answer to an indicator."""
    asked = said("Which is true of your practice? ({indicator})", language)
    return page.get_by_role("radiogroup", name=asked.format(indicator=said(HEADLINES[at].label, language)))


def answer(page: Page, at: int, language: str, word: str, note: str) -> None:
    """Answer an indicator with a note, and go on."""
    group = answers(page, at, language)
    group.get_by_text(said(word, language), exact=True).click()
    field = page.get_by_role("textbox", name=said("Note ({indicator})", language).format(
        indicator=said(HEADLINES[at].label, language)))  # fmt: skip
    field.fill(note)
    field.blur()
    settled(page, language)


def kept_answers(page: Page) -> dict[str, tuple[str, str, str]]:
    """Return what the browser keeps of each answer: the answer, its note, its language."""
    kept = json.loads(page.evaluate("() => JSON.stringify({...localStorage})"))
    (text,) = (json.loads(one)["text"] for one in kept.values() if "eff-result" in one and "revision" in one)
    return {
        one["indicator"]: (one["answer"], one["note"], one["language"]) for one in json.loads(text)["mine"]["answers"]
    }


def test_an_assessment_begun_in_german_goes_on_in_polish_and_nothing_is_lost(
    server: Server, new_context: NewContext
) -> None:
    page = new_context(viewport=NARROW, locale="de-DE").new_page()
    first, second, third = (one.id for one in HEADLINES[:3])
    page.goto(f"{server.url}/self_assessment?step={first}")
    settled(page, "de")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    answer(page, 0, "de", "Met", "Bericht 2025, Seite 4")
    page.get_by_role("button", name=re.compile(f"^{said('Next: {step}', 'de').partition('{')[0]}")).click()
    settled(page, "de")
    answer(page, 1, "de", "Partly met", "ungefähr die Hälfte")
    choose_language(page, "pl")
    expect(page.locator("html")).to_have_attribute("lang", "pl")
    chosen = answers(page, 1, "pl").get_by_role("radio", checked=True)
    expect(chosen).to_have_accessible_name(re.compile(f"^{said('Partly met', 'pl')}"))
    note = said("Note ({indicator})", "pl").format(indicator=said(HEADLINES[1].label, "pl"))
    expect(page.get_by_role("textbox", name=note)).to_have_value("ungefähr die Hälfte")
    page.get_by_role("button", name=re.compile(f"^{said('Next: {step}', 'pl').partition('{')[0]}")).click()
    settled(page, "pl")
    answer(page, 2, "pl", "Not met", "jeszcze nie")
    page.reload()
    settled(page, "pl")
    expect(answers(page, 2, "pl").get_by_role("radio", checked=True)).to_have_count(1)
    assert kept_answers(page) == {
        first: ("met", "Bericht 2025, Seite 4", "de"),
        second: ("partly", "ungefähr die Hälfte", "de"),
        third: ("not-met", "jeszcze nie", "pl"),
    }


def test_a_french_reader_takes_a_brief_from_explore(server: Server, new_context: NewContext) -> None:
    page = new_context(locale="fr-FR").new_page()
    page.goto(f"{server.url}/explore?country=IT&sector=housing-and-settlement")
    settled(page, "fr")
    expect(heading(page)).to_have_text(said("Explore practices", "fr"))
    in_italy = [one for one in PRACTICES if "IT" in one["countries"] and "housing-and-settlement" in one["sectors"]]
    with speak("fr"):
        words = ngettext("{count} practice", "{count} practices", len(in_italy)).format(count=len(in_italy))
    expect(page.get_by_role("main").get_by_text(words).first).to_be_visible()
    page.get_by_test_id("stPopoverButton").filter(has_text=said("Download", "fr")).first.click()
    page.get_by_role("radiogroup", name=said("Format", "fr")).get_by_text(said("Brief (PDF)", "fr"), exact=True).click()
    idle(page)
    with page.expect_download() as taken:
        page.locator(".stDownloadButton").get_by_role("button", name=re.compile("PDF")).click()
    catalogue = pypdf.PdfReader(taken.value.path()).trailer["/Root"]
    assert catalogue["/Lang"] == "fr"
    page.get_by_role("combobox", name=said("Language of the document", "fr")).click()
    page.get_by_role("option", name=LANGUAGES["pl"]).click()
    idle(page)
    with page.expect_download() as taken:
        page.locator(".stDownloadButton").get_by_role("button", name=re.compile("PDF")).click()
    assert pypdf.PdfReader(taken.value.path()).trailer["/Root"]["/Lang"] == "pl"


def test_a_polish_officer_finds_practices_for_a_need(server: Server, new_context: NewContext) -> None:
    page = new_context(viewport=NARROW, locale="pl-PL").new_page()
    page.goto(f"{server.url}/needs")
    settled(page, "pl")
    page.get_by_role("textbox").first.fill("Brakuje nam mieszkań dla uchodźców z Ukrainy, miasto 40 000 mieszkańców")
    page.get_by_role("button", name=said("Find practices", "pl")).click()
    settled(page, "pl")
    expect(
        page.get_by_role("main")
        .get_by_text(said("Read from your words: {readings}. Remove below what is wrong.", "pl").partition("{")[0])
        .first
    ).to_be_visible()
    expect(page.get_by_role("main").locator(".stPageLink a[href*='practice=']").first).to_be_visible()


def test_a_german_screen_reader_reads_the_catalogue_in_english(server: Server, new_context: NewContext) -> None:
    page = new_context(locale="de-DE").new_page()
    page.goto(f"{server.url}/explore?country=BE&q=duo")
    settled(page, "de")
    name = page.get_by_role("main").get_by_role("link", name="DUO for a JOB", exact=True)
    expect(name.locator("[lang=en]")).to_have_text("DUO for a JOB")
    colour = "one => getComputedStyle(one).color"
    assert name.locator("strong").evaluate(colour) == f"rgb{tuple(bytes.fromhex(ACCENT.removeprefix('#')))}"
    result = page.get_by_role("main").get_by_text(re.compile("^Verbessert: "))
    expect(result.locator("[lang=en]").first).to_have_text(re.compile("^53% in work within 12 months"))
    page.goto(f"{server.url}/compare?practice=duo-for-a-job&practice=accelair")
    settled(page, "de")
    matrix = page.locator(".st-key-matrix")
    expect(matrix.get_by_role("link", name="Accelair", exact=True).locator("[lang=en]")).to_have_text("Accelair")
    expect(matrix.get_by_role("cell", name=re.compile("^Verbessert: 53% in work")).locator("[lang=en]")).to_have_count(
        2
    )
    page.goto(f"{server.url}/explore?country=BE&q=duo&lang=en")
    settled(page, "en")
    expect(page.locator("[data-testid=stMain] [lang]")).to_have_count(0)


# --- the pseudo-language: on a telephone nothing is cut --------------------------------------------------

PAGES = ("", "what-works?outcome=employment", "explore", "compare?practice=accelair", "evidence",
         "communities", "gaps", "weighting", "needs", "method", "about", "practice?practice=duo-for-a-job",
         "transfer?practice=duo-for-a-job", "self_assessment", "self_assessment?step=eff-result", "reopen",
         "privacy")  # fmt: skip
# Texts that do not fit where they stand: cut by their box, or beyond the edge of the window.
_CUT = """() => [...document.querySelectorAll('[data-testid="stMain"] *')].filter(one => {
  if (!one.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})) return false;
  const apart = 'svg, canvas, .stDataFrame, .stTable, [data-testid="stSkeleton"], .st-key-matrix, .skip, .stCode';
  if (one.closest(apart)) return false;
  const own = [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
  if (!own) return false;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  if (box.width < 2 || box.height < 2) return false;
  const wide = one.scrollWidth > one.clientWidth + 1;
  const hidden = wide && style.overflowX !== 'visible' && style.whiteSpace !== 'normal';
  return hidden || box.right > document.documentElement.clientWidth + 1;
}).map(one => one.textContent.trim().slice(0, 80))"""


@pytest.fixture(scope="module")
def pseudo_server(catalogue_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server on which German is the pseudo-language."""
    folder = tmp_path_factory.mktemp("pseudo")
    database = Path(shutil.copy(catalogue_db, folder / "practices.duckdb"))
    locale = pseudo_locale.write(folder / "locale", "de")
    running = Server(database, environment={"PRACTICES_LOCALE": str(locale)})
    try:
        yield running.wait_until_healthy()
    finally:
        running.stop()


def test_no_text_is_cut_on_a_telephone_where_words_are_a_third_longer(
    pseudo_server: Server, new_context: NewContext
) -> None:
    page = new_context(viewport=NARROW, locale="de-DE").new_page()
    cut: dict[str, list[str]] = {}
    for address in PAGES:
        walk(page, f"{pseudo_server.url}/{address}")
        expect(heading(page)).to_be_visible()
        idle(page)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), address
        if found := page.evaluate(_CUT):
            cut[address] = found
    assert cut == {}
