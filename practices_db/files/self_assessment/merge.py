"""Several colleagues' forms made one; the result does not depend on the order of the files."""

from __future__ import annotations

from collections.abc import Sequence

from criteria.forms import said_of
from criteria.framework import current_framework
from practices_db import formats
from practices_db.catalogue.plain_text import normalise
from practices_db.errors import PracticesError
from practices_db.files.self_assessment.form import NOTE, OwnAnswer, OwnAssessment, Profile
from practices_db.translation import _


def in_order(forms: Sequence[OwnAssessment]) -> list[OwnAssessment]:
    """Return the forms in an order of their content, whatever order they came in."""
    return sorted(forms, key=_content)


def unlike(forms: Sequence[OwnAssessment]) -> list[OwnAssessment]:
    """Return the forms in order, of those with the same content only one: a file that was copied is one form."""
    return list({_content(form): form for form in reversed(in_order(forms))}.values())[::-1]


def _content(form: OwnAssessment) -> str:
    return form.model_dump_json(exclude={"opened_from"})


def same_practice(forms: Sequence[OwnAssessment]) -> None:
    """Raise PracticesError where forms name different practices; a form without a name is taken for any."""
    names = {normalise(form.profile.name): form.profile.name for form in in_order(forms) if form.profile.name.strip()}
    if len(names) > 1:
        quoted = ", ".join(formats.quoted(name[:80]) for name in names.values())
        raise PracticesError(_("These files are of different practices: {names}.").format(names=quoted))


def agreed(forms: Sequence[OwnAssessment]) -> OwnAssessment:
    """Return what the forms agree on: profile facts and every indicator that all who answered it answered alike.

    An answer keeps the strongest proof that anybody named, with that person's link; different notes are kept below
    each other. What is disputed stays unanswered until it is settled.
    """
    ordered = in_order(forms)
    answers = [
        together(ordered, indicator.id)
        for indicator in current_framework().indicators
        if len(said_of([form.form for form in ordered], indicator.id)) == 1
    ]
    out = [
        indicator.id
        for indicator in current_framework().indicators
        if all(indicator.id in one.out_of_reach for one in forms)
    ]
    return ordered[0].model_copy(
        update={
            "saved_on": max(form.saved_on for form in ordered),
            "profile": _profile(ordered),
            "answers": tuple(one for one in answers if one),
            "out_of_reach": tuple(out),
            "author": "",
            "opened_from": "",
        }
    )


def together(forms: Sequence[OwnAssessment], indicator_id: str) -> OwnAnswer | None:
    """Return one answer out of those that colleagues gave to an indicator: the proof of the strongest, all notes."""
    given = [answer for form in in_order(forms) if (answer := form.answer(indicator_id))]
    if not given:
        return None
    strongest = max(given, key=lambda one: (one.evidence_level or 0, bool(one.link), one.model_dump_json()))
    notes = "\n".join(dict.fromkeys(one.note.strip() for one in given if one.note.strip()))
    return strongest.model_copy(update={"note": notes[:NOTE]})


def _profile(ordered: Sequence[OwnAssessment]) -> Profile:
    """Return for each fact what most forms state, the first in order where several are as frequent."""
    facts = {}
    for name in Profile.model_fields:
        stated = [value for form in ordered if (value := getattr(form.profile, name)) not in ("", (), None)]
        if stated:
            facts[name] = max(stated, key=lambda value: (stated.count(value), str(value)))
    return Profile(**facts)
