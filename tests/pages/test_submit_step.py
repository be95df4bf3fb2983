"""Submitting is a separate act: nothing is sent before its button; the link opens, corrects, withdraws, ends."""

from __future__ import annotations

import json
import random
import re
from datetime import date
from typing import Any

import pytest
import screen
from screen import Visit
from streamlit.testing.v1 import AppTest

from criteria.framework import current_framework
from pages.shared.components import database, private_links
from pages.shared.self_assessment import draft
from practices_db.curation import reviews, submissions
from practices_db.curation.versioned_change import Edit
from practices_db.errors import Actor
from practices_db.files.self_assessment.form import Draft, OwnAnswer, OwnAssessment, Sending, new_form
from practices_db.queries import practices

pytestmark = pytest.mark.usefixtures("database_file")
FRAMEWORK = current_framework()
DAY = date(2026, 3, 4)
MAILBOX = "info@example.org"
SENDING = Sending(summary="We teach in the market.", page="https://example.org/market", mailbox=MAILBOX)


def filled(seed: int = 1, **profile: Any) -> OwnAssessment:
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    form = new_form(DAY).with_profile(**({"name": "Market school", "countries": ("IT",)} | profile))
    for one in FRAMEWORK.indicators:
        given = chance.choice(["met", "partly", "not-met"])
        form = form.with_answer(OwnAnswer(indicator=one.id, answer=given, evidence_level=1, note=f"note on {one.id}"))
    return form


ADDRESS = "https://practices.example.org"


def told(app: AppTest) -> None:
    """Say where the visitor's browser is, and let it have told that it keeps no receipts."""
    app.context = {"url": f"{ADDRESS}/self_assessment"}
    if "receipts" not in app.session_state:
        app.session_state["receipts"] = private_links._Receipts(known=())


@pytest.fixture
def step(visit: Visit, app: AppTest) -> Any:
    """Return a function that opens the step with a draft, as if the browser had kept it."""

    def go(form: OwnAssessment, sending: Sending = SENDING) -> AppTest:
        app.session_state["own"] = draft._State(Draft(mine=form, sending=sending), revision=1, loaded=True)
        told(app)
        return visit("self_assessment", step="submit")

    return go


def queue() -> list[tuple[Any, ...]]:
    with database.cursor() as cursor:
        return cursor.execute("SELECT id, kind, practice_id, contact, status, payload FROM submission").fetchall()


def agree(app: AppTest) -> AppTest:
    app.checkbox(key="own_consent_right").check()
    return app.checkbox(key="own_consent_stories").check().run()


def _press() -> None:
    from pages.shared.self_assessment import submit  # noqa: PLC0415 - AppTest runs this function as a script of its own

    submit._send()


def by_hand(form: OwnAssessment, sending: Sending, *consents: str) -> None:
    """Press the button whatever the page allows, as somebody would who talks to the server by hand."""
    app = AppTest.from_function(_press, default_timeout=30)
    app.session_state["own"] = draft._State(Draft(mine=form, sending=sending), revision=1, loaded=True)
    told(app)
    for key in consents:
        app.session_state[key] = True
    assert not app.run().exception


BOTH = ("own_consent_right", "own_consent_stories")


def token_of(app: AppTest) -> str:
    (code,) = app.code
    found = re.fullmatch(ADDRESS + r"/my_submission#([\w-]{43})", code.value)
    assert found, code.value
    return found[1]


def sent(step: Any, form: OwnAssessment) -> str:
    app = agree(step(form))
    app.button(key="own_submit").click().run()
    assert not app.exception
    return token_of(app)


def test_what_becomes_public_is_shown_in_full_and_what_does_not_is_said(step: Any) -> None:
    form = filled()
    app = step(form)
    read = screen.as_read("\n".join(screen.bodies(app)))
    for one in form.answers:
        assert one.note in read
    for words in ("Market school", "Italy", "We teach in the market."):
        assert words in read
    assert MAILBOX not in read
    assert "Not public: the mailbox" in read
    assert any("no stories of clients" in one.value for one in app.warning)


def test_nothing_is_sent_without_both_consents(step: Any) -> None:
    app = step(filled())
    assert app.button(key="own_submit").disabled
    app.checkbox(key="own_consent_right").check().run()
    assert app.button(key="own_submit").disabled
    by_hand(filled(), SENDING)
    by_hand(filled(), SENDING, BOTH[0])
    by_hand(filled(), SENDING, BOTH[1])
    assert queue() == []
    by_hand(filled(), SENDING, *BOTH)
    assert len(queue()) == 1
    agree(app)
    assert not app.button(key="own_submit").disabled


def test_nothing_is_sent_while_something_is_to_be_corrected(step: Any) -> None:
    app = agree(step(filled(name=""), Sending(mailbox="anna.rossi@gmail.com")))
    read = screen.as_read("\n".join(screen.bodies(app)))
    assert "Give the practice a name" in read
    assert "looks like one person's address" in read
    assert app.button(key="own_submit").disabled
    by_hand(filled(name=""), Sending(mailbox="anna.rossi@gmail.com"), *BOTH)
    assert queue() == []
    app.checkbox(key="own_sending_shared").check().run()
    assert "looks like one person's address" not in screen.as_read("\n".join(screen.bodies(app)))


def test_submitted_it_waits_for_a_curator_and_the_receipt_stands_instead_of_the_form(step: Any, visit: Visit) -> None:
    form = filled()
    app = agree(step(form))
    app.button(key="own_submit").click().run()
    assert not app.exception
    token = token_of(app)
    ((id_, kind, practice_id, contact, status, payload),) = queue()
    assert (kind, practice_id, contact, status) == ("self-assessment", None, MAILBOX, "submitted")
    assert token not in str(payload)
    assert id_ in app.success[0].value
    (receipt,) = app.session_state["receipts"].known
    assert (receipt.number, receipt.token, receipt.name) == (id_, token, "Market school")
    for words in ("Market school", "We teach in the market.", MAILBOX, *(one.note for one in form.answers)):
        assert words in receipt.text
    assert [one.proto.label for one in app.get("download_button")] == ["Download the receipt"]
    file = private_links_text(receipt)
    assert f"{ADDRESS}/my_submission#{token}" in file
    assert receipt.text in file
    with database.cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM practice_card WHERE name = 'Market school'").fetchall() == [(0,)]
    visit("self_assessment", step="start")
    app = visit("self_assessment", step="submit")
    assert token_of(app) == token
    assert not [one for one in app.button if one.key == "own_submit"]
    assert not any("have changed since" in one.value for one in app.info)
    changed = form.with_answer(OwnAnswer(indicator="par-roles", answer="not-met", evidence_level=0))
    app = step(changed)
    assert any("have changed since you sent them" in one.value for one in app.info)
    app.button(key="own_correct").click().run()
    agree(app)
    app.button(key="own_submit").click().run()
    assert "The correction is sent" in app.success[0].value
    assert token_of(app) == token
    assert len(queue()) == 1
    assert not any("have changed since" in one.value for one in app.info)


def private_links_text(receipt: Any) -> str:
    app = AppTest.from_function(_text_of, default_timeout=30)
    app.context = {"url": ADDRESS}
    app.session_state["receipt"] = receipt
    return str(app.run().code[0].value)


def _text_of() -> None:
    import streamlit as st  # noqa: PLC0415 - AppTest runs this function as a script of its own

    from pages.shared.components import private_links  # noqa: PLC0415

    st.code(private_links.text_of(st.session_state["receipt"]))


def test_the_very_same_sent_from_another_browser_is_noticed(step: Any) -> None:
    sent(step, filled())
    by_hand(filled(), SENDING, *BOTH)
    assert len(queue()) == 1


def test_nothing_can_be_sent_where_no_private_link_can_be_made(
    step: Any, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = step(filled())
    app.context = {}
    app = visit("self_assessment", step="submit")
    assert "does not know its own address" in app.warning[0].value
    assert not [one for one in app.button if one.key == "own_submit"]
    monkeypatch.setenv("PRACTICES_BASE_URL", "https://set.example.org/app/")
    app = agree(visit("self_assessment", step="submit"))
    app.button(key="own_submit").click().run()
    assert app.code[0].value.startswith("https://set.example.org/app/my_submission#")


def test_a_practice_of_the_catalogue_is_named_and_not_described_again(step: Any) -> None:
    sent(step, filled(practice_id="synthetic-accents"))
    ((_, _, practice_id, _, _, payload),) = queue()
    assert practice_id == "synthetic-accents"
    assert '"practice"' not in payload


def test_too_many_at_once_are_refused_and_nothing_is_lost(step: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    by_hand(filled(1), SENDING, *BOTH)
    monkeypatch.setattr(submissions, "PER_HOUR", 1)
    form = filled(2)
    app = agree(step(form))
    app.button(key="own_submit").click().run()
    assert "Too much was sent in a short time" in app.error[0].value
    assert len(queue()) == 1
    assert app.session_state["own"].draft.mine == form


# --- the private link --------------------------------------------------------------------------------------------


def opened(token: str) -> AppTest:
    """Open a private link in a new session, pasted as it was shown."""
    app = screen.opened()
    told(app)
    app.switch_page("../my_submission.py").run()
    return app.text_input(key="own_pasted").set_value(f"{ADDRESS}/my_submission#{token}").run()


def test_the_link_opens_in_another_session_and_its_token_stands_nowhere(step: Any) -> None:
    token = sent(step, filled())
    app = opened(token)
    assert not app.exception
    assert "waiting for a curator" in "\n".join(screen.bodies(app))
    assert token not in "\n".join(screen.strings(app))


@pytest.mark.parametrize("token", ["x", "a" * 43, "' OR 1=1 --", "<script>alert(1)</script>"])
def test_a_link_that_opens_nothing_says_so_and_no_more(step: Any, token: str) -> None:
    sent(step, filled())
    app = opened(token)
    assert not app.exception
    assert "does not open anything" in app.error[0].value
    assert not any("waiting" in body for body in screen.bodies(app))


def test_a_link_of_before_opens_where_it_is_pasted_and_kept_ones_by_a_press(step: Any, visit: Visit) -> None:
    token = sent(step, filled())
    app = screen.opened().switch_page("../my_submission.py").run()
    app.text_input(key="own_pasted").set_value(f"https://elsewhere.example/my_submission?token={token}").run()
    assert "waiting for a curator" in "\n".join(screen.bodies(app))
    app = visit("my_submission")
    (button,) = [one for one in app.button if one.key.startswith("own_open_")]
    assert "Market school" in button.label
    button.click().run()
    assert "waiting for a curator" in "\n".join(screen.bodies(app))


@pytest.mark.parametrize("told_", [None, 5, {"n": 1, "receipts": "x"}, {"n": 2, "receipts": [{"number": "1"}, 7]}])
def test_receipts_that_are_not_well_formed_are_dropped(told_: Any) -> None:
    app = AppTest.from_function(_absorb, default_timeout=30)
    app.session_state["told"] = told_
    assert not app.run().exception
    assert app.session_state["receipts"].known in (None, ())


def _absorb() -> None:
    import streamlit as st  # noqa: PLC0415 - AppTest runs this function as a script of its own

    from pages.shared.components import private_links  # noqa: PLC0415

    private_links._absorb(st.session_state["told"], None)


def test_a_correction_replaces_what_was_sent(step: Any) -> None:
    token = sent(step, filled(1))
    app = opened(token)
    app.session_state["own"] = draft._State(Draft(mine=new_form(DAY)), loaded=True)
    app.query_params = {"step": "submit"}
    app.switch_page("../self_assessment.py").run()
    app.button(key="own_load_sent").click().run()
    assert not app.exception
    loaded = app.session_state["own"].draft
    assert loaded.mine.form == filled(1).form
    assert loaded.sending.mailbox == MAILBOX
    changed = loaded.mine.with_answer(
        OwnAnswer(indicator="par-roles", answer="met", evidence_level=1, note="signed in May")
    )
    app.session_state["own"] = draft._State(loaded.model_copy(update={"mine": changed}), revision=3, loaded=True)
    agree(app.run())
    app.button(key="own_submit").click().run()
    assert "The correction is sent" in app.success[0].value
    ((_, _, _, _, status, payload),) = queue()
    assert status == "submitted"
    assert "signed in May" in payload


def test_withdrawn_it_is_gone_from_the_queue(step: Any) -> None:
    token = sent(step, filled())
    app = opened(token)
    app.button(key="own_withdraw").click().run()
    assert not app.exception
    assert "It is **withdrawn**" in "\n".join(screen.bodies(app))
    ((_, _, _, contact, status, payload),) = queue()
    assert (contact, status, payload) == (None, "withdrawn", None)


def test_an_ended_link_opens_nothing_and_what_was_sent_stays(step: Any) -> None:
    token = sent(step, filled())
    app = opened(token)
    app.button(key="own_revoke").click().run()
    assert not app.exception
    assert "The link is ended." in screen.as_read(app.error[0].value)
    assert "does not open anything" in opened(token).error[0].value
    assert queue()[0][4] == "submitted"


def test_withdrawing_what_somebody_changed_in_between_is_said(step: Any) -> None:
    token = sent(step, filled())
    app = opened(token)
    store = database.store()
    before = submissions.open_by_token(store, token)
    submissions.correct(store, token, before.payload, before.version)
    app.button(key="own_withdraw").click().run()
    assert "changed in between" in app.error[0].value
    assert queue()[0][4] == "submitted"


def invited(practice: str = "synthetic-empty") -> tuple[Actor, str, AppTest]:
    """Return a curator, the token of their invitation to a second assessment, and what its link opens."""
    curator = Actor("curator", "someone@example.org")
    token = submissions.invite(database.store(), practice, curator).token
    return curator, token, opened(token)


def to_step(app: AppTest, step: str) -> AppTest:
    app.query_params = {"step": step}
    return app.switch_page("../self_assessment.py").run()


def test_an_invited_second_assessor_answers_and_hands_in() -> None:
    store = database.store()
    curator, token, app = invited()
    assert "not handed in yet" in "\n".join(screen.bodies(app))
    mine = filled(7, name="A draft of mine").model_copy(update={"author": "An author"})
    app.session_state["own"] = draft._State(Draft(mine=mine, sending=SENDING), loaded=True)
    to_step(app, "submit")
    read = screen.as_read("\n".join(screen.bodies(app)))
    assert "second assessment of Only what must be there" in read
    for words in ("A draft of mine", "self-assessment", "mailbox"):
        assert words not in read.partition("This is your second")[2].partition("Data version")[0]
    assert [one.key for one in app.checkbox] == ["own_consent_stories"]
    assert app.button(key="own_submit").disabled
    app.checkbox(key="own_consent_stories").check().run()
    app.button(key="own_submit").click().run()
    assert not app.exception
    assert "The second assessment is sent" in app.success[0].value
    ((id_, kind, practice, contact, status, payload),) = queue()
    assert (kind, practice, contact, status) == ("second-assessment", "synthetic-empty", None, "submitted")
    given = json.loads(payload)
    assert "practice" not in given
    answers = {one.indicator: one.answer for one in filled(7).answers}
    assert {one["indicator_id"]: one["answer"] for one in given["answers"]} == answers
    app.button(key="own_load_sent").click().run()  # the facts of the own draft stay
    assert app.session_state["own"].draft.mine.profile.name == "A draft of mine"
    assert app.session_state["own"].draft.mine.author == "An author"
    assert app.session_state["own"].draft.sending == SENDING
    app.checkbox(key="own_consent_stories").check().run()
    app.button(key="own_submit").click().run()  # once more: a correction of what waits
    assert not app.exception
    found = submissions.open_by_token(store, token)
    reviews.accept(store, Edit(curator, id_, found.version, "read"))
    with store.cursor() as cursor:
        blind = cursor.execute("SELECT blind FROM assessment WHERE submission_id = $id", {"id": id_}).fetchall()
    assert blind == [(True,)]


def test_who_is_invited_is_not_shown_the_first_answers() -> None:
    with database.cursor() as cursor:
        shown = practices.example_answers(cursor, [one.id for one in FRAMEWORK.indicators])
    indicator, example = next(iter(shown.items()))
    _curator, _token, app = invited(example["practice_id"])
    app.session_state["own"] = draft._State(Draft(mine=new_form(DAY)), loaded=True)
    to_step(app, "start")
    assert "without looking at the first answers" in app.warning[0].value
    assert "own_take_answers" not in [one.key for one in app.checkbox]
    assert "An example" not in [one.label for one in to_step(app, indicator).expander]
    app.session_state["own_link"] = None
    assert "An example" in [one.label for one in to_step(app, indicator).expander]


def test_an_invitation_is_found_again_after_the_session_is_lost() -> None:
    _curator, _token, app = invited()
    kept = app.session_state["receipts"].known
    other = screen.opened()
    other.session_state["receipts"] = private_links._Receipts(known=kept)
    other.session_state["own"] = draft._State(Draft(mine=filled(3)), loaded=True)
    told(other)
    to_step(other, "submit")
    assert "Submit these answers" in [one.label for one in other.button]
    next(one for one in other.button if one.label.startswith("Open the second assessment of")).click().run()
    assert other.button(key="own_submit").label == "Send the second assessment"
    other.button(key="own_close_invitation").click().run()
    assert other.button(key="own_submit").label == "Submit these answers"
