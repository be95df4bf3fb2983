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
from practices_db.translation import N_, _

framework = current_framework()
st.title(_("Your weighting"))
chosen = filter_form.read_link(PracticeFilter)
weights = weighting.read_link(framework)
view = links.current_view("weighting")
whole = database.whole()
found = whole.index.select(chosen)
answers = whole.answers_of(found.mask)
measured = error_of(whole.read_twice).rate > 0

filter_form.first_widgets(chosen, found.facet_counts(), whole.counts)
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.markdown(filter_form.sentence(chosen, found.count, whole.totals.practices))
    downloads.take_away(view, found.count)
filter_form.chips(chosen)

scores = composite(framework, answers, weights)
on_headlines = {
    node: order.compared(whole, answers, criterion_alone(framework, node), view.reading) for node in HEADLINES
}
own = order.compared(whole, answers, weights, view.reading)

st.header(_("Which differences are clear?"))
named = _("Your combination ({weights})").format(weights=weighting.in_words(framework, weights))
lines = [order.summary(_(title), on_headlines[node]) for node, title in HEADLINES.items()]
st.markdown("\n".join([*lines, order.summary(named, own)]))
order.what_clearly_means()
with st.expander(_("What this rests on: unknown answers and errors of coders"), icon=":material/question_mark:"):
    order.choose_reading(view)
    order.rests_on(whole)

for node, title in HEADLINES.items():
    st.header(_(title))
    on = on_headlines[node]
    order.can_be_drawn(on.count)
    if node == "effectiveness":
        selected = [whole.index.ids[place] for place in np.flatnonzero(found.mask)]
        order.shown_results(whole, selected, on.found.order.clear_pairs if on.found else 0)
    if on.found:
        order.details(on.found, on.cards, measured)
        order.draw(view, on.found, on.cards, node, title)

st.header(_("Your combination"))
weighting.panel(framework, weights, scores)
weighting.selection(found.count, len(answers.practice_ids), own.count)
weighting.costs(framework, scores, weights)
if not order.can_be_drawn(own.count, weighted=True) or own.found is None:
    st.stop()
every = weighting.every_weighting()
order.details(own.found, own.cards, measured)
columns = weighting.own_columns(scores, own.scored.practice_ids, weights, every)
order.draw(view, own.found, own.cards, "your_weighting", N_("Your weighting"), columns)

st.header(_("Two of them in detail"))
names = {id_: str(card["name"]) for id_, card in own.cards.items()}
weighting.pair(framework, names, scores, own.found.order, weights)
