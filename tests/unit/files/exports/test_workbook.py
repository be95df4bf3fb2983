"""The workbook as programs see it: no formulas, no links, frozen headers, filters, bars; hostile text stays text."""

from __future__ import annotations

import io
import re
import zipfile

import corpora
import openpyxl
import oracles
import pytest
from exported_files import DAY

from practices_db.catalogue import scorecards
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.errors import PracticesError
from practices_db.files.exports.columns import practices
from practices_db.files.exports.csv_json import content
from practices_db.files.exports.recipe import Recipe
from practices_db.files.exports.workbook import SHEETS, write_xlsx
from practices_db.files.xlsx_reader import read_workbook
from practices_db.queries.views import View

ITALY = View(chosen=PracticeFilter(country=("IT",)))
LARGEST = 32_767


@pytest.fixture(scope="module")
def book_file(store: Store) -> bytes:
    return content(write_xlsx(store, ITALY, DAY))


@pytest.fixture(scope="module")
def book(book_file: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(book_file))


def parts(file: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(file)) as package:
        assert package.testzip() is None
        return {name: package.read(name).decode() for name in package.namelist()}


def no_formula_and_no_link(file: bytes) -> bool:
    return not [
        name
        for name, xml in parts(file).items()
        if re.search(r"<f[ >/]|<hyperlink|<definedName name=\"[^_]|TargetMode=\"External\"|<externalReference", xml)
    ]


def test_sheets_are_those_of_the_tables_with_frozen_headers_and_widths(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == [*SHEETS, "recipe", "glossary"]
    for name in SHEETS:
        sheet = book[name]
        assert sheet.freeze_panes == "C2"
        assert sheet.auto_filter.ref == f"A1:{sheet.cell(sheet.max_row, sheet.max_column).coordinate}"
        assert all(cell.font.bold for cell in sheet[1])
        assert sheet.column_dimensions["B"].width > 20
    assert book["recipe"].freeze_panes == book["glossary"].freeze_panes == "A2"


def test_every_coverage_has_a_bar_from_0_to_1(book: openpyxl.Workbook) -> None:
    for name in ("practices", "scores"):
        sheet = book[name]
        wanted = {cell.column_letter for cell in sheet[1] if str(cell.value).endswith("coverage")}
        barred = {
            str(area.sqref).split("2:")[0]: rule.dataBar.cfvo
            for area, rules in sheet.conditional_formatting._cf_rules.items()
            for rule in rules
            if rule.type == "dataBar"
        }
        assert set(barred) == wanted != set()
        assert all([one.val for one in ends] in (["0", "1"], [0, 1]) for ends in barred.values())


def test_numbers_are_numbers_dates_are_dates_and_blanks_are_blank(book: openpyxl.Workbook) -> None:
    header = [cell.value for cell in book["practices"][1]]
    kinds = {column.name: column.kind for column in practices()}
    for row in book["practices"].iter_rows(min_row=2):
        for name, cell in zip(header, row, strict=True):
            if cell.value is None:
                continue
            expected = {"number": "n", "whole": "n", "date": "d"}.get(kinds[str(name)], "s")
            assert cell.data_type == expected, (name, cell.value)


def test_workbook_has_no_formula_no_link_and_nothing_outside(book_file: bytes) -> None:
    assert no_formula_and_no_link(book_file)
    assert not [name for name in parts(book_file) if "vba" in name.lower() or "external" in name.lower()]


def test_glossary_says_what_every_column_means(book: openpyxl.Workbook) -> None:
    meanings = {row[0].value: row[1].value for row in book["glossary"].iter_rows(min_row=2)}
    for name in SHEETS:
        assert all(meanings[cell.value] for cell in book[name][1])


def test_every_result_has_a_row_the_main_one_first(book: openpyxl.Workbook) -> None:
    header, *rows = book["results"].iter_rows(values_only=True)
    told: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        cells = dict(zip(map(str, header), row, strict=True))
        told.setdefault(str(cells["practice_id"]), []).append(cells)
    wanted = {one.id: one.results for one in oracles.practices() if "IT" in one.facets["country"] and one.results}
    assert set(told) == set(wanted)
    for id_, results in wanted.items():
        assert told[id_][0]["main"] == "yes"
        assert told[id_][0]["result"] == results[0]["effect_text"]
        assert sorted(str(cells["result"]) for cells in told[id_]) == sorted(one["effect_text"] for one in results)


def test_recipe_can_be_read_and_says_the_same_as_its_json(book: openpyxl.Workbook) -> None:
    lines = {row[0].value: row[1].value for row in book["recipe"].iter_rows()}
    made = Recipe.model_validate_json(str(lines["Recipe"]))
    assert lines["Filter: Country"] == "Italy (IT)"
    assert lines["Selection"] == made.selection == "48 practices in Italy"
    assert made.data_hash in str(lines["Data version"])
    assert lines["How to cite"] == made.cite


def test_what_narrows_without_an_id_stands_in_the_recipe_by_its_name_and_once(store: Store) -> None:
    chosen = PracticeFilter(country=("IT",), running_from=2015, minimum_coverage=5, text="rom")
    book = openpyxl.load_workbook(io.BytesIO(content(write_xlsx(store, View(chosen=chosen), DAY))))
    lines = {row[0].value: row[1].value for row in book["recipe"].iter_rows()}
    assert lines["Filter: Period"] == "running in or after 2015, or started before with no end stated"
    assert lines["Filter: Minimum coverage"] == "coverage at least 5 %"
    assert lines["Filter: Text"] == "“rom”"


HOSTILE = ["=1+1", '=HYPERLINK("http://x")', "@SUM(1)", "+1", "-1", "'x", "https://example.org/", "mailto:a@b.c"]
HOSTILE += [
    "_x0041_",
    "a\u0007b",
    "a\r\nb",
    " x ",
    "2020",
    "TRUE",
    "#REF!",
    "1e5",
    "\ufeffx",
    "<b>&amp;</b>",
    "😀",
    "\uffff",
]


@pytest.mark.corpora
def test_hostile_text_comes_back_as_it_was_and_is_no_formula(tiny_store: Store) -> None:
    texts = [*HOSTILE, *corpora.naughty_strings()]
    sql = """
        INSERT INTO practice BY NAME
        SELECT 'hostile-' || i AS id, t AS name, t AS lead_organisation, [] AS places, t AS summary, t AS source_name,
            'https://example.org' AS source_url, 'another-page' AS source_kind, 'low' AS source_confidence,
            DATE '2026-01-01' AS checked_on
        FROM (SELECT unnest($texts::TEXT[]) AS t, unnest(range(len($texts::TEXT[]))) AS i) WHERE t <> ''
    """
    tiny_store.write(lambda cursor: (cursor.execute(sql, {"texts": texts}), scorecards.rebuild(cursor)))
    file = content(write_xlsx(tiny_store, View(sort="name"), DAY))
    assert no_formula_and_no_link(file)
    header, *rows = read_workbook(file)["practices"]
    found = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    for at, text in enumerate(texts):
        if text:
            row = found[f"hostile-{at}"]
            assert row["name"] == row["summary"] == row["lead_organisation"] == text


def test_text_longer_than_a_cell_is_refused_with_row_and_sheet(tiny_store: Store) -> None:
    sql = "UPDATE practice_card SET summary = repeat('x', $length) WHERE id = 'synthetic-lines'"
    tiny_store.write(lambda cursor: cursor.execute(sql, {"length": LARGEST}))
    assert content(write_xlsx(tiny_store, View(sort="name"), DAY))
    tiny_store.write(lambda cursor: cursor.execute(sql, {"length": LARGEST + 1}))
    with pytest.raises(PracticesError, match=r"of sheet practices has a text of 32,768 characters.*Download the CSV"):
        write_xlsx(tiny_store, View(sort="name"), DAY)
    assert list(tiny_store.exports.iterdir()) == []
