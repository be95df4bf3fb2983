"""Asking for a correction of what the directory says of an organisation."""

from __future__ import annotations

import streamlit as st

from pages.shared.components import corrections
from pages.shared.components.popover import popover
from pages.shared.components.screen_texts import escaped
from practices_db.translation import _


def ask_for(organisation_id: str, name: str) -> None:
    """Draw the form with which an organisation asks for a correction; no name, no address of a person is asked."""

    def form() -> None:
        corrections.receipts(organisation_id)
        with st.form(f"correction-{organisation_id}", border=False):
            st.caption(_("On {name}. Please write no names of persons.").format(name=escaped(name)))
            wrong = st.text_area(_("What is wrong, and what would be right?"), key=f"correction-what-{organisation_id}")
            page = st.text_input(
                _("A public page that shows it"),
                max_chars=500,
                placeholder="example.org/about",
                key=f"correction-page-{organisation_id}",
            )
            above = st.container()
            sent = st.form_submit_button(_("Send to the curators"), icon=":material/send:")
        if sent:
            content = {"organisation_id": organisation_id, "what": wrong.strip()}
            with above:
                corrections.send("organisation-correction", (organisation_id, name), content, page)

    popover(_("Ask for a correction"), form, f"correct-{organisation_id}", icon=":material/edit_note:")
