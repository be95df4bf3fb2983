"""Which addresses are offered as the place to get something: not those of sites that keep copies of documents."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

with (Path(__file__).parent / "copy_hosts.toml").open("rb") as _file:
    COPY_HOSTS: tuple[str, ...] = tuple(tomllib.load(_file)["hosts"])

# The same in SQL over a column ``url``, with the parameter ``hosts``: whether a page is of such a site.
COPY_SQL = """EXISTS (
    SELECT 1 FROM (SELECT unnest($hosts::TEXT[]) AS host) h
    WHERE '.' || rtrim(regexp_extract(lower(url), '^https?://([^/:?#]*)', 1), '.') LIKE '%.' || h.host
)"""


def is_offered(url: str) -> bool:
    """Whether an address may be a link; otherwise it says "copy, original not found".

    >>> is_offered("https://docslib.org/doc/1/some-report"), is_offered("https://example.org/docslib.org")
    (False, True)
    """
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return False
    return not any(f".{host}".endswith(f".{one}") for one in COPY_HOSTS)


def completed(typed: str) -> str:
    """Return what somebody typed as a web address, with https:// where only that is missing; "" where it is none.

    >>> completed(" www.example.org/report "), completed("http://example.org"), completed("in the drawer")
    ('https://www.example.org/report', 'http://example.org', '')
    """
    address = typed.strip()
    if re.fullmatch(r"https?://[^\s/]+\.[^\s]+", address):
        return address
    return f"https://{address}" if re.fullmatch(r"[\w-]+(\.[\w-]+)+(/\S*)?", address) else ""
