"""A running demonstration says so on every page and comes back as built by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_server import PATIENCE, Server
from protocol_visitor import Visitor, asked
from test_replicas import until

pytestmark = pytest.mark.slow  # half a minute
SECONDS = 25  # from the building on; the pages must be seen before


def test_it_says_so_takes_what_is_sent_in_and_begins_anew(tmp_path: Path) -> None:
    server = Server(tmp_path / "practices.duckdb", environment={"PRACTICES_DEMO": str(SECONDS / 3600)})
    try:
        server.wait_until_healthy()
        process = server.pid
        for page in ("", "explore", "self_assessment", "contact"):
            with Visitor(server.url) as visitor:
                said = [alert.body for alert in visitor.visit(page).elements("alert")]
            assert any("This is a demonstration" in one and "UTC on" in one for one in said), page
        until(lambda: "the demonstration begins anew" in server.console, 2 * PATIENCE)
        until(lambda: server.console.count("started with data version") == 2, 2 * PATIENCE)
        until(lambda: (server.health() or (0,))[0] == 200, PATIENCE)
        assert server.pid == process
        assert server.exit_code(within=0.1) is None
        assert asked(server.url, "GET", "/api/practices.json?country=SE")[0] == 200
        assert "Traceback" not in server.console
    finally:
        server.stop()
