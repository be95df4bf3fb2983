"""Submit to the catalogue, a separate act: what becomes public, consent, the private link; and what the link opens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from criteria.framework import Framework, current_framework, published_frameworks
from pages.shared.components import database
from pages.shared.components.links import page_path
from pages.shared.components.screen_texts import counted, escaped, web_link
from pages.shared.self_assessment import draft as self_assessment_draft
from pages.shared.self_assessment.questions import EVIDENCE, WORDS
from practices_db.config import base_url
from practices_db.curation import submissions
from practices_db.curation.submissions import Receipt, Submission
from practices_db.errors import NoSuchLinkError, PracticesError
from practices_db.files.self_assessment.documents import stated
from practices_db.files.self_assessment.form import Draft, OwnAnswer, OwnAssessment, Sending
from practices_db.files.self_assessment.open_file import adapted
from practices_db.files.self_assessment.submission import KIND, form_of, mailbox_looks_personal, payload, to_correct
from practices_db.queries import practices
from practices_db.translation import _

_RECEIPT, _PROBLEM, _LINK, _DONE = "own_receipt", "own_submit_problem", "own_link", "own_done"
_LOADED = "own_loaded_changes"  # what is not as it was when the answers were sent
_CONSENT = ("own_consent_right", "own_consent_stories")
_STATUS = {
    "draft": "not handed in yet",
    "submitted": "waiting for a curator to read it",
    "returned": "sent back to you with a question",
    "published": "accepted: it is in the catalogue from its next release on",
    "withdrawn": "withdrawn",
}


@dataclass
class _Link:
    """The private link that is open in this session."""

    token: str
    submission: Submission


# --- the step ----------------------------------------------------------------------------------------------------


def submit(framework: Framework) -> None:
    """Draw the whole act of submitting, or what came of it."""
    st.header("Submit to the catalogue")
    if receipt := st.session_state.get(_RECEIPT):
        _show_receipt(receipt)
        return
    link: _Link | None = st.session_state.get(_LINK)
    if done := st.session_state.pop(_DONE, None):
        st.success(done, icon=":material/check:")
    if changes := st.session_state.pop(_LOADED, None):
        st.info("\n".join(f"- {escaped(words)}" for words in changes), icon=":material/history:")
    if link and link.submission.kind == KIND and link.submission.payload:
        _correcting(link)
    st.markdown(
        "Everything so far stayed in your hands. If you want others to learn from your practice, you can send "
        "your answers to the curators. **Nothing is sent before you press the button at the end.** A curator reads "
        "them; once accepted they are public, marked as a self-assessment, under CC BY 4.0. You get a private link to "
        "correct or withdraw them at any time."
    )
    draft = self_assessment_draft.draft()
    _ask(draft)
    st.warning(
        "Please read your notes once more: **no stories of clients.** Not only names: a country, an age and a "
        "town can be enough for somebody to be recognised. What is public can be copied before you take it back.",
        icon=":material/person_off:",
    )
    _preview(framework, draft.mine, draft.sending)
    wrong = to_correct(draft.mine, draft.sending)
    if wrong:
        st.markdown(_("**Please correct before you can submit**"))
        st.markdown("\n".join(f"- {escaped(one)}" for one in wrong))
    st.checkbox(
        "I may speak for the organisation, and it agrees that this is published under CC BY 4.0.", key=_CONSENT[0]
    )
    st.checkbox("No note lets anybody recognise a client or a colleague.", key=_CONSENT[1])
    agreed = all(st.session_state.get(key) for key in _CONSENT)
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error("  \n".join(escaped(line) for line in str(problem).splitlines()), icon=":material/block:")
    st.button(
        "Send the correction" if link else "Submit these answers",
        type="primary",
        icon=":material/send:",
        disabled=bool(wrong) or not agreed,
        on_click=_send,
        key="own_submit",
    )
    if not wrong and not agreed:
        st.caption("Tick both sentences above first.")


def _ask(draft: Draft) -> None:
    facts, sending = draft.mine.profile, draft.sending
    if not facts.practice_id:
        self_assessment_draft.show("own_sending_summary", sending.summary)
        st.text_area(
            "What the practice does, in two or three sentences (public)",
            key="own_sending_summary",
            max_chars=1500,
            on_change=_taking("summary"),
        )
        _line("A public page about the practice (public)", "page", sending.page, "https://example.org/our-practice")
    _line(
        "Mailbox of the organisation, for questions (not public; can be left blank)",
        "mailbox",
        sending.mailbox,
        "info@…",
    )
    if sending.mailbox.strip() and (sending.shared or mailbox_looks_personal(sending.mailbox)):
        self_assessment_draft.show("own_sending_shared", sending.shared)
        st.checkbox(
            "Several people read this mailbox; it is not one person's",
            key="own_sending_shared",
            on_change=_taking("shared"),
        )


def _line(label: str, name: str, value: str, placeholder: str) -> None:
    key = f"own_sending_{name}"
    self_assessment_draft.show(key, value)
    st.text_input(label, key=key, max_chars=300, live="1s", placeholder=placeholder, on_change=_taking(name))


def _taking(name: str) -> Any:
    def take(value: Any) -> None:
        draft = self_assessment_draft.draft()
        given = draft.sending.model_dump() | {name: value if value is not None else ""}
        self_assessment_draft.change(draft.model_copy(update={"sending": Sending.model_validate(given)}))

    return self_assessment_draft.on_change(f"own_sending_{name}", take)


def _preview(framework: Framework, form: OwnAssessment, sending: Sending) -> None:
    st.subheader("This becomes public")
    facts = stated(form.profile)
    if sending.summary.strip() and not form.profile.practice_id:
        facts.append(("Summary", sending.summary.strip()))
    if form.profile.practice_id:
        st.caption("The practice is in the catalogue: its facts there stay as they are; only the answers are new.")
        facts = [fact for fact in facts if fact[0] == "Practice"]
    st.markdown("\n".join(f"- {escaped(name)}: {escaped(value)}" for name, value in facts) or "No facts are stated.")
    if form.answers:
        names = {one.id: one.label for one in framework.indicators}
        with st.expander(f"All {counted(len(form.answers), 'answer')}, as everybody will read them", expanded=True):
            st.markdown("\n".join(_public(names[one.indicator], one) for one in form.answers))
    st.markdown(
        f"Together with the words “self-assessment” and today's date; {counted(len(form.answers), 'answer')} in all. "
        "**Not public:** the mailbox. It is deleted when you withdraw."
    )


def _public(name: str, one: OwnAnswer) -> str:
    proof = f" ({EVIDENCE[one.evidence_level][0].lower()}{EVIDENCE[one.evidence_level][1:]})" if one.documented else ""
    note = f" {escaped(one.note)}" if one.note.strip() else ""
    link = f" {web_link(one.address, one.address)}" if one.documented and one.address else ""
    return f"- **{name}**: {WORDS[one.answer].lower()}{proof}.{note}{link}"


def _send() -> None:
    """Send the form, or its correction; everything is checked once more, whatever the page allowed."""
    draft, link = self_assessment_draft.draft(), st.session_state.get(_LINK)
    if to_correct(draft.mine, draft.sending) or not all(st.session_state.get(key) for key in _CONSENT):
        return
    try:
        with database.cursor() as cursor:
            taken = practices.practice_names(cursor)
        content = payload(draft.mine, draft.sending, date.today(), taken)
        if link:
            _send_correction(link, content)
        else:
            practice = draft.mine.profile.practice_id or None
            st.session_state[_RECEIPT] = submissions.submit(
                database.store(), KIND, content, draft.sending.mailbox or None, practice
            )
    except PracticesError as error:
        st.session_state[_PROBLEM] = error
        return
    for key in _CONSENT:
        st.session_state[key] = False


def _send_correction(link: _Link, content: dict[str, Any]) -> None:
    before = (link.submission.payload or {}).get("practice")
    if before and "practice" in content:
        content["practice"]["id"] = before["id"]
    submissions.correct(database.store(), link.token, content, link.submission.version)
    st.session_state[_LINK] = _Link(link.token, submissions.open_by_token(database.store(), link.token))
    st.session_state[_DONE] = "The correction is sent. A curator reads it; until then what was published stays."


def _show_receipt(receipt: Receipt) -> None:
    st.success("Sent. A curator reads it now; you need not do anything.", icon=":material/check:")
    st.markdown(
        f"Number **{receipt.id}**. This is your **private link** to see how it stands, to correct it or to "
        "withdraw it. It is shown only now, and we cannot look it up: copy it and keep it like a key. It works until "
        "90 days after you last used it."
    )
    st.code(f"{base_url()}/my_submission?token={receipt.token}", language=None, wrap_lines=True)
    st.button("I have kept it; hide it here", on_click=_hide_receipt, key="own_hide_receipt")


def _hide_receipt() -> None:
    st.session_state.pop(_RECEIPT, None)
    st.session_state[_DONE] = "Sent. With your private link you can correct or withdraw it at any time."


def _correcting(link: _Link) -> None:
    with st.container(border=True):
        st.markdown(
            f"You are correcting submission **{link.submission.id}**. Load what you sent to change it, or send "
            "what is here now in its place."
        )
        with st.container(horizontal=True):
            st.button("Load what I sent (it takes the place of what is here)", on_click=_load, key="own_load_sent")
            st.button("Stop correcting", on_click=close_link, key="own_stop_correcting")


def _load() -> None:
    link: _Link = st.session_state[_LINK]
    if not link.submission.payload:
        return
    form, sending = form_of(link.submission.payload, link.submission.practice_id, date.today())
    known = sending.model_copy(update={"mailbox": link.submission.contact or ""})
    opened = adapted(form, published_frameworks(), current_framework())
    self_assessment_draft.change(
        self_assessment_draft.draft().model_copy(update={"mine": opened.form, "sending": known, "settled": ()})
    )
    if opened.changes:
        st.session_state[_LOADED] = opened.changes


def close_link() -> None:
    """Forget the private link in this session; the link itself stays as it is."""
    st.session_state.pop(_LINK, None)


# --- what the private link opens -----------------------------------------------------------------------------------


def take_token() -> None:
    """Take a token out of the address at once and open what it opens."""
    token = st.query_params.get("token")
    if token is None:
        return
    st.query_params.pop("token", None)
    _open(token)


def _open(token: str) -> None:
    try:
        st.session_state[_LINK] = _Link(token, submissions.open_by_token(database.store(), token))
    except NoSuchLinkError as error:
        st.session_state.pop(_LINK, None)
        st.session_state[_PROBLEM] = error


def ask_for_link() -> None:
    """Draw the place to paste a private link, and why one could not be opened."""
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(escaped(str(problem)), icon=":material/link_off:")
    st.text_input("Your private link", key="own_pasted", type="password", max_chars=500, on_change=_open_pasted)
    st.caption("It was shown once, when the answers were sent. Whoever has it can correct and withdraw them.")


def _open_pasted() -> None:
    pasted = str(st.session_state.get("own_pasted") or "").strip()
    found = re.search(r"token=([\w-]+)", pasted)
    st.session_state["own_pasted"] = ""
    if pasted:
        _open(found[1] if found else pasted)


def opened() -> Submission | None:
    """Return the submission that is open in this session."""
    link: _Link | None = st.session_state.get(_LINK)
    return link.submission if link else None


def standing(submission: Submission) -> None:
    """Draw how a submission stands and what can be done with it."""
    if done := st.session_state.pop(_DONE, None):
        st.success(done, icon=":material/check:")
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(escaped(str(problem)), icon=":material/block:")
    st.markdown(
        f"Number **{submission.id}**, {submission.kind.replace('-', ' ')}, sent {submission.created:%d %B %Y}. "
        f"It is **{_STATUS.get(submission.status, submission.status)}**."
    )
    if submission.curator_note:
        st.info(f"The curator writes: {escaped(submission.curator_note)}", icon=":material/chat:")
    st.caption(f"This link works until {submission.expires:%d %B %Y}, and longer each time you use it.")
    if submission.status != "withdrawn":
        _ways(submission)
    st.button("Close this page's link", on_click=close_link, key="own_close_link")


def _ways(submission: Submission) -> None:
    with st.container(horizontal=True):
        if submission.kind == KIND:
            st.page_link(
                page_path("self_assessment"),
                label="Correct it",
                icon=":material/edit:",
                query_params={"step": "submit"},
            )
        with st.popover("Withdraw it", icon=":material/undo:"):
            st.markdown(
                "What you sent is deleted at once from the queue; what is public of it goes with the next release, and "
                "its last bytes with the nightly rewrite of the database. This cannot be undone."
            )
            st.button("Yes, withdraw it", type="primary", on_click=_withdraw, key="own_withdraw")
        with st.popover("End this link", icon=":material/link_off:"):
            st.markdown("What you sent stays. Nobody can correct or withdraw it with this link any more.")
            st.button("Yes, end the link", type="primary", on_click=_revoke, key="own_revoke")


def _withdraw() -> None:
    link: _Link = st.session_state[_LINK]
    try:
        submissions.withdraw(database.store(), link.token, link.submission.version)
        st.session_state[_DONE] = "Withdrawn."
        _open(link.token)
    except PracticesError as error:
        st.session_state[_PROBLEM] = error


def _revoke() -> None:
    link: _Link = st.session_state[_LINK]
    try:
        submissions.revoke(database.store(), link.token)
    except PracticesError as error:
        st.session_state[_PROBLEM] = error
        return
    close_link()
    st.session_state[_PROBLEM] = PracticesError("The link is ended.")
