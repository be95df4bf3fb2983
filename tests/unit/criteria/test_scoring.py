"""Scores of small cases, worked out by hand."""

from __future__ import annotations

import doctest
import itertools
from dataclasses import dataclass

import numpy as np
import pytest

from criteria import scoring
from criteria.framework import ANSWER_IDS, AnswerId, Framework, published_frameworks
from criteria.scoring import Score, composite, encode, nodes, score, weights
from criteria.weighting import weighting
from practices_db.catalogue import plain_text

EARLIER = published_frameworks()["integration-practices", "1.0.0"]
Given = dict[str, tuple[AnswerId, int]]


def small_framework(weights_of: dict[str, float], minimum_coverage: float = 0.65) -> Framework:
    """Return a framework of one criterion ``c`` with one question ``q`` and these indicators."""
    anchors = {"label": "x", "met": "x", "partly": "x", "not_met": "x", "basis": ["s"]}
    return Framework.model_validate(
        {
            "id": "small",
            "version": "1.0.0",
            "title": "Small",
            "language": "en",
            "minimum_coverage": minimum_coverage,
            "answer": [
                {"id": "met", "label": "x", "value": 1.0},
                {"id": "partly", "label": "x", "value": 0.5},
                {"id": "not-met", "label": "x", "value": 0.0},
                {"id": "not-documented", "label": "x"},
                {"id": "not-applicable", "label": "x"},
            ],
            "evidence_level": [{"level": level, "label": "x"} for level in range(6)],
            "source": [{"id": "s", "title": "x", "publisher": "x", "url": "https://example.org"}],
            "criterion": [
                {
                    "id": "c",
                    "title": "x",
                    "headline": True,
                    "summary": "x",
                    "question": [
                        {
                            "id": "q",
                            "text": "x",
                            "indicator": [
                                {"id": id_, "weight": weight} | anchors for id_, weight in weights_of.items()
                            ],
                        }
                    ],
                }
            ],
        }
    )


def scored(framework: Framework, given: Given, node: str = "c") -> Score:
    answers = [("p", indicator, answer, level) for indicator, (answer, level) in given.items()]
    return score(framework, encode(framework, answers)).of("p", node)


@pytest.mark.parametrize("module", [scoring, plain_text], ids=lambda module: module.__name__)
def test_examples_in_the_documentation_hold(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted > 0
    assert result.failed == 0


@dataclass(frozen=True)
class Case:
    weights: dict[str, float]
    given: Given
    score: float | None
    coverage: float | None
    low: float | None
    high: float | None
    is_scored: bool
    answered: int
    applicable: int


CASES = {
    "all met": Case({"a": 1, "b": 1}, {"a": ("met", 0), "b": ("met", 0)}, 100, 1, 100, 100, True, 2, 2),
    "all not met": Case({"a": 1, "b": 1}, {"a": ("not-met", 0), "b": ("not-met", 0)}, 0, 1, 0, 0, True, 2, 2),
    "all partly": Case({"a": 1, "b": 2}, {"a": ("partly", 0), "b": ("partly", 0)}, 50, 1, 50, 50, True, 2, 2),
    # (2·1 + 1·0) / 3
    "weights count": Case(
        {"a": 2, "b": 1}, {"a": ("met", 0), "b": ("not-met", 0)}, 200 / 3, 1, 200 / 3, 200 / 3, True, 2, 2
    ),
    # known 1 of 4, value ½: S = 50, C = ¼, low = 12.5, high = 12.5 + 75
    "the undocumented widens the range": Case(
        {"a": 1, "b": 2, "c": 1}, {"a": ("partly", 0)}, 50, 0.25, 12.5, 87.5, False, 1, 3
    ),
    # said aloud or not, not-documented is the same
    "not-documented is no answer": Case(
        {"a": 1, "b": 2, "c": 1},
        {"a": ("partly", 0), "b": ("not-documented", 0)},
        50,
        0.25,
        12.5,
        87.5,
        False,
        1,
        3,
    ),
    # b leaves: known 1 of 2, value 1: S = 100, C = ½, low = 50, high = 100
    "not-applicable leaves both sums": Case(
        {"a": 1, "b": 6, "c": 1},
        {"a": ("met", 0), "b": ("not-applicable", 0)},
        100,
        0.5,
        50,
        100,
        False,
        1,
        2,
    ),
    "all not-applicable is no score at all": Case(
        {"a": 1, "b": 2},
        {"a": ("not-applicable", 0), "b": ("not-applicable", 0)},
        None,
        None,
        None,
        None,
        False,
        0,
        0,
    ),
    "nothing documented can be anything": Case(
        {"a": 1, "b": 2}, {"a": ("not-documented", 0)}, None, 0, 0, 100, False, 0, 2
    ),
    "nothing documented, the rest not applicable": Case(
        {"a": 1, "b": 2}, {"a": ("not-applicable", 0)}, None, 0, 0, 100, False, 0, 1
    ),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("node", ["c", "c/q"])
def test_case_worked_out_by_hand(name: str, node: str) -> None:
    case = CASES[name]
    found = scored(small_framework(case.weights), case.given, node)
    assert (found.score is None, found.coverage is None) == (case.score is None, case.coverage is None)
    assert (found.score or 0) == pytest.approx(case.score or 0, abs=1e-12)
    assert (found.coverage or 0) == pytest.approx(case.coverage or 0, abs=1e-12)
    assert (found.low, found.high) == (
        pytest.approx((case.low, case.high), abs=1e-12) if case.low is not None else (None, None)
    )
    assert (found.scored, found.answered, found.applicable) == (
        case.is_scored,
        case.answered,
        case.applicable,
    )


@pytest.mark.parametrize(
    ("known", "unknown", "is_scored"),
    [
        ([13], [7], True),  # 13/20 = 0.65 exactly
        ([0.1] * 13, [0.1] * 7, True),  # the same in decimals that a computer rounds
        ([0.65], [0.35], True),
        # sums that floating point makes a hair less than 0.65
        ([1.7, 2.2], [1.9, 0.2], True),
        ([0.8, 2.3, 0.8], [2.1], True),
        ([2.3, 2.9], [1.4, 1.4], True),
        ([64], [36], False),
        ([649], [351], False),
    ],
)
def test_coverage_at_the_threshold_counts_as_scored(known: list[float], unknown: list[float], is_scored: bool) -> None:
    sizes = {f"i{at}": weight for at, weight in enumerate([*known, *unknown])}
    given: Given = {f"i{at}": ("met", 1) for at in range(len(known))}
    assert scored(small_framework(sizes), given).scored is is_scored


def test_framework_decides_the_threshold() -> None:
    given: Given = {"a": ("met", 1)}
    assert scored(small_framework({"a": 1, "b": 1}, 0.5), given).scored is True
    assert scored(small_framework({"a": 1, "b": 1}, 0.51), given).scored is False


@pytest.mark.parametrize(
    ("levels", "strongest", "median"),
    [
        ([0], 0, 0),
        ([3], 3, 3),
        ([1, 4], 4, 2.5),
        ([5, 0, 1], 5, 1),
        ([2, 0, 5, 1], 5, 1.5),
        ([0, 0, 0, 5], 5, 0),
        ([5, 4, 3, 2, 1], 5, 3),
        ([1, 1, 2, 3, 3, 5], 5, 2.5),
    ],
)
@pytest.mark.parametrize("silent", [0, 1, 4])
def test_evidence_is_the_strongest_and_the_median_of_what_is_documented(
    levels: list[int], strongest: int, median: float, silent: int
) -> None:
    sizes: dict[str, float] = {f"i{at}": 1.0 for at in range(len(levels) + 2 * silent)}
    given: Given = {f"i{at}": ("not-met", level) for at, level in enumerate(levels)}
    # levels on answers that say nothing are no evidence
    given |= {f"i{len(levels) + at}": ("not-documented", 5) for at in range(silent)}
    given |= {f"i{len(levels) + silent + at}": ("not-applicable", 5) for at in range(silent)}
    found = scored(small_framework(sizes), given)
    assert (found.strongest_evidence, found.median_evidence) == (strongest, median)
    assert isinstance(found.strongest_evidence, int)


def test_evidence_of_nothing_is_none() -> None:
    found = scored(small_framework({"a": 1, "b": 1}), {"a": ("not-documented", 5), "b": ("not-applicable", 5)})
    assert (found.strongest_evidence, found.median_evidence) == (None, None)


def test_evidence_level_never_moves_a_score() -> None:
    framework = small_framework({"a": 1, "b": 3})
    weak = scored(framework, {"a": ("met", 0), "b": ("partly", 0)})
    strong = scored(framework, {"a": ("met", 5), "b": ("partly", 5)})
    assert (weak.score, weak.low, weak.high, weak.coverage) == (
        strong.score,
        strong.low,
        strong.high,
        strong.coverage,
    )


@pytest.mark.parametrize("weight", [0.69, 1.38, 5.27, 1, 0.1])
def test_full_marks_are_100_and_not_a_hair_more(weight: float) -> None:
    found = scored(small_framework({"a": weight}), {"a": ("met", 1)})
    assert (found.score, found.low, found.high) == (100, 100, 100)


def test_shipped_framework_scores_a_question_by_its_own_indicators_only() -> None:
    framework = EARLIER
    given: Given = {
        "sus-environment": ("met", 1),
        "sus-continued": ("not-met", 2),
        "eff-objectives": ("partly", 3),
    }
    answers = [("p", indicator, answer, level) for indicator, (answer, level) in given.items()]
    scores = score(framework, encode(framework, answers))
    # sustainability weighs 2 + 1 + 1 + 1 + 1 + 1 + 1 + ½ = 8½; known 2½ of it, worth ½
    one = scores.of("p", "sustainability")
    assert one.score == pytest.approx(20)
    assert one.coverage == pytest.approx(2.5 / 8.5)
    assert (one.low, one.high) == pytest.approx((100 * 0.5 / 8.5, 100 * 6.5 / 8.5))
    assert (one.strongest_evidence, one.median_evidence, one.answered, one.applicable) == (2, 1.5, 2, 8)
    environment = scores.of("p", "sustainability/environment")
    assert (environment.score, environment.coverage, environment.scored) == (100, 1, True)
    assert scores.of("p", "sustainability/transfer").score is None
    # effectiveness/design: one of two, half met
    design = scores.of("p", "effectiveness/design")
    assert (design.score, design.coverage, design.low, design.high, design.scored) == (50, 0.5, 25, 75, False)


def test_answers_are_laid_out_with_gaps_where_nothing_is_said() -> None:
    framework = small_framework({"a": 1, "b": 1, "c": 1, "d": 1})
    laid_out = encode(
        framework,
        [
            ("p", "c", "not-applicable", 5),
            ("p", "a", "partly", 4),
            ("p", "b", "not-documented", 5),
            ("q", "d", "met", 0),
        ],
    )
    assert laid_out.practice_ids == ("p", "q")
    np.testing.assert_array_equal(laid_out.value, [[0.5, np.nan, np.nan, np.nan], [np.nan, np.nan, np.nan, 1]])
    np.testing.assert_array_equal(laid_out.evidence, [[4, np.nan, np.nan, np.nan], [np.nan, np.nan, np.nan, 0]])
    np.testing.assert_array_equal(laid_out.applicable, [[True, True, False, True], [True, True, True, True]])
    np.testing.assert_array_equal(laid_out.documented, [[True, False, False, False], [False, False, False, True]])


def test_practices_do_not_touch_each_other() -> None:
    framework = small_framework({"a": 1, "b": 1})
    answers: list[tuple[str, str, AnswerId, int]] = [
        ("second", "b", "met", 4),
        ("first", "a", "not-met", 1),
        ("second", "a", "met", 2),
        ("third", "a", "not-applicable", 0),
    ]
    scores = score(framework, encode(framework, answers))
    assert scores.practice_ids == ("second", "first", "third")
    assert scores.of("second", "c") == Score(100, 1, 100, 100, True, 4, 3, 2, 2)
    assert scores.of("first", "c") == Score(0, 0.5, 0, 50, False, 1, 1, 1, 2)
    assert scores.of("third", "c") == Score(None, 0, 0, 100, False, None, None, 0, 1)


def test_nobody_assessed_is_no_fault() -> None:
    scores = score(EARLIER, encode(EARLIER, []))
    assert scores.practice_ids == ()
    assert scores.score.shape == (0, len(nodes(EARLIER)))


def test_nodes_are_every_criterion_followed_by_its_questions() -> None:
    framework = EARLIER
    expected = [
        (level, id_, criterion.id, headline)
        for criterion in framework.criteria
        for level, id_, headline in [
            ("criterion", criterion.id, criterion.headline),
            *(("question", f"{criterion.id}/{question.id}", False) for question in criterion.questions),
        ]
    ]
    assert [(node.level, node.id, node.criterion_id, node.headline) for node in nodes(framework)] == expected


def test_every_indicator_weighs_in_its_criterion_and_in_its_question_alone() -> None:
    framework = EARLIER
    table, columns = weights(framework), [node.id for node in nodes(framework)]
    for row, (criterion, question, indicator) in enumerate(framework.walk()):
        there = {columns[at]: table[row, at] for at in range(len(columns)) if table[row, at] != 0}
        assert there == {
            criterion.id: indicator.weight,
            f"{criterion.id}/{question.id}": indicator.weight,
        }


def test_second_answer_to_an_indicator_must_be_merged_first() -> None:
    with pytest.raises(ValueError, match="p, eff-objectives: answered twice"):
        encode(EARLIER, [("p", "eff-objectives", "met", 1), ("p", "eff-objectives", "met", 1)])


def test_indicator_of_another_framework_is_refused() -> None:
    with pytest.raises(KeyError, match="eff-nonsense"):
        encode(EARLIER, [("p", "eff-nonsense", "met", 1)])


@pytest.mark.parametrize(("practice", "node"), [("nobody", "c"), ("p", "d"), ("p", "q")])
def test_score_of_what_is_not_there_is_a_key_error(practice: str, node: str) -> None:
    framework = small_framework({"a": 1})
    scores = score(framework, encode(framework, [("p", "a", "met", 1)]))
    with pytest.raises(KeyError):
        scores.of(practice, node)


# --- what is required, and harm ------------------------------------------------------------------------------

RESULT = published_frameworks()["integration-practices", "2.0.0"]


def effectiveness(**given_to: AnswerId) -> Score:
    """Score effectiveness under 2.0.0 from answers named without their ``eff-``."""
    rows = [("p", f"eff-{name.replace('_', '-')}", answer, 1) for name, answer in given_to.items()]
    return score(RESULT, encode(RESULT, rows)).of("p", "effectiveness")


def test_without_a_known_result_there_is_no_score_whatever_else_is_documented() -> None:
    others: dict[str, AnswerId] = {"lasts": "met", "every_group": "met", "completion": "met"}
    unknown = effectiveness(**others)
    assert unknown.coverage == 0.5
    assert not unknown.scored
    inapplicable = effectiveness(result="not-applicable", **others)
    assert inapplicable.coverage == 1.0
    assert not inapplicable.scored


@pytest.mark.parametrize(("answer", "expected"), [("met", 100.0), ("partly", 50.0), ("not-met", 0.0)])
def test_the_result_alone_is_enough_for_a_score_with_its_range(answer: AnswerId, expected: float) -> None:
    found = effectiveness(result=answer)
    assert (found.scored, found.score, found.coverage, found.low, found.high) == (
        True,
        expected,
        0.5,
        expected / 2,
        expected / 2 + 50,
    )


def test_a_trial_that_found_harm_has_the_lowest_score_and_is_never_too_little_documented() -> None:
    harm = effectiveness(result="not-met", lasts="not-applicable", every_group="not-applicable")
    assert (harm.scored, harm.score, harm.low) == (True, 0.0, 0.0)
    for better in ("met", "partly"):
        for rest in itertools.product(ANSWER_IDS, repeat=3):
            other = effectiveness(result=better, **dict(zip(("lasts", "every_group", "completion"), rest, strict=True)))
            assert other.scored
            assert other.score is not None
            assert other.score > harm.score


def test_a_reader_who_silences_what_is_required_gains_no_score() -> None:
    answers = encode(RESULT, [("p", f"eff-{name}", "met", 1) for name in ("lasts", "every-group", "completion")])
    own = weighting(RESULT, {"effectiveness": 1}, {"eff-result": 0})
    found = composite(RESULT, answers, own).of("p", "effectiveness")
    assert found.coverage == 1.0
    assert not found.scored


def test_questions_are_scored_from_the_coverage_of_their_criterion_on() -> None:
    scores = score(RESULT, encode(RESULT, [("p", "eff-completion", "met", 1), ("p", "sus-anchored", "met", 1)]))
    assert scores.of("p", "effectiveness/for-whom").scored
    assert not scores.of("p", "effectiveness/result").scored
    assert not scores.of("p", "sustainability/institutional").scored
