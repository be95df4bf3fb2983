"""The findings as spreadsheets take them: nothing runs, and every row is there."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import oracles
import pytest

from practices_db.database.store import Store
from practices_db.files.exports.cell_text import as_typed
from practices_db.files.exports.csv_json import FORMATS, Format
from practices_db.files.exports.findings_file import findings_as, findings_csv

FINDINGS = oracles.read_csv(oracles.CATALOGUE / "findings.csv")


@pytest.mark.parametrize("format_", ["csv-semicolon", "csv-comma"])
def test_no_finding_runs_in_a_spreadsheet(catalogue_db: Path, tmp_path: Path, format_: Format) -> None:
    path = tmp_path / "own.duckdb"
    shutil.copy(catalogue_db, path)
    with Store(path) as store:
        sql = "UPDATE released_finding SET effect_text = '=1+1' WHERE publication_id = $id"
        store.write(lambda cursor: cursor.execute(sql, {"id": FINDINGS[0]["publication_id"]}))
        text = findings_as(store, format_).decode("utf-8-sig")
        raw = list(csv.DictReader(io.StringIO(findings_csv(store).decode(), newline="")))
    found = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=FORMATS[format_].delimiter))
    assert "'=1+1" in {row["effect_text"] for row in found}
    assert "=1+1" not in {row["effect_text"] for row in found}
    assert {row.pop("format") for row in found} == {format_}
    assert [{name: as_typed(cell) for name, cell in row.items()} for row in found] == raw
