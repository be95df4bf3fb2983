"""Begin a step of a page at its top, with the focus on its heading: Streamlit stays where the button was."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_JS = (Path(__file__).parent / "focus.js").read_text(encoding="utf-8")
_COMPONENT = st.components.v2.component("focus_heading", html="<span></span>", js=_JS)


def begin_at_heading(step: str) -> None:
    """Put the focus on the first second-level heading whenever ``step`` is another than before."""
    _COMPONENT(key="focus", data={"step": step})
