"""What is installed against advisories in OSV's form; all of them are made up."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from practices_db.errors import PracticesError
from practices_db.operations.advisories import compare, installed


def archive(folder: Path, *parts: dict[str, Any], **more: Any) -> Path:
    """Return an archive with one advisory on these affected packages."""
    advisory = {"id": "PYSEC-0-1", "aliases": ["CVE-0-1"], "modified": "2026-11-20T00:00:00Z", "summary": "made up"}
    path = folder / "all.zip"
    with zipfile.ZipFile(path, "w") as files:
        files.writestr("PYSEC-0-1.json", json.dumps(advisory | {"affected": parts} | more))
    return path


def part(*events: dict[str, str], **more: Any) -> dict[str, Any]:
    ranges = [{"type": "ECOSYSTEM", "events": events}] if events else []
    return {"package": {"name": "Duck_DB", "ecosystem": "PyPI"}, "ranges": ranges} | more


@pytest.mark.parametrize(
    ("events", "affected", "not_affected"),
    [
        ([{"introduced": "0"}, {"fixed": "2.0.0"}], ["0.1", "2.0.0rc1"], ["2.0.0", "2.0.0.post1"]),
        ([{"introduced": "0"}], ["0.0.1", "99"], []),
        ([{"introduced": "1.9"}, {"last_affected": "1.10"}], ["1.9", "1.10"], ["1.8.9", "1.10.1", "1.11"]),
        (
            [{"fixed": "3.1"}, {"introduced": "3.0"}, {"fixed": "1.1"}, {"introduced": "1.0"}],
            ["1.0", "3.0.5"],
            ["0.9", "2.0", "3.1"],
        ),
        ([{"introduced": "1.0"}, {"fixed": "no version"}], ["1.0", "0.1"], []),
    ],
)
def test_ranges_are_read_as_the_schema_says(
    tmp_path: Path, events: list[dict[str, str]], affected: list[str], not_affected: list[str]
) -> None:
    brought = archive(tmp_path, part(*events))
    for version in affected:
        (said,) = compare(brought, {"duck-db": version}).affected
        assert said.startswith(f"duck-db {version}: PYSEC-0-1, CVE-0-1: made up (")
    assert [version for version in not_affected if compare(brought, {"duck-db": version}).affected] == []
    assert compare(brought, {"another": "1.0"}).affected == []


def test_named_versions_withdrawn_advisories_and_other_registries(tmp_path: Path) -> None:
    named = part(versions=["1.0.0", "no version"])
    assert compare(archive(tmp_path, named), {"duck-db": "1.0"}).affected
    assert not compare(archive(tmp_path, named), {"duck-db": "1.1"}).affected
    assert not compare(archive(tmp_path, named, withdrawn="2026-01-01T00:00:00Z"), {"duck-db": "1.0"}).affected
    elsewhere = part(versions=["1.0"], package={"name": "duck-db", "ecosystem": "npm"})
    told = compare(archive(tmp_path, elsewhere), {"duck-db": "1.0"})
    assert (told.affected, told.advisories, told.packages, told.newest) == ([], 1, 1, "2026-11-20")


def test_what_is_no_archive_of_advisories_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no archive")
    with zipfile.ZipFile(tmp_path / "empty", "w") as files:
        files.writestr("readme", "")
    with zipfile.ZipFile(tmp_path / "list", "w") as files:
        files.writestr("one.json", "[]")
    for name in ("missing", "text", "empty", "list"):
        with pytest.raises(PracticesError, match="advisories"):
            compare(tmp_path / name, {})


def test_what_is_installed_is_found_under_the_name_that_is_compared() -> None:
    found = installed()
    assert Version(found["duckdb"]) >= Version("2.0")
    assert "pydantic-core" in found
