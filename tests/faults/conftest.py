"""Fixtures of the fault tests: a database with submissions in it, and processes that can be killed."""

from __future__ import annotations

import multiprocessing
import shutil
import sys
import types
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
import writers

from practices_db.operations.build import build

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
