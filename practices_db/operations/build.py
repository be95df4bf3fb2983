"""Everything that writes: building the database from the catalogue's files."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from practices_db.catalogue import library_store, practice_store, scorecards
from practices_db.catalogue.read_files import CATALOGUE, read_catalogue
from practices_db.curation import withdrawal_list
from practices_db.database.commit_marker import remove_database, sync_folder, wal_path, witness_path
from practices_db.database.migrate import applied, migrate
from practices_db.database.store import Store, make_private
from practices_db.errors import PracticesError
from practices_db.operations.recovery import open_examined
from practices_db.operations.taken_out import bring_up_to_date, is_older, take_out_of
from practices_db.queries.integrity import Contents, contents

Progress = Callable[[float, str], None]


def build(path: Path, folder: Path = CATALOGUE, progress: Progress = lambda _share, _what: None) -> Contents:
    """Build a database from the catalogue's files beside the old one, put it in its place and return what it holds.

    ``progress`` is told the share done (0 to 1) and what is being done. An existing file is replaced only if
    it is a practices database and no process has it open; otherwise PracticesError. A catalogue with mistakes
    raises CatalogueError. Either way nothing is lost.
    """
    progress(0.0, "Reading the catalogue")
    catalogue = read_catalogue(folder)
    checks = _check_replaceable(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PracticesError(f"{path.parent} cannot be made a folder ({error.strerror}).") from error
    beside = path.with_name(path.name + ".building")
    remove_database(beside)
    try:
        with Store(beside) as store:
            progress(0.3, "Writing practices and answers")
            make_private(beside)
            migrate(store)
            store.write(lambda cursor: practice_store.insert_catalogue(cursor, catalogue))
            progress(0.6, "Writing publications and organisations")
            store.write(lambda cursor: library_store.insert_library(cursor, catalogue))
            store.write(lambda cursor: library_store.insert_rows(cursor, "address_check", checks))
            progress(0.7, "Scoring")
            store.write(scorecards.rebuild)
            store.write(library_store.rebuild)
            store.write(practice_store.say_other_form)
            with store.cursor() as cursor:
                built = contents(cursor)
            store.checkpoint()
    except BaseException:
        remove_database(beside)
        raise
    _put_in_place(beside, path)
    progress(1.0, "Done")
    return built


def open_store(
    path: Path, progress: Progress = lambda _share, _what: None, backups_folder: Path | None = None
) -> Store:
    """Open the database for the app: built from the catalogue if it is not there, examined, migrated if it is older.

    A damaged one is opened for reading only (recovery.py). Backups go to and come from ``backups_folder``.
    """
    if not path.exists():
        if wal_path(path).exists() or witness_path(path).exists():
            raise PracticesError(f"{path} is gone, and what stands beside it is not. See docs/runbook.md.")
        build(path, progress=progress)
    store = open_examined(path, [backups_folder] if backups_folder else [], backups_folder)
    if store.read_only:
        return store
    try:
        bring_up_to_date(store)
        known = withdrawal_list.read(path, backups_folder)
        with store.cursor() as cursor:
            older = is_older(cursor, known)
        if older:  # somebody put an older file in its place by hand
            take_out_of(store, known)
        withdrawal_list.keep_up(store)
    except BaseException:
        store.close()
        raise
    return store


def open_existing(path: Path) -> Store:
    """Open the database for the command line; PracticesError says how to make it where it is not there."""
    require_file(path)
    store = open_store(path)
    if store.notice:
        print(store.notice, file=sys.stderr)
    return store


def require_file(path: Path) -> None:
    """Raise PracticesError with how to make the database where it is not there."""
    if not path.exists():
        raise PracticesError(f"{path} does not exist. Make it with: python -m practices_db build --database {path}")


def _check_replaceable(path: Path) -> list[dict[str, object]]:
    """Return what is known of the addresses in the database that is replaced: no file of the catalogue has that."""
    if not path.exists():
        return []
    from practices_db.operations import link_check  # noqa: PLC0415 - httpx, a tenth of all imports

    with Store(path) as store, store.cursor() as cursor:
        if not applied(cursor):
            raise PracticesError(f"{path} is not a practices database; choose another name or move it away.")
        return link_check.recorded(cursor)


def _put_in_place(new: Path, path: Path) -> None:
    """Let a closed database take the place of another, with its witness; the old one's leavings go."""
    wal_path(path).unlink(missing_ok=True)
    witness_path(path).unlink(missing_ok=True)  # until the new one is there: no witness rather than a wrong one
    new.replace(path)
    if witness_path(new).exists():
        witness_path(new).replace(witness_path(path))
    sync_folder(path.parent)
