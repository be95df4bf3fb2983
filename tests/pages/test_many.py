"""Pages with more practices than a browser draws one by one: counts and searches instead, and words that say so."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import screen
import streamlit as st
from screen import Visit
from streamlit.testing.v1 import AppTest

from benchmarks.generate import generate
from pages.shared.components import tables
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.queries.facet_index import Index
from practices_db.queries.ranking import AT_MOST

PRACTICES = 6_500


@pytest.fixture(scope="module")
def many_db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("many") / "many.duckdb"
    generate(path, PRACTICES, seed=5)
    yield path
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture(scope="module")
def index(many_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Index:
    copy = tmp_path_factory.mktemp("index") / "many.duckdb"
    shutil.copy(many_db, copy)
    with Store(copy) as store, store.cursor() as cursor:
        return Index.read(cursor)


@pytest.fixture
def _database(many_db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRACTICES_DB", str(many_db))


def _said(app: AppTest) -> str:
    assert not app.exception
    return " ".join(element.value for kind in (app.caption, app.markdown, app.info) for element in kind)


def test_both_scores_are_counted_in_cells_and_the_page_says_so(visit: Visit, index: Index) -> None:
    app = visit("explore", view="scores")
    number = int(index.numbers["assessed"].sum())
    assert number > tables.MOST_DRAWN
    assert f"{number:,} are too many to draw each with its range" in _said(app)
    told = next(table.value for table in app.table if "Their ranges reach" in table.value.columns)
    both = index.is_("effectiveness_scored") & index.is_("sustainability_scored")
    assert told["Practices"].astype(int).sum() == both.sum()


def test_cells_hold_the_practices_of_their_points(index: Index) -> None:
    cells = tables.score_cells(index.select(PracticeFilter()))
    for row in cells.to_dict("records"):
        inside = index.is_("effectiveness_scored") & index.is_("sustainability_scored")
        for low, high, node in (("x", "x2", "effectiveness"), ("y", "y2", "sustainability")):
            score = index.numbers[f"{node}_score"]
            inside &= (score >= row[low]) & ((score < row[high]) | ((score == 100) & (row[high] == 100)))
        assert row["practices"] == inside.sum()
        assert row["e_low"] == index.numbers["effectiveness_low"][inside].min()


def test_a_filter_with_few_draws_each_again(visit: Visit) -> None:
    app = visit("explore", view="scores", country="MT")
    assert "too many to draw" not in _said(app)


def test_groups_are_dots_for_several_and_the_table_knows_all(visit: Visit, index: Index) -> None:
    app = visit("explore", view="groups", group="country")
    assert "too many for a dot each" in _said(app)
    told = next(table.value for table in app.table if "Country" in table.value.columns).set_index("Country")
    italian = index.of_value("country", "IT") & index.is_("effectiveness_scored")
    assert str(told.loc["Italy", "Effectiveness"]).startswith(f"n = {italian.sum():,}:")


def test_the_table_has_pages_that_hold_every_practice_once(visit: Visit, index: Index) -> None:
    names = []
    for page in (1, 2, PRACTICES // 500):
        shown = visit("explore", view="table", sort="name", page=str(page)).dataframe[0].value
        names += list(shown["Practice"])
        assert len(shown) == 500
    expected = index.select(PracticeFilter()).ids("name")
    assert len(names) == len(set(names)) == 1500
    assert len(expected) == PRACTICES


def test_names_are_searched_before_they_are_offered(visit: Visit, index: Index) -> None:
    app = visit("compare", practice=[index.ids[0], index.ids[-1]])
    offered = app.multiselect(key="compared")
    assert len(offered.options) <= 102
    assert offered.value == [index.ids[0], index.ids[-1]]
    app.text_input(key="find_compared").set_value("mentoring").run()
    number = len(index.select(PracticeFilter(text="mentoring")).ids("name", 100))
    assert number <= len(app.multiselect(key="compared").options) <= number + 2
    assert not app.exception


def test_an_unknown_practice_is_searched_too(visit: Visit) -> None:
    app = visit("practice", practice="nothing-like-it")
    app.text_input(key="find_practice").set_value("Synthetic").run()
    assert len(app.selectbox(key="found_practice").options) == 100


def test_too_many_to_place_are_not_placed_but_told(visit: Visit) -> None:
    app = visit("weighting")
    told = [info.value for info in app.info]
    assert len(told) == 2  # one for each main score; on both together few enough are scored
    for words in told:
        assert f"up to {AT_MOST} can be" in words
        assert "Choose a country, a sector or a target group above." in words
    assert [one.proto.alt for one in app.table] == ["The weights of the criteria", "Bounds of places: Your weighting"]
    assert len(screen.charts(app)) <= 1


def test_a_narrower_filter_is_placed(visit: Visit) -> None:
    app = visit("weighting", country="IT")
    assert any("Place in the order" in table.value.columns for table in app.table)
