"""Three replicas behind Debian's nginx: load, one replica killed, a newer release under load, nobody loses a thing.

Starts from deploy/nginx.conf as it is (deploy/run_local.py); needs nginx-light, and Chromium for the browser's part.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import re
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from test_replicas import until
from writers import rename_everywhere

from criteria.framework import current_framework
from deploy import run_local
from practices_db.database.store import Store
from practices_db.operations import release_tables
from practices_db.operations.build import open_store

sys.path.append(str(Path(__file__).resolve().parents[1] / "e2e"))
from app_server import CHROMIUM, Server, free_port

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SESSIONS = 30
THINK = 2.0  # seconds


@dataclass
class Farm:
    """Three replicas and the nginx before them."""

    url: str
    replicas: list[Server]
    main: Store
    log: Path

    def serving(self, cookie: str) -> Server:
        """Return the replica to which nginx leads a visitor."""
        get(self.url + "/healthz", cookie)
        tried = re.findall(r"127\.0\.0\.1:(\d+)", self.log.read_text().splitlines()[-1])  # the last one answered
        return next(one for one in self.replicas if one.url.endswith(f":{tried[-1]}"))


def get(url: str, cookie: str = "") -> tuple[str, dict[str, str]]:
    asked = Request(url, headers={"Cookie": f"practices_replica={cookie}"} if cookie else {})  # noqa: S310
    with urlopen(asked, timeout=20) as answer:  # noqa: S310 - our own http address
        return answer.read().decode(), dict(answer.headers)


def require_nginx() -> None:
    if shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") is None and not os.environ.get("CI"):
        pytest.skip("nginx is not installed (apt-get install nginx-light)")


@pytest.fixture
def farm(catalogue_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Farm]:
    require_nginx()
    database = tmp_path / "main" / "practices.duckdb"
    database.parent.mkdir()
    shutil.copy(catalogue_db, database)
    main = open_store(database)
    release_tables.write(main)
    monkeypatch.setenv("PRACTICES_READ_ONLY", "1")
    monkeypatch.setenv("PRACTICES_MAIN_ADDRESS", "https://practices.example")
    monkeypatch.setenv("STREAMLIT_SERVER_COOKIE_SECRET", "the same in every replica, made up for this test")
    replicas = [Server(database) for _ in range(3)]
    for replica in replicas:
        replica.wait_until_healthy()
    port = free_port()
    url = f"http://localhost:{port}"
    ports = [int(replica.url.rsplit(":", 1)[1]) for replica in replicas]
    text = run_local.configuration(port, ports, main=ports[0], editors=free_port())
    try:
        with run_local.nginx(tmp_path / "nginx", text) as access_log:
            until(lambda: run_local.is_well(port))
            yield Farm(url, replicas, main, access_log)
    finally:
        for replica in replicas:
            replica.stop()
        main.close()


@dataclass
class Session:
    """One visitor: what happened to them."""

    cookie: str = ""
    times: list[float] = field(default_factory=list)  # seconds of each rerun
    moments: list[float] = field(default_factory=list)
    reconnected: int = 0
    faults: list[str] = field(default_factory=list)


async def visit(farm: Farm, session: Session, stop: asyncio.Event, start: int) -> None:
    """Change the filter of Explore again and again; after a lost connection go on with the same cookie."""
    import websockets  # noqa: PLC0415 - of the extra "dev"
    from streamlit.proto.BackMsg_pb2 import BackMsg  # noqa: PLC0415
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg  # noqa: PLC0415

    links = itertools.cycle([f"country={code}" for code in ("IT", "DE", "GR", "ES", "SE", "AT", "BE", "PL")])
    _, headers = await asyncio.to_thread(get, farm.url + "/")
    session.cookie = re.search(r"practices_replica=([0-9a-f]{32})", headers["Set-Cookie"])[1]  # type: ignore[index]
    await asyncio.sleep(random.Random(start).uniform(0, THINK))  # noqa: S311
    address = farm.url.replace("http", "ws") + "/_stcore/stream"
    while not stop.is_set():
        try:
            async with websockets.connect(
                address,
                subprotocols=[websockets.Subprotocol("streamlit")],
                additional_headers={"Cookie": f"practices_replica={session.cookie}"},
                max_size=None,
            ) as socket:
                while not stop.is_set():
                    message = BackMsg()
                    message.rerun_script.query_string = next(links)
                    message.rerun_script.page_name = "explore"
                    begun = time.perf_counter()
                    await socket.send(message.SerializeToString())
                    while True:
                        answer = ForwardMsg()
                        answer.ParseFromString(await asyncio.wait_for(socket.recv(), 60))
                        if answer.WhichOneof("type") == "script_finished":
                            break
                    if answer.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                        session.faults.append(f"script finished with {answer.script_finished}")
                    session.times.append(time.perf_counter() - begun)
                    session.moments.append(time.monotonic())
                    await asyncio.sleep(THINK)
        except (websockets.ConnectionClosed, OSError, websockets.InvalidHandshake):
            session.reconnected += 1
            await asyncio.sleep(0.5)


async def load(farm: Farm, events: list[tuple[float, Callable[[], None]]], seconds: float) -> list[Session]:
    """Run all sessions for so many seconds; after each event's seconds it happens."""
    stop = asyncio.Event()
    sessions = [Session() for _ in range(SESSIONS)]
    tasks = [asyncio.create_task(visit(farm, session, stop, n)) for n, session in enumerate(sessions)]
    begun = time.monotonic()
    for after, event in events:
        await asyncio.sleep(max(0.0, begun + after - time.monotonic()))
        await asyncio.to_thread(event)
    await asyncio.sleep(max(0.0, begun + seconds - time.monotonic()))
    stop.set()
    await asyncio.gather(*tasks)
    return sessions


def test_one_command_runs_the_whole_wiring(tmp_path: Path) -> None:
    require_nginx()
    with run_local.everything(tmp_path, 2, public := free_port(), editors := free_port()) as (main, first, second):
        for port, status in ((public, "/"), (public, "/explore"), (editors, "/")):
            assert "Integration Practices" in get(f"http://localhost:{port}{status}")[0]
        assert "practices_replica" in get(f"http://localhost:{public}/")[1]["Set-Cookie"]
        assert "practices_replica" not in get(f"http://localhost:{editors}/")[1].get("Set-Cookie", "")
        first.process.kill()
        first.process.wait()
        for _ in range(6):  # whoever was there goes on at the other one
            assert '"ok"' in get(f"http://localhost:{public}/healthz")[0]
        with pytest.raises(HTTPError, match="404"):
            get(f"http://localhost:{public}/metrics")
        assert main.process.poll() is second.process.poll() is None


def test_load_with_a_replica_killed_and_a_release_swapped(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    killed: list[float] = []
    swapped: list[float] = []

    def kill() -> None:
        farm.replicas[0].kill()
        killed.append(time.monotonic())

    def swap() -> None:
        rename_everywhere(farm.main, "A newer name")
        release_tables.write(farm.main)
        swapped.append(time.monotonic())

    sessions = asyncio.run(load(farm, [(15, kill), (25, swap)], 40))
    times = [one for session in sessions for one in session.times]
    moved = [session for session in sessions if session.reconnected]
    with capsys.disabled():
        print(
            f"\n{SESSIONS} sessions, think {THINK:.0f} s, 40 s: {len(times)} reruns, median "
            f"{statistics.median(times) * 1000:.0f} ms, p95 {statistics.quantiles(times, n=20)[-1] * 1000:.0f} ms; "
            f"{len(moved)} sessions moved from the killed replica, 0 lost; release swapped under load"
        )
    assert [fault for session in sessions for fault in session.faults] == []
    assert 0 < len(moved) < SESSIONS  # only those of the killed one
    for session in sessions:
        assert max(session.moments) > swapped[0]  # everybody went on, after the kill and after the swap
        assert max(session.moments) > killed[0]
    for replica in farm.replicas[1:]:
        assert "A newer name" in get(replica.url + "/api/practices.json")[0]


def test_a_visitor_comes_back_to_the_same_replica(farm: Farm) -> None:
    _, headers = get(farm.url + "/")
    cookie = re.search(r"practices_replica=([0-9a-f]{32})", headers["Set-Cookie"])[1]  # type: ignore[index]
    assert "HttpOnly" in headers["Set-Cookie"]
    first = farm.serving(cookie)
    assert {farm.serving(cookie).url for _ in range(10)} == {first.url}
    assert "Set-Cookie" not in get(farm.url + "/healthz", cookie)[1] or "practices_replica" not in get(
        farm.url + "/healthz", cookie
    )[1].get("Set-Cookie", "")
    first.kill()
    assert farm.serving(cookie).url != first.url


def answer(page: Any, label: str, words: str = "Partly met") -> None:
    """Answer an indicator of the self-assessment; what changes there changes here and in ``answered`` only."""
    page.get_by_role("radiogroup", name=f"({label})").get_by_text(words, exact=True).click()


def answered(page: Any) -> int:
    """Return how many answers the page says it has."""
    found = re.search(r"(\d+) of \d+ answered", page.locator("body").inner_text())
    return int(found[1]) if found else -1


def found_another(farm: Farm, lines_before: int) -> bool:
    """Whether the browser, whose connection was cut, has asked by itself whether there is a server, and found one."""
    lines = farm.log.read_text().splitlines()[lines_before:]
    return any("/_stcore/health" in line and " 200 " in line for line in lines)


def test_nobody_loses_a_self_assessment(farm: Farm) -> None:
    """Answer in a real browser, kill the replica that serves it, and go on at another with every answer."""
    playwright = pytest.importorskip("playwright.sync_api")
    first, second, third = current_framework().headlines[0].indicators[:3]
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.set_default_timeout(120_000)
        for number, asked in enumerate((first, second), start=1):
            page.goto(f"{farm.url}/self_assessment?step={asked.id}")
            answer(page, asked.label)
            until(lambda number=number: answered(page) == number, 60)  # type: ignore[misc]
        cookie = next(one["value"] for one in page.context.cookies() if one["name"] == "practices_replica")
        before = farm.serving(cookie)
        lines = len(farm.log.read_text().splitlines())
        before.kill()
        until(lambda: found_another(farm, lines), 120)
        assert farm.serving(cookie).url != before.url
        page.wait_for_timeout(10_000)  # the page is drawn anew; before and after look the same
        assert answered(page) == 2
        # The first change brings the browser's answers to the new replica, which takes the next one.
        answer(page, second.label, "Met")
        page.wait_for_timeout(5_000)
        assert answered(page) == 2
        page.goto(f"{farm.url}/self_assessment?step={third.id}")
        answer(page, third.label, "Met")
        until(lambda: answered(page) == 3, 120)  # the two from before, and the one from now
        page.reload()
        until(lambda: answered(page) == 3, 120)
        browser.close()
