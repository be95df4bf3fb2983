"""What is read of publications, organisations and links. A cursor in, plain data out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from practices_db.catalogue.library_filter import KnowledgeFilter, Shelf
from practices_db.catalogue.library_items import KINDS, ItemKind, vocabularies
from practices_db.catalogue.library_store import CURATED, NAMED
from practices_db.catalogue.vocabularies import vocabulary
from practices_db.database.store import Cursor
from practices_db.queries.full_text import Index

_SELECTED = """
    WITH
    chosen AS (SELECT unnest($facets::TEXT[]) AS facet, unnest($values::TEXT[]) AS value),
    needed AS (SELECT DISTINCT facet FROM chosen),
    hit AS (
        SELECT DISTINCT f.id, f.facet FROM knowledge_facet f
        JOIN chosen ON chosen.facet = f.facet AND chosen.value = f.value WHERE f.kind = $kind
    ),
    hits AS (SELECT id, count(*) AS n FROM hit GROUP BY id),
    passing AS (
        SELECT i.id, coalesce(hits.n, 0) AS hits
        FROM (SELECT DISTINCT id FROM knowledge_facet WHERE kind = $kind) i LEFT JOIN hits ON hits.id = i.id
        WHERE $found::TEXT[] IS NULL OR list_contains($found::TEXT[], i.id)
    ),
    selected AS (SELECT id FROM passing WHERE hits = (SELECT count(*) FROM needed))
"""
# The strongest first; a search puts the best hits first instead.
_FIND: dict[Shelf, str] = {
    "evidence": """
        SELECT c.*, a.alive_at, a.tried_at FROM evidence_card c SEMI JOIN selected ON selected.id = c.id
        LEFT JOIN address_check a ON a.url = c.url
        ORDER BY list_position($found::TEXT[], c.id), c.evidence_level DESC NULLS LAST, c.finding IS NULL,
            c.year DESC NULLS LAST, c.name_key, c.id
    """,
    "organisation": """
        SELECT c.*, a.alive_at, a.tried_at FROM organisation_card c SEMI JOIN selected ON selected.id = c.id
        LEFT JOIN address_check a ON a.url = c.url
        ORDER BY list_position($found::TEXT[], c.id), c.community_of_practice DESC NULLS LAST, c.name_key, c.id
    """,
}


def _parameters(chosen: KnowledgeFilter, found: Sequence[str] | None) -> dict[str, Any]:
    pairs = [(field, value) for field, values in chosen.chosen for value in values]
    return {
        "kind": chosen.shelf,
        "facets": [field for field, _ in pairs],
        "values": [value for _, value in pairs],
        "found": None if found is None else list(found),
    }


def searched(index: Index, chosen: KnowledgeFilter) -> list[str] | None:
    """Return the ids that the text of a filter finds, the best first; None where it has no text."""
    return index.find(chosen.text) if chosen.text else None


def find(cursor: Cursor, chosen: KnowledgeFilter, found: Sequence[str] | None) -> pd.DataFrame:
    """Return the selected cards of a shelf; ``found``: what the text of the filter finds (``searched``).

    Columns of evidence_card or organisation_card, and ``alive_at``, ``tried_at`` of its address.
    """
    return cursor.execute(_SELECTED + _FIND[chosen.shelf], _parameters(chosen, found)).df()


def facet_counts(cursor: Cursor, chosen: KnowledgeFilter, found: Sequence[str] | None) -> dict[str, dict[str, int]]:
    """Return for each facet and value how many there would be with it, under the other filters."""
    rows = cursor.execute(
        _SELECTED
        + """
        SELECT f.facet, f.value, count(*)
        FROM knowledge_facet f
        JOIN passing ON passing.id = f.id
        LEFT JOIN needed ON needed.facet = f.facet
        LEFT JOIN hit ON hit.id = f.id AND hit.facet = f.facet
        WHERE f.kind = $kind
            AND passing.hits - (hit.facet IS NOT NULL)::INT
                = (SELECT count(*) FROM needed) - (needed.facet IS NOT NULL)::INT
        GROUP BY f.facet, f.value
        """,
        _parameters(chosen, found),
    ).fetchall()
    counts: dict[str, dict[str, int]] = {facet.field: {} for facet in chosen.facets}
    for facet, value, count in rows:
        counts[facet][value] = count
    return counts


def texts(cursor: Cursor, shelf: Shelf) -> list[tuple[str, str, str]]:
    """Return (id, title, text) of everything on a shelf, with the words of its lists: what a search looks through."""
    names = {facet: vocabulary(facet) for facet in ("theme", "target_group", "area", "evidence_kind")}
    if shelf == "evidence":
        rows = cursor.execute(
            "SELECT id, title, concat_ws(' ', publisher, finding, summary, year), themes, target_groups, countries, "
            "[kind] FROM evidence_card ORDER BY id"
        ).fetchall()
    else:
        rows = cursor.execute(
            "SELECT id, name, joins, themes, [], countries, [] FROM organisation_card ORDER BY id"
        ).fetchall()
    return [
        (
            id_,
            title,
            " ".join(
                [
                    text or "",
                    *(names[of].get(value, value) for of, values in zip(names, lists, strict=True) for value in values),
                ]
            ),
        )
        for id_, title, text, *lists in rows
    ]


def links_of(cursor: Cursor, kind: str, ids: Sequence[str]) -> pd.DataFrame:
    """Return every link of some items of a kind, seen from them.

    Columns: ``id`` (the item), ``relation``, ``other_kind``, ``other_id``, ``other`` (its name), ``reason``,
    ``source_url``, ``judged`` (somebody read both ends; otherwise they share a name or an address).
    """
    return cursor.execute(
        f"""
        WITH seen AS (
            SELECT from_id AS id, relation, to_kind AS other_kind, to_id AS other_id, reason, source_url, judged
            FROM known_link WHERE from_kind = $kind AND list_contains($ids::TEXT[], from_id)
            UNION ALL
            SELECT to_id, relation, from_kind, from_id, reason, source_url, judged
            FROM known_link WHERE to_kind = $kind AND list_contains($ids::TEXT[], to_id)
        ),
        {NAMED}
        SELECT seen.*, named.name AS other
        FROM seen JOIN named ON named.kind = seen.other_kind AND named.id = seen.other_id
        ORDER BY list_position($ids::TEXT[], seen.id), seen.relation, named.name, seen.other_id
        """,
        {"kind": kind, "ids": list(ids)},
    ).df()


def research(  # noqa: PLR0913, PLR0917 - each narrows what bears on a subject
    cursor: Cursor,
    sectors: Sequence[str],
    target_groups: Sequence[str],
    countries: Sequence[str] = (),
    practice_id: str | None = None,
    each: int | None = None,
) -> pd.DataFrame:
    """Return the publications on a practice, and those that bear on sectors and target groups, strongest first.

    Studies of ``practice_id`` come first. Others share at least one sector and, where target groups are given, at least
    one of them: that is a match, not a statement of the publication about the practice. Columns of evidence_card,
    ``shared_sectors``, ``shared_groups``, ``same_country``, and ``reason``, how it is known to be about the practice
    (NULL where it only bears on it); ``of_kind``: how many there are about it, or only bearing on it, of which this is
    the ``nth``. Of those that only bear on it the first ``each`` are returned.
    """
    return cursor.execute(
        """
        WITH studied AS (
            SELECT from_id AS id, reason FROM known_link WHERE relation = 'studies' AND to_id = $practice
        ),
        seen AS (
            SELECT c.*, list_intersect(c.themes, $sectors::TEXT[]) AS shared_sectors,
                list_intersect(c.target_groups, $groups::TEXT[]) AS shared_groups,
                list_has_any(c.countries, $countries::TEXT[]) AS same_country, studied.reason
            FROM evidence_card c LEFT JOIN studied ON studied.id = c.id
        )
        SELECT *, count(*) OVER (PARTITION BY reason IS NULL) AS of_kind, row_number() OVER strongest AS nth FROM seen
        WHERE reason IS NOT NULL
            OR (len(shared_sectors) > 0 AND (len($groups::TEXT[]) = 0 OR len(shared_groups) > 0))
        WINDOW strongest AS (
            PARTITION BY reason IS NULL
            ORDER BY evidence_level DESC NULLS LAST, len(shared_sectors) + len(shared_groups) DESC, finding IS NULL,
                year DESC NULLS LAST, name_key, id
        )
        QUALIFY reason IS NOT NULL OR nth <= coalesce($each, of_kind)
        ORDER BY reason IS NULL, nth
        """,
        {
            "practice": practice_id,
            "sectors": list(sectors),
            "groups": list(target_groups),
            "countries": list(countries),
            "each": each,
        },
    ).df()


def bearing(cursor: Cursor, ids: Sequence[str]) -> dict[str, int]:
    """Return for some publications how many practices share a sector and a target group with each; none: left out."""
    rows = cursor.execute(
        """
        SELECT e.id, count(*) FROM evidence_card e, practice_card p
        WHERE list_contains($ids::TEXT[], e.id)
            AND list_has_any(e.themes, p.sectors) AND list_has_any(e.target_groups, p.target_groups)
        GROUP BY e.id
        """,
        {"ids": list(ids)},
    ).fetchall()
    return dict(rows)


def organisations_near(
    cursor: Cursor, themes: Sequence[str], countries: Sequence[str], but: Sequence[str] = (), each: int | None = None
) -> pd.DataFrame:
    """Return organisations that share a theme and a country, or are communities of practice across Europe on a theme.

    Columns of organisation_card, ``shared_themes``, ``same_country``. Those in the country first, then by themes; the
    first ``each`` of either.
    """
    return cursor.execute(
        """
        WITH seen AS (
            SELECT c.*, list_intersect(c.themes, $themes::TEXT[]) AS shared_themes,
                list_has_any(c.countries, $countries::TEXT[]) AS same_country
            FROM organisation_card c WHERE NOT list_contains($but::TEXT[], c.id)
        )
        SELECT *, row_number() OVER nearest AS nth FROM seen
        WHERE len(shared_themes) > 0
            AND (same_country OR (coalesce(community_of_practice, false) AND list_contains(countries, 'EU')))
        WINDOW nearest AS (
            PARTITION BY same_country ORDER BY len(shared_themes) DESC, joins IS NULL, name_key, id
        )
        QUALIFY nth <= coalesce($each, nth)
        ORDER BY same_country DESC, nth
        """,
        {"themes": list(themes), "countries": list(countries), "but": list(but), "each": each},
    ).df()


def names(cursor: Cursor, shelf: Shelf) -> dict[str, str]:
    """Return the name of everything on a shelf by id, in the order of the names."""
    sql = {
        "evidence": "SELECT id, title FROM evidence_card ORDER BY name_key, id",
        "organisation": "SELECT id, name FROM organisation_card ORDER BY name_key, id",
    }
    return dict(cursor.execute(sql[shelf]).fetchall())


def total(cursor: Cursor, shelf: Shelf) -> int:
    """Return how many there are on a shelf, as everybody sees it."""
    sql = {
        "evidence": "SELECT count(*) FROM evidence_card",
        "organisation": "SELECT count(*) FROM organisation_card",
    }
    row = cursor.execute(sql[shelf]).fetchone()
    return int(row[0]) if row else 0


def count_links(cursor: Cursor) -> int:
    """Return how many links there are."""
    row = cursor.execute("SELECT count(*) FROM known_link").fetchone()
    return int(row[0]) if row else 0


# --- integrity -------------------------------------------------------------------------------------------


def _stated(kind: ItemKind, column: str, name: str) -> str:
    """Return the query of what a kind states in a column of a vocabulary."""
    if name not in kind.lists.values() or not kind.in_rows:
        value = f'unnest("{column}")' if column in kind.lists else f'"{column}"'
        return (
            f"SELECT '{kind.item}' AS source, {kind.id_sql} AS id, '{name}' AS list, {value} AS value FROM {kind.item}"
        )
    return f"SELECT '{kind.item}_value', {kind.item}_id, list, value FROM {kind.item}_value WHERE list = '{name}'"


def _ends(kind: ItemKind) -> list[str]:
    """Return the queries of everything that a kind leads to, as curators have it and as everybody sees it."""
    if kind.item == "link":
        tables = (kind.item, kind.shown, "former_link")
        return [
            f"SELECT '{table}' AS source, {side}_kind AS kind, {side}_id AS id FROM {table}"
            for table in tables
            for side in ("from", "to")
        ]
    values = (
        [f"SELECT '{kind.item}_value', '{kind.item}', {kind.item}_id FROM {kind.item}_value"] if kind.in_rows else []
    )
    return [
        *(
            f"SELECT '{table}', '{end}', {column} FROM {table} WHERE {column} <> ''"
            for table in (kind.item, kind.shown)
            for column, end in kind.ends.items()
        ),
        *([f"SELECT 'derived tables', '{kind.item}', id FROM {kind.shown}"] if kind.in_rows else []),
        *values,
    ]


_STATED = " UNION ALL ".join(
    _stated(kind, column, name) for kind in KINDS.values() for column, name in vocabularies(kind.model).items()
)
_STATES = " UNION ALL ".join(
    f"SELECT '{kind.item}' AS source, {kind.id_sql} AS id, state, {'merged_into' if kind.name else 'NULL'} "
    f"AS merged_into, left_on, left_because FROM {kind.item}"
    for kind in KINDS.values()
)
_ENDS = " UNION ".join(
    sql for kind in sorted(KINDS.values(), key=lambda one: one.item != "link") for sql in _ends(kind)
)
_NOT_ONE = " UNION ALL ".join(
    f"SELECT '{kind.item}: {end} ' || {group} || ': ' || count(*) FILTER (WHERE \"{flag}\") "
    f"|| ' rows are marked {flag}, exactly one must be' FROM {table} GROUP BY {group} "
    f'HAVING count(*) FILTER (WHERE "{flag}") <> 1'
    for kind in KINDS.values()
    if kind.one
    for group, flag in [kind.one]
    for end in [kind.ends[group]]
    for table in [f"(FROM {kind.item} WHERE state = 'listed')"]
)
_PROBLEMS = f"""
    WITH listed AS ({_STATED}),
    states AS ({_STATES}),
    {CURATED},
    ends AS ({_ENDS} UNION SELECT 'derived tables', kind, id FROM knowledge_facet)
    SELECT source || ': leads to ' || kind || ' ' || id || ', which does not exist' AS problem
    FROM ends e WHERE NOT EXISTS (SELECT 1 FROM held h WHERE h.kind = e.kind AND h.id = e.id)
    UNION ALL
    SELECT source || ' ' || id || ': ' || value || ' is not in the list of ' || list
    FROM listed l WHERE value IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM (SELECT unnest($lists::TEXT[]) AS list, unnest($ids::TEXT[]) AS id) v
        WHERE v.list = l.list AND v.id = l.value
    )
    UNION ALL
    SELECT source || ' ' || id || ': its state is ' || coalesce(state, 'missing')
    FROM states WHERE state IS NULL OR state NOT IN ('listed', 'archived', 'merged')
    UNION ALL
    SELECT source || ' ' || id || ': does not say since when and why it is ' || state
    FROM states WHERE state IN ('archived', 'merged') AND (left_on IS NULL OR coalesce(trim(left_because), '') = '')
    UNION ALL
    SELECT source || ' ' || id || ': is listed, but says since when or into what it left'
    FROM states WHERE state = 'listed' AND (left_on IS NOT NULL OR merged_into IS NOT NULL)
    UNION ALL
    SELECT source || ' ' || id || ': was merged into ' || coalesce(merged_into, 'nothing') || ', which does not exist'
    FROM states s WHERE state = 'merged' AND NOT EXISTS (
        SELECT 1 FROM held h WHERE h.kind = s.source AND h.id = s.merged_into AND h.id <> s.id
    )
    UNION ALL
    -- single rows may wait for the next release; that none is there means that nothing was made
    SELECT DISTINCT source || ': the derived tables are empty; build the database anew' FROM states
    WHERE state = 'listed' AND (
        (source = 'evidence' AND NOT EXISTS (SELECT 1 FROM evidence_card))
        OR (source = 'organisation' AND NOT EXISTS (SELECT 1 FROM organisation_card))
    )
    UNION ALL
    SELECT 'link: the derived tables are empty; build the database anew'
    WHERE NOT EXISTS (SELECT 1 FROM known_link) AND EXISTS (
        SELECT 1 FROM link l
        JOIN held f ON f.kind = l.from_kind AND f.id = l.from_id AND f.state = 'listed'
        JOIN held t ON t.kind = l.to_kind AND t.id = l.to_id AND t.state = 'listed'
        WHERE l.state = 'listed'
    )
    UNION ALL
    {_NOT_ONE}
    ORDER BY problem
"""
_LISTS = sorted({name for kind in KINDS.values() for name in vocabularies(kind.model).values()})


def integrity_problems(cursor: Cursor) -> list[str]:
    """Return what foreign keys and lists would forbid, a line each: above all links that lead nowhere."""
    pairs = [(name, id_) for name in _LISTS for id_ in vocabulary(name)]
    rows = cursor.execute(_PROBLEMS, {"lists": [name for name, _ in pairs], "ids": [id_ for _, id_ in pairs]})
    return [problem for (problem,) in rows.fetchall()]
