"""Every write, sync, rename and connect fails once: what was acknowledged is there, and nothing else is said.

Needs Linux and a C compiler: the faults are in the calls to the system, of DuckDB as of Python (failing_calls.c).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
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
    """The process in which calls fail; ``try_`` gives it one point."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def try_(self, mode: str, number: int) -> tuple[dict[str, list[Any]], list[str]]:
        """Return what was acknowledged before and after the fault, and what the start found wrong."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([mode, number]) + "\n")
        self._process.stdin.flush()
        _, _, told, wrong = json.loads(self._process.stdout.readline())
        return told, wrong


@contextmanager
def running(begun: Path, tokens: list[str], place: Path) -> Iterator[Runner]:
    shim = place / "failing_calls.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", shim, HERE / "failing_calls.c", "-ldl"], check=True)  # noqa: S607
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


@pytest.fixture
def runner(begun: tuple[Path, list[str]], tmp_path: Path) -> Iterator[Runner]:
    with running(begun[0].parent, begun[1], tmp_path) as started:
        yield started


@pytest.mark.parametrize("points", [4, pytest.param(500, marks=pytest.mark.slow)])
@pytest.mark.parametrize("mode", ["error", "full", "killed", "torn"])
def test_nothing_acknowledged_is_missing_after_a_fault_at_any_call(runner: Runner, mode: str, points: int) -> None:
    told, wrong = runner.try_("count", -1)
    assert wrong == []
    assert {"saved", "sent", "released", "withdrawn", "backup"} <= set(told)
    calls = told["calls"][0]
    assert calls > 100
    numbers = [step * calls // points if points <= calls else step % calls for step in range(points)]
    if mode == "torn":  # the first checkpoint, which writes over blocks in use last
        numbers += [number for number in (64, 68, 72, 74) if number not in numbers]
    faults, found, acknowledged = [], [], 0
    for number in numbers:
        told, wrong = runner.try_(mode, number)
        acknowledged += sum(len(told.get(what, [])) for what in ("saved", "sent", "released", "withdrawn"))
        found += [(number, one) for one in wrong]
        faults += [(number, one) for one in told.get("fault", [])]
    print(
        f"{mode}: {len(numbers)} faults at {calls} calls: {acknowledged} writes acknowledged, "
        f"{sum('missing' in one for _, one in found)} missing, "
        f"{sum(one.startswith('alarm') for _, one in found)} false alarms, "
        f"{sum('traceback' in one for _, one in found)} starts with a traceback, {len(faults)} faults untold"
    )
    assert found == []
    assert faults == []


@pytest.mark.parametrize("mode", ["full", "read-only"])
@pytest.mark.parametrize("behind", [False, True], ids=["noted", "one write ahead of its witness"])
def test_a_start_without_room_or_rights_says_one_sentence_and_reading_goes_on(
    begun: tuple[Path, list[str]], tmp_path: Path, mode: str, behind: bool
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
    with running(folder, begun[1], tmp_path) as runner:
        told, wrong = runner.try_(mode, 0)
    assert wrong == []
    assert set(told) == {"read", "refused", "calls"}, told
    assert told["read"] == [5]
    assert {sentence.count("\n") for sentence in told["refused"]} == {0}
    assert any("disk is full" in sentence for sentence in told["refused"]), told["refused"]
