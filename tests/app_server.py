"""The app's server as its own process, started as anybody starts it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
# The one without windows paints the same and takes less of the processor.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
PATIENCE = 60  # seconds


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Server:
    """``streamlit run app.py`` on a database file, or another command; ``console`` is what it has printed."""

    def __init__(
        self,
        database: Path | None,
        *options: str,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] = (sys.executable, "-m", "streamlit", "run", "app.py"),
        folder: Path = ROOT,
        port: int = 0,
    ) -> None:
        self.database = database
        self.url = f"http://localhost:{port or free_port()}"
        self._lines: list[str] = []
        here = {"STREAMLIT_SERVER_HEADLESS": "true", "STREAMLIT_SERVER_PORT": self.url.rsplit(":", 1)[1]}
        self._process = subprocess.Popen(
            [*command, *options],
            cwd=folder,
            env=os.environ | here | ({"PRACTICES_DB": str(database)} if database else {}) | dict(environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            self._lines.extend(lines)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def console(self) -> str:
        return "".join(self._lines)

    def health(self) -> tuple[int, dict[str, Any]] | None:
        """Return status and body of the health check, None where nobody answers."""
        try:
            with urlopen(f"{self.url}/healthz", timeout=5) as answer:  # noqa: S310 - our own http address
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)
        except (URLError, ConnectionError, TimeoutError):
            return None

    def wait_until_healthy(self) -> Server:
        """Wait until the health check says yes; fails with the console where it does not."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if (answer := self.health()) and answer[0] == 200:
                return self
            if self.exit_code(within=0.1) is not None:
                break
        raise AssertionError(f"the server is not healthy:\n{self.console}")

    def exit_code(self, within: float = PATIENCE) -> int | None:
        """Return the exit code, None where the process still runs after so many seconds."""
        try:
            return self._process.wait(within)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """End the process as a power cut would."""
        self._process.kill()
        self._process.wait()
        self._reader.join(PATIENCE)

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(PATIENCE)
