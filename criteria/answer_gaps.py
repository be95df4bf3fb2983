"""What one more answer would tell: for curators, the answers that are worth looking for.

Two lists. For a practice without a score on a criterion, the smallest sets of answers that would give it one
(``answers_for_a_score``). For a practice with a score, how many more pairs an answer would tell apart, on average over
what it could turn out to be (``telling_answers``). Both say what an answer would tell, not what it will be.

>>> from criteria.framework import published_frameworks
>>> from criteria.scoring import encode
>>> framework = published_frameworks()["integration-practices", "2.0.0"]
>>> answers = encode(framework, [("p", "eff-lasts", "met", 2), ("p", "eff-every-group", "met", 2)])
>>> answers_for_a_score(framework, answers, "effectiveness")
(NeededAnswers(practice_id='p', sets=(('eff-result',),)),)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from criteria.framework import DOCUMENTED, Framework
from criteria.order import CLEARLY, NO_ERROR, CoderError, Ints, distributions, lead_shares, only_scored, order_of
from criteria.scoring import Answers, Floats, score
from criteria.weighting import Weighting


@dataclass(frozen=True)
class NeededAnswers:
    """The smallest sets of undocumented answers, all of one size, each of which would give a practice a score."""

    practice_id: str
    sets: tuple[tuple[str, ...], ...]


def answers_for_a_score(framework: Framework, answers: Answers, criterion_id: str) -> tuple[NeededAnswers, ...]:
    """Return what the practices without a score on a criterion need for one, those first that need fewest answers.

    A practice that no answer can help (a required indicator is not applicable) is left out.
    """
    criterion = framework.criterion(criterion_id)
    column = {indicator.id: at for at, indicator in enumerate(framework.indicators)}
    scores = score(framework, answers)
    unscored = [id_ for id_ in answers.practice_ids if not scores.of(id_, criterion_id).scored]
    open_ = answers.applicable & ~answers.documented
    found = []
    for id_ in unscored:
        row = answers.practice_ids.index(id_)
        missing = [one.id for one in criterion.indicators if open_[row, column[one.id]]]
        for size in range(1, len(missing) + 1):
            sets = list(combinations(missing, size))
            enough = _would_be_scored(framework, answers, row, criterion_id, [[column[i] for i in s] for s in sets])
            if any(enough):
                kept = tuple(one for one, yes in zip(sets, enough, strict=True) if yes)
                found.append(NeededAnswers(id_, kept))
                break
    return tuple(sorted(found, key=lambda one: (len(one.sets[0]), one.practice_id)))


def _would_be_scored(
    framework: Framework, answers: Answers, row: int, criterion_id: str, sets: Sequence[Sequence[int]]
) -> list[bool]:
    """Whether a practice would be scored with each set of columns documented; what is answered does not matter."""
    rows = np.full(len(sets), row)
    value = answers.value[rows].copy()
    for at, columns in enumerate(sets):
        value[at, columns] = 0.0
    names = tuple(str(at) for at in range(len(sets)))
    scores = score(framework, Answers(names, value, answers.applicable[rows], value * 0))
    return [scores.of(name, criterion_id).scored for name in names]


@dataclass(frozen=True)
class MissingAnswer:
    """An undocumented answer of a scored practice, and the pairs it would tell apart.

    ``pairs_gained``: how many more pairs with this practice would differ clearly, on average over the three answers
    it could turn out to be, each as likely. Below 0 where it would more often blur them.
    """

    practice_id: str
    indicator_id: str
    pairs_gained: float


def telling_answers(
    framework: Framework, answers: Answers, weights: Weighting, error: CoderError = NO_ERROR
) -> tuple[MissingAnswer, ...]:
    """Return every undocumented answer of the scored practices, those first that would tell most pairs apart."""
    scored = only_scored(framework, answers, weights)
    now = distributions(framework, scored, weights, error=error)
    open_ = [
        (row, column)
        for row, column in np.argwhere(scored.applicable & ~scored.documented).tolist()
        if weights.indicators[column][1] > 0 and _weighs(framework, weights, column)
    ]
    if not open_:
        return ()
    tried = distributions(framework, _tried(framework, scored, open_), weights, error=error)
    ahead, tied = lead_shares(tried, now)
    clear = order_of(now).clear
    before = clear.sum(axis=0) + clear.sum(axis=1)
    leads = (ahead + tied / 2).reshape(len(open_), 3, -1).round(9)
    found = []
    for (row, column), lead in zip(open_, leads, strict=True):
        others = np.arange(len(scored.practice_ids)) != row
        gained = _told_apart(lead[:, others]).mean() - before[row]
        found.append(MissingAnswer(scored.practice_ids[row], weights.indicators[column][0], float(gained)))
    return tuple(sorted(found, key=lambda one: (-one.pairs_gained, one.practice_id, one.indicator_id)))


def _weighs(framework: Framework, weights: Weighting, column: int) -> bool:
    criterion = next(one for at, (one, _, _) in enumerate(framework.walk()) if at == column)
    return dict(weights.criteria)[criterion.id] > 0


def _tried(framework: Framework, answers: Answers, open_: Sequence[tuple[int, int]]) -> Answers:
    """Return the answers of each practice with each open one met, partly met and not met, one row a trial."""
    rows = np.repeat([row for row, _ in open_], 3)
    value = answers.value[rows].copy()
    value[np.arange(len(rows)), np.repeat([column for _, column in open_], 3)] = np.tile(
        [framework.value(answer) or 0.0 for answer in DOCUMENTED], len(open_)
    )
    names = tuple(answers.practice_ids[row] for row in rows)
    return Answers(names, value, answers.applicable[rows], answers.evidence[rows])


def _told_apart(leads: Floats) -> Ints:
    """Return for each row with how many columns it differs clearly."""
    count: Ints = ((leads >= CLEARLY) | (1 - leads >= CLEARLY)).sum(axis=-1)
    return count
