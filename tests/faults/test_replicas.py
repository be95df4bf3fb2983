"""Read-only replicas: what is released and nothing else, and the next release without a new start."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import writers

from practices_db.__main__ import main
from practices_db.catalogue import write_files
from practices_db.curation import submissions
from practices_db.database.store import Store
from practices_db.errors import PracticesError, ReadOnlyError, ReleasesBusyError
from practices_db.operations import release_tables
from practices_db.operations.build import build, open_store
from practices_db.operations.check import read_everything
from practices_db.operations.release_tables import INDEX, NAMESPACE, TABLES, Place
from practices_db.operations.replica import PastReleases, Replica

LOOK = 0.05


@pytest.fixture
def main_store(database: Path) -> Iterator[Store]:
    with open_store(database) as opened:
        release_tables.write(opened)
        yield opened


@pytest.fixture
def replica(main_store: Store, database: Path) -> Iterator[Replica]:  # noqa: ARG001 - the release that is served
    opened = Replica(database, "https://practices.example", look=LOOK, grace=0.0)
    yield opened
    opened.close()


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def rename_everywhere(store: Store, name: str) -> None:
    """Stand in for a release: one practice has another name, as released."""

    def work(cursor: object) -> None:
        for table in ("practice", "released_practice", "practice_card"):
            cursor.execute(f"UPDATE {table} SET name = $name WHERE id = (SELECT min(id) FROM practice)", {"name": name})  # type: ignore[attr-defined]
        cursor.execute(  # type: ignore[attr-defined]
            "INSERT INTO data_version SELECT max(number) + 1, current_date, sha256($name), 'test', NULL "
            "FROM data_version",
            {"name": name},
        )

    store.write(work)


def first_name(store: Store) -> str:
    with store.cursor() as cursor:
        row = cursor.execute("SELECT name FROM practice_card ORDER BY id LIMIT 1").fetchone()
    assert row
    return str(row[0])


def test_replica_of_the_catalogue_reads_as_the_original(tmp_path: Path) -> None:
    path = tmp_path / "practices.duckdb"
    build(path)
    hidden = "'https://example.org/not-released-yet'"
    with open_store(path) as at_home:
        submissions.submit(at_home, "correction", {"what": "not-released-yet"}, contact="not-released-yet@example.org")
        at_home.write(
            lambda cursor: cursor.execute(
                f"UPDATE evidence SET url = {hidden}; UPDATE organisation SET joins = 'not-released-yet';"
                f"UPDATE practice SET summary = 'not-released-yet'; UPDATE link SET reason = 'not-released-yet';"
                f"UPDATE result SET effect_text = 'not-released-yet';"
                f"UPDATE finding SET effect_text = 'not-released-yet';"
                f"INSERT INTO person VALUES ('not-released-yet@example.org', 'curator', today(), 1);"
                f"INSERT INTO address_check VALUES ({hidden}, now()::TIMESTAMP, NULL, 'gone');"
            )
        )
        release_tables.write(at_home)
        replica = Replica(path)
        with at_home.cursor() as there, replica.store.cursor() as here:
            assert write_files.texts(here) == write_files.texts(there)
            found, served = read_everything(there, None), read_everything(here, replica.store.path)
            same = set(TABLES.values()) - {"address_check"}
            assert {name: served[name] for name in same} == {name: found[name] for name in same}
            filled = {name for name, (rows, _) in served.items() if rows}
            assert filled <= {*TABLES.values(), "_migration", "write_count"}
        assert replica.store.path
        files = [replica.store.path, *(one for one in Place.of(path).folder.rglob("*") if one.is_file())]  # type: ignore[union-attr]
        assert not [one for one in files if b"not-released-yet" in one.read_bytes()]
        replica.close()


def test_replica_refuses_writes_and_says_where(replica: Replica) -> None:
    assert not replica.store.notice  # nothing is wrong with it
    with pytest.raises(ReadOnlyError, match=r"read-only copy.*https://practices\.example"):
        submissions.submit(replica.store, "correction", writers.content(1))


def test_newer_release_is_swapped_in_while_the_old_one_is_read(replica: Replica, main_store: Store) -> None:
    before = replica.store
    with before.cursor() as reading:
        reading.execute("SELECT name FROM practice_card ORDER BY id")
        rename_everywhere(main_store, "A newer name")
        release_tables.write(main_store)
        until(lambda: replica.store is not before)
        assert first_name(replica.store) == "A newer name"
        time.sleep(4 * LOOK)
        assert before.exports.exists()
        assert reading.fetchall()[0][0] != "A newer name"
    until(lambda: not before.exports.exists())  # nobody reads from it any more


def test_replica_serves_on_where_the_tables_are_gone_or_half_there(
    replica: Replica, main_store: Store, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    served, folder = replica.store, Place.of(database).folder
    assert folder
    away = folder.with_name("away")
    folder.rename(away)
    time.sleep(6 * LOOK)
    assert sum("served on" in line for line in caplog.messages) == 1  # and not at each look
    assert replica.store is served
    away.rename(folder)
    rename_everywhere(main_store, "A newer name")
    kept = [(one, one.read_bytes()) for one in folder.rglob("*.parquet")]
    release_tables.write(main_store)
    until(lambda: replica.store is not served)
    newer = replica.store
    rename_everywhere(main_store, "The newest name")
    release_tables.write(main_store)
    for one in set(folder.rglob("*.parquet")) - {path for path, _ in kept}:  # the catalogue came before its files
        one.unlink()
    time.sleep(3 * LOOK)
    assert first_name(replica.store) in {"A newer name", "The newest name"}
    assert newer.lost is False
    with pytest.raises(PracticesError, match="cannot be read"):
        Replica(database)


def test_replica_does_not_start_before_there_is_a_release(tmp_path: Path) -> None:
    with pytest.raises(PracticesError, match="cannot be read"):
        Replica(tmp_path / "practices.duckdb")


@pytest.mark.parametrize("releases", [1, pytest.param(5, marks=pytest.mark.slow)])
def test_swaps_under_load(replica: Replica, main_store: Store, releases: int) -> None:
    """Readers see one release or the next, and no fault, while releases are exchanged."""
    stop, seen, faults = threading.Event(), set(), []

    def read() -> None:
        while not stop.is_set():
            try:
                with replica.store.cursor() as cursor:
                    names = cursor.execute(
                        "SELECT p.name, c.name FROM released_practice p JOIN practice_card c ON c.id = p.id "
                        "ORDER BY p.id LIMIT 1"
                    ).fetchall()
                assert names[0][0] == names[0][1]
                seen.add(names[0][0])
            except Exception as error:  # whatever it is, the test shows it
                faults.append(error)
            time.sleep(0.001)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(releases):
        rename_everywhere(main_store, f"release {number}")
        release_tables.write(main_store)
        until(lambda number=number: first_name(replica.store) == f"release {number}")  # type: ignore[misc]
    until(lambda: f"release {releases - 1}" in seen or bool(faults))
    stop.set()
    for thread in threads:
        thread.join()
    assert faults == []
    assert f"release {releases - 1}" in seen


def test_past_releases_are_opened_once_and_the_last_few_stay_open(main_store: Store, database: Path) -> None:
    old = first_name(main_store)
    for name in ("Second name", "Third name"):
        rename_everywhere(main_store, name)
        release_tables.write(main_store)
    past = PastReleases(database, grace=0.0)
    with past.lent(1) as first:
        assert first_name(first) == old
        with past.lent(1) as again:
            assert again is first
        with past.lent(2) as second, past.lent(3):  # there is room for two: the first one is read from still
            assert first_name(first) == old
            assert first_name(second) == "Second name"
            with past.lent(1) as anew:
                assert anew is not first
                with pytest.raises(ReleasesBusyError, match="Please try again in a minute"), past.lent(2):
                    pass
                assert first_name(first) == old
    until(lambda: not first.exports.exists())  # nobody asks for it: the thread closes it
    with past.lent(2) as second:
        assert first_name(second) == "Second name"
    with pytest.raises(PracticesError, match="no release 4; there are 1 to 3"), past.lent(4):
        pass
    past.close()


def test_earlier_ways_to_say_where_the_tables_are(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "published" / "practices.duckdb"
    assert main(["snapshot", "--database", str(database), "--output", str(path)]) == 0
    assert f"{path}: 5 practices, 10 answers, data version 1" in capsys.readouterr().out
    Replica(path).close()
    shutil.rmtree(path.parent)
    monkeypatch.setenv("PRACTICES_SNAPSHOT", str(path))
    with open_store(database) as store:
        release_tables.write_after_release(store)
    assert (Place.of(path).folder / NAMESPACE / INDEX).is_dir()  # type: ignore[operator]
    Replica(path).close()
