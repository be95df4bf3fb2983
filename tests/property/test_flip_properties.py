"""Where a lead changes sides: for every two practices what a grid of weights sees."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from criteria.framework import published_frameworks
from criteria.weight_effects import flip_point
from criteria.weighting import weighting

FRAMEWORK = published_frameworks()["integration-practices", "1.0.0"]
CRITERIA = [criterion.id for criterion in FRAMEWORK.criteria]
middle = st.one_of(st.integers(0, 100).map(float), st.just(np.nan))
middles = st.lists(middle, min_size=5, max_size=5)
share = st.lists(st.integers(0, 100), min_size=5, max_size=5).filter(any)


def lead(one: np.ndarray, other: np.ndarray, weights: np.ndarray) -> float:
    """Return by how much one is ahead on the criteria in which both are scored; NaN where none of these weighs."""
    both = ~np.isnan(one) & ~np.isnan(other)
    whole = weights[both].sum()
    return float(weights[both] @ (one - other)[both] / whole) if whole > 1e-12 else np.nan


@given(middles, middles, share, st.sampled_from(range(5)))
def test_flip_point_is_where_a_grid_sees_the_lead_change(
    one: list[float], other: list[float], shares: list[int], at: int
) -> None:
    chosen = weighting(FRAMEWORK, dict(zip(CRITERIA, shares, strict=True)))
    mine, theirs = np.array(one), np.array(other)
    found = flip_point(mine, theirs, chosen, CRITERIA[at])
    rest = np.where(np.arange(5) == at, 0.0, chosen.shares)
    if rest.sum() == 0:
        assert found is None
        return

    def ahead(x: float) -> float:
        moved = rest / rest.sum() * (1 - x)
        moved[at] = x
        return lead(mine, theirs, moved)

    grid = np.linspace(0, 1, 101)[1:-1]
    leads = [(x, now) for x in grid if abs(now := ahead(x)) > 1e-9]
    changes = [(x + y) / 2 for (x, now), (y, then) in itertools.pairwise(leads) if now * then < 0]
    if found is None:
        assert changes == []
    else:
        assert 0 < found < 1
        before, after = ahead(found - 1e-6), ahead(found + 1e-6)
        if 1e-3 < found < 1 - 1e-3:
            assert before * after <= 0
        if 0.01 < found < 0.99 and changes:
            assert min(abs(change - found) for change in changes) <= 0.01
