"""Where the app's files are."""

from __future__ import annotations

import os
import re
from pathlib import Path

from practices_db.errors import PracticesError

DATA = Path(__file__).parent.parent / "data"


def database_path() -> Path:
    """Return the app's database: the environment variable PRACTICES_DB, else data/practices.duckdb."""
    return Path(os.environ.get("PRACTICES_DB") or DATA / "practices.duckdb")


def base_url() -> str:
    """Return where the app is reached, without a slash at the end: PRACTICES_BASE_URL, else this machine's.

    Private links are made from it and never from what a request says of its host. PracticesError where it is none.
    """
    given = (os.environ.get("PRACTICES_BASE_URL") or "http://localhost:8501").strip().rstrip("/")
    if not re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+(/[\w\-./]*)?", given):
        raise PracticesError(
            f"PRACTICES_BASE_URL is {given[:80]!r}, which is no address like https://practices.example.org."
        )
    return given
