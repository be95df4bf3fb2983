"""What a selection holds: database and index say what a slow count of the catalogue's files says."""

from __future__ import annotations

from collections.abc import Iterator

import oracles
import pytest
from sample_views import BY_ID, EVERYONE, FILTERS, NUMBERS

from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.selection_texts import SelectionCounts, answer
from practices_db.database.store import Store
from practices_db.queries.facet_index import Index
from practices_db.queries.practices import cards
from practices_db.queries.selection_counts import counts_of, read_counts


@pytest.fixture(scope="module")
def index(store: Store) -> Iterator[Index]:
    with store.cursor() as cursor:
        yield Index.read(cursor)


def both_ways(store: Store, index: Index, chosen: PracticeFilter) -> tuple[SelectionCounts, SelectionCounts]:
    with store.cursor() as cursor:
        return read_counts(cursor, chosen), counts_of(index.select(chosen), lambda id_: cards(cursor, [id_])[0])


@pytest.mark.parametrize("number", NUMBERS)
def test_database_and_index_count_what_the_oracle_counts(number: int, store: Store, index: Index) -> None:
    chosen = FILTERS[number]
    from_database, from_index = both_ways(store, index, chosen)
    assert answer(chosen, from_database) == answer(chosen, from_index)
    found = [one for one in EVERYONE if oracles.matches(one, chosen.model_dump())]
    leading = max((oracles.leads_by(one) for one in found), default=0)
    best = [one for one in found if leading and oracles.leads_by(one) == leading]
    for counts in (from_database, from_index):
        assert counts.practices == len(found)
        assert counts.assessed == sum(bool(one.answers) for one in found)
        assert counts.scored == sum(
            bool(one.answers) and all(one.scores[node].scored for node in oracles.HEADLINES) for one in found
        )
        assert counts.unknown == sum(not one.answers and not one.results for one in found)
        dated = [one for one in found if one.row["start_year"] or one.row["end_year"]]
        first = chosen.running_from or 0
        assert counts.open_end == sum(not oracles.ran_to(one, first) for one in dated)
        last = chosen.running_to or 9999
        assert counts.open_start == sum(not oracles.ran_from(one, last) for one in dated)
        assert counts.undated == (len(found) - len(dated) if chosen.dated and chosen.undated else 0)
        assert counts.alike == len(best)
        if best:
            assert counts.best is not None
            assert counts.best["id"] == oracles.in_order(best, "result")[0]
        else:
            assert counts.best is None
        for facet, numbers in counts.values.items():
            for value in chosen.chosen(facet):
                assert numbers.get(value, 0) == sum(value in one.facets[facet] for one in found)


def test_random_filters_find_values_of_every_sort(store: Store, index: Index) -> None:
    with store.cursor() as cursor:
        every = [counts_of(index.select(chosen), lambda id_: cards(cursor, [id_])[0]) for chosen in FILTERS]
    asked = [
        (counts.values[facet.field].get(value, 0), counts.practices)
        for chosen, counts in zip(FILTERS, every, strict=True)
        for facet in chosen.alternatives
        for value in chosen.chosen(facet.field)
        if counts.practices
    ]
    assert any(number == 0 for number, _ in asked)
    assert any(0 < number < practices for number, practices in asked)
    assert any(counts.best is None and counts.practices for counts in every)
    assert any(counts.open_end and counts.undated for counts in every)


def test_independence_breaks_the_tie_between_results_of_the_same_strength(store: Store, index: Index) -> None:
    strongest = [one for one in EVERYONE if oracles.mark(one) == 5]
    operators = [one for one in strongest if one.results[0]["independent_of_operator"] == "no"]
    assert 0 < len(operators) < len(strongest)
    for counts in both_ways(store, index, PracticeFilter()):
        assert "(randomised trial, 5 of 5, in a source independent of the operator," in answer(PracticeFilter(), counts)


def test_practices_named_one_by_one_have_their_best_evidence_wherever_they_are_named(
    store: Store, index: Index
) -> None:
    in_order = oracles.in_order(BY_ID.values(), "result")
    chosen = PracticeFilter(practice=(in_order[-1], in_order[0]))
    for counts in both_ways(store, index, chosen):
        assert counts.best is not None
        assert counts.best["id"] == in_order[0]


def test_what_a_euro_brings_is_named_only_where_nothing_is_known_of_participants(store: Store, index: Index) -> None:
    social_return = "nachbarinnen-in-wien"  # found by a survey, 2 of 5
    weaker = next(one for one in EVERYONE if oracles.mark(one) == 1 and one.results[0]["outcome"] == "employment")
    alone, beside = PracticeFilter(practice=(social_return,)), PracticeFilter(practice=(social_return, weaker.id))
    for counts in both_ways(store, index, alone):
        assert "Best evidence (survey of participants, 2 of 5" in answer(alone, counts)
    for counts in both_ways(store, index, beside):
        assert counts.best is not None
        assert counts.best["id"] == weaker.id
        assert "Best evidence on outcomes for people (monitoring figures, 1 of 5" in answer(beside, counts)
