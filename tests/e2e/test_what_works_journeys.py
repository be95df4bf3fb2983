"""From the question to a sentence that can be quoted with its source: by link, by keyboard, on a telephone."""

from __future__ import annotations

import re

import pytest
from app_server import Server
from browser_page import NARROW, chart, heading, settled
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

COACHING = "Job coaching and matching with employers"


def test_from_the_front_page_to_a_sentence_with_its_source_in_two_clicks(server: Server, page: Page) -> None:
    page.goto(server.url)
    settled(page)
    page.get_by_role("button", name="Show what is known").click()
    expect(page).to_have_url(re.compile("/what-works[?]outcome=employment&target-group=refugees$"))
    settled(page)
    main = page.get_by_role("main")
    expect(main.get_by_text("not a systematic review")).to_be_visible()
    expect(main.get_by_role("heading", name=COACHING)).to_be_visible()
    answers = page.url
    main.get_by_role("link", name="All about this type").first.click()
    expect(heading(page, COACHING)).to_be_visible()
    expect(page).to_have_url(re.compile("[?]type=job-coaching-and-matching&"))  # the same page by other parameters
    settled(page)
    page.go_back()
    expect(page).to_have_url(answers)
    expect(heading(page, re.compile("^What works"))).to_be_visible()
    settled(page)
    page.go_forward()
    expect(heading(page, COACHING)).to_be_visible()
    settled(page)
    sentence = main.get_by_role("paragraph").filter(has_text="Employment: consistent gains. 5 studies")
    expect(sentence).to_be_visible()
    expect(sentence.get_by_role("link").first).to_have_attribute("href", re.compile("^https://"))
    expect(chart(page, f"Direction that each study of {COACHING} found, by outcome")).to_be_visible()


def test_the_question_is_changed_with_the_keyboard_and_stands_in_the_link(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/what-works")
    settled(page)
    box = page.get_by_role("combobox", name="I want better")
    box.focus()
    page.keyboard.type("Health")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("outcome=health-and-wellbeing"))
    settled(page)
    expect(page.get_by_role("heading", name="Health and psychosocial support")).to_be_visible()
    page.reload()
    settled(page)
    expect(page.get_by_role("heading", name="Health and psychosocial support")).to_be_visible()


def test_on_a_telephone_a_type_is_one_block_of_text(server: Server, page: Page) -> None:
    page.set_viewport_size(NARROW)
    page.goto(f"{server.url}/what-works?outcome=employment&target-group=refugees")
    settled(page)
    main = page.get_by_role("main")
    title = main.get_by_role("heading", name=COACHING)
    label = main.get_by_text("Consistent gains").first
    practices = main.get_by_role("link", name="of this type in total").first
    boxes = [one.bounding_box() for one in (title, label, practices)]
    assert all(box is not None and box["x"] + box["width"] <= NARROW["width"] for box in boxes)
    tops = [box["y"] for box in boxes if box]
    assert tops == sorted(tops)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
