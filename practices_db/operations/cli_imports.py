"""``python -m practices_db import FILE`` and ``template``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import get_args

import click

from practices_db.catalogue.csv_reader import Encoding
from practices_db.curation.permissions import CLI
from practices_db.errors import PracticesError
from practices_db.files.imports.apply import apply
from practices_db.files.imports.preview import Entry, Preview, preview
from practices_db.files.imports.read import Confirmed, Question, Upload, read_file
from practices_db.files.imports.templates import TemplateFormat, TemplateKind, template
from practices_db.operations.build import open_existing
from practices_db.operations.cli_options import FILE, database_option, output_option, write_output

_SHOWN = 40


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Say what would happen and write nothing.")
@click.option(
    "--encoding",
    type=click.Choice(["windows-1252"]),
    help="The file is not UTF-8: read it as this, after a look at it.",
)
@click.option("--decimal-comma", is_flag=True, help="In a file with semicolons, 1200,0 is twelve hundred.")
@click.option("--reason", default="", metavar="WORDS", help="Why, for the record of changes.")
@database_option
def _import(  # noqa: PLR0913, PLR0917 - the options
    file: Path,
    dry_run: bool,
    encoding: Encoding | None,
    decimal_comma: bool,
    reason: str,
    database: Path,
) -> None:
    """Bring practices, answers, sources, results, findings or other tables in from a CSV or a workbook.

    All of the file or nothing: every mistake is told and nothing written. What has a known id is updated. What looks
    like another is added with a warning. Nothing is public until it is published.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise PracticesError(f"{file} cannot be read ({error.strerror}).") from error
    read = read_file(content, file.name, Confirmed(encoding, decimal_comma), _tell)
    if isinstance(read, Question):
        option = "--encoding windows-1252" if read.about == "encoding" else "--decimal-comma"
        raise PracticesError("\n".join([read.words, *read.samples, f"If that is right, run it again with {option}."]))
    with open_existing(database) as store:
        with store.cursor() as cursor:
            shown = preview(cursor, read, progress=_tell)
        if not dry_run:
            apply(store, shown, CLI, reason, _tell)
    _warn(read, shown)
    _say(shown, dry_run)


@click.command("template")
@click.argument("kind", type=click.Choice(get_args(TemplateKind)))
@click.option("--format", "format_", type=click.Choice(get_args(TemplateFormat)), default="xlsx", show_default=True)
@output_option
@database_option
def _template(kind: TemplateKind, format_: TemplateFormat, output: Path, database: Path) -> None:
    """Write a table to fill in, with an example and the allowed values."""
    with open_existing(database) as store, store.cursor() as cursor:
        content = template(cursor, kind, format_)
    write_output(output, content)
    click.echo(f"{output}: a template for {kind}")


COMMANDS = (_import, _template)


def _tell(share: float, what: str) -> None:
    """Show progress where somebody watches."""
    if sys.stderr.isatty():
        click.echo(f"\r{share:4.0%} {what:<40}", nl=share >= 1, err=True)


def _warn(read: Upload, shown: Preview) -> None:
    for note in read.notes:
        click.echo(f"Note: {note}", err=True)
    for warning in read.warnings:
        click.echo(f"Warning: {warning}", err=True)
    for duplicate in shown.duplicates:
        click.echo(f"Warning, possible duplicate: {duplicate}", err=True)


def _say(shown: Preview, dry: bool) -> None:
    if shown.nothing_new:
        click.echo(f"{shown.upload.name}: the database holds all of it already; nothing was done. {shown.summary()}")
        return
    changed = [entry for entry in shown.entries if entry.state != "unchanged"]
    for entry in changed[:_SHOWN]:
        click.echo(_line(entry))
    if len(changed) > _SHOWN:
        click.echo(f"… and {len(changed) - _SHOWN:,} more")
    also = f"; possible duplicates: {len(shown.duplicates)}" if shown.duplicates else ""
    done = "nothing was written (dry run)" if dry else "imported; publish makes it public"
    click.echo(f"{shown.upload.name}: {shown.summary()}{also}; {done}")


def _line(entry: Entry) -> str:
    if entry.state == "added":
        return f"added {' '.join(entry.key)}"
    fields = "; ".join(f"{one.column}: {one.before[:60]!r} → {one.after[:60]!r}" for one in entry.changes)
    return f"changed {' '.join(entry.key)}: {fields}"
