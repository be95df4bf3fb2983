"""Which practices fit a need, and why: reasons that can be read, counted and switched off. Pure, deterministic.

A reason holds wholly or in part, as a share from 0 to 1. Practices come in the order of the sum of their shares, each
times what its reason counts (COUNTS). Where several things are asked (groups, words, types) each counts for what it
tells: the log of one in how many practices have it, as in any search, so that "dementia" tells more than "refugees".
A practice is a match only where its subject and its people fit, as far as these are asked. No score is weighed.
"""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args, overload

import numpy as np
import numpy.typing as npt

from criteria.spelling import stem

Reason = Literal[
    "types", "groups", "sectors", "topics", "words", "country", "level", "size", "money", "have", "proof",
    "carried",
]  # fmt: skip
REASONS: tuple[Reason, ...] = get_args(Reason)
Money = Literal["little", "some", "much"]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating[Any]]
Places = npt.NDArray[np.integer]

# Up to how many euro a budget is little or some money; what is much has no upper end.
BUDGETS: dict[str, int] = {"little": 100_000, "some": 1_000_000}
# What is done counts most, then for whom and on what exactly; where and with what a quarter as much: a country does not
# make up for another subject. What is known of a practice (proof, taken up elsewhere) only settles what is even.
COUNTS: dict[Reason, float] = {
    "types": 2, "groups": 2, "topics": 2, "words": 2, "sectors": 1, "country": 0.5, "level": 0.25,
    "size": 0.5, "money": 0.5, "have": 0.5, "proof": 0.1, "carried": 0.1,
}  # fmt: skip
OTHER_TYPE = 0.6  # what a type counts that is not the one a practice mainly is of
MEANT = 0.3  # how far a type has to be meant to count wholly: one that only goes with a topic does not
KIN = 0.5  # what a group counts that a practice may be for instead
_SATURATION, _LENGTH = 1.2, 0.75  # BM25's k1 and b, as Robertson and Zaragoza (2009) give them
_NAME = 3  # how often a word of the name counts
_SAME_SIZE = 10  # a practice is of a size with the need where neither has more than ten times the people
_OWN_MEANS = frozenset({"municipal", "donations", "own-income", "private-foundation"})


@dataclass(frozen=True)
class Need:
    """What somebody looks for; what is not said narrows nothing and gives no reason.

    ``types``: types of measure, with how far each is meant (0 to 1); ``kin``: for a group, those that a practice may be
    for instead; ``alone``: groups that no other stands for; ``countries``: any of them; ``level``: level of government
    that the asker works at; ``size``: people it is for; ``words``: stems of what they say of the problem; ``have``: for
    each thing at hand, the words that name it in a practice's text.
    """

    sectors: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    level: str | None = None
    size: int | None = None
    money: Money | None = None
    words: tuple[str, ...] = ()
    have: Mapping[str, Sequence[str]] = field(default_factory=dict)
    types: Mapping[str, float] = field(default_factory=dict)
    topics: tuple[str, ...] = ()
    kin: Mapping[str, Sequence[str]] = field(default_factory=dict)
    alone: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Candidate:
    """A practice as far as it can be matched; None and empty are "not seen". Of ``types`` the first is the main one."""

    id: str
    name: str
    text: str
    sectors: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    level: str | None = None
    people_reached: int | None = None
    budget_eur: int | None = None
    funding_kinds: tuple[str, ...] = ()
    evidence_level: int | None = None
    transferred: bool = False
    assessed: bool = False
    types: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Held:
    """One reason that holds: how far (0 to 1), and what of the need it meets."""

    reason: Reason
    share: float
    what: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """A practice with the reasons for it, in the order of REASONS."""

    id: str
    reasons: tuple[Held, ...]

    @property
    def total(self) -> float:
        """Return the sum of the shares: what the order follows; no score, and shown nowhere."""
        return sum(held.share * COUNTS[held.reason] for held in self.reasons)

    def has(self, *reasons: Reason) -> bool:
        """Whether all of these reasons hold."""
        return set(reasons) <= {held.reason for held in self.reasons}


class Pool:
    """Practices that needs are matched with, and for each of their values and words the places of those with it."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        """Take in the practices; their order does not matter."""
        self.all = tuple(candidates)
        by_name = sorted(range(len(self.all)), key=lambda at: (self.all[at].name.casefold(), self.all[at].id))
        self.by_name = np.empty(len(self.all), np.int64)
        self.by_name[by_name] = np.arange(len(self.all))
        self._having = {
            "groups": _places(one.groups for one in self.all),
            "sectors": _places(one.sectors for one in self.all),
            "types": _places(one.types for one in self.all),
            "main type": _places(one.types[:1] for one in self.all),
            "topics": _places(one.topics for one in self.all),
            "country": _places(one.countries for one in self.all),
            "level": _places((one.level,) if one.level else () for one in self.all),
        }
        self._words = _weighed_words(self.all)
        self.reached = _numbers(one.people_reached for one in self.all)
        self.budget = _numbers(one.budget_eur for one in self.all)
        self.evidence = _numbers(one.evidence_level for one in self.all)
        self.own_means = np.array([_own_means(one) for one in self.all], bool)
        self.transferred = np.array([one.transferred for one in self.all], bool)
        self.assessed = np.array([one.assessed for one in self.all], bool)

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same practices: everything else is made from them."""
        return isinstance(other, Pool) and self.all == other.all

    def __hash__(self) -> int:
        """Return the same for equal pools."""
        return hash(self.all)

    def having(self, kind: str, value: str | None) -> Bools:
        """Return for each practice whether it has a value: of groups, sectors, types, main type, topics, country, …"""
        found = np.zeros(len(self.all), bool)
        found[self._having[kind].get(value or "", [])] = True
        return found

    def saying(self, stem_: str) -> Bools:
        """Return for each practice whether its text has a word."""
        found = np.zeros(len(self.all), bool)
        found[self._words[stem_][0] if stem_ in self._words else []] = True
        return found

    def tells(self, kind: str, value: str) -> float:
        """Return how much a value tells: the log of one in how many practices have it; as if of one where none has."""
        return math.log(1 + len(self.all) / max(1, len(self._having[kind].get(value, ()))))

    def words(self, stems: Iterable[str]) -> dict[str, tuple[float, Places, Floats]]:
        """Return for each word that some practice says how much it tells, where it stands, and its weight there."""
        return {
            one: (math.log(1 + len(self.all) / len(self._words[one][0])), *self._words[one])
            for one in sorted({*stems})
            if one in self._words
        }


def _places(values: Iterable[Iterable[str]]) -> dict[str, Places]:
    found: defaultdict[str, array[int]] = defaultdict(lambda: array("i"))
    for place, each in enumerate(values):
        for value in each:
            found[value].append(place)
    return {value: np.array(places, np.int32) for value, places in found.items()}


def _weighed_words(candidates: Sequence[Candidate]) -> dict[str, tuple[Places, Floats]]:
    """Return for each stem the places of the texts with it and its weight there, BM25's, from 0 to 1."""
    counts = [Counter(stems_in(one.text)) + Counter(stems_in(one.name) * (_NAME - 1)) for one in candidates]
    lengths = [count.total() for count in counts]
    mean = sum(lengths) / max(1, len(lengths)) or 1.0
    places: defaultdict[str, array[int]] = defaultdict(lambda: array("i"))
    weights: defaultdict[str, array[float]] = defaultdict(lambda: array("f"))
    for place, (count, length) in enumerate(zip(counts, lengths, strict=True)):
        damp = _SATURATION * (1 - _LENGTH + _LENGTH * length / mean)
        for one, times in count.items():
            places[one].append(place)
            weights[one].append(times / (times + damp))
    return {one: (np.array(places[one], np.int32), np.array(weights[one], float)) for one in places}


def _numbers(values: Iterable[int | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], float)


class Ranking(Sequence[Match]):
    """The practices that fit a need, the best first: ``places`` in the pool. Reasons are said for those looked at."""

    def __init__(self, need: Need, pool: Pool, off: Iterable[Reason] = ()) -> None:
        """Match a need with all practices; reasons in ``off`` count for nothing."""
        left_aside = frozenset(off)
        self._need, self._pool = need, pool
        self._shares = {name: share for name, share in _shares(need, pool).items() if name not in left_aside}
        total = sum((share * COUNTS[reason] for reason, share in self._shares.items()), np.zeros(len(pool.all)))
        found = np.flatnonzero(self._fits())
        self.places: Places = found[np.lexsort((pool.by_name[found], -np.round(total[found], 9)))]

    def _fits(self) -> Bools:
        """Return which practices are a match: the subject and the people, as far as they are asked.

        A group that no other stands for (older people, people with disabilities) has to be met itself. A topic that no
        practice at all is about leaves none.
        """
        need, pool, shares = self._need, self._pool, self._shares
        subject = [
            shares[name] > 0 for name in ("types", "sectors", "topics") if getattr(need, name) and name in shares
        ]
        wanted = [np.logical_or.reduce(subject)] if subject else []
        if need.groups and "groups" in shares:
            wanted.append(shares["groups"] > 0)
            wanted += [pool.having("groups", group) for group in need.groups if group in need.alone]
        if "topics" in shares:
            wanted += [pool.having("topics", topic) for topic in missing_topics(need, pool)]
        fits: Bools = np.logical_and.reduce(wanted or [shares.get("words", np.zeros(len(pool.all))) > 0])
        return fits

    def __len__(self) -> int:
        """Return how many fit."""
        return len(self.places)

    @overload
    def __getitem__(self, at: int) -> Match: ...
    @overload
    def __getitem__(self, at: slice) -> list[Match]: ...
    def __getitem__(self, at: int | slice) -> Match | list[Match]:
        """Return one match, or a list of some, with their reasons."""
        if isinstance(at, slice):
            return [self._match(place) for place in self.places[at].tolist()]
        return self._match(int(self.places[at]))

    def _match(self, place: int) -> Match:
        one = self._pool.all[place]
        held = (
            Held(reason, float(share[place]), _what(reason, self._need, one))
            for reason, share in self._shares.items()
            if share[place] > 0
        )
        return Match(one.id, tuple(held))


def nearest(need: Need, pool: Pool, off: Iterable[Reason] = ()) -> list[Match]:
    """Return those that share only a part of what is asked, where few or none share all; the best first."""
    topics = tuple(topic for topic in need.topics if topic not in missing_topics(need, pool))
    found: dict[str, Match] = {}
    for one in (
        replace(need, topics=topics),
        replace(need, topics=topics, groups=(), alone=frozenset()),
        replace(need, topics=(), sectors=(), types={}),
    ):
        if one.sectors or one.groups or one.types or one.topics:
            found |= {match.id: match for match in Ranking(one, pool, off) if match.id not in found}
    return sorted(found.values(), key=lambda match: (-round(match.total, 9), match.id))


def missing_topics(need: Need, pool: Pool) -> list[str]:
    """Return the topics of a need that no practice is about."""
    return [topic for topic in need.topics if not pool.having("topics", topic).any()]


def _shares(need: Need, pool: Pool) -> dict[Reason, Floats]:
    """Return how far each reason holds for each practice, from 0 to 1."""
    nothing = np.zeros(len(pool.all))

    def met(kind: str, values: Mapping[str, Floats]) -> Floats:
        tells = {value: pool.tells(kind, value) for value in values}
        whole = sum(tells.values())
        return sum((share * (tells[value] / whole) for value, share in values.items()), nothing)

    # wholly where it mainly does what is most meant; what is meant less adds up to that
    meant = {type_: share * pool.tells("types", type_) for type_, share in need.types.items()}
    most = max((max(share, MEANT) * pool.tells("types", type_) for type_, share in need.types.items()), default=1.0)
    topics = {topic: pool.having("topics", topic) for topic in need.topics}
    words = pool.words(need.words)
    said = nothing.copy()
    whole = sum(tells for tells, _, _ in words.values())
    for tells, places, weights in words.values():
        said[places] += weights * (tells / whole)
    reached = np.where(pool.reached > 0, pool.reached, np.nan)
    own_means = 0.5 * (pool.own_means & (need.money == "little"))
    within = pool.budget <= BUDGETS.get(need.money or "", math.inf)
    return {
        "types": np.minimum(sum((_doing(pool, type_) * (share / most) for type_, share in meant.items()), nothing), 1),
        "groups": met("groups", {group: _for_group(need, pool, group) for group in need.groups}),
        "sectors": met("sectors", {sector: pool.having("sectors", sector) * 1.0 for sector in need.sectors}),
        "topics": met("topics", {topic: places * 1.0 for topic, places in topics.items() if places.any()}),
        "words": said,
        "country": np.logical_or.reduce([pool.having("country", one) for one in need.countries] or [nothing > 0]) * 1.0,
        "level": pool.having("level", need.level) * 1.0,
        "size": (np.maximum(reached, need.size) <= _SAME_SIZE * np.minimum(reached, need.size)) * 1.0
        if need.size
        else nothing,
        "money": np.where(np.isnan(pool.budget), own_means, within) if need.money else nothing,
        "have": sum((_any_of(pool, words) / len(need.have) for words in need.have.values()), nothing),
        "proof": np.nan_to_num(pool.evidence) / 5,
        "carried": pool.transferred * 1.0,
    }


def _doing(pool: Pool, type_: str) -> Floats:
    """Return how far each practice is of a type: wholly where mainly."""
    share: Floats = np.maximum(pool.having("types", type_) * OTHER_TYPE, pool.having("main type", type_) * 1.0)
    return share


def _for_group(need: Need, pool: Pool, group: str) -> Floats:
    kin = [pool.having("groups", other) * KIN for other in need.kin.get(group, ())]
    shares: Floats = np.maximum.reduce([pool.having("groups", group) * 1.0, *kin])
    return shares


def _any_of(pool: Pool, words: Sequence[str]) -> Bools:
    found = [pool.saying(one) for one in stems_in(" ".join(words))]
    met: Bools = np.logical_or.reduce([np.zeros(len(pool.all), bool), *found])
    return met


def _what(reason: Reason, need: Need, one: Candidate) -> tuple[str, ...]:  # noqa: PLR0911 - a line for each reason
    """Return what of the need, or of the practice, a reason rests on."""
    match reason:
        case "types":
            return tuple(type_ for type_ in one.types if type_ in need.types)
        case "groups":
            kin = {other for group in need.groups if group not in one.groups for other in need.kin.get(group, ())}
            met = [group for group in need.groups if group in one.groups]
            return (*met, *(group for group in one.groups if group in kin and group not in met))
        case "sectors" | "topics":
            return tuple(value for value in getattr(need, reason) if value in getattr(one, reason))
        case "words":
            there = {stem(word): word for word in reversed(_words_in(f"{one.name} {one.text}"))}
            return tuple(dict.fromkeys(there[word] for word in need.words if word in there))
        case "country":
            return tuple(country for country in need.countries if country in one.countries)
        case "level":
            return (one.level or "",)
        case "size":
            return (str(one.people_reached),)
        case "money":
            return one.funding_kinds if one.budget_eur is None else (str(one.budget_eur),)
        case "have":
            stems = {*stems_in(one.text)}
            return tuple(name for name, words in need.have.items() if stems.intersection(stems_in(" ".join(words))))
        case "proof":
            return (str(one.evidence_level),)
        case _:
            return ()


def _own_means(one: Candidate) -> bool:
    return bool(one.funding_kinds) and set(one.funding_kinds) <= _OWN_MEANS


def stems_in(text: str) -> list[str]:
    """Return the English stems of the words of a text, in its order; the text is in lower case and without accents."""
    return [stem(word) for word in _words_in(text)]


def _words_in(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-z0-9]+", text.lower()) if len(word) > 2]
