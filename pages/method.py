"""What is asked, how answers become scores, and what the scores do not say."""

import streamlit as st

from criteria.framework import current_framework
from pages.shared.components import database
from pages.shared.curation import release_notes
from pages.shared.practices import method_text, panels

framework = current_framework()
whole = database.whole()
totals, told = whole.totals, database.documentation(whole)

st.title("Method")
method_text.in_short(framework)
st.header("From answers to scores")
method_text.formulas(framework)
method_text.worked_example(framework, told.example, panels.proof_of(framework, framework.headlines[0], told.answers))
st.header("What is asked")
method_text.questions(framework)
st.header("How strong the proof is")
method_text.evidence_levels(framework)
st.header("Who answered, and how")
method_text.who_answered(totals, told.makers)
st.header("Do two assessors agree?")
method_text.assessors_agree(framework, told.twice)
st.header("Which practices get in at all")
method_text.selection(told.shares)
st.header("Are we scoring paperwork?")
method_text.paperwork(told.each)
st.header("What the scores do not say")
method_text.limits(totals)
st.header("What changed in the data")
release_notes.choose(told.releases)
st.header("Sources of the framework")
method_text.sources(framework)
