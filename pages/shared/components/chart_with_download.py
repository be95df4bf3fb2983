"""A chart on a page, and beside it the chart to take away: as an image, and as the rows it is drawn from.

The page and the image are in the reader's language. The rows as a file are the same in every language, so they are
made anew, in English, when somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, NamedTuple, get_args

import pandas as pd
import streamlit as st

from pages.shared.components import chart_images, charts, database
from pages.shared.components.chart_images import ImageFormat
from pages.shared.components.file_button import file_button
from pages.shared.components.popover import popover
from pages.shared.components.screen_texts import escaped
from practices_db.files.exports.chart_rows import chart_csv, chart_file_name, chart_recipe
from practices_db.files.exports.recipe import Format, Recipe
from practices_db.queries.views import View
from practices_db.translation import ENGLISH, N_, _, language, speak

_WORDS: dict[ImageFormat, str] = {"svg": N_("SVG, for print"), "png": N_("PNG, for slides")}


class Drawn(NamedTuple):
    """What a chart is drawn from: ``rows`` is None where the specification has them (as ``counts``)."""

    rows: pd.DataFrame | None
    spec: charts.Spec


def show(view: View, make: Callable[[], Drawn], key: str, title: Callable[[], str]) -> str | None:
    """Draw a chart of a view and beside it the button to take it away; return the ``id`` of the mark chosen in it.

    ``title`` says what the chart shows: to those who do not see it, and in the image. Both functions are called in
    the reader's language for the page and in English for a file, so every text is made within them.
    """
    drawn, today = make(), date.today()
    picked = charts.draw(*drawn, key, title())

    def recipe(format_: Format) -> Recipe:
        return chart_recipe(database.store(), view, title(), format_, today)

    def image(format_: ImageFormat) -> bytes:
        return chart_images.image(drawn.spec, _records(drawn.rows), format_, recipe(format_))

    @speak(ENGLISH)
    def data() -> bytes:
        rows, spec = make()
        return chart_csv(pd.DataFrame(spec["datasets"]["counts"]) if rows is None else rows, recipe("csv"))

    def button(label: str, made: Callable[[], bytes], suffix: str, mime: str) -> None:
        with speak(ENGLISH):
            name = chart_file_name(title(), suffix, today)
        file_button(label, made, name, mime, key=f"take_{key}_{suffix}", width="stretch")

    def choices() -> None:
        st.caption(_("{title}. Image and data say how they were made.").format(title=escaped(title())))
        if chart_images.possible():
            for format_ in get_args(ImageFormat):
                made = speak(language())(partial(image, format_))
                button(_(_WORDS[format_]), made, format_, chart_images.MIME[format_])
        else:
            st.caption(_("Images need the optional extra “charts” of this app (see its README)."))
        button(_("Its data, CSV"), data, "csv", "text/csv")

    popover(_("Download chart"), choices, f"take_{key}", icon=":material/image:", type="tertiary")
    return picked


def _records(rows: pd.DataFrame | None) -> list[dict[str, Any]] | None:
    """Return rows as JSON has them: no value is None."""
    if rows is None:
        return None
    cells = rows.astype(object).where(rows.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in cells.to_dict("records")]
