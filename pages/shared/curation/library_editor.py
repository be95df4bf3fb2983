"""Something of the library as curators have it: its facts, its links, its standing and its history."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from pages.shared.components import database, links
from pages.shared.components.screen_texts import escaped
from pages.shared.curation import actions, facts, labels, record_links, search, status
from practices_db.catalogue.library_items import KINDS, NOUNS, Item
from practices_db.curation import edit_library
from practices_db.curation.edit_library import Curated
from practices_db.errors import Actor
from practices_db.queries import library

_SEVERAL: dict[Item, str] = {  # where it is not the noun with an s
    "practice_type": "types of measure of practices",
    "publication_type": "types of measure of publications",
    "rate": "rates without comparison",
}
# Links are with what they lead to.
_ITEMS: dict[Item, str] = {
    item: _SEVERAL.get(item, f"{kind.noun}s").capitalize() for item, kind in KINDS.items() if item != "link"
}
_LABELS: dict[Item, str] = {
    "evidence": "Title or id of a publication",
    "organisation": "Name or id of an organisation",
}
_PAGES: dict[Item, str] = {"evidence": "evidence", "organisation": "communities"}
_VIEWS: dict[str, tuple[str, Callable[[Curated, Actor], None]]] = {
    "facts": ("Facts", facts.draw),
    "links": ("Links", record_links.draw),
    "standing": ("Status", status.draw),
    "history": ("History", search.history),
}


def draw(actor: Actor) -> None:
    """Draw what the link names, else the search."""
    given, id_ = st.query_params.get("shelf"), st.query_params.get("item")
    item: Item = next((one for one in _ITEMS if one == given), "evidence")
    if not id_:
        links.choose("What", "shelf", {str(one): words for one, words in _ITEMS.items()})
        search.find(
            _LABELS.get(item, f"Words or id of a {NOUNS[item]}"),
            item,
            f"find_{item}",
            partial(labels.library_link, item),
            _ITEMS[item].lower(),
        )
        return
    links.page_link("curation", f"Find another {NOUNS[item]}", "arrow_back", {"part": "library", "shelf": item})
    found = actions.looked_up(lambda cursor, who: edit_library.read(cursor, who, item, id_), actions.UNRELEASED)
    st.subheader(escaped(found.name))
    _stands(found, item)
    views = {view: title for view, (title, _draw) in _VIEWS.items() if view != "links" or item in _PAGES}
    _VIEWS[links.choose("View", "view", views, _VIEWS)][1](found, actor)


def _stands(found: Curated, item: Item) -> None:
    st.caption(labels.stands(found))
    if found.merged_into:
        labels.library_link(item, found.merged_into, f"It was merged into {escaped(found.merged_into)}")
    elif found.left_because:
        st.markdown(f"It was taken out: {escaped(found.left_because)}")
    elif item in _PAGES and not _is_public(item, found.id):
        st.caption("It becomes public with the next release.")
    elif item in _PAGES:
        links.page_link(_PAGES[item], "Where everybody finds it", params={"q": found.facts[KINDS[item].name][:200]})


def _is_public(item: Item, id_: str) -> bool:
    with database.cursor() as cursor:
        return id_ in library.names(cursor, "evidence" if item == "evidence" else "organisation")
