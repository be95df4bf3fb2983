"""How the app holds up when many people use it at once, and whether it keeps memory of those who left.

    python benchmarks/sessions.py [--sessions 50 100] [--connected 200] [--seconds 30] [--opened 2000]

Each session is a websocket that speaks Streamlit's protocol: it opens Explore, changes the filter, waits two seconds
(drawn between one and three), changes it again. A time is from sending the change to the message that the script has
finished. The same is done with the same pages under Streamlit's default settings. Then ``connected`` sessions are opened
at once and each changes its filter once: none may fail. Last, ``opened`` sessions are opened, clicked and closed one after
another, twenty at a time: resident memory after the first tenth, which warms caches, and at the end. Goals: 50
sessions p95 ≤ 200 ms, 100 sessions p95 ≤ 500 ms, 200 connected without an error, memory growth ≤ 5 %.
The client runs on the same machine and takes a part of it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.harness import (
    CATALOGUE,
    DEFAULT_APP,
    ROOT,
    Answer,
    Visitor,
    cpu,
    database,
    filters,
    goal,
    resident,
    server,
    spread,
    write,
)

THINK = 2.0
LIMITS = {50: 200, 100: 500}
# One may come again within this time after the connection broke; only then a session is forgotten.
FORGOTTEN = 150


async def person(port: int, number: int, until: float) -> list[Answer]:
    """Use Explore until a moment: change the filter, read, change it again."""
    draw = random.Random(number)  # noqa: S311 - for a benchmark
    links, answers = filters(number), []
    await asyncio.sleep(draw.random() * THINK)
    async with Visitor(port) as visitor:
        await visitor.rerun("explore")
        while time.monotonic() < until:
            await asyncio.sleep(THINK * draw.uniform(0.5, 1.5))
            answers.append(await visitor.rerun("explore", next(links)))
    return answers


async def crowd(port: int, size: int, seconds: float) -> list[Answer]:
    """Let many people use the app for some seconds and return all answers after the first of each."""
    until = time.monotonic() + seconds
    each = await asyncio.gather(*(person(port, number, until) for number in range(size)))
    return [answer for answers in each for answer in answers]


async def connect(port: int, size: int) -> dict[str, Any]:
    """Open many sessions, keep all open, change the filter in each; return how many failed."""
    visitors = [Visitor(port) for _ in range(size)]
    opened = await asyncio.gather(*(visitor.__aenter__() for visitor in visitors), return_exceptions=True)
    live = [visitor for visitor, one in zip(visitors, opened, strict=True) if not isinstance(one, BaseException)]
    links = filters(7)
    answers: list[Answer | BaseException] = []
    for first in range(0, len(live), 20):
        part = live[first : first + 20]
        answers += await asyncio.gather(
            *(visitor.rerun("explore", next(links)) for visitor in part), return_exceptions=True
        )
    for visitor in live:
        await visitor.__aexit__(None, None, None)
    good = [answer for answer in answers if isinstance(answer, Answer) and not answer.error]
    return {"sessions": size, "errors": size - len(good)}


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


def under_load(name: str, port: int, pid: int, sizes: list[int], seconds: float) -> dict[str, Any]:
    """Measure each number of sessions on a server."""
    told: dict[str, Any] = {}
    for size in sizes:
        before, used = resident(pid), cpu(pid)
        answers = asyncio.run(crowd(port, size, seconds))
        errors = sum(bool(answer.error) for answer in answers)
        told[f"{size} sessions"] = spread([answer.milliseconds for answer in answers]) | {
            "errors": errors,
            "reruns a second": round(len(answers) / seconds, 1),
            "processor (ms a rerun)": round((cpu(pid) - used) * 1000 / max(1, len(answers)), 1),
            "memory a session (MB)": round((resident(pid) - before) / size, 2),
        }
        print(f"  {name:18} {size:4} sessions: {told[f'{size} sessions']}", flush=True)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, nargs="+", default=[1, 20, 50, 100])
    parser.add_argument("--connected", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--opened", type=int, default=2000)
    parser.add_argument("--no-default", action="store_true", help="leave out the run with default settings")
    asked = parser.parse_args()
    path = database(CATALOGUE)
    figures: dict[str, Any] = {"goals": {}}
    with server(path) as (port, pid):
        figures["as shipped"] = under_load("as shipped", port, pid, asked.sessions, asked.seconds)
        figures["connected"] = asyncio.run(connect(port, asked.connected))
        print("  connected:", figures["connected"], flush=True)
    with server(path) as (port, pid):
        figures["come and go"] = asyncio.run(come_and_go(port, pid, asked.opened))
        print("  come and go:", figures["come and go"], flush=True)
    if not asked.no_default:
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "default_app.py"
            plain.write_text(DEFAULT_APP.format(frame=str(ROOT / "pages" / "shared" / "frame.py")), encoding="utf-8")
            with server(path, [str(plain)], Path(folder)) as (port, pid):
                sizes = [size for size in asked.sessions if size <= 50]
                figures["default settings"] = under_load("default settings", port, pid, sizes, asked.seconds)
    for size, limit in LIMITS.items():
        if one := figures["as shipped"].get(f"{size} sessions"):
            figures["goals"][f"{size} sessions, p95"] = goal(one["p95"], limit)
    figures["goals"][f"{asked.connected} connected, errors"] = goal(figures["connected"]["errors"], 0, "errors")
    figures["goals"][f"{asked.opened} opened and closed, growth"] = goal(figures["come and go"]["growth (%)"], 5, "%")
    for what, one in figures["goals"].items():
        print(f"  {what}: {one['value']:g} {one['unit']} (goal {one['goal']:g}): {'met' if one['met'] else 'MISSED'}")
    write("sessions", figures)


if __name__ == "__main__":
    main()
