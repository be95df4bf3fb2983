"""Practices as cards and tables, and the table twin that stands beside every chart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st

from pages.shared.components import chart_with_download, charts, mark_names, result_line
from pages.shared.components.chart_with_download import Drawn
from pages.shared.components.charts import EFFECTIVENESS, PROOF, SUSTAINABILITY
from pages.shared.components.database import Card, Whole
from pages.shared.components.links import in_table, practice_link, practice_name
from pages.shared.components.screen_texts import (
    SHOWN_WITH_RANGE,
    escaped,
    faint,
    in_own_language,
    known,
    labels,
    labels_within,
    number,
    of_catalogue,
    score_state,
    score_words,
    span,
    why_not_scored,
    with_range,
    years,
)
from practices_db import formats
from practices_db.catalogue.own_language import unmarked
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.result_texts import ResultWords, design_mark, evidence_of_answers, main_result
from practices_db.catalogue.texts import answered
from practices_db.catalogue.vocabularies import NOT_STATED, label
from practices_db.queries.facet_index import Numbers, Selection
from practices_db.queries.views import View
from practices_db.translation import _, ngettext

HEADLINES = {"effectiveness": EFFECTIVENESS, "sustainability": SUSTAINABILITY}
_LINES = 68  # pixels of a row; above 64 Streamlit wraps text, so that names stand whole
MOST_DRAWN = 500  # marks one can still tell apart, and a browser draws at once; more are drawn as counts
HALF = 50  # of 100 points
_LISTED = 12  # names in a list beside a chart
_PRINTED, _PRINTED_COLUMNS = 50, 6  # rows and columns of the table on paper: three pages
_LISTS = {"country": "countries", "sector": "sectors", "target_group": "target_groups"}  # vocabulary: of a card
_BELOW_SCORES = " " * 3  # what begins with it is sorted below a score, which has three digits or blanks
CELL = 5  # points of a score in a cell of the chart of both scores

Cards = pd.DataFrame | Sequence[Card]


def rows(practices: Cards) -> Sequence[Mapping[str, Any]]:
    """Return a table of cards as dicts."""
    if not isinstance(practices, pd.DataFrame):
        return practices
    return [{str(key): value for key, value in row.items()} for row in practices.to_dict("records")]


def value_counts(vocabulary: str, counts: Mapping[str, int]) -> pd.DataFrame:
    """Return (id, label, count) for the values of a facet, most first."""
    named = formats.in_order(counts.items(), lambda item: label(vocabulary, item[0]))
    ordered = sorted(named, key=lambda item: -item[1])  # stable: those that are as many stay in order
    return pd.DataFrame(
        [{"id": id_, "label": label(vocabulary, id_), "count": count} for id_, count in ordered],
        columns=["id", "label", "count"],
    )


def on_the_map(counted_values: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of charts.map_of_europe, of ``value_counts``."""
    return [dict(row) for row in rows(counted_values[counted_values["id"].isin(charts.countries_on_map())])]


def leading(counted_values: pd.DataFrame, words: str, all_: int, proper: bool = False) -> str:
    """Say in a title which two values most practices have; "" where fewer are stated.

    ``counted_values``: of ``value_counts``. ``words`` has the fields first, one, second, other, all. ``proper``: the
    labels are names.
    """
    stated = rows(counted_values[counted_values["id"] != NOT_STATED])[:2]
    if len(stated) < 2:
        return ""
    one, other = (str(row["label"]) if proper else formats.within(str(row["label"])) for row in stated)
    first, second = (formats.count(row["count"]) for row in stated)
    return words.format(first=first, one=one, second=second, other=other, all=formats.count(all_))


def most_frequent_year(starts: pd.DataFrame) -> str:
    """Say in a title in which year most practices began; "" where no year is stated.

    ``starts``: (year, practices), as ``year_columns`` returns them.
    """
    stated = {row["year"]: int(row["practices"]) for row in rows(starts) if str(row["year"]).isdigit()}
    most = max(stated, key=stated.__getitem__, default="")
    if not most or not stated[most]:
        return ""
    return _("{count} of {all} practices with a known first year began in {year}").format(
        count=formats.count(stated[most]), all=formats.count(starts["practices"].sum()), year=most
    )


def year_columns(starts: pd.DataFrame) -> pd.DataFrame:
    """Return (year, practices) without gaps: one row for all years before 2000, then one for every year."""
    first = 2000
    counts = dict(zip(starts["year"].astype(int), starts["practices"].astype(int), strict=True))
    early = sum(count for year, count in counts.items() if year < first)
    years_ = range(first, max(counts, default=first - 1) + 1)
    rows_ = [(_("before {year}").format(year=first), early), *((str(year), counts.get(year, 0)) for year in years_)]
    return pd.DataFrame(rows_, columns=["year", "practices"])


def where_and_whom(card: Mapping[str, Any]) -> str:
    """Return place, sectors, target groups and years of a card as one line of Markdown."""
    countries = labels("country", card["countries"]) or _("country not stated")
    places = ", ".join(card["places"])
    parts = [
        escaped(f"{places}, {countries}" if places else countries),
        escaped(labels("sector", card["sectors"])),
        escaped(_("for {groups}").format(groups=labels_within("target_group", card["target_groups"]))),
        escaped(years(card["start_year"], card["end_year"], card["still_running"])),
    ]
    return " · ".join(parts)


def cards(whole: Whole, practices: Sequence[Card]) -> None:
    """Draw practices as cards: the name, which leads to it, what it is, where and for whom, what is known.

    All in one container, in which start_page.css draws each name and its text as a card.
    """
    with st.container(key="cards", gap=None):
        for card in practices:
            practice_name(card["id"], card["name"])
            st.markdown(whole.told_of(card, _below_name), anchors=False)


def _below_name(card: Card) -> str:
    """Return a card below its name as Markdown; one text, for ten a card take a browser longer than all the rest."""
    if card["assessed"]:
        known_ = "\n".join(f"- {formats.pair(_(title), score_line(card, node))}" for node, title in HEADLINES.items())
    else:
        known_ = faint(_(":material/help: Not assessed yet: nothing is known about its sustainability."))
    what = f"{of_catalogue(card['summary'])}  \n{faint(where_and_whom(card))}"
    return "\n\n".join([what, result_line.line(card), known_])


def score_line(card: Mapping[str, Any], node: str) -> str:
    """Return a headline of a card as Markdown: the score in words, and the evidence of its answers."""
    strongest = evidence_of_answers(card[f"{node}_strongest_evidence"])
    return " · ".join(part for part in (score_words(card, node), escaped(strongest)) if part)


def _overview_row(card: Card) -> list[str]:
    """Return a card as the sortable table shows it, all of it text; "–" is "not known"."""
    result = ResultWords.of_card(card)
    cells = [
        card["name"],
        unmarked(result.found) if result else "",
        design_mark(result.design) if result else "",
        *(_score_cell(card, node) for node in HEADLINES),
        *(labels(name, card[field]) for name, field in _LISTS.items()),
        *(str(int(card[year])) if known(card[year]) else "" for year in ("start_year", "end_year")),
    ]
    return [cell or "–" for cell in cells]


def overview_table(whole: Whole, cards: Sequence[Card]) -> pd.DataFrame:
    """Return cards as the sortable table shows them."""
    scores = [_(title) for title in HEADLINES.values()]
    lists = [_("Countries"), _("Sectors"), _("Target groups")]
    names = [_("Practice"), _("Result"), _("Evidence of the result"), *scores, *lists, _("Start"), _("End")]
    return pd.DataFrame([whole.told_of(card, _overview_row) for card in cards], columns=names)


def _score_cell(card: Card, node: str) -> str:
    """Return a score with its range, or the range alone where too little is known for a score; "–" for not known.

    Blanks before it let text sort as numbers do, and what is no score below every score.
    """
    state = score_state(card, node)
    if state == "not applicable":
        return _BELOW_SCORES + _(state)
    if state not in SHOWN_WITH_RANGE:
        return f"{_BELOW_SCORES} –"
    score, low, high = (card[f"{node}_{what}"] for what in ("score", "low", "high"))
    if state != "scored":
        return _BELOW_SCORES + _("no score, between {low} and {high}").format(low=number(low), high=number(high))
    return " " * (3 - len(number(score))) + with_range(score, low, high)


def pick_rows(whole: Whole, practices: Sequence[Card], before: int, all_: int) -> tuple[str | None, list[str]]:
    """Draw the sortable table; return the id of the practice whose cell was chosen, and the ids of the ticked rows.

    ``before``: how many of all practices found stand on earlier pages.
    """
    event = sortable(
        overview_table(whole, practices),
        _("The practices found, one a row, with result, evidence and both scores"),
        paper=Paper("practices", before, all_),
        row_height=_LINES,
        column_config=overview_columns(),
        selection_mode=["single-cell", "multi-row"],
        on_select="rerun",
        key="practices_table",
    )
    ids = [str(card["id"]) for card in practices]
    chosen = event["selection"]
    at = [cell[0] for cell in chosen["cells"] if cell[0] < len(ids)]
    return (ids[at[0]] if at else None), [ids[row] for row in chosen["rows"] if row < len(ids)]


def overview_columns() -> dict[str, Any]:
    """Return how the columns of the sortable table are shown."""
    score = _("0–100, with where it could end up once the missing answers are known; –: not known")
    return {
        _("Practice"): st.column_config.TextColumn(width=290),
        _("Result"): st.column_config.TextColumn(width=340, help=_("The main result in its own unit; –: not known")),
        _("Evidence of the result"): st.column_config.TextColumn(
            width=150, help=_("Of the figure of the result, 1 to 5")
        ),
    } | {_(title): st.column_config.TextColumn(width=115, help=score) for title in HEADLINES.values()}


def range_lines(practices: Cards) -> pd.DataFrame:
    """Return the lines of charts.range_rows: for each practice one for each headline, bars only where assessed."""
    lines: list[dict[str, Any]] = []
    names: Counter[str] = Counter()
    for card in rows(practices):
        names[card["name"]] += 1
        again = names[card["name"]]
        name = card["name"] if again == 1 else f"{card['name']} ({again})"  # a row each, also for namesakes
        of_five = int(card["result_mark"]) if known(card["result_mark"]) else 0
        mark = "●" * of_five + "○" * (5 - of_five) if of_five else "–"
        of_both = {"id": card["id"], "name": name, "evidence": mark, "told": unmarked(main_result(card))}
        if card["assessed"]:
            lines += [of_both | _line(card, node, title) for node, title in HEADLINES.items()]
        else:
            lines.append(of_both | {"note": _("not assessed")})
    columns = ["id", "name", "evidence", "told", "note", "what", "state", "score", "low", "high", "words"]
    return pd.DataFrame(lines, columns=columns).astype({"score": float, "low": float, "high": float})


def range_title(practices: Cards) -> str:
    """Say what the chart of ranges finds."""
    cards_ = rows(practices)
    scored = [sum(bool(card[f"{node}_scored"]) for card in cards_) for node in HEADLINES]
    return _(
        "Effectiveness has a score for {effectiveness} of these {list}, sustainability for {sustainability}"
    ).format(
        list=PracticeFilter.amount(len(cards_)),
        effectiveness=formats.count(scored[0]),
        sustainability=formats.count(scored[1]),
    )


def _line(card: Mapping[str, Any], node: str, title: str) -> dict[str, Any]:
    return {
        "what": _(title),
        "state": score_state(card, node),
        "score": card[f"{node}_score"],
        "low": card[f"{node}_low"],
        "high": card[f"{node}_high"],
        "words": score_words(card, node).replace("**", ""),
    }


def both_scores(view: View, whole: Whole, found: Selection) -> str | None:
    """Draw effectiveness against sustainability and return the id of the practice that was chosen.

    Each practice with its ranges where there are few enough to see them; counts in cells where there are more. Those
    without both scores are a list beside the chart.
    """
    assessed = whole.index.is_("assessed")
    both = whole.index.is_("effectiveness_scored") & whole.index.is_("sustainability_scored")
    if int(found.numbers("assessed").sum()) > MOST_DRAWN:
        _counted_scores(view, found)
        return None
    scored = whole.cards(found.ids(view.sort, where=both))
    st.markdown(f"**{escaped(scores_title(found))}**")
    drawn, beside = st.columns([3, 1])
    with drawn:
        picked = None
        if scored:
            st.caption(_("Lines through a mark show where its scores could end up once the missing answers are known."))
            picked = chart_with_download.show(
                view,
                lambda: Drawn(score_points(scored), charts.two_scores()),
                "two_scores",
                lambda: scores_title(found),
            )
        else:
            st.info(_("No practice here has both scores."), icon=":material/help:")
    with beside:
        _unscored(
            whole.cards(found.ids(view.sort, where=assessed & ~both)), int((found.numbers("assessed") == 0).sum())
        )
    if scored:
        score_table(scored)
    return picked


def _counted_scores(view: View, found: Selection) -> None:
    counted = score_cells(found)
    cells = _with_ranges(counted)
    st.markdown(f"**{escaped(scores_title(found))}**")
    st.caption(
        _(
            "{count} are too many to draw each with its range: a cell counts the practices whose scores lie in the "
            "same {points} points; its tip says how far their ranges reach. Practices without both scores are not "
            "drawn. Filter to {most} or fewer to see each; files always hold all."
        ).format(count=formats.count(found.numbers("assessed").sum()), points=CELL, most=MOST_DRAWN)
    )
    chart_with_download.show(
        view,
        lambda: Drawn(_with_ranges(counted), charts.score_cells(CELL)),
        "score_cells",
        lambda: scores_title(found),
    )
    twin(
        cells[["across", "upwards", "practices", "ranges"]].rename(
            columns={"across": _(EFFECTIVENESS), "upwards": _(SUSTAINABILITY), "practices": _("Practices")}
            | {"ranges": _("Their ranges reach")}
        ),
        _("Number of practices by both of their scores"),
    )


def scores_title(found: Selection) -> str:
    """Say what the chart of both scores finds: how many have both, and how many stay in the upper half of both."""
    both = (found.numbers("effectiveness_scored") > 0) & (found.numbers("sustainability_scored") > 0)
    high = both & (found.numbers("effectiveness_low") >= HALF) & (found.numbers("sustainability_low") >= HALF)
    count = int(both.sum())
    said = ngettext("{count} of {list} has both scores", "{count} of {list} have both scores", count)
    words = said.format(count=formats.count(count), list=PracticeFilter.amount(found.count))
    if not count:
        return words
    rest = _("{scores}; {high} of them stay at {half} or more on both, whatever the missing answers turn out to be")
    return rest.format(scores=words, high=formats.count(high.sum()) if high.any() else _("none"), half=HALF)


def _unscored(cards_: Sequence[Card], not_assessed: int) -> None:
    """List assessed practices that lack a score, by name, and say how many more there are."""
    st.markdown(_("**Without both scores: {count} assessed**").format(count=formats.count(len(cards_))))
    with st.container(gap="xsmall"):
        for card in cards_[:_LISTED]:
            practice_link(card["id"], in_own_language(f":blue[{escaped(card['name'])}]"))
    further = []
    if (more := len(cards_) - _LISTED) > 0:
        words = _("{count} more: see the view {view}.")
        further.append(words.format(count=formats.count(more), view=formats.quoted(_("Table"))))
    if not_assessed:
        told = ngettext("{count} is not assessed.", "{count} are not assessed.", not_assessed)
        further.append(told.format(count=formats.count(not_assessed)))
    st.caption(" ".join(further))


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
    return cells.assign(
        x2=cells["x"] + CELL,
        y2=cells["y"] + CELL,
        across=[f"{x}–{x + CELL}" for x in cells["x"]],
        upwards=[f"{y}–{y + CELL}" for y in cells["y"]],
    )


def _with_ranges(cells: pd.DataFrame) -> pd.DataFrame:
    """Return cells with how far the ranges in them reach, in the reader's words."""
    spans = [
        _("effectiveness {effectiveness}, sustainability {sustainability}").format(
            effectiveness=span(row["e_low"], row["e_high"]), sustainability=span(row["s_low"], row["s_high"])
        )
        for row in rows(cells)
    ]
    return cells.assign(ranges=spans)


def near(scores: Numbers) -> list[dict[str, Any]]:
    """Return dots for charts.strips, each for the practices in the same two points of a score, at their middle."""
    middles, counts = np.unique(np.minimum(scores // 2, 49) * 2 + 1, return_counts=True)
    return [
        {
            "practice": ngettext(
                "{count} practice from {low} to {high}", "{count} practices from {low} to {high}", n
            ).format(count=formats.count(n), low=number(middle - 1), high=number(middle + 1)),
            "score": middle,
            "n": n,
        }
        for middle, n in zip(middles.tolist(), counts.tolist(), strict=True)
    ]


def score_points(practices: Cards) -> pd.DataFrame:
    """Return the practices with both scores for their chart (charts.two_scores), with a name where it fits."""
    points = [
        {
            "id": card["id"],
            "name": card["name"],
            "proof": _(PROOF[0 if level < 2 else 1 if level < 3 else 2]),
            "words_e": score_words(card, "effectiveness").replace("**", ""),
            "words_s": score_words(card, "sustainability").replace("**", ""),
        }
        | {
            short + suffix: card[f"{node}{column}"]
            for short, node in (("e", "effectiveness"), ("s", "sustainability"))
            for suffix, column in (("", "_score"), ("_low", "_low"), ("_high", "_high"))
        }
        for card in rows(practices)
        if card["effectiveness_scored"] and card["sustainability_scored"]
        for level in [card["effectiveness_strongest_evidence"]]  # sustainability nearly always rests on documents
    ]
    fitted = mark_names.fitted([(row["e"], row["s"], row["name"]) for row in points])
    named = [
        row | ({"label": name.text, "side": name.side} if name else {})
        for row, name in zip(points, fitted, strict=True)
    ]
    columns = [
        *("id", "name", "proof", "words_e", "words_s", "e", "e_low", "e_high", "s", "s_low", "s_high"),
        *("label", "side"),
    ]
    return pd.DataFrame(named, columns=columns)


def score_table(practices: Cards, alone: bool = False) -> None:
    """Draw the table twin of the score charts: a row a practice, linked by name, readable by a screen reader.

    Open where there is no chart (``alone``).
    """
    cards_ = rows(practices)
    table = {_("Practice"): [in_table(card["id"], card["name"]) for card in cards_]}
    for node, title in HEADLINES.items():
        table[_(title)] = [_cell(card, node) for card in cards_]
    twin(pd.DataFrame(table), _("Scores of the practices shown, with range and questions answered"), alone)


def _cell(card: Mapping[str, Any], node: str) -> str:
    state = score_state(card, node)
    if state not in SHOWN_WITH_RANGE:
        return _(state)
    low, high = card[f"{node}_low"], card[f"{node}_high"]
    if state == "scored":
        return re.sub(r"^\d+", r"**\g<0>**", with_range(card[f"{node}_score"], low, high)) + f", {answered(card, node)}"
    return f"{why_not_scored(card, node)} ({span(low, high)}), {answered(card, node)}"


def fixed(content: Any, alt: str, **look: Any) -> None:
    """Draw a table whose cells are Markdown: of columns by name, each of one type, of rows, or a table of pandas.

    Columns go the short way: a table of pandas costs twenty times as much, and a practice has six.
    """
    columns = isinstance(content, Mapping)
    table = pa.table({name: [*cells] for name, cells in content.items()}) if columns else pd.DataFrame(content)
    st.table(table, alt=alt, hide_index=True, border="horizontal", **look)


class Paper(NamedTuple):
    """How a table that can be sorted is printed: the key of its plain twin, the rows on earlier pages, all rows."""

    key: str
    before: int = 0
    all_: int | None = None


def sortable(content: Any, alt: str, paper: Paper | None = None, **look: Any) -> Any:
    """Draw a table of plain cells that can be sorted and searched; return what is chosen in it, where that is asked.

    It is a canvas, which cannot be printed: ``paper`` draws its first rows and columns once more where start_page.css
    shows them only on paper.
    """
    table = pd.DataFrame(content)
    if paper:
        with st.container(key=f"paper_{paper.key}"):
            _on_paper(table, alt, paper)
    return st.dataframe(table, hide_index=True, alt=alt, **look)


def _on_paper(table: pd.DataFrame, alt: str, paper: Paper) -> None:
    printed = table.iloc[:_PRINTED, :_PRINTED_COLUMNS]
    all_ = len(table) if paper.all_ is None else paper.all_
    told = _("– means not known.")
    if all_ > len(printed):
        words = _("Printed: rows {first} to {last} of {all}. The download has all rows, with more columns.")
        first, last = (formats.count(paper.before + at) for at in (1, len(printed)))
        told = words.format(first=first, last=last, all=formats.count(all_)) + " " + told
    st.caption(told)
    cells = {
        str(name): [escaped(str(cell)) if known(cell) and cell != "" else "–" for cell in column]
        for name, column in printed.items()
    }
    fixed(cells, alt)


def twin(table: pd.DataFrame, alt: str, alone: bool = False, texts: Sequence[str] = ()) -> None:
    """Draw the table that says the same as the chart above it, folded; open where there is no chart (``alone``).

    Cells are Markdown, but for those of the columns ``texts``: what the catalogue says is shown as it is.
    """
    table = table.assign(**{name: [escaped(str(cell)) for cell in table[name]] for name in texts})
    words = _("As a table") if alone else _("The same as a table")
    with st.expander(words, expanded=alone, icon=":material/table_rows:"):
        fixed(table, alt)
