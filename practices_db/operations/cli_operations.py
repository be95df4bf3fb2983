"""The part of the command line for whoever runs the app: check, backup, restore, snapshot (docs/runbook.md)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from practices_db.errors import DatabaseBusyError, PracticesError
from practices_db.operations.backup_schedule import ask_the_app
from practices_db.operations.backups import (
    FORMS,
    KEPT_DAYS,
    in_words,
    make_backup,
    make_folder,
    newest,
    restore,
    rotate,
)
from practices_db.operations.build import open_existing, open_store, require_file
from practices_db.operations.check import all_problems
from practices_db.operations.recovery import accept_losses
from practices_db.operations.snapshots import write_snapshot

Arguments = argparse.Namespace


def add(commands: Any) -> list[argparse.ArgumentParser]:
    """Add these commands to the command line's; return their parsers."""
    checking = commands.add_parser("check", help="check that the database is whole and hangs together")
    checking.add_argument(
        "--accept-losses", action="store_true", help="take a database with missing changes as it is from now on"
    )
    checking.set_defaults(run=_check)
    backing = commands.add_parser("backup", help="back the database up, also through the running app")
    backing.add_argument("--folder", type=Path, required=True, metavar="FOLDER", help="where the backups are")
    backing.add_argument(
        "--keep-days", type=int, default=KEPT_DAYS, metavar="N", help="one a day is kept (default: %(default)s)"
    )
    backing.set_defaults(run=_backup)
    restoring = commands.add_parser("restore", help="put a backup in the place of the database, which is kept aside")
    restoring.add_argument(
        "--from",
        dest="source",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="a backup, or a folder of backups: its newest",
    )
    restoring.add_argument("--form", choices=FORMS, default="database", help="default: %(default)s")
    restoring.set_defaults(run=_restore)
    writing = commands.add_parser("snapshot", help="write what is published to a file for read-only replicas")
    writing.add_argument("--output", type=Path, required=True, metavar="FILE")
    writing.set_defaults(run=_snapshot)
    return [checking, backing, restoring, writing]


def _check(arguments: Arguments) -> int:
    path = arguments.database
    require_file(path)
    if arguments.accept_losses:
        for loss in accept_losses(path):
            print(f"accepted: {loss}", file=sys.stderr)
    problems, held = all_problems(path)
    for kept in held.not_counted:
        print(kept)
    return _say(
        f"{path}: {held.practices} practices, {held.countries} countries, "
        f"{held.assessments} assessments, {held.answers} answers, {held.evidence} publications, "
        f"{held.organisations} organisations, {held.links} links, {held.results} results, {held.findings} findings",
        problems,
    )


def _backup(arguments: Arguments) -> int:
    folder = arguments.folder
    require_file(arguments.database)
    try:
        make_folder(folder)
        store = open_store(arguments.database, backups_folder=folder)
    except DatabaseBusyError as busy:
        return _say(in_words(ask_the_app(folder, str(busy))), [])
    except OSError as error:
        raise PracticesError(f"{folder} cannot be written ({error.strerror}).") from error
    try:
        if store.read_only:
            raise PracticesError("No backup is made of a damaged database. See: python -m practices_db check")
        made = make_backup(store, folder)
        gone = rotate(folder, made.made_at, max(1, arguments.keep_days))
    finally:
        store.close()
    for old in gone:
        print(f"{old}: deleted, older than its turn", file=sys.stderr)
    return _say(in_words(made), made.problems)


def _restore(arguments: Arguments) -> int:
    backup = newest(arguments.source)
    state, kept = restore(backup, arguments.database, arguments.form)
    for one in kept:
        print(f"kept: {one}", file=sys.stderr)
    problems, _ = all_problems(arguments.database)
    return _say(f"{arguments.database}: restored from {in_words(backup)}, data version {state.data_version}", problems)


def _snapshot(arguments: Arguments) -> int:
    store = open_existing(arguments.database)
    try:
        made = write_snapshot(store, arguments.output)
    finally:
        store.close()
    print(f"{arguments.output}: {made.practices} practices, {made.answers} answers, data version {made.data_version}")
    return 0


def _say(done: str, problems: Sequence[str]) -> int:
    """Print what was done and what is wrong; return the exit status."""
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{done}; {len(problems)} problems" if problems else f"{done}; no problems")
    return 1 if problems else 0
