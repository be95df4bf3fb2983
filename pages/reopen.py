"""A file that was taken away, opened again: its view, and what changed since."""

import streamlit as st

from pages.shared.components import database, links
from pages.shared.practices import reopened_file
from practices_db.errors import PracticesError
from practices_db.files.reopen import reopen
from practices_db.translation import _

st.title(_("Open a file"))
st.markdown(
    _(
        "Drop a CSV or a workbook that you downloaded here. You get back to the view it shows; where the data have "
        "changed since, you see exactly what."
    )
)
file = reopened_file.choose()
if file is None:
    reopened_file.how_it_works()
    st.stop()
try:
    with st.spinner(_("Reading the file and comparing it with the data"), show_time=True):
        opened = reopen(database.store(), file)
except PracticesError as error:
    reopened_file.refused(error)
    st.stop()
reopened_file.prepare(opened)
if opened.changes.none:
    reopened_file.tell_when_there(opened)
    links.open_view(opened.view)

reopened_file.recipe(opened.recipe)
if st.button(_("Open this view with today's data"), icon=":material/open_in_new:", type="primary"):
    links.open_view(opened.view)
st.header(_("What changed since"))
reopened_file.changes(opened)
