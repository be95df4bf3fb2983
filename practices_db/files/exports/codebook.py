"""The codebook of an exported table: what each of its columns means, how it is written, which ids it may hold.

Made from the columns themselves (columns.py), as the workbook's glossary is.
"""

from __future__ import annotations

from collections.abc import Iterable

from practices_db.catalogue.vocabularies import vocabulary
from practices_db.files.exports.cell_text import harmless
from practices_db.files.exports.columns import RECIPE, Column, Kind
from practices_db.files.exports.csv_json import FORMATS, csv_bytes
from practices_db.files.exports.export_tables import columns_of
from practices_db.files.exports.recipe import Contents, Format
from practices_db.queries.views import View
from practices_db.translation import ENGLISH, speak

FILE_NAME = "codebook.csv"
HEADER = ("column", "meaning", "written as", "ids")
_WRITTEN: dict[Kind, str] = {
    "text": "text",
    "code": "id, address or word of a list",
    "list": "several texts, separated by ;",
    "codes": "several ids, separated by ;",
    "urls": "several addresses, separated by spaces",
    "number": "number, at most 4 decimals",
    "whole": "whole number",
    "date": "day, YYYY-MM-DD",
    "flag": "yes or no; blank: not known",
}
_MOST_IDS = 60  # longer lists are public ones, as that of countries


def lines(columns: Iterable[Column]) -> list[tuple[str, str, str, str]]:
    """Return (column, meaning, how it is written, ids and what they mean) for each column."""
    return [(one.name, one.meaning, _WRITTEN[one.kind], _ids(one)) for one in columns]


@speak(ENGLISH)
def codebook_csv(view: View, contents: Contents, format_: Format) -> bytes:
    """Return the codebook of a view's CSV file of this format, as a CSV file with the same separator."""
    kind = FORMATS[format_]
    rows = [HEADER, *lines([*columns_of(view, contents), RECIPE])]
    guard = str if kind.plain else harmless
    return csv_bytes(([guard(cell) for cell in row] for row in rows), kind.delimiter)


def _ids(column: Column) -> str:
    values = vocabulary(column.vocabulary) if column.vocabulary else {}
    return "; ".join(f"{id_}: {label}" for id_, label in values.items()) if len(values) <= _MOST_IDS else ""
