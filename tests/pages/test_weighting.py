"""Your weighting: the link holds the weights, sliders and words follow it, and nobody gets a bare place."""

from __future__ import annotations

import math
import re
from typing import Any

import oracles
import pandas as pd
import pytest
import screen
from screen import Visit
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from criteria import robustness
from criteria.framework import current_framework
from criteria.robustness import Simulation
from criteria.scoring import YOUR_WEIGHTING, Scores, composite, encode, midpoints
from criteria.weighting import PRESETS, Weighting, preset, weighting
from pages.shared.components import database
from practices_db.catalogue.filters import normalise
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.queries import practices

FRAMEWORK = current_framework()
CRITERIA = [criterion.id for criterion in FRAMEWORK.criteria]
EVERYONE = oracles.practices()
BY_NAME = {" ".join(one.row["name"].split()): one for one in EVERYONE}
TABLE = "Your weighting, interval of places, tier and the official scores"
TAMPERED: tuple[dict[str, Any], ...] = (
    {"weights": "bogus"},
    {"weights": ["equal", "official"]},
    {"weights": "'; DROP TABLE practice; --"},
    {"weights": "x" * 20_000},
    {"w": "effectiveness"},
    {"w": "effectiveness:"},
    {"w": "effectiveness:-1"},
    {"w": "effectiveness:101"},
    {"w": "effectiveness:nan"},
    {"w": "effectiveness:1e2"},
    {"w": "effectiveness:٣"},
    {"w": [f"{id_}:0" for id_ in CRITERIA]},
    {"w": ["effectiveness:50", "effectiveness:60"]},
    {"w": "![x](https://evil.example):10"},
    {"w": ["\x00:\u202e"]},
    {"wi": "bogus:1"},
    {"wi": f"{FRAMEWORK.indicators[0].id}:9999"},
    {"wi": f"{FRAMEWORK.indicators[0].id}:inf"},
    {"wi": [f"{one.id}:0" for one in FRAMEWORK.criteria[0].indicators]},
    {"weights": "equal", "w": "effectiveness:50"},
)


def sliders(app: AppTest) -> dict[str, float]:
    """Return the weight in per cent that each criterion's slider shows."""
    return {id_: float(str(app.slider(key=f"weight-{id_}").value)) for id_ in CRITERIA}


def shares(weights: Weighting) -> dict[str, float]:
    return {id_: round(100 * share, 1) for id_, share in weights.criteria}


def table(app: AppTest) -> pd.DataFrame:
    (one,) = (one.value for one in app.table if one.proto.alt == TABLE)
    return pd.DataFrame(one)


def names(app: AppTest) -> list[str]:
    """Return the names in the table, as a person reads them."""
    return [screen.as_read(re.sub(r"^\[(.*)\]\(.*\)$", r"\1", str(cell))) for cell in table(app)["Practice"]]


def drawn(weights: Weighting, free: bool = False, **chosen: Any) -> tuple[Simulation, Scores]:
    """Make the draws of the page once more."""
    with database.cursor() as cursor:
        answers = encode(FRAMEWORK, practices.answer_matrix(cursor, PracticeFilter.model_validate(chosen)))
    scores = composite(FRAMEWORK, answers, weights)
    scored = answers.only(scores.scored[:, -1])
    return robustness.simulate(FRAMEWORK, scored, weights, draws=10_000, seed=1, free=free), scores


def percent(share: float) -> str:
    return f"{math.floor(100 * share + 0.5)} %"


def lead(app: AppTest) -> str:
    (one,) = (body for body in screen.bodies(app) if re.match(r"\*\*.+\*\* leads \*\*", body))
    return screen.as_read(one)


# --- the weights -------------------------------------------------------------------------------------------


def test_without_anything_in_the_link_the_weights_are_the_official_ones(visit: Visit) -> None:
    app = visit("weighting")
    assert not app.exception
    assert not app.warning
    assert app.radio(key="preset").value == "official"
    assert sliders(app) == {id_: 50.0 if id_ in oracles.HEADLINES else 0.0 for id_ in CRITERIA}
    assert "own" not in app.radio(key="preset").options


@pytest.mark.parametrize("id_", PRESETS)
def test_a_preset_sets_the_sliders_and_the_link(visit: Visit, id_: str) -> None:
    start = "equal" if id_ != "equal" else "effectiveness-first"
    app = visit("weighting", weights=start)
    app.radio(key="preset").set_value(id_).run()
    assert not app.exception
    assert not app.warning
    assert app.query_params == {"weights": id_}
    assert sliders(app) == shares(preset(FRAMEWORK, id_))
    assert any(caption.value == PRESETS[id_].meaning for caption in app.caption)


@pytest.mark.parametrize("id_", PRESETS)
def test_a_preset_in_the_link_comes_back_as_it_is(visit: Visit, id_: str) -> None:
    app = visit("weighting", weights=id_)
    assert not app.warning
    assert app.radio(key="preset").value == id_
    assert sliders(app) == shares(preset(FRAMEWORK, id_))
    assert app.run().query_params == {"weights": id_}
    for criterion in FRAMEWORK.criteria:
        for indicator in criterion.indicators:
            expected = 1.0 if id_ == "equal" else indicator.weight
            assert app.number_input(key=f"indicator-{indicator.id}").value == expected


def test_moving_one_slider_scales_the_others_and_writes_the_link(visit: Visit) -> None:
    app = visit("weighting", weights="effectiveness-first")
    app.slider(key="weight-effectiveness").set_value(40.0).run()
    assert not app.exception
    assert not app.warning
    assert sliders(app) == {id_: 40.0 if id_ == "effectiveness" else 15.0 for id_ in CRITERIA}
    assert app.query_params == {"w": [f"{id_}:{40 if id_ == 'effectiveness' else 15}" for id_ in CRITERIA]}
    assert app.radio(key="preset").value == "own"
    app.radio(key="preset").set_value("official").run()
    assert app.query_params == {"weights": "official"}


def test_moving_the_only_weight_down_lets_the_others_share_the_rest(visit: Visit) -> None:
    app = visit("weighting", w="effectiveness:100")
    app.slider(key="weight-effectiveness").set_value(60.0).run()
    assert sliders(app) == {id_: 60.0 if id_ == "effectiveness" else 10.0 for id_ in CRITERIA}


@pytest.mark.parametrize("value", [0.0, 1.0, 33.0, 99.0, 100.0])
@pytest.mark.parametrize("start", ["official", "equal"])
def test_the_sliders_always_come_to_a_hundred(visit: Visit, start: str, value: float) -> None:
    app = visit("weighting", weights=start)
    app.slider(key="weight-sustainability").set_value(value).run()
    assert not app.exception
    assert not app.warning
    assert sliders(app)["sustainability"] == value
    assert sum(sliders(app).values()) == pytest.approx(100, abs=0.05)


def test_the_link_of_own_weights_gives_the_same_page_to_somebody_else(visit: Visit) -> None:
    app = visit("weighting", weights="inclusion-first")
    app.slider(key="weight-sustainability").set_value(37.0).run()
    link, before, rows = dict(app.query_params), sliders(app), table(app)
    again = visit("weighting", **link)
    assert not again.warning
    assert sliders(again) == before
    pd.testing.assert_frame_equal(table(again), rows)


def test_moving_weights_keeps_the_filter_and_the_freedom(visit: Visit) -> None:
    app = visit("weighting", sector="employment", free="1")
    app.slider(key="weight-effectiveness").set_value(20.0).run()
    assert app.query_params["sector"] in ("employment", ["employment"])
    assert app.query_params["free"] in ("1", ["1"])
    assert app.toggle(key="free").value is True


def test_an_indicators_weight_stands_in_the_link_and_a_silent_criterion_is_refused(visit: Visit) -> None:
    one = FRAMEWORK.criteria[0].indicators[0]
    app = visit("weighting")
    app.number_input(key=f"indicator-{one.id}").set_value(3.5).run()
    assert not app.exception
    assert app.query_params["wi"] in (f"{one.id}:3.5", [f"{one.id}:3.5"])
    *silent, last = FRAMEWORK.criteria[0].indicators
    app = visit("weighting", wi=[f"{other.id}:0" for other in silent])
    assert not app.warning
    app.number_input(key=f"indicator-{last.id}").set_value(0.0).run()
    assert not app.exception
    assert app.number_input(key=f"indicator-{last.id}").value == last.weight


@pytest.mark.parametrize("params", TAMPERED, ids=lambda params: ascii(params)[:40])
def test_tampered_weights_are_said_and_left_out(visit: Visit, params: dict[str, Any]) -> None:
    app = visit("weighting", **params)
    assert not app.exception
    assert screen.title(app) == "Your weighting"
    (warning,) = app.warning
    assert warning.value.startswith("Part of the weights in the link was not understood and left out: ")
    assert len(warning.value) < 2_000
    assert "](https" not in warning.value
    assert sum(sliders(app).values()) == pytest.approx(100, abs=0.05)


# --- what comes out ----------------------------------------------------------------------------------------


def test_a_filter_narrows_the_practices_and_the_sentence_says_so(visit: Visit) -> None:
    app = visit("weighting", sector="employment")
    found = [one for one in EVERYONE if "employment" in one.facets["sector"]]
    assert screen.sentence(app) == f"{len(found)} of 325 practices on Employment."
    simulation, _ = drawn(preset(FRAMEWORK, "official"), sector=("employment",))
    assessed = sum(1 for one in found if one.answers)
    count = len(simulation.practice_ids)
    (told,) = (screen.as_read(body) for body in screen.bodies(app) if "documented enough under these weights;" in body)
    assert told == (
        f"{count} of {len(found)} practices are documented enough under these weights; "
        f"{assessed - count} are assessed but not documented enough, {len(found) - assessed} are not assessed."
    )
    assert {BY_NAME[name].id for name in names(app)} == set(simulation.practice_ids)
    assert set(simulation.practice_ids) < {one.id for one in found}


def test_one_practice_is_said_as_one() -> None:
    def page() -> None:
        from pages.shared.practices import weighting  # noqa: PLC0415 - the page is a script of its own

        weighting.selection(3, 2, 1)

    (told,) = screen.bodies(AppTest.from_function(page).run())
    assert told == (
        "**1** of 3 practices is documented enough under these weights; 1 is assessed but not documented enough, "
        "1 is not assessed."
    )


def test_where_too_few_are_documented_enough_this_is_said(visit: Visit) -> None:
    app = visit("weighting", country="MT", sector="digital")
    assert not app.exception
    assert app.info[0].value.startswith("Fewer than two practices are documented enough")
    assert not app.table
    assert sliders(app) == shares(preset(FRAMEWORK, "official"))


@pytest.mark.parametrize("weights", ["official", "equal"])
def test_the_official_scores_stand_beside_whatever_the_weights(visit: Visit, weights: str) -> None:
    app = visit("weighting", weights=weights)
    for name, (_, row) in zip(names(app), table(app).iterrows(), strict=True):
        for node in oracles.HEADLINES:
            score, words = BY_NAME[name].scores[node], str(row[f"Official {node}"])
            assert score.low is not None
            assert score.high is not None
            span = f"{math.floor(score.low + 0.5)}–{math.floor(score.high + 0.5)}"
            if score.scored:
                assert score.score is not None
                assert words.startswith(f"**{math.floor(score.score + 0.5)}**/100 ("), name
                assert (f"(could be {span}; " in words) == (score.low != score.high), name
            elif score.answered:
                assert f"(between {span.replace('–', ' and ')}; " in words, name
            else:
                assert words in ("no score: no result known", "no score: only a level known") or (
                    node == "sustainability" and words == "too little known for a score"
                ), name


def test_the_composite_and_the_intervals_are_those_of_the_draws(visit: Visit) -> None:
    app = visit("weighting", weights="equal")
    simulation, scores = drawn(preset(FRAMEWORK, "equal"))
    assert len(table(app)) == len(simulation.practice_ids) > 10
    for name, (_, row) in zip(names(app), table(app).iterrows(), strict=True):
        id_ = BY_NAME[name].id
        own, of = scores.of(id_, YOUR_WEIGHTING), simulation.of(id_)
        assert own.score is not None
        assert str(row["Your weighting"]).startswith(f"{math.floor(own.score + 0.5)} ("), name
        assert row["Places in 90 % of draws"] == f"{of.place_from} to {of.place_to}", name
        assert row["Tier"] == str(of.tier), name
        assert row["In the top tier"] == percent(of.top_tier_share), name


@pytest.mark.parametrize("free", [False, True])
def test_tiers_are_said_or_that_there_are_none(visit: Visit, free: bool) -> None:
    app = visit("weighting", **({"free": "1"} if free else {}))
    assert app.toggle(key="free").value is free
    tiers = drawn(preset(FRAMEWORK, "official"), free)[0].tiers()
    words = screen.as_read("\n".join(screen.bodies(app)))
    assert "cannot be told apart" in words
    if len(tiers) == 1:
        assert "As a group they cannot be told apart" in words
    else:
        assert f"{len(tiers)} tiers: {len(tiers[0])} in tier 1" in words
    assert set(table(app)["Tier"]) == {str(at) for at in range(1, len(tiers) + 1)}


def test_the_freedom_stands_in_the_link(visit: Visit) -> None:
    app = visit("weighting")
    app.toggle(key="free").set_value(True).run()
    assert app.query_params == {"free": "1"}
    app.toggle(key="free").set_value(False).run()
    assert app.query_params == {}


# --- two of them -------------------------------------------------------------------------------------------


def choose_pair(app: AppTest, one: str, other: str) -> AppTest:
    app.selectbox(key="pair_one").set_value(one)
    return app.selectbox(key="pair_other").set_value(other).run()


@pytest.mark.parametrize("weights", ["official", "inclusion-first"])
def test_the_words_on_a_pair_are_those_of_the_draws(visit: Visit, weights: str) -> None:
    app = visit("weighting", weights=weights)
    simulation, _ = drawn(preset(FRAMEWORK, weights))
    by_central = sorted(simulation.practice_ids, key=lambda id_: simulation.of(id_).central)
    name_of = {one.id: name for name, one in BY_NAME.items()}
    pairs = [(by_central[0], by_central[-1]), (by_central[-1], by_central[0]), (by_central[3], by_central[4])]
    for one, other in pairs:
        choose_pair(app, one, other)
        assert not app.exception
        share = simulation.leads(one, other)
        ahead, behind = (one, other) if share >= 0.5 else (other, one)
        share = max(share, 1 - share)
        verdict = "a real difference" if share >= 0.95 else "no real difference"
        expected = f"{name_of[ahead]} leads {name_of[behind]} in {percent(share)} of the draws: {verdict}."
        assert lead(app) == expected


def test_the_flip_points_are_those_of_the_two_middles(visit: Visit) -> None:
    weights = weighting(FRAMEWORK, dict(zip(CRITERIA, (40.0, 25.0, 15.0, 10.0, 10.0), strict=True)))
    app = visit("weighting", w=[f"{id_}:{100 * share:g}" for id_, share in weights.criteria])
    assert not app.warning
    _, scores = drawn(weights)
    middle = dict(zip(scores.practice_ids, midpoints(scores), strict=True))
    ids = [BY_NAME[name].id for name in names(app)]
    flipped = 0
    for one, other in (ids[:2], ids[2:4], ids[4:6], ids[-2:]):
        choose_pair(app, one, other)
        (body,) = (body for body in screen.bodies(app) if body.startswith("With the middle of each range"))
        lines = [line for line in body.split("\n") if line.startswith("- ")]
        flips = robustness.flip_points(middle[one], middle[other], weights)
        for criterion, line in zip(FRAMEWORK.criteria, lines, strict=True):
            at = flips[criterion.id]
            words = "never, whatever it weighs" if at is None else f"where it weighs {percent(at)}"
            weighs = percent(dict(weights.criteria)[criterion.id])
            assert line == f"- {criterion.title} (weighs {weighs}): {words}"
            flipped += at is not None
    assert flipped


def test_a_practice_is_not_held_against_itself(visit: Visit) -> None:
    app = visit("weighting")
    one = str(app.selectbox(key="pair_one").value)
    choose_pair(app, one, one)
    assert not app.exception
    assert [info.value for info in app.info] == ["Choose two different practices."]


@pytest.mark.parametrize("params", [{}, {"weights": "equal"}, {"free": "1"}])
def test_nobody_has_a_bare_place_and_nobody_is_ranked(visit: Visit, params: dict[str, str]) -> None:
    app = visit("weighting", **params)
    for sent in [*screen.strings(app), *screen.alt_texts(app)]:
        assert not re.search(r"\brank", sent, re.IGNORECASE), sent
        assert not re.search(r"\b\d+(st|nd|rd|th)\b|\bplace \d+(?! to)", sent), sent
    for cell in table(app)["Places in 90 % of draws"]:
        assert re.fullmatch(r"\d+ to \d+", str(cell))
    (chart,) = screen.charts(app)
    bars = convert_arrow_bytes_to_pandas_df(chart.data.data)
    count = len(table(app))
    for words in bars["words"].dropna():
        assert re.fullmatch(rf"\d+ to \d+ of {count}", words)
    for heading in bars["heading"].dropna():
        assert re.fullmatch(r"Tier \d+ of \d+|Cannot be told apart", heading)


def test_inside_a_tier_the_order_is_that_of_the_names(visit: Visit) -> None:
    app = visit("weighting", weights="equal")
    shown = list(zip(table(app)["Tier"].astype(int), (normalise(name) for name in names(app)), strict=True))
    assert shown == sorted(shown)
