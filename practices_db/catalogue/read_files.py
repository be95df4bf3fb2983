"""Read the catalogue's text files and check every cell before anything is written.

They are UTF-8 with commas, exactly these columns; what people send is read more widely (practices_db.files.imports).
All problems are gathered; ``CatalogueError`` names file, row, column and what to do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
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
_LIBRARY_FILES = {kind.file: kind for kind in KINDS.values()} | {"former_links.csv": KINDS["link"]}


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
    problems += _twice(rows)
    practices = {row.id for row in rows["practices.csv"].values()}
    problems += [
        f"former.csv, row {number}, id: {row.id!r} is in practices.csv"
        for number, row in rows["former.csv"].items()
        if row.id in practices
    ]
    if sound:  # a faulty row is one problem, not one more for each of its answers
        problems += _without_practice(rows)
    if not problems:  # nor one more for each link
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


def _name_of(kind: ItemKind) -> Callable[[Any], object]:
    return lambda row: kind.id_of(vars(row))


# What each row alone is called by: file → the column to name, and the whole of it.
_CALLED: dict[str, tuple[str, Callable[[Any], object]]] = {
    "practices.csv": ("id", lambda row: row.id),
    "former.csv": ("id", lambda row: row.id),
    "releases.csv": ("number", lambda row: str(row.number)),
    "running.csv": ("practice_id", lambda row: row.practice_id),
    "statements.csv": ("practice_id", lambda row: row.practice_id),
    "sources.csv": ("url", lambda row: f"{row.practice_id} {row.field} {row.address}"),
    "assessments.csv": ("indicator_id", lambda row: f"{row.assessment_id} {row.indicator_id}"),
    "settlements.csv": ("indicator_id", lambda row: f"{row.practice_id}: {row.indicator_id}"),
} | {file: (kind.key[-1], _name_of(kind)) for file, kind in _LIBRARY_FILES.items()}


def _twice(rows: Mapping[str, dict[int, Any]]) -> Iterator[str]:
    """Yield the rows that are called as an earlier one of their file."""
    for name, (column, called) in _CALLED.items():
        first: dict[object, int] = {}
        for number, row in rows[name].items():
            key = called(row)
            if first.setdefault(key, number) != number:
                yield f"{name}, row {number}, {column}: {key!r} is already in row {first[key]}"


def _without_practice(rows: Mapping[str, dict[int, Any]]) -> Iterator[str]:
    """Yield the rows that belong to a practice that is not in practices.csv."""
    known = {row.id for row in rows["practices.csv"].values()}
    for name in ("sources.csv", "assessments.csv", "settlements.csv", "running.csv", "statements.csv", "history.csv"):
        for number, row in rows[name].items():
            if row.practice_id not in known:
                yield f"{name}, row {number}, practice_id: {row.practice_id!r} is not in practices.csv"
    for number, row in rows["former.csv"].items():
        if row.merged_into and row.merged_into not in known:
            yield f"former.csv, row {number}, merged_into: {row.merged_into!r} is not in practices.csv"


def _dangling(rows: Mapping[str, dict[int, Any]]) -> list[str]:
    """Return the ends of links, results, findings and others that are in no file."""
    known: dict[str, set[str]] = {
        "practice": {row.id for row in rows["practices.csv"].values()},
        **{item: {row.id for row in rows[kind.file].values()} for item, kind in KINDS.items() if kind.name},
    }
    return [
        f"{name}, row {number}, {column}: there is no {end} {id_!r}"
        for name, kind in _LIBRARY_FILES.items()
        for number, row in rows[name].items()
        for column, (end, id_) in kind.ends_of(vars(row)).items()
        if id_ not in known[end]
    ]


def _settling_nothing(rows: Mapping[str, dict[int, Any]]) -> list[str]:
    """Return the settlements of an answer that stands in no row."""
    there = {(row.practice_id, row.indicator_id, row.assessment_id) for row in rows["assessments.csv"].values()}
    return [
        f"settlements.csv, row {number}, assessment_id: {row.assessment_id!r} has no answer to {row.indicator_id!r} "
        f"of practice {row.practice_id!r} in assessments.csv"
        for number, row in rows["settlements.csv"].items()
        if (row.practice_id, row.indicator_id, row.assessment_id) not in there
    ]


def _not_one(rows: Mapping[str, dict[int, Any]]) -> Iterator[str]:
    """Yield the practices of which not exactly one result is the main one, or not exactly one type the primary one."""
    for kind in KINDS.values():
        if kind.one is None:
            continue
        group, flag = kind.one
        first: dict[str, int] = {}
        marked: Counter[str] = Counter()
        for number, row in rows[kind.file].items():
            first.setdefault(getattr(row, group), number)
            marked[getattr(row, group)] += bool(getattr(row, flag))
        for of, number in first.items():
            if marked[of] != 1:
                have = f"{of!r} has {marked[of]} rows with yes; exactly one must have it"
                yield f"{kind.file}, row {number}, {flag}: {have}"
