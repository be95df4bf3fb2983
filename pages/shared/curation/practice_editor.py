"""A practice as curators have it: found by name, then its facts, answers, standing and history, a view each."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.shared.components import database, links
from pages.shared.components.screen_texts import escaped
from pages.shared.curation import (
    actions,
    answer_gaps,
    answers,
    batch_form,
    facts,
    labels,
    search,
    second_assessments,
    status,
)
from practices_db.curation import edit_practices
from practices_db.curation.edit_practices import CuratedPractice
from practices_db.errors import Actor
from practices_db.queries import practices

_VIEWS: dict[str, tuple[str, Callable[[CuratedPractice, Actor], None]]] = {
    "facts": ("Facts", facts.draw),
    "answers": ("Answers", lambda found, _actor: answers.draw(found)),
    "standing": ("Status", status.draw),
    "opinions": ("Second opinions", second_assessments.draw),
    "history": ("History", search.history),
}


def draw(actor: Actor) -> None:
    """Draw the practice that the link names, else the search."""
    id_ = st.query_params.get("practice")
    if not id_:
        if links.choose("Change", "change", {"one": "One practice", "several": "Several at once"}) == "several":
            batch_form.draw()
            return
        search.find("Name or id of a practice", "practice", "find_practice", labels.curated_link, "practices")
        answer_gaps.draw()
        return
    links.page_link("curation", "Find another practice", "arrow_back", {"part": "practices"})
    found = actions.looked_up(lambda cursor, who: edit_practices.practice(cursor, who, id_), actions.UNRELEASED)
    st.subheader(escaped(found.facts["name"]))
    _stands(found)
    view = links.choose("View", "view", {name: title for name, (title, _draw) in _VIEWS.items()})
    _VIEWS[view][1](found, actor)


def _stands(found: CuratedPractice) -> None:
    st.caption(labels.stands(found))
    if found.merged_into:
        labels.curated_link(found.merged_into, f"It was merged into {escaped(found.merged_into)}")
        return
    with database.cursor() as cursor:
        public = practices.names(cursor, [found.facts["id"]]) or practices.former(cursor, found.facts["id"])
    if public:
        links.practice_link(found.facts["id"], "As everybody sees it")
    elif found.state == "listed":
        st.caption("It becomes public with the next release.")
