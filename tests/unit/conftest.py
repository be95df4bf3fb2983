"""Fixtures of the unit tests: the small made-up catalogue."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import oracles
import pytest

from practices_db.database.store import Store
from practices_db.operations.build import build

Table = list[list[str]]


@pytest.fixture(scope="session")
def tiny_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database built once from the made-up catalogue; copy it before opening it."""
    path = tmp_path_factory.mktemp("tiny") / "practices.duckdb"
    build(path, oracles.SYNTHETIC)
    return path


@pytest.fixture
def tiny_store(tiny_db: Path, tmp_path: Path) -> Iterator[Store]:
    """Return a store on a copy of the made-up catalogue that a test may change."""
    copy = tmp_path / "tiny.duckdb"
    shutil.copy(tiny_db, copy)
    with Store(copy) as opened:
        yield opened


@pytest.fixture
def own(catalogue_db: Path, tmp_path: Path) -> Iterator[Store]:
    """Return a store on a copy of the real catalogue that a test may change."""
    copy = tmp_path / "own.duckdb"
    shutil.copy(catalogue_db, copy)
    with Store(copy) as opened:
        yield opened


@pytest.fixture
def edited_catalogue(tmp_path: Path) -> Callable[[Callable[[dict[str, Table]], None]], Path]:
    """Return a function that edits a copy of the made-up catalogue and says where it is."""

    def edited(edit: Callable[[dict[str, Table]], None]) -> Path:
        folder = tmp_path / "edited-catalogue"
        folder.mkdir()
        tables: dict[str, Table] = {}
        for name in ("practices", "sources", "assessments"):
            with (oracles.SYNTHETIC / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                tables[name] = list(csv.reader(file, strict=True))
        edit(tables)
        for name, rows in tables.items():
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(rows)
        return folder

    return edited
