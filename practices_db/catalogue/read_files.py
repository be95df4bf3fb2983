"""Read the catalogue's text files and check every cell before anything is written.

They are UTF-8 with commas, exactly these columns; what people send is read more widely (practices_db.files.imports).
All problems are gathered; ``CatalogueError`` names file, row, column and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from practices_db.catalogue.contradictions import contradictions
from practices_db.catalogue.csv_reader import CsvError, NotUtf8Error, decode, parse
from practices_db.catalogue.library_items import KINDS, Item, ItemKind
from practices_db.catalogue.library_rows import FormerLinkRow
from practices_db.catalogue.practice_rows import (
    AnswerRow,
    CatalogueRow,
    FormerRow,
    HistoryRow,
    PracticeRow,
    ReleaseRow,
    RunningRow,
    SettlementRow,
    SourceRow,
    StatementRow,
    columns,
)
from practices_db.catalogue.problems import Problem, mistakes
from practices_db.catalogue.write_files import FILES, RELEASES, content_hash
from practices_db.config import DATA
from practices_db.errors import PracticesError

Row = TypeVar("Row", bound=CatalogueRow)

CATALOGUE = DATA / "catalogue"
_SHOWN_AT_MOST = 50


class CatalogueError(PracticesError):
    """The files hold mistakes; ``problems`` has one line each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        shown = self.problems[:_SHOWN_AT_MOST]
        more = [f"… and {len(self.problems) - len(shown)} more"] if len(self.problems) > len(shown) else []
        super().__init__("\n".join(["Nothing was written. Please correct:", *shown, *more]))


@dataclass(frozen=True)
class Catalogue:
    """Everything the files say, checked."""

    practices: tuple[PracticeRow, ...]
    sources: tuple[SourceRow, ...]
    answers: tuple[AnswerRow, ...]
    content_hash: str
    settlements: tuple[SettlementRow, ...] = ()
    running: tuple[RunningRow, ...] = ()
    statements: tuple[StatementRow, ...] = ()
    former: tuple[FormerRow, ...] = ()
    history: tuple[HistoryRow, ...] = ()
    items: Mapping[Item, tuple[CatalogueRow, ...]] = field(default_factory=dict)  # of the file of each kind
    former_links: tuple[FormerLinkRow, ...] = ()
    releases: tuple[ReleaseRow, ...] = ()


def read_catalogue(folder: Path = CATALOGUE) -> Catalogue:
    """Read the files of a folder: practices.csv, sources.csv, assessments.csv, and the further ones that are there.

    Raises CatalogueError with every problem of every file.
    """
    problems: list[str] = []
    contents: dict[str, bytes] = {}
    rows: dict[str, dict[int, Any]] = {}
    for name, (model, always) in (FILES | {RELEASES: (ReleaseRow, False)}).items():
        rows[name] = {}
        if not always and not (folder / name).exists():
            continue
        try:
            contents[name] = (folder / name).read_bytes()
        except OSError as error:
            raise PracticesError(f"{folder / name} cannot be read ({error.strerror}).") from error
        rows[name] = read_rows(name, contents[name], model, problems)
    sound = not any(problem.startswith("practices.csv") for problem in problems)
    problems += _inconsistencies(rows, sound)
    problems += _library_inconsistencies(rows)
    if not problems:  # only where every row could be read: a faulty row is one problem, not one more for each link
        problems += _dangling(rows)
        problems += _not_one(rows)
        problems += _settling_nothing(rows)
        settled = {(row.assessment_id, row.indicator_id) for row in rows["settlements.csv"].values()}
        problems += contradictions(rows["practices.csv"], rows["assessments.csv"], settled)
    if problems:
        raise CatalogueError(problems)
    all_of = {name: tuple(of_file.values()) for name, of_file in rows.items()}
    return Catalogue(
        practices=all_of["practices.csv"],
        sources=all_of["sources.csv"],
        answers=all_of["assessments.csv"],
        content_hash=content_hash(contents),
        settlements=all_of["settlements.csv"],
        running=all_of["running.csv"],
        statements=all_of["statements.csv"],
        former=all_of["former.csv"],
        history=all_of["history.csv"],
        items={item: all_of[kind.file] for item, kind in KINDS.items()},
        former_links=all_of["former_links.csv"],
        releases=all_of[RELEASES],
    )


def read_rows(name: str, content: bytes, model: type[Row], problems: list[str]) -> dict[int, Row]:
    """Parse one file into rows by the number a spreadsheet shows; what is wrong is added to ``problems``."""
    wanted = columns(model)
    try:
        text, encoding = decode(content) if content else ("", "utf-8")
        lines = parse(text) if encoding == "utf-8" else []
    except NotUtf8Error:
        encoding, lines = "windows-1252", []
    except CsvError as error:
        problems.append(str(Problem(f"is not a CSV file: {error.reason}", error.row, place=name)))
        return {}
    if encoding != "utf-8":
        problems.append(f"{name}: is not UTF-8 text. Save it as “CSV UTF-8”.")
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
            problems += map(str, mistakes(error, model, name, number))
    return found


def _inconsistencies(rows: Mapping[str, dict[int, Any]], sound: bool) -> list[str]:
    """Return what each row alone cannot show: repeated ids, rows that belong to nothing.

    Whether a practice exists is only asked where every row of practices.csv could be read (``sound``): a faulty
    row is one problem, not one more for each of its answers.
    """
    practices: dict[int, PracticeRow] = rows["practices.csv"]
    sources: dict[int, SourceRow] = rows["sources.csv"]
    answers: dict[int, AnswerRow] = rows["assessments.csv"]
    problems = _twice("practices.csv", "id", {number: row.id for number, row in practices.items()})
    known = {row.id for row in practices.values()}
    belonging = ("sources.csv", "assessments.csv", "settlements.csv", "running.csv", "statements.csv", "history.csv")
    problems += [
        f"{name}, row {number}, practice_id: {row.practice_id!r} is not in practices.csv"
        for name in belonging
        for number, row in rows[name].items()
        if sound and row.practice_id not in known
    ]
    former: dict[int, FormerRow] = rows["former.csv"]
    problems += [
        f"former.csv, row {number}, merged_into: {row.merged_into!r} is not in practices.csv"
        for number, row in former.items()
        if sound and row.merged_into and row.merged_into not in known
    ]
    problems += [
        f"former.csv, row {number}, id: {row.id!r} is in practices.csv"
        for number, row in former.items()
        if row.id in known
    ]
    pages = {number: f"{row.practice_id} {row.field} {row.address}" for number, row in sources.items()}
    cells = {number: f"{row.assessment_id} {row.indicator_id}" for number, row in answers.items()}
    problems += _twice("former.csv", "id", {number: row.id for number, row in former.items()})
    problems += _twice("releases.csv", "number", {number: str(row.number) for number, row in rows[RELEASES].items()})
    for name in ("running.csv", "statements.csv"):
        problems += _twice(name, "practice_id", {number: row.practice_id for number, row in rows[name].items()})
    return problems + _twice("sources.csv", "url", pages) + _twice("assessments.csv", "indicator_id", cells)


def _library_inconsistencies(rows: Mapping[str, dict[int, Any]]) -> list[str]:
    """Return what stands there twice, of everything that has an id or is called by its ends."""
    files = [(kind.file, kind) for kind in KINDS.values()] + [("former_links.csv", KINDS["link"])]
    return [
        problem
        for name, kind in files
        for problem in _twice(name, kind.key[-1], {number: kind.id_of(vars(row)) for number, row in rows[name].items()})
    ]


def _dangling(rows: Mapping[str, dict[int, Any]]) -> list[str]:
    """Return the ends of links, results, findings and others that are in no file."""
    known: dict[str, set[str]] = {
        "practice": {row.id for row in rows["practices.csv"].values()},
        **{item: {row.id for row in rows[kind.file].values()} for item, kind in KINDS.items() if kind.name},
    }
    files = [(kind.file, kind) for kind in KINDS.values()] + [("former_links.csv", KINDS["link"])]
    return [
        f"{name}, row {number}, {column}: there is no {end} {id_!r}"
        for name, kind in files
        for number, row in rows[name].items()
        for column, (end, id_) in kind.ends_of(vars(row)).items()
        if id_ not in known[end]
    ]


def _settling_nothing(rows: Mapping[str, dict[int, Any]]) -> list[str]:
    """Return the settlements of an answer that stands in no row, or that settle one indicator twice."""
    answers: dict[int, AnswerRow] = rows["assessments.csv"]
    settlements: dict[int, SettlementRow] = rows["settlements.csv"]
    there = {(row.practice_id, row.indicator_id, row.assessment_id) for row in answers.values()}
    return [
        f"settlements.csv, row {number}, assessment_id: {row.assessment_id!r} has no answer to {row.indicator_id!r} "
        f"of practice {row.practice_id!r} in assessments.csv"
        for number, row in settlements.items()
        if (row.practice_id, row.indicator_id, row.assessment_id) not in there
    ] + _twice(
        "settlements.csv",
        "indicator_id",
        {number: f"{row.practice_id}: {row.indicator_id}" for number, row in settlements.items()},
    )


def _not_one(rows: Mapping[str, dict[int, Any]]) -> list[str]:
    """Return the practices of which not exactly one result is the main one, or not exactly one type the primary one."""
    problems = []
    for kind in KINDS.values():
        if kind.one is None:
            continue
        problems += [
            f"{kind.file}, row {numbers[0]}, {kind.one[1]}: {group!r} has {marked} rows with yes; exactly one must "
            "have it"
            for group, (numbers, marked) in _marked(kind, rows[kind.file]).items()
            if marked != 1
        ]
    return problems


def _marked(kind: ItemKind, rows: Mapping[int, Any]) -> dict[str, tuple[list[int], int]]:
    """Return for each practice the rows it has, and how many of them are marked as the one."""
    assert kind.one is not None  # noqa: S101 - asked only of kinds that have one
    group, flag = kind.one
    found: dict[str, tuple[list[int], int]] = {}
    for number, row in rows.items():
        numbers, marked = found.get(getattr(row, group), ([], 0))
        found[getattr(row, group)] = ([*numbers, number], marked + bool(getattr(row, flag)))
    return found


def _twice(name: str, column: str, keys: dict[int, str]) -> list[str]:
    first: dict[str, int] = {}
    problems = []
    for number, key in keys.items():
        if key in first:
            problems.append(f"{name}, row {number}, {column}: {key!r} is already in row {first[key]}")
        first.setdefault(key, number)
    return problems
