"""Read a file that somebody brings: bytes to checked rows. Nothing is written and the database is not asked.

What only a person can know (is this Windows-1252? is a hidden row meant?) comes back as a ``Question``. Every mistake
is kept in ``Upload.problems``; a file that is no table at all raises RefusedError.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import ValidationError

from practices_db.catalogue.csv_reader import CsvError, CsvTable, Encoding, NotUtf8Error, read_csv
from practices_db.catalogue.practice_rows import CatalogueRow
from practices_db.catalogue.problems import PROPOSED_AT_MOST, Problem, RefusedError, mistakes
from practices_db.errors import PracticesError
from practices_db.files.exports.cell_text import as_typed
from practices_db.files.exports.recipe import Format
from practices_db.files.imports.cells import Noticed, Place, column_of, impossible, proposed, read_cell, warn
from practices_db.files.imports.kinds import (
    COMPUTED,
    KIND,
    KIND_NAMES,
    TOLD_RESULTS,
    Cells,
    Kind,
    kind_of,
    known_columns,
    missing,
    plain_name,
    read_columns,
)
from practices_db.files.xlsx_reader import Fault, Limits, Sheet, Workbook, read_cells

Progress = Callable[[float, str], None]

BYTES_AT_MOST = 5 << 20
ROWS_AT_MOST, COLUMNS_AT_MOST = 5_000, 400
_NAME_AT_MOST = 100
# Blank rows that a spreadsheet formatted count for the child that reads a workbook, not for us.
_WORKBOOK = Limits(rows=20_000)
_SAMPLES, _TOLD = 5, 20
_HEADER_WITHIN = 20  # rows in which a header is looked for, to say where it is
# Sheets of our own workbooks that explain the others (templates.py, exports/workbook.py).
_EXPLAINING = {"columns", "allowed values", "recipe", "glossary", "comparison"}
_RECIPE = "recipe"
_TOLD_EVERY = 500  # rows


@dataclass(frozen=True)
class Confirmed:
    """What a person said about the file.

    ``merged``: fill the value of merged cells down, or leave the others blank. ``hidden``: read hidden rows, columns
    and sheets, or leave them out. ``sheets``: leave out those that hold no table of ours. ``archived``: change
    what was archived, too. ``erase``: a blank cell of a known row erases what is there; else it stays.
    """

    encoding: Encoding | None = None
    decimal_comma: bool = False
    merged: Literal["fill", "blank"] | None = None
    hidden: Literal["read", "leave"] | None = None
    sheets: Literal["leave"] | None = None
    archived: bool = False
    erase: bool = False

    def said(self) -> dict[str, str]:
        """Return what was said, for the record."""
        return {name: str(value) for name, value in vars(self).items() if value}


About = Literal["encoding", "decimal-comma", "merged", "hidden", "sheets"]


@dataclass(frozen=True)
class Question:
    """What only a person can say about a file, with parts of it to judge by. Read again with the answer.

    ``answers``: what ``Confirmed`` can hold of it, and what that means. ``also``: what is to be asked at once with it.
    """

    about: About
    words: str
    samples: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]
    also: tuple[Question, ...] = ()


_ANSWERS: dict[About, tuple[tuple[str, str], ...]] = {
    "encoding": (("windows-1252", "Yes, read it as Windows-1252"),),
    "decimal-comma": (("yes", "Yes, it is a decimal comma"),),
    "merged": (("fill", "Fill the value down"), ("blank", "Leave the other cells blank")),
    "hidden": (("read", "Read them"), ("leave", "Leave them out")),
    "sheets": (("leave", "Leave them out"),),
}


def _question(about: About, words: str, of: Sequence[str]) -> Question:
    return Question(about, words, tuple(of), _ANSWERS[about])


@dataclass(frozen=True)
class Table:
    """One table of a file: the columns it has, and its rows by the number a spreadsheet shows.

    A table that does not have the columns of a new row (``lacking``) has ``partial`` rows, which only change known
    ones. ``broken``: what identifies the rows that could not be read, as far as it can be known.
    """

    kind: Kind
    place: str
    given: tuple[str, ...]
    rows: dict[int, CatalogueRow]
    lacking: tuple[str, ...] = ()
    partial: dict[int, Cells] = field(default_factory=dict)
    broken: dict[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Upload:
    """A file as it was read: its tables, what was noticed and answered, what to look at, and every mistake."""

    name: str
    sha256: str
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = field(default=(), repr=False)
    confirmed: Confirmed = Confirmed()


@dataclass
class _Found:
    """What comes to light while a file is read. ``unproposed``: it was said that no more values are proposed."""

    notes: list[str] = field(default_factory=list)
    cells: Noticed = field(default_factory=Noticed)
    problems: list[Problem] = field(default_factory=list)
    unproposed: bool = False


@dataclass(frozen=True)
class _Part:
    """A table before it is known what it is: a sheet or the file (place ""), and its rows.

    ``shown``: what a sheet shows of cells that are no text, None where that cannot be known, by row and column of the
    sheet; ``numbers``: the columns of the sheet that the rows have.
    """

    place: str
    rows: list[list[str]]
    shown: dict[tuple[int, int], str | None] = field(default_factory=dict)
    numbers: Sequence[int] = range(1, COLUMNS_AT_MOST + 1)


@dataclass(frozen=True)
class _How:
    """How the rows of a table are read. ``apostrophes``: columns in which our export put one; ``comma``: decimal."""

    kind: Kind
    part: _Part
    columns: tuple[str | None, ...]
    comma: bool
    apostrophes: frozenset[str]
    lacking: tuple[str, ...]

    @property
    def place(self) -> str:
        """The sheet, "" for a file that is no workbook."""
        return self.part.place


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
    place = safe_name(name)
    if len(content) > BYTES_AT_MOST:
        raise RefusedError([Problem(f"The file has more than {BYTES_AT_MOST >> 20} MB.", place=place)])
    progress(0.0, "Reading the file")
    found = _Found()
    try:
        if content.startswith(b"PK\x03\x04"):
            sheets = _sheets(content, confirmed, found)
            if isinstance(sheets, Question):
                return sheets
            parts, comma = sheets, False
        else:
            table = read_csv(content, known_columns, confirmed.encoding)
            if question := _decimal_comma(table, confirmed):
                return question
            parts, comma = [_Part("", table.rows)], table.delimiter == ";" and confirmed.decimal_comma
    except NotUtf8Error as error:
        asked = _question("encoding", error.reason, error.lines)
        try:
            comma_too = _decimal_comma(read_csv(content, known_columns, "windows-1252"), confirmed)
        except PracticesError:  # what is wrong with the rows is told once the encoding is known
            comma_too = None
        return replace(asked, also=(comma_too,) if comma_too else ())
    except CsvError as error:
        raise RefusedError([Problem(error.reason, error.row, place=place)]) from None
    except RefusedError:
        raise
    except PracticesError as error:
        raise RefusedError([Problem(str(error), place=place)]) from None
    tables = [_table(part, comma, found, progress) for part in parts]
    if not any(cell.strip() for part in parts for row in part.rows[1:] for cell in row):
        reason = "has a header and no rows" + (", apart from hidden ones" if confirmed.hidden == "leave" else "")
        raise RefusedError([*found.problems, Problem(reason, place=place)])
    return Upload(
        place,
        hashlib.sha256(content).hexdigest(),
        tuple(tables),
        (*found.notes, *found.cells.notes()),
        tuple(found.cells.warnings),
        tuple(found.problems),
        confirmed,
    )


def safe_name(name: str) -> str:
    """Return a file's name so that it can be shown and kept: a stranger chose it."""
    return re.sub(r"[^\w .,()+-]", "_", name.replace("\\", "/").rpartition("/")[2])[:80] or "file"


# --- which tables there are ------------------------------------------------------------------------------------


def _sheets(content: bytes, confirmed: Confirmed, found: _Found) -> list[_Part] | Question:
    """Return the sheets of a workbook that hold a table of ours, or what has to be asked about them first."""
    book = read_cells(content, _WORKBOOK)
    known, others = _known(book, found)
    questions = []
    if others:
        if confirmed.sheets is None:
            words = "These sheets hold no table that can be imported. Are they to be left out?"
            questions.append(_question("sheets", words, others[:_TOLD]))
        found.notes.append(f"Sheets without a table, left out as you said: {_some(others)}.")
    if hidden := [words for title, sheet in known.items() for words in _hidden(title, sheet)]:
        if confirmed.hidden is None:
            words = "Parts of this workbook are hidden. Are they meant to be read?"
            questions.append(_question("hidden", words, hidden[:_TOLD]))
        done = "read" if confirmed.hidden == "read" else "left out"
        found.notes.append(f"Hidden, and {done} as you said: {_some(hidden)}.")
    leave = confirmed.hidden == "leave"
    parts = [_part(title, sheet, leave=leave) for title, sheet in known.items() if not (leave and sheet.hidden)]
    if not parts:
        raise PracticesError("Every sheet with a table is hidden, and hidden sheets are left out.")
    fill = confirmed.merged == "fill"
    if merged := [words for part in parts for words in _merged(part, known[part.place], fill=fill)]:
        if confirmed.merged is None:
            words = "Cells of this workbook are merged. Does their value hold for every row of the merged cells?"
            questions.append(_question("merged", words, merged[:_TOLD]))
        done = "filled down" if fill else "blank below the first row"
        found.notes.append(f"Merged, and {done} as you said: {_some(merged)}.")
    if questions:
        return replace(questions[0], also=tuple(questions[1:]))
    for part in parts:
        _compare(part, known[part.place], book.faults, found, leave=leave)
    return parts


def _compare(part: _Part, sheet: Sheet, faults: Sequence[Fault], found: _Found, *, leave: bool) -> None:
    """Tell where a sheet is larger than it says of itself, and its cells that hold no value."""
    if sheet.stated and (sheet.stated[0] < len(sheet.rows) or sheet.stated[1] < max(map(len, sheet.rows))):
        end = f"{_letters(sheet.stated[1])}{sheet.stated[0]}"
        found.notes.append(f"Sheet {part.place!r} gives {end} as its last cell; all its rows are read.")
    names = [plain_name(cell) for cell in part.rows[0]]
    kind = kind_of(names)

    def called(column: int) -> str:
        at = list(part.numbers).index(column)
        name = names[at] if at < len(names) else ""
        return (kind.aliases.get(name, name) if kind else name) or f"column {_letters(column)}"

    found.problems += [
        Problem(fault.reason, fault.row, called(fault.column), fault.value, place=fault.sheet)
        for fault in faults
        if fault.sheet == part.place
        and fault.column in part.numbers
        and not (leave and fault.row > 1 and fault.row in sheet.hidden_rows)
    ]


def _known(book: Workbook, found: _Found) -> tuple[dict[str, Sheet], list[str]]:
    """Return the sheets that hold a table of ours, by title, and the first words of those that hold something else.

    A sheet that was meant to be a table, by its title or by a header further down, is a mistake.
    """
    known, others, explaining = {}, [], []
    for title, sheet in book.sheets.items():
        names = [plain_name(cell) for cell in sheet.rows[0]] if sheet.rows else []
        if set(names) >= COMPUTED:
            found.notes.append(f"Sheet {title!r} is not read: its figures are computed from the answers.")
        elif set(names) >= TOLD_RESULTS:
            found.notes.append(f"Sheet {title!r} is not read: results come in with the template of results.")
        elif kind_of(names):
            known[title] = sheet
        elif title.casefold() in _EXPLAINING:
            explaining.append(title)
        elif filled := next((row for row in sheet.rows if any(map(str.strip, row))), None):
            if plain_name(title) in KIND or _header_at(sheet.rows):
                found.problems.append(_no_header(sheet.rows, title))
            else:
                others.append(f"{title}: {' · '.join(cell for cell in filled if cell.strip())[:80]}")
    if not known:
        if found.problems:
            raise RefusedError(found.problems)
        raise PracticesError(
            f"No sheet has a header of a table of {KIND_NAMES} in its first row. Begin with a template."
        )
    if explaining:
        found.notes.append(f"Not read, because they contain no table: {', '.join(map(repr, explaining))}.")
    return known, others


def _header_at(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the row below the first in which the header of a table of ours is, None where it is not near the top."""
    heads = enumerate(rows[1:_HEADER_WITHIN], start=2)
    return next((at for at, row in heads if kind_of([plain_name(cell) for cell in row])), None)


def _no_header(rows: Sequence[Sequence[str]], place: str) -> Problem:
    """Say what is there instead of a header, and where the header may be."""
    begins = ", ".join(repr(cell[:30]) for cell in (rows[0] if rows else [])[:4] if cell.strip())
    if at := _header_at(rows):
        stands = f"begins with {begins}" if begins else "is blank"
        reason = f"The first row {stands}; row {at} looks like the header: delete what is above it."
    elif begins:
        reason = f"The first row is no header of a table of {KIND_NAMES}; it begins with {begins}."
    else:
        reason = f"The first row is blank; it must be the header of a table of {KIND_NAMES}."
    return Problem(reason, 1, place=place)


def _some(words: Sequence[str]) -> str:
    return "; ".join(words[:_TOLD]) + (f"; … and {len(words) - _TOLD} more" if len(words) > _TOLD else "")


def _hidden(title: str, sheet: Sheet) -> Iterator[str]:
    """Yield what of a sheet is hidden and holds something."""
    if sheet.hidden:
        yield f"sheet {title!r}"
    for at in sheet.hidden_rows:
        if 1 < at <= len(sheet.rows) and any(cell.strip() for cell in sheet.rows[at - 1]):
            yield f"{title}, row {at}: {' · '.join(cell for cell in sheet.rows[at - 1] if cell.strip())[:80]}"
    for at in sheet.hidden_columns:
        if any(at <= len(row) and row[at - 1].strip() for row in sheet.rows):
            yield f"{title}, column {_letters(at)}: {sheet.rows[0][at - 1][:80] if at <= len(sheet.rows[0]) else ''}"


def _part(title: str, sheet: Sheet, *, leave: bool) -> _Part:
    """Return a sheet as a table, without its hidden rows and columns where they are to be left out."""
    rows = [list(row) for row in sheet.rows]
    numbers = list(range(1, max(map(len, rows)) + 1))
    if leave:
        hidden = frozenset(sheet.hidden_rows) - {1}
        rows = [row if at not in hidden else [] for at, row in enumerate(rows, start=1)]
        numbers = [at for at in numbers if at not in sheet.hidden_columns]
        rows = [[row[at - 1] for at in numbers if at <= len(row)] for row in rows]
    return _Part(title, rows, dict(sheet.shown), numbers)


def _merged(part: _Part, sheet: Sheet, *, fill: bool) -> Iterator[str]:
    """Yield the merged cells under the header that hold a value, and fill it down in the rows that hold something.

    It is never filled to the right: another column says something else.
    """
    for first, left, last, right in sheet.merged:
        if left not in part.numbers or last < 2 or first > len(part.rows):
            continue
        at = list(part.numbers).index(left)
        row = part.rows[first - 1]
        if first < 2 or at >= len(row) or not row[at].strip():
            continue
        where = f"{_letters(left)}{first}:{_letters(right)}{last}"
        column = part.rows[0][at] if at < len(part.rows[0]) else ""
        rows = f"row {first}" if first == last else f"rows {first} to {last}"
        yield f"{part.place}, {where} ({rows}, {column}): {row[at][:60]}"
        for below in range(first, min(last, len(part.rows))) if fill else ():
            if any(cell.strip() for cell in part.rows[below]):
                part.rows[below] += [""] * (at + 1 - len(part.rows[below]))
                part.rows[below][at] = row[at]
                if (first, left) in part.shown:
                    part.shown[below + 1, left] = part.shown[first, left]


def _letters(column: int) -> str:
    """Return a column as a spreadsheet calls it: 28 is AB."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


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
    return _question("decimal-comma", words, samples[:_SAMPLES])


# --- one table -------------------------------------------------------------------------------------------------


def _table(part: _Part, comma: bool, found: _Found, progress: Progress) -> Table:
    """Return a table with its rows checked; what is wrong goes into ``found``."""
    place = part.place
    header, body = _without_blank(part.rows, found, place)
    names = [plain_name(name) for name in header]
    kind = kind_of(names)
    if kind is None or any(len(name) > _NAME_AT_MOST for name in names) or len(names) > COLUMNS_AT_MOST:
        raise RefusedError([_no_header(part.rows, place)])
    if len(body) > ROWS_AT_MOST:
        reason = f"The table has more than {ROWS_AT_MOST:,} rows ({len(body):,}). Split the file."
        raise RefusedError([Problem(reason, place=place)])
    ours = _RECIPE in names
    columns, ignored, problems = read_columns(kind, names, ours, place)
    if ignored:
        found.notes.append(
            f"Recognised, not imported: {len(ignored)} further columns of an export ({', '.join(ignored[:3])}"
            f"{', …' if len(ignored) > 3 else ''})."
        )
    given = tuple(column for column in columns if column and column in kind.columns)
    lacking = tuple(name for name in kind.required if name not in given)
    if problems and lacking:  # a name that is misspelt may be the one that is missing
        problems += missing([name for name in lacking if name not in kind.keys], place)
    found.problems += problems
    how = _How(kind, part, tuple(columns), comma, _apostrophes(kind, names, body), lacking)
    if absent := [name for name in kind.columns if name not in given and (name not in lacking or not problems)]:
        found.notes.append(f"Not in the file, so left as they are: {', '.join(absent)}.")
    rows, partial, broken = _rows(how, body, found, progress)
    if problems:
        return Table(kind, place, given, {})
    return Table(kind, place, given, rows, lacking, partial, broken)


def _without_blank(rows: Sequence[Sequence[str]], found: _Found, place: str) -> tuple[list[str], dict[int, list[str]]]:
    """Return the header and the rows by number, without what is blank all along: rows, and columns without a name."""
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise RefusedError([_no_header(rows, place)])
    body = {at: list(row) for at, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)}
    header = list(rows[0])
    width = max(at for at, cell in enumerate(header, start=1) if cell.strip())
    if len(rows) - 1 - len(body) and place == "":
        found.notes.append(f"Blank rows skipped: {len(rows) - 1 - len(body)}.")
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


def _rows(
    how: _How, body: dict[int, list[str]], found: _Found, progress: Progress
) -> tuple[dict[int, CatalogueRow], dict[int, Cells], dict[int, tuple[str, ...]]]:
    """Return the rows that can be read, those of a few columns, and what identifies the others.

    What is wrong with a row goes into ``found``.
    """
    rows: dict[int, CatalogueRow] = {}
    partial: dict[int, Cells] = {}
    broken: dict[int, tuple[str, ...]] = {}
    silent_rows = 0
    told: dict[int | None, set[str]] = {}
    for one in found.problems:
        if one.place == how.place:
            told.setdefault(one.row, set()).add(one.column)
    for done, (at, row) in enumerate(body.items()):
        if done % _TOLD_EVERY == 0:
            progress(0.5 * done / len(body), f"Checking {how.kind.name}")
        if len(row) != len(how.columns):
            reason = f"has {len(row)} fields, {len(how.columns)} expected"
            found.problems.append(Problem(reason, at, place=how.place))
            continue
        before = len(found.problems)
        cells = how.kind.prepare(_cells(how, at, row, found))
        untyped = {one.column for one in found.problems[before:]} | told.get(at, set())
        if cells is None:
            silent_rows += 1
            continue
        wrong = [one for one in _impossible(how, at, cells) if one.column not in untyped]
        try:
            if how.lacking:
                partial[at] = cells
            else:
                rows[at] = how.kind.model.model_validate(cells)
        except ValidationError as error:
            left = max(0, PROPOSED_AT_MOST - len(found.problems))
            said = mistakes(error, how.kind.model, how.place, at, cells, left)
            given = dict(zip(how.columns, row, strict=True))
            said = [explained(how.kind, one, cells, given) for one in said[:left]] + said[left:]
            wrong += [one for one in said if one.column not in untyped]
            broken[at] = how.kind.key_of(cells)
            if left < len(said) and not found.unproposed:
                found.unproposed = True
                reason = f"more than {PROPOSED_AT_MOST} mistakes: from here on no value is proposed"
                wrong.append(Problem(reason, at, place=how.place))
        found.problems += wrong
    if silent_rows:
        found.notes.append(f"Rows of an export without data of their own, skipped: {silent_rows}.")
    return rows, partial, broken


def _cells(how: _How, at: int, row: Sequence[str], found: _Found) -> Cells:
    """Return a row's cells by column, as the row model reads them."""
    cells: Cells = {}
    for number, name, given in zip(how.part.numbers, how.columns, row, strict=False):
        if name is None:
            continue
        column, where, cell = column_of(how.kind.model, name), Place(how.place, at, name), given
        if name in how.apostrophes:
            cell = as_typed(cell)
        if column.text and (at, number) in how.part.shown:
            shown = how.part.shown[at, number]
            if shown is None:
                reason = f"cell {_letters(number)}{at} is not text: the file has {cell!r}, what was typed is not known"
                reason += ". Format the cell as text and type it again"
                found.problems.append(where.problem(reason, cell))
                shown = ""
            elif shown != cell:
                found.cells.shown += 1
                warn(found.cells, where.problem("is a number in a column of text; it is read as shown", shown))
            cell = shown
        cells[name] = read_cell(column, cell, where, found.cells, comma=how.comma)
    return cells


def _impossible(how: _How, at: int, cells: Cells) -> Iterator[Problem]:
    for name, text in cells.items():
        if text and (reason := impossible(column_of(how.kind.model, name), name, text)):
            yield Problem(reason, at, name, text[:80], place=how.place)


def explained(kind: Kind, problem: Problem, cells: Cells, given: Mapping[str | None, str]) -> Problem:
    """Return a mistake with what the cell said, and the value that may have been meant."""
    name = problem.column
    if name not in cells:
        return problem
    if said := given.get(name, "").strip() if not cells[name] else "":
        reason = f"says {said[:40]!r}, which is read as not known, but must be filled in"
        return replace(problem, reason=reason, value=said[:80])
    meant = proposed(column_of(kind.model, name), name, problem.value, cells)
    return replace(problem, nearest=repr(meant)) if meant and meant != problem.value else problem
