"""Who is responsible for this server: the operator's text, or one that says so."""

import streamlit as st

from pages.shared.components import operator_texts
from practices_db.translation import _

st.title(_("Imprint"))
operator_texts.show("imprint")
