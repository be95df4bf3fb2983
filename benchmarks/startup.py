"""How long the server takes to start, what importing costs, and that nothing heavy is loaded before it is needed.

    python -m benchmarks.startup [--repeats 5]

Start-up is from the command to the first answer of the health check, on a built database of the catalogue, and the same
where the database has to be built first. Import times are those of ``python -X importtime`` in a process of its own, summed
for each package below ``import app``. A heavy package that only some visits need (``HEAVY``) must not be among them.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.harness import CATALOGUE, ROOT, database, server, spread, write

# Needed by some visitors only, or once the server answers: charts, workbooks, briefs, images of charts, release tables.
HEAVY = (
    "altair",
    "pandas",
    "httpx",
    "openpyxl",
    "xlsxwriter",
    "typst",
    "vl_convert",
    "playwright",
    "rapidfuzz",
    "pyiceberg",
    "sqlalchemy",
)
STEPS = (
    "criteria.framework",
    "practices_db.queries.practices",
    "practices_db.operations.build",
    "pages.shared.components.database",
    "app",
)


def imports(of: str) -> tuple[float, dict[str, float], list[str]]:
    """Return the milliseconds of an import, those of each package by itself, and which heavy packages it loads."""
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import {of}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    own: dict[str, float] = defaultdict(float)
    for line in told.splitlines():
        if not line.startswith("import time:") or "self [us]" in line:
            continue
        self_us, _, name = line.removeprefix("import time:").split("|")
        own[name.strip().partition(".")[0]] += int(self_us) / 1000
    return sum(own.values()), dict(own), [name for name in HEAVY if name in own]


def start(built: bool) -> float:
    """Return the milliseconds from the command to the first answer."""
    if built:
        path = database(CATALOGUE)
        begin = time.perf_counter()
        with server(path):
            return (time.perf_counter() - begin) * 1000
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        # the copy is of an empty file that is not there yet for the app: it builds one
        with server(database(CATALOGUE), PRACTICES_DB=str(Path(folder) / "new.duckdb")):
            return (time.perf_counter() - begin) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    figures: dict[str, Any] = {"start (ms)": {}, "imports (ms)": {}}
    for name, built in (("database there", True), ("database built first", False)):
        figures["start (ms)"][name] = spread([start(built) for _ in range(asked.repeats)])
        print(f"  start, {name:22} {figures['start (ms)'][name]}", flush=True)
    for step in STEPS:
        runs = sorted((imports(step) for _ in range(asked.repeats)), key=lambda run: run[0])
        whole, own, heavy = runs[len(runs) // 2]
        first = sorted(own.items(), key=lambda item: -item[1])[:8]
        figures["imports (ms)"][step] = {
            "all": round(whole, 1),
            "packages": {package: round(took, 1) for package, took in first},
            "heavy": heavy,
        }
        told = ", ".join(f"{package} {took:.0f}" for package, took in first)
        print(f"  import {step:24} {whole:7.0f} ms: {told}; heavy: {', '.join(heavy) or 'none'}", flush=True)
    figures["goals"] = {
        "heavy packages loaded at start": {
            "value": len(figures["imports (ms)"]["app"]["heavy"]),
            "goal": 0,
            "unit": "packages",
            "met": not figures["imports (ms)"]["app"]["heavy"],
            "at_least": False,
        }
    }
    write("startup", figures)


if __name__ == "__main__":
    main()
