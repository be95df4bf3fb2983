"""How far two assessors agree beyond chance: weighted kappa with an interval; on which indicators they drift.

J. Cohen, "Weighted kappa", Psychological Bulletin 70 (1968); its large-sample standard error after J. L. Fleiss,
J. Cohen and B. S. Everitt, "Large sample standard errors of kappa and weighted kappa", Psychological Bulletin 72
(1969).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from criteria.framework import DOCUMENTED, AnswerId

LEVEL = 0.95
FEWEST_WEIGHTED = 20  # pairs; at five its interval of 95 % would hold the true value less than half of the time

Pairs = Sequence[tuple[AnswerId, AnswerId]]


@dataclass(frozen=True)
class WeightedAgreement:
    """How far two assessors agree where both answered.

    ``n`` pairs; how many are the same, and how many differ by one step at most; weighted kappa with its interval (None
    where it is not defined, and below ``FEWEST_WEIGHTED`` pairs).
    """

    n: int
    same: int
    within_one_step: int
    kappa: float | None
    low: float | None
    high: float | None

    @property
    def differences(self) -> int:
        """How many pairs differ."""
        return self.n - self.same

    @property
    def one_step(self) -> int:
        """How many pairs differ by one step."""
        return self.within_one_step - self.same


def weighted_agreement(pairs: Pairs) -> WeightedAgreement:
    """Return how far the answers of two assessors agree; a pair in which one of them has none of the three is left out.

    Weighted kappa counts a difference of one step half and one of two steps whole: with the share v of agreement given
    to a cell (1, ½ or 0) it is (Σ v·p − Σ v·e)/(1 − Σ v·e), p observed and e by chance. Its large-sample interval is
    that of Fleiss, Cohen and Everitt (1969), cut at -1 and 1. It is not defined where both gave one and the same answer
    throughout.

    >>> found = weighted_agreement([("met", "met")] * 20 + [("partly", "partly")] * 16 + [("met", "partly")] * 4)
    >>> found.n, found.same, found.within_one_step, round(found.kappa, 2)
    (40, 36, 40, 0.8)
    """
    table = np.zeros((len(DOCUMENTED), len(DOCUMENTED)))
    for first, second in pairs:
        if first in DOCUMENTED and second in DOCUMENTED:
            table[DOCUMENTED.index(first), DOCUMENTED.index(second)] += 1
    n = int(table.sum())
    apart = np.abs(np.subtract.outer(np.arange(3), np.arange(3)))
    same, near = int(np.trace(table)), int(table[apart <= 1].sum())
    if n < FEWEST_WEIGHTED:
        return WeightedAgreement(n, same, near, None, None, None)
    table /= n
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    credit = 1 - apart / 2
    observed, expected = float((credit * table).sum()), float(rows @ credit @ columns)
    if expected > 1 - 1e-12:
        return WeightedAgreement(n, same, near, None, None, None)
    kappa = (observed - expected) / (1 - expected)
    usual = (credit @ columns)[:, None] + (rows @ credit)[None, :]
    spread = float((table * (credit - usual * (1 - kappa)) ** 2).sum())
    variance = (spread - (kappa - expected * (1 - kappa)) ** 2) / (n * (1 - expected) ** 2)
    half = NormalDist().inv_cdf((1 + LEVEL) / 2) * float(np.sqrt(max(variance, 0.0)))
    return WeightedAgreement(n, same, near, kappa, max(-1.0, kappa - half), min(1.0, kappa + half))


@dataclass(frozen=True)
class Drift:
    """How two assessors differ on one indicator: pairs, how many differ, and by how many steps on average.

    ``steps``: the second minus the first, −2 to 2; above 0 the second is the milder.
    """

    indicator_id: str
    n: int
    differences: int
    steps: float


def drifts(pairs: Mapping[str, Pairs]) -> tuple[Drift, ...]:
    """Return for each indicator where two assessors differ, those first with the largest share of differences.

    ``pairs``: by indicator id. Indicators that both answered nowhere are left out.
    """
    found = []
    for indicator_id, of in pairs.items():
        both = [(one, other) for one, other in of if one in DOCUMENTED and other in DOCUMENTED]
        if both:
            steps = [DOCUMENTED.index(one) - DOCUMENTED.index(other) for one, other in both]
            differences = sum(step != 0 for step in steps)
            found.append(Drift(indicator_id, len(both), differences, sum(steps) / len(both)))
    return tuple(sorted(found, key=lambda one: (-one.differences / one.n, -one.n, one.indicator_id)))
