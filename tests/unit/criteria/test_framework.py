"""Frameworks as data: the shipped one loads, and every kind of fault is named with its file and key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import oracles
import pytest
from pydantic import ValidationError

from criteria import framework as framework_module
from criteria.framework import (
    ANSWER_IDS,
    FRAMEWORKS,
    Framework,
    FrameworkError,
    current_framework,
    evidence_fault,
    framework_hash,
    load_framework,
    published_frameworks,
)
from practices_db.catalogue.vocabularies import HEADLINES

SHIPPED = (FRAMEWORKS / "integration-practices-1.0.0.toml").read_text(encoding="utf-8")
FIRST = published_frameworks()["integration-practices", "1.0.0"]
OUTCOME_DATA = ("criterion 'effectiveness'", "question 'outcomes'", "indicator 'eff-outcome-data'")
OBJECTIVES = ("criterion 'effectiveness'", "question 'design'", "indicator 'eff-objectives'")


def faulty(tmp_path: Path, old: str, new: str) -> str:
    """Put one fault into the shipped framework and return what is said about it."""
    assert old in SHIPPED
    path = tmp_path / "changed.toml"
    path.write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FrameworkError) as caught:
        load_framework(path)
    return str(caught.value)


@pytest.mark.parametrize("path", sorted(FRAMEWORKS.glob("*[0-9].toml")), ids=lambda path: path.stem)
def test_every_published_framework_loads_as_the_file_says_it(path: Path) -> None:
    framework = load_framework(path)
    assert path.stem == f"{framework.id}-{framework.version}"
    assert published_frameworks()[framework.id, framework.version] == framework


def test_nothing_of_1_0_0_is_lost_on_loading() -> None:
    content, framework = oracles.framework_content("1.0.0"), FIRST
    expected = [
        (
            criterion["id"],
            question["id"],
            indicator["id"],
            indicator.get("weight", 1.0),
            tuple(indicator["basis"]),
        )
        for criterion in content["criterion"]
        for question in criterion["question"]
        for indicator in question["indicator"]
    ]
    assert [
        (criterion.id, question.id, indicator.id, indicator.weight, indicator.basis)
        for criterion, question, indicator in framework.walk()
    ] == expected
    assert [indicator.id for indicator in framework.indicators] == [indicator for _, _, indicator, _, _ in expected]
    assert framework.minimum_coverage == content["minimum_coverage"] == 0.65
    assert {option.id: option.value for option in framework.answers} == {
        "met": 1.0,
        "partly": 0.5,
        "not-met": 0.0,
        "not-documented": None,
        "not-applicable": None,
    }
    assert [framework.evidence_label(level["level"]) for level in content["evidence_level"]] == [
        level["label"] for level in content["evidence_level"]
    ]


def test_headline_criteria_are_the_ones_cards_are_made_of() -> None:
    assert tuple(criterion.id for criterion in current_framework().headlines) == HEADLINES
    assert HEADLINES == ("effectiveness", "sustainability")


def test_words_and_values_of_answers_are_those_of_the_file() -> None:
    framework = FIRST
    assert [framework.value(answer) for answer in ANSWER_IDS] == [1.0, 0.5, 0.0, None, None]
    assert [framework.answer_label(answer) for answer in ANSWER_IDS] == [
        "Met",
        "Partly met",
        "Not met",
        "Not documented",
        "Not applicable",
    ]


def test_an_anchor_belongs_to_its_answer_and_to_no_undocumented_one() -> None:
    indicator = next(one for one in FIRST.indicators if one.id == "eff-comparison")
    assert [indicator.anchor(answer) for answer in ANSWER_IDS] == [
        "Outcomes are compared with a control or comparison group, or another credible counterfactual.",
        "Outcomes are compared with a baseline, a target or a national average.",
        "Outcomes stand alone.",
        None,
        None,
    ]


# key: what is wrong; words that must stand in the message
FAULTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "unknown key of an indicator": (
        "weight = 2.0",
        "wieght = 2.0",
        (*OUTCOME_DATA, "'wieght' is not known", "did you mean 'weight'?"),
    ),
    "unknown key at the top": (
        "minimum_coverage = 0.65",
        "minimum_coverge = 0.65",
        ("'minimum_coverge' is not known", "did you mean 'minimum_coverage'?"),
    ),
    "unknown key with nothing near": (
        'language = "en"',
        'language = "en"\nzzz = 1',
        ("'zzz' is not known", "language"),
    ),
    "missing key": (
        'label = "Measurable objectives"\n',
        "",
        (*OBJECTIVES, "'label' is missing"),
    ),
    "missing key, misspelt": (
        'label = "Measurable objectives"',
        'lable = "Measurable objectives"',
        (*OBJECTIVES, "'label' is missing", "'lable' meant"),
    ),
    "missing key at the top": (
        'title = "Integration practice assessment framework"\n',
        "",
        ("'title' is missing",),
    ),
    "blank text": ('label = "Measurable objectives"', 'label = "  "', (*OBJECTIVES, "label")),
    "wrong type: words for a number": (
        "weight = 2.0",
        'weight = "heavy"',
        (*OUTCOME_DATA, "weight", "'heavy'"),
    ),
    "wrong type: a number in quotes": ("weight = 2.0", 'weight = "2.0"', (*OUTCOME_DATA, "weight")),
    "wrong type: a number for text": (
        'label = "Measurable objectives"',
        "label = 5",
        (*OBJECTIVES, "label = 5"),
    ),
    "wrong type: words for true": (
        'headline = true\nsummary = "Does',
        'headline = "yes"\nsummary = "Does',
        ("criterion 'effectiveness'", "headline"),
    ),
    "wrong type: text for a list": ('basis = ["oecd-dac"]', 'basis = "oecd-dac"', (*OUTCOME_DATA, "basis")),
    "wrong type: a number in a list": (
        'basis = ["oecd-dac"]',
        'basis = ["oecd-dac", 1]',
        (*OUTCOME_DATA, "basis"),
    ),
    "wrong value in a list": (
        'basis = ["oecd-dac"]',
        'basis = ["OECD DAC"]',
        (*OUTCOME_DATA, "basis", "'OECD DAC'"),
    ),
    "wrong value: weight of nothing": ("weight = 2.0", "weight = 0", (*OUTCOME_DATA, "weight = 0")),
    "wrong value: negative weight": ("weight = 2.0", "weight = -1", (*OUTCOME_DATA, "weight = -1")),
    "wrong value: infinite weight": ("weight = 2.0", "weight = inf", (*OUTCOME_DATA, "weight = inf")),
    "wrong value: weight not a number": ("weight = 2.0", "weight = nan", (*OUTCOME_DATA, "weight = nan")),
    "wrong value: coverage above 1": (
        "minimum_coverage = 0.65",
        "minimum_coverage = 65",
        ("minimum_coverage = 65",),
    ),
    "wrong value: coverage of nothing": (
        "minimum_coverage = 0.65",
        "minimum_coverage = 0",
        ("minimum_coverage = 0",),
    ),
    "wrong value: version": ('version = "1.0.0"', 'version = "1.0"', ("version = '1.0'",)),
    "wrong value: id with blanks": (
        'id = "eff-objectives"',
        'id = "Eff objectives"',
        ("id = 'Eff objectives'",),
    ),
    "wrong value: not a web address": (
        'url = "https://webgate',
        'url = "webgate',
        ("source 'eu-bpp'", "url = 'webgate"),
    ),
    "wrong value: no basis": ('basis = ["oecd-dac"]', "basis = []", (*OUTCOME_DATA, "basis")),
    "duplicate indicator": (
        'id = "eff-comparison"',
        'id = "eff-objectives"',
        ("indicator", "'eff-objectives'", "once"),
    ),
    "duplicate indicator in another criterion": (
        'id = "inc-feedback"',
        'id = "eff-objectives"',
        ("indicator", "'eff-objectives'", "once"),
    ),
    "duplicate question": (
        'id = "outcomes"',
        'id = "design"',
        ("question", "'effectiveness'", "'design'", "once"),
    ),
    "duplicate criterion": (
        'id = "sustainability"',
        'id = "effectiveness"',
        ("criterion", "'effectiveness'", "once"),
    ),
    "duplicate source": ('id = "jrc-coin"', 'id = "emmie"', ("source", "'emmie'", "once")),
    "unknown basis": (
        'basis = ["oecd-dac"]',
        'basis = ["oecd-dca"]',
        ("'eff-outcome-data'", "basis", "'oecd-dca' is not known", "did you mean 'oecd-dac'?"),
    ),
    "unknown basis with nothing near": (
        'basis = ["oecd-dac"]',
        'basis = ["zzz"]',
        ("'eff-outcome-data'", "'zzz' is not known", "spring-grid", "jrc-coin"),
    ),
    "an answer too few": (
        '[[answer]]\nid = "partly"\nlabel = "Partly met"\nvalue = 0.5\n',
        "",
        ("answer", "met, partly, not-met, not-documented, not-applicable"),
    ),
    "an answer twice": (
        'id = "not-met"',
        'id = "met"',
        ("answer", "met, partly, not-met, not-documented, not-app"),
    ),
    "an answer of another name": (
        'id = "partly"',
        'id = "somewhat"',
        ("answer", "id = 'somewhat'", "'partly'"),
    ),
    "value on not-documented": (
        'label = "Not documented"',
        'label = "Not documented"\nvalue = 0.0',
        ("answer 'not-documented'", "value"),
    ),
    "value on not-applicable": (
        'label = "Not applicable"',
        'label = "Not applicable"\nvalue = 1.0',
        ("answer 'not-applicable'", "value"),
    ),
    "no value on partly": (
        'label = "Partly met"\nvalue = 0.5',
        'label = "Partly met"',
        ("answer 'partly'", "value"),
    ),
    "partly worth as much as met": ("value = 0.5", "value = 1.0", ("answer", "partly")),
    "partly worth as little as not met": ("value = 0.5", "value = 0.0", ("answer", "partly")),
    "met not worth 1": ("value = 1.0", "value = 0.9", ("answer", "met must be worth 1")),
    "answer worth more than 1": ("value = 1.0", "value = 1.5", ("answer 'met'", "value = 1.5")),
    "an evidence level too few": (
        "[[evidence_level]]\nlevel = 5",
        "[[evidence_level]]\nlevel = 4",
        ("evidence_level",),
    ),
    "evidence level beyond 5": ("level = 5", "level = 6", ("evidence_level", "level = 6")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_in_a_framework_is_named_with_file_and_key(fault: str, tmp_path: Path) -> None:
    old, new, words = FAULTS[fault]
    message = faulty(tmp_path, old, new)
    assert all(line.startswith("changed.toml: ") for line in message.splitlines()), message
    for word in words:
        assert word in message


def test_framework_without_a_headline_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "changed.toml"
    path.write_text(SHIPPED.replace("headline = true", "headline = false"), encoding="utf-8")
    with pytest.raises(FrameworkError, match=r"changed\.toml: criterion: .*headline = true"):
        load_framework(path)


def test_all_faults_of_a_framework_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "changed.toml"
    changed = SHIPPED.replace("weight = 2.0", "weight = -2", 1).replace('language = "en"', 'language = "English"')
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(FrameworkError) as caught:
        load_framework(path)
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert any("language = 'English'" in line for line in lines)
    assert any("weight = -2" in line for line in lines)


@pytest.mark.parametrize(
    "plural", ["criteria", "sources", "answers", "evidence_levels"], ids=lambda name: f"top-level {name}"
)
def test_a_list_called_by_its_plural_is_a_fault_and_no_crash(plural: str, tmp_path: Path) -> None:
    singular = {"criteria": "criterion"}.get(plural, plural.removesuffix("s"))
    path = tmp_path / "changed.toml"
    # every heading of the kind, the nested ones too, and a fault inside
    changed = re.sub(rf"\[\[{singular}\b", f"[[{plural}", SHIPPED).replace("label = ", "lable = ")
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(FrameworkError, match=rf"changed\.toml: top level: key '{plural}' is not known"):
        load_framework(path)


def test_items_that_are_no_tables_are_named_by_their_list(tmp_path: Path) -> None:
    path = tmp_path / "changed.toml"
    path.write_text("criterion = [1]\n" + SHIPPED.split("\n[[criterion]]", maxsplit=1)[0], encoding="utf-8")
    with pytest.raises(FrameworkError, match=r"changed\.toml: .*criterion.* = 1\b"):
        load_framework(path)


def test_bad_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    line = SHIPPED[: SHIPPED.index("weight = 2.0")].count("\n") + 1
    message = faulty(tmp_path, "weight = 2.0", "weight = ")
    assert message.startswith("changed.toml: is not valid TOML")
    assert f"line {line}" in message


def test_framework_that_is_not_utf8_is_refused_with_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes('id = "é"'.encode("latin-1"))
    with pytest.raises(FrameworkError, match=r"^latin\.toml: is not UTF-8 text \(byte 6\)$"):
        load_framework(path)


@pytest.mark.parametrize("name", ["nowhere.toml", "."])
def test_framework_that_cannot_be_read_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(FrameworkError, match="cannot be read"):
        load_framework(tmp_path / name)


@pytest.fixture
def other_frameworks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let frameworks be published from another folder for one test."""
    monkeypatch.setattr(framework_module, "FRAMEWORKS", tmp_path)
    published_frameworks.cache_clear()
    yield tmp_path
    published_frameworks.cache_clear()


def test_file_name_that_does_not_match_is_refused(other_frameworks: Path) -> None:
    (other_frameworks / "integration-practices-2.0.0.toml").write_text(SHIPPED, encoding="utf-8")
    with pytest.raises(FrameworkError) as caught:
        published_frameworks()
    message = str(caught.value)
    assert message.startswith("integration-practices-2.0.0.toml: ")
    assert "integration-practices-1.0.0.toml" in message


def test_two_versions_are_published_side_by_side(other_frameworks: Path) -> None:
    (other_frameworks / "integration-practices-1.0.0.toml").write_text(SHIPPED, encoding="utf-8")
    newer = SHIPPED.replace('version = "1.0.0"', 'version = "1.1.0"').replace("weight = 2.0", "weight = 3.0", 1)
    (other_frameworks / "integration-practices-1.1.0.toml").write_text(newer, encoding="utf-8")
    published = published_frameworks()
    assert list(published) == [("integration-practices", "1.0.0"), ("integration-practices", "1.1.0")]
    assert [
        next(one.weight for one in framework.indicators if one.id == "eff-outcome-data")
        for framework in published.values()
    ] == [2.0, 3.0]


# --- 2.0.0 ---------------------------------------------------------------------------------------------------

NEWER = (FRAMEWORKS / "integration-practices-2.0.0.toml").read_text(encoding="utf-8")
RESULT = published_frameworks()["integration-practices", "2.0.0"]


def test_nothing_of_2_0_0_is_lost_on_loading() -> None:
    content = oracles.framework_content("2.0.0")
    assert [(rule.id, rule.text) for rule in RESULT.rules] == [(rule["id"], rule["text"]) for rule in content["rule"]]
    told = [
        (one["id"], one.get("weight", 1.0), one.get("required", False), one.get("outcome", False), tuple(one["was"]))
        for criterion in content["criterion"]
        for question in criterion["question"]
        for one in question["indicator"]
    ]
    assert [(one.id, one.weight, one.required, one.outcome, one.was) for one in RESULT.indicators] == told
    assert {one.id: RESULT.minimum_coverage_of(one) for one in RESULT.criteria} == {
        one["id"]: one.get("minimum_coverage", content["minimum_coverage"]) for one in content["criterion"]
    }
    assert RESULT.minimum_coverage_of(RESULT.criteria[0]) == 0.5


def test_what_an_indicator_was_is_in_1_0_0() -> None:
    earlier = {one.id for one in published_frameworks()["integration-practices", "1.0.0"].indicators}
    assert {was for one in RESULT.indicators for was in one.was} <= earlier


def test_keys_of_2_0_0_leave_the_hash_of_1_0_0_as_it_was() -> None:
    shipped = framework_hash(published_frameworks()["integration-practices", "1.0.0"])
    assert shipped == "ccab361daac9364e16c3709231e7c8783f7dd820290e0043e43a37a061af5d0a"


@pytest.mark.parametrize("version", ["1.0.0", "2.0.0"])
def test_one_line_says_which_version_is_current(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framework_module, "CURRENT", ("integration-practices", version))
    assert current_framework().version == version


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("\n    required = true", "\n    requierd = true", ("indicator 'eff-result'", "did you mean 'required'?")),
        ("\n    required = true", '\n    required = "yes"', ("indicator 'eff-result'", "required")),
        ("\n    outcome = true", "\n    outcomes = true", ("indicator 'eff-result'", "did you mean 'outcome'?")),
        ('was = ["eff-follow-up"]', 'was = "eff-follow-up"', ("indicator 'eff-lasts'", "was")),
        ("minimum_coverage = 0.5 ", "minimum_coverage = 50 ", ("criterion 'effectiveness'", "minimum_coverage = 50")),
        ("minimum_coverage = 0.5 ", "minimum_cover = 0.5 ", ("criterion 'effectiveness'", "'minimum_coverage'?")),
        ('id = "one-unit"\ntext', 'id = "one-unit"\ntxt', ("rule 'one-unit'", "'text' is missing")),
        ('id = "one-unit"', 'id = "no-gain"', ("rule", "'no-gain'", "more than once")),
        ("[[rule]]", "[[rules]]", ("top level", "did you mean 'rule'?")),
    ],
)
def test_fault_in_a_new_key_is_named_too(old: str, new: str, words: tuple[str, ...], tmp_path: Path) -> None:
    assert old in NEWER
    path = tmp_path / "changed.toml"
    path.write_text(NEWER.replace(old, new) if old == "[[rule]]" else NEWER.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FrameworkError) as caught:
        load_framework(path)
    for word in words:
        assert word in str(caught.value)


def test_levels_of_a_measured_change_stand_at_outcomes_only() -> None:
    for one in RESULT.indicators:
        refused = [level for level in range(6) if evidence_fault(RESULT, one.id, level)]
        assert refused == ([] if one.outcome else [2, 4, 5]), one.id
    earlier = published_frameworks()["integration-practices", "1.0.0"]
    assert not any(evidence_fault(earlier, one.id, level) for one in earlier.indicators for level in range(6))
    said = evidence_fault(RESULT, "sus-continued", 2)
    assert said is not None
    assert "“Outlived its first funding”" in said
    assert "levels 0, 1, 3 can stand here" in said
    with pytest.raises(KeyError):
        evidence_fault(RESULT, "sus-nonsense", 2)


def parts(framework: Framework) -> list[tuple[Any, str]]:
    criterion = framework.criteria[0]
    return [
        (framework, "version"),
        (framework.answers[0], "value"),
        (framework.evidence_levels[0], "label"),
        (framework.sources[0], "url"),
        (criterion, "headline"),
        (criterion.questions[0], "text"),
        (criterion.questions[0].indicators[0], "weight"),
    ]


def test_no_part_of_a_framework_can_be_changed() -> None:
    for part, field in parts(FIRST):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(part, field, getattr(part, field))


def test_hash_follows_the_content_and_not_the_layout(tmp_path: Path) -> None:
    def hash_of(text: str) -> str:
        path = tmp_path / "other.toml"
        path.write_text(text, encoding="utf-8")
        return framework_hash(load_framework(path))

    shipped = framework_hash(FIRST)
    assert hash_of("# another remark\n\n" + SHIPPED.replace("weight = 2.0", "weight   =   2.0")) == shipped
    assert hash_of(SHIPPED.replace("weight = 2.0", "weight = 2.5", 1)) != shipped
    assert hash_of(SHIPPED.replace("Measurable objectives", "Measurable aims", 1)) != shipped
