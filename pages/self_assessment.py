"""Assess one's own practice, step by step; the answers stay in the browser until somebody submits them."""

import streamlit as st

from criteria.framework import current_framework
from pages.shared.assessing import asking, improving, keeping, standing, starting, steps, submitting, taking, together
from pages.shared.components.focus import begin_at_heading

framework = current_framework()
step = steps.current()
st.title("Assess your own practice")
top = st.container()
if not keeping.kept_line():
    st.stop()
with top:
    steps.progress()
steps.choose(step)
begin_at_heading(step.id)
match step.id:
    case "start":
        starting.introduction(st.query_params.get("practice"))
    case "profile":
        starting.profile()
    case "result":
        standing.result(framework)
    case "next-steps":
        improving.next_steps(framework)
    case "learn-from":
        improving.learn_from(framework)
    case "colleagues":
        together.colleagues(framework)
    case "last-year":
        together.last_year(framework)
    case "take-away":
        taking.take_away()
    case "submit":
        submitting.submit(framework)
    case _:
        questions, so_far = st.columns([3, 1])
        with questions:
            asking.question(step)
        with so_far:
            standing.so_far(framework)
steps.back_and_next(step)
