"""Where practices and proof are missing: two lists against each other."""

import streamlit as st

from pages.shared.components import chart_with_download, charts, database, links, tables
from pages.shared.library import evidence_map
from pages.shared.practices import gap_map
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.queries.views import View

st.title("Gap map")
st.markdown("What is there for whom, how much of it is assessed, and where nobody has shown anything yet.")
if gap_map.of_types():
    evidence_map.draw()
    st.stop()
down, shown = gap_map.choices()
cells, twin = gap_map.drawn(database.whole(), down, shown)

st.markdown(gap_map.sentence(cells, down))
picked = chart_with_download.show(
    View(),
    cells,
    charts.gap_map(gap_map.SHOWN[shown], tuple(cells["across"].unique()), tuple(cells["down"].unique())),
    "gap_map",
    f"{gap_map.SHOWN[shown]} for each pair of sector and {gap_map.DOWN[down].lower()}; an empty frame means none",
)
st.caption(
    "A cell leads to its practices. An empty frame has none of what the cells show; that none is in the catalogue "
    "may also mean that none could be read."
)
tables.twin(twin, f"Sector by {gap_map.DOWN[down].lower()}: practices, assessed, strongest proof")
st.header("What would fill the gaps")
gap_map.needs(cells)
if picked:
    sector, other = picked.split("|")
    links.open_explore(PracticeFilter.model_validate({"sector": (sector,), down: (other,)}))
