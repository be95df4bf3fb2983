"""The form of the self-assessment. Answers live in the session only."""

from __future__ import annotations

import csv
import io
import re
import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from criteria.framework import ANSWER_IDS, DOCUMENTED, Criterion, Framework, Indicator
from criteria.scoring import Answers, Scores, encode
from pages.shared.wording import counted, number, percent
from practices_db.cell_text import harmless
from practices_db.exporting import BOM
from practices_db.filters import normalise
from practices_db.models import AnswerRow, columns

_WORDS = {
    "met": "Met",
    "partly": "Partly met",
    "not-met": "Not met",
    "not-documented": "We do not know, or it is not written down",
    "not-applicable": "Does not apply to us",
}
_DEFAULT = "not-documented"


def name(card: Mapping[str, Any] | None) -> str:
    """Ask for the practice's name; a practice of the catalogue brings its own."""
    if card and st.session_state.get("own_practice") != card["id"]:
        st.session_state["own_practice"], st.session_state["own_name"] = card["id"], card["name"]
    return st.text_input("Name of the practice", key="own_name", max_chars=120, persist_state="session")


def choose_criterion(framework: Framework) -> Criterion:
    """Draw the choice of criterion, with how many of its indicators are answered."""
    titles = {criterion.id: criterion.title for criterion in framework.criteria}
    done = {
        criterion.id: sum(_answer(indicator) != _DEFAULT for indicator in criterion.indicators)
        for criterion in framework.criteria
    }
    every = {criterion.id: len(criterion.indicators) for criterion in framework.criteria}
    answered = sum(done.values())
    st.progress(answered / len(framework.indicators), text=f"{answered} of {len(framework.indicators)} answered")
    chosen = st.radio(
        "Criterion",
        list(titles),
        horizontal=True,
        format_func=lambda id_: f"{titles[id_]} ({done[id_]}/{every[id_]})",
        key="own_criterion",
        persist_state="session",
    )
    return next(criterion for criterion in framework.criteria if criterion.id == chosen)


def _answer(indicator: Indicator) -> str:
    value = st.session_state.get(f"own-{indicator.id}", _DEFAULT)
    return value if value in ANSWER_IDS else _DEFAULT


def _level(indicator: Indicator) -> int:
    level = st.session_state.get(f"own-evidence-{indicator.id}", 0)
    return level if level in range(6) else 0


def answers(framework: Framework) -> Answers:
    """Return the answers given so far as the matrix of one practice."""
    given = [("own", indicator.id, _answer(indicator), _level(indicator)) for indicator in framework.indicators]
    return encode(framework, given)  # type: ignore[arg-type]  # _answer returns only known ids


def results(framework: Framework, scores: Scores) -> None:
    """Draw the headline scores as far as they are known."""
    with st.grid(2, min_column_width=260):
        for criterion in framework.headlines:
            own = scores.of("own", criterion.id)
            with st.container(border=True, height="stretch", gap="xsmall"):
                if own.low is None or own.high is None or own.coverage is None:
                    st.metric(criterion.title, "Does not apply")
                    continue
                span = f"{number(own.low)} to {number(own.high)}"
                value = number(own.score) if own.scored and own.score is not None else "not enough answered"
                st.metric(f"{criterion.title}; could be anything from {span}", value)
                st.caption(
                    f"{percent(own.coverage)} of what is asked is answered, in {counted(own.answered, 'answer')}. "
                    f"A score shows from {percent(framework.minimum_coverage)} on."
                )


def questions(framework: Framework, criterion: Criterion) -> None:
    """Draw every indicator of a criterion with its anchors; a documented answer also asks for its proof."""
    st.header(criterion.title)
    st.caption(criterion.summary)
    for question in criterion.questions:
        st.subheader(question.text, anchor=False)
        for indicator in question.indicators:
            with st.container(border=True):
                anchors = [indicator.anchor(answer) or "" for answer in ANSWER_IDS]
                st.radio(
                    indicator.label,
                    ANSWER_IDS,
                    index=ANSWER_IDS.index("not-documented"),
                    format_func=_WORDS.__getitem__,
                    captions=anchors,
                    key=f"own-{indicator.id}",
                    persist_state="session",
                )
                if _answer(indicator) in DOCUMENTED:
                    st.selectbox(
                        f"Proof for “{indicator.label}”",
                        [level.level for level in framework.evidence_levels],
                        format_func=lambda level: f"{level} · {framework.evidence_label(level)}",
                        key=f"own-evidence-{indicator.id}",
                        persist_state="session",
                    )
                    st.text_input(
                        f"Note for “{indicator.label}”: where can one read it?",
                        key=f"own-note-{indicator.id}",
                        max_chars=500,
                        persist_state="session",
                    )


def download(framework: Framework, practice_name: str, card: Mapping[str, Any] | None) -> None:
    """Offer the answers as a file in the catalogue's own format."""
    today = date.today()
    slug = (
        card["id"] if card else re.sub(r"[^a-z0-9]+", "-", normalise(practice_name)).strip("-")[:80] or "own-practice"
    )
    st.download_button(
        "Download the answers (CSV)",
        data=_file(framework, slug, today),  # now: a deferred one would run without this session's answers
        file_name=f"assessment_{slug}_{today.isoformat()}_{secrets.token_hex(8)}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _file(framework: Framework, practice_id: str, on: date) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns(AnswerRow), lineterminator="\n", restval="")
    writer.writeheader()
    for indicator in framework.indicators:
        answer = _answer(indicator)
        if answer == _DEFAULT:
            continue
        writer.writerow(
            {
                "practice_id": practice_id,
                "framework": framework.id,
                "framework_version": framework.version,
                "basis": "self-assessment",
                "assessor": "self",
                "assessed_on": on.isoformat(),
                "indicator_id": indicator.id,
                "answer": answer,
                "evidence_level": _level(indicator) if answer in DOCUMENTED else 0,
                "note": harmless(st.session_state.get(f"own-note-{indicator.id}") or ""),
            }
        )
    return (BOM + out.getvalue()).encode()
