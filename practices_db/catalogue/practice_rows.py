"""What one row of a catalogue file may hold. A blank is "not seen" (None), never "none"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from criteria.framework import AnswerId, Id, evidence_fault, published_frameworks
from criteria.spelling import nearest_of
from practices_db.catalogue.practice_filter import FIRST_YEAR, LAST_YEAR
from practices_db.catalogue.vocabularies import NotInListError, NotInListGroupError, vocabulary

# Characters that no text holds: a terminal would obey them, a file could not keep them, or they turn round the letters
# after them, so that a text reads as another one. Line ends and tabs are text.
UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_BREAK = re.compile(r"[\n\r\t\v\f\x85\u2028\u2029]")
# Semicolons of other scripts, which do not part values.
_LIKE_SEMICOLON = re.compile(r"[\u037e\u061b\u204f\ufe14\ufe54\uff1b]")
_HOST_LABEL = re.compile(r"[^\W_](?:[\w-]*[^\W_])?")
_SPACE = re.compile(r"\s")
_TWO_ADDRESSES = re.compile(r"[,;|\s](?:https?:|www\.)|^https?://.*[^\W_]https?://", re.IGNORECASE)


class ColumnError(ValueError):
    """What is wrong with a row shows in this column."""

    def __init__(self, column: str, reason: str) -> None:
        self.column = column
        super().__init__(reason)


def _readable(value: str) -> str:
    if found := UNREADABLE.search(value):
        raise ValueError(f"holds the control character U+{ord(found[0]):04X} (character {found.start() + 1})")
    return value


def _one_line(value: str) -> str:
    if found := _BREAK.search(value):
        what = "line break" if found[0] != "\t" else "tab"
        raise ValueError(f"holds a {what} (character {found.start() + 1}); it is one line")
    return value


def blank_is_none(value: Any) -> Any:
    """Return None for a blank cell, anything else as it is."""
    return None if value == "" else value


def _split(value: Any) -> Any:
    """Take a field of several values apart; an empty piece (";;") stays and is refused as an empty value."""
    if not isinstance(value, str):
        return value
    return tuple(piece.strip() for piece in value.split(";")) if value else ()


def _once(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(values) > 300:  # more than there are countries
        raise ValueError(f"has {len(values):,} values, at most 300")
    for value in values:
        _one_line(_readable(value))
        if found := _LIKE_SEMICOLON.search(value):
            raise ValueError(
                f"{value[:80]!r} holds {found[0]!r}, which does not separate values; use a plain semicolon"
            )
        if len(value) > 300:
            raise ValueError(f"{value[:40]!r}… has {len(value):,} characters, at most 300")
        if not value:
            raise ValueError("an empty value between two semicolons")
        if values.count(value) > 1:
            raise ValueError(f"{value[:80]!r} is listed twice")
    return values


@dataclass(frozen=True, slots=True)
class FromList(AfterValidator):
    """The check that one value, or each of several, is in a vocabulary; ``name`` is the vocabulary's."""

    name: str = ""


def from_list(name: str) -> FromList:
    """Return the check that one value, or each of several, is in a vocabulary."""

    def check(given: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
        values = (given,) if isinstance(given, str) else given or ()
        if wrong := [NotInListError(name, value) for value in values if value not in vocabulary(name)]:
            raise wrong[0] if len(wrong) == 1 else NotInListGroupError(wrong)
        return given

    return FromList(check, name)


def _web_address(value: str) -> str:
    """Return an address with its scheme in small letters; ValueError where it is none, or two."""
    _readable(value)
    shown = f"{value[:80]!r}"
    scheme, colon, rest = value.partition("://")
    if _TWO_ADDRESSES.search(value):
        raise ValueError(f"{shown} holds two addresses; one is allowed here")
    if scheme.lower() not in ("http", "https") or not colon or _SPACE.search(value):
        raise ValueError(f"{shown} is not a web address (http:// or https://, no spaces)")
    if found := re.search(r'[<>"\\^`{|}]', value):
        raise ValueError(f"{shown} is not a web address: {found[0]!r} cannot stand in one")
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError as error:  # UnicodeError of a name that cannot be one, too
        raise ValueError(f"{shown} is an address that cannot be read ({error})") from error
    if not host:
        raise ValueError(f"{shown} is not a web address: it has no host name")
    labels = host.removesuffix(".").split(".")
    if ":" not in host and (len(labels) < 2 or not all(map(_HOST_LABEL.fullmatch, labels))):  # a colon: IPv6
        raise ValueError(f"{shown} is not a web address: {host[:80]!r} is not a valid host name")
    return f"{scheme.lower()}://{rest}"


def _address_and_remark(cell: str) -> str:
    address, *remark = _readable(cell).partition(" (")
    return _web_address(address) + "".join(remark)


def yes(value: Any) -> Any:
    """Return True for "yes", None for a blank; ValueError for anything else: what was not seen is not "no"."""
    match value:
        case "" | None:
            return None
        case "yes" | True:
            return True
        case _:
            raise ValueError(f"{str(value)[:80]!r}: only 'yes' or blank (not seen) is allowed here")


def yes_or_no(value: Any) -> Any:
    """Return True for "yes", False for "no", None for a blank; ValueError for anything else."""
    match value:
        case "" | None:
            return None
        case "yes" | "no":
            return value == "yes"
        case True | False:
            return value
        case _:
            raise ValueError(f"{str(value)[:80]!r}: only 'yes', 'no' or blank is allowed here")


def digits(value: Any) -> Any:
    """Take plain digits only: int() would also take "1_000" and digits of other scripts."""
    if isinstance(value, str) and value and not (value.isascii() and value.isdigit()):
        raise ValueError(f"{value[:80]!r} is not a whole number in plain digits")
    return blank_is_none(value)


def _iso_date(value: Any) -> Any:
    """Take YYYY-MM-DD only: Pydantic would also read "0" as a moment of 1970."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError(f"{value[:80]!r} is not a date like 2026-01-31")
    return value


readable = AfterValidator(_readable)
Line = Annotated[str, StringConstraints(min_length=1, max_length=300), readable, AfterValidator(_one_line)]
PROSE = 4_000  # characters
Prose = Annotated[str, StringConstraints(min_length=1, max_length=PROSE), readable]
Url = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_web_address)]
Maybe = BeforeValidator(blank_is_none)
Day = Annotated[date, BeforeValidator(_iso_date)]
Several = Annotated[tuple[str, ...], BeforeValidator(_split), AfterValidator(_once)]
Whole = Annotated[Annotated[int, Field(ge=0, le=10**12)] | None, BeforeValidator(digits)]
Year = Annotated[Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)] | None, BeforeValidator(digits)]


class CatalogueRow(BaseModel):
    """A row of a file of the catalogue: frozen, no columns but its own, no blanks around a text."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class PracticeRow(CatalogueRow):
    """A practice: the columns of practices.csv."""

    id: Annotated[Id, StringConstraints(max_length=80)]
    name: Line
    lead_organisation: Annotated[Line | None, Maybe] = None
    countries: Annotated[Several, from_list("country")] = ()
    place: Several = ()
    sectors: Annotated[Several, from_list("sector")] = ()
    target_groups: Annotated[Several, from_list("target_group")] = ()
    start_year: Year = None
    end_year: Year = None
    governance_level: Annotated[str | None, Maybe, from_list("governance_level")] = None
    funding_sources: Several = ()
    funding_kinds: Annotated[Several, from_list("funding_kind")] = ()
    budget_eur: Whole = None
    people_reached: Whole = None
    outcome_figures: Annotated[Prose | None, Maybe] = None
    evaluation_documented: Annotated[bool | None, BeforeValidator(yes)] = None
    transferred_elsewhere: Annotated[bool | None, BeforeValidator(yes)] = None
    summary: Prose
    source_url: Url
    source_name: Line
    source_confidence: Annotated[str, from_list("source_confidence")]
    checked_on: Day
    spring_url: Annotated[Url | None, Maybe] = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.start_year and self.end_year and self.end_year < self.start_year:
            raise ColumnError("end_year", f"{self.end_year} is before the first year, {self.start_year}")
        return self

    @property
    def source_kind(self) -> str:
        """Where the record comes from, by rule: SPRING's page first, then EWSI, then the leader's own page.

        A page counts as the lead organisation's own where its publisher's name is the organisation's name, or
        one contains the other.
        """
        publisher, leader = self.source_name.casefold(), (self.lead_organisation or "").casefold()
        if self.spring_url or "spring" in publisher.split():
            return "spring"
        if "european website on integration" in publisher:
            return "ewsi"
        if leader and (leader in publisher or publisher in leader):
            return "lead-organisation"
        return "other"


class SourceRow(CatalogueRow):
    """A further page that supplied one fact of a practice: the columns of sources.csv.

    The ``url`` cell may end in a remark in brackets: ``https://example.org/page (capital raised)``.
    """

    practice_id: Id
    field: Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")]
    url: Annotated[str, StringConstraints(max_length=2300), AfterValidator(_address_and_remark)]

    @property
    def address(self) -> str:
        """The page's web address."""
        return self.url.partition(" (")[0]

    @property
    def remark(self) -> str | None:
        """What the remark in brackets says, None without one."""
        return self.url.partition(" (")[2].removesuffix(")") or None


def assessment_id(  # noqa: PLR0913, PLR0917 - what an assessment is identified by
    practice_id: str, basis: str, assessor: str, day: date | str, framework: str, version: str
) -> str:
    """Return what an assessment is called."""
    return ":".join((practice_id, basis, assessor, str(day), f"{framework}-{version}"))


class AnswerRow(CatalogueRow):
    """One answer of one assessor to one indicator: the columns of assessments.csv."""

    practice_id: Id
    framework: Id
    framework_version: str
    basis: Literal["expert-review", "desk-review", "self-assessment", "tick-list"]
    assessor: Id
    assessed_on: Day
    indicator_id: Id
    answer: AnswerId
    evidence_level: Annotated[int, BeforeValidator(digits), Field(ge=0, le=5)]
    note: Annotated[Prose | None, Maybe] = None
    source_url: Annotated[Url | None, Maybe] = None
    source_publisher: Annotated[Line | None, Maybe] = None
    independent_of_operator: Annotated[bool | None, BeforeValidator(yes_or_no)] = None

    @model_validator(mode="after")
    def _is_in_a_published_framework(self) -> Self:
        frameworks = published_frameworks()
        framework = frameworks.get((self.framework, self.framework_version))
        if framework is None:
            known = ", ".join(" ".join(key) for key in frameworks)
            raise ColumnError(
                "framework_version",
                f"{self.framework[:80]} {self.framework_version[:80]} is not published; known are {known}",
            )
        if self.indicator_id not in framework.indicators_by_id:
            near = nearest_of(self.indicator_id, list(framework.indicators_by_id))
            hint = f"; did you mean {near!r}?" if near else ""
            raise ColumnError("indicator_id", f"{self.indicator_id[:80]!r} is not in the framework{hint}")
        if fault := evidence_fault(framework, self.indicator_id, self.evidence_level):
            raise ColumnError("evidence_level", fault)
        return self

    @property
    def assessment_id(self) -> str:
        """The assessment that the answer belongs to: one assessor, one practice, one day, one framework."""
        return assessment_id(
            self.practice_id, self.basis, self.assessor, self.assessed_on, self.framework, self.framework_version
        )


class SettlementRow(CatalogueRow):
    """Whose answer counts where assessors disagree, and why: the columns of settlements.csv."""

    practice_id: Id
    indicator_id: Id
    assessment_id: Line
    note: Prose


class RunningRow(CatalogueRow):
    """Whether a practice still runs, and who said so when: the columns of running.csv."""

    practice_id: Id
    still_running: Annotated[bool | None, BeforeValidator(yes_or_no)] = None
    said_by: Line
    said_on: Day


class StatementRow(CatalogueRow):
    """The owner's words beside the scores: the columns of statements.csv."""

    practice_id: Id
    organisation: Line
    words: Prose
    stated_on: Day


class FormerRow(CatalogueRow):
    """A practice that left the catalogue, merged into another one or archived: the columns of former.csv."""

    id: Id
    name: Line
    merged_into: Annotated[Id | None, Maybe] = None
    left_on: Day
    reason: Prose


class HistoryRow(CatalogueRow):
    """What was corrected on a practice, when and why: the columns of history.csv."""

    practice_id: Id
    happened_on: Day
    words: Prose


class ReleaseRow(CatalogueRow):
    """A release of the data: the columns of releases.csv."""

    number: Annotated[int, BeforeValidator(digits), Field(ge=1)]
    released_on: Day
    content_hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    origin: Line
    note: Annotated[Prose | None, Maybe] = None


def columns(model: type[CatalogueRow]) -> list[str]:
    """Return the column names of a file, in order."""
    return list(model.model_fields)
