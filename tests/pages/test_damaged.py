"""A damaged database: every page says so and goes on showing what is whole; a replica says where to write."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import streamlit as st
from screen import opened

from pages.shared.components import database
from practices_db.config import read_only_mode
from practices_db.curation import submissions
from practices_db.errors import ReadOnlyError
from practices_db.operations import release_tables
from practices_db.operations.build import open_store

PAGES = ["overview", "explore", "compare", "weighting", "gaps", "self_assessment", "reopen", "method"]


@pytest.fixture
def older_file(database_file: Path) -> Path:
    """Return the app's database, put back by hand to what it was before two acknowledged changes."""
    before = database_file.read_bytes()
    with open_store(database_file) as store:
        for _ in range(2):
            store.write(lambda cursor: cursor.execute("UPDATE practice SET version = version + 1"))
    database_file.write_bytes(before)
    return database_file


@pytest.mark.usefixtures("older_file")
def test_every_page_says_that_it_is_being_repaired_and_nothing_is_taken_in() -> None:
    app = opened()
    for page in PAGES:
        app.switch_page(f"../{page}.py").run()
        assert not app.exception
        assert [one.value for one in app.warning if "being repaired" in one.value], page
        assert app.title
    with pytest.raises(ReadOnlyError, match="found damaged"):
        submissions.submit(database.store(), "correction", {"what": "wrong", "field": "summary"})


def test_replica_shows_the_release_without_a_warning(database_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(database_file) as store:
        release_tables.write(store)
    monkeypatch.setattr(sys, "argv", ["app.py", "--read-only"])
    monkeypatch.setenv("PRACTICES_MAIN_ADDRESS", "https://practices.example")
    try:
        app = opened()
        for page in PAGES:
            app.switch_page(f"../{page}.py").run()
            assert not app.exception
            assert not [one.value for one in app.warning if "being repaired" in one.value]
        with pytest.raises(ReadOnlyError, match=r"https://practices\.example"):
            submissions.submit(database.store(), "correction", {"what": "wrong", "field": "summary"})
    finally:
        database.close()
        st.cache_resource.clear()


@pytest.mark.parametrize(
    ("value", "argv", "on"), [("", [], False), ("1", [], True), ("0", [], False), ("", ["--read-only"], True)]
)
def test_how_a_replica_is_asked_for(value: str, argv: list[str], on: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRACTICES_READ_ONLY", value)
    monkeypatch.setattr(sys, "argv", ["app.py", *argv])
    assert read_only_mode() is on
