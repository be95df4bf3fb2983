"""Assess one's own practice, step by step; the answers stay in the browser until somebody submits them."""

import streamlit as st

from criteria.framework import current_framework
from pages.shared.assessing import asking, keeping, starting, steps
from pages.shared.focus import begin_at_heading

framework = current_framework()
step = steps.current()
st.title("Assess your own practice")
if not keeping.kept_line():
    st.stop()
steps.navigation(step)
begin_at_heading(step.id)
match step.id:
    case "start":
        starting.introduction(st.query_params.get("practice"))
    case "profile":
        starting.profile()
    case _:
        asking.question(step, framework)
steps.back_and_next(step)
