"""How numbers, lists and scores are said in words, on screen and in briefs. Plain text, no markup."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from practices_db.catalogue.vocabularies import label
from practices_db.translation import N_, _

SHOWN_WITH_RANGE = ("scored", "not enough documented")
_SCORE = ("score", "low", "high", "coverage", "scored")


def labels(vocabulary: str, ids: Iterable[str]) -> str:
    """Return the labels of several ids, separated by commas."""
    return ", ".join(label(vocabulary, id_) for id_ in ids)


def known(value: Any) -> bool:
    """Whether there is a value: None, NaN and NA are "not seen"."""
    return not pd.isna(value)


def years(start: Any, end: Any, running: Any = None) -> str:
    """Return when a practice ran, as far as it is stated; ``running``: whether its owner said that it still runs."""
    match known(start), known(end):
        case True, True:
            return str(int(start)) if start == end else f"{int(start)}–{int(end)}"
        case True, False:
            since = known(running) and bool(running)
            return (_("running since {year}") if since else _("started {year}, end unknown")).format(year=int(start))
        case False, True:
            return _("ended {year}, start unknown").format(year=int(end))
        case _:
            return _("years not stated")


def number(value: float) -> str:
    """Return a score as a whole number, halves away from zero."""
    return str(int(value + 0.5))


def span(low: float, high: float) -> str:
    """Return a range in whole numbers, or the one number that it comes to: "75–83", "81"."""
    return number(low) if number(low) == number(high) else f"{number(low)}–{number(high)}"


def with_range(score: float, low: float, high: float) -> str:
    """Return a score with its range, and alone where it can end nowhere else: "81 (75–83)", "81"."""
    said, around = number(score), span(low, high)
    return said if said == around else f"{said} ({around})"


def percent(share: float) -> str:
    """Return a share of 1 as a whole per cent."""
    return _("{number} %").format(number=number(100 * share))


def score_state(card: Mapping[str, Any], node: str) -> str:
    """Return the state of a headline of a card: "scored", or the word for what is missing; to be translated."""
    if not card["assessed"]:
        return N_("not assessed")
    if not known(card[f"{node}_coverage"]):
        return N_("not applicable")
    if not card[f"{node}_answered"]:
        return N_("nothing documented")
    return N_("scored") if card[f"{node}_scored"] else N_("not enough documented")


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun: "1 practice", "42 practices"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def score_sentence(card: Mapping[str, Any], node: str) -> str:
    """Say a headline of a card in one line: score, where it could end up, how much is answered; or what is missing."""
    state = score_state(card, node)
    if state == "nothing documented":
        return why_not_scored(card, node)
    if state not in SHOWN_WITH_RANGE:
        return _(state)
    return _sentence({what: card[f"{node}_{what}"] for what in _SCORE}, why_not_scored(card, node))


def criterion_sentence(row: Mapping[str, Any]) -> str:
    """Say one stored score of a criterion or question in one line, as ``score_sentence`` says that of a card."""
    if not known(row["coverage"]):
        return _("not applicable")
    if not row["answered"]:
        return _("no question answered")
    return _sentence(row, _("too little known for a score"))


def _sentence(score: Mapping[str, Any], why_not: str) -> str:
    low, high = number(score["low"]), number(score["high"])
    answered = _("{share} of the questions answered").format(share=percent(score["coverage"]))
    if not score["scored"]:
        words = _("{why_not} (between {low} and {high}; {answered})")
        return words.format(why_not=why_not, low=low, high=high, answered=answered)
    if low == high:
        return f"{number(score['score'])}/100 ({answered})"
    words = _("{score}/100 (could be {low}–{high}; {answered})")
    return words.format(score=number(score["score"]), low=low, high=high, answered=answered)


def why_not_scored(card: Mapping[str, Any], node: str) -> str:
    """Say why an assessed practice has no score on a headline: of effectiveness, that its result is not known."""
    group = card.get("effectiveness_group") if node == "effectiveness" else None
    if group == "unknown":
        return _("no score, no result known")
    if group == "level-only":
        only_level = card.get("result_direction", "level-only") == "level-only"
        return _("no score, only a figure without comparison") if only_level else _("no score, no answer on the result")
    return _("too little known for a score")
