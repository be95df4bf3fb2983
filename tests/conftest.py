"""Fixtures for every test: a built database, a store on a copy of it, and distance from the real one."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from practices_db.database.store import Store
from practices_db.operations.build import build

# The browser tests need Playwright, which comes with the extra "dev": without it they are not even read. CI installs it
# and asks for them by name (-m e2e), so that there a missing Playwright fails.
collect_ignore = [] if importlib.util.find_spec("playwright") else ["e2e"]

settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(autouse=True)
def _away_from_the_real_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PRACTICES_DB", str(tmp_path / "practices.duckdb"))


@pytest.fixture(scope="session")
def catalogue_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database built once from the real catalogue; copy it before opening it."""
    path = tmp_path_factory.mktemp("catalogue") / "practices.duckdb"
    build(path)
    return path


@pytest.fixture(scope="session")
def store(catalogue_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store on a copy of the real catalogue, for reading only."""
    copy = tmp_path_factory.mktemp("store") / "practices.duckdb"
    shutil.copy(catalogue_db, copy)
    opened = Store(copy)
    yield opened
    opened.close()
