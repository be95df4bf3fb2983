"""Read a stranger's workbook in a process of its own, with limits on memory and time.

A crafted workbook can take all memory or end the process that reads it; then only the child is gone. The child
(``python -m practices_db.xlsx_reading``) takes the file on standard input and gives its cells as JSON.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from practices_db.errors import PracticesError

ROWS_AT_MOST, COLUMNS_AT_MOST, SHEETS_AT_MOST = 50_000, 400, 20
_PARTS_AT_MOST, _UNPACKED_AT_MOST, _RATIO_AT_MOST = 100, 100 << 20, 200
_MEMORY, _SECONDS = 1 << 30, 20
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")

Sheets = dict[str, list[list[str]]]


def read_workbook(content: bytes) -> Sheets:
    """Return the cells of every sheet as text, row by row, blank cells as "".

    Raises PracticesError with the reason where the file is no workbook, holds formulas, or is made to do harm.
    """
    _check_package(content)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "practices_db.xlsx_reading"],
            input=content,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"},
        )
    except subprocess.TimeoutExpired as error:
        raise PracticesError(f"Reading the workbook took more than {_SECONDS} seconds. Save it as CSV.") from error
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        raise PracticesError("The workbook cannot be read; it is damaged or needs too much memory.") from error
    if "problem" in answer:
        raise PracticesError(str(answer["problem"]))
    sheets: Sheets = answer["sheets"]
    return sheets


def _check_package(content: bytes) -> None:
    """Refuse what no honest workbook is, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise PracticesError("The file is no workbook (.xlsx), or it is damaged.") from error
    if not any(part.filename == "[Content_Types].xml" for part in parts):
        raise PracticesError("The file is no workbook (.xlsx).")
    unpacked = sum(part.file_size for part in parts)
    if (
        len(parts) > _PARTS_AT_MOST
        or unpacked > _UNPACKED_AT_MOST
        or any(part.file_size > _RATIO_AT_MOST * max(part.compress_size, 1) + (1 << 20) for part in parts)
        or any(part.filename.startswith("/") or ".." in part.filename.split("/") for part in parts)
    ):
        raise PracticesError("The workbook is packed in a way that could do harm; it was not opened.")


def _child() -> None:
    content = sys.stdin.buffer.read()
    try:
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    except ImportError:
        pass
    try:
        answer: dict[str, object] = {"sheets": _cells(content)}
    except PracticesError as error:
        answer = {"problem": str(error)}
    except MemoryError:
        answer = {"problem": "The workbook needs too much memory."}
    except Exception as error:
        answer = {"problem": f"The workbook cannot be read ({type(error).__name__})."}
    sys.stdout.write(json.dumps(answer))


def _cells(content: bytes) -> Sheets:
    import openpyxl  # noqa: PLC0415 - only the child needs it

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
    if len(book.sheetnames) > SHEETS_AT_MOST:
        raise PracticesError(f"The workbook has {len(book.sheetnames)} sheets; at most {SHEETS_AT_MOST} are read.")
    return {sheet.title: list(_rows(sheet)) for sheet in book.worksheets}


def _rows(sheet: Any) -> Iterator[list[str]]:
    for at, row in enumerate(sheet.iter_rows(), start=1):
        if at > ROWS_AT_MOST or len(row) > COLUMNS_AT_MOST:
            raise PracticesError(
                f"Sheet {sheet.title} is larger than {ROWS_AT_MOST:,} rows and {COLUMNS_AT_MOST} columns."
            )
        for cell in row:
            if cell.data_type == "f":
                raise PracticesError(
                    f"Sheet {sheet.title}, cell {cell.coordinate}: holds a formula. Only values are read."
                )
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
    _child()
