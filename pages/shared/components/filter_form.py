"""The filter of a list: in the link, in the widgets, in words, and what to do when nothing is found.

The link is the one truth: each run reads it and sets the widgets; a change of a widget writes it. Ids stand in
the link, labels on screen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from criteria.spelling import shown
from pages.shared.components import database, links, reader_language
from pages.shared.components.popover import popover
from pages.shared.components.screen_texts import escaped
from practices_db import formats
from practices_db.catalogue.filters import Facet, Filter
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.vocabularies import NOT_STATED, ids_in_order, label, listed_label
from practices_db.queries import practices
from practices_db.queries.facet_index import Relaxation
from practices_db.translation import _

Counts = Mapping[str, Mapping[str, int]]  # by facet and value
AnyFilter = TypeVar("AnyFilter", bound=Filter)

FIRST_FACETS = 3  # what one asks for first
_BESIDE_TITLE = 380  # pixels of a search beside a title
# What else of a list stands in the link: how it is shown and weighted, and which page of it.
_SHOWN = frozenset({"view", "page"})
_OF_PRACTICES = frozenset({"sort", "group", "weights", "w", "wi", "free", "reading"})

# What newsletters and networks add to a link to count its readers, and what is no name: nobody meant to narrow by it.
_NOT_TOLD = re.compile(r"(utm|mc)[_-].*|\w*clk?id|([^a-zA-Z].*)?", re.DOTALL)


def own_params(kind: type[Filter]) -> frozenset[str]:
    """Return every name in a link that belongs to a page with this filter."""
    return kind.link_names() | _SHOWN | (_OF_PRACTICES if kind is PracticeFilter else frozenset())


def read_link(kind: type[AnyFilter]) -> AnyFilter:
    """Return the filter in the link; what cannot be understood is dropped and said.

    Somebody who comes back to the page without anything of its own in the link finds what they left.
    """
    remembered = f"link of {st.session_state.get('page')}"
    bare = own_params(kind).isdisjoint(st.query_params)
    if st.session_state.get("arrived") and bare and (kept := st.session_state.get(remembered)):
        st.query_params.from_dict(reader_language.in_link() | kept)
    params = links.params(reader_language.PARAM)
    chosen, dropped = kind.from_params(params)
    if isinstance(chosen, PracticeFilter) and chosen.practice:
        with database.cursor() as cursor:
            dropped += practices.not_found(cursor, chosen.practice)
    strange = [name for name in params if name not in own_params(kind) and not _NOT_TOLD.fullmatch(name)]
    links.not_understood(dropped + [_("{what} is unknown").format(what=shown(name)) for name in strange])
    st.session_state[remembered] = params
    return chosen


def write_link(chosen: Filter) -> None:
    """Put a filter into the link; what else stands there stays, but the page is the first again."""
    gone = chosen.link_names() | {"page"}
    kept = links.params(*gone)
    st.query_params.from_dict({**chosen.params(), **kept})


def set_widgets(chosen: Filter) -> None:
    """Set the widgets, drawn and to be drawn, to what the link says; each has the name of its field as its key."""
    for field in type(chosen).model_fields:
        value = getattr(chosen, field)
        st.session_state[field] = list(value) if isinstance(value, tuple) else value


def write_widgets(kind: type[Filter], changed: str) -> None:
    """Put what the widgets hold into the link, after one of them was ``changed``."""
    values: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        value = st.session_state.get(name)
        empty = field.get_default()
        values[name] = tuple(value or ()) if isinstance(empty, tuple) else empty if value is None else value
    write_link(kind.from_widgets(values, changed))


def first_widgets(chosen: Filter, counts: Counts, held: Counts) -> None:
    """Draw the facets one asks for first; the rest of the filter comes with the link and is said in words."""
    set_widgets(chosen)
    with st.grid(3, min_column_width=240):
        _facets(chosen, chosen.facets[:FIRST_FACETS], counts, held)


def _search(chosen: Filter, search: tuple[str, str], width: int | Literal["stretch"] = "stretch") -> None:
    name, example = (_(text) for text in search)
    st.text_input(
        name,
        key="text",
        type="search",
        max_chars=200,
        placeholder=example,
        width=width,
        label_visibility="visible" if width == "stretch" else "collapsed",
        on_change=write_widgets,
        args=(type(chosen), "text"),
    )


def widgets(  # noqa: PLR0913 - lists differ in all of these
    chosen: Filter,
    counts: Counts,
    held: Counts,
    search: tuple[str, str],
    *,
    further: Callable[[], None] | None = None,
    head: DeltaGenerator | None = None,
) -> None:
    """Draw the filter in one line, set to what the link says; behind "More" what one asks for later.

    Every value that the list holds (``held``) is offered with its count under the other filters (``counts``).
    ``search`` is the label and the example of the search by text; ``further`` draws what is no facet.
    ``head`` is where the search stands, beside the page's title; in the line with the others where there is none.
    """
    set_widgets(chosen)
    if head:
        with head:
            _search(chosen, search, _BESIDE_TITLE)
    first = chosen.facets[:FIRST_FACETS]

    def more() -> None:
        with st.grid(2, min_column_width=240):
            _facets(chosen, chosen.facets[FIRST_FACETS:], counts, held)
        if further:
            further()

    used = len({field for field, *_ in chosen.parts()} - {facet.field for facet in first} - {"text"})
    with st.grid(FIRST_FACETS + (1 if head else 2), min_column_width=150, vertical_alignment="bottom"):
        _facets(chosen, first, counts, held)
        if not head:
            _search(chosen, search)
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            label_ = _("More ({count} in use)").format(count=used) if used else _("More")
            popover(label_, more, "more", icon=":material/tune:")
            if not chosen.is_empty:
                _clear_all(chosen)


def _facets(chosen: Filter, facets: Iterable[Facet], counts: Counts, held: Counts) -> None:
    for facet in facets:
        with _room(facet):
            _facet(chosen, facet, counts[facet.field], held[facet.field])


def _room(facet: Facet) -> AbstractContextManager[object]:
    """Return where a list stands with what may stand below it; most have nothing there, and no container."""
    return st.container(gap="xsmall") if facet.together else nullcontext()


def _options(facet: Facet) -> list[str]:
    """Return every id of a facet; names are in the order of the reader's alphabet."""
    ids = facet.options()
    return [*ids_in_order(facet.field), *(id_ for id_ in ids if id_ == NOT_STATED)] if facet.proper else ids


def _facet(chosen: Filter, facet: Facet, counts: Mapping[str, int], held: Mapping[str, int]) -> None:
    asked = chosen.chosen(facet.field)

    def named(id_: str) -> str:
        """Say a value with how many it finds; what is chosen takes little room and goes by one name."""
        return f"{(label if id_ in asked else listed_label)(facet.field, id_)} ({counts.get(id_, 0)})"

    st.multiselect(
        _(facet.label),
        [id_ for id_ in _options(facet) if id_ in held or id_ in asked],
        format_func=named,
        key=facet.field,
        placeholder=_("All"),
        on_change=write_widgets,
        args=(type(chosen), facet.field),
        select_all=False,
    )
    if facet.together and len(chosen.chosen(facet.field)) > 1:
        st.toggle(
            _("Serves all of these groups"),
            key=facet.together,
            on_change=write_widgets,
            args=(type(chosen), facet.together),
        )


def sentence(chosen: Filter, count: int, total: int) -> str:
    """Say in one sentence what is shown: "8 of 325 practices in Italy on housing and settlement."."""
    if chosen.is_empty:
        return _("All **{list}**.").format(list=chosen.amount(total))
    return _("**{count} of {list}** {filter}.").format(
        count=formats.count(count), list=chosen.amount(total), filter=escaped(chosen.in_words())
    )


def chips(chosen: Filter) -> None:
    """Draw one button for each value that narrows, to take it away, and one for all: where not each has a widget."""
    if chosen.is_empty:
        return
    with st.container(horizontal=True, gap="xsmall"):
        for field, value, words in chosen.parts():
            st.button(
                escaped(words),
                key=f"chip-{field}-{value}",
                icon=":material/close:",
                help=_("Remove this filter"),
                on_click=lambda f=field, v=value: write_link(chosen.without(f, v)),
            )
        _clear_all(chosen)


def _clear_all(chosen: Filter) -> None:
    st.button(_("Clear all"), key="clear-all", type="tertiary", on_click=lambda: write_link(type(chosen)()))


def nothing_found(chosen: Filter, relaxations: Sequence[Relaxation]) -> None:
    """Say that nothing matches and offer each filter that could be given up, with what would then be found."""
    st.info(_("No match. Remove one filter:"), icon=":material/search_off:")
    with st.container(horizontal=True):
        for relaxation in relaxations:
            st.button(
                _("Without {filter}: {list}").format(
                    filter=escaped(relaxation.words), list=chosen.amount(relaxation.count)
                ),
                key=f"relax-{relaxation.field}",
                disabled=not relaxation.count,
                on_click=lambda field=relaxation.field: write_link(chosen.without(field)),
            )
    if not any(relaxation.count for relaxation in relaxations):
        st.markdown(_("Removing one of them is not enough; remove two, or clear all."))
