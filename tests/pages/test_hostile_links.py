"""Whatever stands in a link to Explore: a message or nothing, never a crash."""

from __future__ import annotations

import corpora
import pytest
import screen
from screen import Visit

FACETS = (
    "country",
    "target-group",
    "sector",
    "governance",
    "funding",
    "result",
    "shows",
    "status",
    "evidence",
    "source",
)
STRICT = (*FACETS, "all-groups", "undated", "from", "to", "coverage")  # what is not understood is said
PARAMETERS = (*STRICT, "q", "sort", "view", "page")
UNDERSTOOD = {
    ("evidence", "0"),
    ("evidence", "none"),
    ("coverage", "0"),
    ("all-groups", "1"),
    ("undated", "1"),
}
OWN = (
    "'; DROP TABLE practice; --",
    "999",
    "-1",
    "²",
    "٣",
    "1.5",
    "ZZ",
    "it",
    "IT ",
    "bogus",
    "../../etc/passwd",
    "[x](https://evil.example)",
    "<b>bold</b>",
    "line\nbreak\ttab\r\x00\x1b",
    "\u202eright to left",
    "x" * 20_000,
    "9" * 5_000,
    "0" * 10 + "1" * 5_000,
    "%s%n{0}${jndi}",
)
SAMPLE = 2  # values for each parameter, in turn, so that each value meets several parameters


def values() -> list[str]:
    """Return the hostile values: our own, and those of the larger corpora where they are."""
    return [*OWN, *corpora.lines("own/query_param_values.txt")]


def sampled(parameter: str) -> list[str]:
    every = values()
    first = PARAMETERS.index(parameter) * SAMPLE
    return [every[(first + step) % len(every)] for step in range(SAMPLE)]


def named(value: object) -> str:
    return ascii(value)[1:-1][:24].replace("\\", "/")


@pytest.mark.corpora
@pytest.mark.parametrize("parameter", STRICT)
def test_a_tampered_filter_is_left_out_and_said(visit: Visit, parameter: str) -> None:
    for value in sampled(parameter):
        app = visit("explore", **{parameter: value})
        assert not app.exception, value
        assert screen.title(app) == "Explore practices", value
        if (parameter, value) not in UNDERSTOOD:
            assert len(app.warning) == 1, value
            assert app.warning[0].value.startswith("We ignored part of this link: "), value
            assert len(app.warning[0].value) < 200, value
            assert screen.sentence(app) == "All 325 practices.", value


@pytest.mark.corpora
@pytest.mark.parametrize("parameter", ["sort", "view", "page"])
def test_a_tampered_way_to_show_falls_back_to_the_usual_one(visit: Visit, parameter: str) -> None:
    for value in (*sampled(parameter), "bogus"):
        app = visit("explore", **{parameter: value})
        assert not app.exception, value
        assert screen.sentence(app) == "All 325 practices.", value
        assert len(screen.card_ids(app)) == 10, value


@pytest.mark.corpora
def test_any_text_can_be_searched_for(visit: Visit) -> None:
    for value in values():
        app = visit("explore", q=value)
        assert not app.exception, value
        assert screen.title(app) == "Explore practices", value


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("country", "ZZ"),
        ("from", "1899"),
        ("to", "٢٠٢٠"),
        ("coverage", "101"),
        ("undated", "yes"),
    ],
)
def test_a_value_that_cannot_be_is_named_in_the_message(visit: Visit, parameter: str, value: str) -> None:
    app = visit("explore", **{parameter: value})
    assert value in screen.as_read(app.warning[0].value)
    assert screen.sentence(app) == "All 325 practices."


def test_what_is_understood_of_a_link_still_holds_beside_what_is_not(visit: Visit) -> None:
    narrow = screen.sentence(visit("explore", country="IT", sector="housing-and-settlement"))
    app = visit("explore", country=["IT", "ZZ", "IT"], sector=["housing-and-settlement", ""])
    assert screen.sentence(app) == narrow
    assert screen.sentence(app).endswith(" practices in Italy on housing and settlement.")
    assert "country ZZ is unknown" in screen.as_read(app.warning[0].value)


def test_a_period_that_ends_before_it_begins_is_left_out_and_said(visit: Visit) -> None:
    app = visit("explore", **{"from": "2020", "to": "2010"})
    assert "ends before it begins" in app.warning[0].value
    assert screen.sentence(app) == "All 325 practices."


@pytest.mark.parametrize(
    "page",
    ["0", "34", "1.0", "²", "000001" + "9" * 5_000],
    ids=named,
)
def test_a_page_that_does_not_exist_shows_the_first(visit: Visit, page: str) -> None:
    app = visit("explore", page=page)
    assert not app.exception
    assert "1–10 of 325; the download has all" in [caption.value for caption in app.caption]
    assert len(screen.card_ids(app)) == 10
    assert screen.as_read(app.warning[0].value).startswith("We ignored part of this link: page ")


@pytest.mark.parametrize(
    ("page", "param"),
    [
        ("explore", "view"),
        ("explore", "sort"),
        ("explore", "page"),
        ("evidence", "view"),
        ("evidence", "page"),
        ("communities", "view"),
        ("gaps", "down"),
    ],
)
def test_an_unknown_choice_in_a_link_is_said(visit: Visit, page: str, param: str) -> None:
    app = visit(page, **{param: "no<b>thing"})
    assert not app.exception
    assert [screen.as_read(one.value) for one in app.warning] == [
        f"We ignored part of this link: {param} no<b>thing is unknown"
    ]


@pytest.mark.parametrize("page", ["evidence", "communities"])
def test_an_order_where_there_is_one_order_only_is_said(visit: Visit, page: str) -> None:
    told = [one.value for one in visit(page, sort="newest").warning]
    assert told == ["We ignored part of this link: sort is unknown"]


def test_groups_by_what_is_filtered_are_no_mistake_of_the_link(visit: Visit) -> None:
    assert not visit("explore", view="groups", group="country", country="IT").warning
    assert visit("explore", view="groups", group="colour").warning


def test_many_values_at_once_are_taken(visit: Visit) -> None:
    app = visit("explore", country=["IT", *(f"Z{number}" for number in range(300))], q="x" * 5_000)
    assert not app.exception
    assert "in Italy" in screen.sentence(app)


def test_unknown_parameters_are_ignored(visit: Visit) -> None:
    app = visit("explore", utm_source="newsletter", country="IT", **{"__proto__": "x", "": "y"})
    assert not app.exception
    assert not app.warning
    assert "in Italy" in screen.sentence(app)


def test_a_coverage_between_two_steps_of_the_slider_is_kept(visit: Visit) -> None:
    app = visit("explore", coverage="33")
    assert not app.exception
    assert screen.all_open(app).slider(key="minimum_coverage").value == 33
    app.multiselect(key="country").select("IT").run()
    assert app.query_params == {"coverage": "33", "country": "IT"}


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("page", "title"), [("practice", "Which practice?"), ("self_assessment", "Assess your own practice")]
)
def test_a_tampered_practice_never_breaks_a_page(visit: Visit, page: str, title: str) -> None:
    for value in values():
        app = visit(page, practice=value)
        assert not app.exception, value
        assert screen.title(app) == title, value


def test_a_practice_that_is_not_there_is_named_and_the_others_are_shown(visit: Visit) -> None:
    app = visit("explore", id=["accelair", "nope"])
    assert screen.as_read(app.warning[0].value) == "We ignored part of this link: id nope is unknown"
    assert any("1 practice " in screen.as_read(str(one.value)) for one in app.markdown)


EVERY_PAGE = {
    "overview": ("outcome", "target-group", "country"),
    "what_works": ("outcome", "type"),
    "explore": ("sector", "view", "sort", "page"),
    "compare": ("practice",),
    "evidence": ("view", "theme"),
    "communities": ("page",),
    "gaps": ("map", "down", "shown"),
    "weighting": ("free", "reading", "weights"),
    "needs": ("who", "off"),
    "practice": ("practice",),
    "transfer": ("practice",),
    "self_assessment": ("step",),
}


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_what_is_empty_or_repeated_leaves_the_address_and_what_is_unknown_is_said_once(page: str, visit: Visit) -> None:
    for parameter in EVERY_PAGE[page]:
        app = visit(page, **{parameter: ["", "bogus", "bogus"]})
        assert app.query_params[parameter] == "bogus", parameter
        said = [one.value for one in (*app.warning, *app.error, *app.markdown) if "bogus" in one.value]
        assert len(said) == 1, (parameter, said)
        assert said[0].count("bogus") == 1, parameter
        assert parameter not in visit(page, **{parameter: ["", " "]}).query_params, parameter
