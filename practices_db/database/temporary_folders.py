"""Folders for the files of one process: gone when it closes them, swept up by the next where it was killed."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_PREFIX = "integration-practices-"


class Scratch:
    """A folder in the temporary directory, private to this user; ``close`` removes it with all that is in it.

    The folder is locked as long as its process lives: what is not locked was left by one that was killed, and is
    removed when the next folder is made. Where folders cannot be locked (Windows, some network drives) none is.
    """

    def __init__(self, purpose: str) -> None:
        """Make the folder; ``purpose`` stands in its name for whoever looks into the temporary directory."""
        sweep()
        self._lock: int | None = None
        while self._lock is None:  # again where another process took it for left over before it was locked
            self.path = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{purpose}-"))
            try:
                self._lock = _locked(self.path)
            except OSError:
                return

    def close(self) -> None:
        """Remove the folder; nothing happens where that was done before."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def sweep() -> None:
    """Remove the folders of this user whose processes are gone."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            lock = _locked(left)
            if lock is not None:
                shutil.rmtree(left, ignore_errors=True)
                os.close(lock)


def _locked(folder: Path) -> int | None:
    """Return the open folder with a lock on it; None where another process has it, or it is gone.

    Raises OSError where it cannot be locked at all, or is somebody else's.
    """
    if sys.platform == "win32":
        raise OSError(errno.ENOLCK, "folders cannot be locked here")
    try:
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        if os.fstat(opened).st_uid != os.getuid():
            raise PermissionError(errno.EPERM, "somebody else's")
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(opened)
        return None
    except OSError:
        os.close(opened)
        raise
    if not folder.exists():  # removed just before it was locked
        os.close(opened)
        return None
    return opened
