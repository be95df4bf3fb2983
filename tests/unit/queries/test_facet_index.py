"""The index in memory says what SQL says, on the real catalogue and on made-up practices.

What only the index tells is held against the slow oracle in test_queries.py.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmarks.generate import generate
from practices_db.catalogue.practice_filter import FACETS, SORTS, PracticeFilter
from practices_db.database.store import Cursor, Store
from practices_db.queries import practices
from practices_db.queries.facet_index import Index, cross_counts

WORDS = ("", "", "", "integration", "youth mentoring", "language", "é", "nothing-has-this", "a", "1")


@pytest.fixture(scope="module", params=["catalogue", "synthetic"])
def of(request: pytest.FixtureRequest, catalogue_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("index") / "practices.duckdb"
    if request.param == "catalogue":
        path.write_bytes(catalogue_db.read_bytes())
    else:
        generate(path, 700, seed=7)
    with Store(path) as opened:
        yield opened


@pytest.fixture
def cursor(of: Store) -> Iterator[Cursor]:
    with of.cursor() as one:
        yield one


@pytest.fixture(scope="module")
def index(of: Store) -> Index:
    with of.cursor() as one:
        return Index.read(one)


def any_filter(draw: random.Random, ids: tuple[str, ...]) -> PracticeFilter:
    """Return a filter of one to three narrowings of any kind, or none."""
    values: dict[str, Any] = {}
    for facet in draw.sample(FACETS, draw.randint(0, 2)):
        values[facet.field] = tuple(draw.sample(facet.options(), draw.randint(1, 3)))
    if draw.random() < 0.3:
        values["running_from"], values["undated"] = draw.randint(1995, 2026), draw.random() < 0.5
    if draw.random() < 0.2:
        values["running_to"] = draw.randint(max(2000, values.get("running_from", 0)), 2030)
    if draw.random() < 0.2:
        values["minimum_coverage"] = draw.choice([1, 25, 50, 100])
    if draw.random() < 0.15:
        values["practice"] = (*draw.sample(ids, draw.randint(1, 20)), "no-such-practice")
    return PracticeFilter(**values, all_target_groups=draw.random() < 0.4, text=draw.choice(WORDS))


SEEDS = [at if at < 12 else pytest.param(at, marks=pytest.mark.slow) for at in range(40)]


@pytest.mark.parametrize("seed", SEEDS)
def test_selects_counts_and_orders_like_the_queries(index: Index, cursor: Cursor, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - for a test
    chosen = any_filter(draw, index.ids)
    sort = draw.choice(list(SORTS))
    selected = index.select(chosen)
    found = list(practices.find_practices(cursor, chosen, sort)["id"])
    assert selected.ids(sort) == found, chosen
    assert selected.count == len(found)
    counts = selected.facet_counts()
    for facet in draw.sample(FACETS, 2):
        value = draw.choice(facet.options())
        together = facet.field == "target_group" and chosen.all_target_groups
        click = chosen.model_copy(update={facet.field: (*(chosen.target_group if together else ()), value)})
        assert counts[facet.field].get(value, 0) == practices.count_practices(cursor, click), (facet.field, value)
    offset, limit = draw.randint(0, 30), draw.randint(1, 30)
    assert selected.ids(sort, limit, offset) == found[offset : offset + limit]
    shown = practices.cards(cursor, selected.ids(sort, limit, offset))
    whole = practices.find_practices(cursor, chosen, sort, limit, offset)
    assert [card["name"] for card in shown] == list(whole["name"])


@pytest.mark.parametrize("down", ["target_group", "country"])
def test_pairs_of_values_are_those_of_the_selection(index: Index, cursor: Cursor, down: str) -> None:
    rows = {row[:2]: row[2:] for row in cross_counts(index, "sector", down, index.numbers["strongest_evidence"])}
    pairs = [(sector, value) for sector in index.values["sector"] for value in index.values[down]]
    assert set(rows) <= set(pairs)
    draw = random.Random(5)  # noqa: S311 - for a test
    for sector, value in [*draw.sample(pairs, min(15, len(pairs))), *draw.sample(sorted(rows), 10)]:
        found = practices.find_practices(cursor, PracticeFilter.model_validate({"sector": (sector,), down: (value,)}))
        scored = found["effectiveness_scored"].astype(bool) & found["sustainability_scored"].astype(bool)
        strongest = found["strongest_evidence"].max()
        expected = (len(found), found["assessed"].sum(), scored.sum(), None if pd.isna(strongest) else strongest)
        assert rows.get((sector, value), (0, 0, 0, None)) == expected, (sector, value)


def test_numbers_of_a_selection_are_those_of_its_cards(index: Index, cursor: Cursor) -> None:
    chosen = PracticeFilter(country=("IT", "DE"), assessment_status=("effectiveness-scored",))
    selected = index.select(chosen)
    found = practices.find_practices(cursor, chosen, "name")
    assert selected.numbers("effectiveness_score").tolist() == pytest.approx(list(found["effectiveness_score"]))
    in_italy = selected.numbers("effectiveness_low", index.of_value("country", "IT")).tolist()
    assert in_italy == [
        card["effectiveness_low"] for card in found.to_dict("records") if "IT" in list(card["countries"])
    ]


def test_an_empty_catalogue_has_an_index(tmp_path: Path) -> None:
    generate(tmp_path / "none.duckdb", 0)
    with Store(tmp_path / "none.duckdb") as store:
        with store.cursor() as one:
            nothing = Index.read(one)
        assert nothing.select(PracticeFilter()).count == 0
        assert nothing.select(PracticeFilter(country=("IT",))).ids("name") == []
        assert cross_counts(nothing, "sector", "country", nothing.numbers["strongest_evidence"]) == []
