"""How long the server takes to rerun Explore after a filter has changed.

    python benchmarks/explore_rerun.py [--reruns 60]

Starts the app twice on the built-in catalogue and speaks Streamlit's own protocol to it over a websocket: once as
it is shipped (`app.py` with `.streamlit/config.toml`), once the same pages with Streamlit's default settings (no
config file, no work at start-up). Each rerun asks for another filter, so nothing is answered from the last one.
A time is from sending the request to the message that the script has finished.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.typing import Subprotocol

from practices_db.commands import build
from practices_db.vocabularies import vocabulary

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_APP = "import streamlit as st\n\napp = st.App({frame!r})\n"


def filters() -> Iterator[str]:
    """Yield link after link, each another filter."""
    countries = ["IT", "DE", "GR", "ES", "SE", "AT", "BE", "PL", "FR", "GB", "NL", "DK"]
    for country, sector in itertools.cycle(itertools.product(countries, vocabulary("sector"))):
        yield f"country={country}&sector={sector}"
        yield f"country={country}"


@contextmanager
def server(command: list[str], folder: Path, database: Path) -> Iterator[int]:
    """Run a Streamlit server and yield its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--server.port={port}", "--server.headless=true", "--server.address=127.0.0.1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", *command, *options],
        cwd=folder,
        env=os.environ | {"PRACTICES_DB": str(database), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


async def reruns(port: int, count: int) -> list[float]:
    """Open one session on Explore and return the milliseconds of each rerun after the first."""
    links = filters()
    url = f"ws://127.0.0.1:{port}/_stcore/stream"
    async with websockets.connect(url, subprotocols=[Subprotocol("streamlit")], max_size=None) as socket_:
        times = []
        for _ in range(count + 5):
            message = BackMsg()
            message.rerun_script.query_string = next(links)
            message.rerun_script.page_name = "explore"
            start = time.perf_counter()
            await socket_.send(message.SerializeToString())
            while True:
                answer = ForwardMsg()
                answer.ParseFromString(await socket_.recv())
                if answer.WhichOneof("type") == "script_finished":
                    break
            times.append((time.perf_counter() - start) * 1000)
    return times[5:]  # the first ones import modules and fill caches


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reruns", type=int, default=60)
    count = parser.parse_args().reruns
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {count} reruns each")
    medians = {}
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "default_app.py"
        plain.write_text(DEFAULT_APP.format(frame=str(ROOT / "pages" / "shared" / "frame.py")))
        variants = {"as shipped": (["app.py"], ROOT), "default settings": ([str(plain)], Path(folder))}
        for name, (command, where) in variants.items():
            database = Path(folder) / f"{name.replace(' ', '-')}.duckdb"
            build(database)
            with server(command, where, database) as port:
                times = asyncio.run(reruns(port, count))
            medians[name] = statistics.median(times)
            p95 = statistics.quantiles(times, n=20)[-1]
            print(f"{name:18} median {medians[name]:6.1f} ms   p95 {p95:6.1f} ms")
    print(f"ratio              {medians['default settings'] / medians['as shipped']:.1f}")


if __name__ == "__main__":
    main()
