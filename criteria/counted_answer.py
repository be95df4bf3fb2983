"""Which answer counts where several published assessments answer one indicator of one practice.

First comes what a curator has settled on; else an answer that says something before "not documented"; then the basis:
expert-review before desk-review before self-assessment, so that no claim of an operator stands over a reading from
outside because it names stronger evidence; then the higher evidence level; then the more cautious answer. What is
still open is decided by the later date and then by the id of the assessment, so that the same rows always give the
same answer. A *tick-list* is somebody else's checklist: a tick says that a point was found, not how far. It is shown
and never counted. The answers that do not count are shown beside the one that does.

>>> from datetime import date
>>> day = date(2026, 11, 27)
>>> found = counted([
...     Given("1", "self-assessment", "met", 5, day),
...     Given("2", "desk-review", "met", 1, day),
...     Given("3", "desk-review", "partly", 1, day),
...     Given("4", "tick-list", "met", 1, day),
... ])
>>> found.assessment_id
'3'
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from criteria.framework import AnswerId

Basis = Literal["expert-review", "desk-review", "self-assessment", "tick-list"]

COUNTING: tuple[Basis, ...] = ("expert-review", "desk-review", "self-assessment")  # first counts most
CAUTIOUS_FIRST: tuple[AnswerId, ...] = ("not-met", "partly", "met", "not-applicable", "not-documented")


@dataclass(frozen=True)
class Given:
    """One answer that somebody gave; ``settled`` where a curator has decided that it counts."""

    assessment_id: str
    basis: Basis
    answer: AnswerId
    evidence_level: int
    assessed_on: date
    settled: bool = False


def counted(given: Iterable[Given]) -> Given | None:
    """Return the answer that counts, whatever order they come in; None where none can count."""
    return min((one for one in given if one.basis in COUNTING), key=_precedence, default=None)


def _precedence(one: Given) -> tuple[bool, bool, int, int, int, int, str]:
    return (
        not one.settled,
        one.answer == "not-documented",
        COUNTING.index(one.basis),
        -one.evidence_level,
        CAUTIOUS_FIRST.index(one.answer),
        -one.assessed_on.toordinal(),
        one.assessment_id,
    )
