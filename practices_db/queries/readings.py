"""Cells that were read twice: how far the readings agree, told by how the second was made. A cursor in, data out.

A *cell* is one indicator of one practice under the framework that counts. How an assessor worked is said in
assessors.csv (``kind``); no assessor is named here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Literal

from criteria.agreement import Drift, WeightedAgreement, drifts, weighted_agreement
from criteria.counted_answer import COUNTING, Given, counted
from criteria.framework import CURRENT, DOCUMENTED, AnswerId, current_framework
from criteria.order import NO_ERROR, CoderError
from practices_db.database.store import Cursor

Kind = Literal["own-sources", "from-notes", "blind"]
KINDS: tuple[Kind, ...] = ("own-sources", "from-notes", "blind")

Pair = tuple[AnswerId, AnswerId]


@dataclass(frozen=True)
class Readings:
    """Second readings of one kind: of how many practices, how far they agree, on which indicators they drift.

    ``own-sources``: the second found and read the sources anew, and is set against the answer that would count without
    it. ``from-notes``: both had the same notes. ``blind``: given in this app without sight of the first; nobody said
    how. ``either``: cells of these practices that anybody answered, in the criteria that were read a second time.
    """

    kind: Kind
    practices: int
    either: int
    agreement: WeightedAgreement
    drifts: tuple[Drift, ...]


@dataclass(frozen=True)
class CellsReadTwice:
    """Cells with two answers or more that could count, in how many practices; how many of them differ.

    ``lower``: of these, those where the answer that counts is lower than another one.
    """

    cells: int
    practices: int
    differ: int
    lower: int


@dataclass(frozen=True)
class _Reading:
    given: Given
    assessor: str
    kind: str | None
    blind: bool


def readings(cursor: Cursor) -> tuple[Readings, ...]:
    """Return what second readings there are, those from own sources first; a kind that nobody made is left out."""
    found = (_readings(kind, _cells(cursor)) for kind in KINDS)
    return tuple(one for one in found if one.agreement.n)


def coder_error(cursor: Cursor) -> CoderError:
    """Return how often one coder errs, measured where practices were read twice from own sources; none where none."""
    found = _readings("own-sources", _cells(cursor)).agreement
    return CoderError.measured(found.n, found.differences, found.one_step) if found.n else NO_ERROR


def cells_read_twice(cursor: Cursor) -> CellsReadTwice:
    """Count the cells with several answers that could count."""
    several = {
        place: [one.given for one in given if one.given.answer in DOCUMENTED] for place, given in _cells(cursor).items()
    }
    several = {place: given for place, given in several.items() if len(given) > 1}
    differ = lower = 0
    for given in several.values():
        stands = counted(given)
        answers = {one.answer for one in given}
        differ += len(answers) > 1
        lower += stands is not None and DOCUMENTED.index(stands.answer) > min(map(DOCUMENTED.index, answers))
    return CellsReadTwice(len(several), len({practice for practice, _ in several}), differ, lower)


_Cells = Mapping[tuple[str, str], Sequence[_Reading]]


def _cells(cursor: Cursor) -> _Cells:
    rows = cursor.execute(
        """
        SELECT a.practice_id, a.indicator_id, a.assessment_id, a.basis, a.answer, a.evidence_level, a.assessed_on,
            a.assessor, s.kind, coalesce(a.blind, false)
        FROM released_answer a LEFT JOIN released_assessor s ON s.assessor = a.assessor
        WHERE a.framework_id = $framework AND a.framework_version = $version
            AND list_contains($bases::TEXT[], a.basis) AND a.basis <> 'self-assessment'
        ORDER BY a.practice_id, a.indicator_id, a.assessment_id
        """,
        {"framework": CURRENT[0], "version": CURRENT[1], "bases": list(COUNTING)},
    ).fetchall()
    cells: dict[tuple[str, str], list[_Reading]] = defaultdict(list)
    for practice, indicator, *given, assessor, kind, blind in rows:
        cells[practice, indicator].append(_Reading(Given(*given), assessor, kind, blind))
    return cells


def _readings(kind: Kind, cells: _Cells) -> Readings:
    pairs: dict[str, list[Pair]] = defaultdict(list)
    practices = set()
    for (practice, indicator), given in cells.items():
        if found := _pairs(kind, given):
            pairs[indicator] += found
            practices.add(practice)
    every = [pair for of in pairs.values() for pair in of]
    return Readings(kind, len(practices), _either(kind, cells, practices), weighted_agreement(every), drifts(pairs))


def _pairs(kind: Kind, given: Sequence[_Reading]) -> list[Pair]:
    """Return the pairs (first, second) of one cell."""
    if kind == "from-notes":
        notes = [one for one in given if one.kind == "from-notes" and not one.blind]
        return [(a.given.answer, b.given.answer) for a, b in combinations(notes, 2) if a.assessor != b.assessor]
    seconds = [one for one in given if _is_second(kind, one)]
    first = counted(one.given for one in given if one not in seconds and not one.blind and one.kind != "own-sources")
    return [(first.answer, second.given.answer) for first, second in product([first], seconds) if first is not None]


def _is_second(kind: Kind, one: _Reading) -> bool:
    return one.kind == "own-sources" if kind == "own-sources" else one.blind and one.kind is None


def _either(kind: Kind, cells: _Cells, practices: set[str]) -> int:
    """Count the cells of these practices that somebody answered, in the criteria that were read a second time."""
    criterion = {indicator.id: one.id for one, _, indicator in current_framework().walk()}
    touched = {criterion[indicator] for (_, indicator), given in cells.items() if _pairs(kind, given)}
    return sum(practice in practices and criterion[indicator] in touched for practice, indicator in cells)
