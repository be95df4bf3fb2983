"""Turn answers into scores, and say how much is known.

The method is a weighted mean with explicit missing data (OECD/JRC Handbook on Constructing Composite
Indicators, 2008, steps 3 "imputation of missing data" and 6 "weighting and aggregation"; here nothing is
imputed: what is not documented widens a range instead). Turning answers into numbers is this project's
choice.

For the indicators of one node (a question or a criterion) with weights ``w``, documented ones ``D`` and
undocumented ones ``U`` (not-applicable ones belong to neither)::

    coverage  C = Σ w(D) / Σ w(D ∪ U)          share of the applicable weight that is documented
    score     S = 100 · Σ w·v(D) / Σ w(D)      mean value of what is documented
    low         = C·S                          if every undocumented answer were not-met
    high        = C·S + 100·(1 − C)            if every undocumented answer were met

``low`` to ``high`` is the *missing-information range*; it is not a confidence interval. A node is *scored* where C
reaches the minimum coverage of its criterion and every *required* indicator of it is documented: where one is not
documented or not applicable there is no score, however much else is known. Evidence levels stand beside a score and
are never multiplied into it.

>>> from criteria.framework import published_frameworks
>>> framework = published_frameworks()["integration-practices", "2.0.0"]
>>> answers = encode(framework, [
...     ("example", "eff-result", "met", 5),               # weight 3, required
...     ("example", "eff-lasts", "not-met", 5),
...     ("example", "eff-completion", "not-applicable", 0),  # leaves both sums
...     ("other", "eff-lasts", "met", 2),
...     ("other", "eff-every-group", "met", 2),
...     ("other", "eff-completion", "met", 1),
... ])
>>> scores = score(framework, answers)
>>> one = scores.of("example", "effectiveness")
>>> # documented weight 3 + 1 = 4 of 5 applicable; value 3 + 0 = 3
>>> one.score, one.coverage, one.low, one.high
(75.0, 0.8, 60.0, 80.0)
>>> one.scored, one.strongest_evidence, one.median_evidence, one.answered
(True, 5, 5.0, 2)
>>> other = scores.of("other", "effectiveness")
>>> other.coverage, other.scored  # half is documented, and the result is not
(0.5, False)

A *composite* over criteria exists only under weights that a reader has chosen (``criteria.weighting``), and only for a
practice of which every criterion that weighs something is scored. It is the weighted mean of their scores, and its
coverage, low and high are the weighted means of theirs: 50 : 50 is 50 : 50, however much of either is documented.

>>> from criteria.weighting import weighting
>>> answers = encode(framework, [
...     ("example", "eff-result", "met", 5),
...     ("example", "eff-lasts", "not-met", 5),
...     *[("example", one.id, "partly", 1) for one in framework.criteria[1].indicators],
... ])
>>> both = composite(framework, answers, weighting(framework, {"effectiveness": 75, "sustainability": 25}))
>>> one = both.of("example", YOUR_WEIGHTING)
>>> # effectiveness 75, from 50 to 83⅓; sustainability 50 throughout: ¾·75 + ¼·50, ¾·50 + ¼·50, ¾·83⅓ + ¼·50
>>> one.score, one.low, round(one.high, 6)
(68.75, 50.0, 75.0)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from criteria.framework import AnswerId, Framework
from criteria.weighting import Weighting

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Coverage is a ratio of sums of weights: 0.65 must not be missed by a rounding error.
_TOLERANCE = 1e-9

# The node of a composite; no criterion can have this id by accident, since it is never in a framework file.
YOUR_WEIGHTING = "your-weighting"


@dataclass(frozen=True)
class Answers:
    """Answers of many practices as matrices, practices × indicators in the framework's order.

    ``value`` is 0 to 1 and NaN where nothing is documented; ``applicable`` is False for not-applicable;
    ``evidence`` is 0 to 5 and NaN where nothing is documented.
    """

    practice_ids: tuple[str, ...]
    value: Floats
    applicable: Bools
    evidence: Floats

    @property
    def documented(self) -> Bools:
        """Where an answer says something, practices × indicators."""
        return self.applicable & ~np.isnan(self.value)

    def only(self, kept: Bools) -> Answers:
        """Return the answers of the practices for which ``kept`` (one Boolean a practice) holds."""
        ids = tuple(id_ for id_, keep in zip(self.practice_ids, kept, strict=True) if keep)
        return Answers(ids, self.value[kept], self.applicable[kept], self.evidence[kept])


@dataclass(frozen=True)
class Node:
    """A thing that gets a score: a question, a criterion or a composite; ``headline`` marks the main scores."""

    level: Literal["question", "criterion", "composite"]
    id: str
    criterion_id: str
    headline: bool


@dataclass(frozen=True)
class Score:
    """One node of one practice. Scores 0–100, coverage 0–1; None where there is nothing to say."""

    score: float | None
    coverage: float | None
    low: float | None
    high: float | None
    scored: bool
    strongest_evidence: int | None
    median_evidence: float | None
    answered: int
    applicable: int


@dataclass(frozen=True)
class Scores:
    """Scores of many practices, practices × nodes; NaN where there is nothing to say."""

    practice_ids: tuple[str, ...]
    nodes: tuple[Node, ...]
    score: Floats
    coverage: Floats
    low: Floats
    high: Floats
    scored: Bools
    strongest_evidence: Floats
    median_evidence: Floats
    answered: npt.NDArray[np.int64]
    applicable: npt.NDArray[np.int64]

    @cached_property
    def _row(self) -> dict[str, int]:
        return {practice_id: row for row, practice_id in enumerate(self.practice_ids)}

    @cached_property
    def _column(self) -> dict[str, int]:
        return {node.id: column for column, node in enumerate(self.nodes)}

    def of(self, practice_id: str, node_id: str) -> Score:
        """Return one practice's score at one node; KeyError if either is not there.

        A question is named ``criterion/question``, since question ids repeat between criteria.
        """
        at = self._row[practice_id], self._column[node_id]
        strongest = _number(self.strongest_evidence[at])
        return Score(
            score=_number(self.score[at]),
            coverage=_number(self.coverage[at]),
            low=_number(self.low[at]),
            high=_number(self.high[at]),
            scored=bool(self.scored[at]),
            strongest_evidence=None if strongest is None else int(strongest),
            median_evidence=_number(self.median_evidence[at]),
            answered=int(self.answered[at]),
            applicable=int(self.applicable[at]),
        )


def encode(framework: Framework, answers: Iterable[tuple[str, str, AnswerId, int]]) -> Answers:
    """Lay out (practice id, indicator id, answer, evidence level) as matrices; what is absent is undocumented.

    Each practice and indicator may occur once: merge several assessments first. Practices come out in the
    order in which they first occur. Raises KeyError for an indicator that the framework does not have and
    ValueError for a second answer to the same indicator.
    """
    column = {indicator.id: at for at, indicator in enumerate(framework.indicators)}
    worth = {option.id: option.value for option in framework.answers}
    rows: dict[str, int] = {}
    cells: dict[tuple[int, int], tuple[AnswerId, int]] = {}
    for practice_id, indicator_id, answer, level in answers:
        cell = rows.setdefault(practice_id, len(rows)), column[indicator_id]
        if cell in cells:
            raise ValueError(f"{practice_id}, {indicator_id}: answered twice; merge the assessments first")
        cells[cell] = answer, level
    value = np.full((len(rows), len(column)), np.nan)
    evidence = np.full_like(value, np.nan)
    applicable = np.ones_like(value, dtype=bool)
    for cell, (answer, level) in cells.items():
        applicable[cell] = answer != "not-applicable"
        if (worth_of := worth[answer]) is not None:
            value[cell], evidence[cell] = worth_of, level
    return Answers(tuple(rows), value, applicable, evidence)


def nodes(framework: Framework) -> tuple[Node, ...]:
    """Return everything that gets a score: for each criterion itself, then its questions."""
    found: list[Node] = []
    for criterion in framework.criteria:
        found.append(Node("criterion", criterion.id, criterion.id, criterion.headline))
        found += [
            Node("question", f"{criterion.id}/{question.id}", criterion.id, False) for question in criterion.questions
        ]
    return tuple(found)


def weights(framework: Framework, indicator_weights: Mapping[str, float] | None = None) -> Floats:
    """Return the weight of every indicator in every node, indicators × nodes; 0 where it does not belong.

    ``indicator_weights`` (by indicator id, all of them) take the place of the framework's.
    """
    column = {node.id: at for at, node in enumerate(nodes(framework))}
    matrix = np.zeros((len(framework.indicators), len(column)))
    for row, (criterion, question, indicator) in enumerate(framework.walk()):
        weight = indicator.weight if indicator_weights is None else indicator_weights[indicator.id]
        matrix[row, column[criterion.id]] = weight
        matrix[row, column[f"{criterion.id}/{question.id}"]] = weight
    return matrix


def score(framework: Framework, answers: Answers) -> Scores:
    """Score every practice at every question and criterion, by the formulas at the top of this module."""
    return _formulas(framework, answers, nodes(framework), weights(framework))


def largest_steps(framework: Framework, answers: Answers, criterion_id: str) -> Floats:
    """Return by how many points one step of one answer, from partly met to met, moves each practice's score at most.

    The fewer answers a score rests on, the more one of them moves it. NaN where nothing is documented.
    """
    at = [node.id for node in nodes(framework)].index(criterion_id)
    weight = answers.documented * weights(framework)[:, at]
    with np.errstate(divide="ignore", invalid="ignore"):
        steps: Floats = 100 * (1 - (framework.value("partly") or 0)) * weight.max(axis=1) / weight.sum(axis=1)
    return steps


def composite(framework: Framework, answers: Answers, weighting: Weighting) -> Scores:
    """Score every criterion under a reader's indicator weights, and the composite over criteria they asked for.

    The nodes are the criteria and, last, ``your-weighting``. An indicator of weight 0 counts nowhere: a node in
    which nothing else applies has nothing to say. The composite is *scored* where every criterion that weighs
    something is; elsewhere its score is NaN. Its range and coverage are NaN where one of these criteria has none.
    """
    at = [column for column, node in enumerate(nodes(framework)) if node.level == "criterion"]
    criteria = tuple(nodes(framework)[column] for column in at)
    weight = weights(framework, dict(weighting.indicators))[:, at]
    each = _formulas(framework, answers, criteria, weight)
    shares = weighting.shares
    weighs = shares > 0
    scored = each.scored[:, weighs].all(axis=1)
    belongs = ((weight > 0) @ weighs)[:, None]
    strongest, median = _evidence(answers, belongs)

    def beside(name: str) -> Floats:
        """Return the criteria's column and the weighted mean of those that weigh something."""
        of: Floats = getattr(each, name)
        mean = of[:, weighs] @ shares[weighs]
        return np.column_stack([of, np.where(scored, mean, np.nan) if name == "score" else mean])

    return Scores(
        practice_ids=answers.practice_ids,
        nodes=(*criteria, Node("composite", YOUR_WEIGHTING, "", False)),
        score=np.minimum(beside("score"), 100.0),
        coverage=np.minimum(beside("coverage"), 1.0),
        low=np.minimum(beside("low"), 100.0),
        high=np.minimum(beside("high"), 100.0),
        scored=np.column_stack([each.scored, scored]),
        strongest_evidence=np.hstack([each.strongest_evidence, strongest]),
        median_evidence=np.hstack([each.median_evidence, median]),
        answered=np.hstack([each.answered, _count(answers.documented, belongs)]),
        applicable=np.hstack([each.applicable, _count(answers.applicable, belongs)]),
    )


def _formulas(framework: Framework, answers: Answers, of: tuple[Node, ...], weight: Floats) -> Scores:
    """Score nodes from the weights of the indicators in them, indicators × nodes."""
    documented, belongs = answers.documented, weight > 0
    documented_weight = documented @ weight
    applicable_weight = answers.applicable @ weight
    value = np.where(documented, answers.value, 0.0) @ weight
    with np.errstate(divide="ignore", invalid="ignore"):
        coverage = documented_weight / applicable_weight
        # full marks must not come out a rounding error above 100
        mean = np.minimum(100 * value / documented_weight, 100.0)
        low = np.minimum(100 * value / applicable_weight, 100.0)
        high = np.minimum(low + 100 * (1 - coverage), 100.0)
    enough = np.nan_to_num(coverage) >= _minimum_coverage(framework, of) - _TOLERANCE
    strongest, median = _evidence(answers, belongs)
    return Scores(
        practice_ids=answers.practice_ids,
        nodes=of,
        score=mean,
        coverage=coverage,
        low=low,
        high=high,
        scored=(documented_weight > 0) & enough & _required_known(framework, answers, of),
        strongest_evidence=strongest,
        median_evidence=median,
        answered=_count(documented, belongs),
        applicable=_count(answers.applicable, belongs),
    )


def _minimum_coverage(framework: Framework, of: tuple[Node, ...]) -> Floats:
    minimum = {criterion.id: framework.minimum_coverage_of(criterion) for criterion in framework.criteria}
    return np.array([minimum[node.criterion_id] for node in of])


def _required_known(framework: Framework, answers: Answers, of: tuple[Node, ...]) -> Bools:
    """Return where every required indicator of a node is documented, practices × nodes; a reader's weights aside."""
    belongs = weights(framework, {indicator.id: float(indicator.required) for indicator in framework.indicators}) > 0
    column = {node.id: at for at, node in enumerate(nodes(framework))}
    required = belongs[:, [column[node.id] for node in of]]
    missing: Bools = ~answers.documented @ required
    return ~missing


def _count(where: Bools, belongs: Bools) -> npt.NDArray[np.int64]:
    return where.astype(np.int64) @ belongs.astype(np.int64)


def _evidence(answers: Answers, belongs: Bools) -> tuple[Floats, Floats]:
    """Return the strongest and the median evidence level at each node; NaN where nothing is documented.

    The median is the middle of the sorted levels: NaN sorts last, so the known ones stand in front.
    """
    level = np.where(answers.documented, answers.evidence, np.nan)
    strongest = np.full((level.shape[0], belongs.shape[1]), np.nan)
    median = np.full_like(strongest, np.nan)
    every = np.arange(level.shape[0])
    for at in np.flatnonzero(belongs.any(axis=0)):
        known = np.sort(level[:, belongs[:, at]], axis=1)
        count = (~np.isnan(known)).sum(axis=1)
        last = np.maximum(count - 1, 0)
        strongest[:, at] = known[every, last]
        median[:, at] = (known[every, last // 2] + known[every, count // 2]) / 2
    return strongest, median


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
