"""Write publications, organisations and links, and make what is derived from them. In the caller's transaction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import pandas as pd

from practices_db.catalogue.filters import normalise
from practices_db.catalogue.library_rows import CALLED, Item, LinkRow, Row
from practices_db.catalogue.read_files import Catalogue, read_catalogue
from practices_db.catalogue.vocabularies import NOT_STATED
from practices_db.database.store import Cursor, Store
from practices_db.queries.library import NAMED

MIGRATION = "0004_knowledge"

# The keys of these tables are the only names that get into the SQL.
_INSERT = {
    "evidence": "INSERT INTO evidence BY NAME SELECT * FROM new_rows",
    "evidence_value": "INSERT INTO evidence_value BY NAME SELECT * FROM new_rows",
    "organisation": "INSERT INTO organisation BY NAME SELECT * FROM new_rows",
    "organisation_value": "INSERT INTO organisation_value BY NAME SELECT * FROM new_rows",
    "link": "INSERT INTO link BY NAME SELECT * FROM new_rows",
    "address_check": "INSERT INTO address_check BY NAME SELECT * FROM new_rows",
    "known_link": """
        INSERT OR IGNORE INTO known_link BY NAME
        SELECT * FROM new_rows ANTI JOIN former_link USING (from_kind, from_id, relation, to_kind, to_id)
    """,
}
_UPDATE = {
    "evidence": """
        UPDATE evidence SET
            title = n.title, publisher = n.publisher, year = n.year, kind = n.kind, evidence_level = n.evidence_level,
            finding = n.finding, summary = n.summary, url = n.url, title_is_descriptive = n.title_is_descriptive,
            url_is_copy = n.url_is_copy, url_seen = n.url_seen, checked_on = n.checked_on,
            version = evidence.version + 1
        FROM new_rows n WHERE evidence.id = n.id
    """,
    "organisation": """
        UPDATE organisation SET
            name = n.name, kind = n.kind, community_of_practice = n.community_of_practice, joins = n.joins,
            url = n.url, url_seen = n.url_seen, checked_on = n.checked_on, version = organisation.version + 1
        FROM new_rows n WHERE organisation.id = n.id
    """,
    "link": """
        UPDATE link SET
            reason = n.reason, source_url = n.source_url, checked_on = n.checked_on, version = link.version + 1
        FROM new_rows n
        WHERE link.from_kind = n.from_kind AND link.from_id = n.from_id AND link.relation = n.relation
            AND link.to_kind = n.to_kind AND link.to_id = n.to_id
    """,
}
_FORGET_VALUES = {
    "evidence": "DELETE FROM evidence_value WHERE evidence_id IN (SELECT unnest($ids::TEXT[]))",
    "organisation": "DELETE FROM organisation_value WHERE organisation_id IN (SELECT unnest($ids::TEXT[]))",
    "link": None,
}
# The several-valued fields of a table: field of the file → name of the list.
LISTS: dict[Item, dict[str, str]] = {
    "evidence": {"languages": "language", "themes": "theme", "target_groups": "target_group", "countries": "area"},
    "organisation": {"countries": "area", "levels": "governance_level", "themes": "theme"},
    "link": {},
}


def _columns(item: Item) -> str:
    """Return the several-valued fields of a publication or an organisation, as columns of a query."""
    return ", ".join(
        f"coalesce((SELECT list(value ORDER BY position) FROM {item}_value v WHERE v.{item}_id = one.id "
        f"AND v.list = '{name}'), []) AS {field}"
        for field, name in LISTS[item].items()
    )


# Everything that curators have, with the columns of its file and those of an editable row.
HELD: dict[Item, str] = {
    "evidence": f"SELECT *, {_columns('evidence')} FROM evidence one",
    "organisation": f"SELECT *, {_columns('organisation')} FROM organisation one",
    "link": "SELECT *, NULL AS merged_into FROM link one",
}


def insert_rows(cursor: Cursor, table: str, rows: Iterable[Mapping[str, object]]) -> None:
    """Add rows to one of the tables of this module."""
    _with_rows(cursor, rows, _INSERT[table])


def _with_rows(cursor: Cursor, rows: Iterable[Mapping[str, object]], sql: str) -> None:
    frame = pd.DataFrame(list(rows), dtype=object)
    if frame.empty:
        return
    cursor.register("new_rows", frame)
    cursor.execute(sql)
    cursor.unregister("new_rows")


def insert(cursor: Cursor, item: Item, rows: Sequence[Row]) -> None:
    """Add publications, organisations or links that are not there yet."""
    insert_rows(cursor, item, (row.model_dump(exclude=set(LISTS[item])) for row in rows))
    if LISTS[item]:
        insert_rows(cursor, f"{item}_value", _values(item, rows))


def update(cursor: Cursor, item: Item, rows: Sequence[Row]) -> None:
    """Give publications, organisations or links that are there other facts; each is one version later then."""
    _with_rows(cursor, (row.model_dump(exclude=set(LISTS[item])) for row in rows), _UPDATE[item])
    if forget := _FORGET_VALUES[item]:
        cursor.execute(forget, {"ids": [row.id for row in rows if not isinstance(row, LinkRow)]})
        insert_rows(cursor, f"{item}_value", _values(item, rows))


def insert_knowledge(cursor: Cursor, catalogue: Catalogue) -> None:
    """Add what a catalogue says of publications, organisations and links; the derived tables are made by rebuild."""
    insert(cursor, "evidence", catalogue.evidence)
    insert(cursor, "organisation", catalogue.organisations)
    insert(cursor, "link", catalogue.links)
    insert_rows(cursor, "link", (row.model_dump() | {"state": "archived"} for row in catalogue.former_links))


def after_migration(store: Store, ran: Sequence[str]) -> None:
    """Bring publications and organisations into a database that was built before there were any.

    ``ran``: the migrations that ran just now. Where the tables were made just now, the catalogue's files are all there
    is; links to practices that this database does not have are left out.
    """

    def fill(cursor: Cursor) -> None:
        catalogue = read_catalogue()
        held = {id_ for (id_,) in cursor.execute("SELECT id FROM practice").fetchall()}
        links = tuple(row for row in catalogue.links if row.to_kind != "practice" or row.to_id in held)
        insert_knowledge(cursor, replace(catalogue, links=links, former_links=()))
        rebuild(cursor)

    if MIGRATION in ran:
        store.write(fill)


def _values(item: Item, rows: Sequence[Row]) -> Iterator[dict[str, object]]:
    for row in rows:
        assert not isinstance(row, LinkRow)  # noqa: S101 - a link has no lists
        for field, name in LISTS[item].items():
            for position, value in enumerate(getattr(row, field), start=1):
                yield {f"{item}_id": row.id, "list": name, "value": value, "position": position}


# --- derived ---------------------------------------------------------------------------------------------

_CARD = """
    INSERT INTO {item}_card BY NAME
    SELECT one.* EXCLUDE (version, state, merged_into, left_on, left_because), {columns},
        lower(strip_accents(one.{called})) AS name_key
    FROM {item} one WHERE one.state = 'listed'
"""
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
    SELECT kind, facet, id, unnest(CASE WHEN len(stated) = 0 THEN [$not_stated] ELSE stated END) AS value FROM lists
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
    UNION SELECT id, unnest(answer_sources), 'the assessment of the practice rests on this page' FROM practice_card
    UNION SELECT s.practice_id, s.url, 'a fact of the practice was taken from this page'
        FROM released_source s SEMI JOIN practice_card c ON c.id = s.practice_id
    ORDER BY ALL
"""
_LEGAL_FORMS = {"ev", "e", "v", "ggmbh", "gmbh", "ry", "asbl", "onlus", "ngo"}


def rebuild(cursor: Cursor) -> None:
    """Make cards, facets and links anew from publications, organisations, links, and the cards of practices.

    To be called after scorecards.rebuild, whose cards of practices it reads.
    """
    for table in ("evidence_card", "organisation_card", "knowledge_facet", "known_link", "former_link"):
        cursor.execute(f"DELETE FROM {table}")
    for item, called in CALLED.items():
        cursor.execute(_CARD.format(item=item, called=called, columns=_columns(item)))
    cursor.execute(_FACETS, {"not_stated": NOT_STATED})
    cursor.execute(_LINKS)
    cursor.execute(_FORMER_LINKS)
    insert_rows(cursor, "known_link", chain(_same_page(cursor), _same_name(cursor)))


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
