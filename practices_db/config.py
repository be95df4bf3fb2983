"""Where the app's files are."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Literal

from practices_db.errors import PracticesError

OperatorText = Literal["contact", "imprint", "privacy"]

DATA = Path(__file__).parent.parent / "data"


def database_path() -> Path:
    """Return the app's database: the environment variable PRACTICES_DB, else data/practices.duckdb."""
    return Path(os.environ.get("PRACTICES_DB") or DATA / "practices.duckdb")


def backups_folder() -> Path | None:
    """Return where the running app keeps its daily backups (PRACTICES_BACKUPS), None where it keeps none."""
    folder = os.environ.get("PRACTICES_BACKUPS")
    return Path(folder) if folder else None


def read_only_mode() -> bool:
    """Whether the app serves a published snapshot: PRACTICES_READ_ONLY=1, or ``run app.py -- --read-only``."""
    return os.environ.get("PRACTICES_READ_ONLY", "").lower() in ("1", "true", "yes") or "--read-only" in sys.argv[1:]


def main_address() -> str:
    """Return where the app can be written to, for the replicas that cannot (PRACTICES_MAIN_ADDRESS)."""
    return os.environ.get("PRACTICES_MAIN_ADDRESS", "")


def releases_catalog() -> str:
    """Return the SQLAlchemy address of the release tables' catalogue (PRACTICES_RELEASES_CATALOG), "" for none."""
    return os.environ.get("PRACTICES_RELEASES_CATALOG", "")


def releases_warehouse(database: Path) -> str:
    """Return where the files of the release tables are: PRACTICES_RELEASES_WAREHOUSE, a folder or an address s3://….

    Else a folder beside the database, or beside the file in which PRACTICES_SNAPSHOT once wanted a snapshot.
    """
    beside = os.environ.get("PRACTICES_SNAPSHOT") or database
    return os.environ.get("PRACTICES_RELEASES_WAREHOUSE") or f"{beside}.releases"


def store_endpoint() -> str:
    """Return the address of an S3-compatible store (AWS_ENDPOINT_URL), "" for the one of AWS itself."""
    return os.environ.get("AWS_ENDPOINT_URL", "")


def operator_text(name: OperatorText) -> str:
    """Return what whoever runs the server wrote (``<name>.md`` in the folder PRACTICES_TEXTS), "" where it is not."""
    folder = os.environ.get("PRACTICES_TEXTS")
    path = Path(folder) / f"{name}.md" if folder else None
    return path.read_text(encoding="utf-8").strip() if path and path.is_file() else ""


_ADDRESS = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+(/[\w\-./]*)?")


def _base_url_of(otherwise: str) -> str:
    return (os.environ.get("PRACTICES_BASE_URL") or otherwise).strip().rstrip("/")


def address_in_files(asked: str = "") -> str:
    """Return where the app is reached, for the links in files: PRACTICES_BASE_URL, else what was ``asked``.

    ``asked`` is the address of a request without path and query; "" where there is none or it is no address: then a
    file has the path alone.
    """
    given = _base_url_of(asked)
    return given if _ADDRESS.fullmatch(given) else ""


def base_url() -> str:
    """Return where the app is reached, without a slash at the end (PRACTICES_BASE_URL); "" where it is not set.

    PracticesError where it is no address.
    """
    given = _base_url_of("")
    if given and not _ADDRESS.fullmatch(given):
        raise PracticesError(
            f"PRACTICES_BASE_URL is {given[:80]!r}, which is no address like https://practices.example.org."
        )
    return given
