"""Text in a spreadsheet's CSV: what gets an apostrophe, that it comes off again, and that SQL and Python agree."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practices_db.cell_text import as_typed, harmless, macro

SHARED = Path(__file__).resolve().parents[3] / "shared" / "corpora"


@pytest.fixture(scope="module")
def in_sql() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(macro())
    return connection


def of_sql(connection: duckdb.DuckDBPyConnection, texts: list[str]) -> list[str]:
    rows = "SELECT unnest($texts::TEXT[]) AS t, unnest(range(len($texts::TEXT[]))) AS n"
    sql = f"SELECT as_text(t) FROM ({rows}) ORDER BY n"
    return [text for (text,) in connection.execute(sql, {"texts": texts}).fetchall()]


RUN = [
    "=1+1",
    "+1",
    "-1",
    "@x",
    "\tx",
    "\rx",
    "  =1",
    "\n=1",
    " \t-1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
    "\u0000=1",
    "\xa0=1",
]
APOSTROPHES = ["'", "''", "'=1", " '=1", "'s-Hertogenbosch"]
NUMBERS = [
    "2020",
    "007",
    "1.0.0",
    "1,5",
    "1.200,50",
    "1 000",
    "12 %",
    "€ 12",
    "12 EUR",
    "1/2",
    "3-4",
    "1e5",
    "10:30",
    "10:30 PM",
    "2015-2020",
    "May 2020",
    "3. März 2020",
    "1er mars 2020",
    "3 de marzo de 2020",
    "5 Μαρτίου 2020",
    "12 października 2019",
    "Mar-20",
    "EKİM 2020",
    "TRUE",
    "Wahr",
    " faux ",
    "ΨΕΥΔΉΣ",
]
TEXTS = [
    "",
    "plain",
    "Maybe",
    "May",
    "a=b",
    "a'b",
    "é",
    '"',
    "#",
    "\\",
    "NULL",
    "100 Homes",
    "Horizon 2020",
    "Phase 2",
    "a\nb",
    "trueish",
    "More than 5,600 people in 10 years",
]


@pytest.mark.parametrize("text", [*RUN, *APOSTROPHES, *NUMBERS], ids=ascii)
def test_what_a_spreadsheet_would_change_gets_an_apostrophe(text: str, in_sql: duckdb.DuckDBPyConnection) -> None:
    assert harmless(text) == f"'{text}"
    assert of_sql(in_sql, [text]) == [f"'{text}"]
    assert as_typed(harmless(text)) == text


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_other_text_stays_as_it_is(text: str, in_sql: duckdb.DuckDBPyConnection) -> None:
    assert harmless(text) == text
    assert of_sql(in_sql, [text]) == [text]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=100, max_size=200))
def test_sql_does_what_python_does(in_sql: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    assert of_sql(in_sql, texts) == [harmless(text) for text in texts]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text("0123456789 .,:/-+eE€%MayiJunIİıſΣς'\t", max_size=10), min_size=100, max_size=200))
def test_sql_does_what_python_does_near_numbers(in_sql: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    assert of_sql(in_sql, texts) == [harmless(text) for text in texts]


def test_a_long_text_of_month_names_takes_no_time() -> None:
    assert harmless("ma" * 20_000 + "!") == "ma" * 20_000 + "!"
    assert harmless("1 mar " * 10_000) == "'" + "1 mar " * 10_000


@given(st.text())
def test_taking_one_apostrophe_away_gives_every_text_back(text: str) -> None:
    assert as_typed(harmless(text)) == text


@pytest.mark.skipif(not SHARED.exists(), reason="the corpora are not beside this copy of the project")
def test_naughty_strings_come_back_and_none_is_run(in_sql: duckdb.DuckDBPyConnection) -> None:
    texts = json.loads((SHARED / "blns" / "blns.json").read_text(encoding="utf-8"))
    cells = of_sql(in_sql, texts)
    assert cells == [harmless(text) for text in texts]
    assert [as_typed(cell) for cell in cells] == texts
    assert not [cell for cell in cells if cell.lstrip()[:1] in tuple("=+-@＝＋－＠")]
