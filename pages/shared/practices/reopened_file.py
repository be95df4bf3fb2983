"""Showing a file that was opened again: where it is from, and what changed in the data since."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.shared.components import database, downloads, tables
from pages.shared.components.screen_texts import counted, escaped
from practices_db.errors import PracticesError
from practices_db.files.exports.recipe import Recipe
from practices_db.files.reopen import Changes, Move, Reopened
from practices_db.queries.practices import data_version

_TOLD = "reopened"
_NODES = {**tables.HEADLINES, "weighting": "Your weighting"}


def choose() -> bytes | None:
    """Draw the place to drop a file and return what was dropped."""
    dropped = st.file_uploader("A file you downloaded here", type=["csv", "xlsx"], key="reopen_file")
    return dropped.getvalue() if dropped else None


def how_it_works() -> None:
    """Say what the page is for while there is no file."""
    st.info(
        "No file yet. On Explore, Compare, Your weighting and on every practice, “Download” makes one; its last "
        "column (in a workbook: its sheet “recipe”) says how it was made.",
        icon=":material/upload_file:",
    )
    st.caption(
        "The file is read here and compared; it is not kept. The comparison takes the figures of the file as they are: "
        "use a file that has not been changed."
    )


def refused(error: PracticesError) -> None:
    """Say why a file was not taken, and what to do."""
    st.error(escaped(str(error)), icon=":material/block:")
    st.caption("Nothing was changed. Choose another file above.")


def prepare(opened: Reopened) -> None:
    """Set what is taken away next to what this file was, so that the same file can be made again."""
    st.session_state[downloads.FORMAT_KEY] = opened.recipe.format
    if opened.recipe.format != "xlsx":  # a workbook holds all there is; of a CSV it is a choice
        st.session_state[downloads.CONTENTS_KEY] = opened.recipe.contents


def tell_when_there(opened: Reopened) -> None:
    """Leave word for the page that shows the view (``told`` says it there)."""
    made = opened.recipe
    st.session_state[_TOLD] = (
        f"This is the view of your file of {made.exported_on.isoformat()}: {made.selection}. "
        f"{opened.remark or 'The data are the same as then.'}"
    )


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
        f"**{escaped(made.selection)}**, made on {made.exported_on.isoformat()} from data version {made.data_version} "
        f"of {made.data_released_on.isoformat()}. The app now has version {now.short}."
    )


def changes(opened: Reopened) -> None:
    """Say what is not as it was: practices that came and went, scores that moved and why, facts."""
    what = opened.changes
    st.markdown(_summary(what))
    if what.framework:
        st.markdown(f"The framework is another: {escaped(what.framework)}.")
    _names("Added: the view has them now", what.added, "These practices are new, or the filter selects them now.")
    _names("Gone from the catalogue", what.gone, "These practices are in the file and not in the catalogue any more.")
    _names(
        "Not selected any more",
        what.unselected,
        "These are still in the catalogue, but the filter does not select them.",
    )
    if what.moves:
        st.subheader("Scores that moved")
        st.dataframe(_moves(what.moves), hide_index=True, alt="Scores that moved, by how much, and why")
    if what.answers:
        st.subheader("Answers to the other criteria")
        st.dataframe(_table(what.answers, "Answer"), hide_index=True, alt="Answers to other criteria that changed")
    if what.facts:
        st.subheader("Facts that changed")
        st.dataframe(_table(what.facts, "Columns"), hide_index=True, alt="Practices whose facts changed, and which")


def _summary(what: Changes) -> str:
    parts = [
        f"**{len(what.added)}** added",
        f"**{len(what.gone)}** gone",
        f"**{len(what.unselected)}** not selected any more",
        f"**{counted(len(what.moves), 'score')}** moved",
        f"**{counted(len(what.answers), 'answer')}** to other criteria changed",
        f"facts of **{counted(len(what.facts), 'practice')}** changed",
    ]
    return ", ".join(parts) + "."


def _names(title: str, practices: Sequence[tuple[str, str]], meaning: str) -> None:
    if practices:
        st.subheader(title)
        st.caption(meaning)
        st.markdown("\n".join(f"- {escaped(name)} ({escaped(id_)})" for id_, name in practices))


def _moves(moves: Sequence[Move]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Practice": [move.name for move in moves],
            "Score": [_NODES[move.node] for move in moves],
            "By": [f"{move.by:+.1f}".replace("-", "−") if move.by is not None else "" for move in moves],
            "In the file": [move.before for move in moves],
            "Now": [move.after for move in moves],
            "Why": ["; ".join(move.reasons) for move in moves],
        }
    )


def _table(rows: Sequence[tuple[str, str, str]], title: str) -> pd.DataFrame:
    return pd.DataFrame({"Practice": [name for _, name, _ in rows], title: [words for _, _, words in rows]})
