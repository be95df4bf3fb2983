"""The two lock files name the same versions: one for both README commands, one with hashes of what a server needs."""

from __future__ import annotations

import re

from oracles import ROOT


def test_both_lock_files_pin_the_same_versions() -> None:
    pinned = re.findall(r"^(\S+==\S+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    hashed = (ROOT / "requirements.hashes.txt").read_text(encoding="utf-8")
    served = re.findall(r"^(\S+==\S+)", hashed, re.MULTILINE)
    assert served == [one for one in pinned if one in served]
    names = {one.partition("==")[0] for one in served}
    assert {"streamlit", "pyiceberg", "vl-convert-python", "psycopg2-binary"} <= names
    assert names.isdisjoint({"pytest", "mypy", "playwright", "hypothesis"})  # they test, and serve nothing
    assert all("--hash=sha256:" in entry for entry in re.split(r"^(?=\S+==)", hashed, flags=re.MULTILINE)[1:])
