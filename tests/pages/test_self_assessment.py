"""The self-assessment step by step: answers change the result at once; nothing is written; files open again."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import oracles
import pytest
import screen
from screen import Visit
from streamlit.testing.v1 import AppTest

from criteria.framework import ANSWER_IDS, current_framework, evidence_fault, published_frameworks
from criteria.steps import steps_of
from pages.shared.components import browser_storage, database
from pages.shared.components.browser_storage import Difference, Entry, Listed, Report, _report
from pages.shared.self_assessment import draft as self_assessment_draft
from pages.shared.self_assessment import navigation, questions
from practices_db.catalogue.vocabularies import label
from practices_db.database.store import Store
from practices_db.files.self_assessment.form import Draft, OwnAnswer, OwnAssessment, Sending, file_text, new_form

FRAMEWORK = current_framework()
EFFECTIVENESS, SUSTAINABILITY = FRAMEWORK.headlines
NOT_ASSESSED = min(one.id for one in oracles.practices() if not one.answers)
DAY = date(2026, 3, 4)


def filled(seed: int = 1, **profile: Any) -> OwnAssessment:
    chance = random.Random(seed)  # noqa: S311
    form = new_form(DAY).with_profile(**profile)
    for one in FRAMEWORK.indicators:
        levels = [level for level in range(4) if evidence_fault(FRAMEWORK, one.id, level) is None]
        form = form.with_answer(
            OwnAnswer(indicator=one.id, answer=chance.choice(ANSWER_IDS), evidence_level=chance.choice(levels))
        )
    return form


def earlier_form() -> OwnAssessment:
    """An empty form as it was saved under version 1.0.0 of the questions."""
    before = published_frameworks()["integration-practices", "1.0.0"]
    return OwnAssessment(framework=before.id, framework_version=before.version, saved_on=DAY)


@pytest.fixture
def own(visit: Visit, app: AppTest) -> Any:
    """Return a function that opens a step; with a draft, as if the browser had kept it."""

    def go(step: str = "start", draft: Draft | None = None, **params: str) -> AppTest:
        if "own" not in app.session_state or draft:
            state = self_assessment_draft._State(
                draft or Draft(mine=new_form(DAY)), revision=int(bool(draft)), loaded=True
            )
            app.session_state["own"] = state
        return visit("self_assessment", step=step, **params)

    return go


def draft(app: AppTest) -> Draft:
    found: Draft = app.session_state["own"].draft
    return found


def give(app: AppTest, indicator_id: str, answer: str) -> AppTest:
    return app.radio(key=f"own_{indicator_id}_answer").set_value(answer).run()


def shown(app: AppTest) -> list[tuple[str, str]]:
    return [(metric.label, metric.value) for metric in app.metric]


def row_counts() -> dict[str, int]:
    with database.cursor() as cursor:
        names = cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        return {
            name: cursor.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0]  # names of our own tables
            for (name,) in names
        }


# --- steps -----------------------------------------------------------------------------------------------------


def test_until_the_browser_has_told_what_it_keeps_everything_can_be_read_and_nothing_answered(visit: Visit) -> None:
    for step in navigation.steps():
        app = visit("self_assessment", step=step.id)
        assert not app.exception
        (progress,) = app.get("progress")
        assert "Looking whether this browser keeps answers" in progress.proto.text
        assert all(one.disabled for one in app.selectbox if one.key != "reader_language"), step.id
        assert not [*app.radio, *app.button, *app.text_input, *app.text_area, *app.number_input], step.id
        read = [one.value for one in [*app.header, *app.markdown]]
        if step.indicator:
            assert read[0] == step.indicator.label
            assert any(step.indicator.met in words for words in read)
        else:
            assert bool(app.header) == (step.id == "start"), f"{step.id} is about what was answered"


@pytest.mark.parametrize("full", [False, True])
def test_every_step_opens_from_its_link_with_and_without_answers(own: Any, full: bool) -> None:
    form = filled(sectors=("language",), target_groups=("refugees",), countries=("IT",), people_reached=500)
    given = Draft(mine=form, colleagues=(filled(2), filled(3)), last_year=filled(4)) if full else None
    for step in navigation.steps():
        app = own(step.id, given)
        assert not app.exception, step.id
        assert not app.error, step.id
        assert app.selectbox(key="own_step").value == step.id
        assert len(app.header) == 1
        assert all(screen.alt_texts(app)), step.id
        assert any(one.key == "own_forget" for one in app.button), f"{step.id}: forgetting is at hand"


def test_an_unknown_step_is_the_start(own: Any) -> None:
    app = own("no-such-step")
    assert not app.exception
    assert app.selectbox(key="own_step").value == "start"


def test_every_indicator_is_asked_in_exactly_one_step_with_its_anchors_and_the_rules_for_answering(own: Any) -> None:
    """The word and what it means are the label together: on screen, and in the accessible name."""
    asked = []
    for step in navigation.question_steps():
        app = own(step.id)
        text = "\n".join(screen.bodies(app))
        assert all(f"- {rule.text}" in text for rule in FRAMEWORK.rules), step.id
        (radio,) = [one for one in app.radio if one.key.endswith("_answer")]
        asked.append(radio.key.removeprefix("own_").removesuffix("_answer"))
        indicator = FRAMEWORK.indicator(asked[-1])
        words = list(questions.WORDS.values())
        anchors = [indicator.met, indicator.partly, indicator.not_met]
        assert radio.options[:3] == [f"**{word}**  \n{anchor}" for word, anchor in zip(words, anchors, strict=False)]
        assert [option.split("**")[1] for option in radio.options] == words
        assert not any(radio.proto.captions)
    assert asked == [one.id for one in FRAMEWORK.indicators]


def test_the_short_form_asks_what_the_headline_criteria_ask_and_next_and_back_lead_through_it(own: Any) -> None:
    app = own("start")
    seen = []
    for _ in range(100):
        seen.append(app.selectbox(key="own_step").value)
        following = [one for one in app.button if one.label.startswith("Next: ")]
        if not following:
            break
        app = following[0].click().run()
        assert not app.exception
        assert any(one.label.startswith("Back: ") for one in app.button)
    asked = [one.id for criterion in FRAMEWORK.headlines for one in criterion.indicators]
    assert seen[:2] == ["start", "profile"]
    assert seen[2 : 2 + len(asked)] == asked
    assert seen[2 + len(asked)] == "result"


def test_next_and_back_lead_through_all_steps_of_the_whole_form(own: Any) -> None:
    app = own("start", Draft(mine=new_form(DAY), short=False))
    for before, after in zip(navigation.steps(), navigation.steps()[1:], strict=False):
        following = app.button(key=f"own_go_{after.id}_next")  # the same in every language
        assert following.label == f"Next: {after.name}"
        app = following.click().run()
        assert not app.exception
        assert app.selectbox(key="own_step").value == after.id
        assert app.button(key=f"own_go_{before.id}_back").label == f"Back: {before.name}"


def test_switching_the_length_loses_no_answer(own: Any) -> None:
    form = filled(8, name="Both")
    app = own("start", Draft(mine=form, short=False))
    for short in (True, False):
        app.radio(key="own_length").set_value(short).run()
        assert draft(app).short == short
        assert draft(app).mine == form
    app = own("inc-feedback", Draft(mine=form, short=True))
    assert app.radio(key="own_inc-feedback_answer").value == form.form["inc-feedback"]
    assert app.selectbox(key="own_step").value == "inc-feedback"


def test_the_rest_is_offered_after_the_short_form(own: Any) -> None:
    short = {one.id for criterion in FRAMEWORK.headlines for one in criterion.indicators}
    form = new_form(DAY)
    for id_ in short:
        form = form.with_answer(OwnAnswer(indicator=id_, answer="met", evidence_level=1))
    app = own("result", Draft(mine=form))
    assert app.progress[0].text == f"{len(short)} of {len(short)} answered (short form), all questions answered"
    rest = [one for one in FRAMEWORK.indicators if one.id not in short]
    minutes = navigation.minutes(rest)
    assert app.button(key="own_rest").label == f"Answer the rest: {len(rest)} questions, about {minutes} minutes"
    app.button(key="own_rest").click().run()
    assert draft(app).short is False
    assert app.selectbox(key="own_step").value == rest[0].id
    assert draft(app).mine == form


def test_links_of_the_time_when_a_step_had_a_whole_question_still_lead_there(own: Any) -> None:
    assert own("sustainability-financial").selectbox(key="own_step").value == "sus-continued"


def test_minutes_are_the_words_at_130_a_minute_and_a_minute_a_note_for_both_lengths(own: Any) -> None:
    app = own("start")
    told = [option.removeprefix("**").replace("**", "") for option in app.radio(key="own_length").options]
    for words, short in zip(told, (True, False), strict=True):
        asked = [one for criterion in FRAMEWORK.criteria if criterion.headline or not short
                 for one in criterion.indicators]  # fmt: skip
        read = sum(len(f"{one.label} {one.met} {one.partly} {one.not_met}".split()) for one in asked)
        whole = -(-(read + 130 * len(asked)) // 130)
        name = "Short form" if short else "Whole form"
        assert words == f"{name}: {len(asked)} questions, about {whole} minutes"


def test_minutes_and_progress_count_down(own: Any) -> None:
    every = len(navigation.asked(short=True))
    app = own("eff-result")
    whole = navigation.minutes(navigation.asked(short=True))
    assert app.progress[0].text == f"0 of {every} answered (short form), about {whole} minutes left"
    give(app, "eff-result", "met")
    left = navigation.minutes(navigation.asked(short=True)[1:])
    assert app.progress[0].text == f"1 of {every} answered (short form), about {left} minutes left"


# --- answering -------------------------------------------------------------------------------------------------


def test_a_score_with_its_range_shows_from_the_first_answer_on(own: Any) -> None:
    app = own("eff-lasts")
    assert f"{EFFECTIVENESS.title}: **between 0 and 100**" in screen.bodies(app)
    give(app, "eff-lasts", "met")
    node = oracles.score_nodes(oracles.framework_content(), {"eff-lasts": ("met", 0)})[EFFECTIVENESS.id]
    assert node.low is not None
    assert node.high is not None
    low, high = (int(value + oracles.Fraction(1, 2)) for value in (node.low, node.high))
    assert f"{EFFECTIVENESS.title}: **between {low} and {high}**" in screen.bodies(app)
    assert low > 0
    assert any("and an answer to “Result on the main outcome”" in one.value for one in app.caption)
    app = give(own("eff-result"), "eff-result", "met")
    assert f"{EFFECTIVENESS.title}: **100 of 100**" in screen.bodies(app)
    assert any("0 of 2 answers with evidence." in one.value for one in app.caption)


def test_a_mixture_of_answers_is_scored_as_by_hand(own: Any) -> None:
    form = filled(9)
    app = own("result", Draft(mine=form))
    given = {one.indicator: (one.answer, one.evidence_level) for one in form.answers}
    nodes = oracles.score_nodes(oracles.framework_content(), given)  # type: ignore[arg-type]
    for criterion, (title, value) in zip(FRAMEWORK.headlines, shown(app), strict=True):
        node = nodes[criterion.id]
        assert node.score is not None
        assert node.low is not None
        assert node.high is not None
        whole = [str(int(one + oracles.Fraction(1, 2))) for one in (node.score, node.low, node.high)]
        expected = f"{whole[0]} of 100" if node.scored else f"between {whole[1]} and {whole[2]}"
        assert (title, value) == (criterion.title, expected)


def test_only_a_documented_answer_asks_for_its_proof(own: Any) -> None:
    first, second = (one.id for one in EFFECTIVENESS.questions[0].indicators)
    app = give(own(first), first, "not-met")
    keys = {one.key for one in [*app.radio, *app.text_input, *app.text_area]}
    assert {f"own_{first}_level", f"own_{first}_note", f"own_{first}_link"} <= keys
    assert app.radio(key=f"own_{first}_level").value is None
    assert app.text_area(key=f"own_{first}_note").label == f"Note ({FRAMEWORK.indicator(first).label})"
    app = give(own(second), second, "not-applicable")
    keys = {one.key for one in [*app.radio, *app.text_input, *app.text_area]}
    assert f"own_{second}_note" in keys
    assert not keys & {f"own_{second}_level", f"own_{second}_link"}
    assert app.text_area(key=f"own_{second}_note").placeholder == "Why does it not apply?"
    assert any("Please say why" in one.value for one in app.caption)


def test_notes_links_and_proof_are_kept_with_the_answer(own: Any) -> None:
    app = give(own("eff-result"), "eff-result", "partly")
    app.radio(key="own_eff-result_level").set_value(2).run()
    app.text_area(key="own_eff-result_note").set_value("see our report").run()
    app.text_input(key="own_eff-result_link").set_value("in the drawer").run()
    answer = draft(app).mine.answer("eff-result")
    assert answer == OwnAnswer(
        indicator="eff-result", answer="partly", evidence_level=2, note="see our report", link="in the drawer"
    )
    assert any("This is no web address yet" in one.value for one in app.caption)
    app = own("eff-every-group")
    app = own("eff-result")
    assert app.radio(key="own_eff-result_answer").value == "partly"
    assert app.text_area(key="own_eff-result_note").value == "see our report"
    app.text_area(key="own_eff-result_note").set_value("x" * 1001).run()  # a paste is cut and not dropped unsaid
    (kept,) = draft(app).mine.answers
    assert kept.note == "x" * 1000
    assert any("only its first 1,000 characters were kept" in one.value for one in app.warning)
    app.button(key="own_eff-result_clear").click().run()
    assert draft(app).mine.answers == ()
    assert app.radio(key="own_eff-result_answer").value is None


def _sent_by_hand() -> None:
    from pages.shared.self_assessment import (  # noqa: PLC0415 - AppTest runs this function as a script of its own
        draft as self_assessment_draft,
    )

    self_assessment_draft.change_answer("eff-result", answer="excellent")
    self_assessment_draft.change_answer("eff-result", evidence_level=9)
    self_assessment_draft.change_profile(countries=("Atlantis",))


def test_a_value_that_no_widget_offers_is_dropped() -> None:
    app = AppTest.from_function(_sent_by_hand, default_timeout=30).run()
    assert not app.exception
    assert draft(app).empty


def _told_by_the_browser() -> None:
    from pages.shared.self_assessment import (  # noqa: PLC0415 - AppTest runs this function as a script of its own
        draft as self_assessment_draft,
    )

    self_assessment_draft.set_answer("sus-continued", "met")
    state = self_assessment_draft._state()
    state.take_field("own_sus-continued_level", "2")
    assert state.raw("own_sus-continued_level", 3) == "2"
    state.take_field("own_sus-continued_level", "3")  # the fourth of three
    state.take_field("own_of-an-earlier-framework_level", "0")


def test_a_level_is_told_by_its_place_among_those_offered() -> None:
    app = AppTest.from_function(_told_by_the_browser, default_timeout=30).run()
    assert not app.exception
    (answer,) = draft(app).mine.answers
    assert answer.evidence_level == 3


def test_an_example_is_a_real_answer_with_its_source(own: Any) -> None:
    app = own("evi-open-about-failure")
    real = {row["note"] for row in screen.rows("assessments") if row["answer"] == "met"}
    links = [body for body in screen.bodies(app) if "](<http" in body]
    assert links
    assert all(any(note in screen.as_read(body) for note in real if note) for body in links)


def test_levels_about_a_measured_change_are_offered_at_outcomes_only(own: Any) -> None:
    app = give(own("eff-result"), "eff-result", "met")
    assert app.radio(key="own_eff-result_level").options == list(questions.EVIDENCE)
    app = give(own("sus-continued"), "sus-continued", "met")
    box = app.radio(key="own_sus-continued_level")
    assert box.options == [questions.EVIDENCE[level] for level in (0, 1, 3)]
    assert "does not ask for one" in box.help
    box.set_value(3).run()
    answer = draft(app).mine.answer("sus-continued")
    assert answer
    assert answer.evidence_level == 3


def test_an_answer_of_an_earlier_version_stands_beside_the_question_until_it_is_confirmed(own: Any) -> None:
    form = earlier_form()
    for id_, level in (("eff-follow-up", 4), ("sus-continued", 1)):
        form = form.with_answer(
            OwnAnswer(indicator=id_, answer="partly", evidence_level=level, note="asked again", link="example.org")
        )
    app = own("start")
    app.file_uploader(key="own_file").set_value(("old.json", file_text(form, DAY).encode(), "application/json")).run()
    assert draft(app).mine.answers == ()
    assert any("2 earlier answers stand beside" in body for body in screen.bodies(app))
    app = own("eff-lasts")
    assert any("Your earlier answer" in body and "Followed up" not in body for body in screen.bodies(app))
    assert app.radio(key="own_eff-lasts_answer").value is None
    assert [one.key for one in app.button if "_same_" in one.key] == ["own_eff-lasts_same_eff-follow-up"]
    app.button(key="own_eff-lasts_same_eff-follow-up").click().run()
    assert draft(app).mine.answers == (
        OwnAnswer(indicator="eff-lasts", answer="partly", evidence_level=4, note="asked again", link="example.org"),
    )
    assert app.button(key="own_eff-lasts_same_eff-follow-up").disabled


def test_an_earlier_form_is_not_compared_with_one_of_today(own: Any) -> None:
    old = earlier_form().with_answer(OwnAnswer(indicator="sus-continued", answer="met"))
    file = ("old.json", file_text(old, DAY).encode(), "application/json")
    app = own("last-year", Draft(mine=filled()))
    app.file_uploader(key="own_earlier").set_value(file).run()
    assert "which ask something else" in app.error[0].value
    assert draft(app).last_year is None
    app = own("colleagues")
    app.file_uploader(key="own_colleagues").set_value([file]).run()
    assert "which ask something else" in app.error[0].value
    assert draft(app).colleagues == ()


def test_nothing_is_written_to_the_database(own: Any) -> None:
    app = own("profile")
    before = row_counts()
    app.text_input(key="own_profile_name").set_value("Our own practice").run()
    app = own("eff-result")
    give(app, "eff-result", "met")
    app.text_area(key="own_eff-result_note").set_value("a secret of ours").run()
    for step in ("result", "next-steps", "learn-from", "take-away"):
        own(step)
    assert row_counts() == before
    with database.cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM answer WHERE note LIKE '%secret of ours%'").fetchall() == [(0,)]


def test_another_visitor_does_not_see_the_answers(own: Any) -> None:
    own("result", Draft(mine=filled()))
    stranger = screen.opened()
    assert "own" not in stranger.session_state
    stranger.switch_page("../self_assessment.py").run()
    assert draft(stranger).empty


def test_markup_in_what_she_writes_goes_nowhere_as_markup(own: Any) -> None:
    evil = "<b>x</b> [a](https://evil.example) :red[y] =cmd"
    form = filled(name=evil, sectors=("language",), target_groups=("refugees",), organisation=evil)
    form = form.with_answer(OwnAnswer(indicator="eff-result", answer="met", note=evil, link=evil))
    other = form.with_answer(OwnAnswer(indicator="eff-result", answer="not-met", note=evil))
    for step in ("start", "result", "colleagues", "next-steps"):
        app = own(step, Draft(mine=form, colleagues=(form, other), last_year=other))
        assert not app.exception
        assert not any(
            "](https://evil.example" in sent or "<b>x" in sent for sent in screen.strings(app) if sent[:1] != "{"
        ), step


# --- the browser's storage ---------------------------------------------------------------------------------------


def test_a_report_is_taken_only_where_it_is_well_formed() -> None:
    entry = {"text": "{}", "revision": 3, "stamp": "s", "kept": "2026-01-01"}
    told = {"kind": "state", "n": 4, "slot": "self-assessment", "entry": entry}
    more = {"typed": {"a": "b", "c": 5}, "drafts": [{"slot": "x", "kept": None}, 7], "fields": ["a", 9]}
    assert _report(told | more) == Report(
        "state",
        Entry("{}", 3, "s", "2026-01-01"),
        4,
        "self-assessment",
        {"a": "b"},
        (Listed("x", "", ""),),
        frozenset({"a"}),
    )
    assert _report(told | {"entry": None}) == Report("state", None, 4, "self-assessment")
    wrong = ({"kind": "evil"}, {"slot": 5}, {"entry": {"text": 1, "stamp": "s"}})
    for one in (None, 5, *(told | parts for parts in wrong)):
        assert _report(one) is None


def _absorb() -> None:
    import streamlit as st  # noqa: PLC0415 - AppTest runs this function as a script of its own

    from pages.shared.components import browser_storage  # noqa: PLC0415
    from pages.shared.self_assessment import draft as self_assessment_draft  # noqa: PLC0415

    state = self_assessment_draft._state()
    for report in st.session_state.pop("reports", []):
        state.absorb(report)
    browser_storage.kept_line(state)


def absorbed(*reports: Report, state: self_assessment_draft._State | None = None) -> AppTest:
    app = AppTest.from_function(_absorb, default_timeout=30)
    if state:
        app.session_state["own"] = state
    app.session_state["reports"] = list(reports)
    app.run()
    assert not app.exception
    return app


def told(draft: Draft | str, n: int = 1, **more: Any) -> Report:
    """Return a report of a browser that keeps a draft."""
    text = draft if isinstance(draft, str) else draft.model_dump_json()
    kind = more.pop("kind", "state")
    return Report(kind, Entry(text, 7, "theirs", ""), n, **({"slot": "self-assessment"} | more))


def test_a_new_session_takes_what_the_browser_keeps() -> None:
    kept = Draft(mine=filled(5))
    app = absorbed(told(kept))
    assert draft(app) == kept
    assert app.session_state["own"].revision == 7
    assert app.session_state["own"].slot == "self-assessment"


def test_what_was_typed_or_chosen_since_holds_over_what_was_kept() -> None:
    kept = Draft(mine=filled(5, name="Before", start_year=2001))
    typed = {
        "own_profile_name": "After",
        "own_profile_start_year": "2015",
        "own_profile_people_reached": "no number",
        "own_sending_page": "https://example.org",
        "own_eff-result_note": "typed in a tunnel",
        "own_eff-result_answer": str(ANSWER_IDS.index("partly")),
        "own_eff-lasts_answer": "99",
        "own_settle_eff-lasts_note": "agreed in a tunnel",
        "own_no-such-indicator_note": "nowhere",
        "own_profile_summary": "no such fact",
        "something else": "x",
    }
    app = absorbed(told(kept, typed=typed))
    found = draft(app)
    facts = found.mine.profile
    assert (facts.name, facts.start_year, facts.people_reached) == ("After", 2015, None)
    assert found.sending.page == "https://example.org"
    answer, other = found.mine.answer("eff-result"), found.mine.answer("eff-lasts")
    assert answer
    assert other
    assert (answer.answer, answer.note) == ("partly", "typed in a tunnel")
    assert (other.answer, other.note) == (kept.mine.form["eff-lasts"], "agreed in a tunnel")
    assert len(found.mine.answers) == len(FRAMEWORK.indicators)


def _asked() -> None:
    import streamlit as st  # noqa: PLC0415 - AppTest runs this function as a script of its own

    from criteria.framework import current_framework  # noqa: PLC0415
    from pages.shared.components import browser_storage  # noqa: PLC0415
    from pages.shared.self_assessment import draft as self_assessment_draft  # noqa: PLC0415
    from pages.shared.self_assessment import questions  # noqa: PLC0415

    state = self_assessment_draft._state()
    for report in st.session_state.pop("reports", []):
        state.absorb(report)
    browser_storage.kept_line(state)
    for indicator in current_framework().indicators[:2]:
        questions._indicator(indicator, None)


class Returned:
    """A new session after a cut in which ``CHOSEN`` was chosen at the first question; ``BEFORE`` stood before it."""

    BEFORE, CHOSEN = "met", "partly"
    FIRST, OTHER = (f"own_{one.id}_answer" for one in FRAMEWORK.indicators[:2])

    def __init__(self) -> None:
        self.app = AppTest.from_function(_asked, default_timeout=30)
        kept = Draft(mine=new_form(DAY).with_answer(OwnAnswer(indicator=FRAMEWORK.indicators[0].id, answer="met")))
        self.n = 0
        self.tells(self.CHOSEN, kept)

    def tells(self, answer: str, kept: Draft | None = None) -> None:
        """Let the browser tell an answer to the first question that is not in the text yet."""
        self.n += 1
        raw = str(ANSWER_IDS.index(answer))  # type: ignore[arg-type]
        entry = told(kept).entry if kept else None
        self.app.session_state["reports"] = [Report("state", entry, self.n, "self-assessment", {self.FIRST: raw})]
        self.app.run()
        assert not self.app.exception

    def sends(self, answer: str, key: str = FIRST) -> None:
        """Let Streamlit send an answer."""
        self.app.radio(key=key).set_value(answer).run()
        assert not self.app.exception

    def holds(self, answer: str, at: int = 0) -> None:
        """See an answer in the draft and in its question, and that nothing else is crossed out in the browser."""
        given = draft(self.app).mine.answer(FRAMEWORK.indicators[at].id)
        assert given
        key = (self.FIRST, self.OTHER)[at]
        assert (given.answer, self.app.radio(key=key).value) == (answer, answer)
        assert self.app.session_state["own"].taken.get(key) in (None, str(ANSWER_IDS.index(answer)))  # type: ignore[arg-type]


def test_the_choice_before_a_cut_that_streamlit_sends_once_more_undoes_nothing() -> None:
    page = Returned()
    page.holds(page.CHOSEN)
    page.sends(page.BEFORE)
    page.holds(page.CHOSEN)
    page.sends(page.CHOSEN)
    page.holds(page.CHOSEN)


def test_changes_right_after_a_return_hold_as_soon_as_the_browser_tells_them() -> None:
    page = Returned()
    page.sends("not-met", page.OTHER)
    page.holds("not-met", 1)
    page.sends("not-met")  # two, quickly, the second back to what stood before the cut
    page.sends(page.BEFORE)
    page.tells(page.BEFORE)
    page.holds(page.BEFORE)
    page.sends(page.CHOSEN)
    page.holds(page.BEFORE)
    page.tells(page.CHOSEN)
    page.holds(page.CHOSEN)


def test_a_while_after_a_return_a_choice_needs_no_second_word(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Returned()
    monkeypatch.setattr(browser_storage, "_RETURN", 0.0)
    page.sends("not-met")
    page.holds("not-met")
    page.tells(page.CHOSEN)  # in a second cut: what was taken before must not cross out the same, chosen once more
    page.holds(page.CHOSEN)


def test_what_the_session_holds_is_newer_than_what_a_late_report_says() -> None:
    now = Draft(mine=filled(6))
    state = self_assessment_draft._State(now, revision=2, loaded=True, heard=5)
    late = told(Draft(mine=filled(5)), 5, typed={"own_profile_name": "late"})
    app = absorbed(told(Draft(mine=filled(5)), 6), late, told("{}", 7, slot="self-assessment/other"), state=state)
    assert draft(app) == now
    assert app.session_state["own"].heard == 7
    app = absorbed(
        told(Draft(mine=filled(5)), 8, slot="elsewhere"), state=self_assessment_draft._State(now, slot="here")
    )
    assert draft(app) == now


def test_what_cannot_be_read_is_told_and_offered() -> None:
    app = absorbed(told('{"draft": 99}'))
    assert "What this browser kept cannot be read" in app.error[0].value
    assert draft(app).empty


@pytest.mark.parametrize("button", ["kept_use_this", "kept_use_other", "kept_use_both"])
def test_another_tabs_answers_are_never_taken_or_overwritten_without_a_choice(button: str) -> None:
    here, there = Draft(mine=filled(6, name="Here")), Draft(mine=filled(6, name="There"))
    state = self_assessment_draft._State(here, revision=4, loaded=True, slot="self-assessment")
    app = absorbed(told(there, kind="other", beside="self-assessment/beside"), state=state)
    assert draft(app) == here
    assert "differ in 1 place:" in app.warning[0].value
    assert "here: Here; in the other tab: There" in screen.as_read(app.markdown[0].value)
    app.button(key=button).click().run()
    assert not app.warning
    held = app.session_state["own"]
    assert held.draft == (there if button == "kept_use_other" else here)
    assert held.over == ("" if button == "kept_use_both" else "theirs")
    assert (held.slot == "self-assessment") == (button != "kept_use_both")
    assert held.revision == {"kept_use_this": 8, "kept_use_other": 7, "kept_use_both": 5}[button]
    assert [order["slot"] for order in held.orders] == ["self-assessment/beside"]


def test_another_tab_that_says_the_same_is_no_matter() -> None:
    here = Draft(mine=filled(6))
    state = self_assessment_draft._State(here, revision=4, loaded=True, slot="self-assessment")
    app = absorbed(told(here, kind="other"), state=state)
    assert not app.warning
    assert app.session_state["own"].over == "theirs"


def test_a_browser_that_keeps_nothing_is_said() -> None:
    app = absorbed(Report("unavailable"))
    assert "does not let pages keep anything" in app.warning[0].value
    assert app.session_state["own"].loaded


def test_every_part_of_two_drafts_is_told_apart() -> None:
    one = Draft(mine=new_form(DAY).with_profile(countries=("IT",)))
    form = one.mine.with_answer(OwnAnswer(indicator="eff-result", answer="met", evidence_level=1, note="a"))
    form = form.model_copy(update={"out_of_reach": ("eff-result",)}).with_profile(countries=("DE", "IT"))
    other = Draft(mine=form, colleagues=(form,), last_year=form, settled=("eff-result",), sending=Sending(shared=True))
    found = self_assessment_draft.differences(one, other)
    label = next(one.label for one in FRAMEWORK.indicators if one.id == "eff-result")
    assert [difference.what for difference in found] == [
        "Countries",
        f"{label}: answer",
        f"{label}: evidence",
        f"{label}: note",
        "Several people read the mailbox",
        "Files of colleagues",
        "Settled with colleagues",
        "Steps out of reach",
        "Earlier file",
    ]
    assert found[0] == Difference("Countries", "IT", "DE, IT")
    assert self_assessment_draft.differences(other, other) == []


def test_drafts_stand_side_by_side_and_the_open_one_can_be_deleted(own: Any, app: AppTest) -> None:
    own("start", Draft(mine=filled(5, name="Mill")))
    state = app.session_state["own"]
    state.slot, state.listed = "self-assessment", (Listed("self-assessment/2", "Choir", "2026-01-02T03:04:05.000Z"),)
    own("start")
    names = app.selectbox(key="own_draft").options
    assert names == ["Mill (open)", "Choir (kept on 2 January 2026)"]
    app.button(key="own_draft_new").click().run()
    held = app.session_state["own"]
    assert held.draft.empty
    assert held.slot not in ("self-assessment", "self-assessment/2")
    assert {one.name for one in held.listed} == {"Mill", "Choir"}
    app.button(key="own_draft_delete").click().run()
    held = app.session_state["own"]
    assert held.slot == "self-assessment"
    assert not held.loaded
    assert len(held.orders) == 1


# --- ways to begin -----------------------------------------------------------------------------------------------


def test_a_link_from_a_practice_offers_its_facts_and_overwrites_nothing(own: Any) -> None:
    before = Draft(mine=filled(name="Mine"))
    app = own("start", before, practice=NOT_ASSESSED)
    assert draft(app) == before
    assert app.selectbox(key="own_practice").value == NOT_ASSESSED
    app.button(key="own_from").click().run()
    row = next(row for row in screen.rows("practices") if row["id"] == NOT_ASSESSED)
    assert draft(app).mine.profile.name == row["name"]
    assert draft(app).mine.profile.practice_id == NOT_ASSESSED
    assert draft(app).mine.answers == ()
    assert app.selectbox(key="own_step").value == "profile"


@pytest.mark.parametrize("every", [8, pytest.param(1, marks=pytest.mark.slow)])
def test_every_practice_of_the_catalogue_can_be_the_start(store: Store, every: int) -> None:
    from pages.shared.self_assessment.start import from_card  # noqa: PLC0415
    from practices_db.queries import practices  # noqa: PLC0415

    with store.cursor() as cursor:
        for id_ in list(practices.practice_names(cursor))[::every]:
            card = practices.practice(cursor, id_)
            assert card
            assert from_card(card, []).profile.practice_id == id_


def test_published_answers_can_be_taken_with_their_sources(own: Any) -> None:
    app = own("start", practice="humanitarian-corridors")
    app.checkbox(key="own_take_answers").check().run()
    app.button(key="own_from").click().run()
    rows = [
        row
        for row in screen.rows("assessments")
        if row["practice_id"] == "humanitarian-corridors" and row["framework_version"] == FRAMEWORK.version
    ]
    assert {one.indicator for one in draft(app).mine.answers} == {row["indicator_id"] for row in rows}
    assert {one.link for one in draft(app).mine.answers} <= {row["source_url"] for row in rows}


def test_a_saved_file_is_opened_and_a_faulty_one_changes_nothing(own: Any) -> None:
    form = filled(8, name="From a file")
    app = own("start")
    app.file_uploader(key="own_file").set_value(("mine.json", file_text(form, DAY).encode(), "application/json")).run()
    assert draft(app).mine.form == form.form
    assert f"{len(FRAMEWORK.indicators)} answers" in app.success[0].value
    app.file_uploader(key="own_file").set_value(("bad.json", b'{"file": 1}', "application/json")).run()
    assert "not a self-assessment" in screen.as_read(app.error[0].value)
    assert draft(app).mine.form == form.form


def test_forgetting_empties_the_draft_and_tells_the_browser(own: Any) -> None:
    app = own("start", Draft(mine=filled()))
    app.button(key="own_forget").click().run()
    assert draft(app).empty
    assert [order["slot"] for order in app.session_state["own"].orders] == ["*"]


# --- result, next steps, learning --------------------------------------------------------------------------------


def test_peers_are_drawn_from_five_on_and_their_rule_is_said(own: Any) -> None:
    rare = Draft(mine=filled(sectors=("digital",), target_groups=("unaccompanied-minors",)))
    app = own("result", rare)
    assert any("Too few to show" in body for body in screen.bodies(app))
    many = Draft(mine=filled(sectors=("housing-and-settlement", "language"), target_groups=("refugees",)))
    app = own("result", many)
    assert any("Your scores among those of your peers" in one for one in screen.alt_texts(app))
    assert any("share at least one sector and at least one target group" in one.value for one in app.caption)


def test_there_is_no_level_on_ones_own_word_and_the_next_step_is_to_show_it(own: Any) -> None:
    form = new_form(DAY)
    for one in SUSTAINABILITY.indicators:
        form = form.with_answer(OwnAnswer(indicator=one.id, answer="met"))
    app = own("result", Draft(mine=form))
    levels = [body for body in screen.bodies(app) if body.startswith("Level: ")]
    assert all("**Not enough documented**" in body for body in levels)
    assert shown(app)[1] == (SUSTAINABILITY.title, "100 of 100")
    assert f"0 of {len(SUSTAINABILITY.indicators)} answers with evidence." in screen.bodies(app)
    one_document = form.with_answer(
        OwnAnswer(indicator=SUSTAINABILITY.indicators[0].id, answer="met", evidence_level=5)
    )
    app = own("result", Draft(mine=one_document))
    levels = [body for body in screen.bodies(app) if body.startswith("Level: ")]
    assert all("**Not enough documented**" in body for body in levels)
    assert f"1 of {len(SUSTAINABILITY.indicators)} answers with evidence." in screen.bodies(app)
    assert not any("trongest evidence" in words for words in screen.strings(app))
    app = own("next-steps")
    assert any("You say: met. Name a document" in body for body in screen.bodies(app))
    assert "Takes at least: hours, where a document exists" in [one.value for one in app.caption]
    for one in SUSTAINABILITY.indicators:
        form = form.with_answer(OwnAnswer(indicator=one.id, answer="met", evidence_level=1))
    app = own("result", Draft(mine=form))
    assert "**Strong**" in [body for body in screen.bodies(app) if body.startswith("Level: ")][1]


def test_a_step_says_what_a_person_can_do_and_how_long_it_takes(own: Any) -> None:
    form = new_form(DAY)
    for one in SUSTAINABILITY.indicators:
        form = form.with_answer(OwnAnswer(indicator=one.id, answer="not-met"))
    app = own("next-steps", Draft(mine=form))
    planned = [one.key.removeprefix("own_out_") for one in app.button if one.key.startswith("own_out_sus-")]
    assert planned
    said, efforts = screen.bodies(app), [one.value for one in app.caption]
    for id_ in planned:
        text = steps_of(FRAMEWORK)[id_]
        assert f"**What you can do:** {text.how}" in said
        assert f"Takes at least: {text.effort}" in efforts


def test_a_step_marked_as_out_of_reach_drops_out_of_the_plan(own: Any) -> None:
    form = new_form(DAY)
    for one in EFFECTIVENESS.indicators:
        form = form.with_answer(OwnAnswer(indicator=one.id, answer="not-met"))
    app = own("next-steps", Draft(mine=form))
    planned = [one.key for one in app.button if one.key.startswith("own_out_eff-")]
    assert planned
    app.button(key=planned[0]).click().run()
    assert planned[0] not in [one.key for one in app.button]
    assert draft(app).mine.out_of_reach == (planned[0].removeprefix("own_out_"),)
    app.button(key=planned[0].replace("own_out_", "own_in_")).click().run()
    assert draft(app).mine.out_of_reach == ()
    badges = [body for body in screen.bodies(app) if "changes paperwork" in body or "changes practice" in body]
    assert len(badges) >= len(planned)


def test_what_if_changes_what_is_shown_and_not_the_answers(own: Any) -> None:
    form = filled(3)
    app = own("next-steps", Draft(mine=form))
    slider = next(one for one in app.select_slider if one.value != "met")
    before = next(body for body in screen.bodies(app) if " now: " in body and "Then:" in body)
    slider.set_value("met").run()
    after = next(body for body in screen.bodies(app) if " now: " in body and "Then:" in body)
    assert before.partition("Then:")[0] == after.partition("Then:")[0]
    assert before.partition("Then:")[2] != after.partition("Then:")[2]
    assert draft(app).mine == form


def test_every_step_names_how_a_tool_and_the_nearest_practices_that_meet_this_indicator(own: Any) -> None:
    form = new_form(DAY).with_profile(sectors=("language",), target_groups=("refugees",), countries=("IT",))
    for one in SUSTAINABILITY.indicators:
        form = form.with_answer(OwnAnswer(indicator=one.id, answer="not-met"))
    app = own("next-steps", Draft(mine=form))
    planned = [one.key.removeprefix("own_out_") for one in app.button if one.key.startswith("own_out_")]
    tools = [id_ for id_ in planned if steps_of(FRAMEWORK)[id_].instruments]
    assert tools
    assert sum(body.startswith("**Tool or guide:**") for body in screen.bodies(app)) == len(tools)
    linked = [link.proto.query_string.removeprefix("practice=") for link in app.get("page_link")]
    linked = [id_ for id_ in linked if id_ and "=" not in id_]
    with database.cursor() as cursor:
        meets = dict(
            cursor.execute(
                "SELECT practice_id, list(indicator_id) FROM counted_answer WHERE answer = 'met' GROUP BY ALL"
            ).fetchall()
        )
    assert linked
    assert all(set(meets[id_]) & set(planned) for id_ in linked)


def test_whom_to_learn_from_is_said_for_everything_that_is_not_met_with_evidence(own: Any) -> None:
    """Also for what is met halfway, or on one's own word only, in a criterion with a high score."""
    form = new_form(DAY).with_profile(sectors=("language",), target_groups=("refugees",), countries=("IT",))
    for one in FRAMEWORK.indicators:
        form = form.with_answer(OwnAnswer(indicator=one.id, answer="met", evidence_level=1))
    form = form.with_answer(OwnAnswer(indicator="sus-continued", answer="partly", evidence_level=1))
    form = form.with_answer(OwnAnswer(indicator="sus-anchored", answer="met"))
    app = own("learn-from", Draft(mine=form))
    heads = [one.label for one in app.expander if "-badge[" in one.label]
    labels = [FRAMEWORK.indicator(id_).label for id_ in ("sus-continued", "sus-anchored")]
    assert [head.split("**")[1] for head in heads] == labels
    links = [link.proto for link in app.get("page_link") if "practice=" in link.proto.query_string]
    why = [one.value for one in app.caption if one.value.startswith("Why this one:")]
    assert 2 <= len(links) == len(why) <= 4
    assert all("same sector" in one or "same target group" in one for one in why)
    with database.cursor() as cursor:
        meets = set(
            cursor.execute(
                "SELECT practice_id FROM counted_answer WHERE answer = 'met' "
                "AND indicator_id IN ('sus-continued', 'sus-anchored')"
            ).fetchall()
        )
    assert {(link.query_string.removeprefix("practice="),) for link in links} <= meets


def test_it_is_said_where_nobody_near_meets_it(own: Any) -> None:
    form = new_form(DAY).with_profile(target_groups=("unaccompanied-minors",))
    form = form.with_answer(OwnAnswer(indicator="eff-result", answer="not-met"))
    app = own("learn-from", Draft(mine=form))
    assert any(body.startswith("No practice near to yours meets these with evidence:") for body in screen.bodies(app))


def test_what_others_have_shown_of_a_type_and_the_cheapest_credible_design_are_said(own: Any) -> None:
    app = own("next-steps", Draft(mine=filled(3, sectors=("employment",), target_groups=("refugees",))))
    told = screen.bodies(app)
    assert not any("thers have shown" in body or "cheapest credible design" in body for body in told)
    with database.cursor() as cursor:
        studied = cursor.execute(
            "SELECT measure_type FROM released_finding GROUP BY ALL ORDER BY count(*) DESC, measure_type"
        ).fetchall()
    offered = app.selectbox(key="own_type")
    id_ = next(id_ for (id_,) in studied if label("measure_type", id_) in offered.options)
    offered.set_value(id_).run()
    assert not app.exception
    told = screen.bodies(app)
    (shown_,) = [screen.as_read(body) for body in told if body.startswith("**Others have shown**: ")]
    found = database.whole().what_works
    outcomes = [label("outcome", one.outcome).lower() for one in found.of_type(id_) if one.studies]
    assert any(outcome in shown_ for outcome in outcomes)
    (design,) = [body for body in told if body.startswith("**The cheapest credible design is** ")]
    assert "waiting list" in design


# --- colleagues, last year ---------------------------------------------------------------------------------------


def test_colleagues_settle_what_they_disagree_on(own: Any) -> None:
    one = new_form(DAY).with_profile(name="Ours").with_answer(OwnAnswer(indicator="eff-result", answer="met"))
    one = one.with_answer(OwnAnswer(indicator="evi-comparison", answer="met"))
    other = new_form(DAY).with_profile(name="Ours").with_answer(OwnAnswer(indicator="eff-result", answer="met"))
    other = other.with_answer(OwnAnswer(indicator="evi-comparison", answer="not-met", note="never did"))
    app = own("colleagues")
    files = [(f"{at}.json", file_text(form, DAY).encode(), "application/json") for at, form in enumerate((one, other))]
    app.file_uploader(key="own_colleagues").set_value(files).run()
    assert len(draft(app).colleagues) == 2
    assert any("**1** of 1 disagreement still to settle" in body for body in screen.bodies(app))
    app.button(key="own_merge").click().run()
    assert draft(app).mine.form == {"eff-result": "met"}
    app.radio(key="own_settle_evi-comparison").set_value("partly").run()
    app.text_area(key="own_settle_evi-comparison_note").set_value("we counted once").run()
    settled = draft(app).mine.answer("evi-comparison")
    assert settled
    assert (settled.answer, settled.note) == ("partly", "we counted once")
    app.button(key="own_merge").click().run()
    assert draft(app).mine.form == {"eff-result": "met", "evi-comparison": "partly"}
    assert any("**0** of 1 disagreement still to settle" in body for body in screen.bodies(app))


def test_files_of_two_practices_are_refused(own: Any) -> None:
    app = own("colleagues")
    files = [
        (f"{name}.json", file_text(filled(2, name=name), DAY).encode(), "application/json") for name in ("One", "Other")
    ]
    app.file_uploader(key="own_colleagues").set_value(files).run()
    assert "different practices" in app.error[0].value
    assert draft(app).colleagues == ()


def test_last_years_file_shows_what_moved(own: Any) -> None:
    now = new_form(DAY).with_answer(OwnAnswer(indicator="eff-result", answer="met"))
    then = new_form(date(2025, 3, 4)).with_answer(OwnAnswer(indicator="eff-result", answer="not-met"))
    app = own("last-year", Draft(mine=now))
    app.file_uploader(key="own_earlier").set_value(
        ("then.json", file_text(then, date(2025, 3, 4)).encode(), "application/json")
    ).run()
    assert draft(app).last_year
    (table,) = app.dataframe
    assert table.value.to_dict("records") == [
        {"Question": "Result on the main outcome", "Then": "Not met", "Now": "Met", "Moved": "up"}
    ]


def test_each_form_is_named_by_its_file_its_author_and_its_day_and_disagreements_come_first(own: Any) -> None:
    one = filled(2, name="Ours").model_copy(update={"author": "coordinator"})
    other = filled(3, name="Ours")
    app = own("colleagues")
    files = [
        (f"form {at}.json", file_text(form, DAY).encode(), "application/json") for at, form in enumerate((one, other))
    ]
    app.file_uploader(key="own_colleagues").set_value(files).run()
    (heads,) = [screen.as_read(body) for body in screen.bodies(app) if body.startswith("- **Form A**")]
    assert "form 0.json, by coordinator, saved on 4 March 2026" in heads
    assert "form 1.json, author not stated, saved on 4 March 2026" in heads
    titles = [one.value for one in app.subheader]
    assert titles.index("Where you disagree") < titles.index("How far you agree")
    (radio, *_) = [one for one in app.radio if one.key.startswith("own_settle_")]
    id_ = radio.key.removeprefix("own_settle_")
    assert radio.options[0] == f"**Met**  \n{FRAMEWORK.indicator(id_).met}"
    assert "form 0.json" not in file_text(draft(app).colleagues[0], DAY)
    again = [("copy.json", files[0][1], "application/json")]
    app.file_uploader(key="own_colleagues").set_value(again).run()
    assert len(draft(app).colleagues) == 2


def test_files_to_take_away_are_offered(own: Any) -> None:
    app = own("take-away", Draft(mine=filled()))
    labels = [button.proto.label for button in app.get("download_button")]
    assert len(labels) == 5
    assert "Save your file (JSON)" in labels
