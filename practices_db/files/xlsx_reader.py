"""Read a stranger's workbook in a process of its own, with limits on memory and time.

A crafted workbook can take all memory or end the process that reads it; then only the child is gone. The child
(``python -m practices_db.files.xlsx_reader``) takes the file on standard input and gives its cells as JSON. This module
stands outside ``imports`` and uses nothing but openpyxl, so that a child starts in a third of the time. No more
than two children run at once, and what was refused once is refused from memory.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import re
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections import OrderedDict
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

from practices_db.errors import PracticesError

COLUMNS_AT_MOST, SHEETS_AT_MOST = 400, 20
_PARTS_AT_MOST, _UNPACKED_AT_MOST, _RATIO_AT_MOST = 100, 50 << 20, 100
_SMALL_PART = 1 << 20  # below this a part may be packed as well as it likes
_MEMORY = 512 << 20
_CHARACTERS_AT_MOST = 40_000_000  # one long text may stand in every cell and be stored once
_FAULTS_AT_MOST = 1_000
_CELLS_AT_MOST = 1_000_000  # cells, rows and merged ranges, counted before anything is parsed: some ten seconds of it
_COUNTED = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?(?:c|row|mergeCell)[\s/>]")
_CHUNK = 1 << 20
_WAIT = 180  # seconds by the clock; long, because a busy machine gives the child a part of a core only
_TOO_LONG = "Reading the workbook took more than {} seconds. Save the sheet as CSV."
# How a process ends that has used up its computing time; Windows knows no such signal.
_OUT_OF_TIME = {-signal.SIGXCPU} if hasattr(signal, "SIGXCPU") else set()
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
# What other packed files hold, and what they are.
_OTHERS = {
    "xl/workbook.bin": "a binary workbook (.xlsb)",
    "content.xml": "an OpenDocument file (.ods)",
    "word/document.xml": "a Word document (.docx)",
    "Index/Document.iwa": "a Numbers document",
}
# What the child needs of the parent's environment; it gets nothing else, no secrets above all.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "PYTHONPATH", "VIRTUAL_ENV", "SYSTEMROOT", "TEMP", "TMP")

_READERS = threading.BoundedSemaphore(2)  # of the whole process
_REFUSED: OrderedDict[tuple[str, Limits], str] = OrderedDict()  # SHA-256 of a file → why it was not read
_REMEMBERED = 500

Range = tuple[int, int, int, int]  # first row, first column, last row, last column, from 1


@dataclass(frozen=True)
class Limits:
    """How much of a workbook is read. ``rows``: of each sheet, blank ones too; ``seconds``: of computing time."""

    rows: int = 50_000
    seconds: int = 20


@dataclass(frozen=True)
class Fault:
    """A cell that holds no value but a formula. ``column`` counts from 1."""

    sheet: str
    row: int
    column: int
    value: str
    reason: str


@dataclass(frozen=True)
class Sheet:
    """A sheet: its cells as text, row by row without blanks at the end, blank cells as "".

    ``shown``: for cells that are no text (numbers, days, truth values), what the sheet shows, None where its number
    format does not say so; by (row, column). ``stated``: rows and columns that the sheet says of itself, which is never
    believed.
    """

    rows: list[list[str]]
    shown: dict[tuple[int, int], str | None] = field(default_factory=dict)
    hidden: bool = False
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    merged: tuple[Range, ...] = ()
    stated: tuple[int, int] | None = None


@dataclass(frozen=True)
class Workbook:
    """The sheets by title, and the cells that hold no value."""

    sheets: dict[str, Sheet]
    faults: tuple[Fault, ...]


def read_workbook(content: bytes) -> dict[str, list[list[str]]]:
    """Return the cells of every sheet as text, row by row, blank cells as "".

    Raises PracticesError with the reason where the file is no workbook, holds formulas, or is made to do harm.
    """
    book = read_cells(content, Limits())
    if book.faults:
        fault = book.faults[0]
        raise PracticesError(f"Sheet {fault.sheet}, row {fault.row}, column {fault.column}: {fault.reason}.")
    return {title: sheet.rows for title, sheet in book.sheets.items()}


def read_cells(content: bytes, limits: Limits) -> Workbook:
    """Return the sheets of a workbook, with the cells that hold no value beside them instead of refusing them.

    Raises PracticesError with the reason, at once where the same file was refused before.
    """
    known = (hashlib.sha256(content).hexdigest(), limits)
    if known in _REFUSED:
        raise PracticesError(_REFUSED[known])
    _check_package(content)
    if not _READERS.acquire(timeout=_WAIT):
        raise PracticesError("Other workbooks are being read. Try again in a minute, or save the sheet as CSV.")
    try:
        answer = _answer(content, limits)
    finally:
        _READERS.release()
    if "problem" in answer:
        _REFUSED[known] = str(answer["problem"])
        while len(_REFUSED) > _REMEMBERED:
            _REFUSED.popitem(last=False)
        raise PracticesError(_REFUSED[known])
    return Workbook(
        {title: _sheet(given) for title, given in answer["sheets"].items()},
        tuple(Fault(**fault) for fault in answer["faults"]),
    )


def _sheet(given: dict[str, Any]) -> Sheet:
    """Return a sheet as the child told it."""
    return Sheet(
        given["rows"],
        {(row, column): shown for row, column, shown in given["shown"]},
        given["hidden"],
        tuple(given["hidden_rows"]),
        tuple(given["hidden_columns"]),
        tuple((first, left, last, right) for first, left, last, right in given["merged"]),
        (given["stated"][0], given["stated"][1]) if given["stated"] else None,
    )


def _answer(content: bytes, limits: Limits) -> dict[str, Any]:
    """Return what the child says of a file: its sheets and faults, or the problem."""
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "practices_db.files.xlsx_reader", str(limits.rows), str(limits.seconds)],
            input=content,
            capture_output=True,
            timeout=_WAIT,
            check=False,
            env=kept | {"OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"},
        )
    except subprocess.TimeoutExpired:
        raise PracticesError(_TOO_LONG.format(_WAIT)) from None
    if done.returncode in _OUT_OF_TIME:
        return {"problem": _TOO_LONG.format(limits.seconds)}
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return {"problem": "The workbook cannot be read; it is damaged or needs too much memory."}
    return told


def _check_package(content: bytes) -> None:
    """Refuse what no honest workbook is, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise PracticesError(
            "The file is a zip file, not text. It is not a workbook (.xlsx), or the workbook is damaged."
        ) from None
    names = {part.filename for part in parts}
    for part, what in _OTHERS.items():
        if part in names:
            raise PracticesError(f"The file is {what}, not a workbook (.xlsx). Save it as .xlsx or as CSV.")
    if "[Content_Types].xml" not in names:
        raise PracticesError("The file is a zip file, not text and not a workbook (.xlsx).")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _UNPACKED_AT_MOST:
        raise PracticesError(
            f"The workbook was not opened: it expands to more than {_UNPACKED_AT_MOST >> 20} MB. Save the sheet as CSV."
        )
    if any(part.file_size > _RATIO_AT_MOST * part.compress_size + _SMALL_PART for part in parts):
        raise PracticesError(
            f"The workbook was not opened: a part of it expands more than {_RATIO_AT_MOST} times, to "
            f"{unpacked >> 20} MB in all. Save the sheet as CSV."
        )
    if (
        len(parts) > _PARTS_AT_MOST
        or any(part.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", part.filename) for part in parts)
        or any(part.flag_bits & 1 for part in parts)
    ):
        raise PracticesError(
            "The workbook was not opened: it may be unsafe (too many parts, file names that leave its "
            "folder, or parts with a password)."
        )


# --- the child -----------------------------------------------------------------------------------------------


def _child(rows: int, seconds: int) -> None:
    content = sys.stdin.buffer.read()
    # openpyxl takes numpy's numbers and Pillow's images where they are there; no file holds any, and they load longer
    sys.modules |= dict.fromkeys(("numpy", "PIL"))  # type: ignore[arg-type]
    import openpyxl  # noqa: F401, PLC0415 - only the child needs it; loaded before its memory is limited

    try:
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        used = math.ceil(time.process_time())  # the loading of openpyxl
        resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, used + seconds + 1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    except ImportError:
        pass
    try:
        text = json.dumps(_cells(content, rows))
    except PracticesError as error:
        text = json.dumps({"problem": str(error)})
    except MemoryError:
        text = json.dumps({"problem": "The workbook needs too much memory. Save the sheet as CSV."})
    except Exception as error:
        text = json.dumps({"problem": _in_words(error)})
    sys.stdout.write(text)


def _in_words(error: BaseException) -> str:
    """Say what stopped the reading; openpyxl wraps what the XML reader refused."""
    kinds = [type(error).__name__]
    cause = error.__cause__ or error.__context__
    while cause is not None and len(kinds) < 9:
        kinds.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    if {"EntitiesForbidden", "DTDForbidden", "ExternalReferenceForbidden"} & set(kinds):
        return "The workbook was not read: it declares entities (DTD), which spreadsheet programs do not write."
    return f"The workbook cannot be read; it is damaged ({kinds[0]}). Save the sheet as CSV."


def _cells(content: bytes, rows: int) -> dict[str, Any]:
    """Return the sheets and faults of a workbook, as JSON takes them."""
    import openpyxl  # noqa: PLC0415

    _count(content)
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
    if len(book.sheetnames) > SHEETS_AT_MOST:
        raise PracticesError(f"The workbook has {len(book.sheetnames)} sheets; at most {SHEETS_AT_MOST} are read.")
    faults: list[Fault] = []
    characters = [0]
    sheets = {sheet.title: _rows(sheet, rows, faults, characters) for sheet in book.worksheets}
    return {"sheets": sheets, "faults": [asdict(fault) for fault in faults]}


def _count(content: bytes) -> None:
    """Refuse, before anything is parsed, too many cells and a dialect that openpyxl takes for an empty workbook."""
    cells = 0
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in package.namelist():
            with package.open(name) as part:
                rest = b""
                while chunk := part.read(_CHUNK):
                    if name == "xl/workbook.xml" and b"http://purl.oclc.org/ooxml/spreadsheetml/main" in chunk:
                        raise PracticesError(
                            "The workbook is saved as “Strict Open XML Spreadsheet”. Save it as “Excel Workbook "
                            "(.xlsx)” or as CSV."
                        )
                    cells += len(_COUNTED.findall(rest + chunk))
                    rest = chunk[chunk.rfind(b"<") :] if b">" not in chunk[chunk.rfind(b"<") :] else b""
                    if cells > _CELLS_AT_MOST:
                        raise PracticesError(
                            f"The workbook has more than {_CELLS_AT_MOST:,} cells, including blank cells with a "
                            "format. Save the sheet as CSV."
                        )


def _rows(sheet: Any, rows_at_most: int, faults: list[Fault], characters: list[int]) -> dict[str, Any]:
    """Return a sheet as JSON takes it. What it says of its size, and blank cells that are formatted, do not count."""
    from openpyxl.worksheet._reader import WorkSheetParser  # noqa: PLC0415 - knows what is hidden and merged, too

    stated = (sheet._max_row, sheet._max_column)
    book = sheet.parent
    kept: list[list[str]] = []
    shown: list[tuple[int, int, str | None]] = []
    with book._archive.open(sheet._worksheet_path) as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for at, cells in parser.parse():
            filled = [cell for cell in cells if cell["value"] not in (None, "")]
            if not filled:
                continue
            width = max(cell["column"] for cell in filled)
            if at > rows_at_most or width > COLUMNS_AT_MOST:
                raise PracticesError(
                    f"Sheet {sheet.title} has more than {rows_at_most:,} rows or more than {COLUMNS_AT_MOST} columns."
                )
            kept.extend([] for _ in range(at - len(kept)))
            if kept[at - 1] or len({cell["column"] for cell in filled}) < len(filled):
                raise PracticesError(
                    f"Sheet {sheet.title} has row {at}, or a cell of it, twice. Open it in a spreadsheet program, "
                    "check that row and save it again."
                )
            row = kept[at - 1] = [""] * width
            for cell in filled:
                place, value, kind = cell["column"], cell["value"], cell["data_type"]
                if kind == "f":
                    formula, reason = str(getattr(value, "text", value))[:80], "holds a formula; only values are read"
                    faults.append(Fault(sheet.title, at, place, formula, reason))
                row[place - 1] = _text(value)
                if kind not in ("s", "f", "e", "inlineStr"):
                    shown.append((at, place, _shown(value, _format(book, cell["style_id"]))))
            characters[0] += sum(map(len, row))
            if characters[0] > _CHARACTERS_AT_MOST or len(faults) > _FAULTS_AT_MOST:
                raise PracticesError(
                    f"The workbook holds more than {_CHARACTERS_AT_MOST:,} characters or {_FAULTS_AT_MOST:,} formulas. "
                    "Save the sheet as CSV."
                )
    ranges = parser.merged_cells.mergeCell if parser.merged_cells else ()
    merged = tuple((one.min_row, one.min_col, one.max_row, one.max_col) for one in ranges)
    by_column = sorted(merged, key=lambda one: (one[1], one[0]))
    if len(merged) > rows_at_most or any(
        one[1] == below[1] and one[2] >= below[0] for one, below in pairwise(by_column)
    ):
        raise PracticesError(
            f"Sheet {sheet.title} has more than {rows_at_most:,} merged cells, or merged cells that overlap. "
            "Unmerge its cells and save it again."
        )
    return asdict(
        Sheet(
            kept,
            hidden=sheet.sheet_state != "visible",
            hidden_rows=tuple(
                int(at) for at, one in parser.row_dimensions.items() if int(at) <= len(kept) and _unseen(one, "ht")
            ),
            hidden_columns=tuple(
                sorted(
                    {
                        at
                        for one in parser.column_dimensions.values()
                        if _unseen(one, "width")
                        for at in range(int(one["min"]), min(int(one["max"]), COLUMNS_AT_MOST) + 1)
                    }
                )
            ),
            merged=merged,
            stated=stated if all(stated) else None,
        )
    ) | {"shown": shown}


def _unseen(one: dict[str, str], size: str) -> bool:
    """Whether a row or column is hidden, or so small that nobody sees it."""
    return one.get("hidden") in ("1", "true") or float(one.get(size) or 1) == 0


def _format(book: Any, style: int) -> str:
    from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE  # noqa: PLC0415

    number = book._cell_styles[style].numFmtId
    if number < BUILTIN_FORMATS_MAX_SIZE:
        return str(BUILTIN_FORMATS.get(number, "General"))
    return str(book._number_formats[number - BUILTIN_FORMATS_MAX_SIZE])


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case int() | float():
            return f"{value:.15g}"
        case datetime():
            return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
        case date():
            return value.isoformat()
        case _:
            # Workbooks write characters that XML cannot hold as _x0007_, and that spelling itself as _x005F_x0007_.
            return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value))


# A number format's section: what stands before the digits, the digits, per cent, what stands behind.
_PLAIN = re.compile(r"([#0,]+)(?:\.([0#]*))?(%?)")
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_WIDE = 10**11  # from here on a sheet shows 1E+11


def _shown(value: object, code: str) -> str | None:
    """Return what a sheet shows of a number, with English marks; None where the number format does not say so.

    Days and truth values are shown in the language of the person's program, and may have been typed as something else.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if code in ("General", "@"):
        places = 11 if abs(value) >= 1e10 else 10  # there is no room left for a decimal mark
        return f"{value:.{places}g}" if value == 0 or 1e-4 <= abs(value) < _WIDE else None
    sections = code.split(";")
    section = sections[1] if value < 0 and len(sections) > 1 else sections[0]
    section = re.sub(r"_.|\*.|\[(?:Black|Blue|Cyan|Green|Magenta|Red|White|Yellow)\]", "", section)
    literals: list[str] = []

    def keep(found: re.Match[str]) -> str:
        literals.append(found[1])
        return f"\0{len(literals) - 1}\0"

    section = _CURRENCY.sub(keep, re.sub(r'"([^"]*)"', keep, re.sub(r"\\(.)", keep, section)))
    digits = _PLAIN.search(re.sub(r"\0\d+\0", lambda found: "\0" * len(found[0]), section))
    if digits is None or digits[1].endswith(",") or (value == 0 and ("0" not in digits[1] or len(sections) > 2)):
        return None
    before, behind = section[: digits.start()], section[digits.end() :]
    if not re.fullmatch(r"(?:\0\d+\0|[ \xa0()+$€£¥-])*", before + behind):
        return None
    decimals = digits[2] or ""
    # a sheet rounds halves up; a float's own format does not
    number = abs(Decimal(repr(value))) * (100 if digits[3] else 1)
    number = number.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    text = f"{number:{',' if ',' in digits[1] else ''}.{len(decimals)}f}"
    whole, _, part = text.partition(".")
    part = part[: len(decimals.rstrip("#"))] + part[len(decimals.rstrip("#")) :].rstrip("0")
    whole = whole.zfill(digits[1].replace(",", "").count("0")) if "," not in whole else whole
    sign = "-" if value < 0 and len(sections) == 1 else ""
    full = f"{sign}{before}{whole}{'.' + part if part else ''}{digits[3]}{behind}"
    return re.sub(r"\0(\d+)\0", lambda found: literals[int(found[1])], full).strip()


if __name__ == "__main__":
    _child(int(sys.argv[1]), int(sys.argv[2]))
