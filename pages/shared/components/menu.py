"""The pages of the app and how the menu groups them."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.shared.components.links import address, page_path
from practices_db.translation import N_


class Entry(NamedTuple):
    """A page: the name of its script, its icon, its title and what one finds there (marked for translation)."""

    name: str
    icon: str
    title: str
    words: str = ""

    @property
    def address(self) -> str:
        """The page's name in the address."""
        return address(self.name)


@cache
def page(one: Entry, title: str, words: str | None, shown: bool) -> StreamlitPage:
    """Return a page for the navigation, to be copied; looking for 19 files and names was a tenth of a rerun."""
    return st.Page(
        page_path(one.name),
        title=title,
        icon=f":material/{one.icon}:",
        default=one.name == HOME,
        help=words,
        url_path=None if one.name == HOME else one.address,
        visibility="visible" if shown else "hidden",
    )


HOME = "overview"
# At most five stand in the bar, so that with "More" all fit at 1280 px: Streamlit hides what does not fit.
FIRST = (
    Entry("what_works", "science", N_("What works"),
          N_("Types of measure: what studies found, how sure it is, where, at what cost, and who does it.")),
    Entry("explore", "search", N_("Explore"),
          N_("Find practices by country, target group and topic, compare what is known, download the list.")),
    Entry("compare", "compare_arrows", N_("Compare"),
          N_("Two to six practices side by side: facts, scores with ranges, answers where they differ, peers.")),
    Entry("evidence", "library_books", N_("Evidence"),
          N_("Publications on integration measures: what was found, how strong, for whom, where to get it.")),
    Entry("self_assessment", "checklist", N_("Assess your own"),
          N_("Answer the framework's questions for your own practice and see where it stands.")),
)  # fmt: skip
MORE = (
    Entry("needs", "contact_support", N_("What do you need?"),
          N_("Practices that fit your situation and why, evidence, whom to ask.")),
    Entry("communities", "diversity_3", N_("Communities"),
          N_("Organisations and communities of practice, and how to join.")),
    Entry("gaps", "grid_on", N_("Gap map"),
          N_("Where practices, assessments and evaluations are missing.")),
    Entry("weighting", "balance", N_("Your weighting"),
          N_("Set what counts how much; see which practices differ clearly.")),
    Entry("method", "menu_book", N_("Method"),
          N_("What is asked, how answers become scores, and what the scores do not say.")),
    Entry("about", "info", N_("About the catalogue"),
          N_("How many practices there are, where, for whom, and how much is known.")),
    Entry("reopen", "upload_file", N_("Open a file"),
          N_("Upload a file you downloaded here: back to its view, and what changed since.")),
    Entry(HOME, "public", N_("Start page"),
          N_("What measures help with what, how sure that is, and the ways in.")),
)  # fmt: skip
HIDDEN = (
    Entry("my_submission", "key", N_("Your submission")),
    Entry("practice", "description", N_("Practice")),
    Entry("transfer", "local_shipping", N_("Would it work here?")),
    Entry("contact", "mail", N_("Contact")),
    Entry("imprint", "gavel", N_("Imprint")),
    Entry("privacy", "lock", N_("Privacy")),
)
