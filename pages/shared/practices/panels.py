"""Panels of the overview, the practice page and the method page: words, metrics and lists around the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from criteria.framework import Criterion, Framework, Indicator, current_framework
from criteria.proof import Proof, prove
from pages.shared.components import chart_with_download, charts, practice_picker, tables
from pages.shared.components.chart_with_download import Drawn
from pages.shared.components.database import Whole
from pages.shared.components.links import assess_link, open_practice, page_link
from pages.shared.components.score_profile import ANSWER_BADGES
from pages.shared.components.screen_texts import (
    escaped,
    faint,
    known,
    number,
    of_catalogue,
    percent,
    score_state,
    web_link,
    why_not_scored,
)
from practices_db import formats
from practices_db.catalogue import practice_facts
from practices_db.catalogue.own_language import marked
from practices_db.catalogue.result_texts import evidence_of_answers, mark
from practices_db.catalogue.texts import answered, criterion_sentence
from practices_db.catalogue.vocabularies import NOT_STATED, label
from practices_db.queries.practices import DataVersion, NotCounted, Totals
from practices_db.queries.views import View
from practices_db.translation import N_, _, ngettext

# --- overview --------------------------------------------------------------------------------------------


def totals(all_: Totals) -> None:
    """Draw how much there is and how much of it is assessed and scored."""
    with st.container(key="totals").grid(4, min_column_width=150):
        st.metric(_("Practices"), formats.count(all_.practices), border=True, height="stretch")
        st.metric(_("Countries"), all_.countries, border=True, height="stretch")
        st.metric(
            _("Assessed"), all_.assessed, border=True, height="stretch", help=_("At least one published assessment.")
        )
        st.metric(
            _("Enough evidence to score"),
            all_.scored_both,
            border=True,
            height="stretch",
            help=_("Enough is documented for a score on both: {shares} of the weight of what is asked.").format(
                shares=", ".join(
                    f"{formats.within(_(one.title))} {percent(current_framework().minimum_coverage_of(one))}"
                    for one in current_framework().headlines
                )
            ),
        )


# The page, its sign, and what one finds there.
_WAYS = (
    ("explore", "search", N_("Explore practices"), N_("Filter by country, group and topic; download the list.")),
    ("compare", "compare_arrows", N_("Compare practices"),
     N_("Two to six side by side: results, facts, scores, and which differences are clear.")),
    ("needs", "contact_support", N_("What do you need?"),
     N_("Say what you are facing: practices that fit, evidence, whom to ask.")),
    ("self_assessment", "checklist", N_("Assess your own"),
     N_("Answer the same questions for your practice and see where it stands.")),
    ("method", "menu_book", N_("Read the method"),
     N_("What is asked, how answers become scores, what scores do not say.")),
    ("gaps", "grid_on", N_("See the gaps"), N_("Where practices, assessments and evaluations are missing.")),
)  # fmt: skip


def ways_in() -> None:
    """Draw the ways in, which are nothing to print."""
    with st.container(key="screen_ways").grid(3, min_column_width=220):
        for name, icon, title, words in _WAYS:
            with st.container(border=True, height="stretch", gap="xsmall"):
                page_link(name, f"**{_(title)}**", icon)
                st.caption(_(words))


def value_bars(list_: str, counts: Mapping[str, int], name: str, title: str, table: str) -> str | None:
    """Draw how many practices have each value of a list, as bars and as a table; return the value that was chosen.

    ``name`` of the list, ``title`` of the chart and that of the table are in English.
    """
    picked = chart_with_download.show(
        View(), lambda: Drawn(tables.value_counts(list_, counts), charts.bars(name)), f"{list_}s", lambda: _(title)
    )
    found = tables.value_counts(list_, counts)[["label", "count"]]
    tables.twin(found.rename(columns={"label": _(name), "count": _("Practices")}), _(table))
    return picked


def off_the_map(rows: pd.DataFrame) -> None:
    """Say how many practices stand outside the map: other countries, or no country stated."""
    words = [
        ngettext("{count} states no country", "{count} state no country", count).format(count=count)
        if id_ == NOT_STATED
        else formats.pair(name, formats.count(count))
        for id_, name, count in zip(rows["id"], rows["label"], rows["count"], strict=True)
    ]
    if words:
        told = _("Not on the map: {countries}. A practice in several countries counts in each.")
        st.caption(told.format(countries=formats.parted(words)))


def what_is_not_known(all_: Totals) -> None:
    """Say what is not known as plainly as what is."""
    st.header(_("What is not known"))
    lines = (
        _("**{count} of {all}** practices have no assessment: they have no scores.").format(
            count=all_.practices - all_.assessed, all=all_.practices
        ),
        _("Of the {all} assessed, **{count}** are not documented enough for both scores.").format(
            all=all_.assessed, count=all_.assessed - all_.scored_both
        ),
        ngettext(
            "Only **{count}** practice has at least one answer that rests on an independent evaluation or stronger "
            "evidence.",
            "Only **{count}** practices have at least one answer that rests on an independent evaluation or stronger "
            "evidence.",
            all_.independent_evidence,
        ).format(count=all_.independent_evidence),
        _(
            "**{evaluation}** show no evaluation on the pages that were read; **{year}** no first year; **{funding}** "
            "no funding; **{country}** no country."
        ).format(
            evaluation=all_.without_evaluation,
            year=all_.without_year,
            funding=all_.without_funding,
            country=all_.without_country,
        ),
        _(
            "Collections of practices show what went well. How many practices a country has here says what could be "
            "read, not how much is done there."
        ),
    )
    st.markdown("\n".join(f"- {line}" for line in lines))


# --- one practice ----------------------------------------------------------------------------------------


def facts(card: Mapping[str, Any], further: tables.Cards) -> None:
    """List the facts of a practice and their sources; what was not seen is said so."""
    lines = [
        f"- {formats.pair(f'**{fact.title}**', escaped(fact.words(card)) or f':gray[{escaped(fact.missing(card))}]')}"
        for fact in practice_facts.facts("page")
    ]
    half = (len(lines) + 1) // 2
    with st.grid(2, min_column_width=300, gap="xsmall"):
        for part in (lines[:half], lines[half:]):
            st.markdown("\n".join(part), anchors=False)
    sources = [_("{source} (the record)").format(source=web_link(card["source_url"], card["source_name"]))]
    if card["spring_url"]:
        sources.append(_("{source} (one of its good practices)").format(source=web_link(card["spring_url"], "SPRING")))
    for row in tables.rows(further):
        remark = f", {marked(row['remark'])}" if known(row["remark"]) else ""
        sources.append(
            web_link(row["url"], row["url"].split("/")[2])
            + " "
            + escaped(f"({practice_facts.supplied(row['field'])}{remark})")
        )
    told = _("**Sources:** {sources}. Last checked on {day}. Confidence in the source: {confidence}.").format(
        sources=" · ".join(sources),
        day=formats.day(card["checked_on"]),
        confidence=formats.within(label("source_confidence", card["source_confidence"])),
    )
    st.markdown(f":small[{told}]")


def headline(card: Mapping[str, Any], node: str, title: str) -> None:
    """Draw one headline score, where it could end up, how much is answered and on what evidence; or what is missing."""
    state = score_state(card, node)
    criterion = current_framework().criterion(node)
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.subheader(_(title), anchor=False)
        st.caption(_(criterion.summary))
        if state == "not applicable":
            st.markdown(_("Nothing that is asked here applies to this practice."))
            return
        if state == "nothing documented":
            st.markdown(_("None of the questions is answered: the score could be anything from 0 to 100."))
            return
        low, high = (number(card[f"{node}_{end}"]) for end in ("low", "high"))
        if state == "scored":
            st.metric(_("Score out of 100"), number(card[f"{node}_score"]), help=_range_help())
            where = _where_it_could_end(low, high)
        else:
            why = why_not_scored(card, node)
            st.metric(why[:1].upper() + why[1:], f"{low} … {high}", help=_range_help())
            where = _("Somewhere between {low} and {high}.").format(low=low, high=high)
        share = percent(card[f"{node}_coverage"])
        count = answered(card, node)
        count = count[:1].upper() + count[1:]
        answers = _("**{answered}**, {share} of the weight.").format(answered=count, share=share)
        evidence = evidence_of_answers(card[f"{node}_strongest_evidence"])
        st.markdown("\n\n".join([where, answers, escaped(evidence[:1].upper() + evidence[1:])]))


def not_counted(kept: Sequence[NotCounted]) -> None:
    """Say in one line which published answers are kept and count in no score."""
    ticks = sum(one.answers for one in kept if one.basis == "tick-list")
    versions: dict[str, int] = {}
    for one in kept:
        if one.basis != "tick-list":
            versions[one.version] = versions.get(one.version, 0) + one.answers
    told = [
        ngettext(
            "{count} answer to version {version} of the questions",
            "{count} answers to version {version} of the questions",
            many,
        ).format(count=formats.count(many), version=version)
        for version, many in sorted(versions.items())
    ]
    if ticks:
        told.append(
            ngettext(
                "{count} answer from another body's checklist", "{count} answers from another body's checklist", ticks
            ).format(count=formats.count(ticks))
        )
    if told:
        st.caption(_("Stored but not counted: {what}.").format(what=formats.parted(told)))


def _range_help() -> str:
    return _(
        "The range runs from the score if none of the missing answers were met to the score if all of them were. It "
        "is no confidence interval."
    )


def _where_it_could_end(low: str, high: str) -> str:
    if low == high:
        return _("Every question is answered. That does not make the score exact: answers can be wrong.")
    return _("Between {low} and {high} once the unanswered questions are settled.").format(low=low, high=high)


def not_assessed(practice_id: str) -> None:
    """Say that there is no assessment and invite one."""
    with st.container(border=True):
        st.markdown(
            _(
                "**Nobody has assessed this practice yet.** It has no scores; that is no judgement. If it is yours, or "
                "you know it well, assess it:"
            )
        )
        assess_link(practice_id)


def criterion_answers(criterion: Criterion, scores: tables.Cards, answers: Mapping[str, list[dict[str, Any]]]) -> None:
    """Draw every question and indicator of a criterion with answer, evidence, note and source."""
    by_node = {row["node"]: row for row in tables.rows(scores)}
    with st.expander(formats.pair(f"**{_(criterion.title)}**", escaped(criterion_sentence(by_node[criterion.id])))):
        told = []
        for question in criterion.questions:
            scored = faint(escaped(criterion_sentence(by_node[f"{criterion.id}/{question.id}"])))
            given = [_indicator(indicator, answers.get(indicator.id, [])) for indicator in question.indicators]
            told += [f"**{_(question.text)}**  \n{scored}", "\n".join(given)]
        st.markdown("\n\n".join(told), anchors=False)  # one text: a practice has sixty of them


def _indicator(indicator: Indicator, given: list[dict[str, Any]]) -> str:
    """Return one indicator as Markdown: the answer that counts first, other assessors' answers below it."""
    first = next((one for one in given if one["counts"]), None)
    others = [one for one in given if one is not first]
    unknown = ANSWER_BADGES["not-documented"]
    lines = [f"- **{_(indicator.label)}** {_answer(indicator, first) if first else _(unknown)}"]
    for other in others:
        if other["basis"] == "tick-list":
            said = _("Checklist, not counted: {answer}")
        elif first and other["answer"] == first["answer"]:
            said = _("Another assessment agrees: {answer}")
        else:
            said = _("Another assessment **differs**: {answer}")
        lines.append("    - " + said.format(answer=_answer(indicator, other)))
    return "\n".join(lines)


def _answer(indicator: Indicator, answer: Mapping[str, Any]) -> str:
    framework = current_framework()
    parts = [_(ANSWER_BADGES[answer["answer"]])]
    if anchor := indicator.anchor(answer["answer"]):
        parts.append(f"*{_(anchor)}*")
    if known(answer["note"]) and answer["note"]:
        parts.append(of_catalogue(answer["note"]))
    level = int(answer["evidence_level"])
    if not known(answer["independent_of_operator"]):
        evidence = _("Evidence: {mark}")
    elif answer["independent_of_operator"]:
        evidence = _("Evidence: {mark}, in a source independent of the operator")
    else:
        evidence = _("Evidence: {mark}, as told by a source that is not independent of the operator")
    told = [escaped(evidence.format(mark=mark(level, formats.within(_(framework.evidence_label(level))))))]
    if known(answer["source_url"]) and answer["source_url"]:
        publisher = answer["source_publisher"]
        source = web_link(answer["source_url"], publisher if known(publisher) and publisher else answer["source_url"])
        told.append(_("Source: {source}").format(source=source))
    who = _("{basis} by {assessor}, {day}, framework {version}").format(
        basis=label("basis", answer["basis"]),
        assessor=answer["assessor"],
        day=formats.day(answer["assessed_on"]),
        version=answer["framework_version"],
    )
    return " ".join(parts) + f"  \n    :small[{'. '.join([*told, escaped(who)])}.]"


def sums(
    framework: Framework, criterion: Criterion, answers: Mapping[str, list[dict[str, Any]]], version: DataVersion
) -> None:
    """Open a score: its rows, the sums with the values in them, and the versions it holds for."""
    proof = proof_of(framework, criterion, answers)
    title = formats.within(_(criterion.title))
    words = _("How the score for {criterion} is calculated").format(criterion=title)
    with st.expander(words, icon=":material/calculate:"):
        tables.fixed(
            {
                _("Indicator"): [_(row.indicator.label) for row in proof.rows],
                _("Answer"): [_(framework.answer_label(row.answer)) for row in proof.rows],
                _("Weight × value"): [
                    _("{weight}, no value").format(weight=formats.short(row.weight))
                    if row.value is None
                    else " ".join(
                        (
                            formats.short(row.weight),
                            "×",
                            formats.short(row.value),
                            "=",
                            formats.short(row.weight * row.value),
                        )
                    )
                    for row in proof.rows
                ],
                _("Evidence"): ["" if row.evidence_level is None else str(row.evidence_level) for row in proof.rows],
            },
            _("The answers that the score for {criterion} is made from").format(criterion=title),
        )
        versions = _(
            "Framework {framework}, data version {version}. Numbers on this page are rounded; files carry four "
            "decimals."
        ).format(framework=f"{framework.id} {framework.version}", version=version.short)
        st.markdown("\n".join(f"- {line}" for line in sum_lines(proof)) + f"\n\n{faint(escaped(versions))}")


def proof_of(framework: Framework, criterion: Criterion, answers: Mapping[str, list[dict[str, Any]]]) -> Proof:
    """Return the sum behind a criterion; ``answers`` has for each indicator the answer that counts first, if any."""
    counting = {
        id_: (given[0]["answer"], int(given[0]["evidence_level"]))
        for id_, given in answers.items()
        if given[0]["counts"]
    }
    return prove(framework, criterion, counting)


def sum_lines(proof: Proof) -> list[str]:
    """Return coverage, score and range as sums with their values."""
    if proof.coverage is None:
        return [_("Nothing that is asked here applies, so there is no score.")]
    known_, all_, value, unknown = (
        formats.short(weight)
        for weight in (
            proof.documented_weight,
            proof.applicable_weight,
            proof.weighted_value,
            proof.applicable_weight - proof.documented_weight,
        )
    )
    sums = [(_("coverage"), f"{known_} / {all_}", proof.coverage)]
    if proof.score is not None:
        sums.append((_("score"), f"100 · {value} / {known_}", proof.score))
    sums.append((_("low end"), f"100 · {value} / {all_}", proof.low or 0))
    sums.append((_("high end"), f"100 · ({value} + {unknown}) / {all_}", proof.high or 0))
    return [f"{what} = {terms} = {formats.decimal(comes_to, 4)}" for what, terms, comes_to in sums]


def not_documented(framework: Framework, answered: set[str]) -> None:
    """List what nobody has documented for this practice."""
    missing = [
        f"- {formats.pair(_(criterion.title), _(indicator.label))}"
        for criterion, _question, indicator in framework.walk()
        if indicator.id not in answered
    ]
    if not missing:
        st.markdown(_("Every indicator of the framework has an answer."))
        return
    words = _("{count} of {all} indicators have no documented answer:")
    count = words.format(count=len(missing), all=len(framework.indicators))
    st.markdown("\n".join([count, "", *missing]))


def unknown_practice(practice_id: str | None, whole: Whole, page: str = "practice") -> None:
    """Help somebody whose link names no practice, or none that exists: offer the nearest, a search, and Explore.

    ``page`` is where a practice that is picked is opened.
    """
    st.title(_("Which practice?"))
    if practice_id:
        st.warning(
            _("There is no practice “{id}” in the catalogue. It may have been renamed, or the link was cut.").format(
                id=escaped(practice_id[:80])
            ),
            icon=":material/link_off:",
        )
    names = practice_picker.names(whole, (), "find_practice")
    picked = st.selectbox(
        _("Find a practice by name"),
        list(names),
        index=None,
        format_func=names.__getitem__,
        placeholder=_("Type a name"),
        key="found_practice",
    )
    if picked:
        open_practice(picked, page)
    page_link("explore", _("Or look through all of them"), "search")
