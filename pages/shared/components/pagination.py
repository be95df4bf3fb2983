"""A long list page by page; which page it is stands in the link."""

from __future__ import annotations

import streamlit as st

from pages.shared.components.links import asked, write_param
from practices_db import formats
from practices_db.translation import _


def rows_shown(count: int, size: int) -> tuple[int, int]:
    """Draw the choice of page where there is more than one, and return the first and last row to show."""
    number_of_pages = max(1, -(-count // size))
    page = int(asked("page", [str(number) for number in range(1, number_of_pages + 1)], "1"))
    if number_of_pages > 1:
        key = f"choose_page-{page}-of-{number_of_pages}"  # a new widget each time: the link says which page it is
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            first, last, all_ = map(formats.count, ((page - 1) * size + 1, min(page * size, count), count))
            st.caption(_("{first}–{last} of {all}; the download has all").format(first=first, last=last, all=all_))
            st.pagination(number_of_pages, default=page, key=key, on_change=write_param, args=("page", key, "1"))
    return (page - 1) * size, page * size
