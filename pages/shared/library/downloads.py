"""Publications or organisations as a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from pages.shared.components import tables
from pages.shared.components.file_button import file_button
from pages.shared.components.popover import popover
from practices_db.catalogue.library_filter import LibraryFilter
from practices_db.files.exports.library_files import file_name, format_of, written
from practices_db.translation import _


def take_away(chosen: LibraryFilter, found: pd.DataFrame, formats: Sequence[str], version: str) -> None:
    """Draw what is shown as a file: all rows, in the screen's order; made when the button is pressed."""
    today = date.today()

    def choices() -> None:
        format_ = st.radio(
            _("Format"),
            formats,
            format_func=lambda one: _(format_of(one).label),
            key=f"take-{chosen.kind}",
            persist_state="session",
        )
        st.caption(_(format_of(format_).meaning))
        file_button(
            _("Download {list} ({format})").format(list=chosen.amount(len(found)), format=_(format_of(format_).label)),
            lambda: written(chosen, tables.rows(found), format_, version, today),
            file_name(chosen, format_, today),
            format_of(format_).mime,
            type="primary",
        )
        st.caption(_("The CSV has the columns of the catalogue's own file, and says which selection it is."))

    popover(_("Download"), choices, f"take_{chosen.kind}", icon=":material/download:", disabled=found.empty)
