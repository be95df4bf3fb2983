"""What was acknowledged last, kept in a small file beside the database: the witness of lost or damaged rows.

A damaged write-ahead log can lose committed rows without a word. So every write counts itself in the table
``write_count``, and once it is committed the witness file notes that number, the last audit entry, the data version and
how many rows each table has. Only then is the write acknowledged. After a crash the database can be ahead of the
witness by the one write that was not acknowledged yet, and never behind it: behind means that rows are lost.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb

Cursor = duckdb.DuckDBPyConnection

_SLOT = 8192  # bytes; two of them, written in turn: a torn write spoils one and leaves the other
# The truth; what is derived from it can be made anew, and a lost transaction shows in the number of writes anyway.
_COUNTED = (
    "practice",
    "assessment",
    "answer",
    "statement",
    "settlement",
    "submission",
    "person",
    "audit",
    "released_practice",
    "released_answer",
)
_TABLES = """
    SELECT table_name FROM duckdb_tables()
    WHERE database_name = current_database() AND NOT temporary ORDER BY table_name
"""


@dataclass(frozen=True)
class State:
    """What a database held after one write."""

    database_id: str
    writes: int
    audit_sequence: int = 0
    audit_hash: str = ""
    data_version: int = 0
    rows: dict[str, int] = field(default_factory=dict)


def table_names(cursor: Cursor) -> list[str]:
    """Return the names of the database's own tables."""
    return [name for (name,) in cursor.execute(_TABLES).fetchall()]


def quoted(name: str) -> str:
    """Return a name of the database's catalogue as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    """Return a text as SQL writes it where no parameter can stand."""
    return "'" + str(text).replace("'", "''") + "'"


class StateQuery:
    """Reads the State of a database in one statement; knows its tables, so make a new one after a migration."""

    def __init__(self, cursor: Cursor) -> None:
        self.tables: Sequence[str] = table_names(cursor)
        parts = [f"SELECT '{name}', count(*)::TEXT FROM {name}" for name in _COUNTED if name in self.tables]
        parts.append("SELECT '=writes', writes::TEXT FROM write_count")
        parts.append("SELECT '=database', database_id FROM write_count")
        # The last row by its order: max() may be answered from statistics, and those still know the rows of a commit
        # that was taken back on a full disk.
        parts.append("(SELECT '=version', number::TEXT FROM data_version ORDER BY number DESC LIMIT 1)")
        if "audit" in self.tables:
            parts.append("(SELECT '=sequence', seq::TEXT FROM audit ORDER BY seq DESC LIMIT 1)")
            parts.append("(SELECT '=hash', hash FROM audit ORDER BY seq DESC LIMIT 1)")
        self._everything = " UNION ALL ".join(parts)

    @property
    def counts_writes(self) -> bool:
        """Whether the database counts its writes; one of an older release does not until it is migrated."""
        return "write_count" in self.tables

    def state(self, cursor: Cursor) -> State:
        """Return what the cursor's transaction sees."""
        found: dict[str, str] = dict(cursor.execute(self._everything).fetchall())
        return State(
            database_id=found.get("=database", ""),
            writes=int(found.get("=writes", -1)),
            audit_sequence=int(found.get("=sequence", 0)),
            audit_hash=found.get("=hash", ""),
            data_version=int(found.get("=version", 0)),
            rows={name: int(count) for name, count in found.items() if not name.startswith("=")},
        )


class Witness:
    """The file ``<database>.witness``."""

    def __init__(self, database: Path) -> None:
        self.path = witness_path(database)

    def read(self) -> State | None:
        """Return the newest State noted, None where there is no file.

        Raises ValueError where the file is there and neither of its two places can be read.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return None
        slots = (content[:_SLOT], content[_SLOT : 2 * _SLOT])
        states = [state for slot in slots if (state := _unpacked(slot))]
        if not states:
            raise ValueError(f"{self.path} is damaged")
        return max(states, key=lambda state: state.writes)

    def note(self, state: State) -> None:
        """Write a State over the older of the two and make sure that it is on the disk."""
        record = _packed(state)
        new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if new:  # both places take their room now, so that a full disk cannot refuse a later note
                os.write(descriptor, record * 2)
                os.fsync(descriptor)
                sync_folder(self.path.parent)
            else:
                os.pwrite(descriptor, record, _SLOT * (state.writes % 2))
                os.fdatasync(descriptor)
        finally:
            os.close(descriptor)

    def begin(self, state: State) -> None:
        """Start anew from a State: a new database, a restored one, a loss that was accepted."""
        beside = self.path.with_name(self.path.name + ".new")
        beside.write_bytes(_packed(state) * 2)
        beside.chmod(0o600)
        sync_file(beside)
        beside.replace(self.path)
        sync_folder(self.path.parent)


def witness_path(database: Path) -> Path:
    """Return where the witness of a database is."""
    return database.with_name(database.name + ".witness")


def wal_path(database: Path) -> Path:
    """Return where DuckDB keeps the write-ahead log of a database."""
    return database.with_name(database.name + ".wal")


def remove_database(path: Path) -> None:
    """Delete a database with its write-ahead log and its witness, as far as they are there."""
    for one in (path, wal_path(path), witness_path(path)):
        one.unlink(missing_ok=True)


def losses(noted: State, found: State) -> list[str]:
    """Compare what was acknowledged with what is there; a line for each loss, nothing where all is there.

    The database may be ahead by one write: committed, but the process ended before it was noted.
    """
    if noted.database_id != found.database_id:
        return []  # another database was put in its place, which has a history of its own
    ahead = found.writes - noted.writes
    if ahead < 0:
        return [f"{-ahead} of {noted.writes} acknowledged changes are missing"]
    if ahead > 1:
        return [f"the witness file is {ahead} changes older than the database"]
    if ahead == 1:
        return [] if found.audit_sequence >= noted.audit_sequence else ["entries of the audit are missing"]
    problems = [
        f"table {name}: {found.rows.get(name, 0)} rows, {count} were acknowledged"
        for name, count in noted.rows.items()
        if found.rows.get(name, 0) != count
    ]
    if (found.audit_sequence, found.audit_hash) != (noted.audit_sequence, noted.audit_hash):
        problems.append(
            f"the last entry of the audit is number {found.audit_sequence}, acknowledged was {noted.audit_sequence}"
        )
    if found.data_version != noted.data_version:
        problems.append(f"the data version is {found.data_version}, acknowledged was {noted.data_version}")
    return problems


def sync_file(path: Path) -> None:
    """Make sure that what was written to a file is on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make sure that a renamed or new file is found in its folder after a power cut."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _packed(state: State) -> bytes:
    content = json.dumps(asdict(state), separators=(",", ":"), ensure_ascii=True).encode()
    record = b"%08x %s\n" % (zlib.crc32(content), content)
    if len(record) > _SLOT:
        raise ValueError(f"a state of {len(record)} bytes does not fit into {_SLOT}")
    return record.ljust(_SLOT, b" ")


def _unpacked(slot: bytes) -> State | None:
    checksum, _, rest = slot.partition(b" ")
    content = rest.rstrip(b" ").removesuffix(b"\n")
    try:
        if int(checksum, 16) != zlib.crc32(content):
            return None
        return State(**json.loads(content))
    except (ValueError, TypeError):
        return None
