"""The app with a clock around the functions that pages call: benchmarks/page_times.py asks /timings where time went.

A function's time is its own, without that of the functions with a clock that it calls.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

MODULES = (
    "practices_db.queries.practices",
    "practices_db.queries.ranking",
    "practices_db.queries.facet_index",
    "criteria.scoring",
    "criteria.robustness",
    "pages.shared.components.charts",
    "pages.shared.practices.comparison",
    "pages.shared.components.database",
    "pages.shared.components.downloads",
    "pages.shared.practices.method_text",
    "pages.shared.components.filter_form",
    "pages.shared.practices.gap_map",
    "pages.shared.practices.groups",
    "pages.shared.practices.panels",
    "pages.shared.components.tables",
    "pages.shared.practices.weighting",
)
_seconds: dict[str, float] = defaultdict(float)
_open = threading.local()


def _with_clock(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def clocked(*args: Any, **kwargs: Any) -> Any:
        stack = _open.__dict__.setdefault("stack", [])
        stack.append(0.0)
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            took = time.perf_counter() - start
            _seconds[name] += took - stack.pop()
            if stack:
                stack[-1] += took

    return clocked


def _put_clocks() -> None:
    clocked: dict[Any, Any] = {}
    loaded = []
    for name in MODULES:
        try:
            loaded.append(importlib.import_module(name))
        except ModuleNotFoundError:
            continue
    for module in loaded:
        for name, function in vars(module).items():
            own = inspect.isfunction(function) and function.__module__ == module.__name__
            if own and not name.startswith("_") and not inspect.isgeneratorfunction(inspect.unwrap(function)):
                clocked[function] = _with_clock(f"{module.__name__.rpartition('.')[2]}.{name}", function)
    for module in list(sys.modules.values()):
        if (getattr(module, "__name__", "") or "").partition(".")[0] in ("pages", "practices_db", "criteria"):
            for name, value in list(vars(module).items()):
                if inspect.isfunction(value) and value in clocked:
                    setattr(module, name, clocked[value])


async def timings(request: Request) -> JSONResponse:  # noqa: ARG001 - the signature Starlette calls
    told = dict(_seconds)
    _seconds.clear()
    return JSONResponse(told)


import app as shipped  # noqa: E402 - the clocks go around what it loads
from pages.shared.server import guard, startup  # noqa: E402
from pages.shared.server.guard.faults import show_error  # noqa: E402

_put_clocks()
app = st.App(
    Path(shipped.__file__).resolve().parent / "pages" / "shared" / "frame.py",
    routes=[Route("/timings", timings)],
    middleware=guard.MIDDLEWARE,
    lifespan=startup.lifespan,
    on_script_error=show_error,
)
