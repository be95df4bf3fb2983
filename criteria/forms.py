"""Several forms of one practice: where colleagues disagree and how much they agree, and what moved between two years.

Forms are given by indicator id; an indicator that is not in a form has no opinion there. Nothing depends on the order
of the forms.

>>> from criteria.framework import published_frameworks
>>> framework = published_frameworks()["integration-practices", "2.0.0"]
>>> one, other = {"eff-result": "met", "eff-lasts": "partly"}, {"eff-result": "not-met"}
>>> [(found.indicator_id, found.size, found.answers) for found in disagreements(framework, [one, other])]
[('eff-result', 1.0, ('met', 'not-met'))]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from criteria.framework import ANSWER_IDS, AnswerId, Framework
from criteria.next_steps import OWN, Form, form_scores
from criteria.scoring import Score

# How far apart two answers count where no difference of values says it.
_KNOWN_AND_NOT = 0.25  # one knows, another does not
_APPLIES_AND_NOT = 0.5  # one says that it does not apply


@dataclass(frozen=True)
class Disagreement:
    """Different answers to one indicator; ``size`` 0 to 1; ``answers`` in the order met … not applicable."""

    criterion_id: str
    indicator_id: str
    size: float
    answers: tuple[AnswerId, ...]


@dataclass(frozen=True)
class Agreement:
    """How many indicators of a criterion two or more people answered, and how many of these alike."""

    criterion_id: str
    alike: int
    answered_by_several: int


@dataclass(frozen=True)
class Moved:
    """An indicator whose answer is another than before; None where it had none."""

    criterion_id: str
    indicator_id: str
    before: AnswerId | None
    after: AnswerId | None
    by: float | None  # difference of the values −1 to 1; None where one of the two has none


def disagreements(framework: Framework, forms: Sequence[Form]) -> tuple[Disagreement, ...]:
    """Return every indicator that was answered differently: largest first, then by weight and the framework's order."""
    found = [
        (Disagreement(criterion.id, indicator.id, _apart(framework, said), said), indicator.weight)
        for criterion, _, indicator in framework.walk()
        for said in [said_of(forms, indicator.id)]
        if len(said) > 1
    ]
    return tuple(one for one, _ in sorted(found, key=lambda pair: (-pair[0].size, -pair[1])))


def agreement(framework: Framework, forms: Sequence[Form]) -> tuple[Agreement, ...]:
    """Return for each criterion how far the forms agree."""
    told = []
    for criterion in framework.criteria:
        several = [one.id for one in criterion.indicators if sum(one.id in form for form in forms) > 1]
        told.append(Agreement(criterion.id, sum(len(said_of(forms, id_)) == 1 for id_ in several), len(several)))
    return tuple(told)


def said_of(forms: Sequence[Form], indicator_id: str) -> tuple[AnswerId, ...]:
    """Return the different answers to an indicator, in the order met … not applicable."""
    said = {form[indicator_id] for form in forms if indicator_id in form}
    return tuple(answer for answer in ANSWER_IDS if answer in said)


def _apart(framework: Framework, said: Sequence[AnswerId]) -> float:
    values = [value for answer in said if (value := framework.value(answer)) is not None]
    apart = max(values) - min(values) if values else 0.0
    known_and_not = _KNOWN_AND_NOT if "not-documented" in said and len(said) > 1 else 0.0
    applies_and_not = _APPLIES_AND_NOT if "not-applicable" in said and len(said) > 1 else 0.0
    return max(apart, known_and_not, applies_and_not)


def moves(framework: Framework, before: Form, after: Form) -> tuple[Moved, ...]:
    """Return every indicator whose answer changed between two forms, in the framework's order."""
    found = []
    for criterion, _, indicator in framework.walk():
        was, is_ = before.get(indicator.id), after.get(indicator.id)
        if was == is_:
            continue
        values = [framework.value(one) if one else None for one in (was, is_)]
        by = None if values[0] is None or values[1] is None else values[1] - values[0]
        found.append(Moved(criterion.id, indicator.id, was, is_, by))
    return tuple(found)


def headline_moves(framework: Framework, before: Form, after: Form) -> Mapping[str, tuple[Score, Score]]:
    """Return for each headline the score of the earlier and of the later form."""
    then, now = form_scores(framework, before), form_scores(framework, after)
    return {one.id: (then.of(OWN, one.id), now.of(OWN, one.id)) for one in framework.headlines}
