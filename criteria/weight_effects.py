"""What weights do: what drives the differences, at which weight a lead changes sides, in how many weightings one leads.

Sources: P. Paruolo, M. Saisana, A. Saltelli, "Ratings and rankings: voodoo or science?", Journal of the Royal
Statistical Society A 176 (2013): the weight one sets and the influence one gets are not the same. G. Varsi, "The
multidimensional content of the frustum of the simplex", Pacific Journal of Mathematics 46 (1973), and M. M. Ali,
"Content of the frustum of a simplex", same journal 48 (1973): in what share of all weightings a weighted sum is above
0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from criteria.framework import Framework
from criteria.scoring import Bools, Floats
from criteria.weighting import Weighting

# --- what drives the differences ---------------------------------------------------------------------------


@dataclass(frozen=True)
class DifferenceShare:
    """What a criterion drives: its share of the whole as chosen, and of the differences between composites (sum 1).

    ``differences`` is below 0 where a criterion pulls against the composite, and None where all composites are equal.
    """

    criterion: str
    chosen: float
    differences: float | None


def difference_shares(framework: Framework, scores: Floats, weights: Weighting) -> tuple[DifferenceShare, ...]:
    """Return how much of the differences between some practices each criterion drives.

    ``scores``: practices × criteria in the framework's order, 0–100, NaN where not scored; practices without a
    composite are left out. The composite is the sum of its parts weight × score, and the variance of a sum is the sum
    of the covariances of its parts with it: each part's share of that is what it drives.
    """
    shares = weights.shares
    weighs = shares > 0
    compared = scores[~np.isnan(scores[:, weighs]).any(axis=1)]
    parts = np.where(weighs, np.nan_to_num(compared) * shares, 0.0)
    parts -= parts.mean(axis=0) if len(parts) else 0.0
    whole = parts.sum(axis=1)
    variance = float(whole @ whole)
    driven = (parts.T @ whole) / variance if variance > 1e-9 else None
    return tuple(
        DifferenceShare(criterion.id, share, None if driven is None else float(driven[at]))
        for at, (criterion, (_, share)) in enumerate(zip(framework.criteria, weights.criteria, strict=True))
    )


@dataclass(frozen=True)
class WeightCost:
    """How many practices would have a composite if a criterion weighed nothing; ``scored``: how many it scores."""

    criterion: str
    without: int
    scored: int


def weight_costs(framework: Framework, scored: Bools, weights: Weighting) -> tuple[WeightCost, ...]:
    """Return what each criterion that weighs something costs, the one that costs most first; none if it is alone.

    ``scored``: practices × criteria in the framework's order, whether each is scored. Of criteria that cost the same
    the one comes first that fewest practices are scored in.
    """
    weighs = weights.shares > 0
    if weighs.sum() < 2:
        return ()
    costs = []
    for at in np.flatnonzero(weighs):
        others = weighs & (np.arange(len(weighs)) != at)
        without = int(scored[:, others].all(axis=1).sum())
        costs.append(WeightCost(framework.criteria[at].id, without, int(scored[:, at].sum())))
    return tuple(sorted(costs, key=lambda one: (-one.without, one.scored)))


# --- every possible weighting ------------------------------------------------------------------------------

_POINTS_AT_LEAST = 2_000


def share_ahead(one: Floats, other: Floats) -> float:
    """Return in what share of all weightings one practice is ahead of another (0–1), exactly; 0 where never.

    ``one`` and ``other``: their scores on the same criteria, 0–100. Every split of the whole between the criteria is
    as likely. By the recursion of Varsi and Ali over the criteria on which one is ahead or level, and behind.

    >>> share_ahead(np.array([80.0, 40.0]), np.array([60.0, 50.0]))  # ahead where 20·w > 10·(1 − w)
    0.6666666666666666
    """
    lead = one - other
    if not (lead > 0).any():
        return 0.0
    behind = lead[lead < 0]
    content = np.zeros(len(behind) + 1)
    content[0] = 1.0
    for ahead in lead[lead >= 0]:
        for at, below in enumerate(behind, start=1):
            content[at] = (below * content[at] - ahead * content[at - 1]) / (below - ahead)
    return float(content[-1])


def first_shares(scores: Floats) -> Floats:
    """Return for each practice in what share of all weightings nobody is ahead of it (0–1).

    ``scores``: practices × criteria, 0–100, no NaN. Exact for one or two criteria; for more the share of a fixed,
    even grid of weightings (at least ``_POINTS_AT_LEAST`` points, none on the edge), so that it is the same each time.
    """
    size = scores.shape[1]
    if size == 2:
        return np.array([_first_of_two(scores, row) for row in range(len(scores))])
    composites = scores @ _grid(size).T
    first: Floats = (composites >= composites.max(axis=0, initial=-np.inf) - 1e-9).mean(axis=1)
    return first


def _first_of_two(scores: Floats, row: int) -> float:
    """Return the length of the weights w of the first of two criteria, 0 to 1, for which w·a + (1 − w)·b ≥ 0."""
    a, b = (scores[row] - scores).T
    low, high = 0.0, 1.0
    for on_first, on_second in zip(a, b, strict=True):
        slope = on_first - on_second
        if abs(slope) < 1e-12:
            if on_second < -1e-9:
                return 0.0
        elif slope > 0:
            low = max(low, -on_second / slope)
        else:
            high = min(high, -on_second / slope)
    return max(0.0, high - low)


@cache
def _grid(size: int) -> Floats:
    """Return an even grid of weightings of some criteria, points × criteria: all ways to share out n equal parts,
    each point moved inwards by half a part."""
    if size == 1:
        return np.ones((1, 1))
    parts = 1
    points = _ways(parts, size)
    while len(points) < _POINTS_AT_LEAST:
        parts += 1
        points = _ways(parts, size)
    return (np.array(points) + 1 / size) / (parts + 1)


def _ways(parts: int, size: int) -> list[tuple[int, ...]]:
    if size == 1:
        return [(parts,)]
    return [(first, *rest) for first in range(parts + 1) for rest in _ways(parts - first, size - 1)]


# --- where a lead changes sides -----------------------------------------------------------------------------


def flip_points(one: Floats, other: Floats, weighting: Weighting) -> dict[str, float | None]:
    """Return the flip point of every criterion, by id; see ``flip_point``."""
    return {id_: flip_point(one, other, weighting, id_) for id_, _ in weighting.criteria}


def flip_point(one: Floats, other: Floats, weighting: Weighting, criterion: str) -> float | None:
    """Return the weight of one criterion (0–1) at which the lead between two practices changes sides.

    ``one`` and ``other``: their scores on each criterion; where one of the two has NaN, the criterion says nothing of
    the lead. The other criteria keep their proportions. With d the difference on this criterion and e the mean
    difference on the others, the lead is x·d + (1 − x)·e, which changes sides at x = e/(e − d) if d and e have
    different signs. None where they have not, and where no other criterion weighs anything, so that there are no
    proportions to keep.
    """
    at, shares = [id_ for id_, _ in weighting.criteria].index(criterion), weighting.shares
    lead = np.nan_to_num(one - other)
    others = np.where(np.arange(len(shares)) == at, 0.0, shares)
    if others.sum() <= 0:
        return None
    here, beside = float(lead[at]), float(lead @ others / others.sum())
    flip = beside / (beside - here) if here * beside < 0 else 0.0
    return flip if 1e-9 < flip < 1 - 1e-9 else None
