"""Several drafts side by side in one browser, as for three projects of one organisation."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from pages.shared.components.browser_storage import Listed
from pages.shared.self_assessment import draft
from practices_db import formats
from practices_db.translation import N_, _, ngettext

_NAMELESS = N_("Draft without a name")


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
                ngettext(
                    "You have {count} draft in this browser. Open:",
                    "You have {count} drafts in this browser. Open:",
                    len(drafts),
                ).format(count=formats.count(len(drafts))),
                list(names),
                format_func=lambda slot: names.get(slot) or _(_NAMELESS),
                key="own_draft",
                on_change=lambda: draft.open_slot(st.session_state["own_draft"]),
            )
        else:
            st.markdown(_("Do you have another project? Begin a second draft; this one stays."))
        with st.container(horizontal=True):
            st.button(
                _("New draft"),
                on_click=draft.begin_another,
                key="own_draft_new",
                icon=":material/add:",
                disabled=draft.draft().empty,
            )
            with st.popover(_("Rename")):
                name = draft.mine().profile.name
                st.text_input(_("Name of the practice"), max_chars=300, live="1s", **draft.fact("name", name))
                st.caption(_("A draft has the name of its practice."))
            with st.popover(_("Delete")):
                st.markdown(_("This deletes the open draft from this browser, for good."))
                st.button(
                    _("Yes, delete this draft"), on_click=draft.delete_open, key="own_draft_delete", type="primary"
                )


def _label(one: Listed) -> str:
    name = one.name or _(_NAMELESS)
    try:
        return _("{name} (kept on {day})").format(name=name, day=formats.day(datetime.fromisoformat(one.kept)))
    except ValueError:
        return _("{name} (open)").format(name=name)
