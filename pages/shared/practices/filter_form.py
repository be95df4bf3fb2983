"""The filter of Explore: in the link, in the widgets, in words, and what to do when nothing is found.

The link is the one truth: each run reads it and sets the widgets; a change of a widget writes it. Ids stand in
the link, labels on screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared.components.links import write_param
from pages.shared.components.screen_texts import counted, escaped
from practices_db.catalogue.practice_filter import (
    DEFAULT_SORT,
    FACET,
    FACETS,
    FIRST_YEAR,
    LAST_YEAR,
    PARAMS,
    SORTS,
    Facet,
    PracticeFilter,
    Sort,
    from_params,
    to_params,
)
from practices_db.catalogue.vocabularies import label
from practices_db.queries.facet_index import Relaxation

_FIRST_FACETS = ("country", "target_group", "sector")
VIEWS = {"practices": "Practices", "ranges": "Ranges", "scores": "Two scores", "table": "Table", "groups": "Groups"}
DEFAULT_VIEW = "practices"
# What stands in the links of the pages with a filter.
_OWN_PARAMS = PARAMS | {"view", "sort", "page", "group", "weights", "w", "wi", "free"}


def read_link() -> PracticeFilter:
    """Return the filter in the link; what cannot be understood is dropped and said.

    Somebody who comes back to the page without anything of its own in the link finds what they left. (Going to a
    practice leaves this page's address with the practice's id in the browser's history; docs/decisions.md.)
    """
    remembered = f"link of {st.session_state.get('page')}"
    bare = not any(key in _OWN_PARAMS for key in st.query_params)
    if st.session_state.get("arrived") and bare and (kept := st.session_state.get(remembered)):
        st.query_params.from_dict(kept)
    params = {key: st.query_params.get_all(key) for key in st.query_params}
    chosen, dropped = from_params(params)
    if dropped:
        st.warning(
            "Part of the link was not understood and left out: " + "; ".join(escaped(part) for part in dropped),
            icon=":material/link_off:",
        )
    st.session_state[remembered] = params
    return chosen


def _write_link(chosen: PracticeFilter) -> None:
    """Put a filter into the link; what else stands there stays, but the page is the first again."""
    kept = {key: st.query_params.get_all(key) for key in st.query_params if key not in PARAMS and key != "page"}
    st.query_params.from_dict({**to_params(chosen), **kept})


def checked_view(value: str | None) -> str:
    """Return the view of a link; the default where it is not known."""
    return value if value in VIEWS else DEFAULT_VIEW


def _write_choice(name: str, key: str, default: str) -> None:
    """Put view, sort or page into the link when its widget has changed; another view or order begins at page 1."""
    write_param(name, key, default)
    if name != "page":
        st.query_params.pop("page", None)


def view_and_sort(view: str, sort: Sort) -> None:
    """Draw how the result is shown and in which order."""
    st.session_state["choose_view"], st.session_state["choose_sort"] = view, sort
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.radio(
            "Show as",
            list(VIEWS),
            horizontal=True,
            format_func=VIEWS.__getitem__,
            key="choose_view",
            on_change=_write_choice,
            args=("view", "choose_view", DEFAULT_VIEW),
        )
        st.selectbox(
            "Order",
            list(SORTS),
            format_func=SORTS.__getitem__,
            key="choose_sort",
            width=320,
            on_change=_write_choice,
            args=("sort", "choose_sort", DEFAULT_SORT),
            help="By a score: the low end of the range, so what is sure comes first; what is not scored comes last.",
        )


def pages(count: int, size: int) -> tuple[int, int]:
    """Draw the choice of page where there is more than one, and return the first and last row to show."""
    number_of_pages = max(1, -(-count // size))
    given = st.query_params.get("page", "1")
    readable = given.isascii() and given.isdigit() and len(given) < 8
    page = int(given) if readable and 1 <= int(given) <= number_of_pages else 1
    if number_of_pages > 1:
        key = f"choose_page-{page}-of-{number_of_pages}"  # a new widget each time: the link says which page it is
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.caption(f"{(page - 1) * size + 1}–{min(page * size, count)} of {count}")
            st.pagination(number_of_pages, default=page, key=key, on_change=_write_choice, args=("page", key, "1"))
    return (page - 1) * size, page * size


def _write_widgets(changed: str = "") -> None:
    """Put what the widgets hold into the link; of an impossible period the end that was just ``changed`` stays."""
    state = st.session_state
    values: dict[str, Any] = {facet.field: tuple(state.get(facet.field, ())) for facet in FACETS}
    first, last = state.get("running_from"), state.get("running_to")
    if first and last and first > last:
        first, last = (last, last) if changed == "running_to" else (first, first)
    values |= {
        "running_from": first,
        "running_to": last,
        "undated": bool(state.get("undated")) and bool(first or last),
    }
    values |= {"all_target_groups": bool(state.get("all_target_groups")) and len(values["target_group"]) > 1}
    values |= {"minimum_coverage": state.get("minimum_coverage", 0), "text": state.get("text") or ""}
    values |= {"practice": tuple(state.get("practice", ()))}
    _write_link(PracticeFilter(**values))


def widgets(
    chosen: PracticeFilter, counts: Mapping[str, Mapping[str, int]], held: Mapping[str, Mapping[str, int]]
) -> None:
    """Draw the filter's widgets, set to what the link says.

    Every value that the catalogue holds (``held``) is offered with its count under the other filters (``counts``).
    """
    _set_widgets(chosen)
    _first_facets(chosen, counts, held)
    st.text_input(
        "Search name, organisation, place and summary",
        key="text",
        type="search",
        max_chars=200,
        placeholder="For example: mentoring Athens",
        on_change=_write_widgets,
    )
    more = [facet for facet in FACETS if facet.field not in _FIRST_FACETS]
    used = sum(bool(chosen.chosen(facet.field)) for facet in more) + chosen.dated + bool(chosen.minimum_coverage)
    with st.expander(f"More filters ({used} in use)" if used else "More filters", icon=":material/tune:"):
        with st.grid(3, min_column_width=240):
            for facet in more:
                _facet(facet, chosen, counts[facet.field], held[facet.field])
            st.slider(
                "Least coverage of both headline scores",
                0,
                100,
                step=5,
                format="%d %%",
                key="minimum_coverage",
                on_change=_write_widgets,
                help="How much of what the framework asks is documented. Practices without an assessment have none.",
            )
        with st.grid(3, min_column_width=240):
            for field, words in (
                ("running_from", "Running in or after"),
                ("running_to", "Running in or before"),
            ):
                st.number_input(
                    words,
                    min_value=FIRST_YEAR,
                    max_value=LAST_YEAR,
                    value=None,
                    step=1,
                    placeholder="Year",
                    key=field,
                    on_change=_write_widgets,
                    args=(field,),
                    help="Where no end is stated, a practice counts as still running.",
                )
            st.checkbox(
                "Also practices that state no year",
                key="undated",
                disabled=not chosen.dated,
                on_change=_write_widgets,
            )


def first_widgets(
    chosen: PracticeFilter, counts: Mapping[str, Mapping[str, int]], held: Mapping[str, Mapping[str, int]]
) -> None:
    """Draw the three facets one asks for first; the rest of the filter comes with the link and is said in words."""
    _set_widgets(chosen)
    _first_facets(chosen, counts, held)


def _set_widgets(chosen: PracticeFilter) -> None:
    for field in PracticeFilter.model_fields:
        value = getattr(chosen, field)
        st.session_state[field] = list(value) if isinstance(value, tuple) else value


def _first_facets(
    chosen: PracticeFilter, counts: Mapping[str, Mapping[str, int]], held: Mapping[str, Mapping[str, int]]
) -> None:
    with st.grid(3, min_column_width=240):
        for field in _FIRST_FACETS:
            _facet(FACET[field], chosen, counts[field], held[field])


def _facet(facet: Facet, chosen: PracticeFilter, counts: Mapping[str, int], held: Mapping[str, int]) -> None:
    options = [id_ for id_ in facet.options() if id_ in held or id_ in chosen.chosen(facet.field)]

    def words(id_: str) -> str:
        return f"{label(facet.field, id_)} ({counts.get(id_, 0)})"

    with st.container(gap="xsmall"):
        st.multiselect(
            facet.label,
            options,
            format_func=words,
            key=facet.field,
            placeholder="All",
            on_change=_write_widgets,
            select_all=False,
        )
        if facet.field == "target_group" and len(chosen.target_group) > 1:
            st.toggle("Serves all of these groups", key="all_target_groups", on_change=_write_widgets)


def sentence(chosen: PracticeFilter, count: int, total: int) -> str:
    """Say in one sentence what is shown: "8 of 325 practices in Italy, on Housing and settlement."."""
    if chosen.is_empty:
        return f"All **{counted(total, 'practice')}**."
    return f"**{count} of {counted(total, 'practice')}** {escaped(chosen.in_words())}."


def chips(chosen: PracticeFilter) -> None:
    """Draw one button for each value that narrows, to take it away, and one for all."""
    if chosen.is_empty:
        return
    with st.container(horizontal=True, gap="xsmall"):
        for field, value, words in chosen.parts():
            st.button(
                escaped(words),
                key=f"chip-{field}-{value}",
                icon=":material/close:",
                help="Remove this filter",
                on_click=lambda f=field, v=value: _write_link(chosen.without(f, v)),
            )
        st.button(
            "Clear all",
            key="clear-all",
            type="tertiary",
            icon=":material/filter_alt_off:",
            on_click=lambda: _write_link(PracticeFilter()),
        )


def nothing_found(chosen: PracticeFilter, relaxations: list[Relaxation]) -> None:
    """Say that nothing matches and offer each filter that could be given up, with what would then be found."""
    st.info("No practice matches all of these filters. Give one up:", icon=":material/search_off:")
    with st.container(horizontal=True):
        for relaxation in relaxations:
            st.button(
                f"Without {escaped(relaxation.words)}: {counted(relaxation.count, 'practice')}",
                key=f"relax-{relaxation.field}",
                disabled=not relaxation.count,
                on_click=lambda field=relaxation.field: _write_link(chosen.without(field)),
            )
    if not any(relaxation.count for relaxation in relaxations):
        st.markdown("Giving up one of them is not enough; take two away, or clear all.")
