"""What somebody looks for among publications and organisations: one object for screen, count, file and link.

As with practices: values of one facet are alternatives (OR), facets narrow each other (AND), ids stand in links.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from practices_db.catalogue.practice_filter import Facet
from practices_db.catalogue.vocabularies import label

Shelf = Literal["evidence", "organisation"]

SHELVES: dict[Shelf, tuple[Facet, ...]] = {
    "evidence": (
        Facet("theme", "theme", "Theme", "on {}"),
        Facet("target_group", "target-group", "Target group", "for {}"),
        Facet("area", "country", "Country", "about {}"),
        Facet("measure_type", "type", "Type of measure", "on {}"),
        Facet("outcome", "outcome", "Outcome", "that looked at {}"),
        Facet("finding_direction", "found", "What was found", "that found {}"),
        Facet("evidence_kind", "kind", "Kind", "of kind {}", may_be_missing=False),
        Facet("study_strength", "strength", "Strength of evidence", "with strength {}"),
        Facet("evidence_period", "year", "Year", "from {}"),
        Facet("language", "language", "Language", "in {}"),
    ),
    "organisation": (
        Facet("area", "country", "Country", "in {}"),
        Facet("theme", "theme", "Theme", "on {}"),
        Facet("organisation_kind", "kind", "Kind", "of kind {}", may_be_missing=False),
        Facet("governance_level", "level", "Level", "at level {}"),
        Facet("joining", "joining", "Joining", "that are {}", may_be_missing=False),
    ),
}
_LONGEST = 200


@dataclass(frozen=True)
class KnowledgeFilter:
    """A selection of publications or of organisations; made by ``checked`` or ``from_params`` only."""

    shelf: Shelf
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()
    text: str = ""

    @property
    def facets(self) -> tuple[Facet, ...]:
        """Return the facets of the shelf."""
        return SHELVES[self.shelf]

    def of(self, field: str) -> tuple[str, ...]:
        """Return the values chosen in a facet."""
        return dict(self.chosen).get(field, ())

    @property
    def is_empty(self) -> bool:
        """Whether nothing is narrowed."""
        return not self.chosen and not self.text

    def without(self, field: str, value: str | None = None) -> KnowledgeFilter:
        """Return the filter with one value of a facet, a whole facet, or the text taken out."""
        kept = {
            name: tuple(one for one in values if name != field or (value is not None and one != value))
            for name, values in self.chosen
        }
        return checked(self.shelf, kept, "" if field == "text" else self.text)

    def parts(self) -> list[tuple[str, str | None, str]]:
        """Return what narrows the result, as (field, value, words)."""
        found: list[tuple[str, str | None, str]] = [
            (facet.field, value, label(facet.field, value)) for facet in self.facets for value in self.of(facet.field)
        ]
        return [*found, ("text", None, f"“{self.text}”")] if self.text else found

    def in_words(self) -> str:
        """Say the filter as the end of a sentence: "on Health, for Refugees"."""
        phrases = [
            facet.phrase.format(_or([label(facet.field, value) for value in values]))
            for facet in self.facets
            if (values := self.of(facet.field))
        ]
        return ", ".join([*phrases, f"matching “{self.text}”"] if self.text else phrases)

    def params(self) -> dict[str, list[str]]:
        """Return the filter as link parameters; what is not narrowed is left out."""
        params = {facet.param: list(self.of(facet.field)) for facet in self.facets if self.of(facet.field)}
        return params | ({"q": [self.text]} if self.text else {})


def _or(values: Sequence[str]) -> str:
    return " or ".join([", ".join(values[:-1]), values[-1]]) if len(values) > 1 else values[0]


def checked(shelf: Shelf, chosen: Mapping[str, Sequence[str]], text: str = "") -> KnowledgeFilter:
    """Return a filter of the values that its lists know, in the order of the facets; others are left out."""
    kept = []
    for facet in SHELVES[shelf]:
        options = set(facet.options())
        values = tuple(dict.fromkeys(value for value in chosen.get(facet.field, ()) if value in options))
        if values:
            kept.append((facet.field, values))
    words = "".join(c if c.isprintable() else " " for c in text)
    return KnowledgeFilter(shelf, tuple(kept), " ".join(words.split())[:_LONGEST])


def from_params(shelf: Shelf, params: Mapping[str, Sequence[str]]) -> tuple[KnowledgeFilter, list[str]]:
    """Read a filter from link parameters and say what was not understood and left out. Never raises."""
    chosen = {facet.field: list(params.get(facet.param, ())) for facet in SHELVES[shelf]}
    found = checked(shelf, chosen, (params.get("q") or [""])[-1])
    dropped = [
        f"{facet.label}: {_shown(value)}"
        for facet in SHELVES[shelf]
        for value in dict.fromkeys(chosen[facet.field])
        if value not in found.of(facet.field)
    ]
    return found, dropped


def names(shelf: Shelf) -> frozenset[str]:
    """Return every name in a link that belongs to the filter."""
    return frozenset({*(facet.param for facet in SHELVES[shelf]), "q"})


def _shown(value: str) -> str:
    return "".join(character if character.isprintable() else "�" for character in value[:40])
