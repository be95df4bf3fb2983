"""The filter of publications and of organisations: in the link, in the widgets, in words. The link is the one truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from pages.shared.components import database
from pages.shared.components.screen_texts import counted, escaped
from practices_db.catalogue.library_filter import KnowledgeFilter, Shelf, checked, from_params, names
from practices_db.catalogue.library_items import NOUNS
from practices_db.catalogue.vocabularies import label
from practices_db.config import database_path
from practices_db.files.exports.library_files import file_name, format_of, written
from practices_db.queries import library, practices
from practices_db.queries.full_text import Index


@st.cache_resource(max_entries=4, show_spinner=False, on_release=Index.close)
def _index(path: str, content_hash: str, shelf: Shelf) -> Index:  # noqa: ARG001 - the arguments are the cache's key
    with database.cursor() as one:
        return Index(library.texts(one, shelf))


def searched(chosen: KnowledgeFilter) -> list[str] | None:
    """Return what the text of a filter finds, the best first; None where it has no text."""
    if not chosen.text:
        return None
    with database.cursor() as one:
        version = practices.data_version(one)
    return library.searched(_index(str(database_path()), version.content_hash, chosen.shelf), chosen)


def read_link(shelf: Shelf) -> KnowledgeFilter:
    """Return the filter in the link; what cannot be understood is dropped and said.

    Somebody who comes back by the menu, with nothing of the page's own in the link, finds what they left.
    """
    remembered = f"link of {st.session_state.get('page')}"
    bare = not any(name in st.query_params for name in (*names(shelf), "view"))
    if st.session_state.get("arrived") and bare and (kept := st.session_state.get(remembered)):
        st.query_params.from_dict(kept)
    params = {key: st.query_params.get_all(key) for key in st.query_params}
    chosen, dropped = from_params(shelf, params)
    if dropped:
        st.warning(
            "Part of the link was not understood and left out: " + "; ".join(escaped(part) for part in dropped),
            icon=":material/link_off:",
        )
    st.session_state[remembered] = params
    return chosen


def write_link(chosen: KnowledgeFilter) -> None:
    """Put a filter into the link; what else stands there stays, but the page is the first again."""
    gone = names(chosen.shelf) | {"page"}
    kept = {key: st.query_params.get_all(key) for key in st.query_params if key not in gone}
    st.query_params.from_dict({**chosen.params(), **kept})


def with_value(chosen: KnowledgeFilter, field: str, value: str) -> KnowledgeFilter:
    """Return the filter with one value in a facet, in place of those chosen there."""
    return checked(chosen.shelf, dict(chosen.chosen) | {field: (value,)}, chosen.text)


def _key(shelf: Shelf, field: str) -> str:
    return f"{shelf}-{field}"


def _write_widgets(shelf: Shelf) -> None:
    state: Any = st.session_state
    fields = [facet.field for facet in KnowledgeFilter(shelf).facets]
    values = {field: state.get(_key(shelf, field)) or () for field in fields}
    write_link(checked(shelf, values, state.get(_key(shelf, "text")) or ""))


def widgets(
    chosen: KnowledgeFilter, counts: Mapping[str, Mapping[str, int]], held: Mapping[str, Mapping[str, int]], search: str
) -> None:
    """Draw the filter, set to what the link says; every value that is ``held`` is offered with its count."""
    shelf = chosen.shelf
    st.session_state[_key(shelf, "text")] = chosen.text
    st.text_input(
        search,
        key=_key(shelf, "text"),
        type="search",
        max_chars=200,
        placeholder="Beginnings of words are enough; accents do not matter",
        on_change=_write_widgets,
        args=(shelf,),
    )
    first, more = chosen.facets[:3], chosen.facets[3:]
    with st.grid(3, min_column_width=240):
        for facet in first:
            _facet(chosen, facet, counts[facet.field], held[facet.field])
    used = sum(bool(chosen.of(facet.field)) for facet in more)
    folded = st.expander(f"More filters ({used} in use)" if used else "More filters", icon=":material/tune:")
    with folded, st.grid(len(more), min_column_width=220):
        for facet in more:
            _facet(chosen, facet, counts[facet.field], held[facet.field])


def _facet(chosen: KnowledgeFilter, facet: Any, counts: Mapping[str, int], held: Mapping[str, int]) -> None:
    key = _key(chosen.shelf, facet.field)
    st.session_state[key] = list(chosen.of(facet.field))
    st.multiselect(
        facet.label,
        [id_ for id_ in facet.options() if id_ in held or id_ in chosen.of(facet.field)],
        format_func=lambda id_: f"{label(facet.field, id_)} ({counts.get(id_, 0)})",
        key=key,
        placeholder="All",
        on_change=_write_widgets,
        args=(chosen.shelf,),
        select_all=False,
    )


def sentence(chosen: KnowledgeFilter, count: int, total: int) -> str:
    """Say in one sentence what is shown."""
    if chosen.is_empty:
        return f"All **{counted(total, NOUNS[chosen.shelf])}**."
    return f"**{count} of {counted(total, NOUNS[chosen.shelf])}** {escaped(chosen.in_words())}."


def chips(chosen: KnowledgeFilter) -> None:
    """Draw one button for each value that narrows, to take it away, and one for all."""
    if chosen.is_empty:
        return
    with st.container(horizontal=True, gap="xsmall"):
        for field, value, words in chosen.parts():
            st.button(
                escaped(words),
                key=f"chip-{chosen.shelf}-{field}-{value}",
                icon=":material/close:",
                help="Remove this filter",
                on_click=lambda f=field, v=value: write_link(chosen.without(f, v)),
            )
        st.button(
            "Clear all",
            key=f"clear-{chosen.shelf}",
            type="tertiary",
            icon=":material/filter_alt_off:",
            on_click=lambda: write_link(KnowledgeFilter(chosen.shelf)),
        )


def nothing_found(chosen: KnowledgeFilter) -> None:
    """Say that nothing matches and offer to give one of the narrowings up."""
    noun = NOUNS[chosen.shelf]
    st.info(f"No {noun} matches all of this. Give one part up:", icon=":material/search_off:")
    with st.container(horizontal=True):
        for field in dict.fromkeys(field for field, _, _ in chosen.parts()):
            without = chosen.without(field)
            with database.cursor() as one:
                count = len(library.find(one, without, searched(without)))
            words = ", ".join(words for of, _, words in chosen.parts() if of == field)
            st.button(
                f"Without {escaped(words)}: {counted(count, noun)}",
                key=f"relax-{chosen.shelf}-{field}",
                disabled=not count,
                on_click=lambda to=without: write_link(to),
            )


def take_away(chosen: KnowledgeFilter, rows: Sequence[Mapping[str, Any]], formats: Sequence[str], version: str) -> None:
    """Draw what is shown as a file: all rows, in the screen's order; made when the button is pressed."""
    today = date.today()
    with st.popover("Take it away", icon=":material/download:", disabled=not rows):
        format_ = st.radio(
            "As",
            formats,
            format_func=lambda one: format_of(one).label,
            key=f"take-{chosen.shelf}",
            persist_state="session",
        )
        st.caption(format_of(format_).meaning)
        st.download_button(
            f"Download {counted(len(rows), NOUNS[chosen.shelf])} ({format_of(format_).label})",
            data=lambda: written(chosen, rows, format_, version, today),
            file_name=file_name(chosen, format_, today),
            mime=format_of(format_).mime,
            icon=":material/download:",
            type="primary",
            on_click="ignore",
        )
        st.caption("The CSV has the columns of the catalogue's own file, and says which selection it is.")
