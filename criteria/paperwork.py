"""Are we scoring paperwork? How far scores follow things that should not make a practice good.

Spearman's rank correlation with an interval by Fisher's z and the standard error √((1 + r²/2)/(n − 3)) of Bonett and
Wright (2000, "Sample size requirements for estimating Pearson, Kendall and Spearman correlations", Psychometrika 65).
A correlation is flagged where its interval leaves out 0. The interval is 98 % wide, so that of shuffled scores about
two in a hundred are flagged by chance.

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


def _ranks(values: Floats) -> Floats:
    """Return ranks from 1, ties sharing the mean of theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return (last - (count - 1) / 2)[place].astype(np.float64)
