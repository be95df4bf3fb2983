"""What a file would do, as data: added, changed field by field, unchanged, and what looks like one we have already."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from typing import Literal

from pydantic import ValidationError

from criteria.counted_answer import counted
from criteria.spelling import nearest_of
from practices_db.catalogue import texts
from practices_db.catalogue.contradictions import RULES, counts_now
from practices_db.catalogue.contradictions import given as as_given
from practices_db.catalogue.library_items import KINDS, OF_TABLE
from practices_db.catalogue.library_rows import EvidenceRow, LinkRow, OrganisationRow
from practices_db.catalogue.practice_rows import AnswerRow, CatalogueRow, PracticeRow, SourceRow
from practices_db.catalogue.problems import PROPOSED_AT_MOST, Problem, RefusedError, mistakes
from practices_db.database.store import Cursor
from practices_db.errors import PracticesError
from practices_db.files.imports.current_rows import Holdings, Key, Stored, as_cells, holdings
from practices_db.files.imports.duplicates import Named, alike
from practices_db.files.imports.kinds import KIND, Kind
from practices_db.files.imports.read import Progress, Table, Upload, explained, silent

State = Literal["added", "changed", "unchanged"]
STATES: tuple[State, ...] = ("added", "changed", "unchanged")
_ASKED = {rule.indicator_id for rule in RULES}
# Kinds whose new rows may be one we have already: kind → (field of its name, field of its page).
_NAMED = {"practices": ("name", "source_url"), "evidence": ("title", "url"), "organisations": ("name", "url")}
# What something leads to → the kind of table that it stands in.
_ENDS = {"practice": "practices"} | {item: kind.table for item, kind in KINDS.items() if kind.name}


@dataclass(frozen=True)
class Decision:
    """What to do with a practice, publication or organisation that looks like another one.

    add: it is another one. same: it is the one with this ``id`` in the database, which it updates. leave: it is not
    imported, nor are its answers, its sources and the links to it.
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
    """One row of the file and what it does. ``version`` is the stored row's, 0 where there is none.

    ``blanks``: facts that the file has blank; they are erased, and then among the changes, only where that was said.
    """

    kind: str
    key: Key
    title: str
    place: str
    row: int
    state: State
    owner: str
    content: CatalogueRow = field(repr=False)
    changes: tuple[FieldChange, ...] = ()
    version: int = 0
    blanks: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class Duplicate:
    """A new row of the file that looks like another; ``in_file``: that one has a row of its own in the file."""

    kind: str
    id: str
    name: str
    row: int
    other: Named
    why: str
    in_file: bool

    @property
    def key(self) -> str:
        """What it is called in the decisions."""
        return _decision_key(self.kind, self.id)

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
    def blanks(self) -> list[tuple[Entry, FieldChange]]:
        """The facts that the database has and the file has blank."""
        return [(entry, one) for entry in self.entries for one in entry.blanks]

    @property
    def undecided(self) -> list[Duplicate]:
        """The possible duplicates that nobody has decided on."""
        return [one for one in self.duplicates if one.key not in self.decisions]

    def summary(self) -> str:
        """Say in a line what the file would do."""
        parts = []
        for kind, counts in self.counts.items():
            said = ", ".join(f"{count:,} {state}" for state, count in counts.items())
            parts.append(f"{kind}: {said}")
        if self.left_out:
            parts.append(f"{texts.counted(self.left_out, 'row')} left out")
        return "; ".join(parts)


def preview(
    cursor: Cursor, upload: Upload, decisions: Mapping[str, Decision] | None = None, progress: Progress = silent
) -> Preview:
    """Compare a file with the database. Raises RefusedError with every mistake of the file.

    ``decisions``: ``Duplicate.key`` → what to do with it; only rows that look like another one matter.
    """
    decided = dict(decisions or {})
    progress(0.5, "Comparing with the database")
    held = _held(cursor, upload)
    entries, left_out = _compared(upload, held, decided)
    progress(0.6, "Looking for what looks alike")
    return Preview(upload, entries, tuple(_duplicates(_whole(upload, held, []), held)), left_out, decided)


def still_holds(cursor: Cursor, shown: Preview) -> bool:
    """Whether the database is still what a preview was made of."""
    return _compared(shown.upload, _held(cursor, shown.upload), shown.decisions)[0] == shown.entries


def _held(cursor: Cursor, upload: Upload) -> Holdings:
    kinds = {table.kind.name for table in upload.tables}
    ends = {_ENDS[end] for kind in kinds if kind in OF_TABLE for end in OF_TABLE[kind].ends.values()}
    if "links" in kinds:
        ends = set(_ENDS.values())
    return holdings(cursor, kinds | ends | {"practices"})


def _decision_key(kind: str, id_: str) -> str:
    return id_ if kind == "practices" else f"{kind}:{id_}"


def _compared(upload: Upload, held: Holdings, decisions: Mapping[str, Decision]) -> tuple[tuple[Entry, ...], int]:
    """Return what each row does, and how many rows are left out."""
    for key, decision in decisions.items():
        kind, _, id_ = key.rpartition(":")
        if decision.action == "same" and (decision.id,) not in held.rows.get(kind or "practices", {}):
            what = "practice" if not kind else kind.removesuffix("s")
            raise PracticesError(f"{id_!r} cannot be {decision.id!r}: the database has no {what} of this id.")
    problems = list(upload.problems)
    whole = _whole(upload, held, problems)
    tables = [_decided(table, decisions) for table in whole.tables]
    erase = upload.confirmed.erase
    entries = tuple(
        entry for table in tables for entry in _entries(table, held.rows[table.kind.name], held, problems, erase=erase)
    )
    problems += [*_twice(upload, entries, held), *_archived(upload, entries, held)]
    if not any(one.row in (None, 1) for one in upload.problems):  # a table that was not read may hold what is named
        problems += _belonging(upload, entries, held)
    if not upload.problems:  # a row that could not be read may be what another one does not contradict
        problems += [*_contradicting(entries, held), *_not_one(entries, held)]
    if problems:
        raise RefusedError(sorted(problems, key=lambda one: (one.place, one.row or 0)))
    left_out = sum(len(before.rows) - len(after.rows) for before, after in zip(whole.tables, tables, strict=True))
    return entries, left_out


def _whole(upload: Upload, held: Holdings, problems: list[Problem]) -> Upload:
    """Return a file with its rows of a few columns made whole from the database; what cannot be goes into problems."""
    tables = []
    for table in upload.tables:
        rows, unknown = dict(table.rows), []
        for at, cells in table.partial.items():
            before = held.rows[table.kind.name].get(table.kind.key_of(cells))
            if before is None:
                unknown.append(at)
                continue
            try:
                rows[at] = table.kind.model.model_validate(before.cells | cells)
            except ValidationError as error:
                left = max(0, PROPOSED_AT_MOST - len(problems))
                said = mistakes(error, table.kind.model, table.place, at, before.cells | cells, left)
                problems += [explained(table.kind, one, cells, {}) for one in said[:left]] + said[left:]
        if unknown:
            some = ", ".join(map(str, unknown[:5])) + (", …" if len(unknown) > 5 else "")
            of = f"for what is not in the database yet (row{'s' if len(unknown) > 1 else ''} {some})"
            fits = [one for one, kind in KIND.items() if kind != table.kind and {*table.given} <= {*kind.columns}]
            more = "; the template has every column"
            if fits:
                more += (
                    f". The table is read as {table.kind.name}; if it is of {' or '.join(fits)}, add a column of theirs"
                )
            problems += [
                Problem(f"missing column {name}, needed {of}{more}", 1, name, place=table.place)
                for name in table.lacking
            ]
        tables.append(replace(table, rows=rows))
    return replace(upload, tables=tuple(tables))


def _named_by(kind: str, row: CatalogueRow) -> dict[str, str]:
    """Return the fields of a row that name a practice, publication or organisation → the kind that they name."""
    if kind in _NAMED:
        return {"id": kind}
    if kind in OF_TABLE:
        return {column: _ENDS[end] for column, (end, _) in OF_TABLE[kind].ends_of(vars(row)).items()}
    return {"practice_id": "practices"}


def _decided(table: Table, decisions: Mapping[str, Decision]) -> Table:
    """Return a table as the decisions make it: rows left out, or under the ids of what they are."""
    rows: dict[int, CatalogueRow] = {}
    for at, row in table.rows.items():
        made = {
            name: decisions.get(_decision_key(kind, getattr(row, name)), Decision("add"))
            for name, kind in _named_by(table.kind.name, row).items()
        }
        if all(one.action != "leave" for one in made.values()):
            same = {name: one.id for name, one in made.items() if one.action == "same"}
            rows[at] = row.model_copy(update=same) if same else row
    return replace(table, rows=rows)


def _entries(
    table: Table, stored: dict[Key, Stored], held: Holdings, problems: list[Problem], *, erase: bool
) -> Iterator[Entry]:
    kind = table.kind
    for at, given in table.rows.items():
        key = kind.key(given)
        before = stored.get(key)
        try:
            row, blanks = _completed(kind, table.given, given, before, erase=erase)
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
        version = before.version if before else 0
        yield Entry(
            *(kind.name, key, _title(kind.name, row, held), table.place, at, state, kind.owner(row), row),
            *(changes, version, blanks),
        )


def _differs(one: str, other: str) -> bool:
    """Whether two cells differ in more than how accents are composed and lines are ended."""
    if not (one and other):
        return one != other
    return one != other and _composed(one) != _composed(other)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n"))


def _completed(
    kind: Kind, given: tuple[str, ...], row: CatalogueRow, before: Stored | None, *, erase: bool
) -> tuple[CatalogueRow, tuple[FieldChange, ...]]:
    """Return a row with what the file does not say as it is in the database, and the facts that it has blank.

    A blank cell says nothing unless it was said that it erases, or the row would contradict itself otherwise. A blank
    mark (the main result) says that another row has it.
    """
    if before is None:
        return row, ()
    cells = as_cells(row)
    one = OF_TABLE[kind.name].one if kind.name in OF_TABLE else None
    blanks = tuple(
        FieldChange(name, before.cells[name], "")
        for name in given
        if before.cells[name] and not cells[name] and not (one and name == one[1])
    )
    if len(given) == len(kind.columns) and (erase or not blanks):
        return row, blanks
    said = before.cells | {name: cells[name] for name in given}
    if erase:
        return kind.model.model_validate(said), blanks
    whole: CatalogueRow | None = None
    kept: tuple[FieldChange, ...] = ()
    for some in (blanks, *((blank,) for blank in blanks)):  # all of them, else each that contradicts nothing
        try:
            whole = kind.model.model_validate(said | {one.column: one.before for one in (*kept, *some)})
        except ValidationError:
            continue
        kept += some
        if len(kept) == len(blanks):
            break
    return whole or kind.model.model_validate(said), kept


def _title(kind: str, row: CatalogueRow, held: Holdings) -> str:
    match row:
        case PracticeRow() | OrganisationRow():
            return row.name
        case EvidenceRow():
            return row.title
        case LinkRow():
            return f"{row.from_id} {row.relation} {row.to_id}"
        case AnswerRow():
            return f"{_name(row.practice_id, held)}: {row.indicator_id}"
        case SourceRow():
            return f"{_name(row.practice_id, held)}: {row.field}"
    return OF_TABLE[kind].id_of(vars(row)).replace(">", " ")


def _name(id_: str, held: Holdings) -> str:
    return held.named["practices"][id_].name if id_ in held.named["practices"] else id_


def _twice(upload: Upload, entries: tuple[Entry, ...], held: Holdings) -> Iterator[Problem]:
    """Yield a problem for each row that stands in the file already, whether it could be read or not."""
    rows = [(entry.kind, entry.key, entry.place, entry.row) for entry in entries]
    rows += [
        (table.kind.name, key, table.place, at) for table in upload.tables for at, key in table.broken.items() if key
    ]
    order = {table.place: at for at, table in enumerate(upload.tables)}
    first: dict[tuple[str, Key], tuple[str, int]] = {}
    taken = {(kind, key) for kind, key, _, _ in rows}
    numbers: dict[tuple[str, str], Iterator[int]] = {}
    for kind, key, place, row in sorted(rows, key=lambda one: (order[one[2]], one[3])):
        before = first.setdefault((kind, key), (place, row))
        if before != (place, row):
            where = f"row {before[1]}" + (f" of {before[0]}" if before[0] != place else "")
            column, value = _identifying(kind, key)
            reason = f"duplicate: {value!r} is already in {where}"
            free = ""
            if kind in _NAMED:  # another one may be meant, whose id is free
                tried = numbers.setdefault((kind, value), count(2))  # goes on where it stopped
                free = next(
                    one
                    for one in (f"{value}-{n}" for n in tried)
                    if (kind, (one,)) not in taken and (one,) not in held.rows[kind]
                )
                taken.add((kind, (free,)))
            yield Problem(reason, row, column, value, repr(free) if free else "", place)


def _archived(upload: Upload, entries: tuple[Entry, ...], held: Holdings) -> Iterator[Problem]:
    """Yield a problem for each row that changes what was archived, unless that was said."""
    for entry in entries if not upload.confirmed.archived else ():
        if entry.state == "unchanged":
            continue
        stored = held.rows[entry.kind].get(entry.key)
        if entry.kind not in _NAMED and stored and not stored.listed:
            column, value = _identifying(entry.kind, entry.key)
            reason = f"{entry.title!r} was taken out; it is changed only if you allow that"
            yield Problem(reason, entry.row, column, value, place=entry.place, unless="archived")
            continue
        for column, kind in _named_by(entry.kind, entry.content).items():
            one = held.named[kind].get(getattr(entry.content, column))
            if one and one.state == "archived":
                reason = f"{one.name!r} was archived; it is changed only if you allow that"
                value = getattr(entry.content, column)
                yield Problem(reason, entry.row, column, value, place=entry.place, unless="archived")


def _identifying(kind: str, key: Key) -> tuple[str, str]:
    match kind:
        case "answers":
            return "indicator_id", key[1]
        case "sources":
            return "url", key[-1]
        case "practices":
            return "id", key[0]
        case _:
            return OF_TABLE[kind].key[-1], key[-1]


def _belonging(upload: Upload, entries: tuple[Entry, ...], held: Holdings) -> list[Problem]:
    """Return a problem for each row that names a practice, publication or organisation that cannot take it."""
    ids = {  # dictionaries, for their order: the nearest is the same each time
        kind: dict.fromkeys(
            [key[0] for key in held.rows.get(kind, {})]
            + [one.key[0] for one in entries if one.kind == kind]
            + [key[0] for one in upload.tables if one.kind.name == kind for key in one.broken.values() if key]
        )
        for kind in _NAMED
    }
    problems = []
    for entry in entries:
        for column, kind in _named_by(entry.kind, entry.content).items():
            id_ = getattr(entry.content, column)
            one = held.named[kind].get(id_)
            found = {"row": entry.row, "column": column, "value": id_, "place": entry.place}
            if one and one.state == "merged":
                reason = f"{id_!r} was merged into another one; use that one's id"
                problems.append(Problem(reason, nearest=repr(one.merged_into), **found))
            elif id_ not in ids[kind]:
                near = nearest_of(id_, ids[kind]) if len(problems) < PROPOSED_AT_MOST else None
                reason = f"{id_!r} is neither in the database nor in this file"
                problems.append(Problem(reason, nearest=repr(near) if near else "", **found))
            elif entry.kind == "answers" and held.assessments.get(entry.key[0], "published") != "published":
                status = held.assessments[entry.key[0]]
                reason = f"this assessor's assessment of {id_!r} is {status}; its answers cannot be imported"
                problems.append(Problem(reason, **found))
    return problems


def _contradicting(entries: tuple[Entry, ...], held: Holdings) -> Iterator[Problem]:
    """Yield a problem for each row after which a fact and the answer that counts would say opposite things."""
    facts, said = dict(held.facts), {key: dict(of) for key, of in held.said.items()}
    touched: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        match entry.content:
            case PracticeRow() as row:
                facts[row.id] = {rule.fact: getattr(row, rule.fact) for rule in RULES}
                keys = [(row.id, rule.indicator_id) for rule in RULES]
            case AnswerRow() as row if row.indicator_id in _ASKED and counts_now(row):
                before = said.setdefault((row.practice_id, row.indicator_id), {})
                settled = row.assessment_id in before and before[row.assessment_id].settled
                before[row.assessment_id] = as_given(row, settled=settled)
                keys = [(row.practice_id, row.indicator_id)]
            case _:
                keys = []
        for key in keys if entry.state != "unchanged" else ():
            touched[key].append(entry)
    for rule in RULES:
        for (id_, indicator), of in touched.items():
            counts = counted(said.get((id_, indicator), {}).values())
            if indicator != rule.indicator_id or counts is None or id_ not in facts:
                continue
            if words := rule.words(facts[id_][rule.fact], counts.answer):
                reason = f"{rule.fact} of {id_!r} {words}; facts and answers must say the same"
                for entry in of:
                    column = rule.fact if entry.kind == "practices" else "answer"
                    yield Problem(reason, entry.row, column, place=entry.place)


def _not_one(entries: tuple[Entry, ...], held: Holdings) -> Iterator[Problem]:
    """Yield a problem for each practice of which not exactly one result would be main, or one type primary."""
    for table, kind in OF_TABLE.items():
        mine = [entry for entry in entries if entry.kind == table]
        if not (kind.one and mine):
            continue
        group, flag = kind.one
        cells = {key: one.cells for key, one in held.rows[table].items() if one.listed}
        cells |= {
            entry.key: as_cells(entry.content)
            for entry in mine
            if entry.state == "added" or held.rows[table][entry.key].listed  # what was taken out stays out
        }
        marked: dict[str, int] = defaultdict(int)
        for one in cells.values():
            marked[one[group]] += one[flag] == "yes"
        seen: set[str] = set()
        for entry in mine:
            of = getattr(entry.content, group)
            if of in marked and marked[of] != 1 and of not in seen:
                seen.add(of)
                reason = f"{of!r} would have {marked[of]} rows with yes; exactly one must have it"
                yield Problem(reason, entry.row, flag, place=entry.place)


def _duplicates(upload: Upload, held: Holdings) -> Iterator[Duplicate]:
    """Yield what looks like another one of its kind, whatever was decided on it."""
    for kind in _NAMED:
        stored = held.rows.get(kind, {})
        rows = {
            row.id: (at, row)
            for table in upload.tables
            if table.kind.name == kind
            for at, row in table.rows.items()
            if isinstance(row, PracticeRow | EvidenceRow | OrganisationRow)
        }
        known = [_named(kind, key[0], one.cells) for key, one in stored.items()]
        new = [_named(kind, id_, as_cells(row)) for id_, (_, row) in rows.items() if (id_,) not in stored]
        names = {one.id: one.name for one in new}
        for one in alike(new, known) if new else ():
            yield Duplicate(kind, one.id, names[one.id], rows[one.id][0], one.other, one.why, one.other.id in rows)


def _named(kind: str, id_: str, cells: Mapping[str, str]) -> Named:
    name, page = _NAMED[kind]
    return Named(id_, cells[name], cells[page])
