"""What was measured of practices' participants, as everybody sees it. A cursor in, plain data out."""

from __future__ import annotations

from collections.abc import Sequence

from practices_db import frames as pd
from practices_db.catalogue.vocabularies import vocabulary
from practices_db.database.store import Cursor


def results_of(cursor: Cursor, practice_ids: Sequence[str]) -> pd.DataFrame:
    """Return every result of some practices: practices in the order given, the main one first, then stronger designs.

    Columns of results.csv (``main`` is true for one row a practice, else NULL), ``assessed`` and ``name``, the
    practice's. Blank cells are NULL: not told.
    """
    return cursor.execute(
        """
        SELECT r.*, p.name, p.assessed FROM released_result r JOIN practice_card p ON p.id = r.practice_id
        WHERE list_contains($ids::TEXT[], r.practice_id)
        ORDER BY list_position($ids::TEXT[], r.practice_id), r.main NULLS LAST,
            list_position($designs::TEXT[], r.design), r.id
        """,
        {"ids": list(practice_ids), "designs": list(vocabulary("result_design"))},
    ).df()


def main_results(cursor: Cursor) -> pd.DataFrame:
    """Return the main result of each practice that has one, by practice id, and ``further``: how many more it has.

    Columns of results.csv without ``main``.
    """
    return cursor.execute(
        """
        SELECT r.* EXCLUDE (main), (count(*) OVER (PARTITION BY practice_id) - 1)::INT AS further
        FROM released_result r QUALIFY r.main ORDER BY r.practice_id
        """
    ).df()
