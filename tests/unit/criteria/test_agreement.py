"""Weighted kappa: Cohen's own form, what must hold for all answers, and the interval against simulation."""

from __future__ import annotations

import doctest
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from criteria import agreement as module
from criteria.agreement import FEWEST_WEIGHTED, drifts, weighted_agreement
from criteria.framework import DOCUMENTED, AnswerId


def test_example_of_the_docstring_holds() -> None:
    found = doctest.testmod(module)
    assert (found.failed, found.attempted) == (0, 2)


answered = st.tuples(st.sampled_from(DOCUMENTED), st.sampled_from(DOCUMENTED))


@given(st.lists(answered, min_size=FEWEST_WEIGHTED, max_size=60))
def test_weighted_kappa_is_one_minus_steps_apart_over_steps_by_chance(
    pairs: list[tuple[AnswerId, AnswerId]],
) -> None:
    """Cohen's own form (1968): disagreement observed over disagreement expected, each step counting one."""
    steps = {answer: at for at, answer in enumerate(DOCUMENTED)}
    apart = sum(abs(steps[one] - steps[other]) for one, other in pairs) / len(pairs)
    chance = sum(abs(steps[one] - steps[other]) for one, _ in pairs for _, other in pairs) / len(pairs) ** 2
    found = weighted_agreement(pairs)
    assert (found.n, found.same) == (len(pairs), sum(one == other for one, other in pairs))
    assert found.differences == found.one_step + sum(abs(steps[one] - steps[other]) == 2 for one, other in pairs)
    if chance == 0:
        assert found.kappa is None
        return
    assert found.kappa == pytest.approx(1 - apart / chance)
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low <= found.kappa + 1e-9
    assert found.kappa - 1e-9 <= found.high <= 1


def test_interval_of_weighted_kappa_holds_the_true_value_about_as_often_as_it_says() -> None:
    """Second assessors repeat the first's answer with probability 0.7 and else guess evenly: kappa is 0.7."""
    draw = random.Random(5)  # noqa: S311 - a simulation, no secret
    held, times = 0, 500
    for _ in range(times):
        firsts = [draw.choice(DOCUMENTED) for _ in range(120)]
        found = weighted_agreement([(one, one if draw.random() < 0.7 else draw.choice(DOCUMENTED)) for one in firsts])
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.7 <= found.high
    assert 0.92 <= held / times <= 0.98


def test_below_20_pairs_that_both_answered_there_is_no_kappa() -> None:
    pairs: list[tuple[AnswerId, AnswerId]] = [("met", "met"), ("partly", "met")] * 10
    assert weighted_agreement(pairs).kappa is not None
    fewer = weighted_agreement([*pairs[:-1], ("met", "not-documented"), ("not-applicable", "met")])
    assert (fewer.n, fewer.same, fewer.kappa) == (19, 10, None)


def test_drift_says_on_which_indicator_and_which_way() -> None:
    found = drifts(
        {
            "same": [("met", "met")] * 3,
            "milder": [("not-met", "met"), ("partly", "met"), ("met", "met"), ("met", "met")],
            "stricter": [("met", "partly"), ("met", "not-documented")],
            "silent": [("met", "not-documented")],
        }
    )
    assert [(one.indicator_id, one.n, one.differences, one.steps) for one in found] == [
        ("stricter", 1, 1, -1.0),
        ("milder", 4, 2, 0.75),
        ("same", 3, 0, 0.0),
    ]
