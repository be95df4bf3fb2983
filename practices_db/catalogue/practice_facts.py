"""The facts of a practice in words, for the practice page, the comparison and the brief."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from practices_db.catalogue.practice_fields import FIELDS, Place, PracticeField
from practices_db.catalogue.texts import known, labels, years

# What a further page supplied, as older lines of sources.csv call it.
_OLD_NAMES = {"beneficiaries_reached": "people reached", "country": "country", "city_or_region": "place"}


@dataclass(frozen=True)
class Fact:
    """What is told of a practice under one title: a field, or several that belong together."""

    title: str
    fields: tuple[PracticeField, ...]

    @property
    def blank(self) -> str:
        """What stands there where nothing was seen."""
        return self.fields[0].blank

    def words(self, card: Mapping[str, Any]) -> str:
        """Say the fact of a card as plain text: "" where nothing was seen."""
        if self.fields[0].kind == "year":
            return years(*(card[field.column] for field in self.fields))
        first, *more = [said for field in self.fields if (said := _said(field, card[field.column]))] or [""]
        return f"{first} ({', '.join(more)})" if more else first


def facts(place: Place) -> tuple[Fact, ...]:
    """Return the facts that are told in a place, in their order."""
    shown = (field for field in FIELDS if place in field.shown)
    return tuple(Fact(title, tuple(fields)) for title, fields in groupby(shown, key=lambda field: field.fact))


def supplied(field_id: str) -> str:
    """Say in words which fact a further page supplied; ``field_id`` as sources.csv has it."""
    named = {field.id: (field.label if field.kind == "year" else field.fact).lower() for field in FIELDS}
    return (named | _OLD_NAMES).get(field_id) or field_id


def _said(field: PracticeField, value: Any) -> str:
    match field.kind:
        case "codes":
            return labels(field.vocabulary, value)
        case "lines":
            return ", ".join(value)
        case _ if not known(value) or not (value or field.kind == "number"):
            return ""
        case "code":
            return labels(field.vocabulary, [value])
        case "number":
            return field.said.format(int(value))
        case _:
            return field.said.format(value)
