"""The benchmark of sessions hides no waiting, and counts what limits refuse apart."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from benchmarks.sessions import Crowd, Place, RefusedError, under_load

SLOW = 0.1  # seconds


class Queue(Crowd):
    """Every answer takes the same time; the last is refused."""

    async def do(self, kind: str, place: Place) -> None:  # noqa: ARG002 - one turn is one place
        await asyncio.sleep(SLOW)
        if kind == "refused":
            raise RefusedError


def test_a_time_begins_when_the_arrival_was_due_and_not_when_its_turn_came() -> None:
    """Five who are due at once at one door: the last has waited for the four before."""

    async def come() -> Queue:
        crowd = Queue(0, {}, 1)
        crowd.places[0].session = object()  # type: ignore[assignment]  # there: no first page is due
        due = asyncio.get_running_loop().time()
        kinds = ["explore"] * 5 + ["refused"]
        await asyncio.gather(*(crowd.arrive(kind, crowd.places[0], due) for kind in kinds))
        return crowd

    crowd = asyncio.run(come())
    times = sorted(crowd.times["explore"])
    assert len(times) == 5
    for at, time in enumerate(times, start=1):
        assert time >= at * SLOW * 1000
    assert crowd.refused == {"refused": 1}
    assert not crowd.errors


@pytest.mark.slow
def test_arrivals_through_nginx_are_answered_or_refused(catalogue_db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        pytest.skip("nginx is not installed (apt-get install nginx-light)")
    told = under_load(catalogue_db, 5, 10)
    assert told["errors"] == told["refused by limits"] == 0
    assert "first page" in told["by kind"]
    monkeypatch.setenv("PRACTICES_REQUESTS_PER_MINUTE", "20")  # of an address: the five have one
    told = under_load(catalogue_db, 5, 10)
    assert told["errors"] == 0
    assert told["refused by limits"] > 0
