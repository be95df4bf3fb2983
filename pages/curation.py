"""Curation: what was sent in, practices, import, release, people. Not there without a configured login."""

import streamlit as st

from pages.shared import links
from pages.shared.curation import acting, parts, signing_in

st.title("Curation")
actor = signing_in.entered()
acting.told()
chosen = links.choose("What to do", "part", parts.titles(actor))
st.header(parts.titles(actor)[chosen])
parts.draw(chosen, actor)
