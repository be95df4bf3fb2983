"""python -m practices_db robustness: the exact order as a file, its bytes, and what is refused."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from criteria.framework import current_framework
from criteria.order import criterion_alone, partial_order
from criteria.scoring import YOUR_WEIGHTING, composite, encode
from criteria.weighting import Weighting, preset
from practices_db.__main__ import main
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.files.exports.ranking_file import ranking_csv
from practices_db.queries.agreement import coder_error
from practices_db.queries.practices import answer_matrix, find_practices

FRAMEWORK = current_framework()
COLUMNS = (
    "practice_id,name,ahead,behind,open,place_from,place_to,group,score,coverage,low,high,"
    "weighting,framework,framework_version,data_version"
)


@pytest.fixture
def database(catalogue_db: Path, tmp_path: Path) -> Path:
    path = tmp_path / "copy.duckdb"
    shutil.copy(catalogue_db, path)
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def run(database: Path, *options: str, name: str = "r.csv") -> Path:
    output = database.with_name(name)
    assert main(["robustness", "--database", str(database), "--output", str(output), *options]) == 0
    return output


def test_second_run_writes_the_same_bytes_and_options_of_before_change_nothing(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = run(database)
    said = capsys.readouterr().out
    again = run(database, "--seed", "7", "--draws", "3", "--free", name="again.csv")
    assert first.read_bytes() == again.read_bytes()
    assert first.read_bytes().startswith(b"\xef\xbb\xbfpractice_id,")
    rows = rows_of(first)
    pairs, clear = len(rows) * (len(rows) - 1) // 2, sum(int(row["ahead"]) for row in rows)
    assert said == f"{first}: {len(rows)} scored practices; {clear} of {pairs} pairs differ clearly\n"


def test_help_says_what_is_no_longer_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["robustness", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "The order is exact: --seed, --draws and --free are no longer needed" in said


@pytest.mark.parametrize("weights", [preset(FRAMEWORK, "official"), criterion_alone(FRAMEWORK, "sustainability")])
def test_file_has_every_practice_with_a_composite_and_the_exact_order(database: Path, weights: Weighting) -> None:
    framework, chosen = FRAMEWORK, weights
    store = Store(database)
    made = ranking_csv(store, PracticeFilter(), weights)
    path = database.with_name("made.csv")
    path.write_bytes(made.content)
    rows = rows_of(path)
    assert ",".join(rows[0]) == COLUMNS
    assert (made.practices, made.clear_pairs) == (len(rows), sum(int(row["ahead"]) for row in rows))
    with store.cursor() as cursor:
        answers = encode(framework, answer_matrix(cursor, PracticeFilter()))
        error = coder_error(cursor)
    store.close()
    assert error.rate > 0
    scores = composite(framework, answers, chosen)
    order = partial_order(framework, answers, chosen, error=error)
    assert {row["practice_id"] for row in rows} == set(order.practice_ids)
    middles = [int(row["place_from"]) + int(row["place_to"]) for row in rows]
    assert middles == sorted(middles)
    for row in rows:
        at, n = order.practice_ids.index(row["practice_id"]), len(rows)
        leads = order.ahead[at] + order.tied[at] / 2
        trails = order.ahead[:, at] + order.tied[:, at] / 2
        ahead, behind = int((leads >= 0.95).sum()), int((trails >= 0.95).sum())
        assert (int(row["ahead"]), int(row["behind"]), int(row["open"])) == (ahead, behind, n - 1 - ahead - behind)
        assert (int(row["place_from"]), int(row["place_to"])) == (1 + behind, n - ahead)
        assert row["group"] == ("nobody-ahead" if not behind else "between" if ahead else "ahead-of-nobody")
        one = scores.of(row["practice_id"], YOUR_WEIGHTING)
        assert [float(row[name]) for name in ("score", "coverage", "low", "high")] == pytest.approx(
            [one.score, one.coverage, one.low, one.high], abs=1e-4
        )
        assert row["weighting"].startswith(("weights=official", "w=effectiveness:0 w=sustainability:100"))
        assert (row["framework"], row["framework_version"]) == (framework.id, framework.version)
        assert row["data_version"]


def test_filter_selects_as_in_export(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = rows_of(run(database, "--country", "DE"))
    assert " scored practices in Germany; " in capsys.readouterr().out
    store = Store(database)
    with store.cursor() as cursor:
        found = set(find_practices(cursor, PracticeFilter(country=("DE",)))["id"])
    store.close()
    assert len(rows) > 1
    assert {row["practice_id"] for row in rows} <= found
    assert all(int(row["place_to"]) <= len(rows) for row in rows)


def test_one_practice_alone_has_a_composite_and_no_place(database: Path) -> None:
    (row,) = rows_of(run(database, "--id", "duo-for-a-job"))
    assert row["score"]
    assert [row[name] for name in ("ahead", "behind", "open", "place_from", "place_to", "group")] == [""] * 6


def test_selection_with_nothing_scored_is_the_header_alone(database: Path) -> None:
    assert rows_of(run(database, "--country", "AQ")) == []
    assert run(database, "--country", "AQ").read_text(encoding="utf-8-sig") == COLUMNS + "\n"


def test_text_that_a_spreadsheet_would_run_is_neutralised(database: Path) -> None:
    store = Store(database)
    store.write(lambda cursor: cursor.execute("UPDATE practice_card SET name = '=1+1'"))
    made = ranking_csv(store, PracticeFilter(), preset(current_framework(), "official"))
    assert list(store.exports.iterdir()) == []
    store.close()
    assert made.content.count(b",'=1+1,") == made.practices > 0


@pytest.mark.parametrize(
    "wrong",
    [
        ["--weights", "best"],
        ["--draws", "0"],
        ["--draws", "x"],
        ["--seed", "-1"],
        ["--seed", "1e3"],
    ],
)
def test_option_that_is_not_understood_shows_the_usage(
    wrong: list[str], database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["robustness", "--database", str(database), "--output", "never.csv", *wrong])
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("Usage: python -m practices_db robustness")


def test_mistyped_filter_and_missing_database_are_refused(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "never.csv"
    for options, words in (
        (["--database", str(database), "--country", "Grece"], "did you mean 'GR' (Greece)?"),
        (["--database", str(tmp_path / "nowhere.duckdb")], "does not exist"),
    ):
        assert main(["robustness", "--output", str(output), *options]) == 1
        assert words in capsys.readouterr().err
    assert not output.exists()
    assert main(["robustness", "--database", str(database), "--output", str(tmp_path)]) == 1
    assert "cannot be written" in capsys.readouterr().err
