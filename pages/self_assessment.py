"""Assess one's own practice, step by step; the answers stay in the browser until somebody submits them."""

import streamlit as st

from criteria.framework import current_framework
from pages.shared.components import private_links
from pages.shared.components.focus import begin_at_heading
from pages.shared.self_assessment import downloads, draft, merge_files, navigation, next_steps, result, start, submit
from pages.shared.self_assessment.questions import question
from practices_db.translation import _

framework = current_framework()
st.title(_("Assess your own practice"))
step = navigation.current()
top = st.container()
private_links.keep(ask=step.id == "submit")
loaded = draft.kept_line()
with top:
    navigation.progress()
navigation.choose(step)
begin_at_heading(f"{step.id} {submit.pressed()}")
match step.id:
    case "start":
        start.introduction(st.query_params.get("practice"))
    case _ if step.indicator:
        questions, so_far = st.columns([3, 1])
        with questions:
            question(step)
        if loaded:
            with so_far:
                result.so_far(framework)
    case _ if not loaded:
        pass  # the other steps are about what was answered
    case "profile":
        start.profile()
    case "result":
        result.result(framework)
    case "next-steps":
        next_steps.next_steps(framework)
    case "learn-from":
        next_steps.learn_from(framework)
    case "colleagues":
        merge_files.colleagues(framework)
    case "last-year":
        merge_files.last_year(framework)
    case "take-away":
        downloads.take_away()
    case "submit":
        submit.submit(framework)
if loaded:
    navigation.back_and_next(step)
    start.forget_here()
    draft.take_newer()
