"""Fixtures of the fault tests: a database with submissions in it, and processes that can be killed."""

from __future__ import annotations

import multiprocessing
import shutil
import sys
import types
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
import writers

from practices_db.operations import release_tables
from practices_db.operations.build import build, open_store
from practices_db.operations.release_tables import Place

SYNTHETIC = Path(__file__).resolve().parents[1] / "data" / "synthetic"
WRITERS = 3


@pytest.fixture(scope="session")
def processes() -> ForkServerContext:
    """Return a context whose processes start at once: the modules are loaded already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["writers", "practices_db.operations.build", "practices_db.curation.submissions"])
    return context


@pytest.fixture(autouse=True)
def _nothing_else_runs_in_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test of a page leaves the app's frame as this process's main module, which a child would run first."""
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Return a database of the made-up catalogue with submissions, and their tokens; copy it before use."""
    path = tmp_path_factory.mktemp("begun") / "practices.duckdb"
    build(path, SYNTHETIC)
    return path, writers.begin(path, WRITERS)


@pytest.fixture
def database(begun: tuple[Path, list[str]], tmp_path: Path) -> Path:
    """Return a copy of the begun database with its witness."""
    for one in begun[0].parent.iterdir():
        shutil.copy(one, tmp_path / one.name)
    return tmp_path / begun[0].name


@pytest.fixture
def tokens(begun: tuple[Path, list[str]]) -> list[str]:
    return begun[1]


@pytest.fixture(scope="session")
def _as_released(begun: tuple[Path, list[str]], tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Return what puts the begun database and its tables back to as they were after its first or second release.

    Always in the same folder: the tables hold its name.
    """
    kept, path = tmp_path_factory.mktemp("releases"), tmp_path_factory.mktemp("released") / begun[0].name
    shutil.copytree(begun[0].parent, path.parent, dirs_exist_ok=True)
    for number, day in ((1, "2026-03-01"), (2, "2026-05-01")):
        released_on = f"UPDATE data_version SET released_on = '{day}' WHERE number = {number}"
        with open_store(path) as store:
            if number == 2:
                writers.rename_everywhere(store, "Second name")
            store.write(lambda cursor, sql=released_on: cursor.execute(sql))  # type: ignore[misc]
            release_tables.write(store)
        shutil.copytree(path.parent, kept / str(number))

    def put_back(number: int) -> Path:
        shutil.rmtree(path.parent)
        shutil.copytree(kept / str(number), path.parent)
        release_tables._tidy.discard(Place.of(path).warehouse)  # as in another process
        return path

    return put_back


@pytest.fixture
def released_once(_as_released: Callable[[int], Path]) -> Path:
    """Return the begun database with its release, of March 2026, in the tables."""
    return _as_released(1)


@pytest.fixture
def released(_as_released: Callable[[int], Path]) -> Path:
    """Return the begun database with two releases in the tables, of March and May 2026."""
    return _as_released(2)
