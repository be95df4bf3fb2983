"""No room left: writes are refused in a sentence, reads go on, and what was acknowledged is there."""

from __future__ import annotations

from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
import writers
from test_kill import opened, partial, versions

from practices_db.curation import releases

# How far a file may grow: the witness beside the database has its 16 KiB from the start, as on a full disk.
SLOW = [17_000, 18_500, 21_000, 32_768, 50_000, 80_000, 150_000, 300_000]  # bytes of room


def fill(processes: ForkServerContext, database: Path, tokens: list[str], room: int) -> tuple[int, list[str]]:
    """Save until there is no room; return the last version acknowledged and what the program noted."""
    log = database.with_name("acknowledged")
    process = processes.Process(target=writers.save_until_full, args=(database, log, tokens, room))
    process.start()
    process.join(300)
    lines = log.read_text().splitlines()
    assert process.exitcode == 0, lines[-5:]
    saved = [int(line.split()[1]) for line in lines if line.startswith(("saved", "again"))]
    return max(saved, default=1), lines


@pytest.mark.parametrize("room", [16_384, 25_000, *(pytest.param(size, marks=pytest.mark.slow) for size in SLOW)])
def test_a_full_disk_loses_nothing_that_was_saved(
    processes: ForkServerContext, database: Path, tokens: list[str], room: int
) -> None:
    last, lines = fill(processes, database, tokens, room)
    assert (
        sum(line.startswith("full The disk is full or cannot be written: nothing was saved.") for line in lines) >= 3
    ), lines[-8:]
    refused = next(number for number, line in enumerate(lines) if line.startswith("full"))
    assert [line for line in lines[refused:] if line.startswith("read (")], lines[-8:]  # reads go on
    with opened(database) as (store, _):
        assert not store.notice
        assert versions(store, tokens)[0] == last
        assert partial(store) == []


@pytest.mark.parametrize("room", [0, 2_000, pytest.param(8_000, marks=pytest.mark.slow)])
def test_a_release_that_found_no_room_is_not_taken_for_acknowledged(
    processes: ForkServerContext, database: Path, tokens: list[str], room: int
) -> None:
    """DuckDB's statistics keep the rows of a commit that was taken back; what is written after it is whole."""
    log = database.with_name("acknowledged")
    process = processes.Process(target=writers.release_on_a_full_disk, args=(database, log, tokens[0], room))
    process.start()
    process.join(300)
    assert process.exitcode == 0
    assert log.read_text().split() == ["full", "full", "saved", "2", "saved", "3", "saved", "4", "released", "2"]
    with opened(database) as (store, _):
        assert (store.notice, store.read_only) == ("", "")
        assert versions(store, tokens)[0] == 4
        assert partial(store) == []
        with store.cursor() as cursor:
            assert [number for number, _ in releases.releases(cursor)] == [2, 1]
