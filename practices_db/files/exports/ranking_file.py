"""The command line's file of how the selected practices stand: the exact partial order, the same bytes each time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from criteria.framework import current_framework
from criteria.weighting import Weighting, to_params
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.errors import PracticesError
from practices_db.files.exports.cell_text import harmless
from practices_db.files.exports.csv_json import content, write_rows
from practices_db.queries.practices import data_version
from practices_db.queries.ranking import standings
from practices_db.translation import ENGLISH, speak

_AT_MOST = 5_000  # practices with a composite: two tables of 25 million shares, 400 MB

# Ordered by the middle of the bounds of the place, then by name.
_COLUMNS = """
    SELECT
        r.practice_id, c.name,
        r.ahead::INT AS ahead, r.behind::INT AS behind, r.open::INT AS open,
        r.place_from::INT AS place_from, r.place_to::INT AS place_to, r."group",
        round(r.score, 4) AS score, round(r.coverage, 4) AS coverage,
        round(r.low, 4) AS low, round(r.high, 4) AS high,
        $weighting::TEXT AS weighting,
        $framework AS framework, $framework_version AS framework_version, $data_version AS data_version
    FROM ranking_rows r JOIN practice_card c ON c.id = r.practice_id
    ORDER BY r.place_from + r.place_to, c.name_key, r.practice_id
"""


@dataclass(frozen=True)
class RankingFile:
    """A CSV file of how the selected practices stand, and how many of their pairs differ clearly."""

    content: bytes
    practices: int
    pairs: int
    clear_pairs: int


@speak(ENGLISH)
def ranking_csv(store: Store, chosen: PracticeFilter, weights: Weighting) -> RankingFile:
    """Return whom every selected practice with a composite is clearly ahead of and behind, and bounds of its place.

    The places are among these practices. Bytes are the same for the same database, filter and weights: no date. Raises
    PracticesError for more practices than can be held against each other.
    """
    framework = current_framework()
    path = store.exports / f"ranking_{secrets.token_hex(8)}.csv"
    with store.cursor() as cursor:
        rows = standings(cursor, chosen, weights, at_most=_AT_MOST)
        n = len(rows)
        if n > _AT_MOST:
            raise PracticesError(
                f"{n:,} practices have a score in every criterion that is weighed; up to {_AT_MOST:,} can be compared, "
                "each with every other: choose a country, a sector or a target group"
            )
        cursor.register("ranking_rows", rows)
        link = to_params(framework, weights)
        given = {
            "weighting": " ".join(f"{name}={value}" for name, values in link.items() for value in values),
            "framework": framework.id,
            "framework_version": framework.version,
            "data_version": data_version(cursor).short,
        }
        found = cursor.execute(_COLUMNS, given)
        header = [column[0] for column in found.description]
        lines = [[row[0], harmless(row[1]), *row[2:]] for row in found.fetchall()]
    write_rows(path, [header, *lines])
    return RankingFile(content(path), n, n * (n - 1) // 2, int(rows["ahead"].sum()))
