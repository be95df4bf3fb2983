"""The app's log: a sentence a line, or one JSON object a line (PRACTICES_LOG=json), without personal data.

What raises an error may hold what somebody typed, so of an error its type and its places in the program are told, and
never its message; of the system's errors (a full disk) the system's words.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from typing import Any

from pages.shared.server import streamlit_patches
from practices_db.config import json_log

log = logging.getLogger("practices")


def begin() -> None:
    """Write what this process logs, Streamlit included, to standard error in the form asked for."""
    form = _JsonLines() if json_log() else _Sentences()
    # Where no handler is set, Python writes by this one; it finds standard error anew for each line.
    assert logging.lastResort is not None  # noqa: S101 - Python's own, unless somebody takes it away
    logging.lastResort.setFormatter(form)
    logging.lastResort.setLevel(logging.INFO)
    logging.getLogger("practices").setLevel(logging.INFO)
    streamlit_patches.log_as(form)
    threading.excepthook = lambda told: _ended("a thread", told.exc_value)
    sys.excepthook = lambda _kind, error, _trace: _ended("the program", error)


def in_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Tell errors that nobody took from a task of this loop in the same way."""
    loop.set_exception_handler(lambda _loop, told: _ended("a task", told.get("exception")))


def _ended(what: str, error: BaseException | None) -> None:
    """Tell that something ended by an error that nobody took; Python's own words would hold its message."""
    log.error("%s ended by an error", what, exc_info=(type(error), error, error.__traceback__) if error else None)


def _told(error: BaseException | None) -> list[dict[str, Any]]:
    """Return an error and what it came from: type and places, the last call last."""
    found: list[dict[str, Any]] = []
    while error is not None and len(found) < 5:
        kind = type(error)
        one: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")}
        if isinstance(error, OSError) and error.strerror:
            one["system"] = error.strerror
        frames = traceback.extract_tb(error.__traceback__)
        one["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        found.append(one)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


class _Sentences(logging.Formatter):
    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name that logging calls
        """Return an error as lines."""
        lines = []
        for one in _told(ei[1]):
            lines += [f"  {place}" for place in one["at"]]
            lines.append(one["type"] + (f": {one['system']}" if "system" in one else ""))
        return "\n".join(lines)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one line: when, how grave, from where, which event, its sentence and its values."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": str(record.msg),
            "text": record.getMessage(),
        }
        if isinstance(record.args, dict):
            line["values"] = record.args
        if record.exc_info:
            line["error"] = _told(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)
