"""Bringing a file in on a page: questions, mistakes, preview, decisions, done. The page is import_page.py."""

from __future__ import annotations

from pathlib import Path

import oracles
import pytest
import streamlit as st
from import_files import LEAST, MOST, table
from screen import alt_texts, as_read
from streamlit.testing.v1 import AppTest

from pages.shared.components import database
from practices_db.database import audit_log
from practices_db.database.store import Store
from practices_db.files.imports.preview import Decision
from practices_db.files.imports.templates import template, template_name

KNOWN = oracles.read_csv(oracles.SYNTHETIC / "practices.csv")[0]
PAGE = Path(__file__).with_name("import_page.py")
CASES = Path(__file__).resolve().parents[1] / "data" / "cases"


@pytest.fixture
def page(database_file: Path) -> AppTest:  # noqa: ARG001 - opened by the page
    return AppTest.from_file(PAGE, default_timeout=30).run()


def dropped(page: AppTest, file: bytes, name: str = "a file.csv") -> AppTest:
    page.file_uploader[0].set_value((name, file, "text/csv")).run()
    assert not page.exception
    return page


def texts(page: AppTest) -> str:
    said = [*page.markdown, *page.caption, *page.error, *page.warning, *page.info, *page.success, *page.subheader]
    return as_read("\n".join(str(one.value) for one in said))


def stored(database: Path, id_: str) -> tuple[str, ...] | None:
    st.cache_resource.clear()
    with Store(database) as store, store.cursor() as cursor:
        return cursor.execute("SELECT name, summary FROM practice WHERE id = $id", {"id": id_}).fetchone()


def test_page_without_a_file_offers_templates_and_says_what_happens(page: AppTest) -> None:
    (named,) = (one.value for one in page.caption if one.value.startswith("A table of practices, answers, sources, "))
    assert " or rates without comparison; " in named
    labels = [str(one.label) for one in page.get("download_button")]
    assert labels == [
        "Excel workbook, practices and answers",
        "CSV of practices",
        "CSV of answers",
        "Excel workbook, publications, organisations and links",
        "CSV of publications",
        "CSV of organisations",
        "CSV of links between them",
        "Excel workbook, results, types of measure of practices, assessors",
        "CSV of results",
        "CSV of types of measure of practices",
        "Excel workbook, findings, types of measure of publications, costs and rates",
        "CSV of findings",
        "CSV of types of measure of publications",
        "Allowed values (CSV)",
    ]
    assert "Nothing is written before" in texts(page)


def test_file_is_previewed_and_then_imported(page: AppTest, database_file: Path) -> None:
    dropped(page, table(LEAST, MOST).encode())
    assert "2 added" in texts(page)
    assert all(alt_texts(page))
    assert list(page.dataframe[0].value["Name"]) == [LEAST["name"], MOST["name"]]
    page.text_input(key="import_reason").set_value("Partner's list").run()
    page.button(key="import_now").click().run()
    assert not page.exception
    assert "Imported: practices: 2 added, 0 changed, 0 unchanged" in texts(page)
    assert "there is nothing to import" not in texts(page), "one thing is said"
    assert stored(database_file, "synthetic-new") == (LEAST["name"], LEAST["summary"])


def test_changes_are_shown_field_by_field(page: AppTest) -> None:
    dropped(page, table(KNOWN | {"summary": "Another summary."}, columns=list(KNOWN)).encode())
    (row,) = page.dataframe[0].value.to_dict("records")
    assert row == {
        "Row": 2,
        "Of": KNOWN["name"],
        "Field": "summary",
        "Now": KNOWN["summary"],
        "In the file": "Another summary.",
    }


def test_every_mistake_stands_in_a_table_and_there_is_no_button(page: AppTest, database_file: Path) -> None:
    bad = LEAST | {"countries": "Greeece", "checked_on": "02/03/2024", "name": "<img src=x>" * 40}
    dropped(page, table(bad).encode())
    assert "3 mistakes to correct" in texts(page)
    problems = page.dataframe[0].value
    assert list(problems.columns) == ["Row", "Column", "What is wrong", "Nearest allowed", "Value"]
    by_column = {row["Column"]: row for row in problems.to_dict("records")}
    assert by_column["countries"]["Value"] == "Greeece"
    assert by_column["countries"]["Nearest allowed"] == "'GR' (Greece)"
    assert not [one for one in page.button if one.key == "import_now"]
    assert stored(database_file, "synthetic-new") is None


def test_encoding_is_asked_for_with_the_lines_to_judge_by(page: AppTest) -> None:
    dropped(page, table(LEAST | {"name": "Café Brücke"}).encode("cp1252"))
    assert "Are the letters right" in texts(page)
    assert "Café Brücke" in page.code[0].value
    page.button(key="import_encoding").click().run()
    assert list(page.dataframe[0].value["Name"]) == ["Café Brücke"]
    dropped(page, table(LEAST | {"name": "Thé"}).encode("cp1252"), "another.csv")
    assert "Are the letters right" in texts(page), "what was said about one file is not said about the next"


@pytest.mark.parametrize(("button", "expected"), [("import_hidden", "3 added"), ("import_hidden_leave", "2 added")])
def test_what_is_hidden_is_told_and_asked_for(page: AppTest, button: str, expected: str) -> None:
    dropped(page, (CASES / "x02_hidden_row.xlsx").read_bytes(), "list.xlsx")
    assert "Parts of this workbook are hidden" in texts(page)
    assert "row 3: fx-probe-1" in page.code[0].value
    page.button(key=button).click().run()
    assert not page.exception
    assert expected in texts(page)


@pytest.mark.usefixtures("whole_catalogue")
def test_blanks_are_set_apart_with_a_switch(page: AppTest) -> None:
    dropped(page, (CASES / "c41_blanks_erase.csv").read_bytes())
    assert "facts of the database are blank in the file. They stay, unless you say otherwise." in texts(page)
    assert "Apart from that the database holds all of this already: there is nothing to import." in texts(page)
    page.toggle(key="import_erase_now").set_value(True).run()
    assert not page.exception
    assert "They would be erased." in texts(page)
    assert "1 changed" in texts(page)


def test_a_switch_of_another_file_that_a_browser_still_sends_is_no_fault() -> None:
    """The page has forgotten it, and a message of a browser that still draws it counts as a change of it."""

    def late() -> None:
        import streamlit as st  # noqa: PLC0415 - a script of its own

        from pages.shared.curation import import_form  # noqa: PLC0415

        import_form._keep("import_archived")
        st.text(st.session_state["import_archived"])

    page = AppTest.from_function(late).run()
    assert not page.exception
    assert page.text[0].value == "False"


def test_a_change_to_what_was_archived_is_refused_until_that_is_said(page: AppTest, database_file: Path) -> None:
    _archived(database_file)
    dropped(page, table(KNOWN | {"summary": "Another summary."}, columns=list(KNOWN)).encode())
    assert "1 mistake to correct" in texts(page)
    page.toggle(key="import_archived_now").set_value(True).run()
    assert not page.exception
    assert "1 changed" in texts(page)
    st.cache_resource.clear()
    with Store(database_file) as store, store.cursor() as cursor:
        lines = audit_log.history(cursor, "data")
    assert [line.after["refused"] for line in lines if line.action == "import" and line.after] == [1]


def _archived(database_file: Path) -> None:
    st.cache_resource.clear()
    with Store(database_file) as store:
        sql = "UPDATE practice SET state = 'archived' WHERE id = $id"
        store.write(lambda cursor: cursor.execute(sql, {"id": KNOWN["id"]}))


def test_decimal_comma_is_asked_for(page: AppTest) -> None:
    dropped(page, table(LEAST | {"budget_eur": "1200,00"}, delimiter=";").encode())
    assert "row 2, budget_eur: 1200,00" in page.code[0].value
    page.button(key="import_decimal-comma").click().run()
    assert "1 added" in texts(page)


@pytest.mark.parametrize(("choice", "expected"), [(0, "1 changed"), (1, "1 added"), (2, "1 row left out")])
def test_possible_duplicate_has_to_be_decided(page: AppTest, choice: int, expected: str) -> None:
    again = KNOWN | {"id": "synthetic-again", "name": KNOWN["name"].upper(), "summary": "Seen again."}
    dropped(page, table(again, columns=list(KNOWN)).encode())
    assert f"looks like {KNOWN['name']} ({KNOWN['id']}): the same name" in texts(page)
    assert page.button(key="import_now").disabled
    radio = page.radio[0]
    assert len(radio.options) == 3
    page.session_state["import_decide_synthetic-again"] = _decision(choice, KNOWN["id"])
    page.run()
    assert expected in texts(page)
    assert page.button(key="import_now").disabled == (choice == 2)


@pytest.mark.usefixtures("whole_catalogue")
def test_publication_that_looks_like_one_we_have_is_brought_in_as_that_one(page: AppTest, database_file: Path) -> None:
    (known, *_) = oracles.read_csv(oracles.CATALOGUE / "evidence.csv")
    again = known | {"id": "synthetic-again", "title": known["title"].upper(), "summary": "Seen again."}
    dropped(page, table(again, columns=list(known)).encode())
    assert f"looks like {known['title']} ({known['id']}): the same name" in texts(page)
    page.session_state["import_decide_evidence:synthetic-again"] = Decision("same", known["id"])
    page.run()
    assert "1 changed" in texts(page)
    page.button(key="import_now").click().run()
    assert "Imported: evidence: 0 added, 1 changed, 0 unchanged" in texts(page)
    st.cache_resource.clear()
    with Store(database_file) as store, store.cursor() as cursor:
        sql = "SELECT title, summary, version FROM evidence WHERE id = $id"
        found = cursor.execute(sql, {"id": known["id"]}).fetchone()
    assert found == (known["title"].upper(), "Seen again.", 2)


def test_decisions_that_cannot_stand_together_are_told_and_taken_back(page: AppTest) -> None:
    twice = [KNOWN | {"id": f"synthetic-{at}", "name": KNOWN["name"].upper()} for at in ("one", "two")]
    dropped(page, table(*twice, columns=list(KNOWN)).encode())
    for at in ("one", "two"):
        page.session_state[f"import_decide_synthetic-{at}"] = Decision("same", KNOWN["id"])
    page.run()
    assert "1 mistake to correct" in texts(page)
    page.button(key="import_undecide").click().run()
    assert not page.exception
    assert page.button(key="import_now").disabled
    dropped(page, table(KNOWN, twice[0], columns=list(KNOWN)).encode(), "another.csv")
    assert len(page.radio[0].options) == 2, "the one that it looks like has a row of its own"


def _decision(choice: int, id_: str) -> object:
    return (Decision("same", id_), Decision("add"), Decision("leave"))[choice]


def test_foreign_files_are_refused_in_words(page: AppTest) -> None:
    for file in (b"", b"PK\x03\x04", b"<html>", b"a,b\n1,2\n", b"\x89PNG\r\n"):
        dropped(page, file or b" ", "x.csv")
        assert "Nothing was imported: 1 mistake to correct." in texts(page)


def test_thousands_of_rows_are_shown_in_part_and_counted(page: AppTest) -> None:
    rows = [LEAST | {"id": f"synthetic-{at}", "name": f"Synthetic {at}"} for at in range(600)]
    dropped(page, table(*rows).encode())
    assert "600 added" in texts(page)
    assert "The first 500 of 600 are shown; all are imported." in texts(page)


def test_templates_are_files_that_can_be_dropped_again(page: AppTest, database_file: Path) -> None:  # noqa: ARG001
    with database.cursor() as cursor:
        content = template(cursor, "practices", "csv")
    dropped(page, content, template_name("practices", "csv"))
    assert "there is nothing to import" in texts(page)
