"""What is read or replaced of Streamlit's inside holds for the version that is installed."""

from __future__ import annotations

import socket
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
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


def test_themes_that_are_read_once_are_those_of_the_settings() -> None:
    read, put = CustomThemeConfig(), CustomThemeConfig()
    for fill, theme in ((streamlit_patches._read_theme, read), (streamlit_patches._put_theme, put)):
        for _again in range(2):
            fill(theme)
        for section, part in (("light", theme.light), ("dark", theme.dark), ("sidebar", theme.sidebar)):
            fill(part, f"theme.{section}")
    assert put == read
    assert put.light.primary_color
    assert not put.HasField("sidebar")
