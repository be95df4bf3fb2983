"""How much one asker may ask for; every figure can be set by the environment."""

from __future__ import annotations

import ipaddress
import os
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from starlette.types import Scope

from practices_db.errors import PracticesError

_MOST_KEYS = 20_000


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


def client(scope: Scope) -> str | None:
    """Return who asks, None for this machine itself.

    Behind a proxy the server has put in the address that the proxy names (X-Forwarded-For, believed only of the
    addresses in FORWARDED_ALLOW_IPS, at first this machine's). A proxy on this machine that names nobody keeps
    limits of its own.
    """
    host = (scope.get("client") or ("unknown",))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)[:64]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return None if address.is_loopback else str(ipaddress.ip_network((address, 64), strict=False))
        address = address.ipv4_mapped
    return None if address.is_loopback else str(address)


class Budgets:
    """One budget for each key: it fills by ``per_minute`` and holds a minute's worth at most."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key → (left, at this moment)

    def take(self, key: str | None, cost: float = 1.0) -> float:
        """Take from a budget and return 0; where too little is left take nothing and return the seconds to wait."""
        if key is None or not self.per_minute:
            return 0.0
        now = time.monotonic()
        left, then = self._left.pop(key, (float(self.per_minute), now))
        left = min(self.per_minute, left + (now - then) * self.per_minute / 60)
        granted = left >= cost
        self._left[key] = (left - cost if granted else left, now)
        if len(self._left) > _MOST_KEYS:
            self._left.popitem(last=False)  # the one that has not asked for longest
        return 0.0 if granted else (cost - left) * 60 / self.per_minute
