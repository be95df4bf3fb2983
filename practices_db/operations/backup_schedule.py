"""The app's own backups: one a day, and one whenever an administrator asks for it.

Only the process that holds the database can back it up: ``python -m practices_db backup`` needs the app stopped.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from practices_db.curation import withdrawal_list
from practices_db.curation.permissions import Thing, require
from practices_db.database import audit_log
from practices_db.database.store import Store
from practices_db.errors import Actor, PracticesError
from practices_db.operations.backups import Backup, backups, make_backup, make_folder, rotate

log = logging.getLogger("practices")

_EVERY = timedelta(days=1)


def back_up(store: Store, actor: Actor, folder: Path) -> Backup:
    """Make a backup because somebody asks for it, let old ones go, and put it on record.

    Raises NotAllowedError where they may not, PracticesError as ``make_backup`` does.
    """
    audit_log.guarded(store, lambda _: require(actor, "backup", Thing("data")))
    made = make_backup(store, folder)
    rotate(folder, made.made_at)
    what = {"folder": made.folder.name, "problems": len(made.problems)}
    store.write(lambda cursor: audit_log.record(cursor, actor, audit_log.Entry("backup", "data", after=what)))
    return made


class Keeper:
    """A thread that makes one backup a day of an open database in a folder, until it is stopped."""

    def __init__(self, store: Callable[[], Store], folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="backups", daemon=True)

    def start(self) -> None:
        """Begin; a backup is made at once where the newest is older than a day."""
        make_folder(self._folder)
        self._thread.start()

    def stop(self) -> None:
        """Stop, after the backup that is being made."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        last = next((one.made_at for one in backups(self._folder) if not one.ahead), None)
        due = last + _EVERY if last else datetime.now(UTC)
        while not self._stop.wait(max(0.0, (due - datetime.now(UTC)).total_seconds())):
            self._make()
            due = datetime.now(UTC) + _EVERY

    def _make(self) -> None:
        """Make a backup and let old ones go, or put into the log why there is none."""
        try:
            store = self._store()
            if store.read_only:
                log.critical("no backup is made of a database that is only read. %s", store.notice)
                return
            withdrawal_list.settle(store)
            made = make_backup(store, self._folder)
            rotate(self._folder, made.made_at)
        except PracticesError as error:
            log.critical("no backup: %s", error)
        except Exception:
            log.exception("no backup")
        else:
            for problem in made.problems:
                log.critical("backup %s: %s", made.folder, problem)
