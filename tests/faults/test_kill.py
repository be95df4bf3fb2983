"""Killed at any moment: what was acknowledged is there, whole, and the file opens again at once."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
import writers

from practices_db.database import audit_log
from practices_db.database.commit_marker import wal_path
from practices_db.database.store import Store
from practices_db.operations.build import open_store


@contextmanager
def opened(path: Path) -> Iterator[tuple[Store, float]]:
    start = time.perf_counter()
    store = open_store(path)
    took = time.perf_counter() - start
    try:
        yield store, took
    finally:
        store.close()


def acknowledged(log: Path) -> tuple[dict[int, int], int]:
    """Return the last version acknowledged to each writer, and how many acknowledgements there are."""
    lines = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    last: dict[int, int] = {}
    for which, version in lines:
        last[int(which)] = int(version)
    return last, len(lines)


def partial(store: Store) -> list[str]:
    """Return what is half there: a version without its content or without its line in the audit."""
    problems = []
    with store.cursor() as cursor:
        rows = cursor.execute("SELECT id, version, payload FROM submission ORDER BY id").fetchall()
        for id_, version, payload in rows:
            if json.loads(payload)["what"] != writers.content(version)["what"]:
                problems.append(f"{id_}: version {version} has the content of another")
            found = cursor.execute(
                "SELECT list(version ORDER BY version) FROM audit WHERE object = $object AND action = 'correct'",
                {"object": f"submission:{id_}"},
            ).fetchone()
            if ((found and found[0]) or []) != list(range(2, version + 1)):
                problems.append(f"{id_}: version {version}, the audit says {found}")
        problems += audit_log.verify(cursor)
    return problems


def versions(store: Store, tokens: list[str]) -> list[int]:
    with store.cursor() as cursor:
        found = dict(cursor.execute("SELECT token_hash, version FROM submission").fetchall())
    return [found[sha256(token.encode()).hexdigest()] for token in tokens]


def kill_again_and_again(
    processes: ForkServerContext, database: Path, tokens: list[str], *, kills: int, longest: float, least: int = 0
) -> dict[str, float]:
    """Start the writers, kill them at a random moment, look what is there; return the counts.

    Goes on after ``kills`` until ``least`` saves are acknowledged.
    """
    chance = random.Random(6)  # noqa: S311 - the same moments in each run
    log = database.with_name("acknowledged")
    lost, broken, slowest, with_log, unnoted = 0, [], 0.0, 0, 0
    killed = 0
    while killed < kills or acknowledged(log)[1] < least:
        killed += 1
        process = processes.Process(target=writers.save_until_killed, args=(database, log, tokens))
        before = log.stat().st_size if log.exists() else 0
        process.start()
        if chance.random() < 0.9:  # one in ten is killed while it starts
            while not log.exists() or log.stat().st_size == before:
                assert process.is_alive()
                time.sleep(0.002)
        time.sleep(chance.uniform(0, longest))
        process.kill()
        process.join()
        with_log += wal_path(database).exists()
        last, _ = acknowledged(log)
        with opened(database) as (store, took):
            assert not store.notice, store.notice
            found = versions(store, tokens)
            for which, version in last.items():
                lost += max(0, version - found[which])
                unnoted += max(0, found[which] - version)
            broken += partial(store)
        slowest = max(slowest, took)
    return {
        "kills": killed,
        "acknowledged": acknowledged(log)[1],
        "lost": lost,
        "partial": len(broken),
        "left a log": with_log,
        "committed, not acknowledged": unnoted,
        "slowest reopening, s": round(slowest, 2),
    }


def test_killed_five_times(processes: ForkServerContext, database: Path, tokens: list[str]) -> None:
    counts = kill_again_and_again(processes, database, tokens, kills=5, longest=0.5)
    assert counts["acknowledged"] > 20
    assert counts["left a log"] > 0
    assert (counts["lost"], counts["partial"]) == (0, 0)


@pytest.mark.slow
def test_killed_two_hundred_times(
    processes: ForkServerContext, database: Path, tokens: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    counts = kill_again_and_again(processes, database, tokens, kills=200, longest=2.0, least=10_000)
    with capsys.disabled():
        print(f"\nkill -9: {counts}")
    assert counts["acknowledged"] >= 10_000
    assert (counts["lost"], counts["partial"]) == (0, 0)
    assert counts["slowest reopening, s"] < 2
