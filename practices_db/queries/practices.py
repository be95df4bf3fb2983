"""Everything that is read for a screen or a file. A cursor in, plain data out.

Screen, count and file use one selection: ``SELECTED`` with the parameters of ``_parameters``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from criteria.counted_answer import COUNTING
from criteria.framework import CURRENT, AnswerId
from practices_db import frames as pd
from practices_db.catalogue.practice_filter import FACETS, PracticeFilter, Sort
from practices_db.catalogue.vocabularies import NOT_FOR_PEOPLE, vocabulary
from practices_db.database.store import Cursor, Store, records, value_of
from practices_db.errors import PracticesError
from practices_db.translation import _

# The years in which a practice ran, as far as they are known; in SQL over cards ``c``. Where no start is stated, it was
# known to run when it ended and may have run ever before. Where no end is stated, it was known to run when it began and
# on the day on which somebody said that it runs, and may have run until the day on which somebody said that it does
# not, or for ever.
KNOWN_START = "coalesce(c.start_year, c.end_year)"
POSSIBLE_START = "CASE WHEN c.end_year IS NULL THEN c.start_year ELSE coalesce(c.start_year, 0) END"
KNOWN_END = "coalesce(c.end_year, greatest(c.start_year, CASE WHEN c.still_running THEN year(c.running_said_on) END))"
POSSIBLE_END = "coalesce(c.end_year, CASE WHEN NOT c.still_running THEN year(c.running_said_on) END, 9999)"

# The selection, told in steps. `hit`: a practice meets what is chosen in one facet (one of the values, or all
# of them where all target groups are asked for). `passing`: practices that meet everything that is no facet,
# with the number of facets they meet. `selected`: those that meet every facet.
SELECTED = f"""
    WITH
    chosen AS (SELECT unnest($facets::TEXT[]) AS facet, unnest($values::TEXT[]) AS value),
    needed AS (
        SELECT facet, CASE WHEN facet = 'target_group' AND $all_target_groups THEN count(*) ELSE 1 END AS n
        FROM chosen GROUP BY facet
    ),
    hit AS (
        SELECT f.practice_id, f.facet
        FROM practice_facet f
        JOIN chosen ON chosen.facet = f.facet AND chosen.value = f.value
        JOIN needed ON needed.facet = f.facet
        GROUP BY f.practice_id, f.facet, needed.n
        HAVING count(*) >= needed.n
    ),
    hits AS (SELECT practice_id, count(*) AS n FROM hit GROUP BY practice_id),
    passing AS (
        SELECT c.id, coalesce(hits.n, 0) AS hits
        FROM practice_card c LEFT JOIN hits ON hits.practice_id = c.id
        WHERE (len($practices::TEXT[]) = 0 OR c.id IN (
            -- an id that was merged into another practice stands for that one
            SELECT coalesce(f.practice_id, named.id)
            FROM (SELECT unnest($practices::TEXT[]) AS id) named LEFT JOIN released_former f ON f.id = named.id
        ))
        AND (
            ($from::INT IS NULL AND $to::INT IS NULL)
            -- whose start or end is not known is found too, and counted apart (queries.selection_counts)
            OR ({POSSIBLE_START} <= coalesce($to::INT, 9999) AND {POSSIBLE_END} >= coalesce($from::INT, 0))
            OR ($undated AND c.start_year IS NULL AND c.end_year IS NULL)
        )
        AND (
            $minimum_coverage = 0
            OR (
                coalesce(c.effectiveness_coverage, 0) * 100 >= $minimum_coverage - 1e-6
                AND coalesce(c.sustainability_coverage, 0) * 100 >= $minimum_coverage - 1e-6
            )
        )
        AND NOT EXISTS (
            SELECT 1 FROM (SELECT unnest($words::TEXT[]) AS word) w WHERE NOT contains(c.search_text, w.word)
        )
    ),
    selected AS (SELECT id FROM passing WHERE hits = (SELECT count(*) FROM needed))
"""

# Of results with equally strong evidence those come first that somebody else than the operator found; that nobody says
# who found it, is no more than the operator's word. "Surest first" orders by the low end of the range: what holds even
# if nothing undocumented is met.
_ORDER: dict[Sort, str] = {
    "result": "c.result_mark DESC NULLS LAST, coalesce(c.result_independent, false) DESC, c.answered DESC, c.name_key, "
    "c.id",
    "name": "c.name_key, c.id",
    "documented": "c.answered DESC, c.name_key, c.id",
    "effectiveness": "c.effectiveness_scored DESC, c.effectiveness_low DESC NULLS LAST, c.name_key, c.id",
    "sustainability": "c.sustainability_scored DESC, c.sustainability_low DESC NULLS LAST, c.name_key, c.id",
    "newest": "c.start_year DESC NULLS LAST, c.name_key, c.id",
}

# Which main result is named as the best evidence: one on people in it before one on others before all else, such as
# what a euro brings; then the strongest. NULL where no result is known.
RESULT_LEAD = (
    f"c.result_mark + 10 * coalesce(list_position({[*NOT_FOR_PEOPLE]}, c.result_outcome), {len(NOT_FOR_PEOPLE) + 1})"
)


def order_of(sort: Sort) -> str:
    """Return the SQL of an order of the screen over cards ``c``; it ends in the id."""
    return _ORDER[sort]


def parameters(chosen: PracticeFilter) -> dict[str, Any]:
    """Return the parameters of the selection for a filter."""
    pairs = [(facet.field, value) for facet in FACETS for value in chosen.chosen(facet.field)]
    return {
        "facets": [facet for facet, _ in pairs],
        "values": [value for _, value in pairs],
        "all_target_groups": chosen.all_target_groups,
        "from": chosen.running_from,
        "to": chosen.running_to,
        "undated": chosen.dated and chosen.undated,
        "minimum_coverage": chosen.minimum_coverage,
        "words": chosen.words,
        "practices": list(chosen.practice),
    }


def selection(sort: Sort, weighted: bool = False) -> tuple[str, str]:
    """Return the opening (WITH …) and the source (FROM …) of a query over the selected cards ``c`` in their order.

    What stands between them names columns of ``practice_card c``; ``places.place`` counts from 1, and the query has to
    end in ORDER BY places.place. Run it with ``parameters``. Where it is ``weighted``, a registered table ``weighted``
    (practice_id, place_from, place_to, …) is joined as ``w``, and the middle of these bounds comes before all else.
    """
    joined = " LEFT JOIN weighted w ON w.practice_id = c.id" if weighted else ""
    # named practices come in the order in which they are named; where none is, that is the same for all
    middle = "w.place_from + w.place_to NULLS LAST, " if weighted else ""
    order = "list_position($practices::TEXT[], c.id), " + middle + _ORDER[sort]
    opening = (
        SELECTED
        + ", places AS (SELECT c.id, c.rowid AS stored, row_number() OVER (ORDER BY "
        + order
        + ") AS place FROM practice_card c SEMI JOIN selected ON selected.id = c.id"
        + joined
        + ")"
    )
    return opening, " FROM practice_card c JOIN places ON places.id = c.id" + joined


def find_practices(
    cursor: Cursor, chosen: PracticeFilter, sort: Sort = "name", limit: int | None = None, offset: int = 0
) -> pd.DataFrame:
    """Return the selected practices, one row each, with every column of ``practice_card``."""
    opening, source = selection(sort)
    sql = opening + " SELECT c.*" + source + " ORDER BY places.place LIMIT $limit OFFSET $offset"
    return cursor.execute(sql, parameters(chosen) | {"limit": limit, "offset": offset}).df()


def count_practices(cursor: Cursor, chosen: PracticeFilter) -> int:
    """Return how many practices the filter selects."""
    return int(value_of(cursor, SELECTED + "SELECT count(*) FROM selected", parameters(chosen)))


@dataclass(frozen=True)
class Totals:
    """How much there is, and how much of it is known."""

    practices: int
    countries: int
    assessed: int
    scored_both: int
    answers: int
    independent_evidence: int
    without_year: int
    without_funding: int
    without_country: int
    without_evaluation: int


def totals(cursor: Cursor) -> Totals:
    """Count the catalogue; ``answers``: under the framework that counts, those of tick-lists too.

    ``independent_evidence``: strongest evidence of level 3 or more.
    """
    row = cursor.execute(
        """
        SELECT
            count(*),
            (SELECT count(DISTINCT country) FROM (SELECT unnest(countries) AS country FROM practice_card)),
            count(*) FILTER (WHERE assessed),
            count(*) FILTER (WHERE effectiveness_scored AND sustainability_scored),
            (SELECT count(*) FROM released_answer WHERE framework_id = $framework AND framework_version = $version),
            count(*) FILTER (WHERE strongest_evidence >= 3),
            count(*) FILTER (WHERE start_year IS NULL),
            count(*) FILTER (WHERE len(funding_kinds) = 0),
            count(*) FILTER (WHERE len(countries) = 0),
            count(*) FILTER (WHERE evaluation_documented IS NULL)
        FROM practice_card
        """,
        {"framework": CURRENT[0], "version": CURRENT[1]},
    ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate without GROUP BY always returns one row
    return Totals(*row)


def starts_by_year(cursor: Cursor) -> pd.DataFrame:
    """Return (year, practices): how many practices began in each year that is stated."""
    return cursor.execute(
        "SELECT start_year AS year, count(*) AS practices FROM practice_card WHERE start_year IS NOT NULL "
        "GROUP BY ALL ORDER BY ALL"
    ).df()


@dataclass(frozen=True)
class DataVersion:
    """The release of the data that is shown."""

    number: int
    released_on: date
    content_hash: str

    @property
    def short(self) -> str:
        """Return the version as it is written in files: number, date, first digits of the hash."""
        return f"{self.number} ({self.released_on.isoformat()}, {self.content_hash[:8]})"


def data_version(cursor: Cursor) -> DataVersion:
    """Return the newest release of the data."""
    row = cursor.execute(
        "SELECT number, released_on, content_hash FROM data_version ORDER BY number DESC LIMIT 1"
    ).fetchone()
    assert row is not None  # noqa: S101 - every build writes one
    return DataVersion(*row)


# --- one practice ----------------------------------------------------------------------------------------


def practice(cursor: Cursor, practice_id: str) -> dict[str, Any] | None:
    """Return one row of ``practice_card`` as a dict, None where there is no such practice.

    The id of a practice that was merged into another one leads to that one.
    """
    found = cursor.execute(
        "SELECT * FROM practice_card "
        "WHERE id = coalesce((SELECT practice_id FROM released_former WHERE id = $id), $id)",
        {"id": practice_id},
    )
    return next(iter(records(found)), None)


@dataclass(frozen=True)
class Former:
    """A practice that left the catalogue: ``practice_id`` is the one it was merged into, None where it was archived."""

    id: str
    name: str
    practice_id: str | None
    left_on: date
    reason: str


def former(cursor: Cursor, id_: str) -> Former | None:
    """Return what became of a practice that is not shown any more, None where nothing is known of the id."""
    row = cursor.execute(
        "SELECT id, name, practice_id, left_on, reason FROM released_former WHERE id = $id", {"id": id_}
    ).fetchone()
    return Former(*row) if row else None


def statement(cursor: Cursor, practice_id: str) -> dict[str, Any] | None:
    """Return the owner's statement on a practice (organisation, words, stated_on), None where there is none."""
    found = cursor.execute(
        "SELECT organisation, words, stated_on FROM released_statement WHERE practice_id = $id", {"id": practice_id}
    )
    return next(iter(records(found)), None)


def corrections(cursor: Cursor, practice_id: str) -> list[tuple[date, str]]:
    """Return (day, words) of what was corrected on a practice and why, the newest first."""
    return cursor.execute(
        "SELECT happened_on, words FROM released_history WHERE practice_id = $id ORDER BY happened_on DESC, seq DESC",
        {"id": practice_id},
    ).fetchall()


def example(cursor: Cursor) -> dict[str, Any] | None:
    """Return a practice to explain the sums with: scored on effectiveness with a real range, first by name."""
    row = cursor.execute(
        "SELECT id FROM practice_card WHERE effectiveness_scored AND effectiveness_low < effectiveness_high "
        "ORDER BY effectiveness_answered DESC, name_key, id LIMIT 1"
    ).fetchone()
    return practice(cursor, row[0]) if row else None


def practice_names(cursor: Cursor) -> dict[str, str]:
    """Return the name of every practice by id, in the order of the names."""
    return dict(cursor.execute("SELECT id, name FROM practice_card ORDER BY name_key, id").fetchall())


def cards(cursor: Cursor, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of ``practice_card`` with these ids, in their order; ids that do not exist are left out."""
    if not ids:
        return []
    found = cursor.execute("SELECT * FROM practice_card WHERE id IN (SELECT unnest($ids::TEXT[]))", {"ids": list(ids)})
    by_id = {row["id"]: row for row in records(found)}
    return [by_id[id_] for id_ in ids if id_ in by_id]


def not_found(cursor: Cursor, ids: Sequence[str], *, gone_too: bool = True) -> list[str]:
    """Say of each id that leads to no practice that it is unknown, and where ``gone_too``, that it left the catalogue.

    One that was merged into another practice stands for that one.
    """
    known, said = names(cursor, ids), []
    for id_ in ids:
        gone = None if id_ in known else former(cursor, id_)
        if gone and not gone.practice_id and gone_too:
            said.append(_("practice {id} is no longer in the catalogue").format(id=id_))
        elif not gone and id_ not in known:
            said.append(_("{what} {value} is unknown").format(what="id", value=id_))
    return said


def require_named(store: Store, chosen: PracticeFilter) -> None:
    """Raise PracticesError with each practice that a filter names and that never was there.

    One that has left the catalogue is left out: a list that somebody uses every month stays a list.
    """
    with store.cursor() as cursor:
        if said := not_found(cursor, chosen.practice, gone_too=False):
            raise PracticesError("\n".join(said))


def names(cursor: Cursor, ids: Sequence[str]) -> dict[str, str]:
    """Return the names of practices by id, in the order of the ids."""
    sql = "SELECT id, name FROM practice_card WHERE id IN (SELECT unnest($ids::TEXT[]))"
    found = dict(cursor.execute(sql, {"ids": list(ids)}).fetchall()) if ids else {}
    return {id_: found[id_] for id_ in ids if id_ in found}


def scores(cursor: Cursor, practice_id: str) -> pd.DataFrame:
    """Return the practice's row of ``practice_score`` for every criterion and question."""
    return cursor.execute("SELECT * FROM practice_score WHERE practice_id = $id", {"id": practice_id}).df()


def answers(cursor: Cursor, practice_id: str) -> pd.DataFrame:
    """Return every published answer to the practice under the framework that counts, those of tick-lists too.

    With who gave it and whether it is the one that counts. Answers of earlier versions are told by ``not_counted``.
    """
    return cursor.execute(
        """
        SELECT
            a.indicator_id, a.answer, a.evidence_level, a.note, a.source_url, a.source_publisher,
            a.independent_of_operator, a.basis, a.assessor, a.assessed_on, a.framework_version, a.settled_note,
            coalesce(c.assessment_id = a.assessment_id, false) AS counts,
            coalesce(c.disagreement, false) AS disagreement
        FROM released_answer a
        LEFT JOIN counted_answer c ON c.practice_id = a.practice_id AND c.indicator_id = a.indicator_id
        WHERE a.practice_id = $id AND a.framework_id = $framework AND a.framework_version = $version
        ORDER BY a.indicator_id, counts DESC, a.basis, a.assessment_id
        """,
        {"id": practice_id, "framework": CURRENT[0], "version": CURRENT[1]},
    ).df()


def answer_matrix(cursor: Cursor, chosen: PracticeFilter) -> list[tuple[str, str, AnswerId, int]]:
    """Return (practice id, indicator id, answer, evidence level) of the answers that count, of the selected practices.

    Ordered by practice and indicator. A practice without a published assessment has no answers and is not in it.
    """
    return cursor.execute(
        SELECTED
        + """
        SELECT a.practice_id, a.indicator_id, a.answer, a.evidence_level
        FROM counted_answer a SEMI JOIN selected ON selected.id = a.practice_id
        ORDER BY a.practice_id, a.indicator_id
        """,
        parameters(chosen),
    ).fetchall()


def further_sources(cursor: Cursor, practice_id: str) -> pd.DataFrame:
    """Return (field, url, remark): the further pages that supplied one fact each."""
    return cursor.execute(
        "SELECT field, url, remark FROM released_source WHERE practice_id = $id ORDER BY ALL",
        {"id": practice_id},
    ).df()


def assessors(cursor: Cursor) -> pd.DataFrame:
    """Return (basis, assessor, practices, answers, kind, how): who made the published answers.

    Under the framework that counts, those of tick-lists too; answers of earlier versions are told by ``not_counted``.
    ``kind`` and ``how`` tell readings from own sources from those of another one's notes; NULL: nobody said.
    """
    return cursor.execute(
        """
        SELECT a.basis, a.assessor, count(DISTINCT a.practice_id) AS practices, count(*) AS answers, s.kind, s.how
        FROM released_answer a LEFT JOIN released_assessor s ON s.assessor = a.assessor
        WHERE a.framework_id = $framework AND a.framework_version = $version
        GROUP BY ALL ORDER BY ALL
        """,
        {"framework": CURRENT[0], "version": CURRENT[1]},
    ).df()


def documentation(cursor: Cursor) -> pd.DataFrame:
    """Return for each assessed practice its headline scores (NULL if not scored) and how it is documented.

    ``effectiveness_coverage``, ``effectiveness_evidence`` and those of sustainability: documented share, and median
    evidence level of its answers; ``note_length``: characters of this project's notes to the answers that count;
    ``sources``: different pages behind them;
    ``national_domains``: share of these pages under a country's own internet domain, a stand-in for the language of the
    sources, which the catalogue does not hold; ``budget_eur`` and ``people_reached`` as the sources give them;
    ``upper_middle_income``: 1 where a country of the practice is of upper-middle income, 0 where all are of high.
    """
    return cursor.execute(
        """
        SELECT
            c.id,
            CASE WHEN c.effectiveness_scored THEN c.effectiveness_score END AS effectiveness,
            CASE WHEN c.sustainability_scored THEN c.sustainability_score END AS sustainability,
            any_value(c.effectiveness_coverage) AS effectiveness_coverage,
            any_value(c.effectiveness_median_evidence) AS effectiveness_evidence,
            any_value(c.sustainability_coverage) AS sustainability_coverage,
            any_value(c.sustainability_median_evidence) AS sustainability_evidence,
            sum(len(coalesce(a.note, '')))::DOUBLE AS note_length,
            count(DISTINCT a.source_url)::DOUBLE AS sources,
            avg(regexp_matches(a.source_url, '^https?://[^/]*[.][a-z][a-z](/|$)')::INT) AS national_domains,
            any_value(c.budget_eur)::DOUBLE AS budget_eur,
            any_value(c.people_reached)::DOUBLE AS people_reached,
            any_value(
                CASE WHEN len(c.countries) > 0 THEN list_has_any(c.countries, $upper_middle::TEXT[])::INT::DOUBLE END
            ) AS upper_middle_income
        FROM practice_card c
        JOIN counted_answer k ON k.practice_id = c.id
        JOIN released_answer a ON a.assessment_id = k.assessment_id AND a.indicator_id = k.indicator_id
        GROUP BY c.id, c.effectiveness_scored, c.effectiveness_score, c.sustainability_scored, c.sustainability_score
        ORDER BY c.id
        """,
        {"upper_middle": list(vocabulary("upper_middle_income"))},
    ).df()


@dataclass(frozen=True)
class SelectionShares:
    """Where the practices and the assessed ones among them come from, as counts."""

    practices: int
    assessed: int
    from_collections: int
    assessed_from_collections: int
    met: int
    partly: int
    not_met: int


def selection_shares(cursor: Cursor) -> SelectionShares:
    """Count what shows the selection: collections among the sources, and how seldom an answer is "not met"."""
    row = cursor.execute(
        """
        SELECT
            count(*), count(*) FILTER (WHERE assessed),
            count(*) FILTER (WHERE source_kind IN ('spring', 'ewsi')),
            count(*) FILTER (WHERE assessed AND source_kind IN ('spring', 'ewsi')),
            (SELECT count(*) FROM counted_answer WHERE answer = 'met'),
            (SELECT count(*) FROM counted_answer WHERE answer = 'partly'),
            (SELECT count(*) FROM counted_answer WHERE answer = 'not-met')
        FROM practice_card
        """
    ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate without GROUP BY always returns one row
    return SelectionShares(*row)


@dataclass(frozen=True)
class NotCounted:
    """Published answers that are kept and shown and make no score: of which framework version or basis, how many."""

    framework: str
    version: str
    basis: str
    answers: int
    practices: int

    def __str__(self) -> str:
        why = "a tick-list never counts" if self.basis == "tick-list" else f"{CURRENT[1]} counts"
        return (
            f"{self.answers:,} answers ({self.basis}) of {self.framework} {self.version} on {self.practices:,} "
            f"practices are kept and not counted: {why}"
        )


def not_counted(cursor: Cursor, practice_id: str | None = None) -> tuple[NotCounted, ...]:
    """Return what is released and counts in no score, of all practices or one, by framework version and basis."""
    rows = cursor.execute(
        """
        SELECT framework_id, framework_version, basis, count(*), count(DISTINCT practice_id) FROM released_answer
        WHERE ($id::TEXT IS NULL OR practice_id = $id) AND (
            (framework_id, framework_version) <> ($framework, $version) OR NOT list_contains($bases::TEXT[], basis)
        )
        GROUP BY ALL ORDER BY ALL
        """,
        {"id": practice_id, "framework": CURRENT[0], "version": CURRENT[1], "bases": list(COUNTING)},
    ).fetchall()
    return tuple(NotCounted(*row) for row in rows)


# --- for a self-assessment -----------------------------------------------------------------------------------


def example_answers(cursor: Cursor, indicator_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return for each indicator one published answer "met" with a note: the best proof, then the shortest note.

    Keys of an example: ``practice_id``, ``name``, ``note``, ``source_url``, ``source_publisher``, ``evidence_level``.
    Self-assessments are no examples. An indicator without such an answer is not in the result.
    """
    rows = cursor.execute(
        """
        SELECT k.indicator_id, p.id, p.name, a.note, a.source_url, a.source_publisher, a.evidence_level
        FROM counted_answer k
        JOIN released_answer a ON a.assessment_id = k.assessment_id AND a.indicator_id = k.indicator_id
        JOIN practice_card p ON p.id = k.practice_id
        WHERE k.answer = 'met' AND len(coalesce(a.note, '')) > 0 AND a.basis <> 'self-assessment'
            AND list_contains($ids::TEXT[], k.indicator_id)
        QUALIFY row_number() OVER (
            PARTITION BY k.indicator_id ORDER BY a.evidence_level DESC, len(a.note), p.id
        ) = 1
        """,
        {"ids": list(indicator_ids)},
    ).fetchall()
    names = ("practice_id", "name", "note", "source_url", "source_publisher", "evidence_level")
    return {id_: dict(zip(names, rest, strict=True)) for id_, *rest in rows}


def peers_of(cursor: Cursor, sectors: Sequence[str], target_groups: Sequence[str], without: str = "") -> pd.DataFrame:
    """Return cards of the assessed practices that share one of these sectors and one of these target groups."""
    return cursor.execute(
        """
        SELECT c.* FROM practice_card c
        WHERE c.id <> $without AND c.assessed
            AND list_has_any(c.sectors, $sectors::TEXT[]) AND list_has_any(c.target_groups, $groups::TEXT[])
        ORDER BY c.name_key, c.id
        """,
        {"sectors": list(sectors), "groups": list(target_groups), "without": without},
    ).df()


def meeting(cursor: Cursor, indicator_ids: Sequence[str], without: str = "") -> pd.DataFrame:
    """Return cards of the practices whose counted answer to one of some indicators is "met", with evidence.

    A row an indicator and practice, the strongest evidence first. Columns of practice_card, and of the answer
    ``indicator_id``, ``note``, ``answer_url``, ``answer_publisher``, ``answer_evidence`` (1 to 5). Self-assessments are
    left out.
    """
    return cursor.execute(
        """
        SELECT c.*, k.indicator_id, a.note, a.source_url AS answer_url, a.source_publisher AS answer_publisher,
            a.evidence_level AS answer_evidence
        FROM counted_answer k
        JOIN released_answer a ON a.assessment_id = k.assessment_id AND a.indicator_id = k.indicator_id
        JOIN practice_card c ON c.id = k.practice_id
        WHERE k.answer = 'met' AND a.evidence_level >= 1 AND a.basis <> 'self-assessment' AND c.id <> $without
            AND list_contains($ids::TEXT[], k.indicator_id)
        ORDER BY a.evidence_level DESC, c.name_key, c.id
        """,
        {"ids": list(indicator_ids), "without": without},
    ).df()
