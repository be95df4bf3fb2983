"""What goes with a chart that is taken away: its recipe, its name, and its rows as CSV."""

from __future__ import annotations

import csv
import io
import re
import secrets
from datetime import date

import pandas as pd

from practices_db.catalogue.selection_texts import found
from practices_db.database.store import Store
from practices_db.files.exports.columns import RECIPE
from practices_db.files.exports.csv_json import BOM
from practices_db.files.exports.export_tables import reading, recipe_of
from practices_db.files.exports.recipe import PRACTICE, Format, Recipe, cite
from practices_db.queries.selection_counts import read_counts
from practices_db.queries.views import View
from practices_db.translation import ENGLISH, speak


def chart_recipe(store: Store, view: View, title: str, format_: Format, on: date) -> Recipe:
    """Return the recipe of a chart of a view; ``title`` says what the chart shows.

    An image says how to cite it, so that is in the reader's language.
    """
    with reading(store, view) as cursor:
        made = recipe_of(cursor, view, "scores", format_, on).model_copy(update={"chart": title})
        if format_ == "csv":
            return made
        names = {one.id: one.name for one in made.filters if one.filter == PRACTICE}
        cited = cite(made, found(view.chosen, read_counts(cursor, view.chosen), names))
    return made.model_copy(update={"cite": cited})


@speak(ENGLISH)
def chart_csv(rows: pd.DataFrame, made: Recipe) -> bytes:
    """Return the rows a chart is drawn from as CSV: exact text, comma, decimal point, the recipe in the first row."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*rows.columns, RECIPE.name])
    cells = rows.astype(object).where(rows.notna(), None)
    for place, row in enumerate(cells.itertuples(index=False)):
        writer.writerow([*row, None if place else made.as_json()])
    return (BOM + out.getvalue()).encode()


def chart_file_name(title: str, suffix: str, on: date) -> str:
    """Return a file name for a chart, with a random part, so that no two are the same."""
    words = re.sub("[^a-z0-9]+", "_", title.lower())[:40].strip("_")
    return f"chart_{words}_{on.isoformat()}_{secrets.token_hex(8)}.{suffix}"
