"""Taking out again what was withdrawn after a state of the database: before a restored or rescued one is shown."""

from __future__ import annotations

from practices_db.catalogue import scorecards, write_files
from practices_db.curation import submissions
from practices_db.curation.permissions import APP, pseudonym
from practices_db.curation.withdrawal_list import WithdrawalList
from practices_db.database import audit_log
from practices_db.database.migrate import migrate
from practices_db.database.store import Cursor, Store, value_of
from practices_db.operations import upgrade
from practices_db.queries.practices import data_version

_WHY = "withdrawn after this state of the database"


def bring_up_to_date(store: Store) -> None:
    """Migrate a database that an older release made; nothing becomes public by it."""
    if ran := migrate(store):
        upgrade.after_migration(store, ran)
        store.write(_say_what_is_released)


def _say_what_is_released(cursor: Cursor) -> None:
    """Put the hash of what is released on record where an update of the app brought more than the release had."""
    content_hash = write_files.content_hash(write_files.texts(cursor))
    if data_version(cursor).content_hash != content_hash:
        what = audit_log.Entry("update", "data", after={"content_hash": content_hash})
        audit_log.record(cursor, APP, what)


def take_out_of(store: Store, known: WithdrawalList) -> bool:
    """Take out of an open database what the list names, where it names anything that is there; return whether it did.

    Then what is in the log is moved into the file.
    """
    if known == WithdrawalList():
        return False
    bring_up_to_date(store)
    if not store.rehearse(lambda cursor: take_out(cursor, known)):
        return False
    store.write(lambda cursor: take_out(cursor, known))
    store.checkpoint()
    return True


def is_older(cursor: Cursor, known: WithdrawalList) -> bool:
    """Whether a database still holds a submission that was withdrawn since."""
    sql = "SELECT count(*) FROM submission WHERE status <> 'withdrawn' AND id IN (SELECT unnest($ids::TEXT[]))"
    return bool(value_of(cursor, sql, {"ids": sorted(known.submissions)}))


def take_out(cursor: Cursor, known: WithdrawalList) -> bool:
    """Take everything out that the list names, in the caller's transaction; return whether there was anything.

    Submissions as if withdrawn now; their answers and statements from what is released too, which makes a release of
    its own; people lose their roles.
    """
    held = cursor.execute(
        "SELECT id FROM submission WHERE status <> 'withdrawn' AND id IN (SELECT unnest($ids::TEXT[])) ORDER BY id",
        {"ids": sorted(known.submissions)},
    ).fetchall()
    for (id_,) in held:
        _withdraw(cursor, id_)
    people = [email for (email,) in cursor.execute("SELECT email FROM person").fetchall()]
    gone = [email for email in people if pseudonym(email) in known.people]
    for email in gone:
        cursor.execute("DELETE FROM person WHERE email = $email", {"email": email})
        audit_log.record(cursor, APP, audit_log.Entry("dismiss", pseudonym(email), reason=_WHY))
    return bool(held) + bool(gone) + _from_what_is_shown(cursor, known) > 0


def _withdraw(cursor: Cursor, id_: str) -> None:
    cursor.execute(
        "UPDATE submission SET status = 'withdrawn', version = version + 1, payload = NULL, contact = NULL, "
        "curator_note = NULL WHERE id = $id",
        {"id": id_},
    )
    audit_log.record(
        cursor, APP, audit_log.Entry("withdraw", f"submission:{id_}", after={"status": "withdrawn"}, reason=_WHY)
    )
    submissions.retract(cursor, APP, id_)


def take_out_of_shown(cursor: Cursor, known: WithdrawalList) -> str | None:
    """Take listed answers and statements out of what is shown, and derive the rest anew, in the caller's transaction.

    Return the hash of what is shown then, None where nothing of it was there.
    """
    listed = {"assessments": sorted(known.assessments), "statements": sorted(known.statements)}
    assessments, statements = {"assessments": listed["assessments"]}, {"statements": listed["statements"]}
    for table in ("answer", "settlement"):
        cursor.execute(f"DELETE FROM {table} WHERE assessment_id IN (SELECT unnest($assessments::TEXT[]))", assessments)
    cursor.execute(
        "UPDATE assessment SET status = 'withdrawn', version = version + 1 "
        "WHERE id IN (SELECT unnest($assessments::TEXT[])) AND status <> 'withdrawn'",
        assessments,
    )
    by_day = "practice_id || ' ' || stated_on IN (SELECT unnest($statements::TEXT[]))"
    cursor.execute(f"DELETE FROM statement WHERE {by_day}", statements)
    by_assessment = "assessment_id IN (SELECT unnest($assessments::TEXT[]))"
    answers = value_of(cursor, f"DELETE FROM released_answer WHERE {by_assessment}", assessments)
    words = value_of(cursor, f"DELETE FROM released_statement WHERE {by_day}", statements)
    if not answers and not words:
        return None
    scorecards.derive(cursor)
    return write_files.content_hash(write_files.texts(cursor))


def _from_what_is_shown(cursor: Cursor, known: WithdrawalList) -> bool:
    content_hash = take_out_of_shown(cursor, known)
    if content_hash is None:
        return False
    audit_log.record(
        cursor, APP, audit_log.Entry("withdraw", "data", after={"content_hash": content_hash}, reason=_WHY)
    )
    cursor.execute(
        "INSERT INTO data_version (number, released_on, content_hash, origin, note) "
        "VALUES ($number, $on, $hash, 'withdrawal', $note)",
        {
            "number": data_version(cursor).number + 1,
            "on": audit_log.now().date(),
            "hash": content_hash,
            "note": "What was withdrawn since is taken out.",
        },
    )
    return True
