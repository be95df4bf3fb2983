"""What the server loads once it answers, so that few wait for it and no rerun walks through it."""

from __future__ import annotations

import asyncio
import gc
import importlib
import pkgutil
from pathlib import Path

from starlette.concurrency import run_in_threadpool

from pages.shared.components import database

_BETWEEN_COLLECTIONS = 10.0  # seconds
_NOT_ASKED_FOR_YET = ("pages.shared.frame", "pages.shared.server.__main__")  # scripts, which run when imported


def prepare() -> None:
    """Load what pages need, and take all of it out of the garbage collector's way.

    What lives as long as the process need not be walked through each time (docs/performance.md).
    """
    for module in pkgutil.walk_packages([str(Path(__file__).parent.parent)], "pages.shared."):
        if module.name not in _NOT_ASKED_FOR_YET:
            importlib.import_module(module.name)
    _ = database.published().pool
    gc.collect()
    gc.freeze()


async def collect_now_and_then() -> None:
    """Collect garbage every few seconds, for as long as the server runs; to be cancelled at its end.

    Streamlit would do it after every script run, and each time walk through what all open sessions hold: with 100 of
    them it was four fifths of the processor's time. Python's own collecting goes on beside this.
    """
    while True:
        await asyncio.sleep(_BETWEEN_COLLECTIONS)
        await run_in_threadpool(gc.collect)
