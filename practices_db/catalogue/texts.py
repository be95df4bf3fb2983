"""How numbers, lists and scores are said in words, on screen and in briefs. Plain text, no markup."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from criteria.framework import AnswerId, current_framework
from criteria.results import RESULT_INDICATOR
from practices_db import frames as pd
from practices_db.catalogue.vocabularies import label
from practices_db.translation import N_, _, ngettext

SHOWN_WITH_RANGE = ("scored", "not enough documented")
_SCORE = ("score", "low", "high", "scored")
LETTERS: dict[str, AnswerId] = {
    "M": "met",
    "P": "partly",
    "N": "not-met",
    "A": "not-applicable",
    "-": "not-documented",
}
CODES = {str(answer): letter for letter, answer in LETTERS.items()}


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


def pairs(codes: str) -> list[str]:
    """Return ``answer_codes`` of a card one by one, in the order of the framework's indicators."""
    return [codes[at : at + 2] for at in range(0, len(codes), 2)]


def codes_of(card: Mapping[str, Any]) -> dict[str, str]:
    """Return the code of the answer that counts to each indicator; none where the practice is not assessed."""
    codes = card["answer_codes"] if known(card["answer_codes"]) else ""
    return dict(zip((one.id for one in current_framework().indicators), pairs(codes), strict=False))


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
    return _sentence(
        {what: card[f"{node}_{what}"] for what in _SCORE}, answered(card, node), why_not_scored(card, node)
    )


def criterion_sentence(row: Mapping[str, Any]) -> str:
    """Say one stored score of a criterion or question in one line, as ``score_sentence`` says that of a card."""
    if not known(row["coverage"]):
        return _("not applicable")
    if not row["answered"]:
        return _("no question answered")
    return _sentence(row, _of_asked(row["answered"], row["applicable"]), _("too little known for a score"))


def answered(card: Mapping[str, Any], node: str) -> str:
    """Say how many of the questions of a headline that apply are answered: "1 of 4 questions answered"."""
    codes = codes_of(card)
    asked = sum(codes.get(one.id, "..")[0] != "A" for one in current_framework().criterion(node).indicators)
    return _of_asked(card[f"{node}_answered"], asked)


def _of_asked(count: int, asked: int) -> str:
    return ngettext(
        "{answered} of {count} question answered", "{answered} of {count} questions answered", asked
    ).format(answered=count, count=asked)


def _sentence(score: Mapping[str, Any], answered: str, why_not: str) -> str:
    low, high = number(score["low"]), number(score["high"])
    if not score["scored"]:
        words = _("{why_not} (between {low} and {high}; {answered})")
        return words.format(why_not=why_not, low=low, high=high, answered=answered)
    if low == high:
        return f"{number(score['score'])}/100 ({answered})"
    words = _("{score}/100 (could be {low}–{high}; {answered})")
    return words.format(score=number(score["score"]), low=low, high=high, answered=answered)


def why_not_scored(card: Mapping[str, Any], node: str) -> str:
    """Say why an assessed practice has no score on a headline: of effectiveness, that its result is not known.

    A self-assessment has no group: there the form says what is missing.
    """
    group = card.get("effectiveness_group") if node == "effectiveness" else None
    if group == "unknown":
        return _("no score, no result known")
    if group is not None and codes_of(card).get(RESULT_INDICATOR, "..")[0] not in "MPN":
        only_level = card.get("result_direction", "level-only") == "level-only"
        return _("no score, only a figure without comparison") if only_level else _("no score, no answer on the result")
    return _("too little known for a score")
