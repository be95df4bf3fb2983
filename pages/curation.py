"""Curation: what was sent in, practices, import, release, people. Not there without a configured login."""

import streamlit as st

from pages.shared.components import links
from pages.shared.curation import acting, parts, signing_in

links.keep_params()
st.title("Curation")
actor = signing_in.entered()
acting.told()
parts.draw(parts.choose(actor), actor)
