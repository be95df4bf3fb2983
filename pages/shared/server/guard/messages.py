"""What a browser may say over its open connection: which messages, how long, how many."""

from __future__ import annotations

import asyncio
import logging

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from pages.shared.server.guard.limits import Limits, client
from practices_db.curation.budgets import Budgets

log = logging.getLogger("practices")

_FOR_VISITORS = {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"}
_OPERATIONS = {"deferred_file", "dataframe_chunk"}


def kind_of(content: bytes) -> str | None:
    """Return what a message is if it is one that visitors need, else None.

    Streamlit also takes, from anybody, orders meant for whoever develops the app: "clear the cache" empties it for
    everybody and would close the database under them.
    """
    try:
        message = BackMsg.FromString(content)
    except DecodeError:
        return None
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        operation = message.backend_operation_request.WhichOneof("payload")
        return operation if operation in _OPERATIONS else None
    return kind if kind in _FOR_VISITORS else None


class Messages:
    """Leaves out what is not for visitors, cuts off who sends too much at once, slows down who sends too often."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.limits = Limits.from_environment()
        self.downloads = Budgets(self.limits.downloads_per_minute, name="downloads")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on, with an eye on what comes in."""
        watched = self._watched(receive, client(scope)) if scope["type"] == "websocket" else receive
        await self.app(scope, watched, send)

    def _watched(self, receive: Receive, who: str | None) -> Receive:
        pace = Budgets(self.limits.messages_per_minute, name="messages")
        longest = self.limits.message_kilobytes * 1024

        async def receive_watched() -> Message:
            while (message := await receive())["type"] == "websocket.receive":
                content = message.get("bytes") or b""
                if longest and len(content or message.get("text") or "") > longest:
                    return {"type": "websocket.disconnect", "code": 1009, "reason": "message too long"}
                kind = kind_of(content)
                while wait := pace.take("this connection"):
                    await asyncio.sleep(wait)
                while kind == "deferred_file" and (wait := self.downloads.take(who)):
                    await asyncio.sleep(wait)
                if kind:
                    break
                log.warning("a message that is not for visitors was left out")
            return message

        return receive_watched
