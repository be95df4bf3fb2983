"""Charts as SVG and PNG, made on this machine by vl-convert (the optional extra ``charts``); nothing is fetched.

Images are for paper and slides, so they are always in the light theme. Each says under its title what it shows and
how it was made, and carries the whole recipe: an SVG as metadata, a PNG as text.
"""

from __future__ import annotations

import functools
import importlib.util
import struct
import textwrap
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from xml.sax.saxutils import escape

import streamlit as st

from practices_db.files.exports.recipe import Recipe
from practices_db.translation import _

ImageFormat = Literal["svg", "png"]
MIME: dict[ImageFormat, str] = {"svg": "image/svg+xml", "png": "image/png"}
_WIDTH = 820  # pixels, and how many letters they hold in a line of the title and of the recipe
_OF_TITLE, _OF_RECIPE = 80, 120
_SCALE = 2  # pixels of a PNG for each of the screen
_KEYWORD = b"Recipe"


@functools.cache
def possible() -> bool:
    """Whether images can be made here: vl-convert is an optional dependency."""
    return importlib.util.find_spec("vl_convert") is not None


def image(
    spec: Mapping[str, Any], rows: Sequence[Mapping[str, Any]] | None, format_: ImageFormat, made: Recipe
) -> bytes:
    """Return a chart with its rows as an image; what it shows and its recipe stand above it and inside the file.

    ``rows`` is None where the specification has them. Text is drawn as text, never read as markup.
    """
    import vl_convert  # noqa: PLC0415 - optional, and only loaded when somebody wants an image

    # A text in "title" could be an expression; a list of lines is only ever text.
    title = {
        "text": textwrap.wrap(made.chart or made.selection, _OF_TITLE),
        "subtitle": textwrap.wrap(f"{made.cite} {_(made.method)}", _OF_RECIPE),
    }
    whole = {**spec, "width": _WIDTH, "title": title}
    if rows is not None:
        whole["data"] = {"values": list(rows)}
    if format_ == "svg":
        svg: str = vl_convert.vegalite_to_svg(whole, config=_look(), allowed_base_urls=[])
        return _described(svg, made).encode()
    png: bytes = vl_convert.vegalite_to_png(whole, scale=_SCALE, config=_look(), allowed_base_urls=[])
    return _with_text(png, made.as_json())


def _look() -> dict[str, Any]:
    """Return the light theme of the app as Vega's configuration."""

    def option(name: str) -> Any:
        return st.get_option(f"theme.light.{name}")

    ink, grey, line = option("textColor"), option("grayTextColor"), option("borderColor")
    colours, ramp = option("chartCategoricalColors"), option("chartSequentialColors")
    letters = {"labelColor": grey, "titleColor": ink, "labelFontSize": 12, "titleFontSize": 12}
    letters |= {"titleFontWeight": "normal"}
    return {
        "background": option("backgroundColor"),
        "padding": 16,
        "view": {"stroke": None},
        "mark": {"color": colours[0]},
        "axis": {**letters, "gridColor": line, "domainColor": line, "tickColor": line},
        "legend": letters,
        "title": {"anchor": "start", "frame": "bounds", "color": ink, "fontSize": 17, "offset": 18}
        | {"subtitleColor": grey, "subtitleFontSize": 11.5, "subtitlePadding": 6, "subtitleLineHeight": 15},
        "range": {"category": colours, "ordinal": ramp, "ramp": ramp, "heatmap": ramp},
    }


def _described(svg: str, made: Recipe) -> str:
    """Put a title, which programs read out, and the recipe into an SVG."""
    opening, rest = svg.split(">", 1)
    title = escape(made.chart or made.selection)
    inside = f"<title>{title}</title><metadata>{escape(made.as_json())}</metadata>"
    return f'{opening} role="img">{inside}{rest}'


def _with_text(png: bytes, text: str) -> bytes:
    """Put a text into a PNG as an iTXt chunk, before the last chunk (PNG 1.2, section 4.2.3.3)."""
    body = b"iTXt" + _KEYWORD + b"\0\0\0\0\0" + text.encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:-12] + chunk + png[-12:]
