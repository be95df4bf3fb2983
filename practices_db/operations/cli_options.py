"""Options that several commands of the command line share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from practices_db.catalogue.practice_filter import FACETS, PracticeFilter, checked
from practices_db.catalogue.texts import counted
from practices_db.config import database_path
from practices_db.errors import PracticesError

Command = TypeVar("Command", bound=Callable[..., Any])

FILE = click.Path(path_type=Path)
database_option = click.option(
    "--database", type=FILE, default=database_path, metavar="FILE", help="Default: PRACTICES_DB, or the project's own."
)
output_option = click.option("--output", type=FILE, required=True, metavar="FILE")
_FILTER = (
    *(
        click.option(f"--{facet.param}", multiple=True, metavar="ID", help=f"{facet.label}; repeatable.")
        for facet in FACETS
    ),
    click.option("--all-groups", is_flag=True, help="Serves all target groups given."),
    click.option("--from", metavar="YEAR", help="Running in or after this year, or started before with no end stated."),
    click.option("--to", metavar="YEAR", help="Running in or before this year, or ended later with no start stated."),
    click.option("--undated", is_flag=True, help="With a period: also those that state no year."),
    click.option("--coverage", metavar="PERCENT", help="Least coverage of both headline scores."),
    click.option("--id", multiple=True, metavar="ID", help="Only this practice; repeatable."),
    click.option("--q", metavar="WORDS", help="Words in name, organisation, place or summary."),
)


def filter_options(command: Command) -> Command:
    """Give a command the options that select practices; it takes them as ``**given`` for ``chosen``."""
    for option in reversed(_FILTER):
        command = option(command)
    return command


def chosen(given: dict[str, str | bool | tuple[str, ...] | None]) -> PracticeFilter:
    """Return the filter that the options say; PracticesError names what is mistyped."""
    return checked({name.replace("_", "-"): _values(value) for name, value in given.items()})


def _values(given: str | bool | tuple[str, ...] | None) -> list[str]:
    if isinstance(given, bool):
        return ["1"] if given else []
    return [given] if isinstance(given, str) else list(given or ())


def number_option(name: str, least: int, default: int, words: str) -> Callable[[Command], Command]:
    """Return an option that takes whole numbers from ``least`` to a billion."""
    kind = click.IntRange(least, 999_999_999)
    return click.option(name, type=kind, default=default, show_default=True, metavar="N", help=words)


def write_output(path: Path, content: bytes) -> None:
    """Write a file that was asked for; PracticesError where that cannot be."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise PracticesError(f"{path} cannot be written ({error.strerror}).") from error


def say(done: str, problems: Sequence[str]) -> int:
    """Print what was done and what is wrong; return the exit status."""
    for problem in problems:
        click.echo(problem, err=True)
    click.echo(f"{done}; {counted(len(problems), 'problem')}" if problems else f"{done}; no problems")
    return 1 if problems else 0
