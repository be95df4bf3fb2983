"""The comparison as a file: exactly the matrix of the screen, as CSV and as a sheet of the workbook."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from practices_db.database.store import Store
from practices_db.files.exports import columns
from practices_db.files.exports.cell_text import harmless, harmless_json
from practices_db.files.exports.csv_json import FORMATS, file_name, write_rows
from practices_db.files.exports.export_tables import reading, recipe_of
from practices_db.files.exports.recipe import Format
from practices_db.queries.comparison import comparison
from practices_db.queries.views import View
from practices_db.translation import ENGLISH, speak

SHEET = "comparison"


@speak(ENGLISH)
def write_comparison(store: Store, view: View, format_: Format, on: date) -> Path:
    """Write the matrix as CSV to the store's export folder and return it; the caller deletes it.

    A row of the matrix is a row of the file, the recipe is the last cell of the first one.
    """
    kind = FORMATS[format_]
    path = store.exports / file_name(view, format_, on, "comparison")
    with reading(store, view) as cursor:
        head, *lines = comparison(cursor, view.chosen.practice).table()
        made = recipe_of(cursor, view, "comparison", format_, on).model_copy(update={"rows": len(lines)})
    recipe = made.as_json() if kind.plain else harmless_json(made.as_json())

    def cells() -> Iterator[list[str | None]]:
        for place, line in enumerate([head, *lines]):
            shown = line if kind.plain else tuple(map(harmless, line))
            yield [*shown, [columns.RECIPE.name, recipe][place] if place < 2 else None]

    write_rows(path, cells(), kind.delimiter)
    return path
