"""Do longer reports score higher? What follows scores is flagged; chance is flagged about as often as promised."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from criteria.paperwork import FEWEST, Floats, detectable, follows
from practices_db.database.store import Store
from practices_db.queries import practices

HEADLINES = ("effectiveness", "sustainability")
SHUFFLES = 200


def documented(store: Store, headline: str) -> tuple[Floats, Floats]:
    """Return length of the documentation and score of the practices that have both."""
    with store.cursor() as cursor:
        table = practices.documentation(cursor)
    scored = table[table[headline].notna()]
    return scored["note_length"].to_numpy(float), scored[headline].to_numpy(float)


@pytest.mark.parametrize("seed", range(20))
def test_the_correlation_is_spearmans_also_with_ties(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(FEWEST, 60))
    one = rng.integers(0, 6, size).astype(float)
    other = np.round(one + rng.normal(0, 4, size))
    found = follows("made up", one, other)
    assert found is not None
    assert found.correlation == pytest.approx(stats.spearmanr(one, other).statistic, abs=1e-12)
    assert found.n == size


@pytest.mark.parametrize("seed", range(5))
def test_the_interval_is_that_of_bonett_and_wright(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = rng.random(30), rng.random(30)
    found = follows("made up", one, other)
    assert found is not None
    r = float(stats.spearmanr(one, other).statistic)
    half = float(stats.norm.ppf(0.99)) * math.sqrt((1 + r * r / 2) / 27)
    assert found.low == pytest.approx(math.tanh(math.atanh(r) - half), abs=1e-9)
    assert found.high == pytest.approx(math.tanh(math.atanh(r) + half), abs=1e-9)
    assert found.flagged == (found.low > 0 or found.high < 0)


def test_what_is_unknown_is_left_out_on_both_sides() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.random(40), rng.random(40)
    one[::7], other[::5] = np.nan, np.nan
    known = ~np.isnan(one) & ~np.isnan(other)
    assert follows("made up", one, other) == follows("made up", one[known], other[known])
    found = follows("made up", one, other)
    assert found is not None
    assert found.n == known.sum()


@pytest.mark.parametrize("headline", HEADLINES)
def test_a_measure_equal_to_the_score_is_flagged(store: Store, headline: str) -> None:
    _, scores = documented(store, headline)
    found = follows("planted", scores, scores)
    assert found is not None
    assert found.flagged
    assert found.correlation == pytest.approx(1)
    assert 0 < found.low <= found.high <= 1
    against = follows("planted", -scores, scores)
    assert against is not None
    assert against.flagged
    assert against.high < 0


@pytest.mark.parametrize("headline", HEADLINES)
def test_a_fake_criterion_that_is_the_length_of_the_text_is_flagged(store: Store, headline: str) -> None:
    length, _ = documented(store, headline)
    fake = 100 * (length - length.min()) / (length.max() - length.min())
    found = follows("note_length", length, fake)
    assert found is not None
    assert found.flagged
    assert found.correlation == pytest.approx(1)


def test_at_most_one_in_twenty_shuffles_is_flagged(store: Store) -> None:
    rng = np.random.default_rng(20)
    for headline in HEADLINES:
        length, scores = documented(store, headline)
        flagged = 0
        for _ in range(SHUFFLES):
            found = follows("note_length", length, rng.permutation(scores))
            assert found is not None
            flagged += found.flagged
        assert flagged <= SHUFFLES // 20, headline


def test_fewer_than_ten_say_nothing() -> None:
    line = np.arange(30.0)
    assert follows("made up", line[:9], line[:9]) is None
    assert follows("made up", line[:10], line[:10]) is not None
    unknown = np.where(line < 9, line, np.nan)
    assert follows("made up", unknown, line) is None
    assert follows("made up", line, unknown) is None
    assert follows("made up", line[:0], line[:0]) is None


def test_what_is_the_same_for_all_says_nothing() -> None:
    line, same = np.arange(30.0), np.full(30, 7.0)
    assert follows("made up", same, line) is None
    assert follows("made up", line, same) is None


def test_what_can_be_missed_is_said_as_often_as_promised() -> None:
    """True correlations of the size that is named are flagged about four times in five."""
    rng = np.random.default_rng(3)
    n = 40
    least = detectable(n)
    assert least is not None
    pearson = 2 * math.sin(math.pi * least / 6)  # of normal values whose rank correlation it is
    flagged = 0
    for _ in range(600):
        one = rng.normal(size=n)
        found = follows("made up", one, pearson * one + math.sqrt(1 - pearson**2) * rng.normal(size=n))
        assert found is not None
        flagged += found.flagged
    assert 0.72 <= flagged / 600 <= 0.88
    assert detectable(FEWEST - 1) is None


def test_each_score_has_its_own_coverage_and_evidence(store: Store) -> None:
    with store.cursor() as cursor:
        table = practices.documentation(cursor).set_index("id")
        card = practices.practice(cursor, str(table.index[0]))
    assert card is not None
    for headline in HEADLINES:
        one = table.loc[card["id"]]
        assert one[f"{headline}_coverage"] == card[f"{headline}_coverage"]
        assert one[f"{headline}_evidence"] == pytest.approx(card[f"{headline}_median_evidence"], nan_ok=True)
