"""Synthetic practices are marked in every row, come again from the same seed, and keep the catalogue's gaps."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.generate import generate
from practices_db.database.store import Store
from practices_db.queries.integrity import integrity_problems


def _all(path: Path, sql: str) -> list[tuple[object, ...]]:
    with Store(path) as store, store.cursor() as cursor:
        return cursor.execute(sql).fetchall()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "made.duckdb"
    generate(path, 3000, seed=3)
    return path


def test_every_row_says_that_it_is_synthetic(made: Path) -> None:
    for table in ("practice", "practice_card"):
        unmarked = _all(
            made,
            f"SELECT id FROM {table} WHERE NOT (starts_with(id, 'synthetic-') AND starts_with(name, 'Synthetic ') "
            "AND starts_with(summary, 'Synthetic') AND starts_with(source_url, 'https://example.org/'))",
        )
        assert unmarked == []
    assert _all(made, "SELECT * FROM answer WHERE NOT starts_with(source_url, 'https://example.org/')") == []
    assert _all(made, "SELECT count(*) FROM practice") == [(3000,)]


def test_it_hangs_together(made: Path) -> None:
    with Store(made) as store, store.cursor() as cursor:
        assert integrity_problems(cursor) == []


def test_the_same_seed_makes_the_same_and_another_does_not(tmp_path: Path) -> None:
    everything = "SELECT * FROM practice_card ORDER BY id"
    for name, seed in (("one", 3), ("again", 3), ("other", 4)):
        generate(tmp_path / name, 30, seed=seed)
    assert _all(tmp_path / "again", everything) == _all(tmp_path / "one", everything)
    assert _all(tmp_path / "other", everything) != _all(tmp_path / "one", everything)


def test_fields_and_gaps_are_as_frequent_as_in_the_catalogue(made: Path, catalogue_db: Path, tmp_path: Path) -> None:
    real = tmp_path / "real.duckdb"
    real.write_bytes(catalogue_db.read_bytes())
    shares = """
        SELECT avg((start_year IS NULL)::INT), avg((len(funding_kinds) = 0)::INT), avg(len(sectors)),
            avg(len(countries)), avg(assessed::INT), avg(answered) FILTER (WHERE assessed) / 32
        FROM practice_card
    """
    for synthetic, catalogue in zip(_all(made, shares)[0], _all(real, shares)[0], strict=True):
        assert synthetic == pytest.approx(catalogue, abs=0.06)
