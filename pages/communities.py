"""Organisations, networks and communities of practice: who knows, where, and how one joins."""

import streamlit as st

from pages.shared.components import database, filter_form, links, private_links, skip_link
from pages.shared.components.pagination import rows_shown
from pages.shared.library import downloads, organisations, text_search
from practices_db.catalogue.library_filter import OrganisationFilter
from practices_db.files.exports.csv_json import SAFE_FIRST
from practices_db.queries import library, practices
from practices_db.translation import N_, _

PAGE_SIZE = 10

private_links.keep()
st.title(_("Communities and organisations"))
st.markdown(
    _("Who works on what, where, and which communities of practice one can join. Organisations only, no persons.")
)
chosen = filter_form.read_link(OrganisationFilter)
found_by_text = text_search.searched(chosen)
with database.cursor() as cursor:
    found = library.find(cursor, chosen, found_by_text)
    counts = library.facet_counts(cursor, chosen, found_by_text)
    total = library.total(cursor, "organisation")
    version = practices.data_version(cursor)

held = text_search.held(OrganisationFilter())
filter_form.widgets(chosen, counts, held, (N_("Search"), N_("Name, theme, country")))
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.markdown(filter_form.sentence(chosen, len(found), total))
    downloads.take_away(chosen, found, SAFE_FIRST, version.short)
organisations.how_to_read()
skip_link.result_begins()
if found.empty:
    filter_form.nothing_found(chosen, text_search.relaxations(chosen))
    st.stop()

match links.choose(_("Show as"), "view", {id_: _(words) for id_, words in organisations.VIEWS.items()}):
    case "cards":
        start, end = rows_shown(len(found), PAGE_SIZE)
        organisations.cards(found.iloc[start:end])
    case "map":
        picked = organisations.on_map(counts["area"])
        if picked and picked not in chosen.area:
            filter_form.write_link(OrganisationFilter.from_params(chosen.params() | {"country": [picked]})[0])
            st.rerun()
    case "table":
        organisations.table(found)
