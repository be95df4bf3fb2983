"""Releasing the data: what would change for everybody, and doing it."""

from __future__ import annotations

import io
import secrets
import zipfile
from collections.abc import Sequence

import streamlit as st

from pages.shared.components import database
from pages.shared.components.file_button import file_button
from pages.shared.components.screen_texts import counted
from pages.shared.curation import actions, login, release_notes
from practices_db.curation import releases
from practices_db.curation.releases import Change, Release
from practices_db.database.store import Store
from practices_db.errors import Actor, PracticesError
from practices_db.operations.release_tables import require_known, write_after_release
from practices_db.queries import practices

_LOOKED, _BEHIND = "release_looked", "release_tables_behind"


def draw(_actor: Actor) -> None:
    """Say what the next release would change, and release it once that was looked at."""
    with database.cursor() as cursor:
        now = practices.data_version(cursor)
    st.markdown(f"Everybody reads release **{now.number}** of {now.released_on:%d %B %Y}.")
    if behind := st.session_state.pop(_BEHIND, ""):
        st.warning(behind, icon=":material/warning:")
    looked: tuple[int, list[Change]] | None = st.session_state.get(_LOOKED)
    if st.button(
        "Look at what has changed since" if looked is None else "Look again",
        icon=":material/difference:",
        type="primary" if looked is None else "secondary",
    ) and _look(now.number):
        st.rerun()  # the button is another one now
    if looked:
        _pending(*looked)
    st.subheader("Download the unreleased data")
    _take_away()


def _look(number: int) -> bool:
    """Compare, keep what was found for this visit and return whether that went well."""
    try:
        with st.spinner("Comparing with what is released", show_time=True):
            who = login.actor()
            found = releases.pending(database.store(), who)
            actions.put_on_record(who, actions.UNRELEASED)
    except PracticesError as error:
        actions.complain(error)
        return False
    st.session_state[_LOOKED] = (number, found)
    return True


def _pending(number: int, changes: Sequence[Change]) -> None:
    if not changes:
        st.info("A release would change nothing that everybody sees.", icon=":material/done_all:")
    else:
        st.markdown("**What the release would change**")
        release_notes.show(changes, "What the release would change")
    note = st.text_area(
        "Note on the release (everybody reads it in the catalogue's files)", max_chars=1000, key="release_note"
    )
    if actions.confirmed(
        "Publish",
        "Everybody sees these changes at once, under a new number. **A release cannot be taken back**, only corrected "
        "by the next one.",
        "Yes, publish",
        "release",
        ":material/publish:",
    ):
        actions.act(lambda store, who: _publish(store, who, note.strip(), number), _done)
        st.session_state.pop(_LOOKED, None)  # it was refused: what was looked at does not hold any more


def _publish(store: Store, who: Actor, note: str, seen: int) -> Release:
    require_known(store)
    made = releases.publish(store, who, note, seen)
    try:
        write_after_release(store)
    except PracticesError as error:  # the release stands
        st.session_state[_BEHIND] = str(error)
    for key in (_LOOKED, "release_note"):
        st.session_state.pop(key, None)
    return made


def _done(made: Release) -> str:
    number, digest = made.head
    return (
        f"Release {made.number} is out, with {counted(len(made.changes), 'change')}. Head of the record, to be kept "
        f"elsewhere: {number}:{digest}"
    )


def _take_away() -> None:
    st.caption(
        "The catalogue's text files as the next release would write them, for checking elsewhere. Who took them and "
        "when stands in the record."
    )
    if not st.button("Prepare the files", icon=":material/folder_zip:"):
        return
    try:
        with st.spinner("Writing the files", show_time=True):
            files = releases.unreleased_files(database.store(), login.actor())
    except PracticesError as error:
        actions.complain(error)
        return
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    # a random part: Streamlit keys files by a part of their content and their name
    name = f"unreleased_{secrets.token_hex(8)}.zip"
    file_button(f"Download {counted(len(files), 'file')} (ZIP)", packed.getvalue(), name, "application/zip")
