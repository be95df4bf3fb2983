"""Bringing in a file: read, preview, decide, apply."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable
from typing import get_args

import openpyxl
import oracles
import pytest
import xlsxwriter
from exported_files import DAY
from import_files import LEAST, MOST, NOTHING, bring, held, looked_at, read_once, rows_with, stored, table

from practices_db.catalogue import scorecards
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.problems import Problem, RefusedError
from practices_db.curation.permissions import CLI
from practices_db.database import audit_log
from practices_db.database.store import Store
from practices_db.errors import Actor, ConflictError, NotAllowedError, PracticesError
from practices_db.files.exports.csv_json import content, write_csv
from practices_db.files.exports.recipe import Contents, Format
from practices_db.files.exports.workbook import write_xlsx
from practices_db.files.imports.apply import apply
from practices_db.files.imports.duplicates import ALIKE, Named, alike, name_key
from practices_db.files.imports.preview import Decision, preview
from practices_db.files.imports.read import Confirmed, Question, read_file
from practices_db.files.imports.templates import TemplateKind, allowed_values, allowed_values_csv, template
from practices_db.files.reopen import reopen
from practices_db.queries.views import View

ANSWER = {
    "practice_id": "synthetic-new",
    "framework": "integration-practices",
    "framework_version": "2.0.0",
    "basis": "desk-review",
    "assessor": "synthetic-reviewer",
    "assessed_on": "2026-01-05",
    "indicator_id": "eff-result",
    "answer": "met",
    "evidence_level": "2",
}


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return file.getvalue()


def refusal(store: Store, file: bytes, confirmed: Confirmed = NOTHING) -> list[str]:
    """Return what a file is refused with; nothing is written."""
    before = held(store)
    problems: list[Problem] = []
    try:
        bring(store, file, confirmed)
    except RefusedError as refused:
        problems += refused.problems
    assert problems, f"was taken: {file[-300:]!r}"
    assert all(problem.reason for problem in problems)
    assert held(store) == before
    return [str(problem) for problem in problems]


# --- what a file does ------------------------------------------------------------------------------------------------


def test_new_practices_are_added_and_put_on_record(tiny_store: Store) -> None:
    before = held(tiny_store)
    shown = bring(tiny_store, table(LEAST, MOST).encode())
    assert shown.counts == {"practices": {"added": 2, "changed": 0, "unchanged": 0}}
    after = held(tiny_store)
    assert after["practice"] == before["practice"] + 2
    row = stored(tiny_store, "synthetic-most")
    assert (row["name"], row["lead_organisation"]) == (MOST["name"], MOST["lead_organisation"])
    assert (row["countries"], row["sectors"], list(row["places"])) == (
        ["DE", "PL"],
        ["language", "employment"],
        ["Łódź"],
    )
    assert (row["start_year"], row["budget_eur"], row["evaluation_documented"], row["version"]) == (2019, 1200, True, 1)
    assert row["outcome_figures"] == MOST["outcome_figures"]
    with tiny_store.cursor() as cursor:
        (line,) = audit_log.history(cursor, "practice:synthetic-most")
        assert (line.action, line.actor, line.before, line.version) == ("import", "cli", None, 1)
        assert line.after is not None
        assert line.after["countries"] == "DE;PL"
        assert shown.upload.sha256 in line.reason
        (whole,) = audit_log.history(cursor, "data")
        assert whole.after == {"file": "file.csv", "sha256": shown.upload.sha256, "counts": shown.counts}
        assert audit_log.verify(cursor) == []
        assert cursor.execute("SELECT count(*) FROM released_practice WHERE id = 'synthetic-most'").fetchone() == (0,)
        assert cursor.execute("SELECT count(*) FROM practice_card WHERE id = 'synthetic-most'").fetchone() == (0,)


def test_known_id_is_changed_field_by_field(tiny_store: Store) -> None:
    bring(tiny_store, table(LEAST, MOST).encode())
    changed = MOST | {"countries": "PL", "people_reached": "", "summary": "Made up again."}
    shown = bring(tiny_store, table(LEAST, changed).encode(), Confirmed(erase=True))
    assert shown.counts == {"practices": {"added": 0, "changed": 1, "unchanged": 1}}
    (entry,) = shown.of("changed")
    assert [(one.column, one.before, one.after) for one in entry.changes] == [
        ("countries", "DE;PL", "PL"),
        ("people_reached", "25", ""),
        ("summary", "Made up.", "Made up again."),
    ]
    row = stored(tiny_store, "synthetic-most")
    assert (row["countries"], row["version"], row["summary"]) == (["PL"], 2, "Made up again.")
    with tiny_store.cursor() as cursor:
        line = audit_log.history(cursor, "practice:synthetic-most")[0]
        assert line.before == {"countries": "DE;PL", "people_reached": "25", "summary": "Made up."}
        assert line.after == {"countries": "PL", "people_reached": "", "summary": "Made up again."}
        assert len(audit_log.history(cursor, "practice:synthetic-new")) == 1


def test_the_same_file_twice_does_nothing(tiny_store: Store) -> None:
    file = table(LEAST, MOST).encode()
    bring(tiny_store, file)
    before = held(tiny_store)
    shown = bring(tiny_store, file)
    assert shown.nothing_new
    assert held(tiny_store) == before


def test_columns_that_are_not_in_the_file_stay_as_they_are(tiny_store: Store) -> None:
    bring(tiny_store, table(MOST).encode())
    fewer = {name: MOST[name] for name in LEAST} | {"end_year": "2022"}
    shown = bring(tiny_store, table(fewer, columns=list(fewer)).encode())
    assert [(one.column, one.after) for one in shown.of("changed")[0].changes] == [("end_year", "2022")]
    assert any("left as they are: lead_organisation" in note for note in shown.upload.notes)
    assert stored(tiny_store, "synthetic-most")["sectors"] == ["language", "employment"]


def test_what_is_left_as_it_is_must_fit_what_comes(tiny_store: Store) -> None:
    bring(tiny_store, table(MOST).encode())
    fewer = {name: MOST[name] for name in LEAST} | {"end_year": "2000"}
    (said,) = refusal(tiny_store, table(fewer, columns=list(fewer)).encode())
    assert said == "row 2, end_year: 2000 is before the first year, 2019"


def test_answers_and_sources_are_added_and_changed(tiny_store: Store) -> None:
    bring(tiny_store, table(LEAST).encode())
    columns = [*ANSWER, "note", "source_url", "source_publisher", "independent_of_operator"]
    second = ANSWER | {"indicator_id": "eff-lasts", "answer": "partly", "note": "Half of it."}
    shown = bring(tiny_store, table(ANSWER, second, columns=columns).encode())
    assert shown.counts == {"answers": {"added": 2, "changed": 0, "unchanged": 0}}
    shown = bring(tiny_store, table(ANSWER, second | {"answer": "met"}, columns=columns).encode())
    assert shown.counts == {"answers": {"added": 0, "changed": 1, "unchanged": 1}}
    of = f"{ANSWER['practice_id']}:desk-review:synthetic-reviewer:2026-01-05:integration-practices-2.0.0"
    with tiny_store.cursor() as cursor:
        assert cursor.execute(
            "SELECT answer, version FROM answer WHERE assessment_id = $of ORDER BY ALL", {"of": of}
        ).fetchall() == [
            ("met", 1),
            ("met", 2),
        ]
        assert cursor.execute("SELECT status, version FROM assessment WHERE id = $of", {"of": of}).fetchall() == [
            ("published", 2)
        ]
        line = audit_log.history(cursor, f"assessment:{of}")[0]
        assert (line.before, line.after) == (
            {"answers": {"eff-lasts": {"answer": "partly"}}},
            {"answers": {"eff-lasts": {"answer": "met"}}},
        )
    source = {"practice_id": "synthetic-new", "field": "people_reached", "url": "https://example.org/n (as said)"}
    assert bring(tiny_store, table(source, columns=list(source)).encode()).counts["sources"]["added"] == 1
    again = source | {"url": "https://example.org/n (as written)"}
    assert bring(tiny_store, table(again, columns=list(source)).encode()).counts["sources"]["changed"] == 1
    with tiny_store.cursor() as cursor:
        found = cursor.execute("SELECT url, remark FROM practice_source WHERE practice_id = 'synthetic-new'").fetchall()
    assert found == [("https://example.org/n", "as written")]
    assert stored(tiny_store, "synthetic-new")["version"] == 3


def test_nothing_is_written_over_what_changed_since_the_preview(tiny_store: Store) -> None:
    bring(tiny_store, table(MOST).encode())
    shown = looked_at(tiny_store, table(MOST | {"summary": "Mine."}).encode())
    bring(tiny_store, table(MOST | {"summary": "Theirs."}).encode())
    with pytest.raises(ConflictError):
        apply(tiny_store, shown, CLI)
    assert stored(tiny_store, "synthetic-most")["summary"] == "Theirs."


def test_a_fault_while_writing_leaves_nothing(tiny_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    before = held(tiny_store)

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(audit_log, "record", fail)
    with pytest.raises(OSError, match="disk full"):
        bring(tiny_store, table(LEAST, MOST).encode())
    assert held(tiny_store) == before


def test_only_curators_import(tiny_store: Store) -> None:
    shown = looked_at(tiny_store, table(LEAST).encode())
    before = held(tiny_store)
    for refused, role in enumerate(("viewer", "assessor", "administrator"), start=1):
        with pytest.raises(NotAllowedError):
            apply(tiny_store, shown, Actor(role, "person:0000000000000000"))  # type: ignore[arg-type]
        assert held(tiny_store) == before | {"audit": before["audit"] + refused}, role  # each refusal is put on record
    apply(tiny_store, shown, Actor("curator", "person:0000000000000000"))
    assert held(tiny_store)["practice"] == before["practice"] + 1


# --- mistakes --------------------------------------------------------------------------------------------------------


def test_every_mistake_is_told_at_once_with_row_column_value_and_the_nearest(tiny_store: Store) -> None:
    rows = [
        LEAST | {"countries": "Greeece"},
        MOST | {"start_year": "about 2020", "sectors": "languages"},
        LEAST | {"id": "Synthetic Other", "checked_on": "02/03/2024"},
        LEAST | {"id": "synthetic-other", "source_url": "example.org", "name": ""},
        MOST | {"id": "synthetic-fifth", "start_year": "2021", "end_year": "2019"},
    ]
    before = held(tiny_store)
    with pytest.raises(RefusedError) as caught:
        bring(tiny_store, table(*rows).encode())
    found = {(one.row, one.column): one for one in caught.value.problems}
    assert set(found) == {
        (2, "countries"),
        (3, "start_year"),
        (3, "sectors"),
        (4, "id"),
        (4, "checked_on"),
        (5, "source_url"),
        (5, "name"),
        (6, "end_year"),
    }
    assert (found[2, "countries"].value, found[2, "countries"].nearest) == ("Greeece", "'GR' (Greece)")
    assert found[3, "sectors"].nearest == "'language' (Language)"
    assert found[5, "name"].reason == "is blank, but must be filled in"
    assert "row 2, countries: 'Greeece' is not in the list of country ids; did you mean 'GR' (Greece)?" in str(
        caught.value
    )
    assert held(tiny_store) == before


def test_hundreds_of_mistakes_are_counted_and_two_hundred_shown(tiny_store: Store) -> None:
    rows = [LEAST | {"id": f"synthetic-{at}", "countries": "Greeece"} for at in range(450)]
    with pytest.raises(RefusedError) as caught:
        bring(tiny_store, table(*rows).encode())
    assert len(caught.value.problems) == 450
    lines = str(caught.value).splitlines()
    assert (len(lines), lines[-1]) == (202, "… and 250 more")


MISTAKES: list[tuple[Callable[[str], str], str]] = [
    (lambda text: text.replace("summary", "sumary", 1), "'sumary'"),
    (lambda text: text.replace("summary", "sumary", 1), "missing column summary"),
    (lambda text: text.replace("place", "name", 1), "row 1, name: is a duplicate column name"),
    (lambda text: text.replace("id,name", "name", 1), "missing column id"),
    (lambda text: "\r\n".join(text.split("\r\n")[1:]), "is no header of a table of practices, answers, "),
    (lambda text: text.replace("2026-01-02", "2026-01-02,extra"), "row 2: has 24 fields, 23 expected"),
    (lambda text: text.replace(",Made up,", ","), "row 2: has 22 fields, 23 expected"),
    (lambda text: text.replace("Synthetic tea", '"Synthetic tea'), "quotation mark opens a cell here"),
    (lambda text: text.replace("Synthetic tea", '"Synthetic" tea'), "quotation mark stands inside"),
    (lambda text: text.replace("tea", "t\x1bea"), "row 2, name: holds the control character U+001B"),
    (lambda text: text.replace("tea", "t\0ea"), "NUL"),
    (lambda text: text + text.split("\r\n")[1], "'synthetic-new' is already in row 2"),
    (lambda text: text.replace("low", "lowish"), "did you mean 'low'"),
    (lambda text: text.replace("2026-01-02", "2026-02-30"), "is not a valid date"),
    (lambda _: "", "The file is empty"),
    (lambda _: "x", "is no header"),
    (lambda _: "\r\n\r\n", "The first row is blank"),
    (lambda _: "<!DOCTYPE html><table>", "is a web page"),
]


def test_file_with_a_mistake_is_refused_with_the_reason(tiny: Store) -> None:
    said = [(words, refusal(tiny, change(table(LEAST)).encode())) for change, words in MISTAKES]
    assert [(words, lines) for words, lines in said if not any(words in line for line in lines)] == []


def test_rows_that_belong_to_nothing_or_cannot_take_it_are_refused(tiny_store: Store) -> None:
    (said,) = refusal(tiny_store, table(ANSWER | {"practice_id": "synthetic-accent"}, columns=list(ANSWER)).encode())
    assert "is neither in the database nor in this file; did you mean 'synthetic-accents'?" in said
    tiny_store.write(
        lambda cursor: cursor.execute(
            "UPDATE practice SET state = 'merged', merged_into = 'synthetic-empty' WHERE id = 'synthetic-accents'"
        )
    )
    (said,) = refusal(tiny_store, table(ANSWER | {"practice_id": "synthetic-accents"}, columns=list(ANSWER)).encode())
    assert "was merged into another one; use that one's id; did you mean 'synthetic-empty'?" in said
    bring(tiny_store, table(LEAST).encode())
    bring(tiny_store, table(ANSWER, columns=list(ANSWER)).encode())
    tiny_store.write(
        lambda cursor: cursor.execute("UPDATE assessment SET status = 'withdrawn' WHERE practice_id = 'synthetic-new'")
    )
    (said,) = refusal(tiny_store, table(ANSWER | {"answer": "partly"}, columns=list(ANSWER)).encode())
    assert "is withdrawn" in said
    (said,) = refusal(tiny_store, table(ANSWER | {"indicator_id": "eff-resul"}, columns=list(ANSWER)).encode())
    assert "'eff-resul' is not in the framework; did you mean 'eff-result'?" in said


def test_numbers_are_never_guessed(tiny: Store) -> None:
    texts = ["1_000", "٢٥", "-5", "1.200", "1,200", "12.5", "1e3", " 1 200"]
    said = refusal(tiny, table(*rows_with("people_reached", texts)).encode())
    assert len(said) == len(texts)
    assert [line for line in said if "is not a whole number in plain digits" not in line] == []


def test_text_stays_as_it_was_typed(tiny_store: Store) -> None:
    typed = ["TRUE", "'s-Hertogenbosch", "=1+1", "Nan", "No 1"]
    rows = [row | {"lead_organisation": row["name"]} for row in rows_with("name", typed)]
    bring(tiny_store, table(*rows).encode())
    kept = [stored(tiny_store, row["id"]) for row in rows]
    assert [(row["name"], row["lead_organisation"]) for row in kept] == [(text, text) for text in typed]


def test_a_word_for_not_known_is_blank_where_a_blank_may_stand_and_else_a_name(tiny_store: Store) -> None:
    words = ["NULL", "None", "nan", "unknown"]
    rows = [
        row | {"lead_organisation": row["name"], "funding_sources": f"Ulm;{row['name']}"}
        for row in rows_with("name", words)
    ]
    shown = bring(tiny_store, table(*rows).encode())
    kept = [stored(tiny_store, row["id"]) for row in rows]
    assert [(row["name"], row["lead_organisation"], row["funding_sources"]) for row in kept] == [
        (word, None, ["Ulm"]) for word in words
    ]
    assert "8 cells said NULL, None, nan, unknown: read as not known." in shown.upload.notes


def test_a_sign_for_not_known_is_blank_everywhere_and_told(tiny_store: Store) -> None:
    signs = ["N/A", "-", "#N/A", "#REF!", "?", "k. A.", "n.a.", "—", "…"]
    rows = [
        row | {"people_reached": row["sectors"], "lead_organisation": row["sectors"]}
        for row in rows_with("sectors", signs)
    ]
    shown = bring(tiny_store, table(*rows).encode())
    kept = [stored(tiny_store, row["id"]) for row in rows]
    blank = [
        row for row in kept if (row["lead_organisation"], row["people_reached"], row["sectors"]) == (None, None, [])
    ]
    assert len(blank) == len(signs), kept
    assert any(note.startswith("27 cells said N/A, -, #N/A") for note in shown.upload.notes)
    told = refusal(tiny_store, table(*rows_with("name", signs)).encode())
    assert told == [line for line in told if "which is read as not known, but must be filled in" in line]
    assert [line.partition(" says ")[2].partition(", which")[0] for line in told] == [repr(sign) for sign in signs]


def test_joiners_of_letters_and_emoji_stay(tiny_store: Store) -> None:
    shown = bring(tiny_store, table(LEAST | {"name": "\U0001f469\u200d\U0001f467 می\u200cخواهم"}).encode())
    assert shown.upload.warnings == ()
    assert stored(tiny_store, "synthetic-new")["name"] == "\U0001f469\u200d\U0001f467 می\u200cخواهم"


# --- encodings and dialects ------------------------------------------------------------------------------------------

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom")


def test_encodings_separators_and_line_ends_are_read(tiny: Store) -> None:
    expected = [entry.content for entry in looked_at(tiny, table(MOST).encode()).entries]
    wrong = []
    for at, (encoding, end) in enumerate(itertools.product(ENCODINGS, ("\r\n", "\n", "\r"))):
        delimiter = (",", ";", "\t", "|")[at % 4]
        mark = "\ufeff" if encoding.endswith("-bom") else ""
        file = (mark + table(MOST, delimiter=delimiter, end=end)).encode(encoding.removesuffix("-bom"))
        if [entry.content for entry in looked_at(tiny, file).entries] != expected:
            wrong.append((encoding, end, delimiter))
    assert wrong == []


def test_sep_line_blank_lines_header_case_and_order_do_not_matter(tiny: Store) -> None:
    columns = [name.upper().replace("_", " ") for name in reversed(MOST)]
    row = {name.upper().replace("_", " "): text for name, text in MOST.items()}
    text = "sep=;\r\n" + table(row, delimiter=";", columns=columns) + "\r\n\r\n" + ";" * (len(columns) - 1) + "\r\n"
    (entry,) = looked_at(tiny, text.encode()).entries
    assert (entry.row, entry.key, entry.content.model_dump()["name"]) == (2, ("synthetic-most",), MOST["name"])


def test_windows_1252_is_asked_for_and_then_read(tiny_store: Store) -> None:
    file = table(LEAST | {"name": "Café Brücke – “Tee”"}).encode("cp1252")
    question = read_file(file, "file.csv")
    assert isinstance(question, Question)
    assert question.about == "encoding"
    assert "Café Brücke – “Tee”" in question.samples[0]
    bring(tiny_store, file, Confirmed(encoding="windows-1252"))
    assert stored(tiny_store, "synthetic-new")["name"] == "Café Brücke – “Tee”"


def test_two_encodings_in_one_file_are_refused(tiny: Store) -> None:
    text = table(LEAST | {"name": "Café"})
    mixed = text.encode() + text.split("\r\n")[1].replace("synthetic-new", "synthetic-b").encode("cp1252")
    neither = table(LEAST).replace("tea", "t\udc81").encode("utf-8", "surrogateescape")
    for confirmed in (Confirmed(), Confirmed(encoding="windows-1252")):
        assert "encoding is mixed" in refusal(tiny, mixed, confirmed)[0]
        assert "neither UTF-8 nor Windows-1252" in refusal(tiny, neither, confirmed)[0]


def test_decimal_comma_is_asked_for_in_files_with_semicolons(tiny_store: Store) -> None:
    file = table(LEAST | {"budget_eur": "1200,00"}, delimiter=";").encode()
    question = read_file(file, "file.csv")
    assert isinstance(question, Question)
    assert (question.about, question.samples) == ("decimal-comma", ("row 2, budget_eur: 1200,00",))
    bring(tiny_store, file, Confirmed(decimal_comma=True))
    assert stored(tiny_store, "synthetic-new")["budget_eur"] == 1200
    refusal(tiny_store, table(LEAST | {"budget_eur": "1200,50"}, delimiter=";").encode(), Confirmed(decimal_comma=True))
    refusal(
        tiny_store, table(LEAST | {"budget_eur": "1.200,00"}, delimiter=";").encode(), Confirmed(decimal_comma=True)
    )
    refusal(tiny_store, table(LEAST | {"budget_eur": "1200,00"}).encode(), Confirmed(decimal_comma=True))
    bring(tiny_store, table(LEAST | {"budget_eur": "1300.0"}).encode())
    assert stored(tiny_store, "synthetic-new")["budget_eur"] == 1300


# --- workbooks -------------------------------------------------------------------------------------------------------


def test_workbook_with_practices_and_answers_is_read(tiny_store: Store) -> None:
    practice = LEAST | {"people_reached": 25, "budget_eur": 1200.0}
    file = workbook(
        {
            "Notes of mine": [["Hello"]],
            "practices": [list(practice), list(practice.values()), [], ["", "  "]],
            "answers": [list(ANSWER), list(ANSWER.values())],
        }
    )
    asked = read_once(file, Confirmed())
    assert isinstance(asked, Question)
    assert (asked.about, asked.samples) == ("sheets", ("Notes of mine: Hello",))
    shown = bring(tiny_store, file, Confirmed(sheets="leave"))
    assert [(entry.place, entry.row, entry.state) for entry in shown.entries] == [
        ("practices", 2, "added"),
        ("answers", 2, "added"),
    ]
    assert any("Notes of mine: Hello" in note for note in shown.upload.notes)
    row = stored(tiny_store, "synthetic-new")
    assert (row["people_reached"], row["budget_eur"]) == (25, 1200)


def test_a_sheet_with_something_above_its_header_is_a_mistake(tiny: Store) -> None:
    """Whatever else is in the workbook: it must not look as if the database held all of it."""
    titles, rows = ("practices", "Practices ", "Sheet1"), [list(LEAST), list(LEAST.values())]
    above = [[["Our practices 2026"]], [["Our practices 2026"], [], ["Contact:", "Maria"]], [[]]]
    for further in ({}, {"answers": [list(ANSWER), list(ANSWER.values())]}, {"answers": [list(ANSWER)]}):
        said = refusal(tiny, workbook({t: [*one, *rows] for t, one in zip(titles, above, strict=True)} | further))
        for title, one in zip(titles, above, strict=True):
            stands = "begins with 'Our practices 2026'" if one[0] else "is blank"
            header = f"row {len(one) + 1} looks like the header: delete what is above it."
            assert f"{title}, row 1: The first row {stands}; {header}" in said
        above.append(above.pop(0))  # so that each title has each of them above it, and each with each further sheet


def test_a_sheet_called_like_a_table_of_ours_without_its_header_is_a_mistake(tiny: Store) -> None:
    sheets = {"Answers": [["Frage", "Antwort"], ["1", "ja"]], "practices": [list(LEAST), list(LEAST.values())]}
    [line] = refusal(tiny, workbook(sheets))
    assert line.startswith("Answers, row 1: The first row is no header of a table of practices, ")
    assert line.endswith("; it begins with 'Frage', 'Antwort'.")


def test_a_file_without_rows_says_so(tiny: Store) -> None:
    for file in (table().encode(), workbook({"practices": [list(LEAST), ["", " "]], "answers": [list(ANSWER)]})):
        [line] = refusal(tiny, file)
        assert line == "file.csv: has a header and no rows"


def test_formulas_and_values_outside_the_table_are_told_by_cell(tiny: Store) -> None:
    file = workbook({"practices": [list(LEAST), [*LEAST.values(), "lost"], [*list(LEAST.values())[:-1], "=1+1"]]})
    said = refusal(tiny, file)
    assert any(line.startswith("practices, row 1: has no name") or "has no name" in line for line in said), said
    last = list(LEAST)[-1]
    assert [line for line in said if line.startswith("practices, row 3")] == [
        f"practices, row 3, {last}: holds a formula; only values are read"
    ]


def test_a_blank_cell_that_must_be_filled_in_is_told_in_one_way(tiny: Store) -> None:
    blank = dict.fromkeys(LEAST, "") | {"id": "synthetic-blank", "place": "Ulm"}
    said = refusal(tiny, table(blank, columns=tuple(blank)).encode())
    assert said == [f"row 2, {name}: is blank, but must be filled in" for name in LEAST if name != "id"]


def test_a_long_cell_that_says_not_known_is_told_short(tiny: Store) -> None:
    shown = looked_at(tiny, table(LEAST | {"place": "x" * 6_000}).encode())
    assert f"1 cell said {'x' * 40}…: read as not known." in shown.upload.notes


# --- exports ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contents", "format_"), [("scores", "csv"), ("answers", "csv-semicolon"), ("everything", "csv-comma")]
)
def test_an_export_imported_again_is_no_change(contents: Contents, format_: Format, tiny_store: Store) -> None:
    """The made-up catalogue is full of what spreadsheets run and of apostrophes."""
    file = content(write_csv(tiny_store, View(), contents, format_, DAY))
    before = held(tiny_store)
    shown = bring(tiny_store, file)
    assert shown.nothing_new, [entry for entry in shown.entries if entry.state != "unchanged"]
    assert held(tiny_store) == before
    assert sum(shown.counts["answers" if contents == "answers" else "practices"].values()) in (5, 10)
    assert any("further columns of an export" in note for note in shown.upload.notes)


def test_a_workbook_imported_again_is_no_change(tiny_store: Store) -> None:
    shown = bring(tiny_store, content(write_xlsx(tiny_store, View(), DAY)))
    assert shown.nothing_new, [entry for entry in shown.entries if entry.state != "unchanged"]
    assert {kind: sum(counts.values()) for kind, counts in shown.counts.items()} == {
        "practices": 5,
        "answers": 10,
        "sources": 2,
    }
    assert any("'scores' is not read" in note for note in shown.upload.notes)


def test_the_whole_catalogue_exported_and_imported_again_is_no_change(store: Store) -> None:
    file = content(write_csv(store, View(chosen=PracticeFilter()), "everything", "csv-semicolon", DAY))
    assert looked_at(store, file).counts == {"practices": {"added": 0, "changed": 0, "unchanged": 325}}
    for name, kind in (("practices", "practices"), ("assessments", "answers"), ("sources", "sources")):
        shown = looked_at(store, (oracles.CATALOGUE / f"{name}.csv").read_bytes())
        assert shown.nothing_new
        assert set(shown.counts) == {kind}


@pytest.mark.parametrize("format_", ["csv-semicolon", "csv-comma"])
def test_a_spreadsheet_file_brought_back_is_read_as_it_was(format_: Format, tiny_store: Store) -> None:
    """Synthetic: texts and an address of which another separator would make cells that run."""
    text, address = "Foo,=HYPERLINK(1);' =2\n-3", "https://example.org/a,=1;=2"
    bring(tiny_store, table(MOST | {"name": "Foo;=1", "summary": text, "source_url": address}).encode())
    tiny_store.write(scorecards.rebuild)
    file = content(write_csv(tiny_store, View(), "scores", format_, DAY))
    assert b"Foo,'=HYPERLINK(1);'' =2" in file
    assert b"https://example.org/a,'=1;'=2" in file
    assert looked_at(tiny_store, file).nothing_new
    assert reopen(tiny_store, file).changes.none


def test_apostrophes_come_off_only_where_our_export_put_them(tiny: Store) -> None:
    file = content(write_csv(tiny, View(), "scores", "csv-comma", DAY)).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(file, newline="")))
    at = rows[0].index("name")
    marked = {row[0]: row[at] for row in rows[1:] if row[at].startswith("'")}
    assert marked
    without = [[cell for place, cell in enumerate(row) if rows[0][place] != "recipe"] for row in rows]
    text = io.StringIO(newline="")
    csv.writer(text).writerows(without)
    changes = {entry.key[0]: entry for entry in looked_at(tiny, text.getvalue().encode()).of("changed")}
    for id_, name in marked.items():
        assert ("name", name) in [(one.column, one.after) for one in changes[id_].changes]


# --- possible duplicates ---------------------------------------------------------------------------------------------


def test_names_in_other_letters_have_one_key() -> None:
    assert name_key("Саfé  Wеlcоme!") == name_key("CAFE WELCOME") == name_key("Cafe\u0301 welcome") == "cafe welcome"
    assert name_key("Phase 1") != name_key("Phase 2")


def test_no_two_practices_of_the_catalogue_look_alike() -> None:
    """Every practice of the catalogue is one of its own, so whatever is found there is a false alarm."""
    rows = oracles.read_csv(oracles.CATALOGUE / "practices.csv")
    names = [Named(row["id"], row["name"], row["source_url"]) for row in rows]
    assert alike(names, []) == []
    twisted = [
        Named(f"x-{one.id}", " ".join(reversed(one.name.upper().split())), "https://example.org") for one in names
    ]
    found = {one.id for one in alike(twisted, names)}
    assert len(found) > 0.95 * len(names), ALIKE


def test_a_duplicate_is_a_question_with_three_answers(tiny_store: Store) -> None:
    bring(tiny_store, table(MOST).encode())
    again = MOST | {"id": "synthetic-again", "name": MOST["name"].upper(), "summary": "Seen once more."}
    answers = [ANSWER | {"practice_id": "synthetic-again"}]
    shown = looked_at(tiny_store, table(again).encode())
    (duplicate,) = shown.duplicates
    assert (duplicate.id, duplicate.other.id, duplicate.in_file, duplicate.row) == (
        "synthetic-again",
        "synthetic-most",
        False,
        2,
    )
    assert shown.undecided == [duplicate]
    book = workbook(
        {
            "practices": [list(again), list(again.values())],
            "answers": [list(ANSWER), *[list(one.values()) for one in answers]],
        }
    )
    left = looked_at(tiny_store, book, decisions={"synthetic-again": Decision("leave")})
    assert (left.entries, left.left_out, left.undecided) == ((), 2, [])
    same = looked_at(tiny_store, book, decisions={"synthetic-again": Decision("same", "synthetic-most")})
    assert [(entry.kind, entry.key[0].split(":")[0], entry.state) for entry in same.entries] == [
        ("practices", "synthetic-most", "changed"),
        ("answers", "synthetic-most", "added"),
    ]
    assert [change.column for change in same.entries[0].changes] == ["name", "summary"]
    with pytest.raises(PracticesError, match="no practice of this id"):
        looked_at(tiny_store, book, decisions={"synthetic-again": Decision("same", "synthetic-nobody")})
    added = bring(tiny_store, book, decisions={"synthetic-again": Decision("add")})
    assert added.counts["practices"]["added"] == 1
    with tiny_store.cursor() as cursor:
        line = audit_log.history(cursor, "data")[0]
    assert line.after is not None
    assert line.after["decisions"] == {"synthetic-again": "add"}


def test_two_rows_of_one_file_that_look_alike_are_told(tiny: Store) -> None:
    shown = looked_at(tiny, table(LEAST, LEAST | {"id": "synthetic-two", "name": "SYNTHETIC  TEA"}).encode())
    (duplicate,) = shown.duplicates
    assert (duplicate.id, duplicate.other.id, duplicate.in_file) == ("synthetic-two", "synthetic-new", True)


# --- templates -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "format_"), [("practices", "xlsx"), ("answers", "csv")])
def test_template_holds_every_column_and_a_practice_of_the_catalogue(kind: str, format_: str, store: Store) -> None:
    with store.cursor() as cursor:
        file = template(cursor, kind, format_)  # type: ignore[arg-type]
    shown = looked_at(store, file)
    assert shown.nothing_new
    assert kind in shown.counts
    with store.cursor() as cursor:
        ids = [id_ for (id_,) in cursor.execute("SELECT id FROM practice").fetchall()]
    rows = [entry.content.model_dump() for entry in shown.entries]
    (id_,) = {row.get("id") or row["practice_id"] for row in rows}
    assert id_ in ids
    for table_ in shown.upload.tables:
        assert list(table_.given) == table_.kind.columns


def test_template_of_an_empty_database_has_no_example(tiny_store: Store) -> None:
    for name in ("practice", "assessment", "answer"):
        tiny_store.write(lambda cursor, name=name: cursor.execute(f"DELETE FROM {name}"))
    with tiny_store.cursor() as cursor:
        file = template(cursor, "practices", "csv")
    assert len(file.decode("utf-8-sig").splitlines()) == 1


def test_allowed_values_are_those_that_are_taken(store: Store) -> None:
    file = allowed_values_csv()
    rows = list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))
    assert len(rows) == len(allowed_values(get_args(TemplateKind)))
    by_column: dict[str, list[str]] = {}
    for row in rows:
        if row["table"] == "practices":
            by_column.setdefault(row["column"], []).append(row["value"])
    one = LEAST | {
        column: ";".join(by_column[column]) for column in ("countries", "sectors", "target_groups", "funding_kinds")
    }
    others = [
        one | {"id": f"synthetic-{column.replace('_', '-')}-{at}", column: value}
        for column in ("governance_level", "source_confidence", "evaluation_documented")
        for at, value in enumerate(by_column[column])
    ]
    assert looked_at(store, table(*others).encode()).counts["practices"]["added"] == len(others)
    with store.cursor() as cursor:
        book = template(cursor, "practices", "xlsx")
    sheets = openpyxl.load_workbook(io.BytesIO(book))
    assert sheets.sheetnames == ["practices", "answers", "columns", "allowed values"]
    assert sheets["allowed values"].max_row == len(allowed_values(["practices", "answers"])) + 1


def test_files_names_are_made_harmless() -> None:
    hostile = ["../../../etc/passwd.csv", "..\\..\\win.ini.csv", "a\u202evsc.exe", "x" * 300, "", "a\nb`<b>.csv"]
    for name in hostile:
        read = read_file(table(LEAST).encode(), name)
        assert not isinstance(read, Question)
        assert len(read.name) <= 80
        assert not set("/\\\u202e\n`<>") & set(read.name)


def test_progress_is_told_and_only_grows(tiny_store: Store) -> None:
    told: list[float] = []
    read = read_file(table(LEAST).encode(), "f.csv", progress=lambda share, _: told.append(share))
    assert not isinstance(read, Question)
    with tiny_store.cursor() as cursor:
        shown = preview(cursor, read, progress=lambda share, _: told.append(share))
    apply(tiny_store, shown, CLI, progress=lambda share, _: told.append(share))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0, 1)
