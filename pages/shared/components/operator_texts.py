"""Contact, imprint and privacy: texts of whoever runs the server, with defaults that say that there are none yet."""

from __future__ import annotations

import streamlit as st

from pages.shared.components.links import page_link
from practices_db.config import OperatorText, operator_text
from practices_db.translation import N_, _, language

_DEFAULTS: dict[OperatorText, str] = {
    "contact": N_(
        "The operator of this server has not published contact details here yet.\n\n"
        "To report a mistake on the page of a practice or an organisation, use the form on that page; you need no "
        "account and no e-mail address."
    ),
    "imprint": N_("The operator of this server has not published an imprint here yet."),
    "privacy": N_(
        "The operator of this server has not published a privacy notice here yet. This is what the software does:\n\n"
        "- **Self-assessment and “Would it work here?”**: what you type is kept in your browser and, while the page is "
        "open, in the memory of the server. It is not written to a disk, a database or a log.\n"
        "- **What you submit** is stored for the curators: your answers, the facts of the practice and, if you give "
        "one, the e-mail address of your organisation, which is never public. Accepted answers become public "
        "under CC BY 4.0.\n"
        "- **Private link**: the server keeps a hash of it, your browser the link itself with the receipt. With it you "
        "can correct or withdraw what you sent. Withdrawn content is deleted at once, its last bytes with the next "
        "rewrite of the database; earlier backups expire.\n"
        "- **Corrections** are stored without your name; please do not write it in the text.\n"
        "- There are no accounts for visitors, no advertising and no requests to other sites."
    ),
}


def links() -> None:
    """Draw the links to the three pages, for the foot of every page."""
    titles: dict[OperatorText, str] = {"contact": _("Contact"), "imprint": _("Imprint"), "privacy": _("Privacy")}
    for name, title in titles.items():
        page_link(name, title)


def show(name: OperatorText) -> None:
    """Draw the operator's text, which is Markdown, or the default."""
    st.markdown(operator_text(name, language()) or _(_DEFAULTS[name]))
