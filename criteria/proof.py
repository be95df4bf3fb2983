"""Open a score: the rows it was made from and the sums with their values, so that anybody can make it again.

Written without matrices, one practice and one criterion at a time, on purpose: what a reader sees is a second
calculation and not a print of the first. The tests hold it against ``criteria.scoring`` for every practice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from criteria.framework import AnswerId, Criterion, Framework, Indicator
from criteria.scoring import Scores
from criteria.weighting import Weighting


@dataclass(frozen=True)
class Row:
    """One indicator in the sum; ``value`` is None where nothing is documented or nothing applies."""

    indicator: Indicator
    answer: AnswerId
    evidence_level: int | None
    weight: float
    value: float | None


@dataclass(frozen=True)
class Proof:
    """The sums behind one criterion of one practice. Weights are as in the framework, shares 0–1, scores 0–100."""

    rows: tuple[Row, ...]
    documented_weight: float
    applicable_weight: float
    weighted_value: float

    @property
    def coverage(self) -> float | None:
        """Documented share of the applicable weight; None where nothing applies."""
        return self.documented_weight / self.applicable_weight if self.applicable_weight else None

    @property
    def score(self) -> float | None:
        """Weighted mean of what is documented; None where nothing is."""
        return 100 * self.weighted_value / self.documented_weight if self.documented_weight else None

    @property
    def low(self) -> float | None:
        """The score if nothing undocumented were met."""
        return 100 * self.weighted_value / self.applicable_weight if self.applicable_weight else None

    @property
    def high(self) -> float | None:
        """The score if everything undocumented were met."""
        if not self.applicable_weight:
            return None
        missing = self.applicable_weight - self.documented_weight
        return 100 * (self.weighted_value + missing) / self.applicable_weight


def prove(framework: Framework, criterion: Criterion, answers: Mapping[str, tuple[AnswerId, int]]) -> Proof:
    """Return the rows and sums of a criterion; ``answers`` maps indicator id to (answer, evidence level)."""
    rows = []
    nothing: tuple[AnswerId, int | None] = ("not-documented", None)
    for indicator in criterion.indicators:
        answer, level = answers.get(indicator.id, nothing)
        value = framework.value(answer)
        rows.append(Row(indicator, answer, level if value is not None else None, indicator.weight, value))
    documented = [row for row in rows if row.value is not None]
    return Proof(
        rows=tuple(rows),
        documented_weight=sum(row.weight for row in documented),
        applicable_weight=sum(row.weight for row in rows if row.answer != "not-applicable"),
        weighted_value=sum(row.weight * (row.value or 0.0) for row in documented),
    )


@dataclass(frozen=True)
class Share:
    """One criterion in a composite: its share of the whole (0–1), and what it brings; scores 0–100."""

    criterion: Criterion
    share: float
    score: float
    coverage: float
    low: float
    high: float


@dataclass(frozen=True)
class CompositeProof:
    """The sums behind a composite of one practice: weighted means of the criteria's scores, coverage and range."""

    shares: tuple[Share, ...]

    @property
    def coverage(self) -> float:
        """Weighted mean of the criteria's coverage."""
        return sum(one.share * one.coverage for one in self.shares)

    @property
    def low(self) -> float:
        """Weighted mean of the low ends."""
        return sum(one.share * one.low for one in self.shares)

    @property
    def high(self) -> float:
        """Weighted mean of the high ends."""
        return sum(one.share * one.high for one in self.shares)

    @property
    def score(self) -> float:
        """Weighted mean of the scores."""
        return sum(one.share * one.score for one in self.shares)


def prove_composite(framework: Framework, scores: Scores, weighting: Weighting, practice_id: str) -> CompositeProof:
    """Return the sums behind a reader's composite, one share for every criterion that weighs something.

    ``scores`` are those of ``scoring.composite``. Raises ValueError where one of these criteria is not scored: there
    is no composite then.
    """
    shares = []
    for criterion, (_, share) in zip(framework.criteria, weighting.criteria, strict=True):
        of = scores.of(practice_id, criterion.id)
        if share > 0:
            if not of.scored or of.score is None or of.coverage is None or of.low is None or of.high is None:
                raise ValueError(f"{practice_id}: {criterion.id!r} is not scored, so there is no composite")
            shares.append(Share(criterion, share, of.score, of.coverage, of.low, of.high))
    return CompositeProof(tuple(shares))
