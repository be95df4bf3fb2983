"""Find practices, see what is known of them, download the list."""

import streamlit as st

from pages.shared.components import chart_with_download, charts, database, filter_form, links, skip_link, tables
from pages.shared.components.answer import answer
from pages.shared.components.chart_with_download import Drawn
from pages.shared.components.pagination import rows_shown
from pages.shared.components.screen_texts import escaped
from pages.shared.library import publications
from pages.shared.practices import groups
from pages.shared.practices.explore_form import DEFAULT_VIEW, SEARCH, VIEWS, coverage_and_period, view_and_sort
from practices_db.catalogue.practice_filter import DEFAULT_SORT, SORTS, PracticeFilter
from practices_db.catalogue.vocabularies import NOT_STATED
from practices_db.translation import _

PAGE_SIZE = {"practices": 10, "ranges": 20, "table": 500}

top = st.container(key="above_results", gap="xxsmall")  # the first begins above 400 px (start_page.css)
head = top.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
head.title(_("Explore practices"), width="content")
chosen = filter_form.read_link(PracticeFilter)
shown_as = links.asked("view", VIEWS, DEFAULT_VIEW)
links.asked("sort", SORTS, DEFAULT_SORT)
view = links.current_view("explore")
whole = database.whole()
found = whole.index.select(view.chosen)

with top:
    filter_form.widgets(
        chosen, found.facet_counts(), whole.counts, SEARCH, further=lambda: coverage_and_period(chosen), head=head
    )
    answer(view, whole, found)
skip_link.result_begins()
if not found.count:
    filter_form.nothing_found(chosen, whole.index.relaxations(chosen))
    links.need_link(chosen)
    st.stop()

with top:
    view_and_sort(shown_as, view.sort, chosen)
    if shown_as in PAGE_SIZE:
        start, end = rows_shown(found.count, PAGE_SIZE[shown_as])
if shown_as in PAGE_SIZE:
    shown = whole.cards(found.ids(view.sort, end - start, start))
picked = None
match shown_as:
    case "practices":
        tables.cards(whole, shown)
    case "ranges":
        st.markdown(f"**{escaped(tables.range_title(shown))}**")
        st.caption(
            _("The bar shows where the score could end up once the missing answers are known.")
            + " "
            + _("A filled mark is a score; a hollow one says that too little is known to call it one.")
        )
        picked = chart_with_download.show(
            view,
            lambda: Drawn(tables.range_lines(shown), charts.range_rows()),
            "ranges",
            lambda: tables.range_title(shown),
        )
        tables.score_table(shown)
    case "scores":
        picked = tables.both_scores(view, whole, found)
    case "table":
        with st.container(key="screen"):  # start_page.css shows it only there, and the other only on paper
            st.caption(
                _(
                    "Click a cell to open its practice, tick rows to compare them, click a column's head to sort this "
                    "page."
                )
                + " "
                + _("– means not known.")
            )
        picked, ticked = tables.pick_rows(whole, shown, start, found.count)
        links.compare_button(ticked)
    case "groups":
        groups.show(view, whole, found, groups.choose(chosen))
if chosen.sector:
    with st.expander(_("What research says on this"), icon=":material/library_books:"):
        publications.on_sectors([one for one in chosen.sector if one != NOT_STATED], chosen.target_group)
if picked:
    links.open_practice(picked)
