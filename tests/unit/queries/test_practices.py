"""Filters, counts, orders and neighbours against the slow oracle, on the whole catalogue."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import oracles
import pandas as pd
import pytest
from exported_files import exported, rows_of
from sample_views import BY_ID, EVERYONE, FILTERS, NUMBER_OF_FILTERS, NUMBERS, SORT_ORDERS

from practices_db.catalogue import scorecards
from practices_db.catalogue.practice_filter import PracticeFilter, Sort
from practices_db.curation import edit_practices
from practices_db.database.store import Cursor, Store
from practices_db.errors import Actor
from practices_db.queries import practices
from practices_db.queries.facet_index import Index
from practices_db.queries.selection_counts import counts_of, read_counts


@pytest.fixture(scope="module")
def index(store: Store) -> Index:
    with store.cursor() as cursor:
        return Index.read(cursor)


def oracle_ids(chosen: PracticeFilter) -> set[str]:
    return {one.id for one in EVERYONE if oracles.matches(one, chosen.model_dump())}


def found_ids(store: Store, chosen: PracticeFilter, sort: Sort = "name") -> list[str]:
    with store.cursor() as cursor:
        return list(practices.find_practices(cursor, chosen, sort)["id"])


# Synthetic: (the name as it is stored, how somebody types it)
TYPED = [
    ("Integra\u00adtions\u00adlotsen Bremen", "integrationslotsen"),
    ("Straße\u200bProjekt Ulm", "Straßeprojekt ulm"),
    ("L’Atelier d’intégration", "L'atelier d'integration"),
    ("Vielfalt–Netz", "vielfalt-netz"),
    ("Vielfalt-Netz", "Vielfalt‑Netz"),
    ("Malmo\u0308 hjälper", "Malmö HJALPER"),
    ("Malmö", "Mal\u00admo\u0308\u200b"),
]


@pytest.mark.parametrize("names", [TYPED[::2], TYPED[1::2]], ids=["some", "others"])  # apart, what is folded alike
def test_store_and_question_are_folded_alike(names: list[tuple[str, str]], tiny_store: Store) -> None:
    ids = [f"synthetic-{id_}" for id_ in ("empty", "lines", "formula", "accents")]

    def rename(cursor: Cursor) -> None:
        for id_, (name, _) in zip(ids, names, strict=False):
            cursor.execute("UPDATE practice SET name = $name WHERE id = $id", {"name": name, "id": id_})
        scorecards.rebuild(cursor)

    tiny_store.write(rename)
    for id_, (name, typed) in zip(ids, names, strict=False):
        chosen, dropped = PracticeFilter.from_params({"q": [typed]})
        assert dropped == []
        with tiny_store.cursor() as cursor:
            assert Index.read(cursor).select(chosen).ids("name") == [id_], name
            curators = edit_practices.find(cursor, Actor("curator", "person:0123456789abcdef"), "practice", typed)
        assert found_ids(tiny_store, chosen) == [one.id for one in curators] == [id_], name


def test_random_filters_are_worth_trying() -> None:
    sizes = [len(oracle_ids(chosen)) for chosen in FILTERS]
    assert sum(1 for size in sizes if size) >= NUMBER_OF_FILTERS // 2
    assert sum(1 for size in sizes if not size) >= 5
    assert sum(1 for size in sizes if 1 < size < len(EVERYONE)) >= NUMBER_OF_FILTERS // 4
    several_groups = [one for one in FILTERS if one.all_target_groups and len(one.target_group) > 1]
    assert sum(1 for chosen in several_groups if oracle_ids(chosen)) >= 5
    either = [(one, one.model_copy(update={"all_target_groups": False})) for one in several_groups]
    assert any(oracle_ids(strict) != oracle_ids(loose) for strict, loose in either)
    for narrowed in ("running_from", "running_to", "undated", "minimum_coverage", "text"):
        assert any(getattr(chosen, narrowed) and oracle_ids(chosen) for chosen in FILTERS), narrowed


@pytest.mark.parametrize("number", NUMBERS)
def test_screen_count_and_file_find_what_the_oracle_finds(number: int, store: Store) -> None:
    chosen, sort = FILTERS[number], SORT_ORDERS[number % len(SORT_ORDERS)]
    expected = oracles.in_order((BY_ID[id_] for id_ in oracle_ids(chosen)), sort)
    with store.cursor() as cursor:
        on_screen = list(practices.find_practices(cursor, chosen, sort)["id"])
        count = practices.count_practices(cursor, chosen)
    in_file = [row["practice_id"] for row in rows_of(exported(store, chosen, sort))]
    assert on_screen == expected, chosen.in_words()
    assert in_file == expected, chosen.in_words()
    assert count == len(expected)


EDGES: dict[str, dict[str, Any]] = {
    "nothing chosen": {},
    "not-stated country": {"country": ["not-stated"]},
    "not-stated or a country": {"country": ["not-stated", "IT"]},
    "a country nobody is in": {"country": ["AQ"]},
    "all groups, one of them not-stated": {
        "target_group": ["not-stated", "women"],
        "all_target_groups": True,
    },
    "all groups, one group": {"target_group": ["women"], "all_target_groups": True},
    "all groups, none chosen": {"all_target_groups": True},
    "all groups beside several countries": {
        "target_group": ["women", "refugees"],
        "country": ["IT", "DE", "FR", "ES"],
        "all_target_groups": True,
    },
    "undated alone narrows nothing": {"undated": True},
    "ended long ago": {"running_to": 1980},
    "ended long ago, or undated": {"running_to": 1980, "undated": True},
    "not begun yet": {"running_from": 2100},
    "one year": {"running_from": 2015, "running_to": 2015},
    "every word must occur": {"text": "women language"},
    "words in any order": {"text": "language women"},
    "accents alone are no word": {"text": "\u0301"},
    "every status": {"assessment_status": ["assessed", "not-assessed"]},
    "status together": {"assessment_status": ["effectiveness-scored", "sustainability-scored"]},
    "no evidence, but assessed": {"assessment_status": ["assessed"], "evidence_level": ["none"]},
}


@pytest.mark.parametrize("edge", EDGES)
def test_edge_of_the_filter(edge: str, store: Store, index: Index) -> None:
    chosen = PracticeFilter.model_validate(EDGES[edge])
    expected = oracles.in_order((BY_ID[id_] for id_ in oracle_ids(chosen)), "name")
    assert found_ids(store, chosen) == expected
    assert index.select(chosen).facet_counts() == oracles.facet_counts(EVERYONE, chosen.model_dump())


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("bound", ["running_from", "running_to"])
def test_first_and_last_year_of_a_period_belong_to_it(bound: str, every: int, store: Store) -> None:
    years = sorted({int(one.row[name]) for one in EVERYONE for name in ("start_year", "end_year") if one.row[name]})
    for year in years[::every]:
        chosen = PracticeFilter.model_validate({bound: year})
        assert set(found_ids(store, chosen)) == oracle_ids(chosen), year
    single = next(one for one in EVERYONE if one.row["start_year"] and one.row["start_year"] == one.row["end_year"])
    year = int(single.row["start_year"])
    assert single.id in found_ids(store, PracticeFilter(running_from=year, running_to=year))


@pytest.mark.parametrize("share", [1, 11, 12, 35, 50, 64, 65, 66, 100])
def test_coverage_asked_for_is_reached_by_both_headlines(share: int, store: Store) -> None:
    chosen = PracticeFilter(minimum_coverage=share)
    assert set(found_ids(store, chosen)) == oracle_ids(chosen)


def cards(cursor: Cursor, changes: dict[str, str]) -> None:
    """Put these cards in place of all others: id → what is changed of the card of synthetic-empty."""
    cursor.execute("CREATE TEMP TABLE one AS SELECT * FROM practice_card WHERE id = 'synthetic-empty'")
    cursor.execute("DELETE FROM practice_card")
    for id_, change in changes.items():
        cursor.execute(f"INSERT INTO practice_card SELECT * REPLACE ($id AS id, {change}) FROM one", {"id": id_})


@pytest.mark.parametrize(
    ("partial", "full"), [("effectiveness", "sustainability"), ("sustainability", "effectiveness")]
)
def test_coverage_that_a_computer_rounds_is_reached_all_the_same(partial: str, full: str, tiny_store: Store) -> None:
    """0.29 times 100 is 28.999999999999996."""
    changes = {
        f"covers-{share:03}": f"{share / 100}::DOUBLE AS {partial}_coverage, 1::DOUBLE AS {full}_coverage"
        for share in range(1, 101)
    }
    tiny_store.write(lambda cursor: cards(cursor, changes))
    for share in (1, 2, 28, 29, 30, 57, 58, 99, 100):
        expected = [f"covers-{enough:03}" for enough in range(share, 101)]
        assert found_ids(tiny_store, PracticeFilter(minimum_coverage=share)) == expected


def test_coverage_that_is_exactly_reached_is_enough(store: Store) -> None:
    """Every coverage of the data that is a whole percentage is asked for, and one more."""
    exact = {
        min(
            100 * coverage for coverage in (one.scores[headline].coverage for headline in oracles.HEADLINES) if coverage
        )
        for one in EVERYONE
        if all(one.scores[headline].coverage for headline in oracles.HEADLINES)
    }
    for share in sorted({int(share) for share in exact} | {int(share) + 1 for share in exact}):
        chosen = PracticeFilter(minimum_coverage=min(share, 100))
        assert set(found_ids(store, chosen)) == oracle_ids(chosen), share


def test_who_said_that_a_practice_runs_or_does_not_is_believed_for_that_day(tiny_store: Store) -> None:
    def said(runs: str) -> str:
        return f"2015 AS start_year, NULL AS end_year, {runs} AS still_running, DATE '2020-05-01' AS running_said_on"

    changes = {"over": said("false"), "runs": said("true"), "silent": said("NULL")}
    tiny_store.write(lambda cursor: cards(cursor, changes))
    with tiny_store.cursor() as cursor:
        index = Index.read(cursor)
        for first, found, open_end in ((2015, [*changes], 0), (2020, [*changes], 2), (2021, ["runs", "silent"], 2)):
            chosen = PracticeFilter(running_from=first)
            selection = index.select(chosen)
            assert selection.ids("name") == found_ids(tiny_store, chosen) == found, first
            for counts in (read_counts(cursor, chosen), counts_of(selection, lambda _: {})):
                assert counts.open_end == open_end, first


@pytest.mark.parametrize("number", NUMBERS)
def test_facet_counts_are_what_each_value_would_find(number: int, index: Index) -> None:
    chosen = FILTERS[number]
    assert index.select(chosen).facet_counts() == oracles.facet_counts(EVERYONE, chosen.model_dump()), chosen.in_words()


def test_choosing_one_value_alone_finds_its_count(store: Store, index: Index) -> None:
    """What the counts promise is what a click brings."""
    chosen = PracticeFilter(sector=("language",), target_group=("women", "refugees"), all_target_groups=True)
    with store.cursor() as cursor:
        for field, values in index.select(chosen).facet_counts().items():
            for value, count in values.items():
                together = (*chosen.target_group, value) if field == "target_group" else (value,)
                click = PracticeFilter.model_validate(chosen.model_dump() | {field: together})
                assert practices.count_practices(cursor, click) == count, (field, value)


@pytest.mark.parametrize("number", range(0, NUMBER_OF_FILTERS, 10))
def test_relaxations_say_what_is_found_without_each_narrowing(number: int, index: Index) -> None:
    chosen = FILTERS[number]
    plain = chosen.model_dump()
    expected = {}
    for facet in oracles.FACETS:
        if plain[facet]:
            expected[facet] = plain | {facet: ()}
    if plain["running_from"] is not None or plain["running_to"] is not None:
        expected["period"] = plain | {"running_from": None, "running_to": None}
    if plain["minimum_coverage"]:
        expected["minimum_coverage"] = plain | {"minimum_coverage": 0}
    if plain["text"]:
        expected["text"] = plain | {"text": ""}
    found = index.relaxations(chosen)
    assert {one.field: one.count for one in found} == {
        field: sum(1 for one in EVERYONE if oracles.matches(one, without)) for field, without in expected.items()
    }
    counts = [one.count for one in found]
    assert counts == sorted(counts, reverse=True)
    said = {field: [words for part, _, words in chosen.parts() if part == field] for field in expected}
    assert {one.field: one.words for one in found} == {field: ", ".join(words) for field, words in said.items()}


@pytest.mark.parametrize("sort", SORT_ORDERS)
def test_sort_order_is_the_oracles_and_the_same_every_time(sort: Sort, store: Store) -> None:
    expected = oracles.in_order(EVERYONE, sort)
    assert found_ids(store, PracticeFilter(), sort) == expected
    assert found_ids(store, PracticeFilter(), sort) == expected


def test_scores_that_tie_are_ordered_by_name(store: Store) -> None:
    """The tie-break is only tested if there are ties."""
    lows = Counter(one.scores["effectiveness"].low for one in EVERYONE if one.answers)
    assert max(lows.values()) > 1
    assert max(Counter(one.answered for one in EVERYONE if one.answers).values()) > 1
    shown = found_ids(store, PracticeFilter(), "documented")
    silent = [id_ for id_ in shown if BY_ID[id_].answered == 0]
    assert len(silent) > 100
    assert silent == sorted(silent, key=lambda id_: (BY_ID[id_].name_key, id_))


def test_equal_names_are_ordered_by_id(tiny_store: Store) -> None:
    numbers = list(range(100, 160))
    random.Random(1).shuffle(numbers)  # noqa: S311 - repeatable, not secret

    tiny_store.write(lambda cursor: cards(cursor, {f"same-{number}": "'same' AS name_key" for number in numbers}))
    for sort in SORT_ORDERS:
        assert found_ids(tiny_store, PracticeFilter(), sort) == [f"same-{number}" for number in sorted(numbers)]


@pytest.mark.parametrize("size", [1, 7, 50, 324, 1000])
def test_pages_put_together_are_the_whole(size: int, store: Store) -> None:
    chosen = PracticeFilter(country=("PT",)) if size < 10 else PracticeFilter()
    whole = found_ids(store, chosen, "documented")
    pages: list[str] = []
    with store.cursor() as cursor:
        for offset in range(0, len(whole) + size, size):
            page = practices.find_practices(cursor, chosen, "documented", limit=size, offset=offset)
            assert len(page) <= size
            pages += list(page["id"])
    assert pages == whole


def test_page_beyond_the_end_is_empty_with_every_column(store: Store) -> None:
    with store.cursor() as cursor:
        beyond = practices.find_practices(cursor, PracticeFilter(), limit=10, offset=10_000)
        first = practices.find_practices(cursor, PracticeFilter(), limit=1)
    assert beyond.empty
    assert list(beyond.columns) == list(first.columns)


@pytest.mark.parametrize("practice_id", ["nobody", "", "'; DROP TABLE practice;--", "A-WALK-TO-MUSEUMS", "%"])
def test_unknown_practice_is_none_and_has_nothing(practice_id: str, store: Store) -> None:
    with store.cursor() as cursor:
        assert practices.practice(cursor, practice_id) is None
        for table in (practices.scores, practices.answers, practices.further_sources):
            found: pd.DataFrame = table(cursor, practice_id)
            assert found.empty


def test_names_are_all_there_in_their_order(store: Store) -> None:
    with store.cursor() as cursor:
        names = practices.practice_names(cursor)
    assert list(names) == oracles.in_order(EVERYONE, "name")
    assert names == {one.id: one.row["name"] for one in EVERYONE}


def test_starts_by_year_counts_the_years_that_are_stated(store: Store) -> None:
    expected = Counter(int(one.row["start_year"]) for one in EVERYONE if one.row["start_year"])
    with store.cursor() as cursor:
        found = practices.starts_by_year(cursor)
    assert list(zip(found["year"], found["practices"], strict=True)) == sorted(expected.items())


def test_similar_practices_are_the_oracles(index: Index) -> None:
    sizes = []
    for one in EVERYONE[::3]:
        expected = [id_ for id_, *_ in oracles.similar(EVERYONE, one.id)]
        sizes.append(len(expected))
        assert index.similar(one.id) == expected[:6], one.id
        assert index.similar(one.id, 500) == expected
    assert 0 in sizes
    assert max(sizes) > 6


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_answers_of_a_practice_show_who_gave_them_and_which_counts(every: int, store: Store) -> None:
    rows = [
        row
        for row in oracles.read_csv(oracles.CATALOGUE / "assessments.csv")
        if row["framework_version"] == oracles.VERSION
    ]
    for practice_id in sorted({row["practice_id"] for row in rows})[::every]:
        with store.cursor() as cursor:
            found = practices.answers(cursor, practice_id)
        told = ["indicator_id", "answer", "evidence_level", "basis", "assessor"]
        said = list(found[told].itertuples(index=False, name=None))
        expected = [
            (row["indicator_id"], row["answer"], int(row["evidence_level"]), row["basis"], row["assessor"])
            for row in rows
            if row["practice_id"] == practice_id
        ]
        assert Counter(said) == Counter(expected)
        for answer in found.to_dict("records"):
            one = BY_ID[practice_id].answers.get(answer["indicator_id"])
            if one is None:
                assert answer["basis"] == "tick-list"
                continue
            assert answer["counts"] == ((answer["basis"], answer["assessor"]) == (one.basis, one.assessor))
            assert answer["disagreement"] == one.disagreement
        # the one that counts stands first of its indicator
        first = found.drop_duplicates("indicator_id")
        first = first[first["indicator_id"].isin(list(BY_ID[practice_id].answers))]
        assert first["counts"].all()


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_further_sources_are_those_of_the_practice(every: int, store: Store) -> None:
    rows = oracles.read_csv(oracles.CATALOGUE / "sources.csv")
    for practice_id in sorted({row["practice_id"] for row in rows})[::every]:
        with store.cursor() as cursor:
            found = practices.further_sources(cursor, practice_id)
        pages = Counter(zip(found["field"], found["url"], strict=True))
        own = [row for row in rows if row["practice_id"] == practice_id]
        assert pages == Counter((row["field"], row["url"].partition(" (")[0]) for row in own)


STRANGE_WORDS = [
    "%",
    "_",
    "'",
    "''",
    '"',
    "\\",
    ";--",
    "' OR '1'='1",
    "'; DROP TABLE practice_card;--",
    "a%",
    "_anguage",
    "lang*",
    "[a-z]",
    ".",
    "$words",
    "?",
    "NULL",
    "null",
    "\u0000",
    "language\u0000",
]


@pytest.mark.parametrize("text", STRANGE_WORDS, ids=ascii)
def test_strange_word_is_only_looked_for(text: str, store: Store) -> None:
    chosen = PracticeFilter(text=text)
    assert set(found_ids(store, chosen)) == oracle_ids(chosen)


def test_attacks_of_the_corpora_are_only_looked_for(corpora: Path, store: Store) -> None:
    texts = ["xyzzy-nobody-says-this"]
    for path in sorted((corpora / "payloads").glob("*.txt")):
        texts += path.read_text(encoding="utf-8").splitlines()
    assert len(texts) > 400
    with store.cursor() as cursor:
        for text in dict.fromkeys(texts):
            chosen, _ = PracticeFilter.from_params({"q": [text]})
            words = oracles.plain(chosen.text).split()
            expected = sum(1 for one in EVERYONE if all(word in one.search_text for word in words))
            assert practices.count_practices(cursor, chosen) == expected, text
        assert practices.count_practices(cursor, PracticeFilter()) == len(EVERYONE)
