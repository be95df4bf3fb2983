"""Streamlit's files, from memory: what is answered, compressed or not, and what is passed on."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from route_answers import Answer, get
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit import file_util

from pages.shared.server.static_files import StaticFiles, own

STATIC = Path(file_util.get_static_dir()) / "static"
SCRIPT = next(STATIC.glob("js/index.*.js"))
FONT = next(STATIC.glob("media/SourceSans*.woff2"))
BEHIND = Route("/{path:path}", lambda _: PlainTextResponse("behind", 299), methods=["GET", "HEAD", "POST"])
APP = Starlette(routes=[BEHIND], middleware=[Middleware(StaticFiles)])


def test_a_script_comes_compressed_to_a_browser_that_says_it_can_read_that() -> None:
    content = SCRIPT.read_bytes()
    gzipped: Answer = get(f"/static/js/{SCRIPT.name}", app=APP, accept_encoding="gzip, br")
    plain = get(f"/static/js/{SCRIPT.name}", app=APP, accept_encoding="identity")
    assert (gzipped.status, gzipped.headers["content-encoding"]) == (200, "gzip")
    assert gzip.decompress(gzipped.body) == content
    assert len(gzipped.body) < len(content) / 2
    assert (plain.status, plain.headers.get("content-encoding")) == (200, None)
    assert plain.body == content
    for answer in (gzipped, plain):
        assert answer.headers["vary"] == "Accept-Encoding"
        assert "javascript" in answer.headers["content-type"]
        assert "immutable" in answer.headers["cache-control"]


def test_what_is_asked_for_with_a_start_page_is_there_under_a_name_that_changes_with_its_content() -> None:
    for path, file in own().items():
        assert get(path, app=APP).body == file.read_bytes()
        assert re.fullmatch(rf"/static/{file.stem}\.[0-9a-f]{{8}}\.js", path)


def test_a_font_comes_as_it_is() -> None:
    answer = get(f"/static/media/{FONT.name}", app=APP, accept_encoding="gzip")
    assert answer.headers.get("content-encoding") is None
    assert answer.body == FONT.read_bytes()


@pytest.mark.parametrize("path", ["/static/js/nothing.js", "/static/", "/static/../manifest.json", "/other"])
def test_what_is_no_such_file_is_passed_on(path: str) -> None:
    assert get(path, app=APP).status == 299


def test_only_reading_is_answered() -> None:
    assert get(f"/static/js/{SCRIPT.name}", method="POST", app=APP).status == 299
    assert get(f"/static/js/{SCRIPT.name}", method="HEAD", app=APP).status == 200
