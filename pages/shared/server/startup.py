"""Starting and stopping: what must be in order before the first visitor comes, and is the app well now."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from streamlit.runtime.secrets import secrets_singleton

from pages.shared.components import database
from pages.shared.server import log_lines, monitors, streamlit_patches, warm_up
from pages.shared.server.guard.limits import Limits, visitor
from pages.shared.server.guard.rates import HiddenClients
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.config import backups_folder, base_url, database_path, read_only_mode
from practices_db.curation import budgets
from practices_db.database.store import Store, check_private
from practices_db.errors import PracticesError
from practices_db.operations import demo, release_tables
from practices_db.operations.backup_schedule import Keeper
from practices_db.operations.backups import backups, last_whole
from practices_db.queries import practices as practice_queries

log = logging.getLogger("practices")

_SAMPLES = ("example", "sample", "changeme", "change-me", "change_me", "password", "replace", "secret", "random")
_STARTED = time.monotonic()
_FIRST_BACKUP = 3_600.0  # seconds after the start in which the first one may still be made
_OLDEST_BACKUP = timedelta(days=2)
_PATIENCE = 5.0  # seconds for the app's own address to answer
_FIRST_RELEASE = 5.0  # seconds after the start in which nothing else is loaded
_NEXT_RELEASE = 60.0  # seconds after which release tables that could not be written are tried again
_LOOK = 1.0  # seconds between two looks whether the database can still be used
_HOW = 'Make one with: python -c "import secrets; print(secrets.token_urlsafe(32))"'


def check_secret(secret: object) -> None:
    """Refuse a secret for signing cookies that others may know: PracticesError says what to do."""
    text = str(secret or "").strip()
    if not text:
        raise PracticesError(f"Sign-in is set up without a cookie_secret in the secrets file. {_HOW}")
    if len(text) < 32 or len(set(text)) < 12 or any(sample in text.lower() for sample in _SAMPLES):
        raise PracticesError(f"The cookie_secret in the secrets file is a sample or too easy to guess. {_HOW}")


def _sign_in_is_safe() -> None:
    if secrets_singleton.load_if_toml_exists() and (sign_in := st.secrets.get("auth")):
        check_secret(sign_in.get("cookie_secret"))


# What must hold before anything is opened, and then of the open database; each raises PracticesError with one
# sentence that says what to do. Opening itself refuses a file that another process holds, that is no practices
# database, or that a newer release made.
BEFORE: list[Callable[[], object]] = [Limits.from_environment, _sign_in_is_safe, monitors.check_token]
OF_STORE: list[Callable[[Store], object]] = [check_private]


def start() -> None:
    """Check everything and open the database; built with progress on the console if it is not there."""
    os.umask(0o077)  # whatever the app writes (log of the database, exports on their way) is for its user only
    streamlit_patches.hold_downloads()
    streamlit_patches.read_themes_once()
    for check in BEFORE:
        check()
    demo.prepare(database_path(), database.tell)
    budgets.know_askers(visitor)
    store = database.store()
    for check_store in OF_STORE:
        check_store(store)


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:  # noqa: ARG001 - the signature Streamlit calls
    """Start before the first visitor comes; refuse with one plain sentence."""
    try:
        log_lines.begin()
        log_lines.in_tasks(asyncio.get_running_loop())
        await run_in_threadpool(start)
        keeper = await run_in_threadpool(_keep_backups)
    except PracticesError as error:
        log.critical("The app cannot start: %s", error)
        os._exit(1)  # nothing is being served yet; raising would bury the sentence under the server's tracebacks
    streamlit_patches.send_at_once()
    warming = asyncio.create_task(run_in_threadpool(warm_up.prepare))
    warming.add_done_callback(_tell_fault)
    works = (warm_up.collect_now_and_then, watch_database, ask_own_address, write_release, reset_demonstration)
    tasks = [asyncio.create_task(work()) for work in works]
    log.info("started with data version %(data_version)s", {"data_version": database.version_now().short})
    yield
    log.info("stopped")
    for task in tasks:
        task.cancel()
    await asyncio.wait([warming])  # it reads the database
    if keeper:
        await run_in_threadpool(keeper.stop)
    await run_in_threadpool(database.close)


def _tell_fault(ended: asyncio.Task[None]) -> None:
    if not ended.cancelled() and (fault := ended.exception()):
        log.error("What pages need could not all be loaded beforehand", exc_info=fault)


async def ask_own_address() -> None:
    """Ask the app's public address once, so that a proxy that hides its clients is noticed before they come.

    The request is noticed where it comes in (``guard.rates.HiddenClients``). Where the address cannot be reached from
    this machine, the first visitor's request shows it.
    """
    if not (address := base_url()):
        return
    import httpx  # noqa: PLC0415 - with what it loads a twentieth of all imports

    await asyncio.sleep(_LOOK)  # requests are taken from the end of the start on
    try:
        async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as browser:
            await browser.get(f"{address}/_stcore/health")
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        log.info("the app's own address could not be asked: %s", type(error).__name__)


async def write_release() -> None:
    """Bring the release tables up to the database, after the first visitors; until their place can be reached."""
    wait = _FIRST_RELEASE
    while not (store := database.store()).read_only:
        await asyncio.sleep(wait)
        await run_in_threadpool(release_tables.keep_up, store)
        if not release_tables.Behind.because:
            return
        wait = _NEXT_RELEASE


async def watch_database() -> None:
    """Let the database be written again once its disk can be, and end the process once it cannot be used any more.

    A supervisor then starts it anew, with every check.
    """
    while not (store := database.store()).lost:
        await asyncio.sleep(_LOOK)
        if store.waiting:
            await run_in_threadpool(store.come_back)
    log.critical("the process ends, so that it is started anew and everything is checked")
    os._exit(70)


async def reset_demonstration() -> None:
    """Begin anew, in this process's place, when the time of a demonstration is over: ``demo.prepare`` does the rest.

    So nothing is left of it in memory either; browsers connect again by themselves.
    """
    if not (ends := demo.ends_at(database_path())):
        return
    while (left := (ends - datetime.now(UTC)).total_seconds()) > 0:  # a clock may be put right meanwhile
        await asyncio.sleep(min(left, 60.0))
    log.info("the demonstration begins anew")
    try:
        await run_in_threadpool(database.close)
    except Exception:
        log.exception("the demonstration's database did not close")
    os.closerange(3, 65_536)  # the port, above all: it would stay taken
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - the very command that was given


def _keep_backups() -> Keeper | None:
    """Begin the daily backups, where PRACTICES_BACKUPS says where they go."""
    folder = backups_folder()
    if folder is None or read_only_mode():
        return None
    keeper = Keeper(database.store, folder)
    keeper.start()
    return keeper


async def healthz(request: Request) -> JSONResponse:  # noqa: ARG001 - the signature Starlette calls
    """Answer "ok" only if the database answers a query; opened anew first where a fatal error has closed it."""

    def ask() -> tuple[int, str]:
        store = database.store()
        with store.cursor() as cursor:
            practices = practice_queries.count_practices(cursor, PracticeFilter())
        # a damaged database still answers visitors; whoever watches the status must be told
        only_read = "cannot be written, only read" if store.waiting else "damaged, only read"
        return practices, only_read if store.notice else ""

    try:
        practices, only_read = await run_in_threadpool(ask)
    except Exception:
        log.exception("health check failed")
        return JSONResponse({"status": "failing"}, status_code=503)
    status = only_read or await run_in_threadpool(_warning) or "ok"
    return JSONResponse({"status": status, "practices": practices})


def _warning() -> str:
    """Return what whoever watches should mend, though everything is answered; "" for nothing."""
    if HiddenClients.noticed:
        return HiddenClients.noticed
    if release_tables.Behind.because:
        return release_tables.Behind.because
    folder = backups_folder()
    if folder is None or read_only_mode():
        return ""
    last, found = last_whole(folder), backups(folder)
    if last is None:
        return "" if time.monotonic() - _STARTED < _FIRST_BACKUP else "no whole backup"
    if datetime.now(UTC) - last > _OLDEST_BACKUP:
        return f"the last whole backup is of {last:%Y-%m-%d}"
    return next((f"a backup is of {one.made_at:%Y-%m-%d}: the clock is or was wrong" for one in found if one.ahead), "")
