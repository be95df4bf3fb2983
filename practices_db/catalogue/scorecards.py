"""The derived tables: which answer counts, the scores, and one ready row for each practice.

``derive`` makes them anew from what is released, in the caller's transaction; ``rebuild`` releases what curators have
before. Only assessments made under the current framework count.
"""

from __future__ import annotations

import numpy as np

from criteria.counted_answer import CAUTIOUS_FIRST, COUNTING
from criteria.framework import CURRENT, Framework, current_framework
from criteria.results import MARKS, RESULT_INDICATOR, combinations
from criteria.scoring import Scores, encode, score
from practices_db import frames as pd
from practices_db.catalogue import library_store
from practices_db.catalogue.plain_text import normalise
from practices_db.catalogue.practice_fields import FIELDS, PracticeField
from practices_db.catalogue.published_copy import copy_truth
from practices_db.catalogue.vocabularies import NOT_STATED
from practices_db.database.store import Cursor

_AT_ONCE = 20_000  # practices whose answers are held as Python objects at one time

# Which answer counts where several published assessments answer one indicator: criteria.counted_answer in SQL. The
# disagreement is kept; a tick-list is shown and never counted.
COUNTED_ANSWERS = """
    INSERT INTO counted_answer BY NAME
    SELECT
        a.practice_id, a.indicator_id, a.answer, a.evidence_level, a.assessment_id,
        count(*) OVER same AS assessments,
        -- "not-documented" is no answer: it disagrees with none
        (count(DISTINCT nullif(a.answer, 'not-documented')) OVER same) > 1 AS disagreement
    FROM released_answer a
    WHERE a.framework_id = $framework AND a.framework_version = $version
        AND list_contains($bases::TEXT[], a.basis)
    WINDOW same AS (PARTITION BY a.practice_id, a.indicator_id)
    QUALIFY row_number() OVER (
        PARTITION BY a.practice_id, a.indicator_id
        ORDER BY
            NOT a.settled,
            a.answer = 'not-documented',
            list_position($bases::TEXT[], a.basis),
            a.evidence_level DESC,
            list_position($cautious::TEXT[], a.answer),
            a.assessed_on DESC,
            a.assessment_id
    ) = 1
"""

CARDS = """
    INSERT INTO practice_card BY NAME
    WITH
    answers AS (
        SELECT
            c.practice_id,
            count(*) FILTER (WHERE c.answer IN ('met', 'partly', 'not-met')) AS answered,
            max(c.evidence_level) FILTER (WHERE c.answer IN ('met', 'partly', 'not-met')) AS strongest_evidence,
            list(DISTINCT a.source_url ORDER BY a.source_url) FILTER (WHERE a.source_url IS NOT NULL) AS sources,
            map(list(c.indicator_id), list(
                CASE c.answer
                    WHEN 'met' THEN 'M' WHEN 'partly' THEN 'P' WHEN 'not-met' THEN 'N' WHEN 'not-applicable' THEN 'A'
                    ELSE '-'
                END || c.evidence_level
            )) AS codes
        FROM counted_answer c
        JOIN released_answer a ON a.assessment_id = c.assessment_id AND a.indicator_id = c.indicator_id
        GROUP BY ALL
    ),
    bases AS (
        SELECT practice_id, list(DISTINCT basis ORDER BY basis) AS v FROM released_answer
        WHERE framework_id = $framework AND framework_version = $version AND list_contains($bases::TEXT[], basis)
        GROUP BY ALL
    ),
    results AS (
        SELECT r.*, count(*) OVER (PARTITION BY r.practice_id) - 1 AS further
        FROM released_result r QUALIFY r.main
    ),
    types AS (
        SELECT
            practice_id,
            list(measure_type ORDER BY NOT "primary", measure_type) AS v,
            any_value(measure_type) FILTER (WHERE "primary") AS main
        FROM released_practice_type GROUP BY practice_id
    )
    SELECT
        p.*,
        coalesce(types.v, []) AS measure_types,
        types.main AS primary_type,
        coalesce(answers.sources, []) AS answer_sources,
        coalesce(bases.v, []) AS bases,
        bases.v IS NOT NULL AS assessed,
        coalesce(answers.answered, 0) AS answered,
        answers.strongest_evidence,
        -- two characters for each indicator of the framework, in its order (practices_db.files.exports.columns)
        CASE WHEN bases.v IS NOT NULL THEN array_to_string(
            list_transform($indicators::TEXT[], lambda indicator: coalesce(answers.codes[indicator], '..')), ''
        ) END AS answer_codes,
        CASE WHEN bases.v IS NOT NULL THEN $framework END AS framework,
        CASE WHEN bases.v IS NOT NULL THEN $version END AS framework_version,
        e.score AS effectiveness_score, e.coverage AS effectiveness_coverage, e.low AS effectiveness_low,
        e.high AS effectiveness_high, coalesce(e.scored, false) AS effectiveness_scored,
        e.strongest_evidence AS effectiveness_strongest_evidence,
        e.median_evidence AS effectiveness_median_evidence, coalesce(e.answered, 0) AS effectiveness_answered,
        s.score AS sustainability_score, s.coverage AS sustainability_coverage, s.low AS sustainability_low,
        s.high AS sustainability_high, coalesce(s.scored, false) AS sustainability_scored,
        s.strongest_evidence AS sustainability_strongest_evidence,
        s.median_evidence AS sustainability_median_evidence, coalesce(s.answered, 0) AS sustainability_answered,
        r.effect_text AS result, r.outcome AS result_outcome, r.direction AS result_direction,
        r.design AS result_design, g.mark AS result_mark,
        r.independent_of_operator AS result_independent, r.base AS result_base, r.horizon AS result_horizon,
        r.source_url AS result_source, r.further AS results_further,
        g.group_id AS effectiveness_group,
        t.name_key,
        t.search_text
    FROM released_practice p
    JOIN search_texts t ON t.id = p.id
    LEFT JOIN answers ON answers.practice_id = p.id
    LEFT JOIN bases ON bases.practice_id = p.id
    LEFT JOIN types ON types.practice_id = p.id
    LEFT JOIN practice_score e ON e.practice_id = p.id AND e.node = 'effectiveness'
    LEFT JOIN practice_score s ON s.practice_id = p.id AND s.node = 'sustainability'
    LEFT JOIN results r ON r.practice_id = p.id
    LEFT JOIN counted_answer shown ON shown.practice_id = p.id AND shown.indicator_id = $result_indicator
    JOIN result_groups g ON g.answer = coalesce(shown.answer, '') AND g.design = coalesce(r.design, '')
        AND g.direction = coalesce(r.direction, '')
    -- the order of the sort "result", in which most files are written: they need no sorting then (tables.pieces)
    ORDER BY result_mark DESC NULLS LAST, coalesce(result_independent, false) DESC, coalesce(answers.answered, 0) DESC,
        t.name_key, p.id
"""


def _stated(field: PracticeField) -> str:
    """Return the values of a card that one can filter a field by, as SQL."""
    if field.kind == "codes":
        return field.column
    value = f"CASE WHEN {field.column} THEN 'yes' END" if field.kind == "yes" else field.column
    return f"list_filter([{value}], lambda value: value IS NOT NULL)"


_FACTS = " UNION ALL ".join(
    f"SELECT '{field.facet.field}' AS facet, id AS practice_id, {_stated(field)} AS stated FROM practice_card"
    for field in FIELDS
    if field.facet
)
FACETS = f"""
    INSERT INTO practice_facet BY NAME
    WITH lists AS (
        {_FACTS}
        UNION ALL SELECT 'measure_type', id, measure_types FROM practice_card
        UNION ALL SELECT 'evidence_level', id, [coalesce(strongest_evidence::TEXT, 'none')] FROM practice_card
        UNION ALL SELECT 'result', id, [coalesce(result_direction, 'not-known')] FROM practice_card
        UNION ALL SELECT 'effectiveness_group', id, [effectiveness_group] FROM practice_card
        UNION ALL SELECT 'assessment_status', id, list_filter([
            CASE WHEN assessed THEN 'assessed' ELSE 'not-assessed' END,
            CASE WHEN effectiveness_scored THEN 'effectiveness-scored' END,
            CASE WHEN sustainability_scored THEN 'sustainability-scored' END
        ], lambda status: status IS NOT NULL) FROM practice_card
    )
    SELECT facet, practice_id, unnest(CASE WHEN len(stated) = 0 THEN [$not_stated] ELSE stated END) AS value
    FROM lists
"""


def rebuild(cursor: Cursor) -> None:
    """Release what the curators' tables hold and derive from it, in the caller's transaction."""
    copy_truth(cursor)
    library_store.release(cursor, "result")  # the cards show them
    derive(cursor)


def derive(cursor: Cursor) -> None:
    """Make counted answers, scores, cards and facets anew from what is released, in the caller's transaction."""
    framework = current_framework()
    version = {"framework": CURRENT[0], "version": CURRENT[1]}
    cursor.execute("DELETE FROM counted_answer")
    cursor.execute("DELETE FROM practice_score")
    cursor.execute("DELETE FROM practice_card")
    cursor.execute("DELETE FROM practice_facet")
    cursor.execute(COUNTED_ANSWERS, version | {"bases": list(COUNTING), "cautious": list(CAUTIOUS_FIRST)})
    _insert_scores(cursor, framework)
    _register_search_texts(cursor)
    indicators = [indicator.id for indicator in framework.indicators]
    groups = pd.DataFrame(combinations(), columns=["answer", "design", "direction", "group_id"])
    cursor.register("result_groups", groups.assign(mark=groups["design"].map(MARKS).astype("Int8")))
    cursor.execute(
        CARDS, version | {"indicators": indicators, "bases": list(COUNTING), "result_indicator": RESULT_INDICATOR}
    )
    cursor.unregister("result_groups")
    cursor.unregister("search_texts")
    cursor.execute(FACETS, {"not_stated": NOT_STATED})


def _insert_scores(cursor: Cursor, framework: Framework) -> None:
    ids = [id_ for (id_,) in cursor.execute("SELECT DISTINCT practice_id FROM counted_answer ORDER BY ALL").fetchall()]
    for first in range(0, len(ids), _AT_ONCE):
        part = ids[first : first + _AT_ONCE]
        counted = cursor.execute(
            "SELECT practice_id, indicator_id, answer, evidence_level FROM counted_answer "
            "WHERE practice_id BETWEEN $first AND $last ORDER BY ALL",
            {"first": part[0], "last": part[-1]},
        ).fetchall()
        cursor.register("new_scores", _frame(score(framework, encode(framework, counted))))
        cursor.execute("INSERT INTO practice_score BY NAME SELECT * FROM new_scores")
        cursor.unregister("new_scores")


def _frame(scores: Scores) -> pd.DataFrame:
    """Return scores as a long table, one row for each practice and node; NaN becomes NULL."""
    practices, nodes = len(scores.practice_ids), len(scores.nodes)

    def numbers(name: str) -> pd.Series[float]:
        return pd.Series(getattr(scores, name).ravel()).astype("Float64")

    return pd.DataFrame(
        {
            "practice_id": np.repeat(np.array(scores.practice_ids, dtype=object), nodes),
            "node": np.tile(np.array([node.id for node in scores.nodes], dtype=object), practices),
            "level": np.tile(np.array([node.level for node in scores.nodes], dtype=object), practices),
            "criterion_id": np.tile(np.array([node.criterion_id for node in scores.nodes], dtype=object), practices),
            "scored": scores.scored.ravel(),
            "answered": scores.answered.ravel(),
            "applicable": scores.applicable.ravel(),
        }
        | {
            name: numbers(name)
            for name in ("score", "coverage", "low", "high", "strongest_evidence", "median_evidence")
        }
    )


def _register_search_texts(cursor: Cursor) -> None:
    rows = cursor.execute(
        "SELECT id, name, concat_ws(' ', name, lead_organisation, array_to_string(places, ' '), summary) "
        "FROM released_practice"
    ).fetchall()
    cursor.register(
        "search_texts",
        pd.DataFrame(
            [(id_, normalise(name), normalise(text)) for id_, name, text in rows],
            columns=["id", "name_key", "search_text"],
            dtype=object,
        ),
    )
