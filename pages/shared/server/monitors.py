"""Figures for whoever watches the server: ``/metrics``, in Prometheus' text format, for who has the token.

No person, no address, no id of anything, and nothing that somebody typed: labels are pages, routes, budgets.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shared.components import database
from pages.shared.server import routes, start_page
from pages.shared.server.guard.responses import answer
from practices_db.config import backups_folder, metrics_token, read_only_mode
from practices_db.curation.budgets import REFUSED
from practices_db.curation.reviews import waiting
from practices_db.errors import PracticesError
from practices_db.operations.backups import last_whole

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SHORTEST = 32  # characters of a token
_PATHS = ("/static", "/media", "/component", "/_stcore/upload_file", "/_stcore/stream", "/_stcore")  # Streamlit's own
_KNOWN = (*routes.ROUTES, *start_page.ROUTES)

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second line for each, of when it was first counted
registry = CollectorRegistry()
_reruns = Histogram(
    "practices_rerun_seconds", "Script runs of pages, by page.", ["page"], registry=registry, buckets=_SECONDS
)
_requests = Counter("practices_requests", "Requests, by route and status.", ["route", "status"], registry=registry)
_sessions = {"open": 0}


@contextmanager
def rerun(page: str, begun: float) -> Iterator[None]:
    """Count one run of a page, and its seconds since ``begun`` (``time.perf_counter``)."""
    try:
        yield
    finally:
        _reruns.labels(page).observe(time.perf_counter() - begun)


class Requests:
    """Counts requests and open sessions; the outermost layer, so that refusals are in it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        route, is_open = _route(scope), False

        async def send_and_count(message: Message) -> None:
            nonlocal is_open
            match message["type"]:
                case "http.response.start" | "websocket.http.response.start":
                    _requests.labels(route, message["status"]).inc()
                case "websocket.accept":
                    _requests.labels(route, 101).inc()
                    is_open = True
                    _sessions["open"] += 1
            await send(message)

        try:
            await self.app(scope, receive, send_and_count)
        finally:
            _sessions["open"] -= is_open


def _route(scope: Scope) -> str:
    """Return the route that a request is for, of which there are few: never an address that somebody made up."""
    path: str = scope["path"]
    for known in _PATHS:
        if path == known or path.startswith(f"{known}/"):
            return known
    if path in ("/healthz", "/metrics"):
        return path
    as_request = {**scope, "type": "http", "method": "GET"}
    return next((one.path for one in _KNOWN if one.matches(as_request)[0] != Match.NONE), "other")


class _Now(Collector):
    """What is so at this moment, read when it is asked for."""

    def describe(self) -> Iterator[Metric]:
        """Promise nothing beforehand: at the import there is no database yet."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield each figure."""
        yield GaugeMetricFamily("practices_sessions", "Open sessions.", value=_sessions["open"])
        refused = CounterMetricFamily("practices_refusals", "Refused or made to wait, by budget.", labels=["budget"])
        for budget, times in sorted(REFUSED.items()):
            refused.add_metric([budget], times)
        yield refused
        store, version = database.store(), database.version_now()
        yield CounterMetricFamily(
            "practices_writes", "Writes acknowledged since the database was opened.", store.changes
        )
        released = datetime(version.released_on.year, version.released_on.month, version.released_on.day, tzinfo=UTC)
        of_version = GaugeMetricFamily("practices_release", "Day (UTC) of the release shown.", labels=["data_version"])
        of_version.add_metric([version.short], released.timestamp())
        yield of_version
        if read_only_mode():
            return
        with store.cursor() as cursor:
            queue = waiting(cursor)
        yield GaugeMetricFamily("practices_queue", "Submissions that wait for a curator.", value=queue)
        if folder := backups_folder():
            made = last_whole(folder)
            age = (datetime.now(UTC) - made).total_seconds() if made else float("inf")
            yield GaugeMetricFamily("practices_backup_age_seconds", "Age of the last whole backup.", value=age)


registry.register(_Now())
ProcessCollector(namespace="practices", registry=registry)


def check_token() -> None:
    """Refuse a token that can be guessed: PracticesError says what to do."""
    token = metrics_token()
    if token and len(token) < _SHORTEST:
        raise PracticesError(
            f"PRACTICES_METRICS_TOKEN has fewer than {_SHORTEST} characters. "
            'Make one with: python -c "import secrets; print(secrets.token_urlsafe(32))"'
        )


async def metrics(request: Request) -> Response:
    """Answer with the figures where the token is right; else there is nothing here."""
    token, given = metrics_token(), request.headers.get("authorization", "")
    if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return answer(request.scope, 404, "Not found", "There is nothing here.")
    text = await run_in_threadpool(generate_latest, registry)
    return Response(text, media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})
