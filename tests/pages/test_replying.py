"""What readers see of a release: right of reply, former ids, what left the catalogue, agreement, what changed."""

from __future__ import annotations

from datetime import date

import pytest
import screen
from curating_page import second_reading
from screen import Visit
from streamlit.testing.v1 import AppTest

from pages.shared.components import database
from practices_db.curation import edit_library, edit_practices, releases, reviews, submissions
from practices_db.curation.permissions import CLI
from practices_db.curation.versioned_change import Edit

pytestmark = pytest.mark.usefixtures("database_file")
PRACTICE, DUPLICATE, ENDED = "accelair", "a-walk-to-museums", "zuri-city-card"
PAPER = "invol-evaluation"
PAGE = "https://example.org/page"


def text(app: AppTest) -> str:
    assert not app.exception
    said = [*screen.bodies(app), *(one.value for one in app.text), *(one.value for one in app.caption)]
    return screen.as_read("\n".join(said))


def given_twice(method: AppTest) -> int:
    """Return how many answers the method page says two assessors gave."""
    alt = "Agreement of two assessors by kind of second reading"
    (table,) = (one.value for one in method.table if one.proto.alt == alt)
    return sum(int(str(said).split(" of ")[1].split(" ")[0]) for said in table["The same"])


def second_assessment() -> int:
    """Let a second reader answer what the first assessor of a practice did, accepted; return how many answers."""
    store = database.store()
    with database.cursor() as cursor:
        ((assessed,),) = cursor.execute("SELECT min(practice_id) FROM released_answer").fetchall()
        first = edit_practices.answers(cursor, CLI, assessed)
    of = {one["indicator_id"] for one in first if one["framework_version"] == "2.0.0" and one["basis"] != "tick-list"}
    receipt = submissions.invite(store, assessed, CLI)
    given = {"answer": "met", "evidence_level": 1, "source_url": PAGE}
    content = second_reading([{"indicator_id": id_, **given} for id_ in sorted(of)])
    version = submissions.hand_in(store, receipt.token, submissions.save(store, receipt.token, content, 1))
    reviews.accept(store, Edit(CLI, receipt.id, version, "complete"))
    return len(of)


@pytest.mark.usefixtures("whole_catalogue")
def test_what_was_decided_is_shown_after_the_release_and_not_before(visit: Visit) -> None:
    """One release of everything that readers see of one: each costs as much as the rest of the walk."""
    store = database.store()
    words = {"organisation": "Forum <b>x</b>", "words": "We see *it* otherwise: [x](https://e.org)."}
    sent = submissions.submit(store, "statement", words, None, PRACTICE)
    reviews.accept(store, Edit(CLI, sent.id, 1, "sound"))
    why = Edit(CLI, PRACTICE, 1, "secret", "First year is 2003: page (x)")
    edit_practices.edit_practice(store, why, {"start_year": "2003"}, PAGE)
    edit_practices.still_running(store, Edit(CLI, PRACTICE, 2), True, "The city", date(2026, 11, 25))
    edit_practices.KEPT.merge(store, Edit(CLI, DUPLICATE, 1, "the same"), PRACTICE)
    edit_practices.KEPT.archive(store, Edit(CLI, ENDED, 1, "It never began."))
    edit_library.KEPT["evidence"].archive(store, Edit(CLI, PAPER, 1, "Synthetic reason."))
    again = second_assessment()
    publications = screen.rows("evidence")
    (title,) = (one["title"] for one in publications if one["id"] == PAPER)

    before = text(visit("practice", practice=PRACTICE))
    assert "We see" not in before
    assert "Nothing was corrected" in before
    assert f"All {len(publications)} publications" in text(visit("evidence"))
    assert title in text(visit("evidence", q=title))
    method = visit("method")
    assert "is the first" in text(method)
    twice_before = given_twice(method)

    releases.publish(store, CLI, "test", 1)

    app = visit("practice", practice=PRACTICE)
    assert [one.value for one in app.text if "otherwise" in one.value] == [words["words"]]
    after = text(app)
    assert "It still runs, says The city (25 November 2026)." in after
    assert "First year is 2003" in after
    merged = visit("practice", practice=DUPLICATE)
    assert merged.title[0].value == "Accelair"
    assert "merged into this one" in text(merged)
    gone = visit("practice", practice=ENDED)
    assert "It never began." in screen.as_read(gone.info[0].value)
    assert f"0 of {len(publications) - 1} publications" in text(visit("evidence", q=title))

    app = visit("method")
    assert given_twice(app) == twice_before + again
    said = text(app)
    assert "Practices with changed facts: 1" in said
    (table,) = (one.value for one in app.dataframe if one.proto.alt == "What this release changed")
    (changed,) = table[table["What"] == "Practice with changed facts"].to_dict("records")
    assert changed["Change"] == "First year, Still running, Said by, Said on"
    merged_why = "The entry “A Walk to Museums” was merged into this one: the same"
    assert changed["Why"] == f"First year is 2003: page (x); {merged_why}"
    cells = "\n".join(map(str, table.to_numpy().flat))
    assert "Synthetic reason." in cells
    assert "secret" not in said + cells
    app.selectbox(key="release").set_value(1).run()
    assert "there was nothing before it" in text(app)


def test_correction_request_goes_to_the_queue(visit: Visit) -> None:
    app = screen.all_open(visit("practice", practice="synthetic-empty"))
    app.context = {"url": "https://practices.example.org/practice"}
    app.button[[one.label for one in app.button].index("Send to the curators")].click().run()
    assert "say what is wrong" in app.error[0].value
    drawn = [(one.type, getattr(one, "label", "")) for one in app.main]
    assert [kind for kind, _ in drawn].index("error") < drawn.index(("button", "Send to the curators"))
    app.text_area[0].set_value("x" * 4001)
    app.button[[one.label for one in app.button].index("Send to the curators")].click().run()
    assert "4,001 characters, and at most 4,000 can be sent" in screen.as_read(app.error[0].value)
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
    assert (sent.kind, sent.practice_id, sent.payload) == (
        "correction",
        "synthetic-empty",
        {"what": "It began in 2003."},
    )
    assert sent.id in app.success[0].value
