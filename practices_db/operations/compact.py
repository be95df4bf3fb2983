"""Write the database file anew, so that what was deleted is gone from its bytes and not only from its tables."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from practices_db.database.store import Cursor, Store
from practices_db.errors import PracticesError


def rewrite(path: Path) -> tuple[int, int]:
    """Copy a database into a fresh file, compare the two, swap them; return the sizes before and after, in bytes.

    No process may have the file open. Raises PracticesError; the old file is then as it was.
    """
    store = Store(path)  # nobody else has it; what is in the write-ahead log goes into the file
    store.checkpoint()
    with store.cursor() as cursor:
        before = _counts(cursor, "practices")
    store.close()
    beside = path.with_name(path.name + ".rewriting")
    beside.unlink(missing_ok=True)
    sizes = path.stat().st_size
    try:
        after = _copied(path, beside)
        if before != after:
            raise PracticesError(f"The copy of {path} is not the same. The old file was left as it was.")
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    except (duckdb.Error, OSError) as error:
        raise PracticesError(f"{path} could not be written anew ({str(error).splitlines()[0]}).") from error
    finally:
        beside.unlink(missing_ok=True)
        beside.with_name(beside.name + ".wal").unlink(missing_ok=True)
    return sizes, path.stat().st_size


def _copied(path: Path, beside: Path) -> dict[str, tuple[int, int]]:
    connection = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    try:
        connection.execute(f"ATTACH '{_quoted(path)}' AS old (READ_ONLY)")
        connection.execute(f"ATTACH '{_quoted(beside)}' AS fresh")
        connection.execute("COPY FROM DATABASE old TO fresh")
        connection.execute("CHECKPOINT fresh")
        return _counts(connection, "fresh")
    finally:
        connection.close()


def _counts(cursor: Cursor, database: str) -> dict[str, tuple[int, int]]:
    """Return for each table how many rows it has, and a sum over the hashes of all of them."""
    current = cursor.execute("SELECT current_database()").fetchone()
    name = database if database == "fresh" else str(current[0] if current else "")
    tables = cursor.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = $name ORDER BY table_name", {"name": name}
    ).fetchall()
    found = {}
    for (table,) in tables:
        row = cursor.execute(f'SELECT count(*), coalesce(sum(hash(t)), 0) FROM "{name}"."{table}" t').fetchone()
        found[table] = (int(row[0]), int(row[1])) if row else (0, 0)
    return found


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
