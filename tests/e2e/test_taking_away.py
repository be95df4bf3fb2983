"""What is taken away is what is on screen; dropped back it is the screen again, and foreign files are refused."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import openpyxl
import pypdf
import pytest
from app_server import Server
from browser_page import (
    FEW,
    FOUND,
    HOUSING_IN_ITALY,
    NARROW,
    WIDE,
    download_button,
    heading,
    idle,
    sentence,
    settled,
    walk,
)
from playwright.sync_api import Page, expect

from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.queries import practices

pytestmark = pytest.mark.e2e

CHOSEN = PracticeFilter(country=("IT",), sector=("housing-and-settlement",))
NAME = re.compile(r"practices_housing_IT_\d{4}-\d\d-\d\d_[0-9a-f]{16}\.csv")


@pytest.fixture(scope="module")
def expected(store: Store) -> list[str]:
    with store.cursor() as cursor:
        return list(practices.find_practices(cursor, CHOSEN, "name")["id"])


def take(page: Page, label: str, folder: Path, contents: str = "") -> Path:
    """Open the popover, choose a format (and what of), download; return the file."""
    idle(page)
    download_button(page).click()
    for choice in filter(None, (label, contents)):
        page.get_by_text(choice, exact=True).click()
        expect(page.get_by_role("radio", name=choice, exact=True)).to_be_checked()
        idle(page)
    press = page.get_by_role("button", name=re.compile(rf"^Download .*\({re.escape(label)}\)$"))
    expect(press).to_be_visible()
    with page.expect_download() as caught:
        press.click()
    path = folder / caught.value.suggested_filename
    caught.value.save_as(path)
    page.keyboard.press("Escape")
    expect(press).to_be_hidden()
    return path


def drop(page: Page, server: Server, path: Path | dict[str, object]) -> None:
    walk(page, server.url + "/reopen")
    settled(page)
    page.locator("input[type=file]").set_input_files(path)  # type: ignore[arg-type]


def ids_of(path: Path) -> list[str]:
    text = io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")
    return [row["practice_id"] for row in csv.DictReader(text, strict=True)]


def test_each_format_is_the_screen_and_table_files_bring_it_back(
    server: Server, page: Page, tmp_path: Path, expected: list[str]
) -> None:
    page.set_viewport_size(NARROW)
    page.goto(server.url + HOUSING_IN_ITALY + "&sort=name")
    expect(sentence(page)).to_have_text(FOUND)
    settled(page)
    files = {label: take(page, label, tmp_path) for label in ("CSV", "Excel workbook")}
    assert NAME.fullmatch(files["CSV"].name)
    assert files["CSV"].read_bytes().startswith(b"\xef\xbb\xbf")
    assert ids_of(files["CSV"]) == expected
    assert len(expected) == FEW
    sheet = openpyxl.load_workbook(io.BytesIO(files["Excel workbook"].read_bytes()))["practices"]
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == expected

    page.set_viewport_size(WIDE)
    drop(page, server, {"name": "other.csv", "mimeType": "text/csv", "buffer": b"name,age\nx,1\n"})
    expect(page.get_by_role("alert").get_by_text("not one of this app's")).to_be_visible()
    drop(page, server, files["Excel workbook"])
    expect(page.get_by_text("This is the view of your file")).to_be_visible()
    expect(sentence(page)).to_have_text(FOUND)
    expect(page).to_have_url(re.compile(r"/explore\?.*country=IT.*sort=name"))
    settled(page)
    again = take(page, "CSV", tmp_path)
    assert again.read_bytes() == files["CSV"].read_bytes()
    assert NAME.fullmatch(again.name)
    assert again.name != files["CSV"].name

    answers = take(page, "CSV", tmp_path, "Answers")
    assert "_answers_" in answers.name
    download_button(page).click()
    label = page.get_by_role("button", name=re.compile("^Download .*rows")).inner_text()
    assert f"{len(ids_of(answers)):,} rows of {FEW} practices" in label


def test_brief_of_a_practice_comes_as_two_pages(server: Server, page: Page, tmp_path: Path) -> None:
    page.goto(server.url + "/practice?practice=duo-for-a-job")
    settled(page)
    path = take(page, "Brief (PDF)", tmp_path)
    reader = pypdf.PdfReader(io.BytesIO(path.read_bytes()))
    assert len(reader.pages) == 2
    assert reader.metadata is not None
    assert reader.metadata.title == "DUO for a JOB"
    web = take(page, "Brief (web page)", tmp_path)
    page.set_content(web.read_text(encoding="utf-8"))
    expect(heading(page)).to_have_text("DUO for a JOB")


def test_a_chart_is_taken_as_image_and_as_data(server: Server, page: Page, tmp_path: Path) -> None:
    page.goto(server.url + HOUSING_IN_ITALY + "&view=ranges")
    settled(page)
    page.get_by_role("button", name="Download chart").click()
    for label, suffix in (("SVG, for print", "svg"), ("PNG, for slides", "png"), ("Its data, CSV", "csv")):
        with page.expect_download() as caught:
            page.get_by_role("button", name=label).click()
        path = tmp_path / caught.value.suggested_filename
        caught.value.save_as(path)
        assert path.suffix == f".{suffix}"
        content = path.read_bytes()
        assert f"{FEW} practices in Italy on housing and settlement".encode() in content
        assert b"Humanitarian Corridors" in content or suffix == "png"
