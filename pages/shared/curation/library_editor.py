"""A publication or an organisation as curators have it: its facts, its links, its standing and its history."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.shared.components import links
from pages.shared.components.screen_texts import escaped
from pages.shared.curation import actions, facts, labels, record_links, search, status
from practices_db.catalogue.library_items import KINDS, NOUNS
from practices_db.curation import edit_library
from practices_db.curation.edit_library import Curated, Named
from practices_db.errors import Actor, PracticesError

_ITEMS = {"evidence": "Publications", "organisation": "Organisations"}
_LABELS: dict[Named, str] = {
    "evidence": "Title or id of a publication",
    "organisation": "Name or id of an organisation",
}
_PAGES: dict[Named, str] = {"evidence": "evidence", "organisation": "communities"}
_VIEWS = {"facts": "Facts", "links": "Links", "standing": "Standing", "history": "History"}


def draw(actor: Actor) -> None:
    """Draw the publication or organisation that the link names, else the search."""
    given, id_ = st.query_params.get("shelf"), st.query_params.get("item")
    item: Named = "organisation" if given == "organisation" else "evidence"
    if not id_:
        links.choose("What", "shelf", _ITEMS)
        search.find(_LABELS[item], item, f"find_{item}", partial(labels.library_link, item))
        return
    st.page_link(
        links.page_path("curation"),
        label=f"Find another {NOUNS[item]}",
        icon=":material/arrow_back:",
        query_params={"part": "library", "shelf": item},
    )
    try:
        found = actions.looked_up(lambda cursor, who: edit_library.read(cursor, who, item, id_))
    except PracticesError as error:
        actions.complain(error)
        return
    st.subheader(escaped(found.facts[KINDS[item].name]))
    _stands(found, item)
    match links.choose("View", "view", _VIEWS):
        case "facts":
            facts.draw(found, actor)
        case "links":
            record_links.draw(found, item, actor)
        case "standing":
            status.draw(found, actor)
        case _:
            search.history(found.thing, actor)


def _stands(found: Curated, item: Named) -> None:
    st.caption(labels.stands(found))
    if found.merged_into:
        labels.library_link(item, found.merged_into, f"It was merged into {escaped(found.merged_into)}")
    elif found.left_because:
        st.markdown(f"It was taken out: {escaped(found.left_because)}")
    else:
        st.page_link(
            links.page_path(_PAGES[item]),
            label="Where everybody finds it",
            query_params={"q": found.facts[KINDS[item].name][:200]},
        )
