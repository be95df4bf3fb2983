"""One fact of several practices: which, the new value, what it would change, and batches to take back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from pages.shared.components import database, filter_form, links, tables
from pages.shared.components.screen_texts import counted, escaped
from pages.shared.curation import actions, labels
from pages.shared.curation.drafts import Draft
from pages.shared.curation.fields import PRACTICE
from practices_db.catalogue.practice_filter import DEFAULT_SORT, PracticeFilter
from practices_db.curation import batch_edits
from practices_db.curation.batch_edits import Batch, How, New, Proposal

_SEEN, _REASON = "batch_seen", "batch_reason"
_HOW: dict[How, str] = {"set": "Set", "add": "Add", "take away": "Remove"}


def draw() -> None:
    """Draw the steps from the choice of practices to the change, and what can be taken back."""
    ids = _selection()
    new = _new_value()
    asked = (tuple(ids), new)
    if st.button("Show what would change", icon=":material/preview:"):
        found = actions.looked_up(lambda cursor, who: batch_edits.proposals(cursor, who, ids, new), actions.UNRELEASED)
        st.session_state[_SEEN] = (asked, found)
    seen = st.session_state.get(_SEEN)
    if seen and seen[0] == asked:  # what was seen of another choice is no preview of this one
        _preview(new, seen[1])
    _batches()


def _selection() -> list[str]:
    """Let practices be chosen by the filter of Explore or by their ids; ids count where there are any."""
    chosen, _ = PracticeFilter.from_params(links.params())
    whole = database.whole()
    found = whole.index.select(chosen)
    filter_form.widgets(chosen, found.facet_counts(), whole.counts, ("Search", "Name, organisation, place or any word"))
    pasted = st.text_area(
        "Or their ids",
        key="batch_ids",
        placeholder="one a line, or with commas between",
        help="The filter knows what is released; ids also find what is new or archived.",
    )
    named = re.findall(r"[^\s,;]+", pasted)
    ids = named or found.ids(DEFAULT_SORT)
    st.markdown(f"**{counted(len(set(ids)), 'practice')}** chosen{' by id' if named else ''}.")
    return ids


def _new_value() -> New:
    column = st.selectbox("Fact", list(batch_edits.COLUMNS), format_func=labels.of, key="batch_column")
    how: How = "set"
    if batch_edits.COLUMNS[column].table:
        how = st.radio("How", list(_HOW), format_func=_HOW.__getitem__, horizontal=True, key="batch_how")
    fields = replace(PRACTICE, order=(column,))
    blank: object = [] if column in fields.several else False if column in fields.yes else ""
    draft = Draft("batch", 0, {column: blank})
    fields.draw(draft)
    return New(column, how, fields.as_facts(draft.mine)[column])


def _preview(new: New, found: Sequence[Proposal]) -> None:
    faults = [one for one in found if one.fault]
    change = sum(one.changes for one in found)
    same = len(found) - change - len(faults)
    st.markdown(
        f"{counted(change, 'practice')} would change, {same} would stay as they are, {len(faults)} cannot be changed."
    )
    tables.sortable(
        {
            "Practice": [one.name or one.id for one in found],
            "Now": [labels.value(one.before) for one in found],
            "New": [labels.value(one.after) for one in found],
            "What happens": [one.fault or ("changes" if one.changes else "stays as it is") for one in found],
        },
        "What the new value would change in each practice",
    )
    if faults and st.toggle("Leave out those that cannot be changed", key="batch_leave"):
        found = [one for one in found if not one.fault]
    with st.form("batch", border=False):
        reason = st.text_input("Why it is changed (kept in the record)", max_chars=1000, key=_REASON)
        pressed = st.form_submit_button(f"Change {counted(change, 'practice')}", icon=":material/save:", type="primary")
    st.caption("The page that each practice stands on stays its source. Where another page says so, change it singly.")
    if pressed:
        actions.act(
            lambda store, who: batch_edits.apply(store, who, new.column, found, reason),
            lambda count: f"Changed: {counted(count, 'practice')}. It becomes public with the next release.",
            _forget,
        )


def _forget() -> None:
    for key in (_SEEN, _REASON):
        st.session_state.pop(key, None)


def _batches() -> None:
    """Draw what was changed in batches since the last release, each with its way back."""
    found = actions.looked_up(batch_edits.unreleased)
    if found:
        st.subheader("Changed together since the last release")
    for batch in found:
        _batch(batch)


def _batch(batch: Batch) -> None:
    with st.container(border=True):
        st.markdown(
            f"{labels.of(batch.column)} of {counted(len(batch.versions), 'practice')}, {batch.ts:%Y-%m-%d %H:%M} UTC, "
            f"{escaped(batch.actor)}: {escaped(batch.reason)}"
        )
        if batch.moved:
            st.caption(f"It cannot be taken back as a whole: changed since were {escaped(', '.join(batch.moved))}.")
            return
        reason = st.text_input("Why it is taken back", max_chars=1000, key=f"batch_why_{batch.seq}")
        if st.button("Take it back", icon=":material/undo:", key=f"batch_undo_{batch.seq}"):
            actions.act(
                partial(batch_edits.undo, seq=batch.seq, reason=reason.strip()),
                lambda count: f"Taken back: {counted(count, 'practice')} as before.",
            )
