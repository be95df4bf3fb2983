"""What curators do to practices and answers. Every change says why, keeps what stood before, and is seen at a release.

A change names the version it was made on: where somebody else was faster, ConflictError says who and what, and nothing
is saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from criteria.counted_answer import Given, counted
from criteria.framework import CURRENT
from practices_db.catalogue import practice_rows, practice_store
from practices_db.catalogue.contradictions import RULES
from practices_db.catalogue.library_store import CURATED
from practices_db.catalogue.practice_fields import IN_THE_FILE, RECORD, SEVERAL, SEVERAL_ROWS
from practices_db.catalogue.practice_rows import AnswerRow, PracticeRow, SourceRow
from practices_db.curation import edit_library, versioned_change
from practices_db.curation.edit_library import Found, found
from practices_db.curation.permissions import Thing, require
from practices_db.curation.versioned_change import Edit, Facts, Kind
from practices_db.database import audit_log
from practices_db.database.store import Cursor, Store, records
from practices_db.errors import Actor, PracticesError

_WITHOUT_SOURCE = ("not-documented", "not-applicable")


@dataclass(frozen=True)
class _Answered:
    """An answer as it stands; ``version`` 0 and no ``answer`` where the indicator is not answered."""

    thing: Thing
    version: int
    assessment: dict[str, Any]
    answer: dict[str, Any]


@dataclass(frozen=True)
class CuratedPractice:
    """A practice as curators have it; ``facts`` by the columns of practices.csv."""

    facts: dict[str, Any]
    version: int
    state: str
    merged_into: str | None
    still_running: bool | None
    running_said_by: str | None
    running_said_on: date | None
    checked_by: str | None

    @property
    def name(self) -> str:
        """Return its name."""
        return str(self.facts["name"])

    @property
    def thing(self) -> Thing:
        """Return it as what permissions are asked for."""
        return Thing("practice", self.facts["id"], self.state)


def practice(cursor: Cursor, actor: Actor, practice_id: str) -> CuratedPractice:
    """Return a practice as it stands now, released or not; PracticesError where there is none."""
    require(actor, "read", Thing("practice", practice_id))
    return _practice(cursor, practice_id)


def find(  # noqa: PLR0913, PLR0917
    cursor: Cursor, actor: Actor, kind: str, text: str, limit: int = 50, only_listed: bool = False
) -> list[Found]:
    """Return practices, publications (evidence) or organisations whose name or title, or id, holds a text.

    Released or not; what is merged comes last.
    """
    require(actor, "read", Thing(kind))
    rows = cursor.execute(
        f"""
        WITH {CURATED}
        SELECT id, name, state FROM held
        WHERE kind = $kind AND (state = 'listed' OR NOT $only_listed)
        """,
        {"kind": kind, "only_listed": only_listed},
    ).fetchall()
    return found(rows, text, limit)


def edit_practice(store: Store, edit: Edit, changes: Mapping[str, Any], source_url: str) -> int:
    """Change facts of a practice and return its new version.

    ``changes`` holds columns of practices.csv, as text or typed. ``source_url`` is the page that says so: it is listed
    among the practice's sources. Raises PracticesError: values that cannot stand, nothing changed, no reason or source;
    ConflictError.
    """

    def work(cursor: Cursor, before: CuratedPractice) -> tuple[Facts, Facts]:
        row = checked_practice(before.facts | dict(changes), edit.item)
        checked_page = checked_practice(before.facts | {"source_url": source_url}, edit.item).source_url
        after = row.model_dump()
        names = versioned_change.changed(before.facts, after)
        practice_store.update_practices(cursor, [row])
        if checked_page != row.source_url:  # the page alone: the reason is for the record and not for the public
            pages = [SourceRow(practice_id=edit.item, field=name, url=checked_page) for name in names]
            practice_store.write_sources(cursor, pages, keep_remarks=True)
        return (
            {name: before.facts[name] for name in names},
            {name: after[name] for name in names} | {"source": checked_page},
        )

    return versioned_change.change(store, edit, "edit", lambda cursor: _practice(cursor, edit.item), work)


def checked(store: Store, edit: Edit, on: date) -> int:
    """Say that a practice's record was checked against its page on a day; return the new version."""
    because = replace(edit, reason=edit.reason or f"checked on {on}")
    return _note(store, because, {"checked_on": on, "checked_by": edit.actor.id})


def still_running(store: Store, edit: Edit, running: bool | None, said_by: str, on: date) -> int:
    """Note whether a practice still runs, who said so (an organisation or a page, no person) and when.

    That somebody said so is the reason.
    """
    if not said_by.strip():
        raise PracticesError("Say who said so: an organisation or a page.")
    after = {"still_running": running, "running_said_by": said_by.strip()[:300], "running_said_on": on}
    return _note(store, replace(edit, reason=f"{said_by} said so"), after)


def answers(cursor: Cursor, actor: Actor, practice_id: str) -> list[dict[str, Any]]:
    """Return every answer of every assessment of a practice, with the assessment's basis, assessor and status."""
    require(actor, "read", Thing("practice", practice_id))
    found = cursor.execute(
        """
        SELECT a.*, s.basis, s.assessor, s.assessed_on, s.status, s.blind, s.framework_version
        FROM answer a JOIN assessment s ON s.id = a.assessment_id
        WHERE s.practice_id = $id ORDER BY a.indicator_id, s.id
        """,
        {"id": practice_id},
    )
    return records(found)


def edit_answer(store: Store, edit: Edit, indicator_id: str, changes: Mapping[str, Any]) -> int:
    """Change one answer of an assessment (the edit's item) and return its new version.

    Version 0 answers what was not answered yet. ``changes`` holds some of the fields of an answer. It needs the page it
    rests on, a change its reason.
    """
    assessment_id = edit.item

    def look(cursor: Cursor) -> _Answered:
        assessment = _assessment(cursor, assessment_id)
        answer = _answer(cursor, assessment_id, indicator_id)
        thing = Thing("assessment", assessment_id, assessment["status"])
        return _Answered(thing, answer.pop("version", 0), assessment, answer)

    def work(cursor: Cursor, before: _Answered) -> tuple[Facts, Facts]:
        row = _checked_answer(before.assessment, indicator_id, before.answer | dict(changes))
        after = {name: getattr(row, name) for name in practice_store.ANSWER_FIELDS}
        names = versioned_change.changed(before.answer, after)
        practice_store.write_answers(cursor, [row])
        what = {"indicator": indicator_id}
        return (
            what | {name: before.answer.get(name) for name in names},
            what | {name: after[name] for name in names},
        )

    return versioned_change.change(store, edit, "edit", look, work)


# --- for those who bring practices in ------------------------------------------------------------------------


def checked_practice(facts: Mapping[str, Any], practice_id: str) -> PracticeRow:
    """Return facts as a checked row; PracticesError names each that cannot stand."""
    row = versioned_change.checked(PracticeRow, facts)
    if row.id != practice_id:
        raise PracticesError("The id of a practice never changes; merge it into another one instead.")
    return row


def practices(cursor: Cursor, ids: Sequence[str]) -> dict[str, CuratedPractice]:
    """Return those of the practices that there are, by id."""
    record = [column.id for column in RECORD]
    rows = cursor.execute(
        f"""
        SELECT {IN_THE_FILE}, {", ".join(record)}, s.field, s.value
        FROM practice p LEFT JOIN ({SEVERAL_ROWS}) s ON s.practice_id = p.id
        WHERE list_contains($ids::TEXT[], p.id) ORDER BY s.position
        """,
        {"ids": list(ids)},
    )
    whole: dict[str, dict[str, Any]] = {}
    for row in records(rows):
        field, value = row.pop("field"), row.pop("value")
        stated = {name: tuple(found) if isinstance(found, list) else found for name, found in row.items()}
        one = whole.setdefault(row["id"], stated | {each.id: () for each in SEVERAL})
        one |= {field: (*one[field], value)} if field else {}
    return {
        id_: CuratedPractice(
            {name: one[name] for name in PracticeRow.model_fields},
            **{name: one[name] for name in record if not name.startswith("left_")},
        )
        for id_, one in whole.items()
    }


# --- inside --------------------------------------------------------------------------------------------------


def _practice(cursor: Cursor, practice_id: str) -> CuratedPractice:
    found = practices(cursor, [practice_id])
    if not found:
        raise PracticesError(f"There is no practice {practice_id[:80]!r}.")
    return found[practice_id]


def _note(store: Store, edit: Edit, new: dict[str, Any]) -> int:
    """Set columns of a practice that are no facts of its file, and do not say whether it is in the catalogue."""

    def work(cursor: Cursor, before: CuratedPractice) -> tuple[Facts, Facts]:
        practice_store.set_record(cursor, edit.item, new)
        return {name: getattr(before, name, before.facts.get(name)) for name in new}, new

    return versioned_change.change(store, edit, "edit", lambda cursor: _practice(cursor, edit.item), work)


def hand_over(cursor: Cursor, edit: Edit, kept: str) -> None:
    """Let everything that belongs to a practice belong to another one; what that one has already stays behind."""
    old = edit.item
    both = {"old": old, "kept": kept}
    rows = cursor.execute(
        "SELECT id, framework_id, framework_version, basis, assessor, assessed_on FROM assessment "
        "WHERE practice_id = $id",
        {"id": old},
    ).fetchall()
    for id_, framework, version, basis, assessor, day in rows:
        new = practice_rows.assessment_id(kept, basis, assessor, day, framework, version)
        if cursor.execute("SELECT 1 FROM assessment WHERE id = $id", {"id": new}).fetchone():
            continue
        renamed = {"old": id_, "new": new, "kept": kept}
        cursor.execute(
            "UPDATE assessment SET id = $new, practice_id = $kept, version = version + 1 WHERE id = $old", renamed
        )
        cursor.execute("UPDATE answer SET assessment_id = $new WHERE assessment_id = $old", {"old": id_, "new": new})
        audit_log.record(
            cursor, edit.actor, audit_log.Entry("rename", f"assessment:{new}", before={"id": id_}, after={"id": new})
        )
    cursor.execute(
        "INSERT INTO practice_source SELECT $kept, field, url, remark FROM practice_source WHERE practice_id = $old "
        "ON CONFLICT DO NOTHING",
        both,
    )
    cursor.execute(
        "UPDATE statement SET practice_id = $kept WHERE practice_id = $old "
        "AND NOT EXISTS (SELECT 1 FROM statement k WHERE k.practice_id = $kept)",
        both,
    )
    cursor.execute("DELETE FROM settlement WHERE practice_id = $old", {"old": old})
    cursor.execute("UPDATE submission SET practice_id = $kept WHERE practice_id = $old", both)
    cursor.execute("UPDATE practice SET merged_into = $kept WHERE merged_into = $old", both)
    edit_library.hand_over(cursor, "practice", edit, kept)


def _put(cursor: Cursor, one: CuratedPractice, new: Facts) -> None:
    practice_store.set_record(cursor, one.facts["id"], new)


def _merge(cursor: Cursor, edit: Edit, kept: str) -> None:
    """Hand over, unless a fact of the practice that is kept and an answer would say opposite things then."""
    before = set(_contradictions(cursor, kept))
    hand_over(cursor, edit, kept)
    if new := [words for words in _contradictions(cursor, kept) if words not in before]:
        raise PracticesError(
            f"Nothing was merged: {'; '.join(new)}. Facts and answers must say the same: change the fact of {kept!r}, "
            "or the answer, and merge then."
        )


def _contradictions(cursor: Cursor, practice_id: str) -> list[str]:
    """Return where a fact and the answer that counts say opposite things, as curators have them."""
    facts = _practice(cursor, practice_id).facts
    rows = cursor.execute(
        """
        SELECT a.indicator_id, a.assessment_id, s.basis, a.answer, a.evidence_level, s.assessed_on,
            t.assessment_id IS NOT NULL
        FROM answer a JOIN assessment s ON s.id = a.assessment_id
        LEFT JOIN settlement t ON t.practice_id = s.practice_id AND t.indicator_id = a.indicator_id
            AND t.assessment_id = a.assessment_id
        WHERE s.practice_id = $id AND s.status = 'published'
            AND s.framework_id = $framework AND s.framework_version = $version
        """,
        {"id": practice_id, "framework": CURRENT[0], "version": CURRENT[1]},
    ).fetchall()
    return [
        f"{rule.fact} {words} in assessment {counts.assessment_id}"
        for rule in RULES
        if (counts := counted(Given(*of) for indicator, *of in rows if indicator == rule.indicator_id))
        and (words := rule.words(facts[rule.fact], counts.answer))
    ]


KEPT = Kind(_practice, _put, _merge)


def _assessment(cursor: Cursor, assessment_id: str) -> dict[str, Any]:
    rows = records(cursor.execute("SELECT * FROM assessment WHERE id = $id", {"id": assessment_id}))
    if not rows:
        raise PracticesError(f"There is no assessment {assessment_id[:160]!r}.")
    return rows[0]


def _answer(cursor: Cursor, assessment_id: str, indicator_id: str) -> dict[str, Any]:
    names = (*practice_store.ANSWER_FIELDS, "version")
    row = cursor.execute(
        f"SELECT {', '.join(names)} FROM answer WHERE assessment_id = $assessment AND indicator_id = $indicator",
        {"assessment": assessment_id, "indicator": indicator_id},
    ).fetchone()
    return dict(zip(names, row, strict=True)) if row else {}


def _checked_answer(assessment: Mapping[str, Any], indicator_id: str, given: Mapping[str, Any]) -> AnswerRow:
    names = ("practice_id", "framework_version", "basis", "assessor", "assessed_on")
    about = {name: assessment[name] for name in names} | {"framework": assessment["framework_id"]}
    row = versioned_change.checked(AnswerRow, about | {"indicator_id": indicator_id} | dict(given))
    if row.source_url is None and row.answer not in _WITHOUT_SOURCE:
        raise PracticesError("An answer needs the address of its source page. Nothing was saved.")
    return row
