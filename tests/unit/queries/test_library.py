"""Publications, organisations and links: every row of the files, nothing changed, and what is derived from them."""

# ruff: noqa: E501 - a mistake and what is said of it stand on one line

from __future__ import annotations

import csv
import random
import shutil
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, get_args

import back
import oracles
import pytest

from practices_db.catalogue import library_store
from practices_db.catalogue.library_filter import FILTERS, Kind, LibraryFilter, PublicationFilter
from practices_db.catalogue.library_rows import EvidenceRow, LinkRow, OrganisationRow
from practices_db.catalogue.practice_rows import columns
from practices_db.catalogue.read_files import CatalogueError, read_catalogue
from practices_db.catalogue.vocabularies import NOT_STATED
from practices_db.database.store import Store
from practices_db.operations import link_check
from practices_db.operations.build import build, open_store
from practices_db.queries import library
from practices_db.queries.full_text import Index
from practices_db.queries.integrity import integrity_problems

EVIDENCE = oracles.read_csv(oracles.CATALOGUE / "evidence.csv")
ORGANISATIONS = oracles.read_csv(oracles.CATALOGUE / "organisations.csv")
FINDINGS = oracles.read_csv(oracles.CATALOGUE / "findings.csv")
TYPES = oracles.read_csv(oracles.CATALOGUE / "publication_types.csv")
LINKS = oracles.read_csv(oracles.CATALOGUE / "links.csv")
PRACTICES = {row["id"]: row for row in oracles.read_csv(oracles.CATALOGUE / "practices.csv")}
KINDS: tuple[Kind, ...] = get_args(Kind)


def rows(store: Store, sql: str, **values: Any) -> list[tuple[Any, ...]]:
    with store.cursor() as cursor:
        return cursor.execute(sql, values).fetchall()


# --- the shipped files -------------------------------------------------------------------------------------


def test_every_row_of_the_files_loads() -> None:
    catalogue = read_catalogue()
    assert (
        (len(catalogue.items["evidence"]), len(catalogue.items["organisation"]))
        == (len(EVIDENCE), len(ORGANISATIONS))
        == (318, 463)
    )
    assert len(catalogue.items["link"]) == len(LINKS)


@pytest.mark.parametrize(
    ("model", "name"), [(EvidenceRow, "evidence"), (OrganisationRow, "organisations"), (LinkRow, "links")]
)
def test_columns_of_a_file_are_those_of_its_model(model: Any, name: str) -> None:
    with (oracles.CATALOGUE / f"{name}.csv").open(encoding="utf-8-sig") as file:
        assert file.readline().rstrip("\r\n").split(",") == columns(model)


def test_every_publication_is_in_the_database_as_its_file_says(store: Store) -> None:
    names = [name for name in EVIDENCE[0] if name not in ("languages", "themes", "target_groups", "countries")]
    found = rows(store, f"SELECT {', '.join(names)}, languages, themes, target_groups, countries FROM evidence_card")
    written = {
        row[0]: {
            name: "" if value is None else "yes" if value is True else str(value)
            for name, value in zip(names, row[: len(names)], strict=True)
        }
        | dict(
            zip(("languages", "themes", "target_groups", "countries"), map(";".join, row[len(names) :]), strict=True)
        )
        for row in found
    }
    assert {row["id"]: row for row in EVIDENCE} == written


def test_every_organisation_is_in_the_database_as_its_file_says(store: Store) -> None:
    found = rows(
        store,
        "SELECT id, name, kind, array_to_string(countries, ';'), array_to_string(levels, ';'), "
        "array_to_string(themes, ';'), CASE WHEN community_of_practice THEN 'yes' ELSE '' END, coalesce(joins, ''), url, "
        "url_seen, checked_on::TEXT FROM organisation_card ORDER BY id",
    )
    assert found == sorted(tuple(row.values()) for row in ORGANISATIONS)


def test_the_shipped_database_hangs_together(store: Store) -> None:
    with store.cursor() as cursor:
        assert integrity_problems(cursor) == []


# --- files with mistakes -----------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "catalogue"
    shutil.copytree(oracles.CATALOGUE, copy)
    return copy


def edited(folder: Path, name: str, line: int, **cells: str) -> None:
    path = folder / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    table[line - 2].update(cells)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)


MISTAKES: list[tuple[str, dict[str, str], str]] = [
    ("evidence", {"kind": "handbok"}, "evidence.csv, row {row}, kind: 'handbok' is not in the list of evidence kind ids; did you mean 'handbook'"),
    ("evidence", {"themes": "employment;huosing"}, "evidence.csv, row {row}, themes: 'huosing'"),
    ("evidence", {"year": "20 18"}, "evidence.csv, row {row}, year: '20 18' is not a whole number"),
    ("evidence", {"evidence_level": "6"}, "evidence.csv, row {row}, evidence_level: '6'"),
    ("evidence", {"url": "example.org"}, "evidence.csv, row {row}, url: 'example.org' is not a web address"),
    ("evidence", {"url_seen": "perhaps"}, "evidence.csv, row {row}, url_seen: 'perhaps'"),
    ("organisations", {"countries": "XX"}, "organisations.csv, row {row}, countries: 'XX' is not in the list of area ids"),
    ("organisations", {"levels": "global"}, "organisations.csv, row {row}, levels: 'global'"),
    ("organisations", {"community_of_practice": "no"}, "organisations.csv, row {row}, community_of_practice: 'no': only 'yes'"),
    ("links", {"relation": "leads"}, "relation 'leads' goes from organisation to practice"),
    ("links", {"reason": ""}, "links.csv, row {row}, reason"),
]  # fmt: skip
# What is looked at only where nothing before it is wrong.
OF_THE_WHOLE: list[tuple[str, dict[str, str], str]] = [
    ("evidence", {"id": "bamf-evik"}, "'bamf-evik' is already in row"),
    ("links", {"to_id": "no-such-practice"}, "links.csv, row {row}, to_id: there is no practice 'no-such-practice'"),
]  # fmt: skip


@pytest.mark.parametrize("mistakes", [MISTAKES, *([one] for one in OF_THE_WHOLE)], ids=["cells", "ids", "links"])
def test_a_mistake_is_named_by_file_row_and_column(
    folder: Path, mistakes: list[tuple[str, dict[str, str], str]]
) -> None:
    wanted = []
    for row, (name, cells, says) in enumerate(mistakes, start=9):
        edited(folder, name, row, **cells)
        wanted.append(says.format(row=row))
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(folder)
    found = caught.value.problems
    assert [says for says in wanted if not any(says in problem for problem in found)] == []
    assert len(found) == len(wanted), found


def test_a_catalogue_may_do_without_publications_and_organisations() -> None:
    catalogue = read_catalogue(oracles.SYNTHETIC)
    assert set(catalogue.items.values()) == {()}


# --- links -------------------------------------------------------------------------------------------------


def test_every_link_that_a_rule_finds_holds_when_looked_at_by_hand(store: Store) -> None:
    names = {row["id"]: row["name"] for row in ORGANISATIONS}
    publications = {row["id"]: row for row in EVIDENCE}
    pages: dict[str, set[str]] = {id_: {row["source_url"]} for id_, row in PRACTICES.items()}
    for row in oracles.read_csv(oracles.CATALOGUE / "sources.csv"):
        pages[row["practice_id"]].add(row["url"].partition(" (")[0])
    for row in oracles.read_csv(oracles.CATALOGUE / "assessments.csv"):
        pages[row["practice_id"]].add(row["source_url"])
    found = rows(store, "SELECT from_id, relation, to_id, reason FROM known_link WHERE NOT judged")
    assert len(found) > 400
    for from_id, relation, to_id, reason in found:
        if relation == "studies":
            same = publications[from_id]["url"].casefold().removesuffix("/").partition("://")[2].removeprefix("www.")
            assert any(same in page.casefold() for page in pages[to_id]), from_id
            assert reason.startswith("Same page: ")
        else:
            said = PRACTICES[to_id]["lead_organisation"] if relation == "leads" else publications[to_id]["publisher"]
            named = reason.partition("“")[2].removesuffix("”.")
            assert named in said, to_id
            first = names[from_id].casefold().split("(")[0].split()[0]
            assert first.strip(".,") in named.casefold(), (names[from_id], named)


def test_a_judged_link_names_both_ends_and_its_page(store: Store) -> None:
    found = rows(store, "SELECT from_id, to_id, reason, source_url FROM known_link WHERE judged ORDER BY from_id")
    assert [
        (row["from_id"], row["to_id"], row["reason"], row["source_url"])
        for row in sorted(LINKS, key=lambda r: r["from_id"])
    ] == found


BROKEN: dict[str, str] = {
    "DELETE FROM evidence WHERE id = 'invol-evaluation'": "link: leads to evidence invol-evaluation, which does not exist",
    "DELETE FROM organisation WHERE id = 'cedefop'": "known_link: leads to organisation cedefop, which does not exist",
    "DELETE FROM practice WHERE id = 'duo-for-a-job'": "link: leads to practice duo-for-a-job, which does not exist",
    "UPDATE evidence SET kind = 'poem' WHERE id = 'arendt-job-first'": "evidence arendt-job-first: poem is not in the list of evidence_kind",
    "INSERT INTO organisation_value VALUES ('cedefop', 'theme', 'magic', 9)": "organisation_value cedefop: magic is not in the list of theme",
    "DELETE FROM evidence_card": "evidence: the derived tables are empty",
    "DELETE FROM known_link": "link: the derived tables are empty",
}  # fmt: skip


def test_check_finds_what_leads_nowhere(own: Store) -> None:
    emptied = [sql for sql in BROKEN if "WHERE" not in sql and "VALUES" not in sql]
    for edits in ([sql for sql in BROKEN if sql not in emptied], emptied):
        own.write(lambda cursor, edits=edits: cursor.execute(";".join(edits)))
        with own.cursor() as cursor:
            problems = integrity_problems(cursor)
        assert [sql for sql in edits if not any(BROKEN[sql] in problem for problem in problems)] == []


# --- filters -----------------------------------------------------------------------------------------------

_ROWS = {"publication_types": TYPES, "findings": FINDINGS}
_OF_PUBLICATION = {
    "measure_type": ("publication_types", "measure_type"),
    "outcome": ("findings", "outcome"),
    "finding_direction": ("findings", "direction"),
}
_FIELDS = {"theme": "themes", "target_group": "target_groups", "area": "countries", "language": "languages", "governance_level": "levels"}  # fmt: skip


def facet_values(row: dict[str, str], field: str) -> list[str]:  # noqa: PLR0911 - a rule for each facet
    """Return the values of a row of a file in a facet, worked out the slow and obvious way."""
    if field in _FIELDS:
        return oracles.several(row[_FIELDS[field]]) or [NOT_STATED]
    if field in ("evidence_kind", "organisation_kind"):
        return [row["kind"]]
    if field in _OF_PUBLICATION:
        name, column = _OF_PUBLICATION[field]
        found = {one[column] for one in _ROWS[name] if one["publication_id"] == row["id"]}
        return sorted(found) or [NOT_STATED]
    if field == "study_strength":
        return [row["evidence_level"] or NOT_STATED]
    if field == "joining":
        return ["other" if not row["community_of_practice"] else "joins" if row["joins"] else "community"]
    if not row["year"]:
        return [NOT_STATED]
    year = int(row["year"])
    return [
        "since-2021" if year > 2020 else "2016-2020" if year > 2015 else "2011-2015" if year > 2010 else "until-2010"
    ]


OF_ONE_FINDING = {"measure_type": "measure_type", "outcome": "outcome", "finding_direction": "direction"}


def parts_of(row: dict[str, str]) -> list[dict[str, list[str]]]:
    """What is said of a publication at once: all its other facets, and type, outcome and direction of one finding."""
    kind = "evidence" if "title" in row else "organisation"
    whole = {
        facet.field: facet_values(row, facet.field)
        for facet in FILTERS[kind].facets
        if facet.field not in OF_ONE_FINDING
    }
    if kind == "organisation":
        return [whole]
    mine = [one for one in FINDINGS if one["publication_id"] == row["id"]]
    parts = [whole | {field: [one[column]] for field, column in OF_ONE_FINDING.items()} for one in mine]
    left = {one["measure_type"] for one in TYPES if one["publication_id"] == row["id"]}
    left -= {one["measure_type"] for one in mine}
    none = [] if mine else [NOT_STATED]
    return parts + [
        whole | {"measure_type": [type_], "outcome": none, "finding_direction": none} for type_ in sorted(left) or none
    ]


@cache
def every(kind: Kind) -> list[tuple[str, list[dict[str, list[str]]]]]:
    """Everything of a kind: its id and what is said of it at once."""
    return [(row["id"], parts_of(row)) for row in (EVIDENCE if kind == "evidence" else ORGANISATIONS)]


def fitting(parts: list[dict[str, list[str]]], chosen: LibraryFilter, but: str = "") -> list[dict[str, list[str]]]:
    """The parts that fit all that is chosen, whatever they say of one facet."""
    return [
        part
        for part in parts
        if all(
            field == but or set(values) & set(part[field])
            for facet in chosen.facets
            if (values := chosen.chosen(field := facet.field))
        )
    ]


def brute(chosen: LibraryFilter) -> list[str]:
    return sorted(id_ for id_, parts in every(chosen.kind) if fitting(parts, chosen))


def random_choice(kind: Kind, number: int) -> LibraryFilter:
    chance = random.Random(number)  # noqa: S311 - repeatable, not secret
    row = chance.choice(EVIDENCE if kind == "evidence" else ORGANISATIONS)
    values: dict[str, list[str]] = {}
    for facet in FILTERS[kind].facets:
        if chance.random() < 0.35:
            own = facet_values(row, facet.field)
            values[facet.field] = chance.sample(own, chance.randint(1, len(own)))
            if chance.random() < 0.4:
                values[facet.field].append(chance.choice(facet.options()))
    return FILTERS[kind].model_validate(values)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_filter_finds_and_counts_is_what_counting_by_hand_gives(store: Store, kind: Kind) -> None:
    for number in range(12):
        chosen = random_choice(kind, number)
        with store.cursor() as cursor:
            found = list(library.find(cursor, chosen, None)["id"])
            counts = library.facet_counts(cursor, chosen, None)
        assert sorted(found) == brute(chosen), chosen
        for facet in FILTERS[kind].facets:
            others = [fitting(parts, chosen, facet.field) for _, parts in every(kind)]
            by_hand = {
                value: sum(any(value in part[facet.field] for part in parts) for parts in others)
                for value in facet.options()
            }
            assert counts[facet.field] == {value: count for value, count in by_hand.items() if count}, (chosen, facet)


def test_publications_come_by_fit_then_by_strength(store: Store) -> None:
    for number in range(15):
        chosen = random_choice("evidence", number)
        with store.cursor() as cursor:
            found = list(library.find(cursor, chosen, None)["id"])
        by_id = {row["id"]: row for row in EVIDENCE}
        order = [
            (
                -sum(
                    len(set(chosen.chosen(one.field)) & set(facet_values(by_id[id_], one.field)))
                    for one in chosen.facets
                    if one.field not in ("measure_type", "outcome", "finding_direction")  # those of one finding
                ),
                -int(by_id[id_]["evidence_level"] or -1),
            )
            for id_ in found
        ]
        assert order == sorted(order), chosen


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_brings_a_filter_back(kind: Kind) -> None:
    for number in range(60):
        chosen = random_choice(kind, number)
        assert FILTERS[kind].from_params(chosen.params()) == (chosen, [])


@pytest.mark.parametrize("value", ["", "'; DROP TABLE evidence; --", "x" * 5_000, "\x00\u202e", "IT "])
def test_whatever_stands_in_a_link_gives_a_filter_and_a_message(value: str) -> None:
    for kind in KINDS:
        for facet in FILTERS[kind].facets:
            chosen, dropped = FILTERS[kind].from_params({facet.param: [value], "q": [value]})
            assert not any(chosen.chosen(one.field) for one in chosen.facets)
            assert len(dropped) == (1 if chosen.text == value.strip() else 2)  # a search that is cut is said too
            assert max(map(len, dropped)) < 100
            assert len(chosen.text) <= 200


def test_a_search_narrows_and_its_order_holds(store: Store) -> None:
    with store.cursor() as cursor:
        index = Index(library.texts(cursor, "evidence"))
        chosen = PublicationFilter(target_group=("refugees",), text="mentoring")
        ids = library.searched(index, chosen)
        found = list(library.find(cursor, chosen, ids)["id"])
    assert ids is not None
    refugees = {row["id"] for row in EVIDENCE if "refugees" in row["target_groups"].split(";")}
    assert found == [id_ for id_ in ids if id_ in refugees]
    assert len(found) > 2


# --- what research says ------------------------------------------------------------------------------------


def test_research_on_a_practice_is_about_it_first_then_strongest_and_always_shares_sector_and_group(
    store: Store,
) -> None:
    card = PRACTICES["curant-co-housing-for-unaccompanied-young-adult-refugees"]
    sectors, groups = oracles.several(card["sectors"]), oracles.several(card["target_groups"])
    with store.cursor() as cursor:
        found = library.research(cursor, sectors, groups, ["BE"], card["id"])
    about = found["reason"].notna()
    assert set(found["id"][about]) == {"curant-second-report", "emn-curant-groundwork"}
    assert about.to_list() == sorted(about, reverse=True)
    others = found[~about]
    by_hand = {
        row["id"]
        for row in EVIDENCE
        if set(sectors) & set(oracles.several(row["themes"]))
        and set(groups) & set(oracles.several(row["target_groups"]))
    }
    assert set(others["id"]) == by_hand - set(found["id"][about])
    levels = others["evidence_level"].astype(float).fillna(-1).to_list()
    assert levels == sorted(levels, reverse=True)


def test_organisations_near_share_a_theme_and_a_country_or_are_open_to_all_of_europe(store: Store) -> None:
    with store.cursor() as cursor:
        found = library.organisations_near(cursor, ["health"], ["NL"], but=["pharos"]).to_dict("records")
    assert {row["id"] for row in found} == {
        row["id"]
        for row in ORGANISATIONS
        if "health" in row["themes"].split(";")
        and (
            "NL" in row["countries"].split(";")
            or (row["community_of_practice"] and "EU" in row["countries"].split(";"))
        )
    } - {"pharos"}
    assert [row["same_country"] for row in found] == sorted((row["same_country"] for row in found), reverse=True)


# --- older databases ---------------------------------------------------------------------------------------


def test_a_database_from_before_the_library_gets_it_when_it_is_opened(catalogue_db: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.duckdb"
    shutil.copy(catalogue_db, old)
    store = Store(old)

    def go_back(cursor: Any) -> None:
        back.before_results_and_types(cursor)
        for table in ("evidence", "organisation", "evidence_value", "organisation_value", "link", "address_check", "known_link", "former_link", "evidence_card", "organisation_card", "knowledge_facet"):  # fmt: skip
            cursor.execute(f"DROP TABLE {table}")
        cursor.execute("ALTER TABLE release_change RENAME COLUMN subject_id TO practice_id")
        cursor.execute("DELETE FROM _migration WHERE name >= '0004'")

    store.write(go_back)
    store.close()
    with open_store(old) as store:
        assert rows(store, "SELECT count(*) FROM evidence_card") == [(len(EVIDENCE),)]
        assert rows(store, "SELECT count(*) FROM organisation_card") == [(463,)]
        with store.cursor() as cursor:
            assert integrity_problems(cursor) == []


def test_a_build_keeps_when_addresses_were_last_alive(tmp_path: Path) -> None:
    path = tmp_path / "kept.duckdb"
    build(path, oracles.SYNTHETIC)
    with Store(path) as store:
        when = datetime(2026, 1, 2, 3, 4, 5)
        row = {"url": "https://example.org/", "tried_at": when, "alive_at": when, "said": "HTTP 200"}
        store.write(lambda cursor: library_store.insert_rows(cursor, "address_check", [row]))
    build(path, oracles.SYNTHETIC)
    with Store(path) as store, store.cursor() as cursor:
        assert link_check.recorded(cursor) == [row]


def test_no_organisation_and_no_publication_holds_a_mailbox_or_a_telephone() -> None:
    """There are no personal data; an address with an at-sign or a long number would be one."""
    for row in (*EVIDENCE, *ORGANISATIONS):
        for name, cell in row.items():
            if name != "url":
                assert "@" not in cell, (row["id"], name)


def test_research_that_only_bears_on_a_practice_is_cut_and_its_number_told(store: Store) -> None:
    card = PRACTICES["curant-co-housing-for-unaccompanied-young-adult-refugees"]
    asked = oracles.several(card["sectors"]), oracles.several(card["target_groups"]), ["BE"], card["id"]
    with store.cursor() as cursor:
        whole = library.research(cursor, *asked)
        cut = library.research(cursor, *asked, each=1)
        near = library.organisations_near(cursor, ["health"], ["NL"])
        nearest = library.organisations_near(cursor, ["health"], ["NL"], each=2)
    about = int(whole["reason"].notna().sum())
    assert about == 2
    assert list(cut["id"]) == list(whole["id"][: about + 1])
    assert int(cut["of_kind"].iloc[-1]) == len(whole) - about > 1
    assert list(nearest["id"]) == [
        id_ for same in (True, False) for id_ in near["id"][near["same_country"] == same][:2]
    ]


@pytest.mark.parametrize("outcome", ["employment", "housing", "language"])
def test_outcome_and_direction_are_those_of_one_finding(store: Store, outcome: str) -> None:
    directions = {row["direction"] for row in FINDINGS}
    with store.cursor() as cursor:
        counts = library.facet_counts(cursor, PublicationFilter(outcome=(outcome,)), None)["finding_direction"]
        for direction in directions:
            chosen = PublicationFilter(outcome=(outcome,), finding_direction=(direction,))
            found = set(library.find(cursor, chosen, None)["id"])
            real = {
                row["publication_id"] for row in FINDINGS if row["outcome"] == outcome and row["direction"] == direction
            }
            assert found == real
            assert counts.get(direction, 0) == len(real)
