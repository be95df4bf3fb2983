"""The one door to the database file: opening, reading cursors, writing.

One process opens the file once; every read takes a cursor of its own, every write goes through ``Store.write``
(why: docs/decisions, 301).
"""

from __future__ import annotations

import errno
import itertools
import logging
import os
import random
import secrets
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn, Self, TypeVar

import duckdb

from practices_db import frames as pd
from practices_db.database.commit_marker import State, StateQuery, Witness, literal, quoted, sync_file
from practices_db.database.temporary_folders import Scratch
from practices_db.errors import DatabaseBusyError, DatabaseLostError, DiskFullError, PracticesError, ReadOnlyError

Cursor = duckdb.DuckDBPyConnection
Result = TypeVar("Result")

log = logging.getLogger("practices")

_TRIES = 6
_AGAIN = 10.0  # seconds between two openings for writing of a disk that may still be full
_OPENINGS = itertools.count()
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
# also a disk or folder that is only read since: DuckDB calls that a conflict of transactions
_NO_ROOM = ("no space left", "file too large", "disk quota exceeded", "read-only file system", "permission denied")
_LOST = "The database had a fault and cannot be used any more. The app has to be started anew."
_FULL = (
    "The disk is full or cannot be written: nothing was saved. What is stored can still be read. "
    "Please tell whoever runs the app."
)

NO_WRITES = (
    "Nothing can be saved at the moment: the disk is full or cannot be written. What is stored can still be read. "
    "Please tell whoever runs the app."
)


class Store:
    """An open database. ``exports`` is the only folder that SQL may write files to, besides ``folders``.

    ``notice`` is what everybody should know about the state of the data, "" where all is well.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        folders: Sequence[Path] = (),
        read_only: str = "",
        notice: str = "",
        temporary: Scratch | None = None,
    ) -> None:
        """Open the file, or a database in memory where there is none.

        ``read_only`` is the sentence with which writes are refused; with it the file is opened for reading only.
        ``temporary`` is a folder that goes when the store is closed.
        Raises DatabaseBusyError where another process holds the file, PracticesError where it is no database.
        """
        self.path = path
        self.read_only = read_only
        self.notice = notice
        self.folders = tuple(folders)
        self._temporary = temporary
        self._scratch = Scratch("exports")
        self.exports = self._scratch.path
        self.using = 0  # cursors given out and not yet given back
        self.opening = next(_OPENINGS)  # which one of this process it is
        self.changes = 0  # transactions kept since it was opened
        self.lost = False  # nothing can be read any more: whoever runs the process starts it anew
        self._tried = float("-inf")  # when it was last tried to write again
        self.waiting = False  # it is only read until the disk can be written again (``come_back``)
        self._writing = threading.Lock()
        self._counting = threading.Lock()
        self._opened_anew = False
        self._cursors: weakref.WeakSet[Cursor] = weakref.WeakSet()
        self._witness = Witness(path) if path and not read_only else None
        try:
            self._root = self._connect()
        except PracticesError:
            self._scratch.close()
            raise
        self.refresh()

    def _connect(self) -> Cursor:
        path = self.path
        try:
            root = duckdb.connect(
                str(path) if path else ":memory:", read_only=bool(self.read_only), config=dict(_CONFIG)
            )
        except duckdb.Error as error:
            said = str(error).replace(str(path), "")
            if "Could not set lock" in said:
                raise DatabaseBusyError(
                    f"{path} is open in another process (most likely the running app). Stop it first: "
                    "only one process can use the file."
                ) from error
            if "different configuration" in said:
                raise DatabaseBusyError(f"{path} is open in this process already.") from error
            raise PracticesError(f"{path} cannot be opened: {str(error).splitlines()[0]}") from error
        folders = ", ".join(literal(f"{folder}/") for folder in (self.exports, *self.folders))
        try:
            root.execute(f"SET allowed_directories = [{folders}]")
            root.execute("SET enable_external_access = false")
            root.execute("SET lock_configuration = true")
        except duckdb.InvalidInputException as error:  # DuckDB shares a file within a process: it is locked already
            root.close()
            raise DatabaseBusyError(f"{path} is open in this process already.") from error
        return root

    def refresh(self) -> None:
        """Learn which tables there are; needed after a migration."""
        with self.cursor() as cursor:
            self._query = StateQuery(cursor)

    @contextmanager
    def cursor(self) -> Iterator[Cursor]:
        """Yield a cursor for one reader; never share it between threads.

        Raises PracticesError where the database had a fault; it is then open again, or ``lost`` (DatabaseLostError).
        """
        if self.lost:
            raise DatabaseLostError(_LOST)
        with self._counting:
            root = self._root
            cursor = root.cursor()
            self._cursors.add(cursor)
            self.using += 1
        try:
            yield cursor
        except duckdb.FatalException as error:
            self._open_anew(root, error)
        finally:
            with self._counting:
                self.using -= 1
            cursor.close()

    def write(self, work: Callable[[Cursor], Result]) -> Result:
        """Run ``work`` in one transaction: all of it is kept or nothing.

        When it returns, the change is on the disk and noted in the witness file. Runs again where another writer was
        in the way. Raises DatabaseBusyError after the last try, ReadOnlyError where it is only read, DiskFullError.
        """
        for attempt in range(_TRIES):
            if self.read_only:
                raise ReadOnlyError(self.read_only)
            with self._writing, self.cursor() as cursor:
                try:
                    cursor.begin()
                    result = work(cursor)
                    state = self._count(cursor)
                    cursor.commit()
                except duckdb.TransactionException as error:
                    with suppress(duckdb.Error):
                        cursor.rollback()
                    if _is_full(error):
                        raise DiskFullError(_FULL) from error
                except BaseException as error:
                    with suppress(duckdb.Error):
                        cursor.rollback()
                    if _is_full(error) and not isinstance(error, duckdb.FatalException):
                        raise DiskFullError(_FULL) from error
                    raise
                else:
                    self.changes += 1
                    self._note(state)
                    return result
            time.sleep(random.random() * 0.005 * 2**attempt)  # noqa: S311 - jitter, not a secret
        raise DatabaseBusyError("Somebody else was changing the same rows. Nothing was saved; please try again.")

    def rehearse(self, work: Callable[[Cursor], Result]) -> Result:
        """Run ``work`` in a transaction that is always taken back, and return what it found.

        Raises ReadOnlyError where the database is only read.
        """
        if self.read_only:
            raise ReadOnlyError(self.read_only)
        with self._writing, self.cursor() as cursor:
            cursor.begin()
            try:
                return work(cursor)
            finally:
                with suppress(duckdb.Error):
                    cursor.rollback()

    def _count(self, cursor: Cursor) -> State | None:
        """Count this transaction and return what the database will hold after it."""
        if not self._witness or not self._query.counts_writes:
            return None
        cursor.execute("UPDATE write_count SET writes = writes + 1")
        return self._query.state(cursor)

    def _note(self, state: State | None) -> None:
        if not self._witness or not state:
            return
        try:
            self._witness.note(state)
        except OSError as error:
            # The change is kept. Without its witness no further one is taken: the database may be ahead by one only.
            self._wait(f"{self._witness.path.name}: {error.strerror}")

    def _wait(self, why: str) -> None:
        """Only read from now on, until the disk can be written again."""
        if not self.waiting:
            log.critical("%s is only read until it can be written again: %s", self.path, why)
        self.read_only = self.notice = NO_WRITES
        self.waiting = True

    def come_back(self) -> None:
        """Write again where the disk can be written again; asked now and then while it is ``waiting``.

        Nothing happens while somebody reads: the file is opened anew.
        """
        with self._writing, self._counting:
            if not self.waiting or self.using or not (self.path and self._witness) or not _can_be_written(self.path):
                return
            if time.monotonic() - self._tried < _AGAIN:
                return
            self._tried = time.monotonic()
            self._root.close()
            self.read_only = ""
            try:
                self._root = self._connect()
                self._note_anew(self._witness)
            except (PracticesError, OSError, duckdb.Error):
                self._root.close()
                self.read_only = NO_WRITES
                try:
                    self._root = self._connect()
                except PracticesError:
                    self.lost = True
                return
            self.notice, self.waiting, self._opened_anew = "", False, False
            log.critical("%s can be written again", self.path)

    def _note_anew(self, witness: Witness) -> None:
        """Note what the file holds, which may be one change more than is noted; what is missing stays missing."""
        state, noted = self._query.state(self._root), witness.read()
        if noted and noted.writes > state.writes:
            raise DatabaseLostError(_LOST)
        witness.note(state)

    def state(self) -> State | None:
        """Return what the database holds, None where it is of a release that did not count its writes."""
        if not self._query.counts_writes:
            return None
        with self.cursor() as cursor:
            return self._query.state(cursor)

    def _open_anew(self, root: Cursor, error: duckdb.Error) -> NoReturn:
        """Open the file again after a fault that has spoilt the connection; the second time raise DatabaseLostError.

        DuckDB refuses everything after a fatal error. Only one fault is mended here: a supervisor that starts the
        process anew, with all the checks of a start, is the better answer to a second. ``lost`` tells the server.
        """
        with self._counting:
            if self._root is root:  # nobody has done it yet
                log.critical("the database had a fatal fault", exc_info=None if _is_full(error) else error)
                if self._opened_anew or not self.path:
                    self.lost = True
                    raise DatabaseLostError(_LOST) from error
                self._opened_anew = True
                for cursor in list(self._cursors):  # DuckDB keeps the spoilt database while any of them is open
                    with suppress(duckdb.Error):
                        cursor.close()
                with suppress(duckdb.Error):
                    root.close()
                try:
                    try:
                        self._root = self._connect()
                    except PracticesError as refused:
                        if not _is_full(error):
                            raise
                        self._wait(str(refused.__cause__))
                        self._root = self._connect()
                except PracticesError as refused:
                    self.lost = True
                    raise DatabaseLostError(_LOST) from refused
        if _is_full(error):
            raise DiskFullError(_FULL) from error
        raise PracticesError("The database had a fault and was opened anew. Please try again.") from error

    def checkpoint(self) -> None:
        """Move what is in the write-ahead log into the file.

        Raises DiskFullError where the folder cannot be written: DuckDB would close the file for the process.
        """
        if self.path and not _can_be_written(self.path):
            self._wait("it or its folder cannot be written")
            raise DiskFullError(_FULL)
        with self._writing, self.cursor() as cursor:
            cursor.execute("CHECKPOINT")

    def close(self) -> None:
        """Close the file and remove the export folder."""
        self._root.close()
        for folder in (self._scratch, self._temporary):
            if folder:
                folder.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()


def copy_database(store: Store, to: Path) -> None:
    """Copy an open database into a new file, as one transaction sees it; writers are not held up."""
    alias = f"copy_{secrets.token_hex(4)}"
    with store.cursor() as cursor:
        source = value_of(cursor, "SELECT current_database()")
        cursor.execute(f"ATTACH {literal(to)} AS {alias}")
        try:
            cursor.execute(f"COPY FROM DATABASE {quoted(source)} TO {alias}")
        finally:
            cursor.execute(f"DETACH {alias}")
    to.chmod(0o600)
    sync_file(to)


def records(found: Cursor) -> list[dict[str, Any]]:
    """Return the rows of a query by the names of their columns."""
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def value_of(cursor: Cursor, sql: str, parameters: Mapping[str, Any] | None = None) -> Any:
    """Return the first value of a query's first row, None without a row; of a change, how many rows it was."""
    row = cursor.execute(sql, dict(parameters or {})).fetchone()
    return row[0] if row else None


def over_rows(cursor: Cursor, sql: str, rows: Iterable[Mapping[str, object]]) -> None:
    """Run a statement over rows as the table ``new_rows``; nothing happens for none."""
    frame = pd.DataFrame(list(rows), dtype=object)
    if frame.empty:
        return
    cursor.complete()  # who asked for one row before left its result open, and register() refuses then
    cursor.register("new_rows", frame)
    cursor.execute(sql)
    cursor.unregister("new_rows")


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame by the names of their columns, None where nothing stands."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


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


def _can_be_written(path: Path) -> bool:
    """Whether the system lets this process change a file and those beside it."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _is_full(error: BaseException) -> bool:
    """Whether a write failed because there was no room on the disk."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS, errno.EACCES)
    return isinstance(error, duckdb.Error) and any(reason in str(error).lower() for reason in _NO_ROOM)
