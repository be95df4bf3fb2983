"""The app's one open database, for all sessions of this process."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from practices_db import queries
from practices_db.commands import open_store
from practices_db.config import database_path
from practices_db.filters import PracticeFilter
from practices_db.store import Cursor, Store


@st.cache_resource(show_spinner=False, on_release=Store.close)
def _open(path: str) -> Store:
    def tell(share: float, what: str) -> None:
        print(f"Building {path}: {share:4.0%} {what}", file=sys.stderr, flush=True)

    return open_store(database_path(), progress=tell)


_reopening = threading.Lock()


def store() -> Store:
    """Return the open database; the first call opens it and builds it if it is not there.

    After a fatal error DuckDB answers nothing any more until the file is opened anew, which is done here.
    """
    path = str(database_path())
    if _open(path).broken:
        with _reopening:
            if _open(path).broken:
                _open.clear()  # closes the broken one
    return _open(path)


@contextmanager
def cursor() -> Iterator[Cursor]:
    """Yield a cursor for the queries of one script run."""
    with store().cursor() as one:
        yield one


@dataclass(frozen=True)
class Whole:
    """What holds for the whole published catalogue: the same for everybody until the next release of the data."""

    totals: queries.Totals
    counts: dict[str, dict[str, int]]


@st.cache_resource(max_entries=4, show_spinner=False)
def _whole(path: str, content_hash: str) -> Whole:  # noqa: ARG001 - the arguments are the cache's key
    with cursor() as one:
        return Whole(queries.totals(one), queries.facet_counts(one, PracticeFilter()))


def whole() -> Whole:
    """Return the totals and the count of every value; computed once for each release of the data."""
    with cursor() as one:
        return _whole(str(database_path()), queries.data_version(one).content_hash)
