"""Fixtures of the unit tests: the small made-up catalogue."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import oracles
import pytest

from practices_db.database.commit_marker import witness_path
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
def database(tiny_db: Path, tmp_path: Path) -> Path:
    """Return where a copy of the made-up database is that a test may change, with its witness."""
    path = Path(shutil.copy(tiny_db, tmp_path / "made-up.duckdb"))
    shutil.copy(witness_path(tiny_db), witness_path(path))
    return path


@pytest.fixture(scope="session")
def made_up(tiny_db: Path) -> Iterator[Store]:
    """Return a store on the made-up catalogue, for reading only."""
    with Store(tiny_db, read_only="of all tests that only read") as opened:
        yield opened


@pytest.fixture
def tiny_store(database: Path) -> Iterator[Store]:
    """Return a store on a copy of the made-up catalogue that a test may change."""
    with Store(database) as opened:
        yield opened


@pytest.fixture(scope="session")
def part_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database built once from part of the real catalogue: a release of it takes half the time.

    It has the whole library and the practices that lead somewhere in it, one with several types of measure, one with
    its main type only, one whose answers disagree, and one that was never assessed but is documented. Its files lie
    beside it.
    """
    folder = tmp_path_factory.mktemp("part")
    tables = {path.name: oracles.read_csv(path) for path in oracles.CATALOGUE.glob("*.csv")}
    ids = {"accelair", "acompanando-t", "casa-scalabrini-634", "south-moravian-regional-centre-for-foreigners"}
    ids |= {"ment-migrant-entrepreneurship-supported-by-mentors"}
    ids |= {row["to_id"] for row in tables["links.csv"]}
    ids |= {row["practice_id"] for name in ("costs", "rates_without_comparison") for row in tables[f"{name}.csv"]}
    for name, rows in tables.items():
        of = "id" if name == "practices.csv" else "practice_id"
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(row for row in rows if of not in row or row[of] in {*ids, ""})
    path = folder / "practices.duckdb"
    build(path, folder)
    return path


@pytest.fixture
def own(part_db: Path, tmp_path: Path) -> Iterator[Store]:
    """Return a store on a copy of that part that a test may change."""
    with Store(Path(shutil.copy(part_db, tmp_path / "own.duckdb"))) as opened:
        yield opened


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the test have a temporary directory of its own, to see what is left in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


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
