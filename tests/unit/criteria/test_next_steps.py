"""Next steps: the smallest plan is what trying everything finds; levels hold under the low bound; labels say "
"the truth."""

from __future__ import annotations

import doctest
import random
from itertools import product
from types import ModuleType

import numpy as np
import pytest

from criteria import forms, next_steps
from criteria.framework import ANSWER_IDS, DOCUMENTED, AnswerId, published_frameworks
from criteria.next_steps import (
    LEVELS,
    NOT_ENOUGH,
    OWN,
    asked,
    form_scores,
    level,
    level_of,
    read_form,
    shown,
    smallest_plan,
    step_kind,
    with_evidence,
)
from criteria.steps import steps_of

FRAMEWORK = published_frameworks()["integration-practices", "1.0.0"]
RESULT = published_frameworks()["integration-practices", "2.0.0"]
HEADLINES = [criterion.id for criterion in FRAMEWORK.headlines]
INDICATORS = {criterion.id: criterion.indicators for criterion in FRAMEWORK.criteria}
WORTH = {"met": 1.0, "partly": 0.5, "not-met": 0.0}


@pytest.mark.parametrize("module", [next_steps, forms])
def test_the_examples_in_the_words_hold(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


def a_form(chance: random.Random) -> dict[str, AnswerId]:
    weights = [chance.random() + 0.05 for _ in ANSWER_IDS]
    return {one.id: chance.choices(ANSWER_IDS, weights)[0] for one in FRAMEWORK.indicators if chance.random() < 0.9}


def everything_tried(
    form: dict[str, AnswerId], criterion_id: str, goal_low: float, left_out: set[str]
) -> list[dict[str, AnswerId]]:
    """Return every way to change the form that reaches the goal: each answer kept or made better, all combinations.

    Written from the formulas of the README, without the code under test.
    """
    choices: list[list[AnswerId]] = []
    for one in INDICATORS[criterion_id]:
        now = form.get(one.id, "not-documented")
        better: list[AnswerId] = []
        if now not in ("not-applicable", "met") and one.id not in left_out:
            better = [answer for answer in DOCUMENTED if now == "not-documented" or WORTH[answer] > WORTH[now]]
        choices.append([now, *better])
    grid = np.array(list(product(*(range(len(one)) for one in choices))))
    weight = np.array([one.weight for one in INDICATORS[criterion_id]])
    value, known = np.zeros(grid.shape), np.zeros(grid.shape)
    applies = np.array([one[0] != "not-applicable" for one in choices])
    for at, options in enumerate(choices):
        value[:, at] = np.array([WORTH.get(answer, 0.0) for answer in options])[grid[:, at]]
        known[:, at] = np.array([answer in WORTH for answer in options])[grid[:, at]]
    total = weight[applies].sum()
    gains = (value > 0).sum(axis=1)
    low, coverage = 100 * (value @ weight) / total, (known @ weight) / total
    reached = (known.sum(axis=1) >= 2) & (coverage >= FRAMEWORK.minimum_coverage - 1e-9) & (low >= goal_low - 1e-9)
    reached &= (gains >= 2) | (goal_low == 0)  # one document makes no level
    ids = [one.id for one in INDICATORS[criterion_id]]
    fewest = (grid[reached] > 0).sum(axis=1).min() if reached.any() else 0
    return [
        {ids[at]: choices[at][choice] for at, choice in enumerate(row) if choice}
        for row in grid[reached]
        if (row > 0).sum() == fewest
    ]


def goal_of(form: dict[str, AnswerId], criterion_id: str) -> float | None:
    now = level(FRAMEWORK, form, criterion_id)
    above = [one.low for one in LEVELS if one.low > now.low]
    return min(above) if above else None


def agrees_with_everything_tried(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    form = a_form(chance)
    for criterion_id in HEADLINES:
        left_out = {one.id for one in INDICATORS[criterion_id] if chance.random() < 0.15}
        plan = smallest_plan(FRAMEWORK, form, criterion_id, left_out)
        if all(form.get(one.id) == "not-applicable" for one in INDICATORS[criterion_id]):
            assert plan.goal is None
            continue
        goal = goal_of(form, criterion_id)
        if goal is None:
            assert plan.goal is None
            assert plan.steps == ()
            continue
        ways = everything_tried(form, criterion_id, goal, left_out)
        assert plan.reachable == bool(ways), (seed, criterion_id)
        if ways:
            best = min(ways, key=lambda way: asked(FRAMEWORK, form, way))
            assert {step.indicator_id: step.after for step in plan.steps} == best, (seed, criterion_id)


@pytest.mark.parametrize("block", [0, 1, *(pytest.param(at, marks=pytest.mark.slow) for at in range(2, 10))])
def test_the_smallest_plan_is_what_trying_everything_finds_in_random_forms(block: int) -> None:
    for seed in range(50 * block, 50 * block + 50):
        agrees_with_everything_tried(seed)


def test_after_the_plan_the_next_level_holds_under_the_low_bound() -> None:
    chance = random.Random(7)  # noqa: S311
    for _ in range(60):
        form = a_form(chance)
        for criterion_id in HEADLINES:
            plan = smallest_plan(FRAMEWORK, form, criterion_id)
            if not plan.goal:
                continue
            assert plan.reachable
            changed = form | {step.indicator_id: step.after for step in plan.steps}
            then = form_scores(FRAMEWORK, changed).of(OWN, criterion_id)
            assert then.low is not None
            assert then.scored
            assert then.low >= plan.goal.low - 1e-9
            assert level(FRAMEWORK, changed, criterion_id).low >= plan.goal.low
            worst = {
                one.id: "not-met" if changed.get(one.id, "not-documented") == "not-documented" else changed[one.id]
                for one in INDICATORS[criterion_id]
            }
            assert level(FRAMEWORK, worst, criterion_id).low >= plan.goal.low  # type: ignore[arg-type]


def test_no_smaller_set_is_enough() -> None:
    """Leaving any one step out of a plan no longer reaches its goal."""
    chance = random.Random(11)  # noqa: S311
    for _ in range(40):
        form = a_form(chance)
        plan = smallest_plan(FRAMEWORK, form, "effectiveness")
        for left in plan.steps:
            rest = form | {step.indicator_id: step.after for step in plan.steps if step != left}
            assert plan.goal
            assert level(FRAMEWORK, rest, "effectiveness").low < plan.goal.low


def test_a_step_out_of_reach_drops_out_and_the_plan_is_made_anew() -> None:
    form: dict[str, AnswerId] = dict.fromkeys((one.id for one in INDICATORS["effectiveness"]), "not-met")
    first = smallest_plan(FRAMEWORK, form, "effectiveness")
    assert first.steps
    gone = {first.steps[0].indicator_id}
    second = smallest_plan(FRAMEWORK, form, "effectiveness", gone)
    assert second.reachable
    assert not gone & {step.indicator_id for step in second.steps}
    everything = {one.id for one in INDICATORS["effectiveness"]}
    assert not smallest_plan(FRAMEWORK, form, "effectiveness", everything).reachable


def test_a_step_says_whether_practice_or_paperwork_changes() -> None:
    form: dict[str, AnswerId] = dict.fromkeys((one.id for one in INDICATORS["sustainability"]), "not-met")
    kinds = {step.indicator_id: step.kind for step in smallest_plan(FRAMEWORK, form, "sustainability").steps}
    assert kinds
    assert all(kind == steps_of(FRAMEWORK)[id_].kind for id_, kind in kinds.items())
    assert {"paperwork", "practice"} == {one.kind for one in steps_of(FRAMEWORK).values()}
    unknown = smallest_plan(FRAMEWORK, {}, "sustainability")
    assert {step.kind for step in unknown.steps} == {"paperwork"}
    assert {step.before for step in unknown.steps} == {"not-documented"}


def test_levels_count_what_is_sure() -> None:
    assert level(FRAMEWORK, {}, "effectiveness") == NOT_ENOUGH
    met: dict[str, AnswerId] = dict.fromkeys((one.id for one in INDICATORS["effectiveness"]), "met")
    assert level(FRAMEWORK, met, "effectiveness").name == "Strong"
    assert [one.low for one in LEVELS] == sorted(one.low for one in LEVELS)


def test_no_level_comes_from_claims_and_evidence_can_only_raise_it() -> None:
    chance = random.Random(13)  # noqa: S311
    for _ in range(60):
        form = a_form(chance)
        some = {id_: chance.randint(0, 3) for id_ in form}
        for criterion_id in HEADLINES:
            claims = level_of(FRAMEWORK, form, {}, criterion_id)
            assert claims.low <= 0
            found = level_of(FRAMEWORK, form, some, criterion_id)
            assert claims.low <= found.low <= level_of(FRAMEWORK, form, dict.fromkeys(form, 1), criterion_id).low
    met: dict[str, AnswerId] = dict.fromkeys((one.id for one in INDICATORS["effectiveness"]), "met")
    assert level_of(FRAMEWORK, met, {}, "effectiveness") == NOT_ENOUGH
    plan = smallest_plan(FRAMEWORK, shown(met, {}), "effectiveness", claims=met)
    assert plan.steps
    assert {(step.before, step.after) for step in plan.steps} == {("not-documented", "met")}


def test_one_document_makes_no_level_and_answers_with_evidence_are_counted() -> None:
    """A result with the best evidence is half of the weight, and alone scores 50 of 100 at least: no level yet."""
    criterion = RESULT.headlines[0]
    said: dict[str, AnswerId] = dict.fromkeys((one.id for one in criterion.indicators), "met")
    assert form_scores(RESULT, shown(said, {"eff-result": 5})).of(OWN, "effectiveness").low == 50
    assert level_of(RESULT, said, {"eff-result": 5}, "effectiveness") == NOT_ENOUGH
    assert with_evidence(criterion, said, {"eff-result": 5}) == (1, 4)
    one_bad = said | {"eff-lasts": "not-met"}
    assert level_of(RESULT, one_bad, {"eff-result": 5}, "effectiveness").low == 0
    assert level_of(RESULT, said, {"eff-result": 5, "eff-lasts": 1}, "effectiveness").name == "Solid"
    plan = smallest_plan(RESULT, shown(said, {"eff-result": 5}), "effectiveness", claims=said)
    assert [step.after for step in plan.steps] == ["met"]
    assert with_evidence(criterion, {}, {}) == (0, 0)


def test_to_find_out_an_outcome_one_has_to_measure() -> None:
    assert step_kind(RESULT, "eff-result", "not-documented") == "practice"
    assert step_kind(RESULT, "sus-continued", "not-documented") == "paperwork"


def test_completed_at_random_a_form_always_lands_in_the_range_that_was_shown() -> None:
    chance = random.Random(3)  # noqa: S311
    for _ in range(300):
        form = a_form(chance)
        shown = form_scores(FRAMEWORK, form)
        full = {
            one.id: given
            if (given := form.get(one.id, "not-documented")) != "not-documented"
            else chance.choice(DOCUMENTED)
            for one in FRAMEWORK.indicators
        }
        then = form_scores(FRAMEWORK, full)
        for criterion in FRAMEWORK.criteria:
            now, later = shown.of(OWN, criterion.id), then.of(OWN, criterion.id)
            if now.low is None or now.high is None or later.score is None:
                continue
            assert now.low - 1e-9 <= later.score <= now.high + 1e-9


def test_a_form_is_read_into_strengths_claims_weak_points_and_what_is_not_known() -> None:
    form: dict[str, AnswerId] = {
        "eff-objectives": "met",
        "eff-theory-of-change": "met",
        "eff-outcome-data": "not-met",
        "eff-comparison": "partly",
        "eff-unintended": "not-applicable",
    }
    read = read_form(FRAMEWORK, form, {"eff-objectives": 2})
    assert read.strengths == ("eff-objectives",)
    assert read.claims == ("eff-theory-of-change",)
    assert read.weak == ("eff-outcome-data", "eff-comparison")
    assert read.not_applicable == ("eff-unintended",)
    assert len(read.undocumented) == len(FRAMEWORK.indicators) - 5


def test_a_plan_begins_with_the_answer_that_a_score_requires() -> None:
    known: dict[str, AnswerId] = {"eff-lasts": "met", "eff-every-group": "met", "eff-completion": "met"}
    assert not form_scores(RESULT, known).of(OWN, "effectiveness").scored
    plan = smallest_plan(RESULT, known, "effectiveness")
    assert [step.indicator_id for step in plan.steps] == ["eff-result"]
    assert plan.after.scored
    assert not smallest_plan(RESULT, known, "effectiveness", {"eff-result"}).reachable
    nowhere = smallest_plan(RESULT, known | {"eff-result": "not-applicable"}, "effectiveness")
    assert (nowhere.reachable, nowhere.now) == (False, NOT_ENOUGH)
