"""The one draft of a session: how it changes, and how it comes from and goes to the browser's own storage.

The draft is the truth; widgets show it and write to it. It lives in the session's memory and in the browser, nowhere
else: no file, no database, no log and no address on this server ever holds it. The browser keeps several side by side,
each in a slot of its own; one is open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import streamlit as st
from pydantic import ValidationError

from criteria.framework import ANSWER_IDS, AnswerId, current_framework, evidence_fault
from pages.shared.components import browser_storage, private_links
from pages.shared.components.browser_storage import Difference, KeptText, Listed
from pages.shared.components.screen_texts import escaped
from practices_db.files.self_assessment.form import Draft, OwnAnswer, OwnAssessment, Profile, Sending, new_form
from practices_db.files.self_assessment.open_file import open_draft
from practices_db.translation import N_, _, language

GROUP = "self-assessment"  # also the slot of the first draft, and of those kept before there were several
_STATE = "own"
# The fields that the browser writes down by itself: own_profile_name, own_sending_page, own_eff-objectives_note.
_FIELDS = (
    r"^own_(?:settle_)?([a-z0-9-]+)_"
    r"(name|organisation|place|start_year|people_reached|summary|page|mailbox|answer|level|note|link|author)$"
)


@dataclass
class _State(KeptText):
    """What a session knows of its draft."""

    draft: Draft
    group: str = field(default=GROUP, kw_only=True)
    fields: str = field(default=_FIELDS, kw_only=True)
    changes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return self.draft.model_dump_json()

    @property
    def name(self) -> str:
        return self.draft.mine.profile.name.strip()

    def read(self, text: str) -> None:
        self.draft, self.changes = open_draft(text)

    def clear(self) -> None:
        self.draft, self.changes = Draft(mine=new_form(date.today())), ()

    def raw(self, name: str, value: Any) -> str:
        if name.endswith("_answer"):
            return str(ANSWER_IDS.index(value)) if value in ANSWER_IDS else ""
        if name.endswith("_level") and (found := re.fullmatch(_FIELDS, name)):
            offered = levels(found[1])
            return str(offered.index(value)) if value in offered else ""
        return "" if value is None else str(value)

    def take_field(self, name: str, raw: str) -> None:
        found = re.fullmatch(_FIELDS, name)
        if not found:
            return
        of, part = found.groups()
        if part == "answer":
            if raw.isdecimal() and int(raw) < len(ANSWER_IDS):
                set_answer(of, ANSWER_IDS[int(raw)])
        elif part == "level":
            if raw.isdecimal() and int(raw) < len(offered := levels(of)):
                change_answer(of, evidence_level=offered[int(raw)])
        elif of == "profile":
            whole = part in ("start_year", "people_reached")
            change_profile(**{part: (int(raw) if raw.isdecimal() else None) if whole else raw})
        elif of == "form":
            change_author(raw)
        elif of == "sending":
            change_sending(**{part: raw})
        else:
            change_answer(of, **{part: raw})

    def differences(self, text: str) -> list[Difference]:
        return differences(self.draft, open_draft(text)[0])


def _state() -> _State:
    if _STATE not in st.session_state:
        st.session_state[_STATE] = _State(Draft(mine=new_form(date.today())))
    state: _State = st.session_state[_STATE]
    return state


def draft() -> Draft:
    """Return the draft as it is now."""
    return _state().draft


def mine() -> OwnAssessment:
    """Return her own form as it is now."""
    return _state().draft.mine


def change(made: Draft) -> None:
    """Take a changed draft; the browser keeps it with this run of the page."""
    state = _state()
    if made != state.draft:
        state.draft = made
        state.changed()


def change_mine(form: OwnAssessment) -> None:
    """Take her changed form."""
    change(draft().model_copy(update={"mine": form}))


def change_answer(indicator_id: str, **parts: Any) -> None:
    """Change parts of one answer; without an answer its other parts wait for it in the note."""
    if indicator_id not in {one.id for one in current_framework().indicators}:
        return
    given = mine().answer(indicator_id)
    before = given.model_dump() if given else {"indicator": indicator_id, "answer": "not-documented"}
    try:
        said = {"language": language()} if parts.keys() & {"answer", "note"} else {}
        made = OwnAnswer.model_validate(before | parts | said)
    except ValidationError:
        return  # a value that no widget of ours offers: sent by hand, and dropped
    if made.documented and evidence_fault(current_framework(), indicator_id, made.evidence_level or 0):
        return  # nor is this one offered there
    change_mine(mine().with_answer(made))


def set_answer(indicator_id: str, answer: AnswerId | None) -> None:
    """Set or take back an answer; proof that is given stays."""
    if answer is None:
        change_mine(mine().without_answer(indicator_id))
    else:
        change_answer(indicator_id, answer=answer)


def change_profile(**facts: Any) -> None:
    """Change facts of the profile; what is no fact is dropped."""
    try:
        change_mine(mine().with_profile(**facts))
    except ValidationError:
        return


def change_sending(**parts: Any) -> None:
    """Change what is asked only for a submission; what cannot be is dropped."""
    try:
        made = Sending.model_validate(draft().sending.model_dump() | parts)
    except ValidationError:
        return
    change(draft().model_copy(update={"sending": made}))


def change_author(author: str | None) -> None:
    """Change who filled the form in, as they want to be called."""
    change_mine(OwnAssessment.model_validate(mine().model_dump() | {"author": author or ""}))


def set_length(short: bool) -> None:
    """Choose the short or the whole form; every answer stays."""
    change(draft().model_copy(update={"short": bool(short)}))


def replace_with(form: OwnAssessment) -> None:
    """Put another form in the place of hers, as when a file is opened; what was there is gone."""
    short = draft().short and not form.beyond_headlines
    change(draft().model_copy(update={"mine": form, "settled": (), "short": short}))


def forget() -> None:
    """Empty the draft and make the browser forget every draft, and every receipt of what was sent."""
    _state().forget()
    private_links.forget()


def slot() -> str:
    """Return the slot of the open draft."""
    return _state().slot or GROUP


# --- several drafts side by side -------------------------------------------------------------------------------


def drafts() -> tuple[Listed, ...]:
    """Return the drafts that this browser keeps, the open one first."""
    state = _state()
    others = sorted((one for one in state.listed if one.slot != state.slot), key=lambda one: one.kept, reverse=True)
    return (Listed(state.slot, state.name, ""), *others)


def begin_another() -> None:
    """Open an empty draft beside those that are there."""
    state = _state()
    _open(state.new_slot(), state.listed if state.draft.empty else _all_listed(), loaded=True)


def open_slot(slot: str) -> None:
    """Open another draft; the one that is open stays in the browser."""
    if slot != _state().slot:
        _open(slot, _all_listed())


def delete_open() -> None:
    """Make the browser forget the open draft, and open the newest of the others."""
    state = _state()
    state.order_drop(state.slot)
    others = drafts()[1:]
    if others:
        _open(others[0].slot, others)
    else:
        _open(state.new_slot(), (), loaded=True)


def _all_listed() -> tuple[Listed, ...]:
    here, *others = drafts()
    return (here._replace(kept=datetime.now(UTC).isoformat()), *others)


def _open(slot: str, listed: tuple[Listed, ...], loaded: bool = False) -> None:
    old = _state()
    st.session_state[_STATE] = _State(
        Draft(mine=new_form(date.today())),
        slot=slot,
        listed=listed,
        loaded=loaded,
        heard=old.heard,
        orders=old.orders,
    )


# --- two texts of one draft ------------------------------------------------------------------------------------

_PROFILE = {
    "name": N_("Name of the practice"),
    "organisation": N_("Organisation"),
    "countries": N_("Countries"),
    "place": N_("Place"),
    "sectors": N_("What it is about"),
    "target_groups": N_("Whom it is for"),
    "start_year": N_("Since which year"),
    "people_reached": N_("People reached"),
    "funding_kinds": N_("Kinds of funding"),
}
_ANSWER = {
    "answer": N_("{question}: answer"),
    "evidence_level": N_("{question}: evidence"),
    "note": N_("{question}: note"),
    "link": N_("{question}: link"),
}
_SENDING = {
    "summary": N_("Summary"),
    "page": N_("Public page"),
    "mailbox": N_("Mailbox"),
    "shared": N_("Several people read the mailbox"),
}


def differences(here: Draft, there: Draft) -> list[Difference]:
    """Return in what two drafts differ, in the order of the form."""
    found = _parts(_PROFILE, here.mine.profile, there.mine.profile)
    for indicator in current_framework().indicators:
        one, other = (form.answer(indicator.id) for form in (here.mine, there.mine))
        found += _parts(_ANSWER, one, other, _(indicator.label))
    found += _parts(_SENDING, here.sending, there.sending)
    found += _parts({"author": N_("Who filled it in")}, here.mine, there.mine)
    for what, name in (("colleagues", _("Files of colleagues")), ("settled", _("Settled with colleagues"))):
        one, other = getattr(here, what), getattr(there, what)
        if one != other:
            found.append(Difference(name, str(len(one)), str(len(other))))
    if here.mine.out_of_reach != there.mine.out_of_reach:
        out = (str(len(form.out_of_reach)) for form in (here.mine, there.mine))
        found.append(Difference(_("Steps out of reach"), *out))
    if here.last_year != there.last_year:
        when = (form.saved_on.isoformat() if form else "" for form in (here.last_year, there.last_year))
        found.append(Difference(_("Earlier file"), *when))
    return found


def _parts(names: Mapping[str, str], here: Any, there: Any, question: str = "") -> list[Difference]:
    pairs = [(name, _words(here, part), _words(there, part)) for part, name in names.items()]
    return [Difference(_(name).format(question=question), one, other) for name, one, other in pairs if one != other]


def _words(of: OwnAssessment | Profile | OwnAnswer | Sending | None, part: str) -> str:
    value = getattr(of, part, None)
    if part == "answer" and value:
        return _(current_framework().answer_label(value))
    if part == "evidence_level":
        return "" if value is None else _(current_framework().evidence_label(value))
    if isinstance(value, tuple):
        return ", ".join(value)
    return "" if value is None or value is False else _("yes") if value is True else str(value)


# --- the browser and the widgets -------------------------------------------------------------------------------


def levels(indicator_id: str) -> list[int]:
    """Return the levels of evidence that can stand at an indicator, in their order; none where there is no such one.

    What a browser has kept may be of an earlier framework.
    """
    framework = current_framework()
    if indicator_id not in framework.indicators_by_id:
        return []
    each = (one.level for one in framework.evidence_levels)
    return [level for level in each if evidence_fault(framework, indicator_id, level) is None]


def kept_line() -> bool:
    """Draw the line that says what the browser keeps, with what has to be decided; return whether all is loaded.

    Until then a step draws the words that are the same for every draft, and no field: what the browser keeps comes
    with a second run, and the step would begin to be read only then.
    """
    state = _state()
    loaded = browser_storage.kept_line(state)
    if state.changes:
        with st.expander(_("The questions have changed since you last were here"), expanded=True):
            st.markdown("\n".join(f"- {escaped(words)}" for words in state.changes))
    return loaded


def loaded() -> bool:
    """Return whether the browser has told what it keeps."""
    return _state().loaded


def widget(key: str, value: Any, take: Callable[[Any], None], choice: bool = False) -> dict[str, Any]:
    """Make a widget show a value of the draft; return its key and what it calls when that changed.

    ``choice``: the value is one of several, and no text.
    """
    return _state().widget(key, value, take, choice)


def fact(name: str, value: Any) -> dict[str, Any]:
    """Return key and what is called of a widget over a fact of the profile that has a value."""

    def take(given: Any) -> None:
        change_profile(**{name: tuple(given) if isinstance(given, list) else given})

    return widget(f"own_profile_{name}", value, take)


def take_newer() -> None:
    """Take what the fields of this page show where the connection came back to a new session."""
    _state().take_newer()
