"""What is taken away of a form besides its own file: CSV in the catalogue's format, a workbook, the funder's report.

Everything is made in memory: nothing of it touches a disk of the server.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from datetime import date

from criteria.framework import Framework, current_framework
from criteria.next_steps import OWN, level_of
from practices_db import formats
from practices_db.catalogue.plain_text import normalise
from practices_db.catalogue.practice_rows import AnswerRow, columns
from practices_db.catalogue.texts import labels
from practices_db.catalogue.vocabularies import vocabulary
from practices_db.files.exports.cell_text import harmless, harmless_inside
from practices_db.files.exports.csv_json import BOM, unique_name
from practices_db.files.exports.recipe import METHOD
from practices_db.files.self_assessment.form import OwnAnswer, OwnAssessment, Profile
from practices_db.files.self_assessment.scores import scores
from practices_db.files.sheets import Cell, add_sheet, new_book
from practices_db.translation import ENGLISH, N_, _, ngettext, speak

_LISTS = {
    "countries": "country",
    "sectors": "sector",
    "target_groups": "target_group",
    "funding_kinds": "funding_kind",
}
_FACTS = {
    "name": N_("Practice"),
    "organisation": N_("Organisation"),
    "countries": N_("Countries"),
    "place": N_("Place"),
    "sectors": N_("What it is about"),
    "target_groups": N_("Whom it is for"),
    "start_year": N_("Since"),
    "people_reached": N_("People reached, about"),
    "funding_kinds": N_("Kinds of funding"),
}


def slug(form: OwnAssessment) -> str:
    """Return the id of the practice: the catalogue's, or one made of its name."""
    made = re.sub(r"[^a-z0-9]+", "-", normalise(form.profile.name)).strip("-")[:80].strip("-")
    return form.profile.practice_id or made or "own-practice"


def own_file_name(form: OwnAssessment, on: date, ending: str) -> str:
    """Return the name of a file, with a part that nobody can guess."""
    return unique_name(f"self-assessment_{slug(form)[:60]}", on, f".{ending}")


def stated(profile: Profile) -> list[tuple[str, str]]:
    """Return the facts of a profile in words; what is not stated is left out."""
    facts = []
    for name, title in _FACTS.items():
        value = getattr(profile, name)
        if value in ("", (), None):
            continue
        words = (
            labels(_LISTS[name], value)
            if name in _LISTS
            else formats.count(value)
            if name == "people_reached"
            else str(value)
        )
        facts.append((_(title), words))
    return facts


def note_of(one: OwnAnswer) -> str:
    """Return the note of an answer; a link that is no web address is kept in it."""
    if one.address or not one.documented or not one.link.strip():
        return one.note.strip()
    return f"{one.note.strip()} (see: {one.link.strip()})".strip()


def evidence_words(levels: Mapping[str, str], one: OwnAnswer) -> str:
    """Say what shows an answer, "not said" where nobody did; "" for an answer that needs nothing to show it."""
    if not one.documented:
        return ""
    return _("not said") if one.evidence_level is None else levels[str(one.evidence_level)]


def evidence_count(proven: int, said: int) -> str:
    """Say how many of the answers that say something have evidence.

    >>> evidence_count(1, 8), evidence_count(0, 1), evidence_count(0, 0)
    ('1 of 8 answers with evidence', '0 of 1 answer with evidence', 'nothing answered')
    """
    if not said:
        return _("nothing answered")
    return ngettext("{proven} of {said} answer with evidence", "{proven} of {said} answers with evidence", said).format(
        proven=formats.count(proven), said=formats.count(said)
    )


@speak(ENGLISH)
def as_csv(form: OwnAssessment, on: date) -> bytes:
    """Return the answers as rows of the catalogue's assessments.csv, so that a curator can take them in."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [*columns(AnswerRow), "format"], lineterminator="\n", restval="")
    writer.writeheader()
    for one in form.answers:
        writer.writerow(
            {
                "practice_id": slug(form),
                "framework": form.framework,
                "framework_version": form.framework_version,
                "basis": "self-assessment",
                "assessor": "self",
                "assessed_on": on.isoformat(),
                "indicator_id": one.indicator,
                "answer": one.answer,
                "evidence_level": (one.evidence_level or 0) if one.documented else 0,
                "note": harmless(" ".join(note_of(one).split())),
                "source_url": harmless_inside(one.address) if one.documented else "",
                "format": "csv-comma",  # says whoever takes it in that apostrophes come off
            }
        )
    return (BOM + out.getvalue()).encode()


@speak(ENGLISH)
def as_xlsx(form: OwnAssessment, on: date) -> bytes:
    """Return a workbook: about, profile, scores, every indicator with its answer."""
    out = io.BytesIO()
    framework = current_framework()
    with new_book(out, in_memory=True) as book:
        add_sheet(book, "about", [("What", "Self-assessment"), *_about(framework, on)], (28, 100))
        add_sheet(book, "profile", [("Fact", "Stated"), *stated(form.profile)], (28, 100))
        add_sheet(book, "scores", _score_lines(framework, form), (34, 12, 12, 12, 12, 10, 24))
        add_sheet(book, "answers", _answer_lines(framework, form), (26, 34, 18, 34, 60, 50))
    return out.getvalue()


def _about(framework: Framework, on: date) -> list[tuple[str, str]]:
    return [
        ("Self-assessment", "Made by the organisation itself; nobody else has checked it."),
        ("Framework", f"{framework.id} {framework.version}"),
        ("Made on", on.isoformat()),
        ("Method", METHOD),
    ]


def _score_lines(framework: Framework, form: OwnAssessment) -> list[tuple[Cell, ...]]:
    found = scores(framework, form)
    lines: list[tuple[Cell, ...]] = [("Criterion", "Score", "Low", "High", "Coverage", "Answered", "Level")]
    for criterion in framework.criteria:
        one = found.of(OWN, criterion.id)
        shown = one.score if one.scored else None
        name = level_of(framework, form.form, form.evidence, criterion.id).name if criterion.headline else ""
        lines.append((criterion.title, shown, one.low, one.high, one.coverage, one.answered, name))
    return lines


def _answer_lines(framework: Framework, form: OwnAssessment) -> list[tuple[str, ...]]:
    levels = vocabulary("evidence_level")
    lines: list[tuple[str, ...]] = [("Criterion", "Indicator", "Answer", "Evidence", "Note", "Link")]
    for criterion, _question, indicator in framework.walk():
        one = form.answer(indicator.id)
        if one is None:
            lines.append((criterion.title, indicator.label, "not answered", "", "", ""))
            continue
        proof = evidence_words(levels, one)
        lines.append((criterion.title, indicator.label, framework.answer_label(one.answer), proof, one.note, one.link))
    return lines
