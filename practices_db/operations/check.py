"""Is what stands in a database file whole? Read without changing it, before anything else opens it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from practices_db.database import audit_log
from practices_db.database.commit_marker import State, Witness, losses, quoted, table_names
from practices_db.database.migrate import applied
from practices_db.database.store import Cursor, Store
from practices_db.errors import PracticesError
from practices_db.queries.integrity import Contents, contents, integrity_problems


@dataclass(frozen=True)
class Examined:
    """What was found: ``missing`` where the end of what was saved is lost, ``broken`` where it contradicts itself."""

    state: State | None = None
    missing: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """Every problem, a line each."""
        return [*self.missing, *self.broken]


def examine(path: Path) -> Examined:
    """Read a whole database and compare it with its witness; the file is not changed.

    Raises PracticesError where it cannot be opened or read, DatabaseBusyError where another process has it.
    """
    try:
        with Store(path, read_only="This database is being examined.") as store, store.cursor() as cursor:
            return _examined(store, cursor, Witness(path))
    except duckdb.Error as error:  # damage where DuckDB keeps its own books
        raise PracticesError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error


def _examined(store: Store, cursor: Cursor, witness: Witness) -> Examined:
    if not applied(cursor):
        return Examined()  # empty, or no database of ours: migrate says so
    tables = read_everything(cursor, store.path)
    broken = audit_log.verify(cursor) if "audit" in tables else []
    state = store.state()
    missing: list[str] = []
    try:
        noted = witness.read()
    except ValueError as error:
        broken.append(f"{error}, so nobody can tell whether changes are missing")
    else:
        if noted and not state:
            missing.append("the database is of an older release than its witness file")
        if noted and state:
            lost = losses(noted, state)
            (missing if state.writes < noted.writes else broken).extend(lost)
    return Examined(state, missing, broken)


def read_everything(cursor: Cursor, path: Path | None) -> dict[str, tuple[int, str]]:
    """Read every value of every table; return rows and a digest of the content for each table.

    DuckDB proves the checksum of each block it reads. Raises PracticesError where one is wrong.
    """
    digests: dict[str, tuple[int, str]] = {}
    for name in table_names(cursor):
        try:
            found = cursor.execute(
                "SELECT count(*), coalesce(bit_xor(hash(t)), 0), coalesce(sum(hash(t)::HUGEINT), 0) "
                f"FROM {quoted(name)} t"
            ).fetchone()
        except duckdb.Error as error:
            raise PracticesError(f"{path}: table {name} cannot be read ({str(error).splitlines()[0]})") from error
        assert found is not None  # noqa: S101 - an aggregate without GROUP BY always returns one row
        digests[name] = (int(found[0]), hashlib.sha256(f"{found[1]} {found[2]}".encode()).hexdigest()[:32])
    return digests


def all_problems(path: Path) -> tuple[list[str], Contents]:
    """Return everything ``check`` finds wrong, and what the database holds.

    Raises PracticesError where the database cannot be read at all.
    """
    examined = examine(path)
    with Store(path, read_only="This database is being checked.") as store, store.cursor() as cursor:
        if not applied(cursor):
            raise PracticesError(f"{path} is a DuckDB file, but not one of practices. It was left as it is.")
        return examined.problems + integrity_problems(cursor), contents(cursor)
