"""Explore: the link is the truth, the widgets follow it, and the sentence says what is shown."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import Any

import oracles
import pytest
import screen
from screen import Visit
from streamlit.testing.v1 import AppTest

HOUSING_IN_ITALY = {"country": "IT", "sector": "housing-and-settlement"}
EVERYONE = oracles.practices()


NOTHING_CHOSEN: dict[str, Any] = {facet: [] for facet in oracles.FACETS} | {
    "all_target_groups": False,
    "running_from": None,
    "running_to": None,
    "undated": False,
    "minimum_coverage": 0,
    "text": "",
}


def expected(**chosen: Any) -> list[oracles.Practice]:
    """Return the practices a filter finds, found the slow way."""
    return [one for one in EVERYONE if oracles.matches(one, NOTHING_CHOSEN | chosen)]


IN_ITALY = len(expected(country=["IT"], sector=["housing-and-settlement"]))
FOUND_IN_ITALY = f"{IN_ITALY} practices in Italy on housing and settlement."


def ids(practices: list[oracles.Practice]) -> list[str]:
    return sorted(one.id for one in practices)


# --- the link ----------------------------------------------------------------------------------------------


def test_without_a_filter_all_practices_are_shown(visit: Visit) -> None:
    app = visit("explore")
    assert screen.sentence(app) == "All 325 practices."
    assert screen.download_label(app) == "Download 325 practices (Excel workbook)"
    assert not app.warning
    assert not app.button  # nothing to clear


def test_a_link_shows_its_filter_in_words_with_the_same_count_on_the_download(visit: Visit) -> None:
    app = visit("explore", **HOUSING_IN_ITALY)
    assert not app.exception
    assert screen.sentence(app) == FOUND_IN_ITALY
    assert screen.download_label(app) == f"Download {IN_ITALY} practices (Excel workbook)"
    assert len(screen.card_ids(app)) == IN_ITALY
    assert sorted(screen.card_ids(app)) == ids(expected(country=["IT"], sector=["housing-and-settlement"]))


def test_a_link_sets_every_widget(visit: Visit) -> None:
    app = visit(
        "explore",
        country=["IT", "DE"],
        target_group=["women", "refugees"],
        all_groups="1",
        sector="employment",
        governance="local",
        funding="eu-fund",
        result="level-only",
        shows=["worse", "level-only"],
        type="work-placement",
        status="assessed",
        evidence="1",
        source="spring",
        coverage="15",
        undated="1",
        q="träning",
        **{"from": "2001", "to": "2030"},
    )
    assert not app.warning
    held = {widget.key: widget.value for widget in screen.all_open(app).multiselect}
    assert held == {
        "country": ["IT", "DE"],
        "target_group": ["women", "refugees"],
        "sector": ["employment"],
        "governance_level": ["local"],
        "funding_kind": ["eu-fund"],
        "result": ["level-only"],
        "effectiveness_group": ["worse", "level-only"],
        "measure_type": ["work-placement"],
        "assessment_status": ["assessed"],
        "evidence_level": ["1"],
        "source_kind": ["spring"],
    }
    assert app.toggle(key="all_target_groups").value is True
    assert app.slider(key="minimum_coverage").value == 15
    assert app.number_input(key="running_from").value == 2001
    assert app.number_input(key="running_to").value == 2030
    assert app.checkbox(key="undated").value is True
    assert app.text_input(key="text").value == "träning"


def test_a_link_keeps_working_through_the_next_run(visit: Visit) -> None:
    app = visit("explore", **HOUSING_IN_ITALY)
    before = screen.sentence(app)
    assert screen.sentence(app.run()) == before
    assert app.query_params == HOUSING_IN_ITALY


def test_coming_back_without_a_link_finds_the_filter_that_was_left(visit: Visit) -> None:
    visit("explore", **HOUSING_IN_ITALY, view="table", sort="name")
    visit("overview")
    app = visit("explore")
    assert screen.sentence(app) == FOUND_IN_ITALY
    assert app.query_params == {**HOUSING_IN_ITALY, "view": "table", "sort": "name"}


def test_coming_back_with_a_link_shows_that_link_and_not_what_was_left(visit: Visit) -> None:
    visit("explore", **HOUSING_IN_ITALY)
    visit("overview")
    app = visit("explore", country="DE")
    assert screen.sentence(app).endswith("in Germany.")
    assert app.query_params == {"country": "DE"}


def test_a_filter_that_was_cleared_does_not_come_back(visit: Visit) -> None:
    app = visit("explore", **HOUSING_IN_ITALY)
    app.button(key="clear-all").click().run()
    visit("overview")
    assert screen.sentence(visit("explore")) == "All 325 practices."


def test_another_visitor_does_not_get_the_filter_that_was_left(visit: Visit) -> None:
    visit("explore", **HOUSING_IN_ITALY)
    stranger = screen.opened()
    stranger.switch_page("../explore.py").run()
    assert screen.sentence(stranger) == "All 325 practices."


# --- the widgets -------------------------------------------------------------------------------------------


def test_choosing_a_value_writes_its_id_into_the_link_and_changes_the_sentence(visit: Visit) -> None:
    app = visit("explore")
    app.multiselect(key="country").select("IT").run()
    assert app.query_params == {"country": "IT"}
    assert screen.found(app) == len(expected(country=["IT"]))
    app.multiselect(key="sector").select("housing-and-settlement").run()
    assert app.query_params == HOUSING_IN_ITALY
    assert screen.sentence(app) == FOUND_IN_ITALY


def test_two_values_of_one_list_are_alternatives(visit: Visit) -> None:
    app = visit("explore", country="IT")
    app.multiselect(key="country").select("DE").run()
    assert app.query_params == {"country": ["IT", "DE"]}
    assert screen.found(app) == len(expected(country=["IT", "DE"])) > len(expected(country=["IT"]))
    each = {code: len(expected(country=[code])) for code in ("IT", "DE")}
    assert f": {each['IT']} in Italy, {each['DE']} in Germany" in screen.sentence(app)


def test_taking_the_last_value_out_of_a_list_shows_all_again(visit: Visit) -> None:
    app = visit("explore", country="IT")
    app.multiselect(key="country").unselect("IT").run()
    assert app.query_params == {}
    assert screen.sentence(app) == "All 325 practices."


def test_target_groups_can_be_asked_for_all_at_once(visit: Visit) -> None:
    app = visit("explore", target_group=["women", "refugees"])
    either = screen.found(app)
    app.toggle(key="all_target_groups").set_value(True).run()
    assert app.query_params == {"target-group": ["women", "refugees"], "all-groups": "1"}
    groups = ["women", "refugees"]
    assert either == len(expected(target_group=groups))
    assert screen.found(app) == len(expected(target_group=groups, all_target_groups=True)) < either
    assert "for women and refugees" in screen.sentence(app)


def test_the_toggle_for_all_groups_shows_only_where_there_are_several(visit: Visit) -> None:
    assert not visit("explore", target_group="women").toggle
    assert len(visit("explore", target_group=["women", "refugees"]).toggle) == 1


def test_options_carry_their_count_under_the_other_filters(visit: Visit) -> None:
    app = visit("explore", sector="housing-and-settlement")
    counts = oracles.facet_counts(EVERYONE, NOTHING_CHOSEN | {"sector": ["housing-and-settlement"]})
    assert f"Italy · Italia ({counts['country']['IT']})" in app.multiselect(key="country").options
    assert f"Women ({counts['target_group']['women']})" in app.multiselect(key="target_group").options
    # Its own choice is left aside in the list itself.
    assert f"Employment ({counts['sector']['employment']})" in app.multiselect(key="sector").options


def test_a_value_that_finds_nothing_stays_on_offer_with_a_zero(visit: Visit) -> None:
    app = visit("explore", q="no practice says this")
    assert "Italy · Italia (0)" in app.multiselect(key="country").options


def test_search_text_narrows_and_stands_in_the_link(visit: Visit) -> None:
    app = visit("explore", country="IT")
    app.text_input(key="text").set_value("  rome ").run()
    assert app.query_params["q"] == "rome"
    assert screen.found(app) == len(expected(country=["IT"], text="rome")) > 0
    assert "matching “rome”" in screen.sentence(app)


def test_the_period_narrows_and_may_take_in_what_states_no_year(visit: Visit) -> None:
    app = screen.all_open(visit("explore"))
    app.number_input(key="running_from").set_value(2015).run()
    app.number_input(key="running_to").set_value(2016).run()
    assert app.query_params == {"from": "2015", "to": "2016"}
    found = expected(running_from=2015, running_to=2016)
    assert screen.found(app) == len(found)
    no_end = sum(not oracles.ran_to(one, 2015) for one in found)
    no_start = sum(not oracles.ran_from(one, 2016) for one in found)
    assert screen.sentence(app) == (
        f"{len(found)} practices running between 2015 and 2016, or started before with no end stated, or ended later "
        f"with no start stated: {len(found) - no_end - no_start} known to run then, {no_end} with no end stated, "
        f"{no_start} with no start stated."
    )
    app.checkbox(key="undated").check().run()
    assert app.query_params["undated"] == "1"
    assert screen.found(app) == len(expected(running_from=2015, running_to=2016, undated=True))


def test_a_period_that_ends_before_it_begins_is_mended_and_not_a_crash(visit: Visit) -> None:
    app = screen.all_open(visit("explore", **{"from": "2010", "to": "2015"}))
    app.number_input(key="running_from").set_value(2020).run()
    assert not app.exception
    assert app.query_params == {"from": "2020", "to": "2020"}
    app.number_input(key="running_to").set_value(2012).run()
    assert not app.exception
    assert int(app.query_params["from"]) <= int(app.query_params["to"])


def test_an_end_of_the_period_set_before_its_beginning_is_the_one_that_stays(visit: Visit) -> None:
    app = screen.all_open(visit("explore", **{"from": "2010", "to": "2015"}))
    app.number_input(key="running_to").set_value(2005).run()
    assert app.query_params["to"] == "2005"
    assert app.number_input(key="running_to").value == 2005


def test_least_coverage_narrows(visit: Visit) -> None:
    app = screen.all_open(visit("explore"))
    app.slider(key="minimum_coverage").set_value(65).run()
    assert app.query_params == {"coverage": "65"}
    assert screen.found(app) == len(expected(minimum_coverage=65)) > 0


def _popovers(app: AppTest) -> list[str]:
    return [one.proto.popover.label for one in app.get("popover")]


def test_what_is_folded_is_drawn_when_it_is_opened_and_holds_before_and_after(visit: Visit) -> None:
    app = visit("explore", governance="local")
    assert [one.label for one in app.multiselect] == ["Country", "Target group", "Sector"]
    app.multiselect(key="country").select("IT").run()
    assert app.query_params == {"country": "IT", "governance": "local"}
    assert screen.all_open(app).multiselect(key="governance_level").value == ["local"]
    app.multiselect(key="funding_kind").select("eu-fund").run()  # the button says now that two are in use
    assert app.query_params == {"country": "IT", "governance": "local", "funding": "eu-fund"}
    app.session_state["more"] = False
    assert app.run().multiselect(key="funding_kind").value == ["eu-fund"]


def test_the_folded_filters_say_how_many_are_in_use(visit: Visit) -> None:
    assert "More" in _popovers(visit("explore"))
    app = visit("explore", coverage="50", governance="local", **{"from": "2000"})
    assert "More (3 in use)" in _popovers(app)


def test_a_value_that_finds_nothing_is_said_above_the_result(visit: Visit) -> None:
    app = visit("explore", country=["IT", "DE"], sector="housing-and-settlement", target_group="refugees")
    found = len(expected(country=["IT", "DE"], sector=["housing-and-settlement"], target_group=["refugees"]))
    assert screen.sentence(app) == (
        f"{found} practices for refugees on housing and settlement: {found} in Italy, none in Germany."
    )
    (copied,) = (json.loads(one.proto.json) for one in app.get("bidi_component") if "copied" in one.proto.json)
    assert copied["text"]["copied"].startswith(screen.sentence(app))
    assert "Best evidence on outcomes for people (" in copied["text"]["copied"]


def test_clear_all_shows_all_practices_and_keeps_view_and_order(visit: Visit) -> None:
    app = visit("explore", country=["IT", "DE"], q="rome", coverage="20", view="ranges", sort="newest")
    app.button(key="clear-all").click().run()
    assert app.query_params == {"view": "ranges", "sort": "newest"}
    assert screen.sentence(app) == "All 325 practices."
    assert app.text_input(key="text").value == ""
    assert app.multiselect(key="country").value == []


# --- nothing found -----------------------------------------------------------------------------------------

NOTHING = {"country": "MT", "sector": "digital", "target_group": "elderly"}


def _relaxations(app: AppTest) -> dict[str, str]:
    buttons = ((button.key or "", button.label) for button in app.button)
    return {key: screen.as_read(words) for key, words in buttons if key.startswith("relax-")}


def test_where_nothing_is_found_each_filter_is_offered_up_with_what_would_be_found(visit: Visit) -> None:
    app = visit("explore", **NOTHING)
    assert screen.found(app) == 0
    assert not screen.all_open(app).get("download_button")
    chosen = {"country": ["MT"], "sector": ["digital"], "target_group": ["elderly"]}
    without = {field: len(expected(**{k: v for k, v in chosen.items() if k != field})) for field in chosen}
    words = {"country": "Malta", "sector": "Digital", "target_group": "Older people"}
    assert _relaxations(app) == {
        f"relax-{field}": f"Without {words[field]}: {count} practice{'' if count == 1 else 's'}"
        for field, count in without.items()
    }
    assert not app.exception
    assert not screen.card_ids(app)


def test_giving_up_one_filter_finds_as_many_as_was_promised(visit: Visit) -> None:
    app = visit("explore", **NOTHING)
    best = next(button for button in app.button if (button.key or "").startswith("relax-"))
    promised = int(best.label.rsplit(":", 1)[1].split()[0])
    best.click().run()
    assert screen.found(app) == promised > 0
    assert len(app.query_params) == 2


def test_where_giving_up_one_filter_is_not_enough_it_says_so(visit: Visit) -> None:
    app = visit("explore", country="MT", sector="entrepreneurship", target_group="elderly", q="no such words")
    assert all(label.endswith(": 0 practices") for label in _relaxations(app).values())
    assert any("remove two" in body for body in screen.bodies(app))


# --- views, order, pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "cards", "drawn"),
    [("practices", IN_ITALY, 0), ("ranges", 0, 1), ("scores", 0, 1), ("table", 0, 1)],
)
def test_a_view_of_the_link_is_the_one_shown(visit: Visit, view: str, cards: int, drawn: int) -> None:
    app = visit("explore", **HOUSING_IN_ITALY, view=view)
    assert not app.exception
    assert app.radio(key="choose_view").value == view
    assert len(screen.card_ids(app)) == cards
    assert len(screen.charts(app)) + len(app.dataframe) == drawn
    assert screen.found(app) == IN_ITALY


@pytest.mark.parametrize("view", ["ranges", "scores", "table"])
def test_choosing_a_view_writes_it_into_the_link(visit: Visit, view: str) -> None:
    app = visit("explore", **HOUSING_IN_ITALY)
    app.radio(key="choose_view").set_value(view).run()
    assert app.query_params == {**HOUSING_IN_ITALY, "view": view}
    app.radio(key="choose_view").set_value("practices").run()
    assert app.query_params == HOUSING_IN_ITALY


def test_the_table_has_a_row_for_each_practice_and_blank_where_nothing_is_known(visit: Visit) -> None:
    app = visit("explore", **HOUSING_IN_ITALY, view="table", sort="name")
    table = app.dataframe[0].value
    order = oracles.in_order(expected(country=["IT"], sector=["housing-and-settlement"]), "name")
    names = {row["id"]: row["name"] for row in screen.rows("practices")}
    assert list(table["Practice"]) == [names[id_] for id_ in order]
    assessed = {row["practice_id"] for row in screen.rows("assessments")}
    for id_, score in zip(order, table["Effectiveness"], strict=True):
        if id_ not in assessed:
            assert score.strip() == "–", id_  # never zero
    for id_, told, evidence in zip(order, table["Result"], table["Evidence of the result"], strict=True):
        results = next(one.results for one in EVERYONE if one.id == id_)
        assert results[0]["effect_text"] in told if results else (told, evidence) == ("–", "–"), id_


def test_a_score_stands_with_its_range_in_one_cell_and_text_sorts_as_numbers_do(visit: Visit) -> None:
    table = visit("explore", status="effectiveness-scored", view="table").dataframe[0].value
    scores = sorted(table["Effectiveness"])
    assert [int(cell.split()[0]) for cell in scores] == sorted(int(cell.split()[0]) for cell in scores)
    nodes = [one.scores["effectiveness"] for one in EVERYONE if one.scores["effectiveness"].scored]
    wanted = [[int(number + Fraction(1, 2)) for number in (one.score, one.low, one.high)] for one in nodes]
    assert {cell.strip() for cell in scores} == {
        str(score) if low == high else f"{score} ({low}–{high})" for score, low, high in wanted
    }


def test_where_too_little_is_known_for_a_score_the_table_has_the_range_and_sorts_it_below_every_score(
    visit: Visit,
) -> None:
    table = visit("explore", status="assessed", view="table").dataframe[0].value
    by_name = {one.row["name"]: one for one in EVERYONE if one.answers}
    seen = set()
    for node, title in (("effectiveness", "Effectiveness"), ("sustainability", "Sustainability")):
        for name, cell in zip(table["Practice"], table[title], strict=True):
            score = by_name[name].scores[node]
            if score.scored:
                seen.add("scored")
                assert cell.strip()[0].isdigit()
            elif score.low is None:
                seen.add("not applicable")
                assert cell == "   not applicable"
            elif not score.answered:
                seen.add("nothing documented")
                assert cell == "    –"
            else:
                seen.add("not enough")
                low, high = (int(end + Fraction(1, 2)) for end in (score.low, score.high or 0))
                assert cell == f"   no score, between {low} and {high}"
        ranges = [cell for cell in table[title] if "no score" in cell]
        assert max(ranges) < min(cell for cell in table[title] if cell.strip()[0].isdigit())
    assert {"scored", "nothing documented", "not enough"} <= seen


def test_cards_say_the_result_with_its_mark_before_the_scores(visit: Visit) -> None:
    app = visit("explore")
    shown = screen.card_ids(app)
    told = [screen.as_read(body) for body in screen.bodies(app) if "- Effectiveness: " in screen.as_read(body)]
    by_id = {one.id: one for one in EVERYONE}
    for id_ in shown:
        (main, *more) = by_id[id_].results
        (at,) = (place for place, words in enumerate(told) if f": {main['effect_text']} (" in words)
        dots = oracles.mark(by_id[id_])
        assert "●" * dots + "○" * (5 - dots) in told[at]
        assert f"({dots} of 5)" in told[at]
        assert (f"and {len(more)} more result" in told[at]) == bool(more)
        assert told[at].index(f": {main['effect_text']} (") < told[at].index("- Effectiveness: ")
        for line, node in zip(told[at].splitlines()[-2:], oracles.HEADLINES, strict=True):
            own = by_id[id_].scores[node].strongest if by_id[id_].answers else None
            assert own is None or line.endswith(f"({own} of 5)")
            assert own is None or f" · strongest evidence of its answers: {'●' * own}{'○' * (5 - own)} " in line
    without = screen.card_ids(visit("explore", result="not-known"))
    assert not any(by_id[id_].results for id_ in without)
    assert sum("\n**No result known**\n" in body for body in screen.bodies(visit("explore", result="not-known"))) == 10


@pytest.mark.parametrize("direction", ["improved", "mixed", "no-clear-effect", "worsened", "level-only", "not-known"])
def test_practices_are_found_by_the_direction_of_their_main_result(visit: Visit, direction: str) -> None:
    app = visit("explore", result=direction)
    assert screen.found(app) == len(expected(result=[direction])) > 0


def test_practices_are_found_by_what_their_result_shows(visit: Visit) -> None:
    app = visit("explore", shows=["better-than-others", "worse"])
    wanted = expected(effectiveness_group=["better-than-others", "worse"])
    assert sorted(screen.card_ids(app)) == ids(wanted)
    numbers = [len(expected(effectiveness_group=[one])) for one in ("better-than-others", "worse")]
    better, worse = (f"{number or 'none'} whose result shows: " for number in numbers)
    assert f": {better}better than comparable people, {worse}worse" in screen.sentence(app)


@pytest.mark.parametrize("sort", ["result", "name", "documented", "effectiveness", "sustainability", "newest"])
def test_an_order_of_the_link_is_the_one_shown(visit: Visit, sort: str) -> None:
    app = visit("explore", sort=sort)
    assert app.selectbox(key="choose_sort").value == sort
    assert screen.card_ids(app) == oracles.in_order(EVERYONE, sort)[:10]


def test_choosing_an_order_writes_it_into_the_link_and_goes_to_the_first_page(visit: Visit) -> None:
    app = visit("explore", page="3")
    app.selectbox(key="choose_sort").set_value("name").run()
    assert app.query_params == {"sort": "name"}
    assert screen.card_ids(app) == oracles.in_order(EVERYONE, "name")[:10]


def test_an_order_is_offered_where_there_is_one_and_kept_where_there_is_none(visit: Visit) -> None:
    app = visit("explore", sort="name")
    for view in ("scores", "groups", "ranges", "table"):
        app.radio(key="choose_view").set_value(view).run()
        order = app.selectbox(key="choose_sort")
        assert (order.value, order.disabled) == ("name", view in ("scores", "groups")), view
        assert app.query_params["sort"] == "name"


def test_a_rerun_is_few_messages(visit: Visit) -> None:
    assert sum(1 for _ in visit("explore").main) <= 58, "containers, too: each costs the server and a browser"


def test_the_second_page_shows_rows_11_to_20(visit: Visit) -> None:
    app = visit("explore", page="2", sort="name")
    assert screen.card_ids(app) == oracles.in_order(EVERYONE, "name")[10:20]
    assert "11–20 of 325; the download has all" in [caption.value for caption in app.caption]


def test_all_pages_together_show_every_practice_once(visit: Visit) -> None:
    shown = [id_ for page in range(1, 5) for id_ in screen.card_ids(visit("explore", country="DE", page=str(page)))]
    assert sorted(shown) == ids(expected(country=["DE"]))
    assert len(shown) == len(set(shown)) > 10


def test_the_last_page_ends_where_the_practices_end(visit: Visit) -> None:
    app = visit("explore", page="33")
    assert "321–325 of 325; the download has all" in [caption.value for caption in app.caption]
    assert len(screen.card_ids(app)) == 5


def test_turning_the_page_writes_it_into_the_link(visit: Visit) -> None:
    app = visit("explore", sort="name")
    app.pagination[0].set_value(2).run()
    assert app.query_params == {"sort": "name", "page": "2"}
    assert screen.card_ids(app) == oracles.in_order(EVERYONE, "name")[10:20]
    app.pagination[0].set_value(1).run()
    assert app.query_params == {"sort": "name"}


def test_changing_a_filter_goes_to_the_first_page(visit: Visit) -> None:
    app = visit("explore", page="4")
    app.multiselect(key="country").select("DE").run()
    assert app.query_params == {"country": "DE"}


def test_no_page_is_offered_where_all_fits_on_one(visit: Visit) -> None:
    assert not visit("explore", **HOUSING_IN_ITALY).pagination


# --- text of strangers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "[click](https://evil.example)",
        "![x](https://evil.example/pixel.png)",
        "<img src=https://evil.example/x onerror=alert(1)>",
        "**bold** ~~struck~~ `code`",
        "$\\sqrt{2}$ :red[red] :material/home: :smile:",
        "https://evil.example/",
    ],
)
def test_markup_in_the_search_is_shown_as_text(visit: Visit, text: str) -> None:
    app = visit("explore", q=text)
    assert not app.exception
    assert f"“{text}”" in screen.sentence(app)
    sent_by_us = '<span id="result" tabindex="-1"></span>'  # where the link past the menu leads
    assert [one.proto.body for one in app.get("html")] == [sent_by_us]
    for sent in screen.strings(app):
        if sent == sent_by_us:
            continue
        live = re.sub(r"\\.", "", sent)  # without escaped signs: what Markdown still acts on
        for sign in ("](", "![", "<", "**bold", "~~", "`", "$", ":red", ":smile:", "://"):
            assert sign not in live, sent


def test_markup_in_a_dropped_value_is_shown_as_text(visit: Visit) -> None:
    app = visit("explore", country="[IT](https://evil.example)")
    (warning,) = app.warning
    assert "](https" not in warning.value
    assert "[IT](https://evil.example)" in screen.as_read(warning.value)


@pytest.mark.parametrize("view", ["scores", "ranges", "table"])
def test_a_range_that_is_the_score_is_not_said_twice(visit: Visit, view: str) -> None:
    app = visit("explore", view=view, country=["DE", "NL", "IT", "AT"])
    cells = [str(cell) for one in (*app.table, *app.dataframe) for cell in one.value.to_numpy().ravel()]
    assert any(re.search(r"\d", cell) for cell in cells)
    assert not [cell for cell in cells if re.search(r"\b(\d+)–\1\b", cell)]


def test_a_level_of_government_is_said_in_plain_english(visit: Visit) -> None:
    words = screen.sentence(visit("explore", governance=["local", "regional"]))
    assert re.search(r"\d+ at local level, \d+ at regional level\.", words)
    assert "at European level" in screen.sentence(visit("explore", governance="european"))


def test_what_is_known_is_no_small_print(visit: Visit) -> None:
    app = visit("explore", country="IT")
    known = " scored on both effectiveness and sustainability."
    assert sum(known in screen.as_read(one.value) for one in app.markdown) == 1
    assert not any(known in screen.as_read(one.value) for one in app.caption)
