"""One sender floods the queue, private links and uploads over the network, as a browser would; others are served."""

from __future__ import annotations

import secrets
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest
from protocol_visitor import Visitor, WidgetState

from practices_db.curation import submissions
from practices_db.curation.budgets import OWN
from practices_db.database.store import Store
from security.conftest import NewServer

PRACTICES = ("a-walk-to-museums", "accelair", "acompanando-t", "amar-social-mediation-agency-in-the-field-of-housing")
AMOUNT, _ = OWN["correction"]
WRONG, _ = OWN["wrong link"]
FILES = 10  # of a session in a minute


def sends(url: str, practice: str, address: str) -> bool:
    """Send a made-up correction of a practice by its page; return whether it was taken."""
    with Visitor(url, headers={"X-Forwarded-For": address}) as visitor:
        query = f"practice={practice}"
        opened = visitor.visit("practice", query).opened("Something is wrong")
        screen = visitor.visit("practice", query, [opened])
        (words,) = screen.elements("text_area")
        (button,) = [one for one in screen.elements("button") if one.label == "Send to the curators"]
        text = WidgetState(id=words.id, string_value=f"Made up {secrets.token_hex(8)}")
        screens = [visitor.visit("practice", query, [text, WidgetState(id=button.id, trigger_value=True)])]
        screens.append(visitor.visit("practice", query))  # the receipt stands on the next one
        said = [alert.body for screen in screens for alert in screen.elements("alert")]
        taken = any("as number" in one for one in said)
        assert taken or any("from your address" in one for one in said), said
        return taken


def link_field(visitor: Visitor) -> str:
    """Return the id of the field for a private link."""
    (field,) = [one for one in visitor.visit("my_submission").elements("text_input") if one.label.endswith("link")]
    return str(field.id)


def guessed(visitor: Visitor, field: str, token: str) -> str:
    """Paste a private link; return what the page says of it."""
    screen = visitor.visit("my_submission", widgets=[WidgetState(id=field, string_value=token)])
    assert screen.finished
    return " ".join(alert.body for alert in screen.elements("alert"))


@pytest.mark.parametrize("tries", [WRONG + 4, pytest.param(500, marks=pytest.mark.slow)])
def test_guesses_of_links_and_uploads_are_not_written_and_close_nothing_for_others(
    tries: int, new_server: NewServer, catalogue_db: Path, tmp_path: Path
) -> None:
    database = Path(shutil.copy(catalogue_db, tmp_path / "practices.duckdb"))
    with Store(database) as store:
        token = submissions.submit(store, "correction", {"what": "Made up."}, None, PRACTICES[0]).token
    served = new_server(database, {"PRACTICES_BASE_URL": "http://localhost"}).wait_until_healthy()
    said, files, on_disk, begun = [], Counter[int](), set(), time.monotonic()
    with Visitor(served.url, headers={"X-Forwarded-For": "203.0.113.7"}) as hostile:
        field = link_field(hostile)
        for at in range(tries):
            said.append(guessed(hostile, field, secrets.token_urlsafe(32)))
            files[hostile.upload("a.csv", b"id,name", f"file-{at}")[0]] += 1
            if at >= WRONG:
                kept = [path for path in sorted(tmp_path.glob("practices.*")) if path.is_file()]  # no released tables
                on_disk.add(tuple((path.name, path.stat().st_size) for path in kept))
    assert all("does not open anything" in one for one in said[:WRONG]), said[0]
    assert all("from your address" in one for one in said[WRONG:]), said[-1]
    assert len(on_disk) == 1, "a refused guess is not written"
    assert set(files) == {204, 429}
    assert files[204] <= FILES * (1 + (time.monotonic() - begun) / 60)
    with Visitor(served.url, headers={"X-Forwarded-For": "203.0.113.8"}) as other:
        assert guessed(other, link_field(other), token) == ""
        assert other.upload("a.csv", b"id,name")[0] == 204
    assert sends(served.url, PRACTICES[0], "203.0.113.8")


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
