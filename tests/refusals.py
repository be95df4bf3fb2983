"""What work is refused with: a walk over many cases names each one that is wrong."""

from __future__ import annotations

from collections.abc import Callable

from practices_db.errors import PracticesError


def refusal_of(work: Callable[[], object]) -> str:
    """Return the words that some work is refused with, or that it was not refused."""
    try:
        work()
    except PracticesError as refused:
        return str(refused)
    return "was not refused"
