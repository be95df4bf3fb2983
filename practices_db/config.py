"""Where the app's files are."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Literal

from practices_db.errors import PracticesError

OperatorText = Literal["contact", "imprint", "privacy"]

_WEEK = 7 * 24  # hours
_TREE = Path(__file__).parent.parent  # the repository, or the folder into which the wheel was installed
DATA = _TREE / "data"
APP = _TREE / "app.py"
_OWN = DATA if (_TREE / "pyproject.toml").is_file() else Path()


def database_path() -> Path:
    """Return the app's database: the environment variable PRACTICES_DB, else practices.duckdb.

    That is in data/ of the repository; where the app was installed from its wheel, in the working folder.
    """
    return Path(os.environ.get("PRACTICES_DB") or _OWN / "practices.duckdb")


def locale_folder() -> Path:
    """Return where the texts of the other languages are: PRACTICES_LOCALE, else the built-in folder."""
    return Path(os.environ.get("PRACTICES_LOCALE") or _TREE / "locale")


def backups_folder() -> Path | None:
    """Return where the running app keeps its daily backups (PRACTICES_BACKUPS), None where it keeps none."""
    folder = os.environ.get("PRACTICES_BACKUPS")
    return Path(folder) if folder else None


def demo_hours() -> float:
    """Return after how many hours the app, as a demonstration, comes back as built (PRACTICES_DEMO); 0 for none.

    PracticesError where it is no number up to a week's hours.
    """
    given = os.environ.get("PRACTICES_DEMO", "").strip()
    try:
        hours = float(given or 0)
    except ValueError:
        hours = -1.0
    if not 0 <= hours <= _WEEK:
        raise PracticesError(f"PRACTICES_DEMO must be a number of hours up to {_WEEK}, not {given[:40]!r}.")
    return hours


def metrics_token() -> str:
    """Return what whoever asks for ``/metrics`` must show (PRACTICES_METRICS_TOKEN), "" where nobody may."""
    return os.environ.get("PRACTICES_METRICS_TOKEN", "").strip()


def json_log() -> bool:
    """Whether the log is one JSON object a line (PRACTICES_LOG=json); PracticesError where it is another word."""
    form = os.environ.get("PRACTICES_LOG", "").strip().lower()
    if form not in ("", "plain", "json"):
        raise PracticesError(f"PRACTICES_LOG must be plain or json, not {form[:40]!r}.")
    return form == "json"


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


def store_address() -> dict[str, str]:
    """Return address and region of an S3-compatible store as pyiceberg calls them, as far as AWS_… name them.

    Without a region pyiceberg asks AWS for the bucket's.
    """
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    named = {"s3.endpoint": os.environ.get("AWS_ENDPOINT_URL"), "s3.region": region}
    return {name: value for name, value in named.items() if value}


def operator_text(name: OperatorText, language: str) -> str:
    """Return what whoever runs the server wrote in the folder PRACTICES_TEXTS, "" where it is not.

    ``<name>.<language>.md`` ("contact.de.md") goes before ``<name>.md``, which is for every language.
    """
    folder = os.environ.get("PRACTICES_TEXTS")
    paths = [Path(folder) / f"{name}{of}.md" for of in (f".{language}", "")] if folder else []
    return next((path.read_text(encoding="utf-8").strip() for path in paths if path.is_file()), "")


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
