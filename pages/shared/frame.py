"""The frame around every page: name, menu, footer. Streamlit runs it on every visit and every change."""

from pathlib import Path

import streamlit as st

from pages.shared.components import database, operator_texts
from pages.shared.components.links import page_path
from pages.shared.curation import login
from pages.shared.practices import reopened_file
from practices_db.files.exports.recipe import LICENCE
from practices_db.translation import _

ART = Path(__file__).parent
# An icon of our own: Streamlit would fetch a Material one from a server outside.
st.set_page_config(page_title="Integration Practices", page_icon=str(ART / "icon.svg"), layout="wide")
st.logo(str(ART / "logo.svg"), size="large")

# Name, icon, title and what one finds there, in the order of the menu.
_MENU = (
    ("overview", "public", _("Overview"),
     _("What measures help with what, how sure that is, and the ways in.")),
    ("what_works", "science", _("What works"),
     _("Types of measure: what studies found, how sure it is, where, at what cost, and who does it.")),
    ("explore", "search", _("Explore"),
     _("Find practices by country, target group and sector, compare what is known, take the list away.")),
    ("needs", "contact_support", _("What do you need?"),
     _("Say what you are facing: practices that fit and why, evidence, whom to ask, what nobody documents.")),
    ("evidence", "library_books", _("Evidence"),
     _("Publications on integration measures: what was found, how strong, for whom, where to get it.")),
    ("communities", "diversity_3", _("Communities"),
     _("Organisations and communities of practice by country, kind, level and theme, and how to join.")),
    ("self_assessment", "checklist", _("Assess your own"),
     _("Answer the framework's questions for your own practice and see where it stands.")),
    ("compare", "compare_arrows", _("Compare"),
     _("Two to six practices side by side: facts, scores with ranges, answers where they differ, peers.")),
    ("weighting", "balance", _("Your weighting"),
     _("Set what counts how much; see which practices differ clearly, on each main score and under your weights.")),
    ("gaps", "grid_on", _("Gap map"),
     _("Sectors against target groups or countries: how many practices, how many assessed, what is missing.")),
    ("reopen", "upload_file", _("Open a file"),
     _("Drop a file you took away: back to its view, and what changed in the data since.")),
    ("method", "menu_book", _("Method"),
     _("What is asked, how answers become scores, and what the scores do not say.")),
    ("about", "info", _("About the catalogue"),
     _("How many practices there are, where, for whom and on what, and how much of it is known.")),
)  # fmt: skip
_ADDRESSES = {"what_works": "what-works"}  # where it is not the name of the script
_HIDDEN = (
    ("my_submission", "key", _("Your submission")),
    ("practice", "description", _("Practice")),
    ("transfer", "local_shipping", _("Would it work here?")),
    ("contact", "mail", _("Contact")),
    ("imprint", "gavel", _("Imprint")),
    ("privacy", "lock", _("Privacy")),
)
menu = [
    st.Page(
        page_path(name),
        title=title,
        icon=f":material/{icon}:",
        default=name == "overview",
        help=words,
        url_path=_ADDRESSES.get(name),
    )
    for name, icon, title, words in _MENU
]
hidden = [
    st.Page(page_path(name), title=title, icon=f":material/{icon}:", visibility="hidden")
    for name, icon, title in _HIDDEN
]
page = st.navigation([*menu, *hidden, *login.pages()], position="top")

# A page may have to know whether somebody just came to it (components/filter_form.py restores a filter then).
st.session_state["arrived"] = st.session_state.get("page") != page.url_path
st.session_state["page"] = page.url_path

# The footer is written first, below the place of the page: a page that stops early keeps it.
body = st.container()
st.space("medium")
operator_texts.links()
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
