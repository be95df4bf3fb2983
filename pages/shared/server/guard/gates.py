"""Who may ask at all, and for what: names of this server, paths that are open, pages that may connect."""

from __future__ import annotations

import logging
import re
from typing import Final
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.shared.server.guard.responses import answer
from practices_db.translation import N_

log = logging.getLogger("practices")

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST = re.compile(r"[\w.:\[\]-]+", re.ASCII)
# Figures of the process and a door for programs that drive the app: neither is for visitors. Streamlit cannot switch
# the first off.
_CLOSED = re.compile(r"_stcore/+(metrics|agent|script-health-check)(/|$)", re.IGNORECASE)


def allowed_hosts() -> frozenset[str]:
    """Return the names under which this server may be asked; "*" where any will do.

    Named by ``server.allowedHosts``; where nothing is named, those of this machine if only this machine is listened
    to. The names of this machine always hold, so that a health check beside the app works.
    """
    if named := st.get_option("server.allowedHosts"):
        return LOOPBACK | {str(name).strip().lower().rstrip(".") for name in named}
    return LOOPBACK if (st.get_option("server.address") or "") in LOOPBACK else frozenset("*")


class Hosts:
    """Refuses names that are not ours, so that a page elsewhere cannot point its own name at this server."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.allowed = allowed_hosts()
        if "*" in self.allowed:
            log.warning("Any host name is answered. Set STREAMLIT_SERVER_ALLOWED_HOSTS to the app's public name.")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if it asks for one of our names."""
        if scope["type"] == "lifespan" or self._ours(Headers(scope=scope).get("host")):
            await self.app(scope, receive, send)
            return
        sentence = N_(
            "This server does not go by the name in the address. Whoever runs it names it with "
            "STREAMLIT_SERVER_ALLOWED_HOSTS."
        )
        await answer(scope, 400, N_("Unknown address"), sentence)(scope, receive, send)

    def _ours(self, host: str | None) -> bool:
        name = hostname(f"//{host}") if host and _HOST.fullmatch(host) else ""
        wild = {f"*.{name.split('.', at)[-1]}" for at in range(1, name.count(".") + 1)}
        return bool(name) and bool(self.allowed & ({name, "*"} | wild))


class ClosedPaths:
    """Answers "not found" for what Streamlit serves and visitors have no business with."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless it is for a closed path."""
        if scope["type"] == "http" and _CLOSED.search(scope["path"]):
            await answer(scope, 404, N_("Not found"), N_("There is nothing here."))(scope, receive, send)
            return
        await self.app(scope, receive, send)


class Origins:
    """Lets only the app's own pages connect; a browser says in "Origin" which page it is that asks.

    Streamlit refuses foreign pages too, but asks a server outside for this machine's address first, each time, while
    everybody waits.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        named = [*st.get_option("server.corsAllowedOrigins"), f"//{st.get_option('browser.serverAddress')}"]
        self.named = {hostname(str(origin)) for origin in named} - {""}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless it is a connection from a foreign page."""
        if scope["type"] == "websocket" and not self._ours(Headers(scope=scope)):
            await answer(scope, 403, N_("Not from here"), N_("Only the app's own pages can connect."))(
                scope, receive, send
            )
            return
        await self.app(scope, receive, send)

    def _ours(self, headers: Headers) -> bool:
        origin, host = headers.get("origin"), headers.get("host", "")
        if origin is None:  # no browser: a browser always says it
            return True
        page = hostname(origin)
        if not page or not origin.startswith(("http://", "https://")):
            return False
        here = {page, hostname(f"//{host}")} <= LOOPBACK  # a proxy on this machine may name another port
        return origin.split("//", 1)[1] == host or here or page in self.named


def hostname(address: str) -> str:
    """Return the name of the host in an address, empty where it has none."""
    try:
        return (urlsplit(address).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""
