"""The JSON that the routes give, as JSON Schema (2020-12): made from the columns, as the codebook is.

``SCHEMAS`` has a schema for each answer and what they are made of, by name; a reference begins with ``$defs``.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from practices_db.catalogue.column_meanings import meaning
from practices_db.catalogue.practice_rows import columns as columns_of_file
from practices_db.catalogue.type_rows import FindingRow
from practices_db.catalogue.vocabularies import vocabulary
from practices_db.files.exports import columns
from practices_db.files.exports.columns import Column, Kind
from practices_db.files.exports.recipe import Recipe

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_OF_TYPE = ("type", "anyOf", "items", "enum", "format")  # what a schema says of a value, besides words
_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_TYPES: dict[Kind, Schema] = {
    **{"text": _TEXT, "code": _TEXT, "list": _TEXTS, "codes": _TEXTS, "urls": _TEXTS},
    "number": {"type": "number"},
    "whole": {"type": "integer"},
    "date": {"type": "string", "format": "date"},
    "flag": {"type": "boolean"},
}


def _value(column: Column) -> Schema:
    """Return the schema of a value; every value may be null: not known, or not stated."""
    of_type = dict(_TYPES[column.kind])
    if column.vocabulary and column.kind == "codes":
        of_type["items"] = {"type": "string", "enum": list(vocabulary(column.vocabulary))}
    said: Schema = {"description": column.meaning}
    if column.vocabulary and column.kind == "code":
        return said | {"anyOf": [{"type": "string", "enum": list(vocabulary(column.vocabulary))}, {"type": "null"}]}
    return said | {"anyOf": [of_type, {"type": "null"}]}


def _object(properties: Schema, description: str) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _row(of_table: Iterable[Column], description: str) -> Schema:
    return _object({one.name: _value(one) for one in of_table}, description)


def _every(name: str) -> Schema:
    return {"type": "array", "items": {"$ref": f"#/$defs/{name}"}}


def _finding() -> Schema:
    """Return the schema of a finding: the columns of the catalogue's file."""
    of_file = FindingRow.model_json_schema(mode="serialization")["properties"]
    found = {}
    for name in columns_of_file(FindingRow):
        of_type = {key: of_file[name][key] for key in _OF_TYPE if key in of_file[name]}
        found[name] = of_type | {"description": meaning("findings", name)}
    return _object(found, "What one publication found on one outcome of one type of measure")


@cache
def schemas() -> Schema:
    """Return every schema by its name; answers are Practices, Practice and Findings."""
    recipe = Recipe.model_json_schema(mode="validation", ref_template="#/$defs/{model}")
    parts = recipe.pop("$defs")
    # one number that may stand there, as every generator of clients reads it
    recipe["properties"]["recipe"] = {"type": "integer", "enum": [1]}
    label = {
        **dict.fromkeys(("measure_type", "form", "outcome", "label"), _TEXT),
        "certainty": {"type": "integer", "minimum": 0, "maximum": 5},
        "studies": {"type": "integer"},
        "randomised": {"type": "integer"},
        "countries": _TEXTS,
    }
    return {
        "Recipe": recipe | {"description": "How the answer was made; with it the same question can be asked again"},
        **parts,
        "PracticeRow": _row(columns.practices(), "Facts, main result, both main scores and sources of a practice"),
        "ResultRow": _row(columns.RESULTS, "A result of a practice"),
        "ScoreRow": _row(columns.SCORES, "The score of a criterion or question"),
        "AnswerRow": _row(columns.ANSWERS, "An answer to an indicator"),
        "SourceRow": _row(columns.SOURCES, "A page that something is known from"),
        "FindingRow": _finding(),
        "LabelRow": _object(label, "What all studies of a type on an outcome come to, by the printed rule"),
        "Practices": _object(
            {"recipe": {"$ref": "#/$defs/Recipe"}, "practices": _every("PracticeRow")}, "The practices of a filter"
        ),
        "Practice": _object(
            {
                "recipe": {"$ref": "#/$defs/Recipe"},
                "practice": {"$ref": "#/$defs/PracticeRow"},
                **{f"{one}s": _every(f"{one.capitalize()}Row") for one in ("result", "score", "answer", "source")},
            },
            "Everything that is published on one practice",
        ),
        "Findings": _object(
            {
                **dict.fromkeys(("data_version", "licence"), _TEXT),
                "exported_on": {"type": "string", "format": "date"},
                "rule": {"type": "object", "description": "The rule by which labels follow from findings"},
                "labels": _every("LabelRow"),
                "findings": _every("FindingRow"),
            },
            "Every finding on types of measure, with the labels that follow from them",
        ),
        "Errors": {
            "type": "object",
            "description": "Why nothing was given, every reason",
            "properties": {"errors": {"type": "array", "items": _TEXT}},
            "required": ["errors"],
        },
    }


def json_schema(base: str) -> Schema:
    """Return one document for every JSON that the routes give; ``base`` is where the app is reached."""
    return {
        "$schema": DIALECT,
        "$id": f"{base}/api/schema.json",
        "title": "JSON of Integration Practices",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in ("Practices", "Practice", "Findings")],
        "$defs": schemas(),
    }
