"""Bring publications, organisations and links in, as practices are: checked rows, all or nothing, every change audited.

What is brought in is seen by curators at once and by everybody from the next release on: the public reads the cards,
which only ``knowledge_store.rebuild`` makes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from practices_db import audit
from practices_db.errors import Actor, PracticesError
from practices_db.importing import CatalogueError, read_rows
from practices_db.knowledge_rows import EvidenceRow, LinkRow, OrganisationRow
from practices_db.knowledge_store import (
    EVIDENCE_LISTS,
    ORGANISATION_LISTS,
    insert_evidence,
    insert_links,
    insert_organisations,
)
from practices_db.models import _Row
from practices_db.permissions import Thing, require
from practices_db.store import Cursor, Store

Kind = Literal["evidence", "organisation", "link"]
MODELS: dict[Kind, type[_Row]] = {"evidence": EvidenceRow, "organisation": OrganisationRow, "link": LinkRow}
_LISTS: dict[Kind, Mapping[str, str]] = {"evidence": EVIDENCE_LISTS, "organisation": ORGANISATION_LISTS, "link": {}}
_ENDS = ("from_kind", "from_id", "relation", "to_kind", "to_id")

_STORED: dict[Kind, str] = {
    "evidence": "SELECT * FROM evidence ORDER BY id",
    "organisation": "SELECT * FROM organisation ORDER BY id",
    "link": "SELECT * FROM link ORDER BY from_kind, from_id, relation, to_kind, to_id",
}
_VALUES: dict[Kind, str] = {
    "evidence": "SELECT evidence_id, list, value FROM evidence_value ORDER BY evidence_id, list, position",
    "organisation": "SELECT organisation_id AS id, list, value FROM organisation_value ORDER BY id, list, position",
}
_TAKE_OUT: dict[Kind, tuple[str, ...]] = {
    "evidence": ("DELETE FROM evidence WHERE id = $id", "DELETE FROM evidence_value WHERE evidence_id = $id"),
    "organisation": (
        "DELETE FROM organisation WHERE id = $id",
        "DELETE FROM organisation_value WHERE organisation_id = $id",
    ),
}
_VERSION: dict[Kind, str] = {
    "evidence": "UPDATE evidence SET version = $version WHERE id = $id",
    "organisation": "UPDATE organisation SET version = $version WHERE id = $id",
}


@dataclass(frozen=True)
class Stored:
    """A row as it stands, as its file would write it, and its version."""

    row: dict[str, Any]
    version: int


@dataclass(frozen=True)
class Plan:
    """What bringing rows in would do. What stands in the database and not in the file stays."""

    kind: Kind
    new: tuple[_Row, ...]
    changed: tuple[tuple[_Row, Stored], ...]
    same: int

    def in_words(self) -> str:
        """Say it in one line."""
        return f"{len(self.new)} new, {len(self.changed)} changed, {self.same} as they are"


def read_file(kind: Kind, name: str, content: bytes) -> tuple[_Row, ...]:
    """Return the rows of a file; CatalogueError names every problem by row and column."""
    problems: list[str] = []
    rows = read_rows(name, content, MODELS[kind], problems)
    seen: dict[str, int] = {}
    for number, row in rows.items():
        if (key := _key(kind, row.model_dump())) in seen:
            problems.append(f"{name}, row {number}: {key!r} stands in row {seen[key]} already")
        seen.setdefault(key, number)
    if problems:
        raise CatalogueError(problems)
    return tuple(rows.values())


def plan(cursor: Cursor, kind: Kind, rows: Sequence[_Row]) -> Plan:
    """Return what is new, changed and the same; CatalogueError where a link leads nowhere."""
    held = stored(cursor, kind)
    if kind == "link":
        _require_ends(cursor, rows)
    new, changed, same = [], [], 0
    for row in rows:
        now = held.get(_key(kind, row.model_dump()))
        if now is None:
            new.append(row)
        elif row.model_dump() == now.row:
            same += 1
        else:
            changed.append((row, now))
    return Plan(kind, tuple(new), tuple(changed), same)


def apply(store: Store, kind: Kind, rows: Sequence[_Row], actor: Actor, reason: str) -> Plan:
    """Bring rows in, in one transaction with their lines of the audit, and return what was done.

    Raises NotAllowedError, CatalogueError, or PracticesError without a reason.
    """
    if not reason.strip():
        raise PracticesError("Say why: the audit keeps the reason with every change.")

    def work(cursor: Cursor) -> Plan:
        require(actor, "import", Thing("data"))
        made = plan(cursor, kind, rows)
        for _, now in made.changed:
            _take_out(cursor, kind, now)
        _put_in(cursor, kind, [*made.new, *(row for row, _ in made.changed)])
        for row in made.new:
            _on_record(cursor, actor, "add", row, None, reason)
        for row, now in made.changed:
            _on_record(cursor, actor, "edit", row, now, reason)
            if kind != "link":
                cursor.execute(_VERSION[kind], {"version": now.version + 1, "id": now.row["id"]})
        return made

    return audit.guarded(store, work)


def stored(cursor: Cursor, kind: Kind) -> dict[str, Stored]:
    """Return every row of a kind as its file would write it, by its key."""
    lists: dict[str, dict[str, tuple[str, ...]]] = {}
    if kind != "link":
        for id_, name, value in cursor.execute(_VALUES[kind]).fetchall():
            of = lists.setdefault(id_, {})
            of[name] = (*of.get(name, ()), value)
    found = cursor.execute(_STORED[kind])
    names = [column[0] for column in found.description]
    rows = {}
    for cells in found.fetchall():
        row = dict(zip(names, cells, strict=True))
        version = row.pop("version")
        row |= {field: lists.get(row["id"], {}).get(name, ()) for field, name in _LISTS[kind].items()}
        rows[_key(kind, row)] = Stored(row, version)
    return rows


def _key(kind: Kind, row: Mapping[str, Any]) -> str:
    return " ".join(str(row[name]) for name in _ENDS) if kind == "link" else str(row["id"])


def _require_ends(cursor: Cursor, rows: Sequence[_Row]) -> None:
    held = set(
        cursor.execute(
            "SELECT 'practice', id FROM practice UNION ALL SELECT 'evidence', id FROM evidence "
            "UNION ALL SELECT 'organisation', id FROM organisation"
        ).fetchall()
    )
    ends = [(row.model_dump()[f"{end}_kind"], row.model_dump()[f"{end}_id"]) for row in rows for end in ("from", "to")]
    if lost := [f"links.csv: there is no {kind} {id_!r}" for kind, id_ in ends if (kind, id_) not in held]:
        raise CatalogueError(lost)


def _take_out(cursor: Cursor, kind: Kind, now: Stored) -> None:
    if kind == "link":
        cursor.execute(
            "DELETE FROM link WHERE from_kind = $from_kind AND from_id = $from_id AND relation = $relation "
            "AND to_kind = $to_kind AND to_id = $to_id",
            {name: now.row[name] for name in _ENDS},
        )
        return
    for sql in _TAKE_OUT[kind]:
        cursor.execute(sql, {"id": now.row["id"]})


def _put_in(cursor: Cursor, kind: Kind, rows: Sequence[_Row]) -> None:
    match kind:
        case "evidence":
            insert_evidence(cursor, [row for row in rows if isinstance(row, EvidenceRow)])
        case "organisation":
            insert_organisations(cursor, [row for row in rows if isinstance(row, OrganisationRow)])
        case "link":
            insert_links(cursor, [row for row in rows if isinstance(row, LinkRow)])


def _on_record(  # noqa: PLR0913, PLR0917 - what a line of the audit says
    cursor: Cursor, actor: Actor, action: str, row: _Row, now: Stored | None, reason: str
) -> None:
    kind = next(kind for kind, model in MODELS.items() if isinstance(row, model))
    audit.record(
        cursor,
        actor,
        action,
        f"{kind}:{_key(kind, row.model_dump()).replace(' ', '>')}",
        version=now.version + 1 if now else 1,
        before=type(row).model_validate(now.row).model_dump(mode="json") if now else None,
        after=row.model_dump(mode="json"),
        reason=reason,
    )
