"""What something costs beside something else, in one run: processor time, so that a busy machine hits both alike.

    python -m benchmarks.ratios languages [--languages de pl] [--rounds 6] [--reruns 15] [--only explore practice]
    python -m benchmarks.ratios before FOLDER [--python PYTHON] [--sizes 0 10000] [--rounds 6] [--reruns 15]

``languages``: a rerun of every page in another language than English; goal: at most 1.05 times English.

``before``: this version beside an earlier one, whose tree is in FOLDER (``git worktree add --detach FOLDER COMMIT``) and
which serves a catalogue of its own: reruns of Explore; a first start, until the server answers; imports. Goal: at most
2/3 of it.

Each is tried in turns with what it is compared with, and the figure is the median of the ratios of the rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.harness import CATALOGUE, ROOT, Visitor, cpu, database, goal, server, wait_until_idle, write
from benchmarks.page_times import WARM_UP, links

ENGLISH = "en"
NOW, BEFORE = "now", "before"
IMPORTS = {"import of the app": ("-c", "import app"), "the command line's help": ("-m", "practices_db", "--help")}

Ratios = dict[str, dict[str, float]]
Place = tuple[Path, str]  # a tree and the interpreter that it runs with


class Side(NamedTuple):
    """A server that is compared with another one: where it listens, its process, and what each link ends in."""

    port: int
    pid: int
    link_end: str = ""


def _ratios(used: Mapping[str, list[float]], base: str) -> dict[str, float]:
    """Return for each side but the base the median of how many times the base's time it used in the same round."""
    return {
        name: round(statistics.median(one / of for one, of in zip(times, used[base], strict=True)), 3)
        for name, times in used.items()
        if name != base
    }


async def reruns(sides: Mapping[str, Side], path: Path, asked: argparse.Namespace, pages: str = "") -> Ratios:
    """Return for each page whose name begins so how many times the processor time of the first side a rerun takes."""
    told: Ratios = {}
    base = next(iter(sides))
    for _port, pid, _end in sides.values():
        wait_until_idle(pid)
    for name, (page, make) in links(path).items():
        if not name.startswith(pages) or (asked.only and name not in asked.only):
            continue
        used: dict[str, list[float]] = {side: [] for side in sides}
        async with AsyncExitStack() as stack:
            visits = {
                side: (await stack.enter_async_context(Visitor(one.port)), make(), one) for side, one in sides.items()
            }
            for turn in range(asked.rounds + 1):
                for side, (visitor, parameters, (_port, pid, link_end)) in visits.items():
                    before = cpu(pid)
                    for _ in range(asked.reruns if turn else WARM_UP):
                        answer = await visitor.rerun(page, next(parameters) + link_end)
                        assert not answer.error, answer.error
                    if turn:
                        used[side].append(cpu(pid) - before)
        told[name] = _ratios(used, base)
        milliseconds = {side: round(statistics.median(times) * 1000 / asked.reruns, 1) for side, times in used.items()}
        print(f"  {name:28} {told[name]}  ms {milliseconds}", flush=True)
    return told


def languages(asked: argparse.Namespace) -> tuple[Ratios, dict[str, Any]]:
    """Compare languages with English on one server."""
    path = database(CATALOGUE)
    with server(path) as (port, pid):
        sides = {code: Side(port, pid, f"&lang={code}") for code in (ENGLISH, *asked.languages)}
        told = asyncio.run(reruns(sides, path, asked))
    return told, {
        f"a rerun in {code}, times English": goal(statistics.median(one[code] for one in told.values()), 1.05, "")
        for code in asked.languages
    }


def before(asked: argparse.Namespace) -> tuple[dict[str, Ratios], dict[str, Any]]:
    """Compare this version with an earlier one."""
    told: dict[str, Ratios] = {}
    starts: Ratios = {}
    places = {BEFORE: (asked.folder.resolve(), asked.python), NOW: (ROOT, sys.executable)}
    with tempfile.TemporaryDirectory() as temporary:
        for size in asked.sizes:
            paths = {side: _made_by(*place, size, temporary) for side, place in places.items()}
            with ExitStack() as stack:
                sides = {
                    side: Side(*stack.enter_context(server(paths[side], where=where, python=python)))
                    for side, (where, python) in places.items()
                }
                name = f"Explore, {f'{size:,} practices' if size else 'the catalogue'}"
                told[name] = asyncio.run(reruns(sides, paths[NOW], asked, "explore"))
            if size == CATALOGUE:
                starts = _starts(asked, places, paths)
    limit = 0.67
    goals = {name: goal(statistics.median(one[NOW] for one in of.values()), limit, "×") for name, of in told.items()}
    goals |= {name: goal(one[NOW], limit, "×") for name, one in starts.items()}
    return told | {"First start and imports": starts}, goals


def _starts(asked: argparse.Namespace, places: Mapping[str, Place], paths: Mapping[str, Path]) -> Ratios:
    """Compare the processor time of a start, until the server answers, and of imports."""

    def started(side: str) -> float:
        where, python = places[side]
        with server(paths[side], where=where, python=python) as (_port, pid):
            return cpu(pid)

    def imported(side: str, what: Sequence[str]) -> float:
        where, python = places[side]
        used = _of_children()
        subprocess.run([python, *what], cwd=where, env=_env(where), stdout=subprocess.DEVNULL, check=True)
        return _of_children() - used

    ways = {"a start": started} | {name: partial(imported, what=what) for name, what in IMPORTS.items()}
    told: Ratios = {}
    for name, way in ways.items():
        rounds = [{side: way(side) for side in places} for _ in range(asked.rounds)]
        used = {side: [one[side] for one in rounds] for side in places}
        told[name] = _ratios(used, BEFORE)
        print(f"  {name:28} {told[name]}  s { {side: round(statistics.median(of), 2) for side, of in used.items()} }")
    return told


def _env(folder: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(folder)}


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _made_by(folder: Path, python: str, size: int, temporary: str) -> Path:
    """Return a database that the version in a folder has made: of its own catalogue or of synthetic practices."""
    own = tempfile.mkdtemp(dir=temporary)
    make = f"from benchmarks.harness import database; print(database({size}))"
    done = subprocess.run(
        [python, "-c", make],
        cwd=folder,
        env=_env(folder) | {"TMPDIR": own},
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--rounds", type=int, default=6)
    common.add_argument("--reruns", type=int, default=15)
    common.add_argument("--only", nargs="*", default=[], help="only these pages; nothing is written then")
    commands = parser.add_subparsers(required=True)
    of_languages = commands.add_parser("languages", parents=[common])
    of_languages.add_argument("--languages", nargs="+", default=["de", "pl"])
    of_languages.set_defaults(compare=languages)
    of_before = commands.add_parser("before", parents=[common])
    of_before.add_argument("folder", type=Path)
    of_before.add_argument("--python", default=sys.executable)
    of_before.add_argument("--sizes", type=int, nargs="+", default=[CATALOGUE, 10_000])
    of_before.set_defaults(compare=before)
    asked = parser.parse_args()
    told, goals = asked.compare(asked)
    for what, one in goals.items():
        print(f"{what}: {one['value']} (goal {one['goal']:.2f})")
    if not asked.only:
        write(asked.compare.__name__, {"ratios": told, "goals": goals})


if __name__ == "__main__":
    main()
