"""Where the link past the menu leads: the result below the filters of a page, else the beginning of the page."""

from __future__ import annotations

import streamlit as st

RESULT = "result"  # the anchor, also in the link of pages/shared/server/start_page.py
_OWN = {"explore", "evidence", "communities"}  # pages that say themselves where their result begins


def page_begins(name: str) -> None:
    """Mark the beginning of a page as its result, unless it marks that itself."""
    if name not in _OWN:
        result_begins()


def result_begins() -> None:
    """Mark where the result of a page begins."""
    with st.container(key="begin"):
        st.html(f'<span id="{RESULT}" tabindex="-1"></span>')
