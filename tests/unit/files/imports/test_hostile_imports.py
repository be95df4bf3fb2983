"""Every file of the corpora and thousands of damaged ones: loaded intact or refused with a reason, never half."""

from __future__ import annotations

import csv
import io
import json
import random
import subprocess
import sys
import time
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import hostile
import pytest
import xlsxwriter
from exported_files import DAY
from import_files import HOUSE, LEAST, MOST, PAPER, held, table

from practices_db.catalogue.csv_reader import read_csv
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.practice_rows import UNREADABLE
from practices_db.catalogue.problems import RefusedError
from practices_db.curation.permissions import CLI
from practices_db.database.store import Store
from practices_db.errors import PracticesError
from practices_db.files.exports.csv_json import content, write_csv
from practices_db.files.exports.workbook import write_xlsx
from practices_db.files.imports.apply import apply
from practices_db.files.imports.cells import is_placeholder
from practices_db.files.imports.preview import Preview, preview
from practices_db.files.imports.read import Confirmed, Question, read_file
from practices_db.files.xlsx_reader import Limits, read_cells, read_workbook
from practices_db.queries.practices import count_practices
from practices_db.queries.views import View

SECONDS = 5  # of this process's own work: more is a hang. The reader of workbooks gives up by itself.
# The made-up table of the corpora in the words of our template. Its mailbox and its cost become what must be there.
IN_OUR_WORDS = {
    "practice_id": "id",
    "country": "source_name",
    "organisation": "lead_organisation",
    "start_date": "checked_on",
    "participants": "people_reached",
    "cost_eur": "source_confidence",
    "contact_email": "source_url",
    "description": "summary",
    "1200.50": "high",
    "1200.5": "high",
    "info@example.org": "https://example.org/",
    "P0": "p0",
    "P5": "p5",
}


def outcome(store: Store, file: bytes, confirmed: Confirmed | None = None) -> Preview | Question | RefusedError:
    """Import a file; check that it was all or nothing, that reasons are given, and that it took no time."""
    before = held(store)
    start = time.process_time()
    found: Preview | Question | RefusedError
    try:
        read = read_file(file, "a file.csv", confirmed or Confirmed())
        if isinstance(read, Question):
            found = read
        else:
            with store.cursor() as cursor:
                found = preview(cursor, read)
            apply(store, found, CLI)
    except RefusedError as refused:
        found = refused
    assert time.process_time() - start < SECONDS
    after = held(store)
    if isinstance(found, Preview):
        added = {kind: counts["added"] for kind, counts in found.counts.items()}
        assert after["practice"] == before["practice"] + added.get("practices", 0)
        assert after["answer"] == before["answer"] + added.get("answers", 0)
        assert after["practice_source"] == before["practice_source"] + added.get("sources", 0)
    else:
        assert after == before
    if isinstance(found, RefusedError):
        assert found.problems
        assert all(one.reason for one in found.problems)
        str(found).encode()  # can be shown
    return found


def in_our_words(file: bytes) -> bytes:
    """Return a file of the corpora with the columns of our template, its trick untouched."""
    wide = file[:2] in (b"\xff\xfe", b"\xfe\xff")
    codec = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}[file[:2]] if wide else "latin-1"
    text = file.decode(codec, "surrogatepass" if wide else "strict")
    for theirs, ours in IN_OUR_WORDS.items():
        text = text.replace(theirs, ours)
    return text.encode(codec, "surrogatepass" if wide else "strict")


def workbook_in_our_words(file: bytes) -> bytes:
    """The same for a workbook: its parts keep their names and order."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(file))
    except zipfile.BadZipFile:
        return file
    if sum(part.file_size for part in parts.infolist()) > 1 << 20:
        return file
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for part in parts.infolist():
            package.writestr(part.filename, in_our_words(parts.read(part)))
    return made.getvalue()


def test_every_shape_of_the_corpora_is_taken_or_refused_as_its_manifest_says(
    corpora: Path, tiny_db: Path, tmp_path: Path
) -> None:
    with (corpora / "own" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        shapes = list(csv.DictReader(file, strict=True))
    wrong = []
    for shape in shapes:
        path = tmp_path / f"{shape['file']}.duckdb"
        path.write_bytes(tiny_db.read_bytes())
        with Store(path) as store:
            raw = (corpora / "own" / shape["file"]).read_bytes()
            mapped = workbook_in_our_words(raw) if shape["file"].endswith(".xlsx") else in_our_words(raw)
            found = outcome(store, mapped)
            if "confirms encoding" in shape["expected"]:
                assert isinstance(found, Question), shape
                found = outcome(store, mapped, Confirmed(encoding="windows-1252"))
        if not as_expected(shape["expected"], found):
            wrong.append((shape["file"], shape["expected"], str(found)[:300]))
        as_it_is = outcome_of_foreign(raw, tiny_db, tmp_path / f"{shape['file']}.foreign.duckdb")
        if not isinstance(as_it_is, (RefusedError, Question)):  # not our table
            wrong.append((shape["file"], "no practice table", str(as_it_is)[:300]))
    assert wrong == []
    assert shapes


def outcome_of_foreign(file: bytes, database: Path, path: Path) -> object:
    path.write_bytes(database.read_bytes())
    with Store(path) as store:
        return outcome(store, file)


# What must be said where the manifest says why a file is refused.
WORDS = {
    "encoding": ("encoding", "UTF-8"),
    "empty": ("empty",),
    "header": ("header", "column"),
    "row 2 has 8 fields": ("row 2: has 8 fields, 9 expected",),
    "duplicate column name": ("duplicate column name",),
    "missing column practice_id": ("missing column id",),
    "missing columns": ("header",),
    "NUL": ("NUL",),
    "control character or strip": ("control character",),
    "more than 5,000 rows": ("more than 5,000 rows",),
    "not text": ("not text",),
    "duplicate practice_id P0001 rows 2,3": ("row 3, id: duplicate: 'p0001' is already in row 2",),
    "expands to more than 10 MB": ("expands",),
    "DTD": ("DTD",),
    "not a workbook": ("not a workbook",),
}


def as_expected(expected: str, found: object) -> bool:
    loaded = sum(found.counts["practices"].values()) if isinstance(found, Preview) else None
    if expected.startswith("load:"):
        either = "or reject" in expected and isinstance(found, RefusedError)
        return either or loaded == int(expected[5:].replace(";", " ").split(maxsplit=1)[0])
    why = expected.partition("reject:")[2]
    return isinstance(found, RefusedError) and any(word in str(found) for word in WORDS.get(why, ("",)))


def test_a_message_stands_for_each_bad_date_and_none_for_a_good_one(corpora: Path, tiny_store: Store) -> None:
    file = in_our_words((corpora / "own" / "50_dates.csv").read_bytes())
    found = outcome(tiny_store, file)
    assert isinstance(found, RefusedError)
    dates = [row["checked_on"] for row in csv.DictReader(io.StringIO(file.decode(), newline=""))]
    good = [at for at, text in enumerate(dates, start=2) if text == "2024-02-29"]
    told = {one.row for one in found.problems if one.column == "checked_on"}
    assert sorted([*told, *good]) == list(range(2, len(dates) + 2))


def test_every_file_of_the_corpora_is_taken_or_refused(corpora: Path, tiny_store: Store, slow: bool) -> None:
    files = sorted(path for path in corpora.rglob("*") if path.is_file())
    chosen = files if slow else [path for path in files if path.suffix != ".xlsx"][::3]
    assert len(chosen) > 60
    for path in chosen:
        found = outcome(tiny_store, path.read_bytes()[: 6 << 20])
        assert isinstance(found, (RefusedError, Question)), path  # none of them is our table
        if isinstance(found, Question):
            found = outcome(tiny_store, path.read_bytes(), Confirmed("windows-1252", decimal_comma=True))
            assert isinstance(found, RefusedError), path


def test_valid_csv_files_are_read_cell_by_cell(corpora: Path) -> None:
    files = sorted((corpora / "csv-spectrum" / "csvs").glob("*.csv"))
    assert len(files) == 11
    for path in files:
        expected = json.loads((corpora / "csv-spectrum" / "json" / f"{path.stem}.json").read_text(encoding="utf-8"))
        file = path.read_bytes()
        if "crlf" in path.stem and b"\r" not in file:  # the copy lost what it is about
            file = file.replace(b"\n", b"\r\n")
        header, *rows = read_csv(file, len).rows
        assert [dict(zip(header, row, strict=True)) for row in rows if row] == expected, path


@pytest.mark.corpora
def test_hostile_strings_are_kept_without_what_nobody_sees(tiny_store: Store) -> None:
    signs = [0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2065)]
    signs += [0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x2066, 0x2070), 0x2800, 0x3164, *range(0xFDD0, 0xFDF0)]
    signs += [0xFEFF, 0xFFA0, *range(0xFFF0, 0xFFFC), 0xFFFE, 0xFFFF, *range(0xE0000, 0xE1000)]
    unseen = dict.fromkeys(signs) | dict.fromkeys([0x85, 0x2028, 0x2029], "\n")
    strings = [one for one in hostile.strings() if one.translate(unseen).strip()]
    rows = [LEAST | {"id": f"synthetic-{at}", "summary": text} for at, text in enumerate(strings)]
    found = outcome(tiny_store, table(*rows).encode())
    refused = {one.row for one in found.problems} if isinstance(found, RefusedError) else set()
    kept = [row for at, row in enumerate(rows, start=2) if at not in refused]
    bad = [row["summary"] for at, row in enumerate(rows, start=2) if at in refused]
    assert [text for text in bad if not UNREADABLE.search(text) and not is_placeholder(text.strip(), named=True)] == []
    assert len(kept) > 0.9 * len(rows)
    assert isinstance(outcome(tiny_store, table(*kept).encode()), Preview)
    with tiny_store.cursor() as cursor:
        stored = dict(cursor.execute("SELECT id, summary FROM practice").fetchall())
    assert {row["id"]: stored[row["id"]] for row in kept} == {
        row["id"]: unicodedata.normalize("NFC", row["summary"].translate(unseen)).strip() for row in kept
    }


# --- damaged files -------------------------------------------------------------------------------------------------


def good_files(store: Store) -> list[bytes]:
    """Return sound files of every dialect and encoding."""
    text = table(LEAST, MOST)
    return [
        text.encode(),
        b"\xef\xbb\xbf" + table(LEAST, MOST, delimiter=";").encode(),
        table(LEAST, MOST, delimiter="\t").encode("utf-16"),
        table(LEAST, MOST, delimiter="|", end="\n").encode(),
        ("sep=;\r\n" + table(MOST, delimiter=";")).encode(),
        text.replace("Ł", "L").replace("ó", "o").replace("ź", "z").encode("cp1252"),
        content(write_csv(store, View(), "scores", "csv-semicolon", DAY)),
        content(write_csv(store, View(), "answers", "csv", DAY)),
        table(PAPER, PAPER | {"id": "synthetic-other", "title": "Another"}, columns=list(PAPER)).encode(),
        b"\xef\xbb\xbf" + table(PAPER, columns=list(PAPER), delimiter=";").encode(),
        table(HOUSE, columns=list(HOUSE), delimiter="\t").encode("utf-16"),
    ]


def _flip(file: bytearray, chance: random.Random) -> None:
    file[chance.randrange(len(file))] ^= 1 << chance.randrange(8)


def _delete(file: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(file))
    del file[at : at + chance.choice((1, 2, 10, 200))]


def _insert(file: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(file))
    signs = (b'"', b",", b";", b"\r", b"\n", b"\0", b"\x1b", b"\xff", b"'", b"\xe2\x80\xae", b"=", b"\t", b"|")
    file[at:at] = chance.choice(signs) * chance.choice((1, 1, 3, 400))


def _cut(file: bytearray, chance: random.Random) -> None:
    del file[chance.randrange(len(file)) :]


def _double(file: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(file))
    file[at:at] = file[at : at + chance.choice((5, 100, 3_000))]


def _lines(file: bytearray, chance: random.Random) -> None:
    lines = file.split(b"\n")
    chance.shuffle(lines)
    file[:] = b"\n".join(lines)


DAMAGES: tuple[Callable[[bytearray, random.Random], None], ...] = (_flip, _delete, _insert, _cut, _double, _lines)


def damaged(file: bytes, chance: random.Random) -> bytes:
    changed = bytearray(file)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        if changed:
            chance.choice(DAMAGES)(changed, chance)
    return bytes(changed)


def damage_and_bring(store: Store, count: int, seed: int) -> dict[str, int]:
    """Bring damaged files and return how many were loaded, refused and asked about; what is loaded is intact."""
    chance = random.Random(seed)  # noqa: S311
    files = good_files(store)
    told = {"loaded": 0, "refused": 0, "asked": 0}
    for _ in range(count):
        file = damaged(chance.choice(files), chance)
        confirmed = chance.choice((Confirmed(), Confirmed("windows-1252", decimal_comma=True)))
        found = outcome(store, file, confirmed)
        if isinstance(found, Preview):
            told["loaded"] += 1
            intact(store, found, file)
        else:
            told["asked" if isinstance(found, Question) else "refused"] += 1
    return told


def intact(store: Store, done: Preview, file: bytes) -> None:
    """Check against a plain reading of the file that no row and no name was lost."""
    codec = "utf-16" if file[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = file.decode(codec)
    except UnicodeDecodeError:
        text = file.decode("cp1252")
    text = text.partition("\n")[2] if text.lower().startswith(("sep=", '"sep=')) else text
    (made,) = done.upload.tables
    header = text.replace('"', "").splitlines()[0]
    delimiter = max(",;\t|", key=lambda one: len(set(map(str.strip, header.split(one))) & set(made.given)))
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(map(str.strip, row))]
    passed_over = sum("without data of their own" in note for note in done.upload.notes)
    assert len(rows) - 1 == len(made.rows) or passed_over
    if made.kind.name == "practices":
        with store.cursor() as cursor:
            stored = dict(cursor.execute("SELECT id, name FROM practice").fetchall())
        at = [name.strip("\ufeff \t").casefold() for name in rows[0]].index("name")
        names = {row[at] for row in rows[1:]}
        for entry in done.entries:
            name = stored[entry.key[0]]
            assert name in names or f"'{name}" in names


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    ("count", "seed"), [(40, 1), *(pytest.param(500, seed, marks=SLOW) for seed in range(100, 110))]
)
def test_damaged_files_are_loaded_intact_or_refused(count: int, seed: int, tiny_store: Store) -> None:
    told = damage_and_bring(tiny_store, count, seed)
    assert min(told["loaded"], told["refused"]) > count // 20, told


def damaged_workbook(file: bytes, chance: random.Random) -> bytes:
    """Damage the package, or a part of it in a package that is sound."""
    if chance.random() < 0.5:
        return damaged(file, chance)
    parts = zipfile.ZipFile(io.BytesIO(file))
    victim = chance.choice(parts.namelist())
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name in parts.namelist():
            package.writestr(name, damaged(parts.read(name), chance) if name == victim else parts.read(name))
    return made.getvalue()


@pytest.mark.parametrize(("count", "seed"), [(4, 2), pytest.param(200, 3, marks=SLOW)])
def test_damaged_workbooks_are_loaded_or_refused(count: int, seed: int, tiny_store: Store) -> None:
    chance = random.Random(seed)  # noqa: S311
    file = content(write_xlsx(tiny_store, View(), DAY))
    assert isinstance(outcome(tiny_store, file), Preview)
    for _ in range(count):
        outcome(tiny_store, damaged_workbook(file, chance))


def test_files_made_to_do_harm_are_refused(tiny_store: Store) -> None:
    harmful = {
        "no zip": b"PK\x03\x04" + b"\0" * 2_000,
        "deep": packed({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<a>" * 2_000_000}),
        "many parts": packed({"[Content_Types].xml": b"<x/>"} | {f"{at}.xml": b"" for at in range(200)}),
        "outside": packed({"[Content_Types].xml": b"<x/>", "../../evil.txt": b"x"}),
        "no workbook": packed({"readme.txt": b"x"}),
        "large": b"x" * (6 << 20),
        "wide": b"a column," * 30_000 + b"\n1",
        "a long name": b"id," + b"name" * 100_000 + b"\n1,2",
        "quotes": b'"' * 100_000,
        "half a letter": b"\xff\xfe\x00\xd8a\x00",
        "UTF-32": b"\xff\xfe\x00\x00a\x00\x00\x00",
        "UTF-16 that does not say so": table(LEAST).encode("utf-16-le"),
    }
    found = {name: outcome(tiny_store, file) for name, file in harmful.items()}
    assert {name: one for name, one in found.items() if not isinstance(one, RefusedError)} == {}


@pytest.mark.parametrize("others", [0, pytest.param(6, marks=pytest.mark.slow)])
def test_our_largest_workbook_is_read_whatever_else_the_machine_does(store: Store, others: int) -> None:
    """What limits a workbook is the computing that it takes, not the time that passes meanwhile."""
    file = content(write_xlsx(store, View(), DAY))
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(others)]
    try:
        sheets = read_workbook(file)
    finally:
        for one in spinning:
            one.kill()
            one.wait()
    with store.cursor() as cursor:
        assert len(sheets["practices"]) - 1 == count_practices(cursor, PracticeFilter())


def test_a_workbook_that_takes_too_much_computing_is_refused_in_a_sentence() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet("practices")
    parts = zipfile.ZipFile(file)
    sheet = "xl/worksheets/sheet1.xml"
    rows = b"<sheetData>%s</sheetData>" % (b"<row>%s</row>" % (b"<c><v>1</v></c>" * 50) * 10_000)
    slow = {name: parts.read(name) for name in parts.namelist()}
    slow[sheet] = slow[sheet].replace(b"<sheetData/>", rows)
    with pytest.raises(PracticesError, match=r"took more than 1 seconds\. Save the sheet as CSV"):
        read_cells(packed(slow, zipfile.ZIP_STORED), Limits(seconds=1))


def packed(parts: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", how) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return made.getvalue()


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.slow)], ids=["sample", "all"])
def slow(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)
