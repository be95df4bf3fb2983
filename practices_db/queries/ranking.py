"""How the selected practices stand under the reader's weights: composite, interval of places, tier; as rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from criteria.framework import current_framework
from criteria.robustness import Simulation, can_be_first, simulate
from criteria.scoring import Answers, composite, encode
from criteria.weighting import Weighting
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Cursor
from practices_db.queries.practices import answer_matrix

DRAWS, SEED = 10_000, 1  # of the screen and of every file that is not told otherwise
AT_LEAST = 2  # fewer practices have no places


@dataclass(frozen=True)
class Draws:
    """How a simulation is to be made: which weights, how many draws, from which seed, weights free or not."""

    weighting: Weighting
    number: int = DRAWS
    seed: int = SEED
    free: bool = False


def standings(cursor: Cursor, chosen: PracticeFilter, asked: Draws) -> tuple[pd.DataFrame, Simulation]:
    """Return one row for each selected practice that is scored under the weights, and the draws behind it.

    Columns: practice_id, tier, place_from, place_to, top_tier_share, ahead_of, behind, can_be_first, score, coverage,
    low, high. The places are among these practices.
    """
    framework = current_framework()
    answers = encode(framework, answer_matrix(cursor, chosen))
    return of_answers(answers, asked)


def of_answers(answers: Answers, asked: Draws) -> tuple[pd.DataFrame, Simulation]:
    """Return what ``standings`` returns, for answers at hand."""
    framework = current_framework()
    scores = composite(framework, answers, asked.weighting)
    kept = scores.scored[:, -1]
    scored = answers.only(kept)
    simulation = simulate(framework, scored, asked.weighting, draws=asked.number, seed=asked.seed, free=asked.free)
    apart = [simulation.told_apart(id_) for id_ in scored.practice_ids]
    rows = {
        "practice_id": pd.Series(scored.practice_ids, dtype=str),
        "tier": simulation.tier,
        "place_from": simulation.place_from,
        "place_to": simulation.place_to,
        "top_tier_share": simulation.top_tier_share,
        # of how many of the others it is ahead, and behind how many it is, in at least 95 % of the draws
        "ahead_of": np.array([len(led) for led, _ in apart], np.int64),
        "behind": np.array([len(leading) for _, leading in apart], np.int64),
        "can_be_first": can_be_first(framework, scored, asked.weighting),
    }
    rows |= {name: getattr(scores, name)[kept, -1] for name in ("score", "coverage", "low", "high")}
    return pd.DataFrame(rows), simulation


def composite_rows(cursor: Cursor, chosen: PracticeFilter, asked: Draws) -> pd.DataFrame:
    """Return one row for each assessed practice of the selection: composite with range; where scored, tier and places.

    Columns: practice_id, score, coverage, low, high, tier, place_from, place_to; NULL (NaN) where there is nothing
    to say: a practice with too little documented has its range and coverage, but no score, tier or places.
    """
    answers = encode(current_framework(), answer_matrix(cursor, chosen))
    scores = composite(current_framework(), answers, asked.weighting)
    scored = scores.scored[:, -1]
    rows = pd.DataFrame({"practice_id": pd.Series(answers.practice_ids, dtype=str)})
    for name in ("score", "coverage", "low", "high"):
        rows[name] = getattr(scores, name)[:, -1]
    rows.loc[~scored, "score"] = np.nan
    places = ["tier", "place_from", "place_to"]
    if scored.sum() < AT_LEAST:
        return rows.assign(**dict.fromkeys(places, np.nan))
    return rows.merge(of_answers(answers, asked)[0][["practice_id", *places]], on="practice_id", how="left")
