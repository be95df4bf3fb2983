"""Figures for Prometheus: right, complete, of nobody in particular, and only for who has the token."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from app_server import Server
from prometheus_client.parser import text_string_to_metric_families
from protocol_visitor import Visitor, asked

from pages.shared.server import monitors
from practices_db.curation import submissions
from practices_db.database.store import Store
from practices_db.errors import PracticesError
from practices_db.operations.backups import make_backup
from security.conftest import TIGHT

TOKEN = "made up for this test, and long enough"  # noqa: S105
Figures = dict[str, float]


@pytest.fixture(scope="module")
def watched(catalogue_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server with a token, a backup, a submission that waits, and limits that are soon reached."""
    folder = tmp_path_factory.mktemp("watched")
    database = Path(shutil.copy(catalogue_db, folder / "practices.duckdb"))
    with Store(database, folders=[folder]) as store:
        submissions.submit(store, "correction", {"what": "Made up for a test."}, practice_id="humanitarian-corridors")
        make_backup(store, folder)
    set_ = {"PRACTICES_METRICS_TOKEN": TOKEN, "PRACTICES_BACKUPS": str(folder)}
    running = Server(database, environment=TIGHT | set_)
    try:
        yield running.wait_until_healthy()
    finally:
        running.stop()


def text(server: Server, given: str = f"Bearer {TOKEN}") -> tuple[int, str]:
    return asked(server.url, "GET", "/metrics", headers={"Authorization": given} if given else {})


def figures(server: Server) -> Figures:
    """Return every figure by name and labels, as any reader of the format takes them."""
    status, body = text(server)
    assert status == 200
    return {
        one.name + "".join(f" {value}" for _, value in sorted(one.labels.items())): one.value
        for family in text_string_to_metric_families(body)
        for one in family.samples
    }


@pytest.mark.parametrize("given", ["", "Bearer ", f"Bearer {TOKEN}x", TOKEN, f"Bearer {TOKEN[:-1]}", "Bearer ümläut"])
def test_without_the_token_there_is_nothing(watched: Server, given: str) -> None:
    refused = asked(watched.url, "GET", "/metrics", headers={"Authorization": given.encode()} if given else {})  # type: ignore[dict-item]
    assert refused == (404, '{"errors":["There is nothing here."]}')


def test_without_the_setting_there_is_nothing_for_anybody(server: Server) -> None:
    for given in (f"Bearer {TOKEN}", "Bearer ", ""):
        assert text(server, given)[0] == 404


def test_sessions_reruns_requests_and_refusals_are_counted(watched: Server) -> None:
    before = figures(watched)
    with Visitor(watched.url) as visitor:
        visitor.visit("explore", "country=IT")
        visitor.visit("explore", "country=DE")
        visitor.visit("about")
        during = figures(watched)
    for _ in range(3):
        asked(watched.url, "GET", "/api/practices/humanitarian-corridors.json")
    asked(watched.url, "GET", "/api/practices.json?from=never")
    refused(watched)
    after = figures(watched)

    def more(name: str, since: Figures = before) -> float:
        return after.get(name, 0.0) - since.get(name, 0.0)

    assert during["practices_sessions"] - before["practices_sessions"] == 1
    assert after["practices_sessions"] == before["practices_sessions"]
    assert more("practices_rerun_seconds_count explore") == 2
    assert more("practices_rerun_seconds_count about") == 1
    assert 0 < more("practices_rerun_seconds_sum explore") < 60
    assert after["practices_rerun_seconds_bucket +Inf explore"] == after["practices_rerun_seconds_count explore"]
    assert more("practices_requests_total /api/practices/{id}.json 200") == 3
    assert more("practices_requests_total /api/practices.json 400") == 1
    assert more("practices_requests_total /_stcore/stream 101") == 1
    assert more("practices_refusals_total requests") > 0
    assert more("practices_requests_total /explore 429") > 0
    assert more("practices_process_cpu_seconds_total") > 0
    assert after["practices_process_resident_memory_bytes"] > 1e8


def refused(server: Server) -> None:
    """Ask as somebody far away who asks too often."""
    far = {"X-Forwarded-For": "203.0.113.77"}
    assert 429 in [asked(server.url, "GET", "/explore", headers=far)[0] for _ in range(90)]


def test_what_is_so_now(watched: Server) -> None:
    found = figures(watched)
    assert found["practices_queue"] == 1
    assert 0 <= found["practices_backup_age_seconds"] < 600
    assert found["practices_writes_total"] == 0
    (version,) = [name for name in found if name.startswith("practices_release ")]
    number, day = re.fullmatch(r"practices_release (\d+) \((\d{4}-\d\d-\d\d), [0-9a-f]{8}\)", version).groups()  # type: ignore[union-attr]
    assert int(number) >= 1
    assert found[version] == datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp()


def test_labels_are_pages_routes_and_budgets_and_nothing_of_anybody(watched: Server) -> None:
    asked(watched.url, "GET", "/somebody@example.org/203.0.113.9?token=abc")
    with Visitor(watched.url) as visitor:
        visitor.visit("practice", "practice=humanitarian-corridors")
        session = visitor.session
    _, body = text(watched)
    for words in ("example.org", "203.0.113", "127.0.0.1", "humanitarian", session, TOKEN, "token"):
        assert words not in body
    assert 'route="other"' in body


def test_no_whole_backup_is_older_than_any(catalogue_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Path(shutil.copy(catalogue_db, tmp_path / "practices.duckdb"))
    monkeypatch.setenv("PRACTICES_DB", str(database))
    (tmp_path / "backups").mkdir()
    monkeypatch.setenv("PRACTICES_BACKUPS", str(tmp_path / "backups"))
    assert monitors.registry.get_sample_value("practices_backup_age_seconds") == float("inf")


@pytest.mark.parametrize("token", ["x", "a" * 31])
def test_a_short_token_stops_the_start(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRACTICES_METRICS_TOKEN", token)
    with pytest.raises(PracticesError, match="fewer than 32 characters"):
        monitors.check_token()
