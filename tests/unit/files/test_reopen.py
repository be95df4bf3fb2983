"""A file opened again: what changed since is said exactly; what is foreign or cannot be compared is refused."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from exported_files import DAY, exported, rows_of
from refusals import refusal_of

from practices_db.catalogue import scorecards
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Cursor, Store
from practices_db.errors import PracticesError
from practices_db.files.export import file_content
from practices_db.files.exports.csv_json import content
from practices_db.files.exports.recipe import Contents, Format
from practices_db.files.exports.workbook import write_xlsx
from practices_db.files.reopen import Changes, reopen
from practices_db.queries.views import View, read_view

CSV: tuple[Format, ...] = ("csv", "csv-semicolon", "csv-comma")
KINDS: list[tuple[Contents, Format]] = [
    ("scores", "csv"),
    ("scores", "csv-semicolon"),
    ("answers", "csv-comma"),
    ("answers", "csv-semicolon"),
    ("everything", "csv"),
    ("scores", "xlsx"),
]
EUROPE = PracticeFilter(country=("PL", "DE", "FR", "IE"))


def taken(
    store: Store, contents: Contents = "scores", format_: Format = "csv", chosen: PracticeFilter = EUROPE
) -> bytes:
    return file_content(store, View(chosen=chosen, sort="name"), DAY, contents, format_)


def release(store: Store, *changes: str) -> None:
    """Change the data, score them anew and release them as version 2."""

    def work(cursor: Cursor) -> None:
        for sql in changes:
            cursor.execute(sql)
        cursor.execute("INSERT INTO data_version VALUES (2, DATE '2026-03-01', repeat('b', 64), 'test', NULL)")
        scorecards.rebuild(cursor)

    store.write(work)


def newer(store: Store) -> None:
    """Release one changed fact of one practice."""
    release(store, "UPDATE practice SET summary = 'Another' WHERE id = 'synthetic-lines'")


def score_of(store: Store, id_: str, node: str) -> tuple[float, float, float]:
    sql = f"SELECT {node}_score, {node}_low, {node}_high FROM practice_card WHERE id = $id"
    with store.cursor() as cursor:
        row = cursor.execute(sql, {"id": id_}).fetchone()
    assert row is not None
    return row


# --- what changed since --------------------------------------------------------------------------------------


def test_newer_data_say_what_was_added_gone_and_moved_by_how_much_and_why(tiny_store: Store) -> None:
    files = {kind: taken(tiny_store, *kind) for kind in KINDS}
    before = score_of(tiny_store, "synthetic-accents", "effectiveness")
    release(
        tiny_store,
        "DELETE FROM practice WHERE id = 'synthetic-formula'",
        "UPDATE practice_country SET country = 'LV' WHERE practice_id = 'synthetic-lines'",
        "INSERT INTO practice_country VALUES ('synthetic-empty', 'DE', 1)",
        "UPDATE answer SET answer = 'met' WHERE indicator_id IN ('eff-lasts', 'evi-comparison')",
        "UPDATE answer SET evidence_level = 4 WHERE indicator_id = 'sus-costs-known'",
    )
    after = score_of(tiny_store, "synthetic-accents", "effectiveness")
    for kind, file in files.items():
        opened = reopen(tiny_store, file)
        what = opened.changes
        assert [[id_ for id_, _ in ids] for ids in (what.added, what.gone, what.unselected)] == [
            ["synthetic-empty"],
            ["synthetic-formula"],
            ["synthetic-lines"],
        ], kind
        (moved,) = what.moves  # better proof moves no score
        assert moved.node == "effectiveness", kind
        assert moved.by == pytest.approx(after[0] - before[0], abs=1e-3), kind
        assert f"{before[0]:.1f}/100 (could be {before[1]:.1f}–{before[2]:.1f}; " in moved.before, kind
        assert f"{after[0]:.1f}/100 (could be {after[1]:.1f}–{after[2]:.1f}; " in moved.after, kind
        (reason,) = moved.reasons
        assert "partly met → met" in reason.lower(), kind
        assert [(id_, words.lower().rpartition(": ")[2]) for id_, _, words in what.answers] == [
            ("synthetic-accents", "not met → met")
        ], kind
        assert (opened.view, opened.recipe.data_version) == (View(chosen=EUROPE, sort="name"), 1), kind


def test_changed_facts_are_named_by_column(tiny_store: Store) -> None:
    file = taken(tiny_store)
    release(tiny_store, "UPDATE practice SET summary = 'Another', people_reached = 7 WHERE id = 'synthetic-accents'")
    what = reopen(tiny_store, file).changes
    assert [(id_, columns) for id_, _, columns in what.facts] == [("synthetic-accents", "people_reached, summary")]
    assert not what.moves


def test_newer_data_that_leave_the_view_as_it_was_are_said_to(tiny_store: Store) -> None:
    file = taken(tiny_store, chosen=PracticeFilter(country=("IE",)))
    release(tiny_store, "UPDATE practice SET summary = 'Another' WHERE id = 'synthetic-accents'")
    opened = reopen(tiny_store, file)
    assert opened.changes == Changes()
    assert "nothing in this view changed" in opened.remark


def test_reader_s_own_composite_is_compared_too(tiny: Store) -> None:
    view, _ = read_view("weighting", {"weights": ["official"]})
    file = file_content(tiny, view, DAY, "scores", "csv")
    assert reopen(tiny, file).view == view


def test_a_comparison_says_which_rows_changed_and_who_is_gone(tiny_store: Store) -> None:
    ids = ("synthetic-accents", "synthetic-lines", "synthetic-formula")
    view = View("compare", PracticeFilter(practice=ids))
    file = file_content(tiny_store, view, DAY, "comparison", "csv-comma")
    release(
        tiny_store,
        "DELETE FROM practice WHERE id = 'synthetic-formula'",
        "UPDATE practice SET lead_organisation = 'Another' WHERE id = 'synthetic-lines'",
    )
    what = reopen(tiny_store, file).changes
    assert what.gone == (("synthetic-formula", "synthetic-formula"),)
    assert [(id_, rows) for id_, _name, rows in what.facts] == [("synthetic-lines", "Organisation")]
    assert (what.moves, what.answers) == ((), ())


def test_practice_that_was_never_assessed_and_now_is(tiny_store: Store) -> None:
    file = taken(tiny_store, "everything")
    release(
        tiny_store,
        "INSERT INTO assessment (id, practice_id, framework_id, framework_version, "
        "basis, assessor, assessed_on, status, version) "
        "VALUES ('new', 'synthetic-lines', 'integration-practices', '2.0.0', 'desk-review', "
        "'synthetic', DATE '2026-02-20', 'published', 1)",
        "INSERT INTO answer VALUES ('new', 'eff-lasts', 'met', 1, NULL, 'https://example.org', 'X', false, 1)",
    )
    (move,) = (move for move in reopen(tiny_store, file).changes.moves if move.node == "effectiveness")
    assert move.practice_id == "synthetic-lines"
    assert move.before == "no question answered"
    assert move.after.startswith("too little known for a score (between ")
    assert move.by is None
    assert "no answer → met" in move.reasons[0]


def test_file_from_newer_data_than_the_app_has_is_refused(tiny_store: Store, tiny_db: Path, tmp_path: Path) -> None:
    release(tiny_store, "UPDATE practice SET summary = 'Another' WHERE id = 'synthetic-accents'")
    file = taken(tiny_store)
    with (
        Store(Path(shutil.copy(tiny_db, tmp_path / "older.duckdb"))) as older,
        pytest.raises(PracticesError, match="made from data version 2; this app has version 1"),
    ):
        reopen(older, file)


# --- what a spreadsheet does to a file -----------------------------------------------------------------------


@pytest.mark.parametrize("format_", ["csv-comma", "csv-semicolon"])
def test_file_saved_anew_by_a_spreadsheet_has_changed_in_nothing(format_: Format, tiny_store: Store) -> None:
    """Other line ends, quotes everywhere, 50 for 50.0: what programs do when they save."""
    file = taken(tiny_store, format_=format_)
    rows = list(
        csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""), delimiter=";" if "semi" in format_ else ",")
    )
    rows = [[re.sub(r"^(\d+)[.,]0$", r"\1", cell) for cell in row] for row in rows]
    out = io.StringIO()
    csv.writer(out, delimiter=";" if "semi" in format_ else ",", quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(
        rows
    )
    assert reopen(tiny_store, out.getvalue().encode()).changes.none
    newer(tiny_store)
    assert [id_ for id_, *_ in reopen(tiny_store, out.getvalue().encode()).changes.facts] == ["synthetic-lines"]


def test_workbook_saved_anew_has_changed_in_nothing(tiny_store: Store) -> None:
    file = _book(taken(tiny_store, format_="xlsx"), lambda _: None)
    assert reopen(tiny_store, file).changes.none
    newer(tiny_store)
    assert [id_ for id_, *_ in reopen(tiny_store, file).changes.facts] == ["synthetic-lines"]


# --- refused -------------------------------------------------------------------------------------------------


def with_recipe(file: bytes, change: dict[str, object]) -> bytes:
    """Return a CSV of the data flavour whose recipe was changed."""
    rows = list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))
    recipe = json.loads(rows[1][-1]) | change
    rows[1][-1] = json.dumps(recipe, ensure_ascii=False, separators=(",", ":"))
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return ("\ufeff" + out.getvalue()).encode()


@pytest.mark.parametrize(
    ("contents", "old", "new"),
    [
        ("scores", b",{score},", b",x,"),
        ("answers", b",not-met,", b",perhaps,"),
    ],
    ids=["a number", "an answer"],
)
def test_cells_that_cannot_be_compared_are_refused(
    contents: Contents, old: bytes, new: bytes, tiny_store: Store
) -> None:
    file = taken(tiny_store, contents)
    score, *_ = score_of(tiny_store, "synthetic-accents", "effectiveness")
    changed = file.replace(old.replace(b"{score}", f"{round(score, 4)}".encode()), new)
    assert changed != file
    release(tiny_store, "UPDATE answer SET answer = 'met' WHERE indicator_id = 'eff-lasts'")
    with pytest.raises(PracticesError, match="cannot be compared"):
        reopen(tiny_store, changed)


def test_file_made_with_a_digest_of_its_content_opens(tiny: Store) -> None:
    """As all were before version 0.2.0."""
    file = with_recipe(taken(tiny), {"sha256": "0" * 64})
    assert reopen(tiny, file).view == View(chosen=EUROPE, sort="name")


def test_file_of_a_version_that_says_a_period_otherwise_opens(tiny_store: Store) -> None:
    chosen = PracticeFilter(country=("PL",), running_to=2030)
    words = "running in or before 2030"
    filters = [
        {"filter": "Country", "id": "PL", "name": "Poland"},
        {"filter": "period", "id": words, "name": words},
    ]
    file = with_recipe(taken(tiny_store, chosen=chosen), {"filters": filters})
    assert reopen(tiny_store, file).view == View(chosen=chosen, sort="name")


CHANGED: list[tuple[dict[str, object], str]] = [
    ({"params": {"country": ["IT"]}}, "contradicts itself"),
    ({"params": {"country": ["ZZ"]}}, "names what this app does not know"),
    ({"order": "newest"}, "contradicts itself"),
    ({"page": "admin"}, "cannot be read (page"),
    ({"surprise": 1}, "cannot be read (surprise"),
    ({"format": "xlsx"}, "recipe says 'xlsx'"),
    ({"format": "svg"}, "recipe says 'svg'"),
]


def test_changed_recipe_is_refused(tiny: Store) -> None:
    file = taken(tiny)
    told = [(why, refusal_of(partial(reopen, tiny, with_recipe(file, change)))) for change, why in CHANGED]
    assert [(why, said) for why, said in told if why not in said] == []


def test_two_recipes_or_none_are_refused(tiny: Store) -> None:
    rows = list(csv.reader(io.StringIO(taken(tiny).decode("utf-8-sig"), newline="")))
    for recipes, reason in (([""], "has no recipe"), ([rows[1][-1]] * 2, "has 2 recipes")):
        changed = [[*row[:-1], ""] for row in rows]
        changed[0] = rows[0]
        for at, text in enumerate(recipes, start=1):
            changed[at][-1] = text
        out = io.StringIO()
        csv.writer(out).writerows(changed)
        with pytest.raises(PracticesError, match=reason):
            reopen(tiny, out.getvalue().encode())


FOREIGN = {
    "nothing": (b"", "The file is empty"),
    "another table": (b"name,age\nx,1\n", "first column must be practice_id"),
    "our self-assessment's columns": (b"practice_id,framework,note\r\na,b,c\r\n", "its last one recipe"),
    "another encoding": ("practice_id,recipe\nŁ".encode("utf-16"), "neither a CSV in UTF-8"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "is a picture"),
    "a PDF": (b"%PDF-1.7\n", "A brief is for reading"),
    "a page": (b"<!doctype html><p>x", "A brief is for reading"),
    "a broken quote": (b'practice_id,recipe\n"a,b\n', "is never closed"),
    "a ragged row": (b"practice_id,recipe\na,b,c\n", "Row 2 has 3 cells"),
    "a broken zip": (b"PK\x03\x04" + bytes(40), "is a zip file"),
}


def test_foreign_file_is_refused_with_the_reason(tiny: Store) -> None:
    told = {name: refusal_of(partial(reopen, tiny, file)) for name, (file, _) in FOREIGN.items()}
    assert {name: said for name, said in told.items() if FOREIGN[name][1] not in said} == {}


def _book(file: bytes, change: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(file))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _formula(book: openpyxl.Workbook) -> None:
    book["practices"]["B2"] = "=1+1"


def _drop(book: openpyxl.Workbook) -> None:
    del book["recipe"]


def test_workbook_with_a_formula_or_without_its_recipe_is_refused(tiny: Store) -> None:
    file = taken(tiny, format_="xlsx")
    assert "holds a formula" in refusal_of(lambda: reopen(tiny, _book(file, _formula)))
    assert "not one of this app's" in refusal_of(lambda: reopen(tiny, _book(file, _drop)))


def test_foreign_workbooks_are_refused_and_end_nothing(tiny: Store, corpora: Path | None) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/worksheets/sheet1.xml", bytes(30 << 20))
    with pytest.raises(PracticesError, match="expands more than 100 times"):
        reopen(tiny, bomb.getvalue())
    for path in sorted((corpora / "calamine-xlsx").glob("*.xlsx"))[:4] if corpora else []:
        with pytest.raises(PracticesError):
            reopen(tiny, path.read_bytes())


def test_every_csv_carries_exactly_one_recipe_in_its_first_row(tiny: Store) -> None:
    for format_ in CSV:
        rows = rows_of(exported(tiny, PracticeFilter(), "name", format_=format_), format_)
        recipe = json.loads(rows[0]["recipe"])
        assert not any(row["recipe"] for row in rows[1:])
        assert recipe["format"] == format_
        assert recipe["practices"] == recipe["rows"] == len(rows)
        assert recipe["exported_on"] == DAY.isoformat()
        assert recipe["data_hash"]
        assert recipe["cite"].startswith("Integration Practices, data version 1")


def test_recipe_names_every_value_by_name_and_id(tiny: Store) -> None:
    chosen = PracticeFilter(country=("PL",), sector=("language",), text="synth", practice=("synthetic-accents",))
    file = content(write_xlsx(tiny, View(chosen=chosen), date(2026, 2, 3)))
    recipe = reopen(tiny, file).recipe
    assert {(one.filter, one.id, one.name) for one in recipe.filters} >= {
        ("Country", "PL", "Poland"),
        ("practice", "synthetic-accents", "Łódź Œuvre d'Ångström"),
    }
    assert "named Łódź Œuvre d'Ångström, in Poland" in recipe.selection
