"""What somebody looks for in the library: among publications or among organisations."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator

from practices_db.catalogue.filters import Chosen, Facet, Filter

Kind = Literal["evidence", "organisation"]

NOUNS: dict[str, str] = {"evidence": "publication", "organisation": "organisation"}
_LONGEST = 200


def _one_line(text: Any) -> Any:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_LONGEST]


class LibraryFilter(Filter):
    """A selection of publications or of organisations; ``kind`` says which."""

    kind: ClassVar[Kind]

    text: Annotated[str, BeforeValidator(_one_line)] = ""


class PublicationFilter(LibraryFilter):
    """A selection of publications."""

    kind = "evidence"
    noun = NOUNS["evidence"]
    facets = (
        Facet("theme", "theme", "Theme", "on {}"),
        Facet("target_group", "target-group", "Target group", "for {}"),
        Facet("area", "country", "Country", "about {}"),
        Facet("evidence_kind", "kind", "Kind", "of kind {}", may_be_missing=False),
        Facet("study_strength", "strength", "Strength of evidence", "with strength {}"),
        Facet("evidence_period", "year", "Year", "from {}"),
        Facet("language", "language", "Language", "in {}"),
    )

    theme: Chosen = ()
    target_group: Chosen = ()
    area: Chosen = ()
    evidence_kind: Chosen = ()
    study_strength: Chosen = ()
    evidence_period: Chosen = ()
    language: Chosen = ()


class OrganisationFilter(LibraryFilter):
    """A selection of organisations."""

    kind = "organisation"
    noun = NOUNS["organisation"]
    facets = (
        Facet("area", "country", "Country", "in {}"),
        Facet("theme", "theme", "Theme", "on {}"),
        Facet("organisation_kind", "kind", "Kind", "of kind {}", may_be_missing=False),
        Facet("governance_level", "level", "Level", "at level {}"),
        Facet("joining", "joining", "Joining", "that are {}", may_be_missing=False),
    )

    area: Chosen = ()
    theme: Chosen = ()
    organisation_kind: Chosen = ()
    governance_level: Chosen = ()
    joining: Chosen = ()


FILTERS: dict[Kind, type[LibraryFilter]] = {"evidence": PublicationFilter, "organisation": OrganisationFilter}
