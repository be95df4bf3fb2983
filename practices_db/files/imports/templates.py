"""Templates to fill in: every column, something real of the catalogue as the example, and what may stand where.

A template can be imported as it is: its example is in the database already, so nothing happens.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Literal, get_args

from criteria.framework import ANSWER_IDS, current_framework
from practices_db import palette
from practices_db.catalogue.column_meanings import meaning
from practices_db.catalogue.library_items import vocabularies
from practices_db.catalogue.practice_fields import FIELDS
from practices_db.catalogue.vocabularies import vocabulary
from practices_db.database.store import Cursor
from practices_db.files.imports.current_rows import holdings
from practices_db.files.imports.kinds import KIND, Cells
from practices_db.files.sheets import add_sheet, head_look, look, new_book

TemplateKind = Literal[
    "practices",
    "answers",
    "evidence",
    "organisations",
    "links",
    "results",
    "practice_types",
    "assessors",
    "findings",
    "publication_types",
    "costs",
    "rates_without_comparison",
]
TemplateFormat = Literal["csv", "xlsx"]

# What stands in one workbook.
_BOOKS: tuple[tuple[TemplateKind, ...], ...] = (
    ("practices", "answers"),
    ("evidence", "organisations", "links"),
    ("results", "practice_types", "assessors"),
    ("findings", "publication_types", "costs", "rates_without_comparison"),
)
_SHOWN = 3  # answers or links in an example
_ROWS_CHECKED = 5_000  # rows of a worksheet in which a choice is offered
_LONG = {field.id for field in FIELDS if field.kind == "prose"} | {
    "note",
    "finding",
    "title",
    "joins",
    "reason",
    "effect_text",
    "how",
    "why",
    "rate_text",
}
_SEVERAL = {field.id for field in FIELDS if field.kind == "codes"} | {"languages", "themes", "levels", "for_whom"}


def template(cursor: Cursor, kind: TemplateKind, format_: TemplateFormat) -> bytes:
    """Return a template; a workbook holds what belongs together and every allowed value."""
    book = _book(kind)
    tables = dict(zip(book, _EXAMPLES[book](cursor), strict=True))
    return _csv(KIND[kind].columns, tables[kind]) if format_ == "csv" else _xlsx(tables, kind)


def template_name(kind: TemplateKind, format_: TemplateFormat) -> str:
    """Return the file name of a template."""
    *most, last = _book(kind)
    return f"template_{kind}.csv" if format_ == "csv" else f"template_{'_'.join(most)}_and_{last}.xlsx"


def _book(kind: TemplateKind) -> tuple[TemplateKind, ...]:
    return next(one for one in _BOOKS if kind in one)


def allowed_values_csv() -> bytes:
    """Return a table of what may stand in which column: table, column, value, meaning."""
    names = ["table", "column", "value", "meaning"]
    rows = [dict(zip(names, one, strict=True)) for one in allowed_values(get_args(TemplateKind))]
    return _csv(names, rows)


def allowed_values(kinds: Sequence[TemplateKind]) -> list[tuple[TemplateKind, str, str, str]]:
    """Return (table, column, value, meaning) of every column that takes values of a list."""
    return [
        (kind, column, id_, words)
        for kind in kinds
        for column, of in _lists_of(kind).items()
        for id_, words in of.items()
    ]


def _lists_of(kind: TemplateKind) -> dict[str, dict[str, str]]:
    """Return what may stand in the columns of a table that take values of a list: column → value → meaning."""
    if kind == "practices":
        return {field.id: vocabulary(field.vocabulary) for field in FIELDS if field.vocabulary and not field.derived}
    framework = current_framework()
    levels = {str(one.level): one.label for one in framework.evidence_levels}
    said = {column: of for column, of in _SAID.items() if column in KIND[kind].columns}
    lists = {column: vocabulary(name) for column, name in vocabularies(KIND[kind].model).items()}
    match kind:
        case "answers":
            return said | {
                "framework": {framework.id: framework.title},
                "framework_version": {framework.version: "The current one"},
                "basis": vocabulary("basis"),
                "indicator_id": {indicator.id: indicator.label for indicator in framework.indicators},
                "answer": {id_: framework.answer_label(id_) for id_ in ANSWER_IDS},
                "evidence_level": levels,
            }
        case "evidence":
            return lists | said | {"evidence_level": levels, "url_seen": vocabulary("evidence_seen")}
        case "organisations":
            return lists | said | {"url_seen": vocabulary("organisation_seen")}
        case _:
            return lists | said


_SAID = {
    "main": {"yes": "Shown first"},
    "primary": {"yes": "What it mainly does", "no": "A further type"},
    "independent_of_operator": {"yes": "Independent", "no": "Not independent"},
    "coded_by": {"one": "One coder", "two": "Two coders, independently of each other"},
    "agreed": {"yes": "Both gave one direction", "no": "They differed"},
    "title_is_descriptive": {"yes": "The title is a description"},
    "url_is_copy": {"yes": "The page is a copy"},
    "community_of_practice": {"yes": "A community of practice"},
    "from_kind": {"evidence": "A publication", "organisation": "An organisation"},
    "relation": {
        "studies": "A publication is about a practice",
        "leads": "An organisation leads a practice",
        "publishes": "An organisation publishes a publication",
    },
    "to_kind": {"practice": "A practice", "evidence": "A publication"},
}


def _of_practices(cursor: Cursor) -> tuple[list[Cells], ...]:
    """Return a real practice as the example, the one with answers that says most of itself, and some of its answers."""
    held = holdings(cursor, ("practices", "answers")).rows
    answered = {stored.cells["practice_id"] for stored in held["answers"].values()}
    known = [stored.cells for stored in held["practices"].values()]
    if not known:
        return [], []
    example = max(known, key=lambda cells: (cells["id"] in answered, sum(map(bool, cells.values())), cells["id"]))
    id_ = example["id"]
    answers = [stored.cells for _, stored in sorted(held["answers"].items()) if stored.cells["practice_id"] == id_]
    return [example], answers[:_SHOWN]


def _of_library(cursor: Cursor) -> tuple[list[Cells], ...]:
    """Return a publication and an organisation that say most of themselves, linked ones first, and links of theirs."""
    held = holdings(cursor, ("evidence", "organisations", "links")).rows
    links = [stored.cells for _, stored in sorted(held["links"].items())]
    linked = {(cells[f"{end}_kind"], cells[f"{end}_id"]) for cells in links for end in ("from", "to")}
    examples: list[list[Cells]] = []
    for name, kind in (("evidence", "evidence"), ("organisations", "organisation")):
        known = [stored.cells for stored in held[name].values()]
        fullest = sorted(
            known, key=lambda cells: ((kind, cells["id"]) in linked, sum(map(bool, cells.values())), cells["id"])
        )
        examples.append(fullest[-1:])
    ids = {cells["id"] for example in examples for cells in example}
    return *examples, [cells for cells in links if {cells["from_id"], cells["to_id"]} & ids][:_SHOWN]


def _of_each(cursor: Cursor, kinds: Sequence[TemplateKind]) -> tuple[list[Cells], ...]:
    """Return the rows of each kind that say most of themselves."""
    held = holdings(cursor, kinds).rows
    return tuple(
        [cells for _, cells in sorted(rows, key=lambda one: (-sum(map(bool, one[1].values())), one[0]))[:_SHOWN]]
        for kind in kinds
        for rows in [[(key, stored.cells) for key, stored in held[kind].items() if stored.listed]]
    )


_EXAMPLES: dict[tuple[TemplateKind, ...], Callable[[Cursor], tuple[list[Cells], ...]]] = {
    _BOOKS[0]: _of_practices,
    _BOOKS[1]: _of_library,
    **{book: partial(_of_each, kinds=book) for book in _BOOKS[2:]},
}


def _csv(names: Sequence[str], rows: Iterable[Cells]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(tables: dict[TemplateKind, list[Cells]], first: TemplateKind) -> bytes:
    """Return a workbook: a sheet for each kind, with choices where one value of a list stands, and the lists."""
    content = io.BytesIO()
    with new_book(content, in_memory=True) as book:
        looks = {
            "head": head_look(book),
            "must": head_look(book, palette.BAR),
            # Text, so that a spreadsheet does not turn a cell into a date or a number of its own
            "text": look(book, num_format="@"),
        }
        for kind, rows in tables.items():
            sheet = book.add_worksheet(kind)
            _fill(sheet, kind, rows, looks)
            if kind == first:
                sheet.activate()
        columns = [
            (kind, name, "yes" if name in KIND[kind].required else "", meaning(kind, name))
            for kind in tables
            for name in KIND[kind].columns
        ]
        values = allowed_values(list(tables))
        for name, lines, widths in (
            ("columns", [("table", "column", "must be filled in", "meaning"), *columns], (12, 26, 18, 80)),
            ("allowed values", [("table", "column", "value", "meaning"), *values], (14, 26, 40, 80)),
        ):
            add_sheet(book, name, lines, widths).autofilter(0, 0, len(lines) - 1, len(widths) - 1)
    return content.getvalue()


def _fill(sheet: Any, kind: TemplateKind, rows: Sequence[Cells], looks: dict[str, Any]) -> None:
    names = KIND[kind].columns
    sheet.freeze_panes(1, 2)
    for at, name in enumerate(names):
        wide = 50 if name in _LONG else max(14, len(name) + 2)
        sheet.set_column(at, at, wide, looks["text"])
        sheet.write_string(0, at, name, looks["must" if name in KIND[kind].required else "head"])
        sheet.write_comment(0, at, meaning(kind, name))
        if choices := _choices(kind, name):
            rule = {"validate": "list", "source": choices, "error_message": "Choose a value from the list."}
            sheet.data_validation(1, at, _ROWS_CHECKED, at, rule)
    for place, row in enumerate(rows, start=1):
        for at, name in enumerate(names):
            if row[name]:
                sheet.write_string(place, at, row[name], looks["text"])


def _choices(kind: TemplateKind, name: str) -> list[str]:
    """Return what a cell that takes one short value is chosen from; a worksheet takes lists up to 255 characters."""
    if name in _SEVERAL:
        return []
    choices = list(_lists_of(kind).get(name, {}))
    return choices if len(",".join(choices)) <= 255 else []
