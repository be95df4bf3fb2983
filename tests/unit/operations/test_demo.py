"""A demonstration begins anew, keeps who runs it, and never throws a database away that it has not made."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from practices_db.config import demo_hours
from practices_db.curation import submissions, users
from practices_db.curation.permissions import CLI
from practices_db.database.store import Store
from practices_db.errors import PracticesError
from practices_db.operations import demo
from practices_db.operations.build import open_existing
from practices_db.operations.check import all_problems


def quiet(_share: float, _what: str) -> None:
    return


def begun(path: Path) -> None:
    demo.prepare(path, quiet)


def is_over(path: Path) -> None:
    """Let the demonstration's time be over."""
    mark = json.loads(demo.mark_path(path).read_text())
    past = {"ends": (datetime.now(UTC) - timedelta(seconds=1)).isoformat()}
    demo.mark_path(path).write_text(json.dumps(mark | past))


def sent_in(store: Store) -> int:
    with store.cursor() as cursor:
        (count,) = cursor.execute("SELECT count(*) FROM submission").fetchone() or (0,)
    return int(count)


def send_one(path: Path) -> None:
    with open_existing(path) as store:
        submissions.submit(store, "correction", {"what": "Made up."}, practice_id="humanitarian-corridors")
        assert sent_in(store) == 1


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRACTICES_DEMO", "2")
    return tmp_path / "practices.duckdb"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRACTICES_DEMO", "2")
        begun(folder / "practices.duckdb")
    return folder


@pytest.fixture
def running(made: Path, path: Path) -> None:
    """Let a demonstration have begun."""
    shutil.copytree(made, path.parent, dirs_exist_ok=True)


@pytest.mark.usefixtures("running")
def test_what_was_sent_in_goes_when_its_time_is_over_and_roles_stay(path: Path) -> None:
    ends = demo.ends_at(path)
    assert ends
    assert timedelta(hours=1.9) < ends - datetime.now(UTC) <= timedelta(hours=2)
    with open_existing(path) as store:
        users.grant(store, CLI, "curator@example.org", "curator")
    send_one(path)
    begun(path)
    with open_existing(path) as store:
        assert sent_in(store) == 1  # a start before the end changes nothing, and the end stays
    assert demo.ends_at(path) == ends
    is_over(path)
    begun(path)
    with open_existing(path) as store, store.cursor() as cursor:
        assert sent_in(store) == 0
        assert [(one.email, one.role) for one in users.everybody(cursor, CLI)] == [("curator@example.org", "curator")]
    assert (demo.ends_at(path) or ends) > ends
    assert all_problems(path)[0] == []


def test_a_database_that_it_has_not_made_is_refused_and_untouched(path: Path, catalogue_db: Path) -> None:
    shutil.copy(catalogue_db, path)
    send_one(path)
    with pytest.raises(PracticesError, match="was not made by the demonstration"):
        begun(path)
    with open_existing(path) as store:
        assert sent_in(store) == 1


@pytest.mark.usefixtures("running")
def test_another_database_in_the_place_of_its_own_is_refused(path: Path, catalogue_db: Path) -> None:
    is_over(path)
    shutil.copy(catalogue_db, path)
    path.with_name(path.name + ".witness").unlink()
    with pytest.raises(PracticesError, match="was not made by the demonstration"):
        begun(path)


@pytest.mark.parametrize("left", ["practices.duckdb.wal", "practices.duckdb.witness", "practices.duckdb.releases"])
def test_what_is_left_of_a_database_is_not_thrown_away(path: Path, left: str) -> None:
    path.with_name(left).write_bytes(b"something real")
    with pytest.raises(PracticesError, match="was not made by the demonstration"):
        begun(path)
    assert path.with_name(left).read_bytes() == b"something real"


@pytest.mark.usefixtures("running")
def test_one_that_was_used_without_the_setting_is_one_to_keep(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRACTICES_DEMO")
    begun(path)
    send_one(path)
    monkeypatch.setenv("PRACTICES_DEMO", "2")
    with pytest.raises(PracticesError, match="was not made by the demonstration"):
        begun(path)


@pytest.mark.usefixtures("running")
def test_a_reset_that_was_broken_off_goes_on(path: Path) -> None:
    path.unlink()
    begun(path)
    assert path.exists()


@pytest.mark.usefixtures("running")
def test_who_only_reads_leaves_the_mark_of_a_demonstration(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRACTICES_READ_ONLY", "1")
    with pytest.raises(PracticesError, match="a read-only app exclude each other"):
        begun(path)
    monkeypatch.delenv("PRACTICES_DEMO")
    begun(path)
    assert demo.mark_path(path).exists()


def test_a_mark_that_cannot_be_removed_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRACTICES_DEMO")
    demo.mark_path(path).mkdir()
    with pytest.raises(PracticesError, match=r"cannot be removed \(.*\)\. Remove it by hand\."):
        begun(path)


@pytest.mark.parametrize("name", ["PRACTICES_BACKUPS", "PRACTICES_SNAPSHOT", "PRACTICES_RELEASES_WAREHOUSE"])
def test_where_its_data_would_live_on_it_is_refused(path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "1")
    with pytest.raises(PracticesError, match=f"PRACTICES_DEMO and {name} exclude each other"):
        begun(path)
    assert not path.exists()


@pytest.mark.parametrize("hours", ["-1", "169", "soon", "nan", "inf"])
def test_hours_that_are_none_are_refused(hours: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRACTICES_DEMO", hours)
    with pytest.raises(PracticesError, match="PRACTICES_DEMO must be a number of hours up to 168"):
        demo_hours()
