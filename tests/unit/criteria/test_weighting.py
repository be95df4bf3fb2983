"""The reader's weights: checked, preset, in a link, and what they come to."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import hostile
import pytest
from hypothesis import given
from hypothesis import strategies as st

from criteria.framework import current_framework, published_frameworks
from criteria.scoring import YOUR_WEIGHTING, AnswerId, composite, encode, score
from criteria.weighting import (
    PRESETS,
    Weighting,
    from_params,
    preset,
    preset_of,
    to_params,
    weighting,
)
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.queries.practices import answer_matrix

FRAMEWORK = published_frameworks()["integration-practices", "1.0.0"]
CRITERIA = [criterion.id for criterion in FRAMEWORK.criteria]
CURRENT = current_framework()
INDICATORS = [indicator.id for indicator in FRAMEWORK.indicators]
HOSTILE = [
    "",
    ":",
    "effectiveness",
    "effectiveness:",
    "effectiveness:-1",
    "effectiveness:101",
    "effectiveness:100.1",
    "effectiveness:1e2",
    "effectiveness:nan",
    "effectiveness:inf",
    "effectiveness:٣",
    "effectiveness:²",
    "effectiveness: 5",
    "effectiveness:5\n",
    "effectiveness:1.23",
    "Effectiveness:5",
    "effectiveness:5:5",
    "eff-objectives:999",
    "'; DROP TABLE practice; --",
    "\u202eright to left",
    "a\nb\x00\x1b",
    "x" * 20_000,
    "effectiveness:" + "9" * 5_000,
    "official ",
]


# --- checked -----------------------------------------------------------------------------------------------


def test_shares_sum_to_one_and_what_is_not_named_weighs_nothing() -> None:
    made = weighting(FRAMEWORK, {"relevance": 3, "effectiveness": 1})
    assert made.criteria == (
        ("effectiveness", 0.25),
        ("sustainability", 0),
        ("inclusion", 0),
        ("relevance", 0.75),
        ("partnership", 0),
    )
    assert made.indicators == tuple((one.id, one.weight) for one in FRAMEWORK.indicators)
    assert hash(made) == hash(weighting(FRAMEWORK, {"effectiveness": 10, "relevance": 30}))


@pytest.mark.parametrize(
    ("criteria", "indicators", "words"),
    [
        ({"efectiveness": 1}, {}, "criterion 'efectiveness' is not known; did you mean 'effectiveness'"),
        ({"zzz": 1}, {}, "known are effectiveness, sustainability"),
        ({"effectiveness": 1}, {"eff-objectivs": 1}, "indicator 'eff-objectivs' is not known; did you mean 'eff-obj"),
        ({"effectiveness": -1}, {}, "criterion 'effectiveness': the weight must be from 0 to 100, not -1"),
        ({"effectiveness": math.nan}, {}, "not nan"),
        ({"effectiveness": math.inf}, {}, "not inf"),
        ({"effectiveness": 1}, {"eff-objectives": -0.1}, "indicator 'eff-objectives': the weight must be"),
        ({}, {}, "at least one must weigh something"),
        (dict.fromkeys(CRITERIA, 0), {}, "at least one must weigh something"),
        (
            {"partnership": 1},
            {id_: 0 for id_ in INDICATORS if id_.startswith("par-")},
            "criterion 'partnership': it has a weight, but none of its indicators",
        ),
    ],
)
def test_faulty_weights_are_refused_by_name(
    criteria: dict[str, float], indicators: dict[str, float], words: str
) -> None:
    with pytest.raises(ValueError, match=r"^(criteri|indicator)") as caught:
        weighting(FRAMEWORK, criteria, indicators)
    assert words in str(caught.value)


def test_criterion_that_weighs_nothing_may_have_silent_indicators() -> None:
    silent = {id_: 0.0 for id_ in INDICATORS if id_.startswith("par-")}
    assert dict(weighting(FRAMEWORK, {"relevance": 1}, silent).indicators)["par-roles"] == 0


# --- presets -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id_", "shares"),
    [
        ("official", {"effectiveness": 1 / 2, "sustainability": 1 / 2}),
        ("equal", {"sustainability": 1 / 3, "evidence": 1 / 3, "relevance": 1 / 3}),
        ("effectiveness-first", {"effectiveness": 2 / 3, "sustainability": 1 / 3}),
        ("sustainability-first", {"sustainability": 2 / 3, "relevance": 1 / 3}),
        ("inclusion-first", {"inclusion": 2 / 3, "relevance": 1 / 3}),
    ],
)
def test_preset_is_what_it_says(id_: str, shares: dict[str, float]) -> None:
    made = preset(CURRENT, id_)
    assert {criterion: share for criterion, share in made.criteria if share} == pytest.approx(shares)
    expected = [1.0 if id_ == "equal" else one.weight for one in CURRENT.indicators]
    assert [weight for _id, weight in made.indicators] == expected
    assert preset_of(CURRENT, made) == id_
    assert to_params(CURRENT, made) == {"weights": [id_]}
    assert from_params(CURRENT, {"weights": [id_]}) == (made, [])


def test_official_weighs_the_headlines_alike() -> None:
    for framework in published_frameworks().values():
        headlines = {criterion.id: 1.0 for criterion in framework.headlines}
        assert preset(framework, "official") == weighting(framework, headlines)


def test_every_preset_scores_as_many_as_the_data_allow(store: Store) -> None:
    """No other choice of as many criteria that goes with its name scores more of the shipped catalogue."""
    with store.cursor() as cursor:
        answers = encode(CURRENT, answer_matrix(cursor, PracticeFilter()))
    ids = [criterion.id for criterion in CURRENT.criteria]
    scored = {
        frozenset(some): int(
            composite(CURRENT, answers, weighting(CURRENT, dict.fromkeys(some, 1))).scored[:, -1].sum()
        )
        for size in (2, 3)
        for some in itertools.combinations(ids, size)
    }
    for id_, one in PRESETS.items():
        mine = frozenset(dict(one.criteria))
        named = {one.criteria[0][0]} if id_.endswith("-first") else set()
        best = max(count for some, count in scored.items() if len(some) == len(mine) and named <= some)
        if id_ in ("official", "effectiveness-first"):
            assert mine == {"effectiveness", "sustainability"}  # the headlines go before more practices
            assert scored[mine] > 10
        else:
            assert scored[mine] == best > 1


def test_a_preset_on_a_criterion_that_the_framework_has_not_is_none_of_its() -> None:
    assert from_params(FRAMEWORK, {"weights": ["equal"]}) == (preset(FRAMEWORK, "official"), ["weights: equal"])


def test_every_preset_has_a_name_and_a_sentence() -> None:
    for one in PRESETS.values():
        assert one.label
        assert one.meaning.endswith(".")


def test_unknown_preset_is_refused() -> None:
    with pytest.raises(ValueError, match=r"preset 'best' is not known; known are official"):
        preset(FRAMEWORK, "best")


# --- links -------------------------------------------------------------------------------------------------


@st.composite
def weightings(draw: st.DrawFn) -> Weighting:
    shares = draw(st.lists(st.floats(0, 100), min_size=5, max_size=5).filter(lambda some: sum(some) > 1e-3))
    own = draw(st.dictionaries(st.sampled_from(INDICATORS), st.floats(0.001, 100), max_size=6))
    return weighting(FRAMEWORK, dict(zip(CRITERIA, shares, strict=True)), own)


@given(weightings())
def test_link_gives_the_weights_back_to_a_tenth_of_a_point_and_stays_the_same(made: Weighting) -> None:
    link = to_params(FRAMEWORK, made)
    read, dropped = from_params(FRAMEWORK, link)
    assert dropped == []
    assert read.shares == pytest.approx(made.shares, abs=0.001)
    assert to_params(FRAMEWORK, read) == link
    if "w" in link:
        assert sum(round(10 * float(value.partition(":")[2])) for value in link["w"]) == 1000
        assert dict(read.indicators) == pytest.approx(dict(made.indicators), rel=0, abs=0.01)


@given(st.lists(st.tuples(st.sampled_from(CRITERIA), st.integers(0, 1000)), max_size=6))
def test_link_that_somebody_typed_settles_at_once(typed: list[tuple[str, int]]) -> None:
    once, _ = from_params(FRAMEWORK, {"w": [f"{id_}:{tenths / 10:g}" for id_, tenths in typed]})
    link = to_params(FRAMEWORK, once)
    again, dropped = from_params(FRAMEWORK, link)
    assert (to_params(FRAMEWORK, again), dropped) == (link, [])


def test_link_says_every_criterion_and_only_the_readers_own_indicators() -> None:
    made = weighting(FRAMEWORK, {"effectiveness": 1, "inclusion": 2}, {"eff-objectives": 3, "par-roles": 0})
    assert to_params(FRAMEWORK, made) == {
        "w": ["effectiveness:33.3", "sustainability:0", "inclusion:66.7", "relevance:0", "partnership:0"],
        "wi": ["eff-objectives:3", "par-roles:0"],
    }


def test_empty_link_is_official() -> None:
    assert from_params(FRAMEWORK, {}) == (preset(FRAMEWORK, "official"), [])


@pytest.mark.parametrize(
    ("params", "criteria", "dropped"),
    [
        ({"weights": ["best"]}, "official", ["weights: best"]),
        ({"weights": ["best", "inclusion-first"]}, "inclusion-first", ["weights: best"]),
        ({"w": ["effectiveness:0"]}, "official", ["w: every criterion would have the weight 0"]),
        ({"w": ["inclusion:50", "x:50"]}, {"inclusion": 1}, ["w: x:50"]),
        ({"w": ["inclusion:50", "inclusion:5"]}, {"inclusion": 1}, ["w: inclusion:5"]),
        ({"w": ["inclusion:50"], "weights": ["official"]}, {"inclusion": 1}, ["weights: official"]),
    ],
)
def test_what_is_not_understood_is_dropped_and_said(
    params: dict[str, list[str]], criteria: str | dict[str, float], dropped: list[str]
) -> None:
    expected = preset(FRAMEWORK, criteria) if isinstance(criteria, str) else weighting(FRAMEWORK, criteria)
    assert from_params(FRAMEWORK, params) == (expected, dropped)


def test_link_that_silences_a_whole_criterion_keeps_the_frameworks_weights_there() -> None:
    silent = [f"{id_}:0" for id_ in INDICATORS if id_.startswith("rel-")]
    read, dropped = from_params(FRAMEWORK, {"w": ["relevance:100"], "wi": silent})
    assert read == weighting(FRAMEWORK, {"relevance": 1})
    assert dropped == ["wi: no indicator of relevance would weigh anything"]


def assert_harmless(value: str) -> None:
    read, dropped = from_params(FRAMEWORK, {key: [value, "relevance:5", value] for key in ("weights", "w", "wi")})
    assert read.shares.sum() == pytest.approx(1)
    assert from_params(FRAMEWORK, to_params(FRAMEWORK, read))[1] == []
    assert dropped
    for message in dropped:
        assert len(message) <= 100
        assert message.isprintable(), message


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value)[:30])
def test_hostile_value_in_a_link_is_dropped_with_a_short_message(value: str) -> None:
    assert_harmless(value)
    if value:
        assert from_params(FRAMEWORK, {"w": [value]})[0] == preset(FRAMEWORK, "official")


@given(st.text())
def test_no_text_in_a_link_is_an_error(value: str) -> None:
    assert_harmless(value)
    assert_harmless(f"effectiveness:{value}")


@pytest.mark.corpora
def test_hostile_values_are_dropped() -> None:
    for value in hostile.strings():
        assert_harmless(value)


# --- the composite -----------------------------------------------------------------------------------------

answered = st.dictionaries(
    st.sampled_from(INDICATORS),
    st.sampled_from(["met", "partly", "not-met", "not-documented", "not-applicable"]),
    min_size=1,
)


@given(answered, st.sampled_from(CRITERIA))
def test_composite_of_one_criterion_is_that_criterion(given_: dict[str, AnswerId], criterion: str) -> None:
    answers = encode(FRAMEWORK, [("p", id_, answer, 1) for id_, answer in given_.items()])
    one = composite(FRAMEWORK, answers, weighting(FRAMEWORK, {criterion: 1})).of("p", YOUR_WEIGHTING)
    alone = score(FRAMEWORK, answers).of("p", criterion)
    for name in ("coverage", "low", "high"):
        assert getattr(one, name) == pytest.approx(getattr(alone, name))
    assert one.score == (pytest.approx(alone.score) if alone.scored else None)
    assert (one.scored, one.strongest_evidence, one.answered, one.applicable) == (
        alone.scored,
        alone.strongest_evidence,
        alone.answered,
        alone.applicable,
    )


@given(answered, weightings())
def test_range_of_the_composite_is_the_weighted_mean_of_the_ranges(
    given_: dict[str, AnswerId], chosen: Weighting
) -> None:
    answers = encode(FRAMEWORK, [("p", id_, answer, 1) for id_, answer in given_.items()])
    scores = composite(FRAMEWORK, answers, chosen)
    one = scores.of("p", YOUR_WEIGHTING)
    parts = [(share, scores.of("p", id_)) for id_, share in chosen.criteria if share > 0]
    assert one.scored == all(part.scored for _, part in parts)
    assert (one.score is None) == (not one.scored)
    if all(part.low is not None for _, part in parts):
        for name in ("coverage", "low", "high"):
            assert getattr(one, name) == pytest.approx(sum(share * getattr(part, name) for share, part in parts))
    else:
        assert (one.low, one.high, one.coverage, one.scored) == (None, None, None, False)


def test_indicator_of_weight_nothing_counts_nowhere() -> None:
    answers = encode(FRAMEWORK, [("p", "par-roles", "met", 5), ("p", "par-migrant-led", "not-met", 1)])
    own = {"par-roles": 0.0}
    one = composite(FRAMEWORK, answers, weighting(FRAMEWORK, {"partnership": 1}, own)).of("p", YOUR_WEIGHTING)
    assert (one.low, one.answered, one.applicable, one.strongest_evidence) == (0, 1, 3, 1)


def test_node_that_is_silenced_altogether_has_nothing_to_say() -> None:
    answers = encode(FRAMEWORK, [("p", "par-roles", "met", 5), ("p", "rel-adapts", "met", 1)])
    silent = {id_: 0.0 for id_ in INDICATORS if id_.startswith("par-")}
    scores = composite(FRAMEWORK, answers, weighting(FRAMEWORK, {"relevance": 1}, silent))
    silenced = scores.of("p", "partnership")
    assert (silenced.score, silenced.low, silenced.scored, silenced.strongest_evidence) == (None, None, False, None)
    relevance = scores.of("p", "relevance")
    assert not relevance.scored
    assert scores.of("p", YOUR_WEIGHTING) == replace(relevance, score=None)
