"""Which answer counts, and that what is stored is what the scores are."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import oracles
import pytest
from sample_views import EVERYONE

from criteria.framework import current_framework
from practices_db.catalogue import scorecards
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.result_texts import group_words, main_result
from practices_db.catalogue.texts import score_sentence
from practices_db.database.store import Cursor, Store
from practices_db.queries.practices import answers, cards, find_practices, not_counted, practice, scores

DERIVED = ("counted_answer", "practice_score", "practice_card", "practice_facet")
EMPTY = "synthetic-empty"  # the made-up catalogue has no assessment of it
INDICATOR = "eff-result"


@dataclass(frozen=True)
class Given:
    """One answer of one assessment to the indicator."""

    answer: str
    level: int = 1
    basis: str = "desk-review"
    day: str = "2026-01-01"
    assessor: str = "a"
    status: str = "published"
    framework: str = "integration-practices"
    version: str = "2.0.0"


def assess(cursor: Cursor, practice_id: str, given: list[Given]) -> None:
    """Write a practice with assessments of it, one for each answer, straight into the tables."""
    cursor.execute(
        "INSERT INTO practice SELECT * REPLACE ($id AS id) FROM practice WHERE id = $like",
        {"id": practice_id, "like": EMPTY},
    )
    for number, one in reversed(list(enumerate(given))):  # so that no order holds by chance
        id_ = f"{practice_id}-{number}"
        cursor.execute(
            "INSERT INTO assessment (id, practice_id, framework_id, framework_version, basis, assessor,"
            " assessed_on, status)"
            " VALUES ($id, $practice, $framework, $version, $basis, $assessor, $day::DATE, $status)",
            {
                "id": id_,
                "practice": practice_id,
                "framework": one.framework,
                "version": one.version,
                "basis": one.basis,
                "assessor": one.assessor,
                "day": one.day,
                "status": one.status,
            },
        )
        cursor.execute(
            "INSERT INTO answer (assessment_id, indicator_id, answer, evidence_level, source_url)"
            " VALUES ($id, $indicator, $answer, $level, $url)",
            {
                "id": id_,
                "indicator": INDICATOR,
                "answer": one.answer,
                "level": one.level,
                "url": f"https://example.org/{number}",
            },
        )


# name: the answers, which of them counts, whether they disagree
RULES: dict[str, tuple[list[Given], int, bool]] = {
    "one-alone": ([Given("partly")], 0, False),
    "the-same-twice-is-no-disagreement": ([Given("met"), Given("met", basis="expert-review")], 1, False),
    "basis-before-higher-evidence-level": (
        [Given("met", 1, "expert-review"), Given("not-met", 2, "self-assessment")],
        0,
        True,
    ),
    "the-more-cautious-of-two-alike": ([Given("met", day="2026-01-02"), Given("partly", assessor="b")], 1, True),
    "an-answer-before-not-applicable": ([Given("not-applicable"), Given("met", assessor="b")], 1, True),
    "higher-evidence-level-before-the-later-date": (
        [Given("met", 3, day="2020-01-01"), Given("partly", 2, day="2026-01-01", assessor="b")],
        0,
        True,
    ),
    "expert-review-before-desk-review": (
        [Given("met", 1, "desk-review"), Given("partly", 1, "expert-review")],
        1,
        True,
    ),
    "expert-review-before-self-assessment": (
        [Given("met", 1, "self-assessment"), Given("partly", 1, "expert-review")],
        1,
        True,
    ),
    "desk-review-before-self-assessment": (
        [Given("met", 1, "self-assessment"), Given("partly", 1, "desk-review")],
        1,
        True,
    ),
    "basis-before-the-later-date": (
        [Given("met", 1, "desk-review", "2020-01-01"), Given("partly", 1, "self-assessment", "2026-01-01")],
        0,
        True,
    ),
    "later-date": ([Given("met", day="2025-12-31"), Given("met", day="2026-01-01")], 1, False),
    "later-date-written-first": ([Given("met", day="2026-01-02"), Given("met", day="2026-01-01")], 0, False),
    "not-applicable-is-an-answer": ([Given("met", 1), Given("not-applicable", 2, assessor="b")], 1, True),
    "a-better-answer-is-not-preferred": ([Given("not-met", 2), Given("met", 1, assessor="b")], 0, True),
    "three-at-once": (
        [
            Given("met", 2, "self-assessment"),
            Given("partly", 2, "expert-review"),
            Given("met", 2, "desk-review"),
        ],
        1,
        True,
    ),
    "everything-the-same-the-first-id": ([Given("met", assessor="b"), Given("met", assessor="a")], 0, False),
}


# A row "not-documented" must say the same as no row at all, which means not documented.
RULES |= {
    f"{answer}-before-not-documented": (
        [Given("not-documented", 5, "expert-review"), Given(answer, 0, "self-assessment", "2020-01-01")],
        1,
        False,
    )
    for answer in ("met", "partly", "not-met", "not-applicable")
}
# What is as if it were not there, beside an answer that counts.
UNCOUNTED = {
    **{
        status: Given("met", 5, "expert-review", status=status)
        for status in ("draft", "submitted", "returned", "withdrawn")
    },
    "another-version": Given("met", 5, "expert-review", version="0.9.0"),
    "another-framework": Given("met", 5, "expert-review", framework="another-framework"),
    "a-tick-list": Given("met", 1, "tick-list"),
}
UNASSESSED = {
    "nothing-but-a-draft": Given("met", status="draft"),
    "nothing-but-another-version": Given("met", version="0.9.0"),
    "nothing-but-ticks": Given("met", 1, "tick-list"),
}
SAYS_NOTHING = "evidence-on-an-answer-that-says-nothing"


@pytest.fixture(scope="module")
def assessed(tiny_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store, for reading only, with a made-up practice for each of these rules."""

    def write(cursor: Cursor) -> None:
        for rule, (given, *_) in RULES.items():
            assess(cursor, rule, given)
        for name, one in UNCOUNTED.items():
            assess(cursor, name, [one, Given("not-met", 0, "self-assessment")])
        for name, one in UNASSESSED.items():
            assess(cursor, name, [one])
        assess(cursor, SAYS_NOTHING, [Given("not-applicable", 5)])
        scorecards.rebuild(cursor)

    with Store(Path(shutil.copy(tiny_db, tmp_path_factory.mktemp("assessed") / "made-up.duckdb"))) as store:
        store.write(write)
        yield store


def test_answer_that_counts(assessed: Store) -> None:
    with assessed.cursor() as cursor:
        rows = cursor.execute(
            "SELECT practice_id, answer, evidence_level, assessment_id, assessments, disagreement FROM counted_answer"
            " WHERE indicator_id = $id AND assessment_id LIKE practice_id || '-%'",
            {"id": INDICATOR},
        ).fetchall()
    counted = {practice_id: tuple(found) for practice_id, *found in rows}
    expected = {SAYS_NOTHING: ("not-applicable", 5, f"{SAYS_NOTHING}-0", 1, False)}
    for rule, (given, number, disagreement) in RULES.items():
        best = given[number]
        expected[rule] = (best.answer, best.level, f"{rule}-{number}", len(given), disagreement)
    expected |= {name: ("not-met", 0, f"{name}-1", 1, False) for name in UNCOUNTED}
    assert counted == expected


def test_practice_without_an_assessment_that_counts_is_not_assessed(assessed: Store) -> None:
    nothing = {
        "assessed": False,
        "answered": 0,
        "bases": [],
        "framework": None,
        "framework_version": None,
        "effectiveness_score": None,
        "effectiveness_coverage": None,
        "effectiveness_scored": False,
    }
    with assessed.cursor() as cursor:
        for name in UNASSESSED:
            card = practice(cursor, name)
            assert card is not None
            assert {column: card[column] for column in nothing} == nothing, name
            assert scores(cursor, name).empty, name
            assert facets_of(cursor, name) == [("assessment_status", "not-assessed"), ("evidence_level", "none")]
        (ticked,) = (one for one in not_counted(cursor) if one.basis == "tick-list")
    assert (ticked.answers, ticked.practices) == (2, 2)


def facets_of(cursor: Cursor, practice_id: str) -> list[tuple[Any, ...]]:
    return cursor.execute(
        "SELECT facet, value FROM practice_facet WHERE practice_id = $id"
        " AND facet IN ('assessment_status', 'evidence_level') ORDER BY ALL",
        {"id": practice_id},
    ).fetchall()


def test_evidence_on_an_answer_that_says_nothing_is_no_evidence(assessed: Store) -> None:
    with assessed.cursor() as cursor:
        card = practice(cursor, SAYS_NOTHING)
        assert ("evidence_level", "none") in facets_of(cursor, SAYS_NOTHING)
    assert card is not None
    assert (card["strongest_evidence"], card["answered"]) == (None, 0)


def test_made_up_practice_is_scored_as_worked_out_by_hand(tiny: Store) -> None:
    """Effectiveness: 5 of 6 apply, 4 documented, worth 3½. Sustainability: 3 of 8 documented, worth 2½."""
    with tiny.cursor() as cursor:
        card = practice(cursor, "synthetic-accents")
    assert card is not None
    effectiveness = [card[f"effectiveness_{name}"] for name in ("score", "coverage", "low", "high")]
    assert effectiveness == pytest.approx([100 * 3.5 / 4, 4 / 5, 70, 90])
    sustainability = [card[f"sustainability_{name}"] for name in ("score", "coverage", "low", "high")]
    assert sustainability == pytest.approx([100 * 2.5 / 3, 3 / 8, 250 / 8, 750 / 8])
    assert [card[f"effectiveness_{name}"] for name in ("strongest_evidence", "median_evidence", "answered")] == [
        2,
        1.5,
        2,
    ]
    assert [card[f"sustainability_{name}"] for name in ("strongest_evidence", "median_evidence", "answered")] == [
        1,
        1,
        2,
    ]
    assert (card["effectiveness_scored"], card["sustainability_scored"]) == (True, False)
    assert (card["assessed"], card["answered"], card["strongest_evidence"]) == (True, 7, 3)
    assert card["bases"] == ["desk-review", "self-assessment"]
    # the weaker claim about sus-continued does not count, and neither does its source
    assert card["answer_sources"] == ["https://example.org/evaluation", "https://example.org/report"]


def test_assessment_with_nothing_documented_is_assessed_with_no_score(tiny: Store) -> None:
    with tiny.cursor() as cursor:
        card = practice(cursor, "synthetic-formula")
    assert card is not None
    assert (card["assessed"], card["answered"], card["strongest_evidence"]) == (True, 0, None)
    assert [card[f"sustainability_{name}"] for name in ("score", "coverage", "low", "high")] == [
        None,
        0,
        0,
        100,
    ]


def test_counted_answers_of_the_catalogue_are_the_oracles(store: Store) -> None:
    expected = oracles.counted_answers(oracles.read_csv(oracles.CATALOGUE / "assessments.csv"))
    with store.cursor() as cursor:
        rows = cursor.execute(
            """
            SELECT c.practice_id, c.indicator_id, c.answer, c.evidence_level, s.basis, s.assessor,
                a.source_url, c.assessments, c.disagreement
            FROM counted_answer c
            JOIN assessment s ON s.id = c.assessment_id
            JOIN answer a ON a.assessment_id = c.assessment_id AND a.indicator_id = c.indicator_id
            """
        ).fetchall()
    found = {
        (practice_id, indicator): oracles.Counted(answer, level, basis, assessor, url or "", several, disagreement)
        for practice_id, indicator, answer, level, basis, assessor, url, several, disagreement in rows
    }
    assert len(found) == len(rows)
    assert found == {
        (practice_id, indicator): one
        for practice_id, indicators in expected.items()
        for indicator, one in indicators.items()
    }
    assert {one.disagreement for one in found.values()} == {True, False}


def test_stored_scores_of_every_practice_and_node_are_the_oracles(store: Store) -> None:
    everyone = {one.id: one for one in EVERYONE if one.answers}
    with store.cursor() as cursor:
        rows = cursor.execute(
            "SELECT practice_id, node, score, coverage, low, high, scored, strongest_evidence,"
            " median_evidence, answered, applicable FROM practice_score"
        ).fetchall()
    assert {(practice_id, node) for practice_id, node, *_ in rows} == {
        (id_, node) for id_, one in everyone.items() for node in one.scores
    }
    for practice_id, node, *numbers in rows:
        one = everyone[practice_id].scores[node]
        for found, exact in zip(numbers[:4], (one.score, one.coverage, one.low, one.high), strict=True):
            assert (found is None) == (exact is None), (practice_id, node)
            if exact is not None:
                assert found == pytest.approx(float(exact), abs=1e-9), (practice_id, node)
        median = None if one.median is None else float(one.median)
        assert numbers[4:] == [one.scored, one.strongest, median, one.answered, one.applicable], (
            practice_id,
            node,
        )


def test_levels_of_nodes_are_stored(store: Store) -> None:
    with store.cursor() as cursor:
        rows = cursor.execute("SELECT DISTINCT node, level, criterion_id FROM practice_score").fetchall()
    assert sorted(rows) == sorted(
        (node, "question" if "/" in node else "criterion", node.partition("/")[0])
        for node in oracles.indicators_by_node(oracles.framework_content())
    )


@pytest.fixture(scope="module")
def carded(store: Store) -> list[tuple[oracles.Practice, dict[str, Any]]]:
    """Return every practice as the oracle works it out, with its card."""
    with store.cursor() as cursor:
        found = {one["id"]: one for one in cards(cursor, [one.id for one in EVERYONE])}
        assert found["duo-for-a-job"] == practice(cursor, "duo-for-a-job")
    return [(one, found[one.id]) for one in EVERYONE]


def test_cards_show_the_stored_headline_scores(carded: list[tuple[oracles.Practice, dict[str, Any]]]) -> None:
    for one, card in carded:
        assert card["answered"] == one.answered
        assert card["assessed"] == bool(one.answers)
        assert card["bases"] == sorted({row.basis for row in one.answers.values()} | set(card["bases"]))
        assert card["answer_sources"] == sorted({row.source_url for row in one.answers.values() if row.source_url})
        levels = [row.evidence_level for row in one.answers.values() if row.answer in oracles.DOCUMENTED]
        assert card["strongest_evidence"] == (max(levels) if levels else None)
        for headline in oracles.HEADLINES:
            score = one.scores[headline]
            assert card[f"{headline}_scored"] == score.scored
            assert card[f"{headline}_answered"] == score.answered
            assert card[f"{headline}_strongest_evidence"] == score.strongest
            for name in ("score", "coverage", "low", "high"):
                exact = getattr(score, name) if one.answers else None
                number = card[f"{headline}_{name}"]
                assert (number is None) == (exact is None), (one.id, headline, name)
                if exact is not None:
                    assert number == pytest.approx(float(exact), abs=1e-9), (one.id, headline, name)


def test_cards_show_the_main_result_and_what_it_shows(carded: list[tuple[oracles.Practice, dict[str, Any]]]) -> None:
    columns = {
        "result": "effect_text",
        "result_outcome": "outcome",
        "result_direction": "direction",
        "result_design": "design",
        "result_base": "base",
        "result_horizon": "horizon",
        "result_source": "source_url",
    }
    for one, card in carded:
        main = one.results[0] if one.results else None
        assert {name: card[name] for name in columns} == {
            name: (main[of] or None) if main else None for name, of in columns.items()
        }
        assert (card["result_mark"] or 0) == oracles.mark(one)
        assert card["results_further"] == (len(one.results) - 1 if main else None)
        said = {"yes": True, "no": False, "": None}[main["independent_of_operator"]] if main else None
        assert card["result_independent"] == said
        assert [card["effectiveness_group"]] == one.facets["effectiveness_group"]


def test_a_trial_that_found_harm_is_worse_and_scored_and_said(own: Store) -> None:
    """A practice of the catalogue whose result is turned around, in this test only."""
    id_ = "forwork-fostering-opportunities-of-refugee-workers-piedmont"

    def turn(cursor: Cursor) -> None:
        cursor.execute("UPDATE result SET direction = 'worsened' WHERE main AND practice_id = $id", {"id": id_})
        cursor.execute(
            "UPDATE answer SET answer = 'not-met' WHERE starts_with(indicator_id, 'eff-') AND assessment_id IN "
            "(SELECT id FROM assessment WHERE practice_id = $id)",
            {"id": id_},
        )
        scorecards.rebuild(cursor)

    own.write(turn)
    with own.cursor() as cursor:
        card = practice(cursor, id_)
        lowest = cursor.execute(
            "SELECT min(effectiveness_score) FROM practice_card WHERE effectiveness_scored AND id <> $id", {"id": id_}
        ).fetchall()[0][0]
        facet = cursor.execute(
            "SELECT value FROM practice_facet WHERE practice_id = $id AND facet IN ('result', 'effectiveness_group') "
            "ORDER BY facet",
            {"id": id_},
        ).fetchall()
    assert card is not None
    assert (card["effectiveness_group"], card["result_mark"], card["effectiveness_scored"]) == ("worse", 5, True)
    assert card["effectiveness_score"] < lowest
    assert facet == [("worse",), ("worsened",)]
    assert main_result(card).startswith("Worsened: 15 points more in work")


def test_without_a_known_result_there_is_no_score_on_effectiveness(store: Store) -> None:
    with store.cursor() as cursor:
        rows = cursor.execute(
            "SELECT DISTINCT effectiveness_group FROM practice_card WHERE effectiveness_scored"
        ).fetchall()
        card = practice(cursor, next(one.id for one in oracles.practices() if one.answers and not one.results))
    assert {group for (group,) in rows}.isdisjoint({"unknown", "level-only"})
    assert card is not None
    assert score_sentence(card, "effectiveness").startswith("no score, no result known")
    assert main_result(card) == "No result known"


def test_cards_name_every_basis_and_the_framework_they_rest_on(store: Store) -> None:
    bases: dict[str, set[str]] = {}
    for row in oracles.read_csv(oracles.CATALOGUE / "assessments.csv"):
        if row["framework_version"] == oracles.VERSION and row["basis"] in oracles.BASES:
            bases.setdefault(row["practice_id"], set()).add(row["basis"])
    with store.cursor() as cursor:
        rows = cursor.execute("SELECT id, bases, framework, framework_version FROM practice_card").fetchall()
    for practice_id, found, framework, version in rows:
        assert found == sorted(bases.get(practice_id, []))
        assert (framework, version) == (("integration-practices", "2.0.0") if found else (None, None))


def test_facets_of_every_practice_are_the_oracles(store: Store) -> None:
    with store.cursor() as cursor:
        rows = cursor.execute("SELECT facet, practice_id, value FROM practice_facet").fetchall()
    expected = {
        (facet, one.id, value)
        for one in oracles.practices()
        for facet, values in one.facets.items()
        for value in values
    }
    assert len(rows) == len(expected)
    assert set(rows) == expected


def test_search_reads_name_organisation_place_and_summary(store: Store) -> None:
    expected = {one.id: (one.name_key, one.search_text) for one in oracles.practices()}
    with store.cursor() as cursor:
        rows = cursor.execute("SELECT id, name_key, search_text FROM practice_card").fetchall()
    assert {id_: (key, text) for id_, key, text in rows} == expected


def everything_derived(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    with store.cursor() as cursor:
        return {table: cursor.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall() for table in DERIVED}


def test_rebuilding_changes_nothing(tiny_store: Store) -> None:
    before = everything_derived(tiny_store)
    assert all(before.values())
    tiny_store.write(scorecards.rebuild)
    tiny_store.write(scorecards.rebuild)
    assert everything_derived(tiny_store) == before


def test_rebuilding_follows_the_tables(tiny_store: Store) -> None:
    def change(cursor: Cursor) -> None:
        cursor.execute("UPDATE assessment SET status = 'withdrawn' WHERE practice_id = 'synthetic-accents'")
        cursor.execute("DELETE FROM practice WHERE id = 'synthetic-lines'")
        cursor.execute("UPDATE practice SET name = 'Ünder a new name' WHERE id = 'synthetic-empty'")
        scorecards.rebuild(cursor)

    tiny_store.write(change)
    with tiny_store.cursor() as cursor:
        accents = practice(cursor, "synthetic-accents")
        renamed = practice(cursor, "synthetic-empty")
        assert practice(cursor, "synthetic-lines") is None
        assert scores(cursor, "synthetic-accents").empty
        assert answers(cursor, "synthetic-accents").empty
        left = cursor.execute("SELECT count(*) FROM practice_facet WHERE practice_id = 'synthetic-lines'").fetchall()
    assert accents is not None
    assert renamed is not None
    assert (accents["assessed"], accents["effectiveness_score"]) == (False, None)
    assert (renamed["name"], renamed["name_key"]) == ("Ünder a new name", "under a new name")
    assert left == [(0,)]


def test_a_sentence_counts_questions_and_not_their_weight(store: Store) -> None:
    told = 0
    for one in oracles.practices():
        with store.cursor() as cursor:
            card = practice(cursor, one.id)
        assert card is not None
        for node in oracles.HEADLINES:
            words = score_sentence(card, node)
            if "answered)" in words:
                of = one.scores[node]
                noun = "question" if of.applicable == 1 else "questions"
                assert f"; {of.answered} of {of.applicable} {noun} answered)" in words.replace("/100 (", "; ")
                told += 1
    assert told


def test_what_does_not_apply_is_not_asked(store: Store) -> None:
    with store.cursor() as cursor:
        card = practice(cursor, next(one.id for one in oracles.practices() if one.scores["effectiveness"].scored))
    assert card is not None
    framework = current_framework()
    rest = {one.id for one in framework.criterion("effectiveness").indicators} - {"eff-result", "eff-lasts"}
    codes = ["A0" if one.id in rest else "M3" for one in framework.indicators]
    card |= {"answer_codes": "".join(codes), "effectiveness_answered": 1}
    assert "; 1 of 2 questions answered)" in score_sentence(card, "effectiveness").replace("/100 (", "; ")


def test_no_shipped_practice_is_called_better_against_the_direction_of_its_main_result(store: Store) -> None:
    with store.cursor() as cursor:
        cards = find_practices(cursor, PracticeFilter(), "name").to_dict("records")
    for card in cards:
        if card["effectiveness_group"].startswith("better"):
            assert card["result_direction"] not in ("mixed", "no-clear-effect", "worsened"), card["id"]
        uncounted = card["effectiveness_group"] == "level-only" and card["result_direction"] != "level-only"
        assert ("no answer on the result under framework 2.0.0" in group_words(card)) == uncounted, card["id"]
        said, direction = score_sentence(card, "effectiveness"), card["result_direction"]
        assert (card["effectiveness_group"] == "worse") == (direction == "worsened"), card["id"]
        if "only a figure without comparison" in said:
            assert direction == "level-only", card["id"]
        if "no answer on the result" in said:
            assert direction in ("improved", "mixed", "no-clear-effect", "worsened"), card["id"]
