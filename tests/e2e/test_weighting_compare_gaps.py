"""Journeys through weights, comparison and gap map: what is done by hand stands in the link and comes back from it."""

from __future__ import annotations

import re

import pytest
from app_server import Server
from browser_page import NARROW, WIDE, chart, click_mark, heading, sentence, settled, walk
from playwright.sync_api import Locator, Page, expect

from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.database.store import Store
from practices_db.queries import practices

pytestmark = pytest.mark.e2e

PRESETS = {  # the percentages in the order of the criteria
    "Inclusion first": ["0", "0", "0", "66.7", "33.3", "0"],
    "Official": ["50", "50", "0", "0", "0", "0"],
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


# --- weights -----------------------------------------------------------------------------------------------


def test_presets_and_the_keyboard_set_the_sliders_and_stand_in_the_link(server: Server, page: Page) -> None:
    """A slider shows no value between two of its steps; 66.7 % must be one of them."""
    page.goto(server.url + "/weighting?sector=employment")
    settled(page)
    wrong = []
    for label, weights in PRESETS.items():
        page.get_by_text(label, exact=True).click()
        expect(page).to_have_url(re.compile(rf"[?&]weights={label.lower().replace(' ', '-')}(&|$)"))
        settled(page)
        expect(page.get_by_role("radio", name=label)).to_be_checked()
        said = [one.get_attribute("aria-valuetext") or "" for one in page.get_by_role("slider").all()]
        if not list(sliders(page).values()) == [words.rstrip("%").strip() for words in said] == weights:
            wrong.append((label, sliders(page), said))
    assert not wrong
    share, step = 50.0, float(slider(page, "Effectiveness").get_attribute("step") or 0)
    slider(page, "Effectiveness").focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
        share += step
        # a slider that is drawn anew takes back a press that came meanwhile: what came of this one is waited for
        expect(page).to_have_url(re.compile(rf"[?&]w=effectiveness(:|%3A){share:g}(&|$)"))
        settled(page)
    expect(page).to_have_url(re.compile(r"[?&]sector=employment(&|$)"))
    expect(slider(page, "Effectiveness")).to_have_value(f"{share:g}")
    expect(slider(page, "Sustainability")).to_have_value(f"{100 - share:g}")
    expect(page.get_by_role("radio", name="Your own")).to_be_checked()


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


def test_what_nobody_assessed_is_the_same_as_nothing(server: Server, page: Page) -> None:
    looks = ((WIDE, "the same for all"), (NARROW, "the same for both"))
    page.goto(f"{server.url}/compare?practice=accelair&practice=acompanando-t&practice=a-walk-to-museums")
    for size, words in looks:
        page.set_viewport_size(size)
        settled(page)
        expect(page.get_by_role("row").filter(has_text="Not assessed").first).to_be_visible()
        expect(page.get_by_text(words)).to_have_count(0)
    walk(page, f"{server.url}/compare?practice=accelair&practice=duo-for-a-job")
    for size, words in reversed(looks):
        page.set_viewport_size(size)
        expect(page.get_by_text(words).first).to_be_visible()


# --- gap map -----------------------------------------------------------------------------------------------


def test_a_cell_of_the_gap_map_leads_to_its_practices(server: Server, page: Page, store: Store) -> None:
    page.goto(f"{server.url}/gaps?down=target_group")
    settled(page)
    map_ = chart(page, "Practices for each pair of sector and target group; a dashed frame means none")
    click_mark(page, map_.locator("g.mark-rect.role-mark").last.locator("path").nth(12))
    expect(page).to_have_url(re.compile(r"/explore\?(?=.*target-group=)(?=.*sector=)"))
    settled(page)
    told_there = sentence(page).inner_text()
    ids = dict(re.findall(r"([a-z-]+)=([^&]+)", page.url.partition("?")[2]))
    assert set(ids) == {"target-group", "sector"}
    with store.cursor() as cursor:
        chosen, _ = PracticeFilter.from_params({name: [value] for name, value in ids.items()})
        expected = practices.count_practices(cursor, chosen)
    assert re.match(rf"{expected} practices? .+ on .+\.$", told_there), told_there


# --- the sum -----------------------------------------------------------------------------------------------


def test_the_score_on_a_practices_page_is_the_sum_it_opens(server: Server, page: Page) -> None:
    page.goto(server.url + "/practice?practice=koto-sib-integration-social-impact-bond")
    settled(page)
    for at, node in enumerate(("effectiveness", "sustainability")):
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
        assert lines["score"] == pytest.approx(100 * value / weight, abs=6e-5), node
        assert printed == str(int(lines["score"] + 0.5)), node
        low, high = (int(lines[name] + 0.5) for name in ("low end", "high end"))
        expect(page.get_by_text(f"Between {low} and {high} once the unanswered questions are settled.")).to_be_visible()
