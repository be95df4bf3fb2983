"""Practices side by side as a matrix: rows are results, facts and indicators by criterion, columns are practices.

The screen, the CSV, the workbook's sheet and the brief show this matrix and no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from criteria.framework import DOCUMENTED, AnswerId, Criterion, Framework, Indicator, current_framework
from practices_db.catalogue import practice_facts
from practices_db.catalogue.result_texts import ResultWords, answers_mark, evidence_of_answers, group_words, no_result
from practices_db.catalogue.texts import criterion_sentence
from practices_db.database.store import Cursor, rows_of
from practices_db.queries import practices
from practices_db.translation import N_, _

HEADER = ("part", "row", "differs")  # what stands before the practices in a file

_RESULTS, _FACTS = N_("Results"), N_("Facts")
_NOTHING = "–"

Card = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """What is known of one practice in one row: words, and the mark of the evidence with its own words ("" for none).

    ``answer`` is what an indicator was answered with, None in every other row; ``assessed`` is False in scores and
    answers of a practice that nobody assessed.
    """

    words: str
    mark: str = ""
    answer: AnswerId | None = None
    assessed: bool = True

    @property
    def text(self) -> str:
        """The whole cell in one line."""
        return f"{self.words} · {self.mark}" if self.mark else self.words


@dataclass(frozen=True)
class Row:
    """One row: the part it belongs to, its title, a cell for each practice, and whether they differ.

    Of a practice that nobody assessed nothing is known: in scores and answers it makes no difference.
    """

    part: str
    title: str
    cells: tuple[Cell, ...]
    differs: bool


@dataclass(frozen=True)
class Comparison:
    """The matrix: (id, name) of the practices in the order asked for, and the rows, part by part.

    Inside a part those rows stand first in which the practices differ, answers that lie furthest apart on top; the
    three rows on the result, and the score of a criterion, come before.
    """

    practices: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]

    def parts(self) -> Iterator[tuple[str, tuple[Row, ...]]]:
        """Yield each part by its title with its rows."""
        for title, rows in groupby(self.rows, key=lambda row: row.part):
            yield title, tuple(rows)

    def table(self) -> tuple[tuple[str, ...], ...]:
        """Return header and rows as text: ``HEADER``, then the practices by name."""
        head = (*HEADER, *(name for _id, name in self.practices))
        lines = ((row.part, row.title, _yes(row.differs), *(cell.text for cell in row.cells)) for row in self.rows)
        return (head, *lines)


def comparison(cursor: Cursor, ids: Sequence[str]) -> Comparison:
    """Return the matrix of some practices, in the order of their ids; ids that do not exist are left out."""
    framework = current_framework()
    cards = practices.cards(cursor, ids)
    scores = [{row["node"]: row for row in rows_of(practices.scores(cursor, card["id"]))} for card in cards]
    answers = [
        {row["indicator_id"]: row for row in rows_of(practices.answers(cursor, card["id"])) if row["counts"]}
        for card in cards
    ]
    rows = [*_results(cards), *_facts(cards)]
    for criterion in framework.criteria:
        rows.append(_row(_(criterion.title), _("Score"), tuple(_score(of.get(criterion.id)) for of in scores)))
        rows += _indicators(framework, criterion, cards, answers)
    return Comparison(tuple((card["id"], card["name"]) for card in cards), tuple(rows))


def _row(part: str, title: str, cells: tuple[Cell, ...]) -> Row:
    return Row(part, title, cells, differs=len({cell.text for cell in cells if cell.assessed}) > 1)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _results(cards: Sequence[Card]) -> Iterator[Row]:
    told = [ResultWords.of_card(card) for card in cards]
    yield _row(_(_RESULTS), _("Main result"), tuple(Cell(one.found if one else no_result()) for one in told))
    evidence = (" · ".join(part for part in (one.evidence, one.limits) if part) if one else _NOTHING for one in told)
    yield _row(_(_RESULTS), _("Evidence of the result"), tuple(map(Cell, evidence)))
    yield _row(_(_RESULTS), _("What the result shows"), tuple(Cell(group_words(card)) for card in cards))


def _facts(cards: Sequence[Card]) -> list[Row]:
    rows = [
        _row(_(_FACTS), fact.title, tuple(Cell(fact.words(card) or fact.missing(card)) for card in cards))
        for fact in practice_facts.facts("comparison")
    ]
    return sorted(rows, key=lambda row: not row.differs)


def _not_assessed() -> Cell:
    return Cell(_("Not assessed"), assessed=False)


def _score(row: Mapping[str, Any] | None) -> Cell:
    if row is None:
        return _not_assessed()
    words = criterion_sentence(row)
    return Cell(words[0].upper() + words[1:], evidence_of_answers(row["strongest_evidence"]))


def _indicators(
    framework: Framework,
    criterion: Criterion,
    cards: Sequence[Card],
    answers: Sequence[Mapping[str, Mapping[str, Any]]],
) -> Iterable[Row]:
    rows = []
    for indicator in criterion.indicators:
        given = [of.get(indicator.id) for of in answers]
        cells = tuple(
            _answer(framework, one) if card["assessed"] else _not_assessed()
            for card, one in zip(cards, given, strict=True)
        )
        rows.append((_apart(framework, cells), _indicator_row(criterion, indicator, cells)))
    return [row for _distance, row in sorted(rows, key=lambda one: -one[0])]


def _indicator_row(criterion: Criterion, indicator: Indicator, cells: tuple[Cell, ...]) -> Row:
    """Two differ where their answers do: the same answer on other evidence is no difference in the practice."""
    return Row(_(criterion.title), _(indicator.label), cells, differs=len(_given(cells)) > 1)


def _answer(framework: Framework, given: Mapping[str, Any] | None) -> Cell:
    answer: AnswerId = given["answer"] if given else "not-documented"
    mark = answers_mark(given["evidence_level"]) if given and answer in DOCUMENTED else ""
    return Cell(_(framework.answer_label(answer)), mark, answer)


def _apart(framework: Framework, cells: Sequence[Cell]) -> float:
    """Return how far answers are apart: by value first, then known against unknown."""
    values = [framework.value(answer) for answer in _given(cells)]
    numbers = [value for value in values if value is not None]
    distance = max(numbers) - min(numbers) if numbers else 0.0
    return distance + (0.1 if len(values) > 1 else 0.0)


def _given(cells: Sequence[Cell]) -> set[AnswerId]:
    return {cell.answer for cell in cells if cell.answer}
