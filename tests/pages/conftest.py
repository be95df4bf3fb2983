"""Fixtures of the page tests: a visitor of the app, on the database of the real catalogue or on one of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import oracles
import pytest
import streamlit as st
import streamlit.components.v2.manifest_scanner
import streamlit.testing.v1.local_script_runner
from curating_page import ADDRESS, ADMINISTRATOR, CURATOR, OTHER, SECRETS, LogIn
from screen import FRAME, Visit
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from pages.shared.components import database
from practices_db.curation import users
from practices_db.curation.permissions import CLI
from practices_db.database.commit_marker import witness_path
from practices_db.database.store import Store
from practices_db.operations.build import build


@pytest.fixture(scope="session", autouse=True)
def _apptest_in_less_time() -> Iterator[None]:
    """Let AppTest look once for components among the installed packages, and wait for a script without polling.

    It would look with each visit, and ask a thousand times a second whether the script has ended.
    """
    scanner, runner = streamlit.components.v2.manifest_scanner, streamlit.testing.v1.local_script_runner
    wait = runner.require_widgets_deltas

    def once_ended(one: LocalScriptRunner, timeout: float = 3) -> None:
        assert one._script_thread is not None
        one._script_thread.join(timeout)
        wait(one, 0.1 if one.script_stopped() else 0)  # it says so where the time was not enough

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanner, "scan_component_manifests", cache(scanner.scan_component_manifests))
        patch.setattr(runner, "require_widgets_deltas", once_ended)
        yield


def _with_roles(path: Path) -> Path:
    with Store(path) as store:
        users.grant(store, CLI, CURATOR, "curator")
        users.grant(store, CLI, OTHER, "curator")
        users.grant(store, CLI, ADMINISTRATOR, "administrator")
        store.checkpoint()
    return path


@pytest.fixture(scope="session")
def _whole_with_roles(catalogue_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("roles") / "practices.duckdb"
    shutil.copy(witness_path(catalogue_db), witness_path(path))
    return _with_roles(Path(shutil.copy(catalogue_db, path)))


@pytest.fixture(scope="session")
def _made_up_with_roles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made-up") / "practices.duckdb"
    build(path, oracles.SYNTHETIC)
    return _with_roles(path)


@pytest.fixture
def whole_catalogue() -> None:
    """Let the test's own database hold the real catalogue; a release of it costs three times as much."""


@pytest.fixture
def database_file(request: pytest.FixtureRequest) -> Iterator[Path]:
    """Return the database that the pages open in this test; afterwards nothing of it stays cached.

    It holds the small made-up catalogue, unless the test asks for ``whole_catalogue``. Two curators and an
    administrator have their roles in it.
    """
    path = Path(os.environ["PRACTICES_DB"])
    whole = "whole_catalogue" in request.fixturenames
    template: Path = request.getfixturevalue("_whole_with_roles" if whole else "_made_up_with_roles")
    shutil.copy(template, path)
    shutil.copy(witness_path(template), witness_path(path))
    yield path
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture(scope="session")
def _file_to_read(catalogue_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copy(catalogue_db, tmp_path_factory.mktemp("read") / "practices.duckdb"))


def _writes() -> int:
    with database.cursor() as cursor:
        ((number,),) = cursor.execute("SELECT writes FROM write_count").fetchall()
    return int(number)


@pytest.fixture
def _database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the pages open the test's own database if it asks for one, and else that of all tests that only read."""
    if "database_file" in request.fixturenames:
        request.getfixturevalue("database_file")
        yield
        return
    monkeypatch.setenv("PRACTICES_DB", str(request.getfixturevalue("_file_to_read")))
    before = _writes()
    yield
    assert _writes() == before, "a test that writes asks for database_file"


@pytest.fixture
def app(_database: None) -> AppTest:
    """Return a visit that has not begun."""
    return AppTest.from_file(FRAME, default_timeout=30)


@pytest.fixture
def visit(app: AppTest) -> Visit:
    """Return a function that goes to a page with a link's parameters, in the visit ``app``."""
    known = {"what_works": False}  # its address is not its file's name, which AppTest learns in a first run

    def go(page: str, /, **params: str | list[str]) -> AppTest:
        if not known.setdefault(page, True):
            app.run()
            known[page] = True
        app.query_params = {name.replace("_", "-"): value for name, value in params.items()}
        return app.switch_page(f"../{page}.py").run()

    return go


@pytest.fixture
def log_in(database_file: object) -> LogIn:  # noqa: ARG001 - opened by the pages
    """Return a function that begins a visit of somebody, None for nobody, where a login is configured."""

    def begin(address: str | None) -> Visit:
        app = AppTest.from_file(FRAME, default_timeout=120)
        app.secrets = SECRETS
        app.context = {"url": f"{ADDRESS}/curation"}
        app.user = {"is_logged_in": address is not None} | ({"email": address} if address else {})

        def go(page: str, /, **params: str | list[str]) -> AppTest:
            app.query_params = params
            return app.switch_page(f"../{page}.py").run()

        return go

    return begin
