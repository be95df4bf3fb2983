"""The command line's file of how the selected practices stand: intervals and tiers, the same bytes each time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from criteria.framework import current_framework
from criteria.weighting import to_params
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.files.exports.cell_text import harmless
from practices_db.files.exports.csv_json import content, write_rows
from practices_db.queries.practices import data_version
from practices_db.queries.ranking import Draws, standings

# Ordered by tier and id, never by score: inside a tier nothing is known about an order.
_COLUMNS = """
    SELECT
        r.practice_id, c.name,
        r.tier, r.place_from, r.place_to,
        round(r.top_tier_share, 4) AS top_tier_share,
        r.ahead_of, r.behind,
        CASE WHEN r.can_be_first THEN 'yes' ELSE 'no' END AS can_be_first,
        round(r.score, 4) AS score, round(r.coverage, 4) AS coverage,
        round(r.low, 4) AS low, round(r.high, 4) AS high,
        $weighting::TEXT AS weighting,
        $seed::UBIGINT AS seed, $draws::INT AS draws,
        $framework AS framework, $framework_version AS framework_version, $data_version AS data_version
    FROM robustness_rows r JOIN practice_card c ON c.id = r.practice_id
    ORDER BY r.tier, r.practice_id
"""


@dataclass(frozen=True)
class RobustnessFile:
    """A CSV file of how the selected practices stand, and what is in it."""

    content: bytes
    practices: int
    tiers: int
    draws: int


def robustness_csv(store: Store, chosen: PracticeFilter, asked: Draws) -> RobustnessFile:
    """Return interval and tier of every selected practice that is scored under the weights.

    The places are among these practices. Bytes are the same for the same database, filter and draws: no date.
    ``draws`` in the file is what was made, which memory may hold below what was asked for.
    """
    framework = current_framework()
    path = store.exports / f"robustness_{secrets.token_hex(8)}.csv"
    with store.cursor() as cursor:
        rows, simulation = standings(cursor, chosen, asked)
        cursor.register("robustness_rows", rows)
        given = {
            "weighting": _weighting_in_words(asked),
            "seed": asked.seed,
            "draws": simulation.draws,
            "framework": framework.id,
            "framework_version": framework.version,
            "data_version": data_version(cursor).short,
        }
        found = cursor.execute(_COLUMNS, given)
        header = [column[0] for column in found.description]
        lines = [[row[0], harmless(row[1]), *row[2:]] for row in found.fetchall()]
    write_rows(path, [header, *lines])
    return RobustnessFile(content(path), len(rows), len(simulation.tiers()), simulation.draws)


def _weighting_in_words(asked: Draws) -> str:
    """Return the weights as they stand in a link, and whether those of the criteria were free."""
    link = to_params(current_framework(), asked.weighting)
    words = " ".join(f"{name}={value}" for name, values in link.items() for value in values)
    return f"{words} (criteria free)" if asked.free else words
