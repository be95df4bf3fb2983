"""The evidence library: what has been published on integration measures, how strong it is, where to get it."""

import streamlit as st

from pages.shared.components import database, filter_form, links, skip_link
from pages.shared.components.pagination import rows_shown
from pages.shared.library import downloads, publications, text_search
from practices_db.catalogue.library_filter import PublicationFilter
from practices_db.catalogue.vocabularies import vocabulary
from practices_db.files.exports.csv_json import SAFE_FIRST
from practices_db.files.exports.library_files import OWN_FORMATS
from practices_db.queries import library, practices
from practices_db.translation import N_, _

PAGE_SIZE = 10

st.title(_("Evidence library"))
st.markdown(
    _("Handbooks, toolkits, evaluations and trials on integration measures: what was found, how strong, for whom.")
)
chosen = filter_form.read_link(PublicationFilter)
found_by_text = text_search.searched(chosen)
with database.cursor() as cursor:
    found = library.find(cursor, chosen, found_by_text)
    counts = library.facet_counts(cursor, chosen, found_by_text)
    total = library.total(cursor, "evidence")
    version = practices.data_version(cursor)

held = text_search.held(PublicationFilter())
filter_form.widgets(chosen, counts, held, (N_("Search"), N_("Title, finding, publisher")))
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.markdown(filter_form.sentence(chosen, len(found), total))
    downloads.take_away(chosen, found, (*SAFE_FIRST, *OWN_FORMATS), version.short)
publications.how_to_read()
skip_link.result_begins()
if found.empty:
    filter_form.nothing_found(chosen, text_search.relaxations(chosen))
    st.stop()

match links.choose(_("Show as"), "view", {id_: _(words) for id_, words in publications.VIEWS.items()}):
    case "publications":
        st.caption(_(publications.SORTED))
        start, end = rows_shown(len(found), PAGE_SIZE)
        publications.cards(found.iloc[start:end])
    case "sectors":
        wanted = chosen.chosen("theme") or tuple(vocabulary("sector"))
        publications.on_sectors([one for one in wanted if one in vocabulary("sector")], chosen.chosen("target_group"))
    case "table":
        publications.table(found)
