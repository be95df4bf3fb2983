"""A chart on a page, and beside it the chart to take away: as an image, and as the rows it is drawn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, get_args

import pandas as pd
import streamlit as st

from pages.shared.components import chart_images, charts, database
from pages.shared.components.chart_images import ImageFormat
from pages.shared.components.screen_texts import escaped
from practices_db.files.exports.chart_rows import chart_csv, chart_file_name, chart_recipe
from practices_db.files.exports.recipe import Format, Recipe
from practices_db.queries.views import View
from practices_db.translation import N_, _

_WORDS: dict[ImageFormat, str] = {"svg": N_("SVG, for print"), "png": N_("PNG, for slides")}


@dataclass(frozen=True)
class _Figure:
    """A chart of a view: ``rows`` is None where the specification has them (as ``counts``)."""

    view: View
    rows: pd.DataFrame | None
    spec: charts.Spec
    key: str
    title: str

    def recipe(self, format_: Format, on: date) -> Recipe:
        """Return how the chart was made."""
        return chart_recipe(database.store(), self.view, self.title, format_, on)

    def image(self, format_: ImageFormat, on: date) -> bytes:
        """Return the chart as an image."""
        return chart_images.image(self.spec, _records(self.rows), format_, self.recipe(format_, on))

    def data(self, on: date) -> bytes:
        """Return the rows the chart is drawn from as CSV."""
        rows = pd.DataFrame(self.spec["datasets"]["counts"]) if self.rows is None else self.rows
        return chart_csv(rows, self.recipe("csv", on))


def show(view: View, rows: pd.DataFrame | None, spec: charts.Spec, key: str, title: str) -> str | None:
    """Draw a chart of a view and beside it the button to take it away; return the ``id`` of the mark chosen in it.

    ``title`` says what the chart shows: to those who do not see it, and in the image.
    """
    picked = charts.draw(rows, spec, key, title)
    _take_away(_Figure(view, rows, spec, key, title))
    return picked


def _take_away(figure: _Figure) -> None:
    today = date.today()
    with st.popover(_("Download chart"), icon=":material/image:", type="tertiary", key=f"take_{figure.key}"):
        st.caption(_("{title}. Image and data say how they were made.").format(title=escaped(figure.title)))
        if chart_images.possible():
            for format_ in get_args(ImageFormat):
                make = partial(figure.image, format_, today)
                _button(figure, _(_WORDS[format_]), make, format_, chart_images.MIME[format_])
        else:
            st.caption(_("Images need the optional extra “charts” of this app (see its README)."))
        _button(figure, _("Its data, CSV"), partial(figure.data, today), "csv", "text/csv")


def _button(figure: _Figure, label: str, make: Callable[[], bytes], suffix: str, mime: str) -> None:
    st.download_button(
        label,
        data=make,
        file_name=chart_file_name(figure.title, suffix, date.today()),
        mime=mime,
        key=f"take_{figure.key}_{suffix}",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )


def _records(rows: pd.DataFrame | None) -> list[dict[str, Any]] | None:
    """Return rows as JSON has them: no value is None."""
    if rows is None:
        return None
    cells = rows.astype(object).where(rows.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in cells.to_dict("records")]
