"""From a form to a submission: what becomes public, what has to be corrected first, and the mailbox."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from criteria.framework import current_framework
from practices_db import formats
from practices_db.catalogue.addresses import completed
from practices_db.curation.submissions import checked_mailbox
from practices_db.errors import PracticesError
from practices_db.files.self_assessment.documents import note_of, slug
from practices_db.files.self_assessment.form import OwnAnswer, OwnAssessment, Profile, Sending, misplaced
from practices_db.translation import _, ngettext

KIND = "self-assessment"
FEWEST = 5  # answers; fewer say nothing about a practice
# Facts of a profile that the catalogue keeps as they are.
_FACTS = ("countries", "sectors", "target_groups", "start_year", "people_reached", "funding_kinds")

# Providers that give mailboxes to persons. An organisation may well use one: then the part before the @ says so.
_FOR_PERSONS = re.compile(
    r"(g(oogle)?mail|yahoo|ymail|hotmail|outlook|live|msn|icloud|me|mac|aol|gmx|web|t-online|freenet|libero|virgilio|"
    r"tiscali|alice|orange|wanadoo|free|laposte|sfr|wp|o2|onet|interia|seznam|centrum|abv|mail|yandex|proton(mail)?|"
    r"tutanota|telenet|skynet|ziggo|kpnmail|hetnet|sapo)\.[a-z]{2,3}(\.[a-z]{2})?"
)
_FUNCTIONAL = re.compile(
    r"info|office|contact|kontakt|mail|hello|ciao|hola|team|project|projekt|proje|progett|proyecto|admin|secret|sekret|"
    r"segret|general|welcome|integra|migra|refug|asyl|asil|ngo|ong|org|verein|assoc|found|fond|stift|centr|zentr|"
    r"communic|press|presse|service|servic|support|help|program|coord|koord|direct|ufficio|buero|biuro|hq|community"
)
_NAME_LIKE = re.compile(r"[a-zà-öø-ÿ]+[._-][a-zà-öø-ÿ]{2,}")
_PERSONAL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]{2,}|(?<!\w)(\+|0)\d[\d ()/.-]{6,}\d(?!\w)")


def mailbox_looks_personal(address: str) -> bool:
    """Whether an address looks like one person's: a provider for persons, or a first and a last name before the @.

    A guess on purpose kept simple: whoever knows better says so.
    """
    local, _at, domain = address.strip().lower().rpartition("@")
    if _FUNCTIONAL.search(local):
        return False
    return bool(_FOR_PERSONS.fullmatch(domain)) or bool(_NAME_LIKE.fullmatch(local))


def mailbox_problem(sending: Sending) -> str:
    """Say in words what is wrong with the mailbox, "" where it can be used or there is none."""
    if not sending.mailbox.strip():
        return ""
    try:
        checked_mailbox(sending.mailbox)
    except PracticesError as error:
        return str(error)
    if mailbox_looks_personal(sending.mailbox) and not sending.shared:
        return _(
            "This looks like one person's address. We would rather not keep it: people leave, and their address "
            "is theirs. Is there a shared one, like info@ or project@? If several people read this one, say so below."
        )
    return ""


def to_correct(form: OwnAssessment, sending: Sending) -> list[str]:
    """Return what has to be corrected before the form can be submitted, a sentence each."""
    framework = current_framework()
    known = {one.id: _(one.label) for one in framework.indicators}
    names = {one.indicator: known.get(one.indicator, one.indicator) for one in form.answers}
    wrong = []
    if len(form.evidence) < FEWEST:
        words = _("Answer at least {fewest} questions with met, partly met or not met; there are {count}.")
        wrong.append(words.format(fewest=FEWEST, count=len(form.evidence)))
    wrong += [
        _("{question}: say why it does not apply.").format(question=names[one.indicator])
        for one in form.answers
        if one.answer == "not-applicable" and not one.note.strip()
    ]
    wrong += [
        _("{question}: the note holds an e-mail address or a telephone number; take it out.").format(
            question=names[one.indicator]
        )
        for one in form.answers
        if _PERSONAL.search(one.note)
    ]
    wrong += [
        formats.pair(names[one.indicator], f"{fault}.")
        for one in form.answers
        if one.indicator in known and (fault := misplaced(framework, one))
    ]
    unsaid = [names[one.indicator] for one in form.answers if one.documented and one.evidence_level is None]
    if unsaid:
        wrong.append(
            ngettext(
                "Say what shows this answer (“We say so” is an answer too): {answers}.",
                "Say what shows these {count} answers (“We say so” is an answer too): {answers}.",
                len(unsaid),
            ).format(count=formats.count(len(unsaid)), answers=formats.parted(unsaid))
        )
    if not form.profile.practice_id:
        if not form.profile.name.strip():
            wrong.append(_("Give the practice a name, under “About your practice”."))
        if not sending.summary.strip():
            wrong.append(_("Say in two or three sentences what the practice does."))
        if not completed(sending.page):
            wrong.append(_("Give the address of a public page about the practice, like https://example.org/practice."))
    if problem := mailbox_problem(sending):
        wrong.append(problem)
    return wrong


def payload(form: OwnAssessment, sending: Sending, on: date, taken: Collection[str] = ()) -> dict[str, Any]:
    """Return what is sent: answers, and the practice's facts where it is not in the catalogue yet.

    ``taken`` are the ids of the catalogue: a new practice gets another one.
    """
    made: dict[str, Any] = {
        "framework": form.framework,
        "framework_version": form.framework_version,
        "assessor": "self",
        "assessed_on": on.isoformat(),
        "answers": [_answer(one) for one in form.answers],
    }
    if not form.profile.practice_id:
        made["practice"] = _practice(form, sending, on) | {"id": _free(slug(form), taken)}
    return made


def _answer(one: OwnAnswer) -> dict[str, Any]:
    given = {
        "indicator_id": one.indicator,
        "answer": one.answer,
        "evidence_level": (one.evidence_level or 0) * one.documented,
    }
    if note := note_of(one):
        given["note"] = note
    if one.documented and one.address:
        given["source_url"] = one.address
    return given


def _practice(form: OwnAssessment, sending: Sending, on: date) -> dict[str, Any]:
    facts = form.profile
    page = completed(sending.page)
    return {
        "name": facts.name.strip(),
        "lead_organisation": facts.organisation.strip() or None,
        "place": (facts.place.strip(),) if facts.place.strip() else (),
        **{name: getattr(facts, name) for name in _FACTS},
        "summary": sending.summary.strip(),
        "source_url": page,
        "source_name": facts.organisation.strip() or page.split("/")[2],
        "source_confidence": "medium",
        "checked_on": on.isoformat(),
    }


def _free(id_: str, taken: Collection[str]) -> str:
    numbers = (f"{id_[:76]}-{number}" for number in range(2, 1000))
    return next((one for one in (id_, *numbers) if one not in taken), id_)


def form_of(content: Mapping[str, Any], practice_id: str | None, on: date) -> tuple[OwnAssessment, Sending]:
    """Return the form of a submission, to be corrected."""
    row = content.get("practice") or {}
    profile = Profile(
        practice_id=practice_id or "",
        name=row.get("name") or "",
        organisation=row.get("lead_organisation") or "",
        place=", ".join(row.get("place", ())),
        **{name: row[name] for name in _FACTS if row.get(name) is not None},
    )
    answers = tuple(
        OwnAnswer(
            indicator=one["indicator_id"],
            answer=one["answer"],
            evidence_level=one.get("evidence_level", 0),
            note=one.get("note") or "",
            link=one.get("source_url") or "",
        )
        for one in content["answers"]
    )
    form = OwnAssessment(
        framework=content["framework"],
        framework_version=content["framework_version"],
        saved_on=on,
        profile=profile,
        answers=answers,
    )
    return form, Sending(summary=row.get("summary") or "", page=row.get("source_url") or "")
