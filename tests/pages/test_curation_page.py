"""The curation pages: who sees what, every button as every role, conflicts, and nothing without a login."""

from __future__ import annotations

import itertools
from datetime import date
from pathlib import Path

import pytest
import screen
from curating_page import (
    ADDRESS,
    ADMINISTRATOR,
    CURATOR,
    NOBODY,
    OTHER,
    LogIn,
    labels,
    lines,
    press,
    second_reading,
    text,
)
from import_files import LEAST, table
from screen import Visit
from streamlit.testing.v1 import AppTest

from pages.shared.components import database
from pages.shared.curation import fields
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.config import database_path
from practices_db.curation import edit_practices, releases, reviews, submissions, users
from practices_db.curation.permissions import CLI, pseudonym
from practices_db.curation.versioned_change import Edit
from practices_db.database import audit_log
from practices_db.database.store import Store
from practices_db.operations import backups
from practices_db.operations.release_tables import Place, opened
from practices_db.queries import practices

PRACTICE, DUPLICATE = "synthetic-accents", "synthetic-empty"
ASSESSED = "synthetic-formula"
PAGE = "https://example.org/page"
WORDS = {"organisation": "Forum", "words": "We see it otherwise."}


# --- who sees what ---------------------------------------------------------------------------------------------


def test_without_a_login_there_is_no_curation_page(visit: Visit) -> None:
    app = visit("overview")
    with pytest.raises(ValueError, match="curation"):
        app.switch_page("../curation.py").run()


def test_visitor_is_asked_to_log_in_and_an_address_that_is_not_verified_has_no_role(log_in: LogIn) -> None:
    app = log_in(None)("curation", part="people")
    assert labels(app) == {"Log in"}
    assert not app.radio
    assert not app.table
    assert lines("log in") == []
    app.user = {"is_logged_in": True, "email": CURATOR, "email_verified": False}
    assert "no e-mail address that its provider has verified" in text(app.run())
    assert not app.radio


def test_login_without_a_role_sees_nothing_and_is_on_record(log_in: LogIn) -> None:
    submissions.submit(database.store(), "statement", WORDS, "box@example.org", PRACTICE)
    go = log_in(NOBODY)
    for part in ("queue", "practices", "import", "release", "people", "backups"):
        app = go("curation", part=part)
        assert "have no role here" in text(app), part
        assert labels(app) == {"Log out"}, part
        assert not [*app.radio, *app.table, *app.text_input, *app.get("file_uploader")], part
        foot = [link.proto.page for link in app.get("page_link")]
        assert foot == ["contact", "imprint", "privacy"], f"{part}: the foot alone"
    assert lines("log in") == [(pseudonym(NOBODY), "session")], "once a visit"
    assert lines("refused") == [(pseudonym(NOBODY), "submission")], "once a visit"


def test_curator_and_administrator_have_their_parts_and_no_others(log_in: LogIn) -> None:
    curator = log_in(CURATOR)("curation", part="people")
    assert curator.radio[0].options == ["Queue", "Practices", "Library", "Import", "Release"]
    assert "E-mail address" not in text(curator)
    assert [one.value for one in curator.warning] == ["“People” needs the role administrator."]
    administrator = log_in(ADMINISTRATOR)("curation", part="queue")
    assert administrator.radio[0].options == ["People", "Backups"]
    assert [one.value for one in administrator.header] == ["People"]
    assert [one.value for one in administrator.warning] == ["“Queue” needs the role curator."]
    assert "submission" not in text(administrator)
    without_folder = log_in(ADMINISTRATOR)("curation", part="backups")
    assert "PRACTICES_BACKUPS" in text(without_folder)
    assert "Back up now" not in labels(without_folder)


@pytest.mark.usefixtures("whole_catalogue")
def test_answers_worth_looking_for_are_listed_on_demand(log_in: LogIn) -> None:
    app = log_in(CURATOR)("curation", part="practices")
    assert not app.table
    app.toggle(key="answer_gaps").set_value(True).run()
    assert not app.exception
    assert [one.value for one in app.subheader] == ["Effectiveness", "Sustainability"]
    by_result, by_sustainability = (one.value for one in app.table if "Would give a score" in one.value.columns)
    assert set(by_result["Would give a score"]) == {"Result on the main outcome"}
    assert all(str(cell).endswith("&view=answers)") for cell in by_sustainability["Practice"])
    telling = [one.value for one in app.table if "Pairs it would settle" in one.value.columns]
    gains = [
        [float(screen.as_read(str(cell)).rsplit("+", 1)[1]) for cell in one["Pairs it would settle"]] for one in telling
    ]
    assert all(of == sorted(of, reverse=True) and of[-1] > 0 for of in gains)


# --- the queue -------------------------------------------------------------------------------------------------


def test_submission_is_looked_at_accepted_and_published(log_in: LogIn) -> None:
    sent = submissions.submit(database.store(), "statement", WORDS, "box@example.org", PRACTICE)
    go = log_in(CURATOR)
    assert "1 submission" in text(go("curation"))
    app = go("curation", submission=sent.id)
    assert "box" in text(app)
    assert "We see it otherwise." in text(app)
    go("curation", submission=sent.id)  # once a visit
    with database.cursor() as cursor:
        assert [line.action for line in audit_log.history(cursor, f"submission:{sent.id}")] == ["read", "new"]
    press(app, "Accept")
    assert "Accepted" in text(app)
    app = press(go("curation", part="release"), "Look at what has changed since")
    assert "Owners' statements: 1" in text(app)
    press(app, "Publish")
    press(app, "Yes, publish")
    assert "Release 2 is out, with 1 change." in text(app)
    with opened(Place.of(database_path())) as tables:
        assert [one.number for one in tables.kept()] == [2]
    assert "release 2" in text(app)
    with database.cursor() as cursor:
        assert practices.statement(cursor, PRACTICE)["words"] == WORDS["words"]  # type: ignore[index]
    assert lines("publish") == [(pseudonym(CURATOR), "data")]


def test_release_tables_that_cannot_be_written_hide_nothing_of_the_release(
    log_in: LogIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (in_the_way := tmp_path / "a-file").write_text("no folder")
    monkeypatch.setenv("PRACTICES_RELEASES_WAREHOUSE", str(in_the_way))
    named = "UPDATE practice SET name = 'Another name' WHERE id = (SELECT min(id) FROM practice)"
    app = log_in(CURATOR)("curation", part="release")
    database.store().write(lambda cursor: cursor.execute(named))
    for button in ("Look at what has changed since", "Publish", "Yes, publish"):
        press(app, button)
    assert "Release 2 is out, with" in text(app)
    assert "Head of the record" in text(app)
    assert any("Replicas and other engines do not have it yet" in one.value for one in app.warning)


def test_returning_needs_a_note_and_keeps_what_was_typed(log_in: LogIn) -> None:
    sent = submissions.submit(database.store(), "statement", WORDS, None, PRACTICE)
    app = log_in(CURATOR)("curation", submission=sent.id)
    press(app, "Return with the note")
    assert "Say what is missing" in text(app)
    app.text_area[0].set_value("Please name the year.")
    press(app, "Return with the note")
    assert "Note to the sender: Please name the year." in text(app)
    assert "Accept" not in labels(app)


def test_submission_that_was_corrected_meanwhile_is_not_accepted_unseen(log_in: LogIn) -> None:
    store = database.store()
    sent = submissions.submit(store, "statement", WORDS, None, PRACTICE)
    app = log_in(CURATOR)("curation", submission=sent.id)
    submissions.correct(store, sent.token, WORDS | {"words": "Other words."}, 1)
    press(app, "Accept")
    assert "changed in between" in text(app)
    assert "Other words." in text(app)
    with database.cursor() as cursor:
        assert reviews.submission(cursor, CLI, sent.id).status == "submitted"
    press(app, "Accept")
    assert "Accepted" in text(app)


def test_withdrawing_asks_first_and_then_nothing_is_left(log_in: LogIn) -> None:
    sent = submissions.submit(database.store(), "statement", WORDS, None, PRACTICE)
    app = log_in(CURATOR)("curation", submission=sent.id)
    press(app, "Withdraw")
    press(app, "No, leave it")
    assert "Yes, erase it" not in labels(app)
    press(press(app, "Withdraw"), "Yes, erase it")
    assert "The content was withdrawn and is gone." in text(app)
    assert WORDS["words"] not in text(app)


def test_unknown_submission_and_practice_are_told(log_in: LogIn) -> None:
    go = log_in(CURATOR)
    assert "There is no submission" in text(go("curation", submission="none"))
    assert "There is no practice" in text(go("curation", part="practices", practice="none"))
    assert "Nothing is waiting" in text(go("curation"))


# --- practices -------------------------------------------------------------------------------------------------


def facts(go: Visit) -> AppTest:
    return go("curation", part="practices", practice=PRACTICE)


def fill(app: AppTest, **values: str) -> None:
    for field, value in values.items():
        key = f"draft_practice:{PRACTICE}_{field}"
        (widget,) = (one for one in [*app.text_input, *app.text_area] if one.key == key)
        widget.set_value(value)


def test_practice_is_found_whatever_its_accents_and_edited_with_source_and_reason(log_in: LogIn) -> None:
    go = log_in(CURATOR)
    app = go("curation", part="practices")
    app.text_input(key="find_practice").set_value("LODZ ŒUVRE").run()
    assert "1 practice" in text(app)
    app = facts(go)
    fill(app, start_year="2003")
    press(app, "Save")
    assert "reason" in text(app).lower()
    fill(app, why="Their page says so", source=PAGE, public="First year corrected to 2003.")
    press(app, "Save")
    assert "Saved." in text(app)
    with database.cursor() as cursor:
        stands = edit_practices.practice(cursor, CLI, PRACTICE)
    assert (stands.facts["start_year"], stands.version) == (2003, 2)
    history = text(go("curation", part="practices", practice=PRACTICE, view="history"))
    assert "First year: 2003" in history
    assert "everybody reads: First year corrected to 2003." in history
    assert "you, " in history


@pytest.mark.parametrize("every", [8, pytest.param(1, marks=pytest.mark.slow)])
def test_every_fact_of_every_practice_goes_through_the_form_unchanged(store: Store, every: int) -> None:
    with store.cursor() as cursor:
        ids = [one.id for one in edit_practices.find(cursor, CLI, "practice", "", 10_000)]
        for id_ in ids[::every]:
            stands = edit_practices.practice(cursor, CLI, id_).facts
            back = fields.PRACTICE.as_facts(fields.PRACTICE.as_widgets(stands))
            assert edit_practices.checked_practice(stands | back, id_).model_dump() == stands


def test_second_of_two_curators_sees_the_conflict_and_neither_loses_anything(log_in: LogIn) -> None:
    first, second = facts(log_in(CURATOR)), facts(log_in(OTHER))
    fill(first, start_year="2003", summary="Theirs alone.", why="Their page", source=PAGE)
    press(first, "Save")
    fill(second, start_year="2004", lead_organisation="Somebody else", why="My page", source=PAGE)
    press(second, "Save")
    said = text(second)
    assert "changed in between" in said
    assert pseudonym(CURATOR) in said
    assert "nothing of yours is lost" in said
    (table,) = (one.value for one in second.table if "When you opened it" in one.value)
    row = table.set_index("Field").loc["First year"]
    assert (row["Now"], row["Yours"]) == ("2003", "2004")
    press(second, "Continue from the current version, with my changes")
    key = f"draft_practice:{PRACTICE}_"
    assert second.text_input(key=f"{key}lead_organisation").value == "Somebody else"
    assert second.text_input(key=f"{key}why").value == "My page"
    assert "nothing of yours is lost" not in text(second)
    press(second, "Save")
    assert "Saved." in text(second)
    with database.cursor() as cursor:
        stands = edit_practices.practice(cursor, CLI, PRACTICE).facts
    assert (stands["start_year"], stands["lead_organisation"]) == (2004, "Somebody else")
    assert stands["summary"] == "Theirs alone.", "what only the first changed"
    press(first.run(), "Discard my changes")
    assert first.text_input(key=f"{key}lead_organisation").value == "Somebody else"


def test_a_practice_that_is_not_released_has_no_link_to_its_page(log_in: LogIn) -> None:
    go = log_in(CURATOR)
    assert "As everybody sees it" in [one.proto.label for one in facts(go).get("page_link")]
    database.store().write(lambda cursor: cursor.execute("DELETE FROM practice_card WHERE id = $id", {"id": PRACTICE}))
    app = facts(go)
    assert "As everybody sees it" not in [one.proto.label for one in app.get("page_link")]
    assert "It becomes public with the next release." in text(app)


def test_what_is_typed_is_still_there_after_another_view_and_another_form(log_in: LogIn) -> None:
    app = facts(log_in(CURATOR))
    fill(app, summary="Half a sentence", why="Their page says so")
    for view in ("history", "answers", "facts"):  # answers have a form of their own
        app.radio(key="choose_view").set_value(view).run()
    key = f"draft_practice:{PRACTICE}_"
    assert app.text_area(key=f"{key}summary").value == "Half a sentence"
    assert app.text_input(key=f"{key}why").value == "Their page says so"
    app.radio(key="choose_view").set_value("standing").run()
    press(app, "It is still right")  # a change of one's own, of something that is not in the form
    app.radio(key="choose_view").set_value("facts").run()
    assert "Somebody else" not in text(app)
    fill(app, source=PAGE)
    press(app, "Save")
    assert "Saved." in text(app)
    with database.cursor() as cursor:
        assert edit_practices.practice(cursor, CLI, PRACTICE).facts["summary"] == "Half a sentence"
    app.radio(key="choose_view").set_value("history").run()
    app.radio(key="choose_view").set_value("facts").run()
    assert not app.text_input(key=f"{key}why").value, "it is saved: the form begins anew"


def test_answer_is_changed_with_its_reason(log_in: LogIn) -> None:
    app = log_in(CURATOR)("curation", part="practices", practice=PRACTICE, view="answers")
    (box,) = (one for one in app.selectbox if one.label == "Answer")
    new = next(option for option in ("Met", "Not met") if option != box.value)
    box.select(new)
    (address,) = (one for one in app.text_input if one.label == "Source: address")
    address.set_value(PAGE)
    (reason,) = (one for one in app.text_input if one.label.startswith("Why"))
    reason.set_value("Read again")
    press(app, "Save")
    assert "Saved." in text(app)
    assert "Read again" in text(app.switch_page("../curation.py").run()) or lines("edit")


def test_standing_checked_running_archived_relisted_merged(log_in: LogIn) -> None:
    go = log_in(CURATOR)
    app = go("curation", part="practices", practice=DUPLICATE, view="standing")
    press(app, "It is still right")
    (by,) = (one for one in app.text_input if one.label.startswith("Who said so"))
    by.set_value("The museum")
    press(app, "Note it")
    assert "It still runs: The museum" in text(app)
    (reason,) = (one for one in app.text_input if one.key == f"archive_reason_practice:{DUPLICATE}")
    reason.set_value("It never began.")
    press(app, "Archive")
    assert "archived" in text(app)
    app.text_input(key=f"relist_reason_practice:{DUPLICATE}").set_value("It did.")
    press(app, "Put it back")
    app.text_input(key=f"merge_find_practice:{DUPLICATE}").set_value(PRACTICE).run()
    app.selectbox(key=f"merge_into_practice:{DUPLICATE}").select_index(0).run()
    app.text_input(key=f"merge_reason_practice:{DUPLICATE}").set_value("The same").run()
    press(press(app, "Merge"), "Yes, merge")
    assert "merged into another one" in text(app)
    with database.cursor() as cursor:
        stands = edit_practices.practice(cursor, CLI, DUPLICATE)
    assert (stands.merged_into, stands.running_said_by, stands.version) == (PRACTICE, "The museum", 6)
    assert stands.checked_by == pseudonym(CURATOR)
    assert stands.running_said_on == audit_log.now().date() >= date(2026, 1, 1)


def test_invited_assessor_differs_and_the_curator_settles(log_in: LogIn) -> None:
    store = database.store()
    with database.cursor() as cursor:
        (first,) = edit_practices.answers(cursor, CLI, ASSESSED)
    go = log_in(CURATOR)
    app = go("curation", part="practices", practice=ASSESSED, view="opinions")
    press(app, "Make a private link")
    address, _, token = app.code[0].value.partition("#")
    assert address == f"{ADDRESS}/my_submission"
    press(app, "It is sent; hide it here")
    assert not app.code
    content = second_reading([{"indicator_id": first["indicator_id"], "answer": "met", "source_url": PAGE}])
    submissions.hand_in(store, token, submissions.save(store, token, content, 1))
    id_of = submissions.open_by_token(store, token).id
    press(go("curation", submission=id_of), "Accept")
    app = go("curation", part="practices", practice=ASSESSED, view="opinions")
    assert "1 indicator, 1 not settled yet" in text(app)
    press(app, "Settle")
    assert "Choose which answer counts." in text(app)
    (choice,) = (one for one in app.radio if one.label.startswith("Which answer"))
    choice.set_value(first["assessment_id"])
    (note,) = (one for one in app.text_input if one.label.startswith("Why (shown"))
    note.set_value("The page of 2024 says so.")
    press(app, "Settle")
    assert "1 indicator, 0 not settled yet" in text(app)
    assert "Settled: The page of 2024 says so." in text(app)


# --- release, people -------------------------------------------------------------------------------------------


def test_release_that_another_curator_made_first_is_told(log_in: LogIn) -> None:
    store = database.store()
    edit_practices.edit_practice(store, Edit(CLI, PRACTICE, 1, "why"), {"start_year": "2003"}, PAGE)
    app = press(log_in(CURATOR)("curation", part="release"), "Look at what has changed since")
    press(app, "Publish")
    releases.publish(store, CLI, "faster", 1)
    press(app, "Yes, publish")
    assert "Release 2 came out in between" in text(app)


def test_unreleased_data_are_exported_and_that_is_on_record(log_in: LogIn) -> None:
    app = press(log_in(CURATOR)("curation", part="release"), "Prepare the files")
    (download,) = app.get("download_button")
    assert "ZIP" in download.label
    assert lines("export") == [(pseudonym(CURATOR), "data")]
    with database.cursor() as cursor:
        assert practices.data_version(cursor).number == 1


def test_who_looks_at_what_is_not_released_is_on_record_once_a_visit(log_in: LogIn) -> None:
    several = {"part": "practices", "change": "several", "country": "IE"}
    seen: list[str] = []
    for at, button in (
        ({"part": "practices", "practice": PRACTICE}, ""),
        (several, "Show what would change"),
        ({"part": "release"}, "Look at what has changed since"),
    ):
        go = log_in(CURATOR)
        app = go("curation", **at)
        press(app, button) if button else go("curation", **at)
        seen.append("data")
        assert [of for _, of in lines("read")] == seen, at


def test_administrator_gives_and_takes_roles(log_in: LogIn) -> None:
    app = log_in(ADMINISTRATOR)("curation")
    app.text_input(key="grant_email").set_value("no address")
    press(app, "Give the role")
    assert "e-mail address" in text(app)
    app.text_input(key="grant_email").set_value(NOBODY)
    press(app, "Give the role")
    with database.cursor() as cursor:
        assert users.actor_of(cursor, NOBODY).role == "curator"
    app.selectbox(key="dismiss_email").set_value(NOBODY).run()
    press(press(app, "Remove the role"), "Yes, remove it")
    with database.cursor() as cursor:
        assert users.actor_of(cursor, NOBODY).role == "viewer"


# --- a role that is taken away while the page is open: role × action × state through the buttons ----------------


ON_SUBMISSION = {
    "accept": ["Accept"],
    "return": ["Return with the note"],
    "renew": ["Make a new private link", "Yes, make a new one"],
    "withdraw": ["Withdraw", "Yes, erase it"],
}
# A button of each form; what each of them may do is asked function by function in unit/curation/test_permissions.py.
BUTTONS: dict[str, tuple[dict[str, str], list[str]]] = {
    "accept": ({"submission": "?"}, ON_SUBMISSION["accept"]),
    "withdraw": ({"submission": "?"}, ON_SUBMISSION["withdraw"]),
    "edit": ({"part": "practices", "practice": PRACTICE}, ["Save"]),
    "answer": ({"part": "practices", "practice": ASSESSED, "view": "answers"}, ["Save"]),
    "archive": ({"part": "practices", "practice": PRACTICE, "view": "standing"}, ["Archive"]),
    "invite": ({"part": "practices", "practice": PRACTICE, "view": "opinions"}, ["Make a private link"]),
    "publish": ({"part": "release"}, ["Look at what has changed since", "Publish", "Yes, publish"]),
    "export": ({"part": "release"}, ["Prepare the files"]),
    "import": ({"part": "import"}, ["Import"]),
}


def everything() -> list[object]:
    names = ("practice", "assessment", "answer", "settlement", "statement", "submission", "data_version")
    with database.cursor() as cursor:
        return [cursor.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in names]


def given(role: str, address: str) -> None:
    """Give somebody another role, or none: viewer."""
    if role == "viewer":
        users.dismiss(database.store(), CLI, address)
    else:
        users.grant(database.store(), CLI, address, role)  # type: ignore[arg-type]


def test_next_press_is_refused_once_the_role_is_another_one(log_in: LogIn) -> None:
    """Every button on a page of its own, opened while the role was there; nothing that they press changes anything."""
    sent = submissions.submit(database.store(), "statement", WORDS, None, PRACTICE)
    pages: dict[str, AppTest] = {}
    for action, (params, presses) in BUTTONS.items():
        at = {name: sent.id if value == "?" else value for name, value in params.items()}
        pages[action] = log_in(CURATOR)("curation", **at)
        if action == "import":
            pages[action].file_uploader[0].set_value(("practices.csv", table(LEAST).encode(), "text/csv")).run()
        for label in presses[:-1]:
            press(pages[action], label)
    before, done, refused = everything(), [], 0
    for action, role in zip(BUTTONS, itertools.cycle(["viewer", "assessor", "administrator"]), strict=False):
        given(role, CURATOR)
        app = press(pages[action], BUTTONS[action][1][-1])
        done += [(action, role)] if everything() != before or lines("export") else []
        if role == "administrator":
            assert [one.value for one in app.header] == ["People"], action
        else:
            assert "have no role here" in text(app), action
            refused += 1
            assert lines("refused") == [(pseudonym(CURATOR), "submission")] * refused, action
    assert done == []


BY_STATE = {
    "draft": {"Make a new private link", "Withdraw"},
    "submitted": {first for first, *_ in ON_SUBMISSION.values()},
    "returned": {"Make a new private link", "Withdraw"},
    "published": {"Make a new private link", "Withdraw"},
    "withdrawn": set(),
}


def into(state: str, receipt: submissions.Receipt) -> None:
    """Bring a submission that waits into another state."""
    store = database.store()
    match state:
        case "returned":
            reviews.send_back(store, Edit(CLI, receipt.id, 1, "why"))
        case "published":
            reviews.accept(store, Edit(CLI, receipt.id, 1, "sound"))
        case "withdrawn":
            submissions.withdraw(store, receipt.token, 1)


def test_only_what_the_state_of_a_submission_allows_is_offered(log_in: LogIn) -> None:
    store, go = database.store(), log_in(CURATOR)
    offered = {}
    for state in BY_STATE:
        if state == "draft":
            receipt = submissions.invite(store, PRACTICE, CLI)
        else:
            receipt = submissions.submit(store, "statement", WORDS | {"words": state}, None, PRACTICE)
            into(state, receipt)
        app = go("curation", submission=receipt.id)
        assert not app.exception, state
        offered[state] = labels(app) & BY_STATE["submitted"]
    assert offered == BY_STATE


def test_press_on_a_submission_that_moved_meanwhile_is_refused(log_in: LogIn) -> None:
    wrong = []
    for action, state in (
        ("accept", "withdrawn"),
        ("return", "published"),
        ("withdraw", "returned"),
        ("renew", "withdrawn"),
        ("renew", "returned"),
    ):
        words = WORDS | {"words": f"{action} {state}"}  # the very same is taken in once
        receipt = submissions.submit(database.store(), "statement", words, None, PRACTICE)
        app = log_in(CURATOR)("curation", submission=receipt.id)
        if action == "return":
            app.text_area[0].set_value("why")
        *first, last = ON_SUBMISSION[action]
        for label in first:
            press(app, label)
        into(state, receipt)
        before = everything()
        press(app, last)
        if (action, state) == ("renew", "returned"):  # a new link changes nothing of what was sent: still allowed
            assert "There is a new link." in text(app)
        elif everything() != before or "Accepted. It becomes" in text(app):
            wrong.append((action, state))
    assert wrong == []


ON_PRACTICE = {"It is still right", "Note it", "Archive", "Put it back"}
BY_PRACTICE_STATE = {
    "listed": {"It is still right", "Note it", "Archive"},
    "archived": {"It is still right", "Note it", "Put it back"},
    "merged": set(),
}


def test_only_what_the_state_of_a_practice_allows_is_offered(log_in: LogIn) -> None:
    store, go = database.store(), log_in(CURATOR)
    ids = {"listed": ASSESSED, "archived": "synthetic-lines", "merged": DUPLICATE}
    edit_practices.KEPT.archive(store, Edit(CLI, ids["archived"], 1, "why"))
    edit_practices.KEPT.merge(store, Edit(CLI, ids["merged"], 1, "why"), PRACTICE)
    for state, id_ in ids.items():
        app = go("curation", part="practices", practice=id_, view="standing")
        assert labels(app) & ON_PRACTICE == BY_PRACTICE_STATE[state], state
        app = go("curation", part="practices", practice=id_, view="facts")
        assert ("Save" in labels(app)) == (state != "merged"), state
        app = go("curation", part="practices", practice=id_, view="opinions")
        assert ("Make a private link" in labels(app)) == (state == "listed"), state


def test_administrator_whose_role_is_another_one_gives_and_takes_none(log_in: LogIn) -> None:
    pages: dict[str, list[AppTest]] = {"viewer": [], "curator": []}
    buttons = ("Give the role", "Yes, remove it")
    for opened_ in pages.values():
        for button in buttons:
            app = log_in(ADMINISTRATOR)("curation")
            app.text_input(key="grant_email").set_value(NOBODY)
            app.selectbox(key="dismiss_email").set_value(OTHER).run()
            opened_.append(press(app, "Remove the role") if button == "Yes, remove it" else app)
    wrong = []
    for role, opened_ in pages.items():
        given(role, ADMINISTRATOR)
        for button, app in zip(buttons, opened_, strict=True):
            press(app, button)
            with database.cursor() as cursor:
                roles = [users.actor_of(cursor, address).role for address in (NOBODY, OTHER)]
            wrong += [(role, button, roles)] if roles != ["viewer", "curator"] else []
    assert wrong == []


# --- backups ---------------------------------------------------------------------------------------------------


@pytest.fixture
def backups_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("PRACTICES_BACKUPS", str(tmp_path))
    return tmp_path


def test_administrator_makes_a_backup_and_finds_it_in_the_list(backups_folder: Path, log_in: LogIn) -> None:
    go = log_in(ADMINISTRATOR)
    assert "There is no backup yet" in text(go("curation", part="backups"))
    app = press(go("curation", part="backups"), "Back up now")
    assert "was made and verified." in text(app)
    (made,) = backups.backups(backups_folder)
    assert backups.backup_problems(made) == []
    assert made.folder.name in text(app)
    assert lines("backup") == [(pseudonym(ADMINISTRATOR), "data")]


# --- one fact of several practices ------------------------------------------------------------------------------


def test_one_fact_of_a_selection_is_seen_changed_and_taken_back(log_in: LogIn) -> None:
    def countries() -> list[tuple[str, ...]]:
        with database.cursor() as cursor:
            found = edit_practices.practices(cursor, [PRACTICE, DUPLICATE])
        return [found[id_].facts["countries"] for id_ in (PRACTICE, DUPLICATE)]

    before = countries()
    app = log_in(CURATOR)("curation", part="practices", change="several", country="IE")
    with database.cursor() as cursor:
        in_ireland = practices.find_practices(cursor, PracticeFilter(country=("IE",)))
    assert f"{len(in_ireland)} practice" in text(app)
    app.text_area(key="batch_ids").set_value(f"{PRACTICE}, {DUPLICATE}\nno-such").run()
    assert "3 practices chosen by id" in text(app)
    app.selectbox(key="batch_column").set_value("countries").run()
    app.radio(key="batch_how").set_value("add").run()
    app.multiselect(key="draft_batch_countries").set_value(["MT"]).run()
    press(app, "Show what would change")
    assert "2 practices would change, 0 would stay as they are, 1 cannot be changed." in text(app)
    assert "there is no practice with this id" in text(app)
    press(app, "Change 2 practices")
    assert "Leave these out" in text(app)
    app.toggle(key="batch_leave").set_value(True).run()
    press(app, "Change 2 practices")
    assert "Say why" in text(app)
    assert countries() == before
    app.text_input(key="batch_reason").set_value("the partner works there, too")
    press(app, "Change 2 practices")
    assert "Changed: 2 practices. It becomes public with the next release." in text(app)
    assert countries() == [(*one, "MT") for one in before]
    assert "Countries of 2 practices" in text(app)
    (why,) = (one for one in app.text_input if one.label == "Why it is taken back")
    why.set_value("it does not")
    press(app, "Take it back")
    assert "Taken back: 2 practices as before." in text(app)
    assert countries() == before
    assert "Take it back" not in labels(app)


def test_preview_is_of_the_choice_on_screen(log_in: LogIn) -> None:
    app = log_in(CURATOR)("curation", part="practices", change="several")
    app.text_area(key="batch_ids").set_value(PRACTICE).run()
    app.selectbox(key="batch_column").set_value("start_year").run()
    app.text_input(key="draft_batch_start_year").set_value("1066").run()
    press(app, "Show what would change")
    assert "0 practices would change, 0 would stay as they are, 1 cannot be changed." in text(app)
    app.text_input(key="draft_batch_start_year").set_value("2001").run()
    assert "cannot be changed" not in text(app)
    assert not any(label.startswith("Change ") for label in labels(app))
