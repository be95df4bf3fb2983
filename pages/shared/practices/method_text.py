"""The method in words, generated from the framework's own data and the catalogue's own counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from criteria.agreement import FEWEST_WEIGHTED as FEWEST_PAIRS
from criteria.agreement import LEVEL as AGREEMENT_LEVEL
from criteria.framework import MEASURED_CHANGE, Criterion, Framework, Indicator
from criteria.order import CLEARLY
from criteria.paperwork import FEWEST, LEVEL, Follows, detectable, follows
from criteria.proof import Proof
from criteria.results import GROUPS
from pages.shared.components import tables
from pages.shared.components.links import practice_link
from pages.shared.components.peers import ENOUGH_PEERS
from pages.shared.components.screen_texts import escaped, number, of_catalogue, percent, web_link
from pages.shared.components.tables import HEADLINES
from pages.shared.practices.panels import sum_lines
from practices_db import formats
from practices_db.catalogue.own_language import marked
from practices_db.catalogue.vocabularies import label
from practices_db.files.exports.recipe import LICENCE
from practices_db.queries.agreement import CellsReadTwice, Readings
from practices_db.queries.figures import Figures, Headline, Limits
from practices_db.queries.practices import SelectionShares, Totals
from practices_db.translation import N_, _, ngettext

Numbers = npt.NDArray[np.float64]


def in_short(framework: Framework) -> None:
    """Say what the framework is and whose choice the numbers are."""
    st.markdown(
        _(
            "A practice is looked at from {sides} sides. Two of them, **{headlines}**, are the main scores; the others "
            "complete the profile. Each side asks questions, each question has indicators, and each of the "
            "{indicators} indicators is answered *met*, *partly met*, *not met*, *not documented* or *not applicable*."
        ).format(
            sides=len(framework.criteria),
            headlines=formats.listed(formats.within(_(criterion.title)) for criterion in framework.headlines),
            indicators=len(framework.indicators),
        )
    )
    st.info(
        _(
            "Turning answers into numbers is this project's choice. The SPRING project's evaluation grid is not "
            "scored, and only its first criterion could be read; it is restated in our own words under “Inclusivity "
            "and participation”. Nothing here is SPRING's text."
        ),
        icon=":material/info:",
    )
    st.caption(
        _(
            "{title}, version {version}. Every assessment keeps the version it was made with; only answers of this "
            "version count."
        ).format(title=_(framework.title), version=framework.version)
    )


def worked_example(framework: Framework, card: Mapping[str, Any] | None, proof: Proof | None) -> None:
    """Work a score out for a real practice of the catalogue, with its answers; the formulas are folded below."""
    if card is not None and proof is not None and proof.score is not None and proof.coverage is not None:
        criterion = framework.headlines[0]
        st.markdown(
            _(
                "**{name}**, {criterion}. {answered} of {asked} indicators are documented, {share} of the weight. They "
                "give **{score}** of 100. If nothing of the rest were met it would be {low}, if all of it were {high}."
            ).format(
                name=of_catalogue(card["name"]),
                criterion=formats.within(_(criterion.title)),
                answered=sum(row.value is not None for row in proof.rows),
                asked=len(proof.rows),
                share=percent(proof.coverage),
                score=number(proof.score),
                low=number(proof.low or 0),
                high=number(proof.high or 0),
            )
        )
        with st.container(key="example"):  # start_page.css keeps room for the table
            tables.fixed(
                {
                    _("Indicator"): [_(row.indicator.label) for row in proof.rows],
                    _("Answer"): [_(framework.answer_label(row.answer)) for row in proof.rows],
                    _("Weight"): [formats.short(row.weight) for row in proof.rows],
                    _("Counts"): ["" if row.value is None else formats.short(row.value) for row in proof.rows],
                },
                _("The answers of the example"),
            )
        st.markdown("\n".join(f"- {line}" for line in sum_lines(proof)))
        practice_link(card["id"], _("Its answers and sources"), "arrow_forward")
    with st.expander(_("The formulas"), icon=":material/calculate:"):
        _formulas(framework)


def _formulas(framework: Framework) -> None:
    st.markdown(
        _(
            "With weights *w*, values *v*, documented indicators *D* and undocumented ones *U* (not-applicable ones "
            "belong to neither):"
        )
        + "\n\n"
        + "- "
        + _("coverage")
        + " $C = \\sum w(D) \\,/\\, \\sum w(D \\cup U)$\n- "
        + _("score")
        + " $S = 100 \\cdot \\sum w\\,v(D) \\,/\\, \\sum w(D)$\n- "
        + _("range from $C S$ to $C S + 100\\,(1 - C)$")
    )
    values = ", ".join(
        _("{answer} counts {value}").format(answer=formats.within(_(option.label)), value=formats.short(option.value))
        for option in framework.answers
        if option.value is not None
    )
    st.markdown(
        _(
            "An answer that is {values}; *not documented* lowers the coverage, never the score. The **range** runs "
            "from the score if nothing undocumented were met to the score if all of it were. It says what is not "
            "known; it is no confidence interval. A criterion's score is the weighted mean over its indicators. There "
            "is no grand total."
        ).format(values=values)
    )


_GLOSSARY = {
    N_("Assessment"): N_("The answers of one assessor on one practice, under one version of the framework."),
    N_("Clearly ahead"): N_(
        "Higher in at least 95 % of all that the missing answers could be, coding errors included."
    ),
    N_("Comparison group"): N_(
        "People like the participants who did not take part. Only the difference to them shows what a measure changed."
    ),
    N_("Coverage"): N_("The share of the weight of all questions that apply for which an answer is documented."),
    N_("Criterion, question, indicator"): N_(
        "The three levels of the framework: each criterion asks questions, each question has indicators to answer."
    ),
    N_("Desk review, expert review, self-assessment"): N_(
        "Who answered: somebody from published sources, somebody who knows the field, or the organisation itself."
    ),
    N_("Drop-out"): N_("The share of participants who left before the end."),
    N_("Evidence level"): N_(
        "How strong the evidence behind an answer is, from 0 (said by the operator) to 5 (drawn by lot or replicated)."
    ),
    N_("Finding"): N_("What one publication found on one outcome of one type of measure."),
    N_("Independent evaluation"): N_("One made by people who do not run the practice."),
    N_("Missing-information range"): N_(
        "From the score if nothing undocumented were met to the score if all of it were. No confidence interval."
    ),
    N_("Not documented"): N_("Nobody has found an answer. It lowers the coverage, never the score."),
    N_("Outcome"): N_("What changed for people, such as work, language or health; not what was done or offered."),
    N_("Practice"): N_("A project, service or measure for the integration of migrants."),
    N_("Randomised"): N_("Drawn by lot who takes part, so that both groups are alike at the start."),
    N_("Score"): N_("From 0 to 100: the weighted mean of the documented answers of a criterion."),
    N_("Type of measure"): N_(
        "What kind of thing a practice is, such as a language course. Findings are about types, not about a practice."
    ),
}


def glossary() -> None:
    """Explain the words of the app, in the order of the alphabet."""
    terms = formats.in_order(_GLOSSARY.items(), lambda one: _(one[0]))
    st.markdown("\n".join(f"- {formats.pair(f'**{_(term)}**', _(words))}" for term, words in terms), anchors=False)


def when_scored(framework: Framework) -> None:
    """Say from which coverage on each criterion is scored, and what it cannot do without."""
    lines = [_least(criterion, framework.minimum_coverage_of(criterion)) for criterion in framework.criteria]
    st.markdown(_("**When there is a score.** Below this there is only the range:") + "\n\n" + "\n".join(lines))


def _least(criterion: Criterion, share: float) -> str:
    names = [formats.quoted(_(one.label)) for one in criterion.indicators if one.required]
    words = (
        _(
            "- {criterion}: from {share} documented weight on, and only where {names} is documented. Without it nobody "
            "knows whether anything got better."
        )
        if names
        else _("- {criterion}: from {share} documented weight on.")
    )
    return words.format(criterion=_(criterion.title), share=percent(share), names=formats.listed(names))


def rules(framework: Framework) -> None:
    """List the framework's rules for whoever answers."""
    st.markdown("\n".join(f"- {_(rule.text)}" for rule in framework.rules))


def questions(framework: Framework) -> None:
    """List every criterion, question and indicator with the anchor of each answer, its weight and its sources."""
    titles = {source.id: source.publisher for source in framework.sources}
    for criterion in framework.criteria:
        words = _("**{criterion}** (main score): {summary}") if criterion.headline else _("**{criterion}**: {summary}")
        with st.expander(words.format(criterion=_(criterion.title), summary=_(criterion.summary))):
            st.caption(
                _("Scored from {share} documented weight on.").format(
                    share=percent(framework.minimum_coverage_of(criterion))
                )
            )
            for question in criterion.questions:
                st.markdown(f"**{_(question.text)}**")
                st.markdown("\n".join(_anchors(indicator, titles) for indicator in question.indicators), anchors=False)


def _anchors(indicator: Indicator, publishers: Mapping[str, str]) -> str:
    """Return an indicator as a list item: what each answer means, its weight, and whom it follows."""
    after = ", ".join(publishers[basis] for basis in indicator.basis)
    marks = [_("weight {weight}").format(weight=formats.short(indicator.weight))]
    marks += [_("required: no score without it")] * indicator.required + [_("outcome")] * indicator.outcome
    return "\n".join(
        [
            _("- **{indicator}** ({marks}; after {publishers})").format(
                indicator=_(indicator.label), marks=", ".join(marks), publishers=after
            ),
            "    - " + _("Met: {anchor}").format(anchor=_(indicator.met)),
            "    - " + _("Partly met: {anchor}").format(anchor=_(indicator.partly)),
            "    - " + _("Not met: {anchor}").format(anchor=_(indicator.not_met)),
        ]
    )


def evidence_levels(framework: Framework) -> None:
    """List the evidence levels, say what they are for, and that independence is another thing."""
    tables.fixed(
        {
            _("Level"): [level.level for level in framework.evidence_levels],
            _("Evidence"): [_(level.label) for level in framework.evidence_levels],
        },
        _("Evidence levels"),
        width="content",
    )
    outcomes = ", ".join(formats.quoted(_(one.label)) for one in framework.indicators if one.outcome)
    st.markdown(
        _(
            "Each answer carries the strength of the evidence behind it. It stands beside the score and is never "
            "multiplied into it: a well-shown *not met* is still not met. Levels {levels} are about a measured change "
            "in people and stand only at the outcomes: {outcomes}."
        ).format(levels=", ".join(map(str, MEASURED_CHANGE)), outcomes=outcomes)
        + "\n\n"
        + _(
            "**Level and independence are two things.** The level says how a change was measured. Whether the "
            "source is independent of the operator is kept beside it: an operator can run a trial, and publish what an "
            "outside evaluator found."
        )
    )


def which_counts(twice: CellsReadTwice) -> None:
    """Say which of several answers counts, and what that does to practices that were read twice."""
    st.markdown(
        _(
            "Where several assessments answer one indicator of a practice, one answer counts: a curator's decision "
            "first; then an answer before *not documented*; then expert review before desk review before "
            "self-assessment; then the higher evidence level; then the more cautious answer. The others are shown "
            "beside it. A tick in somebody else's checklist is shown and never counts."
        )
        + "\n\n"
        + _(
            "So practices that were read twice are scored a little lower than if they had been read once: of {cells} "
            "answers given more than once, on {practices} practices, {differ} differ; where "
            "they differ, a lower answer than another counts {lower} times."
        ).format(cells=formats.count(twice.cells), practices=twice.practices, differ=twice.differ, lower=twice.lower)
    )


def who_answered(totals: Totals, makers: pd.DataFrame) -> None:
    """Say who made the answers and how."""
    st.markdown(
        _(
            "{assessed} of {practices} practices are assessed. Most answers are second-hand: coders answered "
            "from the notes and sources of a first reading of public pages. Pages were read as stored copies, not "
            "live. Every answer has its note and source, to be checked."
        ).format(assessed=totals.assessed, practices=totals.practices)
    )
    lines = [
        _("- {basis} by *{assessor}*: {practices}, {answers}").format(
            basis=label("basis", row["basis"]),
            assessor=escaped(row["assessor"]),
            practices=ngettext("{count} practice", "{count} practices", row["practices"]).format(
                count=formats.count(row["practices"])
            ),
            answers=ngettext("{count} answer", "{count} answers", row["answers"]).format(
                count=formats.count(row["answers"])
            ),
        )
        + (f" ({escaped(row['how'])})" if isinstance(row["how"], str) else "")
        for row in makers.to_dict("records")
    ]
    with st.expander(_("Who answered what")):
        st.markdown("\n".join(lines))


def assessors_agree(framework: Framework, found: Sequence[Readings], error: float) -> None:
    """Say how far second readings agree, told by how they were made, and on which indicators coders drift."""
    if not found:
        st.markdown(
            _(
                "**Not known yet.** No practice has been assessed a second time by somebody who had not seen the first "
                "answers. Until then read every score as one reader's."
            )
        )
        return
    tables.fixed([_agreement(one) for one in found], _("Agreement of two assessors by kind of second reading"))
    own = next((one for one in found if one.way == "own-sources"), None)
    if own:
        st.markdown(
            _(
                "**Rely on the first row**: the second coder found and read the sources without sight of "
                "any answer. {either} indicators of these {practices} practices were answered by one or both, {n} of "
                "them by both, {near} of these the same or one step apart. If both err alike, one coder errs in about "
                "{error} of the answers."
            ).format(
                either=own.either,
                practices=own.practices,
                near=own.agreement.within_one_step,
                n=own.agreement.n,
                error=_error(error),
            )
        )
    st.markdown(
        _(
            "Coders who had the same notes before them agree on how to apply the anchors, which says nothing on "
            "whether they would have found the same sources."
        )
    )
    with st.expander(_("Where coders drift")):
        for one in found:
            st.markdown(f"**{label('way_of_reading', one.way)}**\n\n" + _drifts(framework, one))
    st.caption(
        _(
            "Weighted kappa counts a difference of one step half (Cohen 1968); it is 1 where both always agree and 0 "
            "where they agree as often as by chance. Its {level} interval is the large-sample one (Fleiss, Cohen and "
            "Everitt 1969). Fewer than {fewest} pairs give none."
        ).format(level=percent(AGREEMENT_LEVEL), fewest=FEWEST_PAIRS)
    )


def _error(share: float) -> str:
    return _("{number} %").format(number=formats.decimal(100 * share, 1))


def _agreement(one: Readings) -> dict[str, str]:
    found = one.agreement
    kappa = _("too few to say") if found.n < FEWEST_PAIRS else _("not defined: one answer throughout")
    if found.kappa is not None and found.low is not None and found.high is not None:
        kappa = _span(found.kappa, found.low, found.high)
    return {
        _("Second reading"): label("way_of_reading", one.way),
        _("Practices"): str(one.practices),
        _("The same"): _("{same} of {n} ({share})").format(
            same=found.same, n=found.n, share=percent(found.same / found.n)
        ),
        _("Weighted kappa"): kappa,
    }


def _span(value: float, low: float, high: float) -> str:
    return _("{value} ({low} to {high})").format(
        value=formats.decimal(value, 2), low=formats.decimal(low, 2), high=formats.decimal(high, 2)
    )


def _drifts(framework: Framework, one: Readings) -> str:
    apart = [drift for drift in one.drifts if drift.differences and drift.indicator_id in _names(framework)]
    if not apart:
        return _("Nowhere: all answers are the same.")
    lines = []
    for drift in apart:
        if one.way == "from-notes" or drift.steps == 0:
            words = _("- {indicator}: {differences} of {n} differ")  # neither of the two is the second
        elif drift.steps > 0:
            words = _("- {indicator}: {differences} of {n} differ, the second was milder")
        else:
            words = _("- {indicator}: {differences} of {n} differ, the second was stricter")
        lines.append(
            words.format(indicator=_names(framework)[drift.indicator_id], differences=drift.differences, n=drift.n)
        )
    return "\n".join(lines)


def _names(framework: Framework) -> dict[str, str]:
    return {one.id: _(one.label) for one in framework.indicators}


def orders() -> None:
    """Say how the order of practices, the peers and the order under a need come about."""
    groups = " · ".join(formats.within(_(one.label)) for one in GROUPS)
    st.markdown(
        _(
            "**Results before scores.** Practices are first put into groups by what is known to have changed for "
            "people: {groups}. Within a group stronger evidence comes first, scored or not. A main result that is "
            "mixed, without a clear effect or worsened is never in a group called better, whatever was answered; "
            "one that worsened is called worse also without an answer on the result. Any other result without one says "
            "that its effect is not assessed, be it a figure without comparison, an improvement or mixed."
        ).format(groups=groups)
        + "\n\n"
        + _(
            "**Who is clearly ahead.** Every answer that nobody knows is taken as met, partly met or not met, each as "
            "likely, and coders are taken to err as often as on the practices read twice. So a score is a "
            "distribution, worked out exactly; nothing is drawn by chance. One practice is "
            "clearly ahead of another where it leads with a probability of {clearly} or more; a tie counts half. What "
            "is said of two practices does not depend on who else is compared. Where two are not clearly apart the "
            "order between them is open: there are bounds of places, no ranks. The composite on “Your weighting” is "
            "the weighted mean of the scores, under weights that the reader sets."
        ).format(clearly=percent(CLEARLY))
        + "\n\n"
        + _(
            "**Peers** of a practice are the assessed practices that share at least one sector and at least one target "
            "group with it. Fewer than {fewest} scored ones are not drawn."
        ).format(fewest=ENOUGH_PEERS)
        + "\n\n"
        + _(
            "**Under a need** practices come in the order of the reasons why they fit. What you asked for counts more "
            "than what is known of the practice. Each reason is shown with the practice and can be switched off. No "
            "score is among them."
        )
    )


def told_apart(found: Figures) -> None:
    """Say how much is scored and how many pairs the scores tell apart, with and without coder error."""
    st.markdown(
        _(
            "Of {practices} practices {assessed} are assessed, {results} have a known result, and {both} are scored on "
            "both main scores."
        ).format(practices=found.practices, assessed=found.assessed, results=found.with_result, both=found.scored_both)
    )
    rows = [
        {
            # one column fewer, so that the table needs no scrolling on a telephone
            _("Score (practices scored)"): f"{_(one.criterion.title)} ({one.scored})",
            _("Pairs"): formats.count(one.clear.pairs),
            _("Differ clearly"): formats.count(one.clear.under["know-nothing"]),
            _("… even if coders err"): formats.count(one.clear_with_error.under["know-nothing"]),
            _("… whatever the unknown answers"): formats.count(one.clear_with_error.under_all),
        }
        for one in found.headlines
    ]
    tables.fixed(rows, _("Pairs of practices that the scores tell apart"))
    for one in found.headlines:
        if one.clear.pairs and not one.clear_with_error.under["know-nothing"]:
            st.markdown(
                _(
                    "**No clear differences in {criterion} yet**: once coding errors are allowed for, no pair differs "
                    "clearly. Read the results and their evidence instead."
                ).format(criterion=formats.within(_(one.criterion.title)))
            )
    st.caption(
        _(
            "“Even if coders err” assumes that one coder errs in {error} of the answers, as on the practices read "
            "twice. “Whatever the unknown answers” counts pairs that also stay apart where unknown answers are like "
            "the documented ones, are all not met, or all move together. `python -m practices_db figures` prints the "
            "same numbers."
        ).format(error=_error(found.error.rate))
    )


def selection(shares: SelectionShares) -> None:
    """Warn of the selection, with its numbers."""
    answered = shares.met + shares.partly + shares.not_met
    st.markdown(
        _(
            "{from_collections} of {practices} practices, and {assessed_from} of the {assessed} assessed, come from "
            "two collections of good practices (SPRING, European Website on Integration); other collections are not "
            "counted here. Collections show what went well. Practices that failed or ended quietly are seldom in them, "
            "and practices nobody wrote about are not here at all."
        ).format(
            from_collections=shares.from_collections,
            practices=shares.practices,
            assessed_from=shares.assessed_from_collections,
            assessed=shares.assessed,
        )
        + "\n\n"
        + _(
            "**“Not met” is rare for the same reason**: of {answered} answers that count {met} are *met*, {partly} "
            "*partly met* and **{not_met}** *not met* ({share}). The lower end of the scale is hardly used, so a score "
            "of 50 is not the middle of what is done. A high score says that good things are documented, not that "
            "nothing went wrong."
        ).format(
            answered=formats.count(answered),
            met=formats.count(shares.met),
            partly=formats.count(shares.partly),
            not_met=shares.not_met,
            share=percent(shares.not_met / answered) if answered else "–",
        )
    )


MEASURES = {
    "coverage": N_("Share of the weight of what is asked that is documented (coverage)"),
    "evidence": N_("Evidence level of the answers (median)"),
    "note_length": N_("Length of our notes (characters)"),
    "sources": N_("Number of sources"),
    "national_domains": N_("Share of sources under a national domain (a stand-in for their language)"),
    "budget_eur": N_("Budget, as sources give it"),
    "people_reached": N_("People reached, as sources count them"),
    "upper_middle_income": N_("A country of upper-middle instead of high income (World Bank, 2024–25)"),
}
_OF_THE_SCORE = ("coverage", "evidence")  # each score has its own


def paperwork(table: pd.DataFrame) -> None:
    """Say how far the scores follow the paperwork, as rank correlations with intervals, and what could be missed."""
    flagged: list[str] = []
    lines = []
    for measure, words in MEASURES.items():
        line = {_("Measure"): _(words)}
        for node, title in HEADLINES.items():
            column = f"{node}_{measure}" if measure in _OF_THE_SCORE else measure
            found = follows(words, _numbers(table[column]), _numbers(table[node]))
            line[_(title)] = _correlation(found, int((table[column].notna() & table[node].notna()).sum()))
            if found and found.flagged:
                said = (
                    _("{score} is higher where this is larger: {measure}")
                    if found.correlation > 0
                    else _("{score} is lower where this is larger: {measure}")
                )
                flagged.append(said.format(score=formats.within(_(title)), measure=formats.within(_(words))))
        lines.append(line)
    if flagged:
        st.warning(_("**In part, yes:** {measures}.").format(measures=formats.parted(flagged)), icon=":material/flag:")
    else:
        st.markdown(_("No sign of it, but with so few scored practices this is a weak test."))
    st.markdown("\n".join(_power(_(title), int(table[node].notna().sum())) for node, title in HEADLINES.items()))
    tables.fixed(lines, _("Rank correlation of scores with documentation and size"))
    st.caption(
        _(
            "Spearman's rank correlation with its {level} interval (Bonett and Wright 2000) over the scored practices; "
            "flagged where the interval leaves out 0. The catalogue does not hold how long a report is: the length is "
            "that of our own notes. It does not hold the language of a source either, only the domain it stands under."
        ).format(level=percent(LEVEL))
    )


def _power(title: str, n: int) -> str:
    least = detectable(n)
    if least is None:
        return _("- {score}: {n} practices are scored, too few for any test.").format(score=title, n=n)
    return _(
        "- {score}: with {n} scored practices a correlation is found four times in five only from ±{least} on; a "
        "weaker one can well be there unseen."
    ).format(score=title, n=n, least=formats.decimal(least, 2))


def _numbers(column: pd.Series[Any]) -> Numbers:
    return column.to_numpy(float, na_value=np.nan)


def _correlation(found: Follows | None, n: int) -> str:
    if found is None:
        return _("n = {n}, too few to say").format(n=n) if n < FEWEST else _("n = {n}, the same for all").format(n=n)
    words = _("{value}, n = {n} :material/flag: flagged") if found.flagged else "{value}, n = {n}"
    return words.format(value=_span(found.correlation, found.low, found.high), n=found.n)


def limits(totals: Totals, found: Limits, figures: Figures) -> None:
    """Say what must not be read into the scores, with numbers."""
    countries = [label("country", id_) for id_ in found.most_studied]
    scored = [one for one in figures.headlines if one.step is not None]
    complete = formats.listed(
        _("{part} of {whole} on {criterion}").format(
            part=one.complete, whole=one.scored, criterion=formats.within(_(one.criterion.title))
        )
        for one in scored
    )
    lines = [
        _("**A missing answer is not a bad answer.** It says that nobody wrote it down where it could be read."),
        _(
            "**72 to 72 is not exact.** It says that every question is answered. An answer has three steps only, and a "
            "coder errs in about {error} of them. Where every question is answered, one step at one answer moves a "
            "score by up to {steps}."
        ).format(error=_error(figures.error.rate), steps=_points((one, one.step_of_all) for one in figures.headlines))
        + (
            " "
            + _(
                "That holds for {complete}. The fewer answers a score rests on, the more one of them moves it: of the "
                "scores shown by up to {steps}."
            ).format(complete=complete, steps=_points((one, one.step or 0) for one in scored))
            if scored
            else ""
        ),
        _(
            "**“Not applicable” leaves the sums.** It stands in {times} of {answers} answers. A criterion in which "
            "much does not apply rests on other questions than those of other practices and is not comparable with "
            "theirs."
        ).format(
            times=formats.count(found.not_applicable) if found.not_applicable else _("none"),
            answers=formats.count(found.answers),
        ),
        _(
            "**A figure without comparison is no effect.** Of {results} practices with a result, {levels} have only "
            "such a figure: nobody knows what would have happened otherwise. In {independent} the main figure comes "
            "from a source independent of the operator."
        ).format(results=found.results, levels=found.levels, independent=found.independent),
        _(
            "**Studies are from few countries.** {most} of {studies} studies with a comparison group or a draw by lot "
            "are from {countries}, {eastern} from the eastern half of the EU (all publications on one programme or "
            "reform are one study)."
        ).format(
            most=found.in_most_studied,
            studies=found.studies,
            countries=", ".join(countries) or "–",
            eastern=found.eastern,
        ),
        _(
            "**Many types of measure are untested.** {untested} of {typed} practices belong to no type of measure that "
            "such a study here has tested, main type or further one."
        ).format(untested=found.untested, typed=found.typed),
        _(
            "**The evidence on types of measure is thin.** The Education Endowment Foundation marks how secure "
            "evidence is with up to five padlocks: nearly every type of measure here would have one or none."
        ),
        _(
            "**Counts by country show what could be read**, not how much a country does. {without} practices state no "
            "country."
        ).format(without=totals.without_country),
        _(
            "**People reached and budgets are what sources say**, counted in different ways; they are never added up "
            "here and are no measure of effect."
        ),
    ]
    st.markdown("\n".join(f"- {line}" for line in lines))
    st.caption(_("Catalogue: {licence}.").format(licence=_(LICENCE)))


def _points(steps: Iterable[tuple[Headline, float]]) -> str:
    """Say by how many points one step moves each score: "25 points on effectiveness and 13 points on …"."""
    return formats.listed(
        _("{points} points on {criterion}").format(
            points=number(points), criterion=formats.within(_(one.criterion.title))
        )
        for one, points in steps
    )


def sources(framework: Framework) -> None:
    """List the published texts that the indicators rest on."""
    st.markdown(
        "\n".join(
            f"- {formats.pair(escaped(source.publisher), web_link(source.url, marked(source.title)))}"
            for source in framework.sources
        )
    )
