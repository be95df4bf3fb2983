"""Read-only routes beside the pages: the published catalogue for machines, with the filters of the links.

A route answers from the same selection as the screen. Files are made in the store's export folder, sent in pieces and
deleted; tables are never held in memory whole. What fails is answered by the guard (``guard.faults``). Pages of other
sites may read, and nobody can write.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import ExitStack
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl

import anyio
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from criteria.framework import current_framework
from criteria.synthesis import current_rule
from pages.shared.components import database
from pages.shared.library import text_search
from pages.shared.server.openapi import Resource, openapi
from practices_db.catalogue.filters import Filter
from practices_db.catalogue.library_filter import LibraryFilter, OrganisationFilter, PublicationFilter
from practices_db.catalogue.practice_filter import DEFAULT_SORT, SORTS, PracticeFilter, checked_sort
from practices_db.config import address_in_files
from practices_db.database.store import Store
from practices_db.errors import NoSuchReleaseError, PracticesError, ReleasesBusyError, ReleaseTablesError
from practices_db.files.export import file_content
from practices_db.files.exports import data_package, findings_file, library_files
from practices_db.files.exports.csv_json import (
    CONTENTS,
    FORMATS,
    file_name,
    practice_json,
    unique_name,
    write_csv,
    write_json,
    write_results,
)
from practices_db.files.exports.dcat import catalogue_description
from practices_db.files.exports.json_schema import json_schema
from practices_db.files.exports.recipe import Contents, Format
from practices_db.files.exports.workbook import write_xlsx
from practices_db.queries import library, practices
from practices_db.queries.views import View

log = logging.getLogger("practices")

_LARGEST_QUERY = 8_000  # characters
_PIECE = 1 << 18
_NUMBER = re.compile("[1-9][0-9]{0,8}")
_CSV: dict[str, Format] = {format_: format_ for format_, kind in FORMATS.items() if kind.mime == "text/csv"}
_CONTENTS: dict[str, Contents] = {contents: contents for contents in CONTENTS}
_SORTED = {"sort": (DEFAULT_SORT, *(sort for sort in SORTS if sort != DEFAULT_SORT))}
_WRITTEN = {"format": tuple(_CSV)}
_PROGRAM = [Path(__file__).parents[3] / folder for folder in ("criteria", "practices_db", "pages")]
_READING = ("GET", "HEAD", "OPTIONS")
_ALL = [*_READING, "POST", "PUT", "PATCH", "DELETE"]
_making = anyio.CapacityLimiter(2)  # files made at the same time; further requests wait
_opening = anyio.CapacityLimiter(1)  # past releases, which takes seconds: it holds up nobody else
# Any page may read what is published, without cookies. A page of another site cannot see headers that are not named.
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": ", ".join(_READING),
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Expose-Headers": "ETag, Content-Disposition",
    "Access-Control-Max-Age": "86400",
}


class Question(NamedTuple):
    """What is asked: filter, other parameters with their values, where the app is reached, and which practice."""

    chosen: Filter
    given: Mapping[str, str]
    base: str
    practice: str

    @property
    def view(self) -> View:
        """The view of Explore, or of the practice, that shows the same."""
        if self.practice:
            return View("practice", PracticeFilter(practice=(self.practice,)), base=self.base)
        assert isinstance(self.chosen, PracticeFilter)  # noqa: S101 - asked of routes with its filter only
        return View(chosen=self.chosen, sort=checked_sort(self.given["sort"]), base=self.base)


class Answer(NamedTuple):
    """How a question is answered: what makes it another (for the ETag), its name as a file, and what makes it.

    Without a name it is shown and not saved.

    What is made is a file, which is sent and deleted, or its content.
    """

    tag: str
    name: str
    make: Callable[[Store], Path | bytes]


Ask = Callable[[Question], Answer]


def _of_view(format_: Format) -> Ask:
    """Return how a view is answered in a format that has no further parameters."""

    def ask(question: Question) -> Answer:
        view, on = question.view, date.today()
        write: Callable[[Store], Path | bytes]
        match format_:
            case "json" if question.practice:
                write = partial(_of_practice, question)
            case "json":
                write = partial(write_json, view=view, on=on)
            case "xlsx":
                write = partial(write_xlsx, view=view, on=on)
            case _:
                write = partial(file_content, view=view, on=on, format_=format_)
        name = "" if format_ == "json" and question.practice else file_name(view, format_, on)
        return Answer(f"{format_} {view.page} {view.params()}", name, write)

    return ask


def _of_practice(question: Question, store: Store) -> bytes:
    found = practice_json(store, question.practice, date.today(), question.base)
    if found is None:
        raise PracticesError(f"There is no practice {question.practice!r}.")
    return found


def _practices_csv(question: Question) -> Answer:
    view, on = question.view, date.today()
    contents, format_ = _CONTENTS[question.given["contents"]], _CSV[question.given["format"]]
    write = partial(write_csv, view=view, contents=contents, format_=format_, on=on)
    return Answer(f"{contents} {format_} {view.params()}", file_name(view, format_, on, contents), write)


def _results_csv(question: Question) -> Answer:
    view, on = question.view, date.today()
    name = unique_name("results", on, ".csv")
    return Answer(f"results {view.params()}", name, partial(write_results, view=view, on=on))


def _library(format_: str = "") -> Ask:
    """Return how a selection of the library is answered; without a format it is a parameter."""

    def ask(question: Question) -> Answer:
        chosen, written = question.chosen, format_ or question.given["format"]
        assert isinstance(chosen, LibraryFilter)  # noqa: S101 - asked of routes with its filter only
        on = date.today()

        def write(store: Store) -> bytes:
            found_by_text = text_search.searched(chosen, store)
            with store.cursor() as cursor:
                rows = database.records(library.find(cursor, chosen, found_by_text))
                version = practices.data_version(cursor).short
            return library_files.written(chosen, rows, written, version, on)

        name = library_files.file_name(chosen, written, on)
        return Answer(f"{chosen.kind} {written} {chosen.params()}", name, write)

    return ask


def _findings_csv(question: Question) -> Answer:
    format_ = _CSV[question.given["format"]]
    name = unique_name(findings_file.FILE, date.today(), FORMATS[format_].suffix)
    tag = f"findings {format_} rule {current_rule().version}"
    return Answer(tag, name, partial(findings_file.findings_as, format_=format_))


def _findings_json(_question: Question) -> Answer:
    on = date.today()
    tag = f"findings json rule {current_rule().version}"
    return Answer(tag, unique_name(findings_file.FILE, on, ".json"), partial(findings_file.findings_json, on=on))


def _description(name: str, make: Callable[[str, practices.DataVersion], bytes]) -> Ask:
    """Return how a description of what the routes give is answered; it is shown, not saved."""

    def ask(question: Question) -> Answer:
        def write(store: Store) -> bytes:
            with store.cursor() as cursor:
                return make(question.base, practices.data_version(cursor))

        return Answer(f"{name} {question.base}", "", write)

    return ask


def _described(made: Mapping[str, object]) -> bytes:
    return json.dumps(made, ensure_ascii=False, indent=1).encode()


_PDF, _XLSX = FORMATS["pdf"].mime, FORMATS["xlsx"].mime
_CSV_MIME, _JSON = "text/csv; charset=utf-8", "application/json"
_BRIEF = "A brief to read and print: bars, tables, what is not known, sources"
_BIB, _RIS = (library_files.OWN_FORMATS[one].mime for one in ("bibtex", "ris"))
RESOURCES: tuple[Resource[Ask], ...] = (
    Resource(
        "practices.csv", "The practices of a filter as a table", _CSV_MIME, _practices_csv, PracticeFilter,
        {**_SORTED, "contents": tuple(_CONTENTS), **_WRITTEN},
    ),
    Resource(
        "practices.json", "The practices of a filter", _JSON, _of_view("json"), PracticeFilter, _SORTED, "Practices"
    ),
    Resource(
        "practices.xlsx", "The practices of a filter as a workbook, with results, scores, answers, sources, glossary",
        _XLSX, _of_view("xlsx"), PracticeFilter, _SORTED,
    ),
    Resource("practices.pdf", _BRIEF, _PDF, _of_view("pdf"), PracticeFilter, _SORTED),
    Resource("practices.html", _BRIEF, "text/html", _of_view("html"), PracticeFilter, _SORTED),
    Resource("practices/{id}.json", "Everything on one practice", _JSON, _of_view("json"), None, {}, "Practice"),
    Resource("practices/{id}.xlsx", "Everything on one practice as a workbook", _XLSX, _of_view("xlsx")),
    Resource("practices/{id}.pdf", _BRIEF, _PDF, _of_view("pdf")),
    Resource("practices/{id}.html", _BRIEF, "text/html", _of_view("html")),
    Resource(
        "results.csv", "Every result of the practices of a filter", _CSV_MIME, _results_csv, PracticeFilter, _SORTED
    ),
    Resource(
        "findings.csv", "Every finding on types of measure, as in the catalogue's own file", _CSV_MIME, _findings_csv,
        None, _WRITTEN,
    ),
    Resource(
        "findings.json", "Every finding on types of measure, with the rule and the labels that follow", _JSON,
        _findings_json, None, {}, "Findings",
    ),
    Resource("publications.csv", "Publications", _CSV_MIME, _library(), PublicationFilter, _WRITTEN),
    Resource("publications.bib", "Publications as BibTeX", _BIB, _library("bibtex"), PublicationFilter),
    Resource("publications.ris", "Publications as RIS", _RIS, _library("ris"), PublicationFilter),
    Resource("organisations.csv", "Organisations and networks", _CSV_MIME, _library(), OrganisationFilter, _WRITTEN),
    Resource(
        "openapi.json", "This description of the routes (OpenAPI 3.1)", _JSON,
        _description("openapi", lambda base, _version: _described(openapi(RESOURCES, base))), of_release=False,
    ),
    Resource(
        "schema.json", "What stands in the JSON (JSON Schema 2020-12)", "application/schema+json",
        _description("schema", lambda base, _version: _described(json_schema(base))), of_release=False,
    ),
    Resource(
        "datapackage.json", "What stands in the tables (Frictionless Data Package)", _JSON,
        _description("package", data_package.catalogue_package), of_release=False,
    ),
    Resource(
        "catalogue.jsonld", "The data set for data portals (DCAT-AP 3)", "application/ld+json",
        _description("dcat", catalogue_description), of_release=False,
    ),
)  # fmt: skip


async def nothing(request: Request) -> Response:
    """Answer an address under /api/ that is none, with those that are: the app would answer it with a page.

    And whoever wants to write: there is nothing to be written at any.
    """
    if request.method not in _READING:
        refused = _refused(405, f"{request.method} is not answered here; {', '.join(_READING)} are.")
        refused.headers["Allow"] = ", ".join(_READING)
        return refused
    known = [f"/api/{one.path.replace('{id}', '<id>')}" for one in RESOURCES]
    return JSONResponse({"errors": ["There is nothing here."], "routes": known}, status_code=404)


def _open(endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that pages of other sites may ask, and that says so beforehand."""

    async def answer(request: Request) -> Response:
        response = Response(status_code=204) if request.method == "OPTIONS" else await endpoint(request)
        response.headers.update(_CORS)
        return response

    return answer


async def _answer(resource: Resource[Ask], request: Request) -> Response:
    """Answer with what is made now, unless the asker has it already."""
    try:
        with ExitStack() as held:
            return await _made(resource, request, held)
    except NoSuchReleaseError as error:
        return _refused(404, str(error))
    except ReleasesBusyError as error:
        return _refused(503, str(error))
    except ReleaseTablesError as error:  # it names places
        log.warning("a past release was asked for: %s", error)
        return _refused(503, "Past releases cannot be read at the moment.")
    except PracticesError as error:
        return _refused(400, str(error))


def _refused(status: int, why: str) -> Response:
    return JSONResponse({"errors": why.splitlines()}, status_code=status)


async def _made(resource: Resource[Ask], request: Request, held: ExitStack) -> Response:
    """Return what is asked for; what has to stay open meanwhile is ``held``."""
    practice = request.path_params.get("id", "")
    params = await run_sync(_params, request, resource)  # finding the nearest country takes a while
    store = database.store()
    if past := params.pop("release", []):
        async with _opening:
            store = await run_sync(held.enter_context, database.release(int(past[0])))
    given = {name: params.get(name, known)[0] for name, known in resource.own.items()}
    kind = resource.filter or PracticeFilter
    if practice and not await run_sync(_is_released, store, practice):
        return _refused(404, f"There is no practice {practice[:80]!r}.")
    chosen = kind.checked(params if resource.filter else {}, "{}")
    if isinstance(chosen, PracticeFilter):
        await run_sync(practices.require_named, store, chosen)
    question = Question(chosen, given, _base(request), practice)
    answer = resource.ask(question)
    tag = await run_sync(_tag, store, f"{answer.tag} {question.base}")
    if _has(request, tag):
        return Response(status_code=304, headers=_headers(tag))
    async with _making:
        if await request.is_disconnected():  # nobody waits for it any more
            return Response(status_code=499)
        made = await run_sync(answer.make, store)
    headers = _headers(tag)
    if answer.name:
        headers["Content-Disposition"] = f'attachment; filename="{answer.name}"'
    if isinstance(made, bytes):
        return Response(made, media_type=resource.mime, headers=headers)
    headers["Content-Length"] = str(made.stat().st_size)
    return StreamingResponse(_pieces(made), media_type=resource.mime, headers=headers)


ROUTES = [
    *(
        Route(f"/api/{one.path}", _open(partial(_answer, one)), methods=["GET", "OPTIONS"], name=one.path)
        for one in RESOURCES
    ),
    Route("/api", nothing, methods=_ALL),
    Route("/api/{rest:path}", nothing, methods=_ALL),
]


def _is_released(store: Store, practice: str) -> bool:
    with store.cursor() as cursor:
        return bool(practices.names(cursor, [practice]))


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


def _params(request: Request, resource: Resource[Ask]) -> dict[str, list[str]]:
    """Return the parameters of a request; PracticesError names everything that is wrong with them."""
    query: bytes = request.scope["query_string"]
    if len(query) > _LARGEST_QUERY:
        raise PracticesError(f"The address is longer than {_LARGEST_QUERY:,} characters.")
    params: dict[str, list[str]] = {}
    for name, value in parse_qsl(query.decode(errors="replace"), keep_blank_values=True):
        params.setdefault(name, []).append(value)
    past = {"release"} if resource.of_release else set()
    known = sorted({*(resource.filter.link_names() if resource.filter else ()), *resource.own, *past})
    one_of = f"known are {', '.join(known)}" if known else "there are none here"
    mistakes = [f"{name[:40]!r} is no parameter; {one_of}" for name in params if name not in known]
    single = {*(resource.filter.single_names() if resource.filter else ()), *resource.own}
    mistakes += [
        f"{name} is given {len(params[name])} times" for name in params if name in single and len(params[name]) > 1
    ]
    for name, values in resource.own.items():
        mistakes += [
            f"{name}: {value[:40]!r} is not known; known are {', '.join(values)}"
            for value in params.get(name, [])
            if value not in values
        ]
    for name in past & params.keys():
        if len(params[name]) > 1 or not _NUMBER.fullmatch(params[name][0]):
            mistakes.append(f"{name} is one whole number, as in {name}=1")
    if resource.filter:
        try:
            resource.filter.checked(params, "{}")
        except PracticesError as error:
            mistakes += str(error).splitlines()
    if mistakes:
        raise PracticesError("\n".join(mistakes))
    return params


def _tag(store: Store, asked: str) -> str:
    """Return the ETag of an answer: weak, by release of the data, framework, program and question.

    The day of the export stands in the files; it does not make their content another.
    """
    with store.cursor() as cursor:
        version = practices.data_version(cursor)
    framework = current_framework()
    parts = f"{version.number} {version.content_hash} {framework.id} {framework.version} {_program()} {asked}"
    return f'W/"{version.number}-{hashlib.sha256(parts.encode()).hexdigest()[:24]}"'


@cache
def _program() -> str:
    """Return the hash of the program's own files: another program may answer the same question otherwise."""
    files = sorted(path for folder in _PROGRAM for path in folder.rglob("*") if path.is_file())
    hashed = hashlib.sha256()
    for path in files:
        if path.suffix != ".pyc":
            hashed.update(path.name.encode() + path.read_bytes())
    return hashed.hexdigest()


def _has(request: Request, tag: str) -> bool:
    """Whether the asker has this answer already (If-None-Match, compared weakly)."""
    given = request.headers.get("if-none-match", "")
    return given.strip() == "*" or tag.removeprefix("W/") in (
        one.strip().removeprefix("W/") for one in given.split(",")
    )


def _headers(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "no-cache"}  # keep it, but ask each time whether it still holds
