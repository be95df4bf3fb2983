"""A read-only replica: serves a published snapshot and changes to the next one while it runs.

The snapshot is copied into a folder of its own while it is hashed, and only what its manifest says is opened. So a file
that is half there is never opened, and one that is overwritten in place cannot change under a reader.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from pathlib import Path

from practices_db.curation import withdrawal_list
from practices_db.database.migrate import scripts
from practices_db.database.store import Store
from practices_db.database.temporary_folders import Scratch
from practices_db.errors import PracticesError
from practices_db.operations.snapshots import manifest_path, read_manifest
from practices_db.operations.taken_out import take_out_of

log = logging.getLogger("practices")

_LOOK = 2.0  # seconds between two looks at the file
_GRACE = 30.0  # seconds for which an old snapshot stays open though nobody reads from it


class Replica:
    """The snapshot that is served now; ``store`` is another object after a newer one has been swapped in."""

    def __init__(self, path: Path, main_address: str = "", look: float = _LOOK, grace: float = _GRACE) -> None:
        """Open the snapshot and begin to watch it; PracticesError where there is none that is whole."""
        self._path = path
        self._look, self._grace = look, grace
        where = f" Please do that at {main_address}." if main_address else " Please do that at the main address."
        self._refusal = f"This is a read-only copy of the catalogue: nothing can be sent in or changed here.{where}"
        self._seen = self._identity()
        self._store = self._open()
        self._retired: list[tuple[Store, float]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="snapshot", daemon=True)
        self._thread.start()

    @property
    def store(self) -> Store:
        """Return the newest snapshot; ask anew for each script run."""
        return self._store

    def close(self) -> None:
        """Stop watching and close everything."""
        self._stop.set()
        self._thread.join()
        for store in [self._store, *(store for store, _ in self._retired)]:
            store.close()

    def _watch(self) -> None:
        while not self._stop.wait(self._look):
            try:
                self._close_unused()
                if (identity := self._identity()) != self._seen:
                    self._swap()
                    self._seen = identity
            except PracticesError as error:  # half there, or not ours: the next look decides anew
                log.warning("the snapshot is not changed: %s", error)
            except Exception:
                log.exception("the snapshot is not changed")

    def _swap(self) -> None:
        new = self._open()
        old, self._store = self._store, new
        self._retired.append((old, time.monotonic()))
        log.info("a newer snapshot is served")

    def _close_unused(self) -> None:
        now = time.monotonic()
        for store, since in list(self._retired):
            if store.using == 0 and now - since > self._grace:
                store.close()
                self._retired.remove((store, since))

    def _identity(self) -> tuple[object, ...]:
        found: list[object] = []
        for one in (self._path, manifest_path(self._path), withdrawal_list.list_path(self._path)):
            try:
                stat = one.stat()
            except OSError:
                found.append(None)
            else:
                found.append((stat.st_ino, stat.st_size, stat.st_mtime_ns))
        return tuple(found)

    def _open(self) -> Store:
        manifest = read_manifest(self._path)
        ours = tuple(script.stem for script in scripts())
        if manifest.schema != ours:
            raise PracticesError(f"{self._path} was made by another release of the app than this one.")
        folder = Scratch("snapshot")
        try:
            copy = folder.path / "snapshot.duckdb"
            _copy(self._path, copy, manifest.sha256)
            with Store(copy) as whole:
                take_out_of(whole, withdrawal_list.read(self._path))
            return Store(copy, read_only=self._refusal, temporary=folder)
        except OSError as error:
            folder.close()
            raise PracticesError(f"{self._path} cannot be read ({error.strerror}).") from error
        except BaseException:
            folder.close()
            raise


def _copy(source: Path, to: Path, sha256: str) -> None:
    """Copy a file; PracticesError where the bytes that were written are not those of the SHA-256."""
    digest = hashlib.sha256()
    with source.open("rb") as read, to.open("wb") as write:
        while piece := read.read(1 << 20):
            digest.update(piece)
            write.write(piece)
    if digest.hexdigest() != sha256:
        raise PracticesError(f"{source} is not what its manifest says; it may still be on its way.")
