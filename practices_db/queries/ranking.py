"""How the selected practices stand under weights: composite, whom they are clearly ahead of and behind; as rows."""

from __future__ import annotations

from typing import Literal

import numpy as np

from criteria.framework import AnswerId, current_framework
from criteria.order import PartialOrder, Reading, partial_order
from criteria.results import RESULT_INDICATOR, GroupId, Result, group
from criteria.scoring import composite, encode
from criteria.weighting import Weighting
from practices_db import frames as pd
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Cursor
from practices_db.queries.agreement import coder_error
from practices_db.queries.practices import answer_matrix
from practices_db.queries.results import main_results

AT_LEAST = 2  # fewer practices have no places
AT_MOST = 400  # scored practices of which each is held against every other while somebody waits

Standing = Literal["ahead", "behind", "open", "place_from", "place_to", "group"]
STANDING: tuple[Standing, ...] = ("ahead", "behind", "open", "place_from", "place_to", "group")
_SCORE = ("score", "coverage", "low", "high")


def standings(
    cursor: Cursor,
    chosen: PracticeFilter,
    weights: Weighting,
    reading: Reading = "know-nothing",
    at_most: int = AT_MOST,
) -> pd.DataFrame:
    """Return one row for each selected practice that has a composite under the weights, by id.

    Columns: practice_id; score, coverage, low, high (of the composite); ahead, behind, open (how many of the others it
    is clearly ahead of, clearly behind, and neither), place_from and place_to (bounds of its place), group. The places
    are among these practices, and the error of coders is the one measured. Above ``at_most`` rows, or with a single
    one, none has a place: what says where it stands is NULL.
    """
    rows = composite_rows(cursor, chosen, weights, reading, at_most)
    return rows[rows["score"].notna()].reset_index(drop=True)


def composite_rows(
    cursor: Cursor,
    chosen: PracticeFilter,
    weights: Weighting,
    reading: Reading = "know-nothing",
    at_most: int = AT_MOST,
) -> pd.DataFrame:
    """Return one row for each assessed practice of the selection: the columns of ``standings``.

    NULL where there is nothing to say: without a score of each criterion that weighs something there is no composite
    and no place, and above ``at_most`` practices with a composite none has a place.
    """
    framework = current_framework()
    answers = encode(framework, answer_matrix(cursor, chosen))
    scores = composite(framework, answers, weights)
    rows = pd.DataFrame({"practice_id": pd.Series(answers.practice_ids, dtype=str)})
    for name in _SCORE:
        rows[name] = getattr(scores, name)[:, -1]
    scored = int(scores.scored[:, -1].sum())
    if not AT_LEAST <= scored <= at_most:
        nothing = dict.fromkeys(STANDING[:-1], np.nan) | {"group": pd.Series(None, index=rows.index, dtype=object)}
        return rows.assign(**nothing)
    order = partial_order(framework, answers, weights, reading, coder_error(cursor))
    return rows.merge(standing_rows(order), on="practice_id", how="left")


def standing_rows(order: PartialOrder) -> pd.DataFrame:
    """Return one row for each practice of an order: practice_id, then the columns of ``STANDING``."""
    each = [(id_, order.of(id_)) for id_ in order.practice_ids]
    table = [(id_, of.ahead_of, of.behind, of.open_with, of.best_place, of.worst_place, of.group) for id_, of in each]
    return pd.DataFrame(table, columns=["practice_id", *STANDING])


def result_groups(cursor: Cursor) -> dict[str, GroupId]:
    """Return the group of what is shown (``criteria.results``) by practice; of those not in it nothing is known."""
    answers: dict[str, AnswerId] = dict(
        cursor.execute(
            "SELECT practice_id, answer FROM counted_answer WHERE indicator_id = $indicator",
            {"indicator": RESULT_INDICATOR},
        ).fetchall()
    )
    main = {
        row["practice_id"]: Result(row["design"], row["direction"]) for row in main_results(cursor).to_dict("records")
    }
    return {id_: group(answers.get(id_), main.get(id_)).id for id_ in answers | main}
