"""What exports cost with many practices: time beside a bare COPY and pandas, memory of the routes, time of a brief.

    python -m benchmarks.exports [--practices 100000] [--runs 5]

Synthetic: the catalogue is copied under new ids until there are so many practices; nothing of it is kept. Times are
the best of the runs, since what disturbs a run only makes it longer. Memory is measured in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import anyio
from starlette.applications import Starlette
from starlette.types import Message

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # pages are no installed package

from pages.shared.components import database
from pages.shared.server import routes
from practices_db.catalogue import scorecards
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Cursor, Store
from practices_db.files.briefs import as_pdf, brief
from practices_db.files.exports import export_tables
from practices_db.files.exports.csv_json import write_csv
from practices_db.operations.build import build
from practices_db.queries.views import View

DAY = date(2026, 1, 1)
VIEW = View()
MEBIBYTE = 1 << 20
COPIES = {
    "practice": "id",
    **dict.fromkeys(
        (
            "practice_country",
            "practice_sector",
            "practice_target_group",
            "practice_funding",
            "practice_funding_source",
            "practice_source",
        ),
        "practice_id",
    ),
}


def inflate(store: Store, practices: int) -> None:
    """Copy the catalogue under new ids until it has so many practices, and score all."""

    def work(cursor: Cursor) -> None:
        (now,) = cursor.execute("SELECT count(*) FROM practice").fetchone() or (1,)
        more = f"range(1, {-(-practices // now)}) AS copies (number)"
        for table, id_ in COPIES.items():
            cursor.execute(
                f"INSERT INTO {table} SELECT t.* REPLACE (t.{id_} || '-synthetic-' || copies.number AS {id_}) "
                f"FROM {table} t, {more}"
            )
        cursor.execute(
            "INSERT INTO assessment SELECT t.* REPLACE (t.id || '-synthetic-' || copies.number AS id, "
            f"t.practice_id || '-synthetic-' || copies.number AS practice_id) FROM assessment t, {more}"
        )
        cursor.execute(
            "INSERT INTO answer SELECT t.* "
            f"REPLACE (t.assessment_id || '-synthetic-' || copies.number AS assessment_id) FROM answer t, {more}"
        )
        scorecards.rebuild(cursor)

    store.write(work)


def best(runs: int, work: Callable[[], object]) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def ours(store: Store) -> None:
    write_csv(store, VIEW, "scores", "csv", DAY).unlink()


def _bare(cursor: Cursor, order: str = "") -> tuple[str, dict[str, object]]:
    cells = [
        f'{export_tables.as_written(column)} AS "{column.name}"' for column in export_tables.columns_of(VIEW, "scores")
    ]
    wanted = ("framework", "framework_version", "data_version", "exported_on", "licence", "base", "view_address")
    given = export_tables.values(cursor, VIEW, "scores", DAY, export_tables.Piece(1, 1))
    return f"SELECT {', '.join(cells)} FROM practice_card c{order}", {name: given[name] for name in wanted}


def bare_copy(store: Store, order: str = "") -> None:
    path = store.exports / "bare.csv"
    with store.cursor() as cursor:
        sql, values = _bare(cursor, order)
        cursor.execute(f"COPY ({sql}) TO $file (FORMAT csv, HEADER true)", values | {"file": str(path)})
    path.unlink()


def ordered_copy(store: Store) -> None:
    bare_copy(store, " ORDER BY c.answered DESC, c.name_key, c.id")


def by_pandas(store: Store) -> None:
    path = store.exports / "pandas.csv"
    with store.cursor() as cursor:
        cursor.execute(*_bare(cursor)).df().to_csv(path, index=False)
    path.unlink()


# --- memory --------------------------------------------------------------------------------------------------


def _memory(what: str) -> int:
    """Return VmRSS or VmHWM (the most there was) of this process in bytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) * 1024


def _ask(path: str, query: str) -> int:
    """Ask a route and throw its pieces away as they come; return how many bytes there were."""
    received = 0

    async def receive() -> Message:
        await anyio.sleep(600)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal received
        received += len(message.get("body", b""))

    scope: dict[str, object] = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": [],
    }
    scope |= {"scheme": "http", "server": ("localhost", 80), "http_version": "1.1", "asgi": {"version": "3.0"}}
    anyio.run(Starlette(routes=routes.ROUTES), scope, receive, send)
    return received


def memory_of_the_routes() -> None:
    """Print as JSON how much each answer adds to what the process held after small ones and a look at every table."""
    asked = [("/api/practices.csv", f"contents={what}") for what in ("scores", "answers", "everything")]
    asked += [("/api/practices.csv", "format=csv-semicolon"), ("/api/practices.json", "")]
    for path, query in asked:
        _ask(path, f"{query}&country=MT&sector=digital".strip("&"))
    # What DuckDB keeps of the file, up to its limit, is the database's and not the answers'.
    with database.cursor() as cursor:
        for table in (
            "practice_card",
            "practice_score",
            "counted_answer",
            "released_answer",
            "released_source",
            "practice_facet",
        ):
            cursor.execute(f"SELECT bit_xor(hash(t)) FROM {table} t").fetchall()
    before = _memory("VmRSS")
    found = []
    for path, query in asked:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the most starts anew
        size = _ask(path, query)
        found.append((f"{path}?{query}".rstrip("?"), size, _memory("VmHWM") - before))
    print(json.dumps(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--practices", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.memory:
        memory_of_the_routes()
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "practices.duckdb"
        build(path)
        store = Store(path)
        view = View("practice", PracticeFilter(practice=("duo-for-a-job",)))

        def make_brief() -> None:
            with store.cursor() as cursor:
                as_pdf(brief(cursor, view, DAY))

        make_brief()
        print(f"brief of one practice (two pages): {best(arguments.runs, make_brief):.3f} s")
        inflate(store, arguments.practices)
        with store.cursor() as cursor:
            count = export_tables.count_rows(cursor, VIEW, "scores")
        print(f"{count:,} synthetic practices, best of {arguments.runs}")
        compared = {
            "bare COPY, in no order": bare_copy,
            "bare COPY, in the same order": ordered_copy,
            "CSV of the app": ours,
            "pandas": by_pandas,
        }
        seconds: dict[str, float] = dict.fromkeys(compared, float("inf"))
        for _ in range(arguments.runs):  # in turn, so that what disturbs one disturbs all
            for name, work in compared.items():
                seconds[name] = min(seconds[name], best(1, partial(work, store)))
        unordered, ordered, *_ = seconds.values()
        for name, took in seconds.items():
            print(f"{name:>28}: {took:6.2f} s, {took / ordered:5.2f} × ordered, {took / unordered:5.2f} × unordered")
        store.checkpoint()
        store.close()
        if not Path("/proc/self/clear_refs").exists():
            print("memory: measured on Linux only")
            return
        told = subprocess.run(
            [sys.executable, __file__, "--memory"],
            env={"PRACTICES_DB": str(path), "PATH": ""},
            check=True,
            capture_output=True,
            text=True,
        )
        for name, size, grown in json.loads(told.stdout):
            print(f"memory of {name}: {size / MEBIBYTE:,.0f} MiB sent, at most {grown / MEBIBYTE:,.0f} MiB more held")


if __name__ == "__main__":
    main()
