"""Curation: what was sent in, practices, import, release, people. Not there without a configured login."""

import streamlit as st

from pages.shared.curation import actions, drafts, login, sections

drafts.hold()
st.title("Curation")
actor = login.entered()
actions.told()
sections.draw(sections.choose(actor), actor)
