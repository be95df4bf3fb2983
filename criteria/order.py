"""An order that says something: who is clearly ahead of whom, exactly, at given weights.

The score of a practice hangs on answers that nobody knows. Each unknown answer is met, partly met or not met with some
probability (a *reading* of the unknown), and a documented answer may be read wrongly (*coder error*). So a score is a
discrete distribution, made by convolution over the indicators: the weighted mean over the indicators of a criterion,
then the weighted mean over the criteria that a reader weighs. Nothing is drawn, no seed is involved, and what is said
of two practices is the same whoever else is compared.

Of two practices one *leads* with the probability that it is ahead plus half the probability that they are level. It is
*clearly ahead* where it leads with a probability of at least ``CLEARLY``. That gives a partial order: a practice is
clearly ahead of k, clearly behind m, and open with the rest, so its place lies between 1 + m and n − k.

The four readings of an unknown answer:

- ``know-nothing``: met, partly met, not met, each as likely, by itself; its mean is one half.
- ``like-documented``: as often met, partly met, not met as the documented answers of this practice, by itself.
- ``not-met``: not met.
- ``together``: all unknown answers of a practice are met, or all partly met, or all not met, each as likely.

Scores are whole numbers of steps on a grid that holds every score that the weights can give, whoever is compared, so
equal scores are equal. Only where a score could take too many values on too fine a grid (three criteria or more with
uneven shares, indicators weighed with decimals) it is rounded to ``ROUNDED_GRID``, a two-hundredth of a point. There
two scores count as level that are no more steps apart than criteria are weighed, since so far apart equal ones can lie.

>>> from criteria.framework import published_frameworks
>>> from criteria.scoring import encode
>>> framework = published_frameworks()["integration-practices", "2.0.0"]
>>> answers = encode(framework, [("a", "eff-result", "met", 5), ("b", "eff-result", "not-met", 5)])
>>> found = partial_order(framework, answers, criterion_alone(framework, "effectiveness"))
>>> # "a" has 3 of 6 for sure, "b" 0; each of three unknown answers adds 0, ½ or 1: level only if all of b's are met
>>> # and none of a's, once in 27 · 27
>>> float(found.tied[0, 1]) == round(1 / 729, 12), found.of("a")
(True, Standing(ahead_of=1, behind=0, open_with=0, best_place=1, worst_place=1, group='nobody-ahead'))
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from criteria.framework import DOCUMENTED, Framework
from criteria.scoring import Answers, Bools, Floats, composite
from criteria.weighting import Weighting, weighting

Ints = npt.NDArray[np.int64]
Reading = Literal["know-nothing", "like-documented", "not-met", "together"]
StandingGroup = Literal["nobody-ahead", "between", "ahead-of-nobody"]

READINGS: tuple[Reading, ...] = ("know-nothing", "like-documented", "not-met", "together")

# Leading with at least this probability is "clearly ahead".
CLEARLY = 0.95

# A finer grid is used only where a score can take no more than so many values; either way the weights alone decide.
ROUNDED_GRID = 20_000
_MOST_VALUES = 500

# Shares are sums of thousands of products: what differs by less than this is the same number.
_DECIMALS = 12
_COLUMNS_AT_ONCE = 8_192
_LARGEST = 2**53  # whole numbers up to here are exact as floats too


# --- what is not known -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CoderError:
    """How often one coder errs (0–1), and the share of these errors (0–1) that go two steps, met to not met.

    A "partly" can only err by one step, up or down, each as likely.
    """

    rate: float
    two_steps: float = 0.0

    @classmethod
    def measured(cls, pairs: int, differences: int, one_step: int) -> CoderError:
        """Return the error of one coder from two who answered ``pairs`` alike and apart; ValueError for no such counts.

        ``differences`` of the pairs differ, ``one_step`` of these by one step. Where both err alike and each by
        itself, a pair is the same if neither errs (that both err and still agree is left out, which makes the error
        smaller): differences / pairs = 1 − (1 − rate)².

        >>> round(CoderError.measured(74, 8, 7).rate, 3), CoderError.measured(74, 8, 7).two_steps
        (0.056, 0.125)
        """
        if not (0 <= one_step <= differences <= pairs and pairs > 0):
            raise ValueError("counts of pairs, differences and differences of one step do not go together")
        rate = 1 - math.sqrt(1 - differences / pairs)
        return cls(rate, (differences - one_step) / differences if differences else 0.0)

    @property
    def table(self) -> Floats:
        """The probability of what is so (columns) given what was answered (rows): met, partly, not met."""
        right, near, far = 1 - self.rate, self.rate * (1 - self.two_steps), self.rate * self.two_steps
        half = self.rate / 2
        return np.array([[right, near, far], [half, right, half], [far, near, right]])


NO_ERROR = CoderError(0.0)


def criterion_alone(framework: Framework, criterion_id: str) -> Weighting:
    """Return the weighting in which one criterion is all, with the framework's indicator weights."""
    return weighting(framework, {criterion_id: 1.0})


@dataclass(frozen=True)
class Distributions:
    """The exact distribution of each practice's score, in the order of ``practice_ids``.

    ``steps``: for each practice the scores it can have, rising, in steps of 100 / ``grid``; ``shares``: the probability
    of each, sum 1. ``level_within``: two scores so many steps apart can be equal, 0 where the grid holds every score.
    """

    practice_ids: tuple[str, ...]
    grid: int
    steps: tuple[Ints, ...]
    shares: tuple[Floats, ...]
    level_within: int = 0

    def of(self, practice_id: str) -> tuple[Floats, Floats]:
        """Return the scores (0–100) a practice can have and their probabilities; ValueError if it is not here."""
        at = self.practice_ids.index(practice_id)
        return 100 * self.steps[at] / self.grid, self.shares[at]


def distributions(
    framework: Framework,
    answers: Answers,
    weights: Weighting,
    reading: Reading = "know-nothing",
    error: CoderError = NO_ERROR,
) -> Distributions:
    """Return the distribution of the score of every practice under weights, whether it is scored or not.

    Raises ValueError for a practice to which nothing of a criterion that weighs something applies.
    """
    scale = _Scale.of(framework, weights)
    found = []
    for row, practice_id in enumerate(answers.practice_ids):
        one = answers.value[row], answers.applicable[row]
        distribution = _distribution(scale, *one, reading, error.table)
        if distribution is None:
            raise ValueError(f"{practice_id}: nothing of a criterion that weighs something applies to it")
        found.append(distribution)
    steps, shares = tuple(one for one, _ in found), tuple(one for _, one in found)
    # rounded, each criterion is half a step off at most; two practices may be so in opposite ways
    level_within = len(scale.criteria) if scale.rounded else 0
    return Distributions(answers.practice_ids, scale.grid, steps, shares, level_within)


@dataclass(frozen=True)
class _Scale:
    """Weights and values as whole numbers.

    ``criteria``: for each criterion that weighs something its share, and (column, weight) of its indicators;
    ``worth``: met, partly, not met in whole numbers of which ``worth[0]`` is 1.
    """

    grid: int
    worth: tuple[int, ...]
    criteria: tuple[tuple[Fraction, tuple[tuple[int, int], ...]], ...]
    rounded: bool

    @classmethod
    def of(cls, framework: Framework, weights: Weighting) -> _Scale:
        values = [Fraction(str(framework.value(answer))) for answer in DOCUMENTED]
        whole = math.lcm(*(value.denominator for value in values))
        column = {id_: at for at, (id_, _) in enumerate(weights.indicators)}
        weight = {id_: Fraction(str(one)) for id_, one in weights.indicators}
        shares = [Fraction(share).limit_denominator(10_000) for _, share in weights.criteria]
        criteria = []
        for criterion, share in zip(framework.criteria, shares, strict=True):
            ids = [one.id for one in criterion.indicators if weight[one.id] > 0]
            if share > 0:
                unit = math.lcm(*(weight[id_].denominator for id_ in ids))
                criteria.append((share / sum(shares), tuple((column[id_], int(weight[id_] * unit)) for id_ in ids)))
        values_at_most = math.prod(1 + whole * sum(one for _, one in inside) for _, inside in criteria)
        grid = _common_grid(whole, criteria)
        rounded = grid > ROUNDED_GRID and (values_at_most > _MOST_VALUES or grid > _LARGEST)
        worth = tuple(int(value * whole) for value in values)
        return cls(ROUNDED_GRID if rounded else grid, worth, tuple(criteria), rounded)


def _common_grid(whole: int, criteria: Sequence[tuple[Fraction, tuple[tuple[int, int], ...]]]) -> int:
    """Return the steps that hold every score of every practice, whatever applies to it; it stops beyond the largest.

    It follows from the weights alone, so that no practice changes the grid of others.
    """
    grid = 1
    for share, indicators in criteria:
        sums = {0}
        for _, weight in indicators:
            sums |= {one + weight for one in sums}
        for applicable in sums - {0}:
            grid = math.lcm(grid, (share / (applicable * whole)).denominator)
            if grid > _LARGEST:
                return grid
    return grid


def _distribution(
    scale: _Scale, value: Floats, applicable: Bools, reading: Reading, error: Floats
) -> tuple[Ints, Floats] | None:
    """Return the steps and shares of one practice: a mixture over what all its unknown answers may have in common.

    ``value`` and ``applicable``: its answers, one an indicator. None where nothing of a criterion applies.
    """
    worth = np.array(scale.worth) / scale.worth[0]
    said = [None if np.isnan(one) else int(np.abs(worth - one).argmin()) for one in value]
    parts = []
    for chance, unknown in _unknown(reading, [one for one, on in zip(said, applicable, strict=True) if on]):
        steps, shares = np.zeros(1, np.int64), np.full(1, chance)
        for share, indicators in scale.criteria:
            asked = [(said[column], weight) for column, weight in indicators if applicable[column]]
            if not asked:
                return None
            points = _criterion(scale, asked, unknown, error)
            most = scale.worth[0] * sum(weight for _, weight in asked)
            steps, shares = _added(steps, shares, *_on_grid(points, scale.grid * share / most))
        parts.append((steps, shares))
    return _merged(np.concatenate([one for one, _ in parts]), np.concatenate([one for _, one in parts]))


def _unknown(reading: Reading, said: Sequence[int | None]) -> list[tuple[float, Floats]]:
    """Return what an unknown answer may be (met, partly, not met), in cases with their probabilities."""
    if reading == "know-nothing":
        return [(1.0, np.full(3, 1 / 3))]
    if reading == "not-met":
        return [(1.0, np.array([0.0, 0.0, 1.0]))]
    if reading == "together":
        return [(1 / 3, one) for one in np.eye(3)]
    counts = np.bincount([one for one in said if one is not None], minlength=3)
    return [(1.0, counts / counts.sum() if counts.any() else np.full(3, 1 / 3))]


def _criterion(scale: _Scale, asked: Sequence[tuple[int | None, int]], unknown: Floats, error: Floats) -> Floats:
    """Return the probability of 0, 1, 2 … points of a criterion, by convolution over its applicable indicators."""
    points = np.ones(1)
    for answer, weight in asked:
        longer = np.zeros(len(points) + scale.worth[0] * weight)
        for worth, chance in zip(scale.worth, unknown if answer is None else error[answer], strict=True):
            if chance > 0:
                longer[worth * weight : worth * weight + len(points)] += chance * points
        points = longer
    return points


def _on_grid(points: Floats, step: Fraction) -> tuple[Ints, Floats]:
    """Return the points that can be, as steps of the grid, and their probabilities."""
    can_be = np.flatnonzero(points)
    if step.denominator == 1:
        return can_be * int(step), points[can_be]
    return np.rint(can_be * float(step)).astype(np.int64), points[can_be]


def _added(steps: Ints, shares: Floats, more: Ints, their: Floats) -> tuple[Ints, Floats]:
    """Return the distribution of the sum of two independent ones."""
    return _merged(np.add.outer(steps, more).ravel(), np.multiply.outer(shares, their).ravel())


def _merged(steps: Ints, shares: Floats) -> tuple[Ints, Floats]:
    """Add up the shares of equal steps; where they are few numbers, counting is quicker than sorting."""
    if steps.max(initial=0) <= ROUNDED_GRID:
        dense = np.bincount(steps, weights=shares).astype(np.float64)
        there = np.flatnonzero(dense).astype(np.int64)
        return there, dense[there]
    unique, at = np.unique(steps, return_inverse=True)
    return unique.astype(np.int64), np.bincount(at, weights=shares).astype(np.float64)


# --- who leads whom ----------------------------------------------------------------------------------------


def lead_shares(one: Distributions, other: Distributions) -> tuple[Floats, Floats]:
    """Return how likely each practice of one is ahead of, and level with, each of the other: two of one × other.

    Both must be on one grid, else ValueError. What is left to 1 is the probability of being behind.
    """
    if one.grid != other.grid:
        raise ValueError("the scores are on different grids: they are not of the same weights")
    if one.level_within == 0:
        ahead, tied = _compared(one, other)
    else:
        ahead, behind = _compared(_lower(one), other)[0], _compared(_lower(other), one)[0].T
        tied = np.maximum(1 - ahead - behind, 0)
    return ahead.round(_DECIMALS), tied.round(_DECIMALS)


def _lower(of: Distributions) -> Distributions:
    """Return distributions lowered by what two equal scores can be apart: what is ahead still is so for sure."""
    return replace(of, steps=tuple(steps - of.level_within for steps in of.steps))


def _compared(one: Distributions, other: Distributions) -> tuple[Floats, Floats]:
    """Return how likely each of one is on a higher step than each of the other, and on the same."""
    every = np.unique(np.concatenate([np.zeros(0, np.int64), *one.steps, *other.steps]))
    ahead = np.zeros((len(one.steps), len(other.steps)))
    tied = np.zeros_like(ahead)
    below = np.zeros(len(other.steps))
    for start in range(0, len(every), _COLUMNS_AT_ONCE):
        columns = every[start : start + _COLUMNS_AT_ONCE]
        mine, theirs = _dense(one, columns), _dense(other, columns)
        up_to = below[:, None] + theirs.cumsum(axis=1)
        ahead += mine @ (up_to - theirs).T
        tied += mine @ theirs.T
        below = up_to[:, -1]
    return ahead, tied


def _dense(of: Distributions, columns: Ints) -> Floats:
    """Return the probabilities at some steps, practices × steps."""
    table = np.zeros((len(of.steps), len(columns)))
    for row, (steps, shares) in enumerate(zip(of.steps, of.shares, strict=True)):
        first, last = np.searchsorted(steps, (columns[0], columns[-1] + 1))
        table[row, np.searchsorted(columns, steps[first:last])] = shares[first:last]
    return table


@dataclass(frozen=True)
class Standing:
    """Where a practice stands among n: clearly ahead of k, clearly behind m, open with the rest; place 1+m to n−k.

    ``group`` marks it in charts: nobody is clearly ahead of it; else it is clearly ahead of nobody; else between.
    """

    ahead_of: int
    behind: int
    open_with: int
    best_place: int
    worst_place: int
    group: StandingGroup


@dataclass(frozen=True)
class PartialOrder:
    """Who is ahead of whom; practices × practices, in the order of ``practice_ids``.

    ``ahead`` and ``tied``: probabilities (0–1) that the practice of the row is ahead of, or level with, that of the
    column; so ``ahead.T`` is that of being behind. On the diagonal both are 0.
    """

    practice_ids: tuple[str, ...]
    ahead: Floats
    tied: Floats

    @cached_property
    def leads(self) -> Floats:
        """How likely the practice of the row leads that of the column (0–1): ahead, level counting half."""
        return (self.ahead + self.tied / 2).round(_DECIMALS)

    @cached_property
    def clear(self) -> Bools:
        """Where the practice of the row is clearly ahead of that of the column."""
        clear: Bools = self.leads >= CLEARLY
        return clear

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return len(self.practice_ids) * (len(self.practice_ids) - 1) // 2

    @property
    def clear_pairs(self) -> int:
        """How many pairs differ clearly."""
        return int(self.clear.sum())

    @cached_property
    def _row(self) -> dict[str, int]:
        return {practice_id: row for row, practice_id in enumerate(self.practice_ids)}

    def of(self, practice_id: str) -> Standing:
        """Return where a practice stands; KeyError if it is not in the order."""
        at, n = self._row[practice_id], len(self.practice_ids)
        ahead_of, behind = int(self.clear[at].sum()), int(self.clear[:, at].sum())
        group: StandingGroup = "between" if ahead_of else "ahead-of-nobody"
        return Standing(
            ahead_of=ahead_of,
            behind=behind,
            open_with=n - 1 - ahead_of - behind,
            best_place=1 + behind,
            worst_place=n - ahead_of,
            group=group if behind else "nobody-ahead",
        )

    def told_apart(self, practice_id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the practices it is clearly ahead of, and those clearly ahead of it; ids in order."""
        at = self._row[practice_id]
        return self._ids(self.clear[at]), self._ids(self.clear[:, at])

    def _ids(self, kept: Bools) -> tuple[str, ...]:
        return tuple(sorted(id_ for id_, keep in zip(self.practice_ids, kept, strict=True) if keep))


def partial_order(
    framework: Framework,
    answers: Answers,
    weights: Weighting,
    reading: Reading = "know-nothing",
    error: CoderError = NO_ERROR,
) -> PartialOrder:
    """Return the partial order of the practices that are scored in every criterion that weighs something."""
    return order_of(distributions(framework, only_scored(framework, answers, weights), weights, reading, error))


def order_of(found: Distributions) -> PartialOrder:
    """Return the partial order of practices whose distributions are known."""
    ahead, tied = lead_shares(found, found)
    np.fill_diagonal(ahead, 0)
    np.fill_diagonal(tied, 0)
    return PartialOrder(found.practice_ids, ahead, tied)


def only_scored(framework: Framework, answers: Answers, weights: Weighting) -> Answers:
    """Return the answers of the practices that are scored in every criterion that weighs something."""
    return answers.only(composite(framework, answers, weights).scored[:, -1])


@dataclass(frozen=True)
class ClearPairs:
    """How many of some pairs of practices differ clearly: under each reading, and in the same way under all four."""

    pairs: int
    under: dict[Reading, int]
    under_all: int


def clear_pairs(framework: Framework, answers: Answers, weights: Weighting, error: CoderError = NO_ERROR) -> ClearPairs:
    """Count the pairs that differ clearly under every reading of the unknown answers, with a given coder error."""
    scored = only_scored(framework, answers, weights)
    clear = {reading: order_of(distributions(framework, scored, weights, reading, error)).clear for reading in READINGS}
    n = len(scored.practice_ids)
    return ClearPairs(
        pairs=n * (n - 1) // 2,
        under={reading: int(one.sum()) for reading, one in clear.items()},
        under_all=int(np.logical_and.reduce(list(clear.values())).sum()),
    )
