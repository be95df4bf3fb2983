"""The method page: everything that is asked, and how answers become numbers."""

from __future__ import annotations

import screen
from screen import Visit

from criteria.framework import current_framework

FRAMEWORK = current_framework()


def test_every_indicator_is_listed_with_its_three_anchors(visit: Visit) -> None:
    lines = "\n".join(screen.bodies(visit("method"))).splitlines()
    for indicator in FRAMEWORK.indicators:
        (at,) = [number for number, line in enumerate(lines) if line.startswith(f"- **{indicator.label}** (weight ")]
        assert f"(weight {indicator.weight:g}; " in lines[at], indicator.id
        anchors = [f"Met: {indicator.met}", f"Partly met: {indicator.partly}", f"Not met: {indicator.not_met}"]
        assert [line.strip().removeprefix("- ") for line in lines[at + 1 : at + 4]] == anchors, indicator.id


def test_every_criterion_and_every_question_is_there(visit: Visit) -> None:
    app = visit("method")
    labels = [expander.label for expander in app.expander]
    for criterion in FRAMEWORK.criteria:
        assert any(label.startswith(f"**{criterion.title}**") for label in labels), criterion.id
        assert any("(main score)" in label for label in labels if criterion.title in label) == criterion.headline
        for question in criterion.questions:
            assert f"##### {question.text}" in screen.bodies(app), question.id


def test_every_evidence_level_is_there(visit: Visit) -> None:
    (table,) = (table.value for table in visit("method").table if table.proto.alt == "Evidence levels")
    shown = zip(table["Level"], table["Proof"], strict=True)
    assert [(int(level), proof) for level, proof in shown] == [
        (level.level, level.label) for level in FRAMEWORK.evidence_levels
    ]


def test_the_minimum_coverage_said_is_that_of_the_framework(visit: Visit) -> None:
    text = "\n".join(screen.bodies(visit("method")))
    assert f"Below {round(100 * FRAMEWORK.minimum_coverage)} % coverage no score is shown" in text


def test_who_answered_is_counted_from_the_files(visit: Visit) -> None:
    text = screen.as_read("\n".join(screen.bodies(visit("method"))))
    rows = screen.rows("assessments")
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
