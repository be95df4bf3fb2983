"""Two buttons that copy: what a page says in words, with the link to it, and the link alone."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from practices_db.translation import _

_CSS = """
div { display: flex; gap: 0.5rem; align-items: center; height: 40px; }
button {
  box-sizing: border-box; min-width: 6.2rem; height: 40px; padding: 0 0.75rem; cursor: pointer; white-space: nowrap;
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius);
  background: var(--st-background-color); color: var(--st-text-color); font: inherit;
  font-family: var(--st-font); font-size: 0.875rem;
}
button:hover { border-color: var(--st-primary-color); }
button:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
[role="status"] { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
"""
_HTML = (
    '<div><button type="button" data-what="text"></button><button type="button" data-what="link"></button>'
    '<span role="status"></span></div>'
)
_JS = (Path(__file__).parent / "copy_buttons.js").read_text(encoding="utf-8")
_COMPONENT = st.components.v2.component("copy_buttons", html=_HTML, css=_CSS, js=_JS)
# Pixels, kept free until the buttons are there: what a button is at least, a letter of it, and what is around them.
_BUTTON, _LETTER, _AROUND, _GAPS, _HEIGHT = 99, 8, 26, 10, 40


def copy_buttons(text: str) -> None:
    """Draw the buttons that copy ``text`` with the address of the page, its source, and the address alone."""
    labels = (_("Copy text"), _("Copy link"))
    data = {
        "text": {"label": labels[0], "copied": text},
        "link": {"label": labels[1]},
        "done": _("Copied"),
        "failed": _("Not copied"),
    }
    width = _GAPS + sum(max(_BUTTON, _AROUND + _LETTER * len(label)) for label in labels)
    _COMPONENT(key="copy", data=data, width=width, height=_HEIGHT)
