"""Several drafts side by side in one browser, as for three projects of one organisation."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from pages.shared.components.browser_storage import Listed
from pages.shared.components.screen_texts import counted
from pages.shared.self_assessment import draft

_NAMELESS = "Draft without a name"


def choose_draft() -> None:
    """Draw the drafts that this browser keeps, once there is something to choose or to keep apart."""
    drafts = draft.drafts()
    if len(drafts) == 1 and draft.draft().empty:
        return
    names = {one.slot: _label(one) for one in drafts}
    with st.container(border=True):
        if len(drafts) > 1:
            st.session_state["own_draft"] = drafts[0].slot
            st.selectbox(
                f"You have {counted(len(drafts), 'draft')} in this browser. Open:",
                list(names),
                format_func=lambda slot: names.get(slot, _NAMELESS),
                key="own_draft",
                on_change=lambda: draft.open_slot(st.session_state["own_draft"]),
            )
        else:
            st.markdown("Do you have another project? Begin a second draft; this one stays.")
        with st.container(horizontal=True):
            st.button(
                "New draft",
                on_click=draft.begin_another,
                key="own_draft_new",
                icon=":material/add:",
                disabled=draft.draft().empty,
            )
            with st.popover("Rename"):
                draft.show("own_profile_name", draft.mine().profile.name)
                st.text_input(
                    "Name of the practice",
                    key="own_profile_name",
                    max_chars=300,
                    live="1s",
                    on_change=draft.on_change("own_profile_name", lambda text: draft.change_profile(name=text or "")),
                )
                st.caption("A draft has the name of its practice.")
            with st.popover("Delete"):
                st.markdown("This deletes the open draft from this browser, for good.")
                st.button("Yes, delete this draft", on_click=draft.delete_open, key="own_draft_delete", type="primary")


def _label(one: Listed) -> str:
    name = one.name or _NAMELESS
    try:
        return f"{name} (kept on {datetime.fromisoformat(one.kept).strftime('%-d %B %Y')})"
    except ValueError:
        return f"{name} (open)"
