"""Are the addresses of the catalogue alive? For a machine with a network; nothing of the app calls this.

Polite and bounded: one request at a time, a pause between two to the same host, HEAD before GET, no body read, a host
that asks to be left alone (429, 503) is left alone, one deadline for an address with all its redirections. Only http
and https, on their own ports, only to public addresses, also after a redirection: each name is resolved once and the
connection goes to the address that was looked at.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from practices_db.database.store import Cursor, Store, records, value_of

AGENT = "integration-practices-link-check/1 (looks whether cited pages are still there)"
_ALIVE = range(200, 400)
_REDIRECTIONS = 5
_LEFT_ALONE = (429, 503)
_NO_HEAD = (403, 404, 405, 501)  # servers that answer HEAD with one of these may well have the page
_PORTS = {"http": 80, "https": 443}
# Of IPv6 only this is given to the internet; NAT64, IPv4 in IPv6, site-local addresses and the like are beside it.
_GIVEN = ipaddress.IPv6Network("2000::/3")
# Networks within it, and one of IPv4, whose addresses lead through a tunnel to another one: Teredo, 6to4, its relays.
_TUNNELS = tuple(map(ipaddress.ip_network, ("2001::/32", "2002::/16", "192.88.99.0/24")))
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # what stands before the IPv4 address that it leads to


@dataclass(frozen=True)
class Manners:
    """How a check behaves: seconds between two requests to a host, seconds for one address, where it may connect to.

    ``private`` lets it connect to private addresses and any port; tests do that, nobody else should.
    """

    pause: float = 2.0
    timeout: float = 10.0
    private: bool = False


@dataclass(frozen=True)
class Seen:
    """What was found at an address."""

    url: str
    alive: bool
    said: str


class _RefusedError(Exception):
    """An address that is not to be connected to; the message says why."""


def recorded(cursor: Cursor) -> list[dict[str, object]]:
    """Return everything that earlier checks recorded; nothing from a database that is older than checks."""
    if not value_of(cursor, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'address_check'"):
        return []
    return records(cursor.execute("SELECT url, tried_at, alive_at, said FROM address_check ORDER BY url"))


def waiting(cursor: Cursor, most: int) -> list[str]:
    """Return the addresses to try next: never tried first, then those tried longest ago; at most ``most``."""
    rows = cursor.execute(
        """
        WITH cited AS (
            SELECT url FROM evidence UNION SELECT url FROM organisation UNION SELECT source_url FROM practice
            UNION SELECT url FROM practice_source
            UNION SELECT a.source_url FROM answer a JOIN assessment s ON s.id = a.assessment_id
                WHERE a.source_url IS NOT NULL AND s.status = 'published'
        )
        SELECT c.url FROM cited c LEFT JOIN address_check k ON k.url = c.url
        ORDER BY k.tried_at NULLS FIRST, c.url LIMIT $most
        """,
        {"most": most},
    ).fetchall()
    return [url for (url,) in rows]


def check(
    store: Store, most: int, manners: Manners = Manners(), tell: Callable[[Seen], None] = lambda _: None
) -> list[Seen]:
    """Try at most ``most`` addresses and record what was found, each at once so that a stop loses nothing."""
    with store.cursor() as cursor:
        urls = waiting(cursor, most)
    found = []
    for seen in look(urls, manners):
        store.write(lambda cursor, seen=seen: _record(cursor, seen))  # type: ignore[misc]
        tell(seen)
        found.append(seen)
    return found


def _record(cursor: Cursor, seen: Seen) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    cursor.execute(
        """
        INSERT INTO address_check VALUES ($url, $now, $alive, $said)
        ON CONFLICT (url) DO UPDATE SET
            tried_at = excluded.tried_at, said = excluded.said,
            alive_at = coalesce(excluded.alive_at, address_check.alive_at)
        """,
        {"url": seen.url, "now": now, "alive": now if seen.alive else None, "said": seen.said},
    )


def look(urls: list[str], manners: Manners) -> Iterator[Seen]:
    """Yield what is found at each address; addresses of a host that wants to be left alone are left out."""
    last: dict[str, float] = {}
    left_alone: set[str] = set()
    for url in urls:
        host = _host(url)
        if host in left_alone:
            continue
        time.sleep(max(0.0, last.get(host, float("-inf")) + manners.pause - time.monotonic()))
        seen, status = _try(url, manners)
        last[host] = time.monotonic()
        if status in _LEFT_ALONE:
            left_alone.add(host)
        yield seen


def _host(url: str) -> str:
    """Return the host of an address; "" where it cannot be read, which ``_try`` then says."""
    try:
        return httpx.URL(url).host
    except (httpx.InvalidURL, ValueError):
        return ""


def _try(url: str, manners: Manners) -> tuple[Seen, int | None]:
    end = time.monotonic() + manners.timeout
    try:
        status = _follow(url, "HEAD", end, manners)
        if status in _NO_HEAD:
            time.sleep(manners.pause)
            status = _follow(url, "GET", end + manners.pause, manners)
    except _RefusedError as error:
        return Seen(url, False, str(error)), None
    except Exception as error:  # whatever one address does, the others are still asked
        return Seen(url, False, f"no answer: {type(error).__name__}"), None
    return Seen(url, status in _ALIVE, f"HTTP {status}"), status


def _follow(url: str, method: str, end: float, manners: Manners) -> int:
    """Return the status at the end of the redirections, asked for before the clock says ``end``.

    The requests run in a thread of their own, which is left behind where a server sends a byte now and then: no
    timeout of a socket ends that.
    """
    found: queue.SimpleQueue[int | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found.put(_redirected(url, method, end, manners))
        except Exception as error:
            found.put(error)

    threading.Thread(target=ask, name="link check", daemon=True).start()
    try:
        answer = found.get(timeout=max(0.0, end - time.monotonic()))
    except queue.Empty:
        raise _RefusedError(f"no answer within {manners.timeout:g} seconds") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _redirected(url: str, method: str, end: float, manners: Manners) -> int:
    asked = _url(url)
    with httpx.Client(trust_env=False, headers={"User-Agent": AGENT, "Accept": "*/*"}) as client:
        for _ in range(_REDIRECTIONS + 1):
            status, to = _ask(client, method, asked, end, manners)
            if status not in (301, 302, 303, 307, 308) or not to:
                return status
            asked = _url(str(asked.join(to)))
            client.cookies.clear()
    raise _RefusedError(f"more than {_REDIRECTIONS} redirections")


def _url(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise _RefusedError("not an address that can be read") from error


def _ask(client: httpx.Client, method: str, url: httpx.URL, end: float, manners: Manners) -> tuple[int, str | None]:
    """Ask once, at the address that was looked at; the name goes into the header and the TLS handshake."""
    if url.scheme not in _PORTS or not url.host:
        raise _RefusedError(f"not a web address: {url.scheme or 'no'} scheme")
    wait = end - time.monotonic()
    if wait <= 0:
        raise _RefusedError(f"no answer within {manners.timeout:g} seconds")
    with client.stream(
        method,
        url.copy_with(host=_address(url, manners)),
        headers={"Host": url.netloc.decode("ascii"), "Connection": "close"},  # each name has a handshake of its own
        extensions={"sni_hostname": url.raw_host.decode("ascii")},
        timeout=wait,
    ) as answer:
        return answer.status_code, answer.headers.get("Location")


def _address(url: httpx.URL, manners: Manners) -> str:
    """Return the one address of a name that is connected to, after looking at it."""
    port = url.port or _PORTS[url.scheme]
    if port != _PORTS[url.scheme] and not manners.private:
        raise _RefusedError(f"port {port} is not one of web pages")
    found = socket.getaddrinfo(url.raw_host.decode("ascii"), port, type=socket.SOCK_STREAM)[0][4][0]
    address = str(found).partition("%")[0]
    if not manners.private and not is_public(address):
        raise _RefusedError("its name leads to an address that is not public")
    return address


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet, and no way around to another one."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and (found not in _GIVEN or int(found) >> 32 & 0xFFFF_FFFF in _ISATAP):
        return False
    return found.is_global and not found.is_multicast and not any(found in network for network in _TUNNELS)
