"""The exported file, byte for byte, and its name."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import duckdb
import oracles
import pytest
from exported_files import DAY, exported, rows_of

from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.config import address_in_files
from practices_db.database.store import Store
from practices_db.files.exports import export_tables
from practices_db.files.exports.codebook import codebook_csv
from practices_db.files.exports.csv_json import BOM, CONTENTS, content, file_name, practice_json, write_csv
from practices_db.files.exports.recipe import Contents, Format
from practices_db.queries.practices import find_practices
from practices_db.queries.views import View

GOLDEN = oracles.ROOT / "tests" / "golden" / "practices_all.csv"
TEXT_COLUMNS = {
    "name": "name",
    "lead_organisation": "lead_organisation",
    "place": "place",
    "funding_sources": "funding_sources",
    "outcome_figures": "outcome_figures",
    "summary": "summary",
    "source_name": "source_name",
}


def test_export_is_the_golden_file_byte_for_byte(tiny: Store) -> None:
    assert exported(tiny, PracticeFilter(), "name") == GOLDEN.read_bytes()


def test_spreadsheet_flavour_is_the_golden_file_byte_for_byte(tiny: Store) -> None:
    made = exported(tiny, PracticeFilter(), "name", contents="everything", format_="csv-semicolon")
    assert made == GOLDEN.with_name("everything_spreadsheet.csv").read_bytes()


def test_golden_file_reads_as_the_export_cell_by_cell(tiny: Store) -> None:
    """Where the bytes differ, this says whether the content does."""
    assert rows_of(exported(tiny, PracticeFilter(), "name")) == rows_of(GOLDEN.read_bytes())


def test_golden_file_names_the_made_up_catalogue() -> None:
    digest = oracles.catalogue_hash(oracles.SYNTHETIC)[:8]
    assert {row["data_version"] for row in rows_of(GOLDEN.read_bytes())} == {f"1 (2026-01-05, {digest})"}


def test_export_begins_with_one_byte_order_mark(tiny: Store) -> None:
    content = exported(tiny, PracticeFilter(), "name")
    assert content.startswith(BOM.encode() + b"practice_id,")
    assert content.count(BOM.encode()) == 1


def test_blank_is_written_in_one_way_only(tiny: Store) -> None:
    assert b',"",' not in exported(tiny, PracticeFilter(), "name")


def test_numbers_are_unquoted_with_a_decimal_point(tiny: Store) -> None:
    content = exported(tiny, PracticeFilter(country=("PL",)), "name").decode("utf-8-sig")
    assert ",87.5,0.8,70.0,90.0,yes,2,1.5,2," in content
    assert ",1250000,40," in content


def test_selection_that_finds_nothing_is_the_header_alone(tiny: Store) -> None:
    content = exported(tiny, PracticeFilter(country=("AQ",)), "name")
    assert content == GOLDEN.read_bytes().split(b"\n")[0] + b"\n"


def test_export_and_json_carry_the_main_result(store: Store) -> None:
    one = next(one for one in oracles.practices() if one.id.startswith("forwork"))
    chosen = PracticeFilter(practice=(one.id,))
    (row,) = rows_of(exported(store, chosen, "name"))
    main = one.results[0]
    wanted = {
        "result": main["effect_text"],
        "result_direction": "improved",
        "result_outcome": "employment",
        "result_design": "randomised",
        "result_evidence_level": "5",
        "result_independent": main["independent_of_operator"],
        "result_base": main["base"],
        "result_horizon": main["horizon"],
        "result_source": main["source_url"],
        "results_further": str(len(one.results) - 1),
        "effectiveness_group": "better-than-others",
    }
    assert {name: row[name] for name in wanted} == wanted
    told = json.loads(practice_json(store, one.id, DAY) or b"{}")
    assert told["practice"]["result"] == main["effect_text"]
    assert next(result["result"] for result in told["results"]) == main["effect_text"]
    assert {result["result"] for result in told["results"]} == {result["effect_text"] for result in one.results}
    assert next((result["main"], result["design_level"]) for result in told["results"]) == (True, 5)


def test_sources_say_which_page_is_a_copy(store: Store) -> None:
    id_ = next(
        one.id for one in oracles.practices() if any("docslib.org" in row.source_url for row in one.answers.values())
    )
    told = json.loads(practice_json(store, id_, DAY) or b"{}")
    assert {source["copy"] for source in told["sources"]} == {True, False}
    assert all(source["copy"] == ("docslib.org" in source["url"]) for source in told["sources"])


def test_export_follows_filter_and_order(tiny: Store) -> None:
    chosen = PracticeFilter(country=("FR", "PL", "DE"))
    for sort, expected in {
        "name": ["synthetic-formula", "synthetic-lines", "synthetic-accents"],
        "documented": ["synthetic-accents", "synthetic-formula", "synthetic-lines"],
        "newest": ["synthetic-formula", "synthetic-accents", "synthetic-lines"],
    }.items():
        content = exported(tiny, chosen, sort)  # type: ignore[arg-type]
        assert [row["practice_id"] for row in rows_of(content)] == expected


def test_date_of_export_is_the_one_given(tiny: Store) -> None:
    assert {row["exported_on"] for row in rows_of(exported(tiny, PracticeFilter(), "name"))} == {"2026-02-03"}


def test_data_flavour_has_the_exact_text(tiny: Store) -> None:
    names = {row["name"] for row in rows_of(exported(tiny, PracticeFilter(), "name"))}
    with tiny.cursor() as cursor:
        assert names == {name for (name,) in cursor.execute("SELECT name FROM practice").fetchall()}
    assert any(name.startswith("=") for name in names)


@pytest.mark.parametrize("format_", ["csv-comma", "csv-semicolon"])
def test_cells_a_spreadsheet_would_run_begin_with_an_apostrophe(format_: Format, tiny: Store) -> None:
    for row in rows_of(exported(tiny, PracticeFilter(), "name", format_=format_), format_):
        for column, cell in row.items():
            assert not re.match(r"\s*[=+\-@\t\r＝＋－＠]", cell), (row["practice_id"], column, cell)


def test_whole_catalogue_is_exported_as_its_files_have_it(store: Store) -> None:
    in_file = {row["practice_id"]: row for row in rows_of(exported(store, PracticeFilter(), "name"))}
    practices = oracles.practices()
    assert list(in_file) == oracles.in_order(practices, "name")
    for one in practices:
        row = in_file[one.id]
        for column, field in TEXT_COLUMNS.items():
            expected = one.row[field]
            if column in ("place", "funding_sources"):
                expected = ";".join(oracles.several(expected))
            assert row[column] == expected, (one.id, column)
        for column in (
            "countries",
            "sectors",
            "target_groups",
            "funding_kinds",
            "start_year",
            "end_year",
            "governance_level",
            "budget_eur",
            "people_reached",
            "evaluation_documented",
            "transferred_elsewhere",
            "source_url",
            "source_confidence",
            "checked_on",
            "spring_url",
        ):
            assert row[column] == one.row[column], (one.id, column)
        assert row["source_kind"] == oracles.source_kind(one.row)
        assert row["assessed"] == ("yes" if one.answers else "no")
        assert row["answers_documented"] == str(one.answered)
        assert row["answer_source_urls"].split() == sorted(
            {answer.source_url for answer in one.answers.values() if answer.source_url}
        )
        assert_scores(row, one)


def assert_scores(row: dict[str, str], one: oracles.Practice) -> None:
    for headline in oracles.HEADLINES:
        score = one.scores[headline]
        assert row[f"{headline}_scored"] == ("yes" if score.scored else "no")
        assert row[f"{headline}_answers"] == str(score.answered)
        assert row[f"{headline}_strongest_evidence_level"] == ("" if score.strongest is None else str(score.strongest))
        numbers: dict[str, Any] = {name: getattr(score, name) for name in ("score", "coverage", "low", "high")}
        numbers["median_evidence_level"] = score.median
        for name, exact in numbers.items():
            cell = row[f"{headline}_{name}"]
            if exact is None or not one.answers:
                assert cell == "", (one.id, headline, name)
            else:
                assert float(cell) == pytest.approx(float(exact), abs=0.000051), (one.id, headline, name)


def test_file_name_says_scope_and_day_and_is_plain_ascii() -> None:
    day = date(2026, 11, 2)
    everything = file_name(View(), "csv", day)
    filtered = file_name(View(chosen=PracticeFilter(text="Łódź/../x")), "csv-semicolon", day, "answers")
    assert re.fullmatch(r"practices_all_2026-11-02_[0-9a-f]{16}\.csv", everything)
    assert re.fullmatch(r"practices_filtered_answers_2026-11-02_[0-9a-f]{16}_spreadsheet\.csv", filtered)
    # these narrow nothing
    assert file_name(View(chosen=PracticeFilter(undated=True)), "csv", DAY).startswith("practices_all_")
    assert file_name(View("compare"), "xlsx", DAY).startswith("comparison_2026")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"country": ("IT", "DE"), "sector": ("housing-and-settlement",)}, "housing_IT-DE"),
        ({"target_group": ("women",), "country": ("IT",), "text": "x"}, "women_IT_filtered"),
        ({"country": ("IT", "DE", "FR", "ES")}, "4-countries"),
        ({"country": ("not-stated",), "running_from": 2010}, "not-stated_filtered"),
    ],
)
def test_file_name_says_what_is_in_the_file(values: dict[str, Any], said: str) -> None:
    name = file_name(View(chosen=PracticeFilter(**values)), "csv", DAY)
    assert re.fullmatch(rf"practices_{said}_2026-02-03_[0-9a-f]{{16}}\.csv", name)
    assert name.isascii()


def test_file_says_where_each_practice_and_its_view_stand(tiny: Store) -> None:
    view = View(chosen=PracticeFilter(country=("PL",)), base="https://practices.example.org")
    (row,) = rows_of(content(write_csv(tiny, view, "scores", "csv", DAY)))
    assert row["practice_address"] == "https://practices.example.org/practice?practice=synthetic-accents"
    assert row["view_address"] == "https://practices.example.org/explore?country=PL"
    (answer, *_) = rows_of(content(write_csv(tiny, View(chosen=view.chosen), "answers", "csv", DAY)))
    assert answer["practice_address"] == "/practice?practice=synthetic-accents"
    assert answer["view_address"] == "/explore?country=PL"


@pytest.mark.parametrize(
    ("given", "asked", "address"),
    [
        ("https://practices.example.org/app/", "http://10.0.0.1:8501", "https://practices.example.org/app"),
        ("", "http://localhost:8501/", "http://localhost:8501"),
        ("", "", ""),
        ("", "javascript:alert(1)", ""),
    ],
)
def test_address_is_the_one_set_else_the_one_asked_else_none(
    given: str, asked: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRACTICES_BASE_URL", given)
    assert address_in_files(asked) == address


@pytest.mark.parametrize("contents", CONTENTS)
@pytest.mark.parametrize("format_", ["csv", "csv-semicolon", "csv-comma"])
def test_codebook_has_a_line_for_every_column(tiny: Store, contents: Contents, format_: Format) -> None:
    made = rows_of(codebook_csv(View(), contents, format_), format_)
    file = content(write_csv(tiny, View(), contents, format_, DAY))
    assert [line["column"] for line in made] == list(rows_of(file, format_)[0])
    assert all(line["meaning"] and line["written as"] for line in made)
    by_name = {line["column"]: line for line in made}
    if contents == "scores":
        assert "housing-and-settlement: Housing and settlement" in by_name["sectors"]["ids"]
        assert by_name["countries"]["ids"] == ""  # a public list
    for headline in oracles.HEADLINES if contents != "answers" else ():
        assert f"counts only where {headline}_scored is yes" in by_name[f"{headline}_score"]["meaning"]


def test_a_value_that_finds_nothing_is_said_in_the_recipe(tiny: Store) -> None:
    file = exported(tiny, PracticeFilter(country=("PL", "IT")), "name")
    recipe = json.loads(rows_of(file)[0]["recipe"])
    assert recipe["selection"] == "1 practice: 1 in Poland, none in Italy"
    assert recipe["selection"] in recipe["cite"]


def test_file_name_is_never_used_twice() -> None:
    assert len({file_name(View(), "csv", DAY) for _ in range(1000)}) == 1000


def test_export_leaves_nothing_in_its_folder(tiny_store: Store) -> None:
    exported(tiny_store, PracticeFilter(), "name")
    assert list(tiny_store.exports.iterdir()) == []


def test_export_that_fails_leaves_nothing_in_its_folder(tiny_store: Store) -> None:
    tiny_store.write(lambda cursor: cursor.execute("ALTER TABLE practice_card DROP COLUMN people_reached"))
    with pytest.raises(duckdb.Error):
        exported(tiny_store, PracticeFilter(), "name")
    assert list(tiny_store.exports.iterdir()) == []


def test_written_file_is_the_only_one_and_named_like_a_download(tiny_store: Store) -> None:
    path = write_csv(tiny_store, View(chosen=PracticeFilter(country=("PL",))), "scores", "csv", DAY)
    assert list(tiny_store.exports.iterdir()) == [path]
    assert path.name.startswith("practices_PL_2026-02-03_")
    assert [row["practice_id"] for row in rows_of(path.read_bytes())] == ["synthetic-accents"]


def test_file_is_the_same_however_the_cards_are_stored(tiny_store: Store) -> None:
    whole, other = View(), View(sort="newest")
    with export_tables.reading(tiny_store, whole) as cursor:
        (piece,) = export_tables.pieces(cursor, whole, "scores")
        assert piece.cards  # nothing was sorted
    with export_tables.reading(tiny_store, other) as cursor:
        assert not any(piece.cards for piece in export_tables.pieces(cursor, other, "scores"))
    sorted_once, sorted_by_year = (content(write_csv(tiny_store, one, "scores", "csv", DAY)) for one in (whole, other))
    tiny_store.write(
        lambda cursor: cursor.execute(
            "CREATE TEMP TABLE kept AS FROM practice_card; DELETE FROM practice_card; "
            "INSERT INTO practice_card FROM kept ORDER BY name_key DESC"
        )
    )
    with export_tables.reading(tiny_store, whole) as cursor:
        assert not any(piece.cards for piece in export_tables.pieces(cursor, whole, "scores"))
    assert content(write_csv(tiny_store, whole, "scores", "csv", DAY)) == sorted_once
    assert content(write_csv(tiny_store, other, "scores", "csv", DAY)) == sorted_by_year


def test_pieces_of_what_is_stored_in_order_follow_each_other(tiny: Store) -> None:
    view = View()
    cells = [export_tables.as_written(column) for column in export_tables.columns_of(view, "scores")]
    with export_tables.reading(tiny, view) as cursor:

        def read(stored: int) -> list[Any]:
            pieces = list(export_tables.pieces(cursor, view, "scores", stored))
            assert all(piece.cards for piece in pieces)
            asked = [
                (
                    export_tables.query(view, "scores", cells, piece),
                    export_tables.values(cursor, view, "scores", DAY, piece),
                )
                for piece in pieces
            ]
            return [row for sql, values in asked for row in cursor.execute(sql, values).fetchall()]

        assert read(1) == read(3) == read(1_000)
        assert [row[0] for row in read(3)] == list(find_practices(cursor, view.chosen, view.sort)["id"])
