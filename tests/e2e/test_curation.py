"""Curators in a browser, with a login at a real OpenID Connect provider that runs on this machine."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from app_server import ROOT, Server
from browser_page import FOUR_LOOKS, Looks, faults_everywhere, heading, idle, menu, pick, settled, shared_out, walk
from conftest import NewContext
from playwright.sync_api import Page, expect
from provider import Provider, log_in

from practices_db.curation import submissions, users
from practices_db.curation.permissions import CLI
from practices_db.database.store import Store

pytestmark = pytest.mark.e2e

CURATOR, ADMINISTRATOR, NOBODY = (f"{who}@example.org" for who in ("curator", "admin", "nobody"))
PRACTICE = "accelair"
STATEMENT = {"organisation": "Forum réfugiés", "words": "Synthetic words of the tests: we see it otherwise."}
PARTNER = ROOT / "tests" / "data" / "synthetic" / "partner_list.csv"
# What a person would mend in the partner's list: row of the file, column, value.
MENDED = {
    (3, "countries"): "AT",
    (6, "checked_on"): "2026-11-20",
    (9, "start_year"): "2015",
    (12, "budget_eur"): "36000",
    (15, "summary"): "Invented for tests: evening classes.",
    (18, "source_url"): "https://www.example.org/partner/17",
    (21, "sectors"): "housing-and-settlement",
    (24, "id"): "synthetic-partner-23",
    (27, "end_year"): "",
    (30, "evaluation_documented"): "yes",
}


class Curated(NamedTuple):
    """An app with a login, and the numbers of two submissions in its queue: one to decide on, one that stays there."""

    url: str
    submission: str
    waiting: str


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    one = Provider()
    try:
        yield one.wait_until_there()
    finally:
        one.stop()


@contextmanager
def app(catalogue_db: Path, folder: Path, provider: Provider) -> Iterator[Curated]:
    path = folder / "curated.duckdb"
    shutil.copy(catalogue_db, path)
    with Store(path) as store:
        users.grant(store, CLI, CURATOR, "curator")
        users.grant(store, CLI, ADMINISTRATOR, "administrator")
        sent = submissions.submit(store, "statement", STATEMENT, "info@example.org", PRACTICE)
        waiting = submissions.submit(store, "statement", STATEMENT, "info@example.org", "duo-for-a-job")
    secrets = f"--secrets.files={provider.secrets(folder)}"
    server = Server(path, secrets, environment={"PRACTICES_BACKUPS": str(folder / "backups")})
    try:
        yield Curated(server.wait_until_healthy().url, sent.id, waiting.id)
    finally:
        server.stop()


@pytest.fixture(scope="module")
def curated(catalogue_db: Path, tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Curated]:
    """Start the app that tests share: only one of them decides and publishes."""
    with app(catalogue_db, tmp_path_factory.mktemp("curated"), provider) as one:
        yield one


@pytest.fixture
def own_app(catalogue_db: Path, tmp_path: Path, provider: Provider) -> Iterator[Curated]:
    with app(catalogue_db, tmp_path, provider) as one:
        yield one


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    idle(page)


def part(page: Page, name: str) -> None:
    page.get_by_role("radiogroup", name="What to do").get_by_text(name, exact=True).click()
    expect(page.get_by_role("heading", level=2, name=name)).to_be_visible()
    idle(page)


def look_at_release(page: Page, change: str) -> None:
    part(page, "Release")
    press(page, "Look at what has changed since")
    expect(page.get_by_text(change)).to_be_visible()


def publish(page: Page, changes: str) -> None:
    press(page, "Publish")
    press(page, "Yes, publish")
    expect(page.get_by_text(re.compile(rf"^Release \d is out, with {changes}\."))).to_be_visible()


def test_without_a_login_configured_there_is_no_curation_page(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/curation")
    expect(page.get_by_role("dialog").get_by_text("Page not found")).to_be_visible()
    expect(page.get_by_text("This part is for the people who look after the catalogue")).to_have_count(0)
    expect(menu(page).get_by_text("Curation")).to_have_count(0)


def test_login_without_a_role_sees_nothing_and_logs_out(curated: Curated, page: Page) -> None:
    log_in(page, NOBODY, curated.url)
    expect(page.get_by_text("have no role here")).to_be_visible()
    walk(page, f"{curated.url}/curation?submission={curated.submission}")
    settled(page)
    expect(page.get_by_text("have no role here")).to_be_visible()
    expect(page.get_by_text(STATEMENT["words"])).to_have_count(0)
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(re.compile("end_session|localhost:[0-9]+/$"))


def mended(content: bytes) -> bytes:
    """Return the partner's list with the ten faults mended, as a spreadsheet program saves it."""
    reader = csv.DictReader(io.StringIO(content.decode("cp1252"), newline=""), delimiter=";")
    out = io.StringIO()
    writer = csv.DictWriter(out, reader.fieldnames or [], delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    for at, row in enumerate(reader, start=2):
        writer.writerow(row | {column: value for (line, column), value in MENDED.items() if line == at})
    return out.getvalue().encode("cp1252")


def drop(page: Page, content: bytes) -> None:
    file = {"name": PARTNER.name, "mimeType": "text/csv", "buffer": content}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    expect(page.get_by_text("Are the letters right in these lines?")).to_be_visible()
    press(page, "Yes, read it as Windows-1252")


def decide_by_keyboard(page: Page) -> None:
    """Accept the submission that is open with a note, without the mouse."""
    note = page.get_by_role("textbox", name="Note to the sender")
    for _ in range(60):
        if note.evaluate("e => e === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(note).to_be_focused()
    page.keyboard.type("Thank you.")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText").strip().endswith("Accept"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("Accepted. It becomes public with the next release.")).to_be_visible()
    idle(page)


def import_partners_list(page: Page) -> None:
    """Import a list with ten faults once they are mended."""
    drop(page, PARTNER.read_bytes())
    expect(page.get_by_text("Nothing was imported: 10 mistakes to correct.")).to_be_visible()
    expect(page.get_by_role("button", name="Import", exact=True)).to_have_count(0)
    drop(page, mended(PARTNER.read_bytes()))
    expect(page.get_by_text("40 added")).to_be_visible()
    page.get_by_role("textbox", name="Why are these changed?").fill("The partner's list of 20 November, mended")
    press(page, "Import")
    expect(page.get_by_text(re.compile("^Imported: practices: 40 added"))).to_be_visible()


def test_curator_logs_in_accepts_by_keyboard_imports_publishes_and_everybody_sees_it(
    curated: Curated, page: Page, somebody_else: Page
) -> None:
    curator, visitor = page, somebody_else
    visitor.goto(f"{curated.url}/practice?practice={PRACTICE}")
    settled(visitor)
    expect(visitor.get_by_text(STATEMENT["words"])).to_have_count(0)
    expect(menu(visitor).get_by_text("Curation")).to_have_count(0)

    log_in(curator, CURATOR, curated.url)
    settled(curator)
    menu(curator).get_by_role("button", name="More", exact=True).click()
    expect(curator.get_by_role("menuitem", name="Curation")).to_be_visible()
    curator.keyboard.press("Escape")
    curator.get_by_role("link", name=re.compile("Owner's statement")).filter(has_text=PRACTICE).click()
    expect(curator.get_by_text("info@example.org")).to_be_visible()
    expect(curator.get_by_role("table").get_by_text(STATEMENT["words"])).to_be_visible()
    idle(curator)
    decide_by_keyboard(curator)
    curator.goto(f"{curated.url}/curation?part=import")
    import_partners_list(curator)
    look_at_release(curator, "Owners' statements: 1")
    expect(curator.get_by_text("New practices: 40")).to_be_visible()
    curator.get_by_role("textbox", name="Note on the release").fill("Forty practices of a partner (synthetic)")
    publish(curator, "41 changes")

    visitor.reload()
    expect(visitor.get_by_text(STATEMENT["words"])).to_be_visible()
    walk(visitor, f"{curated.url}/method")
    expect(visitor.get_by_text("Owners' statements: 1")).to_be_visible()
    walk(visitor, f"{curated.url}/practice?practice=synthetic-partner-40")
    expect(heading(visitor)).to_have_text(re.compile(r"\(synthetic 40\)$"))


@pytest.mark.slow
def test_one_answer_is_changed_twice_in_a_row(own_app: Curated, page: Page) -> None:
    log_in(page, CURATOR, own_app.url)
    page.goto(f"{own_app.url}/curation?part=practices&practice=humanitarian-corridors&view=answers")
    settled(page)
    pick(page, "Assessment", "desk-review by desk-review-h")  # one of several
    pick(page, "Indicator", "Independent evaluation (Met)")
    indicator = page.get_by_role("combobox", name="Indicator", exact=True)
    for words in ("Not met", "Met"):  # the list says the answer, so each save makes it another one
        pick(page, "Answer", words)
        page.get_by_role("textbox", name="Source: address").fill("https://example.org/read-again")
        page.get_by_role("textbox", name="Why it is changed").fill(f"Synthetic: {words}")
        press(page, "Save")
        expect(page.get_by_text("Saved. It becomes public with the next release.")).to_be_visible()
        expect(indicator).to_have_value(f"Independent evaluation ({words})")


@pytest.mark.slow
def test_correction_of_an_organisation_goes_from_its_card_to_the_release(
    own_app: Curated, page: Page, new_context: NewContext
) -> None:
    visitor = new_context().new_page()
    visitor.goto(f"{own_app.url}/communities?q=Aditus")
    visitor.get_by_role("button", name="Ask for a correction").first.click()
    visitor.get_by_role("textbox", name="What is wrong").fill("Synthetic: we are called Quokka now.")
    visitor.get_by_role("textbox", name="A public page").fill("https://example.org/quokka")
    visitor.get_by_role("button", name="Send to the curators").click()
    expect(visitor.get_by_text(re.compile("^Sent on .* as number"))).to_be_visible()
    log_in(page, CURATOR, own_app.url)
    page.get_by_role("link", name="Correction of an organisation: aditus-foundation").click()
    page.get_by_role("link", name="The organisation under Library").click()
    expect(page.get_by_role("heading", level=2, name="Library")).to_be_visible()
    idle(page)
    page.get_by_role("textbox", name="Name", exact=True).fill("Quokka foundation (synthetic)")
    page.get_by_role("textbox", name="The page that says so").fill("https://example.org/quokka")
    page.get_by_role("textbox", name="Why it is changed").fill("They wrote it, their page says so")
    page.get_by_role("textbox", name="What everybody may read").fill("Renamed by itself (synthetic).")
    press(page, "Save")
    expect(page.get_by_text("Saved. It becomes public with the next release.")).to_be_visible()
    look_at_release(page, "Changes to organisations: 1")
    publish(page, "1 change")
    visitor.goto(f"{own_app.url}/communities?q=Quokka")
    expect(visitor.get_by_role("main").get_by_text("Quokka foundation (synthetic)").first).to_be_visible()


@pytest.mark.slow
def test_link_is_added_taken_out_and_put_back(own_app: Curated, page: Page) -> None:
    log_in(page, CURATOR, own_app.url)
    part(page, "Library")
    search = page.get_by_role("textbox", name="Title or id of a publication")
    search.fill("invol-evaluation")
    search.press("Enter")
    page.get_by_role("link", name="Integrationsvorlehre INVOL").click()
    expect(page.get_by_role("link", name="Find another publication")).to_be_visible()
    idle(page)
    views = page.get_by_role("radiogroup", name="View")
    views.get_by_text("Links", exact=True).click()
    expect(page.get_by_text("1 link checked by a person.")).to_be_visible()
    find = page.get_by_role("textbox", name="Name or id of the practice")
    find.fill("accelair")
    find.press("Enter")
    expect(page.get_by_text("Which (1 practice)")).to_be_visible()
    pick(page, "Which (1 practice)", "Accelair")
    expect(page.get_by_role("button", name="Add the link")).to_be_visible()
    form = page.get_by_test_id("stForm").filter(has=page.get_by_role("button", name="Add the link"))
    form.get_by_role("textbox", name="What both records say").fill("Synthetic: both say so.")
    form.get_by_role("textbox", name="The page that shows it").fill("https://example.org/both")
    form.get_by_role("textbox", name="Why it is added").fill("Read both")
    press(page, "Add the link")
    expect(page.get_by_text("Added. Everybody sees it with the next release.")).to_be_visible()
    expect(page.get_by_text("2 links checked by a person.")).to_be_visible()
    pick(page, "Which", "Is about the practice Pre-apprenticeship")
    page.get_by_role("radiogroup", name="Of this link").get_by_text("Status").click()
    idle(page)
    page.get_by_role("textbox", name="Why (everybody reads it)").fill("Synthetic: wrong one")
    press(page, "Archive")
    expect(page.get_by_text("It was taken out: Synthetic: wrong one")).to_be_visible()
    page.get_by_role("textbox", name="Why", exact=True).fill("Synthetic: right one")
    press(page, "Put it back")  # of the link that was chosen, though it is another one now
    expect(page.get_by_text("It is in the catalogue again")).to_be_visible()
    page.goto(f"{own_app.url}/practice?practice=accelair")
    settled(page)
    expect(page.get_by_text("Synthetic: both say so.")).to_have_count(0)  # not before a release


# --- for everybody: axe, telephone, keyboard --------------------------------------------------------------------

PLACES = {
    "queue": "",
    "submission": "?submission={submission}",
    "find": "?part=practices",
    "facts": "?part=practices&practice=accelair",
    "answers": "?part=practices&practice=humanitarian-corridors&view=answers",
    "standing": "?part=practices&practice=accelair&view=standing",
    "second opinions": "?part=practices&practice=humanitarian-corridors&view=opinions",
    "history": "?part=practices&practice=accelair&view=history",
    "library": "?part=library&shelf=organisation",
    "publication": "?part=library&item=invol-evaluation",
    "links": "?part=library&item=invol-evaluation&view=links",
    "publication's standing": "?part=library&item=invol-evaluation&view=standing",
    "import": "?part=import",
    "release": "?part=release",
}


def looked_over(page: Page, app: str, place: str, looks: Looks) -> list[str]:
    """Return the faults of a place of the curation page."""
    walk(page, f"{app}/curation{place}")
    settled(page)
    return faults_everywhere(page, place, looks)


@pytest.mark.parametrize("every_look", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_axe_finds_nothing_serious_and_nothing_runs_off(
    curated: Curated, new_context: NewContext, every_look: bool
) -> None:
    page = new_context(bypass_csp=True).new_page()
    found = looked_over(page, curated.url, "", FOUR_LOOKS)
    for who, places in ((CURATOR, [*PLACES.values()]), (ADMINISTRATOR, ["", "?part=backups"])):
        page = new_context(bypass_csp=True).new_page()
        log_in(page, who, curated.url)
        for place, look in shared_out(places):
            looks = FOUR_LOOKS if every_look else look
            found += looked_over(page, curated.url, place.format(submission=curated.waiting), looks)
    assert not found, "\n".join(found)
