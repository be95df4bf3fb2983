"""Labels of types of measure: every edge of the rule, and a slow calculation beside it. Findings are made up."""

from __future__ import annotations

from collections import defaultdict
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from criteria.synthesis import Direction, Finding, certainty_of, current_rule, in_order, label_of, studies, syntheses

RULE = current_rule()
DIRECTIONS = get_args(Direction)
UP, BOTH, FLAT, DOWN = DIRECTIONS


def finding(family: str, direction: Direction, design: str = "comparison-group", **rest: object) -> Finding:
    return Finding("made-up-type", "", "employment", direction, design, family, **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("directions", "label"),
    [
        ([], "not-enough-known"),
        ([UP], "not-enough-known"),
        ([DOWN], "not-enough-known"),
        ([UP, UP], "first-signs"),
        ([UP, BOTH], "mixed"),
        ([UP, FLAT], "mixed"),
        ([UP, DOWN], "mixed"),
        ([FLAT, FLAT], "no-clear-effect"),
        ([FLAT, FLAT, FLAT], "no-clear-effect"),
        ([FLAT, FLAT, BOTH], "mixed"),
        ([DOWN, DOWN], "points-to-harm"),
        ([UP, UP, UP], "consistent"),
        ([UP, UP, BOTH], "mixed"),  # two thirds
        ([UP, UP, UP, BOTH], "consistent"),  # three quarters
        ([UP, UP, UP, FLAT], "consistent"),
        ([UP, UP, UP, DOWN], "mixed"),  # none may be worse
        ([UP] * 5 + [FLAT] * 2, "mixed"),  # 71 %
        ([UP] * 6 + [FLAT] * 2, "consistent"),
        ([UP] * 50 + [DOWN], "mixed"),
        ([DOWN, DOWN, DOWN, FLAT], "points-to-harm"),
        ([DOWN, DOWN, FLAT], "mixed"),
        ([DOWN, DOWN, DOWN, UP], "mixed"),
    ],
)
def test_label_at_every_edge(directions: list[Direction], label: str) -> None:
    assert label_of(directions, RULE) == label


def test_a_programme_studied_often_is_one_study_and_mixed_where_its_findings_differ() -> None:
    same = [finding("cut-of-2002", UP), finding("cut-of-2002", UP, "randomised")]
    (study,) = studies(same, RULE)
    assert (study.direction, study.randomised) == (UP, True)
    (study,) = studies([*same, finding("cut-of-2002", FLAT)], RULE)
    assert study.direction == BOTH


@pytest.mark.parametrize("design", ["review", "before-after", "survey-or-qualitative", "monitoring"])
def test_a_design_without_comparison_lifts_nothing(design: str) -> None:
    made = syntheses([finding("a", UP), *(finding(f"b{n}", UP, design) for n in range(9))])
    (only,) = made.values()
    assert (only.label, len(only.studies), only.certainty) == ("not-enough-known", 1, 1)


def test_forms_and_outcomes_have_labels_of_their_own() -> None:
    findings = [
        Finding("made-up-type", form, outcome, direction, "randomised", family)
        for form, outcome, direction, family in [
            ("a", "employment", UP, "x"),
            ("a", "employment", UP, "y"),
            ("b", "employment", DOWN, "x"),
            ("b", "employment", DOWN, "y"),
            ("a", "language", UP, "x"),
        ]
    ]
    made = syntheses(findings)
    assert {key[1:]: one.label for key, one in made.items()} == {
        ("a", "employment"): "first-signs",
        ("b", "employment"): "points-to-harm",
        ("a", "language"): "not-enough-known",
    }
    assert [one.label for one in in_order(made.values())] == ["first-signs", "points-to-harm", "not-enough-known"]


def test_the_label_is_of_all_studies_and_the_group_stands_beside() -> None:
    found = [finding(f"s{n}", UP, for_whom=("refugees",) if n < 1 else ("youth",)) for n in range(3)]
    (made,) = syntheses(found).values()
    assert made.label == "consistent"
    assert [study.family for study in made.among("refugees")] == ["s0"]
    assert made.among("elderly") == ()


@pytest.mark.parametrize(
    ("countries", "one"),
    [([("DK",), ("DK",)], "DK"), ([("DK",), ("SE",)], None), ([("DK",), ()], None), ([("DK",)], None)],
)
def test_one_country_is_said_only_where_every_study_tells_it(countries: list[tuple[str, ...]], one: str | None) -> None:
    (made,) = syntheses(finding(f"s{n}", UP, countries=where) for n, where in enumerate(countries)).values()
    assert made.one_country == one


@pytest.mark.parametrize(
    ("total", "drawn", "countries", "mark"),
    [
        (0, 0, 1, 0),
        (1, 1, 1, 1),
        (2, 2, 2, 2),
        (3, 1, 2, 3),
        (3, 2, 1, 4),
        (5, 5, 2, 4),
        (6, 2, 1, 4),
        (6, 1, 2, 3),
        (6, 2, 2, 5),
    ],
)
def test_mark_for_how_much_was_studied(total: int, drawn: int, countries: int, mark: int) -> None:
    found = [
        finding(f"s{n}", FLAT, "randomised" if n < drawn else "comparison-group", countries=(f"C{n % countries}",))
        for n in range(total)
    ]
    assert certainty_of(studies(found, RULE), RULE) == mark


def slow_label(findings: list[Finding]) -> str:
    """The rule told once more, without the code under test."""
    families: dict[str, set[str]] = defaultdict(set)
    for one in findings:
        if one.design in ("randomised", "comparison-group"):
            families[one.study_family].add(one.direction)
    said = [next(iter(found)) if len(found) == 1 else "mixed" for found in families.values()]
    up, down, n = said.count("improved"), said.count("worsened"), len(said)
    if n < 2:
        return "not-enough-known"
    if n == 2:
        pair = {up: "first-signs", down: "points-to-harm", said.count("no-clear-effect"): "no-clear-effect"}
        return pair.get(2, "mixed")
    if down == 0 and up * 4 >= n * 3:
        return "consistent"
    if up == 0 and down * 4 >= n * 3:
        return "points-to-harm"
    return "no-clear-effect" if said.count("no-clear-effect") == n else "mixed"


tiny = st.builds(
    finding,
    st.sampled_from("abcdefghij"),
    st.sampled_from(DIRECTIONS),
    st.sampled_from(["randomised", "comparison-group", "review", "before-after"]),
)


@given(st.lists(tiny, min_size=1, max_size=25))
def test_labels_equal_a_slow_calculation_in_any_order(findings: list[Finding]) -> None:
    (one,) = syntheses(findings).values()
    (other,) = syntheses(reversed(findings)).values()
    assert one == other
    assert one.label == slow_label(findings)


@given(st.lists(st.sampled_from(DIRECTIONS), min_size=0, max_size=12))
def test_a_worse_finding_never_makes_a_better_label(directions: list[Direction]) -> None:
    good = ("consistent", "first-signs")
    if label_of(directions, RULE) not in good:
        assert label_of([DOWN if one == UP else one for one in directions], RULE) not in good
    assert label_of([*directions, DOWN], RULE) not in good
