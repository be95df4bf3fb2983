"""Which practices of the catalogue are near to one's own, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from practices_db import formats
from practices_db.catalogue.texts import known
from practices_db.catalogue.vocabularies import label
from practices_db.files.self_assessment.form import Profile
from practices_db.translation import _

SIMILAR_SIZE = 3  # as many, up to three times as many, down to a third


@dataclass(frozen=True)
class Match:
    """A practice with the reasons why it is near, in words; none where nothing is shared."""

    card: Mapping[str, Any]
    reasons: tuple[str, ...]


def nearest(profile: Profile, cards: Sequence[Mapping[str, Any]], most: int = 3) -> list[Match]:
    """Return the nearest practices that share a sector or a target group; nearest first, ties by strength and name.

    Nearness: how many of the four (sector, target group, country, size) are shared, then how many sectors and groups.
    ``cards`` come strongest first, and their order decides between equals.
    """
    told = [(match, count) for card in cards for match, count in [_match(profile, card)] if count]
    ordered = sorted(told, key=lambda pair: (-len(pair[0].reasons), -pair[1]))
    return [match for match, _ in ordered[:most]]


def _match(profile: Profile, card: Mapping[str, Any]) -> tuple[Match, int]:
    """Return the reasons and how many sectors and groups are shared; 0 means: not near."""
    reasons, count = [], 0
    for what, mine, theirs, list_ in (
        (_("same sector: {shared}"), profile.sectors, card["sectors"], "sector"),
        (_("same target group: {shared}"), profile.target_groups, card["target_groups"], "target_group"),
    ):
        if shared := [id_ for id_ in mine if id_ in list(theirs)]:
            reasons.append(what.format(shared=", ".join(formats.within(label(list_, id_)) for id_ in shared)))
            count += len(shared)
    if shared := [id_ for id_ in profile.countries if id_ in list(card["countries"])]:
        reasons.append(_("same country: {shared}").format(shared=", ".join(label("country", id_) for id_ in shared)))
    if _similar(profile.people_reached, card["people_reached"]):
        people = formats.count(int(card["people_reached"]))
        reasons.append(_("similar size: {people} people reached").format(people=people))
    return Match(card, tuple(reasons)), count


def _similar(mine: int | None, theirs: Any) -> bool:
    if not mine or not known(theirs) or not theirs:
        return False
    return bool(1 / SIMILAR_SIZE <= theirs / mine <= SIMILAR_SIZE)
