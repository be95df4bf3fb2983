"""The tables that are exported: which rows of a view stand in them, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from criteria.framework import CURRENT, current_framework
from criteria.results import MARKS
from practices_db.catalogue.addresses import COPY_HOSTS, COPY_SQL
from practices_db.catalogue.vocabularies import HEADLINES
from practices_db.database.store import Cursor, Store, value_of
from practices_db.files.exports import columns
from practices_db.files.exports.columns import Column
from practices_db.files.exports.recipe import LICENCE, Contents, FileContents, Format, Recipe, recipe
from practices_db.queries.practices import count_practices, data_version, parameters, practice_names, selection
from practices_db.queries.ranking import composite_rows
from practices_db.queries.selection_counts import read_counts
from practices_db.queries.views import View

TableName = Literal["scores", "everything", "answers", "criteria", "sources", "results"]
_BATCH = 500  # rows
# How many practices are made at a time; one has up to 32 answers, and a score for each criterion and question.
_IN_A_PIECE: dict[TableName, int] = {"scores": 10_000, "everything": 1_500, "answers": 600, "criteria": 800}

# Joins are narrowed to the piece, so that none has to hold all answers.
# The other criteria's scores in a row, and the counted answers as a map from indicator to answer.
_EVERYTHING = """
    LEFT JOIN (
        SELECT n.practice_id, map(list(n.indicator_id), list({{
            answer: n.answer, evidence_level: n.evidence_level, source_url: o.source_url
        }})) AS answers
        FROM counted_answer n
        JOIN released_answer o ON o.assessment_id = n.assessment_id AND o.indicator_id = n.indicator_id
        WHERE n.practice_id IN (SELECT id FROM piece) AND o.practice_id IN (SELECT id FROM piece)
        GROUP BY n.practice_id
    ) k ON k.practice_id = c.id
    LEFT JOIN (
        SELECT practice_id, {others} FROM practice_score
        WHERE level = 'criterion' AND practice_id IN (SELECT id FROM piece)
        GROUP BY practice_id
    ) x ON x.practice_id = c.id
""".format(
    others=", ".join(
        f"max({name}) FILTER (WHERE node = '{criterion.id}') AS {criterion.id}_{name}"
        for criterion in current_framework().criteria
        if criterion.id not in HEADLINES
        for name in ("score", "coverage", "low", "high", "scored")
    ),
)

# Every published answer of the framework that counts, in its order, the one that counts first: what the screen shows.
_ANSWERS = """
    LEFT JOIN (
        SELECT
            o.*,
            coalesce(n.assessment_id = o.assessment_id, false) AS counts,
            coalesce(n.disagreement, false) AS disagreement
        FROM released_answer o
        LEFT JOIN counted_answer n ON n.practice_id = o.practice_id AND n.indicator_id = o.indicator_id
        WHERE o.practice_id IN (SELECT id FROM piece)
            AND o.framework_id = $framework AND o.framework_version = $framework_version
    ) a ON a.practice_id = c.id
    LEFT JOIN (
        SELECT
            unnest($indicators::TEXT[]) AS id, unnest($criteria::TEXT[]) AS criterion,
            unnest($questions::TEXT[]) AS question, unnest($labels::TEXT[]) AS label,
            unnest(range(len($indicators::TEXT[]))) AS position
    ) i ON i.id = a.indicator_id
"""


_CRITERIA = " JOIN practice_score s ON s.practice_id = c.id"
_SOURCES = f"""
    JOIN (
        SELECT *, {COPY_SQL} AS copy FROM (
        SELECT id AS practice_id, 'the record' AS supplies, source_url AS url, source_name AS remark, 1 AS kind
        FROM practice_card
        UNION ALL SELECT practice_id, field, url, remark, 2 FROM released_source
        UNION ALL SELECT id, 'answers', unnest(answer_sources), NULL, 3 FROM practice_card
        UNION ALL SELECT practice_id, 'results', source_url, source_publisher, 4 FROM released_result
        )
    ) s ON s.practice_id = c.id
"""
_RESULTS = """
    JOIN (
        SELECT *, list_position($designs::TEXT[], design) AS strength, list_extract($levels::INT[], strength) AS level
        FROM released_result
    ) r ON r.practice_id = c.id
"""


@dataclass(frozen=True)
class Piece:
    """Practices by their place in the view, from ``first`` to ``last``; the first of all is 1.

    ``cards`` are the places of the first and the last one's card in its table, where all between are theirs and stored
    in the view's order: nothing has to be sorted.
    """

    first: int
    last: int
    cards: tuple[int, int] | None = None


@dataclass(frozen=True)
class Table:
    """An exported table: its columns, what is joined to the selected cards, the order inside a practice."""

    columns: Callable[[bool], tuple[Column, ...]]
    join: str = ""
    order: str = ""


TABLES: dict[TableName, Table] = {
    "scores": Table(columns.practices),
    "everything": Table(columns.everything, _EVERYTHING),
    "answers": Table(
        lambda _: columns.ANSWERS,
        _ANSWERS,
        ", i.position, a.counts DESC, a.basis, a.assessment_id, a.indicator_id",
    ),
    "criteria": Table(
        lambda _: columns.SCORES, _CRITERIA, ", s.level, list_position($criteria::TEXT[], s.criterion_id), s.node"
    ),
    "sources": Table(lambda _: columns.SOURCES, _SOURCES, ", s.kind, s.supplies, s.url"),
    "results": Table(lambda _: columns.RESULTS, _RESULTS, ", r.main NULLS LAST, r.strength, r.id"),
}


def columns_of(view: View, name: TableName) -> tuple[Column, ...]:
    """Return the columns of a view's table."""
    return TABLES[name].columns(view.weights is not None)


def pieces(cursor: Cursor, view: View, name: TableName, stored: int = 5_000) -> Iterator[Piece]:
    """Yield the pieces in which a table is made, so that no answer is in memory whole; to be used while ``reading``.

    The first begins with place 1: with it the file's header and recipe are written. There is one also for no practices.
    ``stored``: how many practices are made at a time where none has to be sorted.
    """
    count = value_of(cursor, "SELECT count(*) FROM shown")
    size = _IN_A_PIECE.get(name, 10_000)
    if name == "scores" and view.weights is None and _as_stored(cursor):
        for start in range(1, count + 1, stored):
            last = min(count, start + stored - 1)
            yield Piece(start, last, _cards(cursor, start, last))
        return
    yield Piece(1, 1)
    for start in range(2, count + 1, size):
        yield Piece(start, start + size - 1)


def _as_stored(cursor: Cursor) -> bool:
    """Whether all practices there are are shown, in the order in which their cards are stored."""
    sql = """
        SELECT count(*) = (SELECT count(*) FROM practice_card) AND bool_and(coalesce(place > before, true))
        FROM (SELECT place, lag(place) OVER (ORDER BY stored) AS before FROM shown)
    """
    return bool(value_of(cursor, sql))


def _cards(cursor: Cursor, first: int, last: int) -> tuple[int, int]:
    """Return where the cards at two places are stored."""
    (low, high) = cursor.execute(
        "SELECT min(stored), max(stored) FROM shown WHERE place IN ($first, $last)", {"first": first, "last": last}
    ).fetchone() or (0, 0)
    return low, high


def query(view: View, name: TableName, cells: list[str], piece: Piece) -> str:
    """Return the query of a piece of a table with these cells; run it while ``reading``, with ``values``.

    What is stored in the view's order comes from one table without a join: for such a query DuckDB documents that it
    keeps the table's order (``preserve_insertion_order``).
    """
    table = TABLES[name]
    if piece.cards:
        return f"SELECT {', '.join(cells)} FROM practice_card c WHERE c.rowid BETWEEN $first AND $last"
    weighted = " LEFT JOIN weighted w ON w.practice_id = c.id" if view.weights is not None else ""
    return (
        "WITH piece AS (SELECT id, place FROM shown WHERE place BETWEEN $first AND $last) "
        f"SELECT {', '.join(cells)} FROM practice_card c JOIN piece ON piece.id = c.id{weighted}{table.join} "
        f"ORDER BY piece.place{table.order}"
    )


def first(name: TableName, piece: Piece) -> str:
    """Return the SQL that is true in the first row of a piece."""
    return "c.rowid = $first" if piece.cards else f"row_number() OVER (ORDER BY piece.place{TABLES[name].order}) = 1"


def values(cursor: Cursor, view: View, name: TableName, on: date, piece: Piece) -> dict[str, Any]:
    """Return the parameters of the query of a piece of a table."""
    framework = current_framework()
    walked = list(framework.walk())
    found: dict[str, Any] = dict(zip(("first", "last"), piece.cards or (piece.first, piece.last), strict=True))
    if name in ("scores", "everything", "answers"):
        found |= {
            "framework": framework.id,
            "framework_version": framework.version,
            "data_version": data_version(cursor).short,
            "exported_on": on,
            "licence": LICENCE,
            "base": view.base,
            "view_address": view.address,
        }
    if name == "answers":
        found |= {
            "indicators": [indicator.id for _, _, indicator in walked],
            "questions": [question.id for _, question, _ in walked],
            "labels": [indicator.label for _, _, indicator in walked],
        }
    if name == "sources":
        found["hosts"] = list(COPY_HOSTS)
    if name == "results":
        found |= {"designs": list(MARKS), "levels": list(MARKS.values())}
    if name in ("answers", "criteria"):
        found["criteria"] = [criterion.id for criterion, _, _ in walked]
    return found


def rows(
    cursor: Cursor, view: View, name: TableName, on: date, cell: Callable[[Column], str]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table, a batch at a time; ``cell`` says how a column is written."""
    cells = [cell(column) for column in columns_of(view, name)]
    for piece in pieces(cursor, view, name):
        cursor.execute(query(view, name, cells, piece), values(cursor, view, name, on, piece))
        while batch := cursor.fetchmany(_BATCH):
            yield from batch


def as_written(column: Column) -> str:
    """Return the SQL of a cell as it is written: lists joined, numbers rounded, flags as "yes" or "no"."""
    match column.kind:
        case "list" | "codes":
            return f"nullif(array_to_string({column.sql}, ';'), '')"
        case "urls":
            return f"nullif(array_to_string({column.sql}, ' '), '')"
        case "number":
            return f"round({column.sql}, 4)"
        case "flag":
            return f"CASE {column.sql} WHEN true THEN 'yes' WHEN false THEN 'no' END"
        case _:
            return column.sql


def as_object(column: Column) -> str:
    """Return the SQL of a cell for JSON: lists and truth values stay what they are, numbers are rounded."""
    return f"round({column.sql}, 4)" if column.kind == "number" else column.sql


def count_rows(cursor: Cursor, view: View, contents: Contents) -> int:
    """Return how many rows a file has: practices, or answers and a row for each practice without any."""
    if contents != "answers":
        return count_practices(cursor, view.chosen)
    opening, source = selection(view.sort)
    sql = (
        f"{opening} SELECT sum(greatest(coalesce(a.n, 0), 1))::BIGINT {source} LEFT JOIN ("
        "SELECT practice_id, count(*) AS n FROM released_answer "
        "WHERE framework_id = $framework AND framework_version = $framework_version "
        "GROUP BY practice_id) a ON a.practice_id = c.id"
    )
    of = dict(zip(("framework", "framework_version"), CURRENT, strict=True))
    return int(value_of(cursor, sql, parameters(view.chosen) | of) or 0)


def recipe_of(cursor: Cursor, view: View, contents: FileContents, format_: Format, on: date) -> Recipe:
    """Return the recipe of a view's file, without the digest."""
    names = practice_names(cursor) if view.chosen.practice else {}
    counts = read_counts(cursor, view.chosen)
    return recipe(
        view,
        data_version(cursor),
        contents,
        format_,
        counts=counts,
        rows=count_rows(cursor, view, contents) if contents == "answers" else counts.practices,
        on=on,
        names={id_: names[id_] for id_ in view.chosen.practice if id_ in names},
    )


@contextmanager
def reading(store: Store, view: View) -> Iterator[Cursor]:
    """Yield a cursor that sees one state of the data, so that a file and its recipe say the same.

    The table ``shown`` (id, place, stored: the card's place in its table) is there with what the view selects, in its
    order, and where the view has weights, the reader's composite as the table ``weighted``. Both end with the cursor.
    """
    with store.cursor() as cursor:
        cursor.begin()
        try:
            if view.weights is not None:
                cursor.register("weighted", composite_rows(cursor, view.chosen, view.weights, view.reading))
            opening, _ = selection(view.sort, view.weights is not None)
            cursor.execute(f"CREATE TEMP TABLE shown AS {opening} FROM places", parameters(view.chosen))
            yield cursor
        finally:
            cursor.rollback()
