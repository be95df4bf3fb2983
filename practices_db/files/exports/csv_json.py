"""Write what a view shows to a file that says what it is: CSV in three flavours, JSON; the workbook is in workbook.py.

The rows come from the same selection as the screen: all of them, in the screen's order. Every file carries
its recipe (recipe.py). In a CSV the recipe is the last column's cell in the first row, so that any reader takes the
table without options (docs/decisions, 401).
"""

from __future__ import annotations

import csv
import io
import json
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Cursor, Store
from practices_db.files.exports import columns, export_tables
from practices_db.files.exports.cell_text import harmless, harmless_inside, harmless_json
from practices_db.files.exports.columns import Column
from practices_db.files.exports.recipe import Contents, FileContents, Format, Recipe
from practices_db.queries.views import View
from practices_db.translation import ENGLISH, N_, speak

BOM = "\ufeff"
_CHUNK = 1 << 20
_MOST_IN_A_NAME = 3  # values of a facet


@dataclass(frozen=True)
class FileKind:
    """What can be taken away: its words, its file name, and how its cells are written."""

    label: str
    meaning: str
    suffix: str
    mime: str
    delimiter: str = ","
    comma: bool = False  # decimal comma
    plain: bool = True  # text exactly as it is; otherwise what a spreadsheet would run is neutralised


FORMATS: dict[Format, FileKind] = {
    "csv": FileKind(
        "CSV",
        N_(
            "For programs (R, pandas, DuckDB): exact text, comma, decimal point, ISO dates. A spreadsheet would run "
            "text that looks like a formula."
        ),
        ".csv",
        "text/csv",
    ),
    "csv-semicolon": FileKind(
        N_("CSV for Excel (decimal comma)"),
        N_(
            "For a spreadsheet set to most of Europe's languages: semicolon and decimal comma; text that a spreadsheet "
            "would run or turn into a date has an apostrophe in front."
        ),
        "_spreadsheet.csv",
        "text/csv",
        delimiter=";",
        comma=True,
        plain=False,
    ),
    "csv-comma": FileKind(
        N_("CSV for Excel (decimal point)"),
        N_(
            "For a spreadsheet set to English: comma and decimal point; text that a spreadsheet would run or turn into "
            "a date has an apostrophe in front."
        ),
        "_spreadsheet_en.csv",
        "text/csv",
        plain=False,
    ),
    "xlsx": FileKind(
        N_("Excel workbook"),
        N_("Sheets for practices, results, scores, answers, sources, the recipe and a glossary."),
        ".xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "pdf": FileKind(
        N_("Brief (PDF)"), N_("To read and print: bars, tables, what is not known."), ".pdf", "application/pdf"
    ),
    "html": FileKind(
        N_("Brief (web page)"), N_("The same brief as a page that any browser prints."), ".html", "text/html"
    ),
    "json": FileKind("JSON", N_("For programs: one object for each practice."), ".json", "application/json"),
}

# Flavours of CSV in the order in which a page offers them: whoever takes the first gets a file in which nothing runs.
SAFE_FIRST: tuple[Format, ...] = ("csv-semicolon", "csv-comma", "csv")

CONTENTS: dict[Contents, str] = {
    "scores": N_("One row for each practice: facts, main result, both main scores with range and evidence, sources."),
    "answers": N_(
        "One row for each answer, with note, evidence and source. A practice without answers has one blank row."
    ),
    "everything": N_("One row for each practice: facts, all criteria, and the answer to every indicator."),
}


def file_name(view: View, format_: Format, on: date, contents: FileContents = "scores") -> str:
    """Return a file name that says what is in the file and is never used twice.

    For example "practices_housing_refugees_IT-DE_2026-11-27_0123456789abcdef.csv". The random part matters: Streamlit
    names a download by part of its content and its name, and two files that collide would go to the wrong person
    (docs/decisions, 404).
    """
    what = {"compare": "comparison", "practice": "practice", "weighting": "weighting"}.get(view.page, "practices")
    part = [] if contents in ("scores", what) else [contents]
    return unique_name("_".join([what, *_scope(view), *part]), on, FORMATS[format_].suffix)


def unique_name(what: str, on: date, ending: str) -> str:
    """Return a name for a file that is never used twice; ``ending`` with all that stands before it: "_data.csv"."""
    return f"{what}_{on.isoformat()}_{secrets.token_hex(8)}{ending}"


def csv_bytes(rows: Iterable[Sequence[Any]], delimiter: str = ",") -> bytes:
    """Return rows as the content of a CSV file; \\r\\n and a byte order mark, as spreadsheets write it."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return (BOM + out.getvalue()).encode()


def _scope(view: View) -> list[str]:
    """Return what a view selects as parts of a file name: ids of what one asks for first; of the rest that it narrows.

    Ids are plain ASCII; what somebody typed never becomes part of a name.
    """
    if view.page == "compare":
        return []
    if view.page == "practice":
        return list(view.chosen.practice[:1])
    if view.chosen.is_empty:
        return ["all"]
    parts = []
    for field, many in (("sector", "sectors"), ("target_group", "groups"), ("country", "countries")):
        values = view.chosen.chosen(field)
        few = len(values) <= _MOST_IN_A_NAME
        parts += ["-".join(value.split("-and-")[0] for value in values) if few else f"{len(values)}-{many}"]
    told = {"sector", "target_group", "country"}
    further = any(field not in told for field, *_ in view.chosen.parts())
    return [*(part for part in parts if part), *(["filtered"] if further else [])]


@speak(ENGLISH)
def write_csv(store: Store, view: View, contents: Contents, format_: Format, on: date) -> Path:
    """Write a CSV file to the store's export folder and return it; the caller deletes it.

    DuckDB writes the data flavour; the spreadsheet flavours pass through Python, which knows what spreadsheets do.
    """
    kind = FORMATS[format_]
    path = store.exports / file_name(view, format_, on, contents)
    with export_tables.reading(store, view) as cursor:
        made = export_tables.recipe_of(cursor, view, contents, format_, on)
        of_table = export_tables.columns_of(view, contents)
        if kind.plain:
            with _kept(path):
                for piece in export_tables.pieces(cursor, view, contents, stored=20_000):
                    _add(path, cursor, view, contents, piece, made)
        else:
            rows = export_tables.rows(cursor, view, contents, on, export_tables.as_written)
            write_rows(path, _for_spreadsheets(of_table, rows, kind, made), kind.delimiter)
    return path


def _add(  # noqa: PLR0913, PLR0917 - a piece of a file is all of these
    path: Path, cursor: Cursor, view: View, contents: Contents, piece: export_tables.Piece, made: Recipe
) -> None:
    """Write a piece of a table to the end of a file; the first one with header, byte order mark and recipe."""
    values = export_tables.values(cursor, view, contents, made.exported_on, piece)
    cells = [
        f'{export_tables.as_written(column)} AS "{column.name}"' for column in export_tables.columns_of(view, contents)
    ]
    recipe = "NULL"
    if piece.first == 1:
        cells[0] = cells[0].replace(' AS "', f' AS "{BOM}')
        recipe = f"CASE WHEN {export_tables.first(contents, piece)} THEN $recipe END"
        values["recipe"] = made.as_json()
    sql = export_tables.query(view, contents, [*cells, f"{recipe} AS {columns.RECIPE.name}"], piece)
    if piece.first == 1:
        _copy(cursor, sql, values, path, "FORMAT csv, HEADER")
        return
    with _made(cursor, sql, values, path, "FORMAT csv, HEADER false") as lines, path.open("ab") as file:
        shutil.copyfileobj(lines, file, _CHUNK)


def _for_spreadsheets(
    of_table: Sequence[Column], rows: Iterable[Sequence[Any]], kind: FileKind, made: Recipe
) -> Iterator[list[Any]]:
    """Yield header and rows as a spreadsheet takes them: text neutralised, the decimal mark of its language."""
    guards = {"text": harmless, "list": harmless, **dict.fromkeys(("code", "codes", "urls"), harmless_inside)}
    texts = {at: guards[column.kind] for at, column in enumerate(of_table) if column.kind in guards}
    numbers = [at for at, column in enumerate(of_table) if column.kind == "number" and kind.comma]
    yield [*(column.name for column in of_table), columns.RECIPE.name]
    for place, row in enumerate(rows):
        cells = [*row, None if place else harmless_json(made.as_json())]
        for at, guard in texts.items():
            cells[at] = None if cells[at] is None else guard(cells[at])
        for at in numbers:
            cells[at] = None if cells[at] is None else str(cells[at]).replace(".", ",")
        yield cells


def write_rows(path: Path, rows: Iterable[Sequence[Any]], delimiter: str = ",") -> None:
    """Write header and rows to a new CSV file; where that fails nothing is left."""
    with _new(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        csv.writer(text, delimiter=delimiter).writerows(rows)  # \r\n, as spreadsheets write it
        text.detach()


@speak(ENGLISH)
def write_results(store: Store, view: View, on: date) -> Path:
    """Write every result of a view's practices as exact CSV, without a recipe; the caller deletes it."""
    path = store.exports / unique_name("results", on, ".csv")
    with export_tables.reading(store, view) as cursor:
        rows = export_tables.rows(cursor, view, "results", on, export_tables.as_written)
        write_rows(path, chain([[column.name for column in columns.RESULTS]], rows))
    return path


@speak(ENGLISH)
def write_json(store: Store, view: View, on: date) -> Path:
    """Write a JSON file: {"recipe": …, "practices": [one object for each]}; the caller deletes it."""
    path = store.exports / file_name(view, "json", on)
    with export_tables.reading(store, view) as cursor, _new(path) as file:
        made = export_tables.recipe_of(cursor, view, "scores", "json", on)
        cells = [
            f"{export_tables.as_object(column)} AS {column.name}" for column in export_tables.columns_of(view, "scores")
        ]
        file.write(b'{"recipe":' + made.as_json().encode() + b',"practices":[')
        between = b"\n"
        for piece in export_tables.pieces(cursor, view, "scores"):
            sql = export_tables.query(view, "scores", cells, piece)
            given = export_tables.values(cursor, view, "scores", on, piece)
            with _made(cursor, sql, given, path, "FORMAT json") as lines:
                for line in lines:
                    file.write(between + line.rstrip(b"\n"))
                    between = b",\n"
        file.write(b"\n]}\n")
    return path


@speak(ENGLISH)
def practice_json(store: Store, practice_id: str, on: date, base: str = "") -> bytes | None:
    """Return everything published on one practice as JSON, None where there is none with this id.

    ``base`` is where the app is reached.

    {"recipe": …, "practice": {…}, "results": […], "scores": […], "answers": […], "sources": […]}
    """
    try:
        view = View("practice", PracticeFilter(practice=(practice_id,)), base=base)
    except ValueError:
        return None
    with export_tables.reading(store, view) as cursor:
        made = export_tables.recipe_of(cursor, view, "everything", "json", on)
        if not made.practices:
            return None
        (practice,) = _objects(cursor, view, "scores", on)
        found = {
            "recipe": made.model_dump(mode="json", exclude_none=True),
            "practice": practice,
            "results": _objects(cursor, view, "results", on),
            "scores": _objects(cursor, view, "criteria", on),
            "answers": [answer for answer in _objects(cursor, view, "answers", on) if answer["indicator_id"]],
            "sources": _objects(cursor, view, "sources", on),
        }
    return json.dumps(found, ensure_ascii=False, default=date.isoformat).encode()


def _objects(cursor: Cursor, view: View, name: export_tables.TableName, on: date) -> list[dict[str, Any]]:
    names = [column.name for column in export_tables.columns_of(view, name)]
    return [
        dict(zip(names, row, strict=True))
        for row in export_tables.rows(cursor, view, name, on, export_tables.as_object)
    ]


def content(path: Path) -> bytes:
    """Return what is in a file that was made, and delete it."""
    try:
        return path.read_bytes()
    finally:
        path.unlink()


@contextmanager
def _kept(path: Path) -> Iterator[None]:
    """Leave nothing of a file where writing it fails."""
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@contextmanager
def _new(path: Path) -> Iterator[BinaryIO]:
    """Yield a new file to write to; where that fails nothing is left."""
    with _kept(path), path.open("wb") as file:
        yield file


@contextmanager
def _made(cursor: Cursor, sql: str, values: Mapping[str, Any], path: Path, options: str) -> Iterator[BinaryIO]:
    """Yield the rows of a query as DuckDB writes them, in a file beside ``path`` that is there for so long."""
    beside = path.with_name(path.name + ".piece")
    try:
        _copy(cursor, sql, values, beside, options)
        with beside.open("rb") as rows:
            yield rows
    finally:
        beside.unlink(missing_ok=True)


def _copy(cursor: Cursor, sql: str, values: Mapping[str, Any], path: Path, options: str) -> None:
    cursor.execute(f"COPY ({sql}) TO $file ({options})", {**values, "file": str(path)})
