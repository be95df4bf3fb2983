"""How far two assessors agree: what both answered, told apart by how the second one read. A cursor in, plain data out.

Two ways of answering again say different things. Who finds and reads the sources anew tests the whole way from the
source to the answer: this is the error that a score has. Who reads the notes of the same first reading tests how the
anchors are applied, and no more. ``released_assessor.kind`` tells which way it was; a second assessment that a curator
asked for, in which no earlier answer is shown, is one from own sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, get_args

from criteria.agreement import FEWEST_WEIGHTED, Drift, WeightedAgreement, drifts, weighted_agreement
from criteria.counted_answer import COUNTING, Given, counted
from criteria.framework import CURRENT, DOCUMENTED, AnswerId, current_framework
from criteria.order import NO_ERROR, CoderError
from practices_db.database.store import Cursor

Way = Literal["own-sources", "from-notes"]
WAYS: tuple[Way, ...] = get_args(Way)


@dataclass(frozen=True)
class AnsweredTwice:
    """An indicator of a practice that two assessors answered, the second of them without sight of the first's."""

    practice_id: str
    indicator_id: str
    first: AnswerId
    second: AnswerId


@dataclass(frozen=True)
class _Reading:
    of: tuple[str, str]  # practice and indicator
    assessor: str
    kind: str | None  # None: nobody said
    given: Given


def answered_twice(cursor: Cursor, way: Way) -> list[AnsweredTwice]:
    """Return what two assessors answered (met, partly, not met) of the framework that counts, by practice, indicator.

    "own-sources": the second found and read the sources anew; the first is the answer that counts among the others'.
    "from-notes": both answered from the notes of the same first reading. What a curator settled afterwards changes
    nothing here. Each indicator of a practice is one pair at most.
    """
    pair = _own_sources if way == "own-sources" else _from_notes
    found = []
    for (practice_id, indicator_id), of in groupby(_readings(cursor), key=lambda one: one.of):
        first, second = pair(list(of))
        if first and second:
            found.append(AnsweredTwice(practice_id, indicator_id, first.given.answer, second.given.answer))
    return found


def agreement_of(cursor: Cursor, way: Way) -> WeightedAgreement:
    """Return how far two assessors agree, over all indicators together."""
    return weighted_agreement([(one.first, one.second) for one in answered_twice(cursor, way)])


def coder_error(cursor: Cursor) -> CoderError:
    """Return how often one coder errs, from what was read twice from own sources; no error where that is too little.

    Too little are fewer pairs than ``FEWEST_WEIGHTED``.
    """
    return error_of(agreement_of(cursor, "own-sources"))


def error_of(found: WeightedAgreement) -> CoderError:
    """Return the error of one coder that an agreement comes to; no error for fewer pairs than ``FEWEST_WEIGHTED``."""
    if found.n < FEWEST_WEIGHTED:
        return NO_ERROR
    return CoderError.measured(found.n, found.differences, found.one_step)


@dataclass(frozen=True)
class Readings:
    """What was answered twice in one way: on how many practices, how far it agrees, on which indicators coders drift.

    ``either``: indicators of these practices that anybody answered, in the criteria that were read a second time.
    """

    way: Way
    practices: int
    either: int
    agreement: WeightedAgreement
    drifts: tuple[Drift, ...]


def readings(cursor: Cursor) -> tuple[Readings, ...]:
    """Return what was answered twice, from own sources first; a way in which nothing was is left out."""
    criterion = {indicator.id: one.id for one, _, indicator in current_framework().walk()}
    answered = {one.of for one in _readings(cursor)}
    found = []
    for way in WAYS:
        if not (twice := answered_twice(cursor, way)):
            continue
        practices = {one.practice_id for one in twice}
        read = {criterion[one.indicator_id] for one in twice}
        pairs: dict[str, list[tuple[AnswerId, AnswerId]]] = {}
        for one in twice:
            pairs.setdefault(one.indicator_id, []).append((one.first, one.second))
        either = sum(practice in practices and criterion[indicator] in read for practice, indicator in answered)
        agreement = weighted_agreement([(one.first, one.second) for one in twice])
        found.append(Readings(way, len(practices), either, agreement, drifts(pairs)))
    return tuple(found)


@dataclass(frozen=True)
class CellsReadTwice:
    """Indicators of a practice with two answers or more that can count, on how many practices; how many differ.

    ``lower``: of these, those where the answer that counts is lower than another one.
    """

    cells: int
    practices: int
    differ: int
    lower: int


def cells_read_twice(cursor: Cursor) -> CellsReadTwice:
    """Count where several answers say something and one of them counts."""
    row = cursor.execute(
        """
        WITH given AS (
            SELECT practice_id, indicator_id, list_position($documented::TEXT[], answer) AS step
            FROM released_answer
            WHERE framework_id = $framework AND framework_version = $version
                AND list_contains($bases::TEXT[], basis) AND list_contains($documented::TEXT[], answer)
        ),
        cells AS (
            SELECT practice_id, indicator_id, min(step) AS best, max(step) AS worst
            FROM given GROUP BY ALL HAVING count(*) > 1
        )
        SELECT count(*), count(DISTINCT practice_id), count(*) FILTER (WHERE best < worst),
            count(*) FILTER (WHERE best < list_position($documented::TEXT[], k.answer))
        FROM cells JOIN counted_answer k USING (practice_id, indicator_id)
        """,
        {"framework": CURRENT[0], "version": CURRENT[1], "bases": list(COUNTING), "documented": list(DOCUMENTED)},
    ).fetchall()[0]
    return CellsReadTwice(*row)


def _own_sources(readings: Sequence[_Reading]) -> tuple[_Reading | None, _Reading | None]:
    own = [one for one in readings if one.kind == "own-sources"]
    second = _counting(own)
    first = _counting(one for one in readings if one not in own)
    return first or _counting(one for one in own if second and one.assessor != second.assessor), second


def _from_notes(readings: Sequence[_Reading]) -> tuple[_Reading | None, _Reading | None]:
    first, second, *_ = [one for one in readings if one.kind == "from-notes"] + [None, None]
    return first, second


def _counting(readings: Iterable[_Reading]) -> _Reading | None:
    by_id = {one.given.assessment_id: one for one in readings}
    found = counted(one.given for one in by_id.values())
    return by_id[found.assessment_id] if found else None


def _readings(cursor: Cursor) -> list[_Reading]:
    """Return every reading from outside that says something, by practice and indicator, then by assessment."""
    rows = cursor.execute(
        """
        SELECT
            a.practice_id, a.indicator_id, a.assessor, CASE WHEN a.blind THEN 'own-sources' ELSE s.kind END,
            a.assessment_id, a.basis, a.answer, a.evidence_level, a.assessed_on
        FROM released_answer a LEFT JOIN released_assessor s ON s.assessor = a.assessor
        WHERE a.framework_id = $framework AND a.framework_version = $version
            AND a.basis IN ('expert-review', 'desk-review') AND list_contains($documented::TEXT[], a.answer)
        -- one reading of each assessor, the last one
        QUALIFY row_number() OVER (
            PARTITION BY a.practice_id, a.indicator_id, a.assessor ORDER BY a.assessed_on DESC, a.assessment_id DESC
        ) = 1
        ORDER BY a.practice_id, a.indicator_id, a.assessment_id
        """,
        {"framework": CURRENT[0], "version": CURRENT[1], "documented": list(DOCUMENTED)},
    ).fetchall()
    return [_Reading((row[0], row[1]), row[2], row[3], Given(*row[4:])) for row in rows]
