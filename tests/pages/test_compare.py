"""Compare: the link names the practices and their order, and only what is clear is called a difference."""

from __future__ import annotations

import itertools
import re
from fractions import Fraction
from typing import Any

import oracles
import pandas as pd
import pytest
import screen
from screen import Visit, matrix
from streamlit.testing.v1 import AppTest

from criteria.framework import current_framework
from criteria.order import PartialOrder, criterion_alone, partial_order
from criteria.scoring import encode
from pages.shared.components import database
from pages.shared.components.peers import peer_dots, peer_table
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.queries import practices
from practices_db.queries.agreement import coder_error

FRAMEWORK = current_framework()
EVERYONE = oracles.practices()
BY_ID = {one.id: one for one in EVERYONE}
BOTH_SCORED = [one.id for one in EVERYONE if all(one.scores[node].scored for node in oracles.HEADLINES)]
ASSESSED = [one.id for one in EVERYONE if one.answers]
NOT_ASSESSED = [one.id for one in EVERYONE if not one.answers]
VALUE = {"met": Fraction(1), "partly": Fraction(1, 2), "not-met": Fraction(0)}
PEERS = "How many peers each practice has and where it stands among them"
HOSTILE = (
    "",
    "'; DROP TABLE practice; --",
    "../../etc/passwd",
    "![x](https://evil.example)<script>alert(1)</script>",
    "line\nbreak\ttab\r\x00\x1b",
    "\u202eright to left",
    "x" * 20_000,
    "%s%n{0}${jndi}",
    "²",
)


def name(practice_id: str) -> str:
    return " ".join(BY_ID[practice_id].row["name"].split())


def text(app: AppTest) -> str:
    return screen.as_read("\n".join(screen.bodies(app)))


def table(app: AppTest, alt: str) -> pd.DataFrame:
    (one,) = (one.value for one in app.table if one.proto.alt == alt)
    return pd.DataFrame(one)


def compared(app: AppTest) -> list[str]:
    """Return the practices in the head of the matrix, in their order."""
    return [one["id"] for one in matrix(app)["practices"]]


def rows_of(app: AppTest, part: str) -> list[dict[str, Any]]:
    (found,) = (one["rows"] for one in matrix(app)["parts"] if one["title"] == part)
    return list(found)


def row(app: AppTest, part: str, title: str) -> list[str]:
    """Return the words of one row, a practice each."""
    (found,) = (one for one in rows_of(app, part) if one["title"] == title)
    return [cell["words"] for cell in found["cells"]]


def answer(practice_id: str, indicator_id: str) -> str:
    given = BY_ID[practice_id].answers.get(indicator_id)
    return given.answer if given else "not-documented"


def apart(ids: list[str], indicator_id: str) -> Fraction:
    """Return how far the documented answers of some practices lie apart."""
    values = [VALUE[told] for id_ in ids if (told := answer(id_, indicator_id)) in VALUE]
    return max(values) - min(values) if values else Fraction(0)


# --- results -----------------------------------------------------------------------------------------------


def test_results_stand_first_with_the_evidence_of_each_figure(visit: Visit) -> None:
    with_result = max(EVERYONE, key=oracles.mark).id
    level = next(one.id for one in EVERYONE if one.results and one.results[0]["direction"] == "level-only")
    without = next(one.id for one in EVERYONE if not one.results)
    ids = [with_result, level, without]
    app = visit("compare", practice=ids)
    assert matrix(app)["parts"][0]["title"] == "Results"
    result, evidence, shows = (
        row(app, "Results", title) for title in ("Main result", "Evidence of the result", "What the result shows")
    )
    assert all(BY_ID[id_].results[0]["effect_text"] in line for id_, line in zip(ids[:2], result, strict=False))
    assert result[2] == "No result known"
    assert "●●●●● randomised trial (5 of 5)" in evidence[0]
    assert evidence[1].endswith("it does not say what would have happened otherwise")
    assert evidence[2] == "–"
    assert shows[1:] == ["Result stated, effect not assessed", "No result known"]


# --- the choice --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ids", [ASSESSED[:2], ASSESSED[-2:], NOT_ASSESSED[:2], [BOTH_SCORED[0], NOT_ASSESSED[0]]])
def test_two_practices_of_any_kind_stand_side_by_side(visit: Visit, ids: list[str]) -> None:
    app = visit("compare", practice=ids)
    assert not app.exception
    assert not app.warning
    assert screen.title(app) == "Compare practices"
    assert compared(app) == ids


def test_the_order_is_that_of_the_link(visit: Visit) -> None:
    ids = ASSESSED[:4]
    for order in (ids, ids[::-1]):
        app = visit("compare", practice=order)
        assert app.multiselect(key="compared").value == order
        assert compared(app) == order
        assert [one["name"] for one in matrix(app)["practices"]] == [BY_ID[id_].row["name"] for id_ in order]


def test_the_choice_by_hand_stands_in_the_link(visit: Visit) -> None:
    first, second, third = ASSESSED[:3]
    app = visit("compare", practice=[first, second])
    app.multiselect(key="compared").set_value([first, second, third]).run()
    assert not app.exception
    assert app.query_params == {"practice": [first, second, third]}
    assert compared(app) == [first, second, third]
    app.multiselect(key="compared").set_value([third, first]).run()
    assert app.query_params == {"practice": [third, first]}
    assert compared(app) == [third, first]


def test_a_practice_named_twice_stands_there_once(visit: Visit) -> None:
    first, second = ASSESSED[:2]
    assert compared(visit("compare", practice=[first, second, first])) == [first, second]


def test_unknown_ids_are_said_and_left_out(visit: Visit) -> None:
    first, second = ASSESSED[:2]
    app = visit("compare", practice=[first, "no-such-practice", second])
    assert not app.exception
    assert screen.as_read(app.warning[0].value) == "Not in the catalogue and left out: no-such-practice"
    assert compared(app) == [first, second]


def test_more_than_six_are_cut_to_the_first_six_and_this_is_said(visit: Visit) -> None:
    app = visit("compare", practice=ASSESSED[:8])
    assert not app.exception
    assert [warning.value for warning in app.warning] == ["Only the first 6 are compared."]
    assert compared(app) == ASSESSED[:6]


def test_exactly_six_are_compared_without_a_word(visit: Visit) -> None:
    app = visit("compare", practice=ASSESSED[:6])
    assert not app.warning
    assert compared(app) == ASSESSED[:6]


@pytest.mark.parametrize("ids", [[], [ASSESSED[0]], [NOT_ASSESSED[0]], ["no-such-practice"]])
def test_fewer_than_two_get_an_invitation(visit: Visit, ids: list[str]) -> None:
    app = visit("compare", practice=ids)
    assert not app.exception
    (invitation,) = app.info
    known = [id_ for id_ in ids if id_ in BY_ID]
    assert ("at least one more" in invitation.value) == bool(known)
    assert ("two or more names" in invitation.value) != bool(known)
    assert not app.table
    assert any(link.proto.label == "Find practices in Explore" for link in app.get("page_link"))


def test_hostile_ids_never_raise_and_become_no_markup(visit: Visit) -> None:
    for value in HOSTILE:
        for ids in ([value], [ASSESSED[0], value], [ASSESSED[0], value, ASSESSED[1]]):
            app = visit("compare", practice=ids)
            assert not app.exception, value
            assert screen.title(app) == "Compare practices", value
            assert bool(app.warning) == bool(value.strip()), value  # what is empty leaves the link
            assert all(len(one.value) < 300 for one in app.warning), value
            for sent in screen.strings(app):
                assert "](https" not in sent, sent
                assert "<script>" not in sent.replace("\\<", ""), sent
    many = visit("compare", practice=[f"no-{at}" for at in range(200)])
    assert not many.exception


# --- which differences are clear ---------------------------------------------------------------------------


def order_on(node: str) -> PartialOrder:
    with database.cursor() as cursor:
        answers = encode(FRAMEWORK, practices.answer_matrix(cursor, PracticeFilter()))
        return partial_order(FRAMEWORK, answers, criterion_alone(FRAMEWORK, node), error=coder_error(cursor))


def lines_on(app: AppTest, node: str) -> list[str]:
    """Return the lines on one main score, a pair each."""
    bodies = [body for body in screen.bodies(app) if body.startswith(f"**{node.capitalize()}**\n")]
    return [line for body in bodies for line in screen.as_read(body).split("\n") if line.startswith("- ")]


def found_on(app: AppTest, node: str) -> str:
    """Return what is said first of a main score."""
    (body,) = (screen.as_read(body) for body in screen.bodies(app) if body.startswith("- **Effectiveness**: "))
    (line,) = (line for line in body.split("\n") if line.startswith(f"- {node.capitalize()}: "))
    return line.partition(": ")[2]


def test_a_clear_difference_names_the_higher_first_in_every_company(visit: Visit) -> None:
    """The order is that of all scored practices; the pair stands alone, then with others."""
    order = order_on("sustainability")
    high = max(order.practice_ids, key=lambda id_: (order.of(id_).ahead_of, id_))
    low = order.told_apart(high)[0][0]
    others = [id_ for id_ in order.practice_ids if id_ not in (high, low)][:3]
    for ids in ([low, high], [high, low], [low, *others, high]):
        app = visit("compare", practice=ids)
        assert re.search(
            rf"{re.escape(name(high))} is clearly higher than [^.]*{re.escape(name(low))}",
            found_on(app, "sustainability"),
        )
        (line,) = (line for line in lines_on(app, "sustainability") if name(high) in line and name(low) in line)
        assert line.startswith(f"- {name(high)} (")
        assert "is clearly higher than" in line


def test_every_pair_gets_a_line_for_each_headline(visit: Visit) -> None:
    app = visit("compare", practice=BOTH_SCORED[:4])
    for node in oracles.HEADLINES:
        lines, order = lines_on(app, node), order_on(node)
        pairs = list(itertools.combinations(BOTH_SCORED[:4], 2))
        assert len(lines) == len(pairs) == 6
        for (one, other), line in zip(pairs, lines, strict=True):
            clear = other in order.told_apart(one)[0] or other in order.told_apart(one)[1]
            assert ("clearly higher" in line) == clear, line
            assert ("No clear difference" in line) != clear, line
            assert name(one) in line
            assert name(other) in line
            if share := re.search(r"in (?:only )?(\d+) % of", line):
                assert clear or 50 <= int(share[1]) < 95, line


def test_ranges_that_do_not_meet_are_not_clear_where_coders_may_err(visit: Visit) -> None:
    order, scores = order_on("sustainability"), {one.id: one.scores["sustainability"] for one in EVERYONE}
    high, low = next(
        (high, low)
        for high, low in itertools.permutations(order.practice_ids, 2)
        if (bottom := scores[high].low) is not None
        and (top := scores[low].high) is not None
        and bottom > top
        and low not in order.told_apart(high)[0]
    )
    (line,) = lines_on(visit("compare", practice=[low, high]), "sustainability")
    assert line.startswith(f"- No clear difference between {name(high)} (")
    assert "higher whatever the missing answers turn out to be, but ahead in only" in line


def test_how_often_one_is_ahead_says_that_coding_errors_are_included(visit: Visit) -> None:
    lines = lines_on(visit("compare", practice=BOTH_SCORED[:4]), "sustainability")
    told = [line for line in lines if "of what the missing answers could be" in line]
    assert told
    assert all("of what the missing answers could be, coding errors included)" in line for line in told)


def test_of_a_practice_without_a_score_no_difference_is_said(visit: Visit) -> None:
    app = visit("compare", practice=[*BOTH_SCORED[:2], NOT_ASSESSED[0]])
    for node in oracles.HEADLINES:
        (pair,) = lines_on(app, node)
        assert name(NOT_ASSESSED[0]) not in pair
        assert found_on(app, node).endswith(f"Too little is known for a score: {name(NOT_ASSESSED[0])}.")
    for criterion in FRAMEWORK.criteria:
        rows = rows_of(app, criterion.title)
        assert {one["cells"][2]["words"] for one in rows} == {"Not assessed"}
        assert any(one["cells"][0]["words"] != "Not assessed" for one in rows)
        assert all(one["differs"] == (one["cells"][0]["answer"] != one["cells"][1]["answer"]) for one in rows[1:])


def test_where_nobody_is_assessed_nothing_is_drawn(visit: Visit) -> None:
    app = visit("compare", practice=NOT_ASSESSED[:3])
    assert not app.exception
    assert not lines_on(app, "effectiveness")
    assert not [chart for chart in screen.charts(app) if "profile" in chart.id]


# --- answers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ids", [BOTH_SCORED[:2], BOTH_SCORED[:3], [BOTH_SCORED[1], BOTH_SCORED[-1]]])
def test_what_differs_most_comes_first_in_each_part_and_what_is_equal_last(visit: Visit, ids: list[str]) -> None:
    app = visit("compare", practice=ids)
    for criterion in FRAMEWORK.criteria:
        score, *shown = rows_of(app, criterion.title)
        assert score["title"] == "Score"
        by_label = {one.label: one.id for one in criterion.indicators}
        assert sorted(one["title"] for one in shown) == sorted(by_label)
        for one in shown:
            given = [answer(id_, by_label[one["title"]]) for id_ in ids]
            assert [cell["answer"] for cell in one["cells"]] == given
            assert one["differs"] == (len(set(given)) > 1)
            assert [cell["words"] for cell in one["cells"]] == [FRAMEWORK.answer_label(told) for told in given]
        assert [one["differs"] for one in shown] == sorted((one["differs"] for one in shown), reverse=True)
        spreads = [apart(ids, by_label[one["title"]]) for one in shown]
        assert spreads == sorted(spreads, reverse=True)


def test_each_answer_has_the_mark_of_its_evidence(visit: Visit) -> None:
    ids = BOTH_SCORED[:2]
    app = visit("compare", practice=ids)
    seen = 0
    for criterion in FRAMEWORK.criteria:
        by_label = {one.label: one.id for one in criterion.indicators}
        score, *shown = rows_of(app, criterion.title)
        for id_, cell in zip(ids, score["cells"], strict=True):
            own = BY_ID[id_].scores[criterion.id].strongest
            assert own is None or cell["mark"].startswith(f"strongest evidence of its answers: {'●' * own}○")
        for one in shown:
            for id_, cell in zip(ids, one["cells"], strict=True):
                given = BY_ID[id_].answers.get(by_label[one["title"]])
                if given and given.answer in VALUE:
                    assert cell["mark"].count("●") == given.evidence_level
                    seen += 1
                else:
                    assert not cell["mark"]
    assert seen > 20


# --- peers -------------------------------------------------------------------------------------------------


def card(id_: str, scored: bool = True) -> dict[str, Any]:
    """Return a made-up card."""
    made: dict[str, Any] = {"id": id_, "name": f"Made up {id_}", "assessed": True}
    for at, node in enumerate(oracles.HEADLINES):
        made |= {f"{node}_scored": scored, f"{node}_score": 40.0 + at, f"{node}_coverage": 0.6, f"{node}_answered": 4}
    return made


def peers(effectiveness: int, sustainability: int) -> pd.DataFrame:
    """Return made-up peers, so many of them scored on each headline, and one that is scored on none."""
    made = [
        {
            "name": f"Peer {at}",
            "effectiveness_scored": at < effectiveness,
            "effectiveness_score": 10.0 * at,
            "sustainability_scored": at < sustainability,
            "sustainability_score": 5.0 * at,
        }
        for at in range(max(effectiveness, sustainability) + 1)
    ]
    return pd.DataFrame(made)


def test_fewer_than_five_peers_are_not_drawn_and_five_are() -> None:
    dots = peer_dots([card("a"), card("b")], {"a": peers(4, 5), "b": peers(4, 4)})
    drawn = dots[dots["what"].notna()]
    assert set(drawn["what"]) == {"Sustainability"}
    assert sorted(drawn[~drawn["own"].astype(bool)]["practice"]) == [f"Peer {at}" for at in range(5)]
    assert list(drawn[drawn["own"].astype(bool)]["practice"]) == ["Made up a"]
    assert list(dots[dots["name"].notna()]["name"]) == ["Made up a"]


def test_the_spread_of_fewer_than_five_peers_is_not_told() -> None:
    told = peer_table([card("a"), card("b")], {"a": peers(4, 5), "b": peers(0, 1)})
    assert list(told["Effectiveness"]) == ["4 scored peers, too few to show", "0 scored peers, too few to show"]
    assert list(told["Sustainability"]) == ["itself 41; 5 peers from 0 to 20", "1 scored peer, too few to show"]


def test_a_practice_without_score_has_no_mark_of_its_own_among_its_peers() -> None:
    dots = peer_dots([card("a", scored=False)], {"a": peers(6, 0)})
    drawn = dots[dots["what"].notna()]
    assert len(drawn) == 6
    assert not drawn["own"].astype(bool).any()
    told = peer_table([card("a", scored=False)], {"a": peers(6, 0)})
    assert list(told["Effectiveness"]) == ["not enough documented; 6 peers from 0 to 50"]


def test_without_any_peers_there_is_no_strip() -> None:
    assert peer_dots([card("a")], {"a": peers(0, 0)}).empty


def test_the_peers_told_are_those_the_rule_finds(visit: Visit) -> None:
    ids = BOTH_SCORED[:3]
    told = table(visit("compare", practice=ids), PEERS)
    for row, id_ in enumerate(ids):
        this = BY_ID[id_]
        for node, column in (("effectiveness", "Effectiveness"), ("sustainability", "Sustainability")):
            scored = [
                one
                for one in EVERYONE
                if one is not this
                and one.answers
                and one.scores[node].scored
                and set(oracles.several(one.row["sectors"])) & set(oracles.several(this.row["sectors"]))
                and set(oracles.several(one.row["target_groups"])) & set(oracles.several(this.row["target_groups"]))
            ]
            words = str(told[column].iloc[row])
            if len(scored) < 5:
                assert words.endswith("too few to show"), words
                assert words.startswith(f"{len(scored)} scored peer"), words
            else:
                assert f"; {len(scored)} peers from " in words, words


def test_every_fact_is_that_of_the_files_and_blanks_are_said(visit: Visit) -> None:
    fields = {"Organisation": "lead_organisation", "Place": "place", "Level of government": "governance_level"}
    blank = [next(one.id for one in EVERYONE if not one.row[field]) for field in fields.values()]
    ids = list(dict.fromkeys([ASSESSED[0], *blank]))
    if len(ids) < 2:
        ids.append(ASSESSED[1])
    app = visit("compare", practice=ids)
    for title, field in fields.items():
        for id_, words in zip(ids, row(app, "Facts", title), strict=True):
            value = BY_ID[id_].row[field]
            assert (words == "not stated") == (not value), words
            if title == "Organisation" and value:
                assert words == value


def test_nobody_is_ranked(visit: Visit) -> None:
    for sent in screen.strings(visit("compare", practice=BOTH_SCORED[:4])):
        assert not re.search(r"\brank", sent, re.IGNORECASE), sent
