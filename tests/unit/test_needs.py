"""Needs: thirty written down beforehand, the rules of matching, the form in a link, the words, the brief."""

from __future__ import annotations

import csv
import io
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import oracles
import pytest
from benchmark_needs import asked_of, figures, read_from_words
from hypothesis import given
from hypothesis import strategies as st

from criteria.needs import REASONS, Candidate, Need, Pool, Ranking, match, nearest, stem
from practices_db.database.store import Store
from practices_db.files.briefs import as_html, as_pdf
from practices_db.files.briefs.needs_brief import needs_brief, needs_csv
from practices_db.queries import needs
from practices_db.queries.needs import (
    Asked,
    answer,
    filled_in,
    first_to_ask,
    from_params,
    not_documented,
    read_words,
    reason_words,
)

NEEDS = tomllib.loads((Path(__file__).parent.parent / "data" / "needs.toml").read_text(encoding="utf-8"))["need"]
PRACTICES = {row["id"]: row for row in oracles.read_csv(oracles.CATALOGUE / "practices.csv")}
TOWN_HALL = (
    "we are a municipality of 40,000, housing for young refugees leaving care, little money, "
    "we know nobody who has done it"
)
DAY = date(2026, 2, 3)


@pytest.fixture(scope="module")
def pool(store: Store) -> Pool:
    with store.cursor() as cursor:
        return needs.pool(cursor)


def shares(practice_id: str, need: dict[str, Any]) -> bool:
    row = PRACTICES[practice_id]
    return bool(
        set(oracles.several(row["sectors"])) & set(need["sectors"])
        and set(oracles.several(row["target_groups"])) & set(need["groups"])
    )


# --- the thirty --------------------------------------------------------------------------------------------


def test_there_are_thirty_needs_from_records_of_the_catalogue() -> None:
    publications = {row["id"] for row in oracles.read_csv(oracles.CATALOGUE / "evidence.csv")}
    assert len({need["id"] for need in NEEDS}) == 30
    assert [
        need["id"] for need in NEEDS if need["source"] not in PRACTICES and need["source"] not in publications
    ] == []
    assert [(need["id"], id_) for need in NEEDS for id_ in need["expected"] if not shares(id_, need)] == []


@pytest.mark.parametrize("need", NEEDS, ids=[need["id"] for need in NEEDS])
def test_the_first_three_share_sector_and_target_group_or_it_is_said_that_none_does(
    store: Store, pool: Pool, need: dict[str, Any]
) -> None:
    asked = asked_of(need)
    with store.cursor() as cursor:
        found = answer(cursor, asked, pool)
    assert len(found.matches) == sum(shares(id_, need) for id_ in PRACTICES)
    for one in found.matches[:3]:
        assert shares(one.id, need)
        assert one.has("sectors", "groups")
        words = [reason_words(held, asked) for held in one.reasons]
        assert all(len(said) > 10 for said in words)
    if not found.matches:
        assert any(said.startswith("No practice in the catalogue is on ") for said in not_documented(found))
        assert found.near
        assert not any(one.has("sectors", "groups") for one in found.near)


def test_matching_is_better_than_sorting_by_score_and_than_chance(store: Store) -> None:
    rows = figures(store)
    ours, score = rows["matching"], rows["sorted by score"]
    chance = rows["chance, among those that share sector and group"]
    for first in ("first 3", "first 5"):
        assert ours[first] > 1.5 * score[first], rows
        assert ours[first] > 1.5 * chance[first], rows
    without = rows["matching, without the practice the need was written from"]
    assert without["first 3"] > 1.4 * max(score["first 3"], chance["first 3"]), rows


def test_the_form_is_filled_from_words_alone() -> None:
    recall, right = read_from_words()
    assert recall > 0.85
    assert right > 0.7


# --- rules of matching -------------------------------------------------------------------------------------


def person(id_: str = "a", **said: Any) -> Candidate:
    return Candidate(id_, said.pop("name", id_.upper()), said.pop("text", ""), **said)


NEED = Need(
    sectors=("health",),
    groups=("women", "youth"),
    country="IT",
    level="local",
    size=100,
    money="little",
    words="dementia carers",
)


def test_each_reason_holds_only_where_the_record_says_so() -> None:
    full = person(
        sectors=("health",), groups=("women",), countries=("IT",), level="local", people_reached=500, budget_eur=90_000,
        evidence_level=5, transferred=True, text="carers of people with dementia",
    )  # fmt: skip
    (found,) = match(NEED, [full])
    held = {one.reason: one.share for one in found.reasons}
    assert held == {
        **dict.fromkeys(("sectors", "words", "country", "level", "size", "money", "proof", "carried"), 1.0),
        "groups": 0.5,
    }
    bare = person(sectors=("health",), groups=("women",))
    (found,) = match(NEED, [bare])
    assert {one.reason for one in found.reasons} == {"groups", "sectors"}


@pytest.mark.parametrize(
    ("reached", "asked", "near"),
    [(10, 100, True), (1000, 100, True), (1001, 100, False), (9, 100, False), (None, 100, False)],
)
def test_a_similar_number_is_within_ten_times(reached: int | None, asked: int, near: bool) -> None:
    one = person(sectors=("health",), groups=("women",), people_reached=reached)
    (found,) = match(replace_need(size=asked), [one])
    assert found.has("size") is near


def replace_need(**changes: Any) -> Need:
    return replace(NEED, **changes)


def test_what_shares_only_one_of_sector_and_group_is_no_match_but_the_nearest() -> None:
    pool = [person("a", sectors=("health",), groups=("elderly",)), person("b", sectors=("digital",), groups=("women",))]
    assert match(NEED, pool) == []
    assert {one.id for one in nearest(NEED, pool)} == {"a", "b"}


def test_a_reason_that_is_switched_off_counts_for_nothing_and_is_not_asked_for() -> None:
    one = person(sectors=("health",), groups=("elderly",), countries=("IT",))
    assert match(NEED, [one]) == []
    (found,) = match(NEED, [one], off=["groups"])
    assert {held.reason for held in found.reasons} == {"sectors", "country"}
    (found,) = match(NEED, [one], off=["groups", "country"])
    assert {held.reason for held in found.reasons} == {"sectors"}


@pytest.mark.parametrize("off", REASONS)
def test_no_match_shows_a_reason_that_is_off(pool: Pool, off: Any) -> None:
    asked = asked_of(NEEDS[0])
    assert not any(one.has(off) for one in match(asked.need(), pool, [off]))


@given(st.permutations(range(8)))
def test_the_order_does_not_hang_on_the_order_of_the_catalogue(order: list[int]) -> None:
    pool = [
        person(f"p{n}", sectors=("health",), groups=("women", "youth")[: 1 + n % 2], transferred=n % 3 == 0)
        for n in range(8)
    ]
    wanted = match(NEED, pool)
    assert match(NEED, [pool[n] for n in order]) == wanted


def test_one_more_reason_never_puts_a_practice_further_down(pool: Pool) -> None:
    need = asked_of(NEEDS[0]).need()
    before = [one.id for one in match(need, pool)]
    last = next(one for one in pool.all if one.id == before[-1])
    better = [replace(one, transferred=True, evidence_level=5) if one.id == last.id else one for one in pool.all]
    assert [one.id for one in match(need, better)].index(last.id) <= before.index(last.id)


@pytest.mark.parametrize("off", [(), ("words", "proof"), ("groups",), ("sectors", "country")])
@pytest.mark.parametrize("at", range(0, len(NEEDS), 3))
def test_order_is_that_of_the_reasons_that_are_said(pool: Pool, at: int, off: Any) -> None:
    need = replace(
        asked_of(NEEDS[at]).need(), level="local", size=200, money="little", have={"homes": ["flat", "room"]}
    )
    found = match(need, pool, off)
    names = {one.id: one.name.casefold() for one in pool.all}
    assert found == sorted(found, key=lambda one: (-round(one.total, 9), names[one.id], one.id))
    everyone = [one for one in pool.all if bool({*one.sectors} & {*need.sectors}) or "sectors" in off]
    everyone = [one for one in everyone if bool({*one.groups} & {*need.groups}) or "groups" in off]
    assert {one.id for one in found} == {one.id for one in everyone}
    ranking = Ranking(need, pool, off)
    assert ranking[2:5] == found[2:5]
    assert ranking[-1] == found[-1]


def test_scores_change_nothing(store: Store, pool: Pool) -> None:
    assert not any("score" in name for name in vars(pool.all[0]))
    with store.cursor() as cursor:
        first = answer(cursor, asked_of(NEEDS[3]), pool)
        again = answer(cursor, asked_of(NEEDS[3]), needs.pool(cursor))
    assert list(first.matches) == list(again.matches)
    assert [row["id"] for row in first.evidence] == [row["id"] for row in again.evidence]
    assert [(row["id"], why) for row, why in first.organisations] == [
        (row["id"], why) for row, why in again.organisations
    ]


@pytest.mark.parametrize(
    ("word", "beginning"),
    [("housing", "hous"), ("houses", "hous"), ("mentoring", "mentor"), ("care", "care"), ("families", "famil")],
)
def test_forms_of_a_word_share_a_beginning(word: str, beginning: str) -> None:
    assert stem(word) == beginning


# --- words and links ---------------------------------------------------------------------------------------


def test_the_town_halls_sentence_fills_the_form() -> None:
    read = read_words(TOWN_HALL)
    assert read.who == "municipality"
    assert read.inhabitants == 40_000
    assert read.sectors == ("housing-and-settlement",)
    assert set(read.groups) == {"refugees", "youth", "unaccompanied-minors"}
    assert read.money == "little"


def test_the_town_hall_gets_what_it_needs(store: Store, pool: Pool) -> None:
    with store.cursor() as cursor:
        found = answer(cursor, filled_in(Asked(words=TOWN_HALL)), pool)
    assert {"curant-co-housing-for-unaccompanied-young-adult-refugees", "acompanando-t"} <= {
        one.id for one in found.matches[:3]
    }
    assert "emn-curant-groundwork" in [row["id"] for row in found.evidence]
    asking = first_to_ask(found)
    assert "city-of-antwerp" in [row["id"] for row, _ in asking]
    assert any("Community of practice" in " ".join(why) for _, why in asking)
    assert len(asking) <= 12
    said = " ".join(not_documented(found))
    assert "40,000" in said
    assert "assessment" in said


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("a town of 12.500", 12_500),
        ("city with about 1 200 000 people", 1_200_000),
        ("8000 inhabitants", 8_000),
        ("we are 3", None),
    ],
)
def test_inhabitants_are_read_in_several_ways_of_writing(words: str, number: int | None) -> None:
    assert read_words(words).inhabitants == number


def test_what_somebody_chose_stays_when_words_are_read() -> None:
    asked = filled_in(Asked(words=TOWN_HALL, sectors=("health",), who="ngo"))
    assert asked.sectors == ("health",)
    assert asked.who == "ngo"
    assert "youth" in asked.groups


def test_other_words_replace_what_the_first_words_had_filled_in() -> None:
    first = filled_in(Asked(words="housing for women"))
    second = filled_in(replace(first, words="health of older people"), before="housing for women")
    assert (second.sectors, second.groups) == (("health",), ("elderly",))


@pytest.mark.parametrize("need", NEEDS, ids=[need["id"] for need in NEEDS])
def test_a_link_brings_a_need_back(need: dict[str, Any]) -> None:
    asked = replace(asked_of(need), size=120, inhabitants=40_000, have=("volunteers",), off=("country", "proof"))
    assert from_params(asked.params()) == (asked, [])


@given(
    st.dictionaries(
        st.sampled_from(
            ["who", "country", "sector", "target-group", "q", "people", "inhabitants", "money", "have", "off"]
        ),
        st.lists(st.text(), max_size=3),
    )
)
def test_whatever_stands_in_a_link_gives_a_need(params: dict[str, list[str]]) -> None:
    asked, dropped = from_params(params)
    assert from_params(asked.params()) == (asked, [])
    assert all(len(one) < 80 for one in dropped)


# --- taking it away ----------------------------------------------------------------------------------------


def test_the_brief_says_what_the_page_says(store: Store, pool: Pool) -> None:
    asked = filled_in(Asked(words=TOWN_HALL))
    with store.cursor() as cursor:
        found = answer(cursor, asked, pool)
        made = needs_brief(cursor, found, DAY)
    page = as_html(made)
    for one in found.matches[:5]:
        assert found.cards[one.id]["name"].replace("'", "&#39;") in page
        assert reason_words(one.reasons[0], asked) in page
    for said in not_documented(found):
        assert said in page
    assert "needs?" in page
    assert as_pdf(made).startswith(b"%PDF-1.7")


def test_a_need_that_nothing_meets_has_a_brief_too(store: Store, pool: Pool) -> None:
    with store.cursor() as cursor:
        found = answer(cursor, Asked(sectors=("digital",), groups=("elderly",)), pool)
        made = needs_brief(cursor, found, DAY)
    assert "None fits; the nearest" in as_html(made)


def test_the_csv_holds_every_match_with_its_reasons(store: Store, pool: Pool) -> None:
    with store.cursor() as cursor:
        found = answer(cursor, asked_of(NEEDS[0]), pool)
        made = needs_csv(cursor, found, DAY)
    table = list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"), newline="")))
    assert [row["id"] for row in table if row["what"] == "practice"] == [one.id for one in found.matches]
    assert [row["id"] for row in table if row["what"] == "publication"] == [row["id"] for row in found.evidence]
    assert all(row["reasons"] for row in table)
