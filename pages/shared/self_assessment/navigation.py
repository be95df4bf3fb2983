"""The steps of the self-assessment and the way through them, in two lengths; the step stands in the link.

The short form asks what the headline criteria ask, the whole form everything. Answers never depend on the length: what
is not asked in the short form stays as it was answered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import ceil

import streamlit as st

from criteria.framework import Criterion, Indicator, Question, current_framework
from pages.shared.components import links
from pages.shared.self_assessment import draft
from practices_db import formats
from practices_db.files.self_assessment.form import OwnAssessment
from practices_db.translation import N_, _, language, ngettext

PARAM = "step"
WORDS_A_MINUTE = 130  # read with care
MINUTES_A_NOTE = 1  # one note for each answer

_BEFORE = (("start", N_("Start")), ("profile", N_("About your practice")))
_AFTER = (
    ("result", N_("Your result")),
    ("next-steps", N_("Next steps")),
    ("learn-from", N_("Learn from others")),
    ("colleagues", N_("With colleagues")),
    ("last-year", N_("Compare with last year")),
    ("take-away", N_("Download")),
    ("submit", N_("Submit to the catalogue")),
)


@dataclass(frozen=True)
class Step:
    """One step: its id in the link and its name; a step that asks has its criterion, question and indicator.

    One indicator a step, so that a page is at most three screens of a phone.
    """

    id: str
    name: str
    criterion: Criterion | None = None
    question: Question | None = None
    indicator: Indicator | None = None

    @property
    def short(self) -> bool:
        """Whether the step is part of the short form."""
        return self.criterion is None or self.criterion.headline


def steps() -> tuple[Step, ...]:
    """Return all steps in their order."""
    return _steps(language())


@cache
def _steps(code: str) -> tuple[Step, ...]:  # noqa: ARG001 - the language of the names
    return (
        *(Step(id_, _(name)) for id_, name in _BEFORE),
        *(
            Step(indicator.id, formats.pair(_(criterion.title), _(indicator.label)), criterion, question, indicator)
            for criterion, question, indicator in current_framework().walk()
        ),
        *(Step(id_, _(name)) for id_, name in _AFTER),
    )


def question_steps(short: bool = False) -> tuple[Step, ...]:
    """Return the steps that ask, of the short or of the whole form."""
    return tuple(step for step in steps() if step.indicator and (step.short or not short))


def asked(short: bool) -> tuple[Indicator, ...]:
    """Return the indicators that a form of a length asks."""
    return tuple(step.indicator for step in question_steps(short) if step.indicator)


def current() -> Step:
    """Return the step in the link; the start where there is none, and where there is no such step, which is said."""
    known = {name for step in steps() for name in (step.id, _group(step)) if name}
    wanted = links.asked(PARAM, known, "start")
    return next((step for step in steps() if wanted in (step.id, _group(step))), steps()[0])


def _group(step: Step) -> str:
    """Return the id of a whole question, which links of the time have that asked one in a step."""
    return f"{step.criterion.id}-{step.question.id}" if step.criterion and step.question else ""


def go(step_id: str) -> None:
    """Put a step into the link; called by a button before the page runs."""
    st.query_params[PARAM] = step_id


def step_button(label: str, step_id: str, primary: bool = False, icon: str | None = None, name: str = "there") -> None:
    """Draw a button that leads to a step; ``name`` tells it apart from others of the page that lead there."""
    st.button(
        label,
        on_click=go,
        args=(step_id,),
        key=f"own_go_{step_id}_{name}",
        type="primary" if primary else "secondary",
        icon=icon,
    )


def minutes(indicators: Iterable[Indicator]) -> int:
    """Return how many minutes it takes to answer: every word read, and a note written for each answer."""
    texts = [(one.label, one.met, one.partly, one.not_met) for one in indicators]
    words = sum(len(text.split()) for four in texts for text in four)
    return ceil(words / WORDS_A_MINUTE + MINUTES_A_NOTE * len(texts))


def minutes_left(form: OwnAssessment, short: bool) -> int:
    """Return how many minutes the questions take that are left."""
    return minutes(one for one in asked(short) if one.id not in form.form)


def first_open(form: OwnAssessment, short: bool) -> Step | None:
    """Return the first step with an indicator that is not answered; None where all are."""
    return next((step for step in question_steps(short) if step.id not in form.form), None)


def progress() -> None:
    """Draw how much is answered and about how many minutes are left."""
    if not draft.loaded():
        st.progress(0.0, text=_("Looking whether this browser keeps answers of yours …"))
        return
    form, short = draft.mine(), draft.draft().short
    every = [one.id for one in asked(short)]
    answered = sum(id_ in form.form for id_ in every)
    left = minutes_left(form, short)
    if answered == len(every):
        told = (
            _("{answered} of {every} answered (short form), all questions answered")
            if short
            else _("{answered} of {every} answered (whole form), all questions answered")
        )
    elif short:
        told = ngettext(
            "{answered} of {every} answered (short form), about {count} minute left",
            "{answered} of {every} answered (short form), about {count} minutes left",
            left,
        )
    else:
        told = ngettext(
            "{answered} of {every} answered (whole form), about {count} minute left",
            "{answered} of {every} answered (whole form), about {count} minutes left",
            left,
        )
    st.progress(answered / len(every), text=told.format(answered=answered, every=len(every), count=left))


def choose_length() -> None:
    """Draw the choice of a length, each with its questions and minutes; no answer depends on it."""
    st.session_state["own_length"] = draft.draft().short
    st.radio(
        _("How much do you want to answer?"),
        [True, False],
        format_func=_length,
        captions=[
            _("What changed for people, and will it last. You can go on with the rest whenever you like."),
            _("Also what is written down, access, need and partners. Choose it to see all criteria."),
        ],
        key="own_length",
        on_change=lambda: draft.set_length(st.session_state["own_length"]),
    )


def _length(short: bool) -> str:
    words = (
        _("**Short form**: {questions}, about {minutes}")
        if short
        else _("**Whole form**: {questions}, about {minutes}")
    )
    return words.format(questions=_questions(len(asked(short))), minutes=minutes_in_words(minutes(asked(short))))


def _questions(count: int) -> str:
    return ngettext("{count} question", "{count} questions", count).format(count=formats.count(count))


def minutes_in_words(count: int) -> str:
    """Return minutes with their noun: "1 minute", "12 minutes"."""
    return ngettext("{count} minute", "{count} minutes", count).format(count=formats.count(count))


def answer_the_rest() -> None:
    """Draw the way from the short form to the rest, while something of that is not answered."""
    form = draft.mine()
    rest = [one for one in asked(short=False) if one not in asked(short=True) and one.id not in form.form]
    if draft.draft().short and rest:
        st.button(
            _("Answer the rest: {questions}, about {minutes}").format(
                questions=_questions(len(rest)), minutes=minutes_in_words(minutes(rest))
            ),
            on_click=_go_on_with_the_rest,
            key="own_rest",
            icon=":material/add:",
        )


def _go_on_with_the_rest() -> None:
    draft.set_length(short=False)
    if step := first_open(draft.mine(), short=False):
        go(step.id)


def choose(step: Step) -> None:
    """Draw the list of the steps."""
    form = draft.mine()
    st.session_state["own_step"] = step.id
    st.selectbox(
        _("Step, in any order"),
        [one.id for one in _way(step)],
        format_func=lambda id_: _label(id_, form),
        key="own_step",
        on_change=lambda: go(st.session_state["own_step"]),
        disabled=not draft.loaded(),
    )


def _way(here: Step) -> tuple[Step, ...]:
    """Return the steps of the chosen length; a step that a link led to is among them."""
    short = draft.draft().short
    return tuple(step for step in steps() if step.short or not short or step == here)


def _label(step_id: str, form: OwnAssessment) -> str:
    step = next(one for one in steps() if one.id == step_id)
    return f"{step.name} ✓" if step.indicator and step_id in form.form else step.name


def back_and_next(step: Step) -> None:
    """Draw the ways to the step before and the step after."""
    way = _way(step)
    at = way.index(step)
    with st.container(horizontal=True):
        if at + 1 < len(way):
            following = way[at + 1]
            words = _("Next: {step}").format(step=following.name)
            step_button(words, following.id, primary=True, icon=":material/arrow_forward:", name="next")
        if at:
            before = way[at - 1]
            words = _("Back: {step}").format(step=before.name)
            step_button(words, before.id, icon=":material/arrow_back:", name="back")
        if step.indicator:
            step_button(_("See your result so far"), "result", icon=":material/insights:", name="so_far")
