"""The one draft of a session: how it changes, and how it comes from and goes to the browser's own storage.

The draft is the truth; widgets show it and write to it. It lives in the session's memory and in the browser, nowhere
else: no file, no database, no log and no address on this server ever holds it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import streamlit as st
from pydantic import ValidationError

from criteria.framework import AnswerId, current_framework, evidence_fault
from pages.shared.components.browser_storage import GONE, Entry, Kept, Report, browser_storage, new_ask
from pages.shared.components.screen_texts import counted, escaped
from practices_db.errors import PracticesError
from practices_db.files.self_assessment.form import Draft, OwnAnswer, OwnAssessment, new_form
from practices_db.files.self_assessment.open_file import open_draft

SLOT = "self-assessment"
_STATE = "own"


@dataclass
class _State:
    """What a session knows of its draft."""

    draft: Draft
    revision: int = 0
    loaded: bool = False  # whether the browser has told what it keeps
    ask: str = field(default_factory=new_ask)
    over: str = ""
    forget: bool = False
    other: Entry | None = None  # what another tab of the browser wrote
    gone: bool = False  # another tab made the browser forget
    damaged: str = ""  # what the browser kept and nobody can read
    problem: str = ""
    changes: tuple[str, ...] = ()
    unavailable: bool = False


def _state() -> _State:
    if _STATE not in st.session_state:
        st.session_state[_STATE] = _State(Draft(mine=new_form(date.today())))
    state: _State = st.session_state[_STATE]
    return state


def draft() -> Draft:
    """Return the draft as it is now."""
    return _state().draft


def mine() -> OwnAssessment:
    """Return her own form as it is now."""
    return _state().draft.mine


def change(made: Draft) -> None:
    """Take a changed draft; the browser keeps it with this run of the page."""
    state = _state()
    if made != state.draft:
        state.draft, state.revision, state.forget, state.loaded = made, state.revision + 1, False, True


def change_mine(form: OwnAssessment) -> None:
    """Take her changed form."""
    change(draft().model_copy(update={"mine": form}))


def change_answer(indicator_id: str, **parts: Any) -> None:
    """Change parts of one answer; without an answer its other parts wait for it in the note."""
    given = mine().answer(indicator_id)
    before = given.model_dump() if given else {"indicator": indicator_id, "answer": "not-documented"}
    try:
        made = OwnAnswer.model_validate(before | parts)
    except ValidationError:
        return  # a value that no widget of ours offers: sent by hand, and dropped
    if made.documented and evidence_fault(current_framework(), indicator_id, made.evidence_level):
        return  # nor is this one offered there
    change_mine(mine().with_answer(made))


def set_answer(indicator_id: str, answer: AnswerId | None) -> None:
    """Set or take back an answer; proof that is given stays."""
    if answer is None:
        change_mine(mine().without_answer(indicator_id))
    else:
        change_answer(indicator_id, answer=answer)


def change_profile(**facts: Any) -> None:
    """Change facts of the profile; what is no fact is dropped."""
    try:
        change_mine(mine().with_profile(**facts))
    except ValidationError:
        return


def replace_with(form: OwnAssessment) -> None:
    """Put another form in the place of hers, as when a file is opened; what was there is gone."""
    change(draft().model_copy(update={"mine": form, "settled": ()}))


def forget() -> None:
    """Empty the draft and make the browser forget it."""
    state = _state()
    st.session_state[_STATE] = _State(
        Draft(mine=new_form(date.today())), loaded=True, ask=state.ask, forget=True, over=state.over
    )


# --- the browser -----------------------------------------------------------------------------------------------


def kept_line() -> bool:
    """Draw the line that says what the browser keeps, with what has to be decided; return whether all is loaded."""
    state = _state()
    _decide(state)
    text = state.draft.model_dump_json() if state.loaded and state.revision else ""
    kept = Kept(text, state.revision, state.loaded, state.over, state.forget)
    browser_storage(SLOT, state.ask, kept, _reported)
    if not state.loaded:
        st.info("Looking whether this browser keeps answers of yours …", icon=":material/hourglass_empty:")
    return state.loaded


def _reported(report: Report) -> None:
    state = _state()
    if report.kind == "unavailable":
        state.loaded, state.unavailable = True, True
    elif report.kind == "other":
        state.other, state.gone = report.entry, report.entry is None
    elif not state.loaded:
        state.loaded = True
        if report.entry:
            _take(state, report.entry)


def _take(state: _State, entry: Entry) -> None:
    """Take what the browser keeps; what cannot be read stays there until its reader decides."""
    try:
        state.draft, state.changes = open_draft(entry.text)
        state.revision, state.over, state.problem = max(entry.revision, 1), entry.stamp, ""
    except PracticesError as error:
        state.damaged, state.problem, state.over = entry.text, str(error), ""


def _take_other() -> None:
    state = _state()
    if state.other:
        _take(state, state.other)
    elif state.gone:
        forget()
    _state().other, _state().gone = None, False


def _keep_mine() -> None:
    state = _state()
    state.over = state.other.stamp if state.other else GONE
    state.revision = max(state.revision, state.other.revision if state.other else 0) + 1
    state.other, state.gone = None, False


def _decide(state: _State) -> None:
    if state.other or state.gone:
        _other_tab(state)
    if state.problem:
        _damaged(state)
    if state.changes:
        with st.expander("The questions have changed since you last were here", expanded=True):
            st.markdown("\n".join(f"- {escaped(words)}" for words in state.changes))
    if state.unavailable:
        st.warning(
            "This browser does not let pages keep anything (a private window, or a setting). Your answers are "
            "only in this open page: save a file under “Take away” before you leave it.",
            icon=":material/warning:",
        )


def _other_tab(state: _State) -> None:
    with st.container(border=True):
        if state.other:
            st.warning(
                "Another tab of this browser has changed the answers. Nothing was overwritten: choose which ones hold.",
                icon=":material/tab:",
            )
        else:
            st.warning("Another tab of this browser made it forget the answers.", icon=":material/tab:")
        with st.container(horizontal=True):
            st.button(
                "Take those of the other tab" if state.other else "Forget them here too",
                on_click=_take_other,
                key="own_take_other",
            )
            st.button(
                f"Keep those of this page ({counted(len(state.draft.mine.answers), 'answer')})",
                on_click=_keep_mine,
                key="own_keep_mine",
            )


def _damaged(state: _State) -> None:
    st.error(escaped(state.problem), icon=":material/broken_image:")
    st.download_button(
        "Download what is there",
        data=state.damaged.encode("utf-8", "replace"),
        file_name="kept-in-this-browser.txt",
        mime="text/plain",
        on_click="ignore",
    )
    st.caption("It is replaced as soon as you answer something here.")


# --- widgets over the draft ------------------------------------------------------------------------------------


def show(key: str, value: Any) -> None:
    """Make a widget show a value of the draft; nothing is sent where it shows it already (somebody may be typing)."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def on_change(key: str, take: Callable[[Any], None]) -> Callable[[], None]:
    """Return what a widget calls when its value changed."""

    def changed() -> None:
        take(st.session_state[key])

    return changed
