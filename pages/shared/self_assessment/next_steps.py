"""What to do next: the smallest set of changes, what-if, and practices that are strong where this one is weak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from criteria.framework import DOCUMENTED, AnswerId, Criterion, Framework
from criteria.next_steps import OWN, Plan, Step, form_scores, shown, smallest_plan
from criteria.steps import StepText, steps_of
from pages.shared.components import database, others_findings, tables
from pages.shared.components.links import practice_link
from pages.shared.components.score_profile import ANSWER_BADGES
from pages.shared.components.screen_texts import counted, escaped, number, percent, web_link
from pages.shared.self_assessment import draft
from pages.shared.self_assessment.questions import WORDS
from pages.shared.self_assessment.navigation import step_button
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
        _(
            "For each score the **smallest set of steps** that leads to the next level, even if everything that stays "
            "unknown is not met. Of equally small sets, the one with the fewest changes of the practice itself. There "
            "is no level without evidence: “met” and “partly met” count once a document, a figure or somebody else "
            "shows them."
        )
    )
    checkable = shown(form.form, form.evidence)
    claims = {id_: answer for id_, answer in form.form.items() if id_ not in checkable}
    for criterion in framework.headlines:
        st.subheader(criterion.title)
        _plan(framework, smallest_plan(framework, checkable, criterion.id, form.out_of_reach, claims))
    others_findings.others_have_shown(form.profile.sectors)
    _out_of_reach(framework)
    _what_if(framework)


def _plan(framework: Framework, plan: Plan) -> None:
    sure = "" if plan.before.low is None else _(", {low} of 100 is shown").format(low=number(plan.before.low))
    if plan.goal is None:
        top = "There is nothing above it." if plan.now.low > 0 else "Nothing of what is asked applies to your practice."
        st.markdown(f"Now: **{plan.now.name}**{sure}. {top}")
        return
    st.markdown(f"Now: **{plan.now.name}**{sure}. Next level: **{plan.goal.name}**. {plan.goal.meaning}")
    if not plan.reachable:
        st.info(
            _(
                "The next level cannot be reached without what you marked as something you cannot change. Take a mark "
                "back below, or look at the other score."
            ),
            icon=":material/block:",
        )
        return
    for step in plan.steps:
        _step(framework, step)
    after = plan.after
    if after.low is not None and after.high is not None and after.coverage is not None:
        st.markdown(
            ngettext(
                "With this {count} step: between {low} and {high} of 100 is shown, with {share} documented.",
                "With these {count} steps: between {low} and {high} of 100 is shown, with {share} documented.",
                len(plan.steps),
            ).format(
                count=len(plan.steps),
                low=number(after.low),
                high=number(after.high),
                share=percent(after.coverage),
            )
        )


def _step(framework: Framework, step: Step) -> None:
    indicator = framework.indicator(step.indicator_id)
    text = steps_of(framework)[indicator.id]
    said = draft.mine().form.get(indicator.id, "not-documented")
    claimed = step.before not in DOCUMENTED and said in ("met", "partly")  # on her own word only
    to_show = claimed and said == step.after
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{indicator.label}** {_KIND['paperwork' if claimed else step.kind]}")
        if to_show:
            st.markdown(
                _("You say: {answer}. Name a document or a figure that shows it, under the question itself.").format(
                    answer=WORDS[said].lower()
                )
            )
        elif step.before in DOCUMENTED or claimed:
            st.markdown(
                _("From {before} to {after}: {anchor}").format(
                    before=WORDS[said].lower(), after=WORDS[step.after].lower(), anchor=indicator.anchor(step.after)
                )
            )
        elif step.after == "not-met":
            st.markdown(_("Find out how it is and say so: any answer counts here, even “not met”."))
        else:
            st.markdown(
                _(
                    "Not known now. Find out and write down what is so. For this level it has to come out as {after}: "
                    "{anchor}"
                ).format(after=WORDS[step.after].lower(), anchor=indicator.anchor(step.after))
            )
        if text.how and not to_show:
            _what_to_do(step, text, measured=indicator.outcome or claimed)
        st.button(
            _("We cannot change this: {question}").format(question=indicator.label),
            on_click=_mark,
            args=(step.indicator_id, True),
            key=f"own_out_{step.indicator_id}",
        )


def _what_to_do(step: Step, text: StepText, measured: bool) -> None:
    """Draw what a person can do; to find out what is so is quick, but where it has to be ``measured``."""
    if step.before in DOCUMENTED or measured:
        st.markdown(_("**What you can do:** {how}").format(how=text.how))
        st.caption(_("Takes at least: {effort}").format(effort=text.effort))
    elif step.after != "not-met":
        st.markdown(_("**If it is not so yet:** {how}").format(how=text.how))


def _mark(indicator_id: str, out: bool) -> None:
    form = draft.mine()
    others = tuple(id_ for id_ in form.out_of_reach if id_ != indicator_id)
    draft.change_mine(form.model_copy(update={"out_of_reach": (*others, indicator_id) if out else others}))


def _out_of_reach(framework: Framework) -> None:
    marked = draft.mine().out_of_reach
    if not marked:
        return
    st.subheader(_("What you cannot change"), anchor=False)
    for indicator in framework.indicators:
        if indicator.id in marked:
            st.button(
                _("We can change it after all: {question}").format(question=indicator.label),
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
        return _("does not apply")
    if not one.scored or one.score is None:
        return _("no score yet, between {low} and {high}").format(low=number(one.low), high=number(one.high))
    return _("**{score}** of 100, between {low} and {high} once the open questions are answered").format(
        score=number(one.score), low=number(one.low), high=number(one.high)
    )


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
        _(
            "For every criterion in which your range begins below {solid}: practices of the catalogue whose range "
            "begins at {solid} or above, with more than a claim behind it. They share a sector or a target group with "
            "yours; nearest first, also by country and size."
        ).format(solid=number(SOLID))
    )
    found = scores(framework, form)
    weak = [one for one in framework.criteria if (low := found.of(OWN, one.id).low) is not None and low < SOLID]
    if not weak:
        st.success(_("Your range begins at {solid} or above in every criterion.").format(solid=number(SOLID)))
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
        return _("No practice of the catalogue is strong here with evidence.")
    return ngettext(
        "{count} practice in the catalogue is strong here with evidence, not near to yours.",
        "{count} practices in the catalogue are strong here with evidence, none near to yours.",
        strong,
    ).format(count=f"{strong:,}")


def _match(framework: Framework, criterion: Criterion, match: Match, answers: Sequence[Mapping[str, Any]]) -> None:
    near = match.card
    with st.container(border=True, gap="xsmall"):
        span = f"{number(near['node_low'])}–{number(near['node_high'])}"
        proof = framework.evidence_label(int(near["node_evidence"])).lower()
        st.markdown(
            _("**{name}**: {score} of 100, range {span}; strongest evidence: {evidence}.").format(
                name=escaped(near["name"]), score=number(near["node_score"]), span=span, evidence=proof
            )
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
    return f"- **{label}** {ANSWER_BADGES[answer['answer']]} {note} Evidence: {proof}.{source}"
