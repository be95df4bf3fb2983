"""Larger corpora of hostile input, collected by others: in the folder that PRACTICES_CORPORA names, or not at hand."""

from __future__ import annotations

import json
import os
from pathlib import Path

VARIABLE = "PRACTICES_CORPORA"
NAMES = ("blns", "calamine-xlsx", "csv-spectrum", "duckdb-csv", "own", "papaparse", "payloads")
FOLDER = Path(os.environ[VARIABLE]).resolve() if os.environ.get(VARIABLE) else None
MISSING = [name for name in NAMES if FOLDER and not (FOLDER / name).is_dir()]  # where a folder is named, all are in it


def naughty_strings() -> list[str]:
    """Return the Big List of Naughty Strings; nothing where the corpora are not at hand."""
    return json.loads((FOLDER / "blns" / "blns.json").read_text(encoding="utf-8")) if FOLDER else []


def lines(*names: str) -> list[str]:
    """Return the lines of files of the corpora that are not empty; nothing where the corpora are not at hand."""
    if FOLDER is None:
        return []
    return [line for name in names for line in (FOLDER / name).read_text(encoding="utf-8").split("\n") if line]
