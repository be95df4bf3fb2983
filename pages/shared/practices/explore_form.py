"""What Explore has besides the one form of all lists: period, coverage, view and order."""

from __future__ import annotations

import streamlit as st

from pages.shared.components import filter_form, links
from pages.shared.components.links import write_param
from practices_db.catalogue.practice_filter import DEFAULT_SORT, FIRST_YEAR, LAST_YEAR, SORTS, PracticeFilter, Sort
from practices_db.translation import N_, _

SEARCH = (N_("Search"), N_("Name, organisation, place or any word"))
VIEWS = {
    "practices": N_("Practices"),
    "ranges": N_("Ranges"),
    "scores": N_("Two scores"),
    "table": N_("Table"),
    "groups": N_("Groups"),
}
DEFAULT_VIEW = "practices"
_WITHOUT_ORDER = ("scores", "groups")


def _write_choice(name: str, key: str, default: str) -> None:
    """Put view or sort into the link when its widget has changed; another view or order begins at page 1."""
    write_param(name, key, default)
    st.query_params.pop("page", None)


def view_and_sort(view: str, sort: Sort, chosen: PracticeFilter) -> None:
    """Draw how the result is shown, in which order where it has one, and the way to weights of one's own."""
    st.session_state["choose_view"], st.session_state["choose_sort"] = view, sort
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.radio(
            _("Show as"),
            list(VIEWS),
            horizontal=True,
            format_func=lambda one: _(VIEWS[one]),
            key="choose_view",
            label_visibility="collapsed",
            on_change=_write_choice,
            args=("view", "choose_view", DEFAULT_VIEW),
        )
        st.selectbox(
            _("Order"),
            list(SORTS),
            format_func=lambda one: _(SORTS[one]),
            key="choose_sort",
            label_visibility="collapsed",
            width=290,
            disabled=view in _WITHOUT_ORDER,
            on_change=_write_choice,
            args=("sort", "choose_sort", DEFAULT_SORT),
        )
        links.need_link(chosen)
        links.weighting_link(chosen)


def coverage_and_period(chosen: PracticeFilter) -> None:
    """Draw what of the filter of practices is no list of values."""
    st.slider(
        _("Least coverage of both headline scores"),
        0,
        100,
        step=5,
        format="%d %%",
        key="minimum_coverage",
        on_change=filter_form.write_widgets,
        args=(PracticeFilter, "minimum_coverage"),
        help=_("Share of the weight of what is asked that is documented. Practices without an assessment have none."),
    )
    with st.grid(3, min_column_width=240):
        for field, words in (("running_from", _("Running in or after")), ("running_to", _("Running in or before"))):
            st.number_input(
                words,
                min_value=FIRST_YEAR,
                max_value=LAST_YEAR,
                value=None,
                step=1,
                placeholder=_("Year"),
                key=field,
                on_change=filter_form.write_widgets,
                args=(PracticeFilter, field),
                help=_(
                    "A practice that started before and states no end is found too, and one that ended later and "
                    "states no start: whether it ran then is not known. The sentence above the result says how many "
                    "these are."
                ),
            )
        st.checkbox(
            _("Also practices that state no year"),
            key="undated",
            disabled=not chosen.dated,
            on_change=filter_form.write_widgets,
            args=(PracticeFilter, "undated"),
        )
