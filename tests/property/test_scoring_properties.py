"""What must hold for the scores of every framework and all answers."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, fields
from typing import Any

import oracles
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from criteria.framework import ANSWER_IDS, AnswerId, Framework
from criteria.scoring import Score, Scores, encode, nodes, score

CLOSE = 1e-9
Answered = dict[str, tuple[AnswerId, int]]
DOCUMENTED: tuple[AnswerId, ...] = ("not-met", "partly", "met")  # from worst to best


@dataclass(frozen=True)
class Situation:
    """A framework as its file says it, and the answers of some practices."""

    content: dict[str, Any]
    answers: dict[str, Answered]

    @property
    def indicators(self) -> list[dict[str, Any]]:
        return [
            indicator
            for criterion in self.content["criterion"]
            for question in criterion["question"]
            for indicator in question["indicator"]
        ]


def scores_of(content: dict[str, Any], answers: dict[str, Answered]) -> Scores:
    framework = Framework.model_validate(content)
    rows = [
        (practice, indicator, answer, level)
        for practice, given_to in answers.items()
        for indicator, (answer, level) in given_to.items()
    ]
    return score(framework, encode(framework, rows))


def of_one(content: dict[str, Any], answers: Answered) -> dict[str, Score]:
    """Return every node of one practice; without a single answer one not-documented is said aloud."""
    first = content["criterion"][0]["question"][0]["indicator"][0]["id"]
    scores = scores_of(content, {"p": answers or {first: ("not-documented", 0)}})
    return {node.id: scores.of("p", node.id) for node in scores.nodes}


weight = st.one_of(
    st.sampled_from([1.0, 2.0, 0.5, 0.1, 0.2, 0.3, 0.7]),
    st.integers(min_value=1, max_value=9999).map(lambda thousandths: thousandths / 1000),
)


@st.composite
def frameworks(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a small framework, as its file would say it."""
    number = iter(range(1000))
    criteria = [
        {
            "id": f"c{at}",
            "title": "x",
            "headline": at == 0,
            "summary": "x",
            **({"minimum_coverage": draw(st.integers(1, 20)) / 20} if draw(st.booleans()) else {}),
            "question": [
                {
                    "id": f"q{question}",
                    "text": "x",
                    "indicator": [
                        {"id": f"i{next(number)}", "label": "x", "met": "x", "partly": "x", "not_met": "x"}
                        | {"basis": ["s"]}
                        | ({"weight": draw(weight)} if draw(st.booleans()) else {})
                        | ({"required": True} if draw(st.integers(0, 5)) == 0 else {})
                        for _ in range(draw(st.integers(1, 4)))
                    ],
                }
                for question in range(draw(st.integers(1, 3)))
            ],
        }
        for at in range(draw(st.integers(1, 3)))
    ]
    return {
        "id": "drawn",
        "version": "1.0.0",
        "title": "Drawn",
        "language": "en",
        "minimum_coverage": draw(st.integers(1, 20)) / 20,
        "answer": [
            {"id": "met", "label": "x", "value": 1.0},
            {"id": "partly", "label": "x", "value": draw(st.integers(1, 9)) / 10},
            {"id": "not-met", "label": "x", "value": 0.0},
            {"id": "not-documented", "label": "x"},
            {"id": "not-applicable", "label": "x"},
        ],
        "evidence_level": [{"level": level, "label": "x"} for level in range(6)],
        "source": [{"id": "s", "title": "x", "publisher": "x", "url": "https://example.org"}],
        "criterion": criteria,
    }


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Draw a framework, small or the shipped one, and answers of one to three practices."""
    shipped = st.builds(oracles.framework_content, st.sampled_from(["1.0.0", "2.0.0"]))
    content = draw(st.one_of(frameworks(), frameworks(), shipped))
    situation = Situation(content, {})
    for practice in range(draw(st.integers(1, 3))):
        answers: Answered = {}
        for indicator in situation.indicators:
            if draw(st.booleans()) or not answers:
                answers[indicator["id"]] = draw(st.sampled_from(ANSWER_IDS)), draw(st.integers(0, 5))
        situation.answers[f"p{practice}"] = answers
    return situation


@st.composite
def one_changed(draw: st.DrawFn) -> tuple[Situation, str]:
    """Draw a situation and one of its indicators."""
    situation = draw(situations())
    return situation, draw(st.sampled_from(situation.indicators))["id"]


def assert_same(found: Score, expected: Score) -> None:
    for field in fields(Score):
        one, other = getattr(found, field.name), getattr(expected, field.name)
        assert one == (pytest.approx(other, abs=CLOSE) if isinstance(other, float) else other), field.name


@given(situations())
def test_every_node_is_what_the_slow_oracle_says(situation: Situation) -> None:
    scores = scores_of(situation.content, situation.answers)
    for practice, answers in situation.answers.items():
        expected = oracles.score_nodes(situation.content, dict(answers))
        assert {node.id for node in scores.nodes} == set(expected)
        for id_, node in expected.items():
            found = scores.of(practice, id_)
            for name in ("score", "coverage", "low", "high"):
                number, exact = getattr(found, name), getattr(node, name)
                assert (number is None) == (exact is None), (practice, id_, name)
                if exact is not None:
                    assert number == pytest.approx(float(exact), abs=CLOSE), (practice, id_, name)
            assert (found.scored, found.strongest_evidence, found.answered, found.applicable) == (
                node.scored,
                node.strongest,
                node.answered,
                node.applicable,
            )
            assert found.median_evidence == (None if node.median is None else float(node.median))


@given(situations())
def test_scores_stay_within_0_and_100_and_inside_their_range(situation: Situation) -> None:
    scores = scores_of(situation.content, situation.answers)
    for practice in situation.answers:
        for node in scores.nodes:
            found = scores.of(practice, node.id)
            if found.low is None or found.high is None or found.coverage is None:
                assert (found.low, found.high, found.coverage, found.score) == (None, None, None, None)
                assert found.applicable == 0
                continue
            assert 0 <= found.coverage <= 1
            assert -CLOSE <= found.low <= found.high + CLOSE <= 100 + 2 * CLOSE
            assert (found.score is None) == (found.answered == 0)
            if found.score is not None:
                assert found.low - CLOSE <= found.score <= found.high + CLOSE
            assert found.answered <= found.applicable
            if found.scored:
                assert found.score is not None


@given(one_changed(), st.integers(0, 5))
def test_a_better_answer_lowers_nothing(drawn: tuple[Situation, str], level: int) -> None:
    situation, indicator = drawn
    for answers in situation.answers.values():
        line = [of_one(situation.content, answers | {indicator: (answer, level)}) for answer in DOCUMENTED]
        for worse, better in itertools.pairwise(line):
            for id_ in worse:
                for name in ("score", "low", "high"):
                    before, after = getattr(worse[id_], name), getattr(better[id_], name)
                    assert before is None or after >= before - CLOSE, (id_, name)
                assert worse[id_].coverage == better[id_].coverage


@given(one_changed())
def test_better_answer_raises_what_it_belongs_to(drawn: tuple[Situation, str]) -> None:
    situation, indicator = drawn
    content, answers = situation.content, situation.answers["p0"]
    worse = of_one(content, answers | {indicator: ("not-met", 0)})
    better = of_one(content, answers | {indicator: ("met", 0)})
    for id_, indicators in oracles.indicators_by_node(content).items():
        before, after = worse[id_].score, better[id_].score
        if indicator in [one["id"] for one in indicators]:
            assert before is not None
            assert after is not None
            assert after > before
        else:
            assert before == after


@given(one_changed(), st.sampled_from(DOCUMENTED), st.integers(0, 5))
def test_documenting_an_answer_never_widens_the_range(
    drawn: tuple[Situation, str], answer: AnswerId, level: int
) -> None:
    situation, indicator = drawn
    for answers in situation.answers.values():
        before = of_one(situation.content, answers | {indicator: ("not-documented", 0)})
        after = of_one(situation.content, answers | {indicator: (answer, level)})
        for id_, wide in before.items():
            if wide.low is None or wide.high is None or wide.coverage is None:
                continue
            narrow = after[id_]
            assert narrow.low is not None
            assert narrow.high is not None
            assert narrow.coverage is not None
            assert narrow.high - narrow.low <= wide.high - wide.low + CLOSE
            assert narrow.low >= wide.low - CLOSE
            assert narrow.high <= wide.high + CLOSE
            assert narrow.coverage >= wide.coverage - CLOSE


@given(situations(), st.randoms(use_true_random=False))
def test_whatever_the_undocumented_turns_out_to_be_lies_in_the_range(
    situation: Situation, chance: random.Random
) -> None:
    for answers in situation.answers.values():
        now = of_one(situation.content, answers)
        completed = dict(answers)
        for indicator in situation.indicators:
            if completed.get(indicator["id"], ("not-documented", 0))[0] == "not-documented":
                completed[indicator["id"]] = chance.choice(DOCUMENTED), chance.randrange(6)
        for id_, then in of_one(situation.content, completed).items():
            low, high = now[id_].low, now[id_].high
            if low is None or high is None:
                assert then.score is None
                continue
            assert then.coverage == 1
            assert then.score is not None
            assert low - CLOSE <= then.score <= high + CLOSE


@given(situations())
def test_the_ends_of_the_range_are_reached(situation: Situation) -> None:
    for answers in situation.answers.values():
        now = of_one(situation.content, answers)
        unknown = [
            one["id"]
            for one in situation.indicators
            if answers.get(one["id"], ("not-documented", 0))[0] == "not-documented"
        ]
        ends: list[tuple[str, AnswerId]] = [("low", "not-met"), ("high", "met")]
        for end, answer in ends:
            extreme: Answered = dict.fromkeys(unknown, (answer, 0))
            for id_, then in of_one(situation.content, answers | extreme).items():
                assert then.score == pytest.approx(getattr(now[id_], end), abs=CLOSE)


@given(one_changed())
def test_not_applicable_is_as_if_the_framework_did_not_have_it(drawn: tuple[Situation, str]) -> None:
    situation, indicator = drawn
    # one that is required leaves no score where it is not applicable, which the oracle tests
    assume(not any(one["id"] == indicator and one.get("required") for one in situation.indicators))
    criteria: list[dict[str, Any]] = []
    for criterion in situation.content["criterion"]:
        questions = [
            question | {"indicator": kept}
            for question in criterion["question"]
            if (kept := [one for one in question["indicator"] if one["id"] != indicator])
        ]
        if questions:
            criteria.append(criterion | {"question": questions, "headline": True})
    assume(criteria)
    without = situation.content | {"criterion": criteria}
    for answers in situation.answers.values():
        rest = {id_: given_to for id_, given_to in answers.items() if id_ != indicator}
        inapplicable = of_one(situation.content, rest | {indicator: ("not-applicable", 0)})
        for id_, expected in of_one(without, rest).items():
            assert_same(inapplicable[id_], expected)


@given(situations(), st.randoms(use_true_random=False))
def test_order_changes_nothing(situation: Situation, chance: random.Random) -> None:
    def shuffled(items: list[Any]) -> list[Any]:
        return chance.sample(items, len(items))

    turned = situation.content | {
        "criterion": shuffled(
            [
                criterion
                | {
                    "question": shuffled(
                        [
                            question | {"indicator": shuffled(question["indicator"])}
                            for question in criterion["question"]
                        ]
                    )
                }
                for criterion in situation.content["criterion"]
            ]
        )
    }
    straight = scores_of(situation.content, situation.answers)
    answers = {practice: dict(shuffled(list(given_to.items()))) for practice, given_to in situation.answers.items()}
    crooked = scores_of(turned, {practice: answers[practice] for practice in shuffled(list(answers))})
    for practice in situation.answers:
        for node in straight.nodes:
            assert_same(crooked.of(practice, node.id), straight.of(practice, node.id))


@given(situations(), st.sampled_from([0.1, 0.3, 2.0, 7.0, 1000.0]))
def test_scale_of_the_weights_changes_nothing(situation: Situation, factor: float) -> None:
    scaled = situation.content | {
        "criterion": [
            criterion
            | {
                "question": [
                    question
                    | {
                        "indicator": [
                            indicator | {"weight": indicator.get("weight", 1.0) * factor}
                            for indicator in question["indicator"]
                        ]
                    }
                    for question in criterion["question"]
                ]
            }
            for criterion in situation.content["criterion"]
        ]
    }
    before, after = (scores_of(content, situation.answers) for content in (situation.content, scaled))
    for practice in situation.answers:
        for node in nodes(Framework.model_validate(situation.content)):
            assert_same(after.of(practice, node.id), before.of(practice, node.id))


@given(situations())
def test_practices_scored_together_score_as_if_alone(situation: Situation) -> None:
    together = scores_of(situation.content, situation.answers)
    for practice, answers in situation.answers.items():
        for id_, alone in of_one(situation.content, answers).items():
            assert_same(together.of(practice, id_), alone)
