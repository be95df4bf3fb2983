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
        assert metric.label == f"Score of 100; missing-information range {low} to {high}"


@pytest.mark.parametrize("practice_id", BOTH_SCORED)
def test_both_headline_numbers_are_right_when_worked_out_by_hand(visit: Visit, practice_id: str) -> None:
    app = visit("practice", practice=practice_id)
    nodes = [BY_ID[practice_id].scores[node] for node in oracles.HEADLINES]
    assert metrics(app) == [str(whole(node.score)) for node in nodes]
    documented = [body for body in screen.bodies(app) if "of what is asked is documented" in body]
    for words, node in zip(documented, nodes, strict=True):
        assert words.startswith(f"**{whole(100 * node.coverage)} %**")  # type: ignore[operator]


def test_where_not_enough_is_documented_a_range_stands_and_no_score(visit: Visit) -> None:
    app = visit("practice", practice=NOT_ENOUGH[0])
    assert not app.exception
    assert not any(metric.label.startswith("Score of 100") for metric in app.metric)
    for metric in app.metric:
        assert metric.label.startswith("Not enough documented; somewhere from ")
        assert " … " in metric.value


def test_every_indicator_of_the_framework_appears_with_its_answer(visit: Visit) -> None:
    practice_id = BOTH_SCORED[0]
    app = visit("practice", practice=practice_id)
    lines = [body for expander in app.expander for body in (element.value for element in expander.markdown)]
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
    assert "\n".join(missing) in screen.bodies(app)
    assert f"{len(missing)} of {len(current_framework().indicators)} indicators have no documented answer:" in (
        screen.bodies(app)
    )


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
    app = visit("practice", practice=practice_id)
    assert not app.exception
    assert not app.metric
    assert not screen.charts(app)
    assert any("Nobody has assessed this practice yet" in body for body in screen.bodies(app))
    (invitation,) = (link.proto for link in app.get("page_link") if link.proto.label == "Assess this practice")
    assert invitation.query_string == f"practice={practice_id}"


def test_the_facts_are_those_of_the_catalogue_and_blanks_are_said(visit: Visit) -> None:
    row = next(row for row in screen.rows("practices") if row["people_reached"] and not row["budget_eur"])
    app = visit("practice", practice=row["id"])
    facts = {screen.as_read(str(name)): screen.as_read(str(cell)) for name, cell in _facts(app).items()}
    assert facts["Organisation"] == (row["lead_organisation"] or "not stated")
    assert facts["People reached"] == f"{int(row['people_reached']):,}, as the source counts them"
    assert facts["Budget"] == "not stated"
    assert any(row["source_url"] in body for body in screen.bodies(app))
    assert any("Last checked on " in caption.value for caption in app.caption)


def _facts(app: AppTest) -> dict[str, str]:
    (table,) = (table for table in app.table if table.proto.alt == "Facts about the practice")
    return {str(name): str(cells.iloc[0]) for name, cells in table.value.iterrows()}


def test_an_unknown_practice_gets_a_page_that_helps(visit: Visit) -> None:
    app = visit("practice", practice="no-such-practice")
    assert not app.exception
    assert screen.title(app) == "Which practice?"
    assert "“no-such-practice”" in screen.as_read(app.warning[0].value)
    assert len(app.selectbox[0].options) == 325
    assert any(link.proto.label == "Or look through all of them" for link in app.get("page_link"))


def test_no_practice_in_the_link_gets_a_page_that_helps(visit: Visit) -> None:
    app = visit("practice")
    assert not app.exception
    assert screen.title(app) == "Which practice?"
    assert not app.warning
    assert app.selectbox[0].value is None


def test_choosing_a_name_on_the_helping_page_opens_the_practice(visit: Visit) -> None:
    app = visit("practice")
    app.selectbox[0].select(BOTH_SCORED[0]).run()
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
