"""No cell changes its value when LibreOffice opens a file under en_GB, fr_FR or de_DE."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import corpora
import openpyxl
import pytest
from exported_files import DAY

from office.conftest import Office
from practices_db.catalogue.library_filter import PublicationFilter
from practices_db.catalogue.library_rows import EvidenceRow
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.practice_rows import columns as columns_of_file
from practices_db.database.store import Store
from practices_db.files.exports import library_files
from practices_db.files.exports.codebook import codebook_csv
from practices_db.files.exports.columns import Column
from practices_db.files.exports.comparison_file import write_comparison
from practices_db.files.exports.csv_json import CONTENTS, FORMATS, content, write_csv
from practices_db.files.exports.export_tables import columns_of
from practices_db.files.exports.findings_file import findings_as
from practices_db.files.exports.recipe import Contents, Format
from practices_db.files.exports.workbook import write_xlsx
from practices_db.files.reopen import reopen
from practices_db.files.self_assessment.documents import as_csv
from practices_db.files.self_assessment.form import OwnAnswer, new_form
from practices_db.queries.views import View

pytestmark = pytest.mark.office

# Twelve that spreadsheets are known to change, and what looks like a date, an amount or a formula in some language.
TWELVE = ["=1+1", "+49 30 1", "-2+3", "@SUM(1)", "'quoted", "2020", "007", "1/2", "1e5", "May 2020", "TRUE", "1.200,50"]
MORE = [
    *(
        "3. März 2020",
        "1er mars 2020",
        "3 mars",
        "Mar-20",
        "10:30",
        "10:30 PM",
        "12 %",
        "€ 12",
        "1 000,5",
        "1.5",
        "1,5",
    ),
    *(
        "Wahr",
        "faux",
        "VRAI",
        "2020-01-02",
        "01.02.2020",
        "1/2/2020",
        "1.000",
        "- 5",
        "5-",
        "(5)",
        "5 €",
        "£5",
        "1:2:3",
    ),
    *(
        'Foo,=HYPERLINK("http://x")',
        "Foo;=1+1",
        "Foo\t=1+1",
        'Foo,"=1+1',
        "Foo\n=1+1",
        "Foo, =1+1;=1+1",
        "a,'=1;+1,-1;@x",
    ),
    *('=HYPERLINK("http://x")', "＝1", " =1", "\t=1", "#REF!", "#N/A", "MARCH 1", "SEPT1", "DEC1", "1E+05", "0x10"),
    *("a;b", 'say "so"', "a,b", "a\nb", "ends with space ", " starts", "plain", "1 2/3", "½", "10-2020", "Łódź", "Ψ"),
]
PUT = """
    INSERT INTO practice_card BY NAME
    SELECT c.* EXCLUDE (id, name, summary, outcome_figures),
        'text-' || x.i AS id, x.t AS name, x.t AS summary, x.t AS outcome_figures
    FROM practice_card c, (SELECT unnest($texts::TEXT[]) AS t, unnest(range(len($texts::TEXT[]))) AS i) x
    WHERE c.id = 'synthetic-empty'
"""


def hostile_texts() -> list[str]:
    # a workbook, in which the test looks, cannot hold these
    held = [text for text in corpora.naughty_strings() if text and text.isprintable()]
    return [*TWELVE, *MORE, *held]


def flavour(office: Office) -> Format:
    return "csv-comma" if office.locale == "en-GB" else "csv-semicolon"


def written(store: Store, view: View, contents: Contents, format_: Format, folder: Path) -> Path:
    path = folder / f"{contents}.csv"
    path.write_bytes(content(write_csv(store, view, contents, format_, DAY)))
    return path


def differences(file: Path, format_: Format, table: tuple[Column, ...], saved: Path) -> Iterator[str]:
    """Yield every cell that LibreOffice has otherwise than it stands in the file."""
    kind = FORMATS[format_]
    kinds = {column.name: column.kind for column in table}
    text = io.StringIO(file.read_bytes().decode("utf-8-sig"), newline="")
    header, *rows = csv.reader(text, delimiter=kind.delimiter, strict=True)
    (sheet,) = openpyxl.load_workbook(saved).worksheets
    cells = list(sheet.iter_rows())
    assert [cell.value for cell in cells[0]] == header
    assert len(cells) == len(rows) + 1
    for number, (row, of_row) in enumerate(zip(rows, cells[1:], strict=True), start=2):
        for name, wanted, cell in zip(header, row, of_row, strict=True):
            found = cell.value
            match kinds.get(name, "text"):
                case _ if not wanted:
                    same = found in (None, "")
                case "number" | "whole":
                    same = isinstance(found, int | float) and found == float(wanted.replace(",", "."))
                case "date":
                    same = cell.is_date and found.date() == date.fromisoformat(wanted)
                case _:
                    same = cell.data_type == "s" and _lines(str(found)) == _lines(wanted)
            if not same:
                yield f"row {number}, {name}: {wanted!r} became {found!r} ({cell.data_type})"


def _lines(text: str) -> list[str]:
    """Return the lines of a text: a spreadsheet knows only one kind of line break."""
    return re.split("\r\n|\r|\n", text)


def test_no_cell_of_the_catalogue_changes_its_value(office: Office, store: Store, tmp_path: Path) -> None:
    format_, view = flavour(office), View(chosen=PracticeFilter(country=("IT", "DE", "FR", "PL", "GR")))
    files = [written(store, view, contents, format_, tmp_path) for contents in CONTENTS]
    saved = office.opened(*files, delimiter=FORMATS[format_].delimiter)
    for contents, file, one in zip(CONTENTS, files, saved, strict=True):
        assert list(differences(file, format_, columns_of(view, contents), one)) == []


@pytest.fixture(scope="module")
def hostile_store(made_up_store: Store) -> Store:
    """Return a store whose practices are called what a spreadsheet would change. Synthetic."""
    made_up_store.write(lambda cursor: cursor.execute(PUT, {"texts": hostile_texts()}))
    return made_up_store


def test_no_text_is_run_or_taken_for_a_number_or_a_date(office: Office, hostile_store: Store, tmp_path: Path) -> None:
    format_, view = flavour(office), View(sort="name")
    file = written(hostile_store, view, "scores", format_, tmp_path)
    (saved,) = office.opened(file, delimiter=FORMATS[format_].delimiter)
    assert list(differences(file, format_, columns_of(view, "scores"), saved)) == []


SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}


def spreadsheet_files(store: Store, folder: Path) -> Iterator[Path]:
    """Yield every spreadsheet file that there is of what is in a store, in both flavours."""
    view = View(chosen=PracticeFilter(text='synthetic,=HYPERLINK("http://x");=1'), base="http://x,=1")
    shown = View("compare", PracticeFilter(practice=("text-0", "text-1")))
    flavours: tuple[Format, ...] = ("csv-semicolon", "csv-comma")
    for format_ in flavours:
        made = {f"all-{one}": content(write_csv(store, View(), one, format_, DAY)) for one in CONTENTS}
        made["searched"] = content(write_csv(store, view, "scores", format_, DAY))
        made["comparison"] = content(write_comparison(store, shown, format_, DAY))
        made["codebook"] = codebook_csv(view, "everything", format_)
        made["findings"] = findings_as(store, format_)
        live = "x,=1+1;=1+1\t=1+1\n=1+1"
        row = dict.fromkeys(columns_of_file(EvidenceRow), live) | {"languages": ["en,=1"], "checked_on": DAY}
        chosen = PublicationFilter(text="a,=HYPERLINK(1);=1")
        made["publications"] = library_files.written(chosen, [row], format_, "1", DAY)
        answer = OwnAnswer(
            indicator="eff-result", answer="met", evidence_level=2, note=live, link="https://x.org/,=1;=1"
        )
        made["own-answers"] = as_csv(new_form(DAY).with_answer(answer), DAY)
        for name, file in made.items():
            path = folder / f"{name}-{format_}.csv"
            path.write_bytes(file)
            yield path


@pytest.mark.parametrize("separator", SEPARATORS)
def test_nothing_runs_whichever_separator_is_taken(
    separator: str, office: Office, hostile_store: Store, tmp_path: Path
) -> None:
    files = list(spreadsheet_files(hostile_store, tmp_path))
    for file, saved in zip(files, office.opened(*files, delimiter=SEPARATORS[separator]), strict=True):
        (sheet,) = openpyxl.load_workbook(saved).worksheets
        formulas = [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        assert formulas == [], file.name


def test_the_exact_text_of_the_data_flavour_would_be_changed(
    office: Office, hostile_store: Store, tmp_path: Path
) -> None:
    """That is what the other flavours are for, and it shows that the test above sees a changed cell."""
    view = View(sort="name")
    file = written(hostile_store, view, "scores", "csv", tmp_path)
    (saved,) = office.opened(file)
    changed = {
        one.split(", name: ")[1]
        for one in differences(file, "csv", columns_of(view, "scores"), saved)
        if ", name: " in one
    }
    for text in ("=1+1", "2020", "007", "1e5"):
        assert any(one.startswith(repr(text)) for one in changed), text


def test_workbook_saved_by_libreoffice_opens_to_its_view(office: Office, store: Store, tmp_path: Path) -> None:
    view = View(chosen=PracticeFilter(country=("IT", "PL"), sector=("housing-and-settlement",)))
    path = tmp_path / "practices.xlsx"
    path.write_bytes(content(write_xlsx(store, view, DAY)))
    (saved,) = office.opened(path)
    opened = reopen(store, saved.read_bytes())  # refuses formulas
    assert (opened.view, opened.changes.none) == (view, True)
