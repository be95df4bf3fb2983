"""The sheet "Would it work here?": asked, kept by the user, taken away. Nothing is written on the server."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from pages.shared.components import database
from pages.shared.components.screen_texts import escaped, web_link
from practices_db.errors import PracticesError
from practices_db.files.briefs import as_html, as_pdf
from practices_db.files.briefs.transfer_sheet import (
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

Card = Mapping[str, Any]


def _key(practice_id: str, part: str) -> str:
    return f"transfer-{practice_id}-{part}"


def sheet_of(practice_id: str) -> Sheet:
    """Return what the user has put on the sheet of a practice so far."""
    state: Any = st.session_state

    def text(part: str) -> str:
        return str(state.get(_key(practice_id, part)) or "")

    answers = {
        question.id: Given(
            state=state.get(_key(practice_id, question.id)) or "unknown", note=text(f"{question.id}-note")
        )
        for _, question in questions()
    }
    kept = {id_: given for id_, given in answers.items() if given != Given()}
    plan = {field: text(f"plan-{field}") for field in PLAN if text(f"plan-{field}")}
    return Sheet(practice=practice_id, place=text("place"), answers=kept, plan=plan)


def put(sheet: Sheet) -> None:
    """Put a sheet into the widgets. This is also where answers kept in the browser come in, once that is built."""
    state: Any = st.session_state
    state[_key(sheet.practice, "place")] = sheet.place
    for _, question in questions():
        given = sheet.answers.get(question.id, Given())
        state[_key(sheet.practice, question.id)] = given.state
        state[_key(sheet.practice, f"{question.id}-note")] = given.note
    for field in PLAN:
        state[_key(sheet.practice, f"plan-{field}")] = sheet.plan.get(field, "")


def open_file(practice_id: str) -> None:
    """Draw where a saved sheet is opened again; a file that is none is refused in words."""
    with st.popover("Open a saved sheet", icon=":material/upload_file:"):
        key = _key(practice_id, "file")
        st.file_uploader(
            "The .json file that “Save” gave you", key=key, max_upload_size=1, on_change=_open, args=(practice_id,)
        )
        if st.session_state.get(key) is None:
            return
        if refusal := st.session_state.get(_key(practice_id, "refusal")):
            st.error(escaped(refusal), icon=":material/error:")
        else:
            st.caption(":material/check: Opened.")


def _open(practice_id: str) -> None:
    """Put an opened file into the widgets, before they are drawn."""
    state: Any = st.session_state
    state[_key(practice_id, "refusal")] = ""
    file = state.get(_key(practice_id, "file"))
    if file is None:
        return
    try:
        put(opened(file.getvalue(), practice_id))
    except PracticesError as error:
        state[_key(practice_id, "refusal")] = str(error)


def place(practice_id: str) -> None:
    """Ask for the name of the user's own place."""
    st.text_input(
        "Your place or organisation", key=_key(practice_id, "place"), max_chars=200, persist_state="session",
        placeholder="Where it would travel to",
    )  # fmt: skip


def progress(sheet: Sheet) -> None:
    """Say how far the sheet is, in words."""
    counts = sheet.counts()
    total = sum(counts.values())
    st.progress((total - counts["unknown"]) / total, text=f"{total} questions: {in_words(sheet)}")


def ask(condition: Condition, card: Card, notes: Mapping[str, Any]) -> None:
    """Draw one condition: what is known of the practice, and the questions with the user's answers."""
    practice_id = card["id"]
    with st.container(border=True):
        st.subheader(condition.title, anchor=False)
        there = facts(condition, card, notes)
        if there:
            st.markdown("**There:**\n" + "\n".join(f"- {_with_link(one)}" for one in there))
        else:
            st.markdown("**There:** nothing seen in the sources. Ask.")
        for question in condition.question:
            st.radio(
                question.text,
                list(STATES),
                format_func=STATES.__getitem__,
                horizontal=True,
                key=_key(practice_id, question.id),
                persist_state="session",
            )
            st.caption(f"Ask: {escaped(whom(question, card))}")
            st.text_input(
                f"Note on: {question.text}",
                key=_key(practice_id, f"{question.id}-note"),
                max_chars=2000,
                persist_state="session",
                label_visibility="collapsed",
                placeholder="Yours, or what you heard",
            )


def _with_link(words: str) -> str:
    """Return a fact as Markdown; a page in brackets at its end becomes a link."""
    text, found, page = words.rpartition(" (http")
    if not found:
        return escaped(words)
    url = "http" + page.removesuffix(")")
    return f"{escaped(text)} ({web_link(url, url.split('/')[2])})"


def plan(practice_id: str) -> None:
    """Ask for what is core, what may change, and for a small trial with the result that would stop it."""
    with st.container(border=True):
        for field, (title, words) in PLAN.items():
            st.text_area(
                title, key=_key(practice_id, f"plan-{field}"), max_chars=2000, persist_state="session",
                placeholder=words, height=80,
            )  # fmt: skip


def still_open(sheet: Sheet, card: Card) -> None:
    """List what is different or not known yet, each with the question and whom to ask."""
    for state, title in (("different", "Different: what would you change?"), ("unknown", "Not known yet: whom to ask")):
        found = [
            f"- {condition.title}: {question.text} *Ask: {escaped(whom(question, card))}*"
            for condition, question in questions()
            if sheet.answers.get(question.id, Given()).state == state
        ]
        if found:
            with st.expander(f"{title} ({len(found)})", expanded=state == "different"):
                st.markdown("\n".join(found))


def take_away(sheet: Sheet, card: Card, notes: Mapping[str, Any]) -> None:
    """Offer the sheet: to save and open again, as a table, as a brief."""
    today = date.today()
    kinds = {
        "json": ("Save, to open again", "application/json"),
        "pdf": ("Brief (PDF)", "application/pdf"),
        "html": ("Brief (web page)", "text/html"),
        "csv": ("CSV", "text/csv"),
    }
    with st.popover("Save or take it away", icon=":material/download:"):
        kind = st.radio(
            "As", list(kinds), format_func=lambda one: kinds[one][0], key="transfer-take", persist_state="session"
        )
        st.download_button(
            f"Download ({kinds[kind][0]})",
            data=lambda: _made(sheet, card, notes, kind, today),
            file_name=f"transfer_{sheet.practice}_{today.isoformat()}_{secrets.token_hex(8)}.{kind}",
            mime=kinds[kind][1],
            icon=":material/download:",
            type="primary",
            on_click="ignore",
        )


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
