"""What a release of the data changed, for everybody and for the curators who are about to make one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import streamlit as st

from pages.shared.components import database, tables
from pages.shared.curation.labels import FIELDS
from practices_db import formats
from practices_db.catalogue.library_items import KINDS
from practices_db.curation import releases as curation_releases
from practices_db.curation.releases import Change
from practices_db.translation import N_, _

# What one change of a kind is called, and several.
_KINDS = {
    "added": (N_("New practice"), N_("New practices")),
    "removed": (N_("Practice removed"), N_("Practices removed")),
    "moved": (N_("Changed score"), N_("Changed scores")),
    "answers": (N_("Changed answer without effect on a score"), N_("Changed answers without effect on a score")),
    "facts": (N_("Practice with changed facts"), N_("Practices with changed facts")),
    "statement": (N_("Owner's statement"), N_("Owners' statements")),
    "publication": (N_("Change to a publication"), N_("Changes to publications")),
    "organisation": (N_("Change to an organisation"), N_("Changes to organisations")),
    "link": (N_("Change to a link between them"), N_("Changes to links between them")),
    "result": (N_("Change to a result"), N_("Changes to results")),
    "assessor": (N_("Change to an assessor"), N_("Changes to assessors")),
    "practice_type": (N_("Change to a type of measure of a practice"), N_("Changes to types of measure of practices")),
    "publication_type": (
        N_("Change to a type of measure of a publication"),
        N_("Changes to types of measure of publications"),
    ),
    "finding": (N_("Change to a finding"), N_("Changes to findings")),
    "cost": (N_("Change to a cost"), N_("Changes to costs")),
    "rate": (N_("Change to a rate without comparison"), N_("Changes to rates without comparison")),
}
_BY_COLUMN = {"facts", "publication", *KINDS}  # their words are names of columns, or "new", "gone"


def choose(releases: Sequence[tuple[int, date]]) -> None:
    """Let a release be chosen, the newest first, and show what it changed."""
    days = dict(releases)
    if len(days) == 1:
        ((number, day),) = days.items()
        st.markdown(
            _("Nothing yet: release {number} of {day} is the first.").format(number=number, day=formats.day(day))
        )
        return
    number = st.selectbox(
        _("Release"),
        list(days),
        format_func=lambda one: _("Release {number} of {day}").format(number=one, day=formats.day(days[one])),
        key="release",
    )
    with database.cursor() as cursor:
        found = curation_releases.changes(cursor, number)
    if number == min(days):
        st.markdown(_("The first release: there was nothing before it."))
    elif not found:
        st.markdown(_("No score, fact or statement changed, only sources or notes."))
    else:
        show(found, _("What this release changed"))


def show(changes: Sequence[Change], alt: str) -> None:
    """Say how much of what kind changed, then each change with its reason as a table."""
    counts = Counter(one.kind for one in changes)
    held = [(_(words[1]), formats.count(counts[kind])) for kind, words in _KINDS.items() if counts[kind]]
    st.markdown("\n".join(f"- {several}: {count}" for several, count in held))
    tables.sortable(
        {
            _("Name"): [one.name for one in changes],
            _("What"): [_(_KINDS[one.kind][0]) for one in changes],
            _("Change"): [_words(one) for one in changes],
            _("Why"): [one.why or "" for one in changes],
        },
        alt,
    )


def _words(change: Change) -> str:
    if change.kind not in _BY_COLUMN:
        return change.words
    return ", ".join(FIELDS.get(name, name.replace("_", " ").capitalize()) for name in change.words.split(", "))
