"""Practices side by side on screen. Streamlit's tables have no head that stays in sight while a page scrolls, and
cannot tell a telephone from a desk; so this is a small component of ours (matrix.js)."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import streamlit as st

from practices_db.catalogue.own_language import marked
from practices_db.queries.comparison import Comparison
from practices_db.translation import _

_HERE = Path(__file__).parent
_COMPONENT = st.components.v2.component(
    "matrix",
    html='<div class="matrix"></div>',
    css=(_HERE / "matrix.css").read_text(encoding="utf-8"),
    js=(_HERE / "matrix.js").read_text(encoding="utf-8"),
)


def draw(made: Comparison) -> None:
    """Draw a comparison: a column a practice, and where there is no room for them one practice against another."""
    _COMPONENT(
        key="matrix",
        data={
            "practices": [{"id": id_, "name": marked(name)} for id_, name in made.practices],
            "parts": [{"title": title, "rows": [asdict(row) for row in rows]} for title, rows in made.parts()],
            "words": {
                "alt": _("Results, facts and answers of each practice"),
                "same": _("the same for all"),
                "alike": _("the same for both"),
                "choose": [_("One practice"), _("Another practice")],
            },
        },
    )
