"""Two to six practices side by side."""

import streamlit as st

from criteria.framework import current_framework
from pages.shared.components import chart_with_download, charts, database, downloads, links, matrix, peers, tables
from pages.shared.components.chart_with_download import Drawn
from pages.shared.components.score_profile import profile_lines
from pages.shared.practices import comparison
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.queries.views import View
from practices_db.translation import _

framework = current_framework()
st.title(_("Compare practices"))
whole = database.whole()
ids = comparison.choose(whole)
each = {id_: one for id_ in ids if (one := database.practice(whole, id_))}
cards = [one.card for one in each.values()]
if len(cards) < comparison.AT_LEAST:
    comparison.too_few(cards)
    st.stop()

view = View("compare", PracticeFilter(practice=tuple(ids)))
with st.container(horizontal=True, vertical_alignment="center", key="download_comparison"):
    downloads.comparison(view, len(cards))
    links.need_link(PracticeFilter())

st.header(_("Which differences are clear?"))
comparison.clear_differences(framework, whole, cards)

st.header(_("Side by side, differences first"))
matrix.draw(comparison.matrix_of(whole, ids))

assessed = [(one.card["name"], one.scores) for one in each.values() if one.card["assessed"]]
if assessed:
    st.header(_("Scores and their ranges"))
    st.caption(
        _("The bar shows where the score could end up once the missing answers are known.")
        + " "
        + _("A filled mark is a score; a hollow one says that too little is known to call it one.")
    )
    chart_with_download.show(
        view,
        lambda: Drawn(profile_lines(framework, assessed), charts.ranges(tuple(name for name, _scores in assessed))),
        "profiles",
        lambda: _("Range bars of each criterion for each practice"),
    )

st.header(_("Among their peers"))
among = {id_: comparison.peers(whole, id_) for id_ in each}
comparison.peers_rule(among)
if peers.are_enough(among):
    chart_with_download.show(
        view,
        lambda: Drawn(peers.peer_dots(cards, among), charts.strips(peers.are_counted(among))),
        "peers",
        lambda: _("Each practice's scores among those of its peers"),
    )
tables.twin(peers.peer_table(cards, among), _("How many peers each practice has and where it stands among them"))
