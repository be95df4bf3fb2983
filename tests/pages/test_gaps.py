"""The gap map and the groups of Explore: every count is that of the files, and little is not dressed up."""

from __future__ import annotations

import json
import math
import re
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import oracles
import pandas as pd
import pytest
import screen
import streamlit as st
from screen import Visit
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from criteria.framework import current_framework
from pages.shared.practices import groups as group_page
from practices_db.catalogue import scorecards
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.vocabularies import vocabulary
from practices_db.database.store import Cursor, Store
from practices_db.queries.facet_index import Index

FRAMEWORK = current_framework()
EVERYONE = oracles.practices()
DOWN = {"target_group": "target group", "country": "country"}
HEADLINES = {"effectiveness": "Effectiveness", "sustainability": "Sustainability"}
SHOWN = ("practices", "assessed", "strongest")
OUTCOMES = {indicator.id for indicator in FRAMEWORK.indicators if indicator.outcome}
TAMPERED = (
    "",
    "bogus",
    "TARGET_GROUP",
    "sector",
    "'; DROP TABLE practice; --",
    "x" * 5_000,
    "\x00\u202e",
    "<script>alert(1)</script>",
)


def rows_of(app: AppTest) -> list[dict[str, Any]]:
    """Return the rows sent with the only chart of a page."""
    (chart,) = screen.charts(app)
    sent = convert_arrow_bytes_to_pandas_df(chart.data.data).to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in sent]


def known(value: object) -> bool:
    return value is not None and not (isinstance(value, float) and math.isnan(value))


@cache
def cell(sector: str, down: str, value: str) -> tuple[int, int, int | None]:
    """Return practices, assessed and strongest evidence on an outcome of a pair, counted one by one."""
    found = [one for one in EVERYONE if sector in one.facets["sector"] and value in one.facets[down]]
    levels = [
        given.evidence_level
        for one in found
        for indicator, given in one.answers.items()
        if given.answer in oracles.DOCUMENTED and indicator in OUTCOMES
    ]
    return len(found), sum(1 for one in found if one.answers), max(levels, default=None)


def lacks(practices: int, assessed: int, strongest: int | None) -> str:
    if practices == 0:
        return "none"
    if assessed == 0:
        return "unassessed"
    return "proven" if strongest is not None and strongest >= 3 else "unproven"


def held(down: str) -> list[str]:
    """Return the values of a list that a practice with a sector has, those with most practices first.

    A practice in two sectors counts in two cells.
    """
    counts = {value: sum(cell(sector, down, value)[0] for sector in vocabulary("sector")) for value in vocabulary(down)}
    return sorted((value for value, count in counts.items() if count), key=lambda value: -counts[value])


# --- the map -----------------------------------------------------------------------------------------------


def test_a_catalogue_without_any_pair_says_so(database_file: Path, visit: Visit) -> None:
    def unstated(cursor: Cursor) -> None:
        cursor.execute("DELETE FROM practice_target_group")
        scorecards.rebuild(cursor)

    with Store(database_file) as store:
        store.write(unstated)
    st.cache_resource.clear()  # what was drawn of this release in another test: here it was changed without a new one
    app = visit("gaps")
    assert not app.exception
    assert [one.value for one in app.info] == [
        "There is no map yet: no practice in the catalogue states both a sector and this: target group."
    ]
    assert not app.table


@pytest.mark.parametrize("shown", SHOWN)
@pytest.mark.parametrize("down", DOWN)
def test_every_cell_is_what_the_files_give_and_an_empty_one_is_empty(visit: Visit, down: str, shown: str) -> None:
    app = visit("gaps", down=down, shown=shown)
    assert not app.exception
    drawn = {row["id"]: row for row in rows_of(app)}
    assert set(drawn) == {f"{sector}|{value}" for sector in vocabulary("sector") for value in held(down)}
    empty = 0
    for id_, row in drawn.items():
        sector, value = id_.split("|")
        practices, assessed, strongest = cell(sector, down, value)
        assert (row["practices"], row["assessed"]) == (practices, assessed), id_
        assert row["proof"] == ("none" if strongest is None else FRAMEWORK.evidence_label(strongest)), id_
        assert row["need"] == lacks(practices, assessed, strongest), id_
        expected = {"practices": practices or None, "assessed": assessed or None, "strongest": strongest}[shown]
        assert known(row["shown"]) == (expected is not None), id_
        assert expected is None or row["shown"] == expected, id_
        assert (row["across"], row["down"]) == (vocabulary("sector")[sector], vocabulary(down)[value]), id_
        assert known(row["step"]) == (expected is not None), id_
        empty += expected is None
    assert empty > 0


def test_the_shades_are_steps_that_hold_the_numbers(visit: Visit) -> None:
    steps = {"1": range(1, 2), "2 to 4": range(2, 5), "5 to 9": range(5, 10), "10 to 19": range(10, 20)}
    for row in rows_of(visit("gaps")):
        if known(row["shown"]):
            assert int(row["shown"]) in steps.get(row["step"], range(20, 10_000)), row["id"]
    labels = {f"{one.level} {one.label}" for one in FRAMEWORK.evidence_levels}
    for row in rows_of(visit("gaps", shown="strongest")):
        assert not known(row["shown"]) or row["step"] in labels
        assert not known(row["shown"]) or row["step"].startswith(f"{row['shown']:g} ")
    (chart,) = screen.charts(visit("gaps", shown="strongest"))
    (empty, filled, numbers) = json.loads(chart.spec)["layer"]
    assert "strokeOpacity" not in empty["mark"], "a dashed frame is drawn in full"
    assert len(filled["encoding"]["fill"]["scale"]["range"]) == 6, "claims without a shade, and five steps"
    assert numbers["encoding"]["text"]["field"] == "shown"


def test_an_evaluation_of_how_a_practice_is_run_is_none_of_its_outcomes() -> None:
    levels = [
        (max((given.evidence_level for given in of), default=0), cell_)
        for one in EVERYONE
        if one.answers
        for of in [[given for given in one.answers.values() if given.answer in oracles.DOCUMENTED]]
        for cell_ in [[given.evidence_level for id_, given in one.answers.items() if id_ in OUTCOMES]]
    ]
    assert any(any_ >= 3 and max(on_outcomes, default=0) < 3 for any_, on_outcomes in levels)


@pytest.mark.parametrize("down", DOWN)
def test_the_map_begins_with_most_its_sentence_counts_and_its_table_says_every_cell(visit: Visit, down: str) -> None:
    app = visit("gaps", down=down)
    for side in ("down", "across"):
        counts: dict[str, int] = {}
        for row in rows_of(app):
            counts[row[side]] = counts.get(row[side], 0) + row["practices"]
        assert list(counts.values()) == sorted(counts.values(), reverse=True), side
    needs = [lacks(*cell(sector, down, value)) for sector in vocabulary("sector") for value in held(down)]
    (sentence,) = (screen.as_read(body) for body in screen.bodies(app) if body.startswith("Of "))
    assert [int(number) for number in re.findall(r"\d+", sentence)] == [
        len(needs),
        *(needs.count(kind) for kind in ("none", "unassessed", "unproven", "proven")),
    ]
    assert f"combinations of topic and {DOWN[down]}," in sentence
    labels = [expander.label for expander in app.expander]
    for kind, words in (
        ("none", "no practice; find, document or start one"),
        ("unassessed", "practices, but none assessed"),
        ("unproven", "assessed, but without an independent evaluation of outcomes"),
    ):
        assert any(label.startswith(f"{needs.count(kind)} combination") and words in label for label in labels), kind
    (one,) = (one for one in app.table if one.proto.alt.startswith("Sector by "))
    table = pd.DataFrame(one.value)
    param = down.replace("_", "-")
    ids = {f"[{label}](explore?{param}={id_})": id_ for id_, label in vocabulary(down).items()}
    sectors = {label: id_ for id_, label in vocabulary("sector").items()}
    assert [ids[str(side)] for side in table.iloc[:, 0]] == held(down)
    for _, line in table.iterrows():
        for column in table.columns[1:]:
            practices, assessed, _ = cell(sectors[str(column)], down, ids[str(line.iloc[0])])
            words = str(line[column])
            noun = "practice" if practices == 1 else "practices"
            assert words == "none" if not practices else words.startswith(f"{practices} {noun}, {assessed} assessed,")


def test_the_chart_says_in_words_what_it_shows(visit: Visit) -> None:
    alt = next(text for text in screen.alt_texts(visit("gaps", down="country", shown="assessed")) if "pair" in text)
    assert alt.startswith("Assessed practices for each pair of sector and country")
    assert "dashed frame means none" in alt


def test_the_choices_are_kept_in_the_link_and_the_usual_ones_left_out(visit: Visit) -> None:
    app = visit("gaps")
    assert app.query_params == {}
    app.selectbox(key="choose_down").set_value("country").run()
    assert app.query_params == {"down": "country"}
    app.selectbox(key="choose_shown").set_value("strongest").run()
    assert app.query_params == {"down": "country", "shown": "strongest"}
    assert app.run().selectbox(key="choose_shown").value == "strongest"
    app.selectbox(key="choose_down").set_value("target_group").run()
    assert app.query_params == {"shown": "strongest"}
    assert not app.exception


def test_a_link_sets_both_choices(visit: Visit) -> None:
    app = visit("gaps", down="country", shown="assessed")
    assert app.selectbox(key="choose_down").value == "country"
    assert app.selectbox(key="choose_shown").value == "assessed"
    assert app.query_params == {"down": "country", "shown": "assessed"}


@pytest.mark.parametrize("value", TAMPERED)
def test_tampered_choices_are_ignored(visit: Visit, value: str) -> None:
    app = visit("gaps", down=value, shown=value)
    assert not app.exception
    assert app.selectbox(key="choose_down").value == "target_group"
    assert app.selectbox(key="choose_shown").value == "practices"
    assert len(rows_of(app)) == len(vocabulary("sector")) * len(held("target_group"))


# --- groups in Explore -------------------------------------------------------------------------------------


def groups(by: str, node: str) -> dict[str, list[float]]:
    """Return the scores of the scored practices of each group, from the files."""
    found: dict[str, list[float]] = {}
    for one in EVERYONE:
        score = one.scores[node]
        if one.answers and score.scored and score.score is not None:
            for value in one.facets[by]:
                if value != "not-stated":
                    found.setdefault(vocabulary(by)[value], []).append(float(score.score))
    return found


@pytest.mark.parametrize("by", ["sector", "target_group", "country", "funding_kind", "governance_level"])
def test_groups_below_five_are_named_and_not_drawn_and_the_table_gives_n_and_spread(visit: Visit, by: str) -> None:
    app = visit("explore", view="groups", group=by)
    assert not app.exception
    scores = {node: groups(by, node) for node in HEADLINES}
    counts = ", ".join(
        f"{sum(len(found) >= 5 for found in of.values())} of {len(of)} on {node}" for node, of in scores.items()
    )
    text = screen.as_read("\n".join(screen.bodies(app)))
    assert f"groups with 5 or more scored practices: {counts}" in text
    drawn: dict[tuple[str, str], list[float]] = {}
    group = ""
    for row in rows_of(app) if screen.charts(app) else []:
        if known(row["name"]):
            group = str(row["name"]).rsplit(" (", 1)[0]
            shown = {node: len(of[group]) for node, of in scores.items() if len(of.get(group, [])) >= 5}
            assert str(row["name"]).endswith("(" + ", ".join(f"{node} n = {n}" for node, n in shown.items()) + ")")
        else:
            drawn.setdefault((group, row["what"]), []).append(row["score"])
    expected = {
        (value, HEADLINES[node]): found for node, of in scores.items() for value, found in of.items() if len(found) >= 5
    }
    assert set(drawn) == set(expected)
    for key, found in expected.items():
        assert sorted(drawn[key]) == pytest.approx(sorted(found)), key
    every = set(scores["effectiveness"]) | set(scores["sustainability"])
    small = {value: max(len(of.get(value, [])) for of in scores.values()) for value in every}
    small = {value: n for value, n in small.items() if n < 5}
    captions = [screen.as_read(caption.value) for caption in app.caption]
    said = next((caption for caption in captions if caption.startswith("Not shown, with fewer than 5")), "")
    assert bool(said) == bool(small)
    for value, n in small.items():
        assert f"{value} ({n} scored practice{'' if n == 1 else 's'})" in said, value
    (one,) = (one for one in app.table if one.proto.alt.startswith("Scored practices in each group"))
    table = pd.DataFrame(one.value)
    assert set(table.iloc[:, 0]) == set(scores["effectiveness"]) | set(scores["sustainability"])
    for _, row in table.iterrows():
        for node, title in HEADLINES.items():
            of_group = scores[node].get(str(row.iloc[0]), [])
            if len(of_group) < 5:
                assert row[title] == f"n = {len(of_group)}, too few to show"
            else:
                low, high, middle = (int(value + 0.5) for value in (min(of_group), max(of_group), median(of_group)))
                assert row[title] == f"n = {len(of_group)}: {low} to {high}, median {middle}"


def test_groups_are_those_of_the_practices_found_and_what_is_filtered_is_no_group(visit: Visit) -> None:
    app = visit("explore", view="groups", group="country", country="IT")
    assert not app.exception
    assert app.radio(key="choose_group").value == "sector"
    assert "Country" not in app.radio(key="choose_group").options
    (one,) = (one for one in app.table if one.proto.alt.startswith("Scored practices in each group"))
    table = pd.DataFrame(one.value).set_index("Sector")
    for node, title in HEADLINES.items():
        scored = [one for one in EVERYONE if one.answers and one.scores[node].scored and "IT" in one.facets["country"]]
        for sector, cell in table[title].items():
            n = sum(sector in (vocabulary("sector").get(value) for value in one.facets["sector"]) for one in scored)
            assert str(cell).startswith(f"n = {n}"), sector


def test_where_no_group_is_large_enough_the_practices_with_a_score_are_shown(visit: Visit) -> None:
    app = visit("explore", view="groups", country="MT")
    assert not screen.charts(app)
    scored = [
        one
        for one in EVERYONE
        if "MT" in one.facets["country"] and one.answers and any(one.scores[node].scored for node in HEADLINES)
    ]
    (info,) = app.info
    if scored:
        (table,) = (one for one in app.table if one.proto.alt.startswith("Scores of the practices shown"))
        assert len(pd.DataFrame(table.value)) == len(scored)
    else:
        assert info.value == "None of these practices has a score, so there are no groups to show."


def test_statistics_of_groups_are_a_file_of_their_own(store: Store) -> None:
    with store.cursor() as cursor:
        selection = Index.read(cursor).select(PracticeFilter())
    table = group_page.statistics(group_page._groups(selection, "sector"), "sector")
    assert list(table.columns) == ["group_id", "group", "score", "n", "lowest", "median", "highest"]
    for row in table.to_dict("records"):
        found = groups("sector", row["score"])[row["group"]]
        assert row["n"] == len(found)
        told = [row["lowest"], row["median"], row["highest"]]
        if len(found) < 5:
            assert pd.isna(told).all()
        else:
            assert told == pytest.approx([min(found), median(found), max(found)], abs=0.0001)


@pytest.mark.parametrize("value", TAMPERED[:4])
def test_a_tampered_group_falls_back_to_the_usual_one(visit: Visit, value: str) -> None:
    app = visit("explore", view="groups", group=value)
    assert not app.exception
    assert app.radio(key="choose_group").value == "sector"
