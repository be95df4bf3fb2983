"""Open a file or what a browser kept, also one made under another version of the framework, and say what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from criteria.framework import Framework, current_framework, published_frameworks
from practices_db import formats
from practices_db.errors import PracticesError, faults
from practices_db.files.self_assessment.form import FILE, Draft, EarlierAnswers, OwnAssessment, misplaced, read_json
from practices_db.translation import _, ngettext


@dataclass(frozen=True)
class Opened:
    """A form under the current framework, and in words what is not as it was when the file was saved."""

    form: OwnAssessment
    changes: tuple[str, ...] = ()


def open_file(
    content: bytes,
    frameworks: Mapping[tuple[str, str], Framework] | None = None,
    current: Framework | None = None,
    name: str = "",
) -> Opened:
    """Read a self-assessment file with its name. PracticesError names every fault; nothing of a faulty one is taken."""
    found = read_json(content)
    if found.get("file") != FILE:
        raise PracticesError(
            _(
                "This is JSON, but not a self-assessment of this app (its “file” does not say so). Open the .json file "
                "that “Download” gave you."
            )
        )
    if found.get("format") != 1 and isinstance(found.get("format"), int):
        raise PracticesError(_("The file has a newer format than this app can read. Open it where it was made."))
    try:
        form = OwnAssessment.model_validate(found | {"opened_from": name[:300]})
    except ValidationError as error:
        raise PracticesError("\n".join([_("The file cannot be opened:"), *faults(error, found)])) from error
    return adapted(form, frameworks or published_frameworks(), current or current_framework())


def adapted(form: OwnAssessment, frameworks: Mapping[tuple[str, str], Framework], current: Framework) -> Opened:
    """Return a form under the current framework with what changed since it was made.

    Answers of another version are no answers to the questions of today: they stand beside these (``earlier``) until
    somebody confirms them one by one. Raises PracticesError where the version or an indicator is not known, or an
    evidence level cannot stand where it stands.
    """
    made = frameworks.get((form.framework, form.framework_version))
    if made is None:
        words = _(
            "The file was made with the questions of {made}; this app has {current} and does not know those. Open it "
            "where it was made, or update this app."
        )
        made_with = f"{form.framework} {form.framework_version}"
        raise PracticesError(words.format(made=made_with, current=f"{current.id} {current.version}"))
    _known(made, [one.indicator for one in form.answers], "")
    _known(made, form.out_of_reach, "out_of_reach: ")
    if form.earlier:
        before = frameworks.get((form.earlier.framework, form.earlier.framework_version))
        if before is None:
            raise PracticesError(
                _("The file cannot be opened: earlier: the version of the questions is not known here.")
            )
        _known(before, [one.indicator for one in form.earlier.answers], "earlier: ")
    if (made.id, made.version) == (current.id, current.version):
        for one in form.answers:
            if fault := misplaced(made, one):
                words = _("The file cannot be opened: answers, {indicator}: {fault}.")
                raise PracticesError(words.format(indicator=one.indicator, fault=fault))
        return Opened(_unnamed(form))
    earlier = EarlierAnswers(framework=made.id, framework_version=made.version, answers=form.answers)
    kept = form.model_copy(
        update={
            "framework": current.id,
            "framework_version": current.version,
            "answers": (),
            "out_of_reach": (),
            "earlier": earlier if form.answers else form.earlier,
        }
    )
    return Opened(_unnamed(kept), tuple(_differences(form, made, current)))


def _known(made: Framework, ids: Sequence[str], where: str) -> None:
    known = {one.id for one in made.indicators}
    if strange := [id_ for id_ in ids if id_ not in known]:
        words = _("The file cannot be opened: {where} is not asked in {framework}.")
        named = where + ", ".join(repr(id_[:60]) for id_ in strange[:10])
        raise PracticesError(words.format(where=named, framework=f"{made.id} {made.version}"))


def _unnamed(form: OwnAssessment) -> OwnAssessment:
    """Return the form without the labels that stand in a file to be read."""
    answers = tuple(one.model_copy(update={"about": ""}) for one in form.answers)
    return form.model_copy(update={"answers": answers})


def _differences(form: OwnAssessment, made: Framework, current: Framework) -> list[str]:
    said = [
        _("The questions are now version {now}; these answers were given to version {then}.").format(
            now=current.version, then=made.version
        )
    ]
    followed = {id_ for one in current.indicators for id_ in one.was or (one.id,)}
    if beside := sum(one.indicator in followed for one in form.answers):
        said.append(
            ngettext(
                "{count} earlier answer stands beside the question that follows it. It counts once you confirm it "
                "there.",
                "{count} earlier answers stand beside the questions that follow them. Each counts once you confirm it "
                "there.",
                beside,
            ).format(count=formats.count(beside))
        )
    for indicator in made.indicators:
        given = form.answer(indicator.id)
        if indicator.id not in followed:
            if given is None:
                words = _("No longer asked: {question}.")
            elif given.note:
                words = _("No longer asked: {question}; you had answered “{answer}”, with the note “{note}”.")
            else:
                words = _("No longer asked: {question}; you had answered “{answer}”.")
            answer = _(made.answer_label(given.answer)) if given else ""
            note = given.note if given else ""
            said.append(words.format(question=_(indicator.label), answer=answer, note=note))
    old = {one.id for one in made.indicators}
    said += [
        _("New: {question}.").format(question=_(one.label))
        for one in current.indicators
        if not old & set(one.was or (one.id,))
    ]
    if form.out_of_reach:
        said.append(_("Please mark again what you cannot change, under “Next steps”."))
    return said


def open_draft(text: str) -> tuple[Draft, tuple[str, ...]]:
    """Read what a browser kept. PracticesError where it is damaged; the changes say what is not as it was."""
    found = read_json(text.encode("utf-8", "replace"), kept=True)
    try:
        draft = Draft.model_validate(found)
    except ValidationError as error:
        raise PracticesError("\n".join([_("What this browser kept cannot be read:"), *faults(error, found)])) from error
    known, now = published_frameworks(), current_framework()
    mine = adapted(draft.mine, known, now)
    others = [adapted(one, known, now) for one in draft.colleagues]
    last = adapted(draft.last_year, known, now) if draft.last_year else None
    changes = list(mine.changes)
    if any(one.changes for one in (*others, *([last] if last else []))):
        changes.append(
            _(
                "Forms of colleagues or of last year that were made with other questions are closed: they cannot be "
                "compared."
            )
        )
    return Draft(
        mine=mine.form,
        colleagues=tuple(one.form for one in others if not one.changes),
        last_year=last.form if last and not last.changes else None,
        # drafts of the time before there were two lengths do not say one
        short=draft.short if "short" in found else not mine.form.beyond_headlines,
        settled=() if mine.changes else draft.settled,
        sending=draft.sending,
    ), tuple(changes)
