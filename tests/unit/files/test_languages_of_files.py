"""Files for machines are the same in every language; briefs and charts are in the reader's.

German is the pseudo-language of ``pseudo_locale.py`` here: synthetic, no language that anybody speaks.
"""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pypdf
import pytest

from criteria.framework import current_framework
from criteria.weighting import preset
from pages.shared.components import charts
from practices_db import translation
from practices_db.catalogue import vocabularies
from practices_db.catalogue.library_filter import OrganisationFilter, PublicationFilter
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.files.briefs import Brief, as_html, as_pdf, brief, own_brief
from practices_db.files.briefs.needs_brief import needs_brief, needs_csv
from practices_db.files.briefs.transfer_sheet import Sheet, sheet_brief, sheet_csv
from practices_db.files.export import file_content
from practices_db.files.exports.chart_rows import chart_csv, chart_recipe
from practices_db.files.exports.codebook import codebook_csv
from practices_db.files.exports.csv_json import content, practice_json, write_results
from practices_db.files.exports.data_package import catalogue_package
from practices_db.files.exports.dcat import catalogue_description
from practices_db.files.exports.findings_file import findings_as, findings_json
from practices_db.files.exports.json_schema import json_schema
from practices_db.files.exports.library_files import written
from practices_db.files.exports.ranking_file import ranking_csv
from practices_db.files.reopen import reopen
from practices_db.files.self_assessment.documents import as_csv, as_xlsx
from practices_db.files.self_assessment.form import OwnAnswer, new_form
from practices_db.queries import library, needs, practices
from practices_db.queries.views import View
from practices_db.translation import speak
from tests import pseudo_locale

ROOT = Path(__file__).parents[3]
DAY = date(2026, 2, 3)
STRANGE = re.compile(r"\S·")  # how a text of the pseudo-language ends; between blanks the sign is English, too
IDS = ("curant-co-housing-for-unaccompanied-young-adult-refugees", "curing-the-limbo")
CHOSEN = PracticeFilter(
    country=("IT", "DE"), target_group=("refugees", "not-stated"), running_from=2000, undated=True, minimum_coverage=5
)
WEIGHTS = preset(current_framework(), "official")
SEVERAL = View("explore", CHOSEN, "name")
WEIGHED = View("weighting", PracticeFilter(country=("IT",)), "name", WEIGHTS)
SIDE_BY_SIDE = View("compare", PracticeFilter(practice=IDS))
ONE = View("practice", PracticeFilter(practice=IDS[:1]))
ASKED = needs.Asked(
    "municipality", "DE", ("housing-and-settlement",), ("refugees",), "flats for refugees", 100, 20_000, "some",
    ("volunteers",),
)  # fmt: skip
FORM = (
    new_form(DAY)
    .with_answer(  # synthetic
        OwnAnswer(indicator="eff-result", answer="met", evidence_level=3, note="n", link="https://example.org/")
    )
    .with_profile(name="Ours", sectors=("employment",), people_reached=1200)
)


@pytest.fixture(scope="module", autouse=True)
def _german(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take German, for these tests, from translations in the pseudo-language: every text ends with its sign."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRACTICES_LOCALE", str(pseudo_locale.write(tmp_path_factory.mktemp("locale"), "de")))
        translation.texts_of.cache_clear()
        vocabularies._labels.cache_clear()
        yield
    translation.texts_of.cache_clear()
    vocabularies._labels.cache_clear()


def _publications(store: Store, chosen: Any) -> list[dict[str, Any]]:
    with store.cursor() as cursor:
        return [dict(row) for row in library.find(cursor, chosen, None).head(40).to_dict("records")]


def _need(store: Store) -> bytes:
    with store.cursor() as cursor:
        return needs_csv(cursor, needs.answer(cursor, ASKED, needs.pool(cursor)), DAY)


def _sheet(store: Store) -> bytes:
    with store.cursor() as cursor:
        card = practices.practice(cursor, IDS[0])
    assert card is not None
    return sheet_csv(Sheet(practice=IDS[0]), card, {}, DAY)


def _chart(store: Store) -> bytes:
    made = chart_recipe(store, SEVERAL, "Made up", "csv", DAY)
    return chart_csv(pd.DataFrame({"practice": ["One"], "score": [1234.5]}), made)


def _package(store: Store) -> bytes:
    with store.cursor() as cursor:
        version = practices.data_version(cursor)
    return catalogue_package("https://example.org", version) + catalogue_description("https://example.org", version)


FILES: dict[str, Callable[[Store], bytes]] = {
    **{
        f"{view.page} {contents} {format_}": lambda store, view=view, contents=contents, format_=format_: file_content(  # type: ignore[misc]
            store, view, DAY, contents, format_
        )
        for view, contents, format_ in (
            *((SEVERAL, "scores", name) for name in ("csv", "csv-semicolon", "xlsx", "json")),
            (SEVERAL, "answers", "csv"),
            (SEVERAL, "everything", "csv"),
            (WEIGHED, "scores", "csv-comma"),
        )
    },
    **{
        f"comparison {name}": lambda store, name=name: file_content(store, SIDE_BY_SIDE, DAY, "comparison", name)  # type: ignore[misc]
        for name in ("csv", "xlsx")
    },
    "one practice": lambda store: practice_json(store, IDS[0], DAY) or b"",
    "results": lambda store: content(write_results(store, SEVERAL, DAY)),
    "findings": lambda store: findings_as(store, "csv") + findings_as(store, "csv-semicolon"),
    "findings as JSON": lambda store: findings_json(store, DAY),
    "publications": lambda store: b"".join(
        written(of := PublicationFilter(theme=("employment",)), _publications(store, of), name, "1", DAY)
        for name in ("csv", "csv-comma", "bibtex", "ris")
    ),
    "organisations": lambda store: written(
        of := OrganisationFilter(area=("DE", "not-stated")), _publications(store, of), "csv", "1", DAY
    ),
    "ranking": lambda store: ranking_csv(store, PracticeFilter(country=("IT",)), WEIGHTS).content,
    "codebook": lambda _store: codebook_csv(SEVERAL, "everything", "csv"),
    "packages": _package,
    "schema": lambda _store: str(json_schema("https://example.org")).encode(),
    "need": _need,
    "sheet": _sheet,
    "chart": _chart,
    "self-assessment": lambda _store: as_csv(FORM, DAY) + as_xlsx(FORM, DAY),
}


@pytest.mark.parametrize("make", FILES.values(), ids=FILES)
def test_a_file_for_machines_is_the_same_in_every_language(store: Store, make: Callable[[Store], bytes]) -> None:
    in_english = make(store)
    with speak("de"):
        assert make(store) == in_english
    assert in_english


@pytest.mark.parametrize(("view", "contents"), [(SEVERAL, "scores"), (SIDE_BY_SIDE, "comparison")])
def test_a_file_opens_again_in_another_language_and_nothing_has_changed(
    store: Store, view: View, contents: Any
) -> None:
    file = file_content(store, view, DAY, contents, "csv")
    with speak("de"):
        assert reopen(store, file).changes.none


# --- briefs and charts -------------------------------------------------------------------------------------------


def _brief(store: Store, name: str) -> Brief:
    with store.cursor() as cursor:
        if name == "need":
            return needs_brief(cursor, needs.answer(cursor, ASKED, needs.pool(cursor)), DAY)
        if name == "own":
            return own_brief(FORM, DAY)
        if name == "sheet":
            card = practices.practice(cursor, IDS[0])
            assert card is not None
            return sheet_brief(cursor, Sheet(practice=IDS[0]), card, {}, DAY)
        views = {"one": ONE, "two": SIDE_BY_SIDE, "several": SEVERAL, "order": WEIGHED}
        return brief(cursor, views[name], DAY)


@pytest.mark.parametrize("name", ["one", "two", "several", "order", "need", "sheet", "own"])
def test_what_a_brief_says_of_itself_is_in_the_readers_language(store: Store, name: str) -> None:
    english = _brief(store, name)
    with speak("de"):
        made = _brief(store, name)
    assert [block.kind for block in made.blocks] == [block.kind for block in english.blocks]
    said = [block.text for block in made.blocks if block.kind in ("heading", "note", "bars", "table")]
    left = [text for text in said if not STRANGE.search(text) and not text[:1].isdigit()]
    assert left == []
    facts = [row[0] for block in made.blocks[-2:] if block.kind == "facts" for row in block.rows]
    assert all(STRANGE.search(one) for one in facts)
    html = as_html(made)
    assert '<html lang="de">' in html
    assert STRANGE.search(html.partition("<footer>")[2])


def test_a_brief_is_a_pdf_in_its_language_with_letters_of_all_alphabets(store: Store) -> None:
    made = dataclasses.replace(
        _brief(store, "own"), title="Zażółć gęślą jaźń, Ελληνικά, Українська, ñ", subtitle="Äß«»„“", language="de"
    )
    pdf = pypdf.PdfReader(io.BytesIO(as_pdf(made)))
    text = " ".join(page.extract_text() for page in pdf.pages)
    assert pdf.trailer["/Root"]["/Lang"] == "de"
    assert made.title in text
    assert made.subtitle in text
    assert "□" not in text
    assert f"1 öf {len(pdf.pages)}" in pdf.pages[0].extract_text()


def test_a_chart_speaks_the_readers_language_and_is_kept_for_each() -> None:
    english = charts.range_rows()
    with speak("de"):
        german = charts.range_rows()
        assert charts.range_rows() is german
        drawn = [charts.years(), charts.two_scores(), charts.score_cells(5), charts.places(1200, ("a", "b", "c"))]
        drawn += [charts.map_of_europe([]), charts.strips(), german]
    assert charts.range_rows() is english
    assert "config" not in english
    assert (
        german["config"]["locale"]["number"] | {"decimal": ",", "thousands": "."}
        == (german["config"]["locale"]["number"])
    )
    assert german["config"]["locale"]["time"]["days"][0] == "Sonntag"
    for spec in drawn:
        titles = re.findall(r"'title': '([^']+)'", str(spec))
        assert titles
        assert [one for one in titles if not STRANGE.search(one)] == []
    assert "1.200" in str(drawn[3])
