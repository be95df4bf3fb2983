"""A practice as curators have it: found by name, then its facts, answers, standing and history, a view each."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.shared import links
from pages.shared.curation import acting, answers, facts, opinions, standing, words
from pages.shared.wording import counted, escaped
from practices_db import audit, curating
from practices_db.curating import CuratedPractice
from practices_db.errors import Actor, PracticesError
from practices_db.permissions import Thing, require
from practices_db.store import Cursor

_VIEWS = {
    "facts": "Facts",
    "answers": "Answers",
    "standing": "Standing",
    "opinions": "Second opinions",
    "history": "History",
}
_STATES = {"listed": "listed", "archived": "archived", "merged": "merged into another one"}
_MOST = 50
_AT_ONCE = 100


def draw(actor: Actor) -> None:
    """Draw the practice that the link names, else the search."""
    id_ = st.query_params.get("practice")
    if not id_:
        _find()
        return
    st.page_link(
        links.page_path("curation"),
        label="Find another practice",
        icon=":material/arrow_back:",
        query_params={"part": "practices"},
    )
    try:
        found = acting.looked_up(lambda cursor, who: curating.practice(cursor, who, id_))
    except PracticesError as error:
        acting.complain(error)
        return
    st.subheader(escaped(found.facts["name"]))
    _stands(found)
    view = links.choose("View", "view", _VIEWS)
    match view:
        case "facts":
            facts.draw(found)
        case "answers":
            answers.draw(found)
        case "standing":
            standing.draw(found, actor)
        case "opinions":
            opinions.draw(found, actor)
        case _:
            _history(found, actor)


def _find() -> None:
    text = st.text_input("Name or id of a practice", max_chars=200, key="find_practice", icon=":material/search:")
    found = acting.looked_up(lambda cursor, who: curating.find(cursor, who, text, _MOST + 1))
    if not found:
        st.info("No practice has this in its name or id. New ones come in by Import.", icon=":material/search_off:")
        return
    more = len(found) > _MOST
    st.markdown(
        f"The first {_MOST} by name; write more of it to find others." if more else counted(len(found), "practice")
    )
    for one in found[:_MOST]:
        state = "" if one.state == "listed" else f", {_STATES[one.state]}"
        words.curated_link(one.id, f"{escaped(one.name)} ({escaped(one.id)}{state})")


def _stands(found: CuratedPractice) -> None:
    checked = f"Last checked on {found.facts['checked_on']:%d %B %Y}"
    st.caption(f"{escaped(found.facts['id'])}, {_STATES[found.state]}, version {found.version}. {checked}.")
    if found.merged_into:
        words.curated_link(found.merged_into, f"It was merged into {escaped(found.merged_into)}")
    else:
        links.practice_link(found.facts["id"], "As everybody sees it")


def _history(found: CuratedPractice, actor: Actor) -> None:
    def look(cursor: Cursor, who: Actor) -> list[audit.Line]:
        require(who, "read", Thing("audit"))
        return audit.history(cursor, found.thing.name)

    lines = acting.looked_up(look)
    if not lines:
        st.info("Nothing was changed since it came into the catalogue with the first build.", icon=":material/history:")
        return
    st.markdown(f"{counted(len(lines), 'change')}, the newest first.")
    st.table(
        pd.DataFrame(
            {
                "When (UTC)": [f"{one.ts:%Y-%m-%d %H:%M}" for one in lines[:_AT_ONCE]],
                "Who": [("you, " if one.actor == actor.id else "") + escaped(one.actor) for one in lines[:_AT_ONCE]],
                "What": [escaped(one.action) for one in lines[:_AT_ONCE]],
                "Before": [words.values(one.before) for one in lines[:_AT_ONCE]],
                "After": [words.values(one.after) for one in lines[:_AT_ONCE]],
                "Why": [_why(one) for one in lines[:_AT_ONCE]],
            }
        ),
        hide_index=True,
        border="horizontal",
        alt="Who changed what on this practice, when and why",
    )
    if len(lines) > _AT_ONCE:
        st.caption(f"The newest {_AT_ONCE} are shown; the command line's history shows all.")


def _why(line: audit.Line) -> str:
    if line.erased:
        return "(the content was erased)"
    return escaped(line.reason) + (f" · everybody reads: {escaped(line.public)}" if line.public else "")
