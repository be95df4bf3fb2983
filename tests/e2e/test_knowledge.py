"""The town hall's journey, and the ways through evidence, communities and transfer, in a real browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from app_server import Server
from browser_page import catalogue, chart, click_mark, download_button, heading, settled
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

SENTENCE = "we are a municipality of 40,000, housing for young refugees leaving care, little money, we know nobody"
PUBLICATIONS = len(catalogue("evidence"))
ORGANISATIONS = catalogue("organisations")
CURANT = "curant-co-housing-for-unaccompanied-young-adult-refugees"


def test_the_town_hall_goes_from_its_sentence_to_a_sheet_it_keeps(server: Server, page: Page, tmp_path: Path) -> None:
    page.goto(server.url + "/")
    settled(page)
    page.get_by_role("main").get_by_role("link", name="What do you need?").first.click()
    expect(heading(page)).to_have_text("What do you need?")
    settled(page)
    words = page.get_by_role("textbox", name="Describe it in your own words")
    words.fill(SENTENCE)
    page.get_by_role("button", name="Find practices").click()
    for title in ("Practices that fit", "Evidence relevant to it", "Whom to ask", "What is not documented yet"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    settled(page)
    expect(
        page.get_by_text("Same target group: Young people, Refugees, Unaccompanied minors (3 of your 3)")
    ).to_be_visible()
    expect(page).to_have_url(re.compile(r"sector=housing-and-settlement"))

    download_button(page).click()
    with page.expect_download() as brief:
        page.get_by_role("button", name="Download (Brief (PDF))").click()
    brief.value.save_as(tmp_path / "need.pdf")
    assert (tmp_path / "need.pdf").read_bytes().startswith(b"%PDF-1.7")
    page.keyboard.press("Escape")

    page.get_by_role("link", name="Would it work here?").first.click()
    expect(heading(page)).to_have_text("Would it work here?")
    settled(page)
    page.get_by_role("radiogroup", name="What does it cost for one person").get_by_text("Different").click()
    expect(page.get_by_text("14 questions: 0 the same, 1 different, 13 not known yet")).to_be_visible()
    page.get_by_role("button", name="Save or download").click()
    with page.expect_download() as sheet:
        page.get_by_role("button", name="Download (Save, to open again)").click()
    sheet.value.save_as(tmp_path / "sheet.json")
    assert (
        json.loads((tmp_path / "sheet.json").read_text(encoding="utf-8"))["answers"]["money-cost"]["state"]
        == "different"
    )


def test_the_library_is_searched_narrowed_and_taken_away_by_keyboard(
    server: Server, page: Page, tmp_path: Path
) -> None:
    page.goto(server.url + "/evidence")
    settled(page)
    search = page.get_by_role("searchbox").or_(page.get_by_role("textbox", name="Search"))
    search.first.focus()
    page.keyboard.type("stadtteilmutter")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"2 of {PUBLICATIONS} publications")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/evidence\?q=stadtteilmutter$"))
    settled(page)
    take = download_button(page)
    take.focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="BibTeX").focus()
    page.keyboard.press("Space")
    button = page.get_by_role("button", name="Download 2 publications (BibTeX)")
    expect(button).to_be_visible()
    with page.expect_download() as file:
        button.press("Enter")
    file.value.save_as(tmp_path / "two.bib")
    assert (tmp_path / "two.bib").read_text(encoding="utf-8").count("\n@") == 1


def test_a_country_of_the_map_narrows_the_directory_for_somebody_else_too(
    server: Server, page: Page, somebody_else: Page
) -> None:
    page.goto(server.url + "/communities?view=map")
    settled(page)
    drawn = chart(page, "Map of Europe by number of organisations in the directory")
    click_mark(page, drawn.locator("path[aria-label*='Italy'], g.mark-shape.role-mark path").last)
    expect(page).to_have_url(re.compile(r"country=[A-Z]{2}"))
    expect(page.get_by_text(re.compile(f"of {len(ORGANISATIONS)} organisations in"))).to_be_visible()
    somebody_else.goto(page.url)
    expect(somebody_else.get_by_text(re.compile(f"of {len(ORGANISATIONS)} organisations in"))).to_be_visible()


def test_a_practice_leads_to_its_sheet_its_research_and_its_organisation(server: Server, page: Page) -> None:
    page.goto(server.url + f"/practice?practice={CURANT}")
    settled(page)
    expect(page.get_by_role("heading", name="What research says")).to_be_visible()
    page.get_by_role("link", name="Led by City of Antwerp").click()
    expect(heading(page)).to_have_text("Communities and organisations")
    expect(page.get_by_text("Leads CURANT")).to_be_visible()
    page.go_back()
    settled(page)
    page.get_by_role("link", name="Would it work here?").click()
    expect(heading(page)).to_have_text("Would it work here?")
