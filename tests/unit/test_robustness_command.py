"""python -m practices_db robustness: the file, its bytes, and what is refused."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from criteria.framework import current_framework
from criteria.robustness import simulate
from criteria.scoring import YOUR_WEIGHTING, composite, encode
from criteria.weighting import preset
from practices_db.__main__ import main
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.files.exports.ranking_file import robustness_csv
from practices_db.queries.practices import answer_matrix, find_practices
from practices_db.queries.ranking import Draws

COLUMNS = (
    "practice_id,name,tier,place_from,place_to,top_tier_share,ahead_of,behind,can_be_first,score,coverage,low,high,"
    "weighting,seed,draws,framework,framework_version,data_version"
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


def test_second_run_writes_the_same_bytes(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = run(database, "--seed", "1", "--draws", "10000")
    second = run(database, "--seed", "1", "--draws", "10000", name="again.csv")
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes().startswith(b"\xef\xbb\xbfpractice_id,")
    said = capsys.readouterr().out.splitlines()[0]
    assert said == f"{first}: {len(rows_of(first))} scored practices; tiers: {rows_of(first)[-1]['tier']}, draws: 10000"
    assert run(database, "--seed", "2", "--draws", "10000", name="other.csv").read_bytes() != first.read_bytes()


def test_file_has_every_scored_practice_with_interval_and_tier_and_no_rank(database: Path) -> None:
    rows = rows_of(run(database, "--weights", "equal", "--draws", "500", "--seed", "3"))
    assert ",".join(rows[0]) == COLUMNS
    framework = current_framework()
    with Store(database) as store, store.cursor() as cursor:
        answers = encode(framework, answer_matrix(cursor, PracticeFilter()))
    scores = composite(framework, answers, preset(framework, "equal"))
    scored = {id_ for id_ in answers.practice_ids if scores.of(id_, YOUR_WEIGHTING).scored}
    assert {row["practice_id"] for row in rows} == scored
    assert [(int(row["tier"]), row["practice_id"]) for row in rows] == sorted(
        (int(row["tier"]), row["practice_id"]) for row in rows
    )
    simulation = simulate(
        framework, answers.only(np.array([id_ in scored for id_ in answers.practice_ids])), preset(framework, "equal"),
        draws=500, seed=3,
    )  # fmt: skip
    for row in rows:
        standing, one = simulation.of(row["practice_id"]), scores.of(row["practice_id"], YOUR_WEIGHTING)
        assert (int(row["place_from"]), int(row["place_to"])) == (standing.place_from, standing.place_to)
        assert float(row["top_tier_share"]) == pytest.approx(standing.top_tier_share, abs=1e-4)
        assert [float(row[name]) for name in ("score", "coverage", "low", "high")] == pytest.approx(
            [one.score, one.coverage, one.low, one.high], abs=1e-4
        )
        assert row["can_be_first"] in ("yes", "no")
        led, leading = simulation.told_apart(row["practice_id"])
        assert (int(row["ahead_of"]), int(row["behind"])) == (len(led), len(leading))
        assert (row["weighting"], row["seed"], row["draws"]) == ("weights=equal", "3", "500")
        assert (row["framework"], row["framework_version"]) == (framework.id, framework.version)
        assert row["data_version"]


def test_filter_selects_as_in_export_and_free_weights_are_said(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = rows_of(run(database, "--country", "IT", "--free", "--draws", "200"))
    assert capsys.readouterr().out.endswith(" scored practices in Italy; tiers: 1, draws: 200\n")
    with Store(database) as store, store.cursor() as cursor:
        found = set(find_practices(cursor, PracticeFilter(country=("IT",)))["id"])
        answers = answer_matrix(cursor, PracticeFilter(country=("IT",)))
    assert rows
    assert {row["practice_id"] for row in rows} <= found
    assert {practice for practice, *_ in answers} <= found
    assert answers == sorted(answers)
    assert {row["weighting"] for row in rows} == {"weights=official (criteria free)"}


def test_selection_with_nothing_scored_is_the_header_alone(database: Path) -> None:
    assert rows_of(run(database, "--country", "AQ")) == []
    assert run(database, "--country", "AQ").read_text(encoding="utf-8-sig") == COLUMNS + "\n"


def test_text_that_a_spreadsheet_would_run_is_neutralised(database: Path) -> None:
    with Store(database) as store:
        asked = Draws(preset(current_framework(), "official"), 50, 1)
        store.write(lambda cursor: cursor.execute("UPDATE practice_card SET name = '=1+1'"))
        made = robustness_csv(store, PracticeFilter(), asked)
        assert list(store.exports.iterdir()) == []
    assert made.content.count(b",'=1+1,") == made.practices > 0
    assert made.draws == 50


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
    assert main(["robustness", "--database", str(database), "--draws", "9", "--output", str(tmp_path)]) == 1
    assert "cannot be written" in capsys.readouterr().err
