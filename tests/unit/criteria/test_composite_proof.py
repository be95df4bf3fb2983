"""The sum shown for a reader's composite is a second calculation that agrees with the first."""

from __future__ import annotations

import pytest

from criteria.framework import current_framework, published_frameworks
from criteria.proof import prove_composite
from criteria.scoring import YOUR_WEIGHTING, composite, encode
from criteria.weighting import PRESETS, Weighting, preset, weighting
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.queries.practices import answer_matrix

FRAMEWORK = current_framework()
OWN = weighting(FRAMEWORK, {"effectiveness": 3, "relevance": 1, "partnership": 2}, {"eff-lasts": 0, "par-roles": 5})


@pytest.mark.parametrize("weights", [*(preset(FRAMEWORK, id_) for id_ in PRESETS), OWN])
def test_the_sum_of_every_practice_gives_its_composite(store: Store, weights: Weighting) -> None:
    with store.cursor() as cursor:
        answers = encode(FRAMEWORK, answer_matrix(cursor, PracticeFilter()))
    scores = composite(FRAMEWORK, answers, weights)
    for id_ in answers.practice_ids:
        made = scores.of(id_, YOUR_WEIGHTING)
        if made.scored:
            proof = prove_composite(FRAMEWORK, scores, weights, id_)
            assert proof.coverage == pytest.approx(made.coverage)
            assert (proof.low, proof.high) == (pytest.approx(made.low), pytest.approx(made.high))
            assert proof.score == pytest.approx(made.score)
        else:
            with pytest.raises(ValueError, match="is not scored, so there is no composite"):
                prove_composite(FRAMEWORK, scores, weights, id_)
    weighted = [criterion for criterion, weight in weights.criteria if weight]
    whole = [id_ for id_ in answers.practice_ids if all(scores.of(id_, criterion).scored for criterion in weighted)]
    assert [id_ for id_ in answers.practice_ids if scores.of(id_, YOUR_WEIGHTING).scored] == whole
    assert whole or weights is OWN


def test_half_and_half_is_half_and_half_however_much_is_documented() -> None:
    framework = published_frameworks()["integration-practices", "2.0.0"]
    whole = [("x", one.id, "partly", 1) for one in framework.criteria[1].indicators]
    answers = encode(framework, [("x", "eff-result", "met", 5), *whole])  # type: ignore[list-item]
    weights = weighting(framework, {"effectiveness": 50, "sustainability": 50})
    scores = composite(framework, answers, weights)
    assert [scores.of("x", node).coverage for node in ("effectiveness", "sustainability")] == [0.5, 1.0]
    assert scores.of("x", YOUR_WEIGHTING).score == prove_composite(framework, scores, weights, "x").score == 75.0
