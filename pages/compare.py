"""Two to six practices side by side."""

import streamlit as st

from criteria.framework import current_framework
from pages.shared.components import chart_with_download, charts, database, downloads, peers, tables
from pages.shared.components.score_profile import profile_lines
from pages.shared.practices import comparison
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.queries.views import View
from practices_db.translation import _

framework = current_framework()
st.title("Compare practices")
whole = database.whole()
ids = comparison.choose(whole)
each = {id_: one for id_ in ids if (one := database.practice(whole, id_))}
cards = [one.card for one in each.values()]
scores = {id_: one.scores for id_, one in each.items()}
answers = {id_: one.answers for id_, one in each.items()}
if len(cards) < comparison.AT_LEAST:
    comparison.too_few(cards)
    st.stop()

view = View("compare", PracticeFilter(practice=tuple(ids)))
downloads.take_away(view, len(cards))

st.header(_("Results"))
comparison.results(cards)

st.header(_("Which differences are clear?"))
comparison.clear_differences(framework, whole, cards)

st.header("Criterion by criterion")
assessed = [card for card in cards if card["assessed"]]
if not assessed:
    st.markdown("None of them is assessed, so there is nothing to draw.")
else:
    st.caption(
        _("The bar shows where the score could end up once the missing answers are known.")
        + " "
        + _("A filled mark is a score; a hollow one says that too little is known to call it one.")
    )
    chart_with_download.show(
        view,
        profile_lines(framework, [(card["name"], scores[card["id"]]) for card in assessed]),
        charts.ranges(tuple(card["name"] for card in assessed), pickable=False),
        "profiles",
        "Range bars of each criterion for each practice",
    )
    tables.twin(comparison.profile_table(framework, cards, scores), "Each criterion of each practice")

st.header("Among their peers")
among = {id_: comparison.peers(whole, id_) for id_ in each}
comparison.peers_rule(among)
strip = peers.peer_dots(cards, among)
if not strip.empty:
    chart_with_download.show(
        view,
        strip,
        charts.strips(tuple(tables.HEADLINES.values()), peers.are_counted(among)),
        "peers",
        "Each practice's scores among those of its peers",
    )
tables.twin(peers.peer_table(cards, among), "How many peers each practice has and where it stands among them")

st.header("Answers, differences first")
comparison.answers(framework, cards, answers)

st.header("Facts")
comparison.facts(cards)
