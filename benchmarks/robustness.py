"""How long 10,000 draws for 1,000 practices take, beside the same places computed in SQL.

    python benchmarks/robustness.py [--practices 1000] [--draws 10000] [--sql-draws 10000] [--repeats 5]

Practices and answers are made up (ids begin with ``synthetic-``), from a fixed seed. ``simulate`` draws weights and
undocumented answers and returns intervals and tiers. SQL gets the composites of the draws ready-made, so it is
spared the drawing, and computes places with a window function and their 5–95 % interval in DuckDB; with fewer draws
than asked for its time is scaled up in proportion. Both use two threads. Goal: at most one second.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time

import duckdb
import numpy as np
import pandas as pd

from criteria.framework import current_framework
from criteria.robustness import Simulation, simulate
from criteria.scoring import Answers
from criteria.weighting import preset

GOAL = 1.0
THREADS = 2


def synthetic_answers(practices: int) -> Answers:
    """Return made-up answers: practices of differing quality, a quarter undocumented, some not applicable."""
    rng = np.random.default_rng(20260203)
    shape = practices, len(current_framework().indicators)
    quality = rng.beta(3, 2, (practices, 1))
    value = np.where(rng.random(shape) < quality, 1.0, rng.choice([0.0, 0.5], shape))
    value[rng.random(shape) < 0.25] = np.nan
    ids = tuple(f"synthetic-{at:05}" for at in range(practices))
    return Answers(ids, value, rng.random(shape) > 0.03, np.zeros(shape))


def simulated(answers: Answers, draws: int, repeats: int) -> tuple[Simulation, list[float]]:
    """Return the simulation and the seconds of each repeat."""
    framework = current_framework()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        simulation = simulate(framework, answers, preset(framework, "equal"), draws=draws, threads=THREADS)
        seconds.append(time.perf_counter() - start)
    return simulation, seconds


def in_sql(simulation: Simulation, draws: int) -> tuple[pd.DataFrame, float]:
    """Return the interval of places of each practice, from a table draws × practices, and the seconds it took."""
    practices = len(simulation.practice_ids)
    drawn = pd.DataFrame(
        {
            "draw": np.tile(np.arange(draws, dtype=np.int32), practices),
            "practice": np.repeat(np.arange(practices, dtype=np.int32), draws),
            "composite": simulation.composites[:, :draws].ravel(),
        }
    )
    with duckdb.connect(config={"threads": THREADS}) as connection:
        connection.register("frame", drawn)
        connection.execute("CREATE TABLE drawn AS SELECT * FROM frame").fetchall()
        start = time.perf_counter()
        intervals = connection.execute(
            """
            WITH placed AS (
                SELECT practice, row_number() OVER (PARTITION BY draw ORDER BY composite DESC, practice) AS place
                FROM drawn
            )
            SELECT practice, quantile_disc(place, 0.05) AS place_from, quantile_disc(place, 0.95) AS place_to
            FROM placed GROUP BY practice ORDER BY practice
            """
        ).df()
        return intervals, time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--practices", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--sql-draws", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    sql_draws = min(asked.sql_draws, asked.draws)
    answers = synthetic_answers(asked.practices)
    simulation, seconds = simulated(answers, asked.draws, asked.repeats)
    intervals, sql = in_sql(simulation, sql_draws)
    scaled = sql * simulation.draws / sql_draws
    median = statistics.median(seconds)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ", end="")
    print(f"numpy {np.__version__}, DuckDB {duckdb.__version__}")
    print(f"{asked.practices:,} practices × {simulation.draws:,} draws, {THREADS} threads")
    print(f"simulate (draws, intervals, tiers): median {median:.3f} s of {asked.repeats}, ", end="")
    print(f"worst {max(seconds):.3f} s; goal {GOAL:g} s: {'met' if median <= GOAL else 'MISSED'}")
    how = "" if sql_draws == simulation.draws else f", scaled from {sql:.3f} s for {sql_draws:,} draws"
    print(f"the places and their intervals in SQL: {scaled:.3f} s{how}")
    print(f"ratio: SQL takes {scaled / median:.1f} times as long")
    if sql_draws == simulation.draws:
        # the two count 5 % one draw apart, which can move an end by a place
        near = (np.abs(intervals["place_from"].to_numpy() - simulation.place_from) <= 1).mean()
        print(f"lower ends of the intervals within one place of each other: {near:.1%}")


if __name__ == "__main__":
    main()
