"""Groups of practices beside each other: every score a dot, never a mean alone, nothing below five."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared.components import chart_with_download, charts
from pages.shared.components.database import Whole
from pages.shared.components.links import choose as choose_one
from pages.shared.components.screen_texts import counted, escaped, number
from pages.shared.components.tables import HEADLINES, MOST_DRAWN, near, twin
from practices_db.catalogue.practice_filter import FACET
from practices_db.catalogue.vocabularies import label, vocabulary
from practices_db.queries.facet_index import Bools, Numbers, Selection
from practices_db.queries.views import View

ENOUGH = 5

_FACETS = ("sector", "target_group", "country", "funding_kind", "governance_level")


def choose() -> str:
    """Draw what the practices are grouped by; kept in the link."""
    return choose_one("Groups by", "group", {field: FACET[field].label for field in _FACETS})


def alt_text(by: str) -> str:
    """Say what the chart shows."""
    return f"Scores of the practices found, a dot each, grouped by {FACET[by].label.lower()}"


@dataclass(frozen=True)
class _Group:
    """The practices of the selection scored on a headline that have a value: who they are and their scores."""

    who: Bools
    scores: Numbers


def _groups(found: Selection, by: str) -> dict[str, dict[str, _Group]]:
    """Return for each value, in the order of the vocabulary, the scored practices of each headline."""
    every = {}
    for id_ in vocabulary(by):
        has = found.index.of_value(by, id_)
        who = {node: has & found.mask & found.index.is_(f"{node}_scored") for node in HEADLINES}
        every[id_] = {node: _Group(one, found.index.numbers[f"{node}_score"][one]) for node, one in who.items()}
    return every


def show(view: View, whole: Whole, found: Selection, by: str) -> None:
    """Draw the groups of a selection, say which are too small to show, and put all of them into a table."""
    groups = _groups(found, by)
    number_scored = sum(
        len(one.scores) for group in groups.values() for one in group.values() if len(one.scores) >= ENOUGH
    )
    counted_ = number_scored > MOST_DRAWN
    _rule(groups, by, number_scored if counted_ else None)
    lines = _lines(groups, by, (lambda one, _: near(one.scores)) if counted_ else partial(_each, whole, found))
    if not lines.empty:
        chart_with_download.show(
            view, lines, charts.strips(tuple(HEADLINES.values()), counted_), "groups", alt_text(by)
        )
    twin(_table(groups, by), "Scored practices in each group, with their spread")


def _lines(
    groups: Mapping[str, Mapping[str, _Group]], by: str, dots: Callable[[_Group, str], list[dict[str, Any]]]
) -> pd.DataFrame:
    """Return the dots for charts.strips: for each group a name line, then a strip for each headline of five or more."""
    lines: list[dict[str, Any]] = []
    line = 0
    for id_, group in groups.items():
        strips = {node: one for node, one in group.items() if len(one.scores) >= ENOUGH}
        if not strips:
            continue
        sizes = ", ".join(f"{HEADLINES[node].lower()} n = {len(one.scores):,}" for node, one in strips.items())
        lines.append({"line": line, "name": f"{label(by, id_)} ({sizes})"})
        for node, one in strips.items():
            line += 1
            lines += [dot | {"line": line, "what": HEADLINES[node], "own": False} for dot in dots(one, node)]
        line += 1
    columns = ["line", "name", "what", "practice", "score", "own", "n"]
    return pd.DataFrame(lines, columns=columns).astype({"score": float})


def _each(whole: Whole, found: Selection, one: _Group, node: str) -> list[dict[str, Any]]:
    """Return a dot for each practice."""
    cards = whole.cards(found.ids("name", where=one.who))
    return [{"practice": card["name"], "score": card[f"{node}_score"], "n": 1} for card in cards]


def _rule(groups: Mapping[str, Mapping[str, _Group]], by: str, too_many: int | None) -> None:
    """Say what a dot is, and which groups are too small to show."""
    dot = (
        "Every dot is the score of one practice"
        if too_many is None
        else f"{too_many:,} scores are too many for a dot each: a dot stands for all practices within the same two "
        "points of a score, and its size for how many they are"
    )
    st.caption(
        f"{dot}; a practice in several groups stands in each. Practices in different groups "
        "work in different places for different people: look at the spread, not the average."
    )
    small = [
        f"{escaped(label(by, id_))} ({counted(size, 'scored practice')})"
        for id_, group in groups.items()
        if 0 < (size := max(len(one.scores) for one in group.values())) < ENOUGH
    ]
    if small:
        st.caption(f"Not shown, with fewer than {ENOUGH} scored practices: " + ", ".join(small) + ".")


def _table(groups: Mapping[str, Mapping[str, _Group]], by: str) -> pd.DataFrame:
    """Return for each group how many are scored, and from five on their lowest, middle and highest score."""
    shown = {id_: group for id_, group in groups.items() if any(len(one.scores) for one in group.values())}
    columns = {FACET[by].label: [label(by, id_) for id_ in shown]}
    for node, title in HEADLINES.items():
        columns[title] = [_spread(group[node].scores) for group in shown.values()]
    return pd.DataFrame(columns)


def _spread(scores: Numbers) -> str:
    if len(scores) < ENOUGH:
        return f"n = {len(scores)}, too few to show"
    middle = float(np.median(scores))
    return f"n = {len(scores):,}: {number(scores.min())} to {number(scores.max())}, median {number(middle)}"
