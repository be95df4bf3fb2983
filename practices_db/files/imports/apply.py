"""Do what a preview says, in one transaction: all of it or nothing, and never over what changed since.

The tables that curators work on are written; the public sees the change at the next release.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

from practices_db.catalogue import library_store, practice_store
from practices_db.catalogue.library_items import KINDS, OF_TABLE, Item
from practices_db.catalogue.practice_rows import AnswerRow, CatalogueRow, PracticeRow, SourceRow
from practices_db.catalogue.problems import RefusedError
from practices_db.curation.permissions import Thing, require
from practices_db.database import audit_log
from practices_db.database.store import Cursor, Store
from practices_db.errors import Actor, ConflictError, PracticesError
from practices_db.files.imports.preview import Entry, Preview, still_holds
from practices_db.files.imports.read import Progress, safe_name, silent

_NOTICED = 20  # of what was noticed or refused, in the record
OneRow = TypeVar("OneRow", bound=CatalogueRow)


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
        progress(0.9, "Recording the import")
        audit_log.record(cursor, actor, *_lines(cursor, shown, reason))

    audit_log.guarded(store, work)
    progress(1.0, "Done")


# --- what is written -------------------------------------------------------------------------------------------


def _write_practices(cursor: Cursor, entries: Sequence[Entry]) -> None:
    practice_store.insert_practices(cursor, _rows(entries, PracticeRow, "added"))
    practice_store.update_practices(cursor, _rows(entries, PracticeRow, "changed"))


def _write_sources(cursor: Cursor, entries: Sequence[Entry]) -> None:
    rows = _rows(entries, SourceRow)
    practice_store.write_sources(cursor, rows)
    practice_store.bump(cursor, {row.practice_id for row in rows})


def _write_answers(cursor: Cursor, entries: Sequence[Entry]) -> None:
    practice_store.write_answers(cursor, _rows(entries, AnswerRow))


def _write_library(cursor: Cursor, entries: Sequence[Entry], item: Item) -> None:
    model = KINDS[item].model
    library_store.insert(cursor, item, _rows(entries, model, "added"))
    library_store.update(cursor, item, _rows(entries, model, "changed"))


def _rows(entries: Sequence[Entry], model: type[OneRow], state: str | None = None) -> list[OneRow]:
    """Return the rows of a model among entries, of one state where it is named."""
    found = (entry.content for entry in entries if state in (None, entry.state))
    return [row for row in found if isinstance(row, model)]


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
    said = {
        "decisions": {id_: f"{one.action} {one.id}".rstrip() for id_, one in done.decisions.items()},
        "said": done.upload.confirmed.said(),
        "noticed": [*done.upload.notes, *map(str, done.upload.warnings[:_NOTICED])],
    }
    yield audit_log.Entry("import", "data", None, None, after | {name: one for name, one in said.items() if one}, why)


def record_refusal(store: Store, name: str, content: bytes, refused: PracticesError, actor: Actor) -> None:
    """Put on record that a file was refused: its name and hash, how many mistakes, and the first ones.

    Raises NotAllowedError where the actor may not import.
    """
    name = safe_name(name)

    def work(cursor: Cursor) -> None:
        require(actor, "import", Thing("data"))
        problems = refused.problems if isinstance(refused, RefusedError) else []
        first = [str(one) for one in problems[:_NOTICED]] or [str(refused)]
        digest = hashlib.sha256(content).hexdigest()
        after = {"file": name, "sha256": digest, "refused": max(len(problems), 1), "mistakes": first}
        why = f"Refused: {name}, SHA-256 {digest}"
        audit_log.record(cursor, actor, audit_log.Entry("import", "data", None, None, after, why))

    audit_log.guarded(store, work)


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
