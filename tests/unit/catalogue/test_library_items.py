"""Results, types of measure, findings, costs and rates: whole, one truth with the answers, changed like all else."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import back
import oracles
import pytest
from import_files import bring, looked_at
from planted import problems_after
from pydantic import ValidationError
from refusals import refusal_of

from criteria.framework import FrameworkError, load
from practices_db.__main__ import main
from practices_db.catalogue.addresses import COPY_HOSTS, COPY_SQL, is_offered
from practices_db.catalogue.library_items import KINDS, PLAIN, Item, vocabularies
from practices_db.catalogue.measure_types import MEASURE_TYPES, MeasureTypes, measure_types
from practices_db.catalogue.practice_rows import SourceRow
from practices_db.catalogue.problems import RefusedError
from practices_db.catalogue.read_files import CatalogueError, read_catalogue
from practices_db.catalogue.vocabularies import vocabulary
from practices_db.curation import edit_library, releases
from practices_db.curation.permissions import CLI, Actor
from practices_db.curation.submission_forms import SelfAssessment
from practices_db.curation.versioned_change import Edit
from practices_db.database.store import Store
from practices_db.errors import PracticesError
from practices_db.files.imports.read import Confirmed
from practices_db.files.imports.templates import template
from practices_db.operations.build import open_store
from practices_db.queries import evidence_by_type, results
from practices_db.queries.integrity import contents, integrity_problems
from practices_db.queries.practices import data_version, not_counted

CURATOR = Actor("curator", "person:0123456789abcdef")
MAIN, OTHER, PRACTICE = "accelair--housing-1", "accelair--employment-1", "accelair"
RESULT = {
    "id": "accelair--language-9",
    "practice_id": PRACTICE,
    "outcome": "language",
    "direction": "level-only",
    "effect_text": "Synthetic: 7 of 9 passed",
    "design": "monitoring",
    "source_url": "https://example.org/synthetic",
    "checked_on": "2026-11-27",
}


def table(lines: list[dict[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(lines[-1]), lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode()


def file_of(item: Item) -> list[dict[str, str]]:
    return oracles.read_csv(oracles.CATALOGUE / KINDS[item].file)


def rows(store: Store, sql: str) -> list[tuple[Any, ...]]:
    with store.cursor() as cursor:
        return cursor.execute(sql).fetchall()


def stands(store: Store, item: Item, id_: str) -> edit_library.Curated:
    with store.cursor() as cursor:
        return edit_library.read(cursor, CLI, item, id_)


def release(store: Store) -> dict[tuple[str, str], tuple[str, str | None]]:
    with store.cursor() as cursor:
        seen = data_version(cursor).number
    made = releases.publish(store, CURATOR, "test", seen)
    return {(one.kind, one.subject_id): (one.words, one.why) for one in made.changes}


@pytest.fixture
def edited(part_db: Path, tmp_path: Path) -> Callable[[Mapping[str, Callable[[list[dict[str, str]]], None]]], str]:
    """Return a function that edits files of a part of the catalogue and returns what reading it says is wrong."""

    def read(edits: Mapping[str, Callable[[list[dict[str, str]]], None]]) -> str:
        folder = tmp_path / "edited"
        shutil.copytree(part_db.parent, folder, ignore=lambda _, names: [one for one in names if ".csv" not in one])
        for name, edit in edits.items():
            lines = oracles.read_csv(folder / name)
            edit(lines)
            (folder / name).write_bytes(table(lines))
        with pytest.raises(CatalogueError) as caught:
            read_catalogue(folder)
        return "\n".join(caught.value.problems)

    return read


# --- the shipped rows ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PLAIN, ids=lambda kind: kind.item)
def test_every_row_is_held_and_released(kind: Any, store: Store) -> None:
    shipped = file_of(kind.item)
    assert len(shipped) > 10
    assert rows(store, f"SELECT count(*) FROM {kind.item}") == [(len(shipped),)]
    assert rows(store, f"SELECT count(*) FROM {kind.shown}") == [(len(shipped),)]


def test_columns_of_a_table_are_those_of_its_file(store: Store) -> None:
    """A column that is told in the model and forgotten in the migration would be lost."""
    for kind in PLAIN:
        wanted = set(kind.model.model_fields)
        for name, more in ((kind.item, {"version", "state", "left_on", "left_because"}), (kind.shown, set())):
            there = {column for (column,) in rows(store, f"SELECT column_name FROM (DESCRIBE {name})")}
            assert there == wanted | more, name


def test_the_shipped_data_are_as_the_readme_counts_them(store: Store) -> None:
    with store.cursor() as cursor:
        kept = not_counted(cursor)
        held = contents(cursor)
    assert [(one.version, one.basis, one.answers) for one in kept] == [
        ("1.0.0", "desk-review", 877),
        ("1.0.0", "expert-review", 74),
        ("2.0.0", "tick-list", 74),
    ]
    assert held.not_counted == kept
    assert "951 " not in str(kept[0])
    assert "877 answers (desk-review) of integration-practices 1.0.0 on 42 practices" in str(kept[0])
    assert (held.results, held.findings) == (173, 139)
    scored = "count(*) FILTER (effectiveness_scored), count(*) FILTER (sustainability_scored)"
    assert rows(store, f"SELECT count(*) FILTER (assessed), {scored} FROM practice_card") == [(218, 21, 105)]


def test_types_are_text_with_a_version_and_known_sectors() -> None:
    types = measure_types()
    assert len(types.types) == 26
    assert {sector for one in types.types for sector in one.sectors} <= set(vocabulary("sector"))
    assert vocabulary("measure_type")["language-training"] == "Language courses"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('label = "Language courses"', "", r"measure_type 'language-training': key 'label' is missing"),
        (
            'label = "Language courses"',
            'label = "Language courses"\nlable = "x"',
            "'lable' is not known; did you mean 'label'",
        ),
        ('id = "civic-orientation"', 'id = "language-training"', "language-training: is listed twice"),
        ("[[measure_type]]", "[[measure_type", "is not valid TOML"),
    ],
)
def test_a_fault_in_the_types_names_file_and_key(old: str, new: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "types.toml"
    path.write_text(MEASURE_TYPES.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FrameworkError, match=says):
        load(path, MeasureTypes)


def test_every_vocabulary_of_a_file_is_one() -> None:
    names = {name for kind in KINDS.values() for name in vocabularies(kind.model).values()}
    assert {"outcome", "measure_type", "result_direction", "finding_direction", "study_design"} <= names
    assert all(vocabulary(name) for name in names)


FAULTS = (
    ("results.csv", "outcome", "employmnt", "'employmnt' is not in the list of outcome ids"),
    ("results.csv", "year_to", "1999", "1999 is before the first year"),
    ("findings.csv", "second_direction", "", "coded by two"),
    ("findings.csv", "agreed", "no", "does not fit"),
    ("findings.csv", "horizon", "3.5", "'3.5' is not a whole number"),
    ("practice_types.csv", "measure_type", "language-trainin", "did you mean 'language-training'"),
    ("practice_types.csv", "primary", "", "is blank"),
    ("rates_without_comparison.csv", "measure_type", "x", "'x' is not in the list"),
    ("costs.csv", "euros", "1.500", "'1.500' is not a whole number"),
)
LEADS_NOWHERE = (
    ("results.csv", "practice_id", "nobody", "there is no practice 'nobody'"),
    ("findings.csv", "publication_id", "nothing", "there is no evidence 'nothing'"),
)


@pytest.mark.parametrize("faults", [FAULTS, LEADS_NOWHERE], ids=["values", "ends"])
def test_a_fault_names_file_row_and_column(faults: tuple[tuple[str, str, str, str], ...], edited: Any) -> None:
    planted: dict[str, list[tuple[str, str]]] = {}
    said_of = []
    for name, column, value, says in faults:
        of = planted.setdefault(name, [])
        of.append((column, value))
        said_of.append((f"{name}, row {len(of) + 1}, {column}: ", says))

    def edit(lines: list[dict[str, str]], of: list[tuple[str, str]]) -> None:
        for line, (column, value) in zip(lines, of, strict=False):
            line[column] = value

    said = edited({name: partial(edit, of=of) for name, of in planted.items()}).splitlines()
    assert [one for one in said_of if not any(one[0] in line and one[1] in line for line in said)] == [], said


def test_exactly_one_result_is_main_and_one_type_primary(edited: Any) -> None:
    def no_primary(lines: list[dict[str, str]]) -> None:
        for line in lines:
            if line["practice_id"] == PRACTICE:
                line.update(primary="no")

    mains = {"results.csv": lambda lines: [line.update(main="yes") for line in lines]}
    said = edited(mains | {"practice_types.csv": no_primary})
    assert "results.csv, row 2, main: 'accelair' has 3 rows with yes; exactly one must have it" in said
    assert "primary: 'accelair' has 0 rows with yes" in said


# --- facts and answers are one truth ---------------------------------------------------------------------------


def contradicting(rule: str, folder: Path) -> tuple[int, int, dict[str, str], dict[str, str]]:
    """Return rows of practices.csv and assessments.csv, by the numbers a spreadsheet shows, that one rule is about."""
    indicator = {"evaluation_documented": "evi-independent-evaluation", "transferred_elsewhere": "sus-transferred"}[
        rule
    ]
    counted = oracles.counted_answers(oracles.read_csv(folder / "assessments.csv"))
    practices = oracles.read_csv(folder / "practices.csv")
    for number, practice in enumerate(practices, start=2):
        best = counted.get(practice["id"], {}).get(indicator)
        if practice[rule] and best and best.answer == "met" and best.assessments == 1:
            for at, answer in enumerate(oracles.read_csv(folder / "assessments.csv"), start=2):
                version = answer["framework_version"] == "2.0.0"
                if version and (answer["practice_id"], answer["indicator_id"]) == (practice["id"], indicator):
                    return number, at, practice, answer
    raise AssertionError("the shipped data have no such pair")


@pytest.mark.parametrize("rule", ["evaluation_documented", "transferred_elsewhere"])
def test_a_planted_contradiction_stops_the_build_naming_both_rows(rule: str, edited: Any, part_db: Path) -> None:
    number, at, _, answer = contradicting(rule, part_db.parent)
    said = edited({"practices.csv": lambda lines: lines[number - 2].update({rule: ""})})
    assert f"practices.csv, row {number}, {rule}: is blank, and {answer['indicator_id']} is answered 'met'" in said
    assert f"in assessments.csv, row {at}" in said


def test_taken_up_elsewhere_not_met_beside_the_fact_is_one_too(edited: Any, part_db: Path) -> None:
    number, at, _, _ = contradicting("transferred_elsewhere", part_db.parent)
    said = edited({"assessments.csv": lambda lines: lines[at - 2].update(answer="not-met")})
    assert (
        f"practices.csv, row {number}, transferred_elsewhere: is yes, and sus-transferred is answered 'not-met'" in said
    )


def test_check_and_release_find_a_contradiction(own: Store, part_db: Path) -> None:
    _, _, practice, _ = contradicting("evaluation_documented", part_db.parent)
    blank = "UPDATE practice SET evaluation_documented = NULL WHERE id = $id"
    own.write(lambda cursor: cursor.execute(blank, {"id": practice["id"]}))
    with pytest.raises(PracticesError, match=f"practice {practice['id']}: evaluation_documented is blank"):
        release(own)


@pytest.mark.parametrize("kind", ["practices", "answers"])
def test_an_import_that_would_make_a_contradiction_is_refused(kind: str, own: Store, part_db: Path) -> None:
    _, _, practice, answer = contradicting("transferred_elsewhere", part_db.parent)
    row = practice | {"transferred_elsewhere": ""} if kind == "practices" else answer | {"answer": "not-met"}
    with pytest.raises(RefusedError, match="facts and answers must say the same"):
        looked_at(own, table([row]), Confirmed(erase=True))
    looked_at(own, table([practice | {"place": "Elsewhere"} if kind == "practices" else answer | {"note": "Anew."}]))


def test_a_strong_design_proves_only_a_measured_change(own: Store, part_db: Path) -> None:
    _, _, _, answer = contradicting("transferred_elsewhere", part_db.parent)
    with pytest.raises(RefusedError, match=r"evidence level 5 .* is about a measured change in people"):
        looked_at(own, table([answer | {"evidence_level": "5"}]))


def test_a_sent_form_with_a_strong_design_at_no_outcome_is_refused() -> None:
    given = {"framework": "integration-practices", "framework_version": "2.0.0", "assessor": "x"}
    given |= {"assessed_on": "2026-01-02"}
    answer = {"indicator_id": "sus-documented", "answer": "met", "evidence_level": 4}
    with pytest.raises(ValidationError, match="is about a measured change in people"):
        SelfAssessment.model_validate(given | {"answers": [answer]})
    SelfAssessment.model_validate(given | {"answers": [answer | {"indicator_id": "eff-result"}]})


def test_check_and_build_say_what_is_not_counted(
    part_db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    built = ["--database", str(tmp_path / "built.duckdb")]
    assert main(["build", *built, "--catalogue", str(part_db.parent)]) == 0
    with Store(tmp_path / "built.duckdb") as store, store.cursor() as cursor:
        said = [str(one) for one in not_counted(cursor)]
    assert len(said) > 1
    assert "are kept and not counted" in said[0]
    out = capsys.readouterr().out
    assert main(["check", *built]) == 0
    checked = capsys.readouterr().out
    assert [one for one in said if one not in out or one not in checked] == []


# --- curators ------------------------------------------------------------------------------------------------


def test_results_and_findings_are_changed_on_record_and_seen_at_the_release(own: Store) -> None:
    shown = f"SELECT id, effect_text FROM released_result WHERE practice_id = '{PRACTICE}' ORDER BY id"
    before = dict(rows(own, shown))
    new = edit_library.edit(
        own, "result", Edit(CURATOR, MAIN, 1, "misread", "Mended"), {"effect_text": "Synthetic words"}
    )
    assert new == 2
    line = rows(own, "SELECT action, object, version, reason FROM audit ORDER BY seq DESC LIMIT 1")
    assert line == [("edit", f"result:{MAIN}", 2, "misread")]
    finding = KINDS["finding"].id_of(file_of("finding")[0])
    edit_library.edit(own, "finding", Edit(CURATOR, finding, 1, "why"), {"for_whom": "women"})
    assert stands(own, "finding", finding).facts["for_whom"] == ("women",)
    added = edit_library.add(own, CURATOR, "result", RESULT, "read it")
    assert dict(rows(own, shown)) == before
    assert release(own) == {
        ("result", MAIN): ("effect_text", "Mended"),
        ("finding", finding): ("for_whom", None),
        ("result", added): ("new", None),
    }
    assert dict(rows(own, shown)) == before | {MAIN: "Synthetic words", added: RESULT["effect_text"]}
    edit_library.KEPT["result"].archive(own, Edit(CURATOR, added, 1, "made up"))
    assert release(own) == {("result", added): ("gone", "made up")}
    assert dict(rows(own, shown)) == before | {MAIN: "Synthetic words"}
    edit_library.KEPT["result"].relist(own, Edit(CURATOR, added, 2, "not made up"))
    with pytest.raises(PracticesError, match="is there already"):
        edit_library.add(own, CURATOR, "result", RESULT, "again")
    with pytest.raises(PracticesError, match="There is no practice 'nobody'"):
        edit_library.add(own, CURATOR, "result", RESULT | {"id": "x", "practice_id": "nobody"}, "why")


def test_marking_another_result_as_main_takes_the_mark_off_the_first(own: Store) -> None:
    edit_library.edit(own, "result", Edit(CURATOR, OTHER, 1, "the aim is work"), {"main": "yes"})
    assert (stands(own, "result", MAIN).facts["main"], stands(own, "result", MAIN).version) == (None, 2)
    assert ("edit", f"result:{MAIN}") in rows(own, "SELECT action, object FROM audit")
    assert set(release(own)) == {("result", MAIN), ("result", OTHER)}
    with own.cursor() as cursor:
        assert results.results_of(cursor, [PRACTICE])["id"].iloc[0] == OTHER


def test_the_last_mark_is_not_taken_off(own: Store) -> None:
    for work in (
        lambda: edit_library.edit(own, "result", Edit(CURATOR, MAIN, 1, "why"), {"main": ""}),
        lambda: edit_library.KEPT["result"].archive(own, Edit(CURATOR, MAIN, 1, "why")),
    ):
        with pytest.raises(PracticesError, match="exactly one result of 'accelair' must be marked main"):
            work()
    assert stands(own, "result", MAIN).version == 1


def test_findings_go_with_a_merged_publication_to_the_one_that_is_kept(own: Store) -> None:
    row = file_of("finding")[0]
    kept = "ager-strang"
    edit_library.KEPT["evidence"].merge(own, Edit(CURATOR, row["publication_id"], 1, "the same"), kept)
    moved = rows(own, f"SELECT count(*) FROM finding WHERE publication_id = '{kept}'")
    assert moved == [(sum(one["publication_id"] == row["publication_id"] for one in file_of("finding")),)]
    with own.cursor() as cursor:
        assert integrity_problems(cursor) == []


# --- files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.item)
def test_a_file_and_its_template_are_in_the_database_already(kind: Any, store: Store) -> None:
    assert looked_at(store, (oracles.CATALOGUE / kind.file).read_bytes()).nothing_new
    with store.cursor() as cursor:
        for format_ in ("csv", "xlsx") if kind.item in ("evidence", "finding") else ("csv",):
            made = looked_at(store, template(cursor, kind.table, format_))  # type: ignore[arg-type]
            assert made.nothing_new
            assert all(list(one.given) == one.kind.columns for one in made.upload.tables)
            assert made.counts[kind.table]["unchanged"] > 0


def test_results_are_brought_in_by_a_file(own: Store) -> None:
    shown = bring(own, table([RESULT, file_of("result")[0] | {"effect_text": "Synthetic words"}]))
    assert shown.counts == {"results": {"added": 1, "changed": 1, "unchanged": 0}}
    assert stands(own, "result", RESULT["id"]).version == 1
    assert ("import", f"result:{RESULT['id']}") in rows(own, "SELECT action, object FROM audit")


def test_a_file_of_results_is_refused_with_the_reason(store: Store) -> None:
    wrong = {
        "'accelair' would have 2 rows with yes; exactly one must have it": {"main": "yes"},
        "'nobody' is neither in the database nor in this file": {"practice_id": "nobody"},
        "is not in the list of result design ids": {"design": "guess"},
    }
    told = {
        says: refusal_of(partial(looked_at, store, table([{"main": ""} | RESULT | change])))
        for says, change in wrong.items()
    }
    assert {says: said for says, said in told.items() if says not in said} == {}


APART = {
    f"UPDATE result SET practice_id = 'ghost' WHERE id = '{MAIN}'": "result: leads to practice ghost, which does not",
    f"UPDATE result SET outcome = 'ghost' WHERE id = '{MAIN}'": f"result {MAIN}: ghost is not in the list of outcome",
    f"UPDATE result SET main = NULL WHERE id = '{MAIN}'": "result: practice accelair: 0 rows are marked main",
    "UPDATE finding SET measure_type = 'ghost' WHERE publication_id = 'cbel-rct'": "ghost is not in the list of",
    "UPDATE finding SET for_whom = ['ghost']": "not in the list of target_group",
    "UPDATE practice_type SET \"primary\" = true WHERE practice_id = 'accelair'": "rows are marked primary",
    "UPDATE rate SET publication_id = 'ghost' WHERE publication_id <> ''": "rate: leads to evidence ghost",
}


def test_check_finds_what_does_not_hang_together(own: Store) -> None:
    found = {sql: problems_after(own, sql) for sql in APART}
    assert [(sql, found[sql]) for sql, says in APART.items() if says not in "\n".join(found[sql])] == []


def test_an_import_leaves_no_practice_without_a_main_result(own: Store) -> None:
    """The main one was taken out: a file that takes the mark off the one that has it now is refused."""
    of = [row for row in file_of("result") if row["practice_id"] == PRACTICE]
    main, other = (next(row for row in of if (row["main"] == "yes") is wanted) for wanted in (True, False))
    edit_library.edit(own, "result", Edit(CURATOR, other["id"], 1, "better"), {"main": "yes"})
    version = stands(own, "result", main["id"]).version
    edit_library.KEPT["result"].archive(own, Edit(CURATOR, main["id"], version, "wrong"))
    with pytest.raises(RefusedError, match="would have 0 rows with yes"):
        looked_at(own, table([main | {"main": "yes"}, other | {"main": ""}]), Confirmed(archived=True))
    bring(own, table([main, other | {"main": "yes"}]), Confirmed(archived=True))
    with own.cursor() as cursor:
        assert integrity_problems(cursor) == []


# --- addresses -------------------------------------------------------------------------------------------------


def test_copies_and_derived_addresses_are_not_offered(store: Store) -> None:
    papers = {row["id"]: row for row in file_of("evidence")}
    for id_, offered in rows(store, "SELECT id, offered FROM evidence_card"):
        row = papers[id_]
        copied = row["url_is_copy"] == "yes" or row["url_seen"] == "derived" or not is_offered(row["url"])
        assert offered is not copied, id_


@pytest.mark.parametrize(
    ("url", "offered"),
    [
        ("https://docslib.org/doc/1", False),
        ("https://ar.scribd.com/doc/1", False),
        ("http://WWW.ISSUU.COM./x", False),
        ("https://123dok.net/article/x", False),
        ("https://9dok.net/article/x", False),
        ("https://fdokument.com/document/x", False),
        ("https://deploy.studylib.es/doc/1", False),
        ("https://info.5y1.org/x", False),
        ("https://example.org/docslib.org", True),
        ("https://notdocslib.org/", True),
        ("https://[broken", False),
        ("https://reader@docslib.org/x", False),
        ("https://docslib.org:443@example.org/x", True),
        (r"https://docslib.org\@example.org/x", False),
        (r"https://example.org\docslib.org", True),
        ("https:///docslib.org/x", False),
        ("https://docslib.org:443?x", False),
        ("https://", False),
    ],
)
def test_a_site_that_keeps_copies_is_known_by_its_host(store: Store, url: str, offered: bool) -> None:
    assert is_offered(url) is offered
    with store.cursor() as cursor:
        asked = {"url": url, "hosts": list(COPY_HOSTS)}
        cursor.execute(f"SELECT {COPY_SQL} FROM (SELECT $url AS url)", asked)
        assert cursor.fetchall() == [(not offered,)]
    assert list(COPY_HOSTS) == sorted(COPY_HOSTS)


@pytest.mark.parametrize(
    "url", ["https://", "https:///docslib.org", r"https://example.org\@docslib.org", "https://[broken", "https://a@/"]
)
def test_an_address_without_a_site_or_with_a_backslash_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match=r"(is not a web address|cannot be read)"):
        KINDS["result"].model.model_validate(RESULT | {"source_url": url})


@pytest.mark.parametrize("code", [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
def test_what_turns_letters_round_is_refused_in_every_text(code: int) -> None:
    finding = file_of("finding")[0]
    for model, row in (
        (KINDS["result"].model, RESULT | {"effect_text": f"7{chr(code)} of 9"}),
        (KINDS["result"].model, RESULT | {"base": f"7{chr(code)} of 9"}),
        (KINDS["finding"].model, finding | {"form": f"wage{chr(code)} subsidy"}),
        (SourceRow, {"practice_id": "a", "field": "summary", "url": f"https://example.org (a{chr(code)}b)"}),
    ):
        with pytest.raises(ValidationError, match=f"U\\+{code:04X}"):
            model.model_validate(row)


def test_blanks_around_a_text_make_no_other_one() -> None:
    finding = file_of("finding")[0]
    for kind, name in (("finding", "form"), ("finding", "effect_text"), ("finding", "study_family")):
        row = KINDS[kind].model.model_validate(finding | {name: "  wage-subsidy\t"})
        assert getattr(row, name) == "wage-subsidy"


def test_a_publication_that_an_answer_cites_is_linked_to_its_practice(store: Store) -> None:
    papers = {row["url"]: row["id"] for row in file_of("evidence")}
    answers = oracles.read_csv(oracles.CATALOGUE / "assessments.csv")
    cited = {(papers[row["source_url"]], row["practice_id"]) for row in answers if row["source_url"] in papers}
    known = set(rows(store, "SELECT from_id, to_id FROM known_link WHERE relation = 'studies'"))
    assert len(cited) > 10
    assert cited <= known


# --- what pages read -------------------------------------------------------------------------------------------


def test_results_come_with_the_main_one_first(store: Store) -> None:
    with store.cursor() as cursor:
        found = results.results_of(cursor, ["milma-migrants-labour-integration-model-based-on-acculturati", PRACTICE])
        mains = results.main_results(cursor)
    assert found["practice_id"].iloc[-1] == PRACTICE
    assert list(found.groupby("practice_id", sort=False)["main"].first()) == [True] * found["practice_id"].nunique()
    assert len(mains) == 91
    further = mains.set_index("practice_id")["further"]
    assert further[PRACTICE] == sum(row["practice_id"] == PRACTICE for row in file_of("result")) - 1


def test_findings_types_costs_and_rates_are_the_files(store: Store) -> None:
    wanted = file_of("finding")
    with store.cursor() as cursor:
        findings = evidence_by_type.findings(cursor)
        assert len(findings) == len(wanted)
        language = findings[findings["measure_type"] == "language-training"]
        work = findings[findings["outcome"] == "employment"]
        assert len(evidence_by_type.costs(cursor)) == 12
        assert (evidence_by_type.rates(cursor)["measure_type"] == "vocational-training").sum() == 5
        papers = evidence_by_type.types_of_publications(cursor, ["cbel-rct"])
    assert len(language) == sum(row["measure_type"] == "language-training" for row in wanted)
    assert len(work) == sum(row["outcome"] == "employment" for row in wanted)
    assert list(papers["measure_type"]) == ["language-training"]


# --- a database of the release before --------------------------------------------------------------------------


def test_a_database_of_the_release_before_gets_them_and_loses_nothing(catalogue_db: Path, tmp_path: Path) -> None:
    path = tmp_path / "before.duckdb"
    shutil.copy(catalogue_db, path)
    store = Store(path)
    new = {row["publication_id"] for row in file_of("finding")}

    def go_back(cursor: Any) -> None:
        back.before_results_and_types(cursor)
        for table_, column in (("evidence", "id"), ("evidence_card", "id"), ("evidence_value", "evidence_id")):
            cursor.execute(f"DELETE FROM {table_} WHERE list_contains($ids::TEXT[], {column})", {"ids": sorted(new)})
        for table_ in ("link", "known_link"):
            cursor.execute(f"DELETE FROM {table_} WHERE list_contains($ids::TEXT[], from_id)", {"ids": sorted(new)})
            cursor.execute(f"DELETE FROM {table_} WHERE list_contains($ids::TEXT[], to_id)", {"ids": sorted(new)})
        cursor.execute("UPDATE organisation SET joins = 'Not released' WHERE id = 'a-world-of-neighbours'")

    store.write(go_back)
    names = "id, practice_id, framework_id, framework_version, basis, assessor, assessed_on, status, version, blind"
    own = (  # ticks of somebody else's list came with this release
        f"SELECT {names} FROM assessment WHERE basis <> 'tick-list' ORDER BY ALL",
        "FROM answer WHERE assessment_id NOT LIKE '%:tick-list:%' ORDER BY ALL",
    )
    before = [rows(store, sql) for sql in own]
    store.close()
    store = open_store(path)
    assert [rows(store, sql) for sql in own] == before
    assert rows(store, "SELECT count(*) FROM released_finding") == [(139,)]
    assert rows(store, "SELECT count(*) FROM result") == rows(store, "SELECT count(*) FROM released_result") == [(173,)]
    assert rows(store, "SELECT count(*) FROM evidence_card WHERE offered IS NULL") == [(0,)]
    assert rows(store, "SELECT joins FROM organisation_card WHERE id = 'a-world-of-neighbours'") == [(None,)]
    assert rows(store, "SELECT count(*) FROM released_publication_type") == [(302,)]
    with store.cursor() as cursor:
        assert integrity_problems(cursor) == []
    ticked = "UPDATE assessment SET basis = 'tick-list' WHERE assessor = 'spring-experts'"
    store.write(lambda cursor: cursor.execute(ticked))
    store.close()
