"""Charts are specifications without data, valid Vega-Lite, and use only columns that their rows have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import altair as alt
import pandas as pd
import pytest
from jsonschema import ValidationError

from criteria.framework import current_framework
from pages.shared.components import charts, score_profile, tables
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Cursor, Store
from practices_db.queries import practices as practice_queries
from practices_db.queries.facet_index import Index

SPECS = {
    "bars": charts.bars("Sector"),
    "years": charts.years(),
    "two_scores": charts.two_scores(),
    "ranges of both headlines": charts.ranges(tuple(tables.HEADLINES.values())),
    "ranges of one practice": charts.ranges((score_profile.ONE_SERIES,)),
}
_IN_EXPRESSION = re.compile(r"datum\.(\w+)")


@pytest.fixture
def cursor(store: Store) -> Iterator[Cursor]:
    with store.cursor() as one:
        yield one


def parts(spec: Any) -> Iterator[dict[str, Any]]:
    """Yield every object inside a specification."""
    if isinstance(spec, dict):
        yield spec
        for value in spec.values():
            yield from parts(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from parts(value)


def fields(spec: dict[str, Any]) -> set[str]:
    """Return the columns a specification needs from its rows."""
    used: set[str] = set()
    made: set[str] = set()
    for part in parts(spec):
        if isinstance(part.get("field"), str):
            used.add(part["field"])
        if isinstance(part.get("as"), str):
            made.add(part["as"])
        if part.get("type") == "point" and "fields" in part:
            used.update(part["fields"])
        for key in ("filter", "calculate", "test"):
            if isinstance(part.get(key), str):
                used.update(_IN_EXPRESSION.findall(part[key]))
    return used - made


def valid(spec: dict[str, Any]) -> bool:
    """Whether Altair reads the specification back; it checks it against Vega-Lite's schema."""
    chart = alt.Chart.from_dict(spec | {"data": {"values": []}}, validate=True)
    return bool(chart.to_dict()["$schema"])


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_a_specification_carries_no_rows_and_no_look_of_its_own(spec: dict[str, Any]) -> None:
    assert not [part for part in parts(spec) if "data" in part or "datasets" in part or "values" in part]
    assert "config" not in spec


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_a_specification_is_valid_vega_lite(spec: dict[str, Any]) -> None:
    assert valid(spec)


def test_an_invalid_specification_would_be_found() -> None:
    spec = charts.years() | {"mark": {"type": "no such mark"}}
    with pytest.raises(ValidationError):
        valid(spec)


def practices(cursor: Cursor) -> pd.DataFrame:
    return practice_queries.find_practices(cursor, PracticeFilter())


def test_bars_use_columns_that_counts_have(cursor: Cursor) -> None:
    counts = Index.read(cursor).select(PracticeFilter()).facet_counts()
    rows = tables.value_counts("sector", counts["sector"])
    assert fields(charts.bars("Sector")) == {"label", "count", "id"}
    assert fields(charts.bars("Sector")) <= set(rows.columns)


def test_years_use_columns_that_starts_have(cursor: Cursor) -> None:
    assert fields(charts.years()) == {"year", "practices"}
    assert fields(charts.years()) <= set(practice_queries.starts_by_year(cursor).columns)


def test_two_scores_use_columns_that_points_have(cursor: Cursor) -> None:
    rows = tables.score_points(practices(cursor))
    assert fields(charts.two_scores()) <= set(rows.columns)
    assert {"e_low", "e_high", "s_low", "s_high", "state", "proof"} <= fields(charts.two_scores())
    assert set(rows["proof"]) <= set(charts.PROOF)


def test_ranges_use_columns_that_lines_have(cursor: Cursor) -> None:
    spec = charts.ranges(tuple(tables.HEADLINES.values()))
    assert fields(spec) <= set(tables.range_lines(practices(cursor)).columns)
    framework = current_framework()
    assessed = practices(cursor).query("assessed")["id"].iloc[0]
    lines = score_profile.profile_lines(framework, [("made up", practice_queries.scores(cursor, assessed))])
    assert fields(charts.ranges((score_profile.ONE_SERIES,))) <= set(lines.columns)


def test_ranges_know_every_series_that_the_lines_draw(cursor: Cursor) -> None:
    lines = tables.range_lines(practices(cursor))
    assert set(lines["what"].dropna()) == set(tables.HEADLINES.values())
    assert set(lines["what"].dropna()) <= _domains(charts.ranges(tuple(tables.HEADLINES.values())))


def _domains(spec: dict[str, Any]) -> set[Any]:
    return {one for part in parts(spec) if isinstance(part.get("domain"), list) for one in part["domain"]}


def test_missing_scores_are_missing_in_the_rows_and_not_zero(cursor: Cursor) -> None:
    everyone = practices(cursor)
    lines = tables.range_lines(everyone)
    bars = lines[lines["what"].notna()]
    assert len(bars) == 2 * int(everyone["assessed"].sum())
    assert len(lines) - len(bars) == len(everyone)  # a name for each, also where nothing is known
    assert lines[lines["what"].isna()][["score", "low", "high"]].isna().all().all()
    unassessed = set(everyone.loc[~everyone["assessed"].astype(bool), "id"])
    assert not unassessed & set(bars["id"])
    assert not unassessed & set(tables.score_points(everyone)["id"])


def test_scores_are_drawn_on_the_whole_scale_from_0_to_100() -> None:
    for name in ("two_scores", "ranges of both headlines", "ranges of one practice"):
        assert {0, 100} <= _domains(SPECS[name]), name


def test_the_map_is_valid_and_takes_its_counts_by_name(cursor: Cursor) -> None:
    counts = Index.read(cursor).select(PracticeFilter()).facet_counts()
    where = tables.value_counts("country", counts["country"])
    rows = tables.rows(where[where["id"].isin(charts.countries_on_map())])
    spec = charts.map_of_europe(rows)
    assert spec["datasets"]["counts"] == rows
    assert fields(spec) <= set(where.columns) | {"properties.name"}
    looked_up = [part["from"] for part in parts(spec) if "lookup" in part]
    assert looked_up
    for lookup in looked_up:
        assert {lookup["key"], *lookup["fields"]} <= set(where.columns)
    assert alt.Chart.from_dict(spec, validate=True)


def test_drawing_the_map_again_does_not_keep_the_rows_of_before() -> None:
    charts.map_of_europe([{"id": "IT", "label": "Italy", "count": 1}])
    assert charts.map_of_europe([])["datasets"]["counts"] == []


def test_the_map_knows_the_countries_with_most_practices() -> None:
    assert {"IT", "DE", "SE", "FR", "ES", "NL"} <= charts.countries_on_map()


def test_marks_that_can_be_chosen_give_the_id_of_their_row() -> None:
    for name, spec in (*SPECS.items(), ("map", charts.map_of_europe([]))):
        picks = [part for part in parts(spec) if part.get("name") == "pick"]
        assert [pick["select"]["fields"] for pick in picks] == ([] if name == "years" else [["id"]]), name
