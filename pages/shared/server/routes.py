"""Read-only routes beside the pages: the published catalogue for machines, with the filters of the links.

A route answers from the same selection as the screen. Files are made in the store's export folder, sent in pieces and
deleted; no answer is held in memory whole. What fails is answered by the guard (``guard.faults``).
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl

import anyio
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from criteria.framework import current_framework
from criteria.synthesis import current_rule
from pages.shared.components import database
from practices_db.catalogue.practice_filter import DEFAULT_SORT, SORTS, PracticeFilter, checked, checked_sort
from practices_db.config import address_in_files
from practices_db.database.store import Store
from practices_db.errors import PracticesError
from practices_db.files.exports import findings_file
from practices_db.files.exports.csv_json import CONTENTS, FORMATS, file_name, practice_json, write_csv, write_json
from practices_db.files.exports.recipe import Contents, Format
from practices_db.queries import practices
from practices_db.queries.views import View

_LARGEST_QUERY = 8_000  # characters
_PIECE = 1 << 18
_CSV: dict[str, Format] = {format_: format_ for format_, kind in FORMATS.items() if kind.mime == "text/csv"}
_CONTENTS: dict[str, Contents] = {contents: contents for contents in CONTENTS}
_SORTS = [DEFAULT_SORT, *(sort for sort in SORTS if sort != DEFAULT_SORT)]
_making = anyio.CapacityLimiter(2)  # files made at the same time; further requests wait

# What a route makes of its parameters: what is asked for (as text, for the ETag), how to write it, its name.
Asked = tuple[str, Callable[[Store], Path], str]


async def practices_csv(request: Request) -> Response:
    """Answer the practices that the filter selects as a CSV file."""

    def ask(chosen: Mapping[str, str], view: View) -> Asked:
        contents, format_ = _CONTENTS[chosen["contents"]], _CSV[chosen["format"]]
        on = date.today()
        write = partial(write_csv, view=view, contents=contents, format_=format_, on=on)
        return f"{contents} {format_}", write, file_name(view, format_, on, contents)

    own: dict[str, Sequence[str]] = {"sort": _SORTS, "contents": list(_CONTENTS), "format": list(_CSV)}
    return await _file(request, own, ask, "text/csv; charset=utf-8")


async def practices_json(request: Request) -> Response:
    """Answer the practices that the filter selects as JSON: {"recipe": …, "practices": […]}."""

    def ask(_chosen: Mapping[str, str], view: View) -> Asked:
        on = date.today()
        return "json", partial(write_json, view=view, on=on), file_name(view, "json", on)

    return await _file(request, {"sort": _SORTS}, ask, "application/json")


async def practice(request: Request) -> Response:
    """Answer everything that is published on one practice as JSON."""
    id_ = request.path_params["id"]
    base = _base(request)
    tag = await run_sync(_tag, f"practice {id_} {base}")
    if _has(request, tag):
        return Response(status_code=304, headers=_headers(tag))
    found = await run_sync(practice_json, database.store(), id_, date.today(), base)
    if found is None:
        return JSONResponse({"errors": [f"There is no practice {id_[:80]!r}."]}, status_code=404)
    return Response(found, media_type="application/json", headers=_headers(tag))


async def findings_csv(request: Request) -> Response:
    """Answer every finding on types of measure as the catalogue's CSV file."""
    return await _findings(request, "csv", "text/csv; charset=utf-8", findings_file.findings_csv)


async def findings_json(request: Request) -> Response:
    """Answer every finding on types of measure, with the rule and the labels, as JSON."""
    return await _findings(
        request, "json", "application/json", lambda store: findings_file.findings_json(store, date.today())
    )


async def _findings(request: Request, suffix: str, mime: str, made: Callable[[Store], bytes]) -> Response:
    if request.scope["query_string"]:
        return JSONResponse({"errors": ["Findings have no parameters: the file is whole."]}, status_code=400)
    tag = await run_sync(_tag, f"findings {suffix} rule {current_rule().version}")
    if _has(request, tag):
        return Response(status_code=304, headers=_headers(tag))
    content = await run_sync(made, database.store(), limiter=_making)
    name = findings_file.file_name(f".{suffix}", date.today())
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=mime, headers=_headers(tag) | headers)


async def nothing(request: Request) -> Response:  # noqa: ARG001 - the signature Starlette calls
    """Answer an address under /api/ that is none, with those that are: the app would answer it with a page."""
    known = [
        "/api/practices.csv",
        "/api/practices.json",
        "/api/practices/<id>.json",
        "/api/findings.csv",
        "/api/findings.json",
    ]
    return JSONResponse({"errors": ["There is nothing here."], "routes": known}, status_code=404)


ROUTES = [
    Route("/api/practices.csv", practices_csv),
    Route("/api/practices.json", practices_json),
    Route("/api/practices/{id}.json", practice),
    Route("/api/findings.csv", findings_csv),
    Route("/api/findings.json", findings_json),
    Route("/api", nothing),
    Route("/api/{rest:path}", nothing),
]


async def _file(
    request: Request, own: Mapping[str, Sequence[str]], ask: Callable[[Mapping[str, str], View], Asked], mime: str
) -> Response:
    """Answer with a file that is made now, unless the asker has it already.

    ``own`` has the parameters beside the filter and their values; the first is the default.
    """
    try:
        params = _params(request, own)
        chosen = {name: params.get(name, known)[0] for name, known in own.items()}
        view = View(chosen=checked(params, "{}"), sort=checked_sort(chosen["sort"]), base=_base(request))
        asked, write, name = ask(chosen, view)
        tag = await run_sync(_tag, f"{asked} {view.params()} {view.base}")
        if _has(request, tag):
            return Response(status_code=304, headers=_headers(tag))
        path = await run_sync(write, database.store(), limiter=_making)
    except PracticesError as error:
        return JSONResponse({"errors": str(error).splitlines()}, status_code=400)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(path.stat().st_size)}
    return StreamingResponse(_pieces(path), media_type=mime, headers=_headers(tag) | headers)


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    """Yield a file's bytes and delete it, also where the asker goes away in between."""
    try:
        async with await anyio.open_file(path, "rb") as file:
            while piece := await file.read(_PIECE):
                yield piece
    finally:
        path.unlink(missing_ok=True)


def _base(request: Request) -> str:
    """Return where the app is reached: the guard has let through the app's own host names only."""
    return address_in_files(str(request.base_url))


def _params(request: Request, own: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the parameters of a request; PracticesError names everything that is wrong with them."""
    query: bytes = request.scope["query_string"]
    if len(query) > _LARGEST_QUERY:
        raise PracticesError(f"The address is longer than {_LARGEST_QUERY:,} characters.")
    params: dict[str, list[str]] = {}
    for name, value in parse_qsl(query.decode(errors="replace"), keep_blank_values=True):
        params.setdefault(name, []).append(value)
    known = sorted({*PracticeFilter.link_names(), *own})
    mistakes = [f"{name[:40]!r} is no parameter; known are {', '.join(known)}" for name in params if name not in known]
    for name, values in own.items():
        given = params.get(name, [])
        mistakes += [f"{name} is given {len(given)} times"] if len(given) > 1 else []
        mistakes += [
            f"{name}: {value[:40]!r} is not known; known are {', '.join(values)}"
            for value in given
            if value not in values
        ]
    try:
        checked(params, "{}")
    except PracticesError as error:
        mistakes += str(error).splitlines()
    if mistakes:
        raise PracticesError("\n".join(mistakes))
    return params


def _tag(asked: str) -> str:
    """Return the ETag of an answer: weak, by release of the data, framework and question.

    The day of the export stands in the files; it does not make their content another.
    """
    with database.cursor() as cursor:
        version = practices.data_version(cursor)
    framework = current_framework()
    parts = f"{version.number} {version.content_hash} {framework.id} {framework.version} {asked}"
    return f'W/"{version.number}-{hashlib.sha256(parts.encode()).hexdigest()[:24]}"'


def _has(request: Request, tag: str) -> bool:
    """Whether the asker has this answer already (If-None-Match, compared weakly)."""
    given = request.headers.get("if-none-match", "")
    return given.strip() == "*" or tag.removeprefix("W/") in (
        one.strip().removeprefix("W/") for one in given.split(",")
    )


def _headers(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "no-cache"}  # keep it, but ask each time whether it still holds
