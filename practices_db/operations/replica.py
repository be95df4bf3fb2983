"""Releases that are only read: a replica, which serves the newest one and changes to the next while it runs, and past
releases that somebody asks for.

Each is made from the release tables into a folder of its own, so that nothing can change under a reader.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from practices_db.database.store import Store
from practices_db.errors import PracticesError, ReleasesBusyError
from practices_db.operations.release_tables import Kept, Place, opened

log = logging.getLogger("practices")

_LOOK = 2.0  # seconds between two looks at the catalogue
_GRACE = 30.0  # seconds for which an old release stays open though nobody reads from it
_MOST = 2  # past releases that are open at one time, and as many that are about to be closed


class _Retired:
    """Databases that nobody asks for any more: closed when nobody reads from them."""

    def __init__(self, grace: float) -> None:
        self._grace = grace
        self._stores: dict[Store, float] = {}  # when it was in use last

    def __len__(self) -> int:
        return len(self._stores)

    def add(self, store: Store) -> None:
        self._stores[store] = time.monotonic()

    def close(self, *, all_of_them: bool = False) -> None:
        for store, used in list(self._stores.items()):
            if store.using and not all_of_them:
                self._stores[store] = time.monotonic()
            elif all_of_them or time.monotonic() - used > self._grace:
                store.close()
                del self._stores[store]


class Replica:
    """The newest release; ``store`` is another object after a newer one has been swapped in."""

    def __init__(self, database: Path, main_address: str = "", look: float = _LOOK, grace: float = _GRACE) -> None:
        """Open the newest release of the tables of a database and begin to watch them; PracticesError for none."""
        self._place = Place.of(database)
        self._look = look
        where = f" Please do that at {main_address}." if main_address else " Please do that at the main address."
        self._refusal = f"This is a read-only copy of the catalogue: nothing can be sent in or changed here.{where}"
        self._seen, self._served, self._store = self._open()
        self._retired = _Retired(grace)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="releases", daemon=True)
        self._thread.start()

    @property
    def store(self) -> Store:
        """Return the newest release; ask anew for each script run."""
        return self._store

    def close(self) -> None:
        """Stop watching and close everything."""
        self._stop.set()
        self._thread.join()
        self._retired.close(all_of_them=True)
        self._store.close()

    def _watch(self) -> None:
        said = ""
        while not self._stop.wait(self._look):
            try:
                self._retired.close()
                with opened(self._place) as releases:
                    newer = releases.state() != self._seen
                if newer:
                    self._swap()
                said = ""
            except Exception as error:  # not there at the moment, or not ours: the next look decides anew
                if str(error) != said:  # once, however often it looks
                    foreseen = isinstance(error, PracticesError)
                    log.warning("the same release is served on: %s", error, exc_info=None if foreseen else error)
                said = str(error)

    def _swap(self) -> None:
        seen, served, store = self._open()
        self._seen, self._served = seen, served
        if store is not self._store:
            old, self._store = self._store, store
            self._retired.add(old)
            log.info("release %s is served", served.number)

    def _open(self) -> tuple[str, Kept, Store]:
        """Return the state of the tables, the newest release and its database, which stays where that is the same."""
        with opened(self._place) as releases:
            seen, kept = releases.state(), releases.kept()
            if not kept:
                raise PracticesError(
                    f"There is no release at {self._place.warehouse} yet. The main app writes it when it starts and "
                    "with each release; by hand: python -m practices_db snapshot"
                )
            if kept[-1] == getattr(self, "_served", None):
                return seen, kept[-1], self._store
            return seen, kept[-1], releases.open(kept[-1], self._refusal)


class PastReleases:
    """Releases of the past that somebody asked for, as databases that are only read; the last few stay open."""

    def __init__(self, database: Path, grace: float = _GRACE) -> None:
        self._place = Place.of(database)
        self._open: dict[int, tuple[Kept, Store]] = {}
        self._retired = _Retired(grace)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._close_retired, name="past releases", daemon=True)
        self._thread.start()

    @contextmanager
    def lent(self, number: int, of: Store) -> Iterator[Store]:
        """Yield a release that a database knows, as it is kept now; it stays open until it is given back.

        NoSuchReleaseError; ReleasesBusyError where too many are open; PracticesError where it cannot be read.
        """
        with ExitStack() as held:
            with self._lock:  # made once, however many ask
                store = self._asked_for(number, of)
                held.enter_context(store.cursor())
            yield store

    def _asked_for(self, number: int, of: Store) -> Store:
        with opened(self._place) as releases:
            kept = releases.release(number, of)
            known, store = self._open.get(number, (None, None))
            if store and known == kept:
                self._open[number] = self._open.pop(number)  # the last one is the one asked for last
                return store
            if store or len(self._open) == _MOST:  # something was taken out of it since, or another one has to go
                self._retire(number if store else next(iter(self._open)))
            store = releases.open(kept, f"Release {number} is past: nothing can be changed in it.")
        self._open[number] = (kept, store)
        return store

    def _retire(self, number: int) -> None:
        self._retired.close()
        if len(self._retired) == _MOST:
            raise ReleasesBusyError("Many past releases are asked for at the moment. Please try again in a minute.")
        self._retired.add(self._open.pop(number)[1])

    def _close_retired(self) -> None:
        while not self._stop.wait(_LOOK):
            with self._lock:
                self._retired.close()

    def close(self) -> None:
        """Close everything."""
        self._stop.set()
        self._thread.join()
        for _, store in self._open.values():
            store.close()
        self._retired.close(all_of_them=True)
