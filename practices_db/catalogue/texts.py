"""How numbers, lists and scores are said in words, on screen and in briefs. Plain text, no markup."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from criteria.framework import current_framework
from practices_db.catalogue.vocabularies import label

SHOWN_WITH_RANGE = ("scored", "not enough documented")


def labels(vocabulary: str, ids: Iterable[str]) -> str:
    """Return the labels of several ids, separated by commas."""
    return ", ".join(label(vocabulary, id_) for id_ in ids)


def known(value: Any) -> bool:
    """Whether there is a value: None, NaN and NA are "not seen"."""
    return not pd.isna(value)


def years(start: Any, end: Any) -> str:
    """Return when a practice ran, as far as it is stated."""
    match known(start), known(end):
        case True, True:
            return str(int(start)) if start == end else f"{int(start)}–{int(end)}"
        case True, False:
            return f"since {int(start)}, end not stated"
        case False, True:
            return f"until {int(end)}, start not stated"
        case _:
            return "years not stated"


def number(value: float) -> str:
    """Return a score as a whole number, halves away from zero."""
    return str(int(value + 0.5))


def percent(share: float) -> str:
    """Return a share of 1 as a whole per cent."""
    return f"{number(100 * share)} %"


def score_state(card: Mapping[str, Any], node: str) -> str:
    """Return the state of a headline of a card: "scored", or the word for what is missing."""
    if not card["assessed"]:
        return "not assessed"
    if not known(card[f"{node}_coverage"]):
        return "not applicable"
    if not card[f"{node}_answered"]:
        return "nothing documented"
    return "scored" if card[f"{node}_scored"] else "not enough documented"


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun: "1 practice", "42 practices"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def score_sentence(card: Mapping[str, Any], node: str) -> str:
    """Say a headline of a card in one line: score with range, coverage and proof, or what is missing."""
    state = score_state(card, node)
    if state not in SHOWN_WITH_RANGE:
        return state
    span = f"{number(card[f'{node}_low'])}–{number(card[f'{node}_high'])}"
    coverage = f"{percent(card[f'{node}_coverage'])} documented"
    if state == "scored":
        evidence = current_framework().evidence_label(int(card[f"{node}_strongest_evidence"])).lower()
        return f"{number(card[f'{node}_score'])} of 100, range {span}, {coverage}, strongest proof: {evidence}"
    return f"not enough documented, somewhere in {span}, {coverage}"
