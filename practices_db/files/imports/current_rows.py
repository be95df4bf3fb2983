"""What the database holds, as cells of the catalogue's files, so that a file can be compared with it field by field.

These are the tables that curators work on; the public reads released copies of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

from criteria.counted_answer import Given
from criteria.framework import CURRENT
from practices_db.catalogue.contradictions import RULES
from practices_db.catalogue.library_items import KINDS as ITEMS
from practices_db.catalogue.library_items import OF_TABLE
from practices_db.catalogue.library_store import HELD
from practices_db.catalogue.practice_fields import IN_THE_FILE, SEVERAL, SEVERAL_ROWS
from practices_db.catalogue.practice_rows import CatalogueRow
from practices_db.catalogue.write_files import cell_text
from practices_db.database.store import Cursor, records
from practices_db.files.imports.kinds import KIND, Cells

Key = tuple[str, ...]


@dataclass(frozen=True)
class Stored:
    """A row of the database as cells; ``version`` of the row. ``listed``: what was taken out of the library is not."""

    cells: Cells
    version: int
    listed: bool = True


@dataclass(frozen=True)
class Held:
    """What an import needs to know of every practice, publication and organisation."""

    name: str
    state: str
    merged_into: str | None


@dataclass(frozen=True)
class Holdings:
    """Everything an import is compared with."""

    named: Mapping[str, dict[str, Held]]  # kind → id → what it is
    assessments: dict[str, str]  # id → status
    facts: Mapping[str, Mapping[str, bool | None]]  # of a practice, what an answer may contradict (RULES)
    said: Mapping[
        tuple[str, str], Mapping[str, Given]
    ]  # practice, indicator of RULES → published answers by assessment
    rows: Mapping[str, dict[Key, Stored]]  # by kind


def as_cells(row: CatalogueRow | Mapping[str, Any]) -> Cells:
    """Return a row as the catalogue's files write it."""
    values = dict(row) if isinstance(row, CatalogueRow) else row
    return {name: cell_text(value) for name, value in values.items()}


_NAMED = {
    "practices": "SELECT id, name, state, merged_into FROM practice",
    **{
        kind.table: f"SELECT id, {kind.name}, state, merged_into FROM {kind.item}"
        for kind in ITEMS.values()
        if kind.name
    },
}


def holdings(cursor: Cursor, kinds: Iterable[str]) -> Holdings:
    """Return what is held of some kinds of table."""
    named = {kind: {id_: Held(*rest) for id_, *rest in cursor.execute(sql).fetchall()} for kind, sql in _NAMED.items()}
    assessments = dict(cursor.execute("SELECT id, status FROM assessment").fetchall())
    return Holdings(named, assessments, *_one_truth(cursor), {kind: _HELD[kind](cursor) for kind in kinds})


def _one_truth(
    cursor: Cursor,
) -> tuple[dict[str, dict[str, bool | None]], dict[tuple[str, str], dict[str, Given]]]:
    """Return the facts of practices that answers may contradict, and these answers under the current framework."""
    names = [rule.fact for rule in RULES]
    rows = cursor.execute(f"SELECT id, {', '.join(names)} FROM practice").fetchall()
    facts = {id_: dict(zip(names, stated, strict=True)) for id_, *stated in rows}
    said: dict[tuple[str, str], dict[str, Given]] = defaultdict(dict)
    answers = cursor.execute(
        """
        SELECT s.practice_id, a.indicator_id, a.assessment_id, s.basis, a.answer, a.evidence_level, s.assessed_on,
            EXISTS (SELECT 1 FROM settlement t
                WHERE t.assessment_id = a.assessment_id AND t.indicator_id = a.indicator_id)
        FROM answer a JOIN assessment s ON s.id = a.assessment_id
        WHERE s.status = 'published' AND s.framework_id = $framework AND s.framework_version = $version
            AND list_contains($asked::TEXT[], a.indicator_id)
        """,
        {"framework": CURRENT[0], "version": CURRENT[1], "asked": [rule.indicator_id for rule in RULES]},
    )
    for practice, indicator, *of in answers.fetchall():
        said[practice, indicator][of[0]] = Given(*of)
    return facts, said


def _practices(cursor: Cursor) -> dict[Key, Stored]:
    cursor.execute(f"SELECT {IN_THE_FILE}, p.version FROM practice p")
    rows = {row["id"]: (row | {field.id: [] for field in SEVERAL}, version) for row, version in _rows(cursor)}
    for id_, field, value in cursor.execute(
        f"SELECT practice_id, field, value FROM ({SEVERAL_ROWS}) ORDER BY position"
    ).fetchall():
        if id_ in rows:
            rows[id_][0][field].append(value)
    return {(id_,): Stored(as_cells(row), version) for id_, (row, version) in rows.items()}


def _answers(cursor: Cursor) -> dict[Key, Stored]:
    cursor.execute(
        """
        SELECT
            a.assessment_id, s.practice_id, s.framework_id AS framework, s.framework_version, s.basis, s.assessor,
            s.assessed_on, a.indicator_id, a.answer, a.evidence_level, a.note, a.source_url, a.source_publisher,
            a.independent_of_operator, a.version
        FROM answer a JOIN assessment s ON s.id = a.assessment_id
        """
    )
    found: dict[Key, Stored] = {}
    for row, version in _rows(cursor):
        of = row.pop("assessment_id")
        found[(of, row["indicator_id"])] = Stored(as_cells(row), version)
    return found


def _sources(cursor: Cursor) -> dict[Key, Stored]:
    cursor.execute(
        """
        SELECT practice_id, field, CASE WHEN remark IS NULL THEN url ELSE url || ' (' || remark || ')' END AS url,
            url AS address, 0 AS version
        FROM practice_source
        """
    )
    found: dict[Key, Stored] = {}
    for row, version in _rows(cursor):
        key = (row["practice_id"], row["field"], row.pop("address"))
        found[key] = Stored(as_cells(row), version)
    return found


_OF_THE_DATABASE = {"state", "merged_into", "left_on", "left_because"}  # not of the file


def _library(cursor: Cursor, name: str) -> dict[Key, Stored]:
    cursor.execute(HELD[OF_TABLE[name].item])
    kind, found = KIND[name], {}
    for row, version in _rows(cursor):
        one = SimpleNamespace(**row)
        cells = as_cells({column: value for column, value in row.items() if column not in _OF_THE_DATABASE})
        found[kind.key(one)] = Stored(cells, version, row["state"] == "listed")
    return found


def _rows(cursor: Cursor) -> list[tuple[dict[str, Any], int]]:
    """Return the rows of a query by column, the version beside them."""
    return [(row, row.pop("version")) for row in records(cursor)]


_HELD: dict[str, Callable[[Cursor], dict[Key, Stored]]] = {
    "practices": _practices,
    "answers": _answers,
    "sources": _sources,
    **{name: partial(_library, name=name) for name in OF_TABLE},
}
