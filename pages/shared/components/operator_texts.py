"""Contact, imprint and privacy: texts of whoever runs the server, with defaults that say that there are none yet."""

from __future__ import annotations

import streamlit as st

from pages.shared.components.links import page_path
from practices_db.config import OperatorText, operator_text
from practices_db.translation import N_, _

_DEFAULTS: dict[OperatorText, str] = {
    "contact": N_(
        "Whoever runs this server has not said here yet how they can be reached.\n\n"
        "What is wrong on the page of a practice or an organisation can be told to the curators on that page; no "
        "address of yours is needed."
    ),
    "imprint": N_("Whoever runs this server has not said here yet who is responsible for it."),
    "privacy": N_(
        "Whoever runs this server has not published a privacy notice here yet. This is what the software does:\n\n"
        "- **Self-assessment and “Would it work here?”**: what you type is kept in your browser and, while the page is "
        "open, in the memory of the server. It is written to no disk, database or log.\n"
        "- **What you submit** is stored for the curators: your answers, the facts of the practice and, if you give "
        "one, the mailbox of your organisation, which is never public. Accepted answers become public under CC BY 4.0."
        "\n"
        "- **Private link**: the server keeps a hash of it, your browser the link itself with the receipt. With it you "
        "can correct or withdraw what you sent. Withdrawn content is deleted at once, its last bytes with the next "
        "rewrite of the database; backups that were made before expire.\n"
        "- **Corrections** are stored without your name; please write none.\n"
        "- There are no accounts for visitors, no advertising and no requests to other sites."
    ),
}


def links() -> None:
    """Draw the links to the three pages, for the foot of every page."""
    titles: dict[OperatorText, str] = {"contact": _("Contact"), "imprint": _("Imprint"), "privacy": _("Privacy")}
    with st.container(horizontal=True):
        for name, title in titles.items():
            st.page_link(page_path(name), label=title)


def show(name: OperatorText) -> None:
    """Draw the operator's text, which is Markdown, or the default."""
    st.markdown(operator_text(name) or _(_DEFAULTS[name]))
