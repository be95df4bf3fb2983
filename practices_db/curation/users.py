"""Who has a role on the curation pages, by the e-mail address of the login. The audit knows them by a pseudonym."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from practices_db.curation import withdrawal_list
from practices_db.curation.permissions import ANYBODY, Thing, pseudonym, require
from practices_db.curation.submissions import checked_mailbox
from practices_db.database import audit_log
from practices_db.database.store import Cursor, Store, value_of
from practices_db.errors import Actor, PracticesError, Role

ROLES: tuple[Role, ...] = ("assessor", "curator", "administrator")


@dataclass(frozen=True)
class Person:
    """Somebody with a role."""

    email: str
    role: Role
    granted_on: date


def actor_of(cursor: Cursor, email: str | None) -> Actor:
    """Return who acts for a login, by the role that stands in the database now; ANYBODY where there is none.

    To be asked for every action: a role that was taken away ends at once.
    """
    if not email:
        return ANYBODY
    role = value_of(cursor, "SELECT role FROM person WHERE email = $email", {"email": email.strip().lower()})
    return Actor(role, pseudonym(email)) if role else ANYBODY


def everybody(cursor: Cursor, actor: Actor) -> list[Person]:
    """Return all who have a role, by e-mail address."""
    require(actor, "read", Thing("person"))
    rows = cursor.execute("SELECT email, role, granted_on FROM person ORDER BY email").fetchall()
    return [Person(*row) for row in rows]


def grant(store: Store, actor: Actor, email: str, role: Role, reason: str = "") -> None:
    """Give somebody a role, or another one instead of the one they have."""
    address = checked_mailbox(email)
    if address is None or role not in ROLES:
        raise PracticesError(f"An e-mail address and one of these roles are needed: {', '.join(ROLES)}.")

    def work(cursor: Cursor) -> None:
        thing = Thing("person", pseudonym(address).removeprefix("person:"))
        require(actor, "grant", thing)
        had = actor_of(cursor, address).role
        if role != "administrator":
            _require_another(cursor, actor, address)
        cursor.execute(
            """
            INSERT INTO person (email, role, granted_on) VALUES ($email, $role, $today)
            ON CONFLICT (email) DO UPDATE SET
                role = excluded.role, granted_on = excluded.granted_on, version = version + 1
            """,
            {"email": address, "role": role, "today": audit_log.now().date()},
        )
        audit_log.record(
            cursor,
            actor,
            audit_log.Entry("grant", thing.name, before={"role": had}, after={"role": role}, reason=reason),
        )

    audit_log.guarded(store, work)
    withdrawal_list.settle(store)


def dismiss(store: Store, actor: Actor, email: str, reason: str = "") -> None:
    """Take somebody's role away and forget the address; PracticesError where they have none."""
    address = email.strip().lower()

    def work(cursor: Cursor) -> None:
        thing = Thing("person", pseudonym(address).removeprefix("person:"))
        require(actor, "grant", thing)
        had = actor_of(cursor, address)
        if had == ANYBODY:
            raise PracticesError(f"{address[:80]} has no role.")
        _require_another(cursor, actor, address)
        cursor.execute("DELETE FROM person WHERE email = $email", {"email": address})
        audit_log.record(
            cursor, actor, audit_log.Entry("dismiss", thing.name, before={"role": had.role}, reason=reason)
        )

    audit_log.guarded(store, work)
    withdrawal_list.settle(store)


def _require_another(cursor: Cursor, actor: Actor, address: str) -> None:
    """Raise PracticesError where nobody would be left to give roles; who has the machine can always do it there."""
    rows = cursor.execute("SELECT email FROM person WHERE role = 'administrator'").fetchall()
    if actor.role != "machine" and [email for (email,) in rows] == [address]:
        raise PracticesError("This is the last administrator. Give somebody else this role first.")


def logged_in(store: Store, actor: Actor) -> None:
    """Put a log-in on record."""
    store.write(lambda cursor: audit_log.record(cursor, actor, audit_log.Entry("log in", "session")))


def logged_out(store: Store, actor: Actor) -> None:
    """Put a log-out on record."""
    store.write(lambda cursor: audit_log.record(cursor, actor, audit_log.Entry("log out", "session")))
