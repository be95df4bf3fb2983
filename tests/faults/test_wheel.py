"""The wheel, built and installed into an environment of its own: the command serves everything from an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from app_server import ROOT, Server

pytestmark = pytest.mark.slow  # a minute beside other work, of which half goes into building and installing
IN_THE_WHEEL = (".streamlit", "app.py", "criteria", "data", "locale", "pages", "practices_db")


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the installed command; the dependencies are those of the environment that runs the tests."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    secrets = ROOT / ".streamlit" / "secrets.of-a-test.toml"  # made up
    secrets.write_text('client_secret = "made up"\n', encoding="utf-8")
    try:
        subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT)], check=True)
    finally:
        secrets.unlink()
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=False)
    (packages,) = (folder / "venv").glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    python = str(folder / "venv" / "bin" / "python")
    subprocess.run([*pip, "--python", python, "install", "--no-deps", "--no-index", str(wheel)], check=True)
    return folder / "venv" / "bin" / "integration-practices"


@pytest.fixture(scope="module")
def _stranger() -> Iterator[None]:
    """Take from the environment what somebody has who works on this repository."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(("PRACTICES_", "PYTHON", "STREAMLIT_")):
                patch.delenv(name)
        yield


@pytest.fixture(scope="module")
def server(command: Path, _stranger: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("empty")
    running = Server(None, command=[str(command), "serve"], folder=folder)
    try:
        yield running.wait_until_healthy()
    finally:
        running.stop()
    assert (folder / "practices.duckdb").is_file()  # in the working folder, where nothing names another


def asked(url: str) -> bytes:
    with urlopen(url, timeout=20) as answer:  # noqa: S310 - our own http address
        return bytes(answer.read())


def test_serves_pages_routes_and_files_from_an_empty_folder(server: Server) -> None:
    from protocol_visitor import Visitor  # noqa: PLC0415 - of the extra "dev"

    assert "practices.duckdb is not there yet: it is built from the catalogue" in server.console
    health = json.loads(asked(f"{server.url}/healthz"))
    assert health["status"] == "ok"
    assert b"<title>Integration Practices</title>" in asked(f"{server.url}/explore")
    assert len(json.loads(asked(f"{server.url}/api/practices.json"))["practices"]) == health["practices"] > 100
    assert asked(f"{server.url}/api/practices.xlsx?country=SE").startswith(b"PK")
    with Visitor(server.url) as visitor:
        for page in ("", "explore", "about", "gaps", "method", "self_assessment"):
            screen = visitor.visit(page)
            assert screen.faults == screen.error_ids == []
            assert len(list(screen.elements())) > 5, page


def test_every_file_that_the_app_needs_is_in_the_wheel(command: Path) -> None:
    listed = subprocess.run(["git", "ls-files", *IN_THE_WHEEL], cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S607
    (installed,) = command.parents[1].glob("lib/python*/site-packages/integration_practices")
    assert len(there := listed.stdout.split()) > 200
    held = {one.relative_to(installed).as_posix() for one in installed.rglob("*") if one.is_file()}
    assert {one for one in held if "__pycache__" not in one} == set(there)  # and nothing of an operator's, no secret


@pytest.mark.usefixtures("_stranger")
def test_the_other_commands_work_there(command: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRACTICES_DB")  # that every test has (tests/conftest.py)

    def run(*arguments: str) -> str:
        done = subprocess.run([command, *arguments], cwd=tmp_path, check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout

    assert "Usage: integration-practices" in run("--help")
    assert run("build").startswith("practices.duckdb: ")
    assert "no problems" in run("check")
    run("export", "--country", "SE", "--output", "sweden.csv")
    assert (tmp_path / "sweden.csv").read_bytes().count(b"\n") > 2
