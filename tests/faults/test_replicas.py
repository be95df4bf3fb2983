"""Read-only replicas: what is released and nothing else, and the next release without a new start."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import writers
from writers import rename_everywhere

from practices_db.__main__ import main
from practices_db.catalogue import write_files
from practices_db.curation import submissions
from practices_db.database.store import Store
from practices_db.errors import PracticesError, ReadOnlyError, ReleasesBusyError
from practices_db.operations import release_tables
from practices_db.operations.build import open_store
from practices_db.operations.check import read_everything
from practices_db.operations.release_tables import TABLES, Place, opened
from practices_db.operations.replica import PastReleases, Replica

LOOK = 0.05
FIRST_NAME = "Łódź Œuvre d'Ångström"  # of the first practice, before it is renamed


@pytest.fixture
def main_store(released_once: Path) -> Iterator[Store]:
    with open_store(released_once) as store:
        yield store


@pytest.fixture
def replica(released_once: Path) -> Iterator[Replica]:
    serving = Replica(released_once, "https://practices.example", look=LOOK, grace=0.0)
    yield serving
    serving.close()


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def first_name(store: Store) -> str:
    with store.cursor() as cursor:
        row = cursor.execute("SELECT name FROM practice_card ORDER BY id LIMIT 1").fetchone()
    assert row
    return str(row[0])


def test_replica_of_the_catalogue_reads_as_the_original_in_however_many_chunks(
    catalogue_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(shutil.copy(catalogue_db, tmp_path / "practices.duckdb"))
    monkeypatch.setattr(release_tables, "_AT_ONCE", 1_000)
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
            files, originals = write_files.texts(here), write_files.texts(there)
            assert [name for name in files.keys() | originals if files.get(name) != originals.get(name)] == []
            found, served = read_everything(there, None), read_everything(here, replica.store.path)
            same = set(TABLES.values()) - {"address_check"}
            assert sorted(name for name in same if served[name] != found[name]) == []
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


@pytest.mark.parametrize("releases", [1, pytest.param(5, marks=pytest.mark.slow)])
def test_newer_releases_are_swapped_in_while_old_ones_are_read(
    replica: Replica, main_store: Store, releases: int
) -> None:
    """Readers see one release or the next, and no fault; what somebody reads from stays open until nobody does."""
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
            time.sleep(0.01)

    before, old = replica.store, first_name(replica.store)
    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    with before.cursor() as reading:
        reading.execute("SELECT name FROM practice_card ORDER BY id")
        for number in range(releases):
            rename_everywhere(main_store, f"release {number}")
            release_tables.write(main_store)
            until(lambda number=number: first_name(replica.store) == f"release {number}")  # type: ignore[misc]
        until(lambda: f"release {releases - 1}" in seen or bool(faults))
        stop.set()
        for thread in threads:
            thread.join()
        time.sleep(4 * LOOK)
        assert before.exports.exists()
        assert reading.fetchall()[0][0] == old
    until(lambda: not before.exports.exists())
    assert faults == []
    assert {old, f"release {releases - 1}"} <= seen


def test_replica_serves_on_where_the_tables_are_gone_or_half_there(
    replica: Replica, main_store: Store, released_once: Path, caplog: pytest.LogCaptureFixture
) -> None:
    served, folder = replica.store, Place.of(released_once).folder
    assert folder
    away = folder.with_name("away")
    folder.rename(away)
    time.sleep(6 * LOOK)
    told = [line for line in caplog.messages if "served on" in line]
    assert told
    assert len(told) == len(set(told))  # each cause once and not at each look: a look may fall into the very renaming
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
        Replica(released_once)


def test_replica_does_not_start_before_there_is_a_release(tmp_path: Path) -> None:
    with pytest.raises(PracticesError, match="yet: start the app once, or run: "):
        Replica(tmp_path / "practices.duckdb")


def test_past_releases_are_opened_once_and_the_last_few_stay_open(released: Path) -> None:
    with opened(Place.of(released), to_write=True) as releases:
        releases._index([*releases.kept(), replace(releases.kept()[1], number=3)])
        known = "INSERT INTO data_version BY NAME SELECT * REPLACE (3 AS number) FROM data_version WHERE number = 2"
    past, newest = PastReleases(released, grace=0.0), open_store(released)
    newest.write(lambda cursor: cursor.execute(known))
    with past.lent(1, newest) as first:
        assert first_name(first) == FIRST_NAME
        with past.lent(1, newest) as again:
            assert again is first
        # there is room for two: the first one is read from still
        with past.lent(2, newest) as second, past.lent(3, newest):
            assert first_name(second) == "Second name"
            with past.lent(1, newest) as anew:
                assert anew is not first
                with pytest.raises(ReleasesBusyError, match="Please try again in a minute"), past.lent(2, newest):
                    pass
                assert first_name(first) == FIRST_NAME
    until(lambda: not first.exports.exists())  # nobody asks for it: the thread closes it
    with past.lent(2, newest) as second:
        assert first_name(second) == "Second name"
    with pytest.raises(PracticesError, match="no release 4; there are 1 to 3"), past.lent(4, newest):
        pass
    past.close()
    newest.close()


def test_earlier_ways_to_say_where_the_tables_are(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "published" / "practices.duckdb"
    assert main(["snapshot", "--database", str(database), "--output", str(path)]) == 0
    assert f"{path}: 5 practices, 10 answers, data version 1" in capsys.readouterr().out
    monkeypatch.setenv("PRACTICES_SNAPSHOT", str(path))
    with open_store(database) as store:
        rename_everywhere(store, "Second name")
        release_tables.write_after_release(store)
    monkeypatch.delenv("PRACTICES_SNAPSHOT")
    replica = Replica(path)
    assert first_name(replica.store) == "Second name"
    replica.close()
