"""What another language than English costs: the server's processor time a rerun, side by side in one run.

    python -m benchmarks.languages [--languages de pl] [--rounds 6] [--reruns 15] [--only explore practice]

For each page a visit in English and one in each language, in turns on one server, so that whatever else the machine does
hits all of them. The figure is the ratio of their processor times (median of the rounds); goal: at most 1.05.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from benchmarks.harness import CATALOGUE, Visitor, cpu, database, goal, server, write
from benchmarks.page_times import WARM_UP, links

ENGLISH = "en"


async def ratios(port: int, pid: int, path: Path, asked: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Return for each page and language how many times the processor time of English a rerun takes."""
    told: dict[str, dict[str, float]] = {}
    for name, (page, make) in links(path).items():
        if asked.only and name not in asked.only:
            continue
        used: dict[str, list[float]] = {code: [] for code in (ENGLISH, *asked.languages)}
        async with AsyncExitStack() as stack:
            visits = {code: (await stack.enter_async_context(Visitor(port)), make()) for code in used}
            for turn in range(asked.rounds + 1):
                for code, (visitor, parameters) in visits.items():
                    before = cpu(pid)
                    for _ in range(asked.reruns if turn else WARM_UP):
                        answer = await visitor.rerun(page, f"{next(parameters)}&lang={code}")
                        assert not answer.error, answer.error
                    if turn:
                        used[code].append(cpu(pid) - before)
        english = statistics.median(used[ENGLISH])
        told[name] = {code: round(statistics.median(used[code]) / english, 3) for code in asked.languages}
        print(f"  {name:28} {english * 1000 / asked.reruns:6.1f} ms  {told[name]}", flush=True)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", nargs="+", default=["de", "pl"])
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--reruns", type=int, default=15)
    parser.add_argument("--only", nargs="*", default=[], help="only these pages; nothing is written then")
    asked = parser.parse_args()
    path = database(CATALOGUE)
    with server(path) as (port, pid):
        told = asyncio.run(ratios(port, pid, path, asked))
    goals: dict[str, Any] = {}
    for code in asked.languages:
        over_all = statistics.median(one[code] for one in told.values())
        goals[f"a rerun in {code}, times English"] = goal(round(over_all, 3), 1.05, "")
        print(f"{code}: {over_all:.3f} times English, median of the pages")
    if not asked.only:
        write("languages", {"ratios": told, "goals": goals})


if __name__ == "__main__":
    main()
