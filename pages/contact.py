"""How whoever runs this server can be reached: the operator's text, or one that says so."""

import streamlit as st

from pages.shared.components import operator_texts
from practices_db.translation import _

st.title(_("Contact"))
operator_texts.show("contact")
