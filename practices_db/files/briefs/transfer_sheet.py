"""Would it work here? A practice's conditions beside one's own: sheet, file and brief. No number comes out of it.

Answers belong to the user: they are in the open session and in the file that the user keeps.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError

from criteria.framework import Id, Part
from practices_db import formats
from practices_db.catalogue.own_language import marked
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.texts import known, labels
from practices_db.catalogue.vocabularies import label
from practices_db.database.store import Cursor
from practices_db.errors import PracticesError, faults
from practices_db.files.briefs.content import Block, Brief, cleaned
from practices_db.files.exports.cell_text import harmless
from practices_db.files.exports.csv_json import csv_bytes
from practices_db.files.exports.export_tables import recipe_of
from practices_db.files.exports.recipe import LICENCE
from practices_db.queries.views import View
from practices_db.translation import ENGLISH, N_, _, ngettext, speak

State = Literal["same", "different", "unknown"]
STATES: dict[State, str] = {
    "unknown": N_("Do not know yet"),
    "same": N_("Same"),
    "different": N_("Different"),
}
LONGEST = 2_000  # characters
Text = Annotated[str, StringConstraints(max_length=LONGEST)]

# What is asked beyond the conditions: field → (title, help).
PLAN = {
    "core": (N_("Core: what must not change"), N_("What the effect depends on, according to those who run it.")),
    "may_change": (N_("What may change"), N_("Names, places, times, languages, partners: what you can adapt.")),
    "trial": (N_("A small trial"), N_("With how many people, where, from when to when, who does it.")),
    "stop": (N_("The result that would stop it"),
        N_("Written down before you begin: what has to be seen by which day.")),
    "who_looks": (N_("Who looks at it, and when"), N_("Better somebody who does not run it.")),
}  # fmt: skip
LARGEST_FILE = 200_000  # bytes


class Question(Part):
    """One thing to ask, and whom."""

    id: Id
    text: str
    ask: Literal["practice", "home"]
    whom: str = ""


class Condition(Part):
    """Something that the practice needs where it works."""

    id: Id
    title: str
    known: tuple[str, ...]
    indicators: tuple[Id, ...]
    question: tuple[Question, ...]


class Given(Part):
    """The user's answer to one question."""

    state: State = "unknown"
    note: Text = ""


class Sheet(Part):
    """Everything a user put on a sheet; this is what the file holds."""

    app: Literal["Integration Practices"] = "Integration Practices"
    sheet: Literal["transfer-1"] = "transfer-1"
    practice: Annotated[Id, StringConstraints(max_length=80)]
    place: Annotated[str, StringConstraints(max_length=200)] = ""
    answers: dict[str, Given] = Field(default_factory=dict, max_length=100)
    plan: dict[str, Text] = Field(default_factory=dict, max_length=20)

    def counts(self) -> dict[State, int]:
        """Return how many questions are answered with each state."""
        given = [self.answers.get(question.id, Given()).state for _condition, question in questions()]
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
        raise PracticesError(_("The file is larger than {size} kB; a sheet is not.").format(size=LARGEST_FILE // 1000))
    try:
        sheet = Sheet.model_validate_json(content)
    except ValidationError as error:
        words = _("This is not a sheet that was saved here ({fault}). Open the .json file that “Save” gave you.")
        raise PracticesError(words.format(fault=faults(error)[0][:200])) from error
    asked = {question.id for _condition, question in questions()}
    if unknown := sorted({*sheet.answers} - asked) + sorted({*sheet.plan} - {*PLAN}):
        words = _("The sheet answers “{question}”, which is not asked here. It may be of a newer release.")
        raise PracticesError(words.format(question=unknown[0][:60]))
    if practice_id not in (None, sheet.practice):
        words = _("That sheet is about another practice, {practice}. Open it on that one's page.")
        raise PracticesError(words.format(practice=sheet.practice))
    return sheet


def whom(question: Question, card: Mapping[str, Any]) -> str:
    """Say whom to ask a question."""
    if question.ask == "home":
        return _(question.whom)
    return card["lead_organisation"] or _("whoever runs it (see {source})").format(source=card["source_name"])


def facts(condition: Condition, card: Mapping[str, Any], notes: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """Return what the catalogue knows of a condition: facts, then notes of the answers that count, with the page."""
    said = [words for name in condition.known if (words := _fact(name, card))]
    for indicator in condition.indicators:
        for answer in notes.get(indicator, ())[:1]:
            if known(answer["note"]) and answer["note"]:
                page = f" ({answer['source_url']})" if known(answer["source_url"]) and answer["source_url"] else ""
                said.append(f"{marked(answer['note'])}{page}")
    return said


def _fact(name: str, card: Mapping[str, Any]) -> str:  # noqa: PLR0911 - a sentence for each fact
    value = card[name]
    several = name in ("target_groups", "countries", "places", "funding_sources", "funding_kinds")
    if not (len(value) if several else known(value) and (value or name in ("people_reached", "budget_eur"))):
        return ""
    match name:
        case "target_groups":
            return _("For {groups}").format(groups=_within("target_group", value))
        case "countries":
            return _("In {places}").format(places=labels("country", value))
        case "places":
            return _("In {places}").format(places=", ".join(value))
        case "funding_sources":
            return _("Paid by {sources}").format(sources=", ".join(value))
        case "funding_kinds":
            return _("Kind of money: {kinds}").format(kinds=_within("funding_kind", value))
        case "governance_level":
            return _("Works at this level: {level}").format(level=_within("governance_level", [value]))
        case "people_reached":
            return _("Reached {people}, as its source counts").format(people=formats.count(value))
        case "budget_eur":
            return _("Budget {amount} euro, as its source gives it").format(amount=formats.count(value))
        case "transferred_elsewhere":
            return _("Its source says that it was taken up elsewhere")
        case "lead_organisation":
            return _("Led by {organisation}").format(organisation=value)
        case other:
            return marked(str(card[other]))


def _within(vocabulary: str, ids: Sequence[str]) -> str:
    return ", ".join(formats.within(label(vocabulary, id_)) for id_ in ids)


# --- taking it away ----------------------------------------------------------------------------------------


def in_words(sheet: Sheet) -> str:
    """Say how far the sheet is: how many same, different, unknown."""
    counts = sheet.counts()
    return ", ".join(
        [
            ngettext("{count} the same", "{count} the same", counts["same"]).format(count=counts["same"]),
            ngettext("{count} different", "{count} different", counts["different"]).format(count=counts["different"]),
            ngettext("{count} not known yet", "{count} not known yet", counts["unknown"]).format(
                count=counts["unknown"]
            ),
        ]
    )


@speak(ENGLISH)
def sheet_csv(sheet: Sheet, card: Mapping[str, Any], notes: Mapping[str, Any], on: date) -> bytes:
    """Return the sheet as a table: a row a question, then a row for each part of the plan."""
    of_practice, of_question = ("practice_id", "practice", "place"), ("question", "whom_to_ask", "state", "note")
    head = (*of_practice, "condition", "known_of_the_practice", *of_question, "exported_on", "licence")
    lines: list[Sequence[str]] = [head]
    start = [sheet.practice, harmless(card["name"]), harmless(sheet.place)]
    for condition, question in questions():
        given = sheet.answers.get(question.id, Given())
        there, asked = harmless("; ".join(facts(condition, card, notes))), harmless(whom(question, card))
        row = [condition.title, there, question.text, asked, given.state, harmless(given.note)]
        lines.append([*start, *row, on.isoformat(), LICENCE])
    for field, (title, _help) in PLAN.items():
        row = ["plan", "", title, "", "", harmless(sheet.plan.get(field, ""))]
        lines.append([*start, *row, on.isoformat(), LICENCE])
    return csv_bytes(lines)


def sheet_brief(cursor: Cursor, sheet: Sheet, card: Mapping[str, Any], notes: Mapping[str, Any], on: date) -> Brief:
    """Return the sheet as a brief."""
    made = recipe_of(cursor, View("practice", PracticeFilter(practice=(sheet.practice,))), "scores", "pdf", on)
    blocks = [
        Block("text", marked(card["summary"])),
        Block(
            "facts",
            rows=(
                (_("Your place"), sheet.place or _("not said")),
                (_("So far"), in_words(sheet)),
                (_("Source"), card["source_url"]),
            ),
        ),
        Block(
            "note",
            _(
                "What the catalogue knows is printed as its sources say it; where nothing stands, nothing was seen. "
                "No score is made of this sheet."
            ),
        ),
    ]
    for condition in conditions():
        there = formats.parted(facts(condition, card, notes)) or _("nothing seen: ask")
        rows = []
        for question in condition.question:
            given = sheet.answers.get(question.id, Given())
            rows.append((_(question.text), whom(question, card), _(STATES[given.state]), given.note or "–"))
        blocks += [
            Block("heading", _(condition.title)),
            Block("facts", rows=((_("There"), there),)),
            Block(
                "table",
                _("{condition}: questions, whom to ask, answers").format(condition=_(condition.title)),
                (_("Question"), _("Ask"), _("Here"), _("Note")),
                tuple(rows),
                (3, 1.8, 1, 2.4),
            ),
        ]
    plan = tuple((_(title), sheet.plan.get(field) or _("not written yet")) for field, (title, _help) in PLAN.items())
    blocks += [Block("heading", _("Core, changes and a small trial")), Block("facts", rows=plan)]
    about = (
        (
            _("Data version"),
            _("{version} of {date}").format(version=made.data_version, date=made.data_released_on.isoformat()),
        ),
        (_("Made on"), on.isoformat()),
        (_("Licence of the catalogue"), _(LICENCE)),
    )
    blocks += [Block("heading", _("How this was made")), Block("facts", rows=about)]
    return cleaned(
        Brief(
            _("Would it work here? {practice}").format(practice=marked(card["name"])),
            sheet.place,
            tuple(blocks),
            made,
            on,
        )
    )
