"""The scores of the criteria, one below the other: as range bars, as a table, in words; and answers as badges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from criteria.framework import Framework
from pages.shared.components.tables import Cards, rows
from practices_db.catalogue.result_texts import answers_mark
from practices_db.catalogue.texts import criterion_sentence
from practices_db.translation import N_, _

ONE_SERIES = N_("Criterion")
ANSWER_BADGES = {
    "met": N_(":green-badge[:material/check: Met]"),
    "partly": N_(":orange-badge[:material/contrast: Partly met]"),
    "not-met": N_(":red-badge[:material/close: Not met]"),
    "not-documented": N_(":gray-badge[:material/question_mark: Not documented]"),
    "not-applicable": N_(":gray-badge[:material/remove: Not applicable]"),
}


def profile_lines(framework: Framework, scores: Sequence[tuple[str, Cards]]) -> pd.DataFrame:
    """Return the lines for charts.ranges: each criterion by name, then a bar for each of the ``scores``.

    ``scores`` are the stored scores of practices or self-assessments, each with the name of its series.
    """
    series = [(name, {row["node"]: row for row in rows(table)}) for name, table in scores]
    lines: list[dict[str, Any]] = []
    for criterion in framework.criteria:
        title = _(criterion.title)
        same = {"id": criterion.id, "practice": title}
        lines.append(same | {"name": title})
        for name, nodes in series:
            row = nodes[criterion.id]
            line = same | {"what": name, "words": criterion_sentence(row)}
            line |= {"state": "scored" if row["scored"] else "not enough documented"}
            lines.append(line | {key: row[key] for key in ("score", "low", "high")})
    columns = ["id", "practice", "name", "what", "state", "score", "low", "high", "words"]
    table = pd.DataFrame(lines, columns=columns).astype({"score": float, "low": float, "high": float})
    return table.assign(line=range(len(table)))


def profile_table(framework: Framework, scores: Cards) -> pd.DataFrame:
    """Return the profile as a table: a row a criterion, what is known of it, and the strongest evidence."""
    by_node = {row["node"]: row for row in rows(scores)}
    criteria = [by_node[criterion.id] for criterion in framework.criteria]
    return pd.DataFrame(
        {
            _("Criterion"): [_(criterion.title) for criterion in framework.criteria],
            _("Known"): [criterion_sentence(row) for row in criteria],
            _("Strongest evidence"): [answers_mark(row["strongest_evidence"]) or _("none") for row in criteria],
        }
    )
