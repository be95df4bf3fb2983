"""Fixtures of the browser tests: a server, a Chromium, and a watch on what pages do behind one's back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from app_server import CHROMIUM, Server
from browser_page import WIDE
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--font-render-hinting=none",  # letters where the whole browser sets them, also on paper
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",  # nothing leaves this machine
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


class Profiles:
    """Browser profiles that are watched: none may ask another host for anything, throw an error, or meet the policy for
    scripts with anything but the inline script that Streamlit's own start page carries.
    """

    def __init__(self, browser: Browser) -> None:
        self.contexts: list[BrowserContext] = []
        self._browser = browser
        self._faults: list[str] = []

    def open(self, **options: Any) -> BrowserContext:
        """Return a new profile."""
        # What moves is painted sixty times a second, by the processor.
        usual = {"viewport": WIDE, "reduced_motion": "reduce"}
        context = self._browser.new_context(**(usual | options))
        context.set_default_timeout(20_000)
        context.on("request", lambda request: self._asked(request.url))
        context.on("page", self._watch)
        context.on("console", lambda message: self._told(message.text))
        self.contexts.append(context)
        return context

    def check(self) -> None:
        """Fail if anything happened since the last check that may not."""
        faults = self._faults[:]
        self._faults.clear()
        assert not faults, "\n".join(faults)

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self._faults.append(f"uncaught: {error}"))
        page.on("websocket", lambda socket: self._asked(socket.url))

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in ("localhost", "127.0.0.1"):
            self._faults.append(f"request to another host: {url}")

    def _told(self, text: str) -> None:
        if "Content Security Policy" in text and not text.startswith("Executing inline script"):
            self._faults.append(text)


@pytest.fixture
def new_context(browser: Browser) -> Iterator[NewContext]:
    """Return a function that opens a browser profile of its own, watched in this test."""
    profiles = Profiles(browser)
    yield profiles.open
    profiles.close()
    profiles.check()


# A new profile loads and compiles every script anew, which is three seconds of the processor. Tests that need nothing
# special share these, one after another: in each the tab is as empty as that of a new one.


def shared_profile(browser: Browser, **options: Any) -> Iterator[Profiles]:
    profiles = Profiles(browser)
    profiles.open(**options)
    yield profiles
    profiles.close()


@pytest.fixture(scope="session")
def profile_of_page(browser: Browser) -> Iterator[Profiles]:
    yield from shared_profile(browser)


@pytest.fixture(scope="session")
def profile_of_somebody_else(browser: Browser) -> Iterator[Profiles]:
    yield from shared_profile(browser)


def emptied(profiles: Profiles, origin: str) -> Page:
    """Return the tab of a shared profile, which remembers nothing of the tests before."""
    (context,) = profiles.contexts
    page, *others = context.pages or [context.new_page()]
    for one in others:
        one.close()
    page.goto(f"{origin}/healthz")
    page.evaluate("localStorage.clear(), sessionStorage.clear()")
    page.goto("about:blank")
    context.clear_cookies()
    context.clear_permissions()
    page.set_viewport_size(WIDE)
    page.emulate_media(media="null", color_scheme="null")
    page.mouse.move(0, 0)
    return page


@pytest.fixture
def page(profile_of_page: Profiles, server: Server) -> Iterator[Page]:
    yield emptied(profile_of_page, server.url)
    profile_of_page.check()


@pytest.fixture
def somebody_else(profile_of_somebody_else: Profiles, server: Server) -> Iterator[Page]:
    """Return the tab of another profile than that of ``page``."""
    yield emptied(profile_of_somebody_else, server.url)
    profile_of_somebody_else.check()


@pytest.fixture(scope="session")
def profile_of_reader(browser: Browser) -> Iterator[Profiles]:
    """Open the profile that axe looks at pages with."""
    yield from shared_profile(browser, bypass_csp=True)


@pytest.fixture
def reader(profile_of_reader: Profiles) -> Iterator[Page]:
    """Return a page for tests that look at many places and change nothing: one of them goes on where another ended."""
    (context,) = profile_of_reader.contexts
    page = context.pages[0] if context.pages else context.new_page()
    yield page
    if "lang=" in page.url:  # a session goes on in the language that a link has asked for
        page.goto("about:blank")
    profile_of_reader.check()
