"""What studies say of types of measure, read once for each release: findings, their labels, costs and rates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from criteria.synthesis import Direction, Finding, LabelId, Synthesis, current_rule, in_order, syntheses
from practices_db.catalogue.measure_types import measure_types
from practices_db.catalogue.texts import known
from practices_db.database.store import Cursor, rows_of
from practices_db.queries import evidence_by_type

Row = Mapping[str, Any]
Key = tuple[str, str, str]  # type of measure, form ("" where it has none), outcome
_DIRECTION: dict[LabelId, Direction] = {
    "consistent": "improved",
    "first-signs": "improved",
    "no-clear-effect": "no-clear-effect",
    "points-to-harm": "worsened",
}  # of the studies that carry a label; the others are carried by none


@dataclass(frozen=True)
class WhatWorks:
    """Everything that is released on types of measure. Shared by all who ask: look at it, never change it.

    ``findings``: rows of ``evidence_by_type.findings`` by key. ``costs``, ``rates`` and ``trials`` (those without a
    known result): by type. ``practices``: the practices that a study family studied, by family.
    """

    findings: Mapping[Key, Sequence[Row]]
    syntheses: Mapping[Key, Synthesis]
    costs: Mapping[str, Sequence[Row]]
    rates: Mapping[str, Sequence[Row]]
    trials: Mapping[str, Sequence[Row]]
    practices: Mapping[str, frozenset[str]]

    @classmethod
    def read(cls, cursor: Cursor) -> WhatWorks:
        """Read what is released and work out the labels by the rule of today."""
        found = rows_of(evidence_by_type.findings(cursor))
        by_key: dict[Key, list[Row]] = {}
        for row in found:
            by_key.setdefault((row["measure_type"], row["form"], row["outcome"]), []).append(row)
        return cls(
            by_key,
            syntheses(map(_finding, found)),
            _by_type(rows_of(evidence_by_type.costs(cursor))),
            _by_type(rows_of(evidence_by_type.rates(cursor))),
            _by_type(rows_of(evidence_by_type.trials_without_result(cursor))),
            {
                str(family): frozenset(of["practice_id"])
                for family, of in evidence_by_type.practices_studied(cursor).groupby("study_family")
            },
        )

    @property
    def searched_on(self) -> date | None:
        """The day of the search: the last on which the source of a finding was read."""
        days = [row["checked_on"] for rows in self.findings.values() for row in rows]
        return max(days, default=None)

    @cached_property
    def countries(self) -> Mapping[str, int]:
        """How many studies with a comparison took place in each country."""
        families = {(country, study.family) for one in self.syntheses.values() for study in one.studies
                    for country in study.countries}  # fmt: skip
        return Counter(country for country, _family in families)

    def of_outcome(self, outcome: str) -> list[Synthesis]:
        """Return what is said on one outcome by at least one study that counts, in the order to read it in."""
        return in_order(one for one in self.syntheses.values() if one.outcome == outcome and one.studies)

    def of_type(self, measure_type: str) -> list[Synthesis]:
        """Return what is said of one type, studied with a comparison or not, in the order to read it in."""
        return in_order(one for one in self.syntheses.values() if one.measure_type == measure_type)

    def of_practice(self, measure_type: str, practice_id: str) -> tuple[int, int]:
        """Return how many studies with a comparison of a type are of this practice, and how many there are."""
        families = {study.family for one in self.of_type(measure_type) for study in one.studies}
        return sum(practice_id in self.practices.get(family, ()) for family in families), len(families)

    def best_known(self, most: int) -> list[Synthesis]:
        """Return the first ``most`` of all that have enough studies pointing the same way."""
        return in_order(one for one in self.syntheses.values() if points_one_way(one))[:most]

    def unstudied(self, outcome: str | None = None) -> list[str]:
        """Return the types without any study with a comparison, on one outcome or at all."""
        studied = {
            one.measure_type for one in self.syntheses.values() if one.studies and outcome in (None, one.outcome)
        }
        return [one.id for one in measure_types().types if one.id not in studied]

    def counted(self, one: Synthesis) -> list[Row]:
        """Return the findings that a label is made from, those drawn by lottery first."""
        rows = self.findings[one.measure_type, one.form, one.outcome]
        designs = current_rule().designs
        return sorted(
            (row for row in rows if row["design"] in designs),
            key=lambda row: (designs.index(row["design"]), row["study_family"], row["publication_id"]),
        )

    def examples(self, one: Synthesis) -> list[Row]:
        """Return the findings that can stand for a label: those of its direction, of studies of its direction.

        All that count where the label has no direction ("mixed", "not enough known") or no finding has it.
        """
        told = self.counted(one)
        wanted = _DIRECTION.get(one.label)
        same = {study.family for study in one.studies if study.direction == wanted}
        return [row for row in told if row["direction"] == wanted and row["study_family"] in same] or told

    def beside(self, one: Synthesis) -> list[Row]:
        """Return the findings that stand beside a label and lift nothing: reviews, surveys, before and after."""
        rows = self.findings[one.measure_type, one.form, one.outcome]
        return [row for row in rows if row["design"] not in current_rule().designs]


def points_one_way(one: Synthesis) -> bool:
    """Whether there are enough independent studies and they point the same way, whichever it is."""
    return one.label not in ("mixed", "not-enough-known")


def _finding(row: Row) -> Finding:
    return Finding(
        row["measure_type"],
        row["form"],
        row["outcome"],
        row["direction"],
        row["design"],
        row["study_family"],
        (row["country"],) if known(row["country"]) else (),
        tuple(row["for_whom"]),
    )


def _by_type(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["measure_type"], []).append(row)
    return found
