"""What studies say on one outcome: the question in words, the answer as text, a block for each type of measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from criteria.spelling import shown
from criteria.synthesis import LabelId, Study, Synthesis, current_rule
from pages.shared.components import database, links
from pages.shared.components.answer import answer as selection_answer
from pages.shared.components.database import Whole
from pages.shared.components.file_button import file_button
from pages.shared.components.finding_texts import cost, with_doubt
from pages.shared.components.screen_texts import as_read, escaped, labels, labels_within
from practices_db import formats
from practices_db.catalogue import selection_texts
from practices_db.catalogue import synthesis_texts as texts
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.vocabularies import SECTOR_OF, ids_in_order, label, listed_label, vocabulary
from practices_db.files.exports import findings_file
from practices_db.files.exports.csv_json import FORMATS, SAFE_FIRST, unique_name
from practices_db.queries.selection_counts import found_counts
from practices_db.queries.what_works import WhatWorks, points_one_way
from practices_db.translation import N_, _, ngettext

FIRST_OUTCOME, EVERYBODY = "employment", "all"
MOST_TEXTS = 3  # findings told in a block; the others stand on the type's page
_COLOURS: dict[LabelId, str] = {
    "consistent": "green",
    "first-signs": "green",
    "mixed": "orange",
    "no-clear-effect": "gray",
    "points-to-harm": "red",
    "not-enough-known": "gray",
}


@dataclass(frozen=True)
class Question:
    """What is asked: help with an outcome, for a target group (None: all), in countries (none: all); or one type."""

    outcome: str = FIRST_OUTCOME
    target_group: str | None = None
    countries: tuple[str, ...] = ()
    measure_type: str | None = None

    def practices(self, *measure_types: str) -> PracticeFilter:
        """Return the filter of the practices that the question is about, of the types given or of any."""
        groups = (self.target_group,) if self.target_group else ()
        return PracticeFilter(measure_type=measure_types, target_group=groups, country=self.countries)

    def params(self) -> dict[str, list[str]]:
        """Return the parameters of the link that asks it."""
        return {"outcome": [self.outcome]} | self.practices().params()

    def practices_on_it(self) -> PracticeFilter:
        """Return the filter of the practices that aim at the outcome, where a sector does."""
        sectors = (SECTOR_OF[self.outcome],) if self.outcome in SECTOR_OF else ()
        return self.practices().model_copy(update={"sector": sectors})


def read_link(first_group: str = EVERYBODY) -> tuple[Question, list[str]]:
    """Return what the link asks, and which parts of it were not understood and left out.

    ``first_group`` is meant where the link names none.
    """
    found: dict[str, list[str]] = {}
    dropped = []
    for param, of, name in (
        ("outcome", "outcome", N_("outcome")),
        ("target-group", "target_group", N_("target group")),
        ("country", "country", N_("country")),
        ("type", "measure_type", N_("type")),
    ):
        known = {*vocabulary(of), *([EVERYBODY] if of == "target_group" else [])}
        given = st.query_params.get_all(param)
        found[param] = [value for value in given if value in known]
        dropped += [
            _("{what} {value} is unknown").format(what=_(name), value=shown(value))
            for value in given
            if value not in known
        ]

    def last(param: str) -> str | None:
        return found[param][-1] if found[param] else None

    group = last("target-group") or first_group
    countries_asked = tuple(dict.fromkeys(found["country"]))
    asked = Question(
        last("outcome") or FIRST_OUTCOME, None if group == EVERYBODY else group, countries_asked, last("type")
    )
    return asked, dropped


def outcomes() -> list[str]:
    """Return the ids of the outcomes one can ask for, the default first; "other" is none."""
    return [id_ for id_ in vocabulary("outcome") if id_ != "other"]


def groups() -> dict[str, str]:
    """Return the groups one can ask for with their names inside a sentence, all of them first."""
    return {EVERYBODY: _("all groups")} | {
        id_: labels_within("target_group", [id_]) for id_ in vocabulary("target_group")
    }


def countries(whole: Whole) -> list[str]:
    """Return the countries that a practice or a study with a comparison is from, in the reader's order."""
    return [
        id_ for id_ in ids_in_order("country") if id_ in whole.counts["country"] or id_ in whole.what_works.countries
    ]


def question(asked: Question, whole: Whole, first_group: str = EVERYBODY) -> None:
    """Draw the choices in words, set to the link; each change writes the link, where ``first_group`` is left out."""
    st.session_state["ask_outcome"] = asked.outcome
    st.session_state["ask_group"] = asked.target_group or EVERYBODY
    st.session_state["ask_countries"] = list(asked.countries)
    offered = outcomes() if asked.outcome in outcomes() else list(vocabulary("outcome"))

    def held(what: str, param: str, default: str = "") -> dict[str, Any]:
        key = f"ask_{what}"
        return {"key": key, "on_change": links.write_param, "args": (param, key, default)}

    def country(id_: str) -> str:
        """Name a country with what is known of it; what is chosen takes little room."""
        if id_ in asked.countries:
            return label("country", id_)
        practices = PracticeFilter.amount(whole.counts["country"].get(id_, 0))
        studies = texts.studies_words(whole.what_works.countries.get(id_, 0))
        return f"{listed_label('country', id_)} ({practices}, {studies})"

    with st.grid(3, min_column_width=240):
        st.selectbox(_("I want better"), offered, format_func=partial(label, "outcome"), **held("outcome", "outcome"))
        st.selectbox(
            _("for"), list(groups()), format_func=groups().__getitem__, **held("group", "target-group", first_group)
        )
        st.multiselect(
            _("in"),
            list(dict.fromkeys([*countries(whole), *asked.countries])),
            format_func=country,
            placeholder=_("all countries"),
            select_all=False,
            **held("countries", "country"),
        )


def practices(asked: Question, whole: Whole, before: Sequence[str] = ()) -> None:
    """Draw which practices are about the question, as sentences to copy, with the link and the file."""
    view = replace(links.current_view("explore"), chosen=asked.practices_on_it())
    selection_answer(view, whole, whole.index.select(view.chosen), before)
    links.page_link("explore", _("Explore practices"), "search", view.chosen.params())


def limits(found: WhatWorks) -> str:
    """Return what this is not, to be said at the top and with what is copied."""
    day = formats.day(found.searched_on) if found.searched_on else _("not stated")
    return _("This is a **scoping search of {day}, not a systematic review**: mostly abstracts were read.").format(
        day=day
    )


def rule_of_labels() -> None:
    """Say by which rule labels are made."""
    rule = current_rule()
    title = _("How a label is made: rule version {version} of {day}").format(
        version=rule.version, day=formats.day(rule.fixed_on)
    )
    with st.expander(title, icon=":material/rule:"):
        st.markdown("\n".join(f"- {_(line)}" for line in rule.text))
        st.markdown(
            _("How sure, apart from the direction: {marks}.").format(
                marks=formats.parted(f"{'●' * one.mark + '○' * (5 - one.mark)} {_(one.name)}" for one in rule.certainty)
            )
        )


def download() -> None:
    """Draw the findings as files: all of them, whatever is asked; exact for programs, and as spreadsheets take it."""
    today = date.today()
    for format_ in SAFE_FIRST:
        kind = FORMATS[format_]
        words = _("Download all findings ({format})").format(format=_(kind.label))
        made = partial(findings_file.findings_as, database.store(), format_)
        name = unique_name(findings_file.FILE, today, kind.suffix)
        file_button(words, made, name, kind.mime, help=_(kind.meaning))


def answer(asked: Question, found: WhatWorks, whole: Whole) -> None:
    """Draw the answer: one sentence, a block for each type or form that was studied, and what nobody studied."""
    of = found.of_outcome(asked.outcome)
    unstudied = found.unstudied(asked.outcome)
    outcome = label("outcome", asked.outcome)
    st.header(_("{outcome}: what studies of types of measure say").format(outcome=outcome), anchor=False)
    said = sentence(asked, of, len(unstudied), whole)
    st.markdown(said)
    practices(asked, whole, [as_read(said), as_read(limits(found))])
    if asked.target_group or asked.countries:
        st.caption(_("Each label is based on all studies. How many of them match your choice is given below it."))
    for one in of:
        _block(one, asked, found, whole)
    st.header(
        ngettext(
            "{count} type of measure without a study on this", "{count} types of measure without a study on this",
            len(unstudied),
        ).format(count=len(unstudied)),
        anchor=False,
    )  # fmt: skip
    st.markdown(
        _(
            "The search found no study with a comparison on {outcome}. That is not known; it does not mean that there "
            "is no effect."
        ).format(outcome=formats.within(outcome))
    )
    with st.grid(3, min_column_width=300):
        for id_ in unstudied:
            words = practices_words(id_, asked, whole)
            links.type_link(id_, formats.pair(f"**{label('measure_type', id_)}**", words))


def sentence(asked: Question, of: Sequence[Synthesis], unstudied: int, whole: Whole) -> str:
    """Say how much is known on an outcome, and how much of it is about the chosen group and countries."""
    same_way = sum(points_one_way(one) for one in of)
    if len(of) == 1:
        first = _(
            "For {outcome}, **{same} of 1** type or form that was studied has enough independent studies that point "
            "the same way"
        )
    else:
        first = ngettext(
            "For {outcome}, **{same} of {count}** types or forms that were studied has enough independent studies "
            "that point the same way",
            "For {outcome}, **{same} of {count}** types or forms that were studied have enough independent studies "
            "that point the same way",
            same_way,
        )
    first = first.format(outcome=labels_within("outcome", [asked.outcome]), same=same_way, count=len(of))
    rest = ngettext(
        "for **{count}** more type the search found no study with a comparison.",
        "for **{count}** more types the search found no study with a comparison.",
        unstudied,
    ).format(count=unstudied)
    return " ".join(
        [formats.parted([first, rest]), *_chosen([study for one in of for study in one.studies], asked, whole)]
    )


def _chosen(studies: Sequence[Study], asked: Question, whole: Whole) -> list[str]:
    """Say how many study families are about the chosen group, and how many come from the chosen countries."""
    all_, said_ = len({study.family for study in studies}), []
    if asked.target_group:
        of_group = {one.family for one in studies if asked.target_group in one.for_whom}
        words = ngettext(
            "Of {all} study, **{count}** studied {group}.", "Of {all} studies, **{count}** studied {group}.", all_
        )
        name = escaped(labels_within("target_group", [asked.target_group]))
        said_.append(words.format(all=all_, count=len(of_group) or _("none"), group=name))
    if asked.countries:
        words = ngettext("Of {all} study, by country: {each}.", "Of {all} studies, by country: {each}.", all_)
        said_.append(words.format(all=all_, each=escaped(texts.by_country(studies, asked.countries))))
    if unknown := [label("country", id_) for id_ in asked.countries if id_ not in countries(whole)]:
        words = _("The catalogue has no practice and no study with a comparison from {countries}.")
        said_.append(words.format(countries=escaped(formats.listed(unknown, last="or"))))
    return said_


def badge(one: Synthesis) -> str:
    """Return a label as Markdown: shape, words, colour."""
    return f":{_COLOURS[one.label]}-badge[{texts.label_words(one)}]"


def sure(one: Synthesis) -> str:
    """Return how sure it is as Markdown: marks and words."""
    return f"{texts.marks(one)} {texts.how_sure(one)}"


def _block(one: Synthesis, asked: Question, found: WhatWorks, whole: Whole) -> None:
    told = found.counted(one)
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"### {escaped(texts.name(one))}", anchors=False)
        left, middle, right = st.columns([4, 6, 3], gap="medium")
        with left:
            lines = [f"{badge(one)}  \n{sure(one)}  \n{texts.found(one.studies)}", of_choice(one, asked)]
            if note := texts.direction_note(one.measure_type):
                lines.append(f":small[{escaped(note)}]")
            st.markdown("\n\n".join(filter(None, lines)))
        with middle:
            st.markdown("\n".join(f"- {with_doubt(row)}" for row in told[:MOST_TEXTS]))
            if len(told) > MOST_TEXTS:
                words = _("{count} of {all} findings; the others are on the page of this type.")
                st.caption(words.format(count=MOST_TEXTS, all=len(told)))
        with right:
            st.markdown(
                _("**Studied in** {countries}").format(countries=escaped(texts.countries(one)))
                + "  \n"
                + _("**Cost** {cost}").format(cost=_cost(one, found))
            )
            words = practices_words(one.measure_type, asked, whole, forms=bool(one.form))
            links.page_link("explore", words, "search", asked.practices(one.measure_type).params())
            links.type_link(one.measure_type, _("All about this type"), asked.outcome)


def practices_words(measure_type: str, asked: Question, whole: Whole, forms: bool = False) -> str:
    """Say how many practices of a type the question is about, and how many there are of the type in all its forms."""
    all_ = whole.counts["measure_type"].get(measure_type, 0)
    if asked.practices().is_empty:
        words = PracticeFilter.amount(all_)
        return _("{list} of this type, in any form").format(list=words) if forms else words
    in_all = _("{all} of this type in total, in any form") if forms else _("{all} of this type in total")
    found = found_counts(whole.index.select(asked.practices(measure_type)))
    words = escaped(selection_texts.found(asked.practices(), found))
    return formats.parted([words, in_all.format(all=formats.count(all_))])


def of_choice(one: Synthesis, asked: Question) -> str:
    """Say how many of the studies were on the chosen group and in the chosen countries, and what they found."""
    lines = []
    if asked.target_group:
        lines.append((labels("target_group", [asked.target_group]), one.among(asked.target_group)))
    inside = {
        country: tuple(study for study in one.studies if country in study.countries) for country in asked.countries
    }
    lines += [(label("country", country), studies) for country, studies in inside.items() if studies]
    if without := [country for country, studies in inside.items() if not studies]:
        lines.append((labels("country", without), ()))
    return "  \n".join(
        _("**{name}:** {words}").format(
            name=escaped(name),
            words=ngettext("{count} of {all} study", "{count} of {all} studies", len(one.studies)).format(
                count=len(studies), all=len(one.studies)
            )
            + f" ({texts.found(studies)})"
            if studies
            else _("none of these studies"),
        )
        for name, studies in lines
    )


def _cost(one: Synthesis, found: WhatWorks) -> str:
    """Return what one costs as sources state it, as Markdown, or that it is not known; costs are of types."""
    stated = () if one.form else found.costs.get(one.measure_type, ())
    if not stated:
        return _("not known")
    first = cost(stated[0])
    return first if len(stated) == 1 else _("{first}; {count} more, not comparable").format(
        first=first, count=len(stated) - 1
    )  # fmt: skip
