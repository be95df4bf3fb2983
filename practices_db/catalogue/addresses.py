"""Which addresses are offered as the place to get something: not those of sites that keep copies of documents."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

with (Path(__file__).parent / "copy_hosts.toml").open("rb") as _file:
    COPY_HOSTS: tuple[str, ...] = tuple(tomllib.load(_file)["hosts"])

# A browser takes a backslash for a slash, and any number of them after the scheme; what stands before an @ is no host.
_AUTHORITY, _BEFORE_HOST, _AFTER_HOST = r"^https?:[/\\]*([^/\\?#]*)", r"^.*@", r":[0-9]*$"

# ``host_of`` and ``is_offered`` turned round, in SQL over a column ``url``, with the parameter ``hosts``.
_HOST = f"""rtrim(regexp_replace(
    regexp_replace(regexp_extract(lower(url), '{_AUTHORITY}', 1), '{_BEFORE_HOST}', ''), '{_AFTER_HOST}', ''
), '.')"""
COPY_SQL = f"""({_HOST} = '' OR contains({_HOST}, '[') OR EXISTS (
    SELECT 1 FROM (SELECT unnest($hosts::TEXT[]) AS host) h WHERE '.' || {_HOST} LIKE '%.' || h.host
))"""


def host_of(url: str) -> str:
    """Return the host that a browser would ask, in lower case; "" where there is none.

    >>> host_of("https://reader@docslib.org:443/a"), host_of("https://docslib.org\\\\@example.org/"), host_of("https://")
    ('docslib.org', 'docslib.org', '')
    """
    found = re.match(_AUTHORITY, url.lower())
    authority = found[1] if found else ""
    host = re.sub(_AFTER_HOST, "", re.sub(_BEFORE_HOST, "", authority)).rstrip(".")
    return "" if "[" in host else host  # a number in brackets, which no site of a document has


def is_offered(url: str) -> bool:
    """Whether an address may be a link; otherwise it says "copy, original not found".

    >>> is_offered("https://docslib.org/doc/1/some-report"), is_offered("https://example.org/docslib.org")
    (False, True)
    """
    host = host_of(url)
    return bool(host) and not any(f".{host}".endswith(f".{one}") for one in COPY_HOSTS)


def completed(typed: str) -> str:
    """Return what somebody typed as a web address, with https:// where only that is missing; "" where it is none.

    >>> completed(" www.example.org/report "), completed("http://example.org"), completed("in the drawer")
    ('https://www.example.org/report', 'http://example.org', '')
    """
    address = typed.strip()
    if re.fullmatch(r"https?://[^\s/]+\.[^\s]+", address):
        return address
    return f"https://{address}" if re.fullmatch(r"[\w-]+(\.[\w-]+)+(/\S*)?", address) else ""
