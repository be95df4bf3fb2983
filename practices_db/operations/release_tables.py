"""Releases as Apache Iceberg tables: any engine reads them, replicas are made from them, history stays readable.

Iceberg commits one table at a time. So each table of a release gets its snapshot first, and one commit to the table
``releases`` (``INDEX``), which names all of them, makes the release visible: whoever begins there sees a release whole
or not at all. A table that has not changed keeps its snapshot. What was withdrawn leaves every release that is kept:
its tables are written anew, and snapshots and files that nothing leads to any more are deleted.

pyiceberg takes a second to load, so it is loaded where it is used.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import duckdb

from criteria.framework import CURRENT
from practices_db.catalogue.library_items import PLAIN
from practices_db.config import backups_folder, releases_catalog, releases_warehouse, store_address
from practices_db.curation import withdrawal_list
from practices_db.curation.withdrawal_list import WithdrawalList
from practices_db.database import audit_log
from practices_db.database.migrate import applied, migrate, scripts
from practices_db.database.store import Cursor, Store
from practices_db.database.temporary_folders import Scratch
from practices_db.errors import NoSuchReleaseError, PracticesError, ReleaseTablesError
from practices_db.operations.taken_out import take_out_of_shown
from practices_db.queries.practices import data_version

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.catalog.sql import SqlCatalog
    from pyiceberg.manifest import ManifestFile
    from pyiceberg.table import Table, Transaction

log = logging.getLogger("practices")
Read = TypeVar("Read")

NAMESPACE = "practices"
INDEX = "releases"
# What everybody may read: table of the release → table of the database. What is not named here is not released.
TABLES: Mapping[str, str] = {
    "practices": "practice_card",
    "answers": "released_answer",
    "results": "released_result",
    "findings": "released_finding",
    "publications": "evidence_card",
    "organisations": "organisation_card",
    "links": "known_link",
    "scores": "practice_score",
} | {
    name: name
    for name in (
        *("released_practice", "released_source", "released_statement", "released_former", "released_history"),
        *(kind.shown for kind in PLAIN if kind.item not in {"result", "finding"}),
        *("counted_answer", "practice_facet", "knowledge_facet", "former_link", "address_check"),
        *("framework", "data_version", "release_change"),
    )
}
# Curators' addresses that are not released yet were asked, too.
_ROWS = {
    "address_check": """
        SELECT * FROM address_check WHERE url IN (
            SELECT url FROM evidence_card UNION SELECT url FROM organisation_card
            UNION SELECT source_url FROM practice_card UNION SELECT url FROM released_source
            UNION SELECT source_url FROM released_answer WHERE source_url IS NOT NULL
        )
    """
}
_AT_ONCE = 250_000  # rows that are held in memory at one time
_DIGEST = "practices.digest"  # of a snapshot: its rows, whatever their order
_TAKEN_OUT = "practices.taken-out"  # of the index: the list of what was withdrawn that every release was cleaned by
# No bounds of columns in manifests: they are texts of the catalogue outside the data files.
_PROPERTIES = {
    "write.metadata.metrics.default": "counts",
    "write.parquet.compression-codec": "zstd",
    "write.metadata.previous-versions-max": "1",  # their files are deleted here, after each write
}

_writing = threading.Lock()
_tidy: set[str] = set()  # warehouses in which this process left no file over


@dataclass(frozen=True)
class Place:
    """Where release tables are: the SQLAlchemy address of the catalogue, the folder or s3:// address of the files."""

    catalog: str = field(repr=False)  # it can hold a password
    warehouse: str

    @classmethod
    def of(cls, database: Path) -> Place:
        """Return the place that the settings name, else the folder ``<database>.releases`` with a SQLite catalogue.

        ReleaseTablesError where there is a catalogue elsewhere and nobody said where its files are, and for a folder
        whose name no address can hold.
        """
        from sqlalchemy.engine import URL  # noqa: PLC0415

        catalog, warehouse = releases_catalog(), releases_warehouse(database)
        if "://" in warehouse:
            if not catalog:
                raise ReleaseTablesError(
                    f"PRACTICES_RELEASES_WAREHOUSE is {warehouse}; say in PRACTICES_RELEASES_CATALOG where its "
                    "catalogue is, as postgresql+psycopg2://user@host/name."
                )
            return cls(catalog, warehouse.rstrip("/"))
        folder = Path(warehouse).resolve()
        if set("#?") & set(str(folder)):
            raise ReleaseTablesError(f"The release tables cannot be in {folder}: choose a folder without # and ?.")
        address = URL.create("sqlite", database=str(folder / "catalog.sqlite")).render_as_string()
        return cls(catalog or address, f"file://{folder}")

    @property
    def folder(self) -> Path | None:
        """The local folder of the files, None where they are elsewhere."""
        return Path(self.warehouse.removeprefix("file://")) if self.warehouse.startswith("file://") else None


@dataclass(frozen=True)
class Kept:
    """A release in the tables: ``snapshots`` and ``rows`` by table.

    ``content_hash`` names it as it was released; ``taken_out_on``: the day on which something withdrawn left it last.
    ``schema``: the last migration of the app that made it; ``framework``: the version that its scores follow.
    """

    number: int
    released_on: date
    content_hash: str
    origin: str
    schema: str
    framework: str
    taken_out_on: date | None
    snapshots: Mapping[str, int]
    rows: Mapping[str, int]

    @property
    def ours(self) -> bool:
        """Whether this version of the app can read it as its own."""
        return (self.schema, self.framework) == (scripts()[-1].stem, _FRAMEWORK)


_FRAMEWORK = f"{CURRENT[0]} {CURRENT[1]}"


class Releases:
    """The open tables of a place. Every method raises PracticesError where catalogue or files cannot be reached."""

    def __init__(self, place: Place, catalog: SqlCatalog) -> None:
        self.place = place
        self._catalog = catalog

    # --- reading -----------------------------------------------------------------------------------------------

    def state(self) -> str:
        """Return what becomes another with each release and each time something is taken out; "" before the first."""
        index = _twice(lambda: self._table(INDEX))
        return index.metadata_location if index else ""

    def kept(self) -> list[Kept]:
        """Return every release, the oldest first."""

        def rows_of_index() -> list[dict[str, Any]]:
            index = self._table(INDEX)
            return index.scan().to_arrow().to_pylist() if index else []

        found: dict[int, list[dict[str, Any]]] = {}
        for row in _twice(rows_of_index):
            found.setdefault(row["number"], []).append(row)
        shared = ("number", "released_on", "content_hash", "origin", "schema", "framework", "taken_out_on")
        return [
            Kept(
                **{name: rows[0][name] for name in shared},
                snapshots={row["table"]: row["snapshot"] for row in rows},
                rows={row["table"]: row["rows"] for row in rows},
            )
            for _, rows in sorted(found.items())
        ]

    def release(self, number: int, of: Store | None = None) -> Kept:
        """Return a release, only one that a database knows where it is one ``of``; NoSuchReleaseError says which."""
        kept = self.kept()
        if of:
            with of.cursor() as cursor:
                unknown = _unknown(cursor, kept)
            kept = [one for one in kept if one not in unknown]
        found = next((one for one in kept if one.number == number), None)
        if found is None:
            there = f"there are {kept[0].number} to {kept[-1].number}" if kept else "there is none yet"
            raise NoSuchReleaseError(f"There is no release {number}; {there}.")
        return found

    def on(self, day: date) -> Kept:
        """Return the release that everybody read at the end of a day; NoSuchReleaseError where there was none yet."""
        kept = self.kept()
        found = [one for one in kept if one.released_on <= day]
        if not found:
            first = f"the first one kept is of {kept[0].released_on}" if kept else "none is kept"
            raise NoSuchReleaseError(f"There was no release on {day}; {first}.")
        return found[-1]

    def open(self, release: Kept, refusal: str) -> Store:
        """Return a release as a database that is only read (``refusal`` says so to whoever writes).

        Its file goes when it is closed. PracticesError where another version of the app made it.
        """
        folder = Scratch("release")
        try:
            with self._made(release, folder, keys=False) as store:
                path = store.path
            return Store(path, read_only=refusal, temporary=folder)
        except BaseException:
            folder.close()
            raise

    @contextmanager
    def _made(self, release: Kept, folder: Scratch, *, keys: bool = True) -> Iterator[Store]:
        """Make a database of a release in a folder, and close it in the end.

        ``keys``: with the keys of its tables. They take most of the time and memory, and who only reads needs none.
        """
        if not release.ours:
            raise PracticesError(
                f"Release {release.number} was made by another version of the app ({release.schema}, scored by "
                f"{release.framework}). Read its tables with another engine; see docs/many-machines."
            )

        def fill(cursor: Cursor) -> None:
            for name, table in TABLES.items():
                if not keys:
                    cursor.execute(f"CREATE OR REPLACE TABLE {table} AS FROM {table} LIMIT 0")
                rows = self._found(name).scan(snapshot_id=release.snapshots[name]).to_arrow_batch_reader()
                for chunk in _chunks(rows):
                    _insert(cursor, chunk, table)

        with Store(folder.path / "release.duckdb") as store:
            migrate(store)
            store.write(fill)  # at one time: what counts and notes a change takes longer than most tables
            store.checkpoint()
            yield store

    def _table(self, name: str) -> Table | None:
        from pyiceberg.exceptions import NoSuchTableError  # noqa: PLC0415

        try:
            return self._found(name)
        except NoSuchTableError:
            return None

    def _found(self, name: str) -> Table:
        return self._catalog.load_table((NAMESPACE, name))

    # --- writing -----------------------------------------------------------------------------------------------

    def write(self, store: Store, *, replace_later: bool = False) -> Kept:
        """Bring the tables up to the release of a database, and to its list of what was withdrawn; return the release.

        ``replace_later``: releases that the database does not know, by number and content, leave the tables;
        otherwise they are a PracticesError, and what was withdrawn is taken out all the same.
        """
        known = withdrawal_list.read(store.path, backups_folder())
        tidy = self.place.warehouse in _tidy
        _tidy.discard(self.place.warehouse)
        self._catalog.create_namespace_if_not_exists(NAMESPACE)
        if index := self._table(INDEX):
            self._check_is_here(index)
        kept = self.kept()
        with store.cursor() as cursor:
            cursor.begin()  # all of it from one state of the data
            version = data_version(cursor)
            unknown = _unknown(cursor, kept)
            last = kept[-1] if kept else None
            new = last is None or (last.number, last.content_hash) != (version.number, version.content_hash)
            changed = (new or bool(unknown) or not (last and last.ours)) and (replace_later or not unknown)
            if changed:
                before = [one for one in kept if one not in unknown and one.number < version.number]
                made = self._write_tables(cursor, version.number)
                if last and not new:  # the same one, made anew
                    made = replace(made, taken_out_on=last.taken_out_on)
                kept = [*before, made]
                self._index(kept)
            cursor.rollback()
        self._name_snapshots(kept)
        changed |= self._take_out(kept, known)
        if changed or not tidy:
            self._delete_what_is_left_over()
        _tidy.add(self.place.warehouse)
        if not replace_later:
            self._refuse(unknown, version.number)
        return self.kept()[-1]

    def refuse_unknown(self, store: Store) -> None:
        """Raise PracticesError where the tables hold a release that a database does not know, as after a restore."""
        with store.cursor() as cursor:
            self._refuse(_unknown(cursor, self.kept()), data_version(cursor).number)

    def _refuse(self, unknown: Sequence[Kept], number: int) -> None:
        if unknown:
            raise PracticesError(
                f"The release tables at {self.place.warehouse} hold release {unknown[-1].number} of "
                f"{unknown[-1].released_on}; this database is at release {number} and does not know it. "
                "To let this database's release take its place: python -m practices_db snapshot"
            )

    def _write_tables(self, cursor: Cursor, number: int) -> Kept:
        snapshots, rows = {}, {}
        for name in TABLES:
            snapshots[name], rows[name] = self._write_table(cursor, name)
        [(day, hash_, origin)] = cursor.execute(
            "SELECT released_on, content_hash, origin FROM data_version WHERE number = $number", {"number": number}
        ).fetchall()
        return Kept(number, day, hash_, origin, applied(cursor)[-1], _FRAMEWORK, None, snapshots, rows)

    def _write_table(self, cursor: Cursor, name: str) -> tuple[int, int]:
        """Return the snapshot of a table with the rows of the database, and their number."""
        rows = _ROWS.get(name, f"SELECT * FROM {TABLES[name]}")
        [(count, mixed, added)] = cursor.execute(
            f"SELECT count(*), bit_xor(hash(t)), sum(hash(t)::HUGEINT) FROM ({rows}) t"
        ).fetchall()
        columns = cursor.sql(f"{rows} LIMIT 0").to_arrow_table().schema
        digest = f"{count}-{mixed or 0:x}-{added or 0:x}-{hashlib.sha256(str(columns).encode()).hexdigest()[:16]}"
        table = self._table(name)
        for snapshot in table.snapshots() if table else ():
            if snapshot.summary and snapshot.summary.additional_properties.get(_DIGEST) == digest:
                return snapshot.snapshot_id, count
        chunks = _chunks(cursor.sql(rows).to_arrow_reader(_AT_ONCE))
        with self._changing(table, name, columns) as transaction:
            # a branch that is not there yet begins with nothing: its snapshot has these rows alone
            branch = digest if table and table.snapshots() else "main"
            written = _append(transaction, chunks, branch, {_DIGEST: digest})
        return written, count

    def _changing(self, table: Table | None, name: str, columns: pa.Schema) -> Transaction:
        """Return a transaction of a table with these columns: the one that is there, or a new one."""
        from pyiceberg.io.pyarrow import _pyarrow_to_schema_without_ids  # noqa: PLC0415

        if table is None:
            return self._catalog.create_table_transaction((NAMESPACE, name), columns, properties=_PROPERTIES)
        transaction = table.transaction()
        now_there = {one.name: str(one.field_type) for one in _pyarrow_to_schema_without_ids(columns).fields}
        before = {one.name: str(one.field_type) for one in table.schema().fields}
        if before != now_there:
            with transaction.update_schema(allow_incompatible_changes=True) as schema:
                for other in (one for one in before if now_there.get(one) != before[one]):
                    schema.delete_column(other)
            with transaction.update_schema() as schema:
                schema.union_by_name(columns)
        return transaction

    def _index(self, kept: Sequence[Kept]) -> None:
        """Make these releases the ones that there are: one commit."""
        import pyarrow as pa  # noqa: PLC0415
        from pyiceberg.expressions import AlwaysTrue  # noqa: PLC0415

        text, number, day = pa.string(), pa.int64(), pa.date32()
        schema = pa.schema(
            [
                *(("number", number), ("released_on", day), ("content_hash", text), ("origin", text)),
                *(("schema", text), ("framework", text), ("taken_out_on", day)),
                *(("table", text), ("snapshot", number), ("rows", number)),
            ]
        )
        rows = [
            {**vars(one), "table": name, "snapshot": snapshot, "rows": one.rows[name]}
            for one in kept
            for name, snapshot in one.snapshots.items()
        ]
        index = self._table(INDEX)
        with self._changing(index, INDEX, schema) as transaction:
            if index and _holds_rows(index):
                transaction.delete(AlwaysTrue())
            transaction.append(pa.Table.from_pylist(rows, schema=schema))

    def _name_snapshots(self, kept: Sequence[Kept]) -> None:
        """Give each table's snapshots the names of their releases (tags); the newest release's is the current one.

        Snapshots that no release names any more are dropped. Done again each time: the last one may have been cut off.
        All of it is one commit a table, made of pyiceberg's updates: its own ways to tag, to go back and to expire
        are a commit each, and copy the table's metadata several times.
        """
        from pyiceberg.table.update import (  # noqa: PLC0415
            AssertTableUUID,
            RemoveSnapshotRefUpdate,
            RemoveSnapshotsUpdate,
            SetSnapshotRefUpdate,
            TableUpdate,
        )

        for_ever = {"max_ref_age_ms": None, "max_snapshot_age_ms": None, "min_snapshots_to_keep": None}
        for _, name in self._catalog.list_tables(NAMESPACE):
            if name == INDEX:
                continue
            wanted = {f"release-{one.number}": one.snapshots[name] for one in kept if name in one.snapshots}
            if not wanted:  # no release has it any more; its files are left over
                self._catalog.drop_table((NAMESPACE, name))
                continue
            wanted["main"] = list(wanted.values())[-1]
            table = self._found(name)
            there = {ref: one.snapshot_id for ref, one in table.refs().items()}
            updates: list[TableUpdate] = [RemoveSnapshotRefUpdate(ref_name=ref) for ref in there.keys() - wanted.keys()]
            for ref, snapshot in wanted.items():
                if there.get(ref) != snapshot:
                    kind = "branch" if ref == "main" else "tag"
                    updates.append(SetSnapshotRefUpdate(ref_name=ref, type=kind, snapshot_id=snapshot, **for_ever))
            if left := [one.snapshot_id for one in table.snapshots() if one.snapshot_id not in wanted.values()]:
                updates.append(RemoveSnapshotsUpdate(snapshot_ids=left))
            if updates:
                same = AssertTableUUID(uuid=table.metadata.table_uuid)
                self._catalog.commit_table(table, (same,), tuple(updates))

    # --- what was withdrawn ------------------------------------------------------------------------------------

    def _take_out(self, kept: Sequence[Kept], known: WithdrawalList) -> bool:
        """Take what is listed out of every release; out of the newest one where the others are known to be without it.

        Return whether files may be left over. PracticesError where a release holds it still.
        """
        index = self._table(INDEX)
        if index is None or known == WithdrawalList():
            return False
        listed = hashlib.sha256(json.dumps([sorted(known.assessments), sorted(known.statements)]).encode()).hexdigest()
        done = index.properties.get(_TAKEN_OUT) == listed
        holding = [one for one in (kept[-1:] if done else kept) if self._holds(one, known)]
        if holding:
            cleaned = {one.number: self._without(one, known) for one in holding}
            left = [found for one in kept if (found := cleaned.get(one.number, one)) is not None]
            self._index(left)
            self._name_snapshots(left)
        if not done:
            if still := [one.number for one in self.kept() if self._holds(one, known)]:
                raise PracticesError(f"Of the release tables, releases {still} hold what was withdrawn still.")
            with self._found(INDEX).transaction() as transaction:
                transaction.set_properties({_TAKEN_OUT: listed})
        return bool(holding) or not done

    def _holds(self, release: Kept, known: WithdrawalList) -> bool:
        """Whether a release holds what is listed, or has not the tables (another version made it) that could say so."""
        from pyiceberg.expressions import In  # noqa: PLC0415

        if not {"answers", "released_statement"} <= release.snapshots.keys():
            return True

        def rows(name: str, *columns: str, only: Any = None) -> list[dict[str, Any]]:
            scan = self._found(name).scan(snapshot_id=release.snapshots[name], selected_fields=columns)
            found: list[dict[str, Any]] = (scan.filter(only) if only else scan).to_arrow().to_pylist()
            return found

        listed = cast("Any", In)("assessment_id", known.assessments)  # its types name a field that has another name
        if known.assessments and rows("answers", "assessment_id", only=listed):
            return True
        said = rows("released_statement", "practice_id", "stated_on") if known.statements else []
        return any(f"{one['practice_id']} {one['stated_on']}" in known.statements for one in said)

    def _without(self, release: Kept, known: WithdrawalList) -> Kept | None:
        """Write a release without what is listed; None where it cannot be made anew: then it is not kept."""
        if not release.ours:
            log.warning(
                "release %s leaves the tables: it holds what was withdrawn, and cannot be made anew", release.number
            )
            return None
        folder = Scratch("release")
        try:
            with self._made(release, folder) as store:
                made = self._cleaned(store, release, known)
        finally:
            folder.close()
        return replace(
            made, content_hash=release.content_hash, origin=release.origin, taken_out_on=audit_log.now().date()
        )

    def _cleaned(self, store: Store, release: Kept, known: WithdrawalList) -> Kept:
        def take_out(cursor: Cursor) -> None:
            # what is kept in memory of a release is kept by its hash: it is another one now
            cursor.execute(
                "UPDATE data_version SET content_hash = $hash WHERE number = $number",
                {"hash": take_out_of_shown(cursor, known), "number": release.number},
            )

        store.write(take_out)
        with store.cursor() as cursor:
            return self._write_tables(cursor, release.number)

    def _delete_what_is_left_over(self) -> None:
        """Delete every file that no release leads to: what was written over, what was cut off, and old metadata."""
        from pyarrow.fs import FileSelector  # noqa: PLC0415
        from pyiceberg.io.pyarrow import PyArrowFileIO  # noqa: PLC0415

        keep: set[str] = set()
        index = self._found(INDEX)
        for _, name in self._catalog.list_tables(NAMESPACE):
            table = self._found(name)
            self._check_is_here(table)
            others = [one.snapshot_id for one in table.snapshots() if one != table.current_snapshot()]
            if name == INDEX and others:
                table.maintenance.expire_snapshots().by_ids(others).commit()
            manifests: dict[str, ManifestFile] = {}
            for snapshot in table.snapshots():
                keep.add(snapshot.manifest_list)
                manifests |= {one.manifest_path: one for one in snapshot.manifests(table.io)}
            keep |= {table.metadata_location, *manifests}
            for manifest in manifests.values():
                keep |= {entry.data_file.file_path for entry in manifest.fetch_manifest_entry(table.io)}
        assert isinstance(index.io, PyArrowFileIO)  # noqa: S101 - the only one that is installed
        scheme, host, path = index.io.parse_location(f"{self.place.warehouse}/{NAMESPACE}")
        files = index.io.fs_by_scheme(scheme, host)
        paths = {index.io.parse_location(one)[2] for one in keep}
        for one in files.get_file_info(FileSelector(path, recursive=True)):
            if one.is_file and one.path not in paths:
                files.delete_file(one.path)

    def _check_is_here(self, table: Table) -> None:
        """Raise PracticesError for the tables of another place: a copied catalogue leads to its original's files."""
        if not table.location().startswith(f"{self.place.warehouse}/{NAMESPACE}/"):
            raise PracticesError(
                f"The catalogue of {self.place.warehouse} leads to {table.location()}: it is a copy. Nothing was "
                "changed. Please move the copied release tables away; new ones are made. Or name the place they lead "
                "to in PRACTICES_RELEASES_WAREHOUSE."
            )


@contextmanager
def opened(place: Place, *, to_write: bool = False) -> Iterator[Releases]:
    """Open the release tables of a place, made where they are not there and are ``to_write``.

    Whatever fails in between, in the catalogue, the files or the network, is raised as ReleaseTablesError.
    """
    from sqlalchemy.engine import make_url  # noqa: PLC0415

    uri, folder = place.catalog, place.folder
    if not to_write and uri.startswith("sqlite:///") and not Path(make_url(uri).database or "").exists():
        raise ReleaseTablesError(
            f"No release is kept at {place.warehouse} yet: start the app once, or run: python -m practices_db snapshot"
        )
    from pyiceberg.catalog import load_catalog  # noqa: PLC0415

    try:
        if to_write and folder:
            folder.mkdir(parents=True, exist_ok=True)
        if not to_write and uri.startswith("sqlite:///"):  # never made; what a killed writer left is rolled back
            address, how = Path(make_url(uri).database or "").resolve().as_uri(), {"mode": "rw", "uri": "true"}
            uri = make_url(uri).set(database=address, query=how).render_as_string()
        store = store_address()  # Arrow takes the rest of AWS_… itself
        made = {"init_catalog_tables": str(to_write).lower()}
        catalog = load_catalog("practices", type="sql", uri=uri, warehouse=place.warehouse, **made, **store)
        try:
            yield Releases(place, catalog)  # type: ignore[arg-type]
        finally:
            catalog.close()
    except PracticesError:
        raise
    except Exception as error:  # of SQLAlchemy, Arrow, pyiceberg, a driver or the system: they share no class
        log.debug("release tables", exc_info=error)
        said = f": {str(error).splitlines()[0][:200]}" if str(error) else ""
        if isinstance(error, duckdb.Error):  # of the database only the kind: its messages can quote a row
            said = ""
        raise ReleaseTablesError(
            f"The release tables at {place.warehouse} cannot be {'written' if to_write else 'read'} "
            f"({type(error).__name__}{said})."
        ) from error


def write(store: Store, place: Place | None = None, *, replace_later: bool = False) -> Kept:
    """Bring the release tables up to the release of a database (``Releases.write``)."""
    assert store.path or place  # noqa: S101 - a database in memory has no place of its own
    where = place or Place.of(store.path or Path())
    with _writing, opened(where, to_write=True) as releases:
        return releases.write(store, replace_later=replace_later)


def require_known(store: Store) -> None:
    """Raise PracticesError where the tables hold a release that a database does not know: name the remedy.

    To be asked before a release: its number may be taken. Tables that cannot be read hold up nothing.
    """
    assert store.path  # noqa: S101 - a database in memory has no place of its own
    try:
        with opened(Place.of(store.path)) as releases:
            releases.refuse_unknown(store)
    except ReleaseTablesError as error:
        log.debug("release tables: %s", error)


def open_release(database: Path, number: int | None = None, day: date | None = None) -> Store:
    """Return a past release of a database's tables, by its number or by what everybody read at the end of a day.

    Raises NoSuchReleaseError, or PracticesError where it cannot be read.
    """
    with opened(Place.of(database)) as releases:
        kept = releases.release(number) if number else releases.on(day or date.max)
        return releases.open(kept, f"Release {kept.number} is past: nothing can be changed in it.")


def write_after_release(store: Store) -> None:
    """Bring the release tables up to a release that was just made.

    PracticesError says that the release stands: the next start or release brings the tables up to it.
    """
    try:
        keep_up(store, told=False)
    except PracticesError as error:
        raise PracticesError(
            f"The release is made. Replicas and other engines do not have it yet: the next start of the app or the "
            f"next release tries again. {error}"
        ) from error


def keep_up(store: Store, *, told: bool = True) -> None:
    """Bring the release tables up to a database, and remember in ``Behind`` why that went wrong.

    Where it is ``told`` to the log alone, nothing is raised; else PracticesError.
    """
    try:
        write(store)
        Behind.because = ""
    except PracticesError as error:
        Behind.because = "the release tables are behind: see the log"
        if not told:
            raise
        log.critical("the release tables are behind: %s", error)


class Behind:
    """Why the release tables of this process's database are not up to it; "" where they are."""

    because = ""


def _unknown(cursor: Cursor, kept: Sequence[Kept]) -> list[Kept]:
    """Return the releases that a database does not know, by number and content."""
    known = set(cursor.execute("SELECT number, content_hash FROM data_version").fetchall())
    return [one for one in kept if (one.number, one.content_hash) not in known]


def _twice(read: Callable[[], Read]) -> Read:
    """Read; once more where a writer has deleted the file in between: what it leads to now is there."""
    try:
        return read()
    except FileNotFoundError:
        return read()


def _holds_rows(table: Table) -> bool:
    now = table.current_snapshot()
    return bool(now and now.summary and int(now.summary["total-records"] or 0))


def _append(transaction: Transaction, chunks: Iterator[pa.Table], branch: str, properties: dict[str, str]) -> int:
    """Write rows as one snapshot of a branch, and return it."""
    from pyiceberg.io.pyarrow import _dataframe_to_data_files  # noqa: PLC0415

    number = count()  # of the files
    with transaction.update_snapshot(properties, branch).fast_append() as snapshot:
        for chunk in chunks:
            for one in _dataframe_to_data_files(
                transaction.table_metadata, chunk, transaction._table.io, snapshot.commit_uuid, number
            ):
                snapshot.append_data_file(one)
    return snapshot.snapshot_id


def _chunks(reader: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Yield the rows of a reader as tables of _AT_ONCE rows or some more; no table for no rows."""
    import pyarrow as pa  # noqa: PLC0415

    held: list[pa.RecordBatch] = []
    for batch in reader:
        held.append(batch)
        if sum(one.num_rows for one in held) >= _AT_ONCE:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


def _insert(cursor: Cursor, rows: pa.Table, table: str) -> None:
    cursor.register("new_rows", rows)
    cursor.execute(f"INSERT INTO {table} BY NAME SELECT * FROM new_rows")
    cursor.unregister("new_rows")
