"""From a form to a submission and back; mailboxes; private links that open nothing else."""

from __future__ import annotations

import base64
import hashlib
import random
import secrets
from datetime import date, timedelta

import pytest

from criteria.framework import current_framework, evidence_fault
from practices_db.config import base_url
from practices_db.curation import submissions
from practices_db.curation.submission_forms import checked_payload
from practices_db.database import audit_log
from practices_db.database.store import Store
from practices_db.errors import NoSuchLinkError, PracticesError
from practices_db.files.self_assessment.form import OwnAnswer, OwnAssessment, Sending, new_form
from practices_db.files.self_assessment.submission import (
    KIND,
    form_of,
    mailbox_looks_personal,
    mailbox_problem,
    payload,
    to_correct,
)
from tests.unit.files.self_assessment.test_merge import a_form

DAY = date(2026, 3, 4)
SENDING = Sending(summary="We teach the language in the market.", page="example.org/market", mailbox="info@example.org")


def ready(seed: int = 1) -> OwnAssessment:
    """Return a form that can be submitted: notes wherever something does not apply."""
    form = a_form(random.Random(seed), "Language in the market")  # noqa: S311 - repeatable, not secret
    for one in form.answers:
        measured = evidence_fault(current_framework(), one.indicator, one.evidence_level)
        level = 3 if measured else one.evidence_level
        form = form.with_answer(one.model_copy(update={"note": one.note or "as it is", "evidence_level": level}))
    return form


@pytest.mark.parametrize("seed", range(8))
def test_a_form_that_needs_no_correcting_is_taken_and_comes_back(seed: int) -> None:
    form = ready(seed)
    assert to_correct(form, SENDING) == []
    content = checked_payload(KIND, payload(form, SENDING, DAY)).model_dump(mode="json")
    back, sending = form_of(content, None, DAY)
    assert back.form == form.form
    assert back.profile.name == form.profile.name
    assert back.profile.sectors == form.profile.sectors
    assert [one.note for one in back.answers] == [one.note for one in form.answers]
    assert [one.evidence_level for one in back.answers] == [
        one.evidence_level if one.documented else 0 for one in form.answers
    ]
    assert (sending.summary, sending.page) == (SENDING.summary, "https://example.org/market")


def test_a_practice_of_the_catalogue_sends_its_answers_only() -> None:
    form = ready().with_profile(practice_id="humanitarian-corridors")
    assert "practice" not in payload(form, Sending(), DAY)
    assert to_correct(form, Sending()) == []


def test_a_new_practice_gets_an_id_that_is_free() -> None:
    first = payload(ready(), SENDING, DAY)["practice"]["id"]
    assert payload(ready(), SENDING, DAY, [first])["practice"]["id"] == f"{first}-2"


def test_what_has_to_be_corrected_is_said_one_by_one() -> None:
    form = new_form(DAY)
    form = form.with_answer(OwnAnswer(indicator="sus-documented", answer="met", evidence_level=4))
    for id_ in ("eff-result", "evi-comparison"):
        form = form.with_answer(OwnAnswer(indicator=id_, answer="not-applicable"))
    form = form.with_answer(OwnAnswer(indicator="par-roles", answer="met", note="ask maria@example.org"))
    form = form.with_answer(OwnAnswer(indicator="rel-adapts", answer="met", note="call +39 055 123 4567"))
    said = "\n".join(to_correct(form, Sending(mailbox="no address")))
    for words in (
        "Answer at least 5 questions",
        "Result on the main outcome: say why it does not apply.",
        "Documented for reuse: evidence level 4 (Comparison group) is about a measured change in people",
        "Written roles: the note holds an e-mail address or a telephone number",
        "Adapts to changing needs: the note holds",
        "Give the practice a name",
        "Say in two or three sentences",
        "Give the address of a public page",
        "The mailbox is not an e-mail address",
    ):
        assert words in said
    dated = form.with_answer(
        OwnAnswer(indicator="par-roles", answer="met", evidence_level=0, note="2,150 people in 2023-2024")
    )
    assert "Written roles" not in "\n".join(to_correct(dated, SENDING))


@pytest.mark.parametrize(
    ("address", "personal"),
    [
        ("anna.rossi@example.org", True),
        ("a.rossi@example.org", True),
        ("rossi77@gmail.com", True),
        ("anna@web.de", True),
        ("someone@yahoo.co.uk", True),
        ("info@example.org", False),
        ("welcome.cafe@example.org", False),
        ("opendoors.office@gmail.com", False),
        ("projekt-ankommen@gmx.de", False),
        ("kontakt@verein.example", False),
        ("anna@example.org", False),  # nobody can tell
    ],
)
def test_a_mailbox_that_looks_like_one_persons_is_asked_about(address: str, personal: bool) -> None:
    assert mailbox_looks_personal(address) == personal
    assert bool(mailbox_problem(Sending(mailbox=address))) == personal
    assert mailbox_problem(Sending(mailbox=address, shared=True)) == ""


def test_the_configured_address_is_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRACTICES_BASE_URL", raising=False)
    assert base_url() == ""
    monkeypatch.setenv("PRACTICES_BASE_URL", "https://practices.example.org/app/")
    assert base_url() == "https://practices.example.org/app"
    for wrong in ("javascript:alert(1)", "practices.example.org", "https://a b", "https://a?token=1"):
        monkeypatch.setenv("PRACTICES_BASE_URL", wrong)
        with pytest.raises(PracticesError):
            base_url()


def test_what_shows_an_answer_has_to_be_said_and_nothing_is_preset() -> None:
    form = ready(1).with_answer(OwnAnswer(indicator="eff-result", answer="met"))
    assert form.answer("eff-result").evidence_level is None  # type: ignore[union-attr]
    (problem,) = to_correct(form, SENDING)
    assert "Say what shows this answer" in problem
    assert "Result on the main outcome" in problem
    said = form.with_answer(OwnAnswer(indicator="eff-result", answer="met", evidence_level=0))
    assert to_correct(said, SENDING) == []


# --- private links -----------------------------------------------------------------------------------------------


def sent(store: Store, seed: int = 1) -> submissions.Receipt:
    content = payload(ready(seed), SENDING, DAY)
    content["practice"]["id"] += f"-{seed}"
    return submissions.submit(store, KIND, content, SENDING.mailbox)


def test_only_the_hash_of_a_token_of_256_bits_is_stored(tiny_store: Store) -> None:
    receipt = sent(tiny_store)
    assert len(base64.urlsafe_b64decode(receipt.token + "=")) == 32
    with tiny_store.cursor() as cursor:
        rows = cursor.execute("SELECT * FROM submission").fetchall()
    assert hashlib.sha256(receipt.token.encode()).hexdigest() in str(rows)
    assert receipt.token not in str(rows)
    tiny_store.close()
    files = tiny_store.path.parent.glob("*.duckdb*")
    assert receipt.token.encode() not in b"".join(path.read_bytes() for path in files)


def admitted(store: Store, token: str) -> bool:
    try:
        submissions.open_by_token(store, token)
    except NoSuchLinkError:
        return False
    return True


def forged(receipts: list[submissions.Receipt], number: int) -> str:
    """Return a token that must open nothing: made up, changed, cut, joined from two, a hash, or an injection."""
    chance = random.Random(number)  # noqa: S311 - repeatable, not secret
    one, other = chance.sample(receipts, 2)
    at = chance.randrange(8, len(one.token) - 8)  # nearer to an end two joined can be one of them again
    changed = chance.choice([c for c in "ABCabc019-_" if c != one.token[at]])
    return [
        lambda: secrets.token_urlsafe(32),
        lambda: one.token[:at] + changed + one.token[at + 1 :],
        lambda: one.token[:at],
        lambda: one.token[:at] + other.token[at:],
        lambda: one.token + chance.choice(["=", " ", "\x00", "A"]),
        one.token.swapcase,
        lambda: hashlib.sha256(one.token.encode()).hexdigest(),
        lambda: one.id,
        lambda: f"{one.token}' OR '1'='1",
        lambda: chance.choice(["", "%", "null", "*", "\ud800", "A" * 10_000]),
    ][number % 10]()


@pytest.mark.parametrize("count", [60, pytest.param(10_000, marks=pytest.mark.slow)])
def test_forged_expired_and_swapped_tokens_are_not_admitted(count: int, tiny_store: Store) -> None:
    store = tiny_store
    receipts = [sent(store, seed) for seed in range(6)]
    expired, revoked = receipts[0], receipts[1]
    submissions.revoke(store, revoked.token)
    past = audit_log.now() - timedelta(seconds=1)
    store.write(
        lambda cursor: cursor.execute(
            "UPDATE submission SET expires = $past WHERE id = $id", {"past": past, "id": expired.id}
        )
    )
    tokens = [*(forged(receipts, number) for number in range(count - 2)), expired.token, revoked.token]
    genuine = {receipt.token for receipt in receipts[2:]}
    assert not genuine & set(tokens)
    assert sum(admitted(store, token) for token in tokens) == 0
    for receipt in receipts[2:]:
        assert submissions.open_by_token(store, receipt.token).id == receipt.id


def test_a_token_opens_its_own_submission_and_corrects_no_other(tiny_store: Store) -> None:
    first, second = sent(tiny_store, 1), sent(tiny_store, 2)
    content = payload(ready(3), SENDING, DAY)
    submissions.correct(tiny_store, first.token, content, submissions.open_by_token(tiny_store, first.token).version)
    changed = submissions.open_by_token(tiny_store, first.token).payload
    assert changed
    assert form_of(changed, None, DAY)[0].form == ready(3).form
    other = submissions.open_by_token(tiny_store, second.token).payload
    assert other
    assert form_of(other, None, DAY)[0].form == ready(2).form
