"""Does everything in a database hang together? What foreign keys and lists would forbid, and how much there is."""

from __future__ import annotations

from dataclasses import dataclass

from criteria.framework import current_framework, published_frameworks
from practices_db.catalogue.contradictions import RULES
from practices_db.catalogue.library_items import KINDS, ItemKind, vocabularies
from practices_db.catalogue.library_store import CURATED
from practices_db.catalogue.practice_fields import FIELDS, SEVERAL
from practices_db.catalogue.texts import counted
from practices_db.catalogue.vocabularies import vocabulary
from practices_db.database.store import Cursor
from practices_db.queries.practices import NotCounted, not_counted

_LISTED = " UNION ALL ".join(
    f"SELECT '{field.table}' AS source, practice_id, '{field.vocabulary}' AS list, {field.value} AS value "
    f"FROM {field.table}"
    if field.table
    else f"SELECT 'practice' AS source, id AS practice_id, '{field.vocabulary}' AS list, {field.column} AS value "
    f"FROM practice WHERE {field.column} IS NOT NULL"
    for field in FIELDS
    if field.kind in ("code", "codes")
)
_TABLES = " UNION ".join(f"SELECT '{field.table}' AS source, practice_id FROM {field.table}" for field in SEVERAL)
_OF_PRACTICES = f"""
    WITH listed AS ({_LISTED}),
    belonging AS (
        SELECT source, practice_id FROM listed UNION {_TABLES}
        UNION SELECT 'practice_source', practice_id FROM practice_source
        UNION SELECT 'assessment ' || id, practice_id FROM assessment
        UNION SELECT 'statement', practice_id FROM statement
        UNION SELECT 'settlement', practice_id FROM settlement
        UNION SELECT 'submission ' || id, practice_id FROM submission WHERE practice_id IS NOT NULL
    )
    SELECT source || ': practice ' || practice_id || ' does not exist' AS problem
    FROM belonging b WHERE NOT EXISTS (SELECT 1 FROM practice p WHERE p.id = b.practice_id)
    UNION ALL
    SELECT source || ': practice ' || practice_id || ': ' || value || ' is not in the list of ' || list
    FROM listed l WHERE NOT EXISTS (
        SELECT 1 FROM (SELECT unnest($lists::TEXT[]) AS list, unnest($ids::TEXT[]) AS id) v
        WHERE v.list = l.list AND v.id = l.value
    )
    UNION ALL
    SELECT 'answer: assessment ' || assessment_id || ' does not exist'
    FROM answer a WHERE NOT EXISTS (SELECT 1 FROM assessment s WHERE s.id = a.assessment_id)
    UNION ALL
    SELECT 'assessment ' || id || ': framework ' || framework_id || ' ' || framework_version || ' is not published'
    FROM assessment WHERE NOT list_contains($frameworks::TEXT[], framework_id || ' ' || framework_version)
    UNION ALL
    SELECT 'answer: assessment ' || s.id || ': indicator ' || a.indicator_id || ' is not in its framework'
    FROM answer a JOIN assessment s ON s.id = a.assessment_id
    WHERE NOT list_contains(
        $indicators::TEXT[], s.framework_id || ' ' || s.framework_version || ' ' || a.indicator_id
    )
    UNION ALL
    SELECT 'practice ' || id || ': the derived tables do not know it; build the database anew'
    FROM released_practice p WHERE NOT EXISTS (SELECT 1 FROM practice_card c WHERE c.id = p.id)
    UNION ALL
    SELECT 'derived tables: practice ' || id || ' does not exist; build the database anew'
    FROM practice_card c WHERE NOT EXISTS (SELECT 1 FROM released_practice p WHERE p.id = c.id)
    UNION ALL
    SELECT DISTINCT 'practice ' || a.practice_id || ': published answers are not scored; build the database anew'
    FROM released_answer a
    WHERE a.framework_id = $framework AND a.framework_version = $version AND a.basis <> 'tick-list'
        AND NOT EXISTS (SELECT 1 FROM practice_score x WHERE x.practice_id = a.practice_id)
    UNION ALL
    SELECT 'released: practice ' || r.practice_id || ' does not exist; build the database anew' FROM (
        SELECT practice_id FROM released_source UNION SELECT practice_id FROM released_answer
        UNION SELECT practice_id FROM released_statement
        UNION SELECT practice_id FROM released_former WHERE practice_id IS NOT NULL
    ) r WHERE NOT EXISTS (SELECT 1 FROM released_practice p WHERE p.id = r.practice_id)
    UNION ALL
    SELECT 'practice ' || id || ': its state is ' || coalesce(state, 'missing')
    FROM practice WHERE state IS NULL OR state NOT IN ('listed', 'archived', 'merged')
    UNION ALL
    SELECT 'practice ' || id || ': does not say since when and why it is ' || state
    FROM practice WHERE state IN ('archived', 'merged') AND (left_on IS NULL OR left_because IS NULL)
    UNION ALL
    SELECT 'practice ' || id || ': was merged into ' || coalesce(merged_into, 'nothing') || ', which does not exist'
    FROM practice p WHERE state = 'merged' AND NOT EXISTS (SELECT 1 FROM practice k WHERE k.id = p.merged_into)
    UNION ALL
    SELECT 'settlement: practice ' || t.practice_id || ': assessment ' || t.assessment_id || ' has no answer to '
        || t.indicator_id
    FROM settlement t WHERE NOT EXISTS (
        SELECT 1 FROM answer a JOIN assessment s ON s.id = a.assessment_id
        WHERE a.assessment_id = t.assessment_id AND a.indicator_id = t.indicator_id AND s.practice_id = t.practice_id
    )
    UNION ALL
    SELECT 'assessment ' || id || ': submission ' || submission_id || ' does not exist'
    FROM assessment s WHERE submission_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM submission b WHERE b.id = s.submission_id)
    UNION ALL
    SELECT 'submission ' || id || ': is withdrawn, but its content is still there'
    FROM submission WHERE status = 'withdrawn' AND (payload IS NOT NULL OR contact IS NOT NULL)
    UNION ALL
    SELECT 'data_version: there is none' WHERE NOT EXISTS (SELECT 1 FROM data_version)
    ORDER BY problem
"""
_PRACTICE_LISTS = tuple({field.vocabulary for field in FIELDS if field.kind in ("code", "codes")})


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
# What is listed and belongs to something else: what is merged hands all of it over.
_HELD_BY = " UNION ALL ".join(
    f"SELECT '{kind.item}' AS source, {kind.id_sql} AS called, '{end}' AS kind, {column} AS id "
    f"FROM {kind.item} WHERE state = 'listed'"
    for kind in KINDS.values()
    for column, end in kind.ends.items()
) + "".join(
    f" UNION ALL SELECT 'link', {KINDS['link'].id_sql}, {side}_kind, {side}_id FROM link WHERE state = 'listed'"
    for side in ("from", "to")
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
_OF_LIBRARY = f"""
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
    SELECT h.source || ' ' || h.called || ': belongs to ' || h.kind || ' ' || h.id || ', which was merged into another '
        || 'one; nobody sees it'
    FROM ({_HELD_BY}) h JOIN held k ON k.kind = h.kind AND k.id = h.id WHERE k.state = 'merged'
    UNION ALL
    {_NOT_ONE}
    ORDER BY problem
"""
_LIBRARY_LISTS = tuple(sorted({name for kind in KINDS.values() for name in vocabularies(kind.model).values()}))


def integrity_problems(cursor: Cursor) -> list[str]:
    """Return what foreign keys and lists would forbid, a line each; nothing in a sound database."""
    frameworks = {" ".join(key): framework for key, framework in published_frameworks().items()}
    current = current_framework()
    known = {
        "frameworks": list(frameworks),
        "indicators": [f"{key} {one.id}" for key, framework in frameworks.items() for one in framework.indicators],
        "framework": current.id,
        "version": current.version,
    }
    of_practices = cursor.execute(_OF_PRACTICES, _listed(_PRACTICE_LISTS) | known).fetchall()
    of_library = cursor.execute(_OF_LIBRARY, _listed(_LIBRARY_LISTS)).fetchall()
    return [problem for (problem,) in of_practices] + _contradictions(cursor) + [problem for (problem,) in of_library]


def _contradictions(cursor: Cursor) -> list[str]:
    """Return where a released fact and the answer that counts say opposite things."""
    rows = cursor.execute(
        """
        SELECT p.id, c.indicator_id, c.answer, c.assessment_id, p.evaluation_documented, p.transferred_elsewhere
        FROM counted_answer c JOIN released_practice p ON p.id = c.practice_id
        WHERE list_contains($indicators::TEXT[], c.indicator_id) ORDER BY ALL
        """,
        {"indicators": [rule.indicator_id for rule in RULES]},
    ).fetchall()
    return [
        f"practice {id_}: {rule.fact} {words} in assessment {assessment}"
        for id_, indicator, answer, assessment, *stated in rows
        for rule, fact in zip(RULES, stated, strict=True)
        if rule.indicator_id == indicator and (words := rule.words(fact, answer))
    ]


def _listed(names: tuple[str, ...]) -> dict[str, object]:
    pairs = [(name, id_) for name in names for id_ in vocabulary(name)]
    return {"lists": [name for name, _ in pairs], "ids": [id_ for _, id_ in pairs]}


@dataclass(frozen=True)
class Contents:
    """How many rows of each kind a database holds, released or not."""

    practices: int
    countries: int
    assessments: int
    answers: int
    evidence: int
    organisations: int
    links: int
    results: int
    findings: int
    not_counted: tuple[NotCounted, ...]

    def __str__(self) -> str:
        called = {"evidence": ("publication",), "countries": ("country", "countries")}
        counts = ((name, many) for name, many in vars(self).items() if name != "not_counted")
        return ", ".join(counted(many, *called.get(name, (name.removesuffix("s"),))) for name, many in counts)


def contents(cursor: Cursor) -> Contents:
    """Count what a database holds."""
    row = cursor.execute(
        """
        SELECT
            (SELECT count(*) FROM practice) AS practices,
            (SELECT count(DISTINCT country) FROM practice_country) AS countries,
            (SELECT count(*) FROM assessment) AS assessments,
            (SELECT count(*) FROM answer) AS answers,
            (SELECT count(*) FROM evidence) AS evidence,
            (SELECT count(*) FROM organisation) AS organisations,
            (SELECT count(*) FROM known_link) AS links,
            (SELECT count(*) FROM result) AS results,
            (SELECT count(*) FROM finding) AS findings
        """
    ).fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM always returns one row
    return Contents(*(*row, not_counted(cursor)))
