"""Which addresses are offered as the place to get something: not those of sites that keep copies of documents."""

from __future__ import annotations

import tomllib
from pathlib import Path
from urllib.parse import urlsplit

with (Path(__file__).parent / "copy_hosts.toml").open("rb") as _file:
    COPY_HOSTS: tuple[str, ...] = tuple(tomllib.load(_file)["hosts"])


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
