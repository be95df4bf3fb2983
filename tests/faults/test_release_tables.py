"""Release tables: whole or not at all, history, other engines, and a store that fails."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from multiprocessing.context import ForkServerContext
from pathlib import Path

import duckdb
import pytest
from test_replicas import FIRST_NAME, first_name, until
from test_withdrawn import told
from writers import rename_everywhere

from benchmarks import machines
from deploy import run_local
from practices_db.__main__ import main
from practices_db.curation.withdrawal_list import WithdrawalList
from practices_db.database.store import Store
from practices_db.errors import NoSuchReleaseError, PracticesError
from practices_db.operations import release_tables
from practices_db.operations.build import open_store
from practices_db.operations.release_tables import INDEX, NAMESPACE, TABLES, Behind, Kept, Place, opened
from practices_db.operations.replica import PastReleases, Replica
from practices_db.queries.practices import data_version

README = Path(__file__).resolve().parents[2] / "docs" / "many-machines" / "README.md"


def kept(database: Path) -> list[Kept]:
    with opened(Place.of(database)) as releases:
        return releases.kept()


def problems(database: Path) -> list[str]:
    """Return what of the releases that the tables show is not of one piece."""
    wrong = []
    with opened(Place.of(database)) as releases:
        for one in releases.kept():
            with releases.open(one, "looked at") as store, store.cursor() as cursor:
                counts = {
                    name: cursor.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
                    for name, table in TABLES.items()
                }
                [(number, names)] = cursor.execute(
                    "SELECT (SELECT max(number) FROM data_version), (SELECT count(*) FROM released_practice p "
                    "JOIN practice_card c ON c.id = p.id AND c.name = p.name)"
                ).fetchall()
            if counts != one.rows or number != one.number or names != counts["practices"]:
                wrong.append(f"release {one.number}: {counts}, number {number}, {names} with one name")
    return wrong


# --- whole or not at all -------------------------------------------------------------------------------------


def write_when_told(path: Path, begin: Path) -> None:
    """Write a release into the tables, in a process of its own that is killed at some moment."""
    with open_store(path) as store:
        begin.write_text("now")
        release_tables.write(store)
    begin.write_text("done")


@pytest.mark.parametrize("points", [1, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_while_it_releases_shows_the_old_release_or_the_new_one(
    processes: ForkServerContext, released_once: Path, points: int, capsys: pytest.CaptureFixture[str]
) -> None:
    database, place = released_once, Place.of(released_once)
    begin = database.with_name("begin")
    assert place.folder
    with open_store(database) as store:
        rename_everywhere(store, "A newer name")
    shutil.copytree(place.folder, before := database.with_name("before"))
    took, seen, half_way = 0.0, [], 0
    for point in range(points + 1):  # the first one is not killed: it says how long it takes
        shutil.rmtree(place.folder)
        shutil.copytree(before, place.folder)
        begin.unlink(missing_ok=True)
        process = processes.Process(target=write_when_told, args=(database, begin))
        process.start()
        until(begin.exists, 120)
        start = time.perf_counter()
        if point:
            process.join(took * (point - 0.5) / points)
            process.kill()
        process.join()
        if begin.read_text() == "done":  # a machine that does other work too takes another time each time
            took = min(took or 60.0, time.perf_counter() - start)
        half_way += begin.read_text() == "now"
        seen.append([one.number for one in kept(database)])
        assert seen[-1] in ([1], [1, 2])
        assert point == 0 or problems(database) == []
        if point == points or point % 10 == 5:  # and the next start finishes it
            with open_store(database) as store:
                release_tables.write(store)
            assert [one.number for one in kept(database)] == [1, 2]
            assert problems(database) == []
    assert half_way
    with capsys.disabled():
        print(f"\n{points} kills in {took:.1f} s: {half_way} cut off, {seen.count([1])} show the old release")


# --- history -------------------------------------------------------------------------------------------------


def test_what_did_the_catalogue_say_on_a_day(
    released: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ["--database", str(released)]
    assert main(["releases", *at]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [["1", "2026-03-01"], ["2", "2026-05-01"]]
    assert lines[0].endswith("5 practices, 10 answers")
    for day, number in (("2026-04-30", "1"), ("2026-05-01", "2")):
        assert main(["releases", "--on", day, *at]) == 0
        assert capsys.readouterr().out.split()[0] == number
    for asked, name in ((["--on", "2026-04-30"], FIRST_NAME), (["--release", "2"], "Second name")):
        assert main(["export", *asked, "--output", str(tmp_path / "said.csv"), *at]) == 0
        assert name in (tmp_path / "said.csv").read_text(encoding="utf-8-sig")
    capsys.readouterr()
    assert main(["releases", "--on", "2026-02-28", *at]) == 1
    assert "There was no release on 2026-02-28; the first one kept is of 2026-03-01." in capsys.readouterr().err


def test_a_table_that_has_not_changed_keeps_its_snapshot(released: Path) -> None:
    first, second = kept(released)
    changed = {name for name in TABLES if first.snapshots[name] != second.snapshots[name]}
    assert changed == {"practices", "released_practice", "data_version"}
    orphan = Place.of(released).folder / NAMESPACE / "answers" / "data" / "cut-off.parquet"  # type: ignore[operator]
    shutil.copy(next(orphan.parent.glob("*.parquet")), orphan)
    release_tables._tidy.clear()  # as in another process
    with open_store(released) as store:
        again = release_tables.write(store)
    assert again == second
    assert told(Place.of(released)) == []  # old metadata is gone, too
    with opened(Place.of(released)) as releases:
        assert len(releases._found(INDEX).snapshots()) == 1


def test_columns_that_change_make_another_snapshot(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(database) as store, opened(Place.of(database), to_write=True) as releases:
        releases._catalog.create_namespace(NAMESPACE)
        seen = []
        for columns in ("1 AS a, 2 AS b", "1 AS a, 2 AS c", "1 AS a, '2' AS c", "1 AS a, '2' AS c", "'1' AS z"):
            monkeypatch.setitem(release_tables._ROWS, "scores", f"SELECT {columns}")
            with store.cursor() as cursor:
                seen.append(releases._write_table(cursor, "scores")[0])
        found = [releases._found("scores").scan(snapshot_id=one).to_arrow().to_pylist() for one in seen]
    assert found == [[{"a": 1, "b": 2}], [{"a": 1, "c": 2}], *[[{"a": 1, "c": "2"}]] * 2, [{"z": "1"}]]
    assert seen[2] == seen[3]


def test_before_the_first_release_is_kept_the_commands_say_so(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ["--database", str(database)]
    for command in (["releases"], ["export", "--on", "2026-05-01", "--output", str(tmp_path / "said.csv")]):
        assert main([*command, *at]) == 1
        assert " yet: start the app once, or run: python -m practices_db snapshot" in capsys.readouterr().err


def test_the_number_of_a_release_that_was_lost_with_a_restore_is_given_to_nothing_else(
    released_once: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ["--database", str(released_once)]

    def renamed(name: str) -> int:
        sql = f"UPDATE practice SET name = '{name}' WHERE id = (SELECT min(id) FROM practice)"
        with open_store(released_once) as store:
            store.write(lambda cursor: cursor.execute(sql))
        return main(["publish", *at])

    assert main(["backup", "--folder", str(tmp_path / "backups"), *at]) == 0
    assert renamed("Second name") == 0
    for command in (["restore", "--from", str(tmp_path / "backups")], ["check"]):
        capsys.readouterr()
        assert main([*command, *at]) == 1
        [line] = [line for line in capsys.readouterr().err.splitlines() if "hold release 2" in line]
        assert line.endswith("python -m practices_db snapshot")
    past = PastReleases(released_once)
    with (
        open_store(released_once) as store,
        pytest.raises(NoSuchReleaseError, match="no release 2; there are 1 to 1"),
        past.lent(2, store),
    ):
        pass
    past.close()
    assert renamed("Third name") == 1
    with open_store(released_once) as store, store.cursor() as cursor:
        assert data_version(cursor).number == 1
    assert main(["snapshot", *at]) == 0
    assert main(["publish", *at]) == 0
    assert [one.number for one in kept(released_once)] == [1, 2]
    with release_tables.open_release(released_once, 2) as store:
        assert first_name(store) == "Third name"


# --- what goes wrong -----------------------------------------------------------------------------------------


def test_a_store_that_fails_loses_no_release_and_is_told(
    released_once: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_store(released_once) as store:
        named = "UPDATE practice SET name = 'Third name' WHERE id = (SELECT min(id) FROM practice)"
        store.write(lambda cursor: cursor.execute(named))
    in_the_way = released_once.with_name("a-file")
    in_the_way.write_text("no folder")
    monkeypatch.setenv("PRACTICES_RELEASES_WAREHOUSE", str(in_the_way))
    assert main(["publish", "--database", str(released_once)]) == 1
    printed, said = capsys.readouterr()
    assert "head of the record: " in printed
    assert "\n1 change in release 2" in printed
    assert "The release is made. Replicas and other engines do not have it yet" in said
    assert Behind.because
    monkeypatch.delenv("PRACTICES_RELEASES_WAREHOUSE")
    with open_store(released_once) as store:
        release_tables.keep_up(store)
        assert Behind.because == ""
        with store.cursor() as cursor:
            assert cursor.execute("SELECT max(number) FROM data_version").fetchone() == (2,)
    assert [one.number for one in kept(released_once)] == [1, 2]


def test_a_fault_of_the_database_is_told_without_what_it_quotes(tmp_path: Path) -> None:
    with pytest.raises(PracticesError) as told_, opened(Place.of(tmp_path / "practices.duckdb"), to_write=True):
        raise duckdb.ConversionException("Could not convert string 'somebody@example.org'")
    assert "ConversionException" in str(told_.value)
    assert "somebody" not in str(told_.value)


def test_tables_of_another_database_are_left_alone_until_somebody_says_so(
    released: Path, begun: tuple[Path, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    for one in begun[0].parent.iterdir():
        shutil.copy(one, released.with_name(one.name))  # as a restore to before the second release
    with open_store(released) as store:
        old = first_name(store)
        with pytest.raises(PracticesError, match=r"hold release 2 of .* is at release 1"):
            release_tables.write(store)
        rename_everywhere(store, "Another second name")
        rename_everywhere(store, old)
        with pytest.raises(PracticesError, match=r"hold release 2 of .* is at release 3"):  # not by a later number
            release_tables.write(store)
    assert [one.number for one in kept(released)] == [1, 2]
    assert main(["snapshot", "--database", str(released)]) == 0
    assert "data version 3" in capsys.readouterr().out
    assert [one.number for one in kept(released)] == [1, 3]
    assert told(Place.of(released)) == []
    replica = Replica(released)
    assert first_name(replica.store) == old
    replica.close()


def test_a_release_of_another_version_of_the_app_is_not_opened_and_not_kept_with_what_was_withdrawn(
    released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place.of(released)
    with opened(place, to_write=True) as releases:
        first, second = releases.kept()
        releases._index([replace(first, schema="0000_before"), second])
        older = releases.kept()[0]
        with pytest.raises(PracticesError, match="made by another version of the app"):
            releases.open(older, "looked at")
    with open_store(released) as store, store.cursor() as cursor:
        [(assessment,)] = cursor.execute("SELECT min(assessment_id) FROM released_answer").fetchall()
        said = WithdrawalList(assessments=frozenset({assessment}))
        monkeypatch.setattr(release_tables.withdrawal_list, "read", lambda *_places: said)
        release_tables.write(store)
    left = kept(released)
    assert [(one.number, bool(one.taken_out_on)) for one in left] == [(2, True)]
    assert left[0].rows["answers"] < second.rows["answers"]
    with open_store(released) as store:
        rename_everywhere(store, "Third name")
        monkeypatch.setattr(release_tables.withdrawal_list, "read", lambda *_places: WithdrawalList())
        release_tables.write(store)  # as if cut off before it was taken out of the new release
        monkeypatch.setattr(release_tables.withdrawal_list, "read", lambda *_places: said)
        assert release_tables.write(store).rows["answers"] < second.rows["answers"]


def test_after_an_update_of_the_app_the_newest_release_is_made_anew(released_once: Path) -> None:
    day = date(2026, 3, 2)
    with opened(Place.of(released_once), to_write=True) as releases:
        [made] = releases.kept()
        releases._index([replace(made, schema="0000_before", taken_out_on=day)])
    with pytest.raises(PracticesError, match="made by another version of the app"):
        Replica(released_once)
    with open_store(released_once) as store:
        assert release_tables.write(store) == replace(made, taken_out_on=day)  # something was taken out of it once
        Replica(released_once).close()
        rename_everywhere(store, "Second name")
        assert release_tables.write(store).taken_out_on is None


def test_unknown_releases_of_another_version_leave_nothing_of_what_was_withdrawn(
    released_once: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place.of(released_once)
    with open_store(released_once) as store:
        with opened(place, to_write=True) as releases:
            [made] = releases.kept()
            releases._index([replace(made, schema="0000_before", content_hash="another")])
        with store.cursor() as cursor:
            [(assessment,)] = cursor.execute("SELECT min(assessment_id) FROM released_answer").fetchall()
        said = WithdrawalList(assessments=frozenset({assessment}))
        monkeypatch.setattr(release_tables.withdrawal_list, "read", lambda *_places: said)
        with pytest.raises(PracticesError, match="does not know it"):
            release_tables.write(store)
        assert kept(released_once) == []
        assert not list(place.folder.rglob("*.parquet"))  # type: ignore[union-attr]
        assert release_tables.write(store).rows["answers"] < made.rows["answers"]
        assert told(place) == []


def test_a_release_without_the_tables_that_could_hold_what_was_withdrawn_is_not_kept(
    released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(Place.of(released), to_write=True) as releases:
        first, second = releases.kept()
        fewer = {name: one for name, one in first.snapshots.items() if name != "released_statement"}
        releases._index([replace(first, schema="0000_before", snapshots=fewer), second])
    said = WithdrawalList(statements=frozenset({"unknown 2026-03-01"}))
    monkeypatch.setattr(release_tables.withdrawal_list, "read", lambda *_places: said)
    with open_store(released) as store:
        assert release_tables.write(store) == second
    assert kept(released) == [second]


def test_who_reads_while_old_files_are_deleted_reads_once_more(released: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place.of(released)
    with opened(place) as reader, opened(place, to_write=True) as writer:
        there, found = writer.kept(), reader._found
        swept = []

        def found_just_before_the_sweep(name: str) -> object:
            table = found(name)
            if not swept:
                swept.append(name)
                writer._index(there)
                writer._delete_what_is_left_over()
            return table

        monkeypatch.setattr(reader, "_found", found_just_before_the_sweep)
        assert reader.kept() == there
        assert swept == [INDEX]


def test_a_copied_folder_changes_nothing_of_its_original(released_once: Path, tmp_path: Path) -> None:
    made, files = kept(released_once), set(released_once.parent.rglob("*"))
    shutil.copytree(released_once.parent, tmp_path / "copy")
    with open_store(tmp_path / "copy" / released_once.name) as store:
        rename_everywhere(store, "A name in the copy")
        with pytest.raises(PracticesError, match="it is a copy"):
            release_tables.write(store)
    assert kept(released_once) == made
    assert set(released_once.parent.rglob("*")) == files


@pytest.mark.parametrize("name", ["a b ü", "a%20b", "100%da"])
def test_names_of_folders(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRACTICES_RELEASES_WAREHOUSE", str(tmp_path / name))
    place = Place.of(tmp_path / "practices.duckdb")
    only = Kept(1, date(2026, 3, 1), "a", "test", "b", "c", None, {"answers": 1}, {"answers": 2})
    with opened(place, to_write=True) as releases:
        releases._catalog.create_namespace(NAMESPACE)
        releases._index([only])
        releases._index([replace(only, number=2)])
        releases._delete_what_is_left_over()
    assert [one.name for one in tmp_path.iterdir()] == [name]
    assert sorted(one.name for one in (tmp_path / name).iterdir()) == ["catalog.sqlite", NAMESPACE]
    with opened(place) as releases:
        assert [one.number for one in releases.kept()] == [2]


@pytest.mark.parametrize("name", ["a#1", "a?1"])
def test_names_of_folders_that_no_address_can_hold(name: str, tmp_path: Path) -> None:
    with pytest.raises(PracticesError, match="choose a folder without # and"):
        Place.of(tmp_path / name / "practices.duckdb")


def test_where_the_tables_are(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Place.of(database).folder == database.with_name("practices.duckdb.releases")
    monkeypatch.setenv("PRACTICES_RELEASES_WAREHOUSE", "s3://bucket/releases/")
    with pytest.raises(PracticesError, match="PRACTICES_RELEASES_CATALOG"):
        Place.of(database)
    monkeypatch.setenv("PRACTICES_RELEASES_CATALOG", "postgresql+psycopg2://me:secret@localhost/releases")
    assert Place.of(database).warehouse == "s3://bucket/releases"
    assert "secret" not in repr(Place.of(database))
    with pytest.raises(PracticesError, match="cannot be read") as caught, opened(Place.of(database)) as releases:
        releases.kept()
    assert "secret" not in str(caught.value)


# --- other engines -------------------------------------------------------------------------------------------


def query(engine: str) -> str:
    """Return the query of an engine from docs/many-machines: what is indented under its name."""
    text = README.read_text(encoding="utf-8")
    found = re.search(rf"^\*\*{engine}\*\*.*?\n\n((?:(?:    .*)?\n)+)", text, re.MULTILINE)
    assert found, engine
    return "\n".join(line.removeprefix("    ") for line in found[1].splitlines())


@pytest.mark.parametrize("engine", [pytest.param("pyiceberg and pandas", marks=pytest.mark.slow), "DuckDB"])
def test_another_engine_counts_the_same(engine: str, released: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(released.parent)
    names: dict[str, object] = {}
    text = query(engine).replace("/srv/practices/practices.duckdb", str(released))
    exec(text, names)  # noqa: S102 - of our own documentation
    assert names["counted"] == {name: kept(released)[-1].rows[name] for name in ("practices", "answers")}


# --- PostgreSQL and an S3 store ------------------------------------------------------------------------------


@pytest.fixture
def reachable(tmp_path: Path) -> Path:
    """Return a folder that PostgreSQL's own user can reach; skips where it or an S3 server is not installed."""
    pytest.importorskip("psycopg2", reason="psycopg2 is not installed (the extra releases-server)")
    pytest.importorskip("moto", reason="moto is not installed (pip install moto flask flask-cors)")
    if not list(Path("/usr/lib/postgresql").glob("*/bin/postgres")) and not shutil.which("postgres"):
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    for one in (tmp_path, *list(tmp_path.parents)[:2]):  # PostgreSQL's own user has to get there
        one.chmod(0o755)
    return tmp_path


@pytest.fixture
def servers(reachable: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run a PostgreSQL server and an S3 server of this test's own; the release tables are there."""
    with run_local.postgresql(reachable / "postgresql") as catalog, run_local.store() as store:
        for name, value in (catalog | store).items():
            monkeypatch.setenv(name, value)
        yield


@pytest.mark.slow
@pytest.mark.usefixtures("servers")
def test_postgresql_as_catalogue_and_an_s3_store(
    database: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with open_store(database) as store:
        old = first_name(store)
        release_tables.write(store)
        assert "region" not in caplog.text  # AWS is not asked for it
        replica = Replica(database, look=0.1)
        assert first_name(replica.store) == old
        rename_everywhere(store, "Second name")
        start = time.perf_counter()
        release_tables.write(store)
        wrote = time.perf_counter() - start
        until(lambda: first_name(replica.store) == "Second name", 60)
        arrived = time.perf_counter() - start
        with store.cursor() as cursor:
            [(assessment,)] = cursor.execute("SELECT min(assessment_id) FROM released_answer").fetchall()
        said = WithdrawalList(assessments=frozenset({assessment}))
        monkeypatch.setattr(release_tables.withdrawal_list, "read", lambda *_places: said)
        release_tables.write(store)
        until(lambda: has(replica.store, assessment) is False, 60)
    replica.close()
    assert problems(database) == []
    with opened(Place.of(database)) as releases:
        assert not [one.number for one in releases.kept() if releases._holds(one, said)]
    with capsys.disabled():
        print(f"\nPostgreSQL and S3: a release in {wrote:.1f} s, on the replica {arrived:.1f} s after it began")


@pytest.mark.slow
def test_from_nothing_to_a_release_on_two_replicas(reachable: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        pytest.skip("nginx is not installed (apt-get install nginx-light)")
    told = machines.from_nothing(reachable)
    counts = told["counts"]
    assert counts["pyiceberg"] == counts["DuckDB"]
    assert counts["pyiceberg"]["practices"] == counts["a replica"]["practices"] > 0
    with capsys.disabled():
        print(f"\na release is on both replicas after {told['release on both replicas (s)']} s")


def has(store: Store, assessment: str) -> bool:
    with store.cursor() as cursor:
        found = cursor.execute("SELECT count(*) FROM released_answer WHERE assessment_id = $id", {"id": assessment})
        return found.fetchall() != [(0,)]
