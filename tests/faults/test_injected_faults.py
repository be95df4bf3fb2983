"""Every write, sync, rename and connect fails once: what was acknowledged is there, and nothing else is said.

Needs Linux and a C compiler: the faults are in the calls to the system, of DuckDB as of Python (failing_calls.c).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from practices_db.curation import submissions
from practices_db.database.commit_marker import witness_path
from practices_db.operations.build import open_store

HERE = Path(__file__).parent
pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("cc") is None, reason="the faults are put in by a C compiler on Linux"
)


class Runner:
    """The process in which calls fail."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def points(self, mode: str, numbers: list[int]) -> Iterator[tuple[int, dict[str, list[Any]], list[str]]]:
        """Yield the number of a call, what was acknowledged around the fault there, what the start found wrong."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([mode, numbers]) + "\n")
        self._process.stdin.flush()
        while point := json.loads(self._process.stdout.readline()):
            yield point


@contextmanager
def running(begun: Path, tokens: list[str], place: Path, shim: Path) -> Iterator[Runner]:
    environment = os.environ | {
        "LD_PRELOAD": str(shim),
        "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")]),
        "OPENBLAS_NUM_THREADS": "1",
    }
    command = [sys.executable, HERE / "fault_runner.py", begun, place / "copy", *tokens]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Runner(process)
        finally:
            assert process.stdin
            process.stdin.close()


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("shim") / "failing_calls.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", made, HERE / "failing_calls.c", "-ldl"], check=True)  # noqa: S607
    return made


@pytest.fixture(scope="module")
def runner(
    begun: tuple[Path, list[str]], shim: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Runner, int]]:
    """Return a process in which calls fail, and how many calls there are where none does."""
    with running(begun[0].parent, begun[1], tmp_path_factory.mktemp("runner"), shim) as started:
        ((_, told, wrong),) = started.points("count", [-1])
        assert wrong == []
        assert {"saved", "sent", "released", "withdrawn", "backup"} <= set(told)
        assert told["calls"][0] > 100
        yield started, told["calls"][0]


AGAIN = 150  # calls after which the next one fails (failing_calls.c)
# Lives of an app: with a fault every AGAIN calls, one fault, or stops at all of these calls.
FULL_SIZE = {"error": AGAIN, "full for a while": AGAIN, "full": 350, "killed": 600, "killed again": 600, "torn": 600}


FEW = {"error": 1, "full": 2, "torn": 1}  # the three kinds that end differently
EACH = [(mode, "few") for mode in FEW]
EACH += [pytest.param(mode, "all", marks=pytest.mark.slow) for mode in FULL_SIZE]


@pytest.mark.parametrize(("mode", "share"), EACH)
def test_nothing_acknowledged_is_missing_after_a_fault_at_any_call(
    runner: tuple[Runner, int], mode: str, share: str
) -> None:
    begun = time.monotonic()
    process, calls = runner
    lives = (FULL_SIZE if share == "all" else FEW)[mode]
    span = AGAIN if mode in {"error", "full for a while"} else calls
    numbers = sorted({step * span // lives for step in range(lives)})
    if mode == "torn":  # the first checkpoint, which writes over blocks in use last
        numbers = sorted({*numbers, 64, 68, 72, 74})
    if mode == "killed":  # four of the five calls of a save: whatever their order, one is between commit and witness
        numbers = sorted({*numbers, *range(8, 12)})
    tried, faults, found, acknowledged = 0, 0, [], 0
    for number, told, wrong in process.points(mode, numbers):
        tried += 1
        acknowledged += sum(len(told.get(what, [])) for what in ("saved", "sent", "released", "withdrawn"))
        for one in [*wrong, *told.get("fault", [])]:
            found.append((number, one))
            print(f"{mode} at call {number}: {one}", flush=True)  # a long run shows them as they come
        faults += len(told.get("fault", []))
    print(
        f"{mode}: {tried} faults at {calls} calls in {time.monotonic() - begun:.0f} s: "
        f"{acknowledged} writes acknowledged, {sum('missing' in one for _, one in found)} missing, "
        f"{sum(one.startswith('alarm') for _, one in found)} false alarms, "
        f"{sum(one.startswith('traceback') for _, one in found)} starts with a traceback, {faults} faults untold"
    )
    assert tried > len(numbers) / 4  # torn: at calls that write
    assert found == []


@pytest.mark.parametrize("behind", [False, True], ids=["noted", "one write ahead of its witness"])
def test_a_start_without_room_or_rights_says_one_sentence_and_reading_goes_on(
    begun: tuple[Path, list[str]], tmp_path: Path, shim: Path, behind: bool
) -> None:
    """``full``: from the first call on no byte can be written; ``read-only``: nothing can be opened for writing."""
    folder = tmp_path / "begun"
    shutil.copytree(begun[0].parent, folder)
    path = folder / begun[0].name
    if behind:
        noted = witness_path(path).read_bytes()
        with open_store(path) as store:
            submissions.submit(store, "correction", {"what": "made up"})
        witness_path(path).write_bytes(noted)
    with running(folder, begun[1], tmp_path, shim) as runner:
        found = {mode: list(runner.points(mode, [0])) for mode in ("full", "read-only")}
    for mode, ((_, told, wrong),) in found.items():
        assert wrong == [], mode
        assert set(told) == {"read", "refused", "calls"}, (mode, told)
        assert told["read"] == [5], mode
        assert {sentence.count("\n") for sentence in told["refused"]} == {0}, (mode, told)
        assert any("disk is full" in sentence for sentence in told["refused"]), (mode, told)
