"""Organisations, networks and communities of practice: who knows, where, and how one joins."""

import streamlit as st

from pages.shared import directory, filters, shelves
from pages.shared.components import database, links, tables
from practices_db import knowledge, queries
from practices_db.knowledge_filters import KnowledgeFilter

PAGE_SIZE = 10

st.title("Communities and organisations")
st.markdown("Who works on what, where, and which communities of practice one can join. Organisations only, no persons.")
chosen = shelves.read_link("organisation")
found_by_text = shelves.searched(chosen)
with database.cursor() as cursor:
    found = knowledge.find(cursor, chosen, found_by_text)
    counts = knowledge.facet_counts(cursor, chosen, found_by_text)
    held = knowledge.facet_counts(cursor, KnowledgeFilter("organisation"), None)
    total = knowledge.total(cursor, "organisation")
    version = queries.data_version(cursor)

shelves.widgets(chosen, counts, held, "Search name, theme and country")
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.markdown(shelves.sentence(chosen, len(found), total))
    shelves.take_away(chosen, tables.rows(found), ("csv", "csv-semicolon", "csv-comma"), version.short)
shelves.chips(chosen)
directory.how_to_read()
if found.empty:
    shelves.nothing_found(chosen)
    st.stop()

match links.choose("Show as", "view", directory.VIEWS):
    case "cards":
        start, end = filters.pages(len(found), PAGE_SIZE)
        directory.cards(found.iloc[start:end])
    case "map":
        picked = directory.on_map(counts["area"])
        if picked and picked not in chosen.of("area"):
            shelves.write_link(shelves.with_value(chosen, "area", picked))
            st.rerun()
    case "table":
        directory.as_table(found)
