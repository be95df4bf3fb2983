"""One asker cannot take the queue from the others: a budget each, before the common one."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta

import pytest

from criteria.framework import current_framework
from practices_db.curation import budgets, submissions
from practices_db.database import audit_log
from practices_db.database.store import Store
from practices_db.errors import NoSuchLinkError, NotAllowedError, PracticesError

WRONG = {"what": "The start year is 2015, as the page itself says."}
OWN = {
    "framework": current_framework().id,
    "framework_version": current_framework().version,
    "assessor": "made-up",
    "assessed_on": "2026-01-01",
    "answers": [],
}


OF_ONE = {"correction": 6, "about one practice": 3, "from one mailbox": 3, "change by a link": 12}


@pytest.fixture
def asker(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Let the first of the list be who asks, with budgets that are soon empty."""
    for what, amount in OF_ONE.items():
        assert amount < budgets.OWN[what][0]
        monkeypatch.setitem(budgets.OWN, what, (amount, budgets.OWN[what][1]))
    who = ["203.0.113.1"]
    budgets.know_askers(lambda: who[0])
    yield who
    budgets.know_askers(lambda: None)


@pytest.fixture
def per_hour(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let few be taken of all together, and return how many."""
    monkeypatch.setattr(submissions, "PER_HOUR", 12)
    return 12


def wrong() -> dict[str, str]:
    """Return a correction that was not sent before."""
    return {"what": f"{WRONG['what']} {secrets.token_hex(8)}"}


def flood(store: Store, tries: int, practice: str | None = None, mailbox: str | None = None) -> int:
    """Send corrections until they are refused; return how many were taken."""
    for taken in range(tries):
        try:
            submissions.submit(store, "correction", wrong(), mailbox, practice)
        except PracticesError:
            return taken
    return tries


def writes(store: Store) -> int:
    state = store.state()
    assert state
    return state.writes


def test_a_flood_of_one_leaves_the_queue_to_the_others(tiny_store: Store, asker: list[str]) -> None:
    assert flood(tiny_store, 20) == OF_ONE["correction"]
    submissions.submit(tiny_store, "self-assessment", OWN)  # the same asker, too
    asker[0] = "203.0.113.2"
    assert flood(tiny_store, 1) == 1


def test_a_flood_from_a_whole_ipv6_network_leaves_the_queue_to_the_others(tiny_store: Store, asker: list[str]) -> None:
    taken = 0
    for number in range(6):  # there are 65,536 askers of one customer
        asker[0] = f"2001:db8:1:{number:x}::/64"
        taken += flood(tiny_store, OF_ONE["correction"])
    assert taken == 4 * OF_ONE["correction"]
    asker[0] = "2001:db8:2::/64"
    assert flood(tiny_store, 1) == 1


def test_a_flood_of_many_corrections_leaves_room_for_assessments(tiny_store: Store, per_hour: int) -> None:
    assert flood(tiny_store, 20) == per_hour
    submissions.submit(tiny_store, "self-assessment", OWN)


@pytest.mark.parametrize("about", [{"practice": "synthetic-accents"}, {"mailbox": "info@example.org"}])
def test_one_asker_does_not_close_a_practice_or_a_mailbox(
    about: dict[str, str], tiny_store: Store, asker: list[str]
) -> None:
    assert flood(tiny_store, 5, **about) == 3
    asker[0] = "203.0.113.2"
    assert flood(tiny_store, 1, **about) == 1


def test_guesses_are_stopped_and_not_written(
    tiny_store: Store, asker: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "_REFUSALS", 3)
    known = submissions.submit(tiny_store, "correction", WRONG).token
    before = writes(tiny_store)
    for _ in range(20):
        with pytest.raises(NoSuchLinkError):
            submissions.open_by_token(tiny_store, secrets.token_urlsafe(32))
    assert writes(tiny_store) == before + 4
    for token in (known, secrets.token_urlsafe(32)):  # a right guess is told apart from a wrong one by nothing
        with pytest.raises(PracticesError, match="from your address") as refused:
            submissions.open_by_token(tiny_store, token)
        assert not isinstance(refused.value, NotAllowedError)
    asker[0] = "203.0.113.2"
    for _ in range(50):  # whoever has a link is not counted
        submissions.open_by_token(tiny_store, known)
    assert writes(tiny_store) == before + 4


@pytest.mark.usefixtures("asker")
def test_who_holds_a_link_changes_it_within_a_budget_and_can_always_withdraw(tiny_store: Store) -> None:
    token, version = submissions.submit(tiny_store, "correction", WRONG).token, 1
    for _ in range(OF_ONE["change by a link"]):
        version = submissions.correct(tiny_store, token, WRONG, version)
    with pytest.raises(PracticesError, match="from your address"):
        submissions.correct(tiny_store, token, WRONG, version)
    submissions.withdraw(tiny_store, token, version)


def test_a_clock_that_was_set_back_kills_no_link_and_closes_nothing(
    tiny_store: Store, per_hour: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = audit_log.now()
    old = submissions.submit(tiny_store, "correction", WRONG).token
    monkeypatch.setattr(audit_log, "now", lambda: now - timedelta(days=4_000))
    submissions.open_by_token(tiny_store, old)
    new = submissions.submit(tiny_store, "correction", wrong()).token
    monkeypatch.setattr(audit_log, "now", lambda: now + timedelta(days=1))
    assert submissions.open_by_token(tiny_store, old).expires > now
    assert submissions.open_by_token(tiny_store, new).expires > now
    monkeypatch.setattr(audit_log, "now", lambda: now + timedelta(days=4_000))
    assert flood(tiny_store, per_hour) == per_hour
    monkeypatch.setattr(audit_log, "now", lambda: now + timedelta(days=2))
    assert flood(tiny_store, 1) == 1


def test_refusals_of_one_do_not_hide_those_of_another(tiny_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log, "_REFUSALS", 3)
    for _ in range(8):
        with pytest.raises(NoSuchLinkError):
            submissions.open_by_token(tiny_store, secrets.token_urlsafe(32))
    held = submissions.submit(tiny_store, "correction", WRONG)
    with pytest.raises(NotAllowedError):
        submissions.save(tiny_store, held.token, WRONG, 1)
    with tiny_store.cursor() as cursor:
        assert [line.action for line in audit_log.history(cursor, f"submission:{held.id}")] == ["refused", "new"]
