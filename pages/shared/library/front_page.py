"""The front page: the question as a form, what is best known, what is not known, one sentence of counts."""

from __future__ import annotations

import streamlit as st

from pages.shared.components import links
from pages.shared.components.database import Whole
from pages.shared.components.finding_texts import example
from pages.shared.components.screen_texts import escaped
from pages.shared.library import what_works
from pages.shared.library.what_works import badge, sure
from practices_db import formats
from practices_db.catalogue import synthesis_texts as texts
from practices_db.catalogue.vocabularies import label
from practices_db.queries.practices import Totals
from practices_db.queries.what_works import WhatWorks
from practices_db.translation import _, ngettext

MOST_LINES = 5
FIRST_GROUP = "refugees"


def question(whole: Whole) -> None:
    """Draw the question with the way to its answer, and the practices on it as soon as something is chosen."""
    asked, dropped = what_works.read_link(FIRST_GROUP)
    links.not_understood(dropped)
    with st.container(border=True, key="screen_question"):
        words, send = st.columns([4, 1], vertical_alignment="bottom")
        with words:
            what_works.question(asked, whole, FIRST_GROUP)
        said = _("Show what is known")
        if send.button(said, type="primary", icon=":material/search:", width="stretch"):
            st.switch_page(links.page_path("what_works"), query_params=asked.params())
    if asked != what_works.Question(target_group=FIRST_GROUP):  # the buttons that copy would delay the first view
        what_works.practices(asked, whole)


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
            links.type_link(
                one.measure_type,
                _("All studies: {what}").format(what=label("measure_type", one.measure_type)),
                one.outcome,
            )


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
    links.page_link("about", _("About the catalogue"), "info")
