"""Who has a role: administrators give and take roles, and nothing else."""

from __future__ import annotations

import streamlit as st

from pages.shared.components import tables
from pages.shared.components.screen_texts import counted, escaped
from pages.shared.curation import actions
from practices_db.curation import users
from practices_db.curation.permissions import pseudonym
from practices_db.errors import Actor, Role

_MAY: dict[Role, str] = {
    "curator": "curator: brings in, checks and releases practices",
    "administrator": "administrator: gives roles, does not touch content",
}


def draw(actor: Actor) -> None:
    """List who has a role; give one, take one away."""
    known = actions.looked_up(users.everybody, private="person")
    tables.sortable(
        {
            "E-mail address": [one.email for one in known],
            "Role": [one.role for one in known],
            "Since": [one.granted_on for one in known],
            "In the record": [pseudonym(one.email) for one in known],
        },
        "Everybody who has a role",
    )
    st.caption(
        f"{counted(len(known), 'person', 'people')}. The record of changes names people only by the last column."
    )
    st.subheader("Give a role")
    _grant()
    st.subheader("Remove a role")
    _dismiss([one.email for one in known], actor)


def _grant() -> None:
    with st.form("grant", border=False, clear_on_submit=False):
        address = st.text_input("E-mail address of the login", max_chars=254, key="grant_email")
        role: Role = st.selectbox("Role", list(_MAY), format_func=_MAY.__getitem__, key="grant_role")
        reason = st.text_input("Why (kept in the record)", max_chars=300, key="grant_reason")
        given = st.form_submit_button("Give the role", icon=":material/person_add:")
    st.caption("Somebody who has a role already gets this one instead.")
    if given:
        actions.act(
            lambda store, who: users.grant(store, who, address, role, reason.strip()),
            f"{address.strip().lower()} is {role} now.",
        )


def _dismiss(known: list[str], actor: Actor) -> None:
    address = st.selectbox("Whose", known, index=None, placeholder="Choose an address", key="dismiss_email")
    if address is None:
        return
    own = " **This is your own role: you could not give it back to yourself here.**"
    if actions.confirmed(
        "Remove the role",
        f"{escaped(address)} loses the role at once, also where they are logged in. The address is forgotten."
        + (own if pseudonym(address) == actor.id else ""),
        "Yes, remove it",
        "dismiss",
        ":material/person_remove:",
    ):
        actions.act(lambda store, who: users.dismiss(store, who, address), f"{address} has no role any more.")
