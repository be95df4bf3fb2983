"""What answers a need, to take away: a brief and a CSV."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from practices_db import formats
from practices_db.catalogue.own_language import marked
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.texts import known, labels, years
from practices_db.catalogue.vocabularies import label
from practices_db.database.store import Cursor
from practices_db.files.briefs.content import Block, Brief, cleaned, data_words
from practices_db.files.exports.cell_text import harmless, harmless_inside
from practices_db.files.exports.csv_json import csv_bytes
from practices_db.files.exports.export_tables import recipe_of
from practices_db.files.exports.recipe import LICENCE
from practices_db.queries.needs import (
    FIRST,
    Answer,
    cards,
    first_to_ask,
    not_documented,
    not_used,
    reason_words,
    why_words,
)
from practices_db.queries.views import View
from practices_db.translation import ENGLISH, N_, _, speak

PUBLICATIONS = 8  # as many stand in a brief

HOW = N_(
    "A practice is listed because its topic and its group fit the need. The order follows the reasons given: type of "
    "measure, target group, topics and own words count double, the sector once, country, size, money and means half; "
    "evidence only decides between equals. A reason repeats what a record states; it does not say that the practice "
    "has an effect."
)


def needs_brief(cursor: Cursor, answer: Answer, on: date) -> Brief:
    """Return the brief of a need: what was asked, practices with reasons, evidence, whom to ask, what is not known."""
    shown = [*answer.matches[:FIRST], *answer.near]
    ids = tuple(one.id for one in shown)
    made = recipe_of(cursor, View("explore", PracticeFilter(practice=ids)), "scores", "pdf", on)
    blocks = [Block("facts", rows=tuple(answer.asked.in_words()))]
    blocks += [Block("note", words) for words in not_used(answer)]
    blocks += [
        Block("heading", _("Practices that fit") if answer.matches else _("No practice fits; these are the closest")),
        Block("note", _(HOW)),
    ]
    for place, one in enumerate(shown, start=1):
        card = answer.cards[one.id]
        where = labels("country", card["countries"]) or _("country not stated")
        rows = [
            (_("What"), marked(card["summary"])),
            (_("Where, when"), formats.parted([where, years(card["start_year"], card["end_year"])])),
        ]
        rows += [(_("Why"), formats.parted(reason_words(held, answer.asked) for held in one.reasons))]
        rows += [(_("Source"), card["source_url"])]
        blocks += [Block("heading", f"{place}. {marked(card['name'])}"), Block("facts", rows=tuple(rows))]
    blocks += _evidence(answer) + _organisations(answer)
    blocks += [Block("heading", _("What is not documented yet"))]
    blocks += [Block("text", words) for words in not_documented(answer)]
    blocks += [
        Block("heading", _("How this was made")),
        Block(
            "facts",
            rows=(
                (_("Page"), f"needs?{urlencode(answer.asked.params(), doseq=True)}"),
                (_("Data version"), data_words(made)),
                (_("Made on"), on.isoformat()),
                (_("Licence"), _(LICENCE)),
            ),
        ),
    ]
    asked = answer.asked
    said = (labels("measure_type", asked.types), labels("sector", asked.sectors), labels("target_group", asked.groups))
    subject = ", ".join(part for part in said if part)
    return cleaned(Brief(_("What is there for this need"), subject, tuple(blocks), made, on))


def _evidence(answer: Answer) -> list[Block]:
    rows = tuple(
        (
            marked(row["title"]),
            marked(row["finding"] or "")
            or _("Finding not available to us. {summary}").format(summary=marked(row["summary"])),
            label("study_strength", str(int(row["evidence_level"])))
            if known(row["evidence_level"])
            else _("no study design"),
            row["url"] if row["offered"] else _("copy, original not found"),
        )
        for row in answer.evidence[:PUBLICATIONS]
    )
    table = Block(
        "table",
        _("Publications on it: best fit first, then the strongest"),
        (_("Publication"), _("Found"), _("Strength"), _("Address")),
        rows,
        (2.5, 3, 1.4, 2.2),
    )
    return [Block("heading", _("Evidence relevant to it")), table if rows else Block("text", _("None in the library."))]


def _organisations(answer: Answer) -> list[Block]:
    rows = tuple(
        (marked(row["name"]), label("organisation_kind", row["kind"]), formats.parted(why), row["url"])
        for row, why in first_to_ask(answer)
    )
    table = Block(
        "table",
        _("Organisations to ask, with the reason"),
        (_("Organisation"), _("Kind"), _("Why"), _("Address")),
        rows,
        (2, 1.3, 3, 2.2),
    )
    note = Block(
        "note", _("Kinds were assigned by name and not verified; how to join is as of the copy that was read.")
    )
    return [
        Block("heading", _("Whom to ask")),
        *([table, note] if rows else [Block("text", _("None in the directory."))]),
    ]


@speak(ENGLISH)
def needs_csv(cursor: Cursor, answer: Answer, on: date) -> bytes:
    """Return all matches, publications and organisations as rows of one table; text as a spreadsheet shows it."""
    need = "; ".join([*(f"{name}: {words}" for name, words in answer.asked.in_words()), *not_used(answer)])
    about = [harmless(need), f"needs?{urlencode(answer.asked.params(), doseq=True)}", on.isoformat(), LICENCE]
    matches = [*answer.matches, *answer.near]
    fitting = len(answer.matches)
    found = cards(cursor, [one.id for one in matches])
    told: list[tuple[str, str, str, str, str]] = []  # what, id, name, reasons, url
    for place, one in enumerate(matches):
        card = found[one.id]
        reasons = "; ".join(reason_words(held, answer.asked) for held in one.reasons)
        what = "practice" if place < fitting else "practice, shares only a part of what is asked"
        told.append((what, one.id, card["name"], reasons, card["source_url"]))
    for row in answer.evidence:
        shared = labels("theme", row["shared_sectors"]) + "; " + labels("target_group", row["shared_groups"])
        told.append(("publication", row["id"], row["title"], shared, row["url"]))
    for row, why in answer.organisations:
        told.append(("organisation", row["id"], row["name"], "; ".join(map(why_words, why)), row["url"]))
    head = ["what", "id", "name", "reasons", "url", "need", "link", "exported_on", "licence"]
    lines = ([*one[:2], harmless(one[2]), harmless(one[3]), harmless_inside(one[4]), *about] for one in told)
    return csv_bytes([head, *lines])
