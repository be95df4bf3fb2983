"""Programs that a fault test runs in a process of its own: they save through the app's own functions."""

from __future__ import annotations

import os
import resource
import threading
from pathlib import Path

from practices_db.curation import edit_practices, releases, submissions
from practices_db.curation.versioned_change import Edit
from practices_db.database.commit_marker import wal_path
from practices_db.database.store import Store
from practices_db.errors import Actor, DiskFullError, PracticesError
from practices_db.operations.build import open_store

CURATOR = Actor("curator", "person:0123456789abcdef")


def content(number: int) -> dict[str, str]:
    """Return the payload whose saving makes version ``number``: its text says so, and differs in length."""
    return {"what": f"change {number} " + "é" * (number * 37 % 400), "field": "summary"}


def begin(path: Path, count: int) -> list[str]:
    """Build a database from the made-up catalogue with ``count`` submissions; return their tokens.

    Each is about another field: the very same is not taken twice.
    """
    with open_store(path) as store:
        new = [content(1) | {"field": f"summary{'_' * which}"} for which in range(count)]
        return [submissions.submit(store, "correction", one).token for one in new]


def rename_everywhere(store: Store, name: str) -> None:
    """Stand in for a release: one practice has another name, as released."""

    def work(cursor: object) -> None:
        for table in ("practice", "released_practice", "practice_card"):
            cursor.execute(f"UPDATE {table} SET name = $name WHERE id = (SELECT min(id) FROM practice)", {"name": name})  # type: ignore[attr-defined]
        cursor.execute(  # type: ignore[attr-defined]
            "INSERT INTO data_version SELECT max(number) + 1, current_date, sha256($name), 'test', NULL "
            "FROM data_version",
            {"name": name},
        )

    store.write(work)


def save_until_killed(path: Path, acknowledged: Path, tokens: list[str]) -> None:
    """Save each submission again and again, in a thread of its own; note each save that was acknowledged."""
    store = open_store(path)
    log = os.open(acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def save(which: int) -> None:
        version = submissions.open_by_token(store, tokens[which]).version
        while True:
            version = submissions.correct(store, tokens[which], content(version + 1), version)
            os.write(log, f"{which} {version}\n".encode())

    threads = [threading.Thread(target=save, args=(which,)) for which in range(len(tokens))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def save_until_full(path: Path, acknowledged: Path, tokens: list[str], room: int) -> None:
    """Save until the write-ahead log may not grow beyond ``room`` bytes; then read, and note what was said."""
    store = open_store(path)
    log = os.open(acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    version = 1
    refused = 0
    while refused < 3:
        try:
            version = submissions.correct(store, tokens[0], content(version + 1), version)
            os.write(log, f"saved {version}\n".encode())
        except DiskFullError as error:
            refused += 1
            os.write(log, f"full {error}\n".encode())
        except PracticesError as error:
            refused += 1
            os.write(log, f"refused {error}\n".encode())
        with store.cursor() as cursor:
            found = cursor.execute("SELECT version FROM submission WHERE kind = 'correction'").fetchone()
        os.write(log, f"read {found}\n".encode())
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    try:  # room again
        version = submissions.correct(store, tokens[0], content(version + 1), version)
        os.write(log, f"again {version}\n".encode())
    except PracticesError as error:
        os.write(log, f"not-again {error}\n".encode())
    os._exit(0)


def release_on_a_full_disk(path: Path, acknowledged: Path, token: str, room: int) -> None:
    """Release twice while the write-ahead log may grow by ``room`` bytes; then, with room, save thrice and release.

    Each line of the log is what came of it.
    """
    store = open_store(path)
    log = os.open(acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with store.cursor() as cursor:
        (practice,) = cursor.execute("SELECT id FROM practice ORDER BY id").fetchone() or ("",)
        (seen, _), *_ = releases.releases(cursor)
        version = edit_practices.practice(cursor, CURATOR, practice).version
    edit = Edit(CURATOR, practice, version, "a made-up reason")
    edit_practices.edit_practice(store, edit, {"name": "Made-up name"}, "https://example.org/made-up")
    limit = max(16_384, wal_path(path).stat().st_size + room)  # the witness has its 16 KiB, as on a full disk
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    for _ in range(2):
        try:
            os.write(log, f"released {releases.publish(store, CURATOR, 'made up', seen).number}\n".encode())
        except DiskFullError:
            os.write(log, b"full\n")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    for number in (1, 2, 3):
        saved = submissions.correct(store, token, content(number + 1), number)
        os.write(log, f"saved {saved}\n".encode())
    os.write(log, f"released {releases.publish(store, CURATOR, 'made up', seen).number}\n".encode())
    store.close()
