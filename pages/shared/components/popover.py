"""A button or a fold that opens something. What is in it is drawn when it is first opened: a page that draws it unasked
sends, and a browser builds, up to half as much again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st


@st.fragment(run_every=86_400)
def rerun_on_reconnection() -> None:
    """Let a page run again once a lost connection is back: Streamlit does that only where something runs by itself,
    and what was opened in between would stay empty."""


def popover(label: str, draw: Callable[[], None], key: str, fold: Callable[..., Any] = st.popover, **look: Any) -> None:
    """Draw a button and what it opens; ``fold``: st.expander opens it in its place. ``look``: as Streamlit has it."""
    if key in st.session_state:
        st.session_state[key] = st.session_state[key]  # with another label it is another one to Streamlit, and closed
    box = fold(label, key=key, on_change="rerun", **look)
    opened = f"{key} opened"
    if box.open or st.session_state.get(opened):
        st.session_state[opened] = True  # what was typed there outlives its closing
        with box:
            draw()
