"""One practice: its facts, its results, its two scores, and what stands behind them."""

import streamlit as st

from criteria.framework import current_framework
from pages.shared.components import (
    chart_with_download,
    charts,
    database,
    downloads,
    links,
    result_line,
    score_profile,
    tables,
)
from pages.shared.components.chart_with_download import Drawn
from pages.shared.components.screen_texts import of_catalogue
from pages.shared.library import measure_types, organisations, publications
from pages.shared.practices import feedback, panels
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.queries import practices
from practices_db.queries.views import View
from practices_db.translation import _

framework = current_framework()
practice_id = st.query_params.get("practice")
whole = database.whole()
one = database.practice(whole, practice_id) if practice_id else None
if one is None:
    with database.cursor() as cursor:
        gone = practices.former(cursor, practice_id or "")
    if gone:
        feedback.former(gone)
    else:
        panels.unknown_practice(practice_id, whole)
    st.stop()
card, scores, by_indicator = one.card, one.scores, one.answers

view = View("practice", PracticeFilter(practice=(card["id"],)))
st.title(of_catalogue(card["name"]))
feedback.moved_here(practice_id, card)
st.markdown(of_catalogue(card["summary"]))
with st.container(key="actions", horizontal=True, vertical_alignment="center", gap="xsmall"):
    links.practice_link(card["id"], _("Compare with others"), "compare_arrows", "compare")
    links.transfer_link(card["id"])
    links.need_link(PracticeFilter(sector=tuple(card["sectors"]), target_group=tuple(card["target_groups"])))
    downloads.take_away(view, 1)
    feedback.for_its_owner(card["id"])
    feedback.correction_form(card)
panels.facts(card, one.further)

st.header(_("Result"))
result_line.block(card, one.results)

st.header(_("Scores"))
if card["assessed"]:
    with st.grid(2, min_column_width=300):
        for node, title in tables.HEADLINES.items():
            panels.headline(card, node, _(title))
    for criterion in framework.headlines:
        panels.sums(framework, criterion, by_indicator, whole.version)
else:
    panels.not_assessed(card["id"])
feedback.statement(one.statement)

if card["assessed"]:
    st.header(_("Profile"))
    st.caption(
        _("All criteria. The bar shows where the score could end up once the missing answers are known.")
        + " "
        + _("A filled mark is a score; a hollow one says that too little is known to call it one.")
    )
    chart_with_download.show(
        view,
        lambda: Drawn(
            score_profile.profile_lines(framework, [(_(score_profile.ONE_SERIES), scores)]),
            charts.ranges((_(score_profile.ONE_SERIES),)),
        ),
        "profile",
        lambda: _("Range bars of the criteria of this practice"),
    )
    tables.twin(score_profile.profile_table(framework, scores), _("Scores of the criteria"))
    st.header(_("Questions and answers"))
    for criterion in framework.criteria:
        panels.criterion_answers(criterion, scores, by_indicator)
        if not criterion.headline:
            panels.sums(framework, criterion, by_indicator, whole.version)
    panels.not_counted(one.not_counted)
    st.header(_("What is not known"))
    panels.not_documented(framework, {id_ for id_, given in by_indicator.items() if given[0]["counts"]})

st.header(_("What research says"))
measure_types.on_practice(card, one.results, whole)
around = one.surroundings
publications.on_practice(card, around.research)

st.header(_("Who runs it, and others in the field"))
organisations.of_practice(card, around.leads, around.near)

st.header(_("Corrections"))
feedback.history(card, one.corrections)

st.header(_("Practices that share sector, group and country"))
similar = whole.cards(whole.index.similar(card["id"]))
if not similar:
    st.markdown(_("None in the catalogue shares all three."))
tables.cards(whole, similar)
