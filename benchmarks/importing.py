"""How long 5,000 practices take to import, beside a bare ``csv`` read and insert of the same file.

    python benchmarks/importing.py [--rows 5000] [--runs 3]

Prints seconds for reading and checking, the preview, and applying (with the record of changes), for 5,000 new practices
and for 5,000 changed ones, and the ratio to the bare way, which checks nothing, compares nothing and records nothing.
The rows are synthetic: facts of the catalogue under made-up ids and names.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import duckdb

from practices_db.catalogue.read_files import CATALOGUE
from practices_db.curation.permissions import CLI
from practices_db.database.store import Store
from practices_db.files.imports import Question, apply, preview, read_file
from practices_db.operations.build import build


def made_up(count: int, reached: str) -> bytes:
    with (CATALOGUE / "practices.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    words = [word for row in rows for word in row["name"].split()]
    chance = random.Random(1)  # noqa: S311
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    for at in range(count):
        own = {
            "id": f"synthetic-{at}",
            "name": " ".join(chance.choices(words, k=5)),
            "source_url": f"https://example.org/{at}",
            "people_reached": reached,
        }
        writer.writerow(chance.choice(rows) | own)
    return text.getvalue().encode()


def bare(content: bytes) -> float:
    """Read with csv and insert row by row, as one writes it first."""
    connection = duckdb.connect()
    start = time.perf_counter()
    header, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    columns = ", ".join(f'"{name}" TEXT' for name in header)
    connection.execute(f"CREATE TABLE practice ({columns})")
    connection.executemany(f"INSERT INTO practice VALUES ({', '.join('?' * len(header))})", rows)
    took = time.perf_counter() - start
    connection.close()
    return took


def ours(store: Store, content: bytes) -> tuple[float, float, float]:
    start = time.perf_counter()
    read = read_file(content, "synthetic.csv")
    assert not isinstance(read, Question)
    checked = time.perf_counter()
    with store.cursor() as cursor:
        shown = preview(cursor, read)
    seen = time.perf_counter()
    apply(store, shown, CLI)
    return checked - start, seen - checked, time.perf_counter() - seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    new, changed = made_up(arguments.rows, "10"), made_up(arguments.rows, "20")
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / "built.duckdb"
        build(built)
        taken: dict[str, list[tuple[float, float, float]]] = {"new": [], "changed": []}
        plain = []
        for run in range(arguments.runs):
            path = Path(shutil.copy(built, Path(folder) / f"{run}.duckdb"))
            store = Store(path)
            taken["new"].append(ours(store, new))
            taken["changed"].append(ours(store, changed))
            store.close()
            plain.append(bare(new))
    beside = statistics.median(plain)
    print(f"{arguments.rows:,} practices, {len(new) / 1e6:.1f} MB, median of {arguments.runs} runs")
    print(f"bare csv read and insert: {beside:.2f} s")
    for what, runs in taken.items():
        parts = [statistics.median(part) for part in zip(*runs, strict=True)]
        total = statistics.median(map(sum, runs))
        print(
            f"{what}: {total:.2f} s (read and check {parts[0]:.2f}, preview {parts[1]:.2f}, apply {parts[2]:.2f}); "
            f"{total / beside:.1f} times the bare way"
        )


if __name__ == "__main__":
    main()
