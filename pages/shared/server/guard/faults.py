"""Faults of ours: a person gets an id, the log gets the rest under the same id."""

from __future__ import annotations

import logging
import secrets

import streamlit as st
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shared.components.screen_texts import escaped
from pages.shared.server.guard.responses import answer
from practices_db.errors import PracticesError
from practices_db.translation import N_, _

log = logging.getLogger("practices")


def noted(error: BaseException) -> str:
    """Write a fault into the log and return the id it stands under."""
    error_id = secrets.token_hex(4)
    log.error("error %s", error_id, exc_info=error)
    return error_id


def show_error(error: Exception) -> bool:
    """Show a person on a page what they can mend; anything else gets an id."""
    if isinstance(error, PracticesError):
        st.error(escaped(str(error)), icon=":material/error:")
    else:
        st.error(
            _("Something went wrong on our side. Please try again; if it stays, report error {id}.").format(
                id=noted(error)
            ),
            icon=":material/error:",
        )
    return True


class Faults:
    """Answers with an id where a route or Streamlit itself fails; a half-sent answer is cut off."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        begun = False

        async def send_and_see(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_and_see)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            sentence = N_("Please try again; if it stays, report error {id}.")
            fault = answer(scope, 500, N_("Something went wrong on our side"), sentence, id=noted(error))
            await fault(scope, receive, send)
