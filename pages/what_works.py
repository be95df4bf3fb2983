"""What works: what studies say of types of measure, how sure it is, and who does it."""

import streamlit as st

from pages.shared.components import database, links
from pages.shared.library import measure_types, what_works
from practices_db.translation import _

whole = database.whole()
known = whole.what_works
asked, dropped = what_works.read_link()
links.not_understood(dropped)
if asked.measure_type:
    measure_types.page(asked.measure_type, known, whole)
    st.stop()

st.title(_("What works, for whom, and how sure is it?"))
st.markdown(what_works.limits(known))
what_works.rule_of_labels()
what_works.question(asked, whole)
what_works.answer(asked, known, whole)
what_works.download()
