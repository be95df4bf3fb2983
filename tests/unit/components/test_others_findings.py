"""What others have shown of a type of measure: a finding with its direction for each outcome."""

from __future__ import annotations

from pages.shared.components.others_findings import found_by_others
from practices_db.catalogue.measure_types import measure_types
from practices_db.catalogue.vocabularies import label, vocabulary
from practices_db.database.store import Store
from practices_db.queries.what_works import WhatWorks


def test_every_line_has_outcome_direction_and_a_finding_of_it(store: Store) -> None:
    with store.cursor() as cursor:
        found = WhatWorks.read(cursor)
    directions = tuple(vocabulary("finding_direction").values())
    told = 0
    for type_ in measure_types().types:
        studied = [one for one in found.of_type(type_.id) if one.studies]
        lines = found_by_others(found, type_.id)
        assert len(lines) == min(3, len(studied))
        for line, one in zip(lines, studied, strict=False):
            outcome, _, rest = line.partition(". ")
            assert outcome == label("outcome", one.outcome)
            assert rest.startswith(directions), line
            told += 1
    assert told > 10
