"""Steps beside the framework: one for each indicator of every version, and a fault is named with its file and key."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from criteria import steps as module
from criteria.framework import Framework, FrameworkError, published_frameworks
from criteria.steps import STEPS, steps_of

FRAMEWORK = published_frameworks()["integration-practices", "2.0.0"]
ROOT = Path(__file__).parents[3]
NAME = "integration-practices-2.0.0.toml"
SHIPPED = (STEPS / NAME).read_text(encoding="utf-8")


@pytest.mark.parametrize("framework", published_frameworks().values(), ids=lambda one: one.version)
def test_every_indicator_of_every_version_has_its_step(framework: Framework) -> None:
    assert set(steps_of(framework)) == {one.id for one in framework.indicators}


def test_what_1_0_0_called_writing_is_paperwork_still() -> None:
    steps = steps_of(published_frameworks()["integration-practices", "1.0.0"])
    assert {id_ for id_, one in steps.items() if one.kind == "paperwork"} == {
        "eff-objectives",
        "eff-theory-of-change",
        "eff-disaggregated",
        "eff-unintended",
        "sus-costs-known",
        "sus-documented",
        "rel-target-group",
        "rel-complementary",
        "par-roles",
    }


def test_a_person_is_told_how_and_how_long_it_takes_and_nothing_is_promised() -> None:
    for id_, one in steps_of(FRAMEWORK).items():
        assert one.how is not None, id_
        assert one.effort is not None, id_
        assert one.how.endswith("."), id_
        assert not {"works", "proves", "best", "guarantees"} & set(one.how.casefold().split()), id_


def test_every_tool_or_guide_that_a_step_names_is_in_the_library() -> None:
    with (ROOT / "data" / "catalogue" / "evidence.csv").open(encoding="utf-8", newline="") as file:
        kinds = {row["id"]: row["kind"] for row in csv.DictReader(file, strict=True)}
    named = [id_ for one in steps_of(FRAMEWORK).values() for id_ in one.instruments]
    assert named
    assert {kinds[id_] for id_ in named} <= {"toolkit", "handbook", "guideline", "training"}


def test_no_result_for_people_is_had_by_writing() -> None:
    steps = steps_of(FRAMEWORK)
    assert {steps[one.id].kind for one in FRAMEWORK.indicators if one.outcome} == {"practice"}


@pytest.fixture
def other_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let steps be published from another folder for one test."""
    monkeypatch.setattr(module, "STEPS", tmp_path)
    module._published.cache_clear()
    yield tmp_path / NAME
    module._published.cache_clear()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            'effort = "weeks"',
            'efort = "weeks"',
            ("step 'sus-documented'", "'efort' is not known", "did you mean 'effort'"),
        ),
        ('kind = "paperwork"', 'kind = "writing"', ("step 'sus-costs-known'", "kind = 'writing'")),
        ('indicator = "eff-lasts"', 'indicator = "eff-last"', ("step 'eff-last'", "did you mean 'eff-lasts'?")),
        ('indicator = "eff-lasts"', 'indicator = "eff-result"', ("step 'eff-result'", "more than once")),
        ('version = "2.0.0"', 'version = "1.0.0"', ("is of integration-practices 1.0.0",)),
        ('[[step]]\nindicator = "eff-lasts"', '[[stop]]\nindicator = "eff-lasts"', ("'stop' is not known", "'step'")),
    ],
)
def test_fault_is_named_with_file_and_key(other_steps: Path, old: str, new: str, words: tuple[str, ...]) -> None:
    assert old in SHIPPED
    other_steps.write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FrameworkError) as caught:
        steps_of(FRAMEWORK)
    assert str(caught.value).startswith(f"{NAME}: ")
    for word in words:
        assert word in str(caught.value)


def test_an_indicator_without_a_step_is_a_fault(other_steps: Path) -> None:
    other_steps.write_text(SHIPPED[: SHIPPED.rindex("[[step]]")], encoding="utf-8")
    with pytest.raises(FrameworkError, match="indicator 'par-shared-resources' has no step"):
        steps_of(FRAMEWORK)
