"""Publications and organisations as files: what is written is read back by readers that are not ours."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import bibtexparser
import hostile
import oracles
import pandas as pd
import pytest
import rispy
from bibtexparser.middlewares import LatexDecodingMiddleware, RemoveEnclosingMiddleware
from hypothesis import given
from hypothesis import strategies as st

from practices_db.catalogue.library_filter import FILTERS, LibraryFilter, PublicationFilter
from practices_db.catalogue.library_rows import EvidenceRow, OrganisationRow
from practices_db.catalogue.practice_rows import columns
from practices_db.catalogue.read_files import read_rows
from practices_db.database.store import Store
from practices_db.files.exports.library_files import bibtex, citation, file_name, ris, written
from practices_db.queries import library as library_queries

DAY = date(2026, 2, 3)


def found(store: Store, chosen: LibraryFilter) -> list[dict[str, Any]]:
    with store.cursor() as cursor:
        return [dict(row) for row in library_queries.find(cursor, chosen, None).to_dict("records")]  # type: ignore[misc]


def parsed(text: str) -> dict[str, dict[str, str]]:
    """Read BibTeX with another parser; the address is verbatim there, as biblatex takes it."""
    verbatim = {entry.key: entry["url"] for entry in bibtexparser.parse_string(text).entries}
    library = bibtexparser.parse_string(text, append_middleware=[LatexDecodingMiddleware()])
    assert not library.failed_blocks
    return {
        entry.key: {field.key: str(field.value) for field in entry.fields} | {"url": verbatim[entry.key]}
        for entry in library.entries
    }


def one(**cells: Any) -> dict[str, Any]:
    row = dict.fromkeys(EvidenceRow.model_fields)
    row |= {
        "id": "synthetic",
        "title": "T",
        "kind": "report",
        "summary": "S",
        "url": "https://example.org/",
        "url_seen": "yes",
    }
    row |= {"languages": [], "themes": [], "target_groups": [], "countries": [], "checked_on": pd.Timestamp(DAY)}
    return row | cells


@pytest.mark.parametrize("shelf", ["evidence", "organisation"])
def test_the_csv_of_all_is_the_catalogues_file_again(store: Store, shelf: Any) -> None:
    content = written(FILTERS[shelf](), found(store, FILTERS[shelf]()), "csv", "1 (x)", DAY)
    name = {"evidence": "evidence.csv", "organisation": "organisations.csv"}[shelf]
    table = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    assert {row["selection"] for row in table} == {"all"}
    assert {row["exported_on"] for row in table} == {DAY.isoformat()}
    original = oracles.read_csv(oracles.CATALOGUE / name)
    kept = [{column: row[column] for column in original[0]} for row in table]
    assert sorted(kept, key=lambda row: row["id"]) == sorted(original, key=lambda row: row["id"])
    # and the importer takes these columns back
    model: Any = {"evidence": EvidenceRow, "organisation": OrganisationRow}[shelf]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(original[0]))
    writer.writeheader()
    writer.writerows(kept)
    problems: list[str] = []
    assert len(read_rows(name, out.getvalue().encode(), model, problems)) == len(original)
    assert problems == []


def test_a_spreadsheets_csv_neutralises_what_it_would_run() -> None:
    row = one(title="=cmd|' /C calc'!A0", publisher="+1", summary="-2+3", finding="@SUM(1)")
    content = written(PublicationFilter(), [row], "csv-semicolon", "1", DAY).decode("utf-8-sig")
    (cells,) = csv.DictReader(io.StringIO(content, newline=""), delimiter=";")
    assert [cells[name][0] for name in ("title", "publisher", "summary", "finding")] == ["'"] * 4
    assert cells["url"] == "https://example.org/"


def test_a_filtered_file_says_so() -> None:
    chosen = PublicationFilter(theme=("health",), text="peers")
    assert "_filtered_" in file_name(chosen, "bibtex", DAY)
    assert "_all_" in file_name(PublicationFilter(), "ris", DAY)
    content = written(chosen, [one()], "csv", "1", DAY).decode("utf-8-sig")
    (cells,) = csv.DictReader(io.StringIO(content, newline=""))
    assert cells["selection"] == "on health, matching “peers”"


def test_bibtex_of_the_whole_library_is_read_back_by_another_parser(store: Store) -> None:
    rows = found(store, PublicationFilter())
    entries = parsed(bibtex(rows))
    assert set(entries) == {row["id"] for row in rows}
    for row in rows:
        entry = entries[row["id"]]
        assert entry["title"] == row["title"]
        assert entry["url"] == row["url"]
        assert entry.get("year", "") == ("" if pd.isna(row["year"]) else str(int(row["year"])))
        publisher = entry.get("publisher") or entry.get("institution") or ""
        assert publisher == ("" if pd.isna(row["publisher"]) else row["publisher"])
        assert entry["abstract"].startswith(row["summary"])


def test_ris_of_the_whole_library_is_read_back_by_another_parser(store: Store) -> None:
    rows = found(store, PublicationFilter())
    entries = {entry["id"]: entry for entry in rispy.loads(ris(rows))}
    assert set(entries) == {row["id"] for row in rows}
    for row in rows:
        entry = entries[row["id"]]
        assert entry["title"] == row["title"]
        assert entry["urls"] == [row["url"]]
        assert entry.get("year", "") == ("" if pd.isna(row["year"]) else str(int(row["year"])))
        assert entry.get("publisher", "") == ("" if pd.isna(row["publisher"]) else row["publisher"])
        assert entry["keywords"] == [*row["themes"], *row["target_groups"]] or not row["themes"]


# what a title can hold once it went through a line of text; LaTeX's own decoder reads ligatures (``, --) as signs
plain = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="`'-~\"<>?!´"), min_size=1
).map(lambda text: f"a {text} b")


@given(plain)
def test_no_title_breaks_a_reference_out_of_its_field(title: str) -> None:
    text = bibtex([one(title=title)])
    library = bibtexparser.parse_string(text, parse_stack=[RemoveEnclosingMiddleware()])
    assert not library.failed_blocks
    (entry,) = library.entries
    assert {field.key for field in entry.fields} == {"title", "url", "urldate", "abstract", "note"}
    (reference,) = rispy.loads(ris([one(title=title)]))
    assert reference["title"] == title


def test_signs_of_bibtex_come_back_as_they_were() -> None:
    title = r"50 % of A & B_C #1 {x} costs $5 \ ~ end"
    (entry,) = parsed(bibtex([one(title=title)])).values()
    assert entry["title"] == title
    assert r"2\textasciicircum{}3" in bibtex([one(title="2^3")])  # the other parser reads another circumflex


@pytest.mark.corpora
def test_hostile_strings_stay_inside_their_reference() -> None:
    rows = [
        one(id=f"synthetic-{number}", title=text, summary=text)
        for number, text in enumerate(hostile.strings())
        if text.strip()
    ]
    library = bibtexparser.parse_string(bibtex(rows), parse_stack=[])
    assert not library.failed_blocks
    assert [entry.key for entry in library.entries] == [row["id"] for row in rows]
    assert [entry["id"] for entry in rispy.loads(ris(rows))] == [row["id"] for row in rows]


def test_what_was_not_seen_is_left_out_and_nothing_is_made_up() -> None:
    text = bibtex([one(title_is_descriptive=True, url_is_copy=True, offered=False)])
    assert "author" not in text
    assert "year" not in text
    assert "publisher =" not in text
    assert "institution =" not in text
    assert "the title is ours, the original title is not known" in text
    assert "the address is a copy, original not found" in text


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"title": "Work first.", "publisher": "IZA", "year": 2025}, "IZA. (2025). Work first. https://example.org/"),
        ({"title": "Work", "publisher": "IZA"}, "IZA. (n.d.). Work. https://example.org/"),
        ({"title": "Work", "year": 2025.0}, "Work. (2025). https://example.org/"),
        ({"title": "On work", "publisher": "Jobs Inc.", "year": 2020, "title_is_descriptive": True},
         "Jobs Inc. (2020). [On work]. https://example.org/"),
        ({"title": "Work", "publisher": "IZA", "year": 2025, "offered": False}, "IZA. (2025). Work."),
    ],
    ids=["whole", "no year", "no publisher", "a title of ours", "a copy"],
)  # fmt: skip
def test_a_reference_names_publisher_year_title_and_address(cells: dict[str, Any], expected: str) -> None:
    assert citation(one(**cells)) == expected


def test_every_publication_can_be_cited_on_one_line(store: Store) -> None:
    for row in found(store, PublicationFilter()):
        words = citation(row)
        assert "\n" not in words
        assert ".." not in words.split("http")[0]
        assert row["title"].split()[0] in words


def test_signs_that_nobody_sees_split_no_word_of_a_reference() -> None:
    title = "Integra\u00adtions\u200blotsen\u2060 in\tUlm می\u200cخواهم"
    row = dict.fromkeys(columns(EvidenceRow), "") | {"id": "a", "title": title, "kind": "report", "year": 2020}
    row |= {"languages": ["de"], "themes": [], "target_groups": [], "checked_on": DAY, "title_is_descriptive": False}
    for made in (citation(row), bibtex([row]), ris([row])):
        assert "Integrationslotsen in Ulm می\u200cخواهم" in made
