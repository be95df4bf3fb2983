"""``python -m practices_db import FILE`` and ``template``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, get_args

from practices_db.curation.permissions import CLI
from practices_db.errors import PracticesError
from practices_db.files.imports.apply import apply
from practices_db.files.imports.preview import Entry, Preview, preview
from practices_db.files.imports.read import Confirmed, Question, Upload, read_file
from practices_db.files.imports.templates import TemplateFormat, TemplateKind, template
from practices_db.operations.build import open_existing

_SHOWN = 40


def add_commands(commands: Any) -> list[argparse.ArgumentParser]:
    """Add ``import`` and ``template`` and return them."""
    importing = commands.add_parser(
        "import",
        help="bring practices, answers, sources, results, findings or other tables in from a CSV or a workbook",
        description="All of the file or nothing: every mistake is told and nothing written. What has a known id is "
        "updated. What looks like another is added with a warning. Nothing is public until it is published.",
    )
    importing.add_argument("file", type=Path, metavar="FILE")
    importing.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
    importing.add_argument(
        "--encoding", choices=["windows-1252"], help="the file is not UTF-8: read it as this, after a look at it"
    )
    importing.add_argument(
        "--decimal-comma", action="store_true", help="in a file with semicolons, 1200,0 is twelve hundred"
    )
    importing.add_argument("--reason", default="", metavar="WORDS", help="why, for the record of changes")
    importing.set_defaults(run=_import)
    filling = commands.add_parser("template", help="write a table to fill in, with an example and the allowed values")
    filling.add_argument("kind", choices=get_args(TemplateKind))
    filling.add_argument("--format", choices=get_args(TemplateFormat), default="xlsx", help="default: %(default)s")
    filling.add_argument("--output", type=Path, required=True, metavar="FILE")
    filling.set_defaults(run=_template)
    return [importing, filling]


def _import(arguments: argparse.Namespace) -> int:
    try:
        content = arguments.file.read_bytes()
    except OSError as error:
        raise PracticesError(f"{arguments.file} cannot be read ({error.strerror}).") from error
    read = read_file(content, arguments.file.name, Confirmed(arguments.encoding, arguments.decimal_comma), _tell)
    if isinstance(read, Question):
        option = "--encoding windows-1252" if read.about == "encoding" else "--decimal-comma"
        raise PracticesError("\n".join([read.words, *read.samples, f"If that is right, run it again with {option}."]))
    store = open_existing(arguments.database)
    try:
        with store.cursor() as cursor:
            shown = preview(cursor, read, progress=_tell)
        if not arguments.dry_run:
            apply(store, shown, CLI, arguments.reason, _tell)
    finally:
        store.close()
    _warn(read, shown)
    _say(shown, arguments.dry_run)
    return 0


def _tell(share: float, what: str) -> None:
    """Show progress where somebody watches."""
    if sys.stderr.isatty():
        print(f"\r{share:4.0%} {what:<40}", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)


def _warn(read: Upload, shown: Preview) -> None:
    for note in read.notes:
        print(f"Note: {note}", file=sys.stderr)
    for warning in read.warnings:
        print(f"Warning: {warning}", file=sys.stderr)
    for duplicate in shown.duplicates:
        print(f"Warning, possible duplicate: {duplicate}", file=sys.stderr)


def _say(shown: Preview, dry: bool) -> None:
    if shown.nothing_new:
        print(f"{shown.upload.name}: the database holds all of it already; nothing was done. {shown.summary()}")
        return
    changed = [entry for entry in shown.entries if entry.state != "unchanged"]
    for entry in changed[:_SHOWN]:
        print(_line(entry))
    if len(changed) > _SHOWN:
        print(f"… and {len(changed) - _SHOWN:,} more")
    also = f"; possible duplicates: {len(shown.duplicates)}" if shown.duplicates else ""
    done = "nothing was written (dry run)" if dry else "imported; publish makes it public"
    print(f"{shown.upload.name}: {shown.summary()}{also}; {done}")


def _line(entry: Entry) -> str:
    if entry.state == "added":
        return f"added {' '.join(entry.key)}"
    fields = "; ".join(f"{one.column}: {one.before[:60]!r} → {one.after[:60]!r}" for one in entry.changes)
    return f"changed {' '.join(entry.key)}: {fields}"


def _template(arguments: argparse.Namespace) -> int:
    store = open_existing(arguments.database)
    try:
        with store.cursor() as cursor:
            content = template(cursor, arguments.kind, arguments.format)
    finally:
        store.close()
    try:
        arguments.output.write_bytes(content)
    except OSError as error:
        raise PracticesError(f"{arguments.output} cannot be written ({error.strerror}).") from error
    print(f"{arguments.output}: a template for {arguments.kind}")
    return 0
