"""Worksheets: every workbook that is written begins and fills them in this one way.

Text stays text and numbers numbers: no formulas and no links are made of text, so nothing needs an apostrophe.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from practices_db import palette
from practices_db.errors import PracticesError

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format as Look
    from xlsxwriter.worksheet import Worksheet

TEXT_AT_MOST = 32_767  # characters that a cell can hold

Cell = str | int | float | date | None


def new_book(to: Path | BinaryIO, **options: Any) -> Workbook:
    """Return a workbook to be written to a file or into memory; ``options`` are those of XlsxWriter."""
    import xlsxwriter  # noqa: PLC0415 - only loaded once a workbook is written

    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    return xlsxwriter.Workbook(
        str(to) if isinstance(to, Path) else to, plain | {"default_date_format": "yyyy-mm-dd"} | options
    )


def look(book: Workbook, **properties: Any) -> Look:
    """Return how cells look: everything stands at the top of its row."""
    return book.add_format({"valign": "top"} | properties)


def head_look(book: Workbook, colour: str = palette.HEAD) -> Look:
    """Return how the cells of a header look."""
    return look(book, bold=True, bg_color=colour, bottom=1)


def add_sheet(book: Workbook, name: str, lines: Iterable[Sequence[Cell]], widths: Sequence[float]) -> Worksheet:
    """Add a sheet to be read: the first line is its frozen header, texts are wrapped."""
    sheet = book.add_worksheet(name)
    head, text, number = head_look(book), look(book, text_wrap=True), look(book, num_format="0.0##")
    sheet.freeze_panes(1, 0)
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    for at, line in enumerate(lines):
        write_row(sheet, at, line, [head if at == 0 else text if isinstance(one, str) else number for one in line])
    return sheet


def write_row(sheet: Worksheet, at: int, cells: Iterable[Cell], looks: Iterable[Look]) -> None:
    """Write the cells of a row; PracticesError where a text is longer than a cell."""
    for place, (cell, style) in enumerate(zip(cells, looks, strict=True)):
        match cell:
            case None:
                continue
            case str():
                if len(cell) > TEXT_AT_MOST:
                    raise PracticesError(
                        f"Row {at + 1} of sheet {sheet.get_name()} has a text of {len(cell):,} characters; a cell "
                        f"holds {TEXT_AT_MOST:,}. Download the CSV."
                    )
                sheet.write_string(at, place, cell, style)
            case date():
                sheet.write_datetime(at, place, cell, style)
            case _:
                sheet.write_number(at, place, cell, style)
