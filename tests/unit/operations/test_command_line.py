"""python -m practices_db: what is done, what is said, and with which exit status."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import oracles
import pytest

from practices_db.__main__ import main
from practices_db.config import database_path
from practices_db.curation.permissions import CLI
from practices_db.database import audit_log
from practices_db.database import migrate as migrate_module
from practices_db.database.migrate import scripts
from practices_db.database.store import Store
from practices_db.queries.integrity import contents

Tables = dict[str, list[list[str]]]
Edited = Callable[[Callable[[Tables], None]], Path]
SYNTHETIC = Path(__file__).resolve().parents[2] / "data" / "synthetic"
HELD = (
    "5 practices, 5 countries, 3 assessments, 10 answers, 0 publications, 0 organisations, 0 links, "
    "0 results, 0 findings"
)


def ids_in(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["practice_id"] for row in csv.DictReader(file, strict=True)]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must be refused with exit status 1 and return what standard error says."""
    assert main(list(arguments)) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err
    assert "Traceback" not in said.err
    return said.err


# --- build -------------------------------------------------------------------------------------------------


def test_build_writes_the_database_and_says_what_is_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "new.duckdb"
    assert main(["build", "--catalogue", str(oracles.SYNTHETIC), "--database", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}: {HELD}\n"
    with Store(path) as store, store.cursor() as cursor:
        assert contents(cursor).practices == 5


def test_build_takes_the_shipped_catalogue_and_the_database_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "of-the-environment.duckdb"
    monkeypatch.setenv("PRACTICES_DB", str(path))
    assert main(["build"]) == 0
    practices = oracles.read_csv(oracles.CATALOGUE / "practices.csv")
    assert capsys.readouterr().out.startswith(f"{path}: {len(practices)} practices, ")
    assert path.exists()


def test_database_is_the_one_beside_the_catalogue_unless_the_environment_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PRACTICES_DB", "/elsewhere/x.duckdb")
    assert database_path() == Path("/elsewhere/x.duckdb")
    for blank in ("", None):
        monkeypatch.delenv("PRACTICES_DB") if blank is None else monkeypatch.setenv("PRACTICES_DB", blank)
        assert database_path() == oracles.ROOT / "data" / "practices.duckdb"


def test_build_of_a_faulty_catalogue_is_refused_with_every_problem(
    edited_catalogue: Edited, database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def edit(tables: Tables) -> None:
        tables["practices"][1][tables["practices"][0].index("countries")] = "Grece"
        tables["assessments"][1][tables["assessments"][0].index("evidence_level")] = "9"

    before = database.read_bytes()
    message = refused(capsys, "build", "--catalogue", str(edited_catalogue(edit)), "--database", str(database))
    assert "practices.csv, row 2, countries: 'Grece' is not in the list of country ids; did you mean 'GR'" in message
    assert "assessments.csv, row 2, evidence_level" in message
    assert database.read_bytes() == before


def test_build_from_a_folder_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "new.duckdb"
    message = refused(capsys, "build", "--catalogue", str(tmp_path / "nowhere"), "--database", str(path))
    assert "practices.csv cannot be read" in message
    assert not path.exists()


def test_build_where_no_file_can_be_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("not a folder")
    path = tmp_path / "file" / "new.duckdb"
    assert str(path.parent) in refused(capsys, "build", "--catalogue", str(oracles.SYNTHETIC), "--database", str(path))


# --- check -------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps access in lists, not in these bits")
def test_what_the_command_line_makes_is_for_its_own_user(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        path = tmp_path / "made.duckdb"
        assert main(["build", "--catalogue", str(SYNTHETIC), "--database", str(path)]) == 0
        assert main(["grant", "who@example.org", "curator", "--database", str(path)]) == 0
        assert main(["backup", "--folder", str(tmp_path / "backups"), "--database", str(path)]) == 0
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    made = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert len(made) > 5
    assert {one.name for one in made if one.stat().st_mode & 0o007} == set()


def test_check_of_a_sound_database_says_no_problems(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--database", str(database)]) == 0
    said = capsys.readouterr()
    assert said.out == f"{database}: {HELD}; no problems\n"
    assert said.err == ""


def test_a_restore_leaves_a_line_in_the_record(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    assert main(["backup", "--folder", str(folder), "--database", str(database)]) == 0
    assert main(["restore", "--from", str(folder), "--database", str(database)]) == 0
    with Store(database) as store, store.cursor() as cursor:
        line = audit_log.history(cursor, "data")[0]
    (made,) = [one.name for one in folder.iterdir() if one.is_dir()]
    assert (line.actor, line.action, line.after) == (CLI.id, "restore", {"backup": made, "form": "database"})


def test_check_names_every_problem(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Store(database) as store:
        store.write(lambda cursor: cursor.execute("INSERT INTO practice_country VALUES ('synthetic-empty', 'XX', 1)"))
        store.write(lambda cursor: cursor.execute("DELETE FROM data_version"))
    assert main(["check", "--database", str(database)]) == 1
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        "data_version: there is none",
        "practice_country: practice synthetic-empty: XX is not in the list of country",
        "practice synthetic-empty was changed, and no line of the record says so",
    ]
    assert said.out.endswith("; 3 problems\n")


@pytest.mark.parametrize("command", [["check"], ["export", "--output", "never-written.csv"]])
def test_missing_database_is_refused_with_the_way_to_make_it(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "nowhere.duckdb"
    message = refused(capsys, *command, "--database", str(path))
    assert message == f"{path} does not exist. Make it with: python -m practices_db build --database {path}\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["check"], ["export", "--output", "never-written.csv"]])
def test_foreign_database_is_refused_and_nothing_is_left_open(
    command: list[str],
    tmp_path: Path,
    temporary: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "foreign.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE accounts (n INTEGER)")
    assert "not one of practices" in refused(capsys, *command, "--database", str(path))
    assert list(temporary.iterdir()) == []


@pytest.fixture
def one_more_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let there be a newer migration that renames a practice."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate_module.MIGRATIONS, folder)
    (folder / "9002_rename.sql").write_text(
        "UPDATE released_practice SET name = 'New name' WHERE id = 'synthetic-empty';"
    )
    monkeypatch.setattr(migrate_module, "MIGRATIONS", folder)
    scripts.cache_clear()
    yield
    scripts.cache_clear()


@pytest.mark.usefixtures("one_more_migration")
def test_older_database_is_rebuilt_where_the_command_line_migrates_it(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The app rebuilds only what it migrates itself: what this leaves stale would stay stale."""
    assert main(["export", "--database", str(database), "--output", str(tmp_path / "all.csv")]) == 0
    capsys.readouterr()
    with Store(database) as store, store.cursor() as cursor:
        name = cursor.execute("SELECT name FROM practice_card WHERE id = 'synthetic-empty'").fetchall()
    assert name == [("New name",)]


# --- export ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "ids", "words"),
    [
        ([], ["accents", "apostrophe", "formula", "lines", "empty"], "All 5 practices"),
        (["--country", "PL", "--country", "DE"], ["accents", "formula"], "2 practices: 1 in Poland, 1 in Germany"),
        (
            ["--target-group", "women", "--target-group", "youth", "--all-groups"],
            [],
            "No practice for women and young people",
        ),
        (
            ["--from", "2015", "--to", "2019"],
            ["accents"],
            "1 practice running between 2015 and 2019, or started before with no end stated, "
            "or ended later with no start stated",
        ),
        (
            ["--to", "2012", "--undated"],
            ["apostrophe", "lines", "empty"],
            "3 practices running in or before 2012, or ended later with no start stated, or with no year stated: "
            "1 known to run then, 2 with no year stated",
        ),
        (
            ["--to", "2011"],
            ["lines"],
            "1 practice running in or before 2011, or ended later with no start stated: "
            "0 known to run then, 1 with no start stated",
        ),
        (["--coverage", "35"], ["accents"], "1 practice with at least 35 % of both headline scores documented"),
        (["--q", "ЦЕНТР lodz"], ["accents"], "1 practice matching “ЦЕНТР lodz”"),
        (["--status", "assessed", "--sort", "name"], ["formula", "accents"], "2 practices that are assessed"),
    ],
)
def test_export_writes_what_is_asked_for(
    options: list[str], ids: list[str], words: str, database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = database.with_name("out.csv")
    assert main(["export", *options, "--database", str(database), "--output", str(output)]) == 0
    assert ids_in(output) == [f"synthetic-{id_}" for id_ in ids]
    said = capsys.readouterr()
    codebook = output.with_name("out_codebook.csv")
    package = output.with_name("out_datapackage.json")
    for_programs = f"{package}: the same for programs (Frictionless Data Package)"
    assert said.out == f"{codebook}: what its columns mean\n{for_programs}\n{output}: {words}\n"
    assert json.loads(package.read_text(encoding="utf-8"))["resources"][0]["path"] == output.name
    assert codebook.read_text(encoding="utf-8-sig").startswith("column,meaning,")
    assert said.err == ""


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            ["--country", "Grece"],
            "--country: 'Grece' is not in the list of country ids; did you mean 'GR' (Greece)?",
        ),
        (["--sector", "languages"], "did you mean 'language' (Language)?"),
        (["--from", "soon"], "from soon is not a whole number from 1900 to 2100"),
        (["--coverage", "101"], "coverage 101 is not a whole number from 0 to 100"),
        (["--id", "accelair", "--id", "nope"], "id nope is unknown"),
        (["--from", "2020", "--to", "2010"], "the period ends before it begins"),
    ],
)
def test_export_of_a_mistyped_filter_is_refused_with_the_nearest_id(
    options: list[str], words: str, database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.csv"
    message = refused(capsys, "export", *options, "--database", str(database), "--output", str(output))
    assert words in message
    assert not output.exists()


@pytest.mark.parametrize("place", ["nowhere/out.csv", "."])
def test_export_that_cannot_be_written_is_refused(
    place: str, database: Path, tmp_path: Path, temporary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / place
    message = refused(capsys, "export", "--database", str(database), "--output", str(output))
    assert message.startswith(f"{output} cannot be written (")
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [[], ["explode"], ["export"], ["export", "--output", "x", "--sort", "score"], ["check", "--colour"]],
)
def test_command_that_is_not_understood_shows_the_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("Usage: python -m practices_db")


def test_help_names_every_filter(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--help"]) == 0
    said = capsys.readouterr().out
    for option in (
        "--country",
        "--target-group",
        "--sector",
        "--governance",
        "--funding",
        "--status",
        "--evidence",
    ):
        assert option in said


def test_module_runs_as_a_program(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "practices_db", *arguments],
            cwd=oracles.ROOT,
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=50,
        )

    path = tmp_path / "program.duckdb"
    built = run("build", "--catalogue", str(oracles.SYNTHETIC), "--database", str(path))
    assert (built.returncode, built.stdout) == (0, f"{path}: {HELD}\n")
    missing = run("check", "--database", str(tmp_path / "nowhere.duckdb"))
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "does not exist" in missing.stderr
    assert "Traceback" not in missing.stderr


def test_output_that_nobody_reads_to_its_end_ends_quietly(database: Path) -> None:
    with Store(database) as store:
        store.write(lambda cursor: audit_log.record(cursor, CLI, *[audit_log.Entry("edit", "data")] * 5_000))
    command = [sys.executable, "-W", "error", "-m", "practices_db", "history", "data", "--database", str(database)]
    with subprocess.Popen(command, cwd=oracles.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as shown:
        assert shown.stdout
        assert shown.stderr
        assert shown.stdout.readline()
        shown.stdout.close()
        assert shown.stderr.read() == b""
