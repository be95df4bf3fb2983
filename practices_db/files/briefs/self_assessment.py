"""The report of a self-assessment, to show a funder: what she said, how sure it is, with her sources and the method."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from criteria.framework import Framework, current_framework
from criteria.next_steps import level_of, read_form, shown, smallest_plan, with_evidence
from criteria.steps import Effort, steps_of
from practices_db import formats
from practices_db.catalogue.texts import score_sentence
from practices_db.database.store import rows_of
from practices_db.files.briefs.content import Block, Brief, Sources, cleaned, criterion_bar, how_to_read
from practices_db.files.exports.recipe import APP, METHOD
from practices_db.files.self_assessment.documents import evidence_count, evidence_words, stated
from practices_db.files.self_assessment.form import OwnAssessment
from practices_db.files.self_assessment.scores import card, score_rows
from practices_db.translation import N_, _, ngettext

MARK = N_(
    "This is a self-assessment: the organisation answered about its own practice, and nobody else has checked "
    "the answers. "
    "Where a page is named, anybody can."
)

_EFFORTS: dict[Effort, str] = {
    "hours": N_("hours"),
    "days": N_("days"),
    "weeks": N_("weeks"),
    "months": N_("months"),
    "a year or more": N_("a year or more"),
}


def own_brief(form: OwnAssessment, on: date) -> Brief:
    """Return the report of a form."""
    framework = current_framework()
    own = card(framework, form)
    rows = {row["node"]: row for row in rows_of(score_rows(framework, form))}
    pages = Sources()
    table = _answers(framework, form, pages)
    blocks = [
        Block("note", _(MARK)),
        Block("facts", rows=tuple(stated(form.profile))),
        Block("heading", _("Scores")),
        Block(
            "facts",
            rows=tuple(
                (
                    _(one.title),
                    _("{score}. {evidence}. Level: {level}.").format(
                        score=score_sentence(own, one.id),
                        evidence=_begun(evidence_count(*with_evidence(one, form.form, form.evidence))),
                        level=formats.within(_(level_of(framework, form.form, form.evidence, one.id).name)),
                    ),
                )
                for one in framework.headlines
            ),
        ),
        Block(
            "bars",
            _("The criteria, 0 to 100"),
            bars=tuple(criterion_bar(_(one.title), rows.get(one.id)) for one in framework.criteria),
        ),
        Block("note", how_to_read()),
        Block("heading", _("What is strong, and what is not")),
        Block("facts", rows=tuple(_reading(framework, form))),
        Block("heading", _("Answers")),
        table,
        Block("heading", _("Next steps")),
        _next_steps(framework, form),
    ]
    if notes := _notes(framework, form):
        blocks += [Block("heading", _("In the organisation's own words")), Block("facts", rows=notes)]
    sources = pages.block()
    blocks += [Block("heading", _("Sources that the organisation names"))]
    blocks += [sources] if sources.rows else [Block("text", _("No page is named."))]
    blocks += [Block("heading", _("How this was made")), Block("facts", rows=tuple(_method(framework, form, on)))]
    title = form.profile.name.strip() or _("Our practice")
    subtitle = " · ".join([_("Self-assessment"), *filter(None, [form.profile.organisation.strip()]), on.isoformat()])
    footer = _("{app} · self-assessment, not checked by others · {date}").format(app=APP, date=on.isoformat())
    return cleaned(Brief(title, subtitle, tuple(blocks), None, on, footer=footer))


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _answers(framework: Framework, form: OwnAssessment, pages: Sources) -> Block:
    rows = []
    for criterion, _question, indicator in framework.walk():
        one = form.answer(indicator.id)
        if one is None or one.answer == "not-documented":
            continue
        proof = evidence_words({str(each.level): _(each.label) for each in framework.evidence_levels}, one)
        at = pages.add(one.address, None) if one.address and one.documented else ""
        said, anchor = _(framework.answer_label(one.answer)), indicator.anchor(one.answer)
        if anchor:
            said = _("{answer}: {meaning}").format(answer=said, meaning=_(anchor))
        rows.append((_(criterion.title), _(indicator.label), said, proof, at))
    if not rows:
        return Block("text", _("Nothing is answered yet."))
    header = (_("Criterion"), _("Indicator"), _("Answer"), _("Evidence, as the organisation says"), _("Source"))
    return Block(
        "table",
        _("Answers, with the evidence that the organisation names"),
        header,
        tuple(rows),
        (1.6, 2, 4, 1.8, 0.8),
    )


def _next_steps(framework: Framework, form: OwnAssessment) -> Block:
    """Return the smallest set of steps to the next level of each headline, with room for who does it and by when."""
    checkable = shown(form.form, form.evidence)
    claims = {id_: answer for id_, answer in form.form.items() if id_ not in checkable}
    plans = [smallest_plan(framework, checkable, one.id, form.out_of_reach, claims) for one in framework.headlines]
    rows = []
    for step in (step for plan in plans for step in plan.steps):
        text = steps_of(framework)[step.indicator_id]
        to_show = claims.get(step.indicator_id) == step.after
        what = _("Name a document or a figure that shows it.") if to_show else _(text.how) if text.how else ""
        effort = _("hours, where a document exists") if to_show else _(_EFFORTS[text.effort]) if text.effort else ""
        rows.append((_(framework.indicator(step.indicator_id).label), what, effort, "", ""))
    if not rows:
        return Block("text", _("No step was found that leads to a next level."))
    header = (_("Step"), _("What to do"), _("Takes at least"), _("Who"), _("By when"))
    return Block(
        "table",
        _("Steps to the next level of each main score, to be filled in"),
        header,
        tuple(rows),
        (2, 4, 1.3, 1.6, 1.3),
    )


def _reading(framework: Framework, form: OwnAssessment) -> list[tuple[str, str]]:
    read = read_form(framework, form.form, form.evidence)
    names = {one.id: _(one.label) for one in framework.indicators}

    def told(ids: tuple[str, ...]) -> str:
        return ", ".join(formats.within(names[id_]) for id_ in ids) or _("none")

    return [
        (_("Met, with evidence"), told(read.strengths)),
        (_("Met, as we say (no document yet)"), told(read.claims)),
        (_("Partly or not met"), told(read.weak)),
        (_("Not known"), told(read.undocumented)),
    ]


def _notes(framework: Framework, form: OwnAssessment) -> tuple[tuple[str, str], ...]:
    names: Mapping[str, str] = {one.id: _(one.label) for one in framework.indicators}
    return tuple((names.get(one.indicator, one.indicator), one.note) for one in form.answers if one.note.strip())


def _method(framework: Framework, form: OwnAssessment, on: date) -> list[tuple[str, str]]:
    count = len(framework.indicators)
    return [
        (_("Framework"), f"{_(framework.title)}, {framework.id} {framework.version}"),
        (
            _("Answered"),
            ngettext("{answered} of {count} indicator", "{answered} of {count} indicators", count).format(
                answered=len(form.answers), count=count
            ),
        ),
        (_("Made on"), on.isoformat()),
        (_("Method"), _(METHOD)),
        (
            _("Levels"),
            _(
                "A level counts what is shown: the low end of the range, where nothing undocumented is met, without "
                "what is met on the organisation's word alone; from 25, 50 and 75 on it is on the way, solid and "
                "strong. One document is not enough for a level: it needs at least two answers. The levels are this "
                "project's choice."
            ),
        ),
    ]
