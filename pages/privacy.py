"""What becomes of what a visitor types and sends: the operator's text, or one that says so."""

import streamlit as st

from pages.shared.components import operator_texts
from practices_db.translation import _

st.title(_("Privacy"))
operator_texts.show("privacy")
