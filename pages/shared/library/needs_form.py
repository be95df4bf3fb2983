"""The form of a need, in the link and in the widgets, and what answers it. Nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from criteria.needs import REASONS, Match, Pool
from pages.shared.components import database, links, reader_language, tables
from pages.shared.components.database import Whole
from pages.shared.components.file_button import file_button
from pages.shared.components.links import not_understood, page_link, practice_link, transfer_link
from pages.shared.components.long_text import long_text
from pages.shared.components.pagination import rows_shown
from pages.shared.components.popover import popover
from pages.shared.components.screen_texts import escaped, in_own_language, labels, of_catalogue, web_link
from pages.shared.library import publications
from practices_db import formats
from practices_db.catalogue.library_filter import PublicationFilter
from practices_db.catalogue.own_language import marked
from practices_db.catalogue.vocabularies import ids_in_order, label, listed_label, vocabulary
from practices_db.files.briefs import as_html, as_pdf
from practices_db.files.briefs.needs_brief import HOW, needs_brief, needs_csv
from practices_db.files.exports.csv_json import unique_name
from practices_db.queries import need_words, needs
from practices_db.queries.needs import (
    HAVE,
    MONEY,
    REASON_NAMES,
    WHO,
    Answer,
    Asked,
    filled_in,
    first_to_ask,
    from_params,
    not_documented,
    reading_name,
    reason_words,
)
from practices_db.translation import ENGLISH, N_, _, ngettext, speak

PAGE_SIZE = 5
_CHOOSE_A_SECTOR = N_("Choose a sector above: it was not looked for without one.")
_EXAMPLE = N_("We are a municipality of 40,000. Housing for young refugees leaving care, little money.")
_PUBLICATIONS = 5
# Fields of a need that are one value, and those that are several.
_SINGLE = ("who", "size", "inhabitants", "money")
_LISTS = ("country", "sectors", "groups", "types", "topics", "have")
_PARAMS = (
    "who", "country", "sector", "target-group", "type", "topic", "q", "people", "inhabitants", "money", "have", "off",
    "page",
)  # fmt: skip


def pool(of: Whole) -> Pool:
    """Return every practice as far as it can be matched; made once for each release of the data."""
    with st.spinner(_("Reading the practices")):
        return of.pool


def read_link() -> Asked:
    """Return the need in the link; what cannot be understood is dropped and said.

    Words alone are read as the button reads them, unless the form wrote them: then their readings were removed.
    """
    asked, dropped = from_params(links.params())
    not_understood(dropped)
    return asked if asked.has_subject or asked == st.session_state.get("need-written") else filled_in(asked)


def _write_link(asked: Asked) -> None:
    st.session_state["need-written"] = asked
    kept = links.params(*_PARAMS)
    st.query_params.from_dict({**asked.params(), **kept})


def _from_widgets() -> Asked:
    state: Any = st.session_state
    off = tuple(reason for reason in REASONS if not state.get(f"need-reason-{reason}", True))
    fields: dict[str, Any] = {name: state.get(f"need-{name}") for name in _SINGLE}
    fields |= {name: tuple(state.get(f"need-{name}") or ()) for name in _LISTS}
    return Asked(words=_typed_words(), off=off, **fields)


def _typed_words() -> str:
    return " ".join((st.session_state.get("need-words") or "").split())


def _write_widgets() -> None:
    _write_link(_from_widgets())


def _write_words() -> None:
    before = (st.query_params.get_all("q") or [""])[-1]
    _write_link(filled_in(_from_widgets(), before))


def form(asked: Asked) -> None:
    """Draw the form, set to what the link says.

    A session that begins may be that of a browser whose old one was lost: what its field of words shows holds, so that
    the link's words are only what it begins with. What it shows and the link does not say is then read.
    """
    state: Any = st.session_state
    begins: dict[str, Any] = {} if state.get("need-drawn") else {"value": asked.words}
    state["need-drawn"] = True
    if not begins:
        state["need-words"] = asked.words
    for name in _SINGLE:
        state[f"need-{name}"] = getattr(asked, name)
    for name in _LISTS:
        state[f"need-{name}"] = list(getattr(asked, name))
    own_words, find = st.columns([5, 1], vertical_alignment="bottom")
    with own_words:
        long_text(
            _("Describe it in your own words"),
            needs.LONGEST,
            key="need-words",
            height=90,
            **begins,
            placeholder=_(_EXAMPLE),
            help=_(
                "In English, German, French, Spanish, Italian or Polish. What is read from it fills the form below."
            ),
            on_change=_write_words,
        )
    if begins and _typed_words() != asked.words:
        _write_link(filled_in(replace(asked, words=_typed_words()), asked.words))
        st.rerun()
    find.button(_("Find practices"), icon=":material/search:", type="primary", width="stretch", on_click=_write_words)
    if asked.words:
        _read_from_words(asked)
    with st.grid(4, min_column_width=200):
        _several(_("Sector"), "sectors", vocabulary("sector"), partial(label, "sector"))
        _several(_("Target group"), "groups", vocabulary("target_group"), partial(label, "target_group"))
        _several(_("Type of measure"), "types", vocabulary("measure_type"), partial(label, "measure_type"))
        _several(_("Topics"), "topics", needs.topics(), lambda id_: _(needs.topics()[id_]))
        _one(_("Who are you?"), "who", WHO, lambda id_: _(WHO[id_]))
        _several(_("Where?"), "country", ids_in_order("country"), partial(listed_label, "country"))
        _one(_("Money"), "money", MONEY, lambda id_: _(MONEY[id_]))
        st.multiselect(
            _("What you have"), list(HAVE), format_func=lambda id_: _(HAVE[id_]), key="need-have",
            on_change=_write_widgets, placeholder=_("Nothing yet"), select_all=False,
        )  # fmt: skip
        _number(_("For how many people?"), "size")
        _number(_("Inhabitants of your place"), "inhabitants")
    _reasons(asked)


def on_paper(asked: Asked) -> None:
    """Say the need where start_page.css shows it only on paper, on which the form is not."""
    with st.container(key="paper"):
        st.markdown("\n".join(f"- {formats.pair(f'**{name}**', escaped(words))}" for name, words in asked.in_words()))


def _read_from_words(asked: Asked) -> None:
    """Say what was read, each with the words it was read from; what is wrong is removed in the form below."""
    read = need_words.read(asked.words)
    told = [f"{reading_name(one)} ({formats.quoted(', '.join(one.words))})" for one in read.readings]
    if read.inhabitants:
        told.append(_("{count} inhabitants").format(count=formats.count(read.inhabitants)))
    if told:
        said = _("Read from your words: {readings}. Remove below what is wrong.").format(
            readings=formats.parted(dict.fromkeys(told))
        )
        st.caption(f":material/arrow_downward: {escaped(said)}")


def _several(name: str, field: str, options: Iterable[str], said: Callable[[str], str]) -> None:
    st.multiselect(
        name, list(options), format_func=said, key=f"need-{field}", on_change=_write_widgets,
        placeholder=_("Not stated"), select_all=False,
    )  # fmt: skip


def _one(name: str, field: str, options: Iterable[Any], said: Callable[[Any], str]) -> None:
    st.selectbox(
        name, list(options), index=None, format_func=said, key=f"need-{field}",
        on_change=_write_widgets, placeholder=_("Not stated"),
    )  # fmt: skip


def _number(name: str, field: str) -> None:
    st.number_input(
        name, min_value=1, max_value=10**9, value=None, step=1, key=f"need-{field}", on_change=_write_widgets,
        placeholder=_("Not stated"),
    )  # fmt: skip


def _reasons(asked: Asked) -> None:
    on = len(REASONS) - len(asked.off)
    with st.expander(
        _("Reasons that count ({count} of {all})").format(count=on, all=len(REASONS)), icon=":material/rule:"
    ):
        st.caption(_(HOW))
        with st.grid(4, min_column_width=200):
            for reason in REASONS:
                key = f"need-reason-{reason}"
                st.session_state[key] = reason not in asked.off
                st.checkbox(_(REASON_NAMES[reason]), key=key, on_change=_write_widgets)


def nothing_asked() -> None:
    """Say what to do first, with one example."""
    st.info(_("Choose a sector or a target group, or describe your need in your own words."), icon=":material/edit:")
    example = Asked(words=_(_EXAMPLE))
    st.button(
        _("Try it with an example"), icon=":material/lightbulb:", on_click=lambda: _write_link(filled_in(example))
    )


def practices(answer: Answer) -> None:
    """Draw the practices that fit, then those that come nearest where few do, each with its reasons."""
    if answer.nothing_read:
        st.info(answer.nothing_read, icon=":material/question_mark:")
    for said in needs.not_used(answer):
        st.caption(escaped(said))
    for topic in answer.missing:
        said = _("No practice in the catalogue is about this: {topic}.").format(topic=needs.topic_within(topic))
        st.info(said, icon=":material/search_off:")
    found = answer.matches
    if found:
        words = ngettext(
            "**{count} practice fits**, the best match first.", "**{count} practices fit**, the best match first.",
            len(found),
        )  # fmt: skip
        st.markdown(words.format(count=formats.count(len(found))))
        start, end = rows_shown(len(found), PAGE_SIZE)
        cards = answer.cards
        if end > needs.FIRST:
            with database.cursor() as cursor:
                cards = needs.cards(cursor, [one.id for one in found[start:end]])
        for one in found[start:end]:
            _card(cards[one.id], one, answer.asked)
    elif not answer.nothing_read and not answer.missing:
        st.info(_("No practice in the catalogue fits both the subject and the people."), icon=":material/search_off:")
    if answer.near:
        st.markdown(_("The nearest share only a part of what you ask for:"))
        for one in answer.near:
            _card(answer.cards[one.id], one, answer.asked)


def _card(card: Mapping[str, Any], one: Match, asked: Asked) -> None:
    with st.container(border=True, gap="xsmall"):
        practice_link(card["id"], in_own_language(f"**{escaped(card['name'])}**"), "arrow_forward")
        st.markdown(of_catalogue(card["summary"]))
        st.caption(tables.where_and_whom(card))
        st.markdown("\n".join(f"- {escaped(reason_words(held, asked))}" for held in one.reasons))
        if not card["assessed"]:
            st.caption(":material/help: " + _("Not assessed: its results and what continued are not known here."))
        transfer_link(card["id"])


def evidence(answer: Answer) -> None:
    """Draw the publications on a need: those that fit best first, then the strongest."""
    if not answer.evidence:
        st.markdown(
            _("No publication in the library shares a theme and a target group with you.")
            if answer.has_theme
            else _(_CHOOSE_A_SECTOR)
        )
        return
    found = answer.evidence
    st.caption(
        _("{list} on the same theme and target group, best fit first, then strength.").format(
            list=PublicationFilter.amount(len(found))
        )
    )
    st.markdown("\n".join(publications.short(row) for row in found[:_PUBLICATIONS]))
    if answer.asked.sectors:
        publications.library_link(answer.asked.sectors, answer.asked.groups, publications.all_publications(len(found)))


def organisations(answer: Answer) -> None:
    """Draw whom to ask, and why them."""
    if not answer.organisations:
        st.markdown(
            _("None in the directory shares a theme and a country with you.")
            if answer.has_theme
            else _(_CHOOSE_A_SECTOR)
        )
    for row, why in first_to_ask(answer):
        kind = label("organisation_kind", row["kind"])
        where = labels("area", row["countries"])
        who = f"{web_link(row['url'], marked(row['name']))} ({escaped(kind)}, {escaped(where)})"
        st.markdown(f"- {formats.pair(who, escaped(formats.parted(why)))}")
    asked = answer.asked
    params = {"theme": asked.sectors, "country": [*asked.country, "EU"]}
    page_link("communities", _("All organisations and communities on this"), "diversity_3", params)


def unknown(answer: Answer) -> None:
    """Say what nobody documents yet."""
    st.markdown("\n".join(f"- {escaped(words)}" for words in not_documented(answer)))


def take_away(answer: Answer) -> None:
    """Offer the answer as a brief or a table; the link in the address bar holds the whole need."""
    today = date.today()

    def choices() -> None:
        kinds = {"pdf": _("Brief (PDF)"), "html": _("Brief (web page)"), "csv": _("CSV, every match")}
        kind = st.radio(_("As"), list(kinds), format_func=kinds.__getitem__, key="need-take", persist_state="session")
        mimes = {"pdf": "application/pdf", "html": "text/html", "csv": "text/csv"}
        code = ENGLISH if kind == "csv" else reader_language.of_document("need")
        words = _("Download ({format})").format(format=kinds[kind])
        made = partial(speak(code)(_made), answer, kind, today)
        file_button(words, made, unique_name("need", today, f".{kind}"), mimes[kind], type="primary")
        st.caption(_("Nothing of this is stored here. The link in the address bar holds all you said, your words too."))

    popover(_("Download"), choices, "take_need", icon=":material/download:")


def _made(answer: Answer, kind: str, on: date) -> bytes:
    with database.cursor() as cursor:
        if kind == "csv":
            return needs_csv(cursor, answer, on)
        made = needs_brief(cursor, answer, on)
    return as_pdf(made) if kind == "pdf" else as_html(made).encode()
