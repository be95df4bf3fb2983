"""Read-only replicas: only what is published, never half a file, a newer snapshot without a new start."""

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
from practices_db.database.commit_marker import table_names
from practices_db.database.store import Store
from practices_db.errors import PracticesError, ReadOnlyError
from practices_db.operations.build import build, open_store
from practices_db.operations.check import read_everything
from practices_db.operations.replica import Replica
from practices_db.operations.snapshots import manifest_path, write_snapshot
from practices_db.queries import integrity

LOOK = 0.05


@pytest.fixture
def main_store(database: Path) -> Iterator[Store]:
    with open_store(database) as opened:
        yield opened


@pytest.fixture
def snapshot(main_store: Store, tmp_path: Path) -> Path:
    path = tmp_path / "published" / "snapshot.duckdb"
    write_snapshot(main_store, path)
    return path


@pytest.fixture
def replica(snapshot: Path) -> Iterator[Replica]:
    opened = Replica(snapshot, "https://practices.example", look=LOOK, grace=0.0)
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

    store.write(work)


def first_name(store: Store) -> str:
    with store.cursor() as cursor:
        row = cursor.execute("SELECT name FROM practice ORDER BY id LIMIT 1").fetchone()
    assert row
    return str(row[0])


def test_snapshot_holds_what_is_published_and_no_byte_of_the_rest(main_store: Store, tmp_path: Path) -> None:
    mailbox = "nobody-may-read-this@example.org"
    submissions.submit(main_store, "correction", {"what": "unpublished-words-of-a-person"}, contact=mailbox)
    main_store.write(lambda cursor: cursor.execute("UPDATE practice SET summary = 'not-released-yet ' || summary"))
    main_store.write(lambda cursor: cursor.execute("INSERT INTO person VALUES ('who@example.org','curator',today(),1)"))
    path = tmp_path / "snapshot.duckdb"
    made = write_snapshot(main_store, path)
    opened = Store(path, read_only="It is looked at.")
    with opened.cursor() as cursor, main_store.cursor() as at_home:
        assert integrity.integrity_problems(cursor) == []
        assert integrity.contents(cursor) == integrity.contents(at_home)
        assert made.practices == integrity.contents(at_home).practices
        for table in ("submission", "audit", "person"):
            assert cursor.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        mine, theirs = read_everything(cursor, path), read_everything(at_home, None)
        same = {"released_practice", "released_answer", "practice_card", "practice_score", "practice_country", "answer"}
        assert {name: mine[name] for name in same} == {name: theirs[name] for name in same}
        assert set(mine) == set(table_names(at_home))
    opened.close()
    content = path.read_bytes()
    for text in (mailbox, "unpublished-words", "not-released-yet", "who@example.org"):
        assert text.encode() not in content
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith((".", "snapshot"))) == [
        "snapshot.duckdb",
        "snapshot.duckdb.manifest.json",
        "snapshot.duckdb.withdrawn",
    ]


def test_snapshot_of_the_catalogue_reads_as_the_original(tmp_path: Path) -> None:
    build(tmp_path / "practices.duckdb")
    at_home = open_store(tmp_path / "practices.duckdb")
    hidden = "'https://example.org/not-released-yet'"
    at_home.write(
        lambda cursor: cursor.execute(
            f"UPDATE evidence SET url = {hidden}; UPDATE organisation SET joins = 'not-released-yet';"
            f"UPDATE link SET reason = 'not-released-yet'; INSERT INTO link SELECT * REPLACE "
            f"(from_id || '-not-released-yet' AS from_id) FROM link LIMIT 1;"
            f"INSERT INTO address_check VALUES ({hidden}, now()::TIMESTAMP, NULL, 'gone');"
        )
    )
    path = tmp_path / "snapshot.duckdb"
    write_snapshot(at_home, path)
    with Store(path, read_only="It is looked at.") as copy, at_home.cursor() as there, copy.cursor() as here:
        assert write_files.texts(here) == write_files.texts(there)
        assert integrity.integrity_problems(here) == []
        found, served = read_everything(there, None), read_everything(here, path)
        tables = {"evidence_card", "organisation_card", "knowledge_facet", "known_link", "practice_facet"}
        assert {name: served[name] for name in tables} == {name: found[name] for name in tables}
        assert all(served[name][0] for name in (*tables, "evidence_value", "organisation_value", "link"))
    at_home.close()
    assert b"not-released-yet" not in path.read_bytes()


def test_replica_refuses_writes_and_says_where(replica: Replica) -> None:
    assert not replica.store.notice  # nothing is wrong with it
    with pytest.raises(ReadOnlyError, match=r"read-only copy.*https://practices\.example"):
        submissions.submit(replica.store, "correction", writers.content(1))


def test_newer_snapshot_is_swapped_in_while_the_old_one_is_read(
    replica: Replica, main_store: Store, snapshot: Path
) -> None:
    before = replica.store
    with before.cursor() as reading:
        reading.execute("SELECT name FROM practice ORDER BY id")
        rename_everywhere(main_store, "A newer name")
        write_snapshot(main_store, snapshot)
        until(lambda: replica.store is not before)
        assert first_name(replica.store) == "A newer name"
        time.sleep(4 * LOOK)
        assert before.exports.exists()
        assert reading.fetchall()[0][0] != "A newer name"
    until(lambda: not before.exports.exists())  # nobody reads from it any more


def test_half_copied_or_foreign_file_is_never_opened(
    replica: Replica, main_store: Store, snapshot: Path, tmp_path: Path
) -> None:
    served = replica.store
    rename_everywhere(main_store, "A newer name")
    newer = tmp_path / "newer.duckdb"
    write_snapshot(main_store, newer)
    whole = newer.read_bytes()
    for part in (0, 1, 5_000, len(whole) - 1):  # a copy in place that goes on for a while
        snapshot.write_bytes(whole[:part])
        time.sleep(3 * LOOK)
        assert replica.store is served
        assert first_name(served) != "A newer name"
    snapshot.write_bytes(whole)  # all there, and the manifest is still the old one
    time.sleep(3 * LOOK)
    assert replica.store is served
    snapshot.unlink()
    time.sleep(3 * LOOK)
    assert first_name(replica.store) != "A newer name"
    shutil.copy(newer, snapshot)
    shutil.copy(manifest_path(newer), manifest_path(snapshot))
    until(lambda: replica.store is not served)
    assert first_name(replica.store) == "A newer name"


def test_replica_does_not_start_without_a_whole_snapshot(snapshot: Path) -> None:
    data = bytearray(snapshot.read_bytes())
    data[len(data) // 2] ^= 1
    snapshot.write_bytes(data)
    with pytest.raises(PracticesError, match="is not what its manifest says"):
        Replica(snapshot)
    manifest_path(snapshot).unlink()
    with pytest.raises(PracticesError, match="python -m practices_db snapshot"):
        Replica(snapshot)


def test_swaps_under_load(replica: Replica, main_store: Store, snapshot: Path) -> None:
    """Readers see one release or the next, and no fault, while snapshots are exchanged."""
    stop, seen, faults = threading.Event(), set(), []

    def read() -> None:
        while not stop.is_set():
            try:
                with replica.store.cursor() as cursor:
                    names = cursor.execute(
                        "SELECT p.name, c.name FROM practice p JOIN practice_card c ON c.id = p.id "
                        "ORDER BY p.id LIMIT 1"
                    ).fetchall()
                assert names[0][0] == names[0][1]
                seen.add(names[0][0])
            except Exception as error:  # whatever it is, the test shows it
                faults.append(error)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(4):
        rename_everywhere(main_store, f"release {number}")
        write_snapshot(main_store, snapshot)
        until(lambda number=number: first_name(replica.store) == f"release {number}")  # type: ignore[misc]
    until(lambda: "release 3" in seen or bool(faults))
    stop.set()
    for thread in threads:
        thread.join()
    assert faults == []
    assert "release 3" in seen


def test_command_line_writes_a_snapshot(database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "s.duckdb"
    assert main(["snapshot", "--database", str(database), "--output", str(path)]) == 0
    assert f"{path}: 5 practices, 10 answers, data version 1" in capsys.readouterr().out
    Replica(path).close()
