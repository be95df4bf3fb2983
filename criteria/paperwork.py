"""Do longer reports score higher? How far scores follow things that should not make a practice good.

Spearman's rank correlation with an interval by Fisher's z and the standard error √((1 + r²/2)/(n − 3)) of Bonett and
Wright (2000, "Sample size requirements for estimating Pearson, Kendall and Spearman correlations", Psychometrika 65).
A correlation is flagged where its interval leaves out 0. The interval is 98 % wide, so that of shuffled scores about
two in a hundred are flagged by chance. What a test of so few practices can miss is said too: ``detectable``.

>>> import numpy as np
>>> length = np.arange(30.0)
>>> follows("documentation", length, length).flagged
True
>>> follows("documentation", length[:5], length[:5]) is None
True
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

FEWEST = 10  # below it an interval says nothing
_Z = 2.3263478740408408  # 99 % quantile of the normal distribution: a two-sided interval of 98 %
LEVEL = 0.98
_POWER_Z = 0.8416212335729143  # 80 % quantile


@dataclass(frozen=True)
class Follows:
    """How far one thing follows another: rank correlation −1 to 1, its interval, how many practices it rests on."""

    what: str
    correlation: float
    low: float
    high: float
    n: int

    @property
    def flagged(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


def follows(what: str, measure: Floats, scores: Floats) -> Follows | None:
    """Return how far scores follow a measure (both one value a practice, NaN unknown).

    None with fewer than ``FEWEST`` practices where both are known, or where one of them is the same for all.
    """
    known = ~np.isnan(measure) & ~np.isnan(scores)
    one, other = _ranks(measure[known]), _ranks(scores[known])
    n = int(known.sum())
    if n < FEWEST or one.std() == 0 or other.std() == 0:
        return None
    correlation = float(np.clip(np.corrcoef(one, other)[0, 1], -1, 1))
    error = float(np.sqrt((1 + correlation**2 / 2) / (n - 3)))
    z = float(np.arctanh(np.clip(correlation, -0.999999, 0.999999)))
    return Follows(what, correlation, float(np.tanh(z - _Z * error)), float(np.tanh(z + _Z * error)), n)


def detectable(n: int) -> float | None:
    """Return from which rank correlation on (0–1) ``n`` practices would be flagged four times in five.

    With the same standard error: the smallest r with atanh(r) ≥ (z(0.99) + z(0.8)) · √((1 + r²/2)/(n − 3)). None with
    fewer than ``FEWEST`` practices.

    >>> round(detectable(21), 2), round(detectable(105), 2)
    (0.67, 0.31)
    """
    if n < FEWEST:
        return None
    r = np.linspace(0, 1, 10_001)[:-1]
    found = np.arctanh(r) >= (_Z + _POWER_Z) * np.sqrt((1 + r**2 / 2) / (n - 3))
    return float(r[found.argmax()])


def _ranks(values: Floats) -> Floats:
    """Return ranks from 1, ties sharing the mean of theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return (last - (count - 1) / 2)[place].astype(np.float64)
