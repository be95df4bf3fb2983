"""One question a step: its indicators with anchors in plain words, an example, the evidence, a note and a link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from criteria.framework import (
    ANSWER_IDS,
    DOCUMENTED,
    AnswerId,
    Indicator,
    current_framework,
    published_frameworks,
)
from pages.shared.components import database
from pages.shared.components.links import practice_link
from pages.shared.components.long_text import long_text
from pages.shared.components.screen_texts import escaped, of_catalogue, web_link
from pages.shared.self_assessment import draft, opened_link
from pages.shared.self_assessment.navigation import Step
from practices_db import formats
from practices_db.files.self_assessment.form import NOTE, OwnAnswer
from practices_db.queries import practices
from practices_db.translation import N_, _

WORDS = {
    "met": N_("Met"),
    "partly": N_("Partly met"),
    "not-met": N_("Not met"),
    "not-documented": N_("We do not know"),
    "not-applicable": N_("Does not apply to us"),
}
_FURTHER = {
    "not-documented": N_("Nobody here knows, or it is written down nowhere. It widens the range."),
    "not-applicable": N_(
        "The question makes no sense for this practice. It is then left out of the score; please say why."
    ),
}
_NOTES = {
    "not-applicable": N_("Why does it not apply?"),
    "not-documented": N_("What would one have to find out?"),
}
_NOTE = N_("What is it like here?")
EVIDENCE = (
    N_("We say so, no document yet"),
    N_("A document or our own figures show it"),
    N_("A before-and-after measure or a survey of participants shows it"),
    N_("Somebody independent evaluated it"),
    N_("An outside evaluation with a comparison group shows it"),
    N_("A randomised trial, or the same result in several places, shows it"),
)


def question(step: Step) -> None:
    """Draw the indicator of a step that asks."""
    if step.criterion is None or step.question is None or step.indicator is None:
        return
    st.header(_(step.indicator.label))
    st.caption(formats.pair(_(step.criterion.title), _(step.question.text)))
    if not draft.loaded():
        answers = map(with_anchor(step.indicator), ANSWER_IDS)
        st.markdown("\n".join(f"- {words}" for words in answers))
        return
    with database.cursor() as cursor:
        example = practices.example_answers(cursor, [step.indicator.id]).get(step.indicator.id)
    invited = opened_link.invitation()
    if example and invited and example["practice_id"] == invited.submission.practice_id:
        example = None  # a second assessor is not to see the first answers
    _indicator(step.indicator, example)
    with st.expander(_("Rules for answering"), icon=":material/rule:"):
        st.markdown("\n".join(f"- {_(rule.text)}" for rule in current_framework().rules))


def with_anchor(indicator: Indicator) -> Callable[[AnswerId], str]:
    """Return how an answer is labelled at an indicator: its word and what it means there, together."""

    def label(answer: AnswerId) -> str:
        return f"**{_(WORDS[answer])}**  \n{_(indicator.anchor(answer) or _FURTHER[answer])}"

    return label


def _indicator(indicator: Indicator, example: Mapping[str, Any] | None) -> None:
    given = draft.mine().answer(indicator.id)
    key = f"own_{indicator.id}"
    _earlier(indicator, given, key)
    st.radio(
        _("Which is true of your practice? ({indicator})").format(indicator=_(indicator.label)),
        ANSWER_IDS,
        index=None,
        format_func=with_anchor(indicator),
        label_visibility="collapsed",
        **draft.widget(
            f"{key}_answer", given.answer if given else None, partial(draft.set_answer, indicator.id), choice=True
        ),
    )
    if given is not None:
        _proof(indicator, given)
        st.button(
            _("Take this answer back"),
            key=f"{key}_clear",
            type="tertiary",
            on_click=draft.set_answer,
            args=(indicator.id, None),
        )
    if example:
        with st.expander(_("An example")):
            _example(example)


def _earlier(indicator: Indicator, given: OwnAnswer | None, key: str) -> None:
    """Draw what was answered to the questions that this one follows, to be confirmed or not."""
    earlier = draft.mine().earlier
    before = earlier.followed_by(indicator) if earlier else ()
    if earlier is None or not before:
        return
    made = published_frameworks()[earlier.framework, earlier.framework_version]
    for one in before:
        asked = made.indicator(one.indicator)
        anchor, answer = asked.anchor(one.answer), formats.within(_(WORDS[one.answer]))
        with st.container(border=True, gap="xsmall", key=f"{key}_earlier_{one.indicator}"):
            st.markdown(
                _("**Your earlier answer** to “{question}” (version {version}): {answer}{anchor}").format(
                    question=_(asked.label),
                    version=made.version,
                    answer=answer,
                    anchor=f". *{_(anchor)}*" if anchor else ".",
                )
            )
            if said := " ".join(filter(None, [one.note.strip(), one.link.strip()])):
                st.caption(escaped(said))
            st.button(
                _("Answer the same here: {answer}").format(answer=answer),
                on_click=_confirm,
                args=(indicator, one),
                key=f"{key}_same_{one.indicator}",
                disabled=given is not None and given.answer == one.answer,
                help=_("Please compare with the answers below first: the question may ask more or less than it did."),
            )


def _confirm(indicator: Indicator, one: OwnAnswer) -> None:
    """Take an earlier answer over with its note and link; its evidence only where that can stand here."""
    draft.change_answer(
        indicator.id,
        answer=one.answer,
        evidence_level=one.evidence_level if one.evidence_level in draft.levels(indicator.id) else None,
        note=one.note,
        link=one.link,
    )


def _example(example: Mapping[str, Any]) -> None:
    publisher = example["source_publisher"] or _("source")
    source = web_link(example["source_url"], publisher) if example["source_url"] else ""
    st.markdown(f"{of_catalogue(example['note'])} {source}")
    practice_link(
        example["practice_id"],
        _("{practice}, answered “met” in the catalogue").format(practice=of_catalogue(example["name"])),
    )


def _part(indicator: Indicator, name: str, value: Any, part: str = "", choice: bool = False) -> dict[str, Any]:
    """Return key and what is called of a widget over a part of an answer; ``part`` is its ``name`` if not said."""

    def take(given: Any) -> None:
        draft.change_answer(indicator.id, **{part or name: given})

    return draft.widget(f"own_{indicator.id}_{name}", value, take, choice)


def _proof(indicator: Indicator, given: OwnAnswer) -> None:
    if given.answer in DOCUMENTED:
        st.radio(  # what is chosen in a list of Streamlit's is not kept while the connection is away
            _("What shows it? ({indicator})").format(indicator=_(indicator.label)),
            draft.levels(indicator.id),
            index=None,
            help=None
            if indicator.outcome
            else _(
                "A before-and-after measure, a comparison group or a trial shows a change in people. This question "
                "does not ask for one, so they are not offered here."
            ),
            format_func=lambda level: _(EVIDENCE[level]),
            **_part(indicator, "level", given.evidence_level, "evidence_level", choice=True),
        )
    long_text(
        _("Note ({indicator})").format(indicator=_(indicator.label)),
        NOTE,
        height=96,
        placeholder=_(_NOTES.get(given.answer, _NOTE)),
        **_part(indicator, "note", given.note),
    )
    if given.answer in DOCUMENTED:
        st.text_input(
            _("Link to where one can read it ({indicator})").format(indicator=_(indicator.label)),
            max_chars=2000,
            live="1s",
            **_part(indicator, "link", given.link),
        )
        if given.link.strip() and not given.address:
            st.caption(_("This is no web address yet (like https://example.org/report). It stays as you wrote it."))
    if given.answer == "not-applicable" and not given.note.strip():
        st.caption(_("Please say why in the note: without a reason readers cannot follow it."))
