"""The app's one open database, for all sessions of this process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from practices_db import queries
from practices_db.commands import open_store
from practices_db.config import backups_folder, database_path, main_address, read_only_mode
from practices_db.filters import PracticeFilter
from practices_db.replica import Replica
from practices_db.store import Cursor, Store


@st.cache_resource(show_spinner=False, on_release=Store.close)
def _open(path: str) -> Store:
    def tell(share: float, what: str) -> None:
        print(f"Building {path}: {share:4.0%} {what}", file=sys.stderr, flush=True)

    return open_store(database_path(), progress=tell, backups_folder=backups_folder())


@st.cache_resource(show_spinner=False, on_release=Replica.close)
def _replica(path: str) -> Replica:
    return Replica(Path(path), main_address())


def store() -> Store:
    """Return the open database; the first call opens it and builds it if it is not there.

    In read-only mode it is the snapshot of the moment: ask anew in each run. There and where the database was found
    damaged, ``store().read_only`` is the sentence with which writes are refused.
    """
    if read_only_mode():
        return _replica(str(database_path())).store
    return _open(str(database_path()))


def close() -> None:
    """Close what is open, at the end of the process."""
    _replica.clear()
    _open.clear()


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
def _whole(path: str, content_hash: str, _cursor: Cursor) -> Whole:  # noqa: ARG001 - the arguments are the cache's key
    return Whole(queries.totals(_cursor), queries.facet_counts(_cursor, PracticeFilter()))


def whole() -> Whole:
    """Return the totals and the count of every value; computed once for each release of the data."""
    with cursor() as one:
        return _whole(str(database_path()), queries.data_version(one).content_hash, one)
