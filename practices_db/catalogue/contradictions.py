"""Facts of a practice and the answers about it are one truth: where they say opposite things, nothing is built.

A contradiction is: an independent evaluation is answered *met* or *partly* and the fact ``evaluation_documented`` is
blank; "taken up elsewhere" is *met* and the fact ``transferred_elsewhere`` is blank, or is *not met* and the fact is
yes. An operator's own evaluation beside an independent one that is not met is none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from criteria.counted_answer import Given, counted
from criteria.framework import CURRENT, AnswerId
from practices_db.catalogue.practice_rows import AnswerRow, PracticeRow


@dataclass(frozen=True)
class Rule:
    """A fact and the indicator that says the same: answers that need the fact, and answers that forbid it."""

    fact: str
    indicator_id: str
    needs: frozenset[AnswerId]
    forbids: frozenset[AnswerId] = frozenset()

    def words(self, stated: bool | None, answer: AnswerId) -> str | None:
        """Return how a fact and an answer contradict each other, None where they do not."""
        if answer in self.needs and not stated:
            return f"is blank, and {self.indicator_id} is answered {answer!r}"
        if answer in self.forbids and stated:
            return f"is yes, and {self.indicator_id} is answered {answer!r}"
        return None


RULES = (
    Rule("evaluation_documented", "evi-independent-evaluation", frozenset({"met", "partly"})),
    Rule("transferred_elsewhere", "sus-transferred", frozenset({"met"}), frozenset({"not-met"})),
)


def given(row: AnswerRow, *, settled: bool = False) -> Given:
    """Return an answer as the rule of counting reads it; ``settled`` where a curator has decided that it counts."""
    return Given(row.assessment_id, row.basis, row.answer, row.evidence_level, row.assessed_on, settled)


def counts_now(row: AnswerRow) -> bool:
    """Whether an answer is one of the framework that scores are made with."""
    return (row.framework, row.framework_version) == CURRENT


def contradictions(
    practices: Mapping[int, PracticeRow], answers: Mapping[int, AnswerRow], settled: Set[tuple[str, str]]
) -> list[str]:
    """Return every contradiction in the catalogue's files, naming both rows by the numbers a spreadsheet shows.

    ``settled``: assessment and indicator of the answers that a curator has decided on.
    """
    asked = {rule.indicator_id for rule in RULES}
    said: dict[tuple[str, str], list[tuple[int, AnswerRow]]] = defaultdict(list)
    for number, row in answers.items():
        if row.indicator_id in asked and counts_now(row):
            said[row.practice_id, row.indicator_id].append((number, row))
    return [
        f"practices.csv, row {number}, {rule.fact}: {words} in assessments.csv, row {at}"
        for number, practice in practices.items()
        for rule in RULES
        for at, answer in _counted(said[practice.id, rule.indicator_id], settled)
        if (words := rule.words(getattr(practice, rule.fact), answer))
    ]


def _counted(rows: Iterable[tuple[int, AnswerRow]], settled: Set[tuple[str, str]]) -> list[tuple[int, AnswerId]]:
    """Return row and answer of the one that counts; nothing where none can."""
    found = counted(given(row, settled=(row.assessment_id, row.indicator_id) in settled) for _, row in rows)
    return [(at, row.answer) for at, row in rows if found and row.assessment_id == found.assessment_id]
