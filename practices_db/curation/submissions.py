"""The review queue as whoever submits sees it: send, open by the private link, correct, withdraw, revoke.

A private link holds a token of 256 random bits; the database holds its SHA-256 only. It lapses 90 days after it was
last used, but never while what came in with it is public. Content of a submission never enters the audit, so that
what is withdrawn can go altogether.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from practices_db import formats
from practices_db.curation import budgets, withdrawal_list
from practices_db.curation.permissions import ANYBODY, Thing, moved, require
from practices_db.curation.submission_forms import as_json, checked_payload
from practices_db.curation.versioned_change import Edit, require_version
from practices_db.database import audit_log
from practices_db.database.store import Cursor, Store, records, value_of
from practices_db.errors import Actor, NoSuchLinkError, PracticesError
from practices_db.translation import _

LIFETIME = timedelta(days=90)  # of a private link, after its last use
_USED = timedelta(hours=1)  # a link that is used again within this time is not written down again
# How many submissions are taken within a time from all together: over all, from one mailbox, about one practice; of
# assessments, and as many again of corrections. What one asker may send is less (budgets.py).
PER_HOUR, PER_MAILBOX_AND_DAY, PER_PRACTICE_AND_DAY = 120, 20, 40
_ASSESSMENTS = ("self-assessment", "second-assessment")
_MAILBOX = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,190}\.[^@\s,;<>\".]{2,}")


class Receipt(NamedTuple):
    """What whoever submits gets: the submission's number, and the token of the private link, shown this once."""

    id: str
    token: str


@dataclass(frozen=True)
class Submission:
    """A submission as it stands."""

    id: str
    kind: str
    practice_id: str | None
    payload: dict[str, Any] | None
    contact: str | None
    status: str
    created: datetime
    expires: datetime
    curator_note: str | None
    version: int

    @property
    def thing(self) -> Thing:
        """Return it as what permissions are asked for."""
        return Thing("submission", self.id, self.status)


def submit(
    store: Store, kind: str, payload: Any, contact: str | None = None, practice_id: str | None = None
) -> Receipt:
    """Put a submission into the queue and return its number and the token of its private link.

    ``payload`` is a mapping as ``payloads.KINDS`` says for the kind. ``contact`` is a functional mailbox, or None.
    Raises PracticesError: content that is not as it must be, unknown practice, the very same content sent before, too
    many submissions at once.
    """
    content = as_json(checked_payload(kind, payload))
    mailbox = checked_mailbox(contact)
    _take_own(kind, mailbox, practice_id)

    def work(cursor: Cursor) -> Receipt:
        if practice_id is not None:
            _require_practice(cursor, practice_id)
        _require_new(cursor, kind, content, practice_id)
        _require_moderation(cursor, kind, mailbox, practice_id)
        new = {"kind": kind, "practice_id": practice_id, "payload": content, "contact": mailbox, "status": "submitted"}
        return _insert(cursor, ANYBODY, new)

    return audit_log.guarded(store, work)


def invite(store: Store, practice_id: str, actor: Actor, reason: str = "") -> Receipt:
    """Open a second assessment of a practice for somebody who has not seen the first; return the link's token.

    The holder of the link saves answers (``save``) and submits them (``hand_in``).
    """

    def work(cursor: Cursor) -> Receipt:
        require(actor, "invite", Thing("practice", practice_id, _require_practice(cursor, practice_id)))
        new = {"kind": "second-assessment", "practice_id": practice_id, "status": "draft"}
        return _insert(cursor, actor, new, reason)

    return audit_log.guarded(store, work)


def open_by_token(store: Store, token: str) -> Submission:
    """Return the submission that a private link opens, and let the link live on for another 90 days.

    Raises NoSuchLinkError, the same for unknown, expired and revoked links, and PracticesError for whoever tried too
    many of those, whatever the link.
    """
    found = _found(store, token)
    moment = audit_log.now()
    if found.expires < moment + LIFETIME - _USED:

        def work(cursor: Cursor) -> None:
            cursor.execute(
                "UPDATE submission SET last_used = $now, expires = greatest(expires, $expires) WHERE id = $id",
                {"now": moment, "expires": moment + LIFETIME, "id": found.id},
            )

        store.write(work)
    return found


def save(store: Store, token: str, payload: Any, version: int) -> int:
    """Keep the answers of a second assessment that is not handed in yet; return the new version."""
    return _change(store, token, "save", version, payload=payload)


def hand_in(store: Store, token: str, version: int) -> int:
    """Submit a second assessment for review; return the new version."""
    return _change(store, token, "submit", version)


def correct(store: Store, token: str, payload: Any, version: int) -> int:
    """Replace the content of a submission by its private link; it goes to the curator (again). Return the new version.

    What was published stays published until the curator accepts the correction. ``version`` is the one that was shown:
    ConflictError where it changed in between.
    """
    return _change(store, token, "correct", version, payload=payload)


def withdraw(store: Store, token: str, version: int) -> int:
    """Take a submission back by its private link; return the new version.

    Its content goes at once, what was published of it with the next release, the bytes with the nightly rewrite.
    """
    new = _change(store, token, "withdraw", version)
    withdrawal_list.settle(store)
    return new


def revoke(store: Store, token: str) -> None:
    """End a private link. The submission stays as it is; a curator can issue a new link."""

    found = _found(store, token)
    audit_log.guarded(store, lambda cursor: end_link(cursor, _by_token(cursor, token), holder(found)))


# --- for those who act on submissions (queue.py) -------------------------------------------------------------


def holder(submission: Submission) -> Actor:
    """Return the actor who holds a submission's private link."""
    return Actor("assessor", f"token:{submission.id}")


def by_id(cursor: Cursor, id_: str) -> Submission:
    """Return a submission; PracticesError where there is none."""
    found = selected(cursor, "id = $id", {"id": id_})
    if not found:
        raise PracticesError(f"There is no submission {id_[:40]!r}.")
    return found[0]


def selected(cursor: Cursor, condition: str, parameters: Mapping[str, Any]) -> list[Submission]:
    """Return the submissions that meet a condition in SQL, the oldest first."""
    rows = cursor.execute(
        "SELECT id, kind, practice_id, payload, contact, status, created, expires, curator_note, version "
        f"FROM submission WHERE {condition} ORDER BY created, id",
        dict(parameters),
    )
    return [Submission(**row | {"payload": row["payload"] and json.loads(row["payload"])}) for row in records(rows)]


def step(cursor: Cursor, submission: Submission, action: str, edit: Edit, payload: str | None = None) -> int:
    """Move a submission as the table of moves says, in the caller's transaction, and return its new version.

    What a curator says who accepts it or sends it back is the note that the sender reads. Raises NotAllowedError, or
    ConflictError where the version is not the edit's.
    """
    require(edit.actor, action, submission.thing)
    require_version(cursor, submission.thing.name, submission.version, edit.version)
    status = submission.status if action == "save" else moved(action, submission.thing)
    gone = status == "withdrawn"
    cursor.execute(
        """
        UPDATE submission SET
            status = $status, version = version + 1,
            payload = CASE WHEN $gone THEN NULL ELSE coalesce($payload, payload) END,
            contact = CASE WHEN $gone THEN NULL ELSE contact END,
            curator_note = CASE WHEN $gone THEN NULL ELSE coalesce($note, curator_note) END
        WHERE id = $id AND version = $version
        """,
        {
            "status": status,
            "gone": gone,
            "payload": payload,
            "note": edit.reason if action in ("accept", "return") else None,
            "id": submission.id,
            "version": edit.version,
        },
    )
    before, after = {"status": submission.status}, {"status": status, "content_changed": payload is not None}
    line = audit_log.Entry(action, submission.thing.name, edit.version + 1, before, after, edit.reason)
    audit_log.record(cursor, edit.actor, line)
    if gone:
        retract(cursor, edit.actor, submission.id)
    return edit.version + 1


def end_link(cursor: Cursor, submission: Submission, actor: Actor) -> None:
    """End a submission's private link, in the caller's transaction."""
    require(actor, "revoke", submission.thing)
    cursor.execute("UPDATE submission SET token_hash = NULL WHERE id = $id", {"id": submission.id})
    audit_log.record(cursor, actor, audit_log.Entry("revoke", submission.thing.name))


def new_link(cursor: Cursor, submission: Submission, actor: Actor) -> str:
    """Give a submission a new private link instead of its old one, in the caller's transaction; return the token."""
    require(actor, "renew", submission.thing)
    token, moment = secrets.token_urlsafe(32), audit_log.now()
    cursor.execute(
        "UPDATE submission SET token_hash = $hash, last_used = $now, expires = $expires WHERE id = $id",
        {"hash": _hash(token), "now": moment, "expires": _lapses(cursor), "id": submission.id},
    )
    audit_log.record(cursor, actor, audit_log.Entry("renew", submission.thing.name))
    return token


def retract(cursor: Cursor, actor: Actor, submission_id: str) -> None:
    """Take what came in with a submission out of the catalogue; the public sees it go with the next release."""
    known = {"id": submission_id}
    assessments = cursor.execute(
        "SELECT id, version FROM assessment WHERE submission_id = $id AND status <> 'withdrawn'", known
    ).fetchall()
    cursor.execute(
        "DELETE FROM answer WHERE assessment_id IN (SELECT id FROM assessment WHERE submission_id = $id)", known
    )
    cursor.execute(
        "DELETE FROM settlement WHERE assessment_id IN (SELECT id FROM assessment WHERE submission_id = $id)", known
    )
    cursor.execute(
        "UPDATE assessment SET status = 'withdrawn', version = version + 1 "
        "WHERE submission_id = $id AND status <> 'withdrawn'",
        known,
    )
    for id_, version in assessments:
        for known_as in _earlier_names(cursor, id_):
            audit_log.erase(cursor, actor, f"assessment:{known_as}", "withdrawn by whoever submitted it")
        audit_log.record(cursor, actor, audit_log.Entry("withdraw", f"assessment:{id_}", version=version + 1))
    cursor.execute("DELETE FROM statement WHERE submission_id = $id", known)


def _earlier_names(cursor: Cursor, assessment_id: str) -> list[str]:
    """Return an assessment's id and those it had before its practice was merged into another one."""
    names = [assessment_id]
    for name in names:
        lines = audit_log.history(cursor, f"assessment:{name}")
        names += [line.before["id"] for line in lines if line.action == "rename" and line.before]
    return names


def checked_mailbox(contact: str | None) -> str | None:
    """Return an e-mail address in lower case, None for a blank; PracticesError where it is none."""
    if contact is None or not contact.strip():
        return None
    if not _MAILBOX.fullmatch(contact.strip()):
        raise PracticesError(_("The mailbox is not an e-mail address like info@organisation.org."))
    return contact.strip().lower()


# --- inside --------------------------------------------------------------------------------------------------


def _take_own(kind: str, mailbox: str | None, practice_id: str | None) -> None:
    """Take from what the asker may send; PracticesError where that is used up."""
    group = _group(kind)
    budgets.take(group)
    if practice_id is not None:
        budgets.take("about one practice", f"{group} {practice_id}")
    if mailbox is not None:
        budgets.take("from one mailbox", f"{group} {mailbox}")


def _group(kind: str) -> str:
    return "assessment" if kind in _ASSESSMENTS else "correction"


def _found(store: Store, token: str) -> Submission:
    """Return what a private link opens, only reading; a wrong one counts and is put on record."""
    budgets.take("wrong link")
    try:
        with store.cursor() as cursor:
            found = _by_token(cursor, token)
    except NoSuchLinkError as refused:
        audit_log.record_refusal(store, refused)
        raise
    budgets.give_back("wrong link")
    return found


def _change(store: Store, token: str, action: str, version: int, *, payload: Any = None) -> int:
    _found(store, token)
    if action != "withdraw":  # what is taken back is never made to wait
        budgets.take("change by a link")

    def work(cursor: Cursor) -> int:
        found = _by_token(cursor, token)
        require(holder(found), action, found.thing)
        content = None if payload is None else as_json(checked_payload(found.kind, payload))
        if action == "submit" and not found.payload:
            raise PracticesError(_("There are no answers yet. Save some before you hand them in."))
        return step(cursor, found, action, Edit(holder(found), found.id, version), content)

    return audit_log.guarded(store, work)


def _insert(cursor: Cursor, actor: Actor, columns: Mapping[str, str | None], reason: str = "") -> Receipt:
    """Add a submission with some of its columns, and a private link to it."""
    receipt = Receipt(secrets.token_hex(6), secrets.token_urlsafe(32))
    moment = audit_log.now()
    cursor.execute(
        """
        INSERT INTO submission (
            id, kind, practice_id, payload, contact, status, token_hash, created, last_used, expires
        ) VALUES ($id, $kind, $practice_id, $payload, $contact, $status, $hash, $now, $now, $expires)
        """,
        {"practice_id": None, "payload": None, "contact": None}
        | dict(columns)
        | {"id": receipt.id, "hash": _hash(receipt.token), "now": moment, "expires": _lapses(cursor)},
    )
    after = {name: columns.get(name) for name in ("kind", "practice_id", "status")}
    line = audit_log.Entry("new", f"submission:{receipt.id}", version=1, after=after, reason=reason)
    audit_log.record(cursor, actor, line)
    return receipt


def _lapses(cursor: Cursor) -> datetime:
    """Return when a link given now lapses; counted from the last line on record where the clock was set back."""
    last = value_of(cursor, "SELECT ts FROM audit ORDER BY seq DESC LIMIT 1")
    return max(audit_log.now(), last or datetime.min) + LIFETIME


def _by_token(cursor: Cursor, token: str) -> Submission:
    given = _hash(token)
    row = cursor.execute(
        "SELECT id, token_hash, expires FROM submission WHERE token_hash = $hash", {"hash": given}
    ).fetchone()
    stored, expires = (row[1], row[2]) if row else ("", datetime.min)
    # compared once more in constant time: the database may give a row for another reason than equality
    held = hmac.compare_digest(given, stored) and row is not None
    if not (row and held and (expires > audit_log.now() or _is_public(cursor, row[0]))):
        raise NoSuchLinkError(
            _(
                "This link does not open anything (any more). Links expire 90 days after they were last used, unless "
                "what was sent is public, and can be ended; ask the curators for a new one."
            ),
            ANYBODY,
            "open",
            "session",
        )
    return by_id(cursor, row[0])


def _is_public(cursor: Cursor, submission_id: str) -> bool:
    """Whether something that came in with a submission stands in the catalogue."""
    sql = """
        SELECT EXISTS (FROM assessment WHERE submission_id = $id AND status = 'published')
            OR EXISTS (FROM statement WHERE submission_id = $id)
    """
    return bool(value_of(cursor, sql, {"id": submission_id}))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _require_practice(cursor: Cursor, practice_id: str) -> str:
    """Return a practice's state; PracticesError where there is none."""
    state = value_of(cursor, "SELECT state FROM practice WHERE id = $id", {"id": practice_id})
    if state is None:
        raise PracticesError(_("There is no practice {id} in the catalogue.").format(id=repr(practice_id[:80])))
    return str(state)


def _require_new(cursor: Cursor, kind: str, content: str, practice_id: str | None) -> None:
    """Raise PracticesError where the very same was sent before and still stands."""
    row = cursor.execute(
        """
        SELECT id, created FROM submission
        WHERE kind = $kind AND status <> 'withdrawn' AND practice_id IS NOT DISTINCT FROM $practice_id
            AND payload::TEXT = $content
        ORDER BY created LIMIT 1
        """,
        {"kind": kind, "content": content, "practice_id": practice_id},
    ).fetchone()
    if row:
        words = _(
            "This was sent already, on {day} as number {number}, and nothing was sent a second time. With the private "
            "link of that you can see how it stands, correct it or withdraw it."
        )
        raise PracticesError(words.format(day=formats.day(row[1]), number=row[0]))


def _require_moderation(cursor: Cursor, kind: str, contact: str | None, practice_id: str | None) -> None:
    """Raise PracticesError where more of a kind comes in than people can review.

    What the clock says was sent in the future does not count: it was set back since.
    """
    moment = audit_log.now()
    row = cursor.execute(
        """
        SELECT
            count(*) FILTER (WHERE created > $hour_ago),
            count(*) FILTER (WHERE contact = $contact),
            count(*) FILTER (WHERE practice_id = $practice_id)
        FROM submission
        WHERE created > $day_ago AND created <= $now AND (kind IN (SELECT unnest($assessments::TEXT[]))) = $assessment
        """,
        {
            "now": moment,
            "assessments": list(_ASSESSMENTS),
            "assessment": kind in _ASSESSMENTS,
            "hour_ago": moment - timedelta(hours=1),
            "day_ago": moment - timedelta(days=1),
            "contact": contact,
            "practice_id": practice_id,
        },
    ).fetchone()
    counts = row or (0, 0, 0)
    limits = zip(counts, (PER_HOUR, PER_MAILBOX_AND_DAY, PER_PRACTICE_AND_DAY), strict=True)
    if any(count >= limit for count, limit in limits):
        raise PracticesError(
            _(
                "Too much was sent in a short time, so nothing more is taken right now. Nothing of yours was lost: "
                "keep it and try again in an hour, or tomorrow."
            )
        )
