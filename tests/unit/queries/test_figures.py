"""The figures of the shipped catalogue: counted once more from the text files, and printed by one command."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import oracles
import pytest
from oracles import Row

from practices_db.__main__ import main
from practices_db.database.store import Store
from practices_db.queries.agreement import cells_read_twice, coder_error, readings
from practices_db.queries.figures import figures, limits

ROWS = [
    row
    for row in oracles.read_csv(oracles.CATALOGUE / "assessments.csv")
    if row["framework_version"] == oracles.VERSION and row["basis"] in oracles.BASES
]
KINDS = {row["assessor"]: row["kind"] for row in oracles.read_csv(oracles.CATALOGUE / "assessors.csv")}
STEPS = {answer: at for at, answer in enumerate(oracles.DOCUMENTED)}


def cells() -> Iterator[list[Row]]:
    def place(row: Row) -> tuple[str, str]:
        return row["practice_id"], row["indicator_id"]

    for _, group in itertools.groupby(sorted(ROWS, key=place), place):
        yield list(group)


def apart(pairs: list[tuple[str, str]]) -> list[int]:
    return [abs(STEPS[one] - STEPS[other]) for one, other in pairs]


def test_readings_from_own_sources_and_from_the_same_notes_are_told_apart(store: Store) -> None:
    own, notes = [], []
    for cell in cells():
        anew = [row for row in cell if KINDS[row["assessor"]] == "own-sources"]
        others = [row for row in cell if row not in anew]
        notes += [(one["answer"], other["answer"]) for one, other in itertools.combinations(others, 2)]
        if anew and others:
            # all of one basis: the higher evidence level counts, then the more cautious answer
            first = min(others, key=lambda row: (-int(row["evidence_level"]), -STEPS[row["answer"]]))
            own += [(first["answer"], row["answer"]) for row in anew]
    with store.cursor() as cursor:
        found = {one.way: one.agreement for one in readings(cursor)}
    assert list(found) == ["own-sources", "from-notes"]
    for kind, pairs in (("own-sources", own), ("from-notes", notes)):
        steps = apart(pairs)
        assert (found[kind].n, found[kind].same, found[kind].within_one_step) == (
            len(steps),
            steps.count(0),
            steps.count(0) + steps.count(1),
        )
    assert (found["own-sources"].n, found["own-sources"].same, found["own-sources"].within_one_step) == (74, 66, 73)
    assert round(found["own-sources"].kappa or 0, 2) == 0.80


def test_coder_error_is_that_of_the_readings_from_own_sources(store: Store, tiny_store: Store) -> None:
    with store.cursor() as cursor:
        error = coder_error(cursor)
    assert (1 - error.rate) ** 2 == pytest.approx(66 / 74)
    assert error.two_steps == pytest.approx(1 / 8)
    with tiny_store.cursor() as cursor:
        assert coder_error(cursor).rate == 0


def test_cells_read_twice_are_counted_with_those_where_a_lower_answer_stands(store: Store) -> None:
    several = [cell for cell in cells() if len(cell) > 1]
    lower = 0
    for cell in several:
        stands = min(cell, key=lambda row: (-int(row["evidence_level"]), -STEPS[row["answer"]]))
        lower += any(STEPS[row["answer"]] < STEPS[stands["answer"]] for row in cell)
    with store.cursor() as cursor:
        found = cells_read_twice(cursor)
    assert (found.cells, found.lower) == (len(several), lower)
    assert found.differ == sum(len({row["answer"] for row in cell}) > 1 for cell in several)
    assert found.practices == len({cell[0]["practice_id"] for cell in several})


def test_what_is_assessed_scored_and_known_is_counted(store: Store) -> None:
    everyone = oracles.practices()
    with store.cursor() as cursor:
        found = figures(cursor)
    assert (found.practices, found.assessed) == (len(everyone), sum(bool(one.answers) for one in everyone))
    results = oracles.read_csv(oracles.CATALOGUE / "results.csv")
    assert found.with_result == len({row["practice_id"] for row in results})
    scored = {node: {one.id for one in everyone if one.scores[node].scored} for node in oracles.HEADLINES}
    assert [one.scored for one in found.headlines] == [len(scored[node]) for node in oracles.HEADLINES]
    assert found.scored_both == len(set.intersection(*scored.values()))
    content = oracles.framework_content()
    partly = next(option["value"] for option in content["answer"] if option["id"] == "partly")
    for one in found.headlines:
        weight = {each["id"]: each.get("weight", 1) for each in oracles.indicators_by_node(content)[one.criterion.id]}
        steps, complete = [], 0
        for practice in everyone:
            if practice.scores[one.criterion.id].scored:
                known = [
                    each
                    for id_, each in weight.items()
                    if id_ in practice.answers and practice.answers[id_].answer in oracles.DOCUMENTED
                ]
                steps.append(100 * (1 - partly) * max(known) / sum(known))
                complete += practice.scores[one.criterion.id].coverage == 1
        assert one.complete == complete
        assert one.step == pytest.approx(max(steps))
        assert one.step_of_all == pytest.approx(100 * (1 - partly) * max(weight.values()) / sum(weight.values()))
        assert one.clear.pairs == one.scored * (one.scored - 1) // 2
        assert one.clear_with_error.under["know-nothing"] <= one.clear.under["know-nothing"]
        assert one.clear_with_error.under_all <= min(one.clear_with_error.under.values())


def test_limits_are_counted_from_the_files(store: Store) -> None:
    strong = [
        row
        for row in oracles.read_csv(oracles.CATALOGUE / "findings.csv")
        if row["design"] in ("randomised", "comparison-group")
    ]
    families = {country: set() for country in {row["country"] for row in strong if row["country"]}}
    for row in strong:
        if row["country"]:
            families[row["country"]].add(row["study_family"])
    most = sorted(families, key=lambda country: (-len(families[country]), country))[:3]
    main_rows = [row for row in oracles.read_csv(oracles.CATALOGUE / "results.csv") if row["main"] == "yes"]
    types: dict[str, set[str]] = {}
    for row in oracles.read_csv(oracles.CATALOGUE / "practice_types.csv"):
        types.setdefault(row["practice_id"], set()).add(row["measure_type"])
    tested = {row["measure_type"] for row in strong}
    with store.cursor() as cursor:
        found = limits(cursor)
    assert found.most_studied == tuple(most)
    assert found.studies == len({row["study_family"] for row in strong})
    assert found.in_most_studied == len(set.union(*(families[country] for country in most)))
    assert found.results == len(main_rows)
    assert found.independent == sum(row["independent_of_operator"] == "yes" for row in main_rows)
    assert found.levels == sum(row["direction"] == "level-only" for row in main_rows)
    assert (found.typed, found.untested) == (len(types), sum(not of & tested for of in types.values()))
    assert found.not_applicable == sum(row["answer"] == "not-applicable" for row in ROWS)


def test_one_command_prints_the_figures(catalogue_db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "--database", str(catalogue_db)]) == 0
    said = capsys.readouterr().out
    store = Store(catalogue_db)
    try:
        with store.cursor() as cursor:
            found = figures(cursor)
    finally:
        store.close()
    assert f"assessed {found.assessed}, with a result {found.with_result}" in said
    for one in found.headlines:
        assert f"scored on {one.criterion.title.lower()}: {one.scored}\n" in said
        assert f"{one.clear.under['know-nothing']} of {one.clear.pairs}, " in said
        assert f"{one.clear_with_error.under['know-nothing']} with coder error" in said
    assert "leads with a probability of 95% or more; a tie counts half" in said
    assert "74 answers given twice, 66 the same, 73 within one step, weighted kappa 0.80 (" in said


def test_figures_of_a_database_that_is_not_there_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["figures", "--database", str(tmp_path / "nowhere.duckdb")]) == 1
    assert "nowhere.duckdb" in capsys.readouterr().err
