"""From a need to what is there: practices, evidence, people to ask, and what nobody documents."""

import streamlit as st

from pages.shared import needing
from pages.shared.components import database
from practices_db.needs import answer

st.title("What do you need?")
st.markdown(
    "Say what you are facing. You get the practices that fit, with the reason for each, the evidence that bears on it, "
    "whom to ask, and what nobody has documented yet. Nothing is stored."
)
asked = needing.read_link()
needing.form(asked)
if asked.is_empty:
    needing.nothing_asked()
    st.stop()
with database.cursor() as cursor:
    found = answer(cursor, asked, needing.pool(database.whole()))

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.header("Practices that fit")
    needing.take_away(found)
needing.practices(found)
st.header("Evidence that bears on it")
needing.evidence(found)
st.header("Whom to ask")
needing.organisations(found)
st.header("What nobody documents yet")
needing.unknown(found)
