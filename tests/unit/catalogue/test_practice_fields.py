"""Every field of the registry: written by build, import and curators alike, released, exported, told, filtered by.

The practices are synthetic; what stands in a field is made from its kind, so that a new field is tested with the rest.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import oracles
import pytest
from exported_files import DAY, rows_of
from import_files import bring, table
from pydantic import ValidationError

from practices_db.catalogue import write_files
from practices_db.catalogue.practice_facts import facts
from practices_db.catalogue.practice_fields import FIELDS, PracticeField
from practices_db.catalogue.practice_filter import FACETS, PracticeFilter
from practices_db.catalogue.practice_rows import PracticeRow, columns
from practices_db.catalogue.vocabularies import NOT_STATED, label, vocabulary
from practices_db.curation import edit_practices, releases
from practices_db.curation.permissions import CLI
from practices_db.curation.versioned_change import Edit
from practices_db.database.store import Cursor, Store
from practices_db.files.briefs import brief
from practices_db.files.exports.csv_json import content, write_csv
from practices_db.files.exports.workbook import write_xlsx
from practices_db.files.imports.current_rows import Cells, holdings
from practices_db.files.imports.templates import allowed_values, template
from practices_db.operations.build import build
from practices_db.queries import practices
from practices_db.queries.views import View

OF_FILE = tuple(field for field in FIELDS if not field.derived)
CHANGING = tuple(field for field in OF_FILE if field.id != "id")
PAGE = "https://example.org/why"


def cell(field: PracticeField, at: int) -> str:
    """Return what stands in a field of a synthetic practice, in its first state (0) or a later one (1)."""
    listed = list(vocabulary(field.vocabulary)) if field.vocabulary else []
    values = {
        "codes": (";".join(listed[:2]), listed[1:2] and listed[1]),
        "code": tuple(listed[:2]),
        "yes": ("", "yes"),
        "lines": ("Łódź;Athens", "Athens"),
        "year": ("2001", "2002") if field.id.startswith("start") else ("2011", "2012"),
        "number": ("1200", "1201"),
        "date": ("2026-01-02", "2026-01-03"),
        "url": (f"https://example.org/{field.id}", f"https://example.org/{field.id}/2"),
        "line": (f"Synthetic {field.id}", f"Other synthetic {field.id}"),
        "prose": (f"Synthetic {field.id}.", f"Other; synthetic\n{field.id}."),
    }
    return str(values[field.kind][at])


def practice(id_: str, at: int) -> Cells:
    return {field.id: cell(field, at) for field in CHANGING} | {"id": id_}


def held(store: Store, id_: str) -> Cells:
    with store.cursor() as cursor:
        return holdings(cursor, ["practices"]).rows["practices"][id_,].cells


@dataclass(frozen=True)
class Written:
    """What was read back at each step, and the store as it is after the release of the last."""

    built: Cells
    added: Cells
    changed: Cells
    edited: Cells
    glossary: dict[object, object]
    store: Store


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    """Return a practice built and edited by a curator, and one imported, changed by a second import and released."""
    folder = tmp_path_factory.mktemp("fields")
    catalogue = Path(shutil.copytree(oracles.SYNTHETIC, folder / "catalogue"))
    with (catalogue / "practices.csv").open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, columns(PracticeRow), lineterminator="\n").writerow(practice("synthetic-built", 0))
    build(folder / "practices.duckdb", catalogue)
    store = Store(folder / "practices.duckdb")
    built = held(store, "synthetic-built")
    names = columns(PracticeRow)
    bring(store, table(practice("synthetic-imported", 0), columns=names).encode())
    added = held(store, "synthetic-imported")
    bring(store, table(practice("synthetic-imported", 1), columns=names).encode())
    changed = held(store, "synthetic-imported")
    edit_practices.edit_practice(
        store, Edit(CLI, "synthetic-built", 1, "read again"), practice("synthetic-built", 1), PAGE
    )
    edited = held(store, "synthetic-built")
    with store.cursor() as cursor:
        number = practices.data_version(cursor).number
    releases.publish(store, CLI, "fields", number)
    book = openpyxl.load_workbook(io.BytesIO(content(write_xlsx(store, View(), DAY))), read_only=True)
    glossary = dict(book["glossary"].iter_rows(min_row=2, max_col=2, values_only=True))
    yield Written(built, added, changed, edited, glossary, store)
    store.close()


def of(fields: tuple[PracticeField, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("field", fields, ids=[field.id for field in fields])


def test_row_of_the_file_has_the_fields_of_the_registry() -> None:
    assert set(columns(PracticeRow)) == {field.id for field in OF_FILE}


@of(tuple(field for field in OF_FILE if field.kind in ("code", "codes")))
def test_row_takes_the_values_of_its_list_only(field: PracticeField) -> None:
    with pytest.raises(ValidationError, match="is not in the list"):
        PracticeRow.model_validate(practice("synthetic-new", 0) | {field.id: "not-in-the-list"})


def test_build_import_and_curators_keep_every_field(written: Written) -> None:
    for way, at in (("built", 0), ("added", 0), ("changed", 1), ("edited", 1)):
        kept = getattr(written, way)
        assert {field.id: kept[field.id] for field in CHANGING} == {field.id: cell(field, at) for field in CHANGING}, (
            way
        )


def test_release_writes_every_field_into_the_catalogue_and_the_export(written: Written) -> None:
    with written.store.cursor() as cursor:
        (file,) = rows_of_id(write_files.texts(cursor)["practices.csv"], "id")
    (exported,) = rows_of_id(content(write_csv(written.store, View(), "scores", "csv", DAY)), "practice_id")
    expected = {field.id: cell(field, 1) for field in CHANGING}
    assert {field.id: file[field.id] for field in CHANGING} == expected
    assert {field.id: exported[field.exported or field.id] for field in CHANGING} == expected


def rows_of_id(file: bytes, column: str) -> list[dict[str, str]]:
    return [row for row in rows_of(file) if row[column] == "synthetic-imported"]


def test_glossary_says_what_every_field_means(written: Written) -> None:
    told = {field.id: written.glossary.get(field.exported or field.id) for field in FIELDS}
    assert told == {field.id: field.meaning for field in FIELDS}


def test_template_has_every_field_its_meaning_and_its_list(written: Written) -> None:
    with written.store.cursor() as cursor:
        book = openpyxl.load_workbook(io.BytesIO(template(cursor, "practices", "xlsx")), read_only=True)
    told = {name: meaning for of, name, _, meaning in book["columns"].values if of == "practices"}
    assert {field.id for field in OF_FILE} <= set(next(book["practices"].values))
    assert {field.id: told[field.id] for field in OF_FILE} == {
        field.id: field.filling or field.meaning for field in OF_FILE
    }
    allowed: dict[str, set[str]] = {field.id: set() for field in OF_FILE}
    for _, column, value, _ in allowed_values(["practices"]):
        allowed[column].add(value)
    assert allowed == {field.id: set(vocabulary(field.vocabulary) if field.vocabulary else ()) for field in OF_FILE}


def test_brief_tells_every_field_of_it(written: Written) -> None:
    with written.store.cursor() as cursor:
        made = brief(cursor, View("practice", PracticeFilter(practice=("synthetic-imported",))), DAY)
    told = {name: words for block in made.blocks if block.kind == "facts" for name, words in block.rows}
    shown = [field for field in FIELDS if "brief" in field.shown]
    assert {field.id: told.get(field.fact) for field in shown if said(field, 1) not in told.get(field.fact, "")} == {}


@of(tuple(field for field in FIELDS if field.shown))
def test_fact_is_told_wherever_it_is_shown(field: PracticeField, written: Written) -> None:
    with written.store.cursor() as cursor:
        card = practices.practice(cursor, "synthetic-imported")
        blank = practices.practice(cursor, "synthetic-empty")
    assert card is not None
    assert blank is not None
    for place in field.shown:
        (fact,) = (one for one in facts(place) if field in one.fields)
        assert (fact.title, said(field, 1) in fact.words(card)) == (field.fact, True)
        assert fact.words(blank) == ("years not stated" if field.kind == "year" else "")


def said(field: PracticeField, at: int) -> str:
    """Return what the fact's words hold of a field."""
    match field.kind:
        case "code" | "codes":
            return label(field.vocabulary, cell(field, at).split(";")[0])
        case "yes":
            return field.said
        case "number":
            return f"{int(cell(field, at)):,}"
        case _:
            return cell(field, at)


@of(tuple(field for field in FIELDS if field.facet))
def test_filter_finds_the_field_and_who_does_not_state_it(field: PracticeField, written: Written) -> None:
    assert field.facet in FACETS
    with written.store.cursor() as cursor:
        card = practices.practice(cursor, "synthetic-imported")
        assert card is not None
        value = card["source_kind"] if field.derived else cell(field, 1)
        assert found(cursor, field.facet.field, value) >= {"synthetic-imported"}
        if field.facet.may_be_missing:
            assert "synthetic-imported" not in (without := found(cursor, field.facet.field, NOT_STATED))
            assert "synthetic-empty" in without


def found(cursor: Cursor, facet: str, value: str) -> set[str]:
    chosen = PracticeFilter.model_validate({facet: (value,)})
    return set(practices.find_practices(cursor, chosen)["id"])
