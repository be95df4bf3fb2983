"""What curators do to publications, organisations and the links between them, as edit_practices does.

A link is called by its two ends and what it says of them: "evidence>some-report>studies>practice>some-practice".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, Literal

from practices_db.catalogue import library_store
from practices_db.catalogue.library_filter import NOUNS
from practices_db.catalogue.library_rows import CALLED, ENDS, MODELS, Item, LinkRow, Row, link_id
from practices_db.curation import versioned_change
from practices_db.curation.permissions import APP, Thing, moved, require
from practices_db.curation.versioned_change import Edit, Facts, Kind
from practices_db.database import audit_log
from practices_db.database.store import Cursor, Store
from practices_db.errors import Actor, PracticesError
from practices_db.queries.library import CURATED, NAMED

Named = Literal["evidence", "organisation"]
MIGRATION = "0005_leaving"


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
    def name(self) -> str:
        """Return its title or name; of a link, what it is called."""
        return str(self.facts[CALLED[self.item]]) if self.item != "link" else self.id

    @property
    def thing(self) -> Thing:
        """Return it as what permissions are asked for."""
        return Thing(self.item, self.id, self.state)


def read(cursor: Cursor, actor: Actor, item: Item, id_: str) -> Curated:
    """Return one as it stands now, released or not; PracticesError where there is none."""
    require(actor, "read", Thing(item, id_))
    return _stands(cursor, item, id_)


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


def edit(store: Store, item: Item, edit: Edit, changes: Mapping[str, Any], source_url: str = "") -> int:
    """Change facts and return the new version; ``changes`` holds columns of the file, as text or typed.

    ``source_url`` is the page that says so, kept in the record; a link has its own. Raises as
    ``edit_practices.edit_practice``.
    """

    def work(cursor: Cursor, before: Curated) -> tuple[Facts, Facts]:
        row = _checked(item, before.facts | dict(changes), before)
        after = row.model_dump()
        fields = versioned_change.changed(before.facts, after)
        page = {} if item == "link" else {"source": _page(item, before.facts, source_url)}
        library_store.update(cursor, item, [row])
        return {name: before.facts[name] for name in fields}, {name: after[name] for name in fields} | page

    return versioned_change.change(store, edit, "edit", lambda cursor: _stands(cursor, item, edit.item), work)


def checked(store: Store, item: Item, edit: Edit, on: date) -> int:
    """Say that something was compared with its page on a day; return the new version."""

    def work(cursor: Cursor, before: Curated) -> tuple[Facts, Facts]:
        library_store.update(cursor, item, [_checked(item, before.facts | {"checked_on": on}, before)])
        return {"checked_on": before.facts["checked_on"]}, {"checked_on": on}

    because = replace(edit, reason=edit.reason or f"checked on {on}")
    return versioned_change.change(store, because, "edit", lambda cursor: _stands(cursor, item, edit.item), work)


def archive(store: Store, item: Item, edit: Edit) -> int:
    """Take something out of the catalogue without losing it; what it is linked by goes and comes back with it.

    The reason is read by everybody beside the release that takes it out.
    """
    return versioned_change.archive(store, _kind(item), edit)


def relist(store: Store, item: Item, edit: Edit) -> int:
    """Put something archived back into the catalogue; a link only where both its ends are in it."""
    return versioned_change.relist(store, _kind(item), edit)


def merge(store: Store, item: Named, edit: Edit, into: str) -> int:
    """Merge a duplicate into the one that is kept, which takes over its links; return the old one's version."""
    return versioned_change.merge(store, _kind(item), edit, into)


def add_link(store: Store, actor: Actor, facts: Mapping[str, Any], reason: str) -> str:
    """Add a link that somebody judged, with the columns of links.csv, and return what it is called.

    Both ends must be in the catalogue. Raises PracticesError where one is not, or where the link is there already.
    """
    return _new_link(store, actor, facts, reason, {})


def refuse_link(store: Store, actor: Actor, facts: Mapping[str, Any], reason: str) -> str:
    """Take out a link that two records show by themselves, for a reason that everybody reads; return its name."""
    return _new_link(store, actor, facts, reason, versioned_change.leaving(reason) | {"state": "archived"})


def _new_link(store: Store, actor: Actor, facts: Mapping[str, Any], reason: str, left: Facts) -> str:
    row = versioned_change.checked(LinkRow, facts)
    new = Edit(actor, link_id(row.model_dump()), 0, reason)

    def look(_cursor: Cursor) -> Curated:
        return Curated("link", row.model_dump(), 0, "", None, None)

    def work(cursor: Cursor, before: Curated) -> tuple[Facts, Facts]:
        _require_ends(cursor, before.facts)
        if _read(cursor, "link", _WHICH["link"], _key("link", new.item)):
            raise PracticesError("This link is there already, or was taken out: change it or put it back.")
        library_store.insert_rows(cursor, "link", [before.facts | dict(left)])
        return {}, before.facts | dict(left)

    versioned_change.change(store, new, "add", look, work)
    return new.item


def hand_over_links(cursor: Cursor, kind: str, merging: Edit, kept: str) -> None:
    """Let the links of something that is merged belong to what is kept, in the caller's transaction.

    Also those that two records show by themselves, as judged ones: they hang on the name or address that goes. A link
    that the kept one has already, or that was taken out there, is archived.
    """
    old = {"kind": kind, "id": merging.item}
    for side in ("from", "to"):
        for link in _read(cursor, "link", f"{side}_kind = $kind AND {side}_id = $id", old):
            _hand_over(cursor, merging, link, side, kept)
        shown = cursor.execute(
            f"SELECT * EXCLUDE (judged) REPLACE ($today::DATE AS checked_on) FROM known_link "
            f"WHERE NOT judged AND {side}_kind = $kind AND {side}_id = $id ORDER BY ALL",
            old | {"today": audit_log.now().date()},
        )
        columns = [column[0] for column in shown.description]
        for row in shown.fetchall():
            _judge(cursor, merging, dict(zip(columns, row, strict=True)) | {f"{side}_id": kept})


def after_migration(store: Store, ran: Sequence[str]) -> None:
    """Hand over the links of practices that were merged before links were, and forget released ones without an end.

    ``ran``: the migrations that ran just now.
    """

    def mend(cursor: Cursor) -> None:
        merged = cursor.execute("SELECT id, merged_into, left_because FROM practice WHERE state = 'merged' ORDER BY id")
        for old, kept, reason in merged.fetchall():
            hand_over_links(cursor, "practice", Edit(APP, old, 0, reason), kept)
        cursor.execute(
            f"""
            DELETE FROM known_link k WHERE NOT EXISTS (
                WITH {NAMED} SELECT 1 FROM named f, named t WHERE f.kind = k.from_kind AND f.id = k.from_id
                    AND t.kind = k.to_kind AND t.id = k.to_id
            )
            """
        )

    if MIGRATION in ran:
        store.write(mend)


# --- inside ------------------------------------------------------------------------------------------------

_WHICH: dict[Item, str] = {
    "evidence": "id = $id",
    "organisation": "id = $id",
    "link": "from_kind = $from_kind AND from_id = $from_id AND relation = $relation AND to_kind = $to_kind "
    "AND to_id = $to_id",
}
_SETTERS = ("state", "merged_into", "left_on", "left_because")


def _hand_over(cursor: Cursor, merging: Edit, link: Curated, side: str, kept: str) -> None:
    reason = merging.reason
    after = link.facts | {f"{side}_id": kept}
    if _read(cursor, "link", _WHICH["link"], _key("link", link_id(after))):
        if link.state == "listed":
            new = versioned_change.leaving(reason) | {"state": moved("archive", link.thing)}
            _put(cursor, link, new)
            audit_log.record(
                cursor, merging.actor, "archive", link.thing.name, version=link.version + 1, after=new, reason=reason
            )
        return
    cursor.execute(
        f"UPDATE link SET {side}_id = $kept, version = version + 1 WHERE {_WHICH['link']}",
        _key("link", link.id) | {"kept": kept},
    )
    audit_log.record(
        cursor,
        merging.actor,
        "rename",
        f"link:{link_id(after)}",
        version=link.version + 1,
        before={"id": link.id},
        after={"id": link_id(after)},
        reason=reason,
        public=f"Taken over in a merge: {reason}",
    )


def _judge(cursor: Cursor, merging: Edit, facts: dict[str, Any]) -> None:
    """Make a link that two records showed a judged one, where it is not there and its ends are."""
    ends = _key("link", link_id(facts))
    there = cursor.execute(f"SELECT 1 FROM known_link WHERE {_WHICH['link']}", ends).fetchall()
    if there or _read(cursor, "link", _WHICH["link"], ends) or _missing_end(cursor, facts):
        return
    library_store.insert_rows(cursor, "link", [facts])
    public = f"Taken over in a merge: {merging.reason}"
    audit_log.record(
        cursor,
        merging.actor,
        "add",
        f"link:{link_id(facts)}",
        version=1,
        after=facts,
        reason=merging.reason,
        public=public,
    )


def _missing_end(cursor: Cursor, facts: Facts) -> str | None:
    """Return which end of a link is not in the catalogue, in words; None where both are."""
    for side in ("from", "to"):
        kind, id_ = facts[f"{side}_kind"], facts[f"{side}_id"]
        found = _end(cursor, kind, id_)
        if not found or found[1] != "listed":
            return f"{NOUNS.get(kind, kind)} {id_!r}"
    return None


def _require_ends(cursor: Cursor, facts: Facts) -> None:
    if missing := _missing_end(cursor, facts):
        raise PracticesError(f"There is no {missing} in the catalogue. Nothing was saved.")


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
    found = cursor.execute(f"{library_store.HELD[item]} WHERE {where}", parameters)
    columns = [column[0] for column in found.description]
    return [_curated(item, dict(zip(columns, row, strict=True))) for row in found.fetchall()]


def _curated(item: Item, row: dict[str, Any]) -> Curated:
    facts = {name: row[name] for name in MODELS[item].model_fields}
    facts |= {name: tuple(facts[name]) for name in library_store.LISTS[item]}
    return Curated(item, facts, row["version"], row["state"], row["merged_into"], row["left_because"])


def _end(cursor: Cursor, kind: str, id_: str) -> tuple[str, str] | None:
    """Return name and state of what a link may lead to, None where there is no such thing."""
    found = cursor.execute(
        f"WITH {CURATED} SELECT name, state FROM held WHERE kind = $kind AND id = $id",
        {"kind": kind, "id": id_},
    ).fetchall()
    return found[0] if found else None


def _checked(item: Item, facts: Facts, before: Curated) -> Row:
    row: Row = versioned_change.checked(MODELS[item], facts)
    if Curated(item, row.model_dump(), 0, "", None, None).id != before.id:
        raise PracticesError("What something is called by never changes; merge it, or take it out and add another one.")
    return row


def _page(item: Item, facts: Facts, source_url: str) -> str:
    """Return the page that says so, checked as the own page is."""
    if not source_url.strip():
        raise PracticesError("Nothing was saved. Give the address of the page that says so.")
    return str(versioned_change.checked(MODELS[item], dict(facts) | {"url": source_url}).model_dump()["url"])


def _kind(item: Item) -> Kind[Curated]:
    return Kind(lambda cursor, id_: _stands(cursor, item, id_), _put, partial(_hand_all_over, item))


def _hand_all_over(item: Item, cursor: Cursor, merging: Edit, into: str) -> None:
    hand_over_links(cursor, item, merging, into)
    cursor.execute(f"UPDATE {item} SET merged_into = $into WHERE merged_into = $id", {"id": merging.item, "into": into})


def _put(cursor: Cursor, one: Curated, new: Facts) -> None:
    if one.item == "link" and new.get("state") == "listed":
        _require_ends(cursor, one.facts)
    for name in _SETTERS:
        if name in new:
            cursor.execute(
                f"UPDATE {one.item} SET {name} = $value WHERE {_WHICH[one.item]}",
                _key(one.item, one.id) | {"value": new[name]},
            )
    cursor.execute(f"UPDATE {one.item} SET version = version + 1 WHERE {_WHICH[one.item]}", _key(one.item, one.id))
