"""Whether something was looked at again, still runs, and belongs into the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import streamlit as st

from pages.shared.curation import actions, search
from practices_db.catalogue.library_items import NOUNS
from practices_db.curation import edit_library, edit_practices
from practices_db.curation.edit_library import Curated
from practices_db.curation.edit_practices import CuratedPractice
from practices_db.curation.permissions import Thing, allowed
from practices_db.curation.versioned_change import Edit, Kind
from practices_db.database import audit_log
from practices_db.database.store import Store
from practices_db.errors import Actor

_RUNS = {"yes": True, "no": False, "unknown": None}
_RUNS_WORDS = {"yes": "It still runs", "no": "It does not run any more", "unknown": "They could not say"}
# What happens to the links of something that is archived.
_GOES = {
    "practice": "links to it say that it is gone and why. It can be put back.",
    "link": "it can be put back.",
}
_LINKS_GO = "it can be put back. Links to it go and come back with it."
_HANDED_OVER = "Its links are moved to the {noun} that is kept, whose own facts stay."
_PRACTICE_HANDED_OVER = (
    "Assessments, sources, statement, submissions and links are moved to the practice that is kept, whose own facts "
    "stay; links to this one lead there."
)


def draw(found: CuratedPractice | Curated, actor: Actor) -> None:
    """Draw what can be said of something and done with it in the state that it is in."""
    thing, name = found.thing, found.thing.name
    version = actions.seen(name, found.version)
    kind: Kind[Any] = edit_library.KEPT[found.item] if isinstance(found, Curated) else edit_practices.KEPT
    if allowed(actor, "edit", thing):
        if "checked_on" in found.facts:
            _checked(found, version)
        if isinstance(found, CuratedPractice):
            _running(found, version)
    if allowed(actor, "archive", thing):
        st.subheader("Take it out of the catalogue")
        st.caption(f"Nothing is deleted: {_GOES.get(thing.kind, _LINKS_GO)}")
        reason = _reason("archive", name, "Why (everybody reads it)", "Archive", ":material/inventory_2:")
        if reason is not None:
            actions.act(
                lambda store, who: kind.archive(store, Edit(who, thing.id, version, reason)),
                "Archived. It leaves the catalogue with the next release.",
            )
    if allowed(actor, "relist", thing):
        st.subheader("Put it back into the catalogue")
        if (why := _reason("relist", name, "Why", "Put it back", ":material/undo:")) is not None:
            actions.act(
                lambda store, who: kind.relist(store, Edit(who, thing.id, version, why)),
                "It is in the catalogue again from the next release on.",
            )
    if allowed(actor, "merge", thing):
        _merge(thing, lambda store, who, into, reason: kind.merge(store, Edit(who, thing.id, version, reason), into))
    if found.state == "merged":
        st.info("It was merged into another one, which takes its place.", icon=":material/call_merge:")


def _today() -> date:
    return audit_log.now().date()


def _checked(found: CuratedPractice | Curated, version: int) -> None:
    name, id_ = found.thing.name, found.thing.id
    st.subheader("Check against the source page")
    st.caption(f"Last checked on {found.facts['checked_on']:%d %B %Y}.")
    with st.form(f"checked_{name}", border=False):
        on = st.date_input("Compared with its page on", _today(), max_value=_today(), key=f"checked_on_{name}")
        done = st.form_submit_button("It is still right", icon=":material/fact_check:")
    if done:

        def check(store: Store, who: Actor) -> int:
            edit = Edit(who, id_, version)
            if isinstance(found, Curated):
                return edit_library.checked(store, found.item, edit, on)
            return edit_practices.checked(store, edit, on)

        actions.act(check, f"Noted: checked on {on:%d %B %Y}.")


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


def _reason(act: str, name: str, label: str, button: str, icon: str) -> str | None:
    """Draw the form of what is done for a reason; return the reason where its button was pressed, else None."""
    with st.form(f"{act}_{name}", border=False):
        reason = st.text_input(label, max_chars=1000, key=f"{act}_reason_{name}")
        done = st.form_submit_button(button, icon=icon)
    return reason.strip() if done else None


def _merge(thing: Thing, do: Callable[[Store, Actor, str, str], int]) -> None:
    name = thing.name
    st.subheader("It is the same as another one")
    noun = NOUNS.get(thing.kind, thing.kind)
    text = st.text_input(f"Name or id of the {noun} that is kept", max_chars=200, key=f"merge_find_{name}")
    what_happens = _PRACTICE_HANDED_OVER if thing.kind == "practice" else _HANDED_OVER.format(noun=noun)
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
            "Merged. The kept one replaces it from the next release on.",
        )
