"""Bring a database to the newest schema by numbered scripts, forward only.

Each script commits together with the record that it ran, or not at all. A script that has been released is
never edited; the next change is the next number.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path

from practices_db.database.store import Cursor, Store, value_of
from practices_db.errors import PracticesError

MIGRATIONS = Path(__file__).parent / "migrations"


@cache
def scripts() -> tuple[Path, ...]:
    """Return the migration scripts in the order of their numbers."""
    return tuple(sorted(MIGRATIONS.glob("[0-9][0-9][0-9][0-9]_*.sql")))


def applied(cursor: Cursor) -> list[str]:
    """Return the names of the scripts that have run on this database."""
    if not value_of(cursor, "SELECT count(*) FROM duckdb_tables() WHERE table_name = '_migration'"):
        return []
    return [name for (name,) in cursor.execute("SELECT name FROM _migration ORDER BY name").fetchall()]


def refuse_newer(path: Path | None, done: Collection[str]) -> None:
    """Raise PracticesError for a database on which scripts ran that this release does not know."""
    if newer := sorted(set(done) - {script.stem for script in scripts()}):
        raise PracticesError(f"{path} was made by a newer release (it knows {newer[-1]}). Update the app.")


def migrate(store: Store, only: Collection[str] | None = None) -> list[str]:
    """Run every script that has not run yet (of ``only``, where given) and return their names.

    Raises PracticesError for a database of a newer release, or for a file that is no practices database.
    """
    with store.cursor() as cursor:
        done = applied(cursor)
        tables = value_of(cursor, "SELECT count(*) FROM duckdb_tables()")
    if tables and not done:
        raise PracticesError(f"{store.path} is a DuckDB file, but not one of practices. It was left as it is.")
    refuse_newer(store.path, done)
    waiting = [script for script in scripts() if script.stem not in done and (only is None or script.stem in only)]
    for script in waiting:

        def run(cursor: Cursor, script: Path = script) -> None:
            cursor.execute("CREATE TABLE IF NOT EXISTS _migration (name TEXT PRIMARY KEY, ran_on TIMESTAMP NOT NULL)")
            cursor.execute(script.read_text(encoding="utf-8"))
            cursor.execute("INSERT INTO _migration VALUES ($name, now())", {"name": script.stem})

        store.write(run)
    if waiting:
        store.refresh()
        store.checkpoint()  # schema changes do not stay in the write-ahead log: replaying them is where bugs were
    return [script.stem for script in waiting]
