"""Fixtures of the page tests: a visitor of the app, on a database of the real catalogue of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from curating_page import ADMINISTRATOR, CURATOR, OTHER, SECRETS, LogIn
from seen import FRAME, Visit, opened
from streamlit.testing.v1 import AppTest

from pages.shared.components import database
from practices_db.curation import users
from practices_db.curation.permissions import CLI


@pytest.fixture
def database_file(catalogue_db: Path) -> Iterator[Path]:
    """Return the database that the pages open in this test; afterwards nothing of it stays cached."""
    path = Path(os.environ["PRACTICES_DB"])
    shutil.copy(catalogue_db, path)
    yield path
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def app(database_file: Path) -> AppTest:  # noqa: ARG001 - opened by the pages
    """Return a visit that begins on the overview."""
    return opened()


@pytest.fixture
def visit(app: AppTest) -> Visit:
    """Return a function that goes to a page with a link's parameters."""

    def go(page: str, /, **params: str | list[str]) -> AppTest:
        app.query_params = {name.replace("_", "-"): value for name, value in params.items()}
        return app.switch_page(f"../{page}.py").run()

    return go


@pytest.fixture
def log_in(database_file: object) -> LogIn:  # noqa: ARG001 - opened by the pages
    """Return a function that begins a visit of somebody, None for nobody, where a login is configured."""
    store = database.store()
    users.grant(store, CLI, CURATOR, "curator")
    users.grant(store, CLI, OTHER, "curator")
    users.grant(store, CLI, ADMINISTRATOR, "administrator")

    def begin(address: str | None) -> Visit:
        app = AppTest.from_file(FRAME, default_timeout=120)
        app.secrets = SECRETS
        app.user = {"is_logged_in": address is not None} | ({"email": address} if address else {})
        app.run()

        def go(page: str, /, **params: str | list[str]) -> AppTest:
            app.query_params = params
            return app.switch_page(f"../{page}.py").run()

        return go

    return begin
