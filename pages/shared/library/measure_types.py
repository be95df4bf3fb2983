"""A type of measure on screen: its own page, and what is said of it elsewhere. A practice never inherits its label."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from criteria.synthesis import Synthesis, current_rule
from pages.shared.components import chart_with_download, charts, database, links, reader_language, tables
from pages.shared.components.chart_with_download import Drawn
from pages.shared.components.database import Card, Whole
from pages.shared.components.finding_texts import cost, differed, example, said, with_doubt
from pages.shared.components.links import page_link, practice_name
from pages.shared.components.others_findings import cheapest_design
from pages.shared.components.pagination import rows_shown
from pages.shared.components.screen_texts import (
    escaped,
    known,
    labels,
    labels_within,
    of_catalogue,
    web_link,
)
from pages.shared.library import what_works
from practices_db import formats
from practices_db.catalogue import synthesis_texts as texts
from practices_db.catalogue.measure_types import MeasureType, measure_types
from practices_db.catalogue.own_language import marked
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.vocabularies import label, vocabulary
from practices_db.queries import evidence_by_type
from practices_db.queries.views import View
from practices_db.queries.what_works import Row, WhatWorks
from practices_db.translation import N_, _, ngettext

STUDIES_A_PAGE = 20
MOST_PRACTICES = 10
NOT_DOCUMENTED = N_("not documented")


def page(id_: str, found: WhatWorks, whole: Whole) -> None:
    """Draw everything that is known of a type of measure."""
    one = next(type_ for type_ in measure_types().types if type_.id == id_)
    made = found.of_type(id_)
    rows = [row for key, of in found.findings.items() if key[0] == id_ for row in of]
    asked = links.params("type")
    page_link("what_works", _("All types of measure"), "arrow_back", asked)
    st.title(label("measure_type", one.id))
    not_this = _("**Not included:** {text}").format(text=escaped(_named(_(one.not_this))))
    st.markdown(f"{escaped(_(one.definition))}  \n:small[{not_this}]")
    st.markdown(what_works.limits(found))
    _not_helped(rows)
    _outcomes(one, made, found)
    what_works.rule_of_labels()
    _studies(one, rows)
    _beside(rows, found.rates.get(id_, ()))
    _conditions(made, found.costs.get(id_, ()))
    _practices(one, whole)
    _open_questions(made, found.trials.get(id_, ()))


def _named(text: str) -> str:
    """Return a text in which ids of types are replaced by their names."""
    names = {one.id: formats.quoted(label("measure_type", one.id)) for one in measure_types().types}
    return re.sub(r"[a-z]+(-[a-z]+)+|befriending", lambda found: names.get(found[0], found[0]), text)


def _not_helped(rows: Sequence[Row]) -> None:
    """Say first where there was no plain gain: every counted finding that is mixed, without clear effect, or worse."""
    st.header(_("Where it did not help, helped only some, or did harm"), anchor=False)
    designs = current_rule().designs
    without = [row for row in rows if row["design"] in designs and row["direction"] != "improved"]
    if without:
        shown = without[: what_works.MOST_TEXTS * 2]
        st.markdown(
            "\n".join(
                f"- {formats.pair(f'**{_direction(row)}**', said(row))}"
                + (f" :small[{escaped(_differed(row, rows))}]" if differed(row) else "")
                for row in shown
            )
        )
        if more := len(without) - len(shown):
            st.caption(
                ngettext("{count} more stands in the list of studies.", "{count} more stand in the list of studies.",
                         more).format(count=more)
            )  # fmt: skip
    elif any(row["design"] in designs for row in rows):
        st.markdown(_("No study with a comparison found this. That does not mean that it helps everybody."))
    else:
        st.markdown(_("Not known: the search found no study with a comparison."))


def _direction(row: Row) -> str:
    outcome, direction = label("outcome", row["outcome"]), label("finding_direction", row["direction"])
    form = texts.form_name(row["form"])
    form = form[:1].upper() + form[1:]
    words = [form, formats.within(outcome)] if form else [outcome]
    return escaped(", ".join([*words, formats.within(direction)]))


def _outcomes(one: MeasureType, made: Sequence[Synthesis], found: WhatWorks) -> None:
    """Say one sentence for each outcome; it can be quoted as it stands."""
    st.header(_("What studies say, by outcome"), anchor=False)
    if note := texts.direction_note(one.id):
        st.markdown(f"**{note}**")
    if not made:
        st.markdown(_("The search found no study of this with a comparison; yours could be the first."))
    for synthesis in made:
        told = _("For example: {finding}").format(finding=example(synthesis, found)) if synthesis.studies else ""
        st.markdown(
            f"{what_works.badge(synthesis)} {texts.marks(synthesis)}  \n{escaped(texts.quotable(synthesis))}"
            + (f"  \n{told}" if told else "")
        )


# --- studies ---------------------------------------------------------------------------------------------


def _studies(one: MeasureType, rows: Sequence[Row]) -> None:
    counted = sorted(
        (row for row in rows if row["design"] in current_rule().designs),
        key=lambda row: (-(row["year"] if known(row["year"]) else 0), row["study_family"], row["publication_id"]),
    )
    order = {family: at for at, family in enumerate(dict.fromkeys(row["study_family"] for row in counted))}
    counted.sort(key=lambda row: order[row["study_family"]])
    families = [list(of) for _family, of in groupby(counted, key=lambda row: row["study_family"])]
    if not families:
        return
    st.header(_("Each study, and the direction it found"), anchor=False)
    start, end = rows_shown(len(families), STUDIES_A_PAGE)
    shown = list(enumerate(families, start=1))[start:end]
    st.caption(
        _(
            "Filled: randomised (places were drawn by lot); hollow: comparison group. ▲ improved, ◆ mixed, ■ no clear "
            "effect, ▼ worsened. The numbers are those of the list below."
        )
    )
    chart_with_download.show(
        View(),
        lambda: _directions(shown),
        "effect_directions",
        lambda: _("Direction that each study of {what} found, by outcome").format(what=label("measure_type", one.id)),
    )
    twin = _twin(_marks(shown))
    title = _("Studies of {what}: direction by outcome").format(what=label("measure_type", one.id))
    tables.twin(twin, title, texts=[str(name) for name in twin if name != _("Study")])  # a study is a link
    for number, of in shown:
        _study(number, of)


def _marks(studies: Sequence[tuple[int, Sequence[Row]]]) -> pd.DataFrame:
    """Return the marks of studies, each with its number."""
    return pd.DataFrame([cell for number, of in studies for cell in _cells(number, of)])


def _directions(studies: Sequence[tuple[int, Sequence[Row]]]) -> Drawn:
    marks = _marks(studies)
    heads = [name for id_ in vocabulary("outcome") if (name := label("outcome", id_)) in set(marks["outcome"])]
    return Drawn(marks, charts.effect_directions(tuple(heads), tuple(dict.fromkeys(marks["study"]))))


def _cells(number: int, of: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the marks of a study: one for each outcome and form, with what the twin and the tooltip say."""
    where = ", ".join(dict.fromkeys(row["country"] for row in of if known(row["country"])))
    year = next((str(int(row["year"])) for row in of if known(row["year"])), _("(year not stated)"))
    study = " ".join(part for part in (f"{number}.", where, year) if part)
    ending = reader_language.in_address()
    return [
        {
            "study": study,
            "twin": f"[{escaped(study)}](evidence?{urlencode({'q': of[0]['title'][:200]})}{ending})",
            "outcome": label("outcome", row["outcome"]),
            "mark": texts.ARROWS[row["direction"]][row["design"] != "randomised"],
            "direction": label("finding_direction", row["direction"]),
            "design": label("study_design", row["design"]),
            "form": texts.form_name(row["form"]),
            "effect": row["effect_text"],
        }
        for row in of
    ]


def _twin(table: pd.DataFrame) -> pd.DataFrame:
    names = {"twin": _("Study"), "outcome": _("Outcome"), "direction": _("Direction"), "design": _("Design"),
             "form": _("Form"), "effect": _("What was found")}  # fmt: skip
    return table.assign(effect=table["effect"].map(marked))[list(names)].rename(columns=names)


def _study(number: int, of: Sequence[Row]) -> None:
    """Draw one study: its findings with publication, source and who read it."""
    title = of[0]["title"]
    with st.expander(f"{number}. {of_catalogue(title)}"):
        for row in of:
            readers = (
                _("read by one coder")
                if row["coded_by"] == "one"
                else _("read by two coders, who agreed")
                if row["agreed"]
                else _differed(row, of)
            )
            whom = labels_within("target_group", row["for_whom"]) or _("group not stated")
            read_on = _("source read on {day}").format(day=formats.day(row["checked_on"]))
            st.markdown(
                f"**{_direction(row)}.** {said(row)}  \n"
                f":small[{of_catalogue(row['title'])}. "
                f"{formats.parted([escaped(whom), escaped(readers), read_on])}.]"
            )
        page_link("evidence", _("The publication in the library"), "library_books", {"q": title[:200]})


def _differed(row: Row, of: Sequence[Row]) -> str:
    """Say which directions two coders saw, and where one of them gave all forms of a study the same."""
    words = differed(row)
    forms = [
        other for other in of
        if (other["study_family"], other["outcome"]) == (row["study_family"], row["outcome"]) and other["form"]
    ]  # fmt: skip
    alike = {who: len({other[f"{who}_direction"] for other in forms}) == 1 for who in ("first", "second")}
    if len({other["form"] for other in forms}) > 1 and alike["first"] != alike["second"]:
        apart = _("one of them read its forms apart, the other gave all of them one direction")
        words = formats.parted([words, apart])
    return words


def _beside(rows: Sequence[Row], rates: Sequence[Row]) -> None:
    """Draw what stands beside the label and lifts nothing: reviews, surveys, rates without comparison."""
    other = [row for row in rows if row["design"] not in current_rule().designs]
    if not other and not rates:
        return
    st.header(_("Other studies, not counted in the label"), anchor=False)
    if other:
        st.markdown(_("**Reviews, surveys and before-after studies**"))
        st.markdown("\n".join(f"- {formats.pair(f'**{_direction(row)}**', with_doubt(row))}" for row in other))
    if rates:
        st.markdown(
            _(
                "**Rates without comparison, reported by operators** (how many would have got there without the "
                "measure is not known)"
            )
        )
        st.markdown("\n".join(f"- {_rate(row)}" for row in rates))


def _rate(row: Row) -> str:
    of = row["practice"] if known(row["practice"]) else row["publication"]
    name = of_catalogue(of) if known(of) else ""
    return formats.pair(name, f"{of_catalogue(row['rate_text'])} :small[({_source(row)})]")


def _source(row: Row) -> str:
    return web_link(row["source_url"], _("source"))


# --- conditions, practices, what is open -----------------------------------------------------------------


def _conditions(made: Sequence[Synthesis], costs: Sequence[Row]) -> None:
    """Draw how it acts, where it differs, what it took and what it cost; nothing is made up."""
    st.header(_("How it works, where results differ, what was needed, what it cost"), anchor=False)
    forms = list(dict.fromkeys(texts.form_name(one.form) for one in made if one.form))
    countries = sorted({country for one in made for country in one.countries})
    differs = [
        *([_("forms studied separately: {forms}").format(forms=", ".join(forms))] if forms else []),
        *([_("studied in {countries}").format(countries=labels("area", countries))] if countries else []),
    ]
    cost_words = (
        _("**What it cost**: stated by sources, not comparable with each other:")
        if costs
        else _("**What it cost**: not known")
    )
    lines = [
        _("**How it is thought to work**: not documented"),
        _("**When and where results differ**: {text}").format(
            text=escaped(formats.parted(differs) or _(NOT_DOCUMENTED))
        ),
        _("**What was needed**: not documented"),
        cost_words + "".join(f"\n    - {_cost(row)}" for row in costs),
    ]
    st.markdown("\n".join(f"- {line}" for line in lines))


def _cost(row: Row) -> str:
    note = f" {of_catalogue(row['note'])}" if known(row["note"]) else ""
    return f"{cost(row)}.{note}"


def _practices(one: MeasureType, whole: Whole) -> None:
    count = whole.counts["measure_type"].get(one.id, 0)
    st.header(_("Practices of this type, strongest evidence first"), anchor=False)
    st.caption(_("The findings above are about the type. They say nothing about any single practice below."))
    with database.cursor() as cursor:
        practices = tables.rows(evidence_by_type.strongest_practices(cursor, one.id, MOST_PRACTICES))
    for row in practices:
        with st.container(gap="xxsmall"):
            practice_name(row["practice_id"], row["name"])
            st.markdown(f":small[{own_result(row)}]")
    if not practices:
        st.markdown(_("None in the catalogue."))
    elif count > len(practices):
        page_link("explore", PracticeFilter.amount(count), "search", PracticeFilter(measure_type=(one.id,)).params())


def own_result(row: Mapping[str, Any]) -> str:
    """Return the main result of a practice as Markdown, or that none is known."""
    if not known(row["effect_text"]):
        return _("no result of its own is known")
    words = f"{label('result_direction', row['direction'])}, {formats.within(label('result_design', row['design']))}"
    return formats.pair(escaped(words), of_catalogue(row["effect_text"]))


def _open_questions(made: Sequence[Synthesis], trials: Sequence[Row]) -> None:
    st.header(_("Which evidence is missing"), anchor=False)
    one_short = [formats.within(label("outcome", one.outcome)) + (f" ({texts.form_name(one.form)})" if one.form else "")
                 for one in made
                 if one.outcome != "other" and len(one.studies) == current_rule().known_from - 1]  # fmt: skip
    known_trials = "".join(f"\n    - {_trial(row)}" for row in trials)
    if known_trials:
        st.markdown("- " + _("**Trials registered or under way, no result known**:") + known_trials)
    else:
        st.markdown("- " + _("**Trials registered or under way, no result known**: not documented"))
    missing = (
        _("a second independent study with a comparison on {outcomes}").format(outcomes=", ".join(one_short))
        if one_short
        else _("no study with a comparison on any outcome; the cheapest credible design is {design}").format(
            design=cheapest_design()
        )
        if not any(one.studies for one in made)
        else _("a study with a comparison from a country that has none yet")
    )
    st.markdown("- " + _("**The missing study**: {text}").format(text=escaped(missing)))


def _trial(row: Row) -> str:
    """Return a trial without a known result as Markdown: what it is, and its own page where that is known."""
    year = str(int(row["year"])) if known(row["year"]) else _("year not stated")
    who = f"{row['publisher']}, {year}" if known(row["publisher"]) else year
    title = web_link(row["url"], marked(row["title"])) if row["offered"] else of_catalogue(row["title"])
    return f"{title} :small[({escaped(who)})]. {of_catalogue(row['summary'])}"


# --- elsewhere -------------------------------------------------------------------------------------------


def on_practice(card: Card, own: Sequence[Mapping[str, Any]], whole: Whole) -> None:
    """Say apart what studies say of the practice's types and what is known of the practice itself, its results."""
    found = whole.what_works
    itself = own_result(own[0]) if own else _("no result of its own is known.")
    st.markdown(_("**This practice itself:** {text}").format(text=itself))
    for id_ in card["measure_types"]:
        told = texts.studies_of_type(found.of_type(id_), found.of_practice(id_, card["id"]))
        words = _("**Studies of this type of measure** ({type}): {text}")
        st.markdown(words.format(type=escaped(label("measure_type", id_)), text=escaped(told)))
        links.type_link(id_, _("What studies say of this type"))
    if not card["measure_types"]:
        st.markdown(_("**Studies of this type of measure**: its type of measure is not known."))
    st.caption(texts.no_inheritance())
