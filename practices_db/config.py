"""Where the app's files are."""

from __future__ import annotations

import os
from pathlib import Path

DATA = Path(__file__).parent.parent / "data"


def database_path() -> Path:
    """Return the app's database: the environment variable PRACTICES_DB, else data/practices.duckdb."""
    return Path(os.environ.get("PRACTICES_DB") or DATA / "practices.duckdb")


def backups_folder() -> Path | None:
    """Return where the running app keeps its daily backups (PRACTICES_BACKUPS), None where it keeps none."""
    folder = os.environ.get("PRACTICES_BACKUPS")
    return Path(folder) if folder else None
