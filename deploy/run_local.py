"""The wiring of deploy/ on this machine without containers: main app, replicas, nginx, all on loopback.

``python deploy/run_local.py --replicas 2 --folder /tmp/practices`` needs Debian's nginx-light. Addresses are printed;
Ctrl+C ends it all.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
NGINX_CONF = Path(__file__).with_name("nginx.conf")
_PATIENCE = 120  # seconds for an app to answer
_MAIN, _REPLICAS = "10.0.0.10:8501", ("10.0.0.11:8501", "10.0.0.12:8501", "10.0.0.13:8501")


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def configuration(public: int, replicas: Sequence[int], main: int, editors: int) -> str:
    """Return nginx.conf with this machine's ports: one for visitors, those of the replicas, main app, its editors."""
    text = NGINX_CONF.read_text(encoding="utf-8")
    lines = []
    for line in text.splitlines():
        at = next((number for number, address in enumerate(_REPLICAS) if address in line), None)
        if at is None:
            lines.append(line)
        elif at == 0:
            lines += [line.replace(_REPLICAS[0], f"127.0.0.1:{port}") for port in replicas]
    text = "\n".join(lines) + "\n"
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{public};"),
        ("listen 8080;", f"listen 127.0.0.1:{editors};"),
        (_MAIN, f"127.0.0.1:{main}"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@contextmanager
def nginx(folder: Path, text: str) -> Iterator[Path]:
    """Run nginx with a configuration in a folder; yield its access log. Raises SystemExit where it is not installed."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise SystemExit("nginx is not installed (apt-get install nginx-light)")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"])
    try:
        yield folder / "access.log"
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def app(port: int, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run the app at a port of loopback; yield its process once it is well."""
    process = subprocess.Popen(
        [sys.executable, "-m", "practices_db", "serve", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, **environment},
    )
    try:
        end = time.monotonic() + _PATIENCE
        while not is_well(port):
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"the app at port {port} does not answer")
            time.sleep(0.2)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def is_well(port: int) -> bool:
    """Whether the app, or nginx before it, answers the health check at a port."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def everything(folder: Path, count: int, public: int, editors: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run main app, so many replicas and nginx with their files in a folder; yield main app and replicas."""
    folder.mkdir(parents=True, exist_ok=True)
    shared = {
        "PRACTICES_DB": str(folder / "practices.duckdb"),
        "PRACTICES_RELEASES_WAREHOUSE": os.environ.get("PRACTICES_RELEASES_WAREHOUSE", str(folder / "releases")),
        "STREAMLIT_SERVER_COOKIE_SECRET": secrets.token_urlsafe(32),
    }
    replica = shared | {"PRACTICES_READ_ONLY": "1", "PRACTICES_MAIN_ADDRESS": f"http://localhost:{editors}"}
    for command in ("build", "snapshot"):
        subprocess.run(
            [sys.executable, "-m", "practices_db", command], cwd=ROOT, env={**os.environ, **shared}, check=True
        )
    ports = [free_port() for _ in range(count + 1)]
    with ExitStack() as running:
        apps = [running.enter_context(app(port, replica if number else shared)) for number, port in enumerate(ports)]
        running.enter_context(nginx(folder / "nginx", configuration(public, ports[1:], ports[0], editors)))
        end = time.monotonic() + _PATIENCE
        while not (is_well(public) and is_well(editors)):
            if time.monotonic() > end:
                raise SystemExit("nginx does not answer")
            time.sleep(0.1)
        yield apps


def main() -> None:
    """Run everything until somebody ends it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicas", type=int, default=2)
    parser.add_argument("--port", type=int, default=8080, help="for visitors; the next one is for curators")
    parser.add_argument("--folder", type=Path, default=None, help="kept; without it a temporary one that goes")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory() as temporary:
        Path(temporary).chmod(0o755)
        folder = (given.folder or Path(temporary)).absolute()
        with everything(folder, given.replicas, given.port, given.port + 1):
            print(f"visitors: http://localhost:{given.port}   curators: http://localhost:{given.port + 1}", flush=True)
            try:
                signal.pause()
            except KeyboardInterrupt:
                return


if __name__ == "__main__":
    main()
