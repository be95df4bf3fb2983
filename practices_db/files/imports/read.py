"""Read a file that somebody brings: bytes to checked rows. Nothing is written and the database is not asked.

What only a person can know (is this Windows-1252? is the comma a decimal mark?) comes back as a ``Question``. Every
mistake is kept in ``Upload.problems``; a file that is no table at all raises RefusedError.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ValidationError

from practices_db.catalogue.csv_reader import CsvError, CsvTable, Encoding, NotUtf8Error, read_csv
from practices_db.catalogue.practice_rows import CatalogueRow
from practices_db.catalogue.problems import Problem, RefusedError, mistakes
from practices_db.errors import PracticesError
from practices_db.files.exports.cell_text import as_typed
from practices_db.files.exports.recipe import Format
from practices_db.files.imports.kinds import (
    COMPUTED,
    KINDS,
    TOLD_RESULTS,
    Kind,
    kind_of,
    known_columns,
    plain_name,
    read_columns,
)
from practices_db.files.xlsx_reader import Limits, read_cells

Progress = Callable[[float, str], None]

BYTES_AT_MOST = 5 << 20
ROWS_AT_MOST, COLUMNS_AT_MOST = 5_000, 400
_NAME_AT_MOST = 100
# Blank rows that a spreadsheet formatted count for the child that reads a workbook, not for us.
_WORKBOOK = Limits(rows=20_000)
_SAMPLES = 5
_RECIPE = "recipe"
# Signs that nobody sees or that turn the direction of what follows: no text keeps them, and that is said. The joiners
# of letters and emoji are none of them.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_FLAGGED_AT_MOST = 200
_TOLD_EVERY = 500  # rows


@dataclass(frozen=True)
class Confirmed:
    """What a person said about the file."""

    encoding: Encoding | None = None
    decimal_comma: bool = False


@dataclass(frozen=True)
class Question:
    """What only a person can say about a file, with lines of it to judge by. Read again with the answer."""

    about: Literal["encoding", "decimal-comma"]
    words: str
    samples: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One table of a file: the columns it has, and its rows by the number a spreadsheet shows."""

    kind: Kind
    place: str
    given: tuple[str, ...]
    rows: dict[int, CatalogueRow]


@dataclass(frozen=True)
class Upload:
    """A file as it was read: its tables, what was understood and not read, what to look at, and every mistake."""

    name: str
    sha256: str
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = field(default=(), repr=False)


@dataclass
class _Found:
    """What comes to light while a file is read."""

    notes: list[str] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class _How:
    """How the rows of a table are read. ``apostrophes``: columns in which our export put one; ``comma``: decimal."""

    kind: Kind
    place: str
    columns: tuple[str | None, ...]
    comma: bool
    apostrophes: frozenset[str]


def silent(_share: float, _what: str) -> None:
    """Tell nobody how far it is."""


def read_file(
    content: bytes,
    name: str,
    confirmed: Confirmed = Confirmed(),
    progress: Progress = silent,
) -> Upload | Question:
    """Return a file's tables, checked cell by cell, or the question that has to be answered first.

    ``name`` is only shown. Raises RefusedError where there is no table in it.
    """
    place = _safe(name)
    if len(content) > BYTES_AT_MOST:
        raise RefusedError([Problem(f"The file has more than {BYTES_AT_MOST >> 20} MB.", place=place)])
    progress(0.0, "Reading the file")
    found = _Found()
    try:
        if content.startswith(b"PK\x03\x04"):
            parts = list(_sheets(content, found))
            comma = False
        else:
            table = read_csv(content, known_columns, confirmed.encoding)
            if question := _decimal_comma(table, confirmed):
                return question
            parts, comma = [("", table.rows)], table.delimiter == ";" and confirmed.decimal_comma
    except NotUtf8Error as error:
        return Question("encoding", error.reason, error.lines)
    except CsvError as error:
        raise RefusedError([Problem(error.reason, error.row, place=place)]) from None
    except PracticesError as error:
        raise RefusedError([Problem(str(error), place=place)]) from None
    tables = [_table(part or "", rows, comma, found, progress) for part, rows in parts]
    return Upload(
        place,
        hashlib.sha256(content).hexdigest(),
        tuple(table for table in tables if table),
        tuple(found.notes),
        tuple(found.warnings[:_FLAGGED_AT_MOST]),
        tuple(found.problems),
    )


def _safe(name: str) -> str:
    """Return a file's name so that it can be shown and kept: a stranger chose it."""
    return re.sub(r"[^\w .,()+-]", "_", name.replace("\\", "/").rpartition("/")[2])[:80] or "file"


# --- which tables there are ------------------------------------------------------------------------------------


def _sheets(content: bytes, found: _Found) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield the sheets of a workbook that hold a table of ours."""
    book = read_cells(content, _WORKBOOK)
    known, others = [], []
    for title, rows in book.sheets.items():
        names = [plain_name(cell) for cell in rows[0]] if rows else []
        if set(names) >= COMPUTED:
            found.notes.append(f"Sheet {title!r} is not read: its figures are computed from the answers.")
        elif set(names) >= TOLD_RESULTS:
            found.notes.append(f"Sheet {title!r} is not read: results come in with the template of results.")
        elif kind_of(names):
            known.append((title, rows))
        elif any(any(row) for row in rows):
            others.append(title)
    if not known:
        raise PracticesError(f"No sheet has a header of {_kinds()} in its first row. Begin with a template.")
    if others:
        found.notes.append(f"Not read, since they hold no table: {', '.join(map(repr, others))}.")
    read = {title for title, _ in known}
    found.problems += [
        Problem(fault.reason, fault.row, _letters(fault.column), fault.value, place=fault.sheet)
        for fault in book.faults
        if fault.sheet in read
    ]
    yield from known


def _letters(column: int) -> str:
    """Return a column as a spreadsheet calls it: 28 is AB."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"column {letters}"


def _kinds() -> str:
    *most, last = (kind.name for kind in KINDS)
    return f"a table of {', '.join(most)} or {last}"


def _decimal_comma(table: CsvTable, confirmed: Confirmed) -> Question | None:
    """Return the question whether a comma between digits is a decimal mark; only files with semicolons may ask it."""
    if table.delimiter != ";" or confirmed.decimal_comma or not table.rows:
        return None
    names = [plain_name(name) for name in table.rows[0]]
    kind = kind_of(names)
    numbers = [at for at, name in enumerate(names) if kind and name in kind.numbers]
    samples = [
        f"row {row}, {names[at]}: {cells[at]}"
        for row, cells in enumerate(table.rows[1:], start=2)
        for at in numbers
        if at < len(cells) and re.fullmatch(r"\s*[0-9]+,[0-9]+\s*", cells[at])
    ]
    if not samples:
        return None
    words = "Numbers in this file have a comma. Is it a decimal comma (1200,0 is one thousand two hundred)?"
    return Question("decimal-comma", words, tuple(samples[:_SAMPLES]))


# --- one table -------------------------------------------------------------------------------------------------


def _table(place: str, rows: Sequence[Sequence[str]], comma: bool, found: _Found, progress: Progress) -> Table | None:
    """Return a table with its rows checked; what is wrong goes into ``found``."""
    header, body = _without_blank(rows, found, place)
    names = [plain_name(name) for name in header]
    kind = kind_of(names)
    if kind is None or any(len(name) > _NAME_AT_MOST for name in names) or len(names) > COLUMNS_AT_MOST:
        begins = ", ".join(repr(name[:30]) for name in header[:4])
        raise RefusedError(
            [Problem(f"The first row is no header of {_kinds()}; it begins with {begins}.", 1, place=place)]
        )
    if len(body) > ROWS_AT_MOST:
        reason = f"The table has more than {ROWS_AT_MOST:,} rows ({len(body):,}). Split the file."
        raise RefusedError([Problem(reason, place=place)])
    ours = _RECIPE in names
    columns, ignored, problems = read_columns(kind, names, ours, place)
    if ignored:
        found.notes.append(
            f"Understood and not read: {len(ignored)} further columns of an export ({', '.join(ignored[:3])}"
            f"{', …' if len(ignored) > 3 else ''})."
        )
    if problems:
        found.problems += problems
    given = tuple(column for column in columns if column and column in kind.columns)
    how = _How(kind, place, tuple(columns), comma, _apostrophes(kind, names, body))
    checked = _rows(how, body, found, progress)
    if absent := [name for name in kind.columns if name not in given and name not in kind.required]:
        found.notes.append(f"Not in the file, so left as they are: {', '.join(absent)}.")
    return Table(kind, place, given, {} if problems else checked)


def _without_blank(rows: Sequence[Sequence[str]], found: _Found, place: str) -> tuple[list[str], dict[int, list[str]]]:
    """Return the header and the rows by number, without what is blank all along: rows, and columns without a name."""
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise RefusedError([Problem(f"The first row is blank; it must be the header of {_kinds()}.", 1, place=place)])
    body = {at: list(row) for at, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)}
    header = list(rows[0])
    width = max(at for at, cell in enumerate(header, start=1) if cell.strip())
    if len(rows) - 1 - len(body) and place == "":
        found.notes.append(f"{len(rows) - 1 - len(body)} blank rows are passed over.")
    if place:  # a worksheet has no width of its own
        width = max([width, *(len(row) - _blank_at_end(row) for row in body.values())])
        header = [*header, *[""] * (width - len(header))][:width]
        return header, {at: [*row, *[""] * (width - len(row))][:width] for at, row in body.items()}
    if width < len(header) and all(not any(cell.strip() for cell in row[width:]) for row in body.values()):
        body = {at: row[:width] if len(row) == len(header) else row for at, row in body.items()}
        header = header[:width]
    return header, body


def _blank_at_end(row: Sequence[str]) -> int:
    at = len(row)
    while at and not row[at - 1].strip():
        at -= 1
    return len(row) - at


def _apostrophes(kind: Kind, names: Sequence[str], body: dict[int, list[str]]) -> frozenset[str]:
    """Return the columns in which our export put apostrophes; the file says in which format it was written."""
    spreadsheets: tuple[Format, ...] = ("csv-semicolon", "csv-comma")
    if _format(kind, names, body) not in spreadsheets:
        return frozenset()
    return frozenset(kind.columns) - kind.numbers  # inside addresses too, where another separator would end a cell


def _format(kind: Kind, names: Sequence[str], body: dict[int, list[str]]) -> str | None:
    """Return the format that an export says it has, in its recipe or in a column of its own."""
    name = next((one for one in (_RECIPE, "format") if one in names and one in kind.further), None)
    if name is None:
        return None
    at = names.index(name)
    written = next((row[at] for row in body.values() if at < len(row) and row[at].strip()), "")
    if name == "format":
        return written.strip()
    try:
        return str(json.loads(written).get("format"))
    except (ValueError, AttributeError, RecursionError):
        return None


def _rows(how: _How, body: dict[int, list[str]], found: _Found, progress: Progress) -> dict[int, CatalogueRow]:
    """Return the rows that can be read; what is wrong with the others goes into ``found``."""
    rows: dict[int, CatalogueRow] = {}
    silent_rows = 0
    absent = set(how.kind.required) - set(how.columns)
    for done, (at, row) in enumerate(body.items()):
        if done % _TOLD_EVERY == 0:
            progress(0.5 * done / len(body), f"Checking {how.kind.name}")
        if len(row) != len(how.columns):
            reason = f"has {len(row)} fields, {len(how.columns)} expected"
            found.problems.append(Problem(reason, at, place=how.place))
            continue
        raw = {column: _cell(how, column, cell) for column, cell in zip(how.columns, row, strict=True) if column}
        cells = how.kind.prepare(raw)
        if cells is None:
            silent_rows += 1
            continue
        try:
            rows[at] = how.kind.model.model_validate(_visible(cells, how.place, at, found))
        except ValidationError as error:
            # a column that the file does not have is one mistake, not one more in each row
            told = mistakes(error, how.kind.model, how.place, at)
            found.problems += [one for one in told if one.column not in absent]
    if silent_rows:
        found.notes.append(f"{silent_rows} rows of an export that say nothing of their own are passed over.")
    return rows


def _cell(how: _How, name: str, cell: str) -> str:
    """Return a cell as the row model reads it: blank is blank, a whole number that came as 1200.0 is 1200."""
    text = as_typed(cell) if name in how.apostrophes else cell
    if not text.strip():
        return ""
    if name in how.kind.numbers:
        return re.sub(r"^([0-9]+)[,]0{1,2}$" if how.comma else r"^([0-9]+)[.]0{1,2}$", r"\1", text.strip())
    return text if name in how.kind.texts or name == "url" else text.strip()


def _visible(cells: dict[str, Any], place: str, at: int, found: _Found) -> dict[str, Any]:
    """Return the cells without signs that cannot be seen; each that held one is told."""
    clean = {name: text if text.isascii() else _INVISIBLE.sub("", text) for name, text in cells.items()}
    for name, text in cells.items():
        if clean[name] != text and len(found.warnings) < _FLAGGED_AT_MOST:
            sign = f"U+{ord(_INVISIBLE.search(text)[0]):04X}"  # type: ignore[index]
            reason = f"held a sign that cannot be seen or turns the writing round ({sign}); it is taken out"
            found.warnings.append(Problem(reason, at, name, clean[name][:80], place=place))
    return clean
