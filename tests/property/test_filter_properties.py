"""What must hold for every filter and every link."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from practices_db.catalogue.plain_text import normalise
from practices_db.catalogue.practice_filter import FACET, FACETS, PracticeFilter

ANY_CHARACTER = st.characters(codec=None)  # half surrogates too
PRINTABLE = st.characters().filter(str.isprintable)
PARAMS = [facet.param for facet in FACETS] + ["all-groups", "undated", "from", "to", "coverage", "q"]


@st.composite
def filters(draw: st.DrawFn) -> PracticeFilter:
    values: dict[str, Any] = {
        facet.field: tuple(draw(st.lists(st.sampled_from(facet.options()), max_size=3))) for facet in FACETS
    }
    years = sorted(draw(st.lists(st.integers(1900, 2100), max_size=2)))
    if len(years) == 2 or draw(st.booleans()):
        values |= dict(zip(("running_from", "running_to"), years, strict=False))
    else:
        values |= dict(zip(("running_to",), years, strict=False))
    values["all_target_groups"], values["undated"] = draw(st.booleans()), draw(st.booleans())
    values["minimum_coverage"] = draw(st.integers(0, 100))
    values["text"] = draw(st.text(PRINTABLE, max_size=60))
    return PracticeFilter.model_validate(values)


@given(filters())
def test_filter_comes_back_from_its_own_link(chosen: PracticeFilter) -> None:
    assert PracticeFilter.from_params(chosen.params()) == (chosen, [])


@given(filters())
def test_link_holds_text_only_and_nothing_empty(chosen: PracticeFilter) -> None:
    for param, values in chosen.params().items():
        assert param in PARAMS
        assert values
        assert all(isinstance(value, str) and value for value in values)


some_value = st.one_of(
    st.text(ANY_CHARACTER, max_size=300),
    st.integers().map(str),
    st.sampled_from([option for facet in FACETS for option in facet.options()]),
)


@given(
    st.dictionaries(
        st.one_of(st.sampled_from(PARAMS), st.text(ANY_CHARACTER, max_size=20)),
        st.lists(some_value, max_size=4),
        max_size=8,
    )
)
def test_no_link_is_too_strange(params: dict[str, list[str]]) -> None:
    chosen, dropped = PracticeFilter.from_params(params)
    for facet in FACETS:
        assert set(chosen.chosen(facet.field)) <= set(FACET[facet.field].options())
    for message in dropped:
        assert len(message) <= 100
        assert message.isprintable()
    assert PracticeFilter.from_params(chosen.params()) == (chosen, [])
    asked = {value for facet in FACETS for value in params.get(facet.param, ())}
    assert {value for facet in FACETS for value in chosen.chosen(facet.field)} <= asked


@given(filters())
def test_every_part_can_be_taken_away_and_none_is_left(chosen: PracticeFilter) -> None:
    left = chosen
    for field, value, _ in chosen.parts():
        before = left.parts()
        left = left.without(field, value)
        assert left.parts() == [part for part in before if part[:2] != (field, value)]
    assert left.is_empty
    assert left.in_words() == ""


@given(filters())
def test_every_value_chosen_is_said_in_words_on_one_line(chosen: PracticeFilter) -> None:
    words = chosen.in_words()
    assert (words == "") == chosen.is_empty
    assert words.isprintable()
    for field, _, said in chosen.parts():
        if field != "minimum_coverage":
            assert said.casefold() in words.casefold() or said == "Not stated"


@given(st.text(ANY_CHARACTER, max_size=80))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert once == " ".join(once.split())


LETTERS = st.characters(min_codepoint=0x20, max_codepoint=0x52F).filter(
    lambda c: not 0x300 <= ord(c) < 0x370 and ord(c) != 0x37A  # accents alone; iota subscript, which becomes a letter
)


@given(st.text(LETTERS, max_size=60))
def test_capitals_make_no_difference_to_the_search(text: str) -> None:
    assert normalise(text.upper()) == normalise(text) == normalise(text.lower())
