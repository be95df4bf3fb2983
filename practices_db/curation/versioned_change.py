"""The one shape of a curator's change: allowed, still what was looked at, written, put on record, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from practices_db.catalogue.practice_rows import CatalogueRow
from practices_db.catalogue.problems import mistakes
from practices_db.curation.permissions import Thing, require
from practices_db.curation.submissions import require_version
from practices_db.database import audit_log
from practices_db.database.store import Cursor, Store
from practices_db.errors import Actor, PracticesError

Facts = Mapping[str, Any]


class Stands(Protocol):
    """What stands before a change: which thing, in which version."""

    @property
    def thing(self) -> Thing:
        """What permissions are asked for, in its state."""

    @property
    def version(self) -> int:
        """The version that stands there; 0 where there is nothing yet."""


Before = TypeVar("Before", bound=Stands)
Row = TypeVar("Row", bound=CatalogueRow)


def change(  # noqa: PLR0913, PLR0917 - what a change consists of
    store: Store,
    actor: Actor,
    action: str,
    look: Callable[[Cursor], Before],
    version: int,
    work: Callable[[Cursor, Before], tuple[Facts, Facts]],
    reason: str,
    public: str | None = None,
) -> int:
    """Change something in one transaction and return its new version, one more than ``version``.

    ``look`` returns what stands there, ``work`` writes and returns what was changed, before and after, for the record.
    ``public`` is what everybody may read of it. Raises PracticesError where no reason is given, NotAllowedError (on
    record) where the actor may not, ConflictError where ``version`` is not what stands there; nothing is changed then.
    """
    if not reason.strip():
        raise PracticesError("Say why: a change without a reason is not saved.")

    def whole(cursor: Cursor) -> int:
        stands = look(cursor)
        require(actor, action, stands.thing)
        require_version(cursor, stands.thing.name, stands.version, version)
        before, after = work(cursor, stands)
        audit_log.record(
            cursor,
            actor,
            action,
            stands.thing.name,
            version=version + 1,
            before=before or None,
            after=after,
            reason=reason,
            public=public,
        )
        return version + 1

    return audit_log.guarded(store, whole)


def checked(model: type[Row], facts: Facts) -> Row:
    """Return facts as a checked row; PracticesError names each that cannot stand."""
    try:
        return model.model_validate(facts)
    except ValidationError as error:
        raise PracticesError(
            "\n".join(["Nothing was saved. Please mend:", *map(str, mistakes(error, model))])
        ) from error


def changed(before: Facts, after: Facts) -> list[str]:
    """Return the names of the facts that are other ones; PracticesError where none is."""
    found = [name for name in after if after[name] != before.get(name)]
    if not found:
        raise PracticesError("Nothing was changed: every value is as it was.")
    return found


LISTED_AGAIN = {"left_on": None, "left_because": None}


def leaving(reason: str) -> dict[str, Any]:
    """Return what is noted on something that leaves the catalogue today."""
    return {"left_on": audit_log.now().date(), "left_because": reason}


def record_merged(  # noqa: PLR0913, PLR0917
    cursor: Cursor, actor: Actor, kept: Stands, old: str, name: str, reason: str
) -> None:
    """Put on record, of what is kept in a merge, what was merged into it; everybody may read it."""
    audit_log.record(
        cursor,
        actor,
        "merge",
        kept.thing.name,
        version=kept.version + 1,
        after={"merged": old},
        reason=reason,
        public=f"The entry “{name}” was merged into this one: {reason}",
    )
