"""Showing a file that was opened again: where it is from, and what changed in the data since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages.shared.components import database, downloads, tables
from pages.shared.components.screen_texts import escaped, of_catalogue
from practices_db import formats
from practices_db.errors import PracticesError
from practices_db.files.exports.recipe import Recipe
from practices_db.files.reopen import Changes, Move, Reopened
from practices_db.queries.practices import data_version
from practices_db.translation import N_, _, ngettext

_TOLD = "reopened"
_NODES = {**tables.HEADLINES, "weighting": N_("Your weighting")}


def choose() -> bytes | None:
    """Draw the place to drop a file and return what was dropped."""
    dropped = st.file_uploader(_("A file you downloaded here"), type=["csv", "xlsx"], key="reopen_file")
    return dropped.getvalue() if dropped else None


def how_it_works() -> None:
    """Say what the page is for while there is no file."""
    st.info(
        _(
            "No file yet. On Explore, Compare, Your weighting and on every practice, “Download” makes one; its last "
            "column (in a workbook: its sheet “recipe”) says how it was made."
        ),
        icon=":material/upload_file:",
    )
    st.caption(
        _(
            "The file is read here and compared; it is not kept. The comparison takes the figures of the file as they "
            "are: use a file that has not been changed."
        )
    )


def refused(error: PracticesError) -> None:
    """Say why a file was not taken, and what to do."""
    st.error(escaped(str(error)), icon=":material/block:")
    st.caption(_("Nothing was changed. Choose another file above."))


def prepare(opened: Reopened) -> None:
    """Set what is taken away next to what this file was, so that the same file can be made again."""
    st.session_state[downloads.FORMAT_KEY] = opened.recipe.format
    if opened.recipe.format != "xlsx":  # a workbook holds all there is; of a CSV it is a choice
        st.session_state[downloads.CONTENTS_KEY] = opened.recipe.contents


def tell_when_there(opened: Reopened) -> None:
    """Leave word for the page that shows the view (``told`` says it there)."""
    made = opened.recipe
    told = _("This is the view of your file of {day}: {selection}.").format(
        day=made.exported_on.isoformat(), selection=made.selection
    )
    remark = opened.remark or _("The data are the same as then.")
    st.session_state[_TOLD] = f"{told} {remark}"


def told() -> None:
    """Say once that a file led here, in a place that is always there: what is below must not move and close."""
    place = st.container()
    if words := st.session_state.pop(_TOLD, None):
        place.success(escaped(words), icon=":material/upload_file:")


def recipe(made: Recipe) -> None:
    """Say where the file is from."""
    with database.cursor() as cursor:
        now = data_version(cursor)
    st.markdown(
        _(
            "**{selection}**, made on {day} from data version {version} of {released}. The app now has version {now}."
        ).format(
            selection=escaped(made.selection),
            day=made.exported_on.isoformat(),
            version=made.data_version,
            released=made.data_released_on.isoformat(),
            now=now.short,
        )
    )


def changes(opened: Reopened) -> None:
    """Say what is not as it was: practices that came and went, scores that moved and why, facts."""
    what = opened.changes
    st.markdown(_summary(what))
    if what.framework:
        st.markdown(_("The framework is another: {versions}.").format(versions=escaped(what.framework)))
    _names(_("Added: the view has them now"), what.added, _("These practices are new, or the filter selects them now."))
    _names(
        _("Gone from the catalogue"),
        what.gone,
        _("These practices are in the file and not in the catalogue any more."),
    )
    _names(
        _("Not selected any more"),
        what.unselected,
        _("These are still in the catalogue, but the filter does not select them."),
    )
    if what.moves:
        st.subheader(_("Scores that moved"))
        tables.sortable(_moves(what.moves), _("Scores that moved, by how much, and why"), tables.Paper("moves"))
    if what.answers:
        st.subheader(_("Answers to the other criteria"))
        tables.sortable(
            _table(what.answers, _("Answer")), _("Answers to other criteria that changed"), tables.Paper("answers")
        )
    if what.facts:
        st.subheader(_("Facts that changed"))
        tables.sortable(
            _table(what.facts, _("Columns")), _("Practices whose facts changed, and which"), tables.Paper("facts")
        )


def _summary(what: Changes) -> str:
    parts = [
        _said(ngettext("**{count}** added", "**{count}** added", len(what.added)), what.added),
        _said(ngettext("**{count}** gone", "**{count}** gone", len(what.gone)), what.gone),
        _said(
            ngettext("**{count}** not selected any more", "**{count}** not selected any more", len(what.unselected)),
            what.unselected,
        ),
        _said(ngettext("**{count} score** moved", "**{count} scores** moved", len(what.moves)), what.moves),
        _said(
            ngettext(
                "**{count} answer** to other criteria changed",
                "**{count} answers** to other criteria changed",
                len(what.answers),
            ),
            what.answers,
        ),
        _said(
            ngettext(
                "facts of **{count} practice** changed", "facts of **{count} practices** changed", len(what.facts)
            ),
            what.facts,
        ),
    ]
    return ", ".join(parts) + "."


def _said(words: str, counted: Sequence[Any]) -> str:
    return words.format(count=formats.count(len(counted)))


def _names(title: str, practices: Sequence[tuple[str, str]], meaning: str) -> None:
    if practices:
        st.subheader(title)
        st.caption(meaning)
        st.markdown("\n".join(f"- {of_catalogue(name)} ({escaped(id_)})" for id_, name in practices))


def _moves(moves: Sequence[Move]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            _("Practice"): [move.name for move in moves],
            _("Score"): [_(_NODES[move.node]) for move in moves],
            _("Change"): [_signed(move.by) for move in moves],
            _("In the file"): [move.before for move in moves],
            _("Now"): [move.after for move in moves],
            _("Why"): [formats.parted(move.reasons) for move in moves],
        }
    )


def _signed(by: float | None) -> str:
    return "" if by is None else ("−" if by < 0 else "+") + formats.decimal(abs(by), 1)


def _table(rows: Sequence[tuple[str, str, str]], title: str) -> pd.DataFrame:
    return pd.DataFrame({_("Practice"): [name for _id, name, _words in rows], title: [row[2] for row in rows]})
