"""Practices side by side: the choice in the link, which differences are clear, the matrix, peers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from criteria.framework import Framework
from criteria.order import CLEARLY, PartialOrder, criterion_alone, partial_order
from pages.shared.components import database, practice_picker
from pages.shared.components.database import Card, Whole
from pages.shared.components.links import MOST_COMPARED, need_link, page_link, practice_link
from pages.shared.components.peers import ENOUGH_PEERS, are_counted
from pages.shared.components.screen_texts import escaped, of_catalogue, percent, rounded_down, span
from pages.shared.components.tables import HEADLINES, MOST_DRAWN
from practices_db import formats
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.config import database_path
from practices_db.queries.agreement import error_of
from practices_db.queries.comparison import Comparison, comparison
from practices_db.translation import _, language, ngettext

AT_LEAST, AT_MOST = 2, MOST_COMPARED


# --- the choice ------------------------------------------------------------------------------------------


def choose(whole: Whole) -> list[str]:
    """Draw the choice of practices, kept in the link in its order; ids that do not exist are dropped and said."""
    given = list(dict.fromkeys(st.query_params.get_all("practice")))
    ids = [id_ for id_ in given if id_ in whole.index.place][:AT_MOST]
    unknown = [id_ for id_ in given if id_ not in whole.index.place]
    if unknown:
        shown = ", ".join(escaped(id_[:60]) for id_ in unknown)
        st.warning(
            _("Not in the catalogue and left out: {practices}").format(practices=shown), icon=":material/link_off:"
        )
    if len(given) - len(unknown) > AT_MOST:
        st.warning(_("Only the first {most} are compared.").format(most=AT_MOST), icon=":material/info:")
    names = practice_picker.names(whole, ids, "find_compared")
    st.session_state["compared"] = ids
    st.multiselect(
        _("Practices to compare, {least} to {most}").format(least=AT_LEAST, most=AT_MOST),
        list(names),
        format_func=names.__getitem__,
        key="compared",
        max_selections=AT_MOST,
        placeholder=_("Type a name"),
        select_all=False,
        on_change=_write_choice,
    )
    return ids


def _write_choice() -> None:
    st.query_params.from_dict({"practice": st.session_state["compared"]})


def too_few(cards: Sequence[Card]) -> None:
    """Say how to get a comparison going."""
    if cards:
        st.info(_("Choose at least one more practice above."), icon=":material/compare_arrows:")
        words = _("Back to {practice}").format(practice=of_catalogue(cards[0]["name"]))
        practice_link(cards[0]["id"], words, "arrow_back")
    else:
        st.info(
            _("Type two or more names above, or choose rows in the table of Explore."), icon=":material/compare_arrows:"
        )
    page_link("explore", _("Find practices in Explore"), "search")
    need_link(PracticeFilter())


# --- scores ----------------------------------------------------------------------------------------------


def matrix_of(whole: Whole, ids: Sequence[str]) -> Comparison:
    """Return the matrix of some practices; made once for each release of the data."""
    return _matrix(str(database_path()), whole.version.content_hash, tuple(ids), language())


@st.cache_resource(max_entries=200, show_spinner=False)
def _matrix(path: str, content_hash: str, ids: tuple[str, ...], code: str) -> Comparison:  # noqa: ARG001 - the cache's key
    with database.cursor() as cursor:
        return comparison(cursor, ids)


def clear_differences(framework: Framework, whole: Whole, cards: Sequence[Card]) -> None:
    """Say of each headline who is clearly higher than whom; below it every pair, folded.

    Of what has no score nothing is said.
    """
    selected = np.zeros(len(whole.index.ids), dtype=bool)
    selected[[whole.index.place[card["id"]] for card in cards]] = True
    answers_ = whole.answers_of(selected)
    error = error_of(whole.read_twice)
    orders = {
        node: partial_order(framework, answers_, criterion_alone(framework, node), error=error) for node in HEADLINES
    }
    st.markdown(
        "\n".join(
            f"- {formats.pair(f'**{_(title)}**', _found(cards, orders[node]))}" for node, title in HEADLINES.items()
        )
    )
    st.caption(_("What was measured, and how, says more about effectiveness than these scores do."))
    if not any(order.pairs for order in orders.values()):
        return
    with st.expander(_("Every pair, with the ranges of the scores"), icon=":material/compare_arrows:"):
        for node, title in HEADLINES.items():
            scored = [card for card in cards if card["id"] in orders[node].practice_ids]
            pairs = [_pair(first, second, node, orders[node]) for first, second in combinations(scored, 2)]
            if pairs:
                st.markdown(f"**{_(title)}**\n\n" + "\n".join(f"- {line}" for line in pairs))
        st.caption(
            _(
                "Clearly higher: ahead in at least {share} of what the missing answers could be, even if coders err as "
                "often as on the practices read twice."
            ).format(share=percent(CLEARLY))
        )


def _found(cards: Sequence[Card], order: PartialOrder) -> str:
    """Say who is clearly higher than whom, how many pairs are open, and who has no score."""
    names = {card["id"]: of_catalogue(card["name"]) for card in cards}
    words = []
    for card in cards:
        if card["id"] in order.practice_ids and (lower := order.told_apart(card["id"])[0]):
            behind = ", ".join(names[id_] for id_ in names if id_ in lower)
            words.append(_("{name} is clearly higher than {others}.").format(name=names[card["id"]], others=behind))
    open_ = order.pairs - order.clear_pairs
    if order.pairs and not order.clear_pairs:
        words.append(_("No clear difference between those that have a score."))
    elif open_:
        words.append(
            ngettext("{open} of {count} pairs is open.", "{open} of {count} pairs are open.", open_).format(
                open=open_, count=order.pairs
            )
        )
    if others := [name for id_, name in names.items() if id_ not in order.practice_ids]:
        words.append(_("Too little is known for a score: {names}.").format(names=", ".join(others)))
    return " ".join(words)


def _pair(first: Card, second: Card, node: str, order: PartialOrder) -> str:
    row = {id_: at for at, id_ in enumerate(order.practice_ids)}
    share = float(order.leads[row[first["id"]], row[second["id"]]])
    upper, lower, share = (first, second, share) if share >= 0.5 else (second, first, 1 - share)
    spans = [f"{of_catalogue(card['name'])} ({_span(card, node)})" for card in (upper, lower)]
    apart = upper[f"{node}_low"] > lower[f"{node}_high"]
    if share >= CLEARLY and apart:
        words = _("{upper} is **clearly higher** than {lower}, whatever the missing answers turn out to be.")
    elif share >= CLEARLY:
        words = _(
            "{upper} is **clearly higher** than {lower} (ahead in {share} of what the missing answers could "
            "be, coding errors included)."
        )
    elif apart:
        words = _(
            "No clear difference between {upper} and {lower}: the first is higher whatever the missing answers turn "
            "out to be, but ahead in only {share} of cases if coders err."
        )
    else:
        words = _(
            "No clear difference between {upper} and {lower} (the first is ahead in {share} of what the missing "
            "answers could be, coding errors included)."
        )
    return words.format(upper=spans[0], lower=spans[1], share=rounded_down(share))


def _span(card: Card, node: str) -> str:
    """Return the range of a score in whole numbers, or the one number that it comes to."""
    return span(card[f"{node}_low"], card[f"{node}_high"])


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
            _(
                "Together they have {peers} peers, too many for a dot each: a dot stands for all peers within the same "
                "two points of a score, and its size for how many they are."
            ).format(peers=formats.count(sum(len(found) for found in peers.values())))
        )
    st.caption(
        _(
            "Peers of a practice are the other scored practices that share at least one sector and at least one target "
            "group with it. With fewer than {fewest} they are not drawn. The large mark is the practice itself."
        ).format(fewest=ENOUGH_PEERS)
    )
