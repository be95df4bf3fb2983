"""Submitting in a real browser: nothing leaves before the button; the link opens elsewhere, and takes it all back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_server import Server
from browser_page import NARROW, faults, settled
from conftest import NewContext
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def own_server(catalogue_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server with a database of its own, since this writes to it."""
    database = tmp_path_factory.mktemp("submitted") / "practices.duckdb"
    shutil.copy(catalogue_db, database)
    running = Server(database)
    yield running.wait_until_healthy()
    running.stop()


def sent(page: Page, url: str) -> str:
    """Submit the published answers of a practice; the receipt stands after a reload too. Return the link's token."""
    page.goto(f"{url}/self_assessment?practice=humanitarian-corridors")
    settled(page)
    page.get_by_text("Take its published answers too").click()
    settled(page)
    page.get_by_role("button", name="Start from its facts").click()
    expect(page.get_by_role("heading", name="About your practice")).to_be_visible()
    settled(page)
    page.goto(f"{url}/self_assessment?step=submit")
    settled(page)
    button = page.get_by_role("button", name="Submit these answers")
    expect(button).to_be_disabled()
    mailbox = page.get_by_role("textbox", name=re.compile("^Mailbox of the organisation"))
    mailbox.fill("info@example.org")
    mailbox.blur()
    settled(page)
    for words in ("I may speak for the organisation", "No note lets anybody recognise"):
        page.get_by_text(re.compile(words)).click()
        settled(page)
    expect(button).to_be_enabled()
    button.click()
    link = page.get_by_text(re.compile(rf"^{re.escape(url)}/my_submission#"))
    expect(link).to_be_visible()
    expect(page.get_by_role("heading", name="Submit to the catalogue")).to_be_focused()  # not where the button was
    token = link.inner_text().partition("#")[2].strip()
    assert faults(page, "") == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the receipt").click()
    assert f"/my_submission#{token}" in download.value.path().read_text(encoding="utf-8")
    page.reload()
    settled(page)
    expect(link).to_be_visible()
    expect(button).to_have_count(0)
    return token


def opened_and_withdrawn(elsewhere: Page, server: Server, token: str) -> None:
    """Open the link in another browser, where neither an address nor Back nor a log ever has its token; withdraw."""
    asked: list[str] = []
    elsewhere.on("request", lambda request: asked.append(request.url + str(request.headers.get("referer"))))
    elsewhere.on("websocket", lambda socket: asked.append(socket.url))
    elsewhere.goto(f"{server.url}/my_submission#{token}")
    expect(elsewhere.get_by_text("waiting for a curator to read it")).to_be_visible()
    expect(elsewhere).to_have_url(f"{server.url}/my_submission")
    settled(elsewhere)
    assert faults(elsewhere, "") == []
    elsewhere.goto(f"{server.url}/explore")
    settled(elsewhere)
    elsewhere.go_back()
    settled(elsewhere)
    expect(elsewhere).to_have_url(f"{server.url}/my_submission")
    assert token not in elsewhere.evaluate("location.href + document.referrer + JSON.stringify(history.state)")
    expect(elsewhere.get_by_role("textbox", name="Your private link")).to_be_visible()
    elsewhere.evaluate("token => { location.hash = token }", token)
    expect(elsewhere.get_by_text("waiting for a curator to read it")).to_be_visible()
    expect(elsewhere).to_have_url(f"{server.url}/my_submission")
    settled(elsewhere)
    elsewhere.get_by_role("button", name="Withdraw it").click()
    elsewhere.get_by_role("button", name="Yes, withdraw it").click()
    expect(elsewhere.get_by_text(re.compile("It is withdrawn"))).to_be_visible()
    assert len(asked) > 10
    assert not [one for one in asked if token in one]
    assert token not in server.console


def test_from_the_button_to_withdrawn(own_server: Server, new_context: NewContext) -> None:
    page = new_context(bypass_csp=True).new_page()
    token = sent(page, own_server.url)
    elsewhere = new_context(bypass_csp=True, viewport=NARROW).new_page()
    opened_and_withdrawn(elsewhere, own_server, token)
    page.goto(f"{own_server.url}/my_submission")
    settled(page)
    page.get_by_role("button", name=re.compile("^Open Humanitarian")).click()
    expect(page.get_by_text(re.compile("It is withdrawn"))).to_be_visible()
    page.goto(f"{own_server.url}/self_assessment?step=submit")
    settled(page)
    expect(page.get_by_role("button", name="Submit these answers")).to_be_visible()
    assert token not in page.evaluate("JSON.stringify(localStorage)")


def test_forgetting_takes_the_receipts_too(own_server: Server, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto(f"{own_server.url}/communities?q=Aditus")
    settled(page)
    page.get_by_role("button", name="Ask for a correction").first.click()
    page.get_by_role("textbox", name="What is wrong").fill("Synthetic: we moved.")
    page.get_by_role("textbox", name="A public page").fill("example.org/moved")
    page.get_by_role("button", name="Send to the curators").click()
    expect(page.get_by_text(re.compile("^Sent on .* as number"))).to_be_visible()
    settled(page)
    assert "Synthetic: we moved." in page.evaluate("JSON.stringify(localStorage)")
    page.goto(f"{own_server.url}/my_submission")
    settled(page)
    page.get_by_role("button", name=re.compile("^Open Correction: aditus", re.IGNORECASE)).click()
    expect(page.get_by_text("Synthetic: we moved.")).to_be_visible()
    page.goto(f"{own_server.url}/self_assessment")
    settled(page)
    page.get_by_role("button", name="Forget on this computer").click()
    page.get_by_role("button", name="Yes, forget everything").click()
    expect(page.get_by_text("Forgotten: this browser keeps nothing of it.")).to_be_visible()
    settled(page)
    assert page.evaluate("localStorage.getItem('integration-practices-receipts')") is None
