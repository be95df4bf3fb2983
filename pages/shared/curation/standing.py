"""Whether a practice was looked at again, still runs, and belongs into the catalogue."""

from __future__ import annotations

from datetime import date

import streamlit as st

from pages.shared.curation import acting
from practices_db import audit, curating
from practices_db.changing import Found
from practices_db.curating import CuratedPractice
from practices_db.errors import Actor
from practices_db.permissions import allowed
from practices_db.wording import counted

_RUNS = {"yes": True, "no": False, "unknown": None}
_RUNS_WORDS = {"yes": "It still runs", "no": "It does not run any more", "unknown": "They could not say"}
_MOST = 50


def draw(found: CuratedPractice, actor: Actor) -> None:
    """Draw what can be said and done in the state that the practice is in."""
    id_, thing = found.facts["id"], found.thing
    version = acting.seen(f"practice_{id_}", found.version)
    if allowed(actor, "edit", thing):
        _checked(found, version)
        _running(found, version)
    if allowed(actor, "archive", thing):
        _archive(id_, version)
    if allowed(actor, "relist", thing):
        _relist(id_, version)
    if allowed(actor, "merge", thing):
        _merge(found, version)
    if found.state == "merged":
        st.info("It was merged into another practice. Links to it lead there.", icon=":material/call_merge:")


def _today() -> date:
    return audit.now().date()


def _checked(found: CuratedPractice, version: int) -> None:
    id_ = found.facts["id"]
    st.subheader("Looked at again")
    st.caption(f"Last on {found.facts['checked_on']:%d %B %Y}.")
    with st.form(f"checked_{id_}", border=False):
        on = st.date_input("Compared with its page on", _today(), max_value=_today(), key=f"checked_on_{id_}")
        done = st.form_submit_button("It is still right", icon=":material/fact_check:")
    if done:
        acting.act(
            lambda store, who: curating.checked(store, who, id_, version, on), f"Noted: checked on {on:%d %B %Y}."
        )


def _running(found: CuratedPractice, version: int) -> None:
    id_ = found.facts["id"]
    st.subheader("Does it still run?")
    if found.running_said_by:
        runs = next(words for words, value in _RUNS.items() if value is found.still_running)
        st.text(f"{_RUNS_WORDS[runs]}: {found.running_said_by}, {found.running_said_on:%d %B %Y}.")
    else:
        st.caption("Nobody has said so yet.")
    with st.form(f"running_{id_}", border=False):
        runs = st.selectbox("What was said", list(_RUNS), format_func=_RUNS_WORDS.__getitem__, key=f"runs_{id_}")
        by = st.text_input("Who said so (an organisation or a page, no person)", max_chars=300, key=f"said_by_{id_}")
        on = st.date_input("When", _today(), max_value=_today(), key=f"said_on_{id_}")
        done = st.form_submit_button("Note it", icon=":material/save:")
    if done:
        acting.act(lambda store, who: curating.still_running(store, who, id_, version, _RUNS[runs], by, on), "Noted.")


def _archive(id_: str, version: int) -> None:
    st.subheader("Take it out of the catalogue")
    st.caption("Nothing is deleted: links to it say that it is gone and why. It can be put back.")
    with st.form(f"archive_{id_}", border=False):
        reason = st.text_input("Why (everybody reads it)", max_chars=1000, key=f"archive_reason_{id_}")
        done = st.form_submit_button("Archive", icon=":material/inventory_2:")
    if done:
        acting.act(
            lambda store, who: curating.archive(store, who, id_, version, reason.strip()),
            "Archived. It leaves the catalogue with the next release.",
        )


def _relist(id_: str, version: int) -> None:
    st.subheader("Put it back into the catalogue")
    with st.form(f"relist_{id_}", border=False):
        reason = st.text_input("Why", max_chars=1000, key=f"relist_reason_{id_}")
        done = st.form_submit_button("Put it back", icon=":material/undo:")
    if done:
        acting.act(
            lambda store, who: curating.relist(store, who, id_, version, reason.strip()),
            "It is in the catalogue again from the next release on.",
        )


def _merge(found: CuratedPractice, version: int) -> None:
    id_ = found.facts["id"]
    st.subheader("It is the same as another one")
    text = st.text_input("Name or id of the practice that is kept", max_chars=200, key=f"merge_find_{id_}")
    if not text.strip():
        return
    alike = acting.looked_up(lambda cursor, who: curating.find(cursor, who, text, _MOST))
    options = {one.id: _named(one) for one in alike if one.state == "listed" and one.id != id_}
    if not options:
        st.caption("No other practice in the catalogue has this in its name or id.")
        return
    kept = st.selectbox(
        f"Which ({counted(len(options), 'practice')})",
        list(options),
        format_func=options.__getitem__,
        index=None,
        key=f"merge_into_{id_}",
    )
    reason = st.text_input("Why (everybody reads it)", max_chars=1000, key=f"merge_reason_{id_}")
    if kept is None:
        return
    if acting.confirmed(
        "Merge",
        "Assessments, sources, statement and submissions go over to the practice that is kept, whose own facts stay; "
        "links to this one lead there. **A merge cannot be taken back.**",
        "Yes, merge",
        f"merge_{id_}",
        ":material/call_merge:",
    ):
        acting.act(
            lambda store, who: curating.merge(store, who, id_, kept, version, reason.strip()),
            "Merged. Links to it lead to the kept practice from the next release on.",
        )


def _named(found: Found) -> str:
    return f"{found.name} ({found.id})"
