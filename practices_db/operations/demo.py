"""A demonstration: everybody may try everything, and after some hours the built catalogue comes back.

A database is thrown away only if the demonstration itself made it: the file ``<database>.demo`` names it by its id and
says when it goes. Whoever starts the app on it without the setting makes it a database to keep.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from practices_db.config import demo_hours, read_only_mode
from practices_db.curation import users
from practices_db.curation.permissions import CLI
from practices_db.curation.withdrawal_list import list_path
from practices_db.database.commit_marker import remove_database, wal_path, witness_path
from practices_db.database.store import Store
from practices_db.errors import PracticesError
from practices_db.operations.build import Progress, build, open_existing

# Where its data would live on, and where there is nothing to try.
_NOT_TOGETHER = (
    "PRACTICES_BACKUPS",
    "PRACTICES_SNAPSHOT",
    "PRACTICES_RELEASES_CATALOG",
    "PRACTICES_RELEASES_WAREHOUSE",
)


@dataclass(frozen=True)
class Mark:
    """What the file beside a demonstration's database says: its id, and when (UTC) what is in it goes."""

    database_id: str
    ends: datetime


def mark_path(path: Path) -> Path:
    """Return where the mark of a database is."""
    return path.with_name(path.name + ".demo")


def ends_at(path: Path) -> datetime | None:
    """Return when (UTC) what is in the database goes; None where this is no demonstration."""
    mark = _mark(path) if demo_hours() else None
    return mark.ends if mark else None


def prepare(path: Path, progress: Progress) -> None:
    """Make the database of a demonstration, or make it anew where its time is over; before the app opens it.

    Without the setting the mark goes, if there is one. Raises PracticesError where the demonstration did not make
    what is there, and where a setting would let its data live on.
    """
    hours = demo_hours()
    if not hours:
        if not read_only_mode() and mark_path(path).exists():
            try:
                mark_path(path).unlink(missing_ok=True)
            except OSError as error:  # a mark that stayed could let what is kept now be thrown away later
                if error.errno != errno.EROFS:  # nothing is thrown away there
                    raise PracticesError(
                        f"{mark_path(path)} says that a demonstration made this database, and cannot be removed "
                        f"({error.strerror}). Remove it by hand."
                    ) from error
        return
    if read_only_mode():
        raise PracticesError("PRACTICES_DEMO and a read-only app exclude each other: a demonstration writes.")
    if other := next((name for name in _NOT_TOGETHER if os.environ.get(name)), ""):
        raise PracticesError(f"PRACTICES_DEMO and {other} exclude each other: nothing of a demonstration is kept.")
    mark, people = _mark(path), []
    beside = (path, wal_path(path), witness_path(path), _releases(path))
    if any(one.exists() for one in beside):
        its_own = mark is not None
        if path.exists():
            with open_existing(path) as store, store.cursor() as cursor:
                its_own = mark is not None and mark.database_id == _id(store)
                people = users.everybody(cursor, CLI)
        if mark is None or not its_own:
            raise PracticesError(
                f"PRACTICES_DEMO is set, and {path} was not made by the demonstration: all that was sent in would be "
                "deleted. Name a file that is not there yet with PRACTICES_DB, or take PRACTICES_DEMO away."
            )
        if path.exists() and datetime.now(UTC) < mark.ends:
            return
    _make(path, hours, people, progress)


def _make(path: Path, hours: float, people: Sequence[users.Person], progress: Progress) -> None:
    """Build the catalogue's database in the place of what is there, then its mark; people keep their roles.

    Where this is broken off between the two, the next start is refused.
    """
    remove_database(path)
    list_path(path).unlink(missing_ok=True)
    shutil.rmtree(_releases(path), ignore_errors=True)
    build(path, progress=progress)
    with open_existing(path) as store:
        for person in people:
            users.grant(store, CLI, person.email, person.role, "kept over the reset of the demonstration")
        mark = Mark(_id(store), datetime.now(UTC) + timedelta(hours=hours))
    mark_path(path).write_text(json.dumps({"database": mark.database_id, "ends": mark.ends.isoformat()}), "utf-8")


def _releases(path: Path) -> Path:
    """Return the folder beside a database in which its releases are kept, where no setting names another."""
    return path.with_name(path.name + ".releases")


def _id(store: Store) -> str:
    state = store.state()
    return state.database_id if state else ""


def _mark(path: Path) -> Mark | None:
    try:
        said = json.loads(mark_path(path).read_text("utf-8"))
        return Mark(said["database"], datetime.fromisoformat(said["ends"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
