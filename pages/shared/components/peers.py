"""A practice among its peers: dots and a table. Where the peers are too few nothing is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from pages.shared.components.database import Card
from pages.shared.components.screen_texts import escaped, number, of_catalogue, score_state
from pages.shared.components.tables import HEADLINES, MOST_DRAWN, near
from practices_db import formats
from practices_db.queries.facet_index import Numbers
from practices_db.translation import _, ngettext

ENOUGH_PEERS = 5


def are_counted(peers: Mapping[str, pd.DataFrame]) -> bool:
    """Whether the peers are too many to draw one by one."""
    return sum(len(found) for found in peers.values()) > MOST_DRAWN


def are_enough(peers: Mapping[str, pd.DataFrame]) -> bool:
    """Whether any practice has enough scored peers on a headline to draw them."""
    return any(found[f"{node}_scored"].sum() >= ENOUGH_PEERS for found in peers.values() for node in HEADLINES)


def _scored(peers: pd.DataFrame, node: str) -> tuple[list[str], Numbers]:
    """Return names and scores of the scored peers."""
    scored = peers[f"{node}_scored"].to_numpy(bool)
    return peers["name"].to_numpy(object)[scored].tolist(), peers[f"{node}_score"].to_numpy(float)[scored]


def peer_dots(cards: Sequence[Card], peers: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the dots for charts.strips: for each practice a name line, then a strip for each headline."""
    counted_ = are_counted(peers)
    dots: list[dict[str, Any]] = []
    line = 0
    for card in cards:
        strips = {node: _scored(peers[card["id"]], node) for node in HEADLINES}
        strips = {node: found for node, found in strips.items() if len(found[1]) >= ENOUGH_PEERS}
        if not strips:
            continue
        dots.append({"line": line, "name": card["name"]})
        for node, (names, scores) in strips.items():
            line += 1
            title = _(HEADLINES[node])
            each = near(scores) if counted_ else _each(names, scores.tolist())
            dots += [{"line": line, "what": title, "own": False} | dot for dot in each]
            if card[f"{node}_scored"]:
                dots.append(
                    {"line": line, "what": title, "practice": card["name"], "score": card[f"{node}_score"], "own": True}
                    | {"n": 1}
                )
        line += 1
    return pd.DataFrame(dots, columns=["line", "name", "what", "practice", "score", "own", "n"]).astype(
        {"score": float}
    )


def _each(names: Iterable[str], scores: Iterable[float]) -> list[dict[str, Any]]:
    return [{"practice": name, "score": score, "n": 1} for name, score in zip(names, scores, strict=True)]


def peer_table(cards: Sequence[Card], peers: Mapping[str, pd.DataFrame], own: bool = False) -> pd.DataFrame:
    """Return for each practice and headline how many peers there are and their spread in words.

    ``own``: the names are the reader's own words, not the catalogue's.
    """
    said = escaped if own else of_catalogue
    table: dict[str, list[str]] = {_("Practice"): [said(card["name"]) for card in cards]}
    for node, title in HEADLINES.items():
        table[_(title)] = [_among(card, node, _scored(peers[card["id"]], node)[1].tolist()) for card in cards]
    return pd.DataFrame(table)


def _among(card: Card, node: str, scores: list[float]) -> str:
    if len(scores) < ENOUGH_PEERS:
        few = ngettext("{count} scored peer, too few to show", "{count} scored peers, too few to show", len(scores))
        return few.format(count=len(scores))
    span = ngettext("{count} peer from {low} to {high}", "{count} peers from {low} to {high}", len(scores)).format(
        count=formats.count(len(scores)), low=number(min(scores)), high=number(max(scores))
    )
    if not card[f"{node}_scored"]:
        return formats.parted([_(score_state(card, node)), span])
    return _("itself {score}; {peers}").format(score=number(card[f"{node}_score"]), peers=span)
