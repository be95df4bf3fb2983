"""What to do next: levels, the smallest set of changes that reaches the next one, strengths and weak points.

The framework sets no levels; these are this project's choice. A headline is on a level by the *low* end of its range,
so by what holds even if everything undocumented were not met, and only where enough is documented to score it. One
document makes no level: at least two answers have to be shown, and above "First steps" two that are met or partly met.

A *step* lifts one indicator to a better answer; a *plan* is the smallest set of steps after which the headline is
scored and its low end is on the next level. No level without evidence: a "met" or "partly met" that nobody but the
practice says counts as not documented here (``shown``), so naming a document for it is a step. Among equally small
plans the one with fewest changes of practice is taken, then the one that asks for the least lift (weight × value),
then the order of the framework. The search is exact: an indicator set to "met" does as much as one step can, so the
smallest number of steps follows from the sets in which all are met; of that size every weaker combination is scored
too.

>>> from criteria.framework import published_frameworks
>>> framework = published_frameworks()["integration-practices", "2.0.0"]
>>> form = {indicator.id: "partly" for indicator in framework.headlines[0].indicators}
>>> plan = smallest_plan(framework, form, "effectiveness")
>>> plan.now.name, plan.goal.name, [(step.indicator_id, step.after, step.kind) for step in plan.steps]
('Solid', 'Strong', [('eff-result', 'met', 'practice')])
>>> plan.after.low
75.0
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from types import MappingProxyType

import numpy as np

from criteria.framework import DOCUMENTED, AnswerId, Criterion, Framework, Indicator
from criteria.scoring import Answers, Bools, Floats, Score, Scores, encode, score
from criteria.steps import Kind, steps_of
from criteria.texts import N_

Form = Mapping[str, AnswerId]

OWN = "own"  # the one practice of a form
FEWEST = 2  # answers that a level rests on: one document makes none
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Level:
    """A level of a headline: from which low end on it holds, its name and what it means."""

    low: float
    name: str
    meaning: str


NOT_ENOUGH = Level(-1.0, N_("Not enough documented"), N_("Too little is shown by documents, figures or somebody else."))
_FIRST_STEPS = Level(0.0, N_("First steps"), N_("Enough is documented for a score."))
LEVELS = (
    NOT_ENOUGH,
    _FIRST_STEPS,
    Level(25.0, N_("On the way"), N_("At least 25 of 100 is shown, whatever is still undocumented.")),
    Level(50.0, N_("Solid"), N_("At least 50 of 100 is shown, whatever is still undocumented.")),
    Level(75.0, N_("Strong"), N_("At least 75 of 100 is shown, whatever is still undocumented.")),
)


@dataclass(frozen=True)
class Step:
    """One indicator lifted from one answer to a better one."""

    indicator_id: str
    before: AnswerId
    after: AnswerId
    kind: Kind


@dataclass(frozen=True)
class Plan:
    """The smallest set of steps from ``now`` to ``goal``; without ``goal`` the top is reached.

    ``reachable`` is False where no set of the steps that are left reaches the goal. ``before`` is the
    score now, ``after`` the score then.
    """

    criterion_id: str
    now: Level
    goal: Level | None
    steps: tuple[Step, ...]
    reachable: bool
    before: Score
    after: Score


def shown(form: Form, evidence: Mapping[str, int]) -> dict[str, AnswerId]:
    """Return a form as far as others can check it, without what is met or partly met on the operator's word alone.

    ``evidence``: the level by indicator, 0 (said by the operator) where there is none. "Not met" needs no evidence.

    >>> shown({"a": "met", "b": "met", "c": "not-met", "d": "not-applicable"}, {"a": 1})
    {'a': 'met', 'c': 'not-met', 'd': 'not-applicable'}
    """
    return {id_: answer for id_, answer in form.items() if answer not in ("met", "partly") or evidence.get(id_, 0) > 0}


def level_of(framework: Framework, form: Form, evidence: Mapping[str, int], criterion_id: str) -> Level:
    """Return the level of a form in a criterion; what nobody but the practice says does not count for it."""
    return level(framework, shown(form, evidence), criterion_id)


def level(framework: Framework, form: Form, criterion_id: str) -> Level:
    """Return the level of a form that holds what is ``shown`` and nothing else."""
    found = form_scores(framework, form).of(OWN, criterion_id)
    if not found.scored or found.low is None or found.answered < FEWEST:
        return NOT_ENOUGH
    reached = max((one for one in LEVELS if one.low <= found.low + _TOLERANCE), key=lambda one: one.low)
    gains = sum(form.get(one.id) in ("met", "partly") for one in framework.criterion(criterion_id).indicators)
    return reached if gains >= FEWEST else _FIRST_STEPS


def with_evidence(criterion: Criterion, form: Form, evidence: Mapping[str, int]) -> tuple[int, int]:
    """Return how many answers of a criterion that say something have evidence, and how many there are.

    ``evidence``: the level by indicator, 0 where nobody but the practice says so.
    """
    said = [one.id for one in criterion.indicators if form.get(one.id) in DOCUMENTED]
    return sum(evidence.get(id_, 0) > 0 for id_ in said), len(said)


def form_scores(framework: Framework, form: Form) -> Scores:
    """Return the scores of one form; what is not in it is not documented."""
    rows: list[tuple[str, str, AnswerId, int]] = [
        (OWN, indicator.id, form.get(indicator.id, "not-documented"), 0) for indicator in framework.indicators
    ]
    return score(framework, encode(framework, rows))


def smallest_plan(
    framework: Framework,
    form: Form,
    criterion_id: str,
    out_of_reach: Collection[str] = frozenset(),
    claims: Form = MappingProxyType({}),
) -> Plan:
    """Return the smallest plan for a criterion without the indicators that are ``out_of_reach``.

    ``form``: what is ``shown`` of it; ``claims``: what is met or partly met on the operator's word, which a step shows
    or betters.
    """
    start = form_scores(framework, form).of(OWN, criterion_id)
    now = level(framework, form, criterion_id)
    goal = next((one for one in LEVELS if one.low > now.low), None)
    if goal is None or start.low is None:  # the top, or nothing applies
        return Plan(criterion_id, now, None, (), True, start, start)
    options = _options(framework, form, criterion_id, out_of_reach)
    for size in range(1, len(options) + 1):
        reaching = _reaching_sets(framework, form, criterion_id, goal, list(combinations(options, size)))
        if reaching:
            steps, after = _least(framework, form, criterion_id, goal, _ways(framework, form, reaching, claims))
            return Plan(criterion_id, now, goal, steps, True, start, after)
    return Plan(criterion_id, now, goal, (), False, start, start)


def step_kind(framework: Framework, indicator_id: str, before: AnswerId) -> Kind:
    """Return whether lifting an answer changes practice or paperwork.

    Finding out what is so is paperwork, but for an outcome: to know it one has to measure.
    """
    if before not in DOCUMENTED and not framework.indicator(indicator_id).outcome:
        return "paperwork"
    return steps_of(framework)[indicator_id].kind


def _options(framework: Framework, form: Form, criterion_id: str, left_out: Collection[str]) -> list[Indicator]:
    return [
        one
        for one in framework.criterion(criterion_id).indicators
        if one.id not in left_out and form.get(one.id, "not-documented") not in ("met", "not-applicable")
    ]


def _better(framework: Framework, before: AnswerId, claimed: AnswerId | None) -> Sequence[AnswerId]:
    """Return the answers a step can lead to; an undocumented one may turn out as anything, a claimed one no worse."""
    if claimed is not None:
        return DOCUMENTED[: DOCUMENTED.index(claimed) + 1]
    worth = framework.value(before)
    return [one for one in DOCUMENTED if worth is None or (framework.value(one) or 0.0) > worth]


def _tried(
    framework: Framework, form: Form, ways: Sequence[Mapping[str, AnswerId]], criterion_id: str, goal: Level
) -> tuple[Bools, Scores]:
    """Score the form with each way of changing it; return which reach the goal, and the scores."""
    base = encode(framework, [(OWN, one.id, form.get(one.id, "not-documented"), 0) for one in framework.indicators])
    column = {indicator.id: at for at, indicator in enumerate(framework.indicators)}
    value: Floats = np.repeat(base.value, len(ways), axis=0)
    for row, way in enumerate(ways):
        for indicator_id, answer in way.items():
            value[row, column[indicator_id]] = framework.value(answer)
    names = tuple(str(row) for row in range(len(ways)))
    scores = score(framework, Answers(names, value, np.repeat(base.applicable, len(ways), axis=0), value * 0))
    at = next(place for place, node in enumerate(scores.nodes) if node.id == criterion_id)
    reaches = scores.scored[:, at] & (scores.low[:, at] >= goal.low - _TOLERANCE) & (scores.answered[:, at] >= FEWEST)
    if goal.low > _FIRST_STEPS.low:
        inside = [column[one.id] for one in framework.criterion(criterion_id).indicators]
        reaches &= (value[:, inside] > 0).sum(axis=1) >= FEWEST
    return reaches, scores


def _reaching_sets(
    framework: Framework, form: Form, criterion_id: str, goal: Level, sets: Sequence[tuple[Indicator, ...]]
) -> list[tuple[Indicator, ...]]:
    ways: list[Mapping[str, AnswerId]] = [{indicator.id: "met" for indicator in chosen} for chosen in sets]
    reaches, _ = _tried(framework, form, ways, criterion_id, goal)
    return [chosen for chosen, reached in zip(sets, reaches, strict=True) if reached]


def _ways(
    framework: Framework, form: Form, sets: Iterable[tuple[Indicator, ...]], claims: Form
) -> list[Mapping[str, AnswerId]]:
    """Return every way to answer the indicators of the given sets better."""
    return [
        dict(zip([one.id for one in chosen], answers, strict=True))
        for chosen in sets
        for answers in product(
            *(_better(framework, form.get(one.id, "not-documented"), claims.get(one.id)) for one in chosen)
        )
    ]


def _least(
    framework: Framework, form: Form, criterion_id: str, goal: Level, ways: Sequence[Mapping[str, AnswerId]]
) -> tuple[tuple[Step, ...], Score]:
    """Return the steps that ask least, of some ways to change the form, and the score then."""
    reaches, scores = _tried(framework, form, ways, criterion_id, goal)
    best = min(
        (row for row, reached in enumerate(reaches) if reached), key=lambda row: asked(framework, form, ways[row])
    )
    steps = tuple(
        Step(id_, before, after, step_kind(framework, id_, before))
        for id_, after in ways[best].items()
        for before in [form.get(id_, "not-documented")]
    )
    return steps, scores.of(str(best), criterion_id)


def asked(framework: Framework, form: Form, way: Mapping[str, AnswerId]) -> tuple[int, int, float, tuple[int, ...]]:
    """Return what a way of changing the form asks, to be compared: steps, changes of practice, lift, order."""
    place = {indicator.id: at for at, indicator in enumerate(framework.indicators)}
    weight = {indicator.id: indicator.weight for indicator in framework.indicators}
    before = {id_: form.get(id_, "not-documented") for id_ in way}
    practice = sum(step_kind(framework, id_, before[id_]) == "practice" for id_ in way)
    lift = sum(
        weight[id_] * ((framework.value(way[id_]) or 0.0) - (framework.value(before[id_]) or 0.0)) for id_ in way
    )
    order = tuple(
        sorted(10 * place[id_] + (DOCUMENTED.index(way[id_]) if way[id_] in DOCUMENTED else 9) for id_ in way)
    )
    return len(way), practice, round(lift, 9), order


@dataclass(frozen=True)
class Reading:
    """The indicators of a form by what they say; ids in the framework's order, weak ones by what they cost first."""

    strengths: tuple[str, ...]
    claims: tuple[str, ...]  # met, but nobody except the practice says so
    weak: tuple[str, ...]
    undocumented: tuple[str, ...]
    not_applicable: tuple[str, ...]


def read_form(framework: Framework, form: Form, evidence: Mapping[str, int]) -> Reading:
    """Sort the indicators of a form into strengths, claims, weak points and what is not documented."""
    of = {one.id: form.get(one.id, "not-documented") for one in framework.indicators}
    weight = {one.id: one.weight for one in framework.indicators}
    met = [id_ for id_, answer in of.items() if answer == "met"]
    weak = [id_ for id_, answer in of.items() if answer in ("partly", "not-met")]
    return Reading(
        strengths=tuple(id_ for id_ in met if evidence.get(id_, 0) > 0),
        claims=tuple(id_ for id_ in met if evidence.get(id_, 0) == 0),
        weak=tuple(sorted(weak, key=lambda id_: -weight[id_] * (1 - (framework.value(of[id_]) or 0.0)))),
        undocumented=tuple(id_ for id_, answer in of.items() if answer == "not-documented"),
        not_applicable=tuple(id_ for id_, answer in of.items() if answer == "not-applicable"),
    )
