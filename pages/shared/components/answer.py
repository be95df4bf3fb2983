"""What a selection of practices holds as sentences to copy, with the link and the file: the same wherever it stands."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared.components import downloads
from pages.shared.components.copy_buttons import copy_buttons
from pages.shared.components.database import Whole
from pages.shared.components.screen_texts import escaped
from practices_db.catalogue import selection_texts
from practices_db.catalogue.own_language import marked, unmarked
from practices_db.queries.facet_index import Selection
from practices_db.queries.selection_counts import counts_of
from practices_db.queries.views import View


def answer(view: View, whole: Whole, found: Selection, before: Sequence[str] = ()) -> None:
    """Draw what was found as sentences to copy, with the link and the file; sentences ``before`` are copied with it."""
    counts = counts_of(found, lambda id_: whole.cards([id_])[0])
    names = {card["id"]: marked(card["name"]) for card in whole.cards(view.chosen.practice)}
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{escaped(selection_texts.found(view.chosen, counts, names))}.**")
        copy_buttons(" ".join([*before, unmarked(selection_texts.answer(view.chosen, counts, names))]))
        if found.count:
            downloads.take_away(view, found.count)
    if known := selection_texts.known(counts):
        st.markdown(escaped(known))
