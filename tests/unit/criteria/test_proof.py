"""The sum behind every score: a reader who follows it arrives at the number that is stored."""

from __future__ import annotations

import re
from collections.abc import Mapping

import oracles
import pytest

from criteria.framework import AnswerId, Criterion, Framework, current_framework
from criteria.proof import Proof, prove
from pages.shared.practices.panels import sum_lines
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.queries import practices

FRAMEWORK = current_framework()
Given = Mapping[str, tuple[AnswerId, int]]


def counting(store: Store) -> dict[str, dict[str, tuple[AnswerId, int]]]:
    """Return practice id → indicator id → the answer that counts, with its level."""
    found: dict[str, dict[str, tuple[AnswerId, int]]] = {}
    with store.cursor() as cursor:
        for practice_id, indicator_id, answer, level in practices.answer_matrix(cursor, PracticeFilter()):
            found.setdefault(practice_id, {})[indicator_id] = answer, level
    return found


def stored(store: Store) -> dict[tuple[str, str], tuple[float | None, ...]]:
    """Return (practice, criterion) → coverage, score, low and high as stored."""
    with store.cursor() as cursor:
        rows = cursor.execute(
            "SELECT practice_id, node, coverage, score, low, high FROM practice_score WHERE level = 'criterion'"
        ).fetchall()
    return {(practice_id, node): tuple(numbers) for practice_id, node, *numbers in rows}


def numbers_of(proof: Proof) -> tuple[float | None, ...]:
    return proof.coverage, proof.score, proof.low, proof.high


def framework_of(*weights: float) -> tuple[Framework, Criterion]:
    """Return the framework with a first criterion of one question with indicators of these weights."""
    criterion = FRAMEWORK.criteria[0]
    question = criterion.questions[0]
    indicators = tuple(
        question.indicators[0].model_copy(update={"id": f"made-up-{at}", "weight": weight})
        for at, weight in enumerate(weights)
    )
    tiny = criterion.model_copy(update={"questions": (question.model_copy(update={"indicators": indicators}),)})
    return FRAMEWORK.model_copy(update={"criteria": (tiny,)}), tiny


def test_the_sum_of_every_assessed_practice_and_criterion_is_the_stored_score(store: Store) -> None:
    answers, expected = counting(store), stored(store)
    assert len(answers) == 218
    assert {practice_id for practice_id, _ in expected} == set(answers)
    compared = 0
    for (practice_id, node), numbers in expected.items():
        criterion = next(one for one in FRAMEWORK.criteria if one.id == node)
        made = numbers_of(prove(FRAMEWORK, criterion, answers[practice_id]))
        for mine, theirs in zip(made, numbers, strict=True):
            assert (mine is None) == (theirs is None), (practice_id, node)
            assert mine is None or mine == pytest.approx(theirs, abs=1e-9), (practice_id, node)
        compared += 1
    assert compared == 218 * 6


def test_the_sum_of_every_assessed_practice_is_what_the_files_give() -> None:
    for one in oracles.practices():
        given: Given = {id_: (counted.answer, counted.evidence_level) for id_, counted in one.answers.items()}  # type: ignore[misc]
        for criterion in FRAMEWORK.criteria if given else ():
            proof, exact = prove(FRAMEWORK, criterion, given), one.scores[criterion.id]
            for mine, theirs in zip(
                numbers_of(proof), (exact.coverage, exact.score, exact.low, exact.high), strict=True
            ):
                assert (mine is None) == (theirs is None), (one.id, criterion.id)
                assert theirs is None or mine == pytest.approx(float(theirs), abs=1e-9), (one.id, criterion.id)


def test_the_printed_lines_hold_the_stored_numbers_to_four_decimals(store: Store) -> None:
    answers = counting(store)
    for (practice_id, node), numbers in stored(store).items():
        criterion = next(one for one in FRAMEWORK.criteria if one.id == node)
        lines = sum_lines(prove(FRAMEWORK, criterion, answers[practice_id]))
        printed = [line.rsplit(" = ", 1)[-1] for line in lines]
        known = [f"{number:.4f}" for number in numbers if number is not None]
        assert known == (printed if known else []), (practice_id, node)


def test_the_printed_sums_come_out_at_the_number_they_end_with(store: Store) -> None:
    """Whoever types a printed line into a calculator gets the number at its end."""
    answers = counting(store)
    for practice_id in answers:
        for criterion in FRAMEWORK.criteria:
            for line in sum_lines(prove(FRAMEWORK, criterion, answers[practice_id])):
                if match := re.fullmatch(r"[a-z ]+ = (?:100 · )?(\(?[\d.+ ]+\)?) / ([\d.]+) = ([\d.]+)", line):
                    above = sum(float(part) for part in match[1].strip("()").split(" + "))
                    times = 100 if "100 · " in line else 1
                    assert times * above / float(match[2]) == pytest.approx(float(match[3]), abs=6e-5), line
                else:
                    assert line == "Nothing that is asked here applies, so there is no score."


def test_a_case_worked_by_hand() -> None:
    framework, criterion = framework_of(2.0, 1.0, 1.0, 1.0, 3.0)
    proof = prove(
        framework,
        criterion,
        {
            "made-up-0": ("met", 3),
            "made-up-1": ("partly", 1),
            "made-up-2": ("not-met", 2),
            "made-up-3": ("not-documented", 0),
            "made-up-4": ("not-applicable", 0),
        },
    )
    assert proof.documented_weight == 4
    assert proof.applicable_weight == 5
    assert proof.weighted_value == 2.5
    assert numbers_of(proof) == (0.8, 62.5, 50.0, 70.0)
    assert [row.value for row in proof.rows] == [1.0, 0.5, 0.0, None, None]
    assert [row.evidence_level for row in proof.rows] == [3, 1, 2, None, None]
    assert sum_lines(proof) == [
        "coverage = 4 / 5 = 0.8000",
        "score = 100 · 2.5 / 4 = 62.5000",
        "low end = 100 · 2.5 / 5 = 50.0000",
        "high end = 100 · (2.5 + 1) / 5 = 70.0000",
    ]


def test_an_indicator_without_an_answer_is_not_documented_and_not_not_met() -> None:
    framework, criterion = framework_of(1.0, 1.0)
    proof = prove(framework, criterion, {"made-up-0": ("met", 1)})
    assert proof.rows[1].answer == "not-documented"
    assert numbers_of(proof) == (0.5, 100.0, 50.0, 100.0)


def test_where_nothing_applies_there_is_no_number_at_all() -> None:
    for criterion in FRAMEWORK.criteria:
        given: Given = {one.id: ("not-applicable", 0) for one in criterion.indicators}
        proof = prove(FRAMEWORK, criterion, given)
        assert numbers_of(proof) == (None, None, None, None)
        assert sum_lines(proof) == ["Nothing that is asked here applies, so there is no score."]


def test_where_nothing_is_documented_there_is_a_range_and_no_score() -> None:
    proof = prove(FRAMEWORK, FRAMEWORK.criteria[0], {})
    assert numbers_of(proof) == (0.0, None, 0.0, 100.0)
    assert not any(line.startswith("score") for line in sum_lines(proof))


def test_answers_to_other_criteria_do_not_count() -> None:
    first, second = FRAMEWORK.criteria[:2]
    own: dict[str, tuple[AnswerId, int]] = {one.id: ("partly", 2) for one in first.indicators}
    others: dict[str, tuple[AnswerId, int]] = {one.id: ("met", 5) for one in second.indicators}
    assert prove(FRAMEWORK, first, own | others) == prove(FRAMEWORK, first, own)
