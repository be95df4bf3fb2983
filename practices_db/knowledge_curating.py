"""What curators do to publications, organisations and the links between them, by the rules of practices (curating).

A link is called by its two ends and what it says of them: "evidence>some-report>studies>practice>some-practice".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from practices_db import audit, changing, knowledge_store
from practices_db.changing import Facts, Found
from practices_db.errors import Actor, PracticesError
from practices_db.knowledge_filters import NOUNS
from practices_db.knowledge_rows import CALLED, MODELS, Item, LinkRow, Row
from practices_db.permissions import Thing, moved, require
from practices_db.store import Cursor, Store

Named = Literal["evidence", "organisation"]
ENDS = ("from_kind", "from_id", "relation", "to_kind", "to_id")
_STATE = ("version", "state", "merged_into")


@dataclass(frozen=True)
class Curated:
    """A publication, an organisation or a link as curators have it; ``facts`` by the columns of its file."""

    item: Item
    facts: dict[str, Any]
    version: int
    state: str
    merged_into: str | None
    left_because: str | None

    @property
    def id(self) -> str:
        """Return its id; of a link, what it is called."""
        return str(self.facts["id"]) if self.item != "link" else link_id(self.facts)

    @property
    def thing(self) -> Thing:
        """Return it as what permissions are asked for."""
        return Thing(self.item, self.id, self.state)


def link_id(facts: Mapping[str, Any]) -> str:
    """Return what a link is called."""
    return ">".join(str(facts[name]) for name in ENDS)


def read(cursor: Cursor, actor: Actor, item: Item, id_: str) -> Curated:
    """Return one as it stands now, released or not; PracticesError where there is none."""
    require(actor, "read", Thing(item, id_))
    return _stands(cursor, item, id_)


def find(cursor: Cursor, actor: Actor, item: Named, text: str, limit: int = 50) -> list[Found]:
    """Return those, released or not, whose title or name, or id, holds a text; accents and case do not matter."""
    require(actor, "read", Thing(item))
    rows = cursor.execute(
        f"""
        WITH named AS (SELECT id, {CALLED[item]} AS name, state, checked_on FROM {item})
        SELECT * FROM named
        WHERE contains(strip_accents(lower(name)), strip_accents(lower($text))) OR contains(id, lower($text))
        ORDER BY state = 'merged', strip_accents(lower(name)), id LIMIT $limit
        """,
        {"text": text.strip(), "limit": limit},
    ).fetchall()
    return [Found(*row) for row in rows]


def links(cursor: Cursor, actor: Actor, item: Named, id_: str) -> list[Curated]:
    """Return the links that somebody judged, from or to something, whatever became of them."""
    require(actor, "read", Thing("link"))
    return _read(
        cursor,
        "link",
        "(from_kind = $kind AND from_id = $id) OR (to_kind = $kind AND to_id = $id) ORDER BY ALL",
        {"kind": item, "id": id_},
    )


def names(cursor: Cursor, actor: Actor, of: list[Curated]) -> dict[tuple[str, str], str]:
    """Return what the ends of links are called, by kind and id; released or not."""
    require(actor, "read", Thing("link"))
    ends = {(one.facts[f"{side}_kind"], one.facts[f"{side}_id"]) for one in of for side in ("from", "to")}
    held = {end: _end(cursor, *end) for end in sorted(ends)}
    return {end: found[0] if found else end[1] for end, found in held.items()}


def edit(  # noqa: PLR0913, PLR0917 - what a change consists of
    store: Store,
    actor: Actor,
    item: Item,
    id_: str,
    changes: Mapping[str, Any],
    version: int,
    reason: str,
    source_url: str = "",
    public: str | None = None,
) -> int:
    """Change facts and return the new version; ``changes`` holds columns of the file, as text or typed.

    ``source_url`` is the page that says so, kept in the record; a link has its own. ``public`` is what everybody will
    read beside the change when it is released. Raises as ``curating.edit_practice``.
    """

    def work(cursor: Cursor, before: Curated) -> tuple[Facts, Facts]:
        row = _checked(item, before.facts | dict(changes), before)
        after = row.model_dump()
        fields = changing.changed(before.facts, after)
        page = {} if item == "link" else {"source": _page(item, before.facts, source_url)}
        knowledge_store.update(cursor, item, [row])
        return {name: before.facts[name] for name in fields}, {name: after[name] for name in fields} | page

    return _change(store, actor, "edit", item, id_, version, work, reason, public)


def checked(  # noqa: PLR0913, PLR0917
    store: Store, actor: Actor, item: Item, id_: str, version: int, on: date, reason: str = ""
) -> int:
    """Say that something was compared with its page on a day; return the new version."""

    def work(cursor: Cursor, before: Curated) -> tuple[Facts, Facts]:
        knowledge_store.update(cursor, item, [_checked(item, before.facts | {"checked_on": on}, before)])
        return {"checked_on": before.facts["checked_on"]}, {"checked_on": on}

    return _change(store, actor, "edit", item, id_, version, work, reason or f"checked on {on}")


def archive(  # noqa: PLR0913, PLR0917
    store: Store, actor: Actor, item: Item, id_: str, version: int, reason: str
) -> int:
    """Take something out of the catalogue without losing it; what it is linked by goes and comes back with it.

    ``reason`` is read by everybody beside the release that takes it out.
    """
    return _move(store, actor, "archive", item, id_, version, changing.leaving(reason), reason)


def relist(  # noqa: PLR0913, PLR0917
    store: Store, actor: Actor, item: Item, id_: str, version: int, reason: str
) -> int:
    """Put something archived back into the catalogue."""
    return _move(store, actor, "relist", item, id_, version, changing.LISTED_AGAIN, reason)


def merge(  # noqa: PLR0913, PLR0917
    store: Store, actor: Actor, item: Named, id_: str, into: str, version: int, reason: str
) -> int:
    """Merge a duplicate into the one that is kept, which takes over its links; return the old one's version."""

    def work(cursor: Cursor, old: Curated) -> tuple[Facts, Facts]:
        kept = _stands(cursor, item, into)
        if id_ == into or kept.state != "listed":
            raise PracticesError(f"{_a(item)} can only be merged into another one that is listed.")
        require(actor, "edit", kept.thing)
        hand_over_links(cursor, actor, item, id_, into)
        cursor.execute(f"UPDATE {item} SET merged_into = $into WHERE merged_into = $id", {"id": id_, "into": into})
        after = changing.leaving(reason) | {"merged_into": into, "state": moved("merge", old.thing)}
        _set(cursor, old, after)
        _set(cursor, kept, {})
        changing.record_merged(cursor, actor, kept, id_, old.facts[CALLED[item]], reason)
        return {}, after

    return _change(store, actor, "merge", item, id_, version, work, reason)


def add_link(store: Store, actor: Actor, facts: Mapping[str, Any], reason: str, public: str | None = None) -> str:
    """Add a link that somebody judged, with the columns of links.csv, and return what it is called.

    Both ends must be in the catalogue. Raises PracticesError where one is not, or where the link is there already.
    """
    row = changing.checked(LinkRow, facts)
    id_ = link_id(row.model_dump())

    def look(_cursor: Cursor) -> Curated:
        return Curated("link", row.model_dump(), 0, "", None, None)

    def work(cursor: Cursor, before: Curated) -> tuple[Facts, Facts]:
        for kind, end in ((row.from_kind, row.from_id), (row.to_kind, row.to_id)):
            found = _end(cursor, kind, end)
            if not found or found[1] != "listed":
                noun = NOUNS.get(kind, kind)
                raise PracticesError(f"There is no {noun} {end!r} in the catalogue. Nothing was saved.")
        if _read(cursor, "link", _WHICH["link"], _key("link", id_)):
            raise PracticesError("This link is there already, or was taken out: change it or put it back.")
        knowledge_store.insert(cursor, "link", [row])
        return {}, before.facts

    changing.change(store, actor, "add", look, 0, work, reason, public)
    return id_


def hand_over_links(cursor: Cursor, actor: Actor, kind: str, old: str, kept: str) -> None:
    """Let the links of something belong to another one of its kind, in the caller's transaction.

    A link that the other one has already stays behind.
    """
    for side in ("from", "to"):
        for link in _read(cursor, "link", f"{side}_kind = $kind AND {side}_id = $id", {"kind": kind, "id": old}):
            after = link.facts | {f"{side}_id": kept}
            if _read(cursor, "link", _WHICH["link"], _key("link", link_id(after))):
                continue
            cursor.execute(
                f"UPDATE link SET {side}_id = $kept, version = version + 1 WHERE {_WHICH['link']}",
                _key("link", link.id) | {"kept": kept},
            )
            new = Thing("link", link_id(after))
            audit.record(
                cursor,
                actor,
                "rename",
                new.name,
                version=link.version + 1,
                before={"id": link.id},
                after={"id": new.id},
            )


# --- inside ------------------------------------------------------------------------------------------------

_WHICH: dict[Item, str] = {
    "evidence": "id = $id",
    "organisation": "id = $id",
    "link": "from_kind = $from_kind AND from_id = $from_id AND relation = $relation AND to_kind = $to_kind "
    "AND to_id = $to_id",
}
_SETTERS = ("state", "merged_into", "left_on", "left_because")


def _key(item: Item, id_: str) -> dict[str, str]:
    """Return the parameters of _WHICH; PracticesError where a link is not called like this."""
    if item != "link":
        return {"id": id_}
    parts = id_.split(">")
    if len(parts) != len(ENDS):
        raise PracticesError(f"{id_[:160]!r} is not what a link is called: evidence>ID>studies>practice>ID.")
    return dict(zip(ENDS, parts, strict=True))


def _stands(cursor: Cursor, item: Item, id_: str) -> Curated:
    found = _read(cursor, item, _WHICH[item], _key(item, id_))
    if not found:
        raise PracticesError(f"There is no {NOUNS.get(item, item)} {id_[:160]!r}.")
    return found[0]


def _read(cursor: Cursor, item: Item, where: str, parameters: dict[str, str]) -> list[Curated]:
    found = cursor.execute(f"{knowledge_store.HELD[item]} WHERE {where}", parameters)
    columns = [column[0] for column in found.description]
    return [_curated(item, dict(zip(columns, row, strict=True))) for row in found.fetchall()]


def _curated(item: Item, row: dict[str, Any]) -> Curated:
    facts = {name: row[name] for name in MODELS[item].model_fields}
    facts |= {name: tuple(facts[name]) for name in knowledge_store.LISTS[item]}
    return Curated(item, facts, row["version"], row["state"], row["merged_into"], row["left_because"])


def _end(cursor: Cursor, kind: str, id_: str) -> tuple[str, str] | None:
    """Return name and state of what a link may lead to, None where there is no such thing."""
    return cursor.execute(
        """
        WITH held AS (
            SELECT 'practice' AS kind, id, name, state FROM practice
            UNION ALL SELECT 'evidence', id, title, state FROM evidence
            UNION ALL SELECT 'organisation', id, name, state FROM organisation
        )
        SELECT name, state FROM held WHERE kind = $kind AND id = $id
        """,
        {"kind": kind, "id": id_},
    ).fetchone()


def _checked(item: Item, facts: Facts, before: Curated) -> Row:
    row: Row = changing.checked(MODELS[item], facts)
    if Curated(item, row.model_dump(), 0, "", None, None).id != before.id:
        raise PracticesError("What something is called by never changes; merge it, or take it out and add another one.")
    return row


def _page(item: Item, facts: Facts, source_url: str) -> str:
    """Return the page that says so, checked as the own page is."""
    if not source_url.strip():
        raise PracticesError("Nothing was saved. Give the address of the page that says so.")
    return str(changing.checked(MODELS[item], dict(facts) | {"url": source_url}).model_dump()["url"])


def _change(store: Store, actor: Actor, action: str, item: Item, id_: str, *rest: Any) -> int:
    return changing.change(store, actor, action, lambda cursor: _stands(cursor, item, id_), *rest)


def _move(  # noqa: PLR0913, PLR0917
    store: Store, actor: Actor, action: str, item: Item, id_: str, version: int, after: dict[str, Any], reason: str
) -> int:
    def work(cursor: Cursor, before: Curated) -> tuple[Facts, Facts]:
        new = after | {"state": moved(action, before.thing)}
        _set(cursor, before, new)
        return {"state": before.state}, new

    return _change(store, actor, action, item, id_, version, work, reason)


def _set(cursor: Cursor, one: Curated, new: Mapping[str, Any]) -> None:
    for name in _SETTERS:
        if name in new:
            cursor.execute(
                f"UPDATE {one.item} SET {name} = $value WHERE {_WHICH[one.item]}",
                _key(one.item, one.id) | {"value": new[name]},
            )
    cursor.execute(f"UPDATE {one.item} SET version = version + 1 WHERE {_WHICH[one.item]}", _key(one.item, one.id))


def _a(item: Item) -> str:
    noun = NOUNS.get(item, item)
    return ("An " if noun[0] in "aeiou" else "A ") + noun
