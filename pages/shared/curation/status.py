"""Whether something was looked at again, still runs, and belongs into the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from pages.shared.curation import actions, search
from practices_db.catalogue.library_items import NOUNS
from practices_db.curation import edit_library, edit_practices
from practices_db.curation.edit_library import Curated
from practices_db.curation.edit_practices import CuratedPractice
from practices_db.curation.permissions import Thing, allowed
from practices_db.curation.versioned_change import Edit
from practices_db.database import audit_log
from practices_db.database.store import Store
from practices_db.errors import Actor

_RUNS = {"yes": True, "no": False, "unknown": None}
_RUNS_WORDS = {"yes": "It still runs", "no": "It does not run any more", "unknown": "They could not say"}
Reasoned = Callable[[Store, Actor, str], int]  # done for a reason


def practice(found: CuratedPractice, actor: Actor) -> None:
    """Draw what can be said of a practice and done with it in the state that it is in."""
    id_, thing = found.facts["id"], found.thing
    version = actions.seen(f"practice_{id_}", found.version)
    if allowed(actor, "edit", thing):
        _checked(
            id_,
            found.facts["checked_on"],
            lambda store, who, on: edit_practices.checked(store, Edit(who, id_, version), on),
        )
        _running(found, version)
    if allowed(actor, "archive", thing):
        _archive(
            id_,
            "Nothing is deleted: links to it say that it is gone and why. It can be put back.",
            lambda store, who, reason: edit_practices.archive(store, Edit(who, id_, version, reason)),
        )
    if allowed(actor, "relist", thing):
        _relist(id_, lambda store, who, reason: edit_practices.relist(store, Edit(who, id_, version, reason)))
    if allowed(actor, "merge", thing):
        _merge(
            id_,
            found.thing,
            "Assessments, sources, statement, submissions and links go over to the practice that is kept, whose own "
            "facts stay; links to this one lead there.",
            lambda store, who, into, reason: edit_practices.merge(store, Edit(who, id_, version, reason), into),
        )
    _merged(found.state)


def item(found: Curated, actor: Actor) -> None:
    """Draw what can be done with a publication, an organisation or a link in the state that it is in."""
    kind, id_, thing, name = found.item, found.id, found.thing, found.thing.name
    version = actions.seen(name, found.version)
    noun = NOUNS.get(kind, kind)
    if allowed(actor, "edit", thing):
        _checked(
            name,
            found.facts["checked_on"],
            lambda store, who, on: edit_library.checked(store, kind, Edit(who, id_, version), on),
        )
    if allowed(actor, "archive", thing):
        goes = "" if kind == "link" else " Links to it go and come back with it."
        _archive(
            name,
            f"Nothing is deleted: it can be put back.{goes}",
            lambda store, who, reason: edit_library.archive(store, kind, Edit(who, id_, version, reason)),
        )
    if allowed(actor, "relist", thing):
        _relist(name, lambda store, who, reason: edit_library.relist(store, kind, Edit(who, id_, version, reason)))
    if kind != "link" and allowed(actor, "merge", thing):
        _merge(
            name,
            thing,
            f"Its links go over to the {noun} that is kept, whose own facts stay.",
            lambda store, who, into, reason: edit_library.merge(store, kind, Edit(who, id_, version, reason), into),
        )
    _merged(found.state)


def _today() -> date:
    return audit_log.now().date()


def _merged(state: str) -> None:
    if state == "merged":
        st.info("It was merged into another one, which takes its place.", icon=":material/call_merge:")


def _checked(name: str, last: date, do: Callable[[Store, Actor, date], int]) -> None:
    st.subheader("Looked at again")
    st.caption(f"Last on {last:%d %B %Y}.")
    with st.form(f"checked_{name}", border=False):
        on = st.date_input("Compared with its page on", _today(), max_value=_today(), key=f"checked_on_{name}")
        done = st.form_submit_button("It is still right", icon=":material/fact_check:")
    if done:
        actions.act(lambda store, who: do(store, who, on), f"Noted: checked on {on:%d %B %Y}.")


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
        actions.act(
            lambda store, who: edit_practices.still_running(store, Edit(who, id_, version), _RUNS[runs], by, on),
            "Noted.",
        )


def _archive(name: str, what_happens: str, do: Reasoned) -> None:
    st.subheader("Take it out of the catalogue")
    st.caption(what_happens)
    with st.form(f"archive_{name}", border=False):
        reason = st.text_input("Why (everybody reads it)", max_chars=1000, key=f"archive_reason_{name}")
        done = st.form_submit_button("Archive", icon=":material/inventory_2:")
    if done:
        actions.act(
            lambda store, who: do(store, who, reason.strip()),
            "Archived. It leaves the catalogue with the next release.",
        )


def _relist(name: str, do: Reasoned) -> None:
    st.subheader("Put it back into the catalogue")
    with st.form(f"relist_{name}", border=False):
        reason = st.text_input("Why", max_chars=1000, key=f"relist_reason_{name}")
        done = st.form_submit_button("Put it back", icon=":material/undo:")
    if done:
        actions.act(
            lambda store, who: do(store, who, reason.strip()),
            "It is in the catalogue again from the next release on.",
        )


def _merge(name: str, thing: Thing, what_happens: str, do: Callable[[Store, Actor, str, str], int]) -> None:
    st.subheader("It is the same as another one")
    noun = NOUNS.get(thing.kind, thing.kind)
    text = st.text_input(f"Name or id of the {noun} that is kept", max_chars=200, key=f"merge_find_{name}")
    kept = search.choose_listed(text, thing.kind, f"merge_into_{name}", but=thing.id)
    if kept is None:
        return
    reason = st.text_input("Why (everybody reads it)", max_chars=1000, key=f"merge_reason_{name}")
    if actions.confirmed(
        "Merge",
        f"{what_happens} **A merge cannot be taken back.**",
        "Yes, merge",
        f"merge_{name}",
        ":material/call_merge:",
    ):
        actions.act(
            lambda store, who: do(store, who, kept, reason.strip()),
            "Merged. The kept one stands in its place from the next release on.",
        )
