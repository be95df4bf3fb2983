"""Publications, organisations and links on the curation page: found, changed, taken out, merged, linked."""

from __future__ import annotations

from typing import Any

import pytest
from curating_page import CURATOR, LogIn, labels, press, text
from screen import Visit
from streamlit.testing.v1 import AppTest

from pages.shared.components import database
from pages.shared.curation.fields import of_kind
from practices_db.catalogue.library_items import KINDS
from practices_db.curation import edit_library, edit_practices, releases, submissions, users
from practices_db.curation.permissions import CLI
from practices_db.curation.versioned_change import Edit
from practices_db.database.store import Store

pytestmark = pytest.mark.usefixtures("whole_catalogue")
PAPER, TWIN, HOUSE = "invol-evaluation", "invol-gcr", "oecd"
PRACTICE = "pre-apprenticeship-for-integration"
LINKED = f"evidence>{PAPER}>studies>practice>{PRACTICE}"
PAGE = "https://example.org/page"


def stands(item: Any, id_: str) -> edit_library.Curated:
    with database.cursor() as cursor:
        return edit_library.read(cursor, CLI, item, id_)


def paper(go: Visit, view: str = "facts", item: str = PAPER) -> AppTest:
    return go("curation", part="library", item=item, view=view)


def fill(app: AppTest, name: str, **values: str) -> None:
    for field, value in values.items():
        (widget,) = (one for one in [*app.text_input, *app.text_area] if one.key == f"draft_{name}_{field}")
        widget.set_value(value)


def test_a_publication_that_is_not_released_has_no_link_to_where_everybody_finds_it(log_in: LogIn) -> None:
    go = log_in(CURATOR)
    assert "Where everybody finds it" in [one.proto.label for one in paper(go).get("page_link")]
    database.store().write(lambda cursor: cursor.execute("DELETE FROM evidence_card WHERE id = $id", {"id": PAPER}))
    app = paper(go)
    assert "Where everybody finds it" not in [one.proto.label for one in app.get("page_link")]
    assert "It becomes public with the next release." in text(app)


def test_publication_is_found_changed_and_everybody_reads_why(log_in: LogIn) -> None:
    go = log_in(CURATOR)
    app = go("curation", part="library")
    assert "The first 50 by name" in text(app)
    app.text_input(key="find_evidence").set_value("INTEGRATIONSVORLEHRE invol").run()
    assert "1 publication" in text(app)
    app = paper(go)
    fill(app, f"evidence:{PAPER}", year="2024")
    press(app, "Save")
    assert "Say why" in text(app)
    fill(app, f"evidence:{PAPER}", why="The page says so", public="Year added: 2024.")
    press(app, "Save")
    assert "address of the page that says so" in text(app)
    fill(app, f"evidence:{PAPER}", source=PAGE)
    press(app, "Save")
    assert "Saved." in text(app)
    assert (stands("evidence", PAPER).facts["year"], stands("evidence", PAPER).version) == (2024, 2)
    history = text(paper(go, "history"))
    assert "Year: 2024" in history
    assert "you, " in history
    app = press(go("curation", part="release"), "Look at what has changed since")
    assert "Year added: 2024." in text(app)
    (change,) = releases.pending(database.store(), CLI)
    assert (change.kind, change.words, change.why) == ("publication", "year", "Year added: 2024.")


@pytest.mark.parametrize("item", KINDS)
def test_every_fact_goes_through_the_form_unchanged(store: Store, item: Any) -> None:
    kind, fields = KINDS[item], of_kind(KINDS[item])
    unasked = set(kind.model.model_fields) - set(fields.order)
    assert unasked == {*kind.key, *kind.ends} | ({"checked_on"} & set(kind.model.model_fields))
    with store.cursor() as cursor:
        ids = [kind.id_of(row) for row in cursor.execute(f"SELECT * FROM {item}").df().to_dict("records")]
        assert len(ids) > 5
        for id_ in ids[::7]:  # each is a read of its own
            facts = edit_library.read(cursor, CLI, item, id_).facts
            back = fields.as_facts(fields.as_widgets(facts))
            assert kind.model.model_validate(facts | back).model_dump() == facts, id_


def test_publication_is_checked_archived_put_back_and_merged(log_in: LogIn) -> None:
    go, name = log_in(CURATOR), f"evidence:{TWIN}"
    app = paper(go, "standing", TWIN)
    press(app, "It is still right")
    assert "Noted: checked on" in text(app)
    app.text_input(key=f"archive_reason_{name}").set_value("It is the same.")
    press(app, "Archive")
    assert "It was taken out: It is the same." in text(app)
    app.text_input(key=f"relist_reason_{name}").set_value("It is not.")
    press(app, "Put it back")
    app.text_input(key=f"merge_find_{name}").set_value(PAPER).run()
    app.selectbox(key=f"merge_into_{name}").select_index(0).run()
    app.text_input(key=f"merge_reason_{name}").set_value("It is, after all").run()
    press(press(app, "Merge"), "Yes, merge")
    assert "merged into another one" in text(app)
    was = stands("evidence", TWIN)
    assert (was.state, was.merged_into, was.version) == ("merged", PAPER, 5)
    assert "Save" not in labels(paper(go, "facts", TWIN))


def test_link_is_added_changed_and_taken_out(log_in: LogIn) -> None:
    go = log_in(CURATOR)
    app = go("curation", part="library", shelf="organisation", item=HOUSE, view="links")
    assert "18 links found automatically" in {one.label for one in app.expander}
    app.text_input(key=f"link_leads_{HOUSE}_find").set_value("accelair").run()
    app.selectbox(key=f"link_leads_{HOUSE}_to").select_index(0).run()
    press(app, "Add the link")
    assert "Say why" in text(app) or "Please correct" in text(app)
    app.text_area(key=f"link_leads_{HOUSE}_accelair_reason").set_value("Synthetic: both say so.")
    app.text_input(key=f"link_leads_{HOUSE}_accelair_source").set_value(PAGE)
    app.text_input(key=f"link_leads_{HOUSE}_accelair_why").set_value("Read it")
    press(app, "Add the link")
    assert "Added." in text(app)
    id_ = f"organisation>{HOUSE}>leads>practice>accelair"
    assert "Leads the practice Accelair (accelair)" in text(app)
    fill(app, f"link:{id_}", reason="Synthetic: they say so.", why="Read again")
    press(app, "Save")
    assert (stands("link", id_).facts["reason"], stands("link", id_).version) == ("Synthetic: they say so.", 2)
    app.radio(key="link_view").set_value("standing").run()
    app.text_input(key=f"archive_reason_link:{id_}").set_value("It is another one.")
    press(app, "Archive")
    assert stands("link", id_).state == "archived"
    assert "It was taken out: It is another one." in text(app)
    app.radio(key="link_view").set_value("history").run()
    assert "Read again" in text(app)


def test_link_that_two_records_show_is_taken_out(log_in: LogIn) -> None:
    app = log_in(CURATOR)("curation", part="library", shelf="organisation", item=HOUSE, view="links")
    press(app, "Take it out")
    assert "Choose which one is wrong." in text(app)
    app.selectbox(key=f"refuse_which_{HOUSE}").select_index(0)
    app.text_input(key=f"refuse_reason_{HOUSE}").set_value("Another one.")
    press(app, "Take it out")
    assert "Taken out." in text(app)
    assert "17 links found automatically" in {one.label for one in app.expander}
    assert "It was taken out: Another one." in text(app)


def test_what_was_typed_on_a_link_is_shown_where_somebody_merged_its_end(log_in: LogIn) -> None:
    app = paper(log_in(CURATOR), "links")
    fill(app, f"link:{LINKED}", reason="Synthetic words, long thought over.", why="Read again")
    edit_practices.KEPT.merge(database.store(), Edit(CLI, PRACTICE, 1, "the same"), "accelair")
    press(app, "Save")
    assert "The link that you were changing is gone" in text(app)
    assert "Synthetic words, long thought over." in text(app)
    assert "The link that you were changing is gone" not in text(app.run())


def test_more_than_can_be_listed_is_said(log_in: LogIn) -> None:
    app = paper(log_in(CURATOR), "standing", TWIN)
    app.text_input(key=f"merge_find_evidence:{TWIN}").set_value("refugee").run()
    (box,) = (one for one in app.selectbox if one.key == f"merge_into_evidence:{TWIN}")
    assert "write more of it to find others" in box.label
    assert len(box.options) == 50


def test_correction_of_an_organisation_leads_to_it(log_in: LogIn) -> None:
    content = {"organisation_id": HOUSE, "what": "Synthetic: another name.", "source_url": PAGE}
    sent = submissions.submit(database.store(), "organisation-correction", content)
    go = log_in(CURATOR)
    assert HOUSE in "".join(one.label for one in go("curation").get("page_link"))
    app = go("curation", submission=sent.id)
    (link,) = (one for one in app.get("page_link") if one.label == "The organisation under Library")
    assert f"item={HOUSE}" in link.proto.query_string
    assert "history" not in {one.label for one in app.text_input}
    (note,) = (one for one in app.text_area if one.label.startswith("Note to the sender"))
    note.set_value("Done.")
    press(app, "Accept")
    assert "Accepted." in text(app)


def test_link_to_what_is_not_there_says_so(log_in: LogIn) -> None:
    go = log_in(CURATOR)
    for link in ({"item": "nothing"}, {"item": "x>y", "shelf": "link"}, {"item": PAPER, "shelf": "x"}):
        app = go("curation", part="library", **link)
        assert not app.exception, link
        assert ("There is no publication" in text(app)) == (link["item"] != PAPER), link


def test_next_press_is_refused_once_the_role_is_gone(log_in: LogIn) -> None:
    pages = {
        button: paper(log_in(CURATOR), "facts" if button == "Save" else "standing")
        for button in ("Save", "It is still right", "Archive")
    }
    fill(pages["Save"], f"evidence:{PAPER}", year="2024", why="why", source=PAGE)
    pages["Archive"].text_input(key=f"archive_reason_evidence:{PAPER}").set_value("why")
    users.dismiss(database.store(), CLI, CURATOR)
    for button, app in pages.items():
        press(app, button)
        assert stands("evidence", PAPER).version == 1, button
        assert "have no role here" in text(app), button


FINDING = "tip-sweden>job-coaching-and-matching>>employment"


def test_finding_is_found_changed_and_taken_out(log_in: LogIn) -> None:
    go, name = log_in(CURATOR), f"finding:{FINDING}"
    app = go("curation", part="library", shelf="finding")
    app.text_input(key="find_finding").set_value("tip-sweden").run()
    assert "Random assignment to intensive coaching" in "".join(one.label for one in app.get("page_link"))
    app = go("curation", part="library", shelf="finding", item=FINDING)
    app.selectbox(key=f"draft_{name}_first_direction").set_value("no-clear-effect")
    fill(app, name, why="The table says so")
    press(app, "Save")
    assert "does not fit" in text(app)
    app.selectbox(key=f"draft_{name}_first_direction").set_value("improved")
    fill(app, name, effect_text="Regular work rose.")
    press(app, "Save")
    assert "Saved." in text(app)
    assert stands("finding", FINDING).facts["effect_text"] == "Regular work rose."
    app = go("curation", part="library", shelf="finding", item=FINDING, view="standing")
    app.text_input(key=f"archive_reason_{name}").set_value("Counted twice")
    press(app, "Archive")
    assert "It leaves the catalogue with the next release" in text(app)
    press(go("curation", part="release"), "Look at what has changed since")
    (change,) = releases.pending(database.store(), CLI)
    assert (change.kind, change.why) == ("finding", "Counted twice")
