"""The workbook: practices, results, scores, answers, sources, recipe, glossary; of Compare the matrix comes first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from practices_db import palette
from practices_db.database.store import Cursor, Store
from practices_db.errors import PracticesError
from practices_db.files.exports import codebook, export_tables
from practices_db.files.exports.columns import Column
from practices_db.files.exports.comparison_file import SHEET
from practices_db.files.exports.csv_json import file_name
from practices_db.files.exports.recipe import Recipe
from practices_db.files.sheets import Cell, add_sheet, head_look, look, new_book, write_row
from practices_db.queries.comparison import comparison
from practices_db.queries.views import View
from practices_db.translation import ENGLISH, speak

if TYPE_CHECKING:
    from xlsxwriter.format import Format as Look

# Sheet → table.
SHEETS: dict[str, export_tables.TableName] = {
    "practices": "scores",
    "results": "results",
    "scores": "criteria",
    "answers": "answers",
    "sources": "sources",
}
ROWS_AT_MOST = 1_048_575  # what a worksheet can hold under its header
_WIDTHS = {
    "practice_id": 28,
    "name": 40,
    "summary": 60,
    "note": 60,
    "result": 50,
    "outcome_figures": 40,
    "licence": 20,
    "label": 40,
}
_BY_KIND = {"text": 24, "code": 20, "list": 24, "codes": 24, "urls": 30}


@speak(ENGLISH)
def write_xlsx(store: Store, view: View, on: date) -> Path:
    """Write the workbook of a view to the store's export folder and return it; the caller deletes it.

    Raises PracticesError where there are more rows than a worksheet holds, or a text longer than a cell.
    """
    path = store.exports / file_name(view, "xlsx", on)
    book = new_book(path, constant_memory=True, tmpdir=str(store.exports))
    try:
        with export_tables.reading(store, view) as cursor:
            _write(cursor, book, view, on)
        book.close()
    except BaseException:
        with suppress(Exception):  # what went wrong is on its way already
            book.close()  # takes the rows written so far from the disk
        path.unlink(missing_ok=True)
        raise
    return path


def _write(cursor: Cursor, book: Any, view: View, on: date) -> None:
    if (rows := export_tables.count_rows(cursor, view, "answers")) > ROWS_AT_MOST:
        raise PracticesError(
            f"A worksheet holds {ROWS_AT_MOST:,} rows, the answers have {rows:,}. Narrow the filter or "
            "download the CSV."
        )
    made = export_tables.recipe_of(cursor, view, "everything", "xlsx", on)
    book.set_properties(
        {"title": made.selection, "comments": made.cite, "created": datetime(on.year, on.month, on.day)}
    )
    if view.page == "compare":
        matrix = comparison(cursor, view.chosen.practice)
        add_sheet(book, SHEET, matrix.table(), (24, 34, 9, *[46] * len(matrix.practices))).freeze_panes(1, 2)
    told: dict[str, Column] = {}
    for sheet, table in SHEETS.items():
        of_table = export_tables.columns_of(view, table)
        _sheet(book, sheet, of_table, export_tables.rows(cursor, view, table, on, export_tables.as_written))
        told = {column.name: column for column in of_table} | told
    add_sheet(book, "recipe", _recipe_lines(made), (34, 110))
    add_sheet(book, "glossary", [codebook.HEADER, *codebook.lines(told.values())], (34, 90, 30, 60))


def _sheet(book: Any, name: str, table: Sequence[Column], rows: Iterable[tuple[Cell, ...]]) -> None:
    """Write one table: frozen header, a filter on every column, widths, a bar behind every coverage."""
    sheet = book.add_worksheet(name)
    looks = {
        "number": look(book, num_format="0.0"),
        "share": look(book, num_format="0%"),
        "date": look(book, num_format="yyyy-mm-dd"),
        "text": look(book),
    }
    sheet.freeze_panes(1, 2)
    for at, column in enumerate(table):
        sheet.set_column(at, at, _WIDTHS.get(column.name, _BY_KIND.get(column.kind, 12)))
    write_row(sheet, 0, [column.name for column in table], [head_look(book)] * len(table))
    styles = [_look(column, looks) for column in table]
    count = 0
    for count, row in enumerate(rows, start=1):
        write_row(sheet, count, row, styles)
    sheet.autofilter(0, 0, count, len(table) - 1)
    for at, column in enumerate(table):
        if column.name.endswith("coverage") and count:
            sheet.conditional_format(
                1,
                at,
                count,
                at,
                {"type": "data_bar", "bar_color": palette.BAR, "min_type": "num", "min_value": 0}
                | {"max_type": "num", "max_value": 1},
            )


def _look(column: Column, looks: dict[str, Look]) -> Look:
    if column.kind == "number":
        return looks["share" if column.name.endswith("coverage") else "number"]
    return looks["date" if column.kind == "date" else "text"]


def _recipe_lines(made: Recipe) -> list[tuple[str, str]]:
    """Return the recipe to read, line by line, and in the last line as the JSON that reopens the view."""
    return [
        ("What", "How this file was made"),
        ("Selection", made.selection),
        *(
            (f"Filter: {one.filter}", one.name if one.id == one.name else f"{one.name} ({one.id})")
            for one in made.filters
        ),
        ("Order", f"{made.order_name} ({made.order})"),
        *((f"Weight: {one.name}", f"{one.percent:g} %") for one in made.weights),
        *((f"Weight inside its criterion: {one.name}", f"{one.weight:g}") for one in made.indicator_weights),
        ("Practices", str(made.practices)),
        ("Framework", f"{made.framework} {made.framework_version}"),
        ("Data version", f"{made.data_version} of {made.data_released_on.isoformat()}, SHA-256 {made.data_hash}"),
        ("Exported on", made.exported_on.isoformat()),
        ("Method", made.method),
        ("Licence", made.licence),
        ("How to cite", made.cite),
        ("Open it again", "Upload this file on the page “Open a file” of the app"),
        ("Recipe", made.as_json()),
    ]
