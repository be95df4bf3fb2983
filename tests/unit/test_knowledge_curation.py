"""Bringing publications, organisations and links in: checked, all or nothing, audited, seen from the next release."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import oracles
import pytest

from practices_db import knowledge, knowledge_store
from practices_db.__main__ import main
from practices_db.errors import Actor, NotAllowedError, PracticesError
from practices_db.importing import CatalogueError
from practices_db.knowledge_curation import Kind, apply, plan, read_file, stored
from practices_db.permissions import ANYBODY, CLI
from practices_db.queries import integrity_problems
from practices_db.store import Store

FILES: dict[Kind, str] = {"evidence": "evidence", "organisation": "organisations", "link": "links"}


@pytest.fixture
def own(catalogue_db: Path, tmp_path: Path) -> Iterator[Store]:
    copy = tmp_path / "own.duckdb"
    shutil.copy(catalogue_db, copy)
    opened = Store(copy)
    yield opened
    opened.close()


def file(kind: Kind, *edits: tuple[int, dict[str, str]], only: slice = slice(None)) -> bytes:
    """Return a file of the catalogue with some cells changed."""
    table = oracles.read_csv(oracles.CATALOGUE / f"{FILES[kind]}.csv")
    for at, cells in edits:
        table[at].update(cells)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(table[0]))
    writer.writeheader()
    writer.writerows(table[only])
    return out.getvalue().encode()


def lines(store: Store) -> list[tuple[Any, ...]]:
    with store.cursor() as cursor:
        return cursor.execute("SELECT actor, role, action, object, version, reason FROM audit ORDER BY seq").fetchall()


@pytest.mark.parametrize("kind", FILES)
def test_the_catalogues_own_file_changes_nothing_and_leaves_no_line(own: Store, kind: Kind) -> None:
    rows = read_file(kind, f"{FILES[kind]}.csv", file(kind))
    before = lines(own)
    made = apply(own, kind, rows, CLI, "the same again")
    assert (made.new, made.changed, made.same) == ((), (), len(rows))
    assert lines(own) == before


@pytest.mark.parametrize("kind", ["evidence", "organisation"])
def test_new_and_changed_rows_come_in_with_version_and_audit(own: Store, kind: Kind) -> None:
    new = {"id": "synthetic-new", ("title" if kind == "evidence" else "name"): "Synthetic"}
    content = file(kind, (0, {"themes": "health"}), (1, new), only=slice(2))
    rows = read_file(kind, "x.csv", content)
    made = apply(own, kind, rows, CLI, "checked by hand")
    assert made.in_words() == "1 new, 1 changed, 0 as they are"
    first = rows[0].model_dump()["id"]
    with own.cursor() as cursor:
        held = stored(cursor, kind)
        cursor_plan = plan(cursor, kind, rows)
    assert held[first].version == 2
    assert held[first].row["themes"] == ("health",)
    assert held["synthetic-new"].version == 1
    assert cursor_plan.same == 2
    assert [line[1:] for line in lines(own)[-2:]] == [
        ("machine", "add", f"{kind}:synthetic-new", 1, "checked by hand"),
        ("machine", "edit", f"{kind}:{first}", 2, "checked by hand"),
    ]


def test_everybody_sees_it_from_the_next_release_on(own: Store) -> None:
    rows = read_file(
        "evidence", "x.csv", file("evidence", (0, {"id": "synthetic-new", "title": "Synthetic"}), only=slice(1))
    )
    apply(own, "evidence", rows, CLI, "new")
    with own.cursor() as cursor:
        assert "synthetic-new" not in knowledge.names(cursor, "evidence")
        assert integrity_problems(cursor) == []
    own.write(knowledge_store.rebuild)
    with own.cursor() as cursor:
        assert "synthetic-new" in knowledge.names(cursor, "evidence")
        assert integrity_problems(cursor) == []


def test_a_link_that_leads_nowhere_is_refused_and_nothing_is_written(own: Store) -> None:
    content = file("link", (0, {"to_id": "no-such-practice"}), (1, {"reason": "another reason"}))
    with pytest.raises(CatalogueError, match="there is no practice 'no-such-practice'"):
        apply(own, "link", read_file("link", "links.csv", content), CLI, "new")
    with own.cursor() as cursor:
        assert {one.row["reason"] for one in stored(cursor, "link").values()} == {
            row["reason"] for row in oracles.read_csv(oracles.CATALOGUE / "links.csv")
        }


def test_a_changed_reason_of_a_link_is_kept_and_shown_after_a_release(own: Store) -> None:
    rows = read_file("link", "links.csv", file("link", (0, {"reason": "Another reason."})))
    assert apply(own, "link", rows, CLI, "clearer").in_words() == f"0 new, 1 changed, {len(rows) - 1} as they are"
    own.write(knowledge_store.rebuild)
    with own.cursor() as cursor:
        found = knowledge.links_of(cursor, "evidence", [rows[0].model_dump()["from_id"]])
    assert "Another reason." in list(found["reason"])


def test_mistakes_are_named_by_row_and_column_and_ids_stand_once() -> None:
    with pytest.raises(CatalogueError) as caught:
        read_file("evidence", "x.csv", file("evidence", (0, {"kind": "poem"}), (2, {"id": "bamf-evik"})))
    assert any(problem.startswith("x.csv, row 2, kind: 'poem'") for problem in caught.value.problems)
    assert any("'bamf-evik' stands in row" in problem for problem in caught.value.problems)


@pytest.mark.parametrize("actor", [ANYBODY, Actor("assessor", "token:x"), Actor("administrator", "y")])
def test_only_curators_may(own: Store, actor: Actor) -> None:
    rows = read_file("organisation", "x.csv", file("organisation", (0, {"themes": "health"})))
    with pytest.raises(NotAllowedError):
        apply(own, "organisation", rows, actor, "because")
    with own.cursor() as cursor:
        assert all(one.version == 1 for one in stored(cursor, "organisation").values())


def test_a_reason_has_to_be_given(own: Store) -> None:
    with pytest.raises(PracticesError, match="Say why"):
        apply(own, "evidence", [], CLI, "  ")


def test_the_command_says_what_it_would_do_and_does_it(
    own: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "evidence.csv"
    path.write_bytes(file("evidence", (0, {"finding": "Something was found."}), only=slice(3)))
    database = str(own.path)
    own.close()
    command = ["import-knowledge", "evidence", str(path), "--database", database]
    assert main([*command, "--dry-run"]) == 0
    assert "0 new, 1 changed, 2 as they are; nothing was changed" in capsys.readouterr().out
    assert main([*command, "--reason", "abstract read"]) == 0
    assert "0 new, 1 changed, 2 as they are; everybody sees it" in capsys.readouterr().out
    assert main([*command, "--reason", "again"]) == 0
    assert "0 new, 0 changed, 3 as they are" in capsys.readouterr().out
    assert main(command) == 1
    assert "Say why" in capsys.readouterr().err
