"""The one shape of a curator's change: allowed, still what was looked at, written, put on record, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from pydantic import ValidationError

from practices_db.catalogue.practice_fields import LABELS
from practices_db.catalogue.practice_rows import CatalogueRow, PracticeRow
from practices_db.catalogue.problems import Problem, mistakes
from practices_db.curation.permissions import Thing, moved, require
from practices_db.database import audit_log
from practices_db.database.store import Cursor, Store
from practices_db.errors import Actor, ConflictError, PracticesError

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Edit:
    """Who changes something, what it is called, which version they had before them, and why.

    ``public`` is what everybody may read of it, from the next release on.
    """

    actor: Actor
    item: str
    version: int
    reason: str = ""
    public: str | None = None


class Stands(Protocol):
    """What stands before a change: which thing, in which version."""

    @property
    def thing(self) -> Thing:
        """What permissions are asked for, in its state."""

    @property
    def version(self) -> int:
        """The version that stands there; 0 where there is nothing yet."""


class Listed(Stands, Protocol):
    """What is in the catalogue, or was."""

    @property
    def state(self) -> str:
        """Listed, archived or merged."""

    @property
    def name(self) -> str:
        """What people call it."""


Before = TypeVar("Before", bound=Stands)
One = TypeVar("One", bound=Listed)
Row = TypeVar("Row", bound=CatalogueRow)


@dataclass(frozen=True)
class Kind(Generic[One]):
    """How things of one kind are kept, for what is done with all kinds alike."""

    look: Callable[[Cursor, str], One]  # by its id; PracticesError where there is none
    put: Callable[[Cursor, One, Facts], None]  # sets columns that are no facts of a file, and counts the version up
    hand_over: Callable[[Cursor, Edit, str], None]  # lets all that belongs to one belong to the one that is kept

    def archive(self, store: Store, edit: Edit) -> int:
        """Take something out of the catalogue without losing it; return its new version. Everybody reads the reason."""
        return self._move(store, edit, "archive", leaving(edit.reason))

    def relist(self, store: Store, edit: Edit) -> int:
        """Put something archived back into the catalogue; return its new version."""
        return self._move(store, edit, "relist", {"left_on": None, "left_because": None})

    def _move(self, store: Store, edit: Edit, action: str, after: dict[str, Any]) -> int:
        def work(cursor: Cursor, before: One) -> tuple[Facts, Facts]:
            new = after | {"state": moved(action, before.thing)}
            self.put(cursor, before, new)
            return {"state": before.state}, new

        return change(store, edit, action, lambda cursor: self.look(cursor, edit.item), work)

    def merge(self, store: Store, edit: Edit, into: str) -> int:
        """Merge a duplicate into the one that is kept, whose own facts stay; return the old one's new version.

        All that belongs to the old one goes over to the one that is kept, and links to the old one lead there.
        """

        def work(cursor: Cursor, old: One) -> tuple[Facts, Facts]:
            kept = self.look(cursor, into)
            if edit.item == into or kept.state != "listed":
                raise PracticesError("It can only be merged into another one that is listed.")
            require(edit.actor, "edit", kept.thing)
            self.hand_over(cursor, edit, into)
            after = leaving(edit.reason) | {"merged_into": into, "state": moved("merge", old.thing)}
            self.put(cursor, old, after)
            self.put(cursor, kept, {})
            public = f"The entry “{old.name}” was merged into this one: {edit.reason}"
            what = ("merge", kept.thing.name, kept.version + 1, None, {"merged": edit.item})
            audit_log.record(cursor, edit.actor, audit_log.Entry(*what, edit.reason, public))
            return {}, after

        return change(store, edit, "merge", lambda cursor: self.look(cursor, edit.item), work)


def change(
    store: Store,
    edit: Edit,
    action: str,
    look: Callable[[Cursor], Before],
    work: Callable[[Cursor, Before], tuple[Facts, Facts]],
) -> int:
    """Change something in one transaction and return its new version, one more than the edit's.

    ``look`` returns what stands there, ``work`` writes and returns what was changed, before and after, for the record.
    Raises PracticesError where no reason is given, NotAllowedError (on record) where the actor may not, ConflictError
    where the edit's version is not what stands there; nothing is changed then.
    """

    def whole(cursor: Cursor) -> int:
        stands = look(cursor)
        require(edit.actor, action, stands.thing)
        require_version(cursor, stands.thing.name, stands.version, edit.version)
        before, after = work(cursor, stands)
        new = edit.version + 1
        line = audit_log.Entry(action, stands.thing.name, new, before or None, after, edit.reason, edit.public)
        audit_log.record(cursor, edit.actor, line)
        return new

    return reasoned(store, edit.reason, whole)


def reasoned(store: Store, reason: str, work: Callable[[Cursor], int]) -> int:
    """Do what has a reason in one transaction; PracticesError where no reason is given."""
    if not reason.strip():
        raise PracticesError("Say why: a change without a reason is not saved.")
    return audit_log.guarded(store, work)


def require_version(cursor: Cursor, object_: str, found: int, given: int) -> None:
    """Raise ConflictError, saying who changed what and when, where a version is not the one that was shown."""
    if found == given:
        return
    last = next(iter(audit_log.history(cursor, object_)), None)
    who = f"{last.actor} ({last.action}, {last.ts:%Y-%m-%d %H:%M} UTC)" if last else "somebody"
    changed = f": {', '.join(last.after)}" if last and last.after else ""
    raise ConflictError(
        f"This was changed in between by {who}{changed}. Nothing was saved. Look at what stands there now and try "
        "again."
    )


def checked(model: type[Row], facts: Facts) -> Row:
    """Return facts as a checked row; PracticesError names each that cannot stand."""
    try:
        return model.model_validate(facts)
    except ValidationError as error:
        raise PracticesError(
            "\n".join(
                ["Nothing was saved. Please correct:", *(str(_named(one, model)) for one in mistakes(error, model))]
            )
        ) from error


def _named(problem: Problem, model: type[CatalogueRow]) -> Problem:
    """Return a mistake with its field in words."""
    column = problem.column
    labels = LABELS if model is PracticeRow else {"url": "Address", "source_url": "Source: address"}
    return replace(problem, column=labels.get(column) or column.replace("_", " ").capitalize())


def changed(before: Facts, after: Facts) -> list[str]:
    """Return the names of the facts that are other ones; PracticesError where none is."""
    found = [name for name in after if after[name] != before.get(name)]
    if not found:
        raise PracticesError("Nothing was changed: every value is as it was.")
    return found


def leaving(reason: str) -> dict[str, Any]:
    """Return what is noted on something that leaves the catalogue today."""
    return {"left_on": audit_log.now().date(), "left_because": reason}
