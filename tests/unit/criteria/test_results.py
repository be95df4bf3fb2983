"""Groups of results: the whole table, and a trial that found harm."""

from __future__ import annotations

import doctest
from typing import get_args

import pytest

from criteria import results as module
from criteria.framework import published_frameworks
from criteria.results import MARKS, RESULT_INDICATOR, Design, Direction, Result, group

FRAMEWORK = published_frameworks()["integration-practices", "2.0.0"]


def test_examples_of_the_docstring_hold() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("design", get_args(Design))
@pytest.mark.parametrize("direction", get_args(Direction))
def test_every_answer_with_every_result(design: Design, direction: Direction) -> None:
    main = Result(design, direction)
    compared = design in ("randomised", "comparison-group")
    if direction == "worsened":
        expected, not_met = "worse", "worse"
    elif direction in ("mixed", "no-clear-effect"):
        expected, not_met = "no-difference", "no-difference"
    elif compared and direction == "improved":
        expected, not_met = "better-than-others", "no-difference"
    else:
        expected, not_met = "better-than-before", "no-difference"
    assert group("met", main).id == group("partly", main).id == expected
    assert group("not-met", main).id == not_met
    for answer in (None, "not-documented", "not-applicable"):
        assert group(answer, main).id == ("worse" if direction == "worsened" else "level-only")  # type: ignore[arg-type]


def test_without_a_result_row_the_answer_alone_speaks() -> None:
    found = [group(answer, None).id for answer in ("met", "partly", "not-met", None)]  # type: ignore[arg-type]
    assert found == ["better-than-before", "better-than-before", "no-difference", "unknown"]


def test_marks_are_levels_of_the_framework_and_the_answer_it_asks_is_required() -> None:
    assert set(MARKS) == set(get_args(Design))
    assert MARKS == {
        "randomised": 5,
        "comparison-group": 4,
        "before-after": 2,
        "survey": 2,
        "monitoring": 1,
        "qualitative": 1,
    }
    assert FRAMEWORK.evidence_label(MARKS["comparison-group"]) == "Comparison group"
    assert FRAMEWORK.indicator(RESULT_INDICATOR).required
