"""The steps of the self-assessment: one question a step, in any order; the step stands in the link, answers "
"never do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import streamlit as st

from criteria.framework import Criterion, Question, current_framework
from pages.shared.components.screen_texts import counted
from pages.shared.self_assessment.draft import mine
from practices_db.files.self_assessment.form import OwnAssessment, Profile

PARAM = "step"
_MINUTES_AN_ANSWER = 0.67  # 33 indicators and the profile in about 25 minutes
_MINUTES_FOR_PROFILE = 3.0


@dataclass(frozen=True)
class Step:
    """One step: its id in the link and its name; a question step has its criterion and question."""

    id: str
    name: str
    criterion: Criterion | None = None
    question: Question | None = None


@cache
def steps() -> tuple[Step, ...]:
    """Return all steps in their order."""
    questions = [
        Step(
            f"{criterion.id}-{question.id}", f"{criterion.title}: {question.id.replace('-', ' ')}", criterion, question
        )
        for criterion in current_framework().criteria
        for question in criterion.questions
    ]
    return (
        Step("start", "Start"),
        Step("profile", "About your practice"),
        *questions,
        Step("result", "Your result"),
        Step("next-steps", "Next steps"),
        Step("learn-from", "Learn from others"),
        Step("colleagues", "With colleagues"),
        Step("last-year", "Compare with last year"),
        Step("take-away", "Take away"),
        Step("submit", "Submit to the catalogue"),
    )


def question_steps() -> tuple[Step, ...]:
    """Return the steps that ask."""
    return tuple(step for step in steps() if step.question)


def current() -> Step:
    """Return the step in the link; the start where there is none or one that does not exist."""
    wanted = st.query_params.get(PARAM, "start")
    return next((step for step in steps() if step.id == wanted), steps()[0])


def go(step_id: str) -> None:
    """Put a step into the link; called by a button before the page runs."""
    st.query_params[PARAM] = step_id


def step_button(label: str, step_id: str, primary: bool = False, icon: str | None = None) -> None:
    """Draw a button that leads to a step."""
    st.button(
        label,
        on_click=go,
        args=(step_id,),
        key=f"own_go_{step_id}_{label}",
        type="primary" if primary else "secondary",
        icon=icon,
    )


def minutes_left(form: OwnAssessment) -> int:
    """Return about how many minutes the questions that are left take."""
    left = len(current_framework().indicators) - len(form.answers)
    return round(left * _MINUTES_AN_ANSWER + (_MINUTES_FOR_PROFILE if form.profile == Profile() else 0.0))


def done(step: Step, form: OwnAssessment) -> tuple[int, int]:
    """Return how many of a question step's indicators are answered, and how many there are."""
    indicators = step.question.indicators if step.question else ()
    return sum(one.id in form.form for one in indicators), len(indicators)


def progress() -> None:
    """Draw how much is answered and about how many minutes are left."""
    form = mine()
    every, answered = len(current_framework().indicators), len(form.answers)
    left = minutes_left(form)
    time = f"about {counted(left, 'minute')} left" if answered < every else "all questions answered"
    st.progress(min(answered / every, 1.0), text=f"{answered} of {every} answered, {time}")


def choose(step: Step) -> None:
    """Draw the list of all steps."""
    form = mine()
    st.session_state["own_step"] = step.id
    st.selectbox(
        "Step, in any order",
        [one.id for one in steps()],
        format_func=lambda id_: _label(id_, form),
        key="own_step",
        on_change=lambda: go(st.session_state["own_step"]),
    )


def _label(step_id: str, form: OwnAssessment) -> str:
    step = next(one for one in steps() if one.id == step_id)
    if not step.question:
        return step.name
    answered, every = done(step, form)
    return f"{step.name} ({answered} of {every}{' ✓' if answered == every else ''})"


def back_and_next(step: Step) -> None:
    """Draw the ways to the step before and the step after."""
    at = steps().index(step)
    with st.container(horizontal=True):
        if at + 1 < len(steps()):
            following = steps()[at + 1]
            step_button(f"Next: {following.name}", following.id, primary=True, icon=":material/arrow_forward:")
        if at:
            before = steps()[at - 1]
            step_button(f"Back: {before.name}", before.id, icon=":material/arrow_back:")
        if step.question:
            step_button("See your result so far", "result", icon=":material/insights:")
