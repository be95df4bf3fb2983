"""One fact of several practices, changed together: seen first, saved in one transaction, taken back as a whole.

Each practice has its own version and its own line on record, as after a single edit. One more line, of the data, holds
the batch together: which practices it changed and to which versions. Its number in the record is the batch's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from practices_db.catalogue import practice_store
from practices_db.catalogue.practice_fields import FIELDS
from practices_db.curation import edit_practices, versioned_change
from practices_db.curation.edit_practices import CuratedPractice
from practices_db.curation.permissions import Thing, require
from practices_db.database import audit_log
from practices_db.database.store import Cursor, Store
from practices_db.errors import Actor, ConflictError, PracticesError

How = Literal["set", "add", "take away"]
# A name is one practice's own; the page a record stands on is what every other fact is read from.
COLUMNS = {one.id: one for one in FIELDS if one.edited and not one.of_source and one.id not in ("name", "summary")}
MOST = 500  # practices at once
_DONE, _UNDONE = "batch edit", "batch undone"


@dataclass(frozen=True)
class New:
    """The fact to change and its value as practices.csv takes it; of several values those to set, add or take away."""

    column: str
    how: How
    given: Any

    def of(self, before: Any) -> Any:
        """Return what would stand there; what is added comes last."""
        match self.how:
            case "set":
                return self.given
            case "add":
                return (*before, *(one for one in self.given if one not in before))
            case _:
                return tuple(one for one in before if one not in self.given)


@dataclass(frozen=True)
class Proposal:
    """What would become of one practice; ``fault`` says why it cannot, and "" where nothing is wrong."""

    id: str
    name: str
    version: int
    before: Any
    after: Any
    fault: str = ""

    @property
    def changes(self) -> bool:
        """Whether it would be changed."""
        return not self.fault and self.before != self.after


@dataclass(frozen=True)
class Batch:
    """A batch on record; ``versions`` by id of practice, as it left them; ``moved``: those that were changed since."""

    seq: int
    ts: datetime
    actor: str
    reason: str
    column: str
    versions: Mapping[str, int]
    moved: tuple[str, ...]


def proposals(cursor: Cursor, actor: Actor, ids: Sequence[str], new: New) -> list[Proposal]:
    """Return what a new value would do to each practice, in the order of the ids; nothing is written.

    Raises PracticesError: no practice, too many of them, a column that is not among COLUMNS, nothing to add.
    """
    require(actor, "read", Thing("practice"))
    ids = list(dict.fromkeys(ids))
    if not 0 < len(ids) <= MOST:
        raise PracticesError(f"Choose between 1 and {MOST} practices; these are {len(ids):,}.")
    if new.column not in COLUMNS:
        raise PracticesError(f"{new.column[:80]!r} is not changed for several practices at once.")
    if new.how != "set" and not (COLUMNS[new.column].table and new.given):
        raise PracticesError(
            "Choose at least one value to add or to remove. The fact must be one that may have several."
        )
    found = edit_practices.practices(cursor, ids)
    return [
        _proposal(actor, found[id_], new)
        if id_ in found
        else Proposal(id_, "", 0, None, None, "there is no practice with this id")
        for id_ in ids
    ]


def apply(store: Store, actor: Actor, column: str, seen: Sequence[Proposal], reason: str) -> int:
    """Save what was seen and return how many practices it changed, each by one version; all of them or none.

    The page that each practice stands on stays its source. Raises PracticesError where one has a fault, or none
    changes, or no reason is given; NotAllowedError (on record); ConflictError where one has another version by now.
    """
    if faults := [f"{one.id}: {one.fault}" for one in seen if one.fault]:
        raise PracticesError("\n".join(["Nothing was saved. Leave these out, or choose another value:", *faults]))
    new = {one.id: (one.version, one.after) for one in seen if one.changes}
    if not new:
        raise PracticesError("Nothing was changed: every value is as it was.")

    def work(cursor: Cursor) -> int:
        _write(cursor, actor, column, new, reason)
        what = {"column": column, "versions": {id_: version + 1 for id_, (version, _) in new.items()}}
        audit_log.record(cursor, actor, audit_log.Entry(_DONE, "data", after=what, reason=reason))
        return len(new)

    return versioned_change.reasoned(store, reason, work)


def undo(store: Store, actor: Actor, seq: int, reason: str) -> int:
    """Take a whole batch back and return how many practices it was.

    Raises PracticesError where there is no such batch, something of it is released or was changed since, or no reason
    is given; NotAllowedError (on record).
    """

    def work(cursor: Cursor) -> int:
        batch = next((one for one in unreleased(cursor, actor) if one.seq == seq), None)
        if batch is None:
            raise PracticesError("Nothing was taken back: the batch is released, or was taken back before.")
        if batch.moved:
            raise ConflictError(f"Nothing was taken back: changed since were {', '.join(batch.moved)}.")
        lines = cursor.execute(
            "SELECT id, a.version, a.before FROM audit a JOIN practice p ON a.object = 'practice:' || p.id "
            "WHERE a.seq < $seq AND a.before IS NOT NULL AND a.version = p.version "
            "AND p.id IN (SELECT unnest($ids::TEXT[]))",
            {"seq": seq, "ids": list(batch.versions)},
        ).fetchall()
        was = {id_: (version, json.loads(before)[batch.column]) for id_, version, before in lines}
        if was.keys() != batch.versions.keys():
            raise PracticesError("Nothing was taken back: what stood there before was erased from the record.")
        _write(cursor, actor, batch.column, was, reason)
        audit_log.record(cursor, actor, audit_log.Entry(_UNDONE, "data", after={"batch": seq}, reason=reason))
        return len(was)

    return versioned_change.reasoned(store, reason, work)


def unreleased(cursor: Cursor, actor: Actor) -> list[Batch]:
    """Return the batches since the last release that were not taken back, the newest first."""
    require(actor, "read", Thing("practice"))
    found, undone = [], set()
    for line in audit_log.history(cursor, "data"):
        if line.action == "publish":
            break
        if line.action == _UNDONE and line.after:
            undone.add(line.after["batch"])
        elif line.action == _DONE and line.after and line.seq not in undone:
            versions = line.after["versions"]
            rows = cursor.execute(
                "SELECT id FROM practice JOIN (SELECT unnest($ids::TEXT[]) AS id, unnest($versions::INTEGER[]) AS v) "
                "USING (id) WHERE version <> v ORDER BY id",
                {"ids": list(versions), "versions": list(versions.values())},
            ).fetchall()
            moved = tuple(id_ for (id_,) in rows)
            found.append(Batch(line.seq, line.ts, line.actor, line.reason, line.after["column"], versions, moved))
    return found


def _write(cursor: Cursor, actor: Actor, column: str, new: Mapping[str, tuple[int, Any]], reason: str) -> None:
    """Write a value for each practice (by id: the version it was seen in, and the value) and a line for each."""
    stands = edit_practices.practices(cursor, list(new))
    rows, lines = [], []
    for id_, (version, after) in new.items():
        one = stands[id_]
        require(actor, "edit", one.thing)
        versioned_change.require_version(cursor, one.thing.name, one.version, version)
        row = edit_practices.checked_practice(one.facts | {column: after}, id_)
        rows.append(row)
        before, now = {column: one.facts[column]}, {column: getattr(row, column), "source": row.source_url}
        lines.append(audit_log.Entry("edit", one.thing.name, version + 1, before, now, reason))
    practice_store.update_practices(cursor, rows)
    audit_log.record(cursor, actor, *lines)


def _proposal(actor: Actor, found: CuratedPractice, new: New) -> Proposal:
    id_, before = found.thing.id, found.facts[new.column]
    proposed = Proposal(id_, found.name, found.version, before, new.of(before))
    try:
        require(actor, "edit", found.thing)
        row = edit_practices.checked_practice(found.facts | {new.column: proposed.after}, id_)
    except PracticesError as error:
        return replace(proposed, fault=" ".join(str(error).splitlines()[1:]) or str(error))
    return replace(proposed, after=getattr(row, new.column))
