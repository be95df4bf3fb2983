"""The simulated replica of the benchmark of machines: who asks shares its time, and it agrees with queueing theory."""

from __future__ import annotations

import random
import statistics

import pytest

from benchmarks.machines import Clock, Replica, first_pages


@pytest.mark.parametrize(
    ("due", "took"),
    [
        ([(0.0, 1, "page"), (10.0, 2, "page")], [1.5, 1.5]),
        ([(0.0, 1, "page"), (0.0, 2, "page")], [2.5, 2.5]),  # they share
        ([(0.0, 1, "page"), (0.0, 1, "page")], [1.5, 3.0]),  # one waits for the last answer
        ([(0.0, 1, "page"), (0.5, 2, "page")], [2.0, 2.0]),
    ],
)
def test_those_who_ask_share_in_turns(due: list[tuple[float, int, str]], took: list[float]) -> None:
    """A page is one second of processor and half a second after it, for which nobody waits."""
    assert Replica(due, {"page": [(1.0, 0.5)]}, 1).run() == pytest.approx(took)


@pytest.mark.parametrize("busy", [0.3, 0.7])
def test_mean_is_that_of_a_shared_server(busy: float) -> None:
    """Poisson arrivals at a server that is shared: mean time = service / (1 - load), whatever the service times are."""
    draw, at, due = random.Random(3), 0.0, []  # noqa: S311 - for a test
    for number in range(20_000):
        at += draw.expovariate(busy)
        due.append((at, number, "page"))
    times = Replica(due, {"page": [(0.5, 0.0), (1.5, 0.0)]}, 2).run()
    assert len(times) == len(due)
    assert statistics.mean(times) == pytest.approx(1 / (1 - busy), rel=0.08)


def test_others_who_have_the_processor_make_it_longer() -> None:
    """Half a second at full speed, a second at half of it, half a second after it, and the client late by 0.1."""
    clock = Clock([1.0] * 2 + [0.5] * 4, [0.0, 0.0, 0.1])
    assert Replica([(0.5, 1, "page")], {"page": [(1.0, 0.5)]}, 1, clock).run() == pytest.approx([2.1])
    assert clock.when(clock.at(7.3)) == pytest.approx(7.3)


def test_a_visitor_begins_with_a_first_page() -> None:
    due = [(0.0, 1, "explore"), (1.0, 2, "explore"), (2.0, 1, "explore")]
    assert [kind for _, _, kind in first_pages(due)] == ["first page", "first page", "explore"]
