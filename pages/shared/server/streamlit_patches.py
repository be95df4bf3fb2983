"""What of Streamlit's inside is read or replaced: all of it here, and it holds for Streamlit 1.67 alone.

``tests/pages/test_streamlit_patches.py`` and ``tests/security/`` try each against the Streamlit that is installed.
"""

from __future__ import annotations

import gc
import logging
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from streamlit import logger as streamlit_logger
from streamlit import runtime
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.web.server.starlette.starlette_app_utils import decode_xsrf_token_string

HOLDS_FOR = "1.67"

_SECONDS = 120
_MOST = 64  # files held at once
_HOLDER = "made for a download"  # stands where Streamlit keeps which session refers to which file

_COOKIE = "_streamlit_xsrf"  # the same for every request of one browser; each answer masks it anew

_make = MediaFileManager.execute_deferred
_read_theme = app_session._populate_theme_msg
_held_for: dict[str, bytes | None] = {}  # the browser that a held file was made for, by the file's id


def make_and_hold(manager: MediaFileManager, file_id: str) -> str:
    """Make a file for a download so that it stays until the browser has had time to fetch it.

    Streamlit makes the file when the button is pressed, sends its address, and clears it as soon as the pages of any
    two other sessions have ended: with fifty people in the app that is sooner than a browser can ask for it.
    """
    asked = manager._deferred_callables.get(file_id)
    url = _make(manager, file_id)
    if asked:
        _held_for[PurePosixPath(url).stem] = _browser_of(asked["session_id"])
    now = time.monotonic()
    with manager._lock:
        held = manager._files_by_session_and_coord[_HOLDER]
        held[str(now)] = PurePosixPath(url).stem
        for moment in list(held):
            if now - float(moment) > _SECONDS or len(held) > _MOST:
                _held_for.pop(held.pop(moment), None)
    return url


def may_fetch(path: str, cookies: Mapping[str, str]) -> bool:
    """Whether a file of a page is for the browser that asks: a session of it shows the file, or had it made.

    True as well for what is no such file; Streamlit answers that.
    """
    manager = runtime.get_instance().media_file_mgr
    file_id = PurePosixPath(path).stem
    with manager._lock:
        if file_id not in manager._file_metadata:
            return True
        sessions = [
            session for session, files in manager._files_by_session_and_coord.items() if file_id in files.values()
        ]
    browsers = {_browser_of(session) for session in sessions if session != _HOLDER}
    if file_id in _held_for:
        browsers.add(_held_for[file_id])
    return _token(cookies) in browsers


def _browser_of(session: str) -> bytes | None:
    client = runtime.get_instance().get_client(session)
    return _token(client.client_context.cookies) if client and client.client_context else None


def _token(cookies: Mapping[str, str]) -> bytes | None:
    given = cookies.get(_COOKIE)
    return decode_xsrf_token_string(given)[0] if given else None


@cache
def _theme(section: str) -> CustomThemeConfig:
    theme = CustomThemeConfig()
    _read_theme(theme, section)
    return theme


def _put_theme(msg: CustomThemeConfig, section: str = "theme") -> None:
    if (theme := _theme(section)).ListFields():  # a section without a value is not there at all
        msg.MergeFrom(theme)


def read_themes_once() -> None:
    """Let the colours and fonts that go out with every rerun be read from the settings once; once for the process.

    Streamlit looks through all of its settings for each of six sections, and they do not change while it runs.
    """
    app_session._populate_theme_msg = _put_theme


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


def log_as(form: logging.Formatter) -> None:
    """Let all loggers of Streamlit and of its server, those that are made later too, write by one formatter.

    What the server says of requests and connections begins with the visitor's address, so it says warnings only.
    """

    def set_up(logger: logging.Logger) -> None:
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
        handler = logging.StreamHandler()
        handler.setFormatter(form)
        logger.addHandler(handler)

    streamlit_logger.setup_formatter = set_up
    streamlit_logger.update_formatter()
    for name in ("uvicorn", "uvicorn.access", "uvicorn.error", "uvicorn.asgi", "websockets"):
        server = logging.getLogger(name)
        set_up(server)
        server.setLevel(logging.WARNING)


def uploaded_bytes() -> dict[str, int]:
    """Return the bytes of uploaded files that Streamlit holds, by session."""
    manager: Any = runtime.get_instance().uploaded_file_mgr
    storage: Mapping[str, Mapping[str, Any]] = manager.file_storage
    return {session: sum(len(file.data) for file in list(files.values())) for session, files in list(storage.items())}
