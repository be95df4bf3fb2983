"""A process of its own in which calls to the system fail where they are told to (failing_calls.c).

For each point: a copy of a database is worked on in a forked process until the fault, then started in another one and
compared with what was acknowledged. Points come as lines of JSON, [mode, number]; what was found goes out as lines.
"""

from __future__ import annotations

import ctypes
import json
import logging
import os
import shutil
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import writers

from practices_db.curation import edit_practices, releases, submissions
from practices_db.curation.versioned_change import Edit
from practices_db.database import audit_log
from practices_db.database.store import Store
from practices_db.errors import PracticesError
from practices_db.operations.backups import backup_problems, make_backup, read_backup
from practices_db.operations.build import open_store
from practices_db.operations.check import examine
from practices_db.queries.integrity import contents, integrity_problems

MODES = {"count": 0, "error": 1, "full": 2, "killed": 3, "torn": 4, "read-only": 5}
Told = dict[str, Any]


def work(store: Store, backups: Path, tokens: list[str], tell: Callable[[str, object], None]) -> None:
    """Do what an app does in its life: save, send, release, withdraw, back up; tell each thing that is acknowledged."""

    def save() -> object:
        version = submissions.open_by_token(store, tokens[0]).version
        return submissions.correct(store, tokens[0], writers.content(version + 1), version)

    def release() -> object:
        with store.cursor() as cursor:
            (practice,) = cursor.execute("SELECT id FROM practice ORDER BY id").fetchone() or ("",)
            (seen, _), *_ = releases.releases(cursor)
            found = edit_practices.practice(cursor, writers.CURATOR, practice)
        edit = Edit(writers.CURATOR, practice, found.version, "a made-up reason")
        name = f"Made-up name {found.version}"
        edit_practices.edit_practice(store, edit, {"name": name}, "https://example.org/made-up")
        return releases.publish(store, writers.CURATOR, "made up", seen).number

    def withdraw() -> object:
        return submissions.withdraw(store, tokens[1], submissions.open_by_token(store, tokens[1]).version)

    def read() -> object:
        with store.cursor() as cursor:
            return contents(cursor).practices

    for what, do in (
        ("read", read),
        ("saved", save),
        ("sent", lambda: submissions.submit(store, "correction", {"what": "made up"}).id),
        ("saved", save),
        ("released", release),
        ("withdrawn", withdraw),
        ("backup", lambda: make_backup(store, backups).folder.name),
        ("saved", save),
    ):
        try:
            tell(what, do())
        except PracticesError as error:
            tell("refused", str(error))
        except Exception:
            tell("fault", traceback.format_exc())
    store.close()


def run(path: Path, tokens: list[str], mode: str, number: int) -> Told:
    """Work with a fault at one call; return what was acknowledged."""
    told: Path = path.parent.with_suffix(".told")
    told.unlink(missing_ok=True)

    def child() -> None:
        log = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

        def tell(what: str, value: object) -> None:
            os.write(log, json.dumps([what, value]).encode() + b"\n")

        failing = ctypes.CDLL(os.environ["LD_PRELOAD"])
        failing.calls.restype = ctypes.c_long
        failing.arm(f"{path.parent}/".encode(), ctypes.c_long(number), MODES[mode])
        try:
            store = open_store(path, backups_folder=path.parent / "backups")
        except PracticesError as error:
            tell("not opened", str(error))
        except Exception:
            tell("fault", traceback.format_exc())
        else:
            work(store, path.parent / "backups", tokens, tell)
        tell("calls", failing.calls())

    _forked(child)
    lines = [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []
    found: Told = {}
    for what, value in lines:
        found.setdefault(what, []).append(value)
    return found


def start(path: Path, tokens: list[str], told: Told) -> list[str]:
    """Start as the app does, without faults; return what is not as it was acknowledged."""
    found = path.parent.with_suffix(".found")
    found.unlink(missing_ok=True)

    def child() -> None:
        try:
            said = _compared(path, tokens, told)
        except PracticesError as error:
            said = [f"the start refused: {error}"]
        except Exception:
            said = [f"traceback: {traceback.format_exc()}"]
        found.write_text(json.dumps(said))

    _forked(child)
    return json.loads(found.read_text()) if found.exists() else ["the start ended without a word"]


def _compared(path: Path, tokens: list[str], told: Told) -> list[str]:
    wrong = []
    with open_store(path, backups_folder=path.parent / "backups") as store:
        if (store.notice or store.read_only) and not _is_damaged(path):
            wrong.append(f"alarm: {store.notice}")
        saved = submissions.open_by_token(store, tokens[0])
        acknowledged = max(told.get("saved", [1]))
        if not acknowledged <= saved.version <= acknowledged + 1:
            wrong.append(f"missing: version {saved.version}, acknowledged was {acknowledged}")
        if saved.payload != writers.content(saved.version):
            wrong.append("missing: a version has the content of another")
        with store.cursor() as cursor:
            wrong += audit_log.verify(cursor) + integrity_problems(cursor)
            sent = {id_ for (id_,) in cursor.execute("SELECT id FROM submission").fetchall()}
            number, _ = releases.releases(cursor)[0]
        wrong += [f"missing: submission {id_}" for id_ in told.get("sent", []) if id_ not in sent]
        if number < max(told.get("released", [1])):
            wrong.append(f"missing: release {told['released']}")
        if "withdrawn" in told and submissions.open_by_token(store, tokens[1]).payload is not None:
            wrong.append("missing: a withdrawal")
        for name in told.get("backup", []):
            wrong += backup_problems(read_backup(path.parent / "backups" / name))
        if not store.read_only:  # and it goes on
            submissions.correct(store, tokens[0], writers.content(saved.version + 1), saved.version)
    return wrong


def _is_damaged(path: Path) -> bool:
    """Whether a block was torn that DuckDB writes over in a checkpoint: then the alarm is true, and nothing is lost."""
    try:
        examine(path)
    except PracticesError:
        return True
    return False


def _forked(child: Callable[[], None]) -> None:
    if process := os.fork():
        os.waitpid(process, 0)
        return
    try:
        child()
    finally:
        os._exit(0)


def main() -> None:
    """Take points from standard input; ``begun`` is a folder with a database, ``place`` one for copies of it."""
    begun, place, tokens = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    logging.disable()
    for line in sys.stdin:
        mode, number = json.loads(line)
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(begun, place)
        (place / "backups").mkdir()
        path = place / "practices.duckdb"
        told = run(path, tokens, mode, number)
        print(json.dumps([mode, number, told, start(path, tokens, told)]), flush=True)


if __name__ == "__main__":
    main()
