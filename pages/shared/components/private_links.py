"""Private links of what was sent: how they are made, how a page takes one out of the address, and their receipts.

A link holds its token in the fragment, so that it stands in no log, no history and no referrer. The receipts of what
was sent are kept in the browser's own storage (private_links.js) and nowhere else: the server knows a token's hash.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import streamlit as st
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError

from pages.shared.components.file_button import file_button
from pages.shared.components.screen_texts import escaped
from practices_db import formats
from practices_db.config import base_url
from practices_db.errors import PracticesError
from practices_db.translation import _

_JS = (Path(__file__).parent / "private_links.js").read_text(encoding="utf-8")
_COMPONENT = st.components.v2.component("private_links", html="<span></span>", js=_JS)
_STATE = "receipts"
_MOST = 50  # receipts that a browser keeps

_Line = Annotated[str, StringConstraints(max_length=400)]


class KeptReceipt(BaseModel):
    """What was sent, as the browser keeps it: number and token of the submission, what it is about, and its text.

    ``about``: the draft or the entry it was sent from. ``content``: a hash of what was sent, to tell later whether
    that has changed since.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
    token: Annotated[str, StringConstraints(pattern=r"^[\w-]{20,100}$")]
    kind: _Line
    name: _Line
    about: _Line
    content: _Line
    sent: AwareDatetime
    text: Annotated[str, StringConstraints(max_length=200_000)]


@dataclass
class _Receipts:
    """What a session knows of the browser's receipts; None until the browser has told."""

    known: tuple[KeptReceipt, ...] | None = None
    dropped: tuple[str, ...] = ()
    forget: str = ""
    heard: int = 0


def _state() -> _Receipts:
    found: _Receipts = st.session_state.setdefault(_STATE, _Receipts())
    return found


# --- the link --------------------------------------------------------------------------------------------------


def app_address() -> str:
    """Return where this visitor reaches the app: PRACTICES_BASE_URL, else what their browser says; "" for neither."""
    try:
        if given := base_url():
            return given
    except PracticesError:
        return ""
    url, page = (st.context.url or "").rstrip("/"), st.session_state.get("page") or ""
    if page:
        url = url.removesuffix(f"/{page}")
    return url if re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", url) else ""


def private_link(token: str) -> str:
    """Return the private link with a token; PracticesError where the app does not know its own address."""
    if not (address := app_address()):
        raise PracticesError(no_address())
    return f"{address}/my_submission#{token}"


def new_link(make_token: Callable[[], str]) -> str:
    """Return the private link with a new token, which is made only where a link can be."""
    private_link("")
    return private_link(make_token())


def no_address() -> str:
    """Say why nothing can be sent where no private link can be made."""
    return _(
        "Nothing can be sent here: this server does not know its own address, so it cannot make the private link with "
        "which you could correct or withdraw what you send. Please tell whoever runs it (PRACTICES_BASE_URL)."
    )


def token_in(pasted: str) -> str:
    """Return the token in a pasted link, or what was pasted where it is none; links of before had it as a parameter."""
    found = re.search(r"(?:#|token=)([\w-]+)\s*$", pasted)
    return found[1] if found else pasted.strip()


# --- the browser -----------------------------------------------------------------------------------------------


def keep(open_link: Callable[[str], None] | None = None, ask: bool = False) -> None:
    """Let the browser keep the receipts and tell those it has; once a page.

    ``open_link`` takes the token of a link that led to this page. ``ask``: the page waits until it ``is_told``; others
    do not run once more to hear of no receipts.
    """
    state, key = _state(), "private_links"

    def reported() -> None:
        _absorb((st.session_state.get(key) or {}).get("report"), open_link)  # a forged message may bring none

    known = None if state.known is None else [one.model_dump(mode="json") for one in state.known]
    data = {"take": open_link is not None, "ask": ask, "known": known, "dropped": state.dropped, "forget": state.forget}
    result = _COMPONENT(key=key, data=data, on_report_change=reported)
    if state.known is None:
        # a connection that came back to a new session brings the report with the first run: nobody is called then
        _absorb(result.get("report"), open_link)
        if state.known is not None:
            st.rerun()


def _absorb(told: Any, open_link: Callable[[str], None] | None) -> None:
    state = _state()
    if not isinstance(told, dict) or not isinstance(n := told.get("n"), int) or n == state.heard:
        return
    state.heard = n
    found = told.get("receipts")
    state.known = tuple(filter(None, map(_well_formed, found[-_MOST:] if isinstance(found, list) else [])))
    if open_link and isinstance(token := told.get("token"), str) and token:
        open_link(token[:500])


def _well_formed(told: Any) -> KeptReceipt | None:
    try:
        return KeptReceipt.model_validate(told)
    except ValidationError:
        return None


def is_told() -> bool:
    """Whether the browser has told what it keeps."""
    return _state().known is not None


def kept() -> tuple[KeptReceipt, ...]:
    """Return the receipts that the browser keeps, the newest first."""
    return tuple(sorted(_state().known or (), key=lambda one: one.sent, reverse=True))


def add(receipt: KeptReceipt) -> None:
    """Keep a receipt, in the place of an earlier one of that number."""
    state = _state()
    others = tuple(one for one in state.known or () if one.number != receipt.number)
    state.known = (*others, receipt)[-_MOST:]


def drop(number: str) -> None:
    """Keep a receipt no longer."""
    state = _state()
    state.known = tuple(one for one in state.known or () if one.number != number)
    state.dropped = (*state.dropped, number)


def forget() -> None:
    """Make the browser forget every receipt."""
    state = _state()
    state.known, state.forget = (), secrets.token_hex(8)


# --- on screen -------------------------------------------------------------------------------------------------


def text_of(receipt: KeptReceipt) -> str:
    """Return a receipt as a text to be downloaded."""
    head = (
        (_("Receipt"), receipt.name),
        (_("Number"), receipt.number),
        (_("Sent"), _when(receipt.sent)),
        (_("Private link"), private_link(receipt.token)),
    )
    lines = "\n".join(formats.pair(name, words) for name, words in head)
    advice = _("Whoever has the private link can correct and withdraw what was sent: keep it like a key.")
    return "\n\n".join([lines, advice, _("What was sent"), f"{receipt.text}\n"])


def _when(moment: datetime) -> str:
    return _("{day}, {time} UTC").format(day=formats.day(moment), time=formats.time_of_day(moment))


def show(receipt: KeptReceipt) -> None:
    """Draw a receipt: number, private link, what was sent, and a file of it."""
    st.success(
        _("Sent on {when} as number {number}. A curator reads it; you need not do anything.").format(
            when=_when(receipt.sent), number=receipt.number
        ),
        icon=":material/check:",
    )
    st.markdown(
        _(
            "This is your **private link** to see how it stands, to correct it or to withdraw it. Keep it like a key: "
            "we cannot look it up. This browser keeps it too. It works until 90 days after you last used it, and as "
            "long as what you sent is public."
        )
    )
    st.code(private_link(receipt.token), language=None, wrap_lines=True)
    key = f"receipt_{receipt.number}"
    name = f"{key}_{secrets.token_hex(4)}.txt"
    file_button(_("Download the receipt"), text_of(receipt).encode(), name, "text/plain", key=key)
    with st.expander(_("What was sent ({name})").format(name=escaped(receipt.name))):
        st.text(receipt.text)
