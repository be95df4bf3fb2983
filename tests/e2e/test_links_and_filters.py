"""Journeys through Explore: shared links, filters, the back button, the keyboard."""

from __future__ import annotations

import re

import pytest
from app_server import Server
from browser_page import ALL, FOUND, choose, heading, menu, sentence, settled, walk
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

BOTH_IDS = re.compile(r"/explore\?country=IT&sector=housing-and-settlement$")


def test_a_filter_set_by_hand_stands_in_the_link_and_every_way_back_leads_to_it(
    server: Server, page: Page, somebody_else: Page
) -> None:
    page.goto(server.url + "/explore")
    expect(sentence(page)).to_have_text(f"All {ALL} practices.")
    settled(page)
    choose(page, "Country", "Italy")
    expect(page).to_have_url(re.compile(r"\?country=IT$"))
    expect(sentence(page)).to_have_text(re.compile("in Italy.$"))
    choose(page, "Sector", "Housing and settlement")
    expect(page).to_have_url(BOTH_IDS)
    expect(sentence(page)).to_have_text(FOUND)
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?country=IT$"))
    expect(sentence(page)).to_have_text(re.compile("practices in Italy.$"))
    page.go_forward()
    expect(sentence(page)).to_have_text(FOUND)
    page.reload()
    expect(sentence(page)).to_have_text(FOUND)
    expect(page).to_have_url(BOTH_IDS)

    somebody_else.goto(page.url)
    expect(sentence(somebody_else)).to_have_text(FOUND)
    expect(somebody_else.get_by_role("button", name=re.compile("^Remove Italy"))).to_be_visible()

    settled(page)
    page.get_by_role("button", name="Navigate to home page").click()
    expect(heading(page)).to_have_text(re.compile("^What works"))
    settled(page)
    menu(page).get_by_role("link", name="Explore").click()
    expect(sentence(page)).to_have_text(FOUND)
    expect(page).to_have_url(BOTH_IDS)
    settled(page)
    # Each list has a "Clear all" of its own; this one is the tertiary button in the line of filters.
    page.get_by_test_id("stBaseButton-tertiary").filter(has_text="Clear all").click()
    expect(sentence(page)).to_have_text(f"All {ALL} practices.")
    expect(page).to_have_url(re.compile(r"/explore$"))


def test_back_leads_back_though_something_is_pressed_before_the_page_has_changed(server: Server, page: Page) -> None:
    """Streamlit asks for the page that is left then, with the parameters of the one that is gone to."""
    page.goto(server.url + "/evidence?theme=employment")
    settled(page)
    there = heading(page).inner_text()
    menu(page).get_by_role("link", name="Explore").click()
    expect(sentence(page)).to_have_text(f"All {ALL} practices.")
    settled(page)
    page.evaluate("""() => {
        const press = () => document.querySelector('[role="radiogroup"] input:not(:checked)').click()
        addEventListener("popstate", press, { once: true })
        history.back()
    }""")
    expect(heading(page)).to_have_text(there)
    settled(page)
    expect(heading(page)).to_have_text(there)
    expect(page).to_have_url(server.url + "/evidence?theme=employment")


def test_back_twice_at_once_leads_back_two_and_forward_two_again(server: Server, page: Page) -> None:
    """The page that is passed begins too, and Streamlit writes it behind the one that was gone to."""
    page.goto(f"{server.url}/needs")
    settled(page)
    for name in ("Evidence", "Explore", "Compare"):
        menu(page).get_by_role("link", name=name).click()
        expect(page).to_have_url(f"{server.url}/{name.lower()}")
        settled(page)
    page.evaluate("""async () => {
        history.back()
        const app = document.querySelector("[data-test-script-state]")
        while (app.dataset.testScriptState === "notRunning") await new Promise(done => setTimeout(done, 1))
        history.back()
    }""")
    walked = {"evidence": page.go_back, "needs": page.go_forward}
    for path in ("evidence", "needs", "evidence", "explore", "compare"):
        expect(page).to_have_url(f"{server.url}/{path}")
        settled(page)
        expect(page).to_have_url(f"{server.url}/{path}")
        walked.pop(path, page.go_forward)()


def test_a_page_of_many_entries_is_led_to_in_each_of_them_at_any_speed(server: Server, page: Page) -> None:
    """What is passed on the way writes its parameters over the entry that is gone to, and its path is the right one."""
    page.goto(f"{server.url}/needs")
    settled(page)
    menu(page).get_by_role("link", name="Explore").click()
    expect(sentence(page)).to_have_text(f"All {ALL} practices.")
    choose(page, "Country", "Italy")
    expect(page).to_have_url(re.compile(r"/explore\?country=IT$"))
    settled(page)
    choose(page, "Sector", "Housing and settlement")
    expect(page).to_have_url(BOTH_IDS)
    settled(page)
    page.get_by_role("link", name="Refugees Welcome Italia").first.click()
    expect(page).to_have_url(re.compile(r"/practice\?practice=[\w-]+$"))
    settled(page)
    addresses = ["/needs", "/explore", "/explore?country=IT", "/explore?country=IT&sector=housing-and-settlement"]
    addresses = [server.url + one for one in addresses] + [page.url]
    titles = {page.url: page.title()}
    at = 4
    for presses, gap in ((-3, 30), (3, 150), (-4, 30), (1, 0), (2, 80), (1, 0), (-2, 300), (-1, 0)):
        way = presses // abs(presses)
        for number in range(abs(presses)):
            page.wait_for_timeout(gap if number else 0)
            page.evaluate("way => history.go(way)", way)
        at += presses
        expect(page).to_have_url(addresses[at])
        settled(page)
        page.wait_for_timeout(1500)  # what comes late
        settled(page)
        expect(page).to_have_url(addresses[at])
        assert page.title() == titles.setdefault(page.url, page.title())
    assert len(set(titles.values())) == len(titles) == len(addresses)


def test_a_link_leads_on_though_its_press_ends_the_typing_and_each_press_is_one_way_back(
    server: Server, page: Page
) -> None:
    """Streamlit tells the server of the typing after the press, which then stays; and it mixes their addresses."""
    page.goto(f"{server.url}/explore?country=FR")
    settled(page)
    search = page.get_by_role("searchbox", name="Search")
    search.press_sequentially("school")
    menu(page).get_by_role("link", name="Evidence").click()
    expect(page).to_have_url(f"{server.url}/evidence")
    settled(page)
    expect(page).to_have_url(f"{server.url}/evidence")
    page.go_back()
    expect(page).to_have_url(re.compile(r"/explore\?country=FR(&q=school)?$"))
    settled(page)

    page.goto(server.url)
    settled(page)
    page.get_by_role("button", name="Show what is known").click()
    expect(page).to_have_url(re.compile(r"/what-works\?outcome=employment"))
    settled(page)
    page.go_back()
    settled(page)
    expect(page).to_have_url(f"{server.url}/")


def test_text_of_a_link_becomes_no_link_no_image_and_no_markup(server: Server, page: Page) -> None:
    """Also bare addresses, which Markdown may turn into links although every sign is escaped."""
    text = "https://evil.example www.evil.example a@evil.example [x](https://evil.example) "
    text += "![y](https://evil.example/y.png) <img src=https://evil.example/z.png>"
    for path in ("/explore?q=", "/explore?country=", "/practice?practice="):
        walk(page, server.url + path + text.replace(" ", "%20").replace("&", "%26"))
        expect(page.get_by_role("main").get_by_text("evil.example").first).to_be_visible()
        settled(page)
        # in the query of a link to one of our own pages the text stands rightly
        led = page.locator("a[href]").evaluate_all("all => all.map(one => one.href.split('?')[0])")
        assert led
        assert not [address for address in led if "evil" in address], path
        assert page.locator("img[src*='evil']").count() == 0, path


# --- the keyboard ------------------------------------------------------------------------------------------


def _tab_until(page: Page, condition: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(f"() => {{ const e = document.activeElement; return {condition}; }}"):
            return
    raise AssertionError(f"80 presses of Tab do not lead to: {condition}")


def test_a_filter_can_be_set_and_a_practice_opened_by_keyboard_alone(server: Server, page: Page) -> None:
    page.goto(server.url + "/explore?sector=housing-and-settlement")
    settled(page)
    # the language and the search come before, in the bar and beside the title
    _tab_until(page, "e.getAttribute('role') === 'combobox' && e.getAttribute('aria-label') !== 'Language'")
    expect(page.get_by_role("combobox", name="Country")).to_be_focused()
    page.keyboard.type("Ital")
    expect(page.get_by_role("option", name=re.compile("^Italy"))).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(sentence(page)).to_have_text(FOUND)
    settled(page)
    _tab_until(page, "(e.getAttribute('href') || '').includes('practice=')")
    label = page.evaluate("() => document.activeElement.innerText").strip()
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text(label)
