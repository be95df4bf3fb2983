"""Bringing publications, organisations and links in: by the same importer as practices, seen from the next release."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import openpyxl
import oracles
import pytest
from import_files import bring, looked_at

from practices_db.catalogue import library_store
from practices_db.catalogue.library_filter import FILTERS
from practices_db.catalogue.problems import RefusedError
from practices_db.curation import releases
from practices_db.curation.permissions import CLI
from practices_db.database import audit_log
from practices_db.database.store import Store
from practices_db.files.exports.library_files import written
from practices_db.files.imports.duplicates import Named, alike
from practices_db.files.imports.preview import Decision
from practices_db.files.imports.templates import allowed_values
from practices_db.queries import library
from practices_db.queries.integrity import integrity_problems

KINDS = ("evidence", "organisations", "links")
NAME = {"evidence": "title", "organisations": "name"}
OWNER = {"evidence": "evidence", "organisations": "organisation"}


def rows_of(kind: str) -> list[dict[str, str]]:
    return [dict(row) for row in oracles.part()[f"{kind}.csv"]]


def table(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def file(kind: str, *edits: tuple[int, dict[str, str]], only: slice = slice(None)) -> bytes:
    """Return a file of that part of the catalogue with some cells changed."""
    rows = rows_of(kind)
    for at, cells in edits:
        rows[at].update(cells)
    return table(rows[only])


def lines(store: Store) -> list[tuple[Any, ...]]:
    with store.cursor() as cursor:
        assert audit_log.verify(cursor) == []
        return cursor.execute("SELECT role, action, object, version, reason FROM audit ORDER BY seq").fetchall()


def version(store: Store, kind: str, id_: str) -> int:
    with store.cursor() as cursor:
        found = cursor.execute(f"SELECT version FROM {OWNER[kind]} WHERE id = $id", {"id": id_}).fetchone()
    assert found
    return int(found[0])


def refused(store: Store, content: bytes) -> str:
    with pytest.raises(RefusedError) as caught:
        looked_at(store, content)
    return str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_the_catalogues_own_file_changes_nothing_and_leaves_no_line(own: Store, kind: str) -> None:
    before = lines(own)
    shown = bring(own, file(kind))
    assert shown.counts == {kind: {"added": 0, "changed": 0, "unchanged": len(rows_of(kind))}}
    assert shown.duplicates == ()
    assert lines(own) == before


@pytest.mark.parametrize("kind", ["evidence", "organisations"])
def test_new_and_changed_rows_come_in_with_version_and_audit(own: Store, kind: str) -> None:
    first = rows_of(kind)[0]["id"]
    new = {"id": "synthetic-new", NAME[kind]: "Synthetic quokka handbook", "url": "https://example.org/quokka"}
    content = file(kind, (0, {"themes": "health"}), (1, new), only=slice(2))
    shown = bring(own, content)
    assert shown.counts == {kind: {"added": 1, "changed": 1, "unchanged": 0}}
    assert (version(own, kind, first), version(own, kind, "synthetic-new")) == (2, 1)
    assert looked_at(own, content).nothing_new
    assert [(line[0], line[1], line[2], line[3]) for line in lines(own)[-3:]] == [
        ("machine", "import", f"{OWNER[kind]}:{first}", 2),
        ("machine", "import", f"{OWNER[kind]}:synthetic-new", 1),
        ("machine", "import", "data", None),
    ]


def test_everybody_sees_it_from_the_next_release_on(own: Store) -> None:
    new = {"id": "synthetic-new", "title": "Synthetic quokka handbook", "url": "https://example.org/quokka"}
    bring(own, file("evidence", (0, new), only=slice(1)))
    with own.cursor() as cursor:
        assert "synthetic-new" not in library.names(cursor, "evidence")
        assert integrity_problems(cursor) == []
    own.write(library_store.rebuild)
    with own.cursor() as cursor:
        assert "synthetic-new" in library.names(cursor, "evidence")
        assert integrity_problems(cursor) == []


def test_a_release_lists_what_changed_of_publications_organisations_and_links(own: Store) -> None:
    paper, house, link = (rows_of(kind)[0] for kind in KINDS)
    new = {"id": "synthetic-new", "title": "Synthetic quokka handbook", "url": "https://example.org/quokka"}
    bring(own, file("evidence", (0, {"themes": "health", "title": "Synthetic title"}), (1, new), only=slice(2)))
    bring(own, file("organisations", (0, {"name": "Synthetic name"}), only=slice(1)))
    bring(own, file("links", (0, {"reason": "Another reason."}), only=slice(1)))
    own.write(lambda cursor: cursor.execute("DELETE FROM link WHERE from_id = $id", {"id": "rainbow-welcome-toolkit"}))
    found = releases.pending(own, CLI)
    told = {(one.kind, one.subject_id): (one.name, one.words) for one in found if one.words != "gone"}
    ends = ">".join(link[name] for name in ("from_kind", "from_id", "relation", "to_kind", "to_id"))
    assert told[("publication", paper["id"])] == ("Synthetic title", "title, themes")
    assert told[("publication", "synthetic-new")] == ("Synthetic quokka handbook", "new")
    assert told[("organisation", house["id"])] == ("Synthetic name", "name")
    assert told[("link", ends)][1] == "reason"
    assert len(told) == 4
    assert {one.kind for one in found if one.words == "gone"} == {"link"}
    released = releases.publish(own, CLI, "", 1)
    assert released.changes == tuple(found)
    with own.cursor() as cursor:
        assert releases.changes(cursor) == found
    assert releases.pending(own, CLI) == []


def test_a_link_that_leads_nowhere_is_refused_with_the_nearest_id(own: Store) -> None:
    links = rows_of("links")
    at = next(at for at, row in enumerate(links) if row["to_kind"] == "practice")
    nearly = links[at]["to_id"] + "x"
    said = refused(own, file("links", (at, {"to_id": nearly})))
    assert f"row {at + 2}, to_id: '{nearly}' is neither in the database nor in this file" in said
    assert f"did you mean '{links[at]['to_id']}'?" in said


def test_a_publication_an_organisation_and_their_link_come_in_one_workbook(own: Store) -> None:
    made = {
        "evidence": rows_of("evidence")[0]
        | {"id": "synthetic-paper", "title": "Synthetic quokka paper", "url": "https://example.org/q"},
        "organisations": rows_of("organisations")[0]
        | {"id": "synthetic-house", "name": "Synthetic quokka house", "url": "https://example.org/h"},
        "links": rows_of("links")[0]
        | {
            "from_kind": "organisation",
            "from_id": "synthetic-house",
            "relation": "publishes",
            "to_kind": "evidence",
            "to_id": "synthetic-paper",
        },
    }
    book = openpyxl.Workbook()
    for kind, row in made.items():
        sheet = book.create_sheet(kind)
        sheet.append(list(row))
        sheet.append([value or None for value in row.values()])
    content = io.BytesIO()
    book.save(content)
    shown = bring(own, content.getvalue())
    assert {kind: counts["added"] for kind, counts in shown.counts.items()} == dict.fromkeys(made, 1)
    owner = "link:organisation>synthetic-house>publishes>evidence>synthetic-paper"
    assert (owner, 1) in [line[2:4] for line in lines(own)]
    assert looked_at(own, content.getvalue()).nothing_new


def test_a_changed_reason_of_a_link_is_kept_and_shown_after_a_release(own: Store) -> None:
    link = rows_of("links")[0]
    shown = bring(own, file("links", (0, {"reason": "Another reason."})))
    assert shown.counts["links"]["changed"] == 1
    own.write(library_store.rebuild)
    with own.cursor() as cursor:
        found = library.links_of(cursor, link["from_kind"], [link["from_id"]])  # type: ignore[arg-type]
    assert "Another reason." in list(found["reason"])


def test_mistakes_are_named_by_row_column_and_nearest_value_and_ids_stand_once(own: Store) -> None:
    twice = rows_of("evidence")[0]["id"]
    said = refused(own, file("evidence", (0, {"kind": "evaluatoin"}), (2, {"id": twice}), (3, {"url": "nowhere"})))
    assert "row 2, kind: 'evaluatoin'" in said
    assert "did you mean 'evaluation'" in said
    assert "row 5, url" in said
    assert f"row 4, id: duplicate: '{twice}' is already in row 2" in refused(own, file("evidence", (2, {"id": twice})))


# --- what looks like one we have -----------------------------------------------------------------------------------


def test_few_of_the_catalogue_look_alike() -> None:
    def named(kind: str) -> list[Named]:
        rows = oracles.read_csv(oracles.CATALOGUE / f"{kind}.csv")
        return [Named(row["id"], row[NAME[kind]], row["url"]) for row in rows]

    assert alike(named("evidence"), []) == []
    assert len(alike(named("organisations"), [])) <= 3


def again() -> dict[str, str]:
    """Return a publication of the catalogue under another id and in other letters."""
    row = rows_of("evidence")[0]
    return row | {"id": "synthetic-again", "title": row["title"].upper() + "!", "summary": "Synthetic summary."}


def test_a_publication_we_have_is_told_and_can_be_the_same_left_out_or_another(own: Store) -> None:
    known = rows_of("evidence")[0]
    practice = next(row["to_id"] for row in rows_of("links") if row["to_kind"] == "practice")
    link = rows_of("links")[0] | {
        "from_kind": "evidence",
        "from_id": "synthetic-again",
        "relation": "studies",
        "to_kind": "practice",
        "to_id": practice,
    }
    book = openpyxl.Workbook()
    for kind, row in (("evidence", again()), ("links", link)):
        sheet = book.create_sheet(kind)
        sheet.append(list(row))
        sheet.append([value or None for value in row.values()])
    out = io.BytesIO()
    book.save(out)
    content = out.getvalue()

    shown = looked_at(own, content)
    (duplicate,) = shown.undecided
    assert (duplicate.kind, duplicate.id, duplicate.other.id) == ("evidence", "synthetic-again", known["id"])
    assert duplicate.key == "evidence:synthetic-again"

    left = looked_at(own, content, decisions={duplicate.key: Decision("leave")})
    assert (left.entries, left.left_out) == ((), 2)
    same = looked_at(own, content, decisions={duplicate.key: Decision("same", known["id"])})
    by_kind = {entry.kind: entry for entry in same.entries}
    assert by_kind["evidence"].key == (known["id"],)
    assert by_kind["evidence"].state == "changed"
    assert by_kind["links"].key[1] == known["id"]
    another = bring(own, content, decisions={duplicate.key: Decision("add")})
    assert {entry.state for entry in another.entries} == {"added"}


def test_a_decision_on_a_publication_is_none_on_a_practice_of_the_same_id(own: Store) -> None:
    content = table([again()])
    shown = looked_at(own, content, decisions={"synthetic-again": Decision("leave")})
    assert len(shown.undecided) == 1
    assert len(shown.entries) == 1


# --- files that were taken away, and templates ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shelf", "kind", "format_"),
    [
        ("evidence", "evidence", "csv-semicolon"),
        ("organisation", "organisations", "csv-comma"),
        ("organisation", "organisations", "csv"),
    ],
)
def test_a_file_that_was_taken_away_changes_nothing(own: Store, shelf: Any, kind: str, format_: str) -> None:
    """Also where a spreadsheet's CSV has put an apostrophe before what a spreadsheet would run."""
    column = {"evidence": "finding", "organisations": "joins"}[kind]
    bring(own, file(kind, (0, {column: "=1+1 is synthetic"}), (1, {column: "'quoted, synthetic'"})))
    own.write(library_store.rebuild)
    chosen = FILTERS[shelf]()
    with own.cursor() as cursor:
        rows = library.find(cursor, chosen, None).to_dict("records")
    content = written(chosen, rows, format_, "1", date(2026, 1, 2))
    shown = looked_at(own, content)
    assert shown.nothing_new, shown.of("changed")
    assert shown.counts[kind]["unchanged"] == len(rows_of(kind))


@pytest.mark.parametrize("kind", ["evidence", "organisations"])
def test_allowed_values_are_those_that_are_taken(own: Store, kind: Any) -> None:
    by_column: dict[str, list[str]] = {}
    for _, column, value, _ in allowed_values([kind]):
        by_column.setdefault(column, []).append(value)
    several = {"languages", "themes", "target_groups", "countries", "levels"} & set(by_column)
    one = rows_of(kind)[0] | {column: ";".join(by_column[column]) for column in several}
    rows = [
        one | {"id": f"synthetic-{column.replace('_', '-')}-{at}", column: value}
        for column in set(by_column) - several
        for at, value in enumerate(by_column[column])
    ]
    assert looked_at(own, table(rows)).counts[kind]["added"] == len(rows)
