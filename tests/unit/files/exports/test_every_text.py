"""Whatever text the catalogue holds comes back from both flavours of CSV, and no cell of a spreadsheet's runs."""

from __future__ import annotations

import re
from datetime import timedelta

import corpora
import pytest
from exported_files import exported, rows_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.files.exports.cell_text import as_typed, harmless
from practices_db.files.exports.recipe import Format

AT_ONCE = 40
RISKY = st.text(alphabet="=+-@\t\r\n\x00'\"`;,.|/\\:%€$ 0123456789eEtTrRuUmMaA\u200b\ufeff\xa0＝＋－＠", max_size=12)
TEXTS = st.lists(st.one_of(st.text(max_size=40), RISKY), min_size=AT_ONCE, max_size=AT_ONCE)
ALWAYS = ["=1+1", "\u0000=1", "'", "''", "plain", "a'b", '"', "NULL", "a\nb", "a\rb", "a\r\nb"]
RUN = re.compile(r"\s*[=+\-@\t\r\x00＝＋－＠]")
PUT = """
    INSERT INTO practice_card BY NAME
    SELECT c.* EXCLUDE (id, name, summary, outcome_figures),
        'text-' || x.i AS id, x.t AS name, x.t AS summary, x.t AS outcome_figures
    FROM practice_card c, (SELECT unnest($texts::TEXT[]) AS t, unnest(range(len($texts::TEXT[]))) AS i) x
    WHERE c.id = 'synthetic-empty'
"""


def tiny(count: int) -> list[str]:
    """Return as many texts that Hypothesis makes up."""
    found: list[str] = []

    @settings(
        max_examples=count // AT_ONCE + 1,
        database=None,
        derandomize=True,
        deadline=timedelta(minutes=1),
        suppress_health_check=list(HealthCheck),
    )
    @given(TEXTS)
    def collect(texts: list[str]) -> None:
        found.extend(texts)

    collect()
    return found[:count]


def of_the_corpora() -> list[str]:
    """Return every line of the collections of naughty strings and attacks."""
    if corpora.FOLDER is None:
        return []
    lines: list[str] = []
    for path in sorted([corpora.FOLDER / "blns" / "blns.txt", *(corpora.FOLDER / "payloads").rglob("*.*")]):
        lines += path.read_bytes().decode("utf-8", "replace").split("\n")
    return lines


@pytest.mark.corpora
@pytest.mark.parametrize("count", [1_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_every_text_comes_back_from_both_flavours(count: int, tiny_store: Store) -> None:
    known = list(dict.fromkeys([*ALWAYS, *of_the_corpora()]))
    texts = known[: count // 2] + tiny(count - len(known[: count // 2]))
    assert len(texts) == count
    tiny_store.write(lambda cursor: cursor.execute(PUT, {"texts": texts}))
    flavours: tuple[Format, ...] = ("csv", "csv-semicolon", "csv-comma")
    for format_ in flavours:
        rows = {
            row["practice_id"]: row
            for row in rows_of(exported(tiny_store, PracticeFilter(), "name", format_=format_), format_)
        }
        back = as_typed if format_ != "csv" else str
        different = [
            (text, row[column])
            for at, text in enumerate(texts)
            for row in [rows[f"text-{at}"]]
            for column in ("name", "summary", "outcome_figures")
            if back(row[column]) != text
        ]
        assert different == []
        if format_ != "csv":
            assert not [row["name"] for row in rows.values() if RUN.match(row["name"])]
            assert all(rows[f"text-{at}"]["name"] == harmless(text) for at, text in enumerate(texts))
