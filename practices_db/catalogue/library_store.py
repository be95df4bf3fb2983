"""Write what curators hold beside practices, and make what is derived from it. In the caller's transaction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from practices_db.catalogue.addresses import COPY_HOSTS, COPY_SQL
from practices_db.catalogue.library_items import KINDS, PLAIN, Item, ItemKind
from practices_db.catalogue.plain_text import normalise
from practices_db.catalogue.practice_rows import CatalogueRow, columns
from practices_db.catalogue.read_files import Catalogue
from practices_db.catalogue.vocabularies import NOT_STATED
from practices_db.database.store import Cursor, over_rows

# What everything that something may lead to is called, as everybody sees it.
NAMED = """
    named AS (
        SELECT 'practice' AS kind, id, name FROM released_practice
        UNION ALL SELECT 'evidence', id, title FROM evidence_card
        UNION ALL SELECT 'organisation', id, name FROM organisation_card
    )
"""
# The same as curators have it, released or not, with its state.
CURATED = """
    held AS (
        SELECT 'practice' AS kind, id, name, state FROM practice
        UNION ALL SELECT 'evidence', id, title, state FROM evidence
        UNION ALL SELECT 'organisation', id, name, state FROM organisation
    )
"""
# The keys of this table are the only names that get into the SQL.
_INSERT = {
    table: f"INSERT INTO {table} BY NAME SELECT * FROM new_rows"
    for table in (
        *KINDS,
        *(f"{kind.item}_value" for kind in KINDS.values() if kind.in_rows),
        "address_check",
    )
} | {
    "known_link": """
        INSERT OR IGNORE INTO known_link BY NAME
        SELECT * FROM new_rows ANTI JOIN former_link USING (from_kind, from_id, relation, to_kind, to_id)
    """,
}


def _update_sql(kind: ItemKind) -> str:
    """Return the statement that gives rows other facts and the next version."""
    facts = [name for name in columns(kind.model) if name not in kind.key and name not in _in_rows(kind)]
    given = ", ".join([*(f'"{name}" = n."{name}"' for name in facts), f"version = {kind.item}.version + 1"])
    same = " AND ".join(f"{kind.item}.{name} = n.{name}" for name in kind.key)
    return f"UPDATE {kind.item} SET {given} FROM new_rows n WHERE {same}"


def _in_rows(kind: ItemKind) -> set[str]:
    """Return the columns of the file that are no columns of the table."""
    return set(kind.lists) if kind.in_rows else set()


def _held(kind: ItemKind) -> str:
    """Return the query of one kind; its lists are joined: to plan a subquery for each takes four times as long."""
    item = kind.item
    if not kind.in_rows:
        return f"SELECT *, NULL AS merged_into FROM {item}"
    lists = (f"list(value ORDER BY position) FILTER (list = '{of}') AS {name}" for name, of in kind.lists.items())
    return f"""
        SELECT one.*, {", ".join(f"coalesce(several.{name}, []) AS {name}" for name in kind.lists)} FROM {item} one
        LEFT JOIN (SELECT {item}_id, {", ".join(lists)} FROM {item}_value GROUP BY ALL) several
            ON several.{item}_id = one.id
    """


_UPDATE: dict[Item, str] = {item: _update_sql(kind) for item, kind in KINDS.items()}
# Everything that curators have, with the columns of its file and those of an editable row.
HELD: dict[Item, str] = {item: _held(kind) for item, kind in KINDS.items()}


def insert_rows(cursor: Cursor, table: str, rows: Iterable[Mapping[str, object]]) -> None:
    """Add rows to one of the tables of this module."""
    over_rows(cursor, _INSERT[table], rows)


def insert(cursor: Cursor, item: Item, rows: Sequence[CatalogueRow]) -> None:
    """Add things of a kind that are not there yet."""
    kind = KINDS[item]
    insert_rows(cursor, item, map(facts_of, rows) if not kind.in_rows else _without_lists(kind, rows))
    if kind.in_rows:
        insert_rows(cursor, f"{item}_value", _values(kind, rows))


def update(cursor: Cursor, item: Item, rows: Sequence[CatalogueRow]) -> None:
    """Give things that are there other facts; each is one version later then."""
    kind = KINDS[item]
    over_rows(cursor, _UPDATE[item], map(facts_of, rows) if not kind.in_rows else _without_lists(kind, rows))
    if kind.in_rows:
        cursor.execute(
            f"DELETE FROM {item}_value WHERE {item}_id IN (SELECT unnest($ids::TEXT[]))",
            {"ids": [kind.id_of(vars(row)) for row in rows]},
        )
        insert_rows(cursor, f"{item}_value", _values(kind, rows))


def facts_of(row: CatalogueRow) -> dict[str, Any]:
    """Return a row as its table holds it: several values as a list."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row.model_dump().items()}


def _without_lists(kind: ItemKind, rows: Iterable[CatalogueRow]) -> Iterator[dict[str, Any]]:
    return (row.model_dump(exclude=set(kind.lists)) for row in rows)


def insert_library(cursor: Cursor, catalogue: Catalogue) -> None:
    """Add what a catalogue says beside practices and answers; the derived tables are made by rebuild."""
    for item, rows in catalogue.items.items():
        insert(cursor, item, rows)
    insert_rows(cursor, "link", (row.model_dump() | {"state": "archived"} for row in catalogue.former_links))


def fill_all(cursor: Cursor, catalogue: Catalogue) -> None:
    """Bring all that a database from before the library lacks; what leads to no practice of it is left out."""
    for item, rows in catalogue.items.items():
        insert(cursor, item, list(_that_lead_somewhere(cursor, item, rows)))
    rebuild(cursor)


def fill_results_and_types(cursor: Cursor, catalogue: Catalogue) -> None:
    """Bring results, types and findings with the publications they rest on, where these are missing.

    What leads to no practice of this database is left out. ``release_plain`` comes next.
    """
    used = {
        id_
        for kind in PLAIN
        for row in catalogue.items.get(kind.item, ())
        for end, id_ in kind.ends_of(vars(row)).values()
        if end == "evidence"
    }
    used -= {id_ for (id_,) in cursor.execute("SELECT id FROM evidence").fetchall()}
    insert(cursor, "evidence", [row for row in catalogue.items["evidence"] if vars(row)["id"] in used])
    _make_card(cursor, KINDS["evidence"], sorted(used))
    for kind in PLAIN:
        insert(cursor, kind.item, list(_that_lead_somewhere(cursor, kind.item, catalogue.items.get(kind.item, ()))))


def release_plain(cursor: Cursor) -> None:
    """Release what is shown as it is (PLAIN), and make facets anew."""
    for kind in PLAIN:
        release(cursor, kind.item)
    _derive_from_cards(cursor)


def forget_links_without_end(cursor: Cursor) -> None:
    """Forget released links of which an end is not public any more."""
    cursor.execute(
        f"""
        DELETE FROM known_link k WHERE NOT EXISTS (
            WITH {NAMED} SELECT 1 FROM named f, named t WHERE f.kind = k.from_kind AND f.id = k.from_id
                AND t.kind = k.to_kind AND t.id = k.to_id
        )
        """
    )


def _that_lead_somewhere(cursor: Cursor, item: Item, rows: Iterable[CatalogueRow]) -> Iterator[CatalogueRow]:
    held = set(cursor.execute(f"WITH {CURATED} SELECT kind, id FROM held").fetchall())
    return (row for row in rows if held.issuperset(KINDS[item].ends_of(vars(row)).values()))


def _values(kind: ItemKind, rows: Sequence[CatalogueRow]) -> Iterator[dict[str, object]]:
    for row in rows:
        for field, name in kind.lists.items():
            for position, value in enumerate(getattr(row, field), start=1):
                yield {
                    f"{kind.item}_id": kind.id_of(vars(row)),
                    "list": name,
                    "value": value,
                    "position": position,
                }


# --- derived ---------------------------------------------------------------------------------------------

_CARD = """
    INSERT INTO {item}_card BY NAME
    SELECT one.* EXCLUDE (version, state, merged_into, left_on, left_because),
        lower(strip_accents(one.{name})) AS name_key
    FROM ({held}) one WHERE one.state = 'listed' AND ($only::TEXT[] IS NULL OR list_contains($only::TEXT[], one.id))
"""
# What is released of the other kinds: what is listed and leads only to what everybody sees.
_RELEASE = f"""
    INSERT INTO {{shown}} BY NAME
    WITH {NAMED}
    SELECT {{columns}} FROM {{item}} one WHERE one.state = 'listed' {{ends}}
"""
_END_IS_PUBLIC = """
    AND (one.{column} = '' OR EXISTS (SELECT 1 FROM named n WHERE n.kind = '{kind}' AND n.id = one.{column}))
"""
# Where to get a publication is offered where its own page was found: not a copy that somebody keeps, not an address
# that was put together from one.
_OFFERED = f"""
    UPDATE evidence_card SET offered = url_seen <> 'derived' AND NOT coalesce(url_is_copy, false) AND NOT {COPY_SQL}
"""
# Type of measure, outcome and direction are not among them: a finding says all three at once (queries.library).
_FACETS = """
    INSERT INTO knowledge_facet BY NAME
    WITH lists AS (
        SELECT 'evidence' AS kind, 'theme' AS facet, id, themes AS stated FROM evidence_card
        UNION ALL SELECT 'evidence', 'target_group', id, target_groups FROM evidence_card
        UNION ALL SELECT 'evidence', 'area', id, countries FROM evidence_card
        UNION ALL SELECT 'evidence', 'language', id, languages FROM evidence_card
        UNION ALL SELECT 'evidence', 'evidence_kind', id, [kind] FROM evidence_card
        UNION ALL SELECT 'evidence', 'study_strength', id,
            CASE WHEN evidence_level IS NULL THEN [] ELSE [evidence_level::TEXT] END FROM evidence_card
        UNION ALL SELECT 'evidence', 'evidence_period', id, CASE
            WHEN year IS NULL THEN [] WHEN year >= 2021 THEN ['since-2021'] WHEN year >= 2016 THEN ['2016-2020']
            WHEN year >= 2011 THEN ['2011-2015'] ELSE ['until-2010'] END FROM evidence_card
        UNION ALL SELECT 'organisation', 'theme', id, themes FROM organisation_card
        UNION ALL SELECT 'organisation', 'area', id, countries FROM organisation_card
        UNION ALL SELECT 'organisation', 'governance_level', id, levels FROM organisation_card
        UNION ALL SELECT 'organisation', 'organisation_kind', id, [kind] FROM organisation_card
        UNION ALL SELECT 'organisation', 'joining', id, [CASE
            WHEN community_of_practice AND joins IS NOT NULL THEN 'joins' WHEN community_of_practice THEN 'community'
            ELSE 'other' END] FROM organisation_card
    )
    SELECT kind, facet, id,
        unnest(CASE WHEN coalesce(len(stated), 0) = 0 THEN [$not_stated] ELSE stated END) AS value
    FROM lists
"""

# A judged link comes first: what somebody wrote about it is kept where a rule would find the same.
_BOTH_ENDS_PUBLIC = f"""
    WITH {NAMED}
    SELECT l.* EXCLUDE (version) FROM link l
    SEMI JOIN named f ON f.kind = l.from_kind AND f.id = l.from_id
    SEMI JOIN named t ON t.kind = l.to_kind AND t.id = l.to_id
"""
_LINKS = f"""
    INSERT INTO known_link BY NAME
    SELECT * EXCLUDE (state, left_on, left_because), true AS judged FROM ({_BOTH_ENDS_PUBLIC}) WHERE state = 'listed'
"""
_FORMER_LINKS = f"""
    INSERT INTO former_link BY NAME SELECT * EXCLUDE (state) FROM ({_BOTH_ENDS_PUBLIC}) WHERE state = 'archived'
"""

# Pages of a practice: of its record, of single facts, of the answers to it.
_PAGES = """
    SELECT id, source_url, 'the record of the practice was taken from this page' FROM practice_card
    UNION SELECT a.practice_id, a.source_url, 'the assessment of the practice rests on this page'
        FROM released_answer a SEMI JOIN practice_card c ON c.id = a.practice_id WHERE a.source_url IS NOT NULL
    UNION SELECT practice_id, source_url, 'a result of the practice was taken from this page' FROM released_result
    UNION SELECT s.practice_id, s.url, 'a fact of the practice was taken from this page'
        FROM released_source s SEMI JOIN practice_card c ON c.id = s.practice_id
    ORDER BY ALL
"""
_LEGAL_FORMS = {"ev", "e", "v", "ggmbh", "gmbh", "ry", "asbl", "onlus", "ngo"}


def rebuild(cursor: Cursor) -> None:
    """Release what curators hold beside practices, and make cards, facets and links anew from it.

    To be called after scorecards.rebuild, whose cards of practices it reads.
    """
    for kind in KINDS.values():
        cursor.execute(f"DELETE FROM {kind.shown}")
        if kind.in_rows:
            _make_card(cursor, kind)
    cursor.execute("DELETE FROM former_link")
    for kind in PLAIN:
        _release(cursor, kind)
    _derive_from_cards(cursor)
    cursor.execute(_LINKS)
    cursor.execute(_FORMER_LINKS)
    insert_rows(cursor, "known_link", chain(_same_page(cursor), _same_name(cursor)))


def _make_card(cursor: Cursor, kind: ItemKind, only: Sequence[str] | None = None) -> None:
    sql = _CARD.format(item=kind.item, name=kind.name, held=HELD[kind.item])
    cursor.execute(sql, {"only": None if only is None else list(only)})


def release(cursor: Cursor, item: Item) -> None:
    """Release what curators hold of a kind that is shown as it is (PLAIN), in the caller's transaction."""
    cursor.execute(f"DELETE FROM {KINDS[item].shown}")
    _release(cursor, KINDS[item])


def _release(cursor: Cursor, kind: ItemKind) -> None:
    ends = "".join(_END_IS_PUBLIC.format(column=column, kind=end) for column, end in kind.ends.items())
    names = ", ".join(f'"{name}"' for name in columns(kind.model))
    cursor.execute(_RELEASE.format(shown=kind.shown, columns=names, item=kind.item, ends=ends))


def _derive_from_cards(cursor: Cursor) -> None:
    cursor.execute("DELETE FROM knowledge_facet")
    cursor.execute(_OFFERED, {"hosts": list(COPY_HOSTS)})
    cursor.execute(_FACETS, {"not_stated": NOT_STATED})


def _link(ends: tuple[str, str, str, str, str], reason: str, source_url: str) -> dict[str, object]:
    names = ("from_kind", "from_id", "relation", "to_kind", "to_id")
    return dict(zip(names, ends, strict=True)) | {"reason": reason, "source_url": source_url, "judged": False}


def _same_page(cursor: Cursor) -> Iterator[dict[str, object]]:
    """Yield the links of publications to practices that rest on the same page."""
    pages: dict[str, list[tuple[str, str]]] = {}
    for practice, url, why in cursor.execute(_PAGES).fetchall():
        pages.setdefault(_address(url), []).append((practice, why))
    for id_, url in cursor.execute("SELECT id, url FROM evidence_card ORDER BY id").fetchall():
        seen: set[str] = set()
        for practice, why in pages.get(_address(url), ()):
            if practice not in seen:
                seen.add(practice)
                yield _link(("evidence", id_, "studies", "practice", practice), f"Same page: {why}.", url)


def _same_name(cursor: Cursor) -> Iterator[dict[str, object]]:
    """Yield the links of organisations to what names them: practices as leader, publications as publisher."""
    organisations: dict[str, str] = {}
    for id_, name in cursor.execute("SELECT id, name FROM organisation_card ORDER BY id").fetchall():
        for key in _names(name):
            organisations.setdefault(key, id_)
    for relation, kind, sql, why in (
        (
            "leads",
            "practice",
            "SELECT id, lead_organisation, source_url FROM practice_card WHERE lead_organisation <> '' ORDER BY id",
            "The practice's record names it as lead organisation",
        ),
        (
            "publishes",
            "evidence",
            "SELECT id, publisher, url FROM evidence_card WHERE publisher IS NOT NULL ORDER BY id",
            "The publication's record names it as publisher",
        ),
    ):
        for id_, names, url in cursor.execute(sql).fetchall():
            for name in re.split(r"; | / |;", names):
                found = next((organisations[key] for key in _names(name) if key in organisations), None)
                if found:
                    yield _link(("organisation", found, relation, kind, id_), f"{why}: “{name.strip()}”.", url)


def _address(url: str) -> str:
    """Return what stands for a page: its address without protocol, www, a slash at the end, case."""
    return re.sub(r"^https?://(www\.)?", "", url.casefold()).rstrip("/")


def _names(name: str) -> list[str]:
    """Return how a name may be written: whole, then without what stands in brackets; legal forms left out."""
    whole, bare = _key(name), _key(re.sub(r"\s*\([^)]*\)", "", name))
    return [key for key in dict.fromkeys((whole, bare)) if len(key) > 2]


def _key(name: str) -> str:
    words = re.findall(r"[^\W_]+", normalise(name))
    return " ".join(word for word in words if word not in _LEGAL_FORMS)
