"""Types of measure and what studies found on them: rows of practice_types.csv, findings.csv and others.

Findings are about types of measure; a practice never inherits them.
"""

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
    Whole,
    blank_is_none,
    digits,
    from_list,
    readable,
    yes_or_no,
)

MeasureTypeId = Annotated[str, from_list("measure_type")]
# A blank that is part of what a row is called: there is none.
IdOrBlank = Annotated[str, StringConstraints(pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$", max_length=80)]
Form = Annotated[str, StringConstraints(max_length=120), readable]
Months = Annotated[Annotated[int, Field(ge=0, le=600)] | None, BeforeValidator(digits), BeforeValidator(blank_is_none)]
Years = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{4})?$")]


class PracticeTypeRow(CatalogueRow):
    """A type that a practice belongs to: the columns of practice_types.csv.

    A practice has one to three types; ``primary``: what it mainly does for the people it serves.
    """

    practice_id: Id
    measure_type: MeasureTypeId
    primary: Annotated[bool, BeforeValidator(yes_or_no)]
    why: Prose


class PublicationTypeRow(CatalogueRow):
    """A type that a publication is about: the columns of publication_types.csv."""

    publication_id: Id
    measure_type: MeasureTypeId


class FindingRow(CatalogueRow):
    """What one publication found on one outcome of one type of measure: the columns of findings.csv.

    ``form``: which form of the type, where forms point in different ways. ``direction`` of the type *status-and-rights*
    is that of opening access, of *benefit-rules* that of lower benefits. ``horizon``: months after the start of the
    measure. ``study_family``: publications on one programme or reform are one study. Where two coders who did not see
    each other's work differed, the more cautious *mixed* stands.
    """

    publication_id: Id
    measure_type: MeasureTypeId
    form: Form = ""
    outcome: Annotated[str, from_list("outcome")]
    direction: Annotated[str, from_list("finding_direction")]
    effect_text: Prose
    design: Annotated[str, from_list("study_design")]
    for_whom: Annotated[Several, from_list("target_group")] = ()
    country: Annotated[str | None, Maybe, from_list("area")] = None
    horizon: Months = None
    study_family: Id
    first_direction: Annotated[str, from_list("finding_direction")]
    second_direction: Annotated[str | None, Maybe, from_list("finding_direction")] = None
    coded_by: Literal["one", "two"]
    agreed: Annotated[bool | None, BeforeValidator(yes_or_no)] = None
    source_url: Url
    checked_on: Day

    @model_validator(mode="after")
    def _coders_fit(self) -> Self:
        if (self.coded_by == "two") != (self.second_direction is not None):
            wanted = "filled in" if self.coded_by == "two" else "blank"
            raise ColumnError("second_direction", f"coded by {self.coded_by}: must be {wanted}")
        same = None if self.second_direction is None else self.first_direction == self.second_direction
        if self.agreed is not same:
            raise ColumnError("agreed", f"does not fit {self.first_direction} and {self.second_direction or 'none'}")
        stands = "mixed" if same is False else self.first_direction
        if self.direction != stands:
            raise ColumnError("direction", f"{self.direction!r} does not fit the coders' answers; {stands!r} does")
        return self


class CostRow(CatalogueRow):
    """A cost as its source states it: the columns of costs.csv. No two are comparable yet.

    ``euros`` is blank where the source gives another currency and no rate; ``basis``: stated, or divided by us.
    """

    measure_type: MeasureTypeId
    practice_id: IdOrBlank = ""
    euros: Whole = None
    per_what: Line
    year: Annotated[Years | None, Maybe] = None
    source_url: Url
    amount_in_source: Line
    basis: Annotated[str, from_list("cost_basis")]
    note: Annotated[Prose | None, Maybe] = None


class RateRow(CatalogueRow):
    """An operator's success rate without any comparison: the columns of rates_without_comparison.csv.

    Shown beside findings, never counted.
    """

    publication_id: IdOrBlank = ""
    practice_id: IdOrBlank = ""
    measure_type: MeasureTypeId
    outcome: Annotated[str, from_list("outcome")]
    rate_text: Prose
    source_url: Url

    @model_validator(mode="after")
    def _is_of_something(self) -> Self:
        if not (self.publication_id or self.practice_id):
            raise ColumnError("practice_id", "a rate needs the practice or the publication that it is from")
        return self
