"""Answers that are no page of the app: what went wrong, in one sentence, and what to do."""

from __future__ import annotations

import html
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title} · Integration Practices</title>
<style>
:root {{ color-scheme: light dark; font: 1.1rem/1.5 sans-serif }}
main {{ max-width: 34rem; margin: 15vh auto; padding: 0 1.25rem }}
h1 {{ font: 600 1.9rem/1.2 serif }}
a {{ color: inherit }}
</style>
<main><h1>{title}</h1><p>{sentence}</p><p><a href="{again}">Try again</a></p></main></html>
"""


def answer(scope: Scope, status: int, title: str, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return a refusal or a fault as a page for a browser, as JSON for a program: {"errors": [sentence]}."""
    if "text/html" in Headers(scope=scope).get("accept", ""):
        # the way back leads to the start: the address that was refused is the asker's text
        page = _PAGE.format(title=html.escape(title), sentence=html.escape(sentence), again="/")
        return HTMLResponse(page, status, dict(headers or {}))
    return JSONResponse({"errors": [sentence]}, status, dict(headers or {}))
