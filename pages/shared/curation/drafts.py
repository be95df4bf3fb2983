"""A form over something that others may change meanwhile: nobody's change is overwritten, nobody's typing is lost.

A draft remembers what stood there when the form was opened. Saving names that version; where somebody else was faster,
the form keeps what was typed, and what stands there now is shown beside it. What was typed is held for the session,
also while another view or form is drawn: ``hold`` is called at the beginning of each run of the page. (So these forms
are no ``st.form``, which sends nothing before its button is pressed.)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from pages.shared.components import tables
from pages.shared.components.screen_texts import escaped
from pages.shared.curation import labels

_DRAFTS = "curation_drafts"
_BESIDE = ("why", "source", "public")  # what is asked for with every change


@dataclass(frozen=True)
class Draft:
    """What a form was opened on: ``shown`` holds the value of each of its fields, as its widgets hold it.

    ``held``: what its widgets held last.
    """

    name: str
    version: int
    shown: dict[str, Any]
    held: dict[str, Any] = field(default_factory=dict)

    def key(self, field: str) -> str:
        """Return the key of a field's widget."""
        return f"draft_{self.name}_{field}"

    @property
    def mine(self) -> dict[str, Any]:
        """Return what the widgets hold, or held last; what was never drawn is as it was."""
        return {one: st.session_state.get(self.key(one), self.held.get(one, was)) for one, was in self.shown.items()}

    @property
    def changed(self) -> dict[str, Any]:
        """Return the fields that the person has changed."""
        return {field: value for field, value in self.mine.items() if value != self.shown[field]}

    @property
    def touched(self) -> bool:
        """Whether the person has typed anything."""
        return bool(self.changed) or any(self.held.get(one) for one in _BESIDE)


def _drafts() -> dict[str, Draft]:
    found: dict[str, Draft] = st.session_state.setdefault(_DRAFTS, {})
    return found


def hold() -> None:
    """Hold what the widgets of all open forms hold: it is gone with the run in which they are not drawn."""
    for draft in _drafts().values():
        for one in (*draft.shown, *_BESIDE):
            if draft.key(one) in st.session_state:
                draft.held[one] = st.session_state[draft.key(one)]


def opened(name: str, version: int, now: Mapping[str, Any]) -> Draft:
    """Return the draft of a form, begun with what stands there now where nothing was typed in it before."""
    draft = _drafts().get(name)
    if draft is None or draft.key("why") not in st.session_state:  # its widgets are gone after the form was left
        if draft is None or not draft.touched:
            draft = _drafts()[name] = Draft(name, version, dict(now))
        for one, value in (draft.shown | dict.fromkeys(_BESIDE, "") | draft.held).items():
            st.session_state[draft.key(one)] = value
    if draft.version != version and draft.shown == now:  # another view has changed what is not in the form
        draft = _drafts()[name] = replace(draft, version=version)
    return draft


def close(draft: Draft) -> None:
    """Forget a form: what was typed is saved or given up."""
    _drafts().pop(draft.name, None)


def lost(about: str, there: Collection[str]) -> None:
    """Where what an open form changes is not ``there`` any more, say so and show once what was typed.

    ``about`` is an end of the links that belong here: a form that was left elsewhere is not lost.
    """
    for draft in [one for one in _drafts().values() if about in one.name.split(">") and one.name not in there]:
        if draft.changed:
            _lost(draft)


def _lost(draft: Draft) -> None:
    typed = draft.changed
    st.warning(
        "The link that you were changing is gone: somebody has merged one of the two records. This is what you had "
        "typed; nothing of it is saved.",
        icon=":material/call_merge:",
    )
    tables.fixed({"Field": map(labels.of, typed), "Yours": map(_cell, typed.values())}, "What you had typed")
    close(draft)


def stale(draft: Draft, version: int, now: Mapping[str, Any]) -> None:
    """Where somebody else has changed it, show what they changed beside what was typed, and ask how to go on."""
    if version == draft.version:
        return
    mine = draft.mine
    rows = [field for field, was in draft.shown.items() if now[field] != was or mine[field] != was]
    with st.container(border=True):
        st.warning(
            "Somebody else has changed this since you opened it. Nothing of theirs was overwritten and nothing of "
            "yours is lost.",
            icon=":material/call_merge:",
        )
        tables.fixed(
            {
                "Field": [labels.of(field) for field in rows],
                "When you opened it": [_cell(draft.shown[field]) for field in rows],
                "Now": [_cell(now[field]) for field in rows],
                "Yours": [_cell(mine[field]) if mine[field] != draft.shown[field] else "as it was" for field in rows],
            },
            "What was changed by somebody else, beside what you have changed",
        )
        with st.container(horizontal=True):
            st.button(
                "Continue from the current version, with my changes",
                on_click=_rebase,
                args=(draft, version, dict(now)),
                type="primary",
                key="draft_rebase",
            )
            st.button("Discard my changes", on_click=close, args=(draft,), key="draft_close")


def _cell(value: Any) -> str:
    return escaped(labels.value(value)) or "–"


def _rebase(draft: Draft, version: int, now: dict[str, Any]) -> None:
    """Take over what others changed; a field that both changed keeps what was typed, to be looked at."""
    mine = draft.changed
    for one, value in now.items():
        st.session_state[draft.key(one)] = mine.get(one, value)
    _drafts()[draft.name] = replace(draft, version=version, shown=now)
