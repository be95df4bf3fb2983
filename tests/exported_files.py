"""Files as a page takes them away, and their rows."""

from __future__ import annotations

import csv
import io
from datetime import date

from practices_db.catalogue.practice_filter import PracticeFilter, Sort
from practices_db.database.store import Store
from practices_db.files.exports.csv_json import FORMATS, content, write_csv
from practices_db.files.exports.recipe import Contents, Format
from practices_db.queries.views import View

DAY = date(2026, 2, 3)


def exported(
    store: Store, chosen: PracticeFilter, sort: Sort, *, contents: Contents = "scores", format_: Format = "csv"
) -> bytes:
    """Return the CSV file of a filter on Explore, taken away on ``DAY``."""
    return content(write_csv(store, View(chosen=chosen, sort=sort), contents, format_, DAY))


def rows_of(file: bytes, format_: Format = "csv") -> list[dict[str, str]]:
    """Return the rows of a CSV file by column."""
    text = io.StringIO(file.decode("utf-8-sig"), newline="")
    return list(csv.DictReader(text, strict=True, delimiter=FORMATS[format_].delimiter))
