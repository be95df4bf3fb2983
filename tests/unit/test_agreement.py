"""Cohen's kappa: published figures, what must hold for all answers, and the interval against simulation."""

from __future__ import annotations

import doctest
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from criteria import agreement as module
from criteria.agreement import FEWEST, agreement

ANSWERS = ("met", "partly", "not-met", "not-documented", "not-applicable")
pairs_of = st.lists(st.tuples(st.sampled_from(ANSWERS), st.sampled_from(ANSWERS)), min_size=FEWEST, max_size=80)


def test_example_of_the_docstring_holds() -> None:
    found = doctest.testmod(module)
    assert (found.failed, found.attempted) == (0, 5)


def test_too_few_pairs_give_no_figure() -> None:
    assert agreement([("met", "met")] * (FEWEST - 1)) is None


def test_one_answer_throughout_agrees_but_has_no_kappa() -> None:
    found = agreement([("met", "met")] * 10)
    assert found is not None
    assert (found.observed, found.kappa, found.low, found.high) == (1.0, None, None, None)


def test_habits_that_differ_are_not_agreement() -> None:
    found = agreement([("met", "partly")] * 10)
    assert found is not None
    assert found.kappa == pytest.approx(0)


@given(pairs_of)
def test_what_must_hold_for_all_answers(pairs: list[tuple[str, str]]) -> None:
    found = agreement(pairs)
    assert found is not None
    assert found.n == len(pairs)
    assert found.observed == pytest.approx(sum(first == second for first, second in pairs) / len(pairs))
    other_way = agreement([(second, first) for first, second in pairs])
    renamed = agreement([(f"x{first}", f"x{second}") for first, second in reversed(pairs)])
    assert other_way is not None
    assert renamed is not None
    if found.kappa is None:
        assert other_way.kappa is None
        return
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low <= found.kappa + 1e-9
    assert found.kappa - 1e-9 <= found.high <= 1
    # where there is no variance, its root is as large as the root of the rounding
    assert (other_way.kappa, renamed.kappa) == pytest.approx((found.kappa, found.kappa), abs=1e-6)
    assert (other_way.low, renamed.low) == pytest.approx((found.low, found.low), abs=1e-6)
    if found.observed == 1:
        assert found.kappa == pytest.approx(1)


def test_interval_holds_the_true_value_about_as_often_as_it_says() -> None:
    """Second assessors repeat the first's answer with probability 0.6 and else guess evenly: kappa is 0.6."""
    draw = random.Random(7)  # noqa: S311 - a simulation, no secret
    held, times = 0, 600
    for _ in range(times):
        firsts = [draw.choice(ANSWERS[:3]) for _ in range(150)]
        pairs = [(one, one if draw.random() < 0.6 else draw.choice(ANSWERS[:3])) for one in firsts]
        found = agreement(pairs)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.6 <= found.high
    assert 0.92 <= held / times <= 0.98
