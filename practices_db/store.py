"""The one door to the database file: opening, reading cursors, writing.

One process opens the file once; every read takes a cursor of its own, every write goes through ``Store.write``
(why: docs/decisions.md).
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import duckdb

from practices_db.errors import DatabaseBusyError, PracticesError

Cursor = duckdb.DuckDBPyConnection
Result = TypeVar("Result")

_TRIES = 6
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
    "memory_limit": "1GB",
    "threads": 2,
    "max_execution_time": 30_000,  # ms
}


class Store:
    """An open database. ``exports`` is the only folder that SQL may write files to."""

    def __init__(self, path: Path | None) -> None:
        """Open the file, or a database in memory where there is none.

        Raises DatabaseBusyError where another process holds the file, PracticesError where it is no database.
        """
        self.path = path
        self.broken = False  # a fatal error has closed the database for this process: open it anew
        self.exports = Path(tempfile.mkdtemp(prefix="practices-exports-"))
        self._writing = threading.Lock()
        try:
            self._root = duckdb.connect(str(path) if path else ":memory:", config=dict(_CONFIG))
        except duckdb.Error as error:
            shutil.rmtree(self.exports, ignore_errors=True)
            if "Could not set lock" in str(error).replace(str(path), ""):
                raise DatabaseBusyError(
                    f"{path} is open in another process (most likely the running app). Stop it first: "
                    "only one process can use the file."
                ) from error
            raise PracticesError(f"{path} cannot be opened: {str(error).splitlines()[0]}") from error
        quoted = str(self.exports).replace("'", "''")
        try:
            self._root.execute(f"SET allowed_directories = ['{quoted}/']")
            self._root.execute("SET enable_external_access = false")
            self._root.execute("SET lock_configuration = true")
        except duckdb.InvalidInputException as error:  # DuckDB shares a file within a process: it is locked already
            self.close()
            raise DatabaseBusyError(f"{path} is open in this process already.") from error

    @contextmanager
    def cursor(self) -> Iterator[Cursor]:
        """Yield a cursor for one reader; never share it between threads."""
        cursor = self._root.cursor()
        try:
            yield cursor
        except duckdb.FatalException:
            self.broken = True
            raise
        finally:
            cursor.close()

    def write(self, work: Callable[[Cursor], Result]) -> Result:
        """Run ``work`` in one transaction: all of it is kept or nothing.

        Runs again where another writer was in the way; raises DatabaseBusyError after the last try.
        """
        for attempt in range(_TRIES):
            with self._writing, self.cursor() as cursor:
                try:
                    cursor.begin()
                    result = work(cursor)
                    cursor.commit()
                except duckdb.TransactionException:
                    with suppress(duckdb.Error):
                        cursor.rollback()
                except BaseException:
                    with suppress(duckdb.Error):
                        cursor.rollback()
                    raise
                else:
                    return result
            time.sleep(random.random() * 0.005 * 2**attempt)  # noqa: S311 - jitter, not a secret
        raise DatabaseBusyError("Somebody else was changing the same rows. Nothing was saved; please try again.")

    def checkpoint(self) -> None:
        """Move what is in the write-ahead log into the file."""
        with self._writing, self.cursor() as cursor:
            cursor.execute("CHECKPOINT")

    def close(self) -> None:
        """Close the file and remove the export folder."""
        self._root.close()
        shutil.rmtree(self.exports, ignore_errors=True)


def make_private(path: Path) -> None:
    """Let only the user who owns a file read and write it."""
    path.chmod(0o600)


def check_private(store: Store) -> None:
    """Raise PracticesError where every user of this machine can read or change the database or its log."""
    if store.path is None or os.name == "nt":  # Windows keeps access in lists that these bits do not show
        return
    for path in (store.path, store.path.with_name(store.path.name + ".wal")):
        if path.exists() and path.stat().st_mode & 0o007:
            raise PracticesError(f"{path} is open to every user of this machine. Close it with: chmod 600 {path}")
