"""Ask the routes as a server does, without one."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import anyio
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message

from pages.shared.server import routes
from pages.shared.server.guard.faults import Faults

APP = Starlette(routes=routes.ROUTES, middleware=[Middleware(Faults)])


class Answer:
    """An answer of the routes, received piece by piece."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.pieces: list[bytes] = []

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    def json(self) -> Any:
        return json.loads(self.body)

    def rows(self, delimiter: str = ",") -> list[dict[str, str]]:
        text = io.StringIO(self.body.decode("utf-8-sig"), newline="")
        return list(csv.DictReader(text, strict=True, delimiter=delimiter))


def get(
    path: str,
    query: bytes | str = "",
    method: str = "GET",
    gone_after: int | None = None,
    app: ASGIApp = APP,
    **headers: str,
) -> Answer:
    """Ask the routes, or another app, as a server does; ``gone_after`` so many pieces the asker has left."""
    answer = Answer()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode() if isinstance(query, str) else query,
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
    }

    async def receive() -> Message:
        await anyio.sleep(10)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        if message.get("body"):
            answer.pieces.append(message["body"])
        if gone_after is not None and len(answer.pieces) > gone_after:
            raise OSError

    async def ask() -> None:
        try:
            await app(scope, receive, send)
        except Exception:
            if gone_after is None:
                raise

    anyio.run(ask)
    return answer
