"""Folders of one process: gone when it closes them, swept up by the next where it was killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from practices_db.database.temporary_folders import Scratch, sweep

if sys.platform == "win32":
    pytest.skip("folders cannot be locked on Windows, so nothing is swept there", allow_module_level=True)

_ANOTHER = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from practices_db.database.temporary_folders import Scratch
folder = Scratch("other")
(folder.path / "copy.duckdb").write_text("x")
print(folder.path, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def another(temporary: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Return another process that holds a folder, and its folder."""
    with subprocess.Popen(
        [sys.executable, "-c", _ANOTHER, str(temporary)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def test_closed_it_is_gone_with_all_that_is_in_it(temporary: Path) -> None:
    folder = Scratch("exports")
    assert folder.path.parent == temporary
    assert folder.path.stat().st_mode & 0o077 == 0
    (folder.path / "deeper").mkdir()
    folder.close()
    folder.close()
    assert list(temporary.iterdir()) == []


def test_what_a_killed_process_left_goes_and_what_a_living_one_has_stays(
    another: tuple[subprocess.Popen[str], Path],
) -> None:
    process, its = another
    ours = Scratch("exports")
    assert (its / "copy.duckdb").exists()
    process.kill()
    process.wait()
    assert (its / "copy.duckdb").exists()
    also_ours = Scratch("snapshot")
    assert not its.exists()
    assert ours.path.exists()
    ours.close()
    also_ours.close()


def test_nothing_else_is_swept(temporary: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "kept.txt").write_text("x")
    (temporary / "integration-practices-link").symlink_to(elsewhere)
    (temporary / "integration-practices-file").write_text("x")
    (temporary / "something-else").mkdir()
    sweep()
    assert (elsewhere / "kept.txt").exists()
    assert len(list(temporary.iterdir())) == 3
