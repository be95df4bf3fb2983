"""The review queue as curators see it: look, accept, send back, and settle where assessors disagree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from criteria.counted_answer import COUNTING
from criteria.framework import CURRENT, current_framework
from practices_db.catalogue import practice_store
from practices_db.catalogue.practice_rows import AnswerRow, PracticeRow, assessment_id
from practices_db.curation import edit_practices, submissions, withdrawal_list
from practices_db.curation.permissions import Thing, require
from practices_db.curation.submission_forms import (
    GivenAnswer,
    SecondAssessment,
    SelfAssessment,
    Statement,
    checked_payload,
)
from practices_db.curation.submissions import Submission
from practices_db.curation.versioned_change import Edit, require_version
from practices_db.database import audit_log
from practices_db.database.store import Cursor, Store, value_of
from practices_db.errors import Actor, PracticesError

_BASIS = {"self-assessment": "self-assessment", "second-assessment": "desk-review"}


@dataclass(frozen=True)
class Difference:
    """One thing that a submission would change; ``before`` is "" where there is nothing yet."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Disagreement:
    """An indicator answered differently; ``answers`` by assessment id, ``settled`` the one that counts."""

    indicator_id: str
    answers: dict[str, str]
    settled: str | None
    note: str | None
    version: int


def queue(cursor: Cursor, actor: Actor, statuses: Iterable[str] = ("submitted",)) -> list[Submission]:
    """Return the submissions in these states, the oldest first."""
    require(actor, "read", Thing("submission"))
    return submissions.selected(cursor, "list_contains($statuses::TEXT[], status)", {"statuses": list(statuses)})


def waiting(cursor: Cursor) -> int:
    """Return how many submissions wait for a curator; the number alone is nobody's secret."""
    return int(value_of(cursor, "SELECT count(*) FROM submission WHERE status = 'submitted'"))


def submission(cursor: Cursor, actor: Actor, id_: str) -> Submission:
    """Return one submission."""
    require(actor, "read", Thing("submission", id_))
    return submissions.by_id(cursor, id_)


def differences(cursor: Cursor, actor: Actor, id_: str) -> list[Difference]:
    """Return what a submission would change, beside what stands there now."""
    found = submission(cursor, actor, id_)
    if found.payload is None:
        return []
    match checked_payload(found.kind, found.payload):
        case SelfAssessment() | SecondAssessment() as given:
            new = given.practice if isinstance(given, SelfAssessment) and found.practice_id is None else None
            return [*_new_facts(new), *_answer_differences(cursor, found, given.answers)]
        case Statement() as given:
            row = cursor.execute(
                "SELECT organisation, words FROM statement WHERE practice_id = $id", {"id": found.practice_id}
            ).fetchone()
            old = row or ("", "")
            pairs = (("organisation", old[0], given.organisation), ("statement", old[1], given.words))
            return [Difference(*pair) for pair in pairs if pair[1] != pair[2]]
        case given:
            return [Difference(name, "", str(value)) for name, value in given.model_dump(exclude_none=True).items()]


def accept(store: Store, edit: Edit) -> int:
    """Take a submission into the catalogue and return its new version; everybody sees it with the next release.

    Answers become an assessment, a statement stands beside the scores. A correction is carried out by the curator with
    ``edit_practices.edit_practice``; accepting it says that this is done. Raises NotAllowedError where it was accepted,
    returned or withdrawn meanwhile, ConflictError where it was corrected.
    """

    def work(cursor: Cursor) -> int:
        found = submissions.by_id(cursor, edit.item)
        new = submissions.step(cursor, found, "accept", edit)
        given = checked_payload(found.kind, found.payload)
        practice_id = found.practice_id
        if isinstance(given, SelfAssessment) and practice_id is None:
            practice_id = _add(cursor, edit.actor, given.practice, found.id)
        if isinstance(given, (SelfAssessment, SecondAssessment)):
            _require_listed(cursor, practice_id)
            _take_answers(cursor, edit.actor, found, str(practice_id), given)
        if isinstance(given, Statement):
            _require_listed(cursor, practice_id)
            _take_statement(cursor, found, given)
        if edit.public is not None and practice_id is not None:
            about = f"practice:{practice_id}"
            audit_log.record(
                cursor, edit.actor, audit_log.Entry("corrected", about, reason=edit.reason, public=edit.public)
            )
        return new

    return audit_log.guarded(store, work)


def send_back(store: Store, edit: Edit) -> int:
    """Return a submission to whoever sent it; the reason is a note that they read behind their private link."""
    if not edit.reason.strip():
        raise PracticesError("Say what is missing or needs correcting: the note is all that they see.")
    return _step(store, "return", edit)


def withdraw(store: Store, edit: Edit) -> int:
    """Withdraw a submission on behalf of whoever sent it and lost the private link."""
    new = _step(store, "withdraw", edit)
    withdrawal_list.settle(store)
    return new


def _step(store: Store, action: str, edit: Edit) -> int:
    def work(cursor: Cursor) -> int:
        return submissions.step(cursor, submissions.by_id(cursor, edit.item), action, edit)

    return audit_log.guarded(store, work)


def renew_link(store: Store, actor: Actor, id_: str) -> str:
    """Give a submission a new private link instead of its old one; return the token, shown this once."""
    return audit_log.guarded(store, lambda cursor: submissions.new_link(cursor, submissions.by_id(cursor, id_), actor))


def disagreements(cursor: Cursor, actor: Actor, practice_id: str) -> list[Disagreement]:
    """Return where published assessments of a practice answer differently, in the framework's order."""
    require(actor, "read", Thing("practice", practice_id))
    rows = cursor.execute(
        """
        SELECT a.indicator_id, a.assessment_id, a.answer, t.assessment_id, t.note, coalesce(t.version, 0)
        FROM answer a
        JOIN assessment s ON s.id = a.assessment_id
        LEFT JOIN settlement t ON t.practice_id = s.practice_id AND t.indicator_id = a.indicator_id
        WHERE s.practice_id = $id AND s.status = 'published' AND list_contains($bases::TEXT[], s.basis)
            AND s.framework_id = $framework AND s.framework_version = $version
        ORDER BY a.indicator_id, a.assessment_id
        """,
        {"id": practice_id, "framework": CURRENT[0], "version": CURRENT[1], "bases": list(COUNTING)},
    ).fetchall()
    found: dict[str, Disagreement] = {}
    for indicator, assessment, answer, *settled in rows:
        found.setdefault(indicator, Disagreement(indicator, {}, *settled)).answers[assessment] = answer
    order = [indicator.id for indicator in current_framework().indicators]
    return [found[id_] for id_ in order if id_ in found and len(set(found[id_].answers.values())) > 1]


def settle(store: Store, edit: Edit, indicator_id: str, assessment_id: str) -> int:
    """Decide which assessment's answer to an indicator counts; the reason is shown with it. Return the new version.

    The edit's version is that of the decision, 0 where there is none yet.

    Every assessor's answer stays as it was given: agreement is counted on those.
    """
    practice_id, actor, version, note = edit.item, edit.actor, edit.version, edit.reason
    if not note.strip():
        raise PracticesError("Say why this answer counts: the note is shown beside it.")

    def work(cursor: Cursor) -> int:
        practice = edit_practices.practice(cursor, actor, practice_id)
        require(actor, "settle", practice.thing)
        row = cursor.execute(
            "SELECT assessment_id, version FROM settlement WHERE practice_id = $p AND indicator_id = $i",
            {"p": practice_id, "i": indicator_id},
        ).fetchone()
        before, found = row or (None, 0)
        require_version(cursor, practice.thing.name, found, version)
        open_ = [one for one in disagreements(cursor, actor, practice_id) if one.indicator_id == indicator_id]
        if not open_ or assessment_id not in open_[0].answers:
            raise PracticesError("There is no disagreement on this indicator that this assessment takes part in.")
        cursor.execute(
            """
            INSERT INTO settlement (practice_id, indicator_id, assessment_id, note, settled_on, version)
            VALUES ($p, $i, $a, $note, $today, $version)
            ON CONFLICT DO UPDATE SET assessment_id = excluded.assessment_id, note = excluded.note,
                settled_on = excluded.settled_on, version = excluded.version
            """,
            {
                "p": practice_id,
                "i": indicator_id,
                "a": assessment_id,
                "note": note,
                "today": audit_log.now().date(),
                "version": version + 1,
            },
        )
        was, now = ({"indicator": indicator_id, "counts": one} for one in (before, assessment_id))
        line = audit_log.Entry("settle", practice.thing.name, before=was, after=now, reason=note)
        audit_log.record(cursor, actor, line)
        return version + 1

    return audit_log.guarded(store, work)


# --- inside --------------------------------------------------------------------------------------------------


def _new_facts(row: PracticeRow | None) -> list[Difference]:
    facts = {} if row is None else row.model_dump()
    return [
        Difference(name, "", "; ".join(value) if isinstance(value, tuple) else str(value))
        for name, value in facts.items()
        if value not in (None, ())
    ]


def _answer_differences(cursor: Cursor, found: Submission, given: Iterable[GivenAnswer]) -> list[Difference]:
    """Return the answers that would be others than those that count now."""
    now = dict(
        cursor.execute(
            "SELECT indicator_id, answer || ', evidence level ' || evidence_level FROM counted_answer "
            "WHERE practice_id = $id",
            {"id": found.practice_id},
        ).fetchall()
    )
    pairs = ((one.indicator_id, f"{one.answer}, evidence level {one.evidence_level}") for one in given)
    return [Difference(id_, now.get(id_, ""), after) for id_, after in pairs if now.get(id_) != after]


def _require_listed(cursor: Cursor, practice_id: str | None) -> None:
    if value_of(cursor, "SELECT state FROM practice WHERE id = $id", {"id": practice_id}) != "listed":
        raise PracticesError("The practice is not listed in the catalogue (any more). Nothing was accepted.")


def _add(cursor: Cursor, actor: Actor, row: PracticeRow | None, submission_id: str) -> str:
    if row is None:
        raise PracticesError("The submission names no practice and describes none. Send it back for its profile.")
    if cursor.execute("SELECT 1 FROM practice WHERE id = $id", {"id": row.id}).fetchone():
        raise PracticesError(f"There is a practice {row.id} already. Ask whether it is the same.")
    practice_store.insert_practices(cursor, [row])
    cursor.execute(
        "UPDATE submission SET practice_id = $practice WHERE id = $id", {"practice": row.id, "id": submission_id}
    )
    audit_log.record(
        cursor,
        actor,
        audit_log.Entry("add", f"practice:{row.id}", version=1, after={"from": f"submission:{submission_id}"}),
    )
    return row.id


def _take_answers(
    cursor: Cursor, actor: Actor, found: Submission, practice_id: str, given: SelfAssessment | SecondAssessment
) -> None:
    """Make a submission's answers an assessment; what was taken from the same submission before is replaced."""
    known = {"submission": found.id}
    cursor.execute(
        "DELETE FROM answer WHERE assessment_id IN (SELECT id FROM assessment WHERE submission_id = $submission)", known
    )
    cursor.execute("DELETE FROM assessment WHERE submission_id = $submission", known)
    basis = _BASIS[found.kind]
    id_ = assessment_id(practice_id, basis, given.assessor, given.assessed_on, given.framework, given.framework_version)
    if cursor.execute("SELECT 1 FROM assessment WHERE id = $id", {"id": id_}).fetchone():
        raise PracticesError(f"There is an assessment by {given.assessor} of that day already. Nothing was accepted.")
    about = given.model_dump(include={"framework", "framework_version", "assessor", "assessed_on"})
    about |= {"practice_id": practice_id, "basis": basis}
    rows = [AnswerRow(**about, **answer.model_dump()) for answer in given.answers]
    practice_store.write_answers(cursor, rows, found.id, blind=found.kind == "second-assessment")
    after = {"from": f"submission:{found.id}", "answers": len(given.answers)}
    audit_log.record(cursor, actor, audit_log.Entry("add", f"assessment:{id_}", version=1, after=after))


def _take_statement(cursor: Cursor, found: Submission, given: Statement) -> None:
    cursor.execute(
        """
        INSERT INTO statement (practice_id, organisation, words, stated_on, submission_id)
        VALUES ($practice, $organisation, $words, $day, $submission)
        ON CONFLICT DO UPDATE SET organisation = excluded.organisation, words = excluded.words,
            stated_on = excluded.stated_on, submission_id = excluded.submission_id, version = statement.version + 1
        """,
        {
            "practice": found.practice_id,
            "organisation": given.organisation,
            "words": given.words,
            "day": found.created.date(),
            "submission": found.id,
        },
    )
