"""Fixtures for every test: a built database, a store on a copy of it, and distance from the real one."""

from __future__ import annotations

import gc
import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import corpora as larger
import pytest
from hypothesis import is_hypothesis_test, settings

from practices_db.curation import budgets
from practices_db.database.store import Store
from practices_db.operations import release_tables
from practices_db.operations.build import build

# The browser tests need Playwright, which comes with the extra "dev": without it they are not even read. CI installs it
# and asks for them by name (-m e2e), so that there a missing Playwright fails.
collect_ignore = [] if importlib.util.find_spec("playwright") else ["e2e"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--few", action="store_true", help="of each file two tests with one case: for a second Python")


def pytest_configure(config: pytest.Config) -> None:
    # of each property the default run tries few examples, and "-m slow" so many more: its long form
    examples = 500 if config.getoption("markexpr") == "slow" else 50
    settings.register_profile("ci", deadline=None, max_examples=examples, derandomize=True, print_blob=True)
    settings.register_profile("dev", deadline=None, max_examples=examples)
    settings.load_profile("ci" if os.environ.get("CI") else "dev")
    if larger.MISSING:
        raise pytest.UsageError(f"{larger.VARIABLE} names {larger.FOLDER}, where these are missing: {larger.MISSING}")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "corpora" in getattr(item, "fixturenames", ()):
            item.add_marker("corpora")
        if config.getoption("markexpr") == "slow" and is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("slow")
    if config.getoption("--few"):
        longer = {"slow", "e2e", "office"}
        of_file: dict[Path, dict[str, pytest.Item]] = {}
        for item in items:
            if not longer & {mark.name for mark in item.iter_markers()}:
                of_file.setdefault(item.path, {}).setdefault(item.nodeid.partition("[")[0], item)
        items[:] = [item for first in of_file.values() for item in [*first.values()][:2]]


def pytest_collection_finish() -> None:
    """Let garbage collection pass over what stays, and come less often: it took a tenth of the processor time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if larger.FOLDER is None:
        terminalreporter.section("larger corpora of hostile input")
        terminalreporter.write_line(
            f"Not there: {', '.join(larger.NAMES)} ({larger.VARIABLE} names no folder). "
            "Tests marked corpora took the project's own strings only, or were skipped."
        )


@pytest.fixture(scope="session")
def corpora() -> Path:
    """Return the folder of the larger corpora; a test that cannot do without them is skipped."""
    if larger.FOLDER is None:
        pytest.skip("the larger corpora are not there")
    return larger.FOLDER


@pytest.fixture(autouse=True)
def _away_from_the_real_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PRACTICES_DB", str(tmp_path / "practices.duckdb"))
    # a test before may have started a server in this process, or released where the tables could not be reached
    budgets.know_askers(lambda: None)
    monkeypatch.setattr(release_tables.Behind, "because", "")


@pytest.fixture(scope="session")
def catalogue_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database built once from the real catalogue; copy it before opening it."""
    path = tmp_path_factory.mktemp("catalogue") / "practices.duckdb"
    build(path)
    return path


@pytest.fixture(scope="session")
def store(catalogue_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store on a copy of the real catalogue, for reading only."""
    copy = tmp_path_factory.mktemp("store") / "practices.duckdb"
    shutil.copy(catalogue_db, copy)
    with Store(copy) as opened:
        yield opened
