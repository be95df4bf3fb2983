"""A real OpenID Connect provider on this machine: whoever types an address is that person."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from app_server import PATIENCE, free_port
from playwright.sync_api import Page


class Provider:
    """``provider_app.py`` as its own process."""

    def __init__(self) -> None:
        port = free_port()
        self.url = f"http://localhost:{port}"
        command = [sys.executable, str(Path(__file__).with_name("provider_app.py")), str(port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @property
    def metadata(self) -> str:
        return f"{self.url}/.well-known/openid-configuration"

    def wait_until_there(self) -> Provider:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                with urlopen(self.metadata, timeout=5) as answer:  # noqa: S310 - our own http address
                    if answer.status == 200:
                        return self
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.2)
        raise AssertionError("the provider does not answer")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)

    def secrets(self, folder: Path) -> Path:
        """Write what the app has to know of the provider, as docs/curation.md says it, and return the file."""
        file = folder / "secrets.toml"
        file.write_text(
            "[auth]\n"
            'redirect_uri = "http://localhost:{port}/oauth2callback"\n'
            'cookie_secret = "made for one run of the tests, of no use anywhere"\n'
            'client_id = "practices"\n'
            'client_secret = "made for one run of the tests"\n'
            f'server_metadata_url = "{self.metadata}"\n',
            encoding="utf-8",
        )
        return file


def log_in(page: Page, address: str, app: str) -> None:
    """Press "Log in" on the curation page, say at the provider who one is, and open the curation page again."""
    page.goto(f"{app}/curation")
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_placeholder("sub").fill(address)
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url(f"{app}/")
    page.goto(f"{app}/curation")
