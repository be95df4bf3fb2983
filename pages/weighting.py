"""Who is clearly ahead of whom: on each main score, and on the reader's own combination of criteria."""

import numpy as np
import streamlit as st

from criteria.framework import current_framework
from criteria.order import criterion_alone
from criteria.scoring import composite
from pages.shared.components import database, downloads, filter_form, links
from pages.shared.components.tables import HEADLINES
from pages.shared.practices import order, weighting
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.queries.agreement import error_of
from practices_db.translation import _

framework = current_framework()
st.title(_("Your weighting"))
st.markdown(
    _(
        "Which differences between practices are clear? First on each main score alone, which needs no weights. Then "
        "you can combine criteria into one number with your own weights."
    )
)
chosen = filter_form.read_link(PracticeFilter)
weights = weighting.read_link(framework)
view = links.current_view("weighting")
whole = database.whole()
found = whole.index.select(chosen)
answers = whole.answers_of(found.mask)
measured = error_of(database.read_twice(whole)).rate > 0

filter_form.first_widgets(chosen, found.facet_counts(), whole.counts)
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.markdown(filter_form.sentence(chosen, found.count, whole.totals.practices))
    downloads.take_away(view, found.count)
filter_form.chips(chosen)
reading = order.choose_reading(view)
order.rests_on(whole)

for node, title in HEADLINES.items():
    st.header(title)
    alone = criterion_alone(framework, node)
    scored = answers.only(composite(framework, answers, alone).scored[:, -1])
    ordered = None
    if order.can_be_drawn(len(scored.practice_ids)):
        cards = order.cards_by_name(whole, scored.practice_ids)
        ordered = order.of(whole, scored, alone, reading)
        st.markdown(order.finding(ordered, cards, measured))
    if node == "effectiveness":
        selected = [whole.index.ids[place] for place in np.flatnonzero(found.mask)]
        order.shown_results(whole, selected, ordered.order.clear_pairs if ordered else 0)
    if ordered:
        st.caption(order.open_answers(ordered))
        order.draw(view, ordered, cards, title)

st.header(_("Your combination"))
scores = composite(framework, answers, weights)
weighting.panel(framework, weights, scores)
scored = answers.only(scores.scored[:, -1])
weighting.selection(found.count, len(answers.practice_ids), len(scored.practice_ids))
if not order.can_be_drawn(len(scored.practice_ids), weighted=True):
    st.stop()
every = weighting.every_weighting()
cards = order.cards_by_name(whole, scored.practice_ids)
ordered = order.of(whole, scored, weights, reading)
st.markdown(order.finding(ordered, cards, measured))
st.caption(order.open_answers(ordered))
own = weighting.own_columns(scores, scored.practice_ids, weights, every)
order.draw(view, ordered, cards, _("Your weighting"), own)

st.header(_("Two of them in detail"))
names = {id_: str(card["name"]) for id_, card in cards.items()}
weighting.pair(framework, names, scores, ordered.order, weights)
