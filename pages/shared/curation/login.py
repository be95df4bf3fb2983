"""Who is there: the login (OpenID Connect, by Streamlit), and the role that the database gives to its e-mail address.

The role is read for every run and every action and never kept: one that is taken away ends at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.shared.components import database
from pages.shared.components.links import page_path
from pages.shared.components.screen_texts import escaped
from practices_db.curation import users
from practices_db.curation.permissions import ANYBODY, Thing, allowed, pseudonym, require
from practices_db.database import audit_log
from practices_db.errors import Actor, NotAllowedError

_NEEDED = ("client_id", "client_secret", "server_metadata_url")
# What somebody may do who has anything to do here.
_CURATES, _RUNS = ("read", Thing("submission")), ("read", Thing("person"))


def providers() -> dict[str | None, str]:
    """Return who can be asked for a login: the provider's name for ``st.login`` and its words; empty without any."""
    section: Mapping[str, Any] = st.secrets.get("auth", {}) if st.secrets.load_if_toml_exists() else {}
    if not all(section.get(name) for name in ("redirect_uri", "cookie_secret")):
        return {}
    found: dict[str | None, str] = {None: "Log in"} if all(section.get(name) for name in _NEEDED) else {}
    named = {name: one for name, one in section.items() if isinstance(one, Mapping)}
    return found | {
        name: f"Log in with {name.replace('_', ' ').title()}"
        for name, one in named.items()
        if all(one.get(needed) for needed in _NEEDED)
    }


def pages() -> list[StreamlitPage]:
    """Return the curation page for the navigation: in the menu of whoever is logged in, none without a login."""
    if not providers():
        return []
    return [
        st.Page(
            page_path("curation"),
            title="Curation",
            icon=":material/edit_note:",
            visibility="visible" if email() else "hidden",
            help="What was sent in, what needs correcting, and what the next release of the data holds.",
        )
    ]


def email() -> str | None:
    """Return the address of whoever is logged in; None for an address that the provider says it has not verified."""
    if not st.user.get("is_logged_in", False) or st.user.get("email_verified") is False:
        return None
    return str(st.user.get("email") or "") or None


def actor() -> Actor:
    """Return who acts, with the role that stands in the database now; a viewer where there is none."""
    address = email() if providers() else None
    if address is None:
        return ANYBODY
    with database.cursor() as cursor:
        found = users.actor_of(cursor, address)
    return found if found != ANYBODY else Actor("viewer", pseudonym(address))


def entered() -> Actor:
    """Return who has something to do here; else draw the login, or say that there is no role, and stop."""
    if not st.user.get("is_logged_in", False) or not providers():
        _ask_in()
        st.stop()
    found = actor()
    _put_on_record(found)
    if not (allowed(found, *_CURATES) or allowed(found, *_RUNS)):
        _turn_away()
        st.stop()
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(f"Logged in as {escaped(str(email()))}, {found.role}.")
        _log_out(found)
    return found


def _ask_in() -> None:
    st.markdown("This part is for the people who look after the catalogue.")
    for provider, words in providers().items():
        st.button(words, icon=":material/login:", on_click=st.login, args=(provider,), type="primary")


def _turn_away() -> None:
    address = st.user.get("email")
    if email() is None:
        st.warning(
            "Your login gives no e-mail address that its provider has verified, so nobody can be given a role by it.",
            icon=":material/block:",
        )
    else:
        st.warning(
            f"You are logged in as {escaped(str(address))} and have no role here. An administrator can give you one.",
            icon=":material/block:",
        )
    _log_out(actor())


def _log_out(found: Actor) -> None:
    if st.button("Log out", icon=":material/logout:", type="tertiary"):
        users.logged_out(database.store(), found)
        st.logout()


def _put_on_record(found: Actor) -> None:
    """Record a login once a visit, and a refusal whenever somebody is found to have no role (any more)."""
    known: Actor | None = st.session_state.get("logged_in_as")
    if known == found:
        return
    if known is None:
        users.logged_in(database.store(), found)
    st.session_state["logged_in_as"] = found
    if found.role not in ("curator", "administrator"):
        try:
            audit_log.guarded(database.store(), lambda _cursor: require(found, *_CURATES))
        except NotAllowedError:
            return  # on record now; the page says it in its own words
