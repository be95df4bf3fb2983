"""Who is responsible for this server: the operator's text, or one that says so."""

import streamlit as st

from pages.shared.components import operator_texts

st.title("Imprint")
operator_texts.show("imprint")
