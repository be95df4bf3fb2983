"""Asking for a correction of what the directory says of an organisation."""

from __future__ import annotations

import streamlit as st

from pages.shared.components import database
from pages.shared.components.screen_texts import escaped
from practices_db.curation import submissions
from practices_db.errors import PracticesError


def ask_for(organisation_id: str, name: str) -> None:
    """Draw the form with which an organisation asks for a correction; no name, no address of a person is asked."""
    with st.popover("Ask for a correction", icon=":material/edit_note:", key=f"correct-{organisation_id}"):
        with st.form(f"correction-{organisation_id}", border=False):
            st.caption(f"On {escaped(name)}. Please write no names of persons.")
            wrong = st.text_area("What is wrong, and what would be right?", max_chars=2000)
            page = st.text_input("A public page that shows it", max_chars=500, placeholder="https://…")
            sent = st.form_submit_button("Send to the curators", icon=":material/send:")
        if sent:
            _sent(organisation_id, wrong.strip(), page.strip())


def _sent(organisation_id: str, wrong: str, page: str) -> None:
    if not wrong or not page.startswith(("http://", "https://")):
        st.error("Say what is wrong, and give the address of a public page that shows it (https://…).")
        return
    try:
        number = submit(organisation_id, wrong, page)
    except PracticesError as error:
        st.error(escaped(str(error)), icon=":material/error:")
        return
    st.success(
        f"It is in the curators' queue as {number}. Nothing changes before one of them has read the page.",
        icon=":material/inbox:",
    )


def submit(organisation_id: str, wrong: str, page: str) -> str:
    """Put a request into the curation queue and return its number: the one place here that knows the queue."""
    content = {"organisation_id": organisation_id, "what": wrong, "source_url": page}
    return submissions.submit(database.store(), "organisation-correction", content).id
