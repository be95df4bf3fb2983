"""The command line: ``integration-practices COMMAND``, or ``python -m practices_db COMMAND`` without installing."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from criteria.framework import FrameworkError, current_framework
from criteria.weighting import PRESETS, preset
from practices_db.catalogue.practice_filter import DEFAULT_SORT, SORTS, Sort
from practices_db.catalogue.read_files import CATALOGUE
from practices_db.catalogue.selection_texts import found
from practices_db.catalogue.texts import counted
from practices_db.config import address_in_files
from practices_db.errors import PracticesError
from practices_db.files.export import file_content
from practices_db.files.exports import data_package
from practices_db.files.exports.codebook import FILE_NAME, codebook_csv
from practices_db.files.exports.csv_json import CONTENTS, FORMATS
from practices_db.files.exports.ranking_file import ranking_csv
from practices_db.files.exports.recipe import Contents, Format
from practices_db.operations import cli_curation, cli_imports, cli_operations, cli_serve
from practices_db.operations.build import build, open_existing
from practices_db.operations.cli_options import (
    FILE,
    chosen,
    database_option,
    filter_options,
    output_option,
    write_output,
)
from practices_db.operations.release_tables import open_release
from practices_db.queries.practices import data_version, require_named
from practices_db.queries.selection_counts import read_counts
from practices_db.queries.views import View

_COMMAND = "integration-practices"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0 done, 1 refused with reasons on standard error.

    Raises SystemExit(2), with the usage on standard error, where the command is not understood.
    """
    before = os.umask(0o077)  # as the app: what is written is for whoever runs it
    try:
        return commands.main(argv, prog_name=_called(), standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        raise SystemExit(error.exit_code) from None
    except click.Abort:  # Ctrl+C
        return 130
    except (PracticesError, FrameworkError) as error:
        click.echo(error, err=True)
        return 1
    finally:
        os.umask(before)


def _called() -> str:
    """Return what was typed, for the usage."""
    return _COMMAND if Path(sys.argv[0]).stem == _COMMAND else "python -m practices_db"


class _Commands(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; whoever reads what it says may have enough of it (| head)."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that no flush fails at the end
            return 0


@click.group(cls=_Commands)
def commands() -> None:
    """The catalogue of practices."""


@commands.command("build")
@click.option("--catalogue", type=FILE, default=CATALOGUE, show_default=True, metavar="FOLDER")
@database_option
def _build(catalogue: Path, database: Path) -> None:
    """Build the database from the catalogue's files."""
    built = build(database, catalogue, lambda _, what: click.echo(f"{what} …", err=True))
    click.echo(f"{database}: {built}")
    for kept in built.not_counted:
        click.echo(kept)


@commands.command("export")
@filter_options
@click.option("--sort", type=click.Choice(list(SORTS)), default=DEFAULT_SORT, show_default=True)
@click.option("--contents", type=click.Choice(list(CONTENTS)), default="scores", show_default=True)
@click.option("--format", "kind", type=click.Choice(list(FORMATS)), default="csv", show_default=True)
@click.option("--release", type=click.IntRange(1), help="As a past release had it.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="As the catalogue said on a day.")
@output_option
@database_option
def _export(  # noqa: PLR0913, PLR0917 - the options
    sort: Sort,
    contents: Contents,
    kind: Format,
    release: int | None,
    on: datetime | None,
    output: Path,
    database: Path,
    **given: Any,
) -> None:
    """Write the practices a filter selects to a file."""
    selected = chosen(given)
    opened = open_release(database, release, on.date() if on else None) if release or on else open_existing(database)
    with opened as store, store.cursor() as cursor:
        require_named(store, selected)
        view = View(chosen=selected, sort=sort, base=address_in_files())
        made = file_content(store, view, date.today(), contents, kind)
        said, version = found(selected, read_counts(cursor, selected)), data_version(cursor)
    write_output(output, made)
    if FORMATS[kind].mime == "text/csv":
        beside = output.with_name(f"{output.stem}_{FILE_NAME}")
        write_output(beside, codebook_csv(view, contents, kind))
        click.echo(f"{beside}: what its columns mean")
        described = output.with_name(f"{output.stem}_{data_package.FILE_NAME}")
        write_output(described, data_package.export_package(view, contents, kind, output.name, version))
        click.echo(f"{described}: the same for programs (Frictionless Data Package)")
    click.echo(f"{output}: {said}")


@commands.command("robustness")
@filter_options
@click.option("--weights", type=click.Choice(list(PRESETS)), default="official", show_default=True)
@click.option("--free", is_flag=True, hidden=True, expose_value=False)
@click.option("--seed", type=click.IntRange(0), hidden=True, expose_value=False)
@click.option("--draws", type=click.IntRange(1), hidden=True, expose_value=False)
@output_option
@database_option
def _robustness(weights: str, output: Path, database: Path, **given: Any) -> None:
    """Write whom each scored practice is clearly ahead of and behind.

    The order is exact: --seed, --draws and --free are no longer needed, and change nothing.
    """
    selected = chosen(given)
    with open_existing(database) as store:
        require_named(store, selected)
        made = ranking_csv(store, selected, preset(current_framework(), weights))
    write_output(output, made.content)
    click.echo(
        f"{output}: {counted(made.practices, 'scored practice')} {selected.in_words()}".rstrip()
        + f"; {made.clear_pairs} of {made.pairs} pairs differ clearly"
    )


for command in (*cli_curation.COMMANDS, *cli_imports.COMMANDS, *cli_operations.COMMANDS, *cli_serve.COMMANDS):
    commands.add_command(command)


if __name__ == "__main__":
    sys.exit(main())
