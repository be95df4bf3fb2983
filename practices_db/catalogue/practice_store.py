"""The one writer of practices, their sources and answers: the build, imports and curators all write through it.

Everything in the caller's transaction. What is written are checked rows; who may, and what goes on record, is left to
the caller. The names of columns come from ``practice_fields`` and the row models.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal

from criteria.framework import framework_hash, published_frameworks
from practices_db.catalogue import write_files
from practices_db.catalogue.practice_fields import RECORD, SEVERAL, SINGLE
from practices_db.catalogue.practice_rows import AnswerRow, PracticeRow, SourceRow
from practices_db.catalogue.read_files import Catalogue
from practices_db.database.store import Cursor, over_rows

FROM_FILES, OTHER_FORM = "catalogue files", "catalogue files in another form"
_OF_ASSESSMENT = ("practice_id", "framework", "framework_version", "basis", "assessor", "assessed_on")
ANSWER_FIELDS = tuple(name for name in AnswerRow.model_fields if name not in _OF_ASSESSMENT and name != "indicator_id")
_RECORD = {"checked_on", *(column.id for column in RECORD)}

_UPDATE_PRACTICE = f"""
    UPDATE practice SET {", ".join(f"{field.column} = n.{field.column}" for field in SINGLE if field.id != "id")},
        version = practice.version + 1
    FROM new_rows n WHERE practice.id = n.id
"""
_WRITE_ANSWERS = f"""
    INSERT INTO answer BY NAME SELECT * FROM new_rows
    ON CONFLICT DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in ANSWER_FIELDS)},
        version = answer.version + 1
"""


def insert_practices(cursor: Cursor, rows: Iterable[PracticeRow]) -> None:
    """Insert practices that are not there yet."""
    new = list(rows)
    _insert(cursor, "practice", map(_single, new))
    _insert_several(cursor, new)


def update_practices(cursor: Cursor, rows: Iterable[PracticeRow]) -> None:
    """Write every field of practices that are there; their version goes up by one."""
    changed = list(rows)
    over_rows(cursor, _UPDATE_PRACTICE, map(_single, changed))
    for field in SEVERAL:
        cursor.execute(
            f"DELETE FROM {field.table} WHERE practice_id IN (SELECT unnest($ids::TEXT[]))",
            {"ids": [row.id for row in changed]},
        )
    _insert_several(cursor, changed)


def set_record(cursor: Cursor, practice_id: str, new: Mapping[str, Any]) -> None:
    """Set columns of a practice that say how its record stands; its version goes up by one.

    ``new`` holds ids of ``practice_fields.RECORD``, or ``checked_on``; KeyError for any other name.
    """
    if unknown := new.keys() - _RECORD:
        raise KeyError(*unknown)
    setters = "".join(f"{name} = ${name}, " for name in new)
    cursor.execute(f"UPDATE practice SET {setters}version = version + 1 WHERE id = $id", {**new, "id": practice_id})


def bump(cursor: Cursor, ids: Iterable[str]) -> None:
    """Let the versions of practices go up by one."""
    cursor.execute(
        "UPDATE practice SET version = version + 1 WHERE id IN (SELECT unnest($ids::TEXT[]))", {"ids": list(ids)}
    )


def write_sources(cursor: Cursor, rows: Iterable[SourceRow], *, keep_remarks: bool = False) -> None:
    """Write further pages that supplied one fact each; the remark of one that is there is replaced or kept."""
    clash = "NOTHING" if keep_remarks else "UPDATE SET remark = excluded.remark"
    over_rows(
        cursor,
        f"INSERT INTO practice_source BY NAME SELECT * FROM new_rows ON CONFLICT DO {clash}",
        (
            {"practice_id": row.practice_id, "field": row.field, "url": row.address, "remark": row.remark}
            for row in rows
        ),
    )


def write_answers(
    cursor: Cursor, rows: Iterable[AnswerRow], submission_id: str | None = None, *, blind: bool = False
) -> None:
    """Write answers, over those that are there, and the published assessments they belong to.

    The version of every answer and assessment that is there goes up by one. ``submission_id`` is what a new assessment
    came in with, ``blind`` whether it was made without seeing the others.
    """
    given = list(rows)
    assessments = {row.assessment_id: row for row in given}
    there = cursor.execute(
        "UPDATE assessment SET version = version + 1 WHERE id IN (SELECT unnest($ids::TEXT[])) RETURNING id",
        {"ids": list(assessments)},
    ).fetchall()
    known = {id_ for (id_,) in there}
    _insert(
        cursor,
        "assessment",
        (
            {
                "id": id_,
                "practice_id": row.practice_id,
                "framework_id": row.framework,
                "framework_version": row.framework_version,
                "basis": row.basis,
                "assessor": row.assessor,
                "assessed_on": row.assessed_on,
                "status": "published",
                "submission_id": submission_id,
                "blind": blind,
            }
            for id_, row in assessments.items()
            if id_ not in known
        ),
    )
    over_rows(
        cursor,
        _WRITE_ANSWERS,
        (row.model_dump(exclude=set(_OF_ASSESSMENT)) | {"assessment_id": row.assessment_id} for row in given),
    )


def insert_catalogue(cursor: Cursor, catalogue: Catalogue) -> None:
    """Write everything that the catalogue's files say of practices into an empty database."""
    insert_practices(cursor, catalogue.practices)
    write_sources(cursor, catalogue.sources)
    frameworks = published_frameworks().items()
    _insert(
        cursor,
        "framework",
        (
            {"id": id_, "version": version, "title": framework.title, "content_hash": framework_hash(framework)}
            for (id_, version), framework in frameworks
        ),
    )
    write_answers(cursor, catalogue.answers)
    day = max((row.released_on for row in catalogue.releases), default=date.min)  # the files do not say when
    _insert(cursor, "settlement", (row.model_dump() | {"settled_on": day} for row in catalogue.settlements))
    _insert(cursor, "statement", (row.model_dump() for row in catalogue.statements))
    _insert(
        cursor,
        "released_former",
        (row.model_dump(exclude={"merged_into"}) | {"practice_id": row.merged_into} for row in catalogue.former),
    )
    # before this database: counted downwards, so that they come before what its own audit says
    lines = len(catalogue.history)
    _insert(
        cursor,
        "released_history",
        (row.model_dump() | {"seq": at - lines} for at, row in enumerate(catalogue.history)),
    )
    for row in catalogue.running:
        cursor.execute(
            "UPDATE practice SET still_running = $still_running, running_said_by = $said_by, "
            "running_said_on = $said_on WHERE id = $practice_id",
            row.model_dump(),
        )
    _insert(cursor, "data_version", _releases(catalogue))


def say_other_form(cursor: Cursor) -> None:
    """Say so where the files of a new database are not in the form in which the app writes them.

    Their hash then is none of the released tables, and ``check`` cannot compare the two.
    """
    cursor.execute(
        "UPDATE data_version SET origin = $other WHERE origin = $files AND content_hash <> $hash "
        "AND number = (SELECT number FROM data_version ORDER BY number DESC LIMIT 1)",
        {
            "other": OTHER_FORM,
            "files": FROM_FILES,
            "hash": write_files.content_hash(write_files.texts(cursor)),
        },
    )


def _releases(catalogue: Catalogue) -> list[dict[str, object]]:
    """Return the releases the files know, and one more where the files are not as the last of them left them."""
    known = sorted(catalogue.releases, key=lambda row: row.number)
    releases: list[dict[str, object]] = [row.model_dump() for row in known]
    if known and known[-1].content_hash == catalogue.content_hash:
        return releases
    now = {
        "number": known[-1].number + 1 if known else 1,
        "released_on": _last_read(catalogue),
        "content_hash": catalogue.content_hash,
        "origin": FROM_FILES,
        "note": None,
    }
    return [*releases, now]


def _last_read(catalogue: Catalogue) -> date:
    """Return the last day on which something in any of the files was read or assessed."""
    days = [row.checked_on for row in catalogue.practices] + [row.assessed_on for row in catalogue.answers]
    days += [row.checked_on for rows in catalogue.items.values() for row in rows if hasattr(row, "checked_on")]
    return max(days, default=date.min)


def _single(row: PracticeRow) -> dict[str, object]:
    """Return the fields of one value as columns of ``practice``."""
    return {field.column: getattr(row, field.id) for field in SINGLE}


def _insert_several(cursor: Cursor, rows: list[PracticeRow]) -> None:
    for field in SEVERAL:
        over_rows(
            cursor,
            f"INSERT INTO {field.table} BY NAME SELECT * FROM new_rows",
            (
                {"practice_id": row.id, field.value: value, "position": position}
                for row in rows
                for position, value in enumerate(getattr(row, field.id), start=1)
            ),
        )


_Table = Literal[
    "practice", "framework", "assessment", "settlement", "statement", "released_former", "released_history",
    "data_version",
]  # fmt: skip


def _insert(cursor: Cursor, table: _Table, rows: Iterable[Mapping[str, object]]) -> None:
    over_rows(cursor, f"INSERT INTO {table} BY NAME SELECT * FROM new_rows", rows)
