"""The findings as spreadsheets take them: nothing runs, and every row is there."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import oracles
import pytest

from practices_db.curation import edit_library, releases
from practices_db.curation.permissions import Actor
from practices_db.curation.versioned_change import Edit
from practices_db.database.store import Store
from practices_db.files.exports.cell_text import as_typed
from practices_db.files.exports.csv_json import FORMATS, Format
from practices_db.files.exports.findings_file import findings_as, findings_csv
from practices_db.queries.practices import data_version

CURATOR = Actor("curator", "person:0123456789abcdef")
FINDINGS = oracles.read_csv(oracles.CATALOGUE / "findings.csv")


@pytest.mark.parametrize("format_", ["csv-semicolon", "csv-comma"])
def test_no_finding_runs_in_a_spreadsheet(catalogue_db: Path, tmp_path: Path, format_: Format) -> None:
    path = tmp_path / "own.duckdb"
    shutil.copy(catalogue_db, path)
    id_ = ">".join(FINDINGS[0][name] for name in ("publication_id", "measure_type", "form", "outcome"))
    with Store(path) as store:
        edit_library.edit(store, "finding", Edit(CURATOR, id_, 1, "synthetic"), {"effect_text": "=1+1"})
        with store.cursor() as cursor:
            seen = data_version(cursor).number
        releases.publish(store, CURATOR, "synthetic", seen)
        text = findings_as(store, format_).decode("utf-8-sig")
        raw = list(csv.DictReader(io.StringIO(findings_csv(store).decode(), newline="")))
    found = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=FORMATS[format_].delimiter))
    assert "'=1+1" in {row["effect_text"] for row in found}
    assert "=1+1" not in {row["effect_text"] for row in found}
    assert {row.pop("format") for row in found} == {format_}
    assert [{name: as_typed(cell) for name, cell in row.items()} for row in found] == raw
