"""The frame around every page: name, menu, footer. Streamlit runs it on every visit and every change."""

from pathlib import Path

import streamlit as st

from pages.shared.components import database
from pages.shared.components.links import page_path
from pages.shared.curation import login
from pages.shared.practices import reopened_file
from practices_db.files.exports.recipe import LICENCE
from practices_db.translation import _

ART = Path(__file__).parent
# An icon of our own: Streamlit would fetch a Material one from a server outside.
st.set_page_config(page_title="Integration Practices", page_icon=str(ART / "icon.svg"), layout="wide")
st.logo(str(ART / "logo.svg"), size="large")

page = st.navigation(
    [
        st.Page(
            page_path("overview"),
            title=_("Overview"),
            icon=":material/public:",
            default=True,
            help=_("How many practices there are, where, for whom and on what, and how much of it is known."),
        ),
        st.Page(
            page_path("explore"),
            title=_("Explore"),
            icon=":material/search:",
            help=_("Find practices by country, target group and sector, compare what is known, take the list away."),
        ),
        st.Page(
            page_path("needs"),
            title=_("What do you need?"),
            icon=":material/contact_support:",
            help=_(
                "Say what you are facing: practices that fit and why, evidence, whom to ask, what nobody documents."
            ),
        ),
        st.Page(
            page_path("evidence"),
            title=_("Evidence"),
            icon=":material/library_books:",
            help=_("Publications on integration measures: what was found, how strong, for whom, where to get it."),
        ),
        st.Page(
            page_path("communities"),
            title=_("Communities"),
            icon=":material/diversity_3:",
            help=_("Organisations and communities of practice by country, kind, level and theme, and how to join."),
        ),
        st.Page(
            page_path("self_assessment"),
            title=_("Assess your own"),
            icon=":material/checklist:",
            help=_("Answer the framework's questions for your own practice and see where it stands."),
        ),
        st.Page(
            page_path("compare"),
            title=_("Compare"),
            icon=":material/compare_arrows:",
            help=_("Two to six practices side by side: facts, scores with ranges, answers where they differ, peers."),
        ),
        st.Page(
            page_path("weighting"),
            title=_("Your weighting"),
            icon=":material/balance:",
            help=_("Set what counts how much; see scores, tiers and what the order of practices really hangs on."),
        ),
        st.Page(
            page_path("gaps"),
            title=_("Gap map"),
            icon=":material/grid_on:",
            help=_(
                "Sectors against target groups or countries: how many practices, how many assessed, what is missing."
            ),
        ),
        st.Page(
            page_path("reopen"),
            title=_("Open a file"),
            icon=":material/upload_file:",
            help=_("Drop a file you took away: back to its view, and what changed in the data since."),
        ),
        st.Page(
            page_path("method"),
            title=_("Method"),
            icon=":material/menu_book:",
            help=_("What is asked, how answers become scores, and what the scores do not say."),
        ),
        st.Page(page_path("my_submission"), title=_("Your submission"), icon=":material/key:", visibility="hidden"),
        st.Page(page_path("practice"), title=_("Practice"), icon=":material/description:", visibility="hidden"),
        st.Page(
            page_path("transfer"), title=_("Will it travel?"), icon=":material/local_shipping:", visibility="hidden"
        ),
        *login.pages(),
    ],
    position="top",
)

# A page may have to know whether somebody just came to it (components/filter_form.py restores a filter then).
st.session_state["arrived"] = st.session_state.get("page") != page.url_path
st.session_state["page"] = page.url_path

# The footer is written first, below the place of the page: a page that stops early keeps it.
body = st.container()
st.space("medium")
version = database.look().version
st.caption(
    _(
        "Data version {version}. Catalogue: {licence}. "
        "Answers are turned into numbers by this project, not by SPRING (Horizon 2020, 101004635)."
    ).format(version=version.short, licence=LICENCE)
)
with body:
    if notice := database.store().notice:
        st.warning(notice, icon=":material/build:")
    reopened_file.told()
    page.run()
