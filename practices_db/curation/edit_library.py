"""What curators do to everything they hold beside practices and answers, by the rules of practices (edit_practices).

What has no id is called by its key: a link "evidence>some-report>studies>practice>some-practice".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, Literal

from practices_db.catalogue import library_store
from practices_db.catalogue.library_items import KINDS, NOUNS, Item, link_id
from practices_db.catalogue.library_store import CURATED
from practices_db.catalogue.plain_text import normalise
from practices_db.catalogue.practice_rows import CatalogueRow
from practices_db.curation import versioned_change
from practices_db.curation.permissions import Thing, moved, require
from practices_db.curation.versioned_change import Edit, Facts, Kind
from practices_db.database import audit_log
from practices_db.database.store import Cursor, Store, records
from practices_db.errors import Actor, PracticesError

Named = Literal["evidence", "organisation"]


@dataclass(frozen=True)
class Found:
    """What curators find by its name or id, whatever became of it."""

    id: str
    name: str
    state: str


@dataclass(frozen=True)
class Curated:
    """Something of the library as curators have it; ``facts`` by the columns of its file."""

    item: Item
    facts: dict[str, Any]
    version: int
    state: str
    merged_into: str | None
    left_because: str | None

    @property
    def id(self) -> str:
        """Return its id, or what it is called by."""
        return KINDS[self.item].id_of(self.facts)

    @property
    def name(self) -> str:
        """Return its title or name; of what has none, what it is called."""
        return str(self.facts[KINDS[self.item].name]) if KINDS[self.item].name else self.id

    @property
    def thing(self) -> Thing:
        """Return it as what permissions are asked for."""
        return Thing(self.item, self.id, self.state)


def read(cursor: Cursor, actor: Actor, item: Item, id_: str) -> Curated:
    """Return one as it stands now, released or not; PracticesError where there is none."""
    require(actor, "read", Thing(item, id_))
    return _stands(item, cursor, id_)


def find(cursor: Cursor, actor: Actor, item: Item, text: str, limit: int) -> list[Found]:
    """Return what has no name of its own by its id or the words that a release calls it by, released or not."""
    require(actor, "read", Thing(item))
    kind = KINDS[item]
    rows = cursor.execute(f"SELECT {kind.id_sql} AS id, {kind.words} AS name, state FROM {item}").fetchall()
    return found(rows, text, limit)


def found(rows: Iterable[tuple[str, str, str]], text: str, limit: int) -> list[Found]:
    """Return those of (id, name, state) whose name or id holds a text, by name, merged ones last."""
    wanted = normalise(text)
    named = [(state == "merged", normalise(name), id_, name, state) for id_, name, state in rows]
    held = sorted(one for one in named if wanted in one[1] or wanted in normalise(one[2]))
    return [Found(id_, name, state) for _, _, id_, name, state in held[:limit]]


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

    ``source_url`` is the page that says so, kept in the record of publications and organisations; the others have one.
    Marking a result as the main one, or a type as the primary one, takes the mark off the one that had it. Raises as
    ``edit_practices.edit_practice``.
    """

    def work(cursor: Cursor, before: Curated) -> tuple[Facts, Facts]:
        row = _checked(item, before.facts | dict(changes), before)
        after = row.model_dump()
        fields = versioned_change.changed(before.facts, after)
        page = {"source": _page(item, before.facts, source_url)} if KINDS[item].name else {}
        library_store.update(cursor, item, [row])
        if before.state == "listed":
            _keep_one(cursor, edit, item, after)
        return {name: before.facts[name] for name in fields}, {name: after[name] for name in fields} | page

    return versioned_change.change(store, edit, "edit", lambda cursor: _stands(item, cursor, edit.item), work)


def checked(store: Store, item: Item, edit: Edit, on: date) -> int:
    """Say that something was compared with its page on a day; return the new version.

    PracticesError where its file has no column for that day.
    """
    if "checked_on" not in KINDS[item].model.model_fields:
        raise PracticesError(f"A {NOUNS[item]} has no day on which it was checked.")

    def work(cursor: Cursor, before: Curated) -> tuple[Facts, Facts]:
        library_store.update(cursor, item, [_checked(item, before.facts | {"checked_on": on}, before)])
        return {"checked_on": before.facts["checked_on"]}, {"checked_on": on}

    because = replace(edit, reason=edit.reason or f"checked on {on}")
    return versioned_change.change(store, because, "edit", lambda cursor: _stands(item, cursor, edit.item), work)


def add(store: Store, actor: Actor, item: Item, facts: Mapping[str, Any], reason: str) -> str:
    """Add something with the columns of its file and return what it is called.

    What it leads to must be in the catalogue. Raises PracticesError where that is not, or where it is there already.
    """
    return _new(store, Edit(actor, "", 0, reason), item, facts, {})


def refuse_link(store: Store, actor: Actor, facts: Mapping[str, Any], reason: str) -> str:
    """Take out a link that two records show by themselves, for a reason that everybody reads; return its name."""
    left = versioned_change.leaving(reason) | {"state": "archived"}
    return _new(store, Edit(actor, "", 0, reason), "link", facts, left)


def _new(store: Store, edit: Edit, item: Item, facts: Mapping[str, Any], left: Facts) -> str:
    kind = KINDS[item]
    row = versioned_change.checked(kind.model, facts)
    new = replace(edit, item=kind.id_of(vars(row)))

    def look(_cursor: Cursor) -> Curated:
        return Curated(item, row.model_dump(), 0, "", None, None)

    def work(cursor: Cursor, before: Curated) -> tuple[Facts, Facts]:
        _require_ends(cursor, item, before.facts)
        if _read(cursor, item, kind.where, {"id": new.item}):
            raise PracticesError(f"This {kind.noun} is there already, or was taken out: change it or put it back.")
        library_store.insert_rows(cursor, item, [library_store.facts_of(row) | dict(left)])
        if not left:
            _keep_one(cursor, new, item, before.facts)
        return {}, before.facts | dict(left)

    versioned_change.change(store, new, "add", look, work)
    return new.item


def hand_over(cursor: Cursor, kind: str, merging: Edit, kept: str) -> None:
    """Let the links, results, types and findings of what is merged belong to what is kept, in the caller's transaction.

    Also links that two records show by themselves, as judged ones: they hang on the name or address that goes. What
    the kept one has already, or what was taken out there, is archived. Its main result and its primary type stay.
    PracticesError where it would have types and none primary, since that one was taken out there.
    """
    old = {"kind": kind, "id": merging.item}
    for item in KINDS:
        for column, where in _leads_to(item):
            for one in _read(cursor, item, where, old):
                _hand_over(cursor, merging, one, column, kept)
        if (of := KINDS[item].one) and KINDS[item].ends[of[0]] == kind:
            _require_one(cursor, item, {of[0]: kept})
    for side in ("from", "to"):
        shown = cursor.execute(
            f"SELECT * EXCLUDE (judged) REPLACE ($today::DATE AS checked_on) FROM known_link "
            f"WHERE NOT judged AND {side}_kind = $kind AND {side}_id = $id ORDER BY ALL",
            old | {"today": audit_log.now().date()},
        )
        for row in records(shown):
            _judge(cursor, merging, row | {f"{side}_id": kept})


# --- inside ------------------------------------------------------------------------------------------------

_SETTERS = ("state", "merged_into", "left_on", "left_because")


def _leads_to(item: Item) -> list[tuple[str, str]]:
    """Return the columns by which something leads to others, each with the condition on ``kind`` and ``id``."""
    if item == "link":
        return [(f"{side}_id", f"{side}_kind = $kind AND {side}_id = $id") for side in ("from", "to")]
    return [(column, f"$kind = '{end}' AND {column} = $id") for column, end in KINDS[item].ends.items()]


def _hand_over(cursor: Cursor, merging: Edit, one: Curated, column: str, kept: str) -> None:
    actor, reason = merging.actor, merging.reason
    kind = KINDS[one.item]
    after = one.facts | {column: kept}
    id_ = kind.id_of(after)
    if id_ != one.id and _read(cursor, one.item, kind.where, {"id": id_}):
        if one.state == "listed":
            new = versioned_change.leaving(reason) | {"state": moved("archive", one.thing)}
            _put(cursor, one, new)
            line = audit_log.Entry("archive", one.thing.name, one.version + 1, after=new, reason=reason)
            audit_log.record(cursor, actor, line)
        return
    if kind.one and after[kind.one[1]] and _marked(cursor, one.item, after):
        after |= {kind.one[1]: False if kind.item == "practice_type" else None}
        cursor.execute(
            f'UPDATE {one.item} SET "{kind.one[1]}" = $mark WHERE {kind.where}',
            {"id": one.id, "mark": after[kind.one[1]]},
        )
    cursor.execute(
        f"UPDATE {one.item} SET {column} = $kept, version = version + 1 WHERE {kind.where}",
        {"id": one.id, "kept": kept},
    )
    action, was, now = "edit", {column: one.facts[column]}, {column: kept}
    if id_ != one.id:
        action, was, now = "rename", {"id": one.id}, {"id": id_}
    public = f"Taken over in a merge: {reason}"
    line = audit_log.Entry(action, f"{one.item}:{id_}", one.version + 1, was, now, reason, public)
    audit_log.record(cursor, actor, line)


def _marked(cursor: Cursor, item: Item, facts: Facts) -> list[Curated]:
    """Return the listed ones of the same practice that are marked as the one, but for this one."""
    kind = KINDS[item]
    assert kind.one is not None  # noqa: S101 - asked only of kinds that have one
    group, flag = kind.one
    return _read(
        cursor,
        item,
        f"state = 'listed' AND \"{flag}\" AND {group} = $group AND {kind.id_sql} <> $id",
        {"group": facts[group], "id": kind.id_of(facts)},
    )


def _keep_one(cursor: Cursor, edit: Edit, item: Item, facts: Facts) -> None:
    """See that exactly one of a practice's results is the main one (its types: the primary one) after a change.

    Where this one is marked now, the mark is taken off the other, on record; where none would be left, PracticesError.
    """
    kind = KINDS[item]
    if kind.one is None:
        return
    flag = kind.one[1]
    others = _marked(cursor, item, facts)
    for other in others if facts[flag] else ():
        row = _checked(item, other.facts | {flag: "no" if item == "practice_type" else ""}, other)
        library_store.update(cursor, item, [row])
        now = {flag: getattr(row, flag)}
        line = audit_log.Entry("edit", other.thing.name, other.version + 1, {flag: True}, now, edit.reason)
        audit_log.record(cursor, edit.actor, line)
    _require_one(cursor, item, facts)


def _require_one(cursor: Cursor, item: Item, facts: Facts) -> None:
    kind = KINDS[item]
    if kind.one is None:
        return
    group, flag = kind.one
    listed = _read(cursor, item, f"state = 'listed' AND {group} = $group", {"group": facts[group]})
    if listed and sum(bool(one.facts[flag]) for one in listed) != 1:
        raise PracticesError(
            f"Nothing was saved: exactly one {kind.noun} of {facts[group]!r} must be marked {flag}. "
            "Mark another one first."
        )


def _judge(cursor: Cursor, merging: Edit, facts: dict[str, Any]) -> None:
    """Make a link that two records showed a judged one, where it is not there and its ends are."""
    which = {"id": link_id(facts)}
    there = cursor.execute(f"SELECT 1 FROM known_link WHERE {KINDS['link'].where}", which).fetchall()
    if there or _read(cursor, "link", KINDS["link"].where, which) or _missing_end(cursor, "link", facts):
        return
    library_store.insert_rows(cursor, "link", [facts])
    public = f"Taken over in a merge: {merging.reason}"
    line = audit_log.Entry("add", f"link:{link_id(facts)}", 1, after=facts, reason=merging.reason, public=public)
    audit_log.record(cursor, merging.actor, line)


def _missing_end(cursor: Cursor, item: Item, facts: Facts) -> str | None:
    """Return which end of something is not in the catalogue, in words; None where all are."""
    for kind, id_ in KINDS[item].ends_of(facts).values():
        found = _end(cursor, kind, id_)
        if not found or found[1] != "listed":
            return f"{NOUNS.get(kind, kind)} {id_!r}"
    return None


def _require_ends(cursor: Cursor, item: Item, facts: Facts) -> None:
    if missing := _missing_end(cursor, item, facts):
        raise PracticesError(f"There is no {missing} in the catalogue. Nothing was saved.")


def _stands(item: Item, cursor: Cursor, id_: str) -> Curated:
    found = _read(cursor, item, KINDS[item].where, {"id": id_})
    if not found:
        raise PracticesError(f"There is no {NOUNS.get(item, item)} {id_[:160]!r}.")
    return found[0]


def _read(cursor: Cursor, item: Item, where: str, parameters: dict[str, str]) -> list[Curated]:
    found = cursor.execute(f"{library_store.HELD[item]} WHERE {where}", parameters)
    return [_curated(item, row) for row in records(found)]


def _curated(item: Item, row: dict[str, Any]) -> Curated:
    facts = {name: row[name] for name in KINDS[item].model.model_fields}
    facts |= {name: tuple(facts[name]) for name in KINDS[item].lists}
    return Curated(item, facts, row["version"], row["state"], row["merged_into"], row["left_because"])


def _end(cursor: Cursor, kind: str, id_: str) -> tuple[str, str] | None:
    """Return name and state of what a link may lead to, None where there is no such thing."""
    found = cursor.execute(
        f"WITH {CURATED} SELECT name, state FROM held WHERE kind = $kind AND id = $id",
        {"kind": kind, "id": id_},
    ).fetchall()
    return found[0] if found else None


def _checked(item: Item, facts: Facts, before: Curated) -> CatalogueRow:
    row = versioned_change.checked(KINDS[item].model, facts)
    if Curated(item, row.model_dump(), 0, "", None, None).id != before.id:
        raise PracticesError("What identifies an entry never changes; merge it, or take it out and add another one.")
    return row


def _page(item: Item, facts: Facts, source_url: str) -> str:
    """Return the page that says so, checked as the own page is."""
    if not source_url.strip():
        raise PracticesError("Nothing was saved. Give the address of the page that says so.")
    return str(versioned_change.checked(KINDS[item].model, dict(facts) | {"url": source_url}).model_dump()["url"])


def _move(cursor: Cursor, one: Curated, new: Facts) -> None:
    _put(cursor, one, new)
    _require_one(cursor, one.item, one.facts)


def _hand_all_over(item: Item, cursor: Cursor, merging: Edit, into: str) -> None:
    hand_over(cursor, item, merging, into)
    cursor.execute(f"UPDATE {item} SET merged_into = $into WHERE merged_into = $id", {"id": merging.item, "into": into})


def _put(cursor: Cursor, one: Curated, new: Facts) -> None:
    kind = KINDS[one.item]
    if not kind.name and new.get("state") == "listed":
        _require_ends(cursor, one.item, one.facts)
    for name in _SETTERS:
        if name in new:
            cursor.execute(
                f"UPDATE {one.item} SET {name} = $value WHERE {kind.where}", {"id": one.id, "value": new[name]}
            )
    cursor.execute(f"UPDATE {one.item} SET version = version + 1 WHERE {kind.where}", {"id": one.id})


KEPT: dict[Item, Kind[Curated]] = {
    item: Kind(partial(_stands, item), _move, partial(_hand_all_over, item)) for item in KINDS
}
