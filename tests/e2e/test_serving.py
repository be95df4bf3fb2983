"""The server: its headers, its health, its start, and what it says when something is wrong."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from urllib.request import urlopen

import duckdb
import pytest
from app_server import Server
from browser_page import ALL, FOUND, HOUSING_IN_ITALY, menu, sentence, settled
from conftest import NewServer
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("path", ["/", "/healthz", "/explore?country=IT", "/_stcore/health", "/api/practices.json"])
def test_every_answer_carries_the_security_headers(server: Server, path: str) -> None:
    with urlopen(server.url + path, timeout=20) as answer:  # noqa: S310 - our own http address
        headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "camera=()" in headers["Permissions-Policy"]
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert "unsafe-eval" not in headers["Content-Security-Policy"]
    assert policy["default-src"] == "'self'"
    assert "unsafe-inline" not in policy["script-src"]
    assert "http" not in headers["Content-Security-Policy"]
    assert policy["frame-ancestors"] == "'none'"
    assert policy["object-src"] == "'none'"


def test_the_health_check_counts_the_practices(server: Server) -> None:
    assert server.health() == (200, {"status": "ok", "practices": ALL})


def test_without_a_database_the_start_builds_one_shows_a_shared_link_and_leaves_a_database_that_opens(
    new_server: NewServer, page: Page, tmp_path: Path
) -> None:
    database = tmp_path / "new" / "practices.duckdb"
    server = new_server(database).wait_until_healthy()
    assert database.exists()
    assert re.search(rf"Building {re.escape(str(database))}: +0% Reading the catalogue", server.console)
    assert re.search(r"Building .*: +\d+% Scoring", server.console)
    assert re.search(r"Building .*: 100% Done", server.console)
    assert server.health() == (200, {"status": "ok", "practices": ALL})

    page.goto(server.url + HOUSING_IN_ITALY)  # the first page this server ever shows
    for name in ("What works", "Explore", "Compare", "Evidence", "Assess your own"):
        expect(menu(page).get_by_role("link", name=name, exact=True)).to_be_visible()
    expect(menu(page).get_by_role("link", name="practice")).to_have_count(0)
    expect(sentence(page)).to_have_text(FOUND)
    settled(page)
    menu(page).get_by_role("button", name="More", exact=True).click()
    expect(page.get_by_role("menuitem", name="What do you need?")).to_be_visible()
    expect(page.get_by_role("menuitem", name="practice")).to_have_count(0)

    server.stop()
    with duckdb.connect(database, read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM practice").fetchall() == [(ALL,)]


def _refuses_in_a_sentence(server: Server, reason: str) -> None:
    code = server.exit_code()
    if code is None:
        answer = server.health()
        assert answer is None or answer[0] == 503
    else:
        assert code != 0
    said = [line for line in server.console.splitlines() if reason in line]
    assert len(said) == 1, server.console
    assert str(server.database) in said[0]
    assert "Traceback" not in server.console


def test_a_second_server_on_the_same_file_says_why_it_cannot_start(server: Server, new_server: NewServer) -> None:
    _refuses_in_a_sentence(new_server(server.database), "only one process can use the file")
    assert server.health() == (200, {"status": "ok", "practices": ALL})


def test_a_server_on_a_file_that_is_no_database_says_so(new_server: NewServer, tmp_path: Path) -> None:
    wrong = tmp_path / "practices.duckdb"
    wrong.write_text("this is a letter, not a database\n" * 1000, encoding="utf-8")
    _refuses_in_a_sentence(new_server(wrong), "cannot be opened")
    assert wrong.read_text(encoding="utf-8").startswith("this is a letter")


def test_an_error_in_a_page_shows_an_id_and_the_log_has_the_rest(
    new_server: NewServer, page: Page, catalogue_db: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.duckdb"
    shutil.copy(catalogue_db, broken)
    with duckdb.connect(broken) as connection:
        connection.execute("DROP TABLE practice_score")
    server = new_server(broken).wait_until_healthy()
    page.goto(server.url + "/practice?practice=humanitarian-corridors")
    alert = page.get_by_role("alert")
    expect(alert).to_have_text(re.compile(r"Something went wrong on our side\..*report error [0-9a-f]{8}\."))
    shown = page.locator("body").inner_text()
    assert "Traceback" not in shown
    assert "practice_score" not in shown
    error_id = re.search(r"report error ([0-9a-f]{8})", alert.inner_text())
    assert error_id is not None
    server.stop()
    assert f"error {error_id[1]}" in server.console
    assert "CatalogException" in server.console
    assert "practice_score" not in server.console  # messages of errors can hold what somebody typed
