"""What works: labels from all studies, the chosen group beside them, and a practice that inherits nothing."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
import screen
from screen import Visit, as_read
from streamlit.testing.v1 import AppTest

from pages.shared.library.measure_types import NOT_DOCUMENTED
from practices_db.catalogue.measure_types import measure_types
from practices_db.catalogue.vocabularies import SECTOR_OF, label, vocabulary
from practices_db.database.store import Store

FINDINGS = screen.rows("findings")
COUNTED = [row for row in FINDINGS if row["design"] in {"randomised", "comparison-group"}]
TYPES = {one.id: one.label for one in measure_types().types}


def directions(rows: Iterable[dict[str, str]]) -> list[str]:
    """Return the direction of each study, one a family, mixed where its rows differ."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row["study_family"]].add(row["direction"])
    return [next(iter(of)) if len(of) == 1 else "mixed" for of in found.values()]


def slow_label(rows: list[dict[str, str]]) -> str:
    """Work out a label once more, from the sentences of the rule and in no other way."""
    of = directions(rows)
    for good, bad, three, two in (
        ("improved", "worsened", "Consistent gains", "First signs of gains"),
        ("worsened", "improved", "Points to harm", "Points to harm"),
    ):
        if len(of) >= 3 and 4 * of.count(good) >= 3 * len(of) and bad not in of:
            return three
        if len(of) == 2 and of == [good, good]:
            return two
    if len(of) < 2:
        return "Not enough known"
    return "No clear effect" if set(of) == {"no-clear-effect"} else "Mixed"


def by_key(outcome: str) -> dict[str, list[dict[str, str]]]:
    """Return the counted rows of an outcome by the name under which the page shows them."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in COUNTED:
        if row["outcome"] == outcome:
            title = TYPES[row["measure_type"]]
            found[f"{title}: {row['form']}" if row["form"] else title].append(row)
    return dict(found)


def blocks(app: AppTest) -> dict[str, str]:
    """Return the text of the blocks on screen, by their heading, in their order."""
    found: dict[str, str] = {}
    title = ""
    for body in map(as_read, screen.bodies(app)):
        if body.startswith("### "):
            title = body.removeprefix("### ")
            found[title] = ""
        elif title:
            found[title] += body + "\n"
    return found


@pytest.mark.parametrize("outcome", [one for one in vocabulary("outcome") if one != "other"])
def test_labels_equal_a_slow_calculation_from_the_file(visit: Visit, outcome: str) -> None:
    shown, expected = blocks(visit("what_works", outcome=outcome)), by_key(outcome)
    assert set(shown) == set(expected)
    for name, rows in expected.items():
        assert slow_label(rows) in shown[name], name
        families = {row["study_family"] for row in rows}
        drawn = {row["study_family"] for row in rows if row["design"] == "randomised"}
        studies = "1 study" if len(families) == 1 else f"{len(families)} studies"
        assert f"{studies}, {len(drawn) or 'none'} randomised" in shown[name]


def test_blocks_come_by_label_and_then_by_number_of_studies(visit: Visit) -> None:
    order = ["Consistent gains", "First signs of gains", "Mixed", "No clear effect", "Points to harm", "Not enough"]
    places = [
        (
            next(at for at, name in enumerate(order) if name in text),
            -len({row["study_family"] for row in by_key("employment")[title]}),
        )
        for title, text in blocks(visit("what_works", outcome="employment")).items()
    ]
    assert places == sorted(places)


def test_a_group_stands_beside_and_changes_no_label(visit: Visit) -> None:
    whole, of_women = blocks(visit("what_works", outcome="employment")), blocks(
        visit("what_works", outcome="employment", target_group="women")
    )  # fmt: skip
    for name, rows in by_key("employment").items():
        assert slow_label(rows) in of_women[name]
        studied = {row["study_family"] for row in rows if "women" in row["for_whom"].split(";")}
        assert (f"Women: {len(studied)} of" if studied else "Women: none of these studies") in of_women[name]
        assert "Women:" not in whole[name]


def test_the_sentence_counts_what_is_known_and_what_was_never_studied(visit: Visit) -> None:
    of = by_key("employment")
    same_way = sum(slow_label(rows) not in {"Mixed", "Not enough known"} for rows in of.values())
    unstudied = len(TYPES) - len({row["measure_type"] for rows in of.values() for row in rows})
    app = visit("what_works")
    (words,) = (body for body in map(as_read, screen.bodies(app)) if body.startswith("For employment"))
    assert f"{same_way} of {len(of)} types or forms" in words
    assert f"for {unstudied} more types the search found no study with a comparison" in words
    (copied,) = (json.loads(one.proto.json) for one in app.get("bidi_component") if "copied" in one.proto.json)
    limits = as_read(screen.bodies(app)[0])
    assert copied["text"]["copied"].startswith(f"{words} {limits} "), "a quotation says what it rests on"


def test_limits_stand_at_the_top_and_what_is_not_known_in_words(visit: Visit) -> None:
    app = visit("what_works", outcome="employment")
    first = screen.bodies(app)[0]
    assert "scoping search of 27 November 2026, not a systematic review" in first
    assert "padlock" not in "".join(screen.bodies(app))
    assert any(one.label.startswith("How a label is made: rule version 1") for one in app.expander)
    assert "Cost not known" in blocks(app)[TYPES["job-coaching-and-matching"]]
    assert "Directions are those of lower benefits." in blocks(app)[f"{TYPES['benefit-rules']}: lower benefits"]
    assert not screen.charts(app)
    assert not app.dataframe
    assert "up to five padlocks" in "".join(screen.bodies(visit("method")))


def test_a_cost_stands_with_its_practice_year_and_basis_and_at_no_form_of_its_type(visit: Visit) -> None:
    nausica = "Nausica municipal refugee programme: EUR 13,514 per extra place, per year :small[(2020; total divided by"
    for outcome in ("employment", "housing", "language"):
        for name, text in blocks(visit("what_works", outcome=outcome)).items():
            if name.startswith((TYPES["reception-and-placement"], f"{TYPES['language-training']}: ")):
                assert "Cost not known" in text, name
    language = blocks(visit("what_works", outcome="employment"))[TYPES["language-training"]]
    assert "EUR 1,600 per course of eight weeks (whole group) :small[(2022; stated by the source; [" in language
    assert "; 1 more, not comparable" in language
    assert f"{nausica} number: EUR 500,000 / 37; [" in as_read(
        "\n".join(screen.bodies(visit("what_works", type="reception-and-placement")))
    )


def test_a_copy_is_no_link(visit: Visit) -> None:
    text = "".join(screen.bodies(visit("what_works", outcome="employment")))
    assert "docslib.org" not in text
    assert "](<https://" in text


def test_what_the_link_does_not_know_is_left_out_and_said(visit: Visit) -> None:
    app = visit("what_works", outcome="nonsense", target_group="<b>", type="no-such-type")
    (warning,) = app.warning
    assert "outcome nonsense is unknown; target group <b> is unknown; type no-such-type is unknown" in as_read(
        warning.value
    )
    assert screen.title(app).startswith("What works")


def test_a_choice_goes_into_the_link(visit: Visit) -> None:
    app = visit("what_works")
    app.selectbox(key="ask_outcome").set_value("language").run()
    app.selectbox(key="ask_group").set_value("women").run()
    app.multiselect(key="ask_countries").set_value(["DK"]).run()
    assert dict(app.query_params) == {"outcome": "language", "target-group": "women", "country": "DK"}
    assert "Denmark:" in blocks(app)[TYPES["language-training"]]


@pytest.mark.parametrize("type_", TYPES)
def test_a_type_says_whom_it_did_not_help_which_trials_have_no_result_and_invents_nothing(
    visit: Visit, type_: str
) -> None:
    app = visit("what_works", type=type_)
    assert screen.title(app) == TYPES[type_]
    heads = [one.value for one in app.header]
    assert heads[0] == "Where it did not help, helped only some, or did harm"
    first = next(at for at, body in enumerate(screen.bodies(app)) if "not a systematic review" in body)
    assert first < next(
        at for at, body in enumerate(screen.bodies(app)) if "- **" in body or "No study" in body or "Not known" in body
    )
    text = as_read("\n".join(screen.bodies(app)))
    without = [row for row in COUNTED if row["measure_type"] == type_ and row["direction"] != "improved"]
    assert all(row["effect_text"] in text for row in without[:1])
    assert text.count(NOT_DOCUMENTED) >= 2
    if not any(row["measure_type"] == type_ for row in COUNTED):
        assert "no study with a comparison on any outcome" in text
    for row in screen.rows("rates_without_comparison"):
        if row["measure_type"] == type_:
            assert row["rate_text"] in text
            assert "Rates without comparison" in text
    families = {row["study_family"] for row in COUNTED if row["measure_type"] == type_}
    assert sum(one.label[0].isdigit() for one in app.expander) == len(families)
    coded = {row["publication_id"] for row in FINDINGS}
    tied = {row["publication_id"] for row in screen.rows("publication_types") if row["measure_type"] == type_}
    trials = {
        row["title"] for row in screen.rows("evidence")
        if row["kind"] == "trial" and not row["finding"] and not row["evidence_level"] and row["id"] in tied - coded
    }  # fmt: skip
    (body,) = (body for body in map(as_read, screen.bodies(app)) if "Trials registered" in body)
    assert all(title in body for title in trials)
    assert ("not documented" in body) == (not trials)


def test_a_study_says_who_read_it(visit: Visit) -> None:
    bodies = as_read("\n".join(screen.bodies(visit("what_works", type="befriending"))))
    assert "read by two coders, who agreed" in bodies
    assert "read by one coder" in bodies


def test_a_block_says_of_which_findings_two_coders_saw_different_directions(visit: Visit) -> None:
    text = as_read("\n".join(screen.bodies(visit("what_works", outcome="employment"))))
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    told = [
        line
        for row in COUNTED
        if row["outcome"] == "employment" and row["agreed"] == "no"
        for line in lines
        if row["effect_text"] in line
    ]
    assert told
    assert all("read by two coders, who differed" in line for line in told)


def test_a_practice_never_inherits_the_label_of_its_type(visit: Visit) -> None:
    text = as_read("\n".join(screen.bodies(visit("practice", practice="duo-for-a-job"))))
    own, of_type = (
        text.index("This practice itself:"),
        text.index("Studies of this type of measure (Mentoring for work)"),
    )
    assert own < of_type
    assert "not enough known" in text[of_type : of_type + 200].lower()
    assert "not enough known" not in text[own:of_type].lower()


def test_the_front_page_asks_answers_and_says_what_is_not_known(visit: Visit) -> None:
    app = visit("overview")
    text = as_read("\n".join(screen.bodies(app)))
    assert TYPES["job-coaching-and-matching"] in text
    assert "Not known for" in text
    assert "information, advice and legal help (43 practices)" in text
    assert sum(link.proto.label.startswith("All studies: ") for link in app.get("page_link")) == 5
    assert [link.proto.label for link in app.get("page_link")][5:11] == [
        "**Explore practices**",
        "**Compare practices**",
        "**What do you need?**",
        "**Assess your own**",
        "**Read the method**",
        "**See the gaps**",
    ]
    assert not screen.charts(app)


def test_the_front_page_says_which_practices_are_meant_as_soon_as_something_is_chosen(visit: Visit) -> None:
    app = visit("overview")
    assert not app.get("bidi_component"), "a page that is only read needs nothing to copy with"
    app.selectbox(key="ask_outcome").set_value("housing").run()
    app.multiselect(key="ask_countries").set_value(["IT", "DE"]).run()
    assert app.query_params == {"outcome": "housing", "country": ["IT", "DE"]}
    said = "6 practices for refugees on housing and settlement: 6 in Italy, none in Germany."
    assert said in as_read("\n".join(screen.bodies(app)))
    app.selectbox(key="ask_group").set_value("all").run()
    assert app.query_params["target-group"] == "all"
    assert " for refugees on housing" not in as_read("\n".join(screen.bodies(app)))


def test_an_example_has_the_direction_of_its_label(visit: Visit) -> None:
    """Under "Consistent gains" no sentence of a mixed study; under a label without direction it is named."""
    said = {"Consistent gains": "Improved: ", "First signs of gains": "Improved: ", "Points to harm": "Worsened: ",
            "No clear effect": "No clear effect: "}  # fmt: skip
    mixed = {row["effect_text"] for row in COUNTED if row["direction"] == "mixed"}
    seen = 0
    for type_ in ["", *TYPES]:
        for body in map(as_read, screen.bodies(visit("what_works", type=type_) if type_ else visit("overview"))):
            name = next((name for name in said if name in body.split("\n")[0]), "")
            if name and "\n" in body and ("For example: " in body or not type_):
                example = body.split("\n")[-1].removeprefix("For example: ")
                assert example.startswith(said[name]), body
                assert not any(text in example for text in mixed), body
                seen += 1
    assert seen > 10


def test_a_practice_says_how_many_studies_of_its_type_are_its_own(visit: Visit) -> None:
    studied = {
        (link["from_id"], link["to_id"]) for link in screen.rows("links") if link["relation"] == "studies"
    }  # fmt: skip
    of_type = {row["practice_id"]: row["measure_type"] for row in screen.rows("practice_types") if row["primary"]}
    forwork = "forwork-fostering-opportunities-of-refugee-workers-piedmont"
    unstudied = next(id_ for id_, type_ in of_type.items() if type_ == of_type[forwork] and id_ != forwork)
    for practice in ("duo-for-a-job", forwork, "elderlearn", unstudied):
        rows = [row for row in COUNTED if row["measure_type"] == of_type[practice]]
        families = {row["study_family"] for row in rows}
        own = {row["study_family"] for row in FINDINGS if (row["publication_id"], practice) in studied} & families
        text = as_read("\n".join(screen.bodies(visit("practice", practice=practice))))
        assert "The studies are about other practices" not in text
        if own and len(families) == 1:
            assert "This study is of this practice." in text
        elif own:
            verb = "is" if len(own) == 1 else "are"
            assert f"{len(own)} of these {len(families)} studies {verb} of this practice." in text
        elif len(families) == 1:
            assert "This study is not of this practice." in text
        else:
            assert f"None of these {len(families)} studies is of this practice." in text


def test_two_codings_of_two_forms_are_both_shown(visit: Visit) -> None:
    text = as_read("\n".join(screen.bodies(visit("what_works", type="language-training"))))
    assert "who differed (improved, mixed); the cautious one counts; one of them read its forms apart" in text
    assert "who differed (no clear effect, mixed); the cautious one counts; one of them read its forms apart" in text


def test_counts_of_practices_name_the_choice_and_the_total(visit: Visit) -> None:
    app = visit("what_works", outcome="language", target_group="elderly", country="IT")
    of = by_key("language")
    families = {row["study_family"]: row for rows in of.values() for row in rows}
    (words,) = (body for body in map(as_read, screen.bodies(app)) if body.startswith("For language"))
    studied = {row["study_family"] for rows in of.values() for row in rows if "elderly" in row["for_whom"].split(";")}
    assert f"Of {len(families)} studies, {len(studied) or 'none'} studied older people." in words
    labels = [link.proto.label for link in app.get("page_link") if re.search(r"(\d|No) practice", link.proto.label)]
    assert all(" in Italy for older people; " in as_read(label) for label in labels)
    assert any(" in Italy for older people on language." in body for body in map(as_read, screen.bodies(app)))
    in_all = [link.proto.label for link in app.get("page_link") if "of this type in total" in link.proto.label]
    assert any(label.endswith("of this type in total, in any form") for label in in_all)


def test_only_countries_of_the_catalogue_are_offered_and_another_is_said_to_be_unknown(visit: Visit) -> None:
    of_practices = [code for row in screen.rows("practices") for code in row["countries"].split(";") if code]
    families = {(row["country"], row["study_family"]) for row in COUNTED if row["country"]}
    codes = {*of_practices, *(code for code, _family in families)} & set(vocabulary("country"))
    names = {vocabulary("country")[code] for code in codes}
    offered = visit("overview").multiselect(key="ask_countries").options
    assert {re.split(r" · | \(", name)[0] for name in offered} == names
    counts = f"{of_practices.count('DK')} practices, {sum(code == 'DK' for code, _family in families)} studies"
    app = visit("what_works")
    asked = app.multiselect(key="ask_countries").options
    assert f"Denmark · Danmark ({counts})" in asked
    assert asked == offered
    assert "no practice and no study" not in "".join(screen.bodies(app))
    app = visit("what_works", country=["AQ", "DK"])
    assert not app.warning
    assert app.multiselect(key="ask_countries").value == ["AQ", "DK"]
    assert "The catalogue has no practice and no study with a comparison from Antarctica." in as_read(
        "".join(screen.bodies(app))
    )


def test_each_country_asked_for_is_counted_apart(visit: Visit) -> None:
    """No sum of two countries is said of both: neither of studies nor of practices, not in the first lines either."""
    asked = ["IT", "DE", "AQ"]
    names = {"IT": "Italy", "DE": "Germany", "AQ": "Antarctica"}
    practices = [row for row in screen.rows("practices") if "refugees" in row["target_groups"].split(";")]
    for outcome, sector in (("housing", "housing-and-settlement"), ("employment", "employment")):
        of_sector = [row for row in practices if sector in row["sectors"].split(";")]
        app = visit("what_works", outcome=outcome, target_group="refugees", country=asked)
        text = "\n".join(map(as_read, [*screen.bodies(app), *(one.proto.label for one in app.get("page_link"))]))
        assert not re.search(r"(Italy, Germany|Germany, Italy)[^:\n]*: \d", text)
        rows = [row for of in by_key(outcome).values() for row in of]
        studies = {code: len({row["study_family"] for row in rows if row["country"] == code}) for code in asked}
        each = [f"{count} in {names[code]}" for code, count in studies.items() if count]
        none = [names[code] for code, count in studies.items() if not count]
        of_studies = len({row["study_family"] for row in rows})
        assert f"Of {of_studies} studies, by country: {', '.join(each)}, none in {' or '.join(none)}." in text
        for name, block in blocks(app).items():
            for code in asked:
                of = {row["study_family"] for row in by_key(outcome)[name] if row["country"] == code}
                assert not of or f"{names[code]}: {len(of)} of " in block, name
        counts = {code: sum(code in row["countries"].split(";") for row in of_sector) for code in asked}
        both = sum(bool(set(asked) & set(row["countries"].split(";"))) for row in of_sector)
        each_practice = ", ".join(f"{count} in {names[code]}" for code, count in counts.items() if count)
        none = " or ".join(names[code] for code, count in counts.items() if not count)
        several = " (some in more than one)" if sum(counts.values()) > both else ""
        on_it = label("sector", sector).lower()
        found = f"{both} practices for refugees on {on_it}: {each_practice}, none in {none}{several}."
        assert found in text


def test_outcomes_lead_to_sectors_that_there_are() -> None:
    assert set(SECTOR_OF) <= set(vocabulary("outcome"))
    assert {*SECTOR_OF.values()} <= set(vocabulary("sector"))


def test_explore_filters_by_any_type_of_a_practice(visit: Visit) -> None:
    expected = {row["practice_id"] for row in screen.rows("practice_types") if row["measure_type"] == "work-mentoring"}
    app = visit("explore", type="work-mentoring")
    assert screen.found(app) == len(expected)
    assert "of type mentoring for work" in screen.sentence(app)


def test_the_map_of_types_has_three_states_and_the_number_of_practices(visit: Visit) -> None:
    app = visit("gaps", map="types")
    (table,) = (one.value for one in app.table if one.proto.alt.startswith("Types of measure by outcome"))
    table = table.map(as_read)
    rows = table.set_index(table["Type of measure"].map(lambda link: link[1:].partition("](")[0]))
    assert rows.loc[TYPES["institutional-capacity"], "Employment"] == "no study"
    assert "Not enough known (1)" in rows.loc[TYPES["work-mentoring"], "Employment"]
    assert rows.loc[TYPES["job-coaching-and-matching"], "Employment"] == "▲ Consistent gains (5)"
    assert rows.loc[TYPES["institutional-capacity"], "Practices"] == "42 practices"
    by_outcome = {name: outcome for outcome, name in vocabulary("outcome").items()}
    differing = 0
    for type_, title in TYPES.items():
        for name, outcome in by_outcome.items():
            labels = {slow_label(found) for found in by_key_of(type_, outcome).values()}
            differing += len(labels) > 1
            assert ("forms differ: " in rows.loc[title, name]) == (len(labels) > 1), (type_, outcome)
    assert differing


@pytest.mark.usefixtures("whole_catalogue")
def test_what_a_finding_says_is_no_markdown_in_the_table_of_studies(database_file: Path, visit: Visit) -> None:
    hostile = "[free money](https://example.org) :red[x] ![i](https://example.org/i.png)"
    with Store(database_file) as store:
        sql = "UPDATE released_finding SET effect_text = $text WHERE measure_type = 'befriending'"
        store.write(lambda cursor: cursor.execute(sql, {"text": hostile}))
    app = visit("what_works", type="befriending")
    (table,) = (one.value for one in app.table if one.proto.alt.startswith("Studies of "))
    cells = list(table["What was found"])
    assert set(map(as_read, cells)) == {hostile}
    assert not any("](" in cell or ":red[" in cell for cell in cells)


def by_key_of(type_: str, outcome: str) -> dict[str, list[dict[str, str]]]:
    """Return the counted findings of a type on an outcome, by form."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in COUNTED:
        if (row["measure_type"], row["outcome"]) == (type_, outcome):
            found[row["form"]].append(row)
    return found


@pytest.mark.parametrize("page", ["evidence", "explore", "communities"])
def test_a_part_of_the_link_that_no_list_knows_is_said(visit: Visit, page: str) -> None:
    app = visit(page, no_such_thing="x", q="work")
    assert [as_read(one.value) for one in app.warning] == ["We ignored part of this link: no-such-thing is unknown"]
    assert not visit(page, q="work").warning
