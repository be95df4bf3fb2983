"""The app refuses to start, in one plain sentence, where it would not be safe."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import streamlit as st

from pages.shared.components import database
from pages.shared.server import startup
from practices_db.database import store as stores
from practices_db.database.store import Store, check_private
from practices_db.errors import PracticesError
from practices_db.operations.build import build
from security.conftest import NewServer

GOOD = "kX2v9QmZ4tLw8RbN1cYh6GsD3fJp7AaUeTiOoWnE5xM"
posix = pytest.mark.skipif(os.name == "nt", reason="Windows keeps access in lists, not in these bits")


@pytest.fixture
def database_file(catalogue_db: Path) -> Iterator[Path]:
    """Return the database that the app would open here."""
    path = Path(os.environ["PRACTICES_DB"])
    shutil.copy(catalogue_db, path)
    umask = os.umask(0o022)
    yield path
    os.umask(umask)
    st.cache_resource.clear()


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        *((None, "without a cookie_secret"), ("", "without a cookie_secret"), ("   ", "without a cookie_secret")),
        *(("xxx", "a sample"), ("9fK2xQ7vLwZ3bT8m", "a sample"), ("a" * 64, "a sample"), ("ab" * 32, "a sample")),
        *(("change-me-change-me-change-me-change-me-9", "a sample"), ("YOUR_COOKIE_SECRET_" + GOOD, "a sample")),
        *((f"example-{GOOD}", "a sample"), (12345678901234567890123456789012345, "a sample")),
    ],
)
def test_a_secret_that_others_may_know_is_refused(secret: object, words: str) -> None:
    with pytest.raises(PracticesError, match=words) as refusal:
        startup.check_secret(secret)
    assert "secrets.token_urlsafe(32)" in str(refusal.value)
    assert GOOD not in str(refusal.value)


def test_a_secret_as_the_refusal_advises_is_taken() -> None:
    startup.check_secret(GOOD)


@posix
def test_a_new_database_is_for_its_user_only(tmp_path: Path) -> None:
    umask = os.umask(0o000)
    try:
        build(tmp_path / "new.duckdb")
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "new.duckdb").stat().st_mode) == 0o600


@posix
@pytest.mark.parametrize("mode", [0o644, 0o602, 0o666, 0o604])
def test_a_database_open_to_everybody_on_the_machine_is_refused(database_file: Path, mode: int) -> None:
    database_file.chmod(mode)
    with pytest.raises(PracticesError, match=f"chmod 600 {database_file}"):
        startup.start()
    database_file.chmod(0o640)
    check_private(database.store())


@posix
def test_what_the_app_writes_beside_the_database_is_for_its_user_only(database_file: Path) -> None:
    startup.start()
    database.store().write(lambda cursor: cursor.execute("UPDATE practice SET name = name || '.'"))
    log = database_file.with_name(database_file.name + ".wal")
    assert log.exists()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    log.chmod(0o644)
    with pytest.raises(PracticesError, match=r"\.wal is open to every user"):
        check_private(database.store())


@pytest.mark.usefixtures("database_file")
def test_every_listed_check_runs_and_its_sentence_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Store) -> None:
        raise PracticesError("The chain is broken at line 7.")

    monkeypatch.setattr(startup, "OF_STORE", [*startup.OF_STORE, broken])
    with pytest.raises(PracticesError, match="line 7"):
        startup.start()


@pytest.mark.usefixtures("database_file")
def test_a_wrong_limit_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRACTICES_SOCKETS", "lots")
    with pytest.raises(PracticesError, match="PRACTICES_SOCKETS"):
        startup.start()


@pytest.mark.usefixtures("database_file")
def test_a_fatal_error_is_survived_by_opening_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(stores._CONFIG, "debug_checkpoint_abort", "before_header")
    broken = database.store()
    monkeypatch.delitem(stores._CONFIG, "debug_checkpoint_abort")
    broken.write(lambda cursor: cursor.execute("UPDATE practice SET name = name || ' (seen)'"))
    with pytest.raises(PracticesError, match="opened anew"):
        broken.checkpoint()
    with database.cursor() as cursor:
        names = cursor.execute("SELECT count(*) FROM practice WHERE name LIKE '% (seen)'").fetchone()
    assert names == (325,)


@pytest.mark.usefixtures("database_file")
def test_somebody_who_still_reads_from_the_broken_one_does_not_keep_it_from_being_opened_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(stores._CONFIG, "debug_checkpoint_abort", "before_header")
    broken = database.store()
    monkeypatch.delitem(stores._CONFIG, "debug_checkpoint_abort")
    with broken.cursor():
        broken.write(lambda cursor: cursor.execute("UPDATE practice SET name = name || '.'"))
        with pytest.raises(PracticesError, match="opened anew"):
            broken.checkpoint()
        with database.cursor() as cursor:
            assert cursor.execute("SELECT count(*) FROM practice").fetchone() == (325,)


@pytest.mark.usefixtures("database_file")
def test_the_process_ends_where_its_database_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "_exit", sys.exit)

    async def serve() -> None:
        ending = asyncio.create_task(startup.watch_database())
        await asyncio.sleep(0.1)
        assert not ending.done()
        database.store().lost = True
        await asyncio.wait_for(ending, 5)

    with pytest.raises(SystemExit) as ended:
        asyncio.run(serve())
    assert ended.value.code == 70


@pytest.mark.usefixtures("database_file")
def test_healthz_says_that_nothing_can_be_written_until_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "_LOOK", 0.05)
    store = database.store()

    async def status() -> str:
        return str(json.loads((await startup.healthz(None)).body)["status"])  # type: ignore[arg-type]

    async def serve() -> tuple[str, str]:
        store._wait("made up")
        first = await status()
        watching = asyncio.create_task(startup.watch_database())
        while store.waiting:
            await asyncio.sleep(0.05)
        watching.cancel()
        return first, await status()

    assert asyncio.run(asyncio.wait_for(serve(), 30)) == ("cannot be written, only read", "ok")
    store.write(lambda cursor: cursor.execute("UPDATE practice SET name = name"))


# --- the whole server --------------------------------------------------------------------------------------


def refusal_of(new_server: NewServer, path: Path, environment: dict[str, str] | None = None) -> str:
    """Start a server that must not start, and return the sentence it says."""
    server = new_server(path, environment)
    assert server.exit_code() == 1
    (sentence,) = [line for line in server.console.splitlines() if line.startswith("The app cannot start: ")]
    assert "Traceback" not in server.console
    return sentence


@posix
@pytest.mark.e2e
def test_the_server_says_what_to_do_about_an_open_database(new_server: NewServer, database_file: Path) -> None:
    database_file.chmod(0o644)
    assert f"chmod 600 {database_file}" in refusal_of(new_server, database_file)


@pytest.mark.e2e
def test_the_server_does_not_sign_cookies_with_a_sample(
    new_server: NewServer, database_file: Path, tmp_path: Path
) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_text('[auth]\nredirect_uri = "http://localhost/oauth2callback"\ncookie_secret = "xxx"\n')
    sentence = refusal_of(new_server, database_file, {"STREAMLIT_SECRETS_FILES": str(secrets)})
    assert "cookie_secret in the secrets file is a sample" in sentence


@pytest.mark.e2e
def test_the_server_does_not_open_a_database_of_a_newer_release(new_server: NewServer, database_file: Path) -> None:
    with duckdb.connect(database_file) as connection:
        connection.execute("INSERT INTO _migration VALUES ('9999_future', now())")
    assert "made by a newer release" in refusal_of(new_server, database_file)
