"""The catalogue as data portals take it up: a DCAT-AP 3 description as JSON-LD."""

from __future__ import annotations

import json
from typing import Any

from practices_db.files.exports.csv_json import FORMATS
from practices_db.files.exports.data_package import DESCRIPTION, TITLE
from practices_db.files.exports.recipe import APP
from practices_db.queries.practices import DataVersion

_VOCABULARIES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_EU = "http://publications.europa.eu/resource/authority"
# What is given: its path under /api/, its title, its type of file in the EU's list.
_FILES = (
    ("practices.csv", "Practices with scores, as CSV", "CSV", "text/csv"),
    ("practices.csv?contents=answers", "Answers to indicators, as CSV", "CSV", "text/csv"),
    ("results.csv", "Results of practices, as CSV", "CSV", "text/csv"),
    ("findings.csv", "Findings on types of measure, as CSV", "CSV", "text/csv"),
    ("publications.csv", "Publications, as CSV", "CSV", "text/csv"),
    ("organisations.csv", "Organisations, as CSV", "CSV", "text/csv"),
    ("practices.json", "Practices with scores, as JSON", "JSON", "application/json"),
    ("practices.xlsx", "Practices, results, scores, answers and sources, as a workbook", "XLSX", FORMATS["xlsx"].mime),
)


def catalogue_description(base: str, version: DataVersion) -> bytes:
    """Return the description of the data set and of the routes; ``base`` is where the app is reached."""
    licence = {"@id": f"{_EU}/licence/CC_BY_4_0"}
    released = {"@value": version.released_on.isoformat(), "@type": "xsd:date"}
    named = {"dct:title": _english(TITLE), "dct:description": _english(DESCRIPTION)}
    publisher = {"@id": f"{base}/#publisher"}
    files = [{"@id": f"{base}/api/{path}"} for path, *_ in _FILES]
    dataset: dict[str, Any] = {
        "@id": f"{base}/#dataset",
        "@type": "dcat:Dataset",
        **named,
        "dct:publisher": publisher,
        "dct:modified": released,
        "dct:language": {"@id": f"{_EU}/language/ENG"},
        "dcat:theme": {"@id": f"{_EU}/data-theme/SOCI"},
        "dcat:keyword": [_english(word) for word in ("integration", "migrants", "refugees", "evidence", "practices")],
        "dcat:version": str(version.number),
        "dcat:landingPage": {"@id": f"{base}/"},
        "dct:conformsTo": {"@id": f"{base}/api/datapackage.json"},
        "dcat:distribution": files,
    }
    graph = [
        {
            "@id": f"{base}/#catalogue",
            "@type": "dcat:Catalog",
            **named,
            "dct:publisher": publisher,
            "dct:license": licence,
            "dcat:dataset": {"@id": dataset["@id"]},
            "dcat:service": {"@id": f"{base}/#service"},
            "foaf:homepage": {"@id": f"{base}/"},
        },
        dataset,
        {"@id": publisher["@id"], "@type": "foaf:Agent", "foaf:name": APP},
        {
            "@id": f"{base}/#service",
            "@type": "dcat:DataService",
            "dct:title": _english(f"Routes of {APP}"),
            "dcat:endpointURL": {"@id": f"{base}/api/"},
            "dcat:endpointDescription": {"@id": f"{base}/api/openapi.json"},
            "dcat:servesDataset": {"@id": dataset["@id"]},
            "dct:license": licence,
        },
        *(
            {
                "@id": f"{base}/api/{path}",
                "@type": "dcat:Distribution",
                "dct:title": _english(title),
                "dcat:accessURL": {"@id": f"{base}/api/{path}"},
                "dcat:downloadURL": {"@id": f"{base}/api/{path}"},
                "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{mime}"},
                "dct:format": {"@id": f"{_EU}/file-type/{format_}"},
                "dct:license": licence,
            }
            for path, title, format_, mime in _FILES
        ),
    ]
    return json.dumps({"@context": _VOCABULARIES, "@graph": graph}, ensure_ascii=False, indent=1).encode()


def _english(text: str) -> dict[str, str]:
    return {"@value": text, "@language": "en"}
