"""What ``check`` notices: rows that were edited in the file, a record written anew, another database in the place."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from practices_db.__main__ import main
from practices_db.curation import edit_practices, releases, users
from practices_db.curation.permissions import CLI
from practices_db.curation.versioned_change import Edit
from practices_db.database import audit_log
from practices_db.database.commit_marker import witness_path
from practices_db.errors import PracticesError
from practices_db.operations import check
from practices_db.operations.backups import make_backup
from practices_db.operations.build import build, open_store
from practices_db.operations.check import all_problems, examine, known_head

SYNTHETIC = Path(__file__).resolve().parents[2] / "data" / "synthetic"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a database after a release, and the head of the record that the release printed."""
    path = tmp_path_factory.mktemp("released") / "practices.duckdb"
    build(path, SYNTHETIC)
    with open_store(path) as store:
        with store.cursor() as cursor:
            (id_,) = cursor.execute("SELECT id FROM practice ORDER BY id").fetchone() or ("",)
            found = edit_practices.practice(cursor, CLI, id_)
        edit = Edit(CLI, id_, found.version, "a made-up reason")
        edit_practices.edit_practice(store, edit, {"name": "Made-up name"}, "https://example.org/made-up")
        made = releases.publish(store, CLI, "made up", 1)
    assert all_problems(path)[0] == []
    return path, f"{made.head[0]}:{made.head[1]}"


@pytest.fixture
def path(released: tuple[Path, str], tmp_path: Path) -> Path:
    for one in released[0].parent.glob("practices.duckdb*"):
        shutil.copy(one, tmp_path / one.name)
    return tmp_path / released[0].name


def edited(path: Path, sql: str, values: dict[str, object] | None = None) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(sql, values)


# Each edit has a practice of its own, so that each is named apart from the others.
EDITS = {
    "UPDATE practice_score SET score = 99 WHERE score IS NOT NULL": "table practice_score is not what follows",
    "UPDATE practice_card SET effectiveness_score = 99": "table practice_card is not what follows",
    "UPDATE practice SET summary = 'Other' WHERE id = 'synthetic-apostrophe'": "synthetic-apostrophe was changed",
    "UPDATE practice SET state = 'archived', left_on = now(), left_because = 'made up' WHERE id = 'synthetic-empty'": (
        "practice synthetic-empty was changed"
    ),
    "DELETE FROM practice_country WHERE practice_id = 'synthetic-lines'": "practice synthetic-lines was changed",
    "UPDATE answer SET answer = CASE answer WHEN 'met' THEN 'partly' ELSE 'met' END FROM assessment a "
    "WHERE a.id = assessment_id AND a.practice_id = 'synthetic-formula'": "the answers of assessment synthetic-formula",
    "UPDATE assessment SET assessor = 'Other' WHERE practice_id = 'synthetic-accents'": "assessment synthetic-accents",
    "INSERT INTO evidence BY NAME SELECT 'made-up' AS id, 'Made up' AS title, 'report' AS kind, "
    "'Made up.' AS summary, 'https://example.org/' AS url, 'yes' AS url_seen, today() AS checked_on": (
        "publication made-up was changed, and no line of the record says so"
    ),
    "UPDATE data_version SET released_on = released_on + 1": "what release 2 says of itself was changed",
    "UPDATE framework SET title = 'Other'": "is not the one that this release of the app knows",
}


def test_rows_edited_in_the_file_are_noticed(path: Path) -> None:
    edited(path, ";".join(EDITS))
    found = all_problems(path)[0]
    assert [said for said in EDITS.values() if not any(said in problem for problem in found)] == []


@pytest.mark.parametrize(
    ("sql", "of_itself", "said"),
    [
        ("UPDATE released_answer SET answer = 'met' WHERE answer <> 'met'", "data_version SET note", "released is not"),
        ("UPDATE released_answer SET answer = 'no such answer'", "release_change SET words", "computed anew from what"),
    ],
)
def test_what_is_released_cannot_be_edited_unnoticed(path: Path, sql: str, of_itself: str, said: str) -> None:
    edited(path, sql)
    edited(path, f"UPDATE {of_itself} = 'Other'")
    found = all_problems(path)[0]
    for one in (said, "what release 2 says of itself was changed"):
        assert any(one in problem for problem in found), one


OTHER_VALUE = {
    "VARCHAR": "concat({0}, 'x')",
    "VARCHAR[]": "list_append(coalesce({0}, []), 'x')",
    "BOOLEAN": "NOT coalesce({0}, false)",
    "DATE": "coalesce({0}, DATE '2020-01-01') + 1",
    "TIMESTAMP": "{0} + INTERVAL 1 DAY",
    "TIMESTAMP WITH TIME ZONE": "{0} + INTERVAL 1 DAY",
}


@pytest.mark.slow
def test_any_value_edited_in_what_is_shown_or_on_record_is_noticed(path: Path) -> None:
    """One value of each column that has one, of every released table, every table of scores, and the record."""
    with duckdb.connect(str(path)) as connection:
        columns = connection.execute(
            """
            SELECT table_name, column_name, data_type FROM duckdb_columns()
            WHERE starts_with(table_name, 'released_')
                OR table_name = 'audit' OR table_name IN (SELECT unnest($derived::TEXT[]))
            ORDER BY ALL
            """,
            {"derived": list(check._DERIVED)},
        ).fetchall()
    tried, unnoticed = 0, []
    for table, column, kind in columns:
        with duckdb.connect(str(path)) as connection:
            rowid = f'(SELECT min(rowid) FROM {table} WHERE "{column}" IS NOT NULL)'
            kept = connection.execute(f'SELECT "{column}", rowid FROM {table} WHERE rowid = {rowid}').fetchone()
            if kept is None or kind == "JSON":
                continue
            other = OTHER_VALUE.get(kind, "{0} + 100").format(f'"{column}"')
            connection.execute(f'UPDATE {table} SET "{column}" = {other} WHERE rowid = {rowid}')
        tried += 1
        if not all_problems(path)[0]:
            unnoticed.append((table, column))
        edited(path, f'UPDATE {table} SET "{column}" = $kept WHERE rowid = $row', {"kept": kept[0], "row": kept[1]})
    print(f"{tried} values edited, {len(unnoticed)} not noticed: {unnoticed}")
    assert tried > 80
    assert unnoticed == []


def test_a_role_that_nobody_gave_is_noticed(path: Path) -> None:
    with open_store(path) as store:
        users.grant(store, CLI, "first@example.org", "administrator")
        users.grant(store, CLI, "other@example.org", "assessor")
        users.dismiss(store, CLI, "other@example.org")
    assert all_problems(path)[0] == []
    edited(path, "INSERT INTO person VALUES ('other@example.org', 'assessor', today(), 1)")
    edited(path, "UPDATE person SET role = 'curator' WHERE role = 'administrator'")
    assert sum("which nobody gave" in problem for problem in all_problems(path)[0]) == 2


def test_a_hash_edited_with_the_rows_does_not_help(path: Path) -> None:
    edited(path, "UPDATE released_practice SET name = 'Other' WHERE id = (SELECT min(id) FROM released_practice)")
    edited(path, "UPDATE data_version SET content_hash = repeat('0', 64), origin = 'catalogue files in another form'")
    assert any("what is released" in problem for problem in all_problems(path)[0])


def test_a_record_written_anew_is_noticed_against_what_a_release_printed(
    path: Path, released: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    with open_store(path, backups_folder=folder) as store:
        made = make_backup(store, folder)
    assert known_head(str(made.folder)) == known_head(str(made.folder / "manifest.json"))
    assert main(["check", "--database", str(path), "--against", str(made.folder)]) == 0
    with open_store(path) as store:  # somebody who can write the file writes a record that holds
        lines = [(line.action, line.object) for line in _lines(store)]

        def anew(cursor: duckdb.DuckDBPyConnection) -> None:
            cursor.execute("DELETE FROM audit")
            audit_log.record(cursor, CLI, *(audit_log.Entry(*line) for line in lines * 9))

        store.write(anew)
    assert main(["check", "--database", str(path), "--against", released[1]]) == 1
    assert "the record was written anew" in capsys.readouterr().err
    with pytest.raises(PracticesError, match="neither NUMBER:HASH nor a backup"):
        known_head("nothing")


def _lines(store: object) -> list[audit_log.Line]:
    with store.cursor() as cursor:  # type: ignore[attr-defined]
        return audit_log.history(cursor, "data")


def test_a_lost_witness_and_another_database_are_problems_and_put_on_record(path: Path, tmp_path: Path) -> None:
    witness_path(path).unlink()
    assert ["witness is gone" in problem for problem in examine(path).problems] == [True]
    open_store(path).close()
    assert examine(path).problems == []
    other = tmp_path / "other" / "practices.duckdb"
    build(other, SYNTHETIC)
    shutil.copy(other, path)
    assert ["this is another database" in problem for problem in examine(path).problems] == [True]
    with open_store(path) as store:
        assert [line.action for line in _lines(store)] == ["start"]
    assert examine(path).problems == []


def test_a_copy_that_went_its_own_way_is_no_later_state(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.duckdb"
    shutil.copy(path, other)
    for one, writes in ((path, 2), (other, 3)):  # the copy is ahead by one write, as after a crash
        with open_store(one) as store:
            for _ in range(writes - (one == other)):
                users.logged_in(store, CLI)
    shutil.copy(other, path)
    assert any("is not the one whose hash" in problem for problem in examine(path).problems)


def test_check_refuses_a_database_of_a_newer_release(path: Path) -> None:
    edited(path, "INSERT INTO _migration VALUES ('9999_future', now())")
    with pytest.raises(PracticesError, match="newer release"):
        all_problems(path)
