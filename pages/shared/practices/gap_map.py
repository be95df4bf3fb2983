"""The gap map: its choices in the link, its cells, and what each cell would need."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from criteria.framework import current_framework
from pages.shared.components.database import Whole
from pages.shared.components.links import choose
from pages.shared.components.screen_texts import counted, known
from pages.shared.components.tables import rows
from practices_db.catalogue.practice_filter import FACET
from practices_db.catalogue.vocabularies import vocabulary
from practices_db.queries.facet_index import Index, cross_counts
from practices_db.translation import _

DOWN = {"target_group": "Target group", "country": "Country"}
SHOWN = {"practices": "Practices", "assessed": "Assessed practices", "strongest": "Strongest proof (level)"}

# What a cell lacks first, worst first; the last one lacks nothing that is counted here.
NEEDS = {
    "none": "no practice: one has to be found, written down or started",
    "unassessed": "practices, but none assessed: an assessment of one of them",
    "unproven": "assessed, but no proof from outside: an independent evaluation",
    "proven": "at least one practice with an independent evaluation or stronger proof",
}


def of_types() -> bool:
    """Draw which map it is, and return whether it is that of types of measure against outcomes."""
    maps = {"practices": _("Practices by sector"), "types": _("Studies by type of measure and outcome")}
    return choose(_("Map"), "map", maps) == "types"


def choices() -> tuple[str, str]:
    """Draw what stands down the side and what a cell shows; both are kept in the link."""
    with st.container(horizontal=True):
        down = choose("Sectors against", "down", DOWN)
        shown = choose("A cell shows", "shown", SHOWN)
    return down, shown


def need(practices: int, assessed: int, strongest: Any) -> str:
    """Return which of NEEDS a cell has first."""
    if not practices:
        return "none"
    if not assessed:
        return "unassessed"
    return "proven" if known(strongest) and strongest >= 3 else "unproven"


def cells(counts: pd.DataFrame, down: str, shown: str) -> pd.DataFrame:
    """Return every pair of sector and value of the other list, empty ones too, ready for the chart."""
    framework = current_framework()
    found = {(row["across"], row["down"]): row for row in rows(counts)}
    held = {row["down"] for row in rows(counts)}
    nothing = {"practices": 0, "assessed": 0, "strongest": None}
    table = []
    for side, side_label in vocabulary(down).items():
        if side not in held:
            continue
        for sector, sector_label in vocabulary("sector").items():
            cell = found.get((sector, side), nothing)
            value = cell[shown]
            lacks = need(cell["practices"], cell["assessed"], cell["strongest"])
            table.append(
                {
                    "across": sector_label,
                    "down": side_label,
                    "id": f"{sector}|{side}",
                    "shown": float(value) if known(value) and (value or shown == "strongest") else None,
                    "practices": cell["practices"],
                    "assessed": cell["assessed"],
                    "proof": framework.evidence_label(int(cell["strongest"])) if known(cell["strongest"]) else "none",
                    "need": lacks,
                    "needed": NEEDS[lacks],
                }
            )
    return pd.DataFrame(table).astype({"shown": float})


@st.cache_resource(max_entries=40, show_spinner=False)
def _drawn(content_hash: str, down: str, shown: str, _index: Index) -> tuple[pd.DataFrame, pd.DataFrame]:  # noqa: ARG001
    names = ["across", "down", "practices", "assessed", "scored", "strongest"]
    counts = pd.DataFrame(cross_counts(_index, "sector", down), columns=names)
    table = cells(counts, down, shown)
    return table, grid(table, down)


def drawn(whole: Whole, down: str, shown: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cells and the table twin; made once for each release of the data."""
    return _drawn(whole.version.content_hash, down, shown, whole.index)


def sentence(table: pd.DataFrame, down: str) -> str:
    """Say how many of the pairs are empty, unassessed, unproven."""
    count = table["need"].value_counts()
    return (
        f"Of {len(table)} pairs of sector and {DOWN[down].lower()}, **{count.get('none', 0)}** have no practice in the "
        f"catalogue, **{count.get('unassessed', 0)}** have practices but no assessment, **{count.get('unproven', 0)}** "
        f"have no proof from outside, and **{count.get('proven', 0)}** have an independent evaluation or more."
    )


def grid(table: pd.DataFrame, down: str) -> pd.DataFrame:
    """Return the table twin: a row for each value down the side, a column a sector, each cell in words."""
    words = table.assign(
        words=[
            f"{counted(row['practices'], 'practice')}, {row['assessed']} assessed, proof: {row['proof'].lower()}"
            if row["practices"]
            else "none"
            for row in rows(table)
        ],
        id_down=table["id"].str.partition("|")[2],
    )
    wide = words.pivot_table(index=["down", "id_down"], columns="across", values="words", aggfunc="first", sort=False)
    wide = wide.reset_index()
    links = [
        f"[{name}](explore?{FACET[down].param}={id_})" for name, id_ in zip(wide["down"], wide["id_down"], strict=True)
    ]
    return wide.assign(down=links).drop(columns="id_down").rename(columns={"down": DOWN[down]})


def needs(table: pd.DataFrame) -> None:
    """List what each kind of gap would need, with the pairs that have it."""
    for kind, words in list(NEEDS.items())[:-1]:
        pairs = table[table["need"] == kind]
        with st.expander(f"{counted(len(pairs), 'pair')}: {words}"):
            lines = [f"- **{side}**: {', '.join(group['across'])}" for side, group in pairs.groupby("down", sort=False)]
            st.markdown("\n".join(lines))
