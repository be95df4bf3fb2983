"""The two lock files name the same versions: one for both README commands, one with hashes for servers."""

from __future__ import annotations

import re
import tomllib

from oracles import ROOT
from packaging.requirements import Requirement


def test_both_lock_files_pin_the_same_versions() -> None:
    pinned = set(re.findall(r"^(\S+==\S+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE))
    hashed = (ROOT / "requirements.hashes.txt").read_text(encoding="utf-8")
    on_servers = re.findall(r"^(\S+==\S+)", hashed, re.MULTILINE)
    assert set(on_servers) < pinned
    names = {one.split("==")[0] for one in on_servers}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {Requirement(one).name for one in (*project["dependencies"], *project["optional-dependencies"]["charts"])}
    assert needed <= names
    assert not {"pytest", "playwright", "mypy"} & names  # a server has no tools of tests
    assert all("--hash=sha256:" in entry for entry in re.split(r"^(?=\S+==)", hashed, flags=re.MULTILINE)[1:])
