"""One sender floods the queue over the network, as a browser would; the others still send."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

import pytest
from protocol_visitor import Visitor, WidgetState

from practices_db.curation.budgets import OWN
from security.conftest import NewServer

PRACTICES = ("a-walk-to-museums", "accelair", "acompanando-t", "amar-social-mediation-agency-in-the-field-of-housing")
AMOUNT, _ = OWN["correction"]


def sends(url: str, practice: str, address: str) -> bool:
    """Send a made-up correction of a practice by its page; return whether it was taken."""
    with Visitor(url, headers={"X-Forwarded-For": address}) as visitor:
        query = f"practice={practice}"
        screen = visitor.visit("practice", query)
        (words,) = screen.elements("text_area")
        (button,) = [one for one in screen.elements("button") if one.label == "Send to the curators"]
        text = WidgetState(id=words.id, string_value=f"Made up {secrets.token_hex(8)}")
        screens = [visitor.visit("practice", query, [text, WidgetState(id=button.id, trigger_value=True)])]
        screens.append(visitor.visit("practice", query))  # the receipt stands on the next one
        said = [alert.body for screen in screens for alert in screen.elements("alert")]
        taken = any("as number" in one for one in said)
        assert taken or any("from your address" in one for one in said), said
        return taken


@pytest.mark.slow
@pytest.mark.parametrize(
    ("address", "taken"), [("203.0.113.7", AMOUNT), ("2001:db8:1:{:x}::1", 4 * AMOUNT)], ids=["IPv4", "IPv6"]
)
def test_a_flood_over_the_network_leaves_the_queue_to_the_others(
    address: str, taken: int, new_server: NewServer, catalogue_db: Path, tmp_path: Path
) -> None:
    database = Path(shutil.copy(catalogue_db, tmp_path / "practices.duckdb"))
    served = new_server(database, {"PRACTICES_BASE_URL": "http://localhost"}).wait_until_healthy()
    tries = [sends(served.url, PRACTICES[one % 4], address.format(one)) for one in range(taken + 5)]
    assert tries == [True] * taken + [False] * 5
    assert sends(served.url, PRACTICES[0], "203.0.113.8")
