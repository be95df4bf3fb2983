"""Six languages on every page a reader or an NGO sees: nothing is left in English, and nothing else changes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import screen
from google.protobuf.message import Message
from screen import Visit, as_read, matrix
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.testing.v1 import AppTest

from criteria.framework import current_framework
from pages.shared.components import database, peers, tables
from pages.shared.practices import comparison, groups
from pages.shared.self_assessment import draft
from practices_db import translation
from practices_db.catalogue.own_language import SIGNS
from practices_db.catalogue.vocabularies import label, listed_label, vocabulary
from practices_db.files.self_assessment.form import OwnAnswer, new_form
from tests import pseudo_locale

# What stands in a message and is never read by a person.
_UNSEEN = {
    "id",
    "key",
    "query_string",
    "url",
    "page",
    "page_script_hash",
    "spec",
    "data",
    "json",
    "form_id",
    "icon",
    "type",
}
_UNSEEN |= {"html_content", "css_content", "js_content", "element_id", "query_param_key", "component_name", "columns"}
_UNSEEN |= {
    "arrow_data",
    "color",
    "group_id",
    "allowed_url",
    "src",
    "name",
    "mime_type",
    "file_name",
    "anchor",
    "autocomplete",
    "format",
}
_TWO: list[str] = ["duo-for-a-job", "accelair"]
# Names that are the same in every language, and the signs of formulas and files.
_NAMES = {
    *("Integration", "Practices", "SPRING", "Horizon", "CC", "BY", "Deutsch", "English", "Español", "Français"),
    *("Italiano", "Polski", "Pseudo", "streamlit", "info@organisation", "kaj", "CSV", "JSON", "PDF", "Excel", "Word"),
    *("BibTeX", "RIS", "APA", "UTC", "EUR", "Markdown"),
}  # fmt: skip
_LITTLE = {
    *("a", "an", "and", "are", "as", "at", "by", "for", "from", "has", "in", "is", "it", "more", "no", "none", "not"),
    *("of", "on", "or", "out", "that", "the", "this", "to", "was", "with", "yes"),
}  # fmt: skip
_NO_WORDS = {"code"}  # a citation, which is the same in every language
_WORD = re.compile(r"[^\W\d_]{2,}")
_CHANGED = re.compile("[aceinosuyzACEINOSUYZ]")
PAGES = {
    "overview": {}, "what_works": {"outcome": "employment"}, "about": {}, "explore": {"country": "IT"},
    "compare": {"practice": ["duo-for-a-job", "accelair"]}, "evidence": {}, "communities": {},
    "needs": {"q": "work"}, "gaps": {}, "weighting": {}, "method": {}, "reopen": {}, "contact": {},
    "imprint": {}, "privacy": {}, "my_submission": {}, "practice": {"practice": "duo-for-a-job"},
    "transfer": {"practice": "duo-for-a-job"}, "self_assessment": {},
}  # fmt: skip


@pytest.fixture(scope="module")
def pseudo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pseudo_locale.write(tmp_path_factory.mktemp("locale"))


@pytest.fixture
def pseudo(pseudo_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the app have the pseudo-language, too."""
    monkeypatch.setenv("PRACTICES_LOCALE", str(pseudo_folder))
    monkeypatch.setitem(translation.LANGUAGES, pseudo_locale.CODE, "Pseudo")


def _said(message: Message) -> Iterator[str]:
    for field, value in message.ListFields():
        if field.name in _UNSEEN:
            continue
        for one in value if field.is_repeated else [value]:
            if isinstance(one, str):
                yield one
            elif isinstance(one, Message):
                yield from _said(one)


def _titles(spec: Any) -> Iterator[str]:
    if isinstance(spec, dict):
        for key, value in spec.items():
            if key in ("title", "description", "subtitle") and isinstance(value, str):
                yield value
            yield from _titles(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from _titles(value)


def shown(app: AppTest) -> Iterator[str]:
    """Yield every text that a page sent: messages, heads and cells of tables, titles within charts."""
    for node in app.main:
        if isinstance(proto := getattr(node, "proto", None), Message) and node.type not in _NO_WORDS:
            yield from _said(proto)
    for table in (*app.table, *app.dataframe):
        yield from map(str, table.value.columns)
    for chart in app.get("vega_lite_chart"):
        yield from _titles(json.loads(chart.proto.spec))


_CLAUSE = re.compile(r"\S*[åçéîñöšüýžÅÇÉÎÑÖŠÜÝŽ]\S*|[·|\n.:;,()\[\]“”„]|\s[-–]\s")
_NO_TEXT = re.compile(
    r":[a-z0-9_/-]+:|\S+@\S+|\b[\w-]+(?:\.[\w-]+)+\b|:[a-z-]+\[|\]\([^)]*\)|https?://\S+|`[^`]*`|\$[^$]*\$|<[^>]*>|&[a-z]+;|\b[0-9a-f]{32}\b"
)


@cache
def _countries() -> re.Pattern[str]:
    names = {of("area", id_) for of in (label, listed_label) for id_ in vocabulary("area")}
    return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))


def left_in_english(texts: Iterator[str], catalogue: str) -> set[str]:
    """Return parts of texts that are neither in the pseudo-language nor a text of the catalogue or a name."""
    found = set()
    for text in set(texts):
        for part in _CLAUSE.split(_NO_TEXT.sub(" ", _countries().sub(" ", as_read(text)))):
            words = [one for one in _WORD.findall(part or "") if one not in _NAMES and _CHANGED.search(one)]
            plain = " ".join(_WORD.findall(part or "")).lower()
            if (
                words
                and not all(one.isupper() for one in words)
                and ((set(plain.split()) <= _LITTLE and not re.search(r"\d", part)) or plain not in catalogue)
            ):
                found.add(part.strip())
    return found


@cache
def _catalogue_cells() -> frozenset[str]:
    """Return all text of the catalogue, as it stands there; the pages' database has been opened."""
    with database.cursor() as cursor:
        names = [name for (name,) in cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        cells = {str(cell) for name in names for row in cursor.execute(f'FROM "{name}"').fetchall() for cell in row}
    return frozenset(cells | {text for one in current_framework().sources for text in (one.title, one.publisher)})


@cache
def _catalogue_words() -> str:
    with translation.speak(pseudo_locale.CODE):
        languages = {label("language", id_) for id_ in vocabulary("language")}
    return "\n".join(" ".join(_WORD.findall(cell)).lower() for cell in _catalogue_cells() | languages)


@pytest.fixture
def catalogue_texts(_database: None) -> str:
    """Return all text of the catalogue and all names of languages, in small letters, words only."""
    return _catalogue_words()


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_left_in_english(page: str, visit: Visit, catalogue_texts: str) -> None:
    app = visit(page, lang=pseudo_locale.CODE, **PAGES[page])  # type: ignore[arg-type]
    assert not app.exception
    assert app.session_state["reader_language"] == pseudo_locale.CODE
    with translation.speak(pseudo_locale.CODE):
        assert sorted(left_in_english(shown(app), catalogue_texts)) == []


# --- what each language asks of a page -------------------------------------------------------------------

_MARKED = re.compile(r":violet\[((?:\\.|\[(?:\\.|[^\]\\])*\](?:\([^)]*\))?|[^\[\]\\])*)\]")
_FRENCH_SIGN = re.compile(r"\S*\w[*)\]»]*[:;?!](?=\s|\*|$)(?:\s\S+)?")
_TIME_OR_RATIO = re.compile(r"\d\s?:\s?\d")


@pytest.fixture
def catalogue_cells(_database: None) -> str:
    """Return all text of the catalogue, as it stands there."""
    return "\n".join(_catalogue_cells())


@pytest.mark.parametrize("page", PAGES)
def test_in_french_signs_have_their_space_no_mark_of_the_program_is_shown_and_links_keep_the_language(
    page: str, visit: Visit, catalogue_cells: str
) -> None:
    app = visit(page, lang="fr", **PAGES[page])  # type: ignore[arg-type]
    assert not app.exception
    texts = [*shown(app), *(str(cell) for table in app.dataframe for cell in table.value.to_numpy().flat)]
    charts_ = [chart.proto.SerializeToString().decode(errors="replace") for chart in app.get("vega_lite_chart")]
    assert not [text for text in (*texts, *charts_) if SIGNS & {*text}]
    found = {
        one[0].lstrip("[(")
        for text in texts
        for one in _FRENCH_SIGN.finditer(as_read(_NO_TEXT.sub(" ", _MARKED.sub(" ", text))))
        if one[0].lstrip("[(") not in catalogue_cells and not _TIME_OR_RATIO.search(one[0])
    }
    assert found == set()
    links = [link.proto.query_string for link in app.get("page_link")]
    cells = [str(cell) for table in app.table for cell in table.value.to_numpy().flat]
    links += [address for text in (*texts, *cells) for address in re.findall(r"\]\((?!<?https?:)([^)]+)\)", text)]
    assert links
    assert [link for link in links if not re.search(r"(^|[?&])lang=fr(&|$)", link)] == []


def test_a_german_reader_is_told_that_names_results_and_summaries_are_english(visit: Visit) -> None:
    explore = visit("explore", lang="de", country="IT", sector="housing-and-settlement")
    names = [link.proto.label for link in explore.get("page_link") if "practice=" in link.proto.query_string]
    assert names
    assert all(re.fullmatch(r":violet\[:blue\[\*\*.+\*\*\]\]", name) for name in names)
    said = [as_read(text) for text in shown(explore)]
    result = "**Verbessert: :violet[Volunteers know 150% more refugees than before the match] (Soziale Bindungen)**"
    assert any(f"\n{result}".replace("**", "") in text for text in said)
    assert any(text.startswith(":violet[Households host or mentor refugees") for text in said)


def test_a_german_reader_is_told_that_the_name_above_a_page_is_english(visit: Visit) -> None:
    (heading,) = visit("practice", lang="de", practice="duo-for-a-job").title
    assert heading.value == ":violet[DUO for a JOB]"


def test_a_german_reader_is_told_what_is_english_in_a_comparison(visit: Visit) -> None:
    compared = matrix(visit("compare", lang="de", practice=_TWO))
    start, end = sorted(SIGNS)
    assert [one["name"] for one in compared["practices"]] == [f"{start}DUO for a JOB{end}", f"{start}Accelair{end}"]
    results = [cell["words"] for cell in compared["parts"][0]["rows"][0]["cells"]]
    assert results[0].startswith(f"Verbessert: {start}53% in work within 12 months")


def test_an_english_reader_is_told_nothing_of_it(visit: Visit) -> None:
    assert ":violet[" not in "".join(shown(visit("explore", lang="en", country="IT")))


STEPS = (
    *("start", "profile", "eff-result", "eff-lasts", "result", "next-steps", "learn-from", "colleagues", "last-year"),
    *("take-away", "submit"),
)


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("step", STEPS)
def test_no_step_of_a_self_assessment_is_left_in_english(
    step: str, app: AppTest, visit: Visit, catalogue_texts: str
) -> None:
    given = OwnAnswer(indicator="eff-result", answer="partly", evidence_level=2)  # synthetic
    form = new_form(date(2026, 2, 3)).with_answer(given).with_profile(sectors=("language",))
    app.session_state["own"] = draft._State(draft.Draft(mine=form), revision=1, loaded=True)
    app = visit("self_assessment", step=step, lang=pseudo_locale.CODE)
    assert not app.exception
    with translation.speak(pseudo_locale.CODE):
        assert sorted(left_in_english(shown(app), catalogue_texts)) == []


# --- files -----------------------------------------------------------------------------------------------

# Where files are: the page, its link, what is chosen in it, and how many files for programs it then has.
TAKEN: dict[str, tuple[str, dict[str, str | list[str]], dict[str, str], int]] = {
    "about": ("about", {}, {}, 4),
    "ranges": ("explore", {"country": "IT", "view": "ranges"}, {}, 3),
    "both scores": ("explore", {"country": "IT", "view": "scores"}, {}, 3),
    "groups": ("explore", {"view": "groups"}, {}, 4),
    "explore": ("explore", {"country": "IT"}, {"take_format": "csv", "take_contents": "everything"}, 3),
    "comparison": ("compare", {"practice": _TWO}, {}, 3),
    "practice": ("practice", {"practice": _TWO[0]}, {}, 3),
    "weighting": ("weighting", {"country": "IT"}, {}, 3),
    "gaps": ("gaps", {}, {}, 1),
    "gaps, evidence": ("gaps", {"down": "country", "shown": "strongest"}, {}, 1),
    "gaps, types": ("gaps", {"map": "types"}, {}, 1),
    "findings": ("what_works", {"outcome": "employment"}, {}, 5),
    "type of measure": ("what_works", {"type": "befriending"}, {}, 1),
    "publications": ("evidence", {"theme": "employment"}, {"take-evidence": "csv"}, 1),
    "organisations": ("communities", {"area": "DE"}, {"take-organisation": "csv"}, 1),
    "need": ("needs", {"q": "jobs for refugees"}, {"need-take": "csv"}, 1),
    "sheet": ("transfer", {"practice": _TWO[0]}, {"transfer-take": "json"}, 1),
    "sheet, table": ("transfer", {"practice": _TWO[0]}, {"transfer-take": "csv"}, 1),
    "self-assessment": ("self_assessment", {"step": "take-away"}, {}, 2),
    "brief of a practice": ("practice", {"practice": _TWO[0]}, {"take_format": "html"}, 1),
    "brief of a need": ("needs", {"q": "jobs for refugees"}, {"need-take": "html"}, 0),
    "brief of a sheet": ("transfer", {"practice": _TWO[0]}, {"transfer-take": "html"}, 0),
}
_COUNTED = ("both scores", "groups", "comparison")  # what is drawn otherwise where there are many
_FOR_PROGRAMS = ("text/csv", "application/json")
_RANDOM = re.compile(rb"_[0-9a-f]{16}(?=[._])")  # in names of files, which a data package says too
_Files = dict[str, tuple[str, Callable[[], bytes]]]  # by name without its random part: MIME type, and what makes it


@pytest.fixture
def offered(app: AppTest, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], _Files]:
    """Return a function that goes to a place of TAKEN in a language and returns the files that are offered there."""
    kept: _Files = {}
    add = MediaFileManager.add_deferred

    def added(manager: MediaFileManager, make: Any, mime: str, at: str, file_name: str = "", **named: Any) -> str:
        kept[_RANDOM.sub(b"", file_name.encode()).decode()] = mime, make
        return add(manager, make, mime, at, file_name, **named)

    def go(where: str, code: str) -> _Files:
        page, link, chosen, _count = TAKEN[where]
        for key, value in chosen.items():
            app.session_state[key] = value
        if page == "self_assessment" and "own" not in app.session_state:
            answer = OwnAnswer(indicator="eff-result", answer="met", evidence_level=2, note="synthetic", language="en")
            form = new_form(date(2026, 2, 3)).with_answer(answer).with_profile(name="Synthetic", sectors=("language",))
            app.session_state["own"] = draft._State(draft.Draft(mine=form), revision=1, loaded=True)
        if not kept:
            screen.all_open(visit(page, **link))
        kept.clear()
        assert not visit(page, lang=code, **link).exception
        return dict(kept)

    monkeypatch.setattr(MediaFileManager, "add_deferred", added)
    return go


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize(
    ("where", "most_drawn"),
    [*((one, tables.MOST_DRAWN) for one in TAKEN if TAKEN[one][3]), *((one, 1) for one in _COUNTED)],
)
def test_files_for_programs_are_the_same_in_every_language(
    where: str, most_drawn: int, offered: Callable[[str, str], _Files], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (tables, groups, peers, comparison):
        monkeypatch.setattr(module, "MOST_DRAWN", most_drawn)
    made: list[dict[str, bytes]] = []
    for code in (translation.ENGLISH, pseudo_locale.CODE):
        files = {name: make for name, (mime, make) in offered(where, code).items() if mime in _FOR_PROGRAMS}
        with translation.speak(code):
            made.append({name: _RANDOM.sub(b"", make()) for name, make in files.items()})
    english, other = made
    assert len(english) == TAKEN[where][3]
    assert list(other) == list(english)
    assert [name for name in english if other[name] != english[name]] == []


@pytest.mark.usefixtures("pseudo")
def test_an_image_speaks_as_its_page_but_for_the_name_of_its_file(offered: Callable[[str, str], _Files]) -> None:
    images = [file for file in offered("gaps", pseudo_locale.CODE).items() if file[1][0] == "image/svg+xml"]
    ((name, (_mime, make)),) = images
    assert name.startswith("chart_practices_for_each_pair_of_sector")
    svg = ElementTree.fromstring(make())  # noqa: S314 - our own
    said = " ".join("".join(one.itertext()) for one in svg.iter("{http://www.w3.org/2000/svg}text"))
    for english in ("for each pair of sector", "data version", "Turning answers into numbers"):
        assert english not in said
        assert pseudo_locale.strange(english).rstrip("·") in said


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("where", ["brief of a practice", "brief of a need", "brief of a sheet", "self-assessment"])
def test_a_brief_speaks_as_its_page_though_it_is_made_where_nobody_speaks(
    where: str, offered: Callable[[str, str], _Files]
) -> None:
    (brief,) = (make() for mime, make in offered(where, pseudo_locale.CODE).values() if mime == "text/html")
    assert f'<html lang="{pseudo_locale.CODE}">'.encode() in brief
    assert (b'<span lang="en">' in brief) == (where != "self-assessment")
