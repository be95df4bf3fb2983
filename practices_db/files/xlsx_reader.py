"""Read a stranger's workbook in a process of its own, with limits on memory and time.

A crafted workbook can take all memory or end the process that reads it; then only the child is gone. The child
(``python -m practices_db.files.xlsx_reader``) takes the file on standard input and gives its cells as JSON. This module
stands outside ``imports`` and uses nothing but openpyxl, so that a child starts in a third of the time.
"""

from __future__ import annotations

import io
import json
import math
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from practices_db.errors import PracticesError

COLUMNS_AT_MOST, SHEETS_AT_MOST = 400, 20
_PARTS_AT_MOST, _UNPACKED_AT_MOST, _RATIO_AT_MOST = 100, 50 << 20, 100
_SMALL_PART = 1 << 20  # below this a part may be packed as well as it likes
_MEMORY = 512 << 20
_CHARACTERS_AT_MOST = 40_000_000  # one long text may stand in every cell and be stored once
_FAULTS_AT_MOST = 1_000
_WAIT = 180  # seconds by the clock; long, because a busy machine gives the child a part of a core only
_TOO_LONG = "Reading the workbook took more than {} seconds. Save the sheet as CSV."
# How a process ends that has used up its computing time; Windows knows no such signal.
_OUT_OF_TIME = {-signal.SIGXCPU} if hasattr(signal, "SIGXCPU") else set()
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
# What the child needs of the parent's environment; it gets nothing else, no secrets above all.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "PYTHONPATH", "VIRTUAL_ENV", "SYSTEMROOT", "TEMP", "TMP")

Sheets = dict[str, list[list[str]]]


@dataclass(frozen=True)
class Limits:
    """How much of a workbook is read. ``rows``: of each sheet, blank ones too; ``seconds``: of computing time."""

    rows: int = 50_000
    seconds: int = 20


@dataclass(frozen=True)
class Fault:
    """A cell that holds no value: a formula, or an error that a formula left. ``column`` counts from 1."""

    sheet: str
    row: int
    column: int
    value: str
    reason: str


@dataclass(frozen=True)
class Workbook:
    """The cells of every sheet as text, row by row, blank cells as ""; and the cells that hold no value."""

    sheets: Sheets
    faults: tuple[Fault, ...]


def read_workbook(content: bytes) -> Sheets:
    """Return the cells of every sheet as text, row by row, blank cells as "".

    Raises PracticesError with the reason where the file is no workbook, holds formulas, or is made to do harm.
    """
    book = read_cells(content, Limits())
    if book.faults:
        fault = book.faults[0]
        raise PracticesError(f"Sheet {fault.sheet}, row {fault.row}, column {fault.column}: {fault.reason}.")
    return book.sheets


def read_cells(content: bytes, limits: Limits) -> Workbook:
    """Return what ``read_workbook`` reads, with the cells that hold no value beside it instead of refusing them."""
    _check_package(content)
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
        raise PracticesError(_TOO_LONG.format(limits.seconds))
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise PracticesError("The workbook cannot be read; it is damaged or needs too much memory.") from None
    if "problem" in answer:
        raise PracticesError(str(answer["problem"]))
    return Workbook(answer["sheets"], tuple(Fault(**fault) for fault in answer["faults"]))


def _check_package(content: bytes) -> None:
    """Refuse what no honest workbook is, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise PracticesError(
            "The file is packed (zip), so it is not text, and it is no workbook (.xlsx) or a damaged one."
        ) from None
    if not any(part.filename == "[Content_Types].xml" for part in parts):
        raise PracticesError("The file is packed (zip) and no workbook (.xlsx): it is not text.")
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
            "The workbook was not opened: it is packed in a way that could do harm (too many parts, names that "
            "leave the folder, or locked with a password)."
        )


# --- the child -----------------------------------------------------------------------------------------------


def _child(rows: int, seconds: int) -> None:
    content = sys.stdin.buffer.read()
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
        book = _cells(content, rows)
        answer: dict[str, object] = {"sheets": book.sheets, "faults": [asdict(fault) for fault in book.faults]}
        text = json.dumps(answer)
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
        return "The workbook was not read: it declares entities (DTD), which no spreadsheet writes."
    return f"The workbook cannot be read; it is damaged ({kinds[0]}). Save the sheet as CSV."


def _cells(content: bytes, rows: int) -> Workbook:
    import openpyxl  # noqa: PLC0415

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
    if len(book.sheetnames) > SHEETS_AT_MOST:
        raise PracticesError(f"The workbook has {len(book.sheetnames)} sheets; at most {SHEETS_AT_MOST} are read.")
    faults: list[Fault] = []
    characters = 0
    sheets: Sheets = {}
    for sheet in book.worksheets:
        kept = sheets[sheet.title] = []
        for row in _rows(sheet, rows, faults):
            characters += sum(map(len, row))
            if characters > _CHARACTERS_AT_MOST or len(faults) > _FAULTS_AT_MOST:
                raise PracticesError(
                    f"The workbook holds more than {_CHARACTERS_AT_MOST:,} characters or {_FAULTS_AT_MOST:,} formulas. "
                    "Save the sheet as CSV."
                )
            kept.append(row)
    return Workbook(sheets, tuple(faults))


def _rows(sheet: Any, rows: int, faults: list[Fault]) -> Iterator[list[str]]:
    for at, row in enumerate(sheet.iter_rows(), start=1):
        if at > rows or len(row) > COLUMNS_AT_MOST:
            raise PracticesError(
                f"Sheet {sheet.title} has more than {rows:,} rows or more than {COLUMNS_AT_MOST} columns."
            )
        for place, cell in enumerate(row, start=1):
            if cell.data_type in ("f", "e"):
                what = "holds a formula" if cell.data_type == "f" else "holds an error of the spreadsheet"
                reason = f"{what}; only values are read"
                faults.append(Fault(sheet.title, at, place, str(getattr(cell.value, "text", cell.value))[:80], reason))
        yield [_text(cell.value) for cell in row]


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


if __name__ == "__main__":
    _child(int(sys.argv[1]), int(sys.argv[2]))
