"""Is what stands in a database file whole? Read without changing it, before anything else opens it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from criteria.framework import framework_hash, published_frameworks
from practices_db.catalogue import scorecards, write_files
from practices_db.catalogue.practice_fields import PRACTICES, RELEASED
from practices_db.catalogue.practice_store import OTHER_FORM
from practices_db.curation import releases
from practices_db.curation.permissions import pseudonym
from practices_db.database import audit_log
from practices_db.database.commit_marker import State, Witness, literal, losses, quoted, table_names, wal_path
from practices_db.database.migrate import applied, refuse_newer, scripts
from practices_db.database.store import Cursor, Store
from practices_db.database.temporary_folders import Scratch
from practices_db.errors import PracticesError
from practices_db.operations import release_tables
from practices_db.queries.integrity import Contents, contents, integrity_problems

_DERIVED = ("counted_answer", "practice_score", "practice_card", "practice_facet")

# What the record names since the last release, also what an import says that it changed, and what was merged.
_OBJECTS_SINCE = f"""
    SELECT object FROM audit WHERE seq > {releases.LAST_RELEASE}
    UNION SELECT split_part(object, ':', 1) || ':' || (before ->> '$.id') FROM audit
    WHERE seq > {releases.LAST_RELEASE} AND before ->> '$.id' IS NOT NULL
"""


@dataclass(frozen=True)
class Examined:
    """What was found: ``missing`` where the end of what was saved is lost, ``broken`` where it contradicts itself.

    ``unwitnessed``: nobody can tell whether anything is missing.
    """

    state: State | None = None
    missing: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    unwitnessed: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """Every problem, a line each."""
        return [*self.missing, *self.broken, *self.unwitnessed]


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
    unwitnessed: list[str] = []
    try:
        noted = witness.read()
    except ValueError as error:
        broken.append(f"{error}, so nobody can tell whether changes are missing")
    else:
        if noted and not state:
            missing.append("the database is of an older release than its witness file")
        if state and not noted:
            unwitnessed.append(f"{witness.path} is gone, so nobody can tell whether the last changes are missing")
        if noted and state and noted.database_id != state.database_id:
            unwitnessed.append(
                f"this is another database than the one {witness.path} is of (change {noted.writes} was its last); "
                "somebody put it in its place"
            )
        elif noted and state:
            lost = losses(noted, state)
            (missing if state.writes < noted.writes else broken).extend(lost)
            if "audit" in tables and not lost and noted.audit_sequence:
                broken.extend(_not_as_known(cursor, noted.audit_sequence, noted.audit_hash))
    return Examined(state, missing, broken, unwitnessed)


def read_everything(
    cursor: Cursor, path: Path | None, names: Sequence[str] | None = None
) -> dict[str, tuple[int, str]]:
    """Read every value of every table, or of those named; return rows and a digest of the content for each table.

    DuckDB proves the checksum of each block it reads. Raises PracticesError where one is wrong.
    """
    each = {
        name: f"SELECT {literal(name)}, count(*), bit_xor(hash(t)), sum(hash(t)::HUGEINT) FROM {quoted(name)} t"
        for name in names or table_names(cursor)
    }
    try:
        # half the time of one after another
        found = cursor.execute(" UNION ALL ".join(each.values())).fetchall() if each else []
    except duckdb.Error:
        found = []
        for name, one in each.items():
            try:
                found += cursor.execute(one).fetchall()
            except duckdb.Error as error:
                raise PracticesError(f"{path}: table {name} cannot be read ({str(error).splitlines()[0]})") from error
    return {
        name: (rows, hashlib.sha256(f"{either or 0} {total or 0}".encode()).hexdigest()[:32])
        for name, rows, either, total in found
    }


def all_problems(path: Path, against: str = "") -> tuple[list[str], Contents]:
    """Return everything ``check`` finds wrong, and what the database holds.

    ``against``: a head of the record that is known from elsewhere, as ``known_head`` takes it. Raises PracticesError
    where the database cannot be read at all, or was made by a newer release.
    """
    examined = examine(path)
    with Store(path, read_only="This database is being checked.") as store, store.cursor() as cursor:
        done = applied(cursor)
        if not done:
            raise PracticesError(f"{path} is a DuckDB file, but not one of practices. It was left as it is.")
        refuse_newer(path, done)
        problems = examined.problems + integrity_problems(cursor)
        if done == [script.stem for script in scripts()]:
            problems += _of_releases(cursor) + _said(cursor) + _derived(path) + _unrecorded(cursor) + _roles(cursor)
            problems += _later(store)
        if against:
            problems += _not_as_known(cursor, *known_head(against))
        return problems, contents(cursor)


def _later(store: Store) -> list[str]:
    """Say that the release tables hold a release that the database does not know."""
    try:
        release_tables.require_known(store)
    except PracticesError as error:
        return [str(error)]
    return []


def known_head(text: str) -> tuple[int, str]:
    """Return number and hash of a line of the record: "12:5f…", or those in the manifest of a backup.

    Raises PracticesError where it is neither.
    """
    number, _, digest = text.partition(":")
    if number.isdigit() and digest:
        return int(number), digest.strip().lower()
    place = Path(text)
    try:
        manifest = json.loads((place / "manifest.json" if place.is_dir() else place).read_text(encoding="utf-8"))
        return int(manifest["state"]["audit_sequence"]), str(manifest["state"]["audit_hash"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PracticesError(f"{text} is neither NUMBER:HASH nor a backup with a manifest.json.") from error


def _not_as_known(cursor: Cursor, number: int, digest: str) -> list[str]:
    """Compare the record with one of its lines that is known from elsewhere; at least 8 characters of its hash."""
    row = cursor.execute("SELECT hash FROM audit WHERE seq = $seq", {"seq": number}).fetchone()
    if number == 0 and digest in ("", audit_log.FIRST):
        return []
    if row is None:
        return [f"audit: line {number} is missing, which was there when its hash was written down"]
    if len(digest) < 8 or not str(row[0]).startswith(digest):
        return [f"audit: line {number} is not the one whose hash was written down: the record was written anew"]
    return []


def _of_releases(cursor: Cursor) -> list[str]:
    """Compare what is released with the hash of its release: the one on record before the one in the table."""
    recorded = cursor.execute(
        """
        SELECT after ->> '$.content_hash' FROM audit
        WHERE object = 'data' AND action IN ('publish', 'withdraw', 'update') AND after ->> '$.content_hash' IS NOT NULL
        ORDER BY seq DESC LIMIT 1
        """
    ).fetchone()
    row = cursor.execute(
        "SELECT number, content_hash, origin FROM data_version ORDER BY number DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return []  # integrity_problems says so
    number, stated, origin = row
    if not recorded and origin == OTHER_FORM:
        return []  # made of files that were not in the form in which the app writes them: nothing to compare with
    found = write_files.content_hash(write_files.texts(cursor))
    if found == (recorded[0] if recorded else stated):
        return []
    return [f"what is released is not what release {number} was ({found[:8]}, not {stated[:8]}): it was changed since"]


def _said(cursor: Cursor) -> list[str]:
    """Compare what releases say of themselves with the record, and frameworks with those of this program."""
    lines = cursor.execute(
        """
        SELECT version, after ->> '$.said' FROM audit WHERE action = 'publish' AND object = 'data' ORDER BY seq
        """
    ).fetchall()
    ours = {name: (one.title, framework_hash(one)) for name, one in published_frameworks().items()}
    kept = cursor.execute("SELECT id, version, title, content_hash FROM framework ORDER BY ALL").fetchall()
    return [
        f"what release {number} says of itself was changed since: its day, its note or what it changed"
        for number, digest in lines
        if digest and releases.said(cursor, number) != digest
    ] + [
        f"framework {id_} {version} is not the one that this release of the app knows"
        for id_, version, *of in kept
        if ours.get((id_, version)) != tuple(of)
    ]


def _derived(path: Path) -> list[str]:
    """Compute scores and cards anew, in a copy, and compare; then what the next release would change of the library.

    A line for each table that is not the same, and for each change that has no line on record.
    """
    scratch = Scratch("check")
    try:
        copy = scratch.path / path.name
        shutil.copyfile(path, copy)
        if wal_path(path).exists():
            shutil.copyfile(wal_path(path), wal_path(copy))
        with Store(copy) as store:

            def digests(cursor: Cursor) -> dict[str, tuple[int, str]]:
                return read_everything(cursor, path, _DERIVED)

            with store.cursor() as cursor:
                before = digests(cursor)
                since = {name for (name,) in cursor.execute(_OBJECTS_SINCE).fetchall()}
            store.write(scorecards.derive)
            unrecorded = store.rehearse(lambda cursor: releases.unrecorded(cursor, since))
            with store.cursor() as cursor:
                after = digests(cursor)
    except OSError as error:
        return [f"scores could not be computed anew: {error.strerror}"]
    except (KeyError, ValueError, duckdb.Error) as error:  # values that no form takes
        return [f"scores could not be computed anew from what is released: {str(error).splitlines()[0]}"]
    finally:
        scratch.close()
    return [
        f"table {name} is not what follows from what is released" for name in _DERIVED if before[name] != after[name]
    ] + [f"{one.kind} {one.subject_id} was changed, and no line of the record says so" for one in unrecorded]


def _unrecorded(cursor: Cursor) -> list[str]:
    """Return what the next release would change though the record has no line on it: practices, then answers."""
    columns = ", ".join(quoted(name) for (name, *_) in cursor.execute("DESCRIBE released_practice").fetchall())
    rows = cursor.execute(
        f"""
        WITH kept AS (SELECT {columns} FROM (SELECT {RELEASED} FROM {PRACTICES} WHERE p.state = 'listed')),
        released AS (SELECT {columns} FROM released_practice),
        other AS ((FROM kept EXCEPT FROM released) UNION ALL (FROM released EXCEPT FROM kept))
        SELECT DISTINCT id FROM other o WHERE NOT EXISTS (
            SELECT 1 FROM audit l
            WHERE contains(concat_ws(' ', l.object, l.before, l.after), o.id) AND l.seq > {releases.LAST_RELEASE}
        ) ORDER BY ALL
        """
    ).fetchall()
    practices = [f"practice {id_} was changed, and no line of the record says so" for (id_,) in rows]
    return practices + _unrecorded_answers(cursor)


def _roles(cursor: Cursor) -> list[str]:
    """Return people whose role is not the one that the record says they were given; they are named by pseudonym."""
    given = dict(
        cursor.execute(
            """
            SELECT object, last(CASE WHEN action = 'grant' THEN after ->> '$.role' END ORDER BY seq) FROM audit
            WHERE action IN ('grant', 'dismiss') AND starts_with(object, 'person:') GROUP BY object
            """
        ).fetchall()
    )
    people = [(pseudonym(email), role) for email, role in cursor.execute("SELECT email, role FROM person").fetchall()]
    return [
        f"{name} has the role {role}, which nobody gave by the record"
        for name, role in sorted(people)
        if given.get(name) != role
    ]


def _unrecorded_answers(cursor: Cursor) -> list[str]:
    """Return assessments whose answers are not those released, though the record has no change since."""
    rows = cursor.execute(
        f"""
        WITH kept AS (
            SELECT a.assessment_id, a.indicator_id, a.answer, a.evidence_level, a.note, a.source_url,
                s.framework_id, s.framework_version, s.basis, s.assessor, s.assessed_on
            FROM answer a JOIN assessment s ON s.id = a.assessment_id WHERE s.status = 'published'
        ),
        released AS (
            SELECT assessment_id, indicator_id, answer, evidence_level, note, source_url,
                framework_id, framework_version, basis, assessor, assessed_on
            FROM released_answer
        ),
        other AS ((FROM kept EXCEPT FROM released) UNION ALL (FROM released EXCEPT FROM kept))
        SELECT DISTINCT o.assessment_id FROM other o LEFT JOIN assessment s ON s.id = o.assessment_id
        WHERE NOT EXISTS (
            SELECT 1 FROM audit l
            WHERE (l.object IN ('assessment:' || o.assessment_id, 'practice:' || s.practice_id)
                    OR l.before ->> '$.id' = o.assessment_id OR l.object = 'submission:' || s.submission_id)
                AND l.seq > {releases.LAST_RELEASE}
        ) AND o.assessment_id IN (SELECT id FROM assessment)
            AND EXISTS (SELECT 1 FROM released_practice p WHERE p.id = s.practice_id)
        ORDER BY ALL
        """
    ).fetchall()
    return [f"the answers of assessment {id_} were changed, and no line of the record says so" for (id_,) in rows]
