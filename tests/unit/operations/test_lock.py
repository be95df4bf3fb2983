"""The two lock files name the same versions: one for both README commands, one with hashes for servers."""

from __future__ import annotations

import re

from oracles import ROOT


def test_both_lock_files_pin_the_same_versions() -> None:
    pinned = re.findall(r"^(\S+==\S+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    hashed = (ROOT / "requirements.hashes.txt").read_text(encoding="utf-8")
    assert pinned
    assert re.findall(r"^(\S+==\S+)", hashed, re.MULTILINE) == pinned
    assert all("--hash=sha256:" in entry for entry in re.split(r"^(?=\S+==)", hashed, flags=re.MULTILINE)[1:])
