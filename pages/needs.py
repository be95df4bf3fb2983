"""From a need to what is there: practices, evidence, people to ask, and what nobody documents."""

import streamlit as st

from pages.shared.components import database
from pages.shared.library import needs_form
from practices_db.queries.needs import answer
from practices_db.translation import _

st.title(_("What do you need?"))
st.markdown(
    _(
        "Describe your situation. You get the practices that fit, with the reason for each, relevant evidence, whom to "
        "ask, and what is not documented yet. Nothing is stored."
    )
)
asked = needs_form.read_link()
needs_form.form(asked)
needs_form.on_paper(asked)
if asked.is_empty:
    needs_form.nothing_asked()
    st.stop()
with database.cursor() as cursor:
    found = answer(cursor, asked, needs_form.pool(database.whole()))

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.header(_("Practices that fit"))
    if not found.nothing_read:
        needs_form.take_away(found)
needs_form.practices(found)
if found.nothing_read:
    st.stop()
st.header(_("Evidence relevant to it"))
needs_form.evidence(found)
st.header(_("Whom to ask"))
needs_form.organisations(found)
st.header(_("What is not documented yet"))
needs_form.unknown(found)
