"""What the catalogue can tell, in numbers: the command ``figures`` and the page *Method* show the same ones."""

from __future__ import annotations

from dataclasses import dataclass

from criteria.framework import CURRENT, Criterion, current_framework
from criteria.order import ClearPairs, CoderError, clear_pairs, criterion_alone, only_scored
from criteria.scoring import encode, largest_steps, score
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Cursor, records
from practices_db.queries.agreement import CellsReadTwice, Readings, cells_read_twice, coder_error, readings
from practices_db.queries.practices import answer_matrix

# The members of the EU that joined from 2004 on, without Cyprus and Malta.
_EASTERN_EU = ("BG", "CZ", "EE", "HR", "HU", "LT", "LV", "PL", "RO", "SI", "SK")
_MOST_STUDIED = 3


@dataclass(frozen=True)
class Headline:
    """How many practices are scored on a headline and how many pairs of them differ clearly.

    ``complete``: how many of the scored have an answer to all that applies. One step of one answer, from partly met to
    met, moves a score by ``step_of_all`` points at most where every question is answered, and by ``step`` among the
    scored practices (None where none is scored).
    ``clear``: if coders never erred; ``clear_with_error``: if they err as often as on the practices read twice.
    """

    criterion: Criterion
    scored: int
    complete: int
    step_of_all: float
    step: float | None
    clear: ClearPairs
    clear_with_error: ClearPairs


@dataclass(frozen=True)
class Figures:
    """How much is known, how much of it tells practices apart, and how far coders agree."""

    practices: int
    assessed: int
    with_result: int
    scored_both: int
    headlines: tuple[Headline, ...]
    error: CoderError
    readings: tuple[Readings, ...]
    twice: CellsReadTwice


def figures(cursor: Cursor) -> Figures:
    """Return the figures of what is published; about a second of work on the shipped catalogue."""
    framework, error = current_framework(), coder_error(cursor)
    answers = encode(framework, answer_matrix(cursor, PracticeFilter()))
    practices, assessed, both, results, *scored = cursor.execute(
        """
        SELECT count(*), count(*) FILTER (WHERE assessed),
            count(*) FILTER (WHERE effectiveness_scored AND sustainability_scored),
            (SELECT count(DISTINCT practice_id) FROM released_result),
            count(*) FILTER (WHERE effectiveness_scored), count(*) FILTER (WHERE sustainability_scored)
        FROM practice_card
        """
    ).fetchall()[0]
    every = encode(framework, [("", one.id, "met", 0) for one in framework.indicators])
    found = []
    for criterion, many in zip(framework.headlines, scored, strict=True):
        alone = criterion_alone(framework, criterion.id)
        clear, erring = clear_pairs(framework, answers, alone), clear_pairs(framework, answers, alone, error)
        shown = only_scored(framework, answers, alone)
        scores = score(framework, shown)
        each = [scores.of(id_, criterion.id) for id_ in shown.practice_ids]
        steps = largest_steps(framework, shown, criterion.id)
        found.append(
            Headline(
                criterion,
                many,
                sum(one.answered == one.applicable for one in each),
                float(largest_steps(framework, every, criterion.id)[0]),
                max(map(float, steps), default=None),
                clear,
                erring,
            )
        )
    return Figures(practices, assessed, results, both, tuple(found), error, readings(cursor), cells_read_twice(cursor))


@dataclass(frozen=True)
class Limits:
    """What bounds every statement, counted.

    ``not_applicable`` of ``answers``: published answers under the framework that counts. ``results``: practices with a
    result; of their main rows ``independent`` are from others than the operator, ``levels`` have no comparison.
    ``studies``: with a comparison group or a draw, one for each study family; ``in_most_studied`` of them from the
    countries ``most_studied`` (ids), ``eastern`` from the eastern half of the EU. ``untested`` of ``typed``: practices
    with a type of measure of which no such study has tested any.
    """

    answers: int
    not_applicable: int
    results: int
    independent: int
    levels: int
    studies: int
    most_studied: tuple[str, ...]
    in_most_studied: int
    eastern: int
    typed: int
    untested: int


def limits(cursor: Cursor) -> Limits:
    """Count what the page on the method has to say against its own numbers."""
    most = cursor.execute(
        """
        SELECT country FROM released_finding
        WHERE country IS NOT NULL AND design IN ('randomised', 'comparison-group')
        GROUP BY country ORDER BY count(DISTINCT study_family) DESC, country LIMIT $most
        """,
        {"most": _MOST_STUDIED},
    ).fetchall()
    countries = tuple(country for (country,) in most)
    found = cursor.execute(
        """
        WITH strong AS (SELECT * FROM released_finding WHERE design IN ('randomised', 'comparison-group')),
        answers AS (SELECT * FROM released_answer WHERE framework_id = $framework AND framework_version = $version)
        SELECT
            (SELECT count(*) FROM answers) AS answers,
            (SELECT count(*) FROM answers WHERE answer = 'not-applicable') AS not_applicable,
            (SELECT count(*) FROM released_result WHERE main) AS results,
            (SELECT count(*) FROM released_result WHERE main AND independent_of_operator) AS independent,
            (SELECT count(*) FROM released_result WHERE main AND direction = 'level-only') AS levels,
            (SELECT count(DISTINCT study_family) FROM strong) AS studies,
            (SELECT count(DISTINCT study_family) FROM strong WHERE list_contains($most::TEXT[], country))
                AS in_most_studied,
            (SELECT count(DISTINCT study_family) FROM strong WHERE list_contains($eastern::TEXT[], country)) AS eastern,
            (SELECT count(DISTINCT practice_id) FROM released_practice_type) AS typed,
            (
                SELECT count(*) FROM (SELECT DISTINCT practice_id FROM released_practice_type) typed
                WHERE practice_id NOT IN (
                    SELECT practice_id FROM released_practice_type SEMI JOIN strong USING (measure_type)
                )
            ) AS untested
        """,
        {"framework": CURRENT[0], "version": CURRENT[1], "most": list(countries), "eastern": list(_EASTERN_EU)},
    )
    return Limits(most_studied=countries, **records(found)[0])
