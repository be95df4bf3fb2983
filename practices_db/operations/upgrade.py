"""What a database of an earlier release gets beside its new tables: the catalogue's results, types and answers.

Two rules hold. What curators have stands: only rows are added, and only to what the database has. And nothing that
curators changed and have not released becomes public by an update.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from criteria.counted_answer import counted
from practices_db.catalogue import library_store, practice_store, published_copy, scorecards
from practices_db.catalogue.contradictions import RULES, counts_now, given
from practices_db.catalogue.practice_rows import AnswerRow
from practices_db.catalogue.read_files import Catalogue, read_catalogue
from practices_db.curation import edit_library, edit_practices
from practices_db.curation.permissions import APP
from practices_db.curation.versioned_change import Edit
from practices_db.database.store import Cursor, Store

log = logging.getLogger(__name__)

_LIBRARY, _LEAVING, _RESULTS = "0004_knowledge", "0005_leaving", "0006_results_and_types"
_HAND_OVER = {
    "practice": edit_practices.hand_over,
    "evidence": edit_library.KEPT["evidence"].hand_over,
    "organisation": edit_library.KEPT["organisation"].hand_over,
}
_MERGED = " UNION ALL ".join(
    f"SELECT '{kind}' AS kind, id, merged_into, left_because FROM {kind} WHERE state = 'merged'" for kind in _HAND_OVER
)


def after_migration(store: Store, ran: Sequence[str]) -> None:
    """Bring what a database of an earlier release lacks, and make what is derived anew.

    ``ran``: the migrations that ran just now. What leads to practices that this database does not have is left out.
    Publications come where findings rest on them. Answers of the current framework come as further assessments of
    practices that are there (``_new_answers``). What belongs to a record that was merged into another one before goes
    to the one that is kept.
    """

    def bring(cursor: Cursor) -> None:
        brought: list[str] = []
        if _RESULTS in ran:
            catalogue = read_catalogue()
            if _LIBRARY in ran:
                library_store.fill_all(cursor, catalogue)
            else:
                library_store.fill_results_and_types(cursor, catalogue)
            rows = list(_new_answers(cursor, catalogue))
            practice_store.write_answers(cursor, rows)
            brought = sorted({row.assessment_id for row in rows})
        if _RESULTS in ran or _LEAVING in ran:
            shown = set(cursor.execute(f"WITH {library_store.NAMED} SELECT kind, id FROM named").fetchall())
            merged = cursor.execute(f"SELECT * FROM ({_MERGED}) ORDER BY ALL").fetchall()
            brought = _hand_over(cursor, [one for one in merged if tuple(one[:2]) not in shown], brought)
        if _RESULTS in ran:
            library_store.release_plain(cursor)
            published_copy.add_answers(cursor, brought)
        if _RESULTS in ran or _LEAVING in ran:  # not released yet: what everybody sees stays where it is
            _hand_over(cursor, [one for one in merged if tuple(one[:2]) in shown], [])
            library_store.forget_links_without_end(cursor)
        scorecards.derive(cursor)

    store.write(bring)


def _hand_over(cursor: Cursor, merged: Sequence[tuple[str, str, str, str]], assessments: Sequence[str]) -> list[str]:
    """Let everything that belongs to merged records belong to those kept; return what assessments are called then."""
    for kind, old, kept, reason in merged:
        _HAND_OVER[kind](cursor, Edit(APP, old, 0, reason), kept)
    kept_by = {old: kept for kind, old, kept, _ in merged if kind == "practice"}
    called = []
    for id_ in assessments:
        practice, rest = id_.split(":", 1)
        called.append(f"{kept_by.get(practice, practice)}:{rest}")
    return called


def _new_answers(cursor: Cursor, catalogue: Catalogue) -> Iterator[AnswerRow]:
    """Yield the answers that scores are made with, of assessments that this database does not have.

    Of practices that it has under the same id. Where the one that would count says the opposite of a fact of this
    database, as curators have it or as it is released, the answers to that indicator are left out and told in the log:
    nobody but a curator can say which of them is so.
    """
    into = dict(cursor.execute("SELECT id, coalesce(merged_into, id) FROM practice").fetchall())
    there = {id_ for (id_,) in cursor.execute("SELECT id FROM assessment").fetchall()}
    of: dict[tuple[str, str], list[AnswerRow]] = {}
    for row in catalogue.answers:
        kept = into.get(row.practice_id)
        if kept is None or not counts_now(row):
            continue
        at_kept = row.model_copy(update={"practice_id": kept})
        if not there & {row.assessment_id, at_kept.assessment_id}:
            of.setdefault((kept, row.indicator_id), []).append(row)
    facts = _facts(cursor)
    for (practice, indicator), rows in of.items():
        counts = counted(map(given, rows))
        found = [
            f"{rule.fact} {words}"
            for rule in RULES
            for stated in facts.get(practice, ())
            if counts and rule.indicator_id == indicator and (words := rule.words(stated[rule.fact], counts.answer))
        ]
        if not found:
            yield from rows
            continue
        log.warning(
            "practice %s: %s in the catalogue's files. These answers were left out of the update; correct the fact, "
            "then import assessments.csv.",
            practice,
            found[0],
        )


def _facts(cursor: Cursor) -> dict[str, list[dict[str, bool | None]]]:
    """Return the facts that answers may contradict, by practice: as curators have them, and as they are released."""
    names = [rule.fact for rule in RULES]
    found: dict[str, list[dict[str, bool | None]]] = {}
    for table in ("practice", "released_practice"):
        for id_, *stated in cursor.execute(f"SELECT id, {', '.join(names)} FROM {table}").fetchall():
            found.setdefault(id_, []).append(dict(zip(names, stated, strict=True)))
    return found
