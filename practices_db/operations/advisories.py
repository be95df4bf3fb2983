"""What is installed, compared with advisories that the operator brings: no network is asked.

The advisories are those of OSV (https://ossf.github.io/osv-schema/) for PyPI, one file of JSON each in one archive, as
OSV hands them out (``PyPI/all.zip``). Which versions are affected is decided as its schema says.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from practices_db.errors import PracticesError


@dataclass(frozen=True)
class Compared:
    """How many packages were compared with how many advisories, of which day the newest is, and what is affected."""

    packages: int
    advisories: int
    newest: str
    affected: list[str]


def installed() -> dict[str, str]:
    """Return name (as PyPI compares names) and version of every package that this Python finds."""
    return {canonicalize_name(one.metadata["Name"]): one.version for one in distributions()}


def compare(archive: Path, packages: Mapping[str, str]) -> Compared:
    """Compare packages (name → version) with an archive; PracticesError where it is none, or has no advisories."""
    count, newest = 0, ""
    affected: list[str] = []
    try:
        for advisory in _advisories(archive):
            count += 1
            newest = max(newest, str(advisory.get("modified", "")))
            affected += _affected(advisory, packages)
    except (OSError, zipfile.BadZipFile, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PracticesError(f"{archive} is no archive of OSV's advisories ({type(error).__name__}).") from error
    if not count:
        raise PracticesError(f"{archive} has no advisories.")
    return Compared(len(packages), count, newest[:10], sorted(affected))


def _advisories(archive: Path) -> Iterator[dict[str, Any]]:
    with zipfile.ZipFile(archive) as files:
        for name in files.namelist():
            if name.endswith(".json"):
                yield json.loads(files.read(name))


def _affected(advisory: Mapping[str, Any], packages: Mapping[str, str]) -> Iterator[str]:
    if "withdrawn" in advisory:
        return
    for part in advisory.get("affected", []):
        package = part.get("package", {})
        name = canonicalize_name(package.get("name", ""))
        version = packages.get(name) if package.get("ecosystem") == "PyPI" else None
        if version is None or not _is_in(version, part):
            continue
        events = [event for one in part.get("ranges", []) if one["type"] == "ECOSYSTEM" for event in one["events"]]
        mended = ", ".join(event["fixed"] for event in events if "fixed" in event)
        names = ", ".join([advisory["id"], *advisory.get("aliases", [])])
        said = str(advisory.get("summary", "")).strip() or "no summary"
        yield f"{name} {version}: {names}: {said} ({f'fixed in {mended}' if mended else 'no version fixes it'})"


def _is_in(version: str, part: Mapping[str, Any]) -> bool:
    """Whether a version is among those affected; one that cannot be compared is taken to be."""
    try:
        own = Version(version)
        if any(own == Version(one) for one in part.get("versions", []) if _is_version(one)):
            return True
        ranges = [one["events"] for one in part.get("ranges", []) if one["type"] == "ECOSYSTEM"]
        return any(_is_within(own, events) for events in ranges)
    except InvalidVersion:
        return True


def _is_within(own: Version, events: Iterable[Mapping[str, str]]) -> bool:
    def at(event: Mapping[str, str]) -> tuple[Version, bool]:
        ((kind, said),) = event.items()
        return Version("0.dev0" if said == "0" else said), kind == "introduced"

    inside = False
    for event in sorted((event for event in events if "limit" not in event), key=at):
        reached, _ = at(event)
        if "introduced" in event:
            inside = inside or own >= reached
        elif "fixed" in event:
            inside = inside and own < reached
        else:
            inside = inside and own <= reached
    return inside


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
