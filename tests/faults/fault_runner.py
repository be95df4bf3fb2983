"""A process of its own in which calls to the system fail where they are told to (failing_calls.c).

For each point: a copy of a database is worked on in a forked process with the fault, then started in another one and
compared with what was acknowledged. Where it goes on after a fault, it meets one more every 150 calls, and waits before
it until a copy of its files has been started. Kills and torn writes need one life for all points: at each call it waits
until a copy, which is what a kill would leave, has been started; "killed again" begins with what a kill has left in the
middle, so that the start which mends it is killed too. A task is a line of JSON, [mode, numbers of calls];
what was found goes out as a line a point, and null at the end.
"""

from __future__ import annotations

import ctypes
import json
import logging
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
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

MODES = {"count": 0, "error": 1, "full": 2, "killed": 3, "torn": 4, "read-only": 5, "full for a while": 6}
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


def run(path: Path, tokens: list[str], mode: str, number: int) -> Iterator[int]:
    """Work with a fault at one call, or yield the number of each call while it waits there."""
    (told, tell_stop), (answered, answer) = os.pipe(), os.pipe()

    def child() -> None:
        os.close(told)
        os.close(answer)
        log = os.open(told_path(path), os.O_WRONLY | os.O_CREAT | os.O_APPEND)

        def tell(what: str, value: object) -> None:
            os.write(log, json.dumps([what, value]).encode() + b"\n")

        failing = ctypes.CDLL(os.environ["LD_PRELOAD"])
        failing.calls.restype = ctypes.c_long
        failing.arm(f"{path.parent}/".encode(), ctypes.c_long(number), MODES[mode], tell_stop, answered)
        try:
            store = open_store(path, backups_folder=path.parent / "backups")
        except PracticesError as error:
            tell("not opened", str(error))
        except Exception:
            tell("fault", traceback.format_exc())
        else:
            work(store, path.parent / "backups", tokens, tell)
        tell("calls", failing.calls())

    process = _forked(child)
    os.close(tell_stop)
    os.close(answered)
    while at := os.read(told, 8):
        yield int.from_bytes(at, sys.byteorder)
        os.write(answer, b".")
    os.waitpid(process, 0)
    os.close(told)
    os.close(answer)


def told_path(path: Path) -> Path:
    return path.parent.with_suffix(".told")


def acknowledged(path: Path) -> Told:
    """Return what was told until now by all that was done to a database."""
    found: Told = {}
    for what, value in map(json.loads, told_path(path).read_text().splitlines()):
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

    os.waitpid(_forked(child), 0)
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


def _forked(child: Callable[[], None]) -> int:
    if process := os.fork():
        return process
    try:
        child()
    finally:
        os._exit(0)


Point = tuple[int, Told, list[str]]


def points(begun: Path, place: Path, tokens: list[str], mode: str, numbers: list[int]) -> Iterator[Point]:
    """Yield the number of each call, what was acknowledged around the fault there, and what the start found wrong."""
    path = place / "practices.duckdb"

    def copied(source: Path, folder: Path) -> Path:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source, folder)
        (folder / "backups").mkdir(exist_ok=True)
        told_path(folder / path.name).write_text(
            "".join(map(Path.read_text, source.parent.glob(f"{source.name}.told")))
        )
        return folder / path.name

    if mode == "killed again":
        left = place.with_name("left")
        copied(begun, place)
        for _ in run(path, tokens, "killed", 0):
            if not left.exists() and len(acknowledged(path).get("saved", [])) == 2:
                copied(place, left)
        begun, mode = left, "killed"
    if mode in {"killed", "torn"}:
        copied(begun, place)
        for number in run(path, tokens, mode, 0):
            if number in numbers:
                told = acknowledged(path)
                yield number, told, start(copied(place, place.with_name("stopped")), tokens, told)
        return
    for number in numbers:
        copied(begun, place)
        failed = number
        for following in run(path, tokens, mode, number):
            told = acknowledged(path)
            yield failed, told, start(copied(place, place.with_name("stopped")), tokens, told)
            failed = following
        told = acknowledged(path)
        yield failed, told, start(path, tokens, told)


def main() -> None:
    """Take tasks from standard input; ``begun`` is a folder with a database, ``place`` one for copies of it."""
    begun, place, tokens = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    logging.disable()
    for line in sys.stdin:
        for point in points(begun, place, tokens, *json.loads(line)):
            print(json.dumps(point), flush=True)
        print("null", flush=True)


if __name__ == "__main__":
    main()
