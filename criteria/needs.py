"""Which practices fit a need, and why: reasons that can be read, counted and switched off. Pure, deterministic.

A reason holds wholly or in part, as a share from 0 to 1 (two of three target groups: 2/3). Practices come in the order
of the sum of their shares. What was asked for (people, subject, own words) counts double: a country does not make up
for another subject; what is known of a practice (proof, taken up elsewhere) counts half, since it says how sure one can
be and not that it fits. Ties by name and id. A practice is a match only where it shares a
sector and a target group with the need, as far as these are asked. Nothing else is weighed: no score, no model.
"""

from __future__ import annotations

import math
import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, overload

import numpy as np
import numpy.typing as npt

Reason = Literal["groups", "sectors", "words", "country", "level", "size", "money", "have", "proof", "carried"]
REASONS: tuple[Reason, ...] = get_args(Reason)
Money = Literal["little", "some", "much"]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating[Any]]
Places = npt.NDArray[np.integer]

# Up to how many euro a budget is little or some money; what is much has no upper end.
BUDGETS: dict[str, int] = {"little": 100_000, "some": 1_000_000}
COUNTS: dict[Reason, float] = {"groups": 2, "sectors": 2, "words": 2, "proof": 0.5, "carried": 0.5}  # others: 1
_SAME_SIZE = 10  # a practice is of a size with the need where neither has more than ten times the people
_OWN_MEANS = frozenset({"municipal", "donations", "own-income", "private-foundation"})
_SUFFIXES = ("ings", "ing", "ers", "er", "ies", "es", "ed", "ly", "s", "e", "y")
# Words that say nothing about a practice.
_STOP = frozenset(
    re.findall(
        r"[a-z]+",
        """about after alone also another because been before being could does done each even every few
        first for from get give goes have having help here into just kind know known leave leaves leaving
        left like little live lives made make many month months more most much must need needs never next
        nobody none nothing only other over people place places possible should some than that the their
        them then there these they thing things think this those through together town under until very want
        wants ways well were what when where which while will with without work working would year years
        your ours""",
    )
)


@dataclass(frozen=True)
class Need:
    """What somebody looks for; what is not said narrows nothing and gives no reason.

    ``level``: level of government that the asker works at; ``size``: people it is for; ``words``: what the problem is,
    in words of their own; ``have``: for each thing at hand, the words that name it in a practice's text.
    """

    sectors: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    country: str | None = None
    level: str | None = None
    size: int | None = None
    money: Money | None = None
    words: str = ""
    have: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Candidate:
    """A practice as far as it can be matched; None and empty are "not seen"."""

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
        return sum(held.share * COUNTS.get(held.reason, 1) for held in self.reasons)

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
            "stem": _places(stems_of(one.text) for one in self.all),
            "groups": _places(one.groups for one in self.all),
            "sectors": _places(one.sectors for one in self.all),
            "country": _places(one.countries for one in self.all),
            "level": _places((one.level,) if one.level else () for one in self.all),
        }
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
        """Return for each practice whether it has a value: a stem, or one of groups, sectors, country, level."""
        found = np.zeros(len(self.all), bool)
        found[self._having[kind].get(value or "", [])] = True
        return found

    def weights(self, words: str) -> dict[str, float]:
        """Return how much each word of a problem tells: the log of one in how many; nothing where it is unknown."""
        having = self._having["stem"]
        return {one: math.log(1 + len(self.all) / len(having[one])) for one in sorted(stems_of(words)) if one in having}


def _places(values: Iterable[Iterable[str]]) -> dict[str, Places]:
    found: defaultdict[str, array[int]] = defaultdict(lambda: array("i"))
    for place, each in enumerate(values):
        for value in each:
            found[value].append(place)
    return {value: np.array(places, np.int32) for value, places in found.items()}


def _numbers(values: Iterable[int | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], float)


class Ranking(Sequence[Match]):
    """The practices that fit a need, the best first: ``places`` in the pool. Reasons are said for those looked at."""

    def __init__(self, need: Need, pool: Pool, off: Iterable[Reason] = ()) -> None:
        """Match a need with all practices; reasons in ``off`` count for nothing."""
        self._need, self._pool, self._off = need, pool, frozenset(off)
        self._asked = {} if "words" in self._off else pool.weights(need.words)
        shares = _shares(need, pool, self._asked)
        total = sum(
            (share * COUNTS.get(reason, 1) for reason, share in shares.items() if reason not in self._off),
            np.zeros(len(pool.all)),
        )
        wanted = [shares["sectors"]] if need.sectors and "sectors" not in self._off else []
        wanted += [shares["groups"]] if need.groups and "groups" not in self._off else []
        fits = np.logical_and.reduce([share > 0 for share in wanted or [shares["words"]]])
        found = np.flatnonzero(fits)
        self.places: Places = found[np.lexsort((pool.by_name[found], -np.round(total[found], 9)))]

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
        held = _reasons(self._need, one, self._asked, stems_of(one.text))
        return Match(one.id, tuple(reason for reason in held if reason.reason not in self._off))


def match(need: Need, candidates: Iterable[Candidate] | Pool, off: Iterable[Reason] = ()) -> list[Match]:
    """Return the practices that fit a need, the best first; reasons in ``off`` count for nothing."""
    return list(Ranking(need, candidates if isinstance(candidates, Pool) else Pool(candidates), off))


def nearest(need: Need, candidates: Iterable[Candidate] | Pool, off: Iterable[Reason] = ()) -> list[Match]:
    """Return those that share a sector or a target group where none shares both."""
    only_one = [Need(**{**vars(need), left_out: ()}) for left_out in ("groups", "sectors")]
    found: dict[str, Match] = {}
    pool = candidates if isinstance(candidates, Pool) else Pool(candidates)
    for one in only_one:
        if one.sectors or one.groups:
            found |= {match_.id: match_ for match_ in match(one, pool, off) if match_.id not in found}
    return sorted(found.values(), key=lambda match_: (-round(match_.total, 9), match_.id))


def _shares(need: Need, pool: Pool, asked: Mapping[str, float]) -> dict[Reason, Floats]:
    """Return how far each reason holds for each practice: what ``_reasons`` says of one, for all at once."""
    nothing = np.zeros(len(pool.all))

    def met(kind: str, values: Sequence[str]) -> Floats:
        return sum((pool.having(kind, value) / len(values) for value in values), nothing)

    whole = sum(asked.values())
    reached = np.where(pool.reached > 0, pool.reached, np.nan)
    own_means = 0.5 * (pool.own_means & (need.money == "little"))
    within = pool.budget <= BUDGETS.get(need.money or "", math.inf)
    return {
        "groups": met("groups", need.groups),
        "sectors": met("sectors", need.sectors),
        "words": sum((pool.having("stem", one) * (weight / whole) for one, weight in asked.items()), nothing),
        "country": pool.having("country", need.country) * 1.0,
        "level": pool.having("level", need.level) * 1.0,
        "size": (np.maximum(reached, need.size) <= _SAME_SIZE * np.minimum(reached, need.size)) * 1.0
        if need.size
        else nothing,
        "money": np.where(np.isnan(pool.budget), own_means, within) if need.money else nothing,
        "have": sum((_any_of(pool, words) / len(need.have) for words in need.have.values()), nothing),
        "proof": np.nan_to_num(pool.evidence) / 5,
        "carried": pool.transferred * 1.0,
    }


def _any_of(pool: Pool, words: Sequence[str]) -> Bools:
    found = [pool.having("stem", one) for one in stems_of(" ".join(words))]
    met: Bools = np.logical_or.reduce([np.zeros(len(pool.all), bool), *found])
    return met


def _reasons(need: Need, one: Candidate, asked: Mapping[str, float], stems: frozenset[str]) -> list[Held]:
    held = [
        _shared("groups", need.groups, one.groups),
        _shared("sectors", need.sectors, one.sectors),
        _words(asked, stems),
        Held("country", float(need.country in one.countries), (need.country or "",)),
        Held("level", float(need.level is not None and need.level == one.level), (one.level or "",)),
        _size(need.size, one.people_reached),
        _money(need.money, one),
        _have(need.have, stems),
        # a claim alone is no proof; 5 is the top of the scale
        Held("proof", (one.evidence_level or 0) / 5, (str(one.evidence_level),)),
        Held("carried", float(one.transferred)),
    ]
    return [reason for reason in held if reason.share > 0]


def _shared(reason: Reason, asked: Sequence[str], has: Sequence[str]) -> Held:
    both = tuple(value for value in asked if value in has)
    return Held(reason, len(both) / len(asked) if asked else 0.0, both)


def _words(asked: Mapping[str, float], stems: frozenset[str]) -> Held:
    whole = sum(asked.values())
    hits = tuple(sorted(stem for stem in asked if stem in stems))
    return Held("words", sum(asked[stem] for stem in hits) / whole if whole else 0.0, hits)


def _size(asked: int | None, reached: int | None) -> Held:
    if not asked or not reached:
        return Held("size", 0.0)
    near = max(asked, reached) <= _SAME_SIZE * min(asked, reached)
    return Held("size", float(near), (str(reached),))


def _money(asked: Money | None, one: Candidate) -> Held:
    if asked is None:
        return Held("money", 0.0)
    if one.budget_eur is not None:
        return Held("money", float(one.budget_eur <= BUDGETS.get(asked, math.inf)), (str(one.budget_eur),))
    # no budget is stated: money of the kinds that a town or an association has itself is half a reason
    own = asked == "little" and _own_means(one)
    return Held("money", 0.5 if own else 0.0, one.funding_kinds if own else ())


def _own_means(one: Candidate) -> bool:
    return bool(one.funding_kinds) and set(one.funding_kinds) <= _OWN_MEANS


def _have(have: Mapping[str, Sequence[str]], stems: frozenset[str]) -> Held:
    met = tuple(name for name, words in have.items() if stems & stems_of(" ".join(words)))
    return Held("have", len(met) / len(have) if have else 0.0, met)


# --- words -----------------------------------------------------------------------------------------------


def stem(word: str) -> str:
    """Return the beginning that forms of an English word share: housing, houses, house → hous.

    >>> stem("mentors"), stem("mentoring"), stem("flats")
    ('mentor', 'mentor', 'flat')
    """
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 4:
            return word[: -len(suffix)]
    return word


def stems_of(text: str) -> frozenset[str]:
    """Return the stems of the words of a text that say something. The text is in lower case and without accents."""
    return frozenset(stem(word) for word in re.findall(r"[a-z0-9]+", text) if len(word) > 3 and word not in _STOP)
