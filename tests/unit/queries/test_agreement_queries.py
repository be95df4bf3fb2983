"""Which answers were given twice, and how far they agree: the catalogue's figures, and rows written by hand."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import oracles
import pytest

from criteria.order import NO_ERROR, CoderError
from practices_db.database.store import Cursor, Store
from practices_db.queries import agreement
from practices_db.queries.agreement import AnsweredTwice, agreement_of, answered_twice, coder_error


def test_figures_of_the_catalogue(store: Store) -> None:
    """As its README has them: 74 answers read anew, 66 the same and 73 within one step."""
    readme = " ".join((oracles.CATALOGUE.parent / "README.md").read_text(encoding="utf-8").split())
    with store.cursor() as cursor:
        own, notes = agreement_of(cursor, "own-sources"), agreement_of(cursor, "from-notes")
        anew, same_notes = agreement.readings(cursor)
        error = coder_error(cursor)
    assert (own.n, own.same, own.within_one_step) == (74, 66, 73)
    assert round(own.kappa or 0, 2) == 0.8
    assert (notes.n, notes.differences) == (413, 23)
    assert error == CoderError.measured(74, 8, 7)
    assert (
        f"{anew.practices} practices were read anew by assessor l, who found and read the sources without seeing any "
        "earlier answer (effectiveness, sustainability and evidence only). "
        f"Of {anew.either} cells that either answered both answered {own.n}; "
        f"of these {own.same} are the same ({own.same / own.n:.0%}, kappa {own.kappa:.2f}) and "
        f"{own.within_one_step} within one step."
    ).replace("%", " %") in readme
    assert f"{same_notes.practices} further practices were answered twice" in readme
    assert f"{notes.same / notes.n:.0%} the same, kappa {notes.kappa:.2f} (n = {notes.n})".replace("%", " %") in readme


@pytest.fixture
def few() -> Iterator[Cursor]:
    """Return a synthetic database of a few answers: of the release, without practices."""
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE released_assessor (assessor TEXT, kind TEXT); "
        "CREATE TABLE released_answer (practice_id TEXT, indicator_id TEXT, assessor TEXT, answer TEXT, blind BOOLEAN, "
        "assessment_id TEXT, basis TEXT DEFAULT 'desk-review', evidence_level INT DEFAULT 1, "
        "assessed_on DATE DEFAULT '2026-01-01', framework_id TEXT DEFAULT 'integration-practices', "
        "framework_version TEXT DEFAULT '2.0.0'); "
        "INSERT INTO released_assessor VALUES ('n1', 'from-notes'), ('n2', 'from-notes'), ('o', 'own-sources')"
    )
    yield connection
    connection.close()


def give(cursor: Cursor, practice: str, assessor: str, answer: str, blind: bool = False, **other: str) -> None:
    row = {"practice_id": practice, "indicator_id": "i", "assessor": assessor, "answer": answer, "blind": blind}
    row |= {"assessment_id": f"{practice}-{assessor}-{len(other)}"} | other
    cursor.execute(
        f"INSERT INTO released_answer ({', '.join(row)}) VALUES ({', '.join('$' + name for name in row)})", row
    )


def test_own_sources_are_held_against_the_answer_that_would_count_without_them(few: Cursor) -> None:
    for assessor, answer in (("n1", "met"), ("n2", "partly"), ("o", "met")):
        give(few, "p", assessor, answer)
    assert answered_twice(few, "own-sources") == [AnsweredTwice("p", "i", "partly", "met")]
    assert answered_twice(few, "from-notes") == [AnsweredTwice("p", "i", "met", "partly")]


def test_blind_assessment_is_from_own_sources_whoever_gave_it(few: Cursor) -> None:
    give(few, "p", "somebody", "met")
    give(few, "p", "curator", "not-met", blind=True)
    assert answered_twice(few, "own-sources") == [AnsweredTwice("p", "i", "met", "not-met")]
    assert answered_twice(few, "from-notes") == []


def test_what_says_nothing_is_no_pair(few: Cursor) -> None:
    give(few, "one reading", "o", "met")
    give(few, "one who read twice", "o", "met")
    give(few, "one who read twice", "o", "partly", assessed_on="2026-02-01")
    give(few, "not documented", "n1", "not-documented")
    give(few, "not documented", "o", "met")
    give(few, "checklist", "n1", "met", basis="tick-list")
    give(few, "checklist", "o", "met")
    give(few, "old", "n1", "met", framework_version="1.0.0")
    give(few, "old", "o", "met")
    assert answered_twice(few, "own-sources") == answered_twice(few, "from-notes") == []


def test_error_needs_twenty_pairs(few: Cursor) -> None:
    for at in range(19):
        give(few, f"p{at}", "n1", "met")
        give(few, f"p{at}", "o", "partly" if at < 2 else "met")
    assert coder_error(few) == NO_ERROR
    give(few, "p19", "n1", "met")
    give(few, "p19", "o", "met")
    assert coder_error(few) == CoderError.measured(20, 2, 2) == agreement.error_of(agreement_of(few, "own-sources"))
