"""The backups there are, and one more on demand: for administrators."""

from __future__ import annotations

import streamlit as st

from pages.shared.components import tables
from pages.shared.components.screen_texts import counted
from pages.shared.curation import actions
from practices_db import config
from practices_db.errors import Actor
from practices_db.operations import backup_schedule, backups

_COUNTED = {"practice": "Practices", "answer": "Answers", "submission": "Submissions", "audit": "Lines of the record"}


def draw(_actor: Actor) -> None:
    """List the backups, the newest first, and make one."""
    folder = config.backups_folder()
    if folder is None:
        st.info(
            "This app keeps no backups. Start it with `PRACTICES_BACKUPS` set to a folder on another disk: it then "
            "makes one a day, and as many more as are asked for here.",
            icon=":material/save:",
        )
        return
    if st.button("Back up now", icon=":material/save:", type="primary"):
        actions.act(lambda store, who: backup_schedule.back_up(store, who, folder), _done)
    found = backups.backups(folder)
    if not found:
        st.info("There is no backup yet.", icon=":material/save:")
        return
    tables.sortable(
        {
            "Made (UTC)": [one.made_at.replace(tzinfo=None, microsecond=0) for one in found],
            **{
                words: [one.manifest["tables"].get(table, {}).get("rows") for one in found]
                for table, words in _COUNTED.items()
            },
            "Problems found": [len(one.problems) for one in found],
            "Folder": [one.folder.name for one in found],
        },
        "The backups there are, the newest first",
    )
    st.caption(
        f"{counted(len(found), 'backup')}. Each was read back and checked. One a day is kept for "
        f"{backups.KEPT_DAYS} days; of the last day, all are kept."
    )
    st.markdown("Restoring is done on the machine itself, with the app stopped: `python -m practices_db restore`.")


def _done(made: backups.Backup) -> str:
    found = f", with {counted(len(made.problems), 'problem')} found in the database" if made.problems else ""
    return f"Backup {made.folder.name} was made and verified{found}."
