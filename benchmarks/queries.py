"""How long counts, orders and charts take; counts beside Datasette on the same data in the same run.

    python -m benchmarks.queries [--sizes 100000 1000000] [--repeats 15] [--datasette /folder/of/a/venv]

Asked of synthetic practices (generate.py), without a filter and with one (three countries, two sectors):

- **facets**: the count of every value of all eight facets; of country, sector and target group in Datasette, asked over
  HTTP with its facets on the same rows, limits raised so that it drops nothing, without rows in the answer.
- **top 50 under new weights**: of a matrix practices × five criteria, beside a bare numpy scan: one pass over the
  same columns that only sums them.
- **filter + facets + chart data**: what Explore asks for one click: selection, all counts, the first page of ids, and the
  cells of the chart of both scores.

Goals: facets at 100,000 at least 80 times faster than Datasette; top 50 at 1,000,000 within 6 times the bare scan;
filter + facets + chart data at 100,000 in at most 100 ms. Medians of the repeats; those that are slow are repeated less.
"""

from __future__ import annotations

import argparse
import http.client
import json
import socket
import sqlite3
import statistics
import subprocess
import tempfile
import time
import urllib.parse
import venv
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.harness import database, goal, spread, write
from pages.shared.components.tables import score_cells
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.queries.facet_index import Index

FACETS = ("country", "sector", "target_group")
FILTER = PracticeFilter(country=("IT", "DE", "ES"), sector=("health", "language"))
EVERYTHING = PracticeFilter()
Work = Callable[[], Any]
_PIECE = 1 << 14


def measured(work: Work, repeats: int) -> dict[str, float]:
    """Return the spread of the milliseconds, and those of processor time that this process used.

    Work that takes over two seconds is repeated three times only.
    """
    start = time.perf_counter()
    work()
    repeats = repeats if time.perf_counter() - start < 2 else 3
    times, used = [], []
    for _ in range(repeats):
        start, start_used = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - start) * 1000)
        used.append((time.process_time() - start_used) * 1000)
    return spread(times) | {"processor": round(statistics.median(used), 2)}


# --- the others ------------------------------------------------------------------------------------------


def to_sqlite(store: Store, path: Path) -> None:
    """Write the practices for SQLite and Datasette: lists as JSON arrays, as Datasette's facets read them, and as links."""
    with store.cursor() as cursor:
        rows = cursor.execute(
            "SELECT id, name, to_json(countries), to_json(sectors), to_json(target_groups) FROM practice_card ORDER BY id"
        ).fetchall()
        linked = cursor.execute(
            "SELECT facet, value, practice_id FROM practice_facet WHERE facet IN ('country', 'sector', 'target_group')"
        ).fetchall()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE practice (id TEXT PRIMARY KEY, name, country, sector, target_group)")
        connection.executemany("INSERT INTO practice VALUES (?, ?, ?, ?, ?)", rows)
        connection.execute("CREATE TABLE link (facet, value, practice_id)")
        connection.executemany("INSERT INTO link VALUES (?, ?, ?)", linked)
        connection.execute("CREATE INDEX by_value ON link (facet, value, practice_id)")
        connection.execute("CREATE INDEX by_practice ON link (practice_id, facet, value)")
        connection.execute("ANALYZE")
    connection.close()


class Datasette:
    """A Datasette server over the SQLite file, in a virtual environment of its own."""

    def __init__(self, path: Path, environment: Path) -> None:
        if not (environment / "bin" / "datasette").exists():
            print("installing Datasette into", environment.name, flush=True)
            venv.create(environment, with_pip=True)
            wanted = Path(__file__).resolve().parent / "requirements.txt"
            subprocess.run([environment / "bin" / "pip", "install", "-q", "-r", wanted], check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        limits = {"sql_time_limit_ms": 600_000, "facet_time_limit_ms": 600_000, "facet_suggest_time_limit_ms": 1}
        limits |= {"suggest_facets": 0, "allow_facet": 1, "num_sql_threads": 3, "default_cache_ttl": 0}
        options = [part for name, value in limits.items() for part in ("--setting", name, str(value))]
        self.process = subprocess.Popen(
            [environment / "bin" / "datasette", "serve", path, "--port", str(self.port), *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.name = path.stem
        for _ in range(300):
            try:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=900)
                self.connection.connect()
            except OSError:
                time.sleep(0.1)
            else:
                break

    def facets(self, chosen: PracticeFilter) -> dict[str, dict[str, int]]:
        """Ask for the three facets as JSON. Datasette narrows by one value of a list (``arraycontains``) at a time."""
        asked = [("_facet_array", facet) for facet in FACETS]
        asked += [("_size", "0"), ("_nocount", "1"), ("_facet_size", "max"), ("_shape", "objects"), ("_ttl", "0")]
        asked += [(f"{facet}__arraycontains", value) for facet in FACETS for value in chosen.chosen(facet)[:1]]
        self.connection.close()  # it is opened anew: the server closes one that was idle for five seconds
        self.connection.request("GET", f"/{self.name}/practice.json?{urllib.parse.urlencode(asked)}")
        told = json.loads(self.connection.getresponse().read())
        if timed_out := told.get("facets_timed_out"):
            raise RuntimeError(f"Datasette dropped facets: {timed_out}")
        found = told["facet_results"]
        found = found.get("results", found)
        return {facet: {row["value"]: row["count"] for row in found[facet]["results"]} for facet in FACETS}

    def close(self) -> None:
        """Stop the server."""
        self.connection.close()
        self.process.terminate()
        self.process.wait()


# --- ours ------------------------------------------------------------------------------------------------


def top(columns: npt.NDArray[np.float32], weights: npt.NDArray[np.float32], most: int = 50) -> Any:
    """Return the places of the highest composites under new weights; ``columns`` is criteria × practices.

    Piece by piece, so that all stays in the processor's cache: of each piece only what is above the lowest of the best
    so far is looked at again. Equal ones stand in the order of their places.
    """
    best, places = np.empty(0, np.float32), np.empty(0, np.int64)
    bound = -np.inf
    for start in range(0, columns.shape[1], _PIECE):
        scores = weights @ columns[:, start : start + _PIECE]
        above = np.flatnonzero(scores > bound)
        best, places = np.concatenate([best, scores[above]]), np.concatenate([places, above + start])
        if len(best) > most:
            bound = np.partition(best, -most)[-most]
            best, places = best[best >= bound], places[best >= bound]
    return places[np.lexsort((places, -best))][:most]


def facets(store: Store, index: Index, environment: Path, folder: Path, repeats: int) -> dict[str, Any]:
    """Measure facet counts here and there; without a filter, where both say the same, they are compared first."""
    path = folder / "practices.db"
    to_sqlite(store, path)
    datasette = Datasette(path, environment)
    told: dict[str, Any] = {}
    try:
        for name, chosen in (("no filter", EVERYTHING), ("filter", FILTER)):
            works: dict[str, Work] = {
                "index in memory, all 8 facets": partial(lambda c: index.select(c).facet_counts(), chosen),
                # it narrows by one value of a facet, and leaves no facet's own choice aside: less work
                "Datasette over HTTP": partial(datasette.facets, chosen),
            }
            if chosen is EVERYTHING:
                counts = index.select(chosen).facet_counts()
                stated = {f: {value: n for value, n in counts[f].items() if value != "not-stated"} for f in FACETS}
                assert datasette.facets(chosen) == stated
            told[name] = {what: measured(work, repeats) for what, work in works.items()}
            for what, one in told[name].items():
                print(f"  facets, {name:10} {what:40} {one['median']:10.2f} ms", flush=True)
    finally:
        datasette.close()
    return told


def weights(index: Index, size: int, repeats: int) -> dict[str, Any]:
    """Measure the top 50 under new weights, beside one pass over the same columns."""
    draw = np.random.default_rng(1)
    # five criteria of every practice; what is not known is drawn too, so that all rows count
    matrix = draw.random((size, 5), dtype=np.float32) * 100
    for column, node in enumerate(("effectiveness", "sustainability")):
        known = index.numbers[f"{node}_score"]
        matrix[:, column] = np.where(np.isnan(known), matrix[:, column], known)
    some = draw.dirichlet(np.ones(5)).astype(np.float32)
    columns = np.ascontiguousarray(matrix.T)
    works: dict[str, Work] = {
        "bare scan (sum of the columns)": lambda: float(columns.sum()),
        "numpy, piece by piece": lambda: top(columns, some),
    }
    told = {what: measured(work, repeats) for what, work in works.items()}
    for what, one in told.items():
        print(f"  top 50, new weights  {what:40} {one['median']:10.2f} ms", flush=True)
    return told


def click(index: Index, repeats: int) -> dict[str, Any]:
    """Measure what Explore asks for one click, each time another filter."""
    countries = [("IT", "DE"), ("FR",), ("ES", "GR"), ("SE",), ("AT", "BE", "NL"), ("PL",)]
    chosen = [PracticeFilter(country=one, sector=two) for one in countries for two in ((), ("health", "language"))]
    chosen.append(EVERYTHING)
    at = iter(range(10**9))

    def work() -> None:
        found = index.select(chosen[next(at) % len(chosen)])
        found.facet_counts()
        found.ids("documented", 10)
        score_cells(found)

    told = measured(work, max(repeats, 2 * len(chosen)))
    print(f"  filter + facets + chart data {told['median']:.2f} ms, p95 {told['p95']:.2f} ms", flush=True)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--datasette", type=Path, default=Path(tempfile.gettempdir()) / "practices-benchmarks" / "venv")
    asked = parser.parse_args()
    figures: dict[str, Any] = {}
    for size in asked.sizes:
        print(f"{size:,} practices")
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "practices.duckdb"
            copy.write_bytes(database(size).read_bytes())
            store = Store(copy)
            start = time.perf_counter()
            with store.cursor() as cursor:
                index = Index.read(cursor)
            built = time.perf_counter() - start
            print(f"  the index is read in {built:.1f} s")
            one: dict[str, Any] = {
                "index read (s)": round(built, 2),
                "facets": facets(store, index, asked.datasette, Path(folder), asked.repeats),
                "top 50 under new weights": weights(index, size, asked.repeats),
                "filter + facets + chart data": click(index, asked.repeats),
            }
            store.close()
        ours, theirs = "index in memory, all 8 facets", "Datasette over HTTP"
        ratio = {name: of[theirs]["median"] / of[ours]["median"] for name, of in one["facets"].items()}
        of_scan = one["top 50 under new weights"]
        against = of_scan["numpy, piece by piece"]["median"] / of_scan["bare scan (sum of the columns)"]["median"]
        one["goals"] = {
            f"facets, {name}: times faster than Datasette": goal(value, 80, "×", at_least=True)
            for name, value in ratio.items()
        }
        if size >= 1_000_000:  # fewer lie in the processor's cache, where nothing is as fast as only reading
            one["goals"]["top 50 under new weights: times a bare scan"] = goal(against, 6, "×")
        one["goals"]["filter + facets + chart data"] = goal(one["filter + facets + chart data"]["median"], 100)
        figures[f"{size:,} practices"] = one
        for what, of in one["goals"].items():
            print(f"  {what}: {of['value']:g} {of['unit']} (goal {of['goal']:g}): {'met' if of['met'] else 'MISSED'}")
    write("queries", figures)


if __name__ == "__main__":
    main()
