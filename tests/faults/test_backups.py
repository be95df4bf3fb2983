"""Backups made under writes, restored and equal; from each of their forms; and what is damaged is refused."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import writers

from practices_db.__main__ import main
from practices_db.curation import submissions
from practices_db.database.commit_marker import Witness
from practices_db.database.store import Store
from practices_db.errors import DatabaseBusyError, PracticesError
from practices_db.operations.backup_schedule import Keeper
from practices_db.operations.backups import FORMS, Backup, backup_problems, backups, make_backup, restore, rotate
from practices_db.operations.build import open_store
from practices_db.operations.check import examine, read_everything

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = ["", "\\N", "NULL", '"', "a\r\nb", "\t=1+1", "née 東京 \u202e", "'", "x;y,z|", " lead"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "backups"
    made.mkdir()
    return made


@pytest.fixture
def store(database: Path, folder: Path) -> Iterator[Store]:
    with open_store(database, backups_folder=folder) as opened:
        yield opened


@contextmanager
def writing(store: Store, tokens: list[str]) -> Iterator[None]:
    """Let writers save all the while."""
    stop = threading.Event()

    def save(token: str) -> None:
        version = submissions.open_by_token(store, token).version
        while not stop.is_set():
            version = submissions.correct(store, token, writers.content(version + 1), version)

    threads = [threading.Thread(target=save, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def content(path: Path) -> dict[str, tuple[int, str]]:
    with Store(path, read_only="It is compared.") as opened, opened.cursor() as cursor:
        return read_everything(cursor, path)


def restored_is_equal(backup: Backup, path: Path, form: str) -> None:
    assert backup_problems(backup) == []
    state, _ = restore(backup, path, form)
    assert state == backup.state
    assert content(path) == content(backup.folder / "practices.duckdb")
    assert examine(path).problems == []
    with open_store(path) as again:
        assert not again.read_only
        with again.cursor() as cursor:  # a correction under way is there whole or not at all
            rows = cursor.execute("SELECT version, payload ->> 'what' FROM submission").fetchall()
    assert [what for _, what in rows] == [writers.content(version)["what"] for version, _ in rows]


@pytest.mark.parametrize("count", [len(FORMS), pytest.param(50, marks=pytest.mark.slow)])
def test_backups_under_writes_restored_from_each_form(
    store: Store, tokens: list[str], folder: Path, count: int
) -> None:
    with writing(store, tokens):
        made = [make_backup(store, folder) for _ in range(count)]
    assert len({backup.state.writes for backup in made}) > 1  # the writers were not held up
    for number, backup in enumerate(made):
        restored_is_equal(backup, folder.parent / f"restored-{number}" / "practices.duckdb", FORMS[number % len(FORMS)])


@pytest.mark.parametrize("form", FORMS)
def test_no_text_is_changed_on_its_way(store: Store, folder: Path, form: str) -> None:
    def work(cursor: Any) -> None:
        for number, text in enumerate(HOSTILE):
            cursor.execute(
                "INSERT INTO practice_source VALUES ($id, 'summary', $url, $remark)",
                {"id": f"p-{number}", "url": f"u{number}", "remark": text},
            )
        cursor.execute("INSERT INTO practice_source VALUES ('p-null', 'summary', 'u', NULL)")
        cursor.execute("UPDATE practice SET places = $places", {"places": [*HOSTILE, "[]", '["a"]']})

    store.write(work)
    backup = make_backup(store, folder)
    assert backup.problems  # the made-up sources belong to no practice: said, and backed up all the same
    path = folder.parent / "restored.duckdb"
    restore(backup, path, form)
    assert content(path) == content(backup.folder / "practices.duckdb")


@pytest.mark.parametrize("form", FORMS)
def test_damaged_form_is_refused_and_another_helps(store: Store, folder: Path, form: str) -> None:
    backup = make_backup(store, folder)
    broken = sorted(
        path for path in backup.folder.rglob("*") if path.is_file() and form in str(path.relative_to(folder))
    )
    victim = backup.folder / "practices.duckdb" if form == "database" else broken[0]
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 4
    victim.write_bytes(data)
    path = folder.parent / "restored.duckdb"
    with pytest.raises(PracticesError, match="is not what was backed up"):
        restore(backup, path, form)
    assert not path.exists()
    restore(backup, path, next(other for other in FORMS if other != form))
    assert examine(path).problems == []


def test_restoring_keeps_the_old_files_and_refuses_while_the_database_is_open(
    store: Store, database: Path, folder: Path, tokens: list[str]
) -> None:
    backup = make_backup(store, folder)
    submissions.correct(store, tokens[0], writers.content(2), 1)
    with pytest.raises(DatabaseBusyError):
        restore(backup, database)
    store.close()
    newer = content(database)
    _, kept = restore(backup, database)
    aside = next(path for path in kept if ".duckdb.replaced-" in path.name)
    assert content(aside) == newer
    assert content(database) == content(backup.folder / "practices.duckdb")
    assert Witness(database).read() == backup.state


def test_an_older_file_put_in_place_by_hand_is_noticed(
    store: Store, database: Path, folder: Path, tokens: list[str]
) -> None:
    backup = make_backup(store, folder)
    submissions.correct(store, tokens[0], writers.content(2), 1)
    store.close()
    database.write_bytes((backup.folder / "practices.duckdb").read_bytes())
    with open_store(database) as again:
        assert "being repaired" in again.notice
    assert main(["check", "--database", str(database)]) == 1
    assert main(["check", "--accept-losses", "--database", str(database)]) == 0
    with open_store(database) as again:
        assert not again.notice


def test_a_file_that_cannot_be_read_is_served_from_its_newest_backup(
    store: Store, database: Path, folder: Path
) -> None:
    expected = content(make_backup(store, folder).folder / "practices.duckdb")
    store.close()
    database.write_bytes(b"\0" * 20_000)
    with open_store(database, backups_folder=folder) as served:
        with served.cursor() as cursor:
            assert read_everything(cursor, database) == expected
        assert "from its newest backup" in served.notice
    assert database.read_bytes() == b"\0" * 20_000  # what may be rescued is left as it is


def test_rotation_keeps_one_a_day_for_a_month_and_the_newest(folder: Path) -> None:
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    for hours in (0, 1, 5, 30, 31, 80, 24 * 29, 24 * 31, 24 * 400):
        when = now - timedelta(hours=hours)
        one = folder / f"practices-{when:%Y%m%dT%H%M%S%fZ}"
        one.mkdir()
        (one / "manifest.json").write_text(f'{{"made_at": "{when.isoformat()}", "problems": []}}')
    (folder / "something else").mkdir()
    rotate(folder, now)
    kept = sorted(round((now - backup.made_at) / timedelta(hours=1)) for backup in backups(folder))
    assert kept == [0, 1, 5, 30, 80, 24 * 29]
    assert (folder / "something else").is_dir()
    rotate(folder, now + timedelta(days=1000))
    assert len(backups(folder)) == 1


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "practices_db", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_command_line_says_that_the_app_holds_the_file(
    store: Store, database: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second process on the same file gets one plain sentence; it backs the file up once the app is stopped."""
    refused = run("backup", "--database", database, "--folder", folder)
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "open in another process" in refused.stderr
    assert "The running app backs its file up itself" in refused.stderr
    assert list(folder.iterdir()) == []
    store.close()
    assert main(["backup", "--database", str(database), "--folder", str(folder)]) == 0
    printed, said = capsys.readouterr()
    assert said == ""
    assert "no problems" in printed
    assert backup_problems(backups(folder)[0]) == []


def test_the_app_makes_a_backup_at_its_start_where_there_is_none_of_today(store: Store, folder: Path) -> None:
    for _ in range(2):  # the second time there is one
        keeper = Keeper(lambda: store, folder)
        keeper.start()
        for _ in range(100):
            if backups(folder):
                break
            time.sleep(0.1)
        keeper.stop()
    assert len(backups(folder)) == 1


def test_a_backup_made_while_the_clock_was_ahead_takes_nobodys_place(store: Store, folder: Path) -> None:
    made = make_backup(store, folder)
    future = datetime.now(UTC) + timedelta(days=4_000)
    made.folder.rename(folder / f"practices-{future:%Y%m%dT%H%M%S%f}Z")
    manifest = folder / f"practices-{future:%Y%m%dT%H%M%S%f}Z" / "manifest.json"
    manifest.write_text(json.dumps(made.manifest | {"made_at": future.isoformat()}))
    keeper = Keeper(lambda: store, folder)
    keeper.start()
    for _ in range(100):
        if len(backups(folder)) == 2:
            break
        time.sleep(0.1)
    keeper.stop()
    assert [one.ahead for one in backups(folder)] == [False, True]
