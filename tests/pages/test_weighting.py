"""Your weighting: each main score first, then the link's weights; clear differences are said, and no bare place."""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import numpy as np
import oracles
import pandas as pd
import pytest
import screen
import streamlit as st
from screen import Visit
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from criteria.framework import current_framework
from criteria.order import READINGS, PartialOrder, Reading, criterion_alone, partial_order
from criteria.results import GROUPS
from criteria.scoring import YOUR_WEIGHTING, Answers, Scores, composite, encode
from criteria.weight_effects import flip_points
from criteria.weighting import PRESETS, Weighting, preset, weighting
from pages.shared.components import database
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.queries import practices
from practices_db.queries.agreement import coder_error

FRAMEWORK = current_framework()
CRITERIA = [criterion.id for criterion in FRAMEWORK.criteria]
EVERYONE = oracles.practices()
BY_NAME = {" ".join(one.row["name"].split()): one for one in EVERYONE}
TABLE = "Bounds of places: Your weighting"
OFFICIAL = preset(FRAMEWORK, "official")
TAMPERED: tuple[dict[str, Any], ...] = (  # one of each kind; tests/unit/criteria/test_weighting.py has many more
    {"weights": "x" * 20_000},
    {"w": ["![x](https://evil.example):10", "\x00:\u202e"]},
    {"wi": f"{FRAMEWORK.indicators[0].id}:inf"},
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


def selected(**chosen: Any) -> Answers:
    with database.cursor() as cursor:
        return encode(FRAMEWORK, practices.answer_matrix(cursor, PracticeFilter.model_validate(chosen)))


def ordered(weights: Weighting, reading: Reading = "know-nothing", **chosen: Any) -> tuple[PartialOrder, Scores]:
    """Return the order and the scores that the page should show."""
    with database.cursor() as cursor:
        error = coder_error(cursor)
    answers = selected(**chosen)
    return partial_order(FRAMEWORK, answers, weights, reading, error), composite(FRAMEWORK, answers, weights)


def findings(app: AppTest) -> list[str]:
    """Return the sentences on how many pairs differ clearly, in the order of the page."""
    return [
        screen.as_read(body) for body in screen.bodies(app) if re.match(r"\*\*[\d,]+ of [\d,]+ pairs? differ", body)
    ]


def percent(share: float) -> str:
    return f"{math.floor(100 * share + 0.5)} %"


def lead(app: AppTest) -> str:
    (one,) = (body for body in screen.bodies(app) if re.match(r"\*\*.+\*\* is ahead of \*\*", body))
    return screen.as_read(one)


# --- the weights -------------------------------------------------------------------------------------------


def test_without_anything_in_the_link_the_weights_are_the_official_ones(visit: Visit) -> None:
    app = visit("weighting")
    assert not app.exception
    assert not app.warning
    assert app.radio(key="preset").value == "official"
    assert sliders(app) == {id_: 50.0 if id_ in oracles.HEADLINES else 0.0 for id_ in CRITERIA}
    assert "own" not in app.radio(key="preset").options


def test_a_preset_sets_the_sliders_and_the_link(visit: Visit) -> None:
    app = visit("weighting", w="effectiveness:100")
    for id_ in PRESETS:
        app.radio(key="preset").set_value(id_).run()
        assert not app.exception, id_
        assert not app.warning, id_
        assert app.query_params == {"weights": id_}
        assert sliders(app) == shares(preset(FRAMEWORK, id_)), id_
        assert any(caption.value == PRESETS[id_].meaning for caption in app.caption), id_


@pytest.mark.parametrize("id_", ["equal", "sustainability-first"])
def test_a_preset_in_the_link_comes_back_as_it_is_and_gives_some_practices_a_composite(visit: Visit, id_: str) -> None:
    app = visit("weighting", weights=id_)
    assert not app.warning
    assert len(table(app)) >= 10
    assert not [button for button in app.button if str(button.key).startswith("zero-")]
    assert app.radio(key="preset").value == id_
    assert sliders(app) == shares(preset(FRAMEWORK, id_))
    assert app.run().query_params == {"weights": id_}
    assert not app.number_input, "drawn when it is opened"
    screen.all_open(app)
    for criterion in FRAMEWORK.criteria:
        for indicator in criterion.indicators:
            expected = 1.0 if id_ == "equal" else indicator.weight
            assert app.number_input(key=f"indicator-{indicator.id}").value == expected
    assert any(" changed)" in body for body in screen.bodies(app)) == (id_ == "equal")


def test_moving_one_slider_scales_the_others_and_writes_the_link(visit: Visit) -> None:
    app = visit("weighting", w=[f"{id_}:10" for id_ in CRITERIA])
    app.slider(key="weight-effectiveness").set_value(40.0).run()
    assert not app.exception
    assert not app.warning
    others = 60 / (len(CRITERIA) - 1)
    assert sliders(app) == {id_: 40.0 if id_ == "effectiveness" else others for id_ in CRITERIA}
    assert app.query_params == {"w": [f"{id_}:{40 if id_ == 'effectiveness' else others:g}" for id_ in CRITERIA]}
    assert app.radio(key="preset").value == "own"
    app.radio(key="preset").set_value("official").run()
    assert app.query_params == {"weights": "official"}


def test_moving_the_only_weight_down_lets_the_others_share_the_rest(visit: Visit) -> None:
    app = visit("weighting", w="effectiveness:100")
    app.slider(key="weight-effectiveness").set_value(60.0).run()
    assert sliders(app) == {id_: 60.0 if id_ == "effectiveness" else 40 / (len(CRITERIA) - 1) for id_ in CRITERIA}


@pytest.mark.parametrize("start", ["official", "equal"])
def test_the_sliders_always_come_to_a_hundred(visit: Visit, start: str) -> None:
    app = visit("weighting", weights=start)
    for value in (33.0, 99.0) if start == "equal" else (0.0, 100.0):
        app.slider(key="weight-sustainability").set_value(value).run()
        assert not app.exception
        assert not app.warning
        assert sliders(app)["sustainability"] == value
        assert sum(sliders(app).values()) == pytest.approx(100, abs=0.05)


def test_the_link_of_own_weights_gives_the_same_page_to_somebody_else(visit: Visit) -> None:
    app = visit("weighting")
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
    app = screen.all_open(visit("weighting"))
    app.number_input(key=f"indicator-{one.id}").set_value(3.5).run()
    assert not app.exception
    assert app.query_params["wi"] in (f"{one.id}:3.5", [f"{one.id}:3.5"])
    *silent, last = FRAMEWORK.criteria[0].indicators
    app = screen.all_open(visit("weighting", wi=[f"{other.id}:0" for other in silent]))
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
    assert warning.value.startswith("We ignored part of the weights in this link: ")
    assert len(warning.value) < 2_000
    assert "](https" not in warning.value
    assert sum(sliders(app).values()) == pytest.approx(100, abs=0.05)


# --- each main score alone ---------------------------------------------------------------------------------


def test_each_main_score_comes_first_and_hangs_on_no_weights(visit: Visit) -> None:
    first = findings(visit("weighting"))[:2]
    assert findings(visit("weighting", w=["effectiveness:90", "sustainability:10"]))[:2] == first
    for node, said in zip(oracles.HEADLINES, first, strict=True):
        alone = criterion_alone(FRAMEWORK, node)
        order, _ = ordered(alone)
        without = partial_order(FRAMEWORK, selected(), alone).clear_pairs
        assert said.startswith(
            f"{order.clear_pairs:,} of {order.pairs:,} pairs differ clearly, even allowing for as many coding errors "
            f"as in the practices coded twice ({without:,} without coding errors)."
        )


def test_scores_that_tell_nothing_apart_are_not_drawn_and_results_come_first(visit: Visit) -> None:
    app = visit("weighting")
    order, _ = ordered(criterion_alone(FRAMEWORK, "effectiveness"))
    assert order.clear_pairs == 0  # of the catalogue as it is
    (told,) = (
        body for body in screen.bodies(app) if body.startswith("No clear differences in the effectiveness scores yet")
    )
    counts = [int(number) for number in re.findall(r"\*\*(\d+)\*\*", told)]
    assert [line.split(":")[0][2:] for line in told.split("\n") if line.startswith("- ")] == [
        group.label for group in GROUPS
    ]
    assert sum(counts) == len(EVERYONE)
    assert len(screen.charts(app)) == 2  # sustainability, and the reader's combination


def test_the_chart_has_bounds_and_groups_by_their_middle(visit: Visit) -> None:
    app = visit("weighting")
    order, _ = ordered(criterion_alone(FRAMEWORK, "sustainability"))
    chart = screen.charts(app)[0]
    rows = convert_arrow_bytes_to_pandas_df(chart.data.data)
    bars = rows[rows["from"].notna()]
    assert set(bars["id"]) == set(order.practice_ids)
    assert list(bars["middle"]) == sorted(bars["middle"])
    names = {
        "nobody-ahead": "None is clearly ahead of it",
        "between": "In between",
        "ahead-of-nobody": "Clearly behind at least one, ahead of none",
    }
    for row in bars.to_dict("records"):
        of = order.of(row["id"])
        assert (row["from"], row["to"]) == (of.best_place - 0.4, of.worst_place + 0.4)
        assert row["group"] == names[of.group]
        assert row["words"].startswith(
            f"clearly ahead of {of.ahead_of}, clearly behind {of.behind}, open with the rest"
        )


def test_the_reading_of_an_unknown_answer_stands_in_the_link_and_decides(visit: Visit) -> None:
    app = visit("weighting")
    for reading in reversed(READINGS):
        app.radio(key="choose_reading").set_value(reading).run()
        assert not app.exception, reading
        assert app.query_params == ({} if reading == "know-nothing" else {"reading": reading})
        order, _ = ordered(criterion_alone(FRAMEWORK, "sustainability"), reading)
        assert findings(app)[1].startswith(f"{order.clear_pairs:,} of "), reading


def test_what_is_said_of_a_pair_is_the_same_in_every_company(visit: Visit) -> None:
    """Filters change who else is there; the lead of one over the other stays, in Compare too."""
    app = visit("weighting", sector="employment")
    order, _ = ordered(OFFICIAL, sector=("employment",))
    one, other = order.practice_ids[:2]
    said = lead(choose_pair(app, one, other))
    assert lead(choose_pair(visit("weighting"), one, other)) == said


def test_nothing_draws_random_numbers(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(*_given: object, **_named: object) -> None:
        raise AssertionError("a random number was drawn")

    st.cache_resource.clear()
    for name in ("default_rng", "Generator", "SeedSequence", "seed", "random"):
        monkeypatch.setattr(np.random, name, drawn)
    assert not visit("weighting", free="1").exception
    assert not visit("compare", practice=list(ordered(OFFICIAL)[0].practice_ids[:3])).exception


def test_too_many_are_not_compared_and_what_to_do_is_said() -> None:
    def page() -> None:
        import streamlit  # noqa: PLC0415 - the page is a script of its own

        from pages.shared.practices import order  # noqa: PLC0415

        streamlit.text([order.can_be_drawn(count) for count in (1, 2, 400, 401)])

    app = AppTest.from_function(page).run()
    assert app.text[0].value == "[False, True, True, False]"
    assert [info.value[:20] for info in app.info] == ["Fewer than two of th", "401 practices are to"]
    assert "Choose a country, a sector or a target group" in app.info[1].value


# --- the reader's combination ------------------------------------------------------------------------------


def test_a_filter_narrows_the_practices_and_the_sentence_says_so(visit: Visit) -> None:
    app = visit("weighting", sector="employment")
    found = [one for one in EVERYONE if "employment" in one.facets["sector"]]
    assert screen.sentence(app) == f"{len(found)} of 325 practices on employment."
    order, _ = ordered(OFFICIAL, sector=("employment",))
    assessed = sum(1 for one in found if one.answers)
    count = len(order.practice_ids)
    (told,) = (screen.as_read(body) for body in screen.bodies(app) if "in every criterion that you use;" in body)
    assert told == (
        f"{count} of {len(found)} practices have a score in every criterion that you use; "
        f"{assessed - count} are assessed but too thinly documented, {len(found) - assessed} are not assessed."
    )
    assert {BY_NAME[name].id for name in names(app)} == set(order.practice_ids)
    assert set(order.practice_ids) < {one.id for one in found}


def test_one_practice_is_said_as_one() -> None:
    def page() -> None:
        from pages.shared.practices import weighting  # noqa: PLC0415 - the page is a script of its own

        weighting.selection(3, 2, 1)

    (told,) = screen.bodies(AppTest.from_function(page).run())
    assert told == (
        "**1** of 3 practices has a score in every criterion that you use; 1 is assessed but too thinly documented, "
        "1 is not assessed."
    )


def test_where_too_few_are_documented_enough_this_is_said(visit: Visit) -> None:
    app = visit("weighting", country="MT", sector="digital")
    assert not app.exception
    assert app.info[-1].value.startswith("Fewer than two of these practices have a score in every criterion")
    (weights,) = app.table  # those on paper; nobody is compared
    assert list(weights.value["Weight"]) == ["50 %", "50 %", "0 %", "0 %", "0 %", "0 %"]
    assert sliders(app) == shares(OFFICIAL)


@pytest.mark.parametrize("weights", [{}, {"w": ["sustainability:50", "evidence:50"]}])
def test_the_official_scores_stand_beside_whatever_the_weights(visit: Visit, weights: dict[str, Any]) -> None:
    app = visit("weighting", **weights)
    assert names(app)
    for name, (_, row) in zip(names(app), table(app).iterrows(), strict=True):
        for node in oracles.HEADLINES:
            score, words = BY_NAME[name].scores[node], str(row[node.capitalize()])
            if score.scored:
                assert score.score is not None
                assert f"**{math.floor(score.score + 0.5)}**" in words, name
            else:
                assert "**" not in words, name


def test_fifty_fifty_is_fifty_fifty_and_the_places_are_those_of_the_order(visit: Visit) -> None:
    app = visit("weighting")
    order, scores = ordered(OFFICIAL)
    assert len(table(app)) == len(order.practice_ids) > 10
    for name, (_, row) in zip(names(app), table(app).iterrows(), strict=True):
        one = BY_NAME[name]
        each = [score for node in oracles.HEADLINES if (score := one.scores[node].score) is not None]
        mean = float(sum(each)) / 2
        assert scores.of(one.id, YOUR_WEIGHTING).score == pytest.approx(mean)
        assert str(row["Your weighting"]).startswith(f"{math.floor(mean + 0.5)} ("), name
        of = order.of(one.id)
        assert row["Place in the order"] == f"{of.best_place} to {of.worst_place}", name
        assert str(row["Clear differences"]).startswith(f"clearly ahead of {of.ahead_of}, clearly behind {of.behind},")


def test_the_finding_comes_first_for_each_score_and_the_combination(visit: Visit) -> None:
    app = visit("weighting")
    assert app.header[0].value == "Which differences are clear?"
    lines = next(screen.as_read(body) for body in screen.bodies(app) if body.startswith("- **Effectiveness**")).split(
        "\n"
    )
    order, _ = ordered(OFFICIAL)
    name_of = {one.id: name for name, one in BY_NAME.items()}
    first = max(order.practice_ids, key=lambda id_: order.of(id_).ahead_of)
    assert lines[0] == "- Effectiveness: 0 of 210 pairs differ clearly; all are open."
    assert lines[2] == (
        f"- Your combination (Effectiveness 50 %, Sustainability 50 %): {order.clear_pairs} of {order.pairs} pairs "
        f"differ clearly; {name_of[first]} is ahead of {order.of(first).ahead_of}, more than any other; the rest is "
        "open."
    )


def test_where_a_trial_is_behind_weaker_evidence_this_is_said(visit: Visit) -> None:
    app = visit("weighting")
    order, _ = ordered(criterion_alone(FRAMEWORK, "sustainability"))
    told = [
        screen.as_read(body) for body in screen.bodies(app) if body.startswith("How strong the evidence is does not")
    ]
    assert told
    by_id = {one.id: one for one in EVERYONE}
    behind = {
        one.id: sum(oracles.mark(by_id[id_]) < oracles.mark(one) for id_ in order.told_apart(one.id)[1])
        for one in EVERYONE
        if one.id in order.practice_ids and oracles.mark(one) >= 4
    }
    most = max(behind, key=behind.__getitem__)
    assert behind[most] > 10
    name = next(name for name, one in BY_NAME.items() if one.id == most)
    assert f"in this sum: {name} (randomised trial) is clearly behind {behind[most]} practices with weaker" in told[0]


def test_where_few_are_left_the_weight_that_costs_most_is_set_to_0_by_a_button(visit: Visit) -> None:
    app = visit("weighting", w=[f"{id_}:{0 if id_ == 'partnership' else 20}" for id_ in CRITERIA])
    scored = composite(FRAMEWORK, selected(), OFFICIAL).scored[:, :-1]
    used = [CRITERIA.index(id_) for id_ in CRITERIA if id_ != "partnership"]
    now = int(scored[:, used].all(axis=1).sum())
    left = {CRITERIA[at]: int(scored[:, [of for of in used if of != at]].all(axis=1).sum()) for at in used}
    most = max(left, key=left.__getitem__)
    title = next(one.title for one in FRAMEWORK.criteria if one.id == most)
    buttons = [button for button in app.button if str(button.key).startswith("zero-")]
    assert buttons[0].label == f"Set {title} to 0"
    assert f"costs {left[most] - now}: without it {left[most]} have a score instead of {now}" in screen.bodies(app)
    buttons[0].click().run()
    assert not app.exception
    assert sliders(app) == {id_: 0.0 if id_ in (most, "partnership") else 25.0 for id_ in CRITERIA}
    assert len(table(app)) == left[most]


def test_where_no_single_weight_helps_the_rarest_is_offered_first(visit: Visit) -> None:
    app = visit("weighting", w=["effectiveness:50", "sustainability:50"], country="MT", sector="digital")
    buttons = [button for button in app.button if str(button.key).startswith("zero-")]
    assert [button.label for button in buttons] == ["Set Effectiveness to 0", "Set Sustainability to 0"]
    assert "0 practices have a score in it" in screen.bodies(app)


def test_every_possible_weighting_stands_in_the_link_and_says_who_is_first(visit: Visit) -> None:
    app = visit("weighting")
    assert "First in" not in table(app)
    app.toggle(key="free").set_value(True).run()
    assert app.query_params == {"free": "1"}
    first = [int(str(cell).split(" ")[0]) for cell in table(app)["First in"]]
    assert all(str(cell).endswith(" % of all weightings") for cell in table(app)["First in"])
    assert 97 <= sum(first) <= 103  # each rounded; nobody is level over a whole stretch of weights
    app.toggle(key="free").set_value(False).run()
    assert app.query_params == {}


def test_a_slider_says_what_its_criterion_drives(visit: Visit) -> None:
    app = visit("weighting")
    said = [caption.value for caption in app.caption if "practices have a score." in str(caption.value)]
    assert len(said) == len(CRITERIA)
    drives = [int(match[1]) for words in said if (match := re.match(r"Drives (\d+) % of the differences", words))]
    assert len(drives) == 2
    assert 99 <= sum(drives) <= 101
    assert sum(words.startswith("Weight 0: not used.") for words in said) == len(CRITERIA) - 2


# --- two of them -------------------------------------------------------------------------------------------


def choose_pair(app: AppTest, one: str, other: str) -> AppTest:
    app.selectbox(key="pair_0").set_value(one).run()
    return app.selectbox(key="pair_1").set_value(other).run()


def by_place(order: PartialOrder) -> list[str]:
    """Return the practices by the middle of the bounds of their places, the first on top."""
    return sorted(order.practice_ids, key=lambda id_: (order.of(id_).best_place + order.of(id_).worst_place, id_))


@pytest.mark.parametrize("weights", [{}, {"w": ["sustainability:50", "evidence:50"]}])
def test_the_words_on_a_pair_are_those_of_the_order(visit: Visit, weights: dict[str, Any]) -> None:
    app = visit("weighting", **weights)
    own = OFFICIAL if not weights else weighting(FRAMEWORK, {"sustainability": 50, "evidence": 50})
    order, _ = ordered(own)
    name_of = {one.id: name for name, one in BY_NAME.items()}
    ids = by_place(order)
    for one, other in [(ids[3], ids[4])] if weights else [(ids[0], ids[-1]), (ids[-1], ids[0])]:
        choose_pair(app, one, other)
        assert not app.exception
        at, to = (order.practice_ids.index(id_) for id_ in (one, other))
        share = order.ahead[at, to] + order.tied[at, to] / 2
        ahead, behind = (one, other) if share >= 0.5 else (other, one)
        share = max(share, 1 - share)
        verdict = "a clear difference" if share >= 0.95 else "no clear difference"
        assert lead(app) == (
            f"{name_of[ahead]} is ahead of {name_of[behind]} in {math.floor(100 * share + 1e-9)} % of what the "
            f"unknown answers could be, coding errors included: {verdict}."
        )


def test_the_flip_points_are_those_of_the_two_scores(visit: Visit) -> None:
    weights = weighting(FRAMEWORK, {"effectiveness": 60, "sustainability": 40})
    app = visit("weighting", w=["effectiveness:60", "sustainability:40"])
    assert not app.warning
    order, scores = ordered(weights)
    flipped = 0
    ids = by_place(order)
    for one, other in itertools.pairwise(ids[:4]):
        choose_pair(app, one, other)
        ahead = {}
        for id_ in (one, other):
            of = [scores.of(id_, node) for node in CRITERIA]
            ahead[id_] = np.array([each.score if each.scored else np.nan for each in of])
        both = ~np.isnan(ahead[one]) & ~np.isnan(ahead[other])
        flips = flip_points(*(np.where(both, ahead[id_], np.nan) for id_ in (one, other)), weights)
        expected = [
            f"- {criterion.title} (weight {percent(share)}): at a weight of {percent(at)}"
            for criterion, share, known in zip(FRAMEWORK.criteria, weights.shares, both, strict=True)
            if known and (at := flips[criterion.id]) is not None
        ]
        lines = [line for body in screen.bodies(app) for line in body.split("\n") if "): at a weight of" in line]
        assert lines == expected
        flipped += len(lines)
    assert flipped


def test_two_different_practices_stay_chosen_whatever_preset_is_taken(visit: Visit) -> None:
    app = visit("weighting")
    order, _ = ordered(OFFICIAL)
    one, other = order.practice_ids[4], order.practice_ids[9]
    choose_pair(app, one, other)
    app.slider(key="weight-effectiveness").set_value(20.0).run()
    assert (app.selectbox(key="pair_0").value, app.selectbox(key="pair_1").value) == (one, other)
    app.selectbox(key="pair_0").set_value(other).run()
    assert not app.exception
    before = [app.selectbox(key=f"pair_{side}").value for side in (0, 1)]
    assert before == [other, one]  # they change places
    for id_ in PRESETS:
        app.radio(key="preset").set_value(id_).run()
        assert not app.exception, id_
        assert app.selectbox(key="pair_0").value != app.selectbox(key="pair_1").value, id_
    app.slider(key="weight-partnership").set_value(50.0).run()  # hardly anybody has a composite
    app.radio(key="preset").set_value("official").run()
    assert [app.selectbox(key=f"pair_{side}").value for side in (0, 1)] == before


@pytest.mark.parametrize("params", [{}, {"weights": "equal", "free": "1", "reading": "together"}])
def test_nobody_has_a_bare_place_and_nobody_is_ranked(visit: Visit, params: dict[str, str]) -> None:
    app = visit("weighting", **params)
    for sent in [*screen.strings(app), *screen.alt_texts(app)]:
        assert not re.search(r"\brank", sent, re.IGNORECASE), sent
        assert not re.search(r"\b\d+(st|nd|rd|th)\b|\bplace \d+(?! to)", sent), sent
    for one in app.table:
        if one.proto.alt.startswith("Bounds of places"):
            for cell in pd.DataFrame(one.value)["Place in the order"]:
                assert re.fullmatch(r"\d+ to \d+", str(cell))
