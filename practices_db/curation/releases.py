"""Releasing the data: what curators have becomes what everybody reads, with a number, a hash and a list of changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from criteria.framework import Framework, current_framework
from practices_db.catalogue import library_store, scorecards, write_files
from practices_db.catalogue.library_items import KINDS, LINK_ID, PLAIN, Item
from practices_db.catalogue.library_store import NAMED
from practices_db.catalogue.practice_fields import FIELDS, RECORD
from practices_db.catalogue.texts import number as whole
from practices_db.curation import withdrawal_list
from practices_db.curation.permissions import Thing, require
from practices_db.database import audit_log
from practices_db.database.store import Cursor, Store, over_rows, records
from practices_db.errors import Actor, ConflictError, PracticesError
from practices_db.queries.integrity import integrity_problems
from practices_db.queries.practices import data_version

# Columns of a card that say what answers come to, not what sources say.
_FACTS = {field.column for field in FIELDS} | {column.id for column in RECORD if column.public}
_OF_PRACTICES = ("added", "removed", "moved", "answers", "facts", "statement")  # kinds of changes
_SHOWN = 5  # problems in a message
# By order, not max(): DuckDB answers that from statistics, which a rolled-back commit leaves wrong.
LAST_RELEASE = """
    coalesce((SELECT seq FROM audit WHERE action = 'publish' AND object = 'data' ORDER BY seq DESC LIMIT 1), 0)
"""
# Kind of change → what curators call the thing that changed.
_ITEMS: dict[str, Item] = {"publication" if item == "evidence" else item: item for item in KINDS}
# What the library holds, as the public sees it.
_LIBRARY = {
    "publication": "SELECT title AS called, * EXCLUDE (name_key, offered) FROM evidence_card ORDER BY id",
    "organisation": "SELECT name AS called, * EXCLUDE (name_key) FROM organisation_card ORDER BY id",
    "link": f"""
        WITH {NAMED}
        SELECT {LINK_ID} AS id, concat_ws(' ', f.name, relation, t.name) AS called, from_kind, from_id, to_kind, to_id,
            reason, source_url, checked_on, judged
        FROM known_link
        LEFT JOIN named f ON f.kind = from_kind AND f.id = from_id
        LEFT JOIN named t ON t.kind = to_kind AND t.id = to_id
        ORDER BY ALL
    """,
} | {
    kind.item: f"SELECT {kind.id_sql} AS id, {kind.words} AS called, * "
    f"{'EXCLUDE (id) ' if kind.key == ('id',) else ''}FROM {kind.shown} ORDER BY 1"
    for kind in PLAIN
}


@dataclass(frozen=True)
class Change:
    """One thing that a release changed.

    ``kind``: added, removed, moved (a criterion's score, with ``node``, before and after; None: not scored), answers
    (an answer that moved no score), facts, statement: all of a practice; publication, organisation, link, result and
    the other kinds of the library: one that is new, gone or has other facts. ``words`` says it, with facts by the names
    of their columns, ``why`` what curators said of it in public.
    """

    kind: str
    subject_id: str
    name: str
    node: str | None
    score_before: float | None
    score_after: float | None
    words: str
    why: str | None


@dataclass(frozen=True)
class Release:
    """A release of the data.

    ``head`` is number and hash of the line on record that says so: whoever keeps it can prove later that the record
    was not written anew (``check --against``).
    """

    number: int
    released_on: date
    content_hash: str
    changes: tuple[Change, ...]
    head: tuple[int, str] = (0, audit_log.FIRST)


@dataclass(frozen=True)
class _Shown:
    """What the public sees: cards, criterion scores (None: not scored), counted answers, statements."""

    cards: dict[str, dict[str, Any]]
    scores: dict[tuple[str, str], float | None]
    answers: dict[tuple[str, str], tuple[str, int]]
    statements: dict[str, str]
    library: dict[str, dict[str, dict[str, Any]]]  # kind of change → id → card


def publish(store: Store, actor: Actor, note: str, seen: int) -> Release:
    """Release what the curators' tables hold and return what that changed.

    ``seen`` is the number of the release the curator had before them: ConflictError where another one came first.
    Raises PracticesError where nothing has changed, or where the data do not hang together (nothing is released then).
    The release tables are the caller's to write (``release_tables.write_after_release``).
    """

    def work(cursor: Cursor) -> Release:
        require(actor, "publish", Thing("data"))
        last = data_version(cursor)
        if last.number != seen:
            raise ConflictError(
                f"Release {last.number} came out in between ({last.released_on}); you looked at release {seen}. "
                "Nothing was released. Look at what is still to be released."
            )
        before = write_files.content_hash(write_files.texts(cursor))
        changes = _released(cursor)
        content_hash = write_files.content_hash(write_files.texts(cursor))
        if content_hash == before:
            raise PracticesError(f"Nothing has changed since release {last.number}, so there is nothing to release.")
        if problems := integrity_problems(cursor):
            more = f" … and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
            raise PracticesError("Nothing was released. Please correct: " + "; ".join(problems[:_SHOWN]) + more)
        release = Release(last.number + 1, audit_log.now().date(), content_hash, tuple(changes))
        _keep(cursor, release, note)
        after = {"content_hash": content_hash, "changes": len(changes), "said": said(cursor, release.number)}
        audit_log.record(
            cursor, actor, audit_log.Entry("publish", "data", version=release.number, after=after, reason=note)
        )
        return replace(release, head=audit_log.head(cursor))

    release = audit_log.guarded(store, work)
    withdrawal_list.settle(store)
    return release


def pending(store: Store, actor: Actor) -> list[Change]:
    """Return what a release would change, without releasing anything."""

    def work(cursor: Cursor) -> list[Change]:
        require(actor, "publish", Thing("data"))
        return _released(cursor)

    return audit_log.guarded(store, work, rehearsal=True)


def unreleased_files(store: Store, actor: Actor) -> dict[str, bytes]:
    """Return the catalogue's text files as a release now would write them; that they were taken is put on record."""

    def work(cursor: Cursor) -> dict[str, bytes]:
        require(actor, "export", Thing("data"))
        _released(cursor)
        return write_files.texts(cursor)

    found = audit_log.guarded(store, work, rehearsal=True)
    what = {"content_hash": write_files.content_hash(found)}
    store.write(
        lambda cursor: audit_log.record(
            cursor, actor, audit_log.Entry("export", "data", after=what, reason="not released yet")
        )
    )
    return found


def releases(cursor: Cursor) -> list[tuple[int, date]]:
    """Return number and day of every release, the newest first."""
    return cursor.execute("SELECT number, released_on FROM data_version ORDER BY number DESC").fetchall()


def changes(cursor: Cursor, number: int | None = None) -> list[Change]:
    """Return what a release changed, the newest release where no number is given."""
    rows = cursor.execute(
        """
        SELECT kind, subject_id, name, node, score_before, score_after, words, why FROM release_change
        WHERE number = coalesce($number, (SELECT number FROM data_version ORDER BY number DESC LIMIT 1))
        ORDER BY position
        """,
        {"number": number},
    ).fetchall()
    return [Change(*row) for row in rows]


def said(cursor: Cursor, number: int) -> str:
    """Return the hash of all that a release says of itself: its day, its note, what it changed."""
    release = cursor.execute(  # columns by name: one that comes later changes no hash
        "SELECT number, released_on, content_hash, origin, note FROM data_version WHERE number = $number",
        {"number": number},
    ).fetchall()
    rows = [vars(change) for change in changes(cursor, number)]
    return hashlib.sha256(json.dumps([release, rows], default=str, ensure_ascii=False).encode()).hexdigest()


def unrecorded(cursor: Cursor, names: Set[str]) -> list[Change]:
    """Return what of the library the next release would change though no object named on record has to do with it.

    Releases in the caller's transaction, to be taken back.
    """
    ids = {name.split(":", 1)[1] for name in names if ":" in name}
    return [
        one
        for one in _released(cursor)
        if one.kind not in _OF_PRACTICES and not ids & {one.subject_id, *one.subject_id.split(">")}
    ]


def _released(cursor: Cursor) -> list[Change]:
    """Release in the caller's transaction and return what is not as it was."""
    before = _shown(cursor)
    known = {seq for (seq,) in cursor.execute("SELECT seq FROM released_history WHERE seq > 0").fetchall()}
    scorecards.rebuild(cursor)
    library_store.rebuild(cursor)
    said = cursor.execute("SELECT practice_id, seq, words FROM released_history ORDER BY seq").fetchall()
    left = dict(cursor.execute("SELECT id, reason FROM released_former").fetchall())
    why: dict[str, list[str]] = {id_: [reason] for id_, reason in left.items()}
    for id_, seq, words in said:
        if seq > 0 and seq not in known:
            why.setdefault(id_, []).append(words)
    reasons = {id_: "; ".join(words) for id_, words in why.items()}
    return list(_compared(before, _shown(cursor), reasons, _said_of_library(cursor), current_framework()))


@dataclass(frozen=True)
class _Said:
    """What everybody may read of publications, organisations and links, by object of the audit."""

    left: Mapping[str, str]  # why it left; practices, too: a link goes with its ends
    changed: Mapping[str, str]  # what curators wrote for everybody since the last release

    def why_gone(self, item: Item, card: Mapping[str, Any]) -> str | None:
        """Return why something is gone; where it is not gone by itself, why what it leads to is."""
        ends = [f"{kind}:{id_}" for kind, id_ in KINDS[item].ends_of(card).values()]
        return next((self.left[one] for one in (f"{item}:{card['id']}", *ends) if one in self.left), None)


def _said_of_library(cursor: Cursor) -> _Said:
    left = cursor.execute(
        " UNION ALL ".join(
            [
                "SELECT 'practice:' || id, reason FROM released_former",
                *(
                    f"SELECT '{kind.item}:' || {kind.id_sql}, left_because FROM {kind.item} WHERE state <> 'listed'"
                    for kind in KINDS.values()
                ),
            ]
        )
    ).fetchall()
    changed = cursor.execute(
        f"""
        SELECT object, string_agg(public, '; ' ORDER BY seq) FROM audit
        WHERE public IS NOT NULL AND NOT starts_with(object, 'practice:') AND NOT starts_with(object, 'assessment:')
            AND seq > {LAST_RELEASE}
        GROUP BY object
        """
    ).fetchall()
    return _Said(dict(left), dict(changed))


def _shown(cursor: Cursor) -> _Shown:
    cards = _cards(cursor, "SELECT * FROM practice_card ORDER BY name_key, id")
    scores = cursor.execute(
        "SELECT practice_id, node, CASE WHEN scored THEN score END FROM practice_score WHERE level = 'criterion'"
    ).fetchall()
    answers = cursor.execute("SELECT practice_id, indicator_id, answer, evidence_level FROM counted_answer").fetchall()
    statements = cursor.execute("SELECT practice_id, words FROM released_statement").fetchall()
    return _Shown(
        cards,
        {(id_, node): score for id_, node, score in scores},
        {(id_, indicator): (answer, level) for id_, indicator, answer, level in answers},
        dict(statements),
        {kind: _cards(cursor, sql) for kind, sql in _LIBRARY.items()},
    )


def _cards(cursor: Cursor, sql: str) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in records(cursor.execute(sql))}


def _compared(old: _Shown, new: _Shown, why: Mapping[str, str], said: _Said, framework: Framework) -> Iterator[Change]:
    for id_, card in new.cards.items():
        if id_ not in old.cards:
            yield Change("added", id_, card["name"], None, None, None, "new in the catalogue", why.get(id_))
    for id_, card in old.cards.items():
        if id_ not in new.cards:
            yield Change("removed", id_, card["name"], None, None, None, "not in the catalogue any more", why.get(id_))
    for id_, card in new.cards.items():
        if id_ in old.cards:
            yield from _of_practice(id_, old, new, why.get(id_), framework)
        if old.statements.get(id_) != new.statements.get(id_):
            words = "the owner's statement was " + ("changed" if id_ in new.statements else "withdrawn")
            # the reasons on record are those of curators' changes to the practice, and none of them is the owner's
            yield Change("statement", id_, card["name"], None, None, None, words, None)
    for kind, cards in new.library.items():
        yield from _of_library(kind, old.library[kind], cards, said)


def _of_library(
    kind: str, old: Mapping[str, dict[str, Any]], new: Mapping[str, dict[str, Any]], said: _Said
) -> Iterator[Change]:
    """Yield what changed; of links that two records show by themselves only those that somebody took out."""
    for id_, card in new.items():
        if not card.get("judged", True):
            continue
        before = old.get(id_) if old.get(id_, {}).get("judged", True) else None
        # what it is called is a fact of its own or, for a link, one of its ends'
        changed = [fact for fact in card if fact != "called" and before and before[fact] != card[fact]]
        if before is None or changed:
            why = said.changed.get(f"{_ITEMS[kind]}:{id_}")
            yield Change(kind, id_, card["called"], None, None, None, ", ".join(changed) or "new", why)
    for id_, card in old.items():
        if id_ not in new:
            if not card.get("judged", True) and f"{_ITEMS[kind]}:{id_}" not in said.left:
                continue
            yield Change(kind, id_, card["called"], None, None, None, "gone", said.why_gone(_ITEMS[kind], card))


def _of_practice(id_: str, old: _Shown, new: _Shown, why: str | None, framework: Framework) -> Iterator[Change]:
    name = new.cards[id_]["name"]
    for criterion in framework.criteria:
        indicators = [one for one in framework.walk() if one[0].id == criterion.id]
        moved = [
            f"{indicator.label}: {_answer(was, framework)} → {_answer(now, framework)}"
            for _, _, indicator in indicators
            if (was := old.answers.get((id_, indicator.id))) != (now := new.answers.get((id_, indicator.id)))
        ]
        before, after = old.scores.get((id_, criterion.id)), new.scores.get((id_, criterion.id))
        reasons = "; ".join([*moved, *([why] if why else [])]) or None
        if before != after:
            words = f"{criterion.title}: {_score(before)} → {_score(after)}"
            yield Change("moved", id_, name, criterion.id, before, after, words, reasons)
        elif moved:
            yield Change("answers", id_, name, criterion.id, before, after, "; ".join(moved), why)
    changed = [fact for fact, now in new.cards[id_].items() if fact in _FACTS and old.cards[id_].get(fact) != now]
    if changed:
        yield Change("facts", id_, name, None, None, None, ", ".join(changed), why)


def _score(score: float | None) -> str:
    return "not scored" if score is None else whole(score)


def _answer(answer: tuple[str, int] | None, framework: Framework) -> str:
    if answer is None:
        return "no answer"
    words = next(option.label for option in framework.answers if option.id == answer[0])
    return f"{words.lower()} (evidence level {answer[1]})"


def _keep(cursor: Cursor, release: Release, note: str) -> None:
    cursor.execute(
        "INSERT INTO data_version (number, released_on, content_hash, origin, note) "
        "VALUES ($number, $on, $hash, 'curation', $note)",
        {"number": release.number, "on": release.released_on, "hash": release.content_hash, "note": note or None},
    )
    told = ({"number": release.number, "position": at, **vars(one)} for at, one in enumerate(release.changes, start=1))
    over_rows(cursor, "INSERT INTO release_change BY NAME SELECT * FROM new_rows", told)
