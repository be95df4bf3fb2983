"""Read the catalogue's text files and check every cell before anything is written.

Files are decoded and parsed in Python, strictly: DuckDB's sniffer and pandas both lose or pad rows silently.
All problems are gathered; ``CatalogueError`` names file, row, column and what to do.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from criteria.framework import published_frameworks
from practices_db.errors import PracticesError
from practices_db.knowledge_rows import EvidenceRow, LinkRow, OrganisationRow
from practices_db.models import AnswerRow, PracticeRow, SourceRow, _Row, columns

Row = TypeVar("Row", bound=_Row)

CATALOGUE = Path(__file__).parent.parent / "data" / "catalogue"
_FILES: dict[str, type[_Row]] = {
    "practices.csv": PracticeRow,
    "sources.csv": SourceRow,
    "assessments.csv": AnswerRow,
}
# Files that a catalogue may do without: a folder of practices alone is a catalogue too.
_MORE_FILES: dict[str, type[_Row]] = {
    "evidence.csv": EvidenceRow,
    "organisations.csv": OrganisationRow,
    "links.csv": LinkRow,
}
_SHOWN_AT_MOST = 50


class CatalogueError(PracticesError):
    """The files hold mistakes; ``problems`` has one line each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        shown = self.problems[:_SHOWN_AT_MOST]
        more = [f"… and {len(self.problems) - len(shown)} more"] if len(self.problems) > len(shown) else []
        super().__init__("\n".join(["Nothing was written. Please mend:", *shown, *more]))


@dataclass(frozen=True)
class Catalogue:
    """Everything the files say, checked."""

    practices: tuple[PracticeRow, ...]
    sources: tuple[SourceRow, ...]
    answers: tuple[AnswerRow, ...]
    content_hash: str
    evidence: tuple[EvidenceRow, ...] = ()
    organisations: tuple[OrganisationRow, ...] = ()
    links: tuple[LinkRow, ...] = ()


def read_catalogue(folder: Path = CATALOGUE) -> Catalogue:
    """Read practices.csv, sources.csv and assessments.csv of a folder, and the files of evidence, organisations, links.

    Raises CatalogueError with every problem of every file.
    """
    problems: list[str] = []
    digest = hashlib.sha256()
    rows: dict[str, dict[int, Any]] = {}
    for name, model in (_FILES | _MORE_FILES).items():
        rows[name] = {}
        if name in _MORE_FILES and not (folder / name).exists():
            continue
        try:
            content = (folder / name).read_bytes()
        except OSError as error:
            raise PracticesError(f"{folder / name} cannot be read ({error.strerror}).") from error
        digest.update(name.encode() + b"\0" + content + b"\0")
        rows[name] = read_rows(name, content, model, problems)
    practices, sources, answers = (rows[name] for name in _FILES)
    sound = not any(problem.startswith("practices.csv") for problem in problems)
    problems += _inconsistencies(practices, sources, answers, sound)
    evidence, organisations, links = (rows[name] for name in _MORE_FILES)
    problems += _knowledge_inconsistencies(evidence, organisations, links)
    if not problems:  # only where every row could be read: a faulty row is one problem, not one more for each link
        problems += _dangling(practices, evidence, organisations, links)
    if problems:
        raise CatalogueError(problems)
    return Catalogue(
        tuple(practices.values()),
        tuple(sources.values()),
        tuple(answers.values()),
        digest.hexdigest(),
        tuple(evidence.values()),
        tuple(organisations.values()),
        tuple(links.values()),
    )


def read_rows(name: str, content: bytes, model: type[Row], problems: list[str]) -> dict[int, Row]:
    """Parse one file into rows by the number a spreadsheet shows; what is wrong is added to ``problems``."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(f"{name}: is not UTF-8 text (byte {error.start}). Save it as “CSV UTF-8”.")
        return {}
    wanted = columns(model)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        problems.append(f"{name}: is not a CSV file: {error}")
        return {}
    if not lines or lines[0] != wanted:
        problems.append(f"{name}: the first row must be: {','.join(wanted)}")
        return {}
    found: dict[int, Row] = {}
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(wanted):
            problems.append(f"{name}, row {number}: has {len(cells)} fields, {len(wanted)} expected")
            continue
        try:
            found[number] = model.model_validate(dict(zip(wanted, cells, strict=True)))
        except ValidationError as error:
            problems += [f"{name}, row {number}, {_explain(fault)}" for fault in error.errors()]
    return found


def _explain(fault: Any) -> str:
    column = str(fault["loc"][0]) if fault["loc"] else "row"
    if fault["type"] == "value_error":
        return f"{column}: {fault['ctx']['error']}"
    return f"{column}: {fault['input']!r}: {fault['msg']}"


def _inconsistencies(
    practices: dict[int, PracticeRow], sources: dict[int, SourceRow], answers: dict[int, AnswerRow], sound: bool
) -> list[str]:
    """Return what each row alone cannot show: repeated ids, rows that belong to nothing, unknown indicators.

    Whether a practice exists is only asked where every row of practices.csv could be read (``sound``): a faulty
    row is one problem, not one more for each of its answers.
    """
    problems = _twice("practices.csv", "id", {number: row.id for number, row in practices.items()})
    known = {row.id for row in practices.values()}
    belonging: dict[str, dict[int, Any]] = {"sources.csv": sources, "assessments.csv": answers}
    problems += [
        f"{name}, row {number}, practice_id: {row.practice_id!r} is not in practices.csv"
        for name, rows in belonging.items()
        for number, row in rows.items()
        if sound and row.practice_id not in known
    ]
    frameworks = published_frameworks()
    for number, answer in answers.items():
        framework = frameworks.get((answer.framework, answer.framework_version))
        if framework is None:
            problems.append(
                f"assessments.csv, row {number}, framework_version: {answer.framework} {answer.framework_version} "
                f"is not published; known are {', '.join(' '.join(key) for key in frameworks)}"
            )
        elif answer.indicator_id not in {indicator.id for indicator in framework.indicators}:
            problems.append(
                f"assessments.csv, row {number}, indicator_id: {answer.indicator_id!r} is not in the framework"
            )
    pages = {number: f"{row.practice_id} {row.field} {row.address}" for number, row in sources.items()}
    cells = {number: f"{row.assessment_id} {row.indicator_id}" for number, row in answers.items()}
    return problems + _twice("sources.csv", "url", pages) + _twice("assessments.csv", "indicator_id", cells)


def _knowledge_inconsistencies(
    evidence: dict[int, EvidenceRow], organisations: dict[int, OrganisationRow], links: dict[int, LinkRow]
) -> list[str]:
    """Return ids and links that stand there twice."""
    return [
        *_twice("evidence.csv", "id", {number: row.id for number, row in evidence.items()}),
        *_twice("organisations.csv", "id", {number: row.id for number, row in organisations.items()}),
        *_twice("links.csv", "to_id", {number: row.key for number, row in links.items()}),
    ]


def _dangling(
    practices: dict[int, PracticeRow],
    evidence: dict[int, EvidenceRow],
    organisations: dict[int, OrganisationRow],
    links: dict[int, LinkRow],
) -> list[str]:
    """Return the ends of links that are in no file."""
    known = {
        "practice": {row.id for row in practices.values()},
        "evidence": {row.id for row in evidence.values()},
        "organisation": {row.id for row in organisations.values()},
    }
    return [
        f"links.csv, row {number}, {column}: there is no {kind} {id_!r}"
        for number, row in links.items()
        for column, kind, id_ in (("from_id", row.from_kind, row.from_id), ("to_id", row.to_kind, row.to_id))
        if id_ not in known[kind]
    ]


def _twice(name: str, column: str, keys: dict[int, str]) -> list[str]:
    first: dict[str, int] = {}
    problems = []
    for number, key in keys.items():
        if key in first:
            problems.append(f"{name}, row {number}, {column}: {key!r} stands in row {first[key]} already")
        first.setdefault(key, number)
    return problems
