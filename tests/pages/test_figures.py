"""Charts to take away: images that say what they show and how they were made, and their data where images cannot be."""

from __future__ import annotations

import csv
import io
import struct
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree

import oracles
import pandas as pd
import pytest
import screen
from exported_files import DAY
from screen import Visit

from pages.shared.components import chart_images, chart_with_download, charts, tables
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.files.exports.chart_rows import chart_csv, chart_file_name, chart_recipe
from practices_db.files.exports.recipe import Recipe
from practices_db.queries import practices
from practices_db.queries.views import View

VIEW = View(chosen=PracticeFilter(country=("IT",), sector=("housing-and-settlement",)))
TITLE = "Range bars of both scores"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def lines(store: Store) -> pd.DataFrame:
    with store.cursor() as cursor:
        return tables.range_lines(practices.find_practices(cursor, VIEW.chosen))


@pytest.fixture(scope="module")
def made(store: Store) -> Recipe:
    return chart_recipe(store, VIEW, TITLE, "svg", DAY)


def svg_of(rows: pd.DataFrame, made: Recipe) -> ElementTree.Element:
    spec = charts.range_rows()
    return ElementTree.fromstring(chart_images.image(spec, chart_with_download._records(rows), "svg", made))  # noqa: S314 - our own


def texts_of(svg: ElementTree.Element) -> list[str]:
    return ["".join(one.itertext()) for one in svg.iter(f"{SVG}text")]


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + body)
        yield kind, body
        at += 12 + length


def test_svg_says_what_it_shows_and_carries_its_recipe(lines: pd.DataFrame, made: Recipe) -> None:
    svg = svg_of(lines, made)
    texts = texts_of(svg)
    assert TITLE in texts
    said = "".join(texts).replace(" ", "")  # lines follow each other without a blank
    count = sum(
        "IT" in oracles.several(one.row["countries"])
        and "housing-and-settlement" in oracles.several(one.row["sectors"])
        for one in oracles.practices()
    )
    assert f"{count} practices in Italy on housing and settlement".replace(" ", "") in said
    assert all(name.replace(" ", "") in said for name in lines["name"].dropna())
    assert svg.get("role") == "img"
    assert svg.findtext(f"{SVG}title") == TITLE
    assert Recipe.model_validate_json(svg.findtext(f"{SVG}metadata") or "") == made
    assert made.chart == TITLE


def test_png_carries_its_recipe_as_text(lines: pd.DataFrame, made: Recipe) -> None:
    spec = charts.range_rows()
    parts = list(chunks(chart_images.image(spec, chart_with_download._records(lines), "png", made)))
    (text,) = (body for kind, body in parts if kind == b"iTXt")
    assert Recipe.model_validate_json(text.removeprefix(b"Recipe\0\0\0\0\0")) == made
    assert parts[-1][0] == b"IEND"


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", 'a & b "c" ]]>', "Ψηφιακή Україна Łódź", "x" * 400])
def test_names_are_drawn_as_text_and_fetch_nothing(name: str, lines: pd.DataFrame, made: Recipe) -> None:
    """Synthetic: names that might do harm."""
    rows = lines.assign(name=lines["name"].where(lines["name"].isna(), name))
    svg = svg_of(rows, made)
    assert not [one for one in svg.iter() if one.tag.removeprefix(SVG) in ("script", "image", "foreignObject", "a")]
    assert not [key for one in svg.iter() for key in one.attrib if key.startswith("on") or key.endswith("href")]
    if len(name) < 100:
        assert name in texts_of(svg)


def test_a_map_is_drawn_from_the_rows_in_its_specification(made: Recipe) -> None:
    spec = charts.map_of_europe([{"id": "IT", "label": "Italy", "count": 3}])
    assert chart_images.image(spec, None, "svg", made).startswith(b"<svg")


def test_data_of_a_chart_are_its_rows_with_the_recipe(lines: pd.DataFrame, made: Recipe) -> None:
    text = chart_csv(lines, made).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert len(rows) == len(lines)
    assert [row["name"] for row in rows] == [
        "" if name is None else name for name in lines["name"].astype(object).where(lines["name"].notna(), None)
    ]
    assert [bool(row["recipe"]) for row in rows] == [True] + [False] * (len(rows) - 1)


def test_file_names_are_plain_and_never_used_twice() -> None:
    names = {chart_file_name("Łódź: a/b", "svg", DAY) for _ in range(100)}
    assert len(names) == 100
    assert all(name.isascii() and "/" not in name for name in names)


def _labels(visit: Visit) -> list[str]:
    app = screen.all_open(visit("explore", country="IT", view="ranges"))
    return [
        str(button.label)
        for button in app.get("download_button")
        if not button.label.startswith(("Download", "Codebook"))
    ]


def test_every_chart_can_be_taken_as_image_and_data(visit: Visit) -> None:
    assert _labels(visit) == ["SVG, for print", "PNG, for slides", "Its data, CSV"]


def test_without_the_optional_extra_the_data_are_offered(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart_images, "possible", lambda: False)
    assert _labels(visit) == ["Its data, CSV"]


def test_what_is_taken_from_a_comparison_is_what_it_shows(visit: Visit, store: Store) -> None:
    """A link may name more practices than are compared; the button says how many are in the file."""
    with store.cursor() as cursor:
        ids = list(practices.find_practices(cursor, PracticeFilter(), "documented", limit=8)["id"])
    buttons = (str(button.label) for button in screen.all_open(visit("compare", practice=ids)).get("download_button"))
    assert [label for label in buttons if label.startswith("Download")] == [
        "Download comparison (Excel)",
        "Download 6 practices (Excel workbook)",
        "Download as CSV",
    ]
