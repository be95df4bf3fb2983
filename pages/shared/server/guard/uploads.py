"""Limits on uploads. Streamlit looks at one file at a time; what a session holds in memory it does not count."""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections import Counter

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime

from pages.shared.server.guard.limits import Limits, client
from pages.shared.server.guard.responses import answer
from pages.shared.server.streamlit_patches import uploaded_bytes
from practices_db.curation.budgets import REFUSED, Budgets
from practices_db.translation import N_

_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")
_ENVELOPE = 64 * 1024  # what a form puts around a file
_MEGABYTE = 1 << 20
_TITLE = N_("The file was not taken")


class Uploads:
    """Refuses a file that is too large, one too many in a minute, or more than a session may hold."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.limits = Limits.from_environment()
        self.largest = int(st.get_option("server.maxUploadSize")) * _MEGABYTE
        self.of_session = Budgets(self.limits.uploads_per_minute, name="uploads a minute")
        self.of_client = Budgets(3 * self.limits.uploads_per_minute, name="uploads a minute")
        self.arriving: Counter[str] = Counter()  # bytes announced and not yet held, by session
        self.owners: dict[str, str | None] = {}  # who has a session that holds files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an upload on if it is within the limits."""
        upload = _UPLOAD.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if upload is None or not runtime.get_instance().is_active_session(upload[1]):
            await self.app(scope, receive, send)  # Streamlit refuses an unknown session before it reads the file
            return
        size = _length(scope)
        if refusal := self._refusal(scope, upload[1], size):
            REFUSED["uploads"] += 1
            await self._read_away(size, receive)
            await refusal(scope, receive, send)
            return
        self.arriving[upload[1]] += size or 0
        try:
            await self.app(scope, self._in_time(receive), send)
        except TimeoutError:
            sentence = N_("It did not arrive within {seconds} seconds. Please try again.")
            await answer(scope, 408, _TITLE, sentence, seconds=self.limits.upload_seconds)(scope, receive, send)
        finally:
            self.arriving[upload[1]] -= size or 0
            self.arriving += Counter()  # drops what is at zero

    def _refusal(self, scope: Scope, session: str, size: int | None) -> Response | None:
        if size is None:
            return answer(scope, 411, _TITLE, N_("The length of the file must be said first."))
        if size > self.largest + _ENVELOPE:
            return answer(scope, 413, _TITLE, N_("It is larger than {size} MB."), size=self.largest // _MEGABYTE)
        if wait := self.of_session.take(session) or self.of_client.take(client(scope)):
            seconds = math.ceil(wait)
            sentence = N_("Too many files came in the last minute. Please wait {seconds} seconds.")
            return answer(scope, 429, _TITLE, sentence, {"Retry-After": str(seconds)}, seconds=seconds)
        return self._no_room(scope, session, size)

    def _no_room(self, scope: Scope, session: str, size: int) -> Response | None:
        held, who = Counter(uploaded_bytes()) + self.arriving, client(scope)
        self.owners = {one: owner for one, owner in self.owners.items() if held[one]} | {session: who}
        of_client = sum(held[one] for one, owner in self.owners.items() if owner == who)
        own, its, most = (
            self.limits.upload_megabytes_per_session,
            self.limits.upload_megabytes_per_client,
            self.limits.upload_megabytes,
        )
        if own and held[session] + size > own * _MEGABYTE:
            sentence = N_("Your session holds {size} MB of files already. Take one away or reload the page.")
            return answer(scope, 413, _TITLE, sentence, size=own)
        if its and who and of_client + size > its * _MEGABYTE:
            sentence = N_("Your address holds {size} MB of files already. Close what is not needed, or try later.")
            return answer(scope, 413, _TITLE, sentence, size=its)
        if most and held.total() + size > most * _MEGABYTE:
            return answer(scope, 503, _TITLE, N_("Too many files are here. Please try later."), {"Retry-After": "60"})
        return None

    async def _read_away(self, size: int | None, receive: Receive) -> None:
        """Read a refused file without keeping it: a browser that is cut off while sending never shows the reason."""
        left = size if size and size <= self.largest + _ENVELOPE else 0
        read = self._in_time(receive)
        try:
            while left > 0 and (message := await read()).get("more_body"):
                left -= len(message.get("body", b""))
        except TimeoutError:
            return

    def _in_time(self, receive: Receive) -> Receive:
        end = time.monotonic() + (self.limits.upload_seconds or 86_400)

        async def receive_in_time() -> Message:
            return await asyncio.wait_for(receive(), max(0.001, end - time.monotonic()))

        return receive_in_time


def _length(scope: Scope) -> int | None:
    given = Headers(scope=scope).get("content-length", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None
