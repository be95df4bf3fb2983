"""What the server does once before the first visitor."""

from __future__ import annotations

import asyncio
import gc
import weakref
from pathlib import Path

import pytest

from pages.shared.server import warm_up


def test_what_is_loaded_is_taken_out_of_the_collectors_way(database_file: Path) -> None:
    before = gc.get_freeze_count()
    try:
        warm_up.prepare()
        assert database_file.exists()
        assert gc.get_freeze_count() > before + 80_000
    finally:
        gc.unfreeze()


class Circle:
    """Something that only the collector can free."""

    def __init__(self) -> None:
        self.itself = self


def test_garbage_goes_now_and_then_while_nobody_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm_up, "_BETWEEN_COLLECTIONS", 0.01)

    async def serve() -> bool:
        collecting = asyncio.create_task(warm_up.collect_now_and_then())
        left = weakref.ref(Circle())
        for _ in range(500):
            await asyncio.sleep(0.01)
            if left() is None:
                break
        collecting.cancel()
        return left() is None

    gc.disable()
    try:
        assert asyncio.run(serve())
    finally:
        gc.enable()
