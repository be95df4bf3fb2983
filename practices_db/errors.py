"""Errors that are meant for people. Everything else that is raised is a bug."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pydantic import ValidationError  # would be half the start of the process that reads a workbook

_MOST_FAULTS = 20

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


class NoSuchReleaseError(PracticesError):
    """A release of the data that is not kept; the message says which are."""


class ReleaseTablesError(PracticesError):
    """The release tables cannot be reached; the message names places, and is for whoever runs the app."""


class ReleasesBusyError(PracticesError):
    """As many past releases are open as may be."""


class NoSuchLinkError(NotAllowedError):
    """A private link that does not hold: unknown, expired and revoked ones are the same to whoever asks."""


def faults(error: ValidationError, content: Any = None) -> list[str]:
    """Say what Pydantic found wrong, a line each: where it is, by ids rather than positions, and what is wrong.

    ``content`` is what was given, for the ids in it. Rows of the catalogue have words of their own (``problems``).
    """
    lines = []
    for fault in error.errors():
        here, words = content, []
        for step in fault["loc"]:
            here = here[step] if _has(here, step) else None
            id_ = here.get("indicator") if isinstance(here, dict) else None
            words.append(f"{step + 1} ({str(id_)[:60]})" if isinstance(step, int) and id_ else str(step)[:60])
        reason = (
            "is not known here" if fault["type"] == "extra_forbidden" else fault["msg"].removeprefix("Value error, ")
        )
        lines.append(f"{', '.join(words)}: {reason}" if words else reason)
    rest = len(lines) - _MOST_FAULTS
    return [*lines[:_MOST_FAULTS], *([f"and {rest} more"] if rest > 0 else [])]


def _has(here: Any, step: int | str) -> bool:
    if isinstance(here, dict):
        return step in here
    return isinstance(here, list) and isinstance(step, int) and step < len(here)
