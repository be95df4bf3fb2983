"""The sheet "Would it work here?": asked, kept in the user's browser, taken away. Nothing is written on the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

import streamlit as st
from pydantic import ValidationError

from pages.shared.components import browser_storage, database, reader_language
from pages.shared.components.browser_storage import Difference, KeptText
from pages.shared.components.file_button import file_button
from pages.shared.components.long_text import long_text
from pages.shared.components.screen_texts import escaped, web_link
from practices_db import formats
from practices_db.catalogue import own_language
from practices_db.errors import PracticesError
from practices_db.files.briefs import as_html, as_pdf
from practices_db.files.briefs.transfer_sheet import (
    LONGEST,
    PLAN,
    STATES,
    Condition,
    Given,
    Sheet,
    conditions,
    facts,
    in_words,
    opened,
    questions,
    saved,
    sheet_brief,
    sheet_csv,
    whom,
)
from practices_db.files.exports.csv_json import unique_name
from practices_db.translation import ENGLISH, _, ngettext, speak

Card = Mapping[str, Any]


def _key(practice_id: str, part: str) -> str:
    return f"transfer-{practice_id}-{part}"


def _asked() -> set[str]:
    return {question.id for _condition, question in questions()}


@dataclass
class _KeptSheet(KeptText):
    """What a session knows of the sheet of a practice."""

    sheet: Sheet
    fields: str = field(default="", kw_only=True)
    group: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        self.group = f"transfer/{self.sheet.practice}"
        parts = ["place", *(f"{one.id}(-note)?" for _condition, one in questions()), *(f"plan-{part}" for part in PLAN)]
        self.fields = f"^transfer-{self.sheet.practice}-({'|'.join(parts)})$"

    @property
    def text(self) -> str:
        return self.sheet.model_dump_json()

    @property
    def name(self) -> str:
        return self.sheet.place

    def read(self, text: str) -> None:
        self.sheet = opened(text.encode("utf-8", "replace"), self.sheet.practice)

    def clear(self) -> None:
        self.sheet = Sheet(practice=self.sheet.practice)

    def raw(self, name: str, value: Any) -> str:
        asked = name.removeprefix(_key(self.sheet.practice, "")) in _asked()
        return str([*STATES].index(value)) if asked and value in STATES else str(value or "")

    def take_field(self, name: str, raw: str) -> None:
        part = name.removeprefix(_key(self.sheet.practice, ""))
        if part in _asked():
            if raw.isdecimal() and int(raw) < len(STATES):
                self.take(part, [*STATES][int(raw)])
        else:
            self.take(part, raw)

    def take(self, part: str, value: Any) -> None:
        """Take a part of the sheet, as a widget or the browser gives it; a value that cannot be is dropped."""
        content = self.sheet.model_dump()
        if part == "place":
            content["place"] = value or ""
        elif part.startswith("plan-"):
            content["plan"][part.removeprefix("plan-")] = value or ""
        else:
            question = part.removesuffix("-note")
            given = content["answers"].get(question, Given().model_dump())
            content["answers"][question] = given | {"note" if part.endswith("-note") else "state": value or ""}
        content["answers"] = {id_: given for id_, given in content["answers"].items() if given != Given().model_dump()}
        content["plan"] = {id_: words for id_, words in content["plan"].items() if words}
        try:
            made = Sheet.model_validate(content)
        except ValidationError:
            return
        self.put(made)

    def put(self, sheet: Sheet) -> None:
        """Put another sheet in the place of this one."""
        if sheet != self.sheet:
            self.sheet = sheet
            self.changed()

    def differences(self, text: str) -> list[Difference]:
        here, there = self.sheet, opened(text.encode("utf-8", "replace"), self.sheet.practice)
        found = [Difference(_("Your place or organisation"), here.place, there.place)]
        for _condition, question in questions():
            one, other = (sheet.answers.get(question.id, Given()) for sheet in (here, there))
            words = _(question.text)
            found.append(Difference(words, _(STATES[one.state]), _(STATES[other.state])))
            found.append(Difference(_("Note on: {question}").format(question=words), one.note, other.note))
        for part, (title, _help) in PLAN.items():
            found.append(Difference(_(title), here.plan.get(part, ""), there.plan.get(part, "")))
        return [one for one in found if one.here != one.there]


def _kept(practice_id: str) -> _KeptSheet:
    """Return the sheet of a practice as this session knows it."""
    name = _key(practice_id, "kept")
    if name not in st.session_state:
        st.session_state[name] = _KeptSheet(Sheet(practice=practice_id))
    kept: _KeptSheet = st.session_state[name]
    return kept


def kept_line(practice_id: str) -> None:
    """Draw the line that says what this browser keeps of the sheet."""
    browser_storage.kept_line(_kept(practice_id))


def take_newer(practice_id: str) -> None:
    """Take what the fields of this page show where the connection came back to a new session."""
    _kept(practice_id).take_newer()


def forget_here(practice_id: str) -> None:
    """Draw the way to forget the sheet in this browser, after a second yes."""
    with st.popover(_("Forget on this computer"), icon=":material/delete:"):
        st.markdown(_("This deletes the sheet of this practice from this browser, for good."))
        st.button(
            _("Yes, forget this sheet"), on_click=_kept(practice_id).forget, key="transfer_forget", type="primary"
        )


def sheet_of(practice_id: str) -> Sheet:
    """Return what the user has put on the sheet of a practice so far."""
    return _kept(practice_id).sheet


def _show(practice_id: str, part: str, value: Any, choice: bool = False) -> dict[str, Any]:
    """Make the widget of a part show a value; return its key and what it calls when that changed."""
    kept = _kept(practice_id)
    return kept.widget(_key(practice_id, part), value, partial(kept.take, part), choice)


def open_file(practice_id: str) -> None:
    """Draw where a saved sheet is opened again; a file that is none is refused in words."""
    with st.popover(_("Open a saved sheet"), icon=":material/upload_file:"):
        key = _key(practice_id, "file")
        st.file_uploader(
            _("The .json file that “Save” gave you"), key=key, max_upload_size=1, on_change=_open, args=(practice_id,)
        )
        if st.session_state.get(key) is None:
            return
        if refusal := st.session_state.get(_key(practice_id, "refusal")):
            st.error(escaped(refusal), icon=":material/error:")
        else:
            st.caption(_(":material/check: Opened."))


def _open(practice_id: str) -> None:
    """Put an opened file into the widgets, before they are drawn."""
    state: Any = st.session_state
    state[_key(practice_id, "refusal")] = ""
    file = state.get(_key(practice_id, "file"))
    if file is None:
        return
    try:
        _kept(practice_id).put(opened(file.getvalue(), practice_id))
    except PracticesError as error:
        state[_key(practice_id, "refusal")] = str(error)


def place(practice_id: str) -> None:
    """Ask for the name of the user's own place."""
    st.text_input(
        _("Your place or organisation"),
        max_chars=200,
        live="1s",
        placeholder=_("For example: Town of Lahti, social services"),
        **_show(practice_id, "place", sheet_of(practice_id).place),
    )
    _on_paper("place", _("Your place or organisation"), sheet_of(practice_id).place or "–")


def progress(sheet: Sheet) -> None:
    """Say how far the sheet is, in words."""
    counts = sheet.counts()
    total = sum(counts.values())
    words = ngettext("{count} question: {answers}", "{count} questions: {answers}", total)
    st.progress((total - counts["unknown"]) / total, text=words.format(count=total, answers=in_words(sheet)))


def ask(condition: Condition, card: Card, notes: Mapping[str, Any]) -> None:
    """Draw one condition: what is known of the practice, and the questions with the user's answers."""
    practice_id = card["id"]
    with st.container(border=True):
        st.subheader(_(condition.title), anchor=False)
        there = facts(condition, card, notes)
        if there:
            st.markdown(_("**There:**") + "\n" + "\n".join(f"- {_with_link(one)}" for one in there))
        else:
            st.markdown(_("**There:** nothing seen in the sources. Ask."))
        for question in condition.question:
            given = sheet_of(practice_id).answers.get(question.id, Given())
            st.radio(
                _(question.text),
                list(STATES),
                format_func=lambda state: _(STATES[state]),
                horizontal=True,
                **_show(practice_id, question.id, given.state, choice=True),
            )
            _on_paper(question.id, _(question.text), f"{_(STATES[given.state])}. {given.note}")
            st.caption(_("Ask: {whom}").format(whom=escaped(whom(question, card))))
            long_text(
                _("Note on: {question}").format(question=_(question.text)),
                LONGEST,
                draw=st.text_input,
                live="1s",
                label_visibility="collapsed",
                placeholder=_("Yours, or what you heard"),
                **_show(practice_id, f"{question.id}-note", given.note),
            )


def _on_paper(part: str, asked: str, answer: str) -> None:
    """Say a question and its answer where start_page.css shows it only on paper, on which fields are not."""
    with st.container(key=f"paper-{part}"):
        st.markdown(f"**{asked}** {escaped(answer)}")


def _with_link(words: str) -> str:
    """Return a fact as Markdown; a page in brackets at its end becomes a link."""
    text, found, page = words.rpartition(" (http")
    if not found or own_language.is_marked(words):
        return escaped(words)
    url = "http" + page.removesuffix(")")
    return f"{escaped(text)} ({web_link(url, url.split('/')[2])})"


def plan(practice_id: str) -> None:
    """Ask for what is core, what may change, and for a small trial with the result that would stop it."""
    with st.container(border=True):
        for part, (title, words) in PLAN.items():
            value = sheet_of(practice_id).plan.get(part, "")
            long_text(_(title), LONGEST, placeholder=_(words), height=80, **_show(practice_id, f"plan-{part}", value))
            _on_paper(part, _(title), value or "–")


def still_open(sheet: Sheet, card: Card) -> None:
    """List what is different or not known yet, each with the question and whom to ask."""
    for state, title in (
        ("different", _("Different: what would you change? ({count})")),
        ("unknown", _("Not known yet: whom to ask ({count})")),
    ):
        found = [
            f"- {formats.pair(_(condition.title), _(question.text))} "
            + _("*Ask: {whom}*").format(whom=escaped(whom(question, card)))
            for condition, question in questions()
            if sheet.answers.get(question.id, Given()).state == state
        ]
        if found:
            with st.expander(title.format(count=len(found)), expanded=state == "different"):
                st.markdown("\n".join(found))


def take_away(sheet: Sheet, card: Card, notes: Mapping[str, Any]) -> None:
    """Offer the sheet: to save and open again, as a table, as a brief."""
    today = date.today()
    kinds = {
        "json": (_("Save, to open again"), "application/json"),
        "pdf": (_("Brief (PDF)"), "application/pdf"),
        "html": (_("Brief (web page)"), "text/html"),
        "csv": ("CSV", "text/csv"),
    }
    with st.popover(_("Save or download"), icon=":material/download:"):
        kind = st.radio(
            _("As"), list(kinds), format_func=lambda one: kinds[one][0], key="transfer-take", persist_state="session"
        )
        code = reader_language.of_document("transfer") if kind in ("pdf", "html") else ENGLISH
        words = _("Download ({kind})").format(kind=kinds[kind][0])
        made = partial(speak(code)(_made), sheet, card, notes, kind, today)
        name = unique_name(f"transfer_{sheet.practice}", today, f".{kind}")
        file_button(words, made, name, kinds[kind][1], type="primary")


def _made(sheet: Sheet, card: Card, notes: Mapping[str, Any], kind: str, on: date) -> bytes:
    match kind:
        case "json":
            return saved(sheet)
        case "csv":
            return sheet_csv(sheet, card, notes, on)
        case _:
            with database.cursor() as cursor:
                made = sheet_brief(cursor, sheet, card, notes, on)
            return as_pdf(made) if kind == "pdf" else as_html(made).encode()


def every_condition(card: Card, notes: Mapping[str, Any]) -> None:
    """Draw all conditions."""
    for condition in conditions():
        ask(condition, card, notes)
