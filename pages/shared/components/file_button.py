"""One way to hand out a file: it is made when its button is pressed, and the page is not drawn anew for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st


def file_button(
    label: str, data: bytes | Callable[[], bytes], name: str, mime: str, icon: str = "download", **look: Any
) -> None:
    """Draw the button of a file, or of what makes it; ``icon``: the name of its sign, ``look``: as Streamlit has it."""
    st.download_button(label, data, name, mime, icon=f":material/{icon}:", on_click="ignore", **look)
