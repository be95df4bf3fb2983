"""Would it work here? A practice's conditions beside one's own: sheet, file and brief. No number comes out of it.

Answers belong to the user: they are in the open session and in the file that the user keeps.
"""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from criteria.framework import Id
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.texts import known, labels
from practices_db.catalogue.vocabularies import label
from practices_db.database.store import Cursor
from practices_db.errors import PracticesError, faults
from practices_db.files.briefs.content import Block, Brief, cleaned
from practices_db.files.exports.cell_text import harmless
from practices_db.files.exports.csv_json import BOM
from practices_db.files.exports.export_tables import recipe_of
from practices_db.files.exports.recipe import LICENCE
from practices_db.queries.views import View

State = Literal["same", "different", "unknown"]
STATES: dict[State, str] = {"unknown": "Do not know yet", "same": "Same", "different": "Different"}
Text = Annotated[str, StringConstraints(max_length=2000)]

# What is asked beyond the conditions: field → (title, help).
PLAN = {
    "core": ("Core: what must not change", "What the effect depends on, according to those who run it."),
    "may_change": ("What may change", "Names, places, times, languages, partners: what you can adapt."),
    "trial": ("A small trial", "With how many people, where, from when to when, who does it."),
    "stop": ("The result that would stop it", "Written down before you begin: what has to be seen by which day."),
    "who_looks": ("Who looks at it, and when", "Better somebody who does not run it."),
}  # fmt: skip
LARGEST_FILE = 200_000  # bytes


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Question(_Part):
    """One thing to ask, and whom."""

    id: Id
    text: str
    ask: Literal["practice", "home"]
    whom: str = ""


class Condition(_Part):
    """Something that the practice needs where it works."""

    id: Id
    title: str
    known: tuple[str, ...]
    indicators: tuple[Id, ...]
    question: tuple[Question, ...]


class Given(_Part):
    """The user's answer to one question."""

    state: State = "unknown"
    note: Text = ""


class Sheet(_Part):
    """Everything a user put on a sheet; this is what the file holds."""

    app: Literal["Integration Practices"] = "Integration Practices"
    sheet: Literal["transfer-1"] = "transfer-1"
    practice: Annotated[Id, StringConstraints(max_length=80)]
    place: Annotated[str, StringConstraints(max_length=200)] = ""
    answers: Annotated[dict[str, Given], Field(max_length=100)] = {}
    plan: Annotated[dict[str, Text], Field(max_length=20)] = {}

    def counts(self) -> dict[State, int]:
        """Return how many questions are answered with each state."""
        given = [self.answers.get(question.id, Given()).state for _, question in questions()]
        return {state: given.count(state) for state in ("same", "different", "unknown")}


@cache
def conditions() -> tuple[Condition, ...]:
    """Return the conditions with their questions."""
    with (Path(__file__).parent / "transfer.toml").open("rb") as file:
        return tuple(Condition.model_validate(one) for one in tomllib.load(file)["condition"])


def questions() -> list[tuple[Condition, Question]]:
    """Return every question with its condition, in order."""
    return [(condition, question) for condition in conditions() for question in condition.question]


def saved(sheet: Sheet) -> bytes:
    """Return the sheet as the file that opens again."""
    return (json.dumps(sheet.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n").encode()


def opened(content: bytes, practice_id: str | None = None) -> Sheet:
    """Read a sheet (of a practice) from its file; PracticesError says what is wrong with it."""
    if len(content) > LARGEST_FILE:
        raise PracticesError(f"The file is larger than {LARGEST_FILE // 1000} kB; a sheet is not.")
    try:
        sheet = Sheet.model_validate_json(content)
    except ValidationError as error:
        raise PracticesError(
            f"This is not a sheet that was saved here ({faults(error)[0][:200]}). Open the .json file that “Save” gave "
            "you."
        ) from error
    asked = {question.id for _, question in questions()}
    if unknown := sorted({*sheet.answers} - asked) + sorted({*sheet.plan} - {*PLAN}):
        raise PracticesError(
            f"The sheet answers “{unknown[0][:60]}”, which is not asked here. It may be of a newer release."
        )
    if practice_id not in (None, sheet.practice):
        raise PracticesError(f"That sheet is about another practice, {sheet.practice}. Open it on that one's page.")
    return sheet


def whom(question: Question, card: Mapping[str, Any]) -> str:
    """Say whom to ask a question."""
    if question.ask == "home":
        return question.whom
    return card["lead_organisation"] or f"whoever runs it (see {card['source_name']})"


def facts(condition: Condition, card: Mapping[str, Any], notes: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """Return what the catalogue knows of a condition: facts, then notes of the answers that count, with the page."""
    said = [words for name in condition.known if (words := _fact(name, card))]
    for indicator in condition.indicators:
        for answer in notes.get(indicator, ())[:1]:
            if known(answer["note"]) and answer["note"]:
                page = f" ({answer['source_url']})" if known(answer["source_url"]) and answer["source_url"] else ""
                said.append(f"{answer['note']}{page}")
    return said


def _fact(name: str, card: Mapping[str, Any]) -> str:  # noqa: PLR0911 - a sentence for each fact
    value = card[name]
    match name:
        case "target_groups":
            return "For " + labels("target_group", value).lower() if len(value) else ""
        case "countries":
            return "In " + labels("country", value) if len(value) else ""
        case "places" | "funding_sources":
            return ("In " if name == "places" else "Paid by ") + ", ".join(value) if len(value) else ""
        case "funding_kinds":
            return "Kind of money: " + labels("funding_kind", value).lower() if len(value) else ""
        case "governance_level":
            return f"Works at this level: {label('governance_level', value).lower()}" if known(value) and value else ""
        case "people_reached":
            return f"Reached {int(value):,}, as its source counts" if known(value) else ""
        case "budget_eur":
            return f"Budget {int(value):,} euro, as its source gives it" if known(value) else ""
        case "transferred_elsewhere":
            return "Its source says that it was taken up elsewhere" if value else ""
        case "lead_organisation":
            return f"Led by {value}" if value else ""
        case _:
            return str(value) if known(value) and value else ""


# --- taking it away ----------------------------------------------------------------------------------------


def in_words(sheet: Sheet) -> str:
    """Say how far the sheet is: how many same, different, unknown."""
    counts = sheet.counts()
    return f"{counts['same']} the same, {counts['different']} different, {counts['unknown']} not known yet"


def sheet_csv(sheet: Sheet, card: Mapping[str, Any], notes: Mapping[str, Any], on: date) -> bytes:
    """Return the sheet as a table: a row a question, then a row for each part of the plan."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(
        [
            "practice_id",
            "practice",
            "place",
            "condition",
            "known_of_the_practice",
            "question",
            "whom_to_ask",
            "state",
            "note",
            "exported_on",
            "licence",
        ]
    )
    start = [sheet.practice, harmless(card["name"]), harmless(sheet.place)]
    for condition, question in questions():
        given = sheet.answers.get(question.id, Given())
        there = "; ".join(facts(condition, card, notes))
        row = [
            condition.title,
            harmless(there),
            question.text,
            harmless(whom(question, card)),
            given.state,
            harmless(given.note),
        ]
        writer.writerow([*start, *row, on.isoformat(), LICENCE])
    for field, (title, _) in PLAN.items():
        writer.writerow(
            [*start, "plan", "", title, "", "", harmless(sheet.plan.get(field, "")), on.isoformat(), LICENCE]
        )
    return (BOM + out.getvalue()).encode()


def sheet_brief(cursor: Cursor, sheet: Sheet, card: Mapping[str, Any], notes: Mapping[str, Any], on: date) -> Brief:
    """Return the sheet as a brief."""
    made = recipe_of(cursor, View("practice", PracticeFilter(practice=(sheet.practice,))), "scores", "pdf", on)
    blocks = [
        Block("text", card["summary"]),
        Block(
            "facts",
            rows=(
                ("Your place", sheet.place or "not said"),
                ("So far", in_words(sheet)),
                ("Source", card["source_url"]),
            ),
        ),
        Block(
            "note",
            "What the catalogue knows is printed as its sources say it; where nothing stands, nothing was seen. "
            "No score is made of this sheet.",
        ),
    ]
    for condition in conditions():
        there = "; ".join(facts(condition, card, notes)) or "nothing seen: ask"
        rows = []
        for question in condition.question:
            given = sheet.answers.get(question.id, Given())
            rows.append((question.text, whom(question, card), STATES[given.state], given.note or "–"))
        blocks += [
            Block("heading", condition.title),
            Block("facts", rows=(("There", there),)),
            Block(
                "table",
                f"{condition.title}: questions, whom to ask, answers",
                ("Question", "Ask", "Here", "Note"),
                tuple(rows),
                (3, 1.8, 1, 2.4),
            ),
        ]
    plan = tuple((title, sheet.plan.get(field) or "not written yet") for field, (title, _) in PLAN.items())
    blocks += [Block("heading", "Core, changes and a small trial"), Block("facts", rows=plan)]
    about = (
        ("Data version", f"{made.data_version} of {made.data_released_on.isoformat()}"),
        ("Made on", on.isoformat()),
        ("Licence of the catalogue", LICENCE),
    )
    blocks += [Block("heading", "How this was made"), Block("facts", rows=about)]
    return cleaned(Brief(f"Would it work here? {card['name']}", sheet.place, tuple(blocks), made, on))
