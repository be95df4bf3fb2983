"""What studies of a type of measure say together: a label for each outcome, worked out from findings, never stored.

The rule is data (``synthesis.toml``) and has a version. It counts studies by direction, as the Cochrane Handbook
(chapter 12) advises where sizes cannot be averaged, and asks for more than a majority.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from criteria.framework import Part, load

Direction = Literal["improved", "mixed", "no-clear-effect", "worsened"]
LabelId = Literal["consistent", "first-signs", "mixed", "no-clear-effect", "points-to-harm", "not-enough-known"]
RULE_FILE = Path(__file__).parent / "synthesis.toml"


class Label(Part):
    """A label and how it is called."""

    id: LabelId
    name: str


class Certainty(Part):
    """A mark from 0 to 5 for how much was studied, and what it stands for."""

    mark: Annotated[int, Field(ge=0, le=5)]
    name: str


class Rule(Part):
    """Thresholds in studies (shares 0 to 1), the designs that count, and the rule in sentences."""

    version: str
    fixed_on: date
    designs: tuple[str, ...]
    consistent_from: int
    consistent_share: float
    first_signs_from: int
    known_from: int
    many_from: int
    randomised_from: int
    text: tuple[str, ...]
    label: tuple[Label, ...]
    certainty: tuple[Certainty, ...]

    def name(self, label: LabelId) -> str:
        """Return how a label is called."""
        return next(one.name for one in self.label if one.id == label)

    def place(self, label: LabelId) -> int:
        """Return where a label stands in lists, from 0."""
        return [one.id for one in self.label].index(label)


@cache
def current_rule() -> Rule:
    """Return the rule that labels are made with."""
    return load(RULE_FILE, Rule)


@dataclass(frozen=True)
class Finding:
    """What one publication found on one outcome of one type of measure (or of one form of it, "" where it has none)."""

    measure_type: str
    form: str
    outcome: str
    direction: Direction
    design: str
    study_family: str
    countries: tuple[str, ...] = ()
    for_whom: tuple[str, ...] = ()


@dataclass(frozen=True)
class Study:
    """One study family on one outcome: the unit that is counted. ``randomised``: one of its findings was."""

    family: str
    direction: Direction
    randomised: bool
    countries: frozenset[str]
    for_whom: frozenset[str]


@dataclass(frozen=True)
class Synthesis:
    """The label of one outcome and its studies. ``certainty``: a mark from 0 to 5, apart from the direction."""

    measure_type: str
    form: str
    outcome: str
    label: LabelId
    certainty: int
    studies: tuple[Study, ...]

    def count(self, direction: Direction) -> int:
        """Return how many studies found this direction."""
        return sum(study.direction == direction for study in self.studies)

    @property
    def randomised(self) -> int:
        """How many studies were drawn by lottery."""
        return sum(study.randomised for study in self.studies)

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries studied, in the order of their codes."""
        return tuple(sorted(frozenset().union(*(study.countries for study in self.studies))))

    @property
    def one_country(self) -> str | None:
        """The country if two or more studies all come from it; None where one of them does not say."""
        known = all(study.countries for study in self.studies)
        return self.countries[0] if known and len(self.studies) > 1 and len(self.countries) == 1 else None

    def among(self, group: str) -> tuple[Study, ...]:
        """Return the studies that studied a target group. No label is made from them."""
        return tuple(study for study in self.studies if group in study.for_whom)


def studies(findings: Iterable[Finding], rule: Rule) -> tuple[Study, ...]:
    """Return the studies behind findings on one outcome, by family. Where a family's findings differ, it is mixed."""
    counted = sorted((one for one in findings if one.design in rule.designs), key=lambda one: one.study_family)
    return tuple(_study(family, tuple(of)) for family, of in groupby(counted, key=lambda one: one.study_family))


def _study(family: str, findings: Sequence[Finding]) -> Study:
    directions = {one.direction for one in findings}
    return Study(
        family,
        directions.pop() if len(directions) == 1 else "mixed",
        any(one.design == "randomised" for one in findings),
        frozenset(country for one in findings for country in one.countries),
        frozenset(group for one in findings for group in one.for_whom),
    )


def label_of(directions: Sequence[Direction], rule: Rule) -> LabelId:
    """Return the label for the directions of all studies of an outcome, one for each study."""
    total = len(directions)
    if total < rule.known_from:
        return "not-enough-known"
    better, worse = directions.count("improved"), directions.count("worsened")
    for same, opposite, consistent, signs in (
        (better, worse, "consistent", "first-signs"),
        (worse, better, "points-to-harm", "points-to-harm"),
    ):
        if total >= rule.consistent_from and same >= rule.consistent_share * total and not opposite:
            return consistent  # type: ignore[return-value] # a literal of the tuple above
        if rule.first_signs_from <= total < rule.consistent_from and same == total:
            return signs  # type: ignore[return-value]
    return "no-clear-effect" if directions.count("no-clear-effect") == total else "mixed"


def certainty_of(found: Sequence[Study], rule: Rule) -> int:
    """Return the mark for how much was studied, 0 to 5, whatever was found."""
    total, drawn = len(found), sum(study.randomised for study in found)
    if total < rule.consistent_from:
        return min(total, 2)
    if drawn < rule.randomised_from:
        return 3
    several = len(frozenset().union(*(study.countries for study in found))) > 1
    return 5 if total >= rule.many_from and several else 4


def syntheses(findings: Iterable[Finding], rule: Rule | None = None) -> dict[tuple[str, str, str], Synthesis]:
    """Return a synthesis for each type of measure, form and outcome that has a finding of any design."""
    rule = rule or current_rule()

    def place(one: Finding) -> tuple[str, str, str]:
        return one.measure_type, one.form, one.outcome

    made = {}
    for key, of in groupby(sorted(findings, key=place), key=place):
        found = studies(of, rule)
        label = label_of([study.direction for study in found], rule)
        made[key] = Synthesis(*key, label, certainty_of(found, rule), found)
    return made


def in_order(made: Iterable[Synthesis], rule: Rule | None = None) -> list[Synthesis]:
    """Return syntheses by label, then by number of studies, then by name: an order to read in, no ranking."""
    rule = rule or current_rule()
    return sorted(made, key=lambda one: (rule.place(one.label), -len(one.studies), one.measure_type, one.form))
