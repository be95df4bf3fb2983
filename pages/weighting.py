"""Weights are the reader's: what counts how much, and what the order of practices hangs on."""

import streamlit as st

from criteria.framework import current_framework
from criteria.scoring import composite
from pages.shared.components import chart_with_download, charts, database, downloads, filter_form, links, tables
from pages.shared.practices import weighting
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.queries.ranking import AT_LEAST

framework = current_framework()
st.title("Your weighting")
st.markdown(
    "The two main scores stand side by side and are never added up. Here, and only here, you can put a number of your "
    "own over them: choose what counts how much, and see how much of the order is left when the weights and the "
    "missing answers vary."
)
chosen = filter_form.read_link(PracticeFilter)
weights = weighting.read_link(framework)
view = links.current_view("weighting")
whole = database.whole()
found = whole.index.select(chosen)
answers = whole.answers_of(found.mask)

filter_form.first_widgets(chosen, found.facet_counts(), whole.counts)
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.markdown(filter_form.sentence(chosen, found.count, whole.totals.practices))
    downloads.take_away(view, found.count)
filter_form.chips(chosen)

scores = composite(framework, answers, weights)
st.header("What counts how much")
weighting.panel(framework, weights, scores)

st.header("What comes out")
scored = answers.only(scores.scored[:, -1])
weighting.selection(found.count, len(answers.practice_ids), len(scored.practice_ids))
if len(scored.practice_ids) < AT_LEAST:
    st.info("Fewer than two practices are documented enough under these weights. Widen the filter or the weights.")
    st.stop()
if len(scored.practice_ids) > weighting.AT_MOST:
    weighting.too_many(len(scored.practice_ids))
    tables.twin(weighting.surest(whole, scores), "The practices whose range begins highest under your weighting", True)
    st.stop()
free = weighting.choose_freedom()
standings = weighting.standings(scored, weights, free)
cards = weighting.by_name(whole, scored.practice_ids)
names = {card["id"]: card["name"] for card in cards}
weighting.tiers_in_words(standings)
picked = chart_with_download.show(
    view,
    weighting.interval_lines(names, standings),
    charts.intervals(len(scored.practice_ids)),
    "intervals",
    "For each practice the interval of places it takes in nine of ten draws, by tier",
)
tables.twin(
    weighting.table(names, scores, standings, cards), "Your weighting, interval of places, tier and the official scores"
)
if picked:
    links.open_practice(picked)
st.header("Two of them in detail")
weighting.pair(framework, names, scores, standings, weights)
