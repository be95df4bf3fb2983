"""Do what a preview says, in one transaction: all of it or nothing, and never over what changed since.

The tables that curators work on are written; the public sees the change at the next release.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, cast

import pandas as pd

from practices_db.catalogue import library_store
from practices_db.catalogue.library_items import KINDS, OF_TABLE, Item
from practices_db.catalogue.practice_rows import AnswerRow, PracticeRow, SourceRow
from practices_db.curation.edit_practices import LISTS
from practices_db.curation.permissions import Thing, require
from practices_db.database import audit_log
from practices_db.database.store import Cursor, Store
from practices_db.errors import Actor, ConflictError
from practices_db.files.imports.preview import Entry, Preview, still_holds
from practices_db.files.imports.read import Progress, silent
from practices_db.operations.build import _insert

_OF_ASSESSMENT = {"practice_id", "framework", "framework_version", "basis", "assessor", "assessed_on"}


def apply(store: Store, shown: Preview, actor: Actor, reason: str = "", progress: Progress = silent) -> None:
    """Write what a preview shows and put it on record. A preview of nothing new writes nothing.

    Raises ConflictError where the database is not any more what the preview was made of, NotAllowedError where the
    actor may not import.
    """

    def work(cursor: Cursor) -> None:
        require(actor, "import", Thing("data"))
        if not still_holds(cursor, shown):
            raise ConflictError(
                "The database was changed since this preview was made. Nothing was imported; look at the new preview."
            )
        if shown.nothing_new:
            return
        progress(0.8, "Writing")
        for kind, write in _WRITE.items():
            mine = [entry for entry in shown.entries if entry.kind == kind and entry.state != "unchanged"]
            if mine:
                write(cursor, mine)
        progress(0.9, "Putting it on record")
        audit_log.record_many(cursor, actor, list(_lines(cursor, shown, reason)))

    audit_log.guarded(store, work)
    progress(1.0, "Done")


# --- what is written -------------------------------------------------------------------------------------------


def _write_practices(cursor: Cursor, entries: Sequence[Entry]) -> None:
    added = [cast(PracticeRow, entry.content) for entry in entries if entry.state == "added"]
    changed = [cast(PracticeRow, entry.content) for entry in entries if entry.state == "changed"]
    _insert(cursor, "practice", map(_facts, added))
    if changed:
        _register(cursor, map(_facts, changed))
        cursor.execute(
            """
            UPDATE practice SET
                name = n.name, lead_organisation = n.lead_organisation, places = n.places, start_year = n.start_year,
                end_year = n.end_year, governance_level = n.governance_level, budget_eur = n.budget_eur,
                people_reached = n.people_reached, outcome_figures = n.outcome_figures,
                evaluation_documented = n.evaluation_documented, transferred_elsewhere = n.transferred_elsewhere,
                summary = n.summary, source_url = n.source_url, source_name = n.source_name,
                source_kind = n.source_kind, source_confidence = n.source_confidence, checked_on = n.checked_on,
                spring_url = n.spring_url, version = practice.version + 1
            FROM changed_rows n WHERE practice.id = n.id
            """
        )
        for sql in _FORGET_LISTS:
            cursor.execute(sql)
        cursor.unregister("changed_rows")
    for field, (table, column) in LISTS.items():
        _insert(
            cursor,
            table,
            (
                {"practice_id": row.id, column: value, "position": position}
                for row in (*added, *changed)
                for position, value in enumerate(getattr(row, field), start=1)
            ),
        )


_FORGET_LISTS = (
    "DELETE FROM practice_country WHERE practice_id IN (SELECT id FROM changed_rows)",
    "DELETE FROM practice_sector WHERE practice_id IN (SELECT id FROM changed_rows)",
    "DELETE FROM practice_target_group WHERE practice_id IN (SELECT id FROM changed_rows)",
    "DELETE FROM practice_funding WHERE practice_id IN (SELECT id FROM changed_rows)",
    "DELETE FROM practice_funding_source WHERE practice_id IN (SELECT id FROM changed_rows)",
)


def _facts(row: PracticeRow) -> dict[str, Any]:
    return row.model_dump(exclude={*LISTS, "place"}) | {"places": list(row.place), "source_kind": row.source_kind}


def _write_sources(cursor: Cursor, entries: Sequence[Entry]) -> None:
    rows = {state: [cast(SourceRow, entry.content) for entry in entries if entry.state == state] for state in _NEW}
    as_stored = {
        state: [
            {"practice_id": row.practice_id, "field": row.field, "url": row.address, "remark": row.remark}
            for row in of_state
        ]
        for state, of_state in rows.items()
    }
    _insert(cursor, "practice_source", as_stored["added"])
    if as_stored["changed"]:
        _register(cursor, as_stored["changed"])
        cursor.execute(
            "UPDATE practice_source SET remark = n.remark FROM changed_rows n WHERE practice_source.practice_id = "
            "n.practice_id AND practice_source.field = n.field AND practice_source.url = n.url"
        )
        cursor.unregister("changed_rows")
    _bump_practices(cursor, {row.practice_id for of_state in rows.values() for row in of_state})


_NEW = ("added", "changed")


def _bump_practices(cursor: Cursor, ids: Iterable[str]) -> None:
    cursor.execute(
        "UPDATE practice SET version = version + 1 WHERE id IN (SELECT unnest($ids::TEXT[]))", {"ids": sorted(ids)}
    )


def _write_answers(cursor: Cursor, entries: Sequence[Entry]) -> None:
    answers = [(entry, cast(AnswerRow, entry.content)) for entry in entries]
    known = {id_ for (id_,) in cursor.execute("SELECT id FROM assessment").fetchall()}
    cursor.execute(
        "UPDATE assessment SET version = version + 1 WHERE id IN (SELECT unnest($ids::TEXT[]))",
        {"ids": sorted({row.assessment_id for _, row in answers} & known)},
    )
    _insert(
        cursor,
        "assessment",
        (
            {
                "id": id_,
                "practice_id": row.practice_id,
                "framework_id": row.framework,
                "framework_version": row.framework_version,
                "basis": row.basis,
                "assessor": row.assessor,
                "assessed_on": row.assessed_on,
                "status": "published",
            }
            for id_, row in {row.assessment_id: row for _, row in answers}.items()
            if id_ not in known
        ),
    )
    rows = {
        state: [
            row.model_dump(exclude=_OF_ASSESSMENT) | {"assessment_id": row.assessment_id}
            for entry, row in answers
            if entry.state == state
        ]
        for state in _NEW
    }
    _insert(cursor, "answer", rows["added"])
    if rows["changed"]:
        _register(cursor, rows["changed"])
        cursor.execute(
            """
            UPDATE answer SET
                answer = n.answer, evidence_level = n.evidence_level, note = n.note, source_url = n.source_url,
                source_publisher = n.source_publisher, independent_of_operator = n.independent_of_operator,
                version = answer.version + 1
            FROM changed_rows n
            WHERE answer.assessment_id = n.assessment_id AND answer.indicator_id = n.indicator_id
            """
        )
        cursor.unregister("changed_rows")


def _write_library(cursor: Cursor, entries: Sequence[Entry], item: Item) -> None:
    rows = {state: [entry.content for entry in entries if entry.state == state] for state in _NEW}
    library_store.insert(cursor, item, rows["added"])
    library_store.update(cursor, item, rows["changed"])


def _register(cursor: Cursor, rows: Iterable[dict[str, Any]]) -> None:
    cursor.register("changed_rows", pd.DataFrame(list(rows), dtype=object))


# In this order: an answer or a source belongs to a practice, things of the library to what they lead to.
_WRITE: dict[str, Callable[[Cursor, Sequence[Entry]], None]] = {
    "practices": _write_practices,
    "sources": _write_sources,
    "answers": _write_answers,
    **{name: partial(_write_library, item=kind.item) for name, kind in OF_TABLE.items()},
}
# Kinds whose rows have audit lines of their own.
_OWN_LINES = ("practices", *OF_TABLE)


# --- what is put on record -------------------------------------------------------------------------------------


def _lines(cursor: Cursor, done: Preview, reason: str) -> Iterable[audit_log.Entry]:
    """Yield a line for each owner of rows that were changed or added, and one for the import."""
    origin = f"{done.upload.name}, SHA-256 {done.upload.sha256}"
    why = f"{reason} ({origin})" if reason else f"Import of {origin}"
    owners: dict[str, list[Entry]] = defaultdict(list)
    for entry in done.entries:
        if entry.state != "unchanged":
            owners[entry.owner].append(entry)
    versions = _versions(cursor)
    for owner, entries in owners.items():
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        for entry in entries:
            fields = {change.column: (change.before, change.after) for change in entry.changes}
            if entry.state == "changed":
                _put(before, entry, {name: was for name, (was, _) in fields.items()})
            _put(after, entry, {name: now for name, (_, now) in fields.items()})
        yield audit_log.Entry("import", owner, versions.get(owner), before or None, after, why)
    after = {"file": done.upload.name, "sha256": done.upload.sha256, "counts": done.counts}
    decided = {id_: f"{one.action} {one.id}".rstrip() for id_, one in done.decisions.items()}
    yield audit_log.Entry("import", "data", None, None, after | ({"decisions": decided} if decided else {}), why)


def _put(line: dict[str, Any], entry: Entry, fields: dict[str, str]) -> None:
    """Put the fields of a row into its owner's line: the owner's own, or those of one answer or source of it."""
    if entry.kind in _OWN_LINES:
        line.update(fields)
    else:
        line.setdefault(entry.kind, {})[" ".join(entry.key[1:])] = fields


def _versions(cursor: Cursor) -> dict[str, int]:
    return dict(
        cursor.execute(
            " UNION ALL ".join(
                [
                    "SELECT 'practice:' || id, version FROM practice",
                    "SELECT 'assessment:' || id, version FROM assessment",
                    *(f"SELECT '{kind.item}:' || {kind.id_sql}, version FROM {kind.item}" for kind in KINDS.values()),
                ]
            )
        ).fetchall()
    )
