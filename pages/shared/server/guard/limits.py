"""How much one asker may ask for; every figure can be set by the environment."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

import streamlit as st
from starlette.types import Scope
from streamlit.runtime.scriptrunner import get_script_run_ctx

from practices_db.errors import PracticesError


@dataclass(frozen=True)
class Limits:
    """The limits in force; 0 means none. ``requests_per_minute`` is set by PRACTICES_REQUESTS_PER_MINUTE, and so on.

    A client is an address (a /64 for IPv6), so that an office behind one address counts as one: two hundred people who
    come within ten minutes stay under the defaults by far.
    """

    requests_per_minute: int = 3_000  # of a client, weighted (rates.cost)
    sockets_per_client: int = 300  # open at once
    sockets: int = 1_000  # open at once, of everybody
    messages_per_minute: int = 6_000  # over one socket; more are made to wait
    message_kilobytes: int = 2_048
    downloads_per_minute: int = 60  # files a client has made from pages; more are made to wait
    uploads_per_minute: int = 10  # of a session; a client may make three times as many
    upload_megabytes_per_session: int = 25  # held at once
    upload_megabytes_per_client: int = 100  # of all its sessions
    upload_megabytes: int = 250  # held at once, of everybody
    upload_seconds: int = 120  # for one file to arrive

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the limits; PracticesError names a variable that is no whole number."""
        given = {}
        for field in fields(cls):
            name = f"PRACTICES_{field.name.upper()}"
            if value := environment.get(name, "").strip():
                if not (value.isascii() and value.isdigit() and len(value) < 10):
                    raise PracticesError(f"{name} must be a whole number (0 for no limit), not {value[:40]!r}.")
                given[field.name] = int(value)
        return cls(**given)


def visitor() -> str | None:
    """Return whose script run this is: who asks as ``client`` says, and of this machine itself each session."""
    context = get_script_run_ctx()
    if context is None:
        return None
    return _name(st.context.ip_address) or f"session {context.session_id}"


def client(scope: Scope) -> str | None:
    """Return who asks, None for this machine itself.

    Behind a proxy the server has put in the address that the proxy names (X-Forwarded-For, believed only of the
    addresses in FORWARDED_ALLOW_IPS, at first this machine's). A proxy on this machine that names nobody keeps
    limits of its own.
    """
    return _name((scope.get("client") or ("unknown",))[0])


def _name(host: str | None) -> str | None:
    if host is None:
        return None
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host[:64]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return None if address.is_loopback else str(ipaddress.ip_network((address, 64), strict=False))
        address = address.ipv4_mapped
    return None if address.is_loopback else str(address)
