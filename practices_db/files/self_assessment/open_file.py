"""Open a file or what a browser kept, also one made under another version of the framework, and say what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from criteria.framework import Framework, current_framework, published_frameworks
from practices_db.errors import PracticesError, faults
from practices_db.files.self_assessment.form import FILE, Draft, OwnAssessment, read_json


@dataclass(frozen=True)
class Opened:
    """A form under the current framework, and in words what is not as it was when the file was saved."""

    form: OwnAssessment
    changes: tuple[str, ...] = ()


def open_file(
    content: bytes,
    frameworks: Mapping[tuple[str, str], Framework] | None = None,
    current: Framework | None = None,
) -> Opened:
    """Read a self-assessment file. PracticesError names every fault; nothing of a faulty file is taken."""
    found = read_json(content)
    if found.get("file") != FILE:
        raise PracticesError(
            "This is JSON, but not a self-assessment of this app (its “file” does not say so). Open the .json "
            "file that "
            "“Take away” gave you."
        )
    if found.get("format") != 1 and isinstance(found.get("format"), int):
        raise PracticesError("The file has a newer format than this app can read. Open it where it was made.")
    try:
        form = OwnAssessment.model_validate(found)
    except ValidationError as error:
        raise PracticesError("\n".join(["The file cannot be taken:", *faults(error, found)])) from error
    return adapted(form, frameworks or published_frameworks(), current or current_framework())


def adapted(form: OwnAssessment, frameworks: Mapping[tuple[str, str], Framework], current: Framework) -> Opened:
    """Return a form under the current framework with what changed since it was made.

    Answers to indicators that are gone are left out and named with what was said; a reworded indicator keeps its
    answer and is named, so that it can be checked.
    """
    made = frameworks.get((form.framework, form.framework_version))
    if made is None:
        raise PracticesError(
            f"The file was made with the questions of {form.framework} {form.framework_version}; this app has "
            f"{current.id} {current.version} and does not know those. Open it where it was made, or update this app."
        )
    old = {one.id: one for one in made.indicators}
    if strange := [one.indicator for one in form.answers if one.indicator not in old]:
        raise PracticesError(
            f"The file cannot be taken: {', '.join(repr(id_[:60]) for id_ in strange[:10])} is not asked in "
            f"{made.id} {made.version}."
        )
    if strange := [id_ for id_ in form.out_of_reach if id_ not in old]:
        raise PracticesError(
            f"The file cannot be taken: out_of_reach: {strange[0][:60]!r} is not asked in {made.version}."
        )
    new = {one.id: one for one in current.indicators}
    kept = form.model_copy(
        update={
            "framework": current.id,
            "framework_version": current.version,
            "answers": tuple(one.model_copy(update={"about": ""}) for one in form.answers if one.indicator in new),
            "out_of_reach": tuple(id_ for id_ in form.out_of_reach if id_ in new),
        }
    )
    if (made.id, made.version) == (current.id, current.version):
        return Opened(kept)
    return Opened(kept, tuple(_differences(form, made, current)))


def _differences(form: OwnAssessment, made: Framework, current: Framework) -> list[str]:
    old, new = ({one.id: one for one in of.indicators} for of in (made, current))
    said = [f"The questions are now version {current.version}; the file was made with {made.version}."]
    for id_, indicator in old.items():
        given = form.answer(id_)
        if id_ not in new:
            was = f"; you had answered “{made.answer_label(given.answer)}”{_noted(given.note)}" if given else ""
            said.append(f"No longer asked: {indicator.label}{was}.")
        elif _wording(indicator) != _wording(new[id_]):
            said.append(f"Worded anew: {new[id_].label}" + ("; please check your answer." if given else "."))
        elif indicator.weight != new[id_].weight:
            said.append(f"Counts differently: {new[id_].label}, {indicator.weight:g} then and {new[id_].weight:g} now.")
    said += [f"New: {one.label}; not answered yet." for id_, one in new.items() if id_ not in old]
    return said


def _noted(note: str) -> str:
    return f", with the note “{note}”" if note else ""


def _wording(indicator: Any) -> tuple[str, ...]:
    return indicator.label, indicator.met, indicator.partly, indicator.not_met


def open_draft(text: str) -> tuple[Draft, tuple[str, ...]]:
    """Read what a browser kept. PracticesError where it is damaged; the changes say what is not as it was."""
    found = read_json(text.encode("utf-8", "replace"), "What this browser kept")
    try:
        draft = Draft.model_validate(found)
    except ValidationError as error:
        raise PracticesError("\n".join(["What this browser kept cannot be read:", *faults(error, found)])) from error
    known, now = published_frameworks(), current_framework()
    mine = adapted(draft.mine, known, now)
    return Draft(
        mine=mine.form,
        colleagues=tuple(adapted(one, known, now).form for one in draft.colleagues),
        last_year=adapted(draft.last_year, known, now).form if draft.last_year else None,
        settled=draft.settled,
        sending=draft.sending,
    ), mine.changes
