"""The pages of evidence, needs, communities and transfer, as a visitor sees them."""

from __future__ import annotations

import json
import re
from typing import Any

import oracles
import pytest
import screen
from screen import Visit
from streamlit.testing.v1 import AppTest

from practices_db.files.briefs.transfer_sheet import PLAN, questions

CURANT = "curant-co-housing-for-unaccompanied-young-adult-refugees"
SENTENCE = (
    "we are a municipality of 40,000, housing for young refugees leaving care, little money, "
    "we know nobody who has done it"
)
EVIDENCE = oracles.read_csv(oracles.CATALOGUE / "evidence.csv")
ORGANISATIONS = oracles.read_csv(oracles.CATALOGUE / "organisations.csv")


def text(app: AppTest) -> str:
    """Return everything that is said on the page, as it is read."""
    assert not app.exception
    return screen.as_read("\n".join(screen.strings(app)))


def in_order(words: list[str], page: str) -> bool:
    places = [page.find(one) for one in words]
    return -1 not in places and places == sorted(places)


# --- evidence ----------------------------------------------------------------------------------------------


def test_the_library_shows_what_was_found_how_strong_for_whom_and_where_to_get_it(visit: Visit) -> None:
    page = text(visit("evidence", q="Goals and Gaps"))
    row = next(row for row in EVIDENCE if row["id"] == "carlana-eop")
    assert row["finding"] in page
    assert "Strength 5 · Randomised or replicated" in page
    assert "for children, young people, students" in page
    assert row["url"] in page
    assert f"1 of {len(EVIDENCE)} publications matching “Goals and Gaps”." in page
    by_hand = sum(
        all(
            set(oracles.several(row[own])) & set(oracles.several(practice[its]))
            for own, its in (("themes", "sectors"), ("target_groups", "target_groups"))
        )
        for practice in oracles.read_csv(oracles.CATALOGUE / "practices.csv")
    )
    assert f"Relevant to {by_hand} practices (same topic and group)\n" in page


def test_a_publication_about_a_practice_names_it_with_the_reason(visit: Visit) -> None:
    page = text(visit("evidence", q="INVOL evaluation"))
    assert "About Pre-apprenticeship for integration" in page
    assert "Results of the Swiss federal pre-apprenticeship" in page


def test_every_value_has_a_count_and_a_choice_narrows(visit: Visit) -> None:
    app = visit("evidence")
    options = app.multiselect(key="theme").options
    housing = sum("housing-and-settlement" in row["themes"].split(";") for row in EVIDENCE)
    assert f"Housing and settlement ({housing})" in options
    app.multiselect(key="theme").select("housing-and-settlement").run()
    assert app.query_params["theme"] in ("housing-and-settlement", ["housing-and-settlement"])
    assert f"{housing} of {len(EVIDENCE)} publications on housing and settlement." in text(app)


def test_findings_come_strongest_first_by_sector_and_where_there_is_nothing_it_says_so(visit: Visit) -> None:
    page = text(visit("evidence", view="sectors", target_group="elderly"))
    assert "No publication in the library is on this sector for older people." in page
    page = text(visit("evidence", view="sectors", theme="health"))
    levels = [int(level) for level in re.findall(r"Strength (\d) ·", page)]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] == 5


def test_nothing_found_offers_what_to_give_up(visit: Visit) -> None:
    app = visit("evidence", theme="digital", q="nosuchword")
    assert "No match. Remove one filter:" in text(app)
    (button,) = (one for one in app.button if one.label.startswith("Without “nosuchword”"))
    button.click().run()
    assert "on digital" in text(app)


@pytest.mark.parametrize("page", ["evidence", "communities", "needs"])
def test_a_tampered_link_is_left_out_and_said(visit: Visit, page: str) -> None:
    params = {"theme": "sector"}.get("x", "theme") if page != "needs" else "sector"
    for value in ("'; DROP TABLE evidence; --", "ZZ", "<b>x</b>", "[x](https://evil.example)", "x" * 5_000):
        app = visit(page, **{params: value})
        assert not app.exception
        assert len(app.warning) == 1
        assert app.warning[0].value.startswith("We ignored part of this link: ")
        assert len(app.warning[0].value) < 200


@pytest.mark.parametrize("page", ["evidence", "communities", "needs", "transfer"])
def test_any_text_in_a_link_is_taken(visit: Visit, page: str) -> None:
    for value in ("\x00\u202e", "((NEAR/2", '"', "%s", "0" * 3_000):
        app = visit(page, q=value, practice=value, people=value, page=value, view=value)
        assert not app.exception


# --- what research says ------------------------------------------------------------------------------------


def test_a_practice_says_what_research_says_about_it_first(visit: Visit) -> None:
    page = text(visit("practice", practice=CURANT))
    assert in_order(["What research says", "About this practice", "On the same topic and group"], page)
    assert "Cohousing and case management for unaccompanied young adult refugees in Antwerp" in page
    assert "Led by City of Antwerp" in page


def test_a_practice_without_research_says_so(visit: Visit) -> None:
    page = text(visit("practice", practice="mao-cheia-handful"))
    assert "No publication in the library is about this practice itself." in page


def test_explore_says_what_research_says_on_a_sector(visit: Visit) -> None:
    app = visit("explore", sector="housing-and-settlement")
    assert "What research says on this" in [one.label for one in app.expander]
    app = visit("explore", country="IT")
    assert "What research says on this" not in [one.label for one in app.expander]


# --- needs -------------------------------------------------------------------------------------------------


def test_an_empty_need_says_what_to_do_and_offers_an_example(visit: Visit) -> None:
    app = visit("needs")
    assert "Choose a sector or a target group" in text(app)
    (button,) = (one for one in app.button if one.label == "Try it with an example")
    button.click().run()
    assert "Practices that fit" in [one.value for one in app.header]


def test_the_town_halls_sentence_is_read_into_the_form_and_answered(visit: Visit) -> None:
    app = visit("needs")
    app.text_area(key="need-words").set_value(SENTENCE).run()
    assert app.multiselect(key="need-sectors").value == ["housing-and-settlement"]
    assert set(app.multiselect(key="need-groups").value) == {"refugees", "youth", "unaccompanied-minors"}
    assert app.selectbox(key="need-who").value == "municipality"
    assert app.number_input(key="need-inhabitants").value == 40_000
    page = text(app)
    assert "Read from your words: " in page
    assert "Unaccompanied minors (“leaving, care”)" in page
    assert in_order(
        ["Practices that fit", "Evidence relevant to it", "Whom to ask", "What is not documented yet"], page
    )
    named = [link.proto for link in app.get("page_link") if link.proto.query_string == f"practice={CURANT}"]
    assert named[0].label.startswith("**CURANT")
    assert "Same target group: Young people, Refugees, Unaccompanied minors (3 of your 3)" in page
    assert "No record says how large a place is." in page
    assert "score" not in page.casefold().replace("no score", "")


def test_a_reason_can_be_switched_off_and_the_link_keeps_it(visit: Visit) -> None:
    app = visit("needs", sector="housing-and-settlement", target_group=["refugees"], country="IT")
    assert "Same country: Italy" in text(app)
    app.checkbox(key="need-reason-country").uncheck().run()
    assert "Same country: Italy" not in text(app)
    assert app.query_params["off"] in ("country", ["country"])
    assert "Reasons that count (11 of 12)" in [one.label for one in app.expander]


def test_where_none_fits_the_page_says_so_and_shows_the_nearest(visit: Visit) -> None:
    page = text(visit("needs", sector="digital", target_group="elderly"))
    assert "No practice in the catalogue fits both the subject and the people." in page
    assert "The nearest share only a part of what you ask for" in page


def test_the_button_finds_practices_and_a_removed_reading_is_gone(visit: Visit) -> None:
    app = visit("needs")
    app.text_area(key="need-words").set_value("cours de français pour les femmes réfugiées")
    next(one for one in app.button if one.label == "Find practices").click().run()
    assert app.multiselect(key="need-types").value == ["language-training"]
    assert "Type of measure: Language courses" in text(app)
    app.multiselect(key="need-types").set_value([]).run()
    assert "Type of measure: Language courses" not in text(app)


def test_without_a_sector_it_is_not_said_that_nothing_was_found_where_nothing_was_looked_for(visit: Visit) -> None:
    page = text(visit("needs", topic="burial"))
    assert "No practice in the catalogue is about burial and mourning." in page
    assert page.count("it was not looked for without one") == 2
    assert "No publication" not in page


def test_words_that_say_nothing_get_a_sentence_in_their_language(visit: Visit) -> None:
    app = visit("needs", q="Der blaue Himmel ist heute sehr schön")
    assert [one.value for one in app.header] == ["Practices that fit"]  # nothing more is claimed of it
    page = text(app)
    assert "Wir haben diesen Bedarf nicht verstanden" in page
    assert "is ." not in page


@pytest.mark.parametrize("words", ["Привіт, мені потрібна допомога", "نحتاج إلى مساعدة"])
def test_a_language_that_is_not_read_is_told_which_are(visit: Visit, words: str) -> None:
    assert "We can read English, German, French, Spanish, Italian and Polish." in text(visit("needs", q=words))


def test_a_link_of_words_alone_is_read_as_the_button_reads_them(visit: Visit) -> None:
    words = "hosing for refugess, no mony"
    link, button = visit("needs", q=words), visit("needs")
    button.text_area(key="need-words").set_value(words)
    next(one for one in button.button if one.label == "Find practices").click().run()
    assert link.multiselect(key="need-sectors").value == ["housing-and-settlement"]
    assert text(link) == text(button)
    for app in (link, button):  # what is removed stays removed, to the last reading
        for name in ("sectors", "groups", "types"):
            app.multiselect(key=f"need-{name}").set_value([]).run()
            assert app.multiselect(key=f"need-{name}").value == []


def test_a_long_need_is_taken_and_a_longer_one_is_cut_and_said(visit: Visit) -> None:
    app = visit("needs")
    told = "only its first 3,000 characters were kept"
    app.text_area(key="need-words").set_value("Housing for refugees. " + "x" * 2900).run()
    assert app.multiselect(key="need-groups").value == ["refugees"]
    assert told not in text(app)
    app.text_area(key="need-words").set_value("Housing for refugees. " + "x" * 3000).run()
    assert told in text(app)
    assert len(app.text_area(key="need-words").value) == 3000
    app.run()
    assert told not in text(app)
    assert "We ignored part of this link: q: 3,022 characters, of which the first 3,000 are read" in text(
        visit("needs", q="Housing for refugees. " + "x" * 3000)
    )


def test_nothing_of_a_need_is_stored(visit: Visit) -> None:
    from pages.shared.components import database  # noqa: PLC0415

    app = visit("needs")
    counts = "SELECT table_name, estimated_size FROM duckdb_tables() ORDER BY ALL"
    with database.cursor() as cursor:
        before = cursor.execute(counts).fetchall()
    app.text_area(key="need-words").set_value(SENTENCE).run()
    with database.cursor() as cursor:
        assert cursor.execute(counts).fetchall() == before


# --- communities -------------------------------------------------------------------------------------------


def test_a_community_says_how_to_join_as_of_the_copy(visit: Visit) -> None:
    page = text(visit("communities", joining="joins", q="ECRE"))
    assert "Community of practice. NGOs send an application form" in page
    assert "as of the copy that was read" in page
    assert "not verified" in page


def test_an_organisation_shows_its_practices_and_that_a_page_only_describes_it(visit: Visit) -> None:
    page = text(visit("communities", q="City of Antwerp"))
    assert "Leads CURANT" in page
    assert "a page that describes it" in page


def test_the_map_counts_what_the_filter_finds(visit: Visit) -> None:
    app = visit("communities", view="map", theme="health")
    (chart,) = screen.charts(app)
    rows = screen.dataset(chart, "counts")
    by_hand = sum("health" in row["themes"].split(";") and "NL" in row["countries"].split(";") for row in ORGANISATIONS)
    assert {row["id"]: row["count"] for row in rows}["NL"] == by_hand
    assert "Europe as a whole: " in text(app)


@pytest.mark.usefixtures("whole_catalogue", "database_file")
def test_asking_for_a_correction_puts_it_into_the_queue(visit: Visit) -> None:
    from pages.shared.components import database, private_links  # noqa: PLC0415
    from practices_db.curation import submissions  # noqa: PLC0415

    app = visit("communities", q="City of Antwerp")
    app.context = {"url": "https://practices.example.org/communities"}
    app.session_state["receipts"] = private_links._Receipts(known=())
    screen.all_open(app)

    def send(what: str, page: str) -> None:
        next(one for one in app.text_area if one.label.startswith("What is wrong")).set_value(what)
        next(one for one in app.text_input if one.label.startswith("A public page")).set_value(page)
        next(one for one in app.button if one.label == "Send to the curators").click().run()
        assert not app.exception

    wrong = "It works in Belgium and the Netherlands"
    for what, page, said in (
        ("", "", "say what is wrong"),
        (wrong, "", "give the address of a public page"),
        (wrong, "in the drawer", "“in the drawer” is no web address"),
    ):
        send(what, page)
        assert said in screen.as_read(app.error[0].value)
        assert "source_url" not in app.error[0].value
    send(wrong, "example.org/about")
    (receipt,) = app.session_state["receipts"].known
    assert receipt.number in app.success[0].value
    assert app.code[0].value == f"https://practices.example.org/my_submission#{receipt.token}"
    with database.cursor() as cursor:
        found = cursor.execute("SELECT kind, status, payload FROM submission").fetchall()
    assert [(kind, status) for kind, status, _ in found] == [("organisation-correction", "submitted")]
    sent = json.loads(found[0][2])
    assert (sent["organisation_id"], sent["source_url"]) == ("city-of-antwerp", "https://example.org/about")
    opened = submissions.open_by_token(database.store(), receipt.token)
    assert (opened.id, opened.kind) == (receipt.number, "organisation-correction")


# --- transfer ----------------------------------------------------------------------------------------------


def test_the_sheet_asks_every_question_with_whom_to_ask_and_gives_no_number(visit: Visit) -> None:
    app = visit("transfer", practice=CURANT)
    page = text(app)
    assert all(question.text in page for _, question in questions())
    assert page.count("Ask: ") >= len(questions())
    assert "Budget 6,117,879 euro, as its source gives it" in page
    assert "14 questions: 0 the same, 0 different, 14 not known yet" in page
    assert not app.metric


def test_answers_count_stay_on_other_pages_and_are_gone_with_the_session(visit: Visit, app: AppTest) -> None:
    sheet = visit("transfer", practice=CURANT)
    sheet.radio(key=f"transfer-{CURANT}-people-same").set_value("different").run()
    assert "0 the same, 1 different, 13 not known yet" in text(sheet)
    assert "Different: what would you change? (1)" in [one.label for one in sheet.expander]
    visit("practice", practice=CURANT)
    again = visit("transfer", practice=CURANT)
    assert "1 different" in text(again)
    other = screen.opened()
    other.query_params = {"practice": CURANT}
    assert "0 different" in text(other.switch_page("../transfer.py").run())
    assert app is sheet


def test_a_saved_sheet_fills_the_form_again(visit: Visit) -> None:
    app = visit("transfer", practice=CURANT)
    content = {
        "practice": CURANT,
        "place": "Smalltown",
        "answers": {"money-cost": {"state": "different", "note": "half of it"}},
        "plan": {"stop": "no flat by May"},
    }
    app.file_uploader(key=f"transfer-{CURANT}-file").set_value(
        ("sheet.json", json.dumps(content).encode(), "application/json")
    ).run()
    assert not app.exception
    assert app.text_input(key=f"transfer-{CURANT}-place").value == "Smalltown"
    assert app.radio(key=f"transfer-{CURANT}-money-cost").value == "different"
    assert app.text_area(key=f"transfer-{CURANT}-plan-stop").value == "no flat by May"
    assert set(PLAN) >= {"stop"}


@pytest.mark.parametrize("content", [b"no json", b'{"practice":"other-practice"}'])
def test_another_file_is_refused_in_words(visit: Visit, content: bytes) -> None:
    app = visit("transfer", practice=CURANT)
    app.file_uploader(key=f"transfer-{CURANT}-file").set_value(("x.json", content, "application/json")).run()
    assert not app.exception
    assert len(app.error) == 1


def test_a_sheet_of_no_practice_helps_to_find_one(visit: Visit) -> None:
    app = visit("transfer")
    assert screen.title(app) == "Which practice?"
    chosen: Any = app.selectbox(key="found_practice")
    chosen.set_value(CURANT).run()
    assert not app.exception
    assert screen.title(app) == "Would it work here?"
