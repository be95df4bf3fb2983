"""What is asked, how answers become scores, and what the scores do not say."""

import streamlit as st

from criteria.framework import current_framework
from pages.shared import explanations, panels
from pages.shared.components import database
from pages.shared.curation import release_notes

framework = current_framework()
whole = database.whole()
totals, told = whole.totals, database.documentation(whole)

st.title("Method")
explanations.in_short(framework)
st.header("From answers to scores")
explanations.formulas(framework)
explanations.worked_example(framework, told.example, panels.proof_of(framework, framework.headlines[0], told.answers))
st.header("What is asked")
explanations.questions(framework)
st.header("How strong the proof is")
explanations.evidence_levels(framework)
st.header("Who answered, and how")
explanations.who_answered(totals, told.makers)
st.header("Do two assessors agree?")
explanations.assessors_agree(framework, told.twice)
st.header("Which practices get in at all")
explanations.selection(told.shares)
st.header("Are we scoring paperwork?")
explanations.paperwork(told.each)
st.header("What the scores do not say")
explanations.limits(totals)
st.header("What changed in the data")
release_notes.choose(told.releases)
st.header("Sources of the framework")
explanations.sources(framework)
