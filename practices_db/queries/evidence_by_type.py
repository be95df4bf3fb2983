"""Types of measure as everybody sees them: practices, publications, findings, rates, costs. Plain data out.

Findings are about types; a practice never inherits them.
"""

from __future__ import annotations

from collections.abc import Sequence

from practices_db import frames as pd
from practices_db.catalogue.vocabularies import vocabulary
from practices_db.database.store import Cursor


def types_of_publications(cursor: Cursor, publication_ids: Sequence[str]) -> pd.DataFrame:
    """Return (publication_id, measure_type) of some publications, in the order given."""
    return cursor.execute(
        """
        SELECT * FROM released_publication_type WHERE list_contains($ids::TEXT[], publication_id)
        ORDER BY list_position($ids::TEXT[], publication_id), measure_type
        """,
        {"ids": list(publication_ids)},
    ).df()


def strongest_practices(cursor: Cursor, measure_type: str, limit: int) -> pd.DataFrame:
    """Return practices of a type with their main result, the strongest design first, then those that are assessed.

    (practice_id, name, primary, assessed, outcome, direction, design, effect_text); NULL where no result is known.
    """
    return cursor.execute(
        """
        SELECT t.practice_id, p.name, t."primary", p.assessed, r.outcome, r.direction, r.design, r.effect_text
        FROM released_practice_type t
        JOIN practice_card p ON p.id = t.practice_id
        LEFT JOIN released_result r ON r.practice_id = t.practice_id AND r.main
        WHERE t.measure_type = $measure_type
        ORDER BY r.direction = 'level-only' NULLS LAST, list_position($designs::TEXT[], r.design) NULLS LAST,
            p.answered DESC, NOT t."primary", p.name_key, p.id
        LIMIT $limit
        """,
        {"measure_type": measure_type, "designs": list(vocabulary("result_design")), "limit": limit},
    ).df()


def findings(cursor: Cursor) -> pd.DataFrame:
    """Return all findings: labels need them whole.

    Columns of findings.csv (``form`` "" where the type has no forms), the publication's ``title``, ``publisher``,
    ``year``, ``url``, ``offered``. By type, form, outcome, family, publication.
    """
    return cursor.execute(
        """
        SELECT f.*, e.title, e.publisher, e.year, e.url, e.offered
        FROM released_finding f JOIN evidence_card e ON e.id = f.publication_id
        ORDER BY f.measure_type, f.form, f.outcome, f.study_family, f.publication_id
        """
    ).df()


def trials_without_result(cursor: Cursor) -> pd.DataFrame:
    """Return the trials of each type of measure of which no result is known: registered, or under way.

    (measure_type, publication_id, title, publisher, year, url, offered, summary); nothing was found, at no level, and
    no finding is coded. By type, year, title.
    """
    return cursor.execute(
        """
        SELECT t.measure_type, e.id AS publication_id, e.title, e.publisher, e.year, e.url, e.offered, e.summary
        FROM released_publication_type t JOIN evidence_card e ON e.id = t.publication_id
        WHERE e.kind = 'trial' AND e.finding IS NULL AND e.evidence_level IS NULL
            AND e.id NOT IN (SELECT publication_id FROM released_finding)
        ORDER BY t.measure_type, e.year, e.title, e.id
        """
    ).df()


def practices_studied(cursor: Cursor) -> pd.DataFrame:
    """Return (study_family, practice_id): the practices that a publication of a study family is linked to as studying.

    Only what is published of both; by family and practice.
    """
    return cursor.execute(
        """
        SELECT DISTINCT f.study_family, l.to_id AS practice_id
        FROM released_finding f JOIN known_link l ON l.from_kind = 'evidence' AND l.from_id = f.publication_id
        WHERE l.relation = 'studies' AND l.to_kind = 'practice'
        ORDER BY f.study_family, practice_id
        """
    ).df()


def rates(cursor: Cursor) -> pd.DataFrame:
    """Return operators' rates without comparison; shown beside findings, never counted.

    Columns of rates_without_comparison.csv ("" where not of a practice or publication), ``practice`` and
    ``publication``, their names, NULL where there is none.
    """
    return cursor.execute(
        """
        SELECT r.*, p.name AS practice, e.title AS publication FROM released_rate r
        LEFT JOIN practice_card p ON p.id = r.practice_id
        LEFT JOIN evidence_card e ON e.id = r.publication_id
        ORDER BY r.measure_type, r.outcome, r.practice_id, r.publication_id, r.source_url
        """
    ).df()


def costs(cursor: Cursor) -> pd.DataFrame:
    """Return costs as sources state them: no two are comparable.

    Columns of costs.csv (``euros`` NULL where the source has another currency, ``practice_id`` "" where it is of none),
    ``practice``, its name or NULL.
    """
    return cursor.execute(
        """
        SELECT c.*, p.name AS practice FROM released_cost c LEFT JOIN practice_card p ON p.id = c.practice_id
        ORDER BY c.measure_type, c.practice_id, c.per_what, c.source_url
        """
    ).df()
