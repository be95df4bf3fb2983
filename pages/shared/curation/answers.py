"""One answer of an assessment, changed with its source and a reason."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from criteria.framework import Framework, published_frameworks
from pages.shared.curation import actions, drafts, facts
from pages.shared.curation import labels as curation_labels
from practices_db.curation import edit_practices
from practices_db.curation.edit_practices import CuratedPractice
from practices_db.curation.versioned_change import Edit

_INDEPENDENT = {"": "Not said", "yes": "Yes", "no": "No"}
_BLANK = {
    "answer": "not-documented",
    "evidence_level": "0",
    "note": "",
    "source_url": "",
    "source_publisher": "",
    "independent_of_operator": "",
}


def draw(found: CuratedPractice) -> None:
    """Choose an assessment and an indicator, then draw the form of its answer."""
    id_ = found.facts["id"]
    given = actions.looked_up(lambda cursor, who: edit_practices.answers(cursor, who, id_))
    given = [one for one in given if one["status"] == "published"]
    if not given:
        st.info(
            "Nobody has assessed this practice yet. Answers come in by Import, by a self-assessment of the "
            "organisation, or by an invited assessor (Second opinions).",
            icon=":material/checklist:",
        )
        return
    assessments = {one["assessment_id"]: f"{one['basis']} by {one['assessor']}, {one['assessed_on']}" for one in given}
    assessment = st.selectbox(
        "Assessment", list(assessments), format_func=assessments.__getitem__, key=f"assessment_{id_}"
    )
    mine = {one["indicator_id"]: one for one in given if one["assessment_id"] == assessment}
    version = next(iter(mine.values()))["framework_version"]
    framework = next(one for (_, number), one in published_frameworks().items() if number == version)
    answered = {option.id: option.label for option in framework.answers}
    labels = {
        one.id: f"{one.label} ({answered[mine[one.id]['answer']] if one.id in mine else 'no answer'})"
        for one in framework.indicators
    }
    # A browser sends the label of what was chosen, and a saved answer makes it another one: a new list then, opened
    # where the old one was.
    chosen, state = f"indicator_{id_}", sum(one["version"] for one in mine.values())
    kept = st.session_state.get(chosen)
    at = list(labels).index(kept) if kept in labels else 0
    indicator = st.selectbox("Indicator", list(labels), at, format_func=labels.__getitem__, key=f"{chosen}_{state}")
    st.session_state[chosen] = indicator
    _form(framework, str(assessment), str(indicator), mine.get(indicator))


def _form(framework: Framework, assessment: str, indicator: str, stands: dict[str, Any] | None) -> None:
    asked = next(one for one in framework.indicators if one.id == indicator)
    st.markdown(f"- **Met:** {asked.met}\n- **Partly:** {asked.partly}\n- **Not met:** {asked.not_met}")
    version = stands["version"] if stands else 0
    now = {field: curation_labels.value(stands[field]) for field in _BLANK} if stands else dict(_BLANK)
    draft = drafts.opened(f"answer_{assessment}_{indicator}", version, now)
    drafts.stale(draft, version, now)
    answers = {option.id: option.label for option in framework.answers}
    levels = {str(level.level): f"{level.level} · {level.label}" for level in framework.evidence_levels}
    with st.container(border=True):
        st.selectbox("Answer", list(answers), format_func=answers.__getitem__, key=draft.key("answer"))
        st.selectbox("Evidence level", list(levels), format_func=levels.__getitem__, key=draft.key("evidence_level"))
        st.text_area("Note", max_chars=4000, key=draft.key("note"))
        st.text_input("Source: address", max_chars=2000, key=draft.key("source_url"), placeholder="https://")
        st.text_input("Source: publisher", max_chars=300, key=draft.key("source_publisher"))
        st.selectbox(
            "Source is independent of the operator",
            list(_INDEPENDENT),
            format_func=_INDEPENDENT.__getitem__,
            key=draft.key("independent_of_operator"),
        )
        _, reason, public = facts.why(draft, None, "practice")
        saved = st.button("Save", key=f"save_{draft.name}", icon=":material/save:", type="primary")
    st.caption("An answer needs the page it rests on. It is seen by everybody with the next release.")
    if saved:
        # of what is not answered yet, also what was left as it is in the form
        changes = {field: value.strip() for field, value in (draft.changed if stands else draft.mine).items()}
        actions.act(
            lambda store, who: edit_practices.edit_answer(
                store, Edit(who, assessment, draft.version, reason, public), indicator, changes
            ),
            "Saved. It becomes public with the next release.",
            partial(drafts.close, draft),
        )
