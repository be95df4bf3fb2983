"""A file that was made for a download stays until the browser has had time to fetch it.

Streamlit 1.67 makes the file when the button is pressed, sends its address, and clears it as soon as the pages of any
two other sessions have ended: with fifty people in the app that is sooner than a browser can ask for it.
"""

from __future__ import annotations

import time
from pathlib import PurePosixPath

from streamlit.runtime.media_file_manager import MediaFileManager

_SECONDS = 120
_MOST = 64  # files held at once
_HOLDER = "made for a download"  # stands where Streamlit keeps which session refers to which file

_make = MediaFileManager.execute_deferred


def _make_and_hold(manager: MediaFileManager, file_id: str) -> str:
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
    MediaFileManager.execute_deferred = _make_and_hold  # type: ignore[method-assign, assignment]
