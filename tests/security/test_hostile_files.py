"""Hostile text taken away as files: every format is made, and nothing in a workbook or page would run."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import corpora
import hostile
import pytest

from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.files.export import file_content
from practices_db.files.exports.csv_json import practice_json
from practices_db.queries.views import View

pytestmark = pytest.mark.corpora
DAY = date(2026, 1, 31)


@pytest.fixture(scope="module")
def poisoned(catalogue_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store in which every free text is hostile, of the length that an import would let through."""
    path = Path(shutil.copy(catalogue_db, tmp_path_factory.mktemp("hostile") / "practices.duckdb"))
    texts = [text[:300] for text in hostile.strings()]
    hostile.poison(path, texts[:18] + texts[18::8])
    with Store(path) as store:
        yield store


def test_a_workbook_of_hostile_text_has_no_formula_and_no_link(poisoned: Store) -> None:
    # the larger corpora's texts need all practices to stand in, our own only those of a country
    view = View() if corpora.FOLDER else View(chosen=PracticeFilter(country=("IT",)))
    with zipfile.ZipFile(io.BytesIO(file_content(poisoned, view, DAY, format_="xlsx"))) as workbook:
        sheets = [workbook.read(name).decode() for name in workbook.namelist() if name.startswith("xl/worksheets/")]
    assert len(sheets) >= 5
    assert sum(sheet.count("onerror=alert(1)") for sheet in sheets) > 100
    assert not [sheet for sheet in sheets if re.search("<f>|<hyperlink", sheet)]


def test_a_printable_page_of_hostile_text_has_no_script_and_fetches_nothing(poisoned: Store) -> None:
    page = file_content(poisoned, View(), DAY, format_="html").decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    tags = re.findall(r"<[a-zA-Z][^>]*>", page)
    assert not [tag for tag in tags if re.match(r"<(script|iframe|img|link|object|embed|base|form)\b", tag)]
    assert not [tag for tag in tags if re.search(r"\son\w+\s*=", re.sub(r'"[^"]*"', '""', tag))]
    addresses = re.findall(r'(?:href|src)="([^"]*)"', page)
    assert not [address for address in addresses if not re.match(r"https?://|#|mailto:", address)]


@pytest.mark.parametrize("format_", ["csv", "csv-semicolon", "csv-comma", "json"])
def test_tables_of_hostile_text_are_made(poisoned: Store, format_: str) -> None:
    content = file_content(poisoned, View(), DAY, format_=format_)  # type: ignore[arg-type]
    assert content.decode("utf-8-sig").count("onerror=alert(1)") > 10


def test_a_brief_of_hostile_text_is_set(poisoned: Store) -> None:
    with poisoned.cursor() as cursor:
        (id_,) = cursor.execute("SELECT min(id) FROM practice_card WHERE NOT assessed").fetchall()[0]
    view = View("practice", PracticeFilter(practice=(id_,)))
    assert file_content(poisoned, view, DAY, format_="pdf").startswith(b"%PDF-")
    assert practice_json(poisoned, id_, DAY) is not None
