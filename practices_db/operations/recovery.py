"""Opening the app's database: examined first, and where it is damaged the best that is whole, for reading only.

Nothing that is damaged is changed or deleted: what to rescue from it is for a person to decide (docs/runbook.md).
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from practices_db.database.commit_marker import Witness, wal_path
from practices_db.database.store import Store
from practices_db.database.temporary_folders import Scratch
from practices_db.errors import DatabaseBusyError, PracticesError
from practices_db.operations.backups import backup_problems, backups
from practices_db.operations.check import Examined, examine

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

    Where acknowledged changes are missing, what is left is opened for reading; where the file cannot be read or
    contradicts itself, its last checkpoint or else the newest backup, whichever is whole. ``Store.notice`` says so.
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
        damage = Damage(path, examined.missing)
        log.critical("%s", damage)
        return Store(path, read_only=_REFUSED, notice=_notice("without the last changes that were saved"))
    store = Store(path, folders=folders)
    _begin_witness(path, examined)
    return store


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


def _rescued(damage: Damage, backups_folder: Path | None, cause: Exception | None) -> Store:
    """Open the best whole copy for reading: the file without its damaged log, or the newest backup."""
    tries: list[tuple[str, Callable[[], Path | None]]] = [
        ("as it was at the last time that all was in one file", lambda: _without_log(damage.path)),
        ("from its newest backup", lambda: _newest_whole(backups_folder)),
    ]
    for what, find in tries:
        source = find()
        if source is None:
            continue
        folder = Scratch("rescue")
        try:
            copy = folder.path / damage.path.name
            shutil.copyfile(source, copy)
            whole = examine(copy).state is not None
            opened = Store(copy, read_only=_REFUSED, notice=_notice(what), temporary=folder) if whole else None
        except (PracticesError, OSError, duckdb.Error) as error:
            log.warning("%s cannot be used: %s", source, error)
            opened = None
        if opened:
            log.critical("%s", damage)
            return opened
        folder.close()
    raise PracticesError(str(damage)) from cause


def _without_log(path: Path) -> Path | None:
    return path if wal_path(path).exists() else None


def _newest_whole(folder: Path | None) -> Path | None:
    if folder is None:
        return None
    for backup in backups(folder):
        if not backup_problems(backup) and not backup.problems:
            return backup.folder / "practices.duckdb"
    return None
