"""Practices side by side: the choice in the link, what can be told apart, peers, answers and facts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from criteria.framework import Framework, current_framework
from criteria.robustness import SEPARATED, Simulation, simulate
from criteria.scoring import Answers as Matrix
from criteria.scoring import encode
from criteria.weighting import weighting
from pages.shared.components import practice_picker
from pages.shared.components.database import Card, Whole
from pages.shared.components.links import MOST_COMPARED, page_path, practice_link
from pages.shared.components.peers import ENOUGH_PEERS, are_counted
from pages.shared.components.score_profile import ANSWER_BADGES, criterion_words
from pages.shared.components.screen_texts import (
    SHOWN_WITH_RANGE,
    counted,
    escaped,
    known,
    number,
    percent,
    score_state,
)
from pages.shared.components.tables import HEADLINES, MOST_DRAWN, Cards, rows
from practices_db.catalogue import practice_facts

AT_LEAST, AT_MOST = 2, MOST_COMPARED
DRAWS = 2_000

Answers = Mapping[str, Mapping[str, list[dict[str, Any]]]]


# --- the choice ------------------------------------------------------------------------------------------


def choose(whole: Whole) -> list[str]:
    """Draw the choice of practices, kept in the link in its order; ids that do not exist are dropped and said."""
    given = list(dict.fromkeys(st.query_params.get_all("practice")))
    ids = [id_ for id_ in given if id_ in whole.index.place][:AT_MOST]
    unknown = [id_ for id_ in given if id_ not in whole.index.place]
    if unknown:
        shown = ", ".join(escaped(id_[:60]) for id_ in unknown)
        st.warning(f"Not in the catalogue and left out: {shown}", icon=":material/link_off:")
    if len(given) - len(unknown) > AT_MOST:
        st.warning(f"Only the first {AT_MOST} are compared.", icon=":material/info:")
    names = practice_picker.names(whole, ids, "find_compared")
    st.session_state["compared"] = ids
    st.multiselect(
        f"Practices to compare, {AT_LEAST} to {AT_MOST}",
        list(names),
        format_func=names.__getitem__,
        key="compared",
        max_selections=AT_MOST,
        placeholder="Type a name",
        select_all=False,
        on_change=_write_choice,
    )
    return ids


def _write_choice() -> None:
    st.query_params.from_dict({"practice": st.session_state["compared"]})


def too_few(cards: Sequence[Card]) -> None:
    """Say how to get a comparison going."""
    if cards:
        st.info("Choose at least one more practice above.", icon=":material/compare_arrows:")
        practice_link(cards[0]["id"], f"Back to {escaped(cards[0]['name'])}")
    else:
        st.info(
            "Type two or more names above, or choose rows in the table of Explore.", icon=":material/compare_arrows:"
        )
    st.page_link(page_path("explore"), label="Find practices in Explore", icon=":material/search:")


# --- scores ----------------------------------------------------------------------------------------------


def told_apart(framework: Framework, cards: Sequence[Card], given: Answers) -> None:
    """Say for each pair and headline whether the ranges, or else the draws, tell them apart."""
    for node, title in HEADLINES.items():
        shown = [card for card in cards if score_state(card, node) in SHOWN_WITH_RANGE]
        others = [card["name"] for card in cards if card not in shown]
        lines = []
        if len(shown) >= AT_LEAST:
            draws = _draws(framework, shown, given, node)
            lines = [_pair(first, second, node, draws) for first, second in combinations(shown, 2)]
        if others:
            lines.append(f"Nothing can be said of {escaped(', '.join(others))}: no answers about {title.lower()}.")
        st.markdown(f"**{title}**\n\n" + "\n".join(f"- {line}" for line in lines))
    st.caption(
        "Where one range lies wholly above the other, the difference stays however the undocumented answers turn "
        f"out. Where ranges overlap, the undocumented answers are drawn by chance {DRAWS:,} times: it takes "
        f"{percent(SEPARATED)} of the draws to call it a real difference."
    )


@st.cache_resource(max_entries=200, show_spinner=False)
def _simulation(key: tuple[Any, ...], node: str, _answers: Matrix) -> Simulation:  # noqa: ARG001 - the cache's key
    framework = current_framework()
    return simulate(framework, _answers, weighting(framework, {node: 1.0}), draws=DRAWS, seed=1)


def _draws(framework: Framework, cards: Sequence[Card], given: Answers, node: str) -> Simulation:
    rows_ = [
        (card["id"], id_, answers_[0]["answer"], int(answers_[0]["evidence_level"]))
        for card in cards
        for id_, answers_ in given[card["id"]].items()
    ]
    matrix = encode(framework, rows_)
    return _simulation((matrix.practice_ids, matrix.value.tobytes(), matrix.applicable.tobytes()), node, matrix)


def _pair(first: Card, second: Card, node: str, draws: Simulation) -> str:
    upper, lower = (first, second) if draws.leads(first["id"], second["id"]) >= 0.5 else (second, first)
    spans = " and ".join(
        f"{escaped(card['name'])} ({number(card[f'{node}_low'])}–{number(card[f'{node}_high'])})"
        for card in (upper, lower)
    )
    if upper[f"{node}_low"] > lower[f"{node}_high"]:
        return f"{spans}: **a real difference**, the first is above whatever is still undocumented."
    share = draws.leads(upper["id"], lower["id"])
    verdict = "**a real difference**" if share >= SEPARATED else "no real difference"
    whole = math.floor(100 * share) / 100  # never rounded up to the share that the verdict asks for
    return f"{spans}: {verdict}, the first is ahead in {percent(whole)} of the draws."


def profile_table(framework: Framework, cards: Sequence[Card], scores: Mapping[str, Cards]) -> pd.DataFrame:
    """Return each criterion of each practice in words, with the strongest proof."""
    by_node = {card["id"]: {row["node"]: row for row in rows(scores[card["id"]])} for card in cards}
    return pd.DataFrame(
        [
            {
                "Criterion": criterion.title,
                "Practice": escaped(card["name"]),
                "Known": _known_of(framework, by_node[card["id"]].get(criterion.id)),
            }
            for criterion in framework.criteria
            for card in cards
        ]
    )


def _known_of(framework: Framework, row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "not assessed"
    if not known(row["strongest_evidence"]):
        return criterion_words(row)
    return f"{criterion_words(row)}; proof: {framework.evidence_label(int(row['strongest_evidence'])).lower()}"


# --- peers -----------------------------------------------------------------------------------------------


def peers(whole: Whole, practice_id: str) -> pd.DataFrame:
    """Return (name, scored and score of each headline) of the practices that share a sector and a group with one.

    Where they are too many to draw one by one the names are left blank.
    """
    found = whole.index.peers(practice_id)
    ids = [whole.index.ids[place] for place in np.flatnonzero(found)] if found.sum() <= MOST_DRAWN else []
    names = [card["name"] for card in whole.cards(ids)] if ids else [""] * int(found.sum())
    table: dict[str, Any] = {"name": np.array(names, dtype=object)}
    for node in HEADLINES:
        table[f"{node}_scored"] = whole.index.numbers[f"{node}_scored"][found] > 0
        table[f"{node}_score"] = whole.index.numbers[f"{node}_score"][found]
    return pd.DataFrame(table)


def peers_rule(peers: Mapping[str, pd.DataFrame]) -> None:
    """Say who counts as a peer, and what a dot is where there are many."""
    if are_counted(peers):
        st.caption(
            f"Together they have {sum(len(found) for found in peers.values()):,} peers, too many for a dot each: a dot "
            "stands for all peers within the same two points of a score, and its size for how many they are."
        )
    st.caption(
        "Peers of a practice are the other scored practices that share at least one sector and at least one target "
        f"group with it. With fewer than {ENOUGH_PEERS} they are not drawn. The large mark is the practice itself."
    )


# --- answers and facts -----------------------------------------------------------------------------------


def answers(framework: Framework, cards: Sequence[Card], given: Answers) -> None:
    """Draw the indicators where the practices differ, widest first, then list those where they do not."""
    assessed = [card for card in cards if card["assessed"]]
    if len(assessed) < AT_LEAST:
        st.markdown("Fewer than two of them are assessed, so there are no answers to compare.")
        return
    told = [
        (_spread(framework, found), criterion, indicator, found)
        for criterion, _, indicator in framework.walk()
        for found in [{card["id"]: _counting(given[card["id"]], indicator.id) for card in assessed}]
    ]
    differing = sorted((one for one in told if one[0] > 0), key=lambda one: -one[0])
    with st.grid(2, min_column_width=320):
        for _, criterion, indicator, found in differing:
            with st.container(border=True, height="stretch", gap="xsmall"):
                answers_ = "\n".join(_told(card, found[card["id"]]) for card in assessed)
                st.markdown(f"**{indicator.label}** · {criterion.title}\n\n{answers_}", anchors=False)
    same = [(indicator, next(iter(found.values()))) for spread, _, indicator, found in told if spread == 0]
    with st.expander(f"The same for all: {counted(len(same), 'indicator')}"):
        st.markdown("\n".join(f"- {indicator.label}: {_badge(answer)}" for indicator, answer in same))


def _counting(given: Mapping[str, list[dict[str, Any]]], indicator_id: str) -> dict[str, Any] | None:
    return given[indicator_id][0] if indicator_id in given else None


def _spread(framework: Framework, found: Mapping[str, dict[str, Any] | None]) -> float:
    """Return how far answers are apart: by value first, then known against unknown."""
    values = [framework.value(answer["answer"]) if answer else None for answer in found.values()]
    numbers = [value for value in values if value is not None]
    apart = max(numbers) - min(numbers) if numbers else 0.0
    kinds = {answer["answer"] if answer else "not-documented" for answer in found.values()}
    return apart + (0.1 if len(kinds) > 1 else 0.0)


def _told(card: Card, answer: Mapping[str, Any] | None) -> str:
    proof = f" proof level {int(answer['evidence_level'])}" if answer else ""
    return f"- {escaped(card['name'])}: {_badge(answer)}{proof}"


def _badge(answer: Mapping[str, Any] | None) -> str:
    return ANSWER_BADGES[answer["answer"] if answer else "not-documented"]


def facts(cards: Sequence[Card]) -> None:
    """List the facts of the practices below each other; blank facts are said to be not stated."""
    with st.grid(2, min_column_width=320):
        for fact in practice_facts.facts("comparison"):
            with st.container(border=True, height="stretch", gap="xsmall"):
                stated = (f"- {escaped(card['name'])}: {escaped(fact.words(card)) or fact.blank}" for card in cards)
                st.markdown(f"**{fact.title}**\n\n" + "\n".join(stated))
    with st.container(horizontal=True):
        for card in cards:
            practice_link(card["id"], escaped(card["name"]))
