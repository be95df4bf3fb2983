"""The sheet "Would it work here?": its questions, its file, what it refuses, what it takes away."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from criteria.framework import current_framework
from practices_db.database.store import Store
from practices_db.errors import PracticesError
from practices_db.files.briefs import as_html, as_pdf
from practices_db.files.briefs.transfer_sheet import (
    LARGEST_FILE,
    PLAN,
    STATES,
    Given,
    Sheet,
    conditions,
    facts,
    in_words,
    opened,
    questions,
    saved,
    sheet_brief,
    sheet_csv,
    whom,
)
from practices_db.queries import practices

DAY = date(2026, 2, 3)
CURANT = "curant-co-housing-for-unaccompanied-young-adult-refugees"
IDS = [question.id for _, question in questions()]


@pytest.fixture(scope="module")
def curant(store: Store) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    with store.cursor() as cursor:
        card = practices.practice(cursor, CURANT)
        notes: dict[str, list[dict[str, Any]]] = {}
        for row in practices.answers(cursor, CURANT).to_dict("records"):
            notes.setdefault(row["indicator_id"], []).append(dict(row))  # type: ignore[arg-type]
    assert card is not None
    return card, notes


def test_the_seven_conditions_are_there_each_with_whom_to_ask(curant: Any) -> None:
    assert [one.id for one in conditions()] == ["people", "place", "law", "money", "partners", "staff", "method"]
    assert len(IDS) == len(set(IDS)) == 14
    assert all(whom(question, curant[0]) for _, question in questions())


def test_every_indicator_that_is_named_is_in_the_framework() -> None:
    known = {indicator.id for indicator in current_framework().indicators}
    assert {one for condition in conditions() for one in condition.indicators} <= known


def test_what_is_said_of_the_practice_is_what_the_catalogue_knows(curant: Any) -> None:
    card, notes = curant
    said = {condition.id: facts(condition, card, notes) for condition in conditions()}
    assert "Budget 6,117,879 euro, as its source gives it" in said["money"]
    assert any("Antwerp" in one for one in said["place"])
    every_note = {row["note"] for rows in notes.values() for row in rows}
    taken = [one for lines in said.values() for one in lines if " (http" in one]
    assert taken
    assert all(one.rpartition(" (http")[0] in every_note for one in taken)


def test_where_nothing_is_known_nothing_is_said(store: Store) -> None:
    with store.cursor() as cursor:
        card = practices.practice(cursor, "parents4all")
    assert card is not None
    said = {condition.id: facts(condition, card, {}) for condition in conditions()}
    assert said["staff"] == []
    assert said["partners"] == []


sheets = st.builds(
    Sheet,
    practice=st.just(CURANT),
    place=st.text(max_size=50),
    answers=st.dictionaries(
        st.sampled_from(IDS), st.builds(Given, state=st.sampled_from(list(STATES)), note=st.text(max_size=80))
    ),
    plan=st.dictionaries(st.sampled_from(list(PLAN)), st.text(max_size=80)),
)


@given(sheets)
def test_a_saved_sheet_opens_as_it_was(sheet: Sheet) -> None:
    assert opened(saved(sheet)) == sheet


def test_no_number_comes_out_of_a_sheet_but_counts() -> None:
    sheet = Sheet(practice=CURANT, answers={IDS[0]: Given(state="same"), IDS[1]: Given(state="different")})
    assert in_words(sheet) == "1 the same, 1 different, 12 not known yet"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not a sheet that was saved here"),
        (b"{}", "not a sheet that was saved here"),
        (b"\xff\xfe", "not a sheet that was saved here"),
        (b'{"app":"Other","sheet":"transfer-1","practice":"a"}', "app"),
        (b'{"practice":"../../etc/passwd"}', "practice"),
        (b'{"practice":"a","answers":{"people-same":{"state":"perhaps"}}}', "people-same"),
        (b'{"practice":"a","answers":{"no-such-question":{}}}', "no-such-question"),
        (b'{"practice":"a","plan":{"other":"x"}}', "other"),
        (b'{"practice":"a","extra":1}', "extra"),
        (b" " * (LARGEST_FILE + 1), "larger than"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_with_the_reason(content: bytes, says: str) -> None:
    with pytest.raises(PracticesError, match=says):
        opened(content)


def test_a_note_that_is_too_long_is_refused() -> None:
    content = json.dumps({"practice": "a", "answers": {IDS[0]: {"note": "x" * 2001}}}).encode()
    with pytest.raises(PracticesError, match="note"):
        opened(content)


def test_the_csv_has_a_row_for_each_question_and_each_part_of_the_plan(curant: Any) -> None:
    card, notes = curant
    sheet = Sheet(
        practice=CURANT,
        place="=Town",
        answers={IDS[0]: Given(state="different", note="-older")},
        plan={"stop": "no flat by May"},
    )
    table = list(csv.DictReader(io.StringIO(sheet_csv(sheet, card, notes, DAY).decode("utf-8-sig"), newline="")))
    assert len(table) == len(IDS) + len(PLAN)
    assert table[0]["state"] == "different"
    assert table[0]["note"] == "'-older"
    assert table[0]["place"] == "'=Town"
    assert {row["state"] for row in table[1 : len(IDS)]} == {"unknown"}
    assert any(row["note"] == "no flat by May" for row in table)


def test_the_brief_holds_answers_facts_and_the_result_that_would_stop_it(store: Store, curant: Any) -> None:
    card, notes = curant
    sheet = Sheet(
        practice=CURANT,
        place="Smalltown",
        answers={IDS[0]: Given(state="different", note="older people")},
        plan={"stop": "no flat by May"},
    )
    with store.cursor() as cursor:
        made = sheet_brief(cursor, sheet, card, notes, DAY)
        elsewhere = sheet_brief(cursor, sheet.model_copy(update={"place": "家 🏠"}), card, notes, DAY)
    page = as_html(made)
    for words in ("Smalltown", "older people", "no flat by May", "6,117,879", "1 different", "Do not know yet"):
        assert words in page
    assert as_pdf(made).startswith(b"%PDF-1.7")
    assert as_pdf(elsewhere).startswith(b"%PDF-1.7")
