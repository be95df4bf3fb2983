"""A form over something that others may change meanwhile: nobody's change is overwritten, nobody's typing is lost.

A draft remembers what stood there when the form was opened. Saving names that version; where somebody else was faster,
the form keeps what was typed, and what stands there now is shown beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.shared.components import tables
from pages.shared.components.screen_texts import escaped
from pages.shared.curation import labels

_DRAFT = "curation_draft"


@dataclass(frozen=True)
class Draft:
    """What a form was opened on: ``shown`` holds the value of each of its fields, as its widgets hold it."""

    name: str
    version: int
    shown: dict[str, Any]

    def key(self, field: str) -> str:
        """Return the key of a field's widget."""
        return f"draft_{self.name}_{field}"

    @property
    def mine(self) -> dict[str, Any]:
        """Return what the widgets hold; what was never drawn is as it was."""
        return {field: st.session_state.get(self.key(field), value) for field, value in self.shown.items()}

    @property
    def changed(self) -> dict[str, Any]:
        """Return the fields that the person has changed."""
        return {field: value for field, value in self.mine.items() if value != self.shown[field]}


def opened(name: str, version: int, now: Mapping[str, Any]) -> Draft:
    """Return the draft of a form, begun with what stands there now where it was not open in the last run."""
    draft: Draft | None = st.session_state.get(_DRAFT)
    if draft is None or draft.name != name or draft.key("why") not in st.session_state:
        # also after the form was left: its widgets are gone then
        st.session_state[_DRAFT] = draft = Draft(name, version, dict(now))
        for field, value in (draft.shown | dict.fromkeys(("why", "source", "public"), "")).items():
            st.session_state[draft.key(field)] = value
    return draft


def close() -> None:
    """Forget the form that is open: what was typed is saved or given up."""
    st.session_state.pop(_DRAFT, None)


def lost(about: str, there: Collection[str]) -> None:
    """Where what the open form changes is not ``there`` any more, say so and show once what was typed.

    ``about`` is an end of the links that belong here: a form that was left elsewhere is not lost.
    """
    draft: Draft | None = st.session_state.get(_DRAFT)
    if draft is None or about not in draft.name.split(">") or draft.name in there:
        return
    typed = draft.changed
    if not typed:
        return
    st.warning(
        "The link that you were changing is gone: somebody has merged one of the two records. This is what you had "
        "typed; nothing of it is saved.",
        icon=":material/call_merge:",
    )
    tables.fixed({"Field": map(labels.of, typed), "Yours": map(_cell, typed.values())}, "What you had typed")
    close()


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
            st.button("Discard my changes", on_click=close, key="draft_close")


def _cell(value: Any) -> str:
    return escaped(labels.value(value)) or "–"


def _rebase(draft: Draft, version: int, now: dict[str, Any]) -> None:
    """Take over what others changed; a field that both changed keeps what was typed, to be looked at."""
    mine = draft.changed
    for field, value in now.items():
        st.session_state[draft.key(field)] = mine.get(field, value)
    st.session_state[_DRAFT] = Draft(draft.name, version, now)
