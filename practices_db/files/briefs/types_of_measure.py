"""What studies say of the types of measure of some practices: a row a type, apart from the practices' own results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from practices_db.catalogue.synthesis_texts import studies_of_type
from practices_db.catalogue.vocabularies import label
from practices_db.database.store import Cursor
from practices_db.queries.what_works import WhatWorks


def rows(cursor: Cursor, cards: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Return (type, sentence) for each type of these practices, the primary ones first; of one practice its own too."""
    types = list(dict.fromkeys(id_ for card in cards for id_ in card["measure_types"]))
    if not types:
        return ()
    found = WhatWorks.read(cursor)
    return tuple(
        (
            label("measure_type", id_),
            studies_of_type(found.of_type(id_), found.of_practice(id_, cards[0]["id"]) if len(cards) == 1 else None),
        )
        for id_ in types
    )
