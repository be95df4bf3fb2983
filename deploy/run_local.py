"""The wiring of deploy/ on this machine without containers: main app, replicas, nginx, all on loopback.

``python deploy/run_local.py --replicas 2 --folder /tmp/practices`` needs Debian's nginx-light. The releases are in a
folder; ``--with-postgresql`` (Debian's postgresql) and ``--with-store`` (``pip install moto flask flask-cors``: an S3
server in memory) put them there. Addresses are printed; Ctrl+C ends it all.
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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[1]
NGINX_CONF = Path(__file__).with_name("nginx.conf")
_PATIENCE = 120  # seconds for an app to answer
_MAIN, _REPLICAS = "10.0.0.10:8501", ("10.0.0.11:8501", "10.0.0.12:8501", "10.0.0.13:8501")


@dataclass(frozen=True)
class App:
    """An app that runs: its port and its process."""

    port: int
    process: subprocess.Popen[bytes]


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
    program = _program("nginx", "apt-get install nginx-light")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"])
    try:
        yield folder / "access.log"
    finally:
        process.terminate()
        process.wait(20)


def _program(name: str, package: str) -> str:
    places = [os.environ["PATH"], "/usr/sbin", *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]
    found = shutil.which(name, path=os.pathsep.join(places))
    if found is None:
        raise SystemExit(f"{name} is not installed ({package})")
    return found


@contextmanager
def _running(command: Sequence[str], ready: Callable[[], bool], **how: object) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server; yield its process once it is ready, and end it. SystemExit where it never is."""
    process: subprocess.Popen[bytes] = subprocess.Popen(command, **how)  # type: ignore[call-overload]
    try:
        end = time.monotonic() + _PATIENCE
        while not ready():
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"this does not answer: {' '.join(command)}")
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def postgresql(folder: Path) -> Iterator[dict[str, str]]:
    """Run a PostgreSQL server with its files in a new folder; yield the setting that names it as catalogue.

    It does not run as root: then it is the user postgres, who has to be able to reach the folder.
    """
    initdb, server, is_ready = (
        _program(name, "apt-get install postgresql") for name in ("initdb", "postgres", "pg_isready")
    )
    port = free_port()
    folder.mkdir(parents=True)
    user: dict[str, str] = {"user": "postgres"} if os.getuid() == 0 else {}
    if user:
        shutil.chown(folder, "postgres")
    made = [initdb, "-D", str(folder / "data"), "-A", "trust", "-U", "releases"]
    subprocess.run(made, check=True, cwd=folder, stdout=subprocess.DEVNULL, **user)  # type: ignore[call-overload]
    asked = [is_ready, "-h", "127.0.0.1", "-p", str(port)]
    started = [server, "-D", str(folder / "data"), "-p", str(port), "-k", str(folder), "-h", "127.0.0.1"]
    with _running(
        started,
        lambda: subprocess.run(asked, check=False, capture_output=True).returncode == 0,
        cwd=folder,
        stderr=subprocess.DEVNULL,
        **user,
    ):
        yield {"PRACTICES_RELEASES_CATALOG": f"postgresql+psycopg2://releases@127.0.0.1:{port}/postgres"}


@contextmanager
def store() -> Iterator[dict[str, str]]:
    """Run an S3 server (moto, in memory) with one bucket; yield the settings that name it as warehouse."""
    endpoint = f"http://127.0.0.1:{(port := free_port())}"
    started = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]

    def made() -> bool:
        try:
            bucket = Request(f"{endpoint}/releases", method="PUT")  # noqa: S310 - our own http address
            with urlopen(bucket, timeout=20) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except OSError:
            return False

    with _running(started, made, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        keys = {"ENDPOINT_URL": endpoint, "ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test", "REGION": "us-east-1"}
        yield {f"AWS_{name}": value for name, value in keys.items()} | {
            "PRACTICES_RELEASES_WAREHOUSE": "s3://releases/tables"
        }


@contextmanager
def app(port: int, environment: Mapping[str, str]) -> Iterator[App]:
    """Run the app at a port of loopback; yield it once it is well."""
    command = [sys.executable, "-m", "practices_db", "serve", "--port", str(port)]
    with _running(command, lambda: is_well(port), cwd=ROOT, env={**os.environ, **environment}) as process:
        yield App(port, process)


def is_well(port: int) -> bool:
    """Whether the app, or nginx before it, answers the health check at a port."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def everything(
    folder: Path, count: int, public: int, editors: int, releases: Mapping[str, str] | None = None
) -> Iterator[list[App]]:
    """Run main app, so many replicas and nginx with their files in a folder; yield main app and replicas.

    ``releases``: settings as ``postgresql`` and ``store`` yield them. The database is built where the folder has none;
    a ``secrets.toml`` in it, with a login for curators, is the main app's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "PRACTICES_DB": str(folder / "practices.duckdb"),
        "PRACTICES_RELEASES_WAREHOUSE": os.environ.get("PRACTICES_RELEASES_WAREHOUSE", str(folder / "releases")),
        "STREAMLIT_SERVER_COOKIE_SECRET": secrets.token_urlsafe(32),
        **(releases or {}),
    }
    replica = settings | {"PRACTICES_READ_ONLY": "1", "PRACTICES_MAIN_ADDRESS": f"http://localhost:{editors}"}
    for command in ("snapshot",) if (folder / "practices.duckdb").exists() else ("build", "snapshot"):
        subprocess.run(
            [sys.executable, "-m", "practices_db", command], cwd=ROOT, env={**os.environ, **settings}, check=True
        )
    login = folder / "secrets.toml"
    main = settings | ({"STREAMLIT_SECRETS_FILES": str(login)} if login.exists() else {})
    ports = [free_port() for _ in range(count + 1)]
    with ExitStack() as running:
        apps = [running.enter_context(app(port, replica if number else main)) for number, port in enumerate(ports)]
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
    parser.add_argument("--with-postgresql", action="store_true", help="as catalogue of the release tables")
    parser.add_argument("--with-store", action="store_true", help="an S3 server for their files; needs PostgreSQL")
    given = parser.parse_args()
    if given.with_store and not given.with_postgresql:
        parser.error("--with-store needs --with-postgresql")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as servers:
        Path(temporary).chmod(0o755)
        folder = (given.folder or Path(temporary)).absolute()
        settings = servers.enter_context(postgresql(Path(temporary) / "postgresql")) if given.with_postgresql else {}
        settings |= servers.enter_context(store()) if given.with_store else {}
        with everything(folder, given.replicas, given.port, given.port + 1, settings):
            print(f"visitors: http://localhost:{given.port}   curators: http://localhost:{given.port + 1}", flush=True)
            print("".join(f"{name}={value}\n" for name, value in settings.items()), end="", flush=True)
            try:
                signal.pause()
            except KeyboardInterrupt:
                return


if __name__ == "__main__":
    main()
