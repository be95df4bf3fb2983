"""Scripts, styles and fonts, Streamlit's and ours, compressed once and from memory: a first visit asks for a hundred.

Streamlit reads each from the disk and sends it as it is: a third more work of the server, and twice the bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import file_util

_FOLDER = "/static/"
_GZIPPED = {".css", ".js", ".svg"}  # fonts and pictures are compressed in themselves
_FOREVER = {"Cache-Control": "public, immutable, max-age=31536000"}  # the name of a file changes with its content
_OWN = tuple(Path(__file__).parent / name for name in ("connection.js", "history.js", "menu.js", "paper.js"))


@cache
def own() -> dict[str, Path]:
    """Return our own scripts by their path in the address."""
    return {f"{_FOLDER}{one.stem}.{hashlib.sha256(one.read_bytes()).hexdigest()[:8]}{one.suffix}": one for one in _OWN}


@cache
def _files() -> dict[str, Path]:
    """Return the files by their path in the address."""
    folder = Path(file_util.get_static_dir()) / "static"
    return own() | {_FOLDER + file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}


@cache
def _content(path: Path, gzipped: bool) -> bytes:
    return gzip.compress(path.read_bytes(), 6) if gzipped else path.read_bytes()


class StaticFiles:
    """Answers with one of these files; everything else is passed on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        asked = scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and scope["path"].startswith(_FOLDER)
        path = _files().get(scope["path"]) if asked else None
        if path is None:
            await self.app(scope, receive, send)
            return
        gzipped = path.suffix in _GZIPPED and "gzip" in Headers(scope=scope).get("accept-encoding", "")
        headers = _FOREVER | {"Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if gzipped else {})
        content = await run_in_threadpool(_content, path, gzipped)  # the first time it is compressed
        answer = Response(content, headers=headers, media_type=mimetypes.guess_type(path.name)[0])
        await answer(scope, receive, send)
