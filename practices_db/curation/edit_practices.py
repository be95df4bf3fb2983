"""What curators do to practices and answers. Every change says why, keeps what stood before, and is seen at a release.

A change names the version it was made on: where somebody else was faster, ConflictError says who and what, and nothing
is saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from practices_db.catalogue.library_store import CURATED
from practices_db.catalogue.practice_rows import AnswerRow, PracticeRow
from practices_db.curation import edit_library, versioned_change
from practices_db.curation.permissions import Thing, moved, require
from practices_db.curation.versioned_change import Facts
from practices_db.database import audit_log
from practices_db.database.store import Cursor, Store
from practices_db.errors import Actor, PracticesError

# The several-valued fields of a practice: field of the file → (table, column).
LISTS = {
    "countries": ("practice_country", "country"),
    "sectors": ("practice_sector", "sector"),
    "target_groups": ("practice_target_group", "target_group"),
    "funding_kinds": ("practice_funding", "funding_kind"),
    "funding_sources": ("practice_funding_source", "funding_source"),
}
ANSWER_FIELDS = ("answer", "evidence_level", "note", "source_url", "source_publisher", "independent_of_operator")
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
    def thing(self) -> Thing:
        """Return it as what permissions are asked for."""
        return Thing("practice", self.facts["id"], self.state)


def practice(cursor: Cursor, actor: Actor, practice_id: str) -> CuratedPractice:
    """Return a practice as it stands now, released or not; PracticesError where there is none."""
    require(actor, "read", Thing("practice", practice_id))
    return _practice(cursor, practice_id)


@dataclass(frozen=True)
class Found:
    """What curators find by its name or id, whatever became of it."""

    id: str
    name: str
    state: str


def find(  # noqa: PLR0913, PLR0917
    cursor: Cursor, actor: Actor, kind: str, text: str, limit: int = 50, only_listed: bool = False
) -> list[Found]:
    """Return practices, publications (evidence) or organisations whose name or title, or id, holds a text.

    Released or not; accents and case do not matter.
    """
    require(actor, "read", Thing(kind))
    rows = cursor.execute(
        f"""
        WITH {CURATED}
        SELECT id, name, state FROM held
        WHERE kind = $kind
            AND (contains(strip_accents(lower(name)), strip_accents(lower($text))) OR contains(id, lower($text)))
            AND (state = 'listed' OR NOT $only_listed)
        ORDER BY state = 'merged', strip_accents(lower(name)), id LIMIT $limit
        """,
        {"kind": kind, "text": text.strip(), "limit": limit, "only_listed": only_listed},
    ).fetchall()
    return [Found(*row) for row in rows]


def edit_practice(  # noqa: PLR0913, PLR0917 - what a change consists of
    store: Store,
    actor: Actor,
    practice_id: str,
    changes: Mapping[str, Any],
    version: int,
    reason: str,
    source_url: str,
    public: str | None = None,
) -> int:
    """Change facts of a practice and return its new version.

    ``changes`` holds columns of practices.csv, as text or typed. ``source_url`` is the page that says so: it is listed
    among the practice's sources. ``public`` is what everybody will read in the practice's history. Raises
    PracticesError: values that cannot stand, nothing changed, no reason or source; ConflictError.
    """

    def work(cursor: Cursor, before: CuratedPractice) -> tuple[Facts, Facts]:
        row = checked_practice(before.facts | dict(changes), practice_id)
        checked_page = checked_practice(before.facts | {"source_url": source_url}, practice_id).source_url
        after = row.model_dump()
        names = versioned_change.changed(before.facts, after)
        write_facts(cursor, row, names)
        _bump(cursor, practice_id, {})
        if checked_page != row.source_url:
            _add_sources(cursor, practice_id, names, checked_page)
        return (
            {name: before.facts[name] for name in names},
            {name: after[name] for name in names} | {"source": checked_page},
        )

    return _change(store, actor, "edit", practice_id, version, work, reason, public)


def checked(  # noqa: PLR0913, PLR0917
    store: Store, actor: Actor, practice_id: str, version: int, on: date, reason: str = ""
) -> int:
    """Say that a practice's record was checked against its page on a day; return the new version."""
    after = {"checked_on": on, "checked_by": actor.id}
    return _set(store, actor, "edit", practice_id, version, after, reason or f"checked on {on}")


def still_running(  # noqa: PLR0913, PLR0917
    store: Store, actor: Actor, practice_id: str, version: int, running: bool | None, said_by: str, on: date
) -> int:
    """Note whether a practice still runs, who said so (an organisation or a page, no person) and when."""
    if not said_by.strip():
        raise PracticesError("Say who said so: an organisation or a page.")
    after = {"still_running": running, "running_said_by": said_by.strip()[:300], "running_said_on": on}
    return _set(store, actor, "edit", practice_id, version, after, f"{said_by} said so")


def archive(store: Store, actor: Actor, practice_id: str, version: int, reason: str) -> int:
    """Take a practice out of the catalogue without losing it; ``reason`` is shown where its id is asked for."""
    return _set(store, actor, "archive", practice_id, version, versioned_change.leaving(reason), reason)


def relist(store: Store, actor: Actor, practice_id: str, version: int, reason: str) -> int:
    """Put an archived practice back into the catalogue."""
    return _set(store, actor, "relist", practice_id, version, versioned_change.LISTED_AGAIN, reason)


def merge(  # noqa: PLR0913, PLR0917
    store: Store, actor: Actor, practice_id: str, into: str, version: int, reason: str
) -> int:
    """Merge a duplicate into the practice that is kept; links to the old id lead there. Return the old one's version.

    Assessments, sources, statement, submissions and links go over to the kept practice, whose own facts stay.
    """

    def work(cursor: Cursor, old: CuratedPractice) -> tuple[Facts, Facts]:
        kept = _practice(cursor, into)
        if practice_id == into or kept.state != "listed":
            raise PracticesError("It can only be merged into another one that is listed.")
        require(actor, "edit", kept.thing)
        _hand_over(cursor, actor, practice_id, into, reason)
        after = versioned_change.leaving(reason) | {"merged_into": into, "state": moved("merge", old.thing)}
        _bump(cursor, practice_id, after)
        _bump(cursor, into, {})
        versioned_change.record_merged(cursor, actor, kept, practice_id, old.facts["name"], reason)
        return {}, after

    return _change(store, actor, "merge", practice_id, version, work, reason)


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
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def edit_answer(  # noqa: PLR0913, PLR0917 - what a change consists of
    store: Store,
    actor: Actor,
    assessment_id: str,
    indicator_id: str,
    changes: Mapping[str, Any],
    version: int,
    reason: str,
    public: str | None = None,
) -> int:
    """Change one answer of an assessment and return its new version; version 0 answers what was not answered yet.

    ``changes`` holds some of ANSWER_FIELDS. An answer needs the page it rests on, a change its reason.
    """

    def look(cursor: Cursor) -> _Answered:
        assessment = _assessment(cursor, assessment_id)
        answer = _answer(cursor, assessment_id, indicator_id)
        thing = Thing("assessment", assessment_id, assessment["status"])
        return _Answered(thing, answer.pop("version", 0), assessment, answer)

    def work(cursor: Cursor, before: _Answered) -> tuple[Facts, Facts]:
        row = _checked_answer(before.assessment, indicator_id, before.answer | dict(changes))
        after = {name: getattr(row, name) for name in ANSWER_FIELDS}
        names = versioned_change.changed(before.answer, after)
        _write_answer(cursor, assessment_id, indicator_id, after, version)
        what = {"indicator": indicator_id}
        return (
            what | {name: before.answer.get(name) for name in names},
            what | {name: after[name] for name in names},
        )

    return versioned_change.change(store, actor, "edit", look, version, work, reason, public)


# --- for those who bring practices in ------------------------------------------------------------------------


def checked_practice(facts: Mapping[str, Any], practice_id: str) -> PracticeRow:
    """Return facts as a checked row; PracticesError names each that cannot stand."""
    row = versioned_change.checked(PracticeRow, facts)
    if row.id != practice_id:
        raise PracticesError("The id of a practice never changes; merge it into another one instead.")
    return row


def add_practice(cursor: Cursor, row: PracticeRow) -> None:
    """Insert a new practice, in the caller's transaction."""
    cursor.execute(
        """
        INSERT INTO practice (
            id, name, places, summary, source_url, source_name, source_kind, source_confidence, checked_on
        ) VALUES ($id, $name, [], $summary, $source_url, $source_name, $source_kind, $source_confidence, $checked_on)
        """,
        row.model_dump(
            include={"id", "name", "summary", "source_url", "source_name", "source_confidence", "checked_on"}
        )
        | {"source_kind": row.source_kind},
    )
    write_facts(cursor, row, list(PracticeRow.model_fields))


def write_facts(cursor: Cursor, row: PracticeRow, fields: list[str]) -> None:
    """Write fields of a practice that is there, in the caller's transaction; its version stays."""
    values = row.model_dump(exclude={*LISTS, "place"}) | {"places": list(row.place), "source_kind": row.source_kind}
    cursor.execute(
        """
        UPDATE practice SET
            name = $name, lead_organisation = $lead_organisation, places = $places, start_year = $start_year,
            end_year = $end_year, governance_level = $governance_level, budget_eur = $budget_eur,
            people_reached = $people_reached, outcome_figures = $outcome_figures,
            evaluation_documented = $evaluation_documented, transferred_elsewhere = $transferred_elsewhere,
            summary = $summary, source_url = $source_url, source_name = $source_name, source_kind = $source_kind,
            source_confidence = $source_confidence, checked_on = $checked_on, spring_url = $spring_url
        WHERE id = $id
        """,
        values,
    )
    for field in LISTS.keys() & set(fields):
        table, column = LISTS[field]
        cursor.execute(f"DELETE FROM {table} WHERE practice_id = $id", {"id": row.id})
        cursor.execute(
            f"INSERT INTO {table} (practice_id, {column}, position) "
            "SELECT $id, unnest($given::TEXT[]), unnest(range(1, len($given::TEXT[]) + 1))",
            {"id": row.id, "given": list(getattr(row, field))},
        )


# --- inside --------------------------------------------------------------------------------------------------


def _practice(cursor: Cursor, practice_id: str) -> CuratedPractice:
    found = cursor.execute("SELECT * FROM practice WHERE id = $id", {"id": practice_id})
    names = [column[0] for column in found.description]
    row = found.fetchone()
    if row is None:
        raise PracticesError(f"There is no practice {practice_id[:80]!r}.")
    whole = dict(zip(names, row, strict=True))
    facts = {name: whole.get(name) for name in PracticeRow.model_fields} | {"place": tuple(whole["places"])}
    for field, (table, column) in LISTS.items():
        values = cursor.execute(
            f"SELECT {column} FROM {table} WHERE practice_id = $id ORDER BY position", {"id": practice_id}
        ).fetchall()
        facts[field] = tuple(value for (value,) in values)
    own = ("version", "state", "merged_into", "still_running", "running_said_by", "running_said_on", "checked_by")
    return CuratedPractice(facts, **{name: whole[name] for name in own})


def _set(  # noqa: PLR0913, PLR0917
    store: Store, actor: Actor, action: str, practice_id: str, version: int, after: dict[str, Any], reason: str
) -> int:
    """Set columns of a practice that are no facts of its file, and move its state where the action is a move."""

    def work(cursor: Cursor, before: CuratedPractice) -> tuple[Facts, Facts]:
        new = after if action == "edit" else after | {"state": moved(action, before.thing)}
        _bump(cursor, practice_id, new)
        return {name: getattr(before, name, before.facts.get(name)) for name in new}, new

    return _change(store, actor, action, practice_id, version, work, reason)


def _change(store: Store, actor: Actor, action: str, practice_id: str, *rest: Any) -> int:
    return versioned_change.change(store, actor, action, lambda cursor: _practice(cursor, practice_id), *rest)


_SETTERS = {
    "state": "UPDATE practice SET state = $value WHERE id = $id",
    "merged_into": "UPDATE practice SET merged_into = $value WHERE id = $id",
    "left_on": "UPDATE practice SET left_on = $value WHERE id = $id",
    "left_because": "UPDATE practice SET left_because = $value WHERE id = $id",
    "checked_on": "UPDATE practice SET checked_on = $value WHERE id = $id",
    "checked_by": "UPDATE practice SET checked_by = $value WHERE id = $id",
    "still_running": "UPDATE practice SET still_running = $value WHERE id = $id",
    "running_said_by": "UPDATE practice SET running_said_by = $value WHERE id = $id",
    "running_said_on": "UPDATE practice SET running_said_on = $value WHERE id = $id",
}


def _bump(cursor: Cursor, practice_id: str, new: Mapping[str, Any]) -> None:
    for name, value in new.items():
        cursor.execute(_SETTERS[name], {"id": practice_id, "value": value})
    cursor.execute("UPDATE practice SET version = version + 1 WHERE id = $id", {"id": practice_id})


def _add_sources(cursor: Cursor, practice_id: str, fields: list[str], url: str) -> None:
    """List the page among the practice's sources. The reason is for the record and not for the public."""
    for field in fields:
        cursor.execute(
            "INSERT INTO practice_source (practice_id, field, url) VALUES ($id, $field, $url) ON CONFLICT DO NOTHING",
            {"id": practice_id, "field": field, "url": url},
        )


def _hand_over(cursor: Cursor, actor: Actor, old: str, kept: str, reason: str) -> None:
    """Let everything that belongs to a practice belong to another one; what that one has already stays behind."""
    both = {"old": old, "kept": kept}
    rows = cursor.execute(
        "SELECT id, framework_id, framework_version, basis, assessor, assessed_on FROM assessment "
        "WHERE practice_id = $id",
        {"id": old},
    ).fetchall()
    for id_, framework, version, basis, assessor, day in rows:
        new = ":".join((kept, basis, assessor, day.isoformat(), f"{framework}-{version}"))
        if cursor.execute("SELECT 1 FROM assessment WHERE id = $id", {"id": new}).fetchone():
            continue
        renamed = {"old": id_, "new": new, "kept": kept}
        cursor.execute(
            "UPDATE assessment SET id = $new, practice_id = $kept, version = version + 1 WHERE id = $old", renamed
        )
        cursor.execute("UPDATE answer SET assessment_id = $new WHERE assessment_id = $old", {"old": id_, "new": new})
        audit_log.record(cursor, actor, "rename", f"assessment:{new}", before={"id": id_}, after={"id": new})
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
    edit_library.hand_over(cursor, actor, "practice", old, kept, reason)


def _assessment(cursor: Cursor, assessment_id: str) -> dict[str, Any]:
    found = cursor.execute("SELECT * FROM assessment WHERE id = $id", {"id": assessment_id})
    names = [column[0] for column in found.description]
    row = found.fetchone()
    if row is None:
        raise PracticesError(f"There is no assessment {assessment_id[:160]!r}.")
    return dict(zip(names, row, strict=True))


def _answer(cursor: Cursor, assessment_id: str, indicator_id: str) -> dict[str, Any]:
    names = (*ANSWER_FIELDS, "version")
    row = cursor.execute(
        "SELECT answer, evidence_level, note, source_url, source_publisher, independent_of_operator, version "
        "FROM answer WHERE assessment_id = $assessment AND indicator_id = $indicator",
        {"assessment": assessment_id, "indicator": indicator_id},
    ).fetchone()
    return dict(zip(names, row, strict=True)) if row else {}


def _checked_answer(assessment: Mapping[str, Any], indicator_id: str, given: Mapping[str, Any]) -> AnswerRow:
    from criteria.framework import published_frameworks  # noqa: PLC0415

    framework = published_frameworks()[(assessment["framework_id"], assessment["framework_version"])]
    if indicator_id not in {indicator.id for indicator in framework.indicators}:
        raise PracticesError(f"{indicator_id[:60]!r} is not an indicator of the assessment's framework.")
    about = {
        "practice_id": assessment["practice_id"],
        "framework": assessment["framework_id"],
        "framework_version": assessment["framework_version"],
        "basis": assessment["basis"],
        "assessor": assessment["assessor"],
        "assessed_on": assessment["assessed_on"],
        "indicator_id": indicator_id,
    }
    row = versioned_change.checked(AnswerRow, about | dict(given))
    if row.source_url is None and row.answer not in _WITHOUT_SOURCE:
        raise PracticesError("An answer needs the address of the page it rests on (source_url). Nothing was saved.")
    return row


def _write_answer(
    cursor: Cursor, assessment_id: str, indicator_id: str, after: Mapping[str, Any], version: int
) -> None:
    cursor.execute(
        """
        INSERT INTO answer (
            assessment_id, indicator_id, answer, evidence_level, note, source_url, source_publisher,
            independent_of_operator, version
        ) VALUES (
            $assessment, $indicator, $answer, $evidence_level, $note, $source_url, $source_publisher,
            $independent_of_operator, $version
        )
        ON CONFLICT DO UPDATE SET
            answer = excluded.answer, evidence_level = excluded.evidence_level, note = excluded.note,
            source_url = excluded.source_url, source_publisher = excluded.source_publisher,
            independent_of_operator = excluded.independent_of_operator, version = excluded.version
        """,
        {**after, "assessment": assessment_id, "indicator": indicator_id, "version": version + 1},
    )
    cursor.execute("UPDATE assessment SET version = version + 1 WHERE id = $id", {"id": assessment_id})
