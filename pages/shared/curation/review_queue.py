"""The review queue: what was sent in, what it would change, and the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from criteria.framework import current_framework
from pages.shared.components import tables
from pages.shared.components.links import choose, page_link, practice_link
from pages.shared.components.private_links import new_link
from pages.shared.components.screen_texts import counted, escaped, web_link
from pages.shared.curation import actions
from pages.shared.curation import labels as curation_labels
from practices_db.curation import reviews
from practices_db.curation.permissions import allowed
from practices_db.curation.reviews import Difference
from practices_db.curation.submissions import Submission
from practices_db.curation.versioned_change import Edit
from practices_db.database.store import Cursor
from practices_db.errors import Actor

_KINDS = {
    "self-assessment": "Self-assessment",
    "second-assessment": "Second assessment",
    "correction": "Correction",
    "statement": "Owner's statement",
    "organisation-correction": "Correction of an organisation",
}
_STATES = {
    "submitted": "Waiting for a decision",
    "returned": "Returned to the sender",
    "draft": "Invited, not handed in",
    "published": "Accepted",
    "withdrawn": "Withdrawn",
}
_AT_ONCE = 30  # lines of the list
_WHAT_HAPPENS = {
    "self-assessment": (
        "Accepting makes the answers an assessment of the practice. Where another one has stronger evidence, that one "
        "goes on counting."
    ),
    "second-assessment": (
        "Accepting makes the answers a second assessment. Where it differs from the first, settle which answer counts "
        "under Practices."
    ),
    "correction": (
        "A correction changes nothing by itself: carry it out under Practices, with the page that says so as the "
        "source, then accept it here to say that it is done."
    ),
    "statement": "Accepting puts the words beside the scores of the practice.",
    "organisation-correction": (
        "A correction changes nothing by itself: carry it out under Library, with the page that says so as the "
        "source, then accept it here to say that it is done."
    ),
}


def draw(actor: Actor) -> None:
    """Draw one submission where the link names one, else the list."""
    if id_ := st.query_params.get("submission"):
        page_link("curation", "Back to the queue", "arrow_back")
        _one(actor, id_)
    else:
        _list()


def _list() -> None:
    state = choose("Show", "state", _STATES)
    found = actions.looked_up(lambda cursor, who: reviews.queue(cursor, who, (state,)))
    if not found:
        st.info(
            "Nothing is waiting. What organisations and readers send in appears here."
            if state == "submitted"
            else "There is none.",
            icon=":material/inbox:",
        )
        return
    st.markdown(f"{counted(len(found), 'submission')}, the oldest first.")
    for one in found[:_AT_ONCE]:
        given = one.payload or {}
        about = (
            one.practice_id
            or given.get("practice", {}).get("name")
            or given.get("organisation_id")
            or "no practice of the catalogue"
        )
        label = f"{one.created:%d %b %Y}, **{_KINDS[one.kind]}**: {escaped(str(about))}"
        page_link("curation", label, "mail", {"submission": one.id})
    if len(found) > _AT_ONCE:
        st.caption(f"The first {_AT_ONCE} are shown; the others follow when these are decided.")


def _one(actor: Actor, id_: str) -> None:
    def look(cursor: Cursor, who: Actor) -> tuple[Submission, list[Difference]]:
        return reviews.submission(cursor, who, id_), reviews.differences(cursor, who, id_)

    found, differences = actions.looked_up(look, private=f"submission:{id_}")
    version = actions.seen(f"submission_{id_}", found.version)
    st.subheader(_KINDS[found.kind])
    st.markdown(f"**{_STATES[found.status]}.** Sent on {found.created:%d %B %Y} as number {found.id}.")
    if found.practice_id:
        with st.container(horizontal=True):
            practice_link(found.practice_id, "The practice as everybody sees it")
            curation_labels.curated_link(found.practice_id, "The practice under Practices")
    if organisation := (found.payload or {}).get("organisation_id"):
        curation_labels.library_link("organisation", organisation, "The organisation under Library")
    if found.contact:
        st.text(f"Mailbox for questions, never published: {found.contact}")
    if found.curator_note:
        st.markdown(f"Note to the sender: {escaped(found.curator_note)}")
    _content(found, differences)
    _decide(actor, found, version)


def _content(found: Submission, differences: Sequence[Difference]) -> None:
    if found.payload is None:
        st.info(
            "The content was withdrawn and is gone."
            if found.status == "withdrawn"
            else "No answers yet: the invited person has not saved any.",
            icon=":material/info:",
        )
        return
    st.markdown("**What it would change**" if found.status == "submitted" else "**Against what stands there now**")
    if differences:
        tables.fixed(
            {
                "What": [curation_labels.of(one.what) for one in differences],
                "Now": [escaped(one.before) or "–" for one in differences],
                "In the submission": [escaped(one.after) for one in differences],
            },
            "What the submission would change",
        )
    else:
        st.markdown("Nothing: all of it stands there already.")
    if answers := found.payload.get("answers"):
        _answers(found.payload, answers)


def _answers(payload: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]) -> None:
    with st.expander(f"All {counted(len(answers), 'answer')} with notes and sources"):
        st.markdown(
            f"By {escaped(payload['assessor'])} on {payload['assessed_on']}, "
            f"{escaped(payload['framework'])} {escaped(payload['framework_version'])}."
        )
        labels = {one.id: one.label for one in current_framework().answers}
        tables.fixed(
            {
                "Indicator": [curation_labels.of(one["indicator_id"]) for one in answers],
                "Answer": [labels.get(one["answer"], one["answer"]) for one in answers],
                "Evidence level": [str(one.get("evidence_level", 0)) for one in answers],
                "Note": [escaped(one.get("note") or "") for one in answers],
                "Source": [_source(one) for one in answers],
            },
            "Every answer of the submission, with its note and source",
        )


def _source(answer: Mapping[str, Any]) -> str:
    url = answer.get("source_url")
    return web_link(url, answer.get("source_publisher") or url) if url else ""


def _decide(actor: Actor, found: Submission, version: int) -> None:
    thing = found.thing
    if allowed(actor, "accept", thing):
        st.subheader("Decision")
        st.caption(_WHAT_HAPPENS[found.kind] + " Everybody sees it with the next release.")
        with st.form(f"decide_{found.id}", border=True):
            note = st.text_area(
                "Note to the sender (they read it behind their private link)", max_chars=2000, key=f"note_{found.id}"
            )
            public = ""
            if found.kind != "organisation-correction":
                public = st.text_input(
                    "What everybody may read in the practice's history (optional)",
                    max_chars=300,
                    key=f"public_{found.id}",
                    help="For example: Start year corrected to 2003, as the programme's page says.",
                )
            with st.container(horizontal=True):
                accept = st.form_submit_button("Accept", icon=":material/check:", type="primary")
                back = st.form_submit_button("Return with the note", icon=":material/undo:")
        if accept:
            actions.act(
                lambda store, who: reviews.accept(
                    store, Edit(who, found.id, version, note.strip(), public.strip() or None)
                ),
                "Accepted. It becomes public with the next release.",
            )
        if back:
            actions.act(
                lambda store, who: reviews.send_back(store, Edit(who, found.id, version, note)),
                "Returned with your note.",
            )
    if allowed(actor, "renew", thing):
        _links(found)
    if allowed(actor, "withdraw", thing):
        _withdraw(found, version)


def _links(found: Submission) -> None:
    if actions.confirmed(
        "Make a new private link",
        "For a sender who lost theirs. **The old link stops working.** Be sure that you know whom you send it to.",
        "Yes, make a new one",
        f"renew_{found.id}",
        ":material/link:",
    ):
        actions.act(
            lambda store, who: actions.show_link(new_link(lambda: reviews.renew_link(store, who, found.id))),
            "There is a new link.",
        )


def _withdraw(found: Submission, version: int) -> None:
    reason = st.text_input(
        "Why it is withdrawn (for a sender who asked for it)", max_chars=300, key=f"withdraw_{found.id}_reason"
    )
    if actions.confirmed(
        "Withdraw",
        "What was sent, the answers it became and every word of it in the record **are erased and cannot be brought "
        "back**. What is public of it goes with the next release.",
        "Yes, erase it",
        f"withdraw_{found.id}",
        ":material/delete_forever:",
    ):
        actions.act(
            lambda store, who: reviews.withdraw(store, Edit(who, found.id, version, reason.strip())),
            "Withdrawn and erased.",
        )
