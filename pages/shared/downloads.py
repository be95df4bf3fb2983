"""Taking the selection away as a file."""

from __future__ import annotations

from datetime import date

import streamlit as st

from pages.shared import database
from pages.shared.wording import counted
from practices_db.exporting import csv_bytes, file_name
from practices_db.filters import PracticeFilter, Sort


def csv(chosen: PracticeFilter, sort: Sort, count: int) -> None:
    """Draw the button that downloads what the filter shows: all rows, made when it is pressed."""
    today = date.today()
    st.download_button(
        f"Download {counted(count, 'practice')} (CSV)",
        data=lambda: csv_bytes(database.store(), chosen, sort, today),
        file_name=file_name(chosen, today),
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        disabled=not count,
        help="One row for each practice shown by the filters, with ids, both scores, coverage, ranges and sources.",
    )
