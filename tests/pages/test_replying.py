"""Right of reply on the practice page, where former ids lead, and agreement on the method page."""

from __future__ import annotations

from datetime import date

import pytest
import screen
from screen import Visit
from streamlit.testing.v1 import AppTest

from pages.shared.components import database
from practices_db.curation import edit_practices, releases, reviews, submissions
from practices_db.curation.permissions import CLI
from practices_db.curation.versioned_change import Edit
from practices_db.queries import practices

pytestmark = pytest.mark.usefixtures("database_file")
PRACTICE, DUPLICATE, ENDED = "accelair", "a-walk-to-museums", "zuri-city-card"
PAGE = "https://example.org/page"


def release() -> None:
    with database.cursor() as cursor:
        seen_ = practices.data_version(cursor).number
    releases.publish(database.store(), CLI, "test", seen_)


def text(app: AppTest) -> str:
    assert not app.exception
    return "\n".join([*screen.bodies(app), *(one.value for one in app.text), *(one.value for one in app.caption)])


def test_statement_history_and_running_are_shown_after_the_release(visit: Visit) -> None:
    store = database.store()
    words = {"organisation": "Forum <b>x</b>", "words": "We see *it* otherwise: [x](https://e.org)."}
    sent = submissions.submit(store, "statement", words, None, PRACTICE)
    reviews.accept(store, Edit(CLI, sent.id, 1, "sound"))
    edit_practices.edit_practice(
        store, Edit(CLI, PRACTICE, 1, "why", "First year is 2003: page (x)"), {"start_year": "2003"}, PAGE
    )
    edit_practices.still_running(store, Edit(CLI, PRACTICE, 2), True, "The city", date(2026, 11, 25))
    before = text(visit("practice", practice=PRACTICE))
    assert "We see" not in before
    assert "Nothing was corrected" in before
    release()
    app = visit("practice", practice=PRACTICE)
    assert [one.value for one in app.text if "otherwise" in one.value] == [words["words"]]
    after = text(app)
    assert "It still runs, says The city (25 November 2026)." in after
    assert "First year is 2003" in after


def test_former_ids_lead_on_or_say_why_not(visit: Visit) -> None:
    store = database.store()
    edit_practices.KEPT.merge(store, Edit(CLI, DUPLICATE, 1, "the same"), PRACTICE)
    edit_practices.KEPT.archive(store, Edit(CLI, ENDED, 1, "It never began."))
    release()
    merged = visit("practice", practice=DUPLICATE)
    assert merged.title[0].value == "Accelair"
    assert "merged into this one" in text(merged)
    gone = visit("practice", practice=ENDED)
    assert "It never began." in screen.as_read(gone.info[0].value)


def test_correction_request_goes_to_the_queue(visit: Visit) -> None:
    app = visit("practice", practice=PRACTICE)
    app.context = {"url": "https://practices.example.org/practice"}
    app.button[[one.label for one in app.button].index("Send to the curators")].click().run()
    assert "say what is wrong" in app.error[0].value
    app.text_area[0].set_value("It began in 2003.")
    mailbox = [one.label for one in app.text_input].index("A mailbox for questions (optional)")
    app.text_input[mailbox].set_value("nobody")
    app.button[[one.label for one in app.button].index("Send to the curators")].click().run()
    assert "mailbox" in app.error[0].value
    app.text_input[mailbox].set_value("")
    app.button[[one.label for one in app.button].index("Send to the curators")].click().run()
    assert not app.exception
    with database.cursor() as cursor:
        (sent,) = reviews.queue(cursor, CLI)
    assert (sent.kind, sent.practice_id, sent.payload) == ("correction", PRACTICE, {"what": "It began in 2003."})
    assert sent.id in app.success[0].value


def test_agreement_is_said_honestly_with_and_without_second_assessments(visit: Visit) -> None:
    def given_twice() -> int:
        alt = "Agreement of two assessors by kind of second reading"
        (table,) = (one.value for one in visit("method").table if one.proto.alt == alt)
        return sum(int(str(said).split(" of ")[1].split(" ")[0]) for said in table["The same"])

    before = given_twice()
    store = database.store()
    with database.cursor() as cursor:
        assessed = cursor.execute("SELECT DISTINCT practice_id FROM released_answer ORDER BY ALL LIMIT 1").fetchall()[
            0
        ][0]
        given = [
            one
            for one in edit_practices.answers(cursor, CLI, assessed)
            if one["framework_version"] == "2.0.0" and one["basis"] != "tick-list"
        ]
    receipt = submissions.invite(store, assessed, CLI)
    content = {
        "framework": "integration-practices",
        "framework_version": "2.0.0",
        "assessor": "second-reader",
        "assessed_on": "2026-11-25",
        "answers": [
            {"indicator_id": id_, "answer": "met", "evidence_level": 1, "source_url": PAGE}
            for id_ in sorted({one["indicator_id"] for one in given})
        ],
    }
    version = submissions.hand_in(store, receipt.token, submissions.save(store, receipt.token, content, 1))
    reviews.accept(store, Edit(CLI, receipt.id, version, "complete"))
    release()
    assert given_twice() == before + len({one["indicator_id"] for one in given})
