"""How long a search takes at 100,000 items.

python benchmarks/search.py: builds an index of synthetic items (made of the words of the real publications and marked
as synthetic), and prints build time, and the times of the fifty searches of the tests and of the worst there are.
"""

from __future__ import annotations

import random
import re
import tempfile
import time
import tomllib
from pathlib import Path
from statistics import median

from practices_db.database.store import Store
from practices_db.operations.build import build
from practices_db.queries import library
from practices_db.queries.full_text import Index

ITEMS = 100_000
ANSWER = 100  # as many hits as an answer on a page or a file could want first
SEARCHES = Path(__file__).parent.parent / "tests" / "data" / "searches.toml"
WORST = ("synthetic", "s", "re", "refugees", "a b", "refugees migrants", "hou ref eur", "language training refugees")


def synthetic(words: list[str]) -> list[tuple[str, str, str]]:
    """Return items of random words of the real library, about as long as the real ones."""
    chance = random.Random(1)  # noqa: S311 - repeatable, not secret
    return [
        (
            f"synthetic-{number}",
            "synthetic " + " ".join(chance.choices(words, k=9)),
            " ".join(chance.choices(words, k=30)),
        )
        for number in range(ITEMS)
    ]


def timed(index: Index, query: str) -> float:
    """Return the median of three runs in ms."""
    runs = []
    for _ in range(3):
        start = time.perf_counter()
        index.find(query, ANSWER)
        runs.append(1000 * (time.perf_counter() - start))
    return median(runs)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "practices.duckdb"
        build(path)
        store = Store(path)
        with store.cursor() as cursor:
            real = library.texts(cursor, "evidence")
        store.close()
    words = re.findall(r"[^\W\d_]+", " ".join(f"{title} {text}" for _, title, text in real))
    start = time.perf_counter()
    small = Index(real)
    print(f"{len(real)} real items: built in {1000 * (time.perf_counter() - start):.0f} ms")
    start = time.perf_counter()
    large = Index(synthetic(words))
    print(f"{ITEMS} synthetic items: built in {time.perf_counter() - start:.1f} s")
    queries = [one["q"] for one in tomllib.loads(SEARCHES.read_text(encoding="utf-8"))["search"]]
    for name, index in (("real", small), ("synthetic", large)):
        times = sorted(timed(index, query) for query in queries)
        print(f"{name}: 50 searches, median {median(times):.2f} ms, slowest {times[-1]:.2f} ms")
    for query in WORST:
        print(f"  worst at {ITEMS}: {query!r:32} {timed(large, query):6.2f} ms")


if __name__ == "__main__":
    main()
