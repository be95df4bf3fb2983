"""What is read or replaced of Streamlit's inside holds for the version that is installed."""

from __future__ import annotations

import asyncio
import random
import socket
import threading
import time
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from pages.shared.server import streamlit_patches


def test_they_hold_for_the_streamlit_that_is_installed() -> None:
    assert st.__version__.startswith(f"{streamlit_patches.HOLDS_FOR}."), "try each patch, then name the new version"


def test_what_listens_lets_answers_leave_at_once() -> None:
    with socket.socket() as listening, socket.socket() as other:  # without a protocol, as Streamlit makes it
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        streamlit_patches.send_at_once()
        assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert not other.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        with socket.create_connection(listening.getsockname()):
            accepted, _ = listening.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_bytes_of_uploads_are_counted_by_session(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = MemoryUploadedFileManager("/upload")
    for number, session in enumerate(("one", "one", "other")):
        manager.add_file(session, UploadedFileRec(str(number), "made up.csv", "text/csv", b"x" * (number + 1)))
    monkeypatch.setattr(streamlit_patches.runtime, "get_instance", lambda: SimpleNamespace(uploaded_file_mgr=manager))
    assert streamlit_patches.uploaded_bytes() == {"one": 3, "other": 3}


def test_the_loop_is_woken_seldom_and_nothing_is_left_lying() -> None:
    """Threads hand over 3,000 calls, at once and after pauses: all are made soon, with far fewer wakes than calls."""

    async def hand_over(wakes: list[int], late: list[float]) -> int:
        loop = asyncio.get_running_loop()
        made = 0

        def call(at: float) -> None:
            nonlocal made
            made += 1
            late.append(time.monotonic() - at)

        def hand(number: int) -> None:
            pauses = random.Random(number)  # noqa: S311 - when to pause, not a secret
            for _ in range(1_000):
                loop.call_soon_threadsafe(call, time.monotonic())
                if pauses.random() < 0.02:
                    time.sleep(0.01)

        wake = loop._write_to_self  # type: ignore[attr-defined]
        loop._write_to_self = lambda: (wakes.append(1), wake())  # type: ignore[attr-defined]
        streamlit_patches.wake_seldom()
        threads = [threading.Thread(target=hand, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            await asyncio.sleep(0.05)
        last = threading.Thread(target=hand, args=(3,))
        last.start()
        await asyncio.get_running_loop().run_in_executor(None, last.join)  # the loop sleeps without a timer of ours
        await asyncio.sleep(0.05)
        return made

    wakes: list[int] = []
    late: list[float] = []
    assert asyncio.run(hand_over(wakes, late)) == 4_000
    assert 10 < len(wakes) < 1_000
    assert sorted(late)[len(late) // 2] < 0.5


def test_without_the_patch_each_call_wakes_the_loop() -> None:
    async def wakes(calls: int) -> int:
        loop, found = asyncio.get_running_loop(), 0
        wake = loop._write_to_self  # type: ignore[attr-defined]

        def counted() -> None:
            nonlocal found
            found += 1
            wake()

        loop._write_to_self = counted  # type: ignore[attr-defined]
        for _ in range(calls):
            loop.call_soon_threadsafe(str)
        return found

    assert asyncio.run(wakes(50)) == 50, "asyncio does so by itself by now: wake_seldom can go"
