"""The sum shown for a reader's composite is a second calculation that agrees with the first."""

from __future__ import annotations

import pytest

from criteria.framework import current_framework
from criteria.proof import prove_composite
from criteria.scoring import YOUR_WEIGHTING, composite, encode
from criteria.weighting import PRESETS, Weighting, preset, weighting
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.queries.practices import answer_matrix

FRAMEWORK = current_framework()
OWN = weighting(
    FRAMEWORK, {"effectiveness": 3, "relevance": 1, "partnership": 2}, {"eff-comparison": 0, "par-roles": 5}
)


@pytest.mark.parametrize("weights", [*(preset(FRAMEWORK, id_) for id_ in PRESETS), OWN])
def test_the_sum_of_every_practice_gives_its_composite(store: Store, weights: Weighting) -> None:
    with store.cursor() as cursor:
        answers = encode(FRAMEWORK, answer_matrix(cursor, PracticeFilter()))
    scores = composite(FRAMEWORK, answers, weights)
    assert len(answers.practice_ids) == 47
    for id_ in answers.practice_ids:
        made, proof = scores.of(id_, YOUR_WEIGHTING), prove_composite(FRAMEWORK, scores, weights, id_)
        assert proof.coverage == pytest.approx(made.coverage)
        assert (proof.low, proof.high) == (pytest.approx(made.low), pytest.approx(made.high))
        assert proof.score == (None if made.score is None else pytest.approx(made.score))


def test_a_criterion_that_does_not_apply_shares_its_weight_out() -> None:
    nothing = [("x", one.id, "not-applicable", 0) for one in FRAMEWORK.criteria[0].indicators]
    answers = encode(FRAMEWORK, [*nothing, ("x", "sus-continued", "met", 1), ("x", "rel-adapts", "partly", 1)])  # type: ignore[list-item]
    weights = weighting(FRAMEWORK, {"effectiveness": 50, "sustainability": 30, "relevance": 20})
    proof = prove_composite(FRAMEWORK, composite(FRAMEWORK, answers, weights), weights, "x")
    assert {one.criterion.id: one.share for one in proof.shares} == {
        "sustainability": pytest.approx(0.6),
        "relevance": pytest.approx(0.4),
    }
    # sustainability: 2 of 8.5 documented, met; relevance: 1 of 4 documented, half met
    assert proof.coverage == pytest.approx(0.6 * 2 / 8.5 + 0.4 / 4)
    assert proof.low == pytest.approx(0.6 * 200 / 8.5 + 0.4 * 12.5)
