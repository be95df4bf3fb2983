"""The assessment framework as data: what is asked, how it can be answered, what each answer is worth.

A framework is one TOML file under ``criteria/frameworks/``, one file for each published version. It is
loaded into frozen models; a fault in a file is an error that names the file, the key and the nearest
known key, so that somebody who does not program can mend it.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StringConstraints,
    ValidationError,
    model_validator,
)

from criteria.spelling import nearest_of, not_known

FRAMEWORKS = Path(__file__).parent / "frameworks"
CURRENT = ("integration-practices", "2.0.0")

AnswerId = Literal["met", "partly", "not-met", "not-documented", "not-applicable"]
ANSWER_IDS: tuple[AnswerId, ...] = ("met", "partly", "not-met", "not-documented", "not-applicable")
DOCUMENTED: tuple[AnswerId, ...] = ("met", "partly", "not-met")

# Levels that say how a change was measured: they can prove nothing else.
MEASURED_CHANGE = (2, 4, 5)

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class FrameworkError(ValueError):
    """A framework file cannot be used; the message names file, key and what to do."""


class Part(BaseModel):
    """A part of a file that is checked key by key and cannot be changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def __copy__(self) -> Self:
        """Return a copy without what was looked up before: model_copy may give it other parts."""
        copied = super().__copy__()
        for name in self.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied


Root = TypeVar("Root", bound=Part)


class AnswerOption(Part):
    """One way to answer an indicator; ``value`` (0 to 1) only where the answer says something."""

    id: AnswerId
    label: Text
    value: StrictFloat | None = Field(default=None, ge=0, le=1)


class EvidenceLevel(Part):
    """How strong the proof behind an answer is, 0 (claim) to 5 (randomised or replicated)."""

    level: StrictInt = Field(ge=0, le=5)
    label: Text


class Rule(Part):
    """A rule for whoever answers."""

    id: Id
    text: Text


class Source(Part):
    """A published text that an indicator rests on."""

    id: Id
    title: Text
    publisher: Text
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]


# What a framework does not use is left out of its content, so that a later key leaves the hash of an earlier version
# as it was (``framework_hash``).
def _unused(value: object) -> bool:
    return value in (None, False, ())


class Indicator(Part):
    """The smallest thing that is answered, with an anchor for each of the three documented answers.

    ``required``: without an answer here its criterion has no score. ``outcome``: it is about a measured change in
    people, so that every evidence level can stand at it (``evidence_fault``). ``was``: the indicators of an earlier
    version that it follows.
    """

    id: Id
    label: Text
    met: Text
    partly: Text
    not_met: Text
    weight: StrictFloat = Field(default=1.0, gt=0, allow_inf_nan=False)
    required: StrictBool = Field(default=False, exclude_if=_unused)
    outcome: StrictBool = Field(default=False, exclude_if=_unused)
    was: tuple[Id, ...] = Field(default=(), exclude_if=_unused)
    basis: tuple[Id, ...] = Field(min_length=1)

    def anchor(self, answer: AnswerId) -> str | None:
        """Return the anchor text of a documented answer, None for the other two."""
        return {"met": self.met, "partly": self.partly, "not-met": self.not_met}.get(answer)


class Question(Part):
    """What a group of indicators answers together."""

    id: Id
    text: Text
    indicators: tuple[Indicator, ...] = Field(alias="indicator", min_length=1)


class Criterion(Part):
    """A side of quality that gets a score; a headline criterion is one of the app's two main scores.

    ``minimum_coverage`` takes the place of the framework's (``Framework.minimum_coverage_of``).
    """

    id: Id
    title: Text
    headline: StrictBool
    minimum_coverage: StrictFloat | None = Field(default=None, gt=0, le=1, exclude_if=_unused)
    summary: Text
    questions: tuple[Question, ...] = Field(alias="question", min_length=1)

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """All indicators of the criterion, in the order of the file."""
        return tuple(indicator for question in self.questions for indicator in question.indicators)


class Framework(Part):
    """One published version of the framework."""

    id: Id
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    title: Text
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
    minimum_coverage: StrictFloat = Field(gt=0, le=1)
    answers: tuple[AnswerOption, ...] = Field(alias="answer")
    evidence_levels: tuple[EvidenceLevel, ...] = Field(alias="evidence_level")
    rules: tuple[Rule, ...] = Field(default=(), alias="rule", exclude_if=_unused)
    sources: tuple[Source, ...] = Field(alias="source", min_length=1)
    criteria: tuple[Criterion, ...] = Field(alias="criterion", min_length=1)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        _once("rule", [rule.id for rule in self.rules])
        _once("source", [source.id for source in self.sources])
        _once("criterion", [criterion.id for criterion in self.criteria])
        _once("indicator", [indicator.id for indicator in self.indicators])
        for criterion in self.criteria:
            _once(f"question in criterion {criterion.id!r}", [question.id for question in criterion.questions])
        if sorted(option.id for option in self.answers) != sorted(ANSWER_IDS):
            raise ValueError(f"answer: exactly one each of {', '.join(ANSWER_IDS)} is needed")
        for option in self.answers:
            if (option.value is not None) != (option.id in DOCUMENTED):
                raise ValueError(f"answer {option.id!r}: only {', '.join(DOCUMENTED)} carry a value")
        values = {option.id: option.value for option in self.answers}
        met, partly, not_met = values["met"], values["partly"], values["not-met"]
        if met != 1 or not_met != 0 or partly is None or not 0 < partly < 1:
            raise ValueError("answer: met must be worth 1, not-met 0, partly something between")
        if [level.level for level in self.evidence_levels] != [0, 1, 2, 3, 4, 5]:
            raise ValueError("evidence_level: the levels 0 to 5 are needed, in this order")
        known = [source.id for source in self.sources]
        for indicator in self.indicators:
            for basis in indicator.basis:
                if basis not in known:
                    raise ValueError(f"indicator {indicator.id!r}, basis: {not_known(basis, known)}")
        if not self.headlines:
            raise ValueError("criterion: at least one needs headline = true")
        return self

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """All indicators, in the order of the file."""
        return tuple(indicator for criterion in self.criteria for indicator in criterion.indicators)

    @cached_property
    def indicators_by_id(self) -> Mapping[str, Indicator]:
        """All indicators by their ids, in the order of the file."""
        return {indicator.id: indicator for indicator in self.indicators}

    @property
    def headlines(self) -> tuple[Criterion, ...]:
        """The criteria that are shown as main scores."""
        return tuple(criterion for criterion in self.criteria if criterion.headline)

    def indicator(self, indicator_id: str) -> Indicator:
        """Return an indicator by its id; KeyError if the framework does not have it."""
        return self.indicators_by_id[indicator_id]

    def criterion(self, criterion_id: str) -> Criterion:
        """Return a criterion by its id; StopIteration if the framework does not have it."""
        return next(criterion for criterion in self.criteria if criterion.id == criterion_id)

    def minimum_coverage_of(self, criterion: Criterion) -> float:
        """Return the coverage (0–1) from which on a criterion and its questions are scored."""
        return self.minimum_coverage if criterion.minimum_coverage is None else criterion.minimum_coverage

    def value(self, answer: AnswerId) -> float | None:
        """Return what an answer is worth, 0 to 1; None where it says nothing."""
        return next(option.value for option in self.answers if option.id == answer)

    def answer_label(self, answer: str) -> str:
        """Return the answer in words."""
        return next(option.label for option in self.answers if option.id == answer)

    def evidence_label(self, level: int) -> str:
        """Return the evidence level in words."""
        return self.evidence_levels[level].label

    def walk(self) -> Iterator[tuple[Criterion, Question, Indicator]]:
        """Yield every indicator with the question and criterion it belongs to, in the order of the file."""
        for criterion in self.criteria:
            for question in criterion.questions:
                for indicator in question.indicators:
                    yield criterion, question, indicator


def load_framework(path: Path) -> Framework:
    """Read and check one framework file; see ``load``."""
    return load(path, Framework)


def load(path: Path, root: type[Root]) -> Root:
    """Read a TOML file and check it against a model.

    Raises ``FrameworkError`` with every fault found, a line each: ``file: key: what is wrong``.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FrameworkError(f"{path.name}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise FrameworkError(f"{path.name}: is not UTF-8 text (byte {error.start})") from error
    except tomllib.TOMLDecodeError as error:
        raise FrameworkError(f"{path.name}: is not valid TOML: {error}") from error
    try:
        return root.model_validate(content)
    except ValidationError as error:
        lines = [f"{path.name}: {_explain(fault, content, root)}" for fault in error.errors() if not _follows(fault)]
        raise FrameworkError("\n".join(lines)) from error


@cache
def published_frameworks() -> dict[tuple[str, str], Framework]:
    """Return every published framework by (id, version); a file whose name does not match is an error."""
    frameworks: dict[tuple[str, str], Framework] = {}
    for path in sorted(FRAMEWORKS.glob("*[0-9].toml")):  # the others are its texts in other languages
        framework = load_framework(path)
        if path.stem != f"{framework.id}-{framework.version}":
            raise FrameworkError(f"{path.name}: should be called {framework.id}-{framework.version}.toml")
        frameworks[framework.id, framework.version] = framework
    return frameworks


def current_framework() -> Framework:
    """Return the framework that scores are made with."""
    return published_frameworks()[CURRENT]


def framework_hash(framework: Framework) -> str:
    """Return the SHA-256 of the framework's content; wording counts, comments and spacing do not."""
    return hashlib.sha256(framework.model_dump_json(by_alias=True).encode()).hexdigest()


def evidence_fault(framework: Framework, indicator_id: str, level: int) -> str | None:
    """Return why an evidence level cannot stand at an indicator, in words; None where it can.

    Levels 2, 4 and 5 say how a change in people was measured, so they stand at outcomes only. A framework that marks
    no outcomes has no such rule. Raises KeyError for an indicator that the framework does not have.

    >>> framework = published_frameworks()["integration-practices", "2.0.0"]
    >>> evidence_fault(framework, "eff-result", 5) is None
    True
    >>> evidence_fault(framework, "sus-documented", 5)
    'evidence level 5 (Randomised or replicated) is about a measured change in people, and “Documented for reuse” \
does not ask for one; levels 0, 1, 3 can stand here'
    """
    indicator = framework.indicator(indicator_id)
    if indicator.outcome or level not in MEASURED_CHANGE or not any(one.outcome for one in framework.indicators):
        return None
    others = ", ".join(str(one.level) for one in framework.evidence_levels if one.level not in MEASURED_CHANGE)
    return (
        f"evidence level {level} ({framework.evidence_label(level)}) is about a measured change in people, and "
        f"“{indicator.label}” does not ask for one; levels {others} can stand here"
    )


def _once(what: str, ids: Sequence[str]) -> None:
    for id_ in ids:
        if ids.count(id_) > 1:
            raise ValueError(f"{what} {id_!r}: the id is used more than once")


def _follows(fault: Any) -> bool:
    """Whether a fault is only the echo of others: a list counts as empty where every item of it is faulty."""
    return fault["type"] == "too_short" and bool(fault["input"])


def _explain(fault: Any, content: dict[str, Any], root: type[Part]) -> str:
    """Say one Pydantic fault in words: where it is, by ids rather than positions, and what to do."""
    place, model = _place(fault["loc"], content, root)
    match fault["type"]:
        case "extra_forbidden":
            known = [field.alias or name for name, field in model.model_fields.items()]
            return f"{place}: key {not_known(str(fault['loc'][-1]), known)}"
        case "missing":
            near = nearest_of(str(fault["loc"][-1]), list(_at(fault["loc"][:-1], content)))
            hint = f"; is {near!r} meant for it?" if near else ""
            return f"{place}: key {fault['loc'][-1]!r} is missing{hint}"
        case "value_error":
            return str(fault["ctx"]["error"])
        case _:
            key = next(step for step in reversed(fault["loc"]) if isinstance(step, str))
            return f"{place}: {key} = {fault['input']!r}: {fault['msg']}"


def _at(loc: Sequence[str | int], content: Any) -> dict[str, Any]:
    for step in loc:
        content = _step(content, step)
    return content if isinstance(content, dict) else {}


def _place(loc: Sequence[str | int], content: dict[str, Any], root: type[Part]) -> tuple[str, type[Part]]:
    """Return the path to a fault in words (``criterion 'effectiveness', question 'design'``) and its model."""
    words: list[str] = []
    model, kind = root, ""
    here: Any = content
    for step in loc:
        here = _step(here, step)
        if isinstance(step, str) and (item := _item(model, step)):
            model_of_items, kind = item, step
        elif isinstance(step, int) and kind and isinstance(here, dict):
            model = model_of_items
            words.append(f"{kind} {next((here[key] for key in _NAMES if key in here), f'number {step + 1}')!r}")
    return ", ".join(words) or "top level", model


_NAMES = ("id", "indicator", "level")  # what an item of a list is called by, the first that it has


def _item(model: type[Part], key: str) -> type[Part] | None:
    """Return the model of the items of a list by its key in the file; None where they are no parts."""
    for name, field in model.model_fields.items():
        if key == (field.alias or name):
            return next(
                (one for one in get_args(field.annotation) if isinstance(one, type) and issubclass(one, Part)), None
            )
    return None


def _step(here: Any, step: str | int) -> Any:
    """Go one step into the file's content; None where it does not go on."""
    if isinstance(here, dict):
        return here.get(step)
    return here[step] if isinstance(here, list) and isinstance(step, int) and step < len(here) else None
