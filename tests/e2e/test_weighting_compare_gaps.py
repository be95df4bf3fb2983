"""Journeys through weights, comparison and gap map: what is done by hand stands in the link and comes back from it."""

from __future__ import annotations

import re

import pytest
from app_server import Server
from browser_page import LOOKS, Looks, chart, click_mark, faults_everywhere, heading, sentence, settled
from conftest import NewContext
from playwright.sync_api import Locator, Page, expect

from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.queries import practices

pytestmark = pytest.mark.e2e

PLACES = {
    "weighting": "/weighting",
    "weighting, own weights": "/weighting?w=effectiveness:40&w=sustainability:60",
    "weighting, few left": "/weighting?w=effectiveness:50&w=inclusion:50",
    "compare": "/compare",
    "compare three": "/compare?practice=humanitarian-corridors&practice={}&practice=a-walk-to-museums",
    "gap map": "/gaps",
    "gap map, countries": "/gaps?down=country&shown=strongest",
    "groups": "/explore?view=groups",
    "groups by country": "/explore?view=groups&group=country",
}


@pytest.fixture(scope="module")
def scored(store: Store) -> dict[str, str]:
    """Return id and name of the practices scored on both headlines, in the order of the names."""
    with store.cursor() as cursor:
        rows = cursor.execute(
            "SELECT id, name FROM practice_card WHERE effectiveness_scored AND sustainability_scored "
            "ORDER BY name_key, id"
        ).fetchall()
    return dict(rows)


def sliders(page: Page) -> dict[str, str]:
    """Return the criteria's sliders by their names with the values they say."""
    found = page.get_by_role("main").get_by_role("slider").all()
    return {one.get_attribute("aria-label") or "": one.input_value() for one in found}


def slider(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name)


def fold(page: Page, words: str) -> Locator:
    """Return the fold with some words in its title."""
    return page.get_by_test_id("stExpander").filter(has=page.locator("summary").filter(has_text=words))


def told(page: Page) -> Locator:
    """Return how many pairs differ clearly: on each main score that can be ordered, and under the weights."""
    return page.get_by_role("main").get_by_role("paragraph").filter(has_text=re.compile("pairs? differs? clearly,"))


# --- weights -----------------------------------------------------------------------------------------------


def test_a_weight_set_by_keyboard_stands_in_the_link_and_comes_back_elsewhere(
    server: Server, page: Page, new_context: NewContext
) -> None:
    page.goto(server.url + "/weighting?sector=employment")
    settled(page)
    before = sliders(page)
    assert before["Effectiveness"] == before["Sustainability"] == "50"
    share, step = 50.0, float(slider(page, "Effectiveness").get_attribute("step") or 0)
    slider(page, "Effectiveness").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
        share += step
        # a slider that is drawn anew takes back a press that came meanwhile: what came of this one is waited for
        expect(page).to_have_url(re.compile(rf"[?&]w=effectiveness(:|%3A){share:g}(&|$)"))
        settled(page)
    expect(page).to_have_url(re.compile(r"[?&]sector=employment(&|$)"))
    settled(page)
    expect(slider(page, "Effectiveness")).to_have_value(f"{share:g}")
    expect(slider(page, "Sustainability")).to_have_value(f"{100 - share:g}")
    expect(page.get_by_role("radio", name="Your own")).to_be_checked()
    somebody_else = new_context().new_page()
    somebody_else.goto(page.url)
    settled(somebody_else)
    assert sliders(somebody_else) == sliders(page)
    expect(sentence(page)).to_have_count(1)
    expect(sentence(somebody_else)).to_have_text(sentence(page).all_inner_texts())
    expect(told(page)).not_to_have_count(0)
    expect(told(somebody_else)).to_have_text(told(page).all_inner_texts())
    assert somebody_else.get_by_role("table").all_inner_texts() == page.get_by_role("table").all_inner_texts()


def test_the_sliders_of_a_preset_say_its_weights_and_come_to_a_hundred(server: Server, page: Page) -> None:
    """A slider shows no value between two of its steps; 66.7 % must be one of them."""
    page.goto(server.url + "/weighting?weights=effectiveness-first")
    settled(page)
    assert sliders(page)["Effectiveness"] == "66.7"
    assert sum(float(value) for value in sliders(page).values()) == 100
    said = [one.get_attribute("aria-valuetext") or "" for one in page.get_by_role("slider").all()]
    assert sum(float(words.removesuffix(" %")) for words in said) == 100, said


def test_a_preset_is_chosen_by_a_click_and_taken_back_by_another(server: Server, page: Page) -> None:
    page.goto(server.url + "/weighting")
    settled(page)
    page.get_by_text("Equal", exact=True).click()
    expect(page).to_have_url(re.compile(r"/weighting\?weights=equal$"))
    weights = ["0", "33.3", "33.3", "0", "33.3", "0"]
    for name, weight in zip(sliders(page), weights, strict=True):
        expect(slider(page, name)).to_have_value(weight)
    page.get_by_text("Official", exact=True).click()
    expect(page).to_have_url(re.compile(r"/weighting\?weights=official$"))
    expect(slider(page, "Effectiveness")).to_have_value("50")


# --- comparison --------------------------------------------------------------------------------------------


def test_a_second_practice_is_typed_to_the_first_and_taken_away_again(
    server: Server, page: Page, scored: dict[str, str]
) -> None:
    (first, one), *_, (second, other) = scored.items()
    page.goto(f"{server.url}/practice?practice={first}")
    settled(page)
    page.get_by_role("link", name="Compare with others").click()
    expect(heading(page)).to_have_text("Compare practices")
    expect(page.get_by_text("Choose at least one more practice above.")).to_be_visible()
    settled(page)
    box = page.get_by_role("combobox", name=re.compile("^Practices to compare"))
    box.click()
    box.press_sequentially(other)
    expect(page.get_by_role("option", name=other, exact=True)).to_be_visible()
    box.press("Enter")
    box.press("Escape")
    expect(page).to_have_url(re.compile(rf"/compare\?practice={first}&practice={second}$"))
    expect(page.get_by_role("heading", name="Which differences are clear?")).to_be_visible()
    settled(page)
    for name in (one, other):
        expect(page.get_by_role("main").get_by_role("link", name=name, exact=True)).to_be_visible()
    found = page.get_by_role("main").get_by_role("listitem")
    for title in ("Effectiveness", "Sustainability"):
        expect(found.filter(has_text=re.compile(f"^{title}: .*(No clear difference|clearly higher)"))).to_have_count(1)
    page.get_by_role("button", name=re.compile(f"^Remove {re.escape(one)}")).click()
    expect(page).to_have_url(re.compile(rf"/compare\?practice={second}$"))
    expect(page.get_by_text("Choose at least one more practice above.")).to_be_visible()
    expect(page.get_by_role("heading", name="Which differences are clear?")).to_have_count(0)


@pytest.mark.parametrize(("wide", "words"), [(1280, "the same for all"), (390, "the same for both")])
def test_what_nobody_assessed_is_the_same_as_nothing(server: Server, page: Page, wide: int, words: str) -> None:
    page.set_viewport_size({"width": wide, "height": 800})
    page.goto(f"{server.url}/compare?practice=accelair&practice=acompanando-t&practice=a-walk-to-museums")
    unknown = page.get_by_role("row").filter(has_text="Not assessed")
    expect(unknown.first).to_be_visible()
    expect(page.get_by_text(words)).to_have_count(0)
    page.goto(f"{server.url}/compare?practice=accelair&practice=duo-for-a-job")
    expect(page.get_by_text(words).first).to_be_visible()


# --- gap map -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("down", "param"), [("target_group", "target-group"), ("country", "country")])
def test_a_cell_of_the_gap_map_leads_to_its_practices(
    server: Server, page: Page, store: Store, down: str, param: str
) -> None:
    page.goto(f"{server.url}/gaps?down={down}")
    settled(page)
    words = param.replace("-", " ")
    map_ = chart(page, f"Practices for each pair of sector and {words}; a dashed frame means none")
    cells = map_.locator("g.mark-rect.role-mark").last.locator("path")
    click_mark(page, cells.nth(12))
    expect(page).to_have_url(re.compile(rf"/explore\?(?=.*{param}=)(?=.*sector=)"))
    settled(page)
    told_there = sentence(page).inner_text()
    ids = dict(re.findall(r"([a-z-]+)=([^&]+)", page.url.partition("?")[2]))
    assert set(ids) == {param, "sector"}
    with store.cursor() as cursor:
        chosen, _ = PracticeFilter.from_params({name: [value] for name, value in ids.items()})
        expected = practices.count_practices(cursor, chosen)
    assert re.match(rf"{expected} practices? .+ on .+\.$", told_there), told_there


# --- the sum -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("node", ["effectiveness", "sustainability"])
def test_the_score_on_a_practices_page_is_the_sum_it_opens(server: Server, page: Page, node: str) -> None:
    page.goto(server.url + "/practice?practice=koto-sib-integration-social-impact-bond")
    settled(page)
    at = ("effectiveness", "sustainability").index(node)
    printed = page.get_by_test_id("stMetricValue").nth(at).inner_text()
    opened = fold(page, f"How the score for {node} is calculated")
    opened.locator("summary").click()
    lines = {}
    for name in ("coverage", "score", "low end", "high end"):
        line = opened.get_by_role("listitem").filter(has_text=re.compile(f"^{name} = "))
        expect(line).to_be_visible()
        lines[name] = float(line.inner_text().rsplit("= ", 1)[1])
    values = opened.get_by_role("table").get_by_role("row").filter(has_text=re.compile(" × ")).all_inner_texts()
    sums = [re.search(r"([\d.]+) × [\d.]+ = ([\d.]+)", text) for text in values]
    weight = sum(float(match[1]) for match in sums if match)
    value = sum(float(match[2]) for match in sums if match)
    assert lines["score"] == pytest.approx(100 * value / weight, abs=6e-5)
    assert printed == str(int(lines["score"] + 0.5))
    low, high = (int(lines[name] + 0.5) for name in ("low end", "high end"))
    expect(page.get_by_text(f"Between {low} and {high} once the unanswered questions are settled.")).to_be_visible()


# --- for everybody -----------------------------------------------------------------------------------------


def _go(page: Page, server: Server, place: str, scored: dict[str, str]) -> None:
    other = next(id_ for id_ in scored if id_ != "humanitarian-corridors")
    page.goto(server.url + PLACES[place].format(other))
    expect(heading(page)).to_be_visible()
    settled(page)
    for one in page.get_by_role("main").locator("summary").all():
        one.click()
    settled(page)


@LOOKS
@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing_serious_and_nothing_runs_off_the_screen(
    server: Server, reader: Page, scored: dict[str, str], place: str, looks: Looks
) -> None:
    _go(reader, server, place, scored)
    found = faults_everywhere(reader, looks=looks)
    assert not found, "\n".join(found)
