"""The facts of a practice, changed with a source and a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared.curation import acting, drafts, words
from pages.shared.curation.drafts import Draft
from practices_db import curating
from practices_db.curating import CuratedPractice
from practices_db.permissions import MOVES
from practices_db.vocabularies import vocabulary

# How each fact is asked for, in the order of the form. The day of the last check has its own place (standing.py).
_LISTED = {
    "countries": "country",
    "sectors": "sector",
    "target_groups": "target_group",
    "funding_kinds": "funding_kind",
}
_ONE_OF = {"governance_level": "governance_level", "source_confidence": "source_confidence"}
_LINES = ("place", "funding_sources")
_LONG = ("summary", "outcome_figures")
_YES = ("evaluation_documented", "transferred_elsewhere")
_ORDER = (
    *("name", "lead_organisation", "summary", "countries", "place", "sectors", "target_groups"),
    *("start_year", "end_year", "governance_level", "funding_kinds", "funding_sources", "budget_eur"),
    *("people_reached", "outcome_figures", "evaluation_documented", "transferred_elsewhere"),
    *("source_url", "source_name", "source_confidence", "spring_url"),
)


def draw(found: CuratedPractice) -> None:
    """Draw the form; where somebody else changed the practice meanwhile, what they changed beside it."""
    if found.state not in MOVES["practice"]["merge"][0]:
        st.info("Its facts stay as they are: it was merged into another practice.", icon=":material/lock:")
        return
    now = _as_widgets(found.facts)
    draft = drafts.opened(f"facts_{found.facts['id']}", found.version, now)
    drafts.stale(draft, found.version, now)
    with st.form(f"form_{draft.name}"):
        for field in _ORDER:
            _field(draft, field)
        source, reason, public = why(draft, "The page that says so")
        saved = st.form_submit_button("Save", icon=":material/save:", type="primary")
    st.caption("Blank means not seen, never none. Saved changes are seen by everybody with the next release.")
    if saved:
        acting.act(
            lambda store, who: curating.edit_practice(
                store, who, found.facts["id"], _as_facts(draft.changed), draft.version, reason, source, public
            ),
            "Saved. It becomes public with the next release.",
            drafts.close,
        )


def why(draft: Draft, source_label: str | None) -> tuple[str, str, str | None]:
    """Ask for source, reason and public words of a change; the source only where it has a label."""
    st.divider()
    source = st.text_input(source_label, key=draft.key("source"), placeholder="https://") if source_label else ""
    reason = st.text_input("Why it is changed (kept in the record)", max_chars=1000, key=draft.key("reason"))
    public = st.text_input(
        "What everybody may read in the practice's history (optional)",
        max_chars=300,
        key=draft.key("public"),
        help="For example: First year corrected to 2003, as the programme's page says.",
    )
    return source.strip(), reason.strip(), public.strip() or None


def _field(draft: Draft, field: str) -> None:
    label, key = words.FIELDS[field], draft.key(field)
    if field in _LISTED:
        options = vocabulary(_LISTED[field])
        st.multiselect(label, list(options), format_func=options.__getitem__, key=key)
    elif field in _ONE_OF:
        choices = {"": "Not seen"} | vocabulary(_ONE_OF[field])
        st.selectbox(label, list(choices), format_func=choices.__getitem__, key=key)
    elif field in _YES:
        st.checkbox(label, key=key)
    elif field in _LINES:
        st.text_area(f"{label}, one a line", key=key, height="content")
    elif field in _LONG:
        st.text_area(label, max_chars=4000, key=key)
    else:
        st.text_input(label, max_chars=2000, key=key)


def _as_widgets(facts: Mapping[str, Any]) -> dict[str, Any]:
    def one(field: str) -> Any:
        given = facts[field]
        if field in _LISTED:
            return list(given)
        if field in _LINES:
            return "\n".join(given)
        return bool(given) if field in _YES else words.value(given)

    return {field: one(field) for field in _ORDER}


def _as_facts(changed: Mapping[str, Any]) -> dict[str, Any]:
    def one(field: str, given: Any) -> Any:
        if field in _LISTED:
            return tuple(given)
        if field in _LINES:
            return tuple(line.strip() for line in given.splitlines() if line.strip())
        if field in _YES:
            return True if given else None
        return given.strip()

    return {field: one(field, given) for field, given in changed.items()}
