"""The kinds of table that can be imported. A kind is one entry here and its storage in current_rows.py and apply.py.

A kind is recognised by its header. The columns are those of the catalogue's files; a file that was exported calls some
of them otherwise (``aliases``) and has further ones, which are understood and not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from criteria.spelling import nearest_of
from practices_db.catalogue.library_items import KINDS as ITEMS
from practices_db.catalogue.library_items import ItemKind
from practices_db.catalogue.practice_fields import FIELDS
from practices_db.catalogue.practice_rows import AnswerRow, CatalogueRow, PracticeRow, SourceRow, assessment_id, columns
from practices_db.catalogue.problems import Problem
from practices_db.files.exports import columns as exported
from practices_db.files.exports.library_files import ABOUT
from practices_db.files.imports.cells import column_of

Cells = dict[str, str]


@dataclass(frozen=True)
class Kind:
    """A kind of table: its row model, what identifies a row, and how an exported table of it differs.

    ``keys``: the columns by which a known row is found, which every table must have.
    ``owner`` is what the audit's line on a row is on. ``further``: columns of exports that are understood and not read.
    ``prepare`` turns the cells of an exported row into the catalogue's, None for a row that says nothing of its own.
    """

    name: str
    model: type[CatalogueRow]
    key: Callable[[Any], tuple[str, ...]]
    keys: tuple[str, ...]
    owner: Callable[[Any], str]
    aliases: Mapping[str, str] = field(default_factory=dict)
    further: frozenset[str] = frozenset()
    prepare: Callable[[Cells], Cells | None] = lambda cells: cells

    @property
    def columns(self) -> list[str]:
        """The columns of the template, in order."""
        return columns(self.model)

    @property
    def numbers(self) -> frozenset[str]:
        """The columns of whole numbers."""
        return frozenset(name for name in self.columns if column_of(self.model, name).number)

    @property
    def required(self) -> list[str]:
        """The columns that a file must have."""
        return [name for name, one in self.model.model_fields.items() if one.is_required()]

    def key_of(self, cells: Cells) -> tuple[str, ...]:
        """Return what identifies a row whose cells may be at fault, () where they do not say it."""
        if not all(cells.get(name) for name in self.keys):
            return ()
        return self.key(SimpleNamespace(**dict.fromkeys(self.columns, "") | cells))

    def known(self, names: Sequence[str]) -> int:
        """Return how many of a header's names are columns of this kind."""
        return len({self.aliases.get(name, name) for name in names} & set(self.columns))


def _source(cells: Cells) -> Cells | None:
    """Return an exported source as the catalogue writes it; the record's own page and the answers' are not of it."""
    if cells.get("field") in ("the record", "answers"):
        return None
    remark = cells.pop("remark", "")
    return cells | {"url": f"{cells.get('url', '')} ({remark})"} if remark else cells


def _answer(cells: Cells) -> Cells | None:
    """Return an exported answer, None for the blank row of a practice that has none."""
    return cells if any(text for name, text in cells.items() if name != "practice_id") else None


def _assessment(row: Any) -> str:
    """Return what the assessment of an answer is called, whose day may be text still."""
    return assessment_id(
        row.practice_id, row.basis, row.assessor, str(row.assessed_on), row.framework, row.framework_version
    )


_NAMES = {one.name for one in (*exported.practices(True), *exported.everything(True), exported.RECIPE)}
_ANSWER_NAMES = {one.name for one in (*exported.ANSWERS, exported.RECIPE)}


def _of_item(kind: ItemKind) -> Kind:
    """Return a kind of the library as a kind of table; exports of it say what the file is (ABOUT)."""
    names = columns(kind.model)
    return Kind(
        kind.table,
        kind.model,
        lambda row: tuple(str(getattr(row, column)) for column in kind.key),
        tuple(name for name in kind.key if kind.model.model_fields[name].is_required()),
        lambda row: f"{kind.item}:{kind.id_of(vars(row))}",
        further=frozenset(ABOUT) - set(names),
    )


KINDS: tuple[Kind, ...] = (
    Kind(
        "practices",
        PracticeRow,
        lambda row: (row.id,),
        ("id",),
        lambda row: f"practice:{row.id}",
        aliases={field.exported: field.id for field in FIELDS if field.exported},
        further=frozenset(_NAMES),
    ),
    Kind(
        "answers",
        AnswerRow,
        lambda row: (_assessment(row), row.indicator_id),
        ("practice_id", "basis", "assessor", "assessed_on", "framework", "framework_version", "indicator_id"),
        lambda row: f"assessment:{row.assessment_id}",
        aliases={"answer_framework": "framework", "answer_framework_version": "framework_version"},
        further=frozenset(_ANSWER_NAMES | {"format"}),
        prepare=_answer,
    ),
    Kind(
        "sources",
        SourceRow,
        lambda row: (row.practice_id, row.field, str(row.url).partition(" (")[0]),
        ("practice_id", "field", "url"),
        lambda row: f"practice:{row.practice_id}",
        aliases={"supplies": "field"},
        further=frozenset({"name", "remark", "copy", exported.RECIPE.name}),
        prepare=_source,
    ),
    *(_of_item(kind) for kind in ITEMS.values()),
)
KIND_NAMES = ", ".join(kind.name for kind in KINDS[:-1]) + f" or {KINDS[-1].name}"
KIND = {kind.name: kind for kind in KINDS}
# Tables of a workbook of ours that are computed from the others.
COMPUTED = frozenset(column.name for column in exported.SCORES)
# Results as they are told in an export: without ids, so that they come in by a table of their own only.
TOLD_RESULTS = frozenset(column.name for column in exported.RESULTS)


def plain_name(name: str) -> str:
    """Return a column's name as the template writes it, whatever the case, blanks or hyphens."""
    return re.sub(r"[\s\-]+", "_", name.strip().casefold())


def kind_of(names: Sequence[str]) -> Kind | None:
    """Return the kind of table that a header is, None where it is none.

    Among kinds of which it has as many columns the one that it is whole, else the first: id and name are a practice's.
    """

    def fits(kind: Kind) -> tuple[int, float]:
        known, whole = kind.known(names), not set(kind.required) - {kind.aliases.get(name, name) for name in names}
        return known, known / len(kind.columns) if whole else 0

    best = max(KINDS, key=fits)
    return best if best.known(names) > 1 else None


def known_columns(names: Sequence[str]) -> int:
    """Return how many of a header's cells are column names of one kind of table."""
    plain = [plain_name(name) for name in names]
    return max(kind.known(plain) for kind in KINDS)


def read_columns(
    kind: Kind, names: Sequence[str], ours: bool, place: str
) -> tuple[list[str | None], list[str], list[Problem]]:
    """Return what each column of a header is (None: not read), the names not read, and what is wrong with them.

    ``ours``: the file carries our export mark, so that every further column of it is an export's.
    """
    renamed = {kind.aliases[name] for name in names if name in kind.aliases}
    found: list[str | None] = []
    ignored: list[str] = []
    problems: list[Problem] = []
    for at, name in enumerate(names, start=1):
        column = kind.aliases.get(name, name)
        further = name in kind.further and (column not in kind.columns or (column == name and name in renamed))
        if further or (ours and column not in kind.columns):
            found.append("remark" if kind.name == "sources" and name == "remark" else None)
            ignored += [] if found[-1] else [name]
        elif column in found:
            problems.append(Problem(f"is a duplicate column name (column {at})", 1, name[:80], place=place))
            found.append(None)
        elif column in kind.columns:
            found.append(column)
        else:
            found.append(None)
            near = nearest_of(name, kind.columns)
            what = f"is not a column of a table of {kind.name}; delete or rename it" if name else "has no name"
            problems.append(Problem(what, 1, repr(name[:80]), nearest=repr(near) if near else "", place=place))
    return found, ignored, problems + missing([name for name in kind.keys if name not in found], place)


def missing(names: Sequence[str], place: str) -> list[Problem]:
    """Say that a table does not have some columns that it needs."""
    return [Problem(f"missing column {name}; the template has every column", 1, name, place=place) for name in names]
