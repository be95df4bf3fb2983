"""Practices as cards and tables, and the table twin that stands beside every chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared.components import chart_with_download, charts, result_line
from pages.shared.components.charts import EFFECTIVENESS, PROOF, SUSTAINABILITY
from pages.shared.components.database import Card, Whole
from pages.shared.components.links import open_link
from pages.shared.components.screen_texts import (
    SHOWN_WITH_RANGE,
    counted,
    escaped,
    known,
    labels,
    number,
    percent,
    score_state,
    score_words,
    why_not_scored,
    years,
)
from practices_db.catalogue.result_texts import ResultWords, answers_mark, design_mark
from practices_db.catalogue.vocabularies import NOT_STATED, label
from practices_db.queries.facet_index import Numbers, Selection
from practices_db.queries.views import View
from practices_db.translation import _

HEADLINES = {"effectiveness": EFFECTIVENESS, "sustainability": SUSTAINABILITY}
MOST_DRAWN = 500  # marks one can still tell apart, and a browser draws at once; more are drawn as counts
CELL = 5  # points of a score in a cell of the chart of both scores

Cards = pd.DataFrame | Sequence[Card]


def rows(practices: Cards) -> Sequence[Mapping[str, Any]]:
    """Return a table of cards as dicts."""
    if not isinstance(practices, pd.DataFrame):
        return practices
    return [{str(key): value for key, value in row.items()} for row in practices.to_dict("records")]


def value_counts(vocabulary: str, counts: Mapping[str, int]) -> pd.DataFrame:
    """Return (id, label, count) for the values of a facet, most first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], label(vocabulary, item[0])))
    return pd.DataFrame(
        [{"id": id_, "label": label(vocabulary, id_), "count": count} for id_, count in ordered],
        columns=["id", "label", "count"],
    )


def leading(counted_values: pd.DataFrame, words: str, all_: int, proper: bool = False) -> str:
    """Say in a title which two values most practices have; "" where fewer are stated.

    ``counted_values``: of ``value_counts``. ``words`` has the fields first, one, second, other, all. ``proper``: the
    labels are names.
    """
    stated = rows(counted_values[counted_values["id"] != NOT_STATED])[:2]
    if len(stated) < 2:
        return ""
    one, other = (str(row["label"]) if proper else str(row["label"]).lower() for row in stated)
    first, second = (f"{int(row['count']):,}" for row in stated)
    return words.format(first=first, one=one, second=second, other=other, all=f"{all_:,}")


def year_columns(starts: pd.DataFrame, first: int = 2000) -> pd.DataFrame:
    """Return (year, practices) without gaps: one row for all years before ``first``, then one for every year."""
    counts = dict(zip(starts["year"].astype(int), starts["practices"].astype(int), strict=True))
    early = sum(count for year, count in counts.items() if year < first)
    years_ = range(first, max(counts, default=first - 1) + 1)
    rows_ = [(f"before {first}", early), *((str(year), counts.get(year, 0)) for year in years_)]
    return pd.DataFrame(rows_, columns=["year", "practices"])


def where_and_whom(card: Mapping[str, Any]) -> str:
    """Return place, sectors, target groups and years of a card as one line of Markdown."""
    countries = labels("country", card["countries"]) or "country not stated"
    places = ", ".join(card["places"])
    parts = [
        escaped(f"{places}, {countries}" if places else countries),
        escaped(labels("sector", card["sectors"])),
        escaped("for " + labels("target_group", card["target_groups"]).lower()),
        escaped(years(card["start_year"], card["end_year"], card["still_running"])),
    ]
    return " · ".join(parts)


def cards(practices: Cards) -> None:
    """Draw practices as cards: name, what it is, where and for whom, what is known."""
    for card in rows(practices):
        with st.container(border=True, gap="xsmall"):
            # a link's label does not wrap: the whole name stands above it
            st.markdown(f"**{escaped(card['name'])}**  \n{escaped(card['summary'])}")
            st.caption(where_and_whom(card))
            st.markdown(result_line.line(card), anchors=False)
            if card["assessed"]:
                st.markdown(
                    "\n".join(f"- {title}: {score_line(card, node)}" for node, title in HEADLINES.items()),
                    anchors=False,
                )
            else:
                st.caption(_(":material/help: Not assessed yet: nothing is known about its sustainability."))
            open_link(card["id"], card["name"])


def score_line(card: Mapping[str, Any], node: str) -> str:
    """Return a headline of a card as Markdown: the score in words, and the mark of its evidence.

    For effectiveness that is the evidence of the result, which stands with the result.
    """
    strongest = "" if node == "effectiveness" else answers_mark(card[f"{node}_strongest_evidence"])
    return " · ".join(part for part in (score_words(card, node), escaped(strongest)) if part)


def overview_table(cards: Sequence[Card]) -> pd.DataFrame:
    """Return cards as the sortable table shows them, all of it text; "–" is "not known"."""
    found = [ResultWords.of_card(card) for card in cards]
    table = {
        _("Practice"): [card["name"] for card in cards],
        _("Countries"): [labels("country", card["countries"]) for card in cards],
        _("Result"): [result.found if result else "" for result in found],
        _("Evidence of the result"): [design_mark(result.design) if result else "" for result in found],
        **{title: [_score_cell(card, node) for card in cards] for node, title in HEADLINES.items()},
        _("Sectors"): [labels("sector", card["sectors"]) for card in cards],
        _("Target groups"): [labels("target_group", card["target_groups"]) for card in cards],
        _("Start"): [str(int(card["start_year"])) if known(card["start_year"]) else "" for card in cards],
        _("End"): [str(int(card["end_year"])) if known(card["end_year"]) else "" for card in cards],
    }
    return pd.DataFrame({name: [cell or "–" for cell in column] for name, column in table.items()})


def _score_cell(card: Card, node: str) -> str:
    """Return a score with its range, "" where there is none; blanks before it let text sort as numbers do."""
    if not card[f"{node}_scored"]:
        return ""
    low, high = (number(card[f"{node}_{end}"]) for end in ("low", "high"))
    score = f"{number(card[f'{node}_score']):>3}"
    return score if low == high else f"{score} ({low}–{high})"


def pick_rows(practices: Sequence[Card]) -> tuple[str | None, list[str]]:
    """Draw the sortable table; return the id of the practice whose cell was chosen, and the ids of the ticked rows."""
    event: Any = st.dataframe(
        overview_table(practices),
        hide_index=True,
        column_config=overview_columns(),
        selection_mode=["single-cell", "multi-row"],
        on_select="rerun",
        key="practices_table",
        alt=_("The practices found, one a row, with result, evidence and both scores"),
    )
    ids = [str(card["id"]) for card in practices]
    chosen = event["selection"]
    at = [cell[0] for cell in chosen["cells"] if cell[0] < len(ids)]
    return (ids[at[0]] if at else None), [ids[row] for row in chosen["rows"] if row < len(ids)]


def overview_columns() -> dict[str, Any]:
    """Return how the columns of the sortable table are shown."""
    score = _("0–100, with where it could end up once the missing answers are known; –: no score")
    return {
        _("Practice"): st.column_config.TextColumn(width="medium"),
        _("Result"): st.column_config.TextColumn(
            width="large", help=_("The main result in its own unit; –: no result known")
        ),
        _("Evidence of the result"): st.column_config.TextColumn(width=210, help=_("Of this figure, 1 to 5")),
    } | {title: st.column_config.TextColumn(width=115, help=score) for title in HEADLINES.values()}


def range_lines(practices: Cards) -> pd.DataFrame:
    """Return the lines of the range-bar chart (charts.ranges): a name, then a bar for each headline."""
    lines: list[dict[str, Any]] = []
    for card in rows(practices):
        state = "" if card["assessed"] else "  ·  not assessed"
        lines.append({"id": card["id"], "practice": card["name"], "name": card["name"] + state})
        if card["assessed"]:
            lines += [_line(card, node, title) for node, title in HEADLINES.items()]
    table = pd.DataFrame(
        lines, columns=["id", "practice", "name", "what", "state", "score", "low", "high", "words"]
    ).astype({"score": float, "low": float, "high": float})
    return table.assign(line=range(len(table)))


def _line(card: Mapping[str, Any], node: str, title: str) -> dict[str, Any]:
    return {
        "id": card["id"],
        "practice": card["name"],
        "what": title,
        "state": score_state(card, node),
        "score": card[f"{node}_score"],
        "low": card[f"{node}_low"],
        "high": card[f"{node}_high"],
        "words": score_words(card, node).replace("**", ""),
    }


def both_scores(view: View, whole: Whole, found: Selection) -> str | None:
    """Draw effectiveness against sustainability and return the id of the practice that was chosen.

    Each practice with its ranges where there are few enough to see them; counts in cells where there are more.
    """
    assessed = whole.index.is_("assessed")
    counts = state_counts(found)
    number_assessed = int(found.numbers("assessed").sum())
    if number_assessed > MOST_DRAWN:
        cells = score_cells(found)
        st.caption(
            f"{counts} {number_assessed:,} are too many to draw each with its range: a cell counts the practices whose "
            f"scores lie in the same {CELL} points; its tip says how far their ranges reach. Practices that are not "
            f"scored on both are not drawn. Filter to {MOST_DRAWN} or fewer to see each; files always hold all."
        )
        chart_with_download.show(
            view, cells, charts.score_cells(CELL), "score_cells", "Number of practices by both of their scores"
        )
        twin(
            cells[["across", "upwards", "practices", "ranges"]].rename(
                columns={"across": EFFECTIVENESS, "upwards": SUSTAINABILITY, "practices": "Practices"}
                | {"ranges": "Their ranges reach"}
            ),
            "Number of practices by both of their scores",
        )
        return None
    st.caption(
        counts + " Lines through a mark are its ranges; a dashed frame holds everything "
        "a practice with too little documented could turn out to be. Practices without an assessment are not drawn."
    )
    cards_ = whole.cards(found.ids(view.sort, where=assessed))
    picked = chart_with_download.show(
        view,
        score_points(cards_),
        charts.two_scores(),
        "two_scores",
        "Effectiveness across, sustainability upwards, with the missing-information range of each practice",
    )
    score_table(cards_)
    return picked


def score_cells(found: Selection) -> pd.DataFrame:
    """Return the practices scored on both, counted in cells of ``CELL`` points (charts.score_cells)."""
    both = found.index.is_("effectiveness_scored") & found.index.is_("sustainability_scored")
    table = pd.DataFrame(
        {
            short + suffix: found.numbers(f"{node}_{what}", both)
            for short, node in (("e", "effectiveness"), ("s", "sustainability"))
            for suffix, what in (("", "score"), ("_low", "low"), ("_high", "high"))
        }
    )
    last = 100 - CELL  # 100 itself belongs to the last cell
    table["x"] = (table["e"] // CELL * CELL).clip(upper=last).astype(int)
    table["y"] = (table["s"] // CELL * CELL).clip(upper=last).astype(int)
    grouped = table.groupby(["x", "y"])
    cells = grouped.agg(
        practices=("e", "size"),
        e_low=("e_low", "min"),
        e_high=("e_high", "max"),
        s_low=("s_low", "min"),
        s_high=("s_high", "max"),
    ).reset_index()
    spans = [
        f"{EFFECTIVENESS.lower()} {number(row['e_low'])}–{number(row['e_high'])}, "
        f"{SUSTAINABILITY.lower()} {number(row['s_low'])}–{number(row['s_high'])}"
        for row in rows(cells)
    ]
    return cells.assign(
        x2=cells["x"] + CELL,
        y2=cells["y"] + CELL,
        across=[f"{x}–{x + CELL}" for x in cells["x"]],
        upwards=[f"{y}–{y + CELL}" for y in cells["y"]],
        ranges=spans,
    )


def near(scores: Numbers) -> list[dict[str, Any]]:
    """Return dots for charts.strips, each for the practices in the same two points of a score, at their middle."""
    middles, counts = np.unique(np.minimum(scores // 2, 49) * 2 + 1, return_counts=True)
    return [
        {"practice": f"{counted(n, 'practice')} from {middle - 1:.0f} to {middle + 1:.0f}", "score": middle, "n": n}
        for middle, n in zip(middles.tolist(), counts.tolist(), strict=True)
    ]


def score_points(practices: Cards) -> pd.DataFrame:
    """Return the assessed practices for the chart of both scores (charts.two_scores)."""
    points = [
        {
            "id": card["id"],
            "name": card["name"],
            "state": "scored"
            if card["effectiveness_scored"] and card["sustainability_scored"]
            else "not enough documented",
            "proof": PROOF[0 if level < 2 else 1 if level < 3 else 2],
            "words_e": score_words(card, "effectiveness").replace("**", ""),
            "words_s": score_words(card, "sustainability").replace("**", ""),
        }
        | {
            short + suffix: card[f"{node}{column}"]
            for short, node in (("e", "effectiveness"), ("s", "sustainability"))
            for suffix, column in (("", "_score"), ("_low", "_low"), ("_high", "_high"))
        }
        for card in rows(practices)
        if card["assessed"]
        for level in [card["strongest_evidence"] if known(card["strongest_evidence"]) else 0]
    ]
    columns = [
        "id",
        "name",
        "state",
        "proof",
        "words_e",
        "words_s",
        "e",
        "e_low",
        "e_high",
        "s",
        "s_low",
        "s_high",
    ]
    return pd.DataFrame(points, columns=columns)


def score_table(practices: Cards) -> None:
    """Draw the table twin of the score charts: a row a practice, linked by name, readable by a screen reader."""
    cards_ = rows(practices)
    table = {"Practice": [f"[{escaped(card['name'])}](practice?practice={card['id']})" for card in cards_]}
    for node, title in HEADLINES.items():
        table[title] = [_cell(card, node) for card in cards_]
    twin(pd.DataFrame(table), "Scores of the practices shown, with range and share documented")


def _cell(card: Mapping[str, Any], node: str) -> str:
    state = score_state(card, node)
    if state not in SHOWN_WITH_RANGE:
        return state
    span = f"{number(card[f'{node}_low'])}–{number(card[f'{node}_high'])}"
    documented = f"{percent(card[f'{node}_coverage'])} documented"
    return (
        f"**{number(card[f'{node}_score'])}** ({span}), {documented}"
        if state == "scored"
        else f"{why_not_scored(card, node)} ({span}), {documented}"
    )


def twin(table: pd.DataFrame, alt: str, alone: bool = False) -> None:
    """Draw the table that says the same as the chart above it, folded; open where there is no chart (``alone``)."""
    words = "As a table" if alone else "The same as a table"
    with st.expander(words, expanded=alone, icon=":material/table_rows:"):
        st.table(table, alt=alt, hide_index=True, border="horizontal")


def state_counts(found: Selection) -> str:
    """Say how many of the practices are scored on both headlines, not enough documented, not assessed."""
    assessed = found.numbers("assessed") > 0
    both = (found.numbers("effectiveness_scored") > 0) & (found.numbers("sustainability_scored") > 0)
    return (
        f"{counted(int(both.sum()), 'practice is', 'practices are')} scored on both, "
        f"{counted(int((assessed & ~both).sum()), 'is', 'are')} assessed but not enough documented for both, "
        f"{counted(int((~assessed).sum()), 'is', 'are')} not assessed."
    )
