"""The app's own backups: one a day, and one whenever the command line asks for it.

Only the process that holds the database can back it up. So ``python -m practices_db backup`` leaves a request in the
folder of the backups, and the running app answers it there.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from practices_db.curation.permissions import Thing, require
from practices_db.database import audit_log
from practices_db.database.store import Store
from practices_db.errors import Actor, DatabaseBusyError, PracticesError
from practices_db.operations.backups import Backup, backups, make_backup, make_folder, read_backup, rotate

log = logging.getLogger("practices")

_EVERY = timedelta(days=1)
_REQUEST = ".request-"
_LOOK = 2.0  # seconds between two looks into the folder
_TAKEN = 15.0  # seconds in which a running app takes a request
_MADE = 600.0  # seconds in which it has made the backup


def back_up(store: Store, actor: Actor, folder: Path) -> Backup:
    """Make a backup because somebody asks for it, let old ones go, and put it on record.

    Raises NotAllowedError where they may not, PracticesError as ``make_backup`` does.
    """
    audit_log.guarded(store, lambda _: require(actor, "backup", Thing("data")))
    made = make_backup(store, folder)
    rotate(folder, made.made_at)
    what = {"folder": made.folder.name, "problems": len(made.problems)}
    store.write(lambda cursor: audit_log.record(cursor, actor, "backup", "data", after=what))
    return made


class Keeper:
    """A thread that keeps backups of an open database in a folder, until it is stopped."""

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
        found = backups(self._folder)
        due = found[0].made_at + _EVERY if found else datetime.now(UTC)
        while not self._stop.wait(_LOOK):
            for request in sorted(self._folder.glob(f"{_REQUEST}*[0-9a-f]")):
                self._answer(request)
            if datetime.now(UTC) >= due:
                self._make()
                due = datetime.now(UTC) + _EVERY

    def _make(self) -> Backup | str:
        """Make a backup and let old ones go; return it, or the sentence that says why there is none."""
        try:
            store = self._store()
            if store.read_only:
                return f"No backup is made of a database that is only read. {store.notice}".strip()
            made = make_backup(store, self._folder)
            rotate(self._folder, made.made_at)
        except PracticesError as error:
            log.critical("no backup: %s", error)
            return str(error)
        except Exception:
            log.exception("no backup")
            return "The app could not make a backup; its log says why."
        for problem in made.problems:
            log.critical("backup %s: %s", made.folder, problem)
        return made

    def _answer(self, request: Path) -> None:
        taken = request.with_name(request.name + ".taken")
        try:
            request.rename(taken)
        except OSError:
            return  # taken back in the meantime
        made = self._make()
        said = {"made": made.folder.name} if isinstance(made, Backup) else {"refused": made}
        answer = request.with_name(request.name + ".answer")
        beside = answer.with_suffix(".writing")
        beside.write_text(json.dumps(said), encoding="utf-8")
        beside.rename(answer)
        taken.unlink(missing_ok=True)


def ask_the_app(folder: Path, busy: str, patience: float = _TAKEN) -> Backup:
    """Let the running app make a backup in its folder, and return it.

    Raises DatabaseBusyError with what to do where no app takes the request, PracticesError where the app refuses.
    """
    request = folder / f"{_REQUEST}{secrets.token_hex(8)}"
    answer = request.with_name(request.name + ".answer")
    request.touch(mode=0o600)
    try:
        _wait(lambda: not request.exists(), patience)
        if request.exists():
            raise DatabaseBusyError(
                f"{busy} Or let the app make the backup: start it with PRACTICES_BACKUPS={folder}, then it makes one a "
                "day and this command asks it for another."
            )
        _wait(answer.exists, _MADE)
        if not answer.exists():
            raise PracticesError(f"The app has not made the backup within {_MADE:.0f} seconds; look into its log.")
        said = json.loads(answer.read_text(encoding="utf-8"))
    finally:
        request.unlink(missing_ok=True)
        answer.unlink(missing_ok=True)
    if "refused" in said:
        raise PracticesError(said["refused"])
    return read_backup(folder / said["made"])


def _wait(until: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not until() and time.monotonic() < end:
        time.sleep(0.1)
