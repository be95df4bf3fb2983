"""Small files that went wrong elsewhere (tests/data/cases, made for this project), and new ones of the same kinds."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import pytest
from babel import Locale
from import_files import HOUSE, LEAST, NOTHING, PAPER, bring, looked_at, rows_with, stored, table
from openpyxl.worksheet.worksheet import Worksheet

from practices_db.catalogue.problems import Problem, RefusedError
from practices_db.catalogue.vocabularies import as_id, nearest, vocabulary
from practices_db.curation.permissions import CLI
from practices_db.database import audit_log
from practices_db.database.store import Store
from practices_db.files import xlsx_reader
from practices_db.files.imports import read
from practices_db.files.imports.apply import record_refusal
from practices_db.files.imports.read import Confirmed, Question, Upload, read_file

CASES = Path(__file__).parents[3] / "data" / "cases"
ANSWER = {
    "practice_id": "synthetic-accents",
    "framework": "integration-practices",
    "framework_version": "2.0.0",
    "basis": "expert-review",
    "assessor": "synthetic-z",
    "assessed_on": "2026-01-02",
    "indicator_id": "eff-result",
    "answer": "met",
    "evidence_level": "2",
    "note": "Made up.",
}


def case(name: str) -> bytes:
    return (CASES / name).read_bytes()


def mistakes(store: Store, content: bytes, confirmed: Confirmed = NOTHING) -> dict[tuple[int | None, str], Problem]:
    with pytest.raises(RefusedError) as caught:
        looked_at(store, content, confirmed)
    return {(one.row, one.column): one for one in caught.value.problems}


def workbook(*rows: Mapping[str, object], change: Callable[[Worksheet], None] = lambda _: None) -> bytes:
    """Return a workbook of rows of one kind, changed as a person would."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "table"
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(list(row.values()))
    change(sheet)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def repacked(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Return a workbook with the text of its first sheet changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, change(part) if name == "xl/worksheets/sheet1.xml" else part)
    return file.getvalue()


def asked(content: bytes, confirmed: Confirmed = NOTHING) -> Question:
    found = read_file(content, "file.xlsx", confirmed)
    assert isinstance(found, Question)
    return found


# --- workbooks -------------------------------------------------------------------------------------------------------


def test_a_stated_size_is_never_believed(tiny_store: Store) -> None:
    shown = bring(tiny_store, case("x04_dimension_too_small.xlsx"))
    assert shown.counts["practices"]["added"] == 6
    assert any("gives W3 as its last cell; all its rows are read" in note for note in shown.upload.notes)
    papers = [
        PAPER | {"id": f"synthetic-{at}", "title": f"Paper {at}", "url": f"https://example.org/{at}"} for at in "ab"
    ]
    small = repacked(workbook(*papers), lambda xml: re.sub(b'<dimension ref="[^"]*', b'<dimension ref="A1:B1', xml))
    shown = bring(tiny_store, small)
    assert shown.counts["evidence"]["added"] == 2
    assert any("gives B1 as its last cell" in note for note in shown.upload.notes)


def test_merged_cells_are_told_and_filled_down_or_left_blank(tiny_store: Store) -> None:
    question = asked(case("x01_merged.xlsx"))
    assert question.about == "merged"
    assert question.samples == (
        "practices, C2:C4 (rows 2 to 4, lead_organisation): Stadt Xanten",
        "practices, M2:M4 (rows 2 to 4, budget_eur): 90000",
    )
    blank = looked_at(tiny_store, case("x01_merged.xlsx"), Confirmed(merged="blank"))
    assert [one.content.budget_eur for one in blank.entries] == [90000, None, None]  # type: ignore[attr-defined]
    filled = bring(tiny_store, case("x01_merged.xlsx"), Confirmed(merged="fill"))
    assert [one.content.lead_organisation for one in filled.entries] == ["Stadt Xanten"] * 3  # type: ignore[attr-defined]
    with tiny_store.cursor() as cursor:
        line = audit_log.history(cursor, "data")[0]
    assert line.after is not None
    assert line.after["said"] == {"merged": "fill"}
    assert any("C2:C4" in one for one in line.after["noticed"])


def test_merged_cells_are_never_filled_to_the_right_nor_into_blank_rows(tiny: Store) -> None:
    houses = [HOUSE | {"joins": ""}, HOUSE | {"id": "synthetic-h2", "name": "Second house", "joins": ""}]

    def merge(sheet: Worksheet) -> None:
        sheet["H2"] = "Made up."
        sheet.merge_cells("H2:I2")
        sheet.merge_cells("H3:H9")

    content = workbook(*houses, change=merge)
    question = asked(content)
    assert question.samples == ("table, H2:I2 (row 2, joins): Made up.",)
    found = mistakes(tiny, content, Confirmed(merged="fill"))
    assert (2, "url") in found


def test_hidden_rows_are_told_and_read_or_left_out(tiny_store: Store) -> None:
    content = case("x02_hidden_row.xlsx")
    question = asked(content)
    assert question.about == "hidden"
    assert question.samples[0].startswith("practices, row 3: fx-probe-1")
    left = looked_at(tiny_store, content, Confirmed(hidden="leave"))
    read = bring(tiny_store, content, Confirmed(hidden="read"))
    assert [(one.row, one.key[0]) for one in left.entries] == [(2, "fx-probe-0"), (4, "fx-probe-2")]
    assert [(one.row, one.key[0]) for one in read.entries] == [(at + 2, f"fx-probe-{at}") for at in range(3)]
    for shown in (left, read):
        assert any(note.startswith("Hidden, and") and "row 3" in note for note in shown.upload.notes)


def test_hidden_columns_and_sheets_are_told_and_left_out(tiny_store: Store) -> None:
    bring(tiny_store, table(LEAST | {"place": "Ulm"}).encode())
    row = LEAST | {"place": "Kiel", "name": "Other name"}

    def hide(sheet: Worksheet) -> None:
        sheet.column_dimensions["H"].hidden = True
        copy = sheet.parent.copy_worksheet(sheet)  # type: ignore[union-attr]
        copy.sheet_state = "veryHidden"

    content = workbook(row, change=hide)
    assert asked(content).samples == ("table, column H: place", "sheet 'table Copy'", "table Copy, column H: place")
    shown = bring(tiny_store, content, Confirmed(hidden="leave"))
    assert [(one.column, one.after) for entry in shown.entries for one in entry.changes] == [("name", "Other name")]


def test_typed_cells_in_text_columns_are_what_the_sheet_shows_or_an_error_that_names_the_cell(
    tiny: Store,
) -> None:
    content = case("x06_typed_cells_in_text.xlsx")
    found = mistakes(tiny, content)
    assert set(found) == {(2, "name"), (5, "name"), (7, "outcome_figures")}
    assert [found[at].reason[:8] for at in found] == ["cell B2 ", "cell B5 ", "cell O7 "]
    upload = read_file(content, "file.xlsx")
    assert isinstance(upload, Upload)
    assert [(one.row, one.column, one.value) for one in upload.warnings] == [
        (3, "outcome_figures", "32.5%"),
        (4, "place", "01067"),
        (6, "outcome_figures", "13,600 €"),
    ]


# A number in a column of text, its format, and how the sheet shows it; None where nobody can say.
TYPED: list[tuple[float, str, str | None]] = [
    (0.325, "0.0%", "32.5%"),
    (1067, "00000", "01067"),
    (-1234.5, "#,##0.00", "-1,234.50"),
    (13600, "#,##0\\ [$€-407]", "13,600 €"),
    (12, '0" persons"', "12 persons"),
    (1.5, "0.0#", "1.5"),
    (2015, "General", "2015"),
    (12, "# ?/?", None),
    (0.00000015, "General", None),
    (1200, "0.00E+00", None),
    (True, "General", None),
]


def test_numbers_in_text_are_read_as_their_format_shows_them(tiny: Store) -> None:
    def houses(typed: list[tuple[float, str, str | None]]) -> bytes:
        def type_in(sheet: Worksheet) -> None:
            for row, (value, format_, _) in enumerate(typed, start=2):
                sheet[f"B{row}"] = value
                sheet[f"B{row}"].number_format = format_

        return workbook(*(HOUSE | {"id": f"synthetic-{at}"} for at in range(len(typed))), change=type_in)

    read = [one for one in TYPED if one[2]]
    unread = [one for one in TYPED if not one[2]]
    assert [entry.title for entry in looked_at(tiny, houses(read)).entries] == [shown for _, _, shown in read]
    found = mistakes(tiny, houses(unread))
    told = {at: one.reason.partition(" text")[0] for at, one in found.items()}
    assert told == {(row, "name"): f"cell B{row} is not" for row in range(2, 2 + len(unread))}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (case("x18_password.xlsx"), "protected by a password"),
        (b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "is protected by a password"),
        (b"\xd0\xcf\x11\xe0" + bytes(600) + "Workbook".encode("utf-16-le"), r"old workbook \(\.xls\)"),
        (b"\xd0\xcf\x11\xe0" + bytes(600) + "WordDocument".encode("utf-16-le"), "old Word document"),
        (case("x20_strict.xlsx"), "Strict Open XML"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_for_the_right_reason(content: bytes, words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        read_file(content, "file.xlsx")


def test_formatted_blank_cells_do_not_count(tiny_store: Store) -> None:
    assert bring(tiny_store, case("x21_row_formatted_1024.xlsx")).counts["practices"]["added"] == 1

    def colour(sheet: Worksheet) -> None:
        for row in range(1, 60):
            for column in (30, 500):
                sheet.cell(row * 500, column).fill = openpyxl.styles.PatternFill("solid", "FFFF00")

    assert bring(tiny_store, workbook(HOUSE, change=colour)).counts["organisations"]["added"] == 1


def test_cells_are_counted_before_they_are_parsed_and_a_refusal_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = b"".join(b'<row r="%d"/>' % at for at in range(3, 1_000_004))
    many = repacked(workbook(HOUSE), lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>"))
    with pytest.raises(RefusedError, match="more than 1,000,000 cells"):
        read_file(many, "file.xlsx")
    monkeypatch.setattr(xlsx_reader, "_READERS", None)  # a second reader would need it
    with pytest.raises(RefusedError, match="more than 1,000,000 cells"):
        read_file(many, "file.xlsx")


def test_at_most_two_workbooks_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    content = workbook(HOUSE)
    with xlsx_reader._READERS:
        assert isinstance(read_file(content, "file.xlsx"), Upload)
        with xlsx_reader._READERS, monkeypatch.context() as patch:
            patch.setattr(xlsx_reader, "_WAIT", 0.01)
            with pytest.raises(RefusedError, match="Other workbooks are being read"):
                read_file(content, "file.xlsx")
        assert isinstance(read_file(content, "file.xlsx"), Upload), "waiting is no refusal to remember"


def test_what_is_hidden_and_what_is_merged_is_asked_at_once() -> None:
    def change(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.merge_cells("H2:H4")

    content = workbook(*(HOUSE | {"id": f"synthetic-{at}", "name": f"House {at}"} for at in range(4)), change=change)
    question = asked(content)
    assert [one.about for one in (question, *question.also)] == ["hidden", "merged"]
    assert asked(content, Confirmed(hidden="read")).about == "merged"
    german = "id;budget_eur\r\naccelair;1200,0\r\nköln;13,5\r\n".encode("cp1252")
    both = read_file(german, "file.csv")
    assert isinstance(both, Question)
    assert [one.about for one in (both, *both.also)] == ["encoding", "decimal-comma"]


def test_a_row_or_cell_that_stands_twice_in_a_sheet_is_refused() -> None:
    content = workbook(HOUSE, HOUSE | {"id": "synthetic-h2", "name": "Second house"})
    for old, new in ((b'<row r="3"', b'<row r="2"'), (b'r="B2"', b'r="A2"')):
        twice = repacked(content, lambda xml, old=old, new=new: xml.replace(old, new))  # type: ignore[misc]
        with pytest.raises(RefusedError, match="has row 2, or a cell of it, twice"):
            read_file(twice, "file.xlsx")


@pytest.mark.parametrize(
    "ranges", [["H2:H4", "H3:H9"], ["A2:C3", "A3:B4"], [f"H{at}:I{at}" for at in range(2, 20_100)]]
)
def test_merged_cells_over_one_another_or_without_number_are_refused(ranges: list[str]) -> None:
    houses = [HOUSE | {"id": f"synthetic-{at}", "name": f"House {at}"} for at in range(4)]
    cells = "".join(f'<mergeCell ref="{one}"/>' for one in ranges).encode()
    merged = b"</sheetData><mergeCells>%s</mergeCells>" % cells
    content = repacked(workbook(*houses), lambda xml: xml.replace(b"</sheetData>", merged))
    with pytest.raises(RefusedError, match=r"more than 20,000 merged cells, or merged cells that overlap"):
        read_file(content, "file.xlsx")


def test_a_header_of_several_kinds_says_as_what_it_is_read(tiny: Store) -> None:
    found = mistakes(tiny, b"id,name\nsynthetic-house,House\n")
    assert all("is read as practices; if it is of organisations, add a column" in one.reason for one in found.values())
    assert found


# --- cells -----------------------------------------------------------------------------------------------------------


def test_what_says_not_known_is_blank_and_told() -> None:
    upload = read_file(case("c10_na_markers.csv"), "file.csv")
    assert isinstance(upload, Upload)
    (note,) = [note for note in upload.notes if "read as not known" in note]
    assert note.startswith("13 cells said n/a, -, N/A, NULL, unknown, none")
    assert [(one.row, one.column, one.value) for one in upload.problems] == [
        (5, "name", "#REF!"),
        (5, "summary", "#NAME?"),
    ]


def test_what_says_not_known_is_blank_in_every_kind(tiny_store: Store) -> None:
    bring(tiny_store, table(ANSWER, columns=list(ANSWER)).encode())
    for row in (PAPER | {"publisher": "k.A."}, HOUSE | {"joins": "#REF!"}, ANSWER | {"note": "n/a"}):
        shown = looked_at(tiny_store, table(row, columns=list(row)).encode())
        assert any(note.startswith("1 cell said") for note in shown.upload.notes), shown.upload.notes


NOT_KNOWN = (
    "s.d. n.d. n.c. s/d o.D. s. f. 0000-00-00 00.00.0000 00/00/0000 TT.MM.JJJJ yyyy-mm-dd jj/mm/aaaa -- XXX tbd TBC "
    "To be confirmed|Ohne Angabe|nicht bekannt|folgt|Non renseigné|à compléter|sans date|Sin datos|por determinar|"
    "Da definire|senza data|brak danych|Do uzupełnienia|nog te bepalen|uppgift saknas|неизвестно|άγνωστο"
)


def test_placeholders_of_many_languages_are_read_as_not_known_in_texts_and_days(tiny: Store) -> None:
    first, rest = NOT_KNOWN.split("s. f. ")
    signs, words = rest.split("To be")
    said = [*first.split(), "s. f.", *signs.split(), *f"To be{words}".split("|")]
    shown = looked_at(tiny, table(*rows_with("place", said)).encode())
    assert [one.content.place for one in shown.entries] == [()] * len(said)  # type: ignore[attr-defined]
    assert any(note.startswith(f"{len(said)} cells said s.d., n.d.") for note in shown.upload.notes)
    found = mistakes(tiny, table(*rows_with("checked_on", said)).encode())
    assert set(found) == {(row, "checked_on") for row in range(2, 2 + len(said))}
    assert {one.reason.partition(", ")[2] for one in found.values()} == {
        "which is read as not known, but must be filled in"
    }
    kept = rows_with("name", ("Folgt", "Brak", "Pending"))
    assert looked_at(tiny, table(*kept).encode()).counts["practices"]["added"] == 3, "they may be names"


def test_a_country_or_language_is_no_sign_for_not_known(tiny_store: Store) -> None:
    bring(tiny_store, table(LEAST | {"countries": "NA;NO"}).encode())
    assert stored(tiny_store, LEAST["id"])["countries"] == ["NA", "NO"]


def test_one_value_in_two_spellings_is_one(tiny_store: Store) -> None:
    shown = bring(tiny_store, case("c09_nfd.csv"))
    places = [entry.content.place for entry in shown.entries]  # type: ignore[attr-defined]
    assert places == [("Malmö",)] * 3
    assert shown.entries[1].content.lead_organisation == "Malmö stad"  # type: ignore[attr-defined]
    padded = HOUSE | {"name": "\u00a0 House\u202f", "themes": "language;\u00a0Language "}
    shown = looked_at(tiny_store, table(padded, columns=list(padded)).encode())
    assert (shown.entries[0].title, shown.entries[0].content.themes) == ("House", ("language",))  # type: ignore[attr-defined]


WRONG = {
    "c11_lists.csv": {
        *((3, "countries"), (4, "countries"), (5, "countries"), (6, "place"), (8, "countries"), (9, "place")),
    },
    "c13_urls.csv": {(row, "source_url") for row in (2, 3, 4, 5, 8, 9, 11, 12)},
    "c14_future.csv": {
        *((2, "checked_on"), (3, "start_year"), (4, "checked_on"), (5, "end_year"), (6, "people_reached")),
    },
    "c45_list_hides.csv": {(2, "sectors"), (2, "end_year"), (3, "summary"), (3, "id")},
    "c46_cross_field.csv": {(2, "budget_eur"), (2, "end_year")},
}


def test_every_mistake_of_a_file_is_told_at_once(tiny: Store) -> None:
    assert {name: set(mistakes(tiny, case(name))) for name in WRONG} == WRONG


def test_several_wrong_values_of_one_cell_are_each_told(tiny: Store) -> None:
    with pytest.raises(RefusedError) as caught:
        looked_at(tiny, case("c45_list_hides.csv"))
    told = [(one.value, one.nearest) for one in caught.value.problems if one.column == "sectors"]
    assert told == [("Housing", "'housing-and-settlement' (Housing and settlement)"), ("Helth", "'health' (Health)")]


def test_what_cannot_be_is_refused_in_every_kind(tiny: Store) -> None:
    for column, row in (
        ("checked_on", PAPER | {"checked_on": "2099-01-01"}),
        ("url", HOUSE | {"url": "https://a.example.org,https://b.example.org"}),
        ("url", HOUSE | {"url": "https://a.example.orghttps://b.example.org"}),
        ("assessed_on", ANSWER | {"assessed_on": "2099-01-01"}),
        ("source_url", ANSWER | {"source_url": "https://"}),
        ("title", PAPER | {"title": "Two\nlines"}),
    ):
        assert set(mistakes(tiny, table(row, columns=list(row)).encode())) == {(2, column)}


def test_values_are_proposed_for_dates_amounts_years_ids_and_addresses(tiny: Store) -> None:
    found = mistakes(tiny, case("p2_human.xlsx"))
    nearest_ = {at: one.nearest for at, one in found.items() if one.nearest}
    assert nearest_ == {
        (3, "id"): "'welcome-kitchen-graz'",
        (3, "start_year"): "'2019'",
        (3, "budget_eur"): "'13600'",
        (3, "people_reached"): "'120'",
        (3, "source_url"): "'https://www.example.org/graz'",
        (4, "people_reached"): "'1200'",
        (4, "checked_on"): "'2026-11-26'",
        (5, "countries"): "'SE;DK'",
        (5, "target_groups"): nearest_[5, "target_groups"],
        (5, "start_year"): "'2015'",
        (6, "id"): "'malmo-hub-2'",
        (7, "checked_on"): "'2026-11-26'",
    }
    assert (4, "end_year") in found
    assert found[4, "budget_eur"].nearest == "", "crowns are no euros"
    unclear = mistakes(tiny, table(LEAST | {"checked_on": "03/04/2026"}).encode())
    assert unclear[2, "checked_on"].nearest == "", "March or April"


def test_values_are_proposed_for_a_few_columns_of_known_ids_too(tiny_store: Store) -> None:
    bring(tiny_store, table(LEAST).encode())
    part = {"id": LEAST["id"], "people_reached": "1.200", "checked_on": "26.11.2026"}
    found = mistakes(tiny_store, table(part, columns=list(part)).encode())
    assert {at: one.nearest for at, one in found.items()} == {
        (2, "people_reached"): "'1200'",
        (2, "checked_on"): "'2026-11-26'",
    }


UNSEEN = "\u200b\u00ad\u202e\ufeff\u034f\u061c\u115f\u180e\u200d\u206a\u2800\u3164\ufff9\ufffe\U000e0041\U000e0101"


def test_signs_that_nobody_sees_are_taken_out_and_told(tiny_store: Store) -> None:
    rows = rows_with("summary", [f"Made{sign} up." for sign in UNSEEN])
    warned = bring(tiny_store, table(*rows).encode()).upload.warnings
    assert [stored(tiny_store, row["id"])["summary"] for row in rows] == ["Made up."] * len(UNSEEN)
    assert [(one.row, one.column) for one in warned] == [(row, "summary") for row in range(2, 2 + len(UNSEEN))]
    assert [
        one.reason for one, sign in zip(warned, UNSEEN, strict=True) if f"U+{ord(sign):04X}" not in one.reason
    ] == []


def test_line_ends_that_no_spreadsheet_shows_are_line_breaks_and_told(tiny_store: Store) -> None:
    row = LEAST | {"summary": "One.\u2028Two.\u2029Three.\x85Four.\u2028"}
    (told,) = bring(tiny_store, table(row).encode()).upload.warnings
    assert (told.column, "U+2028" in told.reason) == ("summary", True)
    assert stored(tiny_store, LEAST["id"])["summary"] == "One.\nTwo.\nThree.\nFour."


def test_signs_of_one_font_are_told_and_joiners_of_emoji_and_scripts_kept(tiny_store: Store) -> None:
    joined = "Families 👩\u200d👧\ufe0f, می\u200cخواهم."
    shown = bring(tiny_store, table(LEAST | {"summary": joined, "place": "\uf0b7 Ulm"}).encode())
    assert stored(tiny_store, LEAST["id"])["summary"] == joined
    assert [(one.column, "look broken" in one.reason) for one in shown.upload.warnings] == [("place", True)]


def test_one_label_is_one_label(tiny: Store) -> None:
    shown = looked_at(tiny, table(LEAST | {"countries": "Germany"}).encode())
    assert "1 label is read as its id (Germany: DE)." in shown.upload.notes


def test_an_archived_copy_of_an_address_is_one_address(tiny: Store) -> None:
    copy = HOUSE | {"url": "https://web.archive.org/web/2020/https://example.org/"}
    assert looked_at(tiny, table(copy, columns=list(copy)).encode()).counts["organisations"]["added"] == 1


def test_the_same_file_put_right_is_taken() -> None:
    upload = read_file(case("p2_mended.xlsx"), "file.xlsx")
    assert isinstance(upload, Upload)
    assert upload.problems == ()


# --- what the database knows -----------------------------------------------------------------------------------------


def test_a_change_to_what_was_archived_is_refused_unless_said_so(tiny_store: Store) -> None:
    content = case("c44_archived_id.csv")
    bring(tiny_store, content.replace(b"NEW SUMMARY.", b"Old summary."))
    tiny_store.write(lambda cursor: cursor.execute("UPDATE practice SET state = 'archived' WHERE id = 'dvur-kralove'"))
    found = mistakes(tiny_store, content)
    assert [(at, one.unless) for at, one in found.items()] == [((2, "id"), "archived")]
    bring(tiny_store, content, Confirmed(archived=True))
    assert stored(tiny_store, "dvur-kralove")["summary"] == "NEW SUMMARY."


def test_blanks_are_set_apart_and_erase_only_where_that_is_said(tiny_store: Store) -> None:
    bring(tiny_store, table(LEAST | {"place": "Ulm", "people_reached": "25"}).encode())
    file = table(LEAST | {"summary": "Anew."}).encode()
    shown = bring(tiny_store, file)
    assert [one.column for _, one in shown.blanks] == ["place", "people_reached"]
    assert [one.column for entry in shown.entries for one in entry.changes] == ["summary"]
    assert stored(tiny_store, LEAST["id"])["people_reached"] == 25
    bring(tiny_store, file, Confirmed(erase=True))
    assert stored(tiny_store, LEAST["id"])["people_reached"] != 25


def test_known_ids_may_bring_any_columns(tiny_store: Store) -> None:
    for row, column, text in (
        (LEAST, "people_reached", "14000"),
        (PAPER, "finding", "Anew."),
        (HOUSE, "joins", "Anew."),
        (ANSWER, "note", "Anew."),
    ):
        bring(tiny_store, table(row, columns=list(row)).encode())
        keys = list(row)[:7] if row is ANSWER else ["id"]
        part = {name: row[name] for name in keys} | {column: text}
        shown = bring(tiny_store, table(part, columns=list(part)).encode())
        assert [(one.column, one.after) for entry in shown.entries for one in entry.changes] == [(column, text)]
        unknown = part | {keys[-1] if row is ANSWER else "id": "eff-reach" if row is ANSWER else "synthetic-unknown"}
        found = mistakes(tiny_store, table(unknown, columns=list(unknown)).encode())
        assert all("needed for what is not in the database yet (row 2)" in one.reason for one in found.values())


def test_a_refusal_is_put_on_record(tiny_store: Store) -> None:
    content = case("c46_cross_field.csv")
    with pytest.raises(RefusedError) as caught:
        looked_at(tiny_store, content)
    record_refusal(tiny_store, "c46_cross_field.csv", content, caught.value, CLI)
    with tiny_store.cursor() as cursor:
        line = audit_log.history(cursor, "data")[0]
    assert line.after is not None
    assert (line.action, line.after["refused"]) == ("import", 2)
    assert any("budget_eur" in one for one in line.after["mistakes"])


# --- labels ----------------------------------------------------------------------------------------------------------

LANGUAGES = (
    "bg", "hr", "cs", "da", "nl", "en", "et", "fi", "fr", "de", "el", "hu", "ga", "it", "lv", "lt",
    "mt", "pl", "pt", "ro", "sk", "sl", "es", "sv", "uk", "ar", "tr", "ru", "fa", "sq", "sr",
)  # fmt: skip


def test_a_countrys_name_in_any_language_is_as_good_as_its_code() -> None:
    countries = vocabulary("country")
    named = [(code, name) for one in LANGUAGES for code, name in Locale(one).territories.items() if code in countries]
    assert len(LANGUAGES) == 31
    assert len(named) > 1_200
    read = [(code, name, as_id("country", name), nearest("country", name)) for code, name in named]
    assert [one for one in read if one[2] not in (one[0], None) or one[3] not in (one[0], None)] == []
    assert sum(one[2] is None for one in read) <= 4, "two countries are called so in two languages"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Czech Republic", "CZ"),
        ("UK", "GB"),
        ("EL", "GR"),
        ("DEUTSCHLAND", "DE"),
        ("osterreich", "AT"),
        ("Korea", None),
        ("Atlantis", None),
        ("XX", None),
        ("Kongo", None),
    ],
)
def test_other_names_of_countries_are_read_and_unclear_ones_are_not(name: str, code: str | None) -> None:
    assert nearest("country", name) == code


@pytest.mark.parametrize(
    ("name", "word", "id_"),
    [
        ("sector", "Wohnen", "housing-and-settlement"),
        ("sector", "Santé", "health"),
        ("theme", "Sprachkurs", "language"),
        ("target_group", "Flüchtlinge", "refugees"),
        ("target_group", "Mineurs non accompagnés", "unaccompanied-minors"),
        ("measure_type", "Patenschaft", "befriending"),
        ("target_group", "Refugees and asylum seekers", None),
        ("sector", "Employment and training", None),
        ("sector", "Helth", "health"),
    ],
)
def test_other_words_for_sectors_groups_and_types_are_proposed(name: str, word: str, id_: str | None) -> None:
    assert as_id(name, word) is None, "it is never taken without a word"
    assert nearest(name, word) == id_


def test_what_is_meant_by_words_of_other_languages_is_proposed_never_taken(tiny: Store) -> None:
    row = LEAST | {"sectors": "Wohnen;Emploi", "target_groups": "Frauen, Kinder"}
    with pytest.raises(RefusedError) as caught:
        looked_at(tiny, table(row).encode())
    assert [(one.value, one.nearest) for one in caught.value.problems] == [
        ("Wohnen", "'housing-and-settlement' (Housing and settlement)"),
        ("Emploi", "'employment' (Employment)"),
        ("Frauen, Kinder", "'women;children'"),
    ]


def test_values_are_proposed_for_so_many_mistakes_and_then_that_is_said(
    tiny: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 30
    monkeypatch.setattr(read, "PROPOSED_AT_MOST", most)
    wrong = [
        LEAST | {"id": f"synthetic-{at}", "name": f"Tea {at}", "countries": f"Germanny{at};Itally{at}"}
        for at in range(most)
    ]
    looked_up = nearest.cache_info().misses
    with pytest.raises(RefusedError) as caught:
        looked_at(tiny, table(*wrong).encode())
    assert nearest.cache_info().misses - looked_up == most
    told = [at for at, one in enumerate(caught.value.problems) if "no value is proposed" in one.reason]
    assert told == [most + 2]
    assert not any(one.nearest for one in caught.value.problems[most:])
    assert len(caught.value.problems) == 2 * most + 1


def test_labels_are_read_as_ids_in_any_case_and_told(tiny_store: Store) -> None:
    row = LEAST | {
        "sectors": "EMPLOYMENT; Education & training",
        "countries": "Deutschland;Sverige",
        "source_confidence": "High",
    }
    shown = bring(tiny_store, table(row).encode())
    kept = stored(tiny_store, LEAST["id"])
    assert (kept["sectors"], kept["countries"]) == (["employment", "education-and-training"], ["DE", "SE"])
    assert any(note.startswith("5 labels are read as their ids (") for note in shown.upload.notes)
    paper = PAPER | {"languages": "German", "themes": "Language", "url_seen": "Yes", "countries": "Europe as a whole"}
    assert looked_at(tiny_store, table(paper, columns=list(paper)).encode()).counts["evidence"]["added"] == 1
