"""What is asked, how answers become scores, and what the scores do not say."""

import streamlit as st

from criteria.framework import current_framework
from pages.shared import database, explanations, panels, released, tables
from practices_db import publishing, queries

framework = current_framework()
totals = database.whole().totals
with database.cursor() as cursor:
    makers = queries.assessors(cursor)
    documentation = queries.documentation(cursor)
    shares = queries.selection_shares(cursor)
    twice = queries.double_answers(cursor)
    releases = publishing.releases(cursor)
    example = queries.example(cursor)
    given = tables.grouped(queries.answers(cursor, example["id"]), "indicator_id") if example else {}

st.title("Method")
explanations.in_short(framework)
st.header("From answers to scores")
explanations.formulas(framework)
explanations.worked_example(framework, example, panels.proof_of(framework, framework.headlines[0], given))
st.header("What is asked")
explanations.questions(framework)
st.header("How strong the proof is")
explanations.evidence_levels(framework)
st.header("Who answered, and how")
explanations.who_answered(totals, makers)
st.header("Do two assessors agree?")
explanations.assessors_agree(framework, twice)
st.header("Which practices get in at all")
explanations.selection(shares)
st.header("Are we scoring paperwork?")
explanations.paperwork(documentation)
st.header("What the scores do not say")
explanations.limits(totals)
st.header("What changed in the data")
released.choose(releases)
st.header("Sources of the framework")
explanations.sources(framework)
