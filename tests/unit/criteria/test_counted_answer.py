"""Which answer counts: every two answers against the rule in words, and no order of rows matters."""

from __future__ import annotations

import doctest
import itertools
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from criteria import counted_answer as module
from criteria.counted_answer import COUNTING, Given, counted
from criteria.framework import ANSWER_IDS

givens = st.lists(
    st.builds(
        Given,
        assessment_id=st.sampled_from("abcdefgh"),
        basis=st.sampled_from([*COUNTING, "tick-list"]),
        answer=st.sampled_from(ANSWER_IDS),
        evidence_level=st.integers(0, 5),
        assessed_on=st.sampled_from([date(2026, 1, 1), date(2026, 2, 1)]),
        settled=st.integers(0, 5).map(lambda one: one == 0),
    ),
    max_size=5,
    unique_by=lambda one: one.assessment_id,
)


def test_example_of_the_docstring_holds() -> None:
    found = doctest.testmod(module)
    assert (found.failed, found.attempted) == (0, 4)


def comes_before(one: Given, other: Given) -> bool:
    """The rule in words, step by step: the first step on which two differ decides."""
    bases = ["expert-review", "desk-review", "self-assessment"]
    answers = ["not-met", "partly", "met", "not-applicable", "not-documented"]
    for mine, theirs in (
        (not one.settled, not other.settled),
        (one.answer == "not-documented", other.answer == "not-documented"),
        (bases.index(one.basis), bases.index(other.basis)),
        (-one.evidence_level, -other.evidence_level),
        (answers.index(one.answer), answers.index(other.answer)),
        (-one.assessed_on.toordinal(), -other.assessed_on.toordinal()),
    ):
        if mine != theirs:
            return mine < theirs
    return one.assessment_id < other.assessment_id


@given(givens)
def test_the_one_that_counts_comes_before_every_other(rows: list[Given]) -> None:
    can = [one for one in rows if one.basis != "tick-list"]
    found = counted(rows)
    assert (found is None) == (not can)
    if found:
        assert all(comes_before(found, one) for one in can if one is not found)
        assert {counted(order) for order in itertools.permutations(rows)} == {found}


def test_a_tick_counts_nowhere() -> None:
    day = date(2026, 11, 27)
    tick = Given("tick", "tick-list", "met", 5, day, settled=True)
    read = Given("read", "self-assessment", "not-met", 0, day)
    assert counted([tick]) is None
    assert counted([tick, read]) == read
