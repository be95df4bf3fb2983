"""The command line: ``python -m practices_db COMMAND``.

The curators' commands are in curation_commands.py, those for running the app in keeping_commands.py.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from criteria.framework import FrameworkError, current_framework
from criteria.weighting import PRESETS, preset
from practices_db.catalogue.practice_filter import DEFAULT_SORT, FACETS, SORTS, PracticeFilter, checked
from practices_db.catalogue.read_files import CATALOGUE
from practices_db.config import database_path
from practices_db.errors import PracticesError
from practices_db.files.export import file_content
from practices_db.files.exports.csv_json import CONTENTS, FORMATS
from practices_db.files.exports.ranking_file import robustness_csv
from practices_db.operations import cli_curation, cli_operations, link_check
from practices_db.operations.build import build, open_existing
from practices_db.operations.cli_imports import add_commands
from practices_db.queries import practices
from practices_db.queries.ranking import Draws
from practices_db.queries.views import View


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0 done, 1 refused with reasons on standard error."""
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
    except (PracticesError, FrameworkError) as error:
        print(error, file=sys.stderr)
        return 1
    return status


def _build(arguments: argparse.Namespace) -> int:
    built = build(arguments.database, arguments.catalogue, lambda _, what: print(f"{what} …", file=sys.stderr))
    print(
        f"{arguments.database}: {built.practices} practices, {built.countries} countries, "
        f"{built.assessments} assessments, {built.answers} answers, {built.evidence} publications, "
        f"{built.organisations} organisations, {built.links} links, {built.results} results, {built.findings} findings"
    )
    for kept in built.not_counted:
        print(kept)
    return 0


def _export(arguments: argparse.Namespace) -> int:
    chosen = _chosen(arguments)
    store = open_existing(arguments.database)
    try:
        view = View(chosen=chosen, sort=arguments.sort)
        made = file_content(store, view, date.today(), arguments.contents, arguments.format)
        with store.cursor() as cursor:
            count = practices.count_practices(cursor, chosen)
    finally:
        store.close()
    _write(arguments.output, made)
    print(f"{arguments.output}: {count} practices {chosen.in_words()}".rstrip())
    return 0


def _robustness(arguments: argparse.Namespace) -> int:
    chosen = _chosen(arguments)
    weighting = preset(current_framework(), arguments.weights)
    store = open_existing(arguments.database)
    try:
        made = robustness_csv(store, chosen, Draws(weighting, arguments.draws, arguments.seed, arguments.free))
    finally:
        store.close()
    _write(arguments.output, made.content)
    print(
        f"{arguments.output}: {made.practices} scored practices {chosen.in_words()}".rstrip()
        + f"; tiers: {made.tiers}, draws: {made.draws}"
    )
    return 0


def _check_links(arguments: argparse.Namespace) -> int:
    store = open_existing(arguments.database)
    try:
        if not arguments.use_the_network:
            with store.cursor() as cursor:
                urls = link_check.waiting(cursor, arguments.most)
            print(
                f"{len(urls)} addresses would be asked, one after the other, {arguments.pause:g} s apart on one host. "
                "Nothing was asked. On a machine that may use the network add --use-the-network."
            )
            return 0
        found = link_check.check(store, arguments.most, link_check.Manners(arguments.pause, arguments.timeout), _tell)
    finally:
        store.close()
    dead = sum(not seen.alive for seen in found)
    print(f"{arguments.database}: {len(found)} addresses asked, {len(found) - dead} alive, {dead} without a page")
    return 0


def _tell(seen: link_check.Seen) -> None:
    print(f"{'alive' if seen.alive else 'DEAD '} {seen.said}: {seen.url}", file=sys.stderr, flush=True)


def _chosen(arguments: argparse.Namespace) -> PracticeFilter:
    """Return the filter that the options say."""
    given = {facet.param: getattr(arguments, facet.field) or [] for facet in FACETS}
    given |= {param: [value] for param in ("from", "to", "coverage", "q") if (value := getattr(arguments, param))}
    given["id"] = arguments.id or []
    given |= {param: ["1"] for param in ("all-groups", "undated") if getattr(arguments, param)}
    return checked(given)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise PracticesError(f"{path} cannot be written ({error.strerror}).") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m practices_db", description="The catalogue of practices.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    building = commands.add_parser("build", help="build the database from the catalogue's files")
    building.add_argument("--catalogue", type=Path, default=CATALOGUE, metavar="FOLDER", help="default: %(default)s")
    building.set_defaults(run=_build)
    exporting = commands.add_parser("export", help="write the practices a filter selects to a file")
    _add_filter(exporting)
    exporting.add_argument("--sort", choices=list(SORTS), default=DEFAULT_SORT, help="default: %(default)s")
    exporting.add_argument("--contents", choices=list(CONTENTS), default="scores", help="default: %(default)s")
    exporting.add_argument("--format", choices=list(FORMATS), default="csv", help="default: %(default)s")
    exporting.add_argument("--output", type=Path, required=True, metavar="FILE")
    exporting.set_defaults(run=_export)
    standing = commands.add_parser("robustness", help="write where the scored practices stand: intervals and tiers")
    _add_filter(standing)
    standing.add_argument("--weights", choices=list(PRESETS), default="official", help="default: %(default)s")
    standing.add_argument("--free", action="store_true", help="let the criteria weigh anything")
    standing.add_argument("--seed", type=_from(0), default=1, metavar="N", help="default: %(default)s")
    standing.add_argument("--draws", type=_from(1), default=10_000, metavar="N", help="default: %(default)s")
    standing.add_argument("--output", type=Path, required=True, metavar="FILE")
    standing.set_defaults(run=_robustness)
    added = (*cli_curation.add(commands), *add_commands(commands), *cli_operations.add(commands))
    linking = commands.add_parser(
        "check-links", help="ask the addresses of the catalogue whether they are alive, and record it"
    )
    linking.add_argument("--use-the-network", action="store_true", help="without this nothing is asked")
    linking.add_argument("--most", type=_from(1), default=100, metavar="N", help="addresses, default: %(default)s")
    linking.add_argument("--pause", type=_from(1), default=2, metavar="S", help="between two on one host: %(default)s")
    linking.add_argument("--timeout", type=_from(1), default=10, metavar="S", help="to wait, default: %(default)s")
    linking.set_defaults(run=_check_links)
    for command in (*added, building, exporting, standing, linking):
        command.add_argument(
            "--database", type=Path, default=database_path(), metavar="FILE", help="default: %(default)s"
        )
    return parser


def _add_filter(command: argparse.ArgumentParser) -> None:
    for facet in FACETS:
        command.add_argument(
            f"--{facet.param}",
            dest=facet.field,
            action="append",
            metavar="ID",
            help=f"{facet.label}; repeatable",
        )
    command.add_argument("--all-groups", dest="all-groups", action="store_true", help="serves all target groups given")
    command.add_argument("--from", metavar="YEAR", help="running in or after this year")
    command.add_argument("--to", metavar="YEAR", help="running in or before this year")
    command.add_argument("--undated", action="store_true", help="with a period: also those that state no year")
    command.add_argument("--coverage", metavar="PERCENT", help="least coverage of both headline scores")
    command.add_argument("--id", action="append", metavar="ID", help="only this practice; repeatable")
    command.add_argument("--q", metavar="WORDS", help="words in name, organisation, place or summary")


def _from(least: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from ``least`` to a billion."""

    def number(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= least):
            raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a whole number from {least} to 999999999")
        return int(text)

    return number


if __name__ == "__main__":
    sys.exit(main())
