"""The findings on types of measure, whole: with study families, both coders' directions and, in JSON, the labels."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from criteria.synthesis import current_rule
from practices_db.catalogue.csv_reader import parse
from practices_db.catalogue.practice_rows import columns
from practices_db.catalogue.type_rows import FindingRow
from practices_db.catalogue.write_files import file_text
from practices_db.database.store import Store, rows_of
from practices_db.files.exports.cell_text import harmless, harmless_inside
from practices_db.files.exports.csv_json import FORMATS, csv_bytes
from practices_db.files.exports.recipe import LICENCE, Format
from practices_db.queries import evidence_by_type, practices
from practices_db.queries.what_works import WhatWorks
from practices_db.translation import ENGLISH, speak

_NO_TEXT = {"horizon", "checked_on"}  # a horizon is in months here


FILE = "findings_all"  # what the files are called


@speak(ENGLISH)
def findings_csv(store: Store) -> bytes:
    """Return every released finding as the catalogue's file has it; it can be imported as it is."""
    with store.cursor() as cursor:
        return file_text(cursor, "findings.csv")


def findings_as(store: Store, format_: Format) -> bytes:
    """Return the same in one of the formats; for a spreadsheet text that it would run or change has an apostrophe.

    The column ``format`` says so, for whoever reads the file again.
    """
    if FORMATS[format_].plain:
        return findings_csv(store)
    head, *rows = parse(findings_csv(store).decode())
    guards = [harmless_inside if name in _NO_TEXT else harmless for name in head]
    guarded = ([*(guard(cell) for guard, cell in zip(guards, row, strict=True)), format_] for row in rows)
    return csv_bytes([[*head, "format"], *guarded], FORMATS[format_].delimiter)


@speak(ENGLISH)
def findings_json(store: Store, on: date) -> bytes:
    """Return {"data_version", "exported_on", "licence", "rule", "labels": […], "findings": […]} as JSON."""
    with store.cursor() as cursor:
        cursor.begin()  # findings and labels of one release
        try:
            rows = rows_of(evidence_by_type.findings(cursor)[columns(FindingRow)])
            labels = WhatWorks.read(cursor).syntheses.values()
            version = practices.data_version(cursor).short
        finally:
            cursor.rollback()
    content = {
        "data_version": version,
        "exported_on": on.isoformat(),
        "licence": LICENCE,
        "rule": current_rule().model_dump(mode="json"),
        "labels": [
            {
                "measure_type": one.measure_type,
                "form": one.form,
                "outcome": one.outcome,
                "label": one.label,
                "certainty": one.certainty,
                "studies": len(one.studies),
                "randomised": one.randomised,
                "countries": one.countries,
            }
            for one in labels
        ],
        "findings": [{name: _plain(value) for name, value in row.items()} for row in rows],
    }
    return json.dumps(content, ensure_ascii=False).encode()


def _plain(value: Any) -> Any:
    """Return a cell as JSON has it: days as ISO dates, lists as lists, whole numbers whole."""
    if hasattr(value, "strftime"):
        return value.strftime("%Y-%m-%d")
    if hasattr(value, "tolist"):
        return value.tolist()
    return int(value) if isinstance(value, float) else value
