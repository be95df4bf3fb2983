"""Backups: made from the open database, proved before they count, and restored from either of their two forms.

A backup is a folder ``practices-<time>``: ``practices.duckdb``, every table once more in ``csv/`` (a fault in DuckDB's
own format must not take the backup with it), and ``manifest.json`` with the hash of every file.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from practices_db.config import backups_folder
from practices_db.curation import withdrawal_list
from practices_db.database import audit_log
from practices_db.database.commit_marker import (
    State,
    Witness,
    literal,
    quoted,
    remove_database,
    sync_file,
    sync_folder,
    wal_path,
    witness_path,
)
from practices_db.database.migrate import applied, migrate
from practices_db.database.store import Store, copy_database
from practices_db.errors import DatabaseBusyError, PracticesError
from practices_db.operations.check import read_everything
from practices_db.operations.taken_out import take_out_of
from practices_db.queries.integrity import integrity_problems

FORMS = ("database", "csv")
KEPT_DAYS = 30  # erased people must be gone from the backups after a month
_AHEAD = timedelta(hours=1)  # what a clock that is put right may go back by
_NAME = "practices.duckdb"
_STAMP = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True)
class Backup:
    """One backup that was proved when it was made."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def state(self) -> State:
        """What the database held."""
        return State(**self.manifest["state"])

    @property
    def made_at(self) -> datetime:
        """When it was made, UTC."""
        return datetime.fromisoformat(self.manifest["made_at"])

    @property
    def ahead(self) -> bool:
        """Whether it says that it was made later than now: a clock was wrong, then or now."""
        return self.made_at > datetime.now(UTC) + _AHEAD

    @property
    def problems(self) -> list[str]:
        """What was wrong with the database itself when the backup was made."""
        return list(self.manifest["problems"])

    def __str__(self) -> str:
        rows = self.manifest["tables"]
        counted = ", ".join(f"{rows[name]['rows']} rows in {name}" for name in ("practice", "assessment", "answer"))
        return f"{self.folder}: {counted}; {len(rows)} tables, change {self.state.writes}"


def make_backup(store: Store, folder: Path) -> Backup:
    """Back an open database up into a new folder inside ``folder``, while others read and write.

    It is written under another name, read back whole, and renamed only then. ``folder`` must be one of the folders the
    store was opened with. Raises PracticesError where there is no room or the copy is not what it should be.
    """
    folder = folder.resolve()
    if folder not in [one.resolve() for one in store.folders]:
        raise PracticesError(
            f"The database was opened without access to {folder}; set PRACTICES_BACKUPS and start anew."
        )
    making = folder / f".making-{secrets.token_hex(8)}"
    try:
        make_folder(making)
        now = datetime.now(UTC)
        withdrawal_list.update(store, backups=folder)
        copy = making / _NAME
        copy_database(store, copy)
        manifest = _prove_and_export(copy, making, now)
        (making / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        sync_file(making / "manifest.json")
        made = folder / f"practices-{now.strftime(_STAMP)}"
        sync_folder(making)
        making.rename(made)
        sync_folder(folder)
    except (OSError, duckdb.Error) as error:
        raise PracticesError(f"No backup was made in {folder}: {str(error).splitlines()[0]}") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return Backup(made, manifest)


def _prove_and_export(copy: Path, folder: Path, now: datetime) -> dict[str, Any]:
    """Open the copy, read all of it, write its tables as text; return the manifest."""
    with Store(copy, folders=[folder], read_only="A backup is not written to.") as proved, proved.cursor() as cursor:
        state = proved.state()
        if state is None:
            raise PracticesError("This database is of an older release; open it once with this one before a backup.")
        digests = read_everything(cursor, copy)
        problems = integrity_problems(cursor)
        if "audit" in digests:
            problems += audit_log.verify(cursor)
        schema = applied(cursor)
        columns = {name: _columns(cursor, name) for name in digests}
        for name in digests:
            _export(cursor, name, columns[name], folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        "made_at": now.isoformat(),
        "duckdb": duckdb.__version__,
        "schema": schema,
        "state": asdict(state),
        "problems": problems,
        "tables": {name: {"rows": digests[name][0], "digest": digests[name][1]} for name in digests},
        "columns": columns,
        "files": {
            str(path.relative_to(folder)): {"bytes": path.stat().st_size, "sha256": sha256(path)} for path in files
        },
    }


def _columns(cursor: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    rows = cursor.execute(
        "SELECT column_name, data_type FROM duckdb_columns() "
        "WHERE table_name = $table AND database_name = current_database() ORDER BY column_index",
        {"table": table},
    ).fetchall()
    return dict(rows)


def _export(cursor: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], folder: Path) -> None:
    """Write a table as CSV in which NULL is blank, an empty text is "" and a list is JSON."""
    make_folder(folder / "csv")
    as_text = ", ".join(
        f"to_json({quoted(name)}) AS {quoted(name)}" if _nested(kind) else quoted(name)
        for name, kind in columns.items()
    )
    texts = ", ".join(quoted(name) for name, kind in columns.items() if kind == "VARCHAR" or _nested(kind))
    force = f", FORCE_QUOTE ({texts})" if texts else ""
    cursor.execute(
        f"COPY (SELECT {as_text} FROM {quoted(table)}) TO {literal(folder / 'csv' / f'{table}.csv')} "
        f"(FORMAT csv, HEADER{force})"
    )


def _nested(kind: str) -> bool:
    return kind.endswith("]") or kind.startswith(("STRUCT", "MAP"))


def backups(folder: Path) -> list[Backup]:
    """Return the backups of a folder, the newest first; what is no whole backup is left out.

    Those that are ahead of the clock come last: nobody can tell when they were made.
    """
    found = []
    for one in folder.glob("practices-*Z"):
        try:
            found.append(read_backup(one))
        except PracticesError:
            continue
    return sorted(found, key=lambda backup: (not backup.ahead, backup.folder.name), reverse=True)


def last_whole(folder: Path) -> datetime | None:
    """Return when the newest backup was made in which nothing is wrong, None where there is none."""
    return next((one.made_at for one in backups(folder) if not one.problems and not one.ahead), None)


def newest(folder: Path) -> Backup:
    """Return the backup in a folder, or the newest one of a folder of backups; PracticesError where there is none."""
    if (folder / "manifest.json").exists():
        return read_backup(folder)
    found = backups(folder)
    if not found:
        raise PracticesError(f"There is no backup in {folder}.")
    return found[0]


def read_backup(folder: Path) -> Backup:
    """Return the backup in a folder ``practices-<time>``; PracticesError where there is none."""
    try:
        found = Backup(folder, json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
        _ = found.ahead, found.problems  # whether they are there
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PracticesError(f"{folder} is no backup: its manifest.json cannot be read.") from error
    return found


def backup_problems(backup: Backup) -> list[str]:
    """Compare the files of a backup with its manifest; a line for each that is damaged or gone."""
    problems = []
    for name, expected in backup.manifest["files"].items():
        path = backup.folder / name
        if not path.is_file():
            problems.append(f"{path} is missing")
        elif path.stat().st_size != expected["bytes"] or sha256(path) != expected["sha256"]:
            problems.append(f"{path} is not what was backed up")
    return problems


def rotate(folder: Path, now: datetime, days: int = KEPT_DAYS) -> list[Path]:
    """Delete backups: of the last ``days`` days the newest of each day stays, of the last day all. Return what went.

    The newest one always stays.
    """
    found = backups(folder)
    kept = {found[0].folder} if found else set()
    seen_days = set()
    for backup in found:
        age, day = now - backup.made_at, backup.made_at.date()
        if age <= timedelta(days=1) or (age <= timedelta(days=days) and day not in seen_days):
            kept.add(backup.folder)
        seen_days.add(day)
    gone = [backup.folder for backup in found if backup.folder not in kept]
    for one in gone:
        shutil.rmtree(one)
    return gone


def restore(backup: Backup, path: Path, form: str = "database") -> tuple[State, list[Path]]:
    """Let a backup take the place of a database; return what it holds and where the old files were kept.

    Raises PracticesError where the form's files are damaged (the other form may be whole), or what was restored is not
    what was backed up; then nothing was changed. DatabaseBusyError where a process has the database open.
    """
    of_form = [problem for problem in backup_problems(backup) if _is_of_form(problem, backup, form)]
    if of_form:
        other = next(one for one in FORMS if one != form)
        raise PracticesError("\n".join([*of_form, f"Nothing was changed. The other form may be whole: --form {other}"]))
    _refuse_if_open(path)
    beside = path.with_name(path.name + ".restoring")
    remove_database(beside)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if form == "database":
            shutil.copyfile(backup.folder / _NAME, beside)
        else:
            _load(backup, beside)
        beside.chmod(0o600)
        sync_file(beside)
        _compare(backup, beside)
        state = _without_withdrawn(backup, beside, path)
        kept = _put_aside(path)
        beside.replace(path)
        sync_folder(path.parent)
        Witness(path).begin(state)
    except OSError as error:
        raise PracticesError(f"{path} cannot be restored: {error.strerror}.") from error
    finally:
        remove_database(beside)
    return state, kept


def _without_withdrawn(backup: Backup, restored: Path, path: Path) -> State:
    """Take out of a restored database what was withdrawn since the backup; return what it holds then."""
    known = withdrawal_list.read(path, backup.folder.parent, backups_folder())
    with Store(restored) as store:
        return (take_out_of(store, known) and store.state()) or backup.state


def _is_of_form(problem: str, backup: Backup, form: str) -> bool:
    place = str(backup.folder / (_NAME if form == "database" else form))
    return problem.startswith(place)


def _refuse_if_open(path: Path) -> None:
    if not path.exists():
        return
    try:
        Store(path, read_only="It is only looked whether the file is free.").close()
    except DatabaseBusyError:
        raise
    except PracticesError:
        return  # damaged: that is why it is restored


def _load(backup: Backup, path: Path) -> None:
    """Make a database from the CSV tables of a backup alone."""
    folder = backup.folder.resolve()
    try:
        with Store(path, folders=[folder]) as store:
            migrate(store, only=backup.manifest["schema"])
            with store.cursor() as cursor:  # not Store.write: the count of writes is one of the tables
                cursor.begin()
                for table, columns in backup.manifest["columns"].items():
                    source = _csv_source(folder / "csv" / f"{table}.csv", columns)
                    cursor.execute(f"DELETE FROM {quoted(table)}")
                    cursor.execute(f"INSERT INTO {quoted(table)} BY NAME SELECT {_typed(columns)} FROM {source}")
                cursor.commit()
            store.checkpoint()
    except duckdb.Error as error:
        raise PracticesError(f"The CSV files of {backup.folder} cannot be loaded: {error}") from error


def _typed(columns: dict[str, str]) -> str:
    return ", ".join(
        f"CAST(CAST({quoted(name)} AS JSON) AS {kind}) AS {quoted(name)}" if _nested(kind) else quoted(name)
        for name, kind in columns.items()
    )


def _csv_source(file: Path, columns: dict[str, str]) -> str:
    """Return how our own CSV is read: nothing is guessed, every column has its type."""
    kinds = ", ".join(
        f"{literal(name)}: {literal('VARCHAR' if _nested(kind) else kind)}" for name, kind in columns.items()
    )
    return (
        f"read_csv({literal(file)}, auto_detect=false, header=true, delim=',', quote='\"', escape='\"', "
        f"new_line='\\n', allow_quoted_nulls=false, max_line_size=16000000, columns={{{kinds}}})"
    )


def _compare(backup: Backup, path: Path) -> None:
    """Refuse a restored database that is not what was backed up."""
    with Store(path, read_only="What was restored is being compared.") as store, store.cursor() as cursor:
        state, digests = store.state(), read_everything(cursor, path)
    expected = backup.manifest["tables"]
    wrong = [name for name, found in digests.items() if found[0] != expected.get(name, {}).get("rows")]
    if backup.manifest["duckdb"] == duckdb.__version__:  # the digest is by DuckDB's own hash
        wrong += [name for name, found in digests.items() if found[1] != expected.get(name, {}).get("digest")]
    if state != backup.state or set(digests) != set(expected) or wrong:
        raise PracticesError(
            f"What was restored is not what was backed up ({', '.join(sorted(set(wrong))) or 'state'}); "
            "nothing was changed."
        )


def _put_aside(path: Path) -> list[Path]:
    """Keep a database and its leavings under another name; the database itself stays until it is replaced."""
    stamp = datetime.now(UTC).strftime(_STAMP)
    kept = []
    for one in (witness_path(path), wal_path(path), path):
        if not one.exists():
            continue
        aside = one.with_name(f"{one.name}.replaced-{stamp}")
        if one == path:
            try:
                os.link(one, aside)
            except OSError:
                shutil.copyfile(one, aside)
        else:
            one.rename(aside)
        kept.append(aside)
    return kept


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner can read, where it is not there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
