"""What was measured of a practice's participants, and who answered: rows of results.csv and assessors.csv."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BeforeValidator, StringConstraints, model_validator

from criteria.framework import Id
from practices_db.catalogue.practice_rows import (
    CatalogueRow,
    ColumnError,
    Day,
    Line,
    Maybe,
    Prose,
    Url,
    Year,
    from_list,
    yes,
    yes_or_no,
)

ResultId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(--?[a-z0-9]+)*$", max_length=120)]


class ResultRow(CatalogueRow):
    """A result of a practice in its own unit: the columns of results.csv.

    ``direction`` *level-only*: a figure without comparison or before; it says nothing about what would have happened
    otherwise. ``base``: who was counted; ``horizon``: when, after what. One row a practice is ``main``: not only a
    level before a level, then the stronger design, then the outcome that its sectors aim at, then the more cautious
    direction.
    """

    id: ResultId
    practice_id: Id
    main: Annotated[bool | None, BeforeValidator(yes)] = None
    outcome: Annotated[str, from_list("outcome")]
    direction: Annotated[str, from_list("result_direction")]
    effect_text: Prose
    design: Annotated[str, from_list("result_design")]
    base: Annotated[Line | None, Maybe] = None
    horizon: Annotated[Line | None, Maybe] = None
    year_from: Year = None
    year_to: Year = None
    independent_of_operator: Annotated[bool | None, BeforeValidator(yes_or_no)] = None
    source_url: Url
    source_publisher: Annotated[Line | None, Maybe] = None
    checked_on: Day

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.year_from and self.year_to and self.year_to < self.year_from:
            raise ColumnError("year_to", f"{self.year_to} is before the first year, {self.year_from}")
        return self


class AssessorRow(CatalogueRow):
    """Who answered and how: the columns of assessors.csv. An assessor is a role and a letter, never a person's name."""

    assessor: Id
    kind: Annotated[str, from_list("assessor_kind")]
    how: Prose
