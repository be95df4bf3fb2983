"""What a result shows, before any score: six groups, and a mark for the evidence of one figure.

The group of a practice comes from its counted answer to "Result on the main outcome" (``eff-result``) and from the
design and direction of its main result. The answer says whether people are better off: *met* and *partly* that they
are, *not met* that they are not. The design says against whom: only a trial or a comparison group shows that they are
better off than comparable people. The direction has the last word: a main result that is mixed or has no clear effect
is never a gain, and one that worsened is worse, whatever was answered and where nothing was. Whether people are better
off by any other result without such an answer is not assessed, and its group says just that.

>>> group("met", Result("randomised", "improved")).id
'better-than-others'
>>> group("partly", Result("survey", "improved")).id
'better-than-before'
>>> group("partly", Result("randomised", "mixed")).id
'no-difference'
>>> group("not-met", Result("randomised", "worsened")).id
'worse'
>>> group(None, Result("monitoring", "worsened")).id
'worse'
>>> group(None, Result("monitoring", "level-only")).id
'level-only'
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from criteria.framework import AnswerId
from criteria.texts import N_

Design = Literal["randomised", "comparison-group", "before-after", "survey", "monitoring", "qualitative"]
Direction = Literal["improved", "mixed", "no-clear-effect", "worsened", "level-only"]
GroupId = Literal["better-than-others", "better-than-before", "level-only", "no-difference", "worse", "unknown"]

RESULT_INDICATOR = "eff-result"

# The mark of the evidence of a figure, on the framework's scale of levels; independence stands beside it.
MARKS: dict[Design, int] = {
    "randomised": 5,
    "comparison-group": 4,
    "before-after": 2,
    "survey": 2,
    "monitoring": 1,
    "qualitative": 1,
}
_WITH_OTHERS: tuple[Design, ...] = ("randomised", "comparison-group")
_NO_GAIN: tuple[Direction, ...] = ("mixed", "no-clear-effect")  # "mixed": a gain for some only, or for a time


@dataclass(frozen=True)
class Result:
    """How the main result of a practice was found, and which way it points."""

    design: Design
    direction: Direction


@dataclass(frozen=True)
class Group:
    """One of the six groups, and its name on screen."""

    id: GroupId
    label: str


GROUPS: tuple[Group, ...] = (
    Group("better-than-others", N_("Better than comparable people")),
    Group("better-than-before", N_("Better than before, or own target reached")),
    Group("level-only", N_("Result stated, effect not assessed")),
    Group("no-difference", N_("Mixed, no clear difference, or own target missed")),
    Group("worse", N_("Worse")),
    Group("unknown", N_("No result known")),
)
_GROUP = {one.id: one for one in GROUPS}


def group(answer: AnswerId | None, main: Result | None) -> Group:
    """Return the group of a practice from its counted answer to ``eff-result`` and its main result.

    None stands for no answer and for no result. "Not applicable" is no answer here.
    """
    if main is not None and main.direction == "worsened":
        return _GROUP["worse"]
    if answer not in ("met", "partly", "not-met"):
        return _GROUP["unknown" if main is None else "level-only"]
    if answer == "not-met" or (main is not None and main.direction in _NO_GAIN):
        return _GROUP["no-difference"]
    return _GROUP["better-than-others" if main is not None and _beats_others(main) else "better-than-before"]


def combinations() -> list[tuple[str, str, str, GroupId]]:
    """Return every (answer, design, direction) that can be, and its group; "" stands for none."""
    answers: tuple[AnswerId | None, ...] = (None, *get_args(AnswerId))
    results = [None, *(Result(design, direction) for design in MARKS for direction in get_args(Direction))]
    return [
        (answer or "", main.design if main else "", main.direction if main else "", group(answer, main).id)
        for answer in answers
        for main in results
    ]


def _beats_others(main: Result) -> bool:
    """Whether a result shows a gain against comparable people."""
    return main.design in _WITH_OTHERS and main.direction == "improved"
