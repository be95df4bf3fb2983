"""How the app holds up when many people use it at once, and whether it keeps memory of those who left.

    python -m benchmarks.sessions [--visitors 20 50 100] [--seconds 60] [--connected 200] [--opened 2000]

**Arrivals** come on a schedule, drawn beforehand (Poisson, one every two seconds for each visitor), whatever the answers
take. A time is from the moment that the schedule names until the answer is there, waiting behind one's own last click and
in this client included, so that a slow answer hides none of those behind it. What they ask for is drawn by weight (``MIX``,
an assumption): first pages with their session, every page, files from ``/api``, uploads, corrections that are written. All
goes through nginx as ``deploy/nginx.conf`` has it, to an app with all its limits; only the visitors' addresses
are made up, one for ten of them. What a limit refuses is counted apart. What is not answered a minute after the last
arrival counts with its time until then, and as an error.

Then ``connected`` sessions are opened at once and each changes its filter once: none may fail. Last, ``opened`` sessions
are opened, clicked and closed one after another, twenty at a time: resident memory after the first tenth, which warms
caches, and at the end. 0 leaves a part out. Goals: 50 visitors p95 ≤ 200 ms, 100 visitors p95 ≤ 500 ms, 200 connected
without an error, memory growth ≤ 5 %. The client runs on the same machine and takes a part of it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import secrets
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import websockets
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.harness import CATALOGUE, Answer, Visitor, cpu, database, filters, goal, resident, server, write
from benchmarks.page_times import links
from deploy import run_local

THINK = 2.0  # seconds between two arrivals of one visitor
PATIENCE = 60.0  # seconds after the last arrival
OF_AN_ADDRESS = 10  # visitors
LIMITS = {50: 200, 100: 500}
# What is asked for, by weight: guessed, there is no record of visits. Pages are those of page_times.py.
MIX = {
    "first page": 10.0,
    "explore": 30.0,
    "practice": 16.0,
    "overview": 6.0,
    "what works": 4.0,
    "what works, a type": 4.0,
    "explore, search": 6.0,
    "explore, table": 2.0,
    "evidence": 4.0,
    "compare": 4.0,
    "needs": 3.0,
    "weighting": 2.0,
    "gaps": 2.0,
    "method": 1.0,
    "file": 3.0,
    "upload": 1.5,
    "correction": 1.5,
}
# One may come again within this time after the connection broke; only then a session is forgotten.
FORGOTTEN = 150


class RefusedError(Exception):
    """A limit said no."""


@dataclass
class Place:
    """One who visits, with one session after another."""

    address: str
    replica: str = field(default_factory=lambda: secrets.token_hex(16))  # the cookie by which nginx chooses one
    session: Visitor | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # a browser's clicks wait for one another

    def cookies(self, xsrf: str = "") -> str:
        """Return what a browser says of itself in ``Cookie``."""
        return f"practices_replica={self.replica}" + (f"; _streamlit_xsrf={xsrf}" if xsrf else "")


class Crowd:
    """Visitors who come to a port of this machine; ``pages`` are name in the address and links of each kind."""

    def __init__(self, port: int, pages: dict[str, tuple[str, Iterator[str]]], size: int) -> None:
        self.port, self.pages = port, pages
        self.places = [Place(f"10.0.{at // OF_AN_ADDRESS}.1") for at in range(size)]
        self.times: defaultdict[str, list[float]] = defaultdict(list)  # ms, of what no limit refused
        self.refused: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()

    async def arrive(self, kind: str, place: Place, due: float) -> None:
        """Do what is due at a moment, and put down how long after it there was an answer."""
        try:
            await asyncio.sleep(due - time.perf_counter())
            async with place.turn:
                kind = kind if place.session else "first page"
                await self.do(kind, place)
        except RefusedError:
            self.refused[kind] += 1
            return
        except asyncio.CancelledError:
            self.errors[f"{kind}: not answered"] += 1
        except (OSError, RuntimeError, httpx.HTTPError, websockets.WebSocketException) as error:
            self.errors[f"{kind}: {type(error).__name__} {error}"[:120]] += 1
            place.session = None
        self.times[kind].append((time.perf_counter() - due) * 1000)

    async def do(self, kind: str, place: Place) -> None:
        """Do what a kind of arrival is, until it is answered; RefusedError where a limit says no."""
        session = await self._open(place) if kind == "first page" or place.session is None else place.session
        if kind == "file":
            await self._asked(place, "GET", f"/api/practices.csv?{next(self.pages['explore'][1])}")
        elif kind == "upload":
            await self._upload(place, session)
        elif kind == "correction":
            await self._correct(session)
        else:
            page, of = self.pages["overview" if kind == "first page" else kind]
            _right(await session.rerun(page, next(of)))

    async def _open(self, place: Place) -> Visitor:
        if place.session:
            await place.session.__aexit__(None, None, None)
            place.session = None
        page = await self._asked(place, "GET", "/")
        cookie = (await self._asked(place, "GET", "/_stcore/health")).cookies.get("_streamlit_xsrf") or ""
        assert "<script" in page.text
        headers = {"X-Visitor": place.address, "Cookie": place.cookies(cookie)}
        session = Visitor(self.port, headers, cookie)
        try:
            place.session = await session.__aenter__()
        except websockets.InvalidStatus as error:
            raise RefusedError if error.response.status_code in REFUSED else error from None
        return session

    async def _asked(self, place: Place, method: str, path: str, **more: Any) -> httpx.Response:
        more["headers"] = {"X-Visitor": place.address, "Cookie": place.cookies()} | more.get("headers", {})
        answer = await self.client.request(method, f"http://127.0.0.1:{self.port}{path}", **more)
        if answer.status_code in REFUSED:
            raise RefusedError
        answer.raise_for_status()
        return answer

    async def _upload(self, place: Place, session: Visitor) -> None:
        _right(await session.rerun("reopen"))
        cookie = session.spoken[1]
        headers = {"X-Xsrftoken": cookie, "Cookie": place.cookies(cookie)}
        path = f"/_stcore/upload_file/{session.session}/{random.getrandbits(64):x}"
        file = {"file": ("view.json", b"x" * 200_000, "application/json")}
        await self._asked(place, "PUT", path, files=file, headers=headers)

    async def _correct(self, session: Visitor) -> None:
        page, of = self.pages["practice"]
        query = next(of)
        _right(await session.rerun(page, query))
        opened = WidgetState(id=session.widgets["Something is wrong"], bool_value=True)
        _right(await session.rerun(page, query, [opened]))
        words = f"Made up by a load test, {random.getrandbits(64):x}"  # the very same is not taken twice
        said = WidgetState(id=session.widgets["What is wrong, and what is right?"], string_value=words)
        press = WidgetState(id=session.widgets["Send to the curators"], trigger_value=True)
        _right(await session.rerun(page, query, [said, press]))

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Hold one pool of connections, and close all sessions at the end."""
        async with httpx.AsyncClient(limits=httpx.Limits(max_connections=None), timeout=PATIENCE) as self.client:
            yield
            for place in self.places:
                if place.session:
                    await place.session.__aexit__(None, None, None)


REFUSED = {408, 413, 429, 503}


def _right(answer: Answer) -> None:
    if answer.error.startswith("Too much"):
        raise RefusedError
    if answer.error:
        raise RuntimeError(answer.error)


def schedule(size: int, seconds: float, mix: Mapping[str, float] = MIX) -> list[tuple[float, int, str]]:
    """Draw when who asks for what: (seconds from the start, number of a visitor, kind)."""
    draw, at, drawn = random.Random(size), 0.0, []  # noqa: S311 - for a benchmark
    while (at := at + draw.expovariate(size / THINK)) < seconds:
        drawn.append((at, draw.randrange(size), draw.choices(list(mix), list(mix.values()))[0]))
    return drawn


async def arrivals(crowd: Crowd, seconds: float, mix: Mapping[str, float] = MIX) -> None:
    """Let a crowd come on its schedule."""
    async with crowd.at_work():
        start = time.perf_counter() + 0.5
        due = schedule(len(crowd.places), seconds, mix)
        tasks = [asyncio.create_task(crowd.arrive(kind, crowd.places[who], start + at)) for at, who, kind in due]
        await asyncio.wait(tasks, timeout=seconds + PATIENCE)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def nginx(behind: Sequence[int]) -> Iterator[tuple[int, Path]]:
    """Run the documented nginx before apps; yield its port and access log.

    Visitors say an address, since all of them are on this machine.
    """
    port = run_local.free_port()
    text = run_local.configuration(port, behind, behind[0], run_local.free_port())
    text = text.replace("X-Forwarded-For $remote_addr", "X-Forwarded-For $http_x_visitor")
    with tempfile.TemporaryDirectory() as folder, run_local.nginx(Path(folder), text) as log:
        time.sleep(1)
        yield port, log


def spread(times: list[float]) -> dict[str, float]:
    """Return p50, p95 and p99 in ms, and how many."""
    return {f"p{at}": round(float(np.percentile(times, at)), 1) for at in (50, 95, 99)} | {"n": len(times)}


def under_load(path: Path, size: int, seconds: float) -> dict[str, Any]:
    """Measure so many visitors on a server of their own, through nginx."""
    with server(path, PRACTICES_BASE_URL="http://localhost") as (behind, pid), nginx([behind]) as (port, _):
        used = cpu(pid)
        crowd = Crowd(port, {name: (page, of()) for name, (page, of) in links(path).items()}, size)
        asyncio.run(arrivals(crowd, seconds))
        used = cpu(pid) - used
    every = [ms for times in crowd.times.values() for ms in times]
    told = spread(every) | {
        "arrivals a second": round(len(schedule(size, seconds)) / seconds, 1),
        "refused by limits": crowd.refused.total(),
        "errors": crowd.errors.total(),
        "processor (ms an arrival)": round(used * 1000 / max(1, len(every) + crowd.refused.total()), 1),
        "by kind": {kind: spread(crowd.times[kind]) for kind in MIX if crowd.times[kind]},
    }
    print(f"  {size} visitors: { {key: one for key, one in told.items() if key != 'by kind'} }", flush=True)
    for what, count in [*crowd.errors.most_common(5), *crowd.refused.items()]:
        print(f"    {count} × {what}", flush=True)
    return told


async def connect(port: int, size: int, pid: int) -> dict[str, Any]:
    """Open many sessions, keep all open, change the filter in each; return how many failed.

    And the memory that one took, from the first fifth on, which warms caches.
    """
    visitors = [Visitor(port) for _ in range(size)]
    opened = await asyncio.gather(*(visitor.__aenter__() for visitor in visitors), return_exceptions=True)
    live = [visitor for visitor, one in zip(visitors, opened, strict=True) if not isinstance(one, BaseException)]
    links = filters(7)
    answers: list[Answer | BaseException] = []
    memory = []
    for first in range(0, len(live), 20):
        part = live[first : first + 20]
        answers += await asyncio.gather(
            *(visitor.rerun("explore", next(links)) for visitor in part), return_exceptions=True
        )
        memory.append((len(answers), resident(pid)))
    for visitor in live:
        await visitor.__aexit__(None, None, None)
    good = [answer for answer in answers if isinstance(answer, Answer) and not answer.error]
    (few, before), (many, after) = memory[len(memory) // 5], memory[-1]
    each = round((after - before) * 1024 / max(1, many - few))
    return {"sessions": size, "errors": size - len(good), "KB a session": each}


async def come_and_go(port: int, pid: int, opened: int) -> dict[str, Any]:
    """Open, click and close sessions, twenty at a time; return the resident memory on the way, in MB."""

    async def visit(number: int) -> None:
        links = filters(number)
        async with Visitor(port) as visitor:
            await visitor.rerun("explore")
            await visitor.rerun("explore", next(links))

    memory = []
    for first in range(0, opened, 20):
        await asyncio.gather(*(visit(number) for number in range(first, min(first + 20, opened))))
        memory.append((min(first + 20, opened), resident(pid)))
    warm = next(mb for count, mb in memory if count >= opened / 10)
    for _ in range(FORGOTTEN if opened >= 1000 else 0):
        await asyncio.sleep(1)
        if resident(pid) < warm:
            break
    return {
        "sessions": opened,
        "after a tenth (MB)": round(warm, 1),
        "at the end (MB)": round(memory[-1][1], 1),
        "after the last was forgotten (MB)": round(resident(pid), 1),
        "growth (%)": round(100 * (min(memory[-1][1], resident(pid)) / warm - 1), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, nargs="*", default=[20, 50, 100])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--connected", type=int, default=200)
    parser.add_argument("--opened", type=int, default=2000)
    asked = parser.parse_args()
    path = database(CATALOGUE)
    if asked.visitors:
        load = {f"{size} visitors": under_load(path, size, asked.seconds) for size in asked.visitors}
        met = {size: load[f"{size} visitors"]["p95"] for size in LIMITS if size in asked.visitors}
        _written("arrivals", load | {"goals": {f"{size} visitors, p95": goal(met[size], LIMITS[size]) for size in met}})
    if asked.connected and asked.opened:
        with server(path) as (port, pid):
            connected = asyncio.run(connect(port, asked.connected, pid))
        with server(path) as (port, pid):
            gone = asyncio.run(come_and_go(port, pid, asked.opened))
        goals = {
            f"{asked.connected} connected, errors": goal(connected["errors"], 0, "errors"),
            f"{asked.opened} opened and closed, growth": goal(gone["growth (%)"], 5, "%"),
        }
        _written("sessions", {"connected": connected, "come and go": gone, "goals": goals})


def _written(name: str, figures: dict[str, Any]) -> None:
    for what, one in figures["goals"].items():
        print(f"  {what}: {one['value']:g} {one['unit']} (goal {one['goal']:g}): {'met' if one['met'] else 'MISSED'}")
    write(name, figures)


if __name__ == "__main__":
    main()
