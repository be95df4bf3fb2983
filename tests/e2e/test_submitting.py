"""Submitting in a real browser: nothing leaves before the button; the link opens elsewhere, and takes it all back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_server import Server
from browser_page import faults, settled
from conftest import NewContext
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e


@pytest.fixture
def own_server(catalogue_db: Path, tmp_path: Path) -> Iterator[Server]:
    """Return a server with a database of its own, since this writes to it; links are made for a made-up address."""
    shutil.copy(catalogue_db, tmp_path / "practices.duckdb")
    running = Server(
        tmp_path / "practices.duckdb", environment={"PRACTICES_BASE_URL": "https://practices.example.org/"}
    )
    yield running.wait_until_healthy()
    running.stop()


def test_from_the_button_to_withdrawn(own_server: Server, new_context: NewContext) -> None:
    page = new_context(bypass_csp=True).new_page()
    page.goto(f"{own_server.url}/self_assessment?practice=humanitarian-corridors")
    settled(page)
    page.get_by_text("Take its published answers too").click()
    settled(page)
    page.get_by_role("button", name="Start from its facts").click()
    expect(page.get_by_role("heading", name="About your practice")).to_be_visible()
    settled(page)
    page.goto(f"{own_server.url}/self_assessment?step=submit")
    settled(page)
    button = page.get_by_role("button", name="Submit these answers")
    expect(button).to_be_disabled()
    mailbox = page.get_by_role("textbox", name=re.compile("^Mailbox of the organisation"))
    mailbox.fill("anna.rossi@gmail.com")
    expect(page.get_by_text(re.compile("This looks like one person's address"))).to_be_visible()
    mailbox.fill("info@example.org")
    expect(page.get_by_text(re.compile("This looks like one person's address"))).to_have_count(0)
    settled(page)
    for words in ("I may speak for the organisation", "No note lets anybody recognise"):
        page.get_by_text(re.compile(words)).click()
        settled(page)
    expect(button).to_be_enabled()
    assert faults(page, "") == []
    button.click()
    shown = page.get_by_text(re.compile(r"^https://practices\.example\.org/my_submission\?token="))
    expect(shown).to_be_visible()
    token = shown.inner_text().partition("token=")[2].strip()
    assert faults(page, "") == []

    elsewhere = new_context(bypass_csp=True, viewport={"width": 390, "height": 844}).new_page()
    elsewhere.goto(f"{own_server.url}/my_submission?token={token}")
    expect(elsewhere.get_by_text("waiting for a curator to read it")).to_be_visible()
    expect(elsewhere).to_have_url(f"{own_server.url}/my_submission")
    settled(elsewhere)
    assert faults(elsewhere, "") == []
    elsewhere.get_by_role("button", name="Withdraw it").click()
    elsewhere.get_by_role("button", name="Yes, withdraw it").click()
    expect(elsewhere.get_by_text(re.compile("It is withdrawn"))).to_be_visible()
    assert token not in own_server.console
