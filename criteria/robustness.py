"""Robustness instead of ranks: how far the order of practices hangs on the weights and on what nobody documented.

Method: OECD/JRC Handbook on Constructing Composite Indicators, 2008, step 7 "uncertainty and sensitivity
analysis"; M. Saisana, A. Saltelli, S. Tarantola, "Uncertainty and sensitivity analysis techniques as tools for the
quality assessment of composite indicators", Journal of the Royal Statistical Society A 168 (2005). The composite is
made thousands of times, each time (a *draw*) with other weights and with other answers where none is documented:

- The criteria's weights come from a Dirichlet distribution around the chosen ones, or are anything at all (*free*:
  every split of the whole equally likely). ``CONCENTRATION`` says how near to the chosen ones they stay.
- An undocumented answer is met, partly met or not met, each as likely, by itself. So a draw says what could be if what
  is missing were missing by chance; the missing-information range stays what it is, the two ends of what can be.

A practice then has an interval of places and of composites (5–95 % of the draws) and a *tier*. Two practices are in
different tiers only where one leads in at least 95 % of the draws; inside a tier nothing is said about an order.

What can be said without drawing is computed exactly: whether a practice can come first at all (``can_be_first``)
and at which weight of a criterion the lead of one practice over another changes (``flip_point``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from criteria.framework import DOCUMENTED, Framework
from criteria.scoring import Answers, Bools, Floats, criterion_weights, score
from criteria.weight_effects import flip_point, flip_points
from criteria.weighting import Weighting

__all__ = ("SEPARATED", "Simulation", "Standing", "can_be_first", "flip_point", "flip_points", "simulate")

Singles = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Progress = Callable[[float], None]

# A criterion with the weight w is drawn with the standard deviation √(w(1 − w)/26): one of 50 % lies between 34 and
# 66 % in nine of ten draws, one of 20 % between 9 and 34 %, one of 10 % between 2 and 21 %.
CONCENTRATION = 25.0

# Two practices stand in different tiers where one leads in at least this share of the draws.
SEPARATED = 0.95

# At most so many numbers of each kind are held (composites: 256 MB, places: half or all of that).
MOST_VALUES = 64_000_000

# Composites (0–100) nearer than this are a tie, broken at random in each draw; else identical practices would be
# separated by the order in which they stand in memory.
_TIE = 0.001

_MOST_DRAWS_IN_BLOCK = 64


@dataclass(frozen=True)
class Standing:
    """Where a practice stands: an interval, never one number.

    ``place_from`` to ``place_to``: places (1 is best) between which 90 % of the draws lie; ``score_from`` to
    ``score_to``: the same for the composite (0–100), ``central`` its mean; ``tier`` 1 is the top;
    ``top_tier_share``: share of the draws in which its place is one of as many as the top tier has members.
    """

    tier: int
    place_from: int
    place_to: int
    top_tier_share: float
    central: float
    score_from: float
    score_to: float


@dataclass(frozen=True)
class Simulation:
    """What came of the draws; arrays have one entry a practice, in the order of ``practice_ids``.

    ``draws`` is how many were made: fewer than asked for where memory sets the limit. ``composites`` is
    practices × draws.
    """

    practice_ids: tuple[str, ...]
    draws: int
    place_from: Ints
    place_to: Ints
    central: Floats
    score_from: Floats
    score_to: Floats
    tier: Ints
    top_tier_share: Floats
    composites: Singles

    @cached_property
    def _row(self) -> dict[str, int]:
        return {practice_id: row for row, practice_id in enumerate(self.practice_ids)}

    def of(self, practice_id: str) -> Standing:
        """Return where a practice stands; KeyError if it was not in the simulation."""
        at = self._row[practice_id]
        return Standing(
            tier=int(self.tier[at]),
            place_from=int(self.place_from[at]),
            place_to=int(self.place_to[at]),
            top_tier_share=float(self.top_tier_share[at]),
            central=float(self.central[at]),
            score_from=float(self.score_from[at]),
            score_to=float(self.score_to[at]),
        )

    def leads(self, one: str, other: str) -> float:
        """Return the share of the draws (0–1) in which one practice is ahead of another, both given by id."""
        return float(_leads(self.composites[self._row[one]], self.composites[[self._row[other]]])[0])

    def told_apart(self, practice_id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the practices it leads, and those that lead it, in at least ``SEPARATED`` of the draws; ids in order.

        Tiers need every pair across a boundary to be separated, so a chain of near ones makes one tier of practices
        whose ends can be told apart very well; this says which.
        """
        leads = _leads(self.composites[self._row[practice_id]], self.composites)
        behind = [id_ for id_, share in zip(self.practice_ids, leads, strict=True) if share >= SEPARATED]
        ahead = [id_ for id_, share in zip(self.practice_ids, leads, strict=True) if share <= 1 - SEPARATED]
        return tuple(sorted(behind)), tuple(sorted(ahead))

    def told_apart_counts(self) -> dict[str, tuple[int, int]]:
        """Return for each practice how many it leads, and how many lead it, in at least ``SEPARATED`` of the draws.

        The numbers of ``told_apart``, each pair counted once.
        """
        size = len(self.practice_ids)
        ahead, behind = np.zeros(size, np.int64), np.zeros(size, np.int64)
        for at in range(size - 1):
            leads = _leads(self.composites[at], self.composites[at + 1 :])
            real = leads >= SEPARATED
            lost = leads <= 1 - SEPARATED
            ahead[at] += real.sum()
            behind[at] += lost.sum()
            ahead[at + 1 :] += lost
            behind[at + 1 :] += real
        return {id_: (int(a), int(b)) for id_, a, b in zip(self.practice_ids, ahead, behind, strict=True)}

    def tiers(self) -> list[tuple[str, ...]]:
        """Return the practices of each tier, the top one first; inside a tier by id, since no order is known."""
        return [
            tuple(sorted(id_ for id_, of in zip(self.practice_ids, self.tier, strict=True) if of == tier))
            for tier in range(1, int(self.tier.max(initial=0)) + 1)
        ]


def simulate(  # noqa: PLR0913 - each is a choice of its own, all but three have a default
    framework: Framework,
    answers: Answers,
    weighting: Weighting,
    *,
    draws: int = 10_000,
    seed: int = 1,
    free: bool = False,
    completions: int = 256,
    threads: int = 2,
    blocks_at_once: int = 16,
    progress: Progress | None = None,
) -> Simulation:
    """Draw weights and undocumented answers, and say where each practice stands among those given.

    ``answers`` are the practices to be compared, so leave out those that are not scored. ``free`` lets all criteria
    weigh anything. Each practice has ``completions`` ways (1 to 65,536) of filling its gaps, of which each draw
    takes one. ``progress`` is called in the caller's thread with the share (0–1) that is done. The result depends
    on the seed and not on ``threads`` or ``blocks_at_once``. Raises ValueError for numbers that make no sense, and
    for a practice to which nothing that weighs applies.
    """
    if draws < 1 or not 1 <= completions <= 65_536 or threads < 1 or blocks_at_once < 1 or seed < 0:
        raise ValueError("draws, completions, threads and blocks must be at least 1, completions at most 65,536")
    count = len(answers.practice_ids)
    draws = min(draws, max(1, MOST_VALUES // max(1, count)))
    plan = _Plan.make(framework, answers, weighting, draws=draws, seed=seed, free=free, completions=completions)
    composites = np.empty((count, draws), np.float32)
    places = np.empty((count, draws), np.uint16 if count < 65_536 else np.uint32)
    spans = list(_spans(draws, plan.block * blocks_at_once))
    with ThreadPoolExecutor(threads) as pool:
        jobs = pool.map(lambda span: plan.draw(span, composites, places), spans)
        for done, _ in enumerate(jobs, start=1):
            if progress:
                progress(done / len(spans))
        return _summary(answers.practice_ids, composites, places, pool.map)


@dataclass(frozen=True)
class _Plan:
    """Everything that is fixed before the draws.

    ``table``: (practice, completion) × criterion, the criteria's scores 0–100 (0 where nothing applies);
    ``applies``: practices × criteria; ``weights``: draws × criteria.
    """

    seed: int
    completions: int
    table: Singles
    applies: Bools
    weights: Singles

    @classmethod
    def make(  # noqa: PLR0913 - the choices of `simulate`
        cls,
        framework: Framework,
        answers: Answers,
        weighting: Weighting,
        *,
        draws: int,
        seed: int,
        free: bool,
        completions: int,
    ) -> _Plan:
        inside = criterion_weights(framework, weighting)
        counts = inside.any(axis=0) if free else weighting.shares > 0
        applies = (answers.applicable @ inside > 0) & counts
        for row in np.flatnonzero(~applies.any(axis=1)):
            raise ValueError(f"{answers.practice_ids[row]}: nothing that weighs applies to it")
        cells = max(1, len(answers.practice_ids) * inside.shape[1])
        completions = min(completions, max(16, MOST_VALUES // cells))
        concentrations = np.where(counts, 1.0 if free else CONCENTRATION * weighting.shares, 0.0)
        return cls(
            seed,
            completions,
            _completed(framework, answers, inside, completions, _stream(seed, 0)),
            applies,
            _dirichlet(concentrations, draws, _stream(seed, 1)),
        )

    @property
    def block(self) -> int:
        """How many draws share a stream of random numbers; fixed by the number of practices alone."""
        return max(1, min(_MOST_DRAWS_IN_BLOCK, 64_000 // max(1, len(self.applies))))

    def draw(self, columns: tuple[int, int], composites: Singles, places: npt.NDArray[Any]) -> None:
        """Make the draws of a span and write them to their columns; a span begins where a block does."""
        first, last = columns
        for start, end in _spans(last - first, self.block):
            span = slice(first + start, first + end)
            composite = self._composites(span)
            composites[:, span] = composite.T
            places[:, span] = _places(composite, places.dtype).T

    def _composites(self, span: slice) -> Singles:
        """Return the composites of some draws, draws × practices, with ties broken at random.

        One random number of 32 bits for each practice and draw: the lower half picks the completion, the upper
        half is the tie-break.
        """
        weights = self.weights[span]
        count = len(self.applies)
        stream = _stream(self.seed, 2, span.start // self.block)
        bits = stream.integers(0, 2**32, (len(weights), count), dtype=np.uint32)
        picked = (bits & 0xFFFF) * np.uint32(self.completions) >> 16
        rows = np.arange(count) * self.completions + picked
        criteria = self.table.take(rows, axis=0, mode="clip")
        composite = (criteria @ weights[:, :, None])[:, :, 0]
        if not self.applies.all():
            composite /= weights @ self.applies.T.astype(np.float32)
        tie_break = (bits >> 16).astype(np.float32) * np.float32(_TIE / 65_536) - np.float32(_TIE / 2)
        result: Singles = composite + tie_break
        return result


def _stream(seed: int, *key: int) -> np.random.Generator:
    """Return a stream of random numbers of its own for each key: what is drawn does not depend on who draws first."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=key)))


def _spans(whole: int, size: int) -> Iterator[tuple[int, int]]:
    return ((start, min(start + size, whole)) for start in range(0, whole, size))


def _dirichlet(concentrations: Floats, draws: int, stream: np.random.Generator) -> Singles:
    """Draw weights, draws × criteria, sum 1; a concentration of 0 stays a weight of exactly 0.

    A floor of one millionth keeps a criterion that weighs something from vanishing: it may be all that applies to a
    practice.
    """
    drawn = stream.standard_gamma(concentrations, (draws, len(concentrations)))
    drawn /= drawn.sum(axis=1, keepdims=True)
    drawn = np.where(concentrations > 0, np.maximum(drawn, 1e-6), 0.0)
    weights: Singles = (drawn / drawn.sum(axis=1, keepdims=True)).astype(np.float32)
    return weights


def _completed(
    framework: Framework, answers: Answers, inside: Floats, completions: int, stream: np.random.Generator
) -> Singles:
    """Fill every practice's gaps at random and return the criteria's scores, (practice, completion) × criterion.

    ``inside``: indicators × criteria, the weights. The answers that fill one gap are spread evenly over its
    completions and shuffled (Latin hypercube: McKay, Beckman and Conover, Technometrics 21, 1979), so that few
    completions give nearly the mean and the spread of all, and identical practices stay nearly identical.
    """
    documented = answers.documented
    known = np.where(documented, answers.value, 0.0) @ inside
    sums = np.repeat(known.astype(np.float32)[:, None, :], completions, axis=1)
    evenly = _evenly(framework, completions)
    for indicator, criterion in np.argwhere(inside > 0):
        gaps = np.flatnonzero(answers.applicable[:, indicator] & ~documented[:, indicator])
        filled = stream.permuted(np.tile(evenly, (len(gaps), 1)), axis=1)
        sums[gaps, :, criterion] += np.float32(inside[indicator, criterion]) * filled
    applicable = (answers.applicable @ inside).astype(np.float32)[:, None, :]
    scores: Singles = np.divide(100 * sums, applicable, out=np.zeros_like(sums), where=applicable > 0)
    return scores.reshape(-1, inside.shape[1])


def _evenly(framework: Framework, completions: int) -> Singles:
    """Return the values of the three documented answers, each as often; what is left over leans to neither side."""
    best, middle, worst = (np.float32(framework.value(answer) or 0.0) for answer in DOCUMENTED)
    left_over = {0: [], 1: [middle], 2: [best, worst]}[completions % 3]
    return np.array([best, middle, worst] * (completions // 3) + left_over, np.float32)


def _places(composite: Singles, kind: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return the place (1 is best) of every practice in every draw, draws × practices."""
    order = np.argsort(-composite, axis=1)
    places = np.empty(composite.shape, kind)
    ranks = np.arange(1, composite.shape[1] + 1, dtype=kind)
    np.put_along_axis(places, order, np.broadcast_to(ranks, composite.shape), axis=1)
    return places


# --- what came of it ---------------------------------------------------------------------------------------

_ROWS_AT_ONCE = 50


def _summary(
    practice_ids: tuple[str, ...],
    composites: Singles,
    places: npt.NDArray[Any],
    mapped: Callable[[Callable[[slice], Floats], list[slice]], Iterable[Floats]],
) -> Simulation:
    """Turn draws into intervals and tiers; ``mapped`` is a ``map`` that may use threads."""
    spans = [slice(*span) for span in _spans(len(practice_ids), _ROWS_AT_ONCE)]
    none = np.empty((0, 4))
    scores = np.concatenate([none, *mapped(lambda rows: _quantiles(composites[rows]), spans)])
    # as float32, which sorts faster than integers and is exact up to 16 million
    between = np.concatenate([none, *mapped(lambda rows: _quantiles(places[rows].astype(np.float32)), spans)])
    central = composites.mean(axis=1, dtype=np.float64)
    tier = _tiers(practice_ids, central, composites, scores[:, 0], scores[:, 3])
    top = [(places[rows] <= (tier == 1).sum()).mean(axis=1) for rows in spans]
    return Simulation(
        practice_ids=practice_ids,
        draws=composites.shape[1],
        place_from=between[:, 1].astype(np.int64),
        place_to=between[:, 2].astype(np.int64),
        # two decimals: the tie-break must not show
        central=central.round(2),
        score_from=scores[:, 1].round(2),
        score_to=scores[:, 2].round(2),
        tier=tier,
        top_tier_share=np.concatenate([np.empty(0), *top]),
        composites=composites,
    )


def _quantiles(drawn: Singles) -> Floats:
    """Return of each row the values at 2.5, 5, 95 and 97.5 %, rows × 4; always values that were drawn.

    At most that share of the row is below the first two, and above the last two.
    """
    count = drawn.shape[1]
    from_below = [int(share * count) for share in (0.025, 0.05)]
    at = [*from_below, count - 1 - from_below[1], count - 1 - from_below[0]]
    return np.sort(drawn, axis=1)[:, at].astype(np.float64)


def _leads(one: Singles, others: Singles) -> Floats:
    """Return the share of the draws in which one is ahead of each of the others; what is equal counts half."""
    ahead = np.count_nonzero(one > others, axis=1) + np.count_nonzero(one == others, axis=1) / 2
    leads: Floats = ahead / max(1, others.shape[1])
    return leads


def _tiers(practice_ids: tuple[str, ...], central: Floats, composites: Singles, least: Floats, most: Floats) -> Ints:
    """Return the tier of each practice.

    Practices are laid out by their mean. There is a boundary where every practice above leads every practice below
    in at least ``SEPARATED`` of the draws. ``least`` and ``most`` are the 2.5 and 97.5 % values: where ``least`` of
    one is above ``most`` of another, they are separated without counting. Neighbours are tried first, since most
    boundaries fail there.
    """
    order = np.lexsort((np.array(practice_ids, dtype=str), -central))
    tier = np.empty(len(order), np.int64)
    number = 1
    for above, at in enumerate(order):
        if above and _leads(composites[order[above - 1]], composites[[at]])[0] >= SEPARATED:
            number += _separates(order, above, composites, least, most)
        tier[at] = number
    return tier


def _separates(order: Ints, above: int, composites: Singles, least: Floats, most: Floats) -> bool:
    """Whether each of the first ``above`` practices in the order is separated from each of the others.

    Pairs that may overlap most are counted first: one that fails ends it.
    """
    upper = order[:above][np.argsort(least[order[:above]], kind="stable")]
    lower = order[above:][np.argsort(-most[order[above:]], kind="stable")]
    for one in upper:
        doubtful = lower[: np.count_nonzero(most[lower] >= least[one])]
        if not len(doubtful):
            return True  # the following have their least still higher
        for start, end in _spans(len(doubtful), _ROWS_AT_ONCE):
            if (_leads(composites[one], composites[doubtful[start:end]]) < SEPARATED).any():
                return False
    return True


# --- without drawing ---------------------------------------------------------------------------------------

# A practice at the very edge of coming first is counted as one that can; scores are 0 to 100.
_EDGE = 1e-7


def can_be_first(framework: Framework, answers: Answers, weighting: Weighting) -> Bools:
    """Return for each practice whether any weights of the criteria and any answers to its gaps put it first.

    First means that nobody is ahead of it. The best for a practice is that all its own gaps are met and none of the
    others' are, so the question is whether weights w ≥ 0 with sum 1 exist for which its high end is at least
    everybody's low end: a linear programme (the largest least lead over the others), solved exactly. The weights of
    the indicators inside a criterion are the reader's. Where a criterion does not apply to some practice, its weight
    goes to that practice's others and the question is no longer linear: then the composite at which it comes first
    is looked for in steps of half a point.
    """
    scores = score(framework, answers, dict(weighting.indicators))
    at = [column for column, node in enumerate(scores.nodes) if node.level == "criterion"]
    low, high = scores.low[:, at], scores.high[:, at]
    used = ~np.isnan(low).all(axis=0)
    if not used.any():
        return np.zeros(len(low), dtype=bool)
    low, high = low[:, used], high[:, used]
    found = _first_at_some_point(low, high)
    rivals = _best(low)
    for row in np.flatnonzero(~found):
        if not np.isnan(high[row]).all() and not _beaten(high[row], rivals):
            found[row] = _first_somewhere(high[row], rivals)
    return found


def _first_at_some_point(low: Floats, high: Floats) -> Bools:
    """Return who comes first where one criterion weighs all, two share equally, or all do: a quick yes for many."""
    size = low.shape[1]
    one = np.eye(size)
    points = np.concatenate([one, (one[:, None] + one).reshape(-1, size) / 2, np.ones((1, size)) / size])
    mine, theirs = _composite_at(high, points), _composite_at(low, points)
    best = np.nan_to_num(theirs, nan=-np.inf).max(axis=0, initial=-np.inf)
    first: Bools = (mine >= best - _EDGE).any(axis=1)
    return first


def _composite_at(scores: Floats, points: Floats) -> Floats:
    """Return the composite of each practice at each point of weights, practices × points; NaN where nothing applies."""
    whole = ~np.isnan(scores) @ points.T
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(scores) @ points.T / whole


def _best(low: Floats) -> Floats:
    """Return the rows that no other row equals or beats on every criterion: only they can stand in the way."""
    # what does not apply is −1 for the comparison: such a row is compared with rows of the same kind only
    rows = np.unique(np.where(np.isnan(low), -1.0, low)[~np.isnan(low).all(axis=1)], axis=0)
    kept = []
    for row in rows:
        alike = ((rows < 0) == (row < 0)).all(axis=1)
        if np.count_nonzero(alike & (rows >= row).all(axis=1)) == 1:  # the row itself
            kept.append(row)
    best = np.array(kept).reshape(-1, low.shape[1])
    return np.where(best < 0, np.nan, best)


def _beaten(mine: Floats, rivals: Floats) -> bool:
    """Whether one rival is ahead on every criterion, so that no weights can help; False where that does not decide."""
    return bool((rivals > mine + _EDGE).all(axis=1).any())


def _first_somewhere(mine: Floats, rivals: Floats) -> bool:
    if not np.isnan(mine).any() and not np.isnan(rivals).any():
        _, lead = _largest_least(mine - rivals)
        return lead >= -_EDGE
    return any(_first_near(mine, rivals, composite) for composite in np.linspace(0, 100, 201))


def _first_near(mine: Floats, rivals: Floats, composite: float) -> bool:
    """Whether there are weights for which mine is at least, and no rival is above, a given composite (or nearly).

    With the composite fixed each side is linear again: Σ w(mine − composite) ≥ 0 and Σ w(composite − rival) ≥ 0 over
    the criteria that apply. The weights found are then tried as they are.
    """
    rows = np.nan_to_num(np.vstack([mine - composite, composite - rivals]))
    weights, least = _largest_least(rows, ~np.isnan(mine))
    point = weights[None]
    theirs = np.nan_to_num(_composite_at(rivals, point), nan=-np.inf).max(initial=-np.inf)
    return least >= -_EDGE or bool(_composite_at(mine[None], point)[0, 0] >= theirs - _EDGE)


def _largest_least(rows: Floats, at_least: Bools | None = None) -> tuple[Floats, float]:
    """Return the weights (≥ 0, sum 1) that make the least of ``rows @ weights`` largest, and that least.

    ``at_least``: criteria that must weigh one thousandth together, so that there is a composite at all.
    """
    # here and not above: start-up should not wait for it
    from scipy.optimize import linprog  # type: ignore[import-untyped]  # noqa: PLC0415

    size = rows.shape[1]
    # unknowns: the weights, then the least; every row says least − row·w ≤ 0
    limits = np.hstack([-rows, np.ones((len(rows), 1))])
    bounds = np.zeros(len(rows))
    if at_least is not None:
        limits = np.vstack([limits, np.append(-at_least.astype(float), 0.0)])
        bounds = np.append(bounds, -0.001)
    solved = linprog(
        np.append(np.zeros(size), -1.0),
        A_ub=limits,
        b_ub=bounds,
        A_eq=np.append(np.ones(size), 0.0)[None],
        b_eq=[1.0],
        bounds=[(0, 1)] * size + [(None, None)],
        method="highs",
    )
    return np.asarray(solved.x[:size]), float(solved.x[size])
