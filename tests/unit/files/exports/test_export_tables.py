"""Files hold what the screen shows, in its order, and open to the same view again."""

from __future__ import annotations

import io
import json
import random

import openpyxl
import pytest
from exported_files import DAY, rows_of
from sample_views import NUMBER_OF_FILTERS, random_view

from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.files.exports.csv_json import CONTENTS, content, write_csv, write_json
from practices_db.files.exports.export_tables import count_rows
from practices_db.files.exports.recipe import Contents, Format
from practices_db.files.exports.workbook import write_xlsx
from practices_db.files.reopen import reopen
from practices_db.queries import practices
from practices_db.queries.facet_index import Index
from practices_db.queries.ranking import standings
from practices_db.queries.views import View, read_view

CSV: tuple[Format, ...] = ("csv", "csv-semicolon", "csv-comma")
# All of them are tried by "-m slow"; one of each kind of page always.
STATES = [at if at in (1, 2, 4, 10) else pytest.param(at, marks=pytest.mark.slow) for at in range(NUMBER_OF_FILTERS)]
SCORES = [f"{node}_{name}" for node in ("effectiveness", "sustainability") for name in ("score", "low", "high")]


def on_screen(store: Store, view: View) -> list[tuple[object, ...]]:
    """Return (id, scores rounded as files have them) of what the page of a view shows, in its order."""
    with store.cursor() as cursor:
        found = practices.find_practices(cursor, view.chosen, view.sort)
        if view.weights is not None:  # by the middle of the places, then by name, then those without a place
            rows = standings(cursor, view.chosen, view.weights, view.reading)
            middles = dict(zip(rows["practice_id"], rows["place_from"] + rows["place_to"], strict=True))
            found = found.assign(middle=found["id"].map(middles))
            found = found.sort_values("middle", kind="stable", na_position="last")
    return [
        (row["id"], *(None if row[name] != row[name] else round(float(row[name]), 4) for name in SCORES))
        for row in found.to_dict("records")
    ]


def number(cell: object) -> float | None:
    return None if cell in ("", None) else float(str(cell).replace(",", "."))


@pytest.mark.parametrize("at", STATES)
def test_every_format_holds_what_the_screen_shows_in_its_order(at: int, store: Store) -> None:
    view = random_view(at)
    expected = on_screen(store, view)
    contents: Contents = random.Random(at).choice(["scores", "everything"])  # noqa: S311
    files = {format_: rows_of(content(write_csv(store, view, contents, format_, DAY)), format_) for format_ in CSV}
    for format_, rows in files.items():
        ids = [row["practice_id"].removeprefix("'") if format_ != "csv" else row["practice_id"] for row in rows]
        found = [(id_, *(number(row[name]) for name in SCORES)) for id_, row in zip(ids, rows, strict=True)]
        assert found == expected, (format_, view)
    made = json.loads(content(write_json(store, view, DAY)))
    found = [(one["practice_id"], *(one[name] for name in SCORES)) for one in made["practices"]]
    assert found == expected
    assert made["recipe"]["practices"] == len(expected)
    sheet = openpyxl.load_workbook(io.BytesIO(content(write_xlsx(store, view, DAY))), read_only=True)["practices"]
    header, *lines = sheet.iter_rows(values_only=True)
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    assert [(row["practice_id"], *(number(row[name]) for name in SCORES)) for row in rows] == expected


@pytest.mark.parametrize("at", STATES)
def test_a_file_opens_to_its_view_and_makes_the_same_bytes_again(at: int, store: Store) -> None:
    view = random_view(at)
    chance = random.Random(at)  # noqa: S311
    contents, format_ = chance.choice(list(CONTENTS)), chance.choice(CSV)
    file = content(write_csv(store, view, contents, format_, DAY))
    with store.cursor() as cursor:
        rows = count_rows(cursor, view, contents)
    assert len(rows_of(file, format_)) == rows
    if not rows:
        return  # nothing is offered to be taken away where nothing is found
    opened = reopen(store, file)
    assert opened.view == view
    assert opened.changes.none
    assert (opened.recipe.contents, opened.recipe.format, opened.recipe.rows) == (contents, format_, rows)
    again = read_view(opened.view.page, opened.view.params())[0]
    assert content(write_csv(store, again, contents, format_, DAY)) == file


def test_a_workbook_opens_to_its_weights(store: Store) -> None:
    """That workbooks of a selection and of a comparison open again is in test_reopen and test_comparison_file."""
    view = View("weighting", PracticeFilter(country=("MT",)), "name", random_view(10).weights)
    opened = reopen(store, content(write_xlsx(store, view, DAY)))
    assert (opened.view, opened.changes.none) == (view, True)


def test_random_views_are_worth_trying(store: Store) -> None:
    views = [random_view(at) for at in range(0, NUMBER_OF_FILTERS, 7)]
    assert {view.page for view in views} == {"explore", "weighting", "compare", "practice"}
    with store.cursor() as cursor:
        index = Index.read(cursor)
    assert sum(index.select(view.chosen).count > 1 for view in views) > 10
