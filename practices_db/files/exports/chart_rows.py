"""What goes with a chart that is taken away: its recipe, its name, and its rows as CSV."""

from __future__ import annotations

import re
from datetime import date

from practices_db import frames as pd
from practices_db.catalogue.selection_texts import found
from practices_db.database.store import Store
from practices_db.files.exports.columns import RECIPE
from practices_db.files.exports.csv_json import csv_bytes, unique_name
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
    cells = rows.astype(object).where(rows.notna(), None).itertuples(index=False)
    lines = ([*row, None if place else made.as_json()] for place, row in enumerate(cells))
    return csv_bytes([[*rows.columns, RECIPE.name], *lines])


def chart_file_name(title: str, suffix: str, on: date) -> str:
    """Return a file name for a chart; no two are the same."""
    words = re.sub("[^a-z0-9]+", "_", title.lower())[:40].strip("_")
    return unique_name(f"chart_{words}", on, f".{suffix}")
