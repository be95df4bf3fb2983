"""What one more answer would tell, against trying it."""

from __future__ import annotations

import doctest
import itertools

import pytest

from criteria import answer_gaps as module
from criteria.answer_gaps import answers_for_a_score, telling_answers
from criteria.framework import DOCUMENTED, AnswerId, published_frameworks
from criteria.order import CoderError, criterion_alone, partial_order
from criteria.scoring import encode, score

FRAMEWORK = published_frameworks()["integration-practices", "2.0.0"]
SUSTAINABILITY = [one.id for one in FRAMEWORK.criteria[1].indicators]
Rows = list[tuple[str, str, AnswerId, int]]


def test_example_of_the_docstring_holds() -> None:
    found = doctest.testmod(module)
    assert (found.failed, found.attempted) == (0, 5)


def test_the_smallest_sets_are_those_that_trying_finds() -> None:
    rows: Rows = [
        ("one-missing", id_, "met", 1)
        for id_ in SUSTAINABILITY[:4]  # 5 of 8 documented, 5.2 needed
    ]
    rows += [("two-missing", id_, "met", 1) for id_ in SUSTAINABILITY[3:]]  # 4 of 8, the first weighs 2
    rows += [("scored", id_, "met", 1) for id_ in SUSTAINABILITY]
    rows += [("hopeless", "eff-result", "not-applicable", 0), ("hopeless", "eff-lasts", "met", 1)]
    found = answers_for_a_score(FRAMEWORK, encode(FRAMEWORK, rows), "sustainability")
    by_id = {one.practice_id: one.sets for one in found}
    assert [one.practice_id for one in found] == ["one-missing", "two-missing", "hopeless"]
    assert by_id["one-missing"] == tuple((id_,) for id_ in SUSTAINABILITY[4:])
    for id_, sets in by_id.items():
        mine = {row[1] for row in rows if row[0] == id_}
        missing = [one for one in SUSTAINABILITY if one not in mine]
        for size in range(1, len(sets[0]) + 1):
            enough = [
                chosen
                for chosen in itertools.combinations(missing, size)
                if score(
                    FRAMEWORK,
                    encode(FRAMEWORK, [*rows, *((id_, one, "met", 1) for one in chosen)]),  # type: ignore[list-item]
                )
                .of(id_, "sustainability")
                .scored
            ]
            assert enough == (list(sets) if size == len(sets[0]) else [])
    effectiveness = answers_for_a_score(FRAMEWORK, encode(FRAMEWORK, rows), "effectiveness")
    assert {one.practice_id: one.sets for one in effectiveness} == dict.fromkeys(
        ("one-missing", "scored", "two-missing"), (("eff-result",),)
    )


@pytest.mark.parametrize("error", [CoderError(0.0), CoderError(0.05, 0.1)])
def test_pairs_gained_are_those_of_trying_each_answer(error: CoderError) -> None:
    rows: Rows = [("a", id_, "met", 1) for id_ in SUSTAINABILITY[:5]]
    rows += [("b", id_, "partly", 1) for id_ in SUSTAINABILITY[:6]]
    rows += [("c", id_, "not-met", 1) for id_ in SUSTAINABILITY[:5]]
    rows += [("d", id_, "met", 1) for id_ in SUSTAINABILITY]
    rows += [("unscored", SUSTAINABILITY[0], "met", 1), ("a", "eff-lasts", "met", 1)]
    alone = criterion_alone(FRAMEWORK, "sustainability")

    def told_apart(of: Rows, id_: str) -> int:
        order = partial_order(FRAMEWORK, encode(FRAMEWORK, of), alone, error=error)
        return order.of(id_).ahead_of + order.of(id_).behind

    found = telling_answers(FRAMEWORK, encode(FRAMEWORK, rows), alone, error)
    assert {(one.practice_id, one.indicator_id) for one in found} == {
        (id_, indicator) for id_, first in (("a", 5), ("b", 6), ("c", 5)) for indicator in SUSTAINABILITY[first:]
    }
    for one in found:
        after = [
            told_apart([*rows, (one.practice_id, one.indicator_id, answer, 1)], one.practice_id)
            for answer in DOCUMENTED
        ]
        assert one.pairs_gained == pytest.approx(sum(after) / 3 - told_apart(rows, one.practice_id))
    gained = [one.pairs_gained for one in found]
    assert gained == sorted(gained, reverse=True)


def test_nothing_is_missing_where_all_is_known() -> None:
    answers = encode(FRAMEWORK, [("d", id_, "met", 1) for id_ in SUSTAINABILITY])
    assert telling_answers(FRAMEWORK, answers, criterion_alone(FRAMEWORK, "sustainability")) == ()
    assert answers_for_a_score(FRAMEWORK, answers, "sustainability") == ()
