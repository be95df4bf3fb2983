"""Several forms: disagreements by size, agreement, one form whatever the order of the files, what moved in a year."""

from __future__ import annotations

import random
from datetime import date
from itertools import permutations

import pytest

from criteria.forms import agreement, disagreements, headline_moves, moves
from criteria.framework import ANSWER_IDS, DOCUMENTED, current_framework, evidence_fault
from practices_db.errors import PracticesError
from practices_db.files.self_assessment.form import OwnAnswer, OwnAssessment, Profile, new_form
from practices_db.files.self_assessment.merge import agreed, same_practice, together
from practices_db.files.self_assessment.similar_practices import nearest

FRAMEWORK = current_framework()


def a_form(chance: random.Random, name: str = "Ours") -> OwnAssessment:
    form = new_form(date(2026, 1, chance.randint(1, 28))).with_profile(
        name=name, sectors=tuple(chance.sample(["language", "digital", "employment"], chance.randint(0, 2)))
    )
    for one in FRAMEWORK.indicators:
        if chance.random() < 0.8:
            levels = [level for level in range(6) if evidence_fault(FRAMEWORK, one.id, level) is None]
            given = OwnAnswer(
                indicator=one.id,
                answer=chance.choice(ANSWER_IDS),
                evidence_level=chance.choice(levels),
                note=chance.choice(["", "as we see it", "in the report", "nobody asked"]),
                link=chance.choice(["", "https://example.org/a", "https://example.org/b"]),
            )
            form = form.with_answer(given)
    return form


@pytest.mark.parametrize("seed", range(12))
def test_the_merge_of_three_files_is_the_same_in_all_six_orders(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    forms = [a_form(chance) for _ in range(3)]
    merged = {agreed(order).model_dump_json() for order in permutations(forms)}
    assert len(merged) == 1
    told = {disagreements(FRAMEWORK, [form.form for form in order]) for order in permutations(forms)}
    assert len(told) == 1
    assert len({agreement(FRAMEWORK, [form.form for form in order]) for order in permutations(forms)}) == 1
    for one in told.pop():
        assert len({together(order, one.indicator_id) for order in permutations(forms)}) == 1


def test_what_is_disputed_stays_open_and_what_is_agreed_keeps_the_strongest_proof() -> None:
    one = new_form(date(2026, 1, 1)).with_answer(OwnAnswer(indicator="eff-result", answer="met", note="a"))
    one = one.with_answer(OwnAnswer(indicator="evi-comparison", answer="met"))
    other = new_form(date(2026, 1, 2)).with_answer(
        OwnAnswer(indicator="eff-result", answer="met", evidence_level=3, note="b", link="https://example.org")
    )
    other = other.with_answer(OwnAnswer(indicator="evi-comparison", answer="not-met"))
    merged = agreed([one, other])
    (kept,) = merged.answers
    assert (kept.answer, kept.evidence_level, kept.link, kept.note) == ("met", 3, "https://example.org", "a\nb")
    assert merged.saved_on == date(2026, 1, 2)


def test_disagreements_come_largest_first() -> None:
    first = {"eff-result": "met", "eff-every-group": "met", "eff-lasts": "met", "eff-completion": "met"}
    second = {
        "eff-result": "partly",
        "eff-every-group": "not-met",
        "eff-lasts": "not-documented",
        "eff-completion": "met",
    }
    found = disagreements(FRAMEWORK, [first, second])  # type: ignore[list-item]
    assert [(one.indicator_id, one.size) for one in found] == [
        ("eff-every-group", 1.0),
        ("eff-result", 0.5),
        ("eff-lasts", 0.25),
    ]
    told = {one.criterion_id: (one.alike, one.answered_by_several) for one in agreement(FRAMEWORK, [first, second])}  # type: ignore[list-item]
    assert told["effectiveness"] == (1, 4)
    assert told["partnership"] == (0, 0)


def test_files_of_different_practices_are_not_put_together() -> None:
    forms = [a_form(random.Random(1), "Welcome café"), a_form(random.Random(2), "Night school")]  # noqa: S311
    with pytest.raises(PracticesError, match="different practices"):
        same_practice(forms)
    same_practice([forms[0], a_form(random.Random(3), "WELCOME CAFE "), a_form(random.Random(4), "")])  # noqa: S311


def test_what_moved_since_last_year() -> None:
    before = {"eff-result": "not-met", "evi-comparison": "met", "sus-continued": "partly"}
    after = {"eff-result": "met", "evi-comparison": "not-documented", "sus-continued": "partly", "par-roles": "met"}
    moved = {one.indicator_id: (one.before, one.after, one.by) for one in moves(FRAMEWORK, before, after)}  # type: ignore[arg-type]
    assert moved == {
        "eff-result": ("not-met", "met", 1.0),
        "evi-comparison": ("met", "not-documented", None),
        "par-roles": (None, "met", None),
    }
    then, now = headline_moves(FRAMEWORK, before, after)["sustainability"]  # type: ignore[arg-type]
    assert then == now


def test_the_nearest_practice_comes_first_and_says_why() -> None:
    profile = Profile(sectors=("language",), target_groups=("women",), countries=("IT",), people_reached=100)
    cards = [
        {"id": "far", "sectors": ["health"], "target_groups": ["men"], "countries": ["IT"], "people_reached": 100},
        {"id": "some", "sectors": ["language"], "target_groups": [], "countries": ["DE"], "people_reached": None},
        {"id": "near", "sectors": ["language"], "target_groups": ["women"], "countries": ["IT"], "people_reached": 290},
        {"id": "big", "sectors": ["language"], "target_groups": ["women"], "countries": ["IT"], "people_reached": 301},
    ]
    found = nearest(profile, cards)
    assert [one.card["id"] for one in found] == ["near", "big", "some"]
    assert [reason.partition(":")[0] for reason in found[0].reasons] == [
        "same sector",
        "same target group",
        "same country",
        "similar size",
    ]
    assert nearest(Profile(), cards) == []


def test_a_documented_answer_is_one_of_three() -> None:
    assert {OwnAnswer(indicator="a", answer=one).documented for one in DOCUMENTED} == {True}
    assert not OwnAnswer(indicator="a", answer="not-applicable").documented
