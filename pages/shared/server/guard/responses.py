"""Answers that are no page of the app: what went wrong, in one sentence, and what to do."""

from __future__ import annotations

import html
from collections.abc import Mapping

from starlette.datastructures import Headers, QueryParams
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

from pages.shared.components.reader_language import PARAM, served
from practices_db.translation import _, speak

_PAGE = """<!doctype html>
<html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title} · Integration Practices</title>
<style>
:root {{ color-scheme: light dark; font: 1.1rem/1.5 sans-serif }}
main {{ max-width: 34rem; margin: 15vh auto; padding: 0 1.25rem }}
h1 {{ font: 600 1.9rem/1.2 serif }}
a {{ color: inherit }}
</style>
<main><h1>{title}</h1><p>{sentence}</p><p><a href="{again}">{link}</a></p></main></html>
"""


def answer(
    scope: Scope,
    status: int,
    title: str,
    sentence: str,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> Response:
    """Return a refusal or a fault as a page for a browser, as JSON for a program: {"errors": [sentence]}.

    ``title`` and ``sentence`` are marked for translation, ``values`` fill in the sentence. A page is in the language
    of the reader, JSON in English.
    """
    given = Headers(scope=scope)
    if "text/html" not in given.get("accept", ""):
        return JSONResponse({"errors": [sentence.format(**values)]}, status, dict(headers or {}))
    params = QueryParams(scope.get("query_string", b"")).getlist(PARAM)
    code = served(params, given.get("accept-language", ""))
    with speak(code):
        words = {"title": _(title), "sentence": _(sentence).format(**values), "link": _("Try again")}
    # the way back leads to the start: the address that was refused is the asker's text
    escaped = {name: html.escape(said) for name, said in words.items()}
    again = f"/?{PARAM}={code}" if params else "/"
    return HTMLResponse(_PAGE.format(language=code, again=again, **escaped), status, dict(headers or {}))
