"""Where practices and evidence are missing: two lists against each other."""

from functools import partial

import streamlit as st

from pages.shared.components import chart_with_download, database, links, tables
from pages.shared.library import evidence_map
from pages.shared.practices import gap_map
from practices_db import formats
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.queries.views import View
from practices_db.translation import _

st.title(_("Gap map"))
st.markdown(_("Which practices exist for whom, how many are assessed, and where outcomes have never been evaluated."))
chosen = gap_map.choices()
if not chosen:
    evidence_map.draw()
    st.stop()
down, shown = chosen
whole = database.whole()
cells, twin = gap_map.drawn(whole, down, shown)
rows = formats.within(_(gap_map.DOWN[down]))
if cells.empty:
    words = _("There is no map yet: no practice in the catalogue states both a sector and this: {list}.")
    st.info(words.format(list=rows), icon=":material/info:")
    st.stop()

st.markdown(gap_map.sentence(cells, down))
picked = chart_with_download.show(
    View(), partial(gap_map.chart, whole, down, shown), "gap_map", partial(gap_map.title, down, shown)
)
st.caption(
    _(
        "Click a cell for its practices. Dashed cell: nothing found. It may exist but not be published. Evidence on "
        "outcomes is that of answers on what changed for people; other answers are left out."
    )
)
tables.twin(twin, _("Sector by {list}: practices, assessed, strongest evidence on outcomes").format(list=rows))
st.header(_("What would fill the gaps"))
gap_map.needs(cells)
if picked:
    sector, other = picked.split("|")
    links.open_explore(PracticeFilter.model_validate({"sector": (sector,), down: (other,)}))
