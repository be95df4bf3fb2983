"""Sending a correction to the curators: what has to be right first, and the receipt with its private link.

A page that has such a form calls ``private_links.keep`` once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from pages.shared.components import database, private_links
from pages.shared.components.private_links import KeptReceipt
from pages.shared.components.screen_texts import escaped
from practices_db import formats
from practices_db.catalogue.addresses import completed
from practices_db.catalogue.practice_rows import PROSE
from practices_db.curation import submissions
from practices_db.errors import PracticesError
from practices_db.translation import _


def _wrong_with(what: str, page: str, page_needed: bool) -> str:
    """Say what has to be corrected before it can be sent, "" for nothing."""
    if not what:
        return _("Nothing was sent yet: say what is wrong.")
    if len(what) > PROSE:
        words = _("Nothing was sent yet: your text has {count} characters, and at most {most} can be sent.")
        return words.format(count=formats.count(len(what)), most=formats.count(PROSE))
    if page_needed and not page.strip():
        return _("Nothing was sent yet: give the address of a public page that shows it.")
    if page.strip() and not completed(page):
        return _("Nothing was sent yet: “{page}” is no web address. Write it like example.org/page.").format(page=page)
    return ""


def send(kind: str, entry: tuple[str, str], content: Mapping[str, Any], page: str, mailbox: str = "") -> None:
    """Put a correction into the queue and keep its receipt; what is or went wrong is said instead.

    ``entry``: id and name of the practice or organisation. ``content``: as its kind of submission has it, without the
    page, which an organisation has to give.
    """
    practice_id = entry[0] if kind == "correction" else None
    if problem := _wrong_with(content["what"], page, page_needed=practice_id is None):
        st.error(escaped(problem), icon=":material/error:")
        return
    (about, name), payload = entry, dict(content) | {"source_url": completed(page) or None}
    try:
        private_links.private_link("")  # nothing is sent to which its sender could not come back
        sent = submissions.submit(database.store(), kind, payload, mailbox or None, practice_id)
    except PracticesError as error:
        st.error(escaped(str(error)), icon=":material/error:")
        return
    private_links.add(
        KeptReceipt(
            number=sent.id,
            token=sent.token,
            kind=kind,
            name=_("Correction: {name}").format(name=name)[:400],
            about=about[:400],
            content="",
            sent=datetime.now(UTC).replace(microsecond=0),
            text="\n".join(filter(None, [str(content["what"]), completed(page)])),
        )
    )
    st.rerun()


def receipts(about: str) -> None:
    """Draw the receipts of the corrections that were sent from this browser about an entry."""
    for one in private_links.kept():
        if one.about == about:
            private_links.show(one)
