"""Damaged files: never other data than was saved, and every loss is noticed when the app opens them."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
import writers

from practices_db.database.commit_marker import wal_path, witness_path
from practices_db.database.store import Store
from practices_db.errors import DatabaseBusyError, PracticesError, ReadOnlyError
from practices_db.operations.build import open_store
from practices_db.operations.check import all_problems, read_everything
from practices_db.queries import integrity

Content = dict[str, tuple[int, str]]
Damage = Callable[[Path, random.Random], str]


@dataclass
class Original:
    """A database that was left with a full write-ahead log, and the content it had after each write."""

    path: Path
    contents: list[Content] = field(default_factory=list)  # the last one is what was acknowledged last

    def copy_to(self, folder: Path) -> Path:
        folder.mkdir(parents=True)
        for one in (self.path, wal_path(self.path), witness_path(self.path)):
            shutil.copy(one, folder / one.name)
        return folder / self.path.name


@dataclass
class Counts:
    """What became of the damaged files."""

    whole: int = 0  # opened for writing, all there: the damage hit nothing that is used
    noticed: int = 0  # opened for reading, what is shown was so once
    refused: int = 0  # one sentence, nothing opened
    silent: int = 0  # opened for writing though something is missing
    wrong: int = 0  # other data than was ever saved
    unchecked: int = 0  # ``check`` found nothing though something is missing
    faults: list[str] = field(default_factory=list)


def content_of(store: Store) -> Content:
    with store.cursor() as cursor:
        return read_everything(cursor, store.path)


@pytest.fixture(scope="session")
def original(begun: tuple[Path, list[str]], tmp_path_factory: pytest.TempPathFactory) -> Original:
    """Return what a process that was killed left behind, with the content after each of its writes."""
    folder = tmp_path_factory.mktemp("original")
    for one in begun[0].parent.iterdir():
        shutil.copy(one, folder / one.name)
    made = Original(folder / begun[0].name)
    store = open_store(made.path)
    made.contents.append(content_of(store))
    version = 1
    for _ in range(10):
        version = writers.submissions.correct(store, begun[1][0], writers.content(version + 1), version)
        made.contents.append(content_of(store))
    # as a killed process would leave it: the log is full, nothing was closed
    kept = tmp_path_factory.mktemp("kept")
    left = Original(kept / begun[0].name, made.contents)
    for one in (made.path, wal_path(made.path), witness_path(made.path)):
        shutil.copy(one, kept / one.name)
    store.close()
    return left


def cut_log(path: Path, chance: random.Random) -> str:
    log = wal_path(path)
    size = log.stat().st_size
    to = chance.randrange(size)
    with log.open("r+b") as file:
        file.truncate(to)
    return f"log cut at {to} of {size}"


def flip(path: Path, chance: random.Random) -> str:
    size = path.stat().st_size
    place, bit = chance.randrange(size), chance.randrange(8)
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ (1 << bit)]))
    return f"{path.name}: bit {bit} of byte {place} of {size}"


def flip_log(path: Path, chance: random.Random) -> str:
    return flip(wal_path(path), chance)


def flip_file(path: Path, chance: random.Random) -> str:
    return flip(path, chance)


def look(path: Path, damage: str, original: Original, counts: Counts) -> None:
    """Open a damaged database as the app does, and count what comes of it."""
    try:
        found_by_check = bool(all_problems(path)[0])
    except PracticesError:
        found_by_check = True
    try:
        store = open_store(path)
    except DatabaseBusyError:
        raise
    except PracticesError as error:
        counts.refused += 1
        if "\n" in str(error) or "docs/runbook.md" not in str(error):
            counts.faults.append(f"refused without a plain sentence: {damage}: {error}")
        return
    try:
        content = content_of(store)
        with store.cursor() as cursor:
            shown = integrity.contents(cursor)
        assert shown.practices == 5
        if content not in original.contents:
            counts.wrong += 1
            counts.faults.append(f"wrong: {damage}")
        elif store.read_only:
            counts.noticed += 1
            assert store.notice
            with pytest.raises(ReadOnlyError):
                store.write(lambda cursor: cursor.execute("DELETE FROM submission"))
            if not found_by_check:
                counts.unchecked += 1
                counts.faults.append(f"not found by check: {damage}")
        elif content == original.contents[-1]:
            counts.whole += 1
        else:
            counts.silent += 1
            counts.faults.append(f"silent: {damage}")
    except (duckdb.Error, PracticesError) as error:
        counts.wrong += 1
        counts.faults.append(f"a fault after opening: {damage}: {str(error).splitlines()[0]}")
    finally:
        store.close()


def damage_many(original: Original, folder: Path, kinds: list[Damage], of_each: int, seed: int) -> Counts:
    chance = random.Random(seed)  # noqa: S311 - the same places in each run
    counts = Counts()
    for number in range(of_each):
        for kind in kinds:
            place = folder / f"{kind.__name__}-{number}"
            path = original.copy_to(place)
            look(path, kind(path, chance), original, counts)
            shutil.rmtree(place)
    return counts


def none_wrong(counts: Counts) -> None:
    assert (counts.wrong, counts.silent, counts.unchecked, counts.faults) == (0, 0, 0, [])


def test_damaged_files(original: Original, tmp_path: Path) -> None:
    counts = damage_many(original, tmp_path, [cut_log, flip_log, flip_file], of_each=3, seed=2)
    none_wrong(counts)
    assert counts.noticed > 3


@pytest.mark.slow
@pytest.mark.parametrize("kind", [cut_log, flip_log, flip_file])
def test_two_hundred_damaged_files_of_each_kind(
    original: Original, tmp_path: Path, kind: Damage, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = damage_many(original, tmp_path, [kind], of_each=200, seed=7)
    with capsys.disabled():
        print(f"\ndamaged files, {kind.__name__}: {counts}")
    none_wrong(counts)
    assert counts.noticed + counts.refused + counts.whole == 200
