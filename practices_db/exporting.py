"""Write what a filter selects, or how it stands, to a file that says what it is.

DuckDB writes the file, from the same selection as the screen. Ids and codes, one row for each practice, UTF-8 with
BOM, comma, decimal point, ISO dates; blank means "not seen". Several values in a cell are separated by ``;``.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from criteria.framework import current_framework
from criteria.robustness import Simulation, can_be_first, simulate
from criteria.scoring import Answers, composite, encode
from criteria.weighting import Weighting, to_params
from practices_db.filters import PracticeFilter, Sort
from practices_db.queries import answer_matrix, data_version, parameters, selection
from practices_db.store import Cursor, Store

BOM = b"\xef\xbb\xbf"

# A cell that a spreadsheet would run as a formula gets an apostrophe in front, and so does one that begins with
# an apostrophe, so that taking the first apostrophe away always gives the text back. Text columns only.
_RUN_BY_SPREADSHEETS = r"^\s*[=+\-@\t\r\x00'＝＋－＠]"
_TEXT_MACRO = """
    CREATE OR REPLACE TEMP MACRO as_text(t) AS
    CASE WHEN regexp_matches(t, '{}') THEN '''' || t ELSE t END
""".format(_RUN_BY_SPREADSHEETS.replace("'", "''"))

_COLUMNS = """
    SELECT
        c.id AS practice_id,
        as_text(c.name) AS name,
        as_text(c.lead_organisation) AS lead_organisation,
        nullif(array_to_string(c.countries, ';'), '') AS countries,
        as_text(nullif(array_to_string(c.places, ';'), '')) AS place,
        nullif(array_to_string(c.sectors, ';'), '') AS sectors,
        nullif(array_to_string(c.target_groups, ';'), '') AS target_groups,
        c.start_year, c.end_year, c.governance_level,
        nullif(array_to_string(c.funding_kinds, ';'), '') AS funding_kinds,
        as_text(nullif(array_to_string(c.funding_sources, ';'), '')) AS funding_sources,
        c.budget_eur, c.people_reached,
        as_text(c.outcome_figures) AS outcome_figures,
        CASE WHEN c.evaluation_documented THEN 'yes' END AS evaluation_documented,
        CASE WHEN c.transferred_elsewhere THEN 'yes' END AS transferred_elsewhere,
        as_text(c.summary) AS summary,
        CASE WHEN c.assessed THEN 'yes' ELSE 'no' END AS assessed,
        nullif(array_to_string(c.bases, ';'), '') AS assessment_bases,
        c.answered AS answers_documented,
        c.strongest_evidence AS strongest_evidence_level,
        round(c.effectiveness_score, 4) AS effectiveness_score,
        round(c.effectiveness_coverage, 4) AS effectiveness_coverage,
        round(c.effectiveness_low, 4) AS effectiveness_low,
        round(c.effectiveness_high, 4) AS effectiveness_high,
        CASE WHEN c.effectiveness_scored THEN 'yes' ELSE 'no' END AS effectiveness_scored,
        c.effectiveness_strongest_evidence AS effectiveness_strongest_evidence_level,
        c.effectiveness_median_evidence AS effectiveness_median_evidence_level,
        c.effectiveness_answered AS effectiveness_answers,
        round(c.sustainability_score, 4) AS sustainability_score,
        round(c.sustainability_coverage, 4) AS sustainability_coverage,
        round(c.sustainability_low, 4) AS sustainability_low,
        round(c.sustainability_high, 4) AS sustainability_high,
        CASE WHEN c.sustainability_scored THEN 'yes' ELSE 'no' END AS sustainability_scored,
        c.sustainability_strongest_evidence AS sustainability_strongest_evidence_level,
        c.sustainability_median_evidence AS sustainability_median_evidence_level,
        c.sustainability_answered AS sustainability_answers,
        c.source_url, as_text(c.source_name) AS source_name, c.source_kind, c.source_confidence, c.checked_on,
        c.spring_url,
        nullif(array_to_string(c.answer_sources, ' '), '') AS answer_source_urls,
        c.framework, c.framework_version,
        $data_version AS data_version,
        $exported_on::DATE AS exported_on,
        $licence AS licence
"""

LICENCE = "CC BY 4.0 (facts and summaries of this project; linked pages remain their owners')"


def harmless(text: str) -> str:
    """Return the text of a cell so that no spreadsheet runs it, as ``as_text`` does in SQL."""
    return f"'{text}" if re.match(_RUN_BY_SPREADSHEETS, text, re.ASCII) else text


def file_name(chosen: PracticeFilter, on: date) -> str:
    """Return a file name that tells a filtered file from a complete one and is never used twice.

    The random part matters: Streamlit names a download by part of its content and its name, and two files that
    collide would go to the wrong person (docs/decisions.md).
    """
    scope = "all" if chosen.is_empty else "filtered"
    return f"practices_{scope}_{on.isoformat()}_{secrets.token_hex(8)}.csv"


def write_csv(store: Store, chosen: PracticeFilter, sort: Sort, on: date) -> Path:
    """Write the selection to a new file in the store's export folder and return it; the caller deletes it."""
    path = store.exports / file_name(chosen, on)
    opening, end = selection(sort)
    with store.cursor() as cursor:
        given = {"data_version": data_version(cursor).short, "exported_on": on, "licence": LICENCE}
        _copy(cursor, opening + _COLUMNS + end, parameters(chosen) | given, path)
    return path


def _copy(cursor: Cursor, sql: str, given: dict[str, Any], path: Path) -> None:
    """Write the rows of a query to a new CSV file; where that fails nothing is left."""
    body = path.with_suffix(".body")
    cursor.execute(_TEXT_MACRO)
    try:
        cursor.execute("COPY (" + sql + ") TO $file (FORMAT csv, HEADER true)", given | {"file": str(body)})
        path.write_bytes(BOM + body.read_bytes())
    finally:
        body.unlink(missing_ok=True)


def csv_bytes(store: Store, chosen: PracticeFilter, sort: Sort, on: date) -> bytes:
    """Return the selection as the content of a CSV file."""
    path = write_csv(store, chosen, sort, on)
    try:
        return path.read_bytes()
    finally:
        path.unlink()


# --- robustness --------------------------------------------------------------------------------------------

# Ordered by tier and id, never by score: inside a tier nothing is known about an order.
_ROBUSTNESS_COLUMNS = """
    SELECT
        r.practice_id,
        as_text(c.name) AS name,
        r.tier, r.place_from, r.place_to,
        round(r.top_tier_share, 4) AS top_tier_share,
        r.ahead_of, r.behind,
        CASE WHEN r.can_be_first THEN 'yes' ELSE 'no' END AS can_be_first,
        round(r.score, 4) AS score, round(r.coverage, 4) AS coverage,
        round(r.low, 4) AS low, round(r.high, 4) AS high,
        as_text($weighting) AS weighting,
        $seed::UBIGINT AS seed, $draws::INT AS draws,
        $framework AS framework, $framework_version AS framework_version, $data_version AS data_version
    FROM robustness_rows r JOIN practice_card c ON c.id = r.practice_id
    ORDER BY r.tier, r.practice_id
"""


@dataclass(frozen=True)
class Draws:
    """How a simulation is to be made: which weights, how many draws, from which seed, weights free or not."""

    weighting: Weighting
    number: int
    seed: int
    free: bool = False


@dataclass(frozen=True)
class RobustnessFile:
    """A CSV file of how the selected practices stand, and what is in it."""

    content: bytes
    practices: int
    tiers: int
    draws: int


def robustness_csv(store: Store, chosen: PracticeFilter, asked: Draws) -> RobustnessFile:
    """Return interval and tier of every selected practice that is scored under the weights.

    The places are among these practices. Bytes are the same for the same database, filter and draws: no date.
    ``draws`` in the file is what was made, which memory may hold below what was asked for.
    """
    framework = current_framework()
    with store.cursor() as cursor:
        answers = encode(framework, answer_matrix(cursor, chosen))
    rows, simulation = _standings(answers, asked)
    given = {
        "weighting": _weighting_in_words(asked),
        "seed": asked.seed,
        "draws": simulation.draws,
        "framework": framework.id,
        "framework_version": framework.version,
    }
    content = _robustness_content(store, rows, given)
    return RobustnessFile(content, len(rows), len(simulation.tiers()), simulation.draws)


def _standings(answers: Answers, asked: Draws) -> tuple[pd.DataFrame, Simulation]:
    """Return one row for each practice that is scored under the weights, and the draws behind it."""
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


def _robustness_content(store: Store, rows: pd.DataFrame, given: dict[str, Any]) -> bytes:
    path = store.exports / f"robustness_{secrets.token_hex(8)}.csv"
    with store.cursor() as cursor:
        version = data_version(cursor).short
    with store.cursor() as cursor:
        cursor.register("robustness_rows", rows)
        try:
            _copy(cursor, _ROBUSTNESS_COLUMNS, given | {"data_version": version}, path)
            return path.read_bytes()
        finally:
            cursor.unregister("robustness_rows")
            path.unlink(missing_ok=True)


def _weighting_in_words(asked: Draws) -> str:
    """Return the weights as they stand in a link, and whether those of the criteria were free."""
    link = to_params(current_framework(), asked.weighting)
    words = " ".join(f"{name}={value}" for name, values in link.items() for value in values)
    return f"{words} (criteria free)" if asked.free else words
