"""``python -m practices_db import FILE`` and ``template``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal, get_args

import click

from practices_db.catalogue.csv_reader import Encoding
from practices_db.catalogue.problems import RefusedError
from practices_db.catalogue.texts import counted
from practices_db.curation.permissions import CLI
from practices_db.errors import PracticesError
from practices_db.files.imports.apply import apply, record_refusal
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
@click.option(
    "--merged",
    type=click.Choice(["fill", "blank"]),
    help="Merged cells of a workbook: fill the value down, or leave the other cells blank.",
)
@click.option(
    "--hidden",
    type=click.Choice(["read", "leave"]),
    help="Hidden rows, columns and sheets of a workbook: read them, or leave them out.",
)
@click.option("--sheets", type=click.Choice(["leave"]), help="Sheets of a workbook that hold no table: leave them out.")
@click.option("--archived", is_flag=True, help="Change what was archived or taken out, too.")
@click.option("--erase-blanks", is_flag=True, help="A blank cell of a known row erases what is there; else it stays.")
@click.option("--reason", default="", metavar="WORDS", help="Why, for the record of changes.")
@database_option
def _import(  # noqa: PLR0913, PLR0917 - the options
    file: Path,
    dry_run: bool,
    encoding: Encoding | None,
    decimal_comma: bool,
    merged: Literal["fill", "blank"] | None,
    hidden: Literal["read", "leave"] | None,
    sheets: Literal["leave"] | None,
    archived: bool,
    erase_blanks: bool,
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
    confirmed = Confirmed(encoding, decimal_comma, merged, hidden, sheets, archived, erase_blanks)
    with open_existing(database) as store:
        try:
            read = read_file(content, file.name, confirmed, _tell)
            if isinstance(read, Question):
                raise PracticesError(_asked(read))
            with store.cursor() as cursor:
                shown = preview(cursor, read, progress=_tell)
        except RefusedError as error:
            if not dry_run:
                record_refusal(store, file.name, content, error, CLI)
            if any(one.unless == "archived" for one in error.problems):
                raise PracticesError(f"{error}\nTo change what was archived, run it again with --archived.") from None
            raise
        if not dry_run:
            apply(store, shown, CLI, reason, _tell)
    _warn(read, shown)
    _say(shown, dry_run)


def _asked(question: Question) -> str:
    """Return a question and those that go with it, with the options that answer them."""
    lines, options = [], []
    for one in (question, *question.also):
        lines += [one.words, *one.samples]
        options.append(
            "--decimal-comma"
            if one.about == "decimal-comma"
            else " or ".join(f"--{one.about} {value} ({words})" for value, words in one.answers)
        )
    return "\n".join([*lines, f"Answer by running it again with {', and with '.join(options)}."])


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
    if shown.blanks:
        done = "erased, as you said" if read.confirmed.erase else "kept; --erase-blanks would erase them"
        facts = counted(len(shown.blanks), "fact is", "facts are")
        click.echo(f"Note: {facts} blank in the file: {done}", err=True)
        for entry, one in shown.blanks[:_SHOWN]:
            click.echo(f"  {' '.join(entry.key)}, {one.column}: {one.before[:60]!r}", err=True)
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
