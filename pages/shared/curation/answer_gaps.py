"""For curators: undocumented answers worth looking for, since they would score a practice or tell pairs apart."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from criteria.answer_gaps import MissingAnswer, NeededAnswers, answers_for_a_score, telling_answers
from criteria.framework import current_framework
from criteria.order import CoderError, criterion_alone, only_scored
from criteria.scoring import Answers
from pages.shared.components import database, tables
from pages.shared.components.screen_texts import escaped
from pages.shared.components.tables import HEADLINES
from pages.shared.curation import labels
from practices_db.config import database_path
from practices_db.queries.agreement import error_of
from practices_db.queries.ranking import AT_MOST

_SHOWN = 15
_MOST_ASSESSED = 2_000  # practices whose answers are tried while somebody waits


def draw() -> None:
    """Draw the list on demand, for each main score: what is published, not what is being edited."""
    if not st.toggle("Answers worth looking for", key="answer_gaps"):
        return
    whole = database.whole()
    if len(whole.answers.practice_ids) > _MOST_ASSESSED:
        st.info(f"More than {_MOST_ASSESSED} practices are assessed: too many to try every answer.")
        return
    error = error_of(whole.read_twice)
    with st.spinner("Trying every undocumented answer", show_time=True):
        found = {
            node: _found(str(database_path()), whole.version.content_hash, node, error, whole.answers)
            for node in HEADLINES
        }
    for node, title in HEADLINES.items():
        needed, telling = found[node]
        needs, tells = needed[:_SHOWN], [one for one in telling if one.pairs_gained > 0][:_SHOWN]
        ids = [*(one.practice_id for one in needs), *(one.practice_id for one in tells)]
        names = {card["id"]: str(card["name"]) for card in whole.cards(ids)}
        st.subheader(title)
        _table(
            [(one.practice_id, _sets(one)) for one in needs],
            names,
            "Would give a score",
            f"{len(needed)} practices without a score could get one; those first that need fewest answers.",
        )
        _table(
            [(one.practice_id, f"{labels.of(one.indicator_id)}: {one.pairs_gained:+.1f}") for one in tells],
            names,
            "Pairs it would settle",
            "Answer, and how many more pairs would differ clearly, on average over what it could be.",
        )


@st.cache_resource(max_entries=4, show_spinner=False)
def _found(
    path: str,  # noqa: ARG001
    content_hash: str,  # noqa: ARG001
    node: str,
    error: CoderError,
    _answers: Answers,
) -> tuple[tuple[NeededAnswers, ...], tuple[MissingAnswer, ...]]:
    framework = current_framework()
    alone = criterion_alone(framework, node)
    scored = only_scored(framework, _answers, alone)
    telling = telling_answers(framework, scored, alone, error) if len(scored.practice_ids) <= AT_MOST else ()
    return answers_for_a_score(framework, _answers, node), telling


def _sets(needed: NeededAnswers) -> str:
    return "; or ".join(" and ".join(labels.of(id_) for id_ in one) for one in needed.sets)


def _table(lines: Iterable[tuple[str, str]], names: dict[str, str], column: str, words: str) -> None:
    rows = [
        {
            "Practice": f"[{escaped(names[id_])}](curation?part=practices&practice={id_}&view=answers)",
            column: escaped(said),
        }
        for id_, said in lines
    ]
    if rows:
        st.caption(words)
        tables.fixed(rows, words)
