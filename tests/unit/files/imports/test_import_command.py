"""python -m practices_db import|template: what is done, said, and with which exit status."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from import_files import LEAST, bring, held, table

from practices_db.__main__ import main
from practices_db.curation.permissions import CLI
from practices_db.database import audit_log
from practices_db.database.store import Store


def contents(database: Path) -> dict[str, int]:
    with Store(database) as store:
        return held(store)


def test_import_says_what_it_did_and_twice_does_nothing(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(table(LEAST, LEAST | {"id": "synthetic-too", "name": "SYNTHETIC TEA"}).encode())
    before = contents(database)
    assert main(["import", str(file), "--database", str(database), "--dry-run"]) == 0
    assert contents(database) == before
    said = capsys.readouterr()
    assert "nothing was written (dry run)" in said.out
    assert "possible duplicate: row 3: 'SYNTHETIC TEA' looks like 'Synthetic tea'" in said.err
    assert main(["import", str(file), "--database", str(database), "--reason", "A list"]) == 0
    assert "practices: 2 added, 0 changed, 0 unchanged; possible duplicates: 1; imported" in capsys.readouterr().out
    after = contents(database)
    assert after["practice"] == before["practice"] + 2
    assert main(["import", str(file), "--database", str(database)]) == 0
    assert "nothing was done" in capsys.readouterr().out
    assert contents(database) == after


def test_refusal_exits_with_1_and_every_reason(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(table(LEAST | {"countries": "Greeece", "name": ""}).encode())
    before = contents(database)
    assert main(["import", str(file), "--database", str(database)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "row 2, countries: 'Greeece'" in said.err
    assert "row 2, name: is blank" in said.err
    assert contents(database) == before | {"audit": before["audit"] + 1}  # the refusal is put on record
    file.write_bytes(table(LEAST | {"name": "Café"}).encode("cp1252"))
    assert main(["import", str(file), "--database", str(database)]) == 1
    assert "--encoding windows-1252" in capsys.readouterr().err
    assert main(["import", str(file), "--database", str(database), "--encoding", "windows-1252"]) == 0


def test_template_is_written(database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "t.xlsx"
    assert main(["template", "practices", "--database", str(database), "--output", str(file)]) == 0
    assert main(["import", str(file), "--database", str(database)]) == 0
    assert "nothing was done" in capsys.readouterr().out


def test_questions_blanks_and_refusals_on_the_command_line(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = Path(__file__).parents[3] / "data" / "cases"
    where = ["--database", str(database)]
    assert main(["import", str(cases / "x01_merged.xlsx"), *where]) == 1
    assert "--merged fill (Fill the value down) or --merged blank" in capsys.readouterr().err
    assert main(["import", str(cases / "x01_merged.xlsx"), *where, "--merged", "fill"]) == 0
    file = tmp_path / "list.xlsx"
    book = openpyxl.Workbook()
    book.worksheets[0].title = "Notes"
    book.worksheets[0].append(["Hello"])
    practices = book.create_sheet("practices")
    practices.append([*LEAST])
    practices.append([*LEAST.values()])
    practices.append(["Hidden"])
    practices.row_dimensions[3].hidden = True
    book.save(file)
    assert main(["import", str(file), *where, "--dry-run"]) == 1
    asked = capsys.readouterr().err
    assert "Notes: Hello\n" in asked
    assert "again with --sheets leave (Leave them out), and with --hidden read (Read them) or --hidden leave" in asked
    assert main(["import", str(file), *where, "--dry-run", "--sheets", "leave", "--hidden", "leave"]) == 0
    file = tmp_path / "list.csv"
    with Store(database) as store:
        bring(store, table(LEAST | {"place": "Ulm"}).encode())
    file.write_bytes(table(LEAST).encode())
    capsys.readouterr()
    assert main(["import", str(file), *where]) == 0
    assert "1 fact is blank in the file: kept; --erase-blanks would erase them" in capsys.readouterr().err
    assert main(["import", str(file), *where, "--erase-blanks"]) == 0
    assert "place: 'Ulm' → ''" in capsys.readouterr().out
    assert main(["import", str(cases / "c46_cross_field.csv"), *where]) == 1
    assert main(["history", "data", *where]) == 0
    assert "Refused: c46_cross_field.csv" in capsys.readouterr().out


@pytest.mark.parametrize("lines", [0, 2_000], ids=["none", "more than a pipe holds"])
def test_a_reader_that_has_enough_ends_a_command_quietly(database: Path, lines: int) -> None:
    with Store(database) as store:
        long = audit_log.Entry("read", "data", reason="made up " * 20)
        store.write(lambda cursor: audit_log.record(cursor, CLI, *[long] * lines))
    command = [sys.executable, "-m", "practices_db", "history", "data", "--database", str(database)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as history:
        assert history.stdout
        assert history.stderr
        if lines:
            assert b"made up" in history.stdout.readline()
        history.stdout.close()
        said = history.stderr.read()
    assert (history.returncode, said) == (0, b"")
