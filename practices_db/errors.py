"""Errors that are meant for people. Everything else that is raised is a bug."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# viewer: anybody. assessor: who holds a private link. curator, administrator: logged in, by the table `person`.
# machine: the command line on the machine itself, and what the app does of itself.
Role = Literal["viewer", "assessor", "curator", "administrator", "machine"]


@dataclass(frozen=True)
class Actor:
    """Who acts: a role and a pseudonym, as the audit keeps it."""

    role: Role
    id: str


class PracticesError(Exception):
    """Something a person can mend; the message is safe to show and says what to do."""


class DatabaseBusyError(PracticesError):
    """Another process holds the database file, or two writers met too often."""


class DatabaseLostError(PracticesError):
    """The open database cannot be used any more in this process; it has to be started anew."""


class ReadOnlyError(PracticesError):
    """The database is only read here; the message says why and where changes can be made."""


class DiskFullError(PracticesError):
    """There is no room on the disk; nothing was saved."""


class ConflictError(PracticesError):
    """Somebody else changed it in between; the message says who, when and what. Nothing was saved."""


class NotAllowedError(PracticesError):
    """This actor may not do this to this object in its state; ``audit.guarded`` puts it on record."""

    def __init__(self, message: str, actor: Actor, action: str, object_: str) -> None:
        self.actor, self.action, self.object = actor, action, object_
        super().__init__(message)


class NoSuchLinkError(NotAllowedError):
    """A private link that does not hold: unknown, expired and revoked ones are the same to whoever asks."""
