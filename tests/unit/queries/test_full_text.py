"""Full-text search: fifty searches written down beforehand, accents, beginnings of words, and whatever people type."""

from __future__ import annotations

import string
import tomllib

import hostile
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st

from practices_db.database.store import Store
from practices_db.queries import library
from practices_db.queries.full_text import RANKED_AT_MOST, Index, expression

SEARCHES = tomllib.loads((oracles.ROOT / "tests" / "data" / "searches.toml").read_text(encoding="utf-8"))["search"]


@pytest.fixture(scope="module")
def evidence(store: Store) -> Index:
    with store.cursor() as cursor:
        return Index(library.texts(cursor, "evidence"))


def test_fifty_searches_find_what_was_expected(evidence: Index) -> None:
    assert len(SEARCHES) == 50
    wanted = [(one["q"], id_) for one in SEARCHES for id_ in one["expected"]]
    missed = [(q, id_) for q, id_ in wanted if id_ not in evidence.find(q)]
    recall = 1 - len(missed) / len(wanted)
    print(f"recall of {len(wanted)} expected publications in 50 searches: {recall:.3f}")
    assert recall >= 0.95, missed


def test_what_is_expected_stands_among_the_first_ten(evidence: Index) -> None:
    wanted = [(one["q"], id_) for one in SEARCHES for id_ in one["expected"]]
    late = [(q, id_) for q, id_ in wanted if id_ not in evidence.find(q, 10)]
    assert len(late) / len(wanted) < 0.12, late


def test_a_search_for_what_is_not_there_finds_nothing(evidence: Index) -> None:
    assert all(evidence.find(one["q"]) == [] for one in SEARCHES if not one["expected"])


INDEX = Index(
    [
        ("a", "Réfugiés à Łódź", "Größe und Straße, Ø"),
        ("b", "Housing", "refugee families in Athens"),
        ("c", "Refugees", "housing for families"),
        ("d", "Nothing of the kind", "teachers"),
    ]
)


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("refugies", ["a"]),
        ("RÉFUGIÉS", ["a"]),
        ("lodz", ["a"]),
        ("łódź", ["a"]),
        ("o", ["a", "d"]),
        ("strasse", ["a"]),
        ("hous", ["b", "c"]),
        ("refugees", ["c", "b"]),
        ("refugee famil", ["b", "c"]),
        ("athens housing", ["b"]),
        ("athens teachers", []),
        ("'athens\"; DROP", []),
        ("", []),
        ("… —", []),
    ],
)
def test_words_are_found_by_beginning_without_accents_all_of_them(typed: str, ids: list[str]) -> None:
    assert sorted(INDEX.find(typed)) == sorted(ids)


def test_a_word_in_the_title_comes_before_one_in_the_text() -> None:
    assert INDEX.find("housing") == ["b", "c"]
    assert INDEX.find("refugee") == ["c", "b"]


def test_no_more_than_asked_for_are_returned() -> None:
    assert INDEX.find("housing", 1) == ["b"]


def test_very_many_hits_come_unranked_and_complete() -> None:
    many = Index((f"item-{number}", "Word", "common") for number in range(RANKED_AT_MOST + 5))
    assert len(many.find("common")) == RANKED_AT_MOST + 5
    assert many.find("common", 3) == ["item-0", "item-1", "item-2"]


@given(st.text())
def test_any_text_is_a_search(text: str) -> None:
    assert set(INDEX.find(text)) <= {"a", "b", "c", "d"}


@given(st.text(alphabet=string.printable))
def test_what_is_asked_of_sqlite_is_quoted_words_only(text: str) -> None:
    for part in expression(text).split():
        assert part.startswith('"')
        assert part.endswith('"*')
        assert part.strip('"*').isalnum()


@pytest.mark.corpora
def test_hostile_strings_are_searches_like_any_other() -> None:
    for text in hostile.strings():
        INDEX.find(text)
