"""The curators' part of the command line, for whoever works on the machine itself. The audit calls them 'cli'."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from practices_db.catalogue.library_items import KINDS, Item
from practices_db.catalogue.practice_rows import PracticeRow
from practices_db.catalogue.read_files import CATALOGUE
from practices_db.catalogue.write_files import FILES, write_catalogue
from practices_db.curation import edit_library, edit_practices, releases, reviews, submissions, users, versioned_change
from practices_db.curation.permissions import CLI
from practices_db.database import audit_log
from practices_db.database.store import Store
from practices_db.errors import PracticesError
from practices_db.operations.build import open_existing
from practices_db.operations.compact import rewrite
from practices_db.queries.practices import data_version

Arguments = argparse.Namespace
Work = Callable[[Store, Arguments], Iterable[str]]


# --- what the commands do: a store and the arguments in, lines to print out ----------------------------------


def _queue(store: Store, arguments: Arguments) -> Iterable[str]:
    with store.cursor() as cursor:
        found = reviews.queue(cursor, CLI, arguments.status or ("submitted",))
    for one in found:
        yield f"{one.id}  {one.created:%Y-%m-%d %H:%M}  {one.status}  {one.kind}  {one.practice_id or 'new practice'}"
    yield f"{len(found)} submissions"


def _show(store: Store, arguments: Arguments) -> Iterable[str]:
    with store.cursor() as cursor:
        one = reviews.submission(cursor, CLI, arguments.submission)
        found = reviews.differences(cursor, CLI, arguments.submission)
    practice = one.practice_id or "not in the catalogue"
    yield f"{one.id}: {one.kind}, {one.status}, version {one.version}, practice {practice}"
    yield f"mailbox: {one.contact or 'none'}; note: {one.curator_note or 'none'}"
    for difference in found:
        yield f"{difference.what}: {difference.before or 'nothing'} → {difference.after}"
    yield f"{len(found)} differences"


def _accept(store: Store, arguments: Arguments) -> Iterable[str]:
    one = _submission(store, arguments.submission)
    reviews.accept(store, CLI, one.id, one.version, arguments.note, arguments.public)
    yield f"{one.id}: accepted; everybody sees it after the next publish"


def _return(store: Store, arguments: Arguments) -> Iterable[str]:
    one = _submission(store, arguments.submission)
    reviews.send_back(store, CLI, one.id, one.version, arguments.note)
    yield f"{one.id}: returned"


def _withdraw(store: Store, arguments: Arguments) -> Iterable[str]:
    one = _submission(store, arguments.submission)
    reviews.withdraw(store, CLI, one.id, one.version, arguments.reason)
    yield f"{one.id}: withdrawn; its bytes are gone after: python -m practices_db rewrite"


def _invite(store: Store, arguments: Arguments) -> Iterable[str]:
    receipt = submissions.invite(store, arguments.practice, CLI, arguments.reason)
    yield f"{receipt.id}: the private link's token, shown this once: {receipt.token}"


def _link(store: Store, arguments: Arguments) -> Iterable[str]:
    token = reviews.renew_link(store, CLI, arguments.submission)
    yield f"{arguments.submission}: the private link's token, shown this once: {token}"


def _edit(store: Store, arguments: Arguments) -> Iterable[str]:
    item, id_ = _called(arguments.subject)
    changes = dict(_assignment(given, item) for given in arguments.set)
    if item is not None:
        if arguments.assessment or arguments.indicator:
            raise PracticesError("--assessment and --indicator are of a practice.")
        if not KINDS[item].name and arguments.source:
            raise PracticesError(f"A {KINDS[item].noun} is its own source: say --set source_url=URL.")
        version = _stands(store, item, id_).version
        what = (item, id_, changes, version, arguments.reason, arguments.source or "")
        new = edit_library.edit(store, CLI, *what, arguments.public)
    elif arguments.assessment:
        if not arguments.indicator:
            raise PracticesError("--assessment needs --indicator.")
        with store.cursor() as cursor:
            found = edit_practices.answers(cursor, CLI, id_)
        mine = [one for one in found if one["assessment_id"] == arguments.assessment]
        version = next((one["version"] for one in mine if one["indicator_id"] == arguments.indicator), 0)
        if arguments.source:
            changes["source_url"] = arguments.source
        place = (arguments.assessment, arguments.indicator)
        new = edit_practices.edit_answer(store, CLI, *place, changes, version, arguments.reason, arguments.public)
    else:
        version = _stands(store, None, id_).version
        about = (id_, changes, version, arguments.reason, arguments.source or "")
        new = edit_practices.edit_practice(store, CLI, *about, arguments.public)
    yield f"{arguments.subject}: saved, version {new}; everybody sees it after the next publish"


def _checked(store: Store, arguments: Arguments) -> Iterable[str]:
    on = arguments.on or audit_log.now().date()
    item, id_ = _called(arguments.subject)
    version = _stands(store, item, id_).version
    if item is not None:
        if arguments.running or arguments.said_by:
            raise PracticesError("Whether something still runs is said only of a practice.")
        edit_library.checked(store, CLI, item, id_, version, on, arguments.reason)
    else:
        if arguments.running:
            running = {"yes": True, "no": False, "unknown": None}[arguments.running]
            version = edit_practices.still_running(store, CLI, id_, version, running, arguments.said_by or "", on)
        edit_practices.checked(store, CLI, id_, version, on, arguments.reason)
    yield f"{arguments.subject}: checked on {on}"


def _archive(store: Store, arguments: Arguments) -> Iterable[str]:
    _move(store, arguments, edit_practices.archive, edit_library.archive)
    yield f"{arguments.subject}: archived"


def _relist(store: Store, arguments: Arguments) -> Iterable[str]:
    _move(store, arguments, edit_practices.relist, edit_library.relist)
    yield f"{arguments.subject}: listed again"


def _move(store: Store, arguments: Arguments, practice: Callable[..., int], other: Callable[..., int]) -> None:
    item, id_ = _called(arguments.subject)
    rest = (id_, _stands(store, item, id_).version, arguments.reason)
    _ = practice(store, CLI, *rest) if item is None else other(store, CLI, item, *rest)


def _merge(store: Store, arguments: Arguments) -> Iterable[str]:
    item, id_ = _called(arguments.subject)
    other, into = _called(arguments.into)
    if item != other or (item and not KINDS[item].name):
        raise PracticesError(f"{arguments.subject} and {arguments.into} cannot be merged. Nothing was changed.")
    version = _stands(store, item, id_).version
    if item is None:
        edit_practices.merge(store, CLI, id_, into, version, arguments.reason)
    else:
        edit_library.merge(store, CLI, item, id_, into, version, arguments.reason)
    yield f"{arguments.subject}: merged into {arguments.into}"


def _disagreements(store: Store, arguments: Arguments) -> Iterable[str]:
    with store.cursor() as cursor:
        found = reviews.disagreements(cursor, CLI, arguments.practice)
    for one in found:
        yield f"{one.indicator_id}: counts {one.settled or 'by the rule'}"
        yield from (f"  {answer}  {assessment}" for assessment, answer in one.answers.items())
    yield f"{len(found)} disagreements"


def _settle(store: Store, arguments: Arguments) -> Iterable[str]:
    with store.cursor() as cursor:
        found = reviews.disagreements(cursor, CLI, arguments.practice)
    version = next((one.version for one in found if one.indicator_id == arguments.indicator), 0)
    place = (arguments.practice, arguments.indicator, arguments.assessment)
    reviews.settle(store, CLI, *place, arguments.note, version)
    yield f"{arguments.practice}: {arguments.indicator} is settled"


def _publish(store: Store, arguments: Arguments) -> Iterable[str]:
    if arguments.dry_run:
        found, words = releases.pending(store, CLI), "would be released"
    else:
        with store.cursor() as cursor:
            seen = data_version(cursor).number
        release = releases.publish(store, CLI, arguments.note, seen)
        found, words = list(release.changes), f"in release {release.number} ({release.content_hash[:8]})"
    for change in found:
        because = f", because: {change.why}" if change.why else ""
        yield f"{change.kind}: {change.subject_id}: {change.words}{because}"
    yield f"{len(found)} changes {words}"


def _write_catalogue(store: Store, arguments: Arguments) -> Iterable[str]:
    changed = write_catalogue(store, arguments.folder)
    yield f"{arguments.folder}: " + (", ".join(changed) + " written" if changed else "nothing has changed")


def _grant(store: Store, arguments: Arguments) -> Iterable[str]:
    if arguments.role == "none":
        users.dismiss(store, CLI, arguments.email, arguments.reason)
    else:
        users.grant(store, CLI, arguments.email, arguments.role, arguments.reason)
    with store.cursor() as cursor:
        for person in users.everybody(cursor, CLI):
            yield f"{person.email}  {person.role}  since {person.granted_on}"


def _history(store: Store, arguments: Arguments) -> Iterable[str]:
    with store.cursor() as cursor:
        lines = audit_log.history(cursor, arguments.object)
    for line in lines:
        yield f"{line.seq}  {line.ts:%Y-%m-%d %H:%M:%S}  {line.actor}  {line.action}  {line.reason}".rstrip()
        for name in sorted({*(line.before or {}), *(line.after or {})}):
            yield f"    {name}: {(line.before or {}).get(name)} → {(line.after or {}).get(name)}"
    yield f"{len(lines)} lines"


# --- parsing -------------------------------------------------------------------------------------------------


_ITEMS = ", ".join(f"{item}:ID" for item in KINDS)
_SUBJECT = f"the id of a practice, {_ITEMS}"


def add(commands: Any) -> list[argparse.ArgumentParser]:
    """Add the curators' commands and return their parsers, so that they can be told where the database is."""
    made: list[argparse.ArgumentParser] = []

    def command(name: str, work: Work, words: str, *places: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = commands.add_parser(name, help=words)
        for place in places:
            parser.add_argument(place, metavar=place.upper(), help=_SUBJECT if place == "subject" else None)
        parser.set_defaults(run=lambda arguments: _run(work, arguments))
        made.append(parser)
        return parser

    listing = command("queue", _queue, "list submissions that wait for a curator")
    listing.add_argument(
        "--status", action="append", help="draft, submitted, returned, published or withdrawn; repeatable"
    )
    command("show", _show, "show a submission and what it would change", "submission")
    accepting = command("accept", _accept, "take a submission into the catalogue", "submission")
    _note(accepting, "what was checked and done")
    _public(accepting)
    _note(command("return", _return, "send a submission back", "submission"), "what they should mend")
    _reason(command("withdraw", _withdraw, "withdraw a submission for whoever sent it", "submission"))
    _reason(command("invite", _invite, "open a blind second assessment of a practice", "practice"), required=False)
    command("link", _link, "give a submission a new private link", "submission")
    editing = command("edit", _edit, "change facts, or one answer of a practice", "subject")
    editing.add_argument("--set", action="append", required=True, metavar="COLUMN=VALUE", help="repeatable")
    editing.add_argument("--source", metavar="URL", help="the page that says so")
    editing.add_argument("--assessment", metavar="ID", help="change an answer of this assessment")
    editing.add_argument("--indicator", metavar="ID", help="the answer's indicator")
    _reason(editing)
    _public(editing)
    checking = command(
        "checked",
        _checked,
        "say that something was compared with its page; of a practice also whether it still runs",
        "subject",
    )
    checking.add_argument("--on", type=date.fromisoformat, metavar="DATE", help="default: today")
    checking.add_argument("--running", choices=["yes", "no", "unknown"])
    checking.add_argument("--said-by", metavar="WHO", help="an organisation or a page, no person")
    _reason(checking, required=False)
    _reason(command("archive", _archive, "take something out of the catalogue", "subject"))
    _reason(command("relist", _relist, "put back what was archived", "subject"))
    _reason(command("merge", _merge, "merge a duplicate into the one that is kept", "subject", "into"))
    command("disagreements", _disagreements, "list where assessors disagree on a practice", "practice")
    settling = command("settle", _settle, "decide which answer counts", "practice", "indicator", "assessment")
    _note(settling, "why; shown beside the answer")
    publishing_ = command("publish", _publish, "release what has changed to everybody")
    publishing_.add_argument("--note", default="", help="a sentence on this release")
    publishing_.add_argument("--dry-run", action="store_true", help="only say what would change")
    writing = command("write-catalogue", _write_catalogue, "write what is released into the catalogue's text files")
    writing.add_argument("--folder", type=Path, default=CATALOGUE, metavar="FOLDER", help="default: %(default)s")
    granting = command("grant", _grant, "give somebody a role, or take it away (none)", "email")
    granting.add_argument("role", choices=[*users.ROLES, "none"])
    _reason(granting, required=False)
    command(
        "history",
        _history,
        f"show who changed what: practice:ID, {_ITEMS}, submission:ID, data, session",
        "object",
    )
    anew = commands.add_parser("rewrite", help="write the file anew, so that deleted content is gone from its bytes")
    anew.set_defaults(run=_rewrite)
    return [*made, anew]


def _run(work: Work, arguments: Arguments) -> int:
    store = open_existing(arguments.database)
    try:
        for line in work(store, arguments):
            print(line)
    finally:
        store.close()
    return 0


def _rewrite(arguments: Arguments) -> int:
    open_existing(arguments.database).close()
    before, after = rewrite(arguments.database)
    print(f"{arguments.database}: written anew, {before:,} → {after:,} bytes")
    return 0


def _submission(store: Store, id_: str) -> submissions.Submission:
    with store.cursor() as cursor:
        return reviews.submission(cursor, CLI, id_)


def _called(given: str) -> tuple[Item | None, str]:
    """Return what is meant by ID (a practice, None) or by KIND:ID; what has no id is called by its key."""
    kind, colon, id_ = given.partition(":")
    if not colon:
        return None, given
    item = next((one for one in KINDS if one == kind), None)
    if item is None and kind != "practice":
        raise PracticesError(f"{given[:60]!r} is not {_SUBJECT}.")
    return item, id_


def _stands(store: Store, item: Item | None, id_: str) -> versioned_change.Stands:
    with store.cursor() as cursor:
        if item is None:
            return edit_practices.practice(cursor, CLI, id_)
        return edit_library.read(cursor, CLI, item, id_)


def _assignment(given: str, item: Item | None) -> tuple[str, str]:
    name, equals, value = given.partition("=")
    model = KINDS[item].model if item else PracticeRow
    if not equals or name not in (*model.model_fields, *(() if item else edit_practices.ANSWER_FIELDS)):
        file = next(file for file, (rows, _) in FILES.items() if rows is model)
        raise PracticesError(
            f"{given[:60]!r} is not COLUMN=VALUE with a column of {file}{'' if item else ' or of an answer'}."
        )
    return name, value.strip()


def _note(parser: argparse.ArgumentParser, words: str) -> None:
    parser.add_argument("--note", required=True, help=words)


def _reason(parser: argparse.ArgumentParser, required: bool = True) -> None:
    parser.add_argument("--reason", required=required, default="", help="why, for the record")


def _public(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--public", metavar="WORDS", help="what everybody reads of it")
