"""Where the practice stands: so far beside the questions, and the whole result with peers."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from criteria.framework import DOCUMENTED, Criterion, Framework
from criteria.next_steps import OWN, level_of, read_form, with_evidence
from criteria.scoring import Score
from pages.shared.components import charts, database, peers, score_profile, tables
from pages.shared.components.screen_texts import number, percent
from pages.shared.self_assessment import draft, navigation
from pages.shared.self_assessment.navigation import question_steps, step_button
from practices_db import formats
from practices_db.catalogue.texts import criterion_sentence
from practices_db.files.self_assessment.documents import evidence_count
from practices_db.files.self_assessment.form import OwnAssessment
from practices_db.files.self_assessment.scores import card, score_rows, scores
from practices_db.queries import practices
from practices_db.translation import _, ngettext


def so_far(framework: Framework) -> None:
    """Draw both headlines in a line each, with the range that they could still move in."""
    found = scores(framework, draft.mine())
    with st.container(border=True, gap="xsmall"):
        st.markdown(_("**So far**"))
        for criterion in framework.headlines:
            one = found.of(OWN, criterion.id)
            st.markdown(formats.pair(_(criterion.title), f"**{_figure(one)}**"))
            st.caption(" ".join(filter(None, [_known(criterion, one, framework), _counted_evidence(criterion)])))


def _figure(one: Score) -> str:
    if one.low is None or one.high is None:
        return _("does not apply")
    if one.scored and one.score is not None:
        return _("{score} of 100").format(score=number(one.score))
    return _("between {low} and {high}").format(low=number(one.low), high=number(one.high))


def _known(criterion: Criterion, one: Score, framework: Framework) -> str:
    """Say how sure a headline is: its range once it is scored, what it still needs before."""
    if one.low is None or one.high is None or one.coverage is None:
        return ""
    if one.scored:
        return (
            _("Every question that applies is answered.")
            if one.low == one.high
            else _("Between {low} and {high} once the open questions are answered.").format(
                low=number(one.low), high=number(one.high)
            )
        )
    missing = [
        formats.quoted(_(required.label))
        for required in criterion.indicators
        if required.required and draft.mine().form.get(required.id, "not-documented") not in DOCUMENTED
    ]
    told = (
        _("{share} of the weight is known; a score needs at least {least} and an answer to {questions}.")
        if missing
        else _("{share} of the weight is known; a score needs at least {least}.")
    )
    return told.format(
        share=percent(one.coverage),
        least=percent(framework.minimum_coverage_of(criterion)),
        questions=", ".join(missing),
    )


def _counted_evidence(criterion: Criterion) -> str:
    """Say how many answers have evidence, "" where nothing is answered that could have any."""
    proven, said = with_evidence(criterion, draft.mine().form, draft.mine().evidence)
    return evidence_count(proven, said) + "." if said else ""


def result(framework: Framework) -> None:
    """Draw the whole result."""
    form = draft.mine()
    st.header(_("Where your practice stands"))
    navigation.answer_the_rest()
    if not form.answers:
        st.info(_("Nothing is answered yet: the result grows from the first answer on."), icon=":material/checklist:")
        step_button(_("Answer the first question"), question_steps()[0].id, primary=True)
        return
    st.caption(_("Self-assessment: these are your own answers, and nobody else has checked them."))
    found = scores(framework, form)
    with st.grid(2, min_column_width=260):
        for criterion in framework.headlines:
            with st.container(border=True, height="stretch", gap="xsmall"):
                one = found.of(OWN, criterion.id)
                st.metric(_(criterion.title), _figure(one))
                st.caption(_known(criterion, one, framework))
                if evidence := _counted_evidence(criterion):
                    st.markdown(evidence)
                now = level_of(framework, form.form, form.evidence, criterion.id)
                st.markdown(_("Level: **{level}**. {meaning}").format(level=_(now.name), meaning=_(now.meaning)))
    _profile(framework, form)
    _peers(framework, form)
    _reading(framework, form)


def _profile(framework: Framework, form: OwnAssessment) -> None:
    asked = [
        criterion
        for criterion in framework.criteria
        if criterion.headline or not draft.draft().short or any(one.id in form.form for one in criterion.indicators)
    ]
    st.subheader(_("Profile of the criteria"))
    st.caption(
        _(
            "A bar runs from the score if nothing unknown were met to the score if all of it were. A filled mark is "
            "a score; a hollow one says that too little is known to call it one."
        )
    )
    rows = score_rows(framework, form)
    lines = score_profile.profile_lines(framework, [(_(score_profile.ONE_SERIES), rows)])
    lines = lines[lines["id"].isin([one.id for one in asked])]
    charts.draw(
        lines.assign(line=range(len(lines))),
        charts.ranges((_(score_profile.ONE_SERIES),)),
        "own_profile",
        _("Range bars of the criteria for your practice"),
    )
    by_node = {row["node"]: row for row in tables.rows(rows)}
    table = pd.DataFrame(
        {
            _("Criterion"): [_(one.title) for one in asked],
            _("Known"): [criterion_sentence(by_node[one.id]) for one in asked],
            _("Evidence"): [evidence_count(*with_evidence(one, form.form, form.evidence)) for one in asked],
        }
    )
    tables.twin(table, _("The criteria of your practice"))


def _peers(framework: Framework, form: OwnAssessment) -> None:
    st.subheader(_("Among practices like yours"))
    profile = form.profile
    if not profile.sectors or not profile.target_groups:
        st.markdown(_("To find them, say what your practice is about and whom it is for."))
        step_button(_("Say it in the profile"), "profile")
        return
    with database.cursor() as cursor:
        found = practices.peers_of(cursor, profile.sectors, profile.target_groups, profile.practice_id)
    own = card(framework, form)
    given = {own["id"]: found}
    st.caption(
        _(
            "Peers are the scored practices of the catalogue that share at least one sector and at least one target "
            "group with yours. With fewer than {fewest} they are not drawn. The large mark is yours, once it has a "
            "score. Peers were assessed by others from public sources, yours by yourselves: compare with care."
        ).format(fewest=peers.ENOUGH_PEERS)
    )
    strip = peers.peer_dots([own], given)
    if strip.empty:
        most = int(max(sum(found[f"{one.id}_scored"]) for one in framework.headlines)) if len(found) else 0
        st.markdown(
            ngettext(
                "Too few to show: {count} scored practice like yours.",
                "Too few to show: {count} scored practices like yours.",
                most,
            ).format(count=formats.count(most))
        )
        return
    charts.draw(strip, charts.strips(), "own_peers", _("Your scores among those of your peers"))
    tables.twin(peers.peer_table([own], given, own=True), _("How many peers there are and where you stand among them"))


def _reading(framework: Framework, form: OwnAssessment) -> None:
    read = read_form(framework, form.form, form.evidence)
    asked = {one.id for one in navigation.asked(draft.draft().short)}
    _list(
        framework,
        _("Strengths"),
        read.strengths,
        _("Met, and others can check it."),
        _("Nothing is met with evidence yet."),
    )
    _list(
        framework,
        _("Met, as you say (no document yet)"),
        read.claims,
        _("These count for no level yet. Name a document or a figure that shows them."),
        "",
    )
    _list(
        framework,
        _("Not known or not written down"),
        [id_ for id_ in read.undocumented if id_ in asked],
        _("Often the cheapest step: find out and write it down. Until then it only widens the range."),
        "",
    )
    _list(
        framework,
        _("Weak points"),
        read.weak,
        _("Partly met or not met, those that cost most first."),
        _("No answer says “not met” or “partly met”."),
    )
    step_button(_("Who is strong there?"), "learn-from", icon=":material/school:")


def _list(framework: Framework, title: str, ids: Sequence[str], meaning: str, none: str) -> None:
    if not ids and not none:
        return
    st.subheader(title, anchor=False)
    st.caption(meaning if ids else none)
    badges = score_profile.ANSWER_BADGES
    given = draft.mine().form
    names = {
        indicator.id: f"{_(indicator.label)} ({formats.within(_(criterion.title))})"
        for criterion, _question, indicator in framework.walk()
    }
    if ids:
        answers = [given.get(id_, "not-documented") for id_ in ids]
        shown = [_(badges[answer]) for answer in answers]
        st.markdown("\n".join(f"- {badge} {names[id_]}" for id_, badge in zip(ids, shown, strict=True)), anchors=False)
