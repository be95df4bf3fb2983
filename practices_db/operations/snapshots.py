"""Published snapshots: a database file that holds what everybody may read and nothing else, for read-only replicas.

Unpublished rows are not only deleted: the file is written anew from what is left, so that their bytes are gone too.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from practices_db.catalogue.library_items import KINDS, PLAIN, ItemKind
from practices_db.catalogue.practice_fields import SEVERAL
from practices_db.config import snapshot_path
from practices_db.curation import withdrawal_list
from practices_db.database.commit_marker import quoted, remove_database, sync_file, sync_folder, table_names
from practices_db.database.migrate import applied
from practices_db.database.store import Cursor, Store, copy_database
from practices_db.errors import PracticesError
from practices_db.operations.backups import sha256
from practices_db.queries.integrity import contents, integrity_problems
from practices_db.queries.practices import data_version

# Tables that everybody may read, the last one after narrowing. A table not named here or filled below stays empty.
_PUBLIC = frozenset(
    {
        "_migration",
        "write_count",
        "framework",
        "data_version",
        "release_change",
        "released_practice",
        "released_source",
        "released_answer",
        "released_statement",
        "released_former",
        "released_history",
        "counted_answer",
        "practice_score",
        "practice_card",
        "practice_facet",
        *(kind.shown for kind in KINDS.values()),
        "knowledge_facet",
        "former_link",
        "address_check",
    }
)
# What curators work on is replaced by its released copy: changes that are not released yet stay at home.
_LISTS = ", ".join(field.column for field in SEVERAL)
_PRACTICES = "".join(
    (
        f"INSERT INTO practice BY NAME SELECT * EXCLUDE ({_LISTS}) FROM released_practice;",
        *(
            f"INSERT INTO {field.table} BY NAME SELECT id AS practice_id, unnest({field.id}) AS {field.value}, "
            f"generate_subscripts({field.id}, 1) AS position FROM released_practice;"
            for field in SEVERAL
        ),
    )
)


def _with_lists(kind: ItemKind, beside: str) -> str:
    """Return the SQL that fills a kind and the rows of its lists from its card, without the columns ``beside``."""
    stated = " UNION ALL ".join(
        f"SELECT id, '{name}' AS list, {column} AS stated FROM {kind.shown}" for column, name in kind.lists.items()
    )
    return f"""
    INSERT INTO {kind.item} BY NAME SELECT * EXCLUDE ({", ".join(kind.lists)}, {beside}) FROM {kind.shown};
    INSERT INTO {kind.item}_value BY NAME
        SELECT id AS {kind.item}_id, list, unnest(stated) AS value, generate_subscripts(stated, 1) AS position
        FROM ({stated});
    """


_LIBRARY = _with_lists(KINDS["evidence"], "name_key, offered") + _with_lists(KINDS["organisation"], "name_key")
_FROM_RELEASED = f"""
    {_PRACTICES}
    INSERT INTO practice_source BY NAME SELECT * FROM released_source;
    INSERT INTO assessment BY NAME SELECT DISTINCT assessment_id AS id, practice_id, framework_id, framework_version,
        basis, assessor, assessed_on, blind, 'published' AS status FROM released_answer;
    INSERT INTO answer BY NAME SELECT assessment_id, indicator_id, answer, evidence_level, note, source_url,
        source_publisher, independent_of_operator FROM released_answer;
    INSERT INTO statement BY NAME SELECT * FROM released_statement;
    {_LIBRARY}
    INSERT INTO link BY NAME SELECT * EXCLUDE (judged) FROM known_link WHERE judged;
    INSERT INTO link BY NAME SELECT *, 'archived' AS state FROM former_link;
    DELETE FROM address_check WHERE url NOT IN (
        SELECT url FROM evidence_card UNION SELECT url FROM organisation_card UNION SELECT source_url FROM practice_card
        UNION SELECT url FROM released_source UNION SELECT source_url FROM released_answer WHERE source_url IS NOT NULL
    );
    UPDATE write_count SET database_id = uuid()::TEXT, writes = 0;
""" + "".join(f"INSERT INTO {kind.item} BY NAME SELECT * FROM {kind.shown};" for kind in PLAIN)


@dataclass(frozen=True)
class Snapshot:
    """What stands in the manifest beside a snapshot."""

    made_at: str
    data_version: int
    practices: int
    answers: int
    schema: tuple[str, ...]
    bytes: int
    sha256: str


def manifest_path(path: Path) -> Path:
    """Return where the manifest of a snapshot is."""
    return path.with_name(path.name + ".manifest.json")


def write_snapshot(store: Store, path: Path) -> Snapshot:
    """Write what is published to a file, and put file and manifest in place of older ones.

    A replica that looks while they are exchanged finds that they do not fit and waits. Raises PracticesError where
    there is no room or the database is of an older release.
    """
    path = path.resolve()
    stage = store.exports / f"stage-{secrets.token_hex(8)}.duckdb"
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        withdrawal_list.update(store, snapshot=path)
        copy_database(store, stage)
        made = _publishable(stage, beside)
        written = manifest_path(beside)
        written.write_text(json.dumps(asdict(made), indent=1), encoding="utf-8")
        sync_file(written)
        beside.replace(path)
        written.replace(manifest_path(path))
        sync_folder(path.parent)
    except (OSError, duckdb.Error) as error:
        raise PracticesError(f"No snapshot was written to {path}: {str(error).splitlines()[0]}") from error
    finally:
        for one in (stage, beside):
            remove_database(one)
            manifest_path(one).unlink(missing_ok=True)
    return made


def write_after_release(store: Store) -> None:
    """Write the snapshot that PRACTICES_SNAPSHOT names, if it names one; for whoever released."""
    path = snapshot_path()
    if path is None:
        return
    try:
        write_snapshot(store, path)
    except PracticesError as error:
        raise PracticesError(f"The release is made; the replicas do not have it yet. {error}") from error


def read_manifest(path: Path) -> Snapshot:
    """Return the manifest of a snapshot; PracticesError where there is none that can be read."""
    try:
        said = json.loads(manifest_path(path).read_text(encoding="utf-8"))
        return Snapshot(**said | {"schema": tuple(said["schema"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise PracticesError(
            f"{manifest_path(path)} cannot be read. Make a snapshot on the main machine with: "
            f"python -m practices_db snapshot --output {path.name}"
        ) from error


def _publishable(stage: Path, to: Path) -> Snapshot:
    """Take everything out of a copy that is not public, write it anew, and say what it holds."""
    with Store(stage, folders=[to.parent]) as staged:
        with staged.cursor() as cursor:
            cursor.begin()
            _keep_what_is_public(cursor)
            cursor.commit()
            version = data_version(cursor).number
            held = contents(cursor)
            problems = integrity_problems(cursor)
            schema = tuple(applied(cursor))
        if problems:
            raise PracticesError(
                "\n".join(["No snapshot was written; the database does not hang together:", *problems])
            )
        copy_database(staged, to)
    to.chmod(0o640)
    return Snapshot(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        data_version=version,
        practices=held.practices,
        answers=held.answers,
        schema=schema,
        bytes=to.stat().st_size,
        sha256=sha256(to),
    )


def _keep_what_is_public(cursor: Cursor) -> None:
    for name in table_names(cursor):
        if name not in _PUBLIC:
            cursor.execute(f"DELETE FROM {quoted(name)}")
    cursor.execute(_FROM_RELEASED)
