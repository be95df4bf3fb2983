"""What a submission may hold, by its kind. Unknown keys, overlong texts and values outside the lists are refused."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, StringConstraints, ValidationError, model_validator

from criteria.framework import AnswerId, Id, Part, evidence_fault, published_frameworks
from practices_db import formats
from practices_db.catalogue.practice_rows import Line, PracticeRow, Prose, Url
from practices_db.errors import PracticesError, faults
from practices_db.translation import _

LARGEST = 200_000  # characters of a payload as JSON


class GivenAnswer(Part):
    """One answer, as assessments.csv has it."""

    indicator_id: Id
    answer: AnswerId
    evidence_level: Annotated[int, Field(ge=0, le=5)] = 0
    note: Prose | None = None
    source_url: Url | None = None
    source_publisher: Line | None = None
    independent_of_operator: bool | None = None


class _Assessed(Part):
    framework: Id
    framework_version: str
    assessor: Annotated[Id, StringConstraints(max_length=80)]
    assessed_on: date
    answers: Annotated[tuple[GivenAnswer, ...], Field(max_length=500)]

    @model_validator(mode="after")
    def _fits_its_framework(self) -> Self:
        framework = published_frameworks().get((self.framework, self.framework_version))
        if framework is None:
            raise ValueError(f"{self.framework} {self.framework_version} is not published")
        known = {indicator.id for indicator in framework.indicators}
        given = [answer.indicator_id for answer in self.answers]
        if unknown := sorted(set(given) - known):
            raise ValueError(f"{unknown[0]!r} is not in the framework")
        if len(given) != len(set(given)):
            raise ValueError("an indicator is answered twice")
        for one in self.answers:
            if fault := evidence_fault(framework, one.indicator_id, one.evidence_level):
                raise ValueError(fault)
        return self


class SelfAssessment(_Assessed):
    """An organisation's answers on its own practice; ``practice`` describes one that is not in the catalogue yet."""

    practice: PracticeRow | None = None


class SecondAssessment(_Assessed):
    """A second assessor's answers, given without seeing the first's."""


class Correction(Part):
    """What is wrong with a practice's record, what is right, and where that can be read."""

    what: Prose
    field: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")] | None = None
    source_url: Url | None = None


class Statement(Part):
    """The owner's own words, to stand beside the scores."""

    organisation: Line
    words: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class OrganisationCorrection(Part):
    """What is wrong with an organisation's entry in the directory."""

    organisation_id: Annotated[Id, StringConstraints(max_length=120)]
    what: Prose
    source_url: Url | None = None


KINDS: dict[str, type[Part]] = {
    "self-assessment": SelfAssessment,
    "second-assessment": SecondAssessment,
    "correction": Correction,
    "statement": Statement,
    "organisation-correction": OrganisationCorrection,
}


def checked_payload(kind: str, payload: Any) -> Part:
    """Return a payload as its model; PracticesError names each place that is not as it must be."""
    if kind not in KINDS:
        raise PracticesError(f"{kind[:40]!r} is no kind of submission; known are {', '.join(KINDS)}.")
    try:
        found = KINDS[kind].model_validate(payload, strict=False)
    except ValidationError as error:
        raise PracticesError("\n".join([_("Nothing was sent. Please correct:"), *faults(error, payload)])) from error
    if len(as_json(found)) > LARGEST:
        raise PracticesError(
            _("Nothing was sent: it is longer than {most} characters.").format(most=formats.count(LARGEST))
        )
    return found


def as_json(payload: BaseModel) -> str:
    """Return a payload as the JSON that is stored."""
    return json.dumps(payload.model_dump(mode="json", exclude_none=True), ensure_ascii=False, sort_keys=True)
