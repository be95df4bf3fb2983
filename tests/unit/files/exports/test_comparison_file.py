"""The comparison as a file is the matrix of the screen, cell for cell, and opens again."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from exported_files import DAY

from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.errors import PracticesError
from practices_db.files.export import file_content
from practices_db.files.exports.cell_text import as_typed
from practices_db.files.exports.csv_json import FORMATS
from practices_db.files.exports.recipe import Format, Recipe
from practices_db.files.reopen import reopen
from practices_db.queries.comparison import comparison
from practices_db.queries.practices import practice_names
from practices_db.queries.views import View

IDS = ("koto-sib-integration-social-impact-bond", "a-walk-to-museums", "duo-for-a-job")
VIEW = View("compare", PracticeFilter(practice=IDS))


def matrix(store: Store, ids: tuple[str, ...] = IDS) -> list[list[str]]:
    with store.cursor() as cursor:
        return [list(line) for line in comparison(cursor, ids).table()]


def rows_of(file: bytes, format_: Format) -> list[list[str]]:
    text = io.StringIO(file.decode("utf-8-sig"), newline="")
    return list(csv.reader(text, strict=True, delimiter=FORMATS[format_].delimiter))


@pytest.mark.parametrize("format_", ["csv", "csv-semicolon", "csv-comma"])
def test_csv_is_the_matrix_with_the_recipe_in_its_first_row(format_: Format, store: Store) -> None:
    file = file_content(store, VIEW, DAY, "comparison", format_)
    head, *lines = rows_of(file, format_)
    expected = matrix(store)
    assert head == [*expected[0], "recipe"]
    assert [[as_typed(cell) for cell in line[:-1]] for line in lines] == expected[1:]
    made = Recipe.model_validate_json(lines[0][-1])
    assert (made.contents, made.practices, made.rows) == ("comparison", 3, len(lines))
    assert not any(line[-1] for line in lines[1:])


def test_workbook_has_the_matrix_as_its_first_sheet(store: Store) -> None:
    def book(view: View) -> openpyxl.Workbook:
        return openpyxl.load_workbook(io.BytesIO(file_content(store, view, DAY, format_="xlsx")), read_only=True)

    compared = book(VIEW)
    assert compared.sheetnames[0] == "comparison"
    assert [[cell or "" for cell in row] for row in compared["comparison"].values] == matrix(store)
    assert "comparison" not in book(View(chosen=PracticeFilter(practice=IDS))).sheetnames


def test_differences_come_first_and_who_is_not_assessed_makes_none(store: Store) -> None:
    with store.cursor() as cursor:
        made = comparison(cursor, IDS)
    for title, rows in made.parts():
        rest = rows if title in ("Results", "Facts") else rows[1:]  # after the score
        if title != "Results":
            assert [row.differs for row in rest] == sorted((row.differs for row in rest), reverse=True)
        for row in rest:
            told = {cell.answer for cell in row.cells if cell.answer}
            if told:
                assert row.cells[1].text == "Not assessed"
                assert row.differs == (len(told) > 1)
    assert any(not row.differs for row in made.rows)


def test_the_same_practice_in_another_company_has_the_same_cells(store: Store) -> None:
    with store.cursor() as cursor:
        one, other = comparison(cursor, IDS), comparison(cursor, (IDS[2], "humanitarian-corridors"))
    cells = {(row.part, row.title): row.cells[2] for row in one.rows}
    assert cells == {(row.part, row.title): row.cells[0] for row in other.rows}


@pytest.mark.parametrize("format_", ["csv", "csv-semicolon", "xlsx"])
def test_file_opens_the_comparison_again(format_: Format, store: Store) -> None:
    opened = reopen(store, file_content(store, VIEW, DAY, "comparison", format_))
    assert (opened.view, opened.changes.none) == (VIEW, True)


def test_a_file_of_other_practices_than_its_recipe_is_refused(tiny_store: Store) -> None:
    with tiny_store.cursor() as cursor:
        ids = tuple(practice_names(cursor))[:3]
    file = file_content(tiny_store, View("compare", PracticeFilter(practice=ids)), DAY, "comparison").decode(
        "utf-8-sig"
    )
    rows = [[*row[:3], *row[4:]] for row in csv.reader(io.StringIO(file, newline=""))]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    with pytest.raises(PracticesError, match="names other practices than the table"):
        reopen(tiny_store, out.getvalue().encode())
