"""What to do next: the smallest set of steps, what-if, and for every step the practices that meet it already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from criteria.framework import DOCUMENTED, AnswerId, Framework
from criteria.next_steps import OWN, Plan, Step, form_scores, read_form, shown, smallest_plan
from criteria.steps import StepText, steps_of
from pages.shared.components import database, others_findings, tables
from pages.shared.components.links import practice_link
from pages.shared.components.score_profile import ANSWER_BADGES
from pages.shared.components.screen_texts import escaped, in_own_language, number, of_catalogue, percent, web_link
from pages.shared.self_assessment import draft
from pages.shared.self_assessment.navigation import asked, step_button
from pages.shared.self_assessment.questions import WORDS
from practices_db import formats
from practices_db.catalogue.own_language import marked
from practices_db.files.self_assessment.similar_practices import Match, nearest
from practices_db.queries import library, practices
from practices_db.translation import N_, _, ngettext

NEAREST = 2  # practices shown for a step
_KIND = {
    "paperwork": (":blue-badge[:material/edit_note: {words}]", N_("changes paperwork")),
    "practice": (":green-badge[:material/build: {words}]", N_("changes practice")),
}


@dataclass(frozen=True)
class _Help:
    """What helps with steps: the publications by id, and the nearest practices that meet an indicator, by its id."""

    publications: Mapping[str, Mapping[str, Any]]
    nearest: Mapping[str, Sequence[Match]]


def _help(framework: Framework, indicator_ids: Iterable[str]) -> _Help:
    profile, ids = draft.mine().profile, list(indicator_ids)
    wanted = [one for id_ in ids for one in steps_of(framework)[id_].instruments]
    with database.cursor() as cursor:
        found = tables.rows(library.publications(cursor, wanted))
        meeting = tables.rows(practices.meeting(cursor, ids, profile.practice_id))
    by_indicator = {id_: [row for row in meeting if row["indicator_id"] == id_] for id_ in ids}
    return _Help({row["id"]: row for row in found}, {id_: nearest(profile, by_indicator[id_], NEAREST) for id_ in ids})


# --- next steps --------------------------------------------------------------------------------------------------


def next_steps(framework: Framework) -> None:
    """Draw the smallest plan for each headline, what is out of reach, and the what-if."""
    form = draft.mine()
    st.header(_("What would help most"))
    st.markdown(
        _(
            "For each score the **smallest set of steps** that leads to the next level, even if everything that stays "
            "unknown is not met. Of equally small sets, the one with the fewest changes of the practice itself. There "
            "is no level without evidence: “met” and “partly met” count once a document, a figure or somebody else "
            "shows them, and one document alone makes no level."
        )
    )
    checkable = shown(form.form, form.evidence)
    claims = {id_: answer for id_, answer in form.form.items() if id_ not in checkable}
    plans = [
        smallest_plan(framework, checkable, criterion.id, form.out_of_reach, claims)
        for criterion in framework.headlines
    ]
    found = _help(framework, (step.indicator_id for plan in plans for step in plan.steps))
    for criterion, plan in zip(framework.headlines, plans, strict=True):
        st.subheader(_(criterion.title))
        _plan(framework, plan, found)
    others_findings.others_have_shown(form.profile.sectors)
    _out_of_reach(framework)
    _what_if(framework)


def _plan(framework: Framework, plan: Plan, found: _Help) -> None:
    stands = (
        _("Now: **{level}**.").format(level=_(plan.now.name))
        if plan.before.low is None
        else _("Now: **{level}**, {low} of 100 is shown.").format(level=_(plan.now.name), low=number(plan.before.low))
    )
    if plan.goal is None:
        top = (
            _("There is nothing above it.")
            if plan.now.low > 0
            else _("Nothing of what is asked applies to your practice.")
        )
        st.markdown(f"{stands} {top}")
        return
    goal = _("Next level: **{level}**.").format(level=_(plan.goal.name))
    st.markdown(f"{stands} {goal} {_(plan.goal.meaning)}")
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
        _step(framework, step, found)
    after = plan.after
    if after.low is not None and after.high is not None and after.coverage is not None:
        span = (
            number(after.low)
            if after.low == after.high
            else _("between {low} and {high}").format(low=number(after.low), high=number(after.high))
        )
        st.markdown(
            ngettext(
                "With this {count} step: {span} of 100 is shown, with {share} of the weight documented.",
                "With these {count} steps: {span} of 100 is shown, with {share} of the weight documented.",
                len(plan.steps),
            ).format(count=len(plan.steps), span=span, share=percent(after.coverage))
        )


def _step(framework: Framework, step: Step, found: _Help) -> None:
    indicator = framework.indicator(step.indicator_id)
    text = steps_of(framework)[indicator.id]
    said = draft.mine().form.get(indicator.id, "not-documented")
    claimed = step.before not in DOCUMENTED and said in ("met", "partly")  # on her own word only
    to_show = claimed and said == step.after
    meant = indicator.anchor(step.after)
    anchor = _(meant) if meant else ""
    badge, kind = _KIND["paperwork" if claimed else step.kind]
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{_(indicator.label)}** {badge.format(words=_(kind))}")
        if to_show:
            st.markdown(
                _("You say: {answer}. Name a document or a figure that shows it, under the question itself.").format(
                    answer=formats.within(_(WORDS[said]))
                )
            )
            st.caption(_("Takes at least: {effort}").format(effort=_("hours, where a document exists")))
        elif step.before in DOCUMENTED or claimed:
            st.markdown(
                _("From {before} to {after}: {anchor}").format(
                    before=formats.within(_(WORDS[said])), after=formats.within(_(WORDS[step.after])), anchor=anchor
                )
            )
        elif step.after == "not-met":
            st.markdown(_("Find out how it is and say so: any answer counts here, even “not met”."))
        else:
            st.markdown(
                _(
                    "Not known now. Find out and write down what is so. For this level it has to come out as {after}: "
                    "{anchor}"
                ).format(after=formats.within(_(WORDS[step.after])), anchor=anchor)
            )
        if text.how and not to_show:
            _what_to_do(step, text, measured=indicator.outcome or claimed)
        _instruments(text, found)
        if found.nearest[indicator.id]:
            with st.expander(_("Practices near to yours that meet “{question}”").format(question=_(indicator.label))):
                _who_meets_it(framework, found.nearest[indicator.id])
        st.button(
            _("We cannot change this: {question}").format(question=_(indicator.label)),
            on_click=_mark,
            args=(step.indicator_id, True),
            key=f"own_out_{step.indicator_id}",
        )


def _what_to_do(step: Step, text: StepText, measured: bool) -> None:
    """Draw what a person can do and how long it takes; to find out is quick, but where it has to be ``measured``."""
    how, effort = (_(words) if words else "" for words in (text.how, text.effort))
    if step.before in DOCUMENTED or measured:
        st.markdown(_("**What you can do:** {how}").format(how=how))
        st.caption(_("Takes at least: {effort}").format(effort=effort))
    else:
        st.markdown(_("**If it is not so yet:** {how}").format(how=how))
        st.caption(_("That takes at least: {effort}").format(effort=effort))


def _instruments(text: StepText, found: _Help) -> None:
    """Draw what the library has for a step: a template, a tool or a guide."""
    rows = [found.publications[id_] for id_ in text.instruments if id_ in found.publications]
    if rows:
        told = formats.parted(
            f"{web_link(row['url'], marked(row['title']))} ({escaped(row['publisher'])})" for row in rows
        )
        st.markdown(_("**Tool or guide:** {publications}").format(publications=told))


def _who_meets_it(framework: Framework, matches: Sequence[Match]) -> None:
    """Draw practices that meet an indicator with evidence, each with what it says there."""
    for match in matches:
        row = match.card
        practice_link(row["id"], in_own_language(f"**{escaped(_short(row['name']))}**"), "arrow_forward")
        note = of_catalogue(row["note"]) if isinstance(row["note"], str) else ""
        proof = formats.within(_(framework.evidence_label(int(row["answer_evidence"]))))
        told = f"{note} " + _("Evidence: {evidence}.").format(evidence=proof)
        if isinstance(row["answer_url"], str):
            name = row["answer_publisher"] if isinstance(row["answer_publisher"], str) else _("source")
            told += " " + _("Source: {source}.").format(source=web_link(row["answer_url"], name))
        st.markdown(f":small[{told}]")
        st.caption(_("Why this one: {reasons}.").format(reasons=escaped(formats.parted(match.reasons))))


def _short(name: str) -> str:
    """Return a name that fits a link on a phone."""
    return name if len(name) <= 34 else name[:33].rstrip() + "…"


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
                _("We can change it after all: {question}").format(question=_(indicator.label)),
                on_click=_mark,
                args=(indicator.id, False),
                key=f"own_in_{indicator.id}",
            )


# --- what if -----------------------------------------------------------------------------------------------------


def _what_if(framework: Framework) -> None:
    st.subheader(_("What if?"))
    st.markdown(_("Move an answer and see what it would do. Your answers stay as they are."))
    titles = {one.id: _(one.title) for one in framework.headlines}
    chosen = st.radio(_("Criterion"), list(titles), format_func=titles.__getitem__, horizontal=True, key="own_what_if")
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
                _(indicator.label),
                options,
                value=before,
                format_func=lambda answer: _(WORDS[answer]),
                key=f"own_if_{indicator.id}_{before}",
            )
    then = form_scores(framework, moved).of(OWN, criterion.id)
    before_ = form_scores(framework, now).of(OWN, criterion.id)
    st.markdown(
        _("{criterion} now: {score}.").format(criterion=_(criterion.title), score=_said(before_))
        + "  \n"
        + _("Then: {score}.").format(score=_said(then))
    )


def _said(one: Any) -> str:
    if one.low is None:
        return _("does not apply")
    if not one.scored or one.score is None:
        return _("no score yet, between {low} and {high}").format(low=number(one.low), high=number(one.high))
    if one.low == one.high:
        return _("**{score}** of 100").format(score=number(one.score))
    return _("**{score}** of 100, between {low} and {high} once the open questions are answered").format(
        score=number(one.score), low=number(one.low), high=number(one.high)
    )


# --- learn from --------------------------------------------------------------------------------------------------


def learn_from(framework: Framework) -> None:
    """Draw for everything that is not met with evidence the nearest practices that meet it, with what they say."""
    form = draft.mine()
    st.header(_("Who meets what you do not meet yet"))
    if not form.answers:
        st.info(_("Answer some questions first: then it shows where others can help."), icon=":material/checklist:")
        return
    if not form.profile.sectors and not form.profile.target_groups:
        st.markdown(_("To find practices near to yours, say what it is about and whom it is for."))
        step_button(_("Say it in the profile"), "profile", primary=True)
        return
    st.markdown(
        _(
            "For every question that you do not meet yet: practices of the catalogue that meet it, with evidence. They "
            "share a sector or a target group with yours; nearest first, also by country and size."
        )
    )
    strong = read_form(framework, form.form, form.evidence).strengths
    open_ = [
        (criterion, indicator)
        for criterion, _question, indicator in framework.walk()
        if indicator in asked(draft.draft().short) or indicator.id in form.form
        if indicator.id not in strong and form.form.get(indicator.id) != "not-applicable"
    ]
    if not open_:
        st.success(_("You meet everything that applies, with evidence."), icon=":material/check:")
    found = _help(framework, (indicator.id for _criterion, indicator in open_))
    nobody = [_(indicator.label) for _criterion, indicator in open_ if not found.nearest[indicator.id]]
    with_some = [(criterion, indicator) for criterion, indicator in open_ if found.nearest[indicator.id]]
    for at, (criterion, indicator) in enumerate(with_some):
        given = form.form.get(indicator.id, "not-documented")
        answer = _(ANSWER_BADGES[given])
        # folded but for the first: all open they were fifteen screens of a telephone
        with st.expander(f"**{_(indicator.label)}** ({formats.within(_(criterion.title))}) {answer}", expanded=at == 0):
            _who_meets_it(framework, found.nearest[indicator.id])
    if nobody:
        st.markdown(
            _("No practice near to yours meets these with evidence: {questions}.").format(
                questions=formats.parted(formats.within(label) for label in nobody)
            )
        )
