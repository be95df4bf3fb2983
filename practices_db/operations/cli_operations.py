"""What whoever runs the app needs (docs/runbook.md): check, figures, backup, restore, snapshot, links, advisories."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from criteria.order import CLEARLY
from practices_db.catalogue.texts import counted
from practices_db.catalogue.vocabularies import label
from practices_db.curation.permissions import CLI
from practices_db.database import audit_log
from practices_db.errors import DatabaseBusyError, PracticesError
from practices_db.operations import advisories, recovery, release_tables
from practices_db.operations.backups import (
    FORMS,
    KEPT_DAYS,
    make_backup,
    make_folder,
    newest,
    restore,
    rotate,
)
from practices_db.operations.build import open_existing, open_store, require_file
from practices_db.operations.check import all_problems
from practices_db.operations.cli_options import FILE, database_option, number_option, say
from practices_db.queries.figures import figures

if TYPE_CHECKING:
    from practices_db.operations import link_check


@click.command("check")
@click.option("--accept-losses", is_flag=True, help="Take a database with missing changes as it is from now on.")
@click.option(
    "--against",
    default="",
    metavar="HEAD",
    help="NUMBER:HASH of a release, or a backup: is it still that record?",
)
@database_option
def _check(accept_losses: bool, against: str, database: Path) -> int:
    """Check that the database is whole and hangs together."""
    require_file(database)
    if accept_losses:
        for loss in recovery.accept_losses(database):
            click.echo(f"accepted: {loss}", err=True)
    problems, held = all_problems(database, against)
    for kept in held.not_counted:
        click.echo(kept)
    return say(f"{database}: {held}", problems)


@click.command("figures")
@database_option
def _figures(database: Path) -> None:
    """Say how much is known, how many pairs of practices the scores tell apart, and how far coders agree."""
    with open_existing(database) as store, store.cursor() as cursor:
        found = figures(cursor)
    click.echo(f"practices: {found.practices}, assessed {found.assessed}, with a result {found.with_result}")
    for one in found.headlines:
        sure, erring = one.clear, one.clear_with_error
        click.echo(f"scored on {one.criterion.title.lower()}: {one.scored}")
        click.echo(
            f"  pairs that differ clearly: {sure.under['know-nothing']} of {sure.pairs}, "
            f"{erring.under['know-nothing']} with coder error; "
            f"under every reading of unknown answers: {sure.under_all}, {erring.under_all} with coder error"
        )
    click.echo(f"  clearly: leads with a probability of {CLEARLY:.0%} or more; a tie counts half")
    click.echo(f"scored on both: {found.scored_both}")
    for read in found.readings:
        agreed, words = read.agreement, label("way_of_reading", read.way).lower()
        kappa = (
            "too few for kappa"
            if agreed.kappa is None
            else f"weighted kappa {agreed.kappa:.2f} ({agreed.low:.2f} to {agreed.high:.2f})"
        )
        click.echo(
            f"agreement, {words}: {counted(read.practices, 'practice')}, {agreed.n} answers given twice, "
            f"{agreed.same} the same, {agreed.within_one_step} within one step, {kappa}"
        )
    click.echo(f"so one coder errs in {found.error.rate:.1%} of answers")
    twice = found.twice
    click.echo(f"cells answered more than once: {twice.cells}, {twice.differ} differ, {twice.lower} count lower")


@click.command("backup")
@click.option("--folder", type=FILE, required=True, metavar="FOLDER", help="Where the backups are.")
@number_option("--keep-days", 1, KEPT_DAYS, "Of these last days one backup a day is kept.")
@database_option
def _backup(folder: Path, keep_days: int, database: Path) -> int:
    """Back the database up; the app must be stopped. A running app makes its own (PRACTICES_BACKUPS)."""
    require_file(database)
    try:
        make_folder(folder)
        store = open_store(database, backups_folder=folder)
    except DatabaseBusyError as busy:
        raise DatabaseBusyError(
            f"{busy} The running app backs its file up itself: one backup a day where it is started with "
            "PRACTICES_BACKUPS=FOLDER, and one more under Curation, Backups."
        ) from busy
    except OSError as error:
        raise PracticesError(f"{folder} cannot be written ({error.strerror}).") from error
    with store:
        if store.read_only:
            raise PracticesError("No backup is made of a damaged database. See: python -m practices_db check")
        made = make_backup(store, folder)
        gone = rotate(folder, made.made_at, keep_days)
    for old in gone:
        click.echo(f"{old}: deleted, older than its turn", err=True)
    return say(str(made), made.problems)


@click.command("restore")
@click.option(
    "--from", "source", type=FILE, required=True, metavar="FOLDER", help="A backup, or a folder of backups: its newest."
)
@click.option("--form", type=click.Choice(FORMS), default="database", show_default=True)
@database_option
def _restore(source: Path, form: str, database: Path) -> int:
    """Put a backup in the place of the database, which is kept aside."""
    backup = newest(source)
    state, kept = restore(backup, database, form)
    for one in kept:
        click.echo(f"kept: {one}", err=True)
    name = backup.folder.name
    what = audit_log.Entry("restore", "data", after={"backup": name, "form": form}, reason=f"Restored from {name}")
    with open_existing(database) as store:
        if not store.read_only:  # a damaged one takes nothing; what is wrong is told below
            store.write(lambda cursor: audit_log.record(cursor, CLI, what))
    problems, _ = all_problems(database)
    return say(f"{database}: restored from {backup}, data version {state.data_version}", problems)


@click.command("snapshot")
@click.option(
    "--output", type=FILE, default=None, metavar="FILE", help="Into the folder FILE.releases, not the app's own tables."
)
@database_option
def _snapshot(output: Path | None, database: Path) -> None:
    """Write the release of the database into the release tables, for replicas and other engines.

    The app does it by itself when it starts and with each release. Here it also takes the place of later releases in
    the tables that the database does not know, as after a restore.
    """
    place = release_tables.Place.of(output or database)
    with open_existing(database) as store:
        made = release_tables.write(store, place, replace_later=True)
    what = f"{counted(made.rows['practices'], 'practice')}, {counted(made.rows['answers'], 'answer')}"
    click.echo(f"{output or place.warehouse}: {what}, data version {made.number}")


@click.command("releases")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="The one everybody read at its end.")
@database_option
def _releases(on: datetime | None, database: Path) -> None:
    """List the releases that are kept: what the catalogue said on which day. See export --on, too."""
    with release_tables.opened(release_tables.Place.of(database)) as tables:
        found = [tables.on(on.date())] if on else tables.kept()
    for one in found:
        out = f", something withdrawn left it on {one.taken_out_on}" if one.taken_out_on else ""
        what = f"{counted(one.rows['practices'], 'practice')}, {counted(one.rows['answers'], 'answer')}"
        click.echo(f"{one.number}  {one.released_on}  {one.content_hash[:8]}  {what}{out}")


@click.command("check-links")
@click.option("--use-the-network", is_flag=True, help="Without this nothing is asked.")
@number_option("--most", 1, 100, "Addresses.")
@number_option("--pause", 1, 2, "Seconds between two requests to one host.")
@number_option("--timeout", 1, 10, "Seconds for one address, with all its redirections.")
@database_option
def _check_links(use_the_network: bool, most: int, pause: int, timeout: int, database: Path) -> None:
    """Ask the addresses of the catalogue whether they are alive, and record it."""
    from practices_db.operations import link_check  # noqa: PLC0415 - httpx, a tenth of all imports

    with open_existing(database) as store:
        if not use_the_network:
            with store.cursor() as cursor:
                urls = link_check.waiting(cursor, most)
            click.echo(
                f"{len(urls)} addresses would be asked, one after the other, {pause} s apart on one host. "
                "Nothing was asked. On a machine that may use the network add --use-the-network."
            )
            return
        found = link_check.check(store, most, link_check.Manners(pause, timeout), _tell)
    dead = sum(not seen.alive for seen in found)
    click.echo(f"{database}: {len(found)} addresses asked, {len(found) - dead} alive, {dead} without a page")


@click.command("advisories")
@click.argument("archive", type=FILE)
def _advisories(archive: Path) -> int:
    """Compare what is installed with OSV's advisories for PyPI (its all.zip); the network is not asked."""
    told = advisories.compare(archive, advisories.installed())
    return say(f"{told.packages} packages, {told.advisories} advisories, the newest of {told.newest}", told.affected)


def _tell(seen: link_check.Seen) -> None:
    click.echo(f"{'alive' if seen.alive else 'DEAD '} {seen.said}: {seen.url}", err=True)


COMMANDS = (_check, _figures, _backup, _restore, _snapshot, _releases, _check_links, _advisories)
