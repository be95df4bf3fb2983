"""What somebody looks for in the library: among publications or among organisations."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator

from practices_db.catalogue.filters import Chosen, Facet, Filter, one_line
from practices_db.translation import N_, ngettext

Kind = Literal["evidence", "organisation"]

NOUNS: dict[str, str] = {"evidence": N_("publication"), "organisation": N_("organisation")}
_LONGEST = 200


def _one_line(text: Any) -> Any:
    return one_line(text)[:_LONGEST]


class LibraryFilter(Filter):
    """A selection of publications or of organisations; ``kind`` says which."""

    kind: ClassVar[Kind]

    text: Annotated[str, BeforeValidator(_one_line)] = ""


class PublicationFilter(LibraryFilter):
    """A selection of publications."""

    kind = "evidence"
    noun = NOUNS["evidence"]
    facets = (
        Facet("theme", "theme", N_("Theme"), "on {}"),
        Facet("target_group", "target-group", N_("Target group"), "for {}"),
        Facet("area", "country", N_("Country"), "about {}", proper=True),
        Facet("measure_type", "type", N_("Type of measure"), "on {}"),
        Facet("outcome", "outcome", N_("Outcome"), "that looked at {}"),
        Facet("finding_direction", "found", N_("What was found"), "that found {}"),
        Facet("evidence_kind", "kind", N_("Kind"), "of kind {}", may_be_missing=False),
        Facet("study_strength", "strength", N_("Strength of evidence"), "with strength {}"),
        Facet("evidence_period", "year", N_("Year"), "from {}"),
        Facet("language", "language", N_("Language"), "in {}", proper=True),
    )

    theme: Chosen = ()
    target_group: Chosen = ()
    area: Chosen = ()
    measure_type: Chosen = ()
    outcome: Chosen = ()
    finding_direction: Chosen = ()
    evidence_kind: Chosen = ()
    study_strength: Chosen = ()
    evidence_period: Chosen = ()
    language: Chosen = ()

    @classmethod
    def amount(cls, count: int) -> str:
        """Say how many."""
        return ngettext("{count} publication", "{count} publications", count).format(count=f"{count:,}")


class OrganisationFilter(LibraryFilter):
    """A selection of organisations."""

    kind = "organisation"
    noun = NOUNS["organisation"]
    facets = (
        Facet("area", "country", N_("Country"), "in {}", proper=True),
        Facet("theme", "theme", N_("Theme"), "on {}"),
        Facet("organisation_kind", "kind", N_("Kind"), "of kind {}", may_be_missing=False),
        Facet("governance_level", "level", N_("Level"), "at level {}"),
        Facet("joining", "joining", N_("Joining"), "that are {}", may_be_missing=False),
    )

    area: Chosen = ()
    theme: Chosen = ()
    organisation_kind: Chosen = ()
    governance_level: Chosen = ()
    joining: Chosen = ()

    @classmethod
    def amount(cls, count: int) -> str:
        """Say how many."""
        return ngettext("{count} organisation", "{count} organisations", count).format(count=f"{count:,}")


FILTERS: dict[Kind, type[LibraryFilter]] = {"evidence": PublicationFilter, "organisation": OrganisationFilter}
