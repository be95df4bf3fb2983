"""The front page: the question as a form, what is best known, what is not known, one sentence of counts."""

from __future__ import annotations

from functools import partial

import streamlit as st

from criteria.synthesis import Synthesis
from pages.shared.components import links
from pages.shared.components.database import Whole
from pages.shared.components.finding_texts import example
from pages.shared.components.screen_texts import escaped
from pages.shared.library.what_works import EVERYBODY, FIRST_OUTCOME, badge, groups, outcomes, sure
from practices_db import formats
from practices_db.catalogue import synthesis_texts as texts
from practices_db.catalogue.vocabularies import ids_in_order, label, listed_label
from practices_db.queries.practices import Totals
from practices_db.queries.what_works import WhatWorks
from practices_db.translation import _, ngettext

MOST_LINES = 5
FIRST_GROUP = "refugees"


def question() -> None:
    """Draw the question as a form; it leads to its answer."""
    named = outcomes()
    with st.form("question"):
        with st.grid(3, min_column_width=240):
            outcome = st.selectbox(
                _("I want better"), named, index=named.index(FIRST_OUTCOME), format_func=partial(label, "outcome"),
                key="question_outcome",
            )  # fmt: skip
            group = st.selectbox(
                _("for"), list(groups()), index=list(groups()).index(FIRST_GROUP), format_func=groups().__getitem__,
                key="question_group",
            )  # fmt: skip
            countries = st.multiselect(
                _("in"), ids_in_order("country"), format_func=partial(listed_label, "country"),
                placeholder=_("all countries"), select_all=False, key="question_countries",
            )  # fmt: skip
        if st.form_submit_button(_("Show what is known"), type="primary", icon=":material/search:"):
            asked = {"outcome": [outcome], "country": countries}
            st.switch_page(
                links.page_path("what_works"),
                query_params=asked | ({"target-group": [group]} if group != EVERYBODY else {}),
            )


def best_known(found: WhatWorks) -> None:
    """Draw what is best known: how sure, what one study found and where it says so, the way to the others."""
    st.header(_("What is best known"), anchor=False)
    for one in found.best_known(MOST_LINES):
        with st.container(gap="xxsmall"):
            outcome = formats.within(label("outcome", one.outcome))
            st.markdown(
                formats.pair(f"**{escaped(texts.name(one))}**, {escaped(outcome)}", f"{badge(one)} {sure(one)}")
                + f"  \n{example(one, found)}"
            )
            links.type_link(one.measure_type, _("All studies: {what}").format(what=_type(one)), one.outcome)


def _type(one: Synthesis) -> str:
    return label("measure_type", one.measure_type)


def not_known(found: WhatWorks, whole: Whole) -> None:
    """Say for which types nothing is known, those with most practices first."""
    counts = whole.counts["measure_type"]
    unstudied = sorted(found.unstudied(), key=lambda id_: (-counts.get(id_, 0), id_))
    if not unstudied:
        return
    names = formats.parted(
        ngettext("{name} ({count} practice)", "{name} ({count} practices)", counts.get(id_, 0)).format(
            name=formats.within(label("measure_type", id_)), count=formats.count(counts.get(id_, 0))
        )
        for id_ in unstudied
    )
    st.markdown(
        _("**Not known for** {names}: the search found no study with a comparison. That is not the same as no effect.")
        .format(names=escaped(names))
    )  # fmt: skip
    st.caption(_("A scoping search, mostly of abstracts; not a systematic review."))


def counts(all_: Totals) -> None:
    """Say in one sentence how much there is."""
    words = _(
        "{practices} practices from {countries} countries: {assessed} assessed, {scored} of them documented well "
        "enough for both scores."
    )
    st.markdown(
        words.format(
            practices=formats.count(all_.practices),
            countries=all_.countries,
            assessed=formats.count(all_.assessed),
            scored=formats.count(all_.scored_both),
        )
    )
    links.page_link("about", label=_("About the catalogue"), icon=":material/info:")
