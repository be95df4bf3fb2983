"""The method page: everything that is asked, and how answers become numbers."""

from __future__ import annotations

import oracles
import screen
from screen import Visit
from streamlit.testing.v1 import AppTest

from criteria.framework import current_framework
from pages.shared.components import database
from practices_db.queries.figures import figures

FRAMEWORK = current_framework()


def test_every_indicator_is_listed_with_its_three_anchors(visit: Visit) -> None:
    lines = "\n".join(screen.bodies(visit("method"))).splitlines()
    for indicator in FRAMEWORK.indicators:
        (at,) = [number for number, line in enumerate(lines) if line.startswith(f"- **{indicator.label}** (weight ")]
        assert f"(weight {indicator.weight:g}" in lines[at], indicator.id
        assert ("required: no score without it" in lines[at]) == indicator.required, indicator.id
        assert (", outcome" in lines[at]) == indicator.outcome, indicator.id
        anchors = [f"Met: {indicator.met}", f"Partly met: {indicator.partly}", f"Not met: {indicator.not_met}"]
        assert [line.strip().removeprefix("- ") for line in lines[at + 1 : at + 4]] == anchors, indicator.id


def test_every_criterion_and_every_question_is_there(visit: Visit) -> None:
    app = visit("method")
    labels = [expander.label for expander in app.expander]
    for criterion in FRAMEWORK.criteria:
        assert any(label.startswith(f"**{criterion.title}**") for label in labels), criterion.id
        assert any("(main score)" in label for label in labels if criterion.title in label) == criterion.headline
        for question in criterion.questions:
            assert f"**{question.text}**" in screen.bodies(app), question.id


def test_every_evidence_level_is_there(visit: Visit) -> None:
    (table,) = (table.value for table in visit("method").table if table.proto.alt == "Evidence levels")
    shown = zip(table["Level"], table["Evidence"], strict=True)
    assert [(int(level), proof) for level, proof in shown] == [
        (level.level, level.label) for level in FRAMEWORK.evidence_levels
    ]


def test_the_minimum_coverage_said_is_that_of_each_criterion(visit: Visit) -> None:
    text = "\n".join(screen.bodies(visit("method")))
    shares = set()
    for criterion in FRAMEWORK.criteria:
        share = round(100 * FRAMEWORK.minimum_coverage_of(criterion))
        assert f"- {criterion.title}: from {share} % documented weight on" in text
        shares.add(share)
    assert len(shares) > 1
    assert "and only where “Result on the main outcome” is documented" in text


def test_the_rules_of_the_framework_are_there(visit: Visit) -> None:
    text = "\n".join(screen.bodies(visit("method")))
    assert FRAMEWORK.rules
    assert all(f"- {rule.text}" in text for rule in FRAMEWORK.rules)


def tables(app: AppTest) -> dict[str, list[dict[str, str]]]:
    return {table.proto.alt: table.value.to_dict("records") for table in app.table}


def test_figures_are_those_of_the_command(visit: Visit) -> None:
    app = visit("method")
    with database.cursor() as cursor:
        found = figures(cursor)
    shown = tables(app)["Pairs of practices that the scores tell apart"]
    for row, one in zip(shown, found.headlines, strict=True):
        assert list(row.values()) == [
            f"{one.criterion.title} ({one.scored})",
            f"{one.clear.pairs:,}",
            f"{one.clear.under['know-nothing']:,}",
            f"{one.clear_with_error.under['know-nothing']:,}",
            f"{one.clear_with_error.under_all:,}",
        ]
    text = "\n".join(screen.bodies(app))
    assert f"{found.assessed} are assessed, {found.with_result} have a known result" in text
    assert "No clear differences in effectiveness yet" in text
    assert "No clear differences in sustainability yet" not in text
    agreement = tables(app)["Agreement of two assessors by kind of second reading"]
    assert [row["The same"].partition(" (")[0] for row in agreement] == [
        f"{one.agreement.same} of {one.agreement.n}" for one in found.readings
    ]
    assert agreement[0]["Second reading"] == "Sources found and read anew"
    assert agreement[0]["Weighted kappa"].startswith("0.80 (")


def test_coverage_and_evidence_are_among_what_scores_may_follow(visit: Visit) -> None:
    app = visit("method")
    shown = tables(app)["Rank correlation of scores with documentation and size"]
    measures = [row["Measure"] for row in shown]
    assert any("(coverage)" in one for one in measures)
    assert any("Evidence level" in one for one in measures)
    assert "Length of our notes (characters)" in measures
    said = "\n".join(screen.bodies(app))
    assert said.count("a correlation is found four times in five only from ±") == 2
    assert "Nothing here says so" not in said


def test_who_answered_is_counted_from_the_files(visit: Visit) -> None:
    text = screen.as_read("\n".join(screen.bodies(visit("method"))))
    rows = screen.rows("assessments")
    old = {row["assessor"] for row in rows if row["framework_version"] != oracles.VERSION}
    rows = [row for row in rows if row["framework_version"] == oracles.VERSION]
    assert not any(f"*{assessor}*" in text for assessor in old - {row["assessor"] for row in rows})
    assert "Expert review by *spring-experts*" not in text
    for assessor in {row["assessor"] for row in rows}:
        for basis in {row["basis"] for row in rows if row["assessor"] == assessor}:
            own = [row for row in rows if (row["assessor"], row["basis"]) == (assessor, basis)]
            practices = len({row["practice_id"] for row in own})
            words = f"*{assessor}*: {practices:,} practice{'' if practices == 1 else 's'}, {len(own):,} answer"
            assert words in text


def test_every_source_of_the_framework_is_linked(visit: Visit) -> None:
    text = "\n".join(screen.bodies(visit("method")))
    for source in FRAMEWORK.sources:
        assert f"](<{source.url}>)" in text, source.id
