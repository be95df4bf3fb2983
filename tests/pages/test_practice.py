"""The page of one practice: two scores side by side, what stands behind them, and what nobody has documented."""

from __future__ import annotations

import oracles
import pytest
import screen
from screen import Visit
from streamlit.testing.v1 import AppTest

from criteria.framework import current_framework
from pages.shared.components import database
from practices_db.queries import practices

EVERYONE = oracles.practices()
BOTH_SCORED = [one.id for one in EVERYONE if all(one.scores[node].scored for node in oracles.HEADLINES)]
NOT_ENOUGH = [
    one.id for one in EVERYONE if one.answers and not any(one.scores[node].scored for node in oracles.HEADLINES)
]
NOT_ASSESSED = [one.id for one in EVERYONE if not one.answers]
LONGEST_NAME = max(EVERYONE, key=lambda one: len(one.row["name"])).id
BY_ID = {one.id: one for one in EVERYONE}


def whole(value: object) -> int:
    """Round halves up, as scores are shown."""
    return int(float(value) + 0.5)  # type: ignore[arg-type]


def metrics(app: AppTest) -> list[str]:
    return [metric.value for metric in app.metric]


@pytest.mark.parametrize("practice_id", [BOTH_SCORED[0], BOTH_SCORED[-1]])
def test_both_headline_numbers_are_the_stored_scores(visit: Visit, practice_id: str) -> None:
    app = visit("practice", practice=practice_id)
    with database.cursor() as cursor:
        scores = practices.scores(cursor, practice_id).set_index("node")
    assert not app.exception
    assert metrics(app) == [str(whole(scores["score"][node])) for node in oracles.HEADLINES]
    for metric, node in zip(app.metric, oracles.HEADLINES, strict=True):
        low, high = whole(scores["low"][node]), whole(scores["high"][node])
        assert metric.label == "Score out of 100"
        settled = "Every question is answered." if low == high else f"Between {low} and {high} once the unanswered"
        assert any(part.startswith(settled) for part in screen.parts(app))


def test_a_score_has_the_evidence_of_its_own_answers_and_the_result_its_own(visit: Visit) -> None:
    differing = [
        one for one in EVERYONE
        if one.results and one.scores["effectiveness"].scored
        and oracles.mark(one) != one.scores["effectiveness"].strongest
    ]  # fmt: skip
    assert differing
    for one in differing:
        told = [screen.as_read(part) for part in screen.parts(visit("practice", practice=one.id))]
        levels = [
            int(words.split("(")[1][0]) for words in told if words.startswith("Strongest evidence of its answers: ")
        ]
        assert levels == [one.scores[node].strongest for node in oracles.HEADLINES]
        main = oracles.mark(one)
        assert any(one.results[0]["effect_text"] in words and f"({main} of 5)" in words for words in told)


def test_level_of_evidence_and_independence_of_the_source_are_told_apart(visit: Visit) -> None:
    text = screen.as_read("\n".join(screen.bodies(visit("practice", practice="duo-for-a-job"))))
    assert "independent evaluation (3 of 5), as told by a source that is not independent of the operator" in text
    assert "(3 of 5), from the operator" not in text


def test_a_rerun_is_few_messages(visit: Visit) -> None:
    assert sum(1 for _ in visit("practice", practice=BOTH_SCORED[0]).main) <= 115, "containers, too"


@pytest.mark.parametrize("practice_id", BOTH_SCORED)
def test_both_headline_numbers_are_right_when_worked_out_by_hand(visit: Visit, practice_id: str) -> None:
    app = visit("practice", practice=practice_id)
    nodes = [BY_ID[practice_id].scores[node] for node in oracles.HEADLINES]
    assert metrics(app) == [str(whole(node.score)) for node in nodes]
    documented = [part for part in screen.parts(app) if " questions answered**, " in part]
    assert documented == [
        f"**{node.answered} of {node.applicable} questions answered**, {whole(100 * node.coverage)} % of the weight."  # type: ignore[operator]
        for node in nodes
    ]


def test_where_not_enough_is_documented_a_range_stands_and_no_score(visit: Visit) -> None:
    app = visit("practice", practice=NOT_ENOUGH[0])
    assert not app.exception
    assert not any(metric.label == "Score out of 100" for metric in app.metric)
    for metric in app.metric:
        assert metric.label in ("Too little known for a score", "No score: no result known")
        assert " … " in metric.value


def test_every_indicator_of_the_framework_appears_with_its_answer(visit: Visit) -> None:
    practice_id = BOTH_SCORED[0]
    app = visit("practice", practice=practice_id)
    lines = screen.parts(app)
    words = {
        "met": "Met",
        "partly": "Partly met",
        "not-met": "Not met",
        "not-documented": "Not documented",
        "not-applicable": "Not applicable",
    }
    for indicator in current_framework().indicators:
        (line,) = (line for line in lines if line.startswith(f"- **{indicator.label}** "))
        answer = BY_ID[practice_id].answers.get(indicator.id)
        badge = line.split("badge[", 1)[1].split("]", 1)[0]
        assert badge.endswith(": " + words[answer.answer if answer else "not-documented"]), indicator.id


def test_what_nobody_has_documented_is_listed(visit: Visit) -> None:
    practice_id = BOTH_SCORED[0]
    app = visit("practice", practice=practice_id)
    missing = [
        f"- {criterion.title}: {indicator.label}"
        for criterion, _, indicator in current_framework().walk()
        if indicator.id not in BY_ID[practice_id].answers
    ]
    assert missing
    count = f"{len(missing)} of {len(current_framework().indicators)} indicators have no documented answer:"
    assert "\n".join([count, "", *missing]) in screen.bodies(app)


def test_answers_say_where_they_come_from(visit: Visit) -> None:
    practice_id = BOTH_SCORED[0]
    app = visit("practice", practice=practice_id)
    told = "\n".join(body for expander in app.expander for body in (one.value for one in expander.markdown))
    for row in screen.rows("assessments"):
        if row["practice_id"] == practice_id and row["framework_version"] == current_framework().version:
            assert screen.as_read(row["note"]) in screen.as_read(told), row["indicator_id"]
            assert row["source_url"] in told, row["indicator_id"]
            assert row["assessor"] in screen.as_read(told), row["indicator_id"]


def test_a_practice_without_assessment_has_no_score_and_invites_one(visit: Visit) -> None:
    practice_id = NOT_ASSESSED[0]
    app = screen.all_open(visit("practice", practice=practice_id))
    assert not app.exception
    assert not app.metric
    assert not screen.charts(app)
    assert any("Nobody has assessed this practice yet" in body for body in screen.bodies(app))
    invitations = [link.proto for link in app.get("page_link") if link.proto.label == "Assess this practice"]
    assert [one.query_string for one in invitations] == [f"practice={practice_id}"] * 2, "to its owner, and to all"


def test_the_facts_are_those_of_the_catalogue_and_blanks_are_said(visit: Visit) -> None:
    row = next(row for row in screen.rows("practices") if row["people_reached"] and not row["budget_eur"])
    app = visit("practice", practice=row["id"])
    facts = _facts(app)
    assert facts["Organisation"] == (row["lead_organisation"] or "not stated")
    assert facts["People reached"] == f"{int(row['people_reached']):,}, as the source counts them"
    assert facts["Budget"] == "not stated"
    assert any(row["source_url"] in body for body in screen.bodies(app))
    assert any("Last checked on " in body for body in screen.bodies(app))


def _facts(app: AppTest) -> dict[str, str]:
    return dict(screen.facts(app))


def results_of(practice_id: str) -> list[oracles.Row]:
    return BY_ID[practice_id].results


def under(app: AppTest, heading: str) -> list[str]:
    """Return what a reader finds under a heading, up to the next one."""
    told = [(node.type, screen.as_read(str(node.value))) for node in app.main if hasattr(node, "value")]
    at = told.index(("header", heading)) + 1
    end = next(place for place in range(at, len(told)) if told[place][0] == "header")
    return [words for _, words in told[at:end]]


MOST_RESULTS = max(EVERYONE, key=lambda one: len(one.results)).id
LEVEL_ONLY = next(one.id for one in EVERYONE if one.results and one.results[0]["direction"] == "level-only")
NO_RESULT = next(one.id for one in EVERYONE if not one.results and one.answers)


@pytest.mark.parametrize(
    "practice_id", ["forwork-fostering-opportunities-of-refugee-workers-piedmont", MOST_RESULTS, LEVEL_ONLY]
)
def test_the_result_stands_first_and_all_results_with_source_base_horizon_and_year(
    visit: Visit, practice_id: str
) -> None:
    app = visit("practice", practice=practice_id)
    assert not app.exception
    assert [header.value for header in app.header][:2] == ["Result", "Scores"]
    told = "\n".join(under(app, "Result"))
    for row in results_of(practice_id):
        for field in ("effect_text", "base", "horizon", "year_to", "source_url"):
            assert " ".join(row[field].split()) in told, (row["id"], field)
    main = results_of(practice_id)[0]
    assert all(told.index(main["effect_text"]) < told.index(one["effect_text"]) for one in results_of(practice_id)[1:])
    marks = {"randomised": "●●●●● randomised trial (5 of 5)", "monitoring": "●○○○○ monitoring figures (1 of 5)"}
    assert marks.get(main["design"], "of 5)") in told
    alone = "it does not say what would have happened otherwise"
    assert (alone in told) == (main["direction"] == "level-only")


def test_where_no_result_is_known_that_is_said_and_is_no_judgement(visit: Visit) -> None:
    app = visit("practice", practice=NO_RESULT)
    first, second = under(app, "Result")
    assert first == "No result known"
    assert second.endswith("That is no judgement.")
    assert metrics(app)[0] != str(BY_ID[NO_RESULT].scores["effectiveness"].score)


def test_facts_follow_the_answers(visit: Visit) -> None:
    """Where a source was read and no funder is named, or an answer rests on an evaluation, the fact says so."""
    funding = next(
        one.id
        for one in EVERYONE
        if not one.row["funding_kinds"]
        and not one.row["funding_sources"]
        and one.answers.get("sus-funding-mix")
        and one.answers["sus-funding-mix"].answer in oracles.DOCUMENTED
    )
    assert _facts(visit("practice", practice=funding))["Funding"] == "described in the answers"
    blank = [one for one in EVERYONE if not one.row["evaluation_documented"]]
    cited = next(one.id for one in blank if any(given.evidence_level >= 3 for given in one.answers.values()))
    assert _facts(visit("practice", practice=cited))["Evaluation"] == "described in the answers"
    none = next(one.id for one in blank if not one.answers)
    assert _facts(visit("practice", practice=none))["Evaluation"] == "none on the source page we read"


def test_a_copy_is_named_and_is_no_link(visit: Visit) -> None:
    row = next(row for row in screen.rows("assessments") if "docslib.org" in row["source_url"])
    app = visit("practice", practice=row["practice_id"])
    assert "copy, original not found" in screen.as_read("\n".join(screen.bodies(app)))
    assert not any("docslib.org" in sent for sent in screen.strings(app))


def test_an_unknown_practice_gets_a_page_that_helps(visit: Visit) -> None:
    app = visit("practice", practice="no-such-practice")
    assert not app.exception
    assert screen.title(app) == "Which practice?"
    assert "“no-such-practice”" in screen.as_read(app.warning[0].value)
    assert len(app.selectbox(key="found_practice").options) == 325
    assert any(link.proto.label == "Or look through all of them" for link in app.get("page_link"))


def test_no_practice_in_the_link_gets_a_page_that_helps(visit: Visit) -> None:
    app = visit("practice")
    assert not app.exception
    assert screen.title(app) == "Which practice?"
    assert not app.warning
    assert app.selectbox(key="found_practice").value is None


def test_choosing_a_name_on_the_helping_page_opens_the_practice(visit: Visit) -> None:
    app = visit("practice")
    app.selectbox(key="found_practice").select(BOTH_SCORED[0]).run()
    assert screen.as_read(screen.title(app)) == BY_ID[BOTH_SCORED[0]].row["name"]
    assert app.query_params == {"practice": BOTH_SCORED[0]}


def test_markup_in_the_id_of_a_link_is_shown_as_text(visit: Visit) -> None:
    app = visit("practice", practice="![x](https://evil.example)<script>alert(1)</script>")
    for sent in screen.strings(app):
        assert "](https" not in sent, sent
        assert "<script>" not in sent.replace("\\<", ""), sent
    assert "![x](https://evil.example)" in screen.as_read(app.warning[0].value)


def test_every_practice_of_the_catalogue_has_a_page(visit: Visit) -> None:
    """A sample over the whole catalogue, with the longest name and the ends of the alphabet."""
    sample = {*[one.id for one in EVERYONE][::20], EVERYONE[-1].id, LONGEST_NAME}
    for practice_id in sorted(sample):
        app = visit("practice", practice=practice_id)
        assert not app.exception, practice_id
        assert screen.as_read(screen.title(app)) == " ".join(BY_ID[practice_id].row["name"].split()), practice_id


def test_similar_practices_lead_on_and_never_to_the_practice_itself(visit: Visit) -> None:
    practice_id = next(one.id for one in EVERYONE if len(oracles.similar(EVERYONE, one.id)) > 6)
    shown = screen.card_ids(visit("practice", practice=practice_id))
    assert len(shown) == 6
    assert practice_id not in shown
    assert set(shown) <= {id_ for id_, *_ in oracles.similar(EVERYONE, practice_id)}


def test_a_tick_of_somebody_elses_list_stands_beside_the_answer_and_counts_for_nothing(visit: Visit) -> None:
    rows = [row for row in screen.rows("assessments") if row["framework_version"] == "2.0.0"]
    answered = {(row["practice_id"], row["indicator_id"]) for row in rows if row["basis"] != "tick-list"}
    ticks = [row for row in rows if row["basis"] == "tick-list"]
    alone = next(row for row in ticks if (row["practice_id"], row["indicator_id"]) not in answered)
    app = visit("practice", practice=alone["practice_id"])
    label = current_framework().indicator(alone["indicator_id"]).label
    parts = screen.parts(app)
    (shown,) = [part for part in parts if part.startswith(f"- **{label}**") and "\n" in part]
    first, second, *_ = shown.split("\n")
    assert "Not documented" in first
    assert second.strip().startswith("- Checklist, not counted:")
    assert any(f": {label}" in body and "Inclusivity" in body for body in parts if body.startswith("- "))
    of = sum(row["practice_id"] == alone["practice_id"] for row in ticks)
    assert any("Stored but not counted: " in one.value and f"{of} answer" in one.value for one in app.caption)
