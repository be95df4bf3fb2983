"""The browser's own storage: a text is kept there, given back to a new session, and never left on the server.

Streamlit has no command for it, so this is a small component of ours (browser_storage.js). Each slot keeps one text
with a revision. Which text holds is decided by three rules: a new session takes what the browser keeps; inside a
session the session's text is written; and where another tab has written in between, nothing is overwritten: the page
is told and its reader decides.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st

_JS = (Path(__file__).parent / "browser_storage.js").read_text(encoding="utf-8")
_CSS = """
p { margin: 0; font-size: 0.875rem; color: var(--st-text-color); font-family: var(--st-font); }
p[data-state="conflict"], p[data-state="unavailable"] { font-weight: 600; }
"""
_COMPONENT = st.components.v2.component("browser_storage", html='<p role="status"></p>', css=_CSS, js=_JS)

GONE = "gone"  # the stamp of an entry that is not there any more


@dataclass(frozen=True)
class Entry:
    """What the browser keeps in a slot: the text, its revision, and a stamp that is new at every writing."""

    text: str
    revision: int
    stamp: str
    kept: str


@dataclass(frozen=True)
class Report:
    """What the browser tells: what it kept (``found``), that another tab changed it, or that it keeps nothing."""

    kind: Literal["found", "other", "unavailable"]
    entry: Entry | None


@dataclass(frozen=True)
class Kept:
    """What a session wants kept in a slot. ``over``: the stamp of another tab's entry that may be overwritten."""

    text: str = ""
    revision: int = 0
    loaded: bool = False
    over: str = ""
    forget: bool = False


def new_ask() -> str:
    """Return the name of one asking: each session asks anew what the browser keeps."""
    return secrets.token_hex(8)


def browser_storage(slot: str, ask: str, kept: Kept, on_report: Callable[[Report], None]) -> None:
    """Draw the line that says what is kept, and keep it. ``on_report`` is called before the next run of the page.

    While ``kept.loaded`` is False nothing is written and the browser is asked what it has.
    """
    key = f"storage-{slot}"

    def reported() -> None:
        report = _report(st.session_state[key].get("report"), ask)
        if report:
            on_report(report)

    data = {
        "slot": slot,
        "ask": ask,
        "loaded": kept.loaded,
        "revision": kept.revision,
        "text": kept.text,
        "over": kept.over,
        "forget": kept.forget,
    }
    _COMPONENT(key=key, data=data, on_report_change=reported)


def _report(told: Any, ask: str) -> Report | None:
    """Return a report that is well-formed and answers this session's asking; anything else is dropped."""
    if not isinstance(told, dict) or told.get("ask") != ask:
        return None
    kind, entry = told.get("kind"), told.get("entry")
    if kind not in ("found", "other", "unavailable"):
        return None
    if not isinstance(entry, dict):
        return Report(kind, None)
    text, revision, stamp, kept = (entry.get(name) for name in ("text", "revision", "stamp", "kept"))
    if not (isinstance(text, str) and isinstance(stamp, str)):
        return None
    whole = int(revision) if isinstance(revision, int | float) and 0 <= revision < 2**53 else 0
    return Report(kind, Entry(text, whole, stamp, str(kept)))
