"""What the server does once before the first visitor."""

from __future__ import annotations

import gc
import socket
from pathlib import Path

from pages.shared import serving


def test_what_listens_lets_answers_leave_at_once() -> None:
    with socket.socket() as listening, socket.socket() as other:  # without a protocol, as Streamlit makes it
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        serving.send_at_once()
        assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert not other.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        with socket.create_connection(listening.getsockname()):
            accepted, _ = listening.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_what_is_loaded_is_taken_out_of_the_collectors_way(database_file: Path) -> None:
    before = gc.get_freeze_count()
    try:
        serving.prepare()
        assert database_file.exists()
        assert gc.get_freeze_count() > before + 100_000
    finally:
        gc.unfreeze()
