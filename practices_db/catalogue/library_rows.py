"""What one row of evidence.csv, organisations.csv and links.csv may hold. A blank is "not seen", never "none"."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from criteria.framework import Id
from practices_db.catalogue.practice_rows import (
    CatalogueRow,
    ColumnError,
    Day,
    Line,
    Maybe,
    Prose,
    Several,
    Url,
    Year,
    blank_is_none,
    digits,
    from_list,
    yes,
)

Key = Annotated[Id, StringConstraints(max_length=80)]
Truth = Annotated[bool | None, BeforeValidator(yes)]
Level = Annotated[Annotated[int, Field(ge=0, le=5)] | None, BeforeValidator(digits), BeforeValidator(blank_is_none)]
Kind = Literal["practice", "evidence", "organisation"]


class EvidenceRow(CatalogueRow):
    """A publication: the columns of evidence.csv.

    ``evidence_level`` is about the design of the study, not the size or direction of what it found. ``url_seen``: yes,
    the page was read; mention, it is described elsewhere; derived, put into the publisher's form, not seen.
    """

    id: Key
    title: Line
    publisher: Annotated[Line | None, Maybe] = None
    year: Year = None
    kind: Annotated[str, from_list("evidence_kind")]
    languages: Annotated[Several, from_list("language")] = ()
    themes: Annotated[Several, from_list("theme")] = ()
    target_groups: Annotated[Several, from_list("target_group")] = ()
    countries: Annotated[Several, from_list("area")] = ()
    evidence_level: Level = None
    finding: Annotated[Prose | None, Maybe] = None
    summary: Prose
    url: Url
    title_is_descriptive: Truth = None
    url_is_copy: Truth = None
    url_seen: Literal["yes", "mention", "derived"]
    checked_on: Day


class OrganisationRow(CatalogueRow):
    """An organisation or network: the columns of organisations.csv. No persons, no addresses.

    ``kind`` was assigned by name and not verified; ``joins`` says how one joins, as of the copy that was read.
    """

    id: Key
    name: Line
    kind: Annotated[str, from_list("organisation_kind")]
    countries: Annotated[Several, from_list("area")] = ()
    levels: Annotated[Several, from_list("governance_level")] = ()
    themes: Annotated[Several, from_list("theme")] = ()
    community_of_practice: Truth = None
    joins: Annotated[Prose | None, Maybe] = None
    url: Url
    url_seen: Literal["yes", "mention"]
    checked_on: Day


class LinkRow(CatalogueRow):
    """A link that somebody read and judged: the columns of links.csv. ``reason`` says what both ends say.

    ``relation``: studies (a publication is about this practice), leads (an organisation leads this practice),
    publishes (an organisation publishes this).
    """

    from_kind: Kind
    from_id: Key
    relation: Literal["studies", "leads", "publishes"]
    to_kind: Kind
    to_id: Key
    reason: Prose
    source_url: Url
    checked_on: Day

    @model_validator(mode="after")
    def _fits(self) -> Self:
        ends = {"studies": ("evidence", "practice"), "leads": ("organisation", "practice")}
        wanted = ends.get(self.relation, ("organisation", "evidence"))
        if (self.from_kind, self.to_kind) != wanted:
            raise ColumnError("relation", f"relation {self.relation!r} goes from {wanted[0]} to {wanted[1]}")
        return self


class FormerLinkRow(LinkRow):
    """A link that was taken out, so that no rule shows it again: the columns of former_links.csv."""

    left_on: Day
    left_because: Prose
