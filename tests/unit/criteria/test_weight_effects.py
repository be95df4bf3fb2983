"""What weights do: shares that sum to the whole, shares of weightings against a fine grid."""

from __future__ import annotations

import doctest
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from criteria import weight_effects as module
from criteria.framework import published_frameworks
from criteria.weight_effects import difference_shares, first_shares, flip_point, flip_points, share_ahead, weight_costs
from criteria.weighting import weighting

FRAMEWORK = published_frameworks()["integration-practices", "2.0.0"]
IDS = [one.id for one in FRAMEWORK.criteria]
FINE = np.array([at for at in itertools.product(range(60), repeat=3) if sum(at) == 59])
FINE = (FINE + 1 / 3) / 60
scores_of = st.lists(st.integers(0, 20).map(lambda one: 5.0 * one), min_size=3, max_size=3)


def test_example_of_the_docstring_holds() -> None:
    found = doctest.testmod(module)
    assert (found.failed, found.attempted) == (0, 1)


def test_differences_are_shared_out_among_the_compared_only() -> None:
    scores = np.full((4, len(IDS)), np.nan)
    scores[:3, :2] = [[100, 50], [50, 50], [0, 50]]
    scores[3, 0] = 80  # has no composite
    driven = {
        one.criterion: one for one in difference_shares(FRAMEWORK, scores, weighting(FRAMEWORK, {IDS[0]: 1, IDS[1]: 3}))
    }
    assert (driven[IDS[0]].chosen, driven[IDS[1]].chosen) == (0.25, 0.75)
    assert driven[IDS[0]].differences == pytest.approx(1)
    assert [driven[id_].differences for id_ in IDS[1:]] == pytest.approx([0] * 5)
    # 60·x + 40·y: variances 60² and 40², no covariance
    scores[:3, :2] = [[100, 100], [50, 0], [0, 100]]
    scores = np.vstack([scores[:3], [[50, 200, *[np.nan] * 4]]])
    both = difference_shares(FRAMEWORK, scores, weighting(FRAMEWORK, {IDS[0]: 1, IDS[1]: 1}))
    assert [one.differences for one in both[:2]] == pytest.approx([0.2, 0.8])


@given(
    st.lists(st.lists(st.integers(0, 100).map(float), min_size=6, max_size=6), min_size=1, max_size=8),
    st.lists(st.integers(0, 9), min_size=6, max_size=6).filter(any),
)
def test_shares_of_the_differences_sum_to_the_whole(rows: list[list[float]], given_to: list[int]) -> None:
    weights = weighting(FRAMEWORK, dict(zip(IDS, given_to, strict=True)))
    found = difference_shares(FRAMEWORK, np.array(rows), weights)
    composites = np.array(rows) @ weights.shares
    if np.ptp(composites) < 1e-6:
        return
    assert sum(one.differences or 0.0 for one in found) == pytest.approx(1)
    assert all(one.differences == 0 for one in found if one.chosen == 0)


def test_composites_that_are_all_equal_are_driven_by_nothing() -> None:
    for scores in (np.full((3, 6), 50.0), np.empty((0, 6))):
        found = difference_shares(FRAMEWORK, scores, weighting(FRAMEWORK, {IDS[0]: 1}))
        assert [one.differences for one in found] == [None] * 6


@given(scores_of, scores_of)
@settings(max_examples=200)
def test_share_of_weightings_is_what_a_fine_grid_counts(one: list[float], other: list[float]) -> None:
    mine, theirs = np.array(one), np.array(other)
    lead = FINE @ (mine - theirs)
    found = share_ahead(mine, theirs)
    assert found == pytest.approx(float((lead > 1e-9).mean()), abs=0.03)
    assert found + share_ahead(theirs, mine) == pytest.approx(float(one != other))


@given(st.lists(scores_of.map(lambda one: one[:2]), min_size=1, max_size=6, unique_by=tuple))
def test_first_of_two_criteria_is_exact(rows: list[list[float]]) -> None:
    found = first_shares(np.array(rows))
    assert found.sum() == pytest.approx(1)
    if len(rows) == 2:
        assert found[0] == pytest.approx(share_ahead(np.array(rows[0]), np.array(rows[1])))


@given(st.lists(scores_of, min_size=1, max_size=5))
@settings(max_examples=50)
def test_first_of_three_is_near_to_a_fine_grid_and_the_same_each_time(rows: list[list[float]]) -> None:
    scores = np.array(rows)
    composites = FINE @ scores.T
    expected = (composites >= composites.max(axis=1, keepdims=True) - 1e-9).mean(axis=0)
    assert first_shares(scores) == pytest.approx(expected, abs=0.04)
    assert (first_shares(scores) == first_shares(scores.copy())).all()


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        # of four practices 3 are scored in the first, 2 in the second, 1 in the third criterion
        (
            {"effectiveness": 1, "sustainability": 1, "inclusion": 1},
            [("inclusion", 2, 1), ("sustainability", 1, 2), ("effectiveness", 0, 3)],
        ),
        ({"effectiveness": 1, "sustainability": 3}, [("sustainability", 3, 2), ("effectiveness", 2, 3)]),
        ({"inclusion": 1}, []),
    ],
)  # fmt: skip
def test_what_a_weight_costs_is_who_would_be_left_without_it(
    weights: dict[str, float], expected: list[tuple[str, int, int]]
) -> None:
    scored = np.zeros((4, 5), dtype=bool)
    scored[:3, 0] = scored[:2, 1] = scored[2, 2] = True
    found = weight_costs(FIVE, scored, weighting(FIVE, weights))
    assert [(one.criterion, one.without, one.scored) for one in found] == expected


def test_one_criterion_alone_leaves_no_choice() -> None:
    assert first_shares(np.array([[10.0], [30.0], [30.0]])).tolist() == [0, 1, 1]


# --- where a lead changes sides -----------------------------------------------------------------------------

FIVE = published_frameworks()["integration-practices", "1.0.0"]  # a framework of five criteria
EQUAL = weighting(FIVE, dict.fromkeys([criterion.id for criterion in FIVE.criteria], 1.0))


def test_flip_point_of_a_case_worked_out_by_hand() -> None:
    # effectiveness: +40; the others, equal shares: −10 on average; 40x = 10(1 − x), x = 0.2
    one, other = np.array([80.0, 50, 50, 50, 50]), np.array([40.0, 60, 60, 60, 60])
    assert flip_point(one, other, EQUAL, "effectiveness") == pytest.approx(0.2)
    assert flip_point(other, one, EQUAL, "effectiveness") == pytest.approx(0.2)
    # equal as things are; sustainability −10, the others (40 − 30)/4 = +2.5: x = 2.5/12.5
    assert flip_points(one, other, EQUAL)["sustainability"] == pytest.approx(0.2)
    assert list(flip_points(one, other, EQUAL)) == [criterion.id for criterion in FIVE.criteria]


def test_lead_that_never_changes_has_no_flip_point() -> None:
    one, other = np.array([80.0, 60, 60, 60, 60]), np.array([40.0, 50, 50, 50, 50])
    assert set(flip_points(one, other, EQUAL).values()) == {None}
    assert set(flip_points(one, one, EQUAL).values()) == {None}
    alone = weighting(FIVE, {"effectiveness": 1})
    assert flip_point(other, np.array([90.0, 0, 0, 0, 0]), alone, "effectiveness") is None
    with pytest.raises(ValueError, match="nonsense"):
        flip_point(one, other, EQUAL, "nonsense")
