"""Text in a spreadsheet's CSV: what gets an apostrophe, and that it comes off again."""

from __future__ import annotations

import csv
import io
import json
import re

import hostile
import pytest
from hypothesis import given
from hypothesis import strategies as st

from practices_db.files.exports.cell_text import as_typed, harmless, harmless_inside, harmless_json

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
    "a, b; c",
    "a - b",
]
# What another separator would make a cell of that is run.
INSIDE = {
    'Foo,=HYPERLINK("http://x")': 'Foo,\'=HYPERLINK("http://x")',
    "word;=1": "word;'=1",
    "word\t+1": "word\t'+1",
    "word|@x": "word|'@x",
    "word\n-1": "word\n'-1",
    "word, \u200b=1": "word,' \u200b=1",
    'word,"=1': "word,'\"=1",
    "word,'=1": "word,''=1",
    "word,;\t=1": "word,';'\t'=1",
    "word,＝1": "word,'＝1",
    "=1,=1": "'=1,'=1",
}


@pytest.mark.parametrize("text", [*RUN, *APOSTROPHES, *NUMBERS], ids=ascii)
def test_what_a_spreadsheet_would_change_gets_an_apostrophe(text: str) -> None:
    assert harmless(text).startswith("'")
    assert as_typed(harmless(text)) == text


@pytest.mark.parametrize(("text", "cell"), INSIDE.items(), ids=ascii)
def test_what_would_run_behind_another_separator_gets_an_apostrophe(text: str, cell: str) -> None:
    assert harmless(text) == cell
    assert as_typed(cell) == text
    assert harmless_inside(text).removeprefix("=1") == cell.removeprefix("'=1")
    assert as_typed(harmless_inside(text)) == text
    assert json.loads(harmless_json(json.dumps({"q": [text, -1]}))) == {"q": [text, -1]}


@given(st.lists(st.text(alphabet=",;\t|\n\r \"'=+-@a1"), min_size=1, max_size=4), st.sampled_from(",;\t"))
def test_no_cell_runs_whichever_separator_a_reader_takes(texts: list[str], delimiter: str) -> None:
    for written in ",;":
        out = io.StringIO(newline="")
        recipe = harmless_json(json.dumps({"q": texts}, separators=(",", ":")))
        addresses = [harmless_inside(f"https:{text}") for text in texts]
        csv.writer(out, delimiter=written).writerow(["id", *map(harmless, texts), *addresses, recipe])
        for line in csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=delimiter):
            assert not [cell for cell in line if re.match(r"\s*[=+\-@]", cell)]


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_a_long_text_of_month_names_takes_no_time() -> None:
    assert harmless("ma" * 20_000 + "!") == "ma" * 20_000 + "!"
    assert harmless("1 mar " * 10_000) == "'" + "1 mar " * 10_000
    for text in ("\t" * 50_000, "a," + " " * 50_000 + "x", "a" + ",'" * 50_000, "a" + "\n'" * 50_000 + "="):
        assert as_typed(harmless(text)) == text


@given(st.text())
def test_taking_one_apostrophe_away_gives_every_text_back(text: str) -> None:
    assert as_typed(harmless(text)) == text


@pytest.mark.corpora
def test_hostile_strings_come_back_and_none_is_run() -> None:
    texts = hostile.strings()
    cells = [harmless(text) for text in texts]
    assert [as_typed(cell) for cell in cells] == texts
    assert not [cell for cell in cells if cell.lstrip()[:1] in tuple("=+-@＝＋－＠")]
