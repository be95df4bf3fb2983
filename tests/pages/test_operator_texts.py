"""Contact, imprint and privacy say what the operator wrote, or that there is no such text yet."""

from __future__ import annotations

from pathlib import Path

import pytest
import screen
from screen import Visit

PAGES = ("contact", "imprint", "privacy")


@pytest.mark.parametrize("page", PAGES)
def test_without_a_text_the_page_says_so(visit: Visit, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRACTICES_TEXTS", raising=False)
    assert any(body.startswith("The operator of this server has not") for body in screen.bodies(visit(page)))


def test_the_operators_text_takes_its_place(visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "imprint.md").write_text("**Made-up office**, Sample Street 1\n", encoding="utf-8")
    monkeypatch.setenv("PRACTICES_TEXTS", str(tmp_path))
    assert screen.bodies(visit("imprint"))[0] == "**Made-up office**, Sample Street 1"
    assert screen.bodies(visit("contact"))[0].startswith("The operator of this server has not")


@pytest.mark.parametrize("page", ["overview", "explore", "self_assessment"])
def test_every_page_leads_there(visit: Visit, page: str) -> None:
    labels = [link.proto.label for link in visit(page).get("page_link")]
    assert labels[-3:] == ["Contact", "Imprint", "Privacy"]
