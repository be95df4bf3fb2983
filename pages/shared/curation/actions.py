"""Doing something and saying what came of it: one way for every button."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from pages.shared.components import database
from pages.shared.components.screen_texts import escaped
from pages.shared.curation import login
from practices_db.database import audit_log
from practices_db.database.store import Cursor, Store
from practices_db.errors import Actor, PracticesError

Result = TypeVar("Result")
UNRELEASED = "data"  # the object that stands in the record for whatever is not released yet
_TOLD, _SHOWN_ONCE, _LOOKED_AT = "curation_told", "curation_link", "curation_looked_at"


def act(
    work: Callable[[Store, Actor], Result],
    done: str | Callable[[Result], str],
    then: Callable[[], None] = lambda: None,
) -> None:
    """Do something as whoever is there now, then draw the page anew with what was done; or say why it was not done.

    ``then`` is called where it was done.
    """
    try:
        with st.spinner("Saving", show_time=True):
            result = work(database.store(), login.actor())
    except PracticesError as error:
        complain(error)
        return
    then()
    st.session_state[_TOLD] = done if isinstance(done, str) else done(result)
    st.rerun()


def looked_up(work: Callable[[Cursor, Actor], Result], private: str = "") -> Result:
    """Return what whoever is there now may read; where they may not (any more: that goes on record), or there is no
    such thing, say so and stop.

    ``private``: the object whose private or unreleased content is shown; that goes on record, once a visit.
    """
    try:
        with st.spinner("Looking", show_time=True):
            who = login.actor()
            found = audit_log.guarded(database.store(), lambda cursor: work(cursor, who), rehearsal=True)
            if private:
                put_on_record(who, private)
            return found
    except PracticesError as error:
        complain(error)
        st.stop()


def put_on_record(who: Actor, private: str) -> None:
    """Put on record that somebody looks at something private or unreleased, once a visit."""
    seen: set[str] = st.session_state.setdefault(_LOOKED_AT, set())
    if private in seen or database.store().read_only:
        return
    entry = audit_log.Entry("read", private, reason="not released yet" if private == UNRELEASED else "")
    database.store().write(lambda cursor: audit_log.record(cursor, who, entry))
    seen.add(private)


def complain(error: PracticesError) -> None:
    """Say what is wrong; a message of several lines as a list."""
    first, *further = str(error).splitlines()
    st.error("\n".join([escaped(first), "", *(f"- {escaped(line)}" for line in further)]), icon=":material/error:")


def told() -> None:
    """Say what was done by the last press, once; a private link stays until it is hidden."""
    if done := st.session_state.pop(_TOLD, None):
        st.success(escaped(done), icon=":material/check:")
    if link := st.session_state.get(_SHOWN_ONCE):
        with st.container(border=True):
            st.markdown(
                "**Private link.** It is shown only now and nobody can look it up: copy it and send it to the person "
                "it is for. It works until 90 days after it was last used."
            )
            st.code(link, language=None, wrap_lines=True)
            st.button("It is sent; hide it here", on_click=st.session_state.pop, args=(_SHOWN_ONCE, None))


def show_link(link: str) -> None:
    """Show a private link above the page until whoever asked for it has hidden it."""
    st.session_state[_SHOWN_ONCE] = link


def confirmed(label: str, question: str, yes: str, key: str, icon: str | None = None) -> bool:
    """Draw a button for what cannot be taken back; return whether it was pressed and then confirmed."""
    asked = f"{key}_asked"
    st.button(label, key=f"{key}_ask", icon=icon, on_click=st.session_state.update, kwargs={asked: True})
    if not st.session_state.get(asked):
        return False
    with st.container(border=True):
        st.markdown(question)
        with st.container(horizontal=True):
            sure = st.button(yes, key=f"{key}_yes", type="primary")
            st.button("No, leave it", key=f"{key}_no", on_click=st.session_state.pop, args=(asked, None))
    if sure:
        del st.session_state[asked]
    return sure


def seen(name: str, version: int) -> int:
    """Return the version of something that the person had before them when they pressed, and note the one drawn now.

    The page is drawn anew before a press is acted on: what it finds then may be newer than what was looked at.
    """
    key = f"seen_{name}"
    before = int(st.session_state.get(key, version))
    st.session_state[key] = version
    return before
