"""The one door to the database: opening, writing, migrating, building, and what is refused."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import duckdb
import oracles
import pandas as pd
import pytest
from planted import problems_after

from practices_db.catalogue import scorecards
from practices_db.catalogue.read_files import CatalogueError, read_catalogue
from practices_db.database import migrate as migrate_module
from practices_db.database.commit_marker import witness_path
from practices_db.database.migrate import applied, migrate, scripts
from practices_db.database.store import Cursor, Store
from practices_db.errors import DatabaseBusyError, PracticesError
from practices_db.operations.build import build, open_store
from practices_db.queries.integrity import Contents, contents, integrity_problems

Tables = dict[str, list[list[str]]]
Edited = Callable[[Callable[[Tables], None]], Path]

HOLD = """
import sys
from pathlib import Path
from textwrap import dedent
from practices_db.database.store import Store
with Store(Path(sys.argv[1])) as store:
    print("open", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def held_by_another_process(path: Path) -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        cwd=oracles.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        yield
        other.stdin.write("\n")
        other.stdin.flush()
        assert other.wait(timeout=20) == 0


@pytest.fixture
def in_memory() -> Iterator[Store]:
    with Store(None) as store:
        yield store


# --- opening -----------------------------------------------------------------------------------------------


def test_file_held_by_another_process_is_busy_in_one_plain_sentence(database: Path) -> None:
    with held_by_another_process(database):
        with pytest.raises(DatabaseBusyError) as opening:
            Store(database)
        with pytest.raises(DatabaseBusyError):
            open_store(database)
        with pytest.raises(DatabaseBusyError):
            build(database, oracles.SYNTHETIC)
    message = str(opening.value)
    assert message.startswith(f"{database} is open in another process")
    assert "\n" not in message
    assert len(message) < len(str(database)) + 160
    assert "IO Error" not in message
    store = Store(database)  # free again, and whole
    with store.cursor() as cursor:
        assert contents(cursor).practices == 5
    store.close()


@pytest.mark.parametrize("folder", ["nowhere", "blocked", "locks"])
def test_file_in_a_folder_that_is_not_there_is_not_called_busy(folder: str, tmp_path: Path) -> None:
    with pytest.raises(PracticesError, match="cannot be opened") as caught:
        Store(tmp_path / folder / "practices.duckdb")
    assert not isinstance(caught.value, DatabaseBusyError)


@pytest.mark.parametrize("content", [b"", b"id,name\n1,x\n" * 500, b"SQLite format 3\0" + bytes(5000)])
def test_file_that_is_no_database_is_refused_in_one_sentence(content: bytes, tmp_path: Path, temporary: Path) -> None:
    path = tmp_path / "other.duckdb"
    path.write_bytes(content)
    with pytest.raises(PracticesError) as caught:
        Store(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == content
    assert list(temporary.iterdir()) == []


def test_damaged_database_is_refused_in_one_sentence(tiny_db: Path, tmp_path: Path, temporary: Path) -> None:
    path = tmp_path / "damaged.duckdb"
    content = bytearray(tiny_db.read_bytes())
    content[4096:20_000] = bytes(byte ^ 0x5A for byte in content[4096:20_000])
    path.write_bytes(content)
    with pytest.raises(PracticesError) as caught:
        Store(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list(temporary.iterdir()) == []


def test_second_store_on_the_same_file_is_refused_and_the_first_goes_on(database: Path) -> None:
    with Store(database) as first:
        with pytest.raises(PracticesError, match=r"made-up\.duckdb"):
            Store(database)
        with first.cursor() as cursor:
            assert contents(cursor).practices == 5


def test_closing_removes_the_export_folder(temporary: Path) -> None:
    with Store(None) as store:
        (store.exports / "left.csv").write_text("x")
        assert store.exports.parent == temporary
    assert list(temporary.iterdir()) == []


# --- what SQL may not do -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{outside}/secret.csv')",
        "SELECT * FROM read_text('{outside}/secret.csv')",
        "SELECT * FROM glob('{outside}/*')",
        "COPY (SELECT 1) TO '{outside}/written.csv'",
        "COPY (SELECT 1) TO '{exports}/../written.csv'",
        "COPY (SELECT 1) TO '{exports}/sub/../../written.csv'",
        "COPY (SELECT 1) TO '{exports}-beside.csv'",
        "CREATE TABLE t AS FROM '{outside}/secret.csv'",
        "EXPORT DATABASE '{outside}'",
        "IMPORT DATABASE '{outside}'",
        "ATTACH '{outside}/written.duckdb' AS other",
        "ATTACH '{outside}/secret.csv' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "LOAD '{outside}/secret.csv'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET threads = 8",
        "RESET memory_limit",
        "SET GLOBAL lock_configuration = false",
        "PRAGMA enable_profiling",
        "SET log_query_path = '{outside}/written.log'",
    ],
)
def test_sql_reaches_no_file_extension_or_setting(sql: str, in_memory: Store, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.csv").write_text("secret\n1\n")
    with in_memory.cursor() as cursor, pytest.raises(duckdb.Error):
        cursor.execute(sql.format(outside=outside, exports=in_memory.exports)).fetchall()
    assert [path.name for path in outside.iterdir()] == ["secret.csv"]
    assert list(in_memory.exports.iterdir()) == []


def test_python_variables_are_no_tables(in_memory: Store) -> None:
    secret = pd.DataFrame({"a": [1]})
    with in_memory.cursor() as cursor, pytest.raises(duckdb.CatalogException):
        cursor.execute("SELECT * FROM secret")
    assert len(secret) == 1


def test_sql_writes_to_the_export_folder(in_memory: Store) -> None:
    path = in_memory.exports / "out.csv"
    with in_memory.cursor() as cursor:
        cursor.execute(f"COPY (SELECT 1 AS a) TO '{path}' (FORMAT csv, HEADER true)")
    assert path.read_text() == "a\n1\n"


def test_query_that_never_ends_is_stopped() -> None:
    with Store(None) as store, store.cursor() as cursor:
        limit = cursor.execute("SELECT current_setting('max_execution_time')").fetchone()
    assert limit is not None
    assert 1_000 <= int(limit[0]) <= 60_000


# --- writing -----------------------------------------------------------------------------------------------


@pytest.fixture
def counter(in_memory: Store) -> Store:
    in_memory.write(lambda cursor: cursor.execute("CREATE TABLE counter (id TEXT PRIMARY KEY, n INTEGER)"))
    in_memory.write(lambda cursor: cursor.execute("INSERT INTO counter VALUES ('one', 0)"))
    return in_memory


def count(store: Store) -> int:
    with store.cursor() as cursor:
        row = cursor.execute("SELECT n FROM counter WHERE id = 'one'").fetchone()
    assert row is not None
    return int(row[0])


def one_more(cursor: Cursor) -> int:
    """Read, then write what was read plus one: what gets lost where two writers meet."""
    row = cursor.execute("SELECT n FROM counter WHERE id = 'one'").fetchone()
    assert row is not None
    cursor.execute("UPDATE counter SET n = $n WHERE id = 'one'", {"n": row[0] + 1})
    return int(row[0]) + 1


def test_eight_writers_at_once_lose_no_update(counter: Store) -> None:
    errors: list[BaseException] = []
    seen: list[int] = []

    def work() -> None:
        try:
            for _ in range(25):
                seen.append(counter.write(one_more))
                count(counter)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=50)
    assert errors == []
    assert count(counter) == 200
    assert sorted(seen) == list(range(1, 201))


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, duckdb.ConstraintException])
def test_write_that_fails_leaves_nothing_and_says_what_happened(kind: type[BaseException], counter: Store) -> None:
    fault = kind("stop")

    def half(cursor: Cursor) -> None:
        one_more(cursor)
        cursor.execute("INSERT INTO counter VALUES ('two', 2)")
        raise fault

    with pytest.raises(kind) as caught:
        counter.write(half)
    assert caught.value is fault
    with counter.cursor() as cursor:
        assert cursor.execute("SELECT * FROM counter").fetchall() == [("one", 0)]
    assert counter.write(one_more) == 1  # and the next writer gets in


def test_write_returns_what_the_work_returns(counter: Store) -> None:
    assert counter.write(one_more) == 1
    assert counter.write(lambda cursor: cursor.execute("SELECT 'x'").fetchone()) == ("x",)


def test_writer_in_the_way_that_goes_away_is_waited_for(counter: Store) -> None:
    with counter.cursor() as other:
        other.begin()
        one_more(other)
        tries = []

        def work(cursor: Cursor) -> int:
            tries.append(1)
            if len(tries) == 3:
                other.commit()
                cursor.rollback()  # see what the other has written
                cursor.begin()
            return one_more(cursor)

        assert counter.write(work) == 2
    assert len(tries) == 3
    assert count(counter) == 2


def test_writer_in_the_way_that_stays_is_told_in_one_sentence(counter: Store) -> None:
    with counter.cursor() as other:
        other.begin()
        one_more(other)
        with pytest.raises(DatabaseBusyError, match="Nothing was saved") as caught:
            counter.write(one_more)
        other.rollback()
    assert "\n" not in str(caught.value)
    assert count(counter) == 0


def test_reader_sees_nothing_of_a_write_before_it_is_done(counter: Store) -> None:
    def work(cursor: Cursor) -> int:
        one_more(cursor)
        return count(counter)  # another cursor

    assert counter.write(work) == 0
    assert count(counter) == 1


# --- migrations --------------------------------------------------------------------------------------------


@pytest.fixture
def migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let a test have a folder of migrations of its own, which begins as a copy of the released ones."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate_module.MIGRATIONS, folder)
    monkeypatch.setattr(migrate_module, "MIGRATIONS", folder)
    scripts.cache_clear()
    yield folder
    scripts.cache_clear()


def add(folder: Path, name: str, sql: str) -> None:
    (folder / name).write_text(sql, encoding="utf-8")
    scripts.cache_clear()


def tables(store: Store) -> set[str]:
    with store.cursor() as cursor:
        return {name for (name,) in cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()}


def test_migrations_are_recorded_and_run_once(in_memory: Store) -> None:
    names = [script.stem for script in scripts()]
    assert names[0] == "0001_catalogue"
    assert migrate(in_memory) == names
    with in_memory.cursor() as cursor:
        assert applied(cursor) == names
        ran = cursor.execute("SELECT * FROM _migration ORDER BY ALL").fetchall()
    assert migrate(in_memory) == []
    with in_memory.cursor() as cursor:
        assert cursor.execute("SELECT * FROM _migration ORDER BY ALL").fetchall() == ran


def test_numbers_of_migrations_have_no_gap_and_no_double() -> None:
    numbers = [int(script.name[:4]) for script in scripts()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_no_table_has_a_foreign_key(store: Store) -> None:
    with store.cursor() as cursor:
        found = cursor.execute("SELECT count(*) FROM duckdb_constraints() WHERE constraint_type = 'FOREIGN KEY'")
        assert found.fetchone() == (0,)


def test_only_what_is_new_runs_and_in_the_order_of_its_numbers(in_memory: Store, migrations: Path) -> None:
    released = migrate(in_memory)
    add(migrations, "9003_third.sql", "INSERT INTO second VALUES (3);")
    add(migrations, "9002_second.sql", "CREATE TABLE second (n INTEGER); INSERT INTO second VALUES (2);")
    add(migrations, "notes.sql", "this is not SQL")
    add(migrations, "9004_draft.txt", "this is not SQL")
    assert migrate(in_memory) == ["9002_second", "9003_third"]
    with in_memory.cursor() as cursor:
        assert cursor.execute("SELECT n FROM second ORDER BY n").fetchall() == [(2,), (3,)]
        assert applied(cursor) == [*released, "9002_second", "9003_third"]


@pytest.mark.parametrize("bad", ["THIS IS NOT SQL;", "INSERT INTO nowhere VALUES (1);", "SELECT error('stop');"])
def test_script_that_fails_leaves_no_trace(bad: str, in_memory: Store, migrations: Path) -> None:
    released = migrate(in_memory)
    before = tables(in_memory)
    add(migrations, "9002_good.sql", "CREATE TABLE good (n INTEGER);")
    add(migrations, "9003_bad.sql", "CREATE TABLE half (n INTEGER); INSERT INTO good VALUES (1); " + bad)
    with pytest.raises(duckdb.Error):
        migrate(in_memory)
    assert tables(in_memory) == before | {"good"}
    with in_memory.cursor() as cursor:
        assert applied(cursor) == [*released, "9002_good"]
        assert cursor.execute("SELECT * FROM good").fetchall() == []
    add(migrations, "9003_bad.sql", "INSERT INTO good VALUES (1);")
    assert migrate(in_memory) == ["9003_bad"]


def test_first_script_that_fails_leaves_an_empty_database(in_memory: Store, migrations: Path) -> None:
    add(migrations, "0001_catalogue.sql", "CREATE TABLE half (n INTEGER); THIS IS NOT SQL;")
    with pytest.raises(duckdb.Error):
        migrate(in_memory)
    assert tables(in_memory) == set()


def test_database_of_a_newer_release_is_not_opened_for_the_app(database: Path, temporary: Path) -> None:
    with Store(database) as store:
        store.write(lambda cursor: cursor.execute("INSERT INTO _migration VALUES ('9999_future', now())"))
    with pytest.raises(PracticesError, match=r"newer release.*9999_future.*Update the app"):
        open_store(database)
    assert list(temporary.iterdir()) == []
    Store(database).close()  # nothing was left open


def test_older_database_is_migrated_and_rebuilt_on_opening(database: Path, migrations: Path) -> None:
    add(migrations, "9002_rename.sql", "UPDATE released_practice SET name = 'New name' WHERE id = 'synthetic-empty';")
    with open_store(database) as store, store.cursor() as cursor:
        names = cursor.execute("SELECT name FROM practice_card WHERE id = 'synthetic-empty'").fetchall()
    assert names == [("New name",)]


def test_missing_database_is_built_on_opening(tmp_path: Path) -> None:
    path = tmp_path / "new" / "practices.duckdb"
    told: list[tuple[float, str]] = []
    with open_store(path, lambda share, what: told.append((share, what))) as store, store.cursor() as cursor:
        assert contents(cursor).practices >= 300
        assert integrity_problems(cursor) == []
    shares = [share for share, _ in told]
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert shares == sorted(shares)
    assert all(what for _, what in told)


# --- building ----------------------------------------------------------------------------------------------


def foreign_database(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE accounts (n INTEGER)")
        connection.execute("INSERT INTO accounts VALUES (42)")


@pytest.mark.parametrize("opening", [lambda path: build(path, oracles.SYNTHETIC), open_store], ids=["build", "open"])
def test_foreign_database_is_refused_and_left_as_it_is(
    opening: Callable[[Path], object], tmp_path: Path, temporary: Path
) -> None:
    path = tmp_path / "foreign.duckdb"
    foreign_database(path)
    before = path.read_bytes()
    with pytest.raises(PracticesError, match=r"foreign\.duckdb is .*not .*practices"):
        opening(path)
    assert path.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == sorted([path, temporary])
    assert list(temporary.iterdir()) == []


def test_build_says_what_it_put_in_and_leaves_one_file(tmp_path: Path, temporary: Path) -> None:
    path = tmp_path / "deep" / "practices.duckdb"
    assert build(path, oracles.SYNTHETIC) == Contents(5, 5, 3, 10, 0, 0, 0, 0, 0, ())
    assert sorted(path.parent.iterdir()) == [path, witness_path(path)]
    assert list(temporary.iterdir()) == []


def test_build_replaces_an_older_database_and_its_leavings(database: Path, tmp_path: Path) -> None:
    with Store(database) as store:
        store.write(lambda cursor: cursor.execute("DELETE FROM practice"))
    (tmp_path / f"{database.name}.building").write_bytes(b"left by a build that was killed")
    build(database, oracles.SYNTHETIC)
    with Store(database) as store, store.cursor() as cursor:
        assert contents(cursor).practices == 5
    assert sorted(tmp_path.iterdir()) == [database, witness_path(database)]


def test_build_does_not_pull_a_file_from_under_an_open_store(database: Path) -> None:
    with Store(database):
        before = database.stat().st_ino
        with pytest.raises(PracticesError):
            build(database, oracles.SYNTHETIC)
        assert database.stat().st_ino == before


def test_build_that_fails_half_way_leaves_the_old_database(
    database: Path, monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    before = database.read_bytes()
    monkeypatch.setattr(scorecards, "CARDS", "THIS IS NOT SQL")
    with pytest.raises(duckdb.Error):
        build(database, oracles.SYNTHETIC)
    assert database.read_bytes() == before
    assert sorted(database.parent.iterdir()) == sorted([database, witness_path(database), temporary])
    assert list(temporary.iterdir()) == []


def column(tables: Tables, file: str, name: str) -> int:
    return tables[file][0].index(name)


def put(tables: Tables, file: str, row: int, name: str, value: str) -> None:
    """Write into a cell, with the row number that a spreadsheet shows."""
    tables[file][row - 1][column(tables, file, name)] = value


# what is put into which cell (file, row, column), and what must be said beside file, row and column
MISTAKES: dict[str, tuple[str, int, str, str, tuple[str, ...]]] = {
    "country by name": (
        "practices",
        2,
        "countries",
        "Greece",
        ("'Greece' is not in the list", "'GR' (Greece)"),
    ),
    "one of several countries": ("practices", 2, "countries", "PL;Grece", ("'Grece'", "did you mean 'GR'")),
    "country twice": ("practices", 2, "countries", "PL;GR;PL", ("'PL' is listed twice",)),
    "empty between semicolons": ("practices", 2, "sectors", "language;;health", ("empty value",)),
    "sector": ("practices", 3, "sectors", "languages", ("did you mean 'language' (Language)",)),
    "target group": ("practices", 3, "target_groups", "woman", ("did you mean 'women' (Women)",)),
    "level": ("practices", 4, "governance_level", "locale", ("did you mean 'local' (Local)",)),
    "funding": ("practices", 4, "funding_kinds", "eu-funds", ("did you mean 'eu-fund' (EU fund)",)),
    "confidence": ("practices", 4, "source_confidence", "hihg", ("did you mean 'high'",)),
    "year in words": ("practices", 5, "start_year", "about 2020", ("'about 2020' is not a whole number",)),
    "year of another age": ("practices", 5, "start_year", "20", ("1900",)),
    "number with a separator": (
        "practices",
        2,
        "budget_eur",
        "1,250,000",
        ("'1,250,000' is not a whole number",),
    ),
    "digits of another script": ("practices", 2, "people_reached", "٤٠", ("plain digits",)),
    "yes and no": ("practices", 2, "evaluation_documented", "no", ("'no'", "'yes' or blank")),
    "address": ("practices", 3, "source_url", "example.org", ("'example.org' is not a web address",)),
    "address that runs": ("practices", 3, "spring_url", "javascript:alert(1)", ("is not a web address",)),
    "name missing": ("practices", 4, "name", "", ("name",)),
    "date of another kind": ("practices", 4, "checked_on", "03/01/2026", ("'03/01/2026'",)),
    "a number is no date": ("practices", 4, "checked_on", "0", ("'0'",)),
    "a moment is no date": ("practices", 4, "checked_on", "1767312000", ("'1767312000'",)),
    "id with capitals": ("practices", 4, "id", "Synthetic Empty", ("'Synthetic Empty'",)),
    "id twice": ("practices", 4, "id", "synthetic-accents", ("'synthetic-accents' is already in row 2",)),
    "answer": ("assessments", 2, "answer", "yes", ("'yes'", "'met'")),
    "level of evidence": ("assessments", 3, "evidence_level", "6", ("6", "5")),
    "level of evidence missing": ("assessments", 3, "evidence_level", "", ("evidence_level",)),
    "basis": ("assessments", 3, "basis", "desk review", ("'desk-review'",)),
    "indicator": (
        "assessments",
        4,
        "indicator_id",
        "eff-outcome",
        ("'eff-outcome' is not in the framework",),
    ),
    "version": ("assessments", 4, "framework_version", "2.0.1", ("integration-practices 2.0.1", "2.0.0")),
    "practice of an answer": (
        "assessments",
        5,
        "practice_id",
        "synthetic-ghost",
        ("'synthetic-ghost' is not in",),
    ),
    "the same indicator again": (
        "assessments",
        3,
        "indicator_id",
        "eff-result",
        ("is already in row 2",),
    ),
    "practice of a source": (
        "sources",
        3,
        "practice_id",
        "synthetic-ghost",
        ("'synthetic-ghost' is not in",),
    ),
    "address of a source": ("sources", 2, "url", "see page 3", ("is not a web address",)),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_in_the_catalogue_is_named_by_file_row_and_column(
    mistake: str, edited_catalogue: Edited, database: Path, tmp_path: Path
) -> None:
    file, row, name, value, words = MISTAKES[mistake]
    folder = edited_catalogue(lambda tables: put(tables, file, row, name, value))
    before, there = database.read_bytes(), sorted(tmp_path.iterdir())
    with pytest.raises(CatalogueError) as caught:
        build(database, folder)
    about = [problem for problem in caught.value.problems if problem.startswith(f"{file}.csv, row {row}, {name}: ")]
    assert len(about) == 1, caught.value.problems
    for word in words:
        assert word in about[0]
    assert database.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == there


def test_period_that_ends_before_it_begins_is_named_by_file_and_row(edited_catalogue: Edited) -> None:
    folder = edited_catalogue(lambda tables: put(tables, "practices", 6, "start_year", "2013"))
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(folder)
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith("practices.csv, row 6, ")
    assert "2012 is before the first year, 2013" in caught.value.problems[0]


def test_source_given_twice_is_named_by_file_and_row(edited_catalogue: Edited, tmp_path: Path) -> None:
    """The remark in brackets does not make another source of the same page."""

    def edit(tables: Tables) -> None:
        tables["sources"].append(["synthetic-accents", "people_reached", "https://example.org/people (read again)"])

    folder = edited_catalogue(edit)
    with pytest.raises(CatalogueError) as caught:
        build(tmp_path / "practices.duckdb", folder)
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith("sources.csv, row 4, ")
    assert "row 2" in caught.value.problems[0]


def test_every_mistake_is_gathered_at_once(edited_catalogue: Edited) -> None:
    def edit(tables: Tables) -> None:
        put(tables, "practices", 2, "countries", "Grece")
        put(tables, "practices", 2, "start_year", "soon")
        put(tables, "practices", 6, "source_url", "nowhere")
        put(tables, "sources", 2, "url", "nowhere")
        put(tables, "assessments", 2, "answer", "yes")
        tables["assessments"][4].append("one cell too many")

    with pytest.raises(CatalogueError) as caught:
        read_catalogue(edited_catalogue(edit))
    told = [problem.split(": ")[0] for problem in caught.value.problems]
    for expected in (
        "practices.csv, row 2, countries",
        "practices.csv, row 2, start_year",
        "practices.csv, row 6, source_url",
        "sources.csv, row 2, url",
        "assessments.csv, row 2, answer",
        "assessments.csv, row 5",
    ):
        assert expected in told
    assert str(caught.value).splitlines() == ["Nothing was written. Please correct:", *caught.value.problems]


def test_row_numbers_stay_right_after_a_faulty_row(edited_catalogue: Edited) -> None:
    def edit(tables: Tables) -> None:
        put(tables, "assessments", 2, "answer", "yes")
        put(tables, "assessments", 9, "indicator_id", "eff-nonsense")
        put(tables, "practices", 2, "start_year", "soon")
        put(tables, "practices", 5, "id", "synthetic-empty")

    with pytest.raises(CatalogueError) as caught:
        read_catalogue(edited_catalogue(edit))
    said = "assessments.csv, row 9, indicator_id: 'eff-nonsense' is not in the framework"
    assert any(problem.startswith(said) for problem in caught.value.problems)
    assert "practices.csv, row 5, id: 'synthetic-empty' is already in row 4" in caught.value.problems


def test_faulty_practice_is_not_called_missing_as_well(edited_catalogue: Edited) -> None:
    """One mistake is one problem: its answers and sources still belong to a practice of the file."""
    folder = edited_catalogue(lambda tables: put(tables, "practices", 2, "start_year", "soon"))
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(folder)
    assert len(caught.value.problems) == 1, caught.value.problems


@pytest.mark.parametrize("file", ["practices", "sources", "assessments"])
def test_wrong_first_row_is_said_once_with_the_right_one(file: str, edited_catalogue: Edited) -> None:
    def edit(tables: Tables) -> None:
        tables[file][0][1], tables[file][0][2] = tables[file][0][2], tables[file][0][1]

    with pytest.raises(CatalogueError) as caught:
        read_catalogue(edited_catalogue(edit))
    (problem,) = (problem for problem in caught.value.problems if problem.startswith(f"{file}.csv"))
    header = (oracles.SYNTHETIC / f"{file}.csv").read_text(encoding="utf-8").split("\n")[0].replace('"', "")
    assert problem == f"{file}.csv: the first row must be: {header}"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the first row must be"),
        (
            "practice_id,field,url\nsynthetic-accents,name,https://example.org/é\n".encode("latin-1"),
            "is not UTF-8",
        ),
        ("practice_id,field,url\n".encode("utf-16"), "is not UTF-8"),
        (b'practice_id,field,url\nsynthetic-accents,"name,https://example.org\n', "is not a CSV file"),
        (b'practice_id,field,url\nsynthetic-accents,"na"me,https://example.org\n', "is not a CSV file"),
        (b"practice_id;field;url\n", "the first row must be"),
        (b"practice_id,field,url\nsynthetic-accents,name\n", "row 2: has 2 fields, 3 expected"),
        (b"practice_id,field,url\n\n", "row 2: has 0 fields, 3 expected"),
    ],
)
def test_file_that_is_no_proper_csv_is_named(content: bytes, words: str, edited_catalogue: Edited) -> None:
    folder = edited_catalogue(lambda _: None)
    (folder / "sources.csv").write_bytes(content)
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(folder)
    (problem,) = caught.value.problems
    assert problem.startswith("sources.csv")
    assert words in problem


def test_byte_order_mark_and_any_line_ending_are_fine(edited_catalogue: Edited) -> None:
    folder = edited_catalogue(lambda _: None)
    content = (folder / "sources.csv").read_bytes()
    assert b"\r\n" in content
    expected = read_catalogue(oracles.SYNTHETIC).sources
    for changed in (
        content,
        b"\xef\xbb\xbf" + content,
        content.replace(b"\r\n", b"\n"),
        content.replace(b"\r\n", b"\r"),
    ):
        (folder / "sources.csv").write_bytes(changed)
        assert read_catalogue(folder).sources == expected


def test_blanks_around_several_values_are_taken_off(edited_catalogue: Edited) -> None:
    folder = edited_catalogue(lambda tables: put(tables, "practices", 2, "countries", "PL ; GR"))
    assert read_catalogue(folder).practices[0].countries == ("PL", "GR")


def test_file_that_is_missing_is_named(edited_catalogue: Edited) -> None:
    folder = edited_catalogue(lambda _: None)
    (folder / "sources.csv").unlink()
    with pytest.raises(PracticesError, match=r"sources\.csv cannot be read"):
        read_catalogue(folder)


def test_hundreds_of_mistakes_are_all_kept_and_the_first_fifty_shown(edited_catalogue: Edited) -> None:
    def edit(tables: Tables) -> None:
        tables["sources"] += [["synthetic-accents", "name", f"no address {at}"] for at in range(300)]

    with pytest.raises(CatalogueError) as caught:
        read_catalogue(edited_catalogue(edit))
    assert len(caught.value.problems) == 300
    lines = str(caught.value).splitlines()
    assert len(lines) == 52
    assert lines[-1] == "… and 250 more"


# --- integrity ---------------------------------------------------------------------------------------------


def test_real_database_hangs_together(store: Store) -> None:
    with store.cursor() as cursor:
        assert integrity_problems(cursor) == []


def test_made_up_database_hangs_together(tiny_store: Store) -> None:
    with tiny_store.cursor() as cursor:
        assert integrity_problems(cursor) == []


GHOST = "practice synthetic-ghost does not exist"
DRAFT = (
    "INSERT INTO assessment "
    "(id, practice_id, framework_id, framework_version, basis, assessor, assessed_on, status) VALUES "
    "('planted', '{practice}', '{framework}', '{version}', 'desk-review', 'x', '2026-01-01', '{status}')"
)
PLANTED: dict[str, tuple[str, str]] = {
    "country of nobody": (
        "INSERT INTO practice_country VALUES ('synthetic-ghost', 'IT', 1)",
        f"practice_country: {GHOST}",
    ),
    "sector of nobody": (
        "INSERT INTO practice_sector VALUES ('synthetic-ghost', 'health', 1)",
        f"practice_sector: {GHOST}",
    ),
    "group of nobody": (
        "INSERT INTO practice_target_group VALUES ('synthetic-ghost', 'women', 1)",
        f"practice_target_group: {GHOST}",
    ),
    "funding of nobody": (
        "INSERT INTO practice_funding VALUES ('synthetic-ghost', 'other', 1)",
        f"practice_funding: {GHOST}",
    ),
    "funder of nobody": (
        "INSERT INTO practice_funding_source VALUES ('synthetic-ghost', 'x', 1)",
        f"practice_funding_source: {GHOST}",
    ),
    "source of nobody": (
        "INSERT INTO practice_source VALUES ('synthetic-ghost', 'name', 'https://example.org', NULL)",
        f"practice_source: {GHOST}",
    ),
    "assessment of nobody": (
        DRAFT.format(practice="synthetic-ghost", framework="integration-practices", version="2.0.0", status="draft"),
        f"assessment planted: {GHOST}",
    ),
    "unknown country": (
        "INSERT INTO practice_country VALUES ('synthetic-empty', 'XX', 1)",
        "practice_country: practice synthetic-empty: XX is not in the list of country",
    ),
    "unknown sector": (
        "INSERT INTO practice_sector VALUES ('synthetic-empty', 'x', 1)",
        "practice_sector: practice synthetic-empty: x is not in the list of sector",
    ),
    "a country among the sectors": (
        "INSERT INTO practice_sector VALUES ('synthetic-empty', 'IT', 1)",
        "practice_sector: practice synthetic-empty: IT is not in the list of sector",
    ),
    "unknown group": (
        "INSERT INTO practice_target_group VALUES ('synthetic-empty', 'x', 1)",
        "practice_target_group: practice synthetic-empty: x is not in the list of target_group",
    ),
    "unknown funding": (
        "INSERT INTO practice_funding VALUES ('synthetic-empty', 'x', 1)",
        "practice_funding: practice synthetic-empty: x is not in the list of funding_kind",
    ),
    "unknown level": (
        "UPDATE practice SET governance_level = 'x' WHERE id = 'synthetic-empty'",
        "practice: practice synthetic-empty: x is not in the list of governance_level",
    ),
    "unknown kind of source": (
        "UPDATE practice SET source_kind = 'x' WHERE id = 'synthetic-empty'",
        "practice: practice synthetic-empty: x is not in the list of source_kind",
    ),
    "unknown confidence": (
        "UPDATE practice SET source_confidence = 'x' WHERE id = 'synthetic-empty'",
        "practice: practice synthetic-empty: x is not in the list of source_confidence",
    ),
    "answer of no assessment": (
        "INSERT INTO answer (assessment_id, indicator_id, answer, evidence_level) "
        "VALUES ('nothing', 'eff-result', 'met', 1)",
        "answer: assessment nothing does not exist",
    ),
    "unknown framework": (
        DRAFT.format(practice="synthetic-empty", framework="other", version="2.0.0", status="draft"),
        "assessment planted: framework other 2.0.0 is not published",
    ),
    "unknown version": (
        DRAFT.format(
            practice="synthetic-empty", framework="integration-practices", version="0.1.0", status="published"
        ),
        "assessment planted: framework integration-practices 0.1.0 is not published",
    ),
    "unknown indicator": (
        DRAFT.format(practice="synthetic-empty", framework="integration-practices", version="2.0.0", status="draft")
        + "; INSERT INTO answer (assessment_id, indicator_id, answer, evidence_level) "
        "VALUES ('planted', 'eff-x', 'met', 1)",
        "answer: assessment planted: indicator eff-x is not in its framework",
    ),
    "card missing": (
        "DELETE FROM practice_card WHERE id = 'synthetic-empty'",
        "practice synthetic-empty: the derived tables do not know it; build the database anew",
    ),
    "card of nobody": (
        "INSERT INTO practice_card SELECT * REPLACE ('synthetic-ghost' AS id) FROM practice_card "
        "WHERE id = 'synthetic-empty'",
        f"derived tables: {GHOST}; build the database anew",
    ),
    "published answers not scored": (
        "DELETE FROM practice_score WHERE practice_id = 'synthetic-accents'",
        "practice synthetic-accents: published answers are not scored; build the database anew",
    ),
    "no data version": ("DELETE FROM data_version", "data_version: there is none"),
}


def test_planted_problem_is_named(tiny_store: Store) -> None:
    found = {kind: set(problems_after(tiny_store, sql)) for kind, (sql, _) in PLANTED.items()}
    assert found == {kind: {expected} for kind, (_, expected) in PLANTED.items()}


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO practice_country VALUES ('synthetic-accents', 'PL', 9)",
        "UPDATE practice SET id = 'Not A Slug' WHERE id = 'synthetic-empty'",
        "UPDATE practice SET end_year = 2000 WHERE id = 'synthetic-accents'",
        "UPDATE answer SET answer = 'maybe'",
        "UPDATE answer SET evidence_level = 6",
        "UPDATE assessment SET status = 'gone'",
        "UPDATE assessment SET basis = 'hearsay'",
    ],
)
def test_table_refuses_what_can_never_be(sql: str, tiny_store: Store) -> None:
    with pytest.raises(duckdb.ConstraintException):
        tiny_store.write(lambda cursor: cursor.execute(sql))


def as_its_owner_only(program: str, path: Path) -> subprocess.CompletedProcess[str]:
    """Run a program on a database without root's right to write everywhere."""
    caps = "-dac_override,-dac_read_search"
    setpriv = [shutil.which("setpriv") or "", f"--bounding-set={caps}", f"--inh-caps={caps}"]
    command = [*setpriv, sys.executable, "-c", dedent(program), path]
    return subprocess.run(command, capture_output=True, text=True, check=False)


needs_setpriv = pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv takes root's rights away")


@needs_setpriv
def test_a_folder_that_is_only_read_since_is_no_conflict_with_somebody_else(tmp_path: Path) -> None:
    program = """
        import sys
        from pathlib import Path
        from practices_db.database.store import Store

        path = Path(sys.argv[1])
        with Store(path) as store:
            path.parent.chmod(0o500)
            try:
                store.write(lambda cursor: cursor.execute("CREATE TABLE t (i INTEGER)"))
            finally:
                path.parent.chmod(0o700)
    """
    assert "DiskFullError" in as_its_owner_only(program, tmp_path / "t").stderr


@needs_setpriv
@pytest.mark.parametrize("checkpoint", ["store.checkpoint()", "run('CHECKPOINT')"], ids=["ours", "DuckDB's own"])
def test_a_checkpoint_without_rights_ends_writing_until_they_are_back(
    checkpoint: str, tiny_store: Store, tmp_path: Path
) -> None:
    """DuckDB's own checkpoint, when its log is full, is one that nothing can be asked before."""
    assert tiny_store.path
    tiny_store.checkpoint()
    path = Path(shutil.copy(tiny_store.path, tmp_path / "copied.duckdb"))
    program = f"""
        import sys
        from pathlib import Path
        from practices_db.database.store import Store
        from practices_db.errors import DiskFullError, ReadOnlyError

        path = Path(sys.argv[1])
        store = Store(path)

        def run(sql):
            with store.cursor() as cursor:
                return cursor.execute(sql).fetchall()

        def write():
            return store.write(lambda cursor: cursor.execute("UPDATE practice SET name = name || '.'"))

        def tried(work):
            try:
                work()
            except Exception as error:
                print(type(error).__name__)
            else:
                print("done")

        write()
        path.parent.chmod(0o500)
        tried(lambda: {checkpoint})
        store.come_back()
        tried(write)
        print(run("SELECT count(*) FROM practice"), store.waiting, bool(store.notice), store.lost)
        path.parent.chmod(0o700)
        with store.cursor():
            store.come_back()
            print(store.waiting)
        store.come_back()
        tried(write)
        tried(store.checkpoint)
        print(store.waiting, bool(store.notice), store.lost, store.state().writes)
    """
    before = tiny_store.state()
    assert before
    ran = as_its_owner_only(program, path)
    told = ["DiskFullError", "ReadOnlyError", "[(5,)] True True False", "True", "done", "done"]
    assert ran.stdout.splitlines() == [*told, f"False False False {before.writes + 2}"], ran.stderr
    assert ran.stderr.count("is only read until it can be written again") == 1
    assert "Traceback" not in ran.stderr
