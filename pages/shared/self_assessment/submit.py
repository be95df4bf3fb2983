"""Submit to the catalogue, a separate act: what becomes public, consent, the private link; and what the link opens."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import streamlit as st

from criteria.framework import Framework, current_framework, published_frameworks
from pages.shared.components import database, private_links
from pages.shared.components.links import page_link
from pages.shared.components.long_text import long_text
from pages.shared.components.private_links import KeptReceipt
from pages.shared.components.screen_texts import escaped, of_catalogue, web_link
from pages.shared.self_assessment import draft as self_assessment_draft
from pages.shared.self_assessment import opened_link
from pages.shared.self_assessment.opened_link import OpenedLink
from pages.shared.self_assessment.questions import EVIDENCE, WORDS
from practices_db import formats
from practices_db.catalogue.addresses import completed
from practices_db.curation import submissions
from practices_db.curation.submissions import Submission
from practices_db.errors import NoSuchLinkError, PracticesError
from practices_db.files.self_assessment.documents import stated
from practices_db.files.self_assessment.form import Draft, OwnAnswer, OwnAssessment, Profile, Sending
from practices_db.files.self_assessment.open_file import adapted
from practices_db.files.self_assessment.submission import KIND, form_of, mailbox_looks_personal, payload, to_correct
from practices_db.queries import practices
from practices_db.translation import N_, _, ngettext

_PROBLEM, _DONE = "own_submit_problem", "own_done"
_ENDED = "own_ended_links"  # numbers of kept receipts whose link opens nothing any more
_LOADED = "own_loaded_changes"  # what is not as it was when the answers were sent
_PRESSED = "own_pressed"  # how often something was to be sent
_CONSENT_WORDS = {
    "own_consent_right": N_("I may speak for the organisation, and it agrees that this is published under CC BY 4.0."),
    "own_consent_stories": N_("No note lets anybody recognise a client or a colleague."),
}
_CONSENT = tuple(_CONSENT_WORDS)
_STATUS = {
    "draft": N_("It is **not handed in yet**."),
    "submitted": N_("It is **waiting for a curator to read it**."),
    "returned": N_("It is **sent back to you with a question**."),
    "published": N_("It is **accepted: it is in the catalogue from its next release on**."),
    "withdrawn": N_("It is **withdrawn**."),
}
_KINDS = {
    "self-assessment": N_("self-assessment"),
    "second-assessment": N_("second assessment"),
    "correction": N_("correction"),
    "statement": N_("statement"),
    "organisation-correction": N_("organisation correction"),
}


# --- the step ----------------------------------------------------------------------------------------------------


def submit(framework: Framework) -> None:
    """Draw the whole act of submitting, or what came of it."""
    st.header(_("Submit to the catalogue"))
    if not private_links.app_address():
        st.warning(private_links.no_address(), icon=":material/link_off:")
        return
    if not private_links.is_told():
        st.info(_("Looking whether this browser keeps a receipt of yours …"), icon=":material/hourglass_empty:")
        return
    link = opened_link.of_answers()
    if done := st.session_state.pop(_DONE, None):
        st.success(done, icon=":material/check:")
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error("  \n".join(escaped(line) for line in str(problem).splitlines()), icon=":material/block:")
    receipt = _receipt()
    if receipt and not link and receipt.number not in st.session_state.get(_ENDED, ()):
        _show_receipt(receipt)
        return
    if changes := st.session_state.pop(_LOADED, None):
        st.info("\n".join(f"- {escaped(words)}" for words in changes), icon=":material/history:")
    if link and link.submission.payload:
        _correcting(link)
    if invited := opened_link.invitation():
        _second_assessment(framework, invited)
        return
    if not link:
        _invitations()
    st.markdown(
        _(
            "Everything so far stayed in your hands. If you want others to learn from your practice, you can send your "
            "answers to the curators. **Nothing is sent before you press the button at the end.** A curator reads "
            "them; once accepted they are public, marked as a self-assessment, under CC BY 4.0. You get a private link "
            "to correct or withdraw them at any time."
        )
    )
    draft = self_assessment_draft.draft()
    _ask(draft)
    st.warning(
        _(
            "Please read your notes once more: **no stories of clients.** Not only names: a country, an age and a "
            "town can be enough for somebody to be recognised. What is public can be copied before you take it back."
        ),
        icon=":material/person_off:",
    )
    _preview(framework, draft.mine, draft.sending)
    st.markdown(
        ngettext(
            "Together with the words “self-assessment” and today's date; {count} answer in all. **Not public:** the "
            "mailbox. It is deleted when you withdraw.",
            "Together with the words “self-assessment” and today's date; {count} answers in all. **Not public:** the "
            "mailbox. It is deleted when you withdraw.",
            len(draft.mine.answers),
        ).format(count=len(draft.mine.answers))
    )
    words = _("Send the correction") if link else _("Submit these answers")
    _decide(words, to_correct(draft.mine, draft.sending), _CONSENT)


def _second_assessment(framework: Framework, link: OpenedLink) -> None:
    """Draw the act of answering for somebody else's practice, to which a curator invited: answers alone, no facts."""
    form = _of_second(link)
    st.markdown(
        _(
            "This is your second assessment of **{practice}**. The answers of the open draft are sent, nothing else of "
            "it. A curator reads them. Once accepted they are public under CC BY 4.0, as the answers of somebody who "
            "was invited."
        ).format(practice=of_catalogue(form.profile.name))
    )
    _preview(framework, form, Sending())
    _decide(_("Send the second assessment"), to_correct(form, Sending()), _CONSENT[1:])
    st.button(_("Not now: close the invitation"), on_click=opened_link.close, key="own_close_invitation")


def _invitations() -> None:
    """Draw the way back to each invitation that this browser keeps: a session that is lost forgets the open link."""
    for one in private_links.kept():
        if one.kind == opened_link.SECOND and one.number not in st.session_state.get(_ENDED, ()):
            st.button(
                _("Open the second assessment of {practice}").format(practice=of_catalogue(one.name)),
                on_click=open_link,
                args=(one.token,),
                key=f"own_open_{one.number}",
                icon=":material/key:",
            )


def _of_second(link: OpenedLink) -> OwnAssessment:
    """Return the answers of the open draft under the name of the practice that the invitation is about."""
    id_, name = opened_link.practice_of(link)
    return self_assessment_draft.mine().model_copy(update={"profile": Profile(practice_id=id_, name=name)})


def _decide(words: str, wrong: list[str], consents: Sequence[str]) -> None:
    """Draw what has to be corrected, the sentences to agree to, and the button that sends."""
    if wrong:
        st.markdown(_("**Please correct before you can submit**"))
        st.markdown("\n".join(f"- {escaped(one)}" for one in wrong))
    for key in consents:
        st.checkbox(_(_CONSENT_WORDS[key]), key=key)
    agreed = all(st.session_state.get(key) for key in consents)
    st.button(
        words,
        type="primary",
        icon=":material/send:",
        disabled=bool(wrong) or not agreed,
        on_click=_send,
        key="own_submit",
    )
    if not wrong and not agreed:
        st.caption(ngettext("Tick the sentence above first.", "Tick both sentences above first.", len(consents)))


def _ask(draft: Draft) -> None:
    facts, sending = draft.mine.profile, draft.sending
    if not facts.practice_id:
        long_text(
            _("What the practice does, in two or three sentences (public)"),
            1500,
            **_part("summary", sending.summary),
        )
        st.text_input(
            _("A public page about the practice (public)"),
            max_chars=300,
            live="1s",
            placeholder="https://example.org/our-practice",
            **_part("page", sending.page),
        )
    st.text_input(
        _("Mailbox of the organisation, for questions (not public; can be left blank)"),
        max_chars=300,
        live="1s",
        placeholder="info@…",
        **_part("mailbox", sending.mailbox),
    )
    if sending.mailbox.strip() and (sending.shared or mailbox_looks_personal(sending.mailbox)):
        st.checkbox(_("Several people read this mailbox; it is not one person's"), **_part("shared", sending.shared))


def _part(name: str, value: Any) -> dict[str, Any]:
    """Return key and what is called of a widget over what is asked only for a submission."""

    def take(given: Any) -> None:
        self_assessment_draft.change_sending(**{name: given})

    return self_assessment_draft.widget(f"own_sending_{name}", value, take)


def _preview(framework: Framework, form: OwnAssessment, sending: Sending) -> None:
    st.subheader(_("This becomes public"))
    facts = _public_facts(form, sending)
    if form.profile.practice_id:
        st.caption(_("The practice is in the catalogue: its facts there stay as they are; only the answers are new."))
    st.markdown(
        "\n".join(f"- {formats.pair(escaped(name), escaped(value))}" for name, value in facts)
        or _("No facts are stated.")
    )
    if form.answers:
        names = {one.id: _(one.label) for one in framework.indicators}
        words = ngettext(
            "All {count} answer, as everybody will read them",
            "All {count} answers, as everybody will read them",
            len(form.answers),
        )
        with st.expander(words.format(count=len(form.answers)), expanded=True):
            st.markdown("\n".join(_public(names[one.indicator], one) for one in form.answers))


def _public_facts(form: OwnAssessment, sending: Sending) -> list[tuple[str, str]]:
    """Return the facts that become public, by name; of a practice of the catalogue only its name is told."""
    told: list[tuple[str, str]] = []
    facts = form.profile
    if facts.practice_id:
        facts = Profile(name=facts.name)
    else:
        told = [(N_("Summary"), sending.summary.strip()), (N_("Public page"), completed(sending.page))]
    return [(_(name), words) for name, words in [*stated(facts), *told] if words]


def _public(name: str, one: OwnAnswer) -> str:
    shown = one.documented and one.evidence_level is not None
    proof = f" ({formats.within(_(EVIDENCE[one.evidence_level or 0]))})" if shown else ""
    note = f" {escaped(one.note)}" if one.note.strip() else ""
    link = f" {web_link(one.address, one.address)}" if one.documented and one.address else ""
    return f"- {formats.pair(f'**{name}**', formats.within(_(WORDS[one.answer])))}{proof}.{note}{link}"


def _send() -> None:
    """Send the form, or its correction; everything is checked once more, whatever the page allowed."""
    draft, link = self_assessment_draft.draft(), opened_link.of_answers()
    st.session_state[_PRESSED] = pressed() + 1
    second = opened_link.invitation()
    consents = _CONSENT[1:] if second else _CONSENT
    if second:
        draft = Draft(mine=_of_second(second))
    if to_correct(draft.mine, draft.sending) or not all(st.session_state.get(key) for key in consents):
        return
    try:
        private_links.private_link("")  # nothing is sent to which its sender could not come back
        content = _content(draft)
        if second:
            _send_second(second, content)
            return
        if link:
            _send_correction(link, content)
            number, token = link.submission.id, link.token
        else:
            practice = draft.mine.profile.practice_id or None
            number, token = submissions.submit(database.store(), KIND, content, draft.sending.mailbox or None, practice)
    except PracticesError as error:
        if second:
            open_link(second.token)  # the version may have risen
        st.session_state[_PROBLEM] = error
        return
    private_links.add(
        KeptReceipt(
            number=number,
            token=token,
            kind=KIND,
            name=draft.mine.profile.name.strip() or _("Practice without a name"),
            about=self_assessment_draft.slot(),
            content=_hash(content),
            sent=datetime.now(UTC).replace(microsecond=0),
            text=_sent_text(draft.mine, draft.sending),
        )
    )
    for key in _CONSENT:
        st.session_state[key] = False


def pressed() -> int:
    """Return how often this session tried to send: what came of it stands at the step's beginning, far above."""
    return int(st.session_state.get(_PRESSED, 0))


def _content(draft: Draft) -> dict[str, Any]:
    with database.cursor() as cursor:
        taken = practices.practice_names(cursor)
    return payload(draft.mine, draft.sending, date.today(), taken)


def _hash(content: Mapping[str, Any]) -> str:
    """Return a hash of what is sent; the day does not count, nor the id that a new practice is given."""
    facts = {name: value for name, value in (content.get("practice") or {}).items() if name not in ("id", "checked_on")}
    counted_in = {name: value for name, value in content.items() if name != "assessed_on"} | {"practice": facts}
    return hashlib.sha256(json.dumps(counted_in, sort_keys=True, default=str).encode()).hexdigest()


def _sent_text(form: OwnAssessment, sending: Sending) -> str:
    """Return what is sent as plain text: the facts, then every answer with what shows it, its note and its page."""
    names = {one.id: _(one.label) for one in current_framework().indicators}
    lines = [formats.pair(name, value) for name, value in _public_facts(form, sending)]
    if sending.mailbox.strip():
        lines.append(_("Mailbox (not public): {mailbox}").format(mailbox=sending.mailbox.strip()))
    for one in form.answers:
        proof = f" ({_(EVIDENCE[one.evidence_level])})" if one.documented and one.evidence_level is not None else ""
        said = [one.note.strip(), one.link.strip() if one.documented else ""]
        lines.append(f"- {formats.pair(names.get(one.indicator, one.indicator), _(WORDS[one.answer]))}{proof}")
        lines += [f"  {words}" for words in said if words]
    return "\n".join(lines)


def _send_correction(link: OpenedLink, content: dict[str, Any]) -> None:
    before = (link.submission.payload or {}).get("practice")
    if before and "practice" in content:
        content["practice"]["id"] = before["id"]
    submissions.correct(database.store(), link.token, content, link.submission.version)
    opened_link.close()
    st.session_state[_DONE] = _("The correction is sent. A curator reads it; until then what was published stays.")


def _send_second(link: OpenedLink, content: dict[str, Any]) -> None:
    found, store = link.submission, database.store()
    content["assessor"] = f"invited-{found.id}"  # no name: what is published of assessors is how they came to it
    if found.status == "draft":
        submissions.hand_in(store, link.token, submissions.save(store, link.token, content, found.version))
    else:
        submissions.correct(store, link.token, content, found.version)
    st.session_state[_CONSENT[1]] = False
    st.session_state[_DONE] = _("The second assessment is sent. A curator reads it.")
    open_link(link.token)


def _receipt() -> KeptReceipt | None:
    """Return the receipt of the open draft, where it was sent from this browser."""
    about = self_assessment_draft.slot()
    return next((one for one in private_links.kept() if (one.kind, one.about) == (KIND, about)), None)


def _show_receipt(receipt: KeptReceipt) -> None:
    private_links.show(receipt)
    draft = self_assessment_draft.draft()
    changed = not draft.empty and _hash(_content(draft)) != receipt.content
    if changed:
        st.info(_("Your answers here have changed since you sent them."), icon=":material/edit_note:")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("Send a correction"),
            on_click=open_link,
            args=(receipt.token,),
            key="own_correct",
            type="primary" if changed else "secondary",
            icon=":material/edit:",
        )
        page_link("my_submission", _("See how it stands, or withdraw it"), "key")


def _correcting(link: OpenedLink) -> None:
    with st.container(border=True):
        st.markdown(
            _(
                "You are correcting submission **{number}**. Load what you sent to change it, or send what is here now "
                "in its place."
            ).format(number=link.submission.id)
        )
        with st.container(horizontal=True):
            st.button(_("Load what I sent (it takes the place of what is here)"), on_click=_load, key="own_load_sent")
            st.button(_("Stop correcting"), on_click=opened_link.close, key="own_stop_correcting")


def _load() -> None:
    link = opened_link.opened()
    assert link  # noqa: S101 - only pressed where one is open
    if not link.submission.payload:
        return
    form, sending = form_of(link.submission.payload, link.submission.practice_id, date.today())
    known = sending.model_copy(update={"mailbox": link.submission.contact or ""})
    opened = adapted(form, published_frameworks(), current_framework())
    draft = self_assessment_draft.draft()
    loaded: dict[str, Any] = {"mine": opened.form, "sending": known}
    if opened_link.invitation():  # answers alone were sent: all else of the open draft stays
        parts = {"answers": opened.form.answers, "earlier": opened.form.earlier}
        loaded = {"mine": draft.mine.model_copy(update=parts)}
    self_assessment_draft.change(draft.model_copy(update=loaded | {"settled": ()}))
    if opened.changes:
        st.session_state[_LOADED] = opened.changes


# --- what the private link opens -----------------------------------------------------------------------------------


def open_link(token: str) -> None:
    """Open what a private link opens in this session; what cannot be opened is said with the next run of the page."""
    number = next((one.number for one in private_links.kept() if one.token == token), "")
    try:
        link = OpenedLink(token, submissions.open_by_token(database.store(), token))
    except NoSuchLinkError as error:
        opened_link.close()
        st.session_state[_PROBLEM] = error
        st.session_state[_ENDED] = (*st.session_state.get(_ENDED, ()), number)
        return
    except PracticesError as error:  # too many guesses from here: that says nothing about this link
        st.session_state[_PROBLEM] = error
        return
    opened_link.keep(link)
    if link.submission.status == "withdrawn":
        private_links.drop(link.submission.id)
    elif link.submission.kind == opened_link.SECOND:
        made, (id_, name) = link.submission, opened_link.practice_of(link)
        sent = made.created.replace(tzinfo=UTC)
        kept = {"number": made.id, "token": token, "kind": made.kind, "name": name, "about": id_, "sent": sent}
        private_links.add(KeptReceipt(**kept, content="", text=""))


def ask_for_link() -> None:
    """Draw the links that this browser keeps, the place to paste another, and why one could not be opened."""
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(escaped(str(problem)), icon=":material/link_off:")
    _invitations()
    if sent := [one for one in private_links.kept() if one.kind != opened_link.SECOND]:
        st.subheader(_("Sent from this browser"))
    for one in sent:
        st.button(
            _("Open {name}, sent on {day} (number {number})").format(
                name=escaped(one.name), day=formats.day(one.sent), number=one.number
            ),
            on_click=open_link,
            args=(one.token,),
            key=f"own_open_{one.number}",
            icon=":material/key:",
        )
    st.text_input(_("Your private link"), key="own_pasted", type="password", max_chars=500, on_change=_open_pasted)
    st.caption(
        _(
            "It was shown when you sent something, and stands on the receipt. Whoever has it can correct and withdraw "
            "what was sent."
        )
    )


def _open_pasted() -> None:
    pasted = str(st.session_state.get("own_pasted") or "").strip()
    st.session_state["own_pasted"] = ""
    if pasted:
        open_link(private_links.token_in(pasted))


def opened() -> Submission | None:
    """Return the submission that is open in this session."""
    link = opened_link.opened()
    return link.submission if link else None


def standing(submission: Submission) -> None:
    """Draw how a submission stands and what can be done with it."""
    if done := st.session_state.pop(_DONE, None):
        st.success(done, icon=":material/check:")
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(escaped(str(problem)), icon=":material/block:")
    st.markdown(
        _("Number **{number}**, {kind}, sent {day}.").format(
            number=submission.id, kind=_(_KINDS[submission.kind]), day=formats.day(submission.created)
        )
        + f" {_(_STATUS[submission.status])}"
    )
    if submission.curator_note:
        st.info(_("The curator writes: {note}").format(note=escaped(submission.curator_note)), icon=":material/chat:")
    if submission.kind != KIND and submission.payload and (what := submission.payload.get("what")):
        st.markdown(_("You wrote:"))
        st.text(str(what))
    st.caption(
        _("This link works until {day}, longer each time you use it, and as long as what you sent is public.").format(
            day=formats.day(submission.expires)
        )
    )
    if submission.status != "withdrawn":
        _ways(submission)
    st.button(_("Close this page's link"), on_click=opened_link.close, key="own_close_link")


def _ways(submission: Submission) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if submission.kind in (KIND, opened_link.SECOND):
            words = _("Correct it") if submission.payload else _("Answer the questions")
            page_link("self_assessment", words, "edit", {"step": "submit" if submission.payload else "start"})
        with st.popover(_("Withdraw it"), icon=":material/undo:"):
            st.markdown(
                _(
                    "What you sent is deleted at once from the queue; what is public of it goes with the next release, "
                    "and its last bytes with the nightly rewrite of the database. This cannot be undone."
                )
            )
            st.button(_("Yes, withdraw it"), type="primary", on_click=_withdraw, key="own_withdraw")
        with st.popover(_("End this link"), icon=":material/link_off:"):
            st.markdown(_("What you sent stays. Nobody can correct or withdraw it with this link any more."))
            st.button(_("Yes, end the link"), type="primary", on_click=_revoke, key="own_revoke")


def _withdraw() -> None:
    link = opened_link.opened()
    assert link  # noqa: S101 - only pressed where one is open
    try:
        submissions.withdraw(database.store(), link.token, link.submission.version)
        st.session_state[_DONE] = _("Withdrawn.")
        open_link(link.token)
    except PracticesError as error:
        st.session_state[_PROBLEM] = error


def _revoke() -> None:
    link = opened_link.opened()
    assert link  # noqa: S101 - only pressed where one is open
    try:
        submissions.revoke(database.store(), link.token)
    except PracticesError as error:
        st.session_state[_PROBLEM] = error
        return
    opened_link.close()
    st.session_state[_PROBLEM] = PracticesError(_("The link is ended."))
