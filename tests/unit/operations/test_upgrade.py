"""A database of the release before gets the catalogue's results, types and answers, and loses nothing of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import back
import oracles
import pytest

from practices_db.curation import edit_library, edit_practices, releases
from practices_db.curation.permissions import Actor
from practices_db.curation.versioned_change import Edit
from practices_db.database.store import Store
from practices_db.operations.build import open_store
from practices_db.queries.integrity import integrity_problems
from practices_db.queries.practices import data_version
from practices_db.queries.what_works import WhatWorks

CURATOR = Actor("curator", "person:0123456789abcdef")
NEW = [row for row in oracles.read_csv(oracles.CATALOGUE / "assessments.csv") if row["framework_version"] == "2.0.0"]


def rows(store: Store, sql: str, **values: object) -> list[tuple[Any, ...]]:
    with store.cursor() as cursor:
        return cursor.execute(sql, values).fetchall()


def problems(store: Store) -> list[str]:
    with store.cursor() as cursor:
        return integrity_problems(cursor)


def publish(store: Store) -> None:
    with store.cursor() as cursor:
        seen = data_version(cursor).number
    releases.publish(store, CURATOR, "synthetic", seen)


@pytest.fixture
def old(catalogue_db: Path, tmp_path: Path) -> Iterator[Callable[..., Store]]:
    """How to open a database of framework 1.0.0, after some work on it, with this release."""
    path, opened = tmp_path / "old.duckdb", []

    def go_back(*work: Callable[[Store], object], of: Path = catalogue_db) -> Store:
        shutil.copy(of, path)
        with Store(path) as store:
            for one in work:
                one(store)
            store.write(back.before_results_and_types)
        opened.append(open_store(path))
        return opened[0]

    yield go_back
    for store in opened:
        store.close()


def of_framework_1(store: Store) -> None:
    store.write(back.before_framework_2)


def test_answers_of_the_framework_that_counts_come_as_further_assessments(old: Callable[..., Store]) -> None:
    before: list[list[tuple[Any, ...]]] = []
    kept = (
        "SELECT * FROM answer WHERE assessment_id LIKE '%-1.0.0' AND assessment_id NOT LIKE '%tick-list%' ORDER BY ALL"
    )
    store = old(of_framework_1, lambda one: before.append(rows(one, kept)))
    wanted = {row["practice_id"] for row in NEW if row["basis"] != "tick-list"}
    assert {id_ for (id_,) in rows(store, "SELECT id FROM practice_card WHERE assessed")} == wanted
    assert rows(store, "SELECT count(*) FROM answer WHERE assessment_id LIKE '%-2.0.0'") == [(len(NEW),)]
    assert rows(store, kept) == before[0] != []
    groups = rows(store, "SELECT DISTINCT effectiveness_group FROM practice_card WHERE result_design = 'randomised'")
    assert groups != [("level-only",)]
    assert problems(store) == []


def test_an_answer_against_a_fact_of_this_database_is_left_out_and_told(
    old: Callable[..., Store], caplog: pytest.LogCaptureFixture
) -> None:
    id_ = next(
        row["practice_id"]
        for row in NEW
        if row["indicator_id"] == "sus-transferred" and row["answer"] == "met" and row["basis"] == "desk-review"
    )
    blank = "UPDATE {} SET transferred_elsewhere = NULL WHERE id = $id"

    def contradict(store: Store) -> None:
        store.write(lambda cursor: cursor.execute(blank.format("practice"), {"id": id_}))
        store.write(lambda cursor: cursor.execute(blank.format("released_practice"), {"id": id_}))

    store = old(of_framework_1, contradict)
    assert problems(store) == []
    said = "SELECT count(*) FROM released_answer WHERE practice_id = $id AND indicator_id = 'sus-transferred' AND {}"
    assert rows(store, said.format("framework_version = '2.0.0' AND answer = 'met'"), id=id_) == [(0,)]
    assert f"practice {id_}" in caplog.text
    assert rows(store, "SELECT transferred_elsewhere FROM practice WHERE id = $id", id=id_) == [(None,)]


PRACTICE, KEPT = "bike-bridge", "a-walk-to-museums"
PUBLICATION, KEPT_PUBLICATION = "andersen-lowering-benefits", "ager-strang"


def _merge(store: Store) -> None:
    ((version,),) = rows(store, "SELECT version FROM practice WHERE id = $id", id=PRACTICE)
    fact = {"evaluation_documented": "yes"}
    edit_practices.edit_practice(store, Edit(CURATOR, KEPT, 1, "x"), fact, "https://example.org/x")
    edit_practices.KEPT.merge(store, Edit(CURATOR, PRACTICE, version, "duplicate"), KEPT)
    edit_library.KEPT["evidence"].merge(store, Edit(CURATOR, PUBLICATION, 1, "duplicate"), KEPT_PUBLICATION)


def _shown(store: Store) -> tuple[Any, ...]:
    with store.cursor() as cursor:
        labels = {key: (one.label, len(one.studies)) for key, one in WhatWorks.read(cursor).syntheses.items()}
    results = "SELECT practice_id, id FROM released_result WHERE practice_id IN ($a, $b) ORDER BY ALL"
    findings = "SELECT publication_id, outcome FROM released_finding WHERE publication_id IN ($a, $b) ORDER BY ALL"
    return (
        labels,
        rows(store, results, a=PRACTICE, b=KEPT),
        rows(store, findings, a=PUBLICATION, b=KEPT_PUBLICATION),
    )


@pytest.fixture(scope="module")
def merged(catalogue_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database in which two practices and two publications are merged and released; copy it to open it."""
    path = Path(shutil.copy(catalogue_db, tmp_path_factory.mktemp("merged") / "merged.duckdb"))
    with Store(path) as store:
        _merge(store)
        publish(store)
        store.checkpoint()
    return path


@pytest.fixture
def now(merged: Path, tmp_path: Path) -> Iterator[Store]:
    """Return a store on a copy of it."""
    with Store(Path(shutil.copy(merged, tmp_path / "now.duckdb"))) as store:
        yield store


def test_what_belongs_to_records_merged_before_goes_to_those_kept(
    old: Callable[..., Store], merged: Path, now: Store
) -> None:
    wanted = _shown(now)
    store = old(of_framework_1, of=merged)
    assert _shown(store) == wanted
    assert wanted[1]
    assert wanted[2]
    assert problems(store) == []
    assert rows(store, "SELECT count(*) FROM released_answer WHERE practice_id = $id", id=PRACTICE) == [(0,)]


def test_a_merge_that_is_not_released_stays_unseen(old: Callable[..., Store]) -> None:
    store = old(_merge, of_framework_1)
    _, results, findings = _shown(store)
    assert {id_ for id_, _ in results} == {PRACTICE}
    assert {id_ for id_, _ in findings} == {PUBLICATION}
    assert problems(store) == []
    publish(store)
    assert {id_ for id_, _ in _shown(store)[1]} == {KEPT}
    assert problems(store) == []


def test_check_names_what_a_merged_record_still_holds(now: Store) -> None:
    assert problems(now) == []
    back_to_old = "UPDATE finding SET publication_id = $old WHERE publication_id = $kept"
    now.write(lambda cursor: cursor.execute(back_to_old, {"old": PUBLICATION, "kept": KEPT_PUBLICATION}))
    (problem, *_) = problems(now)
    assert problem.endswith(f"belongs to evidence {PUBLICATION}, which was merged into another one; nobody sees it")
