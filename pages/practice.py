"""One practice: its facts, its two scores, and what stands behind them."""

import streamlit as st

from criteria.framework import current_framework
from pages.shared import charts, database, downloads, links, panels, replying, tables
from pages.shared.wording import escaped
from practices_db import queries

framework = current_framework()
practice_id = st.query_params.get("practice")
with database.cursor() as cursor:
    card = queries.practice(cursor, practice_id) if practice_id else None
    if card is None and practice_id and (gone := queries.former(cursor, practice_id)):
        replying.former(gone)
        st.stop()
    if card is None:
        panels.unknown_practice(practice_id, queries.practice_names(cursor))
        st.stop()
    further = queries.further_sources(cursor, card["id"])
    scores = queries.scores(cursor, card["id"])
    answers = queries.answers(cursor, card["id"])
    similar = queries.similar_practices(cursor, card["id"])
    version = queries.data_version(cursor)
    statement = queries.statement(cursor, card["id"])
    corrections = queries.corrections(cursor, card["id"])

st.title(escaped(card["name"]))
replying.moved_here(practice_id, card)
st.markdown(escaped(card["summary"]))
st.caption(tables.where_and_whom(card))
with st.container(horizontal=True, vertical_alignment="center"):
    links.compare_link(card["id"])
    downloads.take_away(links.current_view("practice"), 1)

by_indicator = tables.grouped(answers, "indicator_id")
st.header("Does it work, and does it last?")
if card["assessed"]:
    with st.grid(2, min_column_width=300):
        for node, title in tables.HEADLINES.items():
            panels.headline(card, node, title)
    for criterion in framework.headlines:
        panels.sums(framework, criterion, by_indicator, version)
else:
    panels.not_assessed(card["id"])
replying.statement(statement)

st.header("Facts")
panels.facts(card, further)

if card["assessed"]:
    st.header("Profile")
    st.caption(
        "All five criteria. A filled mark is a score, a hollow one says that too little is documented to call it one."
    )
    charts.draw(
        panels.profile_lines(scores, framework),
        charts.ranges((panels.ONE_SERIES,), pickable=False),
        "profile",
        "Range bars of the five criteria of this practice",
    )
    tables.twin(panels.profile_table(scores, framework), "Scores of the five criteria")
    st.header("Questions and answers")
    for criterion in framework.criteria:
        panels.criterion_answers(criterion, scores, by_indicator)
        if not criterion.headline:
            panels.sums(framework, criterion, by_indicator, version)
    st.header("What is not documented")
    panels.not_documented(framework, set(by_indicator))

st.header("Corrections")
replying.history(card, corrections)
replying.correction_form(card)

st.header("Practices that share sector, group and country")
if similar.empty:
    st.markdown("None in the catalogue shares all three.")
tables.cards(similar)
