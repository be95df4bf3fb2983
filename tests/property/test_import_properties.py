"""import(export(x)) changes nothing, whatever is in x; and what a file says is what the database then holds."""

from __future__ import annotations

import csv
import io
import re
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import oracles
import pytest
from exported_files import DAY
from hypothesis import given, settings
from hypothesis import strategies as st
from import_files import LEAST, bring, held, table

from practices_db.catalogue import scorecards
from practices_db.database.store import Store
from practices_db.files.exports.cell_text import as_typed, harmless
from practices_db.files.exports.csv_json import content, write_csv
from practices_db.files.exports.recipe import Format
from practices_db.files.exports.workbook import write_xlsx
from practices_db.files.imports.cells import _INVISIBLE, is_placeholder
from practices_db.files.imports.current_rows import holdings
from practices_db.files.imports.duplicates import Named, alike, name_key, page_key
from practices_db.files.imports.read import Confirmed
from practices_db.operations.build import build
from practices_db.queries.views import View

SIGNS = st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp"), include_characters="'=+-@\",;|").filter(
    lambda sign: not _INVISIBLE.search(sign)
)


def texts(signs: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A cell may hold anything but nothing: blank, and what says so, is "not seen"."""
    composed = st.text(signs, min_size=1, max_size=60).map(lambda text: unicodedata.normalize("NFC", text))
    return composed.filter(lambda text: text.strip() != "" and not is_placeholder(text.strip()))


TEXT, LINE = texts(SIGNS | st.sampled_from("\n\t")), texts(SIGNS)
PIECE = LINE.map(lambda text: re.sub("[;\u037e\u061b\u204f\ufe14\ufe54\uff1b]", " ", text).strip()).filter(
    lambda text: text != "" and not is_placeholder(text)
)


@st.composite
def practice(draw: st.DrawFn) -> dict[str, str]:
    return LEAST | {
        "name": draw(LINE),
        "summary": draw(TEXT),
        "source_name": draw(LINE),
        "lead_organisation": draw(LINE | st.just("")),
        "outcome_figures": draw(TEXT | st.just("")),
        "place": ";".join(draw(st.lists(PIECE, max_size=3, unique=True))),
        "funding_sources": ";".join(draw(st.lists(PIECE, max_size=2, unique=True))),
        "people_reached": draw(st.integers(0, 8 * 10**9).map(str) | st.just("")),
        "start_year": draw(st.integers(1900, 2026).map(str) | st.just("")),
        "evaluation_documented": draw(st.sampled_from(["", "yes"])),
    }


@pytest.fixture(scope="module")
def changing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("properties")
    build(folder / "built.duckdb", oracles.SYNTHETIC)
    path = Path(shutil.copy(folder / "built.duckdb", folder / "practices.duckdb"))
    with Store(path) as store:
        yield store


@pytest.mark.parametrize("format_", ["csv", "csv-semicolon", "csv-comma", "xlsx"])
@settings(max_examples=settings.default.max_examples // 16)
@given(row=practice())
def test_what_is_exported_comes_back_as_no_change(changing: Store, row: dict[str, str], format_: Format) -> None:
    bring(changing, table(row).encode(), Confirmed(erase=True))
    with changing.cursor() as cursor:
        kept = holdings(cursor, ["practices"]).rows["practices"][LEAST["id"],].cells
    for name, text in row.items():
        assert kept[name] == text.strip()  # blanks around a text are no part of it
    changing.write(scorecards.rebuild)
    path = (
        write_xlsx(changing, View(), DAY) if format_ == "xlsx" else write_csv(changing, View(), "scores", format_, DAY)
    )
    before = held(changing)
    shown = bring(changing, content(path))
    assert shown.nothing_new, [entry.changes for entry in shown.of("changed")]
    assert held(changing) == before


@given(st.lists(TEXT, min_size=1, max_size=5))
def test_apostrophes_and_quotes_never_add_up(texts: list[str]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerow([harmless(text) for text in texts])
    (row,) = csv.reader(io.StringIO(file.getvalue(), newline=""), strict=True)
    assert [as_typed(cell) for cell in row] == texts


@given(st.text(max_size=40), st.text(max_size=40))
def test_keys_are_stable(name: str, url: str) -> None:
    assert name_key(name_key(name)) == name_key(name) == name_key(f"  {name} ")
    assert page_key(page_key(url)) == page_key(url) or "://" in page_key(url)


@given(st.lists(st.tuples(st.text("ab c1", min_size=8, max_size=12), st.text("xy", max_size=2)), max_size=8))
def test_each_pair_that_looks_alike_is_told_once_and_never_with_itself(names: list[tuple[str, str]]) -> None:
    everybody = [Named(f"p-{at}", name, f"https://example.org/{url}") for at, (name, url) in enumerate(names)]
    found = alike(everybody, [])
    assert all(one.id != one.other.id for one in found)
    pairs = [(one.id, one.other.id) for one in found]
    assert len(pairs) == len(set(pairs))
    assert all(int(one[2:]) > int(other[2:]) for one, other in pairs)
