"""The file of a self-assessment (docs/self-assessment-file.md) and the draft that a browser keeps."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from criteria.framework import DOCUMENTED, AnswerId, Framework, Id, Indicator, current_framework, evidence_fault
from practices_db import formats
from practices_db.catalogue.addresses import completed
from practices_db.catalogue.practice_filter import FIRST_YEAR, LAST_YEAR
from practices_db.catalogue.vocabularies import NotInListError, vocabulary
from practices_db.errors import PracticesError
from practices_db.translation import _

FILE: Literal["Integration Practices self-assessment"] = "Integration Practices self-assessment"
LARGEST = 1_000_000  # bytes; a whole form with long notes has 40,000
NOTE = 1_000  # characters


def _readable(value: Any) -> Any:
    """Take out what no screen shows: control characters and halves of letters; line ends stay."""
    if not isinstance(value, str):
        return value
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", "", value)


def _day(value: Any) -> Any:
    """Take a day like 2026-01-31 only: Pydantic would also read a number as a moment of 1970."""
    if not isinstance(value, date) and not (isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)):
        raise ValueError("not a date like 2026-01-31")
    return value


def _from_list(name: str) -> AfterValidator:
    def check(values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            if value not in vocabulary(name):
                raise ValueError(NotInListError(name, value[:60]).hinted())
            if values.count(value) > 1:
                raise ValueError(f"{value!r} is listed twice")
        return values

    return AfterValidator(check)


Line = Annotated[str, BeforeValidator(_readable), StringConstraints(max_length=300)]
Note = Annotated[str, BeforeValidator(_readable), StringConstraints(max_length=NOTE)]
Address = Annotated[str, BeforeValidator(_readable), StringConstraints(max_length=2000)]
_Ids = Annotated[tuple[str, ...], Field(max_length=300)]


class _Part(BaseModel):
    # an error may end up in the server's log: it must not quote what somebody answered
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Profile(_Part):
    """What the practice is; no person. ``practice_id`` where it is in the catalogue already. Blank is not stated."""

    practice_id: Annotated[str, StringConstraints(pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$", max_length=80)] = ""
    name: Line = ""
    organisation: Line = ""
    countries: Annotated[_Ids, _from_list("country")] = ()
    place: Line = ""
    sectors: Annotated[_Ids, _from_list("sector")] = ()
    target_groups: Annotated[_Ids, _from_list("target_group")] = ()
    start_year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR, strict=True)] | None = None
    people_reached: Annotated[int, Field(ge=0, le=10**12, strict=True)] | None = None
    funding_kinds: Annotated[_Ids, _from_list("funding_kind")] = ()


class OwnAnswer(_Part):
    """One answer with what proves it. ``about`` is the indicator's label, there to read and checked against nothing.

    ``evidence_level`` is None until somebody says what shows the answer. ``language``: in which the question was read
    and the note written; files from before there was a choice say nothing, and were English.
    """

    indicator: Id
    about: Line = ""
    answer: AnswerId
    evidence_level: Annotated[int, Field(ge=0, le=5, strict=True)] | None = None
    note: Note = ""
    link: Address = ""
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "en"

    @property
    def documented(self) -> bool:
        """Whether the answer says something."""
        return self.answer in DOCUMENTED

    @property
    def address(self) -> str:
        """The link as a web address, with https:// where only that is missing; "" where it is none."""
        return completed(self.link)


class EarlierAnswers(_Part):
    """Answers to an earlier version of the questions: shown beside the new ones until somebody confirms them."""

    framework: Id
    framework_version: Annotated[str, StringConstraints(pattern=r"^\d{1,4}\.\d{1,4}\.\d{1,4}$")]
    answers: Annotated[tuple[OwnAnswer, ...], Field(max_length=500)] = ()

    def followed_by(self, indicator: Indicator) -> tuple[OwnAnswer, ...]:
        """Return the answers to the indicators that a new one follows, in its order."""
        ids = indicator.was or (indicator.id,)
        return tuple(one for id_ in ids for one in self.answers if one.indicator == id_)


class OwnAssessment(_Part):
    """One form: profile, answers, and what is marked as out of reach. One answer for each indicator.

    ``author``: the role or the initials of whoever filled it in, as they wrote it. ``earlier``: answers to an earlier
    version, which count for nothing. ``opened_from``: the name of the file it was opened from; not in the file itself.
    """

    file: Literal["Integration Practices self-assessment"] = FILE
    format: Literal[1] = 1
    framework: Id
    framework_version: Annotated[str, StringConstraints(pattern=r"^\d{1,4}\.\d{1,4}\.\d{1,4}$")]
    saved_on: Annotated[date, BeforeValidator(_day)]
    author: Line = ""
    opened_from: Line = ""
    profile: Profile = Profile()
    answers: Annotated[tuple[OwnAnswer, ...], Field(max_length=500)] = ()
    out_of_reach: Annotated[tuple[Id, ...], Field(max_length=500)] = ()
    earlier: EarlierAnswers | None = None

    @model_validator(mode="after")
    def _answered_once(self) -> Self:
        ids = [one.indicator for one in self.answers]
        for id_ in ids:
            if ids.count(id_) > 1:
                raise ValueError(f"answers: {id_!r} is answered twice")
        return self

    @property
    def form(self) -> dict[str, AnswerId]:
        """The answers by indicator, without notes."""
        return {one.indicator: one.answer for one in self.answers}

    @property
    def evidence(self) -> dict[str, int]:
        """The evidence level of each answer that says something; 0 where nobody said yet what shows it."""
        return {one.indicator: one.evidence_level or 0 for one in self.answers if one.documented}

    def answer(self, indicator_id: str) -> OwnAnswer | None:
        """Return the answer to an indicator, None where there is none yet."""
        return next((one for one in self.answers if one.indicator == indicator_id), None)

    @property
    def beyond_headlines(self) -> bool:
        """Whether something is answered that the short form does not ask."""
        asked = {one.id for criterion in current_framework().headlines for one in criterion.indicators}
        return any(one.indicator not in asked for one in self.answers)

    def without_answer(self, indicator_id: str) -> OwnAssessment:
        """Return the form without the answer to an indicator."""
        return self.model_copy(update={"answers": tuple(one for one in self.answers if one.indicator != indicator_id)})

    def with_answer(self, given: OwnAnswer) -> OwnAssessment:
        """Return the form with an answer in the place of the one to its indicator; in the framework's order."""
        others = {one.indicator: one for one in self.answers} | {given.indicator: given}
        known = [one.id for one in current_framework().indicators]
        ordered = sorted(others.values(), key=lambda one: known.index(one.indicator) if one.indicator in known else 999)
        return self.model_copy(update={"answers": tuple(ordered)})

    def with_profile(self, **facts: Any) -> OwnAssessment:
        """Return the form with facts of the profile changed; ValidationError where one cannot be."""
        return self.model_copy(update={"profile": Profile.model_validate(self.profile.model_dump() | facts)})


class Sending(_Part):
    """What is asked only for a submission: a summary, a public page, a mailbox, whether several people read it."""

    summary: Annotated[str, BeforeValidator(_readable), StringConstraints(max_length=1500)] = ""
    page: Address = ""
    mailbox: Line = ""
    shared: bool = False


class Draft(_Part):
    """All that the browser keeps: her form, the colleagues' forms she opened, last year's form.

    ``short``: whether she chose the short form, which asks what the headline criteria ask; no answer depends on it.
    """

    draft: Literal[1] = 1
    short: bool = True
    mine: OwnAssessment
    colleagues: Annotated[tuple[OwnAssessment, ...], Field(max_length=20)] = ()
    last_year: OwnAssessment | None = None
    settled: Annotated[tuple[Id, ...], Field(max_length=500)] = ()  # disputed indicators on which they agreed since
    sending: Sending = Sending()

    @property
    def empty(self) -> bool:
        """Whether nothing was said yet."""
        return not (
            self.mine.answers
            or self.mine.earlier
            or self.mine.profile != Profile()
            or self.colleagues
            or self.last_year
        )


def new_form(on: date, framework: Framework | None = None) -> OwnAssessment:
    """Return an empty form under a framework, the current one where none is given."""
    of = framework or current_framework()
    return OwnAssessment(framework=of.id, framework_version=of.version, saved_on=on)


def misplaced(framework: Framework, one: OwnAnswer) -> str | None:
    """Return why an answer's evidence level cannot stand at its indicator, for its reader; None where it can."""
    level = one.evidence_level or 0
    if not one.documented or evidence_fault(framework, one.indicator, level) is None:
        return None
    levels = [each.level for each in framework.evidence_levels]
    can_stand = [str(each) for each in levels if evidence_fault(framework, one.indicator, each) is None]
    return _(
        "evidence level {level} ({label}) is about a measured change in people, and “{question}” does not ask for one; "
        "levels {levels} can stand here"
    ).format(
        level=level,
        label=_(framework.evidence_label(level)),
        question=_(framework.indicator(one.indicator).label),
        levels=", ".join(can_stand),
    )


def file_text(form: OwnAssessment, on: date) -> str:
    """Return the form as the text of its file: JSON to read, with the label of each indicator beside its id."""
    labels = {one.id: one.label for one in current_framework().indicators}
    answers = tuple(one.model_copy(update={"about": labels.get(one.indicator, one.about)}) for one in form.answers)
    told = form.model_copy(update={"saved_on": on, "answers": answers})
    content = told.model_dump(mode="json", exclude={"opened_from"} if form.earlier else {"opened_from", "earlier"})
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def read_json(content: bytes, kept: bool = False) -> dict[str, Any]:
    """Return the object in the JSON text of a file, or of what a browser ``kept``; PracticesError if it is none."""
    what = _("What this browser kept") if kept else _("The file")
    if len(content) > LARGEST:
        words = _("{what} has more than {size} kB. A self-assessment has far less: choose another.")
        raise PracticesError(words.format(what=what, size=formats.count(LARGEST // 1000)))
    if content[:4] == b"PK\x03\x04":
        words = _("{what} is a workbook. Open the JSON file that was saved beside it.")
        raise PracticesError(words.format(what=what))
    if content[:5] == b"%PDF-":
        words = _("{what} is a PDF report. Open the JSON file that was saved beside it.")
        raise PracticesError(words.format(what=what))
    try:
        found = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        words = _("{what} is not UTF-8 text (byte {byte}). Open the file as it was saved.")
        raise PracticesError(words.format(what=what, byte=error.start + 1)) from error
    except json.JSONDecodeError as error:
        words = _(
            "{what} is not a self-assessment: line {line} is not JSON ({fault}). Open the .json file that “Download” "
            "gave you."
        )
        raise PracticesError(words.format(what=what, line=error.lineno, fault=error.msg)) from error
    except (ValueError, RecursionError) as error:
        twice = str(error)[:200] if isinstance(error, _TwiceError) else ""
        reason = twice or _("it holds numbers or nesting that no form has")
        raise PracticesError(
            _("{what} is not a self-assessment: {reason}.").format(what=what, reason=reason)
        ) from error
    if not isinstance(found, dict):
        raise PracticesError(_("{what} is not a self-assessment: it holds no form.").format(what=what))
    return found


class _TwiceError(ValueError):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)[:60]
        raise _TwiceError(_("{name} stands twice in one place").format(name=repr(twice)))
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")
