"""Print how today's figures stand to the last committed ones; never fails on a number, since machines differ.

    python benchmarks/compare.py            # benchmarks/results/*.json beside what git holds
    python benchmarks/compare.py --small    # first runs a small version of the benchmarks (what CI does, 40 s)

A ratio of 1.30 says that it takes 1.3 times as long as it did. Where the machine or its load is another, so is the ratio:
the columns say what it was.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
from collections.abc import Iterator
from typing import Any

from benchmarks import page_times, sessions
from benchmarks.harness import CATALOGUE, RESULTS, ROOT, database, server

FASTER, SLOWER = 0.8, 1.25


def medians(figures: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], float]]:
    """Yield every median of a result with the words that lead to it."""
    if isinstance(figures, dict):
        if "median" in figures:
            yield path, float(figures["median"])
        for key, value in figures.items():
            if key != "goals":
                yield from medians(value, (*path, str(key)))


def committed(name: str) -> dict[str, Any] | None:
    """Return a result as the last commit has it, None where it has none."""
    shown = subprocess.run(
        ["git", "show", f"HEAD:benchmarks/results/{name}.json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(shown.stdout) if shown.returncode == 0 else None


def told(name: str, now: dict[str, Any], before: dict[str, Any]) -> None:
    """Print the ratio of every median that both have."""
    print(f"{name}: {before['date']} on {before['machine']['system']}, load {before['machine']['load_before']}")
    old = dict(medians(before["figures"]))
    for path, value in medians(now["figures"]):
        if reference := old.get(path):
            ratio = value / reference
            mark = "slower" if ratio > SLOWER else "faster" if ratio < FASTER else ""
            print(f"  {' · '.join(path):70} {reference:10.2f} → {value:10.2f} ms   {ratio:6.2f} {mark}")


def small() -> dict[str, dict[str, Any]]:
    """Run a small version and return its figures by result."""
    path = database(CATALOGUE)
    some = ["overview", "explore", "explore, two scores", "practice", "compare", "weighting", "gaps"]
    with server(path, [str(page_times.TIMED_APP)]) as (port, pid):
        of_server = asyncio.run(page_times.on_the_server(port, pid, path, 10, some))
    with server(path) as (port, pid):
        crowd = sessions.under_load("as shipped", port, pid, [20], 8)
    return {
        "pages": {"figures": {"the catalogue": {"server": of_server}}},
        "sessions": {"figures": {"as shipped": crowd}},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true")
    found = (
        small()
        if parser.parse_args().small
        else {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))}
    )
    for name, now in found.items():
        if before := committed(name):
            told(name, now, before)
        else:
            print(f"{name}: nothing committed yet to compare with")


if __name__ == "__main__":
    main()
