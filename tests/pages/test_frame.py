"""Every page stands in the frame, says which data it shows, and never shows a traceback."""

from __future__ import annotations

import logging
import re

import pytest
import screen
from screen import Visit
from streamlit.testing.v1 import AppTest

TITLES = {
    "overview": "What works in integrating migrants, and how sure can anyone be?",
    "explore": "Explore practices",
    "practice": "Which practice?",
    "self_assessment": "Assess your own practice",
    "gaps": "Gap map",
    "method": "Method",
    "evidence": "Evidence library",
    "communities": "Communities and organisations",
    "needs": "What do you need?",
    "what_works": "What works, for whom, and how sure is it?",
    "about": "About the catalogue",
    "contact": "Contact",
    "imprint": "Imprint",
    "privacy": "Privacy",
}
_assessed = {row["practice_id"] for row in screen.rows("assessments")}
ASSESSED = min(_assessed)
NOT_ASSESSED = min(row["id"] for row in screen.rows("practices") if row["id"] not in _assessed)
# Pages as links lead to them, also where they have little to show.
LINKS: dict[str, tuple[str, dict[str, str]]] = {
    "overview": ("overview", {}),
    "about": ("about", {}),
    "contact": ("contact", {}),
    "imprint": ("imprint", {}),
    "privacy": ("privacy", {}),
    "what works": ("what_works", {"outcome": "employment", "target-group": "refugees"}),
    "a type of measure": ("what_works", {"type": "work-placement"}),
    "a type without a study": ("what_works", {"type": "institutional-capacity"}),
    "studies by type": ("gaps", {"map": "types"}),
    "explore": ("explore", {}),
    "explore, ranges": ("explore", {"view": "ranges"}),
    "explore, two scores": ("explore", {"view": "scores"}),
    "explore, table": ("explore", {"view": "table"}),
    "explore, nothing found": ("explore", {"q": "no practice says this"}),
    "assessed practice": ("practice", {"practice": ASSESSED}),
    "practice without assessment": ("practice", {"practice": NOT_ASSESSED}),
    "unknown practice": ("practice", {"practice": "no-such-practice"}),
    "no practice named": ("practice", {}),
    "self-assessment": ("self_assessment", {}),
    "self-assessment of a practice": ("self_assessment", {"practice": NOT_ASSESSED}),
    "gap map": ("gaps", {}),
    "method": ("method", {}),
    "evidence": ("evidence", {}),
    "evidence, by sector": ("evidence", {"view": "sectors"}),
    "evidence, table": ("evidence", {"view": "table"}),
    "evidence, nothing found": ("evidence", {"q": "no publication says this"}),
    "communities": ("communities", {}),
    "communities, map": ("communities", {"view": "map"}),
    "communities, table": ("communities", {"view": "table"}),
    "needs": ("needs", {}),
    "a need": ("needs", {"sector": "health", "target-group": "elderly"}),
    "transfer": ("transfer", {"practice": ASSESSED}),
    "transfer without a practice": ("transfer", {}),
}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_a_page_has_one_title_the_footer_with_the_data_version_and_a_text_for_all_it_draws(
    visit: Visit, link: tuple[str, dict[str, str]]
) -> None:
    page, params = link
    app = visit(page, **params)
    assert not app.exception
    assert screen.title(app)
    assert re.search(r"Data version 1 \(\d{4}-\d\d-\d\d, [0-9a-f]{8}\)\. Catalogue: CC BY 4\.0", screen.footer(app))
    assert "not by SPRING" in screen.footer(app)
    alt_texts = screen.alt_texts(app)
    assert all(len(alt) > 10 for alt in alt_texts), alt_texts


@pytest.mark.parametrize("page", screen.PAGES)
def test_a_page_is_titled_after_what_it_is_for(visit: Visit, page: str) -> None:
    assert screen.title(visit(page)) == TITLES[page]


def test_charts_and_tables_are_drawn_where_they_are_expected(visit: Visit) -> None:
    """Guards the texts for all that is drawn: without a chart they would hold for nothing."""
    assert len(screen.charts(visit("about"))) == 4
    assert len(screen.charts(visit("explore", view="ranges"))) == 1
    assert len(screen.charts(visit("explore", view="scores"))) == 1
    assert len(visit("explore", view="table").dataframe) == 1
    assert len(screen.charts(visit("practice", practice=ASSESSED))) == 1
    assert len(visit("method").table) == 5


def test_charts_have_a_table_that_says_the_same(visit: Visit) -> None:
    for page, params in (
        ("about", {}),
        ("explore", {"view": "ranges"}),
        ("explore", {"view": "scores"}),
        ("what_works", {"type": "work-placement"}),
        ("gaps", {"map": "types"}),
    ):
        app = visit(page, **params)
        twins = [expander for expander in app.expander if expander.label == "The same as a table"]
        assert len(twins) == len(screen.charts(app)), page
        assert all(len(twin.table) == 1 for twin in twins), page


def test_no_page_says_that_spring_scored_anything(visit: Visit) -> None:
    assert any("The SPRING project's evaluation grid is not scored" in info.value for info in visit("method").info)


def _show_practices_error() -> None:
    import app  # noqa: PLC0415 - AppTest runs this function as a script of its own
    from practices_db.errors import PracticesError  # noqa: PLC0415

    assert app.show_error(PracticesError("The file is open in another process."))


def test_an_error_a_person_can_mend_is_shown_in_its_own_words() -> None:
    shown = AppTest.from_function(_show_practices_error, default_timeout=30).run()
    assert not shown.exception
    assert [screen.as_read(error.value) for error in shown.error] == ["The file is open in another process."]


def _show_bug() -> None:
    import app  # noqa: PLC0415 - AppTest runs this function as a script of its own

    assert app.show_error(ZeroDivisionError("secret /etc/passwd detail"))


def test_a_bug_is_shown_as_an_id_that_stands_in_the_log_beside_the_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, logger="practices"):
        shown = AppTest.from_function(_show_bug, default_timeout=30).run()
    (error,) = shown.error
    assert not shown.exception
    assert "secret" not in error.value
    assert "Traceback" not in error.value
    assert "ZeroDivisionError" not in error.value
    found = re.search(r"report error ([0-9a-f]{8})\.", error.value)
    assert found is not None
    (record,) = (record for record in caplog.records if record.name == "practices")
    assert record.getMessage() == f"error {found[1]}"
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError


def test_two_bugs_get_two_ids(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.CRITICAL, logger="practices"):
        first, second = (AppTest.from_function(_show_bug, default_timeout=30).run() for _ in range(2))
    assert first.error[0].value != second.error[0].value


def test_readers_of_another_language_are_told_once_that_the_catalogue_is_in_english(visit: Visit) -> None:
    assert screen.footer(visit("about", lang="de")).count("Katalogs sind auf Englisch") == 1
    assert "in English" not in screen.footer(visit("about", lang="en"))
