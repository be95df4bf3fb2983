"""What an organisation and every reader can say to a practice, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from pages.shared.components import corrections, links, private_links
from pages.shared.components.links import page_path
from pages.shared.components.screen_texts import escaped
from practices_db.queries.practices import Former

_FIELDS = {
    "": "Something else",
    "name": "Name",
    "lead_organisation": "Organisation",
    "countries": "Country or place",
    "start_year": "Years, or whether it still runs",
    "sectors": "Sector or target group",
    "funding_sources": "Funding or budget",
    "people_reached": "People reached or outcomes",
    "summary": "Summary",
    "source_url": "A source",
    "answer": "An answer or a score",
}
_RUNS = {True: "still runs", False: "does not run any more", None: "may or may not still run"}


def former(gone: Former) -> None:
    """Say what became of a practice that is not in the catalogue any more."""
    st.title(escaped(gone.name))
    st.info(
        f"This practice is not in the catalogue any more since {gone.left_on:%d %B %Y}. "
        f"The reason: {escaped(gone.reason)}",
        icon=":material/inventory_2:",
    )
    st.page_link(page_path("explore"), label="Look through the practices that are", icon=":material/search:")


def moved_here(asked: str | None, card: Mapping[str, Any]) -> None:
    """Say so where a link to an id that was merged into this practice led here."""
    if asked and asked != card["id"]:
        st.caption("The link you followed names an entry that was merged into this one.")


def statement(said: Mapping[str, Any] | None) -> None:
    """Show the owner's own words beside the scores, where there are any."""
    if said is None:
        return
    with st.container(border=True):
        st.markdown(f"**What {escaped(said['organisation'])} says to this** ({said['stated_on']:%d %B %Y})")
        st.text(said["words"])
        st.caption("In the organisation's own words; the scores are not changed by it.")


def history(card: Mapping[str, Any], corrections: Sequence[tuple[date, str]]) -> None:
    """Say whether the practice still runs, who says so, and what was corrected and why."""
    if card["running_said_by"]:
        runs = {True: "still runs", False: "does not run any more"}.get(
            card["still_running"], "may or may not still run"
        )
        st.markdown(f"It {runs}, says {escaped(card['running_said_by'])} ({card['running_said_on']:%d %B %Y}).")
    if corrections:
        st.markdown("\n".join(f"- {day:%d %B %Y}: {escaped(words)}" for day, words in corrections))
    else:
        st.markdown("Nothing was corrected since it came into the catalogue.")


def for_its_owner(practice_id: str) -> None:
    """Say what an organisation can do for its own practice here."""
    with st.popover("Is this yours?", icon=":material/badge:", type="tertiary"):
        st.markdown(
            "Answer the same questions for it: your answers are shown beside what others found, and its scores follow. "
            "If a fact is wrong, say so under “Something is wrong”."
        )
        links.assess_link(practice_id)


def correction_form(card: Mapping[str, Any]) -> None:
    """Take a correction request for the curators; no personal data are needed."""
    private_links.keep()
    with st.popover("Something is wrong", icon=":material/edit_note:", type="tertiary"):
        st.markdown(
            "Say what is wrong or out of date and where that can be read. Curators look at it, and what they correct "
            "is listed under “Corrections”. Please leave out names and stories of people."
        )
        corrections.receipts(card["id"])
        with st.form(f"correction-{card['id']}", border=False, clear_on_submit=False):
            field = st.selectbox("What is it about?", list(_FIELDS), format_func=_FIELDS.__getitem__)
            what = st.text_area("What is wrong, and what is right?", max_chars=4000)
            page = st.text_input(
                "A page where that can be read (optional)", max_chars=2000, placeholder="example.org/page"
            )
            mailbox = st.text_input(
                "A mailbox for questions (optional)",
                max_chars=254,
                placeholder="info@organisation.org",
                help="An organisation's mailbox, not a person's. It is never published.",
            )
            sent = st.form_submit_button("Send to the curators", icon=":material/send:")
        if sent:
            _send(card, field, what, page, mailbox)


def _send(card: Mapping[str, Any], field: str, what: str, page: str, mailbox: str) -> None:
    if problem := corrections.wrong_with(what, page, page_needed=False):
        st.error(escaped(problem), icon=":material/error:")
        return
    content = {"what": what.strip(), "field": field or None}
    corrections.send("correction", (card["id"], card["name"]), content, page, mailbox)
