"""Fixtures for what the server answers: the real catalogue, opened as the app opens it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from pages.shared.components import database
from practices_db.database.store import Store


@pytest.fixture(scope="session")
def _file_to_read(catalogue_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield Path(shutil.copy(catalogue_db, tmp_path_factory.mktemp("served") / "practices.duckdb"))
    st.cache_resource.clear()


@pytest.fixture
def served(_file_to_read: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Return the store that the routes answer from, with the real catalogue, for reading only."""
    monkeypatch.setenv("PRACTICES_DB", str(_file_to_read))
    store = database.store()
    before = store.changes
    yield store
    assert store.changes == before, "a test that writes has a database of its own"
