"""How far two assessors agree beyond chance: Cohen's kappa with an interval.

J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20 (1960); its
large-sample standard error after J. L. Fleiss, J. Cohen and B. S. Everitt, "Large sample standard errors of kappa and
weighted kappa", Psychological Bulletin 72 (1969).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

LEVEL = 0.95
FEWEST = 5  # pairs; under that no figure is given


@dataclass(frozen=True)
class Agreement:
    """``n`` pairs, the share that is equal, and kappa with its interval (None where it is not defined)."""

    n: int
    observed: float
    kappa: float | None
    low: float | None
    high: float | None


def agreement(pairs: Sequence[tuple[Hashable, Hashable]]) -> Agreement | None:
    """Return how far the two answers of each pair agree; None for fewer than FEWEST pairs.

    Kappa is (p_o - p_e) / (1 - p_e) with the observed agreement p_o and the agreement p_e that the two assessors' own
    habits would give by chance. It is not defined where both gave one and the same answer throughout. The interval is
    the large-sample one, cut at -1 and 1; with few pairs it is rough.

    >>> pairs = [("met", "met")] * 20 + [("met", "partly")] * 5 + [("partly", "met")] * 10 + [("partly", "partly")] * 15
    >>> found = agreement(pairs)
    >>> found.n, found.observed, round(found.kappa, 2)
    (50, 0.7, 0.4)
    """
    n = len(pairs)
    if n < FEWEST:
        return None
    words = sorted({word for pair in pairs for word in pair}, key=str)
    place = {word: at for at, word in enumerate(words)}
    table = np.zeros((len(words), len(words)))
    for first, second in pairs:
        table[place[first], place[second]] += 1
    table /= n
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    observed, expected = float(np.trace(table)), float(rows @ columns)
    if expected > 1 - 1e-12:
        return Agreement(n, observed, None, None, None)
    kappa = (observed - expected) / (1 - expected)
    both = rows[:, None] + columns[None, :]
    agreed = float((np.diag(table) * (1 - np.diag(both) * (1 - kappa)) ** 2).sum())
    crossed = both.T**2 * table  # the second assessor's share of i with the first's of j
    apart = float((1 - kappa) ** 2 * (crossed.sum() - np.trace(crossed)))
    variance = (agreed + apart - (kappa - expected * (1 - kappa)) ** 2) / (n * (1 - expected) ** 2)
    half = NormalDist().inv_cdf((1 + LEVEL) / 2) * float(np.sqrt(max(variance, 0.0)))
    return Agreement(n, observed, kappa, max(-1.0, kappa - half), min(1.0, kappa + half))
