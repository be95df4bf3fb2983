"""A chart on a page, and beside it the chart to take away: as an image, and as the rows it is drawn from.

The page and the image are in the reader's language. The rows as a file are the same in every language, so they are
made anew, in English, when somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, NamedTuple, get_args

import pandas as pd
import streamlit as st

from pages.shared.components import chart_images, charts, database
from pages.shared.components.chart_images import ImageFormat
from pages.shared.components.file_button import file_button
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


@dataclass(frozen=True)
class _Figure:
    """A chart of a view: ``drawn`` and its title are in the reader's language; ``make`` and ``say`` make them anew."""

    view: View
    drawn: Drawn
    make: Callable[[], Drawn]
    say: Callable[[], str]
    key: str

    def recipe(self, format_: Format, on: date) -> Recipe:
        """Return how the chart was made."""
        return chart_recipe(database.store(), self.view, self.say(), format_, on)

    def image(self, format_: ImageFormat, on: date) -> bytes:
        """Return the chart as an image."""
        return chart_images.image(self.drawn.spec, _records(self.drawn.rows), format_, self.recipe(format_, on))

    @speak(ENGLISH)
    def data(self, on: date) -> bytes:
        """Return the rows the chart is drawn from as CSV."""
        rows, spec = self.make()
        return chart_csv(pd.DataFrame(spec["datasets"]["counts"]) if rows is None else rows, self.recipe("csv", on))

    @speak(ENGLISH)
    def file_name(self, suffix: str) -> str:
        """Return a name for a file of the chart."""
        return chart_file_name(self.say(), suffix, date.today())


def show(view: View, make: Callable[[], Drawn], key: str, title: Callable[[], str]) -> str | None:
    """Draw a chart of a view and beside it the button to take it away; return the ``id`` of the mark chosen in it.

    ``title`` says what the chart shows: to those who do not see it, and in the image. Both functions are called in
    the reader's language for the page and in English for a file, so every text is made within them.
    """
    figure = _Figure(view, make(), make, title, key)
    picked = charts.draw(*figure.drawn, key, title())
    _take_away(figure)
    return picked


def _take_away(figure: _Figure) -> None:
    today = date.today()
    with st.popover(_("Download chart"), icon=":material/image:", type="tertiary", key=f"take_{figure.key}"):
        st.caption(_("{title}. Image and data say how they were made.").format(title=escaped(figure.say())))
        if chart_images.possible():
            for format_ in get_args(ImageFormat):
                make = speak(language())(partial(figure.image, format_, today))
                _button(figure, _(_WORDS[format_]), make, format_, chart_images.MIME[format_])
        else:
            st.caption(_("Images need the optional extra “charts” of this app (see its README)."))
        _button(figure, _("Its data, CSV"), partial(figure.data, today), "csv", "text/csv")


def _button(figure: _Figure, label: str, make: Callable[[], bytes], suffix: str, mime: str) -> None:
    key = f"take_{figure.key}_{suffix}"
    file_button(label, make, figure.file_name(suffix), mime, key=key, width="stretch")


def _records(rows: pd.DataFrame | None) -> list[dict[str, Any]] | None:
    """Return rows as JSON has them: no value is None."""
    if rows is None:
        return None
    cells = rows.astype(object).where(rows.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in cells.to_dict("records")]
