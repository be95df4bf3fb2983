"""Opening the app's database: examined first, and where it is damaged the best that is whole, for reading only.

Nothing that is damaged is changed or deleted: what to rescue from it is for a person to decide (docs/runbook.md).
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from practices_db.config import backups_folder as configured_backups
from practices_db.curation import withdrawal_list
from practices_db.curation.permissions import APP
from practices_db.curation.withdrawal_list import WithdrawalList
from practices_db.database import audit_log
from practices_db.database.commit_marker import State, Witness, wal_path
from practices_db.database.store import NO_WRITES, Store
from practices_db.database.temporary_folders import Scratch
from practices_db.errors import DatabaseBusyError, DiskFullError, PracticesError
from practices_db.operations.backups import Backup, backup_problems, backups
from practices_db.operations.check import Examined, examine
from practices_db.operations.taken_out import take_out_of

log = logging.getLogger("practices")

_REFUSED = (
    "Nothing can be saved at the moment: the database was found damaged and is only read until it is repaired. "
    "Please keep what you wrote and try again later."
)
_RUNBOOK = "What to do is in docs/runbook.md, section “A damaged file”."


@dataclass(frozen=True)
class Damage:
    """What is wrong with a database: a sentence for whoever runs the app, and the lines it is made of."""

    path: Path
    problems: Sequence[str]

    def __str__(self) -> str:
        return f"{self.path} is damaged: {'; '.join(self.problems)}. {_RUNBOOK}"


def open_examined(path: Path, folders: Sequence[Path] = (), backups_folder: Path | None = None) -> Store:
    """Open a database that exists, for writing where it is whole.

    Where acknowledged changes are missing, or the file cannot be read or contradicts itself, the newest whole state is
    opened for reading: what is left of the file, its last checkpoint, or a backup; without what was withdrawn since
    (``withdrawal_list``). ``Store.notice`` says so.
    Raises DatabaseBusyError where another process has it, PracticesError where nothing whole is left.
    """
    try:
        examined = examine(path)
    except DatabaseBusyError:
        raise
    except PracticesError as error:
        return _rescued(
            Damage(path, [str(error).replace(f"{path} ", "").replace(f"{path}: ", "")]), backups_folder, error
        )
    if examined.broken:
        said = ["the record of changes does not hold together", *examined.problems]
        return _rescued(Damage(path, said), backups_folder, None)
    if examined.missing:
        return _rescued(Damage(path, examined.missing), backups_folder, None, left=examined.state)
    store = _opened_for_writing(path, folders, examined)
    if store.read_only:
        return store
    for line in examined.unwitnessed:
        log.critical("%s: %s", path, line)
        entry = audit_log.Entry("start", "data", reason=line.replace(f"{path.parent}/", ""))
        with suppress(DiskFullError):  # it stands in the log of the app
            store.write(lambda cursor, entry=entry: audit_log.record(cursor, APP, entry))  # type: ignore[misc]
    return store


def _opened_for_writing(path: Path, folders: Sequence[Path], examined: Examined) -> Store:
    """Open a whole database, and where the disk is full or only read for reading: ``Store.read_only`` says so."""
    cause = _cannot_be_written(path)
    if not cause:
        try:
            store = Store(path, folders=folders)
        except DatabaseBusyError:
            raise
        except PracticesError as error:
            if examined.state is None:
                raise
            cause = str(error)  # it was read whole just now: what failed is to open it for writing
        else:
            try:
                _begin_witness(path, examined)
            except OSError as error:
                cause = f"its witness file: {error.strerror}"
                store.close()
            else:
                return store
    log.critical("%s cannot be written: %s", path, cause)
    return Store(path, read_only=NO_WRITES, notice=NO_WRITES)


def _cannot_be_written(path: Path) -> str:
    """Return why the system lets nobody write a file (a disk that is only read, its rights); "" where it does."""
    try:
        os.close(os.open(path, os.O_RDWR))
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def accept_losses(path: Path) -> list[str]:
    """Take a database as it is: what is missing stays missing, and it can be written again. Return what was missing.

    Raises PracticesError where it contradicts itself: then only a backup helps.
    """
    examined = examine(path)
    if examined.broken and examined.state is None:
        raise PracticesError(str(Damage(path, examined.broken)))
    if examined.state:
        Store(path).close()  # what is in the write-ahead log goes into the file
        Witness(path).begin(examined.state)
    return examined.problems


def _begin_witness(path: Path, examined: Examined) -> None:
    """Bring the witness up to a whole database: a new file, or one write that was not noted before a crash."""
    if examined.state and Witness(path).read() != examined.state:
        Witness(path).begin(examined.state)


def _notice(what: str) -> str:
    return f"This catalogue is being repaired. It is shown {what}, and nothing can be saved at the moment."


@dataclass(frozen=True)
class _Found:
    """A state that may be served: where it is, what it held, how it is spoken of."""

    source: Path
    with_log: bool
    state: State
    what: str
    backup: Backup | None = None


def _rescued(damage: Damage, backups_folder: Path | None, cause: Exception | None, left: State | None = None) -> Store:
    """Open the newest whole state for reading, from a copy; ``left`` is that of the file where it can be read."""
    known = withdrawal_list.read(damage.path, backups_folder, configured_backups())
    for found in _states(damage.path, backups_folder, left):
        folder = Scratch("rescue")
        try:
            opened = _served(found, folder, damage.path, known)
        except (PracticesError, OSError, duckdb.Error) as error:
            log.warning("%s cannot be used: %s", found.source, error)
            folder.close()
            continue
        log.critical("%s", damage)
        return opened
    raise PracticesError(str(damage)) from cause


def _served(found: _Found, folder: Scratch, path: Path, known: WithdrawalList) -> Store:
    if found.backup and (problems := backup_problems(found.backup)):
        raise PracticesError("; ".join(problems))
    copy = folder.path / path.name
    shutil.copyfile(found.source, copy)
    if found.with_log and wal_path(found.source).exists():
        shutil.copyfile(wal_path(found.source), wal_path(copy))
    with Store(copy) as whole:
        take_out_of(whole, known)
    return Store(copy, read_only=_REFUSED, notice=_notice(found.what), temporary=folder)


def _states(path: Path, backups_folder: Path | None, left: State | None) -> list[_Found]:
    """Return the whole states there are, the newest first: those of this database before those of another one."""
    found = []
    if left:
        found.append(_Found(path, True, left, "without the last changes that were saved"))
    elif wal_path(path).exists() and (state := _whole(path)):
        found.append(_Found(path, False, state, "as it was at the last time that all was in one file"))
    found += [
        _Found(backup.folder / "practices.duckdb", False, backup.state, "from its newest backup", backup)
        for backup in (backups(backups_folder) if backups_folder else [])
        if not backup.problems
    ]
    kept = withdrawal_list.kept_path(backups_folder) if backups_folder else None
    if kept and kept.exists() and (state := _whole(kept)):
        found.append(_Found(kept, False, state, "as it was before the log was last moved into the file"))
    with suppress(ValueError):
        noted = Witness(path).read()
        ours = noted.database_id if noted else (left and left.database_id)
        return sorted(found, key=lambda one: (one.state.database_id == ours, one.state.writes), reverse=True)
    return sorted(found, key=lambda one: one.state.writes, reverse=True)


def _whole(path: Path) -> State | None:
    """Return what a file holds without its log; None where that is not whole."""
    folder = Scratch("rescue")
    try:
        copy = folder.path / path.name
        shutil.copyfile(path, copy)
        examined = examine(copy)
    except (PracticesError, OSError):
        return None
    else:
        return None if examined.broken else examined.state
    finally:
        folder.close()
