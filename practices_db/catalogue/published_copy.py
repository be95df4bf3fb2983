"""What is released: the copy of the curators' tables that the public reads, made by a release and at no other time.

Listed practices, their sources, the answers of published assessments, owners' statements, where former ids lead, and
the part of the history that everybody may read.
"""

from __future__ import annotations

from collections.abc import Sequence

from practices_db.catalogue.practice_fields import PRACTICES, RELEASED
from practices_db.database.store import Cursor, value_of

_PRACTICES = f"""
    INSERT INTO released_practice BY NAME SELECT {RELEASED} FROM {PRACTICES} WHERE p.state = 'listed'
"""
_SOURCES = """
    INSERT INTO released_source BY NAME
    SELECT s.* FROM practice_source s SEMI JOIN released_practice p ON p.id = s.practice_id
"""
_ANSWERS = """
    INSERT INTO released_answer BY NAME
    SELECT
        a.* EXCLUDE (version), s.practice_id, s.framework_id, s.framework_version, s.basis, s.assessor, s.assessed_on,
        coalesce(s.blind, false) AS blind,
        t.assessment_id IS NOT NULL AS settled, t.note AS settled_note
    FROM answer a
    JOIN assessment s ON s.id = a.assessment_id
    SEMI JOIN released_practice p ON p.id = s.practice_id
    LEFT JOIN settlement t
        ON t.practice_id = s.practice_id AND t.indicator_id = a.indicator_id AND t.assessment_id = s.id
    WHERE s.status = 'published'
"""
_ONLY = " AND list_contains($assessments::TEXT[], s.id)"
_STATEMENTS = """
    INSERT INTO released_statement BY NAME
    SELECT s.practice_id, s.organisation, s.words, s.stated_on
    FROM statement s SEMI JOIN released_practice p ON p.id = s.practice_id
"""
# Cards have the types; the rest of the library is released after them (library_store.rebuild).
_TYPES = """
    INSERT INTO released_practice_type BY NAME
    SELECT t.* EXCLUDE (version, state, left_on, left_because)
    FROM practice_type t SEMI JOIN released_practice p ON p.id = t.practice_id WHERE t.state = 'listed'
"""
# Former ids of the catalogue's files stay: the practice itself is not in this database.
_FORGET_FORMER = "DELETE FROM released_former WHERE id IN (SELECT id FROM practice)"
_FORMER = """
    INSERT INTO released_former BY NAME
    SELECT id, name, CASE WHEN state = 'merged' THEN merged_into END AS practice_id, left_on, left_because AS reason
    FROM practice WHERE state IN ('archived', 'merged')
"""
# A practice that others were merged into may itself have been merged later.
_FOLLOW = """
    UPDATE released_former AS f SET practice_id = n.practice_id
    FROM released_former n WHERE n.id = f.practice_id
"""
_FORGET_HISTORY = "DELETE FROM released_history WHERE seq > 0"
_HISTORY = """
    INSERT INTO released_history BY NAME
    SELECT p.id AS practice_id, a.seq, a.ts::DATE AS happened_on, a.public AS words
    FROM audit a
    JOIN (
        SELECT id, 'practice:' || id AS object FROM released_practice
        UNION ALL
        SELECT s.practice_id, 'assessment:' || s.id
        FROM assessment s SEMI JOIN released_practice r ON r.id = s.practice_id
    ) p ON p.object = a.object
    WHERE a.public IS NOT NULL
"""


def copy_truth(cursor: Cursor) -> None:
    """Release what the curators' tables hold now, in the caller's transaction; ``scorecards.derive`` comes next."""
    for table in (
        "released_practice",
        "released_source",
        "released_answer",
        "released_statement",
        "released_practice_type",
    ):
        cursor.execute(f"DELETE FROM {table}")
    cursor.execute(_FORGET_FORMER)
    cursor.execute(_FORGET_HISTORY)
    for statement in (_PRACTICES, _SOURCES, _ANSWERS, _STATEMENTS, _TYPES, _FORMER, _HISTORY):
        cursor.execute(statement)
    while _moved_on(cursor):
        cursor.execute(_FOLLOW)


def add_answers(cursor: Cursor, assessments: Sequence[str]) -> None:
    """Release the answers of some assessments that are not released yet; ``scorecards.derive`` comes next."""
    cursor.execute(_ANSWERS + _ONLY, {"assessments": list(assessments)})


def _moved_on(cursor: Cursor) -> bool:
    """Whether a former id leads to another one that is gone in its turn."""
    sql = "SELECT 1 FROM released_former f JOIN released_former n ON n.id = f.practice_id LIMIT 1"
    return bool(value_of(cursor, sql))
