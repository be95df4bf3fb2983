"""The curation page as somebody who is logged in sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import screen
from screen import Visit
from streamlit.testing.v1 import AppTest

from pages.shared.components import database

SECRETS = {
    "auth": {
        "redirect_uri": "http://localhost:8501/oauth2callback",
        "cookie_secret": "of the tests, not of any server",
        "client_id": "practices",
        "client_secret": "of the tests",
        "server_metadata_url": "http://localhost:1/.well-known/openid-configuration",
    }
}
ADDRESS = "https://practices.example.org"  # where a private link leads
CURATOR, OTHER, ADMINISTRATOR, NOBODY = (f"{name}@example.org" for name in ("curator", "other", "admin", "nobody"))

LogIn = Callable[[str | None], Visit]


def text(app: AppTest) -> str:
    assert not app.exception, app.exception
    said = [*app.markdown, *app.caption, *app.text, *app.error, *app.warning, *app.info, *app.success, *app.subheader]
    cells = [str(cell) for table in [*app.table, *app.dataframe] for cell in table.value.to_numpy().ravel()]
    return screen.as_read("\n".join([*(str(one.value) for one in said), *cells]))


def press(app: AppTest, label: str) -> AppTest:
    (button,) = (one for one in app.button if one.label == label)
    button.click().run()
    assert not app.exception, app.exception
    return app


def labels(app: AppTest) -> set[str]:
    return {one.label for one in app.button}


def second_reading(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a second assessor hands in with these answers."""
    return {
        "framework": "integration-practices",
        "framework_version": "2.0.0",
        "assessor": "second-reader",
        "assessed_on": "2026-11-25",
        "answers": answers,
    }


def lines(action: str) -> list[tuple[str, str]]:
    with database.cursor() as cursor:
        return cursor.execute(
            "SELECT actor, object FROM audit WHERE action = $action ORDER BY seq", {"action": action}
        ).fetchall()
