"""The simulation against a slow one, against a known truth, and against itself."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from criteria.framework import current_framework
from criteria.robustness import (
    CONCENTRATION,
    Simulation,
    can_be_first,
    flip_point,
    flip_points,
    simulate,
)
from criteria.scoring import YOUR_WEIGHTING, Answers, composite
from criteria.weighting import preset, weighting

FRAMEWORK = current_framework()
SEPARATED = 0.95  # what is promised, not what the code says
CRITERIA = [criterion.id for criterion in FRAMEWORK.criteria]
SIZE = len(FRAMEWORK.indicators)
EQUAL = preset(FRAMEWORK, "equal")
RESULTS = ("place_from", "place_to", "central", "score_from", "score_to", "tier", "top_tier_share", "composites")


def made_up(practices: int, seed: int, missing: float = 0.3, inapplicable: float = 0.05) -> Answers:
    rng = np.random.default_rng(seed)
    shape = practices, SIZE
    quality = rng.random((practices, 1))
    value = np.where(rng.random(shape) < quality, 1.0, rng.choice([0.0, 0.5], shape))
    value[rng.random(shape) < missing] = np.nan
    ids = tuple(f"synthetic-{at:03}" for at in range(practices))
    return Answers(ids, value, rng.random(shape) >= inapplicable, np.zeros(shape))


def of_values(*rows: list[float]) -> Answers:
    """Return practices all of whose indicators in a criterion have one value; NaN for undocumented, −1 for n/a."""
    sizes = [len(criterion.indicators) for criterion in FRAMEWORK.criteria]
    value = np.array([np.repeat(row, sizes) for row in rows], dtype=float)
    ids = tuple(f"synthetic-{at}" for at in range(len(rows)))
    return Answers(ids, np.where(value < 0, np.nan, value), ~(value < 0), np.zeros_like(value))


# --- the same, whoever computes ----------------------------------------------------------------------------


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.parametrize(("threads", "blocks"), [(1, 1), (1, 100), (2, 3), (3, 16)])
def test_seed_decides_and_neither_threads_nor_chunks_do(threads: int, blocks: int, free: bool) -> None:
    answers = made_up(12, 1)
    first = simulate(FRAMEWORK, answers, EQUAL, draws=1000, seed=7, free=free)
    again = simulate(FRAMEWORK, answers, EQUAL, draws=1000, seed=7, free=free, threads=threads, blocks_at_once=blocks)
    other = simulate(FRAMEWORK, answers, EQUAL, draws=1000, seed=8, free=free)
    for name in RESULTS:
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert not np.array_equal(first.composites, other.composites)


def test_progress_goes_up_to_one() -> None:
    said: list[float] = []
    simulate(FRAMEWORK, made_up(3, 1), EQUAL, draws=1000, blocks_at_once=2, progress=said.append)
    assert said == sorted(said)
    assert len(said) == 8
    assert said[-1] == 1


# --- against a slow one ------------------------------------------------------------------------------------


def slowly(answers: Answers, shares: list[float], draws: int, seed: int, free: bool) -> dict[str, list[float]]:
    """Simulate one draw after the other in plain Python; returns for each practice its places and composites."""
    rng = random.Random(seed)  # noqa: S311
    number = iter(range(SIZE))
    members = [[(next(number), indicator) for indicator in criterion.indicators] for criterion in FRAMEWORK.criteria]
    places: dict[str, list[float]] = {f"{id_} {what}": [] for id_ in answers.practice_ids for what in ("at", "is")}
    for _ in range(draws):
        drawn = [rng.gammavariate(1 if free else CONCENTRATION * share, 1) if free or share else 0 for share in shares]
        now = {}
        for row, id_ in enumerate(answers.practice_ids):
            sums, whole = 0.0, 0.0
            for weight, criterion in zip(drawn, members, strict=True):
                top, bottom = 0.0, 0.0
                for at, indicator in criterion:
                    if answers.applicable[row, at]:
                        value = answers.value[row, at]
                        top += indicator.weight * (rng.choice([0, 0.5, 1]) if np.isnan(value) else value)
                        bottom += indicator.weight
                if bottom:
                    sums, whole = sums + weight * top / bottom, whole + weight
            now[id_] = 100 * sums / whole
        for place, id_ in enumerate(sorted(now, key=lambda one: (-now[one], rng.random())), start=1):
            places[f"{id_} at"].append(place)
            places[f"{id_} is"].append(now[id_])
    return places


@pytest.mark.parametrize("free", [False, True])
def test_intervals_are_those_of_a_slow_simulation(free: bool) -> None:
    answers = made_up(6, 11)
    answers.applicable[2, -len(FRAMEWORK.criteria[4].indicators) :] = False  # partnership does not apply to it
    shares = [0.4, 0.3, 0.2, 0.0, 0.1]
    chosen = weighting(FRAMEWORK, dict(zip(CRITERIA, shares, strict=True)))
    fast = simulate(FRAMEWORK, answers, chosen, draws=20_000, free=free)
    slow = slowly(answers, shares, 3000, 5, free)
    for id_ in answers.practice_ids:
        found, places, composites = fast.of(id_), sorted(slow[f"{id_} at"]), sorted(slow[f"{id_} is"])
        assert found.central == pytest.approx(sum(composites) / 3000, abs=0.6)
        assert found.score_from == pytest.approx(composites[150], abs=1.2)
        assert found.score_to == pytest.approx(composites[-151], abs=1.2)
        # the place that 5 % lie below may be between two where its share is near 5 %
        assert places[90] <= found.place_from <= places[210]
        assert places[-211] <= found.place_to <= places[-91]
    for one, other in itertools.combinations(answers.practice_ids, 2):
        share = np.mean(np.array(slow[f"{one} at"]) < np.array(slow[f"{other} at"]))
        assert fast.leads(one, other) == pytest.approx(share, abs=0.04)


def test_concentration_means_what_it_says() -> None:
    # a practice that is all on one criterion has that criterion's weight as its composite
    chosen = weighting(FRAMEWORK, {"effectiveness": 50, "sustainability": 20, "inclusion": 10, "relevance": 20})
    found = simulate(
        FRAMEWORK, of_values([1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 1]), chosen, draws=40_000
    )
    assert found.central == pytest.approx([50, 20, 10, 0], abs=0.3)
    assert found.score_from == pytest.approx([34, 9, 2, 0], abs=0.6)
    assert found.score_to == pytest.approx([66, 34, 21, 0], abs=0.6)


# --- what must be so ---------------------------------------------------------------------------------------


def test_known_answers_under_one_criterion_have_exact_places() -> None:
    answers = of_values([0.5, 1, 1, 1, 1], [1, 0, 0, 0, 0], [0, 1, 1, 1, 1])
    found = simulate(FRAMEWORK, answers, weighting(FRAMEWORK, {"effectiveness": 1}), draws=500)
    assert found.place_from.tolist() == found.place_to.tolist() == [2, 1, 3]
    assert found.tier.tolist() == [2, 1, 3]
    assert found.central.tolist() == found.score_from.tolist() == found.score_to.tolist() == [50, 100, 0]
    assert found.top_tier_share.tolist() == [0, 1, 0]
    assert found.tiers() == [("synthetic-1",), ("synthetic-0",), ("synthetic-2",)]
    assert found.leads("synthetic-1", "synthetic-0") == 1
    assert found.told_apart("synthetic-0") == (("synthetic-2",), ("synthetic-1",))


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("seed", range(6))
def test_identical_practices_share_a_tier_and_lead_half_the_draws(seed: int, missing: float) -> None:
    one = made_up(1, seed, missing)
    ids = ("a", "b", "c")
    answers = Answers(ids, one.value.repeat(3, 0), one.applicable.repeat(3, 0), one.evidence.repeat(3, 0))
    found = simulate(FRAMEWORK, answers, EQUAL, seed=seed)
    assert found.tier.tolist() == [1, 1, 1]
    assert found.tiers() == [ids]
    for pair in itertools.permutations(ids, 2):
        assert found.leads(*pair) == pytest.approx(0.5, abs=0.03)
    assert (found.place_from.tolist(), found.place_to.tolist()) == ([1, 1, 1], [3, 3, 3])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("free", [False, True])
def test_every_draw_lies_in_the_range_of_some_weights(seed: int, free: bool) -> None:
    """Under one criterion the range is the missing-information range itself."""
    answers = made_up(40, seed, 0.5)
    chosen = weighting(FRAMEWORK, {"inclusion": 1})
    if not free:
        scores = composite(FRAMEWORK, answers, chosen)
        low, high = (getattr(scores, name)[:, -1] for name in ("low", "high"))
    else:
        every = composite(FRAMEWORK, answers, chosen)
        low, high = np.nanmin(every.low[:, :-1], axis=1), np.nanmax(every.high[:, :-1], axis=1)
    drawn = simulate(FRAMEWORK, answers, chosen, draws=2000, free=free).composites
    assert (drawn >= low[:, None] - 0.001).all()
    assert (drawn <= high[:, None] + 0.001).all()


def cross_tier(found: Simulation) -> list[tuple[str, str]]:
    tiers = found.tiers()
    return [pair for above, below in itertools.combinations(tiers, 2) for pair in itertools.product(above, below)]


def grouped(seed: int, practices: int = 40) -> tuple[Answers, np.ndarray]:
    """Return complete answers of practices of a few levels, and their true composites under equal weights."""
    rng = np.random.default_rng(seed)
    level = rng.choice([0.05, 0.3, 0.55, 0.8, 0.97], (practices, 1))
    value = rng.binomial(2, level, (practices, SIZE)) / 2
    ids = tuple(f"synthetic-{at:03}" for at in range(practices))
    answers = Answers(ids, value, np.ones_like(value, dtype=bool), np.zeros_like(value))
    return answers, composite(FRAMEWORK, answers, EQUAL).score[:, -1]


def test_at_most_one_in_twenty_pairs_across_tiers_is_the_wrong_way_round() -> None:
    pairs = inverted = 0
    for seed in range(150):
        complete, truth = grouped(seed)
        rng = np.random.default_rng(1000 + seed)
        hidden = rng.random(complete.value.shape) < rng.uniform(0.1, 0.35)
        known = Answers(
            complete.practice_ids,
            np.where(hidden, np.nan, complete.value),
            complete.applicable,
            complete.evidence,
        )
        found = simulate(FRAMEWORK, known, EQUAL, draws=500, seed=seed)
        true = dict(zip(complete.practice_ids, truth, strict=True))
        across = cross_tier(found)
        pairs += len(across)
        inverted += sum(true[above] < true[below] for above, below in across)
    assert pairs > 5000
    assert inverted <= 0.05 * pairs


def test_at_most_one_in_twenty_pairs_told_apart_is_the_wrong_way_round() -> None:
    """The same where practices lie in a line without gaps, so that tiers are few and pairs are what is said."""
    pairs = inverted = 0
    for seed in range(60):
        complete = made_up(40, seed, missing=0, inapplicable=0)
        true = dict(zip(complete.practice_ids, composite(FRAMEWORK, complete, EQUAL).score[:, -1], strict=True))
        rng = np.random.default_rng(seed)
        hidden = rng.random(complete.value.shape) < rng.uniform(0.1, 0.35)
        value = np.where(hidden, np.nan, complete.value)
        known = Answers(complete.practice_ids, value, complete.applicable, complete.evidence)
        found = simulate(FRAMEWORK, known, EQUAL, draws=500, seed=seed)
        for id_ in found.practice_ids:
            led, _ = found.told_apart(id_)
            pairs += len(led)
            inverted += sum(true[id_] < true[other] for other in led)
    assert pairs > 10_000
    assert 0 < inverted <= 0.05 * pairs


@pytest.mark.parametrize("seed", range(8))
def test_tiers_are_the_finest_that_separate_every_pair(seed: int) -> None:
    complete, _ = grouped(seed, 25)
    known = np.where(np.random.default_rng(seed).random(complete.value.shape) < 0.15, np.nan, complete.value)
    answers = Answers(complete.practice_ids, known, complete.applicable, complete.evidence)
    found = simulate(FRAMEWORK, answers, EQUAL, draws=2000)
    for above, below in cross_tier(found):
        assert found.leads(above, below) >= SEPARATED
    # the slow way: a boundary wherever all pairs across it are separated
    order = sorted(range(25), key=lambda at: (-found.composites[at].astype(float).mean(), answers.practice_ids[at]))
    ids = [answers.practice_ids[at] for at in order]
    tier, expected = 1, {ids[0]: 1}
    for at in range(1, 25):
        tier += all(found.leads(*pair) >= SEPARATED for pair in itertools.product(ids[:at], ids[at:]))
        expected[ids[at]] = tier
    assert dict(zip(answers.practice_ids, found.tier.tolist(), strict=True)) == expected
    assert max(expected.values()) > 1
    top = [id_ for id_, of in expected.items() if of == 1]
    order_of = np.argsort(np.argsort(-found.composites, axis=0, kind="stable"), axis=0) + 1
    assert found.top_tier_share == pytest.approx((order_of <= len(top)).mean(axis=1), abs=0.01)


def test_the_counts_of_those_told_apart_are_those_of_each_practice() -> None:
    answers, _ = grouped(3, practices=30)
    found = simulate(FRAMEWORK, answers, preset(FRAMEWORK, "equal"), draws=400, seed=3)
    counts = found.told_apart_counts()
    assert any(ahead for ahead, _ in counts.values())
    for id_ in found.practice_ids:
        led, leading = found.told_apart(id_)
        assert counts[id_] == (len(led), len(leading))


def test_number_of_draws_is_lowered_where_memory_sets_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("criteria.robustness.MOST_VALUES", 3000)
    found = simulate(FRAMEWORK, made_up(10, 1), EQUAL, draws=10_000)
    assert found.draws == 300
    assert found.composites.shape == (10, 300)


def test_practices_none_and_one() -> None:
    none = simulate(FRAMEWORK, made_up(0, 1), EQUAL, draws=10)
    assert (none.tiers(), none.place_from.shape, none.top_tier_share.shape) == ([], (0,), (0,))
    one = simulate(FRAMEWORK, made_up(1, 1), EQUAL, draws=10).of("synthetic-000")
    assert (one.tier, one.place_from, one.place_to, one.top_tier_share) == (1, 1, 1, 1)
    with pytest.raises(KeyError):
        simulate(FRAMEWORK, made_up(1, 1), EQUAL, draws=10).of("nobody")


def test_practice_to_which_nothing_applies_is_refused_by_name() -> None:
    answers = of_values([1, 1, 1, 1, 1], [-1, -1, 1, 1, 1])
    with pytest.raises(ValueError, match="synthetic-1: nothing that weighs applies"):
        simulate(FRAMEWORK, answers, preset(FRAMEWORK, "official"), draws=10)
    assert simulate(FRAMEWORK, answers, EQUAL, draws=10).draws == 10


@pytest.mark.parametrize("wrong", [{"draws": 0}, {"completions": 0}, {"completions": 65_537}, {"threads": 0}])
def test_numbers_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        simulate(FRAMEWORK, made_up(2, 1), EQUAL, **wrong)  # type: ignore[arg-type]


# --- can it come first -------------------------------------------------------------------------------------


def test_dominated_practice_is_never_first_and_the_best_on_anything_is() -> None:
    answers = of_values([1, 0, 0, 0, 0], [0.5, 0.5, 0.5, 0.5, 0.5], [0, 0.25, 0, 0.25, 0], [0, 0, 1, 1, 1])
    assert can_be_first(FRAMEWORK, answers, EQUAL).tolist() == [True, True, False, True]


def test_practice_between_two_extremes_needs_a_programme_and_not_a_look_at_corners() -> None:
    # best only where the first two criteria weigh about 0.6 to 0.4: at no corner, no middle of two, not at all equal
    answers = of_values([1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0.5, 0.5, 0, 0, 0], [0, 0, 1, 1, 1])
    assert can_be_first(FRAMEWORK, answers, EQUAL).tolist() == [True, True, True, True]  # a tie at the middle


def test_unknown_answers_can_make_anybody_first_and_ties_count() -> None:
    nan = np.nan
    assert can_be_first(FRAMEWORK, of_values([1, 1, 1, 1, 1], [nan, 0, 0, 0, 0]), EQUAL).tolist() == [True, True]
    assert can_be_first(FRAMEWORK, of_values([1, 1, 1, 1, 1], [0, nan, 0, 0, 0]), EQUAL).all()
    assert can_be_first(FRAMEWORK, of_values([1, 1, 1, 1, 1], [0, 0, 0, 0, 0.5]), EQUAL).tolist() == [True, False]


def test_first_where_a_criterion_does_not_apply() -> None:
    # 0 has no effectiveness: its composite is 50 whatever weighs; 1 and 2 are behind it only together
    answers = of_values([-1, 0.5, 0.5, 0.5, 0.5], [1, 0, 0, 0, 0], [0, 1, 1, 1, 1], [0, 0.5, 0, 0, 0])
    assert can_be_first(FRAMEWORK, answers, EQUAL).tolist() == [True, True, True, False]
    assert can_be_first(FRAMEWORK, made_up(0, 1), EQUAL).tolist() == []
    assert can_be_first(FRAMEWORK, of_values([-1] * 5, [1, 1, 1, 1, 1]), EQUAL).tolist() == [False, True]


# --- flip points -------------------------------------------------------------------------------------------


def test_flip_point_of_a_case_worked_out_by_hand() -> None:
    # effectiveness: +40; the others, equal shares: −10 on average; 40x = 10(1 − x), x = 0.2
    one, other = np.array([80.0, 50, 50, 50, 50]), np.array([40.0, 60, 60, 60, 60])
    assert flip_point(one, other, EQUAL, "effectiveness") == pytest.approx(0.2)
    assert flip_point(other, one, EQUAL, "effectiveness") == pytest.approx(0.2)
    # equal as things are; sustainability −10, the others (40 − 30)/4 = +2.5: x = 2.5/12.5
    assert flip_points(one, other, EQUAL)["sustainability"] == pytest.approx(0.2)
    assert list(flip_points(one, other, EQUAL)) == CRITERIA


def test_lead_that_never_changes_has_no_flip_point() -> None:
    one, other = np.array([80.0, 60, 60, 60, 60]), np.array([40.0, 50, 50, 50, 50])
    assert set(flip_points(one, other, EQUAL).values()) == {None}
    assert set(flip_points(one, one, EQUAL).values()) == {None}
    alone = weighting(FRAMEWORK, {"effectiveness": 1})
    assert flip_point(other, np.array([90.0, 0, 0, 0, 0]), alone, "effectiveness") is None
    with pytest.raises(ValueError, match="nonsense"):
        flip_point(one, other, EQUAL, "nonsense")


def test_composite_of_the_node_is_the_central_one_where_all_is_known() -> None:
    answers = made_up(5, 3, missing=0)
    exact = composite(FRAMEWORK, answers, EQUAL)
    found = simulate(FRAMEWORK, answers, EQUAL, draws=20_000)
    for id_ in answers.practice_ids:
        assert found.of(id_).central == pytest.approx(exact.of(id_, YOUR_WEIGHTING).score, abs=0.5)
