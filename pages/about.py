"""The catalogue: what there is, where, for whom, and how much of it is known."""

import streamlit as st

from pages.shared.components import chart_with_download, charts, database, links, tables
from pages.shared.components.chart_with_download import Drawn
from pages.shared.practices import panels
from practices_db import formats
from practices_db.catalogue.practice_filter import PracticeFilter
from practices_db.catalogue.vocabularies import NOT_STATED
from practices_db.queries.views import View
from practices_db.translation import N_, _, ngettext

st.title(_("About the catalogue"))
st.markdown(
    _(
        "Real practices from across Europe, each with what is known of its results and of what continued. "
        "What nobody has documented is shown as unknown, never as a zero."
    )
)
whole = database.whole()
totals, counts = whole.totals, whole.counts
starts = tables.year_columns(whole.starts)

panels.totals(totals)

where = tables.value_counts("country", counts["country"])
named = _("{first} of {all} practices are in {one}, {second} in {other}")
st.header(tables.leading(where, named, totals.practices, proper=True) or _("Practices by country"))
country = chart_with_download.show(
    View(),
    lambda: Drawn(None, charts.map_of_europe(tables.on_the_map(tables.value_counts("country", counts["country"])))),
    "map",
    lambda: _("Map of Europe by number of practices in the catalogue"),
)
panels.off_the_map(where[~where["id"].isin(charts.countries_on_map())])
tables.twin(
    where[["label", "count"]].rename(columns={"label": _("Country"), "count": _("Practices")}),
    _("Practices by country"),
)

left, right = st.columns(2, gap="large")
with left:
    sectors = tables.value_counts("sector", counts["sector"])
    named = _("{first} of {all} practices are on {one}, {second} on {other}")
    st.header(tables.leading(sectors, named, totals.practices) or _("Practices by sector"))
    title = N_("Number of practices in each sector")
    sector = panels.value_bars("sector", counts["sector"], N_("Sector"), title, N_("Practices by sector"))
with right:
    groups = tables.value_counts("target_group", counts["target_group"])
    named = _("{first} of {all} practices are for {one}, {second} for {other}")
    st.header(tables.leading(groups, named, totals.practices) or _("Practices by target group"))
    title, table = N_("Number of practices for each target group"), N_("Practices by target group")
    group = panels.value_bars("target_group", counts["target_group"], N_("Target group"), title, table)

st.header(tables.most_frequent_year(starts) or _("Practices by the year they began"))
chart_with_download.show(
    View(),
    lambda: Drawn(tables.year_columns(whole.starts), charts.years()),
    "years",
    lambda: _("Number of practices by the year they began"),
)
st.caption(
    ngettext(
        "{count} practice states no year and is not shown.",
        "{count} practices state no year and are not shown.",
        totals.without_year,
    ).format(count=formats.count(totals.without_year))
)
tables.twin(starts.rename(columns={"year": _("First year"), "practices": _("Practices")}), _("Practices by first year"))

panels.what_is_not_known(totals)

for field, picked in (("country", country), ("sector", sector), ("target_group", group)):
    if picked and picked != NOT_STATED:
        links.open_explore(PracticeFilter.model_validate({field: (picked,)}))
