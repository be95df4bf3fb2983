"""Who is clearly ahead of whom among some practices: the finding, what it rests on, and places as chart and table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from criteria.framework import current_framework
from criteria.order import (
    ClearPairs,
    CoderError,
    PartialOrder,
    Reading,
    StandingGroup,
    clear_pairs,
    only_scored,
    partial_order,
)
from criteria.order import Standing as Place
from criteria.results import GROUPS, MARKS
from criteria.scoring import Answers
from criteria.weighting import Weighting
from pages.shared.components import chart_with_download, charts, links, tables
from pages.shared.components.chart_with_download import Drawn
from pages.shared.components.database import Card, Whole
from pages.shared.components.screen_texts import escaped, known, of_catalogue, score_words
from pages.shared.components.tables import HEADLINES
from practices_db import formats
from practices_db.catalogue import order_texts
from practices_db.catalogue.own_language import marked
from practices_db.catalogue.vocabularies import label
from practices_db.config import database_path
from practices_db.queries.agreement import error_of
from practices_db.queries.ranking import AT_LEAST, AT_MOST
from practices_db.queries.views import View
from practices_db.translation import N_, _, ngettext

_TRIAL = MARKS["comparison-group"]  # the mark of evidence from which on a result is that of a trial
_MOST_TRIALS = 3  # that are named
_NAMED = 40  # practices whose names stand in the chart; of more they stand in its table

_GROUPS: dict[StandingGroup, str] = {
    "nobody-ahead": N_("None is clearly ahead of it"),
    "between": N_("In between"),
    "ahead-of-nobody": N_("Clearly behind at least one, ahead of none"),
}
_READINGS: dict[Reading, str] = {
    "know-nothing": N_("Met, partly met or not met, equally likely (mean 0.5)"),
    "like-documented": N_("Like the known answers of the same practice"),
    "not-met": N_("Not met"),
    "together": N_("All unknown answers of a practice alike"),
}


# --- what is found ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """The order with the error of coders, how many pairs were clear without it, and how many under each reading."""

    order: PartialOrder
    clear_without_error: int
    under_readings: ClearPairs


@st.cache_resource(max_entries=32, show_spinner=False)
def _found(  # noqa: PLR0913, PLR0917 - the cache's key
    path: str,  # noqa: ARG001
    content_hash: str,  # noqa: ARG001
    ids: tuple[str, ...],  # noqa: ARG001
    weights: Weighting,
    reading: Reading,
    error: CoderError,
    _answers: Answers,
) -> Found:
    framework = current_framework()
    return Found(
        partial_order(framework, _answers, weights, reading, error),
        partial_order(framework, _answers, weights, reading).clear_pairs,
        clear_pairs(framework, _answers, weights, error),
    )


@dataclass(frozen=True)
class Compared:
    """Practices that have a composite: how many, their order (None where they are too few or too many), their cards.

    ``cards`` by id, in the order of their names.
    """

    scored: Answers
    found: Found | None
    cards: dict[str, Card]

    @property
    def count(self) -> int:
        """How many have a composite."""
        return len(self.scored.practice_ids)


def compared(whole: Whole, answers: Answers, weights: Weighting, reading: Reading) -> Compared:
    """Return how those practices stand that have a composite under weights; made once for each release and choice."""
    scored = only_scored(current_framework(), answers, weights)
    if not AT_LEAST <= len(scored.practice_ids) <= AT_MOST:
        return Compared(scored, None, {})
    ids, error = scored.practice_ids, error_of(whole.read_twice)
    with st.spinner(_("Comparing each practice with every other"), show_time=True):
        found = _found(str(database_path()), whole.version.content_hash, ids, weights, reading, error, scored)
    by_name = whole.cards(sorted(ids, key=whole.index.place.__getitem__))
    return Compared(scored, found, {card["id"]: card for card in by_name})


def choose_reading(view: View) -> Reading:
    """Draw what an answer that nobody knows is taken to be; kept in the link."""
    links.choose(_("An unknown answer is taken as"), "reading", {id_: _(words) for id_, words in _READINGS.items()})
    return view.reading


def can_be_drawn(scored: int, weighted: bool = False) -> bool:
    """Whether each practice can be held against every other; where not, say why and what to do.

    ``weighted``: whether the reader's weights decide who has a score.
    """
    if scored < AT_LEAST and weighted:
        st.info(
            _(
                "Fewer than two of these practices have a score in every criterion that you use. Set criteria in which "
                "few have a score to 0, or widen the filter."
            )
        )
    elif scored < AT_LEAST:
        st.info(_("Fewer than two of these practices have a score here. Widen the filter."))
    elif scored > AT_MOST:
        st.info(
            _(
                "{scored} practices are too many to compare each with every other; up to {most} can be. Choose a "
                "country, a sector or a target group above."
            ).format(scored=formats.count(scored), most=AT_MOST),
            icon=":material/filter_alt:",
        )
    return AT_LEAST <= scored <= AT_MOST


# --- in words --------------------------------------------------------------------------------------------


def details(found: Found, cards: Mapping[str, Card], measured: bool) -> None:
    """Say how many pairs differ clearly and what that rests on, and where evidence would say something else."""
    st.markdown(finding(found, cards, measured))
    if told := trials_behind(found, cards):
        st.markdown(told)
    st.caption(open_answers(found))


def finding(found: Found, cards: Mapping[str, Card], measured: bool) -> str:
    """Return how many pairs differ clearly, who is ahead of most others, and how many stand where.

    ``cards`` by id, in the order of their names; ``measured``: whether the error of coders is known.
    """
    order = found.order
    differ = (
        ngettext(
            "**{clear} of {count} pair differs clearly**, even allowing for as many coding errors as in the practices "
            "coded twice ({without} without coding errors).",
            "**{clear} of {count} pairs differ clearly**, even allowing for as many coding errors as in the practices "
            "coded twice ({without} without coding errors).",
            order.pairs,
        )
        if measured
        else ngettext(
            "**{clear} of {count} pair differs clearly**.", "**{clear} of {count} pairs differ clearly**.", order.pairs
        )
    )
    words = [
        differ.format(
            clear=formats.count(order.clear_pairs),
            count=formats.count(order.pairs),
            without=formats.count(found.clear_without_error),
        )
    ]
    if order.clear_pairs:
        standings = [(order.of(id_), id_) for id_ in cards]
        most = max(one.ahead_of for one, _id in standings)
        first = [id_ for one, id_ in standings if one.ahead_of == most]
        groups = [one.group for one, _id in standings]
        if len(first) == 1:
            words.append(_("**{name}** is clearly ahead of {most}, more than any other.").format(
                name=of_catalogue(cards[first[0]]["name"]), most=most
            ))  # fmt: skip
        else:
            words.append(
                _("{count} practices are clearly ahead of {most}, more than the others.").format(
                    count=len(first), most=most
                )
            )
        words.append(
            _(
                "{free} have none clearly ahead of them; {last} are clearly behind at least one and ahead of none."
            ).format(free=groups.count("nobody-ahead"), last=groups.count("ahead-of-nobody"))
        )
        words.append(_("The rest is open."))
    return " ".join(words)


def summary(title: str, of_: Compared) -> str:
    """Return one line as Markdown: what is compared, and what is found."""
    if of_.found is None:
        told = ngettext(
            "{count} practice has a score; a comparison takes {least} to {most}.",
            "{count} practices have a score; a comparison takes {least} to {most}.",
            of_.count,
        )
        few = told.format(count=formats.count(of_.count), least=AT_LEAST, most=AT_MOST)
        return f"- {formats.pair(f'**{title}**', few)}"
    order = of_.found.order
    told = order_texts.finding([(marked(card["name"]), order.of(id_).ahead_of) for id_, card in of_.cards.items()])
    return f"- {formats.pair(f'**{title}**', escaped(told))}"


def trials_behind(found: Found, cards: Mapping[str, Card]) -> str:
    """Say that evidence is not in the sum, where who has a result from a trial is clearly behind weaker evidence.

    "" where nobody is. A trial is here a randomised trial or a comparison group.
    """
    marks = {id_: int(card["result_mark"]) if known(card["result_mark"]) else 0 for id_, card in cards.items()}
    trailing = {
        id_: sum(marks[above] < marks[id_] for above in found.order.told_apart(id_)[1])
        for id_ in cards
        if marks[id_] >= _TRIAL
    }
    behind = [(id_, count) for id_, count in trailing.items() if count]
    if not behind:
        return ""
    named = formats.parted(
        ngettext(
            "{name} ({design}) is clearly behind {count} practice with weaker evidence of a result, or none",
            "{name} ({design}) is clearly behind {count} practices with weaker evidence of a result, or none",
            count,
        ).format(
            name=of_catalogue(cards[id_]["name"]),
            design=formats.within(label("result_design", cards[id_]["result_design"])),
            count=count,
        )
        for id_, count in sorted(behind, key=lambda one: -one[1])[:_MOST_TRIALS]
    )
    return _("How strong the evidence is does not count in this sum: {named}.").format(named=named)


def open_answers(found: Found) -> str:
    """Return how many pairs differ clearly whichever way an unknown answer is taken."""
    under = found.under_readings
    return ngettext(
        "{all} of {count} pair differs clearly in the same way, however an unknown answer is taken (all four ways).",
        "{all} of {count} pairs differ clearly in the same way, however an unknown answer is taken (all four ways).",
        under.pairs,
    ).format(all=formats.count(under.under_all), count=formats.count(under.pairs))


def what_clearly_means() -> None:
    """Say from when on a practice is called clearly ahead."""
    st.caption(order_texts.clearly_ahead())


def rests_on(whole: Whole) -> None:
    """Say what follows for a place, and how often coders err."""
    twice = whole.read_twice
    words = _("Clearly ahead of k and clearly behind m of n practices means a place between 1 + m and n − k.")
    error = error_of(twice)
    if error.rate:
        words += " " + _(
            "Coders: on practices read twice from their sources {differences} of {n} answers differ, so one coder errs "
            "in about {rate} of answers. This is counted in."
        ).format(
            differences=twice.differences,
            n=twice.n,
            rate=_("{number} %").format(number=formats.decimal(100 * error.rate, 1)),
        )
    st.caption(words)


def shown_results(whole: Whole, ids: list[str], clear: int) -> None:
    """Say what of effectiveness tells practices apart: groups of what was measured, before any score.

    ``ids``: the practices selected; ``clear``: how many pairs of scores differ clearly.
    """
    groups = whole.groups_of_results
    of_each = [groups.get(id_, "unknown") for id_ in ids]
    lines = [f"- {formats.pair(_(group.label), f'**{formats.count(of_each.count(group.id))}**')}" for group in GROUPS]
    lead = (
        _("What was measured, and how, comes before any score:")
        if clear
        else _("No clear differences in the effectiveness scores yet. Look at the results and their evidence:")
    )
    st.markdown(lead + "\n\n" + "\n".join(lines))


# --- chart and table -------------------------------------------------------------------------------------


def draw(  # noqa: PLR0913, PLR0917 - what is drawn, and its name
    view: View, found: Found, cards: Mapping[str, Card], key: str, score: str, own: pd.DataFrame | None = None
) -> None:
    """Draw bounds of places as a chart, by their middle, with its table; a mark opens its practice.

    Where no pair differs clearly nothing is drawn, and of ``own`` there is the table alone.

    ``cards`` are in the order of the names; ``score``: the English name of what is compared, ``key`` its id;
    ``own``: further columns of the table, by practice id.
    """
    ids = by_middle(found.order, cards)
    if not found.order.clear_pairs:  # every bar would run from the first to the last place
        if own is not None:
            tables.twin(table(found.order, ids, cards, own), _title(score), alone=True)
        return
    named = len(ids) <= _NAMED
    if not named:
        with st.container(key=f"screen_{key}"):
            st.caption(_("Point at a bar for its practice; the table below has all names."))
    picked = chart_with_download.show(
        view,
        lambda: Drawn(
            place_lines(found.order, ids, cards, named),
            charts.places(len(ids), tuple(_(words) for words in _GROUPS.values()), named),
        ),
        f"places_{key}",
        lambda: _title(score),
    )
    if named:
        tables.twin(table(found.order, ids, cards, own), _title(score))
    else:
        with st.container(key=f"screen_twin_{key}"):
            tables.twin(table(found.order, ids, cards, own), _title(score))
        with st.container(key=f"paper_{key}"):  # start_page.css shows it only there
            words = _("Not printed: the table of all {count} practices. It is in the download.")
            st.caption(words.format(count=formats.count(len(ids))))
    if picked:
        links.open_practice(picked)


def _title(score: str) -> str:
    return _("Bounds of places: {score}").format(score=_(score))


def by_middle(order: PartialOrder, cards: Mapping[str, Card]) -> list[str]:
    """Return the practices by the middle of the bounds of their places; those with the same by name."""
    at = {id_: place for place, id_ in enumerate(cards)}
    places = {id_: order.of(id_) for id_ in order.practice_ids}
    return sorted(places, key=lambda id_: (places[id_].best_place + places[id_].worst_place, at[id_]))


def place_lines(order: PartialOrder, ids: list[str], cards: Mapping[str, Card], named: bool) -> pd.DataFrame:
    """Return the lines for charts.places."""
    lines: list[dict[str, Any]] = []
    for id_ in ids:
        of_ = order.of(id_)
        if named:
            lines.append({"id": id_, "name": cards[id_]["name"]})
        lines.append(
            {
                "id": id_,
                "practice": cards[id_]["name"],
                "from": of_.best_place - 0.4,
                "to": of_.worst_place + 0.4,
                "middle": (of_.best_place + of_.worst_place) / 2,
                "group": _(_GROUPS[of_.group]),
                "words": told(of_),
            }
        )
    columns = ["id", "name", "practice", "from", "to", "middle", "group", "words"]
    kinds = dict.fromkeys(("from", "to", "middle"), float)
    return pd.DataFrame(lines, columns=columns).astype(kinds).assign(line=range(len(lines)))


def told(of_: Place) -> str:
    """Say where a practice stands."""
    return _("clearly ahead of {ahead}, clearly behind {behind}, open with the rest ({open})").format(
        ahead=of_.ahead_of, behind=of_.behind, open=of_.open_with
    )


def table(order: PartialOrder, ids: list[str], cards: Mapping[str, Card], own: pd.DataFrame | None) -> pd.DataFrame:
    """Return the table twin: where each practice stands, the columns of ``own``, and the official scores."""
    rows = []
    for id_ in ids:
        of_ = order.of(id_)
        rows.append(
            {
                _("Practice"): links.in_table(id_, cards[id_]["name"]),
                _("Clear differences"): told(of_),
                _("Place in the order"): _("{best} to {worst}").format(best=of_.best_place, worst=of_.worst_place),
                _("Group"): _(_GROUPS[of_.group]),
            }
            | ({str(name): own.at[id_, name] for name in own.columns} if own is not None else {})
            | {_(title): score_words(cards[id_], node) for node, title in HEADLINES.items()}
        )
    return pd.DataFrame(rows)
