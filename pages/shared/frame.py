"""The frame around every page: name, menu, footer. Streamlit runs it on every visit and every change."""

import time
from collections.abc import Sequence
from copy import copy
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.shared.components import (
    database,
    links,
    menu,
    operator_texts,
    page_titles,
    popover,
    reader_language,
    skip_link,
)
from pages.shared.components.page_titles import APP
from pages.shared.curation import login
from pages.shared.practices import reopened_file
from pages.shared.server import monitors
from practices_db import formats
from practices_db.catalogue import own_language
from practices_db.config import database_path
from practices_db.files.exports.recipe import LICENCE
from practices_db.operations import demo
from practices_db.translation import _

begun = time.perf_counter()
ART = Path(__file__).parent
# An icon of our own, before the menu: Streamlit would fetch the page's Material one from a server outside.
st.set_page_config(page_title=APP, page_icon=str(ART / "icon.svg"), layout="wide")
st.logo(str(ART / "logo.svg"), size="large")
reader_language.settle()


def _pages(entries: Sequence[menu.Entry], shown: bool = True) -> list[StreamlitPage]:
    """Return the pages, each a copy for this run alone: navigation notes in it whether it may run."""
    return [copy(menu.page(one, _(one.title), _(one.words) if one.words else None, shown)) for one in entries]


# Two groups: the first stands in the bar, the second opens from it.
more = [*_pages(menu.MORE), *login.pages(), *_pages(menu.HIDDEN, shown=False)]
page = st.navigation({"": _pages(menu.FIRST), _("More"): more}, position="top")
name = page.url_path.replace("-", "_") or menu.HOME

whole = database.look()
given = links.params()
called = page.title if page.url_path else ""
st.set_page_config(page_title=page_titles.title(name, called, given, whole))

# A page may have to know whether somebody just came to it (components/filter_form.py restores a filter then).
st.session_state["arrived"] = st.session_state.get("page") != page.url_path
st.session_state["page"] = page.url_path
if st.session_state["arrived"] or given != st.session_state.get("shown"):
    links.keep_params()

# The footer is written before the page and stands below its place: a page that stops early keeps it.
body = st.container(key="page")
with body:
    reader_language.choice()
    if name not in ("self_assessment", "transfer"):  # a draft brings back itself what was typed and chosen in a cut
        popover.rerun_on_reconnection()
    skip_link.page_begins(name)
with st.container(key="footer", horizontal=True):
    operator_texts.links()
    version = whole.version
    told = _(
        "Data version {version}. Catalogue: {licence}. "
        "Answers are turned into numbers by this project, not by SPRING (Horizon 2020, 101004635)."
    ).format(version=version.short, licence=_(LICENCE))
    in_english = _("Names, facts and findings of the catalogue are in English.")
    st.caption(f"{told} {in_english}" if own_language.is_foreign() else told)
with body, monitors.rerun(name, begun):
    if notice := database.store().notice:
        st.warning(notice, icon=":material/build:")
    if ends := demo.ends_at(database_path()):
        st.info(
            _(
                "This is a demonstration: try everything. At {time} UTC on {day} whatever was sent in or changed here "
                "is deleted, and the catalogue is again as it was. Please send nothing that you want to keep."
            ).format(time=formats.time_of_day(ends), day=formats.day(ends)),
            icon=":material/experiment:",
        )
    reopened_file.told()
    try:
        page.run()
    finally:  # also where a page stops early, or leads on
        st.session_state["shown"] = links.params()
