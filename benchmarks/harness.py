"""What the benchmarks share: a server of the app, a visitor that speaks Streamlit's protocol, and results as JSON."""

from __future__ import annotations

import json
import os
import platform
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import numpy as np
import streamlit
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection
from websockets.typing import Subprotocol

from benchmarks.generate import generate
from practices_db.catalogue.vocabularies import vocabulary
from practices_db.operations.build import build

ROOT = Path(__file__).resolve().parent.parent
# How a page begins to say that something was not done.
REFUSALS = ("Something went wrong", "Too much", "Nothing was sent", "This was sent already")
RESULTS = Path(__file__).resolve().parent / "results"
_IDLE = 7  # seconds: the app writes its release tables five seconds after the start
CATALOGUE = 0  # the size that stands for the real catalogue
# Modules are compiled once, as where people run the app; in containers that forbid it each process would do it anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


# --- data and server -------------------------------------------------------------------------------------


def database(size: int, findings: int = 0) -> Path:
    """Return a database of this many synthetic practices (0: the real catalogue), made once and kept for later runs.

    ``findings``: how many synthetic findings on types of measure it has, where it is synthetic.
    """
    folder = Path(tempfile.gettempdir()) / "practices-benchmarks"
    folder.mkdir(exist_ok=True)
    path = folder / f"{size or 'catalogue'}{f'-{findings}' if size and findings else ''}.duckdb"
    if size == CATALOGUE:
        build(path)
    elif not path.exists():
        print(f"making {size:,} synthetic practices …", flush=True)
        beside = path.with_suffix(".making")
        generate(beside, size, findings=findings)
        beside.replace(path)
    return path


@contextmanager
def server(
    of: Path, command: Sequence[str] = ("app.py",), where: Path = ROOT, python: str = sys.executable, **environment: str
) -> Iterator[tuple[int, int]]:
    """Run a Streamlit server on a copy of a database; yield its port and process id.

    ``where`` is the tree that it runs in, ``python`` the interpreter, with what is installed for it.
    """
    with socket.socket() as free, tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "practices.duckdb"
        shutil.copy(of, copy)
        copy.chmod(0o600)  # the app refuses a database that is open to every user
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        options = [f"--server.port={port}", "--server.headless=true", "--server.address=127.0.0.1"]
        with (Path(folder) / "log").open("w+") as log:
            process = subprocess.Popen(
                [python, "-m", "streamlit", "run", *command, *options],
                cwd=where,
                env=os.environ | {"PRACTICES_DB": str(copy), "PYTHONPATH": str(where)} | environment,
                stdout=log,
                stderr=log,
            )
            try:
                _wait_until_up(port, process)
                yield port, process.pid
            finally:
                process.terminate()
                process.wait()
                log.seek(0)
                if "Traceback" in (told := log.read()):
                    print("the server's log:", told[-3000:], file=sys.stderr)


def _wait_until_up(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
        except OSError:
            if process.poll() is not None:
                raise RuntimeError("the server stopped") from None
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not come up")


def resident(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def wait_until_idle(pid: int) -> None:
    """Wait until a process that was just started has done what it does by itself, after its first answer."""
    idle, used = 0, cpu(pid)
    while idle < _IDLE:
        time.sleep(1)
        before, used = used, cpu(pid)
        idle = idle + 1 if used - before < 0.05 else 0


def cpu(pid: int) -> float:
    """Return the seconds of processor time a process has used: steadier than the clock on a busy machine."""
    return time.clock_gettime((~pid << 3) | 2)  # as clock_getcpuclockid(3): to the microsecond, /proc has 10 ms


# --- a visitor -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What came back for one rerun: how long it took, how much was sent, whether the page had an error."""

    milliseconds: float
    bytes: int
    error: str = ""


class Visitor:
    """One session over a websocket, as a browser holds it."""

    def __init__(self, port: int, headers: Mapping[str, str] | None = None, xsrf: str = "") -> None:
        self.url = f"ws://127.0.0.1:{port}/_stcore/stream"
        self.headers = headers
        self.spoken = [Subprotocol("streamlit"), *([Subprotocol(xsrf)] if xsrf else [])]
        self.socket: ClientConnection
        self.session = ""
        self.widgets: dict[str, str] = {}  # label → id, of the last page

    async def __aenter__(self) -> Self:
        self.socket = await websockets.connect(
            self.url,
            subprotocols=self.spoken,
            additional_headers=self.headers,
            max_size=None,
            open_timeout=60,
            ping_timeout=None,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.socket.close()

    async def rerun(self, page: str, query: str = "", widgets: Iterable[WidgetState] = ()) -> Answer:
        """Ask for a page with a link's parameters and values of widgets; wait until its script has finished."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_name = page
        message.rerun_script.widget_states.widgets.extend(widgets)
        start = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        received, error, self.widgets = 0, "", {}
        while True:
            raw = await self.socket.recv()
            received += len(raw)
            answer = ForwardMsg()
            answer.ParseFromString(raw)
            kind = answer.WhichOneof("type")
            if kind == "script_finished" and answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                break
            if kind == "new_session":
                self.session = answer.new_session.initialize.session_id or self.session
            if kind == "delta" and (box := answer.delta.add_block.popover).id:
                self.widgets[box.label] = box.id
            if kind != "delta" or not (drawn := answer.delta.new_element.WhichOneof("type")):
                continue
            element = getattr(answer.delta.new_element, drawn)
            if drawn == "exception":
                error = element.message
            elif drawn == "alert" and element.body.startswith(REFUSALS):
                error = element.body
            elif getattr(element, "label", ""):
                self.widgets[element.label] = getattr(element, "id", "")
        return Answer((time.perf_counter() - start) * 1000, received, error)


def filters(seed: int = 1) -> Iterator[str]:
    """Yield link after link of Explore, each another filter, as people narrow and widen."""
    draw = random.Random(seed)  # noqa: S311 - for a benchmark
    countries = ["IT", "DE", "GR", "ES", "SE", "AT", "BE", "PL", "FR", "GB", "NL", "DK"]
    while True:
        parts = [f"country={draw.choice(countries)}"]
        if draw.random() < 0.6:
            parts.append(f"sector={draw.choice(list(vocabulary('sector')))}")
        if draw.random() < 0.3:
            parts.append(f"target-group={draw.choice(list(vocabulary('target_group')))}")
        if draw.random() < 0.2:
            parts.append(f"from={draw.randint(2005, 2022)}")
        yield "&".join(parts)


# --- results ---------------------------------------------------------------------------------------------


def spread(times: Sequence[float]) -> dict[str, float]:
    """Return median, 95th percentile and number of measurements."""
    return {
        "median": round(statistics.median(times), 2),
        "p95": round(float(np.percentile(times, 95)), 2),
        "n": len(times),
    }


def machine() -> dict[str, Any]:
    """Say in general terms what it ran on and how busy that was."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB",
        "python": platform.python_version(),
        "streamlit": streamlit.__version__,
        "duckdb": duckdb.__version__,
        "load_before": _LOAD,
    }


_LOAD = round(os.getloadavg()[0], 2)


def _without_paths(options: list[str]) -> list[str]:
    """Leave out options that name a place on this machine; a place that is no option is a FOLDER."""
    return [
        "FOLDER" if one.startswith("/") else one
        for at, one in enumerate(options)
        if not (one.startswith("/") and at and options[at - 1].startswith("-"))
        and not (one.startswith("-") and at + 1 < len(options) and options[at + 1].startswith("/"))
    ]


def write(name: str, figures: dict[str, Any]) -> None:
    """Write a result beside the others, with the command, the date and the machine."""
    RESULTS.mkdir(exist_ok=True)
    told = {
        "command": " ".join(["python -m", f"benchmarks.{Path(sys.argv[0]).stem}", *_without_paths(sys.argv[1:])]),
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "figures": figures,
    }
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"written to {path.relative_to(ROOT)}; load before the run {_LOAD}")


def goal(value: float, limit: float, unit: str = "ms", at_least: bool = False) -> dict[str, Any]:
    """Return a figure with its goal and whether it is met."""
    met = value >= limit if at_least else value <= limit
    return {"value": round(value, 2), "goal": limit, "unit": unit, "met": bool(met), "at_least": at_least}
