"""Groups of practices beside each other: every score a dot, never a mean alone, nothing below five."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared.components import chart_with_download, charts, database
from pages.shared.components.chart_with_download import Drawn
from pages.shared.components.database import Whole
from pages.shared.components.file_button import file_button
from pages.shared.components.links import choose as choose_one
from pages.shared.components.screen_texts import escaped, number
from pages.shared.components.tables import HEADLINES, MOST_DRAWN, near, score_table, twin
from practices_db import formats
from practices_db.catalogue.practice_filter import FACET, PracticeFilter
from practices_db.catalogue.vocabularies import label, vocabulary
from practices_db.files.exports.chart_rows import chart_csv, chart_file_name, chart_recipe
from practices_db.queries.facet_index import Bools, Numbers, Selection
from practices_db.queries.views import View
from practices_db.translation import _, ngettext

ENOUGH = 5

_FACETS = ("sector", "target_group", "country", "funding_kind", "governance_level")


def choose(chosen: PracticeFilter) -> str:
    """Draw what the practices are grouped by; kept in the link. What is filtered is not offered for groups."""
    free = [field for field in _FACETS if not chosen.chosen(field)] or list(_FACETS)
    return choose_one(_("Group by"), "group", {field: _(FACET[field].label) for field in free}, _FACETS)


def found_title(groups: Mapping[str, Mapping[str, _Group]], by: str) -> str:
    """Say of each score in how many of the groups that have it enough practices have it to show a spread."""
    counts = []
    for node, title in HEADLINES.items():
        sizes = [len(group[node].scores) for group in groups.values() if len(group[node].scores)]
        shown = sum(size >= ENOUGH for size in sizes)
        words = _("{part} of {whole} on {criterion}")
        counts.append(words.format(part=shown, whole=len(sizes), criterion=formats.within(_(title))))
    return _("Scores by {facet}, groups with {enough} or more scored practices: {counts}").format(
        facet=formats.within(_(FACET[by].label)), enough=ENOUGH, counts=", ".join(counts)
    )


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
    """Draw the groups of a selection, say which are too small to show, and put all of them into a table and a file."""
    groups = _groups(found, by)
    st.markdown(f"**{escaped(found_title(groups, by))}**")
    number_scored = sum(
        len(one.scores) for group in groups.values() for one in group.values() if len(one.scores) >= ENOUGH
    )
    counted_ = number_scored > MOST_DRAWN
    _rule(groups, by, number_scored if counted_ else None)
    if number_scored:
        dots = (lambda one, _node: near(one.scores)) if counted_ else partial(_each, whole, found)
        chart_with_download.show(
            view,
            lambda: Drawn(_lines(groups, by, dots), charts.strips(counted_)),
            "groups",
            lambda: found_title(groups, by),
        )
    else:
        _nothing_to_show(view, whole, found)
    twin(_table(groups, by), _("Scored practices in each group, with their spread"))
    _statistics_button(view, groups, by)


def _nothing_to_show(view: View, whole: Whole, found: Selection) -> None:
    """Say that no group is large enough, and show the practices that have a score."""
    scored = np.logical_or.reduce([whole.index.is_(f"{node}_scored") for node in HEADLINES])
    cards = whole.cards(found.ids(view.sort, MOST_DRAWN, where=scored))
    if not cards:
        st.info(_("None of these practices has a score, so there are no groups to show."), icon=":material/help:")
        return
    words = ngettext(
        "No group has {enough} scored practices. This one has a score:",
        "No group has {enough} scored practices. These {count} have a score:",
        len(cards),
    )
    st.info(words.format(count=len(cards), enough=ENOUGH), icon=":material/help:")
    score_table(cards, alone=True)


def statistics(groups: Mapping[str, Mapping[str, _Group]], by: str) -> pd.DataFrame:
    """Return (group_id, group, score, n, lowest, median, highest) of every group and headline with a scored practice.

    Lowest, median and highest are points of 100, blank below five practices.
    """
    rows = [
        {"group_id": id_, "group": vocabulary(by)[id_], "score": node, "n": len(one.scores)} | _of_five(one.scores)
        for id_, group in groups.items()
        for node, one in group.items()
        if len(one.scores)
    ]
    return pd.DataFrame(rows, columns=["group_id", "group", "score", "n", "lowest", "median", "highest"])


def _of_five(scores: Numbers) -> dict[str, float | None]:
    if len(scores) < ENOUGH:
        return {"lowest": None, "median": None, "highest": None}
    ends = {"lowest": scores.min(), "median": np.median(scores), "highest": scores.max()}
    return {name: round(float(value), 4) for name, value in ends.items()}


def _statistics_button(view: View, groups: Mapping[str, Mapping[str, _Group]], by: str) -> None:
    today, what = date.today(), f"Scores by {FACET[by].label.lower()}: n, lowest, median, highest"
    file_button(
        _("Statistics of the groups (CSV)"),
        lambda: chart_csv(statistics(groups, by), chart_recipe(database.store(), view, what, "csv", today)),
        chart_file_name(f"groups by {by}", "csv", today),
        "text/csv",
        type="tertiary",
    )


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
        sizes = ", ".join(
            f"{formats.within(_(HEADLINES[node]))} n = {formats.count(len(one.scores))}" for node, one in strips.items()
        )
        lines.append({"line": line, "name": f"{label(by, id_)} ({sizes})"})
        for node, one in strips.items():
            line += 1
            lines += [dot | {"line": line, "what": _(HEADLINES[node]), "own": False} for dot in dots(one, node)]
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
        _("Every dot is the score of one practice; a practice in several groups stands in each.")
        if too_many is None
        else _(
            "{scores} scores are too many for a dot each: a dot stands for all practices within the same two points of "
            "a score, and its size for how many they are; a practice in several groups stands in each."
        ).format(scores=formats.count(too_many))
    )
    st.caption(
        dot
        + " "
        + _(
            "Practices in different groups work in different places for different people: look at the spread, not the "
            "average."
        )
    )
    small = [
        ngettext("{group} ({count} scored practice)", "{group} ({count} scored practices)", size).format(
            group=escaped(label(by, id_)), count=formats.count(size)
        )
        for id_, group in groups.items()
        if 0 < (size := max(len(one.scores) for one in group.values())) < ENOUGH
    ]
    if small:
        st.caption(
            _("Not shown, with fewer than {enough} scored practices: {groups}.").format(
                enough=ENOUGH, groups=", ".join(small)
            )
        )


def _table(groups: Mapping[str, Mapping[str, _Group]], by: str) -> pd.DataFrame:
    """Return for each group how many are scored, and from five on their lowest, middle and highest score."""
    shown = {id_: group for id_, group in groups.items() if any(len(one.scores) for one in group.values())}
    columns = {_(FACET[by].label): [label(by, id_) for id_ in shown]}
    for node, title in HEADLINES.items():
        columns[_(title)] = [_spread(group[node].scores) for group in shown.values()]
    return pd.DataFrame(columns)


def _spread(scores: Numbers) -> str:
    if len(scores) < ENOUGH:
        return _("n = {n}, too few to show").format(n=len(scores))
    return _("n = {n}: {low} to {high}, median {median}").format(
        n=formats.count(len(scores)),
        low=number(scores.min()),
        high=number(scores.max()),
        median=number(float(np.median(scores))),
    )
