"""Files of pages go to the browser whose session shows them or had them made, and to no other."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.shared.server.guard.responses import answer
from pages.shared.server.streamlit_patches import may_fetch
from practices_db.translation import N_


class Downloads:
    """Answers as if a file of another browser's session did not exist."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if the file is for whoever asks."""
        if (
            scope["type"] == "http"
            and scope["path"].startswith("/media/")
            and not may_fetch(scope["path"], Request(scope).cookies)
        ):
            sentence = N_("This file was made for somebody else, or is gone. Open the page and press the button again.")
            await answer(scope, 404, N_("There is no such file"), sentence)(scope, receive, send)
            return
        await self.app(scope, receive, send)
