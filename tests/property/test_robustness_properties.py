"""What must hold for every two practices and every small set of them."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from criteria.framework import published_frameworks
from criteria.robustness import can_be_first, simulate
from criteria.scoring import Answers, composite
from criteria.weight_effects import flip_point
from criteria.weighting import weighting

FRAMEWORK = published_frameworks()["integration-practices", "1.0.0"]
CRITERIA = [criterion.id for criterion in FRAMEWORK.criteria]
# the other two criteria would put everybody level: their indicators weigh nothing, so they are out of the question
SILENT = {one.id: 0.0 for criterion in FRAMEWORK.criteria[3:] for one in criterion.indicators}
ONLY_THREE = weighting(FRAMEWORK, dict.fromkeys(CRITERIA[:3], 1.0), SILENT)
GRID = np.array([point for point in itertools.product(range(101), repeat=3) if sum(point) == 100]) / 100
middle = st.one_of(st.integers(0, 100).map(float), st.just(np.nan))
middles = st.lists(middle, min_size=5, max_size=5)
share = st.lists(st.integers(0, 100), min_size=5, max_size=5).filter(any)


def lead(one: np.ndarray, other: np.ndarray, weights: np.ndarray) -> float:
    """Return by how much one is ahead; NaN where one has no composite."""

    def at(mid: np.ndarray) -> float:
        applies = ~np.isnan(mid)
        whole = weights[applies].sum()
        return float(weights[applies] @ mid[applies] / whole) if whole > 1e-12 else np.nan

    return at(one) - at(other)


@given(middles, middles, share, st.sampled_from(range(5)))
@settings(max_examples=300)
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


@st.composite
def small_sets(draw: st.DrawFn, gaps: bool = True) -> Answers:
    """Draw two to six practices that differ on the first three criteria; on the last two all have 0."""
    sizes = [len(criterion.indicators) for criterion in FRAMEWORK.criteria]
    values = [0.0, 0.5, 1.0, *([np.nan] if gaps else [])]
    count = draw(st.integers(2, 6))
    cells = st.lists(st.sampled_from(values), min_size=32, max_size=32)
    value = np.array([draw(cells) for _ in range(count)])
    value[:, sum(sizes[:3]) :] = 0.0
    return Answers(tuple(f"p{at}" for at in range(count)), value, np.ones_like(value, bool), np.zeros_like(value))


@given(small_sets())
@settings(max_examples=60)
def test_who_can_be_first_is_what_a_fine_grid_of_weights_finds(answers: Answers) -> None:
    """Three criteria: the others are silenced."""
    three = composite(FRAMEWORK, answers, ONLY_THREE)
    low, high = three.low[:, :3] @ GRID.T, three.high[:, :3] @ GRID.T
    leads = (high - low.max(axis=0)).max(axis=1)
    for found, best in zip(can_be_first(FRAMEWORK, answers, ONLY_THREE), leads, strict=True):
        if best >= 0:
            assert found
        elif best < -1.0:  # a step of the grid moves a lead by at most 1
            assert not found


@given(small_sets(gaps=False), st.integers(0, 1000))
@settings(max_examples=40)
def test_who_cannot_be_first_never_is_in_any_draw(answers: Answers, seed: int) -> None:
    found = simulate(FRAMEWORK, answers, ONLY_THREE, draws=300, seed=seed, free=True)
    ahead = found.composites.max(axis=0)
    for row in np.flatnonzero(~can_be_first(FRAMEWORK, answers, ONLY_THREE)):
        assert (found.composites[row] < ahead + 0.001).all()
        assert (found.composites[row] == ahead).mean() < 0.02  # the tie-break may touch the very edge


@given(small_sets(), share, st.integers(0, 1000))
@settings(max_examples=40)
def test_intervals_hang_together(answers: Answers, shares: list[int], seed: int) -> None:
    chosen = weighting(FRAMEWORK, dict(zip(CRITERIA, shares, strict=True)))
    found = simulate(FRAMEWORK, answers, chosen, draws=200, seed=seed)
    count = len(answers.practice_ids)
    assert (found.place_from >= 1).all()
    assert (found.place_from <= found.place_to).all()
    assert (found.place_to <= count).all()
    assert (found.score_from <= found.score_to).all()
    assert sorted(set(found.tier.tolist())) == list(range(1, found.tier.max() + 1))
    assert found.top_tier_share.sum() * 200 - (found.tier == 1).sum() * 200 < 1e-6
    for one, other in itertools.combinations(answers.practice_ids, 2):
        assert abs(found.leads(one, other) + found.leads(other, one) - 1) < 1e-9
