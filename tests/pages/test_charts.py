"""Charts are specifications without data, valid Vega-Lite, and use only columns that their rows have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import altair as alt
import oracles
import pandas as pd
import pytest
import vl_convert
from jsonschema import ValidationError

from criteria.framework import current_framework
from pages.shared.components import charts, mark_names, score_profile, tables
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Cursor, Store
from practices_db.queries import practices as practice_queries
from practices_db.queries.facet_index import Index

SPECS = {
    "bars": charts.bars("Sector"),
    "years": charts.years(),
    "two_scores": charts.two_scores(),
    "ranges of both headlines": charts.range_rows(),
    "ranges of one practice": charts.ranges((score_profile.ONE_SERIES,)),
    "places with names": charts.places(3, ("ahead", "between", "behind")),
    "places without names": charts.places(300, ("ahead", "between", "behind"), named=False),
    "cells of two scores": charts.score_cells(5),
    "peers": charts.strips(),
    "peers with their number": charts.strips(counted=True),
    "gap map": charts.gap_map("Practices", ("1", "2 to 4"), ("Women",), ("Housing",)),
    "directions": charts.effect_directions(("Employment",), ("A study",)),
    "evidence map": charts.evidence_map(("Employment",), ("Job coaching",)),
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
    names = [part["legend"] for part in parts(spec) if isinstance(part.get("legend"), dict)]  # what a legend lists
    held = [part for part in parts(spec) if "data" in part or "datasets" in part or "values" in part]
    assert not [part for part in held if part not in names]
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
    assert {"e_low", "e_high", "s_low", "s_high", "label", "side", "proof"} <= fields(charts.two_scores())
    assert set(rows["proof"]) <= set(charts.PROOF)


def test_ranges_use_columns_that_lines_have(cursor: Cursor) -> None:
    spec = charts.range_rows()
    assert fields(spec) <= set(tables.range_lines(practices(cursor)).columns)
    framework = current_framework()
    assessed = practices(cursor).query("assessed")["id"].iloc[0]
    lines = score_profile.profile_lines(framework, [("made up", practice_queries.scores(cursor, assessed))])
    assert fields(charts.ranges((score_profile.ONE_SERIES,))) <= set(lines.columns)


def test_ranges_know_every_series_that_the_lines_draw(cursor: Cursor) -> None:
    lines = tables.range_lines(practices(cursor))
    assert set(lines["what"].dropna()) == set(tables.HEADLINES.values())
    assert set(lines["what"].dropna()) <= _domains(charts.range_rows())


def test_the_colours_of_the_headlines_mean_nothing_else() -> None:
    names, groups = ("One practice", "Another"), ("ahead", "between", "behind")
    for spec, series in ((charts.ranges(names), names), (charts.places(9, groups), groups)):
        coloured = [part[how] for part in parts(spec) for how in ("color", "fill") if isinstance(part.get(how), dict)]
        domains = [one["scale"]["domain"] for one in coloured if "scale" in one and one["field"] != "ink"]
        assert domains
        assert all(domain == [*tables.HEADLINES.values(), *series] for domain in domains)
        legends = [part["legend"]["values"] for part in parts(spec) if isinstance(part.get("legend"), dict)]
        assert legends
        assert all(values == list(series) for values in legends)


def _domains(spec: dict[str, Any]) -> set[Any]:
    return {one for part in parts(spec) if isinstance(part.get("domain"), list) for one in part["domain"]}


def test_missing_scores_are_missing_in_the_rows_and_not_zero(cursor: Cursor) -> None:
    everyone = practices(cursor)
    lines = tables.range_lines(everyone)
    bars = lines[lines["what"].notna()]
    assert len(bars) == 2 * int(everyone["assessed"].sum())
    assert set(lines["id"]) == set(everyone["id"])  # a row for each, also where nothing is known
    assert lines["name"].nunique() == len(everyone)
    without = lines[lines["what"].isna()]
    assert without[["score", "low", "high"]].isna().all().all()
    assert set(without["note"]) == {"not assessed"}
    unassessed = set(everyone.loc[~everyone["assessed"].astype(bool), "id"])
    assert not unassessed & set(bars["id"])
    assert not unassessed & set(tables.score_points(everyone)["id"])


def test_scores_are_drawn_on_the_whole_scale_from_0_to_100() -> None:
    for name in ("two_scores", "ranges of one practice"):
        assert {0, 100} <= _domains(SPECS[name]), name
    assert {0, 128} <= _domains(SPECS["ranges of both headlines"])  # beyond 100 stands the evidence


def test_names_beside_marks_lie_over_no_mark_and_no_other_name() -> None:
    points = [
        (20.0, 50.0, "Alone"),
        (60.0, 50.0, "Near"),
        (60.5, 50.2, "Nearer"),
        (60.2, 49.8, "Nearest"),
        (99.0, 9.0, "Edge"),
    ]
    found = mark_names.fitted(points)
    assert [one and one.side for one in (found[0], found[4])] == ["right", "left"]
    assert found[0] is not None
    assert found[0].text == "Alone"
    crowd = mark_names.fitted([(50.0, 50.0, f"Practice with a long name {n}") for n in range(30)])
    assert 1 <= sum(one is not None for one in crowd) <= 4


def test_two_scores_hold_the_practices_with_both_scores_and_no_frame(cursor: Cursor) -> None:
    everyone = practices(cursor)
    both = everyone[everyone["effectiveness_scored"] & everyone["sustainability_scored"]]
    assert set(tables.score_points(everyone)["id"]) == set(both["id"])
    assert "'rect'" not in str(charts.two_scores())


def test_the_mark_of_two_scores_is_the_evidence_of_effectiveness(cursor: Cursor) -> None:
    points = tables.score_points(practices(cursor))
    step = {0: 0, 1: 0, 2: 1, 3: 2, 4: 2, 5: 2}
    drawn = {row["id"]: row["proof"] for row in points.to_dict("records")}
    both = [one for one in oracles.practices() if one.id in drawn]
    assert drawn == {one.id: charts.PROOF[step[one.scores["effectiveness"].strongest]] for one in both}
    strongest = {one.id: max(answer.evidence_level for answer in one.answers.values()) for one in both}
    assert any(drawn[id_] != charts.PROOF[step[level]] for id_, level in strongest.items())
    assert "Evidence for the effectiveness score" in str(charts.two_scores())


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
        still = (
            "years",
            "ranges of one practice",
            "cells of two scores",
            "peers",
            "peers with their number",
            "directions",
        )
        nothing_leads_on = name in still
        assert [pick["select"]["fields"] for pick in picks] == ([] if nothing_leads_on else [["id"]]), name


@pytest.mark.parametrize("counted", [True, False])
def test_the_legend_of_dots_has_colour_and_shape_of_its_marks(counted: bool) -> None:
    (legend,) = vl_convert.vegalite_to_vega(charts.strips(counted) | {"data": {"values": []}})["legends"]
    assert {"fill", "shape"} <= set(legend)
