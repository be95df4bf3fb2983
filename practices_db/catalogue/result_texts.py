"""How a result, and the evidence of it, are said in words: on screen, in briefs, in tables. Plain text, no markup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from criteria.framework import current_framework
from criteria.results import MARKS
from practices_db import formats
from practices_db.catalogue.own_language import marked
from practices_db.catalogue.texts import known
from practices_db.catalogue.vocabularies import label
from practices_db.translation import N_, _, ngettext

MOST = 5  # steps of a mark
_COUNTED_AS = {
    "improved": N_("better"),
    "mixed": N_("mixed"),
    "no-clear-effect": N_("no difference"),
}


def mark(level: int, words: str) -> str:
    """Return evidence as a mark of five steps with its word and, for whom dots are read out, its number.

    >>> mark(4, "comparison group")
    '●●●●○ comparison group (4 of 5)'
    """
    said = _("{words} ({level} of {most})").format(words=words, level=level, most=MOST)
    return "●" * level + "○" * (MOST - level) + " " + said


def design_mark(design: str) -> str:
    """Return the mark of the evidence of a figure that came about by this design."""
    return mark(MARKS[design], formats.within(label("result_design", design)))  # type: ignore[index]


def answers_mark(strongest: Any) -> str:
    """Return the mark of the strongest evidence behind some answers, "" where none of them has any."""
    if not known(strongest):
        return ""
    return mark(int(strongest), formats.within(_(current_framework().evidence_label(int(strongest)))))


def evidence_of_answers(strongest: Any) -> str:
    """Say the strongest evidence behind the answers that a score rests on, "" where none of them has any.

    It is not that of the result, which stands with the result: the two are often of different strength.
    """
    words = answers_mark(strongest)
    return _("strongest evidence of its answers: {mark}").format(mark=words) if words else ""


def group_words(card: Mapping[str, Any]) -> str:
    """Say what the result of a practice shows: one of the six groups (criteria.results), and why not a better one."""
    group = label("effectiveness_group", card["effectiveness_group"])
    if card["effectiveness_group"] != "level-only" or card["result_direction"] == "level-only":
        return group
    counted_as = _COUNTED_AS[card["result_direction"]]
    return _("{group} (not counted as {direction}: no answer on the result under framework {version})").format(
        group=group, direction=_(counted_as), version=current_framework().version
    )


@dataclass(frozen=True)
class ResultWords:
    """One result of a practice in its own unit; fields are those of results.csv, None where nothing is told.

    What is said of it marks the words of the catalogue (own_language).
    """

    text: str
    outcome: str
    direction: str
    design: str
    independent: bool | None
    base: str | None
    horizon: str | None
    years: str
    further: int = 0

    @classmethod
    def of_card(cls, card: Mapping[str, Any]) -> ResultWords | None:
        """Return the main result on a card, None where none is known."""
        if not known(card["result"]):
            return None
        return cls(
            card["result"],
            card["result_outcome"],
            card["result_direction"],
            card["result_design"],
            _truth(card["result_independent"]),
            _text(card["result_base"]),
            _text(card["result_horizon"]),
            "",
            int(card["results_further"]),
        )

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> ResultWords:
        """Return a row of queries.results.results_of."""
        ends = [str(int(row[year])) for year in ("year_from", "year_to") if known(row[year])]
        return cls(
            row["effect_text"],
            row["outcome"],
            row["direction"],
            row["design"],
            _truth(row["independent_of_operator"]),
            _text(row["base"]),
            _text(row["horizon"]),
            "–".join(dict.fromkeys(ends)),
        )

    @property
    def found(self) -> str:
        """What was found: "Improved: 15 points more in work (Employment, 18 months from start)"."""
        about = ", ".join([label("outcome", self.outcome), *([marked(self.horizon)] if self.horizon else [])])
        return _("{direction}: {text} ({about})").format(
            direction=label("result_direction", self.direction), text=marked(self.text), about=about
        )

    @property
    def evidence(self) -> str:
        """How it is known: the mark of this figure, and whether the source is the operator's."""
        return ", ".join([design_mark(self.design), *([self.whose] if self.whose else [])])

    @property
    def whose(self) -> str:
        """Whether the source is somebody else's than the operator's; "" where that is not told.

        Who measured may be another question: a ministry tells of what an operator's partner found.
        """
        return {True: _("in a source independent of the operator"), False: _("from the operator"), None: ""}[
            self.independent
        ]

    @property
    def strength(self) -> tuple[str, int]:
        """The evidence of this figure in words for a sentence, and its level: ("before and after", 2)."""
        return formats.within(label("result_design", self.design)), MARKS[self.design]  # type: ignore[index]

    @property
    def limits(self) -> str:
        """What a figure alone does not say; "" for a result that shows a change."""
        if self.direction != "level-only":
            return ""
        return _("it does not say what would have happened otherwise")

    @property
    def more(self) -> str:
        """How many further results there are: "and 2 more results"; "" where it is the only one."""
        if not self.further:
            return ""
        return ngettext("and {count} more result", "and {count} more results", self.further).format(
            count=formats.count(self.further)
        )


def no_result() -> str:
    """Say that no result is known."""
    return _("No result known")


def main_result(card: Mapping[str, Any]) -> str:
    """Say the main result of a card in one line, with the mark of this figure; or that none is known."""
    result = ResultWords.of_card(card)
    if result is None:
        return no_result()
    return " · ".join(part for part in (result.found, result.evidence, result.limits, result.more) if part)


def _text(value: Any) -> str | None:
    return str(value) if known(value) and value else None


def _truth(value: Any) -> bool | None:
    return bool(value) if known(value) else None
