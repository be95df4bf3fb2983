"""The question, what is best known, and the ways in."""

import streamlit as st

from pages.shared.components import database
from pages.shared.library import front_page
from pages.shared.practices import panels
from practices_db.translation import _

st.title(_("What works in integrating migrants, and how sure can anyone be?"))
whole = database.whole()
known = whole.what_works
front_page.question(whole)
front_page.best_known(known)
front_page.not_known(known, whole)
panels.ways_in()
front_page.counts(whole.totals)
panels.not_counted(whole.not_counted)
