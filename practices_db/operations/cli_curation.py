"""What curation needs on the machine itself: releases, roles, the record. The audit calls who uses them 'cli'."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from practices_db.catalogue.library_items import KINDS
from practices_db.catalogue.read_files import CATALOGUE
from practices_db.catalogue.texts import counted
from practices_db.catalogue.write_files import write_catalogue
from practices_db.curation import edit_library, edit_practices, releases, users
from practices_db.curation.permissions import CLI, GRANTED, pseudonym
from practices_db.database import audit_log
from practices_db.errors import PracticesError, Role
from practices_db.operations.build import open_existing
from practices_db.operations.cli_options import FILE, database_option
from practices_db.operations.compact import rewrite
from practices_db.operations.release_tables import require_known, write_after_release
from practices_db.queries.practices import data_version


@click.command("publish")
@click.option("--note", default="", help="A sentence on this release.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@database_option
def _publish(note: str, dry_run: bool, database: Path) -> None:
    """Release what has changed to everybody."""
    with open_existing(database) as store:
        if dry_run:
            found, words = releases.pending(store, CLI), "would be released"
        else:
            require_known(store)
            with store.cursor() as cursor:
                seen = data_version(cursor).number
            release = releases.publish(store, CLI, note, seen)
            found, words = list(release.changes), f"in release {release.number} ({release.content_hash[:8]})"
            click.echo(f"head of the record: {release.head[0]}:{release.head[1]}")
        for change in found:
            because = f", because: {change.why}" if change.why else ""
            click.echo(f"{change.kind}: {change.subject_id}: {change.words}{because}")
        click.echo(f"{counted(len(found), 'change')} {words}")
        if not dry_run:
            write_after_release(store)


@click.command("write-catalogue")
@click.option("--folder", type=FILE, default=CATALOGUE, show_default=True, metavar="FOLDER")
@database_option
def _write_catalogue(folder: Path, database: Path) -> None:
    """Write what is released into the catalogue's text files."""
    with open_existing(database) as store:
        changed = write_catalogue(store, folder)
    click.echo(f"{folder}: " + (", ".join(changed) + " written" if changed else "nothing has changed"))


@click.command("grant")
@click.argument("email")
@click.argument("role", type=click.Choice([*users.ROLES, "none"]))
@click.option("--reason", default="", help="Why, for the record.")
@database_option
def _grant(email: str, role: Role | Literal["none"], reason: str, database: Path) -> None:
    """Give somebody a role, or take it away (none)."""
    with open_existing(database) as store:
        if role == "none":
            users.dismiss(store, CLI, email, reason)
        else:
            users.grant(store, CLI, email, role, reason)
        with store.cursor() as cursor:
            for person in users.everybody(cursor, CLI):
                click.echo(f"{person.email}  {person.role}  since {person.granted_on}")


@click.command("history")
@click.argument("object_", metavar="OBJECT")
@database_option
def _history(object_: str, database: Path) -> None:
    """Show who changed what.

    OBJECT is practice:ID, evidence:ID, organisation:ID, link:ENDS or another record of the library, assessment:ID,
    submission:ID, person:EMAIL (the roles that somebody was given), data or session.
    """
    kind, _, id_ = object_.partition(":")
    if kind in {"person", "user"} and "@" in id_:
        object_ = pseudonym(id_)
    elif object_ not in {"data", "session"} and not (kind in GRANTED and id_):
        kinds = ", ".join(f"{one}:ID" for one in GRANTED if one not in {"data", "audit", "person"})
        raise PracticesError(
            f"{object_[:80]!r} is nothing that has a history. It can be {kinds}, person:EMAIL, data or session."
        )
    with open_existing(database) as store, store.cursor() as cursor:
        lines = audit_log.history(cursor, object_)
        if not lines and kind == "practice":
            edit_practices.practice(cursor, CLI, id_)  # PracticesError where there is none
        elif not lines and kind in KINDS:
            edit_library.read(cursor, CLI, KINDS[kind].item, id_)
        elif not lines and id_:
            raise PracticesError(f"The record has no line on {object_[:80]!r}.")
    for line in lines:
        click.echo(f"{line.seq}  {line.ts:%Y-%m-%d %H:%M:%S}  {line.actor}  {line.action}  {line.reason}".rstrip())
        for name in sorted({*(line.before or {}), *(line.after or {})}):
            click.echo(f"    {name}: {(line.before or {}).get(name)} → {(line.after or {}).get(name)}")
    click.echo(counted(len(lines), "line"))


@click.command("rewrite")
@database_option
def _rewrite(database: Path) -> None:
    """Write the file anew, so that deleted content is gone from its bytes."""
    open_existing(database).close()
    before, after = rewrite(database)
    click.echo(f"{database}: written anew, {before:,} → {after:,} bytes")


COMMANDS = (_publish, _write_catalogue, _grant, _history, _rewrite)
