"""What to do next: the smallest set of changes, what-if, and practices that are strong where this one is weak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from criteria.framework import DOCUMENTED, AnswerId, Criterion, Framework
from criteria.next_steps import OWN, Plan, Step, form_scores, level, smallest_plan
from pages.shared.components import database, others_findings, tables
from pages.shared.components.links import practice_link
from pages.shared.components.score_profile import ANSWER_BADGES
from pages.shared.components.screen_texts import counted, escaped, number, percent, web_link
from pages.shared.self_assessment import draft
from pages.shared.self_assessment.questions import WORDS
from pages.shared.self_assessment.steps import step_button
from practices_db.files.self_assessment.scores import scores
from practices_db.files.self_assessment.similar_practices import Match, nearest
from practices_db.queries import practices
from practices_db.translation import _, ngettext

SOLID = 50.0  # a criterion is weak below it and strong from it on, by the low end of its range
_KIND = {
    "paperwork": ":blue-badge[:material/edit_note: changes paperwork]",
    "practice": ":violet-badge[:material/build: changes practice]",
}


# --- next steps --------------------------------------------------------------------------------------------------


def next_steps(framework: Framework) -> None:
    """Draw the smallest plan for each headline, what is out of reach, and the what-if."""
    form = draft.mine()
    st.header("What would help most")
    st.markdown(
        "For each score the **smallest set of changes** that lifts it to the next level, surely: it is reached even if "
        "everything that stays unknown is not met. Of equally small sets, the one with the fewest changes of the "
        "practice itself."
    )
    for criterion in framework.headlines:
        st.subheader(criterion.title)
        _plan(framework, smallest_plan(framework, form.form, criterion.id, form.out_of_reach))
    others_findings.others_have_shown(form.profile.sectors)
    _out_of_reach(framework)
    _what_if(framework)


def _plan(framework: Framework, plan: Plan) -> None:
    sure = "" if plan.before.low is None else f", {number(plan.before.low)} of 100 is sure"
    if plan.goal is None:
        top = "There is nothing above it." if plan.now.low > 0 else "Nothing of what is asked applies to your practice."
        st.markdown(f"Now: **{plan.now.name}**{sure}. {top}")
        return
    st.markdown(f"Now: **{plan.now.name}**{sure}. Next level: **{plan.goal.name}**. {plan.goal.meaning}")
    if not plan.reachable:
        st.info(
            "The next level is not to be reached without what you marked as out of reach. Take a mark back "
            "below, or look at the other score.",
            icon=":material/block:",
        )
        return
    for step in plan.steps:
        _step(framework, step)
    after = plan.after
    if after.low is not None and after.high is not None and after.coverage is not None:
        score = f"a score of {number(after.score)}, " if after.score is not None else ""
        st.markdown(
            f"With {'this one step' if len(plan.steps) == 1 else f'these {len(plan.steps)} steps'}: {score}surely "
            f"between {number(after.low)} and {number(after.high)}, {percent(after.coverage)} known."
        )


def _step(framework: Framework, step: Step) -> None:
    indicator = next(one for one in framework.indicators if one.id == step.indicator_id)
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{indicator.label}** {_KIND[step.kind]}")
        if step.before in DOCUMENTED:
            st.markdown(
                f"From {WORDS[step.before].lower()} to {WORDS[step.after].lower()}: {indicator.anchor(step.after)}"
            )
        elif step.after == "not-met":
            st.markdown("Find out how it is and say so: any answer counts here, even “not met”.")
        else:
            st.markdown(
                "Not known now. Find out and write down what is so; it has to come out as "
                f"{WORDS[step.after].lower()}: "
                f"{indicator.anchor(step.after)} If it is not so, it takes a change of the practice."
            )
        st.button(
            f"Out of reach for us: {indicator.label}",
            on_click=_mark,
            args=(step.indicator_id, True),
            key=f"own_out_{step.indicator_id}",
        )


def _mark(indicator_id: str, out: bool) -> None:
    form = draft.mine()
    others = tuple(id_ for id_ in form.out_of_reach if id_ != indicator_id)
    draft.change_mine(form.model_copy(update={"out_of_reach": (*others, indicator_id) if out else others}))


def _out_of_reach(framework: Framework) -> None:
    marked = draft.mine().out_of_reach
    if not marked:
        return
    st.subheader("Out of reach, as you said", anchor=False)
    for indicator in framework.indicators:
        if indicator.id in marked:
            st.button(
                f"Back within reach: {indicator.label}",
                on_click=_mark,
                args=(indicator.id, False),
                key=f"own_in_{indicator.id}",
            )


# --- what if -----------------------------------------------------------------------------------------------------


def _what_if(framework: Framework) -> None:
    st.subheader("What if?")
    st.markdown("Move an answer and see what it would do. Your answers stay as they are.")
    titles = {one.id: one.title for one in framework.headlines}
    chosen = st.radio("For", list(titles), format_func=titles.__getitem__, horizontal=True, key="own_what_if")
    criterion = next((one for one in framework.headlines if one.id == chosen), framework.headlines[0])
    now, moved = dict(draft.mine().form), dict(draft.mine().form)
    with st.grid(2, min_column_width=280):
        for indicator in criterion.indicators:
            before = now.get(indicator.id, "not-documented")
            if before == "not-applicable":
                continue
            options: list[AnswerId] = ["not-met", "partly", "met"]
            if before == "not-documented":
                options = [before, *options]
            moved[indicator.id] = st.select_slider(
                indicator.label,
                options,
                value=before,
                format_func=WORDS.__getitem__,
                key=f"own_if_{indicator.id}_{before}",
            )
    then = form_scores(framework, moved).of(OWN, criterion.id)
    before_ = form_scores(framework, now).of(OWN, criterion.id)
    st.markdown(f"{criterion.title} now: {_said(before_)}.  \nThen: {_said(then)}.")


def _said(one: Any) -> str:
    if one.low is None:
        return "does not apply"
    score = f"**{number(one.score)}** of 100, " if one.scored and one.score is not None else ""
    return f"{score}surely between {number(one.low)} and {number(one.high)} ({level(one).name.lower()})"


# --- learn from --------------------------------------------------------------------------------------------------


def learn_from(framework: Framework) -> None:
    """Draw for each weak criterion the nearest practices that are strong there, with what earned it."""
    form = draft.mine()
    st.header("Who is strong where you are weak")
    if not form.answers:
        st.info("Answer some questions first: then it shows where others can help.", icon=":material/checklist:")
        return
    if not form.profile.sectors and not form.profile.target_groups:
        st.markdown("To find practices near to yours, say what it is about and whom it is for.")
        step_button("Say it in the profile", "profile", primary=True)
        return
    st.markdown(
        f"For every criterion in which less than {number(SOLID)} of 100 is sure: practices of the catalogue for "
        "which at least "
        f"{number(SOLID)} is sure, with proof. They share a sector or a target group with yours; nearest first, "
        "also by country and size."
    )
    found = scores(framework, form)
    weak = [one for one in framework.criteria if (low := found.of(OWN, one.id).low) is not None and low < SOLID]
    if not weak:
        st.success(f"At least {number(SOLID)} of 100 is sure in every criterion: nothing here is weak.")
    for criterion in weak:
        st.subheader(criterion.title)
        with database.cursor() as cursor:
            strong = tables.rows(practices.strong_in(cursor, criterion.id, SOLID, form.profile.practice_id))
            matches = nearest(form.profile, strong)
            answers = {one.card["id"]: practices.answers(cursor, one.card["id"]) for one in matches}
        if not matches:
            st.markdown(_none(len(strong)))
        for match in matches:
            _match(framework, criterion, match, tables.rows(answers[match.card["id"]]))


def _none(strong: int) -> str:
    if not strong:
        return _("No practice of the catalogue is strong here with proof.")
    return ngettext(
        "{count} practice in the catalogue is strong here with proof, not near to yours.",
        "{count} practices in the catalogue are strong here with proof, none near to yours.",
        strong,
    ).format(count=f"{strong:,}")


def _match(framework: Framework, criterion: Criterion, match: Match, answers: Sequence[Mapping[str, Any]]) -> None:
    near = match.card
    with st.container(border=True, gap="xsmall"):
        span = f"{number(near['node_low'])}–{number(near['node_high'])}"
        proof = framework.evidence_label(int(near["node_evidence"])).lower()
        st.markdown(
            f"**{escaped(near['name'])}**: {number(near['node_score'])} of 100, range {span}; strongest proof: {proof}."
        )
        st.caption("Why this one: " + escaped("; ".join(match.reasons)) + ".")
        practice_link(near["id"], f"See {escaped(_short(near['name']))}")
        earned = {one["indicator_id"]: one for one in answers if one["counts"] and one["answer"] in ("met", "partly")}
        given = draft.mine().form
        mine_first = sorted(
            (one for one in criterion.indicators if one.id in earned), key=lambda one: given.get(one.id) == "met"
        )
        with st.expander(f"What earned it: {counted(len(mine_first), 'answer')} ({escaped(near['name'][:60])})"):
            st.markdown("\n".join(_earned(framework, one.label, earned[one.id]) for one in mine_first), anchors=False)


def _short(name: str) -> str:
    """Return a name that fits a link on a phone."""
    return name if len(name) <= 28 else name[:27].rstrip() + "…"


def _earned(framework: Framework, label: str, answer: Mapping[str, Any]) -> str:
    note = escaped(answer["note"]) if isinstance(answer["note"], str) else ""
    source = ""
    if isinstance(answer["source_url"], str):
        name = answer["source_publisher"] if isinstance(answer["source_publisher"], str) else "source"
        source = f" Source: {web_link(answer['source_url'], name)}"
    proof = framework.evidence_label(int(answer["evidence_level"])).lower()
    return f"- **{label}** {ANSWER_BADGES[answer['answer']]} {note} Proof: {proof}.{source}"
