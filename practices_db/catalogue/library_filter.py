"""What somebody looks for in the library: among publications or among organisations."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator

from practices_db import formats
from practices_db.catalogue.filters import LONGEST_TEXT, Chosen, Facet, Filter, one_line
from practices_db.translation import N_, ngettext

Kind = Literal["evidence", "organisation"]

NOUNS: dict[str, str] = {"evidence": N_("publication"), "organisation": N_("organisation")}


def _one_line(text: Any) -> Any:
    return one_line(text)[:LONGEST_TEXT]


class LibraryFilter(Filter):
    """A selection of publications or of organisations; ``kind`` says which."""

    kind: ClassVar[Kind]

    text: Annotated[str, BeforeValidator(_one_line)] = ""


class PublicationFilter(LibraryFilter):
    """A selection of publications."""

    kind = "evidence"
    noun = NOUNS["evidence"]
    facets = (
        Facet("theme", "theme", N_("Theme"), N_("on {values}"), N_("with no theme stated")),
        Facet(
            "target_group", "target-group", N_("Target group"), N_("for {values}"), N_("with no target group stated")
        ),
        Facet("area", "country", N_("Country"), N_("about {values}"), N_("with no country stated"), proper=True),
        Facet("measure_type", "type", N_("Type of measure"), N_("on {values}"), N_("with no type of measure stated")),
        Facet("outcome", "outcome", N_("Outcome"), N_("that looked at {values}"), N_("with no outcome stated")),
        Facet(
            "finding_direction", "found", N_("What was found"), N_("that found {values}"), N_("with no finding stated")
        ),
        Facet("evidence_kind", "kind", N_("Kind"), N_("of kind {values}")),
        Facet(
            "study_strength",
            "strength",
            N_("Strength of evidence"),
            N_("with strength {values}"),
            N_("with no strength of evidence stated"),
        ),
        Facet("evidence_period", "year", N_("Year"), N_("from {values}"), N_("with no year stated")),
        Facet(
            "language",
            "language",
            N_("Language"),
            N_("written in {values}"),
            N_("with no language stated"),
            proper=True,
        ),
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
        return ngettext("{count} publication", "{count} publications", count).format(count=formats.count(count))


class OrganisationFilter(LibraryFilter):
    """A selection of organisations."""

    kind = "organisation"
    noun = NOUNS["organisation"]
    facets = (
        Facet("area", "country", N_("Country"), N_("in {values}"), N_("with no country stated"), proper=True),
        Facet("theme", "theme", N_("Theme"), N_("on {values}"), N_("with no theme stated")),
        Facet("organisation_kind", "kind", N_("Kind"), N_("of kind {values}")),
        Facet(
            "governance_level", "level", N_("Level of government"), N_("at {values} level"), N_("with no level stated")
        ),
        Facet("joining", "joining", N_("Joining"), N_("that are {values}")),
    )

    area: Chosen = ()
    theme: Chosen = ()
    organisation_kind: Chosen = ()
    governance_level: Chosen = ()
    joining: Chosen = ()

    @classmethod
    def amount(cls, count: int) -> str:
        """Say how many."""
        return ngettext("{count} organisation", "{count} organisations", count).format(count=formats.count(count))


FILTERS: dict[Kind, type[LibraryFilter]] = {"evidence": PublicationFilter, "organisation": OrganisationFilter}
