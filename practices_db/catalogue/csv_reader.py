"""Read a stranger's CSV: bytes to text to rows, nothing guessed silently, nothing padded, nothing dropped.

DuckDB's sniffer and pandas lose or pad rows without a word; the ``csv`` module in strict mode does neither. What it
lacks is here: encodings, the separator, limits. The width of rows is checked by the caller, who knows the table.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from practices_db.errors import PracticesError

Encoding = Literal["utf-8", "utf-16", "windows-1252"]
Delimiter = Literal[",", ";", "\t", "|"]
DELIMITERS: tuple[Delimiter, ...] = (",", ";", "\t", "|")
CELL_AT_MOST = 1 << 20
# The limit of the csv module belongs to the whole process, so it is set in one place and never changed.
csv.field_size_limit(CELL_AT_MOST)

_SAMPLE_LINES = 6
# What is no text, by its first bytes, and what to do about it.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK", "a zip file, not text"),
    (b"\x1f\x8b", "a gzip file, not text"),
    (b"\x89PNG", "a picture, not text"),
    (b"\xff\xd8\xff", "a picture, not text"),
    (b"%PDF", "a PDF, not text"),
    (b"PAR1", "a Parquet file, not text"),
    (b"\xff\xfe\x00\x00", "text in UTF-32. Save it as “CSV UTF-8”"),
    (b"\x00\x00\xfe\xff", "text in UTF-32. Save it as “CSV UTF-8”"),
)
_COMPOUND = b"\xd0\xcf\x11\xe0"
# What a compound file of Microsoft Office is, by the names of the parts in it; "" is in all of them.
_COMPOUNDS = (
    (
        "EncryptedPackage",
        "The workbook is protected by a password. Remove the password in the program that made it (File, Info, Protect "
        "Workbook, Encrypt with Password: leave it blank), and save it again.",
    ),
    ("WordDocument", "The file is an old Word document (.doc), not a table. Save its table as .xlsx or as CSV."),
    ("Workbook", "The file is an old workbook (.xls), not text. Save it as .xlsx or as CSV."),
    (
        "",
        "The file is a workbook protected by a password, or an old workbook (.xls). Save it as .xlsx without one.",
    ),
)
_WEB_PAGE = re.compile(rb"\s*<(?:!doctype|html|head|body|script|table|\?xml|svg)", re.IGNORECASE)
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_SEP_LINE = re.compile(r"\ufeff?\"?sep=([,;\t|])\"?[^\S\r\n]*(\r\n|\r|\n)", re.IGNORECASE)


class CsvError(PracticesError):
    """The file is no sound CSV; ``row`` is where that shows, as a spreadsheet counts, None for the whole file."""

    def __init__(self, reason: str, row: int | None = None) -> None:
        self.reason, self.row = reason, row
        super().__init__(f"Row {row}: {reason}" if row else reason)


class NotUtf8Error(CsvError):
    """The file is not in UTF-8, and whether it is Windows-1252 only a person can say: ``lines`` are its first."""

    def __init__(self, at: int, lines: tuple[str, ...]) -> None:
        self.lines = lines
        super().__init__(
            f"The file is not UTF-8 text (byte {at}). Say that it is Windows-1252 if its letters then look right, or "
            "save it as “CSV UTF-8”."
        )


@dataclass(frozen=True)
class CsvTable:
    """The rows of a file as text, the header first; row n of a spreadsheet is ``rows[n - 1]``.

    A line without anything on it is an empty row.
    """

    rows: list[list[str]]
    delimiter: Delimiter


def decode(content: bytes, confirmed: Encoding | None = None) -> tuple[str, Encoding]:
    """Return a file as text: by its byte order mark, else as UTF-8, else as ``confirmed``.

    Raises NotUtf8Error where a person has to say whether it is Windows-1252, CsvError where it is no text at all.
    """
    if not content:
        raise CsvError("The file is empty.")
    if content.startswith(_COMPOUND):
        raise CsvError(next(what for part, what in _COMPOUNDS if part.encode("utf-16-le") in content))
    for magic, what in _MAGIC:
        if content.startswith(magic):
            raise CsvError(f"The file is {what}.")
    if _WEB_PAGE.match(content):
        raise CsvError("The file is a web page, not a table with a header row. Save the table as CSV.")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return _without_nul(content.decode("utf-16")), "utf-16"
        except UnicodeDecodeError as error:
            raise CsvError(
                f"The file begins as UTF-16, but byte {error.start} is not: its encoding is mixed."
            ) from None
    if b"\x00" in content:
        raise CsvError(
            f"Byte {content.index(0)} is a NUL character, which text files do not contain. If the file is UTF-16, save "
            "it with a byte order mark or as “CSV UTF-8”.",
            content.count(b"\n", 0, content.index(0)) + 1,
        )
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        return _as_windows(content, error.start, confirmed), "windows-1252"


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise CsvError(
            "The file contains a NUL character, which text files do not contain.",
            text.count("\n", 0, text.index("\0")) + 1,
        )
    return text


def _as_windows(content: bytes, at: int, confirmed: Encoding | None) -> str:
    """Return what is not UTF-8 as Windows-1252 if a person has said so; refuse a file of two encodings."""
    row = content.count(b"\n", 0, at) + 1
    multibyte = len(_MULTIBYTE.findall(content))
    others = len(re.findall(rb"[\x80-\xff]", _MULTIBYTE.sub(b"", content)))
    # The letter pairs that look like UTF-8 are rare in Windows-1252: one in ten is a file put together from two.
    if multibyte * 10 > multibyte + others or content.startswith(codecs.BOM_UTF8):
        raise CsvError(
            f"The file's encoding is mixed: {multibyte} letters are UTF-8, but byte {at} is not. Save all of it as "
            "“CSV UTF-8”.",
            row,
        )
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise CsvError(
            f"The file's encoding is neither UTF-8 nor Windows-1252 (byte {error.start}). Save it as “CSV UTF-8”.",
            content.count(b"\n", 0, error.start) + 1,
        ) from None
    if confirmed != "windows-1252":
        raise NotUtf8Error(at, _telling_lines(text))
    return text


def _telling_lines(text: str) -> tuple[str, ...]:
    """Return the first lines with letters beyond ASCII, by which a person sees whether the encoding is right."""
    lines = text.splitlines()
    return tuple([line[:300] for line in lines if not line.isascii()][:_SAMPLE_LINES])


def read_csv(content: bytes, columns: Callable[[list[str]], int], confirmed: Encoding | None = None) -> CsvTable:
    """Return the rows of a file. ``columns`` counts the known column names of a header.

    The delimiter is the one under which most names are known. Raises CsvError.
    """
    text, _ = decode(content, confirmed)
    sep = _SEP_LINE.match(text)
    if sep:
        text = text[sep.end() :]
    headers = {one: _header(text, one) for one in ([sep[1]] if sep else DELIMITERS)}
    delimiter = max(headers, key=lambda one: columns(headers[one]))
    return CsvTable(parse(text, delimiter), delimiter)  # type: ignore[arg-type]


def _header(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def parse(text: str, delimiter: str = ",") -> list[list[str]]:
    """Return the rows of CSV text, strictly. Raises CsvError with the row where the text breaks the rules."""
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise CsvError(_in_words(str(error)), len(rows) + 1) from None
    return rows


def _in_words(error: str) -> str:
    """Say what the csv module found."""
    if "unexpected end of data" in error:
        return "a quotation mark opens a cell here and is never closed"
    if "expected after" in error:
        return "a quotation mark stands inside a cell; inside quotation marks it is written twice"
    if "field limit" in error:
        return f"a cell is longer than {CELL_AT_MOST:,} characters"
    return error
