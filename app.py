"""The server: ``streamlit run app.py``.

An ASGI app around the frame in ``pages/shared/frame.py``, so that no ``pages/`` folder lies beside the main script
(Streamlit's old router would run pages without the frame; docs/decisions.md).
"""

import gc
import logging
import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shared import database, routes
from pages.shared.wording import escaped
from practices_db import queries
from practices_db.errors import PracticesError
from practices_db.filters import PracticeFilter

log = logging.getLogger("practices")

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class SecurityHeaders:
    """Puts the security headers on every HTTP answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to the answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SECURITY_HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


async def healthz(request: Request) -> JSONResponse:  # noqa: ARG001 - the signature Starlette calls
    """Answer "ok" only if the database answers a query."""

    def ask() -> int:
        with database.cursor() as cursor:
            return queries.count_practices(cursor, PracticeFilter())

    try:
        practices = await run_in_threadpool(ask)
    except Exception:
        log.exception("health check failed")
        return JSONResponse({"status": "failing"}, status_code=503)
    return JSONResponse({"status": "ok", "practices": practices})


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:  # noqa: ARG001 - the signature Streamlit calls
    """Open the database before the first visitor comes; built with progress on the console if it is not there."""
    try:
        await run_in_threadpool(database.store)
    except PracticesError as error:
        print(f"The app cannot start: {error}", file=sys.stderr, flush=True)
        os._exit(1)  # nothing is being served yet; raising would bury the sentence under the server's tracebacks
    # Streamlit collects garbage after every script run. What lives as long as the process need not be walked
    # through each time: it is most of the time of a rerun (docs/decisions.md).
    gc.collect()
    gc.freeze()
    yield
    database.store().close()


def show_error(error: Exception) -> bool:
    """Show a person what they can mend; anything else gets an id that stands in the log beside the traceback."""
    if isinstance(error, PracticesError):
        st.error(escaped(str(error)), icon=":material/error:")
        return True
    error_id = secrets.token_hex(4)
    log.error("error %s", error_id, exc_info=error)
    st.error(
        f"Something went wrong on our side. Please try again; if it stays, report error {error_id}.",
        icon=":material/error:",
    )
    return True


app = st.App(
    Path(__file__).resolve().parent / "pages" / "shared" / "frame.py",
    routes=[Route("/healthz", healthz), *routes.ROUTES],
    middleware=[Middleware(SecurityHeaders)],
    lifespan=lifespan,
    on_script_error=show_error,
)
