"""What is read of publications, organisations and links. A cursor in, plain data out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from practices_db import frames as pd
from practices_db.catalogue.library_filter import Kind, LibraryFilter
from practices_db.catalogue.library_items import KINDS
from practices_db.catalogue.library_store import NAMED
from practices_db.catalogue.vocabularies import NOT_STATED, vocabulary
from practices_db.database.store import Cursor, value_of
from practices_db.queries.full_text import Index

# What is said of a publication at once: type of measure, outcome and direction are those of one finding. A type on
# which it found nothing stands by itself; what has no finding at all states neither outcome nor direction.
_PARTS = """
    WITH
    part AS (
        SELECT c.id, coalesce(s.measure_type, $not_stated) AS measure_type,
            CASE WHEN found.id IS NULL THEN $not_stated ELSE s.outcome END AS outcome,
            CASE WHEN found.id IS NULL THEN $not_stated ELSE s.direction END AS finding_direction
        FROM evidence_card c
        LEFT JOIN (
            SELECT publication_id AS id, measure_type, outcome, direction FROM released_finding
            UNION ALL SELECT publication_id, measure_type, NULL, NULL
                FROM released_publication_type ANTI JOIN released_finding USING (publication_id, measure_type)
        ) s ON s.id = c.id
        LEFT JOIN (SELECT DISTINCT publication_id AS id FROM released_finding) found ON found.id = c.id
    ),
    fitting AS (
        SELECT *,
            len($measure_type::TEXT[]) = 0 OR coalesce(list_contains($measure_type::TEXT[], measure_type), false)
                AS of_type,
            len($outcome::TEXT[]) = 0 OR coalesce(list_contains($outcome::TEXT[], outcome), false) AS of_outcome,
            len($finding_direction::TEXT[]) = 0
                OR coalesce(list_contains($finding_direction::TEXT[], finding_direction), false) AS of_direction
        FROM part
    ),
    of_one AS (SELECT DISTINCT id FROM fitting WHERE of_type AND of_outcome AND of_direction),
"""
_OF_ONE_FINDING = ("measure_type", "outcome", "finding_direction")
_SELECTED = """
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
    selected AS (
        SELECT id FROM passing WHERE hits = (SELECT count(*) FROM needed) {of_one}
    )
"""
_SELECT: dict[Kind, str] = {
    "evidence": _PARTS + _SELECTED.format(of_one="AND id IN (SELECT id FROM of_one)"),
    "organisation": "WITH" + _SELECTED.format(of_one=""),
}
_COUNTS = """
    SELECT f.facet, f.value, count(*)
    FROM knowledge_facet f
    JOIN passing ON passing.id = f.id
    LEFT JOIN needed ON needed.facet = f.facet
    LEFT JOIN hit ON hit.id = f.id AND hit.facet = f.facet
    WHERE f.kind = $kind {of_one}
        AND passing.hits - (hit.facet IS NOT NULL)::INT
            = (SELECT count(*) FROM needed) - (needed.facet IS NOT NULL)::INT
    GROUP BY f.facet, f.value
"""
# Of a facet of findings: how many with a finding of this value that fits what is chosen in the two others.
_COUNTS_OF_FINDINGS = "".join(
    f"""
    UNION ALL SELECT '{facet}', {facet}, count(DISTINCT id)
    FROM fitting SEMI JOIN (FROM passing WHERE hits = (SELECT count(*) FROM needed)) p USING (id)
    WHERE {facet} IS NOT NULL AND {others} GROUP BY ALL
    """
    for facet, others in zip(
        _OF_ONE_FINDING,
        ("of_outcome AND of_direction", "of_type AND of_direction", "of_type AND of_outcome"),
        strict=True,
    )
)
_COUNT: dict[Kind, str] = {
    "evidence": _COUNTS.format(of_one=f"AND f.facet NOT IN {_OF_ONE_FINDING} AND f.id IN (SELECT id FROM of_one)")
    + _COUNTS_OF_FINDINGS,
    "organisation": _COUNTS.format(of_one=""),
}
# The best fit first: the best hits of a search, then those that have most of the values asked for; then the strongest.
_FIND: dict[Kind, str] = {
    "evidence": """
        SELECT c.*, a.alive_at, a.tried_at FROM evidence_card c SEMI JOIN selected ON selected.id = c.id
        LEFT JOIN address_check a ON a.url = c.url
        LEFT JOIN (
            SELECT f.id, count(*) AS values FROM knowledge_facet f
            JOIN chosen ON chosen.facet = f.facet AND chosen.value = f.value WHERE f.kind = $kind GROUP BY f.id
        ) fit ON fit.id = c.id
        ORDER BY list_position($found::TEXT[], c.id), fit.values DESC NULLS LAST, c.evidence_level DESC NULLS LAST,
            c.finding IS NULL, c.year DESC NULLS LAST, c.name_key, c.id
    """,
    "organisation": """
        SELECT c.*, a.alive_at, a.tried_at FROM organisation_card c SEMI JOIN selected ON selected.id = c.id
        LEFT JOIN address_check a ON a.url = c.url
        ORDER BY list_position($found::TEXT[], c.id), c.community_of_practice DESC NULLS LAST, c.name_key, c.id
    """,
}


def _parameters(chosen: LibraryFilter, found: Sequence[str] | None) -> dict[str, Any]:
    together = _OF_ONE_FINDING if chosen.kind == "evidence" else ()
    pairs = [
        (facet.field, value)
        for facet in chosen.facets
        if facet.field not in together
        for value in chosen.chosen(facet.field)
    ]
    of_one: dict[str, Any] = {field: list(chosen.chosen(field)) for field in together}
    if together:
        of_one["not_stated"] = NOT_STATED
    return of_one | {
        "kind": chosen.kind,
        "facets": [field for field, _ in pairs],
        "values": [value for _, value in pairs],
        "found": None if found is None else list(found),
    }


def searched(index: Index, chosen: LibraryFilter) -> list[str] | None:
    """Return the ids that the text of a filter finds, the best first; None where it has no text."""
    return index.find(chosen.text) if chosen.words else None


def find(cursor: Cursor, chosen: LibraryFilter, found: Sequence[str] | None) -> pd.DataFrame:
    """Return the selected cards; ``found``: what the text of the filter finds (``searched``).

    Columns of evidence_card or organisation_card, and ``alive_at``, ``tried_at`` of its address.
    """
    return cursor.execute(_SELECT[chosen.kind] + _FIND[chosen.kind], _parameters(chosen, found)).df()


def publications(cursor: Cursor, ids: Sequence[str]) -> pd.DataFrame:
    """Return the cards of some publications; one that is not in the library is left out. Columns of evidence_card."""
    sql = "SELECT * FROM evidence_card WHERE list_contains($ids::TEXT[], id) ORDER BY name_key, id"
    return cursor.execute(sql, {"ids": list(ids)}).df()


def facet_counts(cursor: Cursor, chosen: LibraryFilter, found: Sequence[str] | None) -> dict[str, dict[str, int]]:
    """Return for each facet and value how many there would be with it, under the other filters."""
    rows = cursor.execute(_SELECT[chosen.kind] + _COUNT[chosen.kind], _parameters(chosen, found)).fetchall()
    counts: dict[str, dict[str, int]] = {facet.field: {} for facet in chosen.facets}
    for facet, value, count in rows:
        counts[facet][value] = count
    return counts


def texts(cursor: Cursor, kind: Kind) -> list[tuple[str, str, str]]:
    """Return (id, title, text) of everything on a kind, with the words of its lists: what a search looks through."""
    names = {facet: vocabulary(facet) for facet in ("theme", "target_group", "area", "evidence_kind")}
    if kind == "evidence":
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


def research(  # noqa: PLR0913, PLR0917 - each narrows what is on a subject
    cursor: Cursor,
    sectors: Sequence[str],
    target_groups: Sequence[str],
    countries: Sequence[str] = (),
    practice_id: str | None = None,
    each: int | None = None,
) -> pd.DataFrame:
    """Return the publications on a practice, and those on the same sectors and target groups, strongest first.

    Studies of ``practice_id`` come first. Others share at least one sector and, where target groups are given, at least
    one of them: that is a match, not a statement of the publication about the practice. Columns of evidence_card,
    ``shared_sectors``, ``shared_groups``, ``same_country``, and ``reason``, how it is known to be about the practice
    (NULL where it is only on the same); ``of_kind``: how many there are about it, or only on the same, of which this is
    the ``nth``. Of those that are only on the same the first ``each`` are returned.
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


def names(cursor: Cursor, kind: Kind) -> dict[str, str]:
    """Return the name of everything on a kind by id, in the order of the names."""
    of = KINDS[kind]
    return dict(cursor.execute(f"SELECT id, {of.name} FROM {of.shown} ORDER BY name_key, id").fetchall())


def total(cursor: Cursor, kind: Kind) -> int:
    """Return how many there are on a kind, as everybody sees it."""
    return int(value_of(cursor, f"SELECT count(*) FROM {KINDS[kind].shown}"))
