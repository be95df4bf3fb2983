"""Several colleagues' files of one practice, and last year's file beside this year's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from criteria.forms import Disagreement, agreement, disagreements, headline_moves, moves
from criteria.framework import ANSWER_IDS, AnswerId, Framework
from criteria.scoring import Score
from pages.shared.components import charts, tables
from pages.shared.components.long_text import long_text
from pages.shared.components.score_profile import profile_lines
from pages.shared.components.screen_texts import escaped, percent, span, with_range
from pages.shared.self_assessment import draft as self_assessment_draft
from pages.shared.self_assessment.navigation import step_button
from pages.shared.self_assessment.questions import WORDS, with_anchor
from pages.shared.self_assessment.start import UPLOAD_MB, answers_in_words
from practices_db import formats
from practices_db.errors import PracticesError
from practices_db.files.self_assessment.form import NOTE, Draft, OwnAssessment
from practices_db.files.self_assessment.merge import agreed, same_practice, together, unlike
from practices_db.files.self_assessment.open_file import Opened, open_file
from practices_db.files.self_assessment.scores import score_rows
from practices_db.translation import _, ngettext

_PROBLEM = "own_together_problem"
_MOST = 20


def _problem() -> None:
    if told := st.session_state.pop(_PROBLEM, None):
        st.error("  \n".join(escaped(line) for line in str(told).splitlines()), icon=":material/block:")


def _comparable(opened: Opened) -> OwnAssessment:
    """Return a form that answers the questions of today; PracticesError for one that answers others."""
    if opened.changes:
        raise PracticesError(
            _(
                "A file was made with an earlier version of the questions, which ask something else, so it cannot be "
                "compared. Open it under “Start”, confirm its answers there, and save it again."
            )
        )
    return opened.form


# --- colleagues --------------------------------------------------------------------------------------------------


def colleagues(framework: Framework) -> None:
    """Draw several forms of one practice: agreement, disagreements first by size, each to be settled."""
    draft = self_assessment_draft.draft()
    st.header(_("Assess it together"))
    st.markdown(
        _(
            "Each of you answers alone and saves a file. Open the files here: you see where you disagree, largest "
            "first, settle it in a talk, and write down why. The order in which you open them makes no difference."
        )
    )
    st.file_uploader(
        _("Files of the same practice (.json)"),
        type=["json"],
        accept_multiple_files=True,
        key="own_colleagues",
        max_upload_size=UPLOAD_MB,
        on_change=_add_dropped,
    )
    _problem()
    if self_assessment_draft.mine().answers and self_assessment_draft.mine() not in draft.colleagues:
        st.button(
            _("Count my own answers as one of the forms"),
            on_click=_add,
            args=([self_assessment_draft.mine()],),
            key="own_add_mine",
        )
    if not draft.colleagues:
        return
    st.markdown(
        "\n".join(
            "- " + _("**Form {letter}**: {about}").format(letter=letter, about=_about(form))
            for letter, form in _lettered(draft.colleagues)
        )
    )
    if len(draft.colleagues) < 2:
        st.info(_("Open at least one more form to compare."), icon=":material/group_add:")
    else:
        _disagreements(framework, draft)
        _agreement(framework, draft.colleagues)
        _take_over(draft)
    st.button(_("Close these forms"), on_click=_clear, key="own_clear_colleagues")


def _lettered(forms: Sequence[OwnAssessment]) -> list[tuple[str, OwnAssessment]]:
    return list(zip("ABCDEFGHIJKLMNOPQRST", forms, strict=False))


def _about(form: OwnAssessment) -> str:
    """Say which form it is: its file, who filled it in, when it was saved, and how much is answered."""
    parts = (
        escaped(form.opened_from) or _("the form that is open here"),
        _("by {author}").format(author=escaped(form.author.strip())) if form.author.strip() else _("author not stated"),
        _("saved on {day}").format(day=formats.day(form.saved_on)),
        answers_in_words(len(form.answers)),
        escaped(form.profile.name.strip()) or _("practice without a name"),
    )
    return ", ".join(parts)


def _add_dropped() -> None:
    try:
        _add(
            [_comparable(open_file(one.getvalue(), name=one.name)) for one in st.session_state["own_colleagues"] or []]
        )
    except PracticesError as error:
        st.session_state[_PROBLEM] = error


def _add(forms: Sequence[OwnAssessment]) -> None:
    draft = self_assessment_draft.draft()
    unique = tuple(unlike([*draft.colleagues, *forms]))
    try:
        same_practice(unique)
    except PracticesError as error:
        st.session_state[_PROBLEM] = error
        return
    if len(unique) > _MOST:
        st.session_state[_PROBLEM] = PracticesError(_("At most {most} forms can be compared.").format(most=_MOST))
        return
    self_assessment_draft.change(draft.model_copy(update={"colleagues": unique}))


def _clear() -> None:
    self_assessment_draft.change(self_assessment_draft.draft().model_copy(update={"colleagues": (), "settled": ()}))


def _agreement(framework: Framework, forms: Sequence[OwnAssessment]) -> None:
    st.subheader(_("How far you agree"))
    titles = {one.id: _(one.title) for one in framework.criteria}
    found = agreement(framework, [form.form for form in forms])
    table = {
        _("Criterion"): [titles[one.criterion_id] for one in found],
        _("Answered alike"): [
            _("{alike} of {answered} ({share})").format(
                alike=one.alike, answered=one.answered_by_several, share=percent(one.alike / one.answered_by_several)
            )
            if one.answered_by_several
            else _("answered by one at most")
            for one in found
        ],
    }
    st.table(pd.DataFrame(table).set_index(_("Criterion")), alt=_("Agreement of the forms in each criterion"))


def _take_over(draft: Draft) -> None:
    st.button(
        _("Make one form of what you agree on"),
        on_click=_merge,
        key="own_merge",
        type="primary",
        icon=":material/merge:",
        help=_("It takes the place of your own form. What is disputed stays open until you settle it above."),
    )
    if draft.mine.answers:
        st.caption(
            _("It takes the place of your own form, which has {answers}; what you settled above stays.").format(
                answers=answers_in_words(len(draft.mine.answers))
            )
        )
    step_button(_("See the common result"), "result", icon=":material/insights:")


def _merge() -> None:
    draft = self_assessment_draft.draft()
    made = agreed(draft.colleagues).model_copy(update={"earlier": draft.mine.earlier})
    for id_ in draft.settled:
        if settled := draft.mine.answer(id_):
            made = made.with_answer(settled)
    self_assessment_draft.change(draft.model_copy(update={"mine": made}))


def _disagreements(framework: Framework, draft: Draft) -> None:
    found = disagreements(framework, [form.form for form in draft.colleagues])
    open_ = [one for one in found if one.indicator_id not in draft.settled]
    st.subheader(_("Where you disagree"))
    if not found:
        st.success(_("Nowhere: everything that several of you answered, you answered alike."))
        return
    st.markdown(
        ngettext(
            "**{open}** of {count} disagreement still to settle, largest first.",
            "**{open}** of {count} disagreements still to settle, largest first.",
            len(found),
        ).format(open=len(open_), count=len(found))
    )
    for one in found:
        _disagreement(framework, draft, one)


def _disagreement(framework: Framework, draft: Draft, one: Disagreement) -> None:
    indicator = next(each for each in framework.indicators if each.id == one.indicator_id)
    settled = one.indicator_id in draft.settled
    with st.container(border=True, gap="xsmall"):
        label = _(indicator.label)
        apart = (
            _(":green-badge[settled]") if settled else _("(apart by {size} of 1)").format(size=formats.short(one.size))
        )
        st.markdown(f"**{label}** {apart}")
        st.markdown("\n".join(_said(letter, form, one.indicator_id) for letter, form in _lettered(draft.colleagues)))
        current = draft.mine.answer(one.indicator_id) if settled else None
        key = f"own_settle_{one.indicator_id}"
        st.radio(
            _("You settle on ({indicator})").format(indicator=label),
            ANSWER_IDS,
            index=None,
            format_func=with_anchor(indicator),
            **self_assessment_draft.widget(
                key, current.answer if current else None, partial(_settle, one.indicator_id)
            ),
        )
        if current:
            long_text(
                _("Why ({indicator})").format(indicator=label),
                NOTE,
                height=96,
                **self_assessment_draft.widget(
                    f"{key}_note",
                    current.note,
                    lambda text: self_assessment_draft.change_answer(one.indicator_id, note=text),
                ),
            )


def _said(letter: str, form: OwnAssessment, indicator_id: str) -> str:
    given = form.answer(indicator_id)
    if given is None:
        return "- " + _("Form {letter}: not answered").format(letter=letter)
    said = _("Form {letter}: {answer}").format(letter=letter, answer=_(WORDS[given.answer]))
    return "- " + (formats.pair(said, escaped(given.note)) if given.note.strip() else said)


def _settle(indicator_id: str, answer: AnswerId | None) -> None:
    draft = self_assessment_draft.draft()
    proof = together(draft.colleagues, indicator_id)
    if proof is None or answer not in ANSWER_IDS:
        return
    held = draft.mine.answer(indicator_id) if indicator_id in draft.settled else None
    mine = draft.mine.with_answer((held or proof).model_copy(update={"answer": answer}))
    settled = tuple(dict.fromkeys((*draft.settled, indicator_id)))
    self_assessment_draft.change(draft.model_copy(update={"mine": mine, "settled": settled}))


# --- last year ---------------------------------------------------------------------------------------------------


def last_year(framework: Framework) -> None:
    """Draw an earlier form beside this one: what moved."""
    st.header(_("What moved since last time"))
    st.markdown(_("Open the file you saved a year ago, or any earlier one. It is compared with the answers here."))
    st.file_uploader(
        _("The earlier file (.json)"),
        type=["json"],
        key="own_earlier",
        max_upload_size=UPLOAD_MB,
        on_change=_open_earlier,
    )
    _problem()
    then, now = self_assessment_draft.draft().last_year, self_assessment_draft.mine()
    if then is None:
        return
    before, today = _("Saved {day}").format(day=then.saved_on.isoformat()), _("Now")
    st.subheader(_("Then: {form}").format(form=_about(then)), anchor=False)
    words = _("{then} then, {now} now")
    st.markdown(
        "\n".join(
            f"- {formats.pair(f'**{_(one.title)}**', words.format(then=_words(scores[0]), now=_words(scores[1])))}"
            for one in framework.headlines
            for scores in [headline_moves(framework, then.form, now.form)[one.id]]
        )
    )
    moved = moves(framework, then.form, now.form)
    st.subheader(_("Answers that are not what they were"))
    if not moved:
        st.markdown(_("None: every answer is as it was."))
    else:
        tables.sortable(
            _moved_table(framework, moved), _("Answers that changed since the earlier file"), tables.Paper("moves")
        )
    lines = profile_lines(framework, [(before, score_rows(framework, then)), (today, score_rows(framework, now))])
    charts.draw(lines, charts.ranges((before, today)), "own_years", _("Range bars of each criterion, earlier and now"))
    told = lines[lines["what"].notna()]
    tables.twin(
        pd.DataFrame({_("Criterion"): told["practice"], _("When"): told["what"], _("Known"): told["words"]}),
        _("Each criterion, earlier and now"),
    )
    st.button(_("Close the earlier file"), on_click=_put_away, key="own_put_away")


def _open_earlier() -> None:
    dropped = st.session_state["own_earlier"]
    if not dropped:
        return
    try:
        form = _comparable(open_file(dropped.getvalue(), name=dropped.name))
    except PracticesError as error:
        st.session_state[_PROBLEM] = error
        return
    self_assessment_draft.change(self_assessment_draft.draft().model_copy(update={"last_year": form}))


def _put_away() -> None:
    self_assessment_draft.change(self_assessment_draft.draft().model_copy(update={"last_year": None}))


def _words(one: Score) -> str:
    if one.low is None or one.high is None:
        return _("not applicable")
    if one.scored and one.score is not None:
        return with_range(one.score, one.low, one.high)
    return _("no score ({range})").format(range=span(one.low, one.high))


def _moved_table(framework: Framework, moved: Sequence[Any]) -> pd.DataFrame:
    names: Mapping[str, str] = {one.id: _(one.label) for one in framework.indicators}
    return pd.DataFrame(
        {
            _("Question"): [names[one.indicator_id] for one in moved],
            _("Then"): [_named(one.before) for one in moved],
            _("Now"): [_named(one.after) for one in moved],
            _("Moved"): ["" if not one.by else _("up") if one.by > 0 else _("down") for one in moved],
        }
    )


def _named(answer: str | None) -> str:
    return _(WORDS[answer]) if answer else _("not answered")
