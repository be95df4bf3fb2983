"""What the filter of practices has besides the one form of all lists: period, coverage, view and order."""

from __future__ import annotations

import streamlit as st

from pages.shared.components import filter_form
from pages.shared.components.links import write_param
from practices_db.catalogue.practice_filter import DEFAULT_SORT, FIRST_YEAR, LAST_YEAR, SORTS, PracticeFilter, Sort

SEARCH = ("Search name, organisation, place and summary", "For example: mentoring Athens")
VIEWS = {"practices": "Practices", "ranges": "Ranges", "scores": "Two scores", "table": "Table", "groups": "Groups"}
DEFAULT_VIEW = "practices"


def checked_view(value: str | None) -> str:
    """Return the view of a link; the default where it is not known."""
    return value if value in VIEWS else DEFAULT_VIEW


def _write_choice(name: str, key: str, default: str) -> None:
    """Put view or sort into the link when its widget has changed; another view or order begins at page 1."""
    write_param(name, key, default)
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


def coverage_and_period(chosen: PracticeFilter) -> None:
    """Draw what of the filter of practices is no list of values."""
    st.slider(
        "Least coverage of both headline scores",
        0,
        100,
        step=5,
        format="%d %%",
        key="minimum_coverage",
        on_change=filter_form.write_widgets,
        args=(PracticeFilter, "minimum_coverage"),
        help="How much of what the framework asks is documented. Practices without an assessment have none.",
    )
    with st.grid(3, min_column_width=240):
        for field, words in (("running_from", "Running in or after"), ("running_to", "Running in or before")):
            st.number_input(
                words,
                min_value=FIRST_YEAR,
                max_value=LAST_YEAR,
                value=None,
                step=1,
                placeholder="Year",
                key=field,
                on_change=filter_form.write_widgets,
                args=(PracticeFilter, field),
                help="Where no end is stated, a practice counts as still running.",
            )
        st.checkbox(
            "Also practices that state no year",
            key="undated",
            disabled=not chosen.dated,
            on_change=filter_form.write_widgets,
            args=(PracticeFilter, "undated"),
        )
