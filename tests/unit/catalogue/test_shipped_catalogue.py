"""The shipped catalogue: every row gets into the database, nothing changed, nothing lost."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import Any

import oracles
import pytest

from criteria.framework import framework_hash, published_frameworks
from practices_db.catalogue.practice_rows import AnswerRow, PracticeRow, SourceRow, columns
from practices_db.catalogue.read_files import read_catalogue
from practices_db.database.store import Store
from practices_db.queries.integrity import contents
from practices_db.queries.practices import data_version, practice, practice_names, totals

PRACTICES = oracles.read_csv(oracles.CATALOGUE / "practices.csv")
SOURCES = oracles.read_csv(oracles.CATALOGUE / "sources.csv")
ANSWERS = oracles.read_csv(oracles.CATALOGUE / "assessments.csv")
RELEASED_IDS = oracles.ROOT / "tests" / "data" / "released_ids.txt"
ASSESSED_BY = ("practice_id", "framework", "framework_version", "basis", "assessor", "assessed_on")


def rows(store: Store, sql: str) -> list[tuple[Any, ...]]:
    with store.cursor() as cursor:
        return cursor.execute(sql).fetchall()


def known(cell: str) -> str | None:
    return cell or None


def test_every_file_of_the_catalogue_loads() -> None:
    catalogue = read_catalogue()
    assert len(catalogue.practices) == len(PRACTICES)
    assert len(catalogue.sources) == len(SOURCES)
    assert len(catalogue.answers) == len(ANSWERS)
    assert catalogue.content_hash == oracles.catalogue_hash(oracles.CATALOGUE)


@pytest.mark.parametrize(
    ("model", "name"), [(PracticeRow, "practices"), (SourceRow, "sources"), (AnswerRow, "assessments")]
)
def test_columns_of_a_file_are_those_of_its_model(
    model: type[PracticeRow] | type[SourceRow] | type[AnswerRow], name: str
) -> None:
    with (oracles.CATALOGUE / f"{name}.csv").open(encoding="utf-8-sig") as file:
        assert file.readline().rstrip("\r\n").split(",") == columns(model)


def test_catalogue_is_large_enough_to_be_worth_showing() -> None:
    assert len(PRACTICES) >= 300
    assert len({country for row in PRACTICES for country in oracles.several(row["countries"])}) >= 30


def test_ids_are_unique_slugs() -> None:
    ids = [row["id"] for row in PRACTICES]
    assert [id_ for id_, times in Counter(ids).items() if times > 1] == []
    assert [id_ for id_ in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id_) or len(id_) > 80] == []


def test_no_released_id_has_vanished(store: Store) -> None:
    released = RELEASED_IDS.read_text(encoding="utf-8").split()
    assert len(released) >= 300
    assert sorted(set(released)) == released
    with store.cursor() as cursor:
        names = practice_names(cursor)
    assert [id_ for id_ in released if id_ not in names] == []


@pytest.mark.parametrize(
    ("table", "count"),
    [
        ("practice", len(PRACTICES)),
        ("practice_card", len(PRACTICES)),
        ("practice_source", len(SOURCES)),
        ("answer", len(ANSWERS)),
        ("assessment", len({tuple(row[field] for field in ASSESSED_BY) for row in ANSWERS})),
        ("practice_country", sum(len(oracles.several(row["countries"])) for row in PRACTICES)),
        ("practice_sector", sum(len(oracles.several(row["sectors"])) for row in PRACTICES)),
        ("practice_target_group", sum(len(oracles.several(row["target_groups"])) for row in PRACTICES)),
        ("practice_funding", sum(len(oracles.several(row["funding_kinds"])) for row in PRACTICES)),
        ("practice_funding_source", sum(len(oracles.several(row["funding_sources"])) for row in PRACTICES)),
        ("data_version", 1),
        ("framework", len(published_frameworks())),
    ],
)
def test_table_holds_as_many_rows_as_the_files(table: str, count: int, store: Store) -> None:
    assert rows(store, f"SELECT count(*) FROM {table}") == [(count,)]


def test_contents_and_totals_count_what_the_files_hold(store: Store) -> None:
    everyone = oracles.practices()
    countries = {country for row in PRACTICES for country in oracles.several(row["countries"])}
    with store.cursor() as cursor:
        held, all_told = contents(cursor), totals(cursor)
    assert (held.practices, held.countries, held.answers) == (len(PRACTICES), len(countries), len(ANSWERS))
    assert held.assessments == len({tuple(row[field] for field in ASSESSED_BY) for row in ANSWERS})
    current = [row for row in ANSWERS if row["framework_version"] == oracles.VERSION]
    assert (all_told.practices, all_told.countries, all_told.answers) == (len(PRACTICES), len(countries), len(current))
    scored = [sum(1 for headline in oracles.HEADLINES if one.scores[headline].scored) for one in everyone]
    assert all_told.assessed == sum(1 for one in everyone if one.answers)
    assert all_told.scored_both == scored.count(2)
    assert all_told.independent_evidence == sum(
        1 for one in everyone if one.facets["evidence_level"][0] in ("3", "4", "5")
    )
    assert all_told.without_year == sum(1 for row in PRACTICES if not row["start_year"])
    assert all_told.without_funding == sum(1 for row in PRACTICES if not row["funding_kinds"])
    assert all_told.without_country == sum(1 for row in PRACTICES if not row["countries"])
    assert all_told.without_evaluation == sum(1 for row in PRACTICES if not row["evaluation_documented"])


def test_every_answer_is_stored_as_the_file_has_it(store: Store) -> None:
    stored = rows(
        store,
        """
        SELECT s.practice_id, s.framework_id, s.framework_version, s.basis, s.assessor, s.assessed_on,
            a.indicator_id, a.answer, a.evidence_level, a.note, a.source_url,
            a.source_publisher, a.independent_of_operator
        FROM answer a JOIN assessment s ON s.id = a.assessment_id
        """,
    )
    said = {"yes": True, "no": False, "": None}
    expected = [
        (
            row["practice_id"],
            row["framework"],
            row["framework_version"],
            row["basis"],
            row["assessor"],
            date.fromisoformat(row["assessed_on"]),
            row["indicator_id"],
            row["answer"],
            int(row["evidence_level"]),
            known(row["note"]),
            known(row["source_url"]),
            known(row["source_publisher"]),
            said[row["independent_of_operator"]],
        )
        for row in ANSWERS
    ]
    assert Counter(stored) == Counter(expected)


def test_every_shipped_assessment_is_published(store: Store) -> None:
    assert rows(store, "SELECT DISTINCT status, version FROM assessment") == [("published", 1)]


def test_every_fact_of_a_practice_is_on_its_card_as_the_file_has_it(store: Store) -> None:
    yes = {"yes": True, "": None}
    for row in PRACTICES:
        with store.cursor() as cursor:
            card = practice(cursor, row["id"])
        assert card is not None
        expected = {
            "id": row["id"],
            "name": row["name"],
            "lead_organisation": known(row["lead_organisation"]),
            "places": oracles.several(row["place"]),
            "countries": oracles.several(row["countries"]),
            "sectors": oracles.several(row["sectors"]),
            "target_groups": oracles.several(row["target_groups"]),
            "funding_kinds": oracles.several(row["funding_kinds"]),
            "funding_sources": oracles.several(row["funding_sources"]),
            "governance_level": known(row["governance_level"]),
            "start_year": int(row["start_year"]) if row["start_year"] else None,
            "end_year": int(row["end_year"]) if row["end_year"] else None,
            "budget_eur": int(row["budget_eur"]) if row["budget_eur"] else None,
            "people_reached": int(row["people_reached"]) if row["people_reached"] else None,
            "outcome_figures": known(row["outcome_figures"]),
            "evaluation_documented": yes[row["evaluation_documented"]],
            "transferred_elsewhere": yes[row["transferred_elsewhere"]],
            "summary": row["summary"],
            "source_url": row["source_url"],
            "source_name": row["source_name"],
            "source_kind": oracles.source_kind(row),
            "source_confidence": row["source_confidence"],
            "checked_on": date.fromisoformat(row["checked_on"]),
            "spring_url": known(row["spring_url"]),
        }
        assert {field: card[field] for field in expected} == expected


def test_shipped_data_has_rows_that_would_show_a_lost_value() -> None:
    """The test above is only as good as the data: several values, blanks and each yes must occur."""
    for field in ("place", "countries", "sectors", "target_groups", "funding_kinds", "funding_sources"):
        assert any(len(oracles.several(row[field])) > 1 for row in PRACTICES), field
    for field in ("place", "countries", "sectors", "target_groups", "funding_sources"):
        assert any(oracles.several(row[field]) != sorted(oracles.several(row[field])) for row in PRACTICES), field
    for field in PRACTICES[0]:
        assert any(row[field] for row in PRACTICES), field


def test_further_sources_are_stored_with_remark_taken_apart(store: Store) -> None:
    expected = []
    for row in SOURCES:
        url, _, remark = row["url"].partition(" (")
        expected.append((row["practice_id"], row["field"], url, remark.removesuffix(")") or None))
    stored = rows(store, "SELECT practice_id, field, url, remark FROM practice_source")
    assert Counter(stored) == Counter(expected)


def test_data_version_is_named_by_date_and_hash_of_the_files(store: Store) -> None:
    with store.cursor() as cursor:
        version = data_version(cursor)
    digest = oracles.catalogue_hash(oracles.CATALOGUE)
    latest = max(
        row[day]
        for path in oracles.CATALOGUE.glob("*.csv")
        for row in oracles.read_csv(path)
        for day in ("checked_on", "assessed_on")
        if row.get(day)
    )
    assert latest > max(row["checked_on"] for row in PRACTICES)  # or this test tells nothing
    assert (version.number, version.released_on.isoformat(), version.content_hash) == (1, latest, digest)
    assert version.short == f"1 ({latest}, {digest[:8]})"


def test_frameworks_are_recorded_with_their_hash(store: Store) -> None:
    expected = [
        (id_, version, framework.title, framework_hash(framework))
        for (id_, version), framework in published_frameworks().items()
    ]
    assert rows(store, "SELECT id, version, title, content_hash FROM framework ORDER BY ALL") == expected
