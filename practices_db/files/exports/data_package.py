"""CSV files described for machines, as a Frictionless Data Package: every column with its type, meaning and ids.

Made from the columns themselves (columns.py) and the catalogue's row models, as codebook and templates are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, get_args

from practices_db.catalogue.column_meanings import meaning
from practices_db.catalogue.library_items import vocabularies
from practices_db.catalogue.library_rows import EvidenceRow, OrganisationRow
from practices_db.catalogue.practice_rows import CatalogueRow
from practices_db.catalogue.practice_rows import columns as columns_of_file
from practices_db.catalogue.type_rows import FindingRow
from practices_db.catalogue.vocabularies import vocabulary
from practices_db.files.exports import columns, export_tables
from practices_db.files.exports.columns import RECIPE, Column, Kind
from practices_db.files.exports.csv_json import CONTENTS, FORMATS
from practices_db.files.exports.library_files import ABOUT
from practices_db.files.exports.recipe import APP, Contents, Format
from practices_db.queries.practices import DataVersion
from practices_db.queries.views import View

CC_BY = "https://creativecommons.org/licenses/by/4.0/"
FILE_NAME = "datapackage.json"
TITLE = "Practices for the integration of migrants"
DESCRIPTION = (
    "What is known of practices for the integration of migrants and of types of measure, with the evidence behind it: "
    "facts, results, answers to the indicators of a framework, scores with coverage and range, sources, publications, "
    "organisations. Blank is not known, never no."
)

Described = dict[str, Any]

_TYPES: dict[Kind, Described] = {
    **{kind: {"type": "string"} for kind in get_args(Kind)},
    "number": {"type": "number"},
    "whole": {"type": "integer"},
    "date": {"type": "date", "format": "%Y-%m-%d"},
    "flag": {"type": "boolean", "trueValues": ["yes"], "falseValues": ["no"]},
}
_BETWEEN: dict[Kind, str] = {"list": "several: ;", "codes": "several: ;", "urls": "several: blank between"}


def export_package(view: View, contents: Contents, format_: Format, path: str, version: DataVersion) -> bytes:
    """Return the description of a CSV file of a view; ``path`` is the file's name, beside which it is to lie."""
    kind = FORMATS[format_]
    fields = _fields([*export_tables.columns_of(view, contents), RECIPE], kind.comma)
    one = _resource(contents, CONTENTS[contents], path, fields, kind.delimiter)
    return _written("integration-practices-export", [one], version)


def catalogue_package(base: str, version: DataVersion) -> bytes:
    """Return the description of the whole catalogue as the routes give it; ``base`` is where the app is reached."""
    found = []
    for contents, said in CONTENTS.items():
        fields = _fields([*export_tables.TABLES[contents].columns(False), RECIPE])
        path = f"{base}/api/practices.csv?contents={contents}"
        found.append(_resource({"scores": "practices"}.get(contents, contents), said, path, fields))
    said = "One row for each result of a practice, in its own unit."
    found.append(_resource("results", said, f"{base}/api/results.csv", _fields(columns.RESULTS)))
    of_file: tuple[tuple[str, str, type[CatalogueRow], str], ...] = (
        ("findings", "findings", FindingRow, "What publications found on outcomes of types of measure."),
        ("evidence", "publications", EvidenceRow, "Publications on integration measures."),
        ("organisations", "organisations", OrganisationRow, "Organisations and networks."),
    )
    for table, name, model, said in of_file:
        fields = _fields(_columns(table, model))
        about = [] if name == "findings" else _fields(Column(one, "", "What the file is") for one in ABOUT)
        found.append(_resource(name, said, f"{base}/api/{name}.csv", [*fields, *about]))
    return _written("integration-practices", found, version)


def _written(name: str, resources: list[Described], version: DataVersion) -> bytes:
    package = {
        "profile": "tabular-data-package",
        "name": name,
        "title": f"{APP}: {TITLE}",
        "description": DESCRIPTION,
        "version": str(version.number),
        "created": f"{version.released_on.isoformat()}T00:00:00Z",
        "licenses": [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0", "path": CC_BY}],
        "resources": resources,
    }
    return json.dumps(package, ensure_ascii=False, indent=1).encode()


def _resource(name: str, said: str, path: str, fields: list[Described], delimiter: str = ",") -> Described:
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "description": said,
        "path": path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "dialect": {"delimiter": delimiter, "quoteChar": '"', "doubleQuote": True},
        "schema": {"fields": fields, "missingValues": [""]},
    }


def _fields(of_table: Iterable[Column], comma: bool = False) -> list[Described]:
    return [_field(column, comma) for column in of_table]


def _field(column: Column, comma: bool) -> Described:
    said = " (" + _BETWEEN[column.kind] + ")" if column.kind in _BETWEEN else ""
    found = {"name": column.name, **_TYPES[column.kind], "description": column.meaning + said}
    if column.kind == "number" and comma:
        found["decimalChar"] = ","
    ids = list(vocabulary(column.vocabulary)) if column.vocabulary else []
    if ids and column.kind == "code":
        found["constraints"] = {"enum": ids}
    elif ids and column.kind == "codes":
        one = f"({'|'.join(ids)})"
        found["constraints"] = {"pattern": f"{one}(;{one})*"}
    return found


def _columns(table: str, model: type[CatalogueRow]) -> list[Column]:
    """Return the columns of one of the catalogue's files: kinds from its row model, meanings as in its template."""
    of_file = model.model_json_schema(mode="serialization")["properties"]
    lists = vocabularies(model)
    return [
        Column(name, "", meaning(table, name), _kind(of_file[name], name in lists), lists.get(name, ""))
        for name in columns_of_file(model)
    ]


def _kind(schema: Described, of_list: bool) -> Kind:
    inner = next((one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"), schema)
    match inner:
        case {"type": "array"}:
            return "codes" if of_list else "list"
        case {"type": "boolean"}:
            return "flag"
        case {"type": "integer"}:
            return "whole"
        case {"format": "date"}:
            return "date"
        case _:
            return "code" if of_list else "text"
