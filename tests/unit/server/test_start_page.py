"""The start page: Streamlit's own, changed in four places, for the address of every page."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path

import pytest
from starlette.requests import Request
from streamlit import file_util

from pages.shared.components import menu
from pages.shared.server import start_page
from practices_db import palette

PAGES = Path(start_page.__file__).resolve().parents[2]


def test_every_page_has_an_entry_and_every_entry_a_page() -> None:
    entries = [*menu.FIRST, *menu.MORE, *menu.HIDDEN]
    assert sorted(one.name for one in entries) == sorted(
        {p.stem for p in PAGES.glob("*.py")} - {"__init__", "curation"}
    )


def test_the_address_of_every_page_is_answered() -> None:
    paths = [route.path for route in start_page.ROUTES]
    assert len(paths) == len(set(paths))
    assert {"/", "/explore", "/what-works", "/practice", "/curation"} <= set(paths)
    assert len(paths) == len(list(PAGES.glob("*.py"))) - 1, "one for each script; __init__ is none"


def test_a_page_is_answered_with_name_styles_and_the_link_past_the_menu() -> None:
    answer = asyncio.run(start_page.start_page(Request({"type": "http", "query_string": b"", "headers": []})))
    text = bytes(answer.body).decode()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    assert "<title>Integration Practices</title>" in text
    assert '<a class="skip" href="#result">' in text
    assert ":focus-visible" in text
    assert "@media print" in text
    assert f'text[fill="{palette.CHART_GREY}"] {{ fill: var(--grey); }}' in text


def test_nothing_else_of_streamlits_page_is_changed() -> None:
    theirs = (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")
    added = (
        r"<link [^>]*>\n(?=<)|<script [^>]*(?:connection|history|menu|paper)[^>]*></script>\n|<style>.*?</style>\n"
        r"|\n    <a class=\"skip\".*?</a>|\n    <p class=\"cut\".*?</p>"
    )
    ours = re.sub(added, "", start_page.content(), flags=re.DOTALL)
    assert ours == theirs.replace("<title>Streamlit</title>", "<title>Integration Practices</title>")


def test_fonts_and_fields_are_asked_for_with_the_first_scripts() -> None:
    early = re.findall(r'<link rel="(modulepreload|preload)" [^>]*href="\./(static/[^"]+)">', start_page.content())
    static = Path(file_util.get_static_dir())
    assert all((static / file).is_file() for _how, file in early)
    assert len(early) == len(set(early)), "none twice"
    for what in (
        "SourceSerifVariable-Roman",
        "MaterialSymbols-Rounded",
        "Html",
        "PageLink",
        "Multiselect",
        "useMenuTrigger",
    ):
        assert [file for _how, file in early if f"/{what}." in file], what


def test_a_manifest_that_looks_different_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("", encoding="utf-8")
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(file_util, "get_static_dir", lambda: str(tmp_path))
    start_page.content.cache_clear()
    with pytest.raises(ValueError, match="manifest has 0 of"):
        start_page.content()
    start_page.content.cache_clear()


def test_a_streamlit_that_looks_different_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<html lang="en"><head></head><body></body>', encoding="utf-8")
    shutil.copy(Path(file_util.get_static_dir()) / "manifest.json", tmp_path)
    monkeypatch.setattr(file_util, "get_static_dir", lambda: str(tmp_path))
    start_page.content.cache_clear()
    with pytest.raises(ValueError, match="0 times <title>Streamlit</title>"):
        start_page.content()
    start_page.content.cache_clear()
