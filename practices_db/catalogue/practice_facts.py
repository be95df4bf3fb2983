"""The facts of a practice in words, for the practice page, the comparison and the brief."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from practices_db import formats
from practices_db.catalogue.own_language import marked
from practices_db.catalogue.practice_fields import FIELDS, Place, PracticeField
from practices_db.catalogue.texts import codes_of, known, labels, years
from practices_db.translation import _

# What a further page supplied, as older lines of sources.csv call it.
_OLD_NAMES = {"beneficiaries_reached": "People reached", "country": "Country", "city_or_region": "Place"}


@dataclass(frozen=True)
class Fact:
    """What is told of a practice under one title: a field, or several that belong together."""

    title: str
    fields: tuple[PracticeField, ...]

    def missing(self, card: Mapping[str, Any]) -> str:
        """Say what stands there where the fact is blank: that answers to the same tell it, or that nothing was seen."""
        return _("described in the answers") if self.is_answered(card) else _(self.fields[0].blank)

    def is_answered(self, card: Mapping[str, Any]) -> bool:
        """Whether answers that count tell of the same: to an indicator of the fact, or with evidence of its kind."""
        first, given = self.fields[0], codes_of(card)
        told = [code for code in given.values() if code[0] in "MPN"]
        return given.get(first.answered_by, "..")[0] in first.answered_as or any(
            first.seen_from is not None and int(code[1]) >= first.seen_from for code in told
        )

    def words(self, card: Mapping[str, Any]) -> str:
        """Say the fact of a card as plain text: "" where nothing was seen."""
        if self.fields[0].kind == "year":
            start, end = (card[field.column] for field in self.fields)
            return years(start, end, card.get("still_running"))
        first, *more = [said for field in self.fields if (said := _said(field, card[field.column]))] or [""]
        return f"{first} ({', '.join(more)})" if more else first


def facts(place: Place) -> tuple[Fact, ...]:
    """Return the facts that are told in a place, in their order."""
    shown = (field for field in FIELDS if place in field.shown)
    return tuple(Fact(_(title), tuple(fields)) for title, fields in groupby(shown, key=lambda field: field.fact))


def supplied(field_id: str) -> str:
    """Say in words which fact a further page supplied; ``field_id`` as sources.csv has it."""
    named = {field.id: field.label if field.kind == "year" else field.fact for field in FIELDS} | _OLD_NAMES
    return formats.within(_(named[field_id])) if named.get(field_id) else field_id


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
            return _(field.said).format(value=formats.count(value))
        case _:
            return _(field.said).format(value=marked(value) if field.kind == "prose" else value)
