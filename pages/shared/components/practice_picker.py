"""Practices to choose from by name: all of them in one list, or a search first where a list would be too long."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from pages.shared.components import database
from pages.shared.components.database import Whole
from practices_db import formats
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.queries import practices
from practices_db.translation import _

MOST_LISTED = 2_000  # names that are sent to a browser at once
MOST_FOUND = 100


def names(whole: Whole, chosen: Iterable[str], key: str) -> dict[str, str]:
    """Return the names to choose from by id, in the order of the names; draw a search where there are too many.

    What is ``chosen`` already stays among them.
    """
    if whole.totals.practices <= MOST_LISTED:
        return whole.names
    text = st.text_input(
        _("Search among {count} practices").format(count=formats.count(whole.totals.practices)),
        key=key,
        type="search",
        max_chars=200,
        placeholder=_("Words of the name, organisation or place"),
        help=_("The list below then offers the first {count} that have all of these words.").format(count=MOST_FOUND),
    )
    place = whole.index.place
    found = whole.index.select(PracticeFilter(text=text or "")).ids("name", MOST_FOUND)
    offered = {*found, *(id_ for id_ in chosen if id_ in place)}
    with database.cursor() as cursor:
        return practices.names(cursor, sorted(offered, key=place.__getitem__))
