"""Limits on requests and open sessions, so that one asker cannot take the app from the others."""

from __future__ import annotations

import ipaddress
import logging
import math
import os
from collections import Counter
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.shared.server.guard.gates import LOOPBACK, hostname
from pages.shared.server.guard.limits import Limits, client
from pages.shared.server.guard.responses import answer
from practices_db.curation.budgets import REFUSED, Budgets
from practices_db.translation import N_

log = logging.getLogger("practices")

_WAIT = N_("One moment, please")


def cost(scope: Scope) -> float:
    """Return what a request counts: files of the screen hardly anything, a session or a file made anew much."""
    if scope["type"] == "websocket":
        return 5.0
    path: str = scope["path"]
    if "/static/" in path:
        return 0.1
    if path.startswith("/api/"):
        asked = parse_qsl(scope.get("query_string", b"").decode(errors="replace"), keep_blank_values=True)
        past = "release" in dict(asked)  # a database is made of it
        return 50.0 if past or path.endswith((".pdf", ".xlsx")) else 10.0  # as often as pages give files so dear
    return 1.0


class HiddenClients:
    """Notices a proxy that does not say for whom it asks, or is not believed: no limit of a client holds then."""

    noticed = ""  # what ``/healthz`` says, as long as the process runs

    def __init__(self) -> None:
        if "*" in os.environ.get("FORWARDED_ALLOW_IPS", ""):
            HiddenClients.noticed = "any client can call itself anything"
            log.critical("FORWARDED_ALLOW_IPS is *: a client can call itself anything, so that limits hold nobody.")

    def look(self, scope: Scope) -> None:
        """Say it once, in the log."""
        if HiddenClients.noticed or scope["type"] == "lifespan":
            return
        headers = Headers(scope=scope)
        host, named = hostname(f"//{headers.get('host', '')}"), headers.get("x-forwarded-for", "")
        asks = (scope.get("client") or ("",))[0]
        if host in LOOPBACK | {"", "testserver"}:
            return
        if not named and client(scope) is None:
            HiddenClients.noticed = "the proxy hides its clients"
            log.critical(
                "A proxy on this machine asks as %s and does not say for whom (no X-Forwarded-For): the limits of each "
                "client are off. See docs/security.md, section Settings.",
                host[:80],
            )
        # from further away anybody could say so
        elif named and asks not in map(str.strip, named.split(",")) and _is_near(asks):
            HiddenClients.noticed = "the proxy is not believed"
            log.critical(
                "A proxy at %s says for whom it asks and is not believed: all its visitors count as one client. Name "
                "it in FORWARDED_ALLOW_IPS. See docs/security.md, section Settings.",
                asks,
            )


def _is_near(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False


class Requests:
    """Answers "too many" to a client that asks for more than its budget; this machine itself has no limit."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.hidden = HiddenClients()
        self.budgets = Budgets(Limits.from_environment().requests_per_minute, name="requests")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if the budget allows it."""
        self.hidden.look(scope)
        wait = 0.0 if scope["type"] == "lifespan" else self.budgets.take(client(scope), cost(scope))
        if not wait:
            await self.app(scope, receive, send)
            return
        seconds = math.ceil(wait)
        sentence = N_("Too many requests came from your address. Please wait {seconds} seconds.")
        refusal = answer(scope, 429, _WAIT, sentence, {"Retry-After": str(seconds)}, seconds=seconds)
        await refusal(scope, receive, send)


class Sockets:
    """Bounds open sessions, each client's and everybody's."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.limits = Limits.from_environment()
        self.open: Counter[str | None] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if there is room."""
        who = None if scope["type"] == "lifespan" else client(scope)
        if self._full(scope, who):
            REFUSED["sessions"] += 1
            sentence = N_("Too many people are here right now. Please come back in a minute; nothing is lost.")
            await answer(scope, 503, _WAIT, sentence, {"Retry-After": "30"})(scope, receive, send)
        elif scope["type"] != "websocket":
            await self.app(scope, receive, send)
        else:
            self.open[who] += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self.open[who] -= 1
                if not self.open[who]:
                    del self.open[who]

    def _full(self, scope: Scope, who: str | None) -> bool:
        """Whether there is no room for a session; a page is told so too, or it would come up empty."""
        page = scope["type"] == "http" and scope["method"] == "GET" and not scope["path"].startswith("/api/")
        if scope["type"] != "websocket" and not (page and "text/html" in Headers(scope=scope).get("accept", "")):
            return False
        most, own = self.limits.sockets, self.limits.sockets_per_client
        return bool(most and self.open.total() >= most) or bool(own and who and self.open[who] >= own)
