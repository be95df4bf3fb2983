"""What of Streamlit's inside is read or replaced: all of it here, and it holds for Streamlit 1.67 alone.

``tests/pages/test_streamlit_patches.py`` and ``tests/security/`` try each against the Streamlit that is installed.
"""

from __future__ import annotations

import gc
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Any

from streamlit import runtime
from streamlit.runtime.media_file_manager import MediaFileManager

HOLDS_FOR = "1.67"

_SECONDS = 120
_MOST = 64  # files held at once
_HOLDER = "made for a download"  # stands where Streamlit keeps which session refers to which file

_make = MediaFileManager.execute_deferred


def make_and_hold(manager: MediaFileManager, file_id: str) -> str:
    """Make a file for a download so that it stays until the browser has had time to fetch it.

    Streamlit makes the file when the button is pressed, sends its address, and clears it as soon as the pages of any
    two other sessions have ended: with fifty people in the app that is sooner than a browser can ask for it.
    """
    url = _make(manager, file_id)
    now = time.monotonic()
    with manager._lock:
        held = manager._files_by_session_and_coord[_HOLDER]
        held[str(now)] = PurePosixPath(url).stem
        for moment in list(held):
            if now - float(moment) > _SECONDS or len(held) > _MOST:
                del held[moment]
    return url


def hold_downloads() -> None:
    """Let Streamlit hold what it makes for downloads; once for the process."""
    MediaFileManager.execute_deferred = make_and_hold  # type: ignore[method-assign, assignment]


def send_at_once() -> None:
    """Let answers leave without waiting for the last one to be confirmed (TCP_NODELAY).

    asyncio does this only for sockets that name their protocol, and Streamlit's listening socket, which it hands to
    nobody, does not: each rerun then waited 40 ms for the visitor's delayed confirmation. What is accepted takes the
    setting over from the socket that listens. To be called before ``gc.freeze``, which hides objects from it.
    """
    for one in gc.get_objects():
        if isinstance(one, socket.socket) and one.fileno() >= 0 and one.family in (socket.AF_INET, socket.AF_INET6):
            with suppress(OSError):
                if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def uploaded_bytes() -> dict[str, int]:
    """Return the bytes of uploaded files that Streamlit holds, by session."""
    manager: Any = runtime.get_instance().uploaded_file_mgr
    storage: Mapping[str, Mapping[str, Any]] = manager.file_storage
    return {session: sum(len(file.data) for file in list(files.values())) for session, files in list(storage.items())}
