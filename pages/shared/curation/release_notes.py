"""What a release of the data changed, for everybody and for the curators who are about to make one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from pages.shared.components import database
from pages.shared.components.screen_texts import counted
from pages.shared.curation.labels import FIELDS
from practices_db.catalogue.library_items import KINDS
from practices_db.curation import releases as curation_releases
from practices_db.curation.releases import Change

_KINDS = {
    "added": ("new practice", "new practices"),
    "removed": ("practice removed", "practices removed"),
    "moved": ("changed score", "changed scores"),
    "answers": ("changed answer without effect on a score", "changed answers without effect on a score"),
    "facts": ("practice with changed facts", "practices with changed facts"),
    "statement": ("owner's statement", "owners' statements"),
    "publication": ("change to a publication", "changes to publications"),
    "organisation": ("change to an organisation", "changes to organisations"),
    "link": ("change to a link between them", "changes to links between them"),
    "result": ("change to a result", "changes to results"),
    "assessor": ("change to an assessor", "changes to assessors"),
    "practice_type": ("change to a type of measure of a practice", "changes to types of measure of practices"),
    "publication_type": ("change to a type of measure of a publication", "changes to types of measure of publications"),
    "finding": ("change to a finding", "changes to findings"),
    "cost": ("change to a cost", "changes to costs"),
    "rate": ("change to a rate without comparison", "changes to rates without comparison"),
}
_BY_COLUMN = {"facts", "publication", *KINDS}  # their words are names of columns, or "new", "gone"


def choose(releases: Sequence[tuple[int, date]]) -> None:
    """Let a release be chosen, the newest first, and show what it changed."""
    days = dict(releases)
    if len(days) == 1:
        ((number, day),) = days.items()
        st.markdown(f"Nothing yet: release {number} of {day:%d %B %Y} is the first.")
        return
    number = st.selectbox(
        "Release",
        list(days),
        format_func=lambda one: f"Release {one} of {days[one]:%d %B %Y}",
        key="release",
    )
    with database.cursor() as cursor:
        found = curation_releases.changes(cursor, number)
    if number == min(days):
        st.markdown("The first release: there was nothing before it.")
    elif not found:
        st.markdown("No score, fact or statement changed, only sources or notes.")
    else:
        show(found, "What this release changed")


def show(changes: Sequence[Change], alt: str) -> None:
    """Say how much of what kind changed, then each change with its reason as a table."""
    counts = Counter(one.kind for one in changes)
    st.markdown(", ".join(counted(counts[kind], *words) for kind, words in _KINDS.items() if counts[kind]) + ".")
    st.dataframe(
        pd.DataFrame(
            {
                "Name": [one.name for one in changes],
                "What": [_KINDS[one.kind][0].capitalize() for one in changes],
                "Change": [_words(one) for one in changes],
                "Why": [one.why or "" for one in changes],
            }
        ),
        hide_index=True,
        alt=alt,
    )


def _words(change: Change) -> str:
    if change.kind not in _BY_COLUMN:
        return change.words
    return ", ".join(FIELDS.get(name, name.replace("_", " ").capitalize()) for name in change.words.split(", "))
