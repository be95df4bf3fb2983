"""The first two steps: what this is and what happens to the answers; what the practice is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from pages.shared.components import database
from pages.shared.components.screen_texts import escaped, of_catalogue
from pages.shared.self_assessment import draft, draft_list, opened_link
from pages.shared.self_assessment.navigation import (
    choose_length,
    first_open,
    minutes_in_words,
    minutes_left,
    step_button,
)
from practices_db import formats
from practices_db.catalogue.practice_filter import FIRST_YEAR, LAST_YEAR
from practices_db.catalogue.vocabularies import label, vocabulary
from practices_db.errors import PracticesError
from practices_db.files.self_assessment.form import OwnAnswer, OwnAssessment, new_form
from practices_db.files.self_assessment.open_file import Opened, open_file
from practices_db.queries import practices
from practices_db.translation import _, ngettext

_OPENED = "own_opened"
UPLOAD_MB = 1


def introduction(wanted: str | None) -> None:
    """Draw the start: what it is, what happens to the answers, and the ways to begin or go on."""
    form = draft.mine()
    st.header(_("Where does your practice stand?"))
    st.markdown(
        _(
            "You answer the questions that are asked of every practice in the catalogue. From the first answer on you "
            "see where your practice stands, how sure that is, what would help most, and who has done it already. Stop "
            "and go on whenever you like."
        )
    )
    invited = opened_link.invitation()
    if invited:
        st.warning(
            _(
                "A curator asked you for a second assessment of **{practice}**. Please answer without looking at the "
                "first answers. Start a new draft for it, and send it in the last step."
            ).format(practice=of_catalogue(opened_link.practice_of(invited)[1])),
            icon=":material/rate_review:",
        )
    if not draft.loaded():
        return
    choose_length()
    st.info(
        _(
            "**Your answers stay in your hands.** They are kept in this browser and, while this page is open, in the "
            "memory of the server that draws it. They are not written to its disk, its database or its log. Only if "
            "you submit them, a separate step at the very end, does anybody else see them."
        ),
        icon=":material/lock:",
    )
    _result_of_opening()
    if not draft.draft().empty:
        _go_on(form)
    else:
        step_button(_("Start new"), "profile", primary=True, icon=":material/play_arrow:")
    draft_list.choose_draft()
    _open_a_file()
    if not invited:  # the published answers are what a second assessor is not to see
        _from_the_catalogue(wanted)


def _go_on(form: OwnAssessment) -> None:
    with st.container(border=True):
        name = form.profile.name.strip() or _("a practice without a name yet")
        st.markdown(
            _("**Here already:** {practice}, {answers}.").format(
                practice=escaped(name), answers=answers_in_words(len(form.answers))
            )
        )
        short = draft.draft().short
        unfinished = first_open(form, short)
        step_button(
            _("Go on, about {minutes} left").format(minutes=minutes_in_words(minutes_left(form, short)))
            if unfinished
            else _("See your result"),
            unfinished.id if unfinished else "result",
            primary=True,
            icon=":material/play_arrow:",
            name="go_on",
        )


def answers_in_words(count: int) -> str:
    """Return answers with their noun: "1 answer", "12 answers"."""
    return ngettext("{count} answer", "{count} answers", count).format(count=formats.count(count))


def forget_here() -> None:
    """Draw the way to forget every draft in this browser, after a second yes."""
    with st.popover(_("Forget on this computer"), icon=":material/delete:"):
        st.markdown(
            _(
                "This deletes all your drafts and receipts in this browser, for good. Do it before you leave a shared "
                "computer. Download your file, and the receipt of what you sent, first."
            )
        )
        st.button(_("Yes, forget everything"), on_click=draft.forget, key="own_forget", type="primary")


def _open_a_file() -> None:
    with st.expander(_("Open a file you saved"), icon=":material/upload_file:"):
        st.file_uploader(
            _("Your self-assessment file (.json)"),
            type=["json"],
            key="own_file",
            max_upload_size=UPLOAD_MB,
            on_change=_open_dropped,
        )
        if not draft.draft().empty:
            st.caption(_("It takes the place of what is here now; save that first if you want to keep it."))


def _from_the_catalogue(wanted: str | None) -> None:
    with database.cursor() as cursor:
        names = practices.practice_names(cursor)
    taken = bool(wanted) and wanted in names and draft.mine().profile.practice_id != wanted
    with st.expander(
        _("The practice is in the catalogue already"),
        icon=":material/public:",
        expanded=taken,
        key="own_from_catalogue",
    ):
        st.selectbox(
            _("Which practice?"),
            list(names),
            index=list(names).index(wanted) if wanted and wanted in names else None,
            format_func=names.__getitem__,
            key="own_practice",
            placeholder=_("Type a name"),
        )
        st.checkbox(_("Take its published answers too, to check and complete them"), key="own_take_answers")
        st.button(
            _("Start from its facts"),
            on_click=_from_catalogue,
            key="own_from",
            disabled=not st.session_state.get("own_practice"),
        )
        if not draft.draft().empty:
            st.caption(_("It takes the place of what is here now; save that first if you want to keep it."))


def _open_dropped() -> None:
    dropped = st.session_state["own_file"]
    if not dropped:
        return
    try:
        opened = open_file(dropped.getvalue(), name=dropped.name)
    except PracticesError as error:
        st.session_state[_OPENED] = error
        return
    draft.replace_with(opened.form)
    st.session_state[_OPENED] = opened


def _result_of_opening() -> None:
    told: Opened | PracticesError | None = st.session_state.pop(_OPENED, None)
    if isinstance(told, PracticesError):
        st.error("  \n".join(escaped(line) for line in str(told).splitlines()), icon=":material/block:")
        st.caption(_("Nothing here was changed."))
    elif told:
        earlier = told.form.earlier.answers if told.changes and told.form.earlier else ()
        many = answers_in_words(len(told.form.answers or earlier))
        st.success(_("Opened: {answers}.").format(answers=many), icon=":material/upload_file:")
        if told.changes:
            st.markdown("\n".join(f"- {escaped(words)}" for words in told.changes))


def _from_catalogue() -> None:
    with database.cursor() as cursor:
        card = practices.practice(cursor, st.session_state.get("own_practice") or "")
        if card is None:
            return
        answers = practices.answers(cursor, card["id"])
    given = database.records(answers[answers["counts"]]) if st.session_state.get("own_take_answers") else []
    draft.replace_with(from_card(card, given))
    st.query_params.pop("practice", None)
    st.query_params["step"] = "profile"


def from_card(card: Mapping[str, Any], answers: list[dict[str, Any]]) -> OwnAssessment:
    """Return a form with the facts of a practice of the catalogue and, where given, its published answers."""
    form = new_form(date.today()).with_profile(
        practice_id=card["id"],
        name=card["name"],
        organisation=card["lead_organisation"] or "",
        countries=tuple(card["countries"]),
        place=", ".join(card["places"])[:300],
        sectors=tuple(card["sectors"]),
        target_groups=tuple(card["target_groups"]),
        start_year=card["start_year"],
        people_reached=card["people_reached"],
        funding_kinds=tuple(card["funding_kinds"]),
    )
    for one in answers:
        answer = OwnAnswer(
            indicator=one["indicator_id"],
            answer=one["answer"],
            evidence_level=int(one["evidence_level"]),
            note=one["note"] if isinstance(one["note"], str) else "",
            link=one["source_url"] if isinstance(one["source_url"], str) else "",
        )
        form = form.with_answer(answer)
    return form


def profile() -> None:
    """Draw the short profile. Nothing in it is about a person."""
    facts = draft.mine().profile
    st.header(_("About your practice"))
    st.markdown(
        _("Only what is needed to find practices like yours. Everything can be left blank. No names of people.")
    )
    _line(_("Name of the practice"), "name", facts.name)
    _line(_("Organisation"), "organisation", facts.organisation)
    _several(_("Countries"), "countries", "country", facts.countries)
    _line(_("Place (town or region)"), "place", facts.place)
    _several(_("What it is about"), "sectors", "sector", facts.sectors)
    _several(_("Whom it is for"), "target_groups", "target_group", facts.target_groups)
    _whole(_("Since which year"), "start_year", facts.start_year, FIRST_YEAR, LAST_YEAR)
    _whole(_("Size: people reached so far, about"), "people_reached", facts.people_reached, 0, 10**12)
    _several(_("Kinds of funding"), "funding_kinds", "funding_kind", facts.funding_kinds)


def _line(title: str, name: str, value: str) -> None:
    st.text_input(title, max_chars=300, live="1s", **draft.fact(name, value))


def _several(title: str, name: str, list_: str, values: tuple[str, ...]) -> None:
    words = {id_: label(list_, id_) for id_ in vocabulary(list_)}
    st.multiselect(
        title,
        formats.in_order(words, words.__getitem__) if list_ == "country" else list(words),
        format_func=words.__getitem__,
        select_all=False,
        placeholder=_("Choose or type; leave blank if you are not sure"),
        **draft.fact(name, list(values)),
    )


def _whole(title: str, name: str, value: int | None, least: int, most: int) -> None:
    st.number_input(title, least, most, value=None, step=1, placeholder=_("not stated"), **draft.fact(name, value))
