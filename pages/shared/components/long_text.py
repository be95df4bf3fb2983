"""A field for a long text. A browser drops a paste beyond ``max_chars`` and says nothing: here it is cut and said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from practices_db import formats
from practices_db.translation import _


def long_text(  # noqa: PLR0913 - Streamlit's own parameters
    label: str,
    most: int,
    *,
    key: str,
    on_change: Callable[..., None],
    args: tuple[Any, ...] = (),
    draw: Callable[..., Any] = st.text_area,
    **others: Any,
) -> None:
    """Draw a field that keeps the first ``most`` characters, outside a form; ``others`` go to the widget."""
    state: Any = st.session_state

    def cut() -> None:
        given = state.get(key) or ""
        if len(given) > most:
            state[key] = given[:most]
            state[f"{key}-cut"] = True
        on_change(*args)

    draw(label, key=key, on_change=cut, **others)
    if state.pop(f"{key}-cut", False):
        said = _("Your text was too long: only its first {count} characters were kept.")
        st.warning(said.format(count=formats.count(most)), icon=":material/content_cut:")
