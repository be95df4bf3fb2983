"""The method in words, generated from the framework's own data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from criteria.agreement import LEVEL as AGREEMENT_LEVEL
from criteria.agreement import agreement
from criteria.framework import AnswerId, Framework, Indicator
from criteria.paperwork import FEWEST, LEVEL, Follows, follows
from criteria.proof import Proof
from pages.shared.components.links import practice_link
from pages.shared.components.screen_texts import counted, escaped, percent, web_link
from pages.shared.components.tables import HEADLINES
from pages.shared.practices.panels import sum_lines
from practices_db.catalogue.vocabularies import label
from practices_db.files.exports.recipe import LICENCE
from practices_db.queries.practices import SelectionShares, Totals


def in_short(framework: Framework) -> None:
    """Say what the framework is and whose choice the numbers are."""
    headlines = " and ".join(criterion.title.lower() for criterion in framework.headlines)
    st.markdown(
        f"A practice is looked at from {len(framework.criteria)} sides. Two of them, **{headlines}**, are the main "
        f"scores; "
        f"the others complete the profile. Each side asks questions, each question has indicators, and each of the "
        f"{len(framework.indicators)} indicators is answered *met*, *partly met*, *not met*, *not documented* or "
        f"*not applicable*."
    )
    st.info(
        "Turning answers into numbers is this project's choice. The SPRING project's evaluation grid is not scored, "
        "and only its first criterion could be read; it is restated in our own words under “Inclusivity and "
        "participation”. Nothing here is SPRING's text.",
        icon=":material/info:",
    )
    st.caption(f"{framework.title}, version {framework.version}. Every assessment keeps the version it was made with.")


def formulas(framework: Framework) -> None:
    """Give the formulas with a worked example small enough to follow by hand."""
    st.markdown(
        "With weights *w*, documented indicators *D* and undocumented ones *U* (not-applicable ones belong to neither):"
    )
    st.markdown(
        "- coverage $C = \\sum w(D) \\,/\\, \\sum w(D \\cup U)$\n"
        "- score $S = 100 \\cdot \\sum w\\,v(D) \\,/\\, \\sum w(D)$\n"
        "- range from $C S$ to $C S + 100\\,(1 - C)$"
    )
    values = ", ".join(
        f"{option.label.lower()} counts {option.value:g}" for option in framework.answers if option.value is not None
    )
    st.markdown(
        f"An answer that is {values}; *not documented* lowers the coverage, never the score. The **range** runs from "
        f"the "
        "score if nothing undocumented were met to the score if all of it were; it is a missing-information range, "
        "not a "
        f"confidence interval. Below {percent(framework.minimum_coverage)} coverage no score is shown, only the range: "
        "*not enough documented*.\n\n"
        "**For example:** four indicators of weight 1, answered *met*, *partly met*, *not met* and *not documented*. "
        "Coverage is 3 of 4, 75 %. The score is 100 · (1 + 0.5 + 0) / 3 = 50. If the fourth were not met it would be "
        "100 · 1.5 / 4 = 37.5, if it were met 100 · 2.5 / 4 = 62.5: the range is 37.5 to 62.5.\n\n"
        "A criterion's score is the weighted mean over its indicators; the weight is 1 unless the list below says "
        "otherwise. There is no grand total, and there are no ranks: the two main scores stand side by side."
    )


def questions(framework: Framework) -> None:
    """List every criterion, question and indicator with the anchor of each answer, its weight and its sources."""
    titles = {source.id: source.publisher for source in framework.sources}
    for criterion in framework.criteria:
        headline = " (main score)" if criterion.headline else ""
        with st.expander(f"**{criterion.title}**{headline}: {criterion.summary}"):
            for question in criterion.questions:
                st.markdown(f"##### {question.text}")
                st.markdown("\n".join(_anchors(indicator, titles) for indicator in question.indicators), anchors=False)


def _anchors(indicator: Indicator, publishers: Mapping[str, str]) -> str:
    """Return an indicator as a list item: what each answer means, its weight, and whom it follows."""
    after = ", ".join(publishers[basis] for basis in indicator.basis)
    return "\n".join(
        [
            f"- **{indicator.label}** (weight {indicator.weight:g}; after {after})",
            f"    - Met: {indicator.met}",
            f"    - Partly met: {indicator.partly}",
            f"    - Not met: {indicator.not_met}",
        ]
    )


def evidence_levels(framework: Framework) -> None:
    """List the evidence levels and say what they are for."""
    st.markdown(
        "Each answer carries the strength of the proof behind it. It stands beside the score and is never multiplied "
        "into it: a well-proved *not met* is still not met."
    )
    st.table(
        pd.DataFrame(
            {
                "Level": [level.level for level in framework.evidence_levels],
                "Proof": [level.label for level in framework.evidence_levels],
            }
        ),
        alt="Evidence levels",
        hide_index=True,
        border="horizontal",
        width="content",
    )
    st.markdown(
        "Where several published assessments answer the same indicator, a documented answer comes before none, then "
        "the higher evidence level counts; ties go to the expert review, then the desk review, then the "
        "self-assessment. A practice's page shows the others too, and says where they differ."
    )


def who_answered(totals: Totals, makers: pd.DataFrame) -> None:
    """Say who made the answers and how."""
    lines = [
        f"- {label('basis', row['basis'])} by *{escaped(row['assessor'])}*: {counted(row['practices'], 'practice')}, "
        f"{counted(row['answers'], 'answer')}"
        for row in makers.to_dict("records")
    ]
    st.markdown("\n".join(lines))
    st.markdown(
        f"{totals.assessed} of {totals.practices} practices are assessed. Desk reviews were coded from public pages, "
        f"each by "
        "one coder, strict with the anchors and with the lower level when in doubt. Expert reviews are items ticked "
        "on the practice's SPRING page, restated as *met*; 102 of the 104 SPRING marks seen were ticks. Pages were "
        "read as stored copies; links were not opened live."
    )


def assessors_agree(framework: Framework, answers: Sequence[tuple[str, AnswerId, AnswerId]]) -> None:
    """Say per criterion how far a blind second assessor agreed with the first, as Cohen's kappa with its interval."""
    if not answers:
        st.markdown(
            "**Not known yet.** No practice has been assessed a second time by somebody who had not seen the first "
            "answers, so how far two assessors would agree cannot be said. Until then read every score as one reader's."
        )
        return
    criteria = {indicator.id: criterion.title for criterion, _, indicator in framework.walk()}
    pairs: dict[str, list[tuple[AnswerId, AnswerId]]] = {criterion.title: [] for criterion in framework.criteria}
    for indicator, first, second in answers:
        if indicator in criteria:
            pairs[criteria[indicator]].append((first, second))
    lines = [{"Criterion": title} | _agreement(of) for title, of in pairs.items()]
    st.table(
        pd.DataFrame(lines), hide_index=True, border="horizontal", alt="Agreement of two assessors on each criterion"
    )
    st.caption(
        "Each second assessor answered without seeing the first's answers; what was settled afterwards is not counted "
        "here. Cohen's kappa (1960) is 1 where both always agree and 0 where they agree as often as by chance; its "
        f"{percent(AGREEMENT_LEVEL)} interval is the large-sample one (Fleiss, Cohen and Everitt, 1969)."
    )


def _agreement(pairs: Sequence[tuple[AnswerId, AnswerId]]) -> dict[str, str]:
    found = agreement(pairs)
    if found is None:
        return {"Answers given twice": str(len(pairs)), "Equal": "too few to say", "Cohen's kappa": "too few to say"}
    kappa = "not defined: one answer throughout"
    if found.kappa is not None:
        kappa = f"{found.kappa:.2f} ({found.low:.2f} to {found.high:.2f})"
    return {"Answers given twice": str(found.n), "Equal": percent(found.observed), "Cohen's kappa": kappa}


def limits(totals: Totals) -> None:
    """Say what must not be read into the scores."""
    st.markdown(
        "- **A missing answer is not a bad answer.** It says that nobody wrote it down where it could be read.\n"
        "- **Collections show what went well.** Practices that failed or ended quietly are seldom in them: what is "
        "here is not a fair sample of what is done.\n"
        "- **Counts by country show what could be read**, not how much a country does. "
        f"{totals.without_country} practices state no country.\n"
        "- **A well-documented practice is not for that reason a better one.** Larger and richer projects may "
        "simply write more down.\n"
        "- **People reached and budgets are what sources say**, counted in different ways; they are never added up "
        "here and are no measure of effect."
    )
    st.caption(f"Catalogue: {LICENCE}.")


MEASURES = {
    "note_length": "Length of the documentation (characters of the notes)",
    "sources": "Number of sources",
    "national_domains": "Share of sources under a national domain (a stand-in for their language)",
    "budget_eur": "Budget, as sources give it",
    "people_reached": "People reached, as sources count them",
    "upper_middle_income": "A country of upper-middle instead of high income (World Bank, 2024–25)",
}


def paperwork(table: pd.DataFrame) -> None:
    """Say how far the scores follow the paperwork, as rank correlations with intervals, and what follows from it."""
    flagged: list[str] = []
    lines = []
    for measure, words in MEASURES.items():
        line = {"Measure": words}
        for node, title in HEADLINES.items():
            found = follows(words, table[measure].to_numpy(float, na_value=np.nan), _numbers(table[node]))
            line[title] = _correlation(found, int((table[measure].notna() & table[node].notna()).sum()))
            if found and found.flagged:
                direction = "higher" if found.correlation > 0 else "lower"
                flagged.append(f"{title.lower()} is {direction} where this is larger: {words.lower()}")
        lines.append(line)
    if flagged:
        st.warning(
            "**In part, yes:** " + "; ".join(flagged) + ". Read those scores with that in mind.", icon=":material/flag:"
        )
    else:
        st.markdown(
            "**Nothing here says so:** every interval holds 0. With so few scored practices that is weak comfort."
        )
    st.table(
        pd.DataFrame(lines),
        hide_index=True,
        border="horizontal",
        alt="Rank correlation of scores with documentation and size",
    )
    st.caption(
        f"Spearman's rank correlation with its {percent(LEVEL)} interval (Bonett and Wright, 2000) over the scored "
        "practices; flagged where the interval leaves out 0. The catalogue does not hold the language of a source, so "
        "it can only be checked by the domain it stands under."
    )


def _numbers(column: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return column.to_numpy(float, na_value=np.nan)


def _correlation(found: Follows | None, n: int) -> str:
    if found is None:
        return f"n = {n}, too few to say" if n < FEWEST else f"n = {n}, the same for all"
    flag = " :material/flag: flagged" if found.flagged else ""
    return f"{found.correlation:.2f} ({found.low:.2f} to {found.high:.2f}), n = {found.n}{flag}"


def selection(shares: SelectionShares) -> None:
    """Warn of the selection, with its numbers."""
    answered = shares.met + shares.partly + shares.not_met
    st.markdown(
        f"{shares.from_collections} of {shares.practices} practices, and {shares.assessed_from_collections} of the "
        f"{shares.assessed} assessed, come from collections of good practices (SPRING, European Website on "
        f"Integration); other collections are not counted here. Of {answered} answers that count, "
        f"{shares.met} are *met*, {shares.partly} *partly met* and only **{shares.not_met}** *not met*: what goes "
        f"badly is "
        "seldom written down. So a high score says that good things are documented, not that nothing went wrong, and "
        "practices nobody wrote about are not here at all."
    )


def worked_example(framework: Framework, card: Mapping[str, Any] | None, proof: Proof | None) -> None:
    """Work the formulas through for a real practice of the catalogue."""
    if card is None or proof is None:
        return
    title = framework.headlines[0].title.lower()
    st.markdown(
        f"**For a real practice:** {escaped(card['name'])}, {title}.\n\n"
        + "\n".join(f"- {line}" for line in sum_lines(proof))
    )
    practice_link(card["id"], "Its answers and sources")


def sources(framework: Framework) -> None:
    """List the published texts that the indicators rest on."""
    st.markdown(
        "\n".join(
            f"- {escaped(source.publisher)}: {web_link(source.url, source.title)}" for source in framework.sources
        )
    )
