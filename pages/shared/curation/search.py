"""Finding something by its name or id, and its history, for practices and for what is in the library."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.shared.components import tables
from pages.shared.components.screen_texts import counted, escaped
from pages.shared.curation import actions, labels
from practices_db.catalogue.library_items import KINDS, NOUNS
from practices_db.curation import edit_library, edit_practices
from practices_db.curation.edit_library import Curated
from practices_db.curation.edit_practices import CuratedPractice
from practices_db.curation.permissions import Thing, require
from practices_db.database import audit_log
from practices_db.database.store import Cursor
from practices_db.errors import Actor

MOST = 50
_FIRST = f"The first {MOST} by name; write more of it to find others"
_AT_ONCE = 100


def find(label: str, kind: str, key: str, link: Callable[[str, str], None], several: str) -> None:
    """Draw the search for things of a kind, ``several`` of them, and what it finds.

    ``link`` writes a link to an id with a label.
    """
    noun = NOUNS.get(kind, kind)
    text = st.text_input(label, max_chars=200, key=key, icon=":material/search:")
    of_library = next((one.item for one in KINDS.values() if one.item == kind and not one.name), None)
    found = actions.looked_up(
        lambda cursor, who: (
            edit_library.find(cursor, who, of_library, text, MOST + 1)
            if of_library
            else edit_practices.find(cursor, who, kind, text, MOST + 1)
        )
    )
    if not found:
        st.info(f"No {noun} has this in its name or id. New ones come in by Import.", icon=":material/search_off:")
        return
    st.markdown(counted(len(found), noun, several) if len(found) <= MOST else f"{_FIRST}.")
    for one in found[:MOST]:
        state = "" if one.state == "listed" else f", {labels.STATES[one.state]}"
        link(one.id, f"{escaped(one.name)} ({escaped(one.id)}{state})")


def choose_listed(text: str, kind: str, key: str, but: str = "") -> str | None:
    """Let one be chosen of those in the catalogue whose name or id holds a text; return its id."""
    if not text.strip():
        return None
    noun = NOUNS.get(kind, kind)
    found = actions.looked_up(lambda cursor, who: edit_practices.find(cursor, who, kind, text, MOST + 1, True))
    options = {one.id: f"{one.name} ({one.id})" for one in found[:MOST] if one.id != but}
    if not options:
        st.caption(f"No other {noun} in the catalogue has this in its name or id.")
        return None
    label = f"Which ({counted(len(options), noun) if len(found) <= MOST else _FIRST.lower()})"
    return st.selectbox(label, list(options), format_func=options.__getitem__, index=None, key=key)


def history(found: CuratedPractice | Curated, actor: Actor) -> None:
    """Draw who changed what on something, when and why, the newest first."""

    def look(cursor: Cursor, who: Actor) -> list[audit_log.Line]:
        require(who, "read", Thing("audit"))
        return audit_log.history(cursor, found.thing.name)

    lines = actions.looked_up(look)
    if not lines:
        st.info("Nothing was changed since it came into the catalogue with the first build.", icon=":material/history:")
        return
    st.markdown(f"{counted(len(lines), 'change')}, the newest first.")
    tables.fixed(
        {
            "When (UTC)": [f"{one.ts:%Y-%m-%d %H:%M}" for one in lines[:_AT_ONCE]],
            "Who": [("you, " if one.actor == actor.id else "") + escaped(one.actor) for one in lines[:_AT_ONCE]],
            "What": [escaped(one.action) for one in lines[:_AT_ONCE]],
            "Before": [labels.values(one.before) for one in lines[:_AT_ONCE]],
            "After": [labels.values(one.after) for one in lines[:_AT_ONCE]],
            "Why": [_why(one) for one in lines[:_AT_ONCE]],
        },
        "Who changed what, when and why",
    )
    if len(lines) > _AT_ONCE:
        st.caption(f"The newest {_AT_ONCE} are shown; the command line's history shows all.")


def _why(line: audit_log.Line) -> str:
    if line.erased:
        return "(the content was erased)"
    return escaped(line.reason) + (f" · everybody reads: {escaped(line.public)}" if line.public else "")
