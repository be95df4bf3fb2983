"""Find practices, see what is known of them, take the list away."""

import streamlit as st

from pages.shared import charts, database, downloads, filters, groups, links, research, tables
from practices_db import queries
from practices_db.vocabularies import NOT_STATED

PAGE_SIZE = {"practices": 10, "ranges": 20}

st.title("Explore practices")
chosen = filters.read_link()
shown_as = filters.checked_view(st.query_params.get("view"))
view = links.current_view("explore")
whole = database.whole()
with database.cursor() as cursor:
    practices = queries.find_practices(cursor, view.chosen, view.sort)
    counts = queries.facet_counts(cursor, chosen)
    relaxations = [] if len(practices) else queries.relaxations(cursor, chosen)

filters.widgets(chosen, counts, whole.counts)
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.markdown(filters.sentence(chosen, len(practices), whole.totals.practices))
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        downloads.take_away(view, len(practices))
        links.weighting_link(chosen)
filters.chips(chosen)
if practices.empty:
    filters.nothing_found(chosen, relaxations)
    st.stop()

filters.view_and_sort(shown_as, view.sort)
match shown_as:
    case "practices":
        start, end = filters.pages(len(practices), PAGE_SIZE[shown_as])
        tables.cards(practices.iloc[start:end])
    case "ranges":
        start, end = filters.pages(len(practices), PAGE_SIZE[shown_as])
        shown = practices.iloc[start:end]
        st.caption(
            "Each bar runs from the score if nothing undocumented were met to the score if all of it were. A filled "
            "mark "
            "is a score; a hollow one says that too little is documented to call it one."
        )
        picked = charts.draw(
            tables.range_lines(shown),
            charts.ranges(tuple(tables.HEADLINES.values())),
            "ranges",
            "Range bars of both scores for the practices on this page",
        )
        tables.score_table(shown)
    case "scores":
        st.caption(
            tables.state_counts(practices) + " Lines through a mark are its ranges; a dashed frame holds everything "
            "a practice with too little documented could turn out to be. Practices without an assessment are not drawn."
        )
        picked = charts.draw(
            tables.score_points(practices),
            charts.two_scores(),
            "two_scores",
            "Effectiveness across, sustainability upwards, with the missing-information range of each practice",
        )
        tables.score_table(practices[practices["assessed"]])
    case "table":
        st.caption(
            "Choose a cell to open its practice, tick rows to compare them, choose a column's head to sort. "
            "Blank means not known."
        )
        picked, ticked = tables.pick_rows(practices)
        links.compare_button(ticked)
    case "groups":
        picked = None
        by = groups.choose()
        dots = groups.dots(practices, by)
        groups.rule(practices, by)
        if not dots.empty:
            charts.draw(dots, charts.strips(tuple(tables.HEADLINES.values())), "groups", groups.alt_text(by))
        tables.twin(groups.table(practices, by), "Scored practices in each group, with their spread")
if chosen.sector:
    with st.expander("What research says on this", icon=":material/library_books:"):
        research.on_sectors([one for one in chosen.sector if one != NOT_STATED], chosen.target_group)
if shown_as != "practices" and picked:
    links.open_practice(picked)
