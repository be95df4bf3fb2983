"""What a selection of practices holds (``SelectionCounts``), from the database and from the index in memory.

Files ask the database, the screen the index; a test holds both against each other on random filters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from practices_db.catalogue.practice_filter import DEFAULT_SORT, PracticeFilter
from practices_db.catalogue.selection_texts import FoundCounts, SelectionCounts
from practices_db.catalogue.vocabularies import HEADLINES
from practices_db.database.store import Cursor, records
from practices_db.queries.facet_index import Selection
from practices_db.queries.practices import KNOWN_END, KNOWN_START, RESULT_LEAD, SELECTED, order_of, parameters

_COUNTS = f"""
    SELECT
        count(*), count(*) FILTER (WHERE assessed),
        count(*) FILTER (WHERE effectiveness_scored AND sustainability_scored),
        count(*) FILTER (WHERE NOT assessed AND result_mark IS NULL),
        count(*) FILTER (WHERE {RESULT_LEAD} = (
            SELECT max({RESULT_LEAD}) FROM practice_card c SEMI JOIN selected ON selected.id = c.id
        )),
        count(*) FILTER (WHERE {KNOWN_END} < $from AND {KNOWN_START} IS NOT NULL),
        count(*) FILTER (WHERE {KNOWN_START} > $to),
        count(*) FILTER (WHERE $undated AND {KNOWN_START} IS NULL)
    FROM practice_card c SEMI JOIN selected ON selected.id = c.id
"""
_VALUES = """
    SELECT f.facet, f.value, count(*) FROM practice_facet f
    SEMI JOIN chosen ON chosen.facet = f.facet AND chosen.value = f.value
    SEMI JOIN selected ON selected.id = f.practice_id
    GROUP BY ALL
"""
_BEST = f"""
    SELECT c.* FROM practice_card c SEMI JOIN selected ON selected.id = c.id
    WHERE c.result_mark IS NOT NULL ORDER BY {RESULT_LEAD} DESC, {order_of(DEFAULT_SORT)} LIMIT 1
"""


def read_counts(cursor: Cursor, chosen: PracticeFilter) -> SelectionCounts:
    """Return what a filter's selection holds."""
    given = parameters(chosen)
    counted = cursor.execute(SELECTED + _COUNTS, given).fetchone() or (0,) * 8
    practices, assessed, scored, unknown, alike, open_end, open_start, undated = counted
    values: dict[str, dict[str, int]] = {facet.field: {} for facet in chosen.alternatives}
    if values:
        for facet, value, count in cursor.execute(SELECTED + _VALUES, given).fetchall():
            if facet in values:
                values[facet][value] = count
    best = next(iter(records(cursor.execute(SELECTED + _BEST, given))), None)
    return SelectionCounts(practices, values, open_end, open_start, undated, assessed, scored, unknown, best, alike)


def found_counts(selection: Selection) -> FoundCounts:
    """Return how many practices a selection of the index has, and how many of each value asked for."""
    chosen, start = selection.chosen, selection.numbers("known_start")
    dated = ~np.isnan(start)
    return FoundCounts(
        selection.count,
        {
            facet.field: {
                value: int((selection.index.of_value(facet.field, value) & selection.mask).sum())
                for value in chosen.chosen(facet.field)
            }
            for facet in chosen.alternatives
        },
        int((selection.numbers("known_end") < (chosen.running_from or 0))[dated].sum()),
        int((start > (chosen.running_to or 9999)).sum()),
        int((~dated).sum()) if chosen.dated and chosen.undated else 0,
    )


def counts_of(selection: Selection, card: Callable[[str], Mapping[str, Any]]) -> SelectionCounts:
    """Return what a selection of the index holds; ``card`` is asked for the card of a practice."""
    assessed = selection.numbers("assessed") > 0
    scored = np.logical_and.reduce([selection.numbers(f"{node}_scored") > 0 for node in HEADLINES])
    has_result = ~np.isnan(selection.numbers("result_lead"))
    order = selection.index.orders[DEFAULT_SORT]
    lead = selection.index.numbers["result_lead"]
    leading = selection.mask & (lead == lead[selection.mask].max(initial=0, where=has_result))
    best = order[leading[order]][:1]
    found = found_counts(selection)
    return SelectionCounts(
        found.practices,
        found.values,
        found.open_end,
        found.open_start,
        found.undated,
        int(assessed.sum()),
        int(scored.sum()),
        int((~assessed & ~has_result).sum()),
        card(selection.index.ids[best[0]]) if len(best) else None,
        int(leading.sum()),
    )
