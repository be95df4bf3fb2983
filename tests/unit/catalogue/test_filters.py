"""What somebody looks for: read from a link, checked, and said in words."""

from __future__ import annotations

import hostile
import pytest
from pydantic import ValidationError

from practices_db.catalogue.library_filter import PublicationFilter
from practices_db.catalogue.plain_text import normalise
from practices_db.catalogue.practice_filter import (
    DEFAULT_SORT,
    FACET,
    FACETS,
    SORTS,
    PracticeFilter,
    checked,
    checked_sort,
)
from practices_db.catalogue.vocabularies import label, nearest, vocabulary
from practices_db.curation.edit_library import found
from practices_db.errors import PracticesError
from practices_db.queries.full_text import Index

HOSTILE = [
    "",
    " ",
    "-1",
    "1e9",
    "9" * 5000,
    "NaN",
    "²",
    "१९९०",
    "%00",
    "\0",
    "../../etc/passwd",
    "IT' OR 1=1--",
    '"; DROP TABLE practice;--',
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "IT&country=FR",
    "[]",
    "\u202etxt.exe",
    "\U0001f4a5",
    "two\nlines\r\nthree",
    "\ud800 half a surrogate",
    "A" * 70_000,
]


def facet_ids(chosen: PracticeFilter) -> list[tuple[str, str]]:
    return [(facet.field, value) for facet in FACETS for value in chosen.chosen(facet.field)]


def assert_harmless(value: str) -> None:
    """Put one value into every parameter of a link: a sound filter and short messages must come out."""
    params = {facet.param: ["IT", value] for facet in FACETS}
    params |= {name: [value] for name in ("all-groups", "undated", "from", "to", "coverage", "q", "no-such", value)}
    chosen, dropped = PracticeFilter.from_params(params)
    for field, id_ in facet_ids(chosen):
        assert id_ in FACET[field].options()
    for message in dropped:
        assert len(message) <= 100
        assert message.isprintable(), message
    assert PracticeFilter.from_params(chosen.params()) == (chosen, [])


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value)[:30])
def test_hostile_value_in_a_link_is_dropped_with_a_short_message(value: str) -> None:
    assert_harmless(value)


@pytest.mark.corpora
def test_hostile_values_are_dropped_with_short_messages() -> None:
    for value in hostile.strings():
        assert_harmless(value)


def test_link_is_read_into_the_filter_it_says() -> None:
    chosen, dropped = PracticeFilter.from_params(
        {
            "country": ["IT", "DE"],
            "target-group": ["women", "youth"],
            "all-groups": ["1"],
            "sector": ["language"],
            "governance": ["local", "not-stated"],
            "funding": ["eu-fund"],
            "status": ["assessed"],
            "evidence": ["3", "none"],
            "source": ["ewsi"],
            "from": ["2015"],
            "to": ["2020"],
            "undated": ["1"],
            "coverage": ["65"],
            "q": ["  Łódź "],
        }
    )
    assert dropped == []
    assert chosen == PracticeFilter(
        country=("IT", "DE"),
        target_group=("women", "youth"),
        all_target_groups=True,
        sector=("language",),
        governance_level=("local", "not-stated"),
        funding_kind=("eu-fund",),
        assessment_status=("assessed",),
        evidence_level=("3", "none"),
        source_kind=("ewsi",),
        running_from=2015,
        running_to=2020,
        undated=True,
        minimum_coverage=65,
        text="Łódź",
    )


def test_link_holds_ids_and_only_what_is_narrowed() -> None:
    assert PracticeFilter().params() == {}
    chosen = PracticeFilter(country=("IT",), all_target_groups=True, running_to=1999, minimum_coverage=5, text="Zoë")
    assert chosen.params() == {
        "country": ["IT"],
        "all-groups": ["1"],
        "to": ["1999"],
        "coverage": ["5"],
        "q": ["Zoë"],
    }


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"country": ["Italy"]}, "country Italy is unknown"),
        ({"country": ["it"]}, "country it is unknown"),
        ({"sector": ["x" * 99]}, f"sector {'x' * 40} is unknown"),
        ({"status": ["not-stated"]}, "assessed and scored not-stated is unknown"),
        ({"from": ["1899"]}, "from 1899 is not a whole number from 1900 to 2100"),
        ({"to": ["2101"]}, "to 2101 is not a whole number from 1900 to 2100"),
        ({"from": ["+2000"]}, "from +2000 is not a whole number from 1900 to 2100"),
        ({"from": [""]}, "from “” is not a whole number from 1900 to 2100"),
        ({"coverage": ["101"]}, "coverage 101 is not a whole number from 0 to 100"),
        ({"coverage": ["-5"]}, "coverage -5 is not a whole number from 0 to 100"),
        ({"undated": ["yes"]}, "undated: yes"),
        ({"all-groups": ["0"]}, "all-groups: 0"),
        ({"country": ["a\nb"]}, "country a�b is unknown"),
        ({"from": ["2020"], "to": ["2019"]}, "from 2020 to 2019: the period ends before it begins"),
    ],
)
def test_what_a_link_says_wrongly_is_named_and_left_out(params: dict[str, list[str]], message: str) -> None:
    assert PracticeFilter.from_params(params) == (PracticeFilter(), [message])


def test_what_a_link_says_rightly_is_kept_beside_what_is_dropped() -> None:
    chosen, dropped = PracticeFilter.from_params(
        {"country": ["IT", "XX", "FR", "IT"], "from": ["2000"], "to": ["soon"]}
    )
    assert chosen == PracticeFilter(country=("IT", "FR"), running_from=2000)
    assert dropped == ["country XX is unknown", "to soon is not a whole number from 1900 to 2100"]


def test_what_is_too_long_or_too_many_is_named_by_its_limit_and_cut() -> None:
    chosen, dropped = PracticeFilter.from_params({"id": [f"p{at}" for at in range(150)], "q": ["é" * 1500]})
    assert (len(chosen.practice), chosen.text) == (100, "é" * 200)
    assert dropped == ["q is longer than 200 characters", "id names more than 100 practices"]
    found = PublicationFilter.from_params({"q": ["x" * 201]})
    assert found == (PublicationFilter(text="x" * 200), ["q is longer than 200 characters"])


def test_last_one_of_a_repeated_single_value_counts() -> None:
    assert PracticeFilter.from_params({"from": ["1990", "2000"], "q": ["one", "two"]}) == (
        PracticeFilter(running_from=2000, text="two"),
        [],
    )


@pytest.mark.parametrize(
    "text",
    [
        "språk og arbeid",
        "شبکه",
        "👩‍🏫 mentors",  # an emoji put together with U+200D
        "می‌خواهم",  # Persian, with a zero-width non-joiner
        "100\u00a0%",  # no-break space, as pasted from a page
        "two\twords",
        "two\nlines",
        "soft\u00adhyphen",
    ],
    ids=ascii,
)
def test_text_comes_back_from_its_own_link(text: str) -> None:
    chosen = PracticeFilter(text=text)
    again, dropped = PracticeFilter.from_params(chosen.params())
    assert dropped == []
    assert again == chosen
    assert again.words == chosen.words


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"country": ("Italy",)}, "'Italy' is not in the list of country ids; did you mean 'IT' (Italy)?"),
        ({"country": ("it",)}, "did you mean 'IT' (Italy)?"),
        ({"sector": ("languages",)}, "did you mean 'language' (Language)?"),
        ({"assessment_status": ("not-stated",)}, "'not-stated' is not in the list of assessment status ids"),
        ({"evidence_level": ("6",)}, "'6' is not in the list"),
        ({"running_from": 1899}, "1900"),
        ({"running_to": 2101}, "2100"),
        ({"running_from": 2020, "running_to": 2019}, "ends (2019) before it begins (2020)"),
        ({"minimum_coverage": 101}, "100"),
        ({"text": "x" * 201}, "200"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_filter_checks_whatever_it_is_given(values: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        PracticeFilter.model_validate(values)
    assert words in str(caught.value)


def test_filter_cannot_be_changed_and_holds_each_value_once() -> None:
    chosen = PracticeFilter(country=("IT", "FR", "IT"))
    assert chosen.country == ("IT", "FR")
    with pytest.raises(ValidationError, match="frozen"):
        chosen.country = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        (
            {"country": ["Grece"]},
            "--country: 'Grece' is not in the list of country ids; did you mean 'GR' (Greece)?",
        ),
        ({"target-group": ["refugee"]}, "did you mean 'refugees' (Refugees)?"),
        ({"governance": ["lokal"]}, "did you mean 'local' (Local)?"),
        ({"funding": ["eu_fund"]}, "did you mean 'eu-fund' (EU fund)?"),
        ({"source": ["zzzz"]}, "--source: 'zzzz' is not in the list of source kind ids"),
        ({"from": ["soon"]}, "from soon is not a whole number from 1900 to 2100"),
        ({"coverage": ["half"]}, "coverage half is not a whole number from 0 to 100"),
        ({"from": ["2020"], "to": ["2010"]}, "the period ends before it begins"),
    ],
)
def test_mistake_on_the_command_line_is_named_with_the_nearest_id(params: dict[str, list[str]], words: str) -> None:
    with pytest.raises(PracticesError) as caught:
        checked(params)
    assert words in str(caught.value)


def test_several_mistakes_on_the_command_line_are_all_named() -> None:
    with pytest.raises(PracticesError) as caught:
        checked({"country": ["Grece"], "sector": ["languages"], "from": ["soon"]})
    for words in ("'GR'", "'language'", "soon"):
        assert words in str(caught.value)


def test_right_command_line_passes() -> None:
    assert checked({"country": ["GR"], "to": ["2020"]}) == PracticeFilter(country=("GR",), running_to=2020)


@pytest.mark.parametrize("sort", SORTS)
def test_known_sort_order_is_kept(sort: str) -> None:
    assert checked_sort(sort) == sort


@pytest.mark.parametrize("value", ["", "Name", "score", "name; DROP TABLE practice", "c.id"])
def test_unknown_sort_order_is_the_default(value: str) -> None:
    assert checked_sort(value) == DEFAULT_SORT == "result"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, ""),
        ({"country": ("IT",)}, "in Italy"),
        (
            {"country": ("IT", "DE"), "sector": ("housing-and-settlement",)},
            "in Italy or Germany on housing and settlement",
        ),
        ({"country": ("IT", "DE", "FR")}, "in Italy, Germany or France"),
        ({"target_group": ("women", "youth")}, "for women or young people"),
        ({"target_group": ("women", "youth"), "all_target_groups": True}, "for women and young people"),
        (
            {
                "target_group": ("women", "youth", "elderly"),
                "all_target_groups": True,
                "country": ("IT", "DE"),
            },
            "in Italy or Germany for women, young people and older people",
        ),
        ({"country": ("not-stated",)}, "with no country stated"),
        ({"country": ("IT", "not-stated")}, "in Italy or with no country stated"),
        ({"funding_kind": ("eu-fund", "companies")}, "funded by EU fund or companies"),
        ({"evidence_level": ("3",)}, "with strongest evidence 3 · Independent evaluation"),
        ({"running_from": 2010}, "running in or after 2010, or started before with no end stated"),
        ({"running_to": 2010}, "running in or before 2010, or ended later with no start stated"),
        (
            {"running_from": 2010, "running_to": 2012},
            "running between 2010 and 2012, or started before with no end stated, or ended later with no start stated",
        ),
        (
            {"running_from": 2010, "running_to": 2010},
            "running in 2010, or started before with no end stated, or ended later with no start stated",
        ),
        (
            {"running_from": 2010, "undated": True},
            "running in or after 2010, or started before with no end stated, or with no year stated",
        ),
        (
            {"running_to": 2010, "undated": True},
            "running in or before 2010, or ended later with no start stated, or with no year stated",
        ),
        ({"undated": True}, ""),
        ({"minimum_coverage": 65}, "with at least 65 % of both headline scores documented"),
        ({"text": " Sprach Café "}, "matching “Sprach Café”"),
        (
            {"country": ("IT",), "running_to": 2000, "minimum_coverage": 10, "text": "x"},
            "in Italy, running in or before 2000, or ended later with no start stated, "
            "with at least 10 % of both headline scores documented, matching “x”",
        ),
    ],
)
def test_filter_in_words(values: dict[str, object], sentence: str) -> None:
    assert PracticeFilter.model_validate(values).in_words() == sentence


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({}, []),
        ({"undated": True, "all_target_groups": True}, []),
        (
            {"country": ("IT", "DE"), "sector": ("language",)},
            [("country", "IT", "Italy"), ("country", "DE", "Germany"), ("sector", "language", "Language")],
        ),
        (
            {"running_from": 2010},
            [("period", None, "running in or after 2010, or started before with no end stated")],
        ),
        ({"minimum_coverage": 5}, [("minimum_coverage", None, "coverage at least 5 %")]),
        ({"text": "Café"}, [("text", None, "“Café”")]),
    ],
)
def test_parts_are_what_narrows(values: dict[str, object], parts: list[tuple[str, str | None, str]]) -> None:
    chosen = PracticeFilter.model_validate(values)
    assert chosen.parts() == parts
    assert chosen.is_empty == (parts == [])


FULL = PracticeFilter(
    country=("IT", "DE"),
    target_group=("women",),
    sector=("language",),
    running_from=2010,
    running_to=2012,
    undated=True,
    minimum_coverage=5,
    text="x",
)


@pytest.mark.parametrize(
    ("field", "value", "changed"),
    [
        ("country", "IT", {"country": ("DE",)}),
        ("country", None, {"country": ()}),
        ("target_group", "women", {"target_group": ()}),
        ("country", "FR", {}),
        ("period", None, {"running_from": None, "running_to": None, "undated": False}),
        ("minimum_coverage", None, {"minimum_coverage": 0}),
        ("text", None, {"text": ""}),
    ],
)
def test_taking_one_narrowing_away_leaves_the_rest(field: str, value: str | None, changed: dict[str, object]) -> None:
    assert FULL.without(field, value) == PracticeFilter.model_validate(FULL.model_dump() | changed)


# However the name in a store and the words of a question are typed: in each pair they are the same.
ALIKE = [
    ("L’Atelier d’intégration", "l'atelier d'integration"),
    ("L'Atelier", "lʼatelier"),
    ("Vielfalt–Netz", "vielfalt-netz"),
    ("Vielfalt-Netz", "VIELFALT‑NETZ"),
    ("Integra\u00adtions\u00adlotsen", "integrationslotsen"),
    ("Integrationslotsen", "Integra\u00adtions\u200blotsen"),
    ("Malmö", "Malmo\u0308"),
    ("Malmo\u0308", "MALMÖ"),
]


@pytest.mark.parametrize(("name", "typed"), ALIKE)
def test_links_routes_command_line_and_searches_find_what_is_typed_otherwise(name: str, typed: str) -> None:
    for kind in (PracticeFilter, PublicationFilter):
        chosen, dropped = kind.from_params({"q": [typed]})
        assert dropped == []
        assert chosen == kind.from_params(chosen.params())[0]
        assert all(word in normalise(name) for word in chosen.words)
    assert checked({"q": [typed]}).words == normalise(name).split()
    assert [one.id for one in found([("a", name, "listed"), ("b", "Other", "listed")], typed, 5)] == ["a"]
    assert Index([("a", name, ""), ("b", "Other", "")]).find(typed) == ["a"]


def test_words_of_the_search_are_normalised() -> None:
    assert PracticeFilter(text="  Zürich,  ÉCOLE\u00a0").words == ["zurich,", "ecole"]
    assert PracticeFilter(text="\u0301").words == []


@pytest.mark.parametrize("facet", FACETS, ids=lambda facet: facet.field)
def test_options_of_a_facet_are_its_vocabulary_with_not_stated_last(facet: object) -> None:
    chosen = FACET[facet.field]  # type: ignore[attr-defined]
    options = chosen.options()
    assert options == [*vocabulary(chosen.field), *(["not-stated"] if chosen.may_be_missing else [])]
    assert len(set(options)) == len(options)
    assert all(label(chosen.field, option) for option in options)


def test_countries_are_two_letter_codes_in_the_order_of_their_names() -> None:
    countries = vocabulary("country")
    assert {"IT": "Italy", "GB": "United Kingdom", "XK": "Kosovo"}.items() <= countries.items()
    assert not {"EU", "UN", "ZZ", "001"} & set(countries)
    assert list(countries.values()) == sorted(countries.values())
    assert len(countries) == 250  # 249 of ISO 3166-1, and Kosovo


@pytest.mark.parametrize(
    ("word", "id_"), [("greece", "GR"), ("Grece", "GR"), ("gr", "GR"), ("xxxxxxxx", None), ("", None)]
)
def test_nearest_country_to_a_word(word: str, id_: str | None) -> None:
    assert nearest("country", word) == id_


def test_unknown_vocabulary_is_a_bug_and_loud() -> None:
    with pytest.raises(KeyError):
        vocabulary("colours")
