"""The list of what was withdrawn and erased, outside the database: older states that still hold it must not show it.

Ids only, no content, as JSON beside the database (``<database>.withdrawn``), and again in the folder of the backups,
where old states come from. What a database says goes into the list; what only the list says was withdrawn after that
state of the database (``operations.taken_out`` takes it out again, ``operations.release_tables`` out of past releases).
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
from dataclasses import dataclass, fields
from pathlib import Path

import duckdb

from practices_db.config import backups_folder
from practices_db.curation.permissions import pseudonym
from practices_db.database.commit_marker import remove_database, sync_file, sync_folder, wal_path
from practices_db.database.store import Cursor, Store, copy_database
from practices_db.errors import PracticesError

log = logging.getLogger("practices")

_writing = threading.Lock()


@dataclass(frozen=True)
class WithdrawalList:
    """What is not to be shown any more.

    Ids of submissions and assessments (by every id they had), practice and day of statements ("<id> <ISO day>"),
    pseudonyms of people who have no role any more.
    """

    submissions: frozenset[str] = frozenset()
    assessments: frozenset[str] = frozenset()
    statements: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()

    def __or__(self, other: WithdrawalList) -> WithdrawalList:
        return WithdrawalList(*(getattr(self, one) | getattr(other, one) for one in _PARTS))


_PARTS = tuple(field.name for field in fields(WithdrawalList))


def list_path(path: Path) -> Path:
    """Return where the list of a database is, or that of a folder of backups."""
    return path / "withdrawn.json" if path.is_dir() else path.with_name(path.name + ".withdrawn")


def read(*places: Path | None) -> WithdrawalList:
    """Return what the lists of databases and folders of backups say together.

    Raises PracticesError where one cannot be read: rather nothing is shown than what was withdrawn.
    """
    found = WithdrawalList()
    for place in places:
        path = list_path(place) if place else None
        if path is None or not path.exists():
            continue
        try:
            said: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))
            found |= WithdrawalList(*(frozenset(said[one]) for one in _PARTS))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise PracticesError(
                f"{path}, the list of what was withdrawn, cannot be read. Bring it back from the folder of the backups "
                "or from beside the database; see docs/runbook.md, section “Erasure”."
            ) from error
    return found


def settle(store: Store) -> None:
    """Bring the lists up to what the database says and move its log into its file, after something was withdrawn."""
    keep_up(store)
    in_one_file(store)


def keep_up(store: Store) -> None:
    """Bring the lists up to what the database says.

    What fails goes into the log of the app: the withdrawal itself is kept, and the next one or the next start does it.
    """
    try:
        update(store)
    except (OSError, PracticesError) as error:
        log.critical("the list of what was withdrawn is not up to date: %s", error)


def in_one_file(store: Store) -> None:
    """Move the write-ahead log into the file, so that a damaged log takes no earlier state back into view.

    DuckDB writes over blocks that are in use: one that is torn then makes the file unreadable. So where there is a
    folder of backups, a copy of all stands there before (``kept_path``), and a rescue knows it.
    """
    if store.path is None or store.read_only or not wal_path(store.path).exists():
        return
    try:
        if store.folders:
            kept = kept_path(store.folders[0])
            beside = kept.with_name(f"{kept.name}.{secrets.token_hex(4)}")
            try:
                copy_database(store, beside)
                beside.replace(kept)
            finally:
                remove_database(beside)
        store.checkpoint()
    except (duckdb.Error, OSError, PracticesError) as error:
        log.warning("no checkpoint: %s", error)


def kept_path(folder: Path) -> Path:
    """Return where the copy of a database stands that was made before its last checkpoint."""
    return folder.resolve() / "before-checkpoint.duckdb"


def update(store: Store, *, backups: Path | None = None) -> None:
    """Bring the lists beside a database and in the folder of backups up to date; that is the app's own by default."""
    if store.path is None or store.read_only:
        return
    with store.cursor() as cursor:
        says, live = _of_database(cursor)
    places = [one for one in (store.path, backups or backups_folder()) if one and one.parent.is_dir()]
    with _writing:
        known = read(*places) | says
        known = WithdrawalList(*(getattr(known, one) - getattr(live, one) for one in _PARTS))  # came again since
        for place in places:
            _write(list_path(place), known)


def _of_database(cursor: Cursor) -> tuple[WithdrawalList, WithdrawalList]:
    """Return what a database knows to be withdrawn, and what it shows under an id that may have been.

    The audit has every id that a submission's answers had: the line that says that their content went, and the one
    that says which submission they came from.
    """
    withdrawn = _ids(cursor, "SELECT id FROM submission WHERE status = 'withdrawn'")
    assessments = _ids(
        cursor,
        """
        SELECT substr(object, len('assessment:') + 1) FROM audit WHERE object LIKE 'assessment:%' AND (
            action = 'erased'
            OR action = 'add' AND after ->> '$.from' IN (
                SELECT 'submission:' || id FROM submission WHERE status = 'withdrawn'
            )
        )
        """,
    )
    statements = _ids(
        cursor,
        "SELECT practice_id || ' ' || created::DATE FROM submission "
        "WHERE status = 'withdrawn' AND kind = 'statement' AND practice_id IS NOT NULL",
    )
    people = _ids(cursor, "SELECT object FROM audit WHERE action = 'dismiss'")
    emails = _ids(cursor, "SELECT email FROM person")
    live = WithdrawalList(
        assessments=_ids(cursor, "SELECT id FROM assessment WHERE status <> 'withdrawn'"),
        statements=_ids(cursor, "SELECT practice_id || ' ' || stated_on FROM statement"),
        people=frozenset(map(pseudonym, emails)),
    )
    return WithdrawalList(withdrawn, assessments, statements, people), live


def _ids(cursor: Cursor, sql: str) -> frozenset[str]:
    return frozenset(id_ for (id_,) in cursor.execute(sql).fetchall())


def _write(path: Path, known: WithdrawalList) -> None:
    content = json.dumps({one: sorted(getattr(known, one)) for one in _PARTS}, indent=1)
    if path.exists() and path.read_text(encoding="utf-8") == content:
        return
    beside = path.with_name(path.name + ".new")
    beside.write_text(content, encoding="utf-8")
    beside.chmod(0o640)
    sync_file(beside)
    beside.replace(path)
    sync_folder(path.parent)
