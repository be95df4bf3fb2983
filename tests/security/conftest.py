"""Fixtures of the fault tests: running servers, one as shipped and one whose limits are soon reached."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from app_server import Server, free_port

# Limits that a test reaches in a second.
TIGHT = {
    "PRACTICES_REQUESTS_PER_MINUTE": "60",
    "PRACTICES_SOCKETS_PER_CLIENT": "2",
    "PRACTICES_SOCKETS": "4",
    "PRACTICES_MESSAGE_KILOBYTES": "64",
    "PRACTICES_UPLOAD_SECONDS": "2",
    "PRACTICES_UPLOAD_MEGABYTES": "16",
    "PRACTICES_UPLOAD_MEGABYTES_PER_CLIENT": "9",
    "STREAMLIT_SERVER_ALLOWED_HOSTS": "localhost 127.1 practices.example.org *.example.net",
}

NewServer = Callable[..., Server]


@pytest.fixture(scope="session")
def _database(catalogue_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    def copied() -> Path:
        return Path(shutil.copy(catalogue_db, tmp_path_factory.mktemp("served") / "practices.duckdb"))

    return copied


@pytest.fixture(scope="session")
def server(_database: Callable[[], Path]) -> Iterator[Server]:
    """Return the app as shipped, on a copy of the real catalogue."""
    running = Server(_database())
    try:
        yield running.wait_until_healthy()
    finally:
        running.stop()


@pytest.fixture(scope="session")
def tight_server(_database: Callable[[], Path]) -> Iterator[Server]:
    """Return the app with limits that are soon reached, behind a proxy that does not say for whom it asks."""
    port = free_port()
    public = f"http://127.1:{port}"  # this machine under a name that is none of its own, as a proxy's would be
    running = Server(_database(), environment=TIGHT | {"PRACTICES_BASE_URL": public}, port=port)
    try:
        yield running.wait_until_healthy()
    finally:
        running.stop()


@pytest.fixture
def new_server() -> Iterator[NewServer]:
    """Return a function that starts a server on a database file; all are stopped after the test."""
    servers: list[Server] = []

    def start(database: Path, environment: dict[str, str] | None = None) -> Server:
        servers.append(Server(database, environment=environment))
        return servers[-1]

    yield start
    for one in servers:
        one.stop()
