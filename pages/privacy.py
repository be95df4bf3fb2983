"""What becomes of what a visitor types and sends: the operator's text, or one that says so."""

import streamlit as st

from pages.shared.components import operator_texts

st.title("Privacy")
operator_texts.show("privacy")
