"""A second assessor who has not seen the first answers, and which answer counts where the two differ."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from criteria.framework import current_framework
from pages.shared.components.private_links import new_link
from pages.shared.components.screen_texts import counted, escaped
from pages.shared.curation import actions, labels
from practices_db.curation import edit_practices, reviews, submissions
from practices_db.curation.edit_practices import CuratedPractice
from practices_db.curation.permissions import allowed
from practices_db.curation.reviews import Disagreement
from practices_db.curation.versioned_change import Edit
from practices_db.errors import Actor


def draw(found: CuratedPractice, actor: Actor) -> None:
    """Invite a second assessor; list the disagreements and settle them."""
    id_ = found.facts["id"]
    st.subheader("Invite a second assessor")
    if allowed(actor, "invite", found.thing):
        _invite(id_)
    else:
        st.caption("Only for a practice that is in the catalogue.")
    st.subheader("Where assessors disagree")
    differ = actions.looked_up(lambda cursor, who: reviews.disagreements(cursor, who, id_))
    given = actions.looked_up(lambda cursor, who: edit_practices.answers(cursor, who, id_))
    names = {one["assessment_id"]: f"{one['basis']} by {one['assessor']}, {one['assessed_on']}" for one in given}
    if not differ:
        st.info("Nowhere, or only one assessment is accepted.", icon=":material/handshake:")
        return
    open_ = sum(one.settled is None for one in differ)
    st.markdown(f"{counted(len(differ), 'indicator')}, {open_} not settled yet.")
    for one in differ:
        _settle(id_, one, names, allowed(actor, "settle", found.thing))


def _invite(id_: str) -> None:
    st.caption("They answer without seeing the first answers. You get a private link to send to them.")
    with st.form(f"invite_{id_}", border=False):
        reason = st.text_input("Why (kept in the record; no names)", max_chars=300, key=f"invite_reason_{id_}")
        done = st.form_submit_button("Make a private link", icon=":material/link:")
    if done:
        actions.act(
            lambda store, who: actions.show_link(
                new_link(lambda: submissions.invite(store, id_, who, reason.strip()).token)
            ),
            "The invitation is made. It waits in the queue under “Invited, not handed in”.",
        )


def _settle(id_: str, one: Disagreement, names: Mapping[str, str], may: bool) -> None:
    answers: dict[str, str] = {option.id: option.label for option in current_framework().answers}
    version = actions.seen(f"settle_{id_}_{one.indicator_id}", one.version)
    with st.container(border=True):
        st.markdown(f"**{labels.of(one.indicator_id)}**")
        for assessment, answer in one.answers.items():
            counts = " **(counts)**" if assessment == one.settled else ""
            st.markdown(f"- {answers.get(answer, answer)}: {escaped(names[assessment])}{counts}")
        if one.note:
            st.markdown(f"Settled: {escaped(one.note)}")
        if not may:
            return
        with st.form(f"settle_{id_}_{one.indicator_id}", border=False):
            label = f"Which answer counts for “{labels.of(one.indicator_id)}”"
            chosen = st.radio(
                label,
                list(one.answers),
                format_func=lambda assessment: f"{answers[one.answers[assessment]]} ({escaped(names[assessment])})",
                index=list(one.answers).index(one.settled) if one.settled in one.answers else None,
                key=f"settle_{id_}_{one.indicator_id}_choice",
            )
            note = st.text_input("Why (shown beside the answer)", key=f"settle_{id_}_{one.indicator_id}_note")
            done = st.form_submit_button("Settle", icon=":material/gavel:")
        if done and chosen is None:
            st.error("Choose which answer counts.", icon=":material/error:")
        elif done:
            actions.act(
                lambda store, who: reviews.settle(store, Edit(who, id_, version, note), one.indicator_id, str(chosen)),
                "Settled. It counts from the next release on.",
            )
