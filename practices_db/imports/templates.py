"""Templates to fill in: every column, a practice of the catalogue as the example, and what may stand where.

A template can be imported as it is: its example is in the database already, so nothing happens.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Literal, get_args

import xlsxwriter

from criteria.framework import ANSWER_IDS, current_framework
from practices_db.imports.kinds import KIND, Cells
from practices_db.imports.stored import holdings
from practices_db.store import Cursor
from practices_db.vocabularies import vocabulary

TemplateKind = Literal["practices", "answers"]
TemplateFormat = Literal["csv", "xlsx"]

_ANSWERS_SHOWN = 3
_ROWS_CHECKED = 5_000  # rows of a worksheet in which a choice is offered

_MEANINGS: dict[str, str] = {
    "id": "Small letters, digits and hyphens; never changed and never used for another practice",
    "practice_id": "The id of the practice in the table of practices or in the database",
    "name": "Name of the practice, at most 300 characters",
    "lead_organisation": "Who leads it",
    "countries": "ISO 3166-1 codes, the main one first; several with ; between",
    "place": "Towns or regions; several with ; between",
    "sectors": "From the list, the main one first; several with ; between",
    "target_groups": "From the list, the main one first; several with ; between",
    "start_year": "Four digits",
    "end_year": "Four digits; blank: running, or no end seen",
    "governance_level": "From the list",
    "funding_sources": "Who funds it, in words; several with ; between",
    "funding_kinds": "From the list; several with ; between",
    "budget_eur": "Whole euro in plain digits, as the source gives it: 1250000",
    "people_reached": "A whole number in plain digits, as the source gives it",
    "outcome_figures": "Outcomes in the source's figures, at most 4,000 characters",
    "evaluation_documented": "yes: an evaluation was seen; blank: none seen",
    "transferred_elsewhere": "yes: taken up elsewhere; blank: not seen",
    "summary": "What it does, in your own words, at most 4,000 characters",
    "source_url": "The page it stands on, with https://",
    "source_name": "Who publishes that page",
    "source_confidence": "From the list",
    "checked_on": "The day the page was read, like 2026-01-31",
    "spring_url": "The practice's page at SPRING, if it has one",
    "framework": "The framework of the answers",
    "framework_version": "Its version",
    "basis": "From the list",
    "assessor": "Who answered: small letters, digits and hyphens, no person's name",
    "assessed_on": "The day of the answers, like 2026-01-31",
    "indicator_id": "From the list",
    "answer": "From the list",
    "evidence_level": "0 to 5, from the list",
    "note": "Why this answer, at most 4,000 characters",
    "source_publisher": "Who publishes the page",
    "independent_of_operator": "yes, no or blank: whether the source is independent of who runs the practice",
}


def template(cursor: Cursor, kind: TemplateKind, format_: TemplateFormat) -> tuple[str, bytes]:
    """Return the name and content of a template; a workbook holds both kinds and every allowed value."""
    practices, answers = _examples(cursor)
    rows = practices if kind == "practices" else answers
    if format_ == "csv":
        return f"template_{kind}.csv", _csv(KIND[kind].columns, rows)
    return "template_practices_and_answers.xlsx", _xlsx({"practices": practices, "answers": answers}, kind)


def allowed_values_csv() -> tuple[str, bytes]:
    """Return the name and content of a table of what may stand in which column: column, value, meaning."""
    rows = [{"column": column, "value": id_, "meaning": words} for column, id_, words in allowed_values()]
    return "allowed_values.csv", _csv(["column", "value", "meaning"], rows)


def allowed_values() -> list[tuple[str, str, str]]:
    """Return (column, value, meaning) of every column that takes values of a list."""
    framework = current_framework()
    lists: dict[str, dict[str, str]] = {
        "countries": vocabulary("country"),
        "sectors": vocabulary("sector"),
        "target_groups": vocabulary("target_group"),
        "governance_level": vocabulary("governance_level"),
        "funding_kinds": vocabulary("funding_kind"),
        "evaluation_documented": {"yes": "An evaluation was seen"},
        "transferred_elsewhere": {"yes": "It was taken up elsewhere"},
        "source_confidence": vocabulary("source_confidence"),
        "framework": {framework.id: framework.title},
        "framework_version": {framework.version: "The current one"},
        "basis": vocabulary("basis"),
        "indicator_id": {indicator.id: indicator.label for indicator in framework.indicators},
        "answer": {id_: framework.answer_label(id_) for id_ in ANSWER_IDS},
        "evidence_level": {str(one.level): one.label for one in framework.evidence_levels},
        "independent_of_operator": {"yes": "Independent", "no": "Not independent"},
    }
    return [(column, id_, words) for column, of in lists.items() for id_, words in of.items()]


def _examples(cursor: Cursor) -> tuple[list[Cells], list[Cells]]:
    """Return a real practice as the example, the one with answers that says most of itself, and some of its answers."""
    held = holdings(cursor, ("practices", "answers")).rows
    answered = {stored.cells["practice_id"] for stored in held["answers"].values()}
    known = [stored.cells for stored in held["practices"].values()]
    if not known:
        return [], []
    example = max(known, key=lambda cells: (cells["id"] in answered, sum(map(bool, cells.values())), cells["id"]))
    id_ = example["id"]
    answers = [stored.cells for _, stored in sorted(held["answers"].items()) if stored.cells["practice_id"] == id_]
    return [example], answers[:_ANSWERS_SHOWN]


def _csv(names: Sequence[str], rows: Iterable[Cells]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(tables: dict[TemplateKind, list[Cells]], first: TemplateKind) -> bytes:
    """Return a workbook: a sheet for each kind, with choices where one value of a list stands, and the lists."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(
        content,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    ) as book:
        looks = {
            "head": book.add_format({"bold": True, "bg_color": "#E3EEEE", "bottom": 1, "valign": "top"}),
            "must": book.add_format({"bold": True, "bg_color": "#93BEC1", "bottom": 1, "valign": "top"}),
            "text": book.add_format({"num_format": "@", "valign": "top"}),
        }
        for kind, rows in tables.items():
            sheet = book.add_worksheet(kind)
            _fill(sheet, kind, rows, looks)
            if kind == first:
                sheet.activate()
        required = {name for kind in get_args(TemplateKind) for name in KIND[kind].required}
        columns = [
            (kind, name, "yes" if name in required else "", _MEANINGS[name])
            for kind in get_args(TemplateKind)
            for name in KIND[kind].columns
        ]
        _list(book, "columns", [("table", "column", "must be filled in", "meaning"), *columns], (12, 26, 18, 80), looks)
        lists = [("column", "value", "meaning"), *allowed_values()]
        _list(book, "allowed values", lists, (26, 40, 80), looks)
    return content.getvalue()


def _fill(sheet: Any, kind: TemplateKind, rows: Sequence[Cells], looks: dict[str, Any]) -> None:
    names = KIND[kind].columns
    sheet.freeze_panes(1, 2)
    for at, name in enumerate(names):
        wide = 50 if name in ("summary", "note", "outcome_figures") else max(14, len(name) + 2)
        # Text, so that a spreadsheet does not turn a cell into a date or a number of its own
        sheet.set_column(at, at, wide, looks["text"])
        sheet.write_string(0, at, name, looks["must" if name in KIND[kind].required else "head"])
        sheet.write_comment(0, at, _MEANINGS[name])
        if choices := _choices(name):
            rule = {"validate": "list", "source": choices, "error_message": "Take a value of the list."}
            sheet.data_validation(1, at, _ROWS_CHECKED, at, rule)
    for place, row in enumerate(rows, start=1):
        for at, name in enumerate(names):
            if row[name]:
                sheet.write_string(place, at, row[name], looks["text"])


def _choices(name: str) -> list[str]:
    """Return what a cell that takes one short value is chosen from; a worksheet takes lists up to 255 characters."""
    if name in ("countries", "sectors", "target_groups", "funding_kinds"):
        return []
    choices = [id_ for column, id_, _ in allowed_values() if column == name]
    return choices if len(",".join(choices)) <= 255 else []


def _list(book: Any, name: str, lines: Sequence[tuple[str, ...]], widths: Sequence[int], looks: dict[str, Any]) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    for place, line in enumerate(lines):
        for at, text in enumerate(line):
            sheet.write_string(place, at, text, looks["head" if place == 0 else "text"])
    sheet.autofilter(0, 0, len(lines) - 1, len(widths) - 1)
