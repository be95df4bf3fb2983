"""One fact of several practices: all or none, a version and a line each, taken back before anything else happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from practices_db.curation import batch_edits, edit_practices, releases
from practices_db.curation.batch_edits import How, New, Proposal
from practices_db.curation.permissions import ANYBODY, Actor
from practices_db.curation.versioned_change import Edit
from practices_db.database import audit_log
from practices_db.database.store import Store
from practices_db.errors import ConflictError, NotAllowedError, PracticesError

CURATOR = Actor("curator", "person:0123456789abcdef")
ADMINISTRATOR = Actor("administrator", "person:fedcba9876543210")
BOTH = ("synthetic-accents", "synthetic-empty")
PAGE = "https://example.org/other-page"


def seen(store: Store, column: str, given: Any, how: How = "set", ids: tuple[str, ...] = BOTH) -> list[Proposal]:
    with store.cursor() as cursor:
        return batch_edits.proposals(cursor, CURATOR, ids, New(column, how, given))


def facts(store: Store, column: str) -> dict[str, tuple[Any, int]]:
    with store.cursor() as cursor:
        found = edit_practices.practices(cursor, BOTH)
    return {id_: (one.facts[column], one.version) for id_, one in found.items()}


def applied(store: Store, column: str = "countries", given: Any = ("IT",)) -> int:
    """Set a fact of both and return the batch's number."""
    assert batch_edits.apply(store, CURATOR, column, seen(store, column, given), "recoded") == 2
    with store.cursor() as cursor:
        return batch_edits.unreleased(cursor, CURATOR)[0].seq


def test_each_practice_has_a_version_and_a_line_as_after_a_single_edit(tiny_store: Store) -> None:
    before = facts(tiny_store, "countries")
    applied(tiny_store)
    assert facts(tiny_store, "countries") == {id_: (("IT",), version + 1) for id_, (_, version) in before.items()}
    with tiny_store.cursor() as cursor:
        for id_ in BOTH:
            line = audit_log.history(cursor, f"practice:{id_}")[0]
            was, version = before[id_]
            assert (line.action, line.version, line.reason) == ("edit", version + 1, "recoded")
            assert (line.before, (line.after or {})["countries"]) == ({"countries": list(was)}, ["IT"])
        assert audit_log.verify(cursor) == []


def test_preview_says_what_changes_what_stays_and_what_cannot(tiny_store: Store) -> None:
    applied(tiny_store)
    added = seen(tiny_store, "countries", ("IT", "FR"), "add", (*BOTH, BOTH[0], "no-such"))
    assert [(one.id, one.after, one.changes) for one in added[:2]] == [(id_, ("IT", "FR"), True) for id_ in BOTH]
    assert [(one.id, one.fault) for one in added[2:]] == [("no-such", "there is no practice with this id")]
    assert not any(one.changes for one in seen(tiny_store, "countries", ("IT",)))
    taken = seen(tiny_store, "countries", ("IT",), "take away")
    assert [(one.after, one.changes) for one in taken] == [((), True)] * 2
    assert all("not in the list" in one.fault for one in seen(tiny_store, "countries", ("XX",)))


@pytest.mark.parametrize(
    ("column", "how", "ids", "words"),
    [
        ("name", "set", BOTH, "several practices at once"),
        ("start_year", "add", BOTH, "may have several"),
        ("countries", "set", (), "between 1 and 500"),
        ("countries", "set", tuple(map(str, range(501))), "between 1 and 500"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    tiny_store: Store, column: str, how: How, ids: tuple[str, ...], words: str
) -> None:
    with pytest.raises(PracticesError, match=words):
        seen(tiny_store, column, "x", how, ids)


def test_fault_or_conflict_in_one_practice_refuses_all(tiny_store: Store) -> None:
    before = facts(tiny_store, "countries")
    with pytest.raises(PracticesError, match="no-such: there is no practice"):
        batch_edits.apply(
            tiny_store, CURATOR, "countries", seen(tiny_store, "countries", ("IT",), ids=(*BOTH, "no-such")), "why"
        )
    with pytest.raises(PracticesError, match="Say why"):
        batch_edits.apply(tiny_store, CURATOR, "countries", seen(tiny_store, "countries", ("IT",)), " ")
    shown = seen(tiny_store, "countries", ("IT",))
    last = BOTH[1]
    edit_practices.edit_practice(tiny_store, Edit(CURATOR, last, before[last][1], "faster"), {"name": "Other"}, PAGE)
    with pytest.raises(ConflictError, match="changed in between"):
        batch_edits.apply(tiny_store, CURATOR, "countries", shown, "why")
    assert facts(tiny_store, "countries") == before | {last: (before[last][0], before[last][1] + 1)}


@pytest.mark.parametrize("actor", [ADMINISTRATOR, ANYBODY], ids=lambda actor: actor.role)
def test_who_may_not_is_refused_on_record(tiny_store: Store, actor: Actor) -> None:
    shown = seen(tiny_store, "countries", ("IT",))
    with tiny_store.cursor() as cursor, pytest.raises(NotAllowedError):
        batch_edits.proposals(cursor, actor, BOTH, New("countries", "set", ("IT",)))
    with pytest.raises(NotAllowedError):
        batch_edits.apply(tiny_store, actor, "countries", shown, "why")
    batch = applied(tiny_store)
    with pytest.raises(NotAllowedError):
        batch_edits.undo(tiny_store, actor, batch, "why")
    with tiny_store.cursor() as cursor:
        row = cursor.execute("SELECT count(*) FROM audit WHERE action = 'refused'").fetchone()
    assert row == (2,)
    assert {value for value, _ in facts(tiny_store, "countries").values()} == {("IT",)}


def test_batch_is_taken_back_as_a_whole_and_once(tiny_store: Store) -> None:
    for column, given in (("countries", ("IT",)), ("start_year", "2001"), ("budget_eur", "5"), ("place", ("Turin",))):
        was = facts(tiny_store, column)
        batch = applied(tiny_store, column, given)
        assert batch_edits.undo(tiny_store, CURATOR, batch, "a mistake") == 2
        assert facts(tiny_store, column) == {id_: (value, version + 2) for id_, (value, version) in was.items()}
        with pytest.raises(PracticesError, match="taken back before"):
            batch_edits.undo(tiny_store, CURATOR, batch, "again")
    with tiny_store.cursor() as cursor:
        assert batch_edits.unreleased(cursor, CURATOR) == []


def _edited(store: Store) -> None:
    version = facts(store, "countries")[BOTH[0]][1]
    edit_practices.edit_practice(store, Edit(CURATOR, BOTH[0], version, "x"), {"name": "Other"}, PAGE)


def _released(store: Store) -> None:
    releases.publish(store, CURATOR, "test", 1)


def _erased(store: Store) -> None:
    store.write(lambda cursor: audit_log.erase(cursor, CURATOR, f"practice:{BOTH[0]}", "asked for"))


@pytest.mark.parametrize(
    ("then", "words"),
    [(_edited, f"changed since were {BOTH[0]}"), (_released, "is released"), (_erased, "was erased")],
)
def test_batch_is_not_taken_back_after_a_change_a_release_or_an_erasure(
    tiny_store: Store, then: Callable[[Store], None], words: str
) -> None:
    batch = applied(tiny_store)
    then(tiny_store)
    with pytest.raises(PracticesError, match=words):
        batch_edits.undo(tiny_store, CURATOR, batch, "a mistake")
    assert {value for value, _ in facts(tiny_store, "countries").values()} == {("IT",)}
