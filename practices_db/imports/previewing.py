"""What a file would do, as data: added, changed field by field, unchanged, and what looks like one we have already."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from pydantic import ValidationError

from practices_db.errors import PracticesError
from practices_db.imports.duplicates import Named, alike
from practices_db.imports.kinds import Kind
from practices_db.imports.reading import Progress, Table, Upload, silent
from practices_db.imports.stored import Holdings, Key, Stored, as_cells, holdings
from practices_db.models import AnswerRow, PracticeRow, _Row
from practices_db.problems import Problem, RefusedError, mistakes
from practices_db.store import Cursor
from practices_db.vocabularies import nearest_of

State = Literal["added", "changed", "unchanged"]
STATES: tuple[State, ...] = ("added", "changed", "unchanged")


@dataclass(frozen=True)
class Decision:
    """What to do with a practice that looks like another one.

    add: it is another practice. same: it is the practice ``id`` of the database, which it updates. leave: it, its
    answers and its sources are not imported.
    """

    action: Literal["add", "same", "leave"]
    id: str = ""


@dataclass(frozen=True)
class FieldChange:
    """A field that is not what it was, both as a file writes them."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One row of the file and what it does. ``version`` is the stored row's, 0 where there is none."""

    kind: str
    key: Key
    title: str
    place: str
    row: int
    state: State
    owner: str
    content: _Row = field(repr=False)
    changes: tuple[FieldChange, ...] = ()
    version: int = 0


@dataclass(frozen=True)
class Duplicate:
    """A new practice of the file that looks like another; ``in_file``: that one has a row of its own in the file."""

    id: str
    name: str
    row: int
    other: Named
    why: str
    in_file: bool

    def __str__(self) -> str:
        where = "in the same file" if self.in_file else "in the database"
        return f"row {self.row}: {self.name!r} looks like {self.other.name!r} ({self.other.id}) {where}: {self.why}"


@dataclass(frozen=True)
class Preview:
    """What a file would do to the database as it is now."""

    upload: Upload
    entries: tuple[Entry, ...]
    duplicates: tuple[Duplicate, ...]
    left_out: int = 0
    decisions: Mapping[str, Decision] = field(default_factory=dict)

    @cached_property
    def counts(self) -> dict[str, dict[State, int]]:
        """How many rows are added, changed and unchanged, by kind."""
        found = {table.kind.name: dict.fromkeys(STATES, 0) for table in self.upload.tables}
        for entry in self.entries:
            found[entry.kind][entry.state] += 1
        return found

    def of(self, state: State) -> list[Entry]:
        """Return the rows in one state."""
        return [entry for entry in self.entries if entry.state == state]

    @property
    def nothing_new(self) -> bool:
        """Whether the database holds all of it already."""
        return all(entry.state == "unchanged" for entry in self.entries)

    @property
    def undecided(self) -> list[Duplicate]:
        """The possible duplicates that nobody has decided on."""
        return [one for one in self.duplicates if one.id not in self.decisions]

    def summary(self) -> str:
        """Say in a line what the file would do."""
        parts = []
        for kind, counts in self.counts.items():
            said = ", ".join(f"{count:,} {state}" for state, count in counts.items())
            parts.append(f"{kind}: {said}")
        if self.left_out:
            parts.append(f"{self.left_out:,} rows left out")
        return "; ".join(parts)


def preview(
    cursor: Cursor, upload: Upload, decisions: Mapping[str, Decision] | None = None, progress: Progress = silent
) -> Preview:
    """Compare a file with the database. Raises RefusedError with every mistake of the file.

    ``decisions``: practice id of the file → what to do with it; only ids that look like another one matter.
    """
    decided = dict(decisions or {})
    progress(0.5, "Comparing with the database")
    held = _held(cursor, upload)
    entries, left_out = _compared(upload, held, decided)
    progress(0.6, "Looking for practices that look alike")
    return Preview(upload, entries, tuple(_duplicates(upload, held)), left_out, decided)


def still_holds(cursor: Cursor, shown: Preview) -> bool:
    """Whether the database is still what a preview was made of."""
    return _compared(shown.upload, _held(cursor, shown.upload), shown.decisions)[0] == shown.entries


def _held(cursor: Cursor, upload: Upload) -> Holdings:
    return holdings(cursor, {table.kind.name for table in upload.tables} | {"practices"})


def _compared(upload: Upload, held: Holdings, decisions: Mapping[str, Decision]) -> tuple[tuple[Entry, ...], int]:
    """Return what each row does, and how many rows are left out."""
    for id_, decision in decisions.items():
        if decision.action == "same" and decision.id not in held.practices:
            raise PracticesError(f"{id_!r} cannot be {decision.id!r}: the database has no practice of this id.")
    tables = [_decided(table, decisions) for table in upload.tables]
    problems = list(upload.problems)
    entries = tuple(entry for table in tables for entry in _entries(table, held.rows[table.kind.name], held, problems))
    problems += _twice(entries)
    if not upload.problems:  # a row that could not be read may be what another one belongs to
        problems += _belonging(entries, held)
    if problems:
        raise RefusedError(sorted(problems, key=lambda one: (one.place, one.row or 0)))
    left_out = sum(len(before.rows) - len(after.rows) for before, after in zip(upload.tables, tables, strict=True))
    return entries, left_out


def _decided(table: Table, decisions: Mapping[str, Decision]) -> Table:
    """Return a table as the decisions make it: rows left out, or under the id of the practice that they are."""
    name = "id" if table.kind.name == "practices" else "practice_id"
    rows: dict[int, _Row] = {}
    for at, row in table.rows.items():
        decision = decisions.get(getattr(row, name, ""), Decision("add"))
        if decision.action == "same":
            rows[at] = row.model_copy(update={name: decision.id})
        elif decision.action == "add":
            rows[at] = row
    return replace(table, rows=rows)


def _entries(table: Table, stored: dict[Key, Stored], held: Holdings, problems: list[Problem]) -> Iterator[Entry]:
    kind = table.kind
    for at, given in table.rows.items():
        key = kind.key(given)
        before = stored.get(key)
        try:
            row = _completed(kind, table.given, given, before)
        except ValidationError as error:
            problems += mistakes(error, kind.model, table.place, at)
            continue
        after = as_cells(row)
        changes = tuple(
            FieldChange(name, before.cells[name] if before else "", after[name])
            for name in kind.columns
            if _differs(after[name], before.cells[name] if before else "")
        )
        state: State = "added" if before is None else "changed" if changes else "unchanged"
        owner = f"assessment:{row.assessment_id}" if isinstance(row, AnswerRow) else f"practice:{_practice(row)}"
        title = _title(row, held)
        yield Entry(kind.name, key, title, table.place, at, state, owner, row, changes, before.version if before else 0)


def _differs(one: str, other: str) -> bool:
    """Whether two cells differ in more than how accents are composed and lines are ended."""
    if not (one and other):
        return one != other
    return one != other and _composed(one) != _composed(other)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n"))


def _completed(kind: Kind, given: tuple[str, ...], row: _Row, before: Stored | None) -> _Row:
    """Return a row with what the file has no column for as it is in the database."""
    if before is None or len(given) == len(kind.columns):
        return row
    cells = as_cells(row)
    return kind.model.model_validate(before.cells | {name: cells[name] for name in given})


def _practice(row: _Row) -> str:
    return str(getattr(row, "practice_id", None) or getattr(row, "id", ""))


def _title(row: _Row, held: Holdings) -> str:
    if isinstance(row, PracticeRow):
        return row.name
    known = held.practices.get(_practice(row))
    what = row.indicator_id if isinstance(row, AnswerRow) else getattr(row, "field", "")
    return f"{known.name if known else _practice(row)}: {what}"


def _twice(entries: tuple[Entry, ...]) -> list[Problem]:
    """Return a problem for each row that stands in the file already."""
    first: dict[tuple[str, Key], Entry] = {}
    problems = []
    for entry in entries:
        before = first.setdefault((entry.kind, entry.key), entry)
        if before is not entry:
            where = f"row {before.row}" + (f" of {before.place}" if before.place != entry.place else "")
            column, value = _identifying(entry)
            reason = f"duplicate: {value!r} stands in {where} already"
            problems.append(Problem(reason, entry.row, column, value, place=entry.place))
    return problems


def _identifying(entry: Entry) -> tuple[str, str]:
    match entry.kind:
        case "practices":
            return "id", entry.key[0]
        case "answers":
            return "indicator_id", entry.key[1]
        case _:
            return "url", entry.key[-1]


def _belonging(entries: tuple[Entry, ...], held: Holdings) -> list[Problem]:
    """Return a problem for each row of a practice or assessment that is not there or cannot take it."""
    new = {entry.key[0] for entry in entries if entry.kind == "practices"}
    problems = []
    for entry in entries:
        id_ = _practice(entry.content)
        column = "id" if entry.kind == "practices" else "practice_id"
        practice = held.practices.get(id_)
        found = {"row": entry.row, "column": column, "value": id_, "place": entry.place}
        if practice and practice.state == "merged":
            reason = f"{id_!r} was merged into another practice; use that one's id"
            problems.append(Problem(reason, nearest=repr(practice.merged_into), **found))  # type: ignore[arg-type]
        elif practice is None and id_ not in new:
            near = nearest_of(id_, [*held.practices, *new])
            reason = f"{id_!r} is neither in the database nor in this file"
            problems.append(Problem(reason, nearest=repr(near) if near else "", **found))  # type: ignore[arg-type]
        elif entry.kind == "answers" and held.assessments.get(entry.key[0], "published") != "published":
            status = held.assessments[entry.key[0]]
            reason = f"this assessor's assessment of {id_!r} is {status}; its answers cannot be imported"
            problems.append(Problem(reason, **found))  # type: ignore[arg-type]
    return problems


def _duplicates(upload: Upload, held: Holdings) -> Iterator[Duplicate]:
    """Yield what looks like another practice, whatever was decided on it."""
    known = [_named(key[0], stored.cells) for key, stored in held.rows["practices"].items()]
    rows = {
        row.id: at
        for table in upload.tables
        for at, row in table.rows.items()
        if isinstance(row, PracticeRow) and row.id not in held.practices
    }
    practices = {row.id: row for table in upload.tables for row in table.rows.values() if isinstance(row, PracticeRow)}
    new = [_named(id_, as_cells(practices[id_])) for id_ in rows]
    for one in alike(new, known):
        yield Duplicate(one.id, practices[one.id].name, rows[one.id], one.other, one.why, one.other.id in practices)


def _named(id_: str, cells: Mapping[str, str]) -> Named:
    return Named(id_, cells["name"], cells["source_url"])
