"""What is found in an order, in words: one, many, none and level."""

from __future__ import annotations

import pytest

from practices_db.catalogue.order_texts import finding


@pytest.mark.parametrize(
    ("ahead", "told"),
    [
        ([], ""),
        ([("A", 0)], ""),
        ([("A", 1), ("B", 0)], "1 of 1 pair differs clearly; A is ahead of 1, more than any other."),
        (
            [("A", 2), ("B", 0), ("C", 0)],
            "2 of 3 pairs differ clearly; A is ahead of 2, more than any other; the rest is open.",
        ),
        (
            [("A", 1), ("B", 1), ("C", 0)],
            "2 of 3 pairs differ clearly; 2 practices are ahead of 1, more than the others; the rest is open.",
        ),
        ([("A", 0), ("A", 0), ("C", 0)], "0 of 3 pairs differ clearly; all are open."),
    ],
)
def test_the_finding_says_pairs_who_is_ahead_and_the_rest(ahead: list[tuple[str, int]], told: str) -> None:
    assert finding(ahead) == told
