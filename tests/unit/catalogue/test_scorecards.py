"""Which answer counts, and that what is stored is what the scores are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import oracles
import pytest
from sample_views import EVERYONE

from practices_db.catalogue import scorecards
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.result_texts import group_words, main_result
from practices_db.catalogue.texts import score_sentence
from practices_db.database.store import Cursor, Store
from practices_db.queries.practices import answers, cards, find_practices, not_counted, practice, scores

DERIVED = ("counted_answer", "practice_score", "practice_card", "practice_facet")
PRACTICE = "synthetic-empty"  # the made-up catalogue has no assessment of it
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


def assess(store: Store, *given: Given, indicator: str = INDICATOR) -> None:
    """Write assessments of the practice, one for each answer, straight into the tables, and rebuild."""

    def write(cursor: Cursor) -> None:
        for number, one in reversed(list(enumerate(given))):  # so that no order holds by chance
            cursor.execute(
                "INSERT INTO assessment (id, practice_id, framework_id, framework_version, basis, assessor,"
                " assessed_on, status)"
                " VALUES ($id, $practice, $framework, $version, $basis, $assessor, $day::DATE, $status)",
                {
                    "id": f"assessment-{number}",
                    "practice": PRACTICE,
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
                    "id": f"assessment-{number}",
                    "indicator": indicator,
                    "answer": one.answer,
                    "level": one.level,
                    "url": f"https://example.org/{number}",
                },
            )
        scorecards.rebuild(cursor)

    store.write(write)


def counted(store: Store) -> list[tuple[Any, ...]]:
    with store.cursor() as cursor:
        return cursor.execute(
            "SELECT answer, evidence_level, assessment_id, assessments, disagreement FROM counted_answer"
            " WHERE practice_id = $id",
            {"id": PRACTICE},
        ).fetchall()


# name: the answers, which of them counts, whether they disagree
RULES: dict[str, tuple[list[Given], int, bool]] = {
    "one alone": ([Given("partly")], 0, False),
    "the same twice is no disagreement": ([Given("met"), Given("met", basis="expert-review")], 1, False),
    "basis before higher evidence level": (
        [Given("met", 1, "expert-review"), Given("not-met", 2, "self-assessment")],
        0,
        True,
    ),
    "the more cautious of two alike": ([Given("met", day="2026-01-02"), Given("partly", assessor="b")], 1, True),
    "an answer before not applicable": ([Given("not-applicable"), Given("met", assessor="b")], 1, True),
    "higher evidence level before the later date": (
        [Given("met", 3, day="2020-01-01"), Given("partly", 2, day="2026-01-01", assessor="b")],
        0,
        True,
    ),
    "expert review before desk review": (
        [Given("met", 1, "desk-review"), Given("partly", 1, "expert-review")],
        1,
        True,
    ),
    "expert review before self-assessment": (
        [Given("met", 1, "self-assessment"), Given("partly", 1, "expert-review")],
        1,
        True,
    ),
    "desk review before self-assessment": (
        [Given("met", 1, "self-assessment"), Given("partly", 1, "desk-review")],
        1,
        True,
    ),
    "basis before the later date": (
        [Given("met", 1, "desk-review", "2020-01-01"), Given("partly", 1, "self-assessment", "2026-01-01")],
        0,
        True,
    ),
    "later date": ([Given("met", day="2025-12-31"), Given("met", day="2026-01-01")], 1, False),
    "later date written first": ([Given("met", day="2026-01-02"), Given("met", day="2026-01-01")], 0, False),
    "not-applicable is an answer": ([Given("met", 1), Given("not-applicable", 2, assessor="b")], 1, True),
    "a better answer is not preferred": ([Given("not-met", 2), Given("met", 1, assessor="b")], 0, True),
    "three at once": (
        [
            Given("met", 2, "self-assessment"),
            Given("partly", 2, "expert-review"),
            Given("met", 2, "desk-review"),
        ],
        1,
        True,
    ),
    "everything the same: the first id": ([Given("met", assessor="b"), Given("met", assessor="a")], 0, False),
}


@pytest.mark.parametrize("rule", RULES)
def test_answer_that_counts(rule: str, tiny_store: Store) -> None:
    given, number, disagreement = RULES[rule]
    assess(tiny_store, *given)
    best = given[number]
    assert counted(tiny_store) == [
        (best.answer, best.level, f"assessment-{number}", len(given), disagreement),
    ]


@pytest.mark.parametrize("answer", ["met", "partly", "not-met", "not-applicable"])
def test_documented_answer_comes_before_not_documented(answer: str, tiny_store: Store) -> None:
    assess(
        tiny_store,
        Given("not-documented", 5, "expert-review"),
        Given(answer, 0, "self-assessment", "2020-01-01"),
    )
    ((found, level, assessment, *_),) = counted(tiny_store)
    assert (found, level, assessment) == (answer, 0, "assessment-1")


def test_not_having_found_an_answer_is_no_disagreement(tiny_store: Store) -> None:
    """A row "not-documented" must say the same as no row at all, which means not documented."""
    assess(tiny_store, Given("met", 1), Given("not-documented", 0, "expert-review"))
    ((answer, *_, disagreement),) = counted(tiny_store)
    assert answer == "met"
    assert disagreement is False


def test_a_tick_list_is_shown_and_never_counted(tiny_store: Store) -> None:
    assess(tiny_store, Given("met", 1, "tick-list"), Given("not-met", 0, "self-assessment"))
    assert counted(tiny_store) == [("not-met", 0, "assessment-1", 1, False)]


def test_a_practice_with_nothing_but_ticks_is_not_assessed(tiny_store: Store) -> None:
    assess(tiny_store, Given("met", 1, "tick-list"))
    with tiny_store.cursor() as cursor:
        card = practice(cursor, PRACTICE)
        ticked = not_counted(cursor)
    assert card is not None
    assert (card["assessed"], card["answered"], list(card["bases"])) == (False, 0, [])
    assert [(one.basis, one.answers, one.practices) for one in ticked] == [("tick-list", 1, 1)]


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "withdrawn"])
def test_unpublished_assessment_does_not_count(status: str, tiny_store: Store) -> None:
    assess(tiny_store, Given("met", 5, "expert-review", status=status), Given("not-met", 0))
    assert counted(tiny_store) == [("not-met", 0, "assessment-1", 1, False)]


@pytest.mark.parametrize("other", [{"version": "0.9.0"}, {"framework": "another-framework"}])
def test_assessment_under_another_framework_does_not_count(other: dict[str, str], tiny_store: Store) -> None:
    assess(tiny_store, Given("met", 5, "expert-review", **other), Given("not-met", 0))
    assert counted(tiny_store) == [("not-met", 0, "assessment-1", 1, False)]


@pytest.mark.parametrize("given", [Given("met", status="draft"), Given("met", version="0.9.0")])
def test_practice_without_an_assessment_that_counts_is_not_assessed(given: Given, tiny_store: Store) -> None:
    assess(tiny_store, given)
    with tiny_store.cursor() as cursor:
        card = practice(cursor, PRACTICE)
        assert card is not None
        assert scores(cursor, PRACTICE).empty
        facets = cursor.execute(
            "SELECT facet, value FROM practice_facet WHERE practice_id = $id"
            " AND facet IN ('assessment_status', 'evidence_level') ORDER BY ALL",
            {"id": PRACTICE},
        ).fetchall()
    assert (
        card["assessed"],
        card["answered"],
        card["bases"],
        card["framework"],
        card["framework_version"],
    ) == (
        False,
        0,
        [],
        None,
        None,
    )
    assert (card["effectiveness_score"], card["effectiveness_coverage"], card["effectiveness_scored"]) == (
        None,
        None,
        False,
    )
    assert facets == [("assessment_status", "not-assessed"), ("evidence_level", "none")]


def test_two_practices_do_not_mix(tiny_store: Store) -> None:
    """The made-up catalogue has answers of another practice to the same indicator."""
    assess(tiny_store, Given("not-met", 0))
    with tiny_store.cursor() as cursor:
        found = cursor.execute(
            "SELECT practice_id, answer, assessments FROM counted_answer WHERE indicator_id = $id ORDER BY ALL",
            {"id": INDICATOR},
        ).fetchall()
    assert found == [("synthetic-accents", "met", 1), (PRACTICE, "not-met", 1)]


def test_made_up_practice_is_scored_as_worked_out_by_hand(tiny_store: Store) -> None:
    """Effectiveness: 5 of 6 apply, 4 documented, worth 3½. Sustainability: 3 of 8 documented, worth 2½."""
    with tiny_store.cursor() as cursor:
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


def test_assessment_with_nothing_documented_is_assessed_with_no_score(tiny_store: Store) -> None:
    with tiny_store.cursor() as cursor:
        card = practice(cursor, "synthetic-formula")
    assert card is not None
    assert (card["assessed"], card["answered"], card["strongest_evidence"]) == (True, 0, None)
    assert [card[f"sustainability_{name}"] for name in ("score", "coverage", "low", "high")] == [
        None,
        0,
        0,
        100,
    ]


def test_evidence_on_an_answer_that_says_nothing_is_no_evidence(tiny_store: Store) -> None:
    assess(tiny_store, Given("not-applicable", 5))
    with tiny_store.cursor() as cursor:
        card = practice(cursor, PRACTICE)
        facet = cursor.execute(
            "SELECT value FROM practice_facet WHERE practice_id = $id AND facet = 'evidence_level'",
            {"id": PRACTICE},
        ).fetchall()
    assert card is not None
    assert (card["strongest_evidence"], card["answered"], facet) == (None, 0, [("none",)])


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


def test_no_shipped_practice_is_called_better_against_the_direction_of_its_main_result(store: Store) -> None:
    with store.cursor() as cursor:
        cards = find_practices(cursor, PracticeFilter(), "name").to_dict("records")
    for card in cards:
        if card["effectiveness_group"].startswith("better"):
            assert card["result_direction"] not in ("mixed", "no-clear-effect", "worsened"), card["id"]
        uncounted = card["effectiveness_group"] == "level-only" and card["result_direction"] != "level-only"
        assert ("no answer on the result under framework 2.0.0" in group_words(card)) == uncounted, card["id"]
        said = score_sentence(card, "effectiveness")
        assert "only a level" not in said if uncounted else "no answer on the result" not in said, card["id"]
