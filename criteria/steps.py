"""What a practice can do to get a better answer, for each indicator: data beside the framework.

One TOML file for each published version, ``criteria/frameworks/steps/<framework>-<version>.toml``, with one step for
every indicator. A fault in a file is an error like one in a framework.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from criteria.framework import FRAMEWORKS, Framework, FrameworkError, Id, Part, Text, load
from criteria.spelling import not_known

STEPS = FRAMEWORKS / "steps"

Kind = Literal["practice", "paperwork"]
Effort = Literal["hours", "days", "weeks", "months", "a year or more"]


class StepText(Part):
    """How to get a better answer to one indicator.

    ``kind``: *paperwork* where it is met by writing down or publishing what a practice does or knows already,
    *practice* where the practice itself must change. ``how`` and ``effort`` are None where nobody wrote them
    (framework 1.0.0). ``instruments``: publications of the library with a template, a tool or a guide for it.
    """

    indicator: Id
    kind: Kind
    how: Text | None = None
    effort: Effort | None = None
    instruments: tuple[Id, ...] = ()


class StepTexts(Part):
    """The steps of one published version."""

    framework: Id
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    steps: tuple[StepText, ...] = Field(alias="step", min_length=1)


@cache
def _published(framework_id: str, version: str, ids: tuple[str, ...]) -> Mapping[str, StepText]:
    path = STEPS / f"{framework_id}-{version}.toml"
    texts = load(path, StepTexts)
    if (texts.framework, texts.version) != (framework_id, version):
        raise FrameworkError(f"{path.name}: is of {texts.framework} {texts.version}")
    found: dict[str, StepText] = {}
    for step in texts.steps:
        if step.indicator not in ids:
            raise FrameworkError(f"{path.name}: step {not_known(step.indicator, ids)}")
        if step.indicator in found:
            raise FrameworkError(f"{path.name}: step {step.indicator!r}: the indicator is used more than once")
        found[step.indicator] = step
    for id_ in ids:
        if id_ not in found:
            raise FrameworkError(f"{path.name}: indicator {id_!r} has no step")
    return found


def steps_of(framework: Framework) -> Mapping[str, StepText]:
    """Return the step of every indicator of a published framework, by indicator id.

    Raises ``FrameworkError``, naming file and key, where the file is missing, faulty or does not fit the framework.
    """
    return _published(framework.id, framework.version, tuple(one.id for one in framework.indicators))
