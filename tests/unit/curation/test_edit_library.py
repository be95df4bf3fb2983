"""Curators change publications, organisations and links; everybody sees it at a release; nothing is lost by it."""

from __future__ import annotations

import shutil
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import back
import oracles
import pytest
from import_files import HOUSE, PAPER, bring, looked_at, table
from planted import problems_after
from refusals import refusal_of

from practices_db.catalogue import library_store, write_files
from practices_db.catalogue.library_items import KINDS, Item
from practices_db.catalogue.problems import RefusedError
from practices_db.catalogue.read_files import CatalogueError, read_catalogue
from practices_db.curation import edit_library, edit_practices, releases, reviews
from practices_db.curation.permissions import CLI, Actor
from practices_db.curation.versioned_change import Edit
from practices_db.database import audit_log
from practices_db.database.store import Store
from practices_db.errors import PracticesError
from practices_db.files.imports.read import Confirmed
from practices_db.operations import upgrade
from practices_db.operations.build import build, open_store
from practices_db.queries import library
from practices_db.queries.integrity import integrity_problems
from practices_db.queries.practices import data_version

CURATOR = Actor("curator", "person:0123456789abcdef")
PAGE = "https://example.org/other-page"
FILES: dict[Item, str] = {"evidence": "evidence", "organisation": "organisations", "link": "links"}
CHANGES: dict[Item, dict[str, Any]] = {
    "evidence": {"summary": "Synthetic summary.", "themes": ("health", "employment"), "year": "2019"},
    "organisation": {"name": "Synthetic name", "countries": ("SE",), "community_of_practice": True},
    "link": {"reason": "Synthetic reason.", "source_url": PAGE},
}


def rows_of(item: str) -> list[dict[str, str]]:
    return [dict(row) for row in oracles.part()[f"{FILES[item]}.csv"]]


def first(item: Item, at: int = 0) -> str:
    row = rows_of(item)[at]
    return edit_library.link_id(row) if item == "link" else row["id"]


def stands(store: Store, item: Item, id_: str) -> edit_library.Curated:
    with store.cursor() as cursor:
        return edit_library.read(cursor, CLI, item, id_)


def release(store: Store) -> dict[tuple[str, str], tuple[str, str | None]]:
    """Release, which is refused where anything does not hang together, and return what that changed.

    Kind and id → words and why.
    """
    with store.cursor() as cursor:
        seen = data_version(cursor).number
    made = releases.publish(store, CURATOR, "test", seen)
    return {(one.kind, one.subject_id): (one.words, one.why) for one in made.changes}


def public(store: Store) -> list[Any]:
    """Return what everybody may read of publications, organisations and links."""
    with store.cursor() as cursor:
        tables = ("evidence_card", "organisation_card", "knowledge_facet", "known_link")
        return [cursor.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in tables]


def lines(store: Store, object_: str) -> list[audit_log.Line]:
    with store.cursor() as cursor:
        assert audit_log.verify(cursor) == []
        return audit_log.history(cursor, object_)


def test_facts_are_changed_with_reason_record_and_release(own: Store) -> None:
    shown, changed = public(own), {}
    for item, changes in CHANGES.items():
        id_ = first(item)
        before = stands(own, item, id_)
        new = edit_library.edit(own, item, Edit(CURATOR, id_, 1, "the page says so", "Put right."), changes, PAGE)
        after = stands(own, item, id_)
        assert (new, after.version, after.state) == (2, 2, "listed"), item
        assert after.facts == KINDS[item].model.model_validate(before.facts | changes).model_dump(), item
        (line,) = lines(own, after.thing.name)
        kind = {"evidence": "publication"}.get(item, item)
        changed[kind, id_] = {name for name in after.facts if after.facts[name] != before.facts[name]}
        assert (line.actor, line.action, line.version, line.reason) == (CURATOR.id, "edit", 2, "the page says so"), item
        assert line.before is not None
        assert line.after is not None
        assert set(line.before) == changed[kind, id_], item
        assert set(line.after) == changed[kind, id_] | (set() if item == "link" else {"source"}), item
    edit_library.checked(own, "link", Edit(CURATOR, first("link", 1), 1), date(2026, 12, 1))
    assert public(own) == shown
    told = release(own)
    assert told.pop(("link", first("link", 1))) == ("checked_on", None)
    assert {key: set(words.split(", ")) for key, (words, _) in told.items()} == changed
    assert {why for _, why in told.values()} == {"Put right."}
    assert all(now != before for now, before in zip(public(own), shown, strict=True))


def test_rows_of_the_catalogue_are_read_as_its_file_says(own: Store) -> None:
    for item in FILES:
        for row in rows_of(item)[::3]:  # each is read by a query of its own
            assert stands(own, item, KINDS[item].id_of(row)).facts == KINDS[item].model.model_validate(row).model_dump()


def test_change_that_cannot_stand_is_refused_in_words(own: Store) -> None:
    before = stands(own, "evidence", first("evidence"))
    refused: list[tuple[dict[str, Any], str, str, str]] = [
        ({"year": "next"}, "why", PAGE, "Year: 'next'"),
        ({"themes": ("healthh",)}, "why", PAGE, "did you mean 'health'"),
        ({"title": ""}, "why", PAGE, "Title: "),
        ({"summary": "Other."}, " ", PAGE, "Say why"),
        ({"summary": "Other."}, "why", " ", "address of the page that says so"),
        ({"summary": "Other."}, "why", "javascript:alert(1)", "Address: "),
        ({}, "why", PAGE, "every value is as it was"),
        ({"id": "another"}, "why", PAGE, "never changes"),
    ]
    told = [
        (
            says,
            refusal_of(partial(edit_library.edit, own, "evidence", Edit(CURATOR, before.id, 1, why), changes, source)),
        )
        for changes, why, source, says in refused
    ]
    assert [(says, said) for says, said in told if says not in said] == []
    assert stands(own, "evidence", before.id) == before
    assert lines(own, before.thing.name) == []


def test_what_is_archived_goes_at_the_release_and_comes_back_as_it_was(own: Store) -> None:
    shown = public(own)
    gone = {item: first(item) for item in CHANGES}
    kinds = [("publication" if item == "evidence" else item, id_) for item, id_ in gone.items()]
    for item, id_ in gone.items():
        edit_library.KEPT[item].archive(own, Edit(CURATOR, id_, 1, f"The {item} was never there."))
    assert public(own) == shown
    told = release(own)
    assert [told[key] for key in kinds] == [("gone", f"The {item} was never there.") for item in gone]
    left = public(own)
    for item, id_ in gone.items():
        assert id_ not in repr(left[:3])
        assert [one for one in left[3] if (item, id_) in (one[:2], one[3:5])] == []
        edit_library.KEPT[item].relist(own, Edit(CURATOR, id_, 2, "It is there."))
    told = release(own)
    assert [told[key][0] for key in kinds] == ["new"] * 3
    assert public(own) == shown
    for item, id_ in gone.items():
        assert [line.action for line in lines(own, stands(own, item, id_).thing.name)] == ["relist", "archive"], item


def test_merged_organisation_leaves_its_links_to_the_one_that_is_kept(own: Store) -> None:
    old, kept = first("organisation"), first("organisation", 1)
    tie = rows_of("link")[0] | {"from_kind": "organisation", "relation": "leads", "to_id": "accelair"}
    for from_id in (old, kept):
        edit_library.add(own, CURATOR, "link", tie | {"from_id": from_id}, "read it")
    edit_library.add(own, CURATOR, "link", tie | {"from_id": old, "to_id": "acompanando-t"}, "read it")
    edit_library.KEPT["organisation"].merge(own, Edit(CURATOR, old, 1, "The same house."), kept)
    was = stands(own, "organisation", old)
    assert (was.state, was.merged_into, was.left_because) == ("merged", kept, "The same house.")
    with own.cursor() as cursor:
        found = edit_library.links(cursor, CLI, "organisation", kept)
        left = edit_library.links(cursor, CLI, "organisation", old)
    assert {(one.facts["to_id"], one.version) for one in found} == {("accelair", 1), ("acompanando-t", 2)}
    (behind,) = left  # the kept one has it already
    assert (behind.facts["to_id"], behind.state, behind.left_because) == ("accelair", "archived", "The same house.")
    moved = next(one.id for one in found if one.facts["to_id"] == "acompanando-t")
    assert [line.action for line in lines(own, f"link:{moved}")] == ["rename", "add"]  # also what it was called before
    told = release(own)
    assert told["organisation", old] == ("gone", "The same house.")
    assert {id_ for kind, id_ in told if kind == "link"} == {one.id for one in found}
    assert told["link", moved] == ("new", "Taken over in a merge: The same house.")
    with pytest.raises(PracticesError, match="only be merged into another one that is listed"):
        edit_library.KEPT["organisation"].merge(own, Edit(CURATOR, first("organisation", 2), 1, "why"), old)
    with pytest.raises(RefusedError, match=f"was merged into another one; use that one's id; did you mean '{kept}'"):
        looked_at(own, table(HOUSE | {"id": old}, columns=list(HOUSE)).encode())


def of_oecd(store: Store) -> list[tuple[Any, ...]]:
    """Return the links that everybody may read from an organisation whose name two records show together."""
    with store.cursor() as cursor:
        found = cursor.execute("FROM known_link WHERE from_kind = 'organisation' AND from_id = 'oecd' ORDER BY ALL")
        return found.fetchall()


def as_link(shown: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip((*KINDS["link"].key, "reason", "source_url"), shown, strict=False)) | {"checked_on": "2026-11-25"}


def test_merged_organisation_leaves_also_what_its_name_showed(own: Store) -> None:
    shown = of_oecd(own)
    assert len(shown) > 10
    edit_library.KEPT["organisation"].merge(own, Edit(CURATOR, "oecd", 1, "Synthetic reason."), "cedefop")
    told = release(own)
    taken_over = [one for one in public(own)[3] if one[:2] == ("organisation", "cedefop")]
    assert {one[2:5] for one in shown} <= {one[2:5] for one in taken_over}
    judged = [one for one in taken_over if one[7]]
    assert len(judged) >= len(shown) - 1  # one was the other's, too
    assert sum(kind == "link" and words == "new" for (kind, _), (words, _) in told.items()) == len(judged)


def test_practice_merged_before_links_were_handed_over_gets_its_own(own: Store) -> None:
    store, link = own, rows_of("link")[0]

    def merge_as_before(cursor: Any) -> None:
        cursor.execute(
            "UPDATE practice SET state = 'merged', merged_into = 'accelair', left_on = today(), left_because = 'same' "
            "WHERE id = $id",
            {"id": link["to_id"]},
        )
        cursor.execute("DELETE FROM practice_card WHERE id = $id", {"id": link["to_id"]})
        cursor.execute("DELETE FROM released_practice WHERE id = $id", {"id": link["to_id"]})

    store.write(merge_as_before)
    upgrade.after_migration(store, ["0004_knowledge"])
    assert stands(store, "link", edit_library.link_id(link)).version == 1
    upgrade.after_migration(store, ["0005_leaving"])
    assert stands(store, "link", edit_library.link_id(link | {"to_id": "accelair"})).version == 2
    with store.cursor() as cursor:
        left = cursor.execute("SELECT count(*) FROM known_link WHERE to_id = $id", {"id": link["to_id"]}).fetchone()
    assert left == (0,)


def test_a_merge_leaves_no_practice_without_a_primary_type(own: Store) -> None:
    """The primary type of the old one was taken out at the one that is kept: a curator says which it is now."""
    types: dict[str, list[dict[str, str]]] = {}
    for row in oracles.part()["practice_types.csv"]:
        types.setdefault(row["practice_id"], []).append(row)
    assessed = {row["practice_id"] for row in oracles.read_csv(oracles.CATALOGUE / "assessments.csv")}
    old, kept, primary = next(
        (old, kept, row["measure_type"])
        for old, of in types.items()
        if len(of) > 1 and old not in assessed
        for row in of
        if row["primary"] == "yes"
        for kept, its in types.items()
        if kept != old and [one["measure_type"] for one in its] == [row["measure_type"]]
    )
    other = next(row["measure_type"] for row in types[old] if row["primary"] != "yes")
    edit_library.KEPT["practice_type"].archive(own, Edit(CURATOR, f"{kept}>{primary}", 1, "not of this type"))
    with pytest.raises(
        PracticesError, match=f"exactly one type of measure of a practice of '{kept}' must be marked primary"
    ):
        edit_practices.KEPT.merge(own, Edit(CURATOR, old, 1, "the same"), kept)
    edit_library.edit(own, "practice_type", Edit(CURATOR, f"{old}>{other}", 1, "mainly so"), {"primary": "yes"})
    edit_practices.KEPT.merge(own, Edit(CURATOR, old, 1, "the same"), kept)
    release(own)
    with own.cursor() as cursor:
        assert integrity_problems(cursor) == []


def test_merged_practice_leaves_its_links_to_the_one_that_is_kept(own: Store) -> None:
    link = rows_of("link")[0]
    edit_practices.KEPT.merge(own, Edit(CURATOR, link["to_id"], 1, "the same"), "accelair")
    release(own)
    with own.cursor() as cursor:
        found = library.links_of(cursor, "practice", ["accelair"])
    assert link["reason"] in list(found["reason"])
    (line,) = lines(own, "link:" + edit_library.link_id(link | {"to_id": "accelair"}))
    assert line.before == {"id": edit_library.link_id(link)}


def test_link_is_added_once_between_what_is_in_the_catalogue(own: Store) -> None:
    link = rows_of("link")[0] | {"to_id": "accelair"}
    id_ = edit_library.add(own, CURATOR, "link", link, "read it")
    assert stands(own, "link", id_).version == 1
    with pytest.raises(PracticesError, match="there already"):
        edit_library.add(own, CURATOR, "link", link, "again")
    with pytest.raises(PracticesError, match="no practice 'nowhere' in the catalogue"):
        edit_library.add(own, CURATOR, "link", link | {"to_id": "nowhere"}, "why")
    with pytest.raises(PracticesError, match="goes from evidence to practice"):
        edit_library.add(own, CURATOR, "link", link | {"to_kind": "evidence", "to_id": first("evidence")}, "why")
    edit_practices.KEPT.archive(own, Edit(CURATOR, "acompanando-t", 1, "ended"))
    with pytest.raises(PracticesError, match="no practice 'acompanando-t' in the catalogue"):
        edit_library.add(own, CURATOR, "link", link | {"to_id": "acompanando-t"}, "why")
    assert release(own)["link", id_] == ("new", None)
    with own.cursor() as cursor:
        assert link["reason"] in list(library.links_of(cursor, "practice", ["accelair"])["reason"])


def test_what_two_records_show_is_taken_out_and_put_back(own: Store) -> None:
    before = of_oecd(own)
    wrong = as_link(before[0])
    with pytest.raises(PracticesError, match="Say why"):
        edit_library.refuse_link(own, CURATOR, wrong, " ")
    id_ = edit_library.refuse_link(own, CURATOR, wrong, "Another OECD.")
    assert of_oecd(own) == before
    assert release(own)["link", id_] == ("gone", "Another OECD.")
    assert of_oecd(own) == before[1:]
    edit_library.KEPT["link"].relist(own, Edit(CURATOR, id_, 1, "The same after all."))
    assert release(own)["link", id_] == ("new", None)
    assert [one[:5] for one in of_oecd(own)] == [one[:5] for one in before]


def test_why_it_left_is_said_and_not_what_was_changed_before(own: Store) -> None:
    link, id_ = rows_of("link")[0], first("link")
    paper, practice = link["from_id"], link["to_id"]
    edit_library.edit(own, "evidence", Edit(CURATOR, paper, 1, "why", "Year corrected."), {"year": "2001"}, PAGE)
    edit_library.edit(own, "link", Edit(CURATOR, id_, 1, "why", "Reason mended."), {"reason": "Other."})
    edit_library.KEPT["evidence"].archive(own, Edit(CURATOR, paper, 2, "Retracted."))
    told = release(own)
    assert told["publication", paper] == ("gone", "Retracted.")
    assert told["link", id_] == ("gone", "Retracted.")
    edit_library.KEPT["link"].archive(own, Edit(CURATOR, id_, 2, "why"))
    with pytest.raises(PracticesError, match=f"no publication '{paper}' in the catalogue"):
        edit_library.KEPT["link"].relist(own, Edit(CURATOR, id_, 3, "why"))
    assert stands(own, "link", id_).state == "archived"
    assert practice not in told


def test_last_publication_of_a_small_catalogue_can_be_archived(tiny_store: Store) -> None:
    def fill(cursor: Any) -> None:
        library_store.insert(cursor, "evidence", [KINDS["evidence"].model.model_validate(PAPER)])
        library_store.insert(cursor, "link", [KINDS["link"].model.model_validate(tie)])

    tie = rows_of("link")[0] | {"from_id": PAPER["id"], "to_id": "synthetic-accents"}
    tiny_store.write(fill)
    release(tiny_store)
    edit_library.KEPT["evidence"].archive(tiny_store, Edit(CURATOR, PAPER["id"], 1, "Made up."))
    assert release(tiny_store)["publication", PAPER["id"]] == ("gone", "Made up.")
    assert public(tiny_store) == [[], [], [], []]


def test_import_changes_the_facts_of_what_is_archived_and_leaves_it_archived(own: Store) -> None:
    for item, column in (("evidence", "summary"), ("organisation", "joins"), ("link", "reason")):
        row = rows_of(item)[0] | {column: "Synthetic words."}
        id_ = first(item)  # type: ignore[arg-type]
        edit_library.KEPT[item].archive(own, Edit(CURATOR, id_, 1, "why"))  # type: ignore[arg-type]
        file = table(row, columns=list(row)).encode()
        if item != "link":  # a link has no name to be told by
            with pytest.raises(RefusedError, match="was archived; it is changed only if you allow that"):
                bring(own, file)
        shown = bring(own, file, Confirmed(archived=True))
        assert [entry.state for entry in shown.entries] == ["changed"]
        now = stands(own, item, id_)  # type: ignore[arg-type]
        assert (now.state, now.version, now.facts[column], now.left_because) == (
            "archived",
            3,
            "Synthetic words.",
            "why",
        )


def test_written_catalogue_builds_the_same_library_and_keeps_what_was_settled(own: Store, tmp_path: Path) -> None:
    link, folder = rows_of("link"), tmp_path / "written"
    ended = Edit(CURATOR, link[0]["to_id"], 1, "ended")  # its link leads nowhere public any more
    edit_practices.KEPT.archive(own, ended)
    edit_library.KEPT["evidence"].archive(own, Edit(CURATOR, link[-1]["from_id"], 1, "withdrawn"))
    edit_library.KEPT["link"].archive(own, Edit(CURATOR, edit_library.link_id(link[3]), 1, "wrong"))
    edit_library.KEPT["organisation"].merge(
        own, Edit(CURATOR, first("organisation"), 1, "same"), first("organisation", 1)
    )
    wrong = edit_library.refuse_link(own, CURATOR, as_link(of_oecd(own)[0]), "Another OECD.")
    # a fact that follows a settled answer is no contradiction
    practice = "south-moravian-regional-centre-for-foreigners"
    settled = f"{practice}:desk-review:desk-review-l:2026-11-27:integration-practices-2.0.0"
    reviews.settle(own, Edit(CURATOR, practice, 0, "read anew"), "sus-transferred", settled)
    edit_practices.edit_practice(own, Edit(CURATOR, practice, 1, "so"), {"transferred_elsewhere": "yes"}, PAGE)
    release(own)
    write_files.write_catalogue(own, folder)
    build(tmp_path / "again.duckdb", folder)
    with open_store(tmp_path / "again.duckdb") as again:
        assert write_files.write_catalogue(again, folder) == []
        assert stands(again, "link", wrong).left_because == "Another OECD."
        assert public(again) == public(own)
        with own.cursor() as mine, again.cursor() as theirs:
            assert integrity_problems(theirs) == []
            assert data_version(mine) == data_version(theirs)
            counted = theirs.execute(
                "SELECT assessment_id FROM counted_answer WHERE practice_id = $id AND indicator_id = 'sus-transferred'",
                {"id": practice},
            ).fetchall()
    assert counted == [(settled,)]
    lines_ = (folder / "settlements.csv").read_text(encoding="utf-8").replace("desk-review-l", "desk-review-x")
    (folder / "settlements.csv").write_text(lines_, encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"settlements\.csv, row 2, assessment_id: .* has no answer"):
        read_catalogue(folder)


def test_check_finds_what_left_without_a_trace(own: Store) -> None:
    said = {
        "state = 'lost'": "its state is lost",
        "state = 'archived'": "does not say since when and why it is archived",
        "left_on = today()": "is listed, but says since when or into what it left",
        "state = 'merged', merged_into = 'x', left_on = today(), left_because = 'y'": "was merged into x, which does "
        "not exist",
    }
    id_ = first("evidence")
    found = {change: problems_after(own, f"UPDATE evidence SET {change} WHERE id = '{id_}'") for change in said}
    assert found == {change: [f"evidence {id_}: {says}"] for change, says in said.items()}


def test_database_of_the_release_before_keeps_its_library(catalogue_db: Path, tmp_path: Path) -> None:
    path = tmp_path / "before.duckdb"
    shutil.copy(catalogue_db, path)  # the whole: what is missing of its library comes with an update
    store = Store(path)
    shown = public(store)

    def go_back(cursor: Any) -> None:
        for name in ("evidence", "organisation", "link"):
            for column in ("state", "left_on", "left_because", *(["merged_into"] if name != "link" else [])):
                cursor.execute(f"ALTER TABLE {name} DROP COLUMN {column}")
        back.before_results_and_types(cursor)
        cursor.execute("ALTER TABLE known_link DROP COLUMN checked_on")
        cursor.execute("DROP TABLE former_link")
        cursor.execute("ALTER TABLE release_change RENAME COLUMN subject_id TO practice_id")
        cursor.execute("DELETE FROM _migration WHERE name >= '0005'")

    store.write(go_back)
    store.close()
    with open_store(path) as store:
        assert public(store) == shown
        with store.cursor() as cursor:
            assert integrity_problems(cursor) == []
        edit_library.KEPT["link"].archive(store, Edit(CURATOR, first("link"), 1, "why"))
