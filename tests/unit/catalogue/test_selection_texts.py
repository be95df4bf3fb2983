"""The answer above a result: counts are told, a value that finds nothing is said, nothing is claimed of silence."""

from __future__ import annotations

from typing import Any

import pytest

from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.selection_texts import SelectionCounts, answer, found, known

# Made up; only the columns that a sentence reads.
BEST: dict[str, Any] = {
    "name": "House of keys",
    "result": "12 points more in their own flat",
    "result_direction": "improved",
    "result_outcome": "housing",
    "result_design": "before-after",
    "result_independent": False,
    "result_base": None,
    "result_horizon": "1 year",
    "results_further": 0,
}


def counts(practices: int = 6, values: dict[str, dict[str, int]] | None = None, **changed: Any) -> SelectionCounts:
    given: dict[str, Any] = {"assessed": 3, "scored": 2, "unknown": 3, "best": BEST, "alike": 1}
    given |= {"open_end": 0, "open_start": 0, "undated": 0} | changed
    return SelectionCounts(practices, values or {}, **given)


HOUSING = PracticeFilter(country=("IT", "DE"), target_group=("refugees",), sector=("housing-and-settlement",))


def test_the_answer_of_the_brief() -> None:
    assert answer(HOUSING, counts(values={"country": {"IT": 6, "DE": 0}})) == (
        "6 practices for refugees on housing and settlement: 6 in Italy, none in Germany. "
        "3 assessed, 2 scored on both effectiveness and sustainability. "
        "Best evidence on outcomes for people (before and after, 2 of 5, from the operator): House of keys. "
        "Improved: 12 points more in their own flat (Housing, 1 year). "
        "Nothing is known of 3 (no assessment, no result)."
    )


@pytest.mark.parametrize(
    ("chosen", "number", "values", "said"),
    [
        (PracticeFilter(), 325, {}, "All 325 practices"),
        (PracticeFilter(country=("IT",)), 1, {}, "1 practice in Italy"),
        (PracticeFilter(country=("MT",), text="x"), 0, {}, "No practice in Malta, matching “x”"),
        (HOUSING, 0, {"country": {}}, "No practice in Italy or Germany for refugees on housing and settlement"),
        (
            PracticeFilter(country=("IT", "DE", "MT")),
            7,
            {"country": {"IT": 7}},
            "7 practices: 7 in Italy, none in Germany or Malta",
        ),
        (
            PracticeFilter(country=("IT", "not-stated")),
            3,
            {"country": {"IT": 2, "not-stated": 1}},
            "3 practices: 2 in Italy, 1 with no country stated",
        ),
        (
            PracticeFilter(country=("IT", "DE"), sector=("language", "digital")),
            3,
            {"country": {"IT": 2, "DE": 2}, "sector": {"language": 3, "digital": 0}},
            "3 practices: 2 in Italy, 2 in Germany (some in more than one); 3 on language, none on digital",
        ),
        (
            PracticeFilter(target_group=("women", "youth"), all_target_groups=True),
            2,
            {},
            "2 practices for women and young people",
        ),
        (PracticeFilter(funding_kind=("eu-fund",)), 2, {}, "2 practices funded by EU fund"),
    ],
)
def test_what_was_found(chosen: PracticeFilter, number: int, values: dict[str, dict[str, int]], said: str) -> None:
    assert found(chosen, counts(number, values)) == said


def test_a_period_says_of_how_many_it_is_not_known_whether_they_ran_in_it() -> None:
    later = PracticeFilter(running_from=2030)
    assert found(later, counts(164, open_end=164)) == (
        "164 practices running in or after 2030, or started before with no end stated: "
        "0 known to run then, 164 with no end stated"
    )
    both = PracticeFilter(country=("IT", "DE"), running_from=2020, running_to=2020, undated=True)
    assert found(both, counts(9, {"country": {"IT": 9}}, open_end=2, open_start=1, undated=3)) == (
        "9 practices running in 2020, or started before with no end stated, or ended later with no start stated, or "
        "with no year stated: 9 in Italy, none in Germany; "
        "3 known to run then, 2 with no end stated, 1 with no start stated, 3 with no year stated"
    )
    assert "known to run then" not in found(later, counts(3))


def test_practices_that_are_named_are_called_by_name() -> None:
    chosen = PracticeFilter(practice=("a", "b"))
    assert found(chosen, counts(2), {"a": "House of keys", "b": "Open door"}) == (
        "2 practices named House of keys or Open door"
    )


def test_where_nothing_is_found_nothing_is_said_to_be_known() -> None:
    assert answer(HOUSING, counts(0)) == "No practice in Italy or Germany for refugees on housing and settlement."


def test_silence_is_no_result_and_no_score() -> None:
    assert known(counts(3, assessed=0, scored=0, best=None, alike=0)) == (
        "None assessed, none scored on both effectiveness and sustainability. No result is known. "
        "Nothing is known of 3 (no assessment, no result)."
    )
    assert "Nothing is known" not in known(counts(3, unknown=0))


def test_others_with_evidence_as_strong_are_counted_and_a_level_says_what_it_is_not() -> None:
    level = BEST | {"result_direction": "level-only", "result_design": "monitoring", "result_independent": None}
    said = known(counts(alike=3, best=level))
    assert "people (monitoring figures, 1 of 5, 2 more practices at this level): House of keys." in said
    assert "it does not say what would have happened otherwise." in said
