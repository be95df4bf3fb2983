"""Asking for a correction of what the directory says of an organisation."""

from __future__ import annotations

import streamlit as st

from pages.shared.wording import escaped
from practices_db.errors import PracticesError


def ask_for(organisation_id: str, name: str) -> None:
    """Draw the form with which an organisation asks for a correction; no name, no address of a person is asked."""
    with st.popover("Ask for a correction", icon=":material/edit_note:", key=f"correct-{organisation_id}"):
        with st.form(f"correction-{organisation_id}", border=False):
            st.caption(
                f"On {escaped(name)}. Please write no names of persons: what is wrong, and on which page it can be read."
            )
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
        submit(organisation_id, wrong, page)
    except PracticesError as error:
        st.error(escaped(str(error)), icon=":material/error:")
        return
    st.success("It is in the curators' queue. Nothing changes before one of them has read the page.")


def submit(organisation_id: str, wrong: str, page: str) -> None:
    """Put a request into the curation queue: the one place that knows the queue.

    Until the queue is there, the request is not taken, and says so.
    """
    raise PracticesError(
        "There is no queue for corrections in this release, and nothing was sent. Open an issue in the project's "
        "repository with the address of the page."
    )
