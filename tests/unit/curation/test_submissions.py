"""The ground of curation: old databases keep everything, the audit's chain holds, links open only what they should."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path

import pytest

from practices_db.curation import submissions
from practices_db.curation.permissions import ANYBODY, CLI
from practices_db.database import audit_log, migrate
from practices_db.database.store import Store
from practices_db.errors import ConflictError, NoSuchLinkError, PracticesError

WRONG = {"what": "The start year is 2015, as the page itself says.", "field": "start_year"}


def test_database_of_the_first_release_keeps_everything(
    tmp_path: Path, tiny_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that were written under 0001 alone are all there after 0002, and released as they were shown."""
    folder = tmp_path / "first"
    folder.mkdir()
    first = migrate.scripts()[0]
    (folder / first.name).write_text(first.read_text(encoding="utf-8"), encoding="utf-8")
    old = Store(tmp_path / "old.duckdb")
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "MIGRATIONS", folder)
        migrate.scripts.cache_clear()
        migrate.migrate(old)
    migrate.scripts.cache_clear()
    names = ("practice", "practice_country", "practice_source", "assessment", "answer", "data_version", "practice_card")
    with tiny_store.cursor() as source, old.cursor() as target:
        for name in names:
            columns = [column for (column,) in target.execute(f"SELECT column_name FROM (DESCRIBE {name})").fetchall()]
            target.register("copied", source.execute(f"SELECT {', '.join(columns)} FROM {name}").df())
            target.execute(f"INSERT INTO {name} BY NAME SELECT * FROM copied")
        before = {name: target.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in names}
    assert migrate.migrate(old)[0] == "0002_curation"
    with old.cursor() as cursor:
        for name, rows in before.items():
            after = cursor.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall()
            assert [row[: len(rows[0])] for row in after] == rows
        states = cursor.execute("SELECT DISTINCT state FROM practice").fetchall()
        released = cursor.execute("SELECT count(*) FROM released_practice").fetchone()
        answers = cursor.execute("SELECT count(*) FROM released_answer").fetchone()
    assert states == [("listed",)]
    assert released == (len(before["practice"]),)
    assert answers == (len(before["answer"]),)
    old.close()


# --- audit -------------------------------------------------------------------------------------------------


def three_lines(store: Store) -> None:
    def work(cursor: object) -> None:
        for number in (1, 2, 3):
            audit_log.record(
                cursor,
                CLI,
                audit_log.Entry("edit", f"practice:p{number}", after={"name": "Ł"}, reason="why", public="was x"),
            )  # type: ignore[arg-type]

    store.write(work)


def test_chain_holds_and_history_tells_who_when_what_and_why(tiny_store: Store) -> None:
    three_lines(tiny_store)
    with tiny_store.cursor() as cursor:
        assert audit_log.verify(cursor) == []
        (line,) = audit_log.history(cursor, "practice:p2")
    assert (line.actor, line.role, line.action, line.after, line.reason) == (
        "cli",
        "machine",
        "edit",
        {"name": "Ł"},
        "why",
    )


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE audit SET actor = 'somebody else' WHERE seq = 2",
        "UPDATE audit SET ts = ts + INTERVAL 1 SECOND WHERE seq = 2",
        'UPDATE audit SET after = \'{"name":"X"}\' WHERE seq = 2',
        "UPDATE audit SET reason = 'other' WHERE seq = 2",
        "UPDATE audit SET public = NULL WHERE seq = 3",
        "UPDATE audit SET hash = previous_hash WHERE seq = 3",
        "UPDATE audit SET after = NULL, reason = NULL, public = NULL, salt = NULL, erased_by = 3 WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 1",
        "DELETE FROM audit WHERE seq = 2",
        "INSERT INTO audit SELECT * REPLACE (4 AS seq) FROM audit WHERE seq = 3",
    ],
)
def test_broken_chain_is_noticed(damage: str, tiny_store: Store) -> None:
    three_lines(tiny_store)
    tiny_store.write(lambda cursor: cursor.execute(damage))
    with tiny_store.cursor() as cursor:
        assert audit_log.verify(cursor) != []


def test_erased_content_is_gone_and_the_chain_still_holds(tiny_store: Store) -> None:
    three_lines(tiny_store)
    assert tiny_store.write(lambda cursor: audit_log.erase(cursor, CLI, "practice:p2", "asked for")) == 1
    with tiny_store.cursor() as cursor:
        assert audit_log.verify(cursor) == []
        lines = audit_log.history(cursor, "practice:p2")
    assert [(line.action, line.after, line.reason, line.erased) for line in lines] == [
        ("erased", None, "asked for", False),
        ("edit", None, "", True),
    ]


# --- private links -----------------------------------------------------------------------------------------


def test_submission_is_opened_corrected_and_withdrawn_by_its_link(tiny_store: Store) -> None:
    receipt = submissions.submit(tiny_store, "correction", WRONG, "Info@Example.org", "synthetic-accents")
    found = submissions.open_by_token(tiny_store, receipt.token)
    assert (found.id, found.payload, found.contact, found.status) == (
        receipt.id,
        WRONG,
        "info@example.org",
        "submitted",
    )
    version = submissions.correct(tiny_store, receipt.token, WRONG | {"field": "end_year"}, found.version)
    with pytest.raises(ConflictError, match=f"token:{receipt.id}"):
        submissions.correct(tiny_store, receipt.token, WRONG, found.version)
    submissions.withdraw(tiny_store, receipt.token, version)
    after = submissions.open_by_token(tiny_store, receipt.token)
    assert (after.payload, after.contact, after.status) == (None, None, "withdrawn")
    with pytest.raises(PracticesError, match="withdrawn"):
        submissions.correct(tiny_store, receipt.token, WRONG, after.version)
    with tiny_store.cursor() as cursor:
        assert audit_log.verify(cursor) == []
        actions = [line.action for line in audit_log.history(cursor, f"submission:{receipt.id}")]
    assert actions == ["refused", "withdraw", "correct", "new"]


def test_unknown_expired_and_revoked_links_are_told_apart_by_nobody(tiny_store: Store) -> None:
    lapsed = submissions.submit(tiny_store, "correction", WRONG, None, "synthetic-accents")
    ended = submissions.submit(tiny_store, "correction", WRONG | {"what": "another"}, None, "synthetic-accents")
    submissions.revoke(tiny_store, ended.token)
    tiny_store.write(
        lambda cursor: cursor.execute(
            "UPDATE submission SET expires = $then WHERE id = $id",
            {"then": audit_log.now() - timedelta(seconds=1), "id": lapsed.id},
        )
    )
    said = set()
    for token in (secrets.token_urlsafe(32), lapsed.token, ended.token, "", "\ud800", "x" * 100_000):
        with pytest.raises(NoSuchLinkError) as refused:
            submissions.open_by_token(tiny_store, token)
        said.add((str(refused.value), refused.value.action, refused.value.object))
    assert len(said) == 1


def test_the_very_same_is_not_taken_twice_unless_it_was_withdrawn(tiny_store: Store) -> None:
    first = submissions.submit(tiny_store, "correction", WRONG, None, "synthetic-accents")
    with pytest.raises(PracticesError, match=f"sent already, on .* as number {first.id}"):
        submissions.submit(tiny_store, "correction", WRONG, "other@example.org", "synthetic-accents")
    submissions.submit(tiny_store, "correction", WRONG, None, "synthetic-empty")
    submissions.submit(tiny_store, "correction", WRONG | {"what": "another"}, None, "synthetic-accents")
    submissions.withdraw(tiny_store, first.token, 1)
    submissions.submit(tiny_store, "correction", WRONG, None, "synthetic-accents")


def test_more_than_people_can_review_is_refused(tiny_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submissions, "PER_PRACTICE_AND_DAY", 2)
    for number in range(2):
        submissions.submit(tiny_store, "correction", WRONG | {"what": f"wrong {number}"}, None, "synthetic-accents")
    with pytest.raises(PracticesError, match="try again"):
        submissions.submit(tiny_store, "correction", WRONG, None, "synthetic-accents")
    submissions.submit(tiny_store, "correction", WRONG, None, "synthetic-empty")


@pytest.mark.parametrize(
    ("kind", "payload", "words"),
    [
        ("praise", {}, "no kind of submission"),
        ("correction", {"what": ""}, "what"),
        ("correction", {"what": "x", "role": "curator"}, "role"),
        ("correction", {"what": "x" * 5000}, "what"),
        ("statement", {"organisation": "O", "words": ""}, "words"),
        ("self-assessment", {"framework": "other", "framework_version": "1"}, "assessor"),
    ],
)
def test_content_that_is_not_as_it_must_be_is_refused(
    kind: str, payload: object, words: str, tiny_store: Store
) -> None:
    with pytest.raises(PracticesError, match=words):
        submissions.submit(tiny_store, kind, payload)


def test_refusals_are_on_record_but_do_not_fill_the_file(tiny_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log, "_REFUSALS", 3)
    for _ in range(8):
        with pytest.raises(NoSuchLinkError):
            submissions.open_by_token(tiny_store, secrets.token_urlsafe(32))
    with tiny_store.cursor() as cursor:
        lines = audit_log.history(cursor, "session")
    assert len(lines) == 4
    assert (lines[0].actor, lines[0].action) == (ANYBODY.id, "refused")
    assert "not recorded" in lines[0].reason
