"""Texts on screen can be translated: Babel finds them, and what a translation says reaches the screen."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from gettext import NullTranslations
from pathlib import Path

import pytest
import screen

from practices_db import translation

ROOT = Path(__file__).resolve().parents[2]


class Planted(NullTranslations):
    """A made-up language in which every text stands between angle quotes, and one thing is said twice."""

    def gettext(self, message: str) -> str:
        return f"‹{message}›"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"‹{msgid1 if n == 1 else msgid2}›"


@pytest.mark.usefixtures("_database")
def test_a_translation_reaches_title_menu_footer_and_plurals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation, "translations", Planted)
    app = screen.opened()
    assert screen.title(app) == "‹What works in integrating migrants, and how sure can anyone be?›"
    assert screen.footer(app).startswith("‹Data version ")
    app.switch_page("../about.py").run()
    assert any("practices state no year and are not shown.›" in str(one.value) for one in app.caption)


def test_a_translation_reaches_the_filter_and_its_amounts(visit: screen.Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation, "translations", Planted)
    app = visit("explore", country="LU")
    assert app.multiselect(key="country").label == "‹Country›"
    assert "‹Clear all›" in [one.label for one in app.button]
    assert any(re.search("‹[0-9]+ practices?›", body) for body in screen.bodies(app))


def test_one_is_one_and_more_are_more() -> None:
    said = [
        translation.ngettext("{count} row is", "{count} rows are", count).format(count=count) for count in (0, 1, 2)
    ]
    assert said == ["0 rows are", "1 row is", "2 rows are"]


def marked() -> Iterator[tuple[Path, ast.Call]]:
    """Yield every call that marks a text."""
    for path in [*(ROOT / "pages").rglob("*.py"), *(ROOT / "practices_db").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if named and node.func.id in ("_", "ngettext", "N_"):
                yield path, node


def test_what_is_marked_is_a_text_and_not_put_together() -> None:
    calls = list(marked())
    assert len(calls) > 80
    for path, call in calls:
        texts = call.args[: 2 if getattr(call.func, "id", "") == "ngettext" else 1]
        assert not any(isinstance(text, ast.JoinedStr | ast.BinOp) for text in texts), (path.name, call.lineno)
