"""What a release costs as Iceberg tables, and a replica made from it: write, write what has changed, open, ask.

    python -m benchmarks.releases [--practices 1000000]

A database of synthetic practices (``benchmarks.generate``) is released into tables of the embedded kind, a SQLite
catalogue and a folder; one name is changed and released again; a process of its own, as a replica is one, opens the
newest release and answers queries; another reader counts with pyiceberg alone. The times include loading pyiceberg.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.generate import limits_for
from benchmarks.harness import ROOT, database, write
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.migrate import migrate
from practices_db.database.store import Store
from practices_db.operations import release_tables
from practices_db.operations.release_tables import NAMESPACE, Place, open_release, opened
from practices_db.queries.facet_index import Index
from practices_db.queries.practices import count_practices, find_practices

ANOTHER = """
    UPDATE released_practice SET name = name || ' again' WHERE id = (SELECT min(id) FROM released_practice);
    UPDATE practice_card SET name = name || ' again' WHERE id = (SELECT min(id) FROM released_practice);
    INSERT INTO data_version SELECT 2, current_date, sha256('again'), 'synthetic', NULL;
"""


def most_memory() -> float:
    """Return the most memory that this process had, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def released(path: Path) -> dict[str, Any]:
    """Release twice; return seconds, processor time and bytes."""
    found: dict[str, Any] = {}
    place = Place.of(path)
    with Store(path) as store:
        migrate(store)  # it may have been made some time ago
        for name, sql in (("first release", ""), ("one name changed", ANOTHER)):
            if sql:
                store.write(lambda cursor, sql=sql: cursor.execute(sql))  # type: ignore[misc]
            start, used = time.perf_counter(), time.process_time()
            made = release_tables.write(store)
            found[name] = {
                "s": round(time.perf_counter() - start, 1),
                "processor (s)": round(time.process_time() - used, 1),
                "MB on disk": round(sum(one.stat().st_size for one in Path(place.folder or "").rglob("*")) / 2**20),
            }
            print(f"  {name}: {found[name]}", flush=True)
    found["rows"] = sum(made.rows.values())
    found["memory (GB)"] = round(most_memory(), 1)
    return found


def replica(path: Path, size: int) -> None:
    """Open the newest release in this process and print what that and the first queries took, as JSON."""
    start, used = time.perf_counter(), time.process_time()
    store = open_release(path)
    found: dict[str, Any] = {
        "opened (s)": round(time.perf_counter() - start, 1),
        "opened, processor (s)": round(time.process_time() - used, 1),
    }
    italy = PracticeFilter(country=("IT",))
    with store.cursor() as cursor:
        for name, ask in (
            ("index read (ms)", lambda: Index.read(cursor)),
            ("practices in Italy counted (ms)", lambda: count_practices(cursor, italy)),
            ("first 50 in Italy (ms)", lambda: find_practices(cursor, italy, "result", 50)),
        ):
            start = time.perf_counter()
            ask()
            found[name] = round((time.perf_counter() - start) * 1000)
    found["memory (GB)"] = round(most_memory(), 1)
    store.close()
    start = time.perf_counter()
    with opened(Place.of(path)) as releases:
        newest = releases.kept()[-1].snapshots["practices"]
        table = releases._catalog.load_table((NAMESPACE, "practices"))
        by_country = table.scan(snapshot_id=newest, selected_fields=("countries",)).to_arrow().num_rows
        found["countries read by pyiceberg alone (ms)"] = round((time.perf_counter() - start) * 1000)
        assert by_country == size
    print(json.dumps(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--practices", type=int, default=1_000_000)
    parser.add_argument("--replica", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.replica:
        with limits_for(asked.practices):
            replica(asked.replica, asked.practices)
        return
    print(f"{asked.practices:,} practices")
    with limits_for(asked.practices), tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "practices.duckdb"
        shutil.copy(database(asked.practices), copy)
        figures = {"practices": asked.practices, "release": released(copy)}
        command = [
            sys.executable,
            "-m",
            "benchmarks.releases",
            "--replica",
            str(copy),
            "--practices",
            str(asked.practices),
        ]
        told = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
        figures["replica"] = json.loads(told.splitlines()[-1])
        print(f"  replica: {figures['replica']}")
    write("releases", figures)


if __name__ == "__main__":
    main()
