"""Groups of practices beside each other: every score a dot, never a mean alone, nothing below five."""

from __future__ import annotations

from statistics import median
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared.links import choose as choose_one
from pages.shared.tables import HEADLINES, rows
from pages.shared.wording import counted, escaped, number
from practices_db.filters import FACET
from practices_db.vocabularies import label, vocabulary

ENOUGH = 5

_LISTS = {
    "sector": "sectors",
    "target_group": "target_groups",
    "country": "countries",
    "funding_kind": "funding_kinds",
    "governance_level": "governance_level",
}


def choose() -> str:
    """Draw what the practices are grouped by; kept in the link."""
    return choose_one("Groups by", "group", {field: FACET[field].label for field in _LISTS})


def alt_text(by: str) -> str:
    """Say what the chart shows."""
    return f"Scores of the practices found, a dot each, grouped by {FACET[by].label.lower()}"


def _scores(practices: pd.DataFrame, by: str, node: str) -> dict[str, list[dict[str, Any]]]:
    """Return the practices scored on a headline for each value, in the order of the vocabulary."""
    found: dict[str, list[dict[str, Any]]] = {id_: [] for id_ in vocabulary(by)}
    for card in rows(practices[practices[f"{node}_scored"].astype(bool)]):
        values = card[_LISTS[by]]
        for value in [values] if isinstance(values, str) else values if values is not None else []:
            found[value].append(card)
    return {id_: cards for id_, cards in found.items() if cards}


def dots(practices: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the dots for charts.strips: for each group a name line, then a strip for each headline of five or more."""
    scored = {node: _scores(practices, by, node) for node in HEADLINES}
    lines: list[dict[str, Any]] = []
    line = 0
    for id_ in vocabulary(by):
        strips = {node: cards for node in HEADLINES if len(cards := scored[node].get(id_, [])) >= ENOUGH}
        if not strips:
            continue
        sizes = ", ".join(f"{HEADLINES[node].lower()} n = {len(cards)}" for node, cards in strips.items())
        lines.append({"line": line, "name": f"{label(by, id_)} ({sizes})"})
        for node, cards in strips.items():
            line += 1
            lines += [
                {"line": line, "what": HEADLINES[node], "practice": card["name"], "score": card[f"{node}_score"]}
                | {"own": False}
                for card in cards
            ]
        line += 1
    return pd.DataFrame(lines, columns=["line", "name", "what", "practice", "score", "own"]).astype({"score": float})


def rule(practices: pd.DataFrame, by: str) -> None:
    """Say what a dot is, and which groups are too small to show."""
    st.caption(
        "Every dot is the score of one practice; a practice in several groups stands in each. Practices in different "
        "groups "
        "work in different places for different people: the spread says more than any middle."
    )
    small = [
        f"{escaped(label(by, id_))} ({counted(max(sizes), 'scored practice')})"
        for id_ in vocabulary(by)
        if 0 < max(sizes := [len(_scores(practices, by, node).get(id_, [])) for node in HEADLINES]) < ENOUGH
    ]
    if small:
        st.caption(f"Not shown, with fewer than {ENOUGH} scored practices: " + ", ".join(small) + ".")


def table(practices: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return for each group how many are scored, and from five on their lowest, middle and highest score."""
    scored = {node: _scores(practices, by, node) for node in HEADLINES}
    ids = [id_ for id_ in vocabulary(by) if any(id_ in scored[node] for node in HEADLINES)]
    columns = {FACET[by].label: [label(by, id_) for id_ in ids]}
    for node, title in HEADLINES.items():
        columns[title] = [_spread([card[f"{node}_score"] for card in scored[node].get(id_, [])]) for id_ in ids]
    return pd.DataFrame(columns)


def _spread(scores: list[float]) -> str:
    if len(scores) < ENOUGH:
        return f"n = {len(scores)}, too few to show"
    return f"n = {len(scores)}: {number(min(scores))} to {number(max(scores))}, median {number(median(scores))}"
