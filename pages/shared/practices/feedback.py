"""What an organisation and every reader can say to a practice, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from pages.shared.components import corrections, links, private_links
from pages.shared.components.links import page_link
from pages.shared.components.popover import popover
from pages.shared.components.screen_texts import escaped, of_catalogue
from practices_db import formats
from practices_db.queries.practices import Former
from practices_db.translation import N_, _

_FIELDS = {
    "": N_("Something else"),
    "name": N_("Name"),
    "lead_organisation": N_("Organisation"),
    "countries": N_("Country or place"),
    "start_year": N_("Years, or whether it still runs"),
    "sectors": N_("Sector or target group"),
    "funding_sources": N_("Funding or budget"),
    "people_reached": N_("People reached or outcomes"),
    "summary": N_("Summary"),
    "source_url": N_("A source"),
    "answer": N_("An answer or a score"),
}
_RUNS = {
    True: N_("It still runs, says {who} ({day})."),
    False: N_("It does not run any more, says {who} ({day})."),
}
_MAY_RUN = N_("It may or may not still run, says {who} ({day}).")


def former(gone: Former) -> None:
    """Say what became of a practice that is not in the catalogue any more."""
    st.title(of_catalogue(gone.name))
    st.info(
        _("This practice is not in the catalogue any more since {day}. The reason: {reason}").format(
            day=formats.day(gone.left_on), reason=of_catalogue(gone.reason)
        ),
        icon=":material/inventory_2:",
    )
    page_link("explore", _("Look through the practices that are"), "search")


def moved_here(asked: str | None, card: Mapping[str, Any]) -> None:
    """Say so where a link to an id that was merged into this practice led here."""
    if asked and asked != card["id"]:
        st.caption(_("The link you followed names an entry that was merged into this one."))


def statement(said: Mapping[str, Any] | None) -> None:
    """Show the owner's own words beside the scores, where there are any."""
    if said is None:
        return
    with st.container(border=True):
        st.markdown(
            _("**What {organisation} says to this** ({day})").format(
                organisation=escaped(said["organisation"]), day=formats.day(said["stated_on"])
            )
        )
        st.text(said["words"])
        st.caption(_("In the organisation's own words; the scores are not changed by it."))


def history(card: Mapping[str, Any], corrections: Sequence[tuple[date, str]]) -> None:
    """Say whether the practice still runs, who says so, and what was corrected and why."""
    if card["running_said_by"]:
        st.markdown(
            _(_RUNS.get(card["still_running"], _MAY_RUN)).format(
                who=escaped(card["running_said_by"]), day=formats.day(card["running_said_on"])
            )
        )
    if corrections:
        st.markdown("\n".join(f"- {formats.pair(formats.day(day), of_catalogue(words))}" for day, words in corrections))
    else:
        st.markdown(_("Nothing was corrected since it came into the catalogue."))


def for_its_owner(practice_id: str) -> None:
    """Say what an organisation can do for its own practice here."""

    def said() -> None:
        st.markdown(
            _(
                "Answer the same questions for it: your answers are shown beside what others found, and its scores "
                "follow. If a fact is wrong, say so under “Something is wrong”."
            )
        )
        links.assess_link(practice_id)

    popover(_("Is this yours?"), said, "for_owner", icon=":material/badge:", type="tertiary")


def correction_form(card: Mapping[str, Any]) -> None:
    """Take a correction request for the curators; no personal data are needed."""
    private_links.keep()

    def form() -> None:
        st.markdown(
            _(
                "Say what is wrong or out of date and where that can be read. Curators look at it, and what they "
                "correct is listed under “Corrections”. Please leave out names and stories of people."
            )
        )
        corrections.receipts(card["id"])
        with st.form(f"correction-{card['id']}", border=False, clear_on_submit=False):
            key = f"correction_{card['id']}"
            field = st.selectbox(
                _("What is it about?"), list(_FIELDS), format_func=lambda one: _(_FIELDS[one]), key=f"{key}_field"
            )
            what = st.text_area(_("What is wrong, and what is right?"), key=f"{key}_what")
            page = st.text_input(
                _("A page where that can be read (optional)"),
                max_chars=2000,
                placeholder="example.org/page",
                key=f"{key}_page",
            )
            mailbox = st.text_input(
                _("A mailbox for questions (optional)"),
                max_chars=254,
                placeholder="info@organisation.org",
                help=_("An organisation's mailbox, not a person's. It is never published."),
                key=f"{key}_mailbox",
            )
            above = st.container()  # on a telephone what stands below the button is out of sight
            sent = st.form_submit_button(_("Send to the curators"), icon=":material/send:", key=f"{key}_send")
        if sent:
            content = {"what": what.strip(), "field": field or None}
            with above:
                corrections.send("correction", (card["id"], card["name"]), content, page, mailbox)

    popover(_("Something is wrong"), form, "correct", icon=":material/edit_note:", type="tertiary")
