"""The routes described for programs: an OpenAPI 3.1 document, made from the table of routes and the filters."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from practices_db.catalogue.filters import LONGEST_TEXT, Filter
from practices_db.catalogue.practice_filter import FIRST_YEAR, LAST_YEAR, MOST_NAMED
from practices_db.files.exports.data_package import CC_BY, DESCRIPTION, TITLE
from practices_db.files.exports.json_schema import schemas
from practices_db.files.exports.recipe import APP

Asked = TypeVar("Asked")
Described = dict[str, Any]

_FROM = "First year in which it ran; also those that started before and state no end"
_TO = "Last year in which it ran; also those that ended after and state no start"
_MOST_IDS = 60  # longer lists are public ones, as that of countries
# What narrows beside lists: how it is written and what it means.
_FURTHER: dict[str, tuple[Described, str]] = {
    "q": ({"type": "string", "maxLength": LONGEST_TEXT}, "Words that must occur, whatever their accents and case"),
    "id": ({"type": "array", "items": {"type": "string"}, "maxItems": MOST_NAMED}, "Practices by id"),
    "from": ({"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR}, _FROM),
    "to": ({"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR}, _TO),
    "coverage": ({"type": "integer", "minimum": 0, "maximum": 100}, "Least coverage of both main scores, in per cent"),
    "undated": ({"type": "string", "enum": ["1"]}, "With a period: also those that state no year"),
    "all-groups": ({"type": "string", "enum": ["1"]}, "Only practices that serve all target groups given"),
}  # fmt: skip
_OWN = {
    "sort": "Order",
    "contents": "What a row is: a practice with its scores, an answer, or a practice with everything",
    "format": "How cells are written: exact for programs, or as spreadsheets take them",
}
_REFUSED = {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}}


@dataclass(frozen=True)
class Resource(Generic[Asked]):
    """An address under /api/, what it gives, and what may be asked.

    ``own``: parameters beside those of the ``filter``, with their values; the first is the default. ``schema``: what
    its JSON is called among the schemas. ``ask``: what makes the answer. ``of_release``: it can be asked of a past one.
    """

    path: str
    summary: str
    mime: str
    ask: Asked
    filter: type[Filter] | None = None
    own: Mapping[str, Sequence[str]] = field(default_factory=dict)
    schema: str = ""
    of_release: bool = True


def openapi(resources: Iterable[Resource[Any]], base: str) -> Described:
    """Return the document; ``base`` is where the app is reached."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{APP}: {TITLE}",
            "version": "1",
            "description": f"{DESCRIPTION} Read-only, without a key. Ask again with the ETag in If-None-Match.",
            "license": {"name": "CC BY 4.0 (the data)", "url": CC_BY},
        },
        "servers": [{"url": base or "/"}],
        "paths": {f"/api/{one.path}": {"get": _operation(one)} for one in resources},
        "components": {"schemas": json.loads(json.dumps(schemas()).replace("#/$defs/", "#/components/schemas/"))},
    }


def _operation(one: Resource[Any]) -> Described:
    name = one.path.replace("/{id}", "_one").replace(".", "_")
    by_id = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}, "description": "Its id"}]
    by_id = by_id if "{id}" in one.path else []
    lacking = [*(["practice"] if by_id else []), *(["release"] if one.of_release else [])]
    missing = (
        {"404": {"description": f"There is no such {' or '.join(lacking)}", "content": _REFUSED}} if lacking else {}
    )
    if one.of_release:
        missing["503"] = {"description": "The past release cannot be read at the moment", "content": _REFUSED}
    mime = one.mime.split(";")[0]
    schema = {"schema": {"$ref": f"#/components/schemas/{one.schema}"}} if one.schema else {}
    return {
        "operationId": name,
        "summary": one.summary,
        "parameters": [*by_id, *_parameters(one), _KNOWN],
        "responses": {
            "200": {"description": one.summary, "headers": _ETAG, "content": {mime: schema}},
            "304": {"description": "Nothing has changed since", "headers": _ETAG},
            "400": {"description": "Something is not understood: every reason", "content": _REFUSED},
            **missing,
        },
    }


_CHANGES = "Changes with the release, framework, program and question"
_ETAG = {"ETag": {"description": _CHANGES, "schema": {"type": "string"}}}
_KNOWN = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag of an answer that you have: 304 says that it still holds",
    "schema": {"type": "string"},
}


def _parameters(one: Resource[Any]) -> list[Described]:
    found = []
    if one.filter:
        for facet in one.filter.facets:
            ids = facet.options()
            items = {"type": "string", **({"enum": ids} if len(ids) <= _MOST_IDS else {})}
            words = f"{facet.label}: ids; repeated values are alternatives"
            found.append(_query(facet.param, {"type": "array", "items": items}, words))
        facets = {facet.param for facet in one.filter.facets}
        found += [_query(name, *_FURTHER[name]) for name in sorted(one.filter.link_names() - facets)]
    for name, values in one.own.items():
        found.append(_query(name, {"type": "string", "enum": list(values), "default": values[0]}, _OWN[name]))
    if one.of_release:
        found.append(_query("release", {"type": "integer", "minimum": 1}, "A past release of the data, by its number"))
    return found


def _query(name: str, schema: Described, description: str) -> Described:
    return {"name": name, "in": "query", "description": description, "schema": schema}
