"""Several replicas: a release from nothing to everywhere, what each gives, and a simulation that is held against it.

    python -m benchmarks.machines [--visitors 12] [--seconds 40] [--samples 5] [--sessions 300] [--only release replicas]

**release**: PostgreSQL, an S3 server, main app, two replicas and nginx are started from nothing
(``deploy/run_local.py``); a curator changes a name and presses *Publish* on the main app; the time until both
replicas show it; then plain pyiceberg and DuckDB count. The curator's login is a cookie that this script signs.

**replicas**: first sessions are opened and kept, for the memory they take. Then what every kind of arrival costs, asked
for one after another by one visitor at each of two replicas; a crowd at one replica; two such crowds with the same
schedule behind nginx (sticky sessions), each led to one replica of the two; one at the other replica alone. Compared are
arrivals for each second of a replica's own processor time, which other work on the machine hardly changes. All is as in
``sessions.py``; corrections are left out, which replicas refuse.

**Simulation**: a replica is one server that all who ask share in turns (Python's lock), a visitor's clicks wait for one
another; arrivals are the schedule of the measured run, service times are drawn from the samples of the same kind:
processor time, then what else an answer took (client, nginx). Since others use the processors too, the waiting for a
processor is taken from the measured run: for each half second, how long a replica was ready to work and how much processor
time it got, and by how much the client was late; and the samples are scaled so that together they take the run's processor
time (processors that are shared are slower, too). Last, the same simulation without any waiting says how much one replica
with a processor of its own takes until p95 is over 500 ms, and what follows for 10,000 sessions.
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
import json
import math
import random
import re
import secrets
import shutil
import statistics
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import numpy as np
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from benchmarks.harness import CATALOGUE, Visitor, cpu, database, goal, resident, write
from benchmarks.page_times import links
from benchmarks.sessions import MIX, Crowd, Place, arrivals, connect, nginx, schedule, spread
from deploy import run_local
from practices_db.curation import edit_practices, users
from practices_db.curation.permissions import CLI
from practices_db.curation.versioned_change import Edit
from practices_db.database.store import Store
from practices_db.operations import release_tables
from practices_db.operations.build import build

PATIENCE = 60.0  # seconds
ASKED = {kind: weight for kind, weight in MIX.items() if kind != "correction"}
SLOW = 500.0  # ms, the p95 up to which a replica has room
SESSIONS = 10_000
SPAN = 0.5  # seconds for which the waiting for a processor is put down
THINKS = (10, 30, 60)  # seconds between two clicks of a session, assumed
Sample = tuple[float, float]  # of an answer, in seconds: processor time of the replica, and what it took besides


# --- a release, from nothing -----------------------------------------------------------------------------


def prepare(folder: Path, origin: str) -> tuple[str, str]:
    """Build a database with a change that waits for its release; return the new name and the curator's cookie."""
    build(folder / "practices.duckdb")
    name, secret, curator = "Made-up name of a test", secrets.token_urlsafe(32), "curator@example.org"
    with Store(folder / "practices.duckdb") as store:
        users.grant(store, CLI, curator, "curator")
        with store.cursor() as cursor:
            [(id_,)] = cursor.execute("SELECT min(id) FROM practice_card").fetchall()
            version = edit_practices.practice(cursor, CLI, id_).version
        edit_practices.edit_practice(store, Edit(CLI, id_, version, "a test"), {"name": name}, "https://example.org/")
    login = {"redirect_uri": f"{origin}/oauth2callback", "cookie_secret": secret, "client_id": "none"}
    login |= {"client_secret": "none", "server_metadata_url": "http://127.0.0.1/none"}
    said = "".join(f'{key} = "{value}"\n' for key, value in login.items())
    (folder / "secrets.toml").write_text(f"[auth]\n{said}", encoding="utf-8")
    who = {"origin": origin, "is_logged_in": True, "email": curator, "email_verified": True, "sub": curator}
    return name, create_signed_value(secret, "_streamlit_user", json.dumps(who)).decode()


async def publish(port: int, origin: str, cookie: str) -> float:
    """Release on the main app as a curator does; return the moment of the last press (``time.monotonic``)."""
    with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=20) as answer:
        [xsrf] = re.findall(r"_streamlit_xsrf=([^;]+)", answer.headers["Set-Cookie"])
    headers = {"Cookie": f"_streamlit_user={cookie}; _streamlit_xsrf={xsrf}", "Origin": origin}
    async with Visitor(port, headers, xsrf) as curator:
        pressed = 0.0
        await curator.rerun("curation", "part=release")
        for label in ("Look at what has changed since", "Publish", "Yes, publish"):
            pressed = time.monotonic()
            button = WidgetState(id=curator.widgets[label], trigger_value=True)
            if error := (await curator.rerun("curation", "part=release", [button])).error:
                raise RuntimeError(error)
        return pressed


def shows(port: int, name: str) -> bool:
    """Whether a replica serves a release in which there is a name."""
    with urlopen(f"http://127.0.0.1:{port}/api/practices.json", timeout=20) as answer:
        return name in answer.read().decode()


def read_by_others(settings: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """Return how many practices and answers plain pyiceberg and DuckDB count in the newest release."""
    import duckdb  # noqa: PLC0415
    from pyiceberg.catalog.sql import SqlCatalog  # noqa: PLC0415

    where = {"uri": settings["PRACTICES_RELEASES_CATALOG"], "warehouse": settings["PRACTICES_RELEASES_WAREHOUSE"]}
    keys = {
        "s3.endpoint": settings["AWS_ENDPOINT_URL"],
        "s3.region": settings["AWS_REGION"],
        "s3.access-key-id": settings["AWS_ACCESS_KEY_ID"],
        "s3.secret-access-key": settings["AWS_SECRET_ACCESS_KEY"],
    }
    catalog = SqlCatalog("practices", **where, **keys)
    rows = catalog.load_table("practices.releases").scan().to_arrow().to_pylist()
    newest = {row["table"]: row["snapshot"] for row in rows if row["number"] == max(one["number"] for one in rows)}
    tables = {
        name: catalog.load_table(f"practices.{name}").scan(snapshot_id=newest[name])
        for name in ("practices", "answers")
    }
    by_duckdb = {}
    with duckdb.connect() as db:
        for name, scan in tables.items():
            db.register(name, scan.to_arrow())
            [(by_duckdb[name],)] = db.execute(f"SELECT count(*) FROM {name}").fetchall()
    counted = {"pyiceberg": {name: scan.count() for name, scan in tables.items()}, "DuckDB": by_duckdb}
    catalog.close()
    return counted


def from_nothing(folder: Path) -> dict[str, Any]:
    """Start everything, release, and return the seconds until both replicas have it, and the counts of two readers."""
    began = time.monotonic()
    public, editors = run_local.free_port(), run_local.free_port()
    origin = f"http://localhost:{editors}"
    with run_local.postgresql(folder / "postgresql") as catalog, run_local.store() as store:
        settings = catalog | store
        (folder / "practices").mkdir()
        name, cookie = prepare(folder / "practices", origin)
        with run_local.everything(folder / "practices", 2, public, editors, settings) as (main, *replicas):
            up = time.monotonic() - began
            waiting = {one.port for one in replicas}
            assert not any(shows(port, name) for port in waiting)
            used = cpu(main.process.pid)
            pressed = asyncio.run(publish(editors, origin, cookie))
            answered = time.monotonic() - pressed
            used = cpu(main.process.pid) - used
            while waiting:
                assert time.monotonic() < pressed + PATIENCE
                waiting -= {port for port in waiting if shows(port, name)}
            arrived = time.monotonic() - pressed
            counted = read_by_others(settings)
            with urlopen(f"http://127.0.0.1:{public}/healthz", timeout=20) as answer:
                counted["a replica"] = {"practices": json.load(answer)["practices"]}
    return {
        "started (s)": round(up, 1),
        "release answered (s)": round(answered, 1),
        "release, processor of the main app (s)": round(used, 1),
        "release on both replicas (s)": round(arrived, 1),
        "counts": counted,
        "goals": {"release on both replicas": goal(arrived, 10, "s")},
    }


# --- what replicas give ----------------------------------------------------------------------------------


def led_to(port: int, log: Path, cookie: str) -> int:
    """Return the port of the replica to which nginx leads a visitor."""
    before = len(log.read_text(encoding="utf-8").splitlines())
    asked = Request(f"http://127.0.0.1:{port}/healthz", headers={"Cookie": f"practices_replica={cookie}"})
    with urlopen(asked, timeout=20):  # noqa: S310 - our own http address
        pass
    while len(lines := log.read_text(encoding="utf-8").splitlines()) == before:  # it is written after the answer
        time.sleep(0.005)
    return int(re.findall(r"127\.0\.0\.1:(\d+)", lines[-1])[-1])


def crowd(port: int, log: Path, path: Path, size: int, replica: int) -> Crowd:
    """Return visitors whom nginx leads to one replica."""
    found = Crowd(port, {name: (page, of()) for name, (page, of) in links(path).items()}, size)
    for place in found.places:
        while led_to(port, log, place.replica) != replica:
            place.replica = secrets.token_hex(16)
    return found


def samples(crowds: Mapping[int, Crowd], count: int) -> dict[str, list[Sample]]:
    """Ask for every kind so many times, one visitor at each replica at the same time (pid → crowd).

    What an answer took besides processor time is given as on a machine that does nothing else, by the pace meanwhile.
    """
    found: defaultdict[str, list[Sample]] = defaultdict(list)

    async def ask(pid: int, one: Crowd) -> None:
        place: Place = one.places[0]
        async with one.at_work():
            for number in range(-2, count):  # the first ones warm up
                for kind in ASKED:
                    start, used = time.perf_counter(), cpu(pid)
                    try:
                        await one.do(kind, place)
                    except RuntimeError as error:
                        print(f"    {kind}: {error}")
                        continue
                    if number >= 0:
                        found[kind].append((cpu(pid) - used, time.perf_counter() - start))  # in all, for now

    async def all_of_them() -> None:
        await asyncio.gather(*(ask(pid, one) for pid, one in crowds.items()))

    pace = asyncio.run(watched(all_of_them(), list(crowds))).factor()
    print(f"  samples at a pace of {pace:.2f}", flush=True)
    return {kind: [(used, max(0.0, took / pace - used)) for used, took in of] for kind, of in found.items()}


class Pace:
    """How much longer than its processor time the work of processes takes, because others have the processors.

    A process is at work while one of its threads is ready or runs. (Its threads' own waiting, as the kernel counts it, is
    more: those that wait for Python's lock wake up again and again to look.) Put down for each SPAN and process.
    """

    def __init__(self, pids: Sequence[int]) -> None:
        self.pids = pids
        self.start = time.perf_counter()
        self.spans: list[dict[int, tuple[float, float]]] = []  # at work, processor time
        self.late: list[float] = []  # seconds by which this client itself was late

    async def watch(self) -> None:
        """Look forty times a second; until cancelled."""
        while True:
            before, looks, late = {pid: cpu(pid) for pid in self.pids}, 0, 0.0
            at_work, begun = dict.fromkeys(self.pids, 0), time.perf_counter()
            while (now := time.perf_counter()) < begun + SPAN:
                await asyncio.sleep(pause := random.uniform(0.015, 0.035))  # noqa: S311 - for a benchmark
                late += time.perf_counter() - now - pause
                looks += 1
                for pid in self.pids:
                    at_work[pid] += any(map(_is_ready, Path(f"/proc/{pid}/task").iterdir()))
            took = time.perf_counter() - begun
            self.spans += [{pid: (took * at_work[pid] / looks, cpu(pid) - before[pid]) for pid in self.pids}] * max(
                1, round(took / SPAN)
            )
            self.late += [late / looks] * max(1, round(took / SPAN))

    def factor(self) -> float:
        """Return how many times longer, over all the time; at least 1."""
        at_work, used = (sum(one[pid][what] for one in self.spans for pid in self.pids) for what in (0, 1))
        return max(1.0, at_work / used)

    def clock(self, pid: int) -> Clock:
        """Return the processor time that a process could have had."""
        mean = 1 / self.factor()
        speeds = [min(1.0, used / at_work) if at_work > 0.1 else mean for at_work, used in (s[pid] for s in self.spans)]
        return Clock(speeds, self.late)


class Clock:
    """How much processor time there is for a replica by a moment: ``speeds`` of each SPAN, then their mean.

    ``late``: by how much the client was late in each SPAN, in seconds.
    """

    def __init__(self, speeds: Sequence[float] = (1.0,), late: Sequence[float] = (0.0,)) -> None:
        self.late, self.mean = late, statistics.mean(speeds)
        self.moments, self.work = np.arange(len(speeds) + 1) * SPAN, np.cumsum([0.0, *speeds]) * SPAN

    def at(self, moment: float) -> float:
        """Return the processor time that there is until a moment, in seconds."""
        return float(np.interp(moment, self.moments, self.work) + max(0.0, moment - self.moments[-1]) * self.mean)

    def when(self, work: float) -> float:
        """Return the moment until which there is so much."""
        return float(np.interp(work, self.work, self.moments) + max(0.0, work - self.work[-1]) / self.mean)

    def client(self, moment: float) -> float:
        """Return by how much the client is late at a moment, in seconds."""
        return self.late[min(int(moment / SPAN), len(self.late) - 1)]


async def watched(work: Awaitable[None], pids: Sequence[int]) -> Pace:
    """Do work and return the pace of processes meanwhile."""
    pace = Pace(pids)
    watching = asyncio.create_task(pace.watch())
    await work
    watching.cancel()
    return pace


def _is_ready(thread: Path) -> bool:
    try:
        return (thread / "stat").read_text(encoding="utf-8", errors="replace").rpartition(") ")[2].startswith("R")
    except OSError:  # it has ended
        return False


def loaded(crowds: Mapping[int, Crowd], seconds: float) -> tuple[dict[str, Any], Pace]:
    """Let crowds come at the same time (pid → crowd); return what each replica gave and how long it took, and the pace."""
    before = {pid: cpu(pid) for pid in crowds}
    start = time.perf_counter()

    async def come() -> None:
        await asyncio.gather(*(arrivals(one, seconds, ASKED) for one in crowds.values()))

    async def run() -> Pace:
        return await watched(come(), list(crowds))

    pace = asyncio.run(run())
    took = time.perf_counter() - start
    times = [ms for one in crowds.values() for of in one.times.values() for ms in of]
    each = [round(sum(map(len, one.times.values())) / (cpu(pid) - before[pid]), 2) for pid, one in crowds.items()]
    told = {
        "arrivals a CPU-second": each,
        "processor time of a replica (%)": round(
            100 * statistics.mean(cpu(pid) - before[pid] for pid in crowds) / took
        ),
        "answers a second": round(len(times) / took, 2),
        "refused by limits": sum(one.refused.total() for one in crowds.values()),
        "errors": sum(one.errors.total() for one in crowds.values()),
        "pace": round(pace.factor(), 2),
        "client late (ms)": round(1000 * statistics.mean(pace.late)),
    }
    print(f"  {len(crowds)} replicas: {told} {spread(times)}", flush=True)
    for one in crowds.values():
        for what, count in one.errors.most_common(5):
            print(f"    {count} × {what}", flush=True)
    return told | spread(times), pace


@contextmanager
def replicas(path: Path, folder: Path, count: int) -> Iterator[list[run_local.App]]:
    """Run so many replicas on the released data of a database."""
    shutil.copy(path, copy := folder / "practices.duckdb")
    with Store(copy) as store:
        release_tables.write(store)
    settings = {"PRACTICES_DB": str(copy), "PRACTICES_READ_ONLY": "1", "PRACTICES_BASE_URL": "http://localhost"}
    with ExitStack() as running:
        yield [running.enter_context(run_local.app(run_local.free_port(), settings)) for _ in range(count)]


def measured(path: Path, folder: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """Measure one replica, two, and the memory of sessions; simulate the same."""
    with ExitStack() as running:
        first, second = running.enter_context(replicas(path, folder, 2))
        both, log = running.enter_context(nginx([first.port, second.port]))
        pids = {one.process.pid: one.port for one in (first, second)}

        def crowds(size: int) -> dict[int, Crowd]:
            return {pid: crowd(both, log, path, size, port) for pid, port in pids.items()}

        idle = {pid: cpu(pid) for pid in pids}
        time.sleep(10)
        idling = statistics.mean(cpu(pid) - idle[pid] for pid in pids) * 100

        def alone(one: run_local.App) -> dict[str, Any]:
            with nginx([one.port]) as (port, its_log):
                come = {one.process.pid: crowd(port, its_log, path, asked.visitors, one.port)}
                return loaded(come, asked.seconds)[0]

        opened = asyncio.run(connect(second.port, asked.sessions, second.process.pid))
        found = samples(crowds(1), asked.samples)
        before = alone(first)
        two, pace = loaded(crowds(asked.visitors), asked.seconds)
        after = alone(second)
        for kind, more in samples(crowds(1), asked.samples).items():
            found[kind] += more
        memory = resident(second.process.pid)
    costs = {kind: spread([used * 1000 for used, _ in of]) for kind, of in found.items()}
    average = round(1000 * mean_cost(found), 1)
    due = first_pages(schedule(asked.visitors, asked.seconds, ASKED))
    sampled = sum(statistics.mean(used for used, _ in found[kind]) for _, _, kind in due)
    scale = statistics.mean(len(due) / rate for rate in two["arrivals a CPU-second"]) / sampled
    found = {kind: [(used * scale, rest * scale) for used, rest in of] for kind, of in found.items()}
    predicted = simulated(due, found, [pace.clock(pid) for pid in pids], two["pace"])
    single = statistics.mean(one["arrivals a CPU-second"][0] for one in (before, after))
    shares = [round(one / single, 3) for one in two["arrivals a CPU-second"]]
    agreement = {what: round(predicted[what] / two[what], 3) for what in ("p50", "p95", "answers a second")}
    told: dict[str, Any] = {
        "cost of an arrival (processor, ms)": costs,
        "mean by the mix (processor, ms)": average,
        "samples scaled to the run": round(scale, 3),
        "a replica that nobody visits (ms of processor a second)": round(idling, 1),
        "one alone, before": before,
        "two": two,
        "one alone, after": after,
        "each of two, of one alone": shares,
        "simulated two": predicted,
        "simulated, of measured": agreement,
        "memory": {"a replica (MB)": round(memory), **opened},
        "capacity": capacity(found, memory, opened["KB a session"]),
    }
    for name in (
        "samples scaled to the run",
        "simulated two",
        "simulated, of measured",
        "each of two, of one alone",
        "memory",
        "capacity",
    ):
        print(f"  {name}: {told[name]}")
    told["goals"] = {
        "each of two replicas, of one alone": goal(min(shares), 0.85, "", at_least=True),
        **{
            f"simulated, of measured, {what}, off by": goal(100 * abs(share - 1), 20, "%")
            for what, share in agreement.items()
        },
    }
    return told


# --- simulation ------------------------------------------------------------------------------------------


def mean_cost(found: Mapping[str, Sequence[Sample]]) -> float:
    """Return the processor time of an arrival in seconds, weighted by the mix."""
    weights = sum(ASKED[kind] for kind in found)
    return sum(ASKED[kind] * statistics.mean(used for used, _ in of) for kind, of in found.items()) / weights


def first_pages(due: Sequence[tuple[float, int, str]]) -> list[tuple[float, int, str]]:
    """Return a schedule as it is in fact: whatever is due, the first arrival of a visitor is a first page."""
    known: set[int] = set()
    told = []
    for at, who, kind in due:
        told.append((at, who, kind if who in known else "first page"))
        known.add(who)
    return told


class Replica:
    """One server whose processor all running requests share in turns, and visitors whose clicks wait for one another."""

    def __init__(
        self,
        due: Sequence[tuple[float, int, str]],
        draw: Mapping[str, Sequence[Sample]],
        seed: int,
        clock: Clock | None = None,
    ):
        """Take arrivals (seconds, visitor, kind), for each kind samples, and the processor time that there is."""
        self.clock = clock or Clock()
        self.draw, self.choice = draw, random.Random(seed)  # noqa: S311 - for a benchmark
        self.queues: defaultdict[int, deque[tuple[float, str]]] = defaultdict(deque)  # visitor → arrivals not answered
        self.left: dict[int, float] = {}  # visitor → seconds of service that are missing
        self.after: dict[int, float] = {}
        # (moment, order, visitor, kind); a kind of "" is an answer
        self.events: list[tuple[float, int, int, str]] = [(at, n, who, kind) for n, (at, who, kind) in enumerate(due)]
        heapq.heapify(self.events)
        self.times: list[float] = []
        self.now = 0.0

    def run(self) -> list[float]:
        """Return how long each arrival took until its answer, in seconds."""
        while self.events or self.left:
            soonest = min(self.left, key=self.left.__getitem__) if self.left else -1
            work = self.left[soonest] * len(self.left) if self.left else math.inf
            done = self.clock.when(self.clock.at(self.now) + work) if self.left else math.inf
            if not self.events or done <= self.events[0][0]:
                self._serve_until(done)
                del self.left[soonest]
                late = self.clock.client(done)
                heapq.heappush(self.events, (done + self.after[soonest] + late, -1, soonest, ""))
                continue
            at, _, who, kind = heapq.heappop(self.events)
            self._serve_until(at)
            queue = self.queues[who]
            if kind:
                queue.append((at, kind))
            else:
                self.times.append(at - queue.popleft()[0])
            if queue and (len(queue) == 1 or not kind):
                self.left[who], self.after[who] = self.choice.choice(self.draw[queue[0][1]])
        return self.times

    def _serve_until(self, moment: float) -> None:
        if self.left:
            share = (self.clock.at(moment) - self.clock.at(self.now)) / len(self.left)
            self.left = {who: max(0.0, one - share) for who, one in self.left.items()}
        self.now = moment


def simulated(
    due: Sequence[tuple[float, int, str]],
    found: Mapping[str, Sequence[Sample]],
    clocks: Sequence[Clock],
    pace: float = 1.0,
    runs: int = 20,
) -> dict[str, float]:
    """Return percentiles in ms over some runs of replicas with a schedule each, and answers a second, as ``loaded`` does."""
    times, ends = [], []
    draw = {kind: [(used, rest * pace) for used, rest in of] for kind, of in found.items()}
    for seed in range(runs):
        ones = [Replica(due, draw, seed * len(clocks) + at, clock) for at, clock in enumerate(clocks)]
        times += [1000 * took for one in ones for took in one.run()]
        ends.append(max(one.now for one in ones) + 0.5)  # the crowd comes half a second after its start
    return spread(times) | {"answers a second": round(float(len(clocks) * len(due) / statistics.mean(ends)), 2)}


def capacity(found: Mapping[str, Sequence[Sample]], base: float, each: float) -> dict[str, Any]:
    """Return what a replica with a processor of its own takes, and what that makes of many sessions."""
    most = 0.0
    for size in range(4, 400, 4):
        due = first_pages(schedule(size, 120, ASKED))
        if simulated(due, found, [Clock()], runs=2)["p95"] > SLOW:
            break
        most = len(due) / 120
    told: dict[str, Any] = {
        "arrivals a second of a replica, p95 at most 500 ms": round(most, 1),
        "of its processor (%)": round(100 * most * mean_cost(found)),
    }
    for think in THINKS:
        count = math.ceil(SESSIONS / think / max(most, 0.1))
        told[f"{SESSIONS:,} sessions, a click every {think} s"] = {
            "clicks a second": round(SESSIONS / think),
            "replicas": count,
            "memory (GB)": round((count * base + SESSIONS * each / 1024) / 1024, 1),
        }
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=12, help="at each replica")
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--samples", type=int, default=5)
    parser.add_argument("--sessions", type=int, default=300)
    parser.add_argument("--only", nargs="*", default=["release", "replicas"], help="the other part is kept as it was")
    asked = parser.parse_args()
    for name, measure in (
        ("release", from_nothing),
        ("replicas", lambda folder: measured(database(CATALOGUE), folder, asked)),
    ):
        if name not in asked.only:
            continue
        print(name)
        with tempfile.TemporaryDirectory() as temporary:
            Path(temporary).chmod(0o755)
            figures = measure(Path(temporary))
        if name == "release":
            print(f"  {figures}")
        write(f"machines-{name}", figures)


if __name__ == "__main__":
    main()
