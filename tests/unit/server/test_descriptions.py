"""What describes the routes and files for machines, checked by the formats' own libraries against what is given."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import oracles
import pytest
import rdflib
from exported_files import DAY
from openapi_spec_validator import validate
from route_answers import APP, get

from pages.shared.server.openapi import openapi
from pages.shared.server.routes import RESOURCES
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.files.exports import data_package
from practices_db.files.exports.columns import RECIPE
from practices_db.files.exports.csv_json import CONTENTS, FORMATS, content, file_name, write_csv
from practices_db.files.exports.export_tables import columns_of
from practices_db.files.exports.json_schema import json_schema
from practices_db.files.exports.recipe import Contents, Format
from practices_db.queries.practices import data_version
from practices_db.queries.views import View

with warnings.catch_warnings():  # what it imports is not ready for this Python's warnings
    warnings.simplefilter("ignore")
    import frictionless

BASE = "http://localhost"


# --- OpenAPI -------------------------------------------------------------------------------------------------


def test_the_openapi_document_is_valid_served_and_in_the_docs(served: Store) -> None:  # noqa: ARG001
    document = get("/api/openapi.json").json()
    validate(document)
    assert document == openapi(RESOURCES, BASE)
    kept = json.loads((oracles.ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    assert kept == openapi(RESOURCES, ""), "python -m pages.shared.server > docs/openapi.json"


def test_the_document_has_every_route_and_parameter_and_each_answers(served: Store) -> None:  # noqa: ARG001
    document = openapi(RESOURCES, BASE)
    assert list(document["paths"]) == [f"/api/{one.path}" for one in RESOURCES]
    for path, operations in document["paths"].items():
        of = operations["get"]
        answer = get(path.replace("{id}", "duo-for-a-job"), "" if "{id}" in path else _narrow(of))
        assert answer.status == 200, path
        assert answer.headers["content-type"].split(";")[0] in of["responses"]["200"]["content"], path
        assert answer.headers["etag"]
        assert answer.body
    names = {one["name"] for one in document["paths"]["/api/practices.csv"]["get"]["parameters"]}
    assert names == PracticeFilter.link_names() | {"sort", "contents", "format", "release", "If-None-Match"}


def _narrow(operation: dict[str, Any]) -> str:
    return "country=MT" if any(one["name"] == "country" for one in operation["parameters"]) else ""


def test_a_generated_client_reads_practices(served: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    """The client is made from the document by a generator, and asks the routes themselves."""
    (tmp_path / "openapi.json").write_bytes(get("/api/openapi.json").body)
    command = ["-m", "openapi_python_client", "generate", "--path", "openapi.json", "--output-path", "practices_client"]
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, *command, "--meta", "none"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert "removal" not in done.stdout, done.stdout
    monkeypatch.syspath_prepend(tmp_path)
    client = importlib.import_module("practices_client").Client(base_url=BASE)
    client.set_async_httpx_client(httpx.AsyncClient(base_url=BASE, transport=httpx.ASGITransport(app=APP)))
    order = importlib.import_module("practices_client.models").PracticesJsonSort
    ask = importlib.import_module("practices_client.api.default.practices_json")
    found = asyncio.run(ask.asyncio(client=client, country=["IT"], sort=order.NAME))
    names = [one.name for one in found.practices]
    assert len(names) == found.recipe.practices > 10
    assert names == [one["name"] for one in get("/api/practices.json", "country=IT&sort=name").json()["practices"]]


# --- JSON Schema ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["practices.json", "practices/duo-for-a-job.json", "findings.json"])
def test_every_json_is_as_its_schema_says(path: str, served: Store) -> None:  # noqa: ARG001
    schema = get("/api/schema.json").json()
    jsonschema.Draft202012Validator.check_schema(schema)
    name = next(one.schema for one in RESOURCES if one.path == path.replace("duo-for-a-job", "{id}"))
    asked = schema | {"anyOf": [{"$ref": f"#/$defs/{name}"}]}
    told = get(f"/api/{path}").json()
    check = jsonschema.Draft202012Validator(asked, format_checker=jsonschema.FormatChecker())
    assert [error.message for error in check.iter_errors(told)] == []
    short = {name: one[:1] if isinstance(one, list) else one for name, one in told.items()}
    assert check.is_valid(short)
    assert not check.is_valid(short | {"extra": 1})


def test_the_schema_names_every_column() -> None:
    rows = json_schema(BASE)["$defs"]["PracticeRow"]
    assert list(rows["properties"]) == [column.name for column in columns_of(View(), "scores")]
    assert all(one["description"] for one in rows["properties"].values())


# --- data package --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contents", "format_"),
    [*((one, "csv") for one in CONTENTS), ("scores", "csv-semicolon"), ("everything", "csv-comma")],
)
def test_an_export_is_as_its_data_package_says(
    contents: Contents, format_: Format, served: Store, tmp_path: Path
) -> None:
    view = View(chosen=PracticeFilter(country=("IT", "MT")))
    name = file_name(view, format_, DAY, contents)
    (tmp_path / name).write_bytes(content(write_csv(served, view, contents, format_, DAY)))
    with served.cursor() as cursor:
        package = data_package.export_package(view, contents, format_, name, data_version(cursor))
    (tmp_path / "datapackage.json").write_bytes(package)
    assert _mistakes(tmp_path) == []
    (resource,) = json.loads(package)["resources"]
    of_table = [*columns_of(view, contents), RECIPE]
    assert [(one["name"], bool(one["description"])) for one in resource["schema"]["fields"]] == [
        (column.name, True) for column in of_table
    ]
    text = (tmp_path / name).read_text(encoding="utf-8-sig").replace("employment", "employmant")
    (tmp_path / name).write_text(text, encoding="utf-8-sig")
    assert contents == "answers" or _mistakes(tmp_path)


def test_the_catalogue_is_as_its_data_package_says(served: Store, tmp_path: Path) -> None:  # noqa: ARG001
    package = get("/api/datapackage.json").json()
    for resource in package["resources"]:
        path, _, query = resource["path"].removeprefix(BASE).partition("?")
        assert resource["path"].startswith(f"{BASE}/api/")
        resource["path"] = f"{resource['name']}.csv"
        (tmp_path / resource["path"]).write_bytes(get(path, query).body)
    (tmp_path / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    assert _mistakes(tmp_path) == []
    assert FORMATS["csv"].delimiter == package["resources"][0]["dialect"]["delimiter"]


def _mistakes(folder: Path) -> list[list[Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.stats["tasks"] >= 1
    return report.flatten(["title", "rowNumber", "fieldName", "note"])


# --- DCAT-AP -------------------------------------------------------------------------------------------------

DCAT, DCT, FOAF = rdflib.DCAT, rdflib.DCTERMS, rdflib.FOAF
# The mandatory classes of DCAT-AP 3 with their mandatory properties, and those of the service.
MANDATORY = {
    DCAT.Catalog: (DCT.title, DCT.description, DCT.publisher, DCAT.dataset),
    DCAT.Dataset: (DCT.title, DCT.description, DCAT.distribution),
    DCAT.Distribution: (DCAT.accessURL, DCT.license),
    DCAT.DataService: (DCT.title, DCAT.endpointURL),
    FOAF.Agent: (FOAF.name,),
}


def test_the_data_set_is_described_as_dcat_ap_asks(served: Store) -> None:  # noqa: ARG001
    with warnings.catch_warnings():  # its reader of JSON-LD uses what it calls deprecated
        warnings.simplefilter("ignore", DeprecationWarning)
        graph = rdflib.Graph().parse(data=get("/api/catalogue.jsonld").body, format="json-ld", publicID=BASE)
    for of_class, properties in MANDATORY.items():
        things = list(graph.subjects(rdflib.RDF.type, of_class))
        assert things, of_class
        assert all(graph.value(thing, one) is not None for thing in things for one in properties), of_class
    for kind, of_class in (
        (DCT.publisher, FOAF.Agent),
        (DCAT.dataset, DCAT.Dataset),
        (DCAT.distribution, DCAT.Distribution),
    ):
        assert all((end, rdflib.RDF.type, of_class) in graph for end in graph.objects(None, kind)), kind
    routes = openapi(RESOURCES, BASE)["paths"]
    for address in graph.objects(None, DCAT.accessURL):
        path, _, query = str(address).removeprefix(BASE).partition("?")
        narrow = "&".join(filter(None, (query, _narrow(routes[path]["get"]))))  # a file of few is made in less time
        assert get(path, narrow, method="HEAD").status == 200, address
