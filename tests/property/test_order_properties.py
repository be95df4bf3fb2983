"""The exact order is what going through every possibility gives, and the same for a pair in every company."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import Any

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st

from criteria.framework import DOCUMENTED, AnswerId, Framework, published_frameworks
from criteria.order import (
    CLEARLY,
    NO_ERROR,
    READINGS,
    CoderError,
    Reading,
    clear_pairs,
    distributions,
    lead_shares,
    partial_order,
)
from criteria.scoring import Answers, composite, encode
from criteria.weighting import weighting

SHIPPED = published_frameworks()["integration-practices", "2.0.0"]
MEASURED = CoderError.measured(74, 8, 7)
# exact in binary, so that the oracle's fractions and the floats say the same
QUARTER = CoderError(0.25, 0.125)
THIRD = Fraction(1, 3)


def small_framework(weights_of: tuple[tuple[float, ...], ...], partly: float = 0.5) -> dict[str, Any]:
    """Return a framework of criteria c0, c1 … with one question each and indicators of these weights."""
    number = iter(range(100))
    anchors = {"label": "x", "met": "x", "partly": "x", "not_met": "x", "basis": ["s"]}
    return {
        "id": "small",
        "version": "1.0.0",
        "title": "Small",
        "language": "en",
        "minimum_coverage": 0.01,
        "answer": [
            {"id": "met", "label": "x", "value": 1.0},
            {"id": "partly", "label": "x", "value": partly},
            {"id": "not-met", "label": "x", "value": 0.0},
            {"id": "not-documented", "label": "x"},
            {"id": "not-applicable", "label": "x"},
        ],
        "evidence_level": [{"level": level, "label": "x"} for level in range(6)],
        "source": [{"id": "s", "title": "x", "publisher": "x", "url": "https://example.org"}],
        "criterion": [
            {
                "id": f"c{at}",
                "title": "x",
                "headline": True,
                "summary": "x",
                "question": [
                    {
                        "id": "q",
                        "text": "x",
                        "indicator": [{"id": f"i{next(number)}", "weight": weight} | anchors for weight in inside],
                    }
                ],
            }
            for at, inside in enumerate(weights_of)
        ],
    }


weights_of_one = st.lists(st.sampled_from([1.0, 2.0, 3.0, 0.5]), min_size=1, max_size=3).map(tuple)
any_answer = st.sampled_from(["met", "partly", "not-met", "not-documented", "not-documented", "not-applicable"])


@st.composite
def two_practices(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, int], list[dict[str, AnswerId]]]:
    """Draw a small framework, weights of its one or two criteria, and the answers of two practices."""
    inside = draw(st.lists(weights_of_one, min_size=1, max_size=2).map(tuple))
    if len(inside) > 1:  # weights in halves could take two criteria beyond the finest grid
        inside = tuple(tuple(float(math.ceil(weight)) for weight in one) for one in inside)
    content = small_framework(inside, draw(st.sampled_from([0.5, 0.25])) if len(inside) == 1 else 0.5)
    shares = {f"c{at}": draw(st.integers(1, 4)) for at in range(len(inside))}
    ids = [[one["id"] for one in criterion["question"][0]["indicator"]] for criterion in content["criterion"]]
    practices: list[dict[str, AnswerId]] = []
    for _ in range(2):
        answers = {id_: draw(any_answer) for criterion in ids for id_ in criterion}
        for criterion in ids:  # something of each criterion is documented, so that each practice is scored
            if not any(answers[id_] in DOCUMENTED for id_ in criterion):
                answers[criterion[0]] = draw(st.sampled_from(DOCUMENTED))
        practices.append(answers)
    return content, shares, practices


def unknown_of(reading: Reading, answers: dict[str, AnswerId]) -> dict[str, Fraction] | str:
    """Return what the oracle needs for a reading."""
    if reading == "together":
        return "together"
    if reading == "know-nothing":
        return dict.fromkeys(DOCUMENTED, THIRD)
    if reading == "not-met":
        return {"met": Fraction(0), "partly": Fraction(0), "not-met": Fraction(1)}
    said = [one for one in answers.values() if one in DOCUMENTED]
    return {answer: Fraction(said.count(answer), len(said)) for answer in DOCUMENTED}


def error_of(error: CoderError) -> dict[str, dict[str, Fraction]]:
    rate, far = Fraction(error.rate), Fraction(error.rate) * Fraction(error.two_steps)
    return {
        "met": {"met": 1 - rate, "partly": rate - far, "not-met": far},
        "partly": {"met": rate / 2, "partly": 1 - rate, "not-met": rate / 2},
        "not-met": {"met": far, "partly": rate - far, "not-met": 1 - rate},
    }


@given(two_practices(), st.sampled_from(READINGS), st.sampled_from([NO_ERROR, QUARTER]))
def test_lead_shares_are_those_of_going_through_every_possibility(
    drawn: tuple[dict[str, Any], dict[str, int], list[dict[str, AnswerId]]], reading: Reading, error: CoderError
) -> None:
    content, shares, practices = drawn
    framework = Framework.model_validate(content)
    weights = weighting(framework, dict(shares))
    rows = [(f"p{at}", id_, said, 1) for at, of in enumerate(practices) for id_, said in of.items()]
    answers = encode(framework, rows)
    exact_shares = {id_: Fraction(share) for id_, share in shares.items()}
    expected = [
        oracles.possible_scores(content, of, exact_shares, unknown_of(reading, of), error_of(error)) for of in practices
    ]
    found = distributions(framework, answers, weights, reading, error)
    for at, scores in enumerate(expected):
        values, chances = found.of(f"p{at}")
        assert values == pytest.approx([float(one) for one in sorted(scores)])
        assert chances == pytest.approx([float(scores[one]) for one in sorted(scores)])
    order = partial_order(framework, answers, weights, reading, error)
    assert order.practice_ids == ("p0", "p1")
    for one, other in ((0, 1), (1, 0)):
        ahead, tied = oracles.lead(expected[one], expected[other])
        assert order.ahead[one, other] == pytest.approx(float(ahead), abs=1e-11)
        assert order.tied[one, other] == pytest.approx(float(tied), abs=1e-11)
        assert order.clear[one, other] == (ahead + tied / 2 >= Fraction("0.95"))


@st.composite
def catalogues(draw: st.DrawFn) -> Answers:
    """Draw three to ten practices that are scored on both headlines of the shipped framework."""
    count = draw(st.integers(3, 10))
    value = np.full((count, len(SHIPPED.indicators)), np.nan)
    for row in range(count):
        cells = draw(st.lists(st.sampled_from([1.0, 0.5, 0.0, np.nan]), min_size=11, max_size=11))
        value[row, :11] = cells
        if np.isnan(value[row, 0]):
            value[row, 0] = 0.5
        value[row, 4:9] = np.where(np.isnan(value[row, 4:9]), 0.5, value[row, 4:9])
    ids = tuple(f"p{at}" for at in range(count))
    return Answers(ids, value, np.ones_like(value, bool), np.zeros_like(value))


BOTH = weighting(SHIPPED, {"effectiveness": 60, "sustainability": 40})


@given(catalogues(), st.data())
def test_a_pair_has_the_same_lead_in_every_company(answers: Answers, data: st.DataObject) -> None:
    everyone = partial_order(SHIPPED, answers, BOTH, error=MEASURED)
    count = len(answers.practice_ids)
    one, other = data.draw(st.lists(st.integers(0, count - 1), min_size=2, max_size=2, unique=True))
    kept = np.isin(np.arange(count), [one, other])
    alone = partial_order(SHIPPED, answers.only(kept), BOTH, error=MEASURED)
    rows = [alone.practice_ids.index(everyone.practice_ids[at]) for at in (one, other)]
    for name in ("ahead", "tied"):
        assert getattr(alone, name)[rows[0], rows[1]] == pytest.approx(getattr(everyone, name)[one, other], abs=2e-12)
    assert alone.clear[rows[0], rows[1]] == everyone.clear[one, other]


@given(catalogues())
def test_what_must_hold_for_every_partial_order(answers: Answers) -> None:
    order = partial_order(SHIPPED, answers, BOTH, error=MEASURED)
    n = len(answers.practice_ids)
    assert order.practice_ids == answers.practice_ids
    off = ~np.eye(n, dtype=bool)
    assert (order.ahead + order.ahead.T + order.tied)[off] == pytest.approx(1)
    assert not (order.clear & order.clear.T).any()
    for id_ in order.practice_ids:
        standing = order.of(id_)
        ahead, behind = order.told_apart(id_)
        assert (standing.ahead_of, standing.behind) == (len(ahead), len(behind))
        assert standing.ahead_of + standing.behind + standing.open_with == n - 1
        assert 1 <= standing.best_place <= standing.worst_place <= n
        assert (standing.group == "nobody-ahead") == (not behind)


@given(catalogues())
def test_a_composite_is_the_weighted_mean_of_the_scores_as_the_oracle_says(answers: Answers) -> None:
    content = oracles.framework_content("2.0.0")
    words = {1.0: "met", 0.5: "partly", 0.0: "not-met"}
    scores = composite(SHIPPED, answers, BOTH)
    for row, id_ in enumerate(answers.practice_ids):
        said = {
            one.id: (words[cell], 0)
            for one, cell in zip(SHIPPED.indicators, answers.value[row], strict=True)
            if not np.isnan(cell)
        }
        shares = {"effectiveness": Fraction(60), "sustainability": Fraction(40)}
        expected = oracles.composite_score(content, said, shares)
        found = scores.of(id_, "your-weighting")
        assert found.scored == (expected is not None)
        assert found.score == (None if expected is None else pytest.approx(float(expected)))


@given(catalogues())
def test_pairs_that_hold_under_all_readings_hold_under_each(answers: Answers) -> None:
    found = clear_pairs(SHIPPED, answers, BOTH)
    orders = {reading: partial_order(SHIPPED, answers, BOTH, reading) for reading in READINGS}
    assert found.under == {reading: order.clear_pairs for reading, order in orders.items()}
    assert found.pairs == orders["together"].pairs
    every = set.intersection(
        *({(a, b) for a in order.practice_ids for b in order.told_apart(a)[0]} for order in orders.values())
    )
    assert found.under_all == len(every) <= min(found.under.values())


def test_two_ways_to_lead_shares_of_different_sets_agree_and_grids_must_match() -> None:
    answers = encode(SHIPPED, [("a", "eff-result", "met", 5), ("b", "eff-result", "partly", 2)])
    alone = weighting(SHIPPED, {"effectiveness": 1})
    both = distributions(SHIPPED, answers, alone)
    first = answers.only(np.array([True, False]))
    one = distributions(SHIPPED, first, alone)
    assert lead_shares(one, both)[0][0, 1] == partial_order(SHIPPED, answers, alone).ahead[0, 1]
    with pytest.raises(ValueError, match="different grids"):
        lead_shares(one, distributions(SHIPPED, first, weighting(SHIPPED, {"sustainability": 1})))


def test_almost_clear_is_not_clear() -> None:
    """94.44 %: one half of it known to be met and a third partly, against a result that is partly met alone."""
    rows: list[tuple[str, str, AnswerId, int]] = [
        ("a", "eff-result", "met", 4),
        ("a", "eff-every-group", "partly", 3),
        ("b", "eff-result", "partly", 2),
    ]
    order = partial_order(SHIPPED, encode(SHIPPED, rows), weighting(SHIPPED, {"effectiveness": 1}))
    assert order.leads[0, 1] == pytest.approx(17 / 18, abs=1e-12)
    assert order.leads[0, 1] < CLEARLY
    assert order.clear_pairs == 0


@pytest.mark.parametrize("shares", [(33.3, 33.3, 33.4), (41.7, 31.1, 27.2)])
def test_equal_or_lower_composites_are_never_clearly_ahead_on_a_rounded_grid(shares: tuple[float, ...]) -> None:
    weights = weighting(SHIPPED, dict(zip(("effectiveness", "sustainability", "inclusion"), shares, strict=True)))
    chance = random.Random(1)  # noqa: S311 - repeatable, not secret
    said = {
        f"p{at:03}": {
            one.id: chance.choice([*DOCUMENTED, *(["not-applicable"] if one.id != "eff-result" and at % 2 else [])])
            for one in SHIPPED.indicators
        }
        for at in range(300)
    }
    answers = encode(SHIPPED, [(id_, one, answer, 1) for id_, of in said.items() for one, answer in of.items()])
    assert distributions(SHIPPED, answers, weights).level_within == 3
    worth = {answer: Fraction(str(SHIPPED.value(answer))) for answer in DOCUMENTED}
    weight = {id_: Fraction(str(one)) for id_, one in weights.indicators}

    def exact(of: dict[str, Any]) -> Fraction:
        total = Fraction(0)
        for criterion, (_, share) in zip(SHIPPED.criteria, weights.criteria, strict=True):
            ids = [one.id for one in criterion.indicators if of[one.id] in worth]
            if share:
                points = sum(weight[id_] * worth[of[id_]] for id_ in ids) / sum(weight[id_] for id_ in ids)
                total += Fraction(share).limit_denominator(10_000) * points
        return total

    order = partial_order(SHIPPED, answers, weights)
    scores = [exact(said[id_]) for id_ in order.practice_ids]
    for one, other in zip(*np.nonzero(order.clear), strict=True):
        assert scores[one] > scores[other], (order.practice_ids[one], order.practice_ids[other])
    assert np.allclose(order.ahead + order.tied + order.ahead.T, 1 - np.eye(len(scores)))
