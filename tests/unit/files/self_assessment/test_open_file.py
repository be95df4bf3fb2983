"""The file of a self-assessment: what goes out comes back; other versions say what changed; everything else is "
"refused."""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader

from criteria.framework import current_framework, published_frameworks
from practices_db.catalogue.practice_rows import AnswerRow, columns
from practices_db.errors import PracticesError
from practices_db.files.briefs import as_html, as_pdf, own_brief
from practices_db.files.briefs.self_assessment import MARK
from practices_db.files.self_assessment.documents import as_csv, as_xlsx, own_file_name, slug
from practices_db.files.self_assessment.form import Draft, OwnAnswer, OwnAssessment, file_text, new_form
from practices_db.files.self_assessment.open_file import open_draft, open_file
from tests.unit.files.self_assessment.test_merge import a_form

FRAMEWORK = current_framework()
BEFORE = published_frameworks()["integration-practices", "1.0.0"]
DAY = date(2026, 3, 4)
PLAIN = json.loads(file_text(a_form(random.Random(5)), DAY))  # noqa: S311


def refused(content: bytes) -> str:
    with pytest.raises(PracticesError) as caught:
        open_file(content)
    return str(caught.value)


def with_changes(**changes: object) -> bytes:
    return json.dumps(PLAIN | changes).encode()


@pytest.mark.parametrize("seed", range(10))
def test_what_is_saved_is_what_is_opened(seed: int) -> None:
    form = a_form(random.Random(seed))  # noqa: S311
    opened = open_file(file_text(form, DAY).encode())
    assert opened.changes == ()
    assert opened.form.form == form.form
    assert [(one.note, one.link, one.evidence_level) for one in opened.form.answers] == [
        (one.note, one.link, one.evidence_level) for one in form.answers
    ]
    assert opened.form.profile == form.profile
    assert file_text(opened.form, DAY) == file_text(form, DAY)


def test_the_file_can_be_read_by_a_person() -> None:
    text = file_text(a_form(random.Random(1)), DAY)  # noqa: S311
    for one in FRAMEWORK.indicators[:3]:
        if f'"{one.id}"' in text:
            assert f'"about": "{one.label}"' in text
    assert text.startswith('{\n  "file": "Integration Practices self-assessment",\n  "format": 1,')
    assert text.count("\n") > 100


def test_a_draft_comes_back_from_the_browser_whole() -> None:
    forms = [a_form(random.Random(seed)) for seed in range(4)]  # noqa: S311
    draft = Draft(mine=forms[0], colleagues=tuple(forms[1:3]), last_year=forms[3], settled=("eff-result",))
    assert open_draft(draft.model_dump_json()) == (draft, ())
    assert not draft.empty
    assert Draft(mine=new_form(DAY)).empty
    with pytest.raises(PracticesError, match="What this browser kept"):
        open_draft('{"draft": 2}')


def test_every_fault_of_a_file_is_named_with_its_place() -> None:
    answers = [
        {"indicator": "eff-result", "answer": "excellent"},
        {"indicator": "evi-comparison", "answer": "met", "evidence_level": 9},
        {"indicator": "eff-lasts", "answer": "met", "score": 100},
    ]
    said = refused(with_changes(answers=answers, colour="red", profile={"countries": ["Atlantis"]}))
    for words in (
        "answers, 1 (eff-result), answer: Input should be 'met'",
        "answers, 2 (evi-comparison), evidence_level",
        "answers, 3 (eff-lasts), score: is not known here",
        "colour: is not known here",
        "profile, countries: 'Atlantis' is not in the list of country ids",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not JSON"),
        (b"[]", "holds no form"),
        (b'{"file": "another"}', "not a self-assessment of this app"),
        (with_changes(format=2), "newer format"),
        (with_changes(framework_version="9.9.9"), "does not know those"),
        (b"[" * 50_000, "no form has"),
        (b'{"a": ' + b"9" * 6_000 + b"}", "no form has"),
        (b'{"a": NaN}', "no form has"),
        (b'{"file": 1, "file": 2}', "'file' stands twice"),
        (b"\xff\xfe{", "not UTF-8"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04rest", "workbook"),
        (b" " * 1_000_001, "more than 1,000 kB"),
        (with_changes(answers=[{"indicator": "no-such", "answer": "met"}]), "'no-such' is not asked"),
        (with_changes(answers=[PLAIN["answers"][0]] * 2), "answered twice"),
        (with_changes(out_of_reach=["no-such"]), "is not asked"),
        (with_changes(saved_on=0), "saved_on: not a date"),
    ],
)
def test_what_is_no_self_assessment_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    assert reason in refused(content)


def test_hostile_text_in_a_file_stays_text_or_is_refused() -> None:
    note = "<script>alert(1)</script> =cmd() \u202e \x00\x1b[31m"
    form = open_file(with_changes(answers=[{"indicator": "eff-result", "answer": "met", "note": note}])).form
    assert form.answers[0].note == "<script>alert(1)</script> =cmd() \u202e [31m"
    lone = b'{"file": "Integration Practices self-assessment", "profile": {"name": "\\ud800"}}'
    with pytest.raises(PracticesError):
        open_file(lone)


def test_every_hostile_file_is_refused_with_a_reason(corpora: Path) -> None:
    files = [path for path in corpora.rglob("*") if path.is_file()]
    assert len(files) > 50
    for path in files:
        assert len(refused(path.read_bytes())) > 20, path


# --- another version of the framework ------------------------------------------------------------------------------


def test_answers_of_an_earlier_version_are_kept_beside_the_questions_and_count_for_nothing() -> None:
    form = new_form(DAY, BEFORE)
    for id_ in ("eff-theory-of-change", "sus-continued", "eff-follow-up"):
        form = form.with_answer(OwnAnswer(indicator=id_, answer="met", note="our note"))
    form = form.model_copy(update={"out_of_reach": ("sus-capacity",)})
    opened = open_file(file_text(form, DAY).encode())
    assert (opened.form.framework_version, opened.form.answers, opened.form.out_of_reach) == ("2.0.0", (), ())
    earlier = opened.form.earlier
    assert earlier
    assert {one.indicator for one in earlier.answers} == {"eff-theory-of-change", "sus-continued", "eff-follow-up"}
    beside = {one.id: [old.indicator for old in earlier.followed_by(one)] for one in FRAMEWORK.indicators}
    assert {id_: old for id_, old in beside.items() if old} == {
        "eff-lasts": ["eff-follow-up"],
        "evi-theory-of-change": ["eff-theory-of-change"],
        "sus-continued": ["sus-continued"],
    }
    said = "\n".join(opened.changes)
    assert "The questions are now version 2.0.0; these answers were given to version 1.0.0." in said
    assert "3 earlier answers stand beside the questions" in said
    assert "New: Result on the main outcome." in said
    assert "mark again what you cannot change" in said
    # they stay in her file until she has confirmed them
    again = open_file(file_text(opened.form, DAY).encode())
    assert again.changes == ()
    assert again.form.earlier == earlier


def test_every_question_of_the_earlier_version_is_followed_or_named_as_gone() -> None:
    form = new_form(DAY, BEFORE)
    for one in BEFORE.indicators:
        form = form.with_answer(OwnAnswer(indicator=one.id, answer="partly", note="as it was"))
    opened = open_file(file_text(form, DAY).encode())
    assert opened.form.earlier
    followed = {old.indicator for one in FRAMEWORK.indicators for old in opened.form.earlier.followed_by(one)}
    for one in BEFORE.indicators:
        gone = any(
            line.startswith(f"No longer asked: {one.label}; you had answered “Partly met”, with the note “as it was”")
            for line in opened.changes
        )
        assert gone != (one.id in followed), one.id


def test_forms_of_others_that_answer_other_questions_are_closed_and_that_is_said() -> None:
    old = new_form(DAY, BEFORE).with_answer(OwnAnswer(indicator="sus-continued", answer="met"))
    now = new_form(DAY).with_answer(OwnAnswer(indicator="sus-continued", answer="met"))
    draft, changes = open_draft(Draft(mine=now, colleagues=(now, old), last_year=old).model_dump_json())
    assert (draft.mine, draft.colleagues, draft.last_year) == (now, (now,), None)
    assert changes == (
        "Forms of colleagues or of last year that were made with other questions are closed: they cannot be compared.",
    )


def test_an_evidence_level_that_cannot_stand_there_is_refused_with_the_reason() -> None:
    said = refused(with_changes(answers=[{"indicator": "sus-documented", "answer": "met", "evidence_level": 5}]))
    assert "answers, sus-documented: evidence level 5" in said
    assert "does not ask for one" in said
    open_file(with_changes(answers=[{"indicator": "eff-result", "answer": "met", "evidence_level": 5}]))


@pytest.mark.parametrize(
    ("earlier", "reason"),
    [
        ({"framework": "integration-practices", "framework_version": "0.5.0"}, "is not known here"),
        (
            {
                "framework": "integration-practices",
                "framework_version": "1.0.0",
                "answers": [{"indicator": "no-such", "answer": "met"}],
            },
            "earlier: 'no-such' is not asked",
        ),
    ],
)
def test_earlier_answers_that_nobody_could_have_given_are_refused(earlier: dict[str, object], reason: str) -> None:
    assert reason in refused(with_changes(earlier=earlier))


# --- what is taken away --------------------------------------------------------------------------------------------


def test_the_csv_is_the_catalogues_own_format_and_harmless() -> None:
    form = new_form(DAY).with_profile(name="Café für Łódź")
    form = form.with_answer(
        OwnAnswer(indicator="eff-result", answer="met", evidence_level=2, note="=1+1", link="example.org/r")
    )
    form = form.with_answer(OwnAnswer(indicator="evi-comparison", answer="not-applicable", evidence_level=4))
    form = form.with_answer(OwnAnswer(indicator="eff-lasts", answer="partly", link="in the cupboard"))
    text = as_csv(form, DAY).decode()
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))
    assert list(rows[0]) == [*columns(AnswerRow), "format"]
    assert {row.pop("format") for row in rows} == {"csv-comma"}  # by which an import knows that apostrophes come off
    checked = [AnswerRow.model_validate(row) for row in rows]
    assert rows[0]["note"] == "'=1+1"
    assert [(one.indicator_id, one.answer, one.evidence_level, one.source_url) for one in checked] == [
        ("eff-result", "met", 2, "https://example.org/r"),
        ("eff-lasts", "partly", 0, None),
        ("evi-comparison", "not-applicable", 0, None),
    ]
    assert checked[1].note == "(see: in the cupboard)"
    assert {one.practice_id for one in checked} == {slug(form)} == {"cafe-fur-lodz"}


def test_the_workbook_has_profile_scores_and_every_indicator() -> None:
    form = a_form(random.Random(2))  # noqa: S311
    content = as_xlsx(form, DAY)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["about", "profile", "scores", "answers"]
    assert book["answers"].max_row == len(FRAMEWORK.indicators) + 1
    assert [row[0].value for row in book["scores"].iter_rows(min_row=2)] == [one.title for one in FRAMEWORK.criteria]
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert zipfile.is_zipfile(io.BytesIO(content))


def test_the_report_is_marked_and_has_answers_sources_and_method() -> None:
    form = new_form(DAY).with_profile(name="Welcome café", organisation="Open Doors", sectors=("language",))
    form = form.with_answer(
        OwnAnswer(indicator="eff-result", answer="met", evidence_level=1, note="See <b>p. 4</b>", link="example.org")
    )
    brief = own_brief(form, DAY)
    page = as_html(brief)
    pdf = " ".join(one.extract_text() for one in PdfReader(io.BytesIO(as_pdf(brief))).pages)
    for text in (page, " ".join(pdf.split())):
        for words in ("Welcome café", "Self-assessment", "Open Doors", "example.org", "not SPRING"):
            assert words.replace("'", "") in text.replace("&#39;", "")
    assert MARK in page
    assert "See &lt;b&gt;p. 4&lt;/b&gt;" in page
    assert "<script" not in page


def test_to_name_a_document_takes_hours_in_the_report_not_what_the_change_itself_would() -> None:
    form = new_form(DAY)
    for one in FRAMEWORK.indicators:
        form = form.with_answer(OwnAnswer(indicator=one.id, answer="met"))
    steps = next(block for block in own_brief(form, DAY).blocks if block.text.startswith("Steps to the next level"))
    assert {row[1:3] for row in steps.rows} == {
        ("Name a document or a figure that shows it.", "hours, where a document exists")
    }


def test_the_report_of_an_empty_form_says_that_nothing_is_answered() -> None:
    assert "Nothing is answered yet." in as_html(own_brief(new_form(DAY), DAY))


def test_two_files_never_have_the_same_name() -> None:
    form: OwnAssessment = a_form(random.Random(1))  # noqa: S311
    assert len({own_file_name(form, DAY, "json") for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("www.example.org/report", "https://www.example.org/report"),
        ("example.org", "https://example.org"),
        ("javascript:alert(1)", ""),
        ("see our office", ""),
        ("http://", ""),
        ("", ""),
    ],
)
def test_a_link_is_taken_only_where_it_is_a_web_address(typed: str, address: str) -> None:
    assert OwnAnswer(indicator="a", answer="met", link=typed).address == address


def test_the_report_says_what_an_answer_means_what_has_evidence_and_leaves_room_for_who_and_when() -> None:
    framework = current_framework()
    form = new_form(DAY)
    for one in framework.headlines[1].indicators:
        form = form.with_answer(OwnAnswer(indicator=one.id, answer="not-met"))
    form = form.with_answer(OwnAnswer(indicator="sus-continued", answer="met", evidence_level=1))
    made = own_brief(form, DAY)
    answers, steps = (block for block in made.blocks if block.kind == "table")
    told = {row[1]: row[2:4] for row in answers.rows}
    indicator = framework.indicator("sus-continued")
    assert told[indicator.label] == (f"Met: {indicator.met}", "Documents or monitoring figures")
    assert told["Costs known"][1] == "not said"
    scores = next(block for block in made.blocks if block.rows and block.rows[0][0] == "Effectiveness")
    assert f"1 of {len(framework.headlines[1].indicators)} answers with evidence." in scores.rows[1][1]
    assert "Level: not enough documented" in scores.rows[0][1]
    assert steps.header[-2:] == ("Who", "By when")
    assert steps.rows
    assert all(row[1] and row[2] and row[3:] == ("", "") for row in steps.rows)
