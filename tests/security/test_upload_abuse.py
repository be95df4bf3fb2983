"""One session sends file after file: the app's memory stays, and the others do not notice.

Figures are printed; the goals stand in docs/security.md. This is the one test that looks at a clock.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from app_server import Server
from protocol_visitor import Visitor

from security.conftest import NewServer

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory as Linux tells it")
LARGE = b"x" * (4900 * 1024)


def resident(server: Server) -> float:
    """Return the server's memory in MB."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def abused(server: Server, files: int, alone_for: int = 40) -> tuple[float, Counter[int], list[float], list[float]]:
    """Send large files in one session while another goes on.

    Returns the MB grown at most, the answers, the other's seconds for a page meanwhile and before.
    """
    times: list[float] = []
    alone: list[float] = []
    ended = threading.Event()
    with Visitor(server.url) as hostile, Visitor(server.url) as other:
        for _ in range(3):  # what a first visit loads is not growth
            hostile.visit("reopen")
            other.visit("explore", "country=IT")
        for number in range(alone_for):
            start = time.monotonic()
            other.visit("explore", f"country={'IT' if number % 2 else 'DE'}")
            alone.append(time.monotonic() - start)
        hostile.upload("a.csv", LARGE, "warm")
        before = most = resident(server)

        def go_on() -> None:
            while not ended.is_set():
                start = time.monotonic()
                assert other.visit("explore", f"country={'IT' if len(times) % 2 else 'DE'}").finished
                times.append(time.monotonic() - start)
                time.sleep(0.1)

        going = threading.Thread(target=go_on)
        going.start()
        answers: Counter[int] = Counter()
        try:
            for number in range(files):
                answers[hostile.upload("a.csv", LARGE, f"file-{number}")[0]] += 1
                most = max(most, resident(server))
        finally:
            ended.set()
            going.join()
        assert hostile.visit("reopen").finished
    return most - before, answers, times, alone


def test_files_beyond_the_limits_are_refused_while_others_go_on(server: Server) -> None:
    _, answers, times, _ = abused(server, 12, alone_for=1)
    assert answers[204] <= 5
    assert set(answers) <= {204, 413, 429}
    assert answers.total() == 12
    assert len(times) >= 1


@pytest.mark.slow
def test_a_hundred_large_files_in_one_session(new_server: NewServer, catalogue_db: Path, tmp_path: Path) -> None:
    database = tmp_path / "practices.duckdb"
    database.write_bytes(catalogue_db.read_bytes())
    database.chmod(0o600)
    # Once as shipped, once with so many a minute that only what a session may hold is left to stop them.
    for environment in ({}, {"PRACTICES_UPLOADS_PER_MINUTE": "0"}):
        server = new_server(database, environment).wait_until_healthy()
        grown, answers, times, alone = abused(server, 100)
        p95, before = (statistics.quantiles(seconds, n=20)[-1] for seconds in (times, alone))
        print(
            f"{environment or 'as shipped'}: +{grown:.0f} MB, {dict(answers)}, "
            f"others p95 {p95 * 1000:.0f} ms (before: {before * 1000:.0f} ms)"
        )
        assert answers[204] <= 5
        assert answers.total() == 100
        assert grown <= 50
        assert p95 < max(1, 4 * before)  # on a machine that is busy with other things the second says nothing
        server.stop()
