"""Fixtures of the browser tests: a server, a Chromium, and a watch on what pages do behind one's back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from app_server import CHROMIUM, Server
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--font-render-hinting=none",  # letters where the whole browser sets them, also on paper
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
expect.set_options(timeout=20_000)

NewContext = Callable[..., BrowserContext]
NewServer = Callable[[Path], Server]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "there is no Chromium: apt-get install chromium-headless-shell"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_server() -> Iterator[NewServer]:
    """Return a function that starts a server on a database file; all are stopped after the test."""
    servers: list[Server] = []

    def start(database: Path) -> Server:
        servers.append(Server(database))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def shared_server(catalogue_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start the server that most tests share, on a copy of the real catalogue."""
    database = tmp_path_factory.mktemp("served") / "practices.duckdb"
    shutil.copy(catalogue_db, database)
    running = Server(database)
    try:
        yield running.wait_until_healthy()
    finally:
        running.stop()


@pytest.fixture
def server(shared_server: Server) -> Server:
    """Return the server that most tests share; one that has ended fails the test at once, with its last words."""
    code = shared_server.exit_code(within=0)
    assert code is None, f"the server has ended with {code} (-15: somebody stopped it):\n{shared_server.console}"
    return shared_server


@contextmanager
def watched(browser: Browser) -> Iterator[NewContext]:
    """Yield a function that opens a browser profile of its own.

    Afterwards: no profile may have asked any other host for anything, thrown an error, or met the policy for
    scripts with anything but the inline script that Streamlit's own start page carries.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: faults.append(f"uncaught: {error}"))
        page.on("websocket", lambda socket: asked(socket.url))

    def asked(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in ("localhost", "127.0.0.1"):
            faults.append(f"request to another host: {url}")

    def told(text: str) -> None:
        if "Content Security Policy" in text and not text.startswith("Executing inline script"):
            faults.append(text)

    def open_context(**options: Any) -> BrowserContext:
        # What moves is painted sixty times a second, by the processor.
        usual = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
        context = browser.new_context(**(usual | options))
        context.set_default_timeout(20_000)
        context.on("request", lambda request: asked(request.url))
        context.on("page", watch)
        context.on("console", lambda message: told(message.text))
        contexts.append(context)
        return context

    yield open_context
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def new_context(browser: Browser) -> Iterator[NewContext]:
    """Return a function that opens a browser profile of its own, watched in this test."""
    with watched(browser) as open_context:
        yield open_context


@pytest.fixture
def page(new_context: NewContext) -> Page:
    return new_context().new_page()


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Page]:
    """Return a page for tests that look at many places and change nothing: a new profile loads every script anew."""
    with watched(browser) as open_context:
        yield open_context(bypass_csp=True).new_page()
