"""The self-assessment: answers change the result at once, stay in the session, and can be taken away."""

from __future__ import annotations

import csv
import io
import re

import oracles
import seen
from seen import Visit
from streamlit.testing.v1 import AppTest

from criteria.framework import current_framework
from pages.shared import database
from practices_db.importing import read_catalogue
from practices_db.models import AnswerRow, columns

FRAMEWORK = current_framework()
EFFECTIVENESS, SUSTAINABILITY = FRAMEWORK.headlines
NOT_ASSESSED = min(one.id for one in oracles.practices() if not one.answers)


def answer(app: AppTest, indicator_id: str, given: str) -> AppTest:
    return app.radio(key=f"own-{indicator_id}").set_value(given).run()


def shown(app: AppTest) -> list[tuple[str, str]]:
    """Return what the two headline boxes say: (label with the range, score)."""
    return [(metric.label, metric.value) for metric in app.metric]


def row_counts() -> dict[str, int]:
    with database.cursor() as cursor:
        names = cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        return {
            name: cursor.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0]  # names of our own tables
            for (name,) in names
        }


def test_before_the_first_answer_anything_is_possible_and_no_score_shows(visit: Visit) -> None:
    app = visit("self_assessment")
    assert not app.exception
    assert shown(app) == [
        (f"{criterion.title}; could be anything from 0 to 100", "not enough answered")
        for criterion in FRAMEWORK.headlines
    ]
    assert app.progress[0].value == 0
    assert app.progress[0].text == f"0 of {len(FRAMEWORK.indicators)} answered"


def test_every_indicator_of_the_chosen_criterion_is_asked(visit: Visit) -> None:
    app = visit("self_assessment")
    for criterion in FRAMEWORK.criteria:
        app.radio(key="own_criterion").set_value(criterion.id).run()
        assert [radio.label for radio in app.radio if radio.key != "own_criterion"] == [
            indicator.label for indicator in criterion.indicators
        ]


def test_an_answer_narrows_the_range_and_raises_the_coverage(visit: Visit) -> None:
    app = visit("self_assessment")
    first = EFFECTIVENESS.indicators[0]
    answer(app, first.id, "met")
    node = oracles.score_nodes(oracles.framework_content(), {first.id: ("met", 0)})[EFFECTIVENESS.id]
    assert node.coverage is not None
    assert node.low is not None
    label, score = shown(app)[0]
    assert 0 < node.low < 100
    assert label == f"{EFFECTIVENESS.title}; could be anything from {int(node.low + oracles.Fraction(1, 2))} to 100"
    assert score == "not enough answered"
    captions = [caption.value for caption in app.caption]
    percent = int(100 * node.coverage + oracles.Fraction(1, 2))
    assert any(caption.startswith(f"{percent} % of what is asked is answered, in 1 answer.") for caption in captions)
    assert shown(app)[1] == (
        f"{SUSTAINABILITY.title}; could be anything from 0 to 100",
        "not enough answered",
    )


def test_all_answers_met_make_a_score_of_100_without_a_range(visit: Visit) -> None:
    app = visit("self_assessment")
    for indicator in EFFECTIVENESS.indicators:
        app.radio(key=f"own-{indicator.id}").set_value("met")
    app.run()
    assert shown(app)[0] == (f"{EFFECTIVENESS.title}; could be anything from 100 to 100", "100")
    answer(app, EFFECTIVENESS.indicators[0].id, "not-met")
    assert int(shown(app)[0][1]) < 100


def test_a_mixture_of_answers_is_scored_as_by_hand(visit: Visit) -> None:
    app = visit("self_assessment")
    given = {
        indicator.id: ("met", "partly", "not-met", "not-applicable", "met", "met")[at % 6]
        for at, indicator in enumerate(EFFECTIVENESS.indicators[:-1])
    }
    for id_, value in given.items():
        app.radio(key=f"own-{id_}").set_value(value)
    app.run()
    nodes = oracles.score_nodes(oracles.framework_content(), {id_: (value, 0) for id_, value in given.items()})
    node = nodes[EFFECTIVENESS.id]
    assert node.score is not None
    assert node.low is not None
    assert node.high is not None
    low, high, score = (int(value + oracles.Fraction(1, 2)) for value in (node.low, node.high, node.score))
    expected = str(score) if node.scored else "not enough answered"
    assert shown(app)[0] == (f"{EFFECTIVENESS.title}; could be anything from {low} to {high}", expected)


def test_a_criterion_to_which_nothing_applies_has_no_score(visit: Visit) -> None:
    app = visit("self_assessment")
    for indicator in EFFECTIVENESS.indicators:
        app.radio(key=f"own-{indicator.id}").set_value("not-applicable")
    app.run()
    assert not app.exception
    assert shown(app)[0] == (EFFECTIVENESS.title, "Does not apply")


def test_only_a_documented_answer_asks_for_its_proof(visit: Visit) -> None:
    app = visit("self_assessment")
    first, second = EFFECTIVENESS.indicators[:2]
    answer(app, first.id, "not-met")
    answer(app, second.id, "not-applicable")
    assert [box.label for box in app.selectbox] == [f"Proof for “{first.label}”"]
    assert [box.label for box in app.text_input][1:] == [f"Note for “{first.label}”: where can one read it?"]


def test_answers_survive_a_look_at_another_criterion_and_another_page(visit: Visit) -> None:
    app = visit("self_assessment")
    first = EFFECTIVENESS.indicators[0]
    answer(app, first.id, "partly")
    app.text_input(key=f"own-note-{first.id}").set_value("see our report").run()
    app.radio(key="own_criterion").set_value(SUSTAINABILITY.id).run()
    assert app.progress[0].text.startswith("1 of ")
    visit("method")
    app = visit("self_assessment")
    assert app.progress[0].text.startswith("1 of ")
    app.radio(key="own_criterion").set_value(EFFECTIVENESS.id).run()
    assert app.radio(key=f"own-{first.id}").value == "partly"
    assert app.text_input(key=f"own-note-{first.id}").value == "see our report"


def test_nothing_is_written_to_the_database(visit: Visit) -> None:
    app = visit("self_assessment")
    before = row_counts()
    assert before["practice"] == 325
    app.text_input(key="own_name").set_value("Our own practice").run()
    for indicator in EFFECTIVENESS.indicators:
        answer(app, indicator.id, "met")
        app.text_input(key=f"own-note-{indicator.id}").set_value("a secret of ours")
    app.run()
    assert row_counts() == before
    with database.cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM answer WHERE note LIKE '%secret of ours%'").fetchall() == [(0,)]


def test_another_visitor_does_not_see_the_answers(visit: Visit) -> None:
    answer(visit("self_assessment"), EFFECTIVENESS.indicators[0].id, "met")
    stranger = seen.opened().switch_page("../self_assessment.py").run()
    assert stranger.progress[0].text.startswith("0 of ")


def test_a_link_from_a_practice_brings_its_name(visit: Visit) -> None:
    app = visit("self_assessment", practice=NOT_ASSESSED)
    name = next(row["name"] for row in seen.rows("practices") if row["id"] == NOT_ASSESSED)
    assert app.text_input(key="own_name").value == name


def test_a_link_from_another_practice_brings_the_other_name(visit: Visit) -> None:
    """Somebody who looks at two practices in a row must not file the second under the name of the first."""
    visit("self_assessment", practice=NOT_ASSESSED)
    other = next(row for row in seen.rows("practices") if row["id"] != NOT_ASSESSED)
    app = visit("self_assessment", practice=other["id"])
    assert app.text_input(key="own_name").value == other["name"]


def test_every_name_of_the_catalogue_fits_the_field(visit: Visit) -> None:
    longest = max(seen.rows("practices"), key=lambda row: len(row["name"]))
    app = visit("self_assessment", practice=longest["id"])
    assert not app.exception
    assert app.text_input(key="own_name").value == longest["name"]


def test_markup_in_a_name_goes_no_further_than_its_field(visit: Visit) -> None:
    app = visit("self_assessment")
    app.text_input(key="own_name").set_value("<b>x</b> [a](https://evil.example) =cmd").run()
    assert not app.exception
    assert not any("evil.example" in sent for sent in seen.strings(app))


# --- the file ----------------------------------------------------------------------------------------------


def _file_of_answers() -> None:
    from datetime import date  # noqa: PLC0415 - AppTest runs this function as a script of its own

    import streamlit as st  # noqa: PLC0415

    from criteria.framework import current_framework  # noqa: PLC0415
    from pages.shared import assessing  # noqa: PLC0415

    content = assessing._file(current_framework(), "our-practice", date(2026, 11, 24))
    st.code(content.decode("utf-8"))


def taken_away(answers: dict[str, object]) -> str:
    app = AppTest.from_function(_file_of_answers, default_timeout=30)
    for key, value in answers.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    return str(app.code[0].value)


def test_the_file_holds_the_answers_as_rows_of_the_catalogue() -> None:
    first, second, third, fourth = EFFECTIVENESS.indicators[:4]
    text = taken_away(
        {
            f"own-{first.id}": "met",
            f"own-evidence-{first.id}": 3,
            f"own-note-{first.id}": 'a "quoted", accented note: Łódź',
            f"own-{second.id}": "not-applicable",
            f"own-evidence-{second.id}": 5,
            f"own-{third.id}": "not-documented",
            f"own-{fourth.id}": "partly",
        }
    )
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))
    assert list(rows[0]) == columns(AnswerRow)
    checked = [AnswerRow.model_validate(row) for row in rows]
    assert [(row.indicator_id, row.answer, row.evidence_level) for row in checked] == [
        (first.id, "met", 3),
        (second.id, "not-applicable", 0),
        (fourth.id, "partly", 0),
    ]
    assert checked[0].note == 'a "quoted", accented note: Łódź'
    assert {row.basis for row in checked} == {"self-assessment"}
    assert {row.practice_id for row in checked} == {"our-practice"}
    assert {row.framework_version for row in checked} == {FRAMEWORK.version}


def test_the_file_without_answers_is_a_heading_only() -> None:
    text = taken_away({})
    assert text.removeprefix("\ufeff").strip() == ",".join(columns(AnswerRow))


def test_a_note_that_a_spreadsheet_would_run_is_made_harmless_in_the_file() -> None:
    first = EFFECTIVENESS.indicators[0]
    for note in ('=HYPERLINK("https://evil.example")', "+1", "-1", "@cmd", "\t=1"):
        text = taken_away({f"own-{first.id}": "met", f"own-note-{first.id}": note})
        (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
        assert row["note"].startswith("'"), note


def test_a_tampered_answer_in_the_session_is_no_answer() -> None:
    first = EFFECTIVENESS.indicators[0]
    text = taken_away({f"own-{first.id}": "excellent", f"own-evidence-{first.id}": 99})
    assert "excellent" not in text
    assert "99" not in text


def test_the_catalogue_reads_what_a_file_of_answers_looks_like() -> None:
    """The file's columns are those of the catalogue's assessments, so that it can be taken in."""
    assert set(columns(AnswerRow)) == set(seen.rows("assessments")[0])
    assert len(read_catalogue().answers) == len(seen.rows("assessments"))


def test_the_download_is_offered_under_a_label_that_says_what_it_is(visit: Visit) -> None:
    assert re.match(r"Download the answers", seen.download_label(visit("self_assessment")))
