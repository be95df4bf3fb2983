"""LibreOffice as people in three countries have it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import oracles
import pytest

from practices_db.database.store import Store
from practices_db.operations.build import build

_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>{locale}</value></prop></item>
</oor:items>
"""


@dataclass(frozen=True)
class Office:
    """LibreOffice set to a country's language; ``language`` is its number in the options of the CSV reader."""

    locale: str
    language: int
    folder: Path

    def opened(self, *files: Path, delimiter: str = ",") -> list[Path]:
        """Return what LibreOffice has in its cells when it opens files, as workbooks that it saves.

        A CSV is opened with "detect special numbers", the option that changes most, and nothing else chosen.
        """
        out = self.folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        reader = [f"--infilter=CSV:{ord(delimiter)},34,76,1,,{self.language},false,true"]
        subprocess.run(
            [
                *("soffice", f"-env:UserInstallation={(self.folder / 'profile').as_uri()}", "--headless"),
                *(reader if files[0].suffix == ".csv" else []),
                *("--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), *map(str, files)),
            ],
            check=True,
            capture_output=True,
            timeout=300,
            env=os.environ | {"HOME": str(self.folder)},
        )
        return [out / f"{file.stem}.xlsx" for file in files]


@pytest.fixture(scope="session", params=[("en-GB", 2057), ("fr-FR", 1036), ("de-DE", 1031)], ids=lambda one: one[0])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Office:
    assert shutil.which("soffice"), "LibreOffice is missing: apt-get install libreoffice-calc-nogui"
    locale, language = request.param
    folder = tmp_path_factory.mktemp(f"office-{locale}")
    settings = folder / "profile" / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(_SETTINGS.format(locale=locale), encoding="utf-8")
    return Office(locale, language, folder)


@pytest.fixture(scope="session")
def made_up_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store on the small made-up catalogue, with its text that might do harm."""
    path = tmp_path_factory.mktemp("made-up") / "practices.duckdb"
    build(path, oracles.SYNTHETIC)
    with Store(path) as opened:
        yield opened
