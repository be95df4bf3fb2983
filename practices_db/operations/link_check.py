"""Are the addresses of the catalogue alive? For a machine with a network; nothing of the app calls this.

Polite and bounded: one request at a time, a pause between two to the same host, HEAD before GET, a few bytes read, a
host that asks to be left alone (429, 503) is left alone. Only http and https, only to public addresses, also after a
redirection: each name is resolved once and the connection goes to the address that was looked at.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import SplitResult, urljoin, urlsplit

from practices_db.database.store import Cursor, Store

AGENT = "integration-practices-link-check/1 (looks whether cited pages are still there)"
_ALIVE = range(200, 400)
_REDIRECTIONS = 5
_LEFT_ALONE = (429, 503)
_NO_HEAD = (403, 404, 405, 501)  # servers that answer HEAD with one of these may well have the page


@dataclass(frozen=True)
class Manners:
    """How a check behaves: seconds between two requests to a host, seconds to wait, where it may connect to.

    ``private`` lets it connect to private addresses; tests do that, nobody else should.
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


def records(cursor: Cursor) -> list[dict[str, object]]:
    """Return everything that earlier checks recorded; nothing from a database that is older than checks."""
    tables = cursor.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'address_check'").fetchone()
    if not tables or not tables[0]:
        return []
    rows = cursor.execute("SELECT url, tried_at, alive_at, said FROM address_check ORDER BY url").fetchall()
    return [dict(zip(("url", "tried_at", "alive_at", "said"), row, strict=True)) for row in rows]


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
    store: Store, most: int, manners: Manners | None = None, tell: Callable[[Seen], None] = lambda _: None
) -> list[Seen]:
    """Try at most ``most`` addresses and record what was found, each at once so that a stop loses nothing."""
    with store.cursor() as cursor:
        urls = waiting(cursor, most)
    found = []
    for seen in look(urls, manners or Manners()):
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
        host = urlsplit(url).netloc
        if host in left_alone:
            continue
        time.sleep(max(0.0, last.get(host, float("-inf")) + manners.pause - time.monotonic()))
        seen, status = _try(url, manners)
        last[host] = time.monotonic()
        if status in _LEFT_ALONE:
            left_alone.add(host)
        yield seen


def _try(url: str, manners: Manners) -> tuple[Seen, int | None]:
    try:
        status = _follow(url, "HEAD", manners)
        if status in _NO_HEAD:
            time.sleep(manners.pause)
            status = _follow(url, "GET", manners)
    except _RefusedError as error:
        return Seen(url, False, str(error)), None
    except (OSError, http.client.HTTPException, ssl.SSLError, ValueError) as error:
        return Seen(url, False, f"no answer: {type(error).__name__}"), None
    return Seen(url, status in _ALIVE, f"HTTP {status}"), status


def _follow(url: str, method: str, manners: Manners) -> int:
    """Return the status at the end of the redirections."""
    for _ in range(_REDIRECTIONS + 1):
        status, to = _ask(url, method, manners)
        if status not in (301, 302, 303, 307, 308) or not to:
            return status
        url = urljoin(url, to)
    raise _RefusedError(f"more than {_REDIRECTIONS} redirections")


def _ask(url: str, method: str, manners: Manners) -> tuple[int, str | None]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _RefusedError(f"not a web address: {parts.scheme or 'no'} scheme")
    connection = _connection(parts, manners)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        quoted = path.encode("ascii", "ignore").decode() if path.isascii() else _quoted(path)
        connection.request(method, quoted, headers={"User-Agent": AGENT, "Accept": "*/*", "Connection": "close"})
        answer = connection.getresponse()
        answer.read(1024)
        return answer.status, answer.getheader("Location")
    finally:
        connection.close()


def _quoted(path: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415

    return quote(path, safe="/?&=%:;,+~@!$'()*")


def _connection(parts: SplitResult, manners: Manners) -> http.client.HTTPConnection:
    """Return a connection to the address that a name stands for, after looking at that address."""
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]
    if not manners.private and not ipaddress.ip_address(str(address).partition("%")[0]).is_global:
        raise _RefusedError("its name leads to an address that is not public")
    plain = socket.create_connection((str(address), port), manners.timeout)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(host, port, timeout=manners.timeout)
        try:
            connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise
    else:
        connection = http.client.HTTPConnection(host, port, timeout=manners.timeout)
        connection.sock = plain
    return connection
