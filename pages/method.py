"""What is asked, how answers become scores, and what the scores do not say."""

import streamlit as st

from criteria.framework import current_framework
from pages.shared.components import database
from pages.shared.curation import release_notes
from pages.shared.practices import method_text, panels
from practices_db.translation import _

framework = current_framework()
whole = database.whole()
totals, told = whole.totals, whole.documentation
figures = told.figures

st.title(_("Method"))
st.header(_("From answers to a score: an example"))
method_text.worked_example(framework, told.example, panels.proof_of(framework, framework.headlines[0], told.answers))
method_text.when_scored(framework)
st.header(_("In short"))
method_text.in_short(framework)
st.header(_("What is asked"))
method_text.questions(framework)
st.header(_("Rules for whoever answers"))
method_text.rules(framework)
st.header(_("How strong the evidence is"))
method_text.evidence_levels(framework)
st.header(_("Which answer counts"))
method_text.which_counts(figures.twice)
st.header(_("Who answered, and how"))
method_text.who_answered(totals, told.makers)
st.header(_("Do two assessors agree?"))
method_text.assessors_agree(framework, figures.readings, figures.error.rate)
st.header(_("How an order comes about"))
method_text.orders()
st.header(_("How many differences are clear"))
method_text.told_apart(figures)
st.header(_("Which practices are included"))
method_text.selection(told.shares)
st.header(_("Do longer reports score higher?"))
method_text.paperwork(told.each)
st.header(_("What the scores do not say"))
method_text.limits(totals, told.limits, figures)
st.header(_("Words used here"))
method_text.glossary()
st.header(_("What changed in the data"))
release_notes.choose(told.releases)
st.header(_("Sources of the framework"))
method_text.sources(framework)
