"""The gap map: its choices in the link, its cells, and what each cell would need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from criteria.framework import current_framework
from criteria.scoring import Answers
from pages.shared.components import charts, reader_language
from pages.shared.components.chart_with_download import Drawn
from pages.shared.components.database import Whole
from pages.shared.components.links import choose
from pages.shared.components.screen_texts import known
from pages.shared.components.tables import rows
from practices_db import formats
from practices_db.catalogue.practice_filter import FACET
from practices_db.catalogue.vocabularies import label, vocabulary
from practices_db.queries.facet_index import Index, Numbers, cross_counts
from practices_db.translation import N_, _, language, ngettext

DOWN = {"target_group": N_("Target group"), "country": N_("Country")}
SHOWN = {
    "practices": N_("Practices"),
    "assessed": N_("Assessed practices"),
    "strongest": N_("Strongest evidence on outcomes (level)"),
}

# The least of each step of a number of practices; evidence has its levels as steps.
_COUNTS = {1: "1", 2: N_("2 to 4"), 5: N_("5 to 9"), 10: N_("10 to 19"), 20: N_("20 and more")}

# What a cell lacks first, worst first; the last one lacks nothing that is counted here.
NEEDS = {
    "none": N_("no practice; find, document or start one"),
    "unassessed": N_("practices, but none assessed; assess one of them"),
    "unproven": N_("assessed, but without an independent evaluation of outcomes; evaluate one"),
    "proven": N_("at least one practice whose outcomes were evaluated independently, or with stronger evidence"),
}
_INDEPENDENT = 3  # the evidence level of an independent evaluation


def choices() -> tuple[str, str] | None:
    """Draw in one line which map it is, what stands down its side and what a cell shows; all are kept in the link.

    Return the last two, None for the map of types of measure against outcomes, which has neither.
    """
    maps = {"practices": _("Practices by sector"), "types": _("Studies by type of measure and outcome")}
    which, side, cell = st.columns(3)
    with which:
        if choose(_("Map"), "map", maps, boxed=True) == "types":
            return None
    with side:
        down = choose(_("Sectors by"), "down", {id_: _(words) for id_, words in DOWN.items()}, boxed=True)
    with cell:
        shown = choose(_("A cell shows"), "shown", {id_: _(words) for id_, words in SHOWN.items()}, boxed=True)
    return down, shown


def steps(shown: str) -> tuple[str, ...]:
    """Return what the shades of a map stand for, from least to most."""
    if shown == "strongest":
        return tuple(f"{one.level} {_(one.label)}" for one in current_framework().evidence_levels)
    return tuple(_(words) for words in _COUNTS.values())


def _step(shown: str, value: float) -> str:
    if shown == "strongest":
        return steps(shown)[int(value)]
    return steps(shown)[sum(value >= least for least in _COUNTS) - 1]


def need(practices: int, assessed: int, strongest: Any) -> str:
    """Return which of NEEDS a cell has first."""
    if not practices:
        return "none"
    if not assessed:
        return "unassessed"
    return "proven" if known(strongest) and strongest >= _INDEPENDENT else "unproven"


def cells(counts: pd.DataFrame, down: str, shown: str) -> pd.DataFrame:
    """Return every pair of sector and value of the other list, empty ones too, ready for the chart.

    What most practices have comes first, down and across; a value that no practice has is left out.
    """
    framework = current_framework()
    found = {(row["across"], row["down"]): row for row in rows(counts)}
    held = {row["down"] for row in rows(counts)}
    nothing = {"practices": 0, "assessed": 0, "strongest": None}
    table = []
    for side, side_label in _most_first(down, found, "down"):
        if side not in held:
            continue
        for sector, sector_label in _most_first("sector", found, "across"):
            cell = found.get((sector, side), nothing)
            value = cell[shown] if known(cell[shown]) and (cell[shown] or shown == "strongest") else None
            lacks = need(cell["practices"], cell["assessed"], cell["strongest"])
            table.append(
                {
                    "across": sector_label,
                    "down": side_label,
                    "id": f"{sector}|{side}",
                    "shown": None if value is None else float(value),
                    "step": None if value is None else _step(shown, value),
                    "practices": cell["practices"],
                    "assessed": cell["assessed"],
                    "proof": _(framework.evidence_label(int(cell["strongest"])))
                    if known(cell["strongest"])
                    else _("none"),
                    "need": lacks,
                    "needed": _(NEEDS[lacks]),
                }
            )
    return pd.DataFrame(table).astype({"shown": float} if table else {})


def _most_first(list_: str, found: Mapping[tuple[str, str], Mapping[str, Any]], side: str) -> list[tuple[str, str]]:
    """Return the ids and labels of a list, those of most practices first; ``side`` is where the list stands."""
    held = Counter[str]()
    for cell in found.values():
        held[cell[side]] += cell["practices"]
    ids = sorted(vocabulary(list_), key=lambda id_: -held[id_])
    return [(id_, label(list_, id_)) for id_ in ids]


def outcome_evidence(answers: Answers, index: Index) -> Numbers:
    """Return the strongest evidence of each practice of the index on any outcome; NaN where no outcome is known.

    Outcomes are the indicators that the framework marks so: an evaluation of how a practice is run says nothing of
    whether people are better off.
    """
    on_outcomes = np.array([indicator.outcome for indicator in current_framework().indicators])
    levels = np.where(answers.documented, answers.evidence, -1.0)[:, on_outcomes].max(axis=1, initial=-1.0)
    strongest = np.full(len(index.ids), np.nan)
    strongest[[index.place[id_] for id_ in answers.practice_ids]] = np.where(levels < 0, np.nan, levels)
    return strongest


@st.cache_resource(max_entries=40, show_spinner=False)
def _drawn(
    content_hash: str,  # noqa: ARG001
    code: str,  # noqa: ARG001 - the language of the words
    in_address: str,
    down: str,
    shown: str,
    _index: Index,
    _answers: Answers,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    names = ["across", "down", "practices", "assessed", "scored", "strongest"]
    counts = pd.DataFrame(cross_counts(_index, "sector", down, outcome_evidence(_answers, _index)), columns=names)
    table = cells(counts, down, shown)
    return table, table if table.empty else grid(table, down, in_address)


def drawn(whole: Whole, down: str, shown: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cells and the table twin; made once for each release of the data and language."""
    in_address = reader_language.in_address()
    return _drawn(whole.version.content_hash, language(), in_address, down, shown, whole.index, whole.answers)


def chart(whole: Whole, down: str, shown: str) -> Drawn:
    """Return what the map is drawn from."""
    table, _twin = drawn(whole, down, shown)
    across, downwards = (tuple(table[side].unique()) for side in ("across", "down"))
    return Drawn(table, charts.gap_map(_(SHOWN[shown]), steps(shown), across, downwards))


def title(down: str, shown: str) -> str:
    """Say what the map shows."""
    return _("{what} for each pair of sector and {list}; a dashed frame means none").format(
        what=_(SHOWN[shown]), list=formats.within(_(DOWN[down]))
    )


def sentence(table: pd.DataFrame, down: str) -> str:
    """Say how many of the combinations are empty, unassessed, without an independent evaluation of outcomes."""
    count = table["need"].value_counts()
    return _(
        "Of {all} combinations of topic and {down}, **{none}** have no practice in the catalogue, **{unassessed}** "
        "have practices but no assessment, **{unproven}** have no independent evaluation of outcomes, and "
        "**{proven}** have one, or stronger evidence."
    ).format(all=len(table), down=formats.within(_(DOWN[down])), **{kind: count.get(kind, 0) for kind in NEEDS})


def grid(table: pd.DataFrame, down: str, in_address: str = "") -> pd.DataFrame:
    """Return the table twin: a row for each value down the side, a column a sector, each cell in words.

    ``in_address``: what of an address says the language.
    """
    words = table.assign(
        words=[
            ngettext(
                "{count} practice, {assessed} assessed, evidence on outcomes: {evidence}",
                "{count} practices, {assessed} assessed, evidence on outcomes: {evidence}",
                row["practices"],
            ).format(
                count=formats.count(row["practices"]), assessed=row["assessed"], evidence=formats.within(row["proof"])
            )
            if row["practices"]
            else _("none")
            for row in rows(table)
        ],
        id_down=table["id"].str.partition("|")[2],
    )
    wide = words.pivot_table(index=["down", "id_down"], columns="across", values="words", aggfunc="first", sort=False)
    wide = wide.reset_index()
    links = [
        f"[{name}](explore?{FACET[down].param}={id_}{in_address})"
        for name, id_ in zip(wide["down"], wide["id_down"], strict=True)
    ]
    return wide.assign(down=links).drop(columns="id_down").rename(columns={"down": _(DOWN[down])})


def needs(table: pd.DataFrame) -> None:
    """List what each kind of gap would need, with the pairs that have it."""
    for kind, words in list(NEEDS.items())[:-1]:
        pairs = table[table["need"] == kind]
        title = ngettext("{count} combination: {needs}", "{count} combinations: {needs}", len(pairs))
        with st.expander(title.format(count=formats.count(len(pairs)), needs=_(words))):
            lines = [
                f"- {formats.pair(f'**{side}**', ', '.join(group['across']))}"
                for side, group in pairs.groupby("down", sort=False)
            ]
            st.markdown("\n".join(lines))
